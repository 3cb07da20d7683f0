"""A scratch git repository whose commits the real pre-commit holds to mevagent's hooks."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.toolbench import COUNTER, COUNTER_TB, need

SPEC = """# counter

Counts up at the rising edge of `clk`; `rst` sets it to 0 (synchronous).

- input clk
- input rst
- output q (8 bits)
"""
BROKEN = COUNTER.replace("q + 1", "q + 2")
HOOKS = ("check", "stubs", "provenance")


class Repository:
    """A repository with the hooks installed from this working copy, without an environment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "-q", ".")
        self.git("config", "user.email", "someone@example.com")
        self.git("config", "user.name", "Someone")
        self.git("config", "commit.gpgsign", "false")

    def hooks(self, *names: str, manual: str = "") -> None:
        """Configure hooks of this working copy; `manual` is a hook with arguments for by hand."""
        entries = [(name, name, "pre-commit") for name in names]
        entries += [("by-hand", manual, "manual")] if manual else []
        lines = ["repos:", "- repo: local", "  hooks:"]
        for name, words, stage in entries:
            entry = f"{shlex.quote(sys.executable)} -m agent.cli hook {words}"
            lines += [
                f"  - id: mevagent-{name}",
                f"    name: mevagent {name}",
                "    language: system",
                f"    entry: {json.dumps(entry)}",
                f"    stages: [{stage}]",
                f"    always_run: {'false' if name == 'stubs' else 'true'}",
                "    require_serial: true",
                "    verbose: true",
            ]
        self.write(**{".pre-commit-config.yaml": "\n".join(lines) + "\n"})
        self.pre_commit("install")

    def write(self, **files: str) -> None:
        """Write files by name."""
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def pair(self, folder: str = "", rtl: str = COUNTER) -> None:
        """Write a pair."""
        prefix = f"{folder}/" if folder else ""
        names = (f"{prefix}counter.md", f"{prefix}counter.v", f"{prefix}tb_counter.py")
        self.write(**dict(zip(names, (SPEC, rtl, COUNTER_TB), strict=True)))

    def git(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run git; the commit's hooks run with it."""
        return self._run("git", *words, check=check)

    def pre_commit(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run pre-commit by hand."""
        return self._run(sys.executable, "-m", "pre_commit", *words, check=check)

    def commit(self, *paths: str, add: bool = True) -> tuple[bool, str]:
        """Stage and commit: whether the commit was made, and all that was printed."""
        if add:
            self.git("add", "-A", *paths)
        done = self.git("commit", "-q", "-m", "x", check=False)
        return done.returncode == 0, done.stdout + done.stderr

    def _run(self, *words: str, check: bool) -> subprocess.CompletedProcess[str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "PRE_COMMIT"))}
        done = subprocess.run(
            words,
            cwd=self.folder,
            env={
                **kept,
                "PYTHONPATH": str(ROOT),
                "PRE_COMMIT_HOME": str(self.folder.parent / "pre-commit"),
                "MEVAGENT_HOME": str(self.folder.parent / "home"),
            },
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository with nothing in it."""
    need("iverilog", "vvp", "git")
    pytest.importorskip("pre_commit")
    return Repository(tmp_path / "scratch")


def copy_of_project(folder: Path) -> Path:
    """A git repository with what pre-commit installs, as the working copy has it."""
    folder.mkdir()
    for name in ("agent", "mevllm"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, folder / name)
    return folder
