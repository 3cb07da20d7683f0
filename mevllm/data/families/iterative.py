"""Machines that work for several cycles: multiplier, divider, square root, decimal conversion."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.task import Task, start_busy_done
from mevllm.data.families.telling import an, bits_for, lit, span
from mevllm.data.families.told import iterative as told
from mevllm.tiers import Tier


def _multiplier(draw: Draw) -> Design:
    """Width, sign, one or two bits of the multiplier a step."""
    c = draw.clocking()
    width = draw.choice((3, 4, 4, 5, 6, 8, 8, 10, 12, 16))
    signed = draw.chance(0.4)
    pairs = not signed and width % 2 == 0 and draw.chance(0.5)
    a, b = draw.name("a", "multiplicand", "x"), draw.name("b", "multiplier", "y")
    out = draw.name("product", "p", "result")
    steps, w = width // 2 if pairs else width, 2 * width
    acc, mc, mp, cnt = (
        draw.name("acc", "sum"),
        draw.name("mcand", "left_op"),
        draw.name("mplier", "right_op"),
        draw.name("cnt", "step"),
    )
    now = draw.name("next_acc", "partial")
    n = bits_for(steps)
    term = f"({mc} * {mp}[1:0])" if pairs else f"({mp}[0] ? {mc} : {lit(w, 0)})"
    value = f"{acc} + {term}"
    if signed:
        value = f"({cnt} == {lit(n, steps - 1)}) ? {acc} - {term} : {acc} + {term}"
    by = 2 if pairs else 1
    extended = f"{{{{{width}{{{a}[{width - 1}]}}}}, {a}}}" if signed else a
    kind = "signed (two's complement)" if signed else "unsigned"
    top = (1 << width) - 1
    at, bt = draw.bits(width), draw.bits(width)
    value_a = at - ((at >> (width - 1)) << width) if signed else at
    value_b = bt - ((bt >> (width - 1)) << width) if signed else bt
    task = Task(
        f"sequential {'signed' if signed else 'unsigned'} {width}x{width} multiplier",
        (port(a, "input", width, "multiplicand"), port(b, "input", width, "multiplier")),
        (port(out, "output", w, "product"),),
        steps,
        f"  reg {span(w)}{acc}, {mc};\n  reg {span(width)}{mp};\n  wire {span(w)}{now} = {value};",
        f"{acc} <= 0;\n{mc} <= {extended};\n{mp} <= {b};",
        f"{acc} <= {now};\n{mc} <= {mc} << {by};\n{mp} <= {mp} >> {by};",
        f"{out} <= {now};",
        f"Sequential multiplier: {out} = {a} * {b}, {kind}, {w} bits.",
        (
            f"Multiply two {width}-bit numbers without a multiplier array.",
            "Write a shift-and-add multiplier.",
            f"Design a small {width}-bit multiplier that takes several clock cycles.",
        ),
        (
            (
                f"The product `{a}` * `{b}` is computed exactly, with {w} bits; the operands are "
                f"{kind}.",
                f"`{out}` = `{a}` * `{b}`, where operands and product are {kind}.",
            ),
            (
                f"{'Two bits' if pairs else 'One bit'} of `{b}` "
                f"{'are' if pairs else 'is'} worked off in each step.",
                "",
            ),
            (f"For example, {value_a} times {value_b} gives {value_a * value_b}.", ""),
        ),
        ("seq_multiplier", "shift_add_mult", "multiplier"),
        (("width", width), ("signed", signed), ("pairs", pairs)),
        ({a: top, b: top}, {a: 1 << (width - 1), b: 1 << (width - 1)}, {a: top, b: 1}),
        cnt,
    )
    design = start_busy_done(draw, MULTIPLIER, c, task)
    return told.multiplier(draw.teller(), c, design, (a, b, out), signed, steps)


def _divider(draw: Draw) -> Design:
    """Widths of dividend and divisor, what division by zero gives, a flag for it."""
    c = draw.clocking()
    width = draw.choice((4, 4, 5, 6, 8, 8, 8, 10, 12, 16))
    small = width if draw.chance(0.6) else draw.int(max(2, width // 2), width)
    flagged = draw.chance(0.4)
    a, b = draw.name("dividend", "num", "a", "n"), draw.name("divisor", "den", "b", "d")
    q, r = draw.name("quotient", "quot", "q"), draw.name("remainder", "rem", "r")
    zero = draw.name("div_by_zero", "zero_div", "error") if flagged else ""
    num, den = draw.name("shift", "bits"), draw.name("den_r", "div_r")
    part, cnt = draw.name("part", "left"), draw.name("cnt", "step")
    trial, fits, rest = (
        draw.name("trial", "widened"),
        draw.name("fits", "ge"),
        draw.name("diff", "rest"),
    )
    outputs = [port(q, "output", width, "quotient"), port(r, "output", small, "remainder")]
    store = f"{q} <= {{{num}[{width - 2}:0], {fits}}};\n{r} <= {rest};"
    if flagged:
        outputs.append(port(zero, "output", 1, "the divisor was 0"))
        store += f"\n{zero} <= ({den} == 0);"
    low = f"the low {small} bits of the dividend" if small < width else "the dividend"
    top = (1 << width) - 1
    x, y = draw.int(1, top), draw.int(1, (1 << small) - 1)
    task = Task(
        f"sequential divider, {width}-bit dividend and {small}-bit divisor",
        (port(a, "input", width, "dividend"), port(b, "input", small, "divisor")),
        tuple(outputs),
        width,
        f"  reg {span(width)}{num};\n  reg {span(small)}{den}, {part};\n"
        f"  wire {span(small + 1)}{trial} = {{{part}, {num}[{width - 1}]}};\n"
        f"  wire {fits} = ({trial} >= {den});\n"
        f"  wire {span(small)}{rest} = {fits} ? {trial} - {den} : {trial};",
        f"{num} <= {a};\n{den} <= {b};\n{part} <= 0;",
        f"{num} <= {{{num}[{width - 2}:0], {fits}}};\n{part} <= {rest};",
        store,
        f"Restoring divider, unsigned: {q} = {a} / {b}, {r} = {a} % {b}; for {b} = 0 {q} is all "
        f"ones and {r} = {low}." + f" {zero} = divisor was 0, stored with them." * flagged,
        (
            f"Divide {an(width)} number by {an(small)} one, one quotient bit a clock cycle.",
            "Write a restoring divider for unsigned integers.",
            "Design a sequential integer divider.",
        ),
        (
            (
                f"`{q}` = `{a}` / `{b}` (rounded towards zero) and `{r}` = `{a}` mod `{b}`, all "
                f"unsigned.",
                f"Unsigned integer division: `{a}` = `{q}` * `{b}` + `{r}`, `{r}` < `{b}`.",
            ),
            (
                f"For a divisor of 0 the quotient is all ones and the remainder is {low}.",
                f"Division by 0 takes as long as any other and gives `{q}` = {top} and `{r}` = "
                f"{low}.",
            ),
            f"`{zero}` is stored with the results and tells whether the divisor was 0." * flagged,
            (f"For example, {x} divided by {y} gives {x // y} remainder {x % y}.", ""),
        ),
        ("divider", "seq_div", "restoring_divider"),
        (("width", width), ("small", small), ("flagged", flagged)),
        ({a: top, b: 1}, {a: top, b: 0}, {a: x, b: y}, {a: top, b: (1 << small) - 1}),
        cnt,
    )
    design = start_busy_done(draw, DIVIDER, c, task)
    return told.divider(draw.teller(), c, design, (a, b, q, r, zero), (width, small))


def _root(draw: Draw) -> Design:
    """Width, and whether the remainder is an output."""
    c = draw.clocking()
    half = draw.int(2, 8)
    width, rested = 2 * half, draw.chance(0.5)
    x, root = draw.name("x", "radicand", "value"), draw.name("root", "sqrt", "result")
    rem = draw.name("remainder", "rest", "rem") if rested else ""
    num, part, acc = draw.name("num", "bits"), draw.name("part", "acc"), draw.name("partial", "r0")
    trial, sub = draw.name("widened", "wide"), draw.name("guess", "sub")
    fits, now, cnt = (
        draw.name("fits", "ge"),
        draw.name("next_root", "grown"),
        draw.name("cnt", "step"),
    )
    diff = draw.name("diff", "next_rem")
    outputs = [port(root, "output", half, "integer square root")]
    store = f"{root} <= {now};"
    if rested:
        outputs.append(port(rem, "output", half + 1, "x minus root squared"))
        store += f"\n{rem} <= {diff};"
    sample = draw.bits(width)
    top = int(sample**0.5 + 1e-9)
    task = Task(
        f"sequential integer square root of {width}-bit numbers",
        (port(x, "input", width, "unsigned number"),),
        tuple(outputs),
        half,
        f"  reg {span(width)}{num};\n  reg {span(half)}{acc};\n  reg {span(half + 2)}{part};\n"
        f"  wire {span(half + 2)}{trial} = "
        f"{{{part}[{half - 1}:0], {num}[{width - 1}:{width - 2}]}};\n"
        f"  wire {span(half + 2)}{sub} = {{{acc}, 2'b01}};\n"
        f"  wire {fits} = ({trial} >= {sub});\n"
        f"  wire {span(half + 2)}{diff} = {fits} ? {trial} - {sub} : {trial};\n"
        f"  wire {span(half)}{now} = {{{acc}[{half - 2}:0], {fits}}};",
        f"{num} <= {x};\n{acc} <= 0;\n{part} <= 0;",
        f"{num} <= {num} << 2;\n{acc} <= {now};\n{part} <= {diff};",
        store,
        f"Integer square root: {root} = floor(sqrt({x}))"
        + f", {rem} = {x} - {root}*{root}" * rested
        + f", {width}-bit unsigned {x}.",
        (
            f"Find the integer square root of {an(width)} number digit by digit.",
            "Write a sequential square root unit.",
            "Design a machine that takes the square root of an unsigned integer.",
        ),
        (
            (
                f"`{root}` is the largest integer whose square is not greater than `{x}`, an "
                f"unsigned number.",
                f"`{root}` = the square root of the unsigned `{x}`, rounded down.",
            ),
            f"`{rem}` is what is left: `{x}` minus the square of `{root}`." * rested,
            f"Each step uses two bits of `{x}`, from the top, and yields one bit of the root.",
            (f"For example, `{x}` = {sample} gives {top}.", ""),
        ),
        ("isqrt", "sqrt_unit", "root_finder"),
        (("width", width), ("rested", rested)),
        ({x: (1 << width) - 1}, {x: (1 << (width - 1))}, {x: 3}, {x: 0}),
        cnt,
    )
    return start_busy_done(draw, ROOT, c, task)


def _decimal(draw: Draw) -> Design:
    """Shift-and-add-3 conversion: width of the number, digits."""
    c = draw.clocking()
    width = draw.choice((4, 5, 6, 7, 8, 8, 10, 12, 14, 16))
    digits = len(str((1 << width) - 1))
    x, out = draw.name("bin", "binary", "value", "number"), draw.name("bcd", "digits", "decimal")
    num, acc = draw.name("num", "sr"), draw.name("acc", "d0")
    fixed, now = draw.name("adjusted", "fixed"), draw.name("next_bcd", "grown")
    i, cnt = draw.name("i", "k"), draw.name("cnt", "step")
    size = int(str((1 << width) - 1), 16).bit_length()
    sample = draw.bits(width)
    task = Task(
        f"sequential converter from {width}-bit binary to {digits} decimal digits",
        (port(x, "input", width, "unsigned number"),),
        (port(out, "output", size, "decimal digits, 4 bits each, the top one shortened"),),
        width,
        f"  reg {span(width)}{num};\n  reg {span(4 * digits)}{acc}, {fixed};\n  integer {i};\n"
        f"  always @(*) begin\n    {fixed} = {acc};\n"
        f"    for ({i} = 0; {i} < {digits}; {i} = {i} + 1)\n"
        f"      if ({acc}[4*{i} +: 4] >= 4'd5) {fixed}[4*{i} +: 4] = {acc}[4*{i} +: 4] + 4'd3;\n"
        f"  end\n  wire {span(4 * digits)}{now} = "
        f"{{{fixed}[{4 * digits - 2}:0], {num}[{width - 1}]}};",
        f"{num} <= {x};\n{acc} <= 0;",
        f"{num} <= {num} << 1;\n{acc} <= {now};",
        f"{out} <= {now}[{size - 1}:0];",
        f"Binary to BCD: {out} = the {digits} decimal digits of {x}, units in [3:0], the top digit "
        f"without the leading bits that are always 0.",
        (
            f"{an(width).capitalize()} number is to be shown on a decimal display.",
            "Write a sequential binary-to-BCD converter.",
            "Convert binary to decimal by shifting and adding 3.",
        ),
        (
            (
                f"`{out}` holds the {digits} decimal digits of the unsigned number `{x}` in BCD, "
                f"the units in bits 3 to 0, the tens above them, and so on.",
                f"`{out}` = `{x}` in binary coded decimal, {digits} digits of 4 bits, units "
                f"lowest.",
            ),
            f"In each step, digits of 5 or more get 3 added, then everything shifts left by one, "
            f"taking in the next bit of `{x}` from the top.",
            (
                f"For example, `{x}` = {sample} gives "
                f"{' '.join(f'{int(d):04b}' for d in f'{sample:0{digits}d}')}.",
                "",
            ),
        ),
        ("bin2bcd", "bcd_converter", "double_dabble"),
        (("width", width),),
        (
            {x: (1 << width) - 1},
            {x: int("9" * (digits - 1))},
            *({x: int(digit * (digits - 1))} for digit in "248"),
            {x: sample},
            {x: 4 * 10 ** (digits - 1) % (1 << width)},
            {x: 2 * 10 ** (digits - 1) % (1 << width)},
        ),
        cnt,
    )
    design = start_busy_done(draw, DECIMAL, c, task)
    return told.decimal(draw.teller(), c, design, (x, out), width, digits)


MULTIPLIER = Family("sequential_multiplier", Tier.EXPERT, _multiplier)
DIVIDER = Family("sequential_divider", Tier.EXPERT, _divider)
ROOT = Family("integer_square_root", Tier.EXPERT, _root, held_out=True)
DECIMAL = Family("sequential_bin_to_bcd", Tier.EXPERT, _decimal)

FAMILIES = (MULTIPLIER, DIVIDER, ROOT, DECIMAL)
