"""Passing verdicts that a hook need not find again, by the hash of all that they depend on.

Only passes are kept: a failure is simulated anew, and tells what it has to tell. What a verdict
depends on: the design, the specification, the testbench with all that it imports, includes or is
given, every other file in the testbench's folder (which it may read when it is imported, and no
other file of the user's: see docs/sandbox.md), the limits, the tools and installed packages, and
this program's own text. Where that cannot be said cheaply there is no key, and no result is kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import re
import sysconfig
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from importlib import metadata
from pathlib import Path

from agent import __version__
from agent.bench_files import collect
from agent.pairs import Pair
from agent.process import PACKAGE
from agent.toolchain.base import Job, Limits, Testbench
from agent.toolchain.compile import icarus
from agent.toolchain.results import Outcome, TestResult, Verdict
from agent.verify import Verified, read_design

FORMAT = "mevagent-hook-1"
MAX_FILES = 2000
MAX_FOLDER_BYTES = 64 << 20
"""A testbench's folder that holds more is not hashed, and its results are not kept."""
KEPT = 2000
"""Most results that are kept; the oldest go first."""

_HIDDEN = re.compile(rb"['\"/]\.[A-Za-z][\w-]*+(?!\()")
"""Text that may name something hidden, no method's call; hidden folders are not hashed."""


class VerdictCache:
    """A folder with one small file to a passing verdict."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._states: dict[Path, str | None] = {}

    def key(
        self, pair: Pair, testbench: Testbench, limits: Limits, *, fresh: bool = False
    ) -> str | None:
        """The hash of all that a pair's verdict depends on; None where it cannot be said.

        `fresh` reads the testbench's folder even where another pair's key has just done so.
        Raises InputError for a file that cannot be read, MissingToolError without Icarus.
        """
        files = collect(testbench)
        if any(_HIDDEN.search(file.content) for file in files if file.role != "data"):
            return None
        place = testbench.path.resolve().parent
        if fresh or place not in self._states:
            self._states[place] = _folder_state(place)
        folder = self._states[place]
        if folder is None:
            return None
        parts = {
            "format": FORMAT,
            "tools": _tools(),
            "limits": asdict(limits),
            "spec": [pair.spec.name, *_hashes(pair.spec)],
            "design": _sha256(pair.design.read_bytes()),
            "testbench": json.loads(json.dumps(asdict(testbench), default=lambda p: p.name)),
            "files": [[file.role, file.path.name, file.sha256] for file in files],
            "folder": folder,
        }
        return _sha256(json.dumps(parts, sort_keys=True).encode())

    def get(self, key: str, pair: Pair, testbench: Testbench, limits: Limits) -> Verified | None:
        """The pass that was found before; None where there was none."""
        try:
            kept = json.loads((self._folder / f"{key}.json").read_text())
            if kept["key"] != key or not kept["tests"]:
                return None
            tests = tuple(TestResult(str(name), True) for name in kept["tests"])
            verdict = Verdict(
                Outcome.PASSED, tests, reason=str(kept["reason"]), sandbox=str(kept["sandbox"])
            )
            expected = tuple(kept["expected"]) if kept["expected"] is not None else None
            top = str(kept["top"])
            warnings = tuple(map(str, kept["warnings"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None  # none, or a torn one: it is found again
        rtl = read_design(pair.design)
        job = Job(rtl, top, testbench, limits, expected, generated=False)
        return Verified(job, None, verdict, warnings)

    def put(self, key: str, found: Verified) -> None:
        """Keep a pass; a cache that cannot be written costs time and nothing else."""
        kept = {
            "key": key,
            "top": found.job.top,
            "tests": [test.name for test in found.verdict.tests],
            "expected": found.job.expected_tests,
            "reason": found.verdict.reason,
            "sandbox": found.verdict.sandbox,
            "warnings": found.warnings,
        }
        path = self._folder / f"{key}.json"
        temporary = path.with_name(f"{path.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            temporary.write_text(json.dumps(kept))
            temporary.replace(path)
            self._prune()

    def _prune(self) -> None:
        files = list(self._folder.glob("*.json"))
        if len(files) > KEPT:
            for path in sorted(files, key=lambda p: p.stat().st_mtime)[: len(files) - KEPT]:
                path.unlink(missing_ok=True)


def default_folder() -> Path:
    """`hook` in `MEVAGENT_HOME`, else in the user's cache directory."""
    from mevllm.weights import home

    return home().parent / "hook"


def _folder_state(folder: Path) -> str | None:
    """The hash of every file in and below a folder, hidden folders left out; None for too much."""
    digest = hashlib.sha256()
    count = size = 0
    for path in _files(folder):
        try:
            content = path.read_bytes() if path.is_file() else b""
        except OSError:
            return None
        count, size = count + 1, size + len(content)
        if count > MAX_FILES or size > MAX_FOLDER_BYTES:
            return None
        digest.update(f"{os.fsencode(path.relative_to(folder))!r} {_sha256(content)}\n".encode())
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f != "__pycache__")
        yield from (Path(place, name) for name in sorted(names))


@cache
def _tools() -> dict[str, str]:
    """Versions of all that takes part, and the hash of our own text."""
    own = hashlib.sha256()
    for package in (PACKAGE, PACKAGE.parent / "mevllm"):
        for path in sorted(package.rglob("*.py")):
            own.update(path.read_bytes())
    packages = sorted(
        path.name
        for place in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
        for path in Path(place).glob("*.dist-info")
    )
    tool = icarus()
    return {
        "mevagent": f"{__version__} {own.hexdigest()}",
        "icarus": f"{tool.version} {tool.iverilog.resolve()}",
        "python": platform.python_version(),
        "cocotb": metadata.version("cocotb"),
        "packages": _sha256("\n".join(packages).encode()),
    }


def _hashes(path: Path) -> list[str]:
    return [_sha256(path.read_bytes())] if path.is_file() else []


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
