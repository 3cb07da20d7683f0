"""Testbench of `gate_network`: every input pattern, reached in several orders."""

from __future__ import annotations

import random
from typing import Any

import cocotb
from cocotb.triggers import Timer
from cocotb.types import LogicArray


def model(a: int, b: int, c: int, d: int) -> dict[str, int]:
    """Return what every output must be."""
    ones = a + b + c + d
    return {
        "all_set": int(ones == 4),
        "any_set": int(ones > 0),
        "odd": ones % 2,
        "aoi": int(not ((a and b) or (c and d))),
    }


def read(output: Any) -> int | str:
    """Return an output as an unsigned number, or its bits as text when any is X or Z."""
    value = output.value
    if not value.is_resolvable:
        bits = str(value).upper()
        return bits[0] if len(set(bits)) == 1 else f"0b{bits}"
    return value.to_unsigned() if isinstance(value, LogicArray) else int(value)


async def check(dut: Any, pattern: int, names: tuple[str, ...]) -> None:
    """Apply one pattern, `a` its highest bit, and compare the named outputs with the model."""
    bits = {name: pattern >> place & 1 for name, place in zip("abcd", (3, 2, 1, 0), strict=True)}
    for name, bit in bits.items():
        getattr(dut, name).value = bit
    await Timer(1, "ns")
    inputs = " ".join(f"{name}={bit}" for name, bit in bits.items())
    wanted = model(**bits)
    for name in names:
        got = read(getattr(dut, name))
        if got != wanted[name]:
            raise AssertionError(f"{inputs}: expected {name} {wanted[name]}, got {got}")


@cocotb.test()
async def all_set_is_the_and_of_the_inputs(dut: Any) -> None:
    for pattern in range(16):
        await check(dut, pattern, ("all_set",))


@cocotb.test()
async def any_set_is_the_or_of_the_inputs(dut: Any) -> None:
    for pattern in range(16):
        await check(dut, pattern, ("any_set",))


@cocotb.test()
async def odd_is_one_for_one_or_three_inputs(dut: Any) -> None:
    for pattern in range(16):
        await check(dut, pattern, ("odd",))


@cocotb.test()
async def aoi_is_the_inverse_of_ab_or_cd(dut: Any) -> None:
    for pattern in range(16):
        await check(dut, pattern, ("aoi",))


@cocotb.test()
async def every_output_follows_a_change_of_any_one_input(dut: Any) -> None:
    names = ("all_set", "any_set", "odd", "aoi")
    for pattern in range(16):
        for place in range(4):
            await check(dut, pattern, names)
            await check(dut, pattern ^ (1 << place), names)


@cocotb.test()
async def outputs_do_not_depend_on_earlier_inputs(dut: Any) -> None:
    choose = random.Random(0x6A7E)
    for _ in range(200):
        await check(dut, choose.randrange(16), ("all_set", "any_set", "odd", "aoi"))
