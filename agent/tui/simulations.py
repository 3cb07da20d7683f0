"""Simulating in the background, on a thread that never keeps the browser from ending."""

from __future__ import annotations

import queue
import tempfile
import threading
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from agent.toolchain.direct import DirectSimulator

Result = TypeVar("Result")


class Simulations:
    """One simulator, made when it is first needed, and one job at a time."""

    def __init__(self, *, allow_unsandboxed: bool) -> None:
        self._allow_unsandboxed = allow_unsandboxed
        self._jobs: queue.Queue[Callable[[], None] | None] = queue.Queue()
        self._thread: threading.Thread | None = None
        self._simulator: DirectSimulator | None = None

    @cached_property
    def _temporary(self) -> tempfile.TemporaryDirectory[str]:
        return tempfile.TemporaryDirectory(prefix="mevagent-vcd-")

    @property
    def folder(self) -> Path:
        """Where results may lie until the browser ends."""
        return Path(self._temporary.name)

    def submit(
        self,
        work: Callable[[DirectSimulator], Result],
        done: Callable[[Result | Exception], None],
    ) -> None:
        """Do some work with the simulator; `done` is told the result, or what went wrong.

        Both are called on the background thread.
        """

        def job() -> None:
            try:
                if self._simulator is None:
                    from agent.toolchain.simulators import open_simulator

                    self._simulator = open_simulator(allow_unsandboxed=self._allow_unsandboxed)
                result: Result | Exception = work(self._simulator)
            except Exception as error:
                result = error
            done(result)

        self._jobs.put(job)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="simulations", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Take no more work and remove the simulator's files; what runs is not waited for."""
        self._jobs.put(None)
        if self._simulator is not None:
            self._simulator.close()
        if "_temporary" in vars(self):
            self._temporary.cleanup()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
