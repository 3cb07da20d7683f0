"""What a report shows of a testbench's strength: the part of the record's values that it reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Survivor(Protocol):
    """A mutant of the passing design that the testbench did not notice."""

    @property
    def line(self) -> int:
        """The line that differs, from 1."""
        ...

    @property
    def before(self) -> str:
        """That line in the design."""
        ...

    @property
    def after(self) -> str:
        """That line in the mutant."""
        ...

    @property
    def change(self) -> str:
        """What was changed, for a person."""
        ...

    @property
    def differs(self) -> bool | None:
        """Whether it was shown to behave otherwise; None where it was not compared."""
        ...


class Strength(Protocol):
    """What a testbench notices of the mutants of one passing design."""

    @property
    def tried(self) -> int:
        """Mutants that were judged."""
        ...

    @property
    def noticed(self) -> int:
        """Mutants that did not pass."""
        ...

    @property
    def survivors(self) -> Sequence[Survivor]:
        """The others, in the order of their lines."""
        ...
