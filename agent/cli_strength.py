"""`mevagent strength`: what a testbench notices of mutants of a design that passes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from agent.errors import ExitCode
from agent.options import FILE, limits_of, simulator_options, testbench_of, testbench_options


@click.command()
@click.argument("design", type=FILE)
@testbench_options
@click.option("--spec", type=FILE, help="Specification: the design must have its interface.")
@click.option("--top", metavar="NAME", help="Top module, where DESIGN holds several.")
@click.option(
    "--mutants",
    type=click.IntRange(0),
    default=40,
    show_default=True,
    help="Most mutants to try; 0 tries all.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="The same seed chooses the same mutants.",
)
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Return 1 when a smaller share of the mutants is noticed.",
)
@simulator_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the only output.")
def strength(
    design: Path,
    spec: Path | None,
    top: str | None,
    mutants: int,
    seed: int,
    fail_under: float | None,
    sim_seconds: float,
    sim_memory: int,
    allow_unsandboxed: bool,
    as_json: bool,
    **testbench: Any,
) -> int:
    """Mutate DESIGN and report which mutants the testbench does not notice.

    0: measured. 1: the design itself does not pass, or fewer mutants than --fail-under were
    noticed. No model is asked.
    """
    from rich.console import Console

    from agent.cli_verify import show_verdict
    from agent.mutation import measure
    from agent.progress import Progress
    from agent.record_json import plain
    from agent.toolchain.simulators import open_simulator
    from agent.verify import verify

    loaded = testbench_of(**testbench)
    simulator = open_simulator(allow_unsandboxed=allow_unsandboxed)
    try:
        limits = limits_of(sim_seconds, sim_memory)
        judged = verify(simulator, design, loaded, limits, spec=spec, top=top)
        if not judged.verdict.passed:
            if as_json:
                reason = judged.verdict.reason
                click.echo(json.dumps({"design": str(design), "passed": False, "reason": reason}))
            else:
                show_verdict(design, judged.verdict, judged.warnings)
                click.echo("mutants say something only about a testbench that the design passes")
            return ExitCode.NOT_PASSED
        with Progress(Console(stderr=True, highlight=False)) as progress:
            found = measure(
                simulator,
                judged.job,
                judged.verdict,
                count=mutants,
                seed=seed,
                on_progress=progress.mutants,
            )
    finally:
        simulator.close()
    enough = fail_under is None or (found.share is not None and 100 * found.share >= fail_under)
    if as_json:
        head = {"design": str(design), "passed": True, "enough": enough, "share": found.share}
        click.echo(json.dumps({**head, **plain(found)}, indent=2))
    else:
        _show(design, found, judged.warnings)
        if not enough:
            click.echo(f"fewer than the {fail_under:g} % asked for")
    return ExitCode.PASSED if enough else ExitCode.NOT_PASSED


def _show(design: Path, found: Any, warnings: tuple[str, ...]) -> None:
    from rich.console import Console

    from agent.progress import sayer
    from agent.strength_words import strength_lines

    say = sayer(Console(highlight=False))
    for warning in warnings:
        say("", f"warning: {warning}", "yellow")
    say(f"{design}: passes; now its mutants")
    for line, style in strength_lines(found):
        say("", line, style)
