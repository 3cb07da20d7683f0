"""Write what evaluations found as a page: one table, the budgets, the failures, each setting.

usage: results_page.py EVALUATION... [--db FILE] [--page FILE] [--title TEXT]

EVALUATION is an id, the beginning of one, or a name (`mevagent eval list`). The commands that
made them belong into the page that links to this one; their settings are in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from agent.errors import AgentError
from agent.evaluate.measured import Measured, load
from agent.evaluate.report import HEAD, markdown, rows
from agent.evaluate.store import DEFAULT_PATH, EvaluationStore
from agent.output import write_atomically

PAGE = Path(__file__).resolve().parent.parent / "docs" / "results" / "benchmarks.md"
KEPT = [i for i, name in enumerate(HEAD) if name not in ("pass@5", "pass@10")]
"""Columns of the table: these evaluations have one sample a problem."""


@click.command()
@click.argument("evaluations", nargs=-1, required=True)
@click.option("--db", type=click.Path(path_type=Path), default=DEFAULT_PATH)
@click.option("--page", type=click.Path(path_type=Path), default=PAGE)
@click.option("--title", default="The development parts of VerilogEval v2 and RTLLM 2.0")
def write(evaluations: tuple[str, ...], db: Path, page: Path, title: str) -> None:
    """Write the page of EVALUATIONS."""
    try:
        with EvaluationStore.open_existing(db) as store:
            found = [load(store, store.find(name)) for name in evaluations]
    except AgentError as error:
        raise click.ClickException(str(error)) from error
    if short := [one.name for one in found if one.summary.missing]:
        raise click.UsageError(f"not finished: {', '.join(short)}")
    page.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(page, text_of(title, found))
    click.echo(str(page))


def text_of(title: str, found: Sequence[Measured]) -> str:
    """The page."""
    parts = [f"# {title}", table(found)]
    parts.append(
        "In brackets: 95% bootstrap intervals over problems. syntax@1: compiles on its own. Tokens "
        "and seconds are per solved problem."
    )
    parts.append("## Why samples failed\n\n" + failures(found))
    parts.append("## Settings\n\n" + "\n".join(settings(found)))
    return "\n\n".join(parts) + "\n"


def table(found: Iterable[Measured]) -> str:
    """The measures, a row each."""
    return markdown([HEAD[i] for i in KEPT], [[row[i] for i in KEPT] for row in rows(found)])


def failures(found: Sequence[Measured]) -> str:
    """Samples by failure class, a row for each evaluation."""
    classes = list(dict.fromkeys(name for one in found for name in one.summary.failures))
    lines = [
        (one.name, *(str(one.summary.failures.get(name, 0)) for name in classes)) for one in found
    ]
    return markdown(("evaluation", *classes), lines)


def settings(found: Iterable[Measured]) -> Iterable[str]:
    """What was asked of whom, with the budget of a build and what a suite does not support."""
    for one in found:
        budget = f"; budget of a build: {one.budget}" if one.budget else ""
        mended = f"; {one.summary.mended} solved by mending" if one.summary.mended else ""
        yield f"- {one.name}: {one.setting}{budget}{mended}"
        for name, reason in one.summary.unsupported:
            yield f"    - unsupported, counted as failed: {name}: {reason.splitlines()[0][:120]}"


if __name__ == "__main__":
    write()
