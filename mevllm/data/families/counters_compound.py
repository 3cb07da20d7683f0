"""Counters made of several: decimal digits, clocks, odometers and other mixed radices."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.phrases import (
    amount,
    bits,
    build,
    exhibit,
    gate,
    joined,
    literal,
    size,
    spoken,
    table,
)
from mevllm.data.families.told import counters_compound as tellings
from mevllm.tiers import Tier


def _bcd(value: int) -> int:
    """Decimal digits in groups of four bits."""
    return int(str(value), 16)


def _bcd_counter(draw: Draw) -> Design:
    """Several decimal digits, up or down, packed or one port each, perhaps with enables shown."""
    digits = draw.choice((2, 2, 3, 3, 4))
    down = draw.chance(0.25)
    packed = draw.chance(0.6)
    loads = digits > 2 or draw.chance(0.3)
    stops = draw.chance(0.2)
    clocking = draw.clocking()
    enable = gate(draw, 0.6)
    shows = draw.choice(("", "", "", "end"))
    load = draw.name("load") if loads else ""
    data = draw.name("d", "data", "preset", "value") if loads else ""
    q = draw.name("q", "bcd", "count", "digits")
    end = draw.name("tc", "rollover", "max_reached", "wrap") if shows == "end" else ""
    names = ["ones", "tens", "hundreds", "thousands"]
    if draw.chance(0.4):
        stem = draw.say("digit", "bcd")
        names = [f"{stem}{i}" for i in range(4)]
    fields = [f"{q}[{4 * i + 3}:{4 * i}]" for i in range(digits)] if packed else names[:digits]
    wide = 4 * digits
    ports = [
        *clocking.ports,
        *([enable.port] if enable else []),
        *([port(load, "input", 1, "loads the digits")] if loads else []),
        *([port(data, "input", wide, "digits to load, valid BCD")] if loads else []),
        *([port(end, "output", 1, "marks the last value")] if end else []),
        *(
            [port(q, "output", wide, "all digits, least significant in the low bits")]
            if packed
            else [port(name, "output", 4, "decimal digit") for name in fields]
        ),
    ]
    go = draw.name("go", "adv", "inc_en")
    edge_digit = 0 if down else 9
    after = 9 if down else 0
    last = " && ".join(f"{f} == 4'd{edge_digit}" for f in reversed(fields))
    lines = []
    terms = ([enable.condition] if enable else []) + ([f"!({last})"] if stops else [])
    start = " && ".join(terms) or "1'b1"
    lines.append(f"  wire {bits(digits)}{go};")
    lines.append(f"  assign {go}[0] = {start};")
    for i in range(1, digits):
        lines.append(f"  assign {go}[{i}] = {go}[{i - 1}] && {fields[i - 1]} == 4'd{edge_digit};")
    if end:
        lines.append(f"  assign {end} = {last};")
    updates = [
        f"if ({go}[{i}]) {f} <= ({f} == 4'd{edge_digit}) ? 4'd{after} : {f} "
        f"{'-' if down else '+'} 4'd1;"
        for i, f in enumerate(fields)
    ]
    whole = q if packed else f"{{{', '.join(reversed(fields))}}}"
    advance = "\n".join(updates)
    if loads:
        inner = "\n".join(f"  {line}" for line in updates)
        advance = f"if ({load}) begin\n  {whole} <= {data};\nend else begin\n{inner}\nend"
    lines.append(clocking.always(f"{whole} <= {wide}'d0;", advance))
    largest = 10**digits - 1
    final = 0 if down else largest
    way = "down" if down else "up"
    order = (
        f"`{q}[3:0]` is the least significant digit, `{q}[{wide - 1}:{wide - 4}]` the most "
        "significant one"
        if packed
        else f"`{fields[0]}` is the least significant digit, `{fields[-1]}` the most significant"
    )
    verb, carry = ("decremented", "borrow") if down else ("incremented", "carry")

    def rules() -> list[str]:
        stay = "" if not stops else f" and stops at {final}"
        return [
            f"{order}; each is a BCD digit, 0 to 9.",
            f"`{load}` = 1 loads all digits from `{data}`, the least significant one from its low "
            "four bits; this has priority over counting, and only valid BCD is ever loaded."
            if loads
            else "",
            f"the number is {verb} by one at every clock edge"
            + (f" at which {enable.on}" if enable else "")
            + (stay + "." if stops else f"; {final} is followed by {largest - final}."),
            draw.say(
                f"a digit changes only when all lower digits are {edge_digit} ({carry}), and goes "
                f"from {edge_digit} to {after}.",
                f"each digit that passes from {edge_digit} to {after} steps the next one.",
            ),
            f"while {enable.off} the digits hold." if enable and not loads else "",
            f"`{end}` is 1, combinationally, while the number is {final}." if end else "",
        ]

    directed: list[dict[str, int]] = []
    on = enable.row() if enable else {}
    if loads:
        near = [final, (final + largest) // 2, 10 ** (digits - 1), 99, 9, draw.int(0, largest)]
        near += [d * (largest // 9) for d in draw.shuffled((2, 4, 5, 8))]
        for value in near:
            begin = min(largest, value + 3) if down else max(0, value - 3)
            directed.append({load: 1, data: _bcd(begin), **on})
            directed += [dict(on) for _ in range(8)]
            if enable:
                directed.append(enable.row(False))
    effect = draw.say("sets all digits to 0", "clears every digit")
    vector = q if packed else ""
    facts = (clocking, fields, vector, down, stops, load, data, enable, end)
    draw.tell(*tellings.bcd_counter(draw.teller(), *facts))
    return build(
        draw,
        BCD_COUNTER,
        clocking,
        modules=("bcd_counter", "decimal_counter", f"bcd{digits}", "decade_chain"),
        ports=ports,
        body="\n".join(lines),
        title=f"{digits}-digit BCD {way} counter",
        terse=joined(
            f"{digits}-digit BCD {way} counter, {order}.",
            f"{load} = 1 loads {data} first." if loads else "",
            f"Counts when {enable.on}." if enable else "Counts at every clock edge.",
            f"Stops at {final}." if stops else f"{final} is followed by {largest - final}.",
            f"{end} = the number is {final}." if end else "",
        ),
        intro=draw.say(
            f"Build a decimal counter with {digits} digits.",
            f"The circuit counts from {largest - final} to {final} in BCD.",
            "",
        ),
        rules=rules,
        effect=effect,
        directed=directed,
        random_rows=130 if loads else 320,
        chances={load: 0.0, **(enable.chances(0.9) if enable else {})},
        reset_chance=0.02 if loads else 0.004,
        choices={
            "digits": digits,
            "down": down,
            "packed": packed,
            "loads": loads,
            "stops": stops,
            "shows": shows,
            "enable": enable.active_high if enable else None,
        },
    )


_THEMES: tuple[tuple[tuple[str, ...], tuple[tuple[int, ...], ...]], ...] = (
    (("seconds", "minutes"), ((60, 60), (60, 30), (10, 60))),
    (("minutes", "hours"), ((60, 24), (30, 24), (60, 12))),
    (("ticks", "seconds", "minutes"), ((10, 60, 60), (5, 60, 10))),
    (("hour", "day"), ((24, 7), (12, 5), (24, 31))),
    (("column", "row"), ((7, 5), (10, 6), (16, 9), (20, 12), (5, 3))),
    (("pixel", "line", "frame"), ((6, 4, 3), (8, 5, 2), (5, 7, 4))),
    (("low", "high"), ((3, 5), (6, 7), (12, 11), (9, 4))),
    (("inner", "middle", "outer"), ((3, 4, 5), (2, 6, 3), (5, 2, 7), (4, 3, 6))),
    (("slot", "round"), ((11, 6), (13, 3), (9, 10))),
)
"""Names of the fields, fast ones first, and sets of moduli."""


def _time_counter(draw: Draw) -> Design:
    """Fields of different moduli that carry into one another: clocks, odometers, rasters."""
    names, sets = draw.choice(_THEMES)
    moduli = draw.choice(sets)
    if draw.chance(0.3):
        moduli = tuple(draw.int(2, 14) for _ in names)
    product = 1
    for m in moduli:
        product *= m
    bcd = [m > 10 and draw.chance(0.6) for m in moduli] if draw.chance(0.5) else [False] * 3
    clocking = draw.clocking()
    enable = gate(draw, 0.6)
    loads = product > 110
    load = draw.name("load", "ld", "set", "preset") if loads else ""
    wrap = draw.name("wrap", "tick", "carry_out", "all_done") if draw.chance(0.45) else ""
    fields = [draw.name(n, f"{n}_cnt", f"{n}_o") for n in names]
    widths = [
        4 + size((m - 1) // 10 + 1) if b else size(m) for m, b in zip(moduli, bcd, strict=False)
    ]
    news = [f"{n}_in" if loads else "" for n in fields]
    ports = [
        *clocking.ports,
        *([enable.port] if enable else []),
        *([port(load, "input", 1, "loads all fields")] if loads else []),
        *(
            port(n, "input", w, f"value for {f}")
            for n, w, f in zip(news, widths, fields, strict=True)
            if n
        ),
        *(
            port(f, "output", w, f"0 to {m - 1}" + (" in BCD" if b else ""))
            for f, w, m, b in zip(fields, widths, moduli, bcd, strict=False)
        ),
        *([port(wrap, "output", 1, "everything starts over next")] if wrap else []),
    ]
    lasts = [
        f"{w}'h{m - 1:02d}" if b else literal(w, m - 1)
        for m, w, b in zip(moduli, widths, bcd, strict=False)
    ]
    ends = [draw.name(f"{n}_end", f"{n}_last") for n in names]
    lines = [f"  wire {e} = ({f} == {x});" for e, f, x in zip(ends, fields, lasts, strict=True)]
    updates = []
    for i, field in enumerate(fields):
        terms = ([enable.condition] if enable else []) + ends[:i]
        zero = literal(widths[i], 0)
        if bcd[i]:
            tens = f"{field}[{widths[i] - 1}:4]" if widths[i] > 5 else f"{field}[4]"
            ones = f"({field}[3:0] == 4'd9) ? {{{tens} + 1'b1, 4'd0}} : {field} + 1'b1"
            update = f"{field} <= {ends[i]} ? {zero} : {ones};"
        else:
            update = f"{field} <= {ends[i]} ? {zero} : {field} + 1'b1;"
        updates.append(f"if ({' && '.join(terms)}) {update}" if terms else update)
    step = "\n".join(updates)
    if loads:
        inner = "\n".join(f"  {line}" for line in updates)
        taken = "\n".join(f"  {f} <= {n};" for f, n in zip(fields, news, strict=True))
        step = f"if ({load}) begin\n{taken}\nend else begin\n{inner}\nend"
    zeros = "\n".join(f"{f} <= {literal(w, 0)};" for f, w in zip(fields, widths, strict=True))
    lines.append(clocking.always(zeros, step))
    if wrap:
        lines.append(f"  assign {wrap} = {' && '.join(ends)};")
    ranges = [
        f"`{f}` from 0 to {m - 1}" + (" (in BCD, the tens above bits 3:0)" if b else "")
        for f, m, b in zip(fields, moduli, bcd, strict=False)
    ]

    def rules() -> list[str]:
        following = [
            f"`{fields[i]}` advances when "
            + " and ".join(f"`{fields[j]}`" for j in range(i))
            + f" go{'es' if i == 1 else ''} from the last value back to 0"
            for i in range(1, len(fields))
        ]
        return [
            draw.say(
                f"the fields count {', '.join(ranges)}, each starting over at 0 after its last "
                "value.",
                f"the ranges are: {', '.join(ranges)}; after the last value comes 0.",
            ),
            f"`{fields[0]}` advances by one at every clock edge"
            + (f" at which {enable.on}; while {enable.off} no field advances." if enable else "."),
            f"{'; '.join(following)} (at that same clock edge).",
            f"when `{load}` is 1 all fields are loaded at once from "
            f"{', '.join(f'`{n}`' for n in news)}"
            + (f", whatever `{enable.name}` is" if enable else "")
            + "; the values loaded are always in range."
            if loads
            else "",
            f"`{wrap}` is 1, combinationally, while every field has its last value."
            if wrap
            else "",
        ]

    chart = exhibit(
        draw,
        clocking,
        "state table",
        spoken(
            f"{amount(len(fields), 'counter')} form a chain; the table lists them from the fastest "
            "to the slowest.",
            *rules()[1:],
            "A field in BCD has its ones digit in bits 3:0 and its tens digit above."
            if any(bcd)
            else "",
        ),
        "sets all fields to 0",
        table(
            draw,
            ("field", "first value", "last value", "code"),
            [
                (f, 0, m - 1, "BCD" if b else "binary")
                for f, m, b in zip(fields, moduli, bcd, strict=False)
            ],
        ),
    )

    def coded(values: Sequence[int]) -> dict[str, int]:
        pairs = zip(news, values, bcd, strict=False)
        return {n: _bcd(v) if b else v for n, v, b in pairs}

    directed: list[dict[str, int]] = []
    on = enable.row() if enable else {}
    if loads:
        for turn in range(14):
            values = [max(0, m - 1 - draw.int(0, 2)) for m in moduli]
            if turn == 0:
                values = [moduli[0] - 1 - (moduli[0] > 1), *(m - 1 for m in moduli[1:])]
            elif turn > 5:
                values = [m * (turn - 6) // 8 for m in moduli]
            elif turn > 3:
                values = [moduli[0] - 2, *(draw.int(0, m - 1) for m in moduli[1:])]
            directed.append({load: 1, **coded(values), **on})
            directed += [dict(on) for _ in range(7)]
            if enable:
                directed.append(enable.row(False))
    facts = (clocking, fields, moduli, bcd, load, news, wrap, enable)
    draw.tell(*tellings.time_counter(draw.teller(), *facts))
    return build(
        draw,
        TIME_COUNTER,
        clocking,
        modules=("time_counter", "odometer", "cascade_counter", "chain_counter"),
        ports=ports,
        body="\n".join(lines),
        title=f"chain of {len(fields)} counters with the moduli {', '.join(map(str, moduli))}",
        terse=joined(
            f"Chained counters: {', '.join(ranges)}; the first advances"
            + (f" when {enable.on}" if enable else " every clock")
            + ", each next one when all before it wrap.",
            f"{load} = 1 loads {', '.join(news)} first (always in range)." if loads else "",
            f"{wrap} = all fields at their last value." if wrap else "",
        ),
        intro=draw.say(
            f"The module counts {names[0]} and {', '.join(names[1:])}.",
            "Several counters are chained so that each one steps the next.",
            "Build this chain of counters.",
        ),
        rules=rules,
        effect=draw.say("sets all fields to 0", "clears every field"),
        exhibits=(chart,),
        directed=directed,
        random_rows=120 if loads else 330,
        chances={load: 0.0, **(enable.chances(0.9) if enable else {})},
        reset_chance=0.02 if loads else 0.003,
        choices={
            "moduli": moduli,
            "bcd": bcd[: len(moduli)],
            "wrap": bool(wrap),
            "enable": enable.active_high if enable else None,
        },
    )


BCD_COUNTER = Family("bcd_counter", Tier.ADVANCED, _bcd_counter)
TIME_COUNTER = Family("time_counter", Tier.ADVANCED, _time_counter)

FAMILIES = (BCD_COUNTER, TIME_COUNTER)
