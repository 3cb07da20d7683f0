"""Prioritised rules, codes that raise signals and patterns as people tell them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mevllm.data.draw import Draw
from mevllm.data.families.literals import listed, number
from mevllm.data.families.told._words_combinational import laid_out, q, spoken

Rule = tuple[Sequence[tuple[str, int]], Sequence[tuple[str, str]]]
"""Levels of inputs that all must hold, and the outputs that then change."""


def decisions(
    t: Draw, *, inputs: Sequence[str], defaults: Sequence[tuple[str, str]], rules: Sequence[Rule]
) -> tuple[str, ...]:
    """A chain of conditions; outputs that the first one that holds does not name keep defaults."""
    say = t.say
    style, form = t.int(0, 2), t.int(0, 2)

    def condition(test: Sequence[tuple[str, int]]) -> str:
        if style == 2:
            ordered = sorted(test, key=lambda level: -level[1])
            return " and ".join(q(n) if v else f"not {q(n)}" for n, v in ordered)
        levels = ("low", "high") if style else ("0", "1")
        return " and ".join(f"{q(n)} is {levels[v]}" for n, v in test)

    def effect(changes: Sequence[tuple[str, str]]) -> str:
        if form == 0:
            return ", ".join(f"{q(o)} = {v}" for o, v in changes)
        if form == 1:
            return " and ".join(f"{q(o)} becomes {v}" for o, v in changes)
        return ", ".join(f"{v} on {q(o)}" for o, v in changes)

    pairs = [(condition(test), effect(changes)) for test, changes in rules]
    start = ", ".join(f"{q(o)} = {v}" for o, v in defaults)
    others = say(
        "Outputs it does not mention keep their defaults.",
        "What the rule leaves out stays at its default.",
        "All else stays at the default.",
    )
    chain = "; else ".join(f"if {c}: {e}" for c, e in pairs)
    cascade = " ".join(
        f"{'Failing that, when' if k else 'When'} {c}: {e}." for k, (c, e) in enumerate(pairs)
    )
    back = "; ".join(f"{e} if {c}" for c, e in pairs)
    idle = say(
        f"Defaults: {start}.", f"Without any reason to differ, {start}.", f"At rest {start}."
    )
    short = say(
        f"{idle} Then {chain}. {others}",
        f"If/else-if ladder over {listed(inputs)}: {chain}; else nothing but defaults. {idle} "
        f"{others}",
        f"Priority from left to right: {back}. {idle} {others}",
        f"{cascade} {idle} {others}",
        f"First match wins. {back}. {others} {idle}",
        f"Combinational decision logic, earlier conditions masking later ones: {chain}. {others} "
        f"{idle}",
    )
    purpose = say(
        "A relay cabinet is replaced by logic. Its wiring diagram says, most urgent case first: "
        f"{chain}. In each case only the outputs named are moved. {idle}",
        f"An operator's handbook is to be cast into gates. It reads: {cascade} Whoever finds the "
        f"first fitting line stops reading. {others} {idle}",
        "The supervision of a machine decides at every moment anew what to do. Its list, by "
        f"falling importance, is {back}. Only the first reason that is given counts. {others} "
        f"{idle}",
        f"For a demonstration board the following behaviour is promised to the visitor: {chain}. "
        f"{idle} {others} There is no memory.",
        f"The fallback unit of a controller has no software, just gates. {idle} It departs from "
        f"that as follows, trying the cases in order and taking one at most: {back}. {others}",
    )
    head = say("Case", "Rule", "Situation")
    facts = [f"{head} {k}, {c}: {e}." for k, (c, e) in enumerate(pairs, 1)]
    if t.chance(0.4):
        arrows = "\n".join(f"{c} => {e}" for c, e in pairs)
        head = say(
            "Decision list, to be searched from the top; the first line that holds acts alone.",
            "Read downwards and stop at the first line that applies.",
        )
        remark = f"{head}\n\n{arrows}\notherwise => {effect(defaults)}\n\n{others}"
    else:
        remark = laid_out(
            t,
            say(
                f"{listed([o for o, _ in defaults])} are decided by {listed(inputs)}.",
                f"Decide on {listed([o for o, _ in defaults])} by an ordered list of cases.",
                "The logic below has an order of precedence.",
            ),
            [
                idle,
                *facts,
                say(
                    "Lower numbers have priority, and one case at most is acted on.",
                    "Cases are tried in this order until one holds; later ones are ignored then.",
                ),
                others,
            ],
        )
    return spoken(t, short, purpose, remark)


def case_flags(
    t: Draw, *, code: str, flags: Mapping[str, Sequence[str]], low: bool
) -> tuple[str, ...]:
    """One-bit outputs, each raised by some codes; `flags` are the codes by output."""
    say, on, off = t.say, int(not low), int(low)
    code, outs = q(code), list(flags)
    items = t.shuffled(list(flags.items()))
    table = say(
        "; ".join(f"{q(o)} for {' or '.join(cs)}" for o, cs in items),
        ", ".join(f"{c} -> {q(o)}" for o, cs in items for c in cs),
        "; ".join(f"{', '.join(cs)}: {q(o)}" for o, cs in items),
    )
    idle = say(
        f"Otherwise outputs are {off}.",
        f"An output without its code is {off}.",
        f"Any other code leaves all of them at {off}.",
    )
    level = f"active {'low' if low else 'high'}"
    short = say(
        f"Decode {code} to {level} flags: {table}. {idle}",
        f"Code recogniser on {code}. The flags, {level}, are {table}. {idle}",
        f"One flag goes to {on} depending on {code}, namely {table}. {idle}",
        f"Case statement with defaults first. All of {listed(outs)} start at {off}, and {code} "
        f"sets one to {on}: {table}.",
        f"{table}: that is which output {code} drives to {on}. {idle}",
        f"Equality detectors on {code}, {level}: {table}. {idle}",
    )
    purpose = say(
        f"A remote control receiver delivers {code}. A few codes have a meaning and pull the line "
        f"of their function to {on}: {table}. {idle}",
        "The front end of a small processor must tell its units that their instruction is there. "
        f"{code} is looked at and one unit's line goes to {on}: {table}. {idle}",
        f"A bar code on a passing crate gives {code}; diverters and signals react to certain "
        f"crates by getting {on}. {table}. {idle}",
        f"On a field bus, {code} is a telegram type. This node serves the following types by "
        f"setting a line to {on}: {table}. {idle}",
        f"A door system reads a badge number {code}. Known badges trigger an action, {on} on its "
        f"line: {table}. {idle}",
    )
    facts = [
        say(
            f"{q(o)} is {on} for {' and for '.join(cs)}.",
            f"{' as well as '.join(cs)} on {code} put{'s' * (len(cs) == 1)} {on} on {q(o)}.",
        )
        for o, cs in items
    ]
    remark = laid_out(
        t,
        say(
            f"{code} is compared with some fixed codes.",
            f"{number(len(outs))} outputs tell which kind of code {code} holds.",
            f"Recognise codes on {code}.",
        ),
        [
            *facts,
            idle,
            say("At most one output is active at a time.", "No code belongs to two outputs."),
        ],
    )
    return spoken(t, short, purpose, remark)


def pattern_match(
    t: Draw, *, word: str, out: str, pairs: Sequence[tuple[str, int]], other: int
) -> tuple[str, ...]:
    """Patterns with `?` for bits that do not matter; the first that fits gives the value."""
    say, word, out = t.say, q(word), q(out)
    mark = t.choice("-*x?")
    shown = [(p.replace("?", mark), v) for p, v in pairs]
    width = len(pairs[0][0])

    def bits(pattern: str) -> str:
        tests = [f"{width - 1 - i}={b}" for i, b in enumerate(pattern) if b in "01"]
        return f"bit{'s' * (len(tests) > 1)} {', '.join(tests)}"

    form = t.int(0, 2)
    if form == 0:
        table = ", ".join(f"{p} -> {v}" for p, v in shown)
    elif form == 1:
        table = "; then ".join(f"{v} for {p}" for p, v in shown)
    else:
        table = " ".join(f"({p}: {v})" for p, v in shown)
    care = say(
        f"{mark} matches both values.",
        f"Anything matches {mark}.",
        f"Positions with {mark} are ignored.",
    )
    first = say(
        "The first match wins.",
        "Earlier patterns take precedence.",
        "The list is ordered, the earliest hit decides.",
    )
    rest = say(
        f"No match: {other}.", f"Words that fit none give {other}.", f"The default is {other}."
    )
    short = say(
        f"casez-style match of {word} onto {out}: {table}. {care} {first} {rest}",
        f"Ternary match table with priority, key {word}, result {out}. {table}. {rest} {care} "
        f"{first}",
        f"Classify {word} by pattern (MSB at the left), {table}. Class to {out}. {first} {care} "
        f"{rest}",
        f"{first} {care} Patterns for {word} and values of {out}: {table}. {rest}",
        f"{out} is the value of the first pattern that {word} fits: {table}. {care} {rest}",
        f"Small TCAM, entries in order of priority, searched with {word}: {table}. {out} is the "
        f"hit's value. {care} {rest}",
    )
    purpose = say(
        f"A disassembler sorts instruction words {word} into groups {out}, looking at a few bits "
        f"only: {table}. {care} {first} {rest}",
        f"A firewall judges packets by a header word {word}. Its rules are tried from the top and "
        f"give a verdict number {out}: {table}. {care} {rest}",
        f"A sorting machine for mail reads a stripe code {word} and chooses a bin number {out}: "
        f"{table}. {care} {first} {rest}",
        f"In an address map, regions of {word} have numbers {out}, and small regions listed first "
        f"cut holes into larger ones: {table}. {care} {first} {rest}",
        f"A test bench labels each response {word} with a category {out}, by masks: {table}. "
        f"{care} {first} {rest}",
    )
    facts = [f"{'Else, w' if k else 'W'}ith {bits(p)}: {v}." for k, (p, v) in enumerate(pairs)]
    if t.chance(0.4):
        lines = "\n".join(f"{p},{v}" for p, v in shown)
        head = say("Ordered list of masks", "Match list, best first")
        head += (
            f" for {word} ({width} bits, bit {width - 1} first), value of {out} after the comma:"
        )
        remark = f"{head}\n\n{lines}\n\n{care} {first} {rest}"
    else:
        remark = laid_out(
            t,
            say(
                f"{out} follows from single bits of {word}.",
                f"Test some bits of {word} to find {out}.",
                f"A priority list assigns numbers to {word}, for {out}.",
            ),
            [
                *facts,
                rest,
                say(
                    "Bits not named in a line may have either value.",
                    "Each line tests just the bits it names.",
                ),
            ],
        )
    return spoken(t, short, purpose, remark)
