"""The tool's loop beside AutoChip's, over the same problems with the same tokens for each.

`python -m benchmarks autochip [--quick] [--problems N] [--same-engine] [--keep FOLDER]` prints the
rows. What is kept in FOLDER is not measured again, so that a run that was stopped goes on. The arms
take turns at each problem: the tool as it comes, with its own engine; AutoChip's loop
(agent.evaluate.autochip) through llama.cpp's own server on loopback; with --same-engine or --quick
also the tool's loop through a server like that one, so that the loop alone differs. The model (the
base with the package's monolith, which the server holds as one), prompts, seeds of the first
answers, corrections, simulator and bounds are the same for all. Loading the model and examining the
testbench are not counted. Nothing else should run meanwhile.
"""

from __future__ import annotations

import os
import random
import socket
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from agent.errors import AgentError
from agent.evaluate.answers import AnswerOptions
from agent.evaluate.experts import LentEngine
from agent.evaluate.measured import load
from agent.evaluate.measures import Sample
from agent.evaluate.own import load_testbenches
from agent.evaluate.problems import Problem
from agent.evaluate.run import Hands, Plan, evaluate
from agent.evaluate.store import EvaluationStore
from agent.evaluate.suites import Source
from agent.options import router_of
from agent.policy import Bounds
from benchmarks.harness import CannotRunError, Measured, Scale
from mevllm.engines import open_engine
from mevllm.engines.base import Engine, Sampling
from mevllm.engines.cores import usable_cores
from mevllm.errors import MevllmError
from mevllm.experts import MONOLITH, find_adapter
from mevllm.lora_gguf import gguf_of
from mevllm.tiers import Tier
from mevllm.weights import resolve

DESIGNS = Path(__file__).resolve().parent.parent / "testbenches"
BREADTH, DEPTH = 3, 4
SERVED = "ours, served"
CONTEXT = 4096
"""Tokens of one conversation, in both engines."""
PORTS = range(48730, 48750)
"""Where servers are looked for room."""


@dataclass(frozen=True)
class Size:
    """How much each problem may cost. With equal bounds on tokens either loop may exceed them by
    what a batch of answers takes; seconds bound a machine that is slower than was thought."""

    tokens: int = 1200
    answer_tokens: int = 500
    seconds: float = 240.0


QUICK = Size(tokens=200, answer_tokens=80, seconds=10.0)


@dataclass(frozen=True)
class Arm:
    """One of those that take turns."""

    name: str
    loop: str
    engine: Engine
    expert: str = "base"
    """What it asks its engine for; a server's base is the whole model."""


def measure(scale: Scale) -> list[Measured]:
    """All rows. A quick scale takes two problems and the small base."""
    base, size = ("smollm2-135m", QUICK) if scale.quick else ("qwen2.5-coder-1.5b", Size())
    names = drawn(load_testbenches(DESIGNS, "testbenches"), 2 if scale.quick else scale.problems)
    try:
        with ExitStack() as stack:
            folder = scale.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
            model, adapter = resolve(base), find_adapter(MONOLITH, base)
            own = open_engine(
                "llamacpp",
                model=model,
                adapters=[adapter] if adapter else [],
                parallel=BREADTH,
                context=CONTEXT,
            )
            expert = MONOLITH if adapter else "base"
            arms = [Arm("ours", "own", stack.enter_context(closing(own)), expert)]
            loops = [("autochip", "autochip")]
            if scale.same_engine or scale.quick:
                loops.append((SERVED, "own"))
            for name, loop in loops:
                # A server each: what one loop had read would be in the other's cache.
                url = stack.enter_context(served(model, adapter, BREADTH))
                engine = open_engine("openai", url=url, parallel=BREADTH)
                arms.append(Arm(name, loop, engine))
            return [*rows(take_turns(names, arms, size, folder))]
    except (AgentError, MevllmError) as error:
        raise CannotRunError(str(error)) from error


def drawn(problems: Sequence[Problem], count: int) -> tuple[str, ...]:
    """Ids of `count` problems, from each tier in turn; always the same."""
    rng = random.Random(0)  # noqa: S311
    tiers = [rng.sample(found, len(found)) for t in Tier if (found := _of(problems, t))]
    order = [tier[i] for i in range(max(map(len, tiers))) for tier in tiers if i < len(tier)]
    return tuple(problem.id for problem in order[:count])


def _of(problems: Sequence[Problem], tier: Tier) -> list[Problem]:
    return [problem for problem in problems if problem.tier is tier]


def take_turns(
    names: Sequence[str], arms: Sequence[Arm], size: Size, folder: Path
) -> dict[str, list[Sample]]:
    """What each arm made of each problem; the arms begin in turn. `folder` takes the record."""
    found: dict[str, list[Sample]] = {arm.name: [] for arm in arms}
    for number, name in enumerate(names):
        first = number % len(arms)
        for arm in (*arms[first:], *arms[:first]):
            found[arm.name].append(_build(name, arm, size, folder))
    return found


def _build(name: str, arm: Arm, size: Size, folder: Path) -> Sample:
    lent = LentEngine(arm.engine, nullcontext(), threading.Event(), None)
    plan = Plan(
        "testbenches",
        Source(root=DESIGNS, exactly=(name,)),
        mode="agent",
        expert=arm.expert,
        loop=arm.loop,
        bounds=Bounds(attempts=DEPTH, candidates=BREADTH, tokens=size.tokens, seconds=size.seconds),
        # The corrections are part of the way from an answer to a design, which both loops share.
        options=AnswerOptions(sampling=Sampling(max_tokens=size.answer_tokens), fixes=True),
        tiers=False,
        db=folder / f"{arm.name}.db",
    )
    hands = Hands(lambda: lent, router_of("llamacpp", None), lambda *_: None)
    evaluation = evaluate(plan, hands)
    with EvaluationStore.open(plan.db) as store:
        (sample,) = load(store, store.find(evaluation)).samples
    return sample


@contextmanager
def served(model: Path, adapter: Path | None, parallel: int) -> Iterator[str]:
    """The URL of llama.cpp's own server, on loopback with our engine's threads, else as it comes.

    The adapter, where there is one, is applied to every request.

    Raises CannotRunError where it does not start, or finds no port.
    """
    # Idle threads of one engine must not take the processor from another's.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    import xllamacpp

    port = _free_port()
    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    if adapter:
        lora = xllamacpp.CommonAdapterLoraInfo(str(gguf_of(adapter, model)), 1.0)
        params.lora_adapters = [lora]
    params.hostnames, params.port = ["127.0.0.1"], port
    params.n_parallel, params.n_ctx = parallel, CONTEXT * parallel
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = usable_cores()
    params.warmup = params.fit_params = params.ui = False
    params.verbosity = -1
    try:
        server = [xllamacpp.Server(params)]
    except RuntimeError as error:
        raise CannotRunError(f"llama.cpp's server does not start: {error}") from error
    try:
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.clear()


def _free_port() -> int:
    """The first of PORTS that is free: an arm's record names its server, and is found by it."""
    for port in PORTS:
        with socket.socket() as probe:
            # Connections of a server that has just ended do not keep its port.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise CannotRunError(f"the ports {PORTS[0]} to {PORTS[-1]} of loopback are taken")


def rows(found: Mapping[str, Sequence[Sample]]) -> Iterator[Measured]:
    """The tool beside the baseline, then the same loop through the same kind of server."""
    yield from _beside(found["ours"], found["autochip"], "", 2.0, 0.0)
    if SERVED in found:
        yield from _beside(found[SERVED], found["autochip"], ", both through a server")
    for name, samples in found.items():
        solved = ", ".join(s.problem for s in samples if s.passed)
        seconds, tokens = sum(s.seconds for s in samples), sum(s.tokens for s in samples)
        yield Measured(
            f"problems solved: {name}", sum(s.passed for s in samples), "problems",
            aside=f"of {len(samples)}, {tokens} tokens, {seconds:.0f} s: {solved or 'none'}",
        )  # fmt: skip


def _beside(
    ours: Sequence[Sample],
    theirs: Sequence[Sample],
    how: str,
    faster: float | None = None,
    more: float | None = None,
) -> Iterator[Measured]:
    mine, baseline = (_per_solved(samples) for samples in (ours, theirs))
    if mine is not None and baseline is not None:
        yield Measured(
            f"seconds per solved problem{how}", baseline / mine, "x", faster,
            baseline="AutoChip's loop", aside=f"{mine:.1f} s against {baseline:.1f} s",
        )  # fmt: skip
    solved = [sum(s.passed for s in samples) for samples in (ours, theirs)]
    yield Measured(
        f"more problems solved{how}", solved[0] - solved[1], "problems",
        more if any(solved) else None,  # to solve nothing, as the other does, meets no target
        baseline="AutoChip's loop", aside=f"{solved[0]} against {solved[1]} of {len(ours)}",
    )  # fmt: skip


def _per_solved(samples: Sequence[Sample]) -> float | None:
    """Seconds spent on all problems, per solved one; None where none is solved."""
    solved = sum(sample.passed for sample in samples)
    return sum(sample.seconds for sample in samples) / solved if solved else None
