"""Writes a PEFT adapter of the small base without torch: random weights in bfloat16."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

RANK = 4
ALPHA = 8
LAYERS = 30
SIZES = {
    "self_attn.q_proj": (576, 576),
    "self_attn.k_proj": (576, 192),
    "self_attn.v_proj": (576, 192),
    "self_attn.o_proj": (576, 576),
    "mlp.gate_proj": (576, 1536),
    "mlp.up_proj": (576, 1536),
    "mlp.down_proj": (1536, 576),
}
"""SmolLM2-135M's linear layers: values in, values out."""


def write_peft(
    folder: Path,
    *,
    strength: float = 0.3,
    seed: int = 0,
    layers: int = LAYERS,
    modules: Sequence[str] = tuple(SIZES),
    config: Mapping[str, object] | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Path:
    """An adapter of the modules of the first layers; the weights depend on `seed` alone."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(seed)
    header: dict[str, object] = {"__metadata__": {"format": "pt", **(metadata or {})}}
    body = bytearray()
    for layer in range(layers):
        for module in modules:
            into, out = SIZES[module]
            for kind, shape, scale in (("A", (RANK, into), into**-0.5), ("B", (out, RANK), 1.0)):
                begin = len(body)
                for _ in range(shape[0] * shape[1]):
                    body += struct.pack("<f", rng.gauss(0, strength * scale))[2:]
                name = f"base_model.model.model.layers.{layer}.{module}.lora_{kind}.weight"
                header[name] = {
                    "dtype": "BF16",
                    "shape": list(shape),
                    "data_offsets": [begin, len(body)],
                }
    told = json.dumps(header).encode()
    weights = struct.pack("<Q", len(told)) + told + body
    (folder / "adapter_model.safetensors").write_bytes(weights)
    plain = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "r": RANK,
        "lora_alpha": ALPHA,
        "bias": "none",
        "target_modules": sorted({module.rpartition(".")[2] for module in modules}),
    }
    (folder / "adapter_config.json").write_text(json.dumps({**plain, **(config or {})}))
    return folder
