"""Options from pyproject.toml and mevagent.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.config import defaults_for, find_config
from agent.errors import InputError

COMMANDS = ("build", "verify")
BUILD = ("max_attempts", "seed")
KNOWN = ("max_attempts", "seed", "sim_seconds")


def test_the_nearest_file_wins_and_mevagent_toml_goes_before_pyproject(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text("[tool.mevagent]\nseed = 1\n")
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.other]\n")
    assert find_config(inner) == (tmp_path / "pyproject.toml", {"seed": 1})
    (tmp_path / "mevagent.toml").write_text("seed = 2\n")
    assert find_config(inner) == (tmp_path / "mevagent.toml", {"seed": 2})


def test_a_key_at_the_top_holds_for_every_command_that_has_it(tmp_path: Path) -> None:
    config = (tmp_path / "mevagent.toml", {"max-attempts": 3, "sim-seconds": 9})
    assert defaults_for("build", BUILD, COMMANDS, KNOWN, config) == {"max_attempts": 3}


def test_a_commands_own_table_goes_before_the_top(tmp_path: Path) -> None:
    config = (tmp_path / "mevagent.toml", {"seed": 1, "build": {"seed": 2}})
    assert defaults_for("build", BUILD, COMMANDS, KNOWN, config) == {"seed": 2}


@pytest.mark.parametrize("table", [{"sede": 1}, {"build": {"sim-seconds": 1}}])
def test_an_unknown_key_is_an_error_that_names_it_and_lists_the_valid(
    tmp_path: Path, table: dict[str, object]
) -> None:
    with pytest.raises(InputError, match="valid: max-attempts, seed"):
        defaults_for("build", BUILD, COMMANDS, KNOWN, (tmp_path / "mevagent.toml", table))


def test_a_file_that_is_no_toml_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "mevagent.toml").write_text("seed = \n")
    with pytest.raises(InputError, match=r"mevagent\.toml cannot be read as TOML"):
        find_config(tmp_path)
