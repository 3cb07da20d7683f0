"""Registers between stages as people tell them."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.told._words_systems import voice


def slice_(
    draw: Draw, c: Clocking, names: tuple[str, ...], style: str, change: str, key: int
) -> tuple[str, ...]:
    """A valid/ready register stage.

    The names: valid, ready and data of the input, the same of the output, counter or "".
    """
    v = voice(draw, c)
    vin, rin, _, vout, rout, dout, moved = v.names(names)
    kind = {
        "full": v.say("register slice", "single-register pipeline stage"),
        "half": v.say("half-bandwidth register slice", "half-rate pipeline stage"),
        "skid": v.say("skid buffer", "two-entry skid buffer"),
    }[style]
    rule = {
        "full": v.say(
            f"{rin} = {rout} or not {vout}, combinational, so a word per clock gets through",
            f"it accepts while empty or being emptied ({rin} depends on {rout} without a register)",
        ),
        "half": v.say(
            f"{rin} = not {vout}: the one register must empty before it refills",
            f"one register, {rin} is the inverse of {vout}, hence a word in two clocks at best",
        ),
        "skid": v.say(
            f"{rin} is high while the spare register is free; a word that arrives when the output "
            f"is stalled goes there and moves up, ahead of new ones, once the output is taken",
            f"no path from {rout} to {rin}: {rin} only says that the second register is empty. It "
            f"catches a word when the output register is blocked and refills it first afterwards",
        ),
    }[style]
    edit = {
        "none": "",
        "plus": f" Words are stored plus {key}, wrapping.",
        "invert": " Words are stored inverted, bit by bit.",
        "xor": f" Words are stored XORed with {key:#x}.",
    }[change]
    count = f" {moved} counts deliveries modulo 16." if moved else ""
    hold = v.say(f"{dout} holds its last word when empty", f"{dout} changes only when loaded")
    t = v.timing("empties it and zeroes the outputs")
    up = v.up(rule)
    return (
        v.say(
            f"Valid/ready {kind}. {up}. {vout} and {dout} are registers; {hold}.{edit}{count} {t}",
            f"Stream {kind}, {vin}/{rin} in, {vout}/{rout} out, outputs from flip-flops: {rule}."
            f"{edit} {hold}.{count} {t}",
            f"{t} Break a long handshake path with a {kind}.{edit} {up}; outputs are "
            f"registered, {hold}.{count}",
            f"Between a decoder and a slow bus goes a {kind}: a transfer is valid and ready both "
            f"high at the edge, on either side. {up}.{count} {vout} and {dout} are flops, and "
            f"{hold}.{edit} {t}",
            f"Elastic stage ({kind}):\n"
            + v.remarks(
                (
                    f"{up}.",
                    f"Registered outputs {vout}, {dout}; {hold}.",
                    edit.strip(),
                    count.strip(),
                    "Words move at edges where valid and ready of that side are 1.",
                    t,
                )
            ),
        ),
    )


def stage(
    draw: Draw,
    c: Clocking,
    names: tuple[str, ...],
    fields: Sequence[tuple[str, str, int, bool]],
    flush_first: bool,
) -> tuple[str, ...]:
    """A pipeline register; the names: stall, flush, valid in, valid out.

    The fields: input, output, value in a bubble, and whether a flush lets it through.
    """
    v = voice(draw, c)
    stall, flush, vin, vout = v.names(names)
    empty = [f"{v.name(o)} = {b}" for _, o, b, keep in fields if not keep]
    kept = [v.name(o) for _, o, _, keep in fields if keep]
    zero = not any(b for _, _, b, _ in fields)
    what = "all of it 0" if zero and not kept else ", ".join([f"{vout} = 0", *empty])
    bubble = what + (f", only {kept[0]} still loads" if kept else "")
    resets = (
        "zeroes all outputs"
        if zero
        else f"sets {', '.join([f'{vout} = 0', *(f'{v.name(o)} = {b}' for _, o, b, _ in fields)])}"
    )
    win = v.say(
        f"{flush if flush_first else stall} wins over {stall if flush_first else flush}",
        f"both at once count as {flush if flush_first else stall}",
    )
    t = v.timing(resets)
    return (
        v.say(
            f"Pipeline register: *_in to *_out and {vin} to {vout} each edge; {stall} holds, "
            f"{flush} inserts a bubble ({bubble}); {win}. {t}",
            f"Stage boundary of a CPU. Bubble on {flush}: {bubble}. Freeze on {stall}. {win}; "
            f"otherwise every output takes its input of the same name, valid too. {t}",
            f"{t} Flip-flops from one stage to the next, valid bit and all. {stall} = 1 keeps "
            f"them; {flush} = 1 loads {bubble}; {win}.",
            f"A mispredicted branch raises {flush}, which turns the latched instruction into a "
            f"bubble, that is {bubble}; a cache miss raises {stall}, and nothing changes. {win}. "
            f"In all other cases each *_out loads its *_in, {vout} loads {vin}. {t}",
            "Register row between two stages:\n"
            + v.remarks(
                (
                    f"no control active: out = in, field by field, {vout} = {vin}",
                    f"{stall}: hold",
                    f"{flush}: {bubble}",
                    win,
                    t,
                )
            ),
        ),
    )


def widen(
    draw: Draw, c: Clocking, names: tuple[str, ...], count: int, width: int, high: bool
) -> tuple[str, ...]:
    """A width converter.

    The names: word, its valid, last or "", wide word, its valid, level or "".
    """
    v = voice(draw, c)
    din, vin, last, dout, vout, pending = v.names(names)
    order = v.say(
        "big-endian (first word on top)" if high else "little-endian (first word lowest)",
        "the first word ends up most significant" if high else "the first word is the low part",
    )
    ends = (
        v.say(
            f" {last} with a word closes the group early, missing parts being 0.",
            f" A word with {last} = 1 is the final one of its group, padded with zeros.",
        )
        if last
        else ""
    )
    level = f" {pending} = words waiting, 0 to {count - 1}." if pending else ""
    parts = [draw.bits(width) for _ in range(count)]
    total = 0
    for part in parts if high else parts[::-1]:
        total = total << width | part
    sample = ", ".join(f"{p:0{width}b}" for p in parts)
    t = v.timing("forgets collected words and zeroes the outputs")
    return (
        v.say(
            f"{count}:1 upsizer, {order}. {din} counts with {vin}; the completing edge loads "
            f"register {dout} and pulses {vout} for a cycle.{ends}{level} {t}",
            f"Pack {count} narrow words into one wide word, {order}. Gaps ({vin} low) are fine."
            f"{ends} {dout} is registered, renewed together with a one-cycle {vout}, else held."
            f"{level} {t}",
            f"{t} Gearbox {width} to {count * width} bits: collect on {vin}, {order}; the "
            f"result is registered by the very edge of the last part and flagged by {vout} for one "
            f"clock.{ends}{level}",
            f"A narrow sensor bus meets a wide memory; {count} transfers of {width} bits fill "
            f"one line ({order}). A transfer is an edge with {vin} = 1.{ends}{level} {vout} is "
            f"high only in the cycle after the last transfer, and {dout} keeps the line until the "
            f"next. {t}",
            "Width converter.\n"
            + v.remarks(
                (
                    f"{sample} (binary, in order of arrival) becomes {total:0{count * width}b}."
                    if count * width <= 32
                    else "",
                    f"{din} is taken only with {vin}.",
                    f"{vout}: one cycle per wide word, registered; {dout} holds in between.",
                    ends.strip(),
                    level.strip(),
                    t,
                )
            ),
        ),
    )
