"""`mevagent models`: the base models, where they are, and whether they are whole."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent.errors import ExitCode
from agent.options import FILE

if TYPE_CHECKING:
    from collections.abc import Callable

    from mevllm.weights import Status

PLAIN_EVERY_S = 10.0
"""Without a terminal, progress is one line each so often, and one for each new note."""

NAME = click.argument("name", required=False)


@click.group()
def models() -> None:
    """List, pull and verify base models.

    NAME is a model's name as `list` shows it; without one the default model is meant.
    """


@models.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON as the only output.")
def list_models(as_json: bool) -> None:
    """Show the models that can be pulled, and which are here."""
    from mevllm.catalogue import DEFAULT
    from mevllm.weights import catalogue, status

    found = [status(model) for model in catalogue()]
    if as_json:
        rows = [
            {
                "name": s.model.name,
                "default": s.model.name == DEFAULT,
                "state": s.state,
                "path": str(s.path),
                "bytes": s.bytes,
                "size": s.model.size,
                "sha256": s.model.sha256,
                "license": s.model.license,
                "description": s.model.description,
            }
            for s in found
        ]
        click.echo(json.dumps(rows, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("name", "size", "state", "model", caption=f"in {found[0].path.parent}")
    for s in found:
        name = s.model.name + (" (default)" if s.model.name == DEFAULT else "")
        table.add_row(name, f"{s.model.size / 1e6:,.0f} MB", _state(s), s.model.description)
    Console().print(table)


def _state(status: Status) -> str:
    if status.state == "partial":
        return f"{100 * status.bytes // status.model.size}% downloaded"
    return status.state


@models.command("pull")
@NAME
def pull_model(name: str | None) -> None:
    """Download a model, continuing where an earlier download stopped; print its path.

    Without a NAME, the classifier's small base comes as well where a classifier is installed. A
    model that is here and whole is not downloaded again.
    """
    from mevllm.catalogue import DEFAULT
    from mevllm.experts import CLASSIFIER, CLASSIFIER_BASE, find_adapter
    from mevllm.weights import find_model, pull

    wanted = [find_model(name or DEFAULT)]
    if name is None and find_adapter(CLASSIFIER, CLASSIFIER_BASE):
        wanted.append(find_model(CLASSIFIER_BASE))
    for model in wanted:
        try:
            with _progress(model.name) as show:
                path = pull(model.name, show)
        except KeyboardInterrupt:
            click.echo(f"stopped; `mevagent models pull {model.name}` continues", err=True)
            raise click.exceptions.Exit(ExitCode.INTERRUPTED) from None
        click.echo(path)


@models.command("verify")
@NAME
def verify_model(name: str | None) -> None:
    """Read a model's file again from end to end and compare its SHA-256."""
    from mevllm.catalogue import DEFAULT
    from mevllm.errors import WeightsError
    from mevllm.weights import find_model, status, verify

    model = find_model(name or DEFAULT)
    found = status(model)
    if found.state in ("absent", "partial"):
        raise WeightsError(
            f"the model {model.name} is not here; run: mevagent models pull {model.name}"
        )
    verify(found.path, model.sha256)
    click.echo(f"{model.name}: {found.bytes:,} bytes, SHA-256 {model.sha256}: good")


@models.command("path")
@NAME
def model_path(name: str | None) -> None:
    """Print where a model's file is, and nothing else."""
    from mevllm.weights import resolve

    click.echo(resolve(name))


@models.command("parity")
@NAME
@click.option("--adapters", type=FILE, help="Folder of adapters before the package's own.")
@click.option(
    "--tokens",
    type=click.IntRange(1, 512),
    default=24,
    show_default=True,
    help="Places of each answer that are compared.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON as the only output.")
def parity_command(name: str | None, adapters: Path | None, tokens: int, as_json: bool) -> int:
    """Compare llama.cpp with transformers on a base, bare and under each of its adapters.

    Needs the extra [train] or [gpu], and memory for the base in float32.
    """
    from mevllm.parity import MEAN, WORST, compare_all
    from mevllm.weights import resolve

    found = []
    for parity in compare_all(resolve(name), adapters, tokens):
        found.append(parity)
        if not as_json:
            click.echo(
                f"{parity.name}: {parity.agreed} of {parity.places} tokens agree, {parity.ties} "
                f"near ties; log-probabilities differ by {parity.mean:.3f} on average, "
                f"{parity.worst:.3f} at most, over {parity.compared}: "
                f"{'good' if parity.good else 'NOT within the tolerance'}"
            )
    if as_json:
        rows = [{**asdict(parity), "good": parity.good} for parity in found]
        click.echo(json.dumps(rows, indent=2))
    else:
        click.echo(f"tolerance: {MEAN} on average, {WORST} at most, other tokens only at near ties")
    return ExitCode.PASSED if all(parity.good for parity in found) else ExitCode.NOT_PASSED


@contextmanager
def _progress(title: str) -> Iterator[Callable[[int, int, str], None]]:
    """A bar on standard error; without a terminal, a plain line now and then."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _plain(title)
        return
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(title)

        def show(done: int, total: int, note: str) -> None:
            progress.update(task, completed=done, total=total, description=f"{title}: {note}")

        yield show


def _plain(title: str) -> Callable[[int, int, str], None]:
    shown_at = 0.0
    shown = ""

    def show(done: int, total: int, note: str) -> None:
        nonlocal shown_at, shown
        stage = note.partition(" part ")[0]
        now = time.monotonic()
        if stage == shown and now - shown_at < PLAIN_EVERY_S:
            return
        shown_at, shown = now, stage
        click.echo(
            f"{title}: {note}, {done / 1e6:,.0f} of {total / 1e6:,.0f} MB ({100 * done // total}%)",
            err=True,
        )

    return show
