"""Testbench of `word_reorder`: one bit at a time, one bit missing, and random words."""

from __future__ import annotations

import random
from typing import Any

import cocotb
from cocotb.triggers import Timer
from cocotb.types import LogicArray

BITS = 16
OUTPUTS = ("bits_reversed", "nibbles_reversed", "bytes_swapped")


def model(word: int) -> dict[str, int]:
    """Return what every output must be."""
    return {
        "bits_reversed": int(f"{word:016b}"[::-1], 2),
        "nibbles_reversed": int(f"{word:04x}"[::-1], 16),
        "bytes_swapped": int.from_bytes(word.to_bytes(2, "big"), "little"),
    }


def read(output: Any) -> int | str:
    """Return an output as an unsigned number, or its bits as text when any is X or Z."""
    value = output.value
    if not value.is_resolvable:
        bits = str(value).upper()
        return bits[0] if len(set(bits)) == 1 else f"0b{bits}"
    return value.to_unsigned() if isinstance(value, LogicArray) else int(value)


async def check(dut: Any, word: int, names: tuple[str, ...] = OUTPUTS) -> None:
    """Apply one word and compare the named outputs with the model."""
    dut.word.value = word
    await Timer(1, "ns")
    wanted = model(word)
    for name in names:
        got = read(getattr(dut, name))
        if got != wanted[name]:
            text = f"0x{got:04x}" if isinstance(got, int) else got
            raise AssertionError(
                f"word=0x{word:04x}: expected {name} 0x{wanted[name]:04x}, got {text}"
            )


@cocotb.test()
async def bits_come_out_in_the_opposite_order(dut: Any) -> None:
    for word in (0x1234, 0xF0A5, *(1 << place for place in range(BITS))):
        await check(dut, word, ("bits_reversed",))


@cocotb.test()
async def nibbles_come_out_in_the_opposite_order(dut: Any) -> None:
    for word in (0x1234, 0xF0A5, *(1 << place for place in range(BITS))):
        await check(dut, word, ("nibbles_reversed",))


@cocotb.test()
async def the_two_bytes_change_places(dut: Any) -> None:
    for word in (0x1234, 0xF0A5, *(1 << place for place in range(BITS))):
        await check(dut, word, ("bytes_swapped",))


@cocotb.test()
async def a_single_zero_keeps_its_own_place(dut: Any) -> None:
    for word in (0x0000, 0xFFFF, *(0xFFFF ^ (1 << place) for place in range(BITS))):
        await check(dut, word)


@cocotb.test()
async def random_words_come_out_right_in_all_orders(dut: Any) -> None:
    choose = random.Random(0x3412)
    for _ in range(300):
        await check(dut, choose.randrange(1 << BITS))
