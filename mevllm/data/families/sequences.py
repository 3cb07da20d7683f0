"""Generators of fixed sequences: rings, Johnson and Gray counters."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.phrases import (
    build,
    exhibit,
    gate,
    gated,
    joined,
    literal,
    sized,
    spoken,
    table,
)
from mevllm.data.families.told import sequences as tellings
from mevllm.tiers import Tier


def _ring_counter(draw: Draw) -> Design:
    """Ring and Johnson counters, either way round, perhaps with a choice between two of them."""
    width = draw.choice((3, 4, 4, 5, 6, 7, 8, 8, 10, 12, 16))
    kinds = {
        "ring left": ("{q}[{m}:0]", "{q}[{t}]"),
        "ring right": ("{q}[0]", "{q}[{t}:1]"),
        "Johnson left": ("{q}[{m}:0]", "~{q}[{t}]"),
        "Johnson right": ("~{q}[0]", "{q}[{t}:1]"),
    }
    kind = draw.choice(list(kinds))
    both_ways = draw.chance(0.3)
    johnson = kind.startswith("Johnson")
    clocking = draw.clocking()
    enable = gate(draw, 0.5)
    dir_name = draw.name("dir", "up", "left", "forward") if both_ways else ""
    q = draw.name("q", "out", "ring", "count", "phase")
    start = 0 if johnson else draw.choice((1, 1, 1 << (width - 1), (1 << width) - 2))
    ports = [
        *clocking.ports,
        *([enable.port] if enable else []),
        *([port(dir_name, "input", 1, "direction")] if both_ways else []),
        port(q, "output", width, "the register"),
    ]

    def side(which: str) -> str:
        high, low = kinds[which]
        text = f"{{{{{high}, {low}}}}}"
        return text.format(q=q, t=width - 1, m=width - 2)

    way = kind.split()[1]
    other = kind.replace(way, "right" if way == "left" else "left")
    following = f"{dir_name} ? {side(kind)} : {side(other)}" if both_ways else side(kind)
    name = "Johnson (twisted ring) counter" if johnson else "ring counter"

    def told(which: str) -> str:
        leaving, entering = (width - 1, 0) if which.endswith("left") else (0, width - 1)
        source = f"the inverse of `{q}[{leaving}]`" if johnson else f"`{q}[{leaving}]`"
        return draw.say(
            f"every bit moves one place to the {which.split()[1]} and {source} enters at bit "
            f"{entering}",
            f"`{q}` shifts {which.split()[1]} by one, with {source} (its old value) coming in at "
            f"`{q}[{entering}]`",
        )

    def rules() -> list[str]:
        step = f"in each step in which `{dir_name}` is 1, " if both_ways else "in each step "
        return [
            f"{step}{told(kind)}.",
            f"in a step in which `{dir_name}` is 0, {told(other)}." if both_ways else "",
            f"a step happens at every clock edge at which {enable.on}; otherwise `{q}` holds."
            if enable
            else draw.say("a step happens at every clock edge.", "every clock edge is a step."),
        ]

    effect = f"sets `{q}` to {width}'b{start:0{width}b}"
    values = [start]
    full = (1 << width) - 1
    for _ in range(width + 1 if width <= 8 else 5):
        v = values[-1]
        if way == "left":
            values.append((v << 1 & full) | (v >> (width - 1) ^ int(johnson)))
        else:
            values.append(v >> 1 | ((v & 1) ^ int(johnson)) << (width - 1))
    shown = [f"{v:0{width}b}" for v in values]
    intro = spoken(
        f"`{q}` is {sized(width)} {name}. The list shows its first values"
        + (f" while `{dir_name}` is 1 and nothing else interferes." if both_ways else "."),
        *rules(),
    )
    chart = exhibit(
        draw,
        clocking,
        "worked example",
        intro,
        effect,
        table(draw, ("step", q), list(enumerate(shown))),
    )
    sequence = ", ".join(shown[:4])
    draw.tell(
        *tellings.ring_counter(draw.teller(), clocking, q, width, kind, dir_name, start, enable),
    )
    return build(
        draw,
        RING_COUNTER,
        clocking,
        modules=("ring_counter", "johnson_counter" if johnson else "one_hot_counter", "ring"),
        ports=ports,
        body=clocking.always(
            f"{q} <= {literal(width, start)};", gated(enable, f"{q} <= {following};")
        ),
        title=f"{width}-bit {name}",
        terse=joined(
            f"{width}-bit {name}: {q} <= {following}" + (f" when {enable.on}." if enable else "."),
            "" if both_ways else f"Runs {sequence}...",
        ),
        intro=draw.say(
            f"Design {sized(width)} {name}.",
            f"The register `{q}` is a {name} with {width} stages.",
            "" if both_ways else f"The output `{q}` runs through {sequence} and so on.",
        ),
        rules=rules,
        effect=effect,
        exhibits=(chart,),
        chances={dir_name: 0.75, **(enable.chances() if enable else {})},
        hold={dir_name: 0.8},
        choices={
            "width": width,
            "kind": kind,
            "both ways": both_ways,
            "start": start,
            "enable": enable.active_high if enable else None,
        },
    )


def _gray_counter(draw: Draw) -> Design:
    """A counter shown in Gray code, up or both ways, perhaps with its binary value and a tick."""
    width = draw.choice((2, 3, 3, 4, 4, 5, 5, 6, 7, 8))
    both_ways, binary = draw.chance(0.4), draw.chance(0.4)
    down = not both_ways and draw.chance(0.2)
    ticks = draw.chance(0.35) and not both_ways
    clocking = draw.clocking()
    enable = gate(draw, 0.6)
    loads = width > 5 or draw.chance(0.25)
    load = draw.name("load") if loads else ""
    value = draw.name("d", "start_value", "data", "bin_in") if loads else ""
    dir_name = draw.name("up", "up_down", "dir", "inc") if both_ways else ""
    gray = draw.name("gray", "g", "out", "q", "code")
    count = draw.name("bin", "count", "binary", "b")
    tick = draw.name("wrap", "last", "tick", "done") if ticks else ""
    ports = [
        *clocking.ports,
        *([enable.port] if enable else []),
        *([port(load, "input", 1, "loads the counter")] if loads else []),
        *([port(value, "input", width, "binary value to load")] if loads else []),
        *([port(dir_name, "input", 1, "1 counts up, 0 down")] if both_ways else []),
        port(gray, "output", width, "Gray code of the count"),
        *([port(count, "output", width, "the count in binary")] if binary else []),
        *([port(tick, "output", 1, "marks the last code")] if ticks else []),
    ]
    up = f"{count} + 1'b1"
    minus = f"{count} - 1'b1"
    following = f"{dir_name} ? {up} : {minus}" if both_ways else minus if down else up
    advance = gated(enable, f"{count} <= {following};")
    if loads:
        advance = f"if ({load}) {count} <= {value};\nelse {advance}"
    body = "" if binary else f"  reg [{width - 1}:0] {count};\n"
    body += clocking.always(f"{count} <= {literal(width, 0)};", advance)
    body += f"\n  assign {gray} = {count} ^ ({count} >> 1);"
    last = 0 if down else (1 << width) - 1
    if ticks:
        body += f"\n  assign {tick} = ({count} == {literal(width, last)});"
    held = f"`{count}`" if binary else "the count"
    last_code = f"{last ^ last >> 1:0{width}b}"

    def rules() -> list[str]:
        steps = draw.say("counts", "advances")
        moving = f"{held} {steps} {'down' if down else 'up'} by one"
        if both_ways:
            moving = f"{held} goes up by one if `{dir_name}` is 1 and down by one if it is 0"
        return [
            f"`{load}` = 1 loads the binary number `{value}` into the counter, before anything "
            "else."
            if loads
            else "",
            f"when {enable.on}, {moving}; otherwise it stays."
            if enable
            else f"{'in every other cycle' if loads else 'at every clock edge'} {moving}.",
            draw.say(
                f"the count has {width} bits and wraps around modulo {1 << width}.",
                f"counting is modulo {1 << width}.",
            ),
            draw.say(
                f"`{gray}` is the reflected Gray code of the count: its top bit is the count's top "
                "bit, every other bit is the exclusive or of the count's bit at that place and the "
                "one above it.",
                f"`{gray}` shows the count in Gray code, count ^ (count >> 1), so that it changes "
                "in one bit at a time.",
            )
            + " It changes with the count, without another register.",
            f"`{tick}` is 1 exactly while `{gray}` is {last_code}, the code of {last}."
            if ticks
            else "",
        ]

    codes = [f"{i ^ i >> 1:0{width}b}" for i in range(min(8, 1 << width))]
    effect = draw.say("sets the count to 0", "brings the counter to 0")
    chart = exhibit(
        draw,
        clocking,
        "state table",
        spoken(
            f"{sized(width)} Gray code counter. The table shows the first codes of a binary count.",
            *rules(),
        ),
        effect,
        table(draw, ("count", gray), list(enumerate(codes))),
    )
    direction = "up/down" if both_ways else "down" if down else "up"
    full = (1 << width) - 1
    starts = (full - 2, 2, full // 2, draw.bits(width), draw.bits(width), draw.bits(width))
    moving = {**(enable.row() if enable else {}), **({dir_name: 1} if both_ways else {})}
    backward = {**moving, **({dir_name: 0} if both_ways else {})}
    directed = []
    for start in starts if loads else ():
        directed += [{load: 1, value: start}, *[moving] * 6, *[backward] * 9]
    named = (gray, count if binary else "", tick, load, value, dir_name)
    draw.tell(*tellings.gray_counter(draw.teller(), clocking, named, width, down, last, enable))
    return build(
        draw,
        GRAY_COUNTER,
        clocking,
        modules=("gray_counter", "gray_count", "gray_code_counter"),
        ports=ports,
        body=body,
        title=f"{width}-bit Gray code {direction} counter",
        terse=joined(
            f"Binary counter modulo {1 << width}, counting "
            + (f"up if {dir_name} is 1, else down" if both_ways else direction)
            + (f", only when {enable.on};" if enable else ";"),
            f"{load} = 1 loads {value} first;" if loads else "",
            f"{gray} = count ^ (count >> 1)" + (f", {count} = count." if binary else "."),
            f"{tick} = (count == {last})." if ticks else "",
        ),
        intro=draw.say(
            f"Write {sized(width)} Gray counter.",
            f"The circuit counts in Gray code with {width} bits.",
        ),
        rules=rules,
        effect=effect,
        exhibits=(chart,),
        directed=directed,
        chances={load: 0.08, dir_name: 0.65, **(enable.chances() if enable else {})},
        hold={dir_name: 0.8},
        reset_chance=0.01,
        choices={
            "width": width,
            "direction": direction,
            "binary": binary,
            "tick": ticks,
            "load": loads,
            "enable": enable.active_high if enable else None,
        },
    )


RING_COUNTER = Family("ring_counter", Tier.ADVANCED, _ring_counter)
GRAY_COUNTER = Family("gray_counter", Tier.ADVANCED, _gray_counter)

FAMILIES = (RING_COUNTER, GRAY_COUNTER)
