"""The strength of a testbench, as a report shows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Survivor:
    """A mutant of the passing design that the testbench did not notice."""

    line: int | None
    """1-based, in the passing design."""
    change: str
    """What was changed, one line."""


@dataclass(frozen=True)
class Strength:
    """How many mutants of the passing design the testbench noticed."""

    mutants: int
    noticed: int
    survivors: tuple[Survivor, ...]
