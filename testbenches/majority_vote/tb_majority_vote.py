"""Testbench of `majority_vote`: equal copies, one bad copy, copies bad in different bits."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import cocotb
from cocotb.triggers import Timer
from cocotb.types import LogicArray

OUTPUTS = ("vote", "fault_a", "fault_b", "fault_c")


def model(a: int, b: int, c: int) -> dict[str, int]:
    """Return what every output must be."""
    vote = 0
    for place in range(8):
        ones = sum(word >> place & 1 for word in (a, b, c))
        vote |= int(ones >= 2) << place
    return {
        "vote": vote,
        "fault_a": int(a != vote),
        "fault_b": int(b != vote),
        "fault_c": int(c != vote),
    }


def read(output: Any) -> int | str:
    """Return an output as an unsigned number, or its bits as text when any is X or Z."""
    value = output.value
    if not value.is_resolvable:
        bits = str(value).upper()
        return bits[0] if len(set(bits)) == 1 else f"0b{bits}"
    return value.to_unsigned() if isinstance(value, LogicArray) else int(value)


def shown(name: str, value: int | str) -> str:
    """Return a value as a message shows it: words in hexadecimal, flags as digits."""
    return f"0x{value:02x}" if name == "vote" and isinstance(value, int) else str(value)


async def check(dut: Any, a: int, b: int, c: int, names: tuple[str, ...] = OUTPUTS) -> None:
    """Apply three words and compare the named outputs with the model."""
    dut.a.value = a
    dut.b.value = b
    dut.c.value = c
    await Timer(1, "ns")
    wanted = model(a, b, c)
    for name in names:
        got = read(getattr(dut, name))
        if got != wanted[name]:
            raise AssertionError(
                f"a=0x{a:02x} b=0x{b:02x} c=0x{c:02x}: "
                f"expected {name} {shown(name, wanted[name])}, got {shown(name, got)}"
            )


def one_bad_copy() -> Iterator[tuple[int, int, int]]:
    """Yield words of which one copy differs from the other two in one bit."""
    for good in (0x00, 0xFF, 0x5A):
        for place in range(8):
            bad = good ^ (1 << place)
            yield from ((bad, good, good), (good, bad, good), (good, good, bad))


@cocotb.test()
async def equal_copies_pass_through_without_faults(dut: Any) -> None:
    for word in (*range(0, 256, 17), *(1 << place for place in range(8))):
        await check(dut, word, word, word)


@cocotb.test()
async def one_bad_copy_is_outvoted(dut: Any) -> None:
    for words in one_bad_copy():
        await check(dut, *words, names=("vote",))


@cocotb.test()
async def only_the_bad_copy_is_blamed(dut: Any) -> None:
    for words in one_bad_copy():
        await check(dut, *words, names=("fault_a", "fault_b", "fault_c"))


@cocotb.test()
async def every_bit_is_voted_on_its_own(dut: Any) -> None:
    await check(dut, 0x0F, 0x33, 0x55, names=("vote",))
    await check(dut, 0x01, 0x02, 0x04, names=("vote",))
    choose = random.Random(0x2003)
    for _ in range(200):
        await check(dut, *(choose.randrange(256) for _ in range(3)), names=("vote",))


@cocotb.test()
async def copies_bad_in_different_bits_are_all_blamed(dut: Any) -> None:
    choose = random.Random(0x0DD)
    for _ in range(200):
        good = choose.randrange(256)
        first, second, third = choose.sample(range(8), 3)
        a, b = good ^ (1 << first), good ^ (1 << second)
        c = good ^ (1 << third) if choose.random() < 0.5 else good
        words = [a, b, c]
        choose.shuffle(words)
        await check(dut, *words, names=("fault_a", "fault_b", "fault_c"))
