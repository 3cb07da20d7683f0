"""Saturating counters as people tell them."""

from __future__ import annotations

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.told import _words_timing as words


def saturating_counter(
    t: Draw,
    clocking: Clocking,
    controls: tuple[str, str],
    results: tuple[str, str],
    drawn: tuple[int, int, int, int, int],
    steps: tuple[int, int],
    events: tuple[bool, bool],
) -> tuple[str, str, str]:
    """`results`: count and decision, or none; width, low, high, start, threshold; up, down;
    whether the controls are two events, and whether both at once hold."""
    one, two = (f"`{n}`" for n in controls)
    state, decision = results
    width, low, high, start, threshold = drawn
    up, down = steps
    pair, hold = events
    c = f"`{state}`" if state else "the counter"
    span = f"{low} to {high}"
    plain = (low, high) == (0, (1 << width) - 1)
    bounds = (
        f"{width}-bit, saturating at {low} and {high}"
        if not plain
        else t.say(f"{width} bits, saturating at both ends", f"{width}-bit saturating, {span}")
    )
    if pair:
        tie = (
            t.say("both together cancel", "both or neither: no change")
            if hold
            else t.say(f"{one} wins if both", f"{one} has priority over {two}")
        )
        move = t.say(f"{one} counts up, {two} down, {tie}", f"+1 on {one}, -1 on {two}, {tie}")
    else:
        by_up, by_down = (f" by {up}", f" by {down}") if up != down else ("", "")
        move = t.say(
            f"{one} enables; {two} = 1 counts up{by_up}, 0 down{by_down}",
            f"while {one} is 1: up{by_up} for {two} = 1, down{by_down} for {two} = 0",
        )
    verdict = ""
    if decision:
        verdict = t.say(
            f"`{decision}` = ({c} >= {threshold}).",
            f"`{decision}` is high from {threshold} upwards.",
        )
        if not plain or up != down or threshold != 1 << (width - 1):
            verdict = f"`{decision}` = ({c} >= {threshold})."
        elif t.chance(0.4):
            verdict = f"`{decision}` is the MSB."
    where = t.say(f"on {c}", f"named {c}") if state else "inside"
    clock = words.brief(t, clocking, t.say(f"loads {start}", f"sets the count to {start}"))
    short = words.framed(
        t,
        t.say(
            f"Saturating up/down counter {where}, {bounds}: {move}. {verdict}",
            f"Confidence counter {where} ({bounds}); {move}. {verdict}",
            f"{bounds} counter {where}; {move}. {verdict}",
            f"Up/down counter {where} that sticks at its ends ({bounds}). {move}. {verdict}",
            f"{move}; counter {where}, {bounds}. {verdict}",
            f"Bimodal-style predictor counter {where}, {bounds}. {move}. {verdict}",
        ),
        clock,
    )
    if pair:
        rule = t.say(
            f"{words.cap(words.at(t, controls[0]))} at a clock edge adds one, "
            f"{words.at(t, controls[1])} takes one away",
            f"{one} at 1 means one more, {two} at 1 means one less, judged at each clock edge",
        )
        if hold:
            rule += t.say("; if both are 1 nothing happens", "; both at once leave it as it is")
        else:
            rule += t.say(f"; if both are 1 only {one} counts", f"; {two} is overruled by {one}")
    else:
        rule = t.say(
            f"A clock edge with {words.at(t, controls[0])} reads {two}: 1 adds {up}, 0 subtracts "
            f"{down}",
            f"{two} is taken into account at clock edges where {words.high(t, controls[0])}, and "
            f"then {c} goes up by {up} (for 1) or down by {down} (for 0)",
        )
    ends = t.say(
        f"{words.cap(c)} never leaves {span}: a step that would pass an end stops on it",
        f"Below {low} and above {high} it cannot go; steps beyond are cut off at these values",
    )
    keeps = t.say("Nothing else changes it", f"Otherwise {c} is kept")
    shows = words.maybe(
        t,
        decision,
        f"`{decision}` is 1 if {c} has reached {threshold} or more, by plain comparison",
        f"Compare {c} with {threshold}: not less gives `{decision}` = 1, directly",
    )
    full = words.clocks(t, clocking, t.say(f"puts {c} to {start}", f"makes {c} {start}"))
    purpose = words.prose(
        t,
        t.say(
            "Whether a loop branch will be taken is guessed from how it went lately",
            "A radio link rates its channel from good and bad experiences",
            "A vending machine learns whether a coin slot is jammed by weighing successes "
            "against failures",
            "An echo canceller keeps a measure of confidence in its adaptation",
            "A cache decides from past usefulness whether to fetch ahead",
            "A lane keeper believes a camera only after repeated agreement",
        )
        + t.say(f", with {c} as its memory", f"; {c} is the score"),
        rule,
        ends,
        shows,
        t.say(full, clock),
    )
    value, path = start, [start]
    for ahead in (1, 1, 0, 1, 0, 0):
        value = min(value + up, high) if ahead else max(value - down, low)
        path.append(value)
    example = f"Example: from reset, up, up, down, up, down, down gives {', '.join(map(str, path))}"
    remark = words.remarks(
        t,
        t.say(
            f"{words.cap(c)} is {width} bits wide and counts both ways within {span}",
            f"Two-way counter with stops at {low} and {high}",
            f"Score keeper, range {span}" + (f", with a verdict `{decision}`" if decision else ""),
            f"Clamped up/down counting ({span})",
        ),
        [rule, ends, keeps, shows, full],
        [example],
    )
    return short, purpose, remark
