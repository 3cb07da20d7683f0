"""Experiments that train: variants of a training set, an adapter of each, and how well it answers.

On a small base (SmolLM2-135M) two cores train a few hundred tokens a second; the page of results
says which base and how many designs. A training that was stopped goes on.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import cached_property, partial
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from agent.errors import InputError, MissingToolError
from agent.evaluate.experiments import Arm, Experiment
from agent.evaluate.problems import digest_of
from agent.evaluate.run import Plan
from mevllm.data.records import Record, read_records, write_records
from mevllm.data.variants import POOL, bin_of, bounds_of, complexity, mismatched, pooled
from mevllm.errors import MevllmError, NoExamplesError
from mevllm.experts import MONOLITH
from mevllm.lora import is_adapter

_SETTINGS = """\
name = "monolith"
base = "{base}"
data = "designs.jsonl.gz"
seed = {seed}
epochs = {epochs}
learning_rate = 3e-4
batch_tokens = 2048
longest = {longest}
validation = 24

[designs]
{pool} = {designs}
"""


T = TypeVar("T")
KEPT_BACK = 64
"""Designs that the loss of an arm is measured on."""
LONG = 1024
"""Tokens of an example of bins; in the highest bin none is as short as elsewhere."""


@dataclass(frozen=True)
class Training:
    """What trainings have in common."""

    data: Path
    """Data set file; its held-out splits are what is measured on."""
    work: Path
    """Folder of the trainings."""
    base: str = "smollm2-135m"
    designs: int = 400
    """Designs of the whole training set."""
    epochs: float = 1.0
    """Of the whole training set; parts of it are seen as many times more."""
    seed: int = 0
    on_note: Callable[[str], None] = lambda text: None

    @cached_property
    def records(self) -> tuple[Record, ...]:
        """The data set, as one pool. Raises InputError without a training split."""
        found = pooled(list(read_records(self.data)))
        if not any(record.split == "train" for record in found):
            raise InputError(f"{self.data} has no split `train` to train on")
        return tuple(found)


def adapter(
    training: Training,
    name: str,
    records: Sequence[Record],
    designs: int,
    epochs: float,
    longest: int = 512,
) -> Path:
    """The folder of the adapter trained on some records; trained now if it is not there.

    Examples of more than `longest` tokens are left out. Raises InputError where none is
    left, MissingToolError without the [train] extra, MevllmError and WeightsError.
    """
    settings = _SETTINGS.format(
        base=training.base,
        seed=training.seed,
        epochs=epochs,
        longest=longest,
        pool=POOL,
        designs=designs,
    )
    digest = digest_of([settings, [record.as_json() for record in records]])[:8]
    # Experiments share what they train alike, whichever came first.
    folder = next(training.work.glob(f"*-{digest}"), training.work / f"{name}-{digest}")
    if is_adapter(folder / MONOLITH):
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    write_records(records, folder / "designs.jsonl.gz")
    config = folder / "train.toml"
    config.write_text(settings, encoding="utf-8")
    training.on_note(f"training {folder}")
    try:
        training.on_note(_apart(partial(_train, config, folder)))
    except NoExamplesError as error:
        # The page names the arm as not measured; the others go on.
        raise InputError(f"{folder.name}: {error}") from error
    return folder


def _apart(work: Callable[[], T]) -> T:
    """The result of work with torch, done in a process of its own.

    Beside the threads that torch leaves behind, an engine decodes SmolLM2 ten times slower.
    """
    try:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            return pool.submit(work).result()
    except BrokenProcessPool as error:
        raise MevllmError(
            "a training was ended from outside, or memory ran out; the same command goes on where "
            "it stopped"
        ) from error
    except ImportError as error:
        raise MissingToolError(
            f"training needs {error.name}; run: pip install 'mevagent[train]'"
        ) from error


def _train(config: Path, folder: Path) -> str:
    """Train; give what there was to tell."""
    from mevllm.train.run import run

    notes: list[str] = []
    run(config, folder, on_note=notes.append)
    return "\n".join(notes)


def _loss(training: Training, plans: Sequence[Plan]) -> float | None:
    """Of the adapters that answer, on designs of the trained families that were kept back."""
    kept = [r for r in training.records if r.split == "validation"]
    if not kept:
        return None
    random.Random(training.seed).shuffle(kept)  # noqa: S311
    asked = [(plan.adapters, {*plan.source.exactly}) for plan in plans if plan.adapters]
    shares = [
        (folder / MONOLITH, [r for r in kept[:KEPT_BACK] if not ids or r.id in ids])
        for folder, ids in asked
    ]
    return _apart(partial(_loss_on, shares, asked[0][0] / "train.toml"))


def _loss_on(shares: Sequence[tuple[Path, Sequence[Record]]], config: Path) -> float:
    from mevllm.train.config import load_config
    from mevllm.train.kept_back import loss_on

    return loss_on(shares, load_config(config))


def _answering(plan: Plan, folder: Path) -> Plan:
    return replace(plan, suite="held-out", expert=MONOLITH, adapters=folder)


def descriptions(training: Training) -> Experiment:
    """The same training with deliberately mismatched descriptions."""

    def arm(share: float) -> Arm:
        def plans(plan: Plan) -> tuple[Plan, ...]:
            records = mismatched(training.records, share, training.seed)
            name = f"descriptions-{share:.0%}".replace("%", "")
            folder = adapter(training, name, records, training.designs, training.epochs)
            return (_answering(plan, folder),)

        return Arm(f"{share:.0%} mismatched", plans, partial(_loss, training))

    return Experiment(
        "What do wrong descriptions cost?", tuple(arm(share) for share in (0.0, 0.25, 0.5, 1.0))
    )


def sizes(training: Training) -> Experiment:
    """Parts of the training set, each seen until as many tokens are read."""

    def arm(part: int) -> Arm:
        def plans(plan: Plan) -> tuple[Plan, ...]:
            designs = max(1, training.designs // part)
            folder = adapter(
                training, f"size-{part}", training.records, designs, training.epochs * part
            )
            return (_answering(plan, folder),)

        return Arm("all of it" if part == 1 else f"1/{part}", plans, partial(_loss, training))

    return Experiment(
        "What is more data worth, at as many tokens read?", tuple(arm(p) for p in (1, 4, 16))
    )


def bins(training: Training) -> Experiment:
    """One adapter for each bin of the same complexity score; an oracle names the bin."""

    def arm(count: int) -> Arm:
        def plans(plan: Plan) -> tuple[Plan, ...]:
            records = training.records
            scores = {r.id: complexity(r.body) for r in records}
            train = [r for r in records if r.split == "train"]
            bounds = bounds_of([scores[r.id] for r in train], count)
            made = []
            for number in range(count):
                own = [r for r in records if bin_of(scores[r.id], bounds) == number]
                folder = adapter(
                    training,
                    f"bins-{count}-{number}",
                    own,
                    max(1, training.designs // count),
                    training.epochs,
                    LONG,
                )
                ids = tuple(r.id for r in own)
                source = replace(plan.source, exactly=ids)
                made.append(_answering(replace(plan, source=source), folder))
            return tuple(made)

        return Arm(f"{count} bin{'s' * (count > 1)}", plans, partial(_loss, training))

    return Experiment(
        "How many tiers are best, at as many designs learnt in all?",
        tuple(arm(count) for count in (1, 2, 4, 8)),
    )


TRAINED: dict[str, Callable[[Training], Experiment]] = {
    "descriptions": descriptions,
    "tiers": bins,
    "size": sizes,
}
"""Experiments that train, by name."""
