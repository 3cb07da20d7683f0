"""The plain simulator: every job in a fresh directory, every step in a fresh process."""

from __future__ import annotations

import contextlib
import fcntl
import platform
import shutil
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from importlib import metadata
from itertools import count
from pathlib import Path

from agent.errors import InputError, TestbenchError
from agent.process import Completed, forget
from agent.toolchain import cocotb_run, image, sandbox, verilog_run, waves
from agent.toolchain.base import Job, Limits, Testbench
from agent.toolchain.compile import IMAGE, compile_ahead, icarus
from agent.toolchain.elaborate import ALONE, BESIDE, Prepared, prepare
from agent.toolchain.known import Known
from agent.toolchain.results import Verdict
from agent.toolchain.scratch import folders, scratch
from mevllm.processors import processors

_PREFIX = "mevagent-jobs-"
RUN = "run"
"""The folder that a design is simulated in."""


class DirectSimulator:
    """Judges designs with plain `iverilog` and `vvp`; implements `Simulator`.

    Safe to use from several threads at once. `level` forces a sandbox level; `policy` False leaves
    out the static check of constructs, for tests of the sandbox behind it.
    Raises SandboxError when no level works and `allow_unsandboxed` is not given, MissingToolError
    when Icarus is absent.
    """

    def __init__(
        self,
        *,
        level: str | None = None,
        allow_unsandboxed: bool = False,
        policy: bool = True,
    ) -> None:
        icarus()
        self._sandbox = sandbox.choose(level=level, allow_unsandboxed=allow_unsandboxed)
        self._policy = policy
        self._known = Known()
        sweep()
        self._root = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=scratch())).resolve()
        self._lock = (self._root / "lock").open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self._numbers = count()
        self._aside = ThreadPoolExecutor(processors() + 1, thread_name_prefix="aside")
        self._ahead: deque[Path] = deque()
        """Folders whose processes wait for the next jobs."""
        self._most_ahead = processors()

    @property
    def sandbox(self) -> str:
        """The sandbox level in use, e.g. `landlock+seccomp`."""
        return self._sandbox.level

    def versions(self) -> dict[str, str]:
        """Tool name to version. Raises MissingToolError when a tool cannot be used."""
        return versions()

    def judge(self, job: Job) -> Verdict:
        """Judge a design; see `Simulator.judge`."""
        begin = time.monotonic()
        with self._directory(ahead=job.testbench.kind == "verilog") as folder:
            prepared = self._prepare(job, folder)
            verdict = (
                prepared if isinstance(prepared, Verdict) else self._run(job, prepared, folder)
            )
        seconds = time.monotonic() - begin
        return replace(verdict, sandbox=self.sandbox, seconds=seconds)

    def trace(self, job: Job, last: int = 8) -> str:
        """A table of the design's ports up to the failure; see `Simulator.trace`."""
        found = self.record_waves(job)
        if found is None or found.passed:
            return ""
        return waves.table(
            found.vcd, found.shown, until_ns=found.until_ns, inclusive=found.inclusive, last=last
        )

    def record_waves(self, job: Job, *, whole: bool = False) -> waves.Recording | None:
        """Run the job's `only_tests` again with waves of the ports, or of the `whole` design.

        None when no waves could be had. Raises what `judge` raises.
        """
        with self._directory() as folder:
            first, second = folder / "plain", folder / "waves"
            first.mkdir()
            second.mkdir()
            plain = self._prepare(job, first)
            if isinstance(plain, Verdict):
                return None
            view = waves.view(plain.image, job.top, plain.trusted)
            dumper = waves.dumper(view, verilog_run.WAVES, whole=whole)
            prepared = self._prepare(job, second, dumper)
            if isinstance(prepared, Verdict):
                return None
            done = self._simulate(job, prepared, second, waves=True)
            verdict = self._judged(job, prepared, done)
            dump = second / "run" / waves.FILE
            if not dump.is_file() or verdict.limit == "output size":
                return None
            return waves.Recording(
                vcd=dump.read_bytes(),
                shown=view,
                until_ns=verdict.first_failure_ns,
                inclusive=job.testbench.kind == "cocotb",
                passed=verdict.passed,
            )

    def fingerprint(self, job: Job) -> str | None:
        """What a design compiles to by itself: equal where two texts are one design to Icarus.

        None where it does not compile. The job's testbench plays no part.
        """
        bare = replace(job, testbench=Testbench(job.testbench.path, "cocotb"))
        with self._directory() as folder:
            prepared = self._prepare(bare, folder)
            return None if isinstance(prepared, Verdict) else image.fingerprint(prepared.path)

    def close(self) -> None:
        """Remove the temporary directory."""
        self._aside.shutdown()
        while self._ahead:
            self._remove(self._ahead.popleft())
        shutil.rmtree(self._root, ignore_errors=True)
        self._lock.close()

    @contextmanager
    def _directory(self, *, ahead: bool = False) -> Iterator[Path]:
        """A fresh folder; with `ahead` one whose processes may be waiting already."""
        if self._lock.closed:
            raise InputError("this simulator has been closed; make a new one")
        folder = None
        if ahead:
            with contextlib.suppress(IndexError):
                folder = self._ahead.popleft()
        folder = folder or self._new()
        try:
            yield folder
        finally:
            if ahead:
                self._aside.submit(self._remove, folder)
            else:
                self._remove(folder)

    def _new(self) -> Path:
        folder = self._root / f"job-{next(self._numbers)}"
        folder.mkdir()
        return folder

    @staticmethod
    def _remove(folder: Path) -> None:
        for part in (ALONE, BESIDE, RUN):
            forget(folder / part)
        shutil.rmtree(folder, ignore_errors=True)

    def _go_ahead(self, limits: Limits) -> None:
        """Start what compiles and simulates the next job, while this one leaves a core idle."""
        if len(self._ahead) >= self._most_ahead:
            return
        folder = self._new()
        for part in (ALONE, BESIDE, RUN):
            (folder / part).mkdir()
        compile_ahead(folder / BESIDE, sandbox=self._sandbox, limits=limits)
        compile_ahead(folder / ALONE, sandbox=self._sandbox, limits=limits)
        verilog_run.simulate_ahead(folder / RUN, sandbox=self._sandbox, limits=limits)
        self._ahead.append(folder)

    def _prepare(self, job: Job, folder: Path, waves: str = "") -> Prepared | Verdict:
        return prepare(
            job,
            folder,
            sandbox=self._sandbox,
            known=self._known,
            aside=self._aside,
            policy=self._policy,
            waves=waves,
        )

    def _run(self, job: Job, prepared: Prepared, folder: Path) -> Verdict:
        done = self._simulate(job, prepared, folder)
        verdict = self._judged(job, prepared, done)
        return replace(verdict, diagnostics=prepared.diagnostics)

    def _simulate(
        self, job: Job, prepared: Prepared, folder: Path, *, waves: bool = False
    ) -> Completed:
        """Simulate in a directory that holds the image and the testbench's data, nothing else."""
        if job.testbench.kind == "cocotb":
            return self._cocotb(job, prepared, folder, waves=waves)
        run = folder / RUN
        run.mkdir(exist_ok=True)
        lay_data(job, run)
        prepared.path.replace(run / IMAGE)
        if not waves:
            self._aside.submit(self._go_ahead, job.limits)
        return verilog_run.simulate(run, job, sandbox=self._sandbox, waves=waves)

    def _cocotb(self, job: Job, prepared: Prepared, folder: Path, *, waves: bool) -> Completed:
        run = folder / RUN
        run.mkdir()
        lay(job, prepared.path, run, cocotb_run.LOCKED)
        return cocotb_run.simulate(
            run, job, sandbox=self._sandbox, toplevel=prepared.toplevel, waves=waves
        )

    @staticmethod
    def _judged(job: Job, prepared: Prepared, done: Completed) -> Verdict:
        if job.testbench.kind == "verilog":
            return verilog_run.judge(done, job, prepared.timescale)
        return cocotb_run.judge(done, job)


def lay(job: Job, image: Path, run: Path, name: str) -> None:
    """Copy the testbench's data files into `run`, and the image under `name`.

    Raises TestbenchError.
    """
    lay_data(job, run)
    shutil.copyfile(image, run / name)


def lay_data(job: Job, run: Path) -> None:
    """Copy the testbench's data files into `run`. Raises TestbenchError."""
    for file in job.testbench.data:
        try:
            shutil.copyfile(file, run / file.name)
        except OSError as error:
            raise TestbenchError(f"data file {file}: {error.strerror}") from error


def versions() -> dict[str, str]:
    """Tool name to version. Raises MissingToolError when a tool cannot be used."""
    return {
        "icarus": icarus().version,
        "cocotb": cocotb_run.cocotb().version,
        "pyslang": metadata.version("pyslang"),
        "python": platform.python_version(),
    }


def sweep() -> None:
    """Remove what simulators left behind that were killed: directories whose lock nobody holds."""
    for root in (root for folder in folders() for root in folder.glob(f"{_PREFIX}*")):
        try:
            with (root / "lock").open("r") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(root, ignore_errors=True)
        except OSError:
            continue
