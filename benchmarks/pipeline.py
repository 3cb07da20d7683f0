"""The pipelined loop beside the sequential one, at equal seeds, over the designs of testbenches/.

`python -m benchmarks pipeline [--quick]` prints the rows. Each design is asked of the expert of its
tier, with the adapters of the package. Its prompt is read once, before either loop begins, for both
read it in the same way and reading takes as long as all the rest: a row says what the ratio is with
it. Each build is bounded by one attempt of CANDIDATES answers of LIMIT tokens; SECONDS bound a
machine that is slower than was thought. Nothing else should run meanwhile.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from agent.attempt_log import AttemptLog
from agent.build import Request, Tools, build
from agent.errors import AgentError
from agent.evaluate.experts import LentEngine
from agent.evaluate.own import load_testbenches
from agent.policy import Bounds, Tactics
from agent.toolchain.simulators import open_simulator
from agent.toolchain.testbench import load_testbench
from benchmarks.harness import CannotRunError, Measured, Scale
from mevllm.classifier import Classification
from mevllm.engines import open_engine
from mevllm.engines.base import Engine, Sampling
from mevllm.errors import MevllmError
from mevllm.experts import all_adapters, expert_of
from mevllm.prompts import generate_prompt
from mevllm.spec import Spec, load_spec
from mevllm.tiers import Tier
from mevllm.weights import resolve

DESIGNS = Path(__file__).resolve().parent.parent / "testbenches"
CANDIDATES = 4
LIMIT = 192
"""Tokens of an answer: room for twelve of the sixteen references, and some eight minutes in all."""
SECONDS = 60.0


@dataclass(frozen=True)
class Built:
    """How one build ended."""

    passed: bool
    winner: str
    """Attempt, place and hash of the passing design; empty where none passed."""
    seconds: float
    tokens: int
    bounded: bool
    """Whether it was ended by the bound on seconds: then it says nothing about the winner."""


@dataclass(frozen=True)
class Pair:
    """One design in both loops."""

    name: str
    read: float
    """Seconds that reading its prompt took, before both."""
    plain: Built
    piped: Built


def measure(scale: Scale) -> list[Measured]:
    """Build each design in both loops; a quick scale takes two, with the small base."""
    base = "smollm2-135m" if scale.quick else "qwen2.5-coder-1.5b"
    limit = 48 if scale.quick else LIMIT
    problems = load_testbenches(DESIGNS, "testbenches")[: 2 if scale.quick else None]
    tiers = {problem.id: problem.tier or Tier.BASIC for problem in problems}
    pairs = []
    try:
        with _opened(base, tiers) as (engine, tools):
            for number, (name, tier) in enumerate(tiers.items()):
                # Each loop goes first every other time, so that neither has the warmer machine.
                order = (True, False) if number % 2 else (False, True)
                read = _read(engine, name, tier)
                built = {}
                for pipelined in order:
                    _read(engine, name, tier)
                    built[pipelined] = _build(name, pipelined, limit, tools)
                pairs.append(Pair(name, read, built[False], built[True]))
    except (AgentError, MevllmError) as error:
        raise CannotRunError(str(error)) from error
    return [*_rows(pairs)]


def _rows(pairs: list[Pair]) -> Iterator[Measured]:
    fair = [pair for pair in pairs if not (pair.plain.bounded or pair.piped.bounded)]
    note = f"{len(pairs) - len(fair)} of {len(pairs)} designs reached the bound on seconds"
    if fair:
        other = [pair.name for pair in fair if pair.plain.winner != pair.piped.winner]
        if other:
            note += f"; another winner: {', '.join(other)}"
        share = 1 - len(other) / len(fair)
        yield Measured("same winner in both loops", share, "share", 1.0, aside=note)
    read = sum(pair.read for pair in pairs)
    solved = [pair for pair in pairs if pair.plain.passed and pair.piped.passed]
    note = f"{len(solved)} of {len(pairs)} designs solved, {read:.0f} s of reading before"
    yield _sooner("pipelined beside sequential, all designs", pairs, 0.0, note)
    yield _sooner("the same with the reading of the prompts", pairs, read, "", None)
    if solved:
        yield _sooner("pipelined beside sequential, solved designs", solved, 0.0, "")
    plain, piped = (
        sum(getattr(pair, side).tokens for pair in pairs) for side in ("plain", "piped")
    )
    if plain:
        spared, note = 1 - piped / plain, f"{piped} of {plain}"
        yield Measured("tokens that were not decoded", spared, "share", aside=note)


def _sooner(
    name: str, pairs: list[Pair], before: float, note: str, target: float | None = 1.4
) -> Measured:
    plain, piped = (
        before + sum(getattr(pair, side).seconds for pair in pairs) for side in ("plain", "piped")
    )
    aside = f"{piped:.0f} s against {plain:.0f} s" + (f"; {note}" if note else "")
    return Measured(name, plain / piped, "x", target, baseline="the sequential loop", aside=aside)


def _read(engine: Engine, name: str, tier: Tier) -> float:
    """Have the design's prompt read under its expert; seconds."""
    adapter = expert_of(engine.info, tier).adapter
    prompt = generate_prompt(load_spec(DESIGNS / name / "spec.md"))
    started = time.monotonic()
    engine.generate(
        prompt, 1, Sampling(max_tokens=1), adapter=None if adapter is None else str(adapter)
    )
    return time.monotonic() - started


def _build(name: str, pipelined: bool, limit: int, tools: Tools) -> Built:
    folder = DESIGNS / name
    request = Request(
        spec=load_spec(folder / "spec.md"),
        testbench=load_testbench(folder / f"tb_{name}.py"),
        bounds=Bounds(attempts=1, candidates=CANDIDATES, seconds=SECONDS),
        sampling=Sampling(max_tokens=limit),
        pipelined=pipelined,
        # What no model is asked for is the same in both.
        tactics=Tactics(mend=False),
    )
    started = time.monotonic()
    result = build(request, tools)
    spent = time.monotonic() - started
    winner = ""
    if result.passed and result.best:
        winner = f"{len(result.attempts) - 1}.{result.best.index} {result.best.rtl_hash}"
    tokens = sum(attempt.tokens for attempt in result.attempts)
    return Built(result.passed, winner, spent, tokens, spent >= SECONDS and not result.passed)


@contextmanager
def _opened(base: str, tiers: Mapping[str, Tier]) -> Iterator[tuple[Engine, Tools]]:
    """An engine with the package's adapters, and what builds work with, loaded once."""
    modules = {
        load_spec(DESIGNS / name / "spec.md").interface.module: tiers[name] for name in tiers
    }

    def route(spec: Spec, opened: Callable[[], Engine]) -> Classification:
        tier = modules[spec.interface.module]
        return Classification(tier, dict.fromkeys(Tier, 0.25), "as the design is meant", "given")

    with (
        tempfile.TemporaryDirectory() as folder,
        AttemptLog.open(Path(folder) / "attempts.db") as log,
        closing(open_simulator(allow_unsandboxed=True)) as simulator,
        closing(
            open_engine(
                "llamacpp",
                model=resolve(base),
                adapters=all_adapters(base),
                parallel=CANDIDATES,
            )
        ) as engine,
    ):
        lent: Any = LentEngine(engine, nullcontext(), Event(), None)
        yield engine, Tools(lambda: lent, route, simulator, log, lambda event: None)
