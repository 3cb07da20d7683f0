"""Tests of the 8N1 UART with the default CLKS_PER_BIT of 8.

Inputs change after a falling clock edge; the outputs are compared at the next falling edge. Cycle 1
is the first rising edge after reset. The transmitter is compared with a model in every cycle. The
receiver may sample one clock early or late, so it is judged by the bytes it reports and by the
window in which it reports them.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, Timer

CLKS_PER_BIT = 8
FRAME = 10 * CLKS_PER_BIT
MIDDLE = CLKS_PER_BIT // 2
BYTES = (0x53, 0x00, 0xFF, 0x01, 0x80, 0xAA, 0x55, 0xC6)


def frame_bits(byte: int) -> list[int]:
    """Start bit, data bits from the least significant, stop bit."""
    return [0, *(byte >> i & 1 for i in range(8)), 1]


def bit_name(index: int) -> str:
    """What the bit number `index` of a frame is called."""
    return {0: "start bit", 9: "stop bit"}.get(index, f"data bit {index - 1}")


def line(byte: int) -> Iterator[int]:
    """The serial line for one frame, one value per clock cycle."""
    for bit in frame_bits(byte):
        yield from [bit] * CLKS_PER_BIT


class Bench:
    """Drives both sides; checks `tx` and `tx_busy` in every cycle and collects received bytes."""

    def __init__(self, dut: Any) -> None:
        self.dut = dut
        self.cycle = 0
        self.sent = 0
        self.byte = 0
        self.left = 0
        """Cycles that remain of the frame being sent; 0 when idle."""
        self.received: list[tuple[int, int]] = []
        """Cycle and value of every byte that `rx_valid` reported."""

    async def start(self) -> None:
        """Start the clock and hold reset for two cycles."""
        Clock(self.dut.clk, 10, unit="ns").start()
        self.dut.rst.value = 1
        self.dut.tx_start.value = 0
        self.dut.tx_data.value = 0
        self.dut.rx.value = 1
        await FallingEdge(self.dut.clk)
        await FallingEdge(self.dut.clk)

    def read(self, name: str, expected: str = "0 or 1", why: str = "unknown value") -> int:
        """An output's value; fails when it is unknown."""
        bits = str(getattr(self.dut, name).value).upper()
        if not set(bits) <= {"0", "1"}:
            got = bits if len(bits) == 1 else f"X ({bits})"
            raise AssertionError(
                f"cycle {self.cycle}: expected {name} {expected}, got {got} ({why})"
            )
        return int(bits, 2)

    def compare(self, name: str, expected: int, why: str) -> None:
        """Compare one output; the byte is shown in hexadecimal."""
        style = "#04x" if name == "rx_data" else "d"
        got = self.read(name, f"{expected:{style}}", why)
        if got != expected:
            raise AssertionError(
                f"cycle {self.cycle}: expected {name} {expected:{style}}, got {got:{style}} ({why})"
            )

    async def step(self, rx: int = 1, send: int | None = None, data: int = 0, rst: int = 0) -> None:
        """One clock cycle; `send` raises `tx_start` with that byte, else `data` is on the port."""
        self.dut.rx.value = rx
        self.dut.tx_start.value = int(send is not None)
        self.dut.tx_data.value = data if send is None else send
        self.dut.rst.value = rst
        await FallingEdge(self.dut.clk)
        self.cycle += 1
        if rst:
            self.left = 0
        elif self.left:
            self.left -= 1
        elif send is not None:
            self.byte, self.left = send, FRAME
            self.sent += 1
        self.check_transmitter()
        if self.read("rx_valid"):
            self.received.append((self.cycle, self.read("rx_data")))

    def check_transmitter(self) -> None:
        """Compare `tx` and `tx_busy` with the frame being sent."""
        tx, why = 1, "idle"
        if self.left:
            index, clock = divmod(FRAME - self.left, CLKS_PER_BIT)
            tx = frame_bits(self.byte)[index]
            why = f"{bit_name(index)} of byte 0x{self.byte:02x}, clock {clock + 1} of 8"
        self.compare("tx", tx, why)
        self.compare("tx_busy", int(self.left > 0), why)

    async def receive(self, byte: int, values: Iterable[int] | None = None) -> None:
        """Put one frame on `rx`; exactly one `rx_valid` must come, in the stop bit, with `byte`."""
        first = self.cycle + 1
        already = len(self.received)
        for rx in line(byte) if values is None else values:
            await self.step(rx=rx)
        new = self.received[already:]
        if len(new) != 1:
            raise AssertionError(
                f"cycle {self.cycle}: expected rx_valid for 1 cycle, got {len(new)} "
                f"(frame of byte 0x{byte:02x} began in cycle {first} and has ended)"
            )
        when, got = new[0]
        if got != byte:
            raise AssertionError(
                f"cycle {when}: expected rx_data 0x{byte:02x}, got 0x{got:02x} "
                f"(bits on rx, first one first: {''.join(map(str, frame_bits(byte)[1:9]))})"
            )
        stop = first + 9 * CLKS_PER_BIT
        if not stop + MIDDLE - 1 <= when < stop + CLKS_PER_BIT:
            raise AssertionError(
                f"cycle {when}: expected rx_valid 0, got 1 (it belongs between the middle and the "
                f"end of the stop bit, cycles {stop + MIDDLE - 1} to {stop + CLKS_PER_BIT - 1})"
            )

    async def silence(self, cycles: int, why: str) -> None:
        """An idle line, during which nothing may be received and `rx_data` may not change."""
        before = self.read("rx_data", "a known byte")
        already = len(self.received)
        for _ in range(cycles):
            await self.step()
            self.compare("rx_data", before, why)
            self.compare("rx_valid", 0, why)
        assert len(self.received) == already


@cocotb.test()
async def test_reset_makes_both_sides_idle(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    await bench.step(rst=1)
    bench.compare("rx_data", 0, "reset")
    bench.compare("rx_valid", 0, "reset")
    await bench.receive(0xA7)
    for count, rx in enumerate([0] * 30):
        await bench.step(rx=rx, send=0x00 if count == 0 else None)
    dut.rst.value = 1
    await Timer(2, unit="ns")
    bench.compare("tx_busy", 1, "rst rose after this cycle, no clock edge since")
    await bench.step(send=0x33, rst=1)
    bench.compare("rx_data", 0, "reset")
    await bench.silence(2 * FRAME, "reset during a frame")
    await bench.receive(0x1E)


@cocotb.test()
async def test_transmitter_sends_start_data_lsb_first_and_stop(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    for byte in BYTES:
        await bench.step(send=byte)
        for _ in range(FRAME + 3):
            await bench.step(data=byte ^ 0xFF)
    assert bench.sent == len(BYTES), "the stimulus does not send every byte"


@cocotb.test()
async def test_transmitter_ignores_requests_while_busy(dut: Any) -> None:
    """`tx_start` stays high, so a new frame starts in the first cycle that is not busy."""
    bench = Bench(dut)
    await bench.start()
    for count in range(3 * (FRAME + 1) + 5):
        await bench.step(send=count & 0xFF)
    assert bench.sent == 4, "the stimulus does not start four frames"


@cocotb.test()
async def test_receiver_reports_each_byte_once(dut: Any) -> None:
    """With pauses between the frames and, at the end, without."""
    bench = Bench(dut)
    await bench.start()
    await bench.silence(5, "idle line after reset")
    for byte in BYTES:
        await bench.receive(byte)
        await bench.silence(11, "idle line after a frame")
    for byte in BYTES:
        await bench.receive(byte)


@cocotb.test()
async def test_receiver_samples_in_the_middle_of_a_bit(dut: Any) -> None:
    """Every data bit holds its value only around its middle and the opposite at its ends."""
    bench = Bench(dut)
    await bench.start()
    for byte in BYTES:
        values = list(line(byte))
        for index in range(1, 9):
            for clock in (0, 1, 2, CLKS_PER_BIT - 2, CLKS_PER_BIT - 1):
                values[index * CLKS_PER_BIT + clock] ^= 1
        await bench.receive(byte, values)
        await bench.silence(7, "idle line after a frame")


@cocotb.test()
async def test_receiver_rejects_glitches_and_missing_stop_bits(dut: Any) -> None:
    bench = Bench(dut)
    await bench.start()
    await bench.receive(0x69)
    for length in range(1, MIDDLE - 1):
        for _ in range(length):
            await bench.step(rx=0)
        await bench.silence(FRAME + 10, f"after a glitch of {length} cycles on rx")
    await bench.receive(0x96)
    # The line rises again late in the stop bit, too early to be a start bit at its middle.
    already = len(bench.received)
    for rx in [*list(line(0x3C))[: 9 * CLKS_PER_BIT], 0, 0, 0, 0, 0, 0, 1, 1]:
        await bench.step(rx=rx)
        bench.compare("rx_data", 0x96, "frame whose stop bit is 0")
    await bench.silence(FRAME + 10, "after a frame whose stop bit is 0")
    assert len(bench.received) == already, (
        f"cycle {bench.cycle}: expected rx_valid for 0 cycles, got {len(bench.received) - already} "
        "(frame whose stop bit is 0)"
    )
    await bench.receive(0xD2)


@cocotb.test()
async def test_both_directions_work_at_the_same_time(dut: Any) -> None:
    rng = random.Random(8)
    bench = Bench(dut)
    await bench.start()
    expected = []
    for _ in range(12):
        byte = rng.getrandbits(8)
        expected.append(byte)
        for rx in [*line(byte), *[1] * rng.choice((0, 0, 1, 7, 20))]:
            send = rng.getrandbits(8) if rng.random() < 0.1 else None
            await bench.step(rx=rx, send=send, data=rng.getrandbits(8))
    got = [byte for _, byte in bench.received]
    if got != expected:
        raise AssertionError(
            f"cycle {bench.cycle}: expected the bytes {bytes(expected).hex(' ')} from rx, "
            f"got {bytes(got).hex(' ') or 'none'} (while sending)"
        )
    assert bench.sent > 5, "the stimulus sends too few frames"
