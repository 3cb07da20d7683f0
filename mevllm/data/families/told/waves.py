"""PWM, signal generators and quadrature decoders as people tell them."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.told._words_systems import voice


def pwm(
    draw: Draw,
    c: Clocking,
    names: tuple[str, ...],
    size: tuple[int, int, int],
    buffered: bool,
    low: bool,
) -> tuple[str, ...]:
    """A pulse-width modulator.

    The names: enable, write, duty, output, period mark or ""; the size: width, top, channels.
    """
    v = voice(draw, c)
    en, we, duty, out, mark = v.names(names)
    width, top, count = size
    many = count > 1
    what = f"{count}-channel PWM" if many else "PWM"
    lanes = (
        f" Channel k owns bit k of {out} and the k-th group of {width} bits in {duty}, lowest "
        f"first."
        if many
        else ""
    )
    which = f"{out}'s bit" if many else out
    on, off = ("low", "high") if low else ("high", "low")
    sense = f"{which} is {on} while the count is below its duty value, {off} from there on"
    stored = v.say(
        f"{we} fills a shadow register, taken over at the edge that wraps the counter (a write at "
        f"that edge is too late for it)",
        f"duty is double-buffered: {we} writes the spare copy, and the wrapping edge moves what "
        f"it held before into use",
    )
    direct = v.say(
        f"{we} = 1 at an edge replaces the duty value in use right away, even with {en} low",
        f"a write ({we}) takes effect at once and does not need {en}",
    )
    load = stored if buffered else direct
    flag = f" {mark} = {en} and count = {top}, unregistered." if mark else ""
    t = v.timing(v.say("zeroes counter and duty", "sets the count and every stored duty to 0"))
    return (
        v.say(
            f"{what}, period {top + 1}: counter 0 to {top} under {en}, comparator output, "
            f"active {on}: {sense}.{lanes} {v.up(load)}.{flag} {t}",
            f"Edge-aligned {what} built on a modulo-{top + 1} up counter ({en} = count enable). "
            f"{v.up(sense)}, combinationally; {load}.{lanes}{flag} {t}",
            f"{t} A dimmer: out of {top + 1} steps of {en}, the first d are {on}, the others "
            f"{off}; d is the duty value.{lanes} {v.up(load)}.{flag} No output "
            f"register: {out} is decoded from the count.",
            f"For a fan controller: count 0..{top} and round again while {en}; compare (count < "
            f"duty) gives the {on} level of {out}, without a register.{lanes}{flag} In addition, "
            f"{load}. {t}",
            f"Servo-style {what}.\n- period: {top + 1} enabled clocks ({en})\n- {sense}\n- {load}"
            + f"\n-{lanes}" * many
            + (f"\n-{flag}" if flag else "")
            + f"\n- {t}",
            f"Heater drive, {what}. The time base is a counter from 0 to {top} that pauses while "
            f"{en} is 0. {v.up(sense)}.{flag} {v.up(load)}."
            f"{lanes} {t}",
        ),
    )


_SHAPES = {
    "sawtooth": ("rising ramp: the phase without its top bit", "sawtooth, phase minus top bit"),
    "falling sawtooth": (
        "falling ramp: inverted phase, top bit left out",
        "reversed sawtooth, the inverse of the phase below its top bit",
    ),
    "triangle": (
        "triangle: the phase below its top bit, inverted when that top bit is 1",
        "triangle, up in the first half of the phase (low bits) and down in the second (low bits "
        "inverted)",
    ),
    "square": (
        "square: 0 in the first half of the phase, all ones in the second",
        "square wave, every bit a copy of the phase's top bit",
    ),
    "staircase": (
        "four stairs: the phase's two top bits with zeros behind",
        "staircase, the two leading phase bits padded with zeros on the right",
    ),
    "pulse": ("needle: all ones at phase 0, else 0", "a spike of all ones at phase 0, 0 elsewhere"),
}


def signal(
    draw: Draw,
    c: Clocking,
    names: tuple[str, ...],
    size: tuple[int, int, int],
    shapes: Sequence[str],
    registered: bool,
) -> tuple[str, ...]:
    """A signal generator; the names: mode, enable, sample; the size: width, step, mode bits."""
    v = voice(draw, c)
    mode, en, out = v.names(names)
    width, step, bits = size
    spare = len(shapes) < 1 << bits
    one = draw.int(0, 1)
    rows = [
        f"{k}{' or more' if spare and k + 1 == len(shapes) else ''} = {_SHAPES[name][one]}"
        for k, name in enumerate(shapes)
    ]
    listed = "; ".join(rows)
    how = (
        f"{out} is a register loaded at every edge (even with {en} low) with the sample of the "
        f"phase before it"
        if registered
        else f"{out} is decoded from phase and {mode} without a register"
    )
    t = v.timing(f"sets phase{f' and {out}' if registered else ''} to zero")
    grow = v.say(f"grows by {step}", f"is advanced by {step}", f"gets {step} added")
    return (
        v.say(
            f"Function generator around a {width + 1}-bit phase accumulator, +{step} per edge "
            f"with {en}, wrapping. {mode}: {listed}. {v.up(how)}. {t}",
            f"Waveforms from a wrapping {width + 1}-bit phase that {grow} when {en}; {how}. "
            f"Selection by {mode}: {listed}. {t}",
            f"{t} A test-tone source. Its {width + 1}-bit phase {grow} (modulo {2 << width}) at "
            f"each edge with {en} high. {mode} picks the shape: {listed}. "
            f"{v.up(how)}.",
            f"DAC exerciser, {width}-bit samples.\n{v.remarks(rows, mixed=False)}\n{mode} gives "
            f"the number. Phase: {width + 1} bits, {grow} under {en}, rolls over. "
            f"{v.up(how)}. {t}",
            f"Needed for a bench: {' / '.join(rows)}, chosen by {mode}. All derive from a phase "
            f"of {width + 1} bits which {grow} per enabled clock ({en}) and overflows freely; "
            f"{how}. {t}",
        ),
    )


def quadrature(
    draw: Draw, c: Clocking, names: tuple[str, ...], width: int, every: bool, swapped: bool
) -> tuple[str, ...]:
    """A quadrature decoder; the names: A, B, index or "", position, direction, error or ""."""
    v = voice(draw, c)
    a, b, index, pos, way, err = v.names(names)
    lead, lag = (b, a) if swapped else (a, b)
    rule = (
        v.say(
            f"x4 decoding: every single change on {a} or {b} is a step, up when {lead} leads "
            f"{lag}, else down",
            f"all four edges per cycle count, upwards while {lead} runs ahead of {lag} and "
            f"downwards while it runs behind",
        )
        if every
        else v.say(
            f"x1 decoding: a step is a rising edge of {a}, up if {b} is now {int(swapped)}, down "
            f"if it is {1 - swapped}",
            f"only a 0-to-1 change of {a} makes a step; {b}, read in the same sample, "
            f"decides: {int(swapped)} means +1, {1 - swapped} means -1",
        )
    )
    home = f" {index} = 1 zeroes {pos} instead of counting, while {way} still follows." * bool(
        index
    )
    both = "Both channels changing at once "
    wrong = (
        f" {both}{'is no step but ' if every else ''}sets sticky {err}."
        if err
        else f" {both}is no step."
        if every
        else ""
    )
    keep = v.say(
        f"{way} remembers the last direction (1 = up)",
        f"{way} is set by a step up, cleared by a step down, and otherwise kept",
    )
    t = v.timing(v.say("zeroes all registers, old samples too", "clears everything it remembers"))
    start = v.up(rule)
    return (
        v.say(
            f"Quadrature decoder, {width}-bit wrapping position. {start}. {keep}.{home}{wrong} "
            f"Inputs are synchronous; compare with the previous sample. {t}",
            f"Rotary encoder interface: {pos} wraps at {width} bits. Synchronous {a}/{b} are "
            f"compared with what the last edge saw, and {pos} moves at the edge that notices. "
            f"{start}; {keep}.{home}{wrong} {t}",
            f"{t} Track a shaft with two-phase sensor {a}, {b} (already in our clock domain, one "
            f"stored sample each). {start}.{wrong}{home} {v.up(keep)}; {pos} is "
            f"modulo {1 << width}.",
            f"A volume knob with two contacts turns {pos} up and down (modulo {1 << width}), "
            f"without delay after the sampling edge and without synchronizers.{home} {start}. "
            f"{v.up(keep)}.{wrong} {t}",
            "Position counter for an incremental encoder:\n"
            + v.remarks(
                (
                    f"{start}.",
                    f"{v.up(keep)}.",
                    home.strip(),
                    wrong.strip(),
                    f"{pos} rolls over in both directions and is updated by the edge that samples "
                    f"the change; the inputs need no synchronizing.",
                    t,
                )
            ),
        ),
    )
