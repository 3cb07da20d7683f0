"""What one place in a specification says about the interface, before places are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mevllm.spec import Direction

Kind = Literal["front matter", "Verilog header", "table", "list", "prose"]


@dataclass(frozen=True)
class Range:
    """How wide a port is said to be."""

    msb: str = "0"
    lsb: str = "0"
    vector: bool = False
    written: bool = False
    """Given as a range `[7:0]`; otherwise as a number of bits."""
    soft: bool = False
    """Read from words that may mean something else: `parity bit`."""


@dataclass(frozen=True)
class PortClaim:
    """One mention of a port that says what it is."""

    name: str
    line: int
    direction: Direction | None = None
    range: Range | None = None
    """None where the place says nothing of the width."""
    signed: bool = False
    description: str = ""


@dataclass(frozen=True)
class ParameterClaim:
    """One mention of a parameter."""

    name: str
    line: int
    default: str | None = None
    type: str = ""
    description: str = ""


@dataclass(frozen=True)
class ModuleClaim:
    """One mention of the module's name."""

    name: str
    line: int
    rank: int
    """How clearly it is meant: 3 declared, 2 asked for, 1 mentioned, 0 a title."""


@dataclass(frozen=True)
class Block:
    """One place: a header, a table, a list."""

    kind: Kind
    label: str
    """How to call it in a message: `bullet list`."""
    first: int
    last: int
    """Lines of the file, from 1, both included."""
    ports: tuple[PortClaim, ...] = ()
    parameters: tuple[ParameterClaim, ...] = ()
    unread: tuple[tuple[int, str], ...] = ()
    """Items between the ports, line and text, that are neither ports nor sentences."""
    module: str | None = None
    """The name, in a place that holds one: a Verilog header, front matter."""

    def __str__(self) -> str:
        lines = f"line {self.first}" if self.first == self.last else ""
        return f"{self.label}, {lines or f'lines {self.first}-{self.last}'}"
