"""Repair pairs and sampled answers: what training learns beside the references."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from mevllm.data.lines import read_lines
from mevllm.data.records import Split
from mevllm.errors import MevllmError
from mevllm.tiers import Tier

Source = Literal["mutant", "slip", "sampled", "harvest"]


@dataclass(frozen=True)
class Pair:
    """A specification and an answer to learn; with a wrong design before it, a repair."""

    id: str
    """`<family>/<seed>/<source><number>`."""
    family: str
    tier: Tier
    split: Split
    voice: str
    specification: str
    answer: str
    """The body to learn, between header and `endmodule`."""
    source: Source
    """What the wrong design is: a mutant, a slip of syntax, or sampled from a model; for a pair
    without a wrong design, `sampled` says that a model wrote the answer, `harvest` that a person
    did."""
    wrong: str = ""
    """The whole failing design; empty for a generation."""
    feedback: str = ""
    """What the tools said of it, as the agent tells a model."""
    model: str = ""
    """Base and adapter hash of the model that was sampled."""

    def as_json(self) -> str:
        """One line."""
        return json.dumps({**asdict(self), "tier": str(self.tier)}, ensure_ascii=False)


def read_pairs(path: Path) -> Iterator[Pair]:
    """The pairs of a file, in order. Raises MevllmError for a file that is none."""
    for data in read_lines(path, "repair pairs", "mevagent data pairs"):
        try:
            yield Pair(**{**data, "tier": Tier(data["tier"])})
        except (KeyError, TypeError, ValueError) as error:
            raise MevllmError(f"{path} holds no repair pairs ({error})") from error


def harvested_pairs(path: Path) -> Iterator[Pair]:
    """The modules of a harvest that have a specification, as answers to learn.

    Designs of several modules are left out: an answer ends at the first `endmodule`. Every
    twentieth is for validation. Raises MevllmError for a file that is no harvest.
    """
    try:
        found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        usable = [line for line in found if line["specification"].strip() and not line["helpers"]]
        for number, line in enumerate(usable):
            yield Pair(
                id=line["id"],
                family="harvest",
                tier=Tier(line["tier"]),
                split="validation" if number % 20 == 19 else "train",
                voice="description",
                specification=line["specification"],
                answer=line["body"],
                source="harvest",
                model=line["described_by"],
            )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise MevllmError(
            f"{path} is no harvest ({error}); make one: mevagent data harvest"
        ) from error
