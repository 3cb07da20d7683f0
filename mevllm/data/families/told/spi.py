"""SPI masters and slaves as people tell them."""

from __future__ import annotations

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.told._words_systems import first, voice


def master(
    draw: Draw,
    c: Clocking,
    names: tuple[str, ...],
    width: int,
    half: int,
    mode: tuple[int, int],
    msb: bool,
) -> tuple[str, ...]:
    """An SPI master, as an engineer tells it.

    The names: start, word out, miso, sclk, select, mosi, word in, done; the mode: CPOL, CPHA.
    """
    v = voice(draw, c)
    start, din, miso, sclk, cs, mosi, dout, done = v.names(names)
    cpol, cpha = mode
    order, long, _ = first(msb)
    number = 2 * cpol + cpha
    pace = f"{half} clock cycle{'s' * (half > 1)}"
    wide = "all through the gap up to the first toggle and after the last one"
    quiet = f"{mosi} is a register, low {wide}" if cpha else f"{mosi} is low while {cs} is high"
    shifts = (
        f"{mosi} changes on the odd {sclk} toggles and {miso} is sampled on the even ones"
        if cpha
        else f"{miso} is sampled on the odd {sclk} toggles, {mosi} moves on at the even ones (its "
        f"first bit is there as soon as {cs} falls)"
    )
    t = v.timing(f"puts {sclk} at {cpol}, {cs} at 1 and the other outputs at 0")
    last = v.say(
        f"The final toggle raises {cs}, loads {dout} and starts a one-cycle {done} pulse.",
        f"With toggle {2 * width} the frame ends: {cs} goes high, {dout} gets the word received, "
        f"{done} is high for one cycle.",
        f"{cs} rises at the edge of the last toggle; the same edge updates {dout} and gives "
        f"{done} one cycle.",
    )
    return (
        v.say(
            f"SPI master, mode {number}, {width} bits, {order}. {start} while {cs} is high sends "
            f"{din}: {cs} drops at that edge, then {sclk} toggles every {pace}. {last} {quiet}. "
            f"{t}",
            f"Full-duplex SPI controller: CPOL={cpol}, CPHA={cpha}, words of {width}, {order}. One "
            f"half period of {sclk} is {pace}, the first one counted from the edge that takes "
            f"{start} (only when idle) and pulls {cs} low. {last} {quiet}. {t}",
            f"{t} Master end of SPI mode {number}: {start} = 1 with {cs} = 1 latches {din} and "
            f"selects the slave; {2 * width} toggles of {sclk} follow, {pace} apart and the first "
            f"as late as that. {shifts}. Order: {long}. {last} {quiet}.",
            f"Shift {width} bits out on {mosi} and in from {miso} per {start}, {order}. {sclk} "
            f"rests at {cpol} and toggles every {pace} while {cs} is low; {shifts}. {start} is "
            f"ignored during a frame. {last} {quiet}. {t}",
            f"Talk to a mode-{number} SPI chip in {width}-bit frames ({order}), {sclk} = system "
            f"clock / {2 * half}. A frame opens ({cs} low, {din} captured) at an idle edge with "
            f"{start} high; {pace} later comes the first {sclk} toggle. {last} {quiet}. {t}",
            f"Frames of {width} bits, {long}:\n- idle: {cs} = 1, {sclk} = {cpol}\n- an edge with "
            f"{start} high takes {din} and lowers {cs}\n- after that {sclk} toggles every {pace}, "
            f"{2 * width} times; CPHA is {cpha}: {shifts}\n- {last}\n- {quiet}\n- {t}",
        ),
    )


def slave(
    draw: Draw,
    c: Clocking,
    names: tuple[str, ...],
    width: int,
    rising: bool,
    msb: bool,
    again: bool,
) -> tuple[str, ...]:
    """An SPI slave that the system clocks, as remarks.

    The names: sclk, select, mosi, miso, word out, word in, its valid.
    """
    v = voice(draw, c)
    sclk, cs, mosi, miso, din, dout, got = v.names(names)
    order, _, _ = first(msb)
    take, move = ("rising", "falling") if rising else ("falling", "rising")
    clock = v.name(c.clock)
    reload = (
        f", except that before any bit of the present word is sampled, {din} is reloaded instead"
        if again
        else " (no reload within a frame)"
    )
    points = (
        v.say(
            f"{sclk} edges: compare with its last sample (0 after reset), no synchronizers.",
            f"Inputs are synchronous; a stored copy of {sclk} (0 after reset) shows its edges.",
        ),
        v.say(
            f"{cs} high: {miso} 0, bit count 0, reply = {din} at every clock.",
            f"Deselected ({cs} = 1): each clock loads {din} as the reply, the bit count is 0, "
            f"{miso} = 0.",
        ),
        f"{cs} low, {take} edge: take {mosi}; bit {width} loads register {dout}, pulses {got} for "
        f"a cycle, and a new word begins.",
        f"{cs} low, {move} edge: the reply shifts by one, zeros following{reload}.",
        f"{miso} = next reply bit; {order} both ways.",
        v.timing("zeroes every register"),
    )
    opening = v.say(
        f"SPI slave, {width}-bit words, {order}, oversampled by {clock}.",
        f"Peripheral end of an SPI link that runs entirely in the {clock} domain; words have "
        f"{width} bits.",
        f"Make this device answer on SPI: {width} bits a word, sampled on the {take} serial edge.",
        f"Target for a serial bus ({order}, {width} bits); {clock} is the only real clock.",
        f"An SPI port for a chip whose logic all runs on {clock}. Word length {width}.",
    )
    return (f"{opening}\n{v.remarks(points)}",)
