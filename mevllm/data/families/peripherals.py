"""Peripherals: an interrupt controller, a timer, a pulse-width modulator, pulse measurement."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.telling import bits_for, clock_words, clocked, lit, span, tell
from mevllm.data.families.told import peripherals as told
from mevllm.data.stimulus import sequential
from mevllm.tiers import Tier


def _interrupts(draw: Draw) -> Design:
    """Number of sources, edge or level, which end is urgent, a mask register, acknowledge."""
    c = draw.clocking()
    n = draw.choice((3, 4, 4, 5, 6, 8, 8))
    edges, low = draw.chance(0.5), draw.chance(0.6)
    by_id = draw.chance(0.5)
    src, we, mask_in = (
        draw.name("irq_in", "src", "lines"),
        draw.name("mask_we", "wr"),
        draw.name("mask_in", "wdata"),
    )
    ack = draw.name("ack", "iack") if by_id else draw.name("clear_bits", "eoi")
    irq, ident, pend = (
        draw.name("irq", "int_req"),
        draw.name("id", "vector"),
        draw.name("pending", "ip"),
    )
    w = bits_for(n)
    ports = [
        *c.ports,
        port(src, "input", n, "interrupt sources"),
        port(we, "input", 1, "write the mask"),
        port(mask_in, "input", n, "new mask, 1 enables"),
        port(ack, "input", 1 if by_id else n, "acknowledge" if by_id else "1 clears that bit"),
        port(irq, "output", 1, "an enabled interrupt is pending"),
        port(ident, "output", w, "number of the most urgent one"),
        port(pend, "output", n, "pending bits"),
    ]
    mask, old, live = (
        draw.name("mask", "enabled"),
        draw.name("before_in", "last"),
        draw.name("live", "active"),
    )
    i, gone = draw.name("i", "k"), draw.name("gone", "done_bits")
    new = f"{src} & ~{old}" if edges else src
    loop = f"{n - 1}; {i} >= 0; {i} = {i} - 1" if low else f"0; {i} < {n}; {i} = {i} + 1"
    lines = [f"  reg {span(n)}{mask}{f', {old}' * edges};\n  integer {i};"]
    lines.append(f"  wire {span(n)}{live} = {pend} & {mask};")
    if by_id:
        lines.append(
            f"  wire {span(n)}{gone} = ({ack} & {irq}) ? ({lit(n, 1)} << {ident}) : {lit(n, 0)};"
        )
    lines.append(f"  assign {irq} = |{live};")
    lines.append(f"  always @(*) begin\n    {ident} = 0;\n    for ({i} = {loop})")
    lines.append(f"      if ({live}[{i}]) {ident} = {i};\n  end")
    clear = f"{pend} <= 0;\n{mask} <= 0;" + f"\n{old} <= 0;" * edges
    work = f"{pend} <= ({pend} & ~{gone if by_id else ack}) | ({new});"
    work += f"\nif ({we}) {mask} <= {mask_in};" + f"\n{old} <= {src};" * edges
    urgent = "lowest" if low else "highest"
    how = (
        f"A bit of `{pend}` is set at a clock edge where its source is 1 and was 0 at the edge "
        f"before (a rising edge, as sampled by the clock; the value remembered is 0 after reset)."
        if edges
        else f"A bit of `{pend}` is set at every clock edge where its source is 1."
    )
    away = (
        f"If `{ack}` and `{irq}` are both 1 at a clock edge, the pending bit whose number is at "
        f"`{ident}` is cleared"
        if by_id
        else f"At a clock edge, each bit of `{ack}` that is 1 clears the same bit of `{pend}`"
    )
    names = (src, we, mask_in, ack, irq, ident, pend)
    draw.tell(*told.interrupts(draw.teller(), c, names, n, edges, low, by_id))
    return draw.design(
        INTERRUPTS,
        module=draw.module("irq_ctrl", "interrupt_controller", "pic"),
        ports=ports,
        body="\n".join(lines) + "\n" + c.always(clear, work),
        description=tell(
            draw,
            title=f"interrupt controller for {n} {'edge' if edges else 'level'}-sensitive sources",
            terse=f"Interrupt controller. {how} {away}, but setting wins. ".replace("`", "")
            + f"{we} loads the internal mask register from {mask_in}. {irq} = |({pend} & mask), "
            f"{ident} = {urgent} index set there, else 0, both combinational. "
            + clock_words(c, "zeroes all registers"),
            opening=(
                "Write the interrupt controller of a microcontroller.",
                f"{n} devices may interrupt a processor. Design the unit that collects them.",
                "Design an interrupt controller with a mask and priorities.",
            ),
            facts=(
                f"`{pend}` is a register with one bit for each source.",
                how,
                f"{away}; a bit that is set and cleared at the same edge ends up set.",
                (
                    f"An internal mask register of {n} bits is loaded from `{mask_in}` at clock "
                    f"edges with `{we}` = 1; a 1 enables that source.",
                    f"`{we}` = 1 at the edge stores `{mask_in}` as the new mask (1 = enabled).",
                ),
                "Masked sources become pending as well.",
                (
                    f"`{irq}` is 1 while an enabled source is pending, and `{ident}` is the "
                    f"{urgent} number of those (0 if there is none); both are combinational "
                    f"functions of registers.",
                    f"Among the bits of `{pend}` that are enabled, the {urgent} number is the most "
                    f"urgent: `{ident}` shows it (0 without any), and `{irq}` tells whether there "
                    f"is one.",
                ),
                *clocked(
                    draw,
                    c,
                    "clears all pending bits, the mask and the remembered source values"
                    if edges
                    else "clears all pending bits and the mask",
                ),
            ),
        ),
        stimulus=sequential(
            draw,
            ports,
            c,
            directed=[{we: 1, mask_in: (1 << n) - 1}]
            + [{src: 1 << k} for k in range(n)]
            + [{ack: 1} for _ in range(n + 1)],
            random_rows=200,
            chances={we: 0.15, ack: 0.4},
            hold={src: 0.3},
        ),
        choices=(("n", n), ("edges", edges), ("low", low), ("by id", by_id)),
        clocking=c,
    )


def _timer(draw: Draw) -> Design:
    """Width, prescaler, one-shot or periodic, what a write does, the interrupt flag."""
    c = draw.clocking()
    width = draw.choice((3, 4, 4, 5, 6, 8))
    scale = draw.choice((1, 1, 2, 3, 4))
    mode = draw.choice(("periodic", "one-shot", "chosen"))
    up = draw.chance(0.4)
    width = min(width, 5 if scale > 1 else 6 if up else width)
    load, value = draw.name("load", "wr"), draw.name("reload_in", "limit_in", "wdata")
    run = draw.name("enable", "start_stop")
    single = draw.name("one_shot", "single") if mode == "chosen" else ""
    ack = draw.name("ack", "irq_clear", "clr_flag")
    count, irq, busy = (
        draw.name("count", "value_o", "cnt"),
        draw.name("irq", "expired"),
        draw.name("active", "running"),
    )
    ports = [
        *c.ports,
        port(load, "input", 1, "write the period and start"),
        port(value, "input", width, "period"),
        port(run, "input", 1, "1 lets the timer count"),
        port(ack, "input", 1, "clear the flag"),
    ]
    if single:
        ports.append(port(single, "input", 1, "1: stop at the end, 0: start again"))
    ports += [
        port(count, "output", width, "present count"),
        port(busy, "output", 1, "the timer is started"),
        port(irq, "output", 1, "flag: the time is over"),
    ]
    period, pre, tick = (
        draw.name("period", "reload"),
        draw.name("pre", "scaler"),
        draw.name("tick", "advance"),
    )
    end, p = draw.name("at_end", "over"), bits_for(scale)
    lines = [f"  reg {span(width)}{period};"]
    if scale > 1:
        lines.append(f"  reg {span(p)}{pre};")
    full = f" & ({pre} == {lit(p, scale - 1)})" if scale > 1 else ""
    lines.append(f"  wire {tick} = {busy} & {run} & ~{load}{full};")
    lines.append(f"  wire {end} = {tick} & ({count} == {period if up else lit(width, 0)});")
    first, again = ("0", "0") if up else (value, period)
    clear = f"{period} <= 0;\n{count} <= 0;\n{busy} <= 1'b0;\n{irq} <= 1'b0;"
    stop = {
        "periodic": "",
        "one-shot": f"\n    {busy} <= 1'b0;",
        "chosen": f"\n    if ({single}) {busy} <= 1'b0;",
    }[mode]
    work = f"{irq} <= {end} | ({irq} & ~{ack});\n"
    if scale > 1:
        clear += f"\n{pre} <= 0;"
        work += (
            f"if ({load} | {tick}) {pre} <= 0;\nelse if ({busy} & {run}) {pre} <= {pre} + 1'b1;\n"
        )
    work += f"if ({load}) begin\n  {period} <= {value};\n  {count} <= {first};\n  {busy} <= 1'b1;\n"
    work += f"end else if ({tick}) begin\n  if ({end}) begin\n    {count} <= {again};{stop}\n"
    work += f"  end else begin\n    {count} <= {count} {'+' if up else '-'} 1'b1;\n  end\nend"
    ticks = (
        f"The timer advances at every clock edge at which it is started (`{busy}` = 1) and `{run}` "
        f"is 1."
        if scale == 1
        else f"While started (`{busy}` = 1), the timer advances once in {scale} clock edges with "
        f"`{run}` = 1; a prescaler counts these edges, is cleared by `{load}`, and holds while "
        f"`{run}` or `{busy}` is 0."
    )
    goes = (
        f"`{count}` counts up from 0; an advance with `{count}` equal to the period is the end: it "
        f"sets `{count}` to 0."
        if up
        else f"`{count}` counts down from the period; an advance with `{count}` = 0 is the end: it "
        f"sets `{count}` to the period again."
    )
    after = {
        "periodic": f"After the end the timer goes on with the next round; `{busy}` stays 1.",
        "one-shot": f"The end also clears `{busy}`, so that the timer runs only once.",
        "chosen": f"If `{single}` is 1 at that edge, the end also clears `{busy}`; otherwise the "
        f"next round follows.",
    }[mode]
    names = (load, value, run, single, ack, count, busy, irq)
    draw.tell(*told.timer(draw.teller(), c, names, scale, mode, up))
    return draw.design(
        TIMER,
        module=draw.module("timer", "interval_timer", "timer_unit"),
        ports=ports,
        body="\n".join(lines) + "\n" + c.always(clear, work),
        description=tell(
            draw,
            title=f"{width}-bit interval timer with an interrupt flag",
            terse=f"Timer: {load} stores {value} as the period, sets {count} to {first.strip()} "
            f"and "
            f"{busy} to 1. {ticks} {goes} {after} ".replace("`", "")
            + f"{irq} is set at the end and cleared by {ack} (setting wins). At an edge with "
            f"{load} there is no advance. " + clock_words(c, "zeroes everything"),
            opening=(
                "Write the interval timer of a microcontroller.",
                "Design a timer that tells a processor when some time is over.",
                "A programmable timer with an interrupt flag is needed.",
            ),
            facts=(
                (
                    f"`{load}` = 1 at a clock edge stores `{value}` in a period register and sets "
                    f"`{count}` to {'0' if up else 'that value'} and `{busy}` to 1, also while the "
                    f"timer runs; at such an edge the timer does not advance.",
                    f"At a clock edge with `{load}` = 1 the timer is (re)started instead of being "
                    f"advanced: the period register takes `{value}`, `{count}` becomes "
                    f"{'0' if up else 'the same value'}, and `{busy}` becomes 1.",
                ),
                ticks,
                goes,
                after,
                f"`{irq}` is a flag that every end sets and a clock edge with `{ack}` = 1 "
                f"clears; if both happen at the same edge, it is set.",
                *clocked(draw, c, "stops the timer and clears all its registers"),
            ),
        ),
        stimulus=sequential(
            draw,
            ports,
            c,
            directed=[
                row
                for period_value in (0, 1, 2, (1 << width) - 1)
                for row in [
                    {load: 1, value: period_value, run: 1},
                    *[{run: 1} for _ in range(min(period_value + 2, 70) * scale)],
                    {run: 1, ack: 1},
                ]
            ],
            random_rows=160,
            chances={load: 0.05, run: 0.85, ack: 0.15},
            reset_chance=0.008,
        ),
        choices=(("width", width), ("scale", scale), ("mode", mode), ("up", up)),
        clocking=c,
    )


INTERRUPTS = Family("interrupt_controller", Tier.EXPERT, _interrupts)
TIMER = Family("interval_timer", Tier.EXPERT, _timer)

FAMILIES = (INTERRUPTS, TIMER)
