"""The evaluations' database: what was asked, answered and judged, kept as it comes."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from agent.database import Schema, explained, immediate, open_database
from agent.errors import InputError
from agent.evaluate.judging import Judged
from agent.evaluate.problems import Problem

if TYPE_CHECKING:
    from sqlite_utils import Database

DEFAULT_PATH = Path("runs/eval.db")
"""Relative to the current directory."""


@dataclass(frozen=True)
class Answer:
    """One answer of a model, as stored."""

    prefill: str
    text: str
    finish: str
    seed: int
    prompt_tokens: int
    tokens: int
    seconds: float
    logprob: float | None


@dataclass(frozen=True)
class Link:
    """Which answer and verdict, or which build, a sample is."""

    problem: str
    position: int
    """Of the sample among its problem's."""
    tier: str | None
    """The tier that was asked."""
    expert: str
    adapter_sha256: str | None = None
    answer_key: str | None = None
    verdict_key: str | None = None
    build_key: str | None = None


@dataclass(frozen=True)
class Asked:
    """A problem as an evaluation asked it."""

    id: str
    tier: str | None
    defect: str
    unsupported: str


@dataclass(frozen=True)
class Evaluation:
    """One evaluation, as stored."""

    id: str
    suite: str
    mode: str
    name: str
    config: Mapping[str, Any]
    status: str
    """`running` until every sample has its verdict; a killed one stays so until it is run again."""
    started_at: str
    ended_at: str | None


class EvaluationStore:
    """An open evaluations' database; each write is committed before it returns.

    Threads may share it.
    """

    def __init__(self, db: Database, path: Path) -> None:
        """Wrap an open database; `open` is the way to get one."""
        self._db = db
        self._path = path
        self._lock = threading.RLock()

    @classmethod
    def open(cls, path: Path = DEFAULT_PATH) -> EvaluationStore:
        """Open, create or upgrade. Raises LogError."""
        from agent.evaluate.schema import APPLICATION_ID, MIGRATIONS

        schema = Schema(APPLICATION_ID, MIGRATIONS, "a database of evaluations")
        return cls(open_database(path, schema=schema), path)

    @classmethod
    def open_existing(cls, path: Path = DEFAULT_PATH) -> EvaluationStore:
        """Open one that must be there. Raises InputError or LogError."""
        if not path.exists():
            raise InputError(f"there are no evaluations at {path}; `mevagent eval SUITE` makes one")
        return cls.open(path)

    def __enter__(self) -> EvaluationStore:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    # Evaluations

    def begin(
        self,
        evaluation: str,
        *,
        suite: str,
        mode: str,
        name: str,
        config: Mapping[str, Any],
        problems: Sequence[Problem],
    ) -> None:
        """Begin an evaluation, or take one up again: its id says what it asks."""
        with self._writing():
            self._db.execute(
                "INSERT INTO evaluations (id, suite, mode, name, config, status, started_at) "
                "VALUES (?, ?, ?, ?, ?, 'running', ?) "
                "ON CONFLICT (id) DO UPDATE SET status = 'running', name = excluded.name",
                [evaluation, suite, mode, name, json.dumps(config), _now()],
            )
            for position, problem in enumerate(problems):
                tier = str(problem.tier) if problem.tier else None
                self._db.execute(
                    "INSERT OR REPLACE INTO problems VALUES (?, ?, ?, ?, ?, ?)",
                    [
                        evaluation,
                        position,
                        problem.id,
                        tier,
                        problem.defect,
                        problem.unsupported,
                    ],
                )

    def finish(self, evaluation: str) -> None:
        """Say that every sample has its verdict."""
        with self._writing():
            self._db.execute(
                "UPDATE evaluations SET status = 'finished', ended_at = ? WHERE id = ?",
                [_now(), evaluation],
            )

    def evaluations(self) -> list[Evaluation]:
        """All, oldest first."""
        with self._reading():
            rows = self._db.query("SELECT * FROM evaluations ORDER BY started_at, id")
            return [Evaluation(**{**row, "config": json.loads(row["config"])}) for row in rows]

    def find(self, wanted: str) -> Evaluation:
        """The evaluation of an id, of the beginning of one, of a name; or `last`.

        Raises InputError when there is none or more than one.
        """
        known = self.evaluations()
        if wanted == "last" and known:
            return known[-1]
        exact = [e for e in known if wanted in (e.id, e.name)]
        found = exact or [e for e in known if e.id.startswith(wanted)]
        if len(found) == 1:
            return found[0]
        what = "no evaluation is called" if not found else "several evaluations are called"
        raise InputError(f"{what} {wanted!r}; `mevagent eval list` shows them")

    def problems(self, evaluation: str) -> list[Asked]:
        """The problems of an evaluation, in order: the denominator."""
        with self._reading():
            rows = self._db.query(
                "SELECT id, tier, defect, unsupported FROM problems WHERE evaluation_id = ? "
                "ORDER BY position",
                [evaluation],
            )
            return [Asked(**row) for row in rows]

    # Samples

    def link(self, evaluation: str, link: Link) -> None:
        """Say what a sample of an evaluation is."""
        with self._writing():
            self._db.execute(
                "INSERT OR REPLACE INTO samples VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    evaluation,
                    link.problem,
                    link.position,
                    link.tier,
                    link.expert,
                    link.adapter_sha256,
                    link.answer_key,
                    link.verdict_key,
                    link.build_key,
                ],
            )

    def rows(self, evaluation: str) -> list[dict[str, Any]]:
        """The samples of an evaluation with their answers, verdicts and builds, in order."""
        with self._reading():
            return list(
                self._db.query(
                    "SELECT s.*, a.tokens, a.seconds AS drawing_seconds, a.finish, v.outcome, "
                    "v.class, v.compiles, v.score, v.reason, v.seconds AS judging_seconds, "
                    "b.result FROM samples s JOIN problems p "
                    "ON p.evaluation_id = s.evaluation_id AND p.id = s.problem_id "
                    "LEFT JOIN answers a ON a.key = s.answer_key "
                    "LEFT JOIN verdicts v ON v.key = s.verdict_key "
                    "LEFT JOIN builds b ON b.key = s.build_key "
                    "WHERE s.evaluation_id = ? ORDER BY p.position, s.position",
                    [evaluation],
                )
            )

    # What samples are made of

    def answer(self, key: str) -> Answer | None:
        """The answer of a key, if it was drawn."""
        with self._reading():
            names = ", ".join(Answer.__dataclass_fields__)
            rows = self._db.query(f"SELECT {names} FROM answers WHERE key = ?", [key])  # noqa: S608
            row = next(iter(rows), None)
        return Answer(**row) if row else None

    def keep_answers(self, answers: Iterable[tuple[str, Answer]]) -> None:
        """Store answers, all or none; one that is there stays as it is."""
        with self._writing():
            for key, a in answers:
                self._db.execute(
                    "INSERT OR IGNORE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [
                        key,
                        a.prefill,
                        _utf8(a.text),
                        a.finish,
                        a.seed,
                        a.prompt_tokens,
                        a.tokens,
                        a.seconds,
                        a.logprob,
                        _now(),
                    ],
                )

    def verdict(self, key: str) -> Judged | None:
        """The verdict of a key, if it was judged."""
        with self._reading():
            row = next(iter(self._db.query("SELECT * FROM verdicts WHERE key = ?", [key])), None)
        if row is None:
            return None
        return Judged(
            row["outcome"],
            row["class"],
            bool(row["compiles"]),
            row["score"],
            row["reason"],
            row["seconds"],
        )

    def keep_verdict(self, key: str, judged: Judged) -> None:
        """Store a verdict; one that is there stays as it is, so that none counts twice."""
        with self._writing():
            self._db.execute(
                "INSERT OR IGNORE INTO verdicts VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    key,
                    judged.outcome,
                    judged.failure,
                    judged.compiles,
                    judged.score,
                    _utf8(judged.reason),
                    judged.seconds,
                    _now(),
                ],
            )

    def build(self, key: str) -> tuple[str | None, dict[str, Any] | None]:
        """The run of a build and its result, each None where there is none yet."""
        with self._reading():
            row = next(iter(self._db.query("SELECT * FROM builds WHERE key = ?", [key])), None)
        if row is None:
            return None, None
        return row["run_id"], json.loads(row["result"]) if row["result"] else None

    def keep_build(self, key: str, run_id: str, result: Mapping[str, Any] | None) -> None:
        """Store the run of a build as it starts, and its result when it ends."""
        with self._writing():
            self._db.execute(
                "INSERT INTO builds VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE "
                "SET run_id = excluded.run_id, result = excluded.result",
                [key, run_id, json.dumps(result) if result is not None else None],
            )

    def fact(self, key: str) -> Any:
        """Something measured before, a JSON value; None where it was not."""
        with self._reading():
            row = self._db.execute("SELECT value FROM facts WHERE key = ?", [key]).fetchone()
        return json.loads(row[0]) if row else None

    def keep_fact(self, key: str, value: Any) -> None:
        """Store something that was measured."""
        with self._writing():
            self._db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", [key, json.dumps(value)])

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock, immediate(self._db, self._path):
            yield

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._lock, explained(self._path):
            yield


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _utf8(text: str) -> str:
    """UTF-8 cannot hold half a surrogate pair."""
    return text.encode("utf-8", "replace").decode()
