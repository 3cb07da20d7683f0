"""The simulator for many designs: cocotb testbenches run in servers that fork for each one.

Whatever a server cannot do exactly as a process of its own would is done by such a process: waves,
a testbench whose import does more than define tests, a job whose server was lost.
"""

from __future__ import annotations

import sys
from collections import Counter, OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

from agent.process import PACKAGE, Completed
from agent.toolchain import cocotb_run
from agent.toolchain.base import Job
from agent.toolchain.compile import icarus
from agent.toolchain.direct import DirectSimulator, lay
from agent.toolchain.elaborate import Prepared
from agent.toolchain.fork_pool import Pool
from agent.toolchain.fork_server import LostError, Server, UnfitError
from agent.toolchain.insim.watch import signature

MAX_UNFIT = 256
"""Testbenches that are known not to fit; the oldest is forgotten."""
MAX_LOST = 3
"""Servers lost in a row after which a testbench gets no further one."""


class ForkSimulator(DirectSimulator):
    """Judges like `DirectSimulator`, whose verdicts it shares; implements `Simulator`.

    `servers` is the most that run at once, one for each processor by default; of more threads
    some wait.
    """

    def __init__(
        self,
        *,
        level: str | None = None,
        allow_unsandboxed: bool = False,
        policy: bool = True,
        servers: int | None = None,
    ) -> None:
        super().__init__(level=level, allow_unsandboxed=allow_unsandboxed, policy=policy)
        self._pool = Pool(servers)
        self._folders = count()
        self._unfit: OrderedDict[object, str] = OrderedDict()
        self._lost: Counter[object] = Counter()

    @property
    def why_not(self) -> str:
        """Why servers cannot be used here; empty when they can.

        Only Landlock lets each forked process close itself in further than the one before it.
        """
        if not sys.platform.startswith("linux"):
            return "servers need Linux"
        if "landlock" not in self.sandbox:
            return f"servers need Landlock, and the sandbox is {self.sandbox}"
        return ""

    @property
    def unfit(self) -> tuple[str, ...]:
        """Why testbenches were given processes of their own, the latest last."""
        return tuple(self._unfit.values())

    @property
    def servers(self) -> tuple[int, ...]:
        """Process ids of the servers that wait for a job."""
        return self._pool.idle()

    @property
    def busy(self) -> tuple[int, ...]:
        """Process ids of the servers that judge."""
        return self._pool.busy()

    @property
    def folder(self) -> Path:
        """Where the servers and the jobs have their folders."""
        return self._root

    def close(self) -> None:
        """End the servers and remove the temporary directory."""
        self._pool.close()
        super().close()

    def _cocotb(self, job: Job, prepared: Prepared, folder: Path, *, waves: bool) -> Completed:
        if not waves and not self.why_not:
            key = self._key(job, prepared.toplevel)
            try:
                if key not in self._unfit:
                    done = self._forked(key, job, prepared)
                    self._lost.pop(key, None)
                    return done
            except UnfitError as reason:
                self._refuse(key, str(reason))
            except LostError as reason:
                self._lost[key] += 1
                if self._lost[key] == MAX_LOST:
                    self._refuse(key, f"{MAX_LOST} servers in a row were lost: {reason}")
        return super()._cocotb(job, prepared, folder, waves=waves)

    def _refuse(self, key: object, reason: str) -> None:
        self._lost.pop(key, None)
        self._unfit[key] = reason
        while len(self._unfit) > MAX_UNFIT:
            self._unfit.popitem(last=False)

    def _forked(self, key: object, job: Job, prepared: Prepared) -> Completed:
        with self._server(key, job, prepared) as server:
            return server.run(cocotb_run.simulation_bounds(job.limits))

    @contextmanager
    def _server(self, key: object, job: Job, prepared: Prepared) -> Iterator[Server]:
        """A server with the job's files. Raises UnfitError, LostError and TestbenchError."""

        def start() -> Server:
            folder = self._root / f"server-{next(self._folders)}"
            folder.mkdir()
            lay(job, prepared.path, folder, cocotb_run.LOCKED)
            setup = cocotb_run.set_up(
                folder, job, sandbox=self._sandbox, toplevel=prepared.toplevel
            )
            setup = replace(setup, profile=replace(setup.profile, forks=True))
            return Server(
                key,
                setup,
                self._sandbox.confine(setup.profile, folder),
                cocotb_run.simulation_bounds(job.limits),
                data=job.testbench.data,
                fixed=(*cocotb_run.python_folders(), *icarus().folders, PACKAGE),
            )

        with self._pool.server(key, start) as (server, new):
            if not new:
                lay(job, prepared.path, server.folder, cocotb_run.LOCKED)
            yield server

    def _key(self, job: Job, toplevel: str) -> object:
        """Equal for jobs that one server can do: all that the import could see."""
        nowhere = Path("/nowhere")
        setup = cocotb_run.set_up(nowhere, job, sandbox=self._sandbox, toplevel=toplevel)
        files = (job.testbench.path.absolute(), *(file.absolute() for file in job.testbench.data))
        return (
            setup.argv,
            tuple(sorted(setup.env.items())),
            tuple((str(file), signature(str(file))) for file in files),
            job.limits.memory_mb,
            job.limits.output_mb,
        )
