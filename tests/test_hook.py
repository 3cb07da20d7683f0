"""The hooks, run by the real pre-commit in a scratch repository."""

from __future__ import annotations

import hashlib
import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from agent.stub import is_stub
from tests.conftest import DESIGNS, ROOT, Mevagent
from tests.hook_repository import BROKEN, SPEC, Repository, copy_of_project, repository
from tests.toolbench import COUNTER, COUNTER_TB, need

__all__ = ["repository"]


def test_a_passing_pair_is_committed_and_a_failing_one_is_not(
    repository: Repository, mevagent: Mevagent
) -> None:
    repository.hooks("check")
    repository.pair("rtl/with space")
    made, said = repository.commit()
    assert made, said
    assert "ok    rtl/with space/counter.v: 2 of 2 checks" in said
    repository.pair("rtl/with space", BROKEN)
    made, said = repository.commit()
    assert not made
    assert "FAIL  rtl/with space/counter.v: failed, 1 of 2 checks" in said
    assert "cycle 1: expected 1 got 2" in said
    assert "values just before each rising edge of clk" in said
    told = next(line for line in said.splitlines() if "see it again:" in line)
    words = shlex.split(told.partition("mevagent ")[2])
    assert mevagent(*words, cwd=repository.folder).returncode == 1


def test_what_is_staged_is_judged_and_not_what_lies_about(repository: Repository) -> None:
    repository.hooks("check")
    repository.pair()
    assert repository.commit()[0]
    # Staged: a fault. In the working tree: mended again, but not staged.
    repository.write(**{"counter.v": BROKEN})
    repository.git("add", "counter.v")
    repository.write(**{"counter.v": COUNTER + "// mended\n"})
    made, said = repository.commit(add=False)
    assert not made
    assert "expected 1 got 2" in said
    assert (repository.folder / "counter.v").read_text() == COUNTER + "// mended\n"
    # The other way round.
    repository.git("add", "counter.v")
    repository.write(**{"counter.v": BROKEN})
    made, said = repository.commit(add=False)
    assert made, said
    assert (repository.folder / "counter.v").read_text() == BROKEN


def test_a_design_that_is_renamed_alone_is_missed_and_a_whole_pair_is_not(
    repository: Repository,
) -> None:
    repository.hooks("check")
    repository.pair()
    assert repository.commit()[0]
    repository.git("mv", "counter.v", "count.v")
    made, said = repository.commit()
    assert not made
    assert "FAIL  counter.v: is gone, and counter.md and tb_counter.py stayed" in said
    repository.git("mv", "counter.md", "count.md")
    repository.git("mv", "tb_counter.py", "tb_count.py")
    made, said = repository.commit()
    assert made, said
    assert "ok    count.v: 2 of 2 checks" in said


@pytest.mark.parametrize(
    ("deleted", "said"),
    [
        ("counter.v", "is gone, and a/counter.md and a/tb_counter.py stayed"),
        ("tb_counter.py", "nothing judges it any more"),
    ],
)
def test_a_commit_that_only_deletes_leaves_no_design_unjudged(
    repository: Repository, deleted: str, said: str
) -> None:
    repository.hooks("check")
    repository.pair("a")
    assert repository.commit()[0]
    repository.git("rm", "-q", f"a/{deleted}")
    made, output = repository.commit()
    assert not made
    assert said in output
    repository.git("rm", "-q", "-r", "-f", "a")
    made, output = repository.commit()
    assert made, output


def test_a_deletion_between_two_commits_is_seen_in_a_push_or_in_ci(
    repository: Repository,
) -> None:
    repository.pair()
    repository.commit()
    repository.git("rm", "-q", "counter.v")
    repository.commit()
    repository.hooks("check")
    between = ("run", "--from-ref", "HEAD~1", "--to-ref", "HEAD")
    repository.git("add", ".pre-commit-config.yaml")
    done = repository.pre_commit(*between, check=False)
    assert done.returncode == 1
    assert "is gone, and" in done.stdout


def test_a_testbench_that_git_does_not_hold_is_no_proof(repository: Repository) -> None:
    repository.hooks("check")
    repository.pair()
    made, said = repository.commit("counter.v", "counter.md")
    assert not made
    assert "git does not track tb_counter.py; `git add` it" in said
    assert repository.commit()[0]


def test_a_pair_of_the_configuration_is_judged(repository: Repository) -> None:
    repository.hooks("check")
    repository.write(
        **{
            "pyproject.toml": "[tool.mevagent.pairs.counter]\nspec = 'doc/c.md'\n"
            "design = 'rtl/the counter.v'\ntestbench = 'verify/tb.py'\n",
            "doc/c.md": SPEC,
            "rtl/the counter.v": BROKEN,
            "verify/tb.py": COUNTER_TB,
        }
    )
    made, said = repository.commit()
    assert not made
    assert "FAIL  rtl/the counter.v: failed" in said
    assert "mevagent verify 'rtl/the counter.v' --spec doc/c.md --tb verify/tb.py" in said


@pytest.mark.slow
def test_a_specification_without_a_design_gets_a_stub_and_fails_once(
    repository: Repository, mevagent: Mevagent
) -> None:
    repository.hooks("stubs", "check")
    repository.write(**{"counter.md": SPEC, "tb_counter.py": COUNTER_TB})
    made, said = repository.commit()
    assert not made
    assert "FAIL  counter.v: is a new stub" in said
    assert "it elaborates, and 2 tests of tb_counter.py connect to it" in said
    stub = (repository.folder / "counter.v").read_text()
    for port in ("input logic clk", "input logic rst", "output logic [7:0] q"):
        assert port in stub
    made, said = repository.commit()
    assert made, said
    assert "still a stub; 2 tests connect to it" in said
    # An interface that changes changes the stub; one that a person wrote in is left alone.
    repository.write(**{"counter.md": SPEC + "- output wrap\n"})
    made, said = repository.commit()
    assert not made
    assert "its stub has the interface that changed" in said
    assert "output logic wrap" in (repository.folder / "counter.v").read_text()
    repository.write(**{"counter.md": SPEC, "counter.v": COUNTER})
    made, said = repository.commit()
    assert made, said
    assert (repository.folder / "counter.v").read_text() == COUNTER


def test_a_stub_that_its_testbench_does_not_fit_says_which_port(
    tmp_path: Path, mevagent: Mevagent
) -> None:
    need("iverilog", "vvp")
    (tmp_path / "counter.md").write_text(SPEC.replace("rst", "reset"))
    (tmp_path / "tb_counter.py").write_text(COUNTER_TB)
    done = mevagent("hook", "stubs", "counter.md")
    assert done.returncode == 1
    assert "uses `rst` (the nearest is `reset`)" in done.stdout
    assert (tmp_path / "counter.v").exists()


def test_a_design_that_only_pretends_to_be_a_stub_is_judged(
    tmp_path: Path, mevagent: Mevagent, monkeypatch: pytest.MonkeyPatch
) -> None:
    need("iverilog", "vvp")
    monkeypatch.setenv("MEVAGENT_HOME", str(tmp_path / "home"))
    (tmp_path / "counter.md").write_text(SPEC)
    (tmp_path / "tb_counter.py").write_text(COUNTER_TB)
    digest = hashlib.sha256(BROKEN.encode()).hexdigest()[:16]
    mark = f"// A stub of counter.md, made by mevagent ({digest}).\n"
    (tmp_path / "counter.v").write_text(mark + BROKEN)
    assert is_stub(tmp_path / "counter.v")
    done = mevagent("hook", "check", "counter.v")
    assert done.returncode == 1
    assert "expected 1 got 2" in done.stdout


def test_front_matter_makes_a_file_a_specification_before_it_has_a_testbench(
    tmp_path: Path, mevagent: Mevagent
) -> None:
    need("iverilog", "vvp")
    (tmp_path / "README.md").write_text("# A project\n")
    (tmp_path / "inv.md").write_text("---\nmodule: inv\nports:\n  - input a\n  - output y\n---\n")
    done = mevagent("hook", "stubs", "README.md", "inv.md")
    assert done.returncode == 1, done.stderr
    assert "it elaborates; there is no testbench yet (tb_inv.py)" in done.stdout
    assert sorted(path.name for path in tmp_path.glob("*.v")) == ["inv.v"]


def test_by_hand_the_missing_design_is_built(repository: Repository) -> None:
    repository.hooks("check", manual="stubs --build")
    script = {"answers": [[f"```verilog\n{COUNTER}```"]], "repeat": True}
    repository.write(
        **{
            "mevagent.toml": "[build]\nengine = 'scripted'\nscript = 'script.json'\ntier = 'basic'"
            "\ncandidates = 1\nstrength = false\n",
            "script.json": json.dumps(script),
            "counter.md": SPEC,
            "tb_counter.py": COUNTER_TB,
        }
    )
    repository.git("add", "-A")
    done = repository.pre_commit("run", "--hook-stage", "manual", "mevagent-by-hand", check=False)
    assert done.returncode == 1
    assert "PASS counter.v" in done.stdout
    assert (repository.folder / "counter.v.mevagent.json").exists()
    made, said = repository.commit()
    assert made, said
    assert "ok    counter.v: 2 of 2 checks" in said


@pytest.mark.slow
def test_a_stale_sidecar_is_refused_in_a_commit(repository: Repository, mevagent: Mevagent) -> None:
    repository.hooks("check", "provenance")
    repository.pair()
    renew = ("verify", "counter.v", "--spec", "counter.md", "--tb", "tb_counter.py")
    mevagent(*renew, "--provenance", cwd=repository.folder)
    made, said = repository.commit()
    assert made, said
    assert "is the design that passed: 2 of 2 checks" in said
    repository.write(**{"counter.v": COUNTER + "// another hand\n"})
    made, said = repository.commit()
    assert not made
    assert "counter.v (design) is not the file that was judged" in said
    repository.git("checkout", "-q", "HEAD", "--", ".")
    repository.git("rm", "-q", "counter.v.mevagent.json")
    made, said = repository.commit()
    assert not made
    assert "stays, and its sidecar is deleted or renamed" in said


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pair whose testbench imports a module and reads a file beside it."""
    need("iverilog", "vvp")
    monkeypatch.setenv("MEVAGENT_HOME", str(tmp_path / "home"))
    folder = tmp_path / "pair"
    folder.mkdir()
    bench = COUNTER_TB.replace("range(1, 20)", "range(1, CYCLES)").replace(
        "== cycle,", "== want(cycle),"
    )
    reads = "from pathlib import Path\nfrom model import want\n"
    reads += "CYCLES = int(Path(__file__).with_name('cycles').read_text())\n"
    (folder / "tb_counter.py").write_text(reads + bench)
    (folder / "model.py").write_text("def want(cycle):\n    return cycle\n")
    (folder / "cycles").write_text("20\n")
    (folder / "counter.md").write_text(SPEC)
    (folder / "counter.v").write_text(COUNTER)
    return folder


UNCHANGED = "2 of 2 checks (unchanged since it passed)"


def test_a_pair_that_has_not_changed_is_not_simulated_again(pair: Path, mevagent: Mevagent) -> None:
    check = ("hook", "check", "counter.v")
    assert UNCHANGED not in mevagent(*check, cwd=pair).stdout
    assert UNCHANGED in mevagent(*check, cwd=pair).stdout
    assert UNCHANGED not in mevagent(*check, "--no-cache", cwd=pair).stdout
    assert UNCHANGED not in mevagent(*check, "--sim-seconds", "7", cwd=pair).stdout


@pytest.mark.parametrize(
    ("file", "old", "new", "passes"),
    [
        ("counter.v", "q <= 0", "q <= 1", False),
        ("counter.md", "output q (8 bits)", "output q (9 bits)", False),
        ("tb_counter.py", "q.value == 0", "q.value == 1", False),
        ("model.py", "return cycle", "return cycle + 1", False),
        ("cycles", "20", "300", False),
        ("counter.v", "endmodule", "endmodule // the end", True),
    ],
)
def test_a_kept_result_never_hides_a_change(
    pair: Path, mevagent: Mevagent, file: str, old: str, new: str, passes: bool
) -> None:
    assert mevagent("hook", "check", "counter.v", cwd=pair).returncode == 0
    text = (pair / file).read_text()
    assert old in text
    (pair / file).write_text(text.replace(old, new))
    done = mevagent("hook", "check", file, cwd=pair)
    assert done.returncode == (0 if passes else 1), done.stdout
    assert UNCHANGED not in done.stdout
    (pair / file).write_text(text)
    assert UNCHANGED in mevagent("hook", "check", file, cwd=pair).stdout


def test_a_testbench_that_checks_nothing_is_refused(pair: Path, mevagent: Mevagent) -> None:
    (pair / "tb_counter.py").write_text(
        "import cocotb\n\n@cocotb.test()\nasync def nothing(dut):\n    pass\n"
    )
    done = mevagent("hook", "check", "tb_counter.py", cwd=pair)
    assert done.returncode == 1
    assert "FAIL  tb_counter.py: proves nothing" in done.stdout


def test_what_cannot_be_judged_says_why_and_the_others_are_judged(
    pair: Path, mevagent: Mevagent
) -> None:
    (pair / "x.md").write_text("# x\n\nNo ports here.\n")
    (pair / "x.v").write_text("module x; endmodule\n")
    (pair / "tb_x.py").write_text("import cocotb\nthis is no Python\n")
    done = mevagent("hook", "check", "x.v", "counter.v", cwd=pair)
    assert done.returncode == 1
    assert "FAIL  x.v: cannot be judged" in done.stdout
    assert "tb_x.py:2: `this is no Python`: invalid syntax; correct it" in done.stdout
    assert "ok    counter.v: 2 of 2 checks" in done.stdout


def test_options_of_the_hooks_have_defaults_in_the_configuration(
    tmp_path: Path, mevagent: Mevagent
) -> None:
    need("iverilog", "vvp")
    for name, text in (("x.md", SPEC), ("x.v", COUNTER), ("tb_x.py", COUNTER_TB)):
        (tmp_path / name).write_text(text)
    assert mevagent("hook", "provenance", "x.v").returncode == 0
    (tmp_path / "mevagent.toml").write_text("sim-seconds = 9\n[hook]\nrequire = true\n")
    done = mevagent("hook", "provenance", "x.v")
    assert done.returncode == 1
    assert "has no sidecar" in done.stdout
    (tmp_path / "mevagent.toml").write_text("[hook]\nrequire-it = true\n")
    done = mevagent("hook", "provenance", "x.v")
    assert done.returncode == 2
    assert "`mevagent hook` has no option `require-it`; valid: " in done.stderr


def test_nothing_to_judge_is_no_reason_to_stop(tmp_path: Path, mevagent: Mevagent) -> None:
    for stage in ("check", "stubs", "provenance"):
        done = mevagent("hook", stage, "README.md", "setup.py")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_hooks_file_names_the_commands_that_there_are() -> None:
    yaml = pytest.importorskip("yaml")
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert [hook["id"] for hook in hooks] == [
        "mevagent-check",
        "mevagent-stubs",
        "mevagent-provenance",
    ]
    for hook in hooks:
        words = [*shlex.split(hook["entry"])[1:], "--help"]
        done = subprocess.run(
            [sys.executable, "-m", "agent.cli", *words], cwd=ROOT, capture_output=True, check=False
        )
        assert done.returncode == 0


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_pre_commit_installs_the_hooks_from_the_project_and_they_run(
    repository: Repository, tmp_path: Path
) -> None:
    project = copy_of_project(tmp_path / "project")
    for words in (
        ("init", "-q", "."),
        ("add", "-A", "-f"),
        ("-c", "user.email=a@example.com", "-c", "user.name=A", "commit", "-q", "-m", "x"),
    ):
        subprocess.run(["git", *words], cwd=project, check=True, capture_output=True)
    head = ("git", "rev-parse", "HEAD")
    rev = subprocess.run(head, cwd=project, check=True, capture_output=True, text=True).stdout
    hooks = "".join(f"      - id: mevagent-{n}\n" for n in ("stubs", "check", "provenance"))
    config = f"repos:\n  - repo: {project}\n    rev: {rev.strip()}\n    hooks:\n{hooks}"
    repository.write(**{".pre-commit-config.yaml": config})
    installed = repository.pre_commit("install", "--install-hooks", check=False)
    if installed.returncode and "pip" in installed.stdout:
        pytest.skip(f"pip could not install the environment: {installed.stdout[-300:]}")
    for name in ("spec.md", "reference.v", "tb_mux4.py"):
        new = {"spec.md": "mux4.md", "reference.v": "mux4.v"}.get(name, name)
        repository.write(**{new: (DESIGNS / "mux4" / name).read_text()})
    made, said = repository.commit()
    assert made, said
    assert said.count("Passed") == 3
    repository.write(**{"mux4.v": (DESIGNS / "mux4" / "broken_select_order.v").read_text()})
    made, said = repository.commit()
    assert not made
    assert "expected y 0xc3, got 0x0f" in said
