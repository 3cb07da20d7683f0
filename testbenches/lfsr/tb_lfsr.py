"""Tests of the 10-bit LFSR with polynomial x^10 + x^7 + 1.

Inputs change after a falling clock edge; `q` is compared at the next falling edge. Cycle 1 is the
first rising edge after reset.
"""

from __future__ import annotations

import random
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, Timer

PERIOD = 1023


def advanced(q: int) -> int:
    """The state after `q`: shifted left, with q[9] ^ q[6] entering at the right."""
    return (q << 1 & 0x3FF) | ((q >> 9 ^ q >> 6) & 1)


class Bench:
    """Drives the inputs cycle by cycle and compares `q` with the model."""

    def __init__(self, dut: Any) -> None:
        self.dut = dut
        self.cycle = 0
        self.q = 1

    async def start(self) -> None:
        """Start the clock and reset the design."""
        Clock(self.dut.clk, 10, unit="ns").start()
        self.dut.rst_n.value = 0
        self.dut.load.value = 0
        self.dut.enable.value = 0
        self.dut.seed.value = 0
        await FallingEdge(self.dut.clk)
        await FallingEdge(self.dut.clk)
        self.dut.rst_n.value = 1

    def check(self, when: str) -> None:
        """Compare `q` with the model."""
        got = str(self.dut.q.value).upper()
        if got != f"{self.q:010b}":
            raise AssertionError(
                f"cycle {self.cycle}: expected q {self.q:010b}, got {got} ({when})"
            )

    async def step(self, load: int = 0, seed: int = 0, enable: int = 0) -> None:
        """One clock cycle with these inputs, then the check."""
        self.dut.load.value = load
        self.dut.seed.value = seed
        self.dut.enable.value = enable
        await FallingEdge(self.dut.clk)
        self.cycle += 1
        before = self.q
        if load:
            self.q = seed or 1
        elif enable:
            self.q = advanced(self.q)
        self.check(f"load={load} seed={seed:010b} enable={enable}, q was {before:010b}")


@cocotb.test()
async def test_reset_sets_one(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    await bench.step()
    await bench.step(load=1, seed=0x2A5)
    dut.rst_n.value = 0
    bench.q = 1
    dut.enable.value = 1
    for load in (0, 1, 0):
        dut.load.value = load
        await FallingEdge(dut.clk)
        bench.cycle += 1
        bench.check(f"rst_n=0 load={load} enable=1")


@cocotb.test()
async def test_reset_does_not_wait_for_the_clock(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    await bench.step(load=1, seed=0x155)
    dut.load.value = 0
    dut.rst_n.value = 0
    await Timer(2, unit="ns")  # the clock is low and its rising edge is 3 ns away
    bench.q = 1
    bench.check("rst_n fell after this cycle, no clock edge since")


@cocotb.test()
async def test_the_sequence_has_the_right_taps_and_direction(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    for _ in range(40):
        await bench.step(enable=1)


@cocotb.test()
async def test_every_seed_bit_is_loaded_and_shifted(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    for position in range(10):
        for seed in (1 << position, 0x3FF ^ 1 << position):
            await bench.step(load=1, seed=seed)
            await bench.step(enable=1, seed=0x3FF)
            await bench.step(enable=1)


@cocotb.test()
async def test_a_seed_of_zero_loads_one(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    await bench.step(load=1, seed=0x200)
    await bench.step(load=1, seed=0)
    await bench.step(enable=1)


@cocotb.test()
async def test_load_wins_over_enable_and_neither_holds(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    await bench.step(load=1, seed=0x0F3, enable=1)
    for _ in range(3):
        await bench.step(seed=0x111)
    await bench.step(load=1, seed=0, enable=1)
    rng = random.Random(1023)
    for _ in range(300):
        await bench.step(
            load=int(rng.random() < 0.2),
            seed=rng.choice((0, rng.getrandbits(10))),
            enable=rng.getrandbits(1),
        )


@cocotb.test()
async def test_the_period_is_1023_steps(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    for _ in range(PERIOD):
        await bench.step(enable=1)
    assert bench.q == 1, "the model's sequence has another period"
