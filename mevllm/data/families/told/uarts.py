"""UART transmitters and receivers as people tell them."""

from __future__ import annotations

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.told._words_systems import Voice, first, voice


def transmitter(
    draw: Draw,
    c: Clocking,
    names: tuple[str, ...],
    size: tuple[int, int, int],
    parity: str,
    msb: bool,
    ready: bool,
) -> tuple[str, ...]:
    """A UART transmitter, briefly and with remarks.

    The names: start, data, line, busy or ready, done or ""; the size: divisor, bits, stop bits.
    """
    return (
        _tx_short(voice(draw, c), names, size, parity, msb, ready),
        _tx_remarks(voice(draw, c), names, size, parity, msb, ready),
    )


def _tx_short(
    v: Voice,
    names: tuple[str, ...],
    size: tuple[int, int, int],
    parity: str,
    msb: bool,
    ready: bool,
) -> str:
    start, data, tx, flag, end = v.names(names)
    div, width, stops = size
    code = f"{width}{parity[0].upper()}{stops}"
    twist = " Data go MSB first, unlike usual." if msb else ""
    rate = "one clock per bit" if div == 1 else f"{div} clocks per bit"
    level = f"{flag} is {'low' if ready else 'high'} for exactly the frame"
    pulse = f" {end} pulses in the cycle right after the frame." if end else ""
    check = f"{parity} parity" if parity != "none" else "no parity"
    halt = "two stop bits" if stops == 2 else "one stop bit"
    t = v.timing(v.say("aborts to idle", "leaves it idle with the line high"))
    return v.say(
        f"UART transmitter, {code}, {rate}.{twist} {start} when idle grabs {data} and the start "
        f"bit follows at once; {level}.{pulse} {t}",
        f"Async serial sender on {tx}: {width} data bits, {check}, {halt}, {rate}.{twist} "
        f"{start} is ignored during a frame; {level}, which begins directly after the accepting "
        f"edge.{pulse} {t}",
        f"{t} {code} UART TX. {div} cycle{'s' * (div > 1)} a bit. {level}; an idle edge with "
        f"{start} high launches {data} without delay.{twist}{pulse}",
        f"Transmit half of a UART ({check}, {width} bits, {halt}; bit time {div} "
        f"cycle{'s' * (div > 1)}).{twist} Idle edge with {start} = 1: frame out, start bit in the "
        f"very next cycle. {level}.{pulse} {t}",
        f"Send {data} as a start-stop frame, format {code}, on {tx}. Divisor {div}. Triggered by "
        f"{start} at an edge while idle, no extra latency; {level}.{twist}{pulse} {t}",
        f"Serial out, {rate}, {code}: {tx} idles high. {level}.{pulse} {start} counts only in the "
        f"idle state and takes {data} along.{twist} {t}",
    )


def _tx_remarks(
    v: Voice,
    names: tuple[str, ...],
    size: tuple[int, int, int],
    parity: str,
    msb: bool,
    ready: bool,
) -> str:
    start, data, tx, flag, end = v.names(names)
    div, width, stops = size
    total = 1 + width + (parity != "none") + stops
    value = v.draw.bits(width)
    bits = [value >> i & 1 for i in range(width)]
    bits = bits[::-1] if msb else bits
    check = [(sum(bits) + (parity == "odd")) % 2] if parity != "none" else []
    wire = "".join(map(str, (0, *bits, *check, *[1] * stops)))
    extra = f", then {parity} parity" if check else ", no parity"
    points = (
        v.say(
            f"Frame: start bit (0), {width} data bits {first(msb)[1]}{extra}, "
            f"{'2 stop bits' if stops == 2 else '1 stop bit'} (1).",
            f"{total} bits a frame: 0, the data ({first(msb)[0]}, {width} bits){extra}, and "
            f"{'11' if stops == 2 else '1'} to finish.",
        ),
        v.say(
            f"{data} = {value:0{width}b} goes out as {wire}.",
            f"Check: {value:0{width}b} gives {wire} in order of time.",
        ),
        v.say(
            f"Bit time: {div} clock cycle{'s' * (div > 1)}; {tx} rests at 1.",
            f"The line is 1 between frames; each bit holds for {div} "
            f"cycle{'s' * (div > 1)} of the clock.",
        ),
        v.say(
            f"{start} at an idle edge captures {data}, and the start bit follows at once; during "
            f"a frame it is ignored.",
            f"A request is an idle edge with {start} = 1. It takes {data} and starts the frame "
            f"without delay; requests during a frame get lost.",
        ),
        f"{flag} = {0 if ready else 1} during the {total * div} cycles of a frame, else "
        f"{1 if ready else 0}.",
        f"{end} is a registered pulse, one cycle, the first one after the last stop bit."
        if end
        else "",
        v.timing("cancels a running frame and returns the line to 1"),
    )
    opening = v.say(
        "A logger prints over a single wire.",
        "Debug output of a board, transmit direction only.",
        "Please provide the sending side of the serial console.",
        "The modem expects start-stop characters.",
        "Character transmitter, asynchronous format.",
    )
    return f"{opening}\n{v.remarks(points)}"


def receiver(
    draw: Draw, c: Clocking, names: tuple[str, ...], div: int, width: int, parity: str, msb: bool
) -> tuple[str, ...]:
    """A UART receiver with its sampling times, as remarks.

    The names: line, word, its valid, framing error or "", parity error or "".
    """
    v = voice(draw, c)
    rx, data, valid, ferr, perr = v.names(names)
    half, total = div // 2, width + (parity != "none")
    order = first(msb)
    check = f", {parity} parity" if parity != "none" else ", no parity"
    good = "the stop bit is 1" + (" and parity is right" if perr else "")
    points = (
        v.say(
            f"Time 0 is the idle edge that sees {rx} = 0. A 1 at clock {half} cancels the start.",
            f"Count clocks from the idle edge that finds {rx} low; at count {half} it must still "
            f"be low, else back to idle.",
        ),
        v.say(
            f"Data samples come at {half + div}, {half + 2 * div} and so on, every {div}, the stop "
            f"bit's at {half + div * (total + 1)}; then it is idle.",
            f"One sample every {div} clocks after that; the last, the stop bit, is at "
            f"{half + div * (total + 1)} and makes it idle.",
        ),
        v.say(
            f"If {good}, the stop sample loads {data} and pulses {valid} for one cycle; otherwise "
            f"{data} stays.",
            f"{data} and a one-cycle {valid} are registered with the stop sample, only if {good}.",
        ),
        f"{ferr} pulses with the stop sample if that is 0." if ferr else "",
        f"{perr} pulses with the stop sample if parity failed, stop bit or not." if perr else "",
        v.timing("goes to idle with all outputs 0"),
    )
    code = f"{width}{parity[0].upper()}1"
    opening = v.say(
        f"UART receiver, {code}, {order[0]}, {div} clocks per bit; {rx} is synchronous already.",
        f"RX half of a serial port: {code}, bits of {div} clocks, {order[0]}. No synchronizer.",
        f"Receive {width} bits ({order[0]}){check}, one stop bit, {div} cycles each, from "
        f"the clean line {rx}.",
        f"Serial input at 1/{div} of the clock, format {code}, {order[0]}, line in our clock "
        f"domain.",
        f"{rx}, already synchronous, carries start, {width} bits ({order[0]}){check}, one stop; "
        f"{div} clocks each.",
    )
    return (f"{opening}\n{v.remarks(points, mixed=v.draw.chance(0.4))}",)
