"""Which simulator is used: the one place that chooses."""

from __future__ import annotations

import os

from agent.errors import InputError
from agent.toolchain.direct import DirectSimulator
from agent.toolchain.forking import ForkSimulator

VARIABLE = "MEVAGENT_SIMULATOR"
"""Names the simulator, for comparisons and to look for a fault: `fork` (usual) or `direct`."""

_KINDS: dict[str, type[DirectSimulator]] = {"fork": ForkSimulator, "direct": DirectSimulator}


def open_simulator(
    *, allow_unsandboxed: bool = False, servers: int | None = None
) -> DirectSimulator:
    """The simulator to use, to be closed by the caller.

    `servers` is the most that may fork designs at once, one for each processor by default; a
    process that judges one design at a time needs one. Raises InputError for an unknown name in
    MEVAGENT_SIMULATOR, SandboxError and MissingToolError.
    """
    name = os.environ.get(VARIABLE) or "fork"
    if name not in _KINDS:
        raise InputError(f"{VARIABLE}={name}: no such simulator; choose {' or '.join(_KINDS)}")
    if name == "fork":
        return ForkSimulator(allow_unsandboxed=allow_unsandboxed, servers=servers)
    return DirectSimulator(allow_unsandboxed=allow_unsandboxed)


def describe(simulator: DirectSimulator) -> str:
    """Which simulator it is and why, in a few words."""
    if not isinstance(simulator, ForkSimulator):
        return f"a process for each design: {VARIABLE} says so"
    if simulator.why_not:
        return f"a process for each design: {simulator.why_not}"
    return "servers that fork for each design"
