"""Testbench of `parity_generator` at its default width of eight bits: all data, both senses."""

from __future__ import annotations

import random
from typing import Any

import cocotb
from cocotb.triggers import Timer
from cocotb.types import LogicArray

WIDTH = 8


def model(data: int, odd: int) -> dict[str, int]:
    """Return what every output must be."""
    parity = (data.bit_count() + odd) % 2
    return {"parity": parity, "codeword": parity << WIDTH | data}


def read(output: Any) -> int | str:
    """Return an output as an unsigned number, or its bits as text when any is X or Z."""
    value = output.value
    if not value.is_resolvable:
        bits = str(value).upper()
        return bits[0] if len(set(bits)) == 1 else f"0b{bits}"
    return value.to_unsigned() if isinstance(value, LogicArray) else int(value)


async def apply(dut: Any, data: int, odd: int) -> str:
    """Apply one word and return the inputs as a message shows them."""
    dut.data.value = data
    dut.odd.value = odd
    await Timer(1, "ns")
    return f"data=0b{data:08b} odd={odd}"


async def check_parity(dut: Any, data: int, odd: int) -> None:
    """Compare `parity` with the model."""
    inputs = await apply(dut, data, odd)
    wanted = model(data, odd)["parity"]
    got = read(dut.parity)
    if got != wanted:
        raise AssertionError(f"{inputs}: expected parity {wanted}, got {got}")


async def check_codeword(dut: Any, data: int, odd: int) -> None:
    """Compare `codeword` with the model."""
    inputs = await apply(dut, data, odd)
    wanted = model(data, odd)["codeword"]
    got = read(dut.codeword)
    if got != wanted:
        text = f"0b{got:09b}" if isinstance(got, int) else got
        raise AssertionError(f"{inputs}: expected codeword 0b{wanted:09b}, got {text}")


@cocotb.test()
async def even_parity_makes_the_number_of_ones_even(dut: Any) -> None:
    for data in range(1 << WIDTH):
        await check_parity(dut, data, odd=0)


@cocotb.test()
async def odd_parity_makes_the_number_of_ones_odd(dut: Any) -> None:
    for data in range(1 << WIDTH):
        await check_parity(dut, data, odd=1)


@cocotb.test()
async def codeword_is_parity_above_data(dut: Any) -> None:
    for data in (0x00, 0x01, 0x80, 0xB0, 0x7F, 0xFF, *(1 << place for place in range(WIDTH))):
        for odd in (0, 1):
            await check_codeword(dut, data, odd)


@cocotb.test()
async def parity_follows_the_odd_input_while_data_stands_still(dut: Any) -> None:
    for data in (0x00, 0x01, 0xA5, 0xFF):
        for odd in (0, 1, 0, 1):
            await check_parity(dut, data, odd)


@cocotb.test()
async def random_words_give_the_right_codeword(dut: Any) -> None:
    choose = random.Random(0x9A21)
    for _ in range(300):
        await check_codeword(dut, choose.randrange(1 << WIDTH), choose.randrange(2))
