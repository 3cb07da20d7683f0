"""What the tests of the toolchain share: real tools or a reason, small limits, ready-made jobs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from agent.toolchain.base import Job, Limits, Testbench
from agent.toolchain.direct import DirectSimulator
from agent.toolchain.forking import ForkSimulator
from agent.toolchain.sandbox import prove

HERE = Path(__file__).parent

SIMULATORS: dict[str, type[DirectSimulator]] = {"direct": DirectSimulator, "fork": ForkSimulator}
"""Both must keep every promise."""

SMALL = Limits(
    wall_s=20, cpu_s=10, memory_mb=1024, output_mb=2, compile_wall_s=10, compile_memory_mb=512
)

COUNTER = """module counter(input clk, input rst, output reg [7:0] q);
  always @(posedge clk)
    if (rst) q <= 0;
    else q <= q + 1;
endmodule
"""

COUNTER_TB = """
import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge

async def reset(dut):
    cocotb.start_soon(Clock(dut.clk, 10, "ns").start())
    dut.rst.value = 1
    await FallingEdge(dut.clk)
    dut.rst.value = 0

@cocotb.test()
async def test_reset(dut):
    await reset(dut)
    assert dut.q.value == 0

@cocotb.test()
async def test_count(dut):
    await reset(dut)
    for cycle in range(1, 20):
        await FallingEdge(dut.clk)
        assert dut.q.value == cycle, f"cycle {cycle}: expected {cycle} got {int(dut.q.value)}"
"""


def need(*tools: str) -> None:
    """Skip where a tool is missing; fail where the run must be complete."""
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        absent(f"{', '.join(missing)} not installed")


def need_level(level: str) -> None:
    """Skip where a sandbox level does not work; the strongest one must work in CI."""
    failure = prove(level)
    if failure and level == "landlock+seccomp":
        absent(f"{level}: {failure}")
    elif failure:
        pytest.skip(f"{level}: {failure}")


def absent(reason: str) -> None:
    """Skip, or fail in CI."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def cocotb_job(folder: Path, rtl: str, bench: str, top: str = "counter", **more: object) -> Job:
    """A job with a cocotb testbench of the given text."""
    path = folder / "tb_under_test.py"
    path.write_text(bench)
    fields: dict[str, object] = {"limits": SMALL, **more}
    return Job(rtl, top, Testbench(path, "cocotb"), **fields)  # type: ignore[arg-type]


def assert_all_forked(simulator: DirectSimulator) -> None:
    """Where servers are used, no testbench was given a process of its own."""
    if isinstance(simulator, ForkSimulator):
        assert simulator.unfit == ()
