"""The verdict's way out of the simulator: one JSON object a line, on a descriptor of the parent's.

    {"kind": "testbench", "message": ...}             it cannot be imported, or has no tests
    {"kind": "tests", "names": [...]}                 the tests that will run, in order
    {"kind": "running", "name": ...}
    {"kind": "result", "name", "status", "message", "ns"}
    {"kind": "closed", "path": ...}                   a test opened a file of the testbench's folder
    {"kind": "end", "count": N}                       nothing follows; N results came before

Leans on private names of cocotb 2.1: `RegressionManager.start_regression`, `discover_tests`,
`_log_test_start`, `_tear_down`, `_test_queue`, `_filters`, and `XUnitReporter.add_testcase`.
"""

from __future__ import annotations

import ctypes
import json
import linecache
import os
import re
import sys
import traceback
from pathlib import Path
from typing import Any, NoReturn

MAX_LINES = 5
MAX_CHARS = 1200

_descriptor = -1
_folder = ""
_results = 0


def tell_of(folder: str) -> None:
    """The testbench's folder: what failures are told about."""
    global _folder
    _folder = folder


def open_channel(descriptor: int) -> None:
    """Report to `descriptor`."""
    global _descriptor
    _descriptor = descriptor
    os.set_inheritable(descriptor, False)


def send(kind: str, **fields: object) -> None:
    """Write one record, all of it."""
    left = json.dumps({"kind": kind, **fields}).encode() + b"\n"
    while left:
        left = left[os.write(_descriptor, left) :]


def leave(status: int) -> NoReturn:
    """End the simulator now: what C and Python have buffered is written, nothing else is run."""
    sys.stdout.flush()
    sys.stderr.flush()
    ctypes.CDLL(None).fflush(None)
    os._exit(status)


def fault(message: str) -> NoReturn:
    """Report that the testbench itself is broken, and leave."""
    send("testbench", message=message)
    leave(70)


def install() -> None:
    """Hook into cocotb's regression manager. Called by cocotb, after its own initialisation."""
    from cocotb._xunit_reporter import XUnitReporter
    from cocotb.regression import RegressionManager
    from cocotb.simtime import get_sim_time

    manager: Any = RegressionManager
    discover, start = manager.discover_tests, manager.start_regression
    log_start = manager._log_test_start

    def discover_tests(self: Any, *modules: str) -> None:
        try:
            discover(self, *modules)
        except RuntimeError as error:
            fault(
                str(error)
                if "No tests" not in str(error)
                else "it holds no cocotb tests; decorate them with @cocotb.test()"
            )

    def start_regression(self: Any) -> None:
        # cocotb puts the working directory on the path, and the design may write there.
        here = str(Path.cwd())
        sys.path[:] = [entry for entry in sys.path if entry not in ("", ".", here)]
        chosen = [
            test.name
            for test in sorted(self._test_queue, key=lambda test: test.stage)
            if not self._filters or any(f.search(test.fullname) for f in self._filters)
        ]
        send("tests", names=chosen)
        start(self)

    def log_test_start(self: Any) -> None:
        send("running", name=self._test.name)
        log_start(self)

    def add_testcase(
        self: Any,
        name: str,
        classname: str,
        status: str,
        *_: object,
        reason: object = None,
        **__: object,
    ) -> None:
        global _results
        del self, classname
        _results += 1
        if isinstance(reason, OSError) and str(reason.filename).startswith(_folder + os.sep):
            send("closed", path=str(reason.filename))
        message = "" if status == "passed" else describe(reason)
        time = get_sim_time("ns")
        send("result", name=name, status=status, message=message, ns=time)

    def tear_down(self: Any) -> None:
        if not self._tearing_down:
            self._tearing_down = True
            send("end", count=_results)
            leave(0)

    manager.discover_tests = discover_tests
    manager.start_regression = start_regression
    manager._log_test_start = log_test_start
    manager._tear_down = tear_down
    reporter: Any = XUnitReporter
    reporter.add_testcase = add_testcase


def describe(reason: object) -> str:
    """The useful first lines of a failure."""
    while isinstance(reason, BaseExceptionGroup):
        reason = reason.exceptions[0]
    if not isinstance(reason, BaseException):
        return str(reason or "failed")
    text = str(reason).strip()
    name = type(reason).__name__
    if name == "SimFailure":
        text = "the simulation ended prematurely: the design ended it, or nothing is left to happen"
    elif isinstance(reason, AssertionError):
        text = _assertion(text) or _source_line(reason)
    else:
        text = f"{name}: {text}" if text else name
        where = location(reason)
        text += f" ({where})" if where else ""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    if len(lines) > MAX_LINES:
        lines = [*lines[:MAX_LINES], "..."]
    return "\n".join(lines)[:MAX_CHARS]


_LOGIC = re.compile(r"Logic(?:Array)?\('([01XZUWLH-]+)'(?:, Range\([^)]*\))?\)")
_HANDLE = re.compile(r"\w+Object\(([\w.\[\]]+)\)")


def _assertion(text: str) -> str:
    """A failed assertion without what pytest's rewriting says beyond the values it compared.

    An explicit message stands alone; without one, handles and vectors appear as in Verilog.
    """
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if number and line.startswith("assert "):
            return "\n".join([lines[0], *(line.removeprefix("  ") for line in lines[1:number])])
    kept = [_HANDLE.sub(r"\1", _LOGIC.sub(r"\1", line)) for line in lines]
    return "\n".join(line for line in kept if "Object(" not in line)


def location(error: BaseException) -> str:
    """`file:line` of the innermost frame that is the testbench's own; empty if there is none."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{Path(error.filename).name}:{error.lineno}"
    frame = _own_frame(error)
    return f"{Path(frame.filename).name}:{frame.lineno}" if frame else ""


def _source_line(error: AssertionError) -> str:
    frame = _own_frame(error)
    if frame is None or frame.lineno is None:
        return "assertion failed"
    line = linecache.getline(frame.filename, frame.lineno).strip()
    return f"{Path(frame.filename).name}:{frame.lineno}: {line or 'assertion failed'}"


def _own_frame(error: BaseException) -> traceback.FrameSummary | None:
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if f.filename.startswith(_folder + os.sep)]
    return own[-1] if own else None
