"""Tellings of a lock with two buttons."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.told._words_machines import Ink, around, clocks, ink, remarks


def button_lock(
    pen: Draw,
    clocking: Clocking,
    *,
    keys: tuple[str, str],
    code: Sequence[int],
    opened: str,
    alarm: str,
    close: str,
) -> tuple[str, str, str]:
    """A code of presses on two buttons; `close` says what ends the open state."""
    names = (*keys, opened, alarm, clocking.clock, str(clocking.reset))

    def rule(n: Ink) -> str:
        order = ", ".join(n(keys[k]) for k in code)
        return pen.say(
            f"{n(opened)} turns 1 after the presses {order}, pauses of any length allowed.",
            f"the code is {order}; its last press sets {n(opened)}.",
            f"press {order} in this order to get {n(opened)}=1; cycles without a press do not "
            "matter.",
        )

    def press(n: Ink) -> str:
        a, b = n(keys[0]), n(keys[1])
        return pen.say(
            f"every clock edge with {a} or {b} high is one press; both at once are a mistake.",
            f"a button held for several edges counts as several presses; {a} with {b} is wrong.",
            f"no edge detection: each edge at which {a} or {b} is 1 is a press. The pair pressed "
            "together is always wrong.",
        )

    def wrong(n: Ink) -> str:
        if alarm:
            return pen.say(
                f"a wrong press before it opens raises {n(alarm)}, and it stays locked until "
                "reset.",
                f"any mistake while it is locked latches {n(alarm)}=1 and blocks the lock till "
                "the reset.",
            )
        return pen.say(
            "a mistake throws away all progress, and the wrong press is not the first of a new "
            "try.",
            "after a wrong press the whole code is needed again, starting with the press after it.",
        )

    def shut(n: Ink) -> str:
        if close == "any":
            return pen.say(
                "when open, any press (one button or both) locks it and serves for nothing else.",
                f"{n(opened)} stays 1 until a press of whatever kind, which only locks.",
            )
        if close == "cycle":
            return pen.say(
                f"{n(opened)} lasts one clock cycle; a press sampled at its end is ignored.",
                f"{n(opened)} is a one-cycle pulse, then locked again, the presses at that edge "
                "being lost.",
            )
        return pen.say(
            f"once 1, {n(opened)} stays 1 until reset.",
            "an open lock ignores the buttons and stays open till the reset.",
        )

    def reset(n: Ink) -> str:
        return clocks(
            pen, n, clocking, pen.say("locks and forgets all presses", "locks, no progress kept")
        )

    n = ink(pen, *keys)
    short = around(pen, rule(n), press(n), wrong(n), shut(n), reset(n), names=names)
    n = ink(pen, *keys)
    purpose = around(
        pen,
        pen.say(
            "A bicycle box has a lock with two buttons:",
            "The test mode of an instrument is hidden behind a sequence on two front keys:",
            "A medicine cabinet opens to those who know the rhythm of two buttons:",
            "An escape game has a treasure chest with two push buttons:",
            "The starter of a racing kart is enabled by a secret order of two switches:",
        ),
        rule(n),
        press(n),
        wrong(n),
        shut(n),
        reset(n),
        names=names,
    )
    n = ink(pen, *keys)
    told = remarks(
        pen,
        pen.say(
            f"Code lock, {len(code)} presses.",
            "Sequence lock with two buttons.",
            f"When is {n(opened)} 1?",
            "Moore machine for a push-button lock.",
        ),
        [
            rule(n),
            press(n),
            wrong(n),
            shut(n),
            f"{n(opened)}"
            + (f" and {n(alarm)} change" if alarm else " changes")
            + " right after clock edges, as in any Moore machine.",
            reset(n),
        ],
        names,
    )
    return short, purpose, told
