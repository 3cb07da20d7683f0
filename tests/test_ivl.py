"""The compiler without its driver: the same simulations and the same words, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.toolchain import compile
from agent.toolchain.base import Limits
from agent.toolchain.compile import DESIGN, Build, compile_units, icarus
from agent.toolchain.image import fingerprint
from agent.toolchain.ivl import Ivl, fits, ivl, plain
from agent.toolchain.sandbox import Sandbox
from tests.toolbench import HERE, need, need_level

DESIGNS = sorted((HERE.parent / "testbenches").glob("*/reference.v"))
WRONG = {
    "syntax": "module top(input a output q);\nendmodule\n",
    "no such module": "module top(input a, output q);\n  absent x(a, q);\nendmodule\n",
    "no such name": "module top(input a, output q);\n  assign q = b;\nendmodule\n",
    "open comment": "module top(input a, output q);\n  assign q = a; /* never closed\nendmodule\n",
    "open string": 'module top(input a, output q);\n  initial $display("never\nendmodule\n',
    "no end": "module top(input a, output q);\n  assign q = a;\n",
    "no module": "assign q = a;\n",
    "empty": "\n",
    "twice": "module top; endmodule\nmodule top; endmodule\n",
    "warned": "module top(input a, output q);\n  wire [1:0] w;\n  assign q = w[5];\nendmodule\n",
    "unsupported": "module top(input a, output q);\n  class c; endclass\nendmodule\n",
}


def built(folder: Path, text: str, root: str, parameters: tuple[tuple[str, str], ...]) -> Build:
    folder.mkdir()
    (folder / DESIGN).write_text(text)
    need("iverilog")
    need_level("landlock+seccomp")
    return compile_units(
        folder,
        [DESIGN],
        [root],
        sandbox=Sandbox("landlock+seccomp"),
        limits=Limits(),
        parameters=parameters,
    )


def both(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    root: str,
    parameters: tuple[tuple[str, str], ...] = (),
) -> tuple[Build, Build]:
    monkeypatch.setattr(compile, "LEARN_AFTER", 1 << 60)
    usual = built(tmp_path / "usual", text, root, parameters)
    monkeypatch.setattr(compile, "LEARN_AFTER", 0)
    return usual, built(tmp_path / "alone", text, root, parameters)


def assert_same(usual: Build, alone: Build) -> None:
    assert (usual.image is None) == (alone.image is None)
    if usual.image and alone.image:
        assert fingerprint(usual.image) == fingerprint(alone.image)
    assert usual.diagnostics == alone.diagnostics
    assert usual.output == alone.output


def test_this_icarus_can_be_started_without_its_driver() -> None:
    need("iverilog")
    assert isinstance(ivl(icarus().iverilog.resolve(), icarus().folders[0]), Ivl)


@pytest.mark.parametrize("path", DESIGNS, ids=lambda path: path.parent.name)
def test_a_design_compiles_to_the_same(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_same(*both(tmp_path, monkeypatch, path.read_text(), path.parent.name))


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_design_is_told_the_same(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_same(*both(tmp_path, monkeypatch, WRONG[what], "top"))


def test_parameters_reach_the_top_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "module top #(parameter W = 1, parameter N = 2) (output [W+N:0] q);\nendmodule\n"

    usual, alone = both(tmp_path, monkeypatch, text, "top", (("W", "4"), ("N", "8'h10")))

    assert_same(usual, alone)
    assert alone.image is not None
    assert "v0x" in alone.image.read_text()


def test_what_needs_the_preprocessor_or_a_shell_takes_the_usual_way() -> None:
    assert fits("module top; endmodule\n", "top", ())
    assert not fits("`define A\nmodule top; endmodule\n", "top", ())
    assert not fits("module top; endmodule // \u00e9\n", "top", ())
    assert not fits("module top; endmodule\r\n", "top", ())
    assert not fits("module top; endmodule\n", "top", (("W", "4\nout:elsewhere"),))
    assert not fits("module top; endmodule\n", "top\nout:elsewhere", ())
    assert not plain("module top; /* open")
    assert not plain('module top; initial $display("')


def test_an_installation_that_speaks_otherwise_is_left_alone(tmp_path: Path) -> None:
    need("iverilog")
    driver = tmp_path / "iverilog"
    driver.write_text("#!/bin/sh\nexit 1\n")
    driver.chmod(0o700)

    assert ivl(driver, icarus().folders[0]) is None
