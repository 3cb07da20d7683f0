"""Tellings of Mealy machines from tables, some with a registered output."""

from __future__ import annotations

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.fsm import Machine
from mevllm.data.families.told.moore import machine_told


def mealy_machine(pen: Draw, clocking: Clocking, machine: Machine) -> tuple[str, str, str]:
    """A Mealy machine with any inputs and outputs, registered or not."""
    return machine_told(pen, clocking, machine)
