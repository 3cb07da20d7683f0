"""Experts: each tier's base model and adapter, by hash.

An adapter is looked for in the folder the caller names, then in the package
(`adapters/<base>/<tier>.gguf`). A tier without one falls back to the bare base, and says so.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mevllm.errors import WeightsError
from mevllm.tiers import Tier

CLASSIFIER = "classifier"


@dataclass(frozen=True)
class Expert:
    """What answers for a tier."""

    tier: Tier
    base: str
    """Name of the base model."""
    adapter: Path | None
    """The adapter file; None when the bare base answers."""
    adapter_sha256: str | None

    @property
    def label(self) -> str:
        """For a person: says visibly when the tier has no expert of its own."""
        if self.adapter is None:
            return f"{self.base}, base model ({self.tier} has no adapter yet)"
        return f"{self.base} + {self.adapter.name} ({(self.adapter_sha256 or '')[:12]})"


def resolve_expert(tier: Tier, base: str, folder: Path | None = None) -> Expert:
    """Find the expert of a tier. Raises WeightsError when `folder` is named but absent."""
    adapter = find_adapter(str(tier), base, folder)
    return Expert(tier, base, adapter, _sha256(adapter) if adapter else None)


def find_adapter(name: str, base: str, folder: Path | None = None) -> Path | None:
    """The adapter file of a tier or of the classifier, or None."""
    if folder is not None and not folder.is_dir():
        raise WeightsError(f"the adapter folder {folder} does not exist; check --adapters")
    own = Path(__file__).parent / "adapters" / base
    places = [folder, own] if folder else [own]
    for place in places:
        path = place / f"{name}.gguf"
        if path.is_file():
            return path.resolve()
    return None


def all_adapters(base: str, folder: Path | None = None) -> tuple[Path, ...]:
    """Every adapter file that a build may use, in tier order, the classifier's last."""
    names = [*map(str, Tier), CLASSIFIER]
    found = [find_adapter(name, base, folder) for name in names]
    return tuple(path for path in found if path)


@cache
def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
