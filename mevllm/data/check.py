"""A training set held to its own claims: every design drawn, simulated and hashed again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from mevllm.data.build import remake
from mevllm.data.overlap import LIMIT
from mevllm.data.records import Record
from mevllm.data.splits import SPLITS


def check(
    records: Iterable[Record], *, jobs: int = 2, overlap: Callable[[str], float] | None = None
) -> list[str]:
    """One line for each design that does not hold: another text, another split, too close.

    Raises MevllmError without Icarus.
    """
    records = list(records)
    problems = []
    with ProcessPoolExecutor(jobs) as pool:
        tasks = [(r.family, r.seed) for r in records]
        for record, made in zip(records, pool.map(remake, tasks, chunksize=8), strict=True):
            if why := _difference(record, made) or _closeness(record, overlap):
                problems.append(f"{record.id}: {why}")
    where: dict[str, set[Any]] = {}
    for record in records:
        where.setdefault(record.circuit, set()).add(record.split)
    for record in records:
        if record.split == "train" and len(where[record.circuit]) > 1:
            other = max(where[record.circuit], key=SPLITS.index)
            problems.append(f"{record.id}: its circuit is in {other} too")
    return problems


def _difference(record: Record, made: tuple[Record, list[str]] | str) -> str:
    if isinstance(made, str):
        return f"does not verify: {made}"
    again = made[0]
    for name in ("split", "module", "header", "body", "helpers", "circuit"):
        if getattr(again, name) != getattr(record, name):
            return f"its {name} differs from what its seed draws"
    for voice, text in record.specifications.items():
        if not voice.endswith(", paraphrased") and again.specifications.get(voice) != text:
            return f"the text of its voice `{voice}` differs from what its seed draws"
    return ""


def _closeness(record: Record, overlap: Callable[[str], float] | None) -> str:
    if overlap is None:
        return ""
    found = max(map(overlap, (record.body, *record.specifications.values())))
    return f"{found:.2f} of a text stands in a benchmark" if found > LIMIT else ""
