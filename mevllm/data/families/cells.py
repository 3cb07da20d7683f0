"""Two levels of hierarchy: small cells, and circuits composed of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from mevllm.data.design import Description, Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.basic_words import capital, letters, listed, number
from mevllm.data.families.gates import gate
from mevllm.data.families.told import cells as told_cells
from mevllm.data.stimulus import combinational
from mevllm.tiers import Tier

_CELLS = (
    ("{x} & ~{y}", (0, 0, 1, 0)),
    ("~{x} & {y}", (0, 1, 0, 0)),
    ("{x} | ~{y}", (1, 0, 1, 1)),
    ("~{x} | {y}", (1, 1, 0, 1)),
    ("{x} ^ {y}", (0, 1, 1, 0)),
    ("~({x} ^ {y})", (1, 0, 0, 1)),
    ("~({x} & {y})", (1, 1, 1, 0)),
    ("~({x} | {y})", (1, 0, 0, 0)),
    ("({x} ^ {y}) & {x}", (0, 0, 1, 0)),
    ("({x} ^ {y}) | {y}", (0, 1, 1, 1)),
)
"""Cells with two inputs: the expression, and its value for xy = 00, 01, 10, 11."""

_PINS = (("x", "y", "z"), ("i0", "i1", "o"), ("l", "r", "f"), ("m", "n", "k"), ("u", "v", "w"))

_GATE: Mapping[str, Callable[[Sequence[int]], int]] = {
    "and": min,
    "or": max,
    "xor": lambda bits: sum(bits) % 2,
}


@dataclass(frozen=True)
class _Use:
    """One instance of a cell: which cell, and its two inputs by index."""

    cell: int
    x: int
    y: int


@dataclass(frozen=True)
class _Plan:
    """Two cells, their instances in pairs, a gate for each pair, and one for the results."""

    cells: tuple[int, int]
    uses: tuple[_Use, ...]
    middle: tuple[str, ...]
    last: str

    def varies(self, count: int) -> bool:
        """Whether all inputs are used, and every gate's output takes both values."""
        if {i for use in self.uses for i in (use.x, use.y)} != set(range(count)):
            return False
        seen: list[set[int]] = [set() for _ in range(len(self.middle) + 1)]
        for bits in product((0, 1), repeat=count):
            ends = [_CELLS[self.cells[u.cell]][1][2 * bits[u.x] + bits[u.y]] for u in self.uses]
            inner = [_GATE[k](ends[2 * i : 2 * i + 2]) for i, k in enumerate(self.middle)]
            for values, bit in zip(seen, (*inner, _GATE[self.last](inner)), strict=True):
                values.add(bit)
        return all(len(values) == 2 for values in seen)


def _planned(draw: Draw, count: int) -> _Plan:
    first, second = draw.shuffled(range(len(_CELLS)))[:2]
    pairs = draw.choice((2, 2, 3)) if count > 2 else 2
    uses = []
    for _ in range(pairs):
        x, y = draw.shuffled(range(count))[:2]
        same = count == 2 or draw.chance(0.4)
        u, v = (x, y) if same else draw.shuffled(range(count))[:2]
        uses += [_Use(0, x, y), _Use(1, u, v)]
    middle = tuple(draw.choice(("and", "or", "xor")) for _ in range(pairs))
    return _Plan((first, second), tuple(uses), middle, draw.choice(("and", "or", "xor", "xor")))


def _composed(draw: Draw) -> Design:
    """Instances of two kinds of cells joined by gates, the cells as modules or inline."""
    count = draw.choice((2, 2, 3, 4, 5))
    names = letters(draw, count)
    out = draw.name("out", "f", "q", "result", "o")
    plan = _planned(draw, count)
    while not plan.varies(count):
        plan = _planned(draw, count)
    kinds = [draw.name(n) for n in draw.choice((("cell_a", "cell_b"), ("block_p", "block_q")))]
    pins = draw.choice([p for p in _PINS if not set(p) & {*names, out}])
    formulas = [f"{pins[2]} = {_CELLS[i][0].format(x=pins[0], y=pins[1])}" for i in plan.cells]
    nested = draw.chance(0.6)
    wires = [draw.name(f"{'ab'[u.cell]}{i // 2 + 1}_out") for i, u in enumerate(plan.uses)]
    joined = [draw.name(f"t{i + 1}", f"mid{i + 1}") for i in range(len(plan.middle))]
    lines = [f"  wire {', '.join((*wires, *joined))};"]
    said = []
    for i, (use, wire) in enumerate(zip(plan.uses, wires, strict=True)):
        x, y = names[use.x], names[use.y]
        if nested:
            lines.append(
                f"  {kinds[use.cell]} u{i + 1} (.{pins[0]}({x}), .{pins[1]}({y}), "
                f".{pins[2]}({wire}));"
            )
        else:
            lines.append(f"  assign {wire} = {_CELLS[plan.cells[use.cell]][0].format(x=x, y=y)};")
        said.append(
            f"instance {i + 1} is a `{kinds[use.cell]}` with {pins[0]} = `{x}` and {pins[1]} = "
            f"`{y}`"
        )
    for i, (kind, wire) in enumerate(zip(plan.middle, joined, strict=True)):
        lines.append(f"  assign {wire} = {gate(kind, wires[2 * i : 2 * i + 2])};")
        said.append(
            f"the outputs of instances {2 * i + 1} and {2 * i + 2} enter {_gate_words(kind)}"
        )
    lines.append(f"  assign {out} = {gate(plan.last, joined)};")
    said.append(
        f"the results of these {number(len(joined))} gates enter {_gate_words(plan.last)}, whose "
        f"output is `{out}`"
    )
    helpers = "\n\n".join(
        f"module {kind} (\n  input {pins[0]},\n  input {pins[1]},\n  output {pins[2]}\n);\n"
        f"  assign {formula};\nendmodule"
        for kind, formula in zip(kinds, formulas, strict=True)
    )
    tables = [
        f"`{kind}` has the inputs {pins[0]} and {pins[1]} and the output {pins[2]}, and computes "
        f"{formula}"
        if draw.chance(0.6)
        else f"`{kind}` has the inputs {pins[0]} and {pins[1]} and the output {pins[2]}; for "
        f"{pins[0]}{pins[1]} = 00, 01, 10 and 11, {pins[2]} is "
        f"{listed([str(v) for v in _CELLS[i][1]])} respectively"
        for kind, formula, i in zip(kinds, formulas, plan.cells, strict=True)
    ]
    style = (
        "Write the two cells as modules of their own and instantiate them."
        if nested
        else "Write everything in one module; the cells need not be modules."
    )
    ports = [*(port(n, "input") for n in names), port(out, "output")]
    text = ". ".join(capital(s) for s in said)
    cells = ". ".join(capital(t) for t in tables)
    short = [f"{kind}: {formula}" for kind, formula in zip(kinds, formulas, strict=True)]
    return draw.design(
        COMPOSED,
        module=draw.module("composed", "two_level", "top_level"),
        ports=ports,
        body="\n".join(lines),
        description=Description(
            title=f"circuit of {number(len(plan.uses))} cells of two kinds",
            terse=f"{'; '.join(short)}. {text}. {style}",
            prose=draw.say(
                f"Two kinds of cells are used. {cells}.\n\nThe circuit is built as follows. "
                f"{text}. {style}",
                f"{cells}. From these the module is composed: {'; '.join(said)}. {style}",
            ),
            points=(*(f"{t}." for t in tables), *(f"{capital(s)}." for s in said), style),
        ),
        stimulus=combinational(draw, ports),
        choices=(
            ("cells", plan.cells),
            ("uses", [(u.cell, u.x, u.y) for u in plan.uses]),
            ("gates", (*plan.middle, plan.last)),
            ("inputs", count),
            ("nested", nested),
        ),
        helpers=helpers if nested else "",
    )


def _gate_words(kind: str) -> str:
    return f"an {kind.upper()} gate"


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


COMPOSED = Family("composed_cells", Tier.BASIC, _composed)
CHAIN = Family("cell_chain", Tier.BASIC, _chain)

FAMILIES = (COMPOSED, CHAIN)
