"""Processor time of one verdict, for docs/scale.md: each suite's references, right and spoiled.

usage: eval_costs.py SUITE=ROOT...

Processor time, children included, hardly depends on what else runs; wall time does.
"""

from __future__ import annotations

import os
import statistics
import tempfile
from contextlib import closing
from pathlib import Path

import click

from agent.evaluate.judging import judge_task, task_of
from agent.evaluate.suites import Source, load_suite
from agent.toolchain.base import Limits
from agent.toolchain.simulators import open_simulator


def spent() -> float:
    """Processor seconds of this process and of its children that have ended."""
    return sum(os.times()[:4])


@click.command()
@click.argument("suites", nargs=-1, required=True)
def costs(suites: tuple[str, ...]) -> None:
    """Judge every reference of SUITES, and a design that drives nothing, and print the costs."""
    limits = Limits()
    with (
        tempfile.TemporaryDirectory() as work,
        closing(open_simulator()) as simulator,
    ):
        for word in suites:
            name, _, root = word.partition("=")
            found: dict[str, list[float]] = {"passes": [], "drives nothing": []}
            for problem in load_suite(name, Source(Path(root)), Path(work)):
                if problem.spec is None or problem.reference is None:
                    continue
                designs = (problem.reference, problem.spec.interface.stub())
                for kind, rtl in zip(found, designs, strict=True):
                    task = task_of(problem, rtl, limits, "", (), contract=kind != "passes")
                    before = spent()
                    judge_task(simulator, task)
                    found[kind].append(spent() - before)
            for kind, seconds in found.items():
                mean, most = statistics.mean(seconds), max(seconds)
                click.echo(f"{name}, {kind}: {len(seconds)}, mean {mean:.3f} s, most {most:.3f} s")


if __name__ == "__main__":
    costs()
