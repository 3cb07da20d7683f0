"""What a compiled simulation holds: scopes, ports, parameters and calls of system tasks.

Icarus compiles to an assembly text (vvp/README.txt of its sources), which says of every scope and
call which module and file it comes from, after macros, generate blocks and parameters have done
their work. What is proven here cannot be undone by how the source was written.
"""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import dataclass, field
from pathlib import Path

_STRING = r'"((?:[^"\\]|\\.)*)"'
_SCOPE = re.compile(
    rf"(S_\w+) \.scope (\w+)[\w.]*, {_STRING} {_STRING} (\d+) (\d+)"
    r"(?:, (\d+) (\d+) \d+(?:, (S_\w+))?)?;"
)
_ENTER = re.compile(r"    \.scope (S_\w+);")
_PORT = re.compile(rf"    \.port_info \d+ /(INPUT|OUTPUT|INOUT) (\d+) {_STRING}")
_PARAMETER = re.compile(rf"P_\w+ \.param/(\w+) {_STRING}(?: (\d+))? \d+ \d+, (.*?);(?: value=.*)?$")
_REAL = re.compile(r"Cr<m([0-9a-f]+)g([0-9a-f]+)>")
_VECTOR = re.compile(r"(\+?)C4<([01xz]+)>")
_CALL = re.compile(rf"    %vpi_\S+ (\d+) \d+ {_STRING}|\S+ \.sfunc (\d+) \d+ {_STRING}")
_NET = re.compile(rf"v\w+ \.net\S* \*?(?:{_STRING},|(v\w+)) .*?(\w+); +(?:alias, )?(\d+) drivers")
_ARRAY = re.compile(rf"(v\w+) \.array\S* {_STRING}")
_FORCE = re.compile(r"    %(?:force|release)/")
_NAME = re.compile(rf"    {_STRING};")
_ADDRESS = re.compile(r"0x[0-9a-f]+")


@dataclass(frozen=True)
class Parameter:
    """A parameter's final value."""

    name: str
    kind: str
    """`l` for a vector, `str`, `real`."""
    local: bool
    value: str
    """As the assembly writes it."""

    def literal(self) -> str:
        """The value as Verilog. Raises ValueError for a form not known."""
        if self.kind == "str":
            return self.value
        if vector := _VECTOR.fullmatch(self.value):
            signed = "s" if vector[1] else ""
            return f"{len(vector[2])}'{signed}b{vector[2]}"
        if real := _REAL.fullmatch(self.value):
            exponent = int(real[2], 16)
            sign = -1.0 if exponent & 0x4000 else 1.0
            return repr(sign * math.ldexp(int(real[1], 16), (exponent & 0x3FFF) - 0x1000))
        raise ValueError(f"parameter {self.name} has a value of unknown form: {self.value}")


@dataclass
class Scope:
    """A module instance, package, task, function or block."""

    kind: str
    """`module`, `package`, `task`, `function`, `autofunction`, `begin`, `generate`..."""
    name: str
    """Instance name."""
    type: str
    """Name of the module; the instance name again for other kinds."""
    file: int
    """Index of the file that holds the definition."""
    parent: str | None
    ports: list[tuple[str, str, int]] = field(default_factory=list)
    """Name, direction in lower case, width."""
    parameters: list[Parameter] = field(default_factory=list)
    nets: dict[str, bool] = field(default_factory=dict)
    """Name of each net: whether anything in the simulation drives it."""


@dataclass(frozen=True)
class Call:
    """One use of a system task or function."""

    name: str
    file: int
    scope: str | None


@dataclass(frozen=True)
class Image:
    """The skeleton of a compiled simulation."""

    scopes: dict[str, Scope]
    calls: tuple[Call, ...]
    files: tuple[str, ...]
    forcing: frozenset[str | None] = frozenset()
    """Scopes that force or release a signal."""
    unread: tuple[str, ...] = ()
    """Lines about scopes or calls whose form is not known."""

    def path(self, scope: str) -> str:
        """The hierarchical name of a scope."""
        names: list[str] = []
        current: str | None = scope
        while current is not None:
            names.append(self.scopes[current].name)
            current = self.scopes[current].parent
        return ".".join(reversed(names))

    def module(self, scope: str | None) -> str | None:
        """The module instance (or package) that a scope is part of."""
        while scope is not None and self.scopes[scope].kind not in ("module", "package"):
            scope = self.scopes[scope].parent
        return scope


def read(path: Path) -> Image:
    """Read a compiled simulation."""
    scopes: dict[str, Scope] = {}
    calls: list[Call] = []
    files: list[str] = []
    current: str | None = None
    forcing: set[str | None] = set()
    arrays: dict[str, str] = {}
    unread: list[str] = []
    in_files = False
    with path.open(errors="replace") as text:
        for line in text:
            if in_files:
                if name := _NAME.match(line):
                    files.append(name[1].removeprefix("./"))
            elif line.startswith("S_") and ".scope" in line:
                if not (found := _SCOPE.match(line)):
                    unread.append(line)
                    continue
                current = found[1]
                file = int(found[7] or found[5])
                scopes[current] = Scope(found[2], found[3], found[4], file, found[9])
            elif line.startswith("    .scope"):
                entered = _ENTER.match(line)
                current = entered[1] if entered else None
            elif ".port_info" in line and current and (port := _PORT.match(line)):
                scopes[current].ports.append((port[3], port[1].lower(), int(port[2])))
            elif " .array" in line and (array := _ARRAY.match(line)):
                arrays[array[1]] = array[2]
            elif " .net" in line and current and (net := _NET.match(line)):
                label = net[1] if net[1] is not None else arrays.get(net[2], net[2])
                driven = net[4] != "0" or not net[3].startswith("o")
                scopes[current].nets[label] = driven or scopes[current].nets.get(label, False)
            elif line.startswith("P_") and current and (found := _PARAMETER.match(line)):
                local = found[3] == "1"
                parameter = Parameter(found[2], found[1], local, found[4])
                scopes[current].parameters.append(parameter)
            elif line.startswith("    %vpi_") or " .sfunc" in line:
                if call := _CALL.match(line):
                    calls.append(Call(call[2] or call[4], int(call[1] or call[3]), current))
                else:
                    unread.append(line)
            elif _FORCE.match(line):
                forcing.add(current)
            elif line.startswith(":file_names"):
                in_files = True
    return Image(scopes, tuple(calls), tuple(files), frozenset(forcing), tuple(unread))


def fingerprint(path: Path) -> str:
    """SHA-256 of a compiled simulation; equal where two texts compile to the same.

    Labels, which hold addresses of the compiler's memory, count by the order in which they appear.
    """
    names: dict[str, str] = {}

    def renamed(match: re.Match[str]) -> str:
        return names.setdefault(match[0], f"L{len(names)}")

    text = _ADDRESS.sub(renamed, path.read_text(errors="replace"))
    return hashlib.sha256(text.encode()).hexdigest()
