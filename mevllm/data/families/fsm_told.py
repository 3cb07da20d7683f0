"""The whole design of a finite-state machine: its three-part body and its description."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.design import Description, Exhibit
from mevllm.data.draw import Clocking, Draw
from mevllm.data.families import fsm
from mevllm.data.families.fsm import Machine
from mevllm.data.families.fsm_text import diagram, joined, quoted, sentences, table, terse
from mevllm.data.families.telling import clock_words


def machine_body(
    machine: Machine,
    clocking: Clocking,
    draw: Draw,
    *,
    register: str = "",
    codes: Sequence[str] = (),
    enable: str = "",
) -> str:
    """The usual three parts: next-state logic, state register, outputs. After all ports.

    `register` is an output port that is the state register; `codes` are the states in binary
    digits, counted from 0 where there are none. Without `enable` the state changes every cycle.
    """
    state = register or draw.name("state")
    target = draw.name("next", "next_state")
    bits = len(codes[0]) if codes else fsm.state_bits(len(machine.states))
    width = f"[{bits - 1}:0] " if bits > 1 else ""
    numbers = [f"{bits}'b{code}" for code in codes] or [
        f"{bits}'d{i}" for i in range(len(machine.states))
    ]
    named = ", ".join(f"{s} = {n}" for s, n in zip(machine.states, numbers, strict=True))
    declared = f"{target}" if register else f"{state}, {target}"
    reset, step = f"{state} <= {machine.first};", f"{state} <= {target};"
    outputs = fsm.output_logic(machine, machine.states, state)
    if enable:
        step = f"if ({enable})\n  {step}"
    if machine.registered:
        (value,) = fsm.output_sums(machine, machine.states, state)
        reset += f"\n{machine.shown.names[0]} <= 1'b0;"
        step += f"\n{machine.shown.names[0]} <= {value};"
        outputs = ""
    parts = (
        f"  localparam {named};\n  reg {width}{declared};",
        fsm.next_case(machine, machine.states, state, target, machine.first),
        clocking.always(reset, step),
        outputs,
    )
    return "\n\n".join(part for part in parts if part)


def timing(draw: Draw, clocking: Clocking, first: str) -> str:
    """The sentences about clock edge and reset, in either order; `first` is the reset state."""
    effect = draw.say(
        f"puts the machine into state {first}",
        f"returns the machine to state {first}",
        f"selects state {first}",
        f"forces state {first}",
    )
    edge = draw.say(
        clocking.edge_sentence(draw), f"The state changes on {clocking.edge_words(draw)}."
    )
    reset = clocking.reset_sentence(draw, effect)
    return joined(edge, reset) if draw.chance(0.5) else joined(reset, edge)


def output_words(draw: Draw, machine: Machine) -> str:
    """A sentence about when the outputs change."""
    outs = quoted(machine.shown)
    several = len(machine.shown.names) > 1
    if machine.registered:
        return draw.say(
            f"{outs} is registered: each clock edge stores in it the output given for the state "
            f"and the input just before that edge. The reset clears {outs} too.",
            f"The output is delayed by a flip-flop: {outs} takes, at the clock edge that ends a "
            "cycle, the output listed for the state and input of that cycle. It is 0 after reset.",
        )
    if machine.mealy:
        return draw.say(
            f"{outs} {'are' if several else 'is'} not registered: a change of the input acts on "
            f"{'them' if several else 'it'} at once, within the same cycle.",
            f"As in every Mealy machine, {outs} {'follow' if several else 'follows'} the present "
            "state and the present input combinationally.",
            f"Output {outs} {'are' if several else 'is'} combinational in the present state and "
            "the present input.",
        )
    return draw.say(
        f"{outs} {'depend' if several else 'depends'} on the present state only.",
        f"Being a Moore machine, it derives {outs} from the state alone.",
        f"Output {outs} {'are' if several else 'is'} a function of the state register, not of the "
        "input.",
    )


def described(
    machine: Machine, clocking: Clocking, draw: Draw, *, more: str = "", terser: str = ""
) -> Description:
    """A machine in every voice, its table and its diagram included.

    `more` is a sentence that every voice adds, `terser` the same for a comment.
    """
    count, kind, names = len(machine.states), machine.kind, ", ".join(machine.states)
    inputs = "one input bit" if machine.given.width == 1 else "two input bits"
    title = draw.say(
        f"{count}-state {kind} machine",
        f"{kind} state machine with {count} states",
        f"{count}-state {kind} machine with {inputs}",
    )
    label = machine.given.joined
    formula = f"arcs {label}->next" + (f"/{machine.shown.joined}" if machine.mealy else "")
    if not machine.mealy:
        formula = f"state({machine.shown.joined}): {label}->next"
    first = f"to {machine.first}" + f", {machine.shown.names[0]} to 0" * machine.registered
    if machine.registered:
        title += " with registered output"
        formula += " (output registered)"
    opening = draw.say(
        f"Implement a {kind} machine with the {count} states {names}.",
        f"The circuit is a {kind} machine; its states are {names}.",
        f"Design a {count}-state {kind} machine (states {names}) with the input"
        f"{'s' * (len(machine.given.names) > 1)} {quoted(machine.given)}.",
    )
    rows, drawing = table(machine, draw), diagram(machine, draw)
    told = joined(*sentences(machine, draw))
    clocked = timing(draw, clocking, machine.first)
    outs = output_words(draw, machine)
    order = draw.shuffled((clocked, outs, more))
    return Description(
        title=title,
        terse=joined(
            f"{kind} FSM, {formula}. {terse(machine)}.", terser, clock_words(clocking, first)
        ),
        prose=joined(opening, *order, told) if draw.chance(0.4) else joined(opening, told, *order),
        points=(
            f"{kind} machine with the states {names}; the input is {quoted(machine.given)}.",
            *sentences(machine, draw),
            output_words(draw, machine),
            *([more] if more else []),
            clocking.edge_sentence(draw),
            clocking.reset_sentence(draw, f"puts the machine into state {machine.first}"),
        ),
        exhibits=(
            Exhibit(
                "state table",
                joined(
                    draw.say(
                        f"Implement the {kind} state machine that this table describes.",
                        f"The module is a {kind} machine with the states {names}.",
                        f"The state table below is that of a {count}-state {kind} machine.",
                    ),
                    rows[1],
                    output_words(draw, machine) if machine.mealy or draw.chance(0.4) else "",
                    timing(draw, clocking, machine.first),
                    more or draw.say("", "", "Choose any encoding of the states."),
                ),
                rows[0],
            ),
            Exhibit(
                "state diagram",
                joined(
                    draw.say(
                        f"Implement the {kind} machine of the diagram below.",
                        f"The diagram shows a {kind} machine with {count} states.",
                        f"Build the {kind} state machine whose arcs are listed here.",
                        f"Consider the {kind} machine below, with the input"
                        f"{'s' * (len(machine.given.names) > 1)} {quoted(machine.given)} and the "
                        f"output{'s' * (len(machine.shown.names) > 1)} {quoted(machine.shown)}.",
                    ),
                    drawing[1],
                    output_words(draw, machine),
                    more,
                    timing(draw, clocking, machine.first),
                ),
                drawing[0],
            ),
        ),
    )
