"""Tests of the register file with the default size: 16 registers of 16 bits.

Inputs change after a falling clock edge. The read ports are compared before the rising edge that
follows and again after it. Cycle 1 is the first rising edge after reset.
"""

from __future__ import annotations

import random
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, Timer

WIDTH = 16
DEPTH = 16


class Bench:
    """Drives all three ports cycle by cycle and compares what is read with a list of values."""

    def __init__(self, dut: Any) -> None:
        self.dut = dut
        self.cycle = 0
        self.registers = [0] * DEPTH
        self.addresses = {"a": 0, "b": 0}

    async def start(self) -> None:
        """Start the clock and hold reset for two cycles."""
        Clock(self.dut.clk, 10, unit="ns").start()
        self.dut.rst.value = 1
        self.dut.we.value = 0
        self.dut.waddr.value = 0
        self.dut.wdata.value = 0
        self.dut.raddr_a.value = 0
        self.dut.raddr_b.value = 0
        await FallingEdge(self.dut.clk)
        await FallingEdge(self.dut.clk)
        self.dut.rst.value = 0

    def check(self, when: str) -> None:
        """Compare both read ports with the model; an unknown value is never equal."""
        for port, address in self.addresses.items():
            expected = self.registers[address]
            bits = str(getattr(self.dut, f"rdata_{port}").value).upper()
            if bits != f"{expected:0{WIDTH}b}":
                got = f"0x{int(bits, 2):04x}" if set(bits) <= {"0", "1"} else f"X ({bits})"
                raise AssertionError(
                    f"cycle {self.cycle}: expected rdata_{port} 0x{expected:04x}, got {got} "
                    f"(raddr_{port}={address}, {when})"
                )

    async def read(self, a: int, b: int) -> None:
        """Check both read ports at these addresses, without a clock edge."""
        self.dut.raddr_a.value = a
        self.dut.raddr_b.value = b
        self.addresses = {"a": a, "b": b}
        await Timer(1, unit="ns")
        self.check("no clock edge since the addresses changed")

    async def step(self, waddr: int, wdata: int, we: int = 1, rst: int = 0) -> None:
        """One clock cycle with these inputs; the read ports are checked before and after it."""
        self.dut.waddr.value = waddr
        self.dut.wdata.value = wdata
        self.dut.we.value = we
        self.dut.rst.value = rst
        inputs = f"rst={rst} we={we} waddr={waddr} wdata=0x{wdata:04x}"
        await Timer(1, unit="ns")
        self.check(f"before the rising edge with {inputs}")
        await FallingEdge(self.dut.clk)
        self.cycle += 1
        if rst:
            self.registers = [0] * DEPTH
        elif we and waddr:
            self.registers[waddr] = wdata
        self.check(f"after the rising edge with {inputs}")

    async def fill(self, rng: random.Random) -> None:
        """Write a different random value to every register."""
        values = rng.sample(range(1, 1 << WIDTH), DEPTH)
        for address, value in enumerate(values):
            await self.step(address, value)
        self.dut.we.value = 0


@cocotb.test()
async def test_reset_clears_every_register(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    await bench.fill(random.Random(1))
    await bench.read(5, 15)
    await bench.step(3, 0xFFFF, rst=1)
    dut.rst.value = 0
    dut.we.value = 0
    for address in range(DEPTH):
        await bench.read(address, DEPTH - 1 - address)
        await FallingEdge(dut.clk)


@cocotb.test()
async def test_every_register_keeps_its_own_value(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    await bench.fill(random.Random(2))
    for address in range(DEPTH):
        await bench.read(address, address)
        await FallingEdge(dut.clk)


@cocotb.test()
async def test_register_zero_reads_as_zero_after_a_write(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    await bench.step(0, 0xFFFF)
    await bench.step(0, 0xA55A)
    await bench.step(0, 0x1234, we=0)


@cocotb.test()
async def test_the_two_read_ports_are_independent(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    await bench.fill(random.Random(3))
    for a in range(DEPTH):
        for b in range(DEPTH):
            await bench.read(a, b)
        await FallingEdge(dut.clk)
        await FallingEdge(dut.clk)


@cocotb.test()
async def test_a_read_shows_the_old_value_until_the_edge_of_a_write(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    await bench.fill(random.Random(4))
    for address in range(DEPTH):
        await bench.read(address, address)
        await bench.step(address, bench.registers[address] ^ 0xFFFF)


@cocotb.test()
async def test_nothing_is_written_without_write_enable(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    await bench.fill(random.Random(5))
    for address in range(DEPTH):
        await bench.read(address, address)
        await bench.step(address, bench.registers[address] ^ 0xFFFF, we=0)


@cocotb.test()
async def test_random_traffic_matches_the_reference_model(dut: Any) -> None:
    rng = random.Random(6)
    bench = Bench(dut)
    await bench.start()
    for _ in range(800):
        waddr = rng.randrange(DEPTH)
        near = rng.random() < 0.4
        await bench.read(waddr if near else rng.randrange(DEPTH), rng.randrange(DEPTH))
        await bench.step(
            waddr,
            rng.getrandbits(WIDTH),
            we=int(rng.random() < 0.7),
            rst=int(rng.random() < 0.01),
        )
