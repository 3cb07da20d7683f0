"""The training loop: packs in, an adapter out; it resumes where it stopped."""

from __future__ import annotations

import contextlib
import ctypes
import json
import math
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mevllm.errors import MevllmError, NoExamplesError
from mevllm.train.config import TrainConfig
from mevllm.train.fused import fuse
from mevllm.train.packing import Pack, batches, pack
from mevllm.train.padded import Rectangle, rectangles
from mevllm.train.sequences import TokenSequence

CHECKPOINT = "checkpoint.pt"
LOSSES = "loss.jsonl"


@dataclass(frozen=True)
class Step:
    """One step as it ended."""

    step: int
    """From 1."""
    steps: int
    loss: float
    """Mean over the answers' tokens, in nats."""
    tokens: int
    """Tokens learnt from since the run began, prompts included."""
    tokens_per_s: float
    left_s: float
    """Expected time until the end."""
    learning_rate: float


def train(
    model: Any,
    groups: Sequence[Sequence[TokenSequence]],
    config: TrainConfig,
    folder: Path,
    *,
    validation: Sequence[TokenSequence] = (),
    on_step: Callable[[Step], None] = lambda step: None,
) -> None:
    """Train the model's adapter on groups of sequences and leave checkpoints in `folder`.

    AdamW over a float32 copy of the adapter; the loss of a step is the mean over its answers'
    tokens. A run that was stopped goes on from its last checkpoint to the same end. Raises
    NoExamplesError, and MevllmError when the folder holds another run's checkpoint.
    """
    import torch
    from accelerate import Accelerator

    plan = _plan(groups, config)
    limit = math.inf if config.minutes is None else 60 * config.minutes
    fuse(model)
    if model.device.type == "cpu":
        _keep_memory()
    accelerator = Accelerator()
    model = accelerator.prepare_model(model)
    model.train()
    adapted = [p for p in model.parameters() if p.requires_grad]
    masters = [p.detach().float().clone().requires_grad_() for p in adapted]
    optimizer = torch.optim.AdamW(
        masters, lr=config.learning_rate, betas=(0.9, 0.99), weight_decay=config.weight_decay
    )
    done, tokens, before = _resume(folder, config, masters, optimizer)
    _copy(masters, adapted)
    started, learnt = time.monotonic(), 0
    quarters = int(4 * max(done / len(plan), min(1.0, before / limit)))
    for number, batch in enumerate(plan[done:], done + 1):
        spent = before + time.monotonic() - started
        at = min(len(plan), max(number, len(plan) * spent / limit))
        rate = _rate(at, len(plan), config)
        for group in optimizer.param_groups:
            group["lr"] = rate
        pieces = _pieces(batch, config, next(model.parameters()).device)
        targets = sum(len(p.targets) for p in pieces)
        losses = []
        for piece in pieces:
            part = _loss(model, piece) / targets
            accelerator.backward(part)
            losses.append(part.detach())
        for master, p in zip(masters, adapted, strict=True):
            master.grad, p.grad = (p.grad.float() if p.grad is not None else None), None
        torch.nn.utils.clip_grad_norm_(masters, config.clip)
        optimizer.step()
        _copy(masters, adapted)
        loss = float(sum(losses))
        count = sum(map(len, batch))
        tokens, learnt = tokens + count, learnt + count
        spent = time.monotonic() - started
        last = number == len(plan) or before + spent >= limit
        left = min(spent / (number - done) * (len(plan) - number), limit - before - spent)
        on_step(Step(number, len(plan), loss, tokens, learnt / spent, max(0.0, left), rate))
        line: dict[str, float] = {"step": number, "loss": round(loss, 5), "tokens": tokens}
        if validation and (last or int(4 * at / len(plan)) > quarters):
            loss, count = held_loss(model, validation, config)
            line["validation"] = round(loss / max(1, count), 5)
        quarters = int(4 * at / len(plan))
        with (folder / LOSSES).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        if model.device.type == "cpu":
            _return_memory()
        if number % config.save_every == 0 or last:
            _save(folder, config, masters, optimizer, (number, tokens, before + spent))
        if last:
            return


def _plan(
    groups: Sequence[Sequence[TokenSequence]], config: TrainConfig
) -> list[list[TokenSequence]]:
    """The batches of every step, over all epochs, the last one perhaps in part."""
    found: list[list[TokenSequence]] = []
    for epoch in range(math.ceil(config.epochs)):
        ordered = batches(groups, config.batch_tokens, config.seed + epoch)
        share = min(1.0, config.epochs - epoch)
        found += ordered[: max(1, round(share * len(ordered)))]
    if not found:
        raise NoExamplesError("there is nothing to train on; check `designs` in the configuration")
    return found


def _pieces(
    batch: Sequence[TokenSequence], config: TrainConfig, device: Any
) -> Sequence[Pack | Rectangle]:
    """A batch as what is read at once: rectangles on a GPU, trees on a processor."""
    if device.type != "cpu":
        return rectangles(batch, config.pack_tokens)
    return [pack(part) for part in _parts(batch, config.pack_tokens)]


def _parts(batch: Sequence[TokenSequence], size: int) -> list[list[TokenSequence]]:
    parts: list[list[TokenSequence]] = [[]]
    for sequence in batch:
        if parts[-1] and sum(map(len, parts[-1])) + len(sequence) > size:
            parts.append([])
        parts[-1].append(sequence)
    return parts


def _loss(model: Any, piece: Pack | Rectangle) -> Any:
    """Summed loss of a piece's targets; only the hidden states that predict one see the head."""
    import torch
    from torch.nn.functional import cross_entropy

    device = next(model.parameters()).device
    sources = torch.tensor(piece.sources, device=device)
    targets = torch.tensor(piece.targets, device=device)
    causal = model.get_base_model()
    if isinstance(piece, Rectangle):
        read = causal.model(input_ids=torch.tensor(piece.rows, device=device), use_cache=False)
    else:
        read = causal.model(
            input_ids=torch.tensor([piece.tokens], device=device),
            position_ids=torch.tensor([piece.positions], device=device),
            nodes=piece.nodes,
            use_cache=False,
        )
    logits = causal.lm_head(read.last_hidden_state.flatten(0, 1)[sources])
    return cross_entropy(logits.float(), targets, reduction="sum")


def held_loss(model: Any, held: Sequence[TokenSequence], config: TrainConfig) -> tuple[float, int]:
    """The summed loss of sequences that are not learnt from, in nats, and their answers' tokens."""
    import torch

    total, count = 0.0, 0
    with torch.no_grad():
        for piece in _pieces(held, config, next(model.parameters()).device):
            total += _loss(model, piece).item()
            count += len(piece.targets)
    return total, count


def _rate(step: float, steps: int, config: TrainConfig) -> float:
    """Learning rate of a step from 1; between two steps where time says how far the run is."""
    warm = max(1, round(config.warmup * steps))
    if step <= warm:
        return config.learning_rate * step / warm
    share = (step - warm) / max(1, steps - warm)
    fall = (1 + math.cos(math.pi * share)) / 2
    return config.learning_rate * (config.floor + (1 - config.floor) * fall)


def _keep_memory() -> None:
    """Serve large tensors from the heap, not each from fresh pages: a step allocates several GB.

    mallopt(3): M_TRIM_THRESHOLD is -1, M_MMAP_THRESHOLD is -3.
    """
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(-3, 2**30)
        libc.mallopt(-1, 2**31 - 1)


def _return_memory() -> None:
    """Give freed memory back: with packs of every size the heap would grow to several times it."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def _copy(masters: Sequence[Any], adapted: Sequence[Any]) -> None:
    import torch

    with torch.no_grad():
        for master, p in zip(masters, adapted, strict=True):
            p.copy_(master)


def _save(
    folder: Path,
    config: TrainConfig,
    masters: Sequence[Any],
    optimizer: Any,
    done: tuple[int, int, float],
) -> None:
    """Leave a checkpoint; `done` are steps, tokens and seconds."""
    import torch

    partial = folder / f"{CHECKPOINT}.partial"
    torch.save(
        {
            "config": config.sha256,
            "done": done,
            "masters": [m.detach() for m in masters],
            "optimizer": optimizer.state_dict(),
        },
        partial,
    )
    os.replace(partial, folder / CHECKPOINT)  # noqa: PTH105


def _resume(
    folder: Path, config: TrainConfig, masters: Sequence[Any], optimizer: Any
) -> tuple[int, int, float]:
    """Load the checkpoint, if there is one; return the steps, tokens and seconds behind it."""
    import torch

    path = folder / CHECKPOINT
    if not path.is_file():
        return 0, 0, 0.0
    state = torch.load(path, map_location="cpu", weights_only=True)
    if state["config"] != config.sha256:
        raise MevllmError(
            f"{folder} holds the checkpoint of a run with another configuration; choose another "
            "folder with --out, or remove it"
        )
    with torch.no_grad():
        for master, saved in zip(masters, state["masters"], strict=True):
            master.copy_(saved)
    optimizer.load_state_dict(state["optimizer"])
    step, tokens, seconds = state["done"]
    return int(step), int(tokens), float(seconds)
