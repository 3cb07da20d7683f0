"""Tellings of bit-serial arithmetic: negation, steps, products, sums, comparison."""

from __future__ import annotations

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.told._words_machines import (
    Ink,
    around,
    clocks,
    ink,
    moment,
    remarks,
    stream,
)


def _bits(value: int, count: int) -> list[int]:
    return [value >> i & 1 for i in range(count)]


def _unary(pen: Draw, n: Ink, kind: str, x: str, z: str, k: int) -> str:
    """What comes out, for a number that comes in lowest bit first."""
    if kind == "negate":
        return pen.say(
            f"{n(z)} is the two's complement of the number shifted in on {n(x)}, LSB first both.",
            f"serial two's complementer, LSB first: {n(x)} in, {n(z)} out.",
            f"from {n(x)}, low bit first, make minus that number on {n(z)}, low bit first: pass "
            "everything through the first 1, flip all bits after it.",
            f"negate the LSB-first number on {n(x)} and send it out, LSB first, on {n(z)}.",
            f"invert {n(x)} and add one, a bit at a time from the low end; the sum goes to {n(z)}.",
        )
    if kind in ("increment", "decrement"):
        up = kind == "increment"
        sign, word = ("+1", "carry") if up else ("-1", "borrow")
        return pen.say(
            f"{n(z)} carries the number from {n(x)} {'plus' if up else 'minus'} one, both LSB "
            "first.",
            f"a serial {kind}er: {n(x)} low bit first, result {n(x)} {sign} on {n(z)} in the same "
            "order.",
            f"{n(z)} = {n(x)} xor {word}, with a one-bit {word} that is set at the start and "
            f"survives only as long as {n(x)} is {int(up)} (LSB first).",
            f"{'add 1 to' if up else 'subtract 1 from'} the stream of bits {n(x)}, least "
            f"significant bit first, and give the result bits on {n(z)}.",
            f"LSB first, {n(x)} has its trailing {'ones' if up else 'zeros'} and the first "
            f"{int(not up)} above them inverted on the way to {n(z)}, the rest unchanged ({sign}).",
        )
    if kind == "gray":
        return pen.say(
            f"{n(z)} is the XOR of the present bit of {n(x)} with its predecessor (0 before the "
            "first bit).",
            f"differential of a bit stream: {n(z)} = 1 exactly for the bits of {n(x)} that differ "
            "from the one before; the first is compared with 0.",
            f"{n(z)} reports, for each bit on {n(x)}, a change against the previous one; start as "
            "if a 0 had come.",
            f"transition detector on {n(x)}, either direction, previous bit taken as 0 at the "
            f"start; result bits on {n(z)}.",
            f"this is NRZI decoding with 1 = change: each bit of {n(x)} is XORed with the bit "
            f"before it, initially 0, giving a bit of {n(z)}.",
        )
    return pen.say(
        f"{n(z)} is {k} times the number on {n(x)}; both run LSB first.",
        f"a serial constant multiplier, x{k}: {n(x)} enters low bit first, {n(z)} is the product, "
        "low bit first, with carries of several bits kept inside.",
        f"multiply the LSB-first stream {n(x)} by {k}; product bits, LSB first as well, go to "
        f"{n(z)}.",
        f"keep a carry word; for each bit of {n(x)} (LSB first) add {k} if it is 1, output the low "
        f"bit of the total as the bit of {n(z)}, and carry the total's other bits on.",
        f"product with the constant {k}, one bit a clock from the least significant end: "
        f"{n(x)} to {n(z)}.",
    )


def _unary_value(kind: str, value: int, k: int) -> int:
    if kind == "gray":
        return value ^ value << 1
    return {"negate": -value, "increment": value + 1, "decrement": value - 1}.get(kind, k * value)


def serial_unary(
    pen: Draw, clocking: Clocking, *, x: str, z: str, kind: str, mealy: bool, k: int = 1
) -> tuple[str, str, str]:
    """One number in, one number out, a bit a clock."""
    names = (x, z, clocking.clock, str(clocking.reset))
    zero = "" if mealy else "0"

    def restart(n: Ink) -> str:
        return pen.say("starts a new number", "begins over with bit 0", "ends the old number") + (
            "" if mealy else f" and clears {n(z)}"
        )

    n = ink(pen, x, z)
    short = around(
        pen,
        _unary(pen, n, kind, x, z, k),
        moment(pen, n, z, mealy=mealy, at_reset=zero),
        pen.say("Numbers have no fixed length.", "", "One bit per clock.", ""),
        clocks(pen, n, clocking, restart(n)),
        names=names,
    )
    n = ink(pen, x, z)
    purpose = around(
        pen,
        pen.say(
            "In a bit-serial signal processor each operation is a cell of a few gates through "
            "which the operands trickle, one bit per clock. For this cell:",
            "Two boards are joined by a single data wire, and there is no room for parallel words. "
            "The number is changed in flight:",
            "Wide parallel arithmetic would fill our smallest FPGA, so values circulate bit by "
            "bit. The present stage does this:",
            "A delay-line computer moved its words past one tiny arithmetic unit, a bit each "
            "clock. In our replica the unit works like this:",
            "The sensor node computes serially to save area, one bit per clock, numbers as long as "
            "one likes:",
        ),
        _unary(pen, n, kind, x, z, k),
        moment(pen, n, z, mealy=mealy, at_reset=zero),
        clocks(pen, n, clocking, restart(n)),
        names=names,
    )
    n = ink(pen, x, z)
    width = pen.int(4, 6)
    value = pen.int(3, (1 << width) - 2)
    given, shown = _bits(value, width), _bits(_unary_value(kind, value, k), width)
    told = remarks(
        pen,
        pen.say(
            f"A serial circuit with one data input, {n(x)}, and one data output, {n(z)}.",
            "Serial processing, a bit in every clock cycle, starting at reset.",
            f"Turn the bits of {n(x)} into bits of {n(z)} on the fly.",
            "Bit-serial arithmetic cell; only a reset separates one number from the next.",
            f"Exercise: the state machine behind {n(z)} needs little memory. Which?",
        ),
        [
            _unary(pen, n, kind, x, z, k),
            moment(pen, n, z, mealy=mealy, at_reset=zero),
            pen.say(
                f"Example: after reset the bits {stream(given)} on {n(x)} (in order of time) turn "
                f"into {stream(shown)} on {n(z)}.",
                f"{n(x)} = {stream(given)}, first bit first, must give {n(z)} = {stream(shown)}"
                + ("." if mealy else ", each after its edge."),
            ),
            clocks(pen, n, clocking, restart(n)),
        ],
        names,
    )
    return short, purpose, told


def _binary(pen: Draw, n: Ink, kind: str, a: str, b: str, z: str) -> str:
    plus = kind == "sum"
    word, keep, op = ("adder", "carry", "+") if plus else ("subtractor", "borrow", "-")
    return pen.say(
        f"bit-serial {word}, LSB first: {n(z)} = {n(a)} {op} {n(b)}.",
        f"a full {word} with its {keep} fed back through a flip-flop; {n(a)} and {n(b)} arrive low "
        f"bit first and {n(a)} {op} {n(b)} leaves on {n(z)}.",
        f"{'add' if plus else 'from'} the number on {n(a)} {'and' if plus else 'subtract'} that on "
        f"{n(b)}, a bit of each per clock, least significant end first, and put the result bits "
        f"on {n(z)}.",
        f"{n(z)} gives the {'sum' if plus else 'difference'} {n(a)} {op} {n(b)} of two serial "
        f"numbers (LSB first), the {keep} being remembered from each bit to the next.",
        f"{n(a)}, {n(b)} and {n(z)} are serial, low bit first; {n(z)} is {n(a)} {op} {n(b)} with "
        f"the {keep} stored between bits.",
    )


def serial_binary(
    pen: Draw, clocking: Clocking, *, a: str, b: str, z: str, kind: str, mealy: bool
) -> tuple[str, str, str]:
    """The sum or difference of two serial numbers."""
    names = (a, b, z, clocking.clock, str(clocking.reset))
    keep, zero = ("carry" if kind == "sum" else "borrow"), "" if mealy else "0"

    def restart(n: Ink) -> str:
        return pen.say(f"clears the {keep}", f"zeroes the {keep} for new operands") + (
            "" if mealy else f" and {n(z)}"
        )

    n = ink(pen, a, b, z)
    short = around(
        pen,
        _binary(pen, n, kind, a, b, z),
        moment(pen, n, z, mealy=mealy, at_reset=zero),
        clocks(pen, n, clocking, restart(n)),
        names=names,
    )
    n = ink(pen, a, b, z)
    purpose = around(
        pen,
        pen.say(
            "Two shift registers feed their words, low end first, into one small cell, and the "
            "answer is shifted into a third:",
            "For a battery-powered logger, arithmetic on long counters may take its time but no "
            "area, so there is only a one-bit unit:",
            "An old calculator worked digit after digit; ours works bit after bit:",
            "Samples of two microphones come over single wires, one bit a clock, and are combined "
            "before they are stored:",
            "In a systolic array each cell handles one bit per clock. This one combines two "
            "streams:",
        ),
        _binary(pen, n, kind, a, b, z),
        moment(pen, n, z, mealy=mealy, at_reset=zero),
        clocks(pen, n, clocking, restart(n)),
        names=names,
    )
    n = ink(pen, a, b, z)
    p, q = sorted((pen.int(1, 14), pen.int(1, 14)), reverse=True)
    r = p + q if kind == "sum" else p - q
    told = remarks(
        pen,
        pen.say(
            "Serial arithmetic with two operands of any length.",
            f"One bit of {n(a)} and one of {n(b)} per clock; one bit of {n(z)} back.",
            f"The module has a memory of one {keep} bit.",
            "Requirements for the one-bit arithmetic unit:",
            "Do the school method in binary, column by column, one column a clock.",
        ),
        [
            _binary(pen, n, kind, a, b, z),
            moment(pen, n, z, mealy=mealy, at_reset=zero),
            f"Example ({p} {'+' if kind == 'sum' else '-'} {q} = {r}, in order of time): {n(a)} = "
            f"{stream(_bits(p, 5))}; {n(b)} = {stream(_bits(q, 5))}; {n(z)} = "
            f"{stream(_bits(r, 5))}.",
            clocks(pen, n, clocking, restart(n)),
        ],
        names,
    )
    return short, purpose, told


def serial_compare(
    pen: Draw, clocking: Clocking, *, a: str, b: str, gt: str, lt: str, msb: bool
) -> tuple[str, str, str]:
    """Two serial numbers compared, from either end."""
    names = (a, b, gt, lt, clocking.clock, str(clocking.reset))
    end = "most" if msb else "least"
    short_end = "MSB" if msb else "LSB"

    def rule(n: Ink) -> str:
        return pen.say(
            f"serial magnitude comparator, {short_end} first, unsigned: {n(gt)} for {n(a)} > "
            f"{n(b)}, {n(lt)} for {n(a)} < {n(b)}, neither while equal.",
            f"compare {n(a)} with {n(b)} as they come in, {short_end} first, and keep the verdict "
            f"in two flip-flops: {n(gt)} says {n(a)} is ahead, {n(lt)} says {n(b)} is; both low "
            "means no difference so far.",
            f"unsigned numbers on {n(a)} and {n(b)}, {end} significant bit first; {n(gt)} and "
            f"{n(lt)} hold greater and less for the bits taken so far, equality being 00.",
            f"{n(gt)} is set if the bits of {n(a)} taken so far make the larger unsigned number, "
            f"{n(lt)} if those of {n(b)} do ({short_end} comes first).",
        )

    def order(n: Ink) -> str:
        if msb:
            return pen.say(
                "The first differing pair of bits settles it until reset.",
                "Once decided, later bits no longer matter.",
                f"As soon as {n(gt)} or {n(lt)} is 1, both freeze.",
            )
        return pen.say(
            "The latest differing pair of bits decides; equal pairs change nothing.",
            "Each new difference overrules what was found before.",
            f"Wherever {n(a)} and {n(b)} differ, the pair replaces the verdict; otherwise it is "
            "kept.",
        )

    def stored(n: Ink) -> str:
        return pen.say(
            f"{n(gt)} and {n(lt)} are registers and take a pair of bits into account right after "
            "its edge.",
            "Both results are registered, so they lag the bits by one edge.",
            "Both answers come straight from flip-flops.",
        )

    def reset(n: Ink) -> str:
        return clocks(
            pen, n, clocking, pen.say("clears both", "sets both results to 0", "starts from equal")
        )

    n = ink(pen, a, b)
    short = around(pen, rule(n), order(n), stored(n), reset(n), names=names)
    n = ink(pen, a, b)
    purpose = around(
        pen,
        pen.say(
            "Two stations compete for a bus by sending their priorities bit by bit; this observer "
            "wants to know which of them is the higher:",
            "Readings of two thermometers come in serially, in step. We need to know which one is "
            "hotter without storing them:",
            "A sorting network moves its words one bit per clock. The heart of each cell is this:",
            "Long time stamps of two logs are read out in parallel, one bit of each per clock, and "
            "have to be ordered:",
            "Two bidders transmit their offers over single wires, bit by bit and in step:",
        ),
        rule(n),
        order(n),
        stored(n),
        reset(n),
        names=names,
    )
    n = ink(pen, a, b)
    p, q = pen.int(0, 15), pen.int(0, 15)
    one, two = _bits(p, 4), _bits(q, 4)
    if msb:
        one, two = one[::-1], two[::-1]
    told = remarks(
        pen,
        pen.say(
            "Serial comparison of two numbers of any length.",
            "Spec of a one-bit-per-clock comparator.",
            f"Which is larger, {n(a)} or {n(b)}? The question is answered while they arrive.",
            f"A three-state machine: equal, {n(a)} larger, {n(b)} larger.",
        ),
        [
            rule(n),
            order(n),
            stored(n),
            f"Example: {n(a)} = {stream(one)} and {n(b)} = {stream(two)} in order of time are {p} "
            f"and {q}; afterwards {n(gt)}={int(p > q)} and {n(lt)}={int(p < q)}.",
            reset(n),
        ],
        names,
    )
    return short, purpose, told
