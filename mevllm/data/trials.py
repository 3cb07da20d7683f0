"""How often a model solves a specification of the training set, and its checked paraphrases."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from mevllm.data.lines import read_lines
from mevllm.data.records import Record
from mevllm.errors import MevllmError
from mevllm.tiers import Tier

PARAPHRASED = ", paraphrased"
"""How the voice of a paraphrase ends."""

_SOLVED = ((0.75, Tier.BASIC), (0.5, Tier.INTERMEDIATE), (1e-9, Tier.ADVANCED))
"""Least share of passing answers, and the tier whose expert such a specification needs."""


@dataclass(frozen=True)
class Trial:
    """One specification of a design, as a model answered it."""

    id: str
    """Of the record."""
    voice: str
    passed: int
    samples: int
    """Answers drawn, and how many of them passed the design's checker."""
    model: str
    """Base and adapter hash of the model that answered."""
    paraphrase: str = ""
    """The specification in other words; empty where none was kept."""
    paraphrase_passed: int = 0
    """How many of as many answers to the paraphrase passed: no fewer than to the original."""

    def as_json(self) -> str:
        """One line."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @property
    def tier(self) -> Tier:
        """The tier by measured solvability: what is solved three times in four is basic, half the
        time intermediate, ever advanced, and never expert."""
        share = self.passed / self.samples
        return next((tier for least, tier in _SOLVED if share >= least), Tier.EXPERT)


def read_trials(path: Path) -> Iterator[Trial]:
    """The trials of a file, in order. Raises MevllmError for a file that is none."""
    for data in read_lines(path, "trials", "mevagent data describe"):
        try:
            yield Trial(**data)
        except TypeError as error:
            raise MevllmError(f"{path} holds no trials ({error})") from error


def with_paraphrases(records: Iterable[Record], trials: Iterable[Trial]) -> Iterator[Record]:
    """The records, with the paraphrases that were kept as further voices."""
    told: dict[str, dict[str, str]] = {}
    for trial in trials:
        if trial.paraphrase:
            told.setdefault(trial.id, {})[trial.voice + PARAPHRASED] = trial.paraphrase
    for record in records:
        more: Mapping[str, str] = told.get(record.id, {})
        yield replace(record, specifications={**record.specifications, **more}) if more else record
