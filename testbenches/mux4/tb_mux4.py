"""Testbench of `mux4` at its default width of eight bits: selection, enable, no memory."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import cocotb
from cocotb.triggers import Timer
from cocotb.types import LogicArray

WIDTH = 8
WORDS = (0x5A, 0xC3, 0x0F, 0x96)
"""Four words of which any two differ, in every half as well."""


def model(words: Sequence[int], sel: int, en: int) -> int:
    """Return what `y` must be."""
    return words[sel] if en else 0


def read(output: Any) -> int | str:
    """Return an output as an unsigned number, or its bits as text when any is X or Z."""
    value = output.value
    if not value.is_resolvable:
        bits = str(value).upper()
        return bits[0] if len(set(bits)) == 1 else f"0b{bits}"
    return value.to_unsigned() if isinstance(value, LogicArray) else int(value)


async def check(dut: Any, words: Sequence[int], sel: int, en: int) -> None:
    """Apply four words, a selection and the enable, and compare `y` with the model."""
    for name, word in zip(("in0", "in1", "in2", "in3"), words, strict=True):
        getattr(dut, name).value = word
    dut.sel.value = sel
    dut.en.value = en
    await Timer(1, "ns")
    wanted = model(words, sel, en)
    got = read(dut.y)
    if got != wanted:
        text = f"0x{got:02x}" if isinstance(got, int) else got
        inputs = " ".join(f"in{number}=0x{word:02x}" for number, word in enumerate(words))
        raise AssertionError(f"{inputs} sel={sel} en={en}: expected y 0x{wanted:02x}, got {text}")


@cocotb.test()
async def sel_chooses_the_input_of_that_number(dut: Any) -> None:
    for sel in (0, 1, 2, 3, 1, 0, 3, 2):
        await check(dut, WORDS, sel, en=1)


@cocotb.test()
async def every_bit_of_every_input_reaches_the_output(dut: Any) -> None:
    for sel in range(4):
        for place in range(WIDTH):
            for rest in (0x00, 0xFF):
                words = [rest] * 4
                words[sel] ^= 1 << place
                await check(dut, words, sel, en=1)


@cocotb.test()
async def output_is_zero_while_not_enabled(dut: Any) -> None:
    for sel in range(4):
        await check(dut, WORDS, sel, en=1)
        await check(dut, WORDS, sel, en=0)
    await check(dut, (0xFF,) * 4, sel=0, en=0)


@cocotb.test()
async def output_follows_the_chosen_input_while_sel_stands_still(dut: Any) -> None:
    for sel in range(4):
        for word in (0x00, 0xFF, 0x3C, 0xA1):
            words = list(WORDS)
            words[sel] = word
            await check(dut, words, sel, en=1)


@cocotb.test()
async def random_words_and_selections_pass_through(dut: Any) -> None:
    choose = random.Random(0x4B1)
    for _ in range(300):
        words = [choose.randrange(1 << WIDTH) for _ in range(4)]
        await check(dut, words, choose.randrange(4), int(choose.random() < 0.75))
