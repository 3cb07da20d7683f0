"""How an answer failed, in the classes that evaluations count."""

from __future__ import annotations

from agent.feedback import SYNTAX, error_class
from agent.toolchain.base import Job, Simulator
from agent.toolchain.results import Outcome, Verdict
from mevllm.spec import Interface

CLASSES = (
    "no module",
    "syntax",
    "elaboration",
    "port",
    "mismatch",
    "X",
    "timeout",
    "refused",
    "no result",
    "unsupported",
)
"""In the order in which a report lists them. `unsupported`: no answer was asked for."""


def failure_class(verdict: Verdict) -> str:
    """The class of a failing verdict; empty for a pass."""
    if verdict.passed:
        return ""
    if verdict.outcome is Outcome.REFUSED:
        return "refused"
    if verdict.outcome is Outcome.LIMIT:
        return "timeout"
    if verdict.outcome in (Outcome.INCONCLUSIVE, Outcome.UNSUPPORTED):
        return "no result"
    if any(d.code == "NoTopModule" for d in verdict.diagnostics):
        return "no module"
    key = error_class(verdict)
    if key == "port":
        return "port"
    if verdict.outcome is Outcome.NOT_ELABORATED:
        return "port" if "interface is not" in verdict.reason else "elaboration"
    if verdict.outcome is Outcome.FAILED:
        return "X" if key.startswith("x:") else "mismatch"
    return "syntax" if _misread(verdict) else "elaboration"


def compiles(verdict: Verdict) -> bool:
    """Whether the design compiles on its own: the measure that benchmarks call syntax."""
    if verdict.outcome is Outcome.LIMIT:
        return "compiler" not in verdict.reason
    return verdict.outcome not in (Outcome.NOT_COMPILED, Outcome.REFUSED)


def shows_unknown(simulator: Simulator, job: Job, interface: Interface | None) -> bool:
    """Whether an output held X or Z at the first mismatch, by simulating again with waves."""
    trace = simulator.trace(job, last=2)
    rows = [line.split() for line in trace.splitlines() if line.strip()]
    head = next((row for row in rows if row and row[0] == "time(ns)"), None)
    if head is None or rows[-1] is head or interface is None:
        return False
    outputs = {port.name for port in interface.ports if port.direction == "output"}
    seen = [value for name, value in zip(head, rows[-1], strict=False) if name in outputs]
    return any("x" in value or "z" in value for value in seen)


def _misread(verdict: Verdict) -> bool:
    """Whether the text is no Verilog, as apart from Verilog that means nothing."""
    errors = [d for d in verdict.diagnostics if d.severity == "error"]
    return any(
        d.code in SYNTAX
        or d.code.startswith(("Expected", "Unexpected", "Misplaced"))
        or "syntax error" in d.message.lower()
        for d in errors
    )
