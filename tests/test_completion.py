"""Completion in real shells, and without importing what is not needed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from agent.errors import ExitCode
from tests.conftest import ROOT, Mevagent

BASH = """
eval "$(mevagent completion bash)"
COMP_WORDS=(%s) COMP_CWORD=%d
_mevagent_completion mevagent
printf '%%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def shell(tmp_path: Path) -> dict[str, str]:
    """An environment in which `mevagent` is this command."""
    command = tmp_path / "mevagent"
    start = "import agent.cli; agent.cli.main()"
    command.write_text(f"#!/bin/sh\nexec {sys.executable} -c '{start}' \"$@\"\n")
    command.chmod(0o755)
    return {
        **os.environ,
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(tmp_path),
    }


def output(argv: list[str], env: dict[str, str]) -> list[str]:
    done = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def need(name: str) -> str:
    found = shutil.which(name)
    return found or pytest.skip(f"{name} is not installed")


def test_bash_completes_commands_options_and_choices(shell: dict[str, str]) -> None:
    bash = need("bash")
    asked = (("mevagent ver", 1, "verify"), ("mevagent build --max-s", 2, "--max-seconds"))
    for words, place, wanted in (*asked, ("mevagent completion f", 2, "fish")):
        assert output([bash, "-c", BASH % (words, place)], shell) == [wanted]


def test_fish_completes_with_the_line_of_help(shell: dict[str, str]) -> None:
    fish = need("fish")
    told = output(
        [fish, "-c", "mevagent completion fish | source; complete -C 'mevagent verif'"], shell
    )
    assert told[0] == "verify"
    assert told[1] == "Judge"


def test_zsh_accepts_the_script(shell: dict[str, str]) -> None:
    zsh = need("zsh")
    script = 'autoload -U compinit && compinit -u; eval "$(mevagent completion zsh)"'
    told = output([zsh, "-f", "-c", f"{script}; echo $_comps[mevagent]"], shell)
    assert told == ["_mevagent_completion"]


def test_commands_are_completed_without_importing_them(shell: dict[str, str]) -> None:
    code = (
        "import os, sys; os.environ.update(_MEVAGENT_COMPLETE='bash_complete', "
        "COMP_WORDS='mevagent b', COMP_CWORD='1')\n"
        "import agent.cli\n"
        "try: agent.cli.main()\n"
        "except SystemExit: print(*sorted(n for n in sys.modules if n.startswith('agent.')))"
    )
    told = output([sys.executable, "-c", code], shell)
    assert told == ["plain,build", "agent.cli", "agent.errors"]


def test_an_unknown_shell_is_refused_by_name(mevagent: Mevagent) -> None:
    done = mevagent("completion", "tcsh")
    assert done.returncode == ExitCode.BAD_INPUT
    assert "'bash', 'zsh', 'fish'" in done.stderr
