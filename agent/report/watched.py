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
from agent.toolchain import waveform, waves
from agent.toolchain.direct import DirectSimulator
from agent.toolchain.results import Outcome
from agent.toolchain.waveform import Waveform

_FS = 1_000_000


@dataclass(frozen=True)
class Watched:
    """What the ports of a failing design did up to its first mismatch, and of a passing one."""

    check: str
    """Empty for a Verilog testbench, which is one check."""
    message: str = ""
    """What the testbench says of the failure."""
    failing: str | None = None
    """`ATTEMPT.CANDIDATE`; None where no design failed a check."""
    failed: Waveform | None = None
    failure_ns: float | None = None
    """When the check failed; None where the testbench does not tell."""
    passing: str | None = None
    passed: Waveform | None = None
    """The same check and the same window, of the design that passed; its end without a failure."""


def watch(run: StoredRun, simulator: DirectSimulator) -> Watched | None:
    """Simulate the failing design of most merit and the passing one; None where neither shows.

    The testbench is the copy in the record. Raises what the simulator raises.
    """
    designs = distinct_designs(run)
    bad = _failing(run, designs.items())
    good = next(((r, c) for r, c in designs.items() if c.verdict.passed), None)
    subject = bad or good
    if subject is None or not subject[1].verdict.tests:
        return None
    tests = subject[1].verdict.tests
    first = next((t.name for t in tests if not t.passed), tests[0].name)
    with tempfile.TemporaryDirectory(prefix="mevagent-report-") as folder:
        bench = bench_files.unpack(run.start.files, run.start.testbench, Path(folder))
        job = job_of(run.start, "", bench)
        watched = Watched(check="")
        if bench.kind == "cocotb":
            job, watched = replace(job, only_tests=(first,)), Watched(check=first)
        if bad:
            recording = simulator.record_waves(replace(job, rtl=bad[1].rtl))
            watched = _mismatch(watched, bad, recording)
        after = simulator.record_waves(replace(job, rtl=good[1].rtl)) if good else None
        if good and after:
            shown = waveform.last_cycles(after)
            if watched.failed:
                bounds = round(watched.failed.start_ns * _FS), round(watched.failed.end_ns * _FS)
                shown = waveform.window(after, *bounds)
            watched = replace(watched, passing=good[0] if shown else None, passed=shown)
    return watched if watched.failed or watched.passed else None


def _mismatch(
    watched: Watched, bad: tuple[str, Candidate], recording: waves.Recording | None
) -> Watched:
    """With the failing design's part; without it where the check passes when it runs alone."""
    shown = waveform.last_cycles(recording) if recording and not recording.passed else None
    if recording is None or shown is None:
        return watched
    reference, candidate = bad
    told = next((t.message for t in candidate.verdict.tests if not t.passed), "")
    failure = recording.until_ns
    return replace(
        watched,
        message=told or candidate.verdict.reason,
        failing=reference,
        failed=shown,
        failure_ns=failure if failure != float("inf") else None,
    )


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
