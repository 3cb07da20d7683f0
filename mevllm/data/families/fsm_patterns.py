"""Machines that recognise bit patterns, and streams in which the patterns occur."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Draw
from mevllm.data.families.fsm import Machine, Signals


def recognizer(
    patterns: Sequence[str],
    given: Signals,
    shown: Signals,
    *,
    overlap: bool,
    mealy: bool,
    lock: bool = False,
    numbered: bool = False,
) -> Machine:
    """The machine that remembers the longest suffix of its input that may become a pattern.

    With as many output bits as patterns each pattern has its own, the first leftmost; with one
    bit any pattern sets it. `lock` stays at a found pattern (Moore).
    """
    prefixes = list(dict.fromkeys(p[:i] for p in patterns for i in range(len(p))))
    full = [] if mealy else list(patterns)
    states = prefixes + full

    def found(text: str) -> int:
        if shown.width == 1:
            return int(any(text.endswith(p) for p in patterns))
        bits = "".join(str(int(text.endswith(p))) for p in patterns)
        return int(bits, 2)

    moves, outputs = [], []
    for state in states:
        targets, values = [], []
        for bit in "01":
            text = (
                (bit if state in full and not overlap else state + bit) if not lock else state + bit
            )
            if lock and state in full:
                text = state
            hit = found(text)
            rest = bit if mealy and hit and not overlap else text
            if mealy and hit and not overlap:
                rest = ""
            while rest not in states:
                rest = rest[1:]
            targets.append(states.index(rest))
            values.append(hit)
        moves.append(tuple(targets))
        outputs.append(tuple(values) if mealy else (found(state),) * 2)
    names = [f"S{i}" for i in range(len(states))] if numbered else [f"S{p}" for p in states]
    names[0] = "S0" if numbered else "IDLE"
    return Machine(tuple(names), tuple(moves), tuple(outputs), mealy, 0, given, shown)


def run(machine: Machine, bits: Sequence[int]) -> list[int]:
    """The outputs while each bit is present (Mealy), or after it has been taken (Moore)."""
    state, seen = machine.start, []
    for bit in bits:
        if machine.mealy:
            seen.append(machine.outputs[state][bit])
        state = machine.moves[state][bit]
        if not machine.mealy:
            seen.append(machine.outputs[state][0])
    return seen


def stream(draw: Draw, patterns: Sequence[str], length: int) -> list[int]:
    """Bits in which the patterns occur, overlap, and nearly occur."""
    bits = ""
    while len(bits) < length:
        p = draw.choice(list(patterns))
        cut = draw.int(1, len(p) - 1)
        wrong = p[:-1] + ("0" if p[-1] == "1" else "1")
        bits += draw.choice((p, p, p + p[cut:], p[:cut], wrong, f"{draw.bits(3):03b}"))
    return [int(b) for b in bits[:length]]
