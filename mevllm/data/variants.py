"""Variants of a training set, for experiments: what descriptions, tiers and size are worth. Pure.

Only the split `train` is changed; what is measured on stays as it is.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace

from mevllm.data.records import Record
from mevllm.tiers import Tier

POOL = Tier.BASIC
"""The tier that a pooled training set carries: one adapter learns all of it."""
_TOKEN = re.compile(r"[A-Za-z_$][\w$]*|\d[\w']*|\S")


def pooled(records: Sequence[Record]) -> list[Record]:
    """Every record under one tier, so that a run draws from all of them alike."""
    return [replace(record, tier=POOL) for record in records]


def mismatched(records: Sequence[Record], share: float, seed: int) -> list[Record]:
    """A share (0 to 1) of the training records with the specifications of other ones.

    As in the ablation of MEV-LLM (arXiv 2404.08029): the code stays and its description is wrong.
    The same seed spoils the same records, and a larger share spoils those of a smaller one too.
    """
    places = [i for i, record in enumerate(records) if record.split == "train"]
    random.Random(f"mismatched/{seed}").shuffle(places)  # noqa: S311
    chosen = places[: round(share * len(places))]
    found = list(records)
    for place, other in zip(chosen, [*chosen[1:], *chosen[:1]], strict=True):
        found[place] = replace(records[place], specifications=records[other].specifications)
    return found


def complexity(verilog: str) -> int:
    """The score that bins are made of: the tokens of a design's Verilog, comments left out."""
    bare = re.sub(r"//[^\n]*|/\*.*?\*/", " ", verilog, flags=re.DOTALL)
    return len(_TOKEN.findall(bare))


def bounds_of(scores: Sequence[int], bins: int) -> tuple[int, ...]:
    """The largest scores of all bins but the last, so that each holds as many of the scores."""
    ordered = sorted(scores)
    return tuple(ordered[max(0, len(ordered) * i // bins - 1)] for i in range(1, bins))


def bin_of(score: int, bounds: Sequence[int]) -> int:
    """The bin of a score, from 0."""
    return sum(score > bound for bound in bounds)
