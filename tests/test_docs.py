"""The README, the pages of docs/ and `--help` say the same."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest

from agent.cli import COMMANDS, EXIT_CODES, mevagent
from agent.errors import ExitCode

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def command(name: str) -> click.Command:
    found = mevagent.get_command(click.Context(mevagent), name)
    assert found is not None
    return found


def options(found: click.Command) -> set[str]:
    names = {"--help", "-h", "--version"}
    for param in found.params:
        names.update([*param.opts, *param.secondary_opts])
    if isinstance(found, click.Group):
        for sub in found.commands.values():
            names |= options(sub)
    return names


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_stands_in_the_readme(name: str) -> None:
    assert command(name).help
    assert f"mevagent {name}" in README


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_has_help(name: str) -> None:
    found = command(name)
    subs = list(found.commands.values()) if isinstance(found, click.Group) else [found]
    for sub in subs:
        for param in sub.params:
            if isinstance(param, click.Option):
                assert param.help, f"{sub.name} {param.opts}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_and_option_that_a_page_shows_exists(page: Path) -> None:
    for line in re.findall(r"mevagent ((?:[a-z]+ ?)[^`\n|]*)", page.read_text()):
        words = line.split()
        if words[0] not in COMMANDS:
            continue
        if words[0] == "watch" and words[1:]:
            words = words[1:]  # its options are another command's
        valid = options(command(words[0]))
        for option in re.findall(r"(?<!\S)--?[a-z][a-z-]*", line):
            assert option in valid, f"{page.name}: mevagent {line}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_within_the_project_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_exit_codes_of_the_readme_and_the_help_are_the_enum() -> None:
    codes = {str(int(code)) for code in ExitCode}
    assert set(re.findall(r"^\| (\d+) \|", README, re.MULTILINE)) == codes
    assert set(re.findall(r"^ *(\d+)  ", EXIT_CODES, re.MULTILINE)) == codes


def test_the_readme_opens_with_the_two_commands_and_ci_runs_the_test_command() -> None:
    opening = README.split("## ")[0]
    assert "make demo" in opening
    assert "make test" in opening
    ci = (ROOT / ".ci" / "run").read_text().splitlines()
    assert "make test" in ci
    assert "make lint" in ci


def test_the_lock_file_pins_every_dependency_with_hashes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lock = (ROOT / "requirements.lock").read_text()
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    for requirement in wanted:
        name = re.split(r"[<>=\[]", requirement)[0].lower().replace("_", "-")
        pinned = re.search(rf"^{re.escape(name)}==\S+ \\\n    --hash=sha256:", lock, re.MULTILINE)
        assert pinned, name
