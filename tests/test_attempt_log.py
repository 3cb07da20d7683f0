"""The attempt log: what it acknowledges is there afterwards, exactly, whatever happened."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from agent.attempt_log import AttemptLog
from agent.attempts import Attempt, Candidate, Fix, Generation, Step, StepKind
from agent.errors import InputError, LogError
from agent.liveness import ProcessIdentity
from agent.runs import load_run
from agent.toolchain.results import Diagnostic, TestResult, Verdict
from mevllm.classifier import Classification
from mevllm.tiers import Tier
from tests.record_values import (
    ATTEMPTS,
    BAD,
    FAILED,
    GOOD,
    PASSED,
    attempt,
    candidate,
    generation,
    start_of,
)

ROOT = Path(__file__).parent.parent
STEP = Step(StepKind.FIRST, Tier.BASIC, fresh=2, reason="routed to basic")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[AttemptLog]:
    with AttemptLog.open(tmp_path / "runs" / "attempts.db") as opened:
        yield opened


def child(tmp_path: Path, body: str) -> list[str]:
    """The command that runs a piece of Python with the tests' values at hand."""
    script = tmp_path / "child.py"
    script.write_text(
        textwrap.dedent("""
            import sys
            from pathlib import Path
            sys.path.insert(0, {root!r})
            from tests.record_values import *
            from agent.attempt_log import AttemptLog
            from agent.attempts import Step, StepKind
            from agent.errors import LogError
            here = Path({here!r})
        """).format(root=str(ROOT), here=str(tmp_path))
        + textwrap.dedent(body)
    )
    return [sys.executable, str(script)]


def test_a_run_loads_with_everything_that_defined_it(log: AttemptLog, tmp_path: Path) -> None:
    start = start_of(tmp_path / "tb", given=GOOD, parameters=(("WIDTH", "4"),), testbench_seed=9)
    stored = log.load_run(log.start_run(start))
    assert stored.start == start
    assert stored.start.spec() == start.spec()
    assert stored.status == "running"
    assert [file.path.name for file in stored.start.files] == [
        "tb_inv.py",
        "golden.bin",
        "model.py",
    ]
    assert not stored.changed_files()
    (tmp_path / "tb" / "model.py").write_text("changed")
    (tmp_path / "tb" / "golden.bin").unlink()
    assert {path.name for path in stored.changed_files()} == {"model.py", "golden.bin"}


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ATTEMPTS)
def test_any_attempt_loads_equal_to_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, made: Attempt
) -> None:
    folder = tmp_path_factory.getbasetemp() / "any"
    with AttemptLog.open(folder / "attempts.db") as log:
        run_id = log.start_run(start_of(folder))
        number = log.start_attempt(run_id, made.ordinal, made.step, made.feedback)
        for one in made.candidates:
            log.add_candidate(number, one)
        log.finish_attempt(number, made)
        assert log.load_run(run_id).attempts == (made,)


@pytest.mark.parametrize(
    ("kind", "table", "elsewhere"),
    [
        (TestResult, "tests", set()),
        (Diagnostic, "diagnostics", set()),
        (Fix, "fixes", set()),
        (Step, "attempts", set()),
        (Attempt, "attempts", {"step", "candidates", "feedback"}),
        (Generation, "generations", {"messages", "prefill", "answer"}),
        (Verdict, "candidates", {"tests", "diagnostics", "limit", "log"}),
        (Candidate, "candidates", {"index", "rtl", "fixes", "verdict", "generation"}),
    ],
)
def test_every_field_of_the_stored_values_has_a_column(
    log: AttemptLog, kind: type, table: str, elsewhere: set[str]
) -> None:
    columns = {column.name for column in log.db.table(table).columns}
    assert {field.name for field in fields(kind)} - elsewhere <= columns


def test_a_candidate_is_in_the_record_before_its_attempt_is_finished(log: AttemptLog) -> None:
    run_id = log.start_run(start_of(log.path.parent))
    number = log.start_attempt(run_id, 0, STEP, "what was wrong")
    log.add_candidate(number, candidate(0))
    with AttemptLog.open_existing(log.path) as reader:
        stored = reader.load_run(run_id)
    assert stored.attempts == ()
    (cut,) = stored.unfinished
    assert (cut.step, cut.status, cut.feedback) == (STEP, "running", "what was wrong")
    assert cut.candidates == stored.candidates == (candidate(0),)


def test_finishing_an_attempt_makes_the_record_say_what_the_attempt_says(log: AttemptLog) -> None:
    run_id = log.start_run(start_of(log.path.parent))
    number = log.start_attempt(run_id, 0, STEP)
    log.add_candidate(number, candidate(0, GOOD))
    log.add_candidate(number, candidate(5))
    made = attempt(0, candidate(0, BAD), candidate(1, GOOD, PASSED), accepted=True)
    log.finish_attempt(number, made)
    assert log.load_run(run_id).attempts == (made,)


def test_text_that_no_database_can_hold_is_kept_as_far_as_it_goes(log: AttemptLog) -> None:
    run_id = log.start_run(start_of(log.path.parent))
    number = log.start_attempt(run_id, 0, STEP)
    odd = replace(FAILED, log="half a \ud800 pair", reason="\udcff")
    log.add_candidate(number, candidate(0, verdict=odd))
    (kept,) = log.load_run(run_id).candidates
    assert (kept.verdict.log, kept.verdict.reason) == ("half a ? pair", "?")


def test_rtl_and_prompts_are_stored_once(log: AttemptLog) -> None:
    run_id = log.start_run(start_of(log.path.parent))
    for ordinal in range(3):
        number = log.start_attempt(run_id, ordinal, STEP)
        log.finish_attempt(number, attempt(ordinal, candidate(0), candidate(1)))
    assert log.query("SELECT count(*) AS n FROM designs") == [{"n": 1}]
    assert log.query("SELECT count(*) AS n FROM prompts") == [{"n": 1}]
    assert log.query("SELECT count(*) AS n FROM prompt_messages") == [{"n": 2}]
    assert log.query("SELECT count(*) AS n FROM generations") == [{"n": 6}]


def test_the_classification_and_the_end_of_a_run_are_kept(log: AttemptLog) -> None:
    run_id = log.start_run(start_of(log.path.parent))
    routed = Classification(
        Tier.BASIC, dict.fromkeys(Tier, 0.25), "gates or wiring", "zero-shot", 0.5
    )
    log.note_classification(run_id, routed)
    best = candidate(0, GOOD, PASSED)
    number = log.start_attempt(run_id, 0, STEP)
    log.finish_attempt(number, attempt(0, candidate(0), replace(best, index=1)))
    log.finish_run(run_id, "passed", best.rtl_hash, best.rtl_hash, "every check passed")
    stored = log.load_run(run_id)
    assert stored.classification == routed.as_dict()
    assert (stored.status, stored.outcome, stored.reason) == (
        "passed",
        "passed",
        "every check passed",
    )
    assert stored.best == stored.candidate(stored.passed_hash or "")
    assert stored.tokens == 50
    assert stored.ended is not None
    assert stored.ended >= stored.started


def test_an_outcome_that_does_not_exist_is_refused_and_an_errors_text_is_kept(
    log: AttemptLog,
) -> None:
    run_id = log.start_run(start_of(log.path.parent))
    with pytest.raises(ValueError, match="not passed"):
        log.finish_run(run_id, "fine")
    log.finish_run(run_id, "error: the engine stopped", reason="out of memory")
    stored = log.load_run(run_id)
    assert (stored.status, stored.outcome) == ("error", "error: the engine stopped")


def test_a_run_is_found_by_any_unique_beginning_of_its_name_or_its_last_part(
    log: AttemptLog,
) -> None:
    with pytest.raises(InputError, match="is empty"):
        log.find_run("last")
    first, second = (log.start_run(start_of(log.path.parent)) for _ in range(2))
    assert log.find_run(first) == first
    assert log.find_run(f" {first.upper()} ") == first
    assert log.find_run(second[14:]) == second
    assert log.find_run("last") == second
    with pytest.raises(InputError, match=rf"2 runs begin with .*\n(.*\n)?.*{first}  inv  running"):
        log.find_run(first[:4])
    with pytest.raises(InputError, match="no run begins with 'xyz'; the newest are"):
        log.find_run("xyz")
    with pytest.raises(InputError, match="no run 1-2-3"):
        log.load_run("1-2-3")


def test_the_names_of_runs_sort_by_time(log: AttemptLog) -> None:
    first = log.start_run(start_of(log.path.parent))
    time.sleep(1.01)
    assert first < log.start_run(start_of(log.path.parent))


def test_a_run_that_is_given_up_without_a_word_is_aborted_and_can_be_resumed(
    tmp_path: Path,
) -> None:
    path = tmp_path / "attempts.db"
    with AttemptLog.open(path) as log:
        run_id = log.start_run(start_of(tmp_path))
        done = attempt(0, candidate(0))
        log.finish_attempt(log.start_attempt(run_id, 0, done.step, done.feedback), done)
        log.add_candidate(log.start_attempt(run_id, 1, STEP), candidate(0, GOOD))
    with AttemptLog.open(path) as log:
        assert log.load_run(run_id).status == "aborted"
        stored = log.resume_run(run_id, {"icarus": "12.0"})
        assert stored.status == "running"
        assert stored.attempts == (done,)
        assert [cut.status for cut in stored.unfinished] == ["aborted"]
        assert [c.rtl for c in stored.candidates] == [BAD, GOOD]
        assert stored.start.tool_versions == {"icarus": "11.0", "cocotb": "2.1.0"}
        assert stored.sittings[1].tool_versions == {"icarus": "12.0"}
        again = attempt(1, candidate(0, GOOD, PASSED))
        log.finish_attempt(log.start_attempt(run_id, 1, again.step, again.feedback), again)
        log.finish_run(run_id, "passed")
        assert log.load_run(run_id).attempts == (done, again)
        with pytest.raises(InputError, match="has passed"):
            log.resume_run(run_id)


def test_a_run_that_is_not_open_here_is_not_written_to(tmp_path: Path) -> None:
    with AttemptLog.open(tmp_path / "a.db") as log, AttemptLog.open(tmp_path / "a.db") as other:
        run_id = log.start_run(start_of(tmp_path))
        with pytest.raises(LogError, match="start or resume it first"):
            other.start_attempt(run_id, 0, STEP)
        with pytest.raises(InputError, match="is being built by process"):
            other.resume_run(run_id)
        assert other.resume_run(run_id, force=True).status == "running"


def test_a_run_that_is_alive_in_another_process_is_not_swept(tmp_path: Path) -> None:
    command = child(
        tmp_path,
        """
        log = AttemptLog.open(here / "attempts.db")
        print(log.start_run(start_of(here / "tb")), flush=True)
        sys.stdin.read()
        """,
    )
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        run_id = process.stdout.readline().strip()
        with AttemptLog.open(tmp_path / "attempts.db") as log:
            assert log.load_run(run_id).status == "running"
        process.kill()
        # Not reaped yet: a zombie has ended, whatever its parent does.
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        with AttemptLog.open(tmp_path / "attempts.db") as log:
            stored = log.load_run(run_id)
        assert stored.status == "aborted"
        assert "ended unexpectedly" in stored.reason


def test_a_process_is_gone_only_when_that_is_certain() -> None:
    here = ProcessIdentity.current()
    assert not here.is_gone
    assert replace(here, start=(here.start or 0) + 1).is_gone
    assert replace(here, boot_id="another boot").is_gone
    assert not replace(here, start=None).is_gone
    assert not replace(here, host="elsewhere", pid=2**22 - 1).is_gone
    assert not replace(here, pid_namespace="pid:[1]", pid=2**22 - 1).is_gone
    assert replace(here, pid=2**22 - 1).is_gone


WRITER = """
    log = AttemptLog.open(here / "attempts.db")
    run_id = log.start_run(start_of(here / "tb"))
    print("run", run_id, flush=True)
    for ordinal in range(1000):
        step = Step(StepKind.FIRST, Tier.BASIC, fresh=2)
        number = log.start_attempt(run_id, ordinal, step)
        made = []
        for index in range(2):
            made.append(candidate(index, GOOD + f"// {ordinal}.{index}\\n"))
            log.add_candidate(number, made[-1])
            print("candidate", ordinal, index, made[-1].rtl_hash, flush=True)
        log.finish_attempt(number, attempt(ordinal, *made))
        print("attempt", ordinal, flush=True)
"""


@pytest.mark.parametrize("seed", range(10))
def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path, seed: int) -> None:
    drawn = random.Random(seed)
    wanted = drawn.randrange(2, 60)
    with subprocess.Popen(child(tmp_path, WRITER), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        acknowledged = [process.stdout.readline().split() for _ in range(wanted)]
        time.sleep(drawn.random() * 0.02)
        process.send_signal(signal.SIGKILL)
        acknowledged += [line.split() for line in process.stdout if line.endswith("\n")]
    with AttemptLog.open(tmp_path / "attempts.db") as log:
        assert log.query("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
        assert not log.query("PRAGMA foreign_key_check")
        stored = log.load_run(acknowledged[0][1])
        assert stored.status == "aborted"
        finished = {a.ordinal: a for a in stored.attempts}
        hashes = {c.rtl_hash for c in stored.candidates}
        for kind, *words in acknowledged[1:]:
            if kind == "attempt":
                assert len(finished[int(words[0])].candidates) == 2
            else:
                assert words[2] in hashes
        assert {cut.status for cut in stored.unfinished} <= {"aborted"}
        assert not log.query("SELECT 1 FROM attempts WHERE status = 'running'")
        assert log.resume_run(stored.run_id).attempts == stored.attempts


def test_four_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    command = child(
        tmp_path,
        """
        with AttemptLog.open(here / "attempts.db") as log:
            run_id = log.start_run(start_of(here / f"tb{sys.argv[1]}"))
            for ordinal in range(15):
                step = Step(StepKind.FIRST, Tier.BASIC, fresh=2)
                number = log.start_attempt(run_id, ordinal, step)
                made = [candidate(i, GOOD + f"// {ordinal % 3}.{i}\\n") for i in range(3)]
                for one in made:
                    log.add_candidate(number, one)
                log.finish_attempt(number, attempt(ordinal, *made))
            log.finish_run(run_id, "not passed")
        """,
    )
    # The database does not exist yet: creating it is part of the contest.
    writers = [subprocess.Popen([*command, str(n)], stderr=subprocess.PIPE) for n in range(4)]
    for writer in writers:
        assert writer.communicate()[1] == b""
        assert writer.returncode == 0
    with AttemptLog.open(tmp_path / "attempts.db") as log:
        runs = [log.load_run(row["id"]) for row in log.query("SELECT id FROM runs")]
        assert len(runs) == 4
        assert [len(run.attempts) for run in runs] == [15] * 4
        assert {len(a.candidates) for run in runs for a in run.attempts} == {3}
        assert log.query("SELECT count(*) AS n FROM designs") == [{"n": 9}]


def test_a_full_disk_is_an_error_that_says_so_and_keeps_what_was_acknowledged(
    tmp_path: Path,
) -> None:
    command = child(
        tmp_path,
        """
        log = AttemptLog.open(here / "attempts.db")
        run_id = log.start_run(start_of(here / "tb"))
        try:
            for ordinal in range(1000):
                step = Step(StepKind.FIRST, Tier.BASIC, fresh=2)
                number = log.start_attempt(run_id, ordinal, step)
                text = f"// {ordinal}" * 2000
                log.finish_attempt(number, attempt(ordinal, candidate(0, text)))
                print(ordinal, flush=True)
        except LogError as error:
            print("LogError", error)
        """,
    )
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000)),
    )
    *acknowledged, message = done.stdout.splitlines()
    assert message.startswith("LogError"), done.stderr
    assert "free some space" in message
    assert acknowledged
    with AttemptLog.open(tmp_path / "attempts.db") as log:
        assert log.query("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
        (row,) = log.query("SELECT id FROM runs")
        assert len(log.load_run(row["id"]).attempts) >= len(acknowledged)


def test_a_locked_database_is_an_error_that_says_so(tmp_path: Path) -> None:
    path = tmp_path / "attempts.db"
    with AttemptLog.open(path) as holder, AttemptLog.open(path, timeout=0.1) as log:
        holder.db.execute("BEGIN IMMEDIATE")
        with pytest.raises(LogError, match="locked by another process"):
            log.start_run(start_of(tmp_path))
        holder.db.execute("ROLLBACK")
        log.start_run(start_of(tmp_path))


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "attempts.db"
    path.write_text("my notes " * 1000)
    with pytest.raises(LogError, match="is not a database; move it away"):
        AttemptLog.open(path)
    assert path.read_text().startswith("my notes")
    with pytest.raises(LogError, match="cannot be opened"):
        AttemptLog.open(tmp_path)


def test_a_place_that_cannot_be_written_is_an_error_that_names_the_way_out() -> None:
    for path in (Path("/proc/attempts.db"), Path("/proc/runs/attempts.db")):
        with pytest.raises(LogError, match="MEVAGENT_DB"):
            AttemptLog.open(path)


def test_there_is_nothing_to_look_up_where_there_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="`mevagent build` writes one"):
        AttemptLog.open_existing(tmp_path / "attempts.db")
    assert not list(tmp_path.iterdir())


def test_an_archived_database_is_read_by_someone_who_may_not_write_it(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path / "attempts.db"
    with AttemptLog.open(path) as log:
        run_id = log.start_run(start_of(tmp_path))
        log.finish_run(run_id, "not passed")
        expected = log.load_run(run_id)
    path.chmod(0o444)
    tmp_path.chmod(0o555)
    for folder in (tmp_path_factory.getbasetemp(), tmp_path_factory.getbasetemp().parent):
        folder.chmod(folder.stat().st_mode | 0o011)
    child_pid = os.fork()
    if child_pid == 0:
        # As root every file may be written; as nobody this one may not.
        code = 1
        try:
            if os.geteuid() == 0:
                os.setuid(65534)
            with AttemptLog.open_existing(path) as log:
                assert log.read_only
                assert log.load_run(run_id) == expected
            try:
                AttemptLog.open(path)
            except LogError as error:
                code = 0 if "may not be written" in str(error) else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child_pid, 0)[1]) == 0
    tmp_path.chmod(0o755)


def test_a_reader_sees_a_live_run_whole(log: AttemptLog) -> None:
    run_id = log.start_run(start_of(log.path.parent))
    number = log.start_attempt(run_id, 0, STEP)
    with AttemptLog.open_existing(log.path) as reader, reader._reading():
        reader.db.execute("SELECT count(*) FROM candidates").fetchone()
        log.add_candidate(number, candidate(0))
        assert load_run(reader.db, run_id).candidates == ()
    assert log.load_run(run_id).candidates == (candidate(0),)


def test_threads_may_share_a_log(log: AttemptLog) -> None:
    from concurrent.futures import ThreadPoolExecutor

    run_id = log.start_run(start_of(log.path.parent))
    number = log.start_attempt(run_id, 0, STEP)
    made = [candidate(i, GOOD + f"// {i}\n", generation=generation(str(i))) for i in range(20)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: log.add_candidate(number, one), made))
    assert log.load_run(run_id).candidates == tuple(made)


def test_the_interface_and_options_are_json_that_sql_can_ask(log: AttemptLog) -> None:
    log.start_run(start_of(log.path.parent))
    (row,) = log.query(
        "SELECT options ->> '$.seed' AS seed, interface ->> '$.ports[1].name' AS port FROM runs"
    )
    assert row == {"seed": 7, "port": "y"}
    assert json.loads(log.query("SELECT testbench FROM runs")[0]["testbench"])["kind"] == "cocotb"
