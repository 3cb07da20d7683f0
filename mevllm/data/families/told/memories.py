"""Register files and RAM as people tell them."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.phrases import Gate, amount
from mevllm.data.families.told import _words_timing as words


def register_file(
    t: Draw,
    clocking: Clocking,
    write: tuple[str, str, str],
    reads: Sequence[tuple[str, str]],
    shape: tuple[int, int],
    drawn: tuple[bool, bool, bool],
) -> tuple[str, str, str]:
    """`write`: enable, address, data; `shape`: words, bits; zero register, bypass, clocked read."""
    we, wa, wd = (f"`{n}`" for n in write)
    depth, width = shape
    zero, bypass, clocked = drawn
    many = len(reads) > 1
    pairs = words.listed([f"`{d}` from `{a}`" for a, d in reads])
    outs = words.listed([f"`{d}`" for _, d in reads])
    ports = f"{len(reads)}R1W"
    style = (
        t.say("reads are clocked into flops each cycle", "synchronous reads on every clock")
        if clocked
        else t.say("combinational reads", "asynchronous reads")
    )
    fresh = (
        t.say(f"write-first: a colliding read gets {wd}", f"new data {wd} forwarded on a collision")
        if bypass
        else t.say("a colliding read gets the old word", "no forwarding, old word on a collision")
    )
    hard = words.maybe(t, zero, "Word 0 reads as zero always.", "Register 0 is hard-wired to zero.")
    clear = f"clears all words{' and read registers' * clocked}"
    clock = words.brief(t, clocking, clear)
    short = words.framed(
        t,
        t.say(
            f"{depth} x {width} register file, {ports}: {pairs}; write {wd} at {wa} with {we}. "
            f"{style}; {fresh}. {hard}",
            f"{ports} register file of {depth} words, {width} bits. {pairs}, {style}. {we} stores "
            f"{wd} in {wa}; {fresh}. {hard}",
            f"Register bank, {depth} by {width}. Write port {we}/{wa}/{wd}; read {pairs}, "
            f"{style}; {fresh}. {hard}",
            f"{hard} Multiport register array {depth}x{width}, {style}: {pairs}. Clocked write of "
            f"{wd} to {wa} if {we}; {fresh}.",
            f"CPU-style register file: {depth} entries of {width} bits, {pairs} ({style}), {wa} "
            f"written from {wd} under {we}; {fresh}. {hard}",
            f"{ports} array, {width} wide and {depth} deep. {fresh}; {style}. Reading: {pairs}; "
            f"writing: {we}, {wa}, {wd}. {hard}",
        ),
        clock,
    )
    stores = t.say(
        f"{words.cap(words.at(t, write[0]))} at a clock edge stores {wd} in the register numbered "
        f"{wa}",
        f"If {words.high(t, write[0])} at a clock edge, register {wa} becomes {wd}",
    )
    if clocked:
        gets = t.say(
            f"{outs} {'are registers' if many else 'is a register'}, loaded at every clock edge "
            f"with the word asked for ({pairs})",
            f"Reading costs a clock edge, at each of which a read takes place: {pairs}",
        )
    else:
        gets = t.say(
            f"Reading needs no clock: {pairs}",
            f"{outs} follow{'' if many else 's'} the read address by gates alone ({pairs})",
        )
    if bypass:
        meet = t.say(
            f"If the word being read is just being written, {wd} is what the reader gets"
            + ("" if clocked else ", even ahead of the clock edge"),
            f"Equal addresses during a write ({we} = 1) divert {wd} to the reader"
            + (" at this edge" if clocked else " in the same cycle, combinationally"),
        )
    else:
        meet = t.say(
            "Who reads a word that is just being written still gets its former value"
            + (" at that edge" if clocked else ", up to the clock edge"),
            "There is no short cut from the write to the read side; the former value is read"
            + (" at the edge of the write" if clocked else " till the edge has passed"),
        )
    none = words.maybe(
        t,
        zero,
        "A read from number 0 gives 0, no matter what was written there"
        + (" or is being written" if bypass else ""),
        "Number 0 is not a real register, its reads yield 0"
        + (", short cut or not" if bypass else ""),
    )
    full = words.clocks(
        t, clocking, t.say(clear, f"sets every word{' and ' + outs if clocked else ''} to 0")
    )
    size = t.say(f"{depth} registers of {width} bits", f"{width}-bit registers, {depth} of them")
    purpose = words.prose(
        t,
        t.say(
            f"The core of a hobby processor keeps its operands in {size}",
            f"A graphics pipeline's scratch pad consists of {size}",
            f"A stack-less calculator chip has {size} for its intermediate results",
            f"Channel settings of a mixing desk are kept in {size}, fast to read and written one "
            "at a time",
            f"A motion controller holds its axis parameters in {size}",
        ),
        stores,
        gets,
        meet,
        none,
        t.say(full, clock),
    )
    k = t.int(1, depth - 1)
    v = t.bits(min(width, 8))
    example = f"Example: write {v} to register {k}, then read {k} after the clock edge: {v}"
    remark = words.remarks(
        t,
        t.say(
            f"{words.cap(size)}, one writer and {amount(len(reads), 'reader')}",
            f"Register file ({depth} x {width})",
            f"Storage block: {size}",
            f"A bank with {size}, {ports}",
        ),
        [stores, gets, meet, none, full],
        [example],
    )
    return short, purpose, remark


def ram(
    t: Draw,
    clocking: Clocking,
    named: tuple[str, str, str, str, str, str],
    shape: tuple[int, int, int, bool],
    reading: str,
    enable: Gate | None,
) -> tuple[str, str, str]:
    """RAM; `named`: write enable, write and read address, data in and out, lane strobes."""
    we, wa, ra, din, dout = (f"`{n}`" for n in named[:5])
    depth, width, lanes, odd = shape
    lane, be, dual = width // lanes, f"`{named[5]}`", named[1] != named[2]
    kind = (
        t.say("simple dual-port", "one-write-one-read")
        if dual
        else t.say("single-port", "one-port")
    )
    port = f"write at {wa}, read at {ra}" if dual else f"address {wa}"
    style = {
        "asynchronous": t.say("asynchronous read", "combinational read"),
        "read first": t.say(
            "synchronous read-first (old data on a collision)", "clocked read, read-before-write"
        ),
        "write first": t.say(
            f"synchronous write-first (collision gives {din})", "clocked read, write-through"
        ),
        "no change": t.say(
            "synchronous no-change mode", "clocked read, output frozen during writes"
        ),
    }[reading]
    if reading == "read first" and not dual:
        style = t.say(
            "synchronous read-first, reading during writes too", "read-before-write, clocked"
        )
    mask = ""
    if lanes > 1:
        mask = t.say(
            f"{be}[i] enables bits {lane}i..{lane}i+{lane - 1}.",
            f"{be} masks the {lanes} lanes of {lane} bits, bit 0 the lowest.",
        )
    gate = words.maybe(
        t,
        enable,
        f"{words.shut(t, enable)} blocks writing and reading ({dout} holds).",
        f"Nothing is written or read without {words.open_(t, enable)}; {dout} holds then.",
    )
    clock = words.brief(t, clocking, "")
    short = words.framed(
        t,
        t.say(
            f"{depth} x {width} {kind} RAM, {port}, {style}. {we} writes {din}; data out {dout}. "
            f"{mask} {gate}",
            f"{kind} memory, {depth} words by {width}. {style} to {dout}; clocked write of {din} "
            f"by {we}; {port}. {mask} {gate}",
            f"RAM {depth}x{width}: {we} stores {din}, {dout} reads; {port}; {style}. {mask} {gate}",
            f"Infer {kind} RAM ({depth} deep, {width} wide), {style}. {port}, {we}/{din} in, "
            f"{dout} out. {mask} {gate}",
            f"{style}, {kind} RAM of {depth} words, {width} bits each. {port}. {mask} {gate} "
            f"Write strobe {we}, data {din} and {dout}.",
            f"Block of {depth} {width}-bit words, {kind}, {style}; {port}; {din} enters under "
            f"{we}, {dout} leaves. {mask} {gate}",
        ),
        clock,
    )
    cells = f"{amount(depth, 'word')} of {amount(width, 'bit')}"
    stores = t.say(
        f"A clock edge with {words.at(t, named[0])} puts {din} into the word at {wa}",
        f"{din} is stored under {wa} at each clock edge at which {words.high(t, named[0])}",
    )
    if lanes > 1:
        stores += t.say(
            f", but only those {lane}-bit pieces whose bit in {be} is 1 (bit 0 for the lowest "
            "piece)",
            f"; of its {lanes} pieces of {lane} bits, counted from the low end, those with a 0 in "
            f"{be} stay as they were",
        )
    edge = "each clock edge" if not enable else f"each clock edge with {words.open_(t, enable)}"
    if reading == "asynchronous":
        gets = t.say(
            f"{dout} shows the word at {ra} at all times, without a clock",
            f"Reading is done by gates: {dout} follows {ra} and the stored word",
        )
    elif reading == "read first":
        gets = t.say(
            f"{dout} is a register; {edge} loads it with the word at {ra} as it was before this "
            "edge",
            f"At {edge} the word at {ra} goes into the register {dout}; a write to it at the same "
            "edge shows only later",
        )
    elif reading == "write first":
        gets = t.say(
            f"{dout} is a register; {edge} loads it with the word at {ra}, or with {din} if this "
            "very word is being written",
            f"At {edge} the register {dout} is renewed from {ra}; a write to the same word at "
            "that edge is already visible in it",
        )
    else:
        gets = t.say(
            f"{dout} is a register; {edge} without a write loads it with the word at {ra}, a "
            "write leaves it alone",
            f"A clock edge either writes or reads: only at {edge} and {we} = 0 is the register "
            f"{dout} renewed from {ra}",
        )
    idle = words.maybe(
        t,
        enable,
        f"With {words.shut(t, enable)} the memory is deaf: no write, {dout} unchanged",
        f"{words.cap(words.shut(t, enable))} suspends writes and keeps {dout}",
    )
    never = f"Only the addresses 0 to {depth - 1} occur" if odd else ""
    full = words.clocks(t, clocking, "")
    purpose = words.prose(
        t,
        t.say(
            f"An oscilloscope stores its trace in {cells}",
            f"A line printer collects a line in {cells} before the hammers strike",
            f"The tile map of a small video chip occupies {cells}",
            f"A weather station logs into a memory of {cells}",
            f"A music box has its editable score in {cells}",
        ),
        stores,
        gets,
        idle,
        never,
        t.say(full, clock),
    )
    k, v = t.int(0, depth - 1), t.bits(min(width, 8))
    example = f"Example: {v} written to address {k} is what a later read of {k} delivers" + (
        ", all lanes enabled" if lanes > 1 else ""
    )
    remark = words.remarks(
        t,
        t.say(
            f"RAM block, {kind}, {cells}",
            f"Memory of {cells} behind {dout}",
            f"Storage array ({depth} x {width}), {kind} type",
            f"{words.cap(cells)}, random access, {kind}",
        ),
        [stores, gets, idle, never, full],
        [example, "The array is not cleared, its first contents are unknown"],
    )
    return short, purpose, remark
