"""Judging a person's design by a testbench, without a model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from agent.errors import InputError
from agent.toolchain.base import Job, Limits, Simulator, Testbench
from agent.toolchain.check import check
from agent.toolchain.contract import judge
from agent.toolchain.results import Verdict
from agent.toolchain.testbench import examine
from mevllm.spec import Spec, load_spec

MAX_DESIGN_BYTES = 1_000_000


@dataclass(frozen=True)
class Verified:
    """A design with its verdict."""

    job: Job
    """What was judged; judging it again gives the same verdict."""
    spec: Spec | None
    verdict: Verdict
    warnings: tuple[str, ...]
    """About the specification and the testbench, one line each."""
    vacuous: bool = False
    """Whether the testbench passes a design that drives nothing; known with a specification."""


def verify(
    simulator: Simulator,
    design: Path,
    testbench: Testbench,
    limits: Limits,
    *,
    spec: Path | None = None,
    top: str | None = None,
) -> Verified:
    """Judge a design; with a specification, try the testbench on a stub and hold the design to it.

    Raises InputError and SpecError for files that cannot be used, TestbenchError for a testbench
    that can judge no design, and what the simulator raises.
    """
    rtl = read_design(design)
    loaded = load_spec(spec) if spec else None
    if loaded is None:
        job = Job(rtl, top or only_module(rtl, design), testbench, limits, generated=False)
        return Verified(job, None, simulator.judge(job), ())
    interface = loaded.interface
    if top and interface.module != top:
        raise InputError(
            f"--top {top} contradicts {spec}, which names the module {interface.module}"
        )
    report = examine(simulator, interface, testbench, limits)
    tests = report.tests or None
    job = Job(rtl, interface.module, testbench, limits, tests, generated=False)
    warnings = (*loaded.warnings, *filter(None, [report.warning]))
    verdict = judge(simulator, job, interface)
    return Verified(job, loaded, verdict, warnings, report.passes_on_stub)


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
    """The name of the only module in a text. Raises InputError where there are more or none."""
    report = check(rtl, "", printing=True)
    # What is refused is not elaborated; the judgement that follows will say why.
    modules = report.modules or tuple(re.findall(r"^\s*module\s+(\w+)", rtl, re.MULTILINE))
    if len(modules) == 1:
        return modules[0]
    found = ", ".join(modules) or "none"
    raise InputError(f"{design} holds these modules: {found}; name the top one with --top")
