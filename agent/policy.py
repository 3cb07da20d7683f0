"""What to do next, from the attempts so far: repair, resample, escalate or stop. Pure.

The rules and where they come from: a few samples and few turns (ChipMATE, AutoChip), fresh
samples mixed with repairs because plain resampling equals repair for weak models at equal
budget (AutoChip), repairs always start from the best candidate so far (ChipMATE), and a
stronger expert takes over once the evidence says that this one will not get there (AutoChip's
mixed models, here on evidence instead of by iteration number). What needs no model comes first:
small changes to a failing design (agent/mend.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from agent.attempts import Attempt, Candidate, Step, StepKind
from agent.toolchain.results import Outcome, Verdict
from mevllm.tiers import Tier

ErrorClass = Callable[[Verdict], str]


@dataclass(frozen=True)
class Bounds:
    """How much a build may spend."""

    attempts: int = 12
    """Attempts in all, over all tiers."""
    tokens: int = 60_000
    """Tokens decoded."""
    seconds: float = 900.0
    """Wall time, resumed runs included."""
    candidates: int = 4
    """Candidates of an attempt."""
    repairs_per_tier: int = 3
    """Repair attempts before a tier's budget is spent; the expert tier has no such budget."""
    plateau: int = 2
    """Attempts in a row without a better candidate that end a tier."""


@dataclass(frozen=True)
class Tactics:
    """The parts of the loop that an experiment may switch off, to measure what each is worth."""

    feedback: bool = True
    """Repair with feedback; without, every attempt is fresh samples."""
    best_so_far: bool = True
    """Repair the best candidate so far; without, the last attempt's, whatever it is worth."""
    hints: bool = True
    """Advice beside the messages of tools."""
    table: bool = True
    """The last cycles before the first mismatch."""
    escalate: Literal["evidence", "count", "never"] = "evidence"
    """`count`: after COUNTED attempts at a tier."""
    mend: bool = True
    """Small changes to failing designs, without a model."""
    warm: bool = True
    """A higher temperature after attempts that repeat earlier designs."""


COUNTED = 2
"""Attempts at a tier where escalation goes by count alone, as in AutoChip."""
WARMER, WARMEST = 0.2, 0.6
"""Added to the sampling temperature for each attempt in a row that mostly repeated, and at most."""
UNASKED = (StepKind.GIVEN, StepKind.MEND)
"""Steps that ask no model; the bounds and the evidence are about the others."""


@dataclass(frozen=True)
class Stop:
    """The end of the loop."""

    passed: bool
    reason: str


def best_candidate(history: Sequence[Attempt]) -> Candidate | None:
    """The candidate with the most merit so far, the earliest of equals."""
    bests = [attempt.best for attempt in history if attempt.best]
    return max(bests, key=lambda c: c.merit, default=None)


def first_passing(candidates: Sequence[Candidate]) -> int | None:
    """The lowest place in an attempt whose candidate has passed; None where none has."""
    return min((c.index for c in candidates if c.verdict.passed), default=None)


def next_step(
    history: Sequence[Attempt],
    start: Tier,
    bounds: Bounds,
    *,
    seconds: float,
    error_class: ErrorClass,
    tactics: Tactics = Tactics(),
) -> Step | Stop:
    """Decide. `seconds` is the time spent; `error_class` names a verdict's kind of failure."""
    best = best_candidate(history)
    if best and best.verdict.passed:
        return Stop(True, "every check passed")
    if tactics.mend and seconds < bounds.seconds and (mend := _mend(history)):
        return mend
    made = [a for a in history if a.step.kind not in UNASKED]
    if made and not tactics.best_so_far:
        best = made[-1].best or best
    spent = _bound_reached(made, bounds, seconds)
    if spent:
        return Stop(False, spent)
    k = bounds.candidates
    if not made and best is None:
        return Step(StepKind.FIRST, start, fresh=k, reason=f"routed to {start}")
    if best is None or not made:
        return _repair(best, start, k, "the given design is the start")
    tier = made[-1].step.tier
    evidence = _reason_to_escalate(made, tier, best, bounds, error_class, tactics)
    above = tier.next
    if evidence and above is not None:
        repairs = k // 2 if tactics.feedback else 0
        return Step(
            StepKind.ESCALATE,
            above,
            fresh=k - repairs,
            repairs=repairs,
            parent=best.rtl_hash,
            reason=f"{tier} to {above}: {evidence}",
        )
    if not tactics.feedback:
        return Step(StepKind.FIRST, tier, fresh=k, reason="fresh samples again")
    return _repair(best, tier, k, _why_repair(made, best), failures_in_a_row(made))


def warmer(history: Sequence[Attempt]) -> float:
    """What to add to the sampling temperature of the next attempt.

    More after each attempt in a row of which half or more only said again what was known: an expert
    that is sure of a wrong answer draws nothing else at the usual temperature.
    """
    count = 0
    for attempt in reversed([a for a in history if a.step.kind not in UNASKED]):
        again = sum(c.duplicate_of is not None for c in attempt.candidates)
        if not again or 2 * again < len(attempt.candidates):
            break
        count += 1
    return min(WARMER * count, WARMEST)


def _mend(history: Sequence[Attempt]) -> Step | None:
    """After an attempt, small changes to the best design that has not been mended yet."""
    if not history or history[-1].step.kind is StepKind.MEND:
        return None
    mended = {a.step.parent for a in history if a.step.kind is StepKind.MEND}
    failing = [c for a in history for c in a.candidates if mendable(c.verdict)]
    left = [c for c in failing if c.duplicate_of is None and c.rtl_hash not in mended]
    best = max(left, key=lambda c: c.merit, default=None)
    if best is None:
        return None
    tier, score = history[-1].step.tier, best.verdict.score
    reason = f"small changes to the design that scores {score:.2f}"
    return Step(StepKind.MEND, tier, fresh=0, parent=best.rtl_hash, reason=reason)


def mendable(verdict: Verdict) -> bool:
    """Whether a design runs and only fails checks: then a small change may be all that it lacks."""
    return verdict.outcome is Outcome.FAILED


def _repair(best: Candidate | None, tier: Tier, k: int, reason: str, failures: int = 0) -> Step:
    """Mix repairs of the best candidate with fresh samples.

    More repairs the closer it is to passing; half as many after each attempt that did not better
    it, for a model that has failed to see a fault mostly writes the same design again.
    """
    if best is None:
        return Step(StepKind.FIRST, tier, fresh=k, reason="no candidate to repair")
    share = (3 * k) // 4 if best.verdict.score >= 0.6 else k // 2
    repairs = max(1, share >> failures)
    return Step(
        StepKind.REPAIR,
        tier,
        fresh=k - repairs,
        repairs=repairs,
        parent=best.rtl_hash,
        reason=reason,
    )


def failures_in_a_row(made: Sequence[Attempt]) -> int:
    """Attempts in a row, up to now, that found nothing better."""
    accepted = [a.accepted for a in made]
    return accepted[::-1].index(True) if True in accepted else len(accepted)


def _bound_reached(made: Sequence[Attempt], bounds: Bounds, seconds: float) -> str:
    tokens = sum(a.tokens for a in made)
    if len(made) >= bounds.attempts:
        return f"the bound of {bounds.attempts} attempts is reached"
    if tokens >= bounds.tokens:
        return f"the bound of {bounds.tokens} tokens is reached"
    if seconds >= bounds.seconds:
        return f"the bound of {bounds.seconds:g} s is reached"
    return ""


def _reason_to_escalate(
    made: Sequence[Attempt],
    tier: Tier,
    best: Candidate,
    bounds: Bounds,
    error_class: ErrorClass,
    tactics: Tactics,
) -> str:
    """Why the next tier's expert takes over, or an empty string."""
    if tactics.escalate == "evidence":
        return _evidence_against(made, tier, best, bounds, error_class)
    here = sum(attempt.step.tier is tier for attempt in made)
    if tactics.escalate == "count" and here >= COUNTED:
        return f"{here} attempts"
    return ""


def _evidence_against(
    made: Sequence[Attempt],
    tier: Tier,
    best: Candidate,
    bounds: Bounds,
    error_class: ErrorClass,
) -> str:
    """Why this tier's expert will not get there, or an empty string."""
    here = [a for a in made if a.step.tier is tier]
    repairs = [a for a in here if a.step.kind is StepKind.REPAIR]
    if len(repairs) >= bounds.repairs_per_tier:
        return f"its {bounds.repairs_per_tier} repairs are spent"
    if len(here) < 2:
        return ""
    last = here[-1]
    if not last.accepted and last.best:
        now, before = error_class(last.best.verdict), error_class(best.verdict)
        if now == before:
            return f"the same failure twice ({now})"
    if not any(a.accepted for a in here[-bounds.plateau :]) and len(here) >= bounds.plateau:
        return f"no better candidate in {bounds.plateau} attempts"
    return ""


def _why_repair(made: Sequence[Attempt], best: Candidate) -> str:
    if made[-1].accepted:
        return f"score {best.verdict.score:.2f} is the best so far"
    return f"back to the best so far, score {best.verdict.score:.2f}"
