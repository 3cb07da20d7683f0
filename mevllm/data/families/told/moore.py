"""Tellings of state machines given by a table: Moore and Mealy, coded or not."""

from __future__ import annotations

import json
from collections.abc import Sequence

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families import fsm_text
from mevllm.data.families.fsm import Machine
from mevllm.data.families.told._words_machines import Ink, around, cap, clocks, ink, listed, remarks

_HALVES = {(2, 3): (0, 1), (0, 1): (0, 0), (1, 3): (1, 1), (0, 2): (1, 0)}
"""Pairs of two-bit symbols that one bit decides: which, and its value."""


def condition(machine: Machine, symbols: Sequence[int]) -> str:
    """`x=1`, `a=1 b=0 or a=0 b=1`, `any input`."""
    if len(symbols) == 1 << machine.given.width:
        return "any input"
    found = tuple(sorted(symbols))
    if len(machine.given.names) == 2 and found in _HALVES:
        at, value = _HALVES[found]
        return f"{machine.given.names[at]}={value}"
    return " or ".join(machine.given.said(s).replace(",", "") for s in symbols)


def _codes(machine: Machine, symbols: Sequence[int]) -> str:
    if len(symbols) == 1 << machine.given.width:
        return "any"
    return ",".join(machine.given.code(s) for s in symbols)


def _input(machine: Machine) -> str:
    names = machine.given.names
    return names[0] if len(names) == 1 else "{" + ", ".join(names) + "}"


def _output(machine: Machine) -> str:
    names = machine.shown.names
    return names[0] if len(names) == 1 else "{" + ", ".join(names) + "}"


def outputs_said(pen: Draw, machine: Machine) -> str:
    """A sentence with the outputs of all states."""
    names, shown = machine.states, machine.shown
    if shown.width == 1:
        z = shown.names[0]
        if machine.mealy:
            places = [
                f"{names[i]} with {condition(machine, ones)}"
                for i, row in enumerate(machine.outputs)
                if (ones := [s for s, v in enumerate(row) if v])
            ]
            tail = pen.say("and 0 otherwise", "else 0", "0 in every other case")
            return f"{z} is 1 in {', in '.join(places)}; {tail}."
        ones = [i for i, row in enumerate(machine.outputs) if row[0]]
        where = [names[i] for i in ones]
        rest = [s for s in names if s not in where]
        return pen.say(
            f"{z} is 1 in {listed(where)} only.",
            f"{z} is high in {listed(where)}, low in {listed(rest)}.",
            f"{z} gives 0 in {listed(rest)} and 1 in {listed(where)}.",
        )
    if machine.mealy:
        rows = [
            f"{names[i]}: "
            + ", ".join(
                f"{shown.code(v)} on {_codes(machine, [s for s, w in enumerate(row) if w == v])}"
                for v in dict.fromkeys(row)
            )
            for i, row in enumerate(machine.outputs)
        ]
        return (
            f"as for {_output(machine)}, by state and on the input code {_input(machine)}: "
            f"{'; '.join(rows)}."
        )
    values = [f"{s} {shown.code(row[0])}" for s, row in zip(names, machine.outputs, strict=True)]
    said = [f"{shown.code(r[0])} in {s}" for s, r in zip(names, machine.outputs, strict=True)]
    return pen.say(
        f"the states give {_output(machine)} as {', '.join(values)}.",
        f"{_output(machine)} is {', '.join(said)}.",
    )


def inline(pen: Draw, machine: Machine) -> str:
    """All transitions and outputs in running text, in a compact notation."""
    names, given = machine.states, machine.given
    style = pen.int(0, 4)
    if style == 0:
        rows = []
        for s in range(1 << given.width):
            goes = ", ".join(names[row[s]] for row in machine.moves)
            rows.append(f"{condition(machine, [s])} sends them to {goes}")
        text = f"Take the states in the order {', '.join(names)}: {'; '.join(rows)} respectively."
    elif style == 1:
        pairs = [
            f"d({names[i]},{given.code(s)})={names[t]}"
            for i, row in enumerate(machine.moves)
            for s, t in enumerate(row)
        ]
        text = f"Transition function d(state, {_input(machine)}): {', '.join(pairs)}."
    elif style == 2:
        text = "Moves: " + "; ".join(_leaves(machine, i) for i in range(len(names))) + "."
    elif style == 3:
        text = "; ".join(_entered(machine, t) for t in range(len(names))) + "."
    else:
        steps = [
            f"{names[i]} on {_codes(machine, [s for s, u in enumerate(row) if u == t])} to "
            f"{names[t]}"
            for i, row in enumerate(machine.moves)
            for t in dict.fromkeys(row)
            if t != i
        ]
        text = f"Arcs by the code of {_input(machine)}, all else being self-loops: "
        text += ", ".join(steps) + "."
    out = outputs_said(pen, machine)
    out = cap(out, machine.shown.names)
    return f"{text} {out}" if pen.chance(0.7) else f"{out} {text}"


def _leaves(machine: Machine, state: int) -> str:
    names, parts = machine.states, []
    for t in dict.fromkeys(machine.moves[state]):
        codes = [s for s, u in enumerate(machine.moves[state]) if u == t]
        goal = "stays" if t == state else f"goes to {names[t]}"
        parts.append(f"{goal} on {condition(machine, codes)}")
    return f"{names[state]} {', '.join(parts)}"


def _entered(machine: Machine, target: int) -> str:
    parts = []
    for i, row in enumerate(machine.moves):
        codes = [s for s, t in enumerate(row) if t == target]
        if codes:
            parts.append(f"from {machine.states[i]} on {condition(machine, codes)}")
    return f"{machine.states[target]} is next {', '.join(parts)}" if parts else ""


def block(pen: Draw, machine: Machine) -> str:
    """A sentence and all transitions and outputs in lines of their own."""
    names, given, shown = machine.states, machine.given, machine.shown
    style = pen.int(0, 5)
    moore = "" if machine.mealy else f" {cap(outputs_said(pen, machine), machine.shown.names)}"
    if style == 0:
        order = "input, present state, next state" + (", output" if machine.mealy else "")
        lines = [
            f"{given.code(s)} {names[i]} {names[t]}"
            + (f" {shown.code(machine.outputs[i][s])}" if machine.mealy else "")
            for i, row in enumerate(machine.moves)
            for s, t in enumerate(row)
        ]
        legend = f"KISS2-style product lines ({order}; the input is {_input(machine)}"
        legend += f", the output {_output(machine)})" if machine.mealy else ")"
        return f"{legend}.{moore}\n\n" + "\n".join(lines)
    if style == 1:
        data: dict[str, object] = {}
        for i, row in enumerate(machine.moves):
            entry: dict[str, str] = {}
            for s, t in enumerate(row):
                out = f"/{shown.code(machine.outputs[i][s])}" if machine.mealy else ""
                entry[given.code(s)] = names[t] + out
            if not machine.mealy:
                entry["out"] = shown.code(machine.outputs[i][0])
            data[names[i]] = entry
        keys = f"keys are values of {_input(machine)}"
        legend = (
            f"The machine in JSON: {keys}, entries are next state/output, the output being "
            f"{_output(machine)}:"
            if machine.mealy
            else f"The machine in JSON: {keys}, entries next states; out is {_output(machine)}:"
        )
        rows = ",\n".join(f'  "{k}": {json.dumps(v)}' for k, v in data.items())
        return f"{legend}\n\n{{\n{rows}\n}}"
    tail = f" {cap(outputs_said(pen, machine), machine.shown.names)}"
    if style == 2:
        rows_ = [f"* {text}" for t in range(len(names)) if (text := _entered(machine, t))]
        return f"Grouped by the state that is entered.{tail}\n\n" + "\n".join(rows_)
    if style == 3:
        lines = []
        for i in range(len(names)):
            parts = [
                f"{names[t]} on {condition(machine, codes)}"
                + (f" (giving {shown.code(outs[0])})" if machine.mealy else "")
                for codes, t, outs in fsm_text.arcs(machine, i)
            ]
            own = "" if machine.mealy else f", giving {shown.code(machine.outputs[i][0])}"
            lines.append(f"- {names[i]}{own}; next {', '.join(parts)}")
        return f"State by state, the output being {_output(machine)}:\n\n" + "\n".join(lines)
    if style == 4:
        lines = []
        for s in range(1 << given.width):
            steps = ", ".join(f"{names[i]}>{names[m[s]]}" for i, m in enumerate(machine.moves))
            lines.append(f"{condition(machine, [s])}: {steps}")
        return f"By input; P>N is a step from P to N.{tail}\n\n" + "\n".join(lines)
    lines = []
    for i, row in enumerate(machine.moves):
        lines.append(f"{names[i]}:")
        if not machine.mealy:
            lines.append(f"  out: {shown.code(machine.outputs[i][0])}")
        for s, t in enumerate(row):
            out = f", out {shown.code(machine.outputs[i][s])}" if machine.mealy else ""
            lines.append(f"  on {given.code(s)}: {names[t]}{out}")
    return (
        f"As an outline (on = value of {_input(machine)}, out = {_output(machine)}):\n\n"
        + "\n".join(lines)
    )


def output_kind(pen: Draw, machine: Machine) -> str:
    """A sentence about when the outputs change."""
    outs = listed(machine.shown.names)
    several = len(machine.shown.names) > 1
    if machine.registered:
        return pen.say(
            f"The Mealy output passes a flip-flop: {outs} takes, at each edge, the output for the "
            "state and input just before it, and is 0 in reset.",
            f"{outs} is registered, so the listed output appears after the edge that leaves the "
            f"state; reset clears {outs}.",
            f"{outs} lags the Mealy value by one clock edge (it is a register, zero after reset).",
        )
    if machine.mealy:
        return pen.say(
            f"Mealy: {outs} {'follow' if several else 'follows'} the input within the cycle.",
            "The outputs are combinational in state and input.",
            f"No register behind {outs}; state and present input decide.",
            f"As a Mealy output, {outs} is not registered.",
        )
    return pen.say(
        f"Moore: {outs} {'are' if several else 'is'} decoded from the state alone.",
        "Moore outputs.",
        f"The input does not act on {outs} directly.",
        f"The present state alone fixes {outs}.",
    )


def _starts(pen: Draw, machine: Machine) -> str:
    first = machine.first
    clears = f" and clears {machine.shown.names[0]}" if machine.registered else ""
    return (
        pen.say(f"selects {first}", f"leads to {first}", f"enters {first}", f"forces {first}")
        + clears
    )


def story(pen: Draw, machine: Machine) -> str:
    """A sentence that says where a machine comes from or what it is for."""
    given = listed(machine.given.names)
    outs = listed(machine.shown.names)
    return pen.say(
        "A sequencer chip in an old instrument is no longer made; probing it gave the machine "
        "below, and the replacement must behave the same.",
        f"A learning tool has derived this automaton from recorded traces of {given} and {outs}.",
        f"For a lab course about guessing hidden machines, students will only see {given} and "
        f"{outs}. This is what hides inside.",
        "The control part of a small toy: its moods are states, and they change with the clock.",
        "A reference automaton is needed to try out an equivalence checker.",
        f"In the emulator of a peer device this machine answers to {given}.",
        "The step logic of a stage-light effect, now to be moved into programmable logic:",
        "A protocol tester walks through these phases:",
    )


def machine_told(
    pen: Draw, clocking: Clocking, machine: Machine, *, more: Sequence[str] = ()
) -> tuple[str, str, str]:
    """A machine from a table; `more` are wordings of a sentence that every text adds."""
    count, kind = len(machine.states), machine.kind
    names = (*machine.given.names, *machine.shown.names, clocking.clock, str(clocking.reset))

    def plain(name: str) -> str:
        return name

    def extra() -> str:
        return pen.choice(more) if more else ""

    title = pen.say(
        f"{kind} FSM, {count} states.",
        f"{count}-state {kind} machine.",
        f"{kind} automaton over {listed(machine.states)}.",
        "",
    )
    short = around(
        pen,
        title,
        inline(pen, machine),
        output_kind(pen, machine),
        extra(),
        clocks(pen, plain, clocking, _starts(pen, machine)),
        names=names,
    )
    intro = around(
        pen,
        output_kind(pen, machine),
        extra(),
        clocks(pen, plain, clocking, _starts(pen, machine)),
        names=names,
    )
    body = block(pen, machine)
    lead = story(pen, machine)
    purpose = f"{lead} {intro} {body}" if pen.chance(0.5) else f"{lead} {body}\n\n{intro}"
    n: Ink = ink(pen)
    rows = [_leaves(machine, i) + "." for i in range(len(machine.states))]
    if pen.chance(0.5):
        rows = [inline(pen, machine)]
    else:
        rows.append(outputs_said(pen, machine))
    symbols = [pen.int(0, (1 << machine.given.width) - 1) for _ in range(5)]
    path = [machine.start]
    for s in symbols:
        path.append(machine.moves[path[-1]][s])
    walk = ", ".join(machine.states[i] for i in path)
    told = remarks(
        pen,
        pen.say(
            f"A {kind} machine, {count} states.",
            f"Task: implement this {kind} automaton; the encoding is free."
            if not more
            else f"Task: implement this {kind} automaton.",
            f"State machine spec ({kind}).",
            f"States: {listed(machine.states)}. Type: {kind}.",
            f"A controller with {count} states has to be built.",
        ),
        [
            *rows,
            output_kind(pen, machine),
            extra(),
            f"Example: inputs {', '.join(machine.given.code(s) for s in symbols)} "
            f"({_input(machine)}) after reset lead through {walk}.",
            clocks(pen, n, clocking, _starts(pen, machine)),
        ],
        names,
    )
    return short, purpose, told


def coded_machine(
    pen: Draw, clocking: Clocking, machine: Machine, *, state: str, codes: Sequence[str]
) -> tuple[str, str, str]:
    """A machine whose state register is an output, in a given encoding."""
    pairs = list(zip(machine.states, codes, strict=True))
    spelled = ", ".join(f"{s} {c}" for s, c in pairs)
    equal = ", ".join(f"{c} for {s}" for s, c in pairs)
    return machine_told(
        pen,
        clocking,
        machine,
        more=(
            f"The state register goes out on {state} with the binary codes {spelled}.",
            f"Output {state} is the present state, coded {equal}.",
            f"Fixed encoding, visible on {state}: {spelled} (binary).",
            f"{state} holds the state itself: {equal}.",
        ),
    )
