"""Pairs: which specification, design and testbench belong together.

By convention `x.md`, `x.v` (or `x.sv`) and `tb_x.py` (or `.v`, `.sv`) in one folder; any other
arrangement stands in the configuration, one table to a pair:

    [tool.mevagent.pairs.fifo]
    spec = "doc/fifo.md"
    design = "rtl/fifo.v"
    testbench = "verify/tb_fifo.py"

`sources`, `data`, `tb-top`, `pass-pattern` and `fail-pattern` are those of the command's options.
Paths are relative to the file that they stand in.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.bench_files import collect
from agent.config import PAIRS
from agent.errors import AgentError, InputError
from agent.provenance import SUFFIX
from agent.toolchain.base import Testbench
from agent.toolchain.testbench import load_testbench

DESIGNS = (".v", ".sv")
TESTBENCHES = (".py", ".sv", ".v")
_REQUIRED = ("spec", "design", "testbench")
_LISTS = ("sources", "data")
_WORDS = ("tb-top", "pass-pattern", "fail-pattern")


@dataclass(frozen=True)
class Pair:
    """What belongs together; any of the files may be missing."""

    spec: Path
    design: Path
    testbench: Path
    sources: tuple[Path, ...] = ()
    data: tuple[Path, ...] = ()
    tb_top: str | None = None
    pass_pattern: str | None = None
    fail_pattern: str | None = None

    def load(self) -> Testbench:
        """The testbench. Raises InputError and TestbenchError."""
        return load_testbench(
            self.testbench,
            sources=self.sources,
            data=self.data,
            top=self.tb_top,
            pass_pattern=self.pass_pattern,
            fail_pattern=self.fail_pattern,
        )

    @property
    def named(self) -> tuple[Path, ...]:
        """The files that make the pair."""
        return (self.spec, self.design, self.testbench, *self.sources, *self.data)

    def options(self) -> list[str]:
        """What `mevagent` commands must be told of the testbench."""
        told = ["--tb", str(self.testbench)]
        for name, paths in (("--source", self.sources), ("--data", self.data)):
            told += [word for path in paths for word in (name, str(path))]
        for name, word in zip(
            _WORDS, (self.tb_top, self.pass_pattern, self.fail_pattern), strict=True
        ):
            told += [f"--{name}", word] if word else []
        return told


def configured(config: tuple[Path, Mapping[str, Any]] | None) -> tuple[Pair, ...]:
    """The pairs of a configuration. Raises InputError naming what is wrong in it."""
    if config is None:
        return ()
    file, table = config
    pairs = table.get(PAIRS, {})
    if not isinstance(pairs, Mapping):
        raise InputError(f"{file}: `{PAIRS}` must be a table with one table to a pair")
    return tuple(_configured(file, name, entry) for name, entry in pairs.items())


def pairs_of(
    changed: Iterable[Path], known: Sequence[Pair], gone: Iterable[Path] = ()
) -> tuple[Pair, ...]:
    """The pairs that files belong to: `known` ones, and those by convention.

    A file belongs to a pair that names it, whose testbench imports or includes it, or whose
    testbench holds its name and lies in its folder or above. `gone` files are no more.
    """
    finder = _Finder(known)
    found: dict[Pair, None] = {}
    for file in (*changed, *gone):
        found.update(dict.fromkeys(finder.pairs(file)))
    return tuple(found)


class _Finder:
    """Looks for the pairs of files; reads each testbench once."""

    def __init__(self, known: Sequence[Pair]) -> None:
        self._known = known
        self._claimed = {p.resolve() for pair in known for p in (pair.design, pair.testbench)}
        self._around: dict[Path, tuple[Pair, ...]] = {}
        self._files: dict[Pair, tuple[frozenset[Path], bytes]] = {}

    def pairs(self, file: Path) -> Iterator[Pair]:
        if file.name.endswith(SUFFIX):  # a sidecar stands for its design
            file = file.with_name(file.name.removesuffix(SUFFIX))
        real = file.resolve()
        own = conventional(file)
        near = (pair for folder in (file.parent, *file.parent.parents) for pair in self._in(folder))
        if own and self._claims(own):
            own = None
        for pair in (*self._known, *([own] if own else []), *near):
            if self._has(pair, real):
                yield pair

    def _in(self, folder: Path) -> tuple[Pair, ...]:
        """The pairs by convention of a folder."""
        if folder not in self._around:
            benches = [b for b in sorted(folder.glob("tb_*")) if b.suffix in TESTBENCHES]
            pairs = dict.fromkeys(filter(None, map(conventional, benches)))
            # A testbench without a design and a specification is a module that others import.
            self._around[folder] = tuple(
                pair
                for pair in pairs
                if (pair.design.is_file() or pair.spec.is_file()) and not self._claims(pair)
            )
        return self._around[folder]

    def _claims(self, pair: Pair) -> bool:
        """Whether the configuration has other words for a part of a conventional pair."""
        return bool(self._claimed & {pair.design.resolve(), pair.testbench.resolve()})

    def _has(self, pair: Pair, real: Path) -> bool:
        """Whether a file is a pair's, or its testbench reads it."""
        if pair not in self._files:
            named = frozenset(path.resolve() for path in pair.named)
            try:
                needed = frozenset(file.path for file in collect(pair.load()))
                self._files[pair] = (named | needed, pair.testbench.read_bytes())
            except (AgentError, OSError):
                self._files[pair] = (named, b"")
        files, text = self._files[pair]
        if real in files:
            return True
        spoken_of = os.fsencode(real.name) in text
        return spoken_of and real.is_relative_to(pair.testbench.resolve().parent)


def conventional(file: Path) -> Pair | None:
    """The pair that a file's name makes it part of, whether the other files exist or not.

    None where the name makes it part of none: a Markdown or Verilog file alone is no pair.
    """
    stem, suffix = file.stem, file.suffix
    bench = stem.startswith("tb_") and suffix in TESTBENCHES
    if not bench and suffix not in (".md", *DESIGNS):
        return None
    name = stem.removeprefix("tb_") if bench else stem
    pair = Pair(
        spec=file.with_name(f"{name}.md"),
        design=_existing(file, [f"{name}{s}" for s in DESIGNS], given=None if bench else file),
        testbench=_existing(file, [f"tb_{name}{s}" for s in TESTBENCHES], given=bench and file),
    )
    alone = not bench and not pair.testbench.is_file()
    return None if alone else pair


def _existing(file: Path, names: Sequence[str], given: Path | bool | None) -> Path:
    """Of several possible names the file itself, else the first that exists, else the first."""
    if isinstance(given, Path) and given.name in names:
        return given
    paths = [file.with_name(name) for name in names]
    return next((path for path in paths if path.is_file()), paths[0])


def _configured(file: Path, name: str, entry: Any) -> Pair:
    valid = (*_REQUIRED, *_LISTS, *_WORDS)
    where = f"{file}: the pair `{name}`"
    if not isinstance(entry, Mapping):
        raise InputError(f"{where} must be a table with {', '.join(_REQUIRED)}")
    for key, value in entry.items():
        if key not in valid:
            raise InputError(f"{where} has no key `{key}`; valid: {', '.join(valid)}")
        many = key in _LISTS
        texts = value if many and isinstance(value, list) else [value]
        if many is not isinstance(value, list) or not all(isinstance(t, str) for t in texts):
            raise InputError(f"{where}: `{key}` must be {'a list of paths' if many else 'a text'}")
    if missing := [key for key in _REQUIRED if key not in entry]:
        raise InputError(f"{where} lacks {', '.join(missing)}")

    def place(text: str) -> Path:
        return Path(os.path.relpath(file.parent / text))

    spec, design, testbench = (place(entry[key]) for key in _REQUIRED)
    sources, data = (tuple(map(place, entry.get(key, ()))) for key in _LISTS)
    words = [entry.get(key) for key in _WORDS]
    return Pair(spec, design, testbench, sources, data, *words)
