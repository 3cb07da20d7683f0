"""Tests of the four-way round-robin arbiter with lock.

Inputs change after a falling clock edge; `grant` is compared at the next falling edge. Cycle 1 is
the first rising edge after reset.
"""

from __future__ import annotations

import random
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, Timer


class Bench:
    """Drives the requests cycle by cycle and compares `grant` with the model."""

    def __init__(self, dut: Any) -> None:
        self.dut = dut
        self.cycle = 0
        self.grant = 0
        self.last = 3
        self.wins = [0, 0, 0, 0]

    async def start(self) -> None:
        """Start the clock and reset the design."""
        Clock(self.dut.clk, 10, unit="ns").start()
        await self.reset()

    async def reset(self) -> None:
        """Hold reset for two cycles, then start counting cycles again."""
        self.dut.rst.value = 1
        self.dut.req.value = 0
        self.dut.lock.value = 0
        await FallingEdge(self.dut.clk)
        await FallingEdge(self.dut.clk)
        self.cycle = 0
        self.grant = 0
        self.last = 3

    def check(self, when: str) -> None:
        """Compare `grant` with the model; an unknown value is never equal."""
        got = str(self.dut.grant.value).upper()
        if got != f"{self.grant:04b}":
            raise AssertionError(
                f"cycle {self.cycle}: expected grant {self.grant:04b}, got {got} ({when})"
            )

    async def step(self, req: int, lock: int = 0, rst: int = 0, cycles: int = 1) -> None:
        """Hold these inputs for a number of clock cycles, with a check in each."""
        self.dut.req.value = req
        self.dut.lock.value = lock
        self.dut.rst.value = rst
        for _ in range(cycles):
            await FallingEdge(self.dut.clk)
            self.cycle += 1
            before = f"before the edge: grant {self.grant:04b}, last {self.last}"
            if rst:
                self.grant, self.last = 0, 3
            elif not (lock and self.grant & req):
                order = [(self.last + n) % 4 for n in (1, 2, 3, 4)]
                winner = next((i for i in order if req >> i & 1), None)
                self.grant = 0
                if winner is not None:
                    self.grant, self.last = 1 << winner, winner
                    self.wins[winner] += 1
            self.check(f"rst={rst} req={req:04b} lock={lock}; {before}")


@cocotb.test()
async def test_reset_clears_the_grant_at_the_rising_edge(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    await bench.step(0b0100)
    dut.rst.value = 1
    await Timer(2, unit="ns")
    bench.check("rst rose after this cycle, no clock edge since")
    await bench.step(0b1111, rst=1, cycles=2)
    await bench.step(0b0100)
    await bench.step(0b1111, lock=1, rst=1)
    await bench.step(0b1111)


@cocotb.test()
async def test_one_requester_is_granted_as_long_as_it_asks(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    for requester in (0, 1, 2, 3, 1, 0, 3, 2):
        await bench.step(1 << requester, cycles=3)
        await bench.step(0)


@cocotb.test()
async def test_all_requesters_are_granted_in_turn(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    await bench.step(0b1111, cycles=12)
    assert bench.wins == [3, 3, 3, 3], "the stimulus does not go round three times"


@cocotb.test()
async def test_the_winner_is_the_first_after_the_last_one(dut: Any) -> None:
    """Every set of requests, after every requester has been granted last."""
    bench = Bench(dut)
    await bench.start()
    for last in range(4):
        for req in range(1, 16):
            await bench.step(1 << last)
            await bench.step(req, cycles=4)


@cocotb.test()
async def test_the_turn_is_remembered_while_nobody_asks(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    for last in range(4):
        for idle in (1, 3):
            await bench.step(1 << last)
            await bench.step(0b0000, cycles=idle)
            await bench.step(0b1111)


@cocotb.test()
async def test_lock_keeps_the_grant_only_while_its_owner_asks(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    for owner in range(4):
        await bench.reset()
        await bench.step(1 << owner)
        await bench.step(0b1111, lock=1, cycles=5)
        await bench.step(0b1111 ^ 1 << owner, lock=1, cycles=3)
        await bench.step(0b0000, lock=1, cycles=2)
        await bench.step(0b1111, lock=1, cycles=2)
        await bench.step(0b1111, cycles=2)


@cocotb.test()
async def test_random_requests_match_the_reference_model(dut: Any) -> None:
    rng = random.Random(4)
    bench = Bench(dut)
    await bench.start()
    for _ in range(1200):
        await bench.step(
            rng.choice((0, rng.getrandbits(4), rng.getrandbits(4), 0b1111)),
            lock=int(rng.random() < 0.3),
            rst=int(rng.random() < 0.01),
        )
    assert min(bench.wins) > 100, "the stimulus leaves a requester without grants"
