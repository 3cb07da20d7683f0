"""Wiring: fixed connections, and words with their bits or bytes in another order."""

from __future__ import annotations

from mevllm.data.design import Description, Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.basic_words import (
    capital,
    listed,
    number,
    part,
    plural,
    sized,
)
from mevllm.data.families.told import wiring as told
from mevllm.data.stimulus import combinational
from mevllm.tiers import Tier


def _wires(draw: Draw) -> Design:
    """Outputs that are connected to inputs, to bits of a vector, or to their complements."""
    scalars = [draw.name(n) for n in ("a", "b", "c", "d")[: draw.int(1, 3)]]
    vector = draw.name("v", "vec", "in", "bus", "data")
    width = draw.int(3, 12)
    count = draw.int(3, 6)
    pool = draw.choice((("w", "x", "y", "z", "u", "t"), ("o0", "o1", "o2", "o3", "o4", "o5")))
    outs = [draw.name(n) for n in pool[:count]]
    ports = [*(port(n, "input") for n in scalars), port(vector, "input", width)]
    kinds = ["bit", "slice"]
    kinds += [draw.choice(("scalar", "bit", "slice", "inverted", "copy")) for _ in range(count - 2)]
    rtl, said, keys, links = [], [], [], []
    for out, kind in zip(outs, draw.shuffled(kinds), strict=True):
        size, high, low = 1, 0, 0
        if kind in ("scalar", "inverted"):
            index = draw.int(0, len(scalars) - 1)
            source, key = scalars[index], f"scalar {index}"
            words = f"`{source}`"
        elif kind == "copy":
            source, words, size, key = vector, f"the whole of `{vector}`", width, "copy"
        else:
            low = draw.int(0, width - 1)
            high = low if kind == "bit" else draw.int(low, width - 1)
            source, size, key = part(vector, high, low), high - low + 1, f"{high}:{low}"
            words = (
                f"bit {low} of `{vector}`" if high == low else f"bits {high} to {low} of `{vector}`"
            )
            words = draw.say(words, f"`{source}`")
        if kind == "inverted":
            rtl.append(f"  assign {out} = ~{source};")
            said.append(f"`{out}` is the complement of {words}")
        else:
            rtl.append(f"  assign {out} = {source};")
            said.append(
                draw.say(
                    f"`{out}` is connected to {words}",
                    f"{words} drives `{out}`",
                    f"`{out}` follows {words}",
                )
            )
        keys.append(f"{kind} {key}")
        links.append((out, kind, source, (high, low)))
        ports.append(port(out, "output", size))
    arrows = "; ".join(f"{r.strip()[7:-1]}" for r in rtl)
    sentences = ". ".join(capital(s) for s in said)
    draw.tell(*told.wires(draw.teller(), vector, links))
    return draw.design(
        WIRES,
        module=draw.module("wiring", "wires", "connect", "patch"),
        ports=ports,
        body="\n".join(rtl),
        description=Description(
            title=f"fixed wiring from {plural(len(scalars) + 1, 'input')} to {count} outputs",
            terse=f"Wires only: {arrows}.",
            prose=draw.say(
                f"The module consists of wires{' and inverters' if '~' in arrows else ''} only. "
                f"{sentences}.",
                f"Connect the inputs to the outputs as follows: {listed(said)}. No other logic is "
                "needed.",
                f"Think of a patch panel: {listed(said)}.",
            ),
            points=tuple(f"{capital(s)}." for s in said),
        ),
        stimulus=combinational(draw, ports, random_rows=80),
        choices=(("scalars", len(scalars)), ("width", width), ("connections", keys)),
    )


def _reverse(draw: Draw) -> Design:
    """A word with its bits, nibbles, bytes or pairs in another order."""
    kind = draw.choice(
        ("bits", "bits", "groups", "groups", "inside", "adjacent", "halves", "rotate")
    )
    group = draw.choice((2, 4, 4, 8, 8, 16)) if kind in ("groups", "adjacent") else 1
    group = draw.choice((3, 4, 8)) if kind == "inside" else group
    few = draw.choice((2, 3, 4, 4, 5, 6, 8)) if kind != "adjacent" else draw.choice((2, 4, 6, 8))
    width = group * few if group > 1 else draw.choice((4, 5, 7, 8, 10, 12, 16, 24, 32, 50, 64))
    if width > 64:
        width = 64 if kind != "inside" else 48
    if kind == "halves":
        width += width % 2
    by = draw.int(1, width - 1) if kind == "rotate" else 0
    a, y = draw.name("input"), draw.name("output")
    index = draw.name("i", "k", "n", "idx")
    name = {2: "bit pair", 3: "3-bit group", 4: "nibble", 8: "byte", 16: "16-bit half-word"}
    unit = name.get(group, "bit")
    loop = f"  integer {index};\n  always @(*) begin\n"
    top = width - 1
    slices = [part(a, low + group - 1, low) for low in range(0, width, group)]
    step = f"for ({index} = 0; {index} < {width}; {index} = {index} + 1)"
    if kind == "bits":
        words = draw.say(
            f"the bits of `{a}` in reverse order: `{y}[0]` is `{a}[{top}]` and `{y}[{top}]` is "
            f"`{a}[0]`",
            f"`{a}` with the order of its {width} bits reversed",
            f"the mirror image of `{a}`, the most significant bit exchanged with the least "
            "significant one and so on",
        )
        rtl = f"  assign {y} = {{{', '.join(slices)}}};"
        if width > 8:
            rtl = f"{loop}    {step}\n      {y}[{index}] = {a}[{top} - {index}];\n  end"
        formula = f"{y}[i] = {a}[{top} - i]"
    elif kind == "groups":
        words = draw.say(
            f"`{a}` with its {number(width // group)} {unit}s in reverse order, the bits inside "
            f"each {unit} unchanged",
            f"made of the {unit}s of `{a}` in opposite order: the lowest {unit} of `{a}` becomes "
            f"the highest of `{y}` and so on; no {unit} is changed inside",
        )
        rtl = f"  assign {y} = {{{', '.join(slices)}}};"
        formula = f"{y} = {{{', '.join(slices)}}}"
    elif kind == "inside":
        words = draw.say(
            f"`{a}` with the bits of each {unit} reversed, while the {unit}s stay where they are",
            f"built from `{a}` by mirroring every {unit} in its place (bits {group - 1} to 0 of "
            f"the word become bits 0 to {group - 1}, and likewise in each further {unit})",
        )
        inner = draw.name("j", "m", "b")
        rtl = (
            f"  integer {index}, {inner};\n  always @(*) begin\n"
            f"    for ({index} = 0; {index} < {width}; {index} = {index} + {group})\n"
            f"      for ({inner} = 0; {inner} < {group}; {inner} = {inner} + 1)\n"
            f"        {y}[{index} + {inner}] = {a}[{index} + {group - 1} - {inner}];\n  end"
        )
        formula = f"{y}[{group}k + j] = {a}[{group}k + {group - 1} - j] for j = 0 to {group - 1}"
    elif kind == "adjacent":
        words = draw.say(
            f"`{a}` with neighbouring {unit}s exchanged: the {unit}s are numbered from 0 at the "
            "bottom, and 0 changes places with 1, 2 with 3, and so on",
            f"`{a}` after every even-numbered {unit} (0 is the lowest) has been exchanged with the "
            f"{unit} just above it",
        )
        pairs = [slices[i ^ 1] for i in reversed(range(len(slices)))]
        rtl = f"  assign {y} = {{{', '.join(pairs)}}};"
        formula = f"{y} = {{{', '.join(pairs)}}}"
    elif kind == "halves":
        high, low = part(a, top, width // 2), part(a, width // 2 - 1, 0)
        words = draw.say(
            f"`{a}` with its upper and lower halves ({width // 2} bits each) exchanged",
            f"the lower {width // 2} bits of `{a}` followed by the upper {width // 2}, so that the "
            "two halves change places",
        )
        rtl = f"  assign {y} = {{{low}, {high}}};"
        formula = f"{y} = {{{low}, {high}}}"
    else:
        left = draw.chance(0.5)
        cut = width - by if left else by
        words = (
            f"`{a}` rotated {'left' if left else 'right'} by {plural(by, 'bit position')}; bits "
            f"that leave at the {'top' if left else 'bottom'} enter at the "
            f"{'bottom' if left else 'top'}"
        )
        rtl = f"  assign {y} = {{{part(a, cut - 1, 0)}, {part(a, top, cut)}}};"
        formula = f"{y} = {{{part(a, cut - 1, 0)}, {part(a, top, cut)}}}"
        by = by if left else -by
    ports = [port(a, "input", width), port(y, "output", width)]
    title = {
        "bits": "bit reversal",
        "groups": f"reversal of the order of {unit}s",
        "inside": f"bit reversal within each {unit}",
        "adjacent": f"exchange of neighbouring {unit}s",
        "halves": "exchange of halves",
        "rotate": "fixed rotation",
    }[kind]
    draw.tell(*told.word_reversal(draw.teller(), kind, (a, y), width, group, by))
    return draw.design(
        REVERSE,
        module=draw.module("reorder", "swap", "reverse", "mirror"),
        ports=ports,
        body=rtl,
        description=Description(
            title=f"{title} of {sized(width)}",
            terse=draw.say(f"{y} is {words.replace('`', '')}.", f"{capital(title)}: {formula}."),
            prose=draw.say(
                f"The {width}-bit output `{y}` is {words}. This needs no gates, only wires.",
                f"Rearrange {sized(width)}. The result `{y}` is {words}.",
                f"Build a circuit for the {title} in words of {width} bits: `{y}` is {words}. In "
                f"terms of bits, `{formula}`.",
            ),
            points=(
                f"`{y}` is {words}.",
                f"As a formula: `{formula}`.",
                "There is no clock.",
            ),
        ),
        stimulus=combinational(draw, ports, random_rows=60),
        choices=(("kind", kind), ("width", width), ("group", group), ("by", by)),
    )


WIRES = Family("wires", Tier.BASIC, _wires)
REVERSE = Family("word_reversal", Tier.BASIC, _reverse)

FAMILIES = (WIRES, REVERSE)
