"""Small arithmetic and logic units, shifters, operations on single bits."""

from __future__ import annotations

from mevllm.data.design import Design, Exhibit, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.adders import edges
from mevllm.data.families.literals import (
    article,
    binary,
    decimal,
    grid,
    logic,
    number,
    sized,
    together,
)
from mevllm.data.families.told import operators as tellings
from mevllm.tiers import Tier

_OPERANDS = (("a", "b"), ("x", "y"), ("op_a", "op_b"), ("lhs", "rhs"), ("in_a", "in_b"))
_WIDTHS = (4, 4, 5, 6, 8, 8, 8, 10, 12, 16, 16, 24, 32, 32)
_OPERATIONS = {
    "add": ("{a} + {b}", "`{a}` + `{b}`"),
    "subtract": ("{a} - {b}", "`{a}` - `{b}`"),
    "reverse subtract": ("{b} - {a}", "`{b}` - `{a}`"),
    "and": ("{a} & {b}", "`{a}` AND `{b}`, bit by bit"),
    "or": ("{a} | {b}", "`{a}` OR `{b}`, bit by bit"),
    "xor": ("{a} ^ {b}", "`{a}` XOR `{b}`, bit by bit"),
    "nor": ("~({a} | {b})", "NOT (`{a}` OR `{b}`), bit by bit"),
    "nand": ("~({a} & {b})", "NOT (`{a}` AND `{b}`), bit by bit"),
    "xnor": ("~({a} ^ {b})", "NOT (`{a}` XOR `{b}`), bit by bit"),
    "clear": ("{a} & ~{b}", "`{a}` AND NOT `{b}`, bit by bit"),
    "not": ("~{a}", "every bit of `{a}` inverted"),
    "pass a": ("{a}", "`{a}` unchanged"),
    "pass b": ("{b}", "`{b}` unchanged"),
    "increment": ("{a} + 1'b1", "`{a}` + 1"),
    "decrement": ("{a} - 1'b1", "`{a}` - 1"),
    "left": ("{a} << 1", "`{a}` shifted left by one, a 0 entering at the right"),
    "right": ("{a} >> 1", "`{a}` shifted right by one, a 0 entering at the left"),
    "less": ("({a} < {b})", "1 if `{a}` is less than `{b}` as unsigned numbers, else 0"),
    "signed less": (
        "($signed({a}) < $signed({b}))",
        "1 if `{a}` is less than `{b}` as two's complement numbers, else 0",
    ),
    "equal": ("({a} == {b})", "1 if `{a}` equals `{b}`, else 0"),
    "zero": ("{w}'d0", "0"),
}


def _alu(draw: Draw) -> Design:
    """Two to eight operations, chosen by a code, with flags."""
    width = draw.choice(_WIDTHS)
    lines = draw.choice((1, 2, 2, 2, 3, 3))
    count = 2 if lines == 1 else draw.int((1 << lines) // 2 + 1, 1 << lines)
    a, b = together(draw, *_OPERANDS)
    op = draw.name("op", "opcode", "alu_op", "func", "sel")
    out = draw.name("result", "out", "y", "r")
    flags = [f for f in ("zero", "negative", "parity") if draw.chance(0.35)]
    pins = {f: draw.name(f, f"{f}_flag") for f in flags}
    kinds = draw.rng.sample(list(_OPERATIONS), count)
    if "add" not in kinds:
        kinds[0] = "add"
    kinds = [k for k in kinds if k != "zero"] + ["zero"] * ("zero" in kinds)
    if all(k in ("less", "signed less", "equal", "zero") for k in kinds[1:]):
        kinds[-1] = "xor"
    count = len(kinds)
    codes = sorted(draw.rng.sample(range(1 << lines), count)) if draw.chance(0.2) else range(count)
    fill = {"a": a, "b": b, "w": width}
    shape = binary if draw.chance(0.6) else decimal
    arms = [
        (shape(lines, c), _OPERATIONS[k][0].format(**fill), _OPERATIONS[k][1].format(**fill))
        for c, k in zip(codes, kinds, strict=True)
    ]
    spare = count < 1 << lines
    body_arms = [(c, e) for c, e, _ in arms]
    if spare:
        body_arms.append(("default", decimal(width, 0)))
    else:
        body_arms[-1] = ("default", body_arms[-1][1])
    body = f"  always @(*) begin\n    case ({op})\n"
    body += "\n".join(f"      {c}: {out} = {e};" for c, e in body_arms)
    body += "\n    endcase\n  end"
    told = {
        "zero": (f"({out} == {decimal(width, 0)})", f"is 1 when `{out}` is 0"),
        "negative": (f"{out}[{width - 1}]", f"is the most significant bit of `{out}`"),
        "parity": (f"^{out}", f"is 1 when `{out}` has an odd number of ones"),
    }
    if flags:
        body += "\n\n" + "\n".join(f"  assign {pins[f]} = {told[f][0]};" for f in flags)
    ports = [port(a, "input", width), port(b, "input", width)]
    ports.insert(draw.choice((0, 2)), port(op, "input", lines))
    ports += [port(out, "output", width), *(port(pins[f], "output") for f in flags)]
    other = f"For other values of `{op}`, `{out}` is 0." if spare else ""
    extras = [f"`{pins[f]}` {told[f][1]}." for f in flags]

    def rules() -> list[str]:
        wrap = "Results are truncated to their width." if draw.chance(0.4) else ""
        style = draw.choice(("list", "sentences"))
        if style == "list":
            main = [
                f"`{op}` selects what `{out}` is: "
                + "; ".join(f"{c}: {w}" for c, _, w in arms)
                + "."
            ]
        else:
            main = [f"With `{op}` = {c}, `{out}` is {w}." for c, _, w in arms]
        return [*main, other, wrap, *extras]

    rows = [[c, w.replace("`", "")] for c, _, w in arms] + [["others", "0"]] * spare
    draw.tell(
        *tellings.alu(
            draw.teller(),
            width,
            a=a,
            b=b,
            op=op,
            out=out,
            lines=lines,
            kinds=kinds,
            codes=codes,
            pins=pins,
        )
    )
    return logic(
        draw,
        ALU,
        modules=("alu", "small_alu", "arith_unit", f"alu{width}"),
        ports=ports,
        body=body,
        title=f"{width}-bit ALU with {number(count)} operations",
        rules=rules,
        choices={"width": width, "kinds": kinds, "codes": list(codes), "flags": flags},
        intro=("", f"Design {article(f'{width}-bit')} arithmetic and logic unit."),
        exhibits=[
            Exhibit(
                "truth table",
                " ".join(
                    [f"A combinational unit computes `{out}` as listed, in {width} bits.", *extras]
                ),
                grid(draw, (op, out), rows),
            )
        ],
        directed=[{**row, op: draw.bits(lines)} for row in edges(draw, (a, b), width, 60)],
        random_rows=160,
    )


ALU = Family("alu", Tier.INTERMEDIATE, _alu)


def _shifter(draw: Draw) -> Design:
    """Shifts and rotations by a variable amount, in one or two directions."""
    width = draw.choice((4, 4, 5, 6, 8, 8, 8, 10, 12, 16, 16, 24, 32, 32, 64))
    kinds = ("left", "right", "arithmetic", "rotate left", "rotate right", "two", "two rotations")
    kind = draw.choice((*kinds, "modes"))
    if "rotat" in kind and width & (width - 1):
        width = draw.choice((4, 8, 16, 32))
    lines = (width - 1).bit_length()
    if kind in ("left", "right", "arithmetic") and draw.chance(0.3):
        lines += 1
    word, amount = draw.name("in", "data", "x", "din"), draw.name("shamt", "amount", "n", "shift")
    out = draw.name("out", "result", "y", "dout")
    way = draw.name("dir", "right", "direction") if kind.startswith("two") else ""
    mode = draw.name("mode", "kind", "op") if kind == "modes" else ""
    ports = [port(word, "input", width), port(amount, "input", lines)]
    ports += [port(way, "input")] if way else []
    ports += [port(mode, "input", 2)] if mode else []
    ports.append(port(out, "output", width))
    forms = {
        "left": f"{word} << {amount}",
        "right": f"{word} >> {amount}",
        "arithmetic": f"$signed({word}) >>> {amount}",
        "rotate left": f"({word} << {amount}) | ({word} >> ({width} - {amount}))",
        "rotate right": f"({word} >> {amount}) | ({word} << ({width} - {amount}))",
    }
    if kind == "two":
        body = f"  assign {out} = {way} ? {forms['right']} : {forms['left']};"
    elif kind == "two rotations":
        body = f"  assign {out} = {way} ? {forms['rotate right']} :\n"
        body += f"    {forms['rotate left']};"
    elif kind == "modes":
        body = f"  always @(*) begin\n    case ({mode})\n      2'd0: {out} = {word};\n"
        body += f"      2'd1: {out} = {forms['left']};\n      2'd2: {out} = {forms['right']};\n"
        body += f"      default: {out} = {forms['arithmetic']};\n    endcase\n  end"
    else:
        body = f"  assign {out} = {forms[kind]};"
    by = f"by `{amount}` positions"
    words = {
        "left": (
            f"`{out}` is `{word}` shifted left {by}; zeros enter at the right.",
            f"Shift `{word}` {by} towards the most significant bit and fill with zeros.",
        ),
        "right": (
            f"`{out}` is `{word}` shifted right {by}; zeros enter at the left.",
            f"Shift `{word}` logically to the right {by}.",
        ),
        "arithmetic": (
            f"`{out}` is `{word}` shifted right {by}, with copies of the sign bit "
            f"`{word}[{width - 1}]` entering at the left.",
            f"Shift `{word}` arithmetically to the right {by}, keeping its sign.",
        ),
        "rotate left": (
            f"`{out}` is `{word}` rotated left {by}: bits that leave at the left come back at the "
            "right.",
            f"Rotate `{word}` {by} towards the most significant bit.",
        ),
        "rotate right": (
            f"`{out}` is `{word}` rotated right {by}: bits that leave at the right come back at "
            "the left.",
            f"Rotate `{word}` {by} towards the least significant bit.",
        ),
    }

    def rules() -> list[str]:
        if kind in ("two", "two rotations"):
            pair = ("left", "right") if kind == "two" else ("rotate left", "rotate right")
            return [
                f"If `{way}` is 0: {draw.say(*words[pair[0]])}",
                f"If `{way}` is 1: {draw.say(*words[pair[1]])}",
            ]
        if kind == "modes":
            return [
                f"`{mode}` = 0: `{out}` is `{word}` unchanged.",
                f"`{mode}` = 1: {draw.say(*words['left'])}",
                f"`{mode}` = 2: {draw.say(*words['right'])}",
                f"`{mode}` = 3: {draw.say(*words['arithmetic'])}",
            ]
        told = [draw.say(*words[kind])]
        if 1 << lines > width:
            rest = "copies of the sign bit" if kind == "arithmetic" else "0"
            told.append(f"Amounts of {width} or more leave nothing but {rest}.")
        return told

    title = {
        "left": "left shifter",
        "right": "right shifter",
        "arithmetic": "arithmetic right shifter",
        "two": "two-way shifter",
        "two rotations": "two-way rotator",
        "modes": "shifter with modes",
    }.get(kind, f"{kind.split()[-1]} rotator")
    draw.tell(
        *tellings.shifter(
            draw.teller(), kind, width, word=word, by=amount, out=out, way=way, mode=mode
        )
    )
    return logic(
        draw,
        SHIFTER,
        modules=("barrel_shifter", "shifter", "rotator" if "rotat" in kind else "shift_unit"),
        ports=ports,
        body=body,
        title=f"{width}-bit barrel shifter: {title}" if draw.chance(0.3) else sized(width, title),
        rules=rules,
        choices={"width": width, "kind": kind, "lines": lines},
        intro=("", "The shift amount is variable."),
        directed=[
            {word: draw.bits(width) | 1 << (width - 1), amount: n % (1 << lines)}
            for n in range(min(1 << lines, 40))
        ],
        random_rows=160,
    )


SHIFTER = Family("shifter", Tier.INTERMEDIATE, _shifter)


def _bit_operation(draw: Draw) -> Design:
    """Set, clear, toggle, write or test the bit with a given index."""
    lines = draw.choice((2, 3, 3, 3, 4, 4, 5))
    width = 1 << lines
    kinds = draw.rng.sample(
        ("set", "clear", "toggle", "write", "isolate"), draw.choice((1, 1, 2, 4))
    )
    word, index = draw.name("in", "word", "d", "reg_in"), draw.name("index", "pos", "n", "bit_no")
    out = draw.name("out", "y", "result", "q")
    op = draw.name("op", "cmd", "action") if len(kinds) > 1 else ""
    value = draw.name("value", "v", "new_bit") if "write" in kinds else ""
    mask = draw.name("mask", "m", "hot")
    size = (len(kinds) - 1).bit_length()
    ports = [port(word, "input", width), port(index, "input", lines)]
    ports += [port(op, "input", size)] if op else []
    ports += [port(value, "input")] if value else []
    ports.append(port(out, "output", width))
    forms = {
        "set": f"{word} | {mask}",
        "clear": f"{word} & ~{mask}",
        "toggle": f"{word} ^ {mask}",
        "write": f"{value} ? ({word} | {mask}) : ({word} & ~{mask})",
        "isolate": f"{word} & {mask}",
    }
    body = f"  wire [{width - 1}:0] {mask} = {width}'d1 << {index};\n\n"
    if not op:
        body += f"  assign {out} = {forms[kinds[0]]};"
    elif len(kinds) == 2:
        first, second = (f"({forms[k]})" for k in kinds)
        body += f"  assign {out} = {op} ? {second} : {first};"
    else:
        arms = [(f"{size}'d{i}", forms[k]) for i, k in enumerate(kinds)]
        arms[-1] = ("default", arms[-1][1])
        body += f"  always @(*) begin\n    case ({op})\n"
        body += "\n".join(f"      {c}: {out} = {e};" for c, e in arms)
        body += "\n    endcase\n  end"
    at = f"bit number `{index}`"
    words = {
        "set": (f"{at} set to 1", f"{at} forced to 1"),
        "clear": (f"{at} set to 0", f"{at} cleared"),
        "toggle": (f"{at} inverted", f"{at} complemented"),
        "write": (f"{at} replaced by `{value}`", f"`{value}` written to {at}"),
        "isolate": (f"all bits except {at} set to 0", f"only {at} kept and the others cleared"),
    }

    def rules() -> list[str]:
        keep = draw.say("", "Nothing else changes.") if "isolate" not in kinds else ""
        if not op:
            return [
                draw.say(
                    f"`{out}` is a copy of `{word}` with {draw.say(*words[kinds[0]])}.",
                    f"Copy `{word}` to `{out}`, but with {draw.say(*words[kinds[0]])}.",
                ),
                keep,
            ]
        listed = "; ".join(f"{i}: {draw.say(*words[k])}" for i, k in enumerate(kinds))
        return [f"`{out}` is `{word}` with a change that `{op}` selects: {listed}.", keep]

    draw.tell(
        *tellings.bit_operation(
            draw.teller(),
            width,
            word=word,
            index=index,
            out=out,
            op=op,
            value=value,
            kinds=kinds,
        )
    )
    return logic(
        draw,
        BIT_OPERATION,
        modules=("bit_op", f"bit_{kinds[0]}", "bit_unit"),
        ports=ports,
        body=body,
        title=f"unit for single-bit operations on {width}-bit words",
        rules=rules,
        choices={"width": width, "kinds": kinds},
    )


BIT_OPERATION = Family("bit_operation", Tier.INTERMEDIATE, _bit_operation)


FAMILIES = (ALU, SHIFTER, BIT_OPERATION)
