"""Counters with more control: load, selectable steps, event limits, cyclic lists of values."""

from __future__ import annotations

from itertools import pairwise

from mevllm.data.design import Design, Exhibit, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.literals import brief, decimal, grid, listed, number, varied
from mevllm.data.families.phrases import build, chain, gate, gated
from mevllm.data.families.told import counters_controlled as told
from mevllm.tiers import Tier


def _loadable(draw: Draw) -> Design:
    """A counter with synchronous load, enable and perhaps clear, in a given priority."""
    width = draw.choice((3, 4, 4, 4, 5, 6, 8, 8, 10, 12, 16))
    down = draw.chance(0.35)
    clocking = draw.clocking(reset=True if draw.chance(0.8) else None)
    q, d = draw.name("q", "count", "cnt", "value"), draw.name("d", "data", "preset", "din")
    load = draw.name("load")
    en = draw.name("enable", "cen", "count_en") if draw.chance(0.75) else ""
    clear = draw.name("clr", "sclr", "zero") if draw.chance(0.3) else ""
    enable_first = bool(en) and not clear and draw.chance(0.25)
    done = draw.name("tc", "rco", "last", "at_end") if draw.chance(0.4) else ""
    ripple = bool(done) and bool(en) and draw.chance(0.4)
    end = 0 if down else (1 << width) - 1
    order = [
        (n, s) for n, s in ((clear, f"{q} <= {decimal(width, 0)};"), (load, f"{q} <= {d};")) if n
    ]
    move = f"{q} <= {q} {'-' if down else '+'} 1'b1;"
    if enable_first:
        step = f"if ({en}) begin\n  if ({load}) {q} <= {d};\n  else {move}\nend"
    else:
        step = chain([*order, (en, move)]) if en else chain(order, move)
    ports = [
        *clocking.ports,
        *(port(n, "input") for n in draw.shuffled([n for n in (load, en, clear) if n])),
    ]
    ports += [port(d, "input", width), port(q, "output", width)]
    ports += [port(done, "output")] if done else []
    body = clocking.always(f"{q} <= {decimal(width, 0)};", step)
    if done:
        body += f"\n\n  assign {done} = ({q} == {decimal(width, end)})"
        body += f" && {en};" if ripple else ";"
    way = "down" if down else "up"

    def rules() -> list[str]:
        told = []
        if clear:
            told.append(f"if `{clear}` is 1 at the clock edge, `{q}` becomes 0.")
        start = "Otherwise, if" if clear else "if"
        if enable_first:
            told += [
                f"nothing happens at a clock edge at which `{en}` is 0.",
                draw.say(
                    f"with `{en}` at 1, `{q}` is loaded with `{d}` if `{load}` is 1 and counts "
                    f"{way} by one if not.",
                    f"if `{en}` is 1, then `{load}` decides: 1 loads `{d}` into `{q}`, 0 counts "
                    f"{way} by one.",
                ),
            ]
        else:
            told += [
                f"{start} `{load}` is 1{'' if clear else ' at the clock edge'}, `{q}` is loaded "
                f"with `{d}`.",
                draw.say(
                    f"Otherwise, if `{en}` is 1, `{q}` counts {way} by one; else it holds.",
                    f"Without a load, `{q}` counts {way} by one when `{en}` is 1 and keeps its "
                    "value when it is 0.",
                )
                if en
                else f"Otherwise `{q}` counts {way} by one.",
            ]
        return [
            *told,
            draw.say("The count wraps around.", f"Counting is modulo 2^{width}."),
            (
                f"`{done}` is 1 while `{q}` is {end}"
                + (f" and `{en}` is 1" if ripple else "")
                + "; it is combinational."
            )
            if done
            else "",
        ]

    title = f"{width}-bit loadable {way} counter"
    near = [{load: 1, d: (end + n) % (1 << width)} for n in (-2, -1, 0, 1, 2)]
    rows = []
    for row in near * 3:
        pins = {en: 1} if en else {}
        rows += [{**row, **pins}, *([pins] * draw.int(2, 5))]
    draw.tell(
        *told.loadable_counter(
            draw.teller(),
            clocking,
            width,
            q=q,
            d=d,
            load=load,
            en=en,
            clear=clear,
            down=down,
            enable_first=enable_first,
            done=done,
            ripple=ripple,
        )
    )
    return build(
        draw,
        LOADABLE,
        clocking,
        modules=("load_counter", "counter", "preset_counter", f"cnt{width}_load"),
        ports=ports,
        body=body,
        title=title,
        terse=brief(title, rules),
        rules=rules,
        effect=f"clears `{q}` to 0",
        choices={
            "width": width,
            "down": down,
            "enable": bool(en),
            "clear": bool(clear),
            "enable first": enable_first,
            "done": (bool(done), ripple),
        },
        directed=rows,
        random_rows=160,
        chances={n: p for n, p in ((load, 0.15), (en, 0.8), (clear, 0.06)) if n},
        reset_chance=0.02,
    )


LOADABLE = Family("loadable_counter", Tier.INTERMEDIATE, _loadable)


def _stepping(draw: Draw) -> Design:
    """A counter whose step is chosen by an input, from a list of constants."""
    width = draw.choice((4, 5, 6, 6, 7, 7, 8, 8))
    lines = draw.choice((1, 1, 2, 2))
    clocking = draw.clocking(reset=True)
    enable = gate(draw, 0.35)
    q, mode = (
        draw.name("q", "count", "position", "value"),
        draw.name("mode", "step", "speed", "sel"),
    )
    choices = [1, 2, 3, 4, 5, 8, -1, -2, 0]
    steps = draw.rng.sample(choices, 1 << lines)
    if not any(n % 2 for n in steps):
        steps[0] = 1
    ports = [*clocking.ports, *([enable.port] if enable else [])]
    ports += [port(mode, "input", lines), port(q, "output", width)]

    def move(n: int) -> str:
        if n == 0:
            return f"{q} <= {q};"
        return f"{q} <= {q} {'+' if n > 0 else '-'} {decimal(width, abs(n))};"

    if lines == 1:
        step = f"if ({mode}) {move(steps[1])}\nelse {move(steps[0])}"
    else:
        arms = [
            f"  {f'2{chr(39)}d{i}' if i < 3 else 'default'}: {move(n)}" for i, n in enumerate(steps)
        ]
        step = f"case ({mode})\n" + "\n".join(arms) + "\nendcase"
    start = draw.choice((0, 0, draw.bits(width - 1)))

    def words(n: int) -> str:
        return "hold" if n == 0 else f"add {n}" if n > 0 else f"subtract {-n}"

    def rules() -> list[str]:
        on = f" in which {enable.on}" if enable else ""
        told = ", ".join(f"{i}: {words(n)}" for i, n in enumerate(steps))
        return [
            draw.say(
                f"at each clock edge{on}, `{q}` changes as `{mode}` says ({told}).",
                f"the counter `{q}` moves at each clock edge{on} by a step that `{mode}` selects: "
                f"{told}.",
            ),
            draw.say(f"Arithmetic is modulo 2^{width}.", "It wraps around in both directions."),
            "In all other cycles it holds." if enable else "",
        ]

    title = f"{width}-bit counter with selectable step"
    fast = max(range(len(steps)), key=lambda i: abs(steps[i]))
    around = (1 << width) // abs(steps[fast]) + 3
    rows = [[i, words(n)] for i, n in enumerate(steps)]
    draw.tell(
        *told.stepping_counter(
            draw.teller(), clocking, width, q=q, mode=mode, steps=steps, gate=enable, start=start
        )
    )
    return build(
        draw,
        STEPPING,
        clocking,
        modules=("step_counter", "stepper", "var_counter"),
        ports=ports,
        body=clocking.always(f"{q} <= {decimal(width, start)};", gated(enable, step)),
        title=title,
        terse=brief(title, rules),
        rules=rules,
        effect=f"sets `{q}` to {start}",
        choices={
            "width": width,
            "steps": steps,
            "start": start,
            "enable": enable.active_high if enable else None,
        },
        exhibits=[
            Exhibit(
                "state table",
                " ".join(
                    s
                    for s in (
                        f"What the {width}-bit counter `{q}` does at a clock edge"
                        + (f" in which {enable.on}" if enable else "")
                        + f" depends on `{mode}`; it wraps around.",
                        f"While {enable.off} it holds." if enable else "",
                        clocking.edge_sentence(draw),
                        clocking.reset_sentence(draw, f"sets `{q}` to {start}"),
                    )
                    if s
                ),
                grid(draw, (mode, "action"), rows),
            )
        ],
        directed=[{mode: fast, **(enable.row() if enable else {})}] * around,
        random_rows=200,
        hold={mode: 0.8},
        chances=enable.chances(0.85) if enable else None,
        reset_chance=0.008,
    )


STEPPING = Family("stepping_counter", Tier.INTERMEDIATE, _stepping)


def _event_limit(draw: Draw) -> Design:
    """Counts events up to a limit, then stops with a flag until it is cleared."""
    limit = draw.choice((3, 4, 5, 6, 7, 8, 9, 10, 12, 15))
    width = limit.bit_length()
    clocking = draw.clocking(reset=True)
    event = draw.name("event_in", "pulse", "hit", "coin", "tick")
    clear = draw.name("clr", "restart", "ack")
    q = draw.name("q", "count", "cnt", "hits")
    flag = draw.name("full", "reached", "done", "limit_hit")
    matched = draw.chance(0.3)
    size = draw.choice((2, 3, 4))
    code = draw.bits(size)
    test = f"{event} == {decimal(size, code)}" if matched else event
    told_event = f"`{event}` is {code if matched else 1}"
    at_limit = f"{q} == {decimal(width, limit)}"
    registered = draw.chance(0.25)
    takes = draw.chance(0.3)
    ports = [*clocking.ports, port(clear, "input"), port(event, "input", size if matched else 1)]
    ports += [port(q, "output", width), port(flag, "output")]
    on_clear = f"{q} <= {decimal(width, 0)};"
    if takes:
        on_clear = f"{q} <= ({test});" if matched else f"{q} <= {event};"
    more = (
        f"({test}) && ({q} != {decimal(width, limit)})"
        if matched
        else (f"{event} && ({q} != {decimal(width, limit)})")
    )
    step = chain([(clear, on_clear), (more, f"{q} <= {q} + 1'b1;")])
    initial = f"{q} <= {decimal(width, 0)};"
    if registered:
        step += f"\n{flag} <= ({at_limit});"
        initial += f"\n{flag} <= 1'b0;"
    body = clocking.always(initial, step)
    body += "" if registered else f"\n\n  assign {flag} = ({at_limit});"

    def rules() -> list[str]:
        return [
            draw.say(
                f"`{q}` counts the clock edges at which {told_event}, up to {limit}, and stays at "
                f"{limit} then.",
                f"each clock edge at which {told_event} adds one to `{q}` until it is {limit}; "
                "further events are not counted.",
            ),
            f"If `{clear}` is 1 at the clock edge the count starts again: `{q}` becomes "
            + (
                f"1 if {told_event} at the same time, and 0 if not."
                if takes
                else "0, even if there is an event at the same time."
            ),
            f"`{flag}` is registered: after a clock edge it is 1 if `{q}` was {limit} just before "
            "that edge, else 0."
            if registered
            else f"`{flag}` is 1 as long as `{q}` is {limit}.",
        ]

    title = f"event counter that stops at {limit}"
    hit = {event: code if matched else 1}
    rows = []
    for _ in range(4):
        rows += [hit] * (limit + draw.int(0, 3)) + [{clear: 1, event: draw.int(0, 1)}]
        rows += [hit, {event: 0}] * draw.int(1, limit)
        rows += [{clear: 1, **hit}]
    draw.tell(
        *told.event_limit(
            draw.teller(),
            clocking,
            q=q,
            event=event,
            code=code if matched else None,
            clear=clear,
            flag=flag,
            limit=limit,
            registered=registered,
            takes=takes,
        )
    )
    return build(
        draw,
        EVENT_LIMIT,
        clocking,
        modules=("event_counter", "limit_counter", "count_to_limit"),
        ports=ports,
        body=body,
        title=title,
        terse=brief(title, rules),
        rules=rules,
        effect=f"clears {listed([q, flag]) if registered else f'`{q}`'} to 0",
        choices={
            "limit": limit,
            "matched": (size, code) if matched else None,
            "registered": registered,
            "takes": takes,
        },
        directed=rows,
        random_rows=150,
        chances={clear: 0.04},
        reset_chance=0.01,
    )


EVENT_LIMIT = Family("event_limit", Tier.INTERMEDIATE, _event_limit)


def _cyclic(draw: Draw) -> Design:
    """A register that runs through an arbitrary list of different values, over and over."""
    width = draw.choice((3, 3, 4, 4, 5))
    length = draw.int(3, min(9, (1 << width) - 1))
    while len(set(values := varied(draw, length, width))) < length:
        pass
    clocking = draw.clocking(reset=True)
    enable = gate(draw, 0.4)
    q = draw.name("q", "out", "code", "state_o")
    arms = [f"  {decimal(width, a)}: {q} <= {decimal(width, b)};" for a, b in pairwise(values)]
    arms.append(f"  default: {q} <= {decimal(width, values[0])};")
    step = f"case ({q})\n" + "\n".join(arms) + "\nendcase"
    ports = [*clocking.ports, *([enable.port] if enable else []), port(q, "output", width)]
    text = ", ".join(str(v) for v in values)

    def rules() -> list[str]:
        on = f" in which {enable.on}" if enable else ""
        return [
            draw.say(
                f"at each clock edge{on}, `{q}` moves on in the list {text}; after {values[-1]} it "
                f"starts again at {values[0]}.",
                f"`{q}` repeats the sequence {text} for ever, one value per clock edge{on}.",
            ),
            f"While {enable.off} it holds." if enable else "",
        ]

    title = f"counter through a cycle of {number(length)} values"
    return build(
        draw,
        CYCLIC,
        clocking,
        modules=("sequence_counter", "cyclic", "list_counter"),
        ports=ports,
        body=clocking.always(f"{q} <= {decimal(width, values[0])};", gated(enable, step)),
        title=title,
        terse=brief(title, rules),
        rules=rules,
        effect=f"sets `{q}` to {values[0]}",
        choices={"values": values, "enable": enable.active_high if enable else None},
        random_rows=120,
        chances=enable.chances(0.8) if enable else None,
        reset_chance=0.03,
    )


CYCLIC = Family("cyclic_list", Tier.INTERMEDIATE, _cyclic, held_out=True)

FAMILIES = (LOADABLE, STEPPING, EVENT_LIMIT, CYCLIC)
