"""Servers that fork for each design: the same verdicts, nothing kept from job to job, no leaks."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent.errors import InputError, SandboxError
from agent.toolchain import forking, sandbox
from agent.toolchain.base import Job, Testbench
from agent.toolchain.direct import DirectSimulator
from agent.toolchain.forking import ForkSimulator
from agent.toolchain.results import Outcome, Verdict
from agent.toolchain.simulators import VARIABLE, describe, open_simulator
from tests.test_process import alive, until
from tests.toolbench import COUNTER, COUNTER_TB, SMALL, cocotb_job, need, need_level

ROOT = Path(__file__).resolve().parent.parent
IMPORTS = "import cocotb\nfrom cocotb.triggers import Timer\n"


def one_test(body: str) -> str:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"{IMPORTS}\n@cocotb.test()\nasync def test_it(dut):\n{lines}"


@pytest.fixture
def forks() -> Iterator[ForkSimulator]:
    need("iverilog", "vvp")
    need_level("landlock+seccomp")
    made = ForkSimulator(level="landlock+seccomp", servers=2)
    yield made
    made.close()


@pytest.fixture(scope="module")
def direct() -> Iterator[DirectSimulator]:
    need("iverilog", "vvp")
    need_level("landlock+seccomp")
    made = DirectSimulator(level="landlock+seccomp")
    yield made
    made.close()


def settled(job: Job) -> Job:
    """Wait until the testbench is old enough for a change of it to be seen by its time stamps."""
    time.sleep(0.15)
    return job


def bare(verdict: Verdict) -> Verdict:
    return replace(verdict, seconds=0.0)


def test_one_server_judges_many_designs(forks: ForkSimulator, tmp_path: Path) -> None:
    job = settled(cocotb_job(tmp_path, COUNTER, COUNTER_TB))

    assert forks.judge(job).passed
    (server,) = forks.servers
    wrong = forks.judge(replace(job, rtl=COUNTER.replace("q + 1", "q + 2")))
    right = forks.judge(job)

    assert wrong.outcome is Outcome.FAILED
    assert right.passed
    assert forks.servers == (server,)
    assert forks.unfit == ()


def test_nothing_that_one_job_does_reaches_the_next(forks: ForkSimulator, tmp_path: Path) -> None:
    bench = "import os, random\nSEEN = []\nRANDOM = random.Random(1)\n" + one_test(
        "import pathlib\n"
        "assert (SEEN, os.environ.get('LEFT')) == ([], None)\n"
        "assert RANDOM.random() == random.Random(1).random()\n"
        "assert sorted(p.name for p in pathlib.Path('.').iterdir()) == ['sim.vvp']\n"
        "SEEN.append(1)\nos.environ['LEFT'] = '1'\n"
        "pathlib.Path('left').write_text('x')\npathlib.Path('folder').mkdir()\n"
        "pathlib.Path('folder/left').write_text('x')"
    )
    job = settled(cocotb_job(tmp_path, COUNTER, bench))

    verdicts = [forks.judge(job) for _ in range(3)]

    assert all(verdict.passed for verdict in verdicts), verdicts
    assert len(forks.servers) == 1


def changes_testbench(folder: Path) -> None:
    path = folder / "tb_under_test.py"
    path.write_text(path.read_text().replace("assert True", "assert False"))


def changes_helper(folder: Path) -> None:
    (folder / "helper.py").write_text("FINE = 0\n")


def changes_data_beside(folder: Path) -> None:
    (folder / "table.txt").write_text("0")


def brings_an_optional_module(folder: Path) -> None:
    (folder / "option.py").write_text("")


def brings_a_file(folder: Path) -> None:
    (folder / "absent.txt").write_text("")


@pytest.mark.parametrize(
    "change",
    [
        changes_testbench,
        changes_helper,
        changes_data_beside,
        brings_an_optional_module,
        brings_a_file,
    ],
)
@pytest.mark.parametrize("wait", [0.0, 0.15], ids=["at once", "later"])
def test_a_change_of_what_was_imported_is_seen(
    forks: ForkSimulator, tmp_path: Path, change: Callable[[Path], None], wait: float
) -> None:
    (tmp_path / "helper.py").write_text("FINE = 1\n")
    (tmp_path / "table.txt").write_text("1")
    bench = (
        "import pathlib, helper\nHERE = pathlib.Path(__file__).parent\n"
        "TABLE = (HERE / 'table.txt').read_text()\n"
        "try:\n    import option\nexcept ImportError:\n    option = None\n"
        "try:\n    open(HERE / 'absent.txt').close(); THERE = True\n"
        "except OSError:\n    THERE = False\n"
        + one_test("assert True\nassert helper.FINE and TABLE == '1' and not option and not THERE")
    )
    job = cocotb_job(tmp_path, COUNTER, bench)
    time.sleep(wait)
    before = [forks.judge(job).passed for _ in range(2)]

    change(tmp_path)

    assert before == [True, True]
    assert not forks.judge(job).passed
    assert forks.unfit == ()


def test_another_environment_gets_another_server(
    forks: ForkSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = "import os\nTZ = os.environ.get('TZ')\n" + one_test("assert False, TZ")
    job = settled(cocotb_job(tmp_path, COUNTER, bench))
    said = []
    for zone in ("UTC", "CET", "UTC"):
        monkeypatch.setenv("TZ", zone)
        said.append(forks.judge(job).tests[0].message)

    assert said == ["UTC", "CET", "UTC"]
    assert len(forks.servers) == 2


def test_the_servers_used_last_are_kept(forks: ForkSimulator, tmp_path: Path) -> None:
    job = settled(cocotb_job(tmp_path, COUNTER, COUNTER_TB))
    for seed in (1, 2, 3, 2):
        assert forks.judge(replace(job, seed=seed)).passed

    assert len(forks.servers) == 2


DESIGNS = ("gate_network", "round_robin_arbiter")
PATHS = [path for name in DESIGNS for path in sorted((ROOT / "testbenches" / name).glob("*.v"))]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_verdict_is_the_same_to_the_last_word(
    forks: ForkSimulator, direct: DirectSimulator, path: Path
) -> None:
    bench = Testbench(path.with_name(f"tb_{path.parent.name}.py"), "cocotb")
    job = Job(path.read_text(), path.parent.name, bench)

    first, second = forks.judge(job), forks.judge(job)

    assert bare(first) == bare(second) == bare(direct.judge(job))
    assert forks.unfit == ()


UNFIT = {
    "starts a thread": "import threading, time\n"
    "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n",
    "leaves a file open": "import os\nKEPT = os.open('/dev/null', os.O_RDONLY)\n",
    "opens a file of the job": "TEXT = open('locked.vvp').read()\n",
    "lists the job's directory": "import os\nFILES = os.listdir()\n",
    "changes the directory": "import os\nos.chdir('.')\n",
    "writes a file": "open('note.txt', 'w').close()\n",
    "asks the time": "import time\nBEGAN = time.monotonic()\n",
    "asks the date": "from datetime import datetime\nBEGAN = datetime.now()\n",
    "asks for its process": "import os\nME = os.getpid()\n",
    "starts a process": "import os\ntry:\n    os.fork() or os._exit(0)\n"
    "except OSError:\n    pass\n",
    "shares memory": "import mmap\nSHARED = mmap.mmap(-1, 4096)\n",
    "sets a timer": "import signal\nsignal.setitimer(signal.ITIMER_REAL, 1000)\n",
}


@pytest.mark.parametrize("what", UNFIT)
def test_a_testbench_whose_import_does_more_gets_a_process_of_its_own(
    forks: ForkSimulator, direct: DirectSimulator, tmp_path: Path, what: str
) -> None:
    job = settled(cocotb_job(tmp_path, COUNTER, UNFIT[what] + COUNTER_TB))

    first, second = forks.judge(job), forks.judge(job)

    assert len(forks.unfit) == 1
    assert forks.servers == ()
    assert bare(first) == bare(second) == bare(direct.judge(job))


def test_what_the_import_prints_stands_in_every_log(
    forks: ForkSimulator, direct: DirectSimulator, tmp_path: Path
) -> None:
    job = settled(cocotb_job(tmp_path, COUNTER, "print('imported')\n" + COUNTER_TB))

    first, second = forks.judge(job), forks.judge(job)

    assert forks.unfit == ()
    assert first.log.startswith("imported\n")
    assert bare(first) == bare(second) == bare(direct.judge(job))


def test_an_import_that_never_ends_is_ended_by_the_wall_clock(
    forks: ForkSimulator, tmp_path: Path
) -> None:
    limits = replace(SMALL, wall_s=1)
    bench = "import select\nselect.select([], [], [], 60)\n" + COUNTER_TB

    verdict = forks.judge(cocotb_job(tmp_path, COUNTER, bench, limits=limits))

    assert (verdict.outcome, verdict.limit) == (Outcome.LIMIT, "wall clock")


def test_a_testbench_whose_servers_are_always_lost_gets_no_more_of_them(
    forks: ForkSimulator, tmp_path: Path
) -> None:
    bench = "import os\nif 'server' in os.environ['HOME']:\n    os._exit(5)\n" + COUNTER_TB
    job = settled(cocotb_job(tmp_path, COUNTER, bench))

    assert all(forks.judge(job).passed for _ in range(forking.MAX_LOST + 1))
    assert len(forks.unfit) == 1
    assert "lost" in forks.unfit[0]


def test_a_server_that_died_is_replaced(forks: ForkSimulator, tmp_path: Path) -> None:
    job = settled(cocotb_job(tmp_path, COUNTER, COUNTER_TB))
    assert forks.judge(job).passed
    (server,) = forks.servers

    os.killpg(server, signal.SIGKILL)

    assert until(lambda: not alive(server))
    assert forks.judge(job).passed
    assert forks.servers != (server,)
    assert forks.unfit == ()


def test_a_job_whose_server_dies_is_judged_again(forks: ForkSimulator, tmp_path: Path) -> None:
    note = tmp_path / "data.txt"
    note.write_text("")
    body = "import os, select\nif os.getppid() != 1 and 'server' in os.getcwd():\n"
    bench = "import select\n" + one_test(f"{body}    select.select([], [], [], 60)")
    job = settled(cocotb_job(tmp_path, COUNTER, bench))
    found: list[Verdict] = []
    thread = threading.Thread(target=lambda: found.append(forks.judge(job)))
    thread.start()
    assert until(lambda: forks.busy != ())
    time.sleep(1)

    os.killpg(forks.busy[0], signal.SIGKILL)
    thread.join(60)

    assert [verdict.outcome for verdict in found] == [Outcome.PASSED]


def test_the_wall_clock_ends_a_job_with_its_server(forks: ForkSimulator, tmp_path: Path) -> None:
    limits = replace(SMALL, wall_s=3)
    bench = one_test("import select\nselect.select([], [], [], 60)")
    job = settled(cocotb_job(tmp_path, COUNTER, bench, limits=limits))

    verdict = forks.judge(job)

    assert (verdict.outcome, verdict.limit) == (Outcome.LIMIT, "wall clock")
    assert verdict.hung_test == "test_it"
    assert forks.servers == ()


def test_a_fork_that_cannot_be_closed_in_runs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need("iverilog", "vvp")
    need_level("landlock+seccomp")
    whole = sandbox.Sandbox.closing
    monkeypatch.setattr(
        sandbox.Sandbox,
        "closing",
        lambda self, profile: replace(whole(self, profile), seccomp=b"no filter at all"),
    )
    forks = ForkSimulator(level="landlock+seccomp")
    try:
        with pytest.raises(SandboxError, match="could not be closed in"):
            forks.judge(settled(cocotb_job(tmp_path, COUNTER, COUNTER_TB)))
        assert forks.unfit == ()
    finally:
        forks.close()


def test_a_fork_that_can_still_read_the_testbench_runs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need("iverilog", "vvp")
    need_level("landlock+seccomp")
    whole = sandbox.Sandbox.closing
    monkeypatch.setattr(
        sandbox.Sandbox,
        "closing",
        lambda self, profile: replace(whole(self, profile), landlock=None),
    )
    forks = ForkSimulator(level="landlock+seccomp")
    try:
        with pytest.raises(SandboxError, match="can still be read"):
            forks.judge(settled(cocotb_job(tmp_path, COUNTER, COUNTER_TB)))
    finally:
        forks.close()


FORBIDDEN = (
    "os.fork()",
    "os.kill(os.getppid(), 0)",
    "os.setsid()",
    "os.setpgid(0, 0)",
    "os.pidfd_open(os.getppid())",
    "os.execv('/bin/true', ['true'])",
    "open('/proc/self/environ').read()",
    "open(__file__).read()",
    "open('../lock').read()",
    "open('../elsewhere', 'w')",
    "__import__('_socket').socket()",
)


@pytest.mark.parametrize("attempt", FORBIDDEN)
def test_a_forked_simulation_may_do_nothing_more_than_one_of_its_own(
    forks: ForkSimulator, direct: DirectSimulator, tmp_path: Path, attempt: str
) -> None:
    body = f"import os\ntry:\n    {attempt}\nexcept OSError:\n    return\nassert False, 'did it'"
    job = settled(cocotb_job(tmp_path, COUNTER, one_test(body)))

    assert forks.judge(job).passed
    assert forks.unfit == ()
    assert direct.judge(job).passed


def test_a_forked_simulation_holds_no_descriptor_of_its_server(
    forks: ForkSimulator, direct: DirectSimulator, tmp_path: Path
) -> None:
    body = (
        "import os\nfound = []\n"
        "for number in range(256):\n"
        "    try: os.fstat(number); found.append(number)\n"
        "    except OSError: pass\n"
        "assert False, len(found)"
    )
    job = settled(cocotb_job(tmp_path, COUNTER, one_test(body)))

    assert forks.judge(job).tests == direct.judge(job).tests
    assert forks.unfit == ()


def test_more_threads_than_servers_wait_for_their_turn(tmp_path: Path) -> None:
    need("iverilog", "vvp")
    need_level("landlock+seccomp")
    forks = ForkSimulator(level="landlock+seccomp", servers=1)
    job = settled(cocotb_job(tmp_path, COUNTER, COUNTER_TB))
    designs = [COUNTER, COUNTER.replace("q + 1", "q + 2")] * 3
    found: dict[int, bool] = {}

    def work(index: int) -> None:
        found[index] = forks.judge(replace(job, rtl=designs[index], seed=1 + index % 2)).passed

    threads = [threading.Thread(target=work, args=(index,)) for index in range(len(designs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    forks.close()

    assert found == {index: index % 2 == 0 for index in range(len(designs))}


def test_many_jobs_leave_no_descriptor_process_or_file(
    forks: ForkSimulator, tmp_path: Path
) -> None:
    job = settled(cocotb_job(tmp_path, COUNTER, COUNTER_TB))
    assert forks.judge(job).passed
    (server,) = forks.servers
    root = forks.folder

    def held() -> tuple[int, int, int]:
        gc.collect()
        files = [path for path in root.rglob("*") if path.is_file()]
        return len([*Path("/proc/self/fd").iterdir()]), len(processes_of(os.getpid())), len(files)

    before = held()
    for number in range(30):
        assert forks.judge(replace(job, rtl=f"{COUNTER}// {number}\n")).passed

    assert held() == before
    assert forks.servers == (server,)


def processes_of(parent: int) -> list[int]:
    """The process ids below one, zombies included."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) == parent:
                found += [int(entry.name), *processes_of(int(entry.name))]
    return found


def test_closing_ends_every_server(tmp_path: Path) -> None:
    need("iverilog", "vvp")
    need_level("landlock+seccomp")
    forks = ForkSimulator(level="landlock+seccomp")
    job = settled(cocotb_job(tmp_path, COUNTER, COUNTER_TB))
    assert forks.judge(job).passed
    servers = forks.servers

    forks.close()

    assert servers
    assert not any(alive(server) for server in servers)
    with pytest.raises(InputError, match="closed"):
        forks.judge(job)


def test_servers_end_when_the_tool_is_killed(tmp_path: Path) -> None:
    need("iverilog", "vvp")
    need_level("landlock+seccomp")
    cocotb_job(tmp_path, COUNTER, COUNTER_TB)
    note = tmp_path / "pids"
    script = (
        "import sys, time\nfrom pathlib import Path\n"
        "from agent.toolchain.base import Job, Testbench\n"
        "from agent.toolchain.forking import ForkSimulator\n"
        "from tests.toolbench import COUNTER\n"
        "time.sleep(0.2)\nforks = ForkSimulator()\n"
        f"bench = Testbench(Path({str(tmp_path / 'tb_under_test.py')!r}), 'cocotb')\n"
        "assert forks.judge(Job(COUNTER, 'counter', bench)).passed\n"
        "from tests.test_forking import processes_of\nimport os\n"
        f"note = Path({str(note)!r})\n"
        "(note.parent / 'new').write_text(' '.join(map(str, processes_of(os.getpid()))))\n"
        "(note.parent / 'new').rename(note)\ntime.sleep(60)\n"
    )
    caller = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert until(note.exists, 60)
    pids = [int(word) for word in note.read_text().split()]

    caller.kill()
    caller.wait()

    assert len(pids) >= 3
    assert until(lambda: not any(alive(pid) for pid in pids))


def test_the_simulator_is_chosen_in_one_place_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    need("iverilog", "vvp")
    found = {}
    for name in ("", "fork", "direct"):
        monkeypatch.setenv(VARIABLE, name)
        simulator = open_simulator(allow_unsandboxed=True)
        found[name] = type(simulator)
        assert describe(simulator)
        simulator.close()

    assert found == {"": ForkSimulator, "fork": ForkSimulator, "direct": DirectSimulator}
    monkeypatch.setenv(VARIABLE, "spoon")
    with pytest.raises(InputError, match="fork or direct"):
        open_simulator()


def test_without_landlock_every_design_gets_a_process(tmp_path: Path) -> None:
    need("iverilog", "vvp")
    simulator = ForkSimulator(level="none")
    try:
        assert simulator.judge(cocotb_job(tmp_path, COUNTER, COUNTER_TB)).passed
        assert simulator.servers == ()
        assert "Landlock" in describe(simulator)
    finally:
        simulator.close()


def test_the_number_of_unfit_testbenches_remembered_is_bounded(
    forks: ForkSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forking, "MAX_UNFIT", 1)
    for number in range(2):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert forks.judge(cocotb_job(folder, COUNTER, UNFIT["asks the time"] + COUNTER_TB)).passed

    assert len(forks.unfit) == 1
