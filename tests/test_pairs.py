"""Pairs: by convention and by configuration, and which files belong to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.config import find_config
from agent.errors import InputError
from agent.pairs import Pair, configured, conventional, pairs_of


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(*names: str, text: str = "x\n") -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)


def names(pairs: tuple[Pair, ...]) -> list[tuple[str, str, str]]:
    return [(str(p.spec), str(p.design), str(p.testbench)) for p in pairs]


FIFO = ("a b/fifo.md", "a b/fifo.v", "a b/tb_fifo.py")


@pytest.mark.parametrize("changed", [*FIFO, "a b/fifo.v.mevagent.json"])
def test_each_file_of_a_convention_leads_to_its_pair(changed: str) -> None:
    write(*FIFO)
    assert names(pairs_of([Path(changed)], ())) == [FIFO]


def test_a_systemverilog_design_and_a_verilog_testbench_are_a_pair_too() -> None:
    write("x.md", "x.sv", "tb_x.v")
    assert names(pairs_of([Path("x.sv"), Path("tb_x.v")], ())) == [("x.md", "x.sv", "tb_x.v")]


def test_documents_and_designs_without_a_testbench_are_no_pair() -> None:
    write("README.md", "docs/alu.md", "rtl/alu.v", "tools/run.py")
    files = map(Path, ("README.md", "docs/alu.md", "rtl/alu.v", "tools/run.py"))
    assert pairs_of(files, ()) == ()
    assert conventional(Path("tools/run.py")) is None


def test_a_deleted_testbench_still_leads_to_the_design_that_it_judged() -> None:
    write("x.md", "x.v")
    assert names(pairs_of([], (), gone=[Path("tb_x.py")])) == [("x.md", "x.v", "tb_x.py")]


def test_a_module_that_testbenches_import_leads_to_each_of_them() -> None:
    write("x.md", "x.v", "y.md", "y.v", "lib/__init__.py", "lib/drive.py")
    write("tb_x.py", "tb_y.py", text="from lib.drive import drive\nimport tb_common\n")
    write("tb_z.py", "z.v", "tb_common.py", text="import cocotb\n")
    for helper in ("lib/drive.py", "tb_common.py"):
        found = pairs_of([Path(helper)], ())
        assert [str(p.design) for p in found if p.design.exists()] == ["x.v", "y.v"]


def test_a_file_that_a_testbench_names_leads_to_it() -> None:
    write("x.md", "x.v", "golden/rows.txt")
    write("tb_x.py", text="ROWS = open(HERE / 'golden' / 'rows.txt').read()\n")
    assert [str(p.design) for p in pairs_of([Path("golden/rows.txt")], ())] == ["x.v"]
    assert pairs_of([Path("golden/other.txt")], ()) == ()


CONFIG = """
[tool.mevagent]
seed = 3

[tool.mevagent.pairs.fifo]
spec = "doc/fifo.md"
design = "rtl/fifo core.v"
testbench = "verify/tb_fifo.py"
sources = ["rtl/ram.v"]
data = ["verify/rows.hex"]
"""


def test_a_configured_pair_goes_before_the_convention(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("pyproject.toml", text=CONFIG)
    write("verify/tb_fifo.py", text="import cocotb\n")
    write("doc/fifo.md", "rtl/fifo core.v", "rtl/ram.v", "verify/rows.hex", "verify/fifo.v")
    known = configured(find_config(here))
    wanted = [("doc/fifo.md", "rtl/fifo core.v", "verify/tb_fifo.py")]
    for file in ("doc/fifo.md", "rtl/ram.v", "verify/rows.hex", "verify/tb_fifo.py"):
        assert names(pairs_of([Path(file)], known)) == wanted
    assert known[0].options() == [
        *("--tb", "verify/tb_fifo.py", "--source", "rtl/ram.v", "--data", "verify/rows.hex")
    ]
    monkeypatch.chdir(here / "rtl")
    assert str(configured(find_config(here))[0].spec) == "../doc/fifo.md"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pairs = 3", "must be a table with one table to a pair"),
        ("[pairs]\nx = 3", "the pair `x` must be a table with spec, design, testbench"),
        ("[pairs.x]\nspec = 'a'", "the pair `x` lacks design, testbench"),
        ("[pairs.x]\nspek = 'a'", "no key `spek`; valid: spec, design, testbench"),
        ("[pairs.x]\nspec = ['a']", "`spec` must be a text"),
        ("[pairs.x]\ndata = 'a'", "`data` must be a list of paths"),
    ],
)
def test_a_wrong_configuration_is_an_error_that_names_what(
    here: Path, text: str, said: str
) -> None:
    write("mevagent.toml", text=text)
    with pytest.raises(InputError, match=said):
        configured(find_config(here))
