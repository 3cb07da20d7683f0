"""`mevagent init`: what it writes runs at once, against a stub and against real designs."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from agent import skeleton
from agent.errors import ExitCode
from agent.toolchain.base import Job, Limits
from agent.toolchain.direct import DirectSimulator
from agent.toolchain.testbench import examine, load_testbench
from mevllm.spec import Interface, Parameter, Port, load_spec, parse_spec
from tests.conftest import DESIGNS, Mevagent

NAMES = sorted(path.parent.name for path in DESIGNS.glob("*/spec.md"))


@pytest.mark.parametrize("name", NAMES)
def test_a_skeleton_fails_the_stub_and_passes_the_reference(name: str, tmp_path: Path) -> None:
    interface = load_spec(DESIGNS / name / "spec.md").interface
    path = tmp_path / f"tb_{name}.py"
    path.write_text(skeleton.testbench(interface))
    bench, simulator = load_testbench(path), DirectSimulator()
    try:
        report = examine(simulator, interface, bench, Limits())
        rtl = (DESIGNS / name / "reference.v").read_text()
        verdict = simulator.judge(Job(rtl, name, bench, Limits(), report.tests))
    finally:
        simulator.close()
    assert report.tests == ("every_output_is_driven", "outputs_follow_the_model")
    assert not report.passes_on_stub
    assert not report.warning
    assert verdict.passed, verdict


@pytest.mark.parametrize("name", NAMES)
def test_the_specification_written_has_exactly_the_interface(name: str) -> None:
    interface = load_spec(DESIGNS / name / "spec.md").interface
    again = parse_spec(skeleton.specification(interface)).interface

    assert again.header() == interface.header()
    assert (again.clock, again.reset) == (interface.clock, interface.reset)


def test_a_typed_parameter_stays_typed() -> None:
    interface = Interface(
        "m", (Port("y", "output", "N-1", "0", vector=True),), (Parameter("N", "4", type="int"),)
    )
    assert parse_spec(skeleton.specification(interface)).interface.header() == interface.header()


def test_a_filled_in_model_tells_a_wrong_design_from_a_right_one(
    mevagent: Mevagent, tmp_path: Path
) -> None:
    folder = DESIGNS / "mux4"
    done = mevagent("init", "--from", folder / "spec.md")
    assert done.returncode == ExitCode.PASSED, done.stderr
    path = tmp_path / "tb_mux4.py"
    body = (
        'words = [inputs[f"in{n}"] for n in range(4)]\n'
        '        return {"y": words[inputs["sel"]] if inputs["en"] else 0}'
    )
    path.write_text(path.read_text().replace("return {}", body))
    right = mevagent("verify", folder / "reference.v", "--tb", path)
    wrong = mevagent("verify", folder / "broken_select_order.v", "--tb", path)

    assert right.returncode == ExitCode.PASSED, right.stdout
    assert wrong.returncode == ExitCode.NOT_PASSED
    assert "expected y" in wrong.stdout


def test_init_writes_a_specification_a_testbench_and_a_configuration(
    mevagent: Mevagent, tmp_path: Path
) -> None:
    done = mevagent("init", "timer", "--folder", tmp_path / "new")

    assert done.returncode == ExitCode.PASSED, done.stderr
    folder = tmp_path / "new"
    written = sorted(path.name for path in folder.iterdir())
    assert written == ["mevagent.toml", "tb_timer.py", "timer.md"]
    assert load_spec(folder / "timer.md").interface.module == "timer"
    shown = mevagent("spec", "show", "timer.md", cwd=folder)
    assert shown.returncode == ExitCode.PASSED, shown.stderr
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", str(folder / "tb_timer.py")]
    linted = subprocess.run(ruff, capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout


def test_the_interface_of_a_verilog_file_is_taken(mevagent: Mevagent, tmp_path: Path) -> None:
    shutil.copy(DESIGNS / "mod_counter" / "reference.v", tmp_path / "old.v")
    done = mevagent("init", "--from", "old.v")

    assert done.returncode == ExitCode.PASSED, done.stderr
    wanted = load_spec(DESIGNS / "mod_counter" / "spec.md").interface.header()
    assert load_spec(tmp_path / "mod_counter.md").interface.header() == wanted
    judged = mevagent("verify", "old.v", "--tb", "tb_mod_counter.py", "--spec", "mod_counter.md")
    assert judged.returncode == ExitCode.PASSED, judged.stdout


def test_what_exists_is_kept_and_a_bad_name_refused(mevagent: Mevagent, tmp_path: Path) -> None:
    (tmp_path / "tb_timer.py").write_text("mine\n")
    for arguments, word in (
        (["init", "timer"], "--force"),
        (["init", "2fast"], "not an identifier"),
        (["init"], "MODULE"),
        (["init", "other", "--from", DESIGNS / "mux4" / "spec.md"], "mux4"),
    ):
        done = mevagent(*arguments)
        assert done.returncode == ExitCode.BAD_INPUT
        assert word in done.stderr
    assert (tmp_path / "tb_timer.py").read_text() == "mine\n"
    assert mevagent("init", "timer", "--force").returncode == ExitCode.PASSED


def test_a_configuration_that_is_found_is_not_doubled(mevagent: Mevagent, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.mevagent]\ncandidates = 2\n")
    mevagent("init", "timer")
    assert not (tmp_path / "mevagent.toml").exists()
