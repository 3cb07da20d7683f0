"""Mending: what one or two small changes make of a failing design, judged without asking a model.

A simulation costs milliseconds and a small model's answer seconds: on two slow cores two hundred
variants of a design are judged while one attempt is decoded. What a small model gets wrong is often
one constant, condition or initial value, which it writes again in every repair; so variants come
before repairs. A variant counts only if it passes: one that merely fails later is no better a start
for the model.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice

from agent.errors import TestbenchError
from agent.mutation import bounds_of_a_mutant
from agent.toolchain.base import Job, Simulator
from agent.toolchain.results import Verdict
from agent.variants import variants
from mevllm.data.mutate import Mutant
from mevllm.processors import processors
from mevllm.spec import Spec

MOST = 320
"""Variants of one design that are judged."""
DEPTH = 2
"""Changes that are made one upon the other, the second to the best that the first ones gave."""
AFFORDABLE_S = 10.0
"""What mending one design may take; testbenches that run for long leave fewer variants."""


@dataclass(frozen=True)
class Mended:
    """A variant that passes."""

    rtl: str
    changes: tuple[Mutant, ...]
    """In the order in which they were made."""
    tried: int
    """Variants that were judged until it was found."""


def mend(
    simulator: Simulator,
    job: Job,
    verdict: Verdict,
    spec: Spec,
    expired: Callable[[], bool] = lambda: False,
    *,
    seconds: float = AFFORDABLE_S,
) -> Mended | None:
    """Look for a variant of a failing design that passes; None where there is none.

    `job` is the one that gave `verdict`. No further variant is begun after `seconds`, or once
    `expired` says so. The order is that of `variants`, and the first that passes in that order is
    taken. Raises SandboxError and MissingToolError.
    """
    workers, until = processors(), time.monotonic() + seconds
    quick = replace(job, limits=bounds_of_a_mutant(job.limits, verdict.seconds))
    best, changes, tried = (verdict.merit, job.rtl), tuple[Mutant, ...](), 0
    with ThreadPoolExecutor(workers, thread_name_prefix="mend") as pool:
        for _ in range(DEPTH):
            start, made = best, changes
            left = islice(variants(start[1], spec), MOST)
            while batch := list(islice(left, 4 * workers)):
                if expired() or time.monotonic() > until:
                    return None
                jobs = (replace(quick, rtl=variant.text) for variant in batch)
                found = [*pool.map(lambda each: _judged(simulator, each), jobs)]
                for number, (variant, seen) in enumerate(zip(batch, found, strict=True)):
                    if seen is not None and seen.passed:
                        return Mended(variant.text, (*made, variant), tried + number + 1)
                    if seen is not None and seen.merit > best[0]:
                        best, changes = (seen.merit, variant.text), (*made, variant)
                tried += len(batch)
            if best == start:
                return None
    return None


def _judged(simulator: Simulator, job: Job) -> Verdict | None:
    """None where the testbench breaks on the variant."""
    try:
        return simulator.judge(job)
    except TestbenchError:
        return None
