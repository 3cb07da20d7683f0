"""Words for clocks, resets and enables, and the layouts that tellings share."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.phrases import Gate

_ODD = {"in", "a", "i"}
_WORDS = {"up", "last", "left", "hold", "set", "go", "again", "mark", "first", "second", "read"}


def finish(t: Draw, text: str) -> str:
    """The text with backticks around all its names, or around none."""
    names = set(re.findall(r"`(\w+)`", text))
    plain = t.chance(0.75) and not names & _ODD and (t.chance(0.4) or not names & _WORDS)
    return text.replace("`", "") if plain else text


def cap(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def ended(text: str) -> str:
    """A sentence: capital first, full stop last."""
    text = cap(re.sub(" {2,}", " ", text.strip()))
    return text if not text or text[-1] in ".:;!?" else f"{text}."


def prose(t: Draw, *parts: str) -> str:
    """The sentences that are not empty, as one paragraph."""
    return finish(t, " ".join(ended(p) for p in parts if p.strip()))


def framed(t: Draw, body: str, clock: str) -> str:
    """The body with the sentence on the clock behind it, sometimes before it."""
    return prose(t, clock, body) if t.chance(0.25) else prose(t, body, clock)


def remarks(t: Draw, head: str, facts: Sequence[str], extra: Sequence[str] = ()) -> str:
    """A sentence and remarks on it in one of many layouts; `extra` ones where there is room."""
    said = [ended(f) for f in facts if f.strip()]
    for fact in extra:
        if fact.strip() and len(" ".join([head, *said, fact]).split()) < 108:
            said.append(ended(fact))
    said = t.shuffled(said)
    head = ended(head)
    layout = t.int(0, 8)
    if layout == 0:
        text = head + "\n\n" + "\n".join(f"{i}. {f}" for i, f in enumerate(said, 1))
    elif layout == 1:
        text = head + "\n\n" + "\n".join(f"- {f}" for f in said)
    elif layout == 2:
        text = head + " " + " ".join(f"({'abcdefghij'[i]}) {f}" for i, f in enumerate(said))
    elif layout == 3:
        text = f"{t.say('Rules', 'Requirements', 'Points to observe')}:\n\n"
        text += "\n".join(f"* {f}" for f in said)
        text += f"\n\n{t.say('Purpose', 'In short', 'Summary')}: {head}"
    elif layout == 4:
        word = t.say("Note", "Remark", "Rule")
        text = head + "\n" + "\n".join(f"{word} {i}: {f}" for i, f in enumerate(said, 1))
    elif layout == 5:
        text = f"{t.say('Function', 'What it does', 'Description')}\n{head}\n\n"
        text += f"{t.say('Details', 'Remarks', 'Behaviour')}\n" + "\n".join(said)
    elif layout == 6:
        half = (len(said) + 1) // 2
        text = f"{head} {' '.join(said[:half])}\n\n{t.say('Also:', 'Further:', 'Moreover:')} "
        text += " ".join(said[half:])
    elif layout == 7:
        text = head + "\n\n" + "\n".join(f"{i}) {f}" for i, f in enumerate(said, 1))
    else:
        text = head + "\n" + "\n".join(f"  [{i}] {f}" for i, f in enumerate(said, 1))
    return finish(t, text)


def maybe(t: Draw, condition: object, *wordings: str) -> str:
    """One of the wordings if the condition holds, else nothing."""
    return t.say(*wordings) if condition else ""


def high(t: Draw, name: str, one: bool = True) -> str:
    """The name has this value: `x` is 1, or high."""
    if one:
        return t.say(f"`{name}` is 1", f"`{name}` is high", f"`{name}` = 1")
    return t.say(f"`{name}` is 0", f"`{name}` is low", f"`{name}` = 0")


def at(t: Draw, name: str, one: bool = True) -> str:
    """For behind `with`: `x` high."""
    if one:
        return t.say(f"`{name}` high", f"`{name}` at 1", f"`{name}` = 1", f"`{name}` set")
    return t.say(f"`{name}` low", f"`{name}` at 0", f"`{name}` = 0")


def on(t: Draw, gate: Gate | None) -> str:
    """The gate is open."""
    return high(t, gate.name, gate.active_high) if gate else ""


def off(t: Draw, gate: Gate | None) -> str:
    """The gate is closed."""
    return high(t, gate.name, not gate.active_high) if gate else ""


def open_(t: Draw, gate: Gate | None) -> str:
    """For behind `with`: the gate open."""
    return at(t, gate.name, gate.active_high) if gate else ""


def shut(t: Draw, gate: Gate | None) -> str:
    """For behind `with`: the gate closed."""
    return at(t, gate.name, not gate.active_high) if gate else ""


def steps(t: Draw, gate: Gate | None) -> str:
    """When things happen: at which clock edges."""
    if gate is None:
        return t.say("at every clock edge", "on each clock edge", "every clock")
    return t.say(
        f"at each clock edge with {open_(t, gate)}",
        f"on clock edges where {on(t, gate)}",
        f"at those clock edges only where {on(t, gate)}",
    )


def listed(names: Sequence[str], word: str = "and") -> str:
    """The items with commas, and a word before the last."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"


def edge(t: Draw, clocking: Clocking) -> str:
    """`rising edge of clk`, to follow `the` or `each`."""
    up = clocking.edge == "posedge"
    return t.say(
        f"{'rising' if up else 'falling'} edge of `{clocking.clock}`",
        f"{'positive' if up else 'negative'} edge of `{clocking.clock}`",
        f"{'rising' if up else 'falling'} `{clocking.clock}` edge",
        f"{'pos' if up else 'neg'}edge of `{clocking.clock}`",
    )


def _brief_edge(t: Draw, clocking: Clocking) -> str:
    up = clocking.edge == "posedge"
    return t.say(
        f"{'posedge' if up else 'negedge'} `{clocking.clock}`",
        f"{'rising' if up else 'falling'}-edge `{clocking.clock}`",
        f"{'rising' if up else 'falling'} `{clocking.clock}`",
        f"`{clocking.clock}` ({'positive' if up else 'negative'} edge)",
    )


def brief(t: Draw, clocking: Clocking, effect: str) -> str:
    """Clock and reset in few words; `effect` is a verb phrase: `clears q`."""
    clock = _brief_edge(t, clocking)
    if not clocking.reset:
        return t.say(
            f"{clock}, no reset.", f"no reset; {clock}.", f"runs on {clock}, without reset."
        )
    level = "high" if clocking.active_high else "low"
    kind = t.say("async", "asynchronous") if clocking.asynchronous else t.say("sync", "synchronous")
    reset = f"`{clocking.reset}`"
    return t.say(
        f"{clock}; {kind} active-{level} {reset} {effect}.",
        f"{reset} ({kind}, active {level}) {effect}; {clock}.",
        f"runs on {clock}; {kind} {reset}, active {level}, {effect}.",
        f"{kind} {reset} {effect} when {level}. Clock: {clock}.",
        f"{clock}. Reset {reset}: {kind}, active {level}, {effect}.",
    )


def clocks(t: Draw, clocking: Clocking, effect: str) -> str:
    """Sentences on the clock and the reset; `effect` is a verb phrase: `clears q`."""
    clock = f"the {edge(t, clocking)}"
    if not clocking.reset:
        return t.say(
            f"All registers use {clock}; there is no reset.",
            f"It is clocked by {clock}. No reset is provided, so nothing is known about the first "
            "contents.",
            f"Active clock edge: {clock.removeprefix('the ')}. Reset: none.",
            f"The flip-flops react to {clock} and have no reset.",
        )
    lead = t.say("Clocked by", "It runs on", "All registers use", "The active clock edge is")
    return f"{lead} {clock}. {reset(t, clocking, effect)}"


def reset(t: Draw, clocking: Clocking, effect: str) -> str:
    """A sentence on the reset; empty where there is none."""
    if not clocking.reset:
        return ""
    level, bit = ("high", 1) if clocking.active_high else ("low", 0)
    name = f"`{clocking.reset}`"
    if clocking.asynchronous:
        return t.say(
            f"{name} is an asynchronous reset, active {level}, and {effect}.",
            f"Taking {name} {level} {effect} at once, without waiting for a clock edge.",
            f"{name} {level} overrides the clock and {effect} immediately.",
            f"Reset is {name}: active {level}, asynchronous, {effect}.",
            f"As soon as {name} is {bit}, whatever the clock does, this reset {effect}.",
            f"The active-{level} {name} acts without the clock; it {effect}.",
        )
    return t.say(
        f"{name} is a synchronous reset, active {level}, and {effect}.",
        f"{cap(level)} {name} at a clock edge {effect}, before anything else is considered.",
        f"{name} is sampled by the clock like any input; when {level}, it {effect} and everything "
        "else is ignored.",
        f"Reset is {name}: active {level}, synchronous, {effect}.",
        f"A clock edge with {name} = {bit} {effect}, with top priority (synchronous reset).",
        f"The active-{level} {name} waits for the clock edge; there it {effect}.",
    )


def change(t: Draw, kind: str, plural: bool = False) -> str:
    """The kind of an edge in words: `a rising edge`, or in the plural."""
    one = {
        "rising": t.say("a rising edge", "a 0-to-1 step", "a low-to-high transition"),
        "falling": t.say("a falling edge", "a 1-to-0 step", "a high-to-low transition"),
        "any": t.say("a change in either direction", "an edge of either polarity"),
    }[kind]
    if not plural:
        return one
    if kind == "any":
        return t.say("changes in either direction", "edges of both polarities")
    return f"{one.partition(' ')[2]}s"
