"""A run's attempts without their texts: what can be shown of ten thousand of them at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agent.attempt_log import AttemptLog
from agent.attempt_rows import Row
from agent.attempts import Step, StepKind
from agent.errors import InputError
from agent.runs import owner
from mevllm.tiers import Tier


@dataclass(frozen=True)
class AttemptLine:
    """One attempt, finished or not."""

    number: int
    """Of its row; `AttemptLog.load_candidates` takes it."""
    ordinal: int
    status: str
    """`running`, `finished` or `aborted`."""
    step: Step
    accepted: bool
    """Whether its best candidate beat the best so far."""
    candidates: int
    """Candidates judged so far."""
    score: float | None
    """Of its best candidate."""
    parent: str | None
    """What its repairs start from, as `ATTEMPT.CANDIDATE`."""

    @property
    def is_rolled_back(self) -> bool:
        """Whether the loop went back to what was best before it."""
        return self.status == "finished" and not self.accepted


@dataclass(frozen=True)
class RunOutline:
    """A run with its attempts, the earliest first."""

    run_id: str
    kind: str
    module: str
    status: str
    """As `StoredRun.status`."""
    reason: str
    attempts: tuple[AttemptLine, ...]

    @property
    def is_running(self) -> bool:
        """Whether a process is building it."""
        return self.status == "running"

    def best_before(self, index: int) -> AttemptLine | None:
        """The attempt that held the best candidate before the one at an index."""
        earlier = self.attempts[:index]
        return next((a for a in reversed(earlier) if a.accepted), None)


_ATTEMPTS = """
    SELECT a.id AS number, a.ordinal, a.status, a.kind, a.tier, a.fresh, a.repairs, a.parent,
        a.reason, coalesce(a.accepted, 0) AS accepted, count(c.id) AS candidates,
        max(c.score) AS score
    FROM attempts a LEFT JOIN candidates c ON c.attempt_id = a.id
    WHERE a.run_id = :run GROUP BY a.id ORDER BY a.id
"""

_PLACES = """
    SELECT c.rtl_hash,
        min((a.status = 'aborted') * 1000000000000 + a.ordinal * 1000000 + c.position) AS place
    FROM attempts a JOIN candidates c ON c.attempt_id = a.id
    WHERE a.run_id = :run AND c.rtl_hash IN (SELECT parent FROM attempts WHERE run_id = :run)
    GROUP BY c.rtl_hash
"""

_PLACE = """
    SELECT a.ordinal, c.position FROM candidates c JOIN attempts a ON a.id = c.attempt_id
    WHERE a.run_id = :run AND c.rtl_hash = :hash
    ORDER BY a.status = 'aborted', a.ordinal, c.position LIMIT 1
"""


def outline(log: AttemptLog, run_id: str) -> RunOutline:
    """Read a run's attempts. Raises InputError when there is no run of this identifier."""
    by_id = {"run": run_id}
    rows = log.query("SELECT kind, module, status, reason FROM runs WHERE id = :run", by_id)
    if not rows:
        raise InputError(f"there is no run {run_id}; `mevagent history` lists them")
    (row,) = rows
    if row["status"] == "running" and owner(log.db, run_id).is_gone:
        row["status"] = "aborted"
    places = {
        found["rtl_hash"]: "{}.{}".format(*divmod(found["place"] % 10**12, 10**6))
        for found in log.query(_PLACES, by_id)
    }
    gone = row["status"] != "running"
    lines = tuple(_line(line, places, gone) for line in log.query(_ATTEMPTS, by_id))
    return RunOutline(run_id=run_id, attempts=lines, **row)


def place_of(log: AttemptLog, run_id: str, rtl_hash: str) -> str | None:
    """Where a design first appears in a run, as `ATTEMPT.CANDIDATE`."""
    rows = log.query(_PLACE, {"run": run_id, "hash": rtl_hash})
    return f"{rows[0]['ordinal']}.{rows[0]['position']}" if rows else None


def design_text(log: AttemptLog, rtl_hash: str) -> str | None:
    """The RTL with this hash."""
    rows = log.query("SELECT rtl FROM designs WHERE hash = :hash", {"hash": rtl_hash})
    return rows[0]["rtl"] if rows else None


def _line(row: Row, places: Mapping[str, str], gone: bool) -> AttemptLine:
    step = Step(
        kind=StepKind(row["kind"]),
        tier=Tier(row["tier"]),
        fresh=row["fresh"],
        repairs=row["repairs"],
        parent=row["parent"],
        reason=row["reason"],
    )
    status = "aborted" if gone and row["status"] == "running" else row["status"]
    return AttemptLine(
        number=row["number"],
        ordinal=row["ordinal"],
        status=status,
        step=step,
        accepted=bool(row["accepted"]),
        candidates=row["candidates"],
        score=row["score"],
        parent=places.get(row["parent"] or ""),
    )
