"""A recorded candidate, simulated again with waves: for people who look at why it failed."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from agent.toolchain.results import Outcome, Verdict

if TYPE_CHECKING:
    from agent.attempts import Candidate
    from agent.runs import RunStart
    from agent.toolchain.base import Job
    from agent.toolchain.direct import DirectSimulator
    from agent.toolchain.waves import Recording

RAN = (Outcome.PASSED, Outcome.FAILED, Outcome.LIMIT)
"""Outcomes of designs that were simulated, so that there are waves to see."""


def shown_check(verdict: Verdict) -> str | None:
    """The check whose waves are worth a look: the first that failed or hung, else the last."""
    failed = [test.name for test in verdict.tests if not test.passed]
    names = [*failed, *filter(None, [verdict.hung_test]), *(t.name for t in verdict.tests[-1:])]
    return next(iter(names), None)


def record_waves(
    start: RunStart, candidate: Candidate, simulator: DirectSimulator
) -> Recording | None:
    """Simulate `shown_check` again with all signals of the design.

    The testbench is the copy in the record. None for a design that does not come to run. Raises
    what the simulator raises.
    """
    from agent import bench_files
    from agent.replay import job_of
    from agent.toolchain.contract import breach

    verdict = candidate.verdict
    if verdict.outcome not in RAN or breach(candidate.rtl, start.interface):
        return None
    with tempfile.TemporaryDirectory(prefix="mevagent-waves-") as folder:
        bench = bench_files.unpack(start.files, start.testbench, Path(folder))
        check = shown_check(verdict)
        only = (check,) if check and bench.kind == "cocotb" else ()
        job = replace(job_of(start, candidate.rtl, bench), only_tests=only)
        return _record(job, simulator)


def _record(job: Job, simulator: DirectSimulator) -> Recording | None:
    # Where all signals are more than the limit on a file allows, the ports may not be.
    return simulator.record_waves(job, whole=True) or simulator.record_waves(job)
