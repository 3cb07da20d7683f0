"""Copies of what judges a design: the testbench, and every file that it needs to run again.

Kept with a run, so that its verdicts can be proven when the files on disk have changed since.
"""

from __future__ import annotations

import ast
import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from agent.errors import InputError
from agent.toolchain.base import Testbench

Role = Literal["testbench", "source", "data", "needed"]

_INCLUDE = re.compile(rb'^\s*`include\s+"([^"\n]+)"', re.MULTILINE)


@dataclass(frozen=True)
class BenchFile:
    """One file as it was when the run started."""

    role: Role
    """What the testbench declares it as; `needed`: found by following imports and includes."""
    path: Path
    """Absolute."""
    content: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        """Of the content, hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def collect(testbench: Testbench) -> tuple[BenchFile, ...]:
    """Read the testbench, its declared files, and what they import or include from beside them.

    Raises InputError naming a file that cannot be read.
    """
    declared: list[tuple[Role, Path]] = [("testbench", testbench.path)]
    declared += [("source", path) for path in testbench.sources]
    declared += [("data", path) for path in testbench.data]
    files = [_read(role, path) for role, path in declared]
    seen = {file.path for file in files}
    queue = [file for file in files if file.role != "data"]
    while queue:
        file = queue.pop()
        for path in _needed(file, testbench.path.resolve().parent):
            if path not in seen:
                seen.add(path)
                files.append(_read("needed", path))
                queue.append(files[-1])
    return tuple(files)


def unpack(files: tuple[BenchFile, ...], testbench: Testbench, folder: Path) -> Testbench:
    """Write copies into a folder, each where it was relative to the others; name them instead."""
    root = Path(os.path.commonpath([file.path.parent for file in files]))
    placed: dict[Role, list[Path]] = {"testbench": [], "source": [], "data": [], "needed": []}
    for file in files:
        target = folder / file.path.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.content)
        placed[file.role].append(target)
    return replace(
        testbench,
        path=placed["testbench"][0],
        sources=tuple(placed["source"]),
        data=tuple(placed["data"]),
    )


def changed(files: tuple[BenchFile, ...]) -> tuple[Path, ...]:
    """The files that are not on disk as they were: changed, or gone."""
    return tuple(file.path for file in files if _content(file.path) != file.content)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _read(role: Role, path: Path) -> BenchFile:
    try:
        return BenchFile(role, path.resolve(), path.read_bytes())
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); correct its path") from error


def _needed(file: BenchFile, python_root: Path) -> Iterator[Path]:
    if file.path.suffix == ".py":
        for name in _imports(file.content):
            yield from _modules(file.path.parent, name)
            yield from _modules(python_root, name)
    else:
        for match in _INCLUDE.finditer(file.content):
            path = (file.path.parent / os.fsdecode(match[1])).resolve()
            if path.is_file():
                yield path


def _imports(content: bytes) -> set[str]:
    """First parts of the names of the imported modules; none for a file that does not parse."""
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError):
        return set()
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.update([node.module] if node.module else [alias.name for alias in node.names])
    return {name.partition(".")[0] for name in names}


def _modules(folder: Path, name: str) -> Iterator[Path]:
    """A module of this name in the folder; all of it where it is a package."""
    module = folder / f"{name}.py"
    if module.is_file():
        yield module
    package = folder / name
    if (package / "__init__.py").is_file():
        yield from sorted(package.rglob("*.py"))
