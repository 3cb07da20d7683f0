"""Packs: several sequences in one forward pass, with what they have in common read once.

Sequences that open alike (the system turn always; the specification of a generation and of its
repairs) share the tokens of that opening: a pack is a tree, each node a run of tokens that attends
to itself and to the nodes above it. The gradients are those of the sequences read one by one.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from mevllm.train.sequences import TokenSequence

LEAST_SHARED = 8
"""Shorter common openings are not worth a node."""


@dataclass(frozen=True)
class Node:
    """A run of tokens in a pack."""

    start: int
    end: int
    above: tuple[tuple[int, int], ...]
    """The runs it attends to in full, from the root down."""


@dataclass(frozen=True)
class Pack:
    """Tokens of several sequences, laid out as a tree."""

    tokens: tuple[int, ...]
    positions: tuple[int, ...]
    """Each token's place in its own sequence."""
    nodes: tuple[Node, ...]
    sources: tuple[int, ...]
    """Index of the token whose hidden state predicts a target; as long as `targets`."""
    targets: tuple[int, ...]
    sequences: int
    """How many sequences it holds."""


def pack(sequences: Sequence[TokenSequence]) -> Pack:
    """Lay sequences out as one tree."""
    builder = _Builder()
    order = sorted(sequences, key=lambda s: s.context)
    builder.add(order, 0, ())
    return Pack(
        tuple(builder.tokens),
        tuple(builder.positions),
        tuple(builder.nodes),
        tuple(builder.sources),
        tuple(builder.targets),
        len(sequences),
    )


class _Builder:
    def __init__(self) -> None:
        self.tokens: list[int] = []
        self.positions: list[int] = []
        self.nodes: list[Node] = []
        self.sources: list[int] = []
        self.targets: list[int] = []

    def add(
        self,
        group: Sequence[TokenSequence],
        depth: int,
        above: tuple[tuple[int, int], ...],
    ) -> None:
        """Add sequences, in order of context, that agree up to `depth`.

        A shared run never reaches the end of a context: every sequence keeps a last token of its
        own, which predicts its answer.
        """
        at = 0
        while at < len(group):
            end, common = self._alike(group, at, depth)
            if end - at > 1:
                run = group[at].context[depth:common]
                start = len(self.tokens)
                self._node(run, depth, above)
                self.add(group[at:end], common, (*above, (start, len(self.tokens))))
            else:
                self._leaf(group[at], depth, above)
            at = end

    def _alike(self, group: Sequence[TokenSequence], at: int, depth: int) -> tuple[int, int]:
        """How many sequences from `at` share at least LEAST_SHARED tokens, and up to where."""
        first = group[at].context
        common = len(first) - 1
        end = at + 1
        while end < len(group):
            shared = _common(first, group[end].context, common)
            if shared - depth < LEAST_SHARED:
                break
            common = shared
            end += 1
        return (end, common) if end - at > 1 else (at + 1, depth)

    def _leaf(
        self, sequence: TokenSequence, depth: int, above: tuple[tuple[int, int], ...]
    ) -> None:
        run = sequence.context[depth:] + sequence.answer[:-1]
        start = len(self.tokens)
        self._node(run, depth, above)
        first = start + len(sequence.context) - depth - 1
        self.sources += range(first, first + len(sequence.answer))
        self.targets += sequence.answer

    def _node(self, run: tuple[int, ...], depth: int, above: tuple[tuple[int, int], ...]) -> None:
        start = len(self.tokens)
        self.tokens += run
        self.positions += range(depth, depth + len(run))
        self.nodes.append(Node(start, len(self.tokens), above))


def _common(a: tuple[int, ...], b: tuple[int, ...], limit: int) -> int:
    """Length of the common opening of two contexts, at most `limit` and less than both."""
    limit = min(limit, len(a) - 1, len(b) - 1)
    for i in range(limit):
        if a[i] != b[i]:
            return i
    return limit


def batches(
    groups: Sequence[Sequence[TokenSequence]], size: int, seed: int
) -> list[list[TokenSequence]]:
    """Batches of at most `size` tokens before sharing, in an order drawn from the seed.

    A group (the sequences of one design) stays together, so that its opening is shared. A
    sequence longer than `size` is a batch of its own.
    """
    order = list(groups)
    random.Random(seed).shuffle(order)  # noqa: S311
    found: list[list[TokenSequence]] = []
    current: list[TokenSequence] = []
    for group in order:
        for sequence in group:
            if current and sum(map(len, current)) + len(sequence) > size:
                found.append(current)
                current = []
            current.append(sequence)
    if current:
        found.append(current)
    return found
