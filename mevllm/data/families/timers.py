"""Timers: one-shots, down-counters, watchdogs, intervals, pulse widths."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.phrases import (
    amount,
    bits,
    build,
    chain,
    gate,
    gated,
    joined,
    literal,
    size,
    when,
)
from mevllm.data.families.told import timers as told
from mevllm.tiers import Tier


def _one_shot(draw: Draw) -> Design:
    """A pulse of N cycles after a trigger, perhaps delayed, perhaps retriggerable."""
    length = draw.choice((2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 16, 20))
    retrigger = draw.chance(0.5)
    edge = draw.chance(0.4)
    low = draw.chance(0.2)
    stoppable = draw.chance(0.25)
    clocking = draw.clocking()
    trigger = draw.name("trigger", "start", "fire", "go", "trig", "event_in")
    stop = draw.name("stop", "cancel", "abort") if stoppable else ""
    out = draw.name("pulse", "out", "active", "q", "busy", "stretched")
    left = draw.name("left", "remaining", "cnt", "timer")
    before = draw.name("trigger_q", "last_trigger", "prev") if edge else ""
    k = size(length + 1)
    ports = [
        *clocking.ports,
        port(trigger, "input", 1, "starts the pulse"),
        *([port(stop, "input", 1, "ends the pulse early")] if stop else []),
        port(out, "output", 1, f"pulse, active {'low' if low else 'high'}"),
    ]
    start = f"{trigger} && !{before}" if edge else trigger
    if not retrigger:
        start = f"{left} == {literal(k, 0)} && {start}"
    branches = [(stop, f"{left} <= {literal(k, 0)};")] if stop else []
    branches += [
        (start, f"{left} <= {literal(k, length)};"),
        (f"{left} != {literal(k, 0)}", f"{left} <= {left} - 1'b1;"),
    ]
    lines = [f"  reg {bits(k)}{left};"]
    if edge:
        lines.append(f"  reg {before};")
    sample = f"{before} <= {trigger};\n" if edge else ""
    zero = f"{before} <= 1'b0;\n" if edge else ""
    lines.append(clocking.always(f"{zero}{left} <= {literal(k, 0)};", sample + chain(branches)))
    compare = "==" if low else "!="
    lines.append(f"  assign {out} = ({left} {compare} {literal(k, 0)});")
    one, zero_level = ("0", "1") if low else ("1", "0")
    event = (
        f"`{trigger}` is 1 at a clock edge and was 0 at the clock edge before"
        if edge
        else f"`{trigger}` is 1 at a clock edge"
    )

    def rules() -> list[str]:
        return [
            draw.say(
                f"when {event}, `{out}` becomes {one} right after that edge and stays {one} for "
                f"exactly {amount(length, 'clock cycle')}.",
                f"a trigger makes `{out}` {one} for {length} clock periods, beginning with the "
                f"clock edge that sees it; a trigger is seen when {event}.",
            ),
            draw.say(
                f"a further trigger during the pulse starts the {length} cycles afresh.",
                "the pulse is retriggerable: each new trigger, during the pulse too, makes it last "
                f"{length} cycles from then on.",
            )
            if retrigger
            else draw.say(
                f"a trigger is ignored at any clock edge before which `{out}` is {one}.",
                f"as long as `{out}` is {one}, triggers are ignored, also at the clock edge that "
                "ends the pulse.",
            ),
            f"`{stop}` = 1 at a clock edge ends the pulse at once, and a trigger at this edge has "
            "no effect."
            if stop
            else "",
            f"otherwise `{out}` is {zero_level}.",
        ]

    drawn = (retrigger, edge, low)
    draw.tell(*told.one_shot(draw.teller(), clocking, (trigger, stop, out), length, drawn))
    kind = "retriggerable" if retrigger else "non-retriggerable"
    return build(
        draw,
        ONE_SHOT,
        clocking,
        modules=("one_shot", "monostable", "pulse_stretcher", "pulse_timer"),
        ports=ports,
        body="\n".join(lines),
        title=f"{kind} one-shot of {length} cycles",
        terse=joined(
            f"{out} = {one} for {length} cycles after a clock edge at which {trigger} is 1"
            + (" and was 0 at the edge before" if edge else "")
            + ", else "
            + f"{zero_level}.",
            "A new trigger during the pulse restarts it."
            if retrigger
            else f"Triggers are ignored while {out} is {one}.",
            f"{stop} = 1 ends it at the clock edge, before any trigger." if stop else "",
        ),
        intro=draw.say(
            f"Design a {kind} one-shot.",
            f"Short events on `{trigger}` are to be stretched.",
            "",
        ),
        rules=rules,
        effect=f"ends the pulse (`{out}` = {zero_level})"
        + (f" and clears the remembered value of `{trigger}`" if edge else ""),
        random_rows=260,
        chances={trigger: 1.2 / length if not edge else 0.4, stop: 0.05},
        reset_chance=0.012,
        choices={
            "length": length,
            "retrigger": retrigger,
            "by edge": edge,
            "low": low,
            "stop": stoppable,
        },
    )


def _down_timer(draw: Draw) -> Design:
    """Loads a number and counts it down to 0; a flag or a pulse says when it is done."""
    width = draw.choice((3, 4, 4, 5, 6, 8, 8, 10, 12, 16))
    done_style = draw.choice(("level", "level", "pulse", "pulse"))
    reload = draw.chance(0.3)
    shows = draw.chance(0.5)
    clocking = draw.clocking(reset=None if not reload else True)
    load = draw.name("load", "start", "ld", "set")
    data = draw.name("data", "period", "value", "time_in", "d")
    enable = gate(draw, 0.45)
    count = draw.name("count", "left", "remaining", "timer_q")
    done = draw.name("done", "tc", "expired", "zero", "timeout")
    ports = [
        *clocking.ports,
        port(load, "input", 1, "loads the timer"),
        *([enable.port] if enable else []),
        port(data, "input", width, "number of cycles"),
        *([port(count, "output", width, "cycles left")] if shows else []),
        port(done, "output", 1, "the time is over"),
    ]
    zero, one = literal(width, 0), literal(width, 1)
    keep = draw.name("start_value", "latched", "period_q", "base")
    ticking = f"{enable.condition} && " if enable else ""
    lines = [] if shows else [f"  reg {bits(width)}{count};"]
    if reload:
        lines.append(f"  reg {bits(width)}{keep};")
        loading = f"{count} <= {data};\n{keep} <= {data};"
        fall = f"{count} <= ({count} == {one}) ? {keep} : {count} - 1'b1;"
        step = when(load, loading, f"if ({ticking}{count} != {zero}) {fall}")
        on_reset = f"{count} <= {zero};\n{keep} <= {zero};"
        if done_style == "pulse":
            lines.append(f"  assign {done} = {ticking}!{load} && ({count} == {one});")
        else:
            lines.append(f"  assign {done} = ({count} == {one});")
    else:
        fall = f"{count} <= {count} - 1'b1;"
        step = chain([(load, f"{count} <= {data};"), (f"{ticking}{count} != {zero}", fall)])
        on_reset = f"{count} <= {zero};"
        if done_style == "pulse":
            lines.append(f"  assign {done} = {ticking}!{load} && ({count} == {one});")
        else:
            lines.append(f"  assign {done} = ({count} == {zero});")
    assigns = [line for line in lines if line.startswith("  assign")]
    lines = [line for line in lines if not line.startswith("  assign")]
    lines += [clocking.always(on_reset, step), *assigns]
    held = f"`{count}`" if shows else "the counter"

    def rules() -> list[str]:
        said = [
            f"`{load}` = 1 at a clock edge loads `{data}` into {held}"
            + (" and into a period register" if reload else "")
            + ", whatever else is going on.",
            f"at every other clock edge {held} goes down by one if it is not 0"
            + (f" and {enable.on}" if enable else "")
            + "; otherwise it keeps its value.",
        ]
        if reload:
            said.append(
                "it never counts from 1 to 0: where it is 1 and would go down, the period register "
                "is loaded into it instead, so that it runs periodically; a period of 0 stops it."
            )
            if done_style == "level":
                said.append(f"`{done}` is 1 exactly while {held} is 1 (combinational).")
        elif done_style == "level":
            said.append(f"`{done}` is 1 exactly while {held} is 0 (combinational).")
        if done_style == "pulse":
            said.append(
                f"`{done}` is combinational: it is 1 when {held} is 1"
                + (f", {enable.on}" if enable else "")
                + f" and `{load}` is 0, that is, when the next clock edge "
                + ("reloads the counter." if reload else "takes the counter from 1 to 0.")
            )
        return said

    named, drawn = (load, data, shows * count, done), (width, done_style == "pulse", reload)
    draw.tell(*told.down_timer(draw.teller(), clocking, named, drawn, enable))
    flag = f"{held} = {1 if reload or done_style == 'pulse' else 0}"
    if done_style == "pulse":
        flag += f" and {load} = 0" + (f" and {enable.on}" if enable else "")
    return build(
        draw,
        DOWN_TIMER,
        clocking,
        modules=("timer", "down_timer", "interval_timer" if reload else "countdown"),
        ports=ports,
        body="\n".join(lines),
        title=f"{width}-bit {'periodic' if reload else 'one-time'} down-counting timer",
        terse=joined(
            f"{load} = 1 loads {data} into {held}" + (" and a period register;" if reload else ";"),
            "otherwise it counts down"
            + (f" when {enable.on}" if enable else "")
            + (
                ", from 1 to the period register's value, and stays at 0."
                if reload
                else " and stops at 0."
            ),
            f"{done} = ({flag}), combinational.",
        ),
        intro=draw.say(
            f"A timer with {width} bits counts clock cycles down.",
            "Build a timer that is started with a number of cycles.",
            "",
        ),
        rules=rules,
        effect=draw.say(
            "clears the counter" + (" and the period register" if reload else ""),
            "sets " + ("all registers" if reload else "the counter") + " to 0",
        ),
        directed=_loads(draw, load, data, width, enable.row() if enable else {}),
        random_rows=100,
        chances={load: 0.1, **(enable.chances() if enable else {})},
        reset_chance=0.015,
        choices={
            "width": width,
            "done": done_style,
            "reload": reload,
            "shown": shows,
            "enable": enable.active_high if enable else None,
        },
    )


def _loads(
    draw: Draw, load: str, data: str, width: int, on: dict[str, int]
) -> list[dict[str, int]]:
    """Rows that load numbers and let them run, short ones to their end."""
    rows: list[dict[str, int]] = []
    for value in (2, 5, 1, 0, 3, draw.bits(width), (1 << width) - 1, 1 << (width - 1)):
        rows.append({load: 1, data: value, **on})
        rows += [dict(on) for _ in range(min(value + 4, 14))]
    return rows


def _watchdog(draw: Draw) -> Design:
    """Raises an alarm when it is not fed in time, perhaps too early as well."""
    limit = draw.choice((4, 5, 6, 7, 8, 9, 10, 12, 15, 16, 20, 24))
    early = draw.choice((0, 0, 0, 2, 3)) if limit > 5 else 0
    sticky = draw.chance(0.5)
    clocking = draw.clocking()
    enable = gate(draw, 0.4)
    kick = draw.name("kick", "feed", "alive", "heartbeat", "wd_clear")
    alarm = draw.name("alarm", "timeout", "expired", "bite", "fault")
    count = draw.name("count", "cnt", "idle", "age")
    k = size(limit + 1)
    ports = [
        *clocking.ports,
        *([enable.port] if enable else []),
        port(kick, "input", 1, "says that all is well"),
        port(alarm, "output", 1, "the time is over"),
    ]
    full = literal(k, limit)
    zero = literal(k, 0)
    lines = [f"  reg {bits(k)}{count};"]
    grow = f"if ({count} != {full}) {count} <= {count} + 1'b1;"
    on_reset = f"{count} <= {zero};"
    if early or sticky:
        bad = f"{count} == {literal(k, limit - 1)}"
        hasty = f"{count} < {literal(k, early)}"
        step = f"if ({kick}) begin\n  {count} <= {zero};"
        if early:
            step += f"\n  if ({hasty}) {alarm} <= 1'b1;"
            if not sticky:
                step = f"if ({kick}) begin\n  {count} <= {zero};\n  {alarm} <= ({hasty});"
        step += f"\nend else if ({count} != {full}) begin\n  {count} <= {count} + 1'b1;"
        step += f"\n  if ({bad}) {alarm} <= 1'b1;\nend"
        on_reset += f"\n{alarm} <= 1'b0;"
        lines.append(clocking.always(on_reset, gated(enable, step)))
    else:
        step = f"if ({kick}) {count} <= {zero};\nelse {grow}"
        lines.append(clocking.always(on_reset, gated(enable, step)))
        lines.append(f"  assign {alarm} = ({count} == {full});")

    def rules() -> list[str]:
        said = [
            draw.say(
                f"a counter goes up by one at every clock edge at which `{kick}` is 0, up to "
                f"{limit}, where it stays; `{kick}` = 1 sets it back to 0.",
                f"`{kick}` = 1 at a clock edge clears a counter, at every other clock edge it is "
                f"incremented unless it already is {limit}.",
            ),
        ]
        if early or sticky:
            said.append(
                f"`{alarm}` is a register that becomes 1 at the clock edge that takes the counter "
                f"from {limit - 1} to {limit}."
            )
        else:
            said.append(
                f"`{alarm}` is 1 exactly while the counter is {limit}, that is, after {limit} "
                f"clock edges in a row without `{kick}`."
            )
        if early and sticky:
            said.append(
                f"it is also set when `{kick}` is 1 at a clock edge before which the counter is "
                f"less than {early}: such a kick comes too early."
            )
        if early and not sticky:
            said.append(
                f"at a clock edge with `{kick}` = 1 it becomes 1 if the counter was less than "
                f"{early} (a kick too early), and 0 otherwise."
            )
        if sticky:
            said.append("once set, it stays set until a reset.")
        if enable:
            said.append(f"nothing changes at a clock edge at which {enable.off}.")
        return said

    pulse = [{kick: 1, **(enable.row() if enable else {})}]
    quiet = [{**(enable.row() if enable else {})}]
    restart: list[dict[str, int]] = []
    if clocking.reset and sticky:
        restart = [{clocking.reset: int(clocking.active_high)}]
    directed = []
    for gap in (early + 1, limit - 1, limit, limit + 2, early + 2, limit - 2, limit + 1):
        directed += [*restart, *quiet * (early + 1), *pulse, *quiet * max(gap, 1), *pulse]
    directed += [*restart, *quiet * limit, *pulse, *pulse * 2]
    draw.tell(*told.watchdog(draw.teller(), clocking, kick, alarm, (limit, early, sticky), enable))
    what = "window watchdog" if early else "watchdog"
    return build(
        draw,
        WATCHDOG,
        clocking,
        modules=("watchdog", "wdt", "timeout_detector", "heartbeat_monitor"),
        ports=ports,
        body="\n".join(lines),
        title=f"{what} of {limit} cycles",
        terse=joined(
            f"Counter: 0 when {kick} is 1, else +1 up to {limit}.",
            f"Nothing changes while {enable.off}." if enable else "",
            f"{alarm} (register) is set when the counter goes from {limit - 1} to {limit}"
            if early or sticky
            else f"{alarm} = (counter == {limit}).",
            (f"or when a kick finds it below {early}" if early else "") + ";"
            if early or sticky
            else "",
            "it stays set until reset."
            if sticky
            else f"a kick that is not too early clears {alarm}."
            if early
            else "",
        ).replace(" ;", ";"),
        intro=draw.say(
            f"A {what} makes sure that `{kick}` is active often enough.",
            f"Build a {what}.",
            "",
        ),
        rules=rules,
        effect=f"clears the counter and `{alarm}`" if early or sticky else "clears the counter",
        directed=directed,
        random_rows=120,
        chances={kick: 0.12, **(enable.chances() if enable else {})},
        reset_chance=0.04 if sticky else 0.02,
        choices={
            "limit": limit,
            "early": early,
            "sticky": sticky,
            "enable": enable.active_high if enable else None,
        },
    )


ONE_SHOT = Family("one_shot", Tier.ADVANCED, _one_shot)
DOWN_TIMER = Family("down_timer", Tier.ADVANCED, _down_timer)
WATCHDOG = Family("watchdog", Tier.ADVANCED, _watchdog)

FAMILIES = (ONE_SHOT, DOWN_TIMER, WATCHDOG)
