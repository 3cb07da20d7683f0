"""Mending: a failing design is made to pass by small changes, without a model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from agent.attempts import StepKind
from agent.errors import ExitCode
from agent.mend import DEPTH, MOST, Mended, mend
from agent.toolchain.base import Job
from agent.toolchain.direct import DirectSimulator
from agent.toolchain.simulators import open_simulator
from agent.toolchain.testbench import load_testbench
from mevllm.spec import load_spec
from tests.conftest import DESIGNS, Mevagent, Script
from tests.test_build import CONSTANT, SPEC, TB, stored
from tests.toolbench import need

FOLDER = DESIGNS / "mod_counter"
REFERENCE = (FOLDER / "reference.v").read_text()
FAULTS = {
    "constant": ("count + 4'd1", "count + 4'd2"),
    "condition": ("if (en) begin", "if (!en) begin"),
    "edge": ("posedge clk", "negedge clk"),
    "operator": ("load_value <= LAST", "load_value < LAST"),
    "name": ("up ? LAST", "en ? LAST"),
}
ALMOST = """
  assign y = !en ? 0 : sel == 0 ? in0 : sel == 1 ? in1 : sel == 2 ? in3 : in3;
endmodule
"""
"""An answer for mux4 with one name that is wrong."""


@pytest.fixture(scope="module")
def simulator() -> Iterator[DirectSimulator]:
    need("iverilog", "vvp")
    with closing(open_simulator(allow_unsandboxed=True)) as opened:
        yield opened


def job_of(*faults: str) -> Job:
    rtl = REFERENCE
    for fault in faults:
        before, after = FAULTS[fault]
        assert before in rtl
        rtl = rtl.replace(before, after)
    return Job(rtl, "mod_counter", load_testbench(FOLDER / "tb_mod_counter.py"))


def mended(simulator: DirectSimulator, job: Job, **options: object) -> Mended | None:
    verdict = simulator.judge(job)
    assert not verdict.passed
    return mend(simulator, job, verdict, load_spec(FOLDER / "spec.md"), seconds=120, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_design_with_one_fault_is_mended(simulator: DirectSimulator, fault: str) -> None:
    job = job_of(fault)
    found = mended(simulator, job)
    assert found is not None
    assert len(found.changes) == 1
    assert found.tried <= MOST
    assert simulator.judge(replace(job, rtl=found.rtl)).passed


def test_two_faults_are_mended_one_after_the_other(simulator: DirectSimulator) -> None:
    found = mended(simulator, job_of("constant", "edge"))
    assert found is not None
    assert len(found.changes) == DEPTH == 2
    assert found.rtl.count("count + 4'd1") == 1


def test_the_same_design_is_mended_in_the_same_way(simulator: DirectSimulator) -> None:
    first, second = (mended(simulator, job_of("operator")) for _ in range(2))
    assert first == second


def test_nothing_is_begun_once_the_time_is_up(simulator: DirectSimulator) -> None:
    assert mended(simulator, job_of("constant"), expired=lambda: True) is None


def test_what_is_not_nearly_right_is_left(simulator: DirectSimulator) -> None:
    spec = load_spec(FOLDER / "spec.md")
    rtl = f"{spec.interface.header()}\n  assign count = load_value;\nendmodule\n"
    assert mended(simulator, replace(job_of(), rtl=rtl)) is None


def test_a_build_mends_before_it_asks_for_a_repair(
    mevagent: Mevagent, script: Script, tmp_path: Path
) -> None:
    options = ["--engine", "scripted", "--script", script([CONSTANT, ALMOST]), "-k", 2]
    done = mevagent("build", SPEC, "--tb", TB, *options, "--json")
    assert done.returncode == ExitCode.PASSED, done.stderr
    run = stored(tmp_path)
    first, mending = run.attempts
    assert mending.step.kind is StepKind.MEND
    assert mending.step.parent == first.candidates[1].rtl_hash
    (found,) = mending.candidates
    assert (found.kind, found.generation, found.parent) == ("mend", None, mending.step.parent)
    assert found.fixes[-1].rule == "mend"
    assert "`in3` to `in2`" in found.fixes[-1].detail
    assert json.loads(done.stdout)["passed"] is True
    shown = mevagent("history", "show").stdout
    assert "mend" in shown


def test_a_mended_design_is_said_to_be_one(
    mevagent: Mevagent, script: Script, tmp_path: Path
) -> None:
    options = ["--engine", "scripted", "--script", script([ALMOST]), "-k", 1, "--provenance"]
    done = mevagent("build", SPEC, "--tb", TB, *options)
    assert done.returncode == ExitCode.PASSED, done.stderr
    assert "found by trying, not written by the model" in " ".join(done.stdout.split())
    sidecar = json.loads((tmp_path / "mux4.v.mevagent.json").read_text())
    assert sidecar["origin"]["engine"].startswith("scripted")


def test_no_mend_leaves_a_failing_design_as_it_is(
    mevagent: Mevagent, script: Script, tmp_path: Path
) -> None:
    options = ["--engine", "scripted", "--script", script([ALMOST]), "-k", 1]
    done = mevagent("build", SPEC, "--tb", TB, *options, "--max-attempts", 1, "--no-mend")
    assert done.returncode == ExitCode.NOT_PASSED
    assert [a.step.kind for a in stored(tmp_path).attempts] == [StepKind.FIRST]


def test_a_person_s_design_is_mended_without_asking_a_model(
    mevagent: Mevagent, script: Script, tmp_path: Path
) -> None:
    design = tmp_path / "mine.v"
    design.write_text((DESIGNS / "mux4" / "broken_select_order.v").read_text())
    options = ["--engine", "scripted", "--script", script([]), "-k", 1]
    done = mevagent("repair", design, "--spec", SPEC, "--tb", TB, *options)
    assert done.returncode == ExitCode.PASSED, done.stdout + done.stderr
    given, mending = stored(tmp_path).attempts
    assert (given.step.kind, mending.step.kind) == (StepKind.GIVEN, StepKind.MEND)
