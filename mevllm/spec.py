"""Specifications: the text a design is built from and the interface it promises."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mevllm import expressions
from mevllm.errors import SpecError
from mevllm.tiers import Tier

Direction = Literal["input", "output", "inout"]

MAX_BYTES = 1_000_000
"""Largest specification that is read."""


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
        return expressions.width(self.msb, self.lsb) if self.vector else 1


@dataclass(frozen=True)
class Parameter:
    """A module parameter with its default, a Verilog constant expression."""

    name: str
    default: str
    description: str = ""
    type: str = ""
    """The declared type or range, `int` or `[3:0]`; empty where there is none."""


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
        """The ANSI module header (SystemVerilog, outputs are `logic`), through `);`, no newline.

        An `inout` is a `wire`: only a net may have several drivers (IEEE 1800-2017, 23.2.2.3).
        """
        parameters = [
            f"  parameter {f'{p.type} ' if p.type else ''}{p.name} = {p.default}"
            for p in self.parameters
        ]
        opening = " #(\n" + ",\n".join(parameters) + "\n) (" if parameters else " ("
        ports = ",\n".join(f"  {_declaration(port)}" for port in self.ports)
        return f"module {self.module}{opening}\n{ports}\n);"

    def stub(self) -> str:
        """A complete module with this interface whose outputs are never driven."""
        return f"{self.header()}\nendmodule\n"


def _declaration(port: Port) -> str:
    words: list[str] = [port.direction, "wire" if port.direction == "inout" else "logic"]
    if port.signed:
        words.append("signed")
    if port.vector:
        words.append(f"[{port.msb}:{port.lsb}]")
    return " ".join((*words, port.name))


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
    warnings: tuple[str, ...] = ()
    """What was assumed or looks wrong, one line each, for a person."""


def load_spec(path: Path) -> Spec:
    """Read a specification from a Markdown or plain text file in UTF-8.

    Raises SpecError for a file that is missing, a directory, empty, binary or larger than
    MAX_BYTES, and for the reasons of `parse_spec`.
    """
    source = str(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise SpecError("there is no such file; check the path", source=source) from None
    except IsADirectoryError:
        raise SpecError("this is a directory; name the file in it", source=source) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SpecError(f"the file cannot be read: {reason}", source=source) from None
    if len(data) > MAX_BYTES:
        raise SpecError(
            f"the file is larger than {MAX_BYTES // 1_000_000} MB; a specification is a text of a "
            "few pages",
            source=source,
        )
    if b"\0" in data:
        raise SpecError(
            "the file is binary or not UTF-8; save the specification as UTF-8 text", source=source
        )
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise SpecError(
            "the file is not UTF-8; save the specification as UTF-8 text",
            source=source,
            line=data.count(b"\n", 0, error.start) + 1,
        ) from None
    return parse_spec(text, source)


def parse_spec(text: str, source: str = "<spec>") -> Spec:
    """Read a specification; `source` names it in messages.

    Raises SpecError, with the line, when no interface can be found, when two places of the text
    disagree about it, or when it cannot be written in Verilog; the message says what to write.
    """
    # The readers build Port and Direction values, which this module defines.
    from mevllm.interface import read_interface
    from mevllm.interface_sources import document, front_matter

    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise SpecError("the specification is empty", source=source)
    if "\0" in text or len(text) > MAX_BYTES:
        raise SpecError("the specification is binary or too large", source=source)
    front, body = front_matter.split(text, source)
    reading = read_interface(document.read_document(body, source, front.end + 1), front)
    return Spec(
        body,
        reading.interface,
        source,
        front.tier,
        reading.sources,
        reading.warnings,
    )
