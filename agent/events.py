"""What a build tells while it runs: frozen values, for whoever shows the progress."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agent.attempts import Attempt, Candidate, Step
from mevllm.classifier import Classification
from mevllm.experts import Expert


@dataclass(frozen=True)
class StageStarted:
    """A stage that takes time begins: `testbench`, `model`, `classify`."""

    stage: str
    detail: str = ""


@dataclass(frozen=True)
class TestbenchExamined:
    """The testbench ran against the stub and is fit to judge."""

    __test__ = False

    tests: tuple[str, ...]
    warning: str


@dataclass(frozen=True)
class RunStarted:
    """The run is in the record."""

    run_id: str
    resumed: int
    """Finished attempts that were taken over from the record."""


@dataclass(frozen=True)
class Classified:
    """The specification is routed."""

    classification: Classification


@dataclass(frozen=True)
class StepStarted:
    """An attempt begins."""

    ordinal: int
    step: Step
    expert: Expert | None
    """None where no model is asked."""


@dataclass(frozen=True)
class TokensDecoded:
    """More tokens have come from the model, over all candidates of the attempt."""

    tokens: int
    seconds: float
    """Since the attempt's first request."""


@dataclass(frozen=True)
class CandidateJudged:
    """A candidate has its verdict, and both are in the record."""

    ordinal: int
    candidate: Candidate


@dataclass(frozen=True)
class AttemptFinished:
    """An attempt is acknowledged: it is in the record and survives a crash."""

    attempt: Attempt


Event = (
    StageStarted
    | TestbenchExamined
    | RunStarted
    | Classified
    | StepStarted
    | TokensDecoded
    | CandidateJudged
    | AttemptFinished
)
OnEvent = Callable[[Event], None]
