"""Arithmetic-logic units with opcode tables, and a register file that feeds one."""

from __future__ import annotations

from dataclasses import dataclass

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.telling import (
    Fact,
    an,
    bin_lit,
    clock_words,
    clocked,
    exhibit,
    span,
    tell,
)
from mevllm.data.families.told import alus as told
from mevllm.data.stimulus import combinational, sequential
from mevllm.tiers import Tier


@dataclass(frozen=True)
class Operation:
    """One operation of an ALU: Verilog and words, with {a} and {b} for the operands."""

    mnemonic: str
    verilog: str
    words: str


OPERATIONS = (
    Operation("ADD", "{a} + {b}", "{a} + {b}"),
    Operation("SUB", "{a} - {b}", "{a} - {b}"),
    Operation("AND", "{a} & {b}", "bitwise {a} AND {b}"),
    Operation("OR", "{a} | {b}", "bitwise {a} OR {b}"),
    Operation("XOR", "{a} ^ {b}", "bitwise {a} XOR {b}"),
    Operation("NOR", "~({a} | {b})", "bitwise NOR of {a} and {b}"),
    Operation("ANDN", "{a} & ~{b}", "bitwise {a} AND NOT {b}"),
    Operation("NOT", "~{a}", "bitwise complement of {a}"),
    Operation("PASS", "{b}", "{b} unchanged"),
    Operation("INC", "{a} + 1'b1", "{a} + 1"),
    Operation("DEC", "{a} - 1'b1", "{a} - 1"),
    Operation("RSB", "{b} - {a}", "{b} - {a}"),
    Operation(
        "SLT", "$signed({a}) < $signed({b})", "1 if {a} < {b} as signed numbers, otherwise 0"
    ),
    Operation("SLTU", "{a} < {b}", "1 if {a} < {b} as unsigned numbers, otherwise 0"),
    Operation("SHL", "{a} << 1", "{a} shifted left by one, 0 entering"),
    Operation("SHR", "{a} >> 1", "{a} shifted right by one, 0 entering"),
    Operation("MAX", "({a} > {b}) ? {a} : {b}", "the larger of {a} and {b}, unsigned"),
)
"""Operations that need no width."""


def _table(codes: list[int], chosen: list[Operation], size: int, a: str, b: str) -> str:
    rows = [
        f"| {code:0{size}b} | {op.mnemonic} | {op.words.format(a=a, b=b)} |"
        for code, op in sorted(zip(codes, chosen, strict=True), key=lambda item: item[0])
    ]
    return "\n".join(("| code | name | result |", "|---|---|---|", *rows))


def _listed(codes: list[int], chosen: list[Operation], size: int, a: str, b: str) -> str:
    return "; ".join(
        f"{code:0{size}b} {op.mnemonic}: {op.words.format(a=a, b=b)}"
        for code, op in sorted(zip(codes, chosen, strict=True), key=lambda item: item[0])
    )


def _alu(draw: Draw) -> Design:
    """Operations and their codes, width, flags, outputs combinational or registered."""
    registered = draw.chance(0.6)
    c = draw.clocking() if registered else None
    width = draw.choice((4, 4, 5, 6, 8, 8, 8, 12, 16, 16, 32))
    count = draw.int(4, 8)
    size = draw.choice((3, 3, 4, 5)) if count > 4 else draw.choice((2, 3, 4))
    chosen = draw.shuffled(OPERATIONS[:2]) + draw.shuffled(OPERATIONS[2:])
    chosen = draw.shuffled(chosen[:count])
    codes = list(range(count)) if draw.chance(0.5) else draw.shuffled(range(1 << size))[:count]
    flags = [f for f in ("zero", "negative", "carry", "overflow") if draw.chance(0.5)] or ["zero"]
    a, b = draw.name("a", "op_a", "src1", "x"), draw.name("b", "op_b", "src2", "y")
    op = draw.name("op", "opcode", "alu_op", "func", "alu_code")
    out = draw.name("result", "y_out", "alu_out", "out")
    en = draw.name("enable") if registered and draw.chance(0.5) else ""
    names = {f: draw.name(f, f"{f[0]}f", f"flag_{f[0]}", f"{f}_flag") for f in flags}
    ports = [*(c.ports if c else ()), port(op, "input", size, "operation")]
    if en:
        ports.append(port(en, "input", 1, "the outputs are updated"))
    ports += [port(a, "input", width, "operand"), port(b, "input", width, "operand")]
    ports.append(port(out, "output", width, "result"))
    ports += [port(names[f], "output", 1, f"{f} flag") for f in flags]
    res = draw.name("res", "value") if registered else out
    wide = draw.name("wide", "ext")
    carried = "carry" in flags
    target = wide if carried else res
    add = dict(zip((o.mnemonic for o in chosen), codes, strict=True))
    lines = [f"  reg {span(width + 1)}{wide};"] if carried else []
    if registered and not carried:
        lines.append(f"  reg {span(width)}{res};")
    elif registered:
        lines.append(f"  wire {span(width)}{res} = {wide}[{width - 1}:0];")
    lines.append(f"  always @(*) begin\n    case ({op})")
    for code, operation in zip(codes, chosen, strict=True):
        value = operation.verilog.format(a=a, b=b)
        if carried and operation.mnemonic not in ("ADD", "SUB"):
            narrow = operation.mnemonic in ("INC", "DEC", "RSB", "SHL", "SHR", "MAX")
            simple = operation.mnemonic in ("PASS", "AND", "OR", "XOR", "SLTU", "SLT", "MAX", "SHR")
            if narrow and not simple:
                value = (
                    "{1'b0, "
                    + value.replace(" + 1'b1", f" + {width}'d1").replace(
                        " - 1'b1", f" - {width}'d1"
                    )
                    + "}"
                )
            elif not simple:
                value = f"{{1'b0, {value}}}"
        lines.append(f"      {bin_lit(size, code)}: {target} = {value};")
    lines.append(f"      default: {target} = 0;\n    endcase\n  end")
    if carried and not registered:
        lines.append(f"  assign {out} = {wide}[{width - 1}:0];")
    top = width - 1
    differ = f"({a}[{top}] != {b}[{top}])"
    same = f"({a}[{top}] == {b}[{top}])"
    over = []
    if "ADD" in add:
        over.append(f"({op} == {bin_lit(size, add['ADD'])}) & {same}")
    if "SUB" in add:
        over.append(f"({op} == {bin_lit(size, add['SUB'])}) & {differ}")
    turned = f"({res}[{top}] != {a}[{top}])"
    values = {
        "zero": f"({res} == 0)",
        "negative": f"{res}[{top}]",
        "carry": f"{wide}[{width}]",
        "overflow": f"({' | '.join(f'({o})' for o in over)}) & {turned}"
        if len(over) > 1
        else f"{over[0] if over else ''} & {turned}",
    }
    arithmetic = [m for m in ("ADD", "SUB") if m in add]
    if not arithmetic:
        flags = [f for f in flags if f in ("zero", "negative")]
    if registered and c:
        sets = [f"{out} <= {res};", *(f"{names[f]} <= {values[f]};" for f in flags)]
        work = "\n".join(sets)
        if en:
            work = f"if ({en}) begin\n" + "\n".join(f"  {s}" for s in sets) + "\nend"
        zero = "\n".join(f"{r} <= 0;" for r in (out, *(names[f] for f in flags)))
        lines.append(c.always(zero, work))
    else:
        lines += [f"  assign {names[f]} = {values[f]};" for f in flags]
    said = {
        "zero": f"`{names.get('zero')}` tells that the result is 0.",
        "negative": f"`{names.get('negative')}` is the top bit of the result.",
        "carry": f"`{names.get('carry')}` is the carry out of an addition (ADD) and the borrow of "
        f"a subtraction (SUB: 1 if `{a}` < `{b}`, unsigned), and 0 for every other code.",
        "overflow": f"`{names.get('overflow')}` is the signed (two's complement) overflow of ADD "
        f"and SUB, and 0 for every other code.",
    }
    ticked_a, ticked_b = f"`{a}`", f"`{b}`"
    timing: tuple[Fact, ...]
    if c:
        when = f"each clock edge with `{en}` = 1" if en else "each clock edge"
        timing = (
            (
                f"All outputs are registers: they are updated at {when}"
                + (" and hold otherwise." if en else "."),
                f"Result and flags are stored at {when}"
                + (f"; with `{en}` = 0 they keep their values." if en else "."),
            ),
            *clocked(draw, c, "sets all outputs to 0"),
        )
    else:
        timing = (("The unit is combinational.", "There is no clock: all outputs follow at once."),)
    facts: tuple[Fact, ...] = (
        (
            f"The result `{out}` has {width} bits; what does not fit is cut off.",
            f"`{out}` is {width} bits wide, and results wrap around.",
        ),
        ("Codes not listed give a result of 0." if count < 1 << size else ""),
        *(said[f] for f in flags),
        *timing,
    )
    listing = _listed(codes, chosen, size, ticked_a, ticked_b)
    plain = listing.replace("`", "")
    kind = "registered" if c else "combinational"
    code_fact = (
        f"`{op}` selects the operation: {listing}.",
        f"The codes of `{op}` are: {listing}.",
    )
    other = " Other codes: 0." if count < 1 << size else ""
    description = tell(
        draw,
        title=f"{width}-bit ALU with {count} operations",
        terse=f"{width}-bit ALU, {kind} outputs{f' (updated if {en})' * bool(en)}. {op}: {plain}."
        f"{other} "
        + " ".join(said[f] for f in flags).replace("`", "")
        + (" " + clock_words(c, "zeroes the outputs") if c else ""),
        opening=(
            f"Write the arithmetic-logic unit of {an(width)} processor.",
            f"Design an ALU for {width}-bit operands.",
            f"A small ALU with {count} operations is needed.",
        ),
        facts=(code_fact, *facts),
        exhibits=(
            exhibit(
                draw,
                "truth table",
                (
                    f"Design the ALU whose operations are listed below; `{op}` selects one.",
                    f"The table gives the result of an ALU for each code of `{op}`.",
                ),
                facts,
                _table(codes, chosen, size, a, b),
            ),
        ),
    )
    used = [n for n in names.values() if n in {names[f] for f in flags}]
    ports = [p for p in ports if p.name not in names.values() or p.name in used]
    ones = (1 << width) - 1
    half = 1 << (width - 1)
    corner = (
        (0, 0),
        (ones, 1),
        (half, 1),
        (half - 1, 1),
        (half, ones),
        (1, ones),
        (5, 5),
        (ones, ones),
    )
    directed = [{op: k, a: x, b: y, en: 1} for k in codes for x, y in corner]
    for k in codes:
        directed += [{op: k, a: x, b: x, en: 1} for x in (draw.bits(width), half)]
    choices = (
        ("operations", [o.mnemonic for o in chosen]),
        ("codes", codes),
        ("width", (width, size)),
        ("flags", flags),
        ("registered", (registered, bool(en))),
    )
    own, marks = [o.mnemonic for o in chosen], {f: names[f] for f in flags}
    draw.tell(*told.alu(draw.teller(), c, (a, b, op, out, en), codes, own, size, marks))
    return draw.design(
        ALU,
        module=draw.module("alu", "alu_unit", f"alu{width}"),
        ports=ports,
        body="\n".join(lines),
        description=description,
        stimulus=sequential(draw, ports, c, directed=directed, random_rows=110)
        if c
        else combinational(draw, ports, directed=directed, random_rows=150),
        choices=choices,
        clocking=c,
    )


def _register_file(draw: Draw) -> Design:
    """Number and width of registers, a zero register, four operations, an immediate."""
    c = draw.clocking()
    size = draw.choice((1, 2, 2, 2, 3, 3))
    count, width = 1 << size, draw.choice((4, 5, 8, 8, 8, 10, 16, 16))
    zero = draw.chance(0.4) and size > 1
    op_bits = draw.choice((1, 2, 2, 3))
    immediate = op_bits == 1 or draw.chance(0.5)
    by_name = {operation.mnemonic: operation for operation in OPERATIONS}
    seeds = ("ADD", "SUB", "XOR", "PASS", "OR") if immediate else ("INC", "DEC")
    chosen = [by_name[draw.choice(seeds)]]
    if not immediate:
        chosen.append(by_name[draw.choice(("ADD", "SUB", "SHL", "RSB"))])
    chosen += [o for o in draw.shuffled(OPERATIONS) if o not in chosen]
    chosen = draw.shuffled(chosen[: 1 << op_bits])
    codes = list(range(1 << op_bits))
    we, op = draw.name("we", "write", "reg_write"), draw.name("op", "func", "alu_op")
    rd, rs, rt = draw.name("rd", "waddr"), draw.name("rs", "raddr1"), draw.name("rt", "raddr2")
    imm, use = draw.name("imm", "constant"), draw.name("use_imm", "alu_src", "imm_en")
    out = draw.name("result", "alu_out", "value")
    ports = [
        *c.ports,
        port(we, "input", 1, "store the result"),
        port(op, "input", op_bits, "operation"),
        port(rd, "input", size, "register written"),
        port(rs, "input", size, "register of the first operand"),
        port(rt, "input", size, "register of the second operand"),
    ]
    if immediate:
        ports.append(port(use, "input", 1, "the second operand is the immediate"))
        ports.append(port(imm, "input", width, "immediate"))
    ports.append(port(out, "output", width, "result of the operation"))
    regs, i = draw.name("regs", "rf"), draw.name("i", "k")
    x, y = draw.name("x", "op1"), draw.name("y", "op2")

    second = f"{use} ? {imm} : " if immediate else ""
    lines = [
        f"  reg {span(width)}{regs} [0:{count - 1}];\n  integer {i};",
        f"  wire {span(width)}{x} = {regs}[{rs}];",
        f"  wire {span(width)}{y} = {second}{regs}[{rt}];",
        f"  always @(*) begin\n    case ({op})",
    ]
    for code, operation in zip(codes, chosen, strict=True):
        label = bin_lit(op_bits, code) if code + 1 < len(codes) else "default"
        lines.append(f"      {label}: {out} = {operation.verilog.format(a=x, b=y)};")
    lines.append("    endcase\n  end")
    guard = f"{we} && {rd} != 0" if zero else we
    lines.append(
        c.always(
            f"for ({i} = 0; {i} < {count}; {i} = {i} + 1) {regs}[{i}] <= 0;",
            f"if ({guard}) {regs}[{rd}] <= {out};",
        )
    )
    listing = _listed(codes, chosen, op_bits, "x", "y")
    ys = f"register `{rt}`, or `{imm}` if `{use}` is 1" if immediate else f"register `{rt}`"
    facts: tuple[Fact, ...] = (
        (
            f"There are {count} registers of {width} bits, numbered from 0.",
            f"The register file has {count} words of {width} bits.",
        ),
        "Register 0 is always 0: writes to it are ignored." * zero,
        (
            f"The operands are x, the contents of register `{rs}`, and y, the contents of {ys}; "
            f"both are read combinationally.",
            f"Let x be register `{rs}` and y be {ys} (read without a clock).",
        ),
        (
            f"If `{we}` is 1 at the clock edge, `{out}` is written to register `{rd}`; reads see "
            f"it from then on.",
            f"At a clock edge with `{we}` = 1, register `{rd}` takes `{out}`.",
        ),
        *clocked(draw, c, "sets all registers to 0"),
    )
    law = (
        f"`{out}` is combinational and depends on `{op}`: {listing}; results are cut to {width} "
        f"bits."
    )
    last = f"`{out}` is combinational, cut to {width} bits; its value by `{op}`:"
    own = (we, op, rd, rs, rt, use * immediate, imm, out)
    draw.tell(*told.register_file(draw.teller(), c, own, [o.mnemonic for o in chosen], count, zero))
    return draw.design(
        REGISTER_FILE,
        module=draw.module("datapath", "regfile_alu", "mini_datapath"),
        ports=ports,
        body="\n".join(lines),
        description=tell(
            draw,
            title=f"datapath of {count} registers and an ALU, {width} bits",
            terse=f"{count} x {width}-bit registers; x = reg[{rs}], y = "
            + (f"{use} ? {imm} : " if immediate else "")
            + f"reg[{rt}]. {out} (combinational) by {op}: {listing}. If {we}: reg[{rd}] <= {out}"
            + " (register 0 stays 0)" * zero
            + ". "
            + clock_words(c, "zeroes all registers"),
            opening=(
                "Write the heart of a small processor: registers and an arithmetic unit.",
                "Design a datapath in which the result of an operation on two registers is "
                "written back to a third.",
                "A register file feeds an ALU, whose result can be written back.",
            ),
            facts=(*facts[:3], law, *facts[3:]),
            exhibits=(
                exhibit(
                    draw,
                    "truth table",
                    "Design a datapath of a register file and an ALU.",
                    facts,
                    _table(codes, chosen, op_bits, "x", "y"),
                    last,
                ),
            ),
        ),
        stimulus=sequential(
            draw,
            ports,
            c,
            directed=[
                {we: 1, rd: k % count, op: codes[-1], use: 1, imm: draw.bits(width)}
                for k in range(count)
            ],
            random_rows=240,
            chances={we: 0.75},
            reset_chance=0.008,
        ),
        choices=(
            ("operations", [o.mnemonic for o in chosen]),
            ("size", (size, width)),
            ("zero", zero),
            ("immediate", immediate),
        ),
        clocking=c,
    )


ALU = Family("alu_with_flags", Tier.EXPERT, _alu)
REGISTER_FILE = Family("register_file_datapath", Tier.EXPERT, _register_file)

FAMILIES = (ALU, REGISTER_FILE)
