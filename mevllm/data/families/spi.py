"""Synchronous serial ports: an SPI master and an SPI slave."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.telling import Fact, bits_for, clock_words, clocked, lit, span, tell
from mevllm.data.families.told import spi as told
from mevllm.data.stimulus import Row, sequential
from mevllm.tiers import Tier


def _master(draw: Draw) -> Design:
    """Word width, clock divisor, polarity and phase, bit order."""
    c = draw.clocking(falling=0.04)
    width = draw.choice((4, 5, 6, 8, 8, 8, 12, 16))
    half = draw.choice((1, 1, 2, 2, 3, 4)) if width < 12 else draw.choice((1, 2))
    cpol, cpha = draw.int(0, 1), draw.int(0, 1)
    msb = draw.chance(0.75)
    start, din = draw.name("start", "send", "go"), draw.name("tx_data", "data_in", "din")
    miso, mosi = draw.name("miso", "sdi"), draw.name("mosi", "sdo")
    sclk, cs = draw.name("sclk", "sck", "spi_clk"), draw.name("cs_n", "ss_n", "csn")
    dout, done = draw.name("rx_data", "data_out", "dout"), draw.name("done", "rx_valid", "ready_o")
    ports = [
        *c.ports,
        port(start, "input", 1, "begin a transfer"),
        port(din, "input", width, "word to send"),
        port(miso, "input", 1, "serial data from the slave"),
        port(sclk, "output", 1, "serial clock"),
        port(cs, "output", 1, "slave select, active low"),
        port(mosi, "output", 1, "serial data to the slave"),
        port(dout, "output", width, "word received"),
        port(done, "output", 1, "pulse: transfer finished"),
    ]
    sh, n, div, got = (
        draw.name("shift", "sr"),
        draw.name("toggles", "edges"),
        draw.name("div", "wait_cnt"),
        draw.name("got", "sampled"),
    )
    w, d = bits_for(2 * width), bits_for(half)
    out_bit = f"{sh}[{width - 1}]" if msb else f"{sh}[0]"

    def shifted(bit: str) -> str:
        return f"{{{sh}[{width - 2}:0], {bit}}}" if msb else f"{{{bit}, {sh}[{width - 1}:1]}}"

    lines = [f"  reg {span(width)}{sh};", f"  reg {span(w)}{n};"]
    clear = (
        f"{sh} <= 0;\n{n} <= 0;\n{sclk} <= 1'b{cpol};\n{cs} <= 1'b1;\n{dout} <= 0;\n{done} <= 1'b0;"
    )
    if half > 1:
        lines.append(f"  reg {span(d)}{div};")
        clear += f"\n{div} <= 0;"
    if cpha:
        clear += f"\n{mosi} <= 1'b0;"
        moves = f"if (!{n}[0]) {mosi} <= {out_bit};\nelse {sh} <= {shifted(miso)};"
        final, ending = shifted(miso), f"\n  {mosi} <= 1'b0;"
    else:
        lines.append(f"  reg {got};\n  assign {mosi} = ~{cs} & {out_bit};")
        clear += f"\n{got} <= 1'b0;"
        moves = f"if (!{n}[0]) {got} <= {miso};\nelse {sh} <= {shifted(got)};"
        final, ending = shifted(got), ""
    toggle = f"{sclk} <= ~{sclk};\n{n} <= {n} + 1'b1;\n{moves}\n"
    toggle += f"if ({n} == {lit(w, 2 * width - 1)}) begin\n  {cs} <= 1'b1;\n  {dout} <= {final};\n"
    toggle += f"  {done} <= 1'b1;{ending}\nend"

    def pad(text: str) -> str:
        return "\n".join(f"  {line}" for line in text.split("\n"))

    begin = f"{sh} <= {din};\n{n} <= 0;\n{cs} <= 1'b0;" + f"\n{div} <= 0;" * (half > 1)
    work = f"{done} <= 1'b0;\nif ({cs}) begin\n  if ({start}) begin\n{pad(pad(begin))}\n  end\n"
    if half > 1:
        work += f"end else if ({div} == {lit(d, half - 1)}) begin\n  {div} <= 0;\n{pad(toggle)}\n"
        work += f"end else begin\n  {div} <= {div} + 1'b1;\nend"
    else:
        work += f"end else begin\n{pad(toggle)}\nend"
    cycles = 2 * width * half
    ones, run = (1 << width) - 1, cycles + 1
    pace = "every clock edge" if half == 1 else f"every {half} clock cycles"
    first = "most" if msb else "least"
    lead, trail = "1st, 3rd, 5th and so on", "2nd, 4th, 6th and so on"
    data: Fact = (
        (
            f"`{mosi}` is a register that takes the next bit at the {lead} toggle, is set to 0 at "
            f"the end of the transfer, and holds otherwise. `{miso}` is sampled at the {trail} "
            f"toggle, as it is at the clock edge that makes the toggle."
        )
        if cpha
        else (
            f"`{mosi}` shows the first bit as soon as `{cs}` is 0 and goes on to the next one at "
            f"the {trail} toggle; while `{cs}` is 1 it is 0. `{miso}` is sampled at the {lead} "
            f"toggle, as it is at the clock edge that makes the toggle."
        )
    )
    facts: tuple[Fact, ...] = (
        (
            f"When `{cs}` is 1, a clock edge with `{start}` = 1 captures `{din}` and sets `{cs}` "
            f"to 0; during a transfer `{start}` is ignored.",
            f"A transfer begins at a clock edge where `{start}` is 1 and none is running (`{cs}` = "
            f"1): `{din}` is stored and `{cs}` becomes 0.",
        ),
        (
            f"`{sclk}` rests at {cpol}. During a transfer it toggles {2 * width} times, at "
            f"{pace}: the first toggle comes {half} clock "
            f"edge{'s' * (half > 1)} after the one that started the transfer.",
        )[0],
        f"Data are {width} bits, {first} significant bit first, in SPI mode {2 * cpol + cpha} "
        f"(CPOL = {cpol}, CPHA = {cpha}). {data}",
        (
            f"At the last toggle, {cycles} clock edges after the start, `{cs}` returns to 1, the "
            f"register `{dout}` takes the {width} bits sampled, and `{done}` is 1 for the one "
            f"cycle that follows.",
            f"The last toggle ends the transfer: `{cs}` becomes 1, `{dout}` is loaded with the "
            f"bits sampled ({first} significant first), and `{done}` becomes 1 for one clock "
            f"cycle.",
        ),
        *clocked(draw, c, f"sets `{sclk}` to {cpol}, `{cs}` to 1 and all other outputs to 0"),
    )
    names = (start, din, miso, sclk, cs, mosi, dout, done)
    draw.tell(*told.master(draw.teller(), c, names, width, half, (cpol, cpha), msb))
    return draw.design(
        SPI_MASTER,
        module=draw.module("spi_master", "spi", "spi_ctrl"),
        ports=ports,
        body="\n".join(lines) + "\n" + c.always(clear, work),
        description=tell(
            draw,
            title=f"SPI master, mode {2 * cpol + cpha}, {width}-bit words",
            terse=f"SPI master. An edge with {start} = 1 and {cs} = 1 captures {din} and drops "
            f"{cs}; {sclk} (idle {cpol}) then toggles {2 * width} times, once per {half} "
            f"clock{'s' * (half > 1)}; {first} significant bit first. {data} The last toggle "
            f"raises {cs}, loads {dout} and pulses {done} for one cycle. ".replace("`", "")
            + clock_words(c, f"{sclk} = {cpol}, {cs} = 1, other outputs 0"),
            opening=(
                "Write the master side of a serial peripheral interface.",
                f"A converter chip is read over SPI in words of {width} bits.",
                "Design an SPI master.",
            ),
            facts=facts,
        ),
        stimulus=sequential(
            draw,
            ports,
            c,
            directed=[
                {start: 1, din: word, miso: word & 1} for word in (ones, 0) for _ in range(run)
            ],
            random_rows=min(400, 90 + 4 * cycles),
            chances={start: 0.35},
            reset_chance=0.003,
        ),
        choices=(("width", width), ("half", half), ("mode", (cpol, cpha)), ("msb", msb)),
        clocking=c,
    )


def _slave(draw: Draw) -> Design:
    """Word width, sampling edge, bit order, and what reloads the word sent."""
    c = draw.clocking(falling=0.04)
    width = draw.choice((4, 5, 6, 8, 8, 8, 12))
    rising, msb, again = draw.chance(0.65), draw.chance(0.75), draw.chance(0.5)
    sclk, cs = draw.name("sclk", "sck"), draw.name("cs_n", "ss_n")
    mosi, miso = draw.name("mosi", "sdi"), draw.name("miso", "sdo")
    din, dout = draw.name("tx_data", "reply", "din"), draw.name("rx_data", "word", "dout")
    got = draw.name("rx_valid", "valid", "word_done")
    ports = [
        *c.ports,
        port(sclk, "input", 1, "serial clock, synchronous to clk"),
        port(cs, "input", 1, "select, active low"),
        port(mosi, "input", 1, "serial data in"),
        port(din, "input", width, "word to send"),
        port(miso, "output", 1, "serial data out"),
        port(dout, "output", width, "last word received"),
        port(got, "output", 1, "pulse: word received"),
    ]
    n = bits_for(width)
    old, tx, rx, cnt = (
        draw.name("sclk_q", "before_clk"),
        draw.name("tx", "tx_sr"),
        draw.name("rx", "rx_sr"),
        draw.name("cnt", "bit_no"),
    )
    sample, shift, now = (
        draw.name("sample", "take"),
        draw.name("shift_out", "advance"),
        draw.name("joined", "next_rx"),
    )
    up, down = f"{sclk} & ~{old}", f"~{sclk} & {old}"
    low = f"{rx}[{width - 2}:0]"
    lines = [
        f"  reg {old};\n  reg {span(width)}{tx}, {rx};\n  reg {span(n)}{cnt};",
        f"  wire {sample} = {up if rising else down};",
        f"  wire {shift} = {down if rising else up};",
        f"  wire {span(width)}{now} = "
        + (f"{{{low}, {mosi}}};" if msb else f"{{{mosi}, {rx}[{width - 1}:1]}};"),
        f"  assign {miso} = ~{cs} & {tx}[{width - 1 if msb else 0}];",
    ]
    out = f"{{{tx}[{width - 2}:0], 1'b0}}" if msb else f"{{1'b0, {tx}[{width - 1}:1]}}"
    shifting = f"({cnt} == 0) ? {din} : {out}" if again else out
    work = f"""{old} <= {sclk};
{got} <= 1'b0;
if ({cs}) begin
  {cnt} <= 0;
  {tx} <= {din};
end else if ({sample}) begin
  {rx} <= {now};
  {cnt} <= ({cnt} == {lit(n, width - 1)}) ? {lit(n, 0)} : {cnt} + 1'b1;
  if ({cnt} == {lit(n, width - 1)}) begin
    {dout} <= {now};
    {got} <= 1'b1;
  end
end else if ({shift}) begin
  {tx} <= {shifting};
end"""
    regs = (old, tx, rx, cnt, dout, got)
    clear = "\n".join(f"{r} <= 0;" for r in regs)
    first = "most" if msb else "least"
    s_edge, o_edge = ("rising", "falling") if rising else ("falling", "rising")
    reload: Fact = (
        f"At {'an' if o_edge[0] in 'aeiou' else 'a'} {o_edge} edge the word sent moves on by one "
        f"bit, 0 entering; if no bit of the present word has been sampled yet (also right after a "
        f"complete word), `{din}` is loaded anew instead."
        if again
        else f"At a {o_edge} edge the word sent moves on by one bit; when all bits are gone, zeros "
        f"follow."
    )
    facts: tuple[Fact, ...] = (
        f"All registers run on `{c.clock}`; `{sclk}`, `{cs}` and `{mosi}` are already synchronous "
        f"to it. An edge of `{sclk}` is found by comparing it with its value at the previous clock "
        f"edge (0 after reset).",
        f"While `{cs}` is 1 the module is idle: at every clock edge the word to send is loaded "
        f"from `{din}` and the bit counter is cleared, so that a partial word is forgotten.",
        f"While `{cs}` is 0, at each {s_edge} edge of `{sclk}` the bit `{mosi}` is taken; {width} "
        f"bits, {first} significant first, make a word. The edge that takes the last bit loads "
        f"the register `{dout}` and sets `{got}` for one clock cycle; then the next word begins.",
        reload,
        f"`{miso}` is the next bit to send ({first} significant first) while `{cs}` is 0, and 0 "
        f"while it is 1.",
        *clocked(draw, c, "clears all registers"),
    )
    rows: list[Row] = []
    for frame in range(5):
        word = (1 << width) - 1 if frame == 0 else 0 if frame == 1 else draw.bits(width)
        reply = draw.bits(width)
        rows += [{cs: 1, din: reply, sclk: 0}] * 2
        length = width if frame < 2 else draw.choice((width, 2 * width, width // 2))
        for k in range(length):
            bit = word >> (k % width) & 1
            rows += [{cs: 0, mosi: bit, din: reply, sclk: level} for level in (1, 1, 0, 0)]
        rows.append({cs: 0, din: reply, sclk: 0})
    names = (sclk, cs, mosi, miso, din, dout, got)
    draw.tell(*told.slave(draw.teller(), c, names, width, rising, msb, again))
    return draw.design(
        SPI_SLAVE,
        module=draw.module("spi_slave", "spi_target"),
        ports=ports,
        body="\n".join(lines) + "\n" + c.always(clear, work),
        description=tell(
            draw,
            title=f"SPI slave for {width}-bit words, clocked by the system",
            terse=" ".join(str(f) for f in facts[:-2]).replace("`", "")
            + " "
            + clock_words(c, "clears all registers"),
            opening=(
                "Write the slave side of a serial peripheral interface.",
                "A microcontroller talks to this circuit over SPI.",
                "Design an SPI slave.",
            ),
            facts=facts,
        ),
        stimulus=sequential(
            draw,
            ports,
            c,
            directed=rows,
            random_rows=120,
            chances={cs: 0.03, sclk: 0.5},
            hold={sclk: 0.3},
            reset_chance=0.004,
        ),
        choices=(("width", width), ("rising", rising), ("msb", msb), ("again", again)),
        clocking=c,
    )


SPI_MASTER = Family("spi_master", Tier.EXPERT, _master)
SPI_SLAVE = Family("spi_slave", Tier.EXPERT, _slave)

FAMILIES = (SPI_MASTER, SPI_SLAVE)
