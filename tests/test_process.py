"""The one place that starts processes: limits, a clean environment, nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from agent import launching
from agent.errors import SandboxError
from agent.process import Bounds, Completed, Confinement, environment, interpreter, run

BOUNDS = Bounds(wall_s=20, cpu_s=5, memory_mb=512, file_mb=1)
SHELL = Path("/bin/sh")
ROOT = Path(__file__).resolve().parent.parent


def shell(script: str, folder: Path, bounds: Bounds = BOUNDS, **more: object) -> Completed:
    return run([SHELL, "-c", script], cwd=folder, bounds=bounds, **more)  # type: ignore[arg-type]


def python(script: str, folder: Path, bounds: Bounds = BOUNDS, **more: object) -> Completed:
    command = [interpreter(), "-I", "-S", "-c", script]
    return run(command, cwd=folder, bounds=bounds, **more)  # type: ignore[arg-type]


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(condition: object, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.02)
    return False


@pytest.fixture(params=["warm", "fresh", "single"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Confinement:
    """Each way in which a program is started."""
    if request.param == "fresh":
        monkeypatch.setattr(launching, "_LONGEST", 0)
    return Confinement(single=request.param == "single")


def test_every_way_of_starting_says_how_it_ended(way: Confinement, tmp_path: Path) -> None:
    done = shell("pwd; echo err >&2; cat; exit 3", tmp_path, confinement=way)
    killed = shell("kill -USR1 $$", tmp_path, confinement=way)

    assert (done.status, done.signal, done.limit) == (3, None, None)
    assert done.output == f"{tmp_path}\nerr\n"
    assert done.max_rss_mb > 0.5
    assert (killed.status, killed.signal, killed.limit) == (None, signal.SIGUSR1, None)


def test_every_way_of_starting_keeps_the_limits(way: Confinement, tmp_path: Path) -> None:
    slow = shell(
        "echo begun; exec sleep 60", tmp_path, replace(BOUNDS, wall_s=0.5), confinement=way
    )
    busy = shell("while :; do :; done", tmp_path, replace(BOUNDS, cpu_s=1), confinement=way)
    flood = shell("exec dd if=/dev/zero of=big bs=65536", tmp_path, confinement=way)

    assert (slow.limit, slow.status, slow.output) == ("wall clock", None, "begun\n")
    assert busy.limit == "cpu time"
    assert flood.limit == "output size"


def test_every_way_of_starting_leaves_no_child_and_no_descriptor(
    way: Confinement, tmp_path: Path
) -> None:
    script = "sleep 60 & echo $!"
    shell(script, tmp_path, confinement=way)
    before = len(list(Path("/proc/self/fd").iterdir()))

    child = int(shell(script, tmp_path, confinement=way).output)

    assert until(lambda: not alive(child))
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_every_way_of_starting_hands_on_nothing_but_the_report(
    way: Confinement, tmp_path: Path
) -> None:
    script = (
        "import os\nfound = []\n"
        "for number in range(3, 200):\n"
        "    try: os.fstat(number); found.append(number)\n"
        "    except OSError: pass\n"
        "assert found == [int(os.environ['REPORT_TO'])]\n"
        "os.write(found[0], b'told')\n"
        "print(sorted(os.environ), os.getpgid(0) in (os.getpid(), os.getppid()))"
    )
    done = python(script, tmp_path, confinement=way, report="REPORT_TO")

    assert done.report == b"told"
    assert done.status == 0
    assert done.output.endswith("True\n")
    assert "'REPORT_TO'" in done.output


def test_a_program_whose_launcher_was_ended_did_not_fail_by_itself(tmp_path: Path) -> None:
    def end_the_launcher() -> None:
        until(lambda: (tmp_path / "runs").exists())
        warm = launching._warm._popen
        assert warm is not None
        warm.kill()

    thread = threading.Thread(target=end_the_launcher)
    thread.start()
    with pytest.raises(SandboxError, match="run it again"):
        shell("touch runs; exec sleep 30", tmp_path, confinement=Confinement(single=True))
    thread.join()


def test_programs_that_begin_at_once_all_say_how_they_ended(tmp_path: Path) -> None:
    """A program may be another before the warm launcher has gone on from its fork."""
    ends: list[int | None] = []

    def start() -> None:
        for _ in range(150):
            done = shell("exit 7", tmp_path, confinement=Confinement(single=True))
            ends.append(done.status)

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ends == [7] * 300


def test_the_warm_launcher_is_replaced_when_it_is_gone(tmp_path: Path) -> None:
    assert shell("exit 3", tmp_path).status == 3
    warm = launching._warm._popen
    assert warm is not None
    warm.kill()
    warm.wait()

    assert shell("exit 4", tmp_path).status == 4
    assert shell("exit 5", tmp_path).status == 5
    assert launching._warm._popen not in (None, warm)


def test_a_program_started_alone_dies_when_the_caller_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    script = (
        "import pathlib\n"
        "from agent.process import Bounds, Confinement, run\n"
        "run(['/bin/sh', '-c', 'echo $$ > pid; exec sleep 60'], bounds=Bounds(30, 5, 512, 1),"
        f" cwd=pathlib.Path({str(tmp_path)!r}), confinement=Confinement(single=True))\n"
    )
    caller = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT)
    assert until(lambda: note.exists() and note.read_text().strip())

    caller.kill()
    caller.wait()

    assert until(lambda: not alive(int(note.read_text())))


def test_status_and_output_come_back_together_with_what_it_used(tmp_path: Path) -> None:
    done = shell("echo out; echo err >&2; exit 3", tmp_path)

    assert (done.status, done.signal, done.limit) == (3, None, None)
    assert done.output == "out\nerr\n"
    assert done.whole
    assert done.max_rss_mb > 0.5
    assert 0 < done.wall_s < 10


def test_a_signal_is_told_from_an_exit(tmp_path: Path) -> None:
    done = shell("kill -USR1 $$", tmp_path)

    assert (done.status, done.signal, done.limit) == (None, signal.SIGUSR1, None)


def test_the_environment_is_an_allow_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", "secret")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")

    names = {line.split("=")[0] for line in shell("env", tmp_path).output.splitlines()}

    assert names <= {"PATH", "LD_LIBRARY_PATH", "TZ", "LANG", "LC_ALL", "PWD", "SHLVL", "_"}
    assert environment({"EXTRA": "1"})["EXTRA"] == "1"


def test_standard_input_is_empty_and_the_directory_is_as_given(tmp_path: Path) -> None:
    assert shell("cat; pwd", tmp_path).output == f"{tmp_path}\n"


def test_no_descriptor_of_ours_is_inherited(tmp_path: Path) -> None:
    with (tmp_path / "secret").open("w") as secret:
        os.set_inheritable(secret.fileno(), True)
        listing = python(
            "import os\n"
            "for number in range(3, 200):\n"
            "    try: os.fstat(number); print(number)\n"
            "    except OSError: pass",
            tmp_path,
        )

    assert listing.output == ""


def test_the_wall_clock_ends_a_process_that_ignores_requests(tmp_path: Path) -> None:
    done = shell("trap '' TERM INT HUP; sleep 60", tmp_path, replace(BOUNDS, wall_s=0.5))

    assert done.limit == "wall clock"
    assert done.status is None
    assert done.wall_s < 5


def test_the_cpu_limit_ends_a_busy_loop(tmp_path: Path) -> None:
    done = shell("while :; do :; done", tmp_path, replace(BOUNDS, cpu_s=1))

    assert (done.limit, done.signal) == ("cpu time", signal.SIGXCPU)
    assert done.cpu_s > 0.5


def test_the_memory_limit_ends_a_hoarder(tmp_path: Path) -> None:
    done = python("x = []\nwhile True: x.append(bytearray(1 << 24))", tmp_path)

    assert done.limit == "memory"
    assert done.max_rss_mb < 600


def test_the_output_limit_ends_a_flood_and_keeps_its_end(tmp_path: Path) -> None:
    done = shell("while :; do echo flood; done", tmp_path)

    assert (done.limit, done.signal) == ("output size", signal.SIGXFSZ)
    assert not done.whole
    assert len(done.output) == 64 << 10
    assert done.output.endswith("flood\nflood\n") or "flood" in done.output[-12:]


def test_the_file_limit_ends_a_flood_of_a_file(tmp_path: Path) -> None:
    done = shell("exec dd if=/dev/zero of=big bs=65536", tmp_path)

    assert done.limit == "output size"
    assert (tmp_path / "big").stat().st_size <= 1 << 20


def test_no_core_is_dumped(tmp_path: Path) -> None:
    assert shell("ulimit -c; ulimit -Hc", tmp_path).output == "0\n0\n"


def test_children_left_behind_die_with_the_group(tmp_path: Path) -> None:
    done = shell("sleep 60 & echo $!; (sleep 60 & echo $!)", tmp_path)

    pids = [int(line) for line in done.output.split()]
    assert len(pids) == 2
    assert until(lambda: not any(alive(pid) for pid in pids))


def test_grandchildren_die_at_the_deadline(tmp_path: Path) -> None:
    done = shell("(sleep 60 & echo $!; wait)", tmp_path, replace(BOUNDS, wall_s=0.5))

    assert done.limit == "wall clock"
    assert until(lambda: not alive(int(done.output)))


def test_the_group_dies_when_the_caller_is_interrupted(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    script = (
        "import signal, sys, pathlib\n"
        "from agent.process import Bounds, run\n"
        f"run(['/bin/sh', '-c', 'echo $$ > pid; (sleep 60)'], cwd=pathlib.Path({str(tmp_path)!r}),"
        " bounds=Bounds(30, 5, 512, 1))\n"
    )
    caller = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stderr=subprocess.PIPE)
    assert until(lambda: note.exists() and note.read_text().strip())
    pid = int(note.read_text())

    caller.send_signal(signal.SIGINT)

    assert b"KeyboardInterrupt" in caller.communicate(timeout=10)[1]
    assert until(lambda: not alive(pid))


def test_everything_dies_when_the_caller_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pids"
    script = (
        "import pathlib\n"
        "from agent.process import Bounds, run\n"
        "run(['/bin/sh', '-c', 'sleep 60 & echo $$ $! > pids; wait'],"
        f" cwd=pathlib.Path({str(tmp_path)!r}), bounds=Bounds(30, 5, 512, 1))\n"
    )
    caller = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT)
    assert until(lambda: note.exists() and note.read_text().strip())
    pids = [int(word) for word in note.read_text().split()]

    caller.kill()
    caller.wait()

    assert until(lambda: not any(alive(pid) for pid in pids))


def test_a_report_comes_back_whole_and_apart_from_the_output(tmp_path: Path) -> None:
    done = python(
        "import os\n"
        "number = int(os.environ['REPORT_TO'])\n"
        "for _ in range(64):\n"
        "    left = b'x' * 65536\n"
        "    while left: left = left[os.write(number, left):]\n"
        "print('done')",
        tmp_path,
        report="REPORT_TO",
    )

    assert len(done.report) == 64 * 65536
    assert done.output == "done\n"


def test_the_report_cannot_be_opened_by_name(tmp_path: Path) -> None:
    done = python(
        "import os\n"
        "number = os.environ['REPORT_TO']\n"
        "try: open('/proc/self/fd/' + number, 'w')\n"
        "except OSError as error: print(type(error).__name__)",
        tmp_path,
        report="REPORT_TO",
    )

    assert done.output == "OSError\n"


def test_what_was_reported_before_the_deadline_is_kept(tmp_path: Path) -> None:
    done = python(
        "import os, time\nos.write(int(os.environ['REPORT_TO']), b'begun\\n')\ntime.sleep(60)",
        tmp_path,
        replace(BOUNDS, wall_s=1),
        report="REPORT_TO",
    )

    assert (done.limit, done.report) == ("wall clock", b"begun\n")


def test_a_program_that_does_not_exist_is_an_error_of_the_machine(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="could not be started"):
        run(["/no/such/program"], cwd=tmp_path, bounds=BOUNDS)


def test_many_threads_may_run_processes_at_once(tmp_path: Path) -> None:
    found: dict[int, str] = {}

    def work(number: int) -> None:
        found[number] = shell(f"sleep 0.1; echo {number}", tmp_path).output

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == {number: f"{number}\n" for number in range(8)}


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    shell("true", tmp_path)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        shell("true", tmp_path)

    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_the_launcher_keeps_the_deadline_when_the_caller_does_not(tmp_path: Path) -> None:
    script = (
        "import pathlib\n"
        "from agent.process import Bounds, run\n"
        "run(['/bin/sh', '-c', 'echo $$ > pid; sleep 60'],"
        f" cwd=pathlib.Path({str(tmp_path)!r}), bounds=Bounds(1, 5, 512, 1))\n"
    )
    caller = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT)
    note = tmp_path / "pid"
    assert until(lambda: note.exists() and note.read_text().strip())
    caller.send_signal(signal.SIGSTOP)
    try:
        assert until(lambda: not alive(int(note.read_text())))
    finally:
        caller.kill()
        caller.wait()
