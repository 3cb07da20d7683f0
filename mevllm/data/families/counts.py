"""Relations of several bits: pairwise comparison, thresholds."""

from __future__ import annotations

from mevllm.data.design import Description, Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.basic_words import Inputs, listed, number, ticked, variables
from mevllm.data.families.told import counts as told
from mevllm.data.stimulus import combinational
from mevllm.tiers import Tier


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


THRESHOLD = Family("threshold", Tier.BASIC, _threshold)

FAMILIES = (THRESHOLD,)
