"""Predictors and histories: saturating counters, shift histories that can be restored."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.phrases import (
    build,
    chain,
    joined,
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


def _history(draw: Draw) -> Design:
    """A shift history with speculative updates that can be restored after a mistake."""
    width = draw.choice((4, 6, 8, 8, 12, 16, 24, 32))
    left = draw.chance(0.7)
    style = draw.choice(("restore with outcome", "restore as saved", "checkpoint"))
    push_first = style == "checkpoint" and draw.chance(0.5)
    clocking = draw.clocking()
    push = draw.name("push", "predict_valid", "shift_en", "speculate", "valid")
    guess = draw.name("guess", "predict_taken", "bit_in", "direction")
    history = draw.name("history", "hist", "trace", "past")
    undo = draw.name("restore", "mispredict", "rollback", "undo")
    outcome = draw.name("outcome", "actual", "truth") if style == "restore with outcome" else ""
    saved = draw.name("saved", "old_history", "snapshot", "backup")
    keep = draw.name("save", "checkpoint", "mark") if style == "checkpoint" else ""
    checkpoint = style == "checkpoint"
    ports = [
        *clocking.ports,
        port(push, "input", 1, "adds a bit to the history"),
        port(guess, "input", 1, "the bit to add"),
        port(undo, "input", 1, "goes back to an older history"),
        *([port(outcome, "input", 1, "the bit that was right")] if outcome else []),
        *([port(keep, "input", 1, "remembers the present history")] if keep else []),
        *([] if checkpoint else [port(saved, "input", width, "history to go back to")]),
        port(
            history,
            "output",
            width,
            "the history, newest bit at the " + ("low end" if left else "high end"),
        ),
    ]

    def shifted(base: str, new: str) -> str:
        if left:
            return f"{{{base}[{width - 2}:0], {new}}}"
        return f"{{{new}, {base}[{width - 1}:1]}}"

    zero = literal(width, 0)
    back = shifted(saved, outcome) if outcome else saved
    branches = [
        (undo, f"{history} <= {back};"),
        (push, f"{history} <= {shifted(history, guess)};"),
    ]
    if push_first:
        branches.reverse()
    step = chain(branches)
    on_reset = f"{history} <= {zero};"
    lines = []
    if checkpoint:
        lines.append(f"  reg [{width - 1}:0] {saved};")
        on_reset += f"\n{saved} <= {zero};"
        step += f"\nif ({keep}) {saved} <= {history};"
    lines.append(clocking.always(on_reset, step))
    place, end = ("bit 0", "left") if left else (f"bit {width - 1}", "right")

    def rules() -> list[str]:
        source = {
            "restore with outcome": f"`{saved}` shifted {end} by one with `{outcome}` entering at "
            f"{place}",
            "restore as saved": f"`{saved}`",
            "checkpoint": f"the history remembered in an internal register of {width} bits",
        }[style]
        return [
            f"`{push}` = 1 shifts `{history}` {end} by one at the clock edge, with `{guess}` "
            f"entering at {place}.",
            f"`{undo}` = 1 replaces `{history}` by {source}.",
            f"if `{push}` and `{undo}` are both 1, only the {'push' if push_first else 'restore'} "
            "happens; if neither is 1, the history is kept.",
            f"`{keep}` = 1 puts the value that `{history}` has before the clock edge into the "
            "internal register; a restore at the same edge still uses its older contents."
            if checkpoint
            else "",
        ]

    return build(
        draw,
        HISTORY,
        clocking,
        modules=("history_register", "history", "shift_history", "speculative_history"),
        ports=ports,
        body="\n".join(lines),
        title=f"{width}-bit history shift register with restore",
        terse=joined(*rules()),
        intro=draw.say(
            f"`{history}` holds the last {width} bits of a sequence of guesses, and can be put "
            "right when a guess was wrong.",
            "Speculative decisions are recorded in a shift register that can be rolled back.",
            "",
        ),
        rules=rules,
        effect=f"clears `{history}`" + (" and the internal register" if checkpoint else ""),
        directed=[*[{push: 1, guess: 1}] * width, *[{push: 1}] * width],
        chances={undo: 0.15, push: 0.7, keep: 0.2},
        reset_chance=0.015,
        choices={
            "width": width,
            "left": left,
            "style": style,
            "push first": push_first,
        },
    )


SATURATING_COUNTER = Family("saturating_counter", Tier.ADVANCED, _saturating_counter)
HISTORY = Family("history", Tier.ADVANCED, _history)

FAMILIES = (SATURATING_COUNTER, HISTORY)
