"""Parts of state machines without a clock: next-state and output logic of coded states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

from mevllm.data.design import Description, Design, Exhibit, Family, Stimulus
from mevllm.data.draw import Draw, port
from mevllm.data.families import fsm, fsm_text
from mevllm.data.families.fsm import Machine
from mevllm.data.families.fsm_text import joined, quoted
from mevllm.data.families.moore import encoding
from mevllm.data.families.told import next_state as told
from mevllm.spec import Port
from mevllm.tiers import Tier

_PRESENT = (("y", "Y"), ("state", "next_state"), ("ps", "ns"), ("q", "q_next"), ("cur", "nxt"))


def _binary(draw: Draw, states: int) -> tuple[str, ...]:
    """Codes that are not one-hot."""
    while True:
        codes = encoding(draw, states)
        if len(codes[0]) <= 3:
            return codes


def _known(
    draw: Draw, ports: Sequence[Port], present: str, codes: Sequence[str], *, every: bool
) -> Stimulus:
    """All inputs, several times; where not `every`, only those with a code of a state."""
    inputs = [p for p in ports if p.direction == "input"]
    widths = [int(p.width) for p in inputs]
    used = {int(code, 2) for code in codes}
    at = [p.name for p in inputs].index(present)
    rows = [row for row in product(*(range(1 << w) for w in widths)) if every or row[at] in used]
    return Stimulus(tuple(p.name for p in inputs), tuple(draw.shuffled(rows + rows + rows)))


def _unused(draw: Draw, codes: Sequence[str], effect: str) -> tuple[str, bool]:
    """What is said about codes of no state, and whether that fixes the outputs."""
    if len(codes) == 1 << len(codes[0]):
        return "", True
    if draw.chance(0.5):
        return draw.say(
            "The other codes never occur; the outputs do not matter for them.",
            "Codes that are not listed are don't-cares.",
        ), False
    return draw.say(
        f"For every other code, {effect}.",
        f"Unused codes: {effect}.",
    ), True


def _told(
    draw: Draw,
    machine: Machine,
    codes: Sequence[str],
    *,
    title: str,
    present: str,
    task: Sequence[str],
    unused: str,
    goal: str,
) -> Description:
    """The description of a part of a machine; `task` words what is asked, `goal` in a comment."""
    coded = replace(machine, states=tuple(codes))
    names = ", ".join(f"{s}={c}" for s, c in zip(machine.states, codes, strict=True))
    encoded = draw.say(
        f"The states are coded in `{present}` as {names}.",
        f"State codes: {names}.",
        f"With the encoding {names}, `{present}` holds the present state.",
    )
    no_clock = draw.say(
        "There is no clock: the module is the combinational part only.",
        "Only combinational logic is wanted; the state register is elsewhere.",
        "The module is combinational and holds no state.",
    )
    plain = draw.chance(0.5)
    shown = coded if plain else machine
    rows, drawing = fsm_text.table(shown, draw), fsm_text.diagram(machine, draw)
    said = fsm_text.sentences(machine, draw)
    here = f"States are written with their code in `{present}`." if plain else encoded
    return Description(
        title=title,
        terse=joined(
            f"{goal}. {machine.kind} machine, {machine.given.joined}->next"
            + ("" if not machine.mealy else f"/{machine.shown.joined}")
            + f": {fsm_text.terse(machine)}. Codes {names}.",
            unused,
            "Combinational.",
        ),
        prose=joined(draw.choice(task), *said, encoded, unused, no_clock)
        if draw.chance(0.5)
        else joined(draw.choice(task), no_clock, encoded, *said, unused),
        points=tuple(p for p in (draw.choice(task), encoded, *said, unused, no_clock) if p),
        exhibits=(
            Exhibit(
                "state table",
                joined(draw.choice(task), rows[1], here, unused, no_clock),
                rows[0],
            ),
            Exhibit(
                "state diagram",
                joined(draw.choice(task), drawing[1], encoded, unused, no_clock),
                drawing[0],
            ),
        ),
    )


def _task(draw: Draw, machine: Machine, what: str) -> tuple[str, ...]:
    kind, given = machine.kind, quoted(machine.given)
    return (
        f"A {kind} machine has the input {given} and the output {quoted(machine.shown)}. "
        f"Implement {what}.",
        f"For the {kind} machine given here, with input {given} and output "
        f"{quoted(machine.shown)}, build {what}.",
    )


def _next_state_logic(draw: Draw) -> Design:
    """Present state in; next state, and mostly the output, out."""
    count = draw.choice((3, 4, 4, 5, 5, 6))
    codes = _binary(draw, count)
    present, coming = draw.choice(_PRESENT)
    present, coming = draw.name(present), draw.name(coming)
    machine = fsm.random_machine(
        draw,
        count,
        fsm.inputs(draw, draw.choice((1, 1, 1, 2))),
        fsm.results(draw, 1),
        mealy=draw.chance(0.35),
    )
    bits = len(codes[0])
    with_output = draw.chance(0.75) or not machine.mealy
    ports = [
        *machine.given.ports("input"),
        port(present, "input", bits, draw.say("", "present state")),
        port(coming, "output", bits, draw.say("", "next state")),
        *(machine.shown.ports("output") if with_output else []),
    ]
    if draw.chance(0.4):
        ports = [
            ports[len(machine.given.names)],
            *ports[: len(machine.given.names)],
            *ports[-1 - with_output :],
        ]
    zero = f"{bits}'b{'0' * bits}"
    literals = [f"{bits}'b{code}" for code in codes]
    unused, every = _unused(
        draw,
        codes,
        f"`{coming}` is {zero}" + (f" and {quoted(machine.shown)} is 0" if with_output else ""),
    )
    body = fsm.next_case(machine, literals, present, coming, zero)
    if with_output:
        body += "\n\n" + fsm.output_logic(machine, literals, present)
    what = (
        f"the logic that gives the next state `{coming}`"
        + (f" and the output {quoted(machine.shown)}" if with_output else "")
        + f" from the present state `{present}` and the input"
    )
    draw.tell(
        *told.next_state_logic(
            draw.teller(),
            machine,
            present=present,
            coming=coming,
            codes=codes,
            with_output=with_output,
            zeros=every,
        )
    )
    return draw.design(
        NEXT_STATE_LOGIC,
        module=draw.module("next_state_logic", "fsm_logic", "fsm_comb", "transition_logic"),
        ports=ports,
        body=body,
        description=_told(
            draw,
            machine,
            codes,
            title=f"next-state {'and output ' * with_output}logic of a {count}-state machine",
            present=present,
            task=_task(draw, machine, what),
            unused=unused,
            goal=f"Next-state {'and output ' * with_output}logic, {present} -> {coming}",
        ),
        stimulus=_known(draw, ports, present, codes, every=every),
        choices=(
            ("machine", machine.canonical),
            ("codes", " ".join(codes)),
            ("output", with_output),
            ("unused", every),
        ),
    )


NEXT_STATE_LOGIC = Family("next_state_logic", Tier.ADVANCED, _next_state_logic)

FAMILIES = (NEXT_STATE_LOGIC,)
