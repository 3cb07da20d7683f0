"""Rectangles: sequences side by side, each padded on the right to the longest.

What a GPU multiplies fastest. A token attends to those before it, so nothing learnt sees the
padding; sequences of like length share a rectangle, so there is little of it. On a processor the
tree of `packing.py`, which pads nothing and reads a common opening once, is faster.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mevllm.train.sequences import TokenSequence


@dataclass(frozen=True)
class Rectangle:
    """Tokens of several sequences, one a row."""

    rows: tuple[tuple[int, ...], ...]
    """Of equal length; padded with token 0, which nothing attends to."""
    sources: tuple[int, ...]
    """Index, in the rows laid end to end, of the token that predicts a target."""
    targets: tuple[int, ...]


def rectangles(batch: Sequence[TokenSequence], size: int) -> list[Rectangle]:
    """A batch as rectangles of at most `size` tokens, padding included.

    A sequence longer than `size` has one of its own.
    """
    parts: list[list[TokenSequence]] = []
    for sequence in sorted(batch, key=len):  # so the newest is the longest of its part
        if not parts or (len(parts[-1]) + 1) * len(sequence) > size:
            parts.append([])
        parts[-1].append(sequence)
    return [_rectangle(part) for part in parts]


def _rectangle(part: Sequence[TokenSequence]) -> Rectangle:
    width = len(part[-1]) - 1  # the last token of an answer is predicted, never read
    rows, sources, targets = [], list[int](), list[int]()
    for number, sequence in enumerate(part):
        row = sequence.context + sequence.answer[:-1]
        rows.append(row + (0,) * (width - len(row)))
        first = number * width + len(sequence.context) - 1
        sources += range(first, first + len(sequence.answer))
        targets += sequence.answer
    return Rectangle(tuple(rows), tuple(sources), tuple(targets))
