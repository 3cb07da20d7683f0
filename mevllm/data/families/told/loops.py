"""Machines that repeat a step, and program counters, as people tell them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.told._words_systems import voice

_METHODS = {
    "gcd": (
        "GCD of {a} and {b} by repeated subtraction: smaller from larger until they are equal or "
        "one is 0, the other (nonzero) one being the result, 0 for two zeros",
        "Euclid by subtraction on {a}, {b}; stop when equal or when one is zero and give the other "
        "one",
    ),
    "fibonacci": (
        "Fibonacci number F({n}), F(0) = 0, F(1) = 1, modulo 2^{w}; {n} steps",
        "the {n}-th term of 0, 1, 1, 2, 3, 5... (term 0 is 0) modulo 2^{w}, in {n} steps",
    ),
    "power": (
        "{base} to the {n}, modulo 2^{w}, one multiplication per step ({n} steps; power 0 is 1)",
        "exponentiation by {n} plain multiplications starting from 1: {base}^{n} modulo 2^{w}",
    ),
    "quotient": (
        "{a} / {b} by counting subtractions while the rest is at least {b}; divisor 0 gives 0 in "
        "no steps",
        "integer quotient by repeated subtraction, one per step, {a} by {b}; 0 at once if {b} is 0",
    ),
    "ones": (
        "population count of {a}, clearing the lowest 1 per step until none is left",
        "number of 1 bits in {a}; each step removes one of them until none is left",
    ),
    "log": (
        "floor(log2 {a}), halving until at most 1 is left, one step each; 0 for {a} = 0",
        "position of the leading 1 of {a} (0 for 0), found by shifting right until the rest is 1 "
        "or 0",
    ),
    "sum": (
        "1 + 4 + 9 + ... + {n}^2 modulo 2^{w}, one square per step, {n} steps",
        "sum of the first {n} squares modulo 2^{w}, {n} steps of one addition",
    ),
}


def loop(
    draw: Draw,
    c: Clocking,
    kind: str,
    operands: Mapping[str, str],
    width: int,
    names: tuple[str, ...],
    level: bool,
) -> tuple[str, ...]:
    """A loop machine; the names: start, busy, done, result, steps or ""."""
    v = voice(draw, c)
    start, busy, done, result, steps = v.names(names)
    used = {key: v.name(name) for key, name in operands.items()}
    task = v.say(*_METHODS[kind]).format(**used, w=width)
    sign = (
        f"{done} rises and stays until the next accepted start"
        if level
        else f"{done} pulses for one cycle"
    )
    count = f" {steps} counts the steps, from 0 at each accepted start." if steps else ""
    pace = v.say(
        f"after the loading edge each edge either does one step or, if the end is reached already, "
        f"stores {result} and drops {busy}",
        f"one step per clock; the edge that finds the end condition true makes no step but loads "
        f"{result} and clears {busy}",
    )
    begin = v.say(
        f"{start} loads when {busy} is 0 and sets {busy}",
        f"an edge with {start} = 1 and {busy} = 0 takes the operands and raises {busy}",
    )
    t = v.timing("stops it and zeroes all outputs")
    return (
        v.say(
            f"Compute: {task}. {v.up(begin)}; {pace}; {sign}.{count} {t}",
            f"Iterative unit, unsigned. Result: {task}. Protocol: {begin}, then {pace}. "
            f"At that edge, {sign}.{count} {t}",
            f"{t} Sequential machine for {task}.{count} {v.up(begin)}; {pace}; {sign}.",
            f"A helper for a small CPU: {task}. {v.up(pace)}; {begin}; at the end "
            f"{sign}.{count} {result} holds otherwise. {t}",
            "While-loop in hardware:\n"
            + v.remarks(
                (
                    f"Task: {task}.",
                    f"Start: {begin}.",
                    f"Pace: {pace}.",
                    f"With the result, {sign}.",
                    count.strip(),
                    t,
                )
            ),
        ),
    )


def counter(
    draw: Draw,
    c: Clocking,
    names: tuple[str, ...],
    signals: Mapping[str, str],
    order: Sequence[str],
    values: tuple[int, int, int],
    stall_first: bool,
) -> tuple[str, ...]:
    """A program counter; the names: target, offset, stall, counter, link or "".

    The values: reset value, step, interrupt vector.
    """
    v = voice(draw, c)
    target, off, stall, pc, link = v.names(names)
    start, step, vector = values
    act = {
        "interrupt": f"go to {vector}",
        "call": f"go to {target}, saving {pc} + {step} in {link}",
        "ret": f"go to {link}",
        "jump": f"go to {target}",
        "branch": f"add signed {off} to {pc}",
    }
    rows = [f"{v.name(signals[k])}: {act[k]}" for k in order]
    listed = v.say("; ", ", then ", " > ").join(rows)
    hold = (
        v.say(f"{stall} beats all of these and freezes everything", f"{stall} = 1 stops it all")
        if stall_first
        else v.say(
            f"{stall} only suppresses the plain increment",
            f"{stall} holds {pc} only if none of these is active",
        )
    )
    t = v.timing(f"sets {pc} to {start}{f', {link} to 0' if link else ''}")
    return (
        v.say(
            f"Program counter, +{step} per clock unless, by priority: {listed}. {hold}. {t}",
            f"Instruction address register with wraparound. Priority list: {listed}; default: "
            f"step by {step}. {hold}. {t}",
            f"{t} Next-PC logic. First active signal decides: {listed}. None: {pc} grows by {step}."
            f" {hold}.",
            f"Fetch unit: {hold}. Otherwise the following order holds.\n"
            + v.remarks([*rows, f"nothing active: add {step}"], mixed=False).replace(
                "nothing", "nothing"
            )
            + f"\n{t}"
            if stall_first
            else f"Fetch unit. {pc} moves on by {step} each clock, modulo its width, but {listed} "
            f"(earlier ones win). {hold}. {t}",
            f"{pc} normally advances by {step}. In falling priority: {listed}. As to stalls, "
            f"{hold}. {t}",
        ),
    )
