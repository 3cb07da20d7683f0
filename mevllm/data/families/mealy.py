"""Mealy machines from state tables, diagrams and prose, some with a registered output."""

from __future__ import annotations

from dataclasses import replace

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw
from mevllm.data.families import fsm
from mevllm.data.families.fsm_told import described, machine_body
from mevllm.data.families.told import mealy as told
from mevllm.data.stimulus import sequential
from mevllm.tiers import Tier

_MODULES = ("fsm", "mealy_fsm", "state_machine", "mealy", "sequencer", "fsm_core")


def _drawn(
    draw: Draw, family: Family, states: int, given: int, shown: int, *, registered: bool = False
) -> Design:
    """A random Mealy machine with so many states, input bits and output bits."""
    clocking = draw.clocking()
    machine = fsm.random_machine(
        draw, states, fsm.inputs(draw, given), fsm.results(draw, shown), mealy=True
    )
    machine = replace(machine, registered=registered)
    meaning = "registered output" if registered else "combinational (Mealy) output"
    ports = [
        *clocking.ports,
        *machine.given.ports("input"),
        *machine.shown.ports("output", draw.say("", meaning)),
    ]
    draw.tell(*told.mealy_machine(draw.teller(), clocking, machine))
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


def _mealy(draw: Draw) -> Design:
    """One input, one output."""
    return _drawn(draw, MEALY, draw.choice((2, 2, 3, 3, 4, 4, 5)), 1, 1)


def _mealy_wide(draw: Draw) -> Design:
    """Two input bits or two output bits."""
    given, shown = draw.choice(((2, 1), (2, 1), (1, 2), (2, 2)))
    return _drawn(draw, MEALY_WIDE, draw.choice((2, 2, 3, 3, 4)), given, shown)


def _mealy_registered(draw: Draw) -> Design:
    """The output passes a flip-flop: it shows the value for the cycle before."""
    return _drawn(draw, MEALY_REGISTERED, draw.choice((2, 3, 3, 4)), 1, 1, registered=True)


MEALY = Family("mealy_machine", Tier.ADVANCED, _mealy)
MEALY_WIDE = Family("mealy_wide", Tier.ADVANCED, _mealy_wide)
MEALY_REGISTERED = Family("mealy_registered", Tier.ADVANCED, _mealy_registered)

FAMILIES = (MEALY, MEALY_WIDE, MEALY_REGISTERED)
