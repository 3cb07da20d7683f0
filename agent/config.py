"""Options from `[tool.mevagent]` of a `pyproject.toml`, or from a `mevagent.toml`.

Keys are the long options without dashes in front (`max-attempts = 6`). A key at the top holds
for every command that has the option; a table named after a command (`[tool.mevagent.build]`,
in `mevagent.toml` plain `[build]`) holds for that command alone and goes before.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from agent.errors import InputError

PAIRS = "pairs"
"""A table that is no command's: see `agent.pairs`."""


def find_config(folder: Path) -> tuple[Path, Mapping[str, Any]] | None:
    """The nearest configuration at or above a folder, as (file, table); `mevagent.toml` first.

    Raises InputError for a file that is no TOML.
    """
    for place in (folder, *folder.parents):
        own = place / "mevagent.toml"
        if own.is_file():
            return own, _read(own)
        project = place / "pyproject.toml"
        if project.is_file():
            table = _read(project).get("tool", {}).get("mevagent")
            if table is not None:
                return project, table
    return None


def defaults_for(
    command: str,
    options: Iterable[str],
    commands: Iterable[str],
    known: Iterable[str],
    config: tuple[Path, Mapping[str, Any]] | None,
) -> dict[str, Any]:
    """The defaults for one command's options, by parameter name.

    `options` are the command's parameter names, `known` those of every command. Raises
    InputError naming a key that no command has.
    """
    if config is None:
        return {}
    path, table = config
    own, valid, tables = set(options), set(known), set(commands)
    found: dict[str, Any] = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if isinstance(value, Mapping) and (key in tables or key == PAIRS):
            continue
        if name not in valid:
            raise InputError(f"{path}: no option is called `{key}`; valid: {_listing(valid)}")
        if name in own:
            found[name] = value
    special = table.get(command, {})
    for key, value in special.items() if isinstance(special, Mapping) else ():
        name = key.replace("-", "_")
        if name not in own:
            raise InputError(
                f"{path}: `mevagent {command}` has no option `{key}`; valid: {_listing(own)}"
            )
        found[name] = value
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise InputError(f"{path} cannot be read as TOML: {error}; correct or remove it") from error


def _listing(names: Iterable[str]) -> str:
    return ", ".join(sorted(name.replace("_", "-") for name in names))
