"""Judging while others are decoded: the same winner, and nothing decoded that cannot matter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from agent.attempt_log import AttemptLog
from agent.attempts import Candidate
from agent.build import BuildResult, Request, Tools, build
from agent.errors import ExitCode
from agent.policy import Bounds, Tactics
from agent.replay import replay
from agent.toolchain.direct import DirectSimulator
from agent.toolchain.results import Outcome
from agent.toolchain.testbench import load_testbench
from mevllm.classifier import Classification
from mevllm.engines.base import Engine, ModelInfo, Sampling
from mevllm.spec import load_spec
from mevllm.tiers import Tier
from tests.conftest import Mevagent, Script
from tests.lockstep import Lockstep
from tests.test_build import BROKEN, CONSTANT, GOOD, NO_ENABLE, SPEC, TB, stored

LONG = 20 * "  wire unused;\n"
ENDLESS = 20_000 * "  wire unused;\n"
"""Minutes: no test waits for its end."""
FINISHES = "  initial $finish;\n" + LONG + GOOD
STARTS_ANEW = (
    "  initial $finish;\nmodule mux4(input wire [7:0] in0, in1, in2, in3, input wire [1:0] sel,\n"
    "  input wire en, output wire [7:0] y);\n" + GOOD
)

Run = Callable[..., BuildResult]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[AttemptLog]:
    with AttemptLog.open(tmp_path / "attempts.db") as opened:
        yield opened


@pytest.fixture(scope="module")
def simulator() -> Iterator[DirectSimulator]:
    with closing(DirectSimulator(allow_unsandboxed=True)) as opened:
        yield opened


@pytest.fixture
def run(log: AttemptLog, simulator: DirectSimulator) -> Run:
    """Build mux4 with an engine, pipelined or not."""

    def start(engine: Engine, k: int, *, pipelined: bool = True, attempts: int = 1) -> BuildResult:
        request = Request(
            spec=replace(load_spec(SPEC), tier=Tier.BASIC),
            testbench=load_testbench(TB),
            bounds=Bounds(attempts=attempts, candidates=k),
            sampling=Sampling(seed=0),
            pipelined=pipelined,
            tactics=Tactics(mend=False),
        )
        routed = Classification(Tier.BASIC, dict.fromkeys(Tier, 0.25), "given", "for the test")
        tools = Tools(lambda: engine, lambda spec, engine: routed, simulator, log, lambda e: None)
        return build(request, tools)

    return start


def finishes(candidates: tuple[Candidate, ...]) -> list[str]:
    return [c.generation.finish for c in candidates if c.generation]


def test_a_pass_ends_the_decoding_of_what_comes_behind_it(run: Run) -> None:
    result = run(Lockstep({0: GOOD, 1: ENDLESS + GOOD, 2: ENDLESS + CONSTANT}), 3)
    candidates = result.attempts[0].candidates
    assert [c.index for c in candidates] == [0, 1, 2]
    assert finishes(candidates) == ["stop", "cancelled", "cancelled"]
    assert result.best is not None
    assert result.best.index == 0


def test_what_stands_before_a_pass_goes_on_and_wins_when_it_passes(run: Run) -> None:
    late = GOOD.replace("in0", "(in0)")
    answers = {0: LONG.replace("unused", "u0")[:90] + late, 1: GOOD}
    piped = run(Lockstep({**answers, 2: ENDLESS + GOOD}), 3)
    plain = run(Lockstep({**answers, 2: GOOD}), 3, pipelined=False)
    for result in (piped, plain):
        assert result.best is not None
        assert result.best.index == 0
    assert piped.best is not None
    assert plain.best is not None
    assert piped.best.rtl == plain.best.rtl
    assert finishes(piped.attempts[0].candidates) == ["stop", "stop", "cancelled"]
    assert finishes(plain.attempts[0].candidates) == ["stop", "stop", "stop"]


def test_a_certain_refusal_ends_an_answer_but_never_the_first(run: Run) -> None:
    result = run(Lockstep({0: FINISHES, 1: FINISHES.replace("wire", "reg"), 2: CONSTANT}), 3)
    candidates = result.attempts[0].candidates
    assert finishes(candidates) == ["stop", "refused", "stop"]
    assert [c.verdict.outcome for c in candidates[:2]] == [Outcome.REFUSED] * 2
    assert candidates[0].rtl.endswith("endmodule\n")
    assert len(candidates[1].rtl) < len(candidates[0].rtl)


def test_an_answer_that_starts_anew_after_a_refusal_is_refused_in_either_loop(run: Run) -> None:
    answers = {0: CONSTANT, 1: STARTS_ANEW, 2: BROKEN}
    for pipelined in (True, False):
        candidates = run(Lockstep(answers), 3, pipelined=pipelined).attempts[0].candidates
        assert candidates[1].verdict.outcome is Outcome.REFUSED
        assert "module mux4" in candidates[1].rtl


def test_both_loops_take_the_same_steps_to_the_same_design(run: Run) -> None:
    answers = {
        **dict(enumerate((CONSTANT, FINISHES, NO_ENABLE, BROKEN))),
        **dict(enumerate((CONSTANT, BROKEN, FINISHES, NO_ENABLE), 1000)),
        **dict(enumerate((BROKEN, CONSTANT, FINISHES, GOOD), 2000)),
    }
    piped, plain = (
        run(Lockstep(answers), 4, pipelined=pipelined, attempts=4) for pipelined in (True, False)
    )
    assert piped.passed
    assert [a.step for a in piped.attempts] == [a.step for a in plain.attempts]
    assert [a.feedback for a in piped.attempts] == [a.feedback for a in plain.attempts]
    assert piped.best is not None
    assert plain.best is not None
    assert (piped.best.index, piped.best.rtl) == (plain.best.index, plain.best.rtl)


def test_no_fresh_sample_is_begun_while_a_repair_may_still_pass(run: Run) -> None:
    engine = Lockstep({0: NO_ENABLE, 1: CONSTANT, 1000: CONSTANT, 1001: GOOD})
    result = run(engine, 2, attempts=2)
    assert result.passed
    assert engine.asked == [(0, 2), (1001, 1)]


def alone(answers: dict[int, str]) -> Lockstep:
    """An engine on a few cores."""
    return Lockstep(answers, info=ModelInfo("lockstep", "answers", "", alone=True))


def test_a_first_sample_that_passes_is_the_only_one_where_it_is_sooner_alone(run: Run) -> None:
    engine = alone({0: GOOD})
    result = run(engine, 4)
    assert result.passed
    assert engine.asked == [(0, 1)]
    assert [c.index for c in result.attempts[0].candidates] == [0]


def test_a_first_sample_that_fails_is_followed_by_those_that_would_have_come_with_it(
    run: Run,
) -> None:
    answers = {0: CONSTANT, 1: BROKEN, 2: GOOD, 3: NO_ENABLE}
    engine = alone(answers)
    ahead, plain = run(engine, 4), run(alone(answers), 4, pipelined=False)
    assert engine.asked == [(0, 1), (1, 3)]
    assert ahead.best is not None
    assert plain.best is not None
    assert (ahead.best.index, ahead.best.rtl) == (plain.best.index, plain.best.rtl)
    assert ahead.best.index == 2


def test_only_the_first_step_sends_one_ahead(run: Run) -> None:
    engine = alone({0: CONSTANT, 1: CONSTANT, 1000: BROKEN, 1001: GOOD})
    assert run(engine, 2, attempts=2).passed
    assert engine.asked[:2] == [(0, 1), (1, 1)]
    assert sum(n for _, n in engine.asked[2:]) <= 2


def test_a_record_with_ended_answers_replays_exactly(
    run: Run, log: AttemptLog, simulator: DirectSimulator
) -> None:
    result = run(Lockstep({0: CONSTANT, 1: GOOD, 2: ENDLESS + GOOD, 3: FINISHES}), 4)
    whole = log.load_run(result.run_id)
    assert whole.attempts == result.attempts
    assert {"cancelled", "refused"} <= {*finishes(whole.attempts[0].candidates)}
    report = replay(whole, simulator)
    assert report.reproduced == len(report.results) == 4


def test_an_answer_that_was_never_begun_is_not_recorded(
    mevagent: Mevagent, script: Script, tmp_path: Path
) -> None:
    answers = script([GOOD, {"text": CONSTANT, "wait_s": 600}])
    options = ["--engine", "scripted", "--script", answers, "-k", 2]
    done = mevagent("build", SPEC, "--tb", TB, *options)
    assert done.returncode == ExitCode.PASSED, done.stderr
    assert len(stored(tmp_path).attempts[0].candidates) == 1


def test_what_fails_in_the_engine_ends_the_build_with_its_own_error(run: Run) -> None:
    with pytest.raises(KeyError):
        run(Lockstep({0: GOOD}), 2)
