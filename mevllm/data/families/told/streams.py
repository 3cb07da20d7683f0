"""Tellings of arithmetic over streams of words."""

from __future__ import annotations

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.phrases import Gate, sized
from mevllm.data.families.told._words_machines import Ink, around, cap, clocks, ink, remarks


def stream_accumulator(
    pen: Draw,
    clocking: Clocking,
    *,
    data: str,
    acc: str,
    sub: str,
    clear: str,
    loads: bool,
    over: str,
    enable: Gate | None,
    total: int,
    wider: int,
    signed: bool,
    saturates: bool,
) -> tuple[str, str, str]:
    """A running sum: `clear` zeroes it, or with `loads` starts it with the word."""
    used = tuple(x for x in (data, acc, sub, clear, over, enable.name if enable else "") if x)
    names = (*used, clocking.clock, str(clocking.reset))
    top = (1 << total) - 1
    kind = "signed two's-complement" if signed else "unsigned"
    at = f" when {{}} is {int(enable.active_high)}" if enable else " every clock"

    def rule(n: Ink) -> str:
        go = at.format(n(enable.name)) if enable else at
        if sub:
            return pen.say(
                f"add/subtract accumulator: {n(acc)} changes by the {kind} {n(data)}{go}, up with "
                f"{n(sub)}=0, down with {n(sub)}=1.",
                f"{n(acc)} += {n(data)}{go}, or -= while {n(sub)} is set; {n(data)} is {kind}.",
                f"accumulate {kind} words from {n(data)} in {n(acc)}{go}; a high {n(sub)} "
                "subtracts instead.",
            )
        return pen.say(
            f"accumulator: {n(acc)} += {n(data)}{go}, {kind}.",
            f"{n(acc)} sums up the {kind} numbers from {n(data)}{go}.",
            f"add {n(data)} ({kind}) to the register {n(acc)}{go}.",
        )

    def limits(n: Ink) -> str:
        if not saturates:
            wide = f", {n(data)} being sign-extended" if signed and wider else ""
            return pen.say(
                f"it wraps modulo 2^{total}{wide}.",
                f"overflow is ignored{wide}: {total}-bit wrap-around.",
                f"no saturation, the low {total} bits of the result stay{wide}.",
            )
        low = " and at 0 below" if sub else ""
        text = pen.say(
            f"saturating: {n(acc)} sticks at {top}{low} instead of wrapping.",
            f"results are clamped at {top}" + (" and at 0." if sub else "."),
            f"on overflow it takes the maximum {top}" + (", on underflow 0." if sub else "."),
        )
        if over:
            text += pen.say(
                f" The register {n(over)} is 1 after a step that had to be clamped, 0 after one "
                "that had not",
                f" {n(over)}, registered, reports whether the latest accumulation was clamped",
            ) + (", and holds without a step." if enable else ".")
        return text

    def begin(n: Ink) -> str:
        if not clear:
            return ""
        beats = f" even if {n(enable.name)} says no" if enable else ""
        flag = f" and {n(over)} is cleared" if over else ""
        if loads:
            ext = ", sign-extended" if signed and wider else ""
            whatever = f", never mind {n(sub)}" if sub else ""
            return pen.say(
                f"{n(clear)}=1 at an edge starts a new sum with this word: {n(acc)} = {n(data)}"
                f"{ext}{beats}{whatever}{flag}.",
                f"with {n(clear)} high the old sum is replaced by {n(data)}{ext}{beats}{whatever}"
                f"{flag}.",
            )
        return pen.say(
            f"{n(clear)} is a synchronous clear, {n(acc)} = 0{beats}; it has priority{flag}.",
            f"{n(clear)} high zeroes {n(acc)} at the edge instead{beats}{flag}.",
        )

    def hold(n: Ink) -> str:
        if not enable:
            return ""
        off = int(not enable.active_high)
        return pen.say(
            "", f"{n(enable.name)} at {off} holds the sum.", "When disabled it keeps its value."
        )

    def reset(n: Ink) -> str:
        return clocks(pen, n, clocking, f"clears {n(acc)}" + (f" and {n(over)}" if over else ""))

    n = ink(pen, *used)
    short = around(pen, rule(n), limits(n), begin(n), reset(n), names=names)
    n = ink(pen, *used)
    purpose = around(
        pen,
        pen.say(
            "A test station adds up what its channel delivers, block after block:",
            "The integrating stage behind a converter:",
            "A dosing machine totals the amounts reported by its feeder:",
            "For the checks at the end of a production run all readings are totalled:",
            "A game console keeps the score in hardware:",
            "An energy logger integrates its samples:",
        ),
        rule(n),
        limits(n),
        hold(n),
        begin(n),
        reset(n),
        names=names,
    )
    n = ink(pen, *used)
    x = pen.int(1, top // 2)
    big = min(x + top // 2 + 1, top)
    y = (top + 1 - big) if not saturates and not signed else 0
    example = ""
    if y and wider == 0:
        example = f"Example: with {n(acc)} = {big}, adding {y} gives 0."
    told = remarks(
        pen,
        pen.say(
            f"{cap(sized(total))} running total.",
            f"Register {n(acc)}, specification:",
            "Sum of a stream of words.",
            f"Ticket: implement the accumulator around {n(acc)}.",
            "Accumulate, nothing more, but mind the corner cases.",
        ),
        [rule(n), limits(n), begin(n), hold(n), example, reset(n)],
        names,
    )
    return short, purpose, told


def moving_sum(
    pen: Draw,
    clocking: Clocking,
    *,
    data: str,
    out: str,
    k: int,
    width: int,
    mean: bool,
    enable: Gate | None,
) -> tuple[str, str, str]:
    """The sum, the count of ones, or the mean of the last k samples."""
    used = tuple(x for x in (data, out, enable.name if enable else "") if x)
    names = (*used, clocking.clock, str(clocking.reset))

    def rule(n: Ink) -> str:
        if mean:
            return pen.say(
                f"moving average over {k} unsigned samples: {n(out)} = floor(sum of the last {k} "
                f"values of {n(data)} / {k}).",
                f"{n(out)} is the boxcar mean, truncated to an integer, of the latest {k} unsigned "
                f"words from {n(data)}.",
                f"add up the {k} newest unsigned samples of {n(data)} at full width and shift the "
                f"sum right by {k.bit_length() - 1}; that is {n(out)}.",
            )
        if width == 1:
            return pen.say(
                f"{n(out)} counts the ones among the latest {k} samples of {n(data)}.",
                f"sliding popcount: how many of the {k} newest bits from {n(data)} are 1, on "
                f"{n(out)}.",
                f"the last {k} bits of {n(data)} are kept, and {n(out)} is the number of ones in "
                "them.",
            )
        return pen.say(
            f"sliding sum: {n(out)} is the total of the {k} newest unsigned samples of {n(data)}, "
            "at full precision.",
            f"boxcar filter of length {k} without scaling: {n(data)} (unsigned) in, the sum on "
            f"{n(out)}, which never overflows.",
            f"{n(out)} = sum of the last {k} unsigned words taken from {n(data)}; add the newest, "
            "drop the oldest.",
        )

    def fresh(n: Ink) -> str:
        return pen.say(
            "The sample taken at an edge is in right after it.",
            f"{n(out)} comes from registers and includes the newest sample just after its edge.",
            "No extra latency: an edge's own sample is included at once after that edge.",
        )

    def gating(n: Ink) -> str:
        if not enable:
            return pen.say("A sample every clock.", "Each clock edge takes a sample.")
        on, off = int(enable.active_high), int(not enable.active_high)
        return pen.say(
            f"samples are taken at edges with {n(enable.name)}={on} only; else all stands still.",
            f"{n(enable.name)} at {off} freezes everything.",
            f"an edge shifts a sample in if {n(enable.name)} is {on}, and does nothing if it is "
            f"{off}.",
        )

    def reset(n: Ink) -> str:
        return clocks(
            pen,
            n,
            clocking,
            pen.say("fills the window with zeros", "zeroes the history", "makes all old samples 0"),
        )

    n = ink(pen, *used)
    short = around(pen, rule(n), fresh(n), gating(n), reset(n), names=names)
    n = ink(pen, *used)
    purpose = around(
        pen,
        pen.say(
            "Readings of a wind gauge jump about; the display wants them calmer:",
            "A receiver judges the recent past of its signal, not one sample alone:",
            "Load on a bus is reported over a short sliding window:",
            "Before the threshold detector the input is smoothed by a boxcar:",
            "A flow meter must forget old readings and weigh the recent ones equally:",
        ),
        rule(n),
        fresh(n),
        gating(n),
        reset(n),
        names=names,
    )
    n = ink(pen, *used)
    values = [pen.int(0, (1 << width) - 1) for _ in range(k + 2)]
    sums = [sum(values[max(0, i + 1 - k) : i + 1]) for i in range(len(values))]
    told = remarks(
        pen,
        pen.say(
            f"Window of {k} samples.",
            "Sliding-window arithmetic, described by remarks:",
            f"A filter with {k} equal coefficients.",
            f"What is {n(out)}?",
            f"History of length {k}, kept in registers.",
        ),
        [
            rule(n),
            fresh(n),
            gating(n),
            f"Example: samples {', '.join(map(str, values))} after reset give {n(out)} = "
            + ", ".join(str(s // k if mean else s) for s in sums)
            + ".",
            reset(n),
        ],
        names,
    )
    return short, purpose, told
