"""What a benchmark gives, and what they share: rows, medians, the processor time of a tree."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


class CannotRunError(Exception):
    """A benchmark cannot run on this machine; the message says what is missing."""


@dataclass(frozen=True)
class Scale:
    """How much is measured."""

    repeats: int = 5
    """Measurements of each kind; the medians are compared."""
    candidates: int = 2000
    """Designs in a row where it is shown that their cost stays the same."""
    quick: bool = False
    """The small base and few rounds, to see that a benchmark of models runs."""
    problems: int = 8
    """Problems that loops are compared over, of sixteen."""
    same_engine: bool = False
    """Compare loops through the same engine too, which takes half as long again."""
    keep: Path | None = None
    """Folder of what loops made of each problem; what is there is not measured again."""


@dataclass(frozen=True)
class Measured:
    """One row: a ratio, or a figure with a bound of its own."""

    name: str
    value: float
    unit: str
    """`x` for a ratio to the baseline."""
    target: float | None = None
    better: Literal["higher", "lower"] = "higher"
    """On which side of the target `value` should lie."""
    baseline: str = ""
    """What it was measured beside, in the same run."""
    aside: str = ""
    """The absolute figures; they belong to one machine."""

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without one."""
        if self.target is None:
            return None
        if self.better == "higher":
            return self.value >= self.target
        return self.value <= self.target


@dataclass(frozen=True)
class Skipped:
    """A benchmark that could not run here."""

    name: str
    reason: str


def seconds(work: Callable[[], object]) -> float:
    """How long a call takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def side_by_side(
    ours: Callable[[], float], other: Callable[[], float], repeats: int
) -> tuple[float, float]:
    """Medians of two measurements taken in turn, so that a busy moment meets both."""
    pairs = [(ours(), other()) for _ in range(repeats)]
    mine, theirs = zip(*pairs, strict=True)
    return statistics.median(mine), statistics.median(theirs)


def tree(root: int | None = None) -> tuple[int, ...]:
    """A process (this one, if none is named) and all below it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [root or os.getpid()]
    for process in found:
        found += children.get(process, [])
    return tuple(found)


def processor_seconds(root: int | None = None) -> float:
    """Processor time of a process tree so far, with that of all processes it has waited for."""
    ticks = sum(
        sum(map(int, fields[11:15])) for process in tree(root) if (fields := _stat(process))
    )
    return ticks / os.sysconf("SC_CLK_TCK")


def memory_mb(root: int | None = None) -> float:
    """Memory of a process tree, shared pages counted once (`Pss` of proc(5))."""
    total = 0
    for process in tree(root):
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def _stat(process: int) -> list[str]:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def median(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)
