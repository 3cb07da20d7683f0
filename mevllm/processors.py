"""The processors that this process may use."""

from __future__ import annotations

import os


def allowed() -> set[int]:
    """The numbers of the logical processors within the affinity mask; all where there is none."""
    if hasattr(os, "sched_getaffinity"):
        return set(os.sched_getaffinity(0))
    return set(range(os.cpu_count() or 1))


def processors() -> int:
    """How many they are; at least 1.

    Simulations take all of them; `mevllm.engines.cores.usable_cores` counts the cores that decode,
    for a simulation waits often enough to share a core with another.
    """
    return len(allowed())
