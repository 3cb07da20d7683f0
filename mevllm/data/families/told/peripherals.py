"""Interrupt controllers and interval timers as people tell them."""

from __future__ import annotations

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.told._words_systems import voice


def interrupts(
    draw: Draw, c: Clocking, names: tuple[str, ...], n: int, edges: bool, low: bool, by_id: bool
) -> tuple[str, ...]:
    """An interrupt controller.

    The names: sources, mask write, mask in, acknowledge, request, number, pending.
    """
    v = voice(draw, c)
    src, we, mask_in, ack, irq, ident, pend = v.names(names)
    kind = "edge" if edges else "level"
    sets = (
        v.say(
            f"every 0-to-1 change of a bit of {src} between two edges (first compared with 0) sets "
            f"its {pend} bit",
            f"{pend} latches rising {src} bits, found against the previous sample (0 after reset)",
        )
        if edges
        else v.say(
            f"any {src} bit that is 1 at an edge sets its {pend} bit",
            f"{pend} collects {src} by OR",
        )
    )
    wipes = (
        f"{ack} with {irq} high clears the {pend} bit numbered {ident}"
        if by_id
        else f"ones in {ack} clear their {pend} bits"
    )
    prio = f"the {'lowest' if low else 'highest'}-numbered enabled pending source, or 0"
    t = v.timing("clears mask and pending bits" + (" and the old samples" if edges else ""))
    first = v.up(sets)
    return (
        v.say(
            f"Interrupt controller, {n} {kind}-triggered inputs, hidden mask register (1 = on, "
            f"{we} loads {mask_in}). {first}, masked or not; {wipes}, set beats clear. {irq} = any "
            f"enabled pending, {ident} = {prio}, both combinational. {t}",
            f"{v.up(kind)}-sensitive PIC. {irq}/{ident} are logic on registers: "
            f"is there, and which is, {prio}. {first}; {wipes}; if both, it stays set. {we} "
            f"writes {mask_in} to the enable mask, which does not gate {pend}. {t}",
            f"{t} Collect requests of {n} devices. {first}. {v.up(wipes)}, but a new "
            f"event at the same edge wins. Enables sit in a register written by {we} from "
            f"{mask_in}; they act only on {irq} (something enabled pends) and {ident} ({prio}), "
            f"neither registered.",
            "Interrupt block:\n"
            + v.remarks(
                (
                    f"{first}, enabled or not.",
                    f"{wipes}; setting has precedence.",
                    f"{we} = 1 stores {mask_in} as the mask, ones enable.",
                    f"{irq} and {ident} without registers: {ident} = {prio}.",
                    t,
                )
            ),
            f"Keyboard, timer, disk and the like share one CPU line {irq}. {ident} names {prio}; "
            f"both come straight from {pend} and an internal mask ({mask_in} under {we}, 1 lets "
            f"through). {first}, {wipes}, and simultaneous set wins. {t}",
        ),
    )


def timer(
    draw: Draw, c: Clocking, names: tuple[str, ...], scale: int, mode: str, up: bool
) -> tuple[str, ...]:
    """An interval timer.

    The names: load, period, run, single or "", acknowledge, count, active, flag.
    """
    v = voice(draw, c)
    load, value, run, single, ack, count, busy, irq = v.names(names)
    going = f"{busy} and {run}"
    tick = (
        f"it ticks at every edge with {going} high"
        if scale == 1
        else f"it ticks at every {scale}{ {2: 'nd', 3: 'rd'}.get(scale, 'th') } edge with {going} "
        f"high (prescaler, cleared by {load}, otherwise paused)"
    )
    way = (
        f"{count} runs 0 up to the period; the tick that finds it there ends the round, back to 0"
        if up
        else f"{count} runs from the period down to 0; the tick that finds 0 ends the round and "
        f"reloads the period"
    )
    after = {
        "periodic": "rounds repeat forever",
        "one-shot": f"the end clears {busy}, one round only",
        "chosen": f"the end clears {busy} if {single} is then 1, else another round follows",
    }[mode]
    flag = f"the end sets {irq}, {ack} clears it, setting beats clearing"
    begin = (
        f"{load} stores {value} as period, puts {'0' if up else 'it'} in {count}, raises {busy}, "
        f"even while running, and takes the place of a tick"
    )
    t = v.timing("stops and zeroes all of it")
    kind = {"periodic": "periodic", "one-shot": "one-shot", "chosen": "periodic/one-shot"}[mode]
    return (
        v.say(
            f"{v.up(kind)} {'up' if up else 'down'}-counting timer. {begin}; "
            f"{tick}. {way}; {after}. {v.up(flag)}. {t}",
            f"Interval timer ({kind}): {way}. {v.up(tick)}. {begin}. {v.up(after)}; {flag}. {t}",
            f"{t} Alarm for a scheduler: {begin}. After that {tick}, and {way}. "
            f"{v.up(flag)}; {after}.",
            f"Timer peripheral, {kind}.\n"
            + v.remarks(
                (
                    f"Loading: {begin}.",
                    f"Pace: {tick}.",
                    f"Round: {way}.",
                    f"Then: {after}.",
                    f"Flag: {flag}.",
                    t,
                )
            ),
            f"Wake-up unit. {v.up(flag)}. {way}. {v.up(tick)}; {after}. To "
            f"program it: {begin}. {t}",
        ),
    )
