"""`mevagent verify`: one design against one testbench, without a model."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agent.cli_ci import ci_options, tell
from agent.errors import ExitCode, InputError
from agent.options import (
    FILE,
    limits_of,
    simulator_options,
    testbench_of,
    testbench_options,
)

if TYPE_CHECKING:
    from agent.toolchain.results import Verdict

MAX_DESIGN_BYTES = 1_000_000


@click.command()
@click.argument("design", type=FILE)
@testbench_options
@click.option("--spec", type=FILE, help="Specification: the design must have its interface.")
@click.option("--top", metavar="NAME", help="Top module, where DESIGN holds several.")
@simulator_options
@ci_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the only output.")
def verify(
    design: Path,
    spec: Path | None,
    top: str | None,
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
    from agent.toolchain.base import Job
    from agent.toolchain.contract import judge
    from agent.toolchain.direct import DirectSimulator
    from agent.toolchain.testbench import examine
    from mevllm.spec import load_spec

    rtl = read_design(design)
    limits = limits_of(sim_seconds, sim_memory)
    loaded = testbench_of(**testbench)
    promised = load_spec(spec) if spec else None
    interface = promised.interface if promised else None
    warnings = promised.warnings if promised else ()
    if interface and top and interface.module != top:
        raise InputError(
            f"--top {top} contradicts {spec}, which names the module {interface.module}"
        )
    name = interface.module if interface else top or only_module(rtl, design)
    simulator = DirectSimulator(allow_unsandboxed=allow_unsandboxed)
    try:
        tests = None
        if interface:
            report = examine(simulator, interface, loaded, limits)
            tests = report.tests or None
            warnings = (*warnings, *filter(None, [report.warning]))
        job = Job(rtl, name, loaded, limits, tests, generated=False)
        verdict = judge(simulator, job, interface) if interface else simulator.judge(job)
    finally:
        simulator.close()
    if as_json:
        click.echo(json.dumps(_as_json(design, name, verdict, warnings), indent=2))
    else:
        _show(design, verdict, warnings)
    judged = Judged(design, rtl, name, loaded.path, verdict)
    tell(judged, shape=shape, junit=junit, sarif=sarif, as_json=as_json)
    return ExitCode.PASSED if verdict.passed else ExitCode.NOT_PASSED


def read_design(path: Path) -> str:
    """Read a design. Raises InputError for what is no Verilog text."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read the design {path}: {error.strerror}") from error
    if len(data) > MAX_DESIGN_BYTES:
        raise InputError(f"{path} has {len(data)} bytes; a design may have {MAX_DESIGN_BYTES}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text; give a Verilog file") from error
    if "\0" in text or not text.strip():
        raise InputError(
            f"{path} is {'empty' if not text.strip() else 'binary'}; give a Verilog file"
        )
    return text


def only_module(rtl: str, design: Path) -> str:
    """The one module of a text. Raises InputError naming them where there are several, or none."""
    from agent.toolchain.check import check

    report = check(rtl, "", printing=True)
    # What is refused is not elaborated; the judgement that follows will say why.
    modules = report.modules or tuple(re.findall(r"^\s*module\s+(\w+)", rtl, re.MULTILINE))
    if len(modules) == 1:
        return modules[0]
    found = ", ".join(modules) or "none"
    raise InputError(f"{design} holds these modules: {found}; name the top one with --top")


def _show(design: Path, verdict: Verdict, warnings: tuple[str, ...]) -> None:
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
