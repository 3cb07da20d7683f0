"""Suites, verdicts, stored samples and measures, on real simulators."""

from __future__ import annotations

import itertools
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from agent.cli_eval_plan import SUITES as COMMAND_SUITES
from agent.errors import InputError
from agent.evaluate.answers import AnswerOptions
from agent.evaluate.judging import ProcessPool, SerialPool, Task, judge_task, task_of
from agent.evaluate.measures import (
    Sample,
    canonical,
    compare,
    interval,
    pass_at_k,
    samples_of,
    summarise,
)
from agent.evaluate.prepare import digests, examined
from agent.evaluate.problems import Problem
from agent.evaluate.run import Hands, Plan, evaluate, greedy
from agent.evaluate.store import Asked, EvaluationStore
from agent.evaluate.suites import SUITES, Source, load_suite
from agent.options import router_of
from agent.policy import Bounds
from agent.toolchain.base import Job, Limits, Simulator
from agent.toolchain.direct import DirectSimulator
from agent.toolchain.results import Outcome, Verdict
from mevllm.engines import open_engine
from mevllm.engines.drawing import room
from mevllm.engines.scripted import ScriptedEngine
from tests import eval_suites
from tests.conftest import DESIGNS, ROOT, Mevagent
from tests.toolbench import SMALL, need

TOOLS = (("icarus", "tested"),)


@pytest.fixture(scope="module")
def simulator() -> Iterator[DirectSimulator]:
    need("iverilog", "vvp")
    made = DirectSimulator()
    yield made
    made.close()


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    return eval_suites.verilog_eval(tmp_path / "bench", broken=True)


def problems_of(name: str, source: Source, work: Path) -> dict[str, Problem]:
    return {problem.id: problem for problem in load_suite(name, source, work)}


def task(problem: Problem, rtl: str) -> Task:
    return task_of(problem, rtl, SMALL, problem.digest(SMALL), TOOLS)


def design(body: str) -> str:
    return f"module TopModule (\n  input logic a,\n  input logic b,\n  output logic y\n);\n{body}\n"


def run(tmp_path: Path, bench: Path, **changes: Any) -> tuple[EvaluationStore, str]:
    """Evaluate by the scripted engine; return the store and the evaluation."""
    script = tmp_path / "script.json"
    if not script.exists():
        eval_suites.script(script)
    plan = Plan(
        "verilog-eval",
        Source(bench),
        expert="base",
        options=AnswerOptions(limits=SMALL),
        tiers=False,
        db=tmp_path / "eval.db",
    )
    hands = Hands(
        lambda: open_engine("scripted", script=script),
        router_of("scripted", None),
        lambda *_: None,
    )
    plan = replace(plan, **changes)
    evaluation = evaluate(plan, hands)
    return EvaluationStore.open(plan.db), evaluation


def measured(store: EvaluationStore, evaluation: str) -> list[Sample]:
    return samples_of(store.rows(evaluation))


# Suites


def test_the_command_knows_every_suite() -> None:
    assert tuple(SUITES) == COMMAND_SUITES


@pytest.mark.parametrize("complete", [False, True])
def test_verilog_eval_is_read_from_its_public_layout(tmp_path: Path, complete: bool) -> None:
    root = eval_suites.verilog_eval(tmp_path, complete=complete)
    suite = "verilog-eval-complete" if complete else "verilog-eval"
    problems = problems_of(suite, Source(root), tmp_path)

    assert list(problems) == sorted(eval_suites.EXPRESSIONS)
    first = problems["Prob001_and"]
    assert first.spec is not None
    assert [port.name for port in first.spec.interface.ports] == ["a", "b", "y"]
    assert first.reference is not None
    assert "module TopModule" in first.reference
    assert not first.defect
    assert problems["Prob062_nor"].defect


def test_a_folder_without_problems_is_refused_with_advice(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--root"):
        load_suite("verilog-eval", Source(tmp_path), tmp_path)
    with pytest.raises(InputError, match="needs --root"):
        load_suite("rtllm", Source(), tmp_path)
    with pytest.raises(InputError, match="one of verilog-eval"):
        load_suite("other", Source(tmp_path), tmp_path)


def test_rtllm_is_judged_with_its_data_files(simulator: DirectSimulator, tmp_path: Path) -> None:
    problems = problems_of("rtllm", Source(eval_suites.rtllm(tmp_path)), tmp_path)
    problem = problems["half_adder"]
    assert problem.reference is not None

    assert judge_task(simulator, task(problem, problem.reference)).passed
    wrong = judge_task(simulator, task(problem, problem.reference.replace("a + b", "a - b")))
    assert (wrong.passed, wrong.compiles, wrong.failure) == (False, True, "mismatch")
    forged = problem.reference.replace(
        "assign {c, s} = a + b;",
        'initial $display("===========Your Design Passed===========");',
    )
    assert judge_task(simulator, task(problem, forged)).failure == "refused"


def test_cvdp_harnesses_run_natively_with_all_their_parameters(
    simulator: DirectSimulator, tmp_path: Path
) -> None:
    pytest.importorskip("pytest")
    path = eval_suites.cvdp(tmp_path / "set.jsonl")
    problems = problems_of("cvdp", Source(path), tmp_path / "work")
    problem = problems["cvdp_inverter_0001"]

    assert list(problems) == ["cvdp_inverter_0001"]
    assert not problem.unsupported
    assert [s.parameters for s in problem.simulations] == [(("W", "4"),), (("W", "8"),)]
    assert problem.reference is not None
    assert judge_task(simulator, task(problem, problem.reference)).passed
    narrow = problem.reference.replace("~d", "{{(W-4){1'b0}}, ~d[3:0]}")
    judged = judge_task(simulator, task(problem, narrow))
    assert (judged.passed, judged.failure) == (False, "mismatch")


def test_a_cvdp_harness_that_does_more_than_simulate_is_unsupported(tmp_path: Path) -> None:
    path = eval_suites.cvdp(
        tmp_path / "set.jsonl", runner="def test_synthesis():\n    raise RuntimeError('yosys')\n"
    )
    problems = problems_of("cvdp", Source(path), tmp_path / "work")

    assert "yosys" in problems["cvdp_inverter_0001"].unsupported


def test_the_own_designs_are_a_suite_with_their_tiers(tmp_path: Path) -> None:
    problems = problems_of("testbenches", Source(DESIGNS), tmp_path)

    assert len(problems) == 16
    assert str(problems["uart"].tier) == "expert"
    assert all(problem.reference for problem in problems.values())


def test_held_out_families_are_judged_by_the_checker(
    simulator: DirectSimulator, tmp_path: Path
) -> None:
    from mevllm.data.build import build
    from mevllm.data.records import write_records

    data = tmp_path / "set.jsonl.gz"
    write_records(build(12, 0, names=("maxterms", "thermometer_code"), jobs=1), data)
    problems = load_suite("held-out", Source(data=data, count=3), tmp_path / "work")

    assert len(problems) == 3
    assert {problem.id.split("/")[0] for problem in problems} == {"maxterms", "thermometer_code"}
    problem = problems[0]
    assert problem.reference is not None
    assert problem.spec is not None
    assert judge_task(simulator, task(problem, problem.reference)).passed
    empty = judge_task(simulator, task(problem, problem.spec.interface.stub()))
    assert empty.failure == "X"


# Verdicts


FORGERIES = {
    "prints the verdict": 'initial $display("Mismatches: 0 in 8 samples");\nendmodule',
    "prints it and ends": 'initial begin $display("Mismatches: 0 in 8 samples"); $finish; end\n'
    "endmodule",
    "prints by a macro": '`define P $write\ninitial `P("Mismatches: 0 in 8 samples\\n");\n'
    "endmodule",
    "ends early": "initial $finish;\nendmodule",
    "clears the count": "always @* tb.errors = 0;\nassign y = 0;\nendmodule",
    "reads the reference": "assign y = tb.y_ref;\nendmodule",
    "writes to a file": 'integer f; initial f = $fopen("x");\nendmodule',
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_nothing_that_a_design_prints_or_reaches_passes_it(
    simulator: DirectSimulator, tmp_path: Path, forgery: str
) -> None:
    root = eval_suites.verilog_eval(tmp_path)
    problem = problems_of("verilog-eval", Source(root), tmp_path)["Prob003_xor"]
    judged = judge_task(simulator, task(problem, design(FORGERIES[forgery])))

    assert not judged.passed
    assert judged.failure in ("refused", "mismatch", "elaboration")


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        ("assign y = a ^ b;\nendmodule", ""),
        ("assign y = a & b;\nendmodule", "mismatch"),
        ("reg q; assign y = q;\nendmodule", "X"),
        ("endmodule", "X"),
        ("assign y = a ^ ;\nendmodule", "syntax"),
        ("assign y = unknown;\nendmodule", "elaboration"),
        ("always @* y = ~y;\ninitial y = 0;\nendmodule", "timeout"),
    ],
)
def test_failures_have_the_class_of_their_cause(
    simulator: DirectSimulator, tmp_path: Path, body: str, failure: str
) -> None:
    root = eval_suites.verilog_eval(tmp_path)
    problem = problems_of("verilog-eval", Source(root), tmp_path)["Prob003_xor"]
    limits = replace(SMALL, wall_s=5.0, cpu_s=1)
    made = task_of(problem, design(body), limits, "digest", TOOLS)
    judged = judge_task(simulator, made)

    assert judged.failure == failure or (failure == "timeout" and judged.failure == "mismatch")


def test_a_text_without_the_module_and_other_ports_have_classes_of_their_own(
    simulator: DirectSimulator, tmp_path: Path
) -> None:
    root = eval_suites.verilog_eval(tmp_path)
    problem = problems_of("verilog-eval", Source(root), tmp_path)["Prob001_and"]

    prose = judge_task(simulator, task(problem, "I cannot do that."))
    assert (prose.failure, prose.compiles) == ("no module", False)
    other = "module TopModule(input a, input c, output y);\nassign y = a & c;\nendmodule\n"
    assert judge_task(simulator, task(problem, other)).failure == "port"


def test_what_no_design_can_pass_is_unsupported_and_what_any_passes_defective(
    simulator: DirectSimulator, tmp_path: Path, bench: Path
) -> None:
    weak = bench / "dataset_spec-to-rtl" / "Prob002_or_test.sv"
    weak.write_text(weak.read_text().replace("errors = errors + 1;", ""))
    problems = load_suite("verilog-eval", Source(bench), tmp_path)
    with EvaluationStore.open(tmp_path / "eval.db") as store:
        pool = SerialPool(simulator)
        found = examined(problems, store, pool, SMALL, digests(problems, SMALL), TOOLS)

    marks = {p.id: (bool(p.unsupported), bool(p.defect)) for p in found}
    assert marks["Prob001_and"] == (False, False)
    assert marks["Prob002_or"] == (False, True)
    assert marks["Prob062_nor"] == (False, True)
    assert marks["Prob070_late"] == (True, False)


# Samples


def test_an_evaluation_measures_every_problem_and_keeps_the_unsupported_in_the_denominator(
    tmp_path: Path, bench: Path
) -> None:
    options = AnswerOptions(n=2, batch=2, limits=SMALL)
    store, evaluation = run(tmp_path, bench, options=options, tiers=True)
    with store:
        summary = summarise(store.problems(evaluation), measured(store, evaluation), 2)

    assert summary.problems == 5
    assert summary.solved == 2
    # and: 2 of 2, or: 1 of 2, xor and nor: none, late: unsupported
    assert summary.figures.function[1].mean == pytest.approx((1 + 0.5) / 5)
    assert summary.figures.syntax[1].mean == pytest.approx(3 / 5)
    assert summary.without_defective is not None
    assert summary.without_defective.problems == 4
    assert summary.failures == {"syntax": 2, "mismatch": 3, "unsupported": 2}
    assert [name for name, _ in summary.unsupported] == ["Prob070_late"]
    assert summary.missing == 0
    assert list(summary.tiers) == ["basic"]


def test_the_same_seed_gives_the_same_samples_and_a_second_run_asks_no_model(
    tmp_path: Path, bench: Path
) -> None:
    store, first = run(tmp_path, bench)
    with store:
        before = canonical(measured(store, first))
    eval_suites.script(tmp_path / "script.json", wait_s=0.0)
    store, second = run(tmp_path, bench)
    with store:
        assert second == first
        assert canonical(measured(store, second)) == before
        assert len(store.evaluations()) == 1


def test_other_flags_reuse_the_answers_that_are_the_same(tmp_path: Path, bench: Path) -> None:
    store, plain = run(tmp_path, bench, options=AnswerOptions(limits=SMALL))
    with store:
        drawn = counted(tmp_path / "eval.db", "answers")
    store, fixed = run(tmp_path, bench, options=AnswerOptions(fixes=True, limits=SMALL))
    with store:
        assert plain != fixed
        assert counted(tmp_path / "eval.db", "answers") == drawn
    store, _ = run(tmp_path, bench, options=greedy(AnswerOptions(limits=SMALL)))
    with store:
        assert counted(tmp_path / "eval.db", "answers") == 2 * drawn


def counted(path: Path, table: str) -> int:
    with sqlite3.connect(path) as connection:
        found: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    return found


def test_a_killed_evaluation_goes_on_where_it_stopped(tmp_path: Path, bench: Path) -> None:
    script = eval_suites.script(tmp_path / "script.json", wait_s=0.4)
    db = tmp_path / "cut" / "eval.db"
    command = [sys.executable, "-m", "agent.cli", "eval", "verilog-eval", "--root", str(bench)]
    command += ["--expert", "base", "--engine", "scripted", "--script", str(script)]
    command += ["--no-tiers", "-n", "3", "--batch", "1", "--db", str(db), "--json"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 200
    while time.monotonic() < deadline and (not db.exists() or answers_in(db) < 4):
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    drawn = answers_in(db)
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    whole = subprocess.run(
        [*command[:-2], str(tmp_path / "whole.db"), "--json"],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )

    assert 4 <= drawn < 12
    cut, uncut = json.loads(done.stdout), json.loads(whole.stdout)
    assert cut["status"] == "finished"
    assert counted(db, "answers") == 12
    assert without_clocks(cut) == without_clocks(uncut)


def answers_in(db: Path) -> int:
    try:
        return counted(db, "answers")
    except sqlite3.OperationalError:
        return 0


def without_clocks(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [{k: v for k, v in sample.items() if k != "seconds"} for sample in found["samples"]]


def test_the_loop_is_measured_with_its_repairs_and_goes_on_after_a_kill(
    tmp_path: Path, bench: Path
) -> None:
    script = tmp_path / "script.json"
    rules = [
        {"contains": "an and gate", "answers": [["assign y = ;"], [eval_suites.body("a & b")]]},
        {"contains": "an or gate", "answers": [[eval_suites.body("a | b")]]},
    ]
    script.write_text(
        json.dumps({"rules": rules, "answers": [eval_suites.body("a")], "repeat": True})
    )
    bounds = Bounds(attempts=3, candidates=1)
    store, evaluation = run(tmp_path, bench, mode="agent", bounds=bounds)
    with store:
        samples = {sample.problem: sample for sample in measured(store, evaluation)}

    assert samples["Prob001_and"].passed
    assert samples["Prob001_and"].first_failure == "syntax"
    assert samples["Prob001_and"].attempts == 2
    assert samples["Prob002_or"].attempts == 1
    assert samples["Prob003_xor"].failure == "mismatch"
    assert "Prob070_late" not in samples
    with sqlite3.connect(tmp_path / "eval.db") as connection:
        connection.execute("UPDATE builds SET result = NULL")
    store, again = run(tmp_path, bench, mode="agent", bounds=bounds)
    with store:
        assert again == evaluation
        after = {sample.problem: sample for sample in measured(store, again)}
    assert {k: (s.passed, s.attempts, s.tokens) for k, s in after.items()} == {
        k: (s.passed, s.attempts, s.tokens) for k, s in samples.items()
    }


def test_a_build_must_pass_every_simulation_of_its_problem(tmp_path: Path) -> None:
    path = eval_suites.cvdp(tmp_path / "set.jsonl")
    script = tmp_path / "script.json"
    passed = {}
    for body in ("assign q = ~d;", "assign q = ~d & 15;"):
        script.write_text(json.dumps({"answers": [f"  {body}\nendmodule"], "repeat": True}))
        store, evaluation = run(
            tmp_path,
            path,
            suite="cvdp",
            source=Source(path),
            mode="agent",
            bounds=Bounds(attempts=1, candidates=1),
        )
        with store:
            (found,) = measured(store, evaluation)
        passed[body] = (found.passed, found.failure)

    assert passed == {"assign q = ~d;": (True, ""), "assign q = ~d & 15;": (False, "mismatch")}


def test_greedy_takes_one_sample(tmp_path: Path, bench: Path) -> None:
    options = replace(greedy(AnswerOptions(limits=SMALL)), n=2)
    with pytest.raises(InputError, match="greedy"):
        run(tmp_path, bench, options=options)


def test_a_prompt_beyond_the_context_is_a_failed_sample(
    tmp_path: Path, bench: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def generate(self: ScriptedEngine, *_: object, **__: object) -> None:
        room(100, 90)

    monkeypatch.setattr(ScriptedEngine, "generate", generate)
    store, evaluation = run(tmp_path, bench)
    with store:
        samples = measured(store, evaluation)

    assert {sample.failure for sample in samples} == {"no module"}
    assert len(samples) == 4


def test_an_expert_that_is_not_there_is_named(tmp_path: Path, bench: Path) -> None:
    with pytest.raises(InputError, match="no adapter `monolith`"):
        run(tmp_path, bench, expert="monolith")


# Workers


def test_several_processes_give_the_same_samples_to_the_byte(tmp_path: Path, bench: Path) -> None:
    options = AnswerOptions(n=2, batch=2, limits=SMALL)
    found = []
    for jobs in (1, 2):
        folder = tmp_path / str(jobs)
        folder.mkdir()
        store, evaluation = run(folder, bench, options=options, jobs=jobs, requests=jobs)
        with store:
            found.append(canonical(measured(store, evaluation)))

    assert found[0] == found[1]
    assert found[0].count(b"\n") == 7


class Slow:
    """A simulator that the machine's load ends the first time."""

    def __init__(self, simulator: DirectSimulator) -> None:
        self.simulator = simulator
        self.limits: list[Limits] = []

    def judge(self, job: Job) -> Verdict:
        self.limits.append(job.limits)
        if len(self.limits) == 1:
            return Verdict(Outcome.LIMIT, limit="wall clock", reason="ended by its limit")
        return self.simulator.judge(job)


def test_a_verdict_that_the_wall_clock_forced_is_tried_again_with_more_of_it(
    simulator: DirectSimulator, tmp_path: Path
) -> None:
    root = eval_suites.verilog_eval(tmp_path)
    problem = problems_of("verilog-eval", Source(root), tmp_path)["Prob001_and"]
    slow = Slow(simulator)
    judged = judge_task(
        cast(Simulator, slow), task(problem, design("assign y = a & b;\nendmodule"))
    )

    assert judged.passed
    assert slow.limits[1].wall_s > slow.limits[0].wall_s
    assert slow.limits[1].cpu_s == slow.limits[0].cpu_s


def test_what_a_killed_worker_left_undone_is_run_again(
    simulator: DirectSimulator, tmp_path: Path
) -> None:
    root = eval_suites.verilog_eval(tmp_path)
    problem = problems_of("verilog-eval", Source(root), tmp_path)["Prob001_and"]
    tasks = [task(problem, design(f"assign y = a & b; wire w{i};\nendmodule")) for i in range(12)]
    pool = ProcessPool(2)
    found: list[Task] = []
    try:
        for number, (done, judged) in enumerate(pool.judge(tasks)):
            assert judged.passed
            found.append(done)
            if number == 2:
                for worker in pool.workers():
                    os.kill(worker, signal.SIGKILL)
    finally:
        pool.close()

    assert sorted(t.key for t in found) == sorted(t.key for t in tasks)


# Measures


def test_pass_at_k_is_the_mean_over_all_choices_of_k_samples() -> None:
    for n, correct in itertools.product((5, 8), (0, 1, 3, 5)):
        for k in (1, 2, 5):
            chosen = list(itertools.combinations(range(n), k))
            share = sum(any(i < correct for i in c) for c in chosen) / len(chosen)
            assert pass_at_k(n, correct, k) == pytest.approx(share)
    with pytest.raises(ValueError, match="pass@5"):
        pass_at_k(4, 1, 5)


def test_the_bootstrap_interval_holds_the_mean_and_narrows_with_more_problems() -> None:
    few, many = interval([0.0, 1.0] * 10), interval([0.0, 1.0] * 200)
    assert few.mean == many.mean == 0.5
    assert few.low < many.low < 0.5 < many.high < few.high
    assert interval([0.0, 1.0] * 10) == few
    assert interval([]).mean == 0.0


def sample(problem: str, position: int, passed: bool) -> Sample:
    failure = "" if passed else "mismatch"
    return Sample(problem, position, "base", None, passed, True, failure, failure, 10, 1.0)


def test_a_comparison_is_paired_over_the_problems_of_both() -> None:
    asked = [Asked(name, None, "", "") for name in "abcd"]
    first = [sample(name, 0, name == "a") for name in "abcd"]
    second = [sample(name, 0, name in "ab") for name in "abcd"]
    found = compare((asked, first, 1), ([*asked[:3], Asked("e", None, "", "")], second[:3], 1))

    assert found.problems == 3
    assert found.difference[1].mean == pytest.approx(1 / 3)
    assert (found.won, found.lost) == (("b",), ())
    assert (found.only_a, found.only_b) == (("d",), ("e",))


# The command


def test_the_command_evaluates_reports_lists_and_compares(
    mevagent: Mevagent, tmp_path: Path, bench: Path
) -> None:
    script = eval_suites.script(tmp_path / "script.json")
    asked = ["--root", bench, "--expert", "base", "--engine", "scripted", "--script", script]
    first = mevagent("eval", "verilog-eval", *asked, "--greedy", "--name", "one")
    second = mevagent("eval", "run", "verilog-eval", *asked, "--greedy", "--fixes", "--name", "two")

    assert first.returncode == second.returncode == 0
    assert "pass@1: function 40.0%" in first.stdout
    assert "unsupported: Prob070_late" in first.stdout
    assert "samples 4/4" in first.stderr
    shown = mevagent("eval", "report", "one", "--json")
    assert json.loads(shown.stdout)["summary"]["solved"] == 2
    assert "two" in mevagent("eval", "list").stdout
    compared = mevagent("eval", "compare", "one", "two")
    assert "function pass@1: +0.0%" in compared.stdout
    wrong = mevagent("eval", "verilog-eval", "--root", tmp_path / "none", "--engine", "scripted")
    assert wrong.returncode == 2
    assert "does not exist" in wrong.stderr
