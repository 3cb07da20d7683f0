"""The base model to train on: the weights it will run on, dequantised from their GGUF file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mevllm.train import packed_attention
from mevllm.train.config import TrainConfig


def load_base(gguf: Path, device: str) -> Any:
    """The causal language model of a GGUF file, with packed attention.

    In bfloat16, but in float32 on a processor that has no bfloat16 products of its own: without
    AVX-512 BF16 or AMX they are emulated, at a tenth of the speed.
    """
    from transformers import AutoModelForCausalLM, GgufConfig

    packed_attention.register()
    model: Any = AutoModelForCausalLM.from_pretrained(
        gguf.parent,
        gguf_file=gguf.name,
        quantization_config=GgufConfig(dequantize=True),
        dtype=precision(device),
        attn_implementation=packed_attention.NAME,
    )
    return model.to(device)


def precision(device: str) -> Any:
    """The torch dtype that a device multiplies fastest."""
    import torch

    if device != "cpu":
        return torch.bfloat16
    supported: Any = torch.ops.mkldnn._is_mkldnn_bf16_supported
    return torch.bfloat16 if supported() else torch.float32


def with_adapter(model: Any, config: TrainConfig, start: Path | None) -> Any:
    """The model with a trainable LoRA on every linear layer: a fresh one, or one to continue.

    The adapter computes in the precision of the base; the trainer keeps its weights in float32.
    """
    from peft import LoraConfig, PeftModel, get_peft_model

    if start is not None:
        return PeftModel.from_pretrained(
            model, str(start), is_trainable=True, autocast_adapter_dtype=False
        )
    lora = LoraConfig(
        r=config.rank,
        lora_alpha=config.alpha,
        lora_dropout=0.0,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, lora, autocast_adapter_dtype=False)
