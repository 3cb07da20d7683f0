"""Measuring testbench strength: mutants of a passing design, judged by the testbench it passes.

Mutation analysis (DeMillo, Lipton, Sayward: Hints on Test Data Selection, 1978). Mutants that
compile to the same simulation are left out (trivial compiler equivalence: Papadakis et al., ICSE
2015); whether any other survivor behaves differently at all is undecidable, so it is compared with
the design on random inputs, and a survivor without a difference is reported as just that.
"""

from __future__ import annotations

import math
import re
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Literal

from agent.errors import TestbenchError
from agent.strength import Strength, Survivor
from agent.toolchain.base import Job, Limits, Simulator
from agent.toolchain.contract import interface_of
from agent.toolchain.results import Outcome, Verdict
from agent.toolchain.testbench import load_testbench
from mevllm.data.checker import comparison
from mevllm.data.design import Stimulus
from mevllm.data.draw import Clocking, Draw
from mevllm.data.faults import faults
from mevllm.data.mutate import Mutant
from mevllm.data.stimulus import combinational, sequential
from mevllm.processors import processors
from mevllm.spec import Interface

MUTANTS = 40
"""Most mutants that are tried where nothing else is asked for."""
LEAST = 8
"""Fewer mutants than these say little about a testbench."""
AFFORDABLE_S = 10.0
"""What a build may spend on this unasked."""
ROWS = 1000
"""Random input rows of each of the two kinds that a survivor is compared on."""

_MODULE = re.compile(r"^\s*module\s+(\w+)", re.MULTILINE)
_UNUSABLE = (
    Outcome.NOT_COMPILED,
    Outcome.NOT_ELABORATED,
    Outcome.REFUSED,
    Outcome.UNSUPPORTED,
)
Fate = Literal["noticed", "unusable", "equal", "same", "differs", "unknown"]
_COMPARED: dict[Outcome, Fate] = {Outcome.PASSED: "same", Outcome.FAILED: "differs"}


def affordable(passed: Verdict, workers: int | None = None) -> int:
    """How many mutants a design's testbench can judge within AFFORDABLE_S, at most MUTANTS."""
    at_once = workers or processors()
    return min(MUTANTS, int(AFFORDABLE_S * at_once / max(passed.seconds, 0.01)))


def measure(
    simulator: Simulator,
    job: Job,
    passed: Verdict,
    *,
    count: int = MUTANTS,
    seed: int = 0,
    budget_s: float | None = None,
    workers: int | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Strength:
    """Judge mutants of a design by the testbench that it passed.

    `job` is the one that gave the verdict `passed`. `count` 0 tries all mutants; no further one
    is begun after `budget_s`. `on_progress` is told how many of how many are done, from any
    thread. The same seed chooses the same mutants.

    Raises MissingToolError and SandboxError as the simulator does.
    """
    started = time.monotonic()
    possible = faults(job.rtl, seed)
    chosen = possible[:count] if count else possible
    trial = _Trial(simulator, job, passed.seconds, seed)
    done = 0

    def attempt(mutant: Mutant) -> Fate | None:
        nonlocal done
        if budget_s is not None and time.monotonic() - started > budget_s:
            return None
        fate = trial.fate(mutant.text)
        done += 1
        if on_progress:
            on_progress(done, len(chosen))
        return fate

    with (
        tempfile.TemporaryDirectory(prefix="mevagent-strength-") as folder,
        ThreadPoolExecutor(workers or processors()) as pool,
    ):
        trial.prepare(Path(folder))
        try:
            fates = [*pool.map(attempt, chosen)]
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    survivors = [
        _survivor(job.rtl, mutant, fate)
        for mutant, fate in zip(chosen, fates, strict=True)
        if fate in ("same", "differs", "unknown")
    ]
    noticed, left = fates.count("noticed"), fates.count(None)
    return Strength(
        possible=len(possible),
        tried=noticed + len(survivors),
        noticed=noticed,
        survivors=tuple(sorted(survivors, key=lambda s: (s.line, s.change))),
        equal=fates.count("equal"),
        unusable=fates.count("unusable"),
        seconds=time.monotonic() - started,
        seed=seed,
        stopped=f"{left} mutants were not begun within {budget_s:g} s" if left else "",
    )


class _Trial:
    """One design, its testbench, and the comparison for mutants that pass."""

    def __init__(self, simulator: Simulator, job: Job, seconds: float, seed: int) -> None:
        self._simulator, self._seed = simulator, seed
        self._patient = job
        self._job = replace(job, limits=bounds_of_a_mutant(job.limits, seconds))
        self._comparison: Job | None = None
        self._fingerprint: str | None = None

    def prepare(self, folder: Path) -> None:
        """Write the comparing testbench, where the design's interface allows one."""
        self._fingerprint = self._simulator.fingerprint(self._job)
        interface = interface_of(self._job.rtl, self._job.top)
        directions = {p.direction for p in interface.ports} if interface else set()
        if interface is None or directions != {"input", "output"}:
            return
        path = folder / "compare.v"
        stimulus = random_rows(interface, self._job.rtl, self._seed)
        reference = _renamed(self._job.rtl, self._job.top)
        path.write_text(comparison(interface, stimulus, reference), encoding="utf-8")
        self._comparison = Job("", self._job.top, load_testbench(path, top="tb"), self._job.limits)

    def fate(self, mutant: str) -> Fate:
        """What becomes of a mutant."""
        try:
            verdict = self._simulator.judge(replace(self._job, rtl=mutant))
        except TestbenchError:
            return "noticed"  # a testbench that passes the design breaks on this one
        if verdict.limit == "wall clock":
            # A busy machine does that: here the design's own bounds decide.
            verdict = self._simulator.judge(replace(self._patient, rtl=mutant))
        if verdict.outcome in _UNUSABLE:
            return "unusable"
        if not verdict.passed:
            return "noticed"
        same = self._simulator.fingerprint(replace(self._job, rtl=mutant))
        if same is not None and same == self._fingerprint:
            return "equal"
        if self._comparison is None:
            return "unknown"
        try:
            compared = self._simulator.judge(replace(self._comparison, rtl=mutant)).outcome
        except TestbenchError:
            return "unknown"
        return _COMPARED.get(compared, "unknown")


def random_rows(interface: Interface, rtl: str, seed: int) -> Stimulus:
    """Random inputs for a design: as many rows that change at once as rows that linger.

    Its clock, and the levels of clock and reset, are read from its text.
    """
    draw, clock, reset = Draw("strength", seed), interface.clock, interface.reset
    if clock is None:
        return combinational(draw, interface.ports, random_rows=ROWS)
    falling = f"negedge {clock}" in rtl and f"posedge {clock}" not in rtl
    low = reset and re.search(rf"[!~]\s*{reset}\b|negedge\s+{reset}\b", rtl)
    clocking = Clocking(clock, "negedge" if falling else "posedge", reset, not low)
    linger = {p.name: 0.95 for p in interface.ports if p.name != reset}
    quick, slow = (
        sequential(draw, interface.ports, clocking, random_rows=ROWS, reset_chance=0.005, hold=hold)
        for hold in (None, linger)
    )
    return replace(quick, rows=quick.rows + slow.rows)


def _renamed(rtl: str, top: str) -> str:
    """The design under other module names: its top becomes `reference_design`."""
    for name in _MODULE.findall(rtl):
        new = "reference_design" if name == top else f"{name}_reference"
        rtl = re.sub(rf"\b{name}\b", new, rtl)
    return rtl


def bounds_of_a_mutant(limits: Limits, seconds: float) -> Limits:
    """Bounds that end a mutant which does not end, long before those of a design would.

    Processor time decides, which a busy machine does not stretch.
    """
    cpu_s = min(limits.cpu_s, math.ceil(2 + 5 * seconds))
    return replace(limits, cpu_s=cpu_s, wall_s=min(limits.wall_s, 10 + 10 * seconds))


def _survivor(rtl: str, mutant: Mutant, fate: Fate | None) -> Survivor:
    at = mutant.line - 1
    return Survivor(
        line=mutant.line,
        before=rtl.split("\n")[at].strip(),
        after=mutant.text.split("\n")[at].strip(),
        change=mutant.change,
        kind=mutant.kind,
        differs={"same": False, "differs": True}.get(fate or ""),
    )
