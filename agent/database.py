"""The attempt database as a file: opening it, locking it, and what its errors mean.

Write-ahead log with `synchronous=NORMAL`: a committed row is in the operating system's hands, so
it survives `kill -9` of the process; a power cut can take the last commits, never the database's
consistency (https://www.sqlite.org/pragma.html#pragma_synchronous). Writers begin IMMEDIATE,
because a deferred transaction that turns into a write fails at once when another one wrote.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from agent.errors import LogError

if TYPE_CHECKING:
    from sqlite_utils import Database, Migrations

DEFAULT_PATH = Path("runs/attempts.db")
"""Relative to the current directory."""
TIMEOUT_S = 30.0
"""How long to wait for another process's write."""


@dataclass(frozen=True)
class Schema:
    """What tells a kind of database from others, and what brings it up to date."""

    application_id: int
    """PRAGMA application_id of the file."""
    migrations: Migrations
    what: str
    """For messages: `a record of mevagent`."""

    def names(self) -> tuple[str, ...]:
        """Every migration that this version knows, oldest first."""
        from sqlite_utils import Database

        pending = self.migrations.pending(Database(memory=True, execute_plugins=False))
        return tuple(migration.name for migration in pending)


def attempts_schema() -> Schema:
    """The schema of the attempt database."""
    from agent.migrations import APPLICATION_ID, MIGRATIONS

    return Schema(APPLICATION_ID, MIGRATIONS, "a record of mevagent")


def open_database(
    path: Path, *, timeout: float = TIMEOUT_S, schema: Schema | None = None
) -> Database:
    """Open for writing; create or upgrade as needed. Raises LogError, which says what to do.

    `schema`: that of the attempt database when not given.
    """
    schema = schema or attempts_schema()
    with explained(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LogError(
                f"the folder of the record {path} cannot be made ({error.strerror}); "
                "name another place with --db or MEVAGENT_DB"
            ) from error
        # Autocommit: transactions begin and end where the code says so.
        connection = sqlite3.connect(
            path, timeout=timeout, isolation_level=None, check_same_thread=False
        )
        try:
            db = _wrap(connection)
            _refuse_foreign(db, path, schema)
            if _pending(db, path, schema) or db.journal_mode != "wal":
                with _file_lock(path, timeout):
                    _upgrade(db, path, timeout, schema)
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("PRAGMA foreign_keys = ON")
        except BaseException:
            connection.close()
            raise
        return db


def open_read_only(path: Path, *, timeout: float = TIMEOUT_S) -> Database:
    """Open an attempt database that this user may not write, an archived one for example."""
    schema = attempts_schema()
    with explained(path):
        try:
            db = _wrap(_connect_read_only(path, "mode=ro", timeout))
            db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        except sqlite3.OperationalError as error:
            # Reading a database in WAL mode needs a shared-memory file beside it. Where none can
            # be made and no log is left to be read, the database is all there is.
            log = path.with_name(path.name + "-wal")
            if not error.sqlite_errorname.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY")):
                raise
            if log.exists() and log.stat().st_size:
                raise
            db = _wrap(_connect_read_only(path, "mode=ro&immutable=1", timeout))
        _refuse_foreign(db, path, schema)
        if _pending(db, path, schema):
            db.close()
            raise LogError(
                f"{path} is of an older mevagent and must be upgraded, but may not be written; "
                "copy it to a place of yours and name that with --db"
            )
        return db


def is_writable(path: Path) -> bool:
    """Whether this user may write the database and the files that SQLite puts beside it."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


@contextmanager
def immediate(db: Database, path: Path) -> Iterator[None]:
    """One write transaction: committed when the block ends, else nothing of it remains."""
    with explained(path):
        db.execute("BEGIN IMMEDIATE")
        try:
            yield
            db.execute("COMMIT")
        except BaseException:
            # Out of space, SQLite has rolled back by itself.
            if db.conn.in_transaction:
                db.execute("ROLLBACK")
            raise


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into LogError with what to do next."""
    try:
        yield
    except sqlite3.Error as error:
        raise LogError(_explanation(path, error)) from error


def _explanation(path: Path, error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return (
            f"the record {path} is locked by another process; end it "
            f"(`fuser {path}` names it) or name another record with --db"
        )
    if name == "SQLITE_NOTADB":
        return (
            f"{path} is not a database; move it away, or name another record with --db "
            "or MEVAGENT_DB"
        )
    if name.startswith("SQLITE_READONLY"):
        return f"the record {path} may not be written; check its permissions or name another --db"
    if name.startswith("SQLITE_CANTOPEN"):
        return (
            f"the record {path} cannot be opened; check that its folder exists and may be "
            "written, or name another with --db or MEVAGENT_DB"
        )
    if name in ("SQLITE_FULL",) or name.startswith("SQLITE_IOERR"):
        return (
            f"the record {path} cannot be written ({error}): the disk or a quota is probably "
            "full; free some space, then go on with `mevagent build --resume`. "
            "What was acknowledged is kept"
        )
    if name.startswith("SQLITE_CORRUPT"):
        return (
            f"the record {path} is damaged ({error}); save what can be saved with "
            f"`sqlite3 {path} .recover | sqlite3 recovered.db`, then move it away"
        )
    return f"the record {path} failed: {error}; name another record with --db or MEVAGENT_DB"


def _wrap(connection: sqlite3.Connection) -> Database:
    from sqlite_utils import Database

    # Plug-ins that a user has for the tool sqlite-utils have no business in this record.
    return Database(connection, execute_plugins=False)


def _connect_read_only(path: Path, options: str, timeout: float) -> sqlite3.Connection:
    return sqlite3.connect(
        f"file:{quote(str(path.resolve()))}?{options}",
        uri=True,
        timeout=timeout,
        isolation_level=None,
        check_same_thread=False,
    )


def _refuse_foreign(db: Database, path: Path, schema: Schema) -> None:
    (owner,) = db.execute("PRAGMA application_id").fetchone()
    if owner != schema.application_id and db.table_names():
        raise LogError(
            f"{path} is an SQLite database, but not {schema.what}; "
            "name another one with --db or MEVAGENT_DB"
        )


def _pending(db: Database, path: Path, schema: Schema) -> bool:
    applied = {migration.name for migration in schema.migrations.applied(db)}
    unknown = sorted(applied.difference(schema.names()))
    if unknown:
        raise LogError(
            f"{path} was written by a newer mevagent (it has {', '.join(unknown)}); "
            "upgrade mevagent, or name another record with --db"
        )
    return bool(schema.migrations.pending(db))


def _upgrade(db: Database, path: Path, timeout: float, schema: Schema) -> None:
    """Apply what is pending, all or nothing. The caller holds the file lock."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            db.enable_wal()
            break
        except sqlite3.OperationalError as error:
            # SQLite does not wait here for a reader, such as a process that is opening it too.
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
    with immediate(db, path):
        if _pending(db, path, schema):
            schema.migrations.apply(db)


@contextmanager
def _file_lock(path: Path, timeout: float) -> Iterator[None]:
    """Hold `<database>.lock`, so that of several new processes one migrates; flock(2)."""
    lock = path.with_name(path.name + ".lock")
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise LogError(
            f"{lock} cannot be written ({error.strerror}); check the folder's permissions "
            "or name another record with --db or MEVAGENT_DB"
        ) from error
    try:
        deadline = time.monotonic() + timeout
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise LogError(
                        f"another process has been upgrading {path} for {timeout:g} s; "
                        f"end it (`fuser {lock}` names it) and try again"
                    ) from None
                time.sleep(0.02)
        yield
    finally:
        os.close(descriptor)
