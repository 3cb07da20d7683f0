"""Simulations that a cocotb testbench judges, with `vvp` started by hand.

cocotb's own runner has no wall clock limit and hands the whole environment to the simulator; what
it sets for Icarus is little and is set here (cocotb_tools/runner.py, cocotb 2.1.0).
"""

from __future__ import annotations

import json
import re
import site
import sys
import sysconfig
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib import metadata, util
from pathlib import Path
from typing import Any

from agent.errors import MissingToolError, SandboxError, TestbenchError
from agent.process import PACKAGE, Bounds, Completed, environment, run
from agent.toolchain.base import Job, Limits
from agent.toolchain.compile import IMAGE, icarus
from agent.toolchain.results import Outcome, TestResult, Verdict
from agent.toolchain.sandbox import Profile, Sandbox, python_files

LOCKED = "locked.vvp"
"""The image's name until the guard has closed the simulator in."""
_SUPPORTED = "2.1."
_GUARD_FAILED = 71
_USERS = (
    "cocotb.logging:_configure",
    "cocotb._init:init_package_from_simulation",
    "_mevagent_report:install",
    "cocotb.regression:_run_regression",
)


@dataclass(frozen=True)
class Cocotb:
    """An installation of cocotb and the Python library it embeds."""

    version: str
    vpi: Path
    simulator: Path
    libpython: Path


@cache
def cocotb() -> Cocotb:
    """The cocotb of this environment. Raises MissingToolError when it cannot be used."""
    spec = util.find_spec("cocotb")
    if spec is None or not spec.submodule_search_locations:
        raise MissingToolError("cocotb is not installed: `pip install 'cocotb==2.1.*'`")
    version = metadata.version("cocotb")
    if not version.startswith(_SUPPORTED):
        raise MissingToolError(
            f"cocotb {version} is installed, and cocotb {_SUPPORTED}* is needed: "
            f"`pip install 'cocotb=={_SUPPORTED}*'`"
        )
    import find_libpython

    libpython = find_libpython.find_libpython()
    if libpython is None:
        short = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise MissingToolError(
            f"cocotb needs Python's shared library, and {sys.executable} has none: "
            f"`apt-get install libpython{short}`, or a Python built with --enable-shared"
        )
    folder = Path(spec.submodule_search_locations[0])
    vpi, simulator = (
        folder / "libs" / "libcocotbvpi_icarus.so",
        sorted(folder.glob("simulator.*so")),
    )
    if not vpi.exists() or not simulator:
        raise MissingToolError(f"cocotb in {folder} lacks its libraries: reinstall it")
    return Cocotb(version, vpi, simulator[0], Path(libpython))


@cache
def python_folders() -> tuple[Path, ...]:
    """What a testbench imports from: this environment and its packages."""
    found = [*python_files(Path(sys.prefix)), cocotb().libpython, cocotb().vpi.parents[1]]
    found += [Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib", "platlib")]
    if site.ENABLE_USER_SITE and site.USER_SITE:
        found.append(Path(site.USER_SITE))
    return tuple(found)


def simulation_bounds(limits: Limits) -> Bounds:
    """The limits on one simulation."""
    return Bounds(
        wall_s=limits.wall_s,
        cpu_s=limits.cpu_s,
        memory_mb=limits.memory_mb,
        file_mb=limits.output_mb,
    )


@dataclass(frozen=True)
class Setup:
    """All that one simulation is started with."""

    argv: tuple[Path | str, ...]
    profile: Profile
    guard: dict[str, Any]
    """What `insim/guard.py` reads."""
    env: dict[str, str]
    """Without the guard's settings."""

    def environment(self) -> dict[str, str]:
        """The variables, with the guard's settings."""
        return {**self.env, "MEVAGENT_GUARD": json.dumps(self.guard)}


def set_up(
    folder: Path, job: Job, *, sandbox: Sandbox, toplevel: str, waves: bool = False
) -> Setup:
    """How to run `folder/locked.vvp` under the job's testbench. Raises MissingToolError."""
    tool, tb = icarus(), job.testbench.path.absolute()
    installed = cocotb()
    profile = Profile(
        write=(folder,),
        read=(*tool.folders, *python_folders(), PACKAGE),
        execute=(tool.vvp.resolve(),),
        closes=(tb.parent,),
    )
    closing = sandbox.closing(profile)
    guard = {
        "testbench": str(tb),
        "seed": job.seed,
        "locked": LOCKED,
        "design": IMAGE,
        "closes": sandbox.level != "none",
        "landlock": closing.landlock,
        "unmount": closing.unmount,
        "seccomp": closing.seccomp.hex() if closing.seccomp else "",
    }
    env = environment(
        {
            "GPI_USERS": f"{installed.libpython};{installed.simulator},initialize",
            "PYGPI_PYTHON_BIN": sys.executable,
            "PYGPI_USERS": ",".join(_USERS),
            "PYTHONPATH": str(PACKAGE / "toolchain" / "insim"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "COCOTB_REWRITE_ASSERTION_FILES": "",
            "COCOTB_ANSI_OUTPUT": "0",
            "GPI_LOG_LEVEL": "ERROR",
            "COCOTB_TOPLEVEL": toplevel,
            "COCOTB_TEST_MODULES": tb.stem,
            "COCOTB_RANDOM_SEED": str(job.seed),
            "TOPLEVEL_LANG": "verilog",
            "OMP_NUM_THREADS": "1",  # numpy's threads would take the address space
            "OPENBLAS_NUM_THREADS": "1",
            "HOME": str(folder),
            "TMPDIR": str(folder),
        }
    )
    if job.only_tests:
        names = "|".join(map(re.escape, job.only_tests))
        env["COCOTB_TEST_FILTER"] = rf"^{re.escape(tb.stem)}\.(?:{names})$"
    dump = () if waves else ("-none",)
    argv = (tool.vvp.resolve(), "-n", "-m", installed.vpi, IMAGE, *dump)
    return Setup(argv, profile, guard, env)


def simulate(
    folder: Path, job: Job, *, sandbox: Sandbox, toplevel: str, waves: bool = False
) -> Completed:
    """Run `folder/locked.vvp` under the job's testbench; dump files are suppressed unless `waves`.

    Raises SandboxError and MissingToolError.
    """
    setup = set_up(folder, job, sandbox=sandbox, toplevel=toplevel, waves=waves)
    return run(
        setup.argv,
        cwd=folder,
        bounds=simulation_bounds(job.limits),
        confinement=sandbox.confine(setup.profile, folder),
        env=setup.environment(),
        report="MEVAGENT_REPORT",
    )


@dataclass(frozen=True)
class Report:
    """What came out of the simulator on the report descriptor."""

    tests: tuple[str, ...] | None
    """The tests that were to run; None when it did not get that far."""
    results: tuple[dict[str, Any], ...]
    running: str | None
    """The test that had begun and not ended."""
    ended: bool
    """Whether the final record came, with the right count, and nothing behind it."""
    broken: str | None
    """What is wrong with the testbench."""
    closed: str | None
    """A file of the testbench's folder that a test tried to open."""


def read_report(data: bytes) -> Report:
    """Decode a report; a truncated or damaged one simply has not ended."""
    tests: tuple[str, ...] | None = None
    results: list[dict[str, Any]] = []
    running = broken = closed = None
    ended = False
    for line in data.split(b"\n")[:-1]:
        try:
            record = json.loads(line)
        except ValueError:
            ended = False
            break
        kind, ended = record["kind"], False
        if kind == "tests":
            tests = tuple(record["names"])
        elif kind == "running":
            running = record["name"]
        elif kind == "result":
            results.append(record)
            running = None
        elif kind == "testbench":
            broken = record["message"]
        elif kind == "closed":
            closed = record["path"]
        elif kind == "end":
            ended = record["count"] == len(results)
    complete = ended and data.endswith(b"\n")
    return Report(tests, tuple(results), running, complete, broken, closed)


def judge(done: Completed, job: Job) -> Verdict:
    """The verdict on a finished simulation. Raises TestbenchError and SandboxError."""
    report = read_report(done.report)
    bench = job.testbench.path
    if report.broken is not None:
        raise TestbenchError(f"{bench}: {report.broken}")
    if report.closed is not None:
        raise TestbenchError(
            f"{bench}: a test opens {Path(report.closed).name}, but the testbench's folder is "
            "closed to the simulator while the design runs: read the file when the testbench is "
            "imported, or list it as a data file and open it by its bare name"
        )
    if done.status == _GUARD_FAILED and report.tests is None:
        raise SandboxError(f"the simulator could not be closed in: {done.output.strip()[-500:]}")
    tests = tuple(_result(r) for r in report.results if r["status"] != "skipped")
    outcome, reason = _outcome(done, report, job)
    return Verdict(
        outcome=outcome,
        tests=tests,
        reason=reason,
        limit=done.limit if outcome is Outcome.LIMIT else None,
        hung_test=report.running if outcome is Outcome.LIMIT else None,
        log=done.output[-8192:],
    )


def _result(record: dict[str, Any]) -> TestResult:
    passed = record["status"] in ("passed", "xfailed")
    message = "" if passed else str(record["message"])
    return TestResult(str(record["name"]), passed, message, float(record["ns"]))


def _outcome(done: Completed, report: Report, job: Job) -> tuple[Outcome, str]:
    if done.limit is not None:
        where = f" in {report.running}" if report.running else ""
        return Outcome.LIMIT, f"ended by its {done.limit} limit{where}"
    if report.tests is None:
        return Outcome.INCONCLUSIVE, "the simulation ended before cocotb had begun"
    if done.status != 0 or not report.ended:
        how = f"signal {done.signal}" if done.signal else f"status {done.status}"
        where = f" in {report.running}" if report.running else ""
        return Outcome.INCONCLUSIVE, f"the simulator ended with {how}{where}, its report incomplete"
    ran = Counter(str(record["name"]) for record in report.results)
    wanted = Counter(job.only_tests or job.expected_tests or report.tests)
    if ran != wanted or ran != Counter(report.tests):
        odd = sorted(((wanted - ran) + (ran - wanted)).elements())
        return Outcome.INCONCLUSIVE, f"other tests ran than were expected: {', '.join(odd[:5])}"
    judged = [record for record in report.results if record["status"] != "skipped"]
    failed = [record["name"] for record in judged if record["status"] not in ("passed", "xfailed")]
    if not judged:
        return Outcome.INCONCLUSIVE, "no test ran: all were skipped"
    if failed:
        return (
            Outcome.FAILED,
            f"{len(failed)} of {len(judged)} tests failed: {', '.join(failed[:5])}",
        )
    return Outcome.PASSED, f"{len(judged)} of {len(judged)} tests passed"
