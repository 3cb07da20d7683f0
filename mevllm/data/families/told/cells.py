"""Chains of equal cells as people tell them: by what the chain computes, and by its cell."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Draw
from mevllm.data.families.basic_words import capital, number
from mevllm.data.families.told._words_basic import binary, plain, remarks


def _ran(name: str, bits: Sequence[int], state: int) -> tuple[list[int], int]:
    """The outputs of the cells in their order, and what leaves the last one."""
    out = []
    for d in bits:
        y, t = {
            "first one": (d & (1 - state), state | d),
            "all before": (d & state, d & state),
            "toggle": (d ^ state, d ^ state),
            "differ": (d ^ state, d),
            "any": (d | state, d | state),
            "mark": ((1 - d) & state, d),
            "rise": (d & (1 - state), d),
            "swap": (d ^ state, d | state),
        }[name]
        out.append(y)
        state = t
    return out, state


def _idea(draw: Draw, name: str, d: str, q: str, way: str) -> str:
    """What the chain computes, as a sentence without a stop."""
    return {
        "first one": draw.say(
            f"`{q}` keeps only the first 1 of `{d}` {way} and clears all bits after it",
            f"isolate the first set bit of `{d}` {way}; the result `{q}` is one-hot or zero",
            f"fixed-priority arbiter: of the requests `{d}`, the first one {way} is granted on "
            f"`{q}`",
        ),
        "all before": draw.say(
            f"`{q}` is the running AND of `{d}` {way}: a bit is 1 while no 0 has come yet",
            f"keep the unbroken run of ones with which `{d}` begins {way}, and put zeros into all "
            f"further bits of `{q}`",
        ),
        "toggle": draw.say(
            f"`{q}` is the prefix XOR of `{d}` {way}, each bit being the parity of all bits so far",
            f"running parity: bit by bit {way}, `{q}` holds the XOR of everything in `{d}` up to "
            "and "
            f"including that place",
        ),
        "differ": draw.say(
            f"each bit of `{q}` is the XOR of that bit of `{d}` and the bit before it, {way}",
            f"mark in `{q}` every place where `{d}` changes from its predecessor, {way}",
        ),
        "any": draw.say(
            f"`{q}` is the running OR of `{d}` {way}: from the first 1 on, everything is 1",
            f"thermometer fill {way}: the first 1 of `{d}` and all places after it are 1 in `{q}`",
        ),
        "mark": draw.say(
            f"`{q}` has a 1 at each 0 of `{d}` whose predecessor is 1, {way}",
            f"falling steps of `{d}` {way} show up as ones of `{q}`, at the place of the 0",
        ),
        "rise": draw.say(
            f"`{q}` has a 1 at each 1 of `{d}` whose predecessor is 0, {way}",
            f"the beginning of every run of ones in `{d}`, {way}, is a 1 of `{q}`, the rest 0",
        ),
        "swap": draw.say(
            f"`{d}` is copied to `{q}` {way} up to and including the first 1; all later bits are "
            "inverted",
            f"after the first 1 of `{d}` {way}, every bit is flipped on its way to `{q}`; the "
            "first 1 "
            "itself and the zeros ahead of it stay",
        ),
    }[name]


def _start(draw: Draw, name: str, start: str, given: int | None) -> str:
    """What stands before the first bit, as a sentence."""
    if name in ("differ", "mark", "rise"):
        what = f"`{start}`" if start else f"a constant {given}"
        return draw.say(
            f"the predecessor of the first bit is {what}",
            f"before the first bit comes {what}",
        )
    if name in ("first one", "any", "swap"):
        if not start:
            return "nothing counts as having come before"
        return draw.say(
            f"with `{start}` = 1 it is as if a 1 had been seen ahead of the word",
            f"`{start}` acts like one more bit in front of the first",
        )
    if name == "all before":
        return f"`{start}` is ANDed in ahead of the first bit" if start else ""
    if start:
        return f"`{start}` is XORed in ahead of the first bit"
    return "the parity starts from 1, so all results are inverted" if given else ""


def _end(draw: Draw, name: str, end: str, d: str, last: int) -> str:
    """What the output at the end of the chain shows, as a sentence."""
    if not end:
        return ""
    return {
        "first one": f"`{end}` = 1 once a 1 has been seen anywhere (that initial one included)",
        "any": f"`{end}` repeats the last bit of the running OR",
        "swap": f"`{end}` is the OR of everything seen, start included",
        "all before": f"`{end}` is the AND of everything, start included",
        "toggle": f"`{end}` repeats the final parity",
        "differ": f"`{end}` is just `{d}[{last}]`",
        "mark": f"`{end}` is just `{d}[{last}]`",
        "rise": f"`{end}` is just `{d}[{last}]`",
    }[name]


def cell_chain(
    draw: Draw,
    name: str,
    width: int,
    up: bool,
    ports: tuple[str, str, str, str],
    given: int | None,
    cell: tuple[str, str, str],
) -> tuple[str, ...]:
    """A row of equal cells; `ports` are data, result, start and end, `cell` its name and logic."""
    d, q, start, end = ports
    kind, y, t = cell
    first, last = (0, width - 1) if up else (width - 1, 0)
    way = (
        draw.say("from the LSB up", "going up from bit 0", "scanning from bit 0 to the top")
        if up
        else draw.say(
            "from the MSB down", f"going down from bit {width - 1}", "scanning top to bottom"
        )
    )
    idea = _idea(draw, name, d, q, way)
    begins, ends = _start(draw, name, start, given), _end(draw, name, end, d, last)
    tails = [capital(s) + "." for s in (begins, ends) if s]
    tail = (" " + " ".join(tails)) if tails else ""
    seed = f"`{start}`" if start else f"a constant {given}"
    carry = f"the final t is `{end}`" if end else "the final t is dropped"
    logic = f"y = {y}, t = {t}"
    known = (
        {
            ("toggle", False): " With the top bit first this is Gray to binary."
            if not given
            else "",
            ("swap", True): " That is the two's complement of the word.",
        }.get((name, up), "")
        if not start and given == 0
        else ""
    )
    short = draw.say(
        f"{capital(idea)}.{tail}",
        f"Iterative array, {width} slices, ripple {way}: {idea}.{tail}",
        f"Ripple chain of {width} cells with {logic}; d from `{d}`, y to `{q}`, t into the next s, "
        f"{way}. First s is {seed}; {carry}.",
        f"{capital(idea)}.{known}{tail} Build it as a ripple of `{kind}` cells.",
        f"Bit-slice design: slice `{kind}` does {logic}. Data `{d}` to `{q}`, carry {way}, first s "
        f"{seed}, {carry}.",
        f"{' '.join(tails)} {capital(idea)}."
        if tails
        else f"{capital(idea)}, {width} bits in all.",
    )
    purpose = draw.say(
        f"A row of {number(width)} identical tiles on a chip, one a bit. Each tile talks only to "
        "the "
        f"next one, which keeps the wiring short. What the row does: {idea}.{tail}",
        f"The pre-processing of a sample word in a data logger: {idea}.{known}{tail} A slow "
        f"ripple is good enough at its sampling rate.",
        f"We want to show how a local rule becomes a global effect. The rule of a tile called "
        f"`{kind}` is {logic}; d is its bit of `{d}`, y its bit of `{q}`, s comes from the tile "
        f"before and t goes to the tile after, {way}. The first tile sees s = {seed}; {carry}.",
        f"Status lines `{d}` of {number(width)} slots come in parallel and have to be cleaned up "
        f"before software reads them: {idea}.{tail}",
        f"A switching matrix has one slot a bit of `{d}`. Its helper circuit: {idea}.{tail} "
        "Inside, "
        f"equal cells `{kind}` pass one bit along.",
    )
    value, state = draw.bits(width), draw.bits(1) if start else int(given or 0)
    order = range(width) if up else range(width - 1, -1, -1)
    bits, left = _ran(name, [value >> i & 1 for i in order], state)
    result = sum(b << i for b, i in zip(bits, order, strict=True))
    example = (
        f"`{d}` = {binary(value, width)}"
        + (f" and `{start}` = {state}" if start else "")
        + f" gives `{q}` = {binary(result, width)}"
        + (f" and `{end}` = {left}" if end else "")
    )
    longer = draw.say(
        remarks(
            draw, f"{capital(idea)}.", [begins, ends, f"the order is {way}"], f"Example: {example}."
        ),
        remarks(
            draw,
            f"Structure: {number(width)} copies of one cell, called {kind}.",
            [
                f"each cell takes d and s and produces y and t by {logic}",
                f"cell number i handles bit i of `{d}` and of `{q}`",
                f"the chain runs from bit {first} to bit {last}, t feeding the following s",
                f"the first cell has s = {seed}",
                carry,
            ],
        ),
        f"In one sentence: {idea}.{tail} For instance {example}. A loop would do, but we want "
        f"instances of one cell, `{kind}`, which makes y and t out of d and s ({logic}).",
        remarks(
            draw,
            f"Let s be {seed} to begin with, and visit the bits of `{d}` {way}.",
            [
                f"with the current bit d, the bit of `{q}` at the same place is {y}",
                f"then s becomes {t}",
            ],
            (f"After the last bit, `{end}` shows s. " if end else "") + f"Thus {example}.",
        ),
        remarks(draw, f"Array logic from `{d}` to `{q}`.", [idea, begins, ends, example]),
    )
    return plain(draw, short, purpose, longer)
