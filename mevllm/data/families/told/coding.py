"""CRC generators as people tell them."""

from __future__ import annotations

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.told._words_systems import voice


def crc(
    draw: Draw,
    c: Clocking,
    names: tuple[str, ...],
    size: tuple[int, int],
    poly: int,
    start: int,
    ways: tuple[bool, bool, bool],
) -> tuple[str, ...]:
    """A CRC generator.

    The names: data, valid, restart or "", checksum; the size: CRC bits, bits a clock; the ways:
    shifted right, low bit first, inverted output.
    """
    v = voice(draw, c)
    din, en, init, out = v.names(names)
    width, step = size
    right, low, inverted = ways
    digits = (width + 3) // 4
    mirrored = int(f"{poly:0{width}b}"[::-1], 2)
    terms = [f"x^{width}"] + [
        "1" if i == 0 else "x" if i == 1 else f"x^{i}"
        for i in range(width - 1, -1, -1)
        if poly >> i & 1
    ]
    power = v.say(" + ", "+").join(terms)
    hexed = f"0x{poly:0{digits}x}"
    shape = (
        v.say(
            f"reflected (right-shifting, XOR constant 0x{mirrored:0{digits}x})",
            f"shifting right with the mirrored constant 0x{mirrored:0{digits}x}",
        )
        if right
        else v.say("not reflected (left-shifting)", f"shifting left, XOR constant {hexed}")
    )
    end = "bit 0" if right else "the top bit"
    rate = (
        "one bit per clock"
        if step == 1
        else f"{step} bits per clock, {'LSB' if low else 'MSB'} of {din} first"
    )
    seed = "all ones" if start == (1 << width) - 1 else "0" if not start else f"{start:#x}"
    again = f" {init} reloads the initial value, ahead of {en}." if init else ""
    flip = v.say(" Output inverted.", f" {out} is the complement of the register.")
    final = flip if inverted else ""
    t = v.timing(f"loads {seed}")
    return (
        v.say(
            f"CRC-{width}, polynomial {power}, {shape}, init {seed}, {rate} when {en}.{again}"
            f"{final} {t}",
            f"{t} Checksum register for {power}: {shape}, {rate}, only at edges with {en} high."
            f"{again}{final}",
            f"LFSR-style CRC, poly {hexed} (x^{width} implied), {shape}. Feedback = {end} XOR "
            f"message bit. {v.up(rate)} under {en}; seed {seed}.{again}{final} {t}",
            f"Protect radio frames: divide by {power} ({shape}), {rate}, gated by {en}. The "
            f"register starts as {seed}.{again}{final} {t}",
            "CRC unit.\n"
            + v.remarks(
                (
                    f"generator {power}",
                    f"{shape}; {end} XOR the data bit decides on the XOR",
                    f"{rate} if {en} is 1, else hold",
                    f"initial value {seed}",
                    again.strip(),
                    final.strip(),
                    t,
                )
            ),
            f"Frame check sequence generator with {width} bits. G(x) = {power}; {shape}; {rate}; "
            f"{en} enables; preset {seed}.{again}{final} {t}",
        ),
    )
