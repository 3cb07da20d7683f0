"""Multiply-accumulate units and FIR filters as people tell them."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.told._words_systems import voice


def mac(
    draw: Draw,
    c: Clocking,
    names: tuple[str, ...],
    size: int,
    signed: bool,
    minus: bool,
    saturate: bool,
    style: str,
) -> tuple[str, ...]:
    """A multiply-accumulate unit.

    The names: enable, clear, factors, accumulator, overflow or "".
    """
    v = voice(draw, c)
    en, clr, a, b, acc, ovf = v.names(names)
    kind = "signed" if signed else "unsigned"
    op, verb = ("-", "subtract") if minus else ("+", "accumulate")
    unit = f"multiply-{verb}"
    limit = (
        v.say(
            f"saturating at {size} bits; sticky {ovf} tells of any clipping since the last "
            f"operation with {clr}, that one included",
            f"with saturation to the {size}-bit {kind} range ({ovf} is set when that bites and "
            f"stays; an operation with {clr} sets it afresh to its own outcome)",
        )
        if saturate
        else v.say(f"wrapping at {size} bits", f"modulo 2^{size}")
    )
    lone = (
        v.say(
            f"{clr} on its own zeroes {acc}{f' and {ovf}' if ovf else ''}",
            f"without {en}, {clr} clears {acc}{f' together with {ovf}' if ovf else ''}",
        )
        if style == "clear"
        else v.say(f"{clr} without {en} does nothing", f"{en} = 0 freezes it, {clr} or not")
    )
    lone_up = v.up(lone)
    fresh = v.say(
        f"{clr} starts a new sum (old value counted as 0)",
        f"with {clr} also high the old sum counts as zero",
    )
    t = v.timing(f"zeroes {acc}{f' and {ovf}' if ovf else ''}")
    seq = [draw.int(0, 3 if not minus or signed else 1) for _ in range(4)]
    total = seq[0] * seq[1] + seq[2] * seq[3]
    return (
        v.say(
            f"{kind.capitalize()} MAC, {acc} {op}= {a}*{b} when {en}, {limit}. {v.up(fresh)}; "
            f"{lone}. {t}",
            f"{v.up(unit)}, {kind}, {limit}. An edge with {en} high does it; "
            f"{fresh}. {lone_up}. {t}",
            f"{t} Dot-product engine: every enabled edge ({en}) {'takes' if minus else 'adds'} "
            f"{a} times {b} {'off' if minus else 'to'} {acc}, {kind}, {limit}. "
            f"{v.up(fresh)}; {lone}.",
            f"Register {acc} of {size} bits behind a {kind} multiplier and "
            f"{'a subtractor' if minus else 'an adder'}: {acc} becomes ({clr} ? 0 : {acc}) {op} "
            f"{a}*{b} whenever {en} is 1, {limit}. {lone_up}. {t}",
            "Correlator cell.\n"
            + v.remarks(
                (
                    f"{en}: {acc} takes itself {'minus' if minus else 'plus'} {a} x {b}, {kind}.",
                    f"The result is kept {limit}.",
                    f"{v.up(fresh)}.",
                    f"{lone_up}.",
                    t,
                    ""
                    if minus and not signed
                    else f"Starting with {clr}: {seq[0]}x{seq[1]}, then {seq[2]}x{seq[3]} without "
                    f"it, ends at {-total if minus else total}.",
                )
            ),
            f"Weighted sums for a neuron: {en} = 1 {'subtracts' if minus else 'adds'} the {kind} "
            f"product {a}*{b}, {limit}; {fresh}. {lone_up}. {t}",
        ),
    )


def fir(
    draw: Draw,
    c: Clocking,
    names: tuple[str, ...],
    coefs: Sequence[int],
    signed: bool,
    registered: bool,
) -> tuple[str, ...]:
    """A FIR filter; the names: sample, output, sample enable or ""."""
    v = voice(draw, c)
    x, y, en = v.names(names)
    kind = "signed" if signed else "unsigned"
    taps = len(coefs)
    listed = ", ".join(map(str, coefs))
    even = set(coefs) == {1}
    each = f"every edge with {en} {v.say('high', 'set', '= 1')}" if en else "every clock edge"
    hold = f" Without {en} nothing moves." if en else ""
    show = (
        f"{y} is a register that the edge taking x[n] loads with y[n]"
        if registered
        else f"{y} is the plain sum over the stored samples, so y[n] stands there after the edge "
        f"that stored x[n]"
    )
    name = f"{taps}-sample moving sum" if even else f"{taps}-tap FIR filter"
    feed = [draw.int(1, 5) for _ in range(3)]
    got = [sum(k * feed[n - i] for i, k in enumerate(coefs) if n >= i) for n in range(3)]
    law = " + ".join(f"({k})*x[n-{i}]" if i else f"({k})*x[n]" for i, k in enumerate(coefs))
    t = v.timing("zeroes the delay line and the output")
    up = show
    return (
        v.say(
            f"{kind.capitalize()} {name}, coefficients {listed} (newest sample first). Samples "
            f"{x} at {each}.{hold} {up}. Full precision. {t}",
            f"Convolve {x} with ({listed}), {kind}, no rounding. A sample comes at {each}.{hold} "
            f"{up}. {t}",
            f"{t} Impulse response {listed}, {kind} arithmetic without loss; a new {x} counts at "
            f"{each}.{hold} {up}.",
            f"Smoothing stage behind a sensor: y[n] = {law}. {x} is x[n], taken at {each}."
            f"{hold} {up}. {kind.capitalize()} numbers; earlier samples are zero. {t}",
            f"Tapped delay line of {taps} samples with weights {listed} (the first belongs to the "
            f"present sample), {kind} and exact.\n"
            + v.remarks(
                (
                    f"{feed[0]}, {feed[1]}, {feed[2]} after reset produce {got[0]}, {got[1]}, "
                    f"{got[2]}.",
                    f"{v.up(each)} brings a sample.",
                    hold.strip(),
                    f"{up}.",
                    t,
                )
            ),
        ),
    )
