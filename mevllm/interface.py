"""The interface of a design, out of a specification's text.

Every place that speaks of the interface is read on its own (`interface_sources`); here the places
are compared. Places that agree support each other; two that disagree are an error that shows both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mevllm import expressions
from mevllm.errors import SpecError
from mevllm.identifiers import flaw
from mevllm.interface_sources.claims import (
    Block,
    Kind,
    ParameterClaim,
    PortClaim,
    Range,
)
from mevllm.interface_sources.document import Document
from mevllm.interface_sources.front_matter import FrontMatter
from mevllm.interface_sources.headers import Header
from mevllm.interface_sources.lists import read_lists
from mevllm.interface_sources.outline import read_outline
from mevllm.interface_sources.prose import parameter_block
from mevllm.interface_sources.tables import find_tables, read_table
from mevllm.module_name import find_name
from mevllm.roles import find_clock, find_reset
from mevllm.spec import Interface, Parameter, Port

MAX_WIDTH = 65536
"""Bits of a port; the width that every simulator must support (IEEE 1800-2017, 6.9.1)."""

ASSUMED_DEFAULT = "8"
"""The default of a parameter for which the specification states none."""

_HOW_TO_DECLARE = """write the ports as a list, for example

    - input  clk
    - input  d (8 bits)
    - output q (8 bits)

or as a table, a fenced Verilog header, or `ports:` in front matter (docs/specification.md)"""
_ORDER: tuple[Kind, ...] = ("Verilog header", "front matter", "table", "list", "prose")
"""Which place gives the order of the ports, and the range where several agree on a width."""
_PORT_LIKE = re.compile(r"\b(?:inputs?|outputs?|ports?|interface|signals?)\b", re.IGNORECASE)
_WIDE = re.compile(
    r"\b(?:(?!1-|one-|single-)\w+-bit|(?!1\D)\d+\W*\w*bits?|bus|vector|address)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Reading:
    """The interface, where it came from, and what a person should look at."""

    interface: Interface
    sources: tuple[str, ...]
    warnings: tuple[str, ...]


def read_interface(document: Document, front: FrontMatter) -> Reading:
    """Read and compare everything that a specification says about its interface.

    Raises SpecError where two places disagree, where something declared cannot be used, and
    where the module's name or its ports are not to be found.
    """
    return _Merger(document, front).merge()


class _Merger:
    def __init__(self, document: Document, front: FrontMatter) -> None:
        self._source = document.source
        self._document = document
        self._front = front
        self._warnings: list[str] = []
        self._values: dict[str, int] = {}

    def merge(self) -> Reading:
        document, front = self._document, self._front
        tables = find_tables(document)
        outline = read_outline(document, {n for table in tables for n in table.lines})
        read = (read_table(table, outline.groups, self._source) for table in tables)
        blocks = [block for block in read if block is not None]
        blocks += read_lists(outline, self._source)
        if front.block is not None:
            blocks.append(front.block)
        listed = any(block.ports for block in blocks)
        name = find_name(document, front, listed=listed)
        if name.header is not None:
            blocks.append(self._header(name.header, name.repeated))
        if (prose := parameter_block(document)) is not None:
            blocks.append(prose)
        blocks.sort(key=lambda block: (_ORDER.index(block.kind), block.first))
        parameters = self._parameters(blocks)
        ports = self._ports(blocks, {p.name for p in parameters})
        for parameter in parameters:
            if any(port.name == parameter.name for port in ports):
                raise self._error(f"`{parameter.name}` names a port and a parameter; rename one")
        sources = [str(block) for block in blocks if block.ports or block.parameters]
        interface = Interface(
            name.module,
            ports,
            parameters,
            self._role("clock", front.clock, ports),
            self._role("reset", front.reset, ports),
        )
        if not any(port.direction != "input" for port in ports):
            self._warnings.append("no port is an output: such a module can do nothing")
        return Reading(interface, (*sources, *name.source), tuple(self._warnings))

    def _error(self, message: str, line: int | None = None) -> SpecError:
        return SpecError(message, source=self._source, line=line)

    def _header(self, header: Header, repeated: Sequence[Header]) -> Block:
        """A header that is read, after comparing those of the same module elsewhere with it."""
        first = header.read()
        for other in repeated:
            self._compare(first, other.read())
        return first

    # Parameters.

    def _parameters(self, blocks: Sequence[Block]) -> tuple[Parameter, ...]:
        found: dict[str, ParameterClaim] = {}
        places: dict[str, Block] = {}
        complete = [b for b in blocks if b.kind == "Verilog header"]
        for block in blocks:
            seen: dict[str, int] = {}
            for claim in block.parameters:
                self._once("parameter", claim, seen)
                known = found.get(claim.name)
                if known is None:
                    if complete and block.kind != "prose" and block not in complete:
                        raise self._error(
                            f"the parameter `{claim.name}` is missing from the "
                            f"{complete[0]}; write it in both places or in one",
                            claim.line,
                        )
                    if not (complete and block.kind == "prose"):
                        found[claim.name], places[claim.name] = claim, block
                    continue
                self._same_default(known, places[claim.name], claim, block)
                if known.default is None:
                    found[claim.name] = claim
        parameters: list[Parameter] = []
        for claim in found.values():
            default = claim.default
            if default is None:
                default = ASSUMED_DEFAULT
                self._warnings.append(
                    f"line {claim.line}: the parameter `{claim.name}` has no default; "
                    f"{ASSUMED_DEFAULT} is assumed"
                )
            unknown = [
                n for n in expressions.identifiers(default) if n not in self._names(parameters)
            ]
            if unknown:
                raise self._error(
                    f"the default of `{claim.name}` uses `{unknown[0]}`, which is not a parameter "
                    "declared before it",
                    claim.line,
                )
            value = expressions.evaluate(default, self._values)
            if value is not None:
                self._values[claim.name] = value
            parameters.append(Parameter(claim.name, default, claim.description, claim.type))
        return tuple(parameters)

    @staticmethod
    def _names(parameters: Iterable[Parameter]) -> set[str]:
        return {parameter.name for parameter in parameters}

    def _once(self, what: str, claim: PortClaim | ParameterClaim, seen: dict[str, int]) -> None:
        if problem := flaw(claim.name):
            raise self._error(f"the {what} name `{claim.name[:60]}` {problem}", claim.line)
        if claim.name in seen:
            raise self._error(
                f"the {what} `{claim.name}` is named twice, here and on line {seen[claim.name]}; "
                "remove one or rename it",
                claim.line,
            )
        seen[claim.name] = claim.line

    def _same_default(
        self, known: ParameterClaim, place: Block, claim: ParameterClaim, block: Block
    ) -> None:
        if known.default is None or claim.default is None or known.default == claim.default:
            return
        first = expressions.evaluate(known.default, self._values)
        second = expressions.evaluate(claim.default, self._values)
        if first is None or first != second:
            raise self._error(
                f"the parameter `{claim.name}` is {claim.default} here ({block}) but "
                f"{known.default} on line {known.line} ({place}); make them the same",
                claim.line,
            )

    # Ports.

    def _ports(self, blocks: Sequence[Block], parameters: set[str]) -> tuple[Port, ...]:
        """The ports in the order of the most formal place that lists them."""
        by_kind: dict[Kind, list[Block]] = {}
        claims: dict[str, list[tuple[PortClaim, Block]]] = {}
        for block in blocks:
            seen: dict[str, int] = {}
            for claim in block.ports:
                self._once("port", claim, seen)
                claims.setdefault(claim.name, []).append((claim, block))
            if block.ports:
                by_kind.setdefault(block.kind, []).append(block)
                self._warnings += [
                    f"line {line}: nothing is read from `{text[:60]}`, which stands among the ports"
                    for line, text in block.unread
                ]
        if not claims:
            raise self._nothing()
        for name, mentions in claims.items():
            for kind, places in by_kind.items():
                if not any(block.kind == kind for _, block in mentions):
                    claim, block = mentions[0]
                    raise self._error(
                        f"the port `{name}` stands here ({block}) but not in the "
                        f"{' and the '.join(map(str, places[:3]))}; write it in both or in neither",
                        claim.line,
                    )
        return tuple(self._port(mentions, parameters) for mentions in claims.values())

    def _nothing(self) -> SpecError:
        hint = next(
            (
                x.number
                for x in self._document.lines
                if x.kind != "blank" and _PORT_LIKE.search(x.text)
            ),
            1,
        )
        return self._error(
            f"the specification does not say which ports the module has; {_HOW_TO_DECLARE}", hint
        )

    def _compare(self, first: Block, second: Block) -> None:
        for one, other in ((first, second), (second, first)):
            names = {port.name for port in other.ports}
            for port in one.ports:
                if port.name not in names:
                    raise self._error(
                        f"the port `{port.name}` stands here ({one}) but not in the {other}; "
                        "write it in both or in neither",
                        port.line,
                    )
        for port in first.ports:
            twin = next(p for p in second.ports if p.name == port.name)
            self._agree(port, first, twin, second)

    def _port(self, mentions: Sequence[tuple[PortClaim, Block]], parameters: set[str]) -> Port:
        usable = [(self._without_soft(claim, parameters), block) for claim, block in mentions]
        first, place = usable[0]
        for index, (claim, block) in enumerate(usable):
            for other, where in usable[:index]:
                self._agree(other, where, claim, block)
        directions = [claim.direction for claim, _ in usable if claim.direction is not None]
        if not directions:
            raise self._error(
                f"`{first.name}` has no direction ({place}); write whether it is an input or an "
                "output",
                first.line,
            )
        ranges = [claim.range for claim, _ in usable if claim.range is not None]
        width = next(
            (r for r in ranges if r.written and r.vector), ranges[0] if ranges else Range()
        )
        descriptions = [claim.description for claim, _ in usable if claim.description]
        if not ranges and any(_WIDE.search(text) for text in descriptions):
            self._warnings.append(
                f"line {first.line}: no width is given for `{first.name}`; one bit is assumed"
            )
        self._check_range(first, width, parameters)
        formal = [claim for claim, block in usable if block.kind == "Verilog header"]
        return Port(
            first.name,
            directions[0],
            width.msb,
            width.lsb,
            width.vector,
            any(claim.signed for claim in formal or [claim for claim, _ in usable]),
            descriptions[0] if descriptions else "",
        )

    @staticmethod
    def _without_soft(claim: PortClaim, parameters: set[str]) -> PortClaim:
        width = claim.range
        if width is None or not width.soft:
            return claim
        names = expressions.identifiers(f"{width.msb} {width.lsb}")
        if all(name in parameters for name in names):
            return claim
        return PortClaim(
            claim.name, claim.line, claim.direction, None, claim.signed, claim.description
        )

    def _agree(self, first: PortClaim, place: Block, second: PortClaim, block: Block) -> None:
        """Raise SpecError unless two mentions of a port can both be true."""
        where = f"here ({block}) but"
        if first.direction and second.direction and first.direction != second.direction:
            raise self._error(
                f"`{first.name}` is an {second.direction} {where} an {first.direction} on line "
                f"{first.line} ({place}); make them the same",
                second.line,
            )
        a, b = first.range, second.range
        if a is not None and b is not None and not self._same_range(a, b):
            raise self._error(
                f"`{first.name}` is {_size(b)} {where} {_size(a)} on line {first.line} ({place}); "
                "make them the same",
                second.line,
            )

    def _same_range(self, a: Range, b: Range) -> bool:
        if a.written and b.written:
            return all(self._same_value(x, y) for x, y in ((a.msb, b.msb), (a.lsb, b.lsb)))
        return self._same_value(
            str(expressions.width(a.msb, a.lsb)), str(expressions.width(b.msb, b.lsb))
        )

    def _same_value(self, first: str, second: str) -> bool:
        if first == second:
            return True
        a = expressions.evaluate(first, self._values)
        b = expressions.evaluate(second, self._values)
        return a is not None and a == b

    def _check_range(self, claim: PortClaim, width: Range, parameters: set[str]) -> None:
        text = f"{width.msb} {width.lsb}"
        for name in expressions.identifiers(text):
            if name not in parameters:
                raise self._error(
                    f"the width of `{claim.name}` uses `{name}`, which is not a parameter; write "
                    f"`Parameter: {name} = 8` or a number",
                    claim.line,
                )
        msb = expressions.evaluate(width.msb, self._values)
        lsb = expressions.evaluate(width.lsb, self._values)
        if msb is None or lsb is None:
            return
        if msb == lsb - 1 and lsb == 0:
            raise self._error(f"`{claim.name}` is 0 bits wide; give it at least one", claim.line)
        if msb < -1 and not width.written:
            raise self._error(f"the width of `{claim.name}` is negative", claim.line)
        if abs(msb - lsb) >= MAX_WIDTH:
            raise self._error(
                f"`{claim.name}` is {abs(msb - lsb) + 1} bits wide; at most {MAX_WIDTH} are "
                "supported",
                claim.line,
            )

    def _role(
        self, what: str, given: tuple[str | None, int] | None, ports: Sequence[Port]
    ) -> str | None:
        if given is None:
            return find_clock(ports) if what == "clock" else find_reset(ports)
        name, line = given
        if name is not None and not any(p.name == name and p.direction == "input" for p in ports):
            raise self._error(
                f"`{what}: {name}` names no input port; the inputs are "
                f"{', '.join(p.name for p in ports if p.direction == 'input') or 'none'}",
                line,
            )
        return name


def _size(width: Range) -> str:
    if width.written and width.vector:
        return f"[{width.msb}:{width.lsb}]"
    bits = expressions.width(width.msb, width.lsb)
    return "one bit wide" if bits == 1 else f"{bits} bits wide"
