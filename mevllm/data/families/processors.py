"""Small processors: an accumulator machine, a stack machine, a program counter unit."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.telling import (
    Fact,
    bin_lit,
    bits_for,
    clock_words,
    clocked,
    exhibit,
    lit,
    span,
    tell,
)
from mevllm.data.families.told import processors as told
from mevllm.data.stimulus import Row, sequential
from mevllm.tiers import Tier

_ACCUMULATE = {
    "LDI": ("{acc} <= {arg};", "acc takes n"),
    "ADI": ("{acc} <= {acc} + {arg};", "acc takes acc + n"),
    "SBI": ("{acc} <= {acc} - {arg};", "acc takes acc - n"),
    "XRI": ("{acc} <= {acc} ^ {arg};", "acc takes acc XOR n"),
    "ANI": ("{acc} <= {acc} & {arg};", "acc takes acc AND n"),
    "SHL": ("{acc} <= {acc} << 1;", "acc shifts left by one, 0 entering"),
    "SHR": ("{acc} <= {acc} >> 1;", "acc shifts right by one, 0 entering"),
    "INV": ("{acc} <= ~{acc};", "acc takes its bitwise complement"),
    "STA": ("{mem}[{adr}] <= {acc};", "memory word m takes acc"),
    "LDA": ("{acc} <= {mem}[{adr}];", "acc takes memory word m"),
    "ADA": ("{acc} <= {acc} + {mem}[{adr}];", "acc takes acc + memory word m"),
    "SBA": ("{acc} <= {acc} - {mem}[{adr}];", "acc takes acc - memory word m"),
    "JMP": ("{pc} <= {arg};", "jump to n"),
    "JZ": ("if ({acc} == 0) {pc} <= {arg};", "jump to n if acc (before) is 0"),
    "JNZ": ("if ({acc} != 0) {pc} <= {arg};", "jump to n if acc (before) is not 0"),
    "OUT": ("{out} <= {acc};", "the output register takes acc"),
}


def _opcode_table(codes: dict[str, int], words: dict[str, str], size: int) -> tuple[str, str]:
    """The instructions as a Markdown table and as one sentence."""
    order = sorted(codes, key=lambda m: codes[m])
    rows = [f"| {codes[m]:0{size}b} | {m} | {words[m]} |" for m in order]
    table = "\n".join(("| code | name | effect |", "|---|---|---|", *rows))
    return table, "; ".join(f"{codes[m]:0{size}b} {m}: {words[m]}" for m in order)


def _accumulator(draw: Draw) -> Design:
    """Instructions and their codes, widths, a data memory, an output register."""
    c = draw.clocking()
    width = draw.choice((4, 5, 6, 8, 8, 8, 12))
    memory = draw.chance(0.7)
    output = draw.chance(0.4)
    words = 1 << draw.choice((1, 2, 2, 3))
    names = ["LDI", draw.choice(("ADI", "SBI")), draw.choice(("JMP", "JZ", "JNZ"))]
    names += ["STA", draw.choice(("LDA", "ADA", "SBA"))] if memory else []
    names += ["OUT"] if output else []
    spare = [m for m in _ACCUMULATE if m not in (*names, "STA", "LDA", "ADA", "SBA", "OUT")]
    names += draw.shuffled(spare)[: draw.int(1, 3)]
    size = bits_for(len(names) + 1)
    numbers = draw.shuffled(range(1 << size))[: len(names)]
    codes = dict(zip(draw.shuffled(names), numbers, strict=True))
    instr, run = draw.name("instr", "instruction", "ir", "code"), draw.name("run", "step", "enable")
    pc, acc = draw.name("pc", "address", "iaddr"), draw.name("acc", "accumulator", "acc_o")
    out = draw.name("out", "port_o", "result") if output else ""
    total = size + width
    ports = [
        *c.ports,
        port(run, "input", 1, "1 lets the processor execute"),
        port(instr, "input", total, "instruction at the address pc"),
        port(pc, "output", width, "program counter"),
        port(acc, "output", width, "accumulator"),
    ]
    if output:
        ports.append(port(out, "output", width, "output register"))
    mem, i = draw.name("mem", "ram"), draw.name("i", "k")
    op, arg = draw.name("op", "opcode"), draw.name("arg", "n")
    a = bits_for(words)
    used = {"acc": acc, "arg": arg, "mem": mem, "adr": f"{arg}[{a - 1}:0]", "pc": pc, "out": out}
    lines = [
        f"  wire {span(size)}{op} = {instr}[{total - 1}:{width}];",
        f"  wire {span(width)}{arg} = {instr}[{width - 1}:0];",
    ]
    clear = f"{pc} <= 0;\n{acc} <= 0;" + (f"\n{out} <= 0;" if output else "")
    if memory:
        lines.insert(0, f"  reg {span(width)}{mem} [0:{words - 1}];\n  integer {i};")
        clear += f"\nfor ({i} = 0; {i} < {words}; {i} = {i} + 1) {mem}[{i}] <= 0;"
    cases = "\n".join(
        f"    {bin_lit(size, codes[m])}: {_ACCUMULATE[m][0].format(**used)}" for m in codes
    )
    work = f"if ({run}) begin\n  {pc} <= {pc} + 1'b1;\n  case ({op})\n{cases}\n"
    work += "    default: ;\n  endcase\nend"
    effects = {
        m: _ACCUMULATE[m][1].replace("acc", f"`{acc}`").replace("the output register", f"`{out}`")
        for m in codes
    }
    table, listing = _opcode_table(codes, effects, size)
    memory_fact = (
        f"There is a data memory of {words} words of {width} bits; m is the low {a} "
        f"bit{'s' if a > 1 else ''} of the operand n."
    ) * memory
    facts: tuple[Fact, ...] = (
        (
            f"At every clock edge with `{run}` = 1 one instruction, `{instr}`, is executed; with "
            f"`{run}` = 0 nothing changes.",
            f"`{run}` = 1 at a clock edge executes the instruction at `{instr}`; otherwise "
            f"everything holds.",
        ),
        (
            f"`{instr}[{total - 1}:{width}]` is the operation code and `{instr}[{width - 1}:0]` "
            f"the operand n.",
            f"An instruction consists of a {size}-bit code (upper bits) and an operand n of "
            f"{width} bits (lower bits).",
        ),
        memory_fact,
        (
            f"`{pc}` increments (modulo {1 << width}) with every instruction, except for a jump "
            f"that is taken, which loads n.",
            f"Every instruction adds 1 to the {width}-bit `{pc}`, which wraps; a jump that is "
            f"taken sets `{pc}` to n instead.",
        ),
        "A code that is not listed only increments the program counter.",
        *clocked(
            draw,
            c,
            f"sets `{pc}`, `{acc}`" + f", `{out}`" * output + f"{' and the memory' * memory} to 0",
        ),
    )
    load = codes["LDI"]
    rows: list[Row] = []
    for _ in range(4):
        rows.append({run: 1, instr: load << width | draw.bits(width)})
        rows += [
            {run: 1, instr: codes[m] << width | draw.bits(width)} for m in draw.shuffled(names)
        ]
    for value in [draw.bits(width) for _ in range(5)] * output:
        rows += [
            {run: 1, instr: load << width | value},
            {run: 1, instr: codes["OUT"] << width},
        ]
    rows += [{run: 1, instr: load << width}] + [
        {run: 1, instr: codes[m] << width | draw.bits(width)} for m in ("JZ", "JNZ") if m in codes
    ]
    own = (run, instr, pc, acc, out)
    draw.tell(
        *told.accumulator(draw.teller(), c, own, codes, (size, width), words if memory else 0)
    )
    return draw.design(
        ACCUMULATOR,
        module=draw.module("accumulator_cpu", "tiny_cpu", "processor", "mcu"),
        ports=ports,
        body="\n".join(lines) + "\n" + c.always(clear, work),
        description=tell(
            draw,
            title=f"accumulator machine with {len(names)} instructions and {width}-bit data",
            terse=f"Accumulator CPU: at edges with {run} = 1 executes {instr} = "
            f"{{{size}-bit code, {width}-bit n}}: {listing}. ".replace("`", "")
            + memory_fact.replace("`", "")
            + " " * memory
            + f"{pc} increments unless a jump is taken; other codes do nothing else. "
            + clock_words(c, "zeroes all state"),
            opening=(
                "Write a small processor with a single accumulator.",
                "Design the core of an accumulator machine; its program memory is outside and "
                "answers within the same cycle.",
                f"A tiny {width}-bit controller executes one instruction a clock cycle.",
            ),
            facts=(*facts[:2], f"The instructions are: {listing}.", *facts[2:]),
            exhibits=(
                exhibit(
                    draw,
                    "truth table",
                    "Design a small processor with the instructions listed below.",
                    facts,
                    table.replace("`", ""),
                ),
            ),
        ),
        stimulus=sequential(
            draw,
            ports,
            c,
            directed=rows,
            random_rows=240,
            chances={run: 0.9},
            reset_chance=0.008,
        ),
        choices=(
            ("codes", sorted(codes.items())),
            ("width", width),
            ("memory", words if memory else 0),
        ),
        clocking=c,
    )


_STACK = {
    "ADD": (2, "{nxt} + {tos}", "replaces the two top words x (below) and y (top) by x + y"),
    "SUB": (2, "{nxt} - {tos}", "replaces the two top words x (below) and y (top) by x - y"),
    "AND": (2, "{nxt} & {tos}", "replaces the two top words x (below) and y (top) by x AND y"),
    "XOR": (2, "{nxt} ^ {tos}", "replaces the two top words x (below) and y (top) by x XOR y"),
    "DROP": (-1, "", "removes the top word"),
    "DUP": (1, "{tos}", "pushes a copy of the top word"),
    "OVER": (3, "{nxt}", "pushes a copy of the word below the top"),
    "INV": (0, "~{tos}", "complements the top word bitwise"),
    "INC": (0, "{tos} + 1'b1", "adds 1 to the top word"),
    "SWAP": (4, "", "exchanges the two top words"),
}
"""Kind of stack effect, new top, words."""


def _stack(draw: Draw) -> Design:
    """Depth, width, operations and codes, what an error does."""
    c = draw.clocking()
    width, depth = draw.choice((3, 4, 4, 6, 8, 8, 12, 16)), draw.choice((3, 4, 4, 5, 6, 8))
    names = [draw.choice(("ADD", "SUB", "XOR")), draw.choice(("DROP", "AND"))]
    names += [m for m in draw.shuffled(list(_STACK)) if m not in names][: draw.int(2, 4)]
    names = ["PUSH", *names]
    size = bits_for(len(names) + 1)
    numbers = draw.shuffled(range(1 << size))[: len(names)]
    codes = dict(zip(names, numbers, strict=True))
    sticky = draw.chance(0.5)
    en, op = draw.name("enable", "exec"), draw.name("op", "opcode", "cmd")
    data = draw.name("data", "imm", "literal")
    tos, used = draw.name("tos", "top"), draw.name("depth", "level", "used")
    err = draw.name("error", "fault", "err")
    n = bits_for(depth + 1)
    ports = [
        *c.ports,
        port(en, "input", 1, "execute"),
        port(op, "input", size, "operation"),
        port(data, "input", width, "word for PUSH"),
        port(tos, "output", width, "top of the stack"),
        port(used, "output", n, "number of words stored"),
        port(err, "output", 1, "an operation was refused"),
    ]
    st, nxt, ok = draw.name("st", "stack"), draw.name("nxt", "below"), draw.name("ok", "legal")
    after, delta = draw.name("after", "next_st"), draw.name("next_n", "next_used")
    w, bits = width, depth * width
    lines = [
        f"  reg {span(bits)}{st}, {after};\n  reg {span(n)}{delta};\n  reg {ok};",
        f"  assign {tos} = {st}[{w - 1}:0];",
        f"  wire {span(w)}{nxt} = {st}[{2 * w - 1}:{w}];",
        f"  always @(*) begin\n    {after} = {st};\n    {delta} = {used};\n    {ok} = 1'b1;",
        f"    case ({op})",
    ]
    rest = f"{st}[{bits - 1}:{w}]"
    rest2 = f"{st}[{bits - 1}:{2 * w}]"
    room = f"({used} < {lit(n, depth)})"

    def has(count: int) -> str:
        return f"({used} >= {lit(n, count)})"

    needs = {"PUSH": "room for one more word"}
    for m in names:
        kind, top, _ = _STACK.get(m, (5, "", ""))
        value = top.format(tos=tos, nxt=nxt)
        kept = f"{st}[{bits - w - 1}:0]"
        if kind == 5:
            what = (room, f"{{{kept}, {data}}}", 1)
        elif kind == 2:
            narrow = f"{nxt} {top.split()[1]} {tos}"
            tail = f"{rest2}, " if depth > 2 else ""
            what = (has(2), f"{{{lit(w, 0)}, {tail}{narrow}}}", -1)
        elif kind == -1:
            what = (has(1), f"{{{lit(w, 0)}, {rest}}}", -1)
        elif kind in (1, 3):
            minimum = 1 if kind == 1 else 2
            what = (f"{has(minimum)} & {room}", f"{{{kept}, {value}}}", 1)
        elif kind == 0:
            what = (has(1), f"{{{rest}, {value}}}", 0)
        else:
            what = (has(2), f"{{{rest2}, {tos}, {nxt}}}", 0)
        needs.setdefault(
            m,
            {
                2: "two words",
                4: "two words",
                3: "two words and room for one more",
                1: "one word and room for one more",
            }.get(kind, "one word"),
        )
        change = {1: f"{delta} = {used} + 1'b1; ", -1: f"{delta} = {used} - 1'b1; ", 0: ""}[what[2]]
        lines.append(f"      {bin_lit(size, codes[m])}: begin")
        lines.append(f"        {ok} = {what[0]};\n        {change}{after} = {what[1]};\n      end")
    lines.append("      default: ;\n    endcase\n  end")
    work = (
        f"if ({en}) begin\n  if ({ok}) begin\n    {st} <= {after};\n    {used} <= {delta};\n  end\n"
    )
    work += f"  {err} <= {f'{err} | ' if sticky else ''}~{ok};\nend"
    words = {m: _STACK[m][2] if m in _STACK else f"pushes `{data}`" for m in names}
    words = {m: f"{words[m]} (needs {needs[m]})" for m in names}
    table, listing = _opcode_table(codes, words, size)
    facts: tuple[Fact, ...] = (
        (
            f"The stack has room for {depth} words of {width} bits; results wrap modulo 2^{width}.",
            f"Up to {depth} words of {width} bits fit on the stack; arithmetic is modulo "
            f"2^{width}.",
        ),
        (
            f"An operation is executed at each clock edge with `{en}` = 1; with `{en}` = 0 nothing "
            f"changes.",
            f"`{en}` = 1 at the clock edge executes `{op}`; otherwise all registers hold.",
        ),
        (
            f"An operation whose need is not met changes neither the stack nor `{used}`. `{err}` "
            + (
                "is then set and stays 1 until reset."
                if sticky
                else "is then 1, and 0 after an operation that is carried out; it holds while "
                f"`{en}` is 0."
            )
        ),
        "Codes that are not listed do nothing and count as carried out.",
        (
            f"`{tos}` always shows the top word (0 when the stack is empty), `{used}` the number "
            f"of words; both come directly from registers.",
            f"`{tos}` = the top word, or 0 for an empty stack; `{used}` = the number of words "
            f"stored.",
        ),
        *clocked(draw, c, f"empties the stack and clears `{err}`"),
    )
    rows: list[Row] = []
    for _ in range(2):
        rows += [{en: 1, op: codes["PUSH"], data: draw.bits(width)} for _ in range(depth + 1)]
        rows += [{en: 1, op: codes[m], data: draw.bits(width)} for m in draw.shuffled(names)]
        rows += [{en: 1, op: codes[m]} for m in names[1:3] for _ in range(depth + 1)]
    for _ in range(90):
        m = draw.choice(("PUSH", "PUSH", *names))
        rows.append({en: int(draw.chance(0.9)), op: codes[m], data: draw.bits(width)})
    return draw.design(
        STACK,
        module=draw.module("stack_machine", "rpn", "stack_alu"),
        ports=ports,
        body="\n".join(lines) + "\n" + c.always(f"{st} <= 0;\n{used} <= 0;\n{err} <= 1'b0;", work),
        description=tell(
            draw,
            title=f"stack machine for {width}-bit words, {depth} deep",
            terse=f"Stack machine, {depth} x {width} bits; at edges with {en} = 1 executes {op}: "
            f"{listing}. ".replace("`", "")
            + f"An operation without its need does nothing; {err} "
            + ("is sticky. " if sticky else "= refused, updated by each executed edge. ")
            + f"{tos} = top or 0; {used} = words stored; other codes do nothing. "
            + clock_words(c, "empties it"),
            opening=(
                "Write a pocket calculator in reverse Polish notation as hardware.",
                "Design the execution unit of a stack machine.",
                "A small stack computer is wanted.",
            ),
            facts=(*facts[:2], f"The operations are: {listing}.", *facts[2:]),
            exhibits=(
                exhibit(
                    draw,
                    "truth table",
                    f"Design a stack machine; `{op}` selects one of the operations listed below.",
                    facts,
                    table.replace("`", ""),
                ),
            ),
        ),
        stimulus=sequential(draw, ports, c, directed=rows, random_rows=60, reset_chance=0.01),
        choices=(
            ("codes", sorted(codes.items())),
            ("size", (width, depth)),
            ("sticky", sticky),
        ),
        clocking=c,
    )


ACCUMULATOR = Family("accumulator_machine", Tier.EXPERT, _accumulator)
STACK = Family("stack_machine", Tier.EXPERT, _stack, held_out=True)

FAMILIES = (ACCUMULATOR, STACK)
