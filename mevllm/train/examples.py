"""Examples to learn from: records of the training set as prompts and answers."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from mevllm.data.pairs import Pair
from mevllm.data.records import Record, Split
from mevllm.data.trials import Trial
from mevllm.engines.base import Prompt
from mevllm.prompts import ROUTED, generate_prompt, repair_prompt, route_prompt
from mevllm.spec import parse_spec
from mevllm.tiers import Tier
from mevllm.train.config import TrainConfig
from mevllm.train.sequences import Tokenizer, TokenSequence, encode

CLOSING = "\nendmodule\n```"
"""How every answer ends; decoding stops at `endmodule`."""

SHORTEST = 160
"""Characters that a classifier learns from at least, where a text has them."""


def answer_of(body: str) -> str:
    """What an expert writes after the module header."""
    return body + CLOSING


def example_of(record: Record, voice: str) -> tuple[Prompt, str]:
    """A design as it is asked for in one voice, and the answer."""
    return generate_prompt(parse_spec(record.specifications[voice])), answer_of(record.body)


def pair_examples(
    pairs: Iterable[Pair], config: TrainConfig, split: Split
) -> list[list[tuple[Prompt, str]]]:
    """Repairs and sampled answers of the tiers that the run asks for, grouped by specification."""
    asked = [p for p in pairs if p.split == split and str(p.tier) in config.designs]
    if config.most_pairs is not None:
        asked = _drawn(asked, config)
    groups: dict[str, list[tuple[Prompt, str]]] = {}
    for pair in asked:
        spec = parse_spec(pair.specification)
        prompt = (
            repair_prompt(spec, pair.wrong, pair.feedback) if pair.wrong else generate_prompt(spec)
        )
        groups.setdefault(pair.specification, []).append((prompt, answer_of(pair.answer)))
    return list(groups.values())


def _drawn(pairs: Iterable[Pair], config: TrainConfig) -> list[Pair]:
    by_tier: dict[Tier, list[Pair]] = {}
    for pair in pairs:
        by_tier.setdefault(pair.tier, []).append(pair)
    found = []
    for tier, candidates in by_tier.items():
        random.Random(f"{config.seed}/pairs/{tier}").shuffle(candidates)  # noqa: S311
        found += candidates[: config.most_pairs]
    return found


def design_examples(
    records: Iterable[Record], config: TrainConfig, split: Split
) -> list[list[tuple[Prompt, str]]]:
    """Per design the prompts and answers of the voices drawn, for the tiers the run asks for.

    Designs that need further modules are left out: an answer ends at the first `endmodule`. The
    draw depends on the configuration's seed alone.
    """
    by_tier: dict[Tier, list[Record]] = {Tier(name): [] for name in config.designs}
    for record in records:
        if record.split == split and record.tier in by_tier and not record.helpers.strip():
            by_tier[record.tier].append(record)
    found = []
    for tier, candidates in by_tier.items():
        rng = random.Random(f"{config.seed}/{split}/{tier}")  # noqa: S311
        for record in _spread(candidates, config.designs[str(tier)], rng):
            found.append([example_of(record, voice) for voice in _voices(record, config, rng)])
    return found


def classifier_examples(
    records: Iterable[Record], config: TrainConfig, split: Split, trials: Iterable[Trial] = ()
) -> list[list[tuple[Prompt, str]]]:
    """Per design what the classifier reads in the voices drawn, and the name of the tier.

    With trials, the specifications that were tried and the tiers by measured solvability.
    """
    known = {r.id: r for r in records if r.split == split}
    if trials := list(trials):
        tried = [(t, known[t.id].specifications[t.voice]) for t in trials if t.id in known]
        return [
            [(route_prompt(parse_spec(text)), f" {trial.tier}")]
            for trial, text in tried
            if str(trial.tier) in config.designs
        ]
    by_tier: dict[Tier, list[Record]] = {Tier(name): [] for name in config.designs}
    for record in known.values():
        if record.tier in by_tier:
            by_tier[record.tier].append(record)
    found = []
    for tier, candidates in by_tier.items():
        rng = random.Random(f"{config.seed}/{split}/{tier}")  # noqa: S311
        for record in _spread(candidates, config.designs[str(tier)], rng):
            voices = [record.specifications[v] for v in _voices(record, config, rng)]
            # Cut anywhere, so that a text that fills the limit is no sign of a high tier.
            found.append(
                [
                    (route_prompt(parse_spec(text), rng.randint(SHORTEST, ROUTED)), f" {tier}")
                    for text in voices
                ]
            )
    return found


def _spread(records: Sequence[Record], count: int, rng: random.Random) -> list[Record]:
    """About as many of each family: one after the other from every family's shuffled designs."""
    by_family: dict[str, list[Record]] = {}
    for record in records:
        by_family.setdefault(record.family, []).append(record)
    for queue in by_family.values():
        rng.shuffle(queue)
    found: list[Record] = []
    while len(found) < count and any(by_family.values()):
        for queue in by_family.values():
            if queue and len(found) < count:
                found.append(queue.pop())
    return found


def _voices(record: Record, config: TrainConfig, rng: random.Random) -> list[str]:
    """Voices drawn without replacement, by weight (Efraimidis and Spirakis 2006)."""
    keys = {
        voice: rng.random() ** (1 / config.voices.get(voice, 1.0))
        for voice in sorted(record.specifications)
        if config.voices.get(voice, 1.0) > 0
    }
    return sorted(keys, key=lambda v: -keys[v])[: config.voices_each]


def sequences(
    groups: Iterable[Sequence[tuple[Prompt, str]]], tokenizer: Tokenizer, longest: int
) -> list[list[TokenSequence]]:
    """The token sequences of each group, without those longer than `longest`."""
    encoded = [[encode(p, a, tokenizer) for p, a in group] for group in groups]
    short = [[s for s in group if len(s) <= longest] for group in encoded]
    return [group for group in short if group]
