"""Designs out of a folder or repository of Verilog: a user's own RTL, or permissively licensed RTL.

Files become modules that stand alone: macros and includes resolved, the submodules they need
below them, the header as the project writes it. What cannot be used is left out, with a reason.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mevllm.data import syntax
from mevllm.data.describe import describe
from mevllm.data.features import Features, measure
from mevllm.data.labels import explain
from mevllm.data.licences import PERMISSIVE, licence_of
from mevllm.data.modules import Module, alone, modules_of
from mevllm.data.splits import circuit_hash
from mevllm.data.tools import find_yosys, run_tool
from mevllm.engines.base import Engine
from mevllm.errors import MevllmError
from mevllm.spec import Interface

MAX_BYTES = 1 << 20
"""Largest file that is read."""
MAX_TOKENS = 2500
"""Largest design: what an answer of the model can hold."""

_SUFFIXES = (".v", ".sv")
_REMOTE = re.compile(r"(?:https?|ssh|git|file)://\S+|[\w.-]+@[\w.-]+:\S+")
_CLONE_S = 600.0
_README = re.compile(r"readme(?:\..*)?", re.IGNORECASE)
_README_KEPT = 2000
_INCLUDE = re.compile(r'^[ \t]*`include[ \t]+"([^"\n]+)"[^\n]*$', re.MULTILINE)
_INCLUDE_DEPTH = 8
_BENCH = re.compile(r"\$(?:finish|stop|dumpvars|monitor)\b|#\s*\d+\s*;")


@dataclass(frozen=True)
class HarvestedModule:
    """One module that stands alone, with what is known about it."""

    id: str
    """`<file>:<module>`."""
    source: str
    """Where it is from: the folder's name, or the URL with the commit."""
    file: str
    """Relative to the source."""
    licence: str
    """SPDX identifier, or `unknown`."""
    interface: Interface
    body: str
    """The Verilog between the module header and `endmodule`."""
    helpers: str
    """The modules that it instantiates."""
    commented: str
    """The module as written, its comments kept: for a description, not for training."""
    circuit: str
    """Hash of the design with its names normalised."""
    tier: str
    reason: str
    """Why it has that tier."""
    features: Features
    readme: str = ""
    """The beginning of the nearest README."""
    specification: str = ""
    """By a language model; empty where none was asked."""
    described_by: str = ""
    """Engine and base model."""

    @property
    def verilog(self) -> str:
        """The whole design, under the project's own header."""
        tail = f"\n{self.helpers}\n" if self.helpers else ""
        return f"{self.interface.header()}\n{self.body}\nendmodule\n{tail}"

    def as_dict(self) -> dict[str, Any]:
        """For a record: plain values; the interface as its header."""
        return {
            "id": self.id,
            "source": self.source,
            "file": self.file,
            "licence": self.licence,
            "module": self.interface.module,
            "header": self.interface.header(),
            "body": self.body,
            "helpers": self.helpers,
            "circuit": self.circuit,
            "tier": self.tier,
            "reason": self.reason,
            "features": self.features.as_dict(),
            "specification": self.specification,
            "described_by": self.described_by,
            "sha256": hashlib.sha256(self.verilog.encode()).hexdigest(),
        }


@dataclass(frozen=True)
class Harvest:
    """What a source gave."""

    source: str
    modules: tuple[HarvestedModule, ...]
    skipped: tuple[tuple[str, str], ...]
    """File or module, and why it is not used."""


def harvest(
    place: str,
    work: Path,
    *,
    licences: Collection[str] | None = PERMISSIVE,
    max_tokens: int = MAX_TOKENS,
    jobs: int = 1,
) -> Harvest:
    """Collect the modules of a folder, or of a git URL, which is cloned into `work`.

    Only files under one of `licences` are used; None takes all, those of unknown licence too (the
    licence stays in the record). Raises MevllmError for a place that is neither a folder nor a
    repository that can be cloned.
    """
    root, source = _fetched(place, work) if _REMOTE.fullmatch(place) else _folder(place)
    skipped: list[tuple[str, str]] = []
    read = list(_read(root, licences, skipped))
    known = {module.name: module for file in read for module in file.modules}
    found: list[HarvestedModule] = []
    circuits: dict[str, str] = {}
    for file in read:
        for module in file.modules:
            label = f"{file.name}:{module.name}"
            design = alone(module, {**known, **{m.name: m for m in file.modules}})
            if isinstance(design, str):
                skipped.append((label, design))
                continue
            tokens = len(re.findall(r"\w+|[^\w\s]", design.verilog))
            circuit = circuit_hash(design.verilog)
            if tokens > max_tokens:
                skipped.append((label, f"it has {tokens} tokens, more than {max_tokens}"))
            elif circuit in circuits:
                skipped.append((label, f"the same circuit as {circuits[circuit]}"))
            else:
                circuits[circuit] = label
                found.append(
                    HarvestedModule(
                        id=label,
                        source=source,
                        file=file.name,
                        licence=file.licence,
                        interface=design.interface,
                        body=design.body,
                        helpers=design.helpers,
                        commented=module.commented,
                        circuit=circuit,
                        tier="",
                        reason="",
                        features=Features(label, None, None, None, ()),
                        readme=file.readme,
                    )
                )
    return Harvest(source, tuple(_labelled(found, skipped, jobs)), tuple(skipped))


def with_descriptions(
    modules: Iterable[HarvestedModule],
    engine: Engine,
    seed: int,
    *,
    attempts: int = 3,
    adapter: str | None = None,
) -> Iterator[tuple[HarvestedModule, tuple[str, ...]]]:
    """Each module with a specification by a language model, and why attempts were not used.

    The specification stays empty where none of the attempts passed the checks of
    `describe.describe`. Raises EngineError where the engine cannot answer.
    """
    by = f"{engine.info.engine}, {engine.info.base}"
    for module in modules:
        written = describe(module, engine, seed, attempts=attempts, adapter=adapter)
        if written.text:
            module = replace(module, specification=written.text, described_by=by)
        yield module, written.problems


def write_harvest(modules: Iterable[HarvestedModule], path: Path) -> int:
    """Write one line of JSON for each module; returns how many."""
    lines = [json.dumps(m.as_dict(), ensure_ascii=False) for m in modules]
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    partial.replace(path)
    return len(lines)


def _labelled(
    modules: Sequence[HarvestedModule], skipped: list[tuple[str, str]], jobs: int
) -> Iterator[HarvestedModule]:
    yosys = find_yosys()
    measured = measure([(m.id, m.verilog) for m in modules], jobs=jobs)
    for module, features in zip(modules, measured, strict=True):
        if features.written is None or (yosys and features.netlist is None):
            skipped.append((module.id, "; ".join(features.problems)))
            continue
        label = explain(features)
        yield replace(module, tier=str(label.tier), reason=label.reason, features=features)


def _folder(place: str) -> tuple[Path, str]:
    root = Path(place).expanduser().resolve()
    if not root.is_dir():
        raise MevllmError(f"{place} is neither a folder nor a git URL; name one with Verilog files")
    return root, root.name


def _fetched(url: str, work: Path) -> tuple[Path, str]:
    """A shallow clone, and the URL with its commit."""
    root = work / re.sub(r"\W+", "-", url).strip("-")[-100:]
    if not root.exists():
        partial = root.with_name(
            f"{root.name}.partial-{hashlib.sha256(url.encode()).hexdigest()[:8]}"
        )
        command: list[str | Path] = ["git", "clone", "--quiet", "--depth", "1", "--", url, partial]
        proxies = _proxies()
        done = run_tool(command, cwd=work, wall_s=_CLONE_S, memory_mb=1 << 14, env=proxies)
        if done.status != 0:
            why = "it takes too long" if done.status is None else done.output.strip()[-300:]
            raise MevllmError(
                f"{url} cannot be cloned: {why}; clone it yourself and name the folder"
            )
        partial.rename(root)
    commit = run_tool(["git", "-C", root, "rev-parse", "HEAD"], cwd=work, wall_s=60)
    return root.resolve(), f"{url}@{commit.output.strip()}"


def _proxies() -> dict[str, str]:
    import os

    names = ("http_proxy", "https_proxy", "no_proxy", "SSH_AUTH_SOCK", "GIT_SSL_CAINFO")
    own = {n: v for name in names for n in (name, name.upper()) if (v := os.environ.get(n))}
    return {**own, "GIT_TERMINAL_PROMPT": "0"}


@dataclass(frozen=True)
class _File:
    name: str
    licence: str
    readme: str
    modules: tuple[Module, ...]


def _read(
    root: Path, licences: Collection[str] | None, skipped: list[tuple[str, str]]
) -> Iterator[_File]:
    """The files that can be used, in the order of their names."""
    paths = [p for p in sorted(root.rglob("*")) if not p.is_symlink() and p.is_file()]
    hidden = (".git", "node_modules")
    paths = [p for p in paths if not any(part in hidden for part in p.relative_to(root).parts)]
    included = {p.relative_to(root).as_posix(): p for p in paths if p.stat().st_size <= MAX_BYTES}
    for path in paths:
        if path.suffix not in _SUFFIXES:
            continue
        name = path.relative_to(root).as_posix()
        if path.stat().st_size > MAX_BYTES:
            skipped.append((name, f"it is larger than {MAX_BYTES >> 20} MB"))
            continue
        text = path.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n")
        licence = licence_of(text, path, root)
        if licences is not None and licence not in licences:
            skipped.append((name, f"licence {licence}"))
            continue
        if _BENCH.search(text):
            skipped.append((name, "it is a testbench or a simulation model"))
            continue
        parsed = syntax.parse(_with_includes(text, name, included))
        if isinstance(parsed, str):
            skipped.append((name, parsed))
            continue
        commented = syntax.parse(_with_includes(text, name, included), comments=True)
        notes = parsed if isinstance(commented, str) else commented
        yield _File(name, licence, _readme(path.parent, root), modules_of(parsed, notes))


def _with_includes(text: str, name: str, files: Mapping[str, Path], depth: int = 0) -> str:
    """The text with what it includes from the same source; other includes stay, and fail."""

    def file(match: re.Match[str]) -> str:
        wanted = match[1].removeprefix("./")
        near = f"{Path(name).parent.as_posix()}/{wanted}".removeprefix("./")
        at = next(
            (n for n in (near, wanted) if n in files),
            next((n for n in files if n.endswith(f"/{wanted}")), None),
        )
        if at is None or depth >= _INCLUDE_DEPTH:
            return match[0]
        inner = files[at].read_text(encoding="utf-8", errors="replace")
        return _with_includes(inner, at, files, depth + 1)

    return _INCLUDE.sub(file, text)


def _readme(folder: Path, root: Path) -> str:
    while True:
        for path in sorted(folder.iterdir()):
            if path.is_file() and _README.fullmatch(path.name):
                return path.read_text(encoding="utf-8", errors="replace")[:_README_KEPT]
        if folder == root:
            return ""
        folder = folder.parent
