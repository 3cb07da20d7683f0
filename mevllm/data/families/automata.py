"""Cellular automata: elementary ones on a row of cells, and counts of neighbours on a torus."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.phrases import (
    bits,
    build,
    exhibit,
    gate,
    literal,
    spoken,
    table,
)
from mevllm.tiers import Tier

_MEANINGS = {
    90: "{l} ^ {r}",
    150: "{l} ^ {c} ^ {r}",
    102: "{c} ^ {r}",
    60: "{l} ^ {c}",
    170: "{r}",
    250: "{l} | {r}",
    254: "{l} | {c} | {r}",
    232: "({l} & {c}) | ({l} & {r}) | ({c} & {r})",
    30: "{l} ^ ({c} | {r})",
    110: "({c} ^ {r}) | (~{l} & {c})",
    184: "({c} & {r}) | (~{c} & {l})",
    54: "({l} | {r}) ^ {c}",
    18: "({l} ^ {r}) & ~{c}",
    22: "({l} ^ {c} ^ {r}) & ~({l} & {c} & {r})",
    105: "~({l} ^ {c} ^ {r})",
}
"""Rules that have a short formula of left, centre and right cell."""


def _row_step(rule: int, cells: Sequence[int], ends: str) -> list[int]:
    """The next generation; cell 0 has index 0, its right neighbour is the cell before it."""
    count = len(cells)
    beyond = 1 if ends == "1" else 0
    found = []
    for i in range(count):
        if ends == "ring":
            left, right = cells[(i + 1) % count], cells[i - 1]
        else:
            left = cells[i + 1] if i + 1 < count else beyond
            right = cells[i - 1] if i else beyond
        found.append(rule >> (left << 2 | cells[i] << 1 | right) & 1)
    return found


def _formula(rule: int, left: str, centre: str, right: str) -> str:
    """A rule as Verilog: its short formula, or products for the ones, or for the zeros."""
    if rule in _MEANINGS:
        return _MEANINGS[rule].format(l=left, c=centre, r=right)
    few_ones = rule.bit_count() <= 4
    terms = []
    for k in range(8):
        if (rule >> k & 1) == few_ones:
            factors = zip((left, centre, right), (k >> 2 & 1, k >> 1 & 1, k & 1), strict=True)
            terms.append(f"({' & '.join(name if one else f'~{name}' for name, one in factors)})")
    together = "\n    | ".join(terms)
    return together if few_ones else f"~({together})"


def _settles(draw: Draw, rule: int, count: int, ends: str) -> bool:
    """Whether random rows soon become constant, which makes a dull circuit to test."""
    for _ in range(4):
        cells = [draw.bits(1) for _ in range(count)]
        for _ in range(6):
            cells = _row_step(rule, cells, ends)
        if _row_step(rule, cells, ends) != cells:
            return False
    return True


def _row_automaton(draw: Draw) -> Design:
    """An elementary cellular automaton: rule number, width, borders, load."""
    while True:
        count = draw.choice((5, 8, 8, 12, 16, 16, 24, 32, 48, 64, 100))
        rule = draw.choice(list(_MEANINGS)) if draw.chance(0.5) else draw.int(2, 253)
        ends = draw.choice(("0", "0", "ring", "1"))
        if not _settles(draw, rule, count, ends):
            break
    clocking = draw.clocking(reset=None)
    enable = gate(draw, 0.3)
    load, data = draw.name("load"), draw.name("data", "d", "init", "pattern")
    q = draw.name("q", "cells", "state", "row", "out")
    ports = [
        *clocking.ports,
        port(load, "input", 1, "loads the row"),
        *([enable.port] if enable else []),
        port(data, "input", count, "row to load"),
        port(q, "output", count, "the cells"),
    ]
    left, right, following = draw.name("left"), draw.name("right"), draw.name("following", "nxt")
    top = count - 1
    high, low = {"0": ("1'b0", "1'b0"), "1": ("1'b1", "1'b1"), "ring": (f"{q}[0]", f"{q}[{top}]")}[
        ends
    ]
    lines = [
        f"  wire {bits(count)}{left} = {{{high}, {q}[{top}:1]}};",
        f"  wire {bits(count)}{right} = {{{q}[{top - 1}:0], {low}}};",
    ]
    formula = _formula(rule, left, q, right)
    lines = [line for line, name in zip(lines, (left, right), strict=True) if name in formula]
    lines.append(f"  wire {bits(count)}{following} = {formula};")
    step = f"if ({load}) {q} <= {data};\nelse "
    step += f"if ({enable.condition}) {q} <= {following};" if enable else f"{q} <= {following};"
    lines.append(clocking.always(f"{q} <= {literal(count, 0)};", step))
    outcome = [rule >> k & 1 for k in range(7, -1, -1)]
    border = {
        "0": f"the cells beyond both ends (`{q}[-1]` and `{q}[{count}]`) are always 0",
        "1": f"the cells beyond both ends (`{q}[-1]` and `{q}[{count}]`) count as 1",
        "ring": f"the row is closed to a ring: the left neighbour of `{q}[{top}]` is `{q}[0]`, and "
        f"the right neighbour of `{q}[0]` is `{q}[{top}]`",
    }[ends]
    ones = [f"{k:03b}" for k in range(7, -1, -1) if rule >> k & 1]

    def controls() -> list[str]:
        return [
            draw.say(
                f"when `{load}` is 1 at the clock edge, `{data}` is loaded into `{q}`.",
                f"`{load}` = 1 puts `{data}` into the row instead of a new generation.",
            ),
            f"otherwise, when {enable.on}, the row advances by one generation; when {enable.off} "
            "it is kept."
            if enable
            else "in all other cycles the row advances by one generation.",
        ]

    def neighbours() -> str:
        return draw.say(
            f"the left neighbour of cell `{q}[i]` is `{q}[i+1]`, its right neighbour `{q}[i-1]`; "
            f"{border}.",
            f"`{q}[{top}]` is the leftmost cell and `{q}[0]` the rightmost; {border}.",
        )

    def rules() -> list[str]:
        law = [
            f"the new value of a cell is found from its left neighbour, itself and its right "
            f"neighbour, written as three bits in this order: it is 1 for {', '.join(ones)} and 0 "
            "otherwise.",
            f"this is rule {rule}: with the left neighbour, the cell and the right neighbour read "
            f"as a binary number k (left neighbour most significant), the new cell is bit k of the "
            f"number {rule} = 8'b{rule:08b}.",
        ]
        if rule in _MEANINGS:
            words = _MEANINGS[rule].format(l="left", c="centre", r="right")
            law.append(
                f"in every generation a cell becomes {words}, where centre is its own old value "
                "and left and right are its neighbours'."
            )
        return [*controls(), draw.choice(law), neighbours()]

    effect = draw.say(f"clears `{q}` to 0", "sets all cells to 0")
    chart = exhibit(
        draw,
        clocking,
        "truth table",
        spoken(
            f"A row of {count} cells, `{q}`, lives by the rule in the table: the next value of a "
            "cell for each combination of its left neighbour, itself and its right neighbour.",
            neighbours(),
            *controls(),
        ),
        effect,
        table(
            draw,
            ("left", "centre", "right", "next centre"),
            [
                (k >> 2, k >> 1 & 1, k & 1, v)
                for k, v in zip(range(7, -1, -1), outcome, strict=True)
            ],
        ),
    )
    return build(
        draw,
        ROW_AUTOMATON,
        clocking,
        modules=("automaton", f"rule{rule}", "cellular_row"),
        ports=ports,
        body="\n".join(lines),
        title=f"one-dimensional cellular automaton with {count} cells, rule {rule}",
        terse=f"{count} cells {q}, rule {rule} (new cell = bit {{left, cell, right}} of "
        f"8'b{rule:08b}, left of {q}[i] is {q}[i+1]). "
        + ("Closed to a ring. " if ends == "ring" else f"Cells beyond the ends are {ends}. ")
        + f"{load} = 1 loads {data}"
        + (
            f", else a generation when {enable.on}." if enable else ", else one generation a clock."
        ),
        intro=draw.say(
            f"Implement an elementary cellular automaton with {count} cells.",
            f"The {count} bits of `{q}` are cells in a row, each 0 or 1; all change at once, one "
            "generation at a time.",
        ),
        rules=rules,
        effect=effect,
        exhibits=(chart,),
        chances={load: 0.15, **(enable.chances() if enable else {})},
        choices={
            "rule": rule,
            "count": count,
            "ends": ends,
            "enable": enable.active_high if enable else None,
        },
    )


def _grid_automaton(draw: Draw) -> Design:
    """Cells on a torus that are born and survive by the number of living neighbours."""
    rows, columns = draw.choice(((4, 4), (4, 8), (5, 5), (6, 6), (8, 4), (8, 8), (3, 5), (10, 6)))
    corners = draw.chance(0.7)
    most = 8 if corners else 4
    while True:
        born = sorted(draw.shuffled(range(1, most + 1))[: draw.int(1, 3)])
        lives = sorted(draw.shuffled(range(most + 1))[: draw.int(1, 4)])
        if min(born) <= most // 2 and (born, lives) != ([3], [2, 3]):
            break
    clocking = draw.clocking(reset=None)
    enable = gate(draw, 0.3)
    load, data = draw.name("load"), draw.name("data", "d", "init", "seed")
    q = draw.name("q", "cells", "grid", "world")
    total = rows * columns
    ports = [
        *clocking.ports,
        port(load, "input", 1, "loads the grid"),
        *([enable.port] if enable else []),
        port(data, "input", total, "grid to load"),
        port(q, "output", total, "the cells, row by row"),
    ]
    following, near = draw.name("following", "nxt"), draw.name("near", "living")
    r, c, up, down, left, right = (draw.name(n) for n in ("r", "c", "up", "dn", "lf", "rt"))
    around = [(up, "c"), (down, "c"), ("r", left), ("r", right)]
    if corners:
        around += [(up, left), (up, right), (down, left), (down, right)]
    cells = [f"{q}[{r if y == 'r' else y}*{columns} + {c if x == 'c' else x}]" for y, x in around]
    here = f"{r}*{columns} + {c}"
    halves = [" + ".join(cells[:4]), *([" + ".join(cells[4:])] if corners else [])]
    alive = [" || ".join(f"{near} == {n}" for n in counts) for counts in (lives, born)]
    body = "\n".join(
        (
            f"  reg [{total - 1}:0] {following};",
            f"  reg [3:0] {near};",
            f"  integer {r}, {c}, {up}, {down}, {left}, {right};",
            "  always @(*) begin",
            f"    for ({r} = 0; {r} < {rows}; {r} = {r} + 1)",
            f"      for ({c} = 0; {c} < {columns}; {c} = {c} + 1) begin",
            f"        {up} = ({r} + {rows - 1}) % {rows};",
            f"        {down} = ({r} + 1) % {rows};",
            f"        {left} = ({c} + {columns - 1}) % {columns};",
            f"        {right} = ({c} + 1) % {columns};",
            f"        {near} = {halves[0]}" + ("" if corners else ";"),
            *([f"          + {halves[1]};"] if corners else []),
            f"        {following}[{here}] = {q}[{here}] ? ({alive[0]}) : ({alive[1]});",
            "      end",
            "  end",
            clocking.always(
                f"{q} <= {literal(total, 0)};",
                f"if ({load}) {q} <= {data};\nelse "
                + (f"if ({enable.condition}) " if enable else "")
                + f"{q} <= {following};",
            ),
        )
    )
    which = (
        "its eight neighbours (horizontal, vertical and diagonal)"
        if corners
        else "its four neighbours (left, right, above and below)"
    )

    def numbers(values: list[int]) -> str:
        words = [str(v) for v in values]
        return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"

    def rules() -> list[str]:
        return [
            draw.say(
                f"the grid has {rows} rows of {columns} cells; `{q}[{columns - 1}:0]` is row 0, "
                f"`{q}[{2 * columns - 1}:{columns}]` row 1 and so on, so that the cell in row r "
                f"and column c is `{q}[r*{columns} + c]`.",
                f"cell (row r, column c) of the {rows} x {columns} grid is bit r*{columns} + c of "
                f"`{q}`.",
            ),
            draw.say(
                "the grid is a torus: the first and the last row are neighbours, and so are the "
                "first and the last column.",
                "neighbours wrap around, from the last row to row 0 and from the last column to "
                "column 0, and the other way round.",
            ),
            f"a generation depends, for each cell, on how many of {which} are 1.",
            f"a cell that is 1 stays 1 if this number is {numbers(lives)}, and becomes 0 "
            "otherwise.",
            f"a cell that is 0 becomes 1 if the number is {numbers(born)}, and stays 0 otherwise.",
            f"`{load}` = 1 loads `{data}` into `{q}` at the clock edge.",
            f"otherwise the grid advances by one generation when {enable.on} and is kept when "
            f"{enable.off}."
            if enable
            else "otherwise the grid advances by one generation at every clock edge.",
        ]

    name = f"B{''.join(map(str, born))}/S{''.join(map(str, lives))}"
    directed = [
        {load: 1, data: sum(int(draw.chance(0.35)) << i for i in range(total))},
        *({**(enable.row() if enable else {})} for _ in range(6)),
    ]
    return build(
        draw,
        GRID_AUTOMATON,
        clocking,
        modules=("grid_automaton", "torus_cells", "cell_grid"),
        ports=ports,
        body=body,
        title=f"cellular automaton on a {rows} by {columns} torus, rule {name}",
        terse=f"{rows}x{columns} torus, cell (r,c) = {q}[r*{columns}+c], neighbours: "
        f"{'8' if corners else '4 (no diagonals)'}. A 1 survives with {numbers(lives)} living "
        f"neighbours, a 0 becomes 1 with {numbers(born)}, all else becomes 0. {load} = 1 loads "
        f"{data}, else one generation" + (f" when {enable.on}." if enable else " a clock."),
        intro=draw.say(
            "A two-dimensional cellular automaton lives on a small grid that is closed at its "
            "edges.",
            f"Build the grid of a cellular automaton with rule {name}.",
        ),
        rules=rules,
        effect=f"clears `{q}`",
        directed=directed,
        random_rows=120,
        chances={load: 0.3, **(enable.chances() if enable else {})},
        choices={
            "grid": (rows, columns),
            "corners": corners,
            "rule": name,
            "enable": enable.active_high if enable else None,
        },
    )


ROW_AUTOMATON = Family("row_automaton", Tier.ADVANCED, _row_automaton)
GRID_AUTOMATON = Family("grid_automaton", Tier.ADVANCED, _grid_automaton)

FAMILIES = (ROW_AUTOMATON, GRID_AUTOMATON)
