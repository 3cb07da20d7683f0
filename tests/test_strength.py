"""Testbench strength: on real designs, with the real simulators."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent.attempt_log import AttemptLog
from agent.mutation import AFFORDABLE_S, LEAST, MUTANTS, affordable, measure, random_rows
from agent.strength import Strength
from agent.strength_words import strength_lines
from agent.toolchain.base import Job
from agent.toolchain.contract import interface_of
from agent.toolchain.direct import DirectSimulator
from tests.conftest import DESIGNS, Mevagent, Script
from tests.record_values import PASSED, STRENGTH, attempt, candidate, start_of
from tests.toolbench import COUNTER, COUNTER_TB, cocotb_job, need

GATED = """module counter(input clk, input rst, input en, output reg [7:0] q);
  always @(posedge clk)
    if (rst) q <= 0;
    else if (en) q <= q + 1;
endmodule
"""
NEVER_HOLDS = COUNTER_TB.replace(
    "    dut.rst.value = 1\n", "    dut.rst.value = 1\n    dut.en.value = 1\n"
)
"""A testbench that enables the counter always: holding is not tested."""


@pytest.fixture
def simulator() -> Iterator[DirectSimulator]:
    need("iverilog", "vvp")
    made = DirectSimulator()
    yield made
    made.close()


def measured(simulator: DirectSimulator, job: Job, **more: object) -> Strength:
    passed = simulator.judge(job)
    assert passed.passed, passed
    return measure(simulator, job, passed, **more)  # type: ignore[arg-type]


def test_a_fault_that_the_testbench_never_looks_at_is_named_with_its_line(
    simulator: DirectSimulator, tmp_path: Path
) -> None:
    found = measured(simulator, cocotb_job(tmp_path, GATED, NEVER_HOLDS))
    gaps = {s.change: s for s in found.gaps}
    assert "condition `en` always true" in gaps
    missed = gaps["condition `en` always true"]
    assert (missed.line, missed.kind) == (4, "condition")
    assert missed.before == "else if (en) q <= q + 1;"
    assert missed.after == "else if (1'b1) q <= q + 1;"
    assert found.tried == found.noticed + len(found.survivors)
    assert 0 < found.noticed < found.tried == found.possible
    assert "condition `en` never true" not in {s.change for s in found.survivors}


def test_a_mutant_that_is_the_same_design_is_not_called_a_gap(
    simulator: DirectSimulator, tmp_path: Path
) -> None:
    # One bit more on the left of a concatenation is cut off again.
    rtl = COUNTER.replace("q <= q + 1", "q <= {q[7:0] + 8'd1}")
    found = measured(simulator, cocotb_job(tmp_path, rtl, COUNTER_TB))
    wider = [s for s in found.survivors if s.change == "`7` to `8`"]
    assert all(s.differs is not True for s in wider)


def test_texts_that_compile_to_the_same_have_the_same_fingerprint(
    simulator: DirectSimulator, tmp_path: Path
) -> None:
    job = cocotb_job(tmp_path, COUNTER, COUNTER_TB)
    same = replace(job, rtl=COUNTER.replace("q + 1", "q + (2 - 1)"))
    other = replace(job, rtl=COUNTER.replace("q + 1", "q + 2"))
    broken = replace(job, rtl=COUNTER.replace("q + 1", "q +"))
    assert simulator.fingerprint(job) == simulator.fingerprint(same)
    assert simulator.fingerprint(job) != simulator.fingerprint(other)
    assert simulator.fingerprint(broken) is None


def test_a_mutant_that_does_not_end_counts_as_noticed(
    simulator: DirectSimulator, tmp_path: Path
) -> None:
    waits = """
import cocotb
from cocotb.triggers import Timer

@cocotb.test()
async def test_falls(dut):
    dut.a.value = 0
    while dut.y.value != 1:
        await Timer(1, "ns")
"""
    rtl = "module inv(input a, output y);\n  assign y = ~a;\nendmodule\n"
    found = measured(simulator, cocotb_job(tmp_path, rtl, waits, "inv"))
    assert found.noticed
    assert "`~` left out" not in {s.change for s in found.survivors}


@pytest.mark.parametrize("design", ["mux4", "lfsr"])
def test_the_testbenches_of_the_project_leave_no_gap(
    design: str, simulator: DirectSimulator
) -> None:
    from agent.toolchain.testbench import load_testbench

    folder = DESIGNS / design
    bench = load_testbench(folder / f"tb_{design}.py")
    found = measured(simulator, Job((folder / "reference.v").read_text(), design, bench))
    assert found.gaps == ()
    assert found.noticed >= found.tried - 1


def test_no_mutant_is_begun_after_the_budget(simulator: DirectSimulator, tmp_path: Path) -> None:
    found = measured(simulator, cocotb_job(tmp_path, COUNTER, COUNTER_TB), budget_s=0.0)
    assert found.tried == 0
    assert "not begun within 0 s" in found.stopped
    assert found.share is None


def test_a_slow_testbench_affords_fewer_mutants() -> None:
    quick, slow = replace(PASSED, seconds=0.05), replace(PASSED, seconds=AFFORDABLE_S)
    assert affordable(quick, workers=2) == MUTANTS
    assert affordable(slow, workers=2) == 2 < LEAST


def test_random_rows_follow_the_clock_and_reset_of_the_text() -> None:
    rtl = (DESIGNS / "lfsr" / "reference.v").read_text()
    interface = interface_of(rtl, "lfsr")
    assert interface is not None
    assert (interface.clock, interface.reset) == ("clk", "rst_n")
    rows = random_rows(interface, rtl, 0)
    resets = [row[rows.inputs.index("rst_n")] for row in rows.rows]
    assert rows.edge == "posedge"
    assert resets[:2] == [0, 0]
    assert sum(resets) > 0.95 * len(resets)


def test_a_stored_strength_loads_equal_and_a_second_one_replaces_it(tmp_path: Path) -> None:
    with AttemptLog.open(tmp_path / "attempts.db") as log:
        run_id = log.start_run(start_of(tmp_path))
        made = attempt(0, candidate(0, verdict=PASSED))
        log.finish_attempt(log.start_attempt(run_id, 0, made.step), made)
        digest = made.candidates[0].rtl_hash
        log.finish_run(run_id, "passed", digest, digest)
        assert log.load_run(run_id).strength is None
        for strength in (STRENGTH, replace(STRENGTH, noticed=5, survivors=())):
            log.note_strength(run_id, digest, strength)
            assert log.load_run(run_id).strength == strength


def test_the_words_tell_gaps_from_what_may_be_the_same() -> None:
    lines = [line for line, _ in strength_lines(STRENGTH)]
    assert lines[0].startswith("strength: the testbench notices 2 of 5 mutants")
    text = "\n".join(lines)
    assert text.index("behave otherwise") < text.index("line 2: `a` to `b`")
    assert text.index("no difference") < text.index("line 3: `c` to `d`")
    assert text.index("not compared") < text.index("line 4: `e` to `f`")
    assert "1 that compile to the same simulation; 1 that do not compile; 2 of 9 not drawn" in text


def gated(folder: Path) -> tuple[Path, Path]:
    need("iverilog", "vvp")
    design, bench = folder / "counter.v", folder / "tb_counter.py"
    design.write_text(GATED)
    bench.write_text(NEVER_HOLDS)
    return design, bench


def test_the_command_reports_as_json_and_fails_under_a_share(
    tmp_path: Path, mevagent: Mevagent
) -> None:
    design, bench = gated(tmp_path)
    done = mevagent("strength", design, "--tb", bench, "--json", "--fail-under", "100")
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    assert found["passed"]
    assert not found["enough"]
    assert found["tried"] == found["noticed"] + len(found["survivors"])
    assert {"line", "before", "after", "change", "kind", "differs"} == set(found["survivors"][0])


def test_the_command_refuses_a_design_that_does_not_pass(
    tmp_path: Path, mevagent: Mevagent
) -> None:
    design, bench = gated(tmp_path)
    design.write_text(GATED.replace("q + 1", "q + 2"))
    done = mevagent("strength", design, "--tb", bench)
    assert done.returncode == 1
    assert "test_count" in done.stdout
    assert "mutants say something only about" in done.stdout


SPEC = """# counter

Counts up at the rising edge of `clk` while `en`; `rst` sets it to 0 (synchronous).

- input clk
- input rst
- input en
- output q (8 bits)
"""


def test_a_build_measures_records_and_shows_the_strength(
    tmp_path: Path, mevagent: Mevagent, script: Script
) -> None:
    _, bench = gated(tmp_path)
    (tmp_path / "spec.md").write_text(SPEC)
    answers = script([f"```verilog\n{GATED}```"], repeat=True)
    common = ("build", "spec.md", "--tb", bench, "--engine", "scripted", "--script", answers)
    common = (*common, "--tier", "basic", "-k", "1", "-o", "out.v")
    done = mevagent(*common, "--strength")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert any("strength: the testbench notices" in line for line in lines)
    assert "condition `en` always true" in done.stdout
    assert lines[-1].startswith("PASS out.v")
    shown = mevagent("history", "show", "last").stdout
    assert "condition `en` always true" in shown
    as_json = json.loads(mevagent("history", "show", "last", "--json").stdout)
    assert {s["kind"] for s in as_json["strength"]["survivors"]} >= {"condition"}
    none = json.loads(mevagent(*common, "--no-strength", "--json").stdout)
    assert none["strength"] is None
