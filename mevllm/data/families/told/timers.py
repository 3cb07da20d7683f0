"""One-shots, down-counting timers and watchdogs as people tell them."""

from __future__ import annotations

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.phrases import Gate
from mevllm.data.families.told import _words_timing as words


def one_shot(
    t: Draw,
    clocking: Clocking,
    named: tuple[str, str, str],
    length: int,
    drawn: tuple[bool, bool, bool],
) -> tuple[str, str, str]:
    """A monostable; `named`: trigger, stop, output; `drawn`: retriggers, by edge, active low."""
    trigger, stop, out = named
    again, edge, low = drawn
    x, y, halt = f"`{trigger}`", f"`{out}`", f"`{stop}`"
    kind = "retriggerable" if again else "non-retriggerable"
    one, zero = ("low", "high") if low else ("high", "low")
    cause = (
        t.say(f"a rising edge of {x}", f"{x} going 0 to 1 between samples")
        if edge
        else t.say(f"{x} sampled high", f"level 1 on {x}")
    )
    ends = words.maybe(
        t,
        stop,
        f"{halt} aborts, beating the trigger",
        f"{halt} high ends it early and blocks triggers",
    )
    also = words.ended(ends)
    clock = words.brief(
        t,
        clocking,
        t.say("ends the pulse", f"returns {y} to {zero}")
        + (f" and sets the stored {x} to 0" if edge else ""),
    )
    short = words.framed(
        t,
        t.say(
            f"{kind} one-shot: {cause} drives {y} {one} for {length} clocks. {also}",
            f"Digital monostable, {length} cycles, {kind}, output {y} (active {one}), fired by "
            f"{cause}. {also}",
            f"{words.cap(cause)} stretches to {length} clocks on active-{one} {y}; {kind}. {also}",
            f"Pulse stretcher of {length} clock periods (active-{one} {y}), started by {cause} and "
            f"{kind}. {also}",
            f"On {y}, {length}-clock active-{one} pulse per {cause}, monostable, {kind}. {also}",
            f"Fire-and-forget timer: {length} clocks of {y} {one} after {cause}; {kind}. {also}",
        ),
        clock,
    )
    event = f"a clock edge finds {x} at 1"
    if edge:
        event = f"{x} is 1 at a clock edge, having been 0 at the one before"
    rule = t.say(
        f"Each time {event}, {y} turns {one} with that edge and remains so for {length} clock "
        "periods",
        f"The start condition is that {event}; with that edge begins a {one} pulse on {y}, "
        f"{length} periods long",
    )
    if again:
        repeat = t.say(
            f"A start condition in the middle of a pulse prolongs it: another {length} periods "
            "from there",
            "The pulse is counted from the latest start condition",
        )
    else:
        repeat = t.say(
            f"While {y} is {one} no start condition counts, not even at the edge that ends the "
            "pulse",
            "A running pulse cannot be influenced by further start conditions; those up to and "
            "including the edge at which it ends are forgotten",
        )
    stops = words.maybe(
        t,
        stop,
        f"A clock edge with {words.at(t, stop)} ends the pulse, and any start condition there "
        "is void",
        f"{halt}, looked at first, cuts {y} off at the clock edge and lets nothing start",
    )
    rest = t.say(f"Idle level of {y} is {zero}", f"{y} is {zero} between pulses")
    full = words.clocks(
        t,
        clocking,
        t.say(f"makes {y} {zero}, ending any pulse", f"cancels the pulse so that {y} is {zero}")
        + (f", and sets the remembered {x} to 0" if edge else ""),
    )
    purpose = words.prose(
        t,
        t.say(
            f"A doorbell rings as long as {y} is {one}; it is set off by {x}",
            f"Packet activity on {x} is too brief for the eye, so an LED behind {y} (lit when "
            f"{one}) shows it longer",
            f"A paint nozzle opens while {y} is {one}, after a workpiece has been announced on {x}",
            f"The relay on {y} (pulled in when {one}) needs a minimum drive time after a command "
            f"on {x}",
            f"A camera flash charger is blocked through {y} = {one} for a while after {x}",
        ),
        rule,
        repeat,
        stops,
        rest,
        t.say(full, clock),
    )
    late = t.int(1 + int(edge and length > 2), length - 1)
    span = late + length if again else length
    example = f"Example: starts at clock edges 0 and {late} give one pulse of {span} periods"
    remark = words.remarks(
        t,
        t.say(
            f"Monostable stage from {x} to {y}, {length} periods, {kind}",
            f"{y} delivers pulses of a fixed length, {length} clock periods",
            f"Stretch what happens on {x} to {length} periods of {y}",
            f"{kind} timer, triggered by {x}",
        ),
        [rule, repeat, stops, rest, full],
        [example] if length > 2 else [],
    )
    return short, purpose, remark


def down_timer(
    t: Draw,
    clocking: Clocking,
    named: tuple[str, str, str, str],
    drawn: tuple[int, bool, bool],
    enable: Gate | None,
) -> tuple[str, str, str]:
    """A down-counter; `named`: load, data, count or none, done; width, done pulses, reloads."""
    load, data, count, done = named
    width, pulses, reload = drawn
    ld, d, end = f"`{load}`", f"`{data}`", f"`{done}`"
    c = f"`{count}`" if count else "the counter"
    tick = f", with {words.open_(t, enable)}" if enable else ""
    if pulses:
        flag = f"{end} = count 1, {ld} low{' and ' + words.open_(t, enable) if enable else ''}"
    else:
        flag = f"{end} = count {1 if reload else 0}"
    flag += t.say(", combinational", ", decoded without a flop")
    what = "the period" if reload else "the count"
    over = (
        t.say(
            f"at 1 the next tick reloads the last loaded {d} instead of reaching 0; 0 holds",
            f"auto-reload: from 1 it goes to the stored {d}, never to 0; a loaded 0 holds",
        )
        if reload
        else t.say("stops at 0", "sits at zero")
    )
    shown = f" on {c}" if count else ""
    cleared = "zeroes count and stored period" if reload else "zeroes the count"
    clock = words.brief(t, clocking, t.say("clears the timer", cleared))
    short = words.framed(
        t,
        t.say(
            f"{width}-bit down-counter{shown}: {ld} loads {d} (priority), counts{tick}; {over}. "
            f"{flag}.",
            f"Loadable countdown{shown}, {width} bits. {ld} first, else minus one{tick}; {over}. "
            f"{flag}.",
            f"{'Periodic' if reload else 'One-time'} timer{shown}, {what} from {d} at {ld}; "
            f"decrements{tick}, {over}. {flag}.",
            f"{ld} presets {d}; without it count down{tick}. {words.cap(over)}. {flag}. {width} "
            f"bits{shown}.",
            f"Timer{shown}, {width} wide: load ({ld}, {d}) beats counting; ticks down{tick}; "
            f"{over}. {flag}.",
            f"Down timer{shown} with parallel load {d} on {ld}, decrement{tick}, {over}. {flag}.",
        ),
        clock,
    )
    loads = t.say(
        f"A clock edge with {words.at(t, load)} puts {d} into {c}",
        f"{ld} = 1 makes {c} take {d} at the clock edge, whatever else is asked",
    )
    if reload:
        loads += t.say(
            ", and a copy into a period register",
            "; a second register keeps the same number as the period",
        )
    goes = f"Without a load {c} counts down, one per clock edge{tick}"
    if reload:
        stop = (
            "Where 1 would become 0, the period register is copied back in; from 0 it does not "
            "move, so period 0 means standstill"
        )
    else:
        stop = t.say(
            "Having arrived at 0 it stays there until the next load",
            "0 is the end: no further change without a load",
        )
    still = words.maybe(
        t,
        enable,
        f"With {words.shut(t, enable)} (and no load) it pauses",
        f"It waits while {words.off(t, enable)}, except for loading",
    )
    if pulses:
        shows = t.say(
            f"{end} is decoded by gates: 1 when {c} is 1, {ld} is "
            f"0{' and ' + words.on(t, enable) if enable else ''}: the coming edge "
            f"{'wraps it' if reload else 'takes it to 0'}",
            f"{end} announces the last tick beforehand: it needs {c} = 1 and no "
            f"{ld}{' and ' + words.open_(t, enable) if enable else ''}, combinationally",
        )
    else:
        n = 1 if reload else 0
        shows = t.say(
            f"{end} is high all the time that {c} is {n}, by decoding",
            f"{end} compares {c} with {n}, no register involved",
        )
    full = words.clocks(
        t,
        clocking,
        t.say(
            "sets " + ("counter and period register" if reload else "the counter") + " to 0",
            "empties " + ("both registers (0)" if reload else "it (count 0)"),
        ),
    )
    purpose = words.prose(
        t,
        t.say(
            f"An egg timer is set through {d} and reports on {end}",
            f"The exposure control of a darkroom lamp counts clock periods down from {d}; {end} "
            "is its answer",
            f"A protocol engine sets its time-out through {d} and hears of it on {end}",
            f"An irrigation controller starts this timer with {d} and waits for {end}",
            f"An operating system's tick unit: software writes {d}, hardware works {end}",
        ),
        loads,
        goes,
        stop,
        still,
        shows,
        t.say(full, clock),
    )
    n = t.int(2, min(6, (1 << width) - 1))
    run = [*range(n, 0, -1), n, n - 1] if reload else [*range(n, -1, -1), 0]
    example = f"Example: loading {n} leads to the counts {', '.join(map(str, run))}" + (
        f" with {words.open_(t, enable)}" if enable else ""
    )
    remark = words.remarks(
        t,
        t.say(
            f"{width}-bit timer that counts to its end from {d}, "
            f"{'and reloads itself' if reload else 'and stops'}",
            f"Countdown unit, result {end}",
            f"Measure off {d} clock ticks after {ld}" + (", again and again" if reload else ""),
            f"{'Auto-reload' if reload else 'Single-run'} down-counter",
        ),
        [loads, goes, stop, still, shows, full],
        [example],
    )
    return short, purpose, remark


def watchdog(
    t: Draw,
    clocking: Clocking,
    kick: str,
    alarm: str,
    drawn: tuple[int, int, bool],
    enable: Gate | None,
) -> tuple[str, str, str]:
    """Raises an alarm without kicks; `drawn`: limit, what is too early (or 0), whether sticky."""
    limit, early, sticky = drawn
    k, a = f"`{kick}`", f"`{alarm}`"
    ck = "enabled clocks" if enable else "clocks"
    if sticky:
        leave = t.say(f"{a} latches until reset", "only reset clears the alarm")
    elif early:
        leave = t.say(
            f"a timely {k} clears {a}", f"{a}, a register, falls at the next {k} that is not early"
        )
    else:
        leave = t.say(
            f"{a} decodes the counter, so {k} clears it", f"{a} = (counter at {limit}), no latch"
        )
    hasty = ""
    if early:
        hasty = t.say(
            f"; {k} with the counter below {early} also sets {a}",
            f"; {k} high at counts under {early} is a fault as well",
        )
    gate = words.maybe(
        t,
        enable,
        f"{words.shut(t, enable)} freezes all, {k} included.",
        f"Works only on clock edges with {words.open_(t, enable)}.",
    )
    clock = words.brief(
        t,
        clocking,
        t.say("zeroes the counter", "clears the count") + (f" and {a}" if early or sticky else ""),
    )
    name = "Window watchdog" if early else "Watchdog"
    short = words.framed(
        t,
        t.say(
            f"{name}: {limit} {ck} without {k} raise {a}{hasty}; {leave}. Counter sticks at "
            f"{limit}. {gate}",
            f"{name}, timeout {limit} {ck}, fed by {k}, saturating up-counter{hasty}. {leave}. "
            f"{gate}",
            f"Counter zeroed by {k}, else +1 up to {limit}; reaching {limit} raises {a}{hasty}; "
            f"{leave}. {gate}",
            f"{a} when {k} stays away for {limit} {ck}{hasty}. {words.cap(leave)}; count "
            f"saturates. {gate}",
            f"Missing-pulse detector on {k}: saturating counter, {a} on arrival at "
            f"{limit}{hasty}; {leave}. {gate}",
            f"Heartbeat check, {k} at least once in {limit} {ck}, or {a}{hasty}; {leave}; no wrap "
            f"of the counter. {gate}",
        ),
        clock,
    )
    unit = (
        t.say(
            f"clock edge with {words.open_(t, enable)}",
            f"clock edge at which {words.on(t, enable)}",
        )
        if enable
        else "clock edge"
    )
    count = t.say(
        f"A hidden counter is put to 0 at a {unit} if {words.high(t, kick)} and grows by one "
        f"otherwise, ending at {limit}",
        f"Count every {unit} that comes without {k}, no further than {limit}; one that comes with "
        "it returns the count to 0",
    )
    if early or sticky:
        fires = t.say(
            f"The edge that lifts the count from {limit - 1} to {limit} sets the register {a}",
            f"{a} is a register and is set when {limit} is reached",
        )
    else:
        fires = t.say(
            f"{a} is 1 as long as the count is {limit} and 0 below, straight from the counter",
            f"As a plain comparison, {a} = 1 goes with count = {limit}",
        )
    soon = ""
    if early:
        soon = t.say(
            f"{k} = 1 that finds the count at less than {early} comes too soon and sets {a} too",
            f"{k} is not welcome while the count is under {early}: then it sets {a}, though the "
            "count is cleared all the same",
        )
    if sticky:
        falls = t.say(
            f"Nothing but the reset takes {a} back", f"{a} stays at 1, come what may, until reset"
        )
    elif early:
        falls = t.say(
            f"{k} = 1 with the count at {early} or more clears {a}",
            f"{a} goes back to 0 with the first {k} that is not too soon",
        )
    else:
        falls = ""
    idle = words.maybe(
        t,
        enable,
        f"Clock edges with {words.shut(t, enable)} leave everything as it is, and {k} is not "
        "seen there",
        f"{words.cap(words.shut(t, enable))} suspends the whole thing",
    )
    full = words.clocks(
        t,
        clocking,
        t.say("sets the count to 0", "empties the counter")
        + (f" and lowers {a}" if early or sticky else ""),
    )
    purpose = words.prose(
        t,
        t.say(
            f"The firmware of a lift must show a sign of life on {k} regularly; {a} stops the lift",
            f"A paper web pulses {k} as it runs. If it tears, {a} brakes the press",
            f"A satellite's computer gets power-cycled through {a} unless it answers on {k}",
            f"The driver of a train presses a pedal, seen as {k}; {a} starts the brakes",
            f"A fan's tachometer works {k}; {a} reports a stuck fan",
        ),
        count,
        fires,
        soon,
        falls,
        idle,
        t.say(full, clock),
    )
    gap = t.int(early + 1, limit + 3)
    result = "sets" if gap >= limit else "does not set"
    example = f"Example: {gap} such edges in a row without {k} after a reset: that {result} {a}"
    remark = words.remarks(
        t,
        t.say(
            f"{name} with a limit of {limit}; feeding line {k}, verdict {a}",
            f"Supervise {k}: silence of {limit} counts is a fault",
            f"{a} reports that {k} is not in order",
            f"Life-sign monitor ({limit} counts)",
        ),
        [count, fires, soon, falls, idle, full],
        [example],
    )
    return short, purpose, remark
