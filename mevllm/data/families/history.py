"""Predictors and histories: saturating counters, shift histories that can be restored."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.phrases import (
    build,
    chain,
    literal,
    sized,
    spoken,
)
from mevllm.data.families.told import history as told
from mevllm.tiers import Tier


def _saturating_counter(draw: Draw) -> Design:
    """A counter trained up and down that stops at its ends; with a decision and a start value."""
    width = draw.choice((2, 2, 2, 3, 3, 4))
    top = (1 << width) - 1
    low, high = 0, top
    if width > 2 and draw.chance(0.4):
        low, high = draw.int(0, 2), draw.int(top - 2, top)
    start = draw.choice((low, (low + high) // 2, (low + high + 1) // 2, high))
    threshold = draw.choice((1 << (width - 1), 1 << (width - 1), (low + high + 1) // 2))
    shown = draw.choice(("state", "decision", "both", "both"))
    style = draw.choice(("valid and direction", "two events", "jump"))
    rise, fall = (1, 1) if style != "jump" else draw.choice(((2, 1), (1, 2)))
    if high - low < 5:
        rise = fall = 1
    clocking = draw.clocking()
    if style == "two events":
        up, down = draw.name("inc", "up", "hit", "good"), draw.name("dec", "down", "miss", "bad")
        both_hold = draw.chance(0.6)
        controls = [port(up, "input", 1, "counts up"), port(down, "input", 1, "counts down")]
        go_up, go_down = f"{up} && !{down}", f"{down} && !{up}"
        if not both_hold:
            go_up = up
            go_down = down
        told_up = f"`{up}` is 1" + (f" and `{down}` is 0" if both_hold else "")
        told_down = f"`{down}` is 1 and `{up}` is 0"
    else:
        both_hold = False
        valid, taken = draw.name("valid", "train", "update"), draw.name("taken", "outcome", "dir")
        controls = [
            port(valid, "input", 1, "there is an outcome to learn"),
            port(taken, "input", 1, "the outcome"),
        ]
        go_up, go_down = f"{valid} && {taken}", valid
        told_up, told_down = (
            f"`{valid}` and `{taken}` are both 1",
            (f"`{valid}` is 1 and `{taken}` is 0"),
        )
    state = draw.name("state", "count", "confidence", "level")
    decision = draw.name("predict", "prediction", "favoured", "likely")
    ports = [
        *clocking.ports,
        *controls,
        *([port(state, "output", width, "the counter")] if shown != "decision" else []),
        *([port(decision, "output", 1, "the decision")] if shown != "state" else []),
    ]

    def bounded(step: int, up_: bool) -> str:
        end = literal(width, high if up_ else low)
        if step == 1:
            return f"({state} == {end}) ? {state} : {state} {'+' if up_ else '-'} 1'b1"
        near = high - step if up_ else low + step
        compare = ">" if up_ else "<"
        sign = "+" if up_ else "-"
        amount = literal(width, step)
        return f"({state} {compare} {literal(width, near)}) ? {end} : {state} {sign} {amount}"

    step = chain(
        [
            (go_up, f"{state} <= {bounded(rise, True)};"),
            (go_down, f"{state} <= {bounded(fall, False)};"),
        ]
    )
    lines = [] if shown != "decision" else [f"  reg [{width - 1}:0] {state};"]
    lines.append(clocking.always(f"{state} <= {literal(width, start)};", step))
    if shown != "state":
        lines.append(f"  assign {decision} = ({state} >= {literal(width, threshold)});")
    held = f"`{state}`" if shown != "decision" else "the counter"

    def rules() -> list[str]:
        return [
            f"{held} is {sized(width)} number that is always between {low} and {high}.",
            f"at a clock edge at which {told_up}, {held} increases by {rise}, but to no more than "
            f"{high}.",
            f"at a clock edge at which {told_down}, it decreases by {fall}, but to no less than "
            f"{low}.",
            "in all other cases it keeps its value"
            + (
                ", in particular when both inputs are 1."
                if style == "two events" and both_hold
                else "."
            ),
            f"`{decision}` is 1, combinationally, while {held} is {threshold} or more."
            if shown != "state"
            else "",
        ]

    first, second = (p.name for p in controls)
    results = (state if shown != "decision" else "", decision if shown != "state" else "")
    drawn, events = (width, low, high, start, threshold), (style == "two events", both_hold)
    spoken_of = (draw.teller(), clocking, (first, second), results, drawn, (rise, fall), events)
    draw.tell(*told.saturating_counter(*spoken_of))
    rising = [{first: 1, second: int(style != "two events")}] * (top + 2)
    falling = [{second: 1} if style == "two events" else {first: 1}] * (top + 2)
    return build(
        draw,
        SATURATING_COUNTER,
        clocking,
        modules=("saturating_counter", "predictor", "confidence", "sat_counter"),
        ports=ports,
        body="\n".join(lines),
        title=f"{width}-bit saturating counter" + (" with a decision" if shown != "state" else ""),
        terse=spoken(*rules()),
        intro=draw.say(
            "A branch predictor learns from outcomes with a saturating counter.",
            "Build an up/down counter that saturates at both ends.",
            "",
        ),
        rules=rules,
        effect=f"sets {held} to {start}",
        directed=[*rising, *falling, *rising],
        random_rows=220,
        hold={p.name: 0.75 for p in controls[1:]},
        reset_chance=0.015,
        choices={
            "width": width,
            "range": (low, high),
            "start": start,
            "threshold": threshold if shown != "state" else None,
            "shown": shown,
            "style": style,
            "steps": (rise, fall),
            "both hold": both_hold,
        },
    )


SATURATING_COUNTER = Family("saturating_counter", Tier.ADVANCED, _saturating_counter)

FAMILIES = (SATURATING_COUNTER,)
