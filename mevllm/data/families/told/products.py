"""Products as people tell them."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Draw
from mevllm.data.families.told._words_combinational import laid_out, q, spoken


def multiplier(
    t: Draw, *, kind: str, sizes: tuple[int, int, int], negative: bool, names: Sequence[str]
) -> tuple[str, ...]:
    """A product; `names` are the factors, the addend and the result, `sizes` without the addend."""
    say, (first, second, size) = t.say, sizes
    a, b, c, p = (q(n) for n in names)
    sign = "signed" if negative else "unsigned"
    twos = "two's complement" if negative else "unsigned"
    if kind == "low":
        return spoken(t, *_low_product(t, size, a, b, p))
    plus = f" + {c}" if kind == "add" else ""
    room = (
        say(f"modulo 2^{size}", f"cut to {size} bits")
        if plus
        else say(f"all {size} bits of it", "in full length")
    )
    short = say(
        f"{p} = {a} * {b}{plus}, {sign}, {room}.",
        f"{sign} {f'multiply-add, {c} on top of' if plus else 'multiplier for'} the {first}-bit "
        f"{a} times the {second}-bit {b}. Result to {p}, {room}.",
        f"Multiply {a} by {b}{f', add {c}' if plus else ''} and drive {p}, {room}. Every number "
        f"is {twos}.",
        f"Combinational {first}x{second} {sign} multiplier{f' with addend {c}' if plus else ''}, "
        f"factors {a} and {b}, {p} {room}.",
        f"{p} gets the {sign} product of {a} and {b}{f' plus {c}' if plus else ''}, {room}.",
        f"{'MAC without the register' if plus else 'Array multiplier'}: factors {a}, "
        f"{b}{f', addend {c}' if plus else ''}, {sign} everywhere, {p} {room}.",
    )
    if negative:
        setting = say(
            f"A microphone sample {a} is scaled by a gain {b} that may turn its phase, so both "
            "have a sign (two's complement)",
            f"Torque {a} and speed {b} of a motor, each negative in reverse (two's complement), "
            "make its power",
            f"One tap of a digital filter weighs the signed sample {a} with the signed "
            f"coefficient {b}",
            f"A correlation detector multiplies the signed samples {a} and {b}",
            f"Slope {a} times horizontal distance {b}, two's complement numbers, is a change of "
            "height",
        )
    else:
        setting = say(
            f"A shop scale multiplies the weight {a} by the unit price {b}",
            f"The area of a label is its width {a} times its height {b}, neither of them ever "
            "negative",
            f"An energy monitor multiplies the magnitude of voltage {a} by that of current {b}",
            f"To address a picture element, the row {a} is multiplied by the row length {b} "
            "(plain unsigned numbers)",
            f"A dimmer weighs the brightness {a} with the factor {b}, both unsigned",
        )
    added = say(
        f"The value {c} of the same kind is added to it and {p} is the total, in {size} bits with "
        "any overflow dropped.",
        f"{c}, also {sign}, is added on top; {p} has the low {size} bits of the whole.",
    )
    whole = say(
        f"{p} is the exact product in {size} bits.",
        f"The result {p} must be exact, which {size} bits always allow.",
    )
    purpose = f"{setting}. {added if plus else whole} " + say(
        "It is needed at once, without a clock.",
        "How the multiplication is done inside does not matter.",
        "Nothing is rounded and nothing is scaled afterwards.",
    )
    ranges = [
        (-(1 << (n - 1)), (1 << (n - 1)) - 1) if negative else (0, (1 << n) - 1) for n in sizes
    ]
    x, y, z = (t.int(*r) for r in ranges)
    z //= 4
    remark = laid_out(
        t,
        say(
            f"Form {a} times {b}{f' plus {c}' if plus else ''}.",
            f"{p} is fed by a multiplier for {a} and "
            f"{b}{f' followed by an adder for {c}' if plus else ''}.",
            f"The expression {a} * {b}{plus} has to be computed.",
        ),
        t.shuffled(
            [
                say(
                    f"All quantities are {twos}.",
                    f"Treat operands and result as {sign}.",
                ),
                say(
                    f"{a} has {first} bits, {b} has {second}, and neither may be cut before "
                    "multiplying.",
                    f"A {first}-bit number meets a {second}-bit number.",
                ),
                say(
                    f"{p} keeps {size} bits of the sum; beyond that it wraps.",
                    f"The addend {c} is as wide as {p}; a final overflow of the {size} bits is "
                    "ignored.",
                )
                if plus
                else say(
                    f"The {size} bits of {p} hold any product.",
                    f"{p} is the complete product, upper half included.",
                ),
            ]
        ),
        f"{x} times {y}{f' plus {z}' if plus else ''} makes {p} = {x * y + z if plus else x * y}."
        if not plus or _fits(x * y + z, ranges[2])
        else f"{x} times {y} alone is {x * y}.",
    )
    return spoken(t, short, purpose, remark)


def _fits(value: int, limits: tuple[int, int]) -> bool:
    return limits[0] <= value <= limits[1]


def _low_product(t: Draw, size: int, a: str, b: str, p: str) -> tuple[str, str, str]:
    say = t.say
    tail = say(
        f"Only the low {size} bits are kept.",
        f"It is taken modulo 2^{size}.",
        f"Bits {size} and up are dropped.",
        "The upper half is discarded.",
    )
    x, y = t.bits(size), t.bits(size)
    return (
        say(
            f"Truncating multiplier, {p} = {a} * {b}. {tail}",
            f"{p} is {a} times {b}, same width as the factors. {tail}",
            f"C-style multiplication of two {size}-bit words {a} and {b}, low word to {p}. {tail}",
            f"Low-half product: multiply {a} and {b} onto {p}. {tail}",
            f"{size}x{size} multiply of {a} and {b}; {p} has {size} bits, sign makes no "
            f"difference. {tail}",
            f"{tail} That is, of the product of {a} and {b}, which is what {p} shows.",
        ),
        say(
            f"A processor's multiply instruction has a destination {p} no wider than its operands "
            f"{a} and {b}. {tail} Hence it serves signed and unsigned programs alike.",
            f"A hash function stirs its state by multiplying {a} by {b} and carrying on with a "
            f"word {p} of unchanged length. {tail} The loss of the rest is intended.",
            f"A random number generator of the congruential sort needs the product of {a} and {b} "
            f"as its next word {p}. {tail} Whatever lies above is not used.",
            f"Array indices are scaled by multiplying {a} with {b} in the word length of the "
            f"machine, giving {p}. {tail} Programs make sure that this is enough.",
            f"A checksum weighs each word {a} with a weight {b}; the weighted word {p} has to "
            f"have the word length again. {tail} Overflow is no error here.",
        ),
        laid_out(
            t,
            say(
                f"Multiply {a} by {b}.",
                f"{p} = {a} * {b}, shortened.",
                f"{p} holds a part of {a} times {b}.",
            ),
            t.shuffled(
                [
                    tail,
                    say(
                        "Signed or unsigned operands yield the same bits.",
                        "No sign handling is needed.",
                    ),
                    say("There is no overflow flag.", f"Overflow goes unnoticed; {p} wraps."),
                    say(
                        f"Factors and result have {size} bits each.",
                        f"Everything is {size} bits wide.",
                    ),
                ]
            ),
            f"{x} times {y} (as unsigned) gives {x * y % (1 << size)} on {p}, from an exact "
            f"{x * y}.",
        ),
    )
