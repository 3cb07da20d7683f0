"""Writes a small LoRA adapter in GGUF form, for tests of per-request adapters."""

from __future__ import annotations

import random
import struct
from pathlib import Path

from mevllm.gguf_file import GgufTensor, write_gguf

RANK = 4


def write_lora(path: Path, *, embedding: int, layers: int, strength: float, seed: int = 0) -> None:
    """A rank-4 adapter of every layer's attention output, with reproducible random weights."""
    rng = random.Random(seed)
    tensors = []
    for layer in range(layers):
        for suffix, shape in (("lora_a", (embedding, RANK)), ("lora_b", (RANK, embedding))):
            values = [rng.uniform(-strength, strength) for _ in range(shape[0] * shape[1])]
            data = struct.pack(f"<{len(values)}f", *values)
            name = f"blk.{layer}.attn_output.weight.{suffix}"
            tensors.append(GgufTensor(name, "F32", shape, data))
    metadata: dict[str, str | float] = {
        "general.architecture": "llama",
        "general.type": "adapter",
        "adapter.type": "lora",
        "adapter.lora.alpha": float(RANK),
    }
    write_gguf(path, metadata, tensors)
