"""Testbench of `mod_counter` at its default modulus of ten.

Inputs change at the falling edge of the clock. Each cycle is checked twice: before the rising
edge, where `count` must not have moved yet and `wrap` must fit the new inputs, and after it.
"""

from __future__ import annotations

import random
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, RisingEdge, Timer
from cocotb.types import LogicArray

MODULUS = 10


def model(count: int, rst: int, load: int, load_value: int, en: int, up: int) -> int:
    """Return the count after the next rising edge."""
    if rst:
        return 0
    if load:
        return load_value if load_value < MODULUS else 0
    if en:
        return (count + (1 if up else -1)) % MODULUS
    return count


def model_wrap(count: int, load: int, en: int, up: int) -> int:
    """Return what `wrap` must be."""
    return int(en and not load and count == (MODULUS - 1 if up else 0))


def read(output: Any) -> int | str:
    """Return an output as an unsigned number, or its bits as text when any is X or Z."""
    value = output.value
    if not value.is_resolvable:
        bits = str(value).upper()
        return bits[0] if len(set(bits)) == 1 else f"0b{bits}"
    return value.to_unsigned() if isinstance(value, LogicArray) else int(value)


class Bench:
    """The counter under a running clock, beside its model; cycle 0 is the reset."""

    def __init__(self, dut: Any) -> None:
        self.dut = dut
        self.cycle = 0
        self.count = 0

    @classmethod
    async def start(cls, dut: Any) -> Bench:
        """Start the clock and reset the counter; its state before the reset is not looked at."""
        bench = cls(dut)
        bench.drive(rst=1, load=0, load_value=0, en=0, up=1)
        Clock(dut.clk, 10, unit="ns").start(start_high=False)
        await RisingEdge(dut.clk)
        await FallingEdge(dut.clk)
        bench.expect("count", 0, "after reset")
        return bench

    def drive(self, **inputs: int) -> None:
        for name, value in inputs.items():
            getattr(self.dut, name).value = value

    def expect(self, name: str, wanted: int, when: str) -> None:
        """Compare one output with the value wanted."""
        got = read(getattr(self.dut, name))
        if got != wanted:
            raise AssertionError(f"cycle {self.cycle} {when}: expected {name} {wanted}, got {got}")

    async def step(
        self, rst: int = 0, load: int = 0, load_value: int = 0, en: int = 1, up: int = 1
    ) -> None:
        """Apply inputs for one clock cycle and compare both outputs with the model."""
        self.cycle += 1
        self.drive(rst=rst, load=load, load_value=load_value, en=en, up=up)
        inputs = f"rst={rst} load={load} load_value={load_value} en={en} up={up}"
        await Timer(1, "ns")
        self.expect("count", self.count, f"({inputs}) before the clock edge")
        self.expect("wrap", model_wrap(self.count, load, en, up), f"({inputs}, count={self.count})")
        before = self.count
        self.count = model(before, rst, load, load_value, en, up)
        await FallingEdge(self.dut.clk)
        self.expect("count", self.count, f"({inputs}, count was {before})")


@cocotb.test()
async def reset_clears_the_count_at_the_clock_edge_alone(dut: Any) -> None:
    bench = await Bench.start(dut)
    for _ in range(3):
        await bench.step()
    bench.drive(rst=1)
    await Timer(1, "ns")
    bench.expect("count", 3, "(rst=1, then 0) before the clock edge")
    await bench.step(en=0)
    await bench.step(rst=1)
    await bench.step(load=1, load_value=7)
    await bench.step(rst=1, load=1, load_value=5)


@cocotb.test()
async def counts_up_and_wraps_to_zero(dut: Any) -> None:
    bench = await Bench.start(dut)
    for _ in range(2 * MODULUS + 3):
        await bench.step(up=1)


@cocotb.test()
async def counts_down_and_wraps_to_the_highest_count(dut: Any) -> None:
    bench = await Bench.start(dut)
    for _ in range(2 * MODULUS + 3):
        await bench.step(up=0)


@cocotb.test()
async def holds_while_not_enabled(dut: Any) -> None:
    bench = await Bench.start(dut)
    for up in (1, 1, 0, 1, 1, 1, 0):
        await bench.step(up=up)
        for idle_up in (1, 0):
            await bench.step(en=0, up=idle_up)
    for end in (0, MODULUS - 1):
        await bench.step(load=1, load_value=end, en=0)
        await bench.step(en=0, up=0)
        await bench.step(en=0, up=1)


@cocotb.test()
async def loads_with_and_without_enable(dut: Any) -> None:
    bench = await Bench.start(dut)
    for value in range(MODULUS):
        await bench.step(load=1, load_value=value, en=value % 2, up=value // 2 % 2)
        await bench.step(load=1, load_value=MODULUS - 1 - value, en=0)


@cocotb.test()
async def loads_zero_in_place_of_a_value_out_of_range(dut: Any) -> None:
    bench = await Bench.start(dut)
    for value in range(MODULUS, 16):
        await bench.step(load=1, load_value=4, en=0)
        await bench.step(load=1, load_value=value, en=value % 2)


@cocotb.test()
async def random_inputs_give_the_right_counts(dut: Any) -> None:
    bench = await Bench.start(dut)
    choose = random.Random(0xC0)
    up = 1
    for _ in range(400):
        up ^= int(choose.random() < 0.1)
        await bench.step(
            rst=int(choose.random() < 0.05),
            load=int(choose.random() < 0.15),
            load_value=choose.randrange(16),
            en=int(choose.random() < 0.8),
            up=up,
        )
