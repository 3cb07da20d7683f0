"""Stimulus for checkers: exhaustive where it is small, directed and random rows elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from mevllm.data.design import Stimulus, bits_of
from mevllm.data.draw import Clocking, Draw
from mevllm.spec import Port

EXHAUSTIVE_BITS = 8
"""Combinational designs with no more input bits than this see every input."""

Row = Mapping[str, int]


def combinational(
    draw: Draw, ports: Sequence[Port], *, directed: Sequence[Row] = (), random_rows: int = 200
) -> Stimulus:
    """Every input where that is at most 2^EXHAUSTIVE_BITS rows, in random order; else corner
    values, the directed rows, and random ones. A directed row may leave inputs out: they are 0.
    """
    inputs = [p for p in ports if p.direction == "input"]
    names = tuple(p.name for p in inputs)
    widths = [bits_of(p) for p in inputs]
    rows = [tuple(row.get(name, 0) for name in names) for row in directed]
    if sum(widths) <= EXHAUSTIVE_BITS:
        rows += draw.shuffled(list(product(*(range(1 << w) for w in widths))))
        return Stimulus(names, tuple(rows))
    rows += [tuple(0 for _ in widths), tuple((1 << w) - 1 for w in widths)]
    rows += [tuple(_value(draw, w) for w in widths) for _ in range(random_rows)]
    return Stimulus(names, tuple(rows))


def sequential(
    draw: Draw,
    ports: Sequence[Port],
    clocking: Clocking,
    *,
    directed: Sequence[Row] = (),
    random_rows: int = 200,
    chances: Mapping[str, float] | None = None,
    reset_chance: float = 0.02,
    hold: Mapping[str, float] | None = None,
) -> Stimulus:
    """Two periods of reset, the directed rows, then random ones, with resets now and then.

    `chances` gives the probability of 1 for one-bit inputs (0.5 where not named); `hold` the
    probability that an input keeps its value from the row before. A directed row may leave inputs
    out: they are 0, and the reset is inactive.
    """
    reset = clocking.reset
    on = int(clocking.active_high)
    inputs = [p for p in ports if p.direction == "input" and p.name != clocking.clock]
    names = tuple(p.name for p in inputs)

    def random_row(before: Row) -> dict[str, int]:
        row = {}
        for p in inputs:
            if p.name == reset:
                row[p.name] = on if draw.chance(reset_chance) else 1 - on
            elif hold and p.name in before and draw.chance(hold.get(p.name, 0.0)):
                row[p.name] = before[p.name]
            elif bits_of(p) == 1:
                row[p.name] = int(draw.chance((chances or {}).get(p.name, 0.5)))
            else:
                row[p.name] = _value(draw, bits_of(p))
        return row

    rows: list[dict[str, int]] = []
    if reset:
        rows += [{**random_row({}), reset: on} for _ in range(2)]
    idle = {reset: 1 - on} if reset else {}
    rows += [{**dict.fromkeys(names, 0), **idle, **row} for row in directed]
    for _ in range(random_rows):
        rows.append(random_row(rows[-1] if rows else {}))
    return Stimulus(
        names,
        tuple(tuple(row[name] for name in names) for row in rows),
        clocking.clock,
        clocking.edge,
    )


def _value(draw: Draw, width: int) -> int:
    """Mostly uniform; one in five is small, or near the largest value, or a single bit."""
    if width > 2 and draw.chance(0.2):
        top = (1 << width) - 1
        return draw.choice((0, 1, 2, top, top - 1, 1 << (width - 1), 1 << draw.int(0, width - 1)))
    return draw.bits(width)
