"""The gate of a car park: two light barriers, a count of the cars."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.telling import clock_words, clocked, lit, tell
from mevllm.data.stimulus import sequential
from mevllm.tiers import Tier


def _parking(draw: Draw) -> Design:
    """Two light barriers one behind the other tell cars that enter from cars that leave."""
    clocking = draw.clocking()
    most = draw.choice((3, 4, 5, 6, 7, 9, 10, 12))
    width = most.bit_length()
    outer, inner = draw.choice(
        (("outer", "inner"), ("a", "b"), ("s_out", "s_in"), ("beam0", "beam1"))
    )
    outer, inner = draw.name(outer), draw.name(inner)
    cars, full = draw.name("cars", "count", "occupied"), draw.name("full", "no_space")
    empty = draw.name("empty", "none_left") if draw.chance(0.4) else ""
    state = draw.name("state")
    names = ["FREE", "IN1", "IN2", "IN3", "OUT1", "OUT2", "OUT3"]
    codes = ", ".join(f"{s} = 3'd{i}" for i, s in enumerate(names))
    nxt = draw.name("next", "next_state")
    pair = f"{{{outer}, {inner}}}"
    path = {
        "FREE": ("FREE", "OUT1", "IN1", "FREE"),
        "IN1": ("FREE", "IN1", "IN1", "IN2"),
        "IN2": ("IN2", "IN3", "IN1", "IN2"),
        "IN3": ("FREE", "IN3", "IN3", "IN2"),
        "OUT1": ("FREE", "OUT1", "OUT1", "OUT2"),
        "OUT2": ("OUT2", "OUT1", "OUT3", "OUT2"),
        "OUT3": ("FREE", "OUT3", "OUT3", "OUT2"),
    }
    cases = []
    for name, row in path.items():
        arms = [(f"{pair} == 2'b{s:02b}", t) for s, t in enumerate(row) if t != name]
        chain = " : ".join(f"({test}) ? {target}" for test, target in arms)
        cases.append(f"      {name}: {nxt} = {chain} : {name};")
    came = f"{state} == IN3 && {nxt} == FREE"
    left = f"{state} == OUT3 && {nxt} == FREE"
    top = lit(width, most)
    body = "\n".join(
        (
            f"  localparam {codes};",
            f"  reg [2:0] {state}, {nxt};",
            "",
            "  always @(*) begin",
            f"    case ({state})",
            *cases,
            f"      default: {nxt} = FREE;",
            "    endcase",
            "  end",
            "",
            clocking.always(
                f"{state} <= FREE;\n{cars} <= {lit(width, 0)};",
                f"{state} <= {nxt};\nif ({came} && !{full}) {cars} <= {cars} + 1;\n"
                f"if ({left} && {cars} != {lit(width, 0)}) {cars} <= {cars} - 1;",
            ),
            "",
            f"  assign {full} = ({cars} == {top});",
            *([f"  assign {empty} = ({cars} == {lit(width, 0)});"] if empty else []),
        )
    )
    ports = [
        *clocking.ports,
        port(outer, "input", 1, "outer barrier interrupted"),
        port(inner, "input", 1, "inner barrier interrupted"),
        port(cars, "output", width),
        port(full, "output"),
        *([port(empty, "output")] if empty else []),
    ]
    rows: list[dict[str, int]] = []
    enter = [(1, 0), (1, 1), (0, 1), (0, 0)]
    leave = [(0, 1), (1, 1), (1, 0), (0, 0)]
    for i in range(48):
        way = enter if i < most + 3 or draw.chance(0.35) else leave
        steps = way
        if i > most + 2 and draw.chance(0.15):
            steps = [*way[: draw.int(1, 2)], (0, 0)]
        elif i > most + 2 and draw.chance(0.15):
            steps = [*way[:3], way[1], *way[2:]]
        for out_now, in_now in steps:
            rows += [{outer: out_now, inner: in_now}] * draw.choice((1, 1, 2))
    return draw.design(
        PARKING,
        module=draw.module("car_park", "parking", "gate_counter"),
        ports=ports,
        body=body,
        description=tell(
            draw,
            title=f"car park counter for {most} cars with two light barriers",
            terse=f"Counts cars by {outer},{inner}: 10,11,01,00 = one in, 01,11,10,00 = one out (a "
            "step back undoes a step; 11 in a free lane, a jump between 10 and 01, or one from 11 "
            f"to 00 is ignored); {cars} saturates at 0 and {most}, {full} at {most}"
            + (f", {empty} at 0" if empty else "")
            + f". {clock_words(clocking, 'clears the count, lane free')}",
            opening=(
                "The lane into a car park has two light barriers, one behind the other.",
                "Cars that enter and leave a car park are counted.",
                "",
            ),
            facts=(
                f"`{outer}` and `{inner}` are 1 while the outer, respectively the inner, barrier "
                f"is interrupted. A car that enters makes ({outer}, {inner}) go through 10, 11, 01 "
                "and back to 00, each value lasting any number of cycles; a car that leaves makes "
                "it go through 01, 11, 10 and back to 00.",
                "A car may back up: from 11 it can return to the value before, from the third "
                "value to 11. If the lane is free again (00) after the first value, nothing was "
                "counted.",
                "Values that do not fit are ignored, as if the value before had lasted: with a "
                "free lane 11, at the first or the third step the code of the other barrier alone, "
                "at 11 a sudden 00.",
                f"With the clock edge that finds 00 after the last step of a car, `{cars}` is "
                f"increased by one for a car that entered, but never above {most}, or decreased by "
                "one for a car that left, but never below 0.",
                f"`{full}` is 1 while `{cars}` is {most}"
                + (f", `{empty}` while it is 0." if empty else "."),
                *clocked(draw, clocking, f"sets `{cars}` to 0 and takes the lane as free"),
            ),
        ),
        stimulus=sequential(
            draw, ports, clocking, directed=rows, random_rows=60, reset_chance=0.03
        ),
        choices=(("capacity", most), ("empty", bool(empty))),
        clocking=clocking,
    )


PARKING = Family("parking_gate", Tier.EXPERT, _parking, held_out=True)

FAMILIES = (PARKING,)
