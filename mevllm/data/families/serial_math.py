"""Bit-serial arithmetic as state machines: negation, increments, sums, comparison."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.design import Design, Family, Stimulus
from mevllm.data.draw import Clocking, Draw, port
from mevllm.data.families.telling import Fact, clock_words, clocked, lit, tell
from mevllm.data.families.told import serial_math as told
from mevllm.data.stimulus import sequential
from mevllm.spec import Port
from mevllm.tiers import Tier


def number_rows(
    draw: Draw,
    ports: Sequence[Port],
    clocking: Clocking,
    names: Sequence[str],
    chance: float = 0.5,
    first: Sequence[dict[str, int]] = (),
) -> Stimulus:
    """Rows for inputs that carry numbers of four to ten bits, a reset of one cycle after each.

    The rows `first` come before them.
    """
    rows = list(first)
    on = int(clocking.active_high)
    for _ in range(24):
        level = draw.choice((0.2, chance, chance, 0.8))
        rows += [{n: int(draw.chance(level)) for n in names} for _ in range(draw.int(4, 11))]
        rows.append({**{n: draw.bits(1) for n in names}, str(clocking.reset): on})
    return sequential(draw, ports, clocking, directed=rows, random_rows=40, reset_chance=0.08)


_UNARY = {
    "negate": (
        "{s} | {x}",
        "{x} ^ {s}",
        "two's complement",
        "the two's complement -X",
        "copies the input up to and including the first 1, and inverts all bits after it",
        0,
        "a 1 has come",
    ),
    "increment": (
        "{s} & {x}",
        "{x} ^ {s}",
        "increment by one",
        "X + 1",
        "inverts all leading ones and the first 0 after them, then copies",
        1,
        "a carry of 1 is pending",
    ),
    "decrement": (
        "{s} & ~{x}",
        "{x} ^ {s}",
        "decrement by one",
        "X - 1",
        "inverts all leading zeros and the first 1 after them, then copies",
        1,
        "a borrow of 1 is pending",
    ),
    "gray": (
        "{x}",
        "{x} ^ {s}",
        "difference of neighbouring bits",
        "the XOR of each bit with the bit before it (0 before the first)",
        "puts out the XOR of the present bit and the one before it",
        0,
        "the bit before was 1",
    ),
}
"""Next flag, output, name, result, what happens to the bits, the flag's start and meaning."""


def _serial_unary(draw: Draw) -> Design:
    """One number, least significant bit first: negated, incremented, decremented, XORed."""
    clocking = draw.clocking()
    kind = draw.choice(("negate", "negate", "increment", "decrement", "gray", "times", "times"))
    if kind == "times":
        return _serial_times(draw, clocking)
    move, out, name, result, rule, start, meaning = _UNARY[kind]
    mealy = draw.chance(0.5)
    x, z = draw.name("bit", "x", "a", "data"), draw.name("z", "out", "y", "q", "result")
    flag = draw.name(
        *{
            "negate": ("seen", "flip"),
            "increment": ("carry", "c"),
            "decrement": ("borrow", "b"),
            "gray": ("last_bit", "prev"),
        }[kind]
    )
    ports = [
        *clocking.ports,
        port(x, "input", 1, draw.say("", "number, least significant bit first")),
        port(z, "output", 1, draw.say("", f"{name}, bit by bit")),
    ]
    step, value = f"{flag} <= {move.format(s=flag, x=x)};", out.format(s=flag, x=x)
    if mealy:
        always = clocking.always(f"{flag} <= 1'b{start};", step)
        body = f"  reg {flag};\n\n{always}\n\n  assign {z} = {value};"
    else:
        body = f"  reg {flag};\n\n" + clocking.always(
            f"{flag} <= 1'b{start};\n{z} <= 1'b0;", f"{step}\n{z} <= {value};"
        )
    moment: Fact = (
        (
            f"`{z}` is combinational (Mealy): the result bit appears in the same cycle as its "
            "input bit.",
            f"The machine is of the Mealy type, so `{z}` answers to the bit on `{x}` at once.",
        )
        if mealy
        else (
            f"`{z}` is a register (Moore): the result bit appears after the clock edge that takes "
            "the input bit, one cycle late. It is 0 after reset.",
            f"The machine is of the Moore type: each clock edge takes the bit on `{x}` and stores "
            f"its result bit in `{z}`; the reset clears `{z}`.",
        )
    )
    draw.tell(*told.serial_unary(draw.teller(), clocking, x=x, z=z, kind=kind, mealy=mealy))
    return draw.design(
        SERIAL_UNARY,
        module=draw.module(f"serial_{kind}", "serial_unit", "bit_serial"),
        ports=ports,
        body=body,
        description=tell(
            draw,
            title=f"serial {name} ({'Mealy' if mealy else 'Moore'})",
            terse=f"Bit-serial, LSB first since reset: {z} gives {result} of the number X on {x}. "
            + (
                f"{z} combinational (Mealy). "
                if mealy
                else f"{z} registered (Moore), one cycle later, 0 in reset. "
            )
            + clock_words(clocking, "starts a new number"),
            opening=(
                "Numbers of any length arrive bit by bit.",
                f"Build a small state machine for serial {name}.",
                "",
            ),
            facts=(
                (
                    f"A number X comes on `{x}`, least significant bit first, one bit a clock "
                    f"cycle, beginning with the first cycle after reset. `{z}` puts out {result}, "
                    "in the same order, as long as the number may be.",
                    f"The input `{x}` carries a binary number, lowest bit first; `{z}` is {result} "
                    "bit by bit, also lowest bit first. Only a reset ends the number and begins "
                    "another one.",
                ),
                (
                    f"In other words, the machine {rule}.",
                    f"One flag, that {meaning}, is all it has to remember"
                    f" (at the start it is {start}).",
                ),
                moment,
                *clocked(draw, clocking, "begins a new number"),
            ),
        ),
        stimulus=number_rows(draw, ports, clocking, [x]),
        choices=(("kind", kind), ("mealy", mealy)),
        clocking=clocking,
    )


def _serial_times(draw: Draw, clocking: Clocking) -> Design:
    """A number times a constant, with a carry of several bits."""
    k = draw.choice((3, 3, 5, 6, 7, 9, 10, 11, 12, 13, 15))
    mealy = draw.chance(0.5)
    x, z = draw.name("bit", "x", "a", "data"), draw.name("z", "out", "y", "q", "product")
    carry, total = draw.name("carry", "rest"), draw.name("total", "sum")
    bits = (k - 1).bit_length()
    wide = (2 * k - 1).bit_length()
    ports = [*clocking.ports, port(x, "input"), port(z, "output")]
    step, reset = f"{carry} <= {total}[{wide - 1}:1];", f"{carry} <= {lit(bits, 0)};"
    if not mealy:
        step, reset = f"{step}\n{z} <= {total}[0];", f"{reset}\n{z} <= 1'b0;"
    lines = [
        f"  reg [{bits - 1}:0] {carry};",
        f"  wire [{wide - 1}:0] {total} = {carry} + ({x} ? {lit(wide, k)} : {lit(wide, 0)});",
        "",
        clocking.always(reset, step),
    ]
    if mealy:
        lines += ["", f"  assign {z} = {total}[0];"]
    draw.tell(*told.serial_unary(draw.teller(), clocking, x=x, z=z, kind="times", mealy=mealy, k=k))
    return draw.design(
        SERIAL_UNARY,
        module=draw.module(f"serial_times_{k}", "serial_multiply", "bit_serial"),
        ports=ports,
        body="\n".join(lines),
        description=tell(
            draw,
            title=f"serial multiplication by {k}",
            terse=f"Bit-serial, LSB first since reset: {z} gives {k} * X of the number X on {x}, "
            + ("combinational (Mealy). " if mealy else "registered (a cycle later, 0 in reset). ")
            + clock_words(clocking, "clears the carry"),
            opening=(
                "Numbers of any length arrive bit by bit.",
                f"Build a serial multiplier by {k}.",
                "",
            ),
            facts=(
                (
                    f"A number X comes on `{x}`, least significant bit first, one bit a clock "
                    f"cycle from reset on. `{z}` puts out {k} * X in the same order.",
                    f"`{z}` is the product of {k} and the number on `{x}`, bit by bit; both begin "
                    "after reset with the lowest bit and have no end.",
                ),
                (
                    f"Each bit of X adds {k} or 0 to a carry; the lowest bit of this sum is the "
                    "result bit, and the sum shifted right by one is the carry for the next bit.",
                    "What a result bit leaves over is carried to the next one.",
                ),
                f"`{z}` is combinational: the result bit appears together with its input bit."
                if mealy
                else f"`{z}` is a register: the result bit follows the clock edge that takes the "
                "input bit.",
                *clocked(draw, clocking, "clears the carry" + ("" if mealy else f" and `{z}`")),
            ),
        ),
        stimulus=number_rows(draw, ports, clocking, [x]),
        choices=(("kind", f"times {k}"), ("mealy", mealy)),
        clocking=clocking,
    )


_BINARY = {
    "sum": ("({a} & {b}) | ({a} & {s}) | ({b} & {s})", "A + B", "adder", 0),
    "difference": ("(~{a} & {b}) | (~({a} ^ {b}) & {s})", "A - B", "subtractor", 0),
}
"""Next flag, result, name, the flag's start; the output is the XOR of all three."""


def _serial_binary(draw: Draw) -> Design:
    """Two numbers at once: sum, difference, or which is larger."""
    clocking = draw.clocking()
    kind = draw.choice(("sum", "sum", "difference", "difference", "greater", "greater"))
    mealy = draw.chance(0.5)
    pair = draw.choice((("a", "b"), ("x", "y"), ("p", "q"), ("in_a", "in_b")))
    a, b = draw.name(pair[0]), draw.name(pair[1])
    if kind == "greater":
        return _serial_compare(draw, clocking, a, b)
    move, result, name, start = _BINARY[kind]
    z = draw.name("z", "s", "sum" if kind == "sum" else "diff", "out", "result")
    flag = draw.name("carry", "c") if kind == "sum" else draw.name("borrow", "bw")
    ports = [
        *clocking.ports,
        port(a, "input"),
        port(b, "input"),
        port(z, "output", 1, draw.say("", f"{result}, least significant bit first")),
    ]
    step = f"{flag} <= {move.format(a=a, b=b, s=flag)};"
    value = f"{a} ^ {b} ^ {flag}"
    if mealy:
        always = clocking.always(f"{flag} <= 1'b{start};", step)
        body = f"  reg {flag};\n\n{always}\n\n  assign {z} = {value};"
    else:
        body = f"  reg {flag};\n\n" + clocking.always(
            f"{flag} <= 1'b{start};\n{z} <= 1'b0;", f"{step}\n{z} <= {value};"
        )
    moment: Fact = (
        f"`{z}` is combinational, valid in the same cycle as the two input bits (Mealy)."
        if mealy
        else f"`{z}` is registered: the result bit follows the clock edge that takes the two input "
        f"bits (Moore). `{z}` is 0 in reset."
    )
    full = result.replace("A", f"`{a}`").replace("B", f"`{b}`")
    draw.tell(*told.serial_binary(draw.teller(), clocking, a=a, b=b, z=z, kind=kind, mealy=mealy))
    return draw.design(
        SERIAL_BINARY,
        module=draw.module(f"serial_{name}", "serial_alu", "bit_serial"),
        ports=ports,
        body=body,
        description=tell(
            draw,
            title=f"serial {name}",
            terse=f"Bit-serial {name}, LSB first since reset: {z} = bits of {result.lower()} for "
            f"the numbers on {a} (A) and {b} (B), "
            + ("combinational. " if mealy else "registered (a cycle later, 0 in reset). ")
            + clock_words(clocking, f"clears the {'carry' if kind == 'sum' else 'borrow'}"),
            opening=("Two numbers arrive bit by bit on two wires.", f"Build a serial {name}.", ""),
            facts=(
                (
                    f"In every clock cycle `{a}` and `{b}` carry one bit each of two binary "
                    f"numbers, the least significant bits first. `{z}` puts out {full} in the same "
                    "order.",
                    f"`{z}` is the serial result {full}; all three are sent lowest bit first, one "
                    "bit a cycle, starting after reset.",
                ),
                f"The {'carry' if kind == 'sum' else 'borrow'} of each bit is kept for the next "
                "one.",
                moment,
                *clocked(draw, clocking, f"clears the {'carry' if kind == 'sum' else 'borrow'}"),
            ),
        ),
        stimulus=number_rows(draw, ports, clocking, [a, b]),
        choices=(("kind", kind), ("mealy", mealy)),
        clocking=clocking,
    )


def _serial_compare(draw: Draw, clocking: Clocking, a: str, b: str) -> Design:
    """Which of two serial numbers is larger, most or least significant bit first."""
    msb = draw.chance(0.5)
    gt, lt = draw.name("gt", "a_gt_b", "greater"), draw.name("lt", "a_lt_b", "less")
    ports = [
        *clocking.ports,
        port(a, "input"),
        port(b, "input"),
        port(gt, "output"),
        port(lt, "output"),
    ]
    hold = f"if (!{gt} && !{lt}) begin\n  {gt} <= {a} & ~{b};\n  {lt} <= ~{a} & {b};\nend"
    latest = f"if ({a} != {b}) begin\n  {gt} <= {a};\n  {lt} <= {b};\nend"
    body = clocking.always(f"{gt} <= 1'b0;\n{lt} <= 1'b0;", hold if msb else latest)
    first = "most" if msb else "least"
    draw.tell(*told.serial_compare(draw.teller(), clocking, a=a, b=b, gt=gt, lt=lt, msb=msb))
    return draw.design(
        SERIAL_BINARY,
        module=draw.module("serial_compare", "serial_comparator", "bit_serial"),
        ports=ports,
        body=body,
        description=tell(
            draw,
            title=f"serial comparator, {first} significant bit first",
            terse=f"Bit-serial comparator, {'MSB' if msb else 'LSB'} first since reset: {gt} = "
            f"{a} > {b}, {lt} = {a} < {b} for the bits clocked in so far; both registered. "
            + clock_words(clocking, "clears both"),
            opening=("Two unsigned numbers are compared while they arrive.", ""),
            facts=(
                f"`{a}` and `{b}` carry one bit each of two unsigned numbers in every clock cycle, "
                f"the {first} significant bits first.",
                f"`{gt}` is 1 if the bits taken so far make the number on `{a}` larger than that "
                f"on `{b}`, `{lt}` if they make it smaller; while they are equal both are 0.",
                "The first difference decides for good, until reset."
                if msb
                else "Each later difference overrides the earlier ones.",
                "Both outputs are registers: they include a bit after the clock edge that takes "
                "it.",
                *clocked(draw, clocking, "clears both outputs and begins new numbers"),
            ),
        ),
        stimulus=number_rows(draw, ports, clocking, [a, b]),
        choices=(("kind", "compare"), ("msb", msb)),
        clocking=clocking,
    )


SERIAL_UNARY = Family("serial_unary", Tier.ADVANCED, _serial_unary)
SERIAL_BINARY = Family("serial_binary", Tier.ADVANCED, _serial_binary)

FAMILIES = (SERIAL_UNARY, SERIAL_BINARY)
