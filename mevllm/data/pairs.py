"""Repair pairs and sampled answers: what training learns beside the references."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

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


def append_pairs(pairs: Iterable[Pair], path: Path) -> int:
    """Add pairs to a gzipped file, each flushed as it comes; return how many."""
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    for pair in pairs:
        count += 1
        # One archive member a pair: a file that a kill cut short reads up to its last whole one.
        with path.open("ab") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as file:
            file.write(pair.as_json().encode() + b"\n")
    return count


def read_pairs(path: Path) -> Iterator[Pair]:
    """The pairs of a file, in order. Raises MevllmError for a file that is none."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                data = json.loads(line)
                yield Pair(**{**data, "tier": Tier(data["tier"])})
    except EOFError:
        return
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MevllmError(
            f"{path} holds no repair pairs ({error}); make them: mevagent data pairs"
        ) from error
