"""How well classifiers tell what a model solves from what it does not.

usage: score_solvability.py DATA EVALUATION... [--with ADAPTER]... [--db FILE]

EVALUATION is one of `mevagent eval held-out` over DATA. Each ADAPTER, a classifier's PEFT folder,
reads the same specifications; a design's difficulty is the mean of its tiers, 0 for basic to 3 for
expert. Printed is how often a design that was solved is held for easier than one that was not, over
all pairs of the two kinds (the area under the ROC curve): 0.5 says nothing, 1 tells them apart.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import closing
from itertools import product
from pathlib import Path

import click

from agent.evaluate.measured import load
from agent.evaluate.store import DEFAULT_PATH, EvaluationStore
from agent.evaluate.suites import Source, load_suite
from mevllm.classifier import classify
from mevllm.engines import open_engine
from mevllm.experts import CLASSIFIER, CLASSIFIER_BASE, PACKAGED
from mevllm.lora import read_adapter
from mevllm.spec import Spec
from mevllm.tiers import Tier
from mevllm.weights import resolve

SHIPPED = PACKAGED / CLASSIFIER_BASE / CLASSIFIER
FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("evaluations", nargs=-1, required=True)
@click.option("--with", "adapters", multiple=True, type=FOLDER, default=(SHIPPED,))
@click.option("--db", type=click.Path(path_type=Path), default=DEFAULT_PATH)
def score(data: Path, evaluations: tuple[str, ...], adapters: Sequence[Path], db: Path) -> None:
    """Print the area under the curve of each classifier over EVALUATIONS together."""
    told: list[tuple[Spec, bool]] = []
    with EvaluationStore.open_existing(db) as store, tempfile.TemporaryDirectory() as work:
        for name in evaluations:
            found = load(store, store.find(name))
            config = found.evaluation.config
            source = Source(
                data=data,
                split=config["split"],
                count=config["count"],
                seed=config["options"]["sampling"]["seed"],
            )
            solved = {sample.problem for sample in found.samples if sample.passed}
            problems = load_suite("held-out", source, Path(work))
            told += [(p.spec, p.id in solved) for p in problems if p.spec]
    for adapter in adapters:
        base = resolve(str(read_adapter(adapter).card["base"]))
        with closing(
            open_engine("llamacpp", model=base, adapters=(adapter,), parallel=1)
        ) as engine:
            routed = [classify(spec, engine, adapter=adapter).probabilities for spec, _ in told]
        hard = [sum(i * odds[tier] for i, tier in enumerate(Tier)) for odds in routed]
        kinds: dict[bool, list[float]] = {True: [], False: []}
        for value, (_, solved_it) in zip(hard, told, strict=True):
            kinds[solved_it].append(value)
        pairs = [float(a < b) + 0.5 * (a == b) for a, b in product(kinds[True], kinds[False])]
        click.echo(
            f"{adapter}: {sum(pairs) / len(pairs):.3f} over {len(kinds[True])} solved and "
            f"{len(kinds[False])} other designs"
        )


if __name__ == "__main__":
    score()
