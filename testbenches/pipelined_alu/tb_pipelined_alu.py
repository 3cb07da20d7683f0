"""Tests of the two-stage ALU with the default WIDTH of 16.

Inputs change after a falling clock edge; the outputs are compared at the next falling edge. Cycle 1
is the first rising edge after reset. `result` and `zero` are compared only while `out_valid` is 1.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, Timer

WIDTH = 16
MASK = (1 << WIDTH) - 1
NAMES = ("ADD", "SUB", "AND", "OR", "XOR", "SLT", "SLL", "SRL")
CORNERS = (0x0000, 0x0001, 0x000F, 0x0010, 0x7FFF, 0x8000, 0x8001, 0xAAAA, 0xFFFE, 0xFFFF)


def signed(value: int) -> int:
    """A word read as a two's-complement number."""
    return value - (1 << WIDTH) if value >> (WIDTH - 1) else value


@dataclass(frozen=True)
class Operation:
    """One operation on its way through the pipeline."""

    op: int
    a: int
    b: int
    entered: int
    """The cycle in which stage 1 took it."""

    @property
    def result(self) -> int:
        """What the ALU must answer."""
        a, b = self.a, self.b
        return (
            a + b,
            a - b,
            a & b,
            a | b,
            a ^ b,
            int(signed(a) < signed(b)),
            a << (b & 15),
            a >> (b & 15),
        )[self.op] & MASK

    def __str__(self) -> str:
        return f"{NAMES[self.op]} a=0x{self.a:04x} b=0x{self.b:04x} of cycle {self.entered}"


class Bench:
    """Drives one operation per cycle and compares the outputs with a model of both stages."""

    def __init__(self, dut: Any) -> None:
        self.dut = dut
        self.cycle = 0
        self.stage1: Operation | None = None
        self.stage2: Operation | None = None
        self.answers = 0

    async def start(self) -> None:
        """Start the clock and hold reset for two cycles."""
        Clock(self.dut.clk, 10, unit="ns").start()
        self.dut.rst.value = 1
        for name in ("flush", "stall", "in_valid", "op", "a", "b"):
            getattr(self.dut, name).value = 0
        await FallingEdge(self.dut.clk)
        await FallingEdge(self.dut.clk)

    def check(self, when: str) -> None:
        """Compare the outputs with stage 2 of the model; an unknown value is never equal."""
        held = self.stage2
        self.compare("out_valid", int(held is not None), 1, f"{when}; stage 2: {held or 'empty'}")
        if held is not None:
            self.answers += 1
            self.compare("result", held.result, WIDTH, f"{held}")
            self.compare("zero", int(held.result == 0), 1, f"{held}")

    def compare(self, name: str, expected: int, width: int, why: str) -> None:
        """Compare one output."""
        bits = str(getattr(self.dut, name).value).upper()
        if bits == f"{expected:0{width}b}":
            return
        known = set(bits) <= {"0", "1"}
        wanted, got = str(expected), bits
        if width > 1:
            wanted = f"0x{expected:04x}"
            got = f"0x{int(bits, 2):04x}" if known else f"X ({bits})"
        raise AssertionError(f"cycle {self.cycle}: expected {name} {wanted}, got {got} ({why})")

    async def step(
        self,
        op: int = 0,
        a: int = 0,
        b: int = 0,
        *,
        valid: int = 1,
        stall: int = 0,
        flush: int = 0,
        rst: int = 0,
    ) -> None:
        """One clock cycle with these inputs, then the check."""
        self.dut.op.value = op
        self.dut.a.value = a
        self.dut.b.value = b
        self.dut.in_valid.value = valid
        self.dut.stall.value = stall
        self.dut.flush.value = flush
        self.dut.rst.value = rst
        await FallingEdge(self.dut.clk)
        self.cycle += 1
        if rst or flush:
            self.stage1 = self.stage2 = None
        elif not stall:
            self.stage2 = self.stage1
            self.stage1 = Operation(op, a, b, self.cycle) if valid else None
        self.check(f"in_valid={valid} stall={stall} flush={flush} rst={rst}")

    async def idle(self, cycles: int = 2) -> None:
        """Cycles without an operation; two of them empty the pipeline."""
        for _ in range(cycles):
            await self.step(valid=0)

    async def compute(self, op: int, rng: random.Random) -> None:
        """One kind of operation over corner cases and random operands, back to back."""
        for a in CORNERS:
            for b in CORNERS:
                await self.step(op, a, b)
        for _ in range(40):
            await self.step(op, rng.getrandbits(WIDTH), rng.getrandbits(WIDTH))
        await self.idle()


@cocotb.test()
async def test_an_operation_answers_after_the_second_edge(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    await bench.idle()
    for gap in (3, 2, 1, 0, 0, 4):
        await bench.step(0, 100 + gap, 23)
        await bench.idle(gap)
    assert bench.answers == 6, "the stimulus holds six operations"


@cocotb.test()
async def test_add_sub_and_logic(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    for op in (0, 1, 2, 3, 4):
        await bench.compute(op, random.Random(op))


@cocotb.test()
async def test_set_less_than_is_signed(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    await bench.compute(5, random.Random(5))


@cocotb.test()
async def test_shifts_use_the_low_four_bits(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    for op in (6, 7):
        for amount in range(16):
            await bench.step(op, 0x8001, amount)
            await bench.step(op, 0xFFFF, 0xFFF0 | amount)
        await bench.compute(op, random.Random(op))


@cocotb.test()
async def test_a_stall_keeps_both_stages(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    for length in (1, 2, 5):
        await bench.step(0, 1000, length)
        await bench.step(1, 2000, length)
        for _ in range(length):
            await bench.step(4, 0x5555, 0xAAAA, stall=1)
        await bench.step(3, 0x00F0, length)
        await bench.step(2, 0, 0, stall=1)
        await bench.idle(3)
        await bench.step(0, 7, 7, stall=1)
        await bench.idle(2)
    assert bench.answers > 0, "the stimulus holds no operation"


@cocotb.test()
async def test_reset_and_flush_drop_both_stages(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    for stall in (0, 1):
        for drop in ({"flush": 1}, {"rst": 1}):
            for filled in (1, 2):
                for _ in range(filled):
                    await bench.step(0, 3, 4)
                if filled == 2:
                    for name in drop:
                        getattr(dut, name).value = 1
                    await Timer(2, unit="ns")
                    bench.check(f"{', '.join(drop)} rose after this cycle, no clock edge since")
                await bench.step(1, 9, 9, stall=stall, **drop)
                for name in drop:
                    getattr(dut, name).value = 0
                await bench.idle(3)


@cocotb.test()
async def test_random_operations_match_the_reference_model(dut: Any) -> None:
    rng = random.Random(16)
    bench = Bench(dut)
    await bench.start()
    for _ in range(1200):
        a = rng.choice((rng.getrandbits(WIDTH), rng.choice(CORNERS)))
        await bench.step(
            rng.randrange(8),
            a,
            rng.choice((rng.getrandbits(WIDTH), a, rng.randrange(16))),
            valid=int(rng.random() < 0.7),
            stall=int(rng.random() < 0.25),
            flush=int(rng.random() < 0.05),
            rst=int(rng.random() < 0.02),
        )
    assert bench.answers > 300, "the stimulus holds too few operations"
