"""Signals measured: pulse widths and periods, events counted in windows."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.phrases import (
    amount,
    bits,
    build,
    gate,
    gated,
    literal,
    size,
    spoken,
    when,
)
from mevllm.tiers import Tier


def _pulse_meter(draw: Draw) -> Design:
    """Measures how long a signal stays at a level, or the distance of its edges."""
    width = draw.choice((3, 4, 4, 5, 5, 6))
    style = draw.choice(("high", "high", "low", "period"))
    saturates = draw.chance(0.6)
    clocking = draw.clocking()
    source = draw.name("x", "pulse", "sig", "echo", "in", "level")
    result = draw.name("length", "cycles", "measured", "duration")
    ready = draw.name("valid", "ready", "done", "new_value")
    count = draw.name("count", "cnt", "running")
    before = draw.name("prev", "x_q", "last", "earlier")
    ports = [
        *clocking.ports,
        port(source, "input", 1, "signal that is measured"),
        port(result, "output", width, "last measurement"),
        port(ready, "output", 1, "pulse with a new measurement"),
    ]
    zero, one, full = literal(width, 0), literal(width, 1), (1 << width) - 1
    more = f"{count} + 1'b1"
    if saturates:
        more = f"(&{count}) ? {count} : {count} + 1'b1"
    on_reset = f"{result} <= {zero};\n{ready} <= 1'b0;\n{count} <= {zero};\n{before} <= 1'b0;"
    inside = f"!{source}" if style == "low" else source
    if style == "period":
        seen = draw.name("seen", "armed", "started")
        taken = when(
            f"{source} & ~{before}",
            f"{count} <= {one};\n{seen} <= 1'b1;\n"
            + when(seen, f"{result} <= {count};\n{ready} <= 1'b1;"),
            f"{count} <= {more};",
        )
        on_reset += f"\n{seen} <= 1'b0;"
        declared = f"  reg {before}, {seen};"
    else:
        if style == "low":
            on_reset = on_reset.replace(f"{before} <= 1'b0", f"{before} <= 1'b1")
        ended = f"{source} & ~{before}" if style == "low" else f"~{source} & {before}"
        taken = f"if ({inside}) {count} <= {more};\nelse {count} <= {zero};\n" + when(
            ended, f"{result} <= {count};\n{ready} <= 1'b1;"
        )
        declared = f"  reg {before};"
    body = "\n".join(
        (
            f"  reg {bits(width)}{count};",
            declared,
            clocking.always(on_reset, f"{before} <= {source};\n{ready} <= 1'b0;\n{taken}"),
        )
    )
    level = 0 if style == "low" else 1
    limit = (
        f"a longer time is shown as {full}"
        if saturates
        else f"the number is counted modulo {1 << width}"
    )

    def rules() -> list[str]:
        if style == "period":
            return [
                f"`{source}` is sampled at every clock edge; it rises at an edge at which it is 1 "
                "and was 0 at the edge before.",
                f"at each rise except the first one after a reset, `{result}` takes the number of "
                f"clock periods since the rise before; {limit}.",
                f"`{ready}` is a register: it becomes 1 at the clock edge at which `{result}` is "
                "updated and 0 at every other one.",
                f"between updates `{result}` keeps its value; after a reset, the sample before "
                "counts as 0.",
            ]
        return [
            f"`{source}` is sampled at every clock edge.",
            f"at the first edge at which it is {1 - level} again after having been {level}, "
            f"`{result}` takes the number of edges in a row, just before, at which it was {level}; "
            f"{limit}.",
            f"`{ready}` is a register: it becomes 1 at the clock edge at which `{result}` is "
            "updated and 0 at every other one.",
            f"between updates `{result}` keeps its value; after a reset, the sample before counts "
            f"as {1 - level}.",
        ]

    lengths = [1, 2, 3, full // 2 + 1, full - 1, full, full + 1 + draw.int(0, 3), draw.int(1, full)]
    directed: list[dict[str, int]] = [{source: 1 - level}]
    for length in draw.shuffled(lengths):
        if style == "period":
            on = draw.int(1, max(1, length - 1))
            directed += [{source: 1}] * on + [{source: 0}] * max(1, length - on)
        else:
            directed += [{source: level}] * length + [{source: 1 - level}] * draw.int(1, 3)
    return build(
        draw,
        PULSE_METER,
        clocking,
        modules=("pulse_meter", "width_meter", "period_meter" if style == "period" else "timer_in"),
        ports=ports,
        body=body,
        title="period meter" if style == "period" else f"meter of the time a signal is {level}",
        terse=spoken(*rules()),
        intro=draw.say(
            f"Measure `{source}` in clock cycles.",
            f"The {width}-bit output `{result}` tells how long `{source}` took.",
            "",
        ),
        rules=rules,
        effect=f"clears `{result}` and `{ready}` to 0 and restarts the measurement",
        directed=directed,
        random_rows=50,
        hold={source: 0.75},
        reset_chance=0.015,
        choices={"width": width, "style": style, "saturates": saturates},
    )


def _event_window(draw: Draw) -> Design:
    """Counts events in consecutive windows of N cycles and publishes each count."""
    n = draw.choice((4, 5, 6, 8, 8, 10, 12, 16, 20))
    what = draw.choice(("ones", "ones", "rises", "changes"))
    most = (n + 1) // 2 if what == "rises" else n
    threshold = draw.int(2, most) if draw.chance(0.35) else 0
    clocking = draw.clocking()
    enable = gate(draw, 0.35)
    source = draw.name("event_in", "x", "hit", "pulse", "in", "sample")
    result = draw.name("count", "events", "rate", "total", "last_count")
    ready = draw.name("valid", "update", "window_done", "tick")
    many = draw.name("alarm", "busy", "many", "over") if threshold else ""
    slot, seen, before = (
        draw.name("slot", "pos"),
        draw.name("seen", "acc"),
        draw.name("prev", "x_q"),
    )
    k, w = size(n), size(most + 1)
    ports = [
        *clocking.ports,
        *([enable.port] if enable else []),
        port(source, "input", 1, "signal whose events are counted"),
        port(result, "output", w, "events in the last complete window"),
        port(ready, "output", 1, "a window has just ended"),
        *([port(many, "output", 1, f"at least {threshold} events in it")] if many else []),
    ]
    hit = {"ones": source, "rises": f"({source} & ~{before})", "changes": f"({source} ^ {before})"}[
        what
    ]
    lines = [f"  reg {bits(k)}{slot};", f"  reg {bits(w)}{seen};"]
    zero_k, zero_w = literal(k, 0), literal(w, 0)
    on_reset = f"{slot} <= {zero_k};\n{seen} <= {zero_w};\n{result} <= {zero_w};\n{ready} <= 1'b0;"
    step = when(
        f"{slot} == {literal(k, n - 1)}",
        f"{slot} <= {zero_k};\n{seen} <= {zero_w};\n{result} <= {seen} + {hit};\n{ready} <= 1'b1;",
        f"{slot} <= {slot} + 1'b1;\n{seen} <= {seen} + {hit};",
    )
    if what != "ones":
        lines.append(f"  reg {before};")
        on_reset += f"\n{before} <= 1'b0;"
        step = f"{before} <= {source};\n{step}"
    lines.append(clocking.always(on_reset, f"{ready} <= 1'b0;\n{gated(enable, step)}"))
    if many:
        lines.append(f"  assign {many} = ({result} >= {literal(w, threshold)});")
    event = {
        "ones": f"an edge at which `{source}` is 1",
        "rises": f"an edge at which `{source}` is 1 and was 0 at the one before",
        "changes": f"an edge at which `{source}` is not what it was at the one before",
    }[what]

    def rules() -> list[str]:
        edges = f"clock edges at which {enable.on}" if enable else "clock edges"
        return [
            f"time is divided into windows of {n} {edges}, one right after the other, the first "
            "one beginning after the reset.",
            f"an event is {event}"
            + (f"; only edges at which {enable.on} count." if enable else ".")
            + (" The sample before the first one counts as 0." if what != "ones" else ""),
            f"at the last edge of each window `{result}` takes the number of events in this "
            "window, that edge included, and holds it until the end of the next one.",
            f"`{ready}` is a register that becomes 1 at the last edge of each window and 0 at "
            "every other clock edge"
            + (f", those at which {enable.off} included." if enable else "."),
            f"`{many}` is 1, combinationally, while `{result}` is {threshold} or more."
            if many
            else "",
        ]

    on = enable.row() if enable else {}
    full = [{source: 1, **on}] * (2 * n) if what == "ones" else []
    toggling = [{source: i & 1, **on} for i in range(3 * n)]
    names = {"ones": "ones", "rises": "rising edges", "changes": "changes"}
    return build(
        draw,
        EVENT_WINDOW,
        clocking,
        modules=("event_window", "rate_meter", "window_counter", "gated_counter"),
        ports=ports,
        body="\n".join(lines),
        title=f"counter of {names[what]} in windows of {amount(n, 'cycle')}",
        terse=spoken(*rules()),
        intro=draw.say(
            f"How often does `{source}` happen? Count in windows of {n} cycles.",
            f"Build a rate meter for {names[what]} of `{source}`.",
            "",
        ),
        rules=rules,
        effect="clears all registers" + draw.say("", " to 0"),
        directed=[*full, *toggling, *full],
        random_rows=260,
        chances=enable.chances(0.9) if enable else None,
        reset_chance=0.006,
        choices={
            "n": n,
            "what": what,
            "threshold": threshold,
            "enable": enable.active_high if enable else None,
        },
    )


PULSE_METER = Family("pulse_meter", Tier.ADVANCED, _pulse_meter, held_out=True)
EVENT_WINDOW = Family("event_window", Tier.ADVANCED, _event_window, held_out=True)

FAMILIES = (PULSE_METER, EVENT_WINDOW)
