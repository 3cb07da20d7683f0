"""A simulator that has imported a testbench and forks for each design: our end of it.

The other end is `insim/serve.py`, which runs closed in like a single simulation. A job that lasts
too long ends together with its server: nothing of it can be left, and the next job starts another.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import socket
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from agent import launching
from agent.process import KEEP, REPORT_MAX, Bounds, Completed, Confinement, conclude, settings
from agent.toolchain.cocotb_run import Setup
from agent.toolchain.insim.watch import signature
from agent.toolchain.scratch import scratch

_LONGEST = 1 << 17
_STILL_NS = 100_000_000
"""A file that changed less than this before it was read may change again within one time stamp."""


class UnfitError(Exception):
    """A fork would not be as good as a process of its own; the message says why."""


class LostError(Exception):
    """The server ended too early: of the job nothing is known."""


class Server:
    """A running server: one job at a time."""

    def __init__(
        self,
        key: object,
        setup: Setup,
        confinement: Confinement,
        bounds: Bounds,
        *,
        data: Sequence[Path],
        fixed: Sequence[Path],
    ) -> None:
        """Start it in the folder that `setup` writes to, and wait until it has imported.

        `data` are the files that were copied there; `fixed` are folders whose files do not
        change. Raises UnfitError and LostError.
        """
        self.key = key
        self._ended = False
        self.folder = setup.profile.write[0]
        self._output: IO[bytes] = tempfile.TemporaryFile(dir=scratch())  # noqa: SIM115  closed below
        self._control, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        names = [file.name for file in data]
        more = {"run": str(self.folder), "data": names, "fixed": [*map(str, fixed)]}
        setup = replace(setup, guard={**setup.guard, **more})
        status = os.open(os.devnull, os.O_WRONLY)
        try:
            self._launched = launching.launch(
                launching.Start(
                    argv=tuple(map(str, setup.argv)),
                    cwd=str(self.folder),
                    env=setup.environment(),
                    settings=settings(bounds, confinement, lasting=True),
                    output=self._output.fileno(),
                    status=status,
                    kept=(far.fileno(),),
                    report="MEVAGENT_CONTROL",
                ),
                confinement.wrapper,
            )
        except BaseException:
            self._shut()
            raise
        finally:
            os.close(status)
            far.close()
        try:
            ready = self._ready(bounds.wall_s)
        except BaseException:
            self.close()
            raise
        self._files: Mapping[str, Any] = ready["files"]
        known = (*self._files.values(), *(signature(str(file)) for file in data))
        newest = max((max(found[2:]) for found in known if found), default=0)
        self.steady = newest < ready["began"] - _STILL_NS
        """Whether a change of what was imported would be seen; else good for one job."""

    def _ready(self, seconds: float) -> dict[str, Any]:
        self._control.settimeout(seconds)
        try:
            data = self._control.recv(_LONGEST)
        except TimeoutError:
            raise LostError(f"its import lasts longer than {seconds:g} s") from None
        if not data:
            raise LostError(f"the server did not start: {self._said()}")
        message: dict[str, Any] = json.loads(data)
        if "unfit" in message:
            raise UnfitError(message["unfit"])
        return message

    @property
    def pid(self) -> int:
        """Process id of its launcher, which leads its group."""
        return self._launched.pid

    def _said(self) -> str:
        self._output.seek(0)
        return self._output.read(500).decode(errors="replace").strip()

    def fresh(self) -> bool:
        """Whether it runs, and everything that it imported is as it was."""
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        return not (self._ended or poll.poll(0)) and all(
            (list(found) if (found := signature(path)) else None) == known
            for path, known in self._files.items()
        )

    def run(self, bounds: Bounds) -> Completed:
        """Judge the design that lies in `folder`; see `process.run`. Raises LostError."""
        begin = time.monotonic()
        near, far = socket.socketpair()
        with tempfile.TemporaryFile(dir=scratch()) as output, near:
            with far:
                order = {"wall": bounds.wall_s, "cpu": bounds.cpu_s}
                try:
                    fds = [output.fileno(), far.fileno()]
                    socket.send_fds(self._control, [json.dumps(order).encode()], fds)
                except OSError as error:
                    raise LostError(str(error)) from error
            near.setblocking(False)
            report = bytearray()
            line = self._wait(near, report, begin + bounds.wall_s)
            while _take(near, report):
                pass
            wall = time.monotonic() - begin
            return conclude(line, bounds, output, KEEP, bytes(report), wall)

    def _wait(self, near: socket.socket, report: bytearray, deadline: float) -> str | None:
        """The job's status line; None when its time, or the room for its report, ran out."""
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(near, select.POLLIN)
        while (left := deadline - time.monotonic()) > 0 and len(report) <= REPORT_MAX:
            ready = {descriptor for descriptor, _ in poll.poll(left * 1000)}
            if self._control.fileno() in ready:
                try:
                    data = self._control.recv(_LONGEST)
                except OSError:
                    data = b""
                if not data:
                    raise LostError(f"the server ended: {self._said()}")
                return str(json.loads(data)["line"])
            if near.fileno() in ready and not _take(near, report):
                poll.unregister(near)
        self._ended = True
        self._launched.kill()
        self._launched.reap()
        return None

    def clear(self) -> bool:
        """Empty the folder; False when that was not possible."""
        with contextlib.suppress(OSError):
            for entry in self.folder.iterdir():
                if entry.is_dir() and not entry.is_symlink():
                    shutil.rmtree(entry)
                else:
                    entry.unlink()
            return True
        return False

    def close(self) -> None:
        """End it, with all that it started, and remove its folder."""
        self._launched.kill()
        self._launched.reap()
        self._shut()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _shut(self) -> None:
        self._control.close()
        self._output.close()


def _take(near: socket.socket, report: bytearray) -> bool:
    """Take what has been reported; False when there is no more to come or none just now."""
    try:
        chunk = near.recv(1 << 16)
    except (BlockingIOError, ConnectionResetError):
        return False
    report += chunk
    return bool(chunk)
