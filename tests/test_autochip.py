"""AutoChip's loop as a baseline: ranks, the one kept turn, levels in the record, the command."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.attempt_log import AttemptLog
from agent.attempts import Candidate
from agent.build import Request, Tools
from agent.cli_eval_plan import LOOPS as COMMAND_LOOPS
from agent.errors import InputError
from agent.evaluate import autochip
from agent.evaluate.answers import AnswerOptions
from agent.evaluate.autochip import NO_MODULE, NOT_COMPILED, WARNED, best_of, complaint, rank
from agent.evaluate.builds import LOOPS
from agent.evaluate.measured import load
from agent.evaluate.run import Hands, Plan, evaluate
from agent.evaluate.store import EvaluationStore
from agent.evaluate.suites import Source
from agent.options import router_of
from agent.policy import Bounds
from agent.toolchain.direct import DirectSimulator
from agent.toolchain.results import Diagnostic, Outcome, TestResult, Verdict
from mevllm.classifier import Classification
from mevllm.engines import open_engine
from mevllm.engines.base import Continuation, Prompt, Sampling
from mevllm.engines.scripted import Answer, Script, ScriptedEngine
from mevllm.spec import Spec, parse_spec
from tests import eval_suites
from tests.conftest import Mevagent
from tests.toolbench import COUNTER, COUNTER_TB, SMALL, cocotb_job, need

SPEC = """Write a module `counter`: an 8-bit counter that counts up on each clock edge, and is set
to 0 by a synchronous reset.

| Port | Direction | Width |
|---|---|---|
| `clk` | input | 1 |
| `rst` | input | 1 |
| `q` | output | 8 |
"""
RIGHT = """  reg [7:0] n;
  assign q = n;
  always @(posedge clk) if (rst) n <= 0; else n <= n + 1;
endmodule"""
BY_TWO = RIGHT.replace("n + 1", "n + 2")
NO_SEMICOLON = RIGHT.replace("assign q = n;", "assign q = n")


@pytest.fixture(scope="module")
def simulator() -> Iterator[DirectSimulator]:
    need("iverilog", "vvp")
    with closing(DirectSimulator()) as made:
        yield made


class Listening(ScriptedEngine):
    """Recites, and keeps what it was asked."""

    def __init__(self, *levels: list[str]) -> None:
        super().__init__(Script(tuple(tuple(Answer(text) for text in level) for level in levels)))
        self.asked: list[tuple[Prompt, int, Sampling]] = []

    def generate(
        self, prompt: Prompt, n: int, sampling: Sampling, **options: Any
    ) -> tuple[Continuation, ...]:
        self.asked.append((prompt, n, sampling))
        return super().generate(prompt, n, sampling, **options)


def spec() -> Spec:
    return parse_spec(SPEC, "counter.md")


def request(folder: Path, **bounds: Any) -> Request:
    job = cocotb_job(folder, COUNTER, COUNTER_TB)
    limits = Bounds(**{"candidates": 2, "attempts": 3, **bounds})
    return Request(spec(), job.testbench, bounds=limits, limits=SMALL)


def tools(engine: ScriptedEngine, simulator: DirectSimulator, log: AttemptLog) -> Tools:
    def route(spec: Spec, opened: Any) -> Classification:
        raise AssertionError("the baseline has one model")

    return Tools(lambda: engine, route, simulator, log, lambda event: None)


def failed(*shares: float, **more: Any) -> Verdict:
    tests = tuple(TestResult(f"test_{i}", s == 1.0, share=s) for i, s in enumerate(shares))
    return Verdict(Outcome.FAILED, tests=tests, **more)


def candidate(verdict: Verdict, rtl: str = "module m; endmodule") -> Candidate:
    return Candidate(0, "fresh", rtl, (), verdict, None)


def test_responses_are_ranked_as_published() -> None:
    warned = Diagnostic("iverilog", "warning", "implicit definition of wire x", 2)
    absent = Diagnostic("pyslang", "error", "no module", code="NoTopModule")

    assert rank(Verdict(Outcome.NOT_COMPILED, diagnostics=(absent,))) == NO_MODULE == -2
    assert rank(Verdict(Outcome.NOT_COMPILED)) == NOT_COMPILED == -1
    assert rank(Verdict(Outcome.NOT_ELABORATED)) == NOT_COMPILED
    assert rank(failed(1.0, 0.5, diagnostics=(warned,))) == WARNED == -0.5
    assert rank(failed(1.0, 0.5)) == 0.75
    assert rank(Verdict(Outcome.LIMIT, limit="wall clock")) == 0.0
    assert rank(Verdict(Outcome.PASSED)) == 1.0


def test_a_warning_of_the_static_check_is_none_of_the_compiler() -> None:
    assert rank(failed(0.5, diagnostics=(Diagnostic("pyslang", "warning", "width"),))) == 0.5


def test_a_design_that_passes_with_warnings_has_passed() -> None:
    warned = Diagnostic("iverilog", "warning", "implicit definition of wire x", 2)
    assert rank(Verdict(Outcome.PASSED, diagnostics=(warned,))) == 1.0


def test_of_equal_responses_the_shortest_goes_on() -> None:
    long = candidate(failed(0.5), "module m; /* longer */ endmodule")
    short = candidate(failed(0.5))
    worse = candidate(Verdict(Outcome.NOT_COMPILED), "")

    assert best_of((worse, long, short)) is short


def test_the_next_turn_holds_what_the_tool_printed_and_no_more_than_fits() -> None:
    said = complaint(Verdict(Outcome.NOT_COMPILED, log="design.sv:3: syntax error\nI give up."))
    assert "does not compile" in said
    assert said.endswith("design.sv:3: syntax error\nI give up.")
    long = complaint(failed(0.0, log="first\n" + "noise\n" * 5000 + "last"))
    assert "first" in long
    assert long.endswith("last")
    assert len(long) < autochip.MAX_OUTPUT + 200


def test_a_breach_of_the_interface_is_told_as_a_compiler_would() -> None:
    found = Diagnostic("pyslang", "error", "output `q` is missing", 4)
    said = complaint(Verdict(Outcome.NOT_ELABORATED, diagnostics=(found,)))
    assert "design.sv:4: error: output `q` is missing" in said


def test_the_best_of_a_level_goes_on_with_its_raw_messages_and_only_the_last_turn_is_kept(
    tmp_path: Path, simulator: DirectSimulator
) -> None:
    engine = Listening([NO_SEMICOLON, BY_TWO], [NO_SEMICOLON, NO_SEMICOLON], [BY_TWO, RIGHT])
    with AttemptLog.open(tmp_path / "log.db") as log:
        found = autochip.search(request(tmp_path), tools(engine, simulator, log))
        stored = log.load_run(found.run_id)

    assert found.passed
    assert [level.step.repairs for level in found.attempts] == [0, 2, 2]
    first, second, third = (prompt.messages for prompt, _, _ in engine.asked)
    assert [message.role for message in first] == ["system", "user"]
    assert second[:2] == third[:2] == first
    assert len(second) == len(third) == 4
    assert "n + 2" in second[2].content
    assert "expected 1 got 2" in second[3].content
    assert "syntax error" in third[3].content
    assert "got 2" not in third[3].content
    assert {prompt.prefill for prompt, _, _ in engine.asked} == {engine.asked[0][0].prefill}
    assert stored.attempts == found.attempts
    assert stored.status == "passed"


def test_all_answers_of_a_level_are_judged_though_the_first_passes(
    tmp_path: Path, simulator: DirectSimulator
) -> None:
    engine = Listening([RIGHT, BY_TWO])
    with AttemptLog.open(tmp_path / "log.db") as log:
        found = autochip.search(request(tmp_path), tools(engine, simulator, log))

    assert found.passed
    assert [c.verdict.passed for c in found.attempts[0].candidates] == [True, False]


def test_depth_and_tokens_end_the_search(tmp_path: Path, simulator: DirectSimulator) -> None:
    endless = [[BY_TWO, BY_TWO]] * 5
    with AttemptLog.open(tmp_path / "log.db") as log:
        deep = autochip.search(request(tmp_path), tools(Listening(*endless), simulator, log))
        engine = Listening(*endless)
        poor = autochip.search(request(tmp_path, tokens=150), tools(engine, simulator, log))

    assert (len(deep.attempts), deep.reason) == (3, "the depth of 3 levels is reached")
    assert poor.reason == "the bound of 150 tokens is reached"
    used = 0
    for (_, _, sampling), level in zip(engine.asked, poor.attempts, strict=True):
        assert sampling.max_tokens == min(Sampling().max_tokens, 150 - used)
        used += level.tokens


def test_the_fixes_are_applied_where_they_are_asked_for(
    tmp_path: Path, simulator: DirectSimulator
) -> None:
    answer = "  output reg [7:0] q;\n" + RIGHT
    with AttemptLog.open(tmp_path / "log.db") as log:
        one = request(tmp_path, attempts=1, candidates=1)
        plain = autochip.search(one, tools(Listening([answer]), simulator, log))
        fixed = autochip.search(one, tools(Listening([answer]), simulator, log), fixes=True)

    assert (plain.passed, fixed.passed) == (False, True)
    assert fixed.best
    assert fixed.best.fixes


def test_a_search_that_was_cut_off_goes_on_with_the_level_that_was_under_way(
    tmp_path: Path, simulator: DirectSimulator
) -> None:
    levels = [[BY_TWO, BY_TWO], [NO_SEMICOLON, BY_TWO], [RIGHT, RIGHT]]
    with AttemptLog.open(tmp_path / "log.db") as log:
        whole = autochip.search(request(tmp_path), tools(Listening(*levels), simulator, log))
        with pytest.raises(Exception, match="exhausted"):
            autochip.search(request(tmp_path), tools(Listening(levels[0]), simulator, log))
        (cut,) = log.query("SELECT id FROM runs WHERE status = 'error'")
        stored = log.resume_run(cut["id"])
        engine = Listening(*levels)
        rest = autochip.search(request(tmp_path), tools(engine, simulator, log), stored)

    assert len(stored.attempts) == 1
    assert len(engine.asked) == 2
    assert rest.passed
    assert [a.candidates[0].rtl for a in rest.attempts] == [
        a.candidates[0].rtl for a in whole.attempts
    ]


# As a baseline of `eval`


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    need("iverilog", "vvp")
    return Plan(
        "verilog-eval",
        Source(eval_suites.verilog_eval(tmp_path / "bench")),
        mode="agent",
        expert="base",
        loop="autochip",
        bounds=Bounds(candidates=2, attempts=2, tokens=900),
        options=AnswerOptions(limits=SMALL),
        tiers=False,
        db=tmp_path / "eval.db",
    )


@pytest.fixture
def hands(tmp_path: Path) -> Hands:
    script = eval_suites.script(tmp_path / "script.json")
    return Hands(
        lambda: open_engine("scripted", script=script),
        router_of("scripted", None),
        lambda *_: None,
    )


def test_the_command_knows_every_loop() -> None:
    assert LOOPS == COMMAND_LOOPS


def test_the_baseline_is_evaluated_beside_the_loop_and_stored_like_it(
    tmp_path: Path, plan: Plan, hands: Hands
) -> None:
    baseline = evaluate(plan, hands)
    own = evaluate(replace(plan, loop="own"), hands)
    with EvaluationStore.open(plan.db) as store:
        first, second = (load(store, store.find(name)) for name in (baseline, own))

    assert baseline != own
    by_problem = {sample.problem: sample for sample in first.samples}
    assert by_problem["Prob001_and"].passed
    assert by_problem["Prob001_and"].attempts == 1
    assert by_problem["Prob003_xor"].attempts == 2
    assert not by_problem["Prob003_xor"].passed
    assert "loop autochip" in first.setting
    assert first.budget == "breadth 2, depth 2, tokens 900, seconds 900"
    assert "loop" not in second.setting
    with sqlite3.connect(tmp_path / "eval-attempts.db") as connection:
        (runs,) = connection.execute("SELECT count(*) FROM runs").fetchone()
    assert runs == 8


def test_the_same_evaluation_again_finds_its_levels_in_the_record(
    plan: Plan, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = evaluate(plan, hands)
    with sqlite3.connect(plan.db) as connection:
        connection.execute("UPDATE builds SET result = NULL")

    def generate(self: ScriptedEngine, *_: object, **__: object) -> None:
        raise AssertionError("every level is in the record")

    monkeypatch.setattr(ScriptedEngine, "generate", generate)
    assert evaluate(plan, hands) == first


def test_a_baseline_is_no_single_answer(plan: Plan, hands: Hands) -> None:
    with pytest.raises(InputError, match="--mode agent"):
        evaluate(replace(plan, mode="answer"), hands)


def test_the_command_runs_the_baseline_and_refuses_what_belongs_to_it_elsewhere(
    mevagent: Mevagent, tmp_path: Path
) -> None:
    need("iverilog", "vvp")
    bench = eval_suites.verilog_eval(tmp_path / "bench")
    script = eval_suites.script(tmp_path / "script.json")
    asked = ["verilog-eval", "--root", bench, "--expert", "base", "--engine", "scripted"]
    asked += ["--script", script, "--no-tiers"]
    tree = ["--loop", "autochip", "--breadth", "2", "--depth", "2", "--max-tokens", "900"]

    done = mevagent("eval", *asked, "--mode", "agent", *tree, "--json")

    assert done.returncode == 0, done.stderr
    config = json.loads(done.stdout)["config"]
    assert config["loop"] == "autochip"
    assert config["bounds"] == {"breadth": 2, "depth": 2, "tokens": 900, "seconds": 900.0}
    wrong = mevagent("eval", *asked, "--mode", "agent", "--breadth", "2")
    assert (wrong.returncode, "--loop autochip" in wrong.stderr) == (2, True)
    alone = mevagent("eval", *asked, *tree)
    assert (alone.returncode, "--mode agent" in alone.stderr) == (2, True)
