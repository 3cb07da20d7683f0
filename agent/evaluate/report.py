"""Reports of evaluations: one HTML page that needs no other file, and tables in Markdown."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from string import Template

from agent.evaluate.measured import Measured

TITLES = {
    "pass_at_k.png": "pass@k",
    "tiers.png": "Tiers",
    "failures.png": "Failure classes, before and after repair",
    "cost.png": "Cost against solved",
    "confusion.png": "Where the classifier routed",
}

HEAD = ("evaluation", "pass@1", "pass@5", "pass@10", "syntax@1", "solved", "tokens", "seconds")


def rows(found: Iterable[Measured]) -> list[tuple[str, ...]]:
    """One row per evaluation, for the columns of HEAD; a dash where n is too small for k."""
    table = []
    for one in found:
        summary = one.summary
        function = summary.figures.function
        per_token, per_second = summary.tokens_per_solved, summary.seconds_per_solved
        table.append(
            (
                one.name,
                *(str(function[k]) if k in function else "-" for k in (1, 5, 10)),
                str(summary.figures.syntax[1]),
                f"{summary.solved} of {summary.problems}",
                f"{per_token:.0f}" if per_token is not None else "-",
                f"{per_second:.1f}" if per_second is not None else "-",
            )
        )
    return table


def markdown(head: Sequence[str], table: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *table]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def page(found: Sequence[Measured], images: Mapping[str, bytes]) -> str:
    """A whole HTML page, its images within it."""
    parts = [_table(HEAD, rows(found))]
    for name, data in images.items():
        text = base64.b64encode(data).decode()
        parts.append(f"<h2>{escape(TITLES[name])}</h2>")
        parts.append(f'<img alt="{escape(TITLES[name])}" src="data:image/png;base64,{text}">')
    for one in found:
        parts.append(f"<h2>{escape(one.name)}</h2>")
        parts.append("<pre>" + escape("\n".join(one.lines())) + "</pre>")
        parts.append(_problems(one))
    title = ", ".join(one.name for one in found)
    return _PAGE.substitute(title=escape(title), body="\n".join(parts))


def _problems(one: Measured) -> str:
    by_problem: dict[str, list[str]] = {asked.id: [] for asked in one.asked}
    for sample in one.samples:
        by_problem[sample.problem].append(sample.failure or "passed")
    table = [
        (
            asked.id,
            asked.tier or "",
            asked.unsupported or ", ".join(by_problem[asked.id]),
            asked.defect,
        )
        for asked in one.asked
    ]
    return _table(("problem", "tier", "samples", "defect"), table)


def _table(head: Sequence[str], table: Iterable[Sequence[str]]) -> str:
    cells = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>\n" for row in table
    )
    return f"<table>\n<tr>{cells}</tr>\n{body}</table>"


_PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
body { font: 15px/1.4 system-ui, sans-serif; margin: 2em auto; max-width: 70em; padding: 0 1em; }
table { border-collapse: collapse; margin: 1em 0; }
th, td { border-bottom: 1px solid #ccc; padding: .2em .7em; text-align: left; }
img { max-width: 100%; }
pre { overflow-x: auto; }
</style>
<h1>Evaluation: $title</h1>
$body
</html>
""")
