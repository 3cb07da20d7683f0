"""Decoders, lookups by code and priority encoders as people tell them."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Draw
from mevllm.data.families.literals import binary, number
from mevllm.data.families.told._words_combinational import an, laid_out, q, spoken


def decoder(
    t: Draw,
    *,
    lines: int,
    count: int,
    code: str,
    out: str,
    enable: str,
    enable_low: bool,
    low: bool,
) -> tuple[str, ...]:
    """A binary code to one active line; `enable` is empty without an enable."""
    say, gated = t.say, bool(enable)
    code, out, enable = q(code), q(out), q(enable)
    active, idle = ("0", "1") if low else ("1", "0")
    level = (
        say("active low", f"{idle} at rest, 0 when chosen")
        if low
        else say("active high", "one-hot")
    )
    en_on = 0 if enable_low else 1
    gate = (
        say(
            f"{enable} enables it, active {'low' if enable_low else 'high'}; disabled, every line "
            f"is {idle}.",
            f"With {enable} at {1 - en_on} no line is active, so {out} is all "
            f"{'ones' if low else 'zeros'}.",
            f"Lines become active only while {enable} is {en_on}; the rest of the time all of "
            f"them are {idle}.",
        )
        if gated
        else ""
    )
    spare = (
        say(
            f"Codes {count} and up have no line and activate nothing (all {idle}).",
            f"There are only {count} lines; a larger code leaves every one of them {idle}.",
        )
        if count < 1 << lines
        else ""
    )
    more = " ".join(t.shuffled([gate, spare]))
    short = say(
        f"{lines}-to-{count} decoder, {code} to {out}, {level}. {more}",
        f"Binary to one-{'cold' if low else 'hot'}: bit {code} of {out} is {active}, the others "
        f"{idle}. {more}",
        f"Decode {code} onto the {count} lines of {out} (line i is bit i, active at {active}). "
        f"{more}",
        f"Exactly the bit of {out} whose index is {code} goes to {active}, against {idle} "
        f"elsewhere. {more}",
        f"{an(f'{number(count)}-line')} address decoder with "
        f"{'active-low' if low else 'active-high'} lines {out}, address {code}. {more}",
        f"{out} = {'~' * low}(1 << {code}) in {count} bits. {more}",
        f"Line decoder in the style of the TTL parts, code {code}, lines {out} "
        f"{'low' if low else 'high'} when chosen. {more}",
    )
    purpose = say(
        f"A memory board has {count} chips and {code} says which one is meant. Its select line, "
        f"the bit of {out} with that number, must be {active}; chips not meant see {idle}. {more}",
        f"A display with {count} columns is driven one column at a time. The scan counter "
        f"supplies {code} and {out} drives the columns: {active} for the column whose number it "
        f"is, {idle} for all others. {more}",
        f"In the register file, the write address {code} has to become one write line per "
        f"register, {out}. The line of the addressed register is {active} and the remaining lines "
        f"are {idle}. {more}",
        f"A row of {count} relays is controlled by a number {code}. Relay i hangs on bit i of "
        f"{out}; {active} pulls it in, {idle} lets go, and the numbered relay alone is pulled in. "
        f"{more}",
        f"Front panel: {code} is the number of the chosen programme, and one of {count} lamps, "
        f"wired to {out}, shows it. A lamp is lit by {active} and dark by {idle}; lamp 0 is on "
        f"bit 0. {more}",
    )
    pick = t.int(0, count - 1)
    word = binary(count, (1 << pick) ^ ((1 << count) - 1 if low else 0))
    remark = laid_out(
        t,
        say(
            f"{code} has to be decoded to {count} lines.",
            f"Each value of {code} from 0 to {count - 1} has a line of its own in {out}.",
            f"Turn the number {code} into a position in {out}.",
        ),
        [
            say(
                f"The line with the number {code} is {active}.",
                f"A line is {active} when its number is on {code}.",
            ),
            say(f"All the other lines are {idle}.", f"Lines not chosen stay at {idle}."),
            gate,
            spare,
            say(
                f"Line 0 is the rightmost bit of {out}.",
                f"Lines are numbered like the bits of {out}.",
            ),
        ],
        f"{code} = {pick} yields {out} = {word}{f' while {enable} is {en_on}' if gated else ''}.",
    )
    return spoken(t, short, purpose, remark)


def case_lookup(
    t: Draw,
    *,
    noun: str,
    code: str,
    out: str,
    valid: str,
    pairs: Sequence[tuple[str, str]],
    other: str,
) -> tuple[str, ...]:
    """Codes to values; `pairs` and `other` are literals, `valid` is empty without a flag."""
    say, flagged = t.say, bool(valid)
    code, out, valid = q(code), q(out), q(valid)
    style = t.int(0, 3)
    if style == 0:
        table = "; ".join(f"{c} -> {v}" for c, v in pairs)
    elif style == 1:
        table = ", ".join(f"{v} for {c}" for c, v in pairs)
    elif style == 2:
        table = ", ".join(f"{c} becomes {v}" for c, v in pairs)
    else:
        table = ", ".join(f"({c}, {v})" for c, v in pairs)
    what = say("code, value", f"{noun}, result") if style == 3 else ""
    table += f" (pairs are {what})" if what else ""
    flag = (
        say(
            f"{valid} is 1 for the codes listed and 0 for the rest.",
            f"A listed code also raises {valid}, low otherwise.",
            f"{valid} distinguishes hits (1) from misses (0).",
        )
        if flagged
        else ""
    )
    rest = say(
        f"A code that is not listed gives {other}.",
        f"The default is {other}.",
        f"Codes outside the list give {other}.",
        f"On a miss {out} reads {other}.",
    )
    short = say(
        f"ROM-style lookup, {code} to {out}: {table}. {rest} {flag}",
        f"Case statement on {code} for {out}, without a latch. {table}. {rest} {flag}",
        f"Map {code} onto {out}. {rest} {flag} Table: {table}.",
        f"{out} as a function of {code}: {table}. {rest} {flag}",
        f"Constant table with {number(len(pairs))} entries, looked up by {code}, result {out}. "
        f"{table}. {rest} {flag}",
        f"{rest} {flag} These {noun}s on {code} have a value of their own on {out}: {table}.",
    )
    purpose = say(
        f"Two boards number the same things differently. The adapter between them receives {code} "
        f"and must send {out} on: {table}. {rest} {flag}",
        f"A boot loader recognises its {number(len(pairs))} request words on {code} and answers "
        f"each with a fixed reply on {out}, without delay: {table}. {rest} {flag}",
        f"For an event recorder, the {noun} {code} is condensed to a short mark {out}. The marks "
        f"are {table}. {rest} {flag}",
        f"A configuration strap {code} is turned into a calibration constant {out} that was "
        f"measured once and is burnt in: {table}. {rest} {flag}",
        f"A label printer turns the {noun} {code} into the number of a stored label, {out}. "
        f"Stored labels: {table}. {rest} {flag}",
    )
    form = t.int(0, 2)
    if form == 0:
        lines = "\n".join(f"{c},{v}" for c, v in t.shuffled(pairs))
        head = f"The lookup from {code} to {out}, as comma-separated values (code first):"
        remark = f"{head}\n\n{lines}\n\n{rest} {flag}"
    elif form == 1:
        lines = "\n".join(f"{c} => {v}" for c, v in pairs)
        head = say("Combinational translation table", "What is stored where")
        end = flag or say("Nothing is remembered between lookups.", "Every code has a result.")
        remark = f"{head} ({code} => {out}):\n\n{lines}\nelse => {other}\n\n{end}"
    else:
        groups: dict[str, list[str]] = {}
        for c, v in pairs:
            groups.setdefault(v, []).append(c)
        facts = [f"{out} is {v} for {code} = {' or '.join(cs)}." for v, cs in groups.items()]
        lead = say(
            f"Look up {code} and show the result on {out}.",
            f"{out} depends on {code} alone.",
            f"{code} selects a constant for {out}.",
        )
        remark = laid_out(t, lead, [*t.shuffled(facts), rest, flag])
    return spoken(t, short, purpose, remark)


def priority_encoder(
    t: Draw,
    *,
    width: int,
    lowest: bool,
    request: str,
    out: str,
    valid: str,
    none: int,
    inverted: bool,
) -> tuple[str, ...]:
    """The index of the lowest or highest active bit; `valid` is empty without a flag."""
    say, flagged = t.say, bool(valid)
    request, out, valid = q(request), q(out), q(valid)
    bit = "0" if inverted else "1"
    end, side = ("lowest", "least") if lowest else ("highest", "most")
    polarity = say(f"Lines are active {'low' if inverted else 'high'}.", f"A {bit} is a request.")
    flag = (
        say(
            f"{valid} is 1 if there is any {bit} at all.",
            f"{valid} goes low only when no bit is {bit}.",
            f"Whether some line is active is told by {valid}.",
        )
        if flagged
        else ""
    )
    empty = say(
        f"No active bit: {out} = {none}.",
        f"With nothing active {out} is {none}.",
        f"If no bit is {bit}, {none} is delivered.",
    )
    short = say(
        f"{width}-input priority encoder, {end} index wins, {request} to {out}. {polarity} "
        f"{empty} {flag}",
        f"Index of the {side} significant {bit} in {request}, onto {out}. {empty} {flag}",
        f"Find {'first' if lowest else 'last'} {'clear' if inverted else 'set'} bit of {request}, "
        f"counting positions from bit 0; result {out}. {empty} {flag}",
        f"{out} names the active line of {request} with the {end} number. {polarity} {empty} "
        f"{flag}",
        f"Scan {request} from bit {0 if lowest else width - 1} "
        f"{'upwards' if lowest else 'downwards'} and report the position of the first {bit} on "
        f"{out}. {empty} {flag}",
        f"Bit {0 if lowest else width - 1} of {request} has the highest priority, bit "
        f"{width - 1 if lowest else 0} the lowest. Encode the winner's number on {out}. "
        f"{polarity} {empty} {flag}",
    )
    purpose = say(
        f"{width} devices share an interrupt controller through {request}. {polarity} The one "
        f"with the {end} number is served before all others, and its number is put on {out}. "
        f"{empty} {flag}",
        f"A nurse call panel has {width} buttons on {request}. {polarity} If several rooms call, "
        f"the display {out} shows the {end} room number (rooms count from 0, like the bits). "
        f"{empty} {flag}",
        f"A memory manager keeps one bit per block in {request}, {bit} meaning free. The "
        f"allocator always takes the free block with the {end} number and needs that number, "
        f"{out}. {empty} {flag}",
        f"A comparator chain of a converter delivers {request}. The position of its {end} {bit} "
        f"is the measured value {out}, with position 0 at the right. {empty} {flag}",
        f"On an alarm board {request} collects {width} alarms. {polarity} The one on the {end} "
        f"bit is the gravest; its bit number goes to {out}, whatever else is active. {empty} "
        f"{flag}",
    )
    value = t.int(1, (1 << width) - 2)
    seen = value ^ ((1 << width) - 1) if inverted else value
    at = (seen & -seen).bit_length() - 1 if lowest else seen.bit_length() - 1
    remark = laid_out(
        t,
        say(
            f"{out} encodes which bit of {request} comes first.",
            f"From all active bits of {request}, pick the {end} one and give its number on {out}.",
            f"Encode {request} with priority.",
        ),
        t.shuffled(
            [
                say(f"Active means {bit}.", polarity),
                say(
                    f"The {end} numbered active bit beats the others.",
                    f"Bits {'above' if lowest else 'below'} the winner do not matter.",
                ),
                empty,
                flag,
                say(
                    "Numbering starts with 0 at the least significant bit.",
                    f"The number is that of the bit in {request}, rightmost 0.",
                ),
            ]
        ),
        f"{binary(width, value)} on {request} leads to {out} = "
        f"{at}{f', {valid} = 1' if flagged else ''}.",
    )
    return spoken(t, short, purpose, remark)
