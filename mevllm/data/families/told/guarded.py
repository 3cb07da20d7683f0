"""Tellings of state charts: machines whose arcs carry conditions on named inputs."""

from __future__ import annotations

import json

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.chart import Chart, Test
from mevllm.data.families.told._words_machines import Ink, around, clocks, ink, listed, remarks


def test_words(n: Ink, test: Test, style: int) -> str:
    """`go=1 and stop=0`, in one of three styles."""
    if style == 0:
        return " and ".join(n(name) if v else f"not {n(name)}" for name, v in test)
    if style == 1:
        return " and ".join(f"{n(name)}={v}" for name, v in test)
    return " and ".join(f"{n(name)} {'high' if v else 'low'}" for name, v in test)


def moves_text(pen: Draw, n: Ink, drawn: Chart) -> str:
    """All arcs in running text, first match first."""
    style, tone = pen.int(0, 3), pen.int(0, 2)
    rows = []
    for state, arcs in zip(drawn.states, drawn.arcs, strict=True):
        *few, last = arcs
        if not few:
            rows.append(
                (
                    f"{state} lasts one clock, then {last.target}",
                    f"{state}: {last.target} next, always",
                    f"out of {state} into {last.target} unconditionally",
                    f"{last.target} follows {state} in any case",
                )[style]
            )
            continue
        tests = [(test_words(n, a.test, tone), a.target) for a in few]
        stay = last.target == state
        if style == 0:
            text = ", failing that ".join(f"{t} on {c}" for c, t in tests)
            rows.append(
                f"{state} turns to {text}" + (", or waits" if stay else f", or {last.target}")
            )
        elif style == 1:
            text = " else ".join(f"if {c} then {t}" for c, t in tests)
            rows.append(f"{state}: {text} else {'same' if stay else last.target}")
        elif style == 2:
            text = ", otherwise ".join(f"{c} leads to {t}" for c, t in tests)
            rows.append(
                f"out of {state}, {text}; " + ("else no move" if stay else f"else {last.target}")
            )
        else:
            text = ", next in rank ".join(f"{t} given {c}" for c, t in tests)
            rest = "itself" if stay else last.target
            rows.append(f"{state} is followed by {text}, without that by {rest}")
    return "; ".join(rows) + "."


def moves_block(pen: Draw, drawn: Chart) -> str:
    """A sentence and all arcs in lines."""
    style = pen.int(0, 2)
    if style == 0:
        data = {}
        for state, arcs in zip(drawn.states, drawn.arcs, strict=True):
            entry: list[str] = []
            for arc in arcs:
                goal = " and ".join(f"{name}={v}" for name, v in arc.test)
                entry.append(f"{goal or 'else'} -> {arc.target}")
            data[state] = entry
        rows = ",\n".join(f'  "{k}": {json.dumps(v)}' for k, v in data.items())
        return f"Transitions in JSON, the first entry that holds wins:\n\n{{\n{rows}\n}}"
    lines = []
    for state, arcs in zip(drawn.states, drawn.arcs, strict=True):
        lines.append(f"in {state}:" if style == 1 else f"{state}")
        for i, arc in enumerate(arcs):
            goal = " and ".join(f"{name}={v}" for name, v in arc.test)
            if style == 1:
                head = f"{'elif' if i else 'if'} {goal}" if goal else ("else" if i else "always")
                lines.append(f"  {head}: next {arc.target}")
            else:
                lines.append(f"  .{i + 1} {goal or 'otherwise'} => {arc.target}")
    legend = pen.say(
        "Pseudo-code of the next state:",
        "Per state, conditions from top to bottom; the first true one counts:",
    )
    return f"{legend}\n\n" + "\n".join(lines)


def outputs_text(pen: Draw, n: Ink, drawn: Chart) -> str:
    """The states in which each output is 1; for Moore charts."""
    parts = []
    for name, places in drawn.outputs:
        where = [state for state, _ in places]
        parts.append(
            pen.say(
                f"{n(name)} is 1 in {listed(where)}",
                f"{n(name)} is high in {listed(where)} only",
                f"{n(name)} marks {listed(where, 'or')}",
            )
        )
    end = pen.say("; 0 elsewhere.", ", and 0 in all other states.", ", else 0.")
    return "; ".join(parts) + end


def guarded_machine(pen: Draw, clocking: Clocking, drawn: Chart) -> tuple[str, str, str]:
    """A Moore machine with conditions on its arcs."""
    first = drawn.states[0]
    tested = sorted({name for row in drawn.arcs for arc in row for name, _ in arc.test})
    outs = [name for name, _ in drawn.outputs]
    names = (*tested, *outs, clocking.clock, str(clocking.reset))

    def reset(n: Ink) -> str:
        return clocks(
            pen, n, clocking, pen.say(f"enters {first}", f"selects {first}", f"goes to {first}")
        )

    def moore() -> str:
        return pen.say("Moore outputs.", "The outputs are decoded from the state.", "Moore type.")

    n = ink(pen, *names)
    short = around(
        pen,
        pen.say("Sequencer:", f"{len(drawn.states)}-state FSM.", "Controller FSM.", ""),
        moves_text(pen, n, drawn),
        outputs_text(pen, n, drawn),
        moore(),
        reset(n),
        names=names,
    )
    n = ink(pen, *names)
    lead = pen.say(
        f"A test rig steps through {len(drawn.states)} phases; what it waits for differs from "
        "phase to phase.",
        "A sequence that a microcontroller did in software has become too slow and moves into "
        "logic.",
        "An experiment is run by a small sequencer. Here is its programme.",
        f"The machine reacts to {listed([n(t) for t in tested])} and reports by "
        f"{listed([n(o) for o in outs])}; we only know the phases by their names.",
        "The controller of a legacy board, reverse engineered:",
    )
    middle = around(pen, outputs_text(pen, n, drawn), moore(), reset(n), names=names)
    body = moves_block(pen, drawn)
    purpose = f"{lead} {middle} {body}" if pen.chance(0.6) else f"{lead} {body}\n\n{middle}"
    n = ink(pen, *names)
    told = remarks(
        pen,
        pen.say(
            f"A machine with the states {listed(drawn.states)}.",
            "State machine, told in remarks.",
            "Where several conditions of one state hold, the one named earlier wins.",
            f"Controller with {len(tested)} input signal{'s' * (len(tested) > 1)}.",
            "Behaviour of the sequencer, edge by edge:",
        ),
        [moves_text(pen, n, drawn), outputs_text(pen, n, drawn), moore(), reset(n)],
        names,
    )
    return short, purpose, told
