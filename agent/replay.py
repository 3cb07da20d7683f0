"""Replay: a run's designs are simulated again, and the stored verdicts compared with today's.

What is compared is what decides: the outcome, the score, and of each test its name, whether it
passed, the share that matched and the simulation time at which it ended. Words (messages, logs)
and wall times are not.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from agent import bench_files
from agent.attempts import Candidate
from agent.errors import InputError
from agent.runs import RunStart, StoredRun
from agent.toolchain.base import Job, Simulator, Testbench
from agent.toolchain.contract import judge
from agent.toolchain.results import Outcome, Verdict

Agreement = Literal["reproduced", "differs", "depends on load"]

TIME_LIMITS = ("wall clock", "cpu time")
"""Limits that a slower or busier machine reaches sooner: no proof either way."""


@dataclass(frozen=True)
class Replayed:
    """One design, judged again."""

    reference: str
    """`ATTEMPT.CANDIDATE`, where the design first appears."""
    rtl_hash: str
    recorded: Verdict
    now: Verdict
    agreement: Agreement
    """`depends on load`: one of the verdicts was ended by a limit on time, the other was not."""
    differences: tuple[str, ...]
    """One line each: what was recorded, and what is."""


@dataclass(frozen=True)
class ToolChange:
    """A tool whose version, or the sandbox whose level, is not the record's; None: missing."""

    tool: str
    recorded: str | None
    now: str | None


@dataclass(frozen=True)
class ReplayReport:
    """What became of the proof."""

    run_id: str
    results: tuple[Replayed, ...]
    tools: tuple[ToolChange, ...]
    changed_files: tuple[Path, ...]
    """With today's files: those that are not as they were recorded."""

    @property
    def reproduced(self) -> int:
        """Verdicts that came out as recorded."""
        return sum(result.agreement == "reproduced" for result in self.results)

    @property
    def load_dependent(self) -> int:
        """Verdicts that prove nothing, because a limit on time decided one of the two."""
        return sum(result.agreement == "depends on load" for result in self.results)

    @property
    def ok(self) -> bool:
        """Whether no verdict differs."""
        return not any(result.agreement == "differs" for result in self.results)


def replay(
    stored: StoredRun,
    simulator: Simulator,
    *,
    attempt: int | None = None,
    current: bool = False,
    on_result: Callable[[Replayed], None] | None = None,
) -> ReplayReport:
    """Judge every distinct design of a run, or of one attempt, again.

    The testbench is the copy in the record; with `current`, the files as they are today.
    `on_result` is told of each design as it is judged. Raises InputError when there is nothing to
    judge or a file of today is gone, and whatever the simulator raises.
    """
    designs = distinct_designs(stored, attempt)
    if not designs:
        where = "" if attempt is None else f" in attempt {attempt}"
        raise InputError(f"run {stored.run_id} has no candidate{where} to judge again")
    if not current:
        with tempfile.TemporaryDirectory(prefix="mevagent-replay-") as folder:
            bench = bench_files.unpack(stored.start.files, stored.start.testbench, Path(folder))
            results = _judge_all(stored, designs, bench, simulator, on_result)
    else:
        bench = _todays(stored)
        results = _judge_all(stored, designs, bench, simulator, on_result)
    return ReplayReport(
        run_id=stored.run_id,
        results=results,
        tools=_tool_changes(stored, {**simulator.versions(), "sandbox": simulator.sandbox}),
        changed_files=stored.changed_files() if current else (),
    )


def distinct_designs(stored: StoredRun, attempt: int | None = None) -> dict[str, Candidate]:
    """The designs to judge by reference `ATTEMPT.CANDIDATE`, each text once."""
    found: dict[str, Candidate] = {}
    seen: set[str] = set()
    for made in stored.all_attempts:
        for candidate in made.candidates:
            if candidate.rtl_hash not in seen and attempt in (None, made.ordinal):
                seen.add(candidate.rtl_hash)
                found[f"{made.ordinal}.{candidate.index}"] = candidate
    return found


def recorded_job(start: RunStart, testbench: Testbench) -> Job:
    """The job that a run gave the simulator, without a design; `testbench` lies where it is now."""
    return Job(
        rtl="",
        top=start.interface.module,
        testbench=testbench,
        limits=start.limits,
        expected_tests=start.expected_tests,
        parameters=start.parameters,
        seed=start.testbench_seed,
    )


def compare(recorded: Verdict, now: Verdict) -> tuple[Agreement, tuple[str, ...]]:
    """Whether two verdicts agree in what decides, and where they do not."""
    limits = [v.limit for v in (recorded, now) if v.outcome is Outcome.LIMIT]
    if len(limits) == 2:
        # What had been checked when time ran out is chance.
        return "reproduced", ()
    differences = tuple(_differences(recorded, now))
    if limits and limits[0] in TIME_LIMITS:
        return "depends on load", differences
    return ("differs", differences) if differences else ("reproduced", ())


def _judge_all(
    stored: StoredRun,
    designs: Mapping[str, Candidate],
    testbench: Testbench,
    simulator: Simulator,
    on_result: Callable[[Replayed], None] | None,
) -> tuple[Replayed, ...]:
    start, job = stored.start, recorded_job(stored.start, testbench)
    results = []
    for reference, candidate in designs.items():
        now = judge(simulator, replace(job, rtl=candidate.rtl), start.interface)
        agreement, differences = compare(candidate.verdict, now)
        results.append(
            Replayed(reference, candidate.rtl_hash, candidate.verdict, now, agreement, differences)
        )
        if on_result:
            on_result(results[-1])
    return tuple(results)


def _todays(stored: StoredRun) -> Testbench:
    """The testbench at the paths of the record, relative ones from where the run was started."""
    home, bench = stored.sittings[0].cwd, stored.start.testbench
    today = replace(
        bench,
        path=home / bench.path,
        sources=tuple(home / path for path in bench.sources),
        data=tuple(home / path for path in bench.data),
    )
    for path in (today.path, *today.sources, *today.data):
        if not path.is_file():
            raise InputError(
                f"{path} is gone; replay without --current to use the copy in the record"
            )
    return today


def _tool_changes(stored: StoredRun, now: Mapping[str, str]) -> tuple[ToolChange, ...]:
    recorded = {"sandbox": stored.start.sandbox}
    for sitting in stored.sittings:
        recorded.update(sitting.tool_versions)
    return tuple(
        ToolChange(tool, recorded.get(tool), now.get(tool))
        for tool in sorted({*recorded, *now})
        if recorded.get(tool) != now.get(tool)
    )


def _differences(recorded: Verdict, now: Verdict) -> list[str]:
    found = []
    if recorded.outcome is not now.outcome:
        found.append(f"outcome: {recorded.outcome}, now {now.outcome}")
    if not math.isclose(recorded.score, now.score, abs_tol=1e-9):
        found.append(f"score: {recorded.score:.4f}, now {now.score:.4f}")
    before = {test.name: test for test in recorded.tests}
    after = {test.name: test for test in now.tests}
    for name in [*before, *(name for name in after if name not in before)]:
        old, new = before.get(name), after.get(name)
        if old is None or new is None:
            words = "did not run, now it does" if old is None else "ran, now it does not"
            found.append(f"{name}: {words}")
            continue
        if old.passed is not new.passed:
            found.append(f"{name}: {_RESULT[old.passed]}, now {_RESULT[new.passed]}")
        elif not _same(old.share, new.share):
            found.append(f"{name}: share {old.share}, now {new.share}")
        elif not _same(old.sim_time_ns, new.sim_time_ns):
            found.append(f"{name}: ended at {old.sim_time_ns} ns, now at {new.sim_time_ns} ns")
    return found


_RESULT = {True: "passed", False: "failed"}


def _same(old: float | None, new: float | None) -> bool:
    if old is None or new is None:
        return old is new
    return math.isclose(old, new, rel_tol=1e-9)
