"""The one place that starts a process: bounded, closed in, and never left behind.

Every process runs under a small launcher (`toolchain/jail/launcher.py`, started by `launching.py`)
that sets the limits, closes the sandbox and then becomes its parent. `preexec_fn` would do the same
with less, but it is not safe in a process that has threads.
"""

from __future__ import annotations

import os
import resource
import selectors
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO

from agent import launching
from agent.errors import InputError, SandboxError
from agent.toolchain.results import Limit

PACKAGE = launching.PACKAGE
interpreter = launching.interpreter

INHERITED = ("PATH", "LD_LIBRARY_PATH", "TZ")
"""Variables that a process gets from our own environment; everything else stays behind."""

_GRACE_S = 2.0
"""How long after the deadline the launcher ends the group by itself, should we have lost it."""
REPORT_MAX = 8 << 20
"""Bytes of a report; a process that reports more is ended."""
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
class Confinement:
    """What the launcher closes before the program starts; made by `toolchain.sandbox`."""

    level: str = "none"
    wrapper: tuple[str, ...] = ()
    """A command put in front of the launcher (`bwrap ...`)."""
    namespace: tuple[list[str], list[str], str] | None = None
    landlock: tuple[list[str], list[str], list[str]] | None = None
    seccomp: bytes | None = field(default=None, repr=False)


UNCONFINED = Confinement()


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


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """A clean environment: the allow-list, a fixed locale, and `extra`."""
    env = {name: os.environ[name] for name in INHERITED if name in os.environ}
    env.setdefault("PATH", os.defpath)
    return env | {"LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"} | dict(extra or {})


def run(
    argv: Sequence[str | Path],
    *,
    cwd: Path,
    bounds: Bounds,
    confinement: Confinement = UNCONFINED,
    env: Mapping[str, str] | None = None,
    report: str | None = None,
    keep: int = KEEP,
) -> Completed:
    """Run a program to its end or to a limit, then kill whatever is left of its process group.

    `argv[0]` is an absolute path. `report` names an environment variable that will hold the number
    of a descriptor to write a report to: one end of a socket, which has no name in any file system
    and cannot be opened a second time. `keep` bounds the bytes of output kept.

    Raises SandboxError when the process could not be closed in; then it did not run.
    """
    with _Process(argv, cwd, bounds, confinement, env or environment(), report) as process:
        ended = process.wait(bounds.wall_s)
        return process.completed(ended, bounds, keep)


def start_detached(argv: Sequence[str], env: Mapping[str, str]) -> None:
    """Start a program of the person's own, a viewer for example, that may outlive us.

    It is trusted: no limits and no sandbox. Raises InputError when it cannot be started.
    """
    try:
        subprocess.Popen(
            argv,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise InputError(f"{argv[0]} cannot be started: {error.strerror}") from error


class _Process:
    """A launcher and its group; leaving the context kills and reaps all of it."""

    def __init__(
        self,
        argv: Sequence[str | Path],
        cwd: Path,
        bounds: Bounds,
        confinement: Confinement,
        env: Mapping[str, str],
        report: str | None,
    ) -> None:
        self._begin = time.monotonic()
        self._output: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed by __exit__
        self._status, status = os.pipe()
        self._report, far = socket.socketpair()
        self._report.setblocking(False)
        self._received = bytearray()
        try:
            self._launched = launching.launch(
                launching.Start(
                    argv=tuple(map(str, argv)),
                    cwd=str(cwd),
                    env=env,
                    settings=settings(bounds, confinement),
                    output=self._output.fileno(),
                    status=status,
                    kept=(far.fileno(),) if report else (),
                    report=report,
                ),
                confinement.wrapper,
            )
        except BaseException:
            self._close()
            raise
        finally:
            os.close(status)
            far.close()

    def __enter__(self) -> _Process:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._launched.kill()
        self._launched.reap()
        self._close()

    def _close(self) -> None:
        self._output.close()
        self._report.close()
        os.close(self._status)

    def wait(self, seconds: float) -> bool:
        """Wait for the end, taking the report meanwhile; False at the deadline."""
        deadline = self._begin + seconds
        pidfd = self._launched.pidfd
        with selectors.DefaultSelector() as selector:
            selector.register(pidfd, selectors.EVENT_READ)
            selector.register(self._report, selectors.EVENT_READ)
            while True:
                left = deadline - time.monotonic()
                ready = {key.fd for key, _ in selector.select(left)} if left > 0 else set()
                if self._report.fileno() in ready and not self._receive():
                    selector.unregister(self._report)
                if pidfd in ready or left <= 0 or len(self._received) > REPORT_MAX:
                    break
        self._launched.kill()
        while self._receive():
            pass
        return pidfd in ready

    def _receive(self) -> bool:
        """Take what has been reported; False when there is no more to come or none just now."""
        try:
            chunk = self._report.recv(1 << 16)
        except (BlockingIOError, ConnectionResetError):
            return False
        self._received += chunk
        return bool(chunk)

    def completed(self, ended: bool, bounds: Bounds, keep: int) -> Completed:
        """What became of it. Raises SandboxError when it never ran."""
        wall = time.monotonic() - self._begin
        os.set_blocking(self._status, False)
        try:
            line = os.read(self._status, 1 << 13).decode().strip()
        except BlockingIOError:
            line = ""
        code = self._launched.reap()
        if line.startswith("error "):
            said = line.removeprefix("error ")
            raise SandboxError(f"the process could not be started in its sandbox: {said}")
        if not line and ended and code >= 0:
            said = _tail(self._output, keep)[0].strip()
            raise SandboxError(f"the launcher failed before the process began: {said}")
        return conclude(
            line if ended else None, bounds, self._output, keep, bytes(self._received), wall
        )


def settings(
    bounds: Bounds, confinement: Confinement, *, lasting: bool = False
) -> dict[str, object]:
    """What the launcher is told, without descriptors; a `lasting` process has no limit of time."""
    limits = bounds.resources()
    if lasting:
        del limits[resource.RLIMIT_CPU]
    return {
        "limits": limits,
        "wall": 0 if lasting else bounds.wall_s + _GRACE_S,
        "namespace": confinement.namespace,
        "landlock": confinement.landlock,
        "seccomp": confinement.seccomp,
    }


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
    text, size = _tail(output, keep)
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


def _tail(output: IO[bytes], keep: int) -> tuple[str, int]:
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
