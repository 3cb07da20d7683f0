"""Thresholds on the number of ones as people tell them."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Draw
from mevllm.data.families.basic_words import capital, number
from mevllm.data.families.told._words_basic import clockless, plain, remarks


def _met(kind: str, k: int, ones: int) -> int:
    """Whether a test holds for so many ones."""
    return int(
        {
            "at least": ones >= k,
            "exactly": ones == k,
            "at most": ones <= k,
            "more than": ones > k,
            "majority": ones > k,
            "not": ones != k,
        }[kind]
    )


def _words(draw: Draw, kind: str, k: int, count: int) -> str:
    """The condition of a test as a clause."""
    n = number(k)
    if kind == "majority":
        return draw.say(
            "the ones have a strict majority",
            "more than half of the inputs are 1",
            f"{number(k + 1)} or more of the {number(count)} are set, a majority",
        )
    if kind == "exactly" and k == 0:
        return draw.say("all inputs are 0", "not a single one is set", "the count of ones is zero")
    if kind == "exactly" and k == 1:
        return draw.say(
            "exactly one input is high", "the inputs are one-hot", "one and only one is set"
        )
    if (kind, k) in (("at least", 1), ("more than", 0)):
        return draw.say("any input is high", "one or more are set", "they are not all 0")
    if (kind, k) in (("at most", count - 1), ("not", count)):
        return draw.say("at least one input is low", "they are not all 1")
    return {
        "at least": draw.say(
            f"{n} or more are 1", f"no fewer than {n} are set", f"the count of ones is >= {k}"
        ),
        "exactly": draw.say(
            f"precisely {n} are 1",
            f"the count of ones equals {k}",
            f"{n} are set, neither more nor fewer",
        ),
        "at most": draw.say(
            f"no more than {n} are 1", f"the count of ones is <= {k}", f"{n} or fewer are set"
        ),
        "more than": draw.say(
            f"over {n} are 1", f"the count of ones exceeds {k}", f"{number(k + 1)} or more are high"
        ),
        "not": draw.say(
            f"the count of ones differs from {k}", f"the population count is anything except {k}"
        ),
    }[kind]


def threshold(
    draw: Draw, names: str, count: int, outs: Sequence[str], tests: Sequence[tuple[str, int]]
) -> tuple[str, ...]:
    """How many of the inputs are 1."""
    pairs = list(zip(outs, tests, strict=True))
    said = [f"{_words(draw, kind, k, count)}" for _, (kind, k) in pairs]
    ifs = [f"`{o}` = 1 if {w}" for (o, _), w in zip(pairs, said, strict=True)]
    flags = [
        draw.say(f"`{o}` flags that {w}", f"`{o}` is high when {w}", f"`{o}` tells whether {w}")
        for (o, _), w in zip(pairs, said, strict=True)
    ]
    signs = {
        "at least": ">=",
        "exactly": "==",
        "at most": "<=",
        "more than": ">",
        "majority": ">",
        "not": "!=",
    }
    sums = [f"`{o}` = (n {signs[kind]} {k})" for o, (kind, k) in pairs]
    sets = [
        f"`{o}` for {', '.join(str(n) for n in range(count + 1) if _met(kind, k, n))}"
        for o, (kind, k) in pairs
    ]
    short = draw.say(
        f"Popcount of {names}, then compare: {'; '.join(sums)}, n being the "
        f"count.{clockless(draw)}",
        f"Look at {names}. {'. '.join(capital(f) for f in flags)}. Otherwise 0.",
        f"Let {names} vote: {'; '.join(ifs)}, else 0.",
        f"Symmetric functions of {names}. By number of ones: {'; '.join(sets)}; 0 for other "
        "counts.",
        f"Only the Hamming weight of {names} matters. {'; '.join(flags)}.",
        f"Add up {names} as single bits to n. Then {', '.join(sums)}.",
    )
    purpose = draw.say(
        f"A vessel is steered by {number(count)} redundant units, each of which casts a vote (1 or "
        f"0): {names}. {'. '.join(capital(f) for f in flags)}.",
        f"Along a shelf {number(count)} light barriers report whether their slot is taken: "
        f"{names}, "
        f"1 when taken. The stock display shows this: {'; '.join(flags)}.",
        f"In a quiz show {number(count)} jurors press yes (1) or no (0); their lines are {names}. "
        f"Who pressed is of no interest, only how many. {'; '.join(ifs)}, and 0 otherwise.",
        f"A power manager counts how many of the loads {names} are on (1). "
        f"{'. '.join(capital(f) for f in flags)}. "
        f"It must answer at once, so there is no clock.",
        f"The neuron of a toy network has {number(count)} inputs of equal weight, {names}. It sums "
        f"them and compares the sum n with constants: {'; '.join(sums)}.",
    )
    n = draw.int(0, count)
    got = ", ".join(f"`{o}` = {_met(kind, k, n)}" for o, (kind, k) in pairs)
    table = [
        f"{i} ones: " + ", ".join(f"`{o}` {_met(kind, k, i)}" for o, (kind, k) in pairs)
        for i in range(count + 1)
    ]
    tie = (
        f"a tie ({count // 2} to {count // 2}) is no majority"
        if count % 2 == 0 and any(kind == "majority" for kind, _ in tests)
        else ""
    )
    longer = draw.say(
        remarks(
            draw,
            f"Counting ones among {names}.",
            [*ifs, "an output is 0 when its condition fails", tie, f"with {n} ones: {got}"],
        ),
        f"Depending on how many of {names} are 1:\n\n" + "\n".join(table),
        remarks(
            draw,
            f"{number(count).capitalize()} equal inputs, {names}; their order plays no role.",
            [*flags, tie],
            f"Check with {n} of them set: {got}.",
        ),
        f"Let n be the number of ones in {names}, anything from 0 to {count}. {'; '.join(sums)}. "
        f"Example: for n = {n} we get {got}.",
        remarks(
            draw,
            "Each output is 1 for the counts named and 0 for all others.",
            [f"{s} ones" for s in sets],
            f"The count is taken over {names}.",
        ),
    )
    return plain(draw, short, purpose, longer)
