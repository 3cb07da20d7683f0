"""Arithmetic pipelines as people tell them."""

from __future__ import annotations

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.told._words_systems import voice


def arithmetic(
    draw: Draw,
    c: Clocking,
    names: tuple[str, ...],
    kind: str,
    formula: str,
    latency: int,
) -> tuple[str, ...]:
    """A pipelined formula; the names: valid in, valid out, result, enable or "".

    The formula has the operands' names in it.
    """
    v = voice(draw, c)
    vin, vout, out, en = v.names(names)
    law = f"{v.name(names[2])} = {formula}" if not v.ticks else f"`{names[2]} = {formula}`"
    stages = {2: "two", 3: "three"}[latency]
    freeze = (
        v.say(
            f" {en} = 0 freezes all stages, valid bits too.",
            f" Nothing moves at an edge with {en} low.",
            f" {en} is a clock enable for the whole pipe.",
        )
        if en
        else ""
    )
    t = v.timing(v.say("zeroes every stage", "clears all pipeline registers, data included"))
    return (
        v.say(
            f"{latency}-stage pipeline, {law}, unsigned, no bits lost. {vin} rides along to "
            f"{vout}; data moves regardless of it.{freeze} {t}",
            f"Fully pipelined {kind}: {law} with a latency of {latency} clocks (output register "
            f"included), one operation per clock. {vout} is {vin} delayed alike; invalid data is "
            f"pushed through too.{freeze} {t}",
            f"{t} {law}, exact, unsigned. Operands sampled by an edge have their result on {out} "
            f"after {latency - 1} more edge{'s' * (latency > 2)}, {vout} telling if {vin} was set."
            f"{freeze} No bubble is skipped.",
            f"A video filter wants {law} each clock. Cut it into {stages} register stages, the "
            f"last being {out} and {vout}; {vin} enters the first and merely accompanies the data. "
            f"Unsigned, full width.{freeze} {t}",
            "Arithmetic pipe:\n"
            + v.remarks(
                (
                    f"{law} without rounding or overflow, unsigned.",
                    f"{latency} registers between operands and {out}.",
                    f"{vout}: {vin}, {latency} registers later; the data registers ignore it.",
                    freeze.strip(),
                    t,
                )
            ),
            f"Throughput one, latency {latency}: {law} for unsigned operands, kept to the last "
            f"bit. Valid goes {vin} to {vout} through the same {stages} stages, which load always"
            f"{'' if not en else f' (given {en} = 1; 0 holds everything)'}. {t}",
        ),
    )
