"""What the tests of the front ends share: Icarus as the judge, and the public benchmarks."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from mevllm.spec import Interface, Port

ROOT = Path(__file__).resolve().parent.parent
BENCH = Path(os.environ.get("MEVAGENT_BENCH", ROOT.parent / "shared" / "bench"))
TOP = Interface(
    "top",
    (
        Port("clk", "input"),
        Port("rst", "input"),
        Port("a", "input", "7", "0", True),
        Port("s", "input", "2", "0", True),
        Port("q", "output", "7", "0", True),
        Port("w", "output"),
    ),
    clock="clk",
    reset="rst",
)
"""The interface of the designs that the tests write."""
HEADER = TOP.header() + "\n"


def icarus_accepts(rtl: str, top: str = "top") -> bool:
    """Whether the real Icarus compiles a design; skips where there is none, fails in CI."""
    iverilog = shutil.which("iverilog")
    if iverilog is None:
        assert not os.environ.get("CI"), "Icarus Verilog is missing: apt-get install iverilog"
        pytest.skip("Icarus Verilog is missing")
    with tempfile.TemporaryDirectory() as folder:
        design = Path(folder) / "design.sv"
        design.write_text(rtl)
        # Not to the null device: Icarus changes the mode of what it writes, and root may.
        image = str(Path(folder) / "design.vvp")
        command = [iverilog, "-g2012", "-s", top, "-o", image, str(design)]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def bench_files(pattern: str) -> list[Path]:
    """Files of the public benchmarks; skips where there are none, fails in CI."""
    found = sorted(BENCH.rglob(pattern))
    if not found:
        assert not os.environ.get("CI"), f"no benchmarks in {BENCH}; set MEVAGENT_BENCH"
        pytest.skip(f"no benchmarks in {BENCH}; MEVAGENT_BENCH names another folder")
    return found


def first_module(text: str) -> str:
    """The name of the first module of a text."""
    match = re.search(r"^\s*module\s+(\w+)", text, re.MULTILINE)
    assert match
    return match[1]


def good_designs() -> list[Path]:
    """Designs that are right: the references of this project and of the benchmarks."""
    own = sorted((ROOT / "testbenches").glob("*/reference.v"))
    return own + bench_files("*_ref.sv") + bench_files("verified_*.v")
