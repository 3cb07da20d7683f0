"""The one place that starts a process: bounded, closed in, and never left behind.

Every process runs under a small launcher (`toolchain/jail/launcher.py`) that sets the limits,
closes the sandbox and then becomes its parent. `preexec_fn` would do the same with less, but it is
not safe in a process that has threads.
"""

from __future__ import annotations

import marshal
import os
import resource
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO

from agent.errors import InputError, SandboxError
from agent.toolchain.jail import launcher
from agent.toolchain.results import Limit

PACKAGE = Path(__file__).parent
"""Our own code, of which the launcher runs a part."""

INHERITED = ("PATH", "LD_LIBRARY_PATH", "TZ")
"""Variables that a process gets from our own environment; everything else stays behind."""

_GRACE_S = 2.0
"""How long after the deadline the launcher ends the group by itself, should we have lost it."""
_REPORT_MAX = 8 << 20
_START = (
    f"import sys; sys.path.append({str(PACKAGE.parent)!r}); "
    f"from {launcher.__package__} import launcher; launcher.main()"
)


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
    pass_fds: Sequence[int] = (),
    keep: int = 64 << 10,
) -> Completed:
    """Run a program to its end or to a limit, then kill whatever is left of its process group.

    `argv[0]` is an absolute path. `report` names an environment variable that will hold the number
    of a descriptor to write a report to: one end of a socket, which has no name in any file system
    and cannot be opened a second time. `keep` bounds the bytes of output kept.

    Raises SandboxError when the process could not be closed in; then it did not run.
    """
    with _Process(
        argv, cwd, bounds, confinement, env or environment(), report, pass_fds
    ) as process:
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
        pass_fds: Sequence[int],
    ) -> None:
        self._begin = time.monotonic()
        self._output: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed by __exit__
        self._status, status = os.pipe()
        self._report, far = socket.socketpair()
        self._report.setblocking(False)
        self._received = bytearray()
        kept = [*pass_fds, *([far.fileno()] if report else [])]
        settings = {
            "status": status,
            "parent": 0 if confinement.wrapper else os.getpid(),
            "limits": bounds.resources(),
            "wall": bounds.wall_s + _GRACE_S,
            "keep": kept,
            "namespace": confinement.namespace,
            "landlock": confinement.landlock,
            "seccomp": confinement.seccomp,
        }
        if report:
            env = {**env, report: str(far.fileno())}
        start = [*confinement.wrapper, interpreter(), "-I", "-S", "-B", "-c", _START]
        try:
            self._popen = subprocess.Popen(
                [*start, marshal.dumps(settings).hex(), *map(str, argv)],
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=self._output,
                stderr=self._output,
                pass_fds=[status, *kept],
                start_new_session=True,
            )
        except BaseException:
            if started := getattr(self, "_popen", None):
                self.kill()
                started.wait()
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
        self.kill()
        self._popen.wait()
        self._close()

    def _close(self) -> None:
        self._output.close()
        self._report.close()
        os.close(self._status)

    def kill(self) -> None:
        """Kill the group. Safe only before the leader is reaped: its number is then still its."""
        if self._popen.returncode is None:
            os.killpg(self._popen.pid, signal.SIGKILL)

    def wait(self, seconds: float) -> bool:
        """Wait for the end, taking the report meanwhile; False at the deadline."""
        deadline = self._begin + seconds
        pidfd = os.pidfd_open(self._popen.pid)
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(pidfd, selectors.EVENT_READ)
                selector.register(self._report, selectors.EVENT_READ)
                while True:
                    left = deadline - time.monotonic()
                    ready = {key.fd for key, _ in selector.select(left)} if left > 0 else set()
                    if self._report.fileno() in ready and not self._receive():
                        selector.unregister(self._report)
                    if pidfd in ready or left <= 0 or len(self._received) > _REPORT_MAX:
                        break
        finally:
            os.close(pidfd)
        self.kill()
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
        size = self._output.seek(0, os.SEEK_END)
        self._output.seek(max(0, size - keep))
        text = self._output.read(keep).decode(errors="replace")
        os.set_blocking(self._status, False)
        try:
            line = os.read(self._status, 1 << 13).decode().strip()
        except BlockingIOError:
            line = ""
        kind, _, rest = line.partition(" ")
        code = self._popen.wait()
        if kind == "error":
            raise SandboxError(f"the process could not be started in its sandbox: {rest}")
        if not line and ended and code >= 0:
            raise SandboxError(f"the launcher failed before the process began: {text.strip()}")
        number, cpu, rss = rest.split() if line else (str(signal.SIGKILL), "0", "0")
        status = int(number) if kind == "exit" else None
        killed_by = None if kind == "exit" else int(number)
        limit: Limit | None = "wall clock"
        if ended:
            limit = _limit(status, killed_by, float(cpu), int(rss) / 1024, bounds, text, size)
        return Completed(
            status=status if ended else None,
            signal=killed_by if ended else signal.SIGKILL,
            limit=limit,
            output=text,
            whole=size <= keep,
            report=bytes(self._received),
            wall_s=wall,
            cpu_s=float(cpu),
            max_rss_mb=int(rss) / 1024,
        )


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


def interpreter() -> str:
    """The Python that runs the launcher: the bare one, without a virtual environment's start-up."""
    return getattr(sys, "_base_executable", None) or sys.executable
