"""Tellings of controllers: a pump between two sensors, an automatic door."""

from __future__ import annotations

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.told._words_machines import Ink, around, clocks, ink, remarks


def pump(
    pen: Draw,
    clocking: Clocking,
    *,
    lo: str,
    hi: str,
    out: str,
    alarm: str,
    off: str,
    fill: bool,
    dry: bool,
    clears: bool,
) -> tuple[str, str, str]:
    """Hysteresis between two level sensors; `dry` sensors read 1 above the water."""
    names = (lo, hi, out, alarm, off, clocking.clock, str(clocking.reset))
    wet = 1 - int(dry)
    begin_name, begin = (lo, 1 - wet) if fill else (hi, wet)
    end_name, end = (hi, wet) if fill else (lo, 1 - wet)

    def sensors(n: Ink) -> str:
        return pen.say(
            f"{n(lo)} (lower) and {n(hi)} (upper) read 1 when {'dry' if dry else 'wet'}.",
            f"two level switches, {n(lo)} below {n(hi)}, are 1 in {'air' if dry else 'water'}.",
            f"{n(hi)} sits above {n(lo)}; 1 means {'no water' if dry else 'water'} there.",
        )

    def rule(n: Ink) -> str:
        task = "filling" if fill else "emptying"
        why = "even the lower sensor is dry" if fill else "the upper sensor is wet"
        till = "the upper one is wet" if fill else "the lower one is dry"
        return pen.say(
            f"two-point {task}: while off, {n(out)} starts at {n(begin_name)}={begin}; while on, "
            f"it stops at {n(end_name)}={end}; otherwise it keeps its state.",
            f"hysteresis for {task}: an edge with {n(begin_name)}={begin} starts {n(out)} when it "
            f"is off; when on, it stops at {n(end_name)}={end}.",
            f"{n(out)} starts when {why} ({n(begin_name)}={begin}) and runs until {till} "
            f"({n(end_name)}={end}).",
        )

    def stop(n: Ink) -> str:
        if not off:
            return ""
        return pen.say(
            f"{n(off)}=1 at an edge switches {n(out)} off or keeps it off, whatever the level.",
            f"{n(off)} beats the level sensors: no pumping at edges where it is high.",
            f"with {n(off)} high the pump is off, even if the level asks for it.",
        )

    def fault(n: Ink) -> str:
        if not alarm:
            return ""
        text = pen.say(
            f"upper wet while lower dry ({n(hi)}={wet}, {n(lo)}={1 - wet}) is impossible: before "
            f"all else, {n(out)} goes off and {n(alarm)} on",
            f"the contradiction {n(hi)}={wet} with {n(lo)}={1 - wet} at an edge has top priority "
            f"and gives {n(alarm)}=1, {n(out)}=0",
        )
        if clears:
            return text + pen.say(
                f" until an edge with {n(hi)}={1 - wet}, which only clears {n(alarm)}.",
                f"; this lasts until {n(hi)} is {1 - wet} at an edge, and then {n(out)} is still "
                "off.",
            )
        return text + pen.say(" until reset.", ", latched until the reset.")

    def reset(n: Ink) -> str:
        effect = f"turns {n(out)} off" + (f" and clears {n(alarm)}" if alarm else "")
        return clocks(pen, n, clocking, effect)

    def moore() -> str:
        return pen.say(
            "Outputs change after clock edges only.",
            "Sensors act through the clock; the outputs come from the state (Moore).",
            "Moore machine.",
        )

    n = ink(pen)
    short = around(pen, sensors(n), rule(n), stop(n), fault(n), moore(), reset(n), names=names)
    n = ink(pen)
    lead = (
        pen.say(
            "The storage tank of a farm is topped up from a well:",
            "A fire-fighting reserve must not run empty:",
            "Rain water refills a header tank on the roof:",
            "The water box of an espresso bar fills itself:",
            "A hydroponic basin is refilled by itself:",
        )
        if fill
        else pen.say(
            "Seepage collects in a cellar pit and has to be pumped out:",
            "The bilge of a boat is drained by itself:",
            "A dryer gathers condensate in a tray that is emptied now and then:",
            "A mine keeps its lowest pit from flooding:",
            "The waste basin of a laboratory is emptied by a small pump:",
        )
    )
    purpose = around(
        pen, lead, rule(n), sensors(n), stop(n), fault(n), moore(), reset(n), names=names
    )
    n = ink(pen)
    told = remarks(
        pen,
        pen.say(
            f"Level control by {n(out)}.",
            "Two-point controller with two sensors.",
            f"Pump logic, used for {'filling' if fill else 'emptying'}.",
            "Ticket: the pump chatters; give it hysteresis.",
            "Between the sensors nothing is switched.",
        ),
        [sensors(n), rule(n), fault(n), stop(n), moore(), reset(n)],
        names,
    )
    return short, purpose, told


def door(
    pen: Draw,
    clocking: Clocking,
    *,
    call: str,
    beam: str,
    opened: str,
    shut: str,
    timed: str,
    keep: str,
    up: str,
    down: str,
    lamp: str,
    tests: tuple[str, ...],
) -> tuple[str, str, str]:
    """An automatic door; `tests` are the inputs tested while it closes, in order."""
    ports = (call, beam, opened, shut, timed, keep, up, down, lamp)
    names = (*ports, clocking.clock, str(clocking.reset))

    def opening(n: Ink) -> str:
        return pen.say(
            f"closed, it waits for {n(call)}; then {n(up)} runs until {n(opened)}.",
            f"{n(call)}=1 at an edge sets a closed door opening ({n(up)}=1), which ends with "
            f"{n(opened)}=1.",
            f"from rest {n(call)} starts {n(up)}, and the end switch {n(opened)} stops it.",
        )

    def waiting(n: Ink) -> str:
        hold = f" with {n(keep)} low" if keep else ""
        light = f" ({n(lamp)} on, only here)" if lamp else ""
        return pen.say(
            f"it then stands open{light} until an edge with {n(timed)} high{hold}, and {n(down)} "
            "runs.",
            f"open{light}, it begins to close ({n(down)}=1) when {n(timed)} is 1{hold}.",
        )

    def closing(n: Ink) -> str:
        acts = [
            f"{n(t)}=1 means closed, at rest" if t == shut else f"{n(t)}=1 reopens" for t in tests
        ]
        return pen.say(
            f"while closing, tested in this order at each edge: {'; '.join(acts)}; else go on.",
            f"during {n(down)}, {', failing that '.join(acts)}; without any of them it goes on.",
        )

    def motor(n: Ink) -> str:
        return pen.say(
            f"{n(up)} is 1 only while opening, {n(down)} only while closing.",
            f"at rest and when open, {n(up)} and {n(down)} are 0.",
            "both motor outputs are 0 whenever the door stands.",
        ) + pen.say(" Moore.", " The outputs depend on the state alone.")

    def reset(n: Ink) -> str:
        return clocks(
            pen, n, clocking, pen.say("assumes a closed door, all off", "goes to closed, motor off")
        )

    n = ink(pen)
    short = around(pen, opening(n), waiting(n), closing(n), motor(n), reset(n), names=names)
    n = ink(pen)
    purpose = around(
        pen,
        pen.say(
            "The entrance of a clinic opens by itself:",
            "A goods lift has a motorised gate:",
            "The door between two clean rooms moves without hands:",
            "A cold store loses little air thanks to this door:",
            "In a bus depot a roller gate serves the drivers:",
        ),
        opening(n),
        waiting(n),
        closing(n),
        motor(n),
        reset(n),
        names=names,
    )
    n = ink(pen)
    told = remarks(
        pen,
        pen.say(
            "Automatic door, four phases: closed, opening, open, closing.",
            f"Sequence control with the end switches {n(opened)} and {n(shut)}.",
            "Door logic. Everything is decided at clock edges.",
            "Requirements of the door drive:",
        ),
        [opening(n), waiting(n), closing(n), motor(n), reset(n)],
        names,
    )
    return short, purpose, told
