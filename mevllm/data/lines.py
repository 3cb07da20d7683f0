"""Files that grow line by line: one gzipped line of JSON per value, each flushed as it comes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

from mevllm.errors import MevllmError


class Line(Protocol):
    """A value that is written as one line."""

    def as_json(self) -> str:
        """One line of JSON."""
        ...


def append_lines(values: Iterable[Line], path: Path) -> int:
    """Add values to a file as they come; return how many."""
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    for value in values:
        count += 1
        # One archive member a value: a file that a kill cut short reads up to its last whole one.
        with path.open("ab") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as file:
            file.write(value.as_json().encode() + b"\n")
    return count


def read_lines(path: Path, what: str, command: str) -> Iterator[dict[str, Any]]:
    """The objects of a file, in order, up to where a kill cut it.

    Raises MevllmError, naming `what` it should hold and the `command` that makes one, for a file
    that is none.
    """
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)
    except EOFError:
        return
    except (OSError, ValueError) as error:
        raise MevllmError(f"{path} holds no {what} ({error}); make them: {command}") from error
