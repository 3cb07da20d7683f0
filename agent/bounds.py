"""The limits on a process, and what became of it."""

from __future__ import annotations

import os
import resource
import signal
from dataclasses import dataclass, field
from typing import IO

from agent.toolchain.results import Limit

KEEP = 64 << 10
"""Bytes of output that are kept when nothing else is said."""


@dataclass(frozen=True)
class Bounds:
    """Limits on one process and all that it starts (each limit but the first is per process)."""

    wall_s: float
    cpu_s: int
    memory_mb: int
    """Address space."""
    file_mb: int
    """Largest file, captured output included."""
    files: int = 256
    """Open descriptors."""

    def resources(self) -> dict[int, tuple[int, int]]:
        """rlimits, soft and hard. NPROC is absent: it counts every process of the user; a
        program that has no business starting others is kept from it by seccomp instead."""
        memory, size = self.memory_mb << 20, self.file_mb << 20
        return {
            resource.RLIMIT_CPU: (self.cpu_s, self.cpu_s + 1),
            resource.RLIMIT_AS: (memory, memory),
            resource.RLIMIT_FSIZE: (size, size),
            resource.RLIMIT_NOFILE: (self.files, self.files),
            resource.RLIMIT_CORE: (0, 0),
        }


@dataclass(frozen=True)
class Completed:
    """How a process ended."""

    status: int | None
    """Exit status; None when a signal ended it."""
    signal: int | None
    limit: Limit | None
    """The limit that ended it."""
    output: str = field(repr=False)
    """The end of what it printed, standard error included."""
    whole: bool = True
    """Whether `output` is all of it."""
    report: bytes = field(default=b"", repr=False)
    """What it wrote to its report descriptor."""
    wall_s: float = 0.0
    cpu_s: float = 0.0
    """CPU time of the program and all it waited for; 0 when the wall clock ended it."""
    max_rss_mb: float = 0.0


def conclude(
    line: str | None,
    bounds: Bounds,
    output: IO[bytes],
    keep: int,
    report: bytes,
    wall_s: float,
) -> Completed:
    """What became of a process, from its status line: `exit N CPU RSS` or `signal N CPU RSS`.

    None stands for one that the wall clock ended, an empty line for one whose launcher was killed.
    """
    text, size = tail(output, keep)
    kind, number, cpu, rss = (line or f"signal {signal.SIGKILL:d} 0 0").split()
    status = int(number) if kind == "exit" else None
    killed_by = None if kind == "exit" else int(number)
    limit: Limit | None = "wall clock"
    if line is not None:
        limit = _limit(status, killed_by, float(cpu), int(rss) / 1024, bounds, text, size)
    return Completed(
        status=status,
        signal=killed_by,
        limit=limit,
        output=text,
        whole=size <= keep,
        report=report,
        wall_s=wall_s,
        cpu_s=float(cpu),
        max_rss_mb=int(rss) / 1024,
    )


def tail(output: IO[bytes], keep: int) -> tuple[str, int]:
    """The last `keep` bytes of a file as text, and its size."""
    size = output.seek(0, os.SEEK_END)
    output.seek(max(0, size - keep))
    return output.read(keep).decode(errors="replace"), size


_MEMORY_WORDS = ("bad_alloc", "out of memory", "cannot allocate memory", "memoryerror")


def _limit(
    status: int | None,
    killed_by: int | None,
    cpu_s: float,
    rss_mb: float,
    bounds: Bounds,
    text: str,
    size: int,
) -> Limit | None:
    """Which limit explains an end that is not a success.

    A process that a shell started hands on its signal as an exit status above 128, and one that
    runs out of memory may fail in any way it likes.
    """
    if status == 0:
        return None
    if killed_by is None and status is not None and status > 128:
        killed_by = status - 128
    if killed_by == signal.SIGXCPU or cpu_s >= bounds.cpu_s:
        return "cpu time"
    if killed_by == signal.SIGXFSZ or size >= bounds.file_mb << 20:
        return "output size"
    said = text[-4096:].lower()
    if rss_mb >= 0.8 * bounds.memory_mb or any(word in said for word in _MEMORY_WORDS):
        return "memory"
    return None
