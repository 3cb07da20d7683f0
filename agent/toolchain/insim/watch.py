"""What the import of a testbench did, and whether a fork after it is as good as a new process.

Watched are files (audit events of CPython: docs.python.org/3/library/audit_events.html), calls of
the testbench's own that give another answer in each process, and what is left behind: threads,
descriptors, shared memory, timers, files. `Watch.unfit` is the reason not to fork, if there is one.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Sequence
from datetime import date
from types import BuiltinFunctionType, FrameType
from typing import Any

Signature = tuple[int, int, int, int] | None
"""Inode, size, times of change of content and of the entry, in nanoseconds; None when absent."""

_PROCESSES = ("os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.system", "subprocess.Popen")
_FOLDERS = ("os.listdir", "os.scandir", "glob.glob", "os.chdir")
_CLOCKS = ("clock_gettime", "monotonic", "perf_counter", "process_time", "time", "time_ns")
_OWN_ANSWER = {
    *(getattr(time, name) for name in (*_CLOCKS, "monotonic_ns", "perf_counter_ns")),
    *(time.localtime, time.gmtime, time.strftime, time.ctime),
    *(os.getpid, os.getppid, os.urandom),
}
"""Functions whose answer belongs to one process or one moment."""
_TODAY = ("now", "today", "utcnow")


def signature(path: str) -> Signature:
    """What changes when a file or folder does."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


class Watch:
    """Watches the import between `begin` and `end`; `fixed` are folders that do not change."""

    def __init__(self, folder: str, run: str, data: Sequence[str], fixed: Sequence[str]) -> None:
        self.unfit = ""
        self._signatures: dict[str, Signature] = {}
        self._folder, self._run, self._data = folder, run, frozenset(data)
        self._fixed = tuple(f"{name}/" for name in (*fixed, "/proc", "/dev", "/sys"))
        self._on = False

    def begin(self) -> None:
        """Begin to watch."""
        self._modules = set(sys.modules)
        self._fds, self._shared = _descriptors(), _shared_maps()
        self._laid = self._listing()
        self._note(self._folder)
        sys.addaudithook(self._heard)
        sys.setprofile(self._profiled)
        self._on = True

    def end(self) -> dict[str, Signature]:
        """End it; what the import depends on, as it was before it was read."""
        self._on = False
        if sys.getprofile() != self._profiled:
            self._not("it sets a profile function")
        sys.setprofile(None)
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if name not in self._modules and isinstance(file, str):
                self._note(file)
        if len(os.listdir("/proc/self/task")) > 1:
            self._not("it starts a thread")
        if _descriptors() != self._fds:
            self._not("it leaves a file open")
        if _shared_maps() != self._shared:
            self._not("it maps shared memory")
        if any(signal.getitimer(timer)[0] for timer in range(3)):
            self._not("it sets a timer")
        if self._listing() != self._laid:
            self._not("it writes files")
        if os.path.realpath(".") != os.path.realpath(self._run):
            self._not("it changes the directory")
        return self._signatures

    def _not(self, reason: str) -> None:
        self.unfit = self.unfit or reason

    def _listing(self) -> dict[str, Signature]:
        return {name: signature(os.path.join(self._run, name)) for name in os.listdir(self._run)}

    def _note(self, path: str) -> None:
        path = os.path.abspath(path)
        if path.startswith(self._run + "/"):
            if path[len(self._run) + 1 :] not in self._data:
                self._not("it opens a file of the job's directory")
        elif path == self._run:
            self._not("it lists the job's directory")
        elif not path.startswith(self._fixed) and path not in self._signatures:
            self._signatures[path] = signature(path)

    def _heard(self, event: str, args: tuple[Any, ...]) -> None:
        if not self._on:
            return
        if event in _PROCESSES:
            self._not("it starts a process")
        elif event == "open" or event in _FOLDERS:
            path = args[0] if args else "."
            if event == "glob.glob":
                path = os.path.dirname(path) or "."
            if isinstance(path, int):
                return
            self._note(os.fsdecode(path if path is not None else "."))

    def _profiled(self, frame: FrameType, event: str, called: Any) -> None:
        file = frame.f_code.co_filename
        if event != "c_call" or not file.startswith("/") or file.startswith(self._fixed):
            return
        if not isinstance(called, BuiltinFunctionType):
            return
        of = called.__self__
        today = isinstance(of, type) and issubclass(of, date) and called.__name__ in _TODAY
        if today or called in _OWN_ANSWER:
            self._not(f"it calls {called.__name__}, whose answer belongs to one process")


def _descriptors() -> set[str]:
    with os.scandir("/proc/self/fd") as entries:
        found = {entry.name: os.readlink(entry.path) for entry in entries if _is_open(entry.path)}
    return {f"{name} {target}" for name, target in found.items()}


def _is_open(path: str) -> bool:
    return not os.readlink(path).endswith("/fd")


def _shared_maps() -> set[str]:
    with open("/proc/self/maps") as maps:
        return {line for line in maps if line.split(" ", 2)[1].endswith("s")}
