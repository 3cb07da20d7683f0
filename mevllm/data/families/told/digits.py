"""Decimal digits, their codes and their displays as people tell them."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Draw
from mevllm.data.families.literals import bits, number
from mevllm.data.families.told._words_combinational import laid_out, q, spoken

_PLACES = ("ones", "tens", "hundreds", "thousands")


def bcd_convert(
    t: Draw, *, back: bool, width: int, value: str, parts: Sequence[str], top: int
) -> tuple[str, ...]:
    """Binary to decimal digits or back; `parts` hold the digits, the ones first."""
    say, places = t.say, len(parts)
    value, digits = q(value), [q(part) for part in parts]
    order = list(zip(digits, _PLACES, strict=False))
    if parts[0] == "ones":
        where = say(
            "The digit ports are named after their places.", "Each digit has a port of its own."
        )
    else:
        where = say(
            f"Digits, from the ones up: {', '.join(digits)}.",
            f"{', '.join(f'{n} in {p}' for p, n in reversed(order))}.",
            f"Place by place, {', '.join(f'{p} for the {n}' for p, n in order)}.",
        )
    sample = t.int(10, min(10**places, 1 << width) - 1)
    split = [f"{p} = {sample // 10**i % 10}" for i, p in enumerate(digits)]
    if back:
        short = say(
            f"BCD to binary, {number(places)} digits onto {value}. {where}",
            f"{value} = {' + '.join(f'{10**i}*{p}' if i else p for i, p in enumerate(digits))}.",
            f"Convert {number(places)} decimal digits to a binary number {value}. {where}",
            f"Weighted sum of BCD digits (weights 1, 10, ...) on {value}. {where}",
            f"Decimal in, binary out: {value} is the number that the digits spell. {where}",
            f"Inverse of a binary-to-BCD converter, result {value}. {where} Digits are always "
            "valid.",
        )
        purpose = say(
            f"A row of thumbwheel switches gives {number(places)} decimal digits. The controller "
            f"calculates in binary and needs the number that is dialled, {value}. {where}",
            "A real-time clock chip keeps its registers in BCD. To compare one of them with a "
            f"binary constant it is converted to {value} first. {where}",
            f"A cash register keypad has collected {number(places)} digits, 0 to 9 each. {value} "
            f"is the amount in plain binary. {where}",
            "Old tape files hold their numbers digit by digit in four bits. The reader wants "
            f"{value}, the same number in binary. {where}",
            "A multimeter sends its reading as decimal digits; a filter that follows works on "
            f"the binary number {value}. {where}",
        )
        facts = [
            where,
            say(
                "Every place weighs ten times the one to its right.",
                "Weights are powers of ten.",
            ),
            say(
                "Only digits 0 to 9 are fed in.", "Nibbles above 9 need no care, they do not come."
            ),
            say(
                f"{value} can hold the largest number, {10**places - 1}.",
                f"The range is 0 to {10**places - 1}.",
            ),
        ]
        lead = say(
            f"{value} is the binary equivalent of a decimal number.",
            f"Turn {number(places)} decimal digits into {value}.",
        )
        example = f"{', '.join(reversed(split))} make {value} = {sample}."
    else:
        narrow = (
            say(
                f"The top digit has only {bits(top)} because it cannot be greater than "
                f"{((1 << width) - 1) // 10 ** (places - 1)}.",
                f"For the first digit, {bits(top)} suffice.",
            )
            if top < 4
            else ""
        )
        short = say(
            f"Binary to BCD: {value} to {number(places)} digits. {where} {narrow}",
            f"Double-dabble or any other way, split {value} into decimal digits. {where}",
            f"Decimal digits of the unsigned {value}, in 8421 code. {where} {narrow}",
            f"{value} in decimal, one digit per field. {where}",
            f"{where} These are the decimal digits of {value}, leading zeros included.",
            f"Divide {value} by ten again and again; the remainders are the BCD digits. {where}",
        )
        purpose = say(
            f"A digit display cannot show binary. {value} is therefore written in decimal, with "
            f"{number(places)} digits. {where} {narrow}",
            "The printer of a scale prints digit by digit, while the weight is a binary number "
            f"{value}. The converter supplies all {number(places)} digits, zeros in front too. "
            f"{where} {narrow}",
            f"A speed measured in binary, {value}, is sent to a sign with decimal wheels. Each "
            f"wheel receives its BCD digit. {where} {narrow}",
            f"To log {value} as text, its decimal digits are needed at the same time. {where} "
            f"{narrow} Unused leading digits are 0.",
            f"A quiz buzzer counts points in binary ({value}); the audience reads decimal. "
            f"{where} {narrow}",
        )
        facts = [
            where,
            narrow,
            say("Small numbers have zeros in front.", "Digits that are not needed are 0."),
            say(f"{value} has no sign.", f"The range is 0 to {(1 << width) - 1}."),
            say(
                "All digits are valid at once, without a clock.",
                "Each digit is a binary number from 0 to 9.",
            ),
        ]
        lead = say(
            f"Write {value} in decimal.",
            f"Find the {number(places)} decimal digits of {value}.",
            f"{value} has to be turned into BCD.",
        )
        example = f"{value} = {sample} has the digits {', '.join(reversed(split))}."
    return spoken(t, short, purpose, laid_out(t, lead, facts, example))


def seven_segments(
    t: Draw,
    *,
    digit: str,
    out: str,
    blank: str,
    low: bool,
    first_high: bool,
    shapes: Sequence[str],
    dash: bool,
) -> tuple[str, ...]:
    """A digit to the segments of a display; sixteen shapes are hexadecimal, ten decimal."""
    say, blanked, count = t.say, bool(blank), len(shapes)
    digit, out, blank = q(digit), q(out), q(blank)
    signs = "0123456789AbCdEF"[:count]
    style = t.int(0, 2)
    if style == 0:
        table = ", ".join(f"{n} = {s}" for n, s in zip(signs, shapes, strict=True))
    elif style == 1:
        table = "; ".join(f"{s} for {n}" for n, s in zip(signs, shapes, strict=True))
    else:
        dark = ["".join(c for c in "abcdefg" if c not in s) or "none" for s in shapes]
        table = "dark segments are " + ", ".join(
            f"{n}: {s}" for n, s in zip(signs, dark, strict=True)
        )
    order = (
        say(
            f"{out}[6] is segment a, down to {out}[0], segment g.",
            "Bit order from the left: a b c d e f g.",
            "Segment a sits in the top bit, g in bit 0.",
        )
        if first_high
        else say(
            f"{out}[0] is segment a, up to {out}[6], segment g.",
            "Bit order from the left: g f e d c b a.",
            "Segment a sits in bit 0, g in the top bit.",
        )
    )
    level = (
        say(
            "A 0 lights a segment (common anode).",
            "Segments are active low.",
            "Lit is 0, dark is 1.",
        )
        if low
        else say(
            "A 1 lights a segment (common cathode).",
            "Segments are active high.",
            "Lit is 1, dark is 0.",
        )
    )
    other = ""
    if count == 10:
        other = (
            say("Above 9 only segment g is lit.", "Codes 10 to 15 show a dash, segment g alone.")
            if dash
            else say("Above 9 nothing is lit.", "Codes 10 to 15 give a blank display.")
        )
    gate = (
        say(
            f"{blank} = 1 darkens everything.",
            f"While {blank} is high all segments are off, whatever the digit.",
            f"{blank}, active high, blanks the display with priority.",
        )
        if blanked
        else ""
    )
    notes = " ".join(t.shuffled([order, level, other, gate]))
    kind = "BCD" if count == 10 else "Hex"
    short = say(
        f"{kind} to seven-segment decoder, {digit} to {out}: {table}. {notes}",
        f"Drive a seven-segment digit {out} with {digit}. {notes} Shapes: {table}.",
        f"{notes} The glyphs for {digit} are these: {table}. They go to {out}.",
        f"Font ROM for one numeric digit, {digit} in, segments {out}. {table}. {notes}",
        f"Seven-segment glyphs on {out}, chosen by {digit} (segments a to g clockwise from the "
        f"top, g in the middle): {table}. {notes}",
        f"Display driver {digit} -> {out}. {notes} By digit, {table}.",
    )
    what = "0 to 9" if count == 10 else "0 to F"
    purpose = say(
        f"The clock on an oven shows its digits {what} with bars a to g. The driver for one place "
        f"gets {digit} and switches the bars by {out}: {table}. {notes}",
        f"A petrol pump has numeric places built of seven bars. For the value {digit} of a place, "
        f"{out} has to light bars so that one reads {what}: {table}. {notes}",
        f"On a development board, a display shows {digit} as a character {what}. The manual lists "
        f"the segments: {table}. {notes} The lines are {out}.",
        f"The floor indicator of a lift is made from one numeric element, driven by {out}. It "
        f"shows {digit}: {table}. {notes}",
        f"A lab timer needs readable digits {what}. Per place, {digit} is turned into the segment "
        f"lines {out}, as follows: {table}. {notes}",
    )
    if t.chance(0.5):
        words = [
            "".join(str(int((c in s) != low)) for c in ("abcdefg" if first_high else "gfedcba"))
            for s in shapes
        ]
        none = ["1" if low else "0"] * 7
        if dash:
            none[6 if first_high else 0] = "0" if low else "1"
        blank_word = ("1" if low else "0") * 7
        facts = [
            f"{', '.join(f'{n} {w}' for n, w in zip(signs, words, strict=True))}.",
            say(
                f"Everything above 9 gives {''.join(none)}.",
                f"A {digit} of 10 or more produces {''.join(none)}.",
            )
            if count == 10
            else "",
            say(
                f"{blank} = 1 overrules this with {blank_word}.",
                f"If {blank} is high, {out} is {blank_word} for any digit.",
            )
            if blanked
            else "",
        ]
        lead = say(
            f"{out} (seven bits, most significant first) for each value of {digit}.",
            f"Translate {digit} to the seven-bit patterns for {out}, written from bit 6 to bit 0.",
        )
    else:
        facts = [f"Segments by digit: {table}.", *t.shuffled([order, level, other, gate])]
        lead = say(
            f"Show {digit} on a seven-segment element.",
            f"{out} lights the segments that make up {digit}.",
        )
    return spoken(t, short, purpose, laid_out(t, lead, facts))


def digit_code(
    t: Draw,
    *,
    source: str,
    target: str,
    codes: tuple[Sequence[int], Sequence[int]],
    code: str,
    out: str,
    flag: str,
    other: int,
) -> tuple[str, ...]:
    """A decimal digit from one code to another; source and target are the words for the codes."""
    say, flagged = t.say, bool(flag)
    code, out, flag = q(code), q(out), q(flag)
    source, target = (
        s.replace("minus the digit)", "minus the digit, in BCD)") for s in (source, target)
    )
    pairs = [(f"{a:04b}", f"{b:04b}") for a, b in zip(*codes, strict=True)]
    known = [a for a, _ in pairs]
    wrong = [f"{n:04b}" for n in range(16) if f"{n:04b}" not in known]
    rest = say(
        f"Words that stand for no digit give {other:04b}.",
        f"The other six words, {', '.join(wrong)}, produce {other:04b}.",
        f"{other:04b} is the answer to an invalid word.",
    )
    told = (
        say(
            f"{flag} is 1 for invalid words, 0 for digits.",
            f"Invalid words also set {flag}, valid ones leave it 0.",
            f"{flag} marks a word that is not in the source code.",
        )
        if flagged
        else ""
    )
    style = t.int(0, 2)
    if style == 0:
        table = ", ".join(f"{a}->{b}" for a, b in pairs)
    elif style == 1:
        table = f"from 0 to 9 {', '.join(b for _, b in pairs)} (for {', '.join(known)})"
    else:
        table = "; ".join(f"{b} for {a}" for a, b in pairs)
    short = say(
        f"Digit recoder, {source} on {code} to {target} on {out}. {rest} {told}",
        f"{code} holds a decimal digit in {source}; make it {target} on {out}. {rest} {told}",
        f"Code converter for one decimal digit: {table}, {code} to {out}. {rest} {told}",
        f"{rest} {told} A digit in {source} on {code} appears on {out} in {target}.",
        f"Ten-entry table from {code} to {out}, {table}. {rest} {told}",
        f"Translate {code} from {source} to {target}, result {out}. {told} {rest}",
    )
    purpose = say(
        f"Two instruments exchange decimal digits but use different codes, one {source} and the "
        f"other {target}. The adapter for one digit gets {code} and delivers {out}. {rest} {told}",
        f"An old decimal computer works inside with {target}. Digits come from its console as "
        f"{code} in {source}, and {out} goes to the arithmetic unit. {rest} {told}",
        f"A museum restores a counter whose wheels speak {source}. Visitors' electronics expects "
        f"each digit in {target}: {code} in, {out} out, {table}. {rest} {told}",
        f"A telegraph channel carries digits in {target}. The sender has them in {source}, on "
        f"{code}, and puts the recoded digit on {out}. {rest} {told}",
        f"For a comparison of digit codes, a demonstrator shows a digit {code}, given in "
        f"{source}, on lamps {out} in {target}. {rest} {told}",
    )
    pick = t.int(0, 9)
    remark = laid_out(
        t,
        say(
            f"Recode the digit on {code} for {out}.",
            f"{out} is the digit of {code} in another code.",
            f"One decimal digit changes its code, {code} to {out}.",
        ),
        [
            say(
                f"Source: {source}. Target: {target}.",
                f"{code} uses {source} and {out} uses {target}.",
            ),
            f"Word by word: {table}." if t.chance(0.6) else "",
            rest,
            told,
        ],
        f"{pairs[pick][0]} is turned into {pairs[pick][1]}.",
    )
    return spoken(t, short, purpose, remark)
