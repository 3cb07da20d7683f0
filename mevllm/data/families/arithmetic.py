"""Overflow, saturation, decimal digits, products, scaling and division."""

from __future__ import annotations

from dataclasses import replace

from mevllm.data.design import Design, Family, Stimulus
from mevllm.data.draw import Draw, port
from mevllm.data.families.adders import edges
from mevllm.data.families.literals import (
    logic,
    number,
    ones,
    together,
)
from mevllm.data.families.told import arithmetic as told
from mevllm.data.families.told import products
from mevllm.tiers import Tier

_OPERANDS = (("a", "b"), ("x", "y"), ("in1", "in2"), ("op1", "op2"), ("lhs", "rhs"))
_WIDTHS = (3, 4, 4, 5, 6, 7, 8, 8, 8, 10, 12, 16, 16, 20, 24, 32, 32)


def _signed_overflow(draw: Draw) -> Design:
    """A two's complement sum or difference and whether it overflowed."""
    width = draw.choice((*_WIDTHS, 48, 64))
    a, b = together(draw, *_OPERANDS)
    s = draw.name("s", "sum", "result", "out")
    minus = draw.chance(0.35)
    split = draw.chance(0.3)
    flags = ["pos_ovf", "neg_ovf"] if split else [draw.name("overflow", "ovf", "v", "oflow")]
    ports = [port(a, "input", width), port(b, "input", width)]
    ports += [port(s, "output", width), *(port(f, "output") for f in flags)]
    top = width - 1
    same = f"({a}[{top}] {'!=' if minus else '=='} {b}[{top}])"
    sign = "-" if minus else "+"
    body = f"  assign {s} = {a} {sign} {b};\n"
    second = f"{b}[{top}]" if minus else f"!{b}[{top}]"
    if split:
        other = f"!{b}[{top}]" if minus else f"{b}[{top}]"
        body += f"  assign {flags[0]} = !{a}[{top}] && {second} && {s}[{top}];\n"
        body += f"  assign {flags[1]} = {a}[{top}] && {other} && !{s}[{top}];"
    else:
        body += f"  assign {flags[0]} = {same} && ({s}[{top}] != {a}[{top}]);"
    low, high = -(1 << top), (1 << top) - 1
    what = f"`{a}` {sign} `{b}`"

    def rules() -> list[str]:
        told = (
            f"`{flags[0]}` is 1 when the exact result is greater than {high}, `{flags[1]}` when it "
            f"is less than {low}."
            if split
            else draw.say(
                f"`{flags[0]}` is 1 when the exact result does not fit in {width} bits.",
                f"`{flags[0]}` signals signed overflow: the exact result is below {low} or above "
                f"{high}.",
            )
        )
        return [
            draw.say(
                f"`{a}` and `{b}` are signed two's complement numbers and `{s}` is {what} in "
                f"{width} bits.",
                f"Compute {what} on `{s}`, all of them {width}-bit numbers in two's complement.",
            ),
            f"On overflow `{s}` simply wraps around." if draw.chance(0.4) else "",
            told,
        ]

    draw.tell(
        *told.signed_overflow(draw.teller(), width=width, minus=minus, a=a, b=b, s=s, flags=flags)
    )
    return logic(
        draw,
        SIGNED_OVERFLOW,
        modules=("signed_add", "overflow_check", "sadd"),
        ports=ports,
        body=body,
        title=f"{width}-bit signed {'subtractor' if minus else 'adder'} with overflow detection",
        rules=rules,
        choices={"width": width, "minus": minus, "split": split},
        intro=("", "Signed arithmetic can overflow in two directions."),
        directed=edges(draw, (a, b), width, 120),
        random_rows=120,
    )


SIGNED_OVERFLOW = Family("signed_overflow", Tier.INTERMEDIATE, _signed_overflow)


def _saturating(draw: Draw) -> Design:
    """Sums and differences that stop at the largest and the smallest number."""
    width = draw.choice(_WIDTHS)
    a, b = together(draw, *_OPERANDS)
    out = draw.name("out", "result", "y", "sat_out")
    minus, negative = draw.chance(0.4), draw.chance(0.5)
    flag = draw.name("saturated", "clipped", "sat") if draw.chance(0.4) else ""
    t = draw.name("full", "wide", "t")
    ports = [port(a, "input", width), port(b, "input", width), port(out, "output", width)]
    ports += [port(flag, "output")] if flag else []
    top = width - 1
    sign = "-" if minus else "+"
    if negative:
        body = (
            f"  wire [{width}:0] {t} = {{{a}[{top}], {a}}} {sign} {{{b}[{top}], {b}}};\n\n"
            f"  assign {out} = ({t}[{width}] == {t}[{top}]) ? {t}[{top}:0] :\n"
            f"    {t}[{width}] ? {{1'b1, {{{top}{{1'b0}}}}}} : {{1'b0, {{{top}{{1'b1}}}}}};"
        )
        over = f"({t}[{width}] != {t}[{top}])"
    else:
        limit = f"{width}'d0" if minus else ones(width)
        body = (
            f"  wire [{width}:0] {t} = {a} {sign} {b};\n\n"
            f"  assign {out} = {t}[{width}] ? {limit} : {t}[{top}:0];"
        )
        over = f"{t}[{width}]"
    if flag:
        body += f"\n  assign {flag} = {over};"
    low, high = (-(1 << top), (1 << top) - 1) if negative else (0, (1 << width) - 1)
    kind = "signed two's complement" if negative else "unsigned"

    def rules() -> list[str]:
        limits = (
            f"results above {high} become {high} and results below {low} become {low}"
            if negative
            else "results below 0 become 0"
            if minus
            else f"results above {high} become {high}"
        )
        return [
            draw.say(
                f"`{out}` is `{a}` {sign} `{b}` with saturation, all {kind} {width}-bit numbers: "
                f"{limits}.",
                f"Compute `{a}` {sign} `{b}` as {kind} {width}-bit numbers, but do not wrap "
                f"around: {limits}.",
            ),
            draw.say(
                f"`{flag}` is 1 when the result had to be limited.",
                f"`{flag}` tells that the exact result was out of range.",
            )
            if flag
            else "",
        ]

    draw.tell(
        *told.saturating(
            draw.teller(), width=width, minus=minus, negative=negative, a=a, b=b, out=out, flag=flag
        )
    )
    return logic(
        draw,
        SATURATING,
        modules=("sat_add", "saturate", "clip_sum", "sat_unit"),
        ports=ports,
        body=body,
        title=f"{width}-bit {'signed' if negative else 'unsigned'} saturating "
        f"{'subtractor' if minus else 'adder'}",
        rules=rules,
        choices={"width": width, "minus": minus, "signed": negative, "flag": bool(flag)},
        intro=("", "Sound samples must be limited, not wrapped.", "Saturating arithmetic."),
        directed=edges(draw, (a, b), width, 80),
        random_rows=120,
    )


SATURATING = Family("saturating_add", Tier.INTERMEDIATE, _saturating)


def _bcd_adder(draw: Draw) -> Design:
    """Decimal numbers of one to eight digits, added digit by digit."""
    digits = draw.choice((1, 1, 2, 3, 4, 4, 5, 6, 8))
    carry_in, carry_out = draw.chance(0.65), draw.chance(0.75)
    a, b = together(draw, *_OPERANDS)
    cin = draw.name("cin", "carry_in", "ci") if carry_in else ""
    s = draw.name("sum", "s", "total")
    cout = draw.name("cout", "carry_out", "co") if carry_out else ""
    width = 4 * digits
    ports = [port(a, "input", width), port(b, "input", width)]
    ports += [port(cin, "input")] if cin else []
    ports.append(port(s, "output", width))
    ports += [port(cout, "output")] if cout else []
    t = draw.name("t", "raw", "bin_sum")
    c = draw.name("c", "carry", "k")
    modular = digits > 1 and draw.chance(0.3)
    helpers = ""
    first = cin or "1'b0"
    if digits == 1:
        add = f"{a} + {b}{f' + {cin}' if cin else ''}"
        body = f"  wire [4:0] {t} = {add};\n\n  assign {s} = ({t} > 5'd9) ? {t} + 5'd6 : {t};"
        body += f"\n  assign {cout} = ({t} > 5'd9);" if cout else ""
    elif modular:
        unit = draw.name("bcd_digit", "digit_add", "bcd_fa")
        body = (
            f"  wire [{digits}:0] {c};\n  genvar i;\n\n  assign {c}[0] = {first};\n\n  generate\n"
            f"    for (i = 0; i < {digits}; i = i + 1) begin : digit\n"
            f"      {unit} u_add (.a({a}[4*i +: 4]), .b({b}[4*i +: 4]), .cin({c}[i]), "
            f".sum({s}[4*i +: 4]), .cout({c}[i+1]));\n    end\n  endgenerate"
        )
        body += f"\n\n  assign {cout} = {c}[{digits}];" if cout else ""
        helpers = (
            f"module {unit} (\n  input [3:0] a,\n  input [3:0] b,\n  input cin,\n"
            "  output [3:0] sum,\n  output cout\n);\n  wire [4:0] t = a + b + cin;\n\n"
            "  assign cout = (t > 5'd9);\n  assign sum = cout ? t + 5'd6 : t;\nendmodule"
        )
    else:
        body = (
            f"  reg [4:0] {t};\n  reg {c};\n  integer i;\n\n  always @(*) begin\n"
            f"    {c} = {first};\n    for (i = 0; i < {digits}; i = i + 1) begin\n"
            f"      {t} = {a}[4*i +: 4] + {b}[4*i +: 4] + {c};\n      {c} = ({t} > 5'd9);\n"
            f"      {s}[4*i +: 4] = {c} ? {t} + 5'd6 : {t};\n    end\n"
            + (f"    {cout} = {c};\n" if cout else "")
            + "  end"
        )

    def bcd(value: int) -> int:
        return int(str(value % 10**digits), 16)

    def rules() -> list[str]:
        size = "one decimal digit" if digits == 1 else f"{number(digits)} decimal digits"
        places = "" if digits == 1 else ", 4 bits a digit, the least significant digit in bits 3:0"
        return [
            draw.say(
                f"`{a}` and `{b}` are BCD numbers of {size}{places}; `{s}` is their decimal sum"
                f"{f' plus the carry `{cin}`' if cin else ''} in the same format.",
                f"Add two numbers of {size} in BCD{places}: `{s}` = `{a}` + `{b}`"
                f"{f' + `{cin}`' if cin else ''}.",
            ),
            draw.say(
                f"`{cout}` is the decimal carry out, 1 when the sum exceeds {'9' * digits}.",
                f"If the sum is {10**digits} or more, `{cout}` is 1 and `{s}` has the rest.",
            )
            if cout
            else "A carry out of the top digit is dropped.",
            "The inputs are always valid BCD.",
            f"Write one digit's adder as `{unit}` and instantiate it {digits} times."
            if modular
            else "",
        ]

    rows = []
    for i in range(200):
        top = 10**digits - 1
        x, y = draw.int(0, top), draw.int(0, top)
        if i % 4 == 0:
            y = max(0, top - x + draw.int(-1, 1))
        row = {a: bcd(x), b: bcd(y)}
        if cin:
            row[cin] = draw.int(0, 1)
        rows.append(row)
    draw.tell(
        *told.bcd_adder(
            draw.teller(),
            digits=digits,
            a=a,
            b=b,
            cin=cin,
            s=s,
            cout=cout,
            unit=unit if modular else "",
        )
    )
    design = logic(
        draw,
        BCD_ADDER,
        modules=("bcd_adder", f"bcd_add{digits}", "decimal_adder"),
        ports=ports,
        body=body,
        title=f"BCD adder for {number(digits)} digit{'s' * (digits > 1)}",
        rules=rules,
        choices={"digits": digits, "in": carry_in, "out": carry_out, "modular": modular},
        intro=("", "Decimal arithmetic keeps each digit in four bits."),
        helpers=helpers,
    )
    names = design.stimulus.inputs
    valid = tuple(tuple(row[name] for name in names) for row in rows)
    return replace(design, stimulus=Stimulus(names, valid))


BCD_ADDER = Family("bcd_adder", Tier.INTERMEDIATE, _bcd_adder)


def _multiplier(draw: Draw) -> Design:
    """Products, signed and unsigned, with an addend or a square."""
    first = draw.choice((2, 3, 4, 4, 5, 6, 7, 8, 8, 10, 12, 16))
    second = first if draw.chance(0.7) else draw.choice((2, 3, 4, 5, 6, 8, 10))
    negative = draw.chance(0.4)
    kind = draw.choice(("plain", "plain", "plain", "add", "low"))
    a, b = together(draw, *_OPERANDS)
    c = draw.name("c", "addend", "acc_in")
    out = draw.name("p", "product", "out", "result")
    if kind == "low":
        second = first
    size = {"low": first}.get(kind, first + second)
    ports = [port(a, "input", first), port(b, "input", second)]
    if kind == "add":
        ports.append(port(c, "input", size))
    ports.append(port(out, "output", size))
    x, y = (f"$signed({n})" if negative and kind != "low" else n for n in (a, b))
    product = f"{x} * {y}"
    if kind == "add":
        product += f" + {f'$signed({c})' if negative else c}"
    body = f"  assign {out} = {product};"
    nouns = "signed two's complement" if negative else "unsigned"

    def rules() -> list[str]:
        if kind == "low":
            return [
                f"`{out}` is the low {size} bits of `{a}` times `{b}`; higher bits of the product "
                "are discarded (signed and unsigned operands give the same bits).",
            ]
        more = f" plus the {nouns} number `{c}`, modulo 2^{size}" if kind == "add" else ""
        return [
            draw.say(
                f"`{a}` ({first} bits) and `{b}` ({second} bits) are {nouns} numbers; `{out}` is "
                f"their {size}-bit product{more}.",
                f"Multiply the {nouns} numbers `{a}` and `{b}`. `{out}` is the whole product of "
                f"{size} bits{more}.",
            ),
        ]

    corner = [
        {
            a: draw.choice((0, 1, (1 << first) - 1, 1 << (first - 1))),
            b: draw.choice((0, 1, (1 << second) - 1, 1 << (second - 1))),
            c: draw.bits(size),
        }
        for _ in range(30)
    ]
    shape = "multiply-add unit" if kind == "add" else "multiplier"
    draw.tell(
        *products.multiplier(
            draw.teller(),
            kind=kind,
            sizes=(first, second, size),
            negative=negative,
            names=(a, b, c, out),
        )
    )
    return logic(
        draw,
        MULTIPLIER,
        modules=("multiplier", "mult", "mul_unit", "product_unit"),
        ports=ports,
        body=body,
        title=f"{first}-bit {'signed' if negative else 'unsigned'} {shape}",
        rules=rules,
        choices={"first": first, "second": second, "signed": negative, "kind": kind},
        intro=("", "A small combinational multiplier is needed."),
        directed=corner,
        random_rows=120,
    )


MULTIPLIER = Family("multiplier", Tier.INTERMEDIATE, _multiplier)
FAMILIES = (SIGNED_OVERFLOW, SATURATING, BCD_ADDER, MULTIPLIER)
