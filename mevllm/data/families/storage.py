"""Registers by lane, accumulators, registered results, two-threshold flags."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.adders import edges
from mevllm.data.families.literals import (
    article,
    brief,
    decimal,
    number,
    thin,
    together,
    zero,
)
from mevllm.data.families.phrases import build, chain, gate, gated
from mevllm.data.families.registers import start_value
from mevllm.data.families.told import storage as tellings
from mevllm.tiers import Tier

_WIDTHS = (2, 3, 4, 4, 5, 6, 8, 8, 8, 10, 12, 16, 16, 24, 32)


def _lanes(draw: Draw) -> Design:
    """A register with a write enable for each byte, nibble or other lane."""
    lane = draw.choice((8, 8, 8, 4, 4, 2, 5, 10, 16))
    count = draw.choice((2, 2, 3, 4, 4, 8))
    clocking = draw.clocking(reset=True)
    be, d = draw.name("be", "byte_we", "we", "lane_en"), draw.name("d", "data", "wdata", "din")
    q = draw.name("q", "out", "rdata", "value")
    low = draw.chance(0.12)
    width = lane * count
    value, literal = start_value(draw, width, 0.15)
    master = gate(draw, 0.2)
    test = f"!{be}[{{}}]" if low else f"{be}[{{}}]"
    ports = [*clocking.ports, *([master.port] if master else []), port(be, "input", count)]
    ports += [port(d, "input", width), port(q, "output", width)]
    if count <= 3:
        parts = [f"[{lane * (i + 1) - 1}:{lane * i}]" for i in range(count)]
        step = "\n".join(
            f"if ({test.format(i)}) {q}{part} <= {d}{part};" for i, part in enumerate(parts)
        )
        body = ""
    else:
        part = f"[i*{lane} +: {lane}]"
        step = f"for (i = 0; i < {count}; i = i + 1)\n"
        step += f"  if ({test.format('i')}) {q}{part} <= {d}{part};"
        body = "  integer i;\n\n"
    body += clocking.always(f"{q} <= {literal};", gated(master, step))
    noun = {8: "byte", 4: "nibble", 16: "half-word"}.get(lane, f"{lane}-bit lane")
    on = 0 if low else 1

    def rules() -> list[str]:
        return [
            draw.say(
                f"`{q}` is {article(f'{width}-bit')} register of {number(count)} {noun}s; at "
                f"the clock edge each of them is loaded from the same bits of `{d}` if its bit of "
                f"`{be}` is {on}, and keeps its value otherwise.",
                f"bit i of `{be}` controls {noun} i of `{q}`: when it is {on} at the clock edge "
                f"that {noun} is loaded from `{d}`, when it is {1 - on} it is left alone.",
            ),
            draw.say(
                f"`{be}[0]` stands for bits {lane - 1}:0 and `{be}[{count - 1}]` for bits "
                f"{width - 1}:{width - lane}.",
                f"the lowest bit of `{be}` belongs to the lowest {noun}, bits {lane - 1} to 0.",
            ),
            f"nothing is written unless {master.on}." if master else "",
        ]

    title = f"{width}-bit register with {noun} enables"
    draw.tell(
        *tellings.lanes(
            draw.teller(),
            clocking,
            lane=lane,
            count=count,
            be=be,
            low=low,
            d=d,
            q=q,
            gate=master,
            literal=literal if value else "0",
        )
    )
    return build(
        draw,
        LANES,
        clocking,
        modules=("byte_enable_reg", "lane_register", "masked_reg"),
        ports=ports,
        body=body,
        title=title,
        terse=brief(title, rules),
        rules=rules,
        effect=f"sets `{q}` to {literal if value else 0}",
        choices={
            "lane": lane,
            "count": count,
            "low": low,
            "start": value,
            "master": master.active_high if master else None,
        },
        random_rows=150,
        chances=master.chances(0.7) if master else None,
    )


LANES = Family("lane_enables", Tier.INTERMEDIATE, _lanes)


_STEPS = {
    "sum": ("{q} + {d}", "adds `{d}` to `{q}`, modulo 2^{w}"),
    "difference": ("{q} - {d}", "subtracts `{d}` from `{q}`, modulo 2^{w}"),
    "xor": ("{q} ^ {d}", "replaces `{q}` by its XOR with `{d}`, bit by bit"),
    "or": ("{q} | {d}", "sets in `{q}` every bit that is 1 in `{d}`"),
    "and": ("{q} & {d}", "clears in `{q}` every bit that is 0 in `{d}`"),
    "maximum": ("({d} > {q}) ? {d} : {q}", "replaces `{q}` by `{d}` if that is greater (unsigned)"),
    "minimum": ("({d} < {q}) ? {d} : {q}", "replaces `{q}` by `{d}` if that is less (unsigned)"),
}


def _accumulator(draw: Draw) -> Design:
    """A running sum, XOR, OR, AND, maximum or minimum with enable and synchronous clear."""
    kind = draw.choice(list(_STEPS))
    size = draw.choice(_WIDTHS)
    extra = draw.choice((0, 0, 1, 2, 3, 4)) if kind in ("sum", "difference") else 0
    width = size + extra
    clocking = draw.clocking(reset=True)
    d, q = draw.name("d", "in", "sample", "data"), draw.name("q", "acc", "total", "out")
    enable = gate(draw, 0.6)
    clear = draw.name("clr", "restart", "start_over", "init") if draw.chance(0.45) else ""
    first = (1 << width) - 1 if kind in ("and", "minimum") else 0
    literal = decimal(width, first)
    takes = bool(clear) and draw.chance(0.35)
    form, words = _STEPS[kind]
    step = f"{q} <= {form.format(q=q, d=d)};"
    onclear = f"{q} <= {d if takes else literal};"
    otherwise = gated(enable, step)
    if clear:
        pairs = [(clear, onclear)]
        otherwise = chain([*pairs, (enable.condition, step)]) if enable else chain(pairs, step)
    ports = [*clocking.ports, *([enable.port] if enable else [])]
    ports += [port(clear, "input")] if clear else []
    ports += [port(d, "input", size), port(q, "output", width)]
    body = clocking.always(f"{q} <= {literal};", otherwise)
    shown = "all ones" if first else "0"

    def rules() -> list[str]:
        when = f"in which {enable.on}" if enable else ""
        return [
            draw.say(
                f"`{q}` is a running {kind}: every clock cycle {when} "
                f"{words.format(d=d, q=q, w=width)}",
                f"the register `{q}` holds a running {kind}. Each clock edge {when} "
                f"{words.format(d=d, q=q, w=width)}",
            ).replace("  ", " ")
            + ".",
            f"`{q}` has {width} bits, `{d}` has {size} and is unsigned." if extra else "",
            (
                f"If `{clear}` is 1 at the clock edge, `{q}` is set to "
                + (f"the present `{d}`" if takes else shown)
                + (f" instead, whatever `{enable.name}` is." if enable else " instead.")
            )
            if clear
            else "",
            "In other cycles it holds its value." if enable else "",
        ]

    title = f"{width}-bit running {kind}"
    full = (1 << size) - 1
    easy = [{d: thin(draw, size)} for _ in range(30)]
    if kind in ("and", "minimum"):
        easy = [{d: row[d] ^ full} for row in easy]
    long = kind in ("sum", "difference")
    easy += [{d: full - draw.int(0, 1)} for _ in range(40)] if long else []
    directed = [{**row, **(enable.row() if enable else {})} for row in easy]
    chances = enable.chances(0.7) if enable else {}
    chances |= {clear: 0.03 if long else 0.15} if clear else {}
    draw.tell(
        *tellings.accumulator(
            draw.teller(),
            clocking,
            kind,
            d=d,
            q=q,
            size=size,
            width=width,
            gate=enable,
            clear=clear,
            takes=takes,
        )
    )
    return build(
        draw,
        ACCUMULATOR,
        clocking,
        modules=("accumulator", f"running_{kind}", "acc_unit"),
        ports=ports,
        body=body,
        title=title,
        terse=brief(title, rules),
        rules=rules,
        effect=f"sets `{q}` to {shown}",
        choices={
            "kind": kind,
            "size": size,
            "width": width,
            "enable": enable.active_high if enable else None,
            "clear": takes if clear else None,
        },
        directed=directed,
        random_rows=220,
        chances=chances,
        reset_chance=0.01 if long else 0.06,
    )


ACCUMULATOR = Family("accumulator", Tier.INTERMEDIATE, _accumulator)

_RESULTS = {
    "sum": ("{a} + {b}", "the sum of `{a}` and `{b}`", 1),
    "product": ("{a} * {b}", "the unsigned product of `{a}` and `{b}`", 2),
    "and": ("{a} & {b}", "`{a}` AND `{b}`, bit by bit", 0),
    "xor": ("{a} ^ {b}", "`{a}` XOR `{b}`, bit by bit", 0),
    "larger": ("({a} > {b}) ? {a} : {b}", "the larger of the unsigned numbers `{a}` and `{b}`", 0),
    "equal": ("({a} == {b})", "1 if `{a}` equals `{b}` and 0 if not", -1),
    "less": ("({a} < {b})", "1 if `{a}` is less than `{b}` (unsigned) and 0 if not", -1),
    "distance": (
        "({a} > {b}) ? {a} - {b} : {b} - {a}",
        "the absolute difference of the unsigned numbers `{a}` and `{b}`",
        0,
    ),
    "parity": (
        "^{a} ^ ^{b}",
        "1 if `{a}` and `{b}` together have an odd number of ones, else 0",
        -1,
    ),
}


def _registered(draw: Draw) -> Design:
    """A function of two inputs whose result, and perhaps whose operands, are registered."""
    kind = draw.choice(list(_RESULTS))
    form, words, growth = _RESULTS[kind]
    width = draw.choice(_WIDTHS)
    clocking = draw.clocking(reset=None if draw.chance(0.6) else True)
    a, b = together(draw, ("a", "b"), ("x", "y"), ("op1", "op2"), ("in_a", "in_b"))
    out = draw.name("q", "out", "result", "y_reg")
    size = {1: width + 1, 2: 2 * width, 0: width, -1: 1}[growth]
    early = draw.chance(0.3)
    enable = None if early else gate(draw, 0.3)
    ports = [*clocking.ports, *([enable.port] if enable else [])]
    ports += [port(n, "input", width) for n in (a, b)] + [port(out, "output", size)]
    x, y = (draw.name(f"{a}_r"), draw.name(f"{b}_r")) if early else (a, b)
    step = f"{out} <= {form.format(a=x, b=y)};"
    clear = f"{out} <= {zero(size)};"
    declared = ""
    if early:
        declared = f"  reg [{width - 1}:0] {x}, {y};\n\n"
        step = f"{x} <= {a};\n{y} <= {b};\n{step}"
        clear = f"{x} <= {zero(width)};\n{y} <= {zero(width)};\n{clear}"
    body = declared + clocking.always(clear, gated(enable, step))
    told = words.format(a=a, b=b)

    def rules() -> list[str]:
        if early:
            return [
                draw.say(
                    f"both operands are registered first; the register `{out}` then takes the "
                    f"result computed from the registered operands, which is {told}.",
                    f"`{out}` is {told}, two clock edges later: one register stage holds the "
                    "operands, a second one the result.",
                ),
                f"`{out}` after a clock edge thus belongs to the operands that were sampled at the "
                "clock edge before.",
            ]
        when = f" if {enable.on}, and else keeps its value" if enable else ""
        return [
            draw.say(
                f"at the clock edge `{out}` becomes {told}{when}.",
                f"`{out}` is a register that takes over, at each clock edge, {told}{when}.",
            ),
            f"`{out}` has {size} bits, so nothing is lost." if growth > 0 else "",
        ]

    nouns = {"less": "less-than comparison", "equal": "equality comparison", "larger": "maximum"}
    title = f"registered {nouns.get(kind, kind)} of two {width}-bit words"
    title += ", two stages" * early
    effect = f"clears `{out}`{' and both operand registers' * early} to 0"
    draw.tell(
        *tellings.registered(
            draw.teller(), clocking, kind, a=a, b=b, out=out, early=early, gate=enable
        )
    )
    return build(
        draw,
        REGISTERED,
        clocking,
        modules=(f"{kind}_reg", "registered_op", "sync_op"),
        ports=ports,
        body=body,
        title=title,
        terse=brief(title, rules),
        rules=rules,
        effect=effect,
        choices={
            "kind": kind,
            "width": width,
            "early": early,
            "enable": enable.active_high if enable else None,
        },
        directed=[
            {**row, **(enable.row() if enable else {})} for row in edges(draw, (a, b), width, 50)
        ],
        random_rows=120,
        chances=enable.chances(0.7) if enable else None,
    )


REGISTERED = Family("registered_operation", Tier.INTERMEDIATE, _registered)


def _two_thresholds(draw: Draw) -> Design:
    """A flag that is set above one level and cleared below another."""
    width = draw.choice((4, 5, 6, 7, 8, 8, 10, 12))
    clocking = draw.clocking(reset=True)
    level = draw.name("level", "temp", "x", "sample", "amount")
    out = draw.name("heat", "active", "flag", "pump", "fan")
    middle = 1 << (width - 1)
    low, high = draw.int(1, middle - 1), draw.int(middle, 2 * middle - 2)
    inverse = draw.chance(0.35)
    strict = draw.chance(0.5)
    start = int(draw.chance(0.25))
    ports = [*clocking.ports, port(level, "input", width), port(out, "output")]
    up, down = ("0", "1") if inverse else ("1", "0")
    more, less = (">", "<") if strict else (">=", "<=")
    step = chain(
        [
            (f"{level} {more} {decimal(width, high)}", f"{out} <= 1'b{up};"),
            (f"{level} {less} {decimal(width, low)}", f"{out} <= 1'b{down};"),
        ]
    )
    above = f"greater than {high}" if strict else f"{high} or more"
    below = f"less than {low}" if strict else f"{low} or less"

    def rules() -> list[str]:
        return [
            draw.say(
                f"at the clock edge `{out}` becomes {up} if the unsigned number `{level}` is "
                f"{above} and {down} if it is {below}; between the two it keeps its value.",
                f"`{out}` has a hysteresis: it changes to {up} at a clock edge with `{level}` "
                f"{above}, to {down} at one with `{level}` {below}, and holds otherwise.",
            )
        ]

    title = f"two-threshold switch for {width}-bit values"
    rows = [{level: n} for n in (low, high, low - 1, high + 1, low + 1, high - 1) * 4]
    return build(
        draw,
        TWO_THRESHOLDS,
        clocking,
        modules=("hysteresis", "two_point", "level_switch"),
        ports=ports,
        body=clocking.always(f"{out} <= 1'b{start};", step),
        title=title,
        terse=brief(title, rules),
        rules=rules,
        effect=f"sets `{out}` to {start}",
        choices={
            "width": width,
            "limits": (low, high),
            "inverse": inverse,
            "strict": strict,
            "start": start,
        },
        directed=draw.shuffled(rows),
        random_rows=160,
        reset_chance=0.05,
    )


TWO_THRESHOLDS = Family("two_thresholds", Tier.INTERMEDIATE, _two_thresholds, held_out=True)

FAMILIES = (LANES, ACCUMULATOR, REGISTERED, TWO_THRESHOLDS)
