"""Put a trained adapter into the package, with a card that says what it learnt and what it scores.

usage: ship_adapter.py FOLDER [--evaluation ID]... [--db FILE]

FOLDER is what `mevagent train` left: PEFT's files and `card.json`. The scores are those of
evaluations (`mevagent eval list`), with the setting of each.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import click

from agent.evaluate.measured import Measured, load
from agent.evaluate.store import DEFAULT_PATH, EvaluationStore
from mevllm.experts import PACKAGED
from mevllm.lora import CARD, CONFIG, WEIGHTS, read_adapter


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--evaluation", "evaluations", multiple=True, help="Whose scores the card shows.")
@click.option("--db", type=click.Path(path_type=Path), default=DEFAULT_PATH)
def ship(folder: Path, evaluations: tuple[str, ...], db: Path) -> None:
    """Copy the adapter in FOLDER to its place in the package and write its card."""
    card = dict(read_adapter(folder).card)
    with EvaluationStore.open_existing(db) as store:
        card["scores"] = [score(load(store, store.find(name))) for name in evaluations]
    place = PACKAGED / card["base"] / card["name"]
    place.mkdir(parents=True, exist_ok=True)
    for name in (WEIGHTS, CONFIG):
        shutil.copyfile(folder / name, place / name)
    (place / CARD).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    (place / "README.md").write_text(page(card), encoding="utf-8")
    click.echo(str(place))


def score(found: Measured) -> dict[str, Any]:
    """What the card says of one evaluation."""
    summary = found.summary
    return {
        "setting": f"{found.name}: {found.setting}",
        "problems": summary.problems,
        "solved": summary.solved,
        "function": {str(k): str(v) for k, v in summary.figures.function.items()},
        "syntax": {str(k): str(v) for k, v in summary.figures.syntax.items()},
    }


def page(card: dict[str, Any]) -> str:
    """The card for a person."""
    config = card["config"]
    designs = ", ".join(f"{count} {tier}" for tier, count in config["designs"].items())
    learnt = f"{config['epochs']:g} epochs"
    if "tokens" in card:
        learnt = f"{card['tokens']:,} tokens learnt in {card['steps']} steps"
    lines = [
        f"# {card['name']} on {card['base']}",
        "",
        f"A LoRA adapter of rank {card['rank']} (alpha {card['alpha']}) of every linear layer, "
        f"trained by `mevagent train` on designs drawn by `mevagent data build`: "
        f"{card['examples']} examples, {card['tokens_per_epoch']:,} tokens an epoch; {learnt} "
        f"(asked for: {designs} designs).{_moved(card)}",
        "",
        "| | SHA-256 |",
        "|---|---|",
        f"| base weights | `{card['base_sha256']}` |",
        *([f"| continued from | `{card['start_sha256']}` |"] if "start_sha256" in card else []),
        f"| training set | `{card['data_sha256']}` |",
        f"| configuration | `{card['config_sha256']}` |",
        f"| adapter | `{card['weights_sha256']}` |",
        "",
        "| evaluation | problems | solved | function | compiles |",
        "|---|---|---|---|---|",
    ]
    for one in card["scores"]:
        shown = (
            "; ".join(f"pass@{k} {v}" for k, v in one[w].items()) for w in ("function", "syntax")
        )
        function, syntax = shown
        lines.append(
            f"| {one['setting']} | {one['problems']} | {one['solved']} | {function} | {syntax} |"
        )
    return "\n".join([*lines, "", "Licence: Apache-2.0, as the base.", ""])


def _moved(card: dict[str, Any]) -> str:
    """Where the weights are no training's own, how they came about."""
    if "moved_to" not in card:
        return ""
    old, new = (card[key][:8] for key in ("moved_from", "moved_to"))
    return (
        f" Then moved by `scripts/move_experts.py` from the monolith `{old}...`, which it began "
        f"from, to the monolith `{new}...`, with {card['moved_weight']:g} of what it had "
        "learnt itself."
    )


if __name__ == "__main__":
    ship()
