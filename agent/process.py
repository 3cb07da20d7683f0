"""The one place that starts a process: bounded, closed in, and never left behind.

Every process runs under a small launcher (`toolchain/jail/launcher.py`, started by `launching.py`)
that sets the limits, closes the sandbox and then becomes its parent. `preexec_fn` would do the same
with less, but it is not safe in a process that has threads.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import resource
import select
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO

from agent import launching
from agent.bounds import KEEP, Bounds, Completed, conclude, tail
from agent.errors import InputError, SandboxError
from agent.toolchain.scratch import scratch

PACKAGE = launching.PACKAGE
interpreter = launching.interpreter

__all__ = [
    "KEEP",
    "PACKAGE",
    "UNCONFINED",
    "Bounds",
    "Completed",
    "Confinement",
    "conclude",
    "environment",
    "forget",
    "interpreter",
    "run",
    "run_ahead",
    "settings",
    "start_detached",
]

INHERITED = ("PATH", "LD_LIBRARY_PATH", "TZ")
"""Variables that a process gets from our own environment; everything else stays behind."""

_GRACE_S = 2.0
"""How long after the deadline the launcher ends the group by itself, should we have lost it."""
REPORT_MAX = 8 << 20
"""Bytes of a report; a process that reports more is ended."""


@dataclass(frozen=True)
class Confinement:
    """What the launcher closes before the program starts; made by `toolchain.sandbox`."""

    level: str = "none"
    wrapper: tuple[str, ...] = ()
    """A command put in front of the launcher (`bwrap ...`)."""
    namespace: tuple[list[str], list[str], str] | None = None
    landlock: tuple[list[str], list[str], list[str]] | None = None
    seccomp: bytes | None = field(default=None, repr=False)
    single: bool = False
    """Whether the filter keeps the program from starting others."""


UNCONFINED = Confinement()


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
    given = environment() if env is None else env
    waiting = None if report else _waiting.take(cwd, settings(bounds, confinement))
    if waiting is None or not waiting.order(argv, given):
        waiting = _Process(argv, cwd, bounds, confinement, given, report)
    with waiting as process:
        ended = process.wait(bounds.wall_s)
        return process.completed(ended, bounds, keep)


def run_ahead(cwd: Path, bounds: Bounds, confinement: Confinement) -> None:
    """Start, and close in, the process that the next `run` in `cwd` under the same bounds becomes.

    It saves that run the time that starting takes. Until then the process waits. A run under other
    bounds does without it; `forget` ends it. Where no process can be kept so, nothing is started.
    """
    if confinement.single and not confinement.wrapper:
        with contextlib.suppress(OSError):
            _waiting.keep(cwd, _Process(None, cwd, bounds, confinement, {}, None))


def forget(cwd: Path) -> None:
    """End the process that waits for a run in `cwd`, if there is one."""
    _waiting.take(cwd, None)


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
        argv: Sequence[str | Path] | None,
        cwd: Path,
        bounds: Bounds,
        confinement: Confinement,
        env: Mapping[str, str],
        report: str | None,
    ) -> None:
        """Start it; with no `argv` it waits for `order`. Raises OSError where it cannot wait."""
        waits = argv is None
        self.settings, self.owner = settings(bounds, confinement), os.getpid()
        self._begin = time.monotonic()
        self._output: IO[bytes] = tempfile.TemporaryFile(dir=scratch())  # noqa: SIM115  closed below
        self._status, status = os.pipe()
        # Orders go the other way, in a message of their own.
        kind = socket.SOCK_SEQPACKET if waits else socket.SOCK_STREAM
        self._report, far = socket.socketpair(socket.AF_UNIX, kind)
        self._report.setblocking(False)
        self._received = bytearray()
        start = launching.Start(
            argv=tuple(map(str, argv or ())),
            cwd=str(cwd),
            env=env,
            settings=self.settings,
            output=self._output.fileno(),
            status=status,
            kept=(far.fileno(),) if report or waits else (),
            report=report,
            single=confinement.single,
            waits=waits,
        )
        try:
            self._launched = launching.launch(start, confinement.wrapper)
        except BaseException:
            self._close()
            raise
        finally:
            os.close(status)
            far.close()

    def order(self, argv: Sequence[str | Path], env: Mapping[str, str]) -> bool:
        """Tell a process that waits what to become; where it is gone, end it and return False."""
        self._begin = time.monotonic()
        try:
            self._report.send(marshal.dumps(([*map(str, argv)], dict(env))))
        except OSError:
            self.end()
            return False
        return True

    def __enter__(self) -> _Process:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()

    def end(self) -> None:
        """Kill what is left of the group, and forget it."""
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
        poll = select.poll()
        poll.register(pidfd, select.POLLIN)
        poll.register(self._report, select.POLLIN)
        while True:
            left = deadline - time.monotonic()
            ready = {descriptor for descriptor, _ in poll.poll(left * 1000)} if left > 0 else set()
            if self._report.fileno() in ready and not self._receive():
                poll.unregister(self._report)
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
        if self._launched.lost and not line:
            raise SandboxError("what starts programs was ended while one ran; run it again")
        line = line or self._launched.line
        if line.startswith("error "):
            said = line.removeprefix("error ")
            raise SandboxError(f"the process could not be started in its sandbox: {said}")
        if not line and ended and code >= 0:
            said = tail(self._output, keep)[0].strip()
            raise SandboxError(f"the launcher failed before the process began: {said}")
        return conclude(
            line if ended else None, bounds, self._output, keep, bytes(self._received), wall
        )


class _Waiting:
    """Processes that wait for a run, by the directory that they are closed into."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[Path, _Process] = {}

    def keep(self, cwd: Path, process: _Process) -> None:
        """Keep a process; the one before it ends."""
        with self._lock:
            before, self._kept[cwd] = self._kept.get(cwd), process
        if before is not None:
            before.end()

    def take(self, cwd: Path, wanted: Mapping[str, object] | None) -> _Process | None:
        """The process that waits in a directory; it ends if it was closed in otherwise."""
        with self._lock:
            process = self._kept.pop(cwd, None)
        if process is not None and process.owner != os.getpid():  # we were forked since
            return None
        if process is not None and process.settings != wanted:
            process.end()
            return None
        return process


_waiting = _Waiting()


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
