"""Fixed wiring and reordered words as people tell them."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Draw
from mevllm.data.families.basic_words import capital, number, plural
from mevllm.data.families.told._words_basic import binary, clockless, plain, remarks


def wires(
    draw: Draw, vector: str, links: Sequence[tuple[str, str, str, tuple[int, int]]]
) -> tuple[str, ...]:
    """Outputs tied to inputs; a link is an output, its kind, its source and the bits of it."""
    said, short_form = [], []
    for out, kind, source, (high, low) in links:
        field = (
            source
            if kind in ("scalar", "inverted", "copy")
            else f"{vector}[{high}]"
            if high == low
            else f"{vector}[{high}:{low}]"
        )
        short_form.append(f"`{out}` <- {'NOT ' * (kind == 'inverted')}`{field}`")
        where = {
            "scalar": f"`{source}`",
            "inverted": f"`{source}`",
            "copy": draw.say(f"`{vector}` in full", f"all of `{vector}`"),
        }.get(kind) or (
            draw.say(f"bit {low} of `{vector}`", f"`{field}`")
            if high == low
            else draw.say(f"`{field}`", f"the {high - low + 1} bits {low}..{high} of `{vector}`")
        )
        said.append(
            draw.say(f"`{out}` is the inverse of {where}", f"{where} reaches `{out}` inverted")
            if kind == "inverted"
            else draw.say(
                f"`{out}` carries {where}", f"`{out}` is wired to {where}", f"`{out}` gets {where}"
            )
        )
    flat, arrows = "; ".join(said), ", ".join(short_form)
    mixed = draw.shuffled(said)
    sentences = ". ".join(capital(s) for s in mixed)
    inverters = any(kind == "inverted" for _, kind, _, _ in links)
    short = draw.say(
        f"{'Feed-through and inverters' if inverters else 'Feed-through'} only: {arrows}.",
        f"{capital(flat)}.{clockless(draw)}",
        f"Hook-up list. {sentences}.",
        f"No gates{' but inverters' if inverters else ''}; {', '.join(mixed)}.",
        f"Tap the inputs like this: {arrows}.",
        f"{number(len(links)).capitalize()} assigns, {arrows}.",
    )
    purpose = draw.say(
        f"An adapter sits between two connectors whose pins do not line up. {sentences}.",
        f"A chip is replaced by one with another pinout and a small board goes underneath. The "
        f"tracks on it: {flat}.",
        "For a logic analyser some nets of the design have to come out on spare pins. "
        f"{sentences}. "
        f"The probe must not delay anything by a clock.",
        f"The status word `{vector}` is wider than what its readers need, so each gets its share: "
        f"{flat}.",
        "In the cable loom of a machine some cores split and some end. As a connection table, "
        "target "
        f"first: {arrows}.",
    )
    longer = draw.say(
        remarks(draw, "Connections, nothing else.", said, "Bits not mentioned stay unused."),
        remarks(draw, f"Take `{vector}` and the single lines apart.", draw.shuffled(short_form)),
        f"{sentences}. Bits of `{vector}` are numbered as declared, 0 being the LSB. A source may "
        f"serve several targets or none.",
        "\n".join(short_form) + "\n\nThe arrow points from the source to the output.",
        remarks(draw, "Netlist of the adapter:", [*mixed, "every output has exactly one source"]),
    )
    return plain(draw, short, purpose, longer)


def _moved(kind: str, value: int, width: int, group: int, by: int) -> int:
    """The word after the rearrangement; `by` counts to the left."""
    bits = [value >> i & 1 for i in range(width)]
    if kind == "bits":
        moved = bits[::-1]
    elif kind == "halves":
        moved = bits[width // 2 :] + bits[: width // 2]
    elif kind == "rotate":
        moved = [bits[(i - by) % width] for i in range(width)]
    else:
        parts = [bits[i : i + group] for i in range(0, width, group)]
        if kind == "groups":
            parts = parts[::-1]
        elif kind == "inside":
            parts = [p[::-1] for p in parts]
        else:
            parts = [parts[i ^ 1] for i in range(len(parts))]
        moved = [b for p in parts for b in p]
    return sum(b << i for i, b in enumerate(moved))


def word_reversal(
    draw: Draw, kind: str, names: tuple[str, str], width: int, group: int, by: int
) -> tuple[str, ...]:
    """A word with its bits, bytes or halves in another order; `by` is a rotation to the left."""
    a, y = names
    top = width - 1
    unit = {2: "bit pair", 3: "3-bit group", 4: "nibble", 8: "byte", 16: "half-word"}.get(
        group, "bit"
    )
    count = width // group
    if kind == "bits":
        core = draw.say(
            f"`{y}` is `{a}` bit-reversed",
            f"flip `{a}` end for end onto `{y}` (MSB becomes LSB)",
            f"mirror the {width} bits of `{a}`; result `{y}`",
            f"`{y}[i]` takes `{a}[{top}-i]`",
        )
        detail = f"bit 0 of `{a}` ends up as bit {top} of `{y}` and vice versa"
    elif kind == "groups":
        swap = {8: "byte order (endianness)", 4: "nibble order"}.get(group, f"order of {unit}s")
        core = draw.say(
            f"reverse the {swap} of `{a}`, giving `{y}`",
            f"`{y}` has the {number(count)} {unit}s of `{a}` back to front",
            f"{unit}-swap `{a}` into `{y}`"
            + (f" (all {count}, first with last and so on)" if count > 2 else ""),
            f"swap the {unit}s of `{a}` end for end into `{y}`",
            f"{unit} 0 of `{a}` (the lowest) becomes the top {unit} of `{y}`, the next one comes "
            "below it, and so on",
        )
        detail = f"inside a {unit} the bits keep their order"
    elif kind == "inside":
        core = draw.say(
            f"bit-reverse each {unit} of `{a}` in place, result on `{y}`",
            f"every {unit} of `{y}` is the mirror image of the same {unit} of `{a}`",
            f"within each {unit} of `{a}` exchange MSB and LSB sides to get `{y}`",
        )
        detail = f"the {unit}s themselves do not move"
    elif kind == "adjacent":
        core = draw.say(
            f"swap adjacent {unit}s of `{a}` pairwise into `{y}`",
            f"`{y}` is `{a}` with {unit}s 0 and 1 exchanged"
            + (", 2 and 3 exchanged, and so on" if count > 2 else ""),
            f"exchange each even {unit} of `{a}` with the odd one above it; that is `{y}`",
        )
        detail = f"{unit} 0 is the lowest, and the bits inside a {unit} stay in order"
    elif kind == "halves":
        core = draw.say(
            f"swap upper and lower half of `{a}`, result `{y}`",
            f"`{y}` has the low {width // 2} bits of `{a}` on top and the high {width // 2} below",
            f"exchange the two {width // 2}-bit halves of `{a}` on the way to `{y}`",
        )
        detail = "the order of bits inside each half is kept"
    else:
        left, steps = by > 0, abs(by)
        side, ends = ("left", ("top", "bottom")) if left else ("right", ("bottom", "top"))
        core = draw.say(
            f"`{y}` is `{a}` rotated {side} by {steps}",
            f"rotate `{a}` {side} {plural(steps, 'place')} into `{y}`",
            f"circular {side} shift of `{a}` by the constant {steps}, giving `{y}`",
            f"barrel-roll `{a}` {steps} to the {side}, output `{y}`",
        )
        detail = f"bits pushed out at the {ends[0]} come back at the {ends[1]}"
    short = draw.say(
        f"{capital(core)}.{clockless(draw)}",
        f"Pure wiring: {core}.",
        f"{width}-bit permutation, no logic. {capital(core)}.",
        f"{capital(core)}; {detail}.",
        f"Just renumber wires: {core}.",
        f"One combinational word shuffle. {capital(core)}.",
    )
    topic = {
        "bits": "One side of a link sends the MSB first, the other one expects the LSB first",
        "groups": "Two processors disagree about which end of a word comes first",
        "inside": "A bus was routed with the lines of each group crossed over",
        "adjacent": "An older interface stores neighbouring units the other way round",
        "halves": "A cipher exchanges the two halves of its block after a round",
        "rotate": "A hash function turns its word by a fixed amount between two steps",
    }[kind]
    purpose = draw.say(
        f"{topic}. The piece in between has {width} bits: {core}.",
        f"{topic}. We put this right in wiring; {core}. {capital(detail)}.",
        f"A test pattern generator for a {width}-lane bus scrambles its words a little before "
        f"sending them. The rule is simple: {core}; {detail}.",
        f"The data path of a small coprocessor has one fixed reordering instruction. "
        f"{capital(core)}. It costs no gates.",
        f"On the printed circuit board the {width} tracks of a bus cannot cross, so the crossing "
        f"happens inside the chip. {capital(core)}. {capital(detail)}.",
        f"Image data, {width} bits a word, come out of the scanner in the wrong order. To repair "
        "it: "
        f"{core}.",
    )
    value = draw.bits(width) | 1
    result = _moved(kind, value, width, group, by)
    digits = (width + 3) // 4
    example = (
        f"{binary(value, width)} becomes {binary(result, width)}"
        if width < 17
        else f"0x{value:0{digits}x} becomes 0x{result:0{digits}x}"
    )
    longer = draw.say(
        remarks(draw, f"{capital(core)}.", [detail, f"example: {example}"]),
        remarks(
            draw,
            f"Reordering of a {width}-bit word from `{a}` to `{y}`.",
            [core, detail, f"so {example}", "no bit is lost or used twice"],
        ),
        f"An example first: {example}. In general, {core}. {capital(detail)}.",
        f"Change request: {core}. Rationale: {topic[0].lower() + topic[1:]}. Test: {example}. "
        f"Remark: {detail}.",
        remarks(
            draw, "Specification of the permutation:", [core, detail], f"Value check: {example}."
        ),
    )
    return plain(draw, short, purpose, longer)
