"""A build that ends early keeps its record and goes on: kill -9, Ctrl-C, a bound."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agent.attempt_log import AttemptLog
from agent.errors import ExitCode
from agent.runs import StoredRun
from tests.conftest import ROOT, Mevagent, Script
from tests.test_build import CONSTANT, GOOD, NO_ENABLE, SPEC, TB, stored

SLOW = [
    [{"text": text, "wait_s": 0.1} for text in row]
    for row in ([CONSTANT, CONSTANT], [NO_ENABLE, CONSTANT], [CONSTANT, CONSTANT], [GOOD, GOOD])
]


def start(folder: Path, answers: Path) -> subprocess.Popen[str]:
    arguments = [SPEC, "--tb", TB, "--engine", "scripted", "--script", answers, "-k", 2]
    arguments.append("--no-mend")
    return subprocess.Popen(
        [sys.executable, "-m", "agent.cli", "build", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def acknowledged(output: str) -> int:
    """Attempts that the build told of as finished."""
    return len(re.findall(r"tokens in [\d.]+ s", output))


def simulators_below(root: int) -> list[str]:
    """Simulators that still run among the descendants of a process's session."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rsplit(")", 1)[1].split()
            name = (status.parent / "comm").read_text().strip()
        except OSError:
            continue
        if int(fields[3]) == root and name in ("vvp", "iverilog", "ivl"):
            found.append(name)
    return found


@pytest.mark.slow
def test_kill_9_at_ten_random_points_loses_no_acknowledged_attempt(
    mevagent: Mevagent, script: Script, tmp_path: Path
) -> None:
    answers = script(*SLOW)
    draw = random.Random(7)
    for trial in range(10):
        folder = tmp_path / str(trial)
        folder.mkdir()
        process = start(folder, answers)
        lines = []
        assert process.stderr is not None
        enough = draw.randint(3, 22)
        while len(lines) < enough and (line := process.stderr.readline()):
            lines.append(line)
        time.sleep(draw.random() * 0.3)
        process.kill()
        rest = process.communicate()[1]
        told = acknowledged("".join(lines) + rest)
        if not (folder / "runs" / "attempts.db").exists():
            assert told == 0
            continue
        with AttemptLog.open_existing(folder / "runs" / "attempts.db") as log:
            if not log.query("SELECT id FROM runs"):
                assert told == 0
                continue
        before = stored(folder)
        assert len(before.attempts) >= told
        if before.status == "passed":
            continue
        done = mevagent("build", "--resume", "last", cwd=folder)
        assert done.returncode == ExitCode.PASSED, done.stderr
        after = stored(folder)
        assert after.attempts[: len(before.attempts)] == before.attempts
        assert_as_uninterrupted(after)


def assert_as_uninterrupted(run: StoredRun) -> None:
    """The resumed run drew what an uninterrupted one draws."""
    assert run.passed_hash is not None
    answers = [[c.rtl for c in attempt.candidates] for attempt in run.attempts]
    assert [NO_ENABLE.strip() in text for text in answers[1]] == [False, True]
    assert GOOD.strip() in answers[3][0]
    assert len(answers) == 4


def test_ctrl_c_keeps_the_record_ends_children_and_says_how_to_resume(
    mevagent: Mevagent, script: Script, tmp_path: Path
) -> None:
    answers = script([CONSTANT] * 2, [{"text": GOOD, "wait_s": 60}] * 2)
    process = start(tmp_path, answers)
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("attempt 1"):
            break
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=30)
    assert process.returncode == ExitCode.INTERRUPTED
    assert "Traceback" not in output + errors
    assert not simulators_below(process.pid)
    run = stored(tmp_path)
    assert run.status == "interrupted"
    assert f"mevagent build --resume {run.run_id}" in errors
    script([CONSTANT] * 2, [GOOD] * 2)
    done = mevagent("build", "--resume", run.run_id)
    assert done.returncode == ExitCode.PASSED, done.stderr
    assert stored(tmp_path).attempts[0] == run.attempts[0]


def test_ctrl_c_twice_in_a_row_still_ends_in_order(script: Script, tmp_path: Path) -> None:
    process = start(tmp_path, script([{"text": GOOD, "wait_s": 60}] * 2))
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("attempt 0"):
            break
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    errors = process.communicate(timeout=30)[1]
    assert process.returncode == ExitCode.INTERRUPTED
    assert "--resume" in errors
    assert stored(tmp_path).status == "interrupted"


def test_a_run_that_reached_a_bound_goes_on_with_a_larger_one(
    mevagent: Mevagent, script: Script, tmp_path: Path
) -> None:
    options = ["--engine", "scripted", "--script", script([CONSTANT], [GOOD]), "-k", 1]
    options.append("--no-mend")
    first = mevagent("build", SPEC, "--tb", TB, *options, "--max-attempts", 1)
    assert first.returncode == ExitCode.NOT_PASSED
    done = mevagent("build", "--resume", "last", "--max-attempts", 3)
    assert done.returncode == ExitCode.PASSED, done.stderr
    assert len(stored(tmp_path).attempts) == 2


def test_a_run_whose_testbench_changed_does_not_go_on(
    mevagent: Mevagent, script: Script, tmp_path: Path
) -> None:
    tb = tmp_path / "tb.py"
    tb.write_text(TB.read_text())
    options = ["--engine", "scripted", "--script", script([CONSTANT]), "-k", 1]
    mevagent("build", SPEC, "--tb", tb, *options, "--max-attempts", 1)
    tb.write_text(TB.read_text() + "\n# changed\n")
    done = mevagent("build", "--resume", "last")
    assert done.returncode == ExitCode.BAD_INPUT
    assert "tb.py" in done.stderr


def test_replay_proves_the_verdicts_of_a_build(
    mevagent: Mevagent, script: Script, tmp_path: Path
) -> None:
    options = ["--engine", "scripted", "--script", script([NO_ENABLE, GOOD]), "-k", 2]
    assert mevagent("build", SPEC, "--tb", TB, *options).returncode == ExitCode.PASSED
    done = mevagent("replay", "last")
    assert done.returncode == ExitCode.PASSED, done.stdout + done.stderr
    assert "2 of 2 verdicts reproduced" in done.stdout
