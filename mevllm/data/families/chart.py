"""State charts: machines whose arcs carry conditions on named inputs, drawn and told.

A condition is a conjunction of inputs and values; of a state's arcs the first whose condition holds
is taken, and the last one, without a condition, otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.fsm import Machine, Signals, state_bits
from mevllm.data.families.fsm_text import grid

Test = tuple[tuple[str, int], ...]
"""Inputs that must have these values; empty: always."""


@dataclass(frozen=True)
class Arc:
    """Where a state goes under a condition."""

    test: Test
    target: str


@dataclass(frozen=True)
class Chart:
    """A machine with named states; the first state of `states` is the reset state."""

    states: tuple[str, ...]
    arcs: tuple[tuple[Arc, ...], ...]
    """By state; the last arc of each has no condition."""
    outputs: tuple[tuple[str, tuple[tuple[str, Test], ...]], ...]
    """For each output when it is 1: in these states, under these conditions (Mealy) or always."""

    @property
    def mealy(self) -> bool:
        """Whether an output depends on an input."""
        return any(test for _, places in self.outputs for _, test in places)

    @property
    def canonical(self) -> str:
        """What the chart does, without the names of states and ports."""
        index = {state: str(i) for i, state in enumerate(self.states)}
        tests = [a.test for arcs in self.arcs for a in arcs]
        inputs = list(dict.fromkeys(name for test in tests for name, _ in test))

        def coded(test: Test) -> str:
            return "".join(f"{'' if v else '!'}{inputs.index(name)}&" for name, v in test)

        moves = "; ".join(
            " ".join(f"{coded(a.test)}>{index[a.target]}" for a in arcs) for arcs in self.arcs
        )
        outs = "; ".join(
            ",".join(index[s] + coded(t) for s, t in places) for _, places in self.outputs
        )
        return f"{moves} | {outs}"


def chart(
    moves: Sequence[tuple[str, Sequence[tuple[Test, str]]]],
    outputs: Sequence[tuple[str, Sequence[str | tuple[str, Test]]]],
) -> Chart:
    """A chart from rows of (state, [(condition, next state), ...]); a state stays otherwise."""
    rows = []
    for state, arcs in moves:
        row = [Arc(test, target) for test, target in arcs]
        if not row or row[-1].test:
            row.append(Arc((), state))
        rows.append(tuple(row))
    places = tuple(
        (name, tuple((p, ()) if isinstance(p, str) else p for p in where))
        for name, where in outputs
    )
    return Chart(tuple(state for state, _ in moves), tuple(rows), places)


def as_machine(drawn: Chart) -> Machine | None:
    """The same Moore machine as a table, where it has a single input; else None."""
    inputs = sorted({name for row in drawn.arcs for arc in row for name, _ in arc.test})
    if len(inputs) != 1 or drawn.mealy or not drawn.outputs:
        return None
    index = {state: i for i, state in enumerate(drawn.states)}
    moves = tuple(
        tuple(
            next(index[a.target] for a in arcs if all(v == value for _, v in a.test))
            for value in (0, 1)
        )
        for arcs in drawn.arcs
    )
    values = [
        sum(((state, ()) in places) << i for i, (_, places) in enumerate(reversed(drawn.outputs)))
        for state in drawn.states
    ]
    shown = Signals(tuple(name for name, _ in drawn.outputs), len(drawn.outputs))
    given = Signals((inputs[0],), 1)
    outputs = tuple((value, value) for value in values)
    return Machine(drawn.states, moves, outputs, False, 0, given, shown)


def expression(test: Test) -> str:
    """A Verilog condition: `req && !busy`."""
    return " && ".join(name if value else f"!{name}" for name, value in test)


def _grouped(test: Test) -> str:
    return f"({expression(test)})" if len(test) > 1 else expression(test)


def words(test: Test) -> str:
    """The condition in words: "`req` is 1 and `busy` is 0"."""
    return " and ".join(f"`{name}` is {value}" for name, value in test)


def body(drawn: Chart, clocking: Clocking, state: str, target: str) -> str:
    """Next-state logic, state register, outputs."""
    bits = state_bits(len(drawn.states))
    width = f"[{bits - 1}:0] " if bits > 1 else ""
    names = ", ".join(f"{s} = {bits}'d{i}" for i, s in enumerate(drawn.states))
    first = drawn.states[0]
    lines = [
        f"  localparam {names};",
        f"  reg {width}{state}, {target};",
        "",
        "  always @(*) begin",
        f"    case ({state})",
    ]
    for name, arcs in zip(drawn.states, drawn.arcs, strict=True):
        lines.append(f"      {name}: {target} = {chosen(arcs)};")
    lines += [f"      default: {target} = {first};", "    endcase", "  end", ""]
    lines += [clocking.always(f"{state} <= {first};", f"{state} <= {target};"), ""]
    lines += [f"  assign {name} = {when(places, state)};" for name, places in drawn.outputs]
    return "\n".join(lines)


def chosen(arcs: Sequence[Arc]) -> str:
    """The next state as a conditional expression, in the order of the arcs."""
    return " : ".join(f"{_grouped(a.test)} ? {a.target}" if a.test else a.target for a in arcs)


def when(places: Sequence[tuple[str, Test]], state: str) -> str:
    """When an output is 1, as an expression of the state and perhaps the inputs."""
    terms = [
        f"({state} == {name}" + (f" && {expression(test)})" if test else ")")
        for name, test in places
    ]
    return " || ".join(terms)


def diagram(drawn: Chart, draw: Draw) -> tuple[str, str]:
    """One arc a line, in one of several notations, and the sentences that explain it."""
    notation = draw.choice(("arrow", "arrow", "bracket", "mermaid", "dot", "comma"))
    logic = draw.choice(("verilog", "values", "verilog"))
    silent = draw.chance(0.4)
    other = draw.say("else", "otherwise", "else")

    def label(test: Test) -> str:
        if logic == "values":
            return ", ".join(f"{n}={v}" for n, v in test)
        return expression(test)

    on = {
        state: [name for name, places in drawn.outputs if (state, ()) in places]
        for state in drawn.states
    }
    lines = []
    for state, arcs in zip(drawn.states, drawn.arcs, strict=True):
        for arc in arcs:
            if silent and not arc.test and arc.target == state:
                continue
            text = label(arc.test) or ("always" if len(arcs) == 1 else other)
            lines.append(
                {
                    "arrow": f"{state} --({text})--> {arc.target}",
                    "bracket": f"{state} -> {arc.target} [{text}]",
                    "mermaid": f"{state} --> {arc.target} : {text}",
                    "dot": f'{state} -> {arc.target} [label="{text}"];',
                    "comma": f"{state}, {text} -> {arc.target}",
                }[notation]
            )
    told = draw.say(
        "Arcs carry their condition; of the arcs that leave a state, the first one listed whose "
        "condition holds is taken.",
        "Each line is one arc with its condition. The arcs of a state are tested in the order "
        "given, and the first that applies is taken.",
    )
    if silent:
        told += " A state for which no arc applies is kept."
    if not drawn.outputs:
        pass
    elif not drawn.mealy:
        names = [f"{s}: {', '.join(f'{n}=1' for n in on[s]) or 'no output'}" for s in drawn.states]
        lines += ["", *names]
        told += draw.say(
            " The list below the arcs says which outputs are 1 in each state; all others are 0.",
            " Then follow the outputs that are 1 in each state (Moore); the rest are 0.",
        )
    else:
        told += " " + " ".join(output_sentences(drawn))
    return "\n".join(lines), told


def table(drawn: Chart, draw: Draw) -> tuple[str, str]:
    """One row for each arc, and the sentences that explain it."""
    moore = not drawn.mealy
    names = [name for name, _ in drawn.outputs]
    head = [draw.say("State", "Present state"), "Condition", draw.say("Next state", "Next")]
    rows = []
    for state, arcs in zip(drawn.states, drawn.arcs, strict=True):
        for arc in arcs:
            text = expression(arc.test) or ("always" if len(arcs) == 1 else "otherwise")
            row = [state, text, arc.target]
            if moore:
                row += [str(int((state, ()) in places)) for _, places in drawn.outputs]
            rows.append(row)
    told = (
        "The rows of a state are tested from top to bottom; the first condition that holds counts."
    )
    if moore and names:
        head += names
        told += " The outputs belong to the present state, whatever the inputs (Moore)."
    elif names:
        told += " " + " ".join(output_sentences(drawn))
    return grid(draw, head, rows), told


def sentences(drawn: Chart, draw: Draw) -> list[str]:
    """One sentence for each state, then one for each output."""
    style = draw.int(0, 2)
    told = []
    for state, arcs in zip(drawn.states, drawn.arcs, strict=True):
        *few, last = arcs
        rest = "stays there" if last.target == state else f"goes to {last.target}"
        if not few:
            told.append(f"From {state} the machine always {rest.replace('there', f'in {state}')}.")
        elif style == 0:
            moves = ", else ".join(f"if {words(a.test)} it goes to {_to(a, state)}" for a in few)
            told.append(f"In {state}, {moves}; otherwise it {rest}.")
        elif style == 1:
            moves = "; else ".join(f"to {_to(a, state)} when {words(a.test)}" for a in few)
            told.append(f"From {state} it moves {moves}; otherwise it {rest}.")
        else:
            moves = ", otherwise to ".join(f"{_to(a, state)} if {words(a.test)}" for a in few)
            told.append(f"In {state}: next to {moves}; in all other cases it {rest}.")
    return told + output_sentences(drawn)


def _to(arc: Arc, state: str) -> str:
    return arc.target if arc.target != state else f"{state} again"


def output_sentences(drawn: Chart) -> list[str]:
    """When each output is 1."""
    told = []
    for name, places in drawn.outputs:
        steady = [state for state, test in places if not test]
        parts = [f"in {_either(steady)}"] if steady else []
        parts += [f"in {state} while {words(test)}" for state, test in places if test]
        told.append(f"`{name}` is 1 {', and '.join(parts)}, and 0 otherwise.")
    return told


def _either(states: Sequence[str]) -> str:
    return states[0] if len(states) == 1 else ", ".join(states[:-1]) + f" and {states[-1]}"


def terse(drawn: Chart) -> str:
    """All arcs and outputs as formulas: `IDLE: req->RUN; RUN: always->IDLE. run=1 in RUN`."""
    rows = []
    for state, arcs in zip(drawn.states, drawn.arcs, strict=True):
        moves = [
            f"{expression(a.test) or ('always' if len(arcs) == 1 else 'else')}->{a.target}"
            for a in arcs
            if a.test or a.target != state or len(arcs) == 1
        ]
        rows.append(f"{state}: {', '.join(moves)}")
    outs = [
        f"{name}=1 in "
        + ", ".join(s + (f" if {expression(test)}" if test else "") for s, test in places)
        for name, places in drawn.outputs
    ]
    return f"{'; '.join(rows)} (first match; else stay)." + (f" {'; '.join(outs)}." if outs else "")


LABELS = (
    tuple("ABCDEFGHIJ"),
    tuple(f"S{i}" for i in range(10)),
    tuple(f"ST{i}" for i in range(10)),
    ("IDLE", "LOAD", "CHECK", "RUN", "PAUSE", "FLUSH", "RETRY", "REPORT", "CLEAN", "DONE"),
    ("WAIT", "HEAD", "ADDR", "DATA0", "DATA1", "DATA2", "CRC", "ACK", "GAP", "ERR"),
)
"""Names of states of larger charts."""

_INPUTS = (
    ("a", "b", "c"),
    ("x", "y", "w"),
    ("start", "done", "err"),
    ("req", "ack", "stop"),
    ("go", "hold", "abort"),
    ("u", "v", "w"),
    ("hit", "miss", "full"),
)


def random_chart(draw: Draw, states: int, inputs: int, outputs: int) -> Chart:
    """A Moore chart whose every state can reach all others, and whose inputs all count."""
    labels = draw.choice(LABELS)[:states]
    names = [draw.name(name) for name in draw.choice(_INPUTS)[:inputs]]
    outs = [draw.name(name) for name in draw.choice(_OUTPUTS)[:outputs]]
    while True:
        moves: list[tuple[str, list[tuple[Test, str]]]] = []
        for i, label in enumerate(labels):
            others = draw.shuffled([other for other in labels if other != label])
            shape = draw.choice(("jump", "wait", "wait", "branch", "branch", "fork"))
            first, second = draw.shuffled(names)[:2] if inputs > 1 else (names[0], names[0])
            value = int(draw.chance(0.75))
            near = labels[(i + 1) % states]
            if shape == "jump":
                moves.append((label, [((), near)]))
            elif shape == "wait":
                moves.append((label, [(((first, value),), near)]))
            elif shape == "branch" or inputs == 1:
                moves.append((label, [(((first, value),), others[0]), ((), others[1])]))
            else:
                fork: list[tuple[Test, str]] = [
                    (((first, 1),), others[0]),
                    (((second, 1),), others[1]),
                ]
                moves.append((label, fork))
        where = [draw.shuffled(labels)[: draw.int(1, max(1, states // 3))] for _ in outs]
        drawn = chart(moves, [(o, sorted(w)) for o, w in zip(outs, where, strict=True)])
        tested = {name for row in drawn.arcs for arc in row for name, _ in arc.test}
        if tested == set(names) and _connected(drawn) and len({*map(tuple, where)}) == len(outs):
            return drawn


_OUTPUTS = (
    ("out1", "out2", "out3"),
    ("f", "g", "h"),
    ("busy", "ready", "fail"),
    ("z1", "z2", "z3"),
    ("led", "beep", "lamp"),
)


def _connected(drawn: Chart) -> bool:
    for start in drawn.states:
        seen = [start]
        for state in seen:
            arcs = drawn.arcs[drawn.states.index(state)]
            seen += [t for t in dict.fromkeys(a.target for a in arcs) if t not in seen]
        if len(seen) < len(drawn.states):
            return False
    return True
