"""Tests of the overlapping detector of `10010`.

Inputs change after a falling clock edge; `detected` is compared at the next falling edge. Cycle 1
is the first rising edge after reset.
"""

from __future__ import annotations

import random
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, Timer

PATTERN = "10010"


class Bench:
    """Drives one bit per cycle and compares `detected` with the stream that was really sent."""

    def __init__(self, dut: Any) -> None:
        self.dut = dut
        self.cycle = 0
        self.stream = ""
        self.matches = 0

    async def start(self) -> None:
        """Start the clock and reset the design."""
        Clock(self.dut.clk, 10, unit="ns").start()
        await self.reset()

    async def reset(self) -> None:
        """Hold reset for two cycles; the next cycle is cycle 1 of an empty stream."""
        self.dut.rst.value = 1
        self.dut.bit_valid.value = 0
        self.dut.bit_in.value = 0
        await FallingEdge(self.dut.clk)
        await FallingEdge(self.dut.clk)
        self.cycle = 0
        self.stream = ""

    async def step(self, bit: int, valid: int = 1, rst: int = 0) -> None:
        """One clock cycle with these inputs, then the check."""
        self.dut.bit_in.value = bit
        self.dut.bit_valid.value = valid
        self.dut.rst.value = rst
        await FallingEdge(self.dut.clk)
        self.cycle += 1
        if rst:
            self.stream = ""
        elif valid:
            self.stream += str(bit)
        expected = int(not rst and valid and self.stream.endswith(PATTERN))
        self.matches += expected
        last = f"last bits {self.stream[-8:]}" if self.stream else "no bits since reset"
        self.check(expected, f"rst={rst} bit_valid={valid} bit_in={bit}, {last}")

    def check(self, expected: int, when: str) -> None:
        """Compare `detected`; an unknown value is never equal."""
        got = str(self.dut.detected.value).upper()
        if got != str(expected):
            raise AssertionError(
                f"cycle {self.cycle}: expected detected {expected}, got {got} ({when})"
            )

    async def send(self, bits: str) -> None:
        """The bits of a string in consecutive cycles."""
        for bit in bits:
            await self.step(int(bit))


@cocotb.test()
async def test_reset_clears_the_output_at_the_rising_edge(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    await bench.send("10010")
    dut.rst.value = 1
    await Timer(2, unit="ns")
    bench.check(1, "rst rose after this cycle, no clock edge since")
    for bit in (0, 1, 0, 0, 1, 0):
        await bench.step(bit, rst=1)


@cocotb.test()
async def test_one_occurrence_gives_one_pulse(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    await bench.send("10010")
    await bench.send("0000")
    assert bench.matches == 1, "the stimulus holds one occurrence"


@cocotb.test()
async def test_occurrences_may_overlap(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    await bench.send("10010010010" + "11")
    assert bench.matches == 3, "the stimulus holds three occurrences"


@cocotb.test()
async def test_near_misses_do_not_lose_the_start_of_a_match(dut: Any) -> None:
    """Every wrong bit is followed by the bits that complete a match begun before it."""
    bench = Bench(dut)
    await bench.start()
    for bits in ("110010", "1010010", "100110010", "100010010", "0000010010", "00100110"):
        await bench.reset()
        await bench.send(bits)
        await bench.send("01")
    assert bench.matches == 5, "the stimulus completes five of the matches"


@cocotb.test()
async def test_cycles_without_a_valid_bit_neither_add_nor_lose_bits(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    for gap in range(1, 6):
        for idle_bit in (0, 1):
            await bench.reset()
            for count, bit in enumerate("10010", start=1):
                await bench.step(int(bit))
                if count == gap:
                    for _ in range(3):
                        await bench.step(idle_bit, valid=0)
    assert bench.matches == 10, "the stimulus holds ten occurrences"


@cocotb.test()
async def test_reset_forgets_a_match_in_progress(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    for taken in range(1, 5):
        await bench.reset()
        await bench.send("10010"[:taken])
        await bench.step(int("10010"[taken]), rst=1)
        await bench.send("10010"[taken:])
        await bench.send("010010")


@cocotb.test()
async def test_random_streams_match_the_reference_model(dut: Any) -> None:
    rng = random.Random(10010)
    bench = Bench(dut)
    await bench.start()
    for _ in range(1500):
        # Bits that continue the pattern are favoured, so that matches are frequent.
        follow = next(n for n in range(4, -1, -1) if bench.stream.endswith(PATTERN[:n]))
        bit = int(PATTERN[follow]) if rng.random() < 0.7 else rng.getrandbits(1)
        await bench.step(bit, valid=int(rng.random() < 0.85), rst=int(rng.random() < 0.01))
    assert bench.matches > 100, "the stimulus holds too few occurrences"
