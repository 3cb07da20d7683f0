"""Queues and stacks: synchronous FIFOs, LIFO stacks, FIFOs between two clocks."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.telling import (
    bits_for,
    clock_words,
    clocked,
    lit,
    span,
    tell,
)
from mevllm.data.families.told import fifos as told
from mevllm.data.stimulus import Row, sequential
from mevllm.tiers import Tier


def _bursts(draw: Draw, push: str, pop: str, data: str, width: int, depth: int) -> list[Row]:
    """Fill past full, drain past empty, twice; with now and then both at once."""
    rows: list[Row] = []
    for _ in range(2):
        both = draw.int(0, 1)
        rows += [{push: 1, pop: 0, data: draw.bits(width)} for _ in range(depth + 2)]
        rows += [{push: both, pop: 1, data: draw.bits(width)} for _ in range(3)]
        rows += [{push: 0, pop: 1, data: draw.bits(width)} for _ in range(depth + 2)]
        rows += [{push: 1, pop: 1, data: draw.bits(width)} for _ in range(depth + 2)]
    return rows


def _sync_fifo(draw: Draw) -> Design:
    """Depth, width, read style, simultaneous access when full, level and threshold outputs."""
    c = draw.clocking()
    width = draw.choice((1, 3, 4, 5, 6, 8, 8, 8, 10, 12, 16, 16, 24, 32))
    depth = draw.choice((2, 4, 4, 8, 8, 16, 3, 5, 6, 10, 12))
    through = draw.chance(0.5)
    swap = draw.chance(0.3)
    with_count = draw.chance(0.4)
    near = draw.int(1, depth - 1) if draw.chance(0.35) and depth > 2 else 0
    errors = draw.chance(0.2)
    push = draw.name("wr_en", "push", "write", "we", "enq", "winc")
    pop = draw.name("rd_en", "pop", "read", "re", "deq", "rinc")
    din = draw.name("din", "wdata", "data_in", "wr_data", "d")
    dout = draw.name("dout", "rdata", "data_out", "rd_data", "q")
    full, empty = draw.name("full", "wfull", "full_o"), draw.name("empty", "rempty", "empty_o")
    level = draw.name("count", "level", "fill", "used") if with_count else ""
    almost = draw.name("almost_full", "afull", "prog_full", "nearly_full") if near else ""
    over = draw.name("overflow", "wr_err", "push_lost") if errors else ""
    a, n = bits_for(depth), bits_for(depth + 1)
    ports = [
        *c.ports,
        port(push, "input", 1, "request to write"),
        port(pop, "input", 1, "request to read"),
        port(din, "input", width, "word to write"),
        port(dout, "output", width, "word read"),
        port(full, "output", 1, "no free place left"),
        port(empty, "output", 1, "no word stored"),
    ]
    if with_count:
        ports.append(port(level, "output", n, "number of words stored"))
    if near:
        ports.append(port(almost, "output", 1, f"at least {near} words stored"))
    if errors:
        ports.append(port(over, "output", 1, "a write was refused"))
    mem, wp, rp = (
        draw.name("mem", "store"),
        draw.name("wptr", "wr_ptr"),
        draw.name("rptr", "rd_ptr"),
    )
    cnt = level or draw.name("cnt", "stored")
    do_w, do_r = draw.name("do_write", "accept_w"), draw.name("do_read", "accept_r")
    power = depth == 1 << a

    def step(p: str) -> str:
        return (
            f"{p} + 1'b1" if power else f"({p} == {lit(a, depth - 1)}) ? {lit(a, 0)} : {p} + 1'b1"
        )

    decl = [f"  reg {span(width)}{mem} [0:{depth - 1}];", f"  reg {span(a)}{wp}, {rp};"]
    if not with_count:
        decl.append(f"  reg {span(n)}{cnt};")
    decl.append(f"  wire {do_r} = {pop} & ~{empty};")
    decl.append(f"  wire {do_w} = {push} & {f'(~{full} | {do_r})' if swap else f'~{full}'};")
    decl.append(f"  assign {empty} = ({cnt} == {lit(n, 0)});")
    decl.append(f"  assign {full} = ({cnt} == {lit(n, depth)});")
    if near:
        decl.append(f"  assign {almost} = ({cnt} >= {lit(n, near)});")
    if through:
        decl.append(f"  assign {dout} = {empty} ? {lit(width, 0)} : {mem}[{rp}];")
    clear = f"{wp} <= 0;\n{rp} <= 0;\n{cnt} <= 0;"
    work = f"if ({do_w}) {wp} <= {step(wp)};\nif ({do_r}) {rp} <= {step(rp)};"
    work += f"\n{cnt} <= {cnt} + {do_w} - {do_r};"
    if not through:
        clear += f"\n{dout} <= 0;"
        work += f"\nif ({do_r}) {dout} <= {mem}[{rp}];"
    if errors:
        clear += f"\n{over} <= 1'b0;"
        work += f"\n{over} <= {push} & ~{do_w};"
    body = (
        "\n".join(decl) + f"\n  always @({c.edge} {c.clock})\n    if ({do_w}) {mem}[{wp}] <= {din};"
    )
    body += "\n" + c.always(clear, work)
    effect = draw.say("empties the FIFO", "makes the FIFO empty", "discards all stored words")
    zeroed = [f"`{dout}`"] * (not through) + [f"`{over}`"] * errors
    effect += f" and clears {' and '.join(zeroed)}" if zeroed else ""
    read = (
        (
            f"Reading is first-word fall-through: `{dout}` shows the oldest word without a clock "
            f"edge, and 0 while the FIFO is empty; an accepted read removes that word.",
            f"`{dout}` combinationally presents the word at the head of the queue (0 when there is "
            f"none), and `{pop}` with a word present pops it at the clock edge.",
        )
        if through
        else (
            f"An accepted read copies the oldest word into the register `{dout}` at the clock edge "
            f"and removes it; `{dout}` keeps its value at all other times.",
            f"`{dout}` is a register: at an edge where a read is accepted it takes the oldest "
            f"word, otherwise it holds.",
        )
    )
    refused = (
        (
            f"A write to a full FIFO is accepted only if a read is accepted at the same edge, so "
            f"that the level stays {depth}; otherwise it is ignored.",
            f"When full, `{push}` together with `{pop}` both takes a word out and puts one in; "
            f"`{push}` alone is ignored when full.",
        )
        if swap
        else (
            "A write while the FIFO is full is ignored, even with a read at the same edge.",
            f"When `{full}` is 1, `{push}` has no effect, whatever `{pop}` is.",
        )
    )
    description = tell(
        draw,
        title=f"synchronous FIFO of {depth} words of {width} bit{'s' * (width > 1)}",
        terse=f"Synchronous FIFO, {depth} x {width} bits, one clock. "
        + (
            f"First-word fall-through: {dout} is the oldest word, 0 when empty. "
            if through
            else f"Registered read: {dout} is loaded on an accepted read, else holds. "
        )
        + (
            "Write when full is accepted only with a simultaneous read. "
            if swap
            else "Writes when full are ignored even with a read. "
        )
        + "Reads when empty are ignored. "
        + f"{level} = words stored. " * with_count
        + f"{almost} = (words stored >= {near}). " * bool(near)
        + f"{over} = registered: 1 after an edge that refused a write, else 0. " * errors
        + clock_words(c, "empties it" + (f", {' and '.join(zeroed)} to 0" if zeroed else "")),
        opening=(
            f"Two parts of a system that share a clock exchange {width}-bit words at different "
            f"paces. Write the queue between them.",
            f"Implement a first-in first-out buffer with room for {depth} words of {width} bits.",
            f"A small synchronous FIFO is needed: {depth} entries, each {width} bits wide.",
        ),
        facts=(
            (
                f"The FIFO stores up to {depth} words of {width} bits; words leave in the order "
                f"in which they came.",
                f"Its capacity is exactly {depth} words ({width} bits each), first in first out.",
            ),
            (
                f"`{din}` is stored at a clock edge where `{push}` is 1, if that is accepted.",
                f"At the clock edge, `{push}` = 1 appends `{din}` to the queue if accepted.",
            ),
            read,
            refused,
            (
                "A read while the FIFO is empty is ignored, even when there is a write at the same "
                "edge; that write is accepted.",
                f"When `{empty}` is 1, `{pop}` has no effect; a simultaneous write still works.",
            ),
            (
                f"`{full}` is 1 when {depth} words are stored and `{empty}` when none are; both "
                f"follow the stored state combinationally.",
                f"`{empty}` = (no words stored), `{full}` = ({depth} words stored).",
            ),
            f"`{level}` is the number of words stored, 0 to {depth}." * with_count,
            f"`{almost}` is 1 while at least {near} word{'s are' if near > 1 else ' is'} stored."
            * bool(near),
            f"`{over}` is a register that is 1 in the cycle after an edge at which a write was "
            f"requested but not accepted, else 0." * errors,
            *clocked(draw, c, effect),
        ),
    )
    chances = {push: 0.6, pop: 0.45} if draw.chance(0.5) else {push: 0.45, pop: 0.6}
    names = (push, pop, din, dout, full, empty, level, almost, over)
    draw.tell(*told.sync_fifo(draw.teller(), c, names, depth, near, through, swap))
    return draw.design(
        SYNC_FIFO,
        module=draw.module("fifo", "sync_fifo", "queue", f"fifo_{depth}x{width}"),
        ports=ports,
        body=body,
        description=description,
        stimulus=sequential(
            draw,
            ports,
            c,
            directed=_bursts(draw, push, pop, din, width, depth),
            random_rows=120,
            chances=chances,
        ),
        choices=(
            ("width", width),
            ("depth", depth),
            ("through", through),
            ("swap", swap),
            ("outputs", (with_count, near, errors)),
        ),
        clocking=c,
    )


def _lifo(draw: Draw) -> Design:
    """Depth, width, priority when pushed and popped at once, top shown or popped to a register."""
    c = draw.clocking()
    width = draw.choice((1, 4, 4, 5, 7, 8, 8, 12, 16, 32))
    depth = draw.choice((2, 4, 4, 8, 8, 16, 3, 6, 10))
    shown = draw.chance(0.5)
    both = draw.choice(("push", "pop", "replace", "none"))
    push, pop = draw.name("push", "wr", "push_i"), draw.name("pop", "rd", "pop_i")
    din = draw.name("din", "data_in", "d", "wdata")
    dout = draw.name("top", "tos", "top_o") if shown else draw.name("dout", "data_out", "q")
    full, empty = draw.name("full", "stack_full"), draw.name("empty", "stack_empty")
    ports = [
        *c.ports,
        port(push, "input", 1, "put a word on the stack"),
        port(pop, "input", 1, "take the top word off"),
        port(din, "input", width, "word to push"),
        port(dout, "output", width, "the top of the stack" if shown else "the last word popped"),
        port(empty, "output", 1, "nothing stored"),
        port(full, "output", 1, f"{depth} words stored"),
    ]
    a, n = bits_for(depth), bits_for(depth + 1)
    mem, sp = draw.name("mem", "stack"), draw.name("sp", "ptr")
    below = draw.name("last", "below")
    do_push, do_pop = draw.name("do_push", "push_ok"), draw.name("do_pop", "pop_ok")
    can_push, can_pop = f"{push} & ~{full}", f"{pop} & ~{empty}"
    if both == "push":
        can_pop = f"{pop} & ~{push} & ~{empty}"
    elif both == "pop":
        can_push = f"{push} & ~{pop} & ~{full}"
    elif both == "none":
        can_push, can_pop = f"{push} & ~{pop} & ~{full}", f"{pop} & ~{push} & ~{empty}"
    else:
        can_push = f"{push} & ~{pop} & ~{full}"
        can_pop = f"{pop} & ~{push} & ~{empty}"
    lines = [
        f"  reg {span(width)}{mem} [0:{depth - 1}];",
        f"  reg {span(n)}{sp};",
        f"  wire {span(a)}{below} = {sp} - 1'b1;",
        f"  wire {do_push} = {can_push};",
        f"  wire {do_pop} = {can_pop};",
        f"  assign {empty} = ({sp} == {lit(n, 0)});",
        f"  assign {full} = ({sp} == {lit(n, depth)});",
    ]
    if shown:
        lines.append(f"  assign {dout} = {empty} ? {lit(width, 0)} : {mem}[{below}];")
    write = f"    if ({do_push}) {mem}[{sp}] <= {din};"
    if both == "replace":
        write += f"\n    else if ({push} & {pop} & ~{empty}) {mem}[{below}] <= {din};"
    lines.append(f"  always @({c.edge} {c.clock})\n{write}")
    clear, work = f"{sp} <= 0;", f"if ({do_push}) {sp} <= {sp} + 1'b1;"
    work += f"\nelse if ({do_pop}) {sp} <= {sp} - 1'b1;"
    if not shown:
        clear += f"\n{dout} <= 0;"
        take = f"{do_pop} | ({push} & {pop} & ~{empty})" if both == "replace" else do_pop
        work += f"\nif ({take}) {dout} <= {mem}[{below}];"
    together = {
        "push": f"If both are 1, only the push counts: `{pop}` is ignored, even when full.",
        "pop": f"If both are 1, only the pop counts: `{push}` is ignored, even when empty.",
        "none": "If both are 1, nothing happens.",
        "replace": f"If both are 1 and the stack is not empty, the top word is "
        f"{'' if shown else f'copied to `{dout}` and '}replaced by `{din}` and the depth stays; on "
        f"an empty stack both together do nothing.",
    }[both]
    effect = "empties the stack" + ("" if shown else f" and clears `{dout}`")
    names = (push, pop, din, dout, full, empty)
    draw.tell(*told.lifo(draw.teller(), c, names, depth, both, shown))
    return draw.design(
        LIFO,
        module=draw.module("lifo", "stack", "lifo_buffer", f"stack{depth}"),
        ports=ports,
        body="\n".join(lines) + "\n" + c.always(clear, work),
        description=tell(
            draw,
            title=f"{depth}-entry LIFO stack of {width}-bit words",
            terse=f"LIFO stack, {depth} x {width} bits. "
            + (f"{dout} = top word, 0 when empty (combinational). " if shown else "")
            + ("" if shown else f"{dout} registers the word popped, else holds. ")
            + "Push when full and pop when empty are ignored. "
            + f"{together.replace('`', '')} "
            + clock_words(c, effect.replace("`", "")),
            opening=(
                f"Design a hardware stack that keeps the last {depth} return values of a program.",
                "Write a last-in first-out buffer.",
                f"A LIFO memory for {width}-bit words is wanted; it has {depth} places.",
            ),
            facts=(
                (
                    f"The stack holds up to {depth} words of {width} bits.",
                    f"There is room for exactly {depth} words, {width} bits each.",
                ),
                (
                    f"At the clock edge, `{push}` puts `{din}` on top unless the stack is full, "
                    f"and `{pop}` removes the top word unless it is empty.",
                    f"`{push}` stores `{din}` as the new top word (ignored when full); `{pop}` "
                    f"takes the newest word off (ignored when empty).",
                ),
                together,
                (
                    f"`{dout}` shows the top word combinationally, and is 0 while the stack is "
                    f"empty.",
                    f"The newest word stored is always visible at `{dout}` (0 if empty).",
                )
                if shown
                else (
                    f"`{dout}` is a register that takes the top word at the edge of each pop that "
                    f"is carried out and holds otherwise.",
                    f"A word popped appears at `{dout}` after the clock edge and stays there until "
                    f"another is popped.",
                ),
                f"`{empty}` is 1 when no word is stored, `{full}` when {depth} words are.",
                *clocked(draw, c, effect),
            ),
        ),
        stimulus=sequential(
            draw,
            ports,
            c,
            directed=_bursts(draw, push, pop, din, width, depth),
            random_rows=120,
            chances={push: 0.55, pop: 0.45},
        ),
        choices=(("width", width), ("depth", depth), ("both", both), ("shown", shown)),
        clocking=c,
    )


SYNC_FIFO = Family("sync_fifo", Tier.EXPERT, _sync_fifo)
LIFO = Family("lifo", Tier.EXPERT, _lifo)

FAMILIES = (SYNC_FIFO, LIFO)
