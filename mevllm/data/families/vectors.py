"""Operations on whole vectors: reductions, bitwise and logical, neighbours, gated buses."""

from __future__ import annotations

from mevllm.data.design import Description, Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.basic_words import listed, literal, part
from mevllm.data.families.told import vectors as told
from mevllm.data.stimulus import Row, combinational
from mevllm.tiers import Tier

_REDUCTIONS = {
    "and": ("&{x}", "1 when all bits of `{x}` are 1"),
    "or": ("|{x}", "1 when at least one bit of `{x}` is 1"),
    "xor": ("^{x}", "1 when an odd number of bits of `{x}` is 1"),
    "nand": ("~&{x}", "0 when all bits of `{x}` are 1, else 1"),
    "nor": ("~|{x}", "1 when all bits of `{x}` are 0"),
    "xnor": ("~^{x}", "1 when an even number of bits of `{x}` is 1 (zero counts as even)"),
}


_JOINT = {
    "mixed": ("(|{x}) & ~(&{x})", "1 when `{x}` has both a 0 and a 1 among its bits"),
    "mismatch": ("(^{x}) ^ {p}", "1 when `{p}` differs from the XOR of all bits of `{x}`"),
    "odd_mixed": ("(^{x}) & ~(&{x})", "1 when an odd number of bits of `{x}` is 1 but not all are"),
    "even_any": (
        "(|{x}) & ~(^{x})",
        "1 when `{x}` is not zero and an even number of its bits is 1",
    ),
}
"""Outputs made of two reductions, by name."""


def _near(name: str, width: int) -> list[dict[str, int]]:
    """All ones, all zeros, and words that differ from them in one bit."""
    full = (1 << width) - 1
    rows = [{name: full}, {name: 0}]
    rows += [{name: full ^ (1 << i)} for i in range(0, width, max(1, width // 8))]
    rows += [{name: 1 << i} for i in range(0, width, max(1, width // 8))]
    return rows


def _reduce(draw: Draw) -> Design:
    """Reduction gates over a wide vector or a part of it."""
    width = draw.choice((3, 4, 5, 6, 7, 8, 10, 12, 16, 20, 24, 32, 48, 64, 100))
    x = draw.name("input", "vec", "bus")
    kinds = draw.shuffled(list(_REDUCTIONS))[: draw.choice((1, 2, 3, 3, 4))]
    partial = width > 5 and draw.chance(0.4)
    low = draw.int(1, width // 2) if partial else 0
    high = draw.int(low + 1, width - 1) if partial else width - 1
    source = part(x, high, low) if partial else x
    rtl, said, outs, terse = [], [], [], []
    for kind in kinds:
        out = draw.name(f"out_{kind}", f"{kind}_out", f"{kind}_all", f"y_{kind}", f"r_{kind}")
        expression, words = _REDUCTIONS[kind]
        outs.append(out)
        rtl.append(f"  assign {out} = {expression.format(x=source)};")
        said.append(f"`{out}` is {words.format(x=source)}")
        terse.append(f"{out} = {expression.format(x=source)}")
    gates = [
        f"`{o}` is the output of a {high - low + 1}-input {k.upper()} gate"
        for o, k in zip(outs, kinds, strict=True)
    ]
    joint = "" if partial else draw.choice(list(_JOINT))
    ports = [port(x, "input", width)]
    if joint:
        out = draw.name(joint, f"is_{joint}", f"{joint}_o")
        other = draw.name("p", "par", "odd_i") if joint == "mismatch" else ""
        expression, words = (text.format(x=x, p=other) for text in _JOINT[joint])
        ports += [port(other, "input")] if other else []
        outs.append(out)
        rtl.append(f"  assign {out} = {expression};")
        terse.append(f"{out} = {expression}")
        said.append(f"`{out}` is {words}")
        gates.append(said[-1])
    ports += [port(o, "output") for o in outs]
    where = f"bits {high} to {low} of `{x}`" if partial else f"the {width} bits of `{x}`"
    rows = _near(x, width)
    mask = ((1 << width) - 1) ^ (((1 << (high + 1)) - 1) >> low << low)
    inside = [r[x] for r in rows]
    rows += [{x: v & ~mask | draw.bits(width) & mask} for v in inside]
    also = (joint, outs[-1] if joint else "", other if joint else "")
    cut = (high, low)
    draw.tell(*told.reductions(draw.teller(), x, width, cut, kinds, outs[: len(kinds)], also))
    return draw.design(
        REDUCE,
        module=draw.module("reduce", "wide_gates", "reduction"),
        ports=ports,
        body="\n".join(rtl),
        description=Description(
            title=f"reduction of {high - low + 1} bits by {listed([k.upper() for k in kinds])}",
            terse="; ".join(terse) + ".",
            prose=draw.say(
                f"Combine {where} with wide gates: {listed(gates)}.",
                f"The circuit looks at {where}. {'. '.join(said)}.",
                f"Each output summarises {where} in one bit: {listed(said)}.",
            ),
            points=tuple(f"{s}." for s in said),
        ),
        stimulus=combinational(draw, ports, directed=rows, random_rows=80),
        choices=(("width", width), ("kinds", kinds), ("part", (high, low)), ("joint", joint)),
    )


def _masked(draw: Draw) -> Design:
    """A bus gated by enables or selectively inverted, bit by bit, by a control or a mask."""
    width = draw.choice((2, 3, 4, 5, 6, 8, 8, 10, 12, 16, 24, 32))
    kind = draw.choice(
        ("gate", "gate low", "ones", "invert", "invert mask", "mask", "clear", "force")
    )
    x = draw.name("data", "bus", "x", "din", "word")
    y = draw.name("output")
    control = kind in ("gate", "gate low", "ones", "invert")
    low = kind == "gate low"
    pool = ("inv", "invert", "flip", "neg") if control else ("mask", "m", "sel_bits", "ctl")
    if control and kind != "invert":
        pool = ("en_n", "oe_n", "gate_n", "cs_n") if low else ("en", "enable", "oe", "gate")
    c = draw.name(*pool)
    fixed = draw.chance(0.4) and kind == "invert mask"
    constant = draw.int(1, (1 << width) - 2) if fixed else 0
    spread = f"{{{width}{{{'~' * low}{c}}}}}"
    base = "h" if width % 4 == 0 and width > 4 else "b"
    m = literal(constant, width, base) if fixed else c
    mask = f"the constant `{m}`" if fixed else f"`{m}`"
    expression, words = {
        "gate": (f"{x} & {spread}", f"equal to `{x}` while `{c}` is 1, and 0 while `{c}` is 0"),
        "gate low": (
            f"{x} & {spread}",
            f"equal to `{x}` while the active-low enable `{c}` is 0, and 0 while it is 1",
        ),
        "ones": (
            f"{x} | {{{width}{{~{c}}}}}",
            f"equal to `{x}` while `{c}` is 1; while `{c}` is 0, all its bits are 1",
        ),
        "invert": (
            f"{x} ^ {spread}",
            f"`{x}` itself when `{c}` is 0, its complement when `{c}` is 1",
        ),
        "invert mask": (f"{x} ^ {m}", f"`{x}` with those bits inverted at which {mask} has a 1"),
        "mask": (f"{x} & {m}", f"`{x}` where {mask} has a 1, and 0 in all other bit positions"),
        "clear": (f"{x} & ~{m}", f"`{x}` with those bits cleared to 0 at which {mask} has a 1"),
        "force": (f"{x} | {m}", f"`{x}` with those bits forced to 1 at which {mask} has a 1"),
    }[kind]
    parity = draw.chance(0.25) and kind not in ("ones",)
    ports = [port(x, "input", width)]
    if not fixed:
        ports.append(port(c, "input", 1 if control else width))
    ports.append(port(y, "output", width))
    body = f"  assign {y} = {expression};"
    extra = ""
    if parity:
        flag = draw.name("zero", "is_zero", "none", "empty")
        ports.append(port(flag, "output"))
        body += f"\n  assign {flag} = ({y} == {width}'d0);"
        extra = f" `{flag}` is 1 when `{y}` is zero."
    title = {
        "gate": "bus gate with enable",
        "gate low": "bus gate with active-low enable",
        "ones": "bus gate that idles at all ones",
        "invert": "controlled inverter",
        "invert mask": "selective bit inverter",
        "mask": "bit mask",
        "clear": "bit clearer",
        "force": "bit setter",
    }[kind]
    rows: list[Row] = [{x: constant}, {x: 1}, {x: (1 << width) - 1}, {x: 0}]
    ends = (x, "" if fixed else c, y, flag if parity else "")
    draw.tell(*told.masked_bus(draw.teller(), kind, width, ends, constant))
    return draw.design(
        MASKED,
        module=draw.module("bus_logic", "mask_unit", "bit_ctl"),
        ports=ports,
        body=body,
        description=Description(
            title=f"{width}-bit {title}",
            terse=draw.say(f"{y} = {expression}.{extra}", f"{y} is {words}.{extra}"),
            prose=draw.say(
                f"The {width}-bit output `{y}` is {words}.{extra}",
                f"Design a {title} for {width} bits: `{y}` is {words}.{extra}",
                f"There is no register: `{y}` follows the inputs at once and is {words}.{extra}",
            ),
            points=(
                f"`{y}` is {words}.",
                *([extra.strip()] if extra else []),
                "No clock is needed.",
            ),
        ),
        stimulus=combinational(draw, ports, directed=rows, random_rows=100),
        choices=(
            ("kind", kind),
            ("width", width),
            ("mask", constant),
            ("zero flag", parity),
        ),
    )


REDUCE = Family("reductions", Tier.BASIC, _reduce)
MASKED = Family("masked_bus", Tier.BASIC, _masked)

FAMILIES = (REDUCE, MASKED)
