"""The loop: route, generate, judge, record, decide; the only file that knows the order."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from agent.attempt_log import AttemptLog
from agent.attempts import Attempt, Candidate, Step, StepKind
from agent.events import (
    AttemptFinished,
    CandidateJudged,
    Classified,
    OnEvent,
    RunStarted,
    StageStarted,
    StepStarted,
    TestbenchExamined,
    TokensDecoded,
)
from agent.feedback import error_class
from agent.generate import Listener, Parent, draw
from agent.judge import Judge
from agent.policy import Bounds, Stop, Tactics, best_candidate, first_passing, next_step, warmer
from agent.runs import RunStart, StoredRun
from agent.toolchain.base import Job, Limits, Simulator, Testbench
from agent.toolchain.testbench import TestbenchReport, examine
from mevllm.classifier import Classification
from mevllm.engines.base import Engine, Sampling
from mevllm.experts import expert_of
from mevllm.spec import Spec
from mevllm.tiers import Tier

SEEDS_PER_ATTEMPT = 1000
"""Seeds are `seed + 1000 x attempt + candidate`, without the attempts that ask no model: a resumed
run draws what it would have drawn."""


@dataclass(frozen=True)
class Request:
    """What a build is asked for."""

    spec: Spec
    testbench: Testbench
    bounds: Bounds = Bounds()
    limits: Limits = Limits()
    sampling: Sampling = Sampling()
    tier: Tier | None = None
    """Overrides the classifier and the front matter."""
    adapters: Path | None = None
    """A folder of adapters that goes before the package's own."""
    given: str | None = None
    """A person's design to repair; None to start from nothing."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """The command's options as JSON values, for the record and for resuming."""
    output: Path | None = None
    """Where the passing design will go, for the record."""
    tactics: Tactics = Tactics()
    parameters: tuple[tuple[str, str], ...] = ()
    """Values for the design's parameters in every simulation."""
    pipelined: bool = True
    """Judge answers while others are still decoded; see `agent.generate.draw`."""


@dataclass(frozen=True)
class Tools:
    """What a build works with; the engine is opened once the testbench proves sound."""

    open_engine: Callable[[], Engine]
    route: Callable[[Spec, Callable[[], Engine]], Classification]
    """Asks the classifier; the engine answers where none is installed."""
    simulator: Simulator
    log: AttemptLog
    on_event: OnEvent


@dataclass(frozen=True)
class BuildResult:
    """How a build ended."""

    run_id: str
    passed: bool
    reason: str
    best: Candidate | None
    attempts: tuple[Attempt, ...]
    classification: Classification
    warning: str
    seconds: float


def build(request: Request, tools: Tools, resume: StoredRun | None = None) -> BuildResult:
    """Look for a design that passes the testbench, within the bounds.

    Raises TestbenchError, EngineError, LogError, SandboxError or MissingToolError; a run that
    ends by one of these, or by Ctrl-C, keeps its record and can be resumed.
    """
    tools.on_event(StageStarted("testbench", request.testbench.path.name))
    report = examine(
        tools.simulator,
        request.spec.interface,
        request.testbench,
        request.limits,
        request.parameters,
    )
    tools.on_event(TestbenchExamined(report.tests, report.warning))
    tools.on_event(StageStarted("model"))
    with closing(tools.open_engine()) as engine:
        run = _Run(request, tools, engine, report, resume)
        try:
            return run.loop()
        except BaseException as error:
            interrupted = isinstance(error, KeyboardInterrupt)
            run.finish("interrupted" if interrupted else "error", str(error))
            raise


class _Run:
    """One build under way: what it works with, and its history."""

    def __init__(
        self,
        request: Request,
        tools: Tools,
        engine: Engine,
        report: TestbenchReport,
        resume: StoredRun | None,
    ) -> None:
        self.request, self.tools, self.engine = request, tools, engine
        self.report = report
        self.history = list(resume.attempts) if resume else []
        self.spent = sum(attempt.seconds for attempt in self.history)
        self.started = time.monotonic()
        self.run_id = resume.run_id if resume else tools.log.start_run(self._start())
        stored = resume.classification if resume else None
        self.routed = Classification.from_dict(stored) if stored else None
        interface = request.spec.interface
        job = Job(
            "",
            interface.module,
            request.testbench,
            request.limits,
            report.tests,
            request.parameters,
        )
        known = resume.candidates if resume else ()
        self.judge = Judge(tools.simulator, request.spec, job, known)
        tools.on_event(RunStarted(self.run_id, len(self.history)))

    def loop(self) -> BuildResult:
        """Route, then decide and carry out until the policy stops."""
        routed = self._route()
        if self.request.given is not None and not self.history:
            self._judge_given(self.request.given, routed.tier)
        while not isinstance(step := self._decide(routed.tier), Stop):
            carry_out = self._mend if step.kind is StepKind.MEND else self._carry_out
            carry_out(step)
        self.finish("passed" if step.passed else "not passed", step.reason)
        return BuildResult(
            run_id=self.run_id,
            passed=step.passed,
            reason=step.reason,
            best=best_candidate(self.history),
            attempts=tuple(self.history),
            classification=routed,
            warning=self.report.warning,
            seconds=self.elapsed,
        )

    @property
    def elapsed(self) -> float:
        """Seconds spent, earlier sittings of a resumed run included."""
        return self.spent + time.monotonic() - self.started

    def _expired(self) -> bool:
        return self.elapsed > self.request.bounds.seconds

    def finish(self, outcome: str, reason: str) -> None:
        """Close the run in the record."""
        best = best_candidate(self.history)
        self.tools.log.finish_run(
            self.run_id,
            outcome,
            best_hash=best.rtl_hash if best else None,
            passed_hash=best.rtl_hash if best and best.verdict.passed else None,
            reason=reason,
        )

    def _decide(self, start: Tier) -> Step | Stop:
        return next_step(
            self.history,
            start,
            self.request.bounds,
            seconds=self.elapsed,
            error_class=error_class,
            tactics=self.request.tactics,
        )

    def _route(self) -> Classification:
        if self.routed is not None:
            self.tools.on_event(Classified(self.routed))
            return self.routed
        self.tools.on_event(StageStarted("classify"))
        spec = self.request.spec
        if self.request.tier is not None:
            spec = replace(spec, tier=self.request.tier)
        routed = self.tools.route(spec, lambda: self.engine)
        self.tools.log.note_classification(self.run_id, routed)
        self.tools.on_event(Classified(routed))
        return routed

    def _judge_given(self, rtl: str, tier: Tier) -> None:
        step = Step(StepKind.GIVEN, tier, fresh=0, reason="the design to repair")
        attempt_id = self.tools.log.start_attempt(self.run_id, 0, step, "")
        started = time.monotonic()
        candidate = self.judge.given(rtl)
        self._keep(attempt_id, 0, candidate)
        self._acknowledge(
            attempt_id, Attempt(0, step, (candidate,), time.monotonic() - started, True)
        )

    def _mend(self, step: Step) -> None:
        """Try small changes to a failing design; only one that passes becomes a candidate."""
        started = time.monotonic()
        ordinal, parent = len(self.history), self._parent(step)
        self.tools.on_event(StepStarted(ordinal, step, None))
        attempt_id = self.tools.log.start_attempt(self.run_id, ordinal, step, "")
        mended = self.judge.mended(parent, self._expired) if parent else None
        found = (mended,) if mended else ()
        for candidate in found:
            self._keep(attempt_id, ordinal, candidate)
        attempt = Attempt(ordinal, step, found, time.monotonic() - started, bool(found))
        self._acknowledge(attempt_id, attempt)

    def _carry_out(self, step: Step) -> None:
        """Draw, judge and record one attempt; each part is in the record before it is told of."""
        started = time.monotonic()
        ordinal, best = len(self.history), best_candidate(self.history)
        expert = expert_of(self.engine.info, step.tier, self.request.adapters)
        self.tools.on_event(StepStarted(ordinal, step, expert))
        parent, complaint = self._parent(step), ""
        if parent and step.repairs:
            tactics = self.request.tactics
            complaint = self.judge.complaint(parent, hints=tactics.hints, table=tactics.table)
        attempt_id = self.tools.log.start_attempt(self.run_id, ordinal, step, complaint)
        candidates: list[Candidate] = []
        listener = Listener(
            on_tokens=lambda total, s: self.tools.on_event(TokensDecoded(total, s)),
            winner=lambda: first_passing(candidates),
            expired=self._expired,
        )
        drafts = draw(
            self.engine,
            expert,
            self.request.spec,
            step,
            Parent(parent.rtl, complaint) if parent else None,
            self._sampling(),
            listener,
            pipelined=self.request.pipelined,
        )
        with closing(drafts):
            for draft in drafts:
                repaired = step.parent if draft.kind == "repair" else None
                judged = self.judge.answer(draft.index, draft.kind, draft.generation, repaired)
                self._keep(attempt_id, ordinal, judged)
                candidates.append(judged)
        candidates.sort(key=lambda c: c.index)
        better = any(best is None or c.merit > best.merit for c in candidates)
        attempt = Attempt(
            ordinal, step, tuple(candidates), time.monotonic() - started, better, complaint
        )
        self._acknowledge(attempt_id, attempt)

    def _parent(self, step: Step) -> Candidate | None:
        """The candidate that a step repairs, the latest of equal texts."""
        made = [c for attempt in reversed(self.history) for c in attempt.candidates]
        return next((c for c in made if c.rtl_hash == step.parent), None)

    def _keep(self, attempt_id: int, ordinal: int, candidate: Candidate) -> None:
        self.tools.log.add_candidate(attempt_id, candidate)
        self.tools.on_event(CandidateJudged(ordinal, candidate))

    def _acknowledge(self, attempt_id: int, attempt: Attempt) -> None:
        self.tools.log.finish_attempt(attempt_id, attempt)
        self.history.append(attempt)
        self.tools.on_event(AttemptFinished(attempt))

    def _sampling(self) -> Sampling:
        asked = self.request.sampling
        number = sum(attempt.step.kind is not StepKind.MEND for attempt in self.history)
        used = sum(attempt.tokens for attempt in self.history)
        left = max(self.request.bounds.tokens - used, 1)
        warm = self.request.tactics.warm and asked.temperature > 0
        return replace(
            asked,
            temperature=asked.temperature + (warmer(self.history) if warm else 0.0),
            seed=asked.seed + SEEDS_PER_ATTEMPT * number,
            max_tokens=min(asked.max_tokens, left),
        )

    def _start(self) -> RunStart:
        request, info = self.request, self.engine.info
        return RunStart.of(
            kind="build" if request.given is None else "repair",
            spec=request.spec,
            testbench=request.testbench,
            options=request.options,
            expected_tests=self.report.tests,
            tool_versions=self.tools.simulator.versions(),
            sandbox=self.tools.simulator.sandbox,
            model=info,
            limits=request.limits,
            parameters=request.parameters,
            given=request.given,
            out_path=request.output,
        )
