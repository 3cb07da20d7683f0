"""What can go wrong outside the model, and the exit codes that the command returns.

A failing design is a value (`Verdict`); these are for broken machines and broken input.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What `mevagent` returns to the shell."""

    PASSED = 0
    """A design passed, or the command did what was asked."""
    NOT_PASSED = 1
    """No passing design within the bounds; for `verify`, the design failed or was refused; for
    `strength` that too, or fewer mutants were noticed than asked for; for `hook`, a finding."""
    BAD_INPUT = 2
    """A file or an option is wrong."""
    MISSING = 3
    """A tool, weights or the sandbox are missing."""
    TESTBENCH_BROKEN = 4
    """The testbench cannot judge any design."""
    INTERNAL = 70
    """A defect in mevagent itself (EX_SOFTWARE of sysexits.h)."""
    INTERRUPTED = 130
    """Ended by Ctrl-C; the record is kept."""


class AgentError(Exception):
    """Base of every error that agent raises; the message says what to do next."""

    exit_code: ExitCode = ExitCode.BAD_INPUT


class InputError(AgentError):
    """A file, option or stored run that cannot be used."""


class MissingToolError(AgentError):
    """Icarus, cocotb or another tool is absent or of a version that does not work."""

    exit_code = ExitCode.MISSING


class SandboxError(AgentError):
    """No sandbox is available and running without one was not allowed."""

    exit_code = ExitCode.MISSING


class TestbenchError(AgentError):
    """The testbench cannot import, has no tests, or touches ports the specification lacks."""

    __test__ = False
    exit_code = ExitCode.TESTBENCH_BROKEN


class LogError(AgentError):
    """The attempt database cannot be opened, read or written."""
