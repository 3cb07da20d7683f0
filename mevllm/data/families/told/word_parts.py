"""Interleaved words as people tell them."""

from __future__ import annotations

from mevllm.data.draw import Draw
from mevllm.data.families.basic_words import capital
from mevllm.data.families.told._words_basic import binary, clockless, plain, remarks


def interleaving(
    draw: Draw, merge: bool, half: int, names: tuple[str, str, str]
) -> tuple[str, ...]:
    """Two words merged bit by bit, or one separated; `names` are even, odd and the long word."""
    even, odd, word = names
    top = 2 * half - 1
    low, high = draw.bits(half), draw.bits(half)
    mixed = sum((low >> i & 1) << 2 * i | (high >> i & 1) << (2 * i + 1) for i in range(half))
    if merge:
        core = draw.say(
            f"interleave `{even}` and `{odd}` into `{word}`, `{even}` on the even and `{odd}` on "
            "the "
            "odd bit positions",
            f"`{word}` is `{odd}` and `{even}` zipped together, alternating from the top with "
            f"`{odd}[{half - 1}]` first",
            f"`{word}[2i]` = `{even}[i]` and `{word}[2i+1]` = `{odd}[i]`",
            f"perfect shuffle of two {half}-bit words: bit 0 of `{word}` is bit 0 of `{even}`, bit "
            "1 "
            f"is bit 0 of `{odd}`, bit 2 is bit 1 of `{even}`, and so on",
            f"Morton order: bits of `{odd}` and `{even}` alternate in `{word}`, `{even}` owning "
            "the "
            "LSB",
        )
        example = (
            f"`{even}` = {binary(low, half)} with `{odd}` = {binary(high, half)} makes `{word}` = "
            f"{binary(mixed, 2 * half)}"
        )
        task = draw.say("bit interleaver", "zip of two words", "bitwise merger")
    else:
        core = draw.say(
            f"split `{word}` into its even-numbered bits, `{even}`, and its odd-numbered ones, "
            f"`{odd}`",
            f"`{even}` collects bits 0, 2, 4... of `{word}` and `{odd}` bits 1, 3, 5..., lowest "
            "first into bit 0",
            f"`{even}[i]` = `{word}[2i]` and `{odd}[i]` = `{word}[2i+1]`",
            f"de-interleave `{word}`: even positions packed into `{even}`, odd ones into `{odd}`, "
            "order kept",
            f"un-zip `{word}`; bit 0 belongs to `{even}`, bit 1 to `{odd}`, alternately up to bit "
            f"{top}",
        )
        example = (
            f"`{word}` = {binary(mixed, 2 * half)} falls apart into `{even}` = {binary(low, half)} "
            f"and `{odd}` = {binary(high, half)}"
        )
        task = draw.say("bit de-interleaver", "even-odd splitter", "un-zip of a word")
    short = draw.say(
        f"{capital(core)}.{clockless(draw)}",
        f"{capital(task)}: {core}.",
        f"Wires only; {core}.",
        f"{half} bit pairs. {capital(core)}.",
        f"Fixed shuffle, {2 * half} bits in total - {core}.",
        f"What I want is a {task}. {capital(core)}.",
    )
    purpose = draw.say(
        f"Burst errors on a disc hit neighbouring bits, so related bits are kept apart. The {task} "
        f"for {2 * half}-bit blocks: {core}.",
        f"An image is stored so that points close together get addresses close together; row and "
        f"column bits alternate there. Here {core}.",
        f"In a radio the samples of two channels of {half} bits share one long word. In this "
        "block, "
        f"{core}. It introduces no delay.",
        f"Two cameras share a cable of {2 * half} cores, core by core in turn. At this end: "
        f"{core}.",
        f"The butterfly of a sorting network is drawn with crossing wires. One column of them, "
        f"{2 * half} wires wide, works like this: {core}.",
        f"A card trick with bits: two packs of {half} cards and the riffle. {capital(core)}.",
    )
    order = "lower-numbered bits stay below higher-numbered ones of the same half"
    longer = draw.say(
        remarks(draw, f"{capital(task)}.", [core, order, f"example: {example}"]),
        remarks(draw, f"{capital(core)}.", [order, "there is nothing but wiring"], f"{example}."),
        f"Look at one case: {example}. The general rule is this: {core}.",
        f"Half-words have {half} bits, the long word has {2 * half}. {capital(core)}. Bit 0 is "
        f"always the least significant. Thus {example}.",
        remarks(draw, "Bit mapping:", [core, f"i runs from 0 to {half - 1}", f"test: {example}"]),
    )
    return plain(draw, short, purpose, longer)
