"""Registers with control inputs in an order of priority, as people tell them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.literals import number
from mevllm.data.families.told import _words_registers as words

_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "clear": ("clear to 0", "zero `{q}`", "clear everything"),
    "load": ("load `{d}`", "take over `{d}`", "copy `{d}` into `{q}`"),
    "set": ("set all bits", "all ones", "fill `{q}` with ones"),
    "invert": ("invert all bits", "complement `{q}`", "one's complement"),
    "increment": ("increment", "add one", "count up by 1"),
    "decrement": ("decrement", "subtract one", "count down by 1"),
    "left": ("shift left by one, zero in", "logical left shift by 1", "`{q}` << 1"),
    "right": ("shift right by one, zero in", "logical right shift by 1", "`{q}` >> 1"),
    "add": ("add `{d}` to `{q}`", "accumulate `{d}`", "`{q}` + `{d}`"),
    "or": ("set the bits that are 1 in `{d}`", "OR `{d}` into `{q}`", "`{q}` | `{d}`"),
    "and": (
        "clear the bits that are 1 in `{d}`",
        "AND `{q}` with the inverse of `{d}`",
        "`{q}` & ~`{d}`",
    ),
}


def _applied(kind: str, q: int, d: int, width: int) -> int:
    full = (1 << width) - 1
    results = {
        "clear": 0,
        "load": d,
        "set": full,
        "invert": ~q,
        "increment": q + 1,
        "decrement": q - 1,
        "left": q << 1,
        "right": q >> 1,
        "add": q + d,
        "or": q | d,
        "and": q & ~d,
    }
    return results[kind] & full


def controlled(
    draw: Draw,
    clock: Clocking,
    width: int,
    kinds: Sequence[str],
    pins: Sequence[str],
    d: str,
    q: str,
    literal: str,
) -> tuple[str, str, str]:
    """A register with control inputs, strongest first: short, by its purpose, with remarks."""
    value = "0" if literal.split("'")[-1] in ("b0", "d0") else literal

    def does(i: int) -> str:
        return draw.choice(_ACTIONS[kinds[i]]).format(q=q, d=d)

    def time() -> str:
        return words.timing(draw, clock, f"`{q}`", value)

    count = len(pins)
    order = " > ".join(f"`{p}`" for p in pins)

    def ranking() -> str:
        return draw.say(
            f"Priority {order}.",
            f"{order} in priority.",
            f"When they collide, {words.names(pins)} win in this order.",
            f"`{pins[0]}` is the strongest"
            + (
                f", then {words.names(pins[1:])}."
                if count == 2
                else f", then {order[len(pins[0]) + 5 :]}."
            ),
        )

    def chained() -> str:
        return draw.say(
            ", else ".join(f"`{p}`: {does(i)}" for i, p in enumerate(pins)) + ", else hold",
            "; otherwise ".join(f"if `{p}`, {does(i)}" for i, p in enumerate(pins))
            + "; otherwise keep",
        )

    def mapped() -> str:
        return ", ".join(f"`{pins[i]}` = {does(i)}" for i in draw.shuffled(range(count)))

    idle = draw.say("None active: hold.", "Idle means hold.", "With all at 0 nothing changes.")
    short = draw.say(
        f"{words.an(width)} register `{q}`, all controls synchronous: {chained()}. {time()}",
        f"{time()} Synchronous controls: {mapped()}. {ranking()} {idle}",
        f"`{q}` with {number(count)} synchronous controls, {mapped()}. {ranking()} {idle} {time()}",
        f"At the clock: {chained()}. Register is `{q}`. {time()}",
        f"Register unit with clocked commands. {ranking()} {mapped()}. {idle} {time()}",
        f"Priority-controlled register, evaluated at each clock: {chained()}. {time()}",
    )
    edge = words.edge(draw, clock)
    back = words.reset(draw, clock, f"`{q}`", value)
    purpose = draw.say(
        f"A working register of a little processor. The control unit raises lines, and at {edge} "
        f"the register `{q}` obeys: {mapped()}. It may raise several; {ranking()} {idle} {back}",
        f"Micro-programmed machines have registers that do a bit of work by themselves. Here `{q}` "
        f"reacts at {edge}: {chained()}. {back}",
        f"A front panel shows `{q}` on a row of lamps, and every key does one thing to it at "
        f"{edge}: {mapped()}. If keys are pressed together: {ranking()} {idle} {back}",
        f"A peripheral keeps a word `{q}` that the host changes with strobes sampled at {edge}. "
        f"{chained()}. {back}",
        f"For an experiment with waveforms a word `{q}` is modified step by step at {edge}, "
        f"as the strobes demand: {mapped()}. {ranking()} {idle} {back}",
    )
    x, y = draw.bits(width), draw.bits(width)
    at = draw.int(0, count - 1)
    result = _applied(kinds[at], x, y, width)
    example = f"`{q}`={x}, `{d}`={y}, only `{pins[at]}` high: next `{q}` is {result}"
    first = _applied(kinds[0], x, y, width)
    clash = f"`{pins[0]}` and `{pins[-1]}` both high: next `{q}` is {first}"
    remarks = draw.choice(
        (
            f"Register `{q}`, by falling priority:\n"
            + words.points(draw, *(f"`{p}`: {does(i)}" for i, p in enumerate(pins)), keep=True)
            + f"\nOtherwise hold. {time()}",
            f"{mapped()}. {ranking()} {idle} Example: {example}; with the same contents, {clash}. "
            f"{time()}",
            f"Controls are active high and act at {edge} only.\n"
            + words.points(draw, f"{mapped()}", ranking(), idle, back, f"example: {example}"),
            f"{time()} One step of the register reads: {chained()}. Only one thing is done in a "
            f"cycle. Example: {example}.",
            f"What may happen to `{q}`: {mapped()}.\n"
            + words.points(
                draw,
                f"{ranking()} Weaker requests of the same cycle are ignored.",
                f"{idle} Numbers wrap at {width} bits.",
                time(),
            ),
        )
    )
    return words.told(draw, short, purpose, remarks)
