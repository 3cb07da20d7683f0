"""The whole of it with the embedded base model: a specification in, a passing design out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.errors import ExitCode
from tests.conftest import DESIGNS, Mevagent

FOLDER = DESIGNS / "gate_network"


@pytest.mark.model
def test_the_base_model_builds_a_basic_design(mevagent: Mevagent, tmp_path: Path) -> None:
    arguments = [FOLDER / "spec.md", "--tb", FOLDER / "tb_gate_network.py", "-o", tmp_path / "x.v"]
    done = mevagent("build", *arguments, "--json")
    assert done.returncode == ExitCode.PASSED, done.stderr + done.stdout
    result = json.loads(done.stdout)
    assert result["passed"]
    judged = mevagent("verify", tmp_path / "x.v", "--tb", FOLDER / "tb_gate_network.py")
    assert judged.returncode == ExitCode.PASSED
