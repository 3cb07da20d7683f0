"""One TOML file says everything about a training run; its hash goes into the adapter."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from mevllm.errors import MevllmError
from mevllm.tiers import Tier

FILES = ("data", "start", "pairs", "trials")
"""Settings that say where files lie, relative to the configuration file."""


@dataclass(frozen=True)
class TrainConfig:
    """What is trained, on what, how."""

    name: str
    """The adapter's name: a tier, `monolith`, `classifier`, or `repair` to compare with them."""
    base: str
    """Name of the base model, as `mevagent models` lists it."""
    data: str
    """Training set, relative to the configuration file."""
    start: str | None = None
    """Adapter to continue from: a PEFT folder, relative to the configuration file."""
    seed: int = 0
    rank: int = 8
    alpha: int = 16
    learning_rate: float = 2e-4
    warmup: float = 0.05
    """Share of the steps during which the learning rate rises; then it falls as a cosine."""
    floor: float = 0.05
    """What is left of the learning rate at the end."""
    epochs: float = 1.0
    minutes: float | None = None
    """The run ends after that long at the latest; the learning rate falls accordingly."""
    batch_tokens: int = 2048
    """Tokens of a step, before what they have in common is read once."""
    pack_tokens: int = 2048
    """Tokens of one forward pass; smaller ones accumulate."""
    clip: float = 1.0
    """Largest norm of the gradient."""
    weight_decay: float = 0.0
    longest: int = 640
    """Examples of more tokens are left out."""
    save_every: int = 20
    """Steps from one checkpoint to the next."""
    validation: int = 64
    """Examples whose loss is measured at the end of each quarter."""
    designs: Mapping[str, int] = field(default_factory=dict)
    """Tier to the number of designs taken; every design where the tier is not named is left out."""
    voices: Mapping[str, float] = field(default_factory=dict)
    """Voice to its weight when a design's voices are drawn; 1 where not named."""
    voices_each: int = 1
    """Specifications learnt per design."""
    pairs: tuple[str, ...] = ()
    """Files of repair pairs and sampled answers learnt beside the designs, likewise relative."""
    most_pairs: int | None = None
    """Pairs taken of each tier and split, drawn from the seed; all of them when not given."""
    trials: tuple[str, ...] = ()
    """Files of `mevagent data describe`, likewise relative: their paraphrases are further voices.
    A classifier with trials learns the tiers by measured solvability, on what was tried."""

    def __post_init__(self) -> None:
        for name in self.designs:
            Tier(name)

    @property
    def sha256(self) -> str:
        """Of every setting, defaults included, but for where files lie: they have hashes of their
        own."""
        settings = {k: v for k, v in asdict(self).items() if k not in FILES}
        return hashlib.sha256(repr(sorted(settings.items())).encode()).hexdigest()


def load_config(path: Path) -> TrainConfig:
    """Read a run's configuration. Raises MevllmError, naming the setting, for a wrong one."""
    try:
        data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MevllmError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise MevllmError(f"{path} is not TOML: {error}") from error
    known = {f.name for f in fields(TrainConfig)}
    if unknown := sorted(set(data) - known):
        raise MevllmError(f"{path}: unknown settings {', '.join(unknown)}; see docs/training.md")
    for key in ("pairs", "trials"):
        data[key] = tuple(data.get(key, ()))
    try:
        return TrainConfig(**data)
    except (TypeError, ValueError) as error:
        raise MevllmError(f"{path}: {error}") from error
