"""Repair pairs and sampled answers, judged by the same tools that judge a build."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from agent.attempts import Candidate
from agent.extract import extract
from agent.judge import Judge
from agent.toolchain.base import Job, Limits, Simulator
from agent.toolchain.results import Outcome
from agent.toolchain.testbench import load_testbench
from mevllm.data.checker import checker
from mevllm.data.design import Design
from mevllm.data.families import draw_design, families
from mevllm.data.pairs import Pair, Source
from mevllm.data.records import Record, Split
from mevllm.data.slips import slips
from mevllm.data.verify import Verified, verify
from mevllm.engines.base import Engine, Sampling
from mevllm.prompts import generate_prompt
from mevllm.spec import Interface, parse_spec

LIMITS = Limits(wall_s=10.0, cpu_s=5)
"""Designs of the set are small; a candidate that needs more is wrong."""


@contextmanager
def judging(design: Design, specification: str, simulator: Simulator) -> Iterator[Judge]:
    """A judge that holds candidates to a design's checker."""
    spec = parse_spec(specification)
    with tempfile.TemporaryDirectory(prefix="mevagent-pairs-") as name:
        path = Path(name) / "checker.v"
        path.write_text(checker(design), encoding="utf-8")
        job = Job("", spec.interface.module, load_testbench(path, top="tb"), LIMITS)
        yield Judge(simulator, spec, job)


def as_written(judge: Judge, interface: Interface, prefill: str, text: str) -> Candidate:
    """Judge an answer as it is written: what the tool would have corrected is a fault here."""
    rtl, _ = extract(prefill + text, interface, prefill=prefill)
    return judge.given(rtl)


def written_pairs(
    records: Iterable[Record], simulator: Simulator, *, each: int, seed: int
) -> Iterator[Pair]:
    """Repairs of `each` mutants and as many slips of syntax per design, with real diagnostics.

    The designs are drawn again from their families. Raises MevllmError without Icarus.
    """
    known = families()
    for record in records:
        design = draw_design(known[record.family], record.seed)
        verified = verify(design)
        if not isinstance(verified, Verified) or record.helpers.strip():
            continue
        outputs = [p.name for p in design.interface.ports if p.direction == "output"]
        wrong: list[tuple[Source, str]] = [("mutant", m.text) for m in verified.killed[:each]]
        wrong += [("slip", body) for body in slips(design.body, outputs, each, design.seed)]
        rng = random.Random(f"{seed}/{record.id}")  # noqa: S311
        voice = rng.choice(sorted(record.specifications))
        with judging(design, record.specifications[voice], simulator) as judge:
            for number, (source, body) in enumerate(wrong):
                candidate = judge.given(replace(design, body=body).reference)
                if pair := _repair(record, voice, source, number, candidate, judge):
                    yield pair


def sampled_pairs(
    records: Iterable[Record],
    simulator: Simulator,
    engine: Engine,
    *,
    adapter: str | None,
    n: int,
    seed: int,
    max_tokens: int = 512,
    model: str = "",
) -> Iterator[Pair]:
    """What a model itself writes to training specifications: n answers a design.

    Each failing answer becomes a repair pair with its diagnostics; each passing one that is not
    the reference, token by token, becomes an answer to learn (rejection sampling).
    """
    known = families()
    for record in records:
        design = draw_design(known[record.family], record.seed)
        rng = random.Random(f"{seed}/{record.id}")  # noqa: S311
        voice = rng.choice(sorted(record.specifications))
        spec = parse_spec(record.specifications[voice])
        prompt = generate_prompt(spec)
        answers = engine.generate(
            prompt, n, Sampling(seed=seed, max_tokens=max_tokens), adapter=adapter
        )
        with judging(design, record.specifications[voice], simulator) as judge:
            judge.given(design.reference)
            for number, answer in enumerate(answers):
                candidate = as_written(judge, spec.interface, prompt.prefill, answer.text)
                if candidate.duplicate_of:
                    continue
                if candidate.verdict.passed:
                    yield _learnt(record, voice, number, candidate, model)
                elif pair := _repair(record, voice, "sampled", number, candidate, judge):
                    yield replace(pair, model=model)


def _repair(
    record: Record, voice: str, source: Source, number: int, candidate: Candidate, judge: Judge
) -> Pair | None:
    """The pair of a failing candidate; None where it passes, or nothing can be said of it."""
    if candidate.verdict.passed or candidate.verdict.outcome is Outcome.INCONCLUSIVE:
        return None
    feedback = judge.complaint(candidate)
    if not feedback:
        return None
    return Pair(
        f"{record.id}/{source}{number}",
        record.family,
        record.tier,
        record.split,
        voice,
        record.specifications[voice],
        record.body,
        source,
        candidate.rtl,
        feedback,
    )


def _learnt(record: Record, voice: str, number: int, candidate: Candidate, model: str) -> Pair:
    return Pair(
        f"{record.id}/sampled{number}",
        record.family,
        record.tier,
        record.split,
        voice,
        record.specifications[voice],
        _body(candidate.rtl),
        "sampled",
        model=model,
    )


def _body(rtl: str) -> str:
    """What stands between the header and the last `endmodule`."""
    return rtl[rtl.index(");") + 2 : rtl.rindex("endmodule")].strip("\n")


def chosen(records: Sequence[Record], count: int, split: Split, seed: int) -> list[Record]:
    """`count` records of a split, drawn over all families, without those of several modules."""
    pool = [r for r in records if r.split == split and not r.helpers.strip()]
    random.Random(seed).shuffle(pool)  # noqa: S311
    return pool[:count]
