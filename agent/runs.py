"""Values of a stored run: what defined it, what became of it; and loading them."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent import bench_files
from agent.attempt_rows import Row, known, load_candidates, select
from agent.attempts import Attempt, Candidate, Step, StepKind
from agent.bench_files import BenchFile
from agent.errors import InputError
from agent.liveness import ProcessIdentity
from agent.strength import Strength
from agent.strength_rows import load_strength
from agent.toolchain.base import Job, Limits, PassRule, Testbench
from mevllm.engines.base import ModelInfo
from mevllm.spec import Interface, Parameter, Port, Spec
from mevllm.tiers import Tier

if TYPE_CHECKING:
    from sqlite_utils import Database

_LETTERS = "abcdefghjkmnpqrstvwxyz"
_DIGITS = "23456789" + _LETTERS


@dataclass(frozen=True)
class RunStart:
    """Everything that defines a run: to resume or to replay it needs nothing else."""

    kind: str
    """`build` or `repair`."""
    spec_text: str
    spec_source: str
    """File name, for messages."""
    spec_tier: Tier | None
    """The tier that the specification itself asks for."""
    interface: Interface
    interface_sources: tuple[str, ...]
    spec_warnings: tuple[str, ...]
    testbench: Testbench
    files: tuple[BenchFile, ...]
    """Copies of the testbench and of all that it needs, as they were."""
    options: Mapping[str, Any]
    """The command's options: JSON values by name."""
    expected_tests: tuple[str, ...]
    tool_versions: Mapping[str, str]
    sandbox: str
    engine: str
    base: str
    base_sha256: str
    limits: Limits = Limits()
    parameters: tuple[tuple[str, str], ...] = ()
    """Values for the design's parameters, as given to the simulator."""
    testbench_seed: int = Job.seed
    """Seed of the testbench's random numbers."""
    given: str | None = None
    """A person's design to repair."""
    out_path: Path | None = None

    @classmethod
    def of(
        cls,
        *,
        kind: str,
        spec: Spec,
        testbench: Testbench,
        options: Mapping[str, Any],
        expected_tests: tuple[str, ...],
        tool_versions: Mapping[str, str],
        sandbox: str,
        model: ModelInfo,
        limits: Limits = Limits(),
        parameters: tuple[tuple[str, str], ...] = (),
        testbench_seed: int = Job.seed,
        given: str | None = None,
        out_path: Path | None = None,
    ) -> RunStart:
        """Read the testbench's files and put a start together. Raises InputError."""
        return cls(
            kind=kind,
            spec_text=spec.text,
            spec_source=spec.source,
            spec_tier=spec.tier,
            interface=spec.interface,
            interface_sources=spec.interface_sources,
            spec_warnings=spec.warnings,
            testbench=testbench,
            files=bench_files.collect(testbench),
            options=options,
            expected_tests=expected_tests,
            tool_versions=tool_versions,
            sandbox=sandbox,
            engine=model.engine,
            base=model.base,
            base_sha256=model.sha256,
            limits=limits,
            parameters=parameters,
            testbench_seed=testbench_seed,
            given=given,
            out_path=out_path,
        )

    def spec(self) -> Spec:
        """The specification as it was read."""
        return Spec(
            text=self.spec_text,
            interface=self.interface,
            source=self.spec_source,
            tier=self.spec_tier,
            interface_sources=self.interface_sources,
            warnings=self.spec_warnings,
        )

    @property
    def spec_sha256(self) -> str:
        """Of the specification's text, hexadecimal."""
        return _sha256(self.spec_text)

    @property
    def given_hash(self) -> str | None:
        """The given design's `rtl_hash`."""
        return None if self.given is None else _sha256(self.given)


@dataclass(frozen=True)
class Sitting:
    """One sitting of a run: from its start, or a resumption, to where it ended."""

    started: datetime
    last_write: datetime
    process: ProcessIdentity
    cwd: Path
    tool_versions: Mapping[str, str]

    @property
    def seconds(self) -> float:
        """Wall time until the last write."""
        return (self.last_write - self.started).total_seconds()


@dataclass(frozen=True)
class UnfinishedAttempt:
    """An attempt that was cut off, or is still under way; its candidates count as evidence."""

    ordinal: int
    step: Step
    candidates: tuple[Candidate, ...]
    status: str
    """`aborted` or `running`."""
    feedback: str = field(default="", repr=False)


@dataclass(frozen=True)
class StoredRun:
    """A run as stored."""

    run_id: str
    start: RunStart
    status: str
    """`running`, `passed`, `not passed`, `interrupted`, `error` or `aborted`."""
    outcome: str
    reason: str
    started: datetime
    ended: datetime | None
    sittings: tuple[Sitting, ...]
    classification: Mapping[str, Any] | None
    """`Classification.as_dict()`; None before the specification was routed."""
    best_hash: str | None
    passed_hash: str | None
    attempts: tuple[Attempt, ...]
    """The finished ones, in order."""
    unfinished: tuple[UnfinishedAttempt, ...]
    strength: Strength | None = None
    """What the testbench notices of mutants of the passing design; None where not measured."""

    @property
    def all_attempts(self) -> tuple[Attempt | UnfinishedAttempt, ...]:
        """The finished ones in order, then the others, the last one first."""
        return (*self.attempts, *reversed(self.unfinished))

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """Every judged candidate, those of unfinished attempts last."""
        attempts: list[Attempt | UnfinishedAttempt] = [*self.attempts, *self.unfinished]
        return tuple(candidate for attempt in attempts for candidate in attempt.candidates)

    @property
    def best(self) -> Candidate | None:
        """The candidate with the most merit, the earliest of equals."""
        return max(self.candidates, key=lambda c: c.merit, default=None)

    @property
    def seconds(self) -> float:
        """Wall time, over all sittings."""
        return sum(sitting.seconds for sitting in self.sittings)

    @property
    def tokens(self) -> int:
        """Tokens decoded, cut-off attempts included."""
        return sum(c.generation.tokens for c in self.candidates if c.generation)

    def changed_files(self) -> tuple[Path, ...]:
        """Files of the testbench that are gone, or not as they were when the run started."""
        return bench_files.changed(self.start.files)

    def candidate(self, rtl_hash: str) -> Candidate | None:
        """The first candidate with this RTL."""
        return next((c for c in self.candidates if c.rtl_hash == rtl_hash), None)


def load_run(db: Database, run_id: str) -> StoredRun:
    """Load a run. Raises InputError when there is none of this identifier."""
    by_id = {"run": run_id}
    rows = select(
        db,
        "SELECT r.*, t.text AS spec_text, g.rtl AS given FROM runs r "
        "JOIN texts t ON t.id = r.spec_id LEFT JOIN designs g ON g.hash = r.given_hash "
        "WHERE r.id = :run",
        by_id,
    )
    if not rows:
        raise InputError(f"there is no run {run_id}; `mevagent history` lists them")
    (row,) = rows
    sittings = _load_sittings(db, run_id)
    finished, unfinished = _load_attempts(db, run_id)
    return StoredRun(
        run_id=run_id,
        start=_start(row, _load_files(db, run_id), sittings[0].tool_versions),
        status="aborted" if _orphaned(row, sittings) else row["status"],
        outcome=row["outcome"],
        reason=row["reason"],
        started=datetime.fromisoformat(row["started_at"]),
        ended=datetime.fromisoformat(row["ended_at"]) if row["ended_at"] else None,
        sittings=sittings,
        classification=json.loads(row["classification"]) if row["classification"] else None,
        best_hash=row["best_hash"],
        passed_hash=row["passed_hash"],
        attempts=finished,
        unfinished=unfinished,
        strength=load_strength(db, run_id),
    )


def owner(db: Database, run_id: str) -> ProcessIdentity:
    """The process that has, or last had, a run open."""
    (row,) = select(
        db,
        "SELECT host, boot_id, pid_namespace, pid, process_start AS start FROM sittings "
        "WHERE run_id = :run ORDER BY id DESC LIMIT 1",
        {"run": run_id},
    )
    return ProcessIdentity(**row)


def to_json(value: Any) -> str:
    """A value of the record as JSON; dataclasses become objects, paths strings."""
    plain = asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
    return json.dumps(plain, default=str, ensure_ascii=False)


def new_id() -> str:
    """An identifier for a run: the time in UTC, then four random characters, a letter first.

    The letter keeps the last part, by which a run may be named too, apart from a date.
    """
    random = secrets.choice(_LETTERS) + "".join(secrets.choice(_DIGITS) for _ in range(3))
    return f"{datetime.now(UTC):%y%m%d-%H%M%S}-{random}"


def _orphaned(row: Row, sittings: tuple[Sitting, ...]) -> bool:
    """Whether a run that may not be swept, in a database that is only read, has no process."""
    return row["status"] == "running" and sittings[-1].process.is_gone


def _start(row: Row, files: tuple[BenchFile, ...], versions: Mapping[str, str]) -> RunStart:
    return RunStart(
        kind=row["kind"],
        spec_text=row["spec_text"],
        spec_source=row["spec_source"],
        spec_tier=Tier(row["spec_tier"]) if row["spec_tier"] else None,
        interface=_interface(json.loads(row["interface"])),
        interface_sources=tuple(json.loads(row["interface_sources"])),
        spec_warnings=tuple(json.loads(row["spec_warnings"])),
        testbench=_testbench(json.loads(row["testbench"])),
        files=files,
        options=json.loads(row["options"]),
        expected_tests=tuple(json.loads(row["expected_tests"])),
        tool_versions=versions,
        sandbox=row["sandbox"],
        engine=row["engine"],
        base=row["base"],
        base_sha256=row["base_sha256"],
        limits=Limits(**known(Limits, json.loads(row["limits"]))),
        parameters=tuple((name, value) for name, value in json.loads(row["parameters"])),
        testbench_seed=row["testbench_seed"],
        given=row["given"],
        out_path=Path(row["out_path"]) if row["out_path"] else None,
    )


def _interface(data: Row) -> Interface:
    data["ports"] = tuple(Port(**known(Port, port)) for port in data["ports"])
    data["parameters"] = tuple(Parameter(**known(Parameter, p)) for p in data["parameters"])
    return Interface(**known(Interface, data))


def _testbench(data: Row) -> Testbench:
    data["path"] = Path(data["path"])
    data["sources"] = tuple(Path(path) for path in data["sources"])
    data["data"] = tuple(Path(path) for path in data["data"])
    data["rule"] = PassRule(**known(PassRule, data["rule"])) if data["rule"] else None
    return Testbench(**known(Testbench, data))


def _load_files(db: Database, run_id: str) -> tuple[BenchFile, ...]:
    rows = select(
        db,
        "SELECT r.role, r.path, f.content FROM run_files r JOIN files f ON f.sha256 = r.sha256 "
        "WHERE r.run_id = :run ORDER BY r.position",
        {"run": run_id},
    )
    return tuple(BenchFile(row["role"], Path(row["path"]), row["content"]) for row in rows)


def _load_sittings(db: Database, run_id: str) -> tuple[Sitting, ...]:
    rows = select(
        db,
        "SELECT *, process_start AS start FROM sittings WHERE run_id = :run ORDER BY id",
        {"run": run_id},
    )
    found = []
    for row in rows:
        versions = select(
            db, "SELECT tool, version FROM tool_versions WHERE sitting_id = :id", {"id": row["id"]}
        )
        found.append(
            Sitting(
                started=datetime.fromisoformat(row["started_at"]),
                last_write=datetime.fromisoformat(row["last_write_at"]),
                process=ProcessIdentity(**known(ProcessIdentity, row)),
                cwd=Path(row["cwd"]),
                tool_versions={v["tool"]: v["version"] for v in versions},
            )
        )
    return tuple(found)


def _load_attempts(
    db: Database, run_id: str
) -> tuple[tuple[Attempt, ...], tuple[UnfinishedAttempt, ...]]:
    candidates = load_candidates(db, run=run_id)
    rows = select(
        db,
        "SELECT a.*, coalesce(t.text, '') AS feedback FROM attempts a "
        "LEFT JOIN texts t ON t.id = a.feedback_id WHERE a.run_id = :run ORDER BY a.ordinal, a.id",
        {"run": run_id},
    )
    finished, unfinished = [], []
    for row in rows:
        step = Step(
            **{**known(Step, row), "kind": StepKind(row["kind"]), "tier": Tier(row["tier"])}
        )
        own = candidates.get(row["id"], ())
        if row["status"] == "finished":
            finished.append(
                Attempt(
                    ordinal=row["ordinal"],
                    step=step,
                    candidates=own,
                    seconds=row["seconds"],
                    accepted=bool(row["accepted"]),
                    feedback=row["feedback"],
                )
            )
        else:
            unfinished.append(
                UnfinishedAttempt(row["ordinal"], step, own, row["status"], row["feedback"])
            )
    return tuple(finished), tuple(unfinished)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
