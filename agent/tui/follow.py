"""Noticing what other processes write to the record, for the price of one pragma."""

from __future__ import annotations

import time

from agent.attempt_log import AttemptLog
from agent.runs import owner

ORPHANS_S = 5.0
"""Time between two looks for builds whose process is gone."""


class Follower:
    """Tells which runs were written to since it was last asked."""

    def __init__(self, log: AttemptLog) -> None:
        self._log = log
        self._version = self._now()
        (row,) = log.query("SELECT coalesce(max(last_write_at), '') AS time FROM sittings")
        self._since: str = row["time"]
        self._gone: set[str] = set()
        self._next_look = time.monotonic() + ORPHANS_S

    def changed(self) -> frozenset[str]:
        """The runs that were written to, or whose process has gone."""
        return self._written() | self._orphans()

    def _written(self) -> frozenset[str]:
        # Nothing is read while the database stays as it is: the version changes when another
        # connection has committed (https://www.sqlite.org/pragma.html#pragma_data_version).
        version = self._now()
        if version == self._version:
            return frozenset()
        rows = self._log.query(
            "SELECT run_id, max(last_write_at) AS time FROM sittings "
            "WHERE last_write_at >= :since GROUP BY run_id",
            {"since": self._since},
        )
        self._version = version
        self._since = max([self._since, *(row["time"] for row in rows)])
        return frozenset(row["run_id"] for row in rows)

    def _orphans(self) -> frozenset[str]:
        if time.monotonic() < self._next_look:
            return frozenset()
        self._next_look = time.monotonic() + ORPHANS_S
        rows = self._log.query("SELECT id FROM runs WHERE status = 'running'")
        gone = {row["id"] for row in rows if owner(self._log.db, row["id"]).is_gone}
        found = frozenset(gone - self._gone)
        self._gone |= gone
        return found

    def _now(self) -> int:
        (row,) = self._log.query("PRAGMA data_version")
        return int(row["data_version"])
