"""How many threads decode fastest: one per physical core that this process may use."""

from __future__ import annotations

import os
from pathlib import Path


def usable_cores() -> int:
    """Physical cores within the affinity mask and the control group's quota; at least 1.

    Two hardware threads of one core share its arithmetic units, which one thread fills.
    """
    cpus = _allowed()
    cores = {_siblings(cpu) for cpu in cpus}
    quota = _quota()
    return max(1, min(len(cores), quota) if quota else len(cores))


def _allowed() -> set[int]:
    if hasattr(os, "sched_getaffinity"):
        return set(os.sched_getaffinity(0))
    return set(range(os.cpu_count() or 1))


def _siblings(cpu: int) -> str:
    path = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
    try:
        return path.read_text().strip()
    except OSError:
        return str(cpu)


def _quota() -> int | None:
    """Whole processors that control group v2 grants, rounded up; None without a limit."""
    try:
        limit, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        return -(-int(limit) // int(period))
    except (OSError, ValueError):
        return None
