"""Edges of signals: detected, captured, counted, and both edges of the clock."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.phrases import (
    bits,
    build,
    gate,
    joined,
    literal,
    sized,
)
from mevllm.data.families.told import edges as told
from mevllm.tiers import Tier

_EDGES = {
    "rising": ("{now} & ~{before}", "rising edge", "1 now and 0 before", "from 0 to 1"),
    "falling": ("~{now} & {before}", "falling edge", "0 now and 1 before", "from 1 to 0"),
    "any": ("{now} ^ {before}", "edge", "not what it was before", "in either direction"),
}
"""Verilog, name, what the samples are, direction, of each kind of edge."""


def _edge_detector(draw: Draw) -> Design:
    """Pulses for rising, falling or any edges of one signal or of each bit of a vector."""
    width = draw.choice((1, 1, 1, 1, 2, 3, 4, 8, 8, 12, 16, 24, 32))
    kinds = draw.choice(
        (["rising"], ["falling"], ["any"], ["rising", "falling"], ["rising", "any"])
    )
    registered = draw.chance(0.5)
    synchronised = draw.chance(0.2)
    clocking = draw.clocking(reset=None)
    source = draw.name("input")
    pools = {
        "rising": ("rise", "pos_edge", "redge", "up_pulse"),
        "falling": ("fall", "neg_edge", "fedge", "down_pulse"),
        "any": ("change", "anyedge", "toggled", "edge_seen"),
    }
    if len(kinds) == 1:
        outs = [draw.name("pulse", "edge_out", "out", "detect", *pools[kinds[0]])]
    else:
        outs = [draw.name(*pools[kind]) for kind in kinds]
    prev = draw.name("prev", "last", "d_last", "previous")
    ports = [
        *clocking.ports,
        port(source, "input", width, "signal that is watched"),
        *(
            port(o, "output", width, f"pulse at a {k} edge")
            for o, k in zip(outs, kinds, strict=True)
        ),
    ]
    lines = []
    steps = []
    resets = []
    now = source
    if synchronised:
        meta, now = draw.name("meta", "sync0", "s0"), draw.name("sync", "sync1", "s1")
        lines.append(f"  reg {bits(width)}{meta}, {now};")
        steps += [f"{meta} <= {source};", f"{now} <= {meta};"]
        resets += [f"{meta} <= {literal(width, 0)};", f"{now} <= {literal(width, 0)};"]
    lines.append(f"  reg {bits(width)}{prev};")
    steps.append(f"{prev} <= {now};")
    resets.append(f"{prev} <= {literal(width, 0)};")
    formulas = [_EDGES[kind][0].format(now=now, before=prev) for kind in kinds]
    if registered:
        steps += [f"{o} <= {f};" for o, f in zip(outs, formulas, strict=True)]
        resets += [f"{o} <= {literal(width, 0)};" for o in outs]
    lines.append(clocking.always("\n".join(resets), "\n".join(steps)))
    if not registered:
        lines += [f"  assign {o} = {f};" for o, f in zip(outs, formulas, strict=True)]
    each = "" if width == 1 else "for every bit separately, "
    subject = f"`{source}`" if width == 1 else f"each bit of `{source}`"
    watched = "the synchronised signal" if synchronised else f"`{source}`"

    def rules() -> list[str]:
        said = []
        if synchronised:
            said.append(
                f"`{source}` first passes through two flip-flops in series (a synchroniser), and "
                "everything below refers to the output of the second one."
            )
        if registered:
            said += [
                f"{each}`{o}` is set to 1 at a clock edge if {watched} is "
                + {
                    "rising": "1 at this clock edge and was 0 at the one before",
                    "falling": "0 at this clock edge and was 1 at the one before",
                    "any": "different at this clock edge from what it was at the one before",
                }[k]
                + ", and to 0 if not, so that it is a registered pulse of one period."
                for o, k in zip(outs, kinds, strict=True)
            ]
        else:
            said += [
                f"{each}`{o}` is 1 exactly while {watched} "
                + {
                    "rising": "is 1 and its last sample was 0",
                    "falling": "is 0 and its last sample was 1",
                    "any": "differs from its last sample",
                }[k]
                + "."
                for o, k in zip(outs, kinds, strict=True)
            ]
            said.append(
                f"the last sample is the value that {watched} had at the most recent clock edge; "
                + draw.say(
                    "the outputs depend combinationally on it and on the present value."
                    if len(outs) > 1
                    else "the output depends combinationally on it and on the present value.",
                    "there is no further register.",
                )
            )
        return said

    drawn = (width, registered, synchronised)
    draw.tell(*told.edge_detector(draw.teller(), clocking, source, outs, kinds, drawn))
    names = " and ".join(_EDGES[k][1] if k != "any" else "any edge" for k in kinds)
    hidden = "internal samples" if not registered else "samples and the outputs"
    brief = "; ".join(
        f"{o} = " + _EDGES[k][0].format(now="now", before="previous")
        for o, k in zip(outs, kinds, strict=True)
    )
    where = "the second synchroniser flip-flop" if synchronised else source
    return build(
        draw,
        EDGE_DETECTOR,
        clocking,
        modules=("edge_detect", "edge_detector", "pulse_gen", "transition_detector"),
        ports=ports,
        body="\n".join(lines),
        title=f"{names} detector" + (f" for {width} bits" if width > 1 else ""),
        terse=joined(
            f"{source} passes two synchronising flip-flops first." if synchronised else "",
            f"Edge detection{' per bit' if width > 1 else ''}, "
            f"{'registered' if registered else 'combinational'}: {brief}, where now is {where} and "
            "previous its value at the clock edge before."
            if registered
            else f"Edge detection{' per bit' if width > 1 else ''}: {brief}, combinationally, "
            f"where now is {where} and previous its value sampled at the last clock edge.",
        ),
        intro=draw.say(
            f"Detect when {subject} changes.",
            f"The circuit watches {subject} and reports: {names}.",
            "",
        ),
        rules=rules,
        effect=draw.say(f"clears the {hidden}", f"sets the {hidden} to 0"),
        hold={source: 0.35 if width == 1 else 0.3},
        choices={
            "width": width,
            "kinds": kinds,
            "registered": registered,
            "synchronised": synchronised,
        },
    )


def _edge_capture(draw: Draw) -> Design:
    """Sticky bits that remember an edge until a reset or a clear."""
    width = draw.choice((1, 2, 3, 4, 4, 6, 8, 8, 12, 16, 24, 32))
    kind = draw.choice(list(_EDGES))
    style = draw.choice(("reset", "clear", "clear per bit", "acknowledge all"))
    if style == "clear per bit" and width == 1:
        style = "clear"
    set_wins = style != "reset" and draw.chance(0.5)
    counted = draw.chance(0.3)
    clocking = draw.clocking(reset=True)
    source = draw.name("input")
    flags = draw.name("flags", "captured", "seen", "pending", "out", "q", "status")
    clear = ""
    if style != "reset":
        clear = draw.name("clr", "ack", "clear_flags", "wipe")
    summary = draw.name("irq", "some", "alert", "event_pending") if counted and width > 1 else ""
    prev = draw.name("prev", "last", "d_last", "previous")
    hit = draw.name("hit", "found", "edges")
    per_bit = style == "clear per bit"
    ports = [
        *clocking.ports,
        port(source, "input", width, "signals that are watched"),
        *([port(clear, "input", width if per_bit else 1, "clears flags")] if clear else []),
        port(flags, "output", width, "edges remembered"),
        *([port(summary, "output", 1, "some flag is set")] if summary else []),
    ]
    edge = _EDGES[kind][0].format(now=source, before=prev)
    zero = literal(width, 0)
    lines = [f"  reg {bits(width)}{prev};", f"  wire {bits(width)}{hit} = {edge};"]
    if not clear:
        update = f"{flags} <= {flags} | {hit};"
    elif per_bit:
        update = (
            f"{flags} <= ({flags} & ~{clear}) | {hit};"
            if set_wins
            else f"{flags} <= ({flags} | {hit}) & ~{clear};"
        )
    elif set_wins:
        update = f"{flags} <= {clear} ? {hit} : {flags} | {hit};"
    else:
        update = f"{flags} <= {clear} ? {zero} : {flags} | {hit};"
    lines.append(
        clocking.always(f"{prev} <= {zero};\n{flags} <= {zero};", f"{prev} <= {source};\n{update}")
    )
    if summary:
        lines.append(f"  assign {summary} = |{flags};")
    each = f"bit i of `{flags}`" if width > 1 else f"`{flags}`"
    signal = f"`{source}[i]`" if width > 1 else f"`{source}`"
    event = {
        "rising": f"{signal} is 1 and was 0 at the previous clock edge",
        "falling": f"{signal} is 0 and was 1 at the previous clock edge",
        "any": f"{signal} differs from its value at the previous clock edge",
    }[kind]
    clears = {
        "reset": "",
        "clear": f"`{clear}` = 1 at a clock edge clears {'all flags' if width > 1 else 'the flag'}",
        "acknowledge all": f"when `{clear}` is 1 at a clock edge, "
        + ("every flag is cleared" if width > 1 else "the flag is cleared"),
        "clear per bit": f"`{clear}[i]` = 1 at a clock edge clears bit i of `{flags}`",
    }[style]
    both = (
        "an edge seen at the same clock edge is not lost: its flag is 1 afterwards"
        if set_wins
        else "an edge seen at the same clock edge is lost, since clearing has priority"
    )

    def rules() -> list[str]:
        return [
            f"{each} is set at a clock edge at which {event}"
            + (" (for every i independently)." if width > 1 else "."),
            draw.say(
                "once set it stays 1 "
                + ("until the reset." if not clear else "until it is cleared."),
                "flags are sticky: without "
                + ("a reset" if not clear else "a clear or a reset")
                + " they never go back to 0.",
            ),
            f"{clears}; {both}." if clear else "",
            f"`{summary}` is the OR of all bits of `{flags}`, combinationally." if summary else "",
        ]

    effect = draw.say(
        f"clears `{flags}` and the stored previous sample to 0",
        f"sets `{flags}` and the remembered value of `{source}` to 0",
    )
    named, drawn = (source, flags, clear, summary), (width, kind, per_bit, set_wins)
    draw.tell(*told.edge_capture(draw.teller(), clocking, named, drawn))
    names = _EDGES[kind][1] if kind != "any" else "any-edge"
    return build(
        draw,
        EDGE_CAPTURE,
        clocking,
        modules=("edge_capture", "sticky_edges", "event_latch", "capture"),
        ports=ports,
        body="\n".join(lines),
        title=f"{names} capture register, {width} bit{'s' * (width > 1)}",
        terse=joined(
            f"{flags} bits are set by a {kind} edge of {source} (against the sample of the clock "
            f"edge before) and stay set.".replace("a any edge", "any edge"),
            f"{clears}; {both}." if clear else "",
            f"{summary} = |{flags}." if summary else "",
        ).replace("`", ""),
        intro=draw.say(
            f"Remember {names.replace('any-edge', 'change')}s of `{source}` in sticky flags.",
            "Events on slow signals must not be missed by software: they are captured in flags.",
            f"For {sized(width)} input, each edge of interest is to be captured."
            if width > 1
            else "An edge of the input is to be captured.",
        ),
        rules=rules,
        effect=effect,
        chances={clear: 0.12, source: 0.3 if kind == "rising" else 0.5},
        hold={source: 0.75, clear: 0.5 if per_bit else 0.0},
        reset_chance=0.05,
        choices={
            "width": width,
            "kind": kind,
            "style": style,
            "set wins": set_wins,
            "summary": bool(summary),
        },
    )


def _edge_counter(draw: Draw) -> Design:
    """Toggles or counts at the edges of an input signal."""
    kind = draw.choice(list(_EDGES))
    action = draw.choice(("toggle", "count", "count", "count to limit"))
    width = 1 if action == "toggle" else draw.choice((2, 3, 4, 4, 5))
    limit = (
        (1 << width) - 1
        if action != "count to limit"
        else draw.int(1 << (width - 1), (1 << width) - 1)
    )
    saturates = action == "count to limit" and draw.chance(0.5)
    clocking = draw.clocking(reset=True)
    enable = gate(draw, 0.4)
    source = draw.name("x", "pulse", "sig", "button", "in", "level")
    out = draw.name("q", "count", "out", "level_out", "total")
    prev = draw.name("prev", "last_x", "previous", "x_q")
    ports = [
        *clocking.ports,
        port(source, "input", 1, "signal whose edges matter"),
        *([enable.port] if enable else []),
        port(out, "output", width, "result"),
    ]
    edge = _EDGES[kind][0].format(now=source, before=prev)
    terms = [enable.condition] if enable else []
    terms += [f"({edge})"] if enable or saturates else [edge]
    if saturates:
        terms.append(f"{out} != {literal(width, limit)}")
    condition = " && ".join(terms)
    update = f"{out} <= {out} + 1'b1;"
    if action == "toggle":
        update = f"{out} <= ~{out};"
    elif not saturates and limit != (1 << width) - 1:
        update = (
            f"{out} <= ({out} == {literal(width, limit)}) ? {literal(width, 0)} : {out} + 1'b1;"
        )
    lines = [
        f"  reg {prev};",
        clocking.always(
            f"{prev} <= 1'b0;\n{out} <= {literal(width, 0)};",
            f"{prev} <= {source};\nif ({condition}) {update}",
        ),
    ]
    event = {
        "rising": f"`{source}` is 1 but was 0 at the clock edge before",
        "falling": f"`{source}` is 0 but was 1 at the clock edge before",
        "any": f"`{source}` is not what it was at the clock edge before",
    }[kind]
    effects = {
        "toggle": f"`{out}` is inverted",
        "count": f"`{out}` is incremented modulo {1 << width}",
        "count to limit": f"`{out}` is incremented, up to {limit}, where it stays"
        if saturates
        else f"`{out}` is incremented; {limit} is followed by 0",
    }[action]

    def rules() -> list[str]:
        return [
            draw.say(
                f"at each clock edge at which {event}, {effects}.",
                f"{effects} at every clock edge at which {event}.",
            ),
            f"edges count only when {enable.on} at that clock edge; while {enable.off} they leave "
            f"`{out}` alone, though `{source}` is still sampled."
            if enable
            else "",
            draw.say(f"otherwise `{out}` keeps its value.", f"between such events `{out}` holds."),
        ]

    drawn = (kind, action, width, limit, saturates)
    draw.tell(*told.edge_counter(draw.teller(), clocking, source, out, drawn, enable))
    what = "toggle flip-flop driven by" if action == "toggle" else "counter of"
    names = {"rising": "rising edges", "falling": "falling edges", "any": "edges of both kinds"}
    return build(
        draw,
        EDGE_COUNTER,
        clocking,
        modules=("edge_counter", "edge_toggle", "pulse_counter", "press_counter"),
        ports=ports,
        body="\n".join(lines),
        title=f"{what} {names[kind]}",
        terse=joined(
            f"When {event}"
            + (f" and {enable.on}" if enable else "")
            + f", {effects}; {source} is sampled at every clock edge."
        ),
        intro=draw.say(
            f"The module reacts to {names[kind]} of `{source}`.",
            "",
        ),
        rules=rules,
        effect=f"clears `{out}` and the stored sample of `{source}` to 0",
        random_rows=320,
        chances=enable.chances(0.9) if enable else None,
        reset_chance=0.004,
        choices={
            "kind": kind,
            "action": action,
            "width": width,
            "limit": limit,
            "saturates": saturates,
            "enable": enable.active_high if enable else None,
        },
    )


EDGE_DETECTOR = Family("edge_detector", Tier.ADVANCED, _edge_detector)
EDGE_CAPTURE = Family("edge_capture", Tier.ADVANCED, _edge_capture)
EDGE_COUNTER = Family("edge_counter", Tier.ADVANCED, _edge_counter)

FAMILIES = (EDGE_DETECTOR, EDGE_CAPTURE, EDGE_COUNTER)
