"""Adders and subtractors: one bit, ripple carry, overflow, saturation, hierarchical."""

from __future__ import annotations

from mevllm.data.design import Design, Exhibit, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.literals import article, decimal, listed, logic, number, sized, together
from mevllm.data.families.told import adders as told
from mevllm.data.families.told import columns
from mevllm.data.stimulus import Row
from mevllm.tiers import Tier

_OPERANDS = (("a", "b"), ("x", "y"), ("in1", "in2"), ("op_a", "op_b"), ("a_i", "b_i"))
_WIDTHS = (2, 3, 4, 4, 5, 6, 7, 8, 8, 8, 9, 10, 12, 16, 16, 20, 24, 32, 32, 48, 64)


def edges(draw: Draw, names: tuple[str, ...], width: int, count: int = 60) -> list[Row]:
    """Operands near zero, the largest and the middle values, and equal or neighbouring ones."""
    top = (1 << width) - 1
    near = (0, 1, 2, top, top - 1, top >> 1, (top >> 1) + 1, (top >> 1) - 1)
    rows: list[Row] = []
    for i in range(count):
        row = {name: draw.choice(near) & top for name in names}
        if i % 2:
            value = draw.bits(width)
            row = {name: (value + draw.int(-1, 1)) & top for name in names}
        rows.append(row)
    return rows


def _one_bit(draw: Draw) -> Design:
    """Half and full adders and subtractors."""
    kind = draw.choice(("half adder", "full adder", "half subtractor", "full subtractor"))
    full, minus = kind.startswith("full"), kind.endswith("subtractor")
    a, b = together(draw, *_OPERANDS)
    c = draw.name("bin_i", "borrow_in", "bi") if minus else draw.name("cin", "carry_in", "ci")
    s = draw.name("diff", "d") if minus else draw.name("sum", "s")
    o = draw.name("bout", "borrow", "bo") if minus else draw.name("cout", "carry", "co")
    count = draw.choice((1, 1, 1, 2, 4, 8)) if full else draw.choice((1, 1, 3, 4))
    ports = [port(n, "input", count) for n in (a, b, *([c] if full else []))]
    outs = [port(s, "output", count), port(o, "output", count)]
    ports += outs if draw.chance(0.5) else outs[::-1]
    parity = f"{a} ^ {b} ^ {c}" if full else f"{a} ^ {b}"
    if minus:
        over = f"(~{a} & {b}) | (~({a} ^ {b}) & {c})" if full else f"~{a} & {b}"
    else:
        over = f"({a} & {b}) | ({a} & {c}) | ({b} & {c})" if full else f"{a} & {b}"
    summed = count == 1 and not minus and draw.chance(0.5)
    body = f"  assign {s} = {parity};\n  assign {o} = {over};"
    if summed:
        body = f"  assign {{{o}, {s}}} = {a} + {b}{f' + {c}' if full else ''};"
    each = "" if count == 1 else f"for each of the {count} bit positions independently, "
    spread = (
        ""
        if count == 1
        else draw.say(
            f"The vectors hold {count} separate circuits, one for each bit position; nothing "
            "passes from one position to the next.",
            f"Bit i of each output depends only on bit i of the inputs (i = 0 to {count - 1}).",
        )
    )

    def rules() -> list[str]:
        if minus:
            values = f"`{a}` - `{b}`{f' - `{c}`' if full else ''}"
            return [
                draw.say(
                    f"{each}`{s}` is the one-bit difference {values} and `{o}` is 1 when that "
                    f"difference is negative, so that a borrow is needed.",
                    f"{each}subtract {listed([b, c] if full else [b])} from `{a}`: `{s}` is the "
                    f"difference modulo 2, `{o}` the borrow out.",
                ),
                spread,
            ]
        values = listed([a, b, c] if full else [a, b])
        return [
            draw.say(
                f"{each}add the bits {values}: `{s}` is the sum bit and `{o}` the carry.",
                f"{each}`{o}` and `{s}` are the high and the low bit of the sum of {values}.",
                f"{each}`{s}` is 1 when an odd number of {values} are 1; `{o}` is 1 when "
                f"{'at least two of them are' if full else 'both are'} 1.",
            ),
            spread,
        ]

    exhibits = []
    if count == 1 and draw.chance(0.7):
        exhibits.append(
            Exhibit(
                "equations",
                draw.say(
                    "Implement these Boolean equations; the circuit is combinational.",
                    "The combinational outputs are given by (~ is NOT, & AND, | OR, ^ XOR):",
                ),
                f"{s} = {parity}\n{o} = {over}",
            )
        )
    title = kind if count == 1 else f"bank of {number(count)} independent {kind}s"
    ins = [a, b, *([c] if full else [])]
    draw.tell(*columns.one_bit(draw.teller(), kind=kind, count=count, ins=ins, s=s, o=o))
    return logic(
        draw,
        ONE_BIT_ADDER,
        modules=(kind.replace(" ", "_"), kind.split()[0][0] + ("s" if minus else "a")),
        ports=ports,
        body=body,
        title=title,
        rules=rules,
        choices={"kind": kind, "count": count, "summed": summed},
        intro=("", f"Build a {title}."),
        exhibits=exhibits,
    )


ONE_BIT_ADDER = Family("one_bit_adder", Tier.INTERMEDIATE, _one_bit)


def _adder(draw: Draw) -> Design:
    """Sums and differences of two to four numbers, with and without carries."""
    width = draw.choice(_WIDTHS)
    minus = draw.chance(0.25)
    operands = 2 if minus else draw.choice((2, 2, 2, 2, 3, 4))
    names = together(draw, *_OPERANDS)
    names += ["c", "d"][: operands - 2] if names[0] != "x" else ["z", "w"][: operands - 2]
    carry_in = operands == 2 and draw.chance(0.45)
    shape = draw.choice(("carry", "wide", "cut")) if operands == 2 else draw.choice(("wide", "cut"))
    if minus and shape == "wide":
        shape = "carry"
    cin = ""
    if carry_in:
        cin = draw.name("bin_i", "borrow_in") if minus else draw.name("cin", "carry_in", "ci")
    s = draw.name("diff", "out", "result") if minus else draw.name("sum", "s", "out", "total")
    extra = {2: 1, 3: 2, 4: 2}[operands]
    size = width + extra if shape == "wide" else width
    ports = [port(n, "input", width) for n in names]
    ports += [port(cin, "input")] if cin else []
    ports.append(port(s, "output", size))
    o = ""
    if shape == "carry":
        o = draw.name("bout", "borrow") if minus else draw.name("cout", "carry_out", "co")
        ports.append(port(o, "output"))
    sign = "-" if minus else "+"
    total = f" {sign} ".join([*names, *([cin] if cin else [])])
    target = f"{{{o}, {s}}}" if o else s
    body = f"  assign {target} = {total};"

    def rules() -> list[str]:
        carry = f" and the carry input `{cin}`" if cin else ""
        if minus:
            less = f", less the borrow input `{cin}`" if cin else ""
            return [
                draw.say(
                    f"`{s}` is the unsigned difference `{names[0]}` - `{names[1]}`{less}, "
                    f"modulo 2^{width}.",
                    f"Subtract `{names[1]}` from `{names[0]}`{less}; `{s}` is the result in "
                    f"{width} bits and wraps around below zero.",
                ),
                f"`{o}` is 1 when the true difference is negative (a borrow is needed)."
                if o
                else "",
            ]
        result = {
            "wide": f"`{s}` has {size} bits, so the sum never overflows.",
            "cut": f"Only the low {width} bits of the sum are kept; carries out are dropped.",
            "carry": f"`{s}` holds the low {width} bits and `{o}` the carry out.",
        }[shape]
        return [
            draw.say(
                f"Add the unsigned numbers {listed(names)}{carry}.",
                f"The module computes the unsigned sum of {listed(names)}{carry} on `{s}`.",
            ),
            result,
        ]

    title = f"{width}-bit {'subtractor' if minus else 'adder'}"
    title += f" for {number(operands)} numbers" * (operands > 2)
    title += f" with {'borrow' if minus else 'carry'} in" * bool(cin)
    draw.tell(
        *told.adder(
            draw.teller(), width=width, minus=minus, names=names, cin=cin, s=s, o=o, size=size
        )
    )
    return logic(
        draw,
        ADDER,
        modules=("adder", f"add{width}", "sum_unit") if not minus else ("subtractor", "sub_unit"),
        ports=ports,
        body=body,
        title=title,
        terse=draw.say("", f"{target} = {total}."),
        rules=rules,
        choices={
            "width": width,
            "minus": minus,
            "operands": operands,
            "carry in": carry_in,
            "shape": shape,
        },
        intro=("", f"Design {article(title)}."),
        directed=edges(draw, tuple(names), width, 40),
        random_rows=120,
    )


ADDER = Family("adder", Tier.INTERMEDIATE, _adder)


def _add_subtract(draw: Draw) -> Design:
    """An adder-subtractor with flags."""
    width = draw.choice(_WIDTHS)
    a, b = together(draw, *_OPERANDS)
    sub = draw.name("sub", "do_sub", "mode", "op", "add_n")
    r = draw.name("result", "out", "sum", "y")
    flags = [f for f in ("carry", "overflow", "zero", "negative") if draw.chance(0.45)]
    names = {
        "carry": draw.name("cout", "carry"),
        "overflow": draw.name("overflow", "ovf", "v"),
        "zero": draw.name("zero", "is_zero", "z"),
        "negative": draw.name("negative", "neg", "n"),
    }
    inverted = draw.chance(0.2)
    plus = f"!{sub}" if inverted else sub
    ports = [port(a, "input", width), port(b, "input", width), port(sub, "input")]
    ports.append(port(r, "output", width))
    ports += [port(names[f], "output") for f in flags]
    needs = "carry" in flags or "overflow" in flags or draw.chance(0.3)
    top = width - 1
    if needs:
        second = draw.name("b_eff", "operand", "addend")
        target = f"{{{names['carry']}, {r}}}" if "carry" in flags else r
        mask = f"{{{width}{{{plus}}}}}"
        body = f"  wire [{top}:0] {second} = {b} ^ {mask};\n\n"
        body += f"  assign {target} = {a} + {second} + {plus};"
        if "overflow" in flags:
            body += f"\n  assign {names['overflow']} = ({a}[{top}] == {second}[{top}])"
            body += f" && ({r}[{top}] != {a}[{top}]);"
    else:
        body = f"  assign {r} = {plus} ? {a} - {b} : {a} + {b};"
    if "zero" in flags:
        body += f"\n  assign {names['zero']} = ({r} == {decimal(width, 0)});"
    if "negative" in flags:
        body += f"\n  assign {names['negative']} = {r}[{top}];"
    on, off = ("0", "1") if inverted else ("1", "0")

    def rules() -> list[str]:
        told = {
            "carry": draw.say(
                f"`{names['carry']}` is the carry out of the addition `{a}` + `{b}`, or of "
                f"`{a}` + ~`{b}` + 1 when subtracting (1 then means no borrow).",
                f"Subtraction adds the bitwise inverse of `{b}` plus 1; `{names['carry']}` is the "
                f"carry out of the {width}-bit addition that is done.",
            ),
            "overflow": draw.say(
                f"`{names['overflow']}` is 1 when the operation overflows as two's complement.",
                f"`{names['overflow']}` reports signed overflow: the true signed result does not "
                f"fit in {width} bits.",
            ),
            "zero": f"`{names['zero']}` is 1 when `{r}` is 0.",
            "negative": f"`{names['negative']}` copies the sign bit of `{r}`.",
        }
        return [
            draw.say(
                f"If `{sub}` is {off}, `{r}` = `{a}` + `{b}`; if it is {on}, `{r}` = `{a}` - "
                f"`{b}`.",
                f"`{sub}` = {on} subtracts `{b}` from `{a}`, `{sub}` = {off} adds the two; the "
                f"result goes to `{r}`.",
            ),
            f"Results have {width} bits and wrap around.",
            *(told[f] for f in flags),
        ]

    draw.tell(
        *told.add_subtract(
            draw.teller(),
            width=width,
            a=a,
            b=b,
            sub=sub,
            r=r,
            flags={f: names[f] for f in flags},
            low=inverted,
        )
    )
    return logic(
        draw,
        ADD_SUBTRACT,
        modules=("add_sub", "addsub", "adder_subtractor", f"addsub{width}"),
        ports=ports,
        body=body,
        title=sized(width, "adder-subtractor") + " with flags" * bool(flags),
        rules=rules,
        choices={"width": width, "flags": flags, "inverted": inverted, "needs": needs},
        intro=("", "One circuit adds and subtracts."),
        directed=[{**row, sub: draw.int(0, 1)} for row in edges(draw, (a, b), width, 100)],
        random_rows=120,
    )


ADD_SUBTRACT = Family("add_subtract", Tier.INTERMEDIATE, _add_subtract)

FAMILIES = (ONE_BIT_ADDER, ADDER, ADD_SUBTRACT)
