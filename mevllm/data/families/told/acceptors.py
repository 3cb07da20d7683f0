"""Tellings of acceptors of bit strings."""

from __future__ import annotations

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.told._words_machines import (
    Ink,
    around,
    clocks,
    ink,
    listed,
    remarks,
    stream,
)


def serial_remainder(
    pen: Draw,
    clocking: Clocking,
    *,
    x: str,
    z: str,
    n: int,
    wanted: int,
    rem: str = "",
    valid: str = "",
) -> tuple[str, str, str]:
    """Whether a number that arrives MSB first leaves a remainder; `rem` if it is shown."""
    names = (x, z, rem, valid, clocking.clock, str(clocking.reset))
    start = int(not wanted)

    def rule(w: Ink) -> str:
        if wanted:
            what = f"is congruent to {wanted} mod {n}"
            test = f"leaves the remainder {wanted} on division by {n}"
        else:
            what, test = f"is a multiple of {n} (0 included)", f"divides by {n} without remainder"
        return pen.say(
            f"bits of an unsigned number come in on {w(x)}, MSB first; {w(z)} says whether the "
            f"number so far {what}.",
            f"{w(z)} = 1 whenever the value of all bits taken from {w(x)}, read as one binary "
            f"number with the oldest bit on top, {test}.",
            f"track r = (2r + {w(x)}) mod {n}, starting from 0; {w(z)} is high for r = {wanted}.",
            f"serial modulo-{n} checker, most significant bit first: {w(z)} is set when the prefix "
            f"received on {w(x)} {test}.",
            f"append each bit from {w(x)} to the right of a number and flag on {w(z)} that it "
            f"{what}.",
        )

    def more(w: Ink) -> str:
        return (
            pen.say(
                f"{w(rem)} is that remainder mod {n}.",
                f"the present remainder modulo {n} is brought out on {w(rem)}.",
                f"{w(rem)} always shows the number modulo {n}.",
            )
            if rem
            else ""
        )

    def taken(w: Ink) -> str:
        if not valid:
            return pen.say("", "Every clock takes a bit.", "One bit a clock, no gaps.")
        return pen.say(
            f"a bit counts only if {w(valid)} is 1 at the edge.",
            f"with {w(valid)} low, nothing moves.",
            f"{w(valid)} qualifies the bits; edges without it change nothing.",
            f"{w(valid)} is the clock enable.",
        )

    def moore(w: Ink) -> str:
        return pen.say(
            f"Moore: the bit now on {w(x)} is not in yet. Before any bit the number is 0, so "
            f"{w(z)} starts at {start}.",
            f"{w(z)} is decoded from the registers, being {start} right after reset (an empty "
            "number is 0).",
            f"{w(z)} depends on bits already clocked in; no bits at all mean 0, hence {w(z)} = "
            f"{start}.",
        )

    def reset(w: Ink) -> str:
        return clocks(
            pen,
            w,
            clocking,
            pen.say("starts over from the number 0", "sets the remainder to 0", "forgets all bits"),
        )

    w = ink(pen, x, z)
    short = around(pen, rule(w), more(w), taken(w), moore(w), reset(w), names=names)
    w = ink(pen, x, z)
    purpose = around(
        pen,
        pen.say(
            "Part numbers are streamed from a tag, highest bit first, with a check on the "
            "remainder:",
            "A hash unit distributes records over buckets by their remainder. The keys come in "
            "serially and have any length:",
            "Timestamps pass by on a serial wire. Some of them, recognised by their remainder, "
            "trigger a measurement:",
            "The number may be longer than any register, so the watcher cannot store it; it keeps "
            "the remainder only:",
            "A residue checker supervises a serial data path:",
        ),
        rule(w),
        more(w),
        taken(w),
        moore(w),
        reset(w),
        names=names,
    )
    w = ink(pen, x, z)
    bits = [1, *(pen.bits(1) for _ in range(pen.int(3, 5)))]
    value, out = 0, []
    for bit in bits:
        value = 2 * value + bit
        out.append(int(value % n == wanted))
    told = remarks(
        pen,
        pen.say(
            f"An automaton for arithmetic modulo {n}.",
            f"Decide about a number that is still arriving (modulus {n}).",
            f"The state is one of the {n} remainders; nothing else needs to be stored.",
            f"Build the check circuit for {w(x)}.",
            "Division without a divider:",
        ),
        [
            rule(w),
            more(w),
            taken(w),
            moore(w),
            f"Example: bits {stream(bits)} after reset (number {value} in the end, remainder "
            f"{value % n}) give {w(z)} = {stream(out)}, each after its edge.",
            reset(w),
        ],
        names,
    )
    return short, purpose, told


def _count_words(pen: Draw, modulus: int, rest: int, thing: str, bit: int) -> str:
    if modulus == 2:
        even = "odd" if rest else "even"
        return pen.say(
            f"the number of {thing} is {even}",
            f"there has been an {even} number of {thing}",
            f"the count of {bit}s is {even}",
        )
    if not rest:
        return pen.say(
            f"the number of {thing} is divisible by {modulus}",
            f"the count of {bit}s is 0 mod {modulus}",
            f"the {thing} come out as a multiple of {modulus} (none counts, too)",
        )
    return pen.say(
        f"the number of {thing} is {rest} mod {modulus}",
        f"dividing the count of {bit}s by {modulus} leaves {rest}",
        f"the number of {thing} is {rest} more than a multiple of {modulus}",
    )


def bit_count_acceptor(
    pen: Draw,
    clocking: Clocking,
    *,
    x: str,
    z: str,
    ones: tuple[int, int],
    zeros: tuple[int, int],
    both: bool,
) -> tuple[str, str, str]:
    """Counts of ones and zeros; each given as modulus and remainder, modulus 1 not counted."""
    names = (x, z, clocking.clock, str(clocking.reset))
    kept = [(*ones, "ones", 1), *([(*zeros, "zeros", 0)] if zeros[0] > 1 else [])]

    def holds(n1: int, n0: int) -> int:
        tests = [(n1 if bit else n0) % modulus == rest for modulus, rest, _, bit in kept]
        return int(all(tests) if both else any(tests))

    def rule(w: Ink) -> str:
        parts = [_count_words(pen, *item) for item in kept]
        what = listed(parts, "and" if both else "or")
        if len(kept) > 1:
            what += "" if both else ", or both hold"
        return pen.say(
            f"{w(z)} is 1 when, over all bits clocked in from {w(x)} since reset, {what}.",
            f"accept (raise {w(z)}) if so far {what}; the bits come from {w(x)}, one per clock.",
            f"keep count of what comes in on {w(x)}: {w(z)} is high while {what}.",
            f"{w(x)} brings a bit each clock, and {w(z)} reports that {what} since reset.",
        )

    def moore(w: Ink) -> str:
        first = holds(0, 0)
        return pen.say(
            f"Moore: {w(z)} excludes the bit now present and is {first} before any bit.",
            f"The state alone decides {w(z)}; with no bits taken it reads {first}.",
            f"A bit shows its effect on {w(z)} right after its clock edge; right after reset "
            f"{w(z)} is {first}.",
        )

    def reset(w: Ink) -> str:
        return clocks(
            pen,
            w,
            clocking,
            pen.say("starts counting from zero", "forgets all bits", "empties the string"),
        )

    title = pen.say(
        "Finite automaton over {0, 1}:",
        "String acceptor:",
        "Modulo counting of bits:",
        "Counter-based check:",
        "",
    )
    w = ink(pen, x, z)
    short = around(pen, title, rule(w), moore(w), reset(w), names=names)
    w = ink(pen, x, z)
    purpose = around(
        pen,
        pen.say(
            "A loop-back test sends random bits; at the far end a small circuit classifies the "
            "string received so far:",
            "A theory course about regular languages wants one of its automata in silicon:",
            "A turnstile reports each passage as one bit on a serial line, sampled every clock. "
            "The display needs a summary of the whole day:",
            "Integrity of a stream is judged by tallying its bits:",
            "A puzzle box looks at a tape of zeros and ones, and its lamp obeys this rule:",
        ),
        rule(w),
        moore(w),
        reset(w),
        names=names,
    )
    w = ink(pen, x, z)
    bits = [pen.bits(1) for _ in range(pen.int(5, 8))]
    out = [holds(sum(bits[: i + 1]), i + 1 - sum(bits[: i + 1])) for i in range(len(bits))]
    told = remarks(
        pen,
        pen.say(
            f"The language accepted by {w(z)} is defined by counts.",
            "Acceptor, specified by remarks:",
            f"One state machine, one input {w(x)}, one verdict {w(z)}.",
            "Task: a circuit that never stops tallying.",
            "Strings grow by one bit per clock, from the empty string at reset.",
        ),
        [
            rule(w),
            moore(w),
            f"Example: the string {stream(bits)} gives {w(z)} = {stream(out)} (read after each "
            "bit).",
            reset(w),
        ],
        names,
    )
    return short, purpose, told
