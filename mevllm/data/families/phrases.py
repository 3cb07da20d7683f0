"""Wording and small pieces of Verilog that families of sequential designs share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mevllm.data.design import Description, Design, Exhibit, ExhibitKind, Family
from mevllm.data.draw import Clocking, Draw, indent, port
from mevllm.data.stimulus import Row, sequential
from mevllm.spec import Port

Rules = Callable[[], Sequence[str]]
"""Draws the sentences that say a behaviour; each call may word them differently."""


@dataclass(frozen=True)
class Gate:
    """A one-bit control that lets something happen: an enable, or a hold that prevents it."""

    name: str
    active_high: bool = True

    @property
    def port(self) -> Port:
        """Its input port."""
        return port(self.name, "input")

    @property
    def condition(self) -> str:
        """The Verilog condition that holds while things may happen."""
        return self.name if self.active_high else f"!{self.name}"

    @property
    def on(self) -> str:
        """`en` is 1, with backticks, or `hold` is 0."""
        return f"`{self.name}` is {int(self.active_high)}"

    @property
    def off(self) -> str:
        """The opposite of `on`."""
        return f"`{self.name}` is {int(not self.active_high)}"

    def chances(self, open_share: float = 0.8) -> dict[str, float]:
        """For `sequential`: the probability of 1, so that the gate is open in this share."""
        return {self.name: open_share if self.active_high else 1 - open_share}

    def row(self, open_: bool = True) -> dict[str, int]:
        """For directed rows: the value that opens or closes the gate."""
        return {self.name: int(open_ == self.active_high)}


def gate(draw: Draw, chance: float = 0.5) -> Gate | None:
    """An enable in half the designs, sometimes inverted (a hold), else None."""
    if not draw.chance(chance):
        return None
    if draw.chance(0.15):
        return Gate(draw.name("hold", "stall", "freeze", "pause"), False)
    return Gate(draw.name("enable"))


def gated(enable: Gate | None, statements: str) -> str:
    """The statements, under the enable's condition where there is one."""
    return statements if enable is None else when(enable.condition, statements)


def when(condition: str, statements: str, otherwise: str = "") -> str:
    """An `if`, on one line where it is a single statement without `else`."""
    simple = "\n" not in statements and not statements.lstrip().startswith("if ")
    if simple and not otherwise:
        return f"if ({condition}) {statements}"
    if simple and "\n" not in otherwise:
        return f"if ({condition}) {statements}\nelse {otherwise}"
    if otherwise.startswith("if "):
        tail = f" else {otherwise}"
    else:
        tail = f" else begin\n{indent(otherwise, 2)}\nend" if otherwise else ""
    return f"if ({condition}) begin\n{indent(statements, 2)}\nend{tail}"


def chain(branches: Sequence[tuple[str, str]], last: str = "") -> str:
    """`if ... else if ...` over (condition, single statement) pairs, one branch a line."""
    lines = [
        f"{'else ' if i else ''}if ({condition}) {statement}"
        for i, (condition, statement) in enumerate(branches)
    ]
    return "\n".join([*lines, *([f"else {last}"] if last else [])])


def joined(*sentences: str) -> str:
    """The sentences that are not empty, with single spaces between them."""
    return " ".join(s for s in sentences if s)


def spoken(*sentences: str) -> str:
    """As `joined`, each sentence beginning with a capital unless it begins with a name."""
    return joined(*(s[:1].upper() + s[1:] for s in sentences))


def sized(width: int) -> str:
    """`a 4-bit`, `an 8-bit`."""
    return f"{'an' if str(width)[0] == '8' or width in (11, 18) else 'a'} {width}-bit"


def bits(width: int) -> str:
    """A declaration's range with a space after it, empty for a scalar: `[7:0] `."""
    return f"[{width - 1}:0] " if width > 1 else ""


def literal(width: int, value: int) -> str:
    """A sized constant: binary when it is short, else decimal, hexadecimal from 13 bits on."""
    if width <= 2:
        return f"{width}'b{value:0{width}b}"
    if width > 12 and value > 99:
        return f"{width}'h{value:x}"
    return f"{width}'d{value}"


def size(count: int) -> int:
    """Bits of a counter with so many values, at least 1."""
    return max(1, (count - 1).bit_length())


def amount(count: int, noun: str) -> str:
    """`1 cycle`, `3 cycles`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def table(draw: Draw, header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table or plain aligned columns."""
    cells = [[str(cell) for cell in row] for row in rows]
    if draw.chance(0.4):
        lines = [f"| {' | '.join(row)} |" for row in (list(header), *cells)]
        return "\n".join((lines[0], "|" + "---|" * len(header), *lines[1:]))
    wide = [max(len(row[i]) for row in (list(header), *cells)) for i in range(len(header))]
    bar = draw.say("  ", " | ", "  ")
    return "\n".join(
        bar.join(f"{cell:<{w}}" for cell, w in zip(row, wide, strict=True)).rstrip()
        for row in (header, *cells)
    )


def described(
    draw: Draw,
    clocking: Clocking,
    *,
    title: str,
    terse: str,
    rules: Rules,
    intro: str = "",
    effect: str = "",
    exhibits: Sequence[Exhibit] = (),
) -> Description:
    """A description whose texts all end up with the rules, the clock edge and the reset.

    `effect` is what the reset does, a verb phrase. Sentences come in one of several orders;
    backticks are left out of some texts, as engineers do.
    """
    edge, reset = clocking.edge_sentence(draw), clocking.reset_sentence(draw, effect)
    intro, said = spoken(intro), spoken(*rules())
    prose = draw.choice(
        (
            joined(intro, said, edge, reset),
            joined(intro, said, reset, edge),
            f"{joined(intro, edge, reset)}\n\n{said}",
            f"{joined(intro, said)}\n\n{joined(reset, edge)}",
            joined(edge, intro, said, reset),
            joined(intro, reset, said, edge),
        )
    )
    clock = [s for s in (clocking.edge_sentence(draw), clocking.reset_sentence(draw, effect)) if s]
    listed = [spoken(s) for s in rules() if s]
    points = [*clock, *listed] if draw.chance(0.5) else [*listed, *clock]
    if intro and draw.chance(0.3):
        points.insert(0, intro)
    brief = joined(terse, clocking.reset_sentence(draw, effect), clocking.edge_sentence(draw))
    plain = draw.chance(0.35)
    return Description(
        title=title,
        terse=brief.replace("`", ""),
        prose=prose.replace("`", "") if draw.chance(0.35) else prose,
        points=tuple(p.replace("`", "") if plain else p for p in points),
        exhibits=tuple(exhibits),
    )


def build(
    draw: Draw,
    family: Family,
    clocking: Clocking,
    *,
    modules: Sequence[str],
    ports: Sequence[Port],
    body: str,
    title: str,
    terse: str,
    rules: Rules,
    choices: Mapping[str, object],
    intro: str = "",
    effect: str = "",
    exhibits: Sequence[Exhibit] = (),
    directed: Sequence[Row] = (),
    random_rows: int = 200,
    chances: Mapping[str, float] | None = None,
    hold: Mapping[str, float] | None = None,
    reset_chance: float = 0.02,
) -> Design:
    """A clocked design from its parts: `described` texts and `sequential` stimulus.

    `modules` are the family's own module names; the rest is as in those two functions.
    """
    return draw.design(
        family,
        module=draw.module(*modules),
        ports=ports,
        body=body,
        description=described(
            draw,
            clocking,
            title=title,
            terse=terse,
            rules=rules,
            intro=intro,
            effect=effect,
            exhibits=exhibits,
        ),
        stimulus=sequential(
            draw,
            ports,
            clocking,
            directed=directed,
            random_rows=random_rows,
            chances=chances,
            reset_chance=reset_chance,
            hold=hold,
        ),
        choices=tuple(choices.items()),
        clocking=clocking,
    )


def exhibit(
    draw: Draw, clocking: Clocking, kind: ExhibitKind, intro: str, effect: str, text: str
) -> Exhibit:
    """An exhibit whose introduction also says the clock edge and the reset."""
    said = spoken(intro, clocking.edge_sentence(draw), clocking.reset_sentence(draw, effect))
    return Exhibit(kind, said, text)
