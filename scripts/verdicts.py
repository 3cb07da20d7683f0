"""Build every design of testbenches/ and print the table of verdicts.

usage: verdicts.py [--fresh] [DESIGN...] [-- OPTIONS OF `mevagent build`]

A design's result is kept in runs/verdicts/<design>.json and not built again unless --fresh is
given, so that a run that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "runs" / "verdicts"
TIERS = ("basic", "intermediate", "advanced", "expert")


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--fresh", is_flag=True, help="Build again what has a result.")
@click.argument("designs", nargs=-1, type=click.UNPROCESSED)
def verdicts(fresh: bool, designs: tuple[str, ...]) -> None:
    """Build DESIGNS (all sixteen by default); arguments from the first option on go to build."""
    first = next((i for i, word in enumerate(designs) if word.startswith("-")), len(designs))
    names, options = designs[:first], designs[first:]
    tiers = tomllib.loads((ROOT / "testbenches" / "tiers.toml").read_text())["tiers"]
    order = sorted(tiers, key=lambda name: (TIERS.index(tiers[name]), name))
    RESULTS.mkdir(parents=True, exist_ok=True)
    rows = [(tiers[n], n, result(n, options, fresh)) for n in order if not names or n in names]
    show(rows)


def result(name: str, options: tuple[str, ...], fresh: bool) -> dict[str, Any]:
    """The stored result of a design, or that of a new build."""
    stored = RESULTS / f"{name}.json"
    if not stored.exists() or fresh:
        folder = ROOT / "testbenches" / name
        click.echo(f"building {name}", err=True)
        arguments = [str(folder / "spec.md"), "--tb", str(folder / f"tb_{name}.py")]
        arguments += ["-o", str(RESULTS / f"{name}.v"), "--json", *options]
        done = subprocess.run(
            [str(Path(sys.executable).parent / "mevagent"), "build", "--no-strength", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode not in (0, 1):
            raise SystemExit(done.returncode)
        stored.write_text(done.stdout)
    found: dict[str, Any] = json.loads(stored.read_text())
    return found


def show(rows: list[tuple[str, str, dict[str, Any]]]) -> None:
    """Print a row per design and the sums."""
    table = Table(title="mevagent build over testbenches/")
    for head in ("tier", "design", "routed to", "verdict", "score", "ended at"):
        table.add_column(head)
    for head in ("attempts", "candidates", "tokens", "seconds"):
        table.add_column(head, justify="right")
    for tier, name, found in rows:
        table.add_row(
            tier,
            name,
            found["classification"]["tier"],
            "PASS" if found["passed"] else f"no pass ({found['outcome']})",
            f"{found['score'] or 0:.2f}",
            found["tier"],
            *(str(found[key]) for key in ("attempts", "candidates", "tokens")),
            f"{found['seconds']:.0f}",
        )
    sums = [sum(found[key] for *_, found in rows) for key in ("attempts", "candidates", "tokens")]
    passed = sum(found["passed"] for *_, found in rows)
    seconds = sum(found["seconds"] for *_, found in rows)
    table.add_section()
    table.add_row(
        "all", "", "", f"{passed} of {len(rows)}", "", "", *map(str, sums), f"{seconds:.0f}"
    )
    Console(width=160).print(table)


if __name__ == "__main__":
    verdicts()
