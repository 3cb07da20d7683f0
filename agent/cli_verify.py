"""`mevagent verify`: one design against one testbench, without a model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agent.cli_ci import ci_options, tell
from agent.errors import ExitCode
from agent.options import (
    FILE,
    limits_of,
    simulator_options,
    testbench_of,
    testbench_options,
)

if TYPE_CHECKING:
    from agent.toolchain.results import Verdict
    from agent.verify import Verified


@click.command()
@click.argument("design", type=FILE)
@testbench_options
@click.option("--spec", type=FILE, help="Specification: the design must have its interface.")
@click.option("--top", metavar="NAME", help="Top module, where DESIGN holds several.")
@click.option(
    "--provenance",
    "with_provenance",
    is_flag=True,
    help="Write <design>.mevagent.json beside a design that passes; needs --spec.",
)
@simulator_options
@ci_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the only output.")
def verify(
    design: Path,
    spec: Path | None,
    top: str | None,
    with_provenance: bool,
    sim_seconds: float,
    sim_memory: int,
    allow_unsandboxed: bool,
    as_json: bool,
    shape: str,
    junit: Path | None,
    sarif: Path | None,
    **testbench: Any,
) -> int:
    """Judge DESIGN by the testbench: 0 passed, 1 failed or refused. No model is asked."""
    from agent.ci_reports import Judged
    from agent.toolchain.simulators import open_simulator
    from agent.verify import verify as judge

    if with_provenance and spec is None:
        raise click.UsageError("--provenance needs --spec: the sidecar names the specification")
    limits = limits_of(sim_seconds, sim_memory)
    loaded = testbench_of(**testbench)
    simulator = open_simulator(allow_unsandboxed=allow_unsandboxed)
    try:
        done = judge(simulator, design, loaded, limits, spec=spec, top=top)
    finally:
        simulator.close()
    verdict, warnings = done.verdict, done.warnings
    path = None
    if with_provenance and spec and verdict.passed:
        path = _write_provenance(design, spec, done)
    if as_json:
        click.echo(json.dumps(_as_json(design, done.job.top, verdict, warnings), indent=2))
    else:
        show_verdict(design, verdict, warnings)
        if path is not None:
            click.echo(f"provenance: {path}")
    judged = Judged(design, done.job.rtl, done.job.top, loaded.path, verdict)
    tell(judged, shape=shape, junit=junit, sarif=sarif, as_json=as_json)
    return ExitCode.PASSED if verdict.passed else ExitCode.NOT_PASSED


def _write_provenance(design: Path, spec: Path, done: Verified) -> Path:
    """Write the sidecar; what an older one says of the same design's origin stays."""
    from agent.provenance import kept_origin, provenance, sidecar, write
    from agent.toolchain.direct import versions

    origin = kept_origin(design)
    write(sidecar(design), provenance(design, spec, done.job, done.verdict, versions(), origin))
    return sidecar(design)


def show_verdict(design: Path, verdict: Verdict, warnings: tuple[str, ...]) -> None:
    from rich.console import Console

    from agent.progress import describe_verdict, sayer

    say = sayer(Console(highlight=False))
    for warning in warnings:
        say("", f"warning: {warning}", "yellow")
    for test in verdict.tests:
        say(test.name, *(("pass  ", "green") if test.passed else ("FAIL  ", "red")))
        for line in test.message.splitlines():
            say(f"      {line}")
    for found in verdict.diagnostics:
        say(f"{design}:{found.line or 1}: {found.severity}: {found.message} [{found.tool}]")
        if found.source.strip():
            say(f"      {found.source.strip()}")
    cost = f"  ({verdict.seconds:.2f} s, {verdict.sandbox})" if verdict.sandbox else ""
    head = ("PASS ", "bold green") if verdict.passed else ("FAIL ", "bold red")
    say(describe_verdict(verdict) + cost, *head)


def _as_json(design: Path, top: str, verdict: Verdict, warnings: tuple[str, ...]) -> dict[str, Any]:
    return {
        "design": str(design),
        "top": top,
        "passed": verdict.passed,
        "outcome": str(verdict.outcome),
        "score": verdict.score,
        "reason": verdict.reason,
        "limit": verdict.limit,
        "tests": [
            {"name": t.name, "passed": t.passed, "message": t.message, "time_ns": t.sim_time_ns}
            for t in verdict.tests
        ],
        "diagnostics": [
            {"tool": d.tool, "severity": d.severity, "line": d.line, "message": d.message}
            for d in verdict.diagnostics
        ],
        "sandbox": verdict.sandbox,
        "seconds": round(verdict.seconds, 3),
        "warnings": list(warnings),
    }
