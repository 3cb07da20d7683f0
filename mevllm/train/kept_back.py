"""The loss of adapters on designs that none of them learnt from."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from mevllm.data.records import Record
from mevllm.hf_base import GgufTokenizer
from mevllm.train.config import TrainConfig
from mevllm.train.examples import example_of, sequences
from mevllm.train.loop import held_loss
from mevllm.weights import resolve


def loss_on(shares: Sequence[tuple[Path, Sequence[Record]]], config: TrainConfig) -> float:
    """Nats a token of the answers: each adapter reads the designs that it would be asked for.

    `config` says the base, the longest example, and the seed by which each design gets one of its
    voices, the same whichever adapter reads it. Raises WeightsError, and ImportError without the
    [train] extra.
    """
    from mevllm.train.base_model import load_base, with_adapter

    gguf = resolve(config.base)
    tokenizer, base = GgufTokenizer(gguf), load_base(gguf, "cpu")
    total, count = 0.0, 0
    for folder, records in shares:
        asked = [[example_of(record, _voice(record, config))] for record in records]
        held = [one for group in sequences(asked, tokenizer, config.longest) for one in group]
        model = with_adapter(base, config, folder)
        loss, tokens = held_loss(model, held, config)
        total, count = total + loss, count + tokens
        base = model.unload()
    return total / max(1, count)


def _voice(record: Record, config: TrainConfig) -> str:
    rng = random.Random(f"{config.seed}/{record.id}")  # noqa: S311
    return rng.choice(sorted(record.specifications))
