"""Experts: each tier's base model and adapter, by hash.

An adapter is looked for in the folder the caller names, then in the package
(`adapters/<base>/<tier>/`, a PEFT folder; `<tier>.gguf` is found as well). A tier without one is
answered by the `monolith`, the one adapter of all tiers, else by the bare base, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mevllm.engines.base import ModelInfo
from mevllm.errors import WeightsError
from mevllm.lora import SUFFIX, adapter_name, is_adapter, read_adapter
from mevllm.tiers import Tier

CLASSIFIER = "classifier"
CLASSIFIER_BASE = "smollm2-135m"
"""The classifier is a model of its own, small enough that routing costs next to nothing."""
MONOLITH = "monolith"
"""The adapter trained on all tiers: the single model that the experts are measured against."""
PACKAGED = Path(__file__).parent / "adapters"


@dataclass(frozen=True)
class Expert:
    """What answers for a tier."""

    tier: Tier
    base: str
    """Name of the base model."""
    adapter: Path | None
    """A PEFT folder, a GGUF file, or a name that the server knows; None for the bare base."""
    adapter_sha256: str | None
    """Of the PEFT weights, whatever form the engine reads; None where a server has them."""

    @property
    def label(self) -> str:
        """For a person: says visibly when the tier has no expert of its own."""
        if self.adapter is None:
            return f"{self.base}, base model ({self.tier} has no adapter yet)"
        name = adapter_name(self.adapter)
        own = "" if name == str(self.tier) else f"; {self.tier} has no expert of its own"
        where = self.adapter_sha256[:12] if self.adapter_sha256 else "on the server"
        return f"{self.base} + {name} ({where}{own})"


def resolve_expert(tier: Tier, base: str, folder: Path | None = None) -> Expert:
    """Find the expert of a tier. Raises WeightsError when `folder` is named but absent."""
    for place in _places(base, folder):
        for name in (str(tier), MONOLITH):
            if found := _adapter_in(place, name):
                return Expert(tier, base, found, read_adapter(found).sha256)
    return Expert(tier, base, None, None)


def expert_of(info: ModelInfo, tier: Tier, folder: Path | None = None) -> Expert:
    """The expert of a tier on an engine: one of the server's where it has its own, else a file's.

    Raises WeightsError.
    """
    if info.served is None:
        return resolve_expert(tier, info.base, folder)
    names = [name for name in (str(tier), MONOLITH) if name in info.served]
    return Expert(tier, info.base, Path(names[0]) if names else None, None)


def find_adapter(name: str, base: str, folder: Path | None = None) -> Path | None:
    """The adapter of a tier or of the classifier: a PEFT folder, a GGUF file, or None."""
    found = (_adapter_in(place, name) for place in _places(base, folder))
    return next((path for path in found if path), None)


def all_adapters(base: str, folder: Path | None = None) -> tuple[Path, ...]:
    """Every adapter that a build may use on this base, in tier order."""
    found = [resolve_expert(tier, base, folder).adapter for tier in Tier]
    return tuple(dict.fromkeys(path for path in found if path))


def _places(base: str, folder: Path | None) -> list[Path]:
    """A folder of the user's may be laid out as the package's, by base, or hold one base's."""
    if folder is None:
        return [PACKAGED / base]
    if not folder.is_dir():
        raise WeightsError(f"the adapter folder {folder} does not exist; check --adapters")
    return [folder / base, folder, PACKAGED / base]


def _adapter_in(place: Path, name: str) -> Path | None:
    candidates = (place / name, place / f"{name}{SUFFIX}")
    return next((path.resolve() for path in candidates if is_adapter(path)), None)
