"""Reads safetensors files with the standard library alone.

Format: https://github.com/huggingface/safetensors#format: the length of a JSON header (8 bytes,
little endian), the header, then the tensors' bytes. Who only runs llama.cpp has no library that
reads it.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mevllm.errors import WeightsError

LONGEST_HEADER = 100_000_000
"""Bytes; the format's own limit."""
WIDTHS = {"F32": 4, "F16": 2, "BF16": 2}
"""Bytes of a value, by the types that adapters come in."""


@dataclass(frozen=True)
class Tensor:
    """Where a tensor lies in its file."""

    dtype: str
    shape: tuple[int, ...]
    """Outermost dimension first; the last one is contiguous."""
    begin: int
    """Offset in the file, bytes."""
    end: int


@dataclass(frozen=True)
class SafetensorsFile:
    """The header of a file."""

    path: Path
    tensors: Mapping[str, Tensor]
    metadata: Mapping[str, str]
    """Free text that the writer left, such as the hash of the base model."""

    def read(self, name: str) -> bytes:
        """The bytes of a tensor. Raises WeightsError."""
        tensor = self.tensors[name]
        try:
            with self.path.open("rb") as file:
                file.seek(tensor.begin)
                data = file.read(tensor.end - tensor.begin)
        except OSError as error:
            raise WeightsError(f"cannot read {self.path}: {error.strerror}") from error
        if len(data) != tensor.end - tensor.begin:
            raise WeightsError(f"{self.path} ends within {name}; fetch or train it again")
        return data


def read_safetensors(path: Path) -> SafetensorsFile:
    """Read the header of a file. Raises WeightsError when it is not a whole safetensors file."""
    try:
        with path.open("rb") as file:
            prefix = file.read(8)
            length = struct.unpack("<Q", prefix)[0] if len(prefix) == 8 else LONGEST_HEADER + 1
            header = json.loads(file.read(length)) if length <= LONGEST_HEADER else None
        size = path.stat().st_size
        if not isinstance(header, dict):
            raise ValueError("it has no header")
        metadata = header.pop("__metadata__", {})
        tensors = {name: _tensor(name, entry, 8 + length) for name, entry in header.items()}
        cut = [name for name, tensor in tensors.items() if tensor.end > size]
        if cut:
            raise ValueError(f"it ends before {cut[0]}")
    except OSError as error:
        raise WeightsError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(
            f"{path} is not a whole safetensors file: {error}; fetch or train it again"
        ) from error
    return SafetensorsFile(path, tensors, {str(k): str(v) for k, v in metadata.items()})


def _tensor(name: str, entry: Mapping[str, Any], start: int) -> Tensor:
    begin, end = (int(offset) for offset in entry["data_offsets"])
    shape = tuple(map(int, entry["shape"]))
    tensor = Tensor(str(entry["dtype"]), shape, start + begin, start + end)
    width = WIDTHS.get(tensor.dtype)
    if begin < 0 or end < begin or (width and end - begin != math.prod(shape) * width):
        raise ValueError(f"the place of {name} contradicts its shape")
    return tensor
