"""How many threads decode fastest, and how long one should look for another before it sleeps."""

from __future__ import annotations

import time
from pathlib import Path

from mevllm.processors import allowed

SPINS_IDLE, SPINS_BUSY = 5000, 500
"""Looks at a barrier before a thread sleeps; libgomp reckons with 100 a microsecond. A sleeper
wakes late, several hundred times a token: threads that slept at once decoded 1.3 (1.5B base) to 2.7
times (135M) slower on idle cores. Where other work holds the cores, the thread that is waited for
may not run for milliseconds, and looking for it takes its time away."""
_SAMPLES, _PAUSE_S = 5, 0.01


def usable_cores() -> int:
    """Physical cores within the affinity mask and the control group's quota; at least 1.

    Two hardware threads of one core share its arithmetic units, which one thread fills.
    """
    cores = {_siblings(cpu) for cpu in allowed()}
    quota = _quota()
    return max(1, min(len(cores), quota) if quota else len(cores))


def spins() -> int:
    """`SPINS_BUSY` where other work is waiting for the processors just now, else `SPINS_IDLE`."""
    busy = 0
    for _ in range(_SAMPLES):
        time.sleep(_PAUSE_S)
        busy += _running() > 1  # this thread is one
    return SPINS_BUSY if 2 * busy > _SAMPLES else SPINS_IDLE


def _running() -> int:
    """Threads that run or could run; 0 where that is not told (proc(5), `loadavg`)."""
    try:
        return int(Path("/proc/loadavg").read_text().split()[3].partition("/")[0])
    except (OSError, ValueError, IndexError):
        return 0


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
