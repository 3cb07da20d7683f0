"""Relations of several bits: pairwise comparison, thresholds."""

from __future__ import annotations

from itertools import combinations

from mevllm.data.design import Description, Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.basic_words import Inputs, listed, number, ticked, variables
from mevllm.data.families.told import counts as told
from mevllm.data.stimulus import combinational
from mevllm.tiers import Tier

_RELATIONS = {
    "xnor": ("^", "~", "1 when the two bits are equal"),
    "xor": ("^", "", "1 when the two bits differ"),
    "and": ("&", "", "1 when both bits are 1"),
    "or": ("|", "", "1 when at least one of the two bits is 1"),
}


def _pairs(draw: Draw) -> Design:
    """Pairs of bits compared, one output bit a pair: of one group, or across two groups."""
    layout = draw.choice(("square", "unordered", "across", "across", "across"))
    kind = draw.choice(("xnor", "xnor", "xor", "and", "or"))
    if layout == "square" and kind in ("xnor", "xor") and draw.chance(0.85):
        kind = draw.choice(("and", "or"))
    first = variables(draw, draw.int(3 if layout == "unordered" else 2, 5), 0.3)
    across = layout == "across"
    taken = [p.name for p in first.ports]
    second = variables(draw, draw.int(2, 5), 0.3, taken) if across else first
    out = draw.name("out", "y", "result", "eq", "match")
    sign, whole, rule = _RELATIONS[kind]
    n, m = len(first.bits), len(second.bits)
    if layout == "unordered":
        chosen = list(combinations(first.bits, 2))
        left, right = (", ".join(pair[i] for pair in chosen) for i in (0, 1))
        size = len(chosen)
        inner = f"{{{left}}} {sign} {{{right}}}" if size > 1 else f"{left} {sign} {right}"
        order = (
            f"From the most significant bit of `{out}` down, the pairs are "
            f"{', '.join(f'({a}, {b})' for a, b in chosen)}"
        )
    else:
        size = n * m
        left = ", ".join(f"{{{m}{{{bit}}}}}" for bit in first.bits)
        right = second.selector.strip("{}")
        inner = f"{{{left}}} {sign} {{{n}{{{right}}}}}"
        others = listed(ticked(second.bits))
        order = (
            f"The {number(m)} most significant bits of `{out}` compare `{first.bits[0]}` with "
            f"{others} in this order{'' if across else ' (itself included)'}, the next {number(m)} "
            f"compare `{first.bits[1]}` with {others}, and so on, so that bit 0 compares "
            f"`{first.bits[-1]}` with `{second.bits[-1]}`"
        )
    expression = f"~({inner})" if whole else inner
    ports = [*first.ports, *(second.ports if across else ()), port(out, "output", size)]
    everything = {
        "square": f"every ordered pair of bits among {listed(ticked(first.bits))}",
        "unordered": f"every pair of bits among {listed(ticked(first.bits))}, each pair once",
        "across": f"each of the bits {listed(ticked(first.bits))} with each of the bits "
        f"{listed(ticked(second.bits))}",
    }[layout]
    return draw.design(
        PAIRS,
        module=draw.module("pairwise", "compare_pairs", "all_pairs"),
        ports=ports,
        body=f"  assign {out} = {expression};",
        description=Description(
            title=f"pairwise comparison of bits with {size} results",
            terse=f"{out} = {expression}.",
            prose=draw.say(
                f"Compare {everything}. A bit of `{out}` is {rule}. {order}.",
                f"The circuit compares {everything}, and puts the results into the vector `{out}`; "
                f"a result is {rule}. {order}.",
                f"{order}. Each of these results is {rule}.",
            ),
            points=(f"A bit of `{out}` is {rule}.", f"{order}."),
        ),
        stimulus=combinational(draw, ports),
        choices=(
            ("layout", layout),
            ("sizes", (n, m)),
            ("kind", kind),
            ("constant bits", layout == "square" and kind in ("xnor", "xor")),
        ),
    )


def _counted(inputs: Inputs) -> str:
    return " + ".join(inputs.bits)


def _threshold(draw: Draw) -> Design:
    """How many inputs are 1: majority, at least k, exactly k, at most k, all alike."""
    count = draw.choice((3, 3, 4, 4, 5, 5, 6, 7))
    inputs = (
        variables(draw, count, 0.5)
        if count < 7
        else Inputs(
            (port("votes", "input", 7, "the votes"),),
            tuple(f"votes[{i}]" for i in reversed(range(7))),
            "votes",
            "",
        )
    )
    menu = {
        "at least": "at least {k}",
        "exactly": "exactly {k}",
        "at most": "at most {k}",
        "more than": "more than {k}",
        "not": "anything but {k}",
    }
    outs, tests, said = [], [], []
    keys: list[tuple[str, int]] = []
    for i in range(draw.choice((1, 1, 2, 3))):
        kind = draw.choice([*menu, "majority"])
        k = draw.int(1, count - 1) if kind != "more than" else draw.int(0, count - 2)
        if (kind, k) in keys or any(key[0] == "majority" == kind for key in keys):
            kind, k = (
                "exactly",
                draw.choice([v for v in range(count) if ("exactly", v) not in keys]),
            )
        if kind == "majority":
            k = count // 2
        size = count.bit_length()
        test = {
            "at least": f">= {size}'d{k}",
            "exactly": f"== {size}'d{k}",
            "at most": f"<= {size}'d{k}",
            "more than": f"> {size}'d{k}",
            "majority": f"> {size}'d{k}",
            "not": f"!= {size}'d{k}",
        }[kind]
        out = draw.name("out", "y", "f", "q") if i == 0 else draw.name(f"out{i}", f"y{i}", f"f{i}")
        words = (
            f"there are more ones than zeros{' (a tie is not enough)' if count % 2 == 0 else ''}"
            if kind == "majority"
            else f"the number of ones is {menu[kind].format(k=number(k))}"
        )
        outs.append(out)
        tests.append(test)
        said.append((out, words))
        keys.append((kind, k))
    total = draw.name("ones", "count", "n_ones", "total")
    width = count.bit_length()
    rtl = [f"  wire [{width - 1}:0] {total} = {_counted(inputs)};"]
    rtl += [f"  assign {out} = ({total} {test});" for out, test in zip(outs, tests, strict=True)]
    ports = [*inputs.ports, *(port(o, "output") for o in outs)]
    names = (
        f"the {count} bits of `{inputs.ports[0].name}`"
        if inputs.vector
        else listed(ticked(inputs.bits))
    )
    sentences = [
        draw.say(
            f"`{out}` is 1 when {words}, and 0 otherwise",
            f"`{out}` is 1 exactly when {words}",
            f"If {words}, `{out}` is 1; otherwise it is 0",
        )
        for out, words in said
    ]
    tall = "; ".join(
        f"{out} = (ones {test.split()[0]} {k})"
        for out, test, (_, k) in zip(outs, tests, keys, strict=True)
    )
    draw.tell(*told.threshold(draw.teller(), names, count, outs, keys))
    return draw.design(
        THRESHOLD,
        module=draw.module("threshold", "vote", "count_check"),
        ports=ports,
        body="\n".join(rtl),
        description=Description(
            title=f"test of how many of {number(count)} inputs are 1",
            terse=f"With ones = the number of 1s among {names.replace('`', '')}: {tall}.",
            prose=draw.say(
                f"Count how many of {names} are 1. {'. '.join(sentences)}.",
                f"The circuit looks at {names} and only cares how many of them are 1. "
                f"{'. '.join(sentences)}.",
                f"{number(count).capitalize()} signals vote: {names}. {'. '.join(sentences)}.",
            ),
            points=(
                f"The inputs are {names}; only the number of ones matters.",
                *(f"{s}." for s in sentences),
            ),
        ),
        stimulus=combinational(draw, ports),
        choices=(("count", count), ("tests", keys)),
    )


PAIRS = Family("pairwise_bits", Tier.BASIC, _pairs)
THRESHOLD = Family("threshold", Tier.BASIC, _threshold)

FAMILIES = (PAIRS, THRESHOLD)
