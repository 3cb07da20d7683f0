"""Testbench of `saturating_adder`: sums that fit, both bounds, both clamps."""

from __future__ import annotations

import random
from typing import Any

import cocotb
from cocotb.triggers import Timer
from cocotb.types import LogicArray

LOWEST, HIGHEST = -128, 127
OUTPUTS = ("sum", "overflow", "underflow")


def model(a: int, b: int) -> dict[str, int]:
    """Return what every output must be."""
    return {
        "sum": min(max(a + b, LOWEST), HIGHEST),
        "overflow": int(a + b > HIGHEST),
        "underflow": int(a + b < LOWEST),
    }


def read(output: Any) -> int | str:
    """Return a word as a signed number, a flag as 0 or 1, or bits as text when any is X or Z."""
    value = output.value
    if not value.is_resolvable:
        bits = str(value).upper()
        return bits[0] if len(set(bits)) == 1 else f"0b{bits}"
    return value.to_signed() if isinstance(value, LogicArray) and len(value) > 1 else int(value)


async def check(dut: Any, a: int, b: int, names: tuple[str, ...] = OUTPUTS) -> None:
    """Apply two numbers and compare the named outputs with the model."""
    dut.a.value = a
    dut.b.value = b
    await Timer(1, "ns")
    wanted = model(a, b)
    for name in names:
        got = read(getattr(dut, name))
        if got != wanted[name]:
            raise AssertionError(f"a={a} b={b}: expected {name} {wanted[name]}, got {got}")


@cocotb.test()
async def sums_that_fit_are_exact(dut: Any) -> None:
    directed = [(0, 0), (1, 1), (-1, 1), (1, -1), (-1, -1), (127, -128), (-128, 127), (-100, 55)]
    choose = random.Random(0xADD)
    for _ in range(200):
        a = choose.randint(LOWEST, HIGHEST)
        directed.append((a, choose.randint(max(LOWEST, LOWEST - a), min(HIGHEST, HIGHEST - a))))
    for a, b in directed:
        await check(dut, a, b)


@cocotb.test()
async def sums_above_127_are_clamped_and_flagged(dut: Any) -> None:
    choose = random.Random(0x7F)
    pairs = [(100, 28), (64, 64), (127, 1), (1, 127), (127, 127)]
    for _ in range(100):
        a = choose.randint(1, HIGHEST)
        pairs.append((a, choose.randint(HIGHEST + 1 - a, HIGHEST)))
    for a, b in pairs:
        await check(dut, a, b)


@cocotb.test()
async def sums_below_minus_128_are_clamped_and_flagged(dut: Any) -> None:
    choose = random.Random(0x80)
    pairs = [(-100, -29), (-64, -65), (-128, -1), (-1, -128), (-128, -128)]
    for _ in range(100):
        a = choose.randint(LOWEST, -1)
        pairs.append((a, choose.randint(LOWEST, LOWEST - 1 - a)))
    for a, b in pairs:
        await check(dut, a, b)


@cocotb.test()
async def the_bounds_themselves_are_not_flagged(dut: Any) -> None:
    for a in range(0, HIGHEST + 1, 9):
        await check(dut, a, HIGHEST - a)
        await check(dut, -1 - a, LOWEST + 1 + a)


@cocotb.test()
async def no_sum_depends_on_an_earlier_one(dut: Any) -> None:
    corners = (LOWEST, LOWEST + 1, -64, -1, 0, 1, 64, HIGHEST - 1, HIGHEST)
    for a in corners:
        for b in corners:
            await check(dut, a, b)
