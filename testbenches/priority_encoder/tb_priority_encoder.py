"""Testbench of `priority_encoder`: all 256 request patterns, in order and shuffled."""

from __future__ import annotations

import random
from typing import Any

import cocotb
from cocotb.triggers import Timer
from cocotb.types import LogicArray

OUTPUTS = ("index", "grant", "valid")


def model(request: int) -> dict[str, int]:
    """Return what every output must be."""
    if request == 0:
        return {"index": 0, "grant": 0, "valid": 0}
    index = request.bit_length() - 1
    return {"index": index, "grant": 1 << index, "valid": 1}


def read(output: Any) -> int | str:
    """Return an output as an unsigned number, or its bits as text when any is X or Z."""
    value = output.value
    if not value.is_resolvable:
        bits = str(value).upper()
        return bits[0] if len(set(bits)) == 1 else f"0b{bits}"
    return value.to_unsigned() if isinstance(value, LogicArray) else int(value)


def shown(name: str, value: int | str) -> str:
    """Return a value as a message shows it: the grant in binary, the others as numbers."""
    return f"0b{value:08b}" if name == "grant" and isinstance(value, int) else str(value)


async def check(dut: Any, request: int, names: tuple[str, ...] = OUTPUTS) -> None:
    """Apply one request pattern and compare the named outputs with the model."""
    dut.request.value = request
    await Timer(1, "ns")
    wanted = model(request)
    for name in names:
        got = read(getattr(dut, name))
        if got != wanted[name]:
            raise AssertionError(
                f"request=0b{request:08b}: "
                f"expected {name} {shown(name, wanted[name])}, got {shown(name, got)}"
            )


@cocotb.test()
async def index_is_the_number_of_the_highest_request(dut: Any) -> None:
    for request in (*(1 << line for line in range(8)), *range(1, 256)):
        await check(dut, request, ("index",))


@cocotb.test()
async def valid_is_one_when_any_line_requests(dut: Any) -> None:
    for request in range(256):
        await check(dut, request, ("valid",))


@cocotb.test()
async def grant_is_one_hot_at_the_highest_request(dut: Any) -> None:
    for request in range(1, 256):
        await check(dut, request, ("grant",))


@cocotb.test()
async def all_outputs_are_zero_without_a_request(dut: Any) -> None:
    await check(dut, 0)
    for line in range(8):
        await check(dut, 1 << line)
        await check(dut, 0)


@cocotb.test()
async def outputs_do_not_depend_on_earlier_requests(dut: Any) -> None:
    choose = random.Random(0xA2B)
    for _ in range(300):
        await check(dut, choose.choice((choose.randrange(256), 1 << choose.randrange(8), 0)))
