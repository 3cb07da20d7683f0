"""Looking up the record: the listing, full text search, and references."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.attempt_log import AttemptLog
from agent.attempt_queries import (
    find_text,
    list_runs,
    match_expression,
    pick_attempt,
    pick_candidate,
    reference_of,
    resolve,
)
from agent.attempts import Attempt, Step, StepKind
from agent.errors import InputError
from agent.toolchain.results import Diagnostic
from mevllm.spec import Spec
from mevllm.tiers import Tier
from tests.record_values import (
    BAD,
    FAILED,
    GOOD,
    INTERFACE,
    PASSED,
    attempt,
    candidate,
    generation,
    start_of,
)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[AttemptLog]:
    with AttemptLog.open(tmp_path / "attempts.db") as opened:
        yield opened


def store(log: AttemptLog, module: str, *attempts: Attempt, outcome: str = "not passed") -> str:
    """A finished run of a design with some attempts."""
    interface = replace(INTERFACE, module=module)
    text = f"Write the module {module}."
    start = start_of(log.path.parent / module, spec=Spec(text, interface, f"{module}.md"))
    run_id = log.start_run(start)
    for made in attempts:
        log.finish_attempt(log.start_attempt(run_id, made.ordinal, made.step, made.feedback), made)
    log.finish_run(run_id, outcome, reason="because")
    return run_id


def names(runs: tuple[object, ...]) -> list[str]:
    return [run.module for run in runs]  # type: ignore[attr-defined]


def test_the_listing_shows_the_newest_run_first_with_its_sums(log: AttemptLog) -> None:
    store(log, "inv", attempt(0, candidate(0)))
    up = Step(StepKind.ESCALATE, Tier.ADVANCED, fresh=1, reason="plateau")
    first = attempt(0, candidate(0), candidate(1, generation=None))
    run_id = store(
        log,
        "uart",
        first,
        attempt(1, candidate(0, GOOD, PASSED), step=up),
        outcome="passed",
    )
    newest, older = list_runs(log)
    assert (newest.run_id, newest.module, older.module) == (run_id, "uart", "inv")
    assert newest.tiers == ("basic", "advanced")
    assert (newest.attempts, newest.candidates, newest.tokens) == (2, 3, 50)
    assert (newest.best_score, newest.status, newest.reason) == (1.0, "passed", "because")
    assert 0 <= newest.seconds < 10


def test_the_listing_is_filtered_by_verdict_design_and_number(log: AttemptLog) -> None:
    store(log, "inv", outcome="passed")
    store(log, "uart_tx", outcome="error: no engine")
    running = log.start_run(start_of(log.path.parent / "open"))
    assert names(list_runs(log, passed=True)) == ["inv"]
    assert names(list_runs(log, passed=False)) == ["uart_tx"]
    assert names(list_runs(log, design="UART")) == ["uart_tx"]
    assert [run.run_id for run in list_runs(log, limit=1)] == [running]
    assert len(list_runs(log)) == 3


def test_a_run_that_was_never_routed_lists_without_a_tier(log: AttemptLog) -> None:
    store(log, "inv")
    (only,) = list_runs(log)
    assert (only.tiers, only.attempts, only.best_score, only.tokens) == ((), 0, None, 0)


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("module uart", "specification"),
        ("spare_net", "rtl"),
        ("conclusion", "answer"),
        ("loopback", "prompt"),
        ('"handshake never"', "test"),
        ("q <= q + 1;", "rtl"),
        ("<=", "rtl"),
        ("width mism", "diagnostic"),
        ("remember:", "feedback"),
        ("simulator's", "log"),
    ],
)
def test_a_search_finds_every_kind_of_text(log: AttemptLog, words: str, place: str) -> None:
    store(log, "inv", attempt(0, candidate(0)))
    failing = replace(
        FAILED,
        tests=(replace(FAILED.tests[1], message="the handshake never ended"),),
        diagnostics=(Diagnostic("pyslang", "error", "width mismatch", 1),),
        log="the simulator's own words",
    )
    rtl = "module uart; reg spare_net; always @(posedge c) q <= q + 1; endmodule"
    answer = generation("in conclusion", messages='[{"role": "user", "content": "loopback"}]')
    made = attempt(0, candidate(0, rtl, failing, generation=answer), feedback="remember: reset")
    run_id = store(log, "uart", made)
    assert (run_id, place) in [(hit.run_id, hit.place) for hit in find_text(log, words)]
    (found,) = list_runs(log, search=words)
    assert found.run_id == run_id
    assert found.found.startswith(place)


def test_what_a_candidate_no_longer_says_is_no_longer_found(log: AttemptLog) -> None:
    run_id = log.start_run(start_of(log.path.parent))
    number = log.start_attempt(run_id, 0, attempt(0).step)
    log.add_candidate(number, candidate(0, verdict=replace(FAILED, tests=())))
    log.finish_attempt(number, attempt(0, candidate(0, verdict=PASSED)))
    assert not find_text(log, '"expected 0 got 1" test_high')
    log.query("SELECT * FROM tests_fts WHERE tests_fts MATCH 'low'")


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("ab_ \"'*()^:-+{}<=~AND OR NOT NEAR\0é\ud7ff"), max_size=12))
def test_no_query_is_an_error(words: str) -> None:
    log = _shared_log()
    find_text(log, words)
    list_runs(log, search=words)


_LOGS: list[AttemptLog] = []


def _shared_log() -> AttemptLog:
    if not _LOGS:
        from sqlite_utils import Database

        from agent.migrations import MIGRATIONS

        db = Database(memory=True)
        MIGRATIONS.apply(db)
        _LOGS.append(AttemptLog(db, Path("memory")))
    return _LOGS[0]


def test_operators_in_a_query_are_plain_words() -> None:
    assert match_expression('a OR b*  "c d') == '"a"* "OR"* "b*"* "c"* "d"*'
    assert match_expression('say "hello  world" -x') == '"say"* "hello  world"* "-x"*'
    assert match_expression("<= _ ()") == ""


def test_references_name_runs_attempts_and_candidates(log: AttemptLog) -> None:
    better = candidate(1, GOOD, PASSED)
    run_id = store(log, "inv", attempt(0, candidate(0)), attempt(1, candidate(0), better))
    run, number, index = resolve(log, f"{run_id[14:]}.1.1")
    assert (run.run_id, number, index) == (run_id, 1, 1)
    assert resolve(log, "last")[1:] == (None, None)
    assert resolve(log, "last.0")[1:] == (0, None)
    assert pick_attempt(run, 1).candidates[1] == better
    assert pick_candidate(run, None, None) == (f"{run_id}.1.1", better)
    assert pick_candidate(run, 0, None) == (f"{run_id}.0.0", candidate(0))
    assert reference_of(run, better.rtl_hash) == "1.1"
    assert reference_of(run, "00") is None
    with pytest.raises(InputError, match="no attempt 7; it has 0 to 1"):
        pick_attempt(run, 7)
    with pytest.raises(InputError, match="no candidate 4"):
        pick_candidate(run, 1, 4)
    for wrong in ("last.x", "last.1.2.3", "last.-1"):
        with pytest.raises(InputError, match="is no reference"):
            resolve(log, wrong)


def test_a_cut_off_attempt_is_found_only_where_none_was_finished(log: AttemptLog) -> None:
    run_id = log.start_run(start_of(log.path.parent))
    for rtl in (BAD, GOOD):
        log.add_candidate(log.start_attempt(run_id, 0, attempt(0).step), candidate(0, rtl))
        log.finish_run(run_id, "interrupted")
        log.resume_run(run_id)
    cut = log.load_run(run_id)
    assert pick_attempt(cut, 0).candidates[0].rtl == GOOD
    made = attempt(0, candidate(0, GOOD + "// again\n"))
    log.finish_attempt(log.start_attempt(run_id, 0, made.step, made.feedback), made)
    assert pick_attempt(log.load_run(run_id), 0) == made


def test_ten_thousand_attempts_list_search_and_load_quickly(log: AttemptLog) -> None:
    run_id = store(log, "inv", *(attempt(n, *(candidate(i) for i in range(4))) for n in range(5)))
    log.db.execute("PRAGMA foreign_keys = OFF")
    log.db.executescript(f"""
        CREATE TEMP TABLE n AS
            WITH RECURSIVE c(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c WHERE n < 2000)
            SELECT n FROM c;
        CREATE TEMP TABLE r AS SELECT * FROM runs WHERE id = '{run_id}';
        CREATE TEMP TABLE a AS SELECT * FROM attempts;
        CREATE TEMP TABLE k AS SELECT * FROM candidates;
        CREATE TEMP TABLE g AS SELECT * FROM generations;
    """)
    for table, source, changes in (
        ("runs", "r", {"id": "id || n"}),
        ("attempts", "a", {"id": "id + n * 5", "run_id": "run_id || n"}),
        ("candidates", "k", {"id": "id + n * 20", "attempt_id": "attempt_id + n * 5"}),
        ("generations", "g", {"candidate_id": "candidate_id + n * 20"}),
    ):
        columns = [column.name for column in log.db.table(table).columns]
        chosen = ", ".join(changes.get(name, name) for name in columns)
        quoted = ", ".join(columns)
        log.db.execute(f"INSERT INTO {table} ({quoted}) SELECT {chosen} FROM {source}, n")
    assert log.query("SELECT count(*) AS n FROM attempts") == [{"n": 10_005}]
    for ask, seconds, rows in (
        (lambda: list_runs(log, limit=20), 0.1, 20),
        (lambda: list_runs(log), 1.0, 2001),
        (lambda: list_runs(log, search="inverter", limit=20), 1.0, 20),
        (lambda: log.load_run(run_id).attempts, 0.1, 5),
    ):
        started = time.perf_counter()
        found = ask()
        took = time.perf_counter() - started
        print(f"{took * 1000:.1f} ms for {rows}")
        assert len(found) == rows
        assert took < seconds
