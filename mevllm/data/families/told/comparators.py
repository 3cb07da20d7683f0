"""Comparisons, distances and windows as people tell them."""

from __future__ import annotations

from collections.abc import Mapping

from mevllm.data.draw import Draw
from mevllm.data.families.literals import listed, number
from mevllm.data.families.told._words_combinational import an, laid_out, q, spoken

_RELATIONS: Mapping[str, tuple[str, ...]] = {
    "eq": ("equals {b}", "is the same number as {b}", "and {b} agree in every bit"),
    "ne": ("is not equal to {b}", "differs from {b}", "is any number but {b}"),
    "lt": ("is smaller than {b}", "lies below {b}", "is strictly less than {b}"),
    "gt": ("is larger than {b}", "lies above {b}", "strictly exceeds {b}"),
    "le": ("is at most {b}", "does not exceed {b}", "is smaller than or the same as {b}"),
    "ge": ("is at least {b}", "is not below {b}", "is {b} or more"),
}
_SIGNS = {"eq": "=", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">="}


def comparator(
    t: Draw, *, width: int, a: str, b: str, negative: bool, tests: Mapping[str, str]
) -> tuple[str, ...]:
    """Relations of a number and another or a constant; `tests` are the outputs by relation."""
    say, constant = t.say, b.isdigit()
    a, b = q(a), b if constant else q(b)
    kind = "signed" if negative else "unsigned"
    style = t.int(0, 2)

    def phrase(relation: str, out: str) -> str:
        text = say(*_RELATIONS[relation]).format(b=b)
        if style == 0:
            return f"{q(out)} is set if {a} {text}."
        if style == 1:
            return f"{q(out)} tells that {a} {text}."
        return f"When {a} {text}, {q(out)} is 1."

    pairs = list(tests.items())
    each = " ".join(phrase(r, o) for r, o in t.shuffled(pairs))
    short_each = ", ".join(f"{q(o)} for {_SIGNS[r]}" for r, o in t.shuffled(pairs))
    formulas = ", ".join(f"{q(o)} = ({a} {_SIGNS[r]} {b})" for r, o in pairs)
    outs = listed([o for _, o in pairs])
    word = "bit" if width == 1 else f"{width}-bit {kind} number"
    against = f"the constant {b}" if constant else b
    short = say(
        f"{an(f'{kind} magnitude comparator')}, {a} against {against}: {short_each}.",
        f"{kind} compare: {formulas}.",
        f"{each} Both {'sides' if constant else 'operands'} are {kind}.",
        f"Compare {a} with {against} "
        f"({'two-complement sign included' if negative else 'no signs'}) and flag the result: "
        f"{short_each}.".replace("two-", "two's "),
        f"How does {a} stand to {against}, taken as {kind} numbers? {each}",
        f"{number(len(pairs)).capitalize()} relational flag{'s' * (len(pairs) > 1)}, {kind} "
        f"comparison, {a} on the left and {against} on the right: {short_each}.",
        f"Drive {outs} from the {kind} relation of {a} to {against}, that is, {formulas}.",
    )
    sign = (
        say("Numbers are in two's complement.", "The values may be negative (two's complement).")
        if negative
        else say("All values are unsigned.", "There are no negative values.")
    )
    if constant:
        purpose = say(
            f"A boiler reads its sensor value {a} and has one fixed trip point, {b}. {each} {sign}",
            f"A packet filter looks at a length field {a}; the number that matters is {b}. {each} "
            f"{sign}",
            f"A display unit colours a reading {a} by its relation to the mark {b} on the scale. "
            f"{each} {sign}",
            f"A feed conveyor is controlled by a scale that delivers {a}. Its set weight is {b}, "
            f"built in. {each} {sign}",
            f"A debugger watches a register {a} and compares it all the time with {b}. {each} "
            f"{sign}",
        )
    else:
        purpose = say(
            f"For a branch unit, the operands {a} and {b} of a compare instruction have to be "
            f"related; the flags go to the condition logic. {each} {sign}",
            f"A control loop compares its measured value {a} with the wanted value {b} and acts "
            f"on flags. {each} {sign}",
            f"A sorting network needs to know how its keys {a} and {b} are ordered. {each} {sign}",
            f"In a game, the guess {a} is held against the hidden value {b} and lamps show the "
            f"verdict. {each} {sign}",
            f"A pair of position encoders reports {a} and {b}. An alignment monitor shows how the "
            f"first stands to the second. {each} {sign}",
        )
    low = -(1 << (width - 1)) if negative else 0
    x = t.int(low, low + (1 << width) - 1)
    y = int(b) if constant else t.int(low, low + (1 << width) - 1)
    truth = {"eq": x == y, "ne": x != y, "lt": x < y, "gt": x > y, "le": x <= y, "ge": x >= y}
    seen = ", ".join(f"{q(o)} = {int(truth[r])}" for r, o in pairs)
    remark = laid_out(
        t,
        say(
            f"{a} is related to {against}; the outcome is on {outs}.",
            f"A comparator for {an(word)}{'' if constant else ' and another'}.",
            f"Find out how {a} compares to {against}.",
        ),
        [
            *(phrase(r, o) for r, o in t.shuffled(pairs)),
            say(sign, f"The comparison is {kind}.") if width > 1 else "",
            say("A flag whose relation does not hold is 0.", "Otherwise the flags are low."),
            say("", f"{a} stands on the left side of each relation."),
        ],
        f"{a} = {x}{'' if constant else f' and {b} = {y}'} {say('gives', 'means', 'results in')} "
        f"{seen}.",
    )
    return spoken(t, short, purpose, remark)


def window(
    t: Draw,
    *,
    names: tuple[str, str, str],
    width: int,
    negative: bool,
    strict: bool,
    outs: Mapping[str, str],
) -> tuple[str, ...]:
    """A window comparator, or a clamp; `outs` by meaning: in, below, above, out or clamp."""
    v, low, high = (n if n.isdigit() else q(n) for n in names)
    kind = "two's complement" if negative else "unsigned"
    if "clamp" in outs:
        return spoken(t, *_clamp(t, v, low, high, kind, q(outs["clamp"]), names[1].isdigit()))
    say = t.say
    under, over = ("at or below", "at or above") if strict else ("below", "above")
    inside = f"{low} < {v} < {high}" if strict else f"{low} <= {v} <= {high}"
    wordings = {
        "in": say("{o} is 1 for " + inside, "{o} tells that " + inside),
        "below": say("{o} is 1 for {v} {u} {l}", "{o} reports {v} to be {u} {l}"),
        "above": say("{o} is 1 for {v} {p} {h}", "{o} reports {v} to be {p} {h}"),
        "out": say(
            "{o} is 1 for {v} {u} {l} or {p} {h}", "{o} reports {v} to be {u} {l} or {p} {h}"
        ),
    }
    told = {
        k: wordings[k].format(o=q(o), v=v, l=low, h=high, u=under, p=over) for k, o in outs.items()
    }
    each = "; ".join(t.shuffled(list(told.values()))) + "."
    border = (
        say(
            "A value equal to a limit counts as outside.",
            "The limits themselves are not part of the window, they already lie outside.",
        )
        if strict
        else say(
            "The limits belong to the window.", f"{low} and {high} themselves count as inside."
        )
    )
    formulas = {
        "in": f"{low} {'<' if strict else '<='} {v} {'<' if strict else '<='} {high}",
        "below": f"{v} {'<=' if strict else '<'} {low}",
        "above": f"{v} {'>=' if strict else '>'} {high}",
        "out": f"{v} {'<=' if strict else '<'} {low} or {v} {'>=' if strict else '>'} {high}",
    }
    maths = ", ".join(f"{q(o)} for {formulas[k]}" for k, o in outs.items())
    short = say(
        f"{kind} window comparator on {v}: {maths}.",
        f"{each} {border} Comparisons are {kind}.",
        f"Range check of {v} against {low} and {high}, {kind}. {maths}.",
        f"{border} Window from {low} to {high}, tested value {v} ({kind}): {each}",
        f"{kind} limit monitor. Flag {maths}; otherwise 0.",
        f"Where is {v} relative to {low} and {high}? {kind} numbers; {maths}.",
    )
    purpose = say(
        f"A battery charger watches the cell voltage {v}, allowed to lie between {low} and "
        f"{high}. {each} {border} Numbers are {kind}.",
        f"On a filling line the scale reports {v} for each bottle, and good bottles weigh {low} "
        f"to {high}. {each} {border} The values are {kind}.",
        f"In a climate chamber, the reading {v} is supervised with a lower limit {low} and an "
        f"upper limit {high}, {kind} values. {each} {border}",
        f"An incoming inspection station measures a diameter {v}; the tolerance band reaches from "
        f"{low} to {high}, {kind} all of it. {each} {border}",
        f"A network probe counts frames per second, {v}. Its service band is given by {low} and "
        f"{high} as {kind} numbers. {each} {border}",
    )
    remark = laid_out(
        t,
        say(
            f"Supervise {v} with the limits {low} and {high}.",
            f"{v} is checked against a band, bounded by {low} and {high}.",
            f"The lower limit for {v} is {low}, the upper one {high}.",
        ),
        t.shuffled(
            [
                *(f"{text}; otherwise it is 0." for text in told.values()),
                border,
                say(f"The three numbers are {kind}.", f"Compare as {kind} {width}-bit numbers."),
            ]
        ),
        _window_example(t, names, width, strict, outs),
    )
    return spoken(t, short, purpose, remark)


def _window_example(
    t: Draw, names: tuple[str, str, str], width: int, strict: bool, outs: Mapping[str, str]
) -> str:
    middle = 1 << (width - 1)
    low, high = t.int(1, middle // 2), t.int(middle // 2 + 1, middle - 1)
    given = f"{q(names[1])} = {low} and {q(names[2])} = {high}, "
    if names[1].isdigit():
        low, high, given = int(names[1]), int(names[2]), ""
    value = t.choice((low, high, (low + high) // 2, low - 1, high + 1))
    below, above = (value <= low, value >= high) if strict else (value < low, value > high)
    truth = {"in": not (below or above), "below": below, "above": above, "out": below or above}
    seen = ", ".join(f"{q(o)} = {int(truth[k])}" for k, o in outs.items())
    return f"With {given}{q(names[0])} = {value} we have {seen}."


def _clamp(
    t: Draw, v: str, low: str, high: str, kind: str, out: str, fixed: bool
) -> tuple[str, str, str]:
    say = t.say
    first = (
        ""
        if fixed
        else say(
            f"Should {low} be greater than {high}, the test against {low} still comes first.",
            f"The lower limit is tested first, so with crossed limits {low} wins.",
        )
    )
    return (
        say(
            f"Clamp {v} to {low}..{high}, {kind}, onto {out}. {first}",
            f"{kind} limiter: {out} = {low} if {v} < {low}, else {high} if {v} > {high}, else {v}.",
            f"{out} follows {v} but stays between {low} and {high} ({kind}). {first}",
            f"Two-sided clipping of the {kind} {v}, floor {low}, ceiling {high}, result {out}. "
            f"{first}",
            f"{first} In all other respects a plain {kind} clip of {v} to the band from {low} to "
            f"{high}, seen on {out}.",
            f"Saturate {v} ({kind}) at {low} from below and at {high} from above; drive {out}. "
            f"{first}",
        ),
        say(
            f"A servo must not be driven past its mechanical stops {low} and {high}. The "
            f"commanded position {v} passes to {out} unless it is beyond a stop, where the stop's "
            f"position is taken. Positions are {kind} numbers. {first}",
            f"An oven dial gives {v}. The heater gets {out}: never under {low}, never over "
            f"{high}, and the dial's number in between. Values are {kind}. {first}",
            f"Before samples {v} ({kind}) are sent to a converter, those under {low} are replaced "
            f"by {low} and those over {high} by {high}; {out} goes to the converter. {first}",
            f"Fan speed {out} is what the regulator asks for, {v}, as long as this is from {low} "
            f"to {high}; outside this band the nearer end is used. Numbers are {kind}. {first}",
            f"A picture unit limits each {kind} brightness {v}: darker than {low} becomes {low}, "
            f"brighter than {high} becomes {high}. {out} is the limited one. {first}",
        ),
        laid_out(
            t,
            say(f"{out} is {v}, limited.", f"Limit {v} on both sides.", f"Keep {out} in a band."),
            [
                say(
                    f"Lower limit: {low}. Upper limit: {high}.",
                    f"The band begins at {low} and ends at {high}.",
                ),
                say(
                    f"Less than {low} becomes {low}; more than {high} becomes {high}.",
                    f"A {v} outside the band is replaced by the limit that it passed.",
                ),
                say(f"{v} in the band passes as it is.", f"Inside, {out} and {v} are equal."),
                say(f"All comparisons are {kind}.", f"Treat the numbers as {kind}."),
                first,
            ],
        ),
    )
