"""Finite-state machines told: state tables, diagrams and sentences in many notations."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Draw
from mevllm.data.families.fsm import Machine, Signals


def grid(draw: Draw, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table as engineers type it: with bars, in Markdown, in columns, or comma-separated."""
    style = draw.choice(("bars", "bars", "markdown", "plain", "ruled", "commas"))
    if style == "commas" and any("," in cell for row in (head, *rows) for cell in row):
        style = "bars"
    if style == "commas":
        return "\n".join(", ".join(row) for row in (head, *rows))
    wide = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    lines = [[f"{c:<{w}}" for c, w in zip(row, wide, strict=True)] for row in (head, *rows)]
    if style == "markdown":
        rule = "|" + "|".join("-" * (w + 2) for w in wide) + "|"
        body = [f"| {' | '.join(line)} |" for line in lines]
        return "\n".join((body[0], rule, *body[1:]))
    if style == "plain":
        return "\n".join("   ".join(line).rstrip() for line in lines)
    body = [" | ".join(line).rstrip() for line in lines]
    if style == "ruled":
        body.insert(1, "-+-".join("-" * w for w in wide))
    return "\n".join(body)


def joined(*sentences: str) -> str:
    """The sentences that are not empty, as one paragraph."""
    return " ".join(sentence for sentence in sentences if sentence)


def symbols(machine: Machine, draw: Draw) -> list[int]:
    """All symbols, in counting order or, for two bits, sometimes in that of a Karnaugh map."""
    if machine.given.width == 2 and draw.chance(0.25):
        return [0, 1, 3, 2]
    return list(range(1 << machine.given.width))


def ordered(signals: Signals) -> str:
    """`ab` or `{up,dn}` for several ports, the name for one: the head of a column of codes."""
    if any(len(name) > 1 for name in signals.names) and len(signals.names) > 1:
        return "{" + ",".join(signals.names) + "}"
    return "".join(signals.names)


def table(machine: Machine, draw: Draw, names: Sequence[str] | None = None) -> tuple[str, str]:
    """A state table and the sentence that explains it; `names` stand for the states' own."""
    names = names or machine.states
    given, shown = machine.given, machine.shown
    order = symbols(machine, draw)
    present = draw.say("State", "Present state", "state", "Current state", "PS")
    coming = draw.say("Next state", "next", "Next", "next state", "NS")
    if draw.chance(0.35):
        return _tall(machine, draw, names, order, present, coming)
    column = draw.choice(("{n} {s}", "{n} ({s})", "{c}"))
    head = [
        present,
        *(
            column.format(
                n=coming, s=given.said(s).replace(", ", " "), c=f"{ordered(given)}={given.code(s)}"
            )
            for s in order
        ),
    ]
    if not machine.mealy:
        head += list(shown.names)
        rows = [
            [names[i], *(names[machine.moves[i][s]] for s in order), *_cells(shown, row[0])]
            for i, row in enumerate(machine.outputs)
        ]
        told = draw.say(
            f"Each row gives, for one present state, the next state for every value of "
            f"{quoted(given)}, and the output {quoted(shown)} while in the present state.",
            f"The columns in the middle are the next states for the values of {quoted(given)}; the "
            f"output {_depends(shown)} only on the present state.",
        )
        return grid(draw, head, rows), told
    if shown.width == 1 and draw.chance(0.5):
        z = shown.names[0]
        head += [f"{z} ({given.said(s)})".replace(", ", " ") for s in order]
        rows = [
            [names[i], *(names[machine.moves[i][s]] for s in order), *(str(row[s]) for s in order)]
            for i, row in enumerate(machine.outputs)
        ]
        told = (
            f"For every present state and value of {quoted(given)} the table gives the next state, "
            f"and the value that `{z}` "
            + ("takes." if machine.registered else "has already in the present state.")
        )
        return grid(draw, head, rows), told
    mark = draw.choice((" / ", "/", ", "))
    rows = [
        [
            names[i],
            *(f"{names[machine.moves[i][s]]}{mark}{shown.code(row[s])}" for s in order),
        ]
        for i, row in enumerate(machine.outputs)
    ]
    head = [present, *(f"{ordered(given)}={given.code(s)}" for s in order)]
    told = draw.say(
        f'An entry "next{mark}out" is the next state and the output {_order(shown)}, for that '
        "state and input.",
        f"Entries are the next state, then the output {_order(shown)}, for the present state and "
        "input.",
    )
    return grid(draw, head, rows), told


def _tall(
    machine: Machine,
    draw: Draw,
    names: Sequence[str],
    order: Sequence[int],
    present: str,
    coming: str,
) -> tuple[str, str]:
    """One row for each state and symbol."""
    given, shown = machine.given, machine.shown
    head = [present, *given.names, coming, *shown.names]
    rows = [
        [names[i], *_cells(given, s), names[machine.moves[i][s]], *_cells(shown, row[s])]
        for i, row in enumerate(machine.outputs)
        for s in order
    ]
    if machine.mealy:
        told = (
            f"Each row gives the next state and the output {quoted(shown)} for a present state and "
            f"a value of {quoted(given)}."
        )
    else:
        told = (
            f"Each row gives the next state for a present state and a value of {quoted(given)}; "
            f"{quoted(shown)} is the output in the present state, whatever the input."
        )
    return grid(draw, head, rows), told


def _cells(signals: Signals, value: int) -> list[str]:
    code = signals.code(value)
    return [code] if len(signals.names) == 1 else list(code)


def quoted(signals: Signals) -> str:
    """The ports with their names: "`a` and `b`"."""
    quoted = [f"`{name}`" for name in signals.names]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + f" and {quoted[-1]}"


def _depends(shown: Signals) -> str:
    return (
        f"{quoted(shown)} depends" if len(shown.names) == 1 else f"signals {quoted(shown)} depend"
    )


def arcs(machine: Machine, state: int) -> list[tuple[tuple[int, ...], int, tuple[int, ...]]]:
    """The arcs that leave a state: symbols, next state, and the output for each of them."""
    found: dict[tuple[int, int], list[int]] = {}
    for symbol, target in enumerate(machine.moves[state]):
        found.setdefault((target, machine.outputs[state][symbol]), []).append(symbol)
    return [
        ((*s,), target, tuple(machine.outputs[state][x] for x in s))
        for (target, _), s in found.items()
    ]


def diagram(machine: Machine, draw: Draw) -> tuple[str, str]:
    """A diagram in ASCII, one arc a line (or one state), and the sentence that explains it."""
    given, shown, names = machine.given, machine.shown, machine.states
    named = draw.chance(0.6)

    def label(codes: Sequence[int], out: int) -> str:
        if len(codes) == 1 << given.width and draw.chance(0.3):
            text = draw.say("any", "always", "-")
            text = text if not machine.mealy else f"{ordered(given)}=any"
        elif named:
            text = f"{ordered(given)}={','.join(given.code(c) for c in codes)}"
        else:
            text = ",".join(given.code(c) for c in codes)
        if machine.mealy:
            text += f"/{f'{ordered(shown)}=' * named}{shown.code(out)}"
        return text

    value = [f"{ordered(shown)}={shown.code(row[0])}" for row in machine.outputs]
    if machine.mealy:
        node = list(names)
    else:
        form = draw.choice(
            ("{s} ({z})", "{s} [{z}]", "{s}({z})", "{s} <{z}>", "{s}/{v}", "{s} [{v}]")
        )
        node = [
            form.format(s=s, z=z, v=shown.code(row[0]))
            for s, z, row in zip(names, value, machine.outputs, strict=True)
        ]
    notation = draw.choice(("arrow", "arrow", "comma", "colon", "mermaid", "dot"))
    lines = []
    for i, source in enumerate(node):
        row = [(label(codes, out[0]), names[t], t) for codes, t, out in arcs(machine, i)]
        if notation == "colon":
            lines.append(
                f"{source}: " + draw.say("; ", ", ").join(f"{a} -> {t}" for a, t, _ in row)
            )
        elif notation == "comma":
            lines += [f"{source}, {a} -> {t}" for a, t, _ in row]
        elif notation == "mermaid":
            lines += [f"{names[i]} --> {t} : {a}" for a, t, _ in row]
        elif notation == "dot":
            lines += [f'{names[i]} -> {t} [label="{a}"];' for a, t, _ in row]
        else:
            lines += [f"{source} --{a}--> {t}" for a, t, _ in row]
    if notation == "mermaid":
        tags = [] if machine.mealy else [f"{s} : {v}" for s, v in zip(names, value, strict=True)]
        lines = [f"[*] --> {machine.first}", *tags, *lines]
    elif notation == "dot":
        tags = [f'{s} [label="{n}"];' for s, n in zip(names, node, strict=True)]
        lines = [*(tags if not machine.mealy else []), *lines]
    elif notation == "arrow" and draw.chance(0.4):
        lines.insert(0, f"(reset) --> {machine.first}")
    return "\n".join(lines), _legend(machine, draw, named)


def _legend(machine: Machine, draw: Draw, named: bool) -> str:
    """What the labels of a diagram mean."""
    given, shown = machine.given, machine.shown
    wide = given.width > 1
    code = f"the value of {_order(given)}" + (", or several of them" if wide else "")
    if machine.mealy:
        out = f"the output {_order(shown)}"
        return draw.say(
            f"An arc is labelled with {code}, then after the slash {out} for it in that state.",
            f"The label of an arc is input/output: {code}, and {out} that belongs to it.",
        )
    kept = f"the output {_order(shown)}" if shown.width > 1 else f"the output `{shown.names[0]}`"
    return draw.say(
        f"An arc is labelled with {code}; each state is written with {kept}.",
        f"Arcs carry {code}; with the name of each state is given {kept}.",
    )


def _order(signals: Signals) -> str:
    if len(signals.names) == 1:
        return f"`{signals.names[0]}`"
    return quoted(signals) + ", in this order"


_TESTS = {
    (3,): "{a} and {b} are both 1",
    (2,): "{a} is 1 and {b} is 0",
    (1,): "{a} is 0 and {b} is 1",
    (0,): "{a} and {b} are both 0",
    (2, 3): "{a} is 1",
    (0, 1): "{a} is 0",
    (1, 3): "{b} is 1",
    (0, 2): "{b} is 0",
    (1, 2): "{a} and {b} differ",
    (0, 3): "{a} and {b} are equal",
    (1, 2, 3): "{a} or {b} (or both) is 1",
    (0, 1, 2): "{a} and {b} are not both 1",
    (0, 1, 3): "{a} is 0 or {b} is 1",
    (0, 2, 3): "{a} is 1 or {b} is 0",
}


def when(codes: Sequence[int], given: Signals) -> str:
    """The condition in words: "`x` is 1", "`in` is 01 or 10", "`a` and `b` differ"."""
    if len(given.names) == 1:
        return f"`{given.names[0]}` is {' or '.join(given.code(c) for c in codes)}"
    a, b = (f"`{name}`" for name in given.names)
    return _TESTS[tuple(sorted(codes))].format(a=a, b=b)


def sentences(machine: Machine, draw: Draw) -> list[str]:
    """One sentence or two for each state: where it goes, and what it puts out."""
    style = draw.int(0, 2)
    return [_sentence(machine, i, style) for i in range(len(machine.states))]


def _sentence(machine: Machine, state: int, style: int) -> str:
    given, names = machine.given, machine.states
    name = names[state]
    groups: dict[int, list[int]] = {}
    for symbol, target in enumerate(machine.moves[state]):
        groups.setdefault(target, []).append(symbol)
    parts = sorted(groups.items(), key=lambda item: (len(item[1]), item[0] == state))
    if len(parts) == 1:
        only = names[parts[0][0]] if parts[0][0] != state else "itself"
        moves = (
            f"{name} always goes to {only}",
            f"whatever the input, {name} is followed by {only}",
            f"the next state after {name} is always {only}",
        )[style]
    else:
        *few, (last, rest) = parts
        stay = "it stays there" if last == state else f"it goes to {names[last]}"
        tail = (
            f"; if {when(rest, given)} {stay}"
            if len(parts) == 2 and style
            else f"; otherwise {stay}"
        )
        if style == 2:
            moves = (
                f"from {name}, "
                + ", ".join(
                    f"if {when(codes, given)} the machine {_goes(names, target, state)}"
                    for target, codes in few
                )
                + tail
            )
        else:
            moves = (
                f"{name} goes to "
                + ", and to ".join(
                    f"{names[target] if target != state else 'itself'} if {when(codes, given)}"
                    for target, codes in few
                )
                + tail
            )
    out = _output_words(machine, state)
    if not machine.mealy:
        if style == 0:
            return f"In state {name}, {out}; {moves}."
        return f"{moves[0].upper()}{moves[1:]}. In {name}, {out}."
    during = "Output in" if machine.registered else "While in"
    return f"{moves[0].upper()}{moves[1:]}. {during} {name}, {out}."


def _goes(names: Sequence[str], target: int, state: int) -> str:
    return "stays there" if target == state else f"goes to {names[target]}"


def _output_words(machine: Machine, state: int) -> str:
    """`z` is 1; "`z` is 1 if `x` is 0, else 0"; for several outputs one after the other."""
    shown, row = machine.shown, machine.outputs[state]
    if shown.vector:
        return _value_words(shown.names[0], machine.given, row, shown)
    if len(set(row)) == 1 and shown.width > 1:
        code = shown.code(row[0])
        return " and ".join(f"`{n}` is {b}" for n, b in zip(shown.names, code, strict=True))
    bits = []
    for at, name in enumerate(shown.names):
        values = tuple(value >> (shown.width - 1 - at) & 1 for value in row)
        bits.append(_value_words(name, machine.given, values, Signals((name,), 1)))
    return " and ".join(bits)


def _value_words(name: str, given: Signals, row: Sequence[int], shown: Signals) -> str:
    kinds = sorted(set(row), key=lambda value: (list(row).count(value), -value))
    if len(kinds) == 1:
        return f"`{name}` is {shown.code(kinds[0])}"
    text = f"`{name}` is "
    for value in kinds[:-1]:
        codes = [s for s, v in enumerate(row) if v == value]
        text += f"{shown.code(value)} if {when(codes, given)}, "
    return text + f"else {shown.code(kinds[-1])}"


def terse(machine: Machine, names: Sequence[str] | None = None) -> str:
    """All rows as a formula: `A(0): 0->B, 1->A; B(1): ...`."""
    names = names or machine.states
    rows = []
    for i, name in enumerate(names):
        parts = []
        for codes, target, out in arcs(machine, i):
            label = ",".join(machine.given.code(c) for c in codes)
            if len(codes) == 1 << machine.given.width:
                label = "any"
            tail = f"/{machine.shown.code(out[0])}" if machine.mealy else ""
            parts.append(f"{label}->{names[target]}{tail}")
        own = "" if machine.mealy else f"({machine.shown.code(machine.outputs[i][0])})"
        rows.append(f"{name}{own}: {' '.join(parts)}")
    return "; ".join(rows)
