"""Wide arithmetic out of small blocks: a module that instantiates a helper module many times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.telling import Fact, an, span, tell
from mevllm.data.families.told import hierarchy as told
from mevllm.data.stimulus import Row, combinational
from mevllm.spec import Port
from mevllm.tiers import Tier


@dataclass(frozen=True)
class _Built:
    """A circuit of blocks: what its family varies."""

    title: str
    ports: tuple[Port, ...]
    body: str
    helpers: str
    short: str
    openings: tuple[str, ...]
    facts: tuple[Fact, ...]
    rows: tuple[Row, ...]
    modules: tuple[str, ...]
    choices: tuple[tuple[str, object], ...]


def _chain(
    draw: Draw, count: int, block: str, links: tuple[str, str, str]
) -> tuple[list[str], str]:
    """An array of blocks chained by a carry, and the name of the carry vector."""
    a, b, out = links
    carry = draw.name("c", "carry", "cy")
    array = (
        f"  {block} u [{count - 1}:0] (.a({a}), .b({b}), .cin({carry}[{count - 1}:0]), .s({out}), "
        f".cout({carry}[{count}:1]));"
    )
    return [f"  wire [{count}:0] {carry};", array], carry


def _carries(a: str, b: str, cin: str, width: int, draw: Draw) -> tuple[Row, ...]:
    ones = (1 << width) - 1
    rows: list[Row] = [{a: ones, b: 0, cin: 1}, {a: ones, b: ones, cin: 1}, {a: ones, b: 1}]
    for k in range(width):
        rows.append({a: ones >> k, b: 1 << draw.int(0, width - 1), cin: k & 1})
        value = draw.bits(width)
        rows.append({a: value, b: ones ^ value, cin: draw.int(0, 1)})
    return tuple(rows)


def _adder(draw: Draw) -> _Built:
    """Ripple of full adders, of lookahead blocks, or carry select; perhaps add/subtract."""
    style = draw.choice(("full adders", "lookahead", "select", "blocks"))
    size = {"full adders": 1, "lookahead": 4}.get(style) or draw.choice((4, 4, 8, 8, 16))
    count = {1: draw.choice((3, 4, 6, 8, 12, 16)), 4: draw.choice((2, 3, 4, 4, 6, 8, 16))}.get(
        size
    ) or draw.choice((2, 2, 3, 4))
    width = size * count
    minus = draw.chance(0.35) and style != "select"
    a, b = draw.name("a", "x", "op_a"), draw.name("b", "y", "op_b")
    cin = draw.name("sub", "minus", "mode") if minus else draw.name("cin", "carry_in", "ci")
    out, cout = draw.name("sum", "s", "result"), draw.name("cout", "carry_out", "co")
    block = draw.choice(
        {
            "full adders": ("full_adder", "fa", "bit_adder"),
            "lookahead": ("cla4", "cla_block", "lookahead4"),
            "select": (f"adder{size}", "slice_adder"),
            "blocks": (f"add{size}", "adder_block"),
        }[style]
    )
    right = draw.name("b_in", "operand") if minus else b
    lines = [f"  wire {span(width)}{right} = {b} ^ {{{width}{{{cin}}}}};"] if minus else []
    if style == "select":
        carry = draw.name("c", "carry")
        lines += [f"  wire [{count}:0] {carry};", f"  assign {carry}[0] = {cin};"]
        lines.append(
            f"  {block} first (.a({a}[{size - 1}:0]), .b({b}[{size - 1}:0]), .cin({cin}), "
            f".s({out}[{size - 1}:0]), .cout({carry}[1]));"
        )
        lines.append(
            f"  genvar g;\n  generate\n    for (g = 1; g < {count}; g = g + 1) begin : pairs\n"
            f"      wire [{size - 1}:0] s0, s1;\n      wire c0, c1;\n"
            f"      {block} zero (.a({a}[{size}*g +: {size}]), .b({b}[{size}*g +: {size}]), "
            f".cin(1'b0), .s(s0), .cout(c0));\n"
            f"      {block} one (.a({a}[{size}*g +: {size}]), .b({b}[{size}*g +: {size}]), "
            f".cin(1'b1), .s(s1), .cout(c1));\n"
            f"      assign {out}[{size}*g +: {size}] = {carry}[g] ? s1 : s0;\n"
            f"      assign {carry}[g + 1] = {carry}[g] ? c1 : c0;\n    end\n  endgenerate"
        )
    else:
        chain, carry = _chain(draw, count, block, (a, right, out))
        lines += [*chain, f"  assign {carry}[0] = {cin};"]
    lines.append(f"  assign {cout} = {carry}[{count}];")
    top = width - 1
    flags = draw.choice((("overflow",), ("zero",), ("overflow", "zero")))
    names = {f: draw.name(f, f"{f}_flag") for f in flags}
    extra: list[Fact] = []
    if "overflow" in flags:
        lines.append(
            f"  assign {names['overflow']} = ({a}[{top}] == {right}[{top}]) & "
            f"({out}[{top}] != {a}[{top}]);"
        )
        extra.append(
            f"`{names['overflow']}` is 1 when the result is wrong for two's complement numbers "
            f"(signed overflow)."
        )
    if "zero" in flags:
        lines.append(f"  assign {names['zero']} = ({out} == {width}'d0);")
        extra.append(f"`{names['zero']}` is 1 when all bits of `{out}` are 0.")
    vector = span(size)
    head = (
        f"module {block} (\n  input {vector}a,\n  input {vector}b,\n  input cin,\n"
        f"  output {vector}s,\n  output cout\n);\n"
    )
    inner = {
        "full adders": "  assign s = a ^ b ^ cin;\n  assign cout = (a & b) | (cin & (a ^ b));\n",
        "lookahead": "  wire [3:0] g = a & b;\n  wire [3:0] p = a ^ b;\n  wire [3:0] c;\n"
        "  assign c[0] = cin;\n  assign c[1] = g[0] | (p[0] & cin);\n"
        "  assign c[2] = g[1] | (p[1] & g[0]) | (p[1] & p[0] & cin);\n"
        "  assign c[3] = g[2] | (p[2] & g[1]) | (p[2] & p[1] & g[0]) | (p[2] & p[1] & p[0] & "
        "cin);\n"
        "  assign cout = g[3] | (p[3] & g[2]) | (p[3] & p[2] & g[1]) | (p[3] & p[2] & p[1] & g[0])"
        "\n              | (&p & cin);\n  assign s = p ^ c;\n",
    }.get(style, "  assign {cout, s} = a + b + cin;\n")
    how = {
        "full adders": f"Build it of {count} one-bit full adders (`{block}`), the carry "
        f"rippling from bit to bit.",
        "lookahead": f"Build it of {count} 4-bit carry-lookahead blocks (`{block}`), "
        f"in which the carries are computed from generate and propagate signals; the blocks are "
        f"chained by their carries.",
        "select": f"Build it as a carry-select adder of {size}-bit adders `{block}`: every slice "
        f"but the lowest is computed for both carries, and the real carry selects.",
        "blocks": f"Build it of {count} {size}-bit adders (`{block}`), chained by their carries.",
    }[style]
    value: Fact = (
        (
            f"With `{cin}` = 0, {{`{cout}`, `{out}`}} = `{a}` + `{b}`; with `{cin}` = 1, `{out}` = "
            f"`{a}` - `{b}` modulo 2^{width}, and `{cout}` is the carry out of `{a}` + ~`{b}` + 1, "
            f"which is 1 exactly when there is no borrow.",
        )
        if minus
        else (
            f"`{out}` is `{a}` + `{b}` + `{cin}` modulo 2^{width}, and `{cout}` is the carry out.",
            f"{{`{cout}`, `{out}`}} = `{a}` + `{b}` + `{cin}`, a sum of {width + 1} bits.",
        )
    )
    name = "adder-subtractor" if minus else "adder"
    draw.tell(
        *told.adder(draw.teller(), (a, b, cin, out, cout), style, (count, size), minus, names)
    )
    return _Built(
        f"{width}-bit {name} of {'full adders' if size == 1 else f'{size}-bit blocks'}",
        (
            port(a, "input", width, "first operand"),
            port(b, "input", width, "second operand"),
            port(cin, "input", 1, "1 subtracts" if minus else "carry in"),
            port(out, "output", width, "difference or sum" if minus else "sum"),
            port(cout, "output", 1, "carry out"),
            *(port(names[f], "output", 1, f"{f} flag") for f in flags),
        ),
        "\n".join(lines),
        f"{head}{inner}endmodule",
        (
            f"{out} = {cin} ? {a} - {b} : {a} + {b}, {cout} = carry out (no borrow). "
            if minus
            else ""
        )
        + (f"{{{cout}, {out}}} = {a} + {b} + {cin}. " if not minus else "")
        + " ".join(str(f) for f in extra).replace("`", ""),
        (f"Design {an(width)} {name}.", f"Write a hierarchical {width}-bit {name}."),
        (value, *extra, how),
        _carries(a, b, cin, width, draw),
        (f"adder{width}", "block_adder", "wide_adder"),
        (("style", style), ("blocks", (count, size)), ("minus", minus), ("flags", flags)),
    )


def _decimal(draw: Draw) -> _Built:
    """A chain of BCD digit adders."""
    digits = draw.choice((2, 2, 3, 4, 4, 5, 6, 8))
    minus = draw.chance(0.5)
    a, b = draw.name("a", "x", "bcd_a"), draw.name("b", "y", "bcd_b")
    cin = draw.name("sub", "minus") if minus else draw.name("cin", "ci")
    out, cout = draw.name("sum", "s", "total"), draw.name("cout", "co")
    bad = draw.name("invalid", "not_bcd", "error")
    block = draw.choice(("bcd_digit", "digit_adder", "decimal_digit"))
    right, i = draw.name("operand", "b_in") if minus else b, draw.name("i", "k")
    chain, carry = _chain(draw, digits, block, (a, right, out))
    lines = list(chain)
    if minus:
        lines.insert(
            0,
            f"  reg {span(4 * digits)}{right};\n  integer {i};\n  always @(*)\n"
            f"    for ({i} = 0; {i} < {digits}; {i} = {i} + 1)\n      {right}[4*{i} +: 4] = "
            f"{cin} ? 4'd9 - {b}[4*{i} +: 4] : {b}[4*{i} +: 4];",
        )
    lines += [f"  assign {carry}[0] = {cin};", f"  assign {cout} = {carry}[{digits}];"]
    k = draw.name("j", "n")
    lines.append(
        f"  integer {k};\n  always @(*) begin\n    {bad} = 1'b0;\n"
        f"    for ({k} = 0; {k} < {digits}; {k} = {k} + 1)\n"
        f"      if ({a}[4*{k} +: 4] > 4'd9 || {b}[4*{k} +: 4] > 4'd9) {bad} = 1'b1;\n  end"
    )
    width = 4 * digits

    def number() -> int:
        return int("".join(str(draw.choice((draw.int(0, 9), 9))) for _ in range(digits)), 16)

    rows: list[Row] = [{a: number(), b: number(), cin: draw.int(0, 1)} for _ in range(120)]
    rows += [{a: value, b: value, cin: 1} for value in (number(), number())]
    rows += [{a: int("9" * digits, 16), b: 1}, {}]
    start = f"1 if `{cin}` is 1, else 0" if minus else f"`{cin}`"
    subtract = (
        f"`{cin}` = 1 subtracts: every digit of `{b}` is first replaced by 9 minus the digit "
        f"(modulo 16), and the carry into the units is 1. With `{cin}` = 0 `{b}` is used as it "
        f"is, and the carry into the units is 0."
    )
    draw.tell(*told.decimal(draw.teller(), (a, b, cin, out, cout, bad), digits, minus))
    return _Built(
        f"{digits}-digit BCD {'adder-subtractor' if minus else 'adder'}",
        (
            port(a, "input", width, "decimal digits"),
            port(b, "input", width, "decimal digits"),
            port(cin, "input", 1, "1 subtracts" if minus else "carry in"),
            port(out, "output", width, "decimal digits"),
            port(cout, "output", 1, "carry out"),
            port(bad, "output", 1, "some input digit is above 9"),
        ),
        "\n".join(lines),
        f"module {block} (\n  input [3:0] a,\n  input [3:0] b,\n  input cin,\n  output [3:0] s,\n"
        f"  output cout\n);\n  wire [4:0] t = a + b + cin;\n  assign cout = (t > 5'd9);\n"
        f"  assign s = cout ? t[3:0] + 4'd6 : t[3:0];\nendmodule",
        f"BCD addition of {digits} digits, lowest in [3:0]: digit t = a + b + carry; if t > 9 the "
        f"digit is (t + 6) mod 16 with carry 1, else t with carry 0; the carry into the units is "
        f"{cin}, that out of the top digit {cout}. "
        + (subtract.replace("`", "") + " " if minus else "")
        + f"{bad} = some digit of {a} or {b} is above 9.",
        (
            f"Design a decimal adder for {digits} digits.",
            "Numbers of a cash register are added digit by digit, in BCD.",
        ),
        (
            f"`{a}`, `{b}` and `{out}` hold {digits} BCD digit{'s' * (digits > 1)} of 4 bits, the "
            f"units in bits 3 to 0.",
            f"For every digit, let t be the sum of the two digits and the carry from the digit "
            f"below ({start} for the units). If t is greater than 9, the result digit is t + 6 "
            f"modulo 16 and the carry is 1; otherwise the digit is t and the carry 0. This also "
            f"defines the result for nibbles above 9.",
            subtract if minus else "",
            f"`{cout}` is the carry of the highest digit.",
            f"`{bad}` is 1 when any digit of `{a}` or `{b}` is above 9.",
            f"Use {digits} instances of a block, `{block}`, that adds one digit.",
        ),
        tuple(rows),
        ("bcd_adder", f"bcd_add{digits}", "decimal_adder"),
        (("digits", digits), ("minus", minus)),
    )


def _comparator(draw: Draw) -> _Built:
    """A magnitude comparator of cascaded blocks."""
    size = draw.choice((1, 2, 4, 4))
    count = draw.choice((2, 3, 4, 6)) if size > 1 else draw.choice((3, 4, 5, 8))
    width = size * count
    signed = draw.chance(0.3)
    a, b = draw.name("a", "x"), draw.name("b", "y")
    gt, eq, lt = draw.name("gt", "greater"), draw.name("eq", "equal"), draw.name("lt", "less")
    block = draw.choice((f"compare{size}", "cmp_block"))
    left, right = (draw.name("p", "aa"), draw.name("q", "bb")) if signed else (a, b)
    lines = []
    if signed:
        top = f"{width}'h{1 << (width - 1):x}"
        lines += [f"  wire {span(width)}{left} = {a} ^ {top};"]
        lines += [f"  wire {span(width)}{right} = {b} ^ {top};"]
    g, over, same = draw.name("g", "k"), draw.name("over", "more"), draw.name("same", "alike")
    part = f"[{size}*{g} +: {size}]" if size > 1 else f"[{g}]"
    lines.append(
        f"  wire [{count}:0] {over}, {same};\n  assign {over}[0] = 1'b0;\n"
        f"  assign {same}[0] = 1'b1;\n  genvar {g};\n  generate\n"
        f"    for ({g} = 0; {g} < {count}; {g} = {g} + 1) begin : blocks\n"
        f"      {block} u (.a({left}{part}), .b({right}{part}), .gt_in({over}[{g}]), "
        f".eq_in({same}[{g}]),\n        .gt_out({over}[{g} + 1]), .eq_out({same}[{g} + 1]));\n"
        f"    end\n  endgenerate\n  assign {gt} = {over}[{count}];\n"
        f"  assign {eq} = {same}[{count}];\n  assign {lt} = ~{gt} & ~{eq};"
    )
    kind = "signed (two's complement)" if signed else "unsigned"
    rows: list[Row] = []
    for k in range(2 * width):
        value = draw.bits(width)
        rows += [{a: value, b: value}, {a: value, b: value ^ 1 << k % width}]
    draw.tell(*told.comparator(draw.teller(), (a, b, gt, eq, lt), (count, size), signed))
    return _Built(
        f"{width}-bit {kind.split()[0]} magnitude comparator of {size}-bit blocks",
        (
            port(a, "input", width, "operand"),
            port(b, "input", width, "operand"),
            port(gt, "output", 1, "first operand greater"),
            port(eq, "output", 1, "operands equal"),
            port(lt, "output", 1, "first operand less"),
        ),
        "\n".join(lines),
        f"module {block} (\n  input {span(size)}a,\n  input {span(size)}b,\n  input gt_in,\n"
        f"  input eq_in,\n  output gt_out,\n  output eq_out\n);\n"
        f"  assign gt_out = (a > b) | ((a == b) & gt_in);\n"
        f"  assign eq_out = (a == b) & eq_in;\nendmodule",
        f"Compares {a} and {b}, {kind}: {gt} = ({a} > {b}), {eq} = ({a} == {b}), {lt} = ({a} < "
        f"{b}).",
        (f"Design {an(width)} comparator.", "Write a cascaded magnitude comparator."),
        (
            (
                f"`{gt}`, `{eq}` and `{lt}` tell whether `{a}` is greater than, equal to or less "
                f"than `{b}`, as {kind} numbers; exactly one of them is 1.",
                f"Taken as {kind} numbers, `{a}` > `{b}` sets `{gt}`, `{a}` = `{b}` sets `{eq}`, "
                f"`{a}` < `{b}` sets `{lt}`; the other two are 0.",
            ),
            f"Build it of {count} instances of {an(size)} block (`{block}`), chained from the low "
            f"bits to the high ones; each block passes on `greater` and `equal`.",
        ),
        tuple(rows),
        ("comparator", f"compare{width}", "magnitude"),
        (("blocks", (count, size)), ("signed", signed)),
    )


def _family(make: Callable[[Draw], _Built]) -> Callable[[Draw], Design]:
    def build(draw: Draw) -> Design:
        made = make(draw)
        facts = (*made.facts, ("The circuit is combinational.", "There is no clock."))
        return draw.design(
            next(f for f in FAMILIES if f.name == draw.family),
            module=draw.module(*made.modules),
            ports=made.ports,
            body=made.body,
            description=tell(
                draw,
                title=made.title,
                terse=f"{made.short.strip()} Combinational, {made.title}.",
                opening=made.openings,
                facts=facts,
            ),
            stimulus=combinational(draw, made.ports, directed=made.rows, random_rows=120),
            choices=made.choices,
            helpers=made.helpers,
        )

    return build


FAMILIES = (
    Family("block_adder", Tier.EXPERT, _family(_adder)),
    Family("bcd_chain_adder", Tier.EXPERT, _family(_decimal)),
    Family("block_comparator", Tier.EXPERT, _family(_comparator)),
)
