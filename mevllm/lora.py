"""LoRA adapters on disk: PEFT folders, the form that ships, and GGUF files for llama.cpp.

A PEFT adapter is a folder with `adapter_config.json` and `adapter_model.safetensors`, where a
trainer leaves what the adapter came from in the file's metadata (`base_sha256`, `config_sha256`,
`data_sha256`, `rank`, `alpha`), and a `card.json` with its scores. A GGUF adapter is one file,
which says less.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mevllm.errors import WeightsError
from mevllm.safetensors_file import read_safetensors

WEIGHTS = "adapter_model.safetensors"
CONFIG = "adapter_config.json"
CARD = "card.json"
SUFFIX = ".gguf"


@dataclass(frozen=True)
class Adapter:
    """An adapter that was found and read."""

    path: Path
    """The PEFT folder or the GGUF file."""
    sha256: str
    """Of the PEFT weights, whatever engine they run on; else of the GGUF file."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """What the trainer left in the weights; empty for a GGUF file."""

    @property
    def name(self) -> str:
        """What the expert is called: `basic`, `monolith`, `classifier`."""
        return adapter_name(self.path)

    @property
    def card(self) -> Mapping[str, Any]:
        """The adapter's `card.json`; empty where it has none. Raises WeightsError."""
        if not self.path.is_dir() or not (self.path / CARD).is_file():
            return {}
        return read_json(self.path / CARD)


def is_adapter(path: Path) -> bool:
    """Whether an adapter lies here."""
    return is_peft(path) or (path.suffix == SUFFIX and path.is_file())


def is_peft(path: Path) -> bool:
    """Whether the path is a folder that holds a PEFT adapter."""
    return (path / WEIGHTS).is_file() and (path / CONFIG).is_file()


def adapter_name(path: Path) -> str:
    """What the adapter at a path is called."""
    return path.name.removesuffix(SUFFIX)


def read_adapter(path: Path) -> Adapter:
    """Read what identifies an adapter. Raises WeightsError when it is absent or damaged."""
    from mevllm.weights import file_sha256

    if is_peft(path):
        weights = path / WEIGHTS
        return Adapter(path, file_sha256(weights), read_safetensors(weights).metadata)
    if path.is_dir() or not path.exists():
        raise WeightsError(
            f"{path} holds no adapter; name a folder with {CONFIG} and {WEIGHTS}, or a GGUF file"
        )
    return Adapter(path, file_sha256(path))


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file of an adapter. Raises WeightsError."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WeightsError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise WeightsError(f"{path} is not JSON: {error}; fetch or train it again") from error
    if not isinstance(found, dict):
        raise WeightsError(f"{path} holds no JSON object; fetch or train it again")
    return found
