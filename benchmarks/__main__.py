"""`python -m benchmarks [NAME...]`: run benchmarks, show the ratios and which targets are met."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

import click

from benchmarks.harness import CannotRunError, Measured, Scale, Skipped
from mevllm.engines.cores import usable_cores

NAMES = (
    "simulation",
    "decoding",
    "repair_decoding",
    "pipeline",
    "autochip",
    "limits",
    "gpu",
)
BENCHMARKS = {name: f"benchmarks.{name}" for name in NAMES}
"""Name to module; its `measure(scale)` gives the rows."""


def run(name: str, scale: Scale) -> list[Measured] | Skipped:
    """The rows of one benchmark, or why there are none."""
    try:
        rows: list[Measured] = import_module(BENCHMARKS[name]).measure(scale)
    except CannotRunError as reason:
        return Skipped(name, str(reason))
    return rows


def machine() -> dict[str, str | int]:
    """What was measured on."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "system": platform.platform(),
        "python": platform.python_version(),
        "processor": models[0] if models else platform.machine(),
        "cores": usable_cores(),
    }


@click.command()
@click.argument("names", nargs=-1, type=click.Choice([*BENCHMARKS]))
@click.option("--repeat", default=Scale.repeats, show_default=True, help="Measurements of a kind.")
@click.option(
    "--candidates", default=Scale.candidates, show_default=True, help="Designs in the long row."
)
@click.option(
    "--problems",
    type=click.IntRange(1, 16),
    default=Scale.problems,
    show_default=True,
    help="Problems that loops are compared over.",
)
@click.option("--same-engine", is_flag=True, help="autochip: both loops through a server, too.")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="autochip: keep each problem here; what is here is not measured again.",
)
@click.option("--quick", is_flag=True, help="Small model, few rounds.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write the rows to a file.")
def main(
    names: tuple[str, ...],
    repeat: int,
    candidates: int,
    problems: int,
    same_engine: bool,
    keep: Path | None,
    quick: bool,
    file: Path | None,
) -> None:
    """Measure, each thing beside what it is compared with. All benchmarks without a NAME."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
    scale = Scale(repeat, candidates, quick, problems, same_engine, keep)
    found: dict[str, list[Measured] | Skipped] = {}
    for name in names or BENCHMARKS:
        rows = found[name] = run(name, scale)
        if file:
            _write(file, found)
        if isinstance(rows, Skipped):
            console.print(f"{name}: skipped: {rows.reason}", markup=False)
            continue
        table = Table("what", "value", "target", "", "beside", "aside", title=name)
        for row in rows:
            sign = ">=" if row.better == "higher" else "<="
            target = "" if row.target is None else f"{sign} {row.target:g} {row.unit}"
            met = {True: "met", False: "missed", None: ""}[row.met]
            value = f"{row.value:.3g} {row.unit}"
            table.add_row(row.name, value, target, met, row.baseline, row.aside)
        console.print(table)


def _write(file: Path, found: Mapping[str, list[Measured] | Skipped]) -> None:
    """What was measured so far; the benchmarks that follow may take an hour."""
    content = {
        "machine": machine(),
        "rows": {
            name: asdict(rows) if isinstance(rows, Skipped) else [*map(asdict, rows)]
            for name, rows in found.items()
        },
    }
    file.write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    main()
