"""How many threads of one processor each are worth starting."""

from __future__ import annotations

import os


def processors() -> int:
    """The logical processors that this process may use; at least 1.

    Other than `mevllm.engines.cores.usable_cores`, which counts the cores that decode: a simulation
    waits for memory and for its testbench often enough to share a core with another.
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
