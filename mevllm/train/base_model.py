"""The base model to train on: the weights it will run on, dequantised from their GGUF file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mevllm.train import packed_attention
from mevllm.train.config import TrainConfig


def load_base(gguf: Path, device: str) -> Any:
    """The causal language model of a GGUF file in bfloat16, with packed attention."""
    import torch
    from transformers import AutoModelForCausalLM, GgufConfig

    packed_attention.register()
    model: Any = AutoModelForCausalLM.from_pretrained(
        gguf.parent,
        gguf_file=gguf.name,
        quantization_config=GgufConfig(dequantize=True),
        dtype=torch.bfloat16,
        attn_implementation=packed_attention.NAME,
    )
    return model.to(device)


def with_adapter(model: Any, config: TrainConfig, start: Path | None) -> Any:
    """The model with a trainable LoRA on every linear layer: a fresh one, or one to continue.

    The adapter computes in bfloat16 like the base; the trainer keeps its weights in float32.
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
