"""Tests of the asynchronous FIFO with its default size: 8 words of 8 bits.

Each side has its own clock and counts its own cycles. Inputs change at a falling edge of their
clock, where the outputs of that side are steady and are compared too. A queue is the reference:
a word enters it at the rising edge of an accepted write and leaves it at that of an accepted read.
"""

from __future__ import annotations

import random
from collections import deque
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, RisingEdge, Timer

DEPTH = 8
EARLIEST, LATEST = 2, 4
"""The rising edges between which a flag must learn what the other side did."""


class Bench:
    """Both sides of the FIFO around a queue that holds what the FIFO must hold."""

    def __init__(self, dut: Any) -> None:
        self.dut = dut
        self.words: deque[int] = deque()
        self.cycles = {"wr": 0, "rd": 0}
        self.written = 0
        self.read = 0
        self.stale_full = 0
        self.stale_empty = 0
        self.edges_not_full = LATEST
        """Rising edges of the write clock since a read took the FIFO from full to not full."""
        self.edges_not_empty = LATEST
        """Rising edges of the read clock since a write went into the empty FIFO."""
        self.times_full = 0
        self.times_empty = 0

    async def start(self, wr_period: int, rd_period: int, rd_phase: int = 1) -> None:
        """Start both clocks (periods and offset in nanoseconds) and reset both sides."""
        self.dut.wr_en.value = 0
        self.dut.rd_en.value = 0
        self.dut.wr_data.value = 0
        self.dut.wr_rst_n.value = 0
        self.dut.rd_rst_n.value = 0
        self.dut.rd_clk.value = 0
        Clock(self.dut.wr_clk, wr_period, unit="ns").start()
        await Timer(rd_phase, unit="ns")
        Clock(self.dut.rd_clk, rd_period, unit="ns").start()
        cocotb.start_soon(self.count_write_edges())
        cocotb.start_soon(self.count_read_edges())
        await self.release("wr", "rd")

    async def count_write_edges(self) -> None:
        """Count the rising edges of the write clock, for as long as the test runs."""
        while True:
            await RisingEdge(self.dut.wr_clk)
            self.cycles["wr"] += 1
            self.edges_not_full += 1

    async def count_read_edges(self) -> None:
        """Count the rising edges of the read clock, for as long as the test runs."""
        while True:
            await RisingEdge(self.dut.rd_clk)
            self.cycles["rd"] += 1
            self.edges_not_empty += 1

    async def release(self, first: str, second: str) -> None:
        """Hold both resets for two cycles of each clock, then release them in this order."""
        for side in (first, second):
            clk = getattr(self.dut, f"{side}_clk")
            await FallingEdge(clk)
            await FallingEdge(clk)
        for side in (first, second):
            await FallingEdge(getattr(self.dut, f"{side}_clk"))
            getattr(self.dut, f"{side}_rst_n").value = 1
            self.cycles[side] = 0

    def flag(self, name: str, side: str) -> int:
        """The value of `full` or `empty`; fails when it is unknown."""
        bit = str(getattr(self.dut, name).value).upper()
        if bit not in ("0", "1"):
            raise AssertionError(self.report(side, name, "0 or 1", bit, "unknown value"))
        return int(bit)

    def report(self, side: str, name: str, expected: object, got: object, why: str) -> str:
        """The message of a failed comparison."""
        where = {"wr": "write", "rd": "read"}[side]
        return f"{where} cycle {self.cycles[side]}: expected {name} {expected}, got {got} ({why})"

    def expect(self, side: str, name: str, expected: int, why: str) -> None:
        """Compare `full` or `empty`."""
        got = self.flag(name, side)
        assert got == expected, self.report(side, name, expected, got, why)

    def check_write_side(self) -> int:
        """Judge `full` at a falling edge of the write clock; return it."""
        full = self.flag("full", "wr")
        held = len(self.words)
        if held == DEPTH:
            assert full, self.report("wr", "full", 1, 0, f"{held} words stored, no place is free")
        if not full and self.edges_not_full < EARLIEST:
            why = f"{self.edges_not_full} rising edges of wr_clk since the read, below {EARLIEST}"
            raise AssertionError(self.report("wr", "full", 1, 0, why))
        self.stale_full = self.stale_full + 1 if full and held < DEPTH else 0
        if self.stale_full > LATEST:
            why = f"{held} of {DEPTH} places used for {LATEST} rising edges of wr_clk"
            raise AssertionError(self.report("wr", "full", 0, 1, why))
        self.times_full += full
        return full

    def check_read_side(self) -> int:
        """Judge `empty` and `rd_data` at a falling edge of the read clock; return `empty`."""
        empty = self.flag("empty", "rd")
        held = len(self.words)
        if held == 0:
            assert empty, self.report("rd", "empty", 1, 0, f"all {self.read} words are read")
        if not empty and self.edges_not_empty < EARLIEST:
            why = f"{self.edges_not_empty} rising edges of rd_clk since the write, below {EARLIEST}"
            raise AssertionError(self.report("rd", "empty", 1, 0, why))
        self.stale_empty = self.stale_empty + 1 if empty and held else 0
        if self.stale_empty > LATEST:
            why = f"{held} words stored for {LATEST} rising edges of rd_clk"
            raise AssertionError(self.report("rd", "empty", 0, 1, why))
        self.times_empty += empty
        if not empty:
            bits = str(self.dut.rd_data.value).upper()
            if bits != f"{self.words[0]:08b}":
                known = set(bits) <= {"0", "1"}
                got = f"0x{int(bits, 2):02x}" if known else f"X ({bits})"
                why = f"word {self.read + 1} of {self.written} written"
                raise AssertionError(
                    self.report("rd", "rd_data", f"0x{self.words[0]:02x}", got, why)
                )
        return empty

    async def write_cycle(self, word: int | None) -> bool:
        """From a falling edge of the write clock to the next; None for no request."""
        full = self.check_write_side()
        self.dut.wr_en.value = int(word is not None)
        self.dut.wr_data.value = 0xEE if word is None else word
        await RisingEdge(self.dut.wr_clk)
        taken = word is not None and not full
        if taken:
            if not self.words:
                self.edges_not_empty = 0
            self.words.append(word or 0)
            self.written += 1
        await FallingEdge(self.dut.wr_clk)
        return taken

    async def read_cycle(self, request: bool) -> bool:
        """From a falling edge of the read clock to the next."""
        empty = self.check_read_side()
        self.dut.rd_en.value = int(request)
        await RisingEdge(self.dut.rd_clk)
        taken = request and not empty
        if taken:
            if len(self.words) == DEPTH:
                self.edges_not_full = 0
            self.words.popleft()
            self.read += 1
        await FallingEdge(self.dut.rd_clk)
        return taken

    async def fill(self, words: list[int]) -> None:
        """Write these words in consecutive cycles, with no read lately, then stop requesting."""
        await FallingEdge(self.dut.wr_clk)
        for word in words:
            held = len(self.words)
            if not await self.write_cycle(word) and held < DEPTH:
                why = f"{held} of {DEPTH} places used"
                raise AssertionError(self.report("wr", "full", 0, 1, why))
        self.check_write_side()
        self.dut.wr_en.value = 0

    async def drain(self, count: int = 0) -> None:
        """Read `count` words, or else all that are held, then stop requesting."""
        goal = self.read + (count or len(self.words))
        await FallingEdge(self.dut.rd_clk)
        for _ in range(DEPTH + 3 * LATEST):
            if self.read == goal:
                break
            await self.read_cycle(True)
        self.dut.rd_en.value = 0
        self.check_read_side()
        assert self.read == goal, self.report("rd", "words read", goal, self.read, "draining")

    async def settle(self) -> None:
        """Give the write side the time to learn of every read; it must know then."""
        for _ in range(LATEST):
            await FallingEdge(self.dut.wr_clk)
        self.expect("wr", "full", 0, f"{len(self.words)} of {DEPTH} places used")

    async def traffic(self, count: int, seed: int) -> None:
        """Write and read `count` random words, each side in bursts of its own."""
        reader = cocotb.start_soon(self.read_randomly(count, random.Random(seed)))
        await self.write_randomly(count, random.Random(seed + 1))
        await reader
        assert self.written == self.read == count

    async def write_randomly(self, count: int, rng: random.Random) -> None:
        """Write `count` words; the flag checks bound the wait for a place."""
        await FallingEdge(self.dut.wr_clk)
        eagerness = 1.0
        while self.written < count:
            if rng.random() < 0.05:
                eagerness = rng.choice((0.1, 0.5, 1.0, 1.0))
            await self.write_cycle(rng.getrandbits(8) if rng.random() < eagerness else None)
        self.dut.wr_en.value = 0

    async def read_randomly(self, count: int, rng: random.Random) -> None:
        """Read `count` words; the flag checks bound the wait for a word."""
        await FallingEdge(self.dut.rd_clk)
        eagerness = 1.0
        while self.read < count:
            if rng.random() < 0.05:
                eagerness = rng.choice((0.1, 0.5, 1.0, 1.0))
            await self.read_cycle(rng.random() < eagerness)
        self.dut.rd_en.value = 0
        self.check_read_side()


@cocotb.test()
async def test_reset_empties_the_fifo_without_a_clock_edge(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start(10, 14)
    for order, passed, count in ((("wr", "rd"), 0, DEPTH), (("rd", "wr"), DEPTH, 3)):
        for word in range(passed - bench.read):
            await bench.fill([word])
            await bench.drain()
        await bench.settle()
        await bench.fill([0x40 + n for n in range(count)])
        for _ in range(LATEST):
            await FallingEdge(dut.rd_clk)
        await FallingEdge(dut.wr_clk)
        bench.expect("rd", "empty", 0, f"{count} words stored")
        dut.wr_rst_n.value = 0
        dut.rd_rst_n.value = 0
        dut.wr_en.value = 1
        dut.rd_en.value = 1
        bench.words.clear()
        bench.written = bench.read = 0
        await Timer(1, unit="ns")
        bench.expect("wr", "full", 0, "in reset")
        bench.expect("rd", "empty", 1, "in reset")
        await FallingEdge(dut.wr_clk)
        await FallingEdge(dut.rd_clk)
        dut.wr_en.value = 0
        dut.rd_en.value = 0
        await bench.release(*order)
        for _ in range(LATEST + 1):
            await FallingEdge(dut.rd_clk)
            bench.expect("rd", "empty", 1, "after reset")
            bench.expect("wr", "full", 0, "after reset")
        await bench.fill([0x11, 0x22, 0x33])
        await bench.drain()


@cocotb.test()
async def test_full_comes_with_the_last_place_and_blocks_writes(dut: Any) -> None:
    """Filled to the last place from every starting point of the pointers."""
    bench = Bench(dut)
    await bench.start(6, 10)
    for lap in range(2 * DEPTH + 1):
        await bench.fill([16 * n + lap % 16 for n in range(DEPTH)])
        bench.expect("wr", "full", 1, f"{DEPTH} words stored")
        await bench.fill([0xBD, 0xBE, 0xBF])
        await bench.drain()
        await bench.settle()
        await bench.fill([0x77])
        await bench.drain()
        await bench.settle()


@cocotb.test()
async def test_reading_an_empty_fifo_changes_nothing(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start(10, 6)
    for word in range(5):
        await FallingEdge(dut.rd_clk)
        for _ in range(4):
            await bench.read_cycle(True)
        dut.rd_en.value = 0
        await bench.fill([0xA0 + word, 0xB0 + word])
        await bench.drain()


@cocotb.test()
async def test_flags_pass_through_two_flip_flops(dut: Any) -> None:
    """What one side does reaches the other at the second to fourth edge of its clock."""
    bench = Bench(dut)
    await bench.start(10, 14)
    for lap in range(6):
        reader = cocotb.start_soon(bench.drain(1))
        await bench.fill([lap])
        await reader
        await bench.settle()
        await bench.fill(list(range(DEPTH)))
        reader = cocotb.start_soon(bench.drain(DEPTH))
        for _ in range(3 * DEPTH):
            await bench.write_cycle(None)
        await reader
        await bench.settle()


@cocotb.test()
async def test_fast_writes_and_slow_reads_lose_nothing(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start(6, 22)
    await bench.traffic(250, seed=1)
    assert bench.times_full > 50, "the stimulus hardly ever fills the FIFO"


@cocotb.test()
async def test_slow_writes_and_fast_reads_lose_nothing(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start(26, 6)
    await bench.traffic(250, seed=2)
    assert bench.times_empty > 50, "the stimulus hardly ever empties the FIFO"


@cocotb.test()
async def test_nearly_equal_clocks_lose_nothing(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start(10, 14, rd_phase=3)
    await bench.traffic(250, seed=3)
    assert bench.times_full > 20, "the stimulus hardly ever fills the FIFO"
    assert bench.times_empty > 20, "the stimulus hardly ever empties the FIFO"
