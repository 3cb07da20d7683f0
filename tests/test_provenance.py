"""Sidecars: written by what judged, and never believed by what checks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agent.errors import InputError
from agent.provenance import differences, kept_origin, read, sidecar, tool_changes
from tests.conftest import DESIGNS, Mevagent, Script
from tests.toolbench import need


@pytest.fixture
def mux(tmp_path: Path, mevagent: Mevagent, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a design and the sidecar that `mevagent verify` wrote."""
    need("iverilog", "vvp")
    monkeypatch.setenv("MEVAGENT_HOME", str(tmp_path / "home"))
    source = DESIGNS / "mux4"
    for name, new in (("spec.md", "mux4.md"), ("reference.v", "mux4.v"), ("tb_mux4.py",) * 2):
        (tmp_path / new).write_text((source / name).read_text())
    done = mevagent(
        *("verify", "mux4.v", "--spec", "mux4.md", "--tb", "tb_mux4.py", "--provenance")
    )
    assert done.returncode == 0, done.stderr
    return tmp_path


def change(path: Path, **claims: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **claims}))


def test_verify_writes_what_a_design_passed(mux: Path) -> None:
    made = read(sidecar(mux / "mux4.v"))
    assert [(f.role, f.path) for f in made.files] == [
        ("design", "mux4.v"),
        ("specification", "mux4.md"),
        ("testbench", "tb_mux4.py"),
    ]
    assert made.outcome == "passed"
    assert len(made.tests) == 5
    assert made.origin is None
    assert {"mevagent", "icarus", "cocotb", "python"} <= set(made.tools)
    assert str(mux) not in sidecar(mux / "mux4.v").read_text()


def test_verify_writes_nothing_for_a_design_that_fails(mux: Path, mevagent: Mevagent) -> None:
    sidecar(mux / "mux4.v").unlink()
    (mux / "mux4.v").write_text((DESIGNS / "mux4" / "broken_select_order.v").read_text())
    asked = ("verify", "mux4.v", "--tb", "tb_mux4.py", "--provenance")
    assert mevagent(*asked, "--spec", "mux4.md").returncode == 1
    assert not sidecar(mux / "mux4.v").exists()
    assert "--provenance needs --spec" in mevagent(*asked).stderr


def test_an_unchanged_pair_is_proven(mux: Path, mevagent: Mevagent) -> None:
    done = mevagent("hook", "provenance", "mux4.v", "--no-cache")
    assert done.returncode == 0, done.stdout
    assert "is the design that passed: 5 of 5 checks (simulated again)" in done.stdout


FORGED = [
    ({"outcome": "failed"}, "verdict: the sidecar says failed, and it is passed"),
    ({"tests": ["test_nothing"]}, "tests: the sidecar says test_nothing"),
    ({"module": "other"}, "module: the sidecar says other"),
    ({"judging": {"kind": "verilog"}}, "judging: the sidecar says"),
    ({"files": []}, "mux4.v is its design, and the sidecar does not name it"),
    ({"surprise": 1}, "cannot be read"),
    ({"format": "mevagent-provenance-0"}, "not of the format"),
    ({"tools": {"icarus": 11}}, "an object of strings was expected"),
]


@pytest.mark.parametrize(("claims", "said"), FORGED, ids=[next(iter(c)) for c, _ in FORGED])
def test_a_claim_that_is_not_true_is_refused(
    mux: Path, mevagent: Mevagent, claims: dict[str, Any], said: str
) -> None:
    change(sidecar(mux / "mux4.v"), **claims)
    done = mevagent("hook", "provenance", "mux4.v.mevagent.json")
    assert done.returncode == 1
    assert said in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("file", "role"),
    [("mux4.v", "design"), ("mux4.md", "specification"), ("tb_mux4.py", "testbench")],
)
def test_a_file_that_changed_since_is_refused(
    mux: Path, mevagent: Mevagent, file: str, role: str
) -> None:
    comment = {".v": "// later\n", ".md": "\nLater.\n", ".py": "# later\n"}[Path(file).suffix]
    (mux / file).write_text((mux / file).read_text() + comment)
    done = mevagent("hook", "provenance", file)
    assert done.returncode == 1
    assert f"{file} ({role}) is not the file that was judged" in done.stdout
    assert "--provenance" in done.stdout


def test_a_forger_who_hashes_right_still_has_to_pass(mux: Path, mevagent: Mevagent) -> None:
    """Every hash of the broken design is right, and the sidecar says that it passed."""
    import hashlib

    broken = (DESIGNS / "mux4" / "broken_select_order.v").read_bytes()
    (mux / "mux4.v").write_bytes(broken)
    path = sidecar(mux / "mux4.v")
    files = json.loads(path.read_text())["files"]
    files[0]["sha256"] = hashlib.sha256(broken).hexdigest()
    change(path, files=files)
    done = mevagent("hook", "provenance", "mux4.v")
    assert done.returncode == 1
    assert "says that it passed, and it does not" in done.stdout


def test_a_sidecar_cannot_choose_its_testbench(mux: Path, mevagent: Mevagent) -> None:
    weak = "import cocotb\n\n@cocotb.test()\nasync def nothing(dut):\n    pass\n"
    (mux / "weak.py").write_text(weak)
    path = sidecar(mux / "mux4.v")
    text = path.read_text().replace("tb_mux4.py", "weak.py")
    path.write_text(text)
    done = mevagent("hook", "provenance", "mux4.v")
    assert done.returncode == 1
    assert "tb_mux4.py is its testbench, and the sidecar does not name it" in done.stdout
    assert "weak.py is not its testbench" in done.stdout


def test_a_design_without_a_sidecar_is_refused_where_one_is_required(
    mux: Path, mevagent: Mevagent
) -> None:
    sidecar(mux / "mux4.v").unlink()
    assert mevagent("hook", "provenance", "mux4.v").returncode == 0
    done = mevagent("hook", "provenance", "--require", "mux4.v")
    assert done.returncode == 1
    assert "has no sidecar mux4.v.mevagent.json" in done.stdout


def test_other_tools_are_told_of_and_are_no_fault(mux: Path, mevagent: Mevagent) -> None:
    path = sidecar(mux / "mux4.v")
    before = read(path)
    change(path, tools={**before.tools, "icarus": "9.7"})
    assert differences(read(path), before) == ()
    assert [line.split(",")[0] for line in tool_changes(read(path), before)] == ["icarus 9.7"]
    done = mevagent("hook", "provenance", "mux4.v")
    assert done.returncode == 0
    assert "icarus 9.7, now " in done.stdout


def test_a_build_says_which_attempt_wrote_the_design_and_renews_a_sidecar_unasked(
    mux: Path, mevagent: Mevagent, script: Script
) -> None:
    rtl = (mux / "mux4.v").read_text()
    answers = script([f"```verilog\n{rtl}```"], repeat=True)
    asked = ("build", "mux4.md", "--tb", "tb_mux4.py", "--engine", "scripted")
    asked = (*asked, "--script", answers, "--tier", "basic", "-k", "1", "--no-strength")
    done = mevagent(*asked, "-o", "mux4.v")
    assert done.returncode == 0, done.stderr
    assert "provenance: mux4.v.mevagent.json" in done.stdout
    origin = read(sidecar(mux / "mux4.v")).origin
    assert origin is not None
    assert origin.candidate == "0.0"
    assert origin.engine == "scripted"
    assert mevagent("hook", "provenance", "mux4.v").returncode == 0
    # Judged again, as it stands: its origin stays.
    again = ("verify", "mux4.v", "--spec", "mux4.md", "--tb", "tb_mux4.py", "--provenance")
    assert mevagent(*again).returncode == 0
    assert kept_origin(mux / "mux4.v") == origin
    assert mevagent(*asked, "-o", "plain.v").returncode == 0
    assert not sidecar(mux / "plain.v").exists()


def test_a_sidecar_that_is_no_json_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "x.v.mevagent.json"
    for text in ("", "[]", '{"format": "mevagent-provenance-1"}', "[" * 100_000, "\x00"):
        path.write_text(text)
        with pytest.raises(InputError, match=r"cannot be read.*write it anew"):
            read(path)
