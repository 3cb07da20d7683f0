"""Values that the toolchain returns: diagnostics, test results, verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal


class Outcome(Enum):
    """What became of a candidate. Only PASSED is a pass."""

    PASSED = "passed"
    FAILED = "failed"
    """It ran and at least one check failed."""
    NOT_COMPILED = "not compiled"
    """No module, or rejected by the static check or the compiler on its own."""
    NOT_ELABORATED = "not elaborated"
    """Compiles on its own, but not together with its testbench."""
    REFUSED = "refused"
    """Holds a construct that generated RTL may not use (file, system or finish tasks...)."""
    LIMIT = "limit"
    """Ended by a limit; `Verdict.limit` says which."""
    INCONCLUSIVE = "inconclusive"
    """The result is missing, truncated, empty, or names other tests than expected."""
    UNSUPPORTED = "unsupported"
    """The simulator cannot run this testbench or construct."""

    def __str__(self) -> str:
        return self.value


Limit = Literal["wall clock", "cpu time", "memory", "output size"]


@dataclass(frozen=True)
class Diagnostic:
    """One message of a front end about the design."""

    tool: str
    """`pyslang`, `iverilog` or `policy`."""
    severity: Literal["error", "warning"]
    message: str
    line: int | None = None
    """1-based line in the design."""
    column: int | None = None
    code: str = ""
    """The tool's own name for this kind of message, where it has one."""
    source: str = ""
    """The text of that line."""


@dataclass(frozen=True)
class TestResult:
    """One check of a testbench: a cocotb test, or the whole of a Verilog testbench."""

    __test__ = False

    name: str
    passed: bool
    message: str = ""
    """The first lines of the failure; empty on a pass."""
    sim_time_ns: float | None = None
    """Simulation time at which the check ended."""
    share: float | None = None
    """For a test that counts samples itself: the share of samples that matched, 0 to 1."""


@dataclass(frozen=True)
class Verdict:
    """The whole judgement of one candidate against one testbench."""

    outcome: Outcome
    tests: tuple[TestResult, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    reason: str = ""
    """One line for a person."""
    limit: Limit | None = None
    hung_test: str | None = None
    """The test that was running when a limit ended the simulation."""
    log: str = ""
    """The last lines that compiler or simulator printed; evidence, never the verdict."""
    sandbox: str = ""
    """The level that was used, e.g. `landlock+seccomp`."""
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """True only for a proven pass."""
        return self.outcome is Outcome.PASSED

    @property
    def score(self) -> float:
        """0 not compiled or refused; .1 compiles; .2 elaborates; then .2 + .8 x share passed.

        Only a pass scores 1: a share of 1 without the outcome PASSED stays at 0.99.
        """
        if self.outcome is Outcome.PASSED:
            return 1.0
        if self.outcome in (Outcome.NOT_COMPILED, Outcome.REFUSED):
            return 0.0
        if self.outcome in (Outcome.NOT_ELABORATED, Outcome.UNSUPPORTED):
            return 0.1
        if not self.tests:
            return 0.2
        shares = [float(t.passed) if t.share is None else t.share for t in self.tests]
        return min(0.2 + 0.8 * sum(shares) / len(shares), 0.99)

    @property
    def merit(self) -> tuple[float, float]:
        """Larger is better: the score, then the time of the first failure."""
        return (self.score, self.first_failure_ns)

    @property
    def first_failure_ns(self) -> float:
        """Simulation time of the first failing check; later is better; infinity without one."""
        times = [t.sim_time_ns for t in self.tests if not t.passed and t.sim_time_ns is not None]
        return min(times, default=float("inf"))
