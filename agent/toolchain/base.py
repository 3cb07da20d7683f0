"""The seam between the loop and a simulator: jobs in, verdicts out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from agent.toolchain.results import Verdict


@dataclass(frozen=True)
class PassRule:
    """How a Verilog testbench says that a design passed; both must hold.

    Exactly one line of output must match `passed`, none may match `failed`, and the simulator
    must exit with `exit_status`.
    """

    passed: str
    """Regular expression, matched against whole lines."""
    failed: str | None = None
    exit_status: int = 0
    share: str | None = None
    """Regular expression with groups `bad` and `all`: counts that give the share matched."""
    first: str | None = None
    """Regular expression with group `time`: when the first failure occurred, in the time unit of
    the testbench."""


@dataclass(frozen=True)
class Testbench:
    """What judges a design."""

    __test__ = False

    path: Path
    kind: Literal["cocotb", "verilog"]
    sources: tuple[Path, ...] = ()
    """Further Verilog files to compile with the design (reference models...)."""
    top: str | None = None
    """Verilog testbenches: the top module; None for the one that nothing instantiates."""
    rule: PassRule | None = None
    """Verilog testbenches only."""
    data: tuple[Path, ...] = ()
    """Files that the testbench reads, copied into the job's directory."""


@dataclass(frozen=True)
class Limits:
    """Bounds on one compile or one simulation."""

    wall_s: float = 30.0
    cpu_s: int = 20
    memory_mb: int = 2048
    """Address space."""
    output_mb: int = 16
    """Largest file, standard output included."""
    compile_wall_s: float = 15.0
    compile_memory_mb: int = 1024


@dataclass(frozen=True)
class Job:
    """One design to be judged by one testbench."""

    rtl: str
    top: str
    """The design's top module."""
    testbench: Testbench
    limits: Limits = Limits()
    expected_tests: tuple[str, ...] | None = None
    """The tests that must all have run; None to accept those that the testbench declares."""
    parameters: tuple[tuple[str, str], ...] = ()
    only_tests: tuple[str, ...] = ()
    """Run only these tests (for a trace); the verdict is then about these alone."""
    seed: int = 1
    """Seed of the testbench's random numbers: the same seed gives the same verdict."""
    generated: bool = True
    """Whether a model wrote the design; the policy on constructs is the same, the words differ."""


class Simulator(Protocol):
    """Compiles a design with its testbench, runs it in a sandbox, and judges."""

    @property
    def sandbox(self) -> str:
        """The sandbox level in use, e.g. `landlock+seccomp`."""
        ...

    def versions(self) -> dict[str, str]:
        """Tool name to version: icarus, cocotb, python..."""
        ...

    def judge(self, job: Job) -> Verdict:
        """Judge a design. A failing design is a value.

        Raises MissingToolError or SandboxError when the machine cannot run it at all, and
        TestbenchError when the testbench itself is at fault.
        """
        ...

    def trace(self, job: Job, last: int = 8) -> str:
        """Run the job's `only_tests` again with waves; return a text table of the design's ports.

        The rows are the last `last` points of change before the failure. Empty when no
        waves could be had.
        """
        ...

    def fingerprint(self, job: Job) -> str | None:
        """What a design compiles to by itself: equal where two texts are one design to Icarus.

        None where it does not compile. The job's testbench plays no part.
        """
        ...

    def close(self) -> None:
        """End helper processes; judge must not be called afterwards."""
        ...
