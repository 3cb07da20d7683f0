"""Pages of the documentation that are made from the code: the commands and the modules."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = "reference/commands.md"
HIDDEN = ("__init__.py", "insim", "jail", "families")
"""Modules that are no one's reference: they run inside other processes, or are data. Those of the
commands are left out as well: their help is the reference."""


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Add the reference to the navigation."""
    pages: list[Any] = [{"Commands": COMMANDS}]
    for package in ("agent", "mevllm"):
        found = {module: page for module, page, _ in _modules(package)}
        pages.append({package: [{module: page} for module, page in found.items()]})
    config.nav = [*(config.nav or []), {"Reference": pages}]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages themselves."""
    files.append(File.generated(config, COMMANDS, content=commands()))
    for package in ("agent", "mevllm"):
        for _, page, text in _modules(package):
            files.append(File.generated(config, page, content=text))
    return files


def commands() -> str:
    """Every command with its help and options, as `--help` has them."""
    cli = importlib.import_module("agent.cli")
    parts = [
        "# Commands\n",
        f"{cli.mevagent.help}\n",
        f"```text\nExit codes:\n{cli.EXIT_CODES}\n```\n",
    ]
    root = click.Context(cli.mevagent, info_name="mevagent")
    for name in cli.COMMANDS:
        command = cli.mevagent.get_command(root, name)
        parts += _command(command, click.Context(command, info_name=name, parent=root), 2)
    return "\n".join(parts)


def _command(command: click.Command, ctx: click.Context, level: int) -> Iterator[str]:
    yield f"{'#' * level} {ctx.command_path}\n"
    yield f"```text\n{command.get_usage(ctx)}\n```\n"
    yield f"{_prose(command.help)}\n"
    options = [p for p in command.params if isinstance(p, click.Option)]
    if options:
        yield "| option | meaning |"
        yield "|---|---|"
        for option in options:
            names, text = option.get_help_record(ctx) or ("", "")
            yield f"| `{names}` | {_cell(text)} |"
        yield ""
    if isinstance(command, click.Group):
        for name, sub in command.commands.items():
            yield from _command(sub, click.Context(sub, info_name=name, parent=ctx), level + 1)


def _prose(text: str | None) -> str:
    return inspect.cleandoc(text or "").replace("\b\n", "").replace("<", "&lt;")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _modules(package: str) -> Iterator[tuple[str, str, str]]:
    """Name, page and text of every module with something to say."""
    for path in sorted((ROOT / package).rglob("*.py")):
        place = path.relative_to(ROOT)
        if path.name.startswith("cli_") or any(part in HIDDEN for part in place.parts):
            continue
        name = ".".join(place.with_suffix("").parts)
        yield name, f"reference/{name}.md", f"::: {name}\n"
