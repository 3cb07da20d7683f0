"""Karnaugh maps of two to four variables, in several layouts, with and without don't-cares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mevllm.data.design import Description, Design, Exhibit, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.basic_words import Inputs, listed, literal, number, ticked, variables
from mevllm.data.families.told import kmaps as told
from mevllm.data.stimulus import combinational
from mevllm.tiers import Tier

_GRAY = ("00", "01", "11", "10")
_LAYOUTS = ("grid", "grid", "markdown", "boxed", "equals", "products", "bare", "corner")


@dataclass(frozen=True)
class _Map:
    """A map: the variables and codes of rows and columns, and the cells row by row."""

    down: tuple[str, ...]
    across: tuple[str, ...]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]

    @property
    def label(self) -> tuple[str, str]:
        """Names of the row and the column variables: `cd`, `ab`."""
        return _joined(self.down), _joined(self.across)


def _joined(names: Sequence[str]) -> str:
    return ("" if all(len(n) == 1 for n in names) else " ").join(names)


def _order(draw: Draw, bits: int) -> tuple[str, ...]:
    """The codes along one side in Gray order; one in five begins elsewhere or runs backwards."""
    if bits == 1:
        return ("0", "1")
    if draw.chance(0.75):
        return _GRAY
    start = draw.int(0, 3)
    turned = _GRAY[start:] + _GRAY[:start]
    return turned if draw.chance(0.5) else turned[::-1]


def _picture(draw: Draw, m: _Map) -> str:
    """The map as text."""
    layout = draw.choice(_LAYOUTS)
    down, across = m.label
    if layout == "markdown":
        head = draw.say(f"{down} \\ {across}", f"{down} / {across}", f"{down} \\\\ {across}")
        lines = [f"| {head} | {' | '.join(m.columns)} |", "|---" * (len(m.columns) + 1) + "|"]
        lines += [f"| {r} | {' | '.join(c)} |" for r, c in zip(m.rows, m.cells, strict=True)]
        return "\n".join(lines)
    if layout == "products":
        return _lines([_product(m.across, c) for c in m.columns], _products_down(m), m.cells, " | ")
    if layout == "equals":
        heads = [f"{across}={c}" for c in m.columns]
        return _lines(heads, [f"{down}={r}" for r in m.rows], m.cells, "  ")
    if layout == "corner":
        return _lines(m.columns, m.rows, m.cells, " | ", corner=f"{down}\\{across}")
    pad = " " * (len(down) + 2)
    if layout == "bare":
        body = _lines(m.columns, m.rows, m.cells, " ", corner=down)
        return f"{pad}{across}\n{body}"
    edge = f"{pad}+{'----+' * len(m.columns)}"
    head = f"{pad} " + " ".join(f" {c:<3}" for c in m.columns)
    lines = [f"{pad} {' ' * (2 * len(m.columns) - 2)}{across}", f"{down}{head[len(down) :]}"]
    for r, cells in zip(m.rows, m.cells, strict=True):
        if layout == "boxed":
            lines.append(edge)
        lines.append(f"{r:>{len(down)}}  |" + "|".join(f" {c}  " for c in cells) + "|")
    if layout == "boxed":
        lines.append(edge)
    return "\n".join(line.rstrip() for line in lines)


def _lines(
    heads: Sequence[str],
    sides: Sequence[str],
    cells: Sequence[Sequence[str]],
    gap: str,
    corner: str = "",
) -> str:
    """Head line and rows, in columns of one width."""
    first = max(len(corner), *(len(s) for s in sides))
    wide = max(len(h) for h in heads)
    lines = [gap.join([f"{corner:<{first}}", *(f"{h:<{wide}}" for h in heads)])]
    lines += [
        gap.join([f"{s:<{first}}", *(f"{c:<{wide}}" for c in row)])
        for s, row in zip(sides, cells, strict=True)
    ]
    return "\n".join(line.rstrip() for line in lines)


def _products_down(m: _Map) -> list[str]:
    return [_product(m.down, r) for r in m.rows]


def _product(names: Sequence[str], code: str) -> str:
    """A product term: `a'b`."""
    return _joined([n if c == "1" else f"{n}'" for n, c in zip(names, code, strict=True)])


def _drawn_map(draw: Draw, inputs: Inputs, dont_care: str) -> _Map:
    names = inputs.bits
    half = {2: 1, 3: draw.choice((1, 2)), 4: 2}[len(names)]
    first, second = names[:half], names[half:]
    down, across = (second, first) if draw.chance(0.6) else (first, second)
    rows, columns = _order(draw, len(down)), _order(draw, len(across))
    size = len(rows) * len(columns)
    ones = draw.int(max(1, size // 4), size - max(1, size // 4))
    flat = ["1"] * ones + ["0"] * (size - ones)
    if dont_care:
        for i in draw.shuffled(range(size))[: draw.int(1, max(1, size // 4))]:
            flat[i] = dont_care
        if "1" not in flat:
            flat[0] = "1"
        if "0" not in flat:
            flat[-1] = "0"
    flat = draw.shuffled(flat)
    wide = len(columns)
    cells = tuple(tuple(flat[i * wide : (i + 1) * wide]) for i in range(len(rows)))
    return _Map(tuple(down), tuple(across), rows, columns, cells)


def _karnaugh(draw: Draw) -> Design:
    """A function given by its Karnaugh map; the reference lists the cells as the map shows them."""
    count = draw.choice((2, 3, 3, 4, 4, 4, 4))
    inputs = variables(draw, count, 0.12)
    out = draw.name("f", "out", "y", "z", "F", "q")
    mark = draw.choice(("d", "d", "x", "X", "-")) if count > 2 and draw.chance(0.4) else ""
    if mark in inputs.bits:
        mark = "-"
    m = _drawn_map(draw, inputs, mark)
    lines = [
        f"      {literal(int(r + c, 2), count)}: {out} = 1'b{int(cell == '1')};"
        for r, row in zip(m.rows, m.cells, strict=True)
        for c, cell in zip(m.columns, row, strict=True)
    ]
    body = (
        f"  always @(*) begin\n    case ({{{', '.join((*m.down, *m.across))}}})\n"
        + "\n".join(lines)
        + f"\n      default: {out} = 1'b0;\n    endcase\n  end"
    )
    down, across = m.label
    free = (
        draw.say(
            f" A cell marked {mark} is a don't-care: choose whichever value is convenient.",
            f" The cells with {mark} never occur, so their value is free.",
            f" The mark {mark} stands for a don't-care.",
            f" The mark {mark} stands for a don't-care, which is to be implemented as 0.",
            f" Entries {mark} are unspecified; use 0 for them.",
        )
        if mark
        else ""
    )
    sides = draw.say(
        f" The columns are values of {across}, the rows values of {down}.",
        f" Rows belong to {listed(ticked(m.down))}, columns to {listed(ticked(m.across))}.",
        f" Across the top are the values of {across}, down the side those of {down}.",
    )
    spoken = [
        f"In the row {down} = {r}, `{out}` is {', '.join(row)} for {across} = "
        f"{', '.join(m.columns)}"
        for r, row in zip(m.rows, m.cells, strict=True)
    ]
    respective = "The values of each row are in the order of the columns named."
    ones = [
        f"{down}={r} {across}={c}"
        for r, row in zip(m.rows, m.cells, strict=True)
        for c, cell in zip(m.columns, row, strict=True)
        if cell == "1"
    ]
    ports = [*inputs.ports, port(out, "output", 1, "the function's value")]
    kind = f"{number(count)}-variable Karnaugh map"
    intro = draw.say(
        f"Implement the circuit that this Karnaugh map describes.{sides}{free}",
        f"The output `{out}` is given by the Karnaugh map below.{sides}{free}",
        f"Build a combinational circuit for the {kind} below, with output `{out}`.{free}{sides}",
        f"The map shows `{out}` for every combination of the inputs.{free}{sides}",
    )
    block = "\n".join(f"    {line}".rstrip() for line in _picture(draw, m).split("\n"))
    terse_map = _picture(draw, m)
    unlisted = f" Cells marked {mark} are don't-cares (0)." if mark else ""
    sorts, codes = (m.down, m.across), (m.rows, m.columns)
    draw.tell(*told.karnaugh_map(draw.teller(), inputs, out, sorts, codes, m.cells))
    return draw.design(
        KARNAUGH,
        module=draw.module("kmap", "karnaugh", "map_logic", "k_map"),
        ports=ports,
        body=body,
        description=Description(
            title=f"combinational function of a {kind}",
            terse=draw.say(
                f"Karnaugh map of {out} (columns {across}, rows {down}).{unlisted}\n{terse_map}",
                f"{out} is 1 for {'; '.join(ones)}; else 0.",
            ),
            prose=draw.say(
                f"{intro}\n\n{block}",
                f"A Karnaugh map of the inputs {listed(ticked(inputs.bits))} was filled in as "
                f"follows. {'. '.join(spoken)}. Implement the function.{free}",
                f"{intro}\n\n{block}\n\nAny circuit with this function will do, minimal or not.",
            ),
            points=(
                f"`{out}` is a function of {listed(ticked(inputs.bits))}, given as a Karnaugh map.",
                *(f"{s}." for s in spoken),
                respective,
                *([free.strip()] if free else []),
            ),
            exhibits=(Exhibit("karnaugh map", intro, _picture(draw, m)),),
        ),
        stimulus=combinational(draw, ports),
        choices=(
            ("variables", count),
            ("cells", [int(line[-3] == "1") for line in sorted(_canonical(lines, m, inputs))]),
        ),
    )


def _canonical(lines: Sequence[str], m: _Map, inputs: Inputs) -> list[str]:
    """The case's rows with their variables in the order of the ports."""
    shown = [*m.down, *m.across]
    moved = []
    for line in lines:
        code = line.split("'b")[1].split(":")[0]
        at = dict(zip(shown, code, strict=True))
        moved.append("".join(at[b] for b in inputs.bits) + " " + line[-2] + " ;")
    return moved


KARNAUGH = Family("karnaugh_map", Tier.BASIC, _karnaugh)

FAMILIES = (KARNAUGH,)
