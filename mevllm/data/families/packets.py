"""Streams of bytes and commands: packets that a mark aligns, packets with a length, timers."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, indent, port
from mevllm.data.families.telling import clock_words, clocked, lit, tell
from mevllm.data.stimulus import sequential
from mevllm.tiers import Tier


def _aligner(draw: Draw) -> Design:
    """Packets of two to five bytes whose first byte carries a mark; with or without the bytes."""
    clocking = draw.clocking()
    n = draw.choice((2, 3, 3, 4, 4, 5))
    width = draw.choice((8, 8, 8, 4, 6))
    data = draw.chance(0.55)
    valid = draw.name("valid", "in_valid", "strobe", "byte_en") if draw.chance(0.4) else ""
    kind = draw.choice(("bit", "bit", "pair", "code"))
    x = draw.name("in", "byte_in", "din", "data_in", "rx_data")
    done = draw.name("done", "packet", "complete", "pkt_valid")
    message = draw.name("message", "out_bytes", "pkt", "dout") if data else ""
    left = draw.name("left", "missing", "todo")
    mark = draw.name("mark", "head", "is_first")
    if kind == "bit":
        at, value = draw.int(0, width - 1), 1 if data else draw.bits(1)
        test = f"{x}[{at}]" if value else f"!{x}[{at}]"
        told = f"bit {at} is {value}"
    elif kind == "pair":
        at, value = draw.int(0, width - 2), 3 if data else draw.int(0, 3)
        test = f"({x}[{at + 1}:{at}] == 2'b{value:02b})"
        told = f"bits {at + 1} and {at} are {value:02b}"
    else:
        at, value = width - 4, 15 if data else draw.bits(4)
        test = f"({x}[{width - 1}:{at}] == 4'h{value:X})"
        told = f"the upper four bits are {value:04b}" if width > 4 else f"its value is {value:04b}"
    bits = (n - 1).bit_length()
    total, kept = n * width, (n - 1) * width
    store = draw.name("store", "prev", "sr") if data else ""
    thing = "byte" if width == 8 else f"{width}-bit word"
    last = f"({left} == {lit(bits, 1)})"
    keep = ""
    if data:
        keep = (
            f"\n{store} <= {x};"
            if n == 2
            else (f"\n{store} <= {{{store}[{kept - width - 1}:0], {x}}};")
        )
        keep += f"\nif {last} {message} <= {{{store}, {x}}};"
    core = (
        f"{left} <= ({left} != {lit(bits, 0)}) ? {left} - 1 : {mark} ? {lit(bits, n - 1)} : "
        f"{lit(bits, 0)};{keep}"
    )
    if valid:
        step = f"{done} <= {valid} && {last};\nif ({valid}) begin\n{indent(core, 2)}\nend"
    else:
        step = f"{done} <= {last};\n{core}"
    start = f"{left} <= {lit(bits, 0)};\n{done} <= 1'b0;" + (
        f"\n{message} <= {total}'d0;" if data else ""
    )
    body = "\n".join(
        (
            f"  reg {f'[{bits - 1}:0] ' if bits > 1 else ''}{left};",
            *([f"  reg [{kept - 1}:0] {store};"] if data else []),
            f"  wire {mark} = {test};",
            "",
            clocking.always(start, step),
        )
    )
    ports = [
        *clocking.ports,
        port(x, "input", width, thing),
        *([port(valid, "input", 1, "something new has arrived")] if valid else []),
        port(done, "output", 1, "a packet is complete"),
        *([port(message, "output", total, "the last complete packet")] if data else []),
    ]
    fixed = {"bit": 1, "pair": 3, "code": 15}[kind] << at
    marked = value << at
    rows: list[dict[str, int]] = []
    for _ in range(160):
        word = draw.bits(width)
        row = {x: word & ~fixed | marked if draw.chance(0.35) else word}
        if valid:
            row[valid] = int(draw.chance(0.75))
        rows.append(row)
    cycle = f"in every cycle with `{valid}` = 1" if valid else "in every clock cycle"
    return draw.design(
        ALIGNER,
        module=draw.module("packet_align", "aligner", "framer", "packet_fsm"),
        ports=ports,
        body=body,
        description=tell(
            draw,
            title=f"aligner for packets of {n} {thing}s",
            terse=f"Packets of {n} {thing}s on {x}"
            + (f" (when {valid})" if valid else "")
            + f"; the first one has {told.replace(' is ', ' = ').replace(' are ', ' = ')}. "
            f"Outside a packet other {thing}s are skipped; inside all count. {done} pulses for one "
            "cycle after the last"
            + (f"; {message} = the packet, first {thing} on top, kept" if data else "")
            + f". {clock_words(clocking, 'searches anew, outputs 0')}",
            opening=(
                f"A stream of {thing}s is cut into packets.",
                f"A receiver finds the beginning of packets in a stream of {thing}s.",
                "",
            ),
            facts=(
                (
                    f"`{x}` carries one {thing} {cycle}. A packet consists of {n} consecutive "
                    f"{thing}s, and of the first of them {told}.",
                    f"One {thing} arrives on `{x}` {cycle}. Packets are {n} {thing}s long and can "
                    f"begin only with a {thing} of which {told}.",
                ),
                f"Cycles with `{valid}` = 0 carry nothing and can occur anywhere, also within a "
                "packet."
                if valid
                else "",
                (
                    f"While searching, {thing}s that cannot begin a packet are thrown away. Once "
                    f"the first is found, the next {n - 1 if n > 2 else 'one'} "
                    f"{'belong' if n > 2 else 'belongs'} to the packet whatever the value; then "
                    "the search goes on with the next one, which can begin a packet at once.",
                    f"A {thing} without the mark is skipped only between packets: the remaining "
                    f"{_n(n - 1, thing)} of a packet may have any value, the mark included. "
                    "Packets may follow each other without a gap.",
                ),
                (
                    f"The edge that takes the last {thing} of a packet sets `{done}` to 1 for "
                    "one clock cycle; otherwise it is 0.",
                    f"`{done}` is 1 for the one clock cycle after the edge that took the last "
                    f"{thing} of a packet.",
                ),
                f"With the same edge the packet is stored in `{message}`, its first {thing} in the "
                "most significant bits, and is kept there until the next one is complete."
                if data
                else "",
                *clocked(draw, clocking, "drops a packet that has begun and sets all outputs to 0"),
            ),
        ),
        stimulus=sequential(
            draw,
            ports,
            clocking,
            directed=rows,
            random_rows=80,
            reset_chance=0.03,
            chances={valid: 0.8},
        ),
        choices=(
            ("words", n),
            ("width", width),
            ("mark", test.replace(x, "in")),
            ("data", data),
            ("valid", bool(valid)),
        ),
        clocking=clocking,
    )


def _n(number: int, thing: str) -> str:
    return f"{number} {thing}{'s' * (number != 1)}"


def _timer(draw: Draw) -> Design:
    """A start pattern, then the bits of a delay, then counting, then done until acknowledged."""
    clocking = draw.clocking()
    size = draw.int(3, 5)
    pattern = f"1{draw.bits(size - 1):0{size - 1}b}"
    bits, unit = draw.int(2, 4), draw.choice((1, 2, 3, 4, 5, 8))
    unit = min(unit, 4) if bits == 4 else unit
    msb = draw.chance(0.7)
    shown = draw.chance(0.5)
    x, ack = draw.name("data", "x", "in", "serial"), draw.name("ack", "clear_done", "taken")
    counting, done = draw.name("counting", "busy", "running"), draw.name("done", "expired", "ring")
    left = draw.name("left", "remaining", "delay")
    state, hist, pos = draw.name("state"), draw.name("hist", "last"), draw.name("pos", "n")
    sub = draw.name("sub", "ticks") if unit > 1 else ""
    wide, pw, sw = size - 1, max(1, (bits - 1).bit_length()), max(1, (unit - 1).bit_length())
    shift = f"{{{left}[{bits - 2}:0], {x}}}" if msb else f"{{{x}, {left}[{bits - 1}:1]}}"
    shift = shift.replace("[0:0]", "[0]").replace("[1:1]", "[1]")
    tick = f"if ({left} == {lit(bits, 0)}) {state} <= DONE;\nelse {left} <= {left} - 1;"
    if sub:
        tick = (
            f"if ({sub} != {lit(sw, unit - 1)}) begin\n  {sub} <= {sub} + 1;\nend else begin\n"
            f"  {sub} <= {lit(sw, 0)};\n{indent(tick, 2)}\nend"
        )
    clear = f"{hist} <= {lit(wide, 0)};"
    arms = (
        f"SEARCH: begin\n  {hist} <= {{{hist}[{wide - 2}:0], {x}}};\n  {pos} <= {lit(pw, 0)};\n"
        f"  if ({{{hist}, {x}}} == {size}'b{pattern}) {state} <= LOAD;\nend\n"
        f"LOAD: begin\n  {left} <= {shift};\n  {pos} <= {pos} + 1;\n"
        + (f"  {sub} <= {lit(sw, 0)};\n" if sub else "")
        + f"  if ({pos} == {lit(pw, bits - 1)}) {state} <= COUNT;\nend\n"
        f"COUNT: " + (tick if sub else f"begin\n{indent(tick, 2)}\nend") + "\n"
        f"DONE: if ({ack}) begin\n  {state} <= SEARCH;\n  {clear}\nend"
    )
    body = "\n".join(
        (
            "  localparam SEARCH = 2'd0, LOAD = 2'd1, COUNT = 2'd2, DONE = 2'd3;",
            f"  reg [1:0] {state};",
            f"  reg [{wide - 1}:0] {hist};",
            f"  reg {f'[{pw - 1}:0] ' if pw > 1 else ''}{pos};",
            *([f"  reg {f'[{sw - 1}:0] ' if sw > 1 else ''}{sub};"] if sub else []),
            *([] if shown else [f"  reg [{bits - 1}:0] {left};"]),
            "",
            clocking.always(
                f"{state} <= SEARCH;\n{clear}" + (f"\n{left} <= {lit(bits, 0)};" if shown else ""),
                f"case ({state})\n{indent(arms, 2)}\nendcase",
            ),
            "",
            f"  assign {counting} = ({state} == COUNT);",
            f"  assign {done} = ({state} == DONE);",
        )
    )
    ports = [
        *clocking.ports,
        port(x, "input", 1, "serial command"),
        port(ack, "input"),
        port(counting, "output"),
        port(done, "output"),
        *([port(left, "output", bits, "delay register")] if shown else []),
    ]
    rows: list[dict[str, int]] = []
    values = [*draw.shuffled(range(1 << bits))[:9], (1 << bits) - 1]
    for value in values:
        rows += [{x: draw.bits(1), ack: draw.bits(1)} for _ in range(draw.int(0, 3))]
        rows += [{x: int(b), ack: draw.bits(1)} for b in pattern]
        digits = f"{value:0{bits}b}"
        rows += [{x: int(b)} for b in (digits if msb else digits[::-1])]
        rows += [{x: draw.bits(1), ack: draw.bits(1)} for _ in range((value + 1) * unit)]
        rows += [{x: draw.bits(1)}] * draw.int(0, 2) + [{x: draw.bits(1), ack: 1}]
    first = "most" if msb else "least"
    length = f"(D + 1) * {unit}" if unit > 1 else "D + 1"
    return draw.design(
        TIMER,
        module=draw.module("command_timer", "serial_timer", "pattern_timer"),
        ports=ports,
        body=body,
        description=tell(
            draw,
            title=f"timer started by the serial pattern {pattern}",
            terse=f"Search {pattern} on {x} (left bit first, any alignment), read {bits} delay "
            f"bits D ({first} significant first), then {counting} = 1 for {length} cycles, then "
            f"{done} = 1 until {ack} = 1 at an edge, then search anew."
            + (f" {left} is the delay register, counted down from D to 0." if shown else "")
            + f" {clock_words(clocking, 'searches anew')}",
            opening=(
                "A timer is programmed and started over a serial line.",
                "Build a timer that a serial command starts.",
                "",
            ),
            facts=(
                (
                    f"At every clock edge one bit of `{x}` is sampled. The timer searches for the "
                    f"pattern {pattern} (left bit first), at any position of the stream.",
                    f"First the timer waits for the bits {pattern}, left bit first, to arrive on "
                    f"`{x}`, one bit a clock edge; a false start loses no bits that may belong to "
                    "the pattern.",
                ),
                f"The {bits} bits sampled at the edges right after the pattern are the delay D, an "
                f"unsigned number, {first} significant bit first.",
                (
                    f"Then `{counting}` is 1 for exactly {length} clock cycles, beginning right "
                    f"after the edge that samples the last bit of D; `{x}` is ignored meanwhile.",
                    f"The edge that takes the last bit of D makes `{counting}` 1, and it remains "
                    f"so for {length} cycles, whatever comes on `{x}`.",
                ),
                f"`{left}` is the register that the delay bits are shifted into"
                f" (each at the {'right' if msb else 'left'} end, the others move "
                f"{'left' if msb else 'right'}). While counting it goes down by one after every "
                f"{_n(unit, 'cycle') if unit > 1 else 'cycle'} until it is 0 for the last "
                f"{_n(unit, 'cycle') if unit > 1 else 'cycle'}; at all other times it is kept."
                if shown
                else "",
                f"When counting is over, `{done}` is 1 until an edge with `{ack}` = 1; that edge "
                f"clears `{done}` and starts a new search with the next bit. No earlier bit counts "
                f"for it. `{ack}` has no effect at other times.",
                *clocked(
                    draw,
                    clocking,
                    f"starts a new search (`{counting}` and `{done}` 0"
                    + (f", `{left}` 0)" if shown else ")"),
                ),
            ),
        ),
        stimulus=sequential(
            draw, ports, clocking, directed=rows, random_rows=120, reset_chance=0.02
        ),
        choices=(
            ("pattern", pattern),
            ("bits", bits),
            ("unit", unit),
            ("msb", msb),
            ("shown", shown),
        ),
        clocking=clocking,
    )


ALIGNER = Family("packet_aligner", Tier.EXPERT, _aligner)
TIMER = Family("pattern_timer", Tier.EXPERT, _timer)

FAMILIES = (ALIGNER, TIMER)
