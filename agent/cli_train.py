"""`mevagent train`: LoRA adapters for the experts, the monolith and the classifier."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mevllm.tiers import Tier

if TYPE_CHECKING:
    from mevllm.train.loop import Step

CONFIG = click.option(
    "--config",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    required=True,
    help="The run's TOML file; see docs/training.md.",
)
OUT = click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder for checkpoints, loss log and adapter; a run that was stopped goes on from here.",
)


@click.group()
def train() -> None:
    """Train LoRA adapters: the monolith first, then the experts; needs the [train] extra.

    Everything about a run stands in its configuration; its hash goes into the adapter.
    """


@train.command("monolith")
@CONFIG
@OUT
def train_monolith(config: Path, out: Path) -> None:
    """Train one adapter on all tiers: the baseline, and the start of every expert."""
    _run(config, out, ("monolith",))


@train.command("expert")
@CONFIG
@OUT
def train_expert(config: Path, out: Path) -> None:
    """Train the expert of a tier, or `repair` alone; the configuration names it."""
    _run(config, out, (*map(str, Tier), "repair"))


@train.command("classifier")
@CONFIG
@OUT
def train_classifier(config: Path, out: Path) -> None:
    """Train the complexity classifier on its own small base."""
    _run(config, out, ("classifier",))


def _run(path: Path, out: Path, names: tuple[str, ...]) -> None:
    from agent.errors import InputError, MissingToolError
    from mevllm.train.config import load_config

    name = load_config(path).name
    if name not in names:
        raise InputError(f"{path} trains `{name}`; this command trains {' or '.join(names)}")
    try:
        from mevllm.train.run import run

        folder = run(path, out, on_note=_note, on_step=_say)
    except ImportError as error:
        raise MissingToolError(
            f"training needs {error.name}; run: pip install 'mevagent[train]'"
        ) from error
    click.echo(str(folder))


def _note(text: str) -> None:
    click.echo(text, err=True)


def _say(step: Step) -> None:
    click.echo(
        f"step {step.step}/{step.steps}  loss {step.loss:.3f}  {step.tokens_per_s:.0f} tokens/s  "
        f"{step.left_s / 60:.0f} min left",
        err=True,
    )
