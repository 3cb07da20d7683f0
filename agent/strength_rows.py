"""A run's testbench strength to rows and back. Transactions are the caller's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.attempt_rows import insert, known, select
from agent.strength import Strength, Survivor

if TYPE_CHECKING:
    from sqlite_utils import Database


def insert_strength(db: Database, run_id: str, rtl_hash: str, strength: Strength, now: str) -> None:
    """Store the strength of a run's testbench, in place of one measured before."""
    db.execute("DELETE FROM survivors WHERE run_id = ?", [run_id])
    db.execute("DELETE FROM strengths WHERE run_id = ?", [run_id])
    row = {name: value for name, value in vars(strength).items() if name != "survivors"}
    insert(db, "strengths", {"run_id": run_id, "rtl_hash": rtl_hash, "measured_at": now, **row})
    for position, survivor in enumerate(strength.survivors):
        insert(db, "survivors", {"run_id": run_id, "position": position, **vars(survivor)})


def load_strength(db: Database, run_id: str) -> Strength | None:
    """The strength of a run's testbench; None where it was not measured."""
    by_run = {"run": run_id}
    rows = select(db, "SELECT * FROM strengths WHERE run_id = :run", by_run)
    if not rows:
        return None
    found = select(db, "SELECT * FROM survivors WHERE run_id = :run ORDER BY position", by_run)
    survivors = tuple(
        Survivor(
            **{
                **known(Survivor, row),
                "differs": None if row["differs"] is None else bool(row["differs"]),
            }
        )
        for row in found
    )
    return Strength(**known(Strength, rows[0]), survivors=survivors)
