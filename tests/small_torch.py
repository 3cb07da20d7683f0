"""The small base in transformers, and adapters that PEFT itself makes for it."""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.small_base import small_base

if TYPE_CHECKING:
    from mevllm.engines.transformers_engine import TransformersEngine

if not os.environ.get("CI"):
    pytest.importorskip("torch")
    pytest.importorskip("peft")

from mevllm.hf_base import settle

settle()

import torch  # noqa: E402  after what prepares the process for it
from peft import LoraConfig, get_peft_model  # noqa: E402
from transformers import LlamaConfig, LlamaForCausalLM  # noqa: E402

LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def make_lora(folder: Path, seed: int, strength: float) -> Path:
    """An adapter of every linear layer, in bfloat16, saved by PEFT.

    At the strength 0.15 it moves the likeliest tokens by about 2 nats. Nothing but the shapes of
    the layers is needed of the base.
    """
    torch.manual_seed(seed)
    shape = LlamaConfig(
        vocab_size=8,
        hidden_size=576,
        intermediate_size=1536,
        num_hidden_layers=30,
        num_attention_heads=9,
        num_key_value_heads=3,
    )
    with torch.device("meta"):
        bare = LlamaForCausalLM(shape)
    net: Any = get_peft_model(bare, LoraConfig(r=8, lora_alpha=16, target_modules=LINEAR))
    net.to_empty(device="cpu")
    for name, weights in net.named_parameters():
        if "lora_" in name:
            scale = weights.shape[1] ** -0.5 if "lora_A" in name else strength
            weights.data = (torch.randn(weights.shape) * scale).bfloat16()
    net.save_pretrained(folder)
    return folder


@cache
def small_torch() -> TransformersEngine:
    """One engine for all tests: that neither adapter disturbs the other is part of them."""
    from mevllm.engines.transformers_engine import TransformersEngine

    return TransformersEngine(small_base(), adapters=adapters(), parallel=4, context=1024)


@cache
def adapters() -> tuple[Path, Path]:
    """Two unlike adapters; temporary, for as long as the tests run."""
    folder = Path(_KEPT.name)
    return make_lora(folder / "one", 1, 0.05), make_lora(folder / "two", 2, 0.15)


_KEPT = tempfile.TemporaryDirectory(prefix="mevllm-adapters-")
