"""Values of the loop: steps, generations, candidates, attempts; all of it is evidence."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import Enum

from agent.toolchain.results import Verdict
from mevllm.tiers import Tier


class StepKind(Enum):
    """Why an attempt was made."""

    GIVEN = "given"
    """A person's design is judged; no model is asked."""
    FIRST = "first"
    """The first attempt at a tier's expert: fresh samples only."""
    REPAIR = "repair"
    """Repairs of the best candidate, mixed with fresh samples."""
    ESCALATE = "escalate"
    """The next tier's expert takes over: fresh samples, and repairs of the best so far."""
    MEND = "mend"
    """Small changes to the best so far, found without a model; only one that passes is kept."""

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Step:
    """One decision of the policy: what to ask which expert for."""

    kind: StepKind
    tier: Tier
    fresh: int
    """Fresh samples to draw."""
    repairs: int = 0
    """Repairs of `parent` to draw."""
    parent: str | None = None
    """`rtl_hash` of the candidate to repair or mend."""
    reason: str = ""
    """The evidence, one line for a person."""


@dataclass(frozen=True)
class Fix:
    """A deterministic correction: of a common slip before the static check, or by mending."""

    rule: str
    """Name of the rule, e.g. `drop-redeclared-port`."""
    detail: str
    """What was changed, one line."""
    line: int | None = None


@dataclass(frozen=True)
class Generation:
    """One answer of the model, with everything needed to draw it again."""

    messages: str
    """The prompt as JSON: a list of {role, content}."""
    prefill: str
    answer: str
    finish: str
    seed: int
    temperature: float
    top_p: float
    max_tokens: int
    prompt_tokens: int
    cached_tokens: int
    tokens: int
    seconds: float
    logprob: float | None
    engine: str
    base: str
    base_sha256: str
    adapter_sha256: str | None = None
    """None when the bare base answered."""


@dataclass(frozen=True)
class Candidate:
    """One design as judged."""

    index: int
    """Position in its attempt, from 0."""
    kind: str
    """`fresh`, `repair`, `mend` or `given`."""
    rtl: str
    fixes: tuple[Fix, ...]
    verdict: Verdict
    generation: Generation | None
    """None for a design that a person gave (`mevagent repair`), and for a mended one."""
    parent: str | None = None
    """`rtl_hash` of the candidate that this one repairs or mends."""
    duplicate_of: str | None = None
    """`rtl_hash` of an earlier candidate with the same tokens, whose verdict this repeats."""

    @property
    def rtl_hash(self) -> str:
        """SHA-256 of the text, hexadecimal."""
        return hashlib.sha256(self.rtl.encode()).hexdigest()

    @property
    def merit(self) -> tuple[float, float]:
        """That of its verdict."""
        return self.verdict.merit


@dataclass(frozen=True)
class Attempt:
    """One step carried out."""

    ordinal: int
    """From 0 within the run; attempts that were cut off by a crash are not counted."""
    step: Step
    candidates: tuple[Candidate, ...]
    seconds: float
    accepted: bool
    """Whether its best candidate beat the best so far."""
    feedback: str = field(default="", repr=False)
    """What the repairs were told."""

    @property
    def best(self) -> Candidate | None:
        """The candidate with the most merit, the earliest of equals."""
        return max(self.candidates, key=lambda c: c.merit, default=None)

    @property
    def tokens(self) -> int:
        """Tokens decoded."""
        return sum(c.generation.tokens for c in self.candidates if c.generation)
