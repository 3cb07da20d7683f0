"""Move experts along with the monolith that they began from, without training them again.

usage: move_experts.py NEW [--old FOLDER] [--experts FOLDER] [--weight TIER WEIGHT]... --out FOLDER

Each expert went on from the old monolith's factors, and so did the new monolith. To the expert's
factors is added what the new monolith's have gained: the sum of two task vectors (Ilharco et al.
2023, arXiv 2212.04089). It holds as far as both moved little; `mevagent eval` says how far that is.
A weight below 1 takes less of what the expert itself had learnt.
OUT gets an adapter folder for each tier and the new monolith's, as `--adapters` takes them.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from mevllm.experts import MONOLITH, PACKAGED
from mevllm.lora import CARD, CONFIG, WEIGHTS, read_adapter
from mevllm.tiers import Tier
from mevllm.weights import file_sha256

PLACE = PACKAGED / "qwen2.5-coder-1.5b"
FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command()
@click.argument("new", type=FOLDER)
@click.option("--old", type=FOLDER, default=PLACE / MONOLITH, help="What all of them began from.")
@click.option("--experts", type=FOLDER, default=PLACE, help="Folder of the four experts.")
@click.option("--weight", "weights", type=(click.Choice([*map(str, Tier)]), float), multiple=True)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
def move(
    new: Path, old: Path, experts: Path, weights: tuple[tuple[str, float], ...], out: Path
) -> None:
    """Write the four experts of the new monolith."""
    from safetensors.torch import load_file

    shutil.copytree(new, out / MONOLITH, dirs_exist_ok=True)
    monoliths = [load_file(folder / WEIGHTS) for folder in (old, new)]
    steps = {"moved_from": file_sha256(old / WEIGHTS), "moved_to": file_sha256(new / WEIGHTS)}
    for tier in Tier:
        weight = dict(weights).get(str(tier), 1.0)
        _move(experts / str(tier), monoliths, steps, out / str(tier), weight)
        click.echo(str(out / str(tier)))


def _move(
    expert: Path,
    monoliths: Sequence[Mapping[str, Any]],
    steps: Mapping[str, str],
    place: Path,
    weight: float,
) -> None:
    """Write one expert; `monoliths` are the factors that it began from and those to move to."""
    import torch
    from safetensors.torch import load_file, save_file

    factors, (old, new) = load_file(expert / WEIGHTS), monoliths
    if not factors.keys() == old.keys() == new.keys():
        raise click.UsageError(f"{expert} and the monoliths are not adapters of the same layers")
    moved = {
        name: (weight * (tensor.float() - old[name].float()) + new[name].float())
        .to(torch.bfloat16)
        .contiguous()
        for name, tensor in factors.items()
    }
    found = read_adapter(expert)
    place.mkdir(parents=True, exist_ok=True)
    save_file(moved, place / WEIGHTS, metadata={**found.metadata, **steps, "format": "pt"})
    shutil.copyfile(expert / CONFIG, place / CONFIG)
    card = {
        **found.card,
        **steps,
        "moved_weight": weight,
        "trained_sha256": found.sha256,
        "weights_sha256": file_sha256(place / WEIGHTS),
    }
    (place / CARD).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    move()
