"""Candidates to rows and back: exact both ways. Transactions are the caller's."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from agent.attempts import Candidate, Fix, Generation
from agent.toolchain.results import Diagnostic, Outcome, TestResult, Verdict

if TYPE_CHECKING:
    from sqlite_utils import Database

Row = dict[str, Any]


def insert(db: Database, table: str, row: Mapping[str, Any]) -> int:
    """Insert a row and return its number."""
    clean = {key: storable(v) if isinstance(v, str) else v for key, v in row.items()}
    return int(db.table(table).insert(clean).last_rowid or 0)


def storable(text: str) -> str:
    """The text with `?` for lone surrogates, which no UTF-8 database can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def select(db: Database, sql: str, parameters: Mapping[str, Any]) -> list[Row]:
    """All rows of a query."""
    cursor = db.execute(sql, dict(parameters))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def text_id(db: Database, text: str) -> int:
    """The number of a text, which is stored once however often it is used."""
    text = storable(text)
    digest = _sha256(text)
    found = db.execute("SELECT id FROM texts WHERE sha256 = ?", [digest]).fetchone()
    return int(found[0]) if found else insert(db, "texts", {"sha256": digest, "text": text})


def keep_design(db: Database, digest: str, rtl: str) -> None:
    """Store an RTL text by its hash, once."""
    if not db.execute("SELECT 1 FROM designs WHERE hash = ?", [digest]).fetchone():
        insert(db, "designs", {"hash": digest, "rtl": rtl})


def insert_candidate(db: Database, attempt_id: int, candidate: Candidate, now: str) -> None:
    """Store a candidate with all that belongs to it."""
    verdict = candidate.verdict
    keep_design(db, candidate.rtl_hash, candidate.rtl)
    candidate_id = insert(
        db,
        "candidates",
        {
            "attempt_id": attempt_id,
            "position": candidate.index,
            "kind": candidate.kind,
            "rtl_hash": candidate.rtl_hash,
            "parent": candidate.parent,
            "duplicate_of": candidate.duplicate_of,
            "outcome": str(verdict.outcome),
            "score": verdict.score,
            "reason": verdict.reason,
            "limit_reached": verdict.limit,
            "hung_test": verdict.hung_test,
            "log_id": text_id(db, verdict.log) if verdict.log else None,
            "sandbox": verdict.sandbox,
            "seconds": verdict.seconds,
            "judged_at": now,
        },
    )
    for table, values in (
        ("fixes", candidate.fixes),
        ("tests", verdict.tests),
        ("diagnostics", verdict.diagnostics),
    ):
        for position, value in enumerate(values):
            insert(
                db,
                table,
                {"candidate_id": candidate_id, "position": position, **vars(value)},
            )
    if candidate.generation is not None:
        _insert_generation(db, candidate_id, candidate.generation)


def _insert_generation(db: Database, candidate_id: int, generation: Generation) -> None:
    row = dict(vars(generation))
    row["prompt_id"] = _prompt_id(db, row.pop("messages"))
    row["prefill_id"] = text_id(db, row.pop("prefill"))
    row["answer_id"] = text_id(db, row.pop("answer"))
    insert(db, "generations", {"candidate_id": candidate_id, **row})


def _prompt_id(db: Database, messages: str) -> int:
    """Store a conversation as its messages' texts; one that is no plain JSON, as it stands."""
    messages = storable(messages)
    digest = _sha256(messages)
    found = db.execute("SELECT id FROM prompts WHERE sha256 = ?", [digest]).fetchone()
    if found:
        return int(found[0])
    form, turns = _dissect(messages)
    prompt_id = insert(
        db,
        "prompts",
        {"sha256": digest, "form": form, "verbatim": messages if form == "verbatim" else None},
    )
    for position, (role, content) in enumerate(turns):
        turn = {"prompt_id": prompt_id, "position": position, "role": role}
        insert(db, "prompt_messages", {**turn, "text_id": text_id(db, content)})
    return prompt_id


def _dissect(messages: str) -> tuple[str, list[tuple[str, str]]]:
    """How to write the messages' JSON again, and the messages."""
    try:
        parsed = json.loads(messages)
        turns = [(turn["role"], turn["content"]) for turn in parsed]
        plain = all(isinstance(part, str) and storable(part) == part for t in turns for part in t)
    except (ValueError, TypeError, KeyError):
        return "verbatim", []
    if plain:
        for form in ("utf-8", "ascii"):
            if _compose(form, turns) == messages:
                return form, turns
    return "verbatim", []


def _compose(form: str, turns: list[tuple[str, str]]) -> str:
    return json.dumps(
        [{"role": role, "content": content} for role, content in turns],
        ensure_ascii=form == "ascii",
    )


_CANDIDATES = """
    SELECT c.*, d.rtl, coalesce(t.text, '') AS log FROM candidates c
    JOIN designs d ON d.hash = c.rtl_hash LEFT JOIN texts t ON t.id = c.log_id
    WHERE c.attempt_id IN (SELECT id FROM attempts WHERE run_id = :run OR id = :attempt)
    ORDER BY c.attempt_id, c.position
"""
_FIXES = """
    SELECT f.* FROM fixes f JOIN candidates c ON c.id = f.candidate_id
    WHERE c.attempt_id IN (SELECT id FROM attempts WHERE run_id = :run OR id = :attempt)
    ORDER BY f.candidate_id, f.position
"""
_TESTS = """
    SELECT t.* FROM tests t JOIN candidates c ON c.id = t.candidate_id
    WHERE c.attempt_id IN (SELECT id FROM attempts WHERE run_id = :run OR id = :attempt)
    ORDER BY t.candidate_id, t.position
"""
_DIAGNOSTICS = """
    SELECT d.* FROM diagnostics d JOIN candidates c ON c.id = d.candidate_id
    WHERE c.attempt_id IN (SELECT id FROM attempts WHERE run_id = :run OR id = :attempt)
    ORDER BY d.candidate_id, d.position
"""
_GENERATIONS = """
    SELECT g.*, p.text AS prefill, n.text AS answer FROM generations g
    JOIN candidates c ON c.id = g.candidate_id
    JOIN texts p ON p.id = g.prefill_id JOIN texts n ON n.id = g.answer_id
    WHERE c.attempt_id IN (SELECT id FROM attempts WHERE run_id = :run OR id = :attempt)
"""
_MESSAGES = """
    SELECT m.role, t.text FROM prompt_messages m JOIN texts t ON t.id = m.text_id
    WHERE m.prompt_id = :id ORDER BY m.position
"""


def load_candidates(
    db: Database, *, run: str | None = None, attempt: int | None = None
) -> dict[int, tuple[Candidate, ...]]:
    """The candidates of a run or of one attempt, by attempt number, in order."""
    of = {"run": run, "attempt": attempt}
    fixes = _by_candidate(select(db, _FIXES, of), Fix)
    tests = _by_candidate(select(db, _TESTS, of), TestResult)
    diagnostics = _by_candidate(select(db, _DIAGNOSTICS, of), Diagnostic)
    generations = _generations(db, select(db, _GENERATIONS, of))
    rows = select(db, _CANDIDATES, of)
    found: dict[int, list[Candidate]] = defaultdict(list)
    for row in rows:
        number = row["id"]
        verdict = Verdict(
            outcome=Outcome(row["outcome"]),
            tests=tuple(tests[number]),
            diagnostics=tuple(diagnostics[number]),
            reason=row["reason"],
            limit=row["limit_reached"],
            hung_test=row["hung_test"],
            log=row["log"],
            sandbox=row["sandbox"],
            seconds=row["seconds"],
        )
        found[row["attempt_id"]].append(
            Candidate(
                index=row["position"],
                kind=row["kind"],
                rtl=row["rtl"],
                fixes=tuple(fixes[number]),
                verdict=verdict,
                generation=generations.get(number),
                parent=row["parent"],
                duplicate_of=row["duplicate_of"],
            )
        )
    return {attempt_id: tuple(candidates) for attempt_id, candidates in found.items()}


def _by_candidate(rows: list[Row], kind: type[Any]) -> defaultdict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        if "passed" in row:
            row["passed"] = bool(row["passed"])
        found[row["candidate_id"]].append(kind(**known(kind, row)))
    return found


def _generations(db: Database, rows: list[Row]) -> dict[int, Generation]:
    prompts = {number: _load_prompt(db, number) for number in {row["prompt_id"] for row in rows}}
    return {
        row["candidate_id"]: Generation(
            messages=prompts[row["prompt_id"]], **known(Generation, row)
        )
        for row in rows
    }


def _load_prompt(db: Database, prompt_id: int) -> str:
    by_id = {"id": prompt_id}
    (prompt,) = select(db, "SELECT form, verbatim FROM prompts WHERE id = :id", by_id)
    if prompt["form"] == "verbatim":
        return str(prompt["verbatim"])
    turns = [(turn["role"], turn["text"]) for turn in select(db, _MESSAGES, by_id)]
    return _compose(prompt["form"], turns)


def known(kind: type[Any], row: Mapping[str, Any]) -> Row:
    """The part of a row that a dataclass has fields for."""
    return {f.name: row[f.name] for f in fields(kind) if f.name in row}


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
