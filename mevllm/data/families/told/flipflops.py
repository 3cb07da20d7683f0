"""Networks of flip-flops and gates as people tell them."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.told import _words_registers as words


def flipflop_chain(
    draw: Draw,
    clock: Clocking,
    *,
    state: str,
    nexts: Sequence[str],
    out: str,
    result: str,
    start: str,
    shown: bool,
) -> tuple[str, str, str]:
    """Flip-flops told by equations: short, by their purpose, with remarks."""
    count = len(nexts)
    cells = [f"`{state}[{i}]`" for i in range(count)]
    nexts, out, result = [f"`{form}`" for form in nexts], f"`{out}`", f"`{result}`"
    pairs = list(zip(cells, nexts, strict=True))

    def time() -> str:
        return words.timing(draw, clock, f"`{state}`", start)

    def equations(mark: str, end: str) -> str:
        return end.join(f"{cell}{mark}{form}" for cell, form in pairs)

    hidden = "" if shown else draw.say("Internal state.", "These flops are internal.")
    short = draw.say(
        f"{count} D flip-flops `{state}`: {equations('+ = ', ', ')}. {hidden} {out} = {result}, "
        f"combinational. {time()}",
        f"{time()} Next state: {equations(' <= ', '; ')}. Output {out} = {result} by gates. "
        f"{hidden}",
        f"D inputs, from flop 0 up: {', '.join(nexts)}. State is `{state}`. {hidden} {time()} "
        f"{out} = {result}, unregistered.",
        f"Synchronous network of {count} flops `{state}`, {out} = {result} (a gate, no "
        f"register); {equations(' takes ', ', ')}. {hidden} {time()}",
        f"{out} = {result}, where `{state}` evolves by {equations(' := ', ', ')} per clock. "
        f"{hidden} {time()}",
        f"Flops `{state}`, D equations {equations(': ', '; ')}. {hidden} Gate at the output: {out} "
        f"= {result}. {time()}",
    )
    edge = words.edge(draw, clock)
    back = words.reset(draw, clock, f"`{state}`", start)
    purpose = draw.say(
        f"Redraw an old board in HDL. It carries {count} D flip-flops called `{state}`, all "
        "clocked "
        f"at {edge}. Their data pins see {equations(' <- ', ', ')}. The pin {out} is a gate: "
        f"{result}. {back} {hidden}",
        f"A puzzle box has {count} bits inside, `{state}`. At {edge} they all change at the same "
        f"time: {equations(' becomes ', ', ')}. The lamp {out} shows {result} at any time. {back}",
        f"A small scrambler feeds its bits back on themselves. Its state `{state}` moves at {edge}:"
        f" {equations(' <- ', '; ')}. What leaves at once, without another register, is {out} = "
        f"{result}. {back} {hidden}",
        f"From the netlist of a chip the following was recovered. Flops `{state}`, clocked at "
        f"{edge}: {equations(' stores ', ', ')}. Logic: {out} = {result}. {back} {hidden}",
        f"A model of a cell with {count} genes, each on or off, stored in `{state}`. One "
        "generation "
        f"passes at {edge}, simultaneously for all: {equations(' turns into ', ', ')}. An observer "
        f"sees {out} = {result} without delay. {back} {hidden}",
    )
    rows = "\n".join(f"flop {i}: D = {form}" for i, form in enumerate(nexts))
    remarks = draw.choice(
        (
            f"Flip-flops `{state}`.\n{rows}\nOutput gate: {out} = {result}\n{time()} {hidden}",
            "Operators are those of Verilog.\n"
            + words.points(
                draw,
                *(f"{cell} is replaced by {form}" for cell, form in pairs),
                f"{out} = {result}, without a flop",
                words.ticks(draw, clock),
                back,
            )
            + f"\nRight sides mean the old values. {hidden}",
            f"{time()} Otherwise each edge does {equations(' <= ', ', ')} in parallel. {out} is "
            "not "
            f"stored: {result}. {hidden}",
            words.points(
                draw,
                f"{count} flip-flops make up `{state}`, numbered from 0",
                f"{out} follows {result} at once",
                f"data inputs: {equations(' gets ', ', ')}",
                f"{time()} {hidden}",
            ),
            f"Careful, all of `{state}` changes at once, so nobody sees a new value too early. At "
            f"{edge}: {equations(' <- ', '; ')}. {back} Afterwards, by gates alone, {out} = "
            f"{result}. {hidden}",
        )
    )
    return words.told(draw, short, purpose, remarks)
