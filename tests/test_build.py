"""The loop with real tools and scripted answers: what is tried, kept, repaired and written."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.attempt_log import AttemptLog
from agent.attempts import StepKind
from agent.errors import ExitCode
from agent.runs import StoredRun
from agent.toolchain.results import Outcome
from mevllm.tiers import Tier
from tests.conftest import DESIGNS, Mevagent, Script

SPEC = DESIGNS / "mux4" / "spec.md"
TB = DESIGNS / "mux4" / "tb_mux4.py"
GOOD = """
  assign y = !en ? 0 : sel == 0 ? in0 : sel == 1 ? in1 : sel == 2 ? in2 : in3;
endmodule
"""
NO_ENABLE = """
  assign y = sel == 0 ? in0 : sel == 1 ? in1 : sel == 2 ? in2 : in3;
endmodule
"""
CONSTANT = "\n  assign y = 0;\nendmodule\n"
BROKEN = "\n  assign y = in0 +;\nendmodule\n"
BASIC = {"basic": 0.0, "intermediate": -3.0, "advanced": -4.0, "expert": -5.0}

Build = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def build(mevagent: Mevagent, tmp_path: Path) -> Build:
    def run(answers: Path, *options: object) -> subprocess.CompletedProcess[str]:
        arguments = ["--engine", "scripted", "--script", answers, "-o", tmp_path / "mux4.v"]
        return mevagent("build", SPEC, "--tb", TB, *arguments, *options)

    return run


def stored(folder: Path) -> StoredRun:
    with AttemptLog.open_existing(folder / "runs" / "attempts.db") as log:
        return log.load_run(log.find_run("last"))


def test_a_passing_candidate_is_written_and_shown(
    build: Build, script: Script, tmp_path: Path
) -> None:
    done = build(script([BROKEN, GOOD]), "-k", 2)
    assert done.returncode == ExitCode.PASSED, done.stderr
    assert "assign y = !en" in (tmp_path / "mux4.v").read_text()
    assert "assign y = !en" in done.stdout
    assert "PASS" in done.stdout
    assert "attempt 0" in done.stderr
    run = stored(tmp_path)
    assert run.status == "passed"
    outcomes = [c.verdict.outcome for c in run.attempts[0].candidates]
    assert outcomes == [Outcome.NOT_COMPILED, Outcome.PASSED]


def test_json_is_the_only_output_and_tells_the_result(build: Build, script: Script) -> None:
    done = build(script([GOOD]), "-k", 1, "--json")
    result = json.loads(done.stdout)
    assert result["passed"] is True
    assert result["attempts"] == 1
    assert result["design"].endswith("mux4.v")
    assert {t["passed"] for t in result["tests"]} == {True}


def test_a_failing_design_is_repaired_with_feedback(
    build: Build, script: Script, tmp_path: Path
) -> None:
    answers = script([CONSTANT, NO_ENABLE], [CONSTANT, GOOD])
    assert build(answers, "-k", 2, "--no-mend").returncode == ExitCode.PASSED
    first, second = stored(tmp_path).attempts
    assert second.step.kind is StepKind.REPAIR
    assert second.step.parent == first.candidates[1].rtl_hash
    repair = second.candidates[0]
    assert repair.kind == "repair"
    assert repair.generation is not None
    assert NO_ENABLE.strip() in json.loads(repair.generation.messages)[2]["content"]
    assert "output_is_zero_while_not_enabled" in second.feedback
    assert second.feedback in json.loads(repair.generation.messages)[3]["content"]


def test_a_repair_that_passes_spares_the_fresh_samples(
    build: Build, script: Script, tmp_path: Path
) -> None:
    answers = script([NO_ENABLE] * 2, [BROKEN, GOOD])
    assert build(answers, "-k", 2, "--no-mend").returncode == ExitCode.PASSED
    assert [c.kind for c in stored(tmp_path).attempts[1].candidates] == ["repair"]


def test_nothing_passing_writes_only_the_best_beside_the_output(
    build: Build, script: Script, tmp_path: Path
) -> None:
    answers = script([CONSTANT, NO_ENABLE], [BROKEN, CONSTANT], repeat=True)
    done = build(answers, "-k", 2, "--max-attempts", 2)
    assert done.returncode == ExitCode.NOT_PASSED
    assert not (tmp_path / "mux4.v").exists()
    assert "sel == 0" in (tmp_path / "mux4.best.v").read_text()
    assert "NO PASS" in done.stdout
    assert "--resume" in done.stdout
    run = stored(tmp_path)
    assert run.status == "not passed"
    assert run.attempts[1].accepted is False


def test_a_candidate_identical_to_an_earlier_one_is_not_simulated_again(
    build: Build, script: Script, tmp_path: Path
) -> None:
    again = NO_ENABLE.replace("  assign", "  // a comment\n     assign")
    build(script([NO_ENABLE, again]), "-k", 2, "--max-attempts", 1)
    first, second = stored(tmp_path).attempts[0].candidates
    assert second.rtl != first.rtl
    assert second.duplicate_of == first.rtl_hash
    assert second.verdict.outcome is first.verdict.outcome
    assert second.verdict.seconds == 0


def test_evidence_escalates_tier_by_tier_to_the_expert(
    build: Build, script: Script, tmp_path: Path
) -> None:
    answers = script([NO_ENABLE], repeat=True, scores=BASIC)
    done = build(answers, "-k", 1, "--max-attempts", 9)
    assert done.returncode == ExitCode.NOT_PASSED
    attempts = stored(tmp_path).attempts
    tiers = [attempt.step.tier for attempt in attempts]
    assert tiers == sorted(tiers, key=lambda tier: tier.rank)
    assert set(tiers) == set(Tier)
    escalations = [a for a in attempts if a.step.kind is StepKind.ESCALATE]
    assert all("same failure twice" in a.step.reason for a in escalations)
    assert "base model" in done.stderr


def test_the_tier_can_be_given(build: Build, script: Script, tmp_path: Path) -> None:
    assert build(script([GOOD]), "-k", 1, "--tier", "advanced").returncode == ExitCode.PASSED
    assert stored(tmp_path).attempts[0].step.tier is Tier.ADVANCED


def test_tokens_and_seconds_are_bounds(build: Build, script: Script, tmp_path: Path) -> None:
    answers = script([CONSTANT], repeat=True)
    done = build(answers, "-k", 1, "--max-tokens", 20)
    assert "20 tokens" in done.stdout
    slow = script([{"text": CONSTANT, "wait_s": 30}], repeat=True)
    done = build(slow, "-k", 1, "--max-seconds", 2)
    assert done.returncode == ExitCode.NOT_PASSED
    assert "2 s is reached" in done.stdout


def test_every_fix_is_recorded_and_shown(build: Build, script: Script, tmp_path: Path) -> None:
    answer = "\n  reg [7:0] y;\n" + GOOD
    done = build(script([answer]), "-k", 1)
    assert done.returncode == ExitCode.PASSED, done.stdout + done.stderr
    (candidate,) = stored(tmp_path).attempts[0].candidates
    assert candidate.fixes
    assert f"fixed: {candidate.fixes[0].rule}" in done.stderr


def test_a_person_s_design_is_repaired(mevagent: Mevagent, script: Script, tmp_path: Path) -> None:
    design = tmp_path / "mine.v"
    shutil.copy(DESIGNS / "mux4" / "broken_select_order.v", design)
    answers = script([], [GOOD])
    options = ["--engine", "scripted", "--script", answers, "-k", 1, "--no-mend"]
    done = mevagent("repair", design, "--spec", SPEC, "--tb", TB, *options)
    assert done.returncode == ExitCode.PASSED, done.stderr
    assert "assign y = !en" in (tmp_path / "mine.repaired.v").read_text()
    given, repaired = stored(tmp_path).attempts
    assert given.step.kind is StepKind.GIVEN
    assert given.candidates[0].generation is None
    assert repaired.candidates[0].parent == given.candidates[0].rtl_hash


def test_a_given_design_with_another_interface_does_not_pass(
    mevagent: Mevagent, script: Script, tmp_path: Path
) -> None:
    design = tmp_path / "mine.v"
    text = (DESIGNS / "mux4" / "reference.v").read_text()
    design.write_text(text.replace("en,", "en,\n    input  wire extra,", 1))
    options = ["--engine", "scripted", "--script", script([], [GOOD]), "-k", 1]
    done = mevagent("repair", design, "--spec", SPEC, "--tb", TB, *options)
    assert done.returncode == ExitCode.PASSED, done.stderr
    given, repaired = stored(tmp_path).attempts
    assert given.candidates[0].verdict.outcome is Outcome.NOT_ELABORATED
    assert "`extra` is not in the specification" in repaired.feedback


def test_a_testbench_that_passes_on_the_stub_is_warned_about(
    mevagent: Mevagent, script: Script, tmp_path: Path
) -> None:
    tb = tmp_path / "tb.py"
    tb.write_text("import cocotb\n\n\n@cocotb.test()\nasync def nothing(dut):\n    pass\n")
    options = ["--engine", "scripted", "--script", script([GOOD]), "-k", 1]
    done = mevagent("build", SPEC, "--tb", tb, *options)
    assert done.returncode == ExitCode.PASSED
    assert "checks nothing" in done.stderr


def test_a_verilog_testbench_judges_as_well(
    mevagent: Mevagent, script: Script, tmp_path: Path
) -> None:
    tb = tmp_path / "tb.v"
    tb.write_text(
        "module tb;\n  reg [7:0] a; reg [1:0] sel; wire [7:0] y;\n"
        "  mux4 dut(.in0(a), .in1(8'd1), .in2(8'd2), .in3(8'd3), .sel(sel), .en(1'b1), .y(y));\n"
        "  initial begin\n    a = 8'd9; sel = 0; #1;\n"
        '    if (y === 8\'d9) $display("PASS"); else $display("FAIL");\n    $finish;\n  end\n'
        "endmodule\n"
    )
    options = ["--engine", "scripted", "--script", script([CONSTANT, GOOD]), "-k", 2]
    done = mevagent("build", SPEC, "--tb", tb, *options)
    assert done.returncode == ExitCode.PASSED, done.stderr


@pytest.mark.parametrize("name", sorted(p.parent.name for p in DESIGNS.glob("*/spec.md")))
def test_the_reference_never_enters_a_prompt(
    mevagent: Mevagent, script: Script, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / name
    shutil.copytree(DESIGNS / name, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for design in folder.glob("*.v"):
        design.write_text(
            "// canary_7f3a\n" + design.read_text().replace("begin", "begin:canary_7f3a")
        )
    options = ["--engine", "scripted", "--script", script(["endmodule"], repeat=True)]
    arguments = [folder / "spec.md", "--tb", folder / f"tb_{name}.py", "-k", 1, "--max-attempts", 2]
    done = mevagent("build", *arguments, *options, cwd=folder)
    assert done.returncode == ExitCode.NOT_PASSED, done.stderr
    generations = [
        c.generation for a in stored(folder).attempts for c in a.candidates if c.generation
    ]
    assert len(generations) == 2
    for generation in generations:
        assert "canary_7f3a" not in generation.messages + generation.prefill
