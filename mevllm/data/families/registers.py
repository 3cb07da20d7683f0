"""Flip-flops and registers: plain, enabled, with control inputs and with logic in front."""

from __future__ import annotations

from mevllm.data.design import Design, Exhibit, Family
from mevllm.data.draw import Draw, indent, port
from mevllm.data.families.literals import (
    binary,
    bits,
    brief,
    decimal,
    grid,
    hexadecimal,
    listed,
    number,
    ones,
    sized,
    together,
    zero,
)
from mevllm.data.families.phrases import build, chain, gate, gated
from mevllm.data.families.told import registers as tellings
from mevllm.data.families.told._controlled import controlled
from mevllm.tiers import Tier

_WIDTHS = (1, 1, 1, 2, 3, 4, 5, 7, 8, 8, 8, 10, 12, 16, 16, 24, 32, 32, 64)


def start_value(draw: Draw, width: int, nonzero: float = 0.35) -> tuple[int, str]:
    """A value after reset and its literal."""
    if not draw.chance(nonzero):
        return 0, zero(width)
    value = draw.choice((1, (1 << width) - 1, 1 << (width - 1), draw.bits(width)))
    if width <= 3 or (width <= 8 and draw.chance(0.6)):
        return value, binary(width, value)
    return value, hexadecimal(width, value)


def _flip_flop(draw: Draw) -> Design:
    """A D flip-flop or register, with or without reset, enable, complement output."""
    width = draw.choice(_WIDTHS)
    clocking = draw.clocking(reset=None, falling=0.25)
    d, q = draw.name("d", "in", "data_in", "din"), draw.name("q", "out", "data_out", "dout")
    enable = gate(draw, 0.4)
    value, literal = start_value(draw, width)
    other = draw.name("qn", "q_n", "q_bar", "inv_out") if draw.chance(0.2) else ""
    ports = [*clocking.ports, *([enable.port] if enable else [])]
    ports += [port(d, "input", width), port(q, "output", width)]
    ports += [port(other, "output", width)] if other else []
    body = clocking.always(f"{q} <= {literal};", gated(enable, f"{q} <= {d};"))
    if not clocking.reset:
        body = f"  always @({clocking.event}) begin\n"
        body += indent(gated(enable, f"{q} <= {d};"), 4) + "\n  end"
    body += f"\n\n  assign {other} = ~{q};" if other else ""
    things = "a flip-flop" if width == 1 else f"{width} flip-flops"

    def rules() -> list[str]:
        if enable:
            main = draw.say(
                f"at the clock edge `{q}` takes the value of `{d}` if {enable.on}, and keeps its "
                f"value otherwise.",
                f"`{q}` is loaded from `{d}` only in cycles in which {enable.on}; else it holds.",
                f"store `{d}` in `{q}` whenever {enable.on} at the clock edge.",
            )
        else:
            main = draw.say(
                f"`{q}` takes the value of `{d}` at each active clock edge.",
                f"copy `{d}` to `{q}` at the clock edge, and hold it until the next one.",
                f"`{q}` is `{d}` as sampled at the latest active clock edge.",
            )
        return [
            main,
            f"`{other}` is always the {'' if width == 1 else 'bitwise '}complement of `{q}`."
            if other
            else "",
        ]

    title = sized(width, "D flip-flop" if width == 1 else "register") + " with enable" * bool(
        enable
    )
    draw.tell(*tellings.flip_flop(draw.teller(), clocking, width, d, q, enable, literal, other))
    return build(
        draw,
        FLIP_FLOP,
        clocking,
        modules=("dff", "d_ff", "flop", f"reg{width}"),
        ports=ports,
        body=body,
        title=title,
        terse=brief(title, rules),
        rules=rules,
        intro=draw.say("", f"Build {things}.", f"The module stores {bits(width)}."),
        effect=f"sets `{q}` to {literal if value else 0}",
        choices={
            "width": width,
            "enable": enable.active_high if enable else None,
            "start": value if clocking.reset else None,
            "other": bool(other),
        },
        random_rows=120,
        chances=enable.chances(0.6) if enable else None,
        reset_chance=0.08,
    )


FLIP_FLOP = Family("d_flip_flop", Tier.INTERMEDIATE, _flip_flop)


def _toggle(draw: Draw) -> Design:
    """T, JK and SR flip-flops, single or one for each bit of a vector."""
    kind = draw.choice(("t", "t", "jk", "jk", "sr set", "sr reset", "sr hold"))
    width = draw.choice((1, 1, 1, 1, 2, 4, 8))
    clocking = draw.clocking(reset=None if kind != "t" else True)
    one = draw.name("t", "toggle", "tin") if kind == "t" else draw.name(kind[0])
    two = "" if kind == "t" else draw.name("k" if kind == "jk" else "r")
    q = draw.name("q", "out", "state_q")
    value, literal = start_value(draw, width, 0.2)
    ports = [*clocking.ports, port(one, "input", width)]
    ports += [port(two, "input", width)] if two else []
    ports.append(port(q, "output", width))
    ties = {"set": f"{one} | ({q} & ~{two})", "reset": f"({one} | {q}) & ~{two}"}
    if kind == "t":
        step = f"{q} <= {q} ^ {one};"
        if width == 1 and draw.chance(0.5):
            step = f"if ({one})\n  {q} <= ~{q};"
    elif kind == "jk":
        step = f"{q} <= ({one} & ~{q}) | (~{two} & {q});"
        if width == 1 and draw.chance(0.6):
            step = (
                f"case ({{{one}, {two}}})\n  2'b01: {q} <= 1'b0;\n  2'b10: {q} <= 1'b1;\n"
                f"  2'b11: {q} <= ~{q};\n  default: {q} <= {q};\nendcase"
            )
    elif kind == "sr hold":
        step = f"{q} <= ({one} & ~{two}) | ({q} & ~({one} ^ {two}));"
        if width == 1:
            step = chain(
                [(f"{one} && !{two}", f"{q} <= 1'b1;"), (f"{two} && !{one}", f"{q} <= 1'b0;")]
            )
    else:
        step = f"{q} <= {ties[kind.split()[1]]};"
        if width == 1 and draw.chance(0.6):
            pairs = [(one, f"{q} <= 1'b1;"), (two, f"{q} <= 1'b0;")]
            step = chain(pairs if kind == "sr set" else pairs[::-1])
    body = clocking.always(f"{q} <= {literal};", step)
    each = "" if width == 1 else "for each bit position separately, "
    both = {
        "jk": "if both are 1, it toggles",
        "sr set": "if both are 1, it becomes 1",
        "sr reset": "if both are 1, it becomes 0",
        "sr hold": "if both are 1, it keeps its value",
    }.get(kind, "")

    def rules() -> list[str]:
        if kind == "t":
            return [
                draw.say(
                    f"{each}`{q}` inverts its value at a clock edge at which `{one}` is 1, and "
                    "holds it when it is 0.",
                    f"{each}a 1 on `{one}` makes `{q}` toggle at the clock edge; with 0 nothing "
                    "changes.",
                )
            ]
        return [
            draw.say(
                f"{each}at the clock edge `{q}` becomes 1 if only `{one}` is 1 and 0 if only "
                f"`{two}` is 1; {both}; if both are 0, it keeps its value.",
                f"{each}`{one}` sets `{q}` and `{two}` clears it, at the clock edge; with neither "
                f"it holds, and {both}.",
            )
        ]

    name = {"t": "T flip-flop", "jk": "JK flip-flop"}.get(kind, "clocked SR flip-flop")
    title = name if width == 1 else f"bank of {number(width)} {name}s"
    exhibits = []
    if width == 1 and two:
        results = {
            "jk": "not Q",
            "sr set": "1",
            "sr reset": "0",
            "sr hold": "Q",
        }
        rows = [["0", "0", "Q"], ["0", "1", "0"], ["1", "0", "1"], ["1", "1", results[kind]]]
        reset = clocking.reset_sentence(draw, f"sets `{q}` to {value}")
        exhibits.append(
            Exhibit(
                "state table",
                f"The table gives the value of `{q}` after the {clocking.edge[:3]}itive edge "
                f"of `{clocking.clock}`; Q is the value before. {reset}".rstrip()
                if clocking.edge == "posedge"
                else f"The table gives the value of `{q}` after the negative edge of "
                f"`{clocking.clock}`; Q is the value before. {reset}".rstrip(),
                grid(draw, (one, two, f"next {q}"), rows),
            )
        )
    draw.tell(*tellings.toggle(draw.teller(), clocking, kind, width, one, two, q, literal))
    return build(
        draw,
        TOGGLE,
        clocking,
        modules=(f"{kind.split()[0]}_ff", f"{kind.split()[0]}ff", "flipflop"),
        ports=ports,
        body=body,
        title=title,
        terse=brief(title, rules),
        rules=rules,
        intro=draw.say("", f"Implement a {title}."),
        effect=f"sets `{q}` to {literal if width > 1 and value else value}",
        choices={"kind": kind, "width": width, "start": value},
        exhibits=exhibits,
        random_rows=120,
        directed=[{one: (1 << width) - 1}, {two: (1 << width) - 1}] if two else [],
        reset_chance=0.06,
    )


TOGGLE = Family("toggle_flip_flop", Tier.INTERMEDIATE, _toggle)

_FORMS = {
    "xor": ("{a} ^ {q}", "the XOR of `{a}` and its present value", 1),
    "xnor": ("~({a} ^ {q})", "the XNOR of `{a}` and its present value", 1),
    "and": ("{a} & {b}", "`{a}` AND `{b}`", 2),
    "nor": ("~({a} | {b})", "the NOR of `{a}` and `{b}`", 2),
    "or inverted": ("{a} | ~{b}", "`{a}` OR the complement of `{b}`", 2),
    "mask": (
        "{q} & ~{a} | {b}",
        "its present value with the ones of `{a}` cleared and then the ones of `{b}` set",
        2,
    ),
    "mux": ("{s} ? {a} : {b}", "`{a}` if `{s}` is 1 and `{b}` if not", 3),
    "mux hold": ("{s} ? {a} : {q}", "`{a}` if `{s}` is 1, and its present value if not", 4),
    "mux xor": (
        "{s} ? {a} ^ {q} : {a}",
        "`{a}` XOR its present value if `{s}` is 1, else `{a}`",
        4,
    ),
    "mux or": ("{s} ? {q} | {a} : {b}", "its present value OR `{a}` if `{s}` is 1, else `{b}`", 3),
    "invert": (
        "{s} ? ~{q} : {a}",
        "the complement of its present value if `{s}` is 1, else `{a}`",
        4,
    ),
}
"""Next value, its words, and the inputs: 1 a; 2 a, b; 3 a, b, s; 4 a, s."""


def _logic_flop(draw: Draw) -> Design:
    """A register whose data input is a function of inputs and of its own value."""
    kind = draw.choice(list(_FORMS))
    form, words, pins = _FORMS[kind]
    width = draw.choice((1, 1, 1, 1, 2, 4, 8, 8, 12, 16, 32))
    clocking = draw.clocking(reset=True if kind in ("xor", "xnor", "mux or", "mask") else None)
    a, b = together(draw, ("a", "b"), ("x", "y"), ("in1", "in2"), ("w", "r"), ("d", "e"))
    s = draw.name("sel", "s", "pick")
    q = draw.name("q", "out", "z")
    value, literal = start_value(draw, width, 0.2)
    data = [a, b] if pins in (2, 3) else [a]
    controls = [s] if pins in (3, 4) else []
    fill = {"a": a, "b": b, "s": s, "q": q}
    ports = [*clocking.ports, *(port(n, "input") for n in controls)]
    ports += [port(n, "input", width) for n in data] + [port(q, "output", width)]
    outside = draw.chance(0.15)
    after = ""
    if outside:
        after = draw.name("z", "flag", "any_bit")
        ports.append(port(after, "output"))
    body = clocking.always(f"{q} <= {literal};", f"{q} <= {form.format(**fill)};")
    body += f"\n\n  assign {after} = {'|' if width > 1 else '!'}{q};" if after else ""
    told = words.format(**fill)

    def rules() -> list[str]:
        tail = ""
        if after:
            tail = (
                f"`{after}` is 1 when any bit of `{q}` is 1."
                if width > 1
                else (f"`{after}` is the complement of `{q}`.")
            )
        style = "" if width == 1 else draw.say(" (bit by bit)", ", bit by bit")
        return [
            draw.say(
                f"at the clock edge `{q}` becomes {told}{style}.",
                f"the data input of the register `{q}` is {told}{style}.",
                f"next value of `{q}`: {told}{style}.",
            ),
            tail,
        ]

    title = f"{sized(width, 'register')} with logic at its data input"
    shown = form.format(**fill)
    pool = (a, b, s)
    draw.tell(*tellings.logic_flop(draw.teller(), clocking, kind, width, pool, q, literal, after))
    return build(
        draw,
        LOGIC_FLOP,
        clocking,
        modules=("flop_logic", "ff_cell", "stage", "seq_circuit"),
        ports=ports,
        body=body,
        title=title,
        terse=draw.say(
            brief(title, rules), f"{q} <= {shown} at the clock edge. {rules()[1]}".strip()
        ),
        rules=rules,
        intro=draw.say("", "A gate stands in front of a flip-flop.", "Build this small circuit."),
        effect=f"sets `{q}` to {literal if value else 0}",
        choices={"kind": kind, "width": width, "start": value, "after": bool(after)},
        random_rows=120,
        reset_chance=0.05,
    )


LOGIC_FLOP = Family("flop_with_logic", Tier.INTERMEDIATE, _logic_flop)

_OPERATIONS = {
    "clear": ("{q} <= {z};", "`{q}` becomes 0", ("clr", "clear_q", "zero")),
    "load": ("{q} <= {d};", "`{q}` is loaded with `{d}`", ("load", "ld", "wr")),
    "set": ("{q} <= {ones};", "all bits of `{q}` become 1", ("set_all", "preset", "fill")),
    "invert": ("{q} <= ~{q};", "every bit of `{q}` is inverted", ("inv", "flip", "invert")),
    "increment": ("{q} <= {q} + 1'b1;", "`{q}` increases by one (and wraps)", ("inc", "up")),
    "decrement": ("{q} <= {q} - 1'b1;", "`{q}` decreases by one (and wraps)", ("dec", "down")),
    "left": ("{q} <= {q} << 1;", "`{q}` is shifted left by one, filling with 0", ("shl", "sl")),
    "right": ("{q} <= {q} >> 1;", "`{q}` is shifted right by one, filling with 0", ("shr", "sr")),
    "add": ("{q} <= {q} + {d};", "`{d}` is added to `{q}` modulo 2^{w}", ("add", "acc")),
    "or": (
        "{q} <= {q} | {d};",
        "the bits that are 1 in `{d}` are set in `{q}`",
        ("set_bits", "mark"),
    ),
    "and": (
        "{q} <= {q} & ~{d};",
        "the bits that are 1 in `{d}` are cleared in `{q}`",
        ("clr_bits", "unmark"),
    ),
}


def _controlled(draw: Draw) -> Design:
    """A register with two to four control inputs in order of priority."""
    width = draw.choice((2, 3, 4, 4, 5, 8, 8, 8, 12, 16, 24, 32))
    clocking = draw.clocking(reset=True)
    count = draw.choice((2, 2, 3, 3, 4))
    kinds = draw.rng.sample(list(_OPERATIONS), count)
    if "load" not in kinds:
        kinds[draw.int(0, count - 1)] = "load"
    d, q = draw.name("d", "data", "din", "value_in"), draw.name("q", "out", "value", "reg_q")
    names = [draw.name(*_OPERATIONS[k][2]) for k in kinds]
    value, literal = start_value(draw, width)
    fill = {"q": q, "d": d, "z": decimal(width, 0), "ones": ones(width), "w": width}
    pairs = [(n, _OPERATIONS[k][0].format(**fill)) for n, k in zip(names, kinds, strict=True)]
    ports = [*clocking.ports, *(port(n, "input") for n in draw.shuffled(names))]
    ports += [port(d, "input", width), port(q, "output", width)]
    body = clocking.always(f"{q} <= {literal};", chain(pairs))

    def rules() -> list[str]:
        told = [
            f"if `{n}` is 1, {_OPERATIONS[k][1].format(**fill)}."
            for n, k in zip(names, kinds, strict=True)
        ]
        order = draw.say(
            f"the priority of the controls, from high to low, is {listed(names)}; only the "
            "highest active one has effect.",
            f"if several controls are 1, the first of {listed(names)} wins.",
        )
        idle = draw.say(
            f"With none active `{q}` holds its value.", f"Otherwise `{q}` is unchanged."
        )
        start = f"at the clock edge, {listed(names)} act on the register `{q}`."
        return [start, *told, order, idle]

    title = f"{width}-bit register with {number(count)} control inputs"
    draw.tell(*controlled(draw.teller(), clocking, width, kinds, names, d, q, literal))
    return build(
        draw,
        CONTROLLED,
        clocking,
        modules=("ctrl_reg", "multi_reg", "reg_unit", "data_register"),
        ports=ports,
        body=body,
        title=title,
        terse=brief(title, rules),
        rules=rules,
        effect=f"sets `{q}` to {literal if value else 0}",
        choices={"width": width, "kinds": kinds, "start": value},
        random_rows=220,
        chances=dict.fromkeys(names, 0.3),
    )


CONTROLLED = Family("controlled_register", Tier.INTERMEDIATE, _controlled)

FAMILIES = (FLIP_FLOP, TOGGLE, LOGIC_FLOP, CONTROLLED)
