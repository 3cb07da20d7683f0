"""Signals with a common period as people tell them."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.phrases import Gate
from mevllm.data.families.told import _words_timing as words


def phases(
    t: Draw,
    clocking: Clocking,
    outs: Sequence[str],
    spans: Sequence[tuple[int, int]],
    n: int,
    registered: bool,
    enable: Gate | None,
) -> tuple[str, str, str]:
    """Several outputs active in chosen slots of a period."""
    top = n - 1

    def span(first: int, final: int) -> str:
        if first == final:
            return f"{first}"
        if first < final:
            return t.say(f"{first}-{final}", f"{first} to {final}", f"{first}..{final}")
        return t.say(
            f"{first} to {top} and 0 to {final}"
            if first < top and final
            else f"{first} over the wrap to {final}",
            f"{first} across the wrap up to {final}",
        )

    pairs = list(zip(outs, spans, strict=True))
    style = t.int(0, 2)
    spelt = [
        (f"`{o}` in {span(*s)}", f"`{o}` at {span(*s)}", f"{span(*s)} for `{o}`")[style]
        for o, s in pairs
    ]
    plan = "; ".join(spelt)
    late = t.say(
        "outputs registered from the old count, so one step late",
        "each signal passes a flop that reads the count before its step (one step of delay)",
    )
    direct = t.say("outputs decoded without flops", "combinational decode")
    gate = words.maybe(
        t,
        enable,
        f"{words.shut(t, enable)} freezes "
        f"{'counter and outputs' if registered else 'the counter'}.",
        f"Nothing moves without {words.open_(t, enable)}.",
    )
    also = " and lowers all the signals" if registered else ""
    clock = words.brief(t, clocking, t.say("zeroes the count", "restarts at count 0") + also)
    how = late if registered else direct
    short = words.framed(
        t,
        t.say(
            f"Mod-{n} counter, decoded ranges (inclusive): {plan}. {words.cap(how)}. {gate}",
            f"Multiphase generator, period {n}, counting up from 0; high ranges, ends included: "
            f"{plan}. {words.cap(how)}. {gate}",
            f"{n}-state sequencer 0..{top}. High while the count is: {plan}; ends included; "
            f"{how}. {gate}",
            f"Timing decoder on a modulo-{n} counter, {how}. Active-high windows, inclusive: "
            f"{plan}. {gate}",
            f"Free-running count 0 to {top}, windows (both ends belong to them) {plan}; {how}. "
            f"{gate}",
            f"Strobe generator with {n} steps; {how}; steps with 1, inclusive: {plan}. {gate}",
        ),
        clock,
    )
    runs = t.say(
        f"A counter numbers the steps of a cycle from 0 to {top} and begins again; it moves "
        f"{words.steps(t, enable)}",
        f"Time is divided into rounds of {n} ticks, number 0 up to {top}; a tick passes "
        f"{words.steps(t, enable)}",
    )
    kind = t.int(0 if n < 9 else 2, 3)
    if kind == 0:
        rows = [f"`{o}`: " + "".join(str(int(_active(s, i))) for i in range(n)) for o, s in pairs]
        table = t.say(
            "Levels for the numbers from 0 up, left to right", "Per number, beginning with 0"
        )
        chart = f"{table} - {'; '.join(rows)}"
    elif kind == 1:
        rows = [f"{i} {_who(pairs, i)}" for i in range(n)]
        chart = f"High at the numbers: {', '.join(rows)}"
    else:
        rows = [
            f"`{o}` is 1 from {s[0]} to {s[1]}"
            + (" (through the end of the round)" if s[0] > s[1] else "")
            if s[0] != s[1]
            else f"`{o}` is 1 at {s[0]} alone"
            for o, s in pairs
        ]
        chart = f"{'; '.join(rows)}; first and last number included, 0 elsewhere"
    if registered:
        form = t.say(
            "The signals are flip-flops loaded together with the step of the counter, from the "
            "number being left; they therefore lag the counter by one step",
            "Between decoder and pins sits a flip-flop per signal. At the edge that moves the "
            "counter it takes the decode of the old number",
        )
        form += "; they pause with the counter" if enable else ""
    else:
        form = t.say(
            "The signals are plain functions of the present number",
            "No flip-flops follow the decoder",
        )
    effect = t.say("sets the number to 0", "takes the counter to 0") + (
        ", all signals 0" if registered else ""
    )
    full = words.clocks(t, clocking, effect)
    still = words.maybe(t, enable, f"With {words.shut(t, enable)} everything stays as it is")
    purpose = words.prose(
        t,
        t.say(
            "The charge transfer in an image sensor needs control signals that keep repeating",
            "A stage machine in a theatre runs a fixed cycle, with one valve per signal",
            "Sample, hold and convert: an analogue front end has to be told in a fixed rhythm",
            "A packaging machine closes, seals and cuts in a fixed cycle",
            "A dynamic memory's access cycle is made of overlapping strobes",
            "Rows and columns of a scanned keyboard are driven by a cyclic schedule",
        ),
        runs,
        chart,
        form,
        t.say(full, clock),
    )
    check = t.int(0, top)
    example = f"Number {check}, for one, decodes to: {_who(pairs, check)} high"
    remark = words.remarks(
        t,
        t.say(
            f"Cyclic timing with {len(outs)} signals and {n} steps",
            f"Schedule of {n} steps, repeated for ever",
            f"Controller for {words.listed([f'`{o}`' for o in outs])}: a counter with a decoder",
            f"A cam switch in logic: {n} positions, {len(outs)} contacts",
        ),
        [runs, chart, form, full],
        [still, example],
    )
    return short, purpose, remark


def _active(span: tuple[int, int], i: int) -> bool:
    first, final = span
    return first <= i <= final if first <= final else i >= first or i <= final


def _who(pairs: Sequence[tuple[str, tuple[int, int]]], i: int) -> str:
    names = [f"`{o}`" for o, s in pairs if _active(s, i)]
    return " + ".join(names) if names else "none"
