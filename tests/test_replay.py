"""Replay: stored verdicts are proven by simulating again, and what differs is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from agent import bench_files
from agent.attempt_log import AttemptLog
from agent.attempts import Candidate
from agent.cli_history import replay_command
from agent.errors import InputError
from agent.replay import Replayed, compare, distinct_designs, replay
from agent.runs import RunStart
from agent.toolchain.base import Job, Limits, PassRule, Simulator, Testbench
from agent.toolchain.results import Outcome, TestResult
from mevllm.engines.base import ModelInfo
from mevllm.spec import Interface, Port, Spec
from tests.record_values import FAILED, PASSED, attempt, candidate, start_of

INTERFACE = Interface("inv", (Port("a", "input"), Port("y", "output")))
GOOD = "module inv (input logic a, output logic y);\n  assign y = ~a;\nendmodule\n"
BAD = GOOD.replace("~a", "a")
STUCK = GOOD.replace("~a", "1'b1")
BROKEN = GOOD.replace("assign", "asign")

COCOTB = """
import cocotb
from cocotb.triggers import Timer
from golden import invert

@cocotb.test()
async def test_low(dut):
    dut.a.value = 0
    await Timer(5, "ns")
    assert dut.y.value == invert(0), f"a=0: got {dut.y.value}"

@cocotb.test()
async def test_high(dut):
    dut.a.value = 1
    await Timer(5, "ns")
    assert dut.y.value == invert(1), f"a=1: got {dut.y.value}"
"""
GOLDEN = "def invert(a):\n    return 1 - a\n"
VERILOG = """
`timescale 1ns/1ps
module tb;
  reg a; wire y;
  inv dut (.a(a), .y(y));
  initial begin
    a = 0; #5;
    if (y !== 1'b1) $display("FAIL low");
    a = 1; #5;
    if (y !== 1'b0) $display("FAIL high"); else $display("PASS");
    $finish;
  end
endmodule
"""


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    from agent.toolchain.direct import DirectSimulator

    opened = DirectSimulator()
    yield opened
    opened.close()


def cocotb_bench(folder: Path) -> Testbench:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "golden.py").write_text(GOLDEN)
    (folder / "tb_inv.py").write_text(COCOTB)
    return Testbench(folder / "tb_inv.py", "cocotb")


def verilog_bench(folder: Path) -> Testbench:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tb.v").write_text(VERILOG)
    return Testbench(folder / "tb.v", "verilog", rule=PassRule("PASS", "FAIL.*"))


def start(simulator: Simulator, bench: Testbench, tests: tuple[str, ...], **more: Any) -> RunStart:
    return RunStart.of(
        kind="build",
        spec=Spec("An inverter.", INTERFACE),
        testbench=bench,
        options={},
        expected_tests=tests,
        tool_versions=simulator.versions(),
        sandbox=simulator.sandbox,
        model=ModelInfo("scripted", "none", ""),
        limits=Limits(wall_s=20),
        **more,
    )


def record(log: AttemptLog, begun: RunStart, simulator: Simulator, *designs: str) -> str:
    """A run whose candidates the simulator has really judged."""
    job = Job("", "inv", begun.testbench, begun.limits, begun.expected_tests or None)
    judged = [simulator.judge(replace(job, rtl=rtl)) for rtl in designs]
    return store(
        log,
        begun,
        *(candidate(i, r, v) for i, (r, v) in enumerate(zip(designs, judged, strict=True))),
    )


def store(log: AttemptLog, begun: RunStart, *candidates: Candidate) -> str:
    run_id = log.start_run(begun)
    made = attempt(0, *candidates)
    log.finish_attempt(log.start_attempt(run_id, 0, made.step, made.feedback), made)
    log.finish_run(run_id, "not passed")
    return run_id


@pytest.fixture
def log(tmp_path: Path) -> Iterator[AttemptLog]:
    with AttemptLog.open(tmp_path / "attempts.db") as opened:
        yield opened


def test_real_verdicts_of_a_cocotb_testbench_are_reproduced(
    log: AttemptLog, tmp_path: Path, simulator: Simulator
) -> None:
    begun = start(simulator, cocotb_bench(tmp_path / "tb"), ("test_low", "test_high"))
    stored = log.load_run(record(log, begun, simulator, BAD, GOOD, STUCK, BROKEN, GOOD))
    outcomes = [c.verdict.outcome for c in stored.candidates]
    assert outcomes[:4] == [
        Outcome.FAILED,
        Outcome.PASSED,
        Outcome.FAILED,
        Outcome.NOT_COMPILED,
    ]
    # The record's copies are used: it does not matter what became of the files.
    for file in (tmp_path / "tb").iterdir():
        file.unlink()
    told: list[Replayed] = []
    report = replay(stored, simulator, on_result=told.append)
    assert [result.reference for result in report.results] == ["0.0", "0.1", "0.2", "0.3"]
    assert [result.differences for result in report.results] == [()] * 4
    assert (report.reproduced, report.ok, report.tools) == (4, True, ())
    assert tuple(told) == report.results
    with pytest.raises(InputError, match="is gone; replay without --current"):
        replay(stored, simulator, current=True)


def test_real_verdicts_of_a_verilog_testbench_are_reproduced(
    log: AttemptLog, tmp_path: Path, simulator: Simulator
) -> None:
    begun = start(simulator, verilog_bench(tmp_path / "tb"), ())
    stored = log.load_run(record(log, begun, simulator, GOOD, BAD))
    assert [c.verdict.passed for c in stored.candidates] == [True, False]
    report = replay(stored, simulator)
    assert (report.reproduced, report.ok) == (2, True)


def test_todays_files_are_judged_on_request_and_named_where_they_changed(
    log: AttemptLog, tmp_path: Path, simulator: Simulator
) -> None:
    bench = cocotb_bench(tmp_path / "tb")
    begun = start(simulator, bench, ("test_low", "test_high"))
    stored = log.load_run(record(log, begun, simulator, GOOD))
    assert replay(stored, simulator, current=True).changed_files == ()
    (tmp_path / "tb" / "golden.py").write_text(GOLDEN.replace("1 - a", "a"))
    assert replay(stored, simulator).ok
    report = replay(stored, simulator, current=True)
    assert [path.name for path in report.changed_files] == ["golden.py"]
    (result,) = report.results
    assert result.agreement == "differs"
    assert "outcome: passed, now failed" in result.differences
    assert "test_low: passed, now failed" in result.differences


def test_a_verdict_that_was_not_so_is_a_mismatch_with_exit_code_1(
    log: AttemptLog, tmp_path: Path, simulator: Simulator
) -> None:
    begun = start(simulator, cocotb_bench(tmp_path / "tb"), ("test_low", "test_high"))
    begun = replace(begun, tool_versions={**begun.tool_versions, "icarus": "9.7"})
    store(log, begun, candidate(0, BAD, PASSED), candidate(1, GOOD, PASSED))
    result = command(log.path, "last")
    assert result.exit_code == 0
    assert result.return_value == 1
    assert "outcome: passed, now failed" in result.stdout
    assert "icarus: recorded 9.7, now 1" in result.stdout
    data = json.loads(command(log.path, "last", "--json").stdout)
    assert (data["ok"], data["designs"]) == (False, 2)
    assert data["results"][0]["agreement"] == "differs"


def test_the_command_counts_what_it_reproduced(
    log: AttemptLog, tmp_path: Path, simulator: Simulator
) -> None:
    begun = start(simulator, cocotb_bench(tmp_path / "tb"), ("test_low", "test_high"))
    run_id = record(log, begun, simulator, GOOD, BAD)
    result = command(log.path, run_id, "--attempt", "0")
    assert result.return_value == 0, result.output
    assert "2 of 2 verdicts reproduced" in result.stdout
    wrong = command(log.path, run_id, "--attempt", "3").exception
    assert isinstance(wrong, InputError)
    assert "no candidate in attempt 3" in str(wrong)


def command(path: Path, *arguments: str) -> Result:
    return CliRunner().invoke(
        replay_command, ["--db", str(path), *arguments], standalone_mode=False
    )


def test_a_verdict_that_a_limit_on_time_decided_is_no_mismatch() -> None:
    ended = replace(FAILED, outcome=Outcome.LIMIT, limit="wall clock", tests=())
    assert compare(PASSED, ended)[0] == "depends on load"
    assert compare(replace(ended, limit="cpu time"), PASSED)[0] == "depends on load"
    assert compare(ended, replace(ended, limit="cpu time")) == ("reproduced", ())
    assert compare(PASSED, replace(ended, limit="memory"))[0] == "differs"


def test_words_and_wall_times_do_not_decide_but_every_number_does() -> None:
    first, second = FAILED.tests
    same = replace(
        FAILED, seconds=9.0, log="", reason="", tests=(first, replace(second, message=""))
    )
    assert compare(FAILED, same) == ("reproduced", ())
    for changed, words in (
        (replace(second, passed=True), "test_high: failed, now passed"),
        (replace(second, share=0.25), "test_high: share 0.5, now 0.25"),
        (replace(second, sim_time_ns=21.0), "test_high: ended at 20.0 ns, now at 21.0 ns"),
        (TestResult("other", False), "test_high: ran, now it does not"),
    ):
        agreement, differences = compare(FAILED, replace(FAILED, tests=(first, changed)))
        assert agreement == "differs"
        assert words in differences
    assert "other: did not run, now it does" in differences


def test_each_design_is_judged_once_cut_off_attempts_included(
    log: AttemptLog, tmp_path: Path
) -> None:
    run_id = log.start_run(start_of(tmp_path))
    for ordinal, texts in ((0, (BAD, GOOD)), (1, (GOOD, STUCK))):
        made = attempt(ordinal, *(candidate(i, text) for i, text in enumerate(texts)))
        log.finish_attempt(log.start_attempt(run_id, ordinal, made.step, made.feedback), made)
    log.add_candidate(log.start_attempt(run_id, 2, made.step), candidate(0, BROKEN))
    stored = log.load_run(run_id)
    assert list(distinct_designs(stored)) == ["0.0", "0.1", "1.1", "2.0"]
    assert list(distinct_designs(stored, 1)) == ["1.0", "1.1"]


def test_all_that_a_testbench_needs_is_copied_and_laid_out_as_it_was(tmp_path: Path) -> None:
    files = {
        "tb/tb.py": "import models.deep, cocotb, absent\nfrom helpers import x\nfrom . import b\n",
        "tb/helpers.py": "import second\n",
        "tb/second.py": "import helpers\n",
        "tb/b.py": "syntax error here\n",
        "tb/unrelated.py": "",
        "tb/models/__init__.py": "",
        "tb/models/deep.py": "import second\n",
        "rtl/ref.v": '`include "defs.vh"\n  `include "../common/more.vh"\n`include "absent.vh"\n',
        "rtl/defs.vh": '`include "defs.vh"\n',
        "common/more.vh": "",
        "data/vectors.hex": "import helpers",
    }
    for name, text in files.items():
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    home = tmp_path / "project"
    bench = Testbench(
        home / "tb/tb.py", "cocotb", (home / "rtl/ref.v",), data=(home / "data/vectors.hex",)
    )
    copies = bench_files.collect(bench)
    names = {str(file.path.relative_to(home)) for file in copies}
    assert names == set(files) - {"tb/unrelated.py"}
    placed = bench_files.unpack(copies, bench, tmp_path / "copy")
    assert placed.path == tmp_path / "copy/tb/tb.py"
    assert placed.sources == (tmp_path / "copy/rtl/ref.v",)
    assert placed.data == (tmp_path / "copy/data/vectors.hex",)
    for name in names:
        assert (tmp_path / "copy" / name).read_text() == files[name]
    with pytest.raises(InputError, match=r"gone\.v cannot be read"):
        bench_files.collect(replace(bench, sources=(home / "gone.v",)))
