"""Tellings of machines with a counter."""

from __future__ import annotations

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.told._words_machines import Ink, around, clocks, ink, remarks


def start_delay_done(
    pen: Draw,
    clocking: Clocking,
    *,
    start: str,
    busy: str,
    done: str,
    cycles: int,
    restart: bool,
    stop: str = "",
) -> tuple[str, str, str]:
    """A delay with busy and done; a second start reloads it or is ignored."""
    names = (start, busy, done, stop, clocking.clock, str(clocking.reset))

    def rule(n: Ink) -> str:
        return pen.say(
            f"an edge that finds {n(start)} at 1 raises {n(busy)} for {cycles} clock cycles; the "
            f"edge that drops it gives a one-cycle pulse on {n(done)}.",
            f"a delay of {cycles} cycles: {n(busy)} covers them, beginning right after the edge "
            f"that sees {n(start)}, and {n(done)} is 1 in the one cycle that follows.",
            f"once started by {n(start)}, hold {n(busy)} high {cycles} cycles, then {n(busy)} low "
            f"and {n(done)} high for one cycle.",
            f"an edge with {n(start)} high loads a down-counter with {cycles}; {n(busy)} is 1 "
            f"while it is not zero, and {n(done)} is 1 for one cycle right after it got to zero.",
        )

    def again(n: Ink) -> str:
        if restart:
            return pen.say(
                f"retriggerable: {n(start)} during {n(busy)}, even at its last edge, begins the "
                f"{cycles} cycles anew and suppresses {n(done)}.",
                f"{n(start)} while {n(busy)} is high reloads the full time; the interrupted delay "
                f"gives no {n(done)}, not even if it was about to end with that edge.",
                f"each further {n(start)} pushes the end back to {cycles} cycles from then, so "
                f"{n(done)} comes only after the last one.",
            )
        return pen.say(
            f"it is not retriggerable, so {n(start)} is ignored while {n(busy)} is 1.",
            f"during {n(busy)} another {n(start)} changes nothing; in the {n(done)} cycle it is "
            "accepted again.",
            f"{n(start)} counts only while {n(busy)} is low.",
        )

    def halt(n: Ink) -> str:
        if not stop:
            return ""
        return pen.say(
            f"{n(stop)} kills the delay at the next edge, without {n(done)}, and beats {n(start)}.",
            f"{n(stop)}=1 at an edge: {n(busy)} off, no {n(done)}, {n(start)} not looked at.",
            f"{n(stop)} has the last word over {n(start)}: it takes {n(busy)} down at that edge, "
            f"and {n(done)} stays 0.",
        )

    def reset(n: Ink) -> str:
        return clocks(
            pen,
            n,
            clocking,
            pen.say(f"clears {n(busy)} and {n(done)}", "makes it idle with both outputs 0"),
        )

    n = ink(pen)
    short = around(pen, rule(n), again(n), halt(n), reset(n), names=names)
    n = ink(pen)
    purpose = around(
        pen,
        pen.say(
            "A relay needs its time to settle before the next measurement, and this timer waits "
            "for it:",
            "Software starts an analog conversion and wants to be told when the settling time is "
            "over:",
            "The flash lamp of a camera may not be looked at during its discharge, so a timer "
            "blocks the shutter:",
            "A slow peripheral has no ready signal. We give it a fixed number of clocks and "
            "report the end:",
            "Between two steps of a packaging machine there is a fixed dwell:",
        ),
        rule(n),
        again(n),
        halt(n),
        reset(n),
        names=names,
    )
    n = ink(pen)
    told = remarks(
        pen,
        pen.say(
            f"One-shot timer, {cycles} clocks.",
            f"Wait timer with {n(busy)} and {n(done)}.",
            f"Data sheet: programmable? No, the delay is fixed at {cycles} cycles.",
            "Here is how the dwell timer behaves.",
            f"A pulse of {cycles} cycles, and an end marker.",
        ),
        [
            rule(n),
            again(n),
            halt(n),
            pen.say(
                f"{n(done)} is 0 at all other times.",
                f"Counting the edge that accepts {n(start)} as edge 0, {n(busy)} falls and "
                f"{n(done)} rises at edge {cycles}; {n(done)} falls at edge {cycles + 1}.",
                f"Never are {n(busy)} and {n(done)} both 1.",
            ),
            reset(n),
        ],
        names,
    )
    return short, purpose, told
