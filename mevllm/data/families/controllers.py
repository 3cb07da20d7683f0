"""Controllers with a story, as state charts: pump, door, carriage."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw
from mevllm.data.families import chart
from mevllm.data.families.chart import Test
from mevllm.data.families.chart_told import controller
from mevllm.data.families.telling import Fact
from mevllm.data.families.told import controllers as told
from mevllm.tiers import Tier


def _pump(draw: Draw) -> Design:
    """Hysteresis between two level sensors: filling or draining, stop, fault."""
    clocking = draw.clocking()
    fill, stop, fault = draw.chance(0.5), draw.chance(0.5), draw.choice(("", "reset", "clear"))
    dry = draw.chance(0.3)
    lo, hi = draw.choice((("low", "high"), ("s0", "s1"), ("bottom", "top"), ("lo_sens", "hi_sens")))
    lo, hi = draw.name(lo), draw.name(hi)
    pump = draw.name("pump", "motor", "valve", "run")
    alarm = draw.name("alarm", "fault", "err") if fault else ""
    off = draw.name("stop", "inhibit", "off") if stop else ""
    rest, work = draw.choice((("IDLE", "PUMP"), ("WAIT", "RUN"), ("OFF", "ON")))
    wet = 1 - int(dry)
    begin: Test = ((lo, 1 - wet),) if fill else ((hi, wet),)
    end: Test = ((hi, wet),) if fill else ((lo, 1 - wet),)
    broken: Test = ((hi, wet), (lo, 1 - wet))
    block = [(((off, 1),), rest)] if stop else []
    wrong = [(broken, "FAULT")] if fault else []
    moves: list[tuple[str, list[tuple[Test, str]]]] = [
        (rest, [*wrong, *block, (begin, work)]),
        (work, [*wrong, *block, (end, rest)]),
    ]
    outputs: list[tuple[str, list[str | tuple[str, Test]]]] = [(pump, [work])]
    if fault:
        sane: list[tuple[Test, str]] = [(((hi, 1 - wet),), rest)] if fault == "clear" else []
        moves.append(("FAULT", sane))
        outputs.append((alarm, ["FAULT"]))
    covered = "is dry" if dry else "is under water"
    inputs = {lo: f"the lower sensor {covered}", hi: f"the upper sensor {covered}"}
    if stop:
        inputs[off] = "pumping is not allowed"
    tale: list[Fact] = [
        f"While `{pump}` is 0, a clock edge at which {chart.words(begin)} sets it to 1; while it "
        f"is 1, an edge at which {chart.words(end)} sets it back to 0. Otherwise it keeps its "
        "value."
    ]
    if stop:
        tale.append(
            f"At an edge with `{off}` = 1 the pump is switched off, or stays off, whatever the "
            "level."
        )
    if fault:
        tale.append(
            f"An edge at which {chart.words(broken)} is a fault, and this comes before everything "
            f"else: `{pump}` goes to 0 and `{alarm}` to 1. "
            + (
                f"They stay so until an edge at which `{hi}` is {1 - wet}, which clears `{alarm}` "
                f"and leaves `{pump}` at 0."
                if fault == "clear"
                else "They stay so until the reset."
            )
        )
    tank = draw.say("tank", "cistern", "basin", "sump")
    task = "filled" if fill else "emptied"
    draw.tell(
        *told.pump(
            draw.teller(),
            clocking,
            lo=lo,
            hi=hi,
            out=pump,
            alarm=alarm,
            off=off,
            fill=fill,
            dry=dry,
            clears=fault == "clear",
        )
    )
    return controller(
        draw,
        PUMP,
        clocking,
        chart.chart(moves, outputs),
        inputs,
        title=f"pump controller for a {tank} that is {task}",
        modules=("pump_ctrl", "level_control", "tank", "hysteresis"),
        opening=(
            f"A {tank} is {task} by a pump between two level sensors.",
            f"A pump keeps the level of a {tank} between a lower and an upper sensor.",
        ),
        meanings={pump: "pump on", alarm: "sensors contradict each other"},
        notes=[
            "So the pump is not switched at every small change of the level: it runs from one "
            "sensor to the other."
        ]
        if draw.chance(0.5) and not stop
        else [],
        chances={off: 0.15, lo: 0.5 if fault else 0.6 * wet + 0.2, hi: 0.35},
        tale=tale,
        at_reset="switches the pump off" + (f" and clears `{alarm}`" if fault else ""),
        reset_chance=0.06 if fault == "reset" else 0.03,
    )


def _door(draw: Draw) -> Design:
    """A lift or shop door with end switches, an obstacle sensor and a hold."""
    clocking = draw.clocking()
    call, light = draw.name("call", "button", "person"), draw.name("blocked", "beam")
    opened, shut = draw.name("is_open", "top_end", "opened"), draw.name("is_shut", "closed")
    timed = draw.name("timeout", "expired", "wait_over")
    keep = draw.name("hold", "keep_open") if draw.chance(0.4) else ""
    up, down = draw.choice((("open_m", "close_m"), ("m_open", "m_close"), ("opening", "closing")))
    up, down = draw.name(up), draw.name(down)
    first = draw.chance(0.5)
    recall = draw.chance(0.5)
    lamp = draw.name("lamp", "free", "enter") if draw.chance(0.5) else ""
    closing: list[tuple[Test, str]] = [(((light, 1),), "OPENING"), (((shut, 1),), "CLOSED")]
    closing = closing if first else closing[::-1]
    if recall:
        closing.insert(draw.int(1, 2), (((call, 1),), "OPENING"))
    wait: list[tuple[Test, str]] = [(((timed, 1),), "CLOSING")]
    if keep:
        wait = [(((timed, 1), (keep, 0)), "CLOSING")]
    moves: list[tuple[str, list[tuple[Test, str]]]] = [
        ("CLOSED", [(((call, 1),), "OPENING")]),
        ("OPENING", [(((opened, 1),), "OPEN")]),
        ("OPEN", wait),
        ("CLOSING", closing),
    ]
    outputs: list[tuple[str, list[str | tuple[str, Test]]]] = [
        (up, ["OPENING"]),
        (down, ["CLOSING"]),
    ]
    if lamp:
        outputs.append((lamp, ["OPEN"]))
    inputs = {
        call: "somebody wants to pass",
        opened: "the door is fully open",
        shut: "the door is fully closed",
        timed: "the waiting time is over",
        light: "something is in the way",
    }
    if keep:
        inputs[keep] = "the door must stay open"
    order = draw.shuffled(list(inputs))
    inputs = {name: inputs[name] for name in order}
    rules = ", else ".join(
        f"{'the motor opens it again' if arc[1] == 'OPENING' else 'it is closed'} if "
        f"{chart.words(arc[0])}"
        for arc in closing
    )
    tale: list[Fact] = [
        f"A closed door rests until an edge with `{call}` = 1. Then `{up}` is 1 until an edge with "
        f"`{opened}` = 1.",
        "The open door waits" + (f" with `{lamp}` = 1" if lamp else "") + " until an edge at which "
        f"{chart.words(wait[0][0])}; then `{down}` is 1.",
        f"While it closes, each edge decides: {rules}, else it goes on closing.",
        f"`{up}` is 1 only while the door is opening, `{down}` only while it is closing"
        + (f", `{lamp}` only while it stands open." if lamp else "."),
    ]
    place = draw.say("lift", "shop", "garage", "train")
    draw.tell(
        *told.door(
            draw.teller(),
            clocking,
            call=call,
            beam=light,
            opened=opened,
            shut=shut,
            timed=timed,
            keep=keep,
            up=up,
            down=down,
            lamp=lamp,
            tests=tuple(test[0][0] for test, _ in closing),
        )
    )
    return controller(
        draw,
        DOOR,
        clocking,
        chart.chart(moves, outputs),
        inputs,
        title=f"controller for the door of a {place}",
        modules=("door_ctrl", "door", "lift_door", "gate_ctrl"),
        opening=(
            f"The motor of a {place} door is controlled by a state machine.",
            f"A {place} door opens on request, waits, and closes again.",
        ),
        meanings={up: "motor opens", down: "motor closes", lamp: "the way is free"},
        tale=tale,
        at_reset="takes the door as closed, with the motor off",
        chances={keep: 0.4, light: 0.25},
    )


PUMP = Family("pump_controller", Tier.ADVANCED, _pump)
DOOR = Family("door_controller", Tier.ADVANCED, _door)

FAMILIES = (
    PUMP,
    DOOR,
)
