"""What a verdict costs, for designs and testbenches of a chosen size."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

from agent.toolchain.base import Job, PassRule, Testbench
from agent.toolchain.simulators import open_simulator
from benchmarks.harness import CannotRunError, median, seconds

REGISTERS = (1, 10, 100, 1000)
CYCLES = (10, 100, 1000, 10000)
PYTHON = """import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge


@cocotb.test()
async def test_count(dut):
    cocotb.start_soon(Clock(dut.clk, 10, "ns").start())
    dut.rst.value = 1
    await FallingEdge(dut.clk)
    dut.rst.value = 0
    for cycle in range(1, {cycles} + 1):
        await FallingEdge(dut.clk)
        assert dut.q.value == cycle % 256
"""
VERILOG = """`timescale 1ns/1ps
module bench;
  reg clk = 0, rst = 1; wire [7:0] q; integer cycle, bad = 0;
  counter dut(.clk(clk), .rst(rst), .q(q));
  always #5 clk = ~clk;
  initial begin
    @(negedge clk) rst = 0;
    for (cycle = 1; cycle <= {cycles}; cycle = cycle + 1) begin
      @(negedge clk) if (q !== cycle[7:0]) bad = bad + 1;
    end
    if (bad == 0) $display("PASS"); else $display("FAIL %0d", bad);
    $finish;
  end
endmodule
"""


def design(registers: int, number: int) -> str:
    """A counter and a chain of registers behind it; a text of its own for each number."""
    lines = [
        "module counter(input clk, input rst, output reg [7:0] q);",
        f"  wire [31:0] mark = {number};",
        "  always @(posedge clk) if (rst) q <= 0; else q <= q + 1;",
        "  reg [7:0] r0;",
        "  always @(posedge clk) r0 <= q;",
    ]
    for i in range(1, registers):
        lines += [f"  reg [7:0] r{i};", f"  always @(posedge clk) r{i} <= r{i - 1} + q;"]
    return "\n".join([*lines, "endmodule", ""])


class Court:
    """Judges such designs with the simulator that the tool would use.

    Raises SandboxError and MissingToolError.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._simulator = open_simulator()
        self._numbers = count()
        self._benches: dict[tuple[str, int], Testbench] = {}

    def cost(
        self, repeats: int, *, registers: int = 1, cycles: int = 20, kind: str = "cocotb"
    ) -> float:
        """Seconds on the clock for a verdict, the median, once the testbench is known."""
        bench = self._bench(kind, cycles)
        self._judge(bench, registers)
        return median([seconds(lambda: self._judge(bench, registers)) for _ in range(repeats)])

    def rate(self, threads: int, candidates: int) -> float:
        """Verdicts per second of several threads."""
        bench = self._bench("cocotb", 20)
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda _: self._judge(bench, 1), range(threads)))
            begin = time.perf_counter()
            list(pool.map(lambda _: self._judge(bench, 1), range(candidates)))
            return candidates / (time.perf_counter() - begin)

    def close(self) -> None:
        """End the simulator's helpers."""
        self._simulator.close()

    def _bench(self, kind: str, cycles: int) -> Testbench:
        if (kind, cycles) not in self._benches:
            cocotb = kind == "cocotb"
            # A folder each: a server ends when the folder of its testbench changes.
            folder = self._folder / f"{kind}_{cycles}"
            folder.mkdir()
            path = folder / ("tb_counter.py" if cocotb else "bench.v")
            path.write_text((PYTHON if cocotb else VERILOG).format(cycles=cycles))
            time.sleep(0.2)  # a younger file is imported again for each design
            self._benches[kind, cycles] = (
                Testbench(path, "cocotb")
                if cocotb
                else Testbench(path, "verilog", rule=PassRule("PASS", r"FAIL.*"))
            )
        return self._benches[kind, cycles]

    def _judge(self, bench: Testbench, registers: int) -> None:
        rtl = design(registers, next(self._numbers))
        verdict = self._simulator.judge(Job(rtl, "counter", bench))
        if not verdict.passed:
            raise CannotRunError(f"the sample design did not pass: {verdict.reason}")
