"""Overflow, saturation, decimal sums and products as people tell them."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Draw
from mevllm.data.families.literals import number
from mevllm.data.families.told._words_combinational import an, laid_out, q, spoken


def signed_overflow(
    t: Draw, *, width: int, minus: bool, a: str, b: str, s: str, flags: Sequence[str]
) -> tuple[str, ...]:
    """A signed sum or difference with one overflow flag, or one for each direction."""
    say = t.say
    low, high = -(1 << (width - 1)), (1 << (width - 1)) - 1
    a, b, s, first, last = (q(n) for n in (a, b, s, flags[0], flags[-1]))
    formula = f"{a} - {b}" if minus else f"{a} + {b}"
    noun, verb = ("subtractor", "subtracted") if minus else ("adder", "added")
    split = len(flags) == 2
    if split:
        tail = say(
            f"{first} means that the exact result lies above {high}, {last} that it lies below "
            f"{low}.",
            f"Two flags: {first} for overflow past the positive end, {last} for overflow past the "
            "negative end.",
            f"Overflow at the top sets {first}, overflow at the bottom sets {last}.",
            f"{first}: result too large for {width} signed bits. {last}: result too far below "
            "zero.",
        )
    else:
        tail = say(
            f"{first} is the two's complement overflow flag.",
            f"{first} is set if the exact result is outside {low}..{high}.",
            f"Signed overflow, in either direction, raises {first}.",
            f"{first} = 1 tells that the sign of {s} cannot be trusted because the result did not "
            "fit.",
        )
    short = say(
        f"{an(f'{width}-bit')} two's complement {noun}: {s} = {formula}, wrapping. {tail}",
        f"{formula} goes to {s}, signed, low {width} bits only. {tail}",
        f"Signed {noun} with overflow detection. Result {s} is {formula} and wraps. {tail}",
        f"Work out {formula} in {width}-bit two's complement and leave it unsaturated on {s}. "
        f"{tail}",
        f"{tail} The result itself, {formula}, is truncated to {width} bits on {s}; all numbers "
        "are signed.",
        f"{'Difference' if minus else 'Sum'} of two signed words, {formula}, onto {s} without any "
        f"limiting. {tail}",
    )
    purpose = say(
        f"A control loop forms {s} from the signed quantities {a} and {b}, "
        f"{'the second subtracted from the first' if minus else 'by adding them'}, in {width} "
        f"bits. Since it wraps silently, the software wants to be warned. {tail}",
        f"Temperatures above and below zero are processed as two's complement words. {s} is "
        f"{formula} cut to {width} bits. {tail}",
        f"The execution stage of a processor computes {formula} on signed registers and writes "
        f"the wrapped {width}-bit value {s} back. A trap handler looks at the overflow "
        f"indication. {tail}",
        "Positions of a carriage left and right of its home position are negative and positive "
        f"numbers. From {a} and {b} we compute {s} = {formula}, modulo 2^{width}. {tail}",
        f"A ledger of small signed amounts must never go wrong unnoticed: {a} and {b} are {verb} "
        f"({formula}), {s} gets the low {width} bits. {tail}",
    )
    x, y = t.int(low, high), t.int(low, high)
    if t.chance(0.5):
        x, y = high - t.int(0, 1), (-1 - t.int(0, 1) if minus else 1 + t.int(0, 1))
    exact = x - y if minus else x + y
    wrapped = (exact - low) % (1 << width) + low
    if split:
        seen = f"{first} = {int(exact > high)} and {last} = {int(exact < low)}"
    else:
        seen = f"{first} = {int(exact != wrapped)}"
    remark = laid_out(
        t,
        say(
            f"Signed {noun} of {width} bits that tells when it overflows.",
            f"{formula} is wanted, and overflow detected.",
            f"{s} gets {formula}.",
        ),
        t.shuffled(
            [
                say("Numbers are in two's complement.", f"{a}, {b} and {s} all carry a sign bit."),
                say(
                    f"{s} is {formula} cut to {width} bits; it wraps.",
                    f"No saturation: whatever happens, {s} has the low {width} bits of {formula}.",
                ),
                tail,
                say(
                    f"A carry out of the top bit is not what is meant; the range is {low} to "
                    f"{high}.",
                    f"Representable are {low} up to {high}.",
                ),
            ]
        ),
        f"{a} = {x} and {b} = {y} give {exact}, so {s} reads {wrapped} and {seen}.",
    )
    return spoken(t, short, purpose, remark)


def saturating(
    t: Draw, *, width: int, minus: bool, negative: bool, a: str, b: str, out: str, flag: str
) -> tuple[str, ...]:
    """A sum or difference that stops at the ends of the range."""
    say, flagged = t.say, bool(flag)
    a, b, out, flag = (q(n) for n in (a, b, out, flag))
    formula, noun = (f"{a} - {b}", "subtract") if minus else (f"{a} + {b}", "add")
    low, high = (-(1 << (width - 1)), (1 << (width - 1)) - 1) if negative else (0, (1 << width) - 1)
    kind = "signed" if negative else "unsigned"
    limits = (
        say(
            f"stops at {low} and {high}",
            f"is clipped to {low}..{high}",
            f"never leaves {low}..{high}",
        )
        if negative
        else say("stops at 0", "is held at 0 instead of going negative", "has its floor at 0")
        if minus
        else say(f"stops at {high}", f"is held at {high} at most", f"has its ceiling at {high}")
    )
    told = (
        say(
            f"{flag} is high when limiting took place.",
            f"{flag} reports that the exact result did not fit.",
            f"Clipping is shown by {flag}.",
        )
        if flagged
        else ""
    )
    short = say(
        f"Saturating {width}-bit {kind} {noun}, {formula} onto {out}. {told}",
        f"{out} = {formula}, {kind}, with saturation in place of wraparound. {told}",
        f"{formula}, {kind} {width}-bit arithmetic; {out} {limits}. {told}",
        f"DSP-style {noun}: {kind} operands, {formula}, result {out} {limits}. {told}",
        f"The {kind} {'difference' if minus else 'sum'} {formula} is clamped to what {width} bits "
        f"can hold and put on {out}. {told}",
        f"No wraparound please: {out} takes {formula} and {limits}. All {kind}. {told}",
    )
    if negative:
        purpose = say(
            f"Sound samples swing around zero. Where {a} and {b} are "
            f"{'subtracted (first minus second)' if minus else 'mixed by addition'}, a wrapped "
            f"sample would crack audibly, so {out} {limits} in {width}-bit two's complement. "
            f"{told}",
            f"The steering correction {out} of a drone is {formula}, with signed {width}-bit "
            "operands. Tipping over to the opposite sign would be fatal; the value sticks to the "
            f"nearer end of its range instead. {told}",
            f"A motor current controller uses two's complement words of {width} bits. {out}, "
            f"which is {formula}, {limits}. {told}",
            f"In a fixed-point filter the accumulator step {formula} (signed) must behave like an "
            f"analogue amplifier that runs into its supply rails, at {low} and {high}. {out} is "
            f"the step's result. {told}",
            f"Signed sensor offsets are {'removed from' if minus else 'added to'} readings: {out} "
            f"= {formula}. A result off the scale shows as the end of the {width}-bit scale "
            f"nearest to it. {told}",
        )
    elif minus:
        purpose = say(
            f"A pot of credits {a} is charged with {b}. What remains, {out}, can be nothing at "
            f"worst; debts do not exist. {told}",
            f"The darkening step of an image filter takes {b} off the brightness {a}. Pixels that "
            f"are darker than the step come out as 0 on {out}. {told}",
            f"Background counts {b} are subtracted from a detector's counts {a}; if the "
            f"background is larger, {out} is 0. Numbers are unsigned. {told}",
            f"A game character has {a} energy points and loses {b}. {out} is what is left, and "
            f"not less than zero. {told}",
            f"The remaining filling {out} of a silo is its filling {a} less what was requested, "
            f"{b}, or empty (0) if more was requested than there is. {told}",
        )
    else:
        purpose = say(
            f"The brightening step of an image filter adds {b} to a pixel {a}. Pixels that would "
            f"become whiter than white come out as {high} on {out}. {told}",
            f"Two dust counters, {a} and {b}, share one display {out} of {width} bits. If their "
            f"total is too large for it, it shows its largest number, {high}. {told}",
            f"A game's score {a} rises by a bonus {b}; the new score {out} cannot get past "
            f"{high}, where it stays. {told}",
            f"Waiting times {a} and {b} (unsigned) add up to {out}, and anything beyond {high} "
            f"counts as {high}. {told}",
            f"A lamp dimmer raises its level {a} by {b}. Full brightness is {high}, and {out} "
            f"must not roll over to dark. {told}",
        )
    x, y = t.int(low, high), t.int(low, high)
    if t.chance(0.5):
        x, y = (low + t.int(0, 1), 2) if minus else (high - t.int(0, 1), 2)
    exact = x - y if minus else x + y
    got = max(low, min(high, exact))
    remark = laid_out(
        t,
        say(
            f"{out} shall be {formula}, limited.",
            f"Saturating arithmetic on {a} and {b}, namely {formula}.",
            f"Compute {formula} so that it cannot wrap.",
        ),
        t.shuffled(
            [
                say(
                    f"Operands and result are {kind} with {width} bits.",
                    f"The number format is {width}-bit {kind} throughout.",
                ),
                say(
                    f"An exact result that is in range appears unchanged on {out}.",
                    f"As long as it fits, {out} is the plain {'difference' if minus else 'sum'}.",
                ),
                say(
                    f"The result {limits}.",
                    f"Outside the range, {out} takes the bound that was passed; it {limits}.",
                ),
                told,
            ]
        ),
        f"{x} and {y} give {out} = {got} (exactly it would be "
        f"{exact}){f', {flag} = {int(got != exact)}' if flagged else ''}.",
    )
    return spoken(t, short, purpose, remark)


def bcd_adder(
    t: Draw, *, digits: int, a: str, b: str, cin: str, s: str, cout: str, unit: str
) -> tuple[str, ...]:
    """A decimal adder; `unit` is the module for one digit where it is to be instantiated."""
    say, top = t.say, 10**digits - 1
    size = "one-digit" if digits == 1 else f"{number(digits)}-digit"
    x, y, bit = t.int(0, top), t.int(top // 3, top), t.int(0, 1)
    carry_in, carry_out = bool(cin), bool(cout)
    a, b, cin, s, cout, name = (q(n) for n in (a, b, cin, s, cout, unit))
    more = f" + {cin}" if carry_in else ""
    tail = (
        say(
            f"Decimal carry out: {cout}.",
            f"{cout} is 1 from a total of {top + 1} upwards, and {s} then holds the total less "
            f"{top + 1}.",
            f"What exceeds {top} makes {cout} 1 and leaves the lower digits on {s}.",
        )
        if carry_out
        else say(
            "The carry out of the top digit is lost.",
            f"There is no carry out; from {top + 1} on, {top + 1} is simply left off.",
            f"The result counts modulo {top + 1}.",
        )
    )
    build = (
        say(
            f"Make it from {number(digits)} instances of a one-digit adder {name}, written as "
            "well.",
            f"One digit is its own module, {name}, used {number(digits)} times in a carry chain.",
        )
        if unit
        else ""
    )
    place = (
        ""
        if digits == 1
        else say(
            "Four bits a digit, units in the lowest nibble.",
            "Packed BCD, least significant digit at the right.",
        )
    )
    short = say(
        f"{an(size)} BCD adder: {s} = {a} + {b}{more}. {tail} {build}",
        f"Decimal addition of {size} packed BCD numbers {a} and "
        f"{b}{f' with carry in {cin}' if carry_in else ''}, BCD result {s}. {tail} {build}",
        f"Add {a} and {b}{f' and the carry {cin}' if carry_in else ''} in 8421 BCD, correcting "
        f"each digit above nine by six; {s} is the sum. {tail} {build}",
        f"{s} is the BCD sum of two BCD operands ({a}, "
        f"{b}{f', plus carry in {cin}' if carry_in else ''}). {tail} {build}",
        f"{tail} Apart from that: BCD in, BCD out, {s} = {a} + {b}{more}. {build}",
        f"Like a binary adder with operands {a}, {b}{f', carry in {cin}' if carry_in else ''} and "
        f"sum {s}, but each nibble counts from 0 to 9. {tail} {build}",
    )
    extra = f" {cin}, if 1, adds one more." if carry_in else ""
    purpose = say(
        f"A shop till keeps amounts as decimal digits of four bits each. {a} and {b} are totalled "
        f"to {s}, again in decimal digits.{extra} {tail} {place} {build}",
        f"The mileage {a} of a vehicle is stored digit by digit in BCD, and so is a trip {b}. "
        f"Their sum, ready for the digit display, is {s}.{extra} {tail} {place} {build}",
        f"A pocket calculator never leaves decimal: each nibble is a digit. Its adder takes {a} "
        f"and {b} and hands {s} to the display.{extra} {tail} {place} {build}",
        f"Fuel pump with a digit display: the amount {b} goes on top of the amount {a}, both BCD "
        f"coded, giving {s} in BCD.{extra} {tail} {place} {build}",
        "A scoreboard stores points as BCD digits that drive its number wheels directly. New "
        f"points {b} are added to the old score {a}; {s} is the new score.{extra} {tail} {place} "
        f"{build}",
    )
    total = x + y + (bit if carry_in else 0)
    shown = f"{s} shows the digits {total % (top + 1):0{digits}d}"
    shown += f" and {cout} is {int(total > top)}" if carry_out else ""
    remark = laid_out(
        t,
        say(
            f"Two decimal numbers of {number(digits)} digit{'s' * (digits > 1)}, {a} and {b}, "
            "have to be added.",
            f"{s} is the decimal sum of {a} and {b}.",
            f"BCD addition, {a} plus {b}.",
        ),
        t.shuffled(
            [
                place,
                say(
                    "Inputs are proper BCD; nibbles above 9 do not occur.",
                    "No nibble of an operand exceeds 9.",
                ),
                tail,
                say(
                    f"{cin} is the carry into the units digit.",
                    f"A carry {cin} of 1 is added at the units.",
                )
                if carry_in
                else say("Nothing is carried into the units.", "A carry in does not exist."),
                build,
                say(
                    "In each place a sum of ten or more carries into the next one.",
                    f"The nibbles of {s} are decimal digits again.",
                ),
            ]
        ),
        f"Digits {x:0{digits}d} plus "
        f"{y:0{digits}d}{f' plus a carry of {bit}' if carry_in else ''}: {shown}.",
    )
    return spoken(t, short, purpose, remark)
