"""The shape of the project: one-way imports, a light start, light dependencies."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAVY = {
    "cocotb",
    "pyslang",
    "pyverilog",
    "rich",
    "sqlite_utils",
    "textual",
    "torch",
    "xllamacpp",
    "yaml",
}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("path", sorted((ROOT / "mevllm").rglob("*.py")), ids=lambda p: p.name)
def test_mevllm_never_imports_agent(path: Path) -> None:
    assert "agent" not in imported(path)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["build", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        "from agent.cli import mevagent\n"
        f"mevagent.main({arguments!r}, standalone_mode=False)\n"
        "print(' '.join(sys.modules), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert not HEAVY & set(done.stderr.split())


def test_only_its_command_imports_the_browser_and_only_the_browser_imports_textual() -> None:
    browser = ROOT / "agent" / "tui"
    assert any("textual" in imported(path) for path in browser.glob("*.py"))
    for path in [*(ROOT / "agent").rglob("*.py"), *(ROOT / "mevllm").rglob("*.py")]:
        if path.is_relative_to(browser):
            continue
        tree = ast.parse(path.read_text())
        modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert "textual" not in imported(path), path
        if path.name == "cli_history.py":
            above = {node.module for node in tree.body if isinstance(node, ast.ImportFrom)}
            assert "agent.tui.app" in modules - above
        else:
            assert not any(name.startswith("agent.tui") for name in modules), path


def test_only_the_command_line_prints_or_exits() -> None:
    for path in [*(ROOT / "agent").rglob("*.py"), *(ROOT / "mevllm").rglob("*.py")]:
        if path.name.startswith("cli") or "jail" in path.parts or "insim" in path.parts:
            continue  # what runs in the child process talks to its parent by exit status
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("print", "exit", "quit"), f"{path.name}:{node.lineno}"


def test_the_default_install_has_no_heavy_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    base = " ".join(project["dependencies"])
    for name in ("torch", "transformers", "peft", "ray", "textual"):
        assert name not in base
        assert any(name in " ".join(e) for e in project["optional-dependencies"].values())
