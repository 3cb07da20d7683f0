"""Machines on a stream of bits: runs, windows, framing flags, remainders, serial arithmetic."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.design import Design, Family, Stimulus
from mevllm.data.draw import Clocking, Draw, port
from mevllm.data.families.telling import Fact, clock_words, clocked, lit, tell
from mevllm.data.families.told import bitstreams as told
from mevllm.data.stimulus import sequential
from mevllm.spec import Port
from mevllm.tiers import Tier


def _runs(draw: Draw, x: str, longest: int, length: int = 240) -> list[dict[str, int]]:
    """Rows in which runs of all lengths up to a little over `longest` occur."""
    rows: list[dict[str, int]] = []
    value = draw.bits(1)
    for run in (longest, longest - 1, longest + 1, longest + 2):
        rows += [{x: value}] * run + [{x: 1 - value}] * run
    while len(rows) < length:
        run = draw.int(1, longest + 2) if draw.chance(0.6) else draw.int(1, 2)
        rows += [{x: value}] * run
        value ^= 1
    return rows[: max(length, 8 * longest)]


def _nth(number: int) -> str:
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number, 'th') }"


def _streamed(
    draw: Draw, ports: Sequence[Port], clocking: Clocking, rows: list[dict[str, int]]
) -> Stimulus:
    """The rows with a reset now and then, and some random ones."""
    on = int(clocking.active_high)
    mixed: list[dict[str, int]] = []
    for row in rows:
        mixed.append(row)
        if clocking.reset and draw.chance(0.02):
            mixed.append({**row, clocking.reset: on})
    return sequential(draw, ports, clocking, directed=mixed, random_rows=50, reset_chance=0.04)


def _ones_in_row(draw: Draw) -> Design:
    """A run of at least, or exactly, so many equal bits; Moore or Mealy."""
    clocking = draw.clocking()
    k = draw.int(2, 7)
    value = int(draw.chance(0.7))
    rule = draw.choice(("at least", "at least", "every", "once"))
    mealy = draw.chance(0.35)
    x = draw.name("bit", "x", "data")
    z = draw.name("z", "found", "flag", "out", "alarm", "y")
    count = draw.name("run", "cnt", "len", "ones" if value else "zeros")
    top = k - 1 if mealy else k
    top += rule == "once"
    width = top.bit_length()
    full = f"({count} == {lit(width, top)})"
    hit = x if value else f"!{x}"
    ports = [*clocking.ports, port(x, "input"), port(z, "output")]
    if rule == "every":
        last = k - 1
        width = (last if mealy else k).bit_length()
        if mealy:
            step = f"{count} <= (!{hit} || {count} == {lit(width, last)}) ? 0 : {count} + 1;"
        else:
            step = (
                f"{count} <= !{hit} ? 0 : ({count} == {lit(width, k)}) ? {lit(width, 1)} : {count} "
                "+ 1;"
            )
    else:
        step = f"{count} <= !{hit} ? 0 : {full} ? {count} : {count} + 1;"
    step = step.replace("!!", "").replace("? 0 :", f"? {lit(width, 0)} :")
    mark = k - 1 if mealy else k
    shown = f"({count} == {lit(width, mark)})"
    if mealy:
        shown = f"{shown} && {hit}"
    span = f"[{width - 1}:0] " if width > 1 else ""
    body = (
        f"  reg {span}{count};\n\n"
        f"{clocking.always(f'{count} <= {lit(width, 0)};', step)}\n\n  assign {z} = {shown};"
    )
    ones = "ones" if value else "zeros"
    what: Fact
    if rule == "at least":
        what = (
            f"`{z}` is 1 as long as the run of {ones} on `{x}` has at least {k} bits; a "
            f"{1 - value} ends the run.",
            f"`{z}` tells that the last {k} bits of `{x}` were all {value}: it becomes 1 with the "
            f"{_nth(k)} {value} in a row and stays 1 while further {ones} follow.",
        )
    elif rule == "once":
        what = (
            f"`{z}` is 1 for one cycle when a run of {ones} on `{x}` reaches {k} bits. Further "
            f"{ones} of the same run give no new pulse; a {1 - value} ends the run.",
            f"`{z}` marks bit {k} of each run of {ones} on `{x}`, and no other bit: the output is "
            "back at 0 with the next bit, whatever it is.",
        )
    else:
        what = (
            f"`{z}` is 1 for one cycle after every {k} consecutive {ones} on `{x}`; then counting "
            f"begins again, so a run of {2 * k} {ones} gives two pulses. A {1 - value} clears the "
            "count.",
            f"Consecutive {ones} on `{x}` are counted, and `{z}` marks every group of {k} of them; "
            f"the groups do not overlap, and a {1 - value} starts the count anew.",
        )
    moment: Fact = (
        (
            f"The output is of the Mealy kind: `{z}` is combinational and already 1 while the bit "
            "that completes the condition is on the input, before the clock edge.",
            f"`{z}` reacts within the cycle (Mealy): the bit present on `{x}` is included.",
        )
        if mealy
        else (
            f"The output is of the Moore kind: `{z}` covers the bits that were clocked in, so it "
            "changes only after the clock edge that takes a bit.",
            f"`{z}` depends on registers only; the bit now on `{x}` counts from the next clock "
            "edge on.",
        )
    )
    name = {"at least": f"{k} or more", "once": f"exactly the {_nth(k)} of", "every": f"every {k}"}
    draw.tell(
        *told.consecutive_bits(
            draw.teller(), clocking, x=x, z=z, k=k, value=value, rule=rule, mealy=mealy
        )
    )
    return draw.design(
        ONES_IN_ROW,
        module=draw.module("run_detector", f"{ones}_in_a_row", "consecutive"),
        ports=ports,
        body=body,
        description=tell(
            draw,
            title=f"detector for {k} consecutive {ones}",
            terse=f"{'Mealy' if mealy else 'Moore'}: {z} marks {name[rule]} consecutive {ones} on "
            f"{x}"
            + (" (groups do not overlap)" if rule == "every" else "")
            + f". {clock_words(clocking, 'clears the count')}",
            opening=(
                f"A monitor looks for runs of {ones} in a serial stream of bits, one a clock "
                "cycle.",
                f"Design a machine that recognises {k} consecutive {ones}.",
                "",
            ),
            facts=(what, moment, *clocked(draw, clocking, "clears the run")),
        ),
        stimulus=_streamed(draw, ports, clocking, _runs(draw, x, 2 * k if rule == "every" else k)),
        choices=(("length", k), ("value", value), ("rule", rule), ("mealy", mealy)),
        clocking=clocking,
    )


def _ones_in_window(draw: Draw) -> Design:
    """At least, at most or exactly k ones in the last n bits."""
    clocking = draw.clocking()
    n = draw.int(3, 8)
    k = draw.int(1, n - 1) if n < 4 else draw.int(2, n - 1)
    rule, operator = draw.choice((("at least", ">="), ("exactly", "=="), ("more than", ">")))
    if rule == "more than":
        k -= 1
    x = draw.name("bit", "x", "data", "sample")
    z = draw.name("z", "majority", "flag", "out", "y", "dense")
    past = draw.name("last", "window", "hist", "taps")
    ones = draw.name("ones", "count", "sum", "total")
    width = n.bit_length()
    ports = [*clocking.ports, port(x, "input"), port(z, "output")]
    terms = " + ".join(f"{past}[{i}]" for i in range(n))
    body = "\n".join(
        (
            f"  reg [{n - 1}:0] {past};",
            f"  wire [{width - 1}:0] {ones} = {terms};",
            "",
            clocking.always(f"{past} <= {lit(n, 0)};", f"{past} <= {{{past}[{n - 2}:0], {x}}};"),
            "",
            f"  assign {z} = {ones} {operator} {lit(width, k)};",
        )
    )
    return draw.design(
        ONES_IN_WINDOW,
        module=draw.module("window_vote", "density", "last_bits"),
        ports=ports,
        body=body,
        description=tell(
            draw,
            title=f"detector for {rule} {k} ones in the last {n} bits",
            terse=f"{z} = {rule} {k} of the last {n} bits clocked in from {x} are 1. "
            + clock_words(clocking, "clears the history to zeros"),
            opening=("A noisy line is judged by the density of its ones.", "", ""),
            facts=(
                (
                    f"`{z}` is 1 when {rule} {k} of the last {n} samples of `{x}` were 1.",
                    f"Look at the {n} most recent bits of `{x}`, one a clock cycle: `{z}` is 1 if "
                    f"{rule} {k} of them are ones.",
                ),
                (
                    "The last samples are those taken at the latest clock edges; the value now on "
                    f"`{x}` is not among them (Moore output).",
                    f"`{z}` follows the stored bits only, so it changes after a clock edge, never "
                    "directly with the input.",
                ),
                *clocked(draw, clocking, f"makes all {n} remembered samples 0"),
            ),
        ),
        stimulus=_streamed(draw, ports, clocking, _runs(draw, x, n, 220)),
        choices=(("n", n), ("k", k), ("rule", rule)),
        clocking=clocking,
    )


ONES_IN_ROW = Family("consecutive_bits", Tier.ADVANCED, _ones_in_row)
ONES_IN_WINDOW = Family("ones_in_window", Tier.ADVANCED, _ones_in_window, held_out=True)

FAMILIES = (
    ONES_IN_ROW,
    ONES_IN_WINDOW,
)
