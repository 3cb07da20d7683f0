"""Derives the GGUF form of a PEFT LoRA adapter, which llama.cpp reads; kept in the cache.

llama.cpp names tensors its own way (`blk.3.attn_q.weight.lora_a`) and keeps the rows of the query
and key projections of `llama` models in another order than transformers does: llama.cpp rotates
neighbouring pairs, transformers rotates halves
(https://github.com/ggml-org/llama.cpp/blob/master/conversion/llama.py, `permute`).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mevllm.errors import WeightsError
from mevllm.gguf_file import GgufTensor, read_metadata, write_gguf
from mevllm.lora import CONFIG, WEIGHTS, is_peft, read_json
from mevllm.safetensors_file import SafetensorsFile, Tensor, read_safetensors
from mevllm.weights import file_sha256, home

CONVERTER = 1
"""Part of the cached file's name: raised when the same adapter would give other bytes."""
PERMUTED = {"llama": True, "qwen2": False, "qwen3": False}
"""By architecture: whether GGUF files keep query and key rows in llama.cpp's order."""
MODULES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
_TENSOR = re.compile(r"base_model\.model\.model\.layers\.(\d+)\.(.+)\.lora_([AB])\.weight")


@dataclass(frozen=True)
class _Base:
    """What of the base model decides about the order of rows."""

    architecture: str
    heads: int
    kv_heads: int

    def heads_of(self, module: str) -> int:
        """Heads whose rows are permuted in a module's output; 0 where none are."""
        if not PERMUTED[self.architecture]:
            return 0
        return {"self_attn.q_proj": self.heads, "self_attn.k_proj": self.kv_heads}.get(module, 0)


def gguf_of(adapter: Path, base: Path) -> Path:
    """The GGUF file of an adapter for a base model; a GGUF adapter is its own.

    Derived on first use and kept under `home()`, named by what it was derived from; several
    processes may ask at once. Raises WeightsError when the adapter is damaged, is of a kind that
    llama.cpp cannot apply, or the cache cannot be written.
    """
    if not is_peft(adapter):
        return adapter
    config = read_json(adapter / CONFIG)
    about = _about(base)
    made_from = json.dumps([CONVERTER, config, asdict(about)], sort_keys=True)
    key = hashlib.sha256(made_from.encode()).hexdigest()
    path = home() / "adapters" / f"{file_sha256(adapter / WEIGHTS)[:24]}-{key[:8]}.gguf"
    if path.is_file():
        return path
    alpha = _alpha(config, adapter)
    tensors = _tensors(read_safetensors(adapter / WEIGHTS), about)
    metadata: dict[str, str | float] = {
        "general.architecture": about.architecture,
        "general.type": "adapter",
        "general.name": adapter.name,
        "adapter.type": "lora",
        "adapter.lora.alpha": alpha,
    }
    _keep(path, lambda place: write_gguf(place, metadata, tensors))
    return path


def _keep(path: Path, write: Callable[[Path], None]) -> None:
    """Let the file appear whole: whoever comes second replaces it with the same bytes."""
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f"{path.stem}.", dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        write(temporary)
        temporary.replace(path)
    except OSError as error:
        if temporary:
            temporary.unlink(missing_ok=True)
        raise WeightsError(
            f"cannot keep the converted adapter as {path}: {error.strerror}; free some space, or "
            "name a folder that can be written with MEVAGENT_HOME"
        ) from error


def _about(base: Path) -> _Base:
    architecture = str(read_metadata(base, ["general.architecture"]).get("general.architecture"))
    if architecture not in PERMUTED:
        known = ", ".join(PERMUTED)
        raise WeightsError(
            f"{base} is a {architecture} model; PEFT adapters can be converted for {known}: "
            "name adapters in GGUF form, or another engine"
        )
    heads = f"{architecture}.attention.head_count"
    kv_heads = f"{architecture}.attention.head_count_kv"
    found = read_metadata(base, [heads, kv_heads])
    if heads not in found:
        raise WeightsError(f"{base} does not say its number of attention heads")
    return _Base(architecture, int(found[heads]), int(found.get(kv_heads, found[heads])))


def _alpha(config: Mapping[str, Any], adapter: Path) -> float:
    """What llama.cpp divides by the rank. Raises WeightsError for another kind of PEFT."""
    unable = {
        "peft_type": config.get("peft_type", "LORA") != "LORA",
        "use_dora": bool(config.get("use_dora")),
        "alpha_pattern": bool(config.get("alpha_pattern")),
        "bias": config.get("bias", "none") != "none",
        "modules_to_save": bool(config.get("modules_to_save")),
        "fan_in_fan_out": bool(config.get("fan_in_fan_out")),
    }
    wrong = [key for key, is_wrong in unable.items() if is_wrong]
    if wrong:
        raise WeightsError(
            f"{adapter} cannot be converted for llama.cpp: its {wrong[0]} is "
            f"{json.dumps(config[wrong[0]])}; train a plain LoRA, or choose another engine"
        )
    try:
        rank, alpha = int(config["r"]), float(config["lora_alpha"])
    except (KeyError, TypeError, ValueError) as error:
        raise WeightsError(f"{adapter / CONFIG} has no rank or alpha: {error}") from error
    if config.get("use_rslora"):
        if config.get("rank_pattern"):
            raise WeightsError(f"{adapter} mixes use_rslora and rank_pattern; train it without")
        return alpha * float(rank**0.5)
    return alpha


def _tensors(file: SafetensorsFile, base: _Base) -> list[GgufTensor]:
    tensors = []
    for name, tensor in sorted(file.tensors.items()):
        named = _TENSOR.fullmatch(name)
        if not named or named[2] not in MODULES or len(tensor.shape) != 2:
            raise WeightsError(
                f"{file.path} adapts {name}, which llama.cpp cannot apply; train adapters of "
                f"{', '.join(module.rpartition('.')[2] for module in MODULES)} only"
            )
        data = file.read(name)
        heads = base.heads_of(named[2])
        if named[3] == "B" and heads:
            data = _permuted(data, tensor, heads, file.path)
        dtype, data = _widened(tensor.dtype, data, file.path)
        own = f"blk.{named[1]}.{MODULES[named[2]]}.weight.lora_{named[3].lower()}"
        tensors.append(GgufTensor(own, dtype, tensor.shape[::-1], data))
    if not tensors:
        raise WeightsError(f"{file.path} holds no tensors; train it again")
    return tensors


def _permuted(data: bytes, tensor: Tensor, heads: int, path: Path) -> bytes:
    """The rows from transformers' order into llama.cpp's: in each head, halves interleaved."""
    rows = tensor.shape[0]
    if rows % (2 * heads):
        raise WeightsError(f"{path} was trained on another base: {rows} rows for {heads} heads")
    width = len(data) // rows
    half = rows // heads // 2
    order = (
        head * 2 * half + part * half + place
        for head in range(heads)
        for place in range(half)
        for part in range(2)
    )
    return b"".join(data[row * width : (row + 1) * width] for row in order)


def _widened(dtype: str, data: bytes, path: Path) -> tuple[str, bytes]:
    """bfloat16 as float32, exactly: llama.cpp would round the activations to bfloat16 as well."""
    if dtype == "BF16":
        wide = bytearray(2 * len(data))
        wide[2::4], wide[3::4] = data[0::2], data[1::2]
        return "F32", bytes(wide)
    if dtype not in ("F32", "F16"):
        raise WeightsError(f"{path} holds {dtype} values; save it as bf16, f16 or f32")
    return dtype, data
