"""Write what benchmarks measured into docs/performance.md, and draw where a build's time goes.

usage: performance_page.py [--page FILE] MEASURED.json...

The files are those of `python -m benchmarks --json FILE`; of a benchmark that several hold the last
counts. Tables stand between `<!-- begin NAME -->` and `<!-- end NAME -->`; what the page says of
benchmarks that the files do not hold stays, with the machine it was measured on. The bar goes
beside the page, as <page>-build.svg.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import click

PAGE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
WAYS = ("one after the other", "pipelined")
COLOURS = (
    *("#9e9e9e", "#c5b0d5", "#8c564b", "#bcbd22", "#e377c2", "#1f77b4", "#17becf"),
    *("#ff9896", "#ffbb78", "#d62728", "#98df8a", "#ff7f0e", "#2ca02c", "#dbdb8d"),
)
WIDTH, HEIGHT, LEFT, TOP, LINE = 900, 36, 150, 20, 20
"""Pixels: of the bars, of one bar, of its name; above the first; of a line of the legend."""

Row = Mapping[str, Any]


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--page", type=click.Path(exists=True, path_type=Path), default=PAGE)
def main(files: tuple[Path, ...], page: Path) -> None:
    """Bring PAGE up to date with what FILES hold."""
    text = page.read_text()
    content: dict[str, Any] = {"machines": _machines(block_of(text, "machine")), "rows": {}}
    for file in files:
        found = json.loads(file.read_text())
        machine = ", ".join(f"{key} {value}" for key, value in found["machine"].items())
        content["machines"] |= dict.fromkeys(_measured(found["rows"]), machine)
        content["rows"] |= found["rows"]
    content["targets"] = _others(block_of(text, "targets"), content["rows"])
    figure = page.with_name(f"{page.stem}-build.svg")
    rows = _measured(content["rows"]).get("limits", [])
    bars = {way: stages for way in WAYS if (stages := _stages(rows, way))}
    if bars:
        figure.write_text(bar(bars))
    for name, block in blocks(content, figure.name).items():
        text = put(text, name, block)
    page.write_text(text)
    click.echo(f"{page}: {len(content['rows'])} benchmarks")


def blocks(content: Mapping[str, Any], figure: str) -> dict[str, str]:
    """The generated parts of the page, by name; those without data are left out."""
    found = _measured(content["rows"])
    rows = found.get("limits", [])
    machines: dict[str, list[str]] = {}
    for name, machine in sorted(content["machines"].items()):
        machines.setdefault(machine, []).append(name)
    targets = [
        _target(name, row)
        for name, group in found.items()
        for row in group
        if row["target"] is not None
    ]
    made = {
        "machine": "\n".join(f"- {', '.join(names)}: {m}" for m, names in machines.items()),
        "targets": _table(
            ("benchmark", "what", "beside", "target", "measured", "", "aside"),
            sorted([*content["targets"], *targets], key=lambda cells: cells[0]),
        ),
        "skipped": "\n".join(
            f"- {name}: {group['reason']}"
            for name, group in content["rows"].items()
            if isinstance(group, dict)
        ),
        "build": _build(rows, figure),
    }
    for group in dict.fromkeys(row["name"].partition(": ")[0] for row in rows):
        made.setdefault(group, _group(rows, group))
    return {name: block for name, block in made.items() if block}


def put(text: str, name: str, block: str) -> str:
    """The page with one generated part in its place; unchanged where it has no such place."""
    place = re.compile(
        rf"(<!-- begin {re.escape(name)} -->\n).*?(<!-- end {re.escape(name)} -->)", re.S
    )
    return place.sub(lambda found: f"{found[1]}{block}\n{found[2]}", text)


def block_of(text: str, name: str) -> str:
    """What stands in one generated part of the page; nothing where it has no such place."""
    begin, end = f"<!-- begin {name} -->\n", f"<!-- end {name} -->"
    return text.partition(begin)[2].partition(end)[0]


def _machines(block: str) -> dict[str, str]:
    """Benchmark to the machine that it was measured on, as the page has it."""
    lines = (line[2:].partition(": ") for line in block.splitlines())
    return {name: machine for names, _, machine in lines for name in names.split(", ")}


def _others(block: str, rows: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The page's lines on targets of benchmarks that are not among `rows`."""
    lines = [re.split(r"(?<!\\) ?\| ?", line)[1:-1] for line in block.splitlines()[2:]]
    return [
        tuple(cell.replace("\\|", "|") for cell in cells)
        for cells in lines
        if not isinstance(rows.get(cells[0]), list)
    ]


def _measured(rows: Mapping[str, Any]) -> dict[str, list[Row]]:
    return {name: group for name, group in rows.items() if isinstance(group, list)}


def _group(rows: Iterable[Row], group: str) -> str:
    found = [row for row in rows if row["name"].startswith(f"{group}: ")]
    cells = ((_what(row), _value(row), row["aside"]) for row in found)
    return _table(("what", "measured", "aside"), cells)


def _build(rows: Sequence[Row], figure: str) -> str:
    """The bar, and the seconds of each stage in both ways."""
    bars = {way: dict(_stages(rows, way)) for way in WAYS}
    if not all(bars.values()):
        return ""
    stages = _table(
        ("stage", *WAYS),
        ((stage, *(f"{bars[way][stage]:.3f} s" for way in WAYS)) for stage in bars[WAYS[0]]),
    )
    whole = [
        f"- {row['name']}: {_value(row)}" + (f" ({row['aside']})" if row["aside"] else "")
        for row in rows
        if row["name"].startswith("whole build")
    ]
    return "\n".join([f"![Stages of a build]({figure})", "", stages, "", *whole])


def _stages(rows: Iterable[Row], way: str) -> list[tuple[str, float]]:
    return [(_what(row), row["value"]) for row in rows if row["name"].startswith(f"build, {way}: ")]


def _target(name: str, row: Row) -> tuple[str, ...]:
    higher = row["better"] == "higher"
    met = row["value"] >= row["target"] if higher else row["value"] <= row["target"]
    target = f"{'at least' if higher else 'at most'} {row['target']:g} {row['unit']}"
    word = "met" if met else "missed"
    return (name, row["name"], row["baseline"], target, _value(row), word, row["aside"])


def _what(row: Row) -> str:
    return str(row["name"]).partition(": ")[2]


def _value(row: Row) -> str:
    value = row["value"]
    return f"{value:,.0f} {row['unit']}" if abs(value) >= 1000 else f"{value:.3g} {row['unit']}"


def _table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    found = [*lines]
    if not found:
        return ""
    cells = [head, ["---"] * len(head), *found]
    return "\n".join(
        "| " + " | ".join(c.replace("|", "\\|") for c in line) + " |" for line in cells
    )


def bar(bars: Mapping[str, Sequence[tuple[str, float]]]) -> str:
    """Stacked bars as an SVG image, one scale for all of them; parts in seconds."""
    longest = max(sum(seconds for _, seconds in parts) for parts in bars.values())
    names = list(dict.fromkeys(name for parts in bars.values() for name, _ in parts))
    colour = dict(zip(names, _endless(COLOURS), strict=False))
    scale = WIDTH / longest if longest else 0.0
    legend = TOP + len(bars) * (HEIGHT + TOP)
    height = legend + (-(-len(names) // 2) + 1) * LINE
    total = LEFT + WIDTH + TOP
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total} {height}" '
        'font-family="sans-serif" font-size="13">',
        f'<rect width="{total}" height="{height}" fill="#ffffff"/>',
    ]
    for place, (way, parts) in enumerate(bars.items()):
        x, y = float(LEFT), TOP + place * (HEIGHT + TOP)
        whole = sum(seconds for _, seconds in parts)
        out.append(f'<text x="8" y="{y + 15}">{escape(way)}</text>')
        out.append(f'<text x="8" y="{y + 31}" fill="#555555">{whole:.1f} s</text>')
        for name, seconds in parts:
            out.append(
                f'<rect x="{x:.2f}" y="{y}" width="{scale * seconds:.2f}" height="{HEIGHT}" '
                f'fill="{colour[name]}"><title>{escape(name)}: {seconds:.3f} s</title></rect>'
            )
            x += scale * seconds
    for place, name in enumerate(names):
        x, y = LEFT + place % 2 * WIDTH // 2, legend + place // 2 * LINE
        shown = ", ".join(f"{dict(parts).get(name, 0.0):.3f} s" for parts in bars.values())
        out.append(f'<rect x="{x}" y="{y}" width="12" height="12" fill="{colour[name]}"/>')
        out.append(f'<text x="{x + 18}" y="{y + 11}">{escape(name)}: {shown}</text>')
    return "\n".join([*out, "</svg>", ""])


def _endless(colours: Sequence[str]) -> Iterable[str]:
    while True:
        yield from colours


if __name__ == "__main__":
    main()
