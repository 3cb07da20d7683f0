"""Verdicts on a Ray cluster (the extra `[ray]`): actors that each own a simulator.

A batch carries the files of its testbenches, so that a node needs Icarus and this package and
nothing else. A batch whose actor died is run again by a new one.
"""

from __future__ import annotations

import os
import signal
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from agent.bench_files import BenchFile, collect, unpack
from agent.errors import MissingToolError
from agent.evaluate.judging import DEATHS, Judged, Task, judge_task
from agent.evaluate.problems import Parameters, Simulation
from agent.toolchain.base import Testbench
from agent.toolchain.simulators import open_simulator

BATCH = 20
"""Tasks of one call: a call costs about as much as a small simulation."""
AHEAD = 2
"""Batches per worker that are under way."""


@dataclass(frozen=True)
class Packed:
    """A simulation with the content of its files, for a machine that does not have them."""

    testbench: Testbench
    parameters: Parameters
    files: tuple[BenchFile, ...]


@dataclass(frozen=True)
class Batch:
    """What an actor is sent; the tasks are without their simulations."""

    tasks: tuple[Task, ...]
    benches: dict[str, tuple[Packed, ...]]
    """By `Task.bench_digest`."""


def packed(task: Task) -> tuple[Packed, ...]:
    """The simulations of a task with their files."""
    return tuple(Packed(s.testbench, s.parameters, collect(s.testbench)) for s in task.simulations)


class Worker:
    """Judges batches; lives in a process of its own on some node."""

    def __init__(self, allow_unsandboxed: bool) -> None:
        self._stack = ExitStack()
        self._simulator = open_simulator(allow_unsandboxed=allow_unsandboxed, servers=1)
        self._stack.callback(self._simulator.close)
        self._folder = Path(
            self._stack.enter_context(tempfile.TemporaryDirectory(prefix="mevagent-ray-"))
        )
        self._benches: dict[str, tuple[Simulation, ...]] = {}

    def judge(self, batch: Batch) -> list[Judged]:
        """The verdicts of a batch, in order."""
        for digest, benches in batch.benches.items():
            if digest not in self._benches:
                self._benches[digest] = tuple(
                    Simulation(
                        unpack(bench.files, bench.testbench, self._folder / digest / str(number)),
                        bench.parameters,
                    )
                    for number, bench in enumerate(benches)
                )
        return [
            judge_task(self._simulator, replace(task, simulations=self._benches[task.bench_digest]))
            for task in batch.tasks
        ]

    def pid(self) -> int:
        """The actor's process."""
        return os.getpid()


class RayPool:
    """Judges on a Ray cluster, or on one started on this machine; implements `Pool`.

    Raises MissingToolError where Ray is not installed or does not answer.
    """

    def __init__(
        self, address: str | None = None, *, workers: int = 2, allow_unsandboxed: bool = False
    ) -> None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        try:
            import ray
        except ImportError as error:
            raise MissingToolError("--ray needs Ray: pip install 'mevagent[ray]'") from error
        self._ray = ray
        # Ray answers SIGTERM itself from here on; the command has its own way to end in order.
        before = signal.getsignal(signal.SIGTERM)
        try:
            if address:
                ray.init(address=address, ignore_reinit_error=True, log_to_driver=False)
            else:
                ray.init(
                    num_cpus=workers,
                    include_dashboard=False,
                    ignore_reinit_error=True,
                    log_to_driver=False,
                )
        except Exception as error:  # Ray raises nothing more exact where it cannot start
            raise MissingToolError(
                f"Ray does not answer{f' at {address}' if address else ''}: {error}"
            ) from error
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, before)
        self._remote = ray.remote(num_cpus=1)(Worker)
        self._allow = allow_unsandboxed
        self._actors = [self._actor() for _ in range(workers)]

    def judge(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Judged]]:
        """See `Pool.judge`; tasks are taken a batch at a time."""
        coming = iter(tasks)
        waiting: dict[Any, tuple[int, Batch, tuple[Task, ...]]] = {}
        deaths, more = 0, True
        while more or waiting:
            while more and len(waiting) < AHEAD * len(self._actors):
                taken = tuple(islice(coming, BATCH))
                more = len(taken) == BATCH
                if taken:
                    self._send(waiting, self._idlest(waiting), _batch(taken), taken)
            if not waiting:
                break
            (done,), _ = self._ray.wait(list(waiting), num_returns=1)
            actor, batch, originals = waiting.pop(done)
            try:
                verdicts = self._ray.get(done)
            except self._ray.exceptions.RayActorError as error:
                deaths += 1
                if deaths >= DEATHS:
                    raise MissingToolError(
                        f"{deaths} Ray workers in a row died; memory is probably short: {error}"
                    ) from error
                self._replace(actor, waiting)
                self._send(waiting, actor, batch, originals)
                continue
            deaths = 0
            yield from zip(originals, verdicts, strict=True)

    def workers(self) -> tuple[int, ...]:
        """Process ids of the actors."""
        return tuple(self._ray.get([actor.pid.remote() for actor in self._actors]))

    def close(self) -> None:
        """End the actors and leave the cluster; one that was started here ends."""
        for actor in self._actors:
            self._ray.kill(actor)
        self._ray.shutdown()

    def _actor(self) -> Any:
        return self._remote.remote(self._allow)

    def _send(
        self,
        waiting: dict[Any, tuple[int, Batch, tuple[Task, ...]]],
        actor: int,
        batch: Batch,
        originals: tuple[Task, ...],
    ) -> None:
        waiting[self._actors[actor].judge.remote(batch)] = (actor, batch, originals)

    def _idlest(self, waiting: dict[Any, tuple[int, Batch, tuple[Task, ...]]]) -> int:
        busy = [actor for actor, _, _ in waiting.values()]
        return min(range(len(self._actors)), key=busy.count)

    def _replace(self, actor: int, waiting: dict[Any, tuple[int, Batch, tuple[Task, ...]]]) -> None:
        """A new actor in the place of a dead one; what else the dead one had is sent again."""
        self._actors[actor] = self._actor()
        for reference, (owner, batch, originals) in list(waiting.items()):
            if owner == actor:
                del waiting[reference]
                self._send(waiting, actor, batch, originals)


def _batch(tasks: tuple[Task, ...]) -> Batch:
    return Batch(
        tuple(replace(task, simulations=()) for task in tasks),
        {task.bench_digest: packed(task) for task in tasks},
    )
