"""The policy: what follows from the attempts so far."""

from __future__ import annotations

from agent.attempts import Attempt, Candidate, Generation, Step, StepKind
from agent.policy import Bounds, Stop, Tactics, best_candidate, next_step, warmer
from agent.toolchain.results import Outcome, TestResult, Verdict
from mevllm.tiers import Tier

BOUNDS = Bounds(attempts=10, tokens=10_000, seconds=100, candidates=4, repairs_per_tier=3)


def verdict(share: float, message: str = "wrong") -> Verdict:
    """A verdict that passes `share` of ten tests."""
    if share >= 1:
        return Verdict(Outcome.PASSED, (TestResult("t", True),))
    if share < 0:
        return Verdict(Outcome.NOT_COMPILED, reason=message)
    tests = tuple(TestResult(f"t{i}", i < 10 * share, message) for i in range(10))
    return Verdict(Outcome.FAILED, tests)


def generation(tokens: int) -> Generation:
    return Generation(
        "[]", "", "", "stop", 0, 0.8, 0.95, 100, 10, 0, tokens, 1.0, None, "e", "b", ""
    )


def attempt(
    history: list[Attempt],
    share: float,
    *,
    tier: Tier = Tier.BASIC,
    kind: StepKind = StepKind.REPAIR,
    message: str = "wrong",
    tokens: int = 100,
) -> Attempt:
    best = best_candidate(history)
    rtl = f"module m{len(history)}; endmodule"
    candidate = Candidate(0, "fresh", rtl, (), verdict(share, message), generation(tokens))
    better = best is None or candidate.merit > best.merit
    return Attempt(len(history), Step(kind, tier, 4), (candidate,), 1.0, better)


def history_of(*shares: float, messages: tuple[str, ...] = ()) -> list[Attempt]:
    made: list[Attempt] = []
    for i, share in enumerate(shares):
        kind = StepKind.FIRST if i == 0 else StepKind.REPAIR
        message = messages[i] if messages else f"failure {i}"
        made.append(attempt(made, share, kind=kind, message=message))
    return made


def decide(history: list[Attempt], start: Tier = Tier.BASIC, seconds: float = 0.0) -> Step | Stop:
    tactics = Tactics(mend=False)
    return next_step(
        history, start, BOUNDS, seconds=seconds, error_class=by_message, tactics=tactics
    )


def by_message(verdict: Verdict) -> str:
    return verdict.tests[0].message if verdict.tests else verdict.reason


def step(history: list[Attempt], **keywords: object) -> Step:
    found = decide(history, **keywords)  # type: ignore[arg-type]
    assert isinstance(found, Step)
    return found


def stop(history: list[Attempt], seconds: float = 0.0) -> Stop:
    found = decide(history, seconds=seconds)
    assert isinstance(found, Stop)
    return found


def test_the_first_attempt_draws_fresh_samples_at_the_routed_tier() -> None:
    first = step([], start=Tier.ADVANCED)
    assert (first.kind, first.tier, first.fresh, first.repairs) == (
        StepKind.FIRST,
        Tier.ADVANCED,
        4,
        0,
    )


def test_a_pass_ends_the_loop_even_when_every_bound_is_reached() -> None:
    assert stop(history_of(0.5, 1.0), seconds=1e9).passed


def test_a_repair_mixes_repairs_of_the_best_with_fresh_samples() -> None:
    history = history_of(0.2)
    found = step(history)
    assert found.kind is StepKind.REPAIR
    assert found.repairs
    assert found.fresh
    assert found.repairs + found.fresh == 4
    assert history[0].best is not None
    assert found.parent == history[0].best.rtl_hash


def test_a_candidate_close_to_passing_gets_more_repairs() -> None:
    assert step(history_of(0.8)).repairs > step(history_of(-1.0)).repairs


def test_repairs_give_way_to_fresh_samples_while_nothing_gets_better() -> None:
    history = [attempt([], 0.3, tier=Tier.EXPERT, kind=StepKind.FIRST)]
    mixes = []
    for share in (0.2, 0.2, 0.4, 0.2):
        found = step(history)
        mixes.append((found.repairs, found.fresh))
        history.append(attempt(history, share, tier=Tier.EXPERT))
    assert mixes == [(2, 2), (1, 3), (1, 3), (2, 2)]


def test_after_a_worse_attempt_the_repair_goes_back_to_the_best() -> None:
    history = history_of(0.5, 0.3)
    found = step(history)
    assert history[0].best is not None
    assert found.parent == history[0].best.rtl_hash
    assert "back to the best" in found.reason


def test_the_same_failure_twice_escalates_to_the_next_tier() -> None:
    found = step(history_of(0.5, 0.5, messages=("same", "same")))
    assert (found.kind, found.tier) == (StepKind.ESCALATE, Tier.INTERMEDIATE)
    assert "same failure twice" in found.reason


def test_another_failure_without_progress_is_given_a_second_try() -> None:
    assert step(history_of(0.5, 0.5)).kind is StepKind.REPAIR


def test_a_plateau_escalates() -> None:
    found = step(history_of(0.5, 0.4, 0.3))
    assert found.kind is StepKind.ESCALATE
    assert "no better candidate" in found.reason


def test_progress_keeps_the_tier_until_its_repairs_are_spent() -> None:
    assert step(history_of(0.1, 0.2, 0.3)).kind is StepKind.REPAIR
    found = step(history_of(0.1, 0.2, 0.3, 0.4))
    assert found.kind is StepKind.ESCALATE
    assert "3 repairs are spent" in found.reason


def test_an_escalation_repairs_the_best_so_far_and_draws_fresh_samples() -> None:
    history = history_of(0.5, 0.5, messages=("same", "same"))
    found = step(history)
    assert found.fresh
    assert found.repairs
    assert history[0].best is not None
    assert found.parent == history[0].best.rtl_hash


def test_the_expert_tier_goes_on_until_a_bound_is_reached() -> None:
    history = [attempt([], 0.5, tier=Tier.EXPERT, kind=StepKind.FIRST)]
    while isinstance(found := decide(history), Step):
        assert found.tier is Tier.EXPERT
        assert found.kind is StepKind.REPAIR
        history.append(attempt(history, 0.1, tier=Tier.EXPERT))
    assert len(history) == BOUNDS.attempts
    assert "10 attempts" in found.reason


def test_each_bound_ends_the_loop_and_is_named() -> None:
    assert "100 s" in stop(history_of(0.5), seconds=100).reason
    spent = [attempt([], 0.5, kind=StepKind.FIRST, tokens=10_000)]
    assert "10000 tokens" in stop(spent).reason
    assert not stop(spent).passed


def test_a_given_design_is_repaired_first_and_counts_as_no_attempt() -> None:
    given = attempt([], 0.4, kind=StepKind.GIVEN)
    found = step([given])
    assert given.best is not None
    assert (found.kind, found.parent) == (StepKind.REPAIR, given.best.rtl_hash)
    bounds = Bounds(attempts=1, candidates=4)
    still = next_step([given], Tier.BASIC, bounds, seconds=0, error_class=by_message)
    assert isinstance(still, Step)


def test_a_later_first_failure_breaks_a_tie_of_scores() -> None:
    def at(time: float) -> Candidate:
        tests = (TestResult("a", True), TestResult("b", False, "wrong", time))
        return Candidate(0, "fresh", f"// {time}", (), Verdict(Outcome.FAILED, tests), None)

    early, late = at(10.0), at(20.0)
    made = Attempt(0, Step(StepKind.FIRST, Tier.BASIC, 2), (early, late), 1.0, True)
    assert best_candidate([made]) is late


def decide_with_mending(history: list[Attempt], seconds: float = 0.0) -> Step | Stop:
    return next_step(history, Tier.BASIC, BOUNDS, seconds=seconds, error_class=by_message)


def mending(history: list[Attempt]) -> Attempt:
    """The attempt that the policy asks for, with nothing found."""
    step = decide_with_mending(history)
    assert isinstance(step, Step)
    assert step.kind is StepKind.MEND
    return Attempt(len(history), step, (), 1.0, False)


def test_a_failing_design_is_mended_once_before_it_is_repaired() -> None:
    history = history_of(0.5)
    history.append(mending(history))
    assert history[-1].step.parent == history[0].candidates[0].rtl_hash
    after = decide_with_mending(history)
    assert isinstance(after, Step)
    assert after.kind is StepKind.REPAIR
    assert after.reason == "score 0.60 is the best so far"


def test_after_each_attempt_the_best_design_not_yet_mended_is_mended() -> None:
    history = history_of(0.5)
    history.append(mending(history))
    history.append(attempt(history, 0.3))
    history.append(mending(history))
    assert history[-1].step.parent == history[2].candidates[0].rtl_hash


def test_what_does_not_run_is_not_mended() -> None:
    after = decide_with_mending(history_of(-1.0))
    assert isinstance(after, Step)
    assert after.kind is StepKind.REPAIR


def test_mending_neither_counts_as_an_attempt_nor_hides_a_plateau() -> None:
    plain = history_of(0.5, 0.4, 0.4)
    mended = [plain[0], mending(plain[:1]), *plain[1:]]
    assert decide(mended) == decide(plain)


def test_time_that_is_up_leaves_none_for_mending() -> None:
    assert isinstance(decide_with_mending(history_of(0.5), seconds=100), Stop)


def repeating(again: int, of: int) -> Attempt:
    """An attempt of which `again` candidates repeat an earlier one."""
    seen = [
        Candidate(
            i, "fresh", "", (), verdict(0.5), generation(9), None, "known" if i < again else None
        )
        for i in range(of)
    ]
    return Attempt(0, Step(StepKind.REPAIR, Tier.BASIC, of), tuple(seen), 1.0, False)


def test_attempts_that_repeat_what_is_known_warm_up_the_next() -> None:
    assert warmer([]) == 0.0
    assert warmer([repeating(1, 4)]) == 0.0
    assert warmer([repeating(2, 4)]) == 0.2
    assert warmer([repeating(0, 4), repeating(4, 4), repeating(3, 4)]) == 0.4
    assert warmer([repeating(4, 4), repeating(0, 4)]) == 0.0
    assert warmer([repeating(4, 4)] * 9) == 0.6
