"""Tellings of machines on streams of bits."""

from __future__ import annotations

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.told._words_machines import Ink, around, clocks, ink, remarks, stream


def _nth(k: int) -> str:
    return {2: "second", 3: "third", 4: "fourth", 5: "fifth", 6: "sixth", 7: "seventh"}[k]


def _rule(pen: Draw, n: Ink, x: str, z: str, k: int, value: int, rule: str) -> str:
    ones, other = ("ones", 0) if value else ("zeros", 1)
    if rule == "at least":
        return pen.say(
            f"{n(z)} is high while the latest {k} bits of {n(x)} are all {value}.",
            f"{n(z)} comes on with the {_nth(k)} {value} in a row on {n(x)} and goes off with the "
            f"next {other}.",
            f"raise {n(z)} for as long as the current run of {ones} on {n(x)} is {k} bits or "
            "longer.",
            f"{k} or more consecutive {ones} on {n(x)} keep {n(z)} set; overlapping matches count.",
            f"{n(z)} = AND over the {k} most recent bits of {n(x)}"
            + (", each of them inverted." if not value else "."),
        )
    if rule == "once":
        return pen.say(
            f"one pulse on {n(z)} per run of {ones} on {n(x)}, at its {_nth(k)} bit; however long "
            "the run gets, there is no second one.",
            f"{n(z)} fires for one bit when a run of {ones} on {n(x)} reaches length {k}, and not "
            f"again until a {other} has broken the run.",
            f"mark only bit number {k} of every unbroken run of {ones} on {n(x)} by {n(z)}=1.",
            f"{n(z)} is 1 for exactly the bit that makes the current run of {ones} on {n(x)} {k} "
            f"long; bits beyond that leave it 0.",
        )
    return pen.say(
        f"{n(z)} pulses for each complete, non-overlapping group of {k} consecutive {ones} on "
        f"{n(x)}; a {other} throws an unfinished group away.",
        f"every {_nth(k)} {value} in succession on {n(x)} gives one pulse on {n(z)}, then counting "
        f"begins from zero; a {other} also zeroes the count.",
        f"count {ones} in a row on {n(x)} modulo {k}: {n(z)} is 1 for the bit that completes a "
        f"group, so {3 * k} {ones} in a row give 3 pulses, and a {other} restarts the group.",
        f"flag {k} {ones} in succession on {n(x)} without overlap: bits used for one pulse of "
        f"{n(z)} do not help the next one, and a {other} starts over.",
    )


def _when(pen: Draw, n: Ink, x: str, z: str, mealy: bool) -> str:
    if mealy:
        return pen.say(
            f"Mealy: the bit now on {n(x)} is already included.",
            f"{n(z)} is combinational, deciding in the same cycle in which the bit is on {n(x)}.",
            f"The bit that is just being applied to {n(x)} takes part at once (Mealy output).",
            f"Unregistered: {n(z)} reacts before the edge that takes the deciding bit.",
        )
    return pen.say(
        f"Moore: only bits already clocked in count, so {n(z)} moves right after the edge.",
        f"{n(z)} is decoded from registers alone; it does not see the bit now on {n(x)}.",
        "Moore output, visible right after the clock edge that took the deciding bit.",
        f"What is on {n(x)} matters at clock edges only; {n(z)} answers just after the edge.",
    )


def _trace(k: int, value: int, rule: str, bits: list[int]) -> list[int]:
    run, out = 0, []
    for bit in bits:
        run = run + 1 if bit == value else 0
        hit = run >= k if rule == "at least" else run == k
        if rule == "every" and hit:
            run = 0
        out.append(int(hit))
    return out


def consecutive_bits(
    pen: Draw, clocking: Clocking, *, x: str, z: str, k: int, value: int, rule: str, mealy: bool
) -> tuple[str, str, str]:
    """A run of equal bits, flagged in one of three ways."""
    n = ink(pen, x, z)
    ones = "ones" if value else "zeros"
    names = (x, z, clocking.clock, str(clocking.reset))
    forget = ("forgets the run", "zeroes the run length", "starts with an empty run")
    short = around(
        pen,
        pen.say(
            "",
            f"{'Mealy' if mealy else 'Moore'} run detector.",
            f"Run-length detector for {ones}:",
            f"Watch {n(x)}, one bit a clock:",
            "",
        ),
        _rule(pen, n, x, z, k, value, rule),
        _when(pen, n, x, z, mealy),
        clocks(pen, n, clocking, pen.choice(forget)),
        names=names,
    )
    n = ink(pen, x, z)
    purpose = around(
        pen,
        pen.say(
            f"A link supervisor sees the recovered data on {n(x)}, a bit in every clock cycle, and "
            f"reports long runs of {ones}, which its clock recovery does not like:",
            f"We suspect a driver that gets stuck now and then. This watchdog sits on its output "
            f"{n(x)}, looks once a clock, and complains through {n(z)}:",
            f"A light barrier delivers {n(x)}, sampled every clock. Short flickers must not count; "
            "only an uninterrupted row of equal samples does:",
            f"For the statistics of a line code we mark runs of {ones} in the bit stream {n(x)}, "
            "which brings one bit a clock:",
            f"A serial receiver recognises special symbols by their runs of {ones} on {n(x)} (one "
            "bit per clock). This is the part that finds them:",
            f"The trigger unit of a logic analyser waits for a row of equal bits on {n(x)}, "
            "sampled every cycle:",
        ),
        _rule(pen, n, x, z, k, value, rule),
        _when(pen, n, x, z, mealy),
        clocks(pen, n, clocking, pen.choice(forget)),
        names=names,
    )
    n = ink(pen, x, z)
    bits = [pen.bits(1)] + [value] * (k + pen.int(0, 2)) + [1 - value] + [value] * pen.int(1, k)
    out = _trace(k, value, rule, bits)
    told = remarks(
        pen,
        pen.say(
            f"Detector for {k} consecutive {ones} in a bit stream.",
            f"Find runs of {ones} in the serial data on {n(x)}.",
            f"The circuit observes {n(x)} and drives the flag {n(z)}.",
            f"Ticket: run detector, threshold {k}, {ones}.",
            f"Let k = {k}. A run is a series of {ones} without a {1 - value} in between.",
        ),
        [
            _rule(pen, n, x, z, k, value, rule),
            _when(pen, n, x, z, mealy),
            pen.say(
                f"Example, from reset: bits {stream(bits)} give {n(z)} = {stream(out)} "
                f"({'while each bit is applied' if mealy else 'after the edge of each bit'}).",
                f"With the bits {stream(bits)} right after reset, {n(z)} reads {stream(out)}, "
                + ("each during its bit." if mealy else "each just after its bit was clocked in."),
            ),
            clocks(pen, n, clocking, pen.choice(forget)),
        ],
        names,
    )
    return short, purpose, told
