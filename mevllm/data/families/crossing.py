"""Two clock domains: an asynchronous FIFO with Gray pointers, and synchronizers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mevllm.data.design import Design, Family, Stimulus
from mevllm.data.draw import Draw, port
from mevllm.data.families.telling import Fact, lit, span, tell
from mevllm.data.families.told import crossing as told
from mevllm.spec import Port
from mevllm.tiers import Tier


def _two_clocks(
    draw: Draw,
    ports: Sequence[Port],
    clocks: tuple[str, str],
    resets: Mapping[str, int],
    phases: Sequence[tuple[int, float, Mapping[str, float]]],
) -> Stimulus:
    """Rows in pairs: new inputs with both clocks low, then rising edges of one clock or both.

    `resets` gives the active level by name; a phase is a number of steps, the share of steps
    with an edge of the first clock, and chances of 1 for one-bit inputs.
    """
    inputs = [p for p in ports if p.direction == "input"]
    names = tuple(p.name for p in inputs)
    rows: list[tuple[int, ...]] = []

    def step(edges: tuple[int, int], values: Mapping[str, int]) -> None:
        for level in (0, 1):
            row = {**values, clocks[0]: level & edges[0], clocks[1]: level & edges[1]}
            rows.append(tuple(row[name] for name in names))

    def values(chances: Mapping[str, float], reset: bool) -> dict[str, int]:
        made = {}
        for p in inputs:
            if p.name in resets:
                made[p.name] = resets[p.name] if reset else 1 - resets[p.name]
            elif p.width == 1:
                made[p.name] = int(draw.chance(chances.get(p.name, 0.5)))
            else:
                made[p.name] = draw.bits(p.width if isinstance(p.width, int) else 1)
        return made

    for _ in range(2):
        step((1, 1), values({}, True))
    for steps, share, chances in phases:
        for _ in range(steps):
            first = draw.chance(share)
            edges = (1, 1) if draw.chance(0.15) else (int(first), int(not first))
            step(edges, values(chances, draw.chance(0.004)))
    return Stimulus(names, tuple(rows))


def _async_fifo(draw: Draw) -> Design:
    """Depth, width, one reset or two, read data shown or registered, synchronizer length."""
    a = draw.choice((2, 2, 3, 3, 4))
    depth, width = 1 << a, draw.choice((2, 4, 8, 8, 10, 16, 32))
    shown, single = draw.chance(0.5), draw.chance(0.4)
    stages = draw.choice((2, 2, 2, 3))
    low = draw.chance(0.75)
    wclk, rclk = draw.name("wclk", "wr_clk", "clk_w"), draw.name("rclk", "rd_clk", "clk_r")
    if single:
        wrst = rrst = draw.name("rst_n" if low else "rst", "arst_n" if low else "arst")
    else:
        wrst = draw.name("wrst_n" if low else "wrst", "wr_rst_n" if low else "wr_rst")
        rrst = draw.name("rrst_n" if low else "rrst", "rd_rst_n" if low else "rd_rst")
    push, pop = draw.name("winc", "wr_en", "push"), draw.name("rinc", "rd_en", "pop")
    din, dout = draw.name("wdata", "din", "wr_data"), draw.name("rdata", "dout", "rd_data")
    full, empty = draw.name("wfull", "full"), draw.name("rempty", "empty")
    ports = [
        port(wclk, "input", 1, "write clock"),
        port(rclk, "input", 1, "read clock"),
        port(wrst, "input", 1, "reset" if single else "reset of the write side"),
        *([] if single else [port(rrst, "input", 1, "reset of the read side")]),
        port(push, "input", 1, "write request"),
        port(din, "input", width, "word to write"),
        port(pop, "input", 1, "read request"),
        port(full, "output", 1, "no room, as the write side sees it"),
        port(dout, "output", width, "word read"),
        port(empty, "output", 1, "nothing to read, as the read side sees it"),
    ]
    edge, off = ("negedge", "!") if low else ("posedge", "")
    n = a + 1
    wsync = [f"wgray_s{k}" for k in range(1, stages + 1)]
    rsync = [f"rgray_s{k}" for k in range(1, stages + 1)]
    seen_w, seen_r = wsync[-1], rsync[-1]
    rest = f", {seen_r}[{a - 2}:0]" if a > 2 else f", {seen_r}[0]"
    lines = [
        f"  reg {span(width)}mem [0:{depth - 1}];",
        f"  reg {span(n)}wbin, wgray, {', '.join(rsync)};",
        f"  reg {span(n)}rbin, rgray, {', '.join(wsync)};",
        f"  wire write = {push} & ~{full};\n  wire read = {pop} & ~{empty};",
        f"  wire {span(n)}wnext = wbin + write;\n  wire {span(n)}rnext = rbin + read;",
        f"  assign {full} = (wgray == {{~{seen_r}[{a}:{a - 1}]{rest}}});",
        f"  assign {empty} = (rgray == {seen_w});",
    ]
    if shown:
        lines.append(f"  assign {dout} = {empty} ? {lit(width, 0)} : mem[rbin[{a - 1}:0]];")
    lines.append(f"  always @(posedge {wclk})\n    if (write) mem[wbin[{a - 1}:0]] <= {din};")

    def side(clock: str, reset: str, me: str, chain: list[str], source: str, more: str) -> str:
        moves = "".join(
            f"\n      {x} <= {y};" for x, y in zip(chain, [source, *chain], strict=False)
        )
        zeros = "".join(f"\n      {x} <= 0;" for x in chain)
        cleared = f"\n      {dout} <= 0;" if more else ""
        return (
            f"  always @(posedge {clock} or {edge} {reset}) begin\n    if ({off}{reset}) begin\n"
            f"      {me}bin <= 0;\n      {me}gray <= 0;{zeros}{cleared}\n    end else begin\n"
            f"      {me}bin <= {me}next;\n      {me}gray <= {me}next ^ ({me}next >> "
            f"1);{moves}{more}\n"
            f"    end\n  end"
        )

    more = "" if shown else f"\n      if (read) {dout} <= mem[rbin[{a - 1}:0]];"
    lines.append(side(wclk, wrst, "w", rsync, "rgray", ""))
    lines.append(side(rclk, rrst, "r", wsync, "wgray", more))
    level = "low" if low else "high"
    reset_fact = (
        f"`{wrst}` is an asynchronous, active-{level} reset of both sides: all pointers and "
        f"synchronizers become 0{'' if shown else f', and `{dout}` too'}."
        if single
        else f"`{wrst}` and `{rrst}` are asynchronous, active-{level} resets of the write side and "
        f"the read side; each sets the pointers and synchronizers of its side"
        + ("" if shown else f" (and `{rrst}` also `{dout}`)")
        + " to 0."
    )
    read_fact = (
        (
            f"`{dout}` shows the oldest word without a clock edge, and 0 while `{empty}` is 1; the "
            f"edge of an accepted read moves on to the next word.",
            f"`{dout}` = `{empty}` ? 0 : the word at the read pointer, combinationally.",
        )
        if shown
        else (
            f"An accepted read loads the oldest word into the register `{dout}`, which holds "
            f"otherwise.",
            f"`{dout}` is a register of the read side that takes the word at the read pointer at "
            f"the edge of an accepted read.",
        )
    )
    facts: tuple[Fact, ...] = (
        f"The FIFO has {depth} words of {width} bits; `{wclk}` is the clock of the write side, "
        f"`{rclk}` of the read side, and both use rising edges.",
        (
            f"A rising edge of `{wclk}` with `{push}` = 1 and `{full}` = 0 stores `{din}`; a "
            f"rising edge of `{rclk}` with `{pop}` = 1 and `{empty}` = 0 removes the oldest "
            f"word. Other requests are ignored.",
            f"Writes happen at rising edges of `{wclk}` with `{push}` = 1 unless `{full}` is 1, "
            f"reads at rising edges of `{rclk}` with `{pop}` = 1 unless `{empty}` is 1.",
        ),
        read_fact,
        f"Each side has a pointer of {n} bits (one more than the address needs) that counts the "
        f"accepted operations, and a register with the Gray code of it, p ^ (p >> 1), updated at "
        f"the same edge.",
        f"Each Gray code goes to the other side through {stages} flip-flops in a row, clocked by "
        f"the side that receives it.",
        f"`{empty}` is 1 while the read side's Gray code equals the synchronized one of the write "
        f"side; `{full}` is 1 while the write side's Gray code equals the synchronized one of the "
        f"read side with its two top bits inverted. Both are combinational.",
        reset_fact,
    )
    names = (wclk, rclk, wrst, rrst, push, din, pop, full, dout, empty)
    draw.tell(*told.async_fifo(draw.teller(), names, depth, stages, shown, low))
    return draw.design(
        ASYNC_FIFO,
        module=draw.module("async_fifo", "clock_crossing_fifo", "cdc_fifo"),
        ports=ports,
        body="\n".join(lines),
        description=tell(
            draw,
            title=f"asynchronous FIFO of {depth} words of {width} bits with Gray-code pointers",
            terse=f"Async FIFO, {depth} x {width}; {n}-bit binary pointers, registered Gray codes, "
            f"{stages}-flop synchronizers; {empty}: rgray == synced wgray; {full}: wgray == synced "
            f"rgray with its top two bits inverted. {dout} "
            + (f"= {empty} ? 0 : mem[rptr]. " if shown else "is loaded by an accepted read. ")
            + reset_fact.replace("`", ""),
            opening=(
                "Words have to cross from one clock to another.",
                "Design a FIFO between two unrelated clocks.",
                "Write an asynchronous FIFO.",
            ),
            facts=facts,
        ),
        stimulus=_two_clocks(
            draw,
            ports,
            (wclk, rclk),
            {wrst: 1 - low, rrst: 1 - low},
            (
                (depth + 6, 0.85, {push: 1.0, pop: 0.0}),
                (depth + 10, 0.2, {push: 0.0, pop: 1.0}),
                (80, 0.6, {push: 0.8, pop: 0.5}),
                (60, 0.35, {push: 0.6, pop: 0.9}),
            ),
        ),
        choices=(
            ("size", (depth, width)),
            ("shown", shown),
            ("resets", (single, low)),
            ("stages", stages),
        ),
    )


def _synchronizer(draw: Draw) -> Design:
    """A pulse through a toggle, or a level with its edges."""
    kind = draw.choice(("pulse", "level"))
    stages = draw.choice((2, 2, 3, 4))
    low = draw.chance(0.6)
    sclk, dclk = draw.name("clk_a", "src_clk", "clk1"), draw.name("clk_b", "dst_clk", "clk2")
    rst = draw.name("rst_n", "arst_n", "resetn") if low else draw.name("rst", "arst", "reset")
    out_reg = draw.chance(0.4)
    which = draw.choice(("rising", "falling", "both"))
    edge, test = ("negedge", f"!{rst}") if low else ("posedge", rst)
    ports = [
        port(sclk, "input", 1, "clock of the source"),
        port(dclk, "input", 1, "clock of the destination"),
        port(rst, "input", 1, "asynchronous reset of both sides"),
    ]
    sync = draw.name("sync", "chain")
    last, lower = f"{sync}[{stages - 1}]", f"[{stages - 2}:0]" if stages > 2 else "[0]"

    def block(clock: str, zeros: list[str], moves: list[str]) -> str:
        return (
            f"  always @(posedge {clock} or {edge} {rst}) begin\n    if ({test}) begin\n"
            + "\n".join(f"      {z} <= 0;" for z in zeros)
            + "\n    end else begin\n"
            + "\n".join(f"      {m}" for m in moves)
            + "\n    end\n  end"
        )

    facts: list[Fact] = [
        f"`{sclk}` clocks the source side and `{dclk}` the destination side; all registers use "
        f"rising edges."
    ]
    chain = f"a chain of {stages} flip-flops clocked by `{dclk}`"
    lines: list[str] = []
    if kind == "pulse":
        pin, pout = draw.name("pulse_in", "req_in", "strobe"), draw.name("pulse_out", "req_out")
        ports += [port(pin, "input", 1, "request"), port(pout, "output", 1, "pulse")]
        tog, old = draw.name("toggle", "flip"), draw.name("old", "before_q")
        value = f"{last} ^ {old}"
        lines += [f"  reg {tog}, {old};\n  reg {span(stages)}{sync};"]
        lines.append(block(sclk, [tog], [f"if ({pin}) {tog} <= ~{tog};"]))
        moves = [f"{sync} <= {{{sync}{lower}, {tog}}};", f"{old} <= {last};"]
        zeros = [sync, old]
        facts += [
            f"At every rising edge of `{sclk}` with `{pin}` = 1, a toggle flip-flop changes.",
            f"The toggle goes through {chain}, and one more flip-flop remembers the last value of "
            f"that chain's end.",
        ]
        meaning = "the chain's end and the remembered value differ"
        if out_reg:
            zeros.append(pout)
            moves.append(f"{pout} <= {value};")
            facts.append(
                f"`{pout}` is another register of the destination side: at each edge it takes 1 "
                f"if, before that edge, {meaning}, else 0."
            )
        else:
            lines.append(f"  assign {pout} = {value};")
            facts.append(f"`{pout}` is 1 (combinationally) while {meaning}.")
        lines.append(block(dclk, zeros, moves))
        own = (sclk, dclk, rst, pin, pout)
        draw.tell(*told.pulse(draw.teller(), own, stages, low, out_reg))
    else:
        din, dout = draw.name("level_in", "async_in", "button"), draw.name("level_out", "clean")
        mark = draw.name("changed", "edge_out", "event_o")
        ports += [
            port(din, "input", 1, "signal of the source side"),
            port(dout, "output", 1, "the signal on the destination side"),
            port(mark, "output", 1, "pulse at an edge"),
        ]
        src, old = draw.name("src", "launch"), draw.name("old", "past")
        lines.append(f"  reg {src}, {old};\n  reg {span(stages)}{sync};")
        lines.append(block(sclk, [src], [f"{src} <= {din};"]))
        lines.append(
            block(
                dclk,
                [sync, old],
                [f"{sync} <= {{{sync}{lower}, {src}}};", f"{old} <= {last};"],
            )
        )
        value, text = {
            "rising": (f"{last} & ~{old}", "the end is 1 and the remembered value 0"),
            "falling": (f"~{last} & {old}", "the end is 0 and the remembered value 1"),
            "both": (f"{last} ^ {old}", "the end and the remembered value differ"),
        }[which]
        lines += [f"  assign {dout} = {last};", f"  assign {mark} = {value};"]
        facts += [
            f"The source side registers `{din}` at every edge of `{sclk}`; that register goes "
            f"through {chain}.",
            f"`{dout}` is the end of the chain.",
            f"One more flip-flop of the destination side remembers the end's last value, and "
            f"`{mark}` is 1 (combinationally) while {text}.",
        ]
        named = (sclk, dclk, rst, din, dout, mark)
        draw.tell(*told.level(draw.teller(), named, stages, low, which))
    facts.append(
        f"`{rst}` is an asynchronous, active-{'low' if low else 'high'} reset that sets all "
        f"registers of both sides to 0."
    )
    return draw.design(
        SYNCHRONIZER,
        module=draw.module("synchronizer", f"{kind}_sync", "cdc"),
        ports=ports,
        body="\n".join(lines),
        description=tell(
            draw,
            title=f"synchronizer that carries a {kind} to another clock, {stages} stages",
            terse=" ".join(str(f) for f in facts).replace("`", ""),
            opening=(
                f"A {kind} has to be passed from one clock domain to another.",
                "Write a synchronizer between two clocks.",
                f"Design a circuit that takes a {kind} from `{sclk}` to `{dclk}` safely.",
            ),
            facts=facts,
        ),
        stimulus=_two_clocks(
            draw,
            ports,
            (sclk, dclk),
            {rst: 1 - low},
            ((90, 0.4, {}), (60, 0.6, {p.name: 0.2 for p in ports[3:]})),
        ),
        choices=(
            ("kind", kind),
            ("stages", stages),
            ("reset", low),
            ("output", out_reg if kind == "pulse" else which if kind == "level" else ""),
        ),
    )


ASYNC_FIFO = Family("async_fifo", Tier.EXPERT, _async_fifo)
SYNCHRONIZER = Family("synchronizer", Tier.EXPERT, _synchronizer)

FAMILIES = (ASYNC_FIFO, SYNCHRONIZER)
