"""Registers between stages: valid/ready slices, stalled and flushed stages, width converters."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.telling import (
    an,
    bits_for,
    clock_words,
    clocked,
    hex_lit,
    lit,
    span,
    tell,
)
from mevllm.data.families.told import elastic as told
from mevllm.data.stimulus import sequential
from mevllm.tiers import Tier


def _slice(draw: Draw) -> Design:
    """One register with a combinational ready, one with a bubble, or two with a ready register."""
    c = draw.clocking()
    style = draw.choice(("full", "half", "skid"))
    width = draw.choice((1, 3, 4, 8, 8, 10, 12, 16, 24, 32, 64))
    key = draw.bits(width)
    change = draw.choice(("none", "none", "none", "plus", "invert", "xor"))
    count = draw.chance(0.25)
    vin, vout = draw.name("in_valid", "s_valid", "up_valid"), draw.name("out_valid", "m_valid")
    rin, rout = draw.name("in_ready", "s_ready", "up_ready"), draw.name("out_ready", "m_ready")
    din, dout = draw.name("in_data", "s_data", "din"), draw.name("out_data", "m_data", "dout")
    moved = draw.name("transfers", "moved", "words") if count else ""
    ports = [
        *c.ports,
        port(vin, "input", 1, "the sender offers a word"),
        port(din, "input", width, "the word offered"),
        port(rout, "input", 1, "the receiver accepts a word"),
        port(rin, "output", 1, "the slice accepts a word"),
        port(vout, "output", 1, "a word is offered to the receiver"),
        port(dout, "output", width, "the word offered to the receiver"),
    ]
    if count:
        ports.append(port(moved, "output", 4, "words delivered, modulo 16"))
    value, text = {
        "none": (din, f"`{din}`"),
        "plus": (f"{din} + {hex_lit(width, key)}", f"`{din}` + {key} modulo 2^{width}"),
        "invert": (f"~{din}", f"the bitwise complement of `{din}`"),
        "xor": (f"{din} ^ {hex_lit(width, key)}", f"`{din}` XOR {hex_lit(width, key)}"),
    }[change]
    clear = f"{vout} <= 1'b0;\n{dout} <= 0;"
    lines = []
    if style == "full":
        lines.append(f"  assign {rin} = ~{vout} | {rout};")
        work = f"if ({rin}) begin\n  {vout} <= {vin};\n  if ({vin}) {dout} <= {value};\nend"
    elif style == "half":
        lines.append(f"  assign {rin} = ~{vout};")
        work = f"if ({vout}) begin\n  if ({rout}) {vout} <= 1'b0;\nend else if ({vin}) begin\n"
        work += f"  {vout} <= 1'b1;\n  {dout} <= {value};\nend"
    else:
        spare, held = draw.name("spare", "skid"), draw.name("held", "skid_full")
        take = draw.name("take", "accept")
        lines += [
            f"  reg {span(width)}{spare};",
            f"  reg {held};",
            f"  wire {take} = {vin} & {rin};",
            f"  assign {rin} = ~{held};",
        ]
        clear += f"\n{spare} <= 0;\n{held} <= 1'b0;"
        work = f"""if (~{vout} | {rout}) begin
  {vout} <= {held} | {take};
  {held} <= 1'b0;
  if ({held}) {dout} <= {spare};
  else if ({take}) {dout} <= {value};
end else if ({take}) begin
  {spare} <= {value};
  {held} <= 1'b1;
end"""
    if count:
        clear += f"\n{moved} <= 0;"
        work += f"\nif ({vout} & {rout}) {moved} <= {moved} + 1'b1;"
    rule = {
        "full": (
            f"There is one register. `{rin}` is combinational: 1 when the register is empty "
            f"(`{vout}` = 0) or is being emptied at this edge (`{rout}` = 1), so a word can move "
            f"in every cycle.",
            f"`{rin}` = NOT `{vout}` OR `{rout}`; the slice has a single register and full "
            f"throughput.",
        ),
        "half": (
            f"There is one register, and `{rin}` is simply the complement of `{vout}`: a new word "
            f"is only accepted after the old one has left, so at best every second cycle.",
            f"`{rin}` = NOT `{vout}`; the single register is emptied before it is filled again.",
        ),
        "skid": (
            f"There are two registers: the output register and a spare one. `{rin}` is 1 as long "
            f"as the spare register is empty, and so depends on registers only. A word accepted "
            f"while the output register is occupied and not being taken goes to the spare one; "
            f"when the output register is free or is being taken at an edge, it is reloaded from "
            f"the spare register first.",
            f"It is a skid buffer: no combinational path leads from `{rout}` to `{rin}`. `{rin}` "
            f"is 1 unless the spare register holds a word. A word goes to the output register if "
            f"that is empty or emptied at this edge, else to the spare one, which is passed on to "
            f"the output register when the receiver takes a word.",
        ),
    }[style]
    short = {
        "full": f"One register, {rin} = ~{vout} | {rout} (combinational)",
        "half": f"One register, {rin} = ~{vout}",
        "skid": f"Skid buffer: output register plus spare register, {rin} = spare empty",
    }[style]
    name = {"full": "register slice", "half": "half-rate register slice", "skid": "skid buffer"}
    own = (vin, rin, din, vout, rout, dout, moved)
    draw.tell(*told.slice_(draw.teller(), c, own, style, change, key))
    return draw.design(
        SLICE,
        module=draw.module("reg_slice", "pipe_stage", "skid_buffer", "handshake_reg"),
        ports=ports,
        body="\n".join(lines) + "\n" + c.always(clear, work),
        description=tell(
            draw,
            title=f"{width}-bit valid/ready {name[style]}",
            terse=f"Valid/ready {name[style]}. {short}. A word moves where valid and ready are 1. "
            + (f"It is stored as {text.replace('`', '')}. " if change != "none" else "")
            + f"{vout} and {dout} are registers; {dout} holds unless loaded. "
            + f"{moved} counts words delivered. " * count
            + clock_words(c, "empties it and zeroes the outputs"),
            opening=(
                "A long path between two blocks with a valid/ready handshake has to be cut.",
                f"Write a {name[style]} for a stream of {width}-bit words.",
                "Design one stage of an elastic pipeline.",
            ),
            facts=(
                (
                    f"A word is accepted at a clock edge where `{vin}` and `{rin}` are 1, and "
                    f"delivered at an edge where `{vout}` and `{rout}` are 1.",
                    f"Both sides use valid/ready: a word is transferred at each clock edge where "
                    f"both signals of that side (`{vin}`/`{rin}`, `{vout}`/`{rout}`) are 1.",
                ),
                rule,
                f"What is stored is {text}." if change != "none" else "",
                (
                    f"`{vout}` and `{dout}` are registers; `{dout}` changes only when a word is "
                    f"put into it, and keeps its value when it becomes empty.",
                    f"The outputs `{vout}` and `{dout}` come from registers. An empty register "
                    f"keeps showing the last word at `{dout}`.",
                ),
                f"`{moved}` counts the words delivered, wrapping from 15 to 0." * count,
                *clocked(draw, c, "empties the stage and clears its outputs"),
            ),
        ),
        stimulus=sequential(
            draw, ports, c, random_rows=200, chances={vin: 0.65, rout: 0.55}, reset_chance=0.015
        ),
        choices=(
            ("style", style),
            ("width", width),
            ("change", (change, key if change in ("plus", "xor") else 0)),
            ("count", count),
        ),
        clocking=c,
    )


def _stage(draw: Draw) -> Design:
    """The register between two stages of a processor: fields, stall, flush and their priority."""
    c = draw.clocking()
    pool = {
        "instr": (("instr", "inst", "ir"), (16, 32), "instruction"),
        "pc": (("pc", "addr"), (8, 16, 32), "address of the instruction"),
        "rd": (("rd", "dest"), (3, 4, 5), "destination register"),
        "imm": (("imm", "operand"), (8, 12, 16), "immediate"),
        "we": (("we", "reg_write"), (1,), "write enable"),
    }
    keys = draw.shuffled(list(pool))[: draw.int(2, 4)]
    flush_first = draw.chance(0.6)
    partial = draw.chance(0.4)
    stall, flush = draw.name("stall", "hold", "freeze"), draw.name("flush", "kill", "squash")
    vin, vout = draw.name("valid_in", "in_valid", "valid_i"), draw.name("valid_out", "valid_o")
    fields = []
    for key in keys:
        name, widths, meaning = draw.name(*pool[key][0]), draw.choice(pool[key][1]), pool[key][2]
        bubble = draw.choice((0, draw.bits(min(widths, 6)))) if widths > 1 and key != "pc" else 0
        keep = partial and key == "pc"
        fields.append((f"{name}_in", f"{name}_out", widths, meaning, bubble, keep))
    ports = [*c.ports, port(stall, "input", 1, "keep"), port(flush, "input", 1, "insert a bubble")]
    ports.append(port(vin, "input", 1, "the stage before has an instruction"))
    ports += [port(i, "input", w, meaning) for i, _, w, meaning, _, _ in fields]
    ports.append(port(vout, "output", 1, "the stage after has an instruction"))
    ports += [port(o, "output", w, meaning) for _, o, w, meaning, _, _ in fields]
    bubble_text = "\n".join(
        [f"{vout} <= 1'b0;", *(f"{o} <= {hex_lit(w, b)};" for _, o, w, _, b, _ in fields)]
    )
    flushed = "\n".join(
        [
            f"{vout} <= 1'b0;",
            *(f"{o} <= {i if k else hex_lit(w, b)};" for i, o, w, _, b, k in fields),
        ]
    )
    passed = "\n".join([f"{vout} <= {vin};", *(f"{o} <= {i};" for i, o, _, _, _, _ in fields)])

    def pad(text: str) -> str:
        return "\n".join(f"  {line}" for line in text.split("\n"))

    if flush_first:
        work = (
            f"if ({flush}) begin\n{pad(flushed)}\nend else if (!{stall}) begin\n{pad(passed)}\nend"
        )
    else:
        work = f"if (!{stall}) begin\n  if ({flush}) begin\n{pad(pad(flushed))}\n"
        work += f"  end else begin\n{pad(pad(passed))}\n  end\nend"
    listed = ", ".join(f"`{o}` = {b}" for _, o, w, _, b, k in fields if not k)
    kept = [(i, o) for i, o, _, _, _, k in fields if k]
    still = f"; `{kept[0][1]}` still takes `{kept[0][0]}`" if kept else ""
    pairs = ", ".join(f"`{o}` takes `{i}`" for i, o, _, _, _, _ in fields)
    reset_values = ", ".join(f"`{o}` = {b}" for _, o, _, _, b, _ in fields)
    first = (flush, stall) if flush_first else (stall, flush)
    own, kinds = (stall, flush, vin, vout), [(i, o, b, k) for i, o, _, _, b, k in fields]
    draw.tell(*told.stage(draw.teller(), c, own, kinds, flush_first))
    return draw.design(
        STAGE,
        module=draw.module("pipe_reg", "id_ex", "stage_register"),
        ports=ports,
        body=c.always(bubble_text, work),
        description=tell(
            draw,
            title="pipeline register with stall and flush",
            terse=f"Pipeline register: each *_out takes its *_in. {stall} = 1 holds all; {flush} "
            f"= 1 "
            f"loads a bubble: {vout} = 0, {listed}{still}".replace("`", "")
            + f". {first[0]} has priority over {first[1]}. "
            + clock_words(c, f"{vout} = 0, {reset_values}".replace("`", "")),
            opening=(
                "Write the register between two stages of a pipelined processor.",
                "A pipeline register is wanted that can be stalled and flushed.",
                "Design a pipeline stage register for a small CPU.",
            ),
            facts=(
                (
                    f"Normally each clock edge moves everything on: `{vout}` takes `{vin}`, "
                    f"{pairs}.",
                    f"At a clock edge without stall or flush, {pairs}, and `{vout}` takes `{vin}`.",
                ),
                f"With `{stall}` = 1 all outputs keep their values.",
                (
                    f"With `{flush}` = 1 a bubble is loaded: `{vout}` = 0, {listed}{still}.",
                    f"`{flush}` = 1 replaces the contents by a bubble, which is `{vout}` = 0, "
                    f"{listed}{still}.",
                ),
                (
                    f"If `{stall}` and `{flush}` are both 1, `{first[0]}` wins.",
                    f"`{first[0]}` has priority over `{first[1]}`.",
                ),
                *clocked(draw, c, f"sets `{vout}` to 0 and {reset_values}"),
            ),
        ),
        stimulus=sequential(
            draw, ports, c, random_rows=160, chances={stall: 0.3, flush: 0.25}, reset_chance=0.03
        ),
        choices=(
            ("fields", [(k, f[2], f[4], f[5]) for k, f in zip(keys, fields, strict=True)]),
            ("flush first", flush_first),
        ),
        clocking=c,
    )


def _widen(draw: Draw) -> Design:
    """Several narrow words joined to a wide one: order, count, a flush of a partial word."""
    c = draw.clocking()
    count = draw.choice((2, 2, 2, 3, 4, 4))
    width = draw.choice((2, 4, 4, 5, 8, 8, 8, 12, 16))
    first_high, ends, counted = draw.chance(0.5), draw.chance(0.35), draw.chance(0.3)
    total = count * width
    din, vin = draw.name("data_in", "din", "in_data"), draw.name("valid_in", "in_valid", "wr")
    last = draw.name("last", "flush", "eop") if ends else ""
    dout, vout = draw.name("data_out", "dout", "out_data"), draw.name("valid_out", "out_valid")
    pending = draw.name("pending", "stored", "fill") if counted else ""
    n = bits_for(count)
    ports = [*c.ports, port(vin, "input", 1, "data_in counts" if not ends else "the word counts")]
    ports.append(port(din, "input", width, "narrow word"))
    if ends:
        ports.append(
            port(last, "input", 1, "the last narrow word, even if the wide one is partial")
        )
    ports += [
        port(vout, "output", 1, "pulse: new wide word"),
        port(dout, "output", total, "wide word"),
    ]
    if counted:
        ports.append(port(pending, "output", n, "narrow words collected so far"))
    cnt = pending or draw.name("cnt", "have")
    acc, now, done = (
        draw.name("acc", "buffer"),
        draw.name("joined", "merged"),
        draw.name("done", "hit"),
    )
    place = f"{lit(n, count - 1)} - {cnt}" if first_high else cnt
    lines = [f"  reg {span(total)}{acc}, {now};"]
    if not counted:
        lines.append(f"  reg {span(n)}{cnt};")
    full = f"({cnt} == {lit(n, count - 1)})"
    lines.append(f"  wire {done} = {vin} & {f'({full} | {last})' if ends else full};")
    lines.append(
        f"  always @(*) begin\n    {now} = {acc};\n"
        f"    {now}[({place}) * {width} +: {width}] = {din};\n  end"
    )
    clear = f"{acc} <= 0;\n{cnt} <= 0;\n{vout} <= 1'b0;\n{dout} <= 0;"
    work = (
        f"{vout} <= {done};\nif ({done}) begin\n  {dout} <= {now};\n  {acc} <= 0;\n  {cnt} <= 0;\n"
    )
    work += f"end else if ({vin}) begin\n  {acc} <= {now};\n  {cnt} <= {cnt} + 1'b1;\nend"
    where = "most" if first_high else "least"
    words = [draw.bits(width) for _ in range(count)]
    digits = (width + 3) // 4
    joined = words if first_high else words[::-1]
    value = 0
    for word in joined:
        value = value << width | word
    sample = ", ".join(f"{w:0{digits}x}" for w in words)
    own = (din, vin, last, dout, vout, pending)
    draw.tell(*told.widen(draw.teller(), c, own, count, width, first_high))
    return draw.design(
        WIDEN,
        module=draw.module("width_up", f"width_{width}to{total}", "packer", "gearbox"),
        ports=ports,
        body="\n".join(lines) + "\n" + c.always(clear, work),
        description=tell(
            draw,
            title=f"data width converter from {width} to {total} bits",
            terse=f"Joins {count} words of {width} bits ({din} at edges with {vin} = 1, the first "
            f"one {where} significant) to {dout}; {vout} pulses one cycle, registered, after the "
            f"last. "
            + f"{last} with {vin} ends the wide word early, missing parts 0. " * ends
            + f"{pending} = narrow words waiting. " * counted
            + clock_words(c, "clears everything"),
            opening=(
                f"{an(width).capitalize()} source feeds {an(total)} bus. Write the converter.",
                f"Design a width converter from {width} to {total} bits.",
                "Narrow words have to be packed into wide ones.",
            ),
            facts=(
                (
                    f"At a clock edge where `{vin}` is 1, `{din}` is taken; words need not follow "
                    f"each other immediately.",
                    f"`{din}` counts only at clock edges with `{vin}` = 1.",
                ),
                (
                    f"{count} narrow words make a wide one, the first of them in the {where} "
                    f"significant {width} bits.",
                    f"Every {count} words are joined; the first one received becomes the {where} "
                    f"significant part.",
                ),
                f"If `{last}` is 1 with a word taken, the wide word ends with it: parts not yet "
                f"received are 0, and the next word starts a new wide word." * ends,
                (
                    f"At the edge that takes the last narrow word, the register `{dout}` is loaded "
                    f"with the wide word and `{vout}` becomes 1 for one cycle; `{dout}` then "
                    f"holds.",
                    f"`{dout}` and `{vout}` are registers: the edge of the completing word loads "
                    f"`{dout}` and sets `{vout}` for exactly one cycle.",
                ),
                (
                    f"For example, the words {sample} (hexadecimal) give {value:x}."
                    if digits * 4 == width
                    else ""
                ),
                f"`{pending}` is the number of narrow words waiting to be joined." * counted,
                *clocked(draw, c, "forgets waiting words and sets all outputs to 0"),
            ),
        ),
        stimulus=sequential(
            draw, ports, c, random_rows=220, chances={vin: 0.75, last: 0.15}, reset_chance=0.01
        ),
        choices=(
            ("count", count),
            ("width", width),
            ("first high", first_high),
            ("more", (ends, counted)),
        ),
        clocking=c,
    )


SLICE = Family("handshake_slice", Tier.EXPERT, _slice)
STAGE = Family("stage_register", Tier.EXPERT, _stage)
WIDEN = Family("width_packer", Tier.EXPERT, _widen)

FAMILIES = (SLICE, STAGE, WIDEN)
