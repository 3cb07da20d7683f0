"""Verdicts on many designs: in this process, on several, or on a Ray cluster.

A task is a pure function of its key, so that one that is run again, because its worker was killed,
changes nothing; and whatever carries it out, the result is the same.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from functools import cached_property
from multiprocessing.util import Finalize
from typing import Protocol

from agent import __version__
from agent.errors import MissingToolError, TestbenchError
from agent.evaluate.classes import compiles, failure_class, shows_unknown
from agent.evaluate.problems import Problem, Simulation, digest_of
from agent.toolchain.base import Job, Limits, Simulator
from agent.toolchain.contract import judge
from agent.toolchain.direct import DirectSimulator
from agent.toolchain.results import Outcome, Verdict
from agent.toolchain.simulators import open_simulator
from mevllm.spec import Interface

WINDOW = 4
"""Tasks per worker that wait for it."""
PATIENCE = 6.0
"""How much longer a simulation may take on the clock that a first one was ended by."""
DEATHS = 3
"""Workers that may die in a row, without a verdict between, before the machine is to blame."""


@dataclass(frozen=True)
class Judged:
    """A verdict, reduced to what evaluations count."""

    outcome: str
    failure: str
    """Its class; empty for a pass."""
    compiles: bool
    score: float
    reason: str
    seconds: float = field(compare=False)
    """Wall time; the one thing that differs when a task is run again."""

    @property
    def passed(self) -> bool:
        """True only for a proven pass."""
        return self.outcome == str(Outcome.PASSED)


@dataclass(frozen=True)
class Task:
    """One design to judge by one problem's testbench."""

    rtl: str
    module: str
    simulations: tuple[Simulation, ...]
    limits: Limits
    bench_digest: str
    """`Problem.digest`."""
    tools: tuple[tuple[str, str], ...]
    """Versions of the simulator's tools."""
    interface: Interface | None = None
    """What the design must keep to; None for a reference, which the testbench alone judges."""

    @cached_property
    def key(self) -> str:
        """SHA-256 of everything that decides the verdict."""
        header = self.interface.header() if self.interface else None
        return digest_of([self.rtl, self.bench_digest, self.tools, header, __version__])


def task_of(
    problem: Problem,
    rtl: str,
    limits: Limits,
    digest: str,
    tools: tuple[tuple[str, str], ...],
    *,
    contract: bool = True,
) -> Task:
    """A design as a task of a problem; `contract` False leaves the interface to the testbench."""
    interface = problem.spec.interface if problem.spec and contract else None
    return Task(
        rtl,
        problem.module,
        problem.simulations,
        limits,
        digest,
        tools,
        interface,
    )


def judge_task(simulator: Simulator, task: Task) -> Judged:
    """Judge a design by each simulation, up to the first that it fails.

    Raises SandboxError and MissingToolError.
    """
    seconds = 0.0
    verdict = Verdict(Outcome.INCONCLUSIVE, reason="the problem has no simulation")
    for simulation in task.simulations:
        bench, parameters = simulation.testbench, simulation.parameters
        job = Job(task.rtl, task.module, bench, task.limits, parameters=parameters)
        verdict = _verdict(simulator, job, task.interface)
        seconds += verdict.seconds
        if not verdict.passed:
            break
    failure = failure_class(verdict)
    # cocotb's messages say what value an output had.
    printed = task.simulations and task.simulations[0].testbench.kind == "verilog"
    if failure == "mismatch" and printed and shows_unknown(simulator, job, task.interface):
        failure = "X"
    return Judged(
        str(verdict.outcome),
        failure,
        compiles(verdict),
        verdict.score,
        verdict.reason[:500],
        seconds,
    )


def _verdict(simulator: Simulator, job: Job, interface: Interface | None) -> Verdict:
    """A verdict that the machine's load does not decide.

    Processor time ends what hangs; the wall clock, with everything else that runs, may end what
    does not. So one that the wall clock ended is judged again with PATIENCE times as much of it.
    """
    verdict = _judged(simulator, job, interface)
    if verdict.limit != "wall clock":
        return verdict
    limits = job.limits
    patient = replace(
        limits,
        wall_s=limits.wall_s * PATIENCE,
        compile_wall_s=limits.compile_wall_s * PATIENCE,
    )
    return _judged(simulator, replace(job, limits=patient), interface)


def _judged(simulator: Simulator, job: Job, interface: Interface | None) -> Verdict:
    try:
        if interface is None:
            return simulator.judge(job)
        return judge(simulator, job, interface)
    except TestbenchError as error:
        return Verdict(Outcome.UNSUPPORTED, reason=str(error))


class Pool(Protocol):
    """What carries tasks out."""

    def judge(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Judged]]:
        """Yield each task with its verdict, in the order in which they end.

        Tasks are taken as workers come free, so that what yields them may take its time. Raises
        SandboxError or MissingToolError when the machine cannot judge.
        """
        ...

    def close(self) -> None:
        """End the workers."""
        ...


class SerialPool:
    """Judges in this process."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def judge(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Judged]]:
        """See `Pool.judge`."""
        for task in tasks:
            yield task, judge_task(self._simulator, task)

    def close(self) -> None:
        """The simulator is its owner's."""


_simulators: list[DirectSimulator] = []
"""The one of this process, where it is a worker."""


def _begin(allow_unsandboxed: bool) -> None:
    simulator = open_simulator(allow_unsandboxed=allow_unsandboxed, servers=1)
    _simulators.append(simulator)
    Finalize(None, simulator.close, exitpriority=1)


def _work(task: Task) -> Judged:
    return judge_task(_simulators[0], task)


class ProcessPool:
    """Judges on several processes of this machine, each with a simulator of its own.

    They are spawned, not forked: a model's threads live in this process.
    """

    def __init__(self, jobs: int, *, allow_unsandboxed: bool = False) -> None:
        self._jobs = jobs
        self._allow = allow_unsandboxed
        self._executor = self._start()

    def judge(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Judged]]:
        """See `Pool.judge`; what a killed worker left undone is run again."""
        coming = iter(tasks)
        waiting: dict[Future[Judged], Task] = {}
        deaths, more = 0, True
        while more or waiting:
            while more and len(waiting) < WINDOW * self._jobs:
                task = next(coming, None)
                if task is None:
                    more = False
                else:
                    self._submit(waiting, task)
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            lost: list[Task] = []
            for future in done:
                task = waiting.pop(future)
                try:
                    judged = future.result()
                except BrokenProcessPool:
                    lost.append(task)
                    continue
                deaths = 0
                yield task, judged
            if lost:
                deaths += 1
                self._again(waiting, lost, deaths)

    def _submit(self, waiting: dict[Future[Judged], Task], task: Task) -> None:
        try:
            waiting[self._executor.submit(_work, task)] = task
        except BrokenProcessPool:
            failed: Future[Judged] = Future()
            failed.set_exception(BrokenProcessPool())
            waiting[failed] = task

    def _again(self, waiting: dict[Future[Judged], Task], lost: list[Task], deaths: int) -> None:
        if deaths >= DEATHS:
            raise MissingToolError(
                f"{deaths} workers in a row were killed; memory is probably short: fewer --jobs"
            )
        broken = [future for future in waiting if not future.done() or future.exception()]
        lost += [waiting.pop(future) for future in broken]
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._executor = self._start()
        for task in lost:
            self._submit(waiting, task)

    def workers(self) -> tuple[int, ...]:
        """Process ids of the workers that have started."""
        return tuple(self._executor._processes or ())

    def close(self) -> None:
        """See `Pool.close`."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _start(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self._jobs, context, _begin, (self._allow,))
