"""Minimum and maximum finders as people tell them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mevllm.data.draw import Draw
from mevllm.data.families.literals import number
from mevllm.data.families.told import _words_registers as words


def extremes(
    draw: Draw,
    width: int,
    *,
    inputs: Sequence[str],
    kinds: Sequence[str],
    outs: Mapping[str, str],
    which: str,
    negative: bool,
) -> tuple[str, str, str]:
    """The smallest or largest of some numbers: short, by its purpose, with remarks."""
    count = len(inputs)
    listed = words.names(inputs)
    if count > 2 and inputs[0] == "a" and draw.chance(0.5):
        listed = f"`a` {draw.say('to', 'through')} `{inputs[-1]}`"
    code = "two's complement" if negative else "unsigned"
    kind = kinds[0]
    both = len(kinds) == 2

    def superlative(k: str) -> str:
        small = ("minimum", "smallest value", "least value", "lowest value")
        large = ("maximum", "largest value", "greatest value", "highest value")
        return draw.choice(small if k == "min" else large)

    def goals() -> str:
        return " and ".join(f"the {superlative(k)} on `{outs[k]}`" for k in kinds)

    def index() -> str:
        if not which:
            return ""
        last = count - 1
        return draw.say(
            f"`{which}` is its index, `{inputs[0]}` being 0 and `{inputs[last]}` {last}; on a tie "
            "the lowest index.",
            f"Report where it was found in `{which}`: 0 stands for `{inputs[0]}`, {last} for "
            f"`{inputs[last]}`, in order; ties go to the earlier operand.",
            f"`{which}` = position of the winner (counting from 0 at `{inputs[0]}`, ending with "
            f"{last} at `{inputs[last]}`), the first one if several are equal.",
            f"Also give the winner's number in `{which}`, numbered in the order {listed} from 0; "
            "among equals the first wins.",
        )

    signs = draw.say(
        f"Numbers are {code}.",
        f"Compare as {code}.",
        f"The operands are {code}.",
        f"All of it {'signed' if negative else 'unsigned'}.",
    )
    name = "min/max" if both else "minimum" if kind == "min" else "maximum"
    short = draw.say(
        f"{name} of {number(count)} {code} numbers {listed}: {goals()}. {index()}",
        f"Combinational {name} finder over {listed}. {signs} {goals()}. {index()}",
        f"Put {goals()}; operands {listed}, {code}. {index()}",
        f"From {listed} pick {goals()}. {signs} {index()}",
        f"{count}-way {'signed' if negative else 'unsigned'} {name}. Operands {listed}, "
        f"result: {goals()}. {index()}",
        f"Compare {listed} with one another ({code}) and deliver {goals()}. {index()}",
        f"I want {goals()}, taken over {listed}. {signs} {index()}",
    )
    hint = " They can be negative, in two's complement." if negative else " They are unsigned."
    low = "the lower end" if kind == "min" else "the upper end"
    ends = "both ends of the range" if both else f"{low} of the range"
    purpose = draw.say(
        f"{number(count)} temperature probes, {listed}, are read at the same time.{hint} A panel "
        f"shows {goals()}. Nothing is stored, the result follows the readings. {index()}",
        f"Several players hand in a bid: {listed}.{hint} The referee, pure logic, must "
        f"announce {goals()}. {index()}",
        f"A picture filter looks at {number(count)} neighbouring samples {listed} and passes on "
        f"{goals()}.{hint} {index()}",
        f"In a levelling system {number(count)} gauges deliver {listed}; the controller watches "
        f"{ends}: {goals()}.{hint} {index()}",
        f"Route lengths {listed} have been worked out by {number(count)} units."
        f"{' Corrections may make a length negative: two`s complement.' if negative else hint} "
        f"Output {goals()}, so that the next stage need not compare. {index()}".replace(
            "two`s", "two's"
        ),
        f"Each of {number(count)} channels reports its level ({listed}).{hint} An automatic gain "
        f"control needs {goals()} without delay. {index()}",
    )
    half = 1 << (width - 1)
    values = [draw.bits(width) - (half if negative else 0) for _ in inputs]
    if draw.chance(0.3):
        values[-1] = values[0]
    given = ", ".join(f"`{n}` = {v}" for n, v in zip(inputs, values, strict=True))
    found = {"min": min(values), "max": max(values)}
    result = ", ".join(f"`{outs[k]}` = {found[k]}" for k in kinds)
    if which:
        result += f", `{which}` = {values.index(found[kind])}"
    sign = "less" if kind == "min" else "greater"
    trap = (
        f"Mind the sign: a word with its top bit set is negative and thus "
        f"{'smaller' if kind == 'min' else 'not greater'} than any without it."
        if negative
        else "A word with its top bit set is a big number, not a negative one."
    )
    remarks = draw.choice(
        (
            f"Given are {listed}. Wanted: {goals()}.\n"
            + words.points(
                draw, signs, trap, index(), f"example: {given} gives {result}", "no clock, no state"
            ),
            f"{goals()} of the {number(count)} words {listed}.\n\nExample: with {given} expect "
            f"{result}. {signs} {index()}",
            f"Start with `{inputs[0]}` as the candidate and go through the others in order; an "
            f"operand that is strictly {sign} takes its place. The final candidate is "
            f"`{outs[kind]}`. {signs} {index()}"
            + (f" The largest value is found likewise for `{outs['max']}`." if both else ""),
            f"Selection by magnitude. {signs} {trap} What comes out is {goals()}, chosen from "
            f"{listed}. {index()} For instance {given}: {result}.",
            words.points(
                draw,
                f"operands: {listed}, {code}, all as wide as the result",
                f"to be found: {goals()}",
                index() or "ties need no care, equal values look the same",
                f"check: {given} must yield {result}",
            ),
        )
    )
    return words.told(draw, short, purpose, remarks)
