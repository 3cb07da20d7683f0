"""Absolute values and differences as people tell them."""

from __future__ import annotations

from mevllm.data.draw import Draw
from mevllm.data.families.told._words_combinational import laid_out, q, spoken


def distance(
    t: Draw, *, kind: str, width: int, a: str, b: str, out: str, control: str, sign: str
) -> tuple[str, ...]:
    """Absolute values, absolute differences and conditional negation."""
    names = [q(n) for n in (a, b, out, control)]
    flag = q(sign) if sign else ""
    if kind == "abs":
        return spoken(t, *_magnitude(t, width, names[0], names[2], flag))
    if kind == "negate":
        return spoken(t, *_negation(t, width, names[0], names[2], names[3]))
    return spoken(t, *_gap(t, width, kind != "difference", names[0], names[1], names[2], flag))


def _magnitude(t: Draw, width: int, a: str, out: str, flag: str) -> tuple[str, str, str]:
    say, top = t.say, 1 << (width - 1)
    told = (
        say(
            f"{flag} is the sign bit of {a}.",
            f"{flag} is 1 for negative {a}.",
            f"Negative operands raise {flag}.",
        )
        if flag
        else ""
    )
    edge = say(
        f"{-top} comes out as {top}, unsigned.",
        f"The lowest number, {-top}, keeps its bit pattern, which reads {top} without a sign.",
    )
    value = t.int(-top, top - 1)
    value = -value if value > 0 and t.chance(0.4) else value
    return (
        say(
            f"{out} = |{a}|, two's complement in, unsigned magnitude out. {told}",
            f"Absolute value of the signed {a} onto {out}. {told}",
            f"Negate {a} (two's complement) if its top bit is set, else pass it on; that is "
            f"{out}. {told}",
            f"Strip the sign: {out} is the magnitude of the {width}-bit two's complement number "
            f"{a}. {told}",
            f"Full-wave rectifier for two's complement words, {a} to {out}; {-top} maps to {top}. "
            f"{told}",
            f"abs() of {a} as a signed integer, result on {out} with all {width} bits used for "
            f"the magnitude. {told}",
        ),
        say(
            f"A level meter shows how far a sound sample {a} is from silence, no matter in which "
            f"direction. Samples are signed (two's complement); the excursion {out} is unsigned. "
            f"{edge} {told}",
            f"A stepper drive is told by the signed number {a} how many steps to go. The step "
            f"generator wants only the count {out}, without the sign. {edge} {told}",
            f"Before a multiplier for positive numbers, the signed two's complement operand {a} "
            f"has its sign removed to become {out}. {edge} {told}",
            f"An error detector cares for the size {out} of a deviation {a}, a two's complement "
            f"number, and not for its direction. {edge} {told}",
            f"To print a signed number {a}, its digits are produced from its magnitude {out}. "
            f"{edge} {told}",
        ),
        laid_out(
            t,
            say(
                f"{out} shall be the absolute value of {a}.",
                f"Make {a} positive and drive {out} with it.",
                f"From the signed {a}, derive the magnitude {out}.",
            ),
            t.shuffled(
                [
                    say(f"{a} is in two's complement.", f"The top bit of {a} is its sign."),
                    say(
                        "Numbers from 0 up pass unchanged; negative ones are negated.",
                        f"{out} is {a} or 0 - {a}, whichever is not negative.",
                    ),
                    edge,
                    told,
                ]
            ),
            f"{a} = {value} results in {out} = "
            f"{abs(value)}{f' and {flag} = {int(value < 0)}' if flag else ''}.",
        ),
    )


def _negation(t: Draw, width: int, a: str, out: str, control: str) -> tuple[str, str, str]:
    say, value = t.say, t.bits(width)
    other = -value & (1 << width) - 1
    return (
        say(
            f"Two's complement negate of {a} on {out} if {control} is set, otherwise straight "
            "through.",
            f"{out} is {a} multiplied by minus one or plus one: {control} high means minus.",
            f"Conditional negation. {control} = 1 turns {a} into 0 - {a}, {control} = 0 leaves "
            f"it; the outcome is {out}.",
            f"Add/subtract stage with zero as first operand, {out} = 0 + {a} or, with {control} "
            f"high, 0 - {a}.",
            f"{out}: invert the bits of {a} and add one when {control} is high, else a plain copy.",
            f"Programmable sign, {control} (1 = change it), for the {width}-bit two's complement "
            f"word {a}; see {out}.",
        ),
        say(
            f"A polarity switch of a sound channel: with {control} at 1 each sample {a} leaves as "
            f"its two's complement opposite on {out}; with {control} at 0 it leaves as it came.",
            f"At the end of a division the quotient {a} was formed from magnitudes. If the signs "
            f"differed, {control} is 1 and {out} must carry the negated (two's complement) "
            "quotient, else the quotient itself.",
            f"A modulator multiplies its signal {a} by a square wave. While the wave {control} is "
            f"low the factor is +1, while it is high it is -1 in two's complement; {out} is the "
            "product, of the same width.",
            f"The direction lever of a drive: {control} = 0 forwards, speed {a} unchanged on "
            f"{out}; {control} = 1 backwards, the speed negated in two's complement.",
            f"A coordinate unit mirrors the picture. When {control} is asserted, {out} is the "
            f"two's complement negative of coordinate {a}; when it is not, {out} follows {a}.",
        ),
        laid_out(
            t,
            say(
                f"{a} goes to {out} with its sign changed or not.",
                f"A controlled negator for {a}.",
                f"{control} decides on the sign of {out}.",
            ),
            [
                say(
                    f"{control} high: {out} is minus {a}.",
                    f"Negation is done for {control} = 1 only.",
                ),
                say(
                    f"{control} low: {out} equals {a}.",
                    f"Without {control}, {a} appears unchanged.",
                ),
                say(
                    f"Minus means two's complement, modulo 2^{width}.",
                    f"Negating is inverting all bits and adding one, cut to {width} bits.",
                ),
                say(
                    "Zero stays zero either way.",
                    f"The lowest signed number, {-(1 << (width - 1))}, stays as it is.",
                ),
            ],
            f"Read as unsigned, {value} becomes {other} under {control} = 1 and stays {value} "
            f"under {control} = 0.",
        ),
    )


def _gap(
    t: Draw, width: int, negative: bool, a: str, b: str, out: str, flag: str
) -> tuple[str, str, str]:
    say, low = t.say, -(1 << (width - 1)) if negative else 0
    kind = "signed" if negative else "unsigned"
    told = (
        say(
            f"{flag} is 1 if {a} is the smaller one.",
            f"{flag} = ({a} < {b}).",
            f"{flag} shows that {a} lies below {b}.",
        )
        if flag
        else ""
    )
    also = (
        say(
            f"The operands are two's complement, the distance is an unsigned number of {width} "
            "bits.",
            f"The operands are signed (two's complement); the {width} bits that come out have no "
            "sign.",
        )
        if negative
        else say("Everything is unsigned.", "None of the numbers has a sign.")
    )
    x, y = (t.int(low, low + (1 << width) - 1) for _ in "ab")
    return (
        say(
            f"{out} = |{a} - {b}|. {also} {told}",
            f"Absolute difference of the {kind} {a} and {b} onto "
            f"{out}{', unsigned result' * negative}. {told}",
            f"Larger minus smaller of {a} and {b}, {kind} comparison, result {out}. {told}",
            f"One SAD cell: {out} gets how far {a} and {b} are apart. {also} {told}",
            f"Subtract {b} from {a} or the other way round, so that {out} is never negative. "
            f"{also} {told}",
            f"Distance on the number line between {a} and {b}, to {out}. {also} {told}",
        ),
        say(
            f"Motion search in a video coder needs for each pair of values {a} and {b} how much "
            f"they differ, {out}, regardless of which is larger. {also} {told}",
            f"A levelling table has height sensors {a} and {b}. The controller wants the height "
            f"difference {out} as a plain amount. {also} {told}",
            f"A clock monitor takes two counts, {a} and {b}, and reports their deviation {out} "
            f"from each other, without direction. {also} {told}",
            f"To tell whether two thermometers agree, {out} is the number of steps between their "
            f"readings {a} and {b}. {also} {told}",
            f"A lift computes how many floors {out} lie between where it is, {a}, and where it is "
            f"called, {b}. {also} {told}",
        ),
        laid_out(
            t,
            say(
                f"{out} is to show the distance of {a} and {b}.",
                f"How far is {a} from {b}?",
                f"Work out |{a} - {b}|.",
            ),
            t.shuffled(
                [
                    also,
                    say(
                        "Swapping the operands changes nothing in the distance.",
                        f"The smaller number is taken from the larger one, {kind} comparison.",
                    ),
                    say("Equal operands have distance 0.", f"{out} is 0 only for equal numbers."),
                    told,
                ]
            ),
            f"{a} = {x} and {b} = {y} give {out} = "
            f"{abs(x - y)}{f', {flag} = {int(x < y)}' if flag else ''}.",
        ),
    )
