"""Serializers and deserializers as people tell them."""

from __future__ import annotations

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.told._words_systems import Voice, first, voice


def serializer(
    draw: Draw, c: Clocking, names: tuple[str, ...], width: int, msb: bool, tight: bool
) -> tuple[str, ...]:
    """A parallel-to-serial converter, briefly and with remarks.

    The names: data, valid, ready, serial bit, its valid, its ready or "", last or "".
    """
    return (
        _serializer_short(voice(draw, c), names, width, msb, tight),
        _serializer_remarks(voice(draw, c), names, width, msb, tight),
    )


def _serializer_short(v: Voice, names: tuple[str, ...], width: int, msb: bool, tight: bool) -> str:
    data, vin, rin, out, vout, rout, last = v.names(names)
    order, long, end = first(msb)
    pace = f"each bit waits for {rout}" if rout else "one bit per clock"
    held = f"a bit stays until an edge with {rout} high" if rout else "every bit lasts one cycle"
    flag = f" {last} marks the final bit." if last else ""
    leaves = f"its last bit {f'is accepted ({rout} = 1)' if rout else 'is out'}"
    free = (
        f"{rin} is combinational: high when idle or while a word shows its last bit"
        + (f" and {rout} is high" if rout else "")
        if tight
        else f"{rin} is high only while nothing is being sent"
    )
    again = (
        f"the next word may be taken at the edge where {leaves} ({rin} says so, combinationally)"
        if tight
        else f"{rin} = not {vout}, so a gap of one cycle at least lies between words"
    )
    t = v.timing(v.say("stops the transfer", "makes it idle", "drops the word in hand"))
    return v.say(
        f"PISO with valid/ready: {width} bits, {order}, {pace}, starting the cycle after the "
        f"{vin}/{rin} handshake. {vout} high during bits, {out} low otherwise.{flag} {free}. {t}",
        f"Parallel-to-serial, {order}. A word goes in on {vin} and {rin}; from the next cycle its "
        f"bits leave on {out} with {vout}, {held}.{flag} Idle {out} is 0; {again}. {t}",
        f"{t} Shift register with parallel load: {vin} & {rin} loads {data}, then {width} bits "
        f"come out on {out}, {long}, {pace}; {vout} covers them, {out} is 0 outside.{flag} {free}.",
        f"Serialize {data}, the {end} significant bit leading. Load on {vin} & {rin}; {vout} is "
        f"then high until all {width} bits are gone and gates {out} to 0 when low; {held}. "
        f"{again}.{flag} {t}",
        f"A {width}:1 serializer that sends {order}: accepted words ({vin} and {rin} both 1) start "
        f"shifting out in the following cycle, {pace}.{flag} {vout} = sending, {out} = 0 if not. "
        f"{free}. {t}",
        f"{out} is the serial side of {data} ({order}), valid with {vout} and 0 without; {held}. "
        f"{t} Words enter on a {vin}/{rin} handshake: {again}.{flag}",
    )


def _serializer_remarks(
    v: Voice, names: tuple[str, ...], width: int, msb: bool, tight: bool
) -> str:
    data, vin, rin, out, vout, rout, last = v.names(names)
    word = 1 << (width - 1) | v.draw.bits(width - 1)
    bits = f"{word:0{width}b}"
    shown = " ".join(bits if msb else bits[::-1])
    opening = v.say(
        f"Words of {width} bits go over one wire.",
        f"Turn each {width}-bit word into a run of single bits.",
        "A wide bus has to fit a one-bit link.",
        "Converter from a parallel port to a bit stream.",
        "Needed: a block that feeds a bit-wide channel from a word-wide one.",
    )
    example = v.say(
        f"{data} = {bits} shows up on {out} as {shown}.",
        f"Loading {bits} gives the sequence {shown} on {out}.",
        f"Order on the wire for {bits}: {shown}.",
    )
    end = f"in the cycle of the last bit{f', provided {rout} is 1 in it' if rout else ''}"
    points = (
        f"{example} The first bit follows the accepting edge directly.",
        v.say(
            f"An edge with {vin} and {rin} both high accepts {data}.",
            f"{data} is accepted only if {vin} meets {rin} at the edge.",
        ),
        v.say(
            f"A bit advances only at edges with {rout} = 1; otherwise {out} and {vout} stand "
            f"still.",
            f"The far end throttles with {rout}: low means the present bit stays.",
        )
        if rout
        else v.say("One bit each clock, without pauses.", f"The {width} bits take {width} clocks."),
        f"{vout} accompanies the bits; without it {out} is 0.",
        f"{last} goes with the last of the {width} bits, and is 0 at all other times."
        if last
        else "",
        v.say(
            f"{rin} (no register) is 1 when idle, and also {end}.",
            f"Back-to-back words: besides the idle state, {rin} is high {end}.",
        )
        if tight
        else v.say(
            f"{rin} is just the inverse of {vout}.", f"No new word until idle: {rin} = ~{vout}."
        ),
        v.timing("abandons the current word"),
    )
    return f"{opening}\n{v.remarks(points)}"


def deserializer(
    draw: Draw, c: Clocking, names: tuple[str, ...], width: int, msb: bool
) -> tuple[str, ...]:
    """A serial-to-parallel converter, briefly and with remarks.

    The names: bit, its valid, start mark or "", word, its valid, ready or "", lost or "".
    """
    return (
        _deserializer_short(voice(draw, c), names, width, msb),
        _deserializer_remarks(voice(draw, c), names, width, msb),
    )


def _deserializer_short(v: Voice, names: tuple[str, ...], width: int, msb: bool) -> str:
    din, vin, sof, dout, vout, rout, lost = v.names(names)
    order, long, _ = first(msb)
    mark = f" {sof} with {vin} makes that bit number one of a fresh word." if sof else ""
    pulse = (
        f"{vout} stays high until an edge with {rout}; a word finished while {vout} is high and "
        f"{rout} low is thrown away, {dout} unchanged, and {lost} pulses for a cycle (registered)"
        if rout
        else f"{vout} pulses for one cycle with every new word and {dout} keeps it until the next"
    )
    t = v.timing(v.say("zeroes all outputs and the bit count", "clears count and outputs"))
    return v.say(
        f"SIPO, {width} bits, {order}. Shift in {din} when {vin}.{mark} The completing edge loads "
        f"register {dout}; {pulse}. {t}",
        f"Serial-to-parallel with an output register: {width} bits qualified by {vin} make a word, "
        f"{long}. {v.up(pulse)}.{mark} {t}",
        f"{t} Collect {din} on {vin}, {order}, {width} to a word, which the last bit's edge puts "
        f"in {dout}.{mark} {v.up(pulse)}.",
        f"1:{width} deserializer ({order}). Only edges with {vin} high count.{mark} {dout} is "
        f"registered and loaded by the edge of bit {width}; {pulse}. {t}",
        f"Every {width}th bit accepted ({vin} = 1) completes a word: that same edge transfers it "
        f"to {dout}. Bits come {long}.{mark} {v.up(pulse)}. {t}",
        f"Build words from the bit stream {din}, gated by {vin}; {order}; {width} bits each. "
        f"{t}{mark} On completion {dout} is updated at once; {pulse}.",
    )


def _deserializer_remarks(v: Voice, names: tuple[str, ...], width: int, msb: bool) -> str:
    din, vin, sof, dout, vout, rout, lost = v.names(names)
    word = 1 << (width - 1) | v.draw.bits(width - 1)
    bits = f"{word:0{width}b}"
    sent = " ".join(bits if msb else bits[::-1])
    points = (
        v.say(
            f"Bits arriving as {sent} become {dout} = {bits}.",
            f"Sequence {sent} (left one first) reads {bits} in {dout}.",
        ),
        v.say(
            f"Edges with {vin} low are pauses, allowed anywhere.",
            f"{din} is looked at only if {vin} is 1.",
        ),
        v.say(
            f"{dout} changes at the edge that takes the last bit, and {vout} comes with it.",
            f"{dout} and {vout} are registers updated by the edge of the {width}th bit.",
        ),
        v.say(
            f"{sof} = 1 on an accepted bit: count from here, whatever was half collected.",
            f"Realignment: an accepted bit with {sof} set is the first of its word; leftovers are "
            f"forgotten.",
        )
        if sof
        else "",
        v.say(
            f"{vout} drops at an edge with {rout} = 1, unless another word completes there and "
            f"replaces the old one.",
            f"{vout} persists until {rout} is seen; a word that completes at that very edge is "
            f"loaded and keeps it high.",
        )
        if rout
        else f"{vout} is high for a single cycle per word.",
        f"A word completed while {vout} = 1 and {rout} = 0 is lost: {dout} stays, and register "
        f"{lost} is 1 in the next cycle only."
        if rout
        else f"Between words {dout} holds.",
        v.timing("clears the outputs and forgets collected bits"),
    )
    opening = v.say(
        f"Receive side of a bit-serial link with {width}-bit words.",
        f"From bits to words: {width} at a time.",
        f"This block packs a stream of single bits into {width}-bit words.",
        f"Task: a shift-in register of {width} bits with a separate output register.",
        f"A one-wire input is to be read as words ({width} bits each).",
    )
    return f"{opening}\n{v.remarks(points)}"
