"""The schema of the evaluations' database, as named migrations that are only ever appended.

Answers, verdicts and builds are keyed by a hash of everything that decides them, so that every
evaluation that asks the same finds them; `samples` says which evaluation uses which.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

APPLICATION_ID = 0x4D455645
"""`MEVE` (PRAGMA application_id)."""

MIGRATIONS = Migrations("mevagent-eval")


@MIGRATIONS()
def m001_evaluations_and_samples(db: Database) -> None:
    """Lay down the tables."""
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.executescript("""
        CREATE TABLE evaluations (
            id TEXT PRIMARY KEY,
            suite TEXT NOT NULL,
            mode TEXT NOT NULL CHECK (mode IN ('answer', 'agent')),
            name TEXT NOT NULL,
            config TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('running', 'finished')),
            started_at TEXT NOT NULL,
            ended_at TEXT
        );
        CREATE TABLE problems (
            evaluation_id TEXT NOT NULL REFERENCES evaluations(id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            id TEXT NOT NULL,
            tier TEXT,
            defect TEXT NOT NULL,
            unsupported TEXT NOT NULL,
            PRIMARY KEY (evaluation_id, id)
        ) WITHOUT ROWID;
        CREATE TABLE answers (
            key TEXT PRIMARY KEY,
            prefill TEXT NOT NULL,
            text TEXT NOT NULL,
            finish TEXT NOT NULL,
            seed INTEGER NOT NULL,
            prompt_tokens INTEGER NOT NULL,
            tokens INTEGER NOT NULL,
            seconds REAL NOT NULL,
            logprob REAL,
            drawn_at TEXT NOT NULL
        );
        CREATE TABLE verdicts (
            key TEXT PRIMARY KEY,
            outcome TEXT NOT NULL,
            class TEXT NOT NULL,
            compiles INTEGER NOT NULL,
            score REAL NOT NULL,
            reason TEXT NOT NULL,
            seconds REAL NOT NULL,
            judged_at TEXT NOT NULL
        );
        CREATE TABLE builds (
            key TEXT PRIMARY KEY,
            run_id TEXT,
            result TEXT
        );
        CREATE TABLE samples (
            evaluation_id TEXT NOT NULL REFERENCES evaluations(id) ON DELETE CASCADE,
            problem_id TEXT NOT NULL,
            position INTEGER NOT NULL,
            tier TEXT,
            expert TEXT NOT NULL,
            adapter_sha256 TEXT,
            answer_key TEXT REFERENCES answers(key),
            verdict_key TEXT,
            build_key TEXT,
            PRIMARY KEY (evaluation_id, problem_id, position)
        ) WITHOUT ROWID;
        CREATE TABLE facts (
            key TEXT PRIMARY KEY,
            value TEXT NOT NULL
        );
    """)
