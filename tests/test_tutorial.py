"""The pages for people: their commands run, the site builds."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from agent.cli import COMMANDS
from agent.errors import ExitCode
from mevllm.data.pairs import read_pairs
from mevllm.spec import parse_spec
from tests.conftest import DESIGNS, ROOT, Mevagent

TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text()
DETECTOR = """
  logic last;
  always_ff @(posedge clk) begin
    pulse <= !rst && d && !last;
    last <= !rst && d;
  end
endmodule
"""


def block(page: str, language: str, title: str = "") -> str:
    """The text of the first code block of a kind."""
    name = f' title="{title}"' if title else ""
    found = re.search(
        rf"^```{language}{re.escape(name)}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL
    )
    assert found, (language, title)
    return found[1]


def test_the_tutorial_goes_from_its_specification_to_a_commit(
    mevagent: Mevagent, tmp_path: Path
) -> None:
    (tmp_path / "edge_detect.md").write_text(block(TUTORIAL, "markdown", "edge_detect.md"))
    tb = tmp_path / "tb_edge_detect.py"
    script = tmp_path / "script.json"
    script.write_text(json.dumps({"answers": [[DETECTOR]], "repeat": True}))
    done: list[str] = []
    for commands in re.findall(r"^```sh\n(.*?)^```$", TUTORIAL, re.MULTILINE | re.DOTALL):
        if tb.exists() and "Model" not in done:
            old = re.search(r"^class Model:.*?(?=^def )", tb.read_text(), re.M | re.S)
            assert old
            text = tb.read_text().replace(old[0], block(TUTORIAL, "python", "Model") + "\n\n")
            tb.write_text(f"{text}\n\n{block(TUTORIAL, 'python', 'at the end')}")
            done.append("Model")
        for line in commands.splitlines():
            words = line.split()
            if words[:2] == ["mevagent", "build"]:  # the one step that needs a model
                words += ["--engine", "scripted", "--script", str(script)]
            if words[0] == "mevagent":
                told = mevagent(*words[1:])
                assert told.returncode == ExitCode.PASSED, (line, told.stdout, told.stderr)
                done.append(words[1])
            elif words[1] == "add":
                assert all((tmp_path / name).exists() for name in words[2:]), line
    wanted = ["spec", "init", "Model", "build", "history", "report", "verify", "replay"]
    assert done == wanted


def test_every_command_that_the_pages_for_people_name_exists() -> None:
    for page in ("tutorial", "team", "tuning", "report"):
        text = (ROOT / "docs" / f"{page}.md").read_text()
        for name in re.findall(r"^ *(?:- run: )?mevagent ([a-z]+)", text, re.MULTILINE):
            assert name in COMMANDS, page


def test_a_harvest_with_specifications_becomes_examples_to_learn(
    mevagent: Mevagent, tmp_path: Path
) -> None:
    ours = tmp_path / "rtl"
    ours.mkdir()
    for name in ("mux4", "mod_counter"):
        shutil.copy(DESIGNS / name / "reference.v", ours / f"{name}.v")
    told = mevagent("data", "harvest", ours, "--any-licence", "-o", "ours.jsonl")
    assert told.returncode == ExitCode.PASSED, told.stderr
    lines = [json.loads(line) for line in (tmp_path / "ours.jsonl").read_text().splitlines()]
    assert {line["module"] for line in lines} == {"mux4", "mod_counter"}
    for line in lines:  # as a person would who has specifications
        line["specification"] = (DESIGNS / line["module"] / "spec.md").read_text()
    (tmp_path / "ours.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    adopted = mevagent("data", "adopt", "ours.jsonl", "-o", "ours.jsonl.gz")
    assert adopted.stdout == "2 pairs in ours.jsonl.gz\n", adopted.stderr
    pairs = list(read_pairs(tmp_path / "ours.jsonl.gz"))
    assert {parse_spec(pair.specification).interface.module for pair in pairs} == {
        "mux4",
        "mod_counter",
    }
    assert all("module " not in pair.answer and pair.answer.strip() for pair in pairs)
    (tmp_path / "none.jsonl").write_text("{}")
    told = mevagent("data", "adopt", "none.jsonl", "-o", "none.gz")
    assert told.returncode == ExitCode.BAD_INPUT
    assert "mevagent data harvest" in told.stderr


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_site_builds_without_a_warning_and_asks_for_nothing_elsewhere(tmp_path: Path) -> None:
    for name in ("mkdocs", "material", "mkdocstrings"):
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"{name} is not installed: pip install '.[docs]'")
    site = tmp_path / "site"
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=840,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    reference = (site / "reference" / "commands.html").read_text()
    for name in COMMANDS:
        assert f"mevagent {name}</a>" in reference or f"mevagent {name}<" in reference
    assert "What a run that gave up" in (site / "reference" / "agent.belief.html").read_text()
    loaded = re.compile(r'<(?:script|img|iframe)[^>]+src="https?:|<link[^>]+href="https?:')
    for page in site.rglob("*.html"):
        assert not loaded.search(page.read_text()), page
