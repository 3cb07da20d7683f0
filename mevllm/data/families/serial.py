"""Bit-serial machines: serializers, deserializers, line codes, a two-wire bus sender."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.telling import (
    an,
    bits_for,
    clock_words,
    clocked,
    exhibit,
    lit,
    span,
    tell,
)
from mevllm.data.families.told import serial as told
from mevllm.data.stimulus import sequential
from mevllm.tiers import Tier


def _serializer(draw: Draw) -> Design:
    """Width, order, whether words follow without a gap, a ready of the receiver, a last flag."""
    c = draw.clocking()
    width = draw.choice((3, 4, 4, 5, 6, 8, 8, 8, 10, 12, 16))
    msb, tight = draw.chance(0.5), draw.chance(0.5)
    paced, flagged = draw.chance(0.4), draw.chance(0.5)
    data, vin = draw.name("data_in", "din", "word", "d"), draw.name("valid_in", "in_valid", "load")
    rin = draw.name("ready", "in_ready", "ready_out")
    out, vout = draw.name("dout", "bit_out", "sdata", "q"), draw.name("valid_out", "bit_valid")
    rout = draw.name("bit_ready", "ready_in", "accept") if paced else ""
    last = draw.name("last", "last_bit", "eow") if flagged else ""
    ports = [
        *c.ports,
        port(data, "input", width, "parallel word"),
        port(vin, "input", 1, "a word is offered"),
        port(rin, "output", 1, "a word offered now is taken at the clock edge"),
        port(out, "output", 1, "serial bit"),
        port(vout, "output", 1, "a serial bit is present"),
    ]
    if paced:
        ports.insert(-3, port(rout, "input", 1, "the receiver takes the bit at the clock edge"))
    if flagged:
        ports.append(port(last, "output", 1, "the bit is the last one of its word"))
    n = bits_for(width + 1)
    sh, left = draw.name("shift", "sr"), draw.name("left", "remaining")
    end = f"{left} == {lit(n, 1)}"
    lines = [
        f"  reg {span(width)}{sh};",
        f"  reg {span(n)}{left};",
        f"  assign {vout} = ({left} != {lit(n, 0)});",
        f"  assign {out} = {vout} & {sh}[{width - 1 if msb else 0}];",
    ]
    if flagged:
        lines.append(f"  assign {last} = ({end});")
    free = f"({left} == {lit(n, 0)})"
    taken = f" & {rout}" if paced else ""
    lines.append(f"  assign {rin} = {free}{f' | (({end}){taken})' if tight else ''};")
    moved = f"{{{sh}[{width - 2}:0], 1'b0}}" if msb else f"{{1'b0, {sh}[{width - 1}:1]}}"
    work = f"if ({vin} & {rin}) begin\n  {sh} <= {data};\n  {left} <= {lit(n, width)};\n"
    work += (
        f"end else if ({vout}{taken}) begin\n  {sh} <= {moved};\n  {left} <= {left} - 1'b1;\nend"
    )
    order = "most" if msb else "least"
    facts = (
        (
            f"A word is taken over from `{data}` at a clock edge where `{vin}` and `{rin}` are "
            f"both 1.",
            f"`{vin}` and `{rin}` form a handshake: both 1 at the clock edge means that `{data}` "
            f"is accepted.",
        ),
        (
            f"From the following cycle on its {width} bits appear at `{out}`, {order} significant "
            f"bit first, with `{vout}` = 1.",
            f"Beginning in the next cycle, `{out}` carries the {width} bits of the word "
            f"({order} significant first) while `{vout}` is 1.",
        ),
        (
            f"A bit stays until a clock edge where `{rout}` is 1, then the next one follows.",
            f"`{rout}` = 1 at a clock edge (with `{vout}` = 1) means that the bit was taken and "
            f"the next one is shown; with `{rout}` = 0 nothing moves.",
        )
        if paced
        else ("Every bit is there for exactly one clock cycle.", "One bit goes out a clock cycle."),
        f"`{last}` is 1 together with the last bit of a word and 0 otherwise." * flagged,
        (
            (
                f"`{rin}` is combinational: 1 when no word is being sent, and also while the last "
                f"bit is present{f' and `{rout}` is 1' * paced}, so that words can follow without "
                f"a gap.",
                f"`{rin}` = 1 if idle, or if the last bit is leaving at this edge (words may be "
                f"back to back).",
            )
            if tight
            else (
                f"`{rin}` is 1 exactly when no word is being sent, so at least one idle cycle "
                f"separates two words.",
                f"`{rin}` is the complement of `{vout}`.",
            )
        ),
        f"While `{vout}` is 0, `{out}` is 0.",
        *clocked(draw, c, "drops the word being sent and makes the module idle"),
    )
    draw.tell(
        *told.serializer(
            draw.teller(), c, (data, vin, rin, out, vout, rout, last), width, msb, tight
        )
    )
    return draw.design(
        SERIALIZER,
        module=draw.module("serializer", "p2s", "parallel_to_serial"),
        ports=ports,
        body="\n".join(lines) + "\n" + c.always(f"{sh} <= 0;\n{left} <= 0;", work),
        description=tell(
            draw,
            title=f"{width}-bit parallel-to-serial converter with handshake",
            terse=f"Serializer: {vin} & {rin} at an edge takes {data}; its {width} bits then "
            f"appear at {out}, {order} significant first, {vout} = 1, "
            + (f"each until an edge with {rout} = 1. " if paced else "one a cycle. ")
            + f"{last} marks the last bit. " * flagged
            + f"{rin} = idle"
            + (f" or (last bit{f' and {rout}' * paced})" if tight else "")
            + f", combinational. {out} = 0 when idle. "
            + clock_words(c, "makes it idle"),
            opening=(
                "Words have to leave a chip through a single pin.",
                "Design a parallel-to-serial converter.",
                f"Write a serializer for {width}-bit words.",
            ),
            facts=facts,
        ),
        stimulus=sequential(
            draw, ports, c, random_rows=240, chances={vin: 0.5, rout: 0.7}, reset_chance=0.01
        ),
        choices=(("width", width), ("msb", msb), ("tight", tight), ("more", (paced, flagged))),
        clocking=c,
    )


def _deserializer(draw: Draw) -> Design:
    """Width, order, start marks, output pulse or handshake that drops words."""
    c = draw.clocking()
    width = draw.choice((3, 4, 4, 5, 6, 8, 8, 8, 10, 12))
    msb, marked = draw.chance(0.5), draw.chance(0.4)
    held = draw.chance(0.5)
    din, vin = draw.name("din", "bit_in", "sdata", "d"), draw.name("din_valid", "bit_valid", "en")
    sof = draw.name("start", "sync", "first", "sof") if marked else ""
    dout, vout = draw.name("dout", "word", "data_out", "q"), draw.name("valid", "word_valid")
    rout = draw.name("ready", "word_ready", "taken") if held else ""
    lost = draw.name("lost", "overrun", "dropped") if held else ""
    ports = [
        *c.ports,
        port(din, "input", 1, "serial bit"),
        port(vin, "input", 1, "the serial bit counts"),
        port(dout, "output", width, "the word collected"),
        port(vout, "output", 1, "a word is available" if held else "pulse: new word"),
    ]
    if marked:
        ports.insert(-2, port(sof, "input", 1, "the bit is the first one of a word"))
    if held:
        ports.insert(-2, port(rout, "input", 1, "the word is taken at the clock edge"))
        ports.append(port(lost, "output", 1, "pulse: a word was dropped"))
    n = bits_for(width)
    sh, cnt = draw.name("shift", "acc"), draw.name("cnt", "got")
    now = draw.name("next_word", "joined")
    whole = draw.name("whole", "complete")
    full = f"{{{sh}[{width - 2}:0], {din}}}" if msb else f"{{{din}, {sh}[{width - 1}:1]}}"
    at = f"{vin} & {f'~{sof} & ' * marked}({cnt} == {lit(n, width - 1)})"
    lines = [
        f"  reg {span(width)}{sh};",
        f"  reg {span(n)}{cnt};",
        f"  wire {span(width)}{now} = {full};",
        f"  wire {whole} = {at};",
    ]
    clear = f"{sh} <= 0;\n{cnt} <= 0;\n{dout} <= 0;\n{vout} <= 1'b0;"
    work = f"if ({vin}) begin\n  {sh} <= {now};\n  "
    if marked:
        work += f"if ({sof}) {cnt} <= {lit(n, 1)};\n  else "
    work += f"{cnt} <= {whole} ? {lit(n, 0)} : {cnt} + 1'b1;\nend\n"
    if held:
        clear += f"\n{lost} <= 1'b0;"
        work += f"if ({whole} & (~{vout} | {rout})) {dout} <= {now};\n"
        work += f"{vout} <= {whole} | ({vout} & ~{rout});\n{lost} <= {whole} & {vout} & ~{rout};"
    else:
        work += f"{vout} <= {whole};\nif ({whole}) {dout} <= {now};"
    order = "most" if msb else "least"
    draw.tell(
        *told.deserializer(draw.teller(), c, (din, vin, sof, dout, vout, rout, lost), width, msb)
    )
    return draw.design(
        DESERIALIZER,
        module=draw.module("deserializer", "s2p", "serial_to_parallel"),
        ports=ports,
        body="\n".join(lines) + "\n" + c.always(clear, work),
        description=tell(
            draw,
            title=f"{width}-bit serial-to-parallel converter",
            terse=f"Deserializer: at edges with {vin} = 1 {din} is collected, {order} significant "
            f"bit first; every {width} bits make a word. "
            + f"{sof} with {vin} makes the bit the first of a new word, dropping a partial one. "
            * marked
            + (
                f"{dout}/{vout} are registers: {vout} = 1 until an edge with {rout} = 1; a word "
                f"completed while {vout} & ~{rout} is dropped and {lost} pulses one cycle. "
                if held
                else f"The edge of the last bit loads {dout} and makes {vout} 1 for one cycle. "
            )
            + clock_words(c, "clears the counter and all outputs"),
            opening=(
                "Design a serial-to-parallel converter.",
                f"A one-bit stream has to be cut into words of {width} bits.",
                "Write a deserializer.",
            ),
            facts=(
                (
                    f"At each clock edge where `{vin}` is 1 the bit `{din}` is accepted; with "
                    f"`{vin}` = 0 it is ignored, and gaps may occur anywhere.",
                    f"Bits arrive at `{din}` and count only at clock edges with `{vin}` = 1.",
                ),
                (
                    f"Each group of {width} accepted bits forms a word, {order} significant bit "
                    f"first.",
                    f"{width} accepted bits make a word; the first of them is the {order} "
                    f"significant one.",
                ),
                f"An accepted bit with `{sof}` = 1 is the first bit of a new word, whatever was "
                f"collected before; a partial word is discarded without notice." * marked,
                (
                    f"At the edge that accepts the last bit of a word, the word is stored in the "
                    f"register `{dout}` and the register `{vout}` becomes 1; both stay until a "
                    f"clock edge where `{rout}` is 1, which clears `{vout}` (unless a new word is "
                    f"completed at that same edge, which is then stored, `{vout}` staying 1). "
                    f"`{dout}` is never cleared by `{rout}`."
                    if held
                    else f"At the edge that accepts the last bit of a word, the register `{dout}` "
                    f"takes the word and `{vout}` becomes 1 for one clock cycle; `{dout}` holds "
                    f"until the next word is complete."
                ),
                f"A word completed while `{vout}` is 1 and `{rout}` is 0 is lost: `{dout}` keeps "
                f"the old word and `{lost}`, a register, is 1 for the next cycle (0 otherwise)."
                * held,
                *clocked(draw, c, "discards collected bits and clears all outputs"),
            ),
        ),
        stimulus=sequential(
            draw,
            ports,
            c,
            random_rows=max(200, 26 * width),
            chances={vin: 0.85, sof: 0.5 / width, rout: 0.12},
            reset_chance=0.005,
        ),
        choices=(("width", width), ("msb", msb), ("marked", marked), ("held", held)),
        clocking=c,
    )


_CODES = {
    2: (("10", "01"), ("01", "10")),
    3: (("100", "110"), ("001", "011")),
    4: (("1000", "1110"), ("1100", "0011"), ("1010", "1100"), ("0111", "0001")),
    5: (("10000", "11110"), ("11000", "11110")),
    6: (("100000", "111000"), ("110000", "111110")),
}
"""Line codes by length: the levels of a symbol 0 and a symbol 1, in order of time."""


def _line_code(draw: Draw) -> Design:
    """A word sender whose bits are patterns of levels: Manchester, pulse widths and others."""
    c = draw.clocking()
    length = draw.choice(list(_CODES))
    zero, one = draw.choice(_CODES[length])
    width = draw.choice((3, 4, 5, 6, 8, 8))
    msb, rest = draw.chance(0.6), int(draw.chance(0.3))
    start, data = draw.name("start", "send", "go"), draw.name("data", "word", "din")
    line, busy = draw.name("line", "out", "tx", "code"), draw.name("busy", "active", "sending")
    ports = [
        *c.ports,
        port(start, "input", 1, "request to send"),
        port(data, "input", width, "word to send"),
        port(line, "output", 1, "coded line"),
        port(busy, "output", 1, "a word is being sent"),
    ]
    n, t = bits_for(width), bits_for(length)
    sh, nb, ph = draw.name("shift", "sr"), draw.name("nbit", "idx"), draw.name("phase", "tick")
    pat = draw.name("pattern", "symbol")
    top = width - 1 if msb else 0
    lines = [
        f"  reg {span(width)}{sh};",
        f"  reg {span(n)}{nb};",
        f"  reg {span(t)}{ph};",
        f"  wire {span(length)}{pat} = {sh}[{top}] ? {length}'b{one} : {length}'b{zero};",
        f"  assign {line} = {busy} ? {pat}[{lit(t, length - 1)} - {ph}] : 1'b{rest};",
    ]
    moved = f"{{{sh}[{width - 2}:0], 1'b0}}" if msb else f"{{1'b0, {sh}[{width - 1}:1]}}"
    work = f"""if (!{busy}) begin
  if ({start}) begin
    {sh} <= {data};
    {nb} <= 0;
    {ph} <= 0;
    {busy} <= 1'b1;
  end
end else if ({ph} == {lit(t, length - 1)}) begin
  {ph} <= 0;
  {sh} <= {moved};
  {nb} <= {nb} + 1'b1;
  if ({nb} == {lit(n, width - 1)}) {busy} <= 1'b0;
end else begin
  {ph} <= {ph} + 1'b1;
end"""
    order = "most" if msb else "least"
    value = 1 << draw.int(0, width - 1) | draw.bits(width - 1)
    levels = [one if value >> i & 1 else zero for i in range(width)]
    levels = levels[::-1] if msb else levels
    z, o = " ".join(zero), " ".join(one)
    facts = (
        (
            f"`{start}` = 1 at a clock edge while `{busy}` is 0 takes `{data}` over; sending "
            f"begins in the cycle after that edge, with `{busy}` = 1. While `{busy}` is 1, "
            f"`{start}` is ignored.",
            f"When idle (`{busy}` = 0), an edge with `{start}` = 1 captures `{data}`, and from the "
            f"next cycle on the word is sent, `{busy}` being 1. A request during sending is "
            f"ignored.",
        ),
        (
            f"The {width} bits are sent {order} significant first, each as {length} levels of one "
            f"clock cycle each.",
            f"Each of the {width} bits ({order} significant first) takes {length} clock cycles.",
        ),
        (
            f"`{busy}` falls after the last level, so it is 1 for {width * length} cycles a word; "
            f"while it is 0, `{line}` is {rest}.",
            f"After {width * length} cycles `{busy}` returns to 0; the idle level of `{line}` is "
            f"{rest}.",
        ),
        *clocked(draw, c, "aborts the word and makes the sender idle"),
    )
    code = (
        f"A 0 is coded as the levels {z} and a 1 as {o}, in order of time.",
        f"On the line a bit 1 looks like {o}, and a bit 0 like {z} (first level first).",
    )
    shown = f"{data} = {value:0{width}b}\n{line}: {' '.join(levels)}"
    return draw.design(
        LINE_CODE,
        module=draw.module("line_coder", "pulse_sender", "encoder_tx"),
        ports=ports,
        body="\n".join(lines)
        + "\n"
        + c.always(f"{sh} <= 0;\n{nb} <= 0;\n{ph} <= 0;\n{busy} <= 1'b0;", work),
        description=tell(
            draw,
            title=f"sender of {width}-bit words in {an(length, 'level')} line code",
            terse=f"Sends {data} ({order} significant bit first) after an edge with {start} = 1 "
            f"and {busy} = 0. Bit 0 = levels {z}, bit 1 = levels {o}, one clock each. {busy} = 1 "
            f"for "
            f"the {width * length} cycles; idle level {rest}. " + clock_words(c, "makes it idle"),
            opening=(
                "Design a sender that codes every bit as a pattern of levels on one wire.",
                f"A chain of lamps is told its colours in words of {width} bits over one line.",
                "Write the transmitter of a self-clocking serial link.",
            ),
            facts=(*facts[:2], code, *facts[2:]),
            exhibits=(
                exhibit(
                    draw,
                    "worked example",
                    "Design a sender that codes every bit as a pattern of levels on one wire.",
                    (*facts, code),
                    shown,
                    "One word, for example (the levels in order of time, grouped by bits):",
                ),
            ),
        ),
        stimulus=sequential(
            draw,
            ports,
            c,
            random_rows=min(400, 60 + 6 * width * length),
            chances={start: 0.3},
            reset_chance=0.004,
        ),
        choices=(("code", (zero, one)), ("width", width), ("msb", msb), ("rest", rest)),
        clocking=c,
    )


SERIALIZER = Family("serializer", Tier.EXPERT, _serializer)
DESERIALIZER = Family("deserializer", Tier.EXPERT, _deserializer)
LINE_CODE = Family("line_code_sender", Tier.EXPERT, _line_code, held_out=True)

FAMILIES = (SERIALIZER, DESERIALIZER, LINE_CODE)
