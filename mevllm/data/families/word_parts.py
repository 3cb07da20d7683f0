"""Parts of words: rearranged, joined and cut, interleaved."""

from __future__ import annotations

from mevllm.data.design import Description, Design, Exhibit, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.basic_words import (
    capital,
    listed,
    number,
    part,
    sized,
    ticked,
)
from mevllm.data.families.told import word_parts as told
from mevllm.data.stimulus import combinational
from mevllm.tiers import Tier


def _cuts(draw: Draw, width: int, count: int) -> list[int]:
    """Widths of so many parts that add up to `width`."""
    at = sorted(draw.shuffled(range(1, width))[: count - 1])
    return [b - a for a, b in zip([0, *at], [*at, width], strict=True)]


def _rearrange(draw: Draw) -> Design:
    """Slices of one word put together in another order."""
    width = draw.choice((8, 10, 12, 16, 16, 20, 24, 32))
    sizes = _cuts(draw, width, draw.int(3, 5))
    a, y = draw.name("input"), draw.name("output")
    slices, low = [], 0
    for size in sizes:
        slices.append((low + size - 1, low))
        low += size
    order = draw.shuffled(range(len(slices)))
    while order == sorted(order) or order == sorted(order)[::-1]:
        order = draw.shuffled(order)
    taken = [part(a, *slices[i]) for i in order]
    said, high = [], width - 1
    for i in order:
        size = sizes[i]
        said.append((part(y, high, high - size + 1), part(a, *slices[i])))
        high -= size
    ports = [port(a, "input", width), port(y, "output", width)]
    pairs = [f"`{to}` comes from `{source}`" for to, source in said]
    table = "\n".join(f"| {to} | {source} |" for to, source in said)
    return draw.design(
        REARRANGE,
        module=draw.module("shuffle", "rearrange", "permute"),
        ports=ports,
        body=f"  assign {y} = {{{', '.join(taken)}}};",
        description=Description(
            title=f"fixed rearrangement of the slices of {sized(width)}",
            terse=f"{y} = {{{', '.join(taken)}}}.",
            prose=draw.say(
                f"The word `{a}` is cut into {number(len(sizes))} slices that are put together in "
                f"a new order. From the top, `{y}` consists of {listed(ticked(taken))}.",
                f"Each part of `{y}` is wired to a part of `{a}`: {listed(pairs)}.",
            ),
            points=tuple(f"{p}." for p in pairs),
            exhibits=(
                Exhibit(
                    "worked example",
                    f"Every slice of `{y}` is wired to the slice of `{a}` in the same row.",
                    f"| part of {y} | wired to |\n|---|---|\n{table}",
                ),
            ),
        ),
        stimulus=combinational(draw, ports, random_rows=60),
        choices=(("sizes", sizes), ("order", order)),
    )


def _interleave(draw: Draw) -> Design:
    """Two words merged bit by bit, or one separated into its even and odd bits."""
    half = draw.choice((2, 3, 4, 5, 6, 8, 8, 10, 12, 16, 20, 32))
    merge = draw.chance(0.55)
    even_first = draw.chance(0.6)
    index = draw.name("i", "k", "n", "idx")
    loop = (
        f"  integer {index};\n  always @(*) begin\n"
        f"    for ({index} = 0; {index} < {half}; {index} = {index} + 1) begin\n"
    )
    evens = f"2*{index}"
    if merge:
        a, b = (draw.name(n) for n in draw.choice((("a", "b"), ("x", "y"), ("lo", "hi"))))
        out = draw.name("out", "z", "merged", "q")
        even, odd = (a, b) if even_first else (b, a)
        ports = [port(a, "input", half), port(b, "input", half), port(out, "output", 2 * half)]
        body = (
            f"{loop}      {out}[{evens}] = {even}[{index}];\n"
            f"      {out}[{evens} + 1] = {odd}[{index}];\n    end\n  end"
        )
        words = (
            f"bit i of `{even}` becomes bit 2i of `{out}`, and bit i of `{odd}` becomes bit 2i + 1"
        )
        title = f"bit interleaver of two {half}-bit words"
        story = f"Merge two words of {half} bits like the teeth of a zip"
    else:
        a = draw.name("in", "x", "d", "word")
        even, odd = (draw.name(n) for n in draw.choice((("even", "odd"), ("e", "o"), ("y0", "y1"))))
        ports = [port(a, "input", 2 * half)]
        outs = [port(even, "output", half), port(odd, "output", half)]
        ports += outs if even_first else outs[::-1]
        body = (
            f"{loop}      {even}[{index}] = {a}[{evens}];\n"
            f"      {odd}[{index}] = {a}[{evens} + 1];\n    end\n  end"
        )
        words = f"bit i of `{even}` is bit 2i of `{a}`, and bit i of `{odd}` is bit 2i + 1 of `{a}`"
        title = f"separation of the even and odd bits of {sized(2 * half)}"
        story = f"Separate a word of {2 * half} bits into its even and its odd bit positions"
    ends = (even, odd, out if merge else a)
    draw.tell(*told.interleaving(draw.teller(), merge, half, ends))
    return draw.design(
        INTERLEAVE,
        module=draw.module("interleave", "zip_bits", "even_odd"),
        ports=ports,
        body=body,
        description=Description(
            title=title,
            terse=f"{capital(title)}: {words.replace('`', '')}, for i from 0 to {half - 1}.",
            prose=draw.say(
                f"{story}: {words}, for every i from 0 to {half - 1}.",
                f"The circuit only moves bits. For i = 0 to {half - 1}, {words}.",
            ),
            points=(f"{capital(words)} (i = 0 to {half - 1}).", "There is no logic besides wires."),
        ),
        stimulus=combinational(draw, ports, random_rows=60),
        choices=(("half", half), ("merge", merge), ("even first", even_first)),
    )


REARRANGE = Family("slice_rearrangement", Tier.BASIC, _rearrange, held_out=True)
INTERLEAVE = Family("interleaving", Tier.BASIC, _interleave)

FAMILIES = (REARRANGE, INTERLEAVE)
