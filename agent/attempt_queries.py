"""Looking runs up: the listing with its filters, full text search, and references to candidates."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from agent.attempt_log import AttemptLog
from agent.attempt_rows import Row, storable
from agent.attempts import Attempt, Candidate
from agent.errors import InputError
from agent.runs import StoredRun, UnfinishedAttempt, owner


@dataclass(frozen=True)
class RunSummary:
    """One line of the listing."""

    run_id: str
    kind: str
    started: datetime
    module: str
    spec_source: str
    status: str
    reason: str
    tiers: tuple[str, ...]
    """The tiers whose experts answered, in order; before the first attempt, the one routed to."""
    attempts: int
    """Attempts that count: cut-off ones left out."""
    candidates: int
    best_score: float | None
    tokens: int
    seconds: float
    found: str = ""
    """Where a search found its text, and the words around it."""


@dataclass(frozen=True)
class Hit:
    """A text of a run in which a search found its words."""

    run_id: str
    place: str
    """`specification`, `rtl`, `prompt`, `answer`, `feedback`, `log`, `diagnostic` or `test`."""
    table: str
    number: int


_LIST = """
    SELECT s.*, coalesce((
        SELECT group_concat(tier, ' ') FROM (
            SELECT a.tier FROM attempts a WHERE a.run_id = s.id AND a.status <> 'aborted'
            GROUP BY a.tier ORDER BY min(a.ordinal))
        ), s.classified_tier, '') AS tiers
    FROM run_summary s
    WHERE s.id IN (SELECT value FROM json_each(:ids))
    ORDER BY s.started_at DESC, s.id DESC
"""

_MATCHING = """
    SELECT id FROM runs
    WHERE (:verdict IS NULL OR (status <> 'running' AND (status = 'passed') = :verdict))
        AND (instr(lower(module), :design) OR instr(lower(spec_source), :design))
        AND (:ids IS NULL OR id IN (SELECT value FROM json_each(:ids)))
    ORDER BY started_at DESC, id DESC LIMIT :limit
"""

_PLACES = {
    "specification": ("texts", "SELECT id AS run, spec_id AS hit FROM runs"),
    "rtl": (
        "designs",
        "SELECT a.run_id AS run, d.id AS hit FROM designs d "
        "JOIN candidates c ON c.rtl_hash = d.hash JOIN attempts a ON a.id = c.attempt_id",
    ),
    "test": (
        "tests",
        "SELECT a.run_id AS run, t.id AS hit FROM tests t "
        "JOIN candidates c ON c.id = t.candidate_id JOIN attempts a ON a.id = c.attempt_id",
    ),
    "diagnostic": (
        "diagnostics",
        "SELECT a.run_id AS run, d.id AS hit FROM diagnostics d "
        "JOIN candidates c ON c.id = d.candidate_id JOIN attempts a ON a.id = c.attempt_id",
    ),
    "feedback": ("texts", "SELECT run_id AS run, feedback_id AS hit FROM attempts"),
    "answer": (
        "texts",
        "SELECT a.run_id AS run, g.answer_id AS hit FROM generations g "
        "JOIN candidates c ON c.id = g.candidate_id JOIN attempts a ON a.id = c.attempt_id",
    ),
    "prompt": (
        "texts",
        "SELECT a.run_id AS run, m.text_id AS hit FROM prompt_messages m "
        "JOIN generations g ON g.prompt_id = m.prompt_id "
        "JOIN candidates c ON c.id = g.candidate_id JOIN attempts a ON a.id = c.attempt_id",
    ),
    "log": (
        "texts",
        "SELECT a.run_id AS run, c.log_id AS hit FROM candidates c "
        "JOIN attempts a ON a.id = c.attempt_id",
    ),
}
"""Where a text can be found: the searched table, and how its rows belong to runs."""

_COLUMNS = {
    "texts": "text",
    "designs": "rtl",
    "tests": "name || ' ' || message",
    "diagnostics": "message || ' ' || source",
}


def list_runs(
    log: AttemptLog,
    *,
    passed: bool | None = None,
    design: str = "",
    search: str = "",
    limit: int | None = None,
) -> tuple[RunSummary, ...]:
    """The newest runs first.

    `passed` keeps those that passed, or those that ended without a pass; `design` those with this
    in the module's or the specification's name; `search` those with these words in any text.
    Raises LogError.
    """
    matches = matching_runs(log, passed=passed, design=design, search=search, limit=limit)
    return summaries(log, matches, search)


def matching_runs(
    log: AttemptLog,
    *,
    passed: bool | None = None,
    design: str = "",
    search: str = "",
    limit: int | None = None,
) -> dict[str, Hit | None]:
    """The runs that `list_runs` lists, in its order, each with where the search found its words.

    Cheap for any number of runs; `summaries` then reads the part that is to be shown.
    """
    search = _plain(search)
    hits = {hit.run_id: hit for hit in reversed(find_text(log, search))} if search else {}
    rows = log.query(
        _MATCHING,
        {
            "verdict": None if passed is None else int(passed),
            "design": design.lower(),
            "ids": json.dumps(list(hits)) if search else None,
            "limit": -1 if limit is None else limit,
        },
    )
    return {row["id"]: hits.get(row["id"]) for row in rows}


def summaries(
    log: AttemptLog, matches: Mapping[str, Hit | None], search: str = ""
) -> tuple[RunSummary, ...]:
    """The lines of these runs, the newest first; `search` is what found them."""
    words = _plain(search)
    found = {run_id: _snippet(log, hit, words) for run_id, hit in matches.items() if hit}
    rows = log.query(_LIST, {"ids": json.dumps(list(matches))})
    return tuple(_summary(log, row, found.get(row["id"], "")) for row in rows)


def find_text(log: AttemptLog, words: str) -> tuple[Hit, ...]:
    """The texts that hold all the words, each in any place; quotes keep words together.

    Case does not matter and a word's beginning is enough. Text without any letter or digit, `<=`
    for example, is looked for as it stands.
    """
    words = _plain(words)
    expression = match_expression(words)
    found = {table: _matching(log, table, expression, words) for table in _COLUMNS}
    hits = []
    for place, (table, owners) in _PLACES.items():
        rows = log.query(
            f"SELECT DISTINCT o.run, min(o.hit) AS hit FROM ({owners}) o "  # noqa: S608 - constants
            "WHERE o.hit IN (SELECT value FROM json_each(:found)) GROUP BY o.run",
            {"found": json.dumps(found[table])},
        )
        hits += [Hit(row["run"], place, table, row["hit"]) for row in rows]
    return tuple(hits)


def match_expression(words: str) -> str:
    """A query for SQLite's FTS5 in which nothing that a person writes is an operator.

    Empty when there is no letter or digit to look for.
    """
    terms = [quoted or bare for quoted, bare in re.findall(r'"([^"]*)"|([^\s"]+)', words)]
    return " ".join(f'"{term}"*' for term in terms if re.search(r"[^\W_]", term))


def resolve(log: AttemptLog, reference: str) -> tuple[StoredRun, int | None, int | None]:
    """Take `RUN[.ATTEMPT[.CANDIDATE]]` apart and load the run. Raises InputError."""
    name, *numbers = reference.split(".")
    if len(numbers) > 2 or not all(number.isdecimal() for number in numbers):
        raise InputError(
            f"{reference!r} is no reference; write RUN, RUN.ATTEMPT or RUN.ATTEMPT.CANDIDATE, "
            "for example last.0.2"
        )
    attempt, candidate = (*map(int, numbers), None, None)[:2]
    return log.load_run(log.find_run(name)), attempt, candidate


def pick_attempt(run: StoredRun, ordinal: int) -> Attempt | UnfinishedAttempt:
    """The attempt of this number; one that was cut off only where none was finished."""
    for attempt in run.all_attempts:
        if attempt.ordinal == ordinal:
            return attempt
    valid = sorted(a.ordinal for a in run.all_attempts)
    have = f"{valid[0]} to {valid[-1]}" if valid else "none"
    raise InputError(f"run {run.run_id} has no attempt {ordinal}; it has {have}")


def pick_candidate(run: StoredRun, attempt: int | None, index: int | None) -> tuple[str, Candidate]:
    """The candidate that a reference means, with its full reference.

    Without a candidate's number, the attempt's best; without an attempt's, the run's best.
    Raises InputError.
    """
    places = [
        (f"{run.run_id}.{a.ordinal}.{c.index}", c)
        for a in ([pick_attempt(run, attempt)] if attempt is not None else run.all_attempts)
        for c in a.candidates
        if index is None or c.index == index
    ]
    if not places:
        wanted = run.run_id if attempt is None else f"{run.run_id}.{attempt}"
        which = "no candidate" if index is None else f"no candidate {index}"
        raise InputError(f"{wanted} has {which}; `mevagent history show {run.run_id}` lists them")
    return max(places, key=lambda place: place[1].merit)


def reference_of(run: StoredRun, rtl_hash: str) -> str | None:
    """Where a design first appears in a run, as `ATTEMPT.CANDIDATE`."""
    for attempt in run.all_attempts:
        for candidate in attempt.candidates:
            if candidate.rtl_hash == rtl_hash:
                return f"{attempt.ordinal}.{candidate.index}"
    return None


def _summary(log: AttemptLog, row: Row, found: str) -> RunSummary:
    status = row["status"]
    if status == "running" and owner(log.db, row["id"]).is_gone:
        status = "aborted"
    return RunSummary(
        run_id=row["id"],
        kind=row["kind"],
        started=datetime.fromisoformat(row["started_at"]),
        module=row["module"],
        spec_source=row["spec_source"],
        status=status,
        reason=row["reason"],
        tiers=tuple(row["tiers"].split()),
        attempts=row["attempts"],
        candidates=row["candidates"],
        best_score=row["best_score"],
        tokens=row["tokens"],
        seconds=row["seconds"],
        found=found,
    )


def _plain(words: str) -> str:
    """Without what SQLite cannot look for: NUL ends its text, surrogates have no UTF-8."""
    return storable(words).replace("\0", " ").strip()


def _matching(log: AttemptLog, table: str, expression: str, words: str) -> list[int]:
    if expression:
        sql = f"SELECT rowid AS id FROM {table}_fts WHERE {table}_fts MATCH :text"  # noqa: S608
    else:
        sql = f"SELECT id FROM {table} WHERE instr({_COLUMNS[table]}, :text)"  # noqa: S608
    return [row["id"] for row in log.query(sql, {"text": expression or words})]


def _snippet(log: AttemptLog, hit: Hit, words: str) -> str:
    """The place of a hit, and the line in it that holds most of the words."""
    sql = f"SELECT {_COLUMNS[hit.table]} AS text FROM {hit.table} WHERE id = :id"  # noqa: S608
    (row,) = log.query(sql, {"id": hit.number})
    terms = [part.lower() for part in re.findall(r"[^\W_]+", words)] or [words]
    lines = [" ".join(line.split()) for line in row["text"].splitlines() if line.strip()]
    best = max(lines, key=lambda line: sum(term in line.lower() for term in terms), default="")
    return f"{hit.place}: {best if len(best) <= 60 else best[:59] + '…'}"
