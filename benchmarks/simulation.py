"""Verdicts per second and per processor second, beside cocotb's runner and bare Icarus."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

from agent.errors import AgentError
from agent.toolchain.base import Job, PassRule, Testbench
from agent.toolchain.compile import LEARN_AFTER
from agent.toolchain.direct import DirectSimulator
from agent.toolchain.simulators import open_simulator
from benchmarks.harness import (
    CannotRunError,
    Measured,
    Scale,
    median,
    memory_mb,
    processor_seconds,
    seconds,
    side_by_side,
)

COUNTER = """module counter(input clk, input rst, output reg [7:0] q);
  always @(posedge clk)
    if (rst) q <= 0;
    else q <= q + 1;
endmodule
"""
TESTBENCH = """
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
        assert dut.q.value == cycle
"""
VERILOG_TESTBENCH = """`timescale 1ns/1ps
module bench;
  reg clk = 0, rst = 1; wire [7:0] q; integer cycle, bad = 0;
  counter dut(.clk(clk), .rst(rst), .q(q));
  always #5 clk = ~clk;
  initial begin
    @(negedge clk) rst = 0;
    for (cycle = 1; cycle < 20; cycle = cycle + 1) begin
      @(negedge clk) if (q !== cycle) bad = bad + 1;
    end
    if (bad == 0) $display("PASS"); else $display("FAIL %0d", bad);
    $finish;
  end
endmodule
"""
RUNNER = """
import sys
from cocotb_tools.runner import get_runner

folder, design = sys.argv[1:]
runner = get_runner("icarus")
runner.build(sources=[design], hdl_toplevel="counter", build_dir=folder, always=True,
             timescale=("1ns", "1ps"))
runner.test(hdl_toplevel="counter", test_module="tb_counter", build_dir=folder, test_dir=folder)
"""
CORES = 2


def measure(scale: Scale) -> list[Measured]:
    """All rows; see docs/simulation.md."""
    if not sys.platform.startswith("linux"):
        raise CannotRunError("processor time is read from /proc, which needs Linux")
    with (
        tempfile.TemporaryDirectory(prefix="mevagent-bench-") as ours,
        tempfile.TemporaryDirectory(prefix="mevagent-bench-") as theirs,
    ):
        # What is compared with builds in a folder of its own: a server is dropped when anything
        # in its testbench's folder changes.
        folder, other = Path(ours), Path(theirs)
        for place in (folder, other):
            (place / "tb_counter.py").write_text(TESTBENCH)
            (place / "bench.v").write_text(VERILOG_TESTBENCH)
        (other / "counter.v").write_text(COUNTER)
        (other / "runner.py").write_text(RUNNER)
        time.sleep(0.2)  # files younger than that are imported again for each design
        try:
            simulator = open_simulator()
        except AgentError as error:
            raise CannotRunError(str(error)) from error
        with closing(simulator):
            return [
                *_against_the_runner(simulator, folder, other, scale),
                _against_icarus(simulator, folder, other, scale),
                _refusal(simulator, folder, scale),
                *_many(simulator, folder, scale),
            ]


def candidate(folder: Path, number: int) -> Job:
    """A design of its own text for each number, under the cocotb testbench."""
    rtl = COUNTER.replace("endmodule", f"  wire [31:0] unused_{number} = {number};\nendmodule")
    return Job(rtl, "counter", Testbench(folder / "tb_counter.py", "cocotb"))


def _judge(simulator: DirectSimulator, job: Job) -> None:
    verdict = simulator.judge(job)
    if not verdict.passed:
        raise CannotRunError(f"the sample design did not pass: {verdict.reason}")


def _run_fresh(folder: Path) -> None:
    """cocotb's own runner in a process of its own."""
    with tempfile.TemporaryDirectory(dir=folder) as build:
        subprocess.run(
            [sys.executable, folder / "runner.py", build, folder / "counter.v"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(folder)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )


def _rate(work: Callable[[int], object], count: int) -> tuple[float, float]:
    """Seconds and processor seconds for each of `count` pieces of work on `CORES` threads."""
    with ThreadPoolExecutor(CORES) as threads:
        before, begin = processor_seconds(), time.perf_counter()
        for _ in threads.map(work, range(count)):
            pass
        return (
            (time.perf_counter() - begin) / count,
            (processor_seconds() - before) / count,
        )


def _against_the_runner(
    simulator: DirectSimulator, folder: Path, other: Path, scale: Scale
) -> list[Measured]:
    numbers = iter(range(1 << 30))

    def ours(_: int) -> None:
        _judge(simulator, candidate(folder, next(numbers)))

    _rate(ours, CORES)  # the servers start
    mine, theirs = [], []
    for _ in range(scale.repeats):
        mine.append(_rate(ours, 10 * CORES))
        theirs.append(_rate(lambda _: _run_fresh(other), CORES))
    (wall, cpu), (fresh_wall, fresh_cpu) = (
        (median([pair[0] for pair in pairs]), median([pair[1] for pair in pairs]))
        for pairs in (mine, theirs)
    )
    beside = "cocotb's runner in a fresh process"
    return [
        Measured(
            "processor time per candidate",
            fresh_cpu / cpu,
            "x",
            20,
            baseline=beside,
            aside=f"{cpu * 1e3:.1f} ms against {fresh_cpu * 1e3:.0f} ms",
        ),
        Measured(
            f"candidates per second, {CORES} threads",
            fresh_wall / wall,
            "x",
            15,
            baseline=beside,
            aside=f"{1 / wall:.1f} against {1 / fresh_wall:.2f}",
        ),
    ]


def _against_icarus(
    simulator: DirectSimulator, folder: Path, other: Path, scale: Scale
) -> Measured:
    bench = Testbench(folder / "bench.v", "verilog", rule=PassRule("PASS", r"FAIL.*"))
    numbers = iter(range(1 << 30))

    def ours() -> float:
        job = replace(candidate(folder, next(numbers)), testbench=bench)
        return seconds(lambda: _judge(simulator, job))

    def bare() -> float:
        image = other / "bare.vvp"
        files = [other / "bench.v", other / "counter.v"]

        def work() -> None:
            subprocess.run([_tool("iverilog"), "-g2012", "-o", image, *files], check=True)
            subprocess.run([_tool("vvp"), "-n", image], stdout=subprocess.DEVNULL, check=True)

        return seconds(work)

    for _ in range(LEARN_AFTER + 1):
        ours()
    wall, bare_wall = side_by_side(ours, bare, 10 * scale.repeats)
    return Measured(
        "Verilog testbench",
        wall / bare_wall,
        "x",
        1.3,
        "lower",
        baseline="iverilog and vvp alone",
        aside=f"{wall * 1e3:.1f} ms against {bare_wall * 1e3:.1f} ms",
    )


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise CannotRunError(f"{name} is not installed")
    return found


def _refusal(simulator: DirectSimulator, folder: Path, scale: Scale) -> Measured:
    job = candidate(folder, 0)
    rtl = job.rtl.replace("endmodule", '  initial $system("ls");\nendmodule')
    jobs = [replace(job, rtl=f"{rtl}// {number}\n") for number in range(20 * scale.repeats)]
    times = [seconds(partial(simulator.judge, job)) for job in jobs]
    return Measured("static refusal", median(times) * 1e3, "ms", 2, "lower")


def _many(simulator: DirectSimulator, folder: Path, scale: Scale) -> list[Measured]:
    """What the last of many candidates costs beside the first; the second tenth counts as first."""
    tenth = max(1, scale.candidates // 10)
    numbers = iter(range(1 << 30))

    def stretch() -> float:
        return _rate(lambda _: _judge(simulator, candidate(folder, next(numbers))), tenth)[1]

    stretch()
    first, held = stretch(), (memory_mb(), _descriptors())
    for _ in range(7):
        stretch()
    last, holds = stretch(), (memory_mb(), _descriptors())
    beside = f"candidates {tenth} to {2 * tenth}, at {10 * tenth}"
    return [
        Measured(
            "processor time of a late candidate",
            last / first if first else 1.0,
            "x",
            1.15,
            "lower",
            baseline=beside,
            aside=f"{last * 1e3:.1f} ms against {first * 1e3:.1f} ms",
        ),
        Measured(
            "memory after many candidates",
            holds[0] / held[0],
            "x",
            1.1,
            "lower",
            baseline=beside,
            aside=f"{holds[0]:.0f} MB against {held[0]:.0f} MB",
        ),
        Measured(
            "descriptors after many candidates",
            holds[1] / held[1],
            "x",
            1,
            "lower",
            baseline=beside,
            aside=f"{holds[1]} against {held[1]}",
        ),
    ]


def _descriptors() -> int:
    return len([*Path("/proc/self/fd").iterdir()])
