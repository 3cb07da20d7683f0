"""Parity bits generated and checked, and the equality of small vectors."""

from __future__ import annotations

from mevllm.data.design import Description, Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.basic_words import listed, literal, number, plural, ticked
from mevllm.data.families.told import parity as told
from mevllm.data.stimulus import Row, combinational
from mevllm.tiers import Tier


def _parity(draw: Draw) -> Design:
    """Parity bits generated or checked, even or odd."""
    width = draw.choice((3, 4, 5, 6, 7, 7, 8, 8, 10, 12, 16, 24, 32))
    x = draw.name("input", "data")
    kind = draw.choice(("generate", "append", "prepend", "check", "both", "select", "per part"))
    if kind == "per part":
        width = draw.choice((8, 12, 16, 24, 32))
    odd = draw.chance(0.5)
    word = "odd" if odd else "even"
    own = (
        f"the {word} parity bit of `{x}`: chosen so that `{x}` together with it has an {word} "
        "number of ones"
    )
    flip = "~" if odd else ""
    parity = f"{flip}^{x}"
    size = 0
    ports = [port(x, "input", width)]
    rows: list[Row] = [{x: 1}, {x: 3}, {x: (1 << width) - 1}]
    inject = draw.name("inject", "inj", "flip", "corrupt") if draw.chance(0.5) else ""
    wrong = f"When `{inject}` is 1, the parity bit is inverted, which simulates an error."
    if inject and kind in ("generate", "append", "prepend"):
        ports.append(port(inject, "input"))
        parity = f"({parity}) ^ {inject}"
    else:
        inject = ""
    if kind == "generate":
        p = draw.name("parity", "p", "par")
        ports += [port(p, "output")]
        body = f"  assign {p} = {parity};"
        said = [f"`{p}` is {own}."]
        if inject:
            said = [f"While `{inject}` is 0, `{p}` is {own}."]
    elif kind in ("append", "prepend"):
        y = draw.name("output", "word", "coded")
        ports += [port(y, "output", width + 1)]
        joined = f"{x}, {parity}" if kind == "append" else f"{parity}, {x}"
        where = "least" if kind == "append" else "most"
        body = f"  assign {y} = {{{joined}}};"
        said = [
            f"`{y}` consists of the {width} bits of `{x}` and one parity bit, which is the {where} "
            f"significant bit of `{y}`.",
            f"The parity is {word}: the {width + 1} bits of `{y}` together hold an {word} number "
            "of ones.",
        ]
        if inject:
            said[1] = (
                f"The parity is {word}: all {width + 1} bits together hold an {word} number "
                f"of ones while `{inject}` is 0."
            )
    elif kind == "check":
        p, e = draw.name("parity", "p", "par"), draw.name("error", "err", "bad", "perr")
        ports += [port(p, "input"), port(e, "output")]
        body = f"  assign {e} = (^{x}) ^ {'~' if odd else ''}{p};"
        said = [
            f"`{x}` arrives with the parity bit `{p}`; the parity is {word}.",
            f"`{e}` is 1 when `{x}` and `{p}` together do not have an {word} number of ones.",
        ]
    elif kind == "both":
        even, other = draw.name("even", "p_even", "even_parity"), draw.name("odd", "p_odd")
        ports += [port(even, "output"), port(other, "output")]
        body = f"  assign {even} = ^{x};\n  assign {other} = ~^{x};"
        said = [
            f"`{even}` is the parity bit for even parity: `{x}` and `{even}` together have an even "
            "number of ones.",
            f"`{other}` is the parity bit for odd parity: `{x}` and `{other}` together have an odd "
            "number of ones.",
        ]
    elif kind == "select":
        s, p = draw.name("odd_sel", "mode", "odd"), draw.name("parity", "p", "par")
        ports += [port(s, "input"), port(p, "output")]
        low = draw.chance(0.3)
        body = f"  assign {p} = (^{x}) ^ {'~' if low else ''}{s};"
        odd = low
        said = [
            f"`{p}` is the parity bit of `{x}`: for even parity when `{s}` is {int(low)}, for odd "
            f"parity when `{s}` is {int(not low)}.",
            "With even parity, data and parity bit together have an even number of ones; with odd "
            "parity, an odd number.",
        ]
    else:
        size = draw.choice([s for s in (4, 8, 6, 3) if width % s == 0 and width > s])
        p = draw.name("parity", "p", "par")
        count = width // size
        ports += [port(p, "output", count)]
        parts = [f"{flip}^{x}[{i * size + size - 1}:{i * size}]" for i in reversed(range(count))]
        body = f"  assign {p} = {{{', '.join(parts)}}};"
        said = [
            f"`{x}` is divided into {count} parts of {size} bits; bit i of `{p}` belongs to "
            f"`{x}[{size}i+{size - 1}:{size}i]`.",
            f"Each is the {word} parity bit of its part: the part and the bit together have an "
            f"{word} number of ones.",
        ]
    said += [wrong] if inject else []
    title = {
        "generate": f"{word} parity generator",
        "append": f"{word} parity encoder",
        "prepend": f"{word} parity encoder",
        "check": f"{word} parity checker",
        "both": "generator of even and odd parity",
        "select": "parity generator with selectable sense",
        "per part": f"{word} parity generator for parts of a word",
    }[kind]
    flag = ""
    if kind in ("generate", "both", "append", "prepend"):
        flag = draw.name("zero", "is_zero", "empty")
        ports.append(port(flag, "output"))
        body += f"\n  assign {flag} = ({x} == {width}'d0);"
        said.append(f"`{flag}` is 1 when `{x}` is zero.")
    text = " ".join(said)
    assigned = "; ".join(line.strip()[7:-1] for line in body.split("\n"))
    own_names = [q.name for q in ports if q.name not in (x, inject, flag)]
    draw.tell(*told.parity(draw.teller(), kind, x, width, odd, own_names, (inject, flag), size))
    return draw.design(
        PARITY,
        module=draw.module("parity", "parity_gen", "par"),
        ports=ports,
        body=body,
        description=Description(
            title=f"{title} for {width} bits",
            terse=draw.say(f"{title[0].upper()}{title[1:]}: {assigned}.", text.replace("`", "")),
            prose=draw.say(
                f"Build a combinational {title}. {text}",
                text,
                f"Data of {width} bits are protected by parity. {text}",
            ),
            points=(*said, "The circuit is combinational."),
        ),
        stimulus=combinational(draw, ports, directed=rows, random_rows=100),
        choices=(
            ("kind", kind),
            ("width", width),
            ("odd", odd and kind != "both"),
            ("parts", body.count("[")),
            ("inject", bool(inject)),
        ),
    )


def _equality(draw: Draw) -> Design:
    """Equality of two or three small vectors, of parts, or with a constant."""
    width = draw.choice((2, 2, 3, 4, 4, 5, 6, 8))
    names = [draw.name(n) for n in draw.choice((("a", "b", "c"), ("x", "y", "w"), ("p", "q", "r")))]
    a, b, c = names
    constant = draw.int(0, (1 << width) - 1)
    value = literal(constant, width, draw.choice(("b", "d", "h")))
    low = draw.int(0, width - 2)
    menu = {
        "same": (f"({a} == {b})", f"`{a}` and `{b}` are equal"),
        "differ": (f"({a} != {b})", f"`{a}` and `{b}` differ"),
        "constant": (f"({a} == {value})", f"`{a}` equals {constant} (`{value}`)"),
        "both constant": (
            f"({a} == {value}) && ({b} == {value})",
            f"`{a}` and `{b}` both equal {constant} (`{value}`)",
        ),
        "either constant": (
            f"({a} == {value}) || ({b} == {value})",
            f"at least one of `{a}` and `{b}` equals {constant} (`{value}`)",
        ),
        "complement": (f"({a} == ~{b})", f"`{a}` is the bitwise complement of `{b}`"),
        "upper": (
            f"({a}[{width - 1}:{low}] == {b}[{width - 1}:{low}])",
            f"bits {width - 1} to {low} of `{a}` and `{b}` agree",
        ),
        "all": (f"({a} == {b}) && ({b} == {c})", f"`{a}`, `{b}` and `{c}` are all equal"),
        "any": (
            f"({a} == {b}) || ({a} == {c}) || ({b} == {c})",
            f"at least two of `{a}`, `{b}` and `{c}` are equal",
        ),
    }
    kinds = draw.shuffled(list(menu))[: draw.choice((1, 2, 2, 3))]
    if len(kinds) == 1 and kinds[0] in ("constant", "same", "differ", "complement"):
        kinds.append("upper")
    count = 3 if {"all", "any"} & set(kinds) else 2
    if not {"all", "any", "same", "differ", "complement", "upper"} & set(kinds):
        kinds.append("differ")
    pool = draw.choice(
        (("z", "eq", "match", "hit"), ("f", "g", "h", "k"), ("out", "out1", "out2", "out3"))
    )
    outs = [draw.name(n) for n in pool[: len(kinds)]]
    ports = [*(port(n, "input", width) for n in names[:count]), *(port(o, "output") for o in outs)]
    said = [f"`{o}` is 1 when {menu[k][1]}" for o, k in zip(outs, kinds, strict=True)]
    rtl = [f"  assign {o} = {menu[k][0]};" for o, k in zip(outs, kinds, strict=True)]
    full = (1 << width) - 1
    rows: list[Row] = []
    for _ in range(20):
        v = draw.choice((constant, draw.bits(width)))
        other = draw.choice((v, v ^ (1 << draw.int(0, width - 1)), full ^ v, v, constant))
        row = {a: v, b: other, c: draw.choice((v, other, draw.bits(width)))}
        rows.append({n: row[n] for n in names[:count]})
    draw.tell(*told.vector_equality(draw.teller(), names, width, outs, kinds, constant, low))
    return draw.design(
        EQUALITY,
        module=draw.module("equal", "same", "eq_check", "match_unit"),
        ports=ports,
        body="\n".join(rtl),
        description=Description(
            title=f"equality tests of {number(count)} {width}-bit vectors",
            terse="; ".join(r.strip()[7:-1] for r in rtl) + ".",
            prose=draw.say(
                f"The inputs {listed(ticked(names[:count]))} are {width} bits wide. "
                f"{'. '.join(said)}. Otherwise the result is 0.",
                f"Compare {number(count)} vectors of {plural(width, 'bit')}: {listed(said)}. In "
                "all other cases the result is 0.",
            ),
            points=tuple(f"{s}, otherwise 0." for s in said),
        ),
        stimulus=combinational(draw, ports, directed=rows, random_rows=100),
        choices=(
            ("width", width),
            ("tests", kinds),
            ("constant", constant if any("constant" in k for k in kinds) else "-"),
            ("low", low if "upper" in kinds else "-"),
        ),
    )


PARITY = Family("parity", Tier.BASIC, _parity)
EQUALITY = Family("vector_equality", Tier.BASIC, _equality)

FAMILIES = (PARITY, EQUALITY)
