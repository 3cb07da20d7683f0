"""Adders and subtractors as people tell them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mevllm.data.draw import Draw
from mevllm.data.families.literals import listed, number, signed
from mevllm.data.families.told._words_combinational import an, laid_out, q, spoken


def adder(
    t: Draw, *, width: int, minus: bool, names: Sequence[str], cin: str, s: str, o: str, size: int
) -> tuple[str, ...]:
    """Sums of several numbers and differences of two."""
    say = t.say
    return (_difference if minus else _sum)(t, say("", "unsigned "), width, names, cin, s, o, size)


def _sum(
    t: Draw, kind: str, width: int, names: Sequence[str], cin: str, s: str, o: str, size: int
) -> tuple[str, ...]:
    say, terms, many = t.say, listed(names), number(len(names))
    formula = " + ".join(q(n) for n in (*names, *([cin] if cin else [])))
    carried, s, o, c = bool(o), q(s), q(o), q(cin)
    if carried:
        tail = say(
            f"{o} is the carry out.",
            f"What does not fit into {s}, the carry, appears on {o}.",
            f"Carry out of the top bit: {o}.",
        )
    elif size > width:
        tail = say(
            f"{s} has room for every possible total.",
            f"No carry gets lost: {s} is {size} bits wide for that reason.",
            f"Keep all {size} bits of the sum.",
        )
    else:
        tail = say(
            f"The sum wraps modulo 2^{width}.",
            f"No carry out; {s} just keeps the low {width} bits.",
            "Carries beyond the top bit are lost without notice, so the total may wrap.",
        )
    short = say(
        f"{s} = {formula}, {kind}{width}-bit operands. {tail}",
        f"{an(f'{width}-bit {kind}adder')} with {many} operands, "
        f"{terms}{f', and carry in {c}' if cin else ''}; the sum goes to {s}. {tail}",
        f"The grand total of {terms}{f' and the carry in {c}' if cin else ''} belongs on {s}. "
        f"{tail}",
        f"Plain binary addition: {formula}. Total to {s}. {tail}",
        f"I want the total of {terms} on {s}{f', one more if {c} is set' if cin else ''}. {tail}",
        f"{tail} Otherwise this is an ordinary adder, {formula} onto {s}.",
        f"Adder. Operands {terms}{f', carry input {c}' if cin else ', no carry in'}, result {s}. "
        f"{tail}",
    )
    more = f" If {c} is high, one more is added." if cin else ""
    purpose = say(
        f"{many.capitalize()} gates of a stadium report how many visitors passed in the last "
        f"minute, as plain binary counts {terms}. The control room shows their total {s}.{more} "
        f"{tail}",
        f"An energy meter adds up the pulse counts of {many} phases or channels, {terms}, for its "
        f"display value {s}.{more} {tail}",
        f"When a packet is put together from {many} pieces, its length {s} is the sum of the "
        f"lengths {terms}.{more} Lengths are never negative. {tail}",
        f"For a histogram the hit counts of {many} neighbouring bins, {terms}, are merged into "
        f"one bin {s}, that is, added.{more} {tail}",
        f"A warehouse counter merges the stock figures {terms} of {many} shelves into {s}.{more} "
        f"{tail}",
        f"The datapath of a small processor needs its adder: {s} receives {terms} added together "
        f"as unsigned numbers.{more} {tail}",
    )
    values = [t.bits(width) for _ in names]
    total, given = (
        sum(values),
        ", ".join(f"{q(n)} = {v}" for n, v in zip(names, values, strict=True)),
    )
    if cin:
        bit = t.int(0, 1)
        total, given = total + bit, f"{given}, {c} = {bit}"
    result = f"{s} = {total & (1 << size) - 1}" + (
        f" and {o} = {total >> width}" if carried else ""
    )
    remark = laid_out(
        t,
        say(
            f"{terms} are to be added.",
            f"Form the sum of {terms} and put it on {s}.",
            f"The block totals {many} numbers.",
        ),
        t.shuffled(
            [
                say("All numbers count from zero up (no sign).", "Operands and sum are unsigned."),
                say(
                    f"{c}, the carry input, has the weight of bit 0.",
                    f"A 1 on {c} makes the sum larger by one.",
                )
                if cin
                else say("There is no carry in.", f"Nothing but {terms} enters the sum."),
                tail,
                say(f"The answer is {s}.", f"Result: {formula}, delivered on {s}."),
            ]
        ),
        say(
            f"With {given} we get {result}.",
            f"{given} must give {result}.",
            f"Try {given}: {result}.",
        ),
    )
    return spoken(t, short, purpose, remark)


def _difference(
    t: Draw, kind: str, width: int, names: Sequence[str], cin: str, s: str, o: str, size: int
) -> tuple[str, ...]:
    say, a, b = t.say, q(names[0]), q(names[1])
    formula = " - ".join(q(n) for n in (*names, *([cin] if cin else [])))
    carried, s, o, c = bool(o), q(s), q(o), q(cin)
    if carried:
        tail = say(
            f"{o} is the borrow out.",
            f"{o} goes high when the true difference is below zero, and {s} has wrapped then.",
            f"If more is subtracted than there is, borrow {o} is 1; {s} is the difference modulo "
            f"2^{width}.",
        )
    else:
        tail = say(
            f"Below zero it wraps modulo 2^{width}.",
            f"{s} keeps the low {size} bits, without a borrow out.",
            "A negative difference simply wraps around.",
        )
    short = say(
        f"{s} = {formula}, {kind}{width} bits. {tail}",
        f"{an(f'{width}-bit {kind}subtractor')}: minuend {a}, subtrahend "
        f"{b}{f', borrow in {c}' if cin else ''}, difference {s}. {tail}",
        f"Take {b} away from {a}{f' (and one more if the borrow in {c} is set)' if cin else ''}; "
        f"that is {s}. {tail}",
        f"How much larger {a} is than {b}{f', less the borrow {c}' if cin else ''} goes to {s}. "
        f"{tail}",
        f"Subtractor, {formula} onto {s}. {tail}",
        f"{tail} {s} itself is {a} less {b}{f' less {c}' if cin else ''} in plain binary.",
    )
    more = f" One more goes off if {c} is 1." if cin else ""
    purpose = say(
        f"A ticket machine knows how many tickets it was loaded with ({a}) and how many it has "
        f"sold ({b}). {s} is what must be left.{more} {tail}",
        f"To measure a delay, the earlier time stamp {b} is subtracted from the later one {a}; "
        f"the elapsed ticks are {s}.{more} {tail}",
        f"A tank gauge reports the level before ({a}) and after ({b}) dispensing. The amount "
        f"drawn, {s}, is the first minus the second.{more} {tail}",
        f"Free space of a buffer: capacity {a} minus occupancy {b}, shown on {s}.{more} {tail}",
        f"A card reader works out the new balance {s}: the old one, {a}, reduced by the fare "
        f"{b}.{more} {tail}",
    )
    values = [t.bits(width), t.bits(width)]
    left, given = values[0] - values[1], f"{a} = {values[0]}, {b} = {values[1]}"
    if cin:
        bit = t.int(0, 1)
        left, given = left - bit, f"{given}, {c} = {bit}"
    result = f"{s} = {left & (1 << width) - 1}" + (f" and {o} = {int(left < 0)}" if carried else "")
    remark = laid_out(
        t,
        say(
            f"Subtract {b} from {a}.",
            f"{a} minus {b} is wanted on {s}.",
            f"The block reduces {a} by {b}.",
        ),
        t.shuffled(
            [
                say("The operands are numbers without a sign.", "Read both operands as unsigned."),
                say(
                    f"The borrow input {c} takes off another one.",
                    f"{c} = 1 lowers the result by one.",
                )
                if cin
                else say("No borrow comes in.", f"{a} and {b} are all that matters."),
                tail,
                say(f"{s} shows the difference.", f"In short: {formula} on {s}."),
            ]
        ),
        say(f"For {given} expect {result}.", f"{given} must lead to {result}."),
    )
    return spoken(t, short, purpose, remark)


def add_subtract(
    t: Draw, *, width: int, a: str, b: str, sub: str, r: str, flags: Mapping[str, str], low: bool
) -> tuple[str, ...]:
    """An adder-subtractor; `flags` are the outputs by meaning, `low` says that 0 subtracts."""
    say = t.say
    on, off = (0, 1) if low else (1, 0)
    given = [t.bits(width), t.bits(width), t.int(0, 1)]
    a, b, sub, r = (q(n) for n in (a, b, sub, r))
    wordings = {
        "carry": (
            "{f} is the adder's raw carry out; subtracting adds the complement plus one, so there "
            "it means no borrow.",
            "{f}: carry out of "
            + f"{a} + {b}, or of {a} + ~{b} + 1 in a subtraction (a borrow is 0 then).",
        ),
        "overflow": (
            "{f} flags two's complement overflow.",
            "{f} tells that the signed result does not fit.",
            "{f} is signed overflow.",
        ),
        "zero": ("{f} is set for a zero result.", "{f} = 1 if " + r + " is all zeros."),
        "negative": ("{f} is the result's sign bit.", "{f} repeats the top bit of " + f"{r}."),
    }
    notes = [say(*wordings[k]).format(f=q(f)) for k, f in flags.items()]
    tail = " ".join(t.shuffled(notes))
    short = say(
        f"{an(f'{width}-bit')} adder-subtractor: {sub} = {on} gives {r} = {a} - {b}, {sub} = "
        f"{off} the sum. {tail}",
        f"{r} is {a} plus {b}, or minus {b} when {sub} is {on}, wrapping. {tail}",
        f"Add or subtract {b}, starting from {a}, as {sub} says ({off} add, {on} subtract); "
        f"result to {r}. {tail}",
        f"Two's complement add/sub on {r}. {sub} = {on} negates the second operand {b} before it "
        f"is added to {a}. {tail}",
        f"{sub}: {on} for {a} - {b}, {off} for {a} + {b}. The {width}-bit outcome is {r}. {tail}",
        f"ALU with just two operations, ADD ({sub} = {off}) and SUB ({sub} = {on}), on {a} and "
        f"{b}, output {r}. {tail}",
    )
    purpose = say(
        f"A motor drive corrects its set value {a} by a step {b}: upwards while {sub} is {off}, "
        f"downwards while it is {on}. The corrected value is {r}, modulo 2^{width}. {tail}",
        f"The address unit of a DMA engine moves a pointer {a} by {b}, forwards with {sub} = "
        f"{off}, backwards with {sub} = {on}, and wraps at the ends of the {width}-bit space. The "
        f"new pointer is {r}. {tail}",
        f"Pocket calculator core: the plus key makes {sub} {off}, the minus key makes it {on}. "
        f"Display value {r} becomes {a} plus or minus {b} in {width} bits, higher bits lost. "
        f"{tail}",
        f"In an audio mixer one channel {b} is mixed into another, {a}, in phase ({sub} = {off}, "
        f"added) or out of phase ({sub} = {on}, subtracted). {r} wraps around; nothing is "
        f"limited. {tail}",
        f"A stock counter books deliveries and withdrawals. Old stock {a}, booked amount {b}; "
        f"{sub} is {off} for a delivery and {on} for a withdrawal, and {r} is the new stock in "
        f"{width} bits. {tail}",
    )
    x, y, bit = given
    taken = bit == on
    result = (x - y if taken else x + y) & (1 << width) - 1
    shown = f"{x} {'-' if taken else '+'} {y}, so {r} = {result}"
    if "negative" in flags and t.chance(0.5):
        shown += f" ({signed(width, result)} as a signed number)"
    remark = laid_out(
        t,
        say(
            f"One unit that adds and subtracts {a} and {b}.",
            f"{r} is the sum or the difference of {a} and {b}.",
            f"Depending on {sub}, the module works out {a} + {b} or {a} - {b}.",
        ),
        [
            say(
                f"{sub} at {on} selects subtraction, at {off} addition.",
                f"Subtract while {sub} is {on}; add otherwise.",
                f"Mode {off} of {sub} is plus, mode {on} is minus.",
            ),
            say(f"{r} holds the low {width} bits.", f"Arithmetic is modulo 2^{width}."),
            *t.shuffled(notes),
        ],
        f"{sub} = {bit} with {a} = {x} and {b} = {y} means {shown}.",
    )
    return spoken(t, short, purpose, remark)
