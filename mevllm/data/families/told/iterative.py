"""Multipliers, dividers and decimal converters that take several cycles as people tell them."""

from __future__ import annotations

from dataclasses import replace

from mevllm.data.design import Design
from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.told._words_systems import Voice, voice


def _parts(v: Voice, design: Design, results: str, steps: int) -> tuple[str, str, str, str]:
    """The name of start, and the protocol: what it takes, when it is done, and the reset."""
    ports = [p.name for p in design.interface.ports]
    c = v.clocking
    own = [n for n in ports if c is None or n not in (c.clock, c.reset)]
    outs = [p.name for p in design.interface.ports if p.direction == "output"]
    start, busy, done = v.names((own[0], outs[0], outs[1]))
    level = dict(design.choices)["level"] == "True"
    begin = v.say(
        f"{start} at an edge with {busy} low captures the operands (it is ignored while busy)",
        f"an idle edge with {start} = 1 latches the inputs; during the work {start} is not heard",
        f"{start} counts only while {busy} is 0 and takes the operands at that edge",
    )
    finish = v.say(
        f"{results} appear in registers {steps} edges later, {busy} being high until then",
        f"{busy} is high for {steps} cycles, and the edge that ends them loads {results}",
        f"the {steps}th edge after that stores {results} and drops {busy}",
    ).replace("2th", "2nd" if steps % 100 != 12 else "2th")
    finish = finish.replace(" 3th", " 3rd")
    sign = (
        v.say(
            f"{done} rises with the result and stays until the next accepted {start}",
            f"{done} is then 1 until a new {start} is accepted",
        )
        if level
        else v.say(f"{done} pulses for that one new-result cycle", f"then {done} = 1 for one cycle")
    )
    return begin, finish, sign, v.timing("aborts and zeroes all outputs")


def multiplier(
    draw: Draw, c: Clocking, design: Design, names: tuple[str, ...], signed: bool, steps: int
) -> Design:
    """The design, with tellings of a sequential multiplier; the names: operands, product."""
    v = voice(draw, c)
    a, b, out = v.names(names)
    begin, finish, sign, t = _parts(v, design, out, steps)
    finish = finish.replace(" appear in registers", " is updated (a register)")
    kind = "signed" if signed else "unsigned"
    text = v.say(
        f"Sequential {kind} multiplier, {out} = {a} * {b}, full product, {steps} cycles. "
        f"{v.up(begin)}; {finish}; {sign}. {t}",
        f"Shift-and-add, {kind}: {begin}. {v.up(finish)}; {sign}. {out} keeps "
        f"its old value meanwhile. {t}",
        f"{t} Area matters, speed does not: multiply {a} by {b} ({kind}) with one adder over "
        f"{steps} clocks; {begin}. In the end {finish}, and {sign}.",
        f"A motor controller scales its readings now and then. It needs {a} x {b}, {kind}, all "
        f"bits of the product.\n"
        + v.remarks((f"{begin}.", f"{finish}.", f"{sign}.", f"{out} holds between results.", t)),
        f"Multi-cycle {kind} product, latency {steps}. Protocol: {begin}; {finish}; {sign}. {t}",
        f"Multiplier with start/busy/done. Operands {kind}, product double width and held. "
        f"{v.up(begin)}; {finish}; {sign}. {t}",
    )
    return replace(design, told=(text,))


def divider(
    draw: Draw, c: Clocking, design: Design, names: tuple[str, ...], size: tuple[int, int]
) -> Design:
    """The design, with tellings of a divider.

    The names: dividend, divisor, quotient, remainder, flag or ""; the size: dividend, divisor.
    """
    v = voice(draw, c)
    a, b, q, r, zero = v.names(names)
    width, small = size
    begin, finish, sign, t = _parts(v, design, f"{q} and {r}", width)
    low = f"the low {small} bits of {a}" if small < width else a
    nought = v.say(
        f"dividing by 0 gives {q} all ones and {r} = {low}, in the usual time",
        f"for {b} = 0 the quotient is all ones, the remainder {low}",
    )
    flag = f" {zero}, stored with the results, is 1 if the divisor was 0." if zero else ""
    text = v.say(
        f"Restoring divider, {a} by {b}, unsigned, one quotient bit per clock ({width} in all). "
        f"{v.up(begin)}; {finish}; {sign}. {v.up(nought)}."
        f"{flag} {t}",
        f"{q} = {a} / {b}, {r} = {a} % {b}, unsigned, over {width} cycles: {begin}; {finish}; "
        f"{sign}. Note: {nought}.{flag} {t}",
        f"{t} Sequential integer division of {a} by {b} without signs. {v.up(finish)}, where "
        f"{begin}; {sign}. Also, {nought}.{flag}",
        f"Averages are computed as {a} over {b}, unsigned, with remainder.\n"
        + v.remarks((f"{begin}.", f"{finish}.", f"{sign}.", f"{nought}.", flag.strip(), t)),
        f"Long division of {a} by {b} (unsigned, {width} steps). Handshake: {begin}; {finish}; "
        f"{sign}.{flag} Corner case: {nought}. {t}",
    )
    return replace(design, told=(text,))


def decimal(
    draw: Draw, c: Clocking, design: Design, names: tuple[str, ...], width: int, digits: int
) -> Design:
    """The design, with tellings of a converter to BCD; the names: number, digits."""
    v = voice(draw, c)
    x, out = v.names(names)
    begin, finish, sign, t = _parts(v, design, out, width)
    finish = finish.replace(" appear in registers", " is updated (a register)")
    value = draw.bits(width)
    shown = " ".join(f"{int(d):04b}" for d in f"{value:0{digits}d}")
    text = v.say(
        f"Double dabble, {width} steps, {digits} digits. {v.up(begin)}; {finish}; {sign}. {t}",
        f"Sequential binary-to-BCD: {x} (unsigned) to packed decimal in {out}, units lowest, the "
        f"top digit only as wide as it needs. {v.up(begin)}; {finish}; {sign}. "
        f"{t}",
        f"{t} Shift-and-add-3 conversion of {x} into {digits} BCD digits. {v.up(sign)}; "
        f"{finish}; before that, {begin}.",
        f"A panel meter prints {x} in decimal.\n"
        + v.remarks(
            (
                f"{out} is packed BCD, units in the low nibble, {digits} digits.",
                f"{value} reads {shown} (leading zero bits of the first digit are left out).",
                f"{begin}.",
                f"{finish}.",
                f"{sign}.",
                t,
            )
        ),
        f"Convert to decimal one bit a clock: {begin}; {finish}; {sign}. {out} = BCD of the "
        f"unsigned {x}, {digits} digits, and it holds until the next result. {t}",
    )
    return replace(design, told=(text,))
