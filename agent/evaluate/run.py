"""One evaluation from its options: suite, engine, simulators and store put together."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, closing
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from agent.errors import InputError
from agent.evaluate.answers import AnswerOptions, Desk, run_answers
from agent.evaluate.experts import Choice, Route, adapters_for, check_choice, choose
from agent.evaluate.judging import Judged, Pool, ProcessPool, SerialPool
from agent.evaluate.prepare import digests, examined, tiered
from agent.evaluate.problems import Problem, digest_of
from agent.evaluate.store import EvaluationStore
from agent.evaluate.suites import Source, load_suite
from agent.policy import Bounds, Tactics
from agent.toolchain.direct import DirectSimulator
from agent.toolchain.simulators import open_simulator
from mevllm.classifier import Classification
from mevllm.engines.base import Engine, ModelInfo
from mevllm.errors import LongPromptError
from mevllm.experts import CLASSIFIER, CLASSIFIER_BASE, find_adapter
from mevllm.lora import read_adapter
from mevllm.spec import Spec
from mevllm.tiers import Tier

if TYPE_CHECKING:
    from agent.evaluate.builds import BuildOptions

OnProgress = Callable[[str, int, int, str], None]
"""Told of a stage, how far it is, how far it goes, and a word on what was done."""

Router = Callable[[Spec, Callable[[], Engine]], Classification]


@dataclass(frozen=True)
class Plan:
    """What an evaluation is asked for."""

    suite: str
    source: Source
    mode: str = "answer"
    expert: str = "routed"
    adapters: Path | None = None
    options: AnswerOptions = field(default_factory=AnswerOptions)
    bounds: Bounds = Bounds()
    """Mode `agent`: the budget of each build."""
    tactics: Tactics = Tactics()
    loop: str = "own"
    """Mode `agent`: one of `builds.LOOPS`."""
    name: str = ""
    """What a person calls it; the id when empty."""
    tiers: bool = True
    """Whether problems without a tier are labelled by what is measured in their references."""
    jobs: int = 1
    """Processes that judge side by side."""
    requests: int = 1
    """Problems whose answers a server is asked for at once."""
    ray: str | None = None
    """Address of a Ray cluster that judges; empty for one on this machine, None for no Ray."""
    allow_unsandboxed: bool = False
    db: Path = Path("runs/eval.db")


@dataclass(frozen=True)
class Hands:
    """How an evaluation gets at a model; each is called when it is needed."""

    open_engine: Callable[[], Engine]
    route: Router
    on_progress: OnProgress


def evaluate(plan: Plan, hands: Hands) -> str:
    """Carry an evaluation out, or take it up where it stopped; return its id.

    Raises InputError for a plan that cannot be, EngineError, WeightsError, SandboxError,
    MissingToolError, LogError; what was kept until then stays.
    """
    if plan.options.sampling.temperature == 0 and plan.options.n > 1:
        raise InputError("greedy answers are all the same: ask for one sample with -n 1")
    if plan.loop != "own" and plan.mode != "agent":
        raise InputError(f"the loop {plan.loop} is for --mode agent")
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mevagent-eval-")))
        store = stack.enter_context(EvaluationStore.open(plan.db))
        simulator = stack.enter_context(
            closing(open_simulator(allow_unsandboxed=plan.allow_unsandboxed))
        )
        pool = stack.enter_context(_pool(plan, simulator))
        tools = tuple(sorted(simulator.versions().items()))
        limits = plan.options.limits
        problems = load_suite(plan.suite, plan.source, work)
        hands.on_progress("testbenches", 0, len(problems), "")
        digest = digests(problems, limits)
        problems = examined(problems, store, pool, limits, digest, tools)
        if plan.tiers:
            hands.on_progress("tiers", 0, len(problems), "")
            problems = tiered(problems, store)
        hands.on_progress("model", 0, 0, "")
        engine = stack.enter_context(closing(hands.open_engine()))
        check_choice(plan.expert, engine.info, plan.adapters)
        alone = engine.info.served is None and not engine.info.engine.startswith("scripted")
        if alone and plan.requests > 1:
            raise InputError("--requests is for --engine openai: others answer one at a time")
        config = _config(plan, problems, digest, engine.info)
        evaluation = f"{plan.suite}-{plan.mode}-{digest_of(config)[:8]}"
        store.begin(
            evaluation,
            suite=plan.suite,
            mode=plan.mode,
            name=plan.name or evaluation,
            config=config,
            problems=problems,
        )
        total = plan.options.n * sum(problem.attempted for problem in problems)
        desk = Desk(
            store,
            engine,
            pool,
            tools,
            _chooser(plan, hands, store, engine),
            _counter(hands.on_progress, total),
            plan.requests,
        )
        if plan.mode == "agent":
            from agent.evaluate.builds import run_builds

            run_builds(evaluation, problems, digest, _builds(plan, engine.info), desk, simulator)
        else:
            run_answers(evaluation, problems, digest, plan.options, desk)
        store.finish(evaluation)
    return evaluation


def _pool(plan: Plan, simulator: DirectSimulator) -> AbstractContextManager[Pool]:
    if plan.ray is not None:
        from agent.evaluate.ray_pool import RayPool

        return closing(
            RayPool(plan.ray or None, workers=plan.jobs, allow_unsandboxed=plan.allow_unsandboxed)
        )
    if plan.jobs > 1:
        return closing(ProcessPool(plan.jobs, allow_unsandboxed=plan.allow_unsandboxed))
    return closing(SerialPool(simulator))


def _builds(plan: Plan, info: ModelInfo) -> BuildOptions:
    from agent.evaluate.builds import BuildOptions

    return BuildOptions(
        answers=plan.options,
        bounds=plan.bounds,
        tactics=plan.tactics,
        expert=plan.expert,
        adapters=plan.adapters,
        jobs=plan.jobs,
        log=plan.db.with_name(f"{plan.db.stem}-attempts.db"),
        adapters_sha256=_held(plan, info),
        loop=plan.loop,
    )


def _held(plan: Plan, info: ModelInfo) -> tuple[str, ...]:
    """Hashes of the adapters that may answer; none where a server has them."""
    if info.served is not None:
        return ()
    loop = plan.mode == "agent"
    paths = adapters_for(plan.expert, info.base, plan.adapters, loop=loop)
    return tuple(read_adapter(path).sha256 for path in paths)


def _config(
    plan: Plan, problems: tuple[Problem, ...], digest: dict[str, str], info: ModelInfo
) -> dict[str, object]:
    """What an evaluation asks, and of whom: equal configurations are one evaluation."""
    asked = [
        [p.id, digest[p.id], p.spec.text if p.spec else "", p.unsupported, str(p.tier)]
        for p in problems
    ]
    found = find_adapter(CLASSIFIER, CLASSIFIER_BASE, plan.adapters)
    classifier = read_adapter(found).sha256 if found and plan.expert == "routed" else None
    return {
        "problems": digest_of(asked),
        "count": len(problems),
        "split": plan.source.split if plan.suite == "held-out" else None,
        "expert": plan.expert,
        "engine": info.engine,
        "base": info.base,
        "base_sha256": info.sha256,
        "served": info.served,
        "adapters": _held(plan, info),
        "classifier": classifier,
        "options": plan.options.as_dict(),
        "bounds": asdict(plan.bounds) if plan.mode == "agent" else None,
        "tactics": asdict(plan.tactics) if plan.mode == "agent" else None,
        **_other_loop(plan),
    }


def _other_loop(plan: Plan) -> dict[str, object]:
    """What a baseline is asked for, in its own words; nothing for the tool's own loop."""
    if plan.loop == "own":
        return {}
    bounds = plan.bounds
    budget = {
        "breadth": bounds.candidates,
        "depth": bounds.attempts,
        "tokens": bounds.tokens,
        "seconds": bounds.seconds,
    }
    return {"loop": plan.loop, "bounds": budget, "tactics": None}


def _chooser(
    plan: Plan, hands: Hands, store: EvaluationStore, engine: Engine
) -> Callable[[Problem], Choice]:
    """Who answers each problem; the classifier is asked once for each specification."""
    found = find_adapter(CLASSIFIER, CLASSIFIER_BASE, plan.adapters)
    classifier = read_adapter(found).sha256 if found else engine.info.sha256

    def ask(spec: Spec) -> Classification:
        key = digest_of(["route", classifier, spec.text, spec.interface.header(), spec.tier])
        known = store.fact(key)
        if known is not None:
            return Classification.from_dict(known)
        try:
            routed = hands.route(spec, lambda: engine)
        except LongPromptError as error:
            certain = {tier: float(tier is Tier.EXPERT) for tier in Tier}
            routed = Classification(Tier.EXPERT, certain, str(error), "too long to be classified")
        store.keep_fact(key, routed.as_dict())
        return routed

    route: Route = ask
    seed = plan.options.sampling.seed
    return lambda problem: choose(plan.expert, problem, engine.info, plan.adapters, route, seed)


def _counter(on_progress: OnProgress, total: int) -> Callable[[str, int, Judged], None]:
    done = 0

    def count(problem: str, position: int, judged: Judged) -> None:
        nonlocal done
        done += 1
        on_progress("samples", done, total, f"{problem}.{position} {judged.failure or 'passed'}")

    return count


def greedy(options: AnswerOptions) -> AnswerOptions:
    """The same with the likeliest token at each step, and one sample."""
    return replace(options, n=1, batch=1, sampling=replace(options.sampling, temperature=0.0))
