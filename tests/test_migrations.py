"""The schema: from nothing, from an older database, and never from a newer one."""

from __future__ import annotations

import fcntl
import re
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from agent.attempt_log import AttemptLog
from agent.attempt_queries import find_text, list_runs
from agent.database import attempts_schema
from agent.errors import LogError
from agent.migrations import APPLICATION_ID, MIGRATIONS
from agent.toolchain.results import Diagnostic
from tests.record_values import FAILED, GOOD, STRENGTH, attempt, candidate, start_of

NAMES = (
    "m001_runs_attempts_candidates",
    "m002_full_text_search",
    "m003_summary_views",
    "m004_testbench_strength",
)
"""Append only: a name that is here is in people's databases."""


def test_the_migrations_are_only_ever_appended() -> None:
    assert attempts_schema().names()[: len(NAMES)] == NAMES


def test_a_new_database_gets_every_migration_once(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "down" / "attempts.db"
    for _ in range(2):
        with AttemptLog.open(path) as log:
            applied = log.query("SELECT name FROM _sqlite_migrations ORDER BY id")
            assert tuple(row["name"] for row in applied) == attempts_schema().names()
            assert log.db.journal_mode == "wal"
            assert log.query("PRAGMA synchronous") == [{"synchronous": 1}]
            assert log.query("PRAGMA foreign_keys") == [{"foreign_keys": 1}]
            assert log.query("PRAGMA application_id") == [{"application_id": APPLICATION_ID}]


def test_an_empty_file_becomes_a_database(tmp_path: Path) -> None:
    path = tmp_path / "attempts.db"
    path.touch()
    with AttemptLog.open(path) as log:
        assert list_runs(log) == ()


@pytest.mark.parametrize("missing", attempts_schema().names()[1:])
def test_an_older_database_is_upgraded_with_all_that_is_in_it(tmp_path: Path, missing: str) -> None:
    path, made = tmp_path / "attempts.db", attempt(0, candidate(0))
    db = Database(path)
    MIGRATIONS.apply(db, stop_before=missing)
    old = AttemptLog(db, path)
    run_id = old.start_run(start_of(tmp_path))
    old.finish_attempt(old.start_attempt(run_id, 0, made.step, made.feedback), made)
    old.finish_run(run_id, "not passed")
    old.close()
    with AttemptLog.open(path) as log:
        assert log.load_run(run_id).attempts == (made,)
        assert {hit.place for hit in find_text(log, "inv")} >= {"rtl", "answer", "prompt"}
        assert [run.candidates for run in list_runs(log)] == [1]


def test_a_migration_that_fails_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "attempts.db"
    db = Database(path)
    MIGRATIONS.apply(db, stop_before="m003_summary_views")
    # A table in the way of the view.
    db.execute("CREATE TABLE candidate_summary (id INTEGER)")
    db.close()
    with pytest.raises(LogError, match="already exists"):
        AttemptLog.open(path)
    db = Database(path)
    assert next(m.name for m in MIGRATIONS.pending(db)) == "m003_summary_views"
    assert "run_summary" not in db.view_names()
    db.execute("DROP TABLE candidate_summary")
    db.close()
    AttemptLog.open(path).close()


def test_a_database_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "attempts.db"
    AttemptLog.open(path).close()
    db = Database(path)
    row = {"migration_set": "mevagent", "name": "m999_from_the_future", "applied_at": "2099"}
    db.table("_sqlite_migrations").insert(row)
    db.close()
    before = path.read_bytes()
    for way in (AttemptLog.open, AttemptLog.open_existing):
        with pytest.raises(LogError, match=r"newer mevagent .*m999_from_the_future.*upgrade"):
            way(path)
    assert path.read_bytes() == before


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
    before = path.read_bytes()
    with pytest.raises(LogError, match="not a record of mevagent"):
        AttemptLog.open(path)
    assert path.read_bytes() == before


def test_an_upgrade_that_another_process_is_busy_with_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "attempts.db"
    with (tmp_path / "attempts.db.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(LogError, match="another process has been upgrading"):
            AttemptLog.open(path, timeout=0.1)
    AttemptLog.open(path).close()


PAGE = (Path(__file__).parent.parent / "docs" / "record.md").read_text()


def test_the_page_on_the_record_names_every_table_and_its_columns(tmp_path: Path) -> None:
    with AttemptLog.open(tmp_path / "attempts.db") as log:
        shadows = ("_config", "_data", "_docsize", "_idx")
        tables = {name for name in log.db.table_names() if not name.endswith(shadows)}
        named = set(re.findall(r"`(\w+)`", PAGE))
        assert tables - {"_sqlite_migrations"} <= named
        assert set(log.db.view_names()) <= named
        for row in re.findall(r"^\| (`.*?) \| .*? \| (.*) \|$", PAGE, re.MULTILINE):
            columns = {
                column.name
                for table in re.findall(r"`(\w+)`", row[0])
                for column in log.db.table(table).columns
            }
            shown = re.sub(r"\(`.*?\)", "", row[1])
            assert set(re.findall(r"`(\w+)`", shown)) <= columns


@pytest.mark.parametrize("sql", re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL))
def test_every_query_on_the_page_answers(tmp_path: Path, sql: str) -> None:
    with AttemptLog.open(tmp_path / "attempts.db") as log:
        run_id = log.start_run(start_of(tmp_path))
        error = Diagnostic("pyslang", "error", "expected ;", 1, code="ExpectedToken")
        rtl = GOOD + "// always @(posedge clk or negedge rst_n)\n"
        one = candidate(0, rtl, replace(FAILED, diagnostics=(error,)))
        made = attempt(0, one)
        log.finish_attempt(log.start_attempt(run_id, 0, made.step), made)
        log.note_strength(run_id, one.rtl_hash, STRENGTH)
        assert log.query(sql)
