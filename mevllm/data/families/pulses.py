"""Periodic signals: frequency dividers, enables, pulse-width modulation."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.phrases import (
    amount,
    bits,
    build,
    gate,
    gated,
    joined,
    literal,
    size,
    when,
)
from mevllm.data.families.told import pulses as tellings
from mevllm.tiers import Tier


def _ordinal(n: int) -> str:
    """`1st`, `22nd`, `13th`."""
    ending = "th" if 10 < n % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"


def _divider(draw: Draw) -> Design:
    """Divides by N: a pulse a period, a duty cycle, or a square wave that toggles."""
    n = draw.choice((2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 15, 16, 20, 24, 25, 30))
    style = draw.choice(("pulse", "pulse", "high first", "low first", "toggle", "two outputs"))
    if style in ("two outputs", "high first", "low first") and n < 4:
        n += 4
    high = draw.choice((n // 2, (n + 1) // 2, draw.int(1, n - 1), draw.int(1, n - 1)))
    if n > 3:
        high = min(max(high, 2), n - 2)
    clocking = draw.clocking()
    enable = gate(draw, 0.4)
    out = draw.name("clk_out", "tick", "out", "pulse", "slow", "div_out", "wave")
    other = draw.name("half", "tick2", "mid_pulse") if style == "two outputs" else ""
    count = draw.name("count", "cnt", "phase", "div_cnt")
    k = size(n)
    ports = [
        *clocking.ports,
        *([enable.port] if enable else []),
        port(out, "output", 1, "the divided signal"),
        *([port(other, "output", 1, "pulse in the middle")] if other else []),
    ]
    zero, last = literal(k, 0), literal(k, n - 1)
    advance = f"{count} + 1'b1" if n == 1 << k else f"({count} == {last}) ? {zero} : {count} + 1'b1"
    lines = [f"  reg {bits(k)}{count};"]
    on_reset = f"{count} <= {zero};"
    step = f"{count} <= {advance};"
    period = amount(n, "enabled clock cycle" if enable else "clock cycle")
    at = f"at every clock edge at which {enable.on}" if enable else "at every clock edge"
    held = f"While {enable.off} everything stands still." if enable else ""
    numbering = f"number the clock periods 0 to {n - 1}, beginning with 0 after reset" + (
        f" and moving on only at clock edges at which {enable.on}" if enable else ""
    )
    assigns = []
    if style == "toggle":
        step = when(
            f"{count} == {last}",
            f"{count} <= {zero};\n{out} <= ~{out};",
            f"{count} <= {count} + 1'b1;",
        )
        on_reset += f"\n{out} <= 1'b0;"
        title = f"square-wave generator that toggles every {period}"
        said = [
            f"`{out}` is a register that is inverted once in {period}, so its period is {2 * n} "
            "of them and its duty cycle 50%.",
            f"it is 0 after reset and stays so for {n} cycles before it becomes 1.",
        ]
        brief = f"{out} toggles every {period}, first after {n} of them; 0 after reset."
    elif style in ("pulse", "two outputs"):
        where = draw.choice((n - 1, n - 1, 0))
        assigns.append(f"  assign {out} = ({count} == {literal(k, where)});")
        title = f"pulse generator dividing by {n}"
        said = [
            f"`{out}` is 1 in one of {n} periods: {numbering}; then `{out}` is 1 exactly during "
            f"period {where}, and after period {n - 1} comes period 0.",
        ]
        if where and not other and not enable and draw.chance(0.5):
            said = [
                f"`{out}` is 1 for one clock period in every {n}; the first time, this period "
                f"begins at the {_ordinal(where)} clock edge after the reset.",
            ]
        brief = f"A counter runs 0 to {n - 1} {at}; {out} = (counter == {where})."
        style = f"{style} {where}"
        if other:
            middle = draw.choice([i for i in range(n) if i != where])
            style += f" {middle}"
            assigns.append(f"  assign {other} = ({count} == {literal(k, middle)});")
            said.append(f"`{other}` is 1 exactly during period {middle}.")
            brief += f" {other} = (counter == {middle})."
    else:
        first = style == "high first"
        split = high if first else n - high
        compare = "<" if first else ">="
        assigns.append(f"  assign {out} = ({count} {compare} {literal(k, split)});")
        title = f"frequency divider by {n} with {high} of {n} cycles high"
        told = (
            f"1 in periods 0 to {split - 1} and 0 in the remaining {n - split}"
            if first
            else f"0 in periods 0 to {split - 1} and 1 in the remaining {n - split}"
        )
        said = [
            f"`{out}` repeats every {period}: {numbering}, period {n - 1} being followed by period "
            f"0; then `{out}` is {told}.",
        ]
        brief = f"A counter runs 0 to {n - 1} {at}; {out} = (counter {compare} {split})."
        style = f"{style} {high}"
    lines += [clocking.always(on_reset, gated(enable, step)), *assigns]
    registers = "the counter" + (f" and `{out}`" if style == "toggle" else "")

    def rules() -> list[str]:
        return [
            *said,
            held,
            draw.say(
                "it is a counter with a comparison, no gated clock.",
                "",
                "a counter of the clock edges is all that is needed.",
            )
            if style != "toggle"
            else "",
        ]

    draw.tell(*tellings.divider(draw.teller(), clocking, out, other, n, style, high, enable))
    return build(
        draw,
        DIVIDER,
        clocking,
        modules=("divider", "clock_divider", f"div{n}", "tick_gen", "clk_en_gen"),
        ports=ports,
        body="\n".join(lines),
        title=title,
        terse=joined(brief, held if style == "toggle" else ""),
        intro=draw.say(
            f"Derive a slower signal from `{clocking.clock}`.",
            f"A periodic signal with a fixed ratio to `{clocking.clock}` is needed.",
            "",
        ),
        rules=rules,
        effect=f"clears {registers}" + ("" if style == "toggle" else " (period 0)"),
        random_rows=260,
        chances=enable.chances(0.85) if enable else None,
        reset_chance=0.008,
        choices={"n": n, "style": style, "enable": enable.active_high if enable else None},
    )


def _pwm(draw: Draw) -> Design:
    """Pulse-width modulation with a duty input, perhaps a period input, taken once a period."""
    width = draw.choice((3, 4, 4, 5, 6))
    fixed = draw.choice((None, None, draw.int(5, (1 << width) - 2)))
    programmable = fixed is None and draw.chance(0.35)
    buffered = draw.chance(0.5)
    low = draw.chance(0.2)
    channels = 1 if programmable or draw.chance(0.75) else 2
    clocking = draw.clocking()
    enable = gate(draw, 0.3)
    duties = [draw.name("duty", "level", "on_time", "compare")]
    outs = [draw.name("pwm", "out", "pwm_out", "drive")]
    if channels == 2:
        duties = [draw.name("duty_a", "level_a"), draw.name("duty_b", "level_b")]
        outs = [draw.name("pwm_a", "out_a"), draw.name("pwm_b", "out_b")]
    top = draw.name("top", "period_m1", "last", "limit") if programmable else ""
    tick = draw.name("period_end", "sync", "wrap") if draw.chance(0.3) else ""
    count = draw.name("count", "cnt", "ramp")
    held = [draw.name(f"{d}_q", f"{d}_held") if buffered else d for d in duties]
    ports = [
        *clocking.ports,
        *([enable.port] if enable else []),
        *(port(d, "input", width, "cycles on in a period") for d in duties),
        *([port(top, "input", width, "last value of the counter")] if top else []),
        *(port(o, "output", 1, "modulated output") for o in outs),
        *([port(tick, "output", 1, "marks the last cycle of a period")] if tick else []),
    ]
    zero = literal(width, 0)
    length = fixed or 1 << width
    final = top or literal(width, length - 1)
    compare = ">=" if programmable else "=="
    at_end = f"{count} {compare} {final}"
    lines = [f"  reg {bits(width)}{', '.join([count, *(held if buffered else [])])};"]
    step = f"{count} <= ({at_end}) ? {zero} : {count} + 1'b1;"
    if not programmable and length == 1 << width:
        step = f"{count} <= {count} + 1'b1;"
    on_reset = f"{count} <= {zero};"
    if buffered:
        taken = "\n".join(f"{h} <= {d};" for h, d in zip(held, duties, strict=True))
        step += "\n" + when(at_end, taken)
        on_reset += "".join(f"\n{h} <= {zero};" for h in held)
    lines.append(clocking.always(on_reset, gated(enable, step)))
    relation = ">=" if low else "<"
    lines += [f"  assign {o} = ({count} {relation} {h});" for o, h in zip(outs, held, strict=True)]
    if tick:
        lines.append(f"  assign {tick} = ({at_end});")
    one, other = ("0", "1") if low else ("1", "0")
    ending = (
        f"from 0 up to `{top}` and then from 0 again (if it finds itself above `{top}` it also "
        "goes to 0)"
        if programmable
        else f"from 0 to {length - 1} and then from 0 again"
    )

    def rules() -> list[str]:
        names = " and ".join(f"`{d}`" for d in duties)
        said = [
            f"a counter of {width} bits runs {ending}, one step at every clock edge"
            + (f" at which {enable.on}; otherwise it stands still." if enable else "."),
        ]
        for o, d in zip(outs, duties, strict=True):
            value = f"the held value of `{d}`" if buffered else f"`{d}`"
            said.append(
                draw.say(
                    f"`{o}` is {one} while the counter is less than {value}, else {other}.",
                    f"`{o}` is {other} when the counter is greater than or equal to {value}, and "
                    f"{one} when it is smaller.",
                )
            )
        if buffered:
            said.append(
                f"{names} {'is' if channels == 1 else 'are'} taken over into "
                f"{'a register' if channels == 1 else 'registers'} at the clock edge at which the "
                f"counter returns to 0, so that a change never cuts a pulse; what is held after a "
                "reset is 0."
            )
        else:
            said.append(
                f"{names} {'acts' if channels == 1 else 'act'} directly; the comparison is "
                "combinational."
            )
        if tick:
            said.append(
                f"`{tick}` is 1, combinationally, while the counter is at its last value"
                + (f" (`{top}` or above)." if programmable else f", {length - 1}.")
            )
        return said

    effect = "clears the counter" + (" and the held duty" if buffered else "")
    drawn = (width, length, buffered, low)
    draw.tell(*tellings.pwm(draw.teller(), clocking, duties, outs, top, tick, drawn, enable))
    return build(
        draw,
        PWM,
        clocking,
        modules=("pwm", "pwm_gen", "modulator", "dimmer"),
        ports=ports,
        body="\n".join(lines),
        title=f"{width}-bit pulse-width modulator"
        + (" with programmable period" if programmable else f" with a period of {length} cycles"),
        terse=joined(
            f"Counter {ending}" + (f", when {enable.on}." if enable else "."),
            *(
                f"{o} = (counter {relation} {'held ' if buffered else ''}{d})."
                for o, d in zip(outs, duties, strict=True)
            ),
            "Duty is taken into its register when the counter returns to 0." if buffered else "",
            f"{tick} = counter at its last value" + (f" ({top} or above)." if programmable else ".")
            if tick
            else "",
        ),
        intro=draw.say(
            "Design a pulse-width modulator.",
            f"The brightness of a lamp is set by the duty cycle of `{outs[0]}`.",
            "",
        ),
        rules=rules,
        effect=effect,
        random_rows=330,
        chances=enable.chances(0.9) if enable else None,
        hold={**dict.fromkeys(duties, 0.93), **({top: 0.96} if top else {})},
        reset_chance=0.005,
        choices={
            "width": width,
            "length": top or length,
            "buffered": buffered,
            "low": low,
            "channels": channels,
            "tick": bool(tick),
            "enable": enable.active_high if enable else None,
        },
    )


DIVIDER = Family("divider", Tier.ADVANCED, _divider)
PWM = Family("pwm", Tier.ADVANCED, _pwm)

FAMILIES = (DIVIDER, PWM)
