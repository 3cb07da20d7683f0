"""The complexity classifier: which tier's expert a specification is routed to.

The tier names are scored by the language model's own log-probabilities. Where no classifier
adapter is installed, the base model answers zero-shot, corrected for the answers that it favours
whatever it is asked (batch calibration, Zhou et al. 2023, arXiv 2309.17249; the means come from
scripts/calibrate.py).
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from mevllm.engines.base import Engine
from mevllm.errors import WeightsError
from mevllm.lora import Adapter, read_adapter
from mevllm.prompts import classify_prompt, route_prompt
from mevllm.spec import Spec
from mevllm.spec_signs import all_signs, signs
from mevllm.tiers import Tier


@dataclass(frozen=True)
class Classification:
    """Where a specification is routed, and why."""

    tier: Tier
    probabilities: Mapping[Tier, float]
    """All four; they sum to 1."""
    reason: str
    """One line: the features of the text that speak for the tier."""
    method: str
    """What decided: a classifier adapter, the base model zero-shot, or the specification."""
    seconds: float = 0.0

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Classification:
        """What `as_dict` gave, to the digits it keeps."""
        odds = {tier: float(data["probabilities"][str(tier)]) for tier in Tier}
        return cls(Tier(data["tier"]), odds, data["reason"], data["method"], float(data["seconds"]))

    def as_dict(self) -> dict[str, Any]:
        """For JSON and the record."""
        return {
            "tier": str(self.tier),
            "probabilities": {str(t): round(p, 6) for t, p in self.probabilities.items()},
            "reason": self.reason,
            "method": self.method,
            "seconds": round(self.seconds, 3),
        }


CORRECTION = 0.5
"""Share of the base's bias that is taken off: whole, it would favour the tiers never answered."""
PLAIN = "plain logic"
"""What a specification without telling words is said to ask for."""


UNTRAINED = "no classifier adapter is installed"


def classify(
    spec: Spec, engine: Engine, *, adapter: Path | None = None, why: str = UNTRAINED
) -> Classification:
    """Route a specification to a tier by what an engine answers.

    A tier in the specification's front matter overrides the model. `adapter` is the classifier's
    adapter, whose card may hold a `temperature` that calibrates its probabilities; None makes
    the base model answer zero-shot, because of `why`. Raises EngineError or WeightsError.
    """
    started = time.monotonic()
    if spec.tier is not None:
        certain = {tier: float(tier is spec.tier) for tier in Tier}
        return Classification(spec.tier, certain, "asked for by name", "no model was asked")
    scores = raw_scores(spec, engine, adapter=str(adapter) if adapter else None)
    if adapter is None:
        bias = _calibration().get(engine.info.sha256, {})
        scores = tuple(
            s - CORRECTION * bias.get(str(t), 0.0) for t, s in zip(Tier, scores, strict=True)
        )
        method = f"{engine.info.base} zero-shot ({why})"
    else:
        heat = _temperature(read_adapter(adapter))
        scores = tuple(score / heat for score in scores)
        method = f"{engine.info.base} with the classifier adapter"
    top = max(scores)
    weights = [math.exp(score - top) for score in scores]
    odds = {tier: w / sum(weights) for tier, w in zip(Tier, weights, strict=True)}
    tier = max(Tier, key=lambda t: odds[t])
    return Classification(tier, odds, explain(spec, tier), method, time.monotonic() - started)


def _temperature(adapter: Adapter) -> float:
    """What divides the scores, from the adapter's card: above 1 when training left it too sure."""
    given = adapter.card.get("temperature", 1.0)
    if not isinstance(given, int | float) or not given > 0:
        raise WeightsError(f"the card of {adapter.path} holds no temperature above 0: {given}")
    return float(given)


def raw_scores(spec: Spec, engine: Engine, *, adapter: str | None = None) -> tuple[float, ...]:
    """The natural log-probability of each tier's name, in tier order. Raises EngineError."""
    names = [f" {tier}" for tier in Tier]
    if adapter is not None:
        return engine.score(route_prompt(spec), names, adapter=adapter)
    telling = all_signs(spec)[:3]
    prompt = classify_prompt(spec, " and ".join(telling) or PLAIN)
    return engine.score(prompt, names)


def explain(spec: Spec, tier: Tier) -> str:
    """Name what in the specification speaks for the tier, and what for others."""
    found = {t: ", ".join(signs(spec, t)) for t in Tier}
    ports = len(spec.interface.ports)
    outline = f"{ports} port{'s' if ports != 1 else ''}, "
    outline += f"clocked by {spec.interface.clock}" if spec.interface.clock else "no clock"
    own = found[tier] or "no telling words"
    others = [f"{names} ({t})" for t, names in found.items() if names and t is not tier]
    return f"{own}; {outline}" + (f"; other signs: {'; '.join(others)}" if others else "")


@cache
def _calibration() -> Mapping[str, Mapping[str, float]]:
    """By a base's SHA-256: the mean score of each tier over unlike specifications."""
    text = (files("mevllm") / "calibration.json").read_text(encoding="utf-8")
    found: Mapping[str, Mapping[str, float]] = json.loads(text)
    return found
