"""Where a design comes from: a small file beside it that says what it passed, and with what.

Nothing in such a file is believed. Whoever checks it computes every fact anew from the files of
the design's pair and simulates again; paths in it are compared and never opened.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from agent import __version__
from agent.bench_files import collect
from agent.errors import InputError
from agent.output import write_atomically
from agent.toolchain.base import Job
from agent.toolchain.results import Verdict

FORMAT = "mevagent-provenance-1"
"""Name of the shape; its number rises when a reader would have to change."""
SUFFIX = ".mevagent.json"
MAX_BYTES = 1 << 20


@dataclass(frozen=True)
class FileHash:
    """One file that the verdict depends on."""

    role: str
    """`design`, `specification`, or a role of `BenchFile`."""
    path: str
    """From the design's folder, with forward slashes."""
    sha256: str


@dataclass(frozen=True)
class Origin:
    """Which attempt wrote the design; said by `mevagent build` and by nobody confirmed."""

    run: str
    candidate: str
    """`ATTEMPT.CANDIDATE`."""
    engine: str
    base: str
    base_sha256: str
    adapter_sha256: str | None
    """None when the bare base answered."""


@dataclass(frozen=True)
class Provenance:
    """What a design passed."""

    module: str
    files: tuple[FileHash, ...]
    judging: Mapping[str, Any]
    """How the testbench judges: kind, top, patterns, seed, parameters."""
    outcome: str
    tests: tuple[str, ...]
    """The tests that ran; each of them passed."""
    tools: Mapping[str, str] = field(default_factory=dict)
    sandbox: str = ""
    origin: Origin | None = None
    """None for a design that `mevagent verify` judged."""


def sidecar(design: Path) -> Path:
    """The file that belongs to a design: `x.v.mevagent.json`."""
    return design.with_name(design.name + SUFFIX)


def provenance(
    design: Path,
    spec: Path,
    job: Job,
    verdict: Verdict,
    tools: Mapping[str, str],
    origin: Origin | None = None,
) -> Provenance:
    """The provenance of a design as its files are now. Raises InputError for one not readable."""
    folder = design.parent
    named = [("design", design), ("specification", spec)]
    files = [FileHash(role, _relative(path, folder), _sha256(path)) for role, path in named]
    files += [FileHash(f.role, _relative(f.path, folder), f.sha256) for f in collect(job.testbench)]
    rule = job.testbench.rule
    return Provenance(
        module=job.top,
        files=tuple(files),
        judging={
            "kind": job.testbench.kind,
            "top": job.testbench.top,
            "pass": rule.passed if rule else None,
            "fail": rule.failed if rule else None,
            "seed": job.seed,
            "parameters": [list(pair) for pair in job.parameters],
        },
        outcome=str(verdict.outcome),
        tests=tuple(test.name for test in verdict.tests),
        tools={"mevagent": __version__, **tools},
        sandbox=verdict.sandbox,
        origin=origin,
    )


def write(path: Path, made: Provenance) -> None:
    """Write the file whole or not at all. Raises InputError."""
    data = {"format": FORMAT, **dataclasses.asdict(made)}
    write_atomically(path, json.dumps(data, indent=2) + "\n")


def read(path: Path) -> Provenance:
    """Read what a file claims. Raises InputError for one that is not exactly of this shape."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError("it is too large")
        data = json.loads(path.read_bytes())
        if not isinstance(data, dict) or data.pop("format", None) != FORMAT:
            raise ValueError(f"it is not of the format {FORMAT}")
        origin = data.pop("origin")
        made = Provenance(
            **{
                **data,
                "files": tuple(FileHash(**_texts(entry)) for entry in data["files"]),
                "judging": dict(data["judging"]),
                "tests": tuple(str(name) for name in data["tests"]),
                "tools": _texts(data["tools"]),
            },
            origin=None if origin is None else _origin(origin),
        )
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise InputError(f"{path} cannot be read: {error}; write it anew") from error
    return made


def differences(claimed: Provenance, now: Provenance) -> tuple[str, ...]:
    """Where a claim is not what is, one line each; of the tools nothing, see `tool_changes`."""
    found: list[str] = []
    was = {(f.role, f.path): f.sha256 for f in claimed.files}
    has = {(f.role, f.path): f.sha256 for f in now.files}
    for (role, path), digest in has.items():
        if (role, path) not in was:
            found.append(f"{path} is its {role}, and the sidecar does not name it")
        elif was[role, path] != digest:
            found.append(f"{path} ({role}) is not the file that was judged")
    found += [f"{path} is not its {role}" for role, path in was if (role, path) not in has]
    for name, old, new in (
        ("module", claimed.module, now.module),
        ("verdict", claimed.outcome, now.outcome),
        ("tests", ", ".join(claimed.tests), ", ".join(now.tests)),
        ("judging", _sorted(claimed.judging), _sorted(now.judging)),
    ):
        if old != new:
            found.append(f"{name}: the sidecar says {old or 'none'}, and it is {new or 'none'}")
    return tuple(found)


def tool_changes(claimed: Provenance, now: Provenance) -> tuple[str, ...]:
    """Tools whose version is not the one that judged: no fault, the verdict was found again."""
    names = sorted({*claimed.tools, *now.tools})
    return tuple(
        f"{name} {claimed.tools.get(name, 'none')}, now {now.tools.get(name, 'none')}"
        for name in names
        if claimed.tools.get(name) != now.tools.get(name)
    )


def kept_origin(design: Path) -> Origin | None:
    """The origin that a sidecar claims for exactly the design that lies beside it."""
    try:
        claimed = read(sidecar(design))
        digest = _sha256(design)
    except InputError:
        return None
    same = any(f.role == "design" and f.sha256 == digest for f in claimed.files)
    return claimed.origin if same else None


def _origin(data: Any) -> Origin:
    adapter = data.pop("adapter_sha256")
    if not isinstance(adapter, str | None):
        raise ValueError("`adapter_sha256` is no text")
    return Origin(**_texts(data), adapter_sha256=adapter)


def _texts(data: Any) -> dict[str, str]:
    if not isinstance(data, dict) or not all(isinstance(v, str) for v in data.values()):
        raise ValueError("an object of strings was expected")
    return {str(key): value for key, value in data.items()}


def _sorted(judging: Mapping[str, Any]) -> str:
    return json.dumps(judging, sort_keys=True)


def _relative(path: Path, folder: Path) -> str:
    return str(PurePosixPath(os.path.relpath(path.resolve(), folder.resolve())))


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); correct its path") from error
