"""A table of values played on an output, as people tell it."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.phrases import Gate
from mevllm.data.families.told import _words_timing as words


def pattern_player(
    t: Draw,
    clocking: Clocking,
    out: str,
    restart: str,
    flag: str,
    shown: Sequence[str],
    drawn: tuple[int, str, bool],
    enable: Gate | None,
) -> tuple[str, str, str]:
    """Values in a circle, or once; `drawn`: width, radix, whether once."""
    width, radix, once = drawn
    y, again, n = f"`{out}`", f"`{restart}`", len(shown)
    base = {"b": "binary", "h": "hex", "d": "decimal"}[radix]
    row = (" " if width == 1 else t.say(", ", " -> ", " / ")).join(shown)
    if width > 1 and radix == "b":
        row = f"{row} ({base})"
    loop = (
        t.say("then stop on the last", "one pass, last one stays")
        if once
        else t.say("over and over", "cyclic", "then from the front again")
    )
    first = words.maybe(
        t,
        restart,
        f"{again} goes to the first, priority one",
        f"{again} = 1 rewinds at the clock edge, before all else",
    )
    end = words.maybe(t, flag, f"`{flag}` marks the last one", f"`{flag}` = showing the last entry")
    gate = words.maybe(
        t,
        enable,
        f"{words.shut(t, enable)} holds the place",
        f"advances only with {words.open_(t, enable)}",
    )
    more = " ".join(words.ended(m) for m in (first, end, gate) if m)
    clock = words.brief(t, clocking, t.say("rewinds to the first", "goes to the first entry"))
    short = words.framed(
        t,
        t.say(
            f"Sequence generator, {y}: {row}, {loop}. One per {'enabled ' * bool(enable)}clock. "
            f"{more}",
            f"Play {row} on {y}, one entry a clock, {loop}. {more}",
            f"{y} walks the table {row} clock by clock; {loop}. {more}",
            f"Step counter plus lookup: {y} = {row}. Order as written, {loop}. {more}",
            f"Pattern on {y}, a new entry each clock: {row}; {loop}. {more}",
            f"{n}-entry table out to {y}, stepping with the clock: {row}, {loop}. {more}",
        ),
        clock,
    )
    goes = t.say(
        f"The place in the list advances {words.steps(t, enable)}",
        f"The next entry comes {words.steps(t, enable)}",
    )
    if restart:
        goes += f" (and no {again})"
    kind = t.int(0, 3)
    if kind == 0:
        body = "; ".join(f"step {i}: {v}" for i, v in enumerate(shown))
        data = f"What {y} shows, in {base} - {body}"
    elif kind == 1:
        data = f"{y} takes on, in this order ({base}), {row.removesuffix(' (binary)')}"
    elif kind == 2:
        body = words.listed(shown, "and finally")
        data = f"The {n} entries for {y}, {base}: {body}"
    else:
        data = f"Starting with {shown[0]}, {y} goes through {' > '.join(shown)} ({base})"
    if once:
        close = t.say(
            "The last entry, once reached, remains",
            "There is no second pass by itself: it waits on the last entry",
        )
    else:
        close = t.say("Behind the last entry comes the first", "The list is a loop")
    back = words.maybe(
        t,
        restart,
        f"{again} at 1 makes the clock edge select the first entry, whatever else is the case",
        f"With {again} = 1 the next clock edge jumps to the beginning; this ranks above advancing"
        + (f" and above `{enable.name}`" if enable else ""),
    )
    ends = words.maybe(
        t,
        flag,
        f"`{flag}` is 1 as long as the last entry is showing, 0 with all others",
        f"The last entry is accompanied by `{flag}` = 1, directly from the place",
    )
    stay = words.maybe(
        t,
        enable,
        f"{words.cap(words.shut(t, enable))} means that {y} waits where it is",
        f"The place is kept while {words.off(t, enable)}",
    )
    full = words.clocks(
        t, clocking, t.say("puts the place at the first entry", "makes the first entry appear")
    )
    word = "bit" if width == 1 else f"{width}-bit value"
    purpose = words.prose(
        t,
        t.say(
            f"A toy plays a tune whose notes are numbers on {y}",
            f"For a burn-in test a chip is fed a fixed stimulus through {y}",
            f"An identification beacon blinks or codes its name on {y}",
            f"A laser show has its figure stored as a short list for {y}",
            f"The microprogram of a small dosing unit is just a list, sent to {y}",
            f"A calibration source repeats known data on {y}"
            if not once
            else f"A power-up script is sent to {y}",
        ),
        data,
        goes,
        close,
        back,
        ends,
        t.say(full, clock),
    )
    k = t.int(1, n - 1)
    example = f"Example: {k} advance{'s' * (k > 1)} after a reset {y} shows {shown[k]}"
    remark = words.remarks(
        t,
        t.say(
            f"Player of a fixed list with {n} entries, each one {word}",
            f"{y} is driven from a list ({n} entries)",
            f"Small sequencer; one {word} at a time on {y}",
            f"Reel off {n} constants on {y}",
        ),
        [data, goes, close, back, ends, full],
        [stay, example],
    )
    return short, purpose, remark
