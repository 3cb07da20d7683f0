"""Two levels of hierarchy: small cells, and circuits composed of them."""

from __future__ import annotations

from dataclasses import dataclass

from mevllm.data.design import Description, Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.basic_words import number
from mevllm.data.families.told import cells as told_cells
from mevllm.data.stimulus import combinational
from mevllm.tiers import Tier


@dataclass(frozen=True)
class _Link:
    """A cell of a chain: `y` and `t` (to the next cell) from `d` and `s` (from the cell before)."""

    name: str
    y: str
    t: str
    said: str
    """What the chain does, seen from its start."""
    fixed: int | None = None
    """The constant at the start without which an end bit or all bits are constant, if any."""


_LINKS = (
    _Link("first one", "{d} & ~{s}", "{s} | {d}", "passes the first 1 and clears the rest", 0),
    _Link("all before", "{d} & {s}", "{d} & {s}", "keeps a 1 only while all bits before are 1", 1),
    _Link("toggle", "{d} ^ {s}", "{d} ^ {s}", "gives the XOR of all bits so far"),
    _Link("differ", "{d} ^ {s}", "{d}", "compares each bit with the bit before it"),
    _Link("any", "{d} | {s}", "{d} | {s}", "sets every bit after the first 1", 0),
    _Link("mark", "~{d} & {s}", "{d}", "marks each 0 that directly follows a 1", 1),
    _Link("rise", "{d} & ~{s}", "{d}", "marks each 1 that directly follows a 0", 0),
    _Link("swap", "{d} ^ {s}", "{d} | {s}", "inverts every bit after the first 1", 0),
)


def _chain(draw: Draw) -> Design:
    """A row of equal cells, each passing one bit to the next."""
    link = draw.choice(_LINKS)
    width = draw.choice((3, 3, 4, 4, 5, 6))
    up = draw.chance(0.6)
    d, q = draw.name("d", "in", "x", "a"), draw.name("q", "out", "y", "z")
    start = draw.name("cin", "start", "seed", "first") if draw.chance(0.6) else ""
    end = draw.name("cout", "last", "carry", "rest") if draw.chance(0.5) else ""
    given = draw.choice((0, 0, 1)) if not start else None
    if given is not None and link.fixed is not None:
        given = link.fixed
    kind = draw.choice(("link_cell", "chain_cell", "bit_slice", "stage_cell"))
    wire = draw.name("c", "carry_w", "chain", "pass")
    order = range(width) if up else range(width - 1, -1, -1)
    head = start or f"1'b{given}"
    lines = [f"  wire [{width}:0] {wire};", f"  assign {wire}[0] = {head};"]
    for i, bit in enumerate(order):
        lines.append(
            f"  {kind} u{i} (.d({d}[{bit}]), .s({wire}[{i}]), .y({q}[{bit}]), .t({wire}[{i + 1}]));"
        )
    ports = [port(d, "input", width)]
    ports += [port(start, "input")] if start else []
    ports.append(port(q, "output", width))
    if end:
        ports.append(port(end, "output"))
        lines.append(f"  assign {end} = {wire}[{width}];")
    y, t = (text.format(d="d", s="s") for text in (link.y, link.t))
    helper = (
        f"module {kind} (\n  input d,\n  input s,\n  output y,\n  output t\n);\n"
        f"  assign y = {y};\n  assign t = {t};\nendmodule"
    )
    first, last = (0, width - 1) if up else (width - 1, 0)
    told = not start and link.name not in ("mark", "differ", "toggle")  # true of the first bit too
    cell = f"The cell `{kind}` has the inputs d and s and the outputs y = {y} and t = {t}."
    wiring = (
        f"There is one cell for each bit of `{d}` and `{q}`: d is the bit of `{d}`, y the same bit "
        f"of `{q}`. The chain begins at bit {first} and ends at bit {last}: t of each cell goes to "
        "s of the next."
    )
    begin = f"The first cell gets {f'`{start}`' if start else f'the constant {given}'} as its s."
    finish = "The t of the last cell is " + (f"brought out as `{end}`." if end else "not used.")
    style = f"Write `{kind}` as a module of its own and instantiate it {number(width)} times."
    ends, logic = (d, q, start, end), (kind, y, t)
    draw.tell(*told_cells.cell_chain(draw.teller(), link.name, width, up, ends, given, logic))
    return draw.design(
        CHAIN,
        module=draw.module("chain", "bit_chain", "cell_row"),
        ports=ports,
        body="\n".join(lines),
        description=Description(
            title=f"chain of {number(width)} equal cells" + (f" that {link.said}" if told else ""),
            terse=f"{cell} {wiring} {begin} {finish}",
            prose=draw.say(
                (f"A row of cells {link.said}, counted from bit {first}. " if told else "")
                + f"{cell} {wiring} {begin} {finish} {style}",
                f"{cell} {wiring} {begin} {finish}\n\n{style}",
            ),
            points=(cell, wiring, begin, finish, style),
        ),
        stimulus=combinational(draw, ports),
        choices=(
            ("cell", link.name),
            ("width", width),
            ("upwards", up),
            ("start", "input" if start else given),
            ("end", bool(end)),
        ),
        helpers=helper,
    )


CHAIN = Family("cell_chain", Tier.BASIC, _chain)

FAMILIES = (CHAIN,)
