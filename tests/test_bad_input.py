"""Bad input and broken surroundings: a clear message, the documented exit code, no traceback."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from agent.errors import ExitCode
from tests.conftest import DESIGNS, ROOT, Mevagent, Script

SPEC = DESIGNS / "mux4" / "spec.md"
TB = DESIGNS / "mux4" / "tb_mux4.py"
REFERENCE = DESIGNS / "mux4" / "reference.v"
GATE = "Module name: `gate`\n\n- input a\n- output y\n\ny is a.\n"


def check(done: subprocess.CompletedProcess[str], code: ExitCode, *words: str) -> None:
    """The exit code, a message that holds the words, and never a traceback."""
    assert done.returncode == code, done.stderr + done.stdout
    assert "Traceback" not in done.stderr + done.stdout
    for word in words:
        assert word in done.stderr, f"{word!r} is not in:\n{done.stderr}"


@pytest.fixture
def build(mevagent: Mevagent, script: Script, tmp_path: Path) -> Mevagent:
    """`mevagent build` with an engine that answers nothing useful."""
    answers = script(["garbage"])

    def run(*arguments: object, **keywords: object) -> subprocess.CompletedProcess[str]:
        options = ["--engine", "scripted", "--script", answers, "--db", tmp_path / "a.db"]
        return mevagent("build", *arguments, *options, **keywords)

    return run


def test_an_empty_specification(build: Mevagent, tmp_path: Path) -> None:
    spec = tmp_path / "spec.md"
    spec.write_text("")
    check(build(spec, "--tb", TB), ExitCode.BAD_INPUT, "spec.md", "empty")


def test_a_binary_specification(build: Mevagent, tmp_path: Path) -> None:
    spec = tmp_path / "spec.md"
    spec.write_bytes(bytes(range(256)) * 10)
    check(build(spec, "--tb", TB), ExitCode.BAD_INPUT, "spec.md")


def test_a_specification_of_ten_megabytes(build: Mevagent, tmp_path: Path) -> None:
    spec = tmp_path / "spec.md"
    spec.write_text("word " * 2_000_000)
    check(build(spec, "--tb", TB), ExitCode.BAD_INPUT, "spec.md")


def test_a_module_name_that_is_a_keyword(build: Mevagent, tmp_path: Path) -> None:
    spec = tmp_path / "spec.md"
    spec.write_text(GATE.replace("`gate`", "`always`"))
    check(build(spec, "--tb", TB), ExitCode.BAD_INPUT, "always", "reserved")


def test_a_specification_without_an_interface_says_what_to_write(
    build: Mevagent, tmp_path: Path
) -> None:
    spec = tmp_path / "spec.md"
    spec.write_text("# A thing\n\nIt does something.\n")
    check(build(spec, "--tb", TB), ExitCode.BAD_INPUT, "spec.md:1", "Module name: ")
    spec.write_text("Module name: thing\n\nIt does something.\n")
    check(build(spec, "--tb", TB), ExitCode.BAD_INPUT, "spec.md", "- input")


def test_missing_files(build: Mevagent, tmp_path: Path) -> None:
    check(build(tmp_path / "no.md", "--tb", TB), ExitCode.BAD_INPUT, "no.md")
    check(build(SPEC, "--tb", tmp_path / "no.py"), ExitCode.BAD_INPUT, "no.py")
    check(build(SPEC), ExitCode.BAD_INPUT, "--tb")


def test_a_testbench_with_a_syntax_error_names_the_line(build: Mevagent, tmp_path: Path) -> None:
    tb = tmp_path / "tb.py"
    tb.write_text("import cocotb\n\ndef broken(:\n    pass\n")
    check(build(SPEC, "--tb", tb), ExitCode.TESTBENCH_BROKEN, "tb.py", "3")


def test_a_testbench_that_cannot_import_names_the_cause(build: Mevagent, tmp_path: Path) -> None:
    tb = tmp_path / "tb.py"
    tb.write_text("import cocotb\nimport no_such_module\n")
    check(build(SPEC, "--tb", tb), ExitCode.TESTBENCH_BROKEN, "no_such_module")


def test_a_testbench_without_tests(build: Mevagent, tmp_path: Path) -> None:
    tb = tmp_path / "tb.py"
    tb.write_text("import cocotb\n\n\nasync def helper(dut):\n    pass\n")
    check(build(SPEC, "--tb", tb), ExitCode.TESTBENCH_BROKEN, "no cocotb tests", "@cocotb.test()")


def test_a_testbench_that_touches_a_port_the_specification_lacks(
    build: Mevagent, tmp_path: Path
) -> None:
    tb = tmp_path / "tb.py"
    tb.write_text(
        "import cocotb\n\n\n@cocotb.test()\nasync def enables(dut):\n    dut.enable_x.value = 1\n"
    )
    check(build(SPEC, "--tb", tb), ExitCode.TESTBENCH_BROKEN, "enable_x")


def test_an_output_folder_that_cannot_be_written(build: Mevagent) -> None:
    check(build(SPEC, "--tb", TB, "-o", "/proc/x.v"), ExitCode.BAD_INPUT, "/proc", "-o")


def test_an_existing_file_is_not_replaced_unasked(build: Mevagent, tmp_path: Path) -> None:
    (tmp_path / "mux4.v").write_text("mine")
    check(build(SPEC, "--tb", TB), ExitCode.BAD_INPUT, "mux4.v", "--force")
    assert (tmp_path / "mux4.v").read_text() == "mine"


def test_a_full_disk(script: Script, tmp_path: Path) -> None:
    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    arguments = [SPEC, "--tb", TB, "--engine", "scripted", "--script", script(["garbage"])]
    done = subprocess.run(
        [sys.executable, "-m", "agent.cli", "build", *map(str, arguments)],
        cwd=tmp_path,
        # Python would leave truncated bytecode in the project's own folders under this limit.
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        preexec_fn=small_files,
        check=False,
    )
    check(done, ExitCode.BAD_INPUT, "space")


def test_an_unknown_engine_lists_the_valid_ones(mevagent: Mevagent) -> None:
    done = mevagent("classify", SPEC, "--engine", "oracle")
    assert done.returncode in (ExitCode.BAD_INPUT, ExitCode.MISSING)
    assert "llamacpp" in done.stderr


def test_missing_weights_name_the_command_that_brings_them(
    mevagent: Mevagent, tmp_path: Path
) -> None:
    done = mevagent("classify", SPEC, env={"MEVAGENT_HOME": str(tmp_path / "empty")})
    check(done, ExitCode.MISSING, "mevagent models pull")


def test_a_missing_simulator_is_named(mevagent: Mevagent, tmp_path: Path) -> None:
    done = mevagent("verify", REFERENCE, "--tb", TB, env={"PATH": str(tmp_path)})
    check(done, ExitCode.MISSING, "iverilog")


def test_a_wrong_key_in_the_configuration(mevagent: Mevagent, tmp_path: Path) -> None:
    (tmp_path / "mevagent.toml").write_text("max-atempts = 3\n")
    done = mevagent("verify", REFERENCE, "--tb", TB)
    check(done, ExitCode.BAD_INPUT, "max-atempts", "max-attempts")


def test_the_configuration_gives_options_their_defaults(mevagent: Mevagent, tmp_path: Path) -> None:
    (tmp_path / "mevagent.toml").write_text(f'[verify]\ntb = "{TB}"\n')
    assert mevagent("verify", REFERENCE).returncode == ExitCode.PASSED


def test_a_usage_error_is_bad_input(mevagent: Mevagent) -> None:
    check(mevagent("bild"), ExitCode.BAD_INPUT, "bild")
    check(mevagent("build", "--no-such-option"), ExitCode.BAD_INPUT, "no-such-option")
    check(mevagent("build", "--resume", "x"), ExitCode.BAD_INPUT, "no record")
