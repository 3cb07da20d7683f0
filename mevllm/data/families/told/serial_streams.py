"""Tellings of bit-serial arithmetic over streams of bits."""

from __future__ import annotations

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.phrases import Gate
from mevllm.data.families.told._words_machines import Ink, around, clocks, ink, moment, remarks

_SETTINGS = (
    "A chain of serial sensors shares one wire; a tiny arithmetic cell works on its bits:",
    "To keep the data path one bit wide, numbers are handled serially here:",
    "In a bit-serial filter this cell sits between two shift registers:",
    "A teaching kit shows arithmetic in slow motion, one bit a clock:",
    "The neural accelerator streams its weights bit by bit through cells like this one:",
)


def _operation(pen: Draw, n: Ink, kind: str, a: str, b: str, out: str) -> str:
    if kind == "add":
        return pen.say(
            f"LSB-first serial adder: {n(out)} = {n(a)} + {n(b)}, the carry kept in a flip-flop.",
            f"add the serial numbers {n(a)} and {n(b)}, low bit first, sum on {n(out)}.",
            f"one full adder and a carry flip-flop turn {n(a)} and {n(b)} (LSB first) into the "
            f"serial sum {n(out)}.",
        )
    if kind == "subtract":
        return pen.say(
            f"LSB-first serial subtractor: {n(out)} = {n(a)} - {n(b)}, the borrow kept in a "
            "flip-flop.",
            f"take the serial number {n(b)} away from {n(a)}, low bit first, two's complement "
            f"difference on {n(out)}.",
            f"{n(out)} is the bit stream of {n(a)} minus {n(b)}, all LSB first, with a borrow that "
            "ripples through time.",
        )
    if kind == "negate":
        return pen.say(
            f"{n(out)} is minus the serial number on {n(a)} (two's complement, LSB first).",
            f"serial negation, low bit first: bits of {n(a)} up to the first 1 pass, those above "
            f"it leave inverted on {n(out)}.",
            f"two's complementer for LSB-first data, {n(a)} to {n(out)}: invert and add one.",
        )
    if kind == "increment":
        return pen.say(
            f"{n(out)} is the LSB-first number on {n(a)} plus one.",
            f"serial +1, low bit first, {n(a)} to {n(out)}, by a half adder whose carry starts "
            "at 1.",
            f"add one to each number on {n(a)} as it goes by, least significant bit first; the "
            f"sum leaves on {n(out)}.",
        )
    return pen.say(
        f"{n(out)} is twice the LSB-first number on {n(a)}: a 0 for its first bit, from then on "
        "the input bit before.",
        f"serial doubling, low bit first: delay {n(a)} by one bit place, with a 0 at the head of "
        f"each number, to get {n(out)}.",
        f"left shift by one of a serial number (LSB first): in every place {n(out)} has the bit "
        f"that {n(a)} had one place earlier, 0 in the first.",
    )


def _compare(pen: Draw, n: Ink, a: str, b: str, gt: str, eq: str, msb: bool) -> str:
    end = "MSB" if msb else "LSB"
    rule = pen.say(
        f"unsigned serial comparator, {end} first: {n(gt)} is {n(a)} > {n(b)}, {n(eq)} is "
        "equality, over the bits taken so far.",
        f"{n(a)} and {n(b)} bring unsigned numbers, {end} first; {n(gt)} says that {n(a)} is "
        f"larger up to now, {n(eq)} that no bit differed yet.",
        f"keep the running verdict on {n(a)} against {n(b)} ({end} first, unsigned) in {n(gt)} "
        f"and {n(eq)}.",
    )
    why = (
        pen.say(" The first difference decides.", " Later bits cannot undo a difference.")
        if msb
        else pen.say(" The latest difference decides.", " A higher place outweighs the lower ones.")
    )
    return rule + why + pen.say(" Both are registers.", " Both outputs are registered.")


def _parity(pen: Draw, n: Ink, a: str, out: str, level: str, first: str) -> str:
    span = "in the present number" if first else "since reset"
    other = 0 if level == "odd" else 1
    return pen.say(
        f"{n(out)} is a register with the running parity of {n(a)}: 1 after an {level} number of "
        f"ones {span}.",
        f"serial parity: a flip-flop {n(out)}, {other} at the start, toggles with every 1 taken "
        f"from {n(a)}.",
        f"the flip-flop {n(out)} tells that the ones taken from {n(a)} {span} are {level} in "
        "number.",
    )


def serial_arithmetic(
    pen: Draw,
    clocking: Clocking,
    *,
    kind: str,
    a: str,
    b: str,
    out: str,
    greater: str,
    equal: str,
    first: str,
    enable: Gate | None,
    registered: bool,
) -> tuple[str, str, str]:
    """Numbers bit by bit, with a marker for the first bit and an enable, or without."""
    used = tuple(x for x in (a, b, first, greater or out, enable.name if enable else "") if x)
    names = (*used, equal, clocking.clock, str(clocking.reset))
    what, _, variant = kind.partition(" ")
    stored = registered or what in ("parity", "compare")

    def rule(n: Ink) -> str:
        if what == "compare":
            return _compare(pen, n, a, b, greater, equal, variant == "msb")
        if what == "parity":
            return _parity(pen, n, a, out, variant, first)
        return _operation(pen, n, what, a, b, out)

    def when(n: Ink) -> str:
        if what in ("parity", "compare"):
            return ""
        return moment(pen, n, out, mealy=not registered, at_reset="0" if registered else "")

    def frame(n: Ink) -> str:
        if not first:
            return pen.say(
                "Only a reset begins a new number.",
                "There is a single endless number per reset.",
                "",
            )
        text = pen.say(
            f"{n(first)}=1 goes with the first bit of a number and drops whatever came before",
            f"a high {n(first)} says that the present bit opens a number, so history is ignored",
            f"numbers follow each other; {n(first)} accompanies the opening bit of each, making "
            "the old state irrelevant",
        )
        tail = ""
        if enable and stored:
            tail = pen.say(" (at enabled edges only)", ", provided that the edge is enabled")
        also = pen.say(
            " The bit after a reset opens a number anyway.",
            f" After a reset no {n(first)} is needed.",
        )
        return f"{text}{tail}.{also}"

    def gating(n: Ink) -> str:
        if not enable:
            return pen.say("One bit per clock.", "", "")
        on, off = int(enable.active_high), int(not enable.active_high)
        return pen.say(
            f"a bit is consumed only at edges with {n(enable.name)}={on}; otherwise the registers "
            "hold.",
            f"{n(enable.name)} at {off} freezes all flip-flops.",
            f"no bit is taken while {n(enable.name)} is {off}.",
        )

    def reset(n: Ink) -> str:
        if what == "compare":
            effect = f"sets {n(equal)} and clears {n(greater)}"
        elif what == "parity":
            effect = f"{'clears' if variant == 'odd' else 'sets'} {n(out)}"
        else:
            effect = "prepares for a first bit" + (f" and clears {n(out)}" if registered else "")
        return clocks(pen, n, clocking, effect)

    n = ink(pen, *used)
    short = around(pen, rule(n), when(n), frame(n), gating(n), reset(n), names=names)
    n = ink(pen, *used)
    purpose = around(
        pen, pen.choice(_SETTINGS), rule(n), when(n), frame(n), gating(n), reset(n), names=names
    )
    n = ink(pen, *used)
    told = remarks(
        pen,
        pen.say(
            "Serial unit, data a bit at a time, numbers of any length.",
            "Functional description of a bit-serial block.",
            "How the stream is processed:",
            "A state machine of one or two flip-flops does arithmetic on streams.",
            "Change request: replace the parallel unit by this serial one.",
        ),
        [*pen.shuffled([rule(n), gating(n)]), when(n), frame(n), reset(n)],
        names,
    )
    return short, purpose, told
