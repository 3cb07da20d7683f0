"""Score the classifier on a split of the training set, and calibrate its probabilities.

usage: score_classifier.py ADAPTER DATA [--split SPLIT] [--count N] [--fit]

ADAPTER is the classifier's PEFT folder. One specification per design, in a voice drawn from the
design's id; the right tier is the one that the family is meant for. `--fit` finds the temperature
with the least mean negative log-likelihood on the split (Guo et al. 2017, arXiv 1706.04599), which
should be `validation`, and writes it into the adapter's card.
"""

from __future__ import annotations

import json
import math
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import click

from mevllm.classifier import raw_scores
from mevllm.data.records import Record, read_records
from mevllm.data.splits import SPLITS
from mevllm.engines import open_engine
from mevllm.lora import CARD, read_adapter
from mevllm.spec import parse_spec
from mevllm.tiers import Tier
from mevllm.weights import resolve

TEMPERATURES = [1.05**power for power in range(-20, 41)]
"""0.38 to 7.0."""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("data", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--split", type=click.Choice(SPLITS), default="held-out families")
@click.option("--count", type=click.IntRange(min=1), default=400, help="Designs at most.")
@click.option("--fit", is_flag=True, help="Write the best temperature into the card.")
def score(folder: Path, data: Path, split: str, count: int, fit: bool) -> None:
    """Print how often the classifier names the tier that the family is meant for."""
    adapter = read_adapter(folder)
    records = [r for r in read_records(data) if r.split == split]
    random.Random(split).shuffle(records)  # noqa: S311
    records = records[:count]
    base = resolve(str(adapter.card["base"]))
    with closing(open_engine("llamacpp", model=base, adapters=(folder,), parallel=1)) as engine:
        scores = [
            raw_scores(parse_spec(_text(record)), engine, adapter=str(folder)) for record in records
        ]
    tiers = [list(Tier).index(record.tier) for record in records]
    if fit:
        best = min(TEMPERATURES, key=lambda t: _loss(scores, tiers, t))
        card = {**adapter.card, "temperature": round(best, 3)}
        (folder / CARD).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
        click.echo(f"temperature {best:.3f}")
    heat = read_adapter(folder).card.get("temperature", 1.0)
    said = [max(range(len(Tier)), key=lambda i, s=one: s[i]) for one in scores]
    apart = [abs(a - b) for a, b in zip(said, tiers, strict=True)]
    total = len(records)
    click.echo(
        f"{split}: {total} designs of {len({r.family for r in records})} families, exact "
        f"{apart.count(0) / total:.1%}, within one tier {sum(a <= 1 for a in apart) / total:.1%}, "
        f"loss {_loss(scores, tiers, heat):.3f} at temperature {heat:g}"
    )
    pairs = Counter(zip(tiers, said, strict=True))
    for i, tier in enumerate(Tier):
        row = " ".join(f"{pairs[i, j]:4}" for j in range(len(Tier)))
        click.echo(f"{tier:<13} {row}")
    wrong = Counter(r.family for r, a in zip(records, apart, strict=True) if a)
    of = Counter(r.family for r in records)
    for family, missed in wrong.most_common():
        click.echo(f"  {family}: {missed} of {of[family]} wrong")


def _text(record: Record) -> str:
    voices = sorted(record.specifications)
    return record.specifications[random.Random(record.id).choice(voices)]  # noqa: S311


def _loss(scores: Sequence[Sequence[float]], tiers: Sequence[int], heat: float) -> float:
    """Mean negative log-likelihood, in nats, with the scores divided by a temperature."""
    total = 0.0
    for one, tier in zip(scores, tiers, strict=True):
        scaled = [s / heat for s in one]
        top = max(scaled)
        total += top + math.log(sum(math.exp(s - top) for s in scaled)) - scaled[tier]
    return total / len(tiers)


if __name__ == "__main__":
    score()
