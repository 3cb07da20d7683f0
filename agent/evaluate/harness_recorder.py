"""Run as a program: a CVDP `test_runner.py` with cocotb's runner replaced by one that takes notes.

usage: harness_recorder.py RUNNER OUT
"""

from __future__ import annotations

import importlib.util
import itertools
import json
import random
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

PASSING = '<testsuites><testsuite><testcase name="recorded"/></testsuite></testsuites>\n'
BUILD = ("parameters", "defines", "includes")
TEST = ("test_module", "extra_env", "plusargs", "testcase", "parameters")


class Recorder:
    """Takes the calls of cocotb's runner and does nothing."""

    def __init__(self, notes: list[dict[str, Any]], folder: Path) -> None:
        self._notes = notes
        self._folder = folder
        self._built: dict[str, Any] = {}

    def build(self, *_: Any, **asked: Any) -> None:
        """Note what the design is compiled with."""
        self._built = {name: asked[name] for name in BUILD if asked.get(name)}

    def test(self, *_: Any, **asked: Any) -> Path:
        """Note what is simulated, and name a report that has no failure."""
        note = {**self._built, **{name: asked[name] for name in TEST if asked.get(name)}}
        if isinstance(note.get("test_module"), list):
            note["test_module"] = note["test_module"][0]
        self._notes.append(note)
        report = self._folder / "recorded.xml"
        report.write_text(PASSING)
        return report


def main(runner: Path, out: Path) -> None:
    """Run every test of a runner with every set of its parameters."""
    notes: list[dict[str, Any]] = []
    for name in ("cocotb_tools", "cocotb"):
        package = sys.modules.get(name) or _package(name)
        module = types.ModuleType(f"{name}.runner")
        vars(module)["get_runner"] = lambda *_: Recorder(notes, runner.parent)
        vars(module)["get_results"] = lambda *_: (1, 0)
        vars(module)["check_results_file"] = lambda *_: (1, 0)
        sys.modules[f"{name}.runner"] = module
        vars(package)["runner"] = module
    random.seed(0)
    spec = importlib.util.spec_from_file_location("test_runner", runner)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{runner} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules["test_runner"] = module
    spec.loader.exec_module(module)
    for name, test in list(vars(module).items()):
        if name.startswith("test_") and callable(test):
            for arguments in sets(test):
                test(**arguments)
    out.write_text(json.dumps(notes, default=str))


def sets(test: Callable[..., Any]) -> Iterator[dict[str, Any]]:
    """The arguments of a test, as pytest's `parametrize` marks cross them."""
    marks = [m for m in getattr(test, "pytestmark", ()) if m.name == "parametrize"]
    axes = []
    for mark in marks:
        names = mark.args[0]
        names = [n.strip() for n in names.split(",")] if isinstance(names, str) else list(names)
        rows = [getattr(value, "values", value) for value in mark.args[1]]
        axes.append([dict(zip(names, _row(row, len(names)), strict=True)) for row in rows])
    for chosen in itertools.product(*axes):
        yield {name: value for row in chosen for name, value in row.items()}


def _row(value: Any, size: int) -> tuple[Any, ...]:
    if size > 1:
        return tuple(value)
    return value if isinstance(value, tuple) and len(value) == 1 else (value,)


def _package(name: str) -> types.ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError:
        package = types.ModuleType(name)
        package.__path__ = []
        sys.modules[name] = package
        return package


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
