"""Writes a small LoRA adapter in GGUF form, for tests of per-request adapters.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, version 3, little endian.
"""

from __future__ import annotations

import random
import struct
from pathlib import Path

STRING, FLOAT32 = 8, 6
F32 = 0
ALIGNMENT = 32


def write_lora(path: Path, *, embedding: int, layers: int, strength: float, seed: int = 0) -> None:
    """A rank-4 adapter of every layer's attention output, with reproducible random weights."""
    rank = 4
    rng = random.Random(seed)
    tensors: list[tuple[str, tuple[int, int], bytes]] = []
    for layer in range(layers):
        name = f"blk.{layer}.attn_output.weight"
        for suffix, shape in (("lora_a", (embedding, rank)), ("lora_b", (rank, embedding))):
            values = [rng.uniform(-strength, strength) for _ in range(shape[0] * shape[1])]
            tensors.append((f"{name}.{suffix}", shape, struct.pack(f"<{len(values)}f", *values)))
    metadata: list[tuple[str, int, bytes]] = [
        ("general.architecture", STRING, _string("llama")),
        ("general.type", STRING, _string("adapter")),
        ("adapter.type", STRING, _string("lora")),
        ("adapter.lora.alpha", FLOAT32, struct.pack("<f", rank)),
    ]
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata))
    for key, kind, value in metadata:
        head += _string(key) + struct.pack("<I", kind) + value
    body = b""
    for name, shape, data in tensors:
        body += b"\0" * (-len(body) % ALIGNMENT)
        head += _string(name) + struct.pack("<IQQIQ", len(shape), *shape, F32, len(body))
        body += data
    head += b"\0" * (-len(head) % ALIGNMENT)
    path.write_bytes(head + body)


def _string(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data
