"""Specifications: the text a design is built from and the interface it promises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mevllm.tiers import Tier

Direction = Literal["input", "output", "inout"]


@dataclass(frozen=True)
class Port:
    """One port of the design under test."""

    name: str
    direction: Direction
    msb: str = "0"
    """Left bound of the range, a Verilog constant expression: `7`, `WIDTH-1`."""
    lsb: str = "0"
    vector: bool = False
    """Whether the port is declared with a range (`[0:0]` is a vector of one bit)."""
    signed: bool = False
    description: str = ""

    @property
    def width(self) -> int | str:
        """Bits: a number where the range is constant, else an expression such as `WIDTH`."""
        return ""


@dataclass(frozen=True)
class Parameter:
    """A module parameter with its default, a Verilog constant expression."""

    name: str
    default: str
    description: str = ""


@dataclass(frozen=True)
class Interface:
    """The contract between specification, testbench and design: module name, parameters, ports."""

    module: str
    ports: tuple[Port, ...]
    parameters: tuple[Parameter, ...] = ()
    clock: str | None = None
    """The clock port, declared or recognised by name; None for combinational designs."""
    reset: str | None = None

    def header(self) -> str:
        """The ANSI module header (SystemVerilog, outputs are `logic`), through `);`, no newline."""
        return ""

    def stub(self) -> str:
        """A complete module with this interface whose outputs are never driven."""
        return ""


@dataclass(frozen=True)
class Spec:
    """A specification as read."""

    text: str
    """The whole text without front matter."""
    interface: Interface
    source: str = "<spec>"
    """File name, for messages."""
    tier: Tier | None = None
    """The tier that the front matter asks for; overrides the classifier."""
    interface_sources: tuple[str, ...] = ()
    """Where the interface was read from, e.g. `bullet list, lines 5-9`."""
