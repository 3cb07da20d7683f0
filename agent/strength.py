"""Testbench strength: what a testbench notices of small faults in a design that it passes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Survivor:
    """A mutant of the design that passes the testbench all the same."""

    line: int
    """The line that differs, from 1."""
    before: str
    """That line in the design, without the white space around it."""
    after: str
    """That line in the mutant."""
    change: str
    """What was changed, for a person: "`+` to `-`"."""
    kind: str
    """`operator`, `constant`, `condition`, `edge`, `reset`, `width` or `name`."""
    differs: bool | None = None
    """True: shown to behave otherwise, by inputs that the testbench does not apply. False: random
    inputs showed no difference, so it may be the same design in other words. None: not compared.
    """


@dataclass(frozen=True)
class Strength:
    """What a testbench notices of the mutants of one passing design."""

    possible: int
    """Mutants that the design has."""
    tried: int
    """Mutants that were judged: `noticed` and the survivors together."""
    noticed: int
    """Mutants that did not pass; one that does not end counts as noticed."""
    survivors: tuple[Survivor, ...]
    """In the order of their lines."""
    equal: int
    """Mutants left out because they compile to the same simulation as the design."""
    unusable: int
    """Mutants left out because they do not compile."""
    seconds: float
    """Wall time."""
    seed: int
    """Of the choice of mutants."""
    stopped: str = ""
    """Why fewer mutants were tried than asked for; empty when none was left out."""

    @property
    def share(self) -> float | None:
        """Share of the tried mutants that were noticed, 0 to 1; None when none was tried."""
        return self.noticed / self.tried if self.tried else None

    @property
    def gaps(self) -> tuple[Survivor, ...]:
        """The survivors that were shown to behave otherwise: what the testbench truly misses."""
        return tuple(s for s in self.survivors if s.differs)
