"""Which process wrote a row, and whether it is certainly gone.

A process number alone is not enough: numbers are used again. With the number go the process's
start time (Linux, proc(5), field 22 of `/proc/PID/stat`), the boot, the host and the process
number's name space (containers count their own). Whatever cannot be told counts as alive.
"""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ProcessIdentity:
    """A process, told apart from every other one that had or will have its number."""

    host: str
    boot_id: str
    pid_namespace: str
    pid: int
    start: int | None
    """Start time in clock ticks since the boot; None where the system does not say."""

    @classmethod
    def current(cls) -> ProcessIdentity:
        """The process that asks."""
        return cls(
            host=platform.node(),
            boot_id=_read(Path("/proc/sys/kernel/random/boot_id")).strip(),
            pid_namespace=_pid_namespace(),
            pid=os.getpid(),
            start=_start(os.getpid()),
        )

    @property
    def is_gone(self) -> bool:
        """True only when the process has certainly ended; a zombie has."""
        here = ProcessIdentity.current()
        if self.host != here.host:
            return False
        if self.boot_id != here.boot_id:
            return True
        if self.pid_namespace != here.pid_namespace:
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        if _state(self.pid) in ("Z", "X"):
            return True
        start = _start(self.pid)
        return None not in (start, self.start) and start != self.start

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}"


def _start(pid: int) -> int | None:
    fields = _stat(pid)
    return int(fields[19]) if len(fields) > 19 else None


def _state(pid: int) -> str:
    fields = _stat(pid)
    return fields[0] if fields else ""


def _stat(pid: int) -> list[str]:
    # The second field, the command's name in parentheses, may itself hold spaces and parentheses.
    return _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()


def _pid_namespace() -> str:
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
