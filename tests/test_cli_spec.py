"""`mevagent spec show`: what a person and a program see of a specification."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agent.cli_spec import spec
from mevllm.errors import SpecError

ROOT = Path(__file__).resolve().parent.parent

TEXT = """\
---
tier: intermediate
---
# `acc`: an accumulator

- input  clk
- input  rst_n
- input  signed [WIDTH-1:0] d: the [bold]summand[/]
- output total (16 bits)

The parameter WIDTH, which defaults to 8, is the width of the summand.
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "spec.md"
    path.write_text(TEXT)
    return path


def show(*arguments: object) -> Result:
    return CliRunner().invoke(spec, ["show", *map(str, arguments)], catch_exceptions=False)


def test_json_is_one_object_with_all_that_was_understood(file: Path) -> None:
    result = show(file, "--json")
    assert result.exit_code == 0
    port = {"msb": "0", "lsb": "0", "signed": False, "description": ""}
    assert json.loads(result.stdout) == {
        "module": "acc",
        "ports": [
            {**port, "name": "clk", "direction": "input", "width": 1},
            {**port, "name": "rst_n", "direction": "input", "width": 1},
            {
                "name": "d",
                "direction": "input",
                "width": "WIDTH",
                "msb": "WIDTH-1",
                "lsb": "0",
                "signed": True,
                "description": "the [bold]summand[/]",
            },
            {**port, "name": "total", "direction": "output", "width": 16, "msb": "15"},
        ],
        "parameters": [{"name": "WIDTH", "default": "8", "type": "", "description": ""}],
        "clock": "clk",
        "reset": "rst_n",
        "tier": "intermediate",
        "sources": ["bullet list, lines 6-9", "text, line 11", "module name, line 4"],
        "warnings": [],
    }


def test_a_person_sees_the_facts_the_ports_and_the_header(file: Path) -> None:
    result = show(file)
    assert result.exit_code == 0
    for words in (
        "module     acc",
        "clock      clk",
        "reset      rst_n",
        "tier       intermediate",
        "parameter  WIDTH = 8",
        "read from  bullet list, lines 6-9",
        "WIDTH [WIDTH-1:0] signed  the [bold]summand[/]",
        "input logic signed [WIDTH-1:0] d,",
        "output logic [15:0] total",
    ):
        assert words in result.stdout


def test_warnings_are_shown(file: Path) -> None:
    file.write_text("# `sink`\n\n- input a\n")
    assert "warning: no port is an output" in show(file).stdout


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_a_specification_that_cannot_be_read_is_an_error_for_the_caller(
    file: Path, arguments: tuple[str, ...]
) -> None:
    file.write_text("# `dut`\n\nNo ports.\n")
    with pytest.raises(SpecError, match="does not say which ports"):
        show(file, *arguments)
    with pytest.raises(SpecError, match="no such file"):
        show(file.with_name("absent.md"), *arguments)


def test_the_group_is_imported_without_anything_heavy() -> None:
    code = "import sys, agent.cli_spec; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not {"yaml", "pyslang", "rich"} & set(done.stdout.split())


def test_the_help_says_what_is_shown() -> None:
    result = show("--help")
    assert "Show the interface read from FILE" in result.stdout
    assert "--json" in result.stdout
