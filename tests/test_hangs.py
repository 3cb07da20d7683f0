"""Designs that never end or take everything: a limit ends each, and the verdict says which."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent.toolchain.base import Job, PassRule, Testbench
from agent.toolchain.direct import DirectSimulator
from agent.toolchain.results import Limit, Outcome
from tests.toolbench import (
    HERE,
    SIMULATORS,
    SMALL,
    assert_all_forked,
    cocotb_job,
    need,
    need_level,
)

HANGS = HERE / "hangs"
TIGHT = replace(SMALL, wall_s=12, cpu_s=1, memory_mb=512, output_mb=1, compile_wall_s=2)

BENCH = """
import cocotb
from cocotb.triggers import Timer

@cocotb.test()
async def test_quick(dut):
    pass

@cocotb.test()
async def test_long(dut):
    await Timer(100, "ns")
"""

SIMULATIONS: dict[str, tuple[Limit, ...]] = {
    "zero_delay_loop": ("cpu time",),
    "loop_before_start": ("cpu time",),
    "oscillation": ("cpu time",),
    "output_flood": ("output size",),
    "file_flood": ("output size",),
    "memory_growth": ("memory",),
}
COMPILATIONS: dict[str, tuple[Limit, ...]] = {
    "generate_bomb": ("memory", "cpu time", "wall clock"),
    "constant_loop": ("cpu time", "wall clock"),
    "macro_bomb": ("memory", "cpu time", "wall clock", "output size"),
    "wide_vector": ("memory",),
}


@pytest.fixture(scope="module", params=SIMULATORS)
def lenient(request: pytest.FixtureRequest) -> Iterator[DirectSimulator]:
    need("iverilog", "vvp")
    need_level("landlock+seccomp")
    made = SIMULATORS[request.param](level="landlock+seccomp", policy=False)
    yield made
    assert_all_forked(made)
    made.close()


@pytest.fixture(scope="module")
def direct() -> Iterator[DirectSimulator]:
    """For what does not get as far as cocotb, where both are the same."""
    need("iverilog", "vvp")
    need_level("landlock+seccomp")
    made = DirectSimulator(level="landlock+seccomp", policy=False)
    yield made
    made.close()


def stuck(name: str, folder: Path) -> Job:
    return cocotb_job(folder, (HANGS / f"{name}.v").read_text(), BENCH, "stuck", limits=TIGHT)


@pytest.mark.parametrize("name", SIMULATIONS)
def test_a_simulation_that_hangs_is_ended_by_its_limit(
    lenient: DirectSimulator, tmp_path: Path, name: str
) -> None:
    begin = time.monotonic()

    verdict = lenient.judge(stuck(name, tmp_path))

    assert verdict.outcome is Outcome.LIMIT
    assert verdict.limit in SIMULATIONS[name]
    assert verdict.limit in verdict.reason
    assert not verdict.passed
    assert time.monotonic() - begin < TIGHT.wall_s + 5
    assert len(verdict.log) <= 8192


@pytest.mark.parametrize("name", COMPILATIONS)
def test_a_compilation_that_explodes_is_ended_by_its_limit(
    direct: DirectSimulator, tmp_path: Path, name: str
) -> None:
    verdict = direct.judge(stuck(name, tmp_path))

    assert verdict.outcome is Outcome.LIMIT
    assert verdict.limit in COMPILATIONS[name]
    assert verdict.reason == f"the compiler was ended by its {verdict.limit} limit"


def test_a_design_that_crashes_the_simulator_is_no_pass_and_no_hang(
    lenient: DirectSimulator, tmp_path: Path
) -> None:
    verdict = lenient.judge(stuck("stack_growth", tmp_path))

    assert verdict.outcome in (Outcome.INCONCLUSIVE, Outcome.LIMIT)
    assert "test_long" in verdict.reason
    assert [(test.name, test.passed) for test in verdict.tests] == [("test_quick", True)]


def test_the_test_that_hung_is_named_and_the_finished_ones_are_kept(
    lenient: DirectSimulator, tmp_path: Path
) -> None:
    verdict = lenient.judge(stuck("zero_delay_loop", tmp_path))

    assert verdict.hung_test == "test_long"
    assert [(test.name, test.passed) for test in verdict.tests] == [("test_quick", True)]


def test_a_simulation_that_waits_is_ended_by_the_wall_clock(
    lenient: DirectSimulator, tmp_path: Path
) -> None:
    bench = BENCH + "    import time\n    time.sleep(60)\n"
    job = cocotb_job(
        tmp_path,
        "module stuck(input clk, output q); assign q = clk; endmodule",
        bench,
        "stuck",
        limits=replace(TIGHT, wall_s=2),
    )

    verdict = lenient.judge(job)

    assert (verdict.outcome, verdict.limit) == (Outcome.LIMIT, "wall clock")
    assert verdict.hung_test == "test_long"


def test_a_hang_under_a_verilog_testbench_is_ended_too(
    direct: DirectSimulator, tmp_path: Path
) -> None:
    bench = tmp_path / "bench.v"
    bench.write_text(
        "module bench; reg clk = 0; wire [7:0] q; stuck dut(.clk(clk), .q(q));\n"
        'initial begin #50 $display("PASS"); $finish; end endmodule\n'
    )
    rtl = (HANGS / "oscillation.v").read_text()
    job = Job(rtl, "stuck", Testbench(bench, "verilog", rule=PassRule("PASS")), TIGHT)

    verdict = direct.judge(job)

    assert (verdict.outcome, verdict.limit) == (Outcome.LIMIT, "cpu time")
