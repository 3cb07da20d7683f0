"""`mevagent history`: what a person and a script get to see of the record."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from agent.attempt_log import AttemptLog
from agent.attempt_queries import list_runs
from agent.attempts import Step, StepKind
from agent.cli_history import history
from agent.errors import InputError, LogError
from agent.history_views import duration, runs_table, visible
from mevllm.classifier import Classification
from mevllm.tiers import Tier
from tests.record_values import BAD, FAILED, GOOD, PASSED, attempt, candidate, generation, start_of

ROOT = Path(__file__).parent.parent
Run = Callable[..., Result]


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """A record of two runs: one cut off, then one that passed by a repair."""
    path = tmp_path / "attempts.db"
    with AttemptLog.open(path) as log:
        cut = log.start_run(start_of(tmp_path / "tb"))
        log.add_candidate(log.start_attempt(cut, 0, attempt(0).step), candidate(0))
    with AttemptLog.open(path) as log:
        run_id = log.start_run(start_of(tmp_path / "tb"))
        odds = {Tier.BASIC: 0.7, Tier.INTERMEDIATE: 0.2, Tier.ADVANCED: 0.1, Tier.EXPERT: 0.0}
        log.note_classification(run_id, Classification(Tier.BASIC, odds, "gates", "zero-shot"))
        bad = candidate(0)
        first = attempt(0, bad, candidate(1, generation=None, duplicate_of=bad.rtl_hash))
        good = candidate(0, GOOD, PASSED, kind="repair", parent=bad.rtl_hash, fixes=())
        step = Step(StepKind.ESCALATE, Tier.EXPERT, 0, 1, bad.rtl_hash, "the same failure twice")
        second = attempt(1, good, step=step, feedback="a=1: expected 0 got 1")
        for made in (first, second):
            number = log.start_attempt(run_id, made.ordinal, made.step, made.feedback)
            log.finish_attempt(number, made)
        log.finish_run(run_id, "passed", good.rtl_hash, good.rtl_hash, "every check passed")
    return path


@pytest.fixture
def run(db: Path) -> Run:
    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(history, ["--db", str(db), *arguments])

    return invoke


def output(result: Result) -> str:
    assert result.exception is None, result.exception
    return result.stdout


def test_the_list_is_what_history_alone_shows(run: Run) -> None:
    lines = output(run()).splitlines()
    assert lines == output(run("list")).splitlines()
    assert lines[0].split()[:4] == ["run", "when", "design", "verdict"]
    assert "passed" in lines[1]
    assert "basic → expert" in lines[1]
    assert "aborted" in lines[2]


def test_a_narrow_terminal_gets_whole_cells_of_fewer_columns(db: Path) -> None:
    with AttemptLog.open(db) as log:
        runs = list_runs(log, search="expected")
        for shown, absent in ((list_runs(log), "tokens"), (runs, "tiers")):
            narrow = Console(width=80, record=True)
            narrow.print(runs_table(shown, 80))
            text = narrow.export_text()
            assert shown[0].run_id in text
            assert "…" not in text
            assert absent not in text


def test_the_list_is_filtered_without_naming_it(run: Run) -> None:
    assert len(output(run("--passed")).splitlines()) == 2
    assert "aborted" in output(run("--failed"))
    assert len(output(run("--limit", "1")).splitlines()) == 2
    assert len(output(run("--limit", "0")).splitlines()) == 3
    assert "the newest 1; --limit 0 shows all" in run("--limit", "1").stderr
    assert "no run in" in run("--design", "uart").stderr


def test_a_search_shows_where_it_found_the_words(run: Run) -> None:
    text = output(run("--search", '"got 1" a=1:'))
    assert "found in" in text
    assert text.count("test: test_high a=1: expected 0 got 1") == 2
    assert "prompt: You write Verilog." in output(run("--search", "YOU verilo"))
    assert output(run("--search", "') OR \"x")) == ""


def test_the_list_is_json_on_request(run: Run) -> None:
    newest, older = json.loads(output(run("list", "--json")))
    assert (newest["status"], newest["tiers"], newest["best_score"]) == (
        "passed",
        ["basic", "expert"],
        1.0,
    )
    assert (older["status"], older["candidates"], older["attempts"]) == ("aborted", 1, 0)
    assert json.loads(output(run("--json", "--design", "nothing"))) == []


def test_a_database_that_is_not_there_yet_is_said_kindly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = CliRunner()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MEVAGENT_DB", raising=False)
    result = runner.invoke(history, [])
    assert result.exit_code == 0
    assert "no runs in runs/attempts.db yet; `mevagent build` records them" in result.stderr
    assert runner.invoke(history, ["--json"]).stdout == "[]\n"
    assert not Path("runs").exists()
    for arguments in (["--db", "typo.db"], ["list", "--db", "typo.db"], ["show"]):
        assert isinstance(runner.invoke(history, arguments).exception, InputError)
    Path("notes.db").write_text("notes " * 500)
    assert isinstance(runner.invoke(history, ["--db", "notes.db"]).exception, LogError)


def test_the_database_may_be_named_in_the_environment_or_after_the_subcommand(db: Path) -> None:
    runner = CliRunner()
    assert "passed" in runner.invoke(history, ["list"], env={"MEVAGENT_DB": str(db)}).stdout
    assert "passed" in runner.invoke(history, ["show", "last", "--db", str(db)]).stdout


def test_a_run_is_shown_as_a_tree_with_what_defined_it(run: Run) -> None:
    text = output(run("show", "last"))
    assert "build inv  passed: every check passed" in text
    assert "0  repair at basic  best  (25 tokens, 1.5 s)" in text
    assert "0.1  fresh  0.80 failed, 1 of 2 checks: test_high: a=1: expected 0 got 1" in text
    assert "same as 0.0" in text
    assert "1  escalate at expert  the same failure twice  (25 tokens, 1.5 s, not better)" in text
    assert "1.0  repair 1.00 passed, 2 of 2 checks  repairs 0.0  best" in text
    assert "basic (basic 0.70, intermediate 0.20, advanced 0.10, expert 0.00): gates" in text
    assert "cocotb 2.1.0, icarus 11.0" in text


def test_a_cut_off_attempt_is_marked_in_the_tree(run: Run, db: Path) -> None:
    with AttemptLog.open(db) as log:
        (row,) = log.query("SELECT id FROM runs WHERE status = 'aborted'")
    assert "(cut off; does not count)" in output(run("show", row["id"]))


def test_an_attempt_and_a_candidate_are_shown_by_number(run: Run) -> None:
    text = output(run("show", "last.1"))
    assert "escalate at expert" in text
    assert "feedback\na=1: expected 0 got 1" in text
    text = output(run("show", "last.0.0"))
    assert "test_high  failed  20 ns" in text
    assert 'warning pyslang: line 3: unused "net"' in text
    assert "fixed: drop-redeclared-port: `reg y` declared again" in text
    assert "qwen (no adapter), seed 7, temperature 0.8" in text


def test_code_in_a_pipe_is_the_design_to_the_byte(run: Run) -> None:
    assert output(run("show", "last", "--code")) == GOOD
    assert output(run("show", "last.0", "--code")) == BAD
    assert output(run("show", "last.0.1", "--code")) == BAD


def test_prompt_and_tests_are_shown_alone(run: Run) -> None:
    text = output(run("show", "last", "--prompt"))
    assert text.startswith("system\nYou write Verilog.\n\nuser\nWrite an inverter: ¬a.\n")
    assert text.endswith(f"assistant\nmodule inv ({GOOD}\n")
    assert "a person gave this design" in output(run("show", "last.0.1", "--prompt"))
    assert output(run("show", "last.0", "--tests")).splitlines()[2].split()[:2] == [
        "test_high",
        "failed",
    ]


def test_everything_shown_is_json_on_request(run: Run) -> None:
    shown = json.loads(output(run("show", "last", "--json")))
    assert (shown["format"], shown["status"], shown["tokens"]) == ("mevagent-run-1", "passed", 50)
    assert "content" not in shown["start"]["files"][0]
    assert [a["step"]["kind"] for a in shown["attempts"]] == ["repair", "escalate"]
    assert json.loads(output(run("show", "last.1", "--json"))) == shown["attempts"][1]
    best = json.loads(output(run("show", "last.1.0", "--json")))
    assert best == shown["attempts"][1]["candidates"][0]
    assert best["verdict"]["outcome"] == "passed"
    assert best["generation"]["messages"][0] == {"role": "system", "content": "You write Verilog."}
    parts = json.loads(output(run("show", "last", "--code", "--prompt", "--tests", "--json")))
    assert (parts["rtl"], parts["answer"], len(parts["tests"])) == (GOOD, GOOD, 2)


def test_a_diff_of_a_run_is_the_best_design_against_its_parent(run: Run, db: Path) -> None:
    text = output(run("diff", "last"))
    assert text == output(run("diff", "last.0.0", "last.1.0"))
    assert text == output(run("diff", "last.1.0"))
    assert text.splitlines()[0].startswith("--- ")
    assert text.splitlines()[0].endswith(".0.0")
    assert [line for line in text.splitlines() if line[0] in "+-"][2:] == [
        "-  assign y = a;",
        "+  assign y = ~a;",
    ]
    result = run("diff", "last.0.0", "last.0.1")
    assert (output(result), result.stderr.count("are the same")) == ("", 1)
    wrong = run("diff", "last.0.0").exception
    assert isinstance(wrong, InputError)
    assert "is no repair" in str(wrong)


def test_an_export_holds_the_whole_run(run: Run, tmp_path: Path) -> None:
    whole = json.loads(output(run("export", "last")))
    files = {Path(f["path"]).name: f["content"] for f in whole["start"]["files"]}
    assert files["model.py"].startswith("def invert")
    assert files["golden.bin"].keys() == {"base64"}
    lines = tmp_path / "run.jsonl"
    assert output(run("export", "last", "-o", str(lines))) == ""
    objects = [json.loads(line) for line in lines.read_text().splitlines()]
    assert [o["type"] for o in objects] == [
        "run",
        "attempt",
        "candidate",
        "candidate",
        "attempt",
        "candidate",
    ]
    assert {o["run_id"] for o in objects} == {whole["run_id"]}
    assert len(output(run("export", "--format", "jsonl")).splitlines()) == 6


def test_the_rtl_of_a_run_is_its_passing_or_its_best_design(
    run: Run, db: Path, tmp_path: Path
) -> None:
    place = tmp_path / "out.v"
    run("export", "last", "--rtl", "-o", str(place))
    assert place.read_text() == GOOD
    with AttemptLog.open(db) as log:
        (row,) = log.query("SELECT id FROM runs WHERE status = 'aborted'")
    result = run("export", row["id"], "--rtl")
    assert output(result) == BAD
    assert "does not pass: score 0.80" in result.stderr


def test_what_a_design_holds_cannot_steer_the_terminal(db: Path, run: Run) -> None:
    escape = "\x1b]0;owned\x07\x1b[2J"
    with AttemptLog.open(db) as log:
        run_id = log.start_run(start_of(db.parent / "tb"))
        nasty = replace(FAILED, reason=escape, tests=(replace(FAILED.tests[1], message=escape),))
        answer = generation(escape)
        number = log.start_attempt(run_id, 0, attempt(0).step)
        log.add_candidate(number, candidate(0, f"{GOOD}// {escape}", nasty, generation=answer))
    for arguments in ([], ["--prompt"], ["--tests"]):
        for place in ("last", "last.0", "last.0.0"):
            assert "\x1b" not in output(run("show", place, *arguments))
    assert "\x1b" not in output(run("--search", "owned"))
    assert visible("a\x1b[31m\tb\r\n\x9b") == "a\N{REPLACEMENT CHARACTER}[31m\tb\n" + (
        "\N{REPLACEMENT CHARACTER}"
    )


def test_durations_read_like_a_persons() -> None:
    assert [duration(s) for s in (0.44, 59.9, 125, 3725)] == [
        "0.4 s",
        "59.9 s",
        "2 m 05 s",
        "1 h 02 m",
    ]


def test_a_run_that_is_not_there_is_exit_code_2_without_a_traceback(db: Path) -> None:
    def mevagent(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "agent.cli", *arguments],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**os.environ, "MEVAGENT_DB": str(db)},
        )

    for command in (["history", "show"], ["history", "export"], ["history", "diff"], ["replay"]):
        done = mevagent(*command, "nothing")
        assert done.returncode == 2, done.stderr
        assert "no run begins with 'nothing'" in done.stderr
        assert "Traceback" not in done.stderr
    assert mevagent("history").returncode == 0


@pytest.mark.parametrize("name", ["list", "show", "diff", "export"])
def test_every_subcommand_explains_itself(run: Run, name: str) -> None:
    text = output(run(name, "--help"))
    assert history.commands[name].help
    assert "Usage:" in text
