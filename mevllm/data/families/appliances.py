"""Controllers of appliances, as state charts: a two-button lock, a washing machine."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw
from mevllm.data.families import chart
from mevllm.data.families.chart import Test
from mevllm.data.families.chart_told import controller
from mevllm.data.families.told import appliances as told
from mevllm.tiers import Tier


def _lock(draw: Draw) -> Design:
    """Two buttons in the right order open; a wrong one restarts, or blocks until reset."""
    clocking = draw.clocking()
    pair = draw.choice((("a", "b"), ("left", "right"), ("red", "blue"), ("k0", "k1"), ("p", "q")))
    keys = (draw.name(pair[0]), draw.name(pair[1]))
    length = draw.int(3, 5)
    code = [draw.bits(1) for _ in range(length)]
    wrong = draw.choice(("restart", "restart", "alarm"))
    close = draw.choice(("any", "cycle", "never"))
    opened = draw.name("unlock", "open_o", "granted", "release_o")
    alarm = draw.name("alarm", "blocked", "siren") if wrong == "alarm" else ""
    names = ["LOCKED", *(f"GOT{i}" for i in range(1, length)), "OPEN"]
    bad = "ALARM" if alarm else "LOCKED"
    moves: list[tuple[str, list[tuple[Test, str]]]] = []
    for i, key in enumerate(code):
        right, other = keys[key], keys[1 - key]
        moves.append((names[i], [(((other, 1),), bad), (((right, 1),), names[i + 1])]))
    closing: list[tuple[Test, str]] = []
    if close == "any":
        closing = [(((key, 1),), "LOCKED") for key in keys]
    elif close == "cycle":
        closing = [((), "LOCKED")]
    moves.append(("OPEN", closing))
    outputs: list[tuple[str, list[str | tuple[str, Test]]]] = [(opened, ["OPEN"])]
    if alarm:
        moves.append(("ALARM", []))
        outputs.append((alarm, ["ALARM"]))
    order = ", ".join(f"`{keys[key]}`" for key in code)
    rows: list[dict[str, int]] = []
    on = int(clocking.active_high)
    for _ in range(8):
        for key in code:
            rows += [{}] * draw.int(0, 1)
            rows.append({keys[key]: 1})
        rows += [{}, {}, {keys[draw.bits(1)]: 1}, {}]
        part = code[: draw.int(0, length - 1)]
        rows += [{keys[key]: 1} for key in part]
        rows.append({keys[1 - code[len(part)]]: 1, keys[code[len(part)]]: draw.bits(1)})
        rows += [{}] * draw.int(0, 2)
        if alarm or close == "never":
            rows.append({str(clocking.reset): on})
    draw.tell(
        *told.button_lock(
            draw.teller(),
            clocking,
            keys=keys,
            code=code,
            opened=opened,
            alarm=alarm,
            close=close,
        )
    )
    return controller(
        draw,
        LOCK,
        clocking,
        chart.chart(moves, outputs),
        {key: f"button {key} is pressed (for this cycle)" for key in keys},
        title=f"two-button lock with a code of {length} presses",
        modules=("lock", "code_lock", "keypad", "two_button_lock"),
        opening=(
            f"An electronic lock has two buttons; the code is {order}, in this order.",
            f"The lock opens after the presses {order}.",
        ),
        meanings={opened: "the lock is open", alarm: "a wrong button was pressed"},
        notes=[
            "Each clock cycle with a button at 1 counts as one press. Two buttons at once count as "
            "a wrong press."
        ],
        tale=[
            f"The lock opens (`{opened}` = 1) when the presses {order} have come in this order, "
            "with any number of cycles without a press between them.",
            "A cycle with a button at 1 is one press, and two buttons at once are a wrong press. "
            + (
                f"A wrong press sets `{alarm}` to 1 for good, and the lock cannot be opened until "
                "reset."
                if alarm
                else "After a wrong press the whole code has to be given again; the wrong press "
                "itself does not count as the first of it."
            ),
            {
                "any": "While the lock is open, any press closes it; that press counts for "
                "nothing else.",
                "cycle": "The lock is open for one clock cycle only; a press in that cycle is "
                "ignored.",
                "never": "An open lock stays open until the reset.",
            }[close],
        ],
        at_reset="locks, and forgets all presses" + (" and the alarm" if alarm else ""),
        directed=rows,
        chances={keys[0]: 0.4, keys[1]: 0.4},
        reset_chance=0.08,
    )


def _washer(draw: Draw) -> Design:
    """A washing machine: fill, wash, drain, spin, with a door and a pause."""
    clocking = draw.clocking()
    start, full, empty = draw.name("start", "go"), draw.name("full"), draw.name("empty")
    timer = draw.name("timer", "time_up", "tick_end")
    door = draw.name("door", "lid_open") if draw.chance(0.6) else ""
    rinse, spin = draw.chance(0.5), draw.chance(0.7)
    order = ["IDLE", "FILL", "WASH", "DRAIN"]
    if rinse:
        order += ["REFILL", "RINSE", "EMPTY"]
    if spin:
        order += ["SPIN"]
    guard: dict[str, Test] = {
        "IDLE": ((start, 1), (door, 0)) if door else ((start, 1),),
        "FILL": ((full, 1),),
        "REFILL": ((full, 1),),
        "WASH": ((timer, 1),),
        "RINSE": ((timer, 1),),
        "SPIN": ((timer, 1),),
        "DRAIN": ((empty, 1),),
        "EMPTY": ((empty, 1),),
    }
    unsafe = draw.choice(("SPIN", "FILL")) if door and spin else "FILL"
    moves: list[tuple[str, list[tuple[Test, str]]]] = []
    for i, state in enumerate(order):
        arcs: list[tuple[Test, str]] = [(guard[state], order[(i + 1) % len(order)])]
        if door and state == unsafe:
            arcs.insert(0, (((door, 1),), "IDLE" if state == "FILL" else "DRAIN"))
        moves.append((state, arcs))
    valve, motor, pump = draw.name("valve", "water"), draw.name("motor", "drum"), draw.name("pump")
    lock = draw.name("locked", "latch") if draw.chance(0.5) else ""
    outputs: list[tuple[str, list[str | tuple[str, Test]]]] = [
        (valve, [s for s in order if s in ("FILL", "REFILL")]),
        (motor, [s for s in order if s in ("WASH", "RINSE", "SPIN")]),
        (pump, [s for s in order if s in ("DRAIN", "EMPTY", "SPIN")]),
    ]
    if lock:
        outputs.append((lock, [s for s in order if s != "IDLE"]))
    inputs = {
        start: "the start button is pressed",
        full: "the drum is full of water",
        empty: "the drum is empty",
        timer: "the time of the present step is over",
    }
    if door:
        inputs[door] = "the door is open"
    return controller(
        draw,
        WASHER,
        clocking,
        chart.chart(moves, outputs),
        inputs,
        title="washing machine controller",
        modules=("washer", "washing_machine", "wash_ctrl"),
        opening=(
            "A washing machine runs through its steps under the control of a state machine.",
            "The programme of a washing machine is a Moore machine.",
        ),
        meanings={
            valve: "water valve open",
            motor: "drum turns",
            pump: "pump runs",
            lock: "door latched",
        },
        chances={door: 0.3},
    )


LOCK = Family("button_lock", Tier.ADVANCED, _lock)
WASHER = Family("washing_machine", Tier.ADVANCED, _washer, held_out=True)

FAMILIES = (LOCK, WASHER)
