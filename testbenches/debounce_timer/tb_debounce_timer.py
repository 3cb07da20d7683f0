"""Tests of the debounce timer with the default STABLE_CYCLES of 6.

`button` changes after a falling clock edge; the outputs are compared at the next falling edge.
Cycle 1 is the first rising edge after reset.
"""

from __future__ import annotations

import random
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, Timer

STABLE_CYCLES = 6


class Bench:
    """Drives `button` cycle by cycle and compares both outputs with the model."""

    def __init__(self, dut: Any) -> None:
        self.dut = dut
        self.cycle = 0
        self.differing = 0
        self.level = 0
        self.pressed = 0
        self.changes = 0

    async def start(self) -> None:
        """Start the clock and hold reset for two cycles."""
        Clock(self.dut.clk, 10, unit="ns").start()
        self.dut.rst.value = 1
        self.dut.button.value = 0
        await FallingEdge(self.dut.clk)
        await FallingEdge(self.dut.clk)

    def check(self, when: str) -> None:
        """Compare the outputs with the model; an unknown value is never equal."""
        for name, expected in (("level", self.level), ("pressed", self.pressed)):
            got = str(getattr(self.dut, name).value).upper()
            if got != str(expected):
                raise AssertionError(
                    f"cycle {self.cycle}: expected {name} {expected}, got {got} ({when})"
                )

    async def step(self, button: int, cycles: int = 1, rst: int = 0) -> None:
        """Hold these inputs for a number of clock cycles, with a check in each."""
        self.dut.button.value = button
        self.dut.rst.value = rst
        for _ in range(cycles):
            await FallingEdge(self.dut.clk)
            self.cycle += 1
            if rst:
                self.level = self.pressed = self.differing = 0
                self.check(f"rst=1 button={button}")
                continue
            self.pressed = 0
            self.differing = self.differing + 1 if button != self.level else 0
            steady = self.differing
            if steady == STABLE_CYCLES:
                self.level = self.pressed = button
                self.differing = 0
                self.changes += 1
            self.check(f"button={button}, edges in a row unlike level: {steady}")


@cocotb.test()
async def test_reset_clears_both_outputs(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    await bench.step(1, cycles=STABLE_CYCLES + 2, rst=1)
    await bench.step(0, cycles=2)


@cocotb.test()
async def test_level_follows_after_exactly_the_stable_cycles(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    await bench.step(0, cycles=3)
    await bench.step(1, cycles=STABLE_CYCLES + 5)
    await bench.step(0, cycles=STABLE_CYCLES + 5)
    await bench.step(1, cycles=STABLE_CYCLES)
    await bench.step(0, cycles=STABLE_CYCLES)
    assert bench.changes == 4, "the stimulus changes the level 4 times"


@cocotb.test()
async def test_shorter_pulses_are_ignored(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    for resting in (0, 1):
        await bench.step(resting, cycles=STABLE_CYCLES + 1)
        for length in range(1, STABLE_CYCLES):
            await bench.step(1 - resting, cycles=length)
            await bench.step(resting, cycles=STABLE_CYCLES + 1)
    assert bench.changes == 1, "the stimulus changes the level once"


@cocotb.test()
async def test_one_bounce_starts_the_count_again(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    for wanted in (1, 0):
        for length in range(STABLE_CYCLES - 1, 0, -1):
            await bench.step(wanted, cycles=length)
            await bench.step(1 - wanted)
        await bench.step(wanted, cycles=STABLE_CYCLES + 2)
    assert bench.changes == 2, "the stimulus changes the level 2 times"


@cocotb.test()
async def test_pressed_is_one_cycle_and_only_for_a_press(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    for _ in range(2):
        await bench.step(1, cycles=3 * STABLE_CYCLES)
        await bench.step(0, cycles=3 * STABLE_CYCLES)
    assert bench.changes == 4, "the stimulus changes the level 4 times"


@cocotb.test()
async def test_reset_discards_a_count_in_progress(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    await bench.step(1, cycles=STABLE_CYCLES - 1)
    await bench.step(1, rst=1)
    await bench.step(1, cycles=STABLE_CYCLES + 1)
    dut.rst.value = 1
    await Timer(2, unit="ns")
    bench.check("rst rose after this cycle, no clock edge since")
    await bench.step(0, cycles=STABLE_CYCLES - 1)
    await bench.step(1, rst=1)
    await bench.step(0, cycles=2)


@cocotb.test()
async def test_random_bouncing_matches_the_reference_model(dut: Any) -> None:
    rng = random.Random(6)
    bench = Bench(dut)
    await bench.start()
    button = 0
    for _ in range(400):
        button ^= 1
        await bench.step(button, cycles=rng.choice((1, 1, 2, 3, 5, 6, 7, 12)))
        if rng.random() < 0.03:
            await bench.step(button, rst=1)
    assert bench.changes > 40, "the stimulus hardly ever changes the level"
