"""One training run, from its configuration to an adapter folder."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mevllm.data.pairs import read_pairs
from mevllm.data.records import Split, read_records
from mevllm.data.trials import read_trials, with_paraphrases
from mevllm.experts import CLASSIFIER
from mevllm.hf_base import GgufTokenizer
from mevllm.lora import CARD, CONFIG, WEIGHTS
from mevllm.train.config import TrainConfig, load_config
from mevllm.train.examples import (
    classifier_examples,
    design_examples,
    pair_examples,
    sequences,
)
from mevllm.train.loop import LOSSES, Step, train
from mevllm.train.sequences import TokenSequence
from mevllm.weights import file_sha256, resolve


@dataclass(frozen=True)
class Prepared:
    """What a run learns from."""

    config: TrainConfig
    groups: Sequence[Sequence[TokenSequence]]
    validation: Sequence[TokenSequence]
    data_sha256: str
    """Of the training set's file."""
    files: Mapping[str, str]
    """Further files, as the configuration names them, to their SHA-256."""

    @property
    def tokens(self) -> int:
        """Tokens of one epoch, prompts included."""
        return sum(len(s) for group in self.groups for s in group)


def prepare(path: Path, gguf: Path) -> Prepared:
    """Read a configuration and its data, and tokenize. Raises MevllmError."""
    config = load_config(path)
    data = path.parent / config.data
    trials = [trial for name in config.trials for trial in read_trials(path.parent / name)]
    records = list(with_paraphrases(read_records(data), trials))
    more = [pair for name in config.pairs for pair in read_pairs(path.parent / name)]
    tokenizer = GgufTokenizer(gguf)

    def tokenized(split: Split) -> list[list[TokenSequence]]:
        if config.name == CLASSIFIER:
            found = classifier_examples(records, config, split, trials)
        else:
            found = design_examples(records, config, split) + pair_examples(more, config, split)
        return sequences(found, tokenizer, config.longest)

    groups, held = tokenized("train"), tokenized("validation")
    flat = [sequence for group in held for sequence in group]
    random.Random(config.seed).shuffle(flat)  # noqa: S311
    files = {name: file_sha256(path.parent / name) for name in (*config.pairs, *config.trials)}
    return Prepared(config, groups, flat[: config.validation], file_sha256(data), files)


def run(
    path: Path,
    out: Path,
    *,
    on_note: Callable[[str], None] = lambda text: None,
    on_step: Callable[[Step], None] = lambda step: None,
) -> Path:
    """Train what a configuration says into `out`; return the adapter's folder.

    A run that was stopped goes on. Uses CUDA where there is one. Raises MevllmError, WeightsError
    when the base is not here, and ImportError without the `[train]` extra.
    """
    import torch

    from mevllm.train.base_model import load_base
    from mevllm.train.curves import plot

    config = load_config(path)
    gguf = resolve(config.base)
    prepared = prepare(path, gguf)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    on_note(
        f"{sum(map(len, prepared.groups))} examples, {prepared.tokens:,} tokens an epoch; loading "
        f"{config.base} on {device}"
    )
    start = path.parent / config.start if config.start else None
    model = load_base(gguf, device)
    learn(prepared, model, start, out, base_sha256=file_sha256(gguf), on_step=on_step)
    plot(out, f"{config.name} on {config.base}")
    return out / config.name


def learn(
    prepared: Prepared,
    base: Any,
    start: Path | None,
    out: Path,
    *,
    base_sha256: str,
    on_step: Callable[[Step], None] = lambda step: None,
) -> Any:
    """Train an adapter on a loaded base, fresh or from `start`, into `out`; return the PEFT model.

    Its `unload()` gives the base back for the next run. Raises MevllmError.
    """
    import torch

    from mevllm.train.base_model import with_adapter

    config = prepared.config
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(config.seed)
    model = with_adapter(base, config, start)
    train(model, prepared.groups, config, out, validation=prepared.validation, on_step=on_step)
    _save(model, out / config.name, prepared, base_sha256, start)
    return model


def _save(
    model: Any, folder: Path, prepared: Prepared, base_sha256: str, start: Path | None
) -> None:
    """Leave a PEFT folder: weights in bfloat16 with their origin, configuration, card."""
    import torch
    from peft import get_peft_model_state_dict
    from safetensors.torch import save_file

    config = prepared.config
    folder.mkdir(parents=True, exist_ok=True)
    weights = {
        name: tensor.detach().to("cpu", torch.bfloat16).contiguous()
        for name, tensor in get_peft_model_state_dict(model).items()
    }
    origin = {
        "base": config.base,
        "base_sha256": base_sha256,
        "config_sha256": config.sha256,
        "data_sha256": prepared.data_sha256,
        "rank": str(config.rank),
        "alpha": str(config.alpha),
    }
    save_file(weights, folder / WEIGHTS, metadata={**origin, "format": "pt"})
    lora = model.peft_config["default"].to_dict()
    kept = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": config.base,
        "r": lora["r"],
        "lora_alpha": lora["lora_alpha"],
        "lora_dropout": 0.0,
        "bias": "none",
        "target_modules": sorted(lora["target_modules"]),
    }
    (folder / CONFIG).write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    card = {
        **origin,
        "name": config.name,
        "examples": sum(map(len, prepared.groups)),
        "tokens_per_epoch": prepared.tokens,
        **_last_line(folder.parent / LOSSES),
        "config": asdict(config),
        "files": dict(prepared.files),
        **({"start_sha256": file_sha256(start / WEIGHTS)} if start else {}),
        "weights_sha256": file_sha256(folder / WEIGHTS),
    }
    (folder / CARD).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def _last_line(losses: Path) -> Mapping[str, Any]:
    """Steps and tokens of the run, and its loss on validation at the end."""
    last = json.loads(losses.read_text(encoding="utf-8").splitlines()[-1])
    return {"steps": last["step"], "tokens": last["tokens"], "validation": last.get("validation")}
