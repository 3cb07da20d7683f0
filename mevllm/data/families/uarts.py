"""Asynchronous serial lines: a transmitter and a receiver with small divisors."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.telling import bits_for, clock_words, clocked, exhibit, lit, span, tell
from mevllm.data.families.told import uarts as told
from mevllm.data.stimulus import Row, sequential
from mevllm.tiers import Tier


def _uart_tx(draw: Draw) -> Design:
    """Divisor, number of data bits, parity, stop bits, bit order, busy or ready, a done pulse."""
    c = draw.clocking()
    div = draw.choice((1, 2, 3, 4, 4, 5, 8))
    width = draw.choice((4, 5, 6, 7, 8, 8, 8, 8, 9))
    parity = draw.choice(("none", "none", "even", "odd"))
    stops = draw.choice((1, 1, 2))
    msb = draw.chance(0.2)
    ready, done = draw.chance(0.4), draw.chance(0.35)
    start = draw.name("start", "send", "tx_start", "valid")
    data = draw.name("data", "tx_data", "din", "payload")
    tx = draw.name("tx", "txd", "serial_out", "line")
    flag = draw.name("ready", "tx_ready", "idle") if ready else draw.name("busy", "tx_busy")
    end = draw.name("done", "tx_done", "sent") if done else ""
    ports = [
        *c.ports,
        port(start, "input", 1, "request to send"),
        port(data, "input", width, "word to send"),
        port(tx, "output", 1, "serial line, 1 when idle"),
        port(flag, "output", 1, "no frame is being sent" if ready else "a frame is being sent"),
    ]
    if done:
        ports.append(port(end, "output", 1, "pulse after a frame"))
    frame = 1 + width + (parity != "none") + stops
    n, d = bits_for(frame + 1), bits_for(div)
    shift, left = draw.name("shift", "frame"), draw.name("left", "bits_left")
    tick = draw.name("tick", "baud", "div_cnt")
    sent = (
        "{" + ", ".join(f"{data}[{i}]" for i in range(width)) + "}" if msb and width > 1 else data
    )
    check = {"none": "", "even": f"^{data}, ", "odd": f"~^{data}, "}[parity]
    if parity != "none":
        check = f"({check[:-2]}), "
    load = f"{{{stops}'b{'1' * stops}, {check}{sent}, 1'b0}}"
    idle = flag if ready else f"!{flag}"
    lines = [
        f"  reg {span(frame)}{shift};",
        f"  reg {span(n)}{left};",
        f"  assign {tx} = {shift}[0];",
        f"  assign {flag} = ({left} {'==' if ready else '!='} {lit(n, 0)});",
    ]
    clear = f"{shift} <= {{{frame}{{1'b1}}}};\n{left} <= 0;"
    last = ""
    if done:
        clear += f"\n{end} <= 1'b0;"
        last = f"    {end} <= ({left} == {lit(n, 1)});\n" if div > 1 else ""
    shifted = f"{shift} <= {{1'b1, {shift}[{frame - 1}:1]}};\n{left} <= {left} - 1'b1;"
    if div == 1:
        work = f"{end} <= ({left} == {lit(n, 1)});\n" if done else ""
        work += f"if ({idle}) begin\n  if ({start}) begin\n    {shift} <= {load};\n"
        work += f"    {left} <= {lit(n, frame)};\n  end\nend else begin\n"
        work += "\n".join(f"  {row}" for row in shifted.split("\n")) + "\nend"
    else:
        lines.append(f"  reg {span(d)}{tick};")
        clear += f"\n{tick} <= 0;"
        work = f"{end} <= 1'b0;\n" if done else ""
        work += f"if ({idle}) begin\n  {tick} <= 0;\n  if ({start}) begin\n    {shift} <= {load};\n"
        work += f"    {left} <= {lit(n, frame)};\n  end\n"
        work += f"end else if ({tick} == {lit(d, div - 1)}) begin\n  {tick} <= 0;\n"
        work += "\n".join(f"  {row}" for row in shifted.split("\n"))
        work += f"\n{last[2:]}" if last else "\n"
        work += f"end else begin\n  {tick} <= {tick} + 1'b1;\nend"
    order = "most significant bit first" if msb else "least significant bit first"
    bit_time = "one clock cycle" if div == 1 else f"{div} clock cycles"
    even = "even (the data and parity bits together contain an even number of ones)"
    odd = "odd (the data and parity bits together contain an odd number of ones)"
    parts = ["a start bit 0", f"the {width} data bits, {order}"]
    parts += [f"a parity bit, {even if parity == 'even' else odd}"] if parity != "none" else []
    parts.append("one stop bit 1" if stops == 1 else "two stop bits 1")
    value = draw.bits(width)
    ones = [value >> i & 1 for i in range(width)]
    ones = ones[::-1] if msb else ones
    wire = [0, *ones]
    if parity != "none":
        wire.append((sum(ones) + (parity == "odd")) % 2)
    wire += [1] * stops
    sample = " ".join(map(str, wire))
    facts = (
        (
            f"The line `{tx}` is 1 when idle.",
            f"Between frames `{tx}` rests at 1.",
        ),
        (
            f"If `{start}` is 1 at a clock edge while idle, `{data}` is taken over and the frame "
            f"begins right after that edge; while a frame is sent `{start}` and `{data}` are "
            f"ignored.",
            f"A frame starts directly after a clock edge that finds the transmitter idle and "
            f"`{start}` at 1. `{data}` is captured at that edge; requests during a frame are lost.",
        ),
        (
            f"Each bit of the frame lasts {bit_time}.",
            f"The bit time is {bit_time}.",
        ),
        (
            f"`{flag}` is {0 if ready else 1} exactly while a frame is on the line, that is for "
            f"{frame * div} clock cycles, and {1 if ready else 0} otherwise.",
            f"`{flag}` is {'low' if ready else 'high'} for the {frame * div} cycles of a frame and "
            f"{'high' if ready else 'low'} when idle.",
        ),
        f"`{end}` is a registered pulse of one clock cycle in the first cycle after the last stop "
        f"bit." * done,
        *clocked(draw, c, "aborts any frame: the transmitter becomes idle and the line 1"),
    )
    made = f"A frame consists of {'; '.join(parts)}."
    title = f"UART transmitter, {width} data bits, {parity if parity != 'none' else 'no'} parity"
    own, size = (start, data, tx, flag, end), (div, width, stops)
    draw.tell(*told.transmitter(draw.teller(), c, own, size, parity, msb, ready))
    return draw.design(
        UART_TX,
        module=draw.module("uart_tx", "serial_tx", "transmitter"),
        ports=ports,
        body="\n".join(lines) + "\n" + c.always(clear, work),
        description=tell(
            draw,
            title=title,
            terse=f"UART transmitter, {bit_time} a bit: {'; '.join(parts)}. Starts after an edge "
            f"with {start} = 1 when idle; {flag} is {0 if ready else 1} for the {frame * div} "
            f"cycles of a frame; "
            + f"{end} pulses in the cycle after it; " * done
            + f"{tx} idles at 1. "
            + clock_words(c, "makes it idle"),
            opening=(
                "Write the transmitting half of a serial port.",
                f"A sensor reports {width}-bit readings over one wire. Design its transmitter.",
                "Design an asynchronous serial transmitter.",
            ),
            facts=(
                facts[0],
                facts[1],
                made,
                facts[2],
                (
                    f"For example, `{data}` = {width}'b{value:0{width}b} is sent as the bits "
                    f"{sample}.",
                    "",
                ),
                *facts[3:],
            ),
            exhibits=(
                exhibit(
                    draw,
                    "worked example",
                    (
                        "A serial transmitter sends frames.",
                        "Design a transmitter for a serial line.",
                    ),
                    (*facts, made),
                    f"{data} = {value:0{width}b}\n{tx}: {sample}",
                    "The bits of one frame, in order of time:",
                ),
            ),
        ),
        stimulus=sequential(
            draw,
            ports,
            c,
            random_rows=min(420, 60 + frame * div * 5),
            chances={start: 0.25},
            reset_chance=0.004,
        ),
        choices=(
            ("div", div),
            ("width", width),
            ("frame", (parity, stops, msb)),
            ("flags", (ready, done)),
        ),
        clocking=c,
    )


def _uart_rx(draw: Draw) -> Design:
    """Divisor, data bits, parity check, framing error, what happens to faulty words."""
    c = draw.clocking()
    div = draw.choice((2, 4, 4, 5, 6, 8))
    width = draw.choice((4, 5, 6, 7, 8, 8, 8, 8))
    parity = draw.choice(("none", "none", "even", "odd"))
    framing = draw.chance(0.5)
    msb = draw.chance(0.15)
    rx = draw.name("rx", "rxd", "serial_in", "line")
    data = draw.name("data", "rx_data", "dout", "word")
    valid = draw.name("valid", "rx_valid", "done", "data_ready")
    ferr = draw.name("frame_error", "ferr", "stop_err") if framing else ""
    perr = draw.name("parity_error", "perr", "bad_parity") if parity != "none" else ""
    ports = [
        *c.ports,
        port(rx, "input", 1, "serial line, 1 when idle, already synchronous"),
        port(data, "output", width, "last good word"),
        port(valid, "output", 1, "pulse: a word arrived"),
    ]
    if framing:
        ports.append(port(ferr, "output", 1, "pulse: stop bit missing"))
    if perr:
        ports.append(port(perr, "output", 1, "pulse: wrong parity"))
    d, n = bits_for(div), bits_for(width)
    st, cnt, idx, sh = (
        draw.name("state", "st"),
        draw.name("cnt", "timer"),
        draw.name("idx", "nbit"),
        draw.name("shift", "sr"),
    )
    par = draw.name("par", "odd_ones")
    names = ["IDLE", "START", "DATA", *(["PARITY"] if perr else []), "STOP"]
    s = bits_for(len(names))
    lines = [
        "  localparam " + ", ".join(f"{k} = {lit(s, i)}" for i, k in enumerate(names)) + ";",
        f"  reg {span(s)}{st};",
        f"  reg {span(d)}{cnt};",
        f"  reg {span(n)}{idx};",
        f"  reg {span(width)}{sh};",
    ]
    good = rx if not perr else f"{rx} & {par}"
    taken = f"{{{sh}[{width - 2}:0], {rx}}}" if msb else f"{{{rx}, {sh}[{width - 1}:1]}}"
    clear = f"{st} <= IDLE;\n{cnt} <= 0;\n{idx} <= 0;\n{sh} <= 0;\n{data} <= 0;\n{valid} <= 1'b0;"
    work = f"{valid} <= 1'b0;"
    for flag in filter(None, (ferr, perr)):
        clear += f"\n{flag} <= 1'b0;"
        work += f"\n{flag} <= 1'b0;"
    end = lit(d, div - 1)
    work += f"""
{cnt} <= {cnt} + 1'b1;
case ({st})
  IDLE: begin
    {cnt} <= 0;
    if (!{rx}) {st} <= START;
  end
  START: if ({cnt} == {lit(d, div // 2 - 1)}) begin
    {cnt} <= 0;
    {idx} <= 0;
    {st} <= {rx} ? IDLE : DATA;
  end
  DATA: if ({cnt} == {end}) begin
    {cnt} <= 0;
    {sh} <= {taken};
    {idx} <= {idx} + 1'b1;
    if ({idx} == {lit(n, width - 1)}) {st} <= {"PARITY" if perr else "STOP"};
  end"""
    if perr:
        lines.append(f"  reg {par};")
        clear += f"\n{par} <= 1'b0;"
        expected = f"{'~' if parity == 'odd' else ''}^{sh}"
        work += f"""
  PARITY: if ({cnt} == {end}) begin
    {cnt} <= 0;
    {par} <= ({rx} == ({expected}));
    {st} <= STOP;
  end"""
    work += f"""
  default: if ({cnt} == {end}) begin
    {st} <= IDLE;
    {valid} <= {good};
    if ({good}) {data} <= {sh};"""
    work += f"\n    {ferr} <= !{rx};" if ferr else ""
    work += f"\n    {perr} <= !{par};" if perr else ""
    work += "\n  end\nendcase"

    def frame(value: int, parity_ok: bool, stop: int) -> list[int]:
        bits = [value >> i & 1 for i in range(width)]
        check = [(sum(bits) + (parity == "odd") + (not parity_ok)) % 2] if perr else []
        return [0, *(bits[::-1] if msb else bits), *check, stop]

    line: list[int] = [1, 1]
    for k in range(5 if div < 6 else 4):
        value = (0, (1 << width) - 1)[k] if k < 2 else draw.bits(width)
        parity_ok, stop = k != 2, int(k != 3)
        line += [bit for bit in frame(value, parity_ok, stop) for _ in range(div)]
        line += [1] * draw.choice((div, div + 1, 2 * div))
        line += [0] * (div // 2) + [1] * (2 * div) if k == 2 else []
    rows: list[Row] = [{rx: bit} for bit in line]
    order = "most significant bit first" if msb else "least significant bit first"
    extra = [f"one {parity} parity bit over the data and itself"] * bool(perr)
    parts = ["a start bit 0", f"{width} data bits, {order}", *extra, "one stop bit 1"]
    total = width + bool(perr)
    half = div // 2
    conditions = f"the stop bit is 1{' and the parity is right' if perr else ''}"
    errors = []
    if ferr:
        errors.append(f"`{ferr}` pulses for one cycle, with the same timing, if the stop bit is 0.")
    if perr:
        errors.append(
            f"`{perr}` pulses for one cycle at the end of a frame (with the stop bit's sample) "
            f"if the parity is wrong, whatever the stop bit is."
        )
    bad = f"After a frame that fails, `{data}` is unchanged and `{valid}` stays 0."
    own = (rx, data, valid, ferr, perr)
    draw.tell(*told.receiver(draw.teller(), c, own, div, width, parity, msb))
    return draw.design(
        UART_RX,
        module=draw.module("uart_rx", "serial_rx", "receiver"),
        ports=ports,
        body="\n".join(lines) + "\n" + c.always(clear, work),
        description=tell(
            draw,
            title=f"UART receiver for {width}-bit words with {parity} parity".replace(
                "none parity", "no parity"
            ),
            terse=f"UART receiver, {div} clocks a bit: {'; '.join(parts)}. Edge 0 finds {rx} = 0 "
            f"when idle; the start bit is checked at edge {half} (1: back to idle), data bit i "
            f"sampled at edge {half} + {div}*(i+1), the last sample (stop) at edge "
            f"{half + div * (total + 1)}, then idle. {valid} pulses one cycle if {conditions}, and "
            f"{data} takes the word. "
            + "".join(f"{error} " for error in errors).replace("`", "")
            + clock_words(c, "makes it idle, all outputs 0"),
            opening=(
                "Write the receiving half of a serial port.",
                "Design a receiver for an asynchronous serial line.",
                f"Words of {width} bits arrive on one wire and have to be made parallel.",
            ),
            facts=(
                f"`{rx}` is already synchronous to the clock and 1 when idle; a frame consists of "
                f"{'; '.join(parts)}; a bit lasts {div} clock cycles.",
                (
                    f"When idle, a clock edge at which `{rx}` is 0 is edge 0 of a frame. The start "
                    f"bit is sampled again at edge {half}: if `{rx}` is 1 there, it was noise and "
                    f"the receiver is idle again.",
                    f"Call the clock edge at which an idle receiver first sees `{rx}` = 0 edge 0. "
                    f"At edge {half} the line must still be 0, otherwise the receiver goes back to "
                    f"idle.",
                ),
                (
                    f"The following bits are each sampled {div} clock edges later than the one "
                    f"before: data at edges {half + div}, {half + 2 * div} and so on, the stop bit "
                    f"at edge {half + div * (total + 1)}. After that sample the receiver is idle.",
                    f"From there each further bit is sampled every {div} clock edges, the first "
                    f"data bit at edge {half + div}; with the sample of the stop bit (edge "
                    f"{half + div * (total + 1)}) the receiver becomes idle.",
                ),
                (
                    f"At the edge of that last sample, if {conditions}, the word is loaded into "
                    f"`{data}` and `{valid}` becomes 1 for exactly one cycle.",
                    f"If {conditions}, the edge that samples the stop bit updates `{data}` and "
                    f"starts a one-cycle pulse at `{valid}`; both are registers.",
                ),
                bad,
                *errors,
                *clocked(draw, c, "makes the receiver idle and clears all outputs"),
            ),
        ),
        stimulus=sequential(
            draw, ports, c, directed=rows, random_rows=90, hold={rx: 0.7}, reset_chance=0.01
        ),
        choices=(
            ("div", div),
            ("width", width),
            ("frame", (parity, msb)),
            ("framing", framing),
        ),
        clocking=c,
    )


UART_TX = Family("uart_tx", Tier.EXPERT, _uart_tx)
UART_RX = Family("uart_rx", Tier.EXPERT, _uart_rx)

FAMILIES = (UART_TX, UART_RX)
