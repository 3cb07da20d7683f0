"""Dividers and pulse-width modulators as people tell them."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.phrases import Gate
from mevllm.data.families.told import _words_timing as words


def divider(
    t: Draw,
    clocking: Clocking,
    out: str,
    other: str,
    n: int,
    style: str,
    high: int,
    enable: Gate | None,
) -> tuple[str, str, str]:
    """Divides by N; `style` as the family records it."""
    y, z = f"`{out}`", f"`{other}`"
    numbers = [*(int(w) for w in style.split() if w.isdigit()), 0, 0]
    low = n - high
    ck = "enabled clocks" if enable else "clocks"
    gate = ""
    if enable:
        gate = t.say(
            f"{words.shut(t, enable)} freezes it.", f"It moves only with {words.open_(t, enable)}."
        )
    clock = words.brief(t, clocking, t.say("restarts the period", "clears counter and output"))
    if style.startswith("toggle"):
        clock = words.brief(t, clocking, t.say(f"clears counter and {y}", f"zeroes count and {y}"))
    elif style[0] in "hl":
        clock = words.brief(t, clocking, t.say("restarts the period", "zeroes the counter"))
    else:
        clock = words.brief(t, clocking, t.say("zeroes the counter", "sets the counter to 0"))
    mark = f" and {z} = (count is {numbers[1]})" if other else ""
    if style == "toggle":
        half = f"every {n} {ck}"
        short = t.say(
            f"Square wave {y}, toggling {half}, low first. {gate}",
            f"Divide by {2 * n}, 50% duty: {y} flips {half}, beginning low. {gate}",
            f"{y} inverts after each {n} {ck}; the first half period after reset is low and full "
            f"length. {gate}",
            f"Symmetric divider, ratio {2 * n}, output flop {y} with low half first. {gate}",
            f"Modulo-{n} counter whose wrap toggles {y}. {gate}",
            f"Make {y} a {n}-low, {n}-high square wave counted in {ck}. {gate}",
        )
    elif style[0] in "hl":
        first, second = (
            (f"{high} high", f"{low} low") if style[0] == "h" else (f"{low} low", f"{high} high")
        )
        short = t.say(
            f"Divide-by-{n} wave {y}: {first}, then {second}, in {ck}, from reset on. {gate}",
            f"{y} repeats {first} / {second} {ck}, starting with the former after reset. {gate}",
            f"Mod-{n} counter plus compare; {y} is {first} then {second} {ck}. {gate}",
            f"Frequency divider by {n}, duty {high}/{n}, {y} "
            f"{'high' if style[0] == 'h' else 'low'} in the first part of the period. {gate}",
            f"Period {n} {ck}; {y} spends the first {first.split()[0]} {first.split()[1]} and the "
            f"remaining {second.split()[0]} {second.split()[1]}. {gate}",
            f"Rectangular wave on {y}, {first}, {second}, counter-based, phase zero at reset. "
            f"{gate}",
        )
    else:
        short = t.say(
            f"Counter mod {n} (0 to {n - 1}); {y} = (count is {numbers[0]}){mark}. {gate}",
            f"One-in-{n} pulse {y}: high while a 0..{n - 1} counter reads {numbers[0]}{mark}. "
            f"{gate}",
            f"Tick generator by {n}. {y} decodes count "
            f"{numbers[0]}{f' and {z} decodes count {numbers[1]}' * bool(other)} of a wrapping "
            f"counter that starts from 0. {gate}",
            f"Modulo-{n} up counter, decoded combinationally: {numbers[0]} gives "
            f"{y}{f', {numbers[1]} gives {z}' * bool(other)}. {gate}",
            f"Divide by {n} to a strobe: {y} at count "
            f"{numbers[0]}{f', {z} at count {numbers[1]}' * bool(other)}, counting up cyclically "
            f"from 0. {gate}",
            f"Prescaler, ratio {n}, up counter from zero. Count {numbers[0]} raises "
            f"{y}{f'; count {numbers[1]} raises {z}' * bool(other)}. {gate}",
        )
    short = words.framed(t, short, clock)
    unit = (
        t.say(
            f"clock edges with {words.open_(t, enable)}",
            f"clock edges at which {words.on(t, enable)}",
        )
        if enable
        else "clock edges"
    )
    rest = ""
    if enable:
        rest = t.say(
            f"Other clock edges change nothing, {y} stays",
            f"With {words.shut(t, enable)} time stands still",
        )
    if style == "toggle":
        rule = t.say(
            f"{y}, a flip-flop, is inverted at the last of every {n} {unit}; it begins with 0",
            f"Counting {unit}, number {n} turns {y} over, and the count starts again. The wave "
            "begins low",
        )
        effect = t.say(f"clears the count and {y}", f"sets {y} and the count to 0")
    elif style[0] in "hl":
        parts = [f"1 for {high}", f"0 for {low}"]
        parts = parts if style[0] == "h" else parts[::-1]
        rule = t.say(
            f"Measured in {unit}, a period has {n} steps: {y} is {parts[0]} of them and then "
            f"{parts[1]}",
            f"{y} runs in a circle, {parts[0]} steps, {parts[1]} steps, where {unit} make the "
            "steps",
        )
        effect = t.say(
            "goes back to the beginning of the period",
            "sets the step count to 0, the start of a period",
        )
    else:
        rule = t.say(
            f"The steps of a period are numbered 0 to {n - 1} and follow the {unit}, step {n - 1} "
            f"being followed by 0; {y} is 1 during step {numbers[0]} only",
            f"A counter of {unit} goes from 0 to {n - 1} and round again; {y} is high exactly "
            f"while it stands at {numbers[0]}",
        )
        if other:
            rule += t.say(f", {z} during {numbers[1]} only", f"; for {z} it is {numbers[1]}")
        effect = t.say("sets that count to 0", "brings the count to 0")
    full = words.clocks(t, clocking, effect)
    purpose = words.prose(
        t,
        t.say(
            f"A display controller needs a slow rhythm on {y} for its refresh",
            f"The baud clock of a terminal is derived by counting; {y} carries it",
            f"A buzzer is fed with {y}, whose frequency is a fixed fraction of the clock",
            f"An analogue-to-digital converter is paced by {y}",
            f"The charge pump of a sensor wants a regular signal {y}",
            f"A heating element is switched periodically, controlled by {y}",
        ),
        rule,
        rest,
        t.say(full, clock),
    )
    seen = []
    for i in range(min(2 * n, 16)):
        if style == "toggle":
            seen.append(i // n % 2)
        elif style[0] in "hl":
            seen.append(int((i % n < high) if style[0] == "h" else (i % n >= low)))
        else:
            seen.append(int(i % n == numbers[0]))
    under = f" with {words.open_(t, enable)} throughout" if enable else ""
    wave = "".join(map(str, seen))
    example = f"Example: the first {len(seen)} periods after reset{under} show {y} as {wave}"
    remark = words.remarks(
        t,
        t.say(
            f"Periodic signal {y} from a counter",
            f"{y} is the clock, slowed down by counting",
            f"Rate generator with output {y}" + (f" and a second strobe {z}" if other else ""),
            f"Derive {y} from {clocking.clock}, no gating of clocks",
        ),
        [rule, rest, full],
        [
            example,
            t.say(
                "A counter and a little logic are sufficient",
                "",
                f"The counter is internal, only {y}{f' and {z}' * bool(other)} can be seen",
            ),
        ],
    )
    return short, purpose, remark


def pwm(
    t: Draw,
    clocking: Clocking,
    duties: Sequence[str],
    outs: Sequence[str],
    top: str,
    tick: str,
    drawn: tuple[int, int, bool, bool],
    enable: Gate | None,
) -> tuple[str, str, str]:
    """Pulse-width modulation; `drawn`: width, length, whether buffered, active low."""
    width, length, buffered, low = drawn
    pairs = words.listed([f"`{o}` from `{d}`" for o, d in zip(outs, duties, strict=True)])
    duty, pwms = (words.listed([f"`{n}`" for n in ns]) for ns in (duties, outs))
    two = len(outs) > 1
    active = "low" if low else "high"
    ramp = f"0 to `{top}` inclusive" if top else f"0 to {length - 1}"
    wrap = words.maybe(
        t,
        top,
        f"counter value at or above `{top}` returns to 0",
        f"from `{top}`, or anything above it, on to 0",
    )
    taken = (
        t.say(
            "duty is buffered, reloaded at the wrap", f"{duty} latched only when the counter wraps"
        )
        if buffered
        else t.say("duty acts at once, unbuffered", f"{duty} compared live")
    )
    gate = words.maybe(
        t,
        enable,
        f"Counting only with {words.open_(t, enable)}",
        f"{words.shut(t, enable)} freezes the registers",
    )
    end = ""
    if tick:
        end = t.say(
            f"`{tick}` marks the last count", f"`{tick}` is high in the final count of a period"
        )
        end += f" (`{top}` or above)" if top else ""
    more = " ".join(words.ended(e) for e in (wrap, end, gate) if e)
    clock = words.brief(
        t,
        clocking,
        t.say(
            "zeroes counter" + " and duty buffer" * buffered,
            "clears the counter" + " and buffered duty" * buffered,
        ),
    )
    short = words.framed(
        t,
        t.say(
            f"PWM, {pairs}, active {active} while count < duty; up-counter {ramp}; {taken}. {more}",
            f"Sawtooth counter {ramp}, compared with duty: {pairs}, {active} below duty. "
            f"{words.cap(taken)}. {more}",
            f"On {pwms}, edge-aligned PWM, {active} for the first duty counts out of {ramp} "
            f"({pairs}). {taken}. {more}",
            f"Pulse-width modulator with counter {ramp}. {pairs}; on means {active}, on while "
            f"counter is below duty. {taken}. {more}",
            f"Counter {ramp}; count < duty drives {active}, else {'high' if low else 'low'} "
            f"({pairs}); {taken}. {more}",
            f"Leading-edge PWM, active-{active}: {pairs}. Period count {ramp}, {taken}. On while "
            f"count < duty. {more}",
        ),
        clock,
    )
    one, zero = ("0", "1") if low else ("1", "0")
    count = t.say(
        f"An up-counter of {width} bits goes {words.steps(t, enable)} through {ramp} and starts "
        "again at 0",
        "The time base counts 0, 1, 2 and so on "
        f"{'up to `' + top + '`' if top else f'up to {length - 1}'}, then 0 again, one step "
        f"{words.steps(t, enable)}",
    )
    if top:
        count += f"; should it be above `{top}`, 0 follows too"
    stop = words.maybe(
        t,
        enable,
        f"With {words.shut(t, enable)} no register changes",
        f"Everything pauses while {words.off(t, enable)}",
    )
    what = "the stored duty" if buffered else duty
    rule = t.say(
        f"{pwms} {'are' if two else 'is'} {one} as long as the count is smaller than {what} "
        f"({pairs}), otherwise {zero}",
        f"Compare count and {what}: smaller gives {one}, equal or larger gives {zero} ({pairs})",
    )
    if buffered:
        store = t.say(
            f"{duty} {'are' if two else 'is'} copied into {'registers' if two else 'a register'} "
            "at the step from the last count to 0, so every period is whole; this stored duty is "
            "0 after reset",
            f"A new {duty} waits in front of {'its register' if not two else 'the registers'} "
            "till the count returns to 0; the reset stores 0",
        )
    else:
        store = t.say(
            f"A change of {duty} is effective immediately, in the middle of a period too",
            f"{duty} {'are' if two else 'is'} not stored anywhere",
        )
    ends = ""
    if tick:
        ends = t.say(f"`{tick}` is 1 during the last count", f"`{tick}` decodes the end count")
        ends += f", `{top}` or more," if top else f", {length - 1},"
        ends += t.say(" without a register", " by gates only")
    full = words.clocks(
        t,
        clocking,
        t.say(
            "sets the count" + " and the stored duty" * buffered + " to 0",
            "zeroes the count" + " and the stored duty" * buffered,
        ),
    )
    purpose = words.prose(
        t,
        t.say(
            f"A bicycle lamp is dimmed by {pwms}",
            f"The heater of a soldering iron gets its power through {pwms}",
            f"{pwms} drive{'' if two else 's'} the fan of a power supply at a variable mean "
            "voltage",
            f"A poor man's digital-to-analogue converter: {pwms}, followed by an RC filter",
            f"The valve of an espresso machine is opened partly with {pwms}",
        ),
        count,
        rule,
        store,
        stop,
        ends,
        t.say(full, clock),
    )
    n = t.int(1, length - 1)
    spent = f"gives {n} counts of {one} and {length - n} of {zero}"
    example = f"Example: duty {n} of a period of {length} {spent}"
    if top:
        n = t.int(2, (1 << width) - 2)
        spent = f"duty {n // 2} gives {n // 2} counts of {one} in each"
        example = f"Example: `{top}` = {n} makes periods of {n + 1} counts; {spent}"
    remark = words.remarks(
        t,
        t.say(
            f"The pulse width of {pwms} is set by {duty}",
            f"Pulse-width modulator, {'two channels' if two else 'one channel'}, active {active}",
            f"Variable duty cycle on {pwms}, resolution {width} bits",
            f"Modulate {pwms} by {duty}, time base by counter",
        ),
        [count, rule, store, stop, ends, full],
        [example, f"Duty 0 means {pwms} constantly {zero}"],
    )
    return short, purpose, remark
