"""Boolean equations and one-bit adders as people tell them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING

from mevllm.data.draw import Draw
from mevllm.data.families.basic_words import capital, listed, ticked
from mevllm.data.families.told._words_basic import clockless, plain, remarks

if TYPE_CHECKING:
    from mevllm.data.families.equations import Term


def _call(term: Term) -> str:
    """The expression as nested functions: `OR(AND(a, NOT b), c)`."""
    if term.kind == "var":
        return term.name
    if term.kind == "not" and term.terms[0].kind == "var":
        return f"NOT {term.terms[0].name}"
    return f"{term.kind.upper()}({', '.join(_call(t) for t in term.terms)})"


def _condition(term: Term, value: int) -> str:
    """A product of literals that is 1, or a sum of literals that is 0, in words."""
    terms = term.terms if term.kind in ("and", "or") else (term,)
    said = []
    for t in terms:
        low = t.kind == "not"
        said.append(f"`{t.terms[0].name if low else t.name}` = {value ^ low}")
    return " and ".join(said)


def _cases(draw: Draw, out: str, term: Term) -> str:
    """A sum of products or product of sums told by its cases; empty for others."""
    parts = term.terms
    if not all(
        t.kind in ("var", "not", "or" if term.kind == "and" else "and") and _leaves(t)
        for t in parts
    ):
        return ""
    if term.kind == "or":
        cases = draw.shuffled([_condition(t, 1) for t in parts])
        joined = "; or ".join(cases)
        return draw.say(
            f"`{out}` is 1 when {joined}. Otherwise 0",
            f"any of these makes `{out}` 1, else it is 0: {'; '.join(cases)}",
            f"`{out}` goes high on each of these conditions and on nothing else: "
            f"{'; '.join(cases)}",
        )
    if term.kind == "and":
        cases = draw.shuffled([_condition(t, 0) for t in parts])
        return draw.say(
            f"`{out}` is 0 when {'; or '.join(cases)}. Otherwise 1",
            f"`{out}` is 1 unless one of these holds: {'; '.join(cases)}",
        )
    return ""


def _leaves(term: Term) -> bool:
    """Whether a term is a literal or joins literals."""
    if term.kind == "var":
        return True
    if term.kind == "not":
        return term.terms[0].kind == "var"
    return all(t.kind == "var" or (t.kind == "not" and _leaves(t)) for t in term.terms)


def _arithmetic(term: Term) -> str:
    """The expression in words with parentheses around every inner operation."""
    if term.kind == "var":
        return term.name
    if term.kind == "not":
        return f"not {_arithmetic(term.terms[0])}"
    return "(" + f" {term.kind} ".join(_arithmetic(t) for t in term.terms) + ")"


def boolean_equations(
    draw: Draw, names: Sequence[str], outs: Sequence[str], terms: Sequence[Term]
) -> tuple[str, ...]:
    """One to three equations."""
    pairs = list(zip(outs, terms, strict=True))
    calls = [f"`{o}` = {_call(t)}" for o, t in pairs]
    words = [
        f"`{o}` = {w[1:-1] if w.startswith('(') else w}" for o, t in pairs for w in [_arithmetic(t)]
    ]
    cases = [_cases(draw, o, t) or f"`{o}` is {_call(t)}" for o, t in pairs]
    sets = []
    for o, t in pairs:
        used = [n for n in names if n in t.names()]
        hits = [
            "".join(map(str, row))
            for row in product((0, 1), repeat=len(used))
            if t.value(dict(zip(used, row, strict=True)))
        ]
        sets.append(
            f"`{o}` = 1 for {', '.join(used)} = {', '.join(hits)}, else 0"
            if len(hits) < 12
            else f"`{o}` = {_call(t)}"
        )
    short = draw.say(
        f"{'; '.join(calls)}.{clockless(draw)}",
        f"{'; '.join(words)}.",
        f"{'. '.join(capital(c) for c in cases)}.",
        f"Plain logic, in function notation: {'; '.join(calls)}.",
        f"{'; '.join(sets)}. (Digits in the order of the names.)",
        f"Spelt out with and, or, not: {'; '.join(words)}.",
        f"Implement {', '.join(calls)} with assigns.",
    )
    ins = listed(ticked(names))
    targets = listed(ticked(outs))
    purpose = draw.say(
        f"A set of permissives in a control cabinet was wired with relay contacts; the electrician "
        f"wrote the contact logic down. {'. '.join(capital(c) for c in cases)}. Contacts and coils "
        "are 1 "
        f"when closed or energised.",
        f"Somebody extracted these functions from an obsolete logic array, and the part has to be "
        f"rebuilt: {'; '.join(calls)}. No macrocell used its register.",
        f"The select logic of a small peripheral looks at {ins} and answers on {targets}. "
        f"{'. '.join(capital(w) for w in words)}. Access time is nothing but gate delay.",
        "For a course on minimisation we need the circuit before anything was minimised. In "
        "words: "
        f"{'; '.join(words)}.",
        f"The configuration sheet of a signalling unit lists, for each lamp, when it burns. "
        f"{'. '.join(capital(c) for c in cases)}. Lamps: {targets}.",
    )
    at = {n: draw.bits(1) for n in names}
    shown = ", ".join(f"`{n}` = {v}" for n, v in at.items())
    got = listed([f"`{o}` = {t.value(at)}" for o, t in pairs])
    probe = f"{shown} results in {got}"
    longer = draw.say(
        remarks(draw, f"Functions of {ins}.", cases, f"Spot check: {probe}."),
        remarks(draw, "Nested calls, innermost first:", calls, f"Test vector: {probe}."),
        f"{'. '.join(capital(s) for s in sets)}. The digits stand in the order of the names. "
        f"In terms of gates this is {'; '.join(calls)}.",
        remarks(
            draw,
            f"Realise {targets}.",
            [*words, "brackets are evaluated first", f"test: {probe}", "no latch may appear"],
        ),
        f"Spec by cases. {'. '.join(capital(c) for c in cases)}."
        + (f"\n\nThe same by formula:\n{words[0]}" if len(words) == 1 else "")
        + f"\n\nSimulation: {probe}.",
    )
    return plain(draw, short, purpose, longer)


def gate_adder(
    draw: Draw,
    kind: str,
    names: Sequence[str],
    ends: tuple[str, str],
    low: bool,
    extras: Mapping[str, str],
) -> tuple[str, ...]:
    """A one-bit adder or subtractor; `ends` are its sum and carry, `extras` further outputs."""
    minus, count = "subtractor" in kind, len(names)
    s, o = ends
    a, b = names[:2]
    size = "full" if count == 3 else "half"
    cell = f"{size} {'subtractor' if minus else 'adder'}"
    over = "borrow" if minus else "carry"
    sense = (
        draw.say(
            f" `{o}` is active low: 0 means a {over}.",
            f" Note that `{o}` is the inverted {over}.",
            f" The {over} leaves inverted on `{o}` (1 when there is none).",
        )
        if low
        else ""
    )
    more = "".join(
        {
            "propagate": draw.say(
                f" `{n}` is `{a}` XOR `{b}` (propagate).",
                f" The propagate term `{a}` ^ `{b}` goes out on `{n}`.",
            ),
            "generate": draw.say(
                f" `{n}` is `{a}` AND `{b}` (generate).",
                f" The generate term `{a}` & `{b}` goes out on `{n}`.",
            ),
            "zero": draw.say(
                f" `{n}` flags that {'all three' if count == 3 else 'both'} inputs are 0.",
                f" `{n}` is the NOR of all inputs.",
            ),
        }[k]
        for k, n in extras.items()
    )
    chained = f" with `{names[2]}` as {over}-in" if count == 3 else ""
    task = (
        f"`{a}` minus `{b}`" + (f" minus `{names[2]}`" if count == 3 else "")
        if minus
        else " plus ".join(ticked(names))
    )
    result = "difference" if minus else "sum"
    outs = f"{result} on `{s}`, {over} on `{o}`"
    end = f"{sense}{more}"
    short = draw.say(
        f"{cell.capitalize()}{chained}: {outs}.{end}",
        f"One-bit {task}; `{s}` gets the {result}, `{o}` the {over}.{end}",
        f"Standard {cell} cell from gates, {listed(ticked(names))} in, {outs}.{end}",
        f"{task} in single bits. Low-order bit is `{s}`, the {over} goes to `{o}`.{end}",
        f"Need a {cell} ({task}).{end} Otherwise `{o}` is the ordinary {over} and `{s}` the "
        f"{result}."
        if not low
        else f"Need a {cell} ({task}) with {result} `{s}` and {over} `{o}`.{end}",
        f"`{s}` is the XOR of {listed(ticked(names))}; `{o}` the {over} of a {cell} that "
        "computes "
        f"{task}.{end}",
    )
    purpose = draw.say(
        "The arithmetic row of a pocket calculator is assembled from identical one-bit cells. "
        "This "
        f"is one of them and it works out {task}: {outs}.{end}",
        f"To show children how a machine {'subtracts' if minus else 'adds'}, each input is a "
        f"switch and each output a lamp. The box computes {task}, lamp `{s}` is the {result} digit "
        f"and `{o}` tells about the {over}.{end}",
        f"We are filling a standard-cell library. Cell: {cell}. Operands {listed(ticked(names))} "
        f"({task}); {outs}.{end}",
        f"In a column of binary long {'subtraction' if minus else 'addition'} one writes down a "
        f"digit and takes a {over} to the next column on the left. For the column {task} the digit "
        f"is `{s}`, and `{o}` stands for the {over}.{end}",
        f"A bit-serial unit needs its combinational core; the flip-flop for the {over} sits "
        f"elsewhere. The core evaluates {task}: {outs}.{end}",
    )
    rows = []
    for values in product((0, 1), repeat=count):
        total = values[0] - sum(values[1:]) if minus else sum(values)
        carry = int(total < 0) if minus else total >> 1
        rows.append(f"{''.join(map(str, values))}: {s} {total & 1}, {o} {carry ^ low}")
    order = ", ".join(names)
    pick = draw.choice(rows)
    longer = draw.say(
        remarks(
            draw,
            f"{cell.capitalize()} on single bits.",
            [
                f"it forms {task}",
                f"{result} bit: `{s}`",
                f"{over}: `{o}`",
                *end.strip(". ").split(". "),
            ],
        ),
        f"All cases, inputs in the order {order}:\n\n" + "\n".join(rows) + f"\n\n{end.strip()}",
        f"{task} has a two-bit outcome. `{s}` is its lower bit. `{o}` is its {over}"
        + (", which is needed when too much is taken away" if minus else ", worth two")
        + f".{end} Example ({order} first): {pick}.",
        remarks(
            draw,
            f"Build the {cell} out of gates, {outs}.",
            [
                f"`{s}` is the XOR of {listed(ticked(names))}",
                f"`{o}` is "
                + ("the complement of " if low else "")
                + (
                    f"NOT `{a}` AND `{b}`"
                    if minus and count == 2
                    else f"`{a}` AND `{b}`"
                    if count == 2
                    else f"the majority of NOT `{a}`, `{b}` and `{names[2]}`"
                    if minus
                    else f"the majority of {listed(ticked(names))}"
                ).join(("(", ")") if low else ("", "")),
                *more.strip(". ").split(". "),
                f"row of the table, {order} first: {pick}",
            ],
        ),
        f"What does the cell answer for {order} = {pick}? It is a {cell}, {outs}.{end} The other "
        f"rows are:\n" + "\n".join(r for r in rows if r != pick),
    )
    return plain(draw, short, purpose, longer)
