"""The four complexity tiers of MEV-LLM (arXiv 2404.08029), in order."""

from __future__ import annotations

from enum import Enum


class Tier(Enum):
    """A complexity tier; compares by difficulty, prints as its name."""

    BASIC = "basic"
    """Wiring, gates, constants, small boolean functions."""
    INTERMEDIATE = "intermediate"
    """Multiplexers, adders, encoders, comparators, simple registers and counters."""
    ADVANCED = "advanced"
    """Designs with state: FSMs, shift registers, LFSRs, timers, memories."""
    EXPERT = "expert"
    """Compositions: FIFOs, arbiters, serial protocols, pipelines, processors."""

    def __str__(self) -> str:
        return self.value

    @property
    def rank(self) -> int:
        """0 for basic to 3 for expert."""
        return list(Tier).index(self)

    def __lt__(self, other: Tier) -> bool:
        return self.rank < other.rank

    def __le__(self, other: Tier) -> bool:
        return self.rank <= other.rank

    @property
    def next(self) -> Tier | None:
        """The tier above, or None at the top."""
        tiers = list(Tier)
        return tiers[self.rank + 1] if self.rank + 1 < len(tiers) else None
