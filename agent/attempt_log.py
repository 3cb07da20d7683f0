"""The attempt log: every run, attempt and candidate, stored before the next decision.

Each call that writes is one transaction, committed before it returns: what it acknowledged
survives `kill -9`. A run belongs to the process that writes it, so there is one writer to a
build; several builds may share one database.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from agent.attempt_rows import (
    Row,
    insert,
    insert_candidate,
    keep_design,
    load_candidates,
    select,
    text_id,
)
from agent.attempts import Attempt, Candidate, Step
from agent.database import (
    TIMEOUT_S,
    explained,
    immediate,
    is_writable,
    open_database,
    open_read_only,
)
from agent.errors import InputError, LogError
from agent.liveness import ProcessIdentity
from agent.runs import RunStart, StoredRun, load_run, new_id, owner, to_json
from agent.strength import Strength
from agent.strength_rows import insert_strength
from mevllm.classifier import Classification

if TYPE_CHECKING:
    from sqlite_utils import Database

__all__ = ["RESULTS", "AttemptLog", "RunStart", "StoredRun"]

RESULTS = ("passed", "not passed", "interrupted", "error", "aborted")
"""How a run can end. `aborted`: its process went away without a word."""


class AttemptLog:
    """An open attempt database. Threads may share it; processes each open their own."""

    def __init__(self, db: Database, path: Path, *, read_only: bool = False) -> None:
        """Wrap an open database; `open` and `open_existing` are the ways to get one."""
        self.db = db
        self.path = path
        self.read_only = read_only
        self._lock = threading.RLock()
        self._sittings: dict[str, int] = {}

    @classmethod
    def open(cls, path: Path, *, timeout: float = TIMEOUT_S) -> AttemptLog:
        """Open for writing; create or upgrade the database, and sweep what dead processes left.

        `timeout`: seconds to wait for another process's write. Raises LogError.
        """
        log = cls(open_database(path, timeout=timeout), path)
        log._sweep()
        return log

    @classmethod
    def open_existing(cls, path: Path, *, timeout: float = TIMEOUT_S) -> AttemptLog:
        """Open to look things up; works on a database that may only be read.

        Raises InputError when there is none, LogError when it cannot be opened.
        """
        if not path.exists():
            raise InputError(
                f"there is no record at {path}; `mevagent build` writes one, "
                "--db or MEVAGENT_DB names another"
            )
        if is_writable(path):
            return cls.open(path, timeout=timeout)
        return cls(open_read_only(path, timeout=timeout), path, read_only=True)

    def __enter__(self) -> AttemptLog:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; runs of this log that have not finished become `aborted`."""
        try:
            if self._sittings:
                with self._writing():
                    for run_id in list(self._sittings):
                        self._end(run_id, "aborted", reason="the run was given up")
        finally:
            self.db.close()

    def start_run(self, start: RunStart) -> str:
        """Store what defines a run; return its identifier, `YYMMDD-HHMMSS-xxxx` (UTC).

        Identifiers sort by time; their last part, which begins with a letter, is random.
        """
        with self._writing():
            run_id = new_id()
            while self._status(run_id):
                run_id = new_id()
            insert(self.db, "runs", {"id": run_id, **self._run_row(start)})
            for position, file in enumerate(start.files):
                self.db.execute(
                    "INSERT OR IGNORE INTO files (sha256, content) VALUES (?, ?)",
                    [file.sha256, file.content],
                )
                row = {"position": position, "role": file.role, "path": str(file.path)}
                insert(self.db, "run_files", {"run_id": run_id, **row, "sha256": file.sha256})
            self._begin_sitting(run_id, start.tool_versions)
        return run_id

    def resume_run(
        self, run_id: str, tool_versions: Mapping[str, str] | None = None, *, force: bool = False
    ) -> StoredRun:
        """Take over a run that has ended without a pass; attempts cut off stay out of the count.

        `tool_versions` are today's, when known. `force` takes a run from a process that cannot be
        asked, on another host for example. Raises InputError when the run passed or is running.
        """
        with self._writing():
            status = self._status(run_id)
            if status is None:
                raise InputError(f"there is no run {run_id}; `mevagent history` lists them")
            if status == "passed":
                raise InputError(
                    f"run {run_id} has passed; `mevagent history export {run_id} --rtl` "
                    "writes its design"
                )
            if status == "running" and not force:
                raise InputError(
                    f"run {run_id} is being built by {owner(self.db, run_id)}; wait for it, or "
                    "end that process first"
                )
            self._abort_attempts(run_id)
            self.db.execute(
                "UPDATE runs SET status = 'running', outcome = '', reason = '', ended_at = NULL "
                "WHERE id = ?",
                [run_id],
            )
            self._begin_sitting(run_id, tool_versions or {})
        return self.load_run(run_id)

    def note_classification(self, run_id: str, classification: Classification) -> None:
        """Store where the specification was routed, and why."""
        with self._writing(run_id):
            self.db.execute(
                "UPDATE runs SET classified_tier = ?, classification = ? WHERE id = ?",
                [str(classification.tier), json.dumps(classification.as_dict()), run_id],
            )

    def start_attempt(self, run_id: str, ordinal: int, step: Step, feedback: str = "") -> int:
        """Store that an attempt begins; return its number for the calls that follow."""
        with self._writing(run_id):
            return insert(
                self.db,
                "attempts",
                {
                    "run_id": run_id,
                    "sitting_id": self._sittings[run_id],
                    "ordinal": ordinal,
                    "status": "running",
                    "started_at": now(),
                    **self._step_row(step, feedback),
                },
            )

    def add_candidate(self, attempt_id: int, candidate: Candidate) -> None:
        """Store a candidate with its verdict, generation, fixes and diagnostics."""
        with self._writing(self._run_of(attempt_id)):
            insert_candidate(self.db, attempt_id, candidate, now())

    def finish_attempt(self, attempt_id: int, attempt: Attempt) -> None:
        """Store an attempt as finished; afterwards it loads equal to the value given.

        Candidates that `add_candidate` has not seen, or saw otherwise, are stored here.
        """
        with self._writing(self._run_of(attempt_id)):
            stored = load_candidates(self.db, attempt=attempt_id).get(attempt_id, ())
            for candidate in set(stored).difference(attempt.candidates):
                self.db.execute(
                    "DELETE FROM candidates WHERE attempt_id = ? AND position = ?",
                    [attempt_id, candidate.index],
                )
            for candidate in attempt.candidates:
                if candidate not in stored:
                    insert_candidate(self.db, attempt_id, candidate, now())
            self.db.table("attempts").update(
                attempt_id,
                {
                    "status": "finished",
                    "ordinal": attempt.ordinal,
                    "accepted": int(attempt.accepted),
                    "seconds": attempt.seconds,
                    "ended_at": now(),
                    **self._step_row(attempt.step, attempt.feedback),
                },
            )

    def finish_run(
        self,
        run_id: str,
        outcome: str,
        best_hash: str | None = None,
        passed_hash: str | None = None,
        reason: str = "",
    ) -> None:
        """Store how a run ended: one of RESULTS, an error's text may follow after a colon.

        Raises ValueError for another outcome.
        """
        status = outcome.partition(":")[0]
        if status not in RESULTS:
            raise ValueError(f"a run ends as one of {', '.join(RESULTS)}, not {outcome!r}")
        with self._writing(run_id):
            self._end(run_id, status, outcome, best_hash, passed_hash, reason)

    def note_strength(self, run_id: str, rtl_hash: str, strength: Strength) -> None:
        """Store what a run's testbench notices of mutants of the design with this hash."""
        with self._writing():
            insert_strength(self.db, run_id, rtl_hash, strength, now())

    def load_run(self, run_id: str) -> StoredRun:
        """The whole of a run. Raises InputError when there is none of this identifier."""
        with self._reading():
            return load_run(self.db, run_id)

    def load_candidates(self, attempt_id: int) -> tuple[Candidate, ...]:
        """The candidates judged so far of one attempt, named by its row's number."""
        with self._reading():
            return load_candidates(self.db, attempt=attempt_id).get(attempt_id, ())

    def find_run(self, text: str) -> str:
        """The run whose identifier, or its last part, begins with a text; `last` is the newest.

        Raises InputError that lists the runs when none or several match.
        """
        wanted = text.strip().lower()
        rows = self.query("SELECT id, module, status FROM runs ORDER BY started_at DESC, id DESC")
        if not rows:
            raise InputError(f"the record {self.path} is empty; `mevagent build` writes runs to it")
        if wanted == "last":
            return str(rows[0]["id"])
        exact = [row for row in rows if row["id"] == wanted]
        found = exact or [
            row
            for row in rows
            if wanted and (row["id"].startswith(wanted) or row["id"][14:].startswith(wanted))
        ]
        if len(found) == 1:
            return str(found[0]["id"])
        shown = "\n".join(f"  {r['id']}  {r['module']}  {r['status']}" for r in (found or rows)[:8])
        problem = f"{len(found)} runs begin with" if found else "no run begins with"
        advice = "write more of it" if found else "the newest are"
        raise InputError(f"{problem} {text!r}; {advice}:\n{shown}")

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        """The rows of a SELECT. Raises LogError."""
        with self._reading():
            return select(self.db, sql, parameters or {})

    def _sweep(self) -> None:
        """Mark as aborted what dead processes left as running."""
        running = "SELECT id FROM runs WHERE status = 'running'"
        if not any(owner(self.db, row["id"]).is_gone for row in self.query(running)):
            return
        with self._writing():
            # Asked again inside the transaction: another process may have swept or resumed.
            for row in select(self.db, running, {}):
                process = owner(self.db, row["id"])
                if process.is_gone:
                    self._end(row["id"], "aborted", reason=f"{process} ended unexpectedly")

    def _end(
        self,
        run_id: str,
        status: str,
        outcome: str = "",
        best_hash: str | None = None,
        passed_hash: str | None = None,
        reason: str = "",
    ) -> None:
        self._abort_attempts(run_id)
        self.db.execute(
            "UPDATE runs SET status = ?, outcome = ?, reason = ?, ended_at = "
            "(SELECT max(last_write_at) FROM sittings WHERE run_id = runs.id), "
            "best_hash = coalesce(?, best_hash), passed_hash = coalesce(?, passed_hash) "
            "WHERE id = ?",
            [status, outcome or status, reason, best_hash, passed_hash, run_id],
        )
        self.db.execute(
            "UPDATE sittings SET ended_at = last_write_at WHERE run_id = ? AND ended_at IS NULL",
            [run_id],
        )
        self._sittings.pop(run_id, None)

    def _abort_attempts(self, run_id: str) -> None:
        self.db.execute(
            "UPDATE attempts SET status = 'aborted' WHERE run_id = ? AND status = 'running'",
            [run_id],
        )

    def _begin_sitting(self, run_id: str, tool_versions: Mapping[str, str]) -> None:
        moment = now()
        process = asdict(ProcessIdentity.current())
        row = {"run_id": run_id, "started_at": moment, "last_write_at": moment}
        row |= {"process_start": process.pop("start"), "cwd": str(Path.cwd()), **process}
        sitting = insert(self.db, "sittings", row)
        for tool, version in tool_versions.items():
            pair = {"tool": tool, "version": version}
            insert(self.db, "tool_versions", {"sitting_id": sitting, **pair})
        self._sittings[run_id] = sitting

    def _run_row(self, start: RunStart) -> Row:
        if start.given is not None:
            keep_design(self.db, start.given_hash or "", start.given)
        return {
            "kind": start.kind,
            "status": "running",
            "started_at": now(),
            "module": start.interface.module,
            "spec_source": start.spec_source,
            "spec_sha256": start.spec_sha256,
            "spec_id": text_id(self.db, start.spec_text),
            "spec_tier": str(start.spec_tier) if start.spec_tier else None,
            "interface_sources": to_json(start.interface_sources),
            "spec_warnings": to_json(start.spec_warnings),
            "interface": to_json(start.interface),
            "testbench": to_json(start.testbench),
            "expected_tests": to_json(start.expected_tests),
            "limits": to_json(start.limits),
            "parameters": to_json(start.parameters),
            "testbench_seed": start.testbench_seed,
            "options": to_json(start.options),
            "given_hash": start.given_hash,
            "sandbox": start.sandbox,
            "engine": start.engine,
            "base": start.base,
            "base_sha256": start.base_sha256,
            "out_path": str(start.out_path) if start.out_path else None,
        }

    def _step_row(self, step: Step, feedback: str) -> Row:
        row = {**vars(step), "kind": str(step.kind), "tier": str(step.tier)}
        return {**row, "feedback_id": text_id(self.db, feedback) if feedback else None}

    def _status(self, run_id: str) -> str | None:
        rows = select(self.db, "SELECT status FROM runs WHERE id = :id", {"id": run_id})
        return rows[0]["status"] if rows else None

    def _run_of(self, attempt_id: int) -> str:
        rows = self.query("SELECT run_id FROM attempts WHERE id = :id", {"id": attempt_id})
        if not rows:
            raise LogError(f"there is no attempt number {attempt_id} in {self.path}")
        return str(rows[0]["run_id"])

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """One snapshot: what a live writer adds meanwhile is seen whole, next time."""
        with self._lock, explained(self.path):
            self.db.execute("BEGIN")
            try:
                yield
            finally:
                self.db.execute("ROLLBACK")

    @contextmanager
    def _writing(self, run_id: str | None = None) -> Iterator[None]:
        """One committed transaction; of a run that this log has open, when one is named."""
        with self._lock:
            if run_id is not None and run_id not in self._sittings:
                raise LogError(f"run {run_id} is not open here; start or resume it first")
            with immediate(self.db, self.path):
                if run_id is not None:
                    self.db.execute(
                        "UPDATE sittings SET last_write_at = ? WHERE id = ?",
                        [now(), self._sittings[run_id]],
                    )
                yield


def now() -> str:
    """The time in UTC, ISO 8601 with microseconds: sorts as text, and SQLite can reckon with it."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
