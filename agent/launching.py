"""Starting a launcher, which starts a program: in a fresh Python, or forked from a warm one.

A fresh Python costs two to three times what the compiler needs for a small design. So one bare
Python (`toolchain/jail/warm.py`) waits with the launcher loaded and forks for each start. It has
read nothing but our own code, serves this process alone, and ends with it.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parent
"""Our own code, of which the launcher runs a part."""

_LONGEST = 120 << 10
"""Bytes of a request; a longer one goes the cold way."""


def _code(module: str) -> str:
    """What the bare Python runs: a module of the jail."""
    folder = str(PACKAGE.parent)
    return (
        f"import sys; sys.path.insert(0, {folder!r}); "
        f"from agent.toolchain.jail import {module}; {module}.main()"
    )


def interpreter() -> str:
    """The Python that runs the launcher: the bare one, without a virtual environment's start-up."""
    return getattr(sys, "_base_executable", None) or sys.executable


@dataclass(frozen=True)
class Start:
    """A program to start. Descriptors are those of this process."""

    argv: tuple[str, ...]
    cwd: str
    env: Mapping[str, str]
    settings: Mapping[str, Any]
    """What `jail/launcher.py` reads, without descriptors and parent."""
    output: int
    """Becomes standard output and standard error."""
    status: int
    """Takes the launcher's line."""
    kept: tuple[int, ...] = ()
    report: str | None = None
    """The variable that holds the number of the last of `kept`."""
    single: bool = False
    """Whether its sandbox keeps it from starting others: then it needs no launcher as a parent."""
    waits: bool = False
    """Whether the program is named later, through the last of `kept`; it is `single`."""


class Launched:
    """A launcher and the process group that it leads."""

    def __init__(
        self,
        pid: int,
        pidfd: int,
        *,
        popen: subprocess.Popen[bytes] | None = None,
        single: bool = False,
    ) -> None:
        self.pid, self.pidfd = pid, pidfd
        self._single = single
        self._popen = popen
        self._code: int | None = None
        self.line = ""
        """The launcher's line, once reaped, where there was no launcher to write it."""
        self.lost = False
        """Whether the warm Python ended before it could say what became of the program."""

    def kill(self) -> None:
        """Kill the group. Safe only before the leader is reaped: its number is then still its."""
        if self._code is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    def reap(self) -> int:
        """Wait for the leader's end; its exit code, negative for a signal."""
        if self._code is None:
            poll = select.poll()
            poll.register(self.pidfd, select.POLLIN)
            poll.poll()
            if self._popen:
                self._code = self._popen.wait()
            else:
                ended = _warm.reap(self.pid)
                self.lost = ended is None
                self._code, line = ended or (-int(signal.SIGKILL), "")
                self.line = line if self._single else ""
            os.close(self.pidfd)
        return self._code


def launch(start: Start, wrapper: Sequence[str] = ()) -> Launched:
    """Start a program under a launcher; `wrapper` is a command put in front of it.

    Raises OSError for one that `waits` where the warm Python cannot start it.
    """
    if start.waits:
        launched = _warm.launch(start)
        if launched is None:
            raise OSError("too long a request")
        return launched
    if not wrapper:
        with contextlib.suppress(OSError):
            launched = _warm.launch(start)
            if launched is not None:
                return launched
    return _cold(start, wrapper)


def _cold(start: Start, wrapper: Sequence[str]) -> Launched:
    settings = {
        **start.settings,
        "status": start.status,
        "keep": list(start.kept),
        "parent": 0 if wrapper else os.getpid(),
    }
    env = dict(start.env)
    if start.report:
        env[start.report] = str(start.kept[-1])
    popen = subprocess.Popen(
        [
            *(*wrapper, interpreter(), "-I", "-S", "-B", "-c", _code("launcher")),
            *(marshal.dumps(settings).hex(), *start.argv),
        ],
        cwd=start.cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=start.output,
        stderr=start.output,
        pass_fds=[start.status, *start.kept],
        start_new_session=True,
    )
    try:
        return Launched(popen.pid, os.pidfd_open(popen.pid), popen=popen)
    except BaseException:
        os.killpg(popen.pid, signal.SIGKILL)
        popen.wait()
        raise


class _Warm:
    """The warm Python of this process; started when first used, again when it is gone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._popen: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def launch(self, start: Start) -> Launched | None:
        """Fork a launcher; None where the request is too long. Raises OSError."""
        request = marshal.dumps(
            {
                "settings": {**start.settings, "parent": -1},
                "argv": list(start.argv),
                "cwd": start.cwd,
                "env": dict(start.env),
                "report": start.report,
                "single": start.single,
                "waits": start.waits,
            }
        )
        if len(request) > _LONGEST:
            return None
        with self._lock:
            control = self._open()
            try:
                socket.send_fds(control, [request], [start.output, start.status, *start.kept])
                answer, fds, _, _ = socket.recv_fds(control, 64, 1)
                if not answer or not fds:
                    raise BrokenPipeError("the warm launcher is gone")
            except BaseException:
                self._drop()  # an answer may be left on the way: it must not meet the next request
                raise
            return Launched(int(answer), fds[0], single=start.single)

    def reap(self, pid: int) -> tuple[int, str] | None:
        """Exit code and line of a process that has ended; None where the warm Python is gone."""
        with self._lock:
            if self._socket is None or self._owner != os.getpid():
                return None
            try:
                self._socket.send(marshal.dumps(pid))
                answer = self._socket.recv(256).decode()
            except OSError:
                answer = ""
            except BaseException:
                self._drop()
                raise
            if not answer:
                self._drop()
                return None
            code, _, line = answer.partition(" ")
            return int(code), line

    def _open(self) -> socket.socket:
        if self._owner != os.getpid():  # forked since: the other's socket is not ours to use
            self._socket = self._popen = None
        if self._socket is None:
            near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with far:
                number = far.fileno()
                self._popen = subprocess.Popen(
                    [interpreter(), "-I", "-S", "-B", "-c", _code("warm"), str(number)],
                    cwd="/",
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=[number],
                    start_new_session=True,
                )
            self._socket, self._owner = near, os.getpid()
        return self._socket

    def _drop(self) -> None:
        """Let the warm Python go; what it started ends with it."""
        if self._socket is not None:
            self._socket.close()
        if self._popen is not None:
            self._popen.kill()
            self._popen.wait()
        self._socket = self._popen = None


_warm = _Warm()
