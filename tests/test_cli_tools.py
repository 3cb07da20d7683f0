"""verify, classify and doctor, as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.errors import ExitCode
from tests.conftest import DESIGNS, Mevagent, Script

FOLDER = DESIGNS / "mux4"
SPEC, TB = FOLDER / "spec.md", FOLDER / "tb_mux4.py"


def test_verify_passes_the_reference_without_a_specification(mevagent: Mevagent) -> None:
    done = mevagent("verify", FOLDER / "reference.v", "--tb", TB)
    assert done.returncode == ExitCode.PASSED, done.stderr
    assert done.stdout.count("pass  ") == 5
    assert "PASS" in done.stdout


def test_verify_shows_what_failed(mevagent: Mevagent) -> None:
    done = mevagent("verify", FOLDER / "broken_select_order.v", "--tb", TB, "--spec", SPEC)
    assert done.returncode == ExitCode.NOT_PASSED
    assert "expected y" in done.stdout
    assert "FAIL" in done.stdout


def test_verify_holds_a_design_to_the_interface_of_its_specification(
    mevagent: Mevagent, tmp_path: Path
) -> None:
    design = tmp_path / "mux4.v"
    text = (FOLDER / "reference.v").read_text()
    design.write_text(text.replace("en,", "en,\n    input  wire extra,", 1))
    assert "extra" in design.read_text()
    assert mevagent("verify", design, "--tb", TB).returncode == ExitCode.PASSED
    done = mevagent("verify", design, "--tb", TB, "--spec", SPEC)
    assert done.returncode == ExitCode.NOT_PASSED
    assert "input of 1 bit `extra` is not in the specification" in done.stdout


def test_verify_refuses_a_design_that_ends_the_simulation(
    mevagent: Mevagent, tmp_path: Path
) -> None:
    design = tmp_path / "mux4.v"
    text = (FOLDER / "reference.v").read_text()
    design.write_text(text.replace("endmodule", "initial $finish;\nendmodule"))
    done = mevagent("verify", design, "--tb", TB, "--json")
    assert done.returncode == ExitCode.NOT_PASSED
    result = json.loads(done.stdout)
    assert result["outcome"] == "refused"
    assert "$finish" in result["reason"]


def test_verify_asks_for_the_top_of_several_modules(mevagent: Mevagent, tmp_path: Path) -> None:
    design = tmp_path / "both.v"
    design.write_text((FOLDER / "reference.v").read_text() + "\nmodule other; endmodule\n")
    done = mevagent("verify", design, "--tb", TB)
    assert done.returncode == ExitCode.BAD_INPUT
    assert "mux4, other" in done.stderr
    assert mevagent("verify", design, "--tb", TB, "--top", "mux4").returncode == ExitCode.PASSED


@pytest.mark.parametrize("content", [b"", b"\0\1\2", b"\xff\xfe\xfd"])
def test_verify_names_a_design_that_is_no_text(
    mevagent: Mevagent, tmp_path: Path, content: bytes
) -> None:
    design = tmp_path / "x.v"
    design.write_bytes(content)
    done = mevagent("verify", design, "--tb", TB)
    assert done.returncode == ExitCode.BAD_INPUT
    assert "x.v" in done.stderr


def test_classify_returns_all_four_probabilities_and_the_reason(
    mevagent: Mevagent, script: Script
) -> None:
    scores = {"basic": -2.0, "intermediate": -1.0, "advanced": -4.0, "expert": -8.0}
    options = ["--engine", "scripted", "--script", script(scores=scores), "--json"]
    done = mevagent("classify", SPEC, *options)
    result = json.loads(done.stdout)
    assert set(result["probabilities"]) == {"basic", "intermediate", "advanced", "expert"}
    assert sum(result["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert "selection" in result["reason"]
    assert "zero-shot" in result["method"]
    assert "no adapter yet" in result["expert"]


def test_a_tier_in_the_front_matter_decides(
    mevagent: Mevagent, script: Script, tmp_path: Path
) -> None:
    spec = tmp_path / "spec.md"
    spec.write_text("---\ntier: expert\n---\n" + SPEC.read_text())
    done = mevagent("classify", spec, "--engine", "scripted", "--script", script(), "--json")
    assert json.loads(done.stdout)["tier"] == "expert"


def test_doctor_names_every_tool_and_the_sandbox(mevagent: Mevagent) -> None:
    findings = {f["name"]: f for f in json.loads(mevagent("doctor", "--json").stdout)}
    for name in ("python", "libpython", "icarus", "cocotb", "pyslang", "simulator", "base model"):
        assert name in findings
    assert findings["icarus"]["ok"]
    assert findings["sandbox"]["ok"]


def test_doctor_says_the_fix_for_what_is_missing(mevagent: Mevagent, tmp_path: Path) -> None:
    done = mevagent("doctor", env={"PATH": str(tmp_path), "MEVAGENT_HOME": str(tmp_path)})
    assert done.returncode == ExitCode.MISSING
    assert "fix: apt-get install iverilog" in done.stdout
    assert "fix: mevagent models pull" in done.stdout
