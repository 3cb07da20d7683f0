"""Records of the training set: one line of JSON each, the same bytes for the same seed."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from mevllm.errors import MevllmError
from mevllm.tiers import Tier

Split = Literal["train", "validation", "held-out parameters", "held-out families"]


@dataclass(frozen=True)
class Record:
    """A verified design with its specifications."""

    id: str
    """`<family>/<seed>`."""
    family: str
    tier: Tier
    """The tier that the family is meant for."""
    split: Split
    seed: int
    """With the family's name, what draws the design again."""
    choices: tuple[tuple[str, str], ...]
    module: str
    specifications: Mapping[str, str]
    """Voice to text; a paraphrase's voice ends with `, paraphrased`."""
    header: str
    body: str
    """What follows the header, through the text before `endmodule`."""
    helpers: str
    """Further modules that the body instantiates."""
    killed: int
    """Mutants that the checker tells from the reference."""
    mutants: int
    circuit: str
    """Hash of the reference with the names normalised: equal for the same circuit."""
    sha256: str
    """Of the reference, checker and specifications."""

    def as_json(self) -> str:
        """One line."""
        return json.dumps({**asdict(self), "tier": str(self.tier)}, ensure_ascii=False)

    @classmethod
    def from_json(cls, line: str) -> Record:
        """What `as_json` gave. Raises KeyError or ValueError for anything else."""
        data: dict[str, Any] = json.loads(line)
        choices = tuple((str(k), str(v)) for k, v in data.pop("choices"))
        return cls(**{**data, "tier": Tier(data["tier"]), "choices": choices})


def write_records(records: Iterable[Record], path: Path) -> str:
    """Write records, gzipped, and return the SHA-256 of the text."""
    digest = hashlib.sha256()
    partial = path.with_name(path.name + ".partial")
    # No name and no time in the archive's head: the same records give the same bytes.
    with partial.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as file:
        for record in records:
            line = record.as_json().encode() + b"\n"
            digest.update(line)
            file.write(line)
    partial.replace(path)
    return digest.hexdigest()


def read_records(path: Path) -> Iterator[Record]:
    """The records of a file, in order. Raises MevllmError for a file that is none."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                yield Record.from_json(line)
    except FileNotFoundError:
        raise MevllmError(
            f"there is no training set {path}; make one: mevagent data build"
        ) from None
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise MevllmError(
            f"{path} is no training set ({error}); make it again: mevagent data build"
        ) from error
