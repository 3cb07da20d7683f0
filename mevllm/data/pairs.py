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

Source = Literal["mutant", "slip", "sampled"]


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
    without a wrong design, `sampled` says that a model wrote the answer."""
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
