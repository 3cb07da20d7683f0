"""Linear-feedback shift registers as people tell them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.phrases import Gate, sized
from mevllm.data.families.told import _words_timing as words


def lfsr(
    t: Draw,
    clocking: Clocking,
    width: int,
    choice: tuple[object, ...],
    step: Callable[[int], int],
    start: int,
    enable: Gate | None,
    named: tuple[str, str, str, str],
) -> tuple[str, str, str]:
    """Either kind; `choice` as the family records it, `named`: load, seed, register, serial."""
    load, seed, q, serial = named
    r, top = f"`{q}`", width - 1
    exponents = tuple(e for e in _sequence(choice[0]) if isinstance(e, int))
    forward = bool(choice[1])
    if len(choice) == 2:
        core, brief, other = _galois(t, q, width, exponents, forward)
        kind = "Galois"
    else:
        core, brief, other = _fibonacci(t, q, width, exponents, forward, bool(choice[2]))
        kind = "Fibonacci"
    value = f"{width}'b{start:0{width}b}" if width <= 8 else f"{width}'h{start:x}"
    extras = []
    if load:
        extras.append(
            t.say(
                f"`{load}` reads in `{seed}`, before any step",
                f"`{load}` = 1: take `{seed}`, no step",
            )
            + (
                t.say(f", even with {words.shut(t, enable)}", f", ignoring `{enable.name}`")
                if enable
                else ""
            )
        )
    if enable:
        extras.append(
            t.say(
                f"steps only with {words.open_(t, enable)}", f"{words.shut(t, enable)} freezes it"
            )
        )
    if serial:
        extras.append(t.say(f"`{serial}` is a copy of bit {top}", f"`{serial}` taps `{q}[{top}]`"))
    more = " ".join(words.ended(e) for e in extras)
    clock = words.brief(t, clocking, t.say(f"presets {r} to {value}", f"seeds it with {value}"))
    short = words.framed(
        t,
        t.say(
            f"{width}-bit {kind} LFSR {r}: {brief}. {more}",
            f"{r} is {sized(width)} LFSR, {kind} type. {brief}. {more}",
            f"PRBS source in {kind} form. {more} {brief}; {width} stages, {r}.",
            f"{kind} shift register with linear feedback, {r}. {brief}. {more}",
            f"{brief}: {kind} LFSR {r}, {width} bits. {more}",
            f"Pseudo-random {r} out of {sized(width)} {kind} register. {brief}. {more}",
        ),
        clock,
    )
    steps = t.say(
        f"One step is made {words.steps(t, enable)}",
        f"It advances {words.steps(t, enable)}",
    ) + (f" (and `{load}` is 0)" if load else "")
    loads = ""
    if load:
        loads = t.say(
            f"If `{load}` is 1 at a clock edge, {r} takes over `{seed}` as it is and makes no step",
            f"`{load}` high replaces the contents by `{seed}` at the clock edge instead of a step",
        ) + (f"; the state of `{enable.name}` does not matter for that" if enable else "")
    holds = ""
    if enable:
        idle = f" and `{load}` is 0" if load else ""
        holds = t.say(
            f"While {words.off(t, enable)}{idle} the contents stay",
            f"{r} is kept when {words.off(t, enable)}{idle}",
        )
    tap = (
        t.say(f"`{serial}` always shows `{q}[{top}]`", f"Bit {top} is wired out as `{serial}`")
        if serial
        else ""
    )
    full = words.clocks(t, clocking, t.say(f"puts {value} into {r}", f"starts {r} at {value}"))
    purpose = words.prose(
        t,
        t.say(
            f"A line tester sends pseudo-random bits that come from {r}, {sized(width)} {kind} "
            "shift register",
            f"For a noise generator in a toy synthesiser the register {r} ({kind} type, {width} "
            "bits) runs through scattered values",
            f"Spread-spectrum transmitters scramble with a register like {r}: {width} flip-flops, "
            f"{kind} feedback",
            f"Built-in self test: {r} delivers {width}-bit stimuli and is {sized(width)} {kind} "
            "LFSR",
            f"A game needs dice. Their randomness comes from {r}, {width} flip-flops with {kind} "
            "feedback",
            f"Retry delays on a shared bus are drawn from {r}, a {kind} register of {width} bits",
        ),
        core,
        steps,
        loads,
        holds,
        tap,
        t.say(full, clock),
    )
    values = [start]
    for _ in range(t.int(3, 5)):
        values.append(step(values[-1]))
    shown = [f"{v:0{width}b}" if width <= 10 else f"0x{v:0{(width + 3) // 4}x}" for v in values]
    example = t.say(
        f"From reset on {r} reads {', '.join(shown)} and so "
        f"on{' when nothing is loaded' if load else ''}",
        f"First states for a check: {' -> '.join(shown)}",
        f"Step by step after reset: {' | '.join(shown)}",
    )
    remark = words.remarks(
        t,
        t.say(
            f"{r} is a linear-feedback register with {width} bits, {kind} wiring",
            f"Wanted: {kind} LFSR, length {width}, state visible on {r}",
            f"Random-looking sequence on {r} by {kind} feedback over {width} flip-flops",
            f"{kind} generator of {width} bits; all about its step:",
        ),
        [core, steps, loads, holds, tap, full],
        [example, t.say(other, "")],
    )
    return short, purpose, remark


def _sequence(value: object) -> Sequence[object]:
    return value if isinstance(value, tuple) else ()


def _galois(
    t: Draw, q: str, width: int, exponents: tuple[int, ...], right: bool
) -> tuple[str, str, str]:
    """The step in a sentence, in few words, and as a polynomial."""
    top = width - 1
    if right:
        mask = sum(1 << (e - 1) for e in exponents)
        inner = [e - 1 for e in exponents[1:]]
    else:
        mask = 1 + sum(1 << e for e in exponents[1:])
        inner = list(exponents[1:])
    leaving, entering, way, sign = (0, top, "right", ">>") if right else (top, 0, "left", "<<")
    m = f"{width}'b{mask:0{width}b}" if width <= 12 else f"{width}'h{mask:x}"
    places = words.listed([str(i) for i in inner])
    noun = "position" if len(inner) == 1 else "positions"
    core = t.say(
        f"A step is a {way} shift by one with 0 coming in; if the bit that dropped out (old bit "
        f"{leaving}) was 1, {m} is XORed onto the shifted word",
        f"To step, rotate {way} by one, so that old bit {leaving} lands in bit {entering}, and "
        f"where a bit arrives at {noun} {places} XOR old bit {leaving} into it",
        f"Next state: `{q}` {sign} 1 (zero fill), XOR {m} if `{q}[{leaving}]` is 1 before the step",
        f"Everything moves one place to the {way}. Old bit {leaving} re-enters at bit {entering}, "
        f"and it also flips what arrives at {noun} {places} whenever it is 1",
    )
    brief = t.say(
        f"shift {way}, zero in, and XOR {m} if the bit shifted out is 1",
        f"next = (`{q}` {sign} 1) ^ (`{q}[{leaving}]` ? {m} : 0)",
        f"{way} rotation by one with old bit {leaving} also XORed into the new "
        f"{'bit' if len(inner) == 1 else 'bits'} {places}",
        f"{way}-shifting, toggle mask {m} applied (after a zero-fill shift) whenever bit "
        f"{leaving} drops out as 1",
    )
    poly = _polynomial(exponents)
    other = f"Polynomial: {poly}, x^k being " + (
        "the term of bit k-1" if right else "the term that feeds bit k"
    )
    return core, brief, other


def _fibonacci(
    t: Draw, q: str, width: int, exponents: tuple[int, ...], left: bool, inverted: bool
) -> tuple[str, str, str]:
    """The step in a sentence, in few words, and as a polynomial."""
    taps = [e - 1 for e in exponents] if left else [width - e for e in exponents]
    way, entering = ("left", 0) if left else ("right", width - 1)
    places = words.listed([str(i) for i in taps])
    plain = words.listed([f"`{q}[{i}]`" for i in taps])
    gate = "XNOR" if inverted else "XOR"
    parity = t.say("even", "an even number of ones") if inverted else "an odd number of ones"
    parity = "an even number of ones" if inverted else parity
    meaning = " (the complement of the XOR of them all)" if inverted else ""
    core = t.say(
        f"A step shifts {way} by one; bit {entering} becomes free and gets the {gate}{meaning} of "
        f"the old bits {places}",
        f"The bits {places} are the taps: their {gate}{meaning} is pushed in at bit {entering} "
        f"when the word moves one place {way}",
        f"In a step all bits go one place to the {way}, and bit {entering} takes 1 if there was "
        f"{parity} among {plain}, else 0",
        f"Feed the {gate} of {plain}{meaning} back into bit {entering}, shifting {way}",
    )
    brief = t.say(
        f"shift {way}, {gate} of bits {places} enters{' (inverted XOR of all)' * inverted}",
        f"taps {places}, {gate} feedback{' = ~XOR of all taps' * inverted} into bit {entering}, "
        f"{way} shift",
        f"new bit {entering} = {'~' * inverted}({' ^ '.join(f'`{q}[{i}]`' for i in taps)}), the "
        f"rest moves {way}",
        f"{way}-shifting with {gate}{' (NOT of the joint XOR)' * inverted} of {plain} as serial "
        "input",
    )
    other = f"Polynomial: {_polynomial(exponents)}, x^k being " + (
        "bit k-1" if left else f"bit {width}-k"
    )
    return core, brief, other


def _polynomial(exponents: Sequence[int]) -> str:
    return " + ".join([*(f"x^{e}" if e > 1 else "x" for e in exponents), "1"])
