"""Counts of bits, Gray code and one-hot indices as people tell them."""

from __future__ import annotations

from mevllm.data.draw import Draw
from mevllm.data.families.literals import binary, decimal, number
from mevllm.data.families.told import weights
from mevllm.data.families.told._words_combinational import an, laid_out, q, spoken

popcount = weights.popcount


def zero_count(
    t: Draw, width: int, leading: bool, digit: int, word: str, out: str, flag: str
) -> tuple[str, ...]:
    """Leading or trailing zeros or ones; `flag` is empty without a flag."""
    say, flagged = t.say, bool(flag)
    word, out, flag = q(word), q(out), q(flag)
    noun, other = ("ones", "0") if digit else ("zeros", "1")
    side, end = ("leading", "most") if leading else ("trailing", "least")
    short_name = ("CL" if leading else "CT") + ("O" if digit else "Z")
    told = (
        say(
            f"{flag} is 1 if there is no {other} in the whole word.",
            f"An all-{noun} word is flagged by {flag}.",
            f"{flag} = 1 marks the case that all {width} bits are {digit}.",
        )
        if flagged
        else ""
    )
    full = say(
        f"All {noun} counts as {width}.",
        f"Without any {other} the count is {width}.",
        f"A word of {noun} only makes {out} {width}.",
    )
    short = say(
        f"Count {side} {noun} of {word} onto {out}. {full} {told}",
        f"{short_name} instruction: {side} {noun} of {word} to {out}. {full} {told}",
        f"How many {digit}s stand at the {'left' if leading else 'right'} end of {word} before "
        f"the first {1 - digit}? Answer on {out}. {full} {told}",
        f"Length of the run of {noun} that begins at bit {width - 1 if leading else 0} of {word}, "
        f"reported on {out}. {full} {told}",
        f"{full} {told} In general {out} is the number of {side} {noun} in {word}.",
        f"{side}-{'one' if digit else 'zero'} counter: {word} in, count {out} out. {full} {told}",
    )
    purpose = say(
        f"Before a shift unit can normalise {word}, it has to know the distance {out}: the number "
        f"of {noun} from the {end} significant bit up to the first {other}. {full} {told}",
        f"A scheduler keeps its slots as bits of {word}. Starting at bit "
        f"{width - 1 if leading else 0}, the unbroken row of {noun} has the length {out}. {full} "
        f"{told}",
        f"A run-length coder looks at {word} from its {end} significant end and sends first how "
        f"many {noun} stand there in a row, {out}. {full} {told}",
        f"The prefix of a variable-length code consists of {noun}, ended by a {other}. The code "
        "arrives "
        f"{'at the top' if leading else 'at the bottom'} of {word} ({end} significant bit first), "
        f"and {out} is the length of the prefix. {full} {told}",
        f"To judge how full a stack of {width} flags is, a monitor counts the uninterrupted "
        f"{noun} of {word} from bit {width - 1 if leading else 0} "
        f"{'downwards' if leading else 'upwards'} and shows {out}. {full} {told}",
    )
    run = t.int(0, width - 1)
    text = str(digit) * run + str(1 - digit)
    text += "".join(str(t.int(0, 1)) for _ in range(width - run - 1))
    text = text if leading else text[::-1]
    remark = laid_out(
        t,
        say(
            f"{out} counts the {noun} at the {'upper' if leading else 'lower'} end of {word}.",
            f"Look for the first {other} in {word}, from the {end} significant end.",
            f"Measure a run of {noun} in {word}.",
        ),
        t.shuffled(
            [
                say(
                    f"Begin at the {end} significant bit and stop at the first {1 - digit}.",
                    f"Only the {noun} before the first {other} count, seen from bit "
                    f"{width - 1 if leading else 0}.",
                ),
                full,
                told,
                say(
                    f"If bit {width - 1 if leading else 0} is {other} already, {out} is 0.",
                    f"Further {noun} behind the first {other} do not count.",
                ),
            ]
        ),
        f"{width}'b{text} gives {out} = {run}." if width <= 32 else "",
    )
    return spoken(t, short, purpose, remark)


def gray(t: Draw, kind: str, width: int, word: str, out: str, mode: str) -> tuple[str, ...]:
    """Binary to Gray code, back, either by a mode, or the next code word."""
    say = t.say
    word, out, mode = q(word), q(out), q(mode)
    value = t.bits(width)
    plain, coded = binary(width, value), binary(width, value ^ value >> 1)
    after = (value + 1) % (1 << width)
    what, example = {
        "to": (
            (
                f"the Gray code of the binary {word}",
                f"{word} converted from binary to reflected Gray code",
            ),
            f"{plain} becomes {coded}.",
        ),
        "from": (
            (
                f"the binary number for the Gray code word {word}",
                f"{word} converted from reflected Gray code to plain binary",
            ),
            f"{coded} becomes {plain}.",
        ),
        "mode": (
            (
                f"{word} after conversion, binary to Gray for {mode} = 0 and Gray to binary for "
                f"{mode} = 1",
                f"the Gray code of {word} while {mode} is low, and its decoded binary value "
                f"(taking {word} as Gray code) while {mode} is high",
            ),
            f"With {mode} = 0, {plain} becomes {coded}; with {mode} = 1, {coded} becomes {plain}.",
        ),
        "next": (
            (
                f"the Gray code word that follows {word} in counting order",
                f"the cyclic successor of {word} in the reflected Gray code",
            ),
            f"{coded} is followed by {binary(width, after ^ after >> 1)}.",
        ),
    }[kind]
    told = say(*what)
    encode = say(
        "Encoding XORs the number with itself shifted right by one.",
        "In the encoder, the top bit is copied and every lower bit is XORed with its upper "
        "neighbour.",
    )
    decode = say(
        "Decoding XORs each bit with all bits above it.",
        "In the decoder, a result bit is the parity of its own Gray bit and all those to the left.",
    )
    wrap = say(
        "The last word is followed by zero.",
        f"It wraps: after {binary(width, 1 << (width - 1))} comes all zeros.",
    )
    how = {"to": (encode,), "from": (decode,), "mode": (encode, decode), "next": (wrap,)}[kind]
    title = {
        "to": "binary-to-Gray encoder",
        "from": "Gray-to-binary decoder",
        "mode": "two-way Gray converter",
        "next": "Gray code incrementer",
    }[kind]
    extra = {"mode": f"{mode}: 0 encodes, 1 decodes.", "next": wrap}.get(kind, "Reflected code.")
    short = say(
        f"{width}-bit {title}, {word} to {out}. {extra}",
        f"{out} is {told}.{f' {wrap}' if kind == 'next' else ''}",
        f"Standard reflected Gray code. On {out} we need "
        f"{told}.{f' {wrap}' if kind == 'next' else ''}",
        f"Deliver {told} on {out}. {' '.join(how)}",
        f"{' '.join(how)} So {out} gets {told}.",
        f"{title}: {out} shows {told}, {width} bits. {wrap if kind == 'next' else ''}",
    )
    settings = {
        "to": (
            "A pointer has to cross into another clock domain, where a change of several bits at "
            "a time would be read wrongly",
            "The positions of a printed code disc are prepared by a drawing program",
            "An address bus shall switch as few lines as possible when it counts",
            "A Karnaugh map editor labels its rows in an order in which neighbours differ in one "
            "bit",
            "A test generator steps through all words with a single bit changing each time",
        ),
        "from": (
            "A shaft encoder with a Gray coded disc reports its angle",
            "A write pointer arrives Gray coded from the other clock domain and is needed for a "
            "subtraction",
            "A flash converter delivers its result in Gray code to avoid sparkle errors",
            "A float in a tank moves a code bar in reflected Gray code",
            "A wind vane sends its direction as a reflected Gray word",
        ),
        "mode": (
            "One converter serves both directions of a clock-domain crossing",
            "A calibration rig writes code discs and reads them as well",
            "A data logger stores angles in Gray code and prints them in binary",
            "A coprocessor offers Gray encoding and decoding as two instructions",
            "A lab exercise board demonstrates reflected Gray code in both directions",
        ),
        "next": (
            "A counter is built whose register holds Gray code, and its next state is needed",
            "An angle sensor is predicted one step ahead in its own Gray code",
            "A FIFO keeps its pointers Gray coded and must compute the advanced one",
            "A sequencer visits the settings of an attenuator in Gray order and looks up which "
            "comes next",
            "A drawing program for code discs goes from sector to sector",
        ),
    }[kind]
    purpose = f"{say(*settings)}. " + say(
        f"From {word} the unit forms {out}, which is {told}. {' '.join(how)}",
        f"Required on {out} is {told}. {say(*how)}{f' {wrap}' if kind == 'next' else ''} No clock "
        "is used for this.",
        f"Hence {out} must be {told}, all {width} bits of it. {' '.join(how)}",
    )
    remark = laid_out(
        t,
        say(f"{out} is {told}.", f"Produce {told}, on {out}."),
        [
            *how,
            say(
                f"Words have {width} bits.",
                "Gray code here is the usual reflected one, 0 being all zeros.",
            ),
            say("No storage is involved.", "The conversion is done by gates alone."),
        ],
        example,
    )
    return spoken(t, short, purpose, remark)


def one_hot_index(
    t: Draw, width: int, size: int, word: str, out: str, flag: str, other: int
) -> tuple[str, ...]:
    """A one-hot word to the index of its bit; `flag` is empty without a flag."""
    say, flagged = t.say, bool(flag)
    word, out, flag = q(word), q(out), q(flag)
    told = (
        say(
            f"{flag} is 1 in these cases only.",
            f"Such words are also reported by {flag} = 1.",
            f"{flag} goes high for them and is low for a proper code.",
        )
        if flagged
        else ""
    )
    wrong = say(
        f"Anything that is not one-hot, zero included, gives {other}.",
        f"Zero or several ones: {out} = {decimal(size, other)}.",
        f"For words with no 1 or more than one 1, {out} is {other}.",
    )
    short = say(
        f"One-hot to binary, {word} to {out}, bit 0 being index 0. {wrong} {told}",
        f"{width}-line encoder without priority: {out} is the number of the only line of {word} "
        f"that is high. {wrong} {told}",
        f"Encode the position of the single 1 in {word} on {out}. {wrong} {told}",
        f"{out} = log2 of {word} for powers of two. {wrong} {told}",
        f"The inverse of a {width}-line decoder, lines {word}, number {out}. {wrong} {told}",
        f"{wrong} {told} If {word} is a proper one-hot word, {out} is the index of its 1.",
    )
    purpose = say(
        f"A keypad row delivers {word}, one line for each of {width} keys, numbered like the "
        f"bits. Normally one key is down and its number goes to {out}. {wrong} {told}",
        f"The state register {word} of a one-hot machine is shown on a debug display as a state "
        f"number {out}: state i has bit i set. {wrong} {told}",
        f"{width} stations of a conveyor have a light barrier each, together {word}. There is one "
        f"box on the belt and {out} tells at which station it is (from 0, the rightmost bit). "
        f"{wrong} {told}",
        f"A rotary switch connects one of {width} contacts to the supply; contact i is bit i of "
        f"{word}. The position, a number, is needed on {out}. {wrong} {told}",
        f"An arbiter's grant lines {word}, of which one should be high, are logged as a number "
        f"{out}, line 0 as 0. {wrong} {told}",
    )
    pick = t.int(0, width - 1)
    extra = 1 << pick | 1 << (pick + 1) % width
    remark = laid_out(
        t,
        say(
            f"{word} is expected to be a one-hot word of {number(width)} bits.",
            f"Convert one-hot {word} to a number {out}.",
            f"{an(f'{width}-to-{size} encoder')} that insists on one-hot words.",
        ),
        [
            say(
                f"{out} is the index of the bit that is 1, the least significant bit being 0.",
                f"If only bit i of {word} is high, {out} is i.",
            ),
            wrong,
            told,
        ],
        f"{binary(width, 1 << pick)} is {pick}, while {binary(width, extra)} is not one-hot and "
        f"makes {out} {other}.",
    )
    return spoken(t, short, purpose, remark)
