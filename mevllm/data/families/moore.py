"""Moore machines from state tables, diagrams and prose: one or two inputs, coded states."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families import fsm
from mevllm.data.families.fsm_told import described, machine_body
from mevllm.data.families.told import moore as told
from mevllm.data.stimulus import sequential
from mevllm.tiers import Tier

_MODULES = ("fsm", "moore_fsm", "state_machine", "controller", "moore", "sequencer")


def _drawn(draw: Draw, family: Family, states: int, given: int, shown: int) -> Design:
    """A random Moore machine with so many states, input bits and output bits."""
    clocking = draw.clocking()
    machine = fsm.random_machine(
        draw, states, fsm.inputs(draw, given), fsm.results(draw, shown), mealy=False
    )
    ports = [
        *clocking.ports,
        *machine.given.ports("input"),
        *machine.shown.ports("output", draw.say("", "output of the present state")),
    ]
    draw.tell(*told.machine_told(draw.teller(), clocking, machine))
    return draw.design(
        family,
        module=draw.module(*_MODULES),
        ports=ports,
        body=machine_body(machine, clocking, draw),
        description=described(machine, clocking, draw),
        stimulus=sequential(draw, ports, clocking, random_rows=60 * states, reset_chance=0.04),
        choices=(
            ("machine", machine.canonical),
            ("input", len(machine.given.names)),
            ("output", len(machine.shown.names)),
        ),
        clocking=clocking,
    )


def _moore(draw: Draw) -> Design:
    """One input, one output."""
    return _drawn(draw, MOORE, draw.choice((2, 3, 3, 4, 4, 4, 5, 5, 6)), 1, 1)


def _moore_two_inputs(draw: Draw) -> Design:
    """Two input bits: a vector or two ports."""
    return _drawn(draw, MOORE_TWO_INPUTS, draw.choice((2, 2, 3, 3, 4, 4, 5)), 2, 1)


def _moore_outputs(draw: Draw) -> Design:
    """Two or three output bits."""
    return _drawn(
        draw, MOORE_OUTPUTS, draw.choice((3, 4, 4, 5, 6)), draw.choice((1, 1, 2)), draw.int(2, 3)
    )


def encoding(draw: Draw, states: int) -> tuple[str, ...]:
    """A code in binary digits for each state: counting, Gray, one-hot, or any; no bit constant."""
    while True:
        codes = _codes(draw, states)
        if all(len(set(bit)) == 2 for bit in zip(*codes, strict=True)):
            return codes


def _codes(draw: Draw, states: int) -> tuple[str, ...]:
    kind = draw.choice(("counting", "gray", "one-hot", "any", "any"))
    bits = fsm.state_bits(states) + (kind == "any" and draw.chance(0.3))
    if kind == "one-hot":
        return tuple(f"{1 << i:0{states}b}" for i in range(states))
    numbers = list(range(states))
    if kind == "gray":
        numbers = [i ^ (i >> 1) for i in numbers]
    elif kind == "any":
        numbers = draw.shuffled(range(1 << bits))[:states]
    return tuple(f"{n:0{bits}b}" for n in numbers)


def _moore_coded(draw: Draw) -> Design:
    """The state register is an output, in an encoding that the text prescribes."""
    clocking = draw.clocking()
    count = draw.choice((3, 4, 4, 5, 6))
    machine = fsm.random_machine(
        draw, count, fsm.inputs(draw, 1), fsm.results(draw, 1), mealy=draw.chance(0.25)
    )
    codes = encoding(draw, count)
    state = draw.name("state", "y", "q", "cur", "st", "present")
    ports = [
        *clocking.ports,
        *machine.given.ports("input"),
        port(state, "output", len(codes[0]), draw.say("", "code of the present state")),
        *machine.shown.ports("output"),
    ]
    coded = ", ".join(f"{s}={c}" for s, c in zip(machine.states, codes, strict=True))
    more = draw.say(
        f"The states are encoded {coded}, and `{state}` shows the code of the present state.",
        f"`{state}` is the state register itself, in the encoding {coded} (binary).",
        f"Use the state codes {coded}; output `{state}` is the present state's code.",
    )
    draw.tell(*told.coded_machine(draw.teller(), clocking, machine, state=state, codes=codes))
    return draw.design(
        MOORE_CODED,
        module=draw.module(*_MODULES),
        ports=ports,
        body=machine_body(machine, clocking, draw, register=state, codes=codes),
        description=described(
            machine, clocking, draw, more=more, terser=f"{state} = state code: {coded}."
        ),
        stimulus=sequential(draw, ports, clocking, random_rows=60 * count, reset_chance=0.04),
        choices=(("machine", machine.canonical), ("codes", " ".join(codes))),
        clocking=clocking,
    )


MOORE = Family("moore_machine", Tier.ADVANCED, _moore)
MOORE_TWO_INPUTS = Family("moore_two_inputs", Tier.ADVANCED, _moore_two_inputs)
MOORE_OUTPUTS = Family("moore_outputs", Tier.ADVANCED, _moore_outputs)
MOORE_CODED = Family("coded_state_machine", Tier.ADVANCED, _moore_coded)

FAMILIES = (MOORE, MOORE_TWO_INPUTS, MOORE_OUTPUTS, MOORE_CODED)
