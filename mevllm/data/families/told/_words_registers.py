"""Phrases for clocks, resets and enables that the tellings of many families share."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.phrases import Gate

_WORDLIKE = frozenset(("a", "i", "in", "by", "is", "on", "up", "down", "left", "right", "last"))
_LISTED = re.compile(r"[-*•] |\d+[.)] |\([a-z]\) ")
_START = re.compile(r"(^|(?<=\S)[.!?]\s+|\n(?:[-*•] |\d+[.)] |\(\d+\) |\([a-z]\) )?|\n\n)([a-z])")


def told(draw: Draw, *texts: str) -> tuple[str, str, str]:
    """Three texts made tidy; most of them lose the backticks around names."""
    first, second, third = (_tidy(draw, text) for text in texts)
    return first, second, third


def _tidy(draw: Draw, text: str) -> str:
    text = re.sub(r"[ \t]+", " ", text)
    text = re.sub(r" ([.,;)])", r"\1", text)
    text = re.sub(r" *\n *", "\n", text)
    text = re.sub(r"\.(?: +\.)+|\.\.(?=\s|$)", ".", text)
    text = re.sub(r"\n{3,}", "\n\n", text).strip()
    text = _START.sub(lambda m: m.group(1) + m.group(2).upper(), text)
    if _LISTED.match(text):
        lead = draw.say(
            "Requirements on the behaviour:",
            "What it has to do:",
            "The following is to be observed.",
            "Notes for the implementer:",
            "In short:",
            "This is what was agreed.",
        )
        text = f"{lead}\n\n{text}" if draw.chance(0.5) else f"{lead}\n{text}"
    elif re.match(r"`\w+` ?=", text):
        text = draw.say("Here ", "In this block ", "What is wanted: ") + text
    names = set(re.findall(r"`([a-z]\w*)`", text))
    if draw.chance(0.45 if names & _WORDLIKE else 0.75):
        text = text.replace("`", "")
    return text


def points(draw: Draw, *items: str, keep: bool = False) -> str:
    """Remarks one a line, numbered or with bullets, in another order unless `keep`."""
    kept = [item.strip() for item in items if item.strip()]
    kept = kept if keep else draw.shuffled(kept)
    style = draw.int(0, 4)
    marks = ("- ", "* ", "", "", "")
    lines = []
    for i, item in enumerate(kept):
        mark = marks[style]
        if style == 2:
            mark = f"{i + 1}. "
        elif style == 3:
            mark = f"{i + 1}) "
        elif style == 4:
            mark = f"({chr(97 + i)}) "
        lines.append(mark + item)
    return "\n".join(lines)


def names(items: Sequence[str], last: str = "and") -> str:
    """Names with backticks: `a`, `b` and `c`."""
    quoted = [f"`{item}`" for item in items]
    if len(quoted) == 1:
        return quoted[0]
    return f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"


def edge(draw: Draw, clock: Clocking) -> str:
    """The active edge: a noun phrase without an article of its own use, `posedge clk`."""
    pair = ("rising", "positive") if clock.edge == "posedge" else ("falling", "negative")
    return draw.say(
        f"the {pair[0]} edge of `{clock.clock}`",
        f"the {pair[1]} edge of `{clock.clock}`",
        f"each {pair[0]} `{clock.clock}` edge",
        f"every {pair[1]} edge of `{clock.clock}`",
        f"{clock.edge} `{clock.clock}`",
        f"each {clock.edge} of `{clock.clock}`",
    )


def ticks(draw: Draw, clock: Clocking) -> str:
    """A short sentence that says the clock edge."""
    pair = ("rising", "positive") if clock.edge == "posedge" else ("falling", "negative")
    name = f"`{clock.clock}`"
    return draw.say(
        f"Clocked on {pair[0]} {name}.",
        f"Clock: {name}, {clock.edge}.",
        f"State changes on {clock.edge} {name} only."
        if not clock.asynchronous
        else f"Flops are {clock.edge} {name}.",
        f"Use the {pair[0]} edge of {name}.",
        f"{name} is the clock, {pair[1]} edge active.",
        f"Everything is timed by the {pair[1]} edge of {name}.",
        f"Trigger on the {pair[0]} edge of {name}.",
        f"Its clock {name} acts on the {pair[0]} edge.",
    )


def reset(draw: Draw, clock: Clocking, what: str, value: str) -> str:
    """A sentence about the reset, which puts `value` into `what`; empty without a reset."""
    if not clock.reset:
        return ""
    name = f"`{clock.reset}`"
    level, bit = ("high", 1) if clock.active_high else ("low", 0)
    if clock.asynchronous:
        return draw.say(
            f"{name} is an async, active-{level} reset: it forces {what} to {value}.",
            f"Asynchronous reset {name}, active {level}, sets {what} to {value}.",
            f"As soon as {name} goes {level}, no clock needed, {what} must become {value} and "
            "stay so until it is released.",
            f"Async active-{level} {name} puts {what} at {value}.",
            f"{name}={bit} forces {what} to {value} immediately, independent of the clock.",
            f"Reset (pin {name}, {level}-active, asynchronous) gives {value} in {what}.",
            f"Driving {name} {level} overrides everything, even without a clock edge: "
            f"{what} = {value}.",
        )
    return draw.say(
        f"{name} is a synchronous active-{level} reset that sets {what} to {value}.",
        f"Sync reset {name} (active {level}) forces {what} to {value}.",
        f"If {name} is {level} at the clock edge, {what} must become {value}, whatever else is "
        "going on.",
        f"Reset is synchronous, active {level} on {name}, and puts {what} at {value}.",
        f"A clock edge with {name}={bit} sets {what} to {value}; this comes before all else.",
        f"{name} ({level}-active) is sampled by the clock like any other signal and has top "
        f"priority: {what} = {value}.",
        f"Synchronous clear/preset by {name}, active {level}: {what} = {value}.",
    )


def timing(draw: Draw, clock: Clocking, what: str, value: str) -> str:
    """The clock edge and the reset, in one go."""
    back = reset(draw, clock, what, value)
    if not back:
        return ticks(draw, clock) + draw.say("", " No reset.", " There is no reset.")
    level = "high" if clock.active_high else "low"
    kind = "async" if clock.asynchronous else "sync"
    full = "asynchronous" if clock.asynchronous else "synchronous"
    way = "rising" if clock.edge == "posedge" else "falling"
    return draw.choice(
        (
            f"{ticks(draw, clock)} {back}",
            f"{back} {ticks(draw, clock)}",
            f"{clock.edge} `{clock.clock}`, {kind} active-{level} `{clock.reset}`; reset sets "
            f"{what} to {value}.",
            f"Clock `{clock.clock}` ({way} edge), {full} reset `{clock.reset}` (active {level}) "
            f"sets {what} to {value}.",
        )
    )


def on(draw: Draw, gate: Gate) -> str:
    """The condition under which things happen: `en` is high."""
    if gate.active_high:
        return draw.say(
            f"`{gate.name}` is 1",
            f"`{gate.name}` is high",
            f"`{gate.name}` is asserted",
            f"`{gate.name}` is set",
            f"`{gate.name}` = 1",
        )
    return draw.say(
        f"`{gate.name}` is 0",
        f"`{gate.name}` is low",
        f"`{gate.name}` is not asserted (0)",
        f"`{gate.name}` = 0",
    )


def off(draw: Draw, gate: Gate) -> str:
    """The condition under which nothing happens."""
    if gate.active_high:
        return draw.say(
            f"`{gate.name}` is 0", f"`{gate.name}` is low", f"`{gate.name}` is deasserted"
        )
    return draw.say(f"`{gate.name}` is 1", f"`{gate.name}` is high", f"`{gate.name}` is asserted")


def enabled(draw: Draw, gate: Gate | None) -> str:
    """A sentence that says what enables and what holds; empty without a gate."""
    if gate is None:
        return ""
    name = f"`{gate.name}`"
    if gate.active_high:
        return draw.say(
            f"{name} is an active-high enable; low means hold.",
            f"{name} (active high) gates the action; a 0 keeps the contents.",
            f"It only works while {name} is 1 and otherwise holds.",
            f"{name} high lets it run, {name} low freezes it.",
            f"Clock enable: {name}, active high.",
            f"{name}=0 means hold.",
        )
    return draw.say(
        f"{name}=1 stops it where it is; it runs while {name}=0.",
        f"{name} is active high and freezes the contents.",
        f"{name} high means hold.",
        f"It holds whenever {name} is high, and works while it is low.",
    )


def polarity(gate: Gate) -> str:
    """The gate's state while things happen, told shortly: `en`=1."""
    return f"`{gate.name}`={int(gate.active_high)}"


def an(width: int, noun: str = "bit") -> str:
    """`a 4-bit`, `an 8-bit`."""
    return f"{'an' if str(width)[0] == '8' or width in (11, 18) else 'a'} {width}-{noun}"
