"""The waveforms of a report: a run's designs simulated once more, with their ports dumped."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from agent import bench_files
from agent.attempts import Candidate
from agent.replay import distinct_designs, job_of
from agent.runs import StoredRun
from agent.toolchain import waveform
from agent.toolchain.direct import DirectSimulator
from agent.toolchain.results import Outcome
from agent.toolchain.waveform import Waveform

_FS = 1_000_000


@dataclass(frozen=True)
class Watched:
    """What the ports of a failing design did up to its first mismatch, and of a passing one."""

    check: str
    """Empty for a Verilog testbench, which is one check."""
    message: str
    """What the testbench says of the failure."""
    failing: str
    """`ATTEMPT.CANDIDATE`."""
    failed: Waveform
    failure_ns: float | None
    """When the check failed; None where the testbench does not tell."""
    passing: str | None = None
    passed: Waveform | None = None
    """The same check and the same window, of the design that passed."""


def watch(run: StoredRun, simulator: DirectSimulator) -> Watched | None:
    """Simulate the failing design of most merit and the passing one; None where none failed.

    The testbench is the copy in the record. Raises what the simulator raises.
    """
    designs = distinct_designs(run)
    failing = _failing(run, designs.items())
    if failing is None:
        return None
    reference, candidate = failing
    first = next((t for t in candidate.verdict.tests if not t.passed), None)
    with tempfile.TemporaryDirectory(prefix="mevagent-report-") as folder:
        bench = bench_files.unpack(run.start.files, run.start.testbench, Path(folder))
        job = job_of(run.start, candidate.rtl, bench)
        if bench.kind == "cocotb" and first is not None:
            job = replace(job, only_tests=(first.name,))
        dump = simulator.dump(job)
        failed = waveform.before_failure(dump) if dump else None
        if dump is None or failed is None:
            return None
        failure = dump.verdict.first_failure_ns
        told = next((t.message for t in dump.verdict.tests if not t.passed), "")
        watched = Watched(
            check=first.name if first is not None and bench.kind == "cocotb" else "",
            message=told or dump.verdict.reason,
            failing=reference,
            failed=failed,
            failure_ns=failure if failure != float("inf") else None,
        )
        good = next(((r, c) for r, c in designs.items() if c.verdict.passed), None)
        after = simulator.dump(replace(job, rtl=good[1].rtl)) if good else None
        if good is None or after is None:
            return watched
        bounds = round(failed.start_ns * _FS), round(failed.end_ns * _FS)
        return replace(watched, passing=good[0], passed=waveform.window(after, *bounds))


def _failing(
    run: StoredRun, designs: Iterable[tuple[str, Candidate]]
) -> tuple[str, Candidate] | None:
    """The design that the passing one repairs, or else the best that failed a check."""
    failed = [(r, c) for r, c in designs if c.verdict.outcome is Outcome.FAILED]
    passing = run.candidate(run.passed_hash) if run.passed_hash else None
    for reference, candidate in failed:
        if passing and candidate.rtl_hash == passing.parent:
            return reference, candidate
    return max(failed, key=lambda found: found[1].merit, default=None)
