"""Bus slaves: register blocks behind three protocols."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.telling import (
    Fact,
    bits_for,
    clock_words,
    clocked,
    exhibit,
    hex_lit,
    lit,
    span,
    tell,
)
from mevllm.data.families.told import buses as told
from mevllm.data.stimulus import Row, sequential
from mevllm.spec import Port
from mevllm.tiers import Tier


def _slave(draw: Draw) -> Design:
    """Protocol, and a map of writable, read-only, constant and write-one-to-clear registers."""
    c = draw.clocking()
    protocol = draw.choice(("apb", "wishbone", "simple"))
    width = draw.choice((8, 8, 16, 16, 32))
    step = draw.choice((1, 1, 4)) if width < 32 else 4
    kinds = ["rw", draw.choice(("ro", "w1c", "rw")), draw.choice(("id", "w1c", "ro"))]
    kinds += [draw.choice(("rw", "ro"))] * draw.int(0, 1)
    kinds = draw.shuffled(kinds)
    if kinds.count("w1c") == 2:
        kinds.remove("w1c")
    slots = 1 << bits_for(len(kinds) + (1 if protocol == "apb" else draw.int(0, 1)))
    places = sorted(draw.shuffled(range(slots))[: len(kinds)])
    a = bits_for(slots * step)
    set_wins = draw.chance(0.6)
    names = {
        "apb": ("paddr", "pwdata", "prdata", "pwrite"),
        "wishbone": ("adr_i", "dat_i", "dat_o", "we_i"),
        "simple": ("addr", "wdata", "rdata", "we"),
    }[protocol]
    addr, wdata, rdata, we = (draw.name(n) for n in names)
    ports: list[Port] = [*c.ports]
    if protocol == "apb":
        sel, en = draw.name("psel"), draw.name("penable")
        bus = [port(sel, "input", 1, "slave selected"), port(en, "input", 1, "second cycle")]
        err = draw.name("pslverr")
        tail = [port(err, "output", 1, "access to an address without register")]
        write = f"{sel} & {en} & {we}"
    elif protocol == "wishbone":
        sel, en = draw.name("cyc_i"), draw.name("stb_i")
        bus = [port(sel, "input", 1, "bus cycle"), port(en, "input", 1, "strobe")]
        err = draw.name("ack_o")
        tail = [port(err, "output", 1, "acknowledge")]
        write = f"{sel} & {en} & {we} & ~{err}"
    else:
        sel, en, err = "", draw.name("re", "rd"), ""
        bus, tail = [port(en, "input", 1, "read request")], []
        write = we
    ports += [*bus, port(we, "input", 1, "1 write, 0 read" if sel else "write request")]
    ports += [port(addr, "input", a, "address"), port(wdata, "input", width, "data written")]
    outs = [port(rdata, "output", width, "data read"), *tail]
    wr = draw.name("wr", "do_write")
    clear, writes, reads, free, table = [], [], [], [], []
    pools = {
        "rw": ["ctrl", "config_o", "period", "duty", "level_o"],
        "ro": ["status", "sensor", "inputs", "buttons"],
        "w1c": ["events"],
        "id": [],
    }
    ins: list[Port] = []
    facts: list[Fact] = []
    decl: list[str] = []
    used: list[tuple[str, int, int, int]] = []
    map_rows: list[tuple[str, int, str, str]] = []
    for place, kind in zip(places, kinds, strict=True):
        at = place * step
        where, code = f"address {at}", hex_lit(a, at)
        if kind == "rw":
            name, value = draw.name(*pools["rw"]), draw.choice((0, 0, draw.bits(width)))
            size = (
                draw.choice((width, width, width // 2, 4))
                if "rw" in {u[0] for u in used}
                else width
            )
            value %= 1 << size
            outs.append(port(name, "output", size, "register contents"))
            clear.append(f"{name} <= {hex_lit(size, value)};")
            writes.append(
                f"  {code}: {name} <= {wdata}{'' if size == width else f'[{size - 1}:0]'};"
            )
            reads.append((code, name))
            bits = "" if size == width else f", {size} bits wide (upper bits read 0)"
            text = f"read/write register `{name}`{bits}, reset value {value}"
        elif kind == "ro":
            name = draw.name(*pools["ro"])
            ins.append(port(name, "input", width, "value that can be read"))
            reads.append((code, name))
            text = f"read-only, the present value of the input `{name}`"
            size, value = width, 0
        elif kind == "id":
            size, value = width, draw.bits(width) | 1
            name = hex_lit(width, value)
            reads.append((code, name))
            text = f"read-only, the constant {name}"
        else:
            name, irq, flag = (
                draw.name("events", "set_i"),
                draw.name("irq", "int_o"),
                draw.name("flags"),
            )
            size, value = draw.choice((2, 3, 4, 8)), 0
            ins.append(port(name, "input", size, "events"))
            outs.append(port(irq, "output", 1, "some flag is set"))
            decl.append(f"  reg {span(size)}{flag};\n  assign {irq} = |{flag};")
            mask = draw.name("wiped", "erase")
            decl.append(
                f"  wire {span(size)}{mask} = ({wr} && {addr} == {code}) ? {wdata}[{size - 1}:0] : "
                f"{lit(size, 0)};"
            )
            clear.append(f"{flag} <= 0;")
            free.append(
                f"{flag} <= ({flag} & ~{mask}) | {name};"
                if set_wins
                else f"{flag} <= ({flag} | {name}) & ~{mask};"
            )
            reads.append((code, flag))
            text = f"{size} event flags (upper bits read 0); writing a 1 clears the flag"
            both = "it stays set" if set_wins else "clearing wins"
            facts.append(
                f"A flag becomes 1 at each clock edge where its bit of `{name}` is 1; if it is "
                f"cleared at the same edge, {both}. `{irq}` is the OR of all flags."
            )
        used.append((kind, at, size, value))
        part = f" ({size} bits)" * (size != width) + f" with reset value {value}" * (value > 0)
        map_rows.append((kind, at, name, str(size) if kind == "w1c" else part))
        table.append((where, text))
    ports += [*ins, *outs]
    shown = draw.name("value", "read_mux")
    mux = [f"  reg {span(width)}{shown};", f"  always @(*) begin\n    case ({addr})"]
    mux += [f"      {code}: {shown} = {name};" for code, name in reads]
    mux.append(f"      default: {shown} = 0;\n    endcase\n  end")
    lines = [f"  wire {wr} = {write};", *decl, *mux]
    work = [*free, f"if ({wr}) case ({addr})", *writes, "  default: ;", "endcase"]
    other: Fact = (
        "Reads of other addresses give 0, writes to them and to read-only ones do nothing."
    )
    bus_facts: tuple[Fact, ...]
    if protocol == "apb":
        hits = " | ".join(f"({addr} == {code})" for code, _ in reads)
        lines.append(f"  assign {rdata} = ({sel} & ~{we}) ? {shown} : 0;")
        lines.append(f"  assign {err} = {sel} & {en} & ~({hits});")
        bus_facts = (
            (
                f"A write happens at a clock edge where `{sel}`, `{en}` and `{we}` are all 1.",
                f"With `{sel}` = `{en}` = `{we}` = 1 at the clock edge, `{wdata}` is written.",
            ),
            (
                f"`{rdata}` is combinational: the value at `{addr}` while `{sel}` is 1 and `{we}` "
                f"is 0 (whatever `{en}` is), and 0 otherwise.",
                f"While `{sel}` = 1 and `{we}` = 0, `{rdata}` shows the value at `{addr}`, without "
                f"a clock and independent of `{en}`; otherwise it is 0.",
            ),
            f"`{err}` is 1 while `{sel}` and `{en}` are 1 with an address that has no register "
            f"(for reads and writes).",
        )
        brief = (
            f"write at edges with {sel}&{en}&{we}; {rdata} = ({sel}&~{we}) ? value : 0; {err} = "
        )
        brief += f"{sel}&{en} & unmapped address"
    elif protocol == "wishbone":
        clear += [f"{err} <= 1'b0;", f"{rdata} <= 0;"]
        work = [
            f"{err} <= {sel} & {en} & ~{err};",
            f"if ({sel} & {en} & ~{we} & ~{err}) {rdata} <= {shown};",
            *work,
        ]
        bus_facts = (
            (
                f"An access is taken at a clock edge where `{sel}` and `{en}` are 1 and `{err}` is "
                f"0; that edge sets the register `{err}` for one cycle, so that two accesses are "
                f"at least two cycles apart.",
                f"At each edge the register `{err}` takes `{sel}` AND `{en}` AND NOT `{err}`; the "
                f"edge that sets it is the one at which the access is carried out.",
            ),
            (
                f"With `{we}` = 1 that edge writes `{wdata}`; with `{we}` = 0 it loads the "
                f"register `{rdata}` with the value at `{addr}`. `{rdata}` holds otherwise.",
                f"A write access (`{we}` = 1) stores `{wdata}` there; a read access loads "
                f"`{rdata}`, a register that otherwise keeps its value.",
            ),
        )
        brief = f"access at edges with {sel}&{en}&~{err}, which set {err} for one cycle; a read "
        brief += f"loads {rdata}, which otherwise holds"
    else:
        clear.append(f"{rdata} <= 0;")
        work = [f"if ({en}) {rdata} <= {shown};", *work]
        bus_facts = (
            (
                f"`{we}` = 1 at a clock edge writes `{wdata}` to the register at `{addr}`.",
                f"A write takes place at each clock edge with `{we}` = 1.",
            ),
            (
                f"`{en}` = 1 at a clock edge loads the register `{rdata}` with the value at "
                f"`{addr}` before that edge; `{rdata}` holds otherwise.",
                f"A read (`{en}` = 1 at the edge) puts the old value at `{addr}` into the register "
                f"`{rdata}`, which otherwise keeps its contents.",
            ),
        )
        brief = f"write at edges with {we}; {en} loads {rdata}, which otherwise holds"
    shown = "| address | register |\n|---|---|\n"
    shown += "\n".join(f"| {w.split()[1]} | {t.replace('`', '')} |" for w, t in table)
    listing = "; ".join(f"{w}: {t}" for w, t in table)
    resets = tuple(p.name for p in outs if any(line.startswith(f"{p.name} <=") for line in clear))
    zeroed = [f"`{name}`" for name in (rdata, err) if name in resets or f"{name} <= 1'b0;" in clear]
    zeroed += ["all flags"] if "w1c" in kinds else []
    reset_words = "gives the registers their reset values"
    reset_words += f" and clears {' and '.join(zeroed)}" if zeroed else ""
    every = (*bus_facts, *facts, other, *clocked(draw, c, reset_words))
    rows: list[Row] = []
    for k in range(8 * slots):
        row: dict[str, int] = {p.name: draw.bits(p.width) for p in ins if isinstance(p.width, int)}
        row |= {addr: k % slots * step, sel: 1, en: 1, we: k // slots % 2}
        row[wdata] = (0, (1 << width) - 1)[k // slots % 4 // 2]
        row |= {p.name: row[wdata] >> (width - p.width) for p in ins if isinstance(p.width, int)}
        if protocol == "simple":
            row[en] = 1 - row[we]
        rows += [row, {**row, we: row[we]}]
    for _ in range(150):
        row = {p.name: draw.bits(p.width) for p in ins if isinstance(p.width, int)}
        row |= {addr: draw.int(0, slots - 1) * step + (draw.chance(0.1) and step > 1)}
        row |= {wdata: draw.bits(width), sel: int(draw.chance(0.9)), en: int(draw.chance(0.8))}
        rows.append({**row, we: int(draw.chance(0.5))})
    title = {"apb": "APB-like", "wishbone": "Wishbone-like", "simple": "simple bus"}[protocol]
    own = (addr, wdata, rdata, we, sel, en, err)
    raised = next((row[2] for row in map_rows if row[0] == "w1c"), "")
    line = next((p.name for p in outs if p.description == "some flag is set"), "")
    events = (raised, line, set_wins)
    draw.tell(*told.slave(draw.teller(), c, protocol, own, map_rows, events))
    return draw.design(
        SLAVE,
        module=draw.module("bus_slave", "regs", "register_block", "csr"),
        ports=ports,
        body="\n".join(lines) + "\n" + c.always("\n".join(clear), "\n".join(work)),
        description=tell(
            draw,
            title=f"{title} slave with {len(kinds)} registers of {width} bits",
            terse=f"{title} slave: {brief}. Map: {listing}. ".replace("`", "")
            + " ".join(str(f) for f in facts).replace("`", "")
            + " " * bool(facts)
            + "Other addresses read 0. "
            + clock_words(c, reset_words.replace("`", "")),
            opening=(
                f"Write a register block with a {title} interface.",
                "Software controls a peripheral through a few registers. Design the bus slave.",
                f"Design a {title} slave.",
            ),
            facts=(bus_facts[0], f"The registers are: {listing}.", *every[1:]),
            exhibits=(
                exhibit(
                    draw,
                    "memory map",
                    "Design a bus slave with the register map shown below.",
                    every,
                    shown,
                ),
            ),
        ),
        stimulus=sequential(draw, ports, c, directed=rows, random_rows=40, reset_chance=0.03),
        choices=(
            ("protocol", protocol),
            ("width", (width, a, step)),
            ("registers", used),
            ("set wins", set_wins),
        ),
        clocking=c,
    )


SLAVE = Family("bus_register_slave", Tier.EXPERT, _slave)

FAMILIES = (SLAVE,)
