"""Trials: how often a model solves training specifications, and those in other words."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from agent.judge import Judge
from agent.toolchain.base import Simulator
from agent.training_pairs import as_written, judging
from mevllm.data.describe import Candidate, paraphrase, round_trip, solved
from mevllm.data.families import draw_design, families
from mevllm.data.overlap import LIMIT
from mevllm.data.records import Record
from mevllm.data.trials import PARAPHRASED, Trial
from mevllm.engines.base import Engine
from mevllm.spec import Interface, parse_spec


def tried(
    records: Iterable[Record],
    simulator: Simulator,
    engine: Engine,
    *,
    adapter: str | None,
    samples: int,
    seed: int,
    paraphrases: bool = True,
    overlap: Callable[[str], float] | None = None,
    model: str = "",
) -> Iterator[Trial]:
    """Ask a model for `samples` answers to one specification of each design, and judge them.

    Where one passes, the specification is said in other words; the paraphrase is kept when its
    answers pass at least as often, and when it is not too close to a benchmark (`overlap`).
    Raises EngineError.
    """
    known = families()
    for record in records:
        rng = random.Random(f"{seed}/{record.id}")  # noqa: S311
        voice = rng.choice([v for v in sorted(record.specifications) if PARAPHRASED not in v])
        text = record.specifications[voice]
        interface = parse_spec(text).interface
        with judging(draw_design(known[record.family], record.seed), text, simulator) as judge:
            passes = _passes(judge, interface)
            passed = solved(text, engine, passes, samples=samples, seed=seed, adapter=adapter)
            trial = Trial(record.id, voice, passed, samples, model)
            if paraphrases and passed:
                said = paraphrase(text, engine, seed).text
                if said and (overlap is None or overlap(said) <= LIMIT):
                    result = round_trip(
                        text,
                        said,
                        engine,
                        passes,
                        samples=samples,
                        seed=seed,
                        adapter=adapter,
                        passed=passed,
                    )
                    if result.kept:
                        trial = replace(trial, paraphrase=said, paraphrase_passed=result.paraphrase)
        yield trial


def _passes(judge: Judge, interface: Interface) -> Callable[[Sequence[Candidate]], list[bool]]:
    def passes(candidates: Sequence[Candidate]) -> list[bool]:
        judged = (as_written(judge, interface, c.prefill, c.continuation) for c in candidates)
        return [one.verdict.passed for one in judged]

    return passes
