"""Mode `agent`: a whole loop on each problem, with a stated budget."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from agent import __version__
from agent.attempt_log import AttemptLog
from agent.attempts import Attempt, StepKind
from agent.build import Request, Tools, build
from agent.errors import InputError, TestbenchError
from agent.evaluate import autochip
from agent.evaluate.answers import AnswerOptions, Desk
from agent.evaluate.classes import compiles, failure_class
from agent.evaluate.experts import BASE, Choice, LentEngine, only
from agent.evaluate.judging import Judged, judge_task, task_of
from agent.evaluate.problems import Problem, digest_of
from agent.evaluate.store import Link
from agent.events import Event, OnEvent, RunStarted
from agent.policy import Bounds, Tactics
from agent.runs import StoredRun
from agent.toolchain.direct import DirectSimulator
from mevllm.classifier import Classification, classify
from mevllm.engines.base import Engine
from mevllm.errors import LongPromptError
from mevllm.experts import MONOLITH
from mevllm.spec import Spec
from mevllm.tiers import Tier

OWN = "own"
LOOPS = (OWN, autochip.NAME)
"""The tool's own loop, and the baseline."""
SEEDS_PER_BUILD = 1_000_000
"""Build i of a problem begins at `seed + i x this`: no two builds draw with the same seed."""


@dataclass(frozen=True)
class BuildOptions:
    """What decides a build, beside the model."""

    answers: AnswerOptions
    bounds: Bounds
    tactics: Tactics
    expert: str
    adapters: Path | None
    jobs: int
    log: Path
    """The attempt database of the builds."""
    adapters_sha256: tuple[str, ...]
    """Of every adapter that a build may use."""
    loop: str = OWN
    """One of LOOPS."""

    def key(self, problem: Problem, digest: str, choice: Choice, desk: Desk, seed: int) -> str:
        """SHA-256 of everything that decides the build of a seed."""
        info = desk.engine.info
        other = [] if self.loop == OWN else [self.loop, self.answers.fixes]
        return digest_of(
            [
                digest,
                problem.spec.text if problem.spec else "",
                problem.spec.interface.header() if problem.spec else "",
                [info.engine, info.base, info.sha256, info.served],
                [self.expert, str(choice.tier), self.adapters_sha256],
                asdict(replace(self.answers.sampling, seed=seed)),
                asdict(self.bounds),
                asdict(self.tactics),
                desk.tools,
                __version__,
                *other,
            ]
        )


def run_builds(
    evaluation: str,
    problems: Sequence[Problem],
    digests: Mapping[str, str],
    options: BuildOptions,
    desk: Desk,
    simulator: DirectSimulator,
) -> None:
    """Build what has no result yet; a build that was cut off goes on where it stopped.

    With several jobs as many builds run side by side, and the engine answers `Desk.requests` of
    them at a time. Raises EngineError, SandboxError, MissingToolError or LogError.
    """
    turn, stop = threading.Semaphore(desk.requests), threading.Event()
    with (
        AttemptLog.open(options.log) as log,
        ThreadPoolExecutor(options.jobs, thread_name_prefix="build") as threads,
    ):
        waiting = {}
        for problem in problems:
            if not problem.attempted:
                continue
            choice = desk.choose(problem)
            for position in range(options.answers.n):
                seed = options.answers.sampling.seed + position * SEEDS_PER_BUILD
                key = options.key(problem, digests[problem.id], choice, desk, seed)
                tier = str(choice.tier) if choice.tier else None
                link = Link(problem.id, position, tier, choice.name, build_key=key)
                desk.store.link(evaluation, link)
                _, result = desk.store.build(key)
                if result is not None:
                    _tell(desk, link, result)
                    continue
                job = _Job(problem, choice, seed, key, options, desk, simulator, log, turn, stop)
                waiting[threads.submit(job.run)] = link
        try:
            for future in as_completed(waiting):
                _tell(desk, waiting[future], future.result())
        except BaseException:
            stop.set()
            threads.shutdown(wait=False, cancel_futures=True)
            raise


def _tell(desk: Desk, link: Link, result: Mapping[str, Any]) -> None:
    outcome = "passed" if result["passed"] else "failed"
    judged = Judged(outcome, result["failure"], result["compiles"], 0.0, "", result["seconds"])
    desk.on_sample(link.problem, link.position, judged)


@dataclass(frozen=True)
class _Job:
    """One build to carry out."""

    problem: Problem
    choice: Choice
    seed: int
    key: str
    options: BuildOptions
    desk: Desk
    simulator: DirectSimulator
    log: AttemptLog
    turn: threading.Semaphore
    stop: threading.Event

    def run(self) -> dict[str, Any]:
        """Build, or go on with a build; store and return its result."""
        run_id, result = self.desk.store.build(self.key)
        if result is None:
            result = self._built(run_id)
            self.desk.store.keep_build(self.key, result["run_id"], result)
        return result

    def _built(self, run_id: str | None) -> dict[str, Any]:
        stored = None
        if run_id is not None:
            before = self.log.load_run(run_id)
            if before.status == "passed" and before.best:
                result = result_of(run_id, before.attempts, before.seconds)
                return {**result, **self._by_all(before.best.rtl)}
            try:
                stored = self.log.resume_run(run_id, self.simulator.versions())
            except InputError:
                stored = None
        if self.problem.spec is None:
            raise InputError(f"{self.problem.id} has no specification")

        def on_event(event: Event) -> None:
            if isinstance(event, RunStarted):
                self.desk.store.keep_build(self.key, event.run_id, None)

        with ExitStack() as stack:
            return self._carried_out(self.problem.spec, stored, on_event, stack)

    def _carried_out(
        self, spec: Spec, stored: StoredRun | None, on_event: OnEvent, stack: ExitStack
    ) -> dict[str, Any]:
        options, adapters = self.options, self.options.adapters
        served: tuple[str, ...] | None = None
        if options.expert == BASE:
            served = ()
        elif options.expert == MONOLITH and self.desk.engine.info.served is None:
            adapters = stack.enter_context(only(self.choice.expert))
        elif options.expert == MONOLITH:
            served = (MONOLITH,)
        engine = LentEngine(self.desk.engine, self.turn, self.stop, served)
        request = Request(
            spec=spec,
            testbench=self.problem.simulations[0].testbench,
            bounds=options.bounds,
            limits=options.answers.limits,
            sampling=replace(options.answers.sampling, seed=self.seed),
            # One model for all tiers has nowhere to escalate to.
            tier=self.choice.tier or Tier.EXPERT,
            adapters=adapters,
            options={"evaluation": self.problem.suite, "problem": self.problem.id},
            tactics=options.tactics,
            parameters=self.problem.simulations[0].parameters,
        )
        tools = Tools(lambda: engine, _routed, self.simulator, self.log, on_event)
        try:
            if options.loop == autochip.NAME:
                built = autochip.search(request, tools, stored, fixes=options.answers.fixes)
            else:
                built = build(request, tools, stored)
        except TestbenchError as error:
            return unjudged(str(error))
        except LongPromptError as error:
            begun, _ = self.desk.store.build(self.key)
            if begun is None:
                return unjudged(str(error))
            cut = self.log.load_run(begun)
            return result_of(begun, cut.attempts, cut.seconds)
        result = result_of(built.run_id, built.attempts, built.seconds)
        if built.passed and built.best and len(self.problem.simulations) > 1:
            result.update(self._by_all(built.best.rtl))
        return result

    def _by_all(self, rtl: str) -> dict[str, Any]:
        """What all simulations say of a design that passed the first, which led the loop."""
        task = task_of(self.problem, rtl, self.options.answers.limits, "", self.desk.tools)
        judged = judge_task(self.simulator, task)
        return {"passed": judged.passed, "failure": judged.failure}


def _routed(spec: Spec, engine: Callable[[], Engine]) -> Classification:
    """The tier stands in the request already."""
    return classify(spec, engine())


def result_of(run_id: str, attempts: Sequence[Attempt], seconds: float) -> dict[str, Any]:
    """What an evaluation counts of a build, as a JSON value."""
    candidates = [c for attempt in attempts for c in attempt.candidates]
    best = max(candidates, key=lambda c: c.merit, default=None)
    first = candidates[0] if candidates else None
    passed = best is not None and best.verdict.passed
    return {
        "run_id": run_id,
        "passed": passed,
        "compiles": any(compiles(c.verdict) for c in candidates),
        "failure": "" if passed else failure_class(best.verdict) if best else "no result",
        "first_failure": failure_class(first.verdict) if first else "no result",
        "tokens": sum(attempt.tokens for attempt in attempts),
        "seconds": seconds,
        "attempts": len(attempts),
        "escalations": escalations(attempts),
        "mended": best is not None and best.verdict.passed and best.kind == "mend",
    }


def unjudged(reason: str) -> dict[str, Any]:
    """The result where the testbench does not fit what the specification was understood to say."""
    failure = "port" if "no such port" in reason else "no result"
    return {
        "run_id": "",
        "passed": False,
        "compiles": False,
        "failure": failure,
        "first_failure": failure,
        "tokens": 0,
        "seconds": 0.0,
        "attempts": 0,
        "escalations": [],
        "mended": False,
        "reason": reason[:500],
    }


def escalations(attempts: Sequence[Attempt]) -> list[tuple[str, str, bool]]:
    """Each escalation: from tier, to tier, whether the tier that took over passed."""
    found = []
    asked = [attempt for attempt in attempts if attempt.step.kind is not StepKind.MEND]
    for before, attempt in pairwise(asked):
        if attempt.step.kind is StepKind.ESCALATE:
            to = attempt.step.tier
            won = any(c.verdict.passed for a in asked if a.step.tier is to for c in a.candidates)
            found.append((str(before.step.tier), str(to), won))
    return found
