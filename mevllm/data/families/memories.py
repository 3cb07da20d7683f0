"""Memories: register files, RAM with one or two ports, ROM tables, memories loaded serially."""

from __future__ import annotations

from collections.abc import Mapping

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.phrases import (
    bits,
    build,
    gate,
    gated,
    literal,
    spoken,
)
from mevllm.data.families.told import memories as tellings
from mevllm.tiers import Tier

Rows = list[dict[str, int]]


def _filled(
    draw: Draw, address: str, data: str, depth: int, width: int, writes: Mapping[str, int]
) -> Rows:
    """Rows that write every word once, so that nothing unknown is read later."""
    return [
        {address: i, data: draw.bits(width), **writes} for i in draw.shuffled(list(range(depth)))
    ]


def _register_file(draw: Draw) -> Design:
    """One write port, one to three read ports, perhaps a zero register and a write bypass."""
    width = draw.choice((4, 8, 8, 16, 16, 32, 32, 64))
    a = draw.choice((2, 3, 3, 4, 4, 5))
    reads = draw.choice((1, 2, 2, 2, 3))
    zero_register = draw.chance(0.4)
    bypass = draw.chance(0.35)
    synchronous = draw.chance(0.2)
    clears = draw.chance(0.3) and a <= 4
    clocking = draw.clocking(reset=clears)
    style = draw.choice((("rs", "rd{}"), ("ra", "rd{}"), ("raddr", "rdata{}"), ("read", "out{}")))
    read_addresses = [draw.name(f"{style[0]}{i + 1}") for i in range(reads)]
    read_data = [draw.name(style[1].format(i + 1)) for i in range(reads)]
    we = draw.name("we", "wen", "write", "wr_en")
    wa, wd = draw.name("wa", "waddr", "rd", "write_reg"), draw.name("wd", "wdata", "write_data")
    mem = draw.name("mem", "regs", "rf", "bank")
    depth = 1 << a
    ports = [
        *clocking.ports,
        port(we, "input", 1, "write enable"),
        port(wa, "input", a, "register to write"),
        port(wd, "input", width, "value to write"),
        *(port(name, "input", a, "register to read") for name in read_addresses),
        *(port(name, "output", width, "value read") for name in read_data),
    ]
    zero, none = literal(width, 0), literal(a, 0)
    lines = [f"  reg {bits(width)}{mem} [0:{depth - 1}];"]
    condition = f"{we} && {wa} != {none}" if zero_register and bypass else we
    write = f"if ({condition}) {mem}[{wa}] <= {wd};"
    sides = []
    for address in read_addresses:
        side = f"{mem}[{address}]"
        if bypass:
            side = f"({we} && {wa} == {address}) ? {wd} : {side}"
        if zero_register:
            side = f"({address} == {none}) ? {zero} : {side}"
        sides.append(side)
    reading = "\n".join(f"{d} <= {s};" for d, s in zip(read_data, sides, strict=True))
    if clears:
        i = draw.name("i", "k", "n")
        lines.append(f"  integer {i};")
        on_reset = f"for ({i} = 0; {i} < {depth}; {i} = {i} + 1) {mem}[{i}] <= {zero};"
        if synchronous:
            on_reset += "".join(f"\n{d} <= {zero};" for d in read_data)
    else:
        on_reset = ""
    lines.append(clocking.always(on_reset, f"{write}\n{reading}" if synchronous else write))
    if not synchronous:
        lines += [f"  assign {d} = {s};" for d, s in zip(read_data, sides, strict=True)]
    pairs = ", ".join(f"`{d}` with `{r}`" for d, r in zip(read_data, read_addresses, strict=True))

    def rules() -> list[str]:
        return [
            draw.say(
                f"there are {depth} registers of {width} bits, numbered from 0.",
                f"the file holds {depth} words of {width} bits.",
            ),
            f"at a clock edge at which `{we}` is 1, `{wd}` is written to register `{wa}`.",
            (
                f"reading is synchronous: at every clock edge {_listed(read_data)} "
                f"{'takes' if reads == 1 else 'take'} the value of the register addressed "
                f"({pairs})."
                if synchronous
                else f"reading is combinational and always enabled ({pairs})."
            ),
            (
                f"a read of the register that is being written (`{we}` = 1 and equal addresses) "
                f"gives the new value `{wd}`"
                + (
                    "."
                    if synchronous
                    else " already before the clock edge, through a combinational bypass."
                )
                if bypass
                else "a read of the register that is being written gives the old value"
                + ("." if synchronous else " until the clock edge.")
            ),
            "register 0 always reads as 0, whatever is written to it"
            + (", also through the bypass." if bypass else ".")
            if zero_register
            else "",
        ]

    directed = _filled(draw, wa, wd, depth, width, {we: 1})
    for _ in range(24):
        word = draw.int(0, depth - 1)
        row = {name: draw.int(0, depth - 1) for name in read_addresses}
        row.update({name: word for name in read_addresses if draw.chance(0.6)})
        directed.append({we: draw.bits(1), wa: word, wd: draw.bits(width), **row})
    reading_ports = list(zip(read_addresses, read_data, strict=True))
    drawn = (zero_register, bypass, synchronous)
    spoken_of = (draw.teller(), clocking, (we, wa, wd), reading_ports, (depth, width), drawn)
    draw.tell(*tellings.register_file(*spoken_of))
    return build(
        draw,
        REGISTER_FILE,
        clocking,
        modules=("register_file", "regfile", "reg_bank"),
        ports=ports,
        body="\n".join(lines),
        title=f"register file of {depth} x {width} bits with {reads} read port{'s' * (reads > 1)}",
        terse=spoken(*rules()),
        intro=draw.say(
            f"Write a register file with one write port and {reads} read port{'s' * (reads > 1)}.",
            "A small processor needs its register file.",
            "",
        ),
        rules=rules,
        effect="clears all registers" + (" and the read outputs" if synchronous else ""),
        directed=directed,
        random_rows=120,
        chances={we: 0.6},
        reset_chance=0.01,
        choices={
            "width": width,
            "depth": depth,
            "reads": reads,
            "zero": zero_register,
            "bypass": bypass,
            "synchronous": synchronous,
            "clears": clears,
        },
    )


def _listed(names: list[str]) -> str:
    """`a`, `b` and `c`, each in backticks."""
    quoted = [f"`{n}`" for n in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _ram(draw: Draw) -> Design:
    """Single-port and simple dual-port RAM: read synchronously or not, in lanes."""
    dual = draw.chance(0.5)
    a = draw.choice((2, 3, 4, 4, 5))
    lanes = draw.choice((1, 1, 1, 2, 4))
    lane = draw.choice((4, 8, 8)) if lanes > 1 else draw.choice((1, 4, 5, 8, 8, 12, 16, 32))
    width = lane * lanes
    reading = draw.choice(("asynchronous", "read first", "read first", "write first"))
    if reading == "write first" and lanes > 1:
        reading = "read first"
    if reading == "write first" and not dual and draw.chance(0.4):
        reading = "no change"
    clocking = draw.clocking(reset=False)
    depth = (1 << a) if draw.chance(0.8) or lanes > 1 else (1 << a) - draw.int(1, (1 << a) // 2 - 1)
    enable = gate(draw, 0.35) if reading != "asynchronous" else None
    we = draw.name("we", "wr", "write_en", "wren")
    din, dout = (
        draw.name("din", "wdata", "d", "data_in"),
        draw.name("dout", "rdata", "q", "data_out"),
    )
    wa = draw.name("waddr", "wr_addr", "addr_w") if dual else draw.name("addr", "address", "adr")
    ra = draw.name("raddr", "rd_addr", "addr_r") if dual else wa
    strobes = draw.name("be", "byte_en", "wstrb", "lane_en") if lanes > 1 else ""
    mem = draw.name("mem", "ram", "store")
    ports = [
        *clocking.ports,
        *([enable.port] if enable else []),
        port(we, "input", 1, "write enable"),
        *([port(strobes, "input", lanes, "which parts are written")] if strobes else []),
        port(wa, "input", a, "address" if not dual else "write address"),
        *([port(ra, "input", a, "read address")] if dual else []),
        port(din, "input", width, "word to write"),
        port(dout, "output", width, "word read"),
    ]
    lines = [f"  reg {bits(width)}{mem} [0:{depth - 1}];"]
    if strobes:
        parts = []
        for i in range(lanes):
            part = f"[{lane * (i + 1) - 1}:{lane * i}]"
            parts.append(f"if ({we} && {strobes}[{i}]) {mem}[{wa}]{part} <= {din}{part};")
        write = "\n".join(parts)
    else:
        write = f"if ({we}) {mem}[{wa}] <= {din};"
    hit = f"{we} && {wa} == {ra}" if dual else we
    step = {
        "asynchronous": write,
        "read first": f"{write}\n{dout} <= {mem}[{ra}];",
        "write first": f"{write}\n{dout} <= ({hit}) ? {din} : {mem}[{ra}];"
        if dual
        else f"{write}\n{dout} <= {we} ? {din} : {mem}[{ra}];",
        "no change": f"if ({we}) {mem}[{wa}] <= {din};\nelse {dout} <= {mem}[{ra}];",
    }[reading]
    lines.append(clocking.always("", gated(enable, step)))
    if reading == "asynchronous":
        lines.append(f"  assign {dout} = {mem}[{ra}];")
    at = f"at a clock edge at which {enable.on}" if enable else "at every clock edge"
    told = {
        "asynchronous": f"reading is asynchronous: `{dout}` always shows the word at `{ra}`, as "
        "stored.",
        "read first": f"reading is synchronous: {at}, `{dout}` takes the word at `{ra}`; if that "
        "word is being written at the same edge, the old contents are read.",
        "write first": f"reading is synchronous: {at}, `{dout}` takes the word at `{ra}`; if that "
        f"word is being written at the same edge, the new value `{din}` is read.",
        "no change": f"reading is synchronous: {at} with `{we}` = 0, `{dout}` takes the word at "
        f"`{ra}`; at a write it keeps its value.",
    }[reading]

    def rules() -> list[str]:
        return [
            draw.say(
                f"the memory has {depth} words of {width} bit{'s' * (width > 1)}.",
                f"`{mem}` is an array of {depth} words, {width} bit{'s' * (width > 1)} each.",
            ),
            f"`{we}` = 1 writes `{din}` to address `{wa}` at the clock edge"
            + (
                f"; only those parts are written whose bit of `{strobes}` is 1: bit i stands for "
                f"the {lane} bits from {lane}*i up."
                if strobes
                else "."
            ),
            told,
            f"while {enable.off}, nothing is written and `{dout}` holds." if enable else "",
            f"addresses from {depth} on are never used." if depth < 1 << a else "",
        ]

    on = enable.row() if enable else {}
    every = {strobes: (1 << lanes) - 1} if strobes else {}
    directed = _filled(draw, wa, din, depth, width, {we: 1, **every, **on})
    for _ in range(170):
        address = draw.int(0, depth - 1)
        row = {wa: address, ra: address if draw.chance(0.4) else draw.int(0, depth - 1)}
        row[din] = draw.bits(width)
        row[we] = int(draw.chance(0.5))
        if strobes:
            row[strobes] = draw.bits(lanes)
        if enable:
            row.update(enable.row(draw.chance(0.8)))
        directed.append(row)
    ends = "simple dual-port" if dual else "single-port"
    named, odd = (we, wa, ra, din, dout, strobes), depth < 1 << a
    shape = (depth, width, lanes, odd)
    draw.tell(*tellings.ram(draw.teller(), clocking, named, shape, reading, enable))
    return build(
        draw,
        RAM,
        clocking,
        modules=("ram", "memory", "dpram" if dual else "spram", f"ram_{depth}x{width}"),
        ports=ports,
        body="\n".join(lines),
        title=f"{ends} RAM of {depth} x {width} bits"
        + (f" with {lanes} write lanes" if strobes else ""),
        terse=spoken(*rules()),
        intro=draw.say(f"Model a {ends} memory.", f"Write a {ends} RAM.", ""),
        rules=rules,
        directed=directed,
        random_rows=0,
        choices={
            "depth": depth,
            "lanes": lanes,
            "width": width,
            "dual": dual,
            "reading": reading,
            "enable": enable.active_high if enable else None,
        },
    )


REGISTER_FILE = Family("register_file", Tier.ADVANCED, _register_file)
RAM = Family("ram", Tier.ADVANCED, _ram)

FAMILIES = (REGISTER_FILE, RAM)
