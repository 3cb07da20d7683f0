"""How much of a text stands in a protected set, by a table of digests of its eight-word runs.

The table holds the sorted 8-byte BLAKE2b digests of every run of eight lower-case words
(`[a-z0-9_]+`, joined by one space) of the texts that must not be trained on.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from mevllm.errors import MevllmError

RUN = 8
"""Words in a run."""
LIMIT = 0.10
"""A text with a higher overlap is too close to keep."""
_DIGEST = 8
_WORD = re.compile(r"[a-z0-9_]+")


@dataclass(frozen=True)
class Table:
    """Digests of the runs of a protected set."""

    digests: frozenset[bytes] = field(repr=False)
    sha256: str
    """Of the file, for the record."""

    def __call__(self, text: str) -> float:
        """Share of the text's different runs that the table holds, 0 to 1; 0 for a short text."""
        runs = digests(text)
        return len(runs & self.digests) / len(runs) if runs else 0.0


def load_table(path: Path) -> Table:
    """Read a table. Raises MevllmError when it cannot be read or is none."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise MevllmError(
            f"the overlap table {path} cannot be read ({error.strerror}); name the file of digests "
            "with --overlap-table"
        ) from error
    if not data or len(data) % _DIGEST:
        raise MevllmError(
            f"{path} is no overlap table: its size is not a multiple of {_DIGEST} bytes; write one "
            "with mevllm.data.overlap.write_table"
        )
    cut = (data[i : i + _DIGEST] for i in range(0, len(data), _DIGEST))
    return Table(frozenset(cut), hashlib.sha256(data).hexdigest())


def write_table(texts: Iterable[str], path: Path) -> int:
    """Write the table of some texts; returns how many runs it holds."""
    runs = sorted({digest for text in texts for digest in digests(text)})
    path.write_bytes(b"".join(runs))
    return len(runs)


def digests(text: str) -> set[bytes]:
    """The digests of a text's runs."""
    words = _WORD.findall(text.lower())
    return {
        hashlib.blake2b(" ".join(words[i : i + RUN]).encode(), digest_size=_DIGEST).digest()
        for i in range(len(words) - RUN + 1)
    }
