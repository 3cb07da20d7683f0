"""The schema of the attempt database, as named migrations that are only ever appended.

Texts that repeat (prompts, specifications, answers) are stored once, in `texts`; RTL once, in
`designs`. `docs/record.md` explains every table.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

APPLICATION_ID = 0x4D455641
"""`MEVA`: tells this database from any other SQLite file (PRAGMA application_id)."""

MIGRATIONS = Migrations("mevagent")


@MIGRATIONS()
def m001_runs_attempts_candidates(db: Database) -> None:
    """Lay down the tables and the indexes that the listing needs."""
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.executescript("""
        CREATE TABLE texts (
            id INTEGER PRIMARY KEY,
            sha256 TEXT NOT NULL UNIQUE,
            text TEXT NOT NULL
        );
        CREATE TABLE designs (
            id INTEGER PRIMARY KEY,
            hash TEXT NOT NULL UNIQUE,
            rtl TEXT NOT NULL
        );
        CREATE TABLE files (
            sha256 TEXT PRIMARY KEY,
            content BLOB NOT NULL
        );
        CREATE TABLE runs (
            id TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN
                ('running', 'passed', 'not passed', 'interrupted', 'error', 'aborted')),
            outcome TEXT NOT NULL DEFAULT '',
            reason TEXT NOT NULL DEFAULT '',
            started_at TEXT NOT NULL,
            ended_at TEXT,
            module TEXT NOT NULL,
            spec_source TEXT NOT NULL,
            spec_sha256 TEXT NOT NULL,
            spec_id INTEGER NOT NULL REFERENCES texts(id),
            spec_tier TEXT,
            interface_sources TEXT NOT NULL,
            spec_warnings TEXT NOT NULL,
            interface TEXT NOT NULL,
            testbench TEXT NOT NULL,
            expected_tests TEXT NOT NULL,
            limits TEXT NOT NULL,
            parameters TEXT NOT NULL,
            testbench_seed INTEGER NOT NULL,
            options TEXT NOT NULL,
            given_hash TEXT REFERENCES designs(hash),
            sandbox TEXT NOT NULL,
            engine TEXT NOT NULL,
            base TEXT NOT NULL,
            base_sha256 TEXT NOT NULL,
            classified_tier TEXT,
            classification TEXT,
            out_path TEXT,
            best_hash TEXT,
            passed_hash TEXT
        );
        CREATE INDEX runs_by_start ON runs(started_at);
        CREATE INDEX runs_by_status ON runs(status);
        CREATE INDEX runs_by_module ON runs(module);
        CREATE INDEX runs_by_spec ON runs(spec_id);
        CREATE TABLE run_files (
            run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            role TEXT NOT NULL,
            path TEXT NOT NULL,
            sha256 TEXT NOT NULL REFERENCES files(sha256),
            PRIMARY KEY (run_id, position)
        ) WITHOUT ROWID;
        CREATE TABLE sittings (
            id INTEGER PRIMARY KEY,
            run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
            started_at TEXT NOT NULL,
            last_write_at TEXT NOT NULL,
            ended_at TEXT,
            host TEXT NOT NULL,
            boot_id TEXT NOT NULL,
            pid_namespace TEXT NOT NULL,
            pid INTEGER NOT NULL,
            process_start INTEGER,
            cwd TEXT NOT NULL
        );
        CREATE INDEX sittings_by_run ON sittings(run_id);
        CREATE TABLE tool_versions (
            sitting_id INTEGER NOT NULL REFERENCES sittings(id) ON DELETE CASCADE,
            tool TEXT NOT NULL,
            version TEXT NOT NULL,
            PRIMARY KEY (sitting_id, tool)
        ) WITHOUT ROWID;
        CREATE TABLE attempts (
            id INTEGER PRIMARY KEY,
            run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
            sitting_id INTEGER NOT NULL REFERENCES sittings(id),
            ordinal INTEGER NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('running', 'finished', 'aborted')),
            kind TEXT NOT NULL,
            tier TEXT NOT NULL,
            fresh INTEGER NOT NULL,
            repairs INTEGER NOT NULL,
            parent TEXT,
            reason TEXT NOT NULL,
            feedback_id INTEGER REFERENCES texts(id),
            accepted INTEGER,
            seconds REAL,
            started_at TEXT NOT NULL,
            ended_at TEXT
        );
        CREATE INDEX attempts_by_run ON attempts(run_id, ordinal);
        CREATE UNIQUE INDEX attempts_counted ON attempts(run_id, ordinal)
            WHERE status <> 'aborted';
        CREATE TABLE candidates (
            id INTEGER PRIMARY KEY,
            attempt_id INTEGER NOT NULL REFERENCES attempts(id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            kind TEXT NOT NULL,
            rtl_hash TEXT NOT NULL REFERENCES designs(hash),
            parent TEXT,
            duplicate_of TEXT,
            outcome TEXT NOT NULL,
            score REAL NOT NULL,
            reason TEXT NOT NULL,
            limit_reached TEXT,
            hung_test TEXT,
            log_id INTEGER REFERENCES texts(id),
            sandbox TEXT NOT NULL,
            seconds REAL NOT NULL,
            judged_at TEXT NOT NULL,
            UNIQUE (attempt_id, position)
        );
        CREATE INDEX candidates_by_design ON candidates(rtl_hash);
        CREATE TABLE tests (
            id INTEGER PRIMARY KEY,
            candidate_id INTEGER NOT NULL REFERENCES candidates(id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            name TEXT NOT NULL,
            passed INTEGER NOT NULL,
            message TEXT NOT NULL,
            sim_time_ns REAL,
            share REAL
        );
        CREATE INDEX tests_by_candidate ON tests(candidate_id);
        CREATE TABLE diagnostics (
            id INTEGER PRIMARY KEY,
            candidate_id INTEGER NOT NULL REFERENCES candidates(id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            tool TEXT NOT NULL,
            severity TEXT NOT NULL,
            message TEXT NOT NULL,
            line INTEGER,
            "column" INTEGER,
            code TEXT NOT NULL,
            source TEXT NOT NULL
        );
        CREATE INDEX diagnostics_by_candidate ON diagnostics(candidate_id);
        CREATE TABLE fixes (
            id INTEGER PRIMARY KEY,
            candidate_id INTEGER NOT NULL REFERENCES candidates(id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            rule TEXT NOT NULL,
            detail TEXT NOT NULL,
            line INTEGER
        );
        CREATE INDEX fixes_by_candidate ON fixes(candidate_id);
        CREATE TABLE prompts (
            id INTEGER PRIMARY KEY,
            sha256 TEXT NOT NULL UNIQUE,
            form TEXT NOT NULL CHECK (form IN ('utf-8', 'ascii', 'verbatim')),
            verbatim TEXT
        );
        CREATE TABLE prompt_messages (
            prompt_id INTEGER NOT NULL REFERENCES prompts(id),
            position INTEGER NOT NULL,
            role TEXT NOT NULL,
            text_id INTEGER NOT NULL REFERENCES texts(id),
            PRIMARY KEY (prompt_id, position)
        ) WITHOUT ROWID;
        CREATE INDEX prompt_messages_by_text ON prompt_messages(text_id);
        CREATE TABLE generations (
            candidate_id INTEGER PRIMARY KEY REFERENCES candidates(id) ON DELETE CASCADE,
            prompt_id INTEGER NOT NULL REFERENCES prompts(id),
            prefill_id INTEGER NOT NULL REFERENCES texts(id),
            answer_id INTEGER NOT NULL REFERENCES texts(id),
            finish TEXT NOT NULL,
            seed INTEGER NOT NULL,
            temperature REAL NOT NULL,
            top_p REAL NOT NULL,
            max_tokens INTEGER NOT NULL,
            prompt_tokens INTEGER NOT NULL,
            cached_tokens INTEGER NOT NULL,
            tokens INTEGER NOT NULL,
            seconds REAL NOT NULL,
            logprob REAL,
            engine TEXT NOT NULL,
            base TEXT NOT NULL,
            base_sha256 TEXT NOT NULL,
            adapter_sha256 TEXT
        );
        CREATE INDEX generations_by_prompt ON generations(prompt_id);
        CREATE INDEX generations_by_answer ON generations(answer_id);
    """)


@MIGRATIONS()
def m002_full_text_search(db: Database) -> None:
    """Index specifications, prompts, answers, logs, RTL, diagnostics and test messages."""
    db.executescript("""
        CREATE INDEX attempts_by_feedback ON attempts(feedback_id);
        CREATE INDEX candidates_by_log ON candidates(log_id);
    """)
    for table, columns in (
        ("texts", ("text",)),
        ("designs", ("rtl",)),
        ("diagnostics", ("message", "source")),
        ("tests", ("name", "message")),
    ):
        db.table(table).enable_fts(columns, create_triggers=True)


@MIGRATIONS()
def m003_summary_views(db: Database) -> None:
    """Give people who write SQL one row per run and one row per candidate."""
    db.executescript("""
        CREATE VIEW run_summary AS
        SELECT r.id, r.kind, r.started_at, r.ended_at, r.module, r.spec_source, r.status, r.reason,
            r.classified_tier, r.best_hash, r.passed_hash,
            (SELECT count(*) FROM attempts a
                WHERE a.run_id = r.id AND a.status <> 'aborted') AS attempts,
            (SELECT count(*) FROM attempts a JOIN candidates c ON c.attempt_id = a.id
                WHERE a.run_id = r.id) AS candidates,
            (SELECT max(c.score) FROM attempts a JOIN candidates c ON c.attempt_id = a.id
                WHERE a.run_id = r.id) AS best_score,
            (SELECT coalesce(sum(g.tokens), 0) FROM attempts a
                JOIN candidates c ON c.attempt_id = a.id
                JOIN generations g ON g.candidate_id = c.id
                WHERE a.run_id = r.id) AS tokens,
            (SELECT sum((julianday(coalesce(s.ended_at, s.last_write_at))
                    - julianday(s.started_at)) * 86400)
                FROM sittings s WHERE s.run_id = r.id) AS seconds
        FROM runs r;
        CREATE VIEW candidate_summary AS
        SELECT a.run_id, a.ordinal AS attempt, a.status AS attempt_status, a.kind AS step, a.tier,
            a.reason AS step_reason, c.id AS candidate_id, c.position AS candidate, c.kind,
            c.outcome, c.score, c.reason, c.rtl_hash, c.parent, c.duplicate_of, c.judged_at,
            d.rtl, g.seed, g.temperature, g.tokens, g.seconds AS generation_seconds,
            c.seconds AS judging_seconds, g.adapter_sha256
        FROM candidates c
        JOIN attempts a ON a.id = c.attempt_id
        JOIN designs d ON d.hash = c.rtl_hash
        LEFT JOIN generations g ON g.candidate_id = c.id;
    """)


@MIGRATIONS()
def m004_testbench_strength(db: Database) -> None:
    """Keep what a run's testbench notices of mutants of its passing design."""
    db.executescript("""
        CREATE TABLE strengths (
            run_id TEXT PRIMARY KEY REFERENCES runs(id) ON DELETE CASCADE,
            rtl_hash TEXT NOT NULL REFERENCES designs(hash),
            measured_at TEXT NOT NULL,
            possible INTEGER NOT NULL,
            tried INTEGER NOT NULL,
            noticed INTEGER NOT NULL,
            equal INTEGER NOT NULL,
            unusable INTEGER NOT NULL,
            seconds REAL NOT NULL,
            seed INTEGER NOT NULL,
            stopped TEXT NOT NULL
        );
        CREATE TABLE survivors (
            id INTEGER PRIMARY KEY,
            run_id TEXT NOT NULL REFERENCES strengths(run_id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            line INTEGER NOT NULL,
            "before" TEXT NOT NULL,
            "after" TEXT NOT NULL,
            change TEXT NOT NULL,
            kind TEXT NOT NULL,
            differs INTEGER
        );
        CREATE INDEX survivors_by_run ON survivors(run_id);
    """)
