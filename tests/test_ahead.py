"""Processes that are started and closed in before it is known what they will run."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent import launching, process
from agent.process import Bounds, Confinement, forget, interpreter, run, run_ahead
from agent.toolchain import sandbox
from agent.toolchain.base import Job, PassRule, Testbench
from agent.toolchain.direct import DirectSimulator
from agent.toolchain.results import Outcome
from agent.toolchain.sandbox import Profile, Sandbox
from tests.test_process import BOUNDS, ROOT, alive, until
from tests.toolbench import COUNTER, HERE, SMALL, need, need_level

ALONE = Confinement(single=True)
BENCH = """`timescale 1ns/1ps
module bench;
  reg clk = 0, rst = 1; wire [7:0] q;
  counter dut(.clk(clk), .rst(rst), .q(q));
  always #5 clk = ~clk;
  initial begin
    @(negedge clk) rst = 0;
    repeat (3) @(negedge clk);
    if (q === 3) $display("PASS"); else $display("FAIL");
    $finish;
  end
endmodule
"""


def shell(script: str, folder: Path, bounds: Bounds = BOUNDS, **more: object) -> process.Completed:
    command = ["/bin/sh", "-c", script]
    return run(command, cwd=folder, bounds=bounds, confinement=ALONE, **more)  # type: ignore[arg-type]


def waiting(folder: Path) -> int:
    """Start a process ahead; its number."""
    run_ahead(folder, BOUNDS, ALONE)
    return process._waiting._kept[folder]._launched.pid


def test_what_waits_becomes_the_next_run_of_its_directory(tmp_path: Path) -> None:
    pid = waiting(tmp_path)

    done = shell("echo $$; pwd; echo err >&2; env | sort; cat; exit 3", tmp_path, env={"A": "b"})

    assert done.output.splitlines() == [str(pid), str(tmp_path), "err", "A=b", f"PWD={tmp_path}"]
    assert (done.status, done.signal, done.limit) == (3, None, None)
    assert shell("echo $$", tmp_path).output != f"{pid}\n", "once only"


def test_what_waits_keeps_the_limits_from_the_moment_that_it_runs(tmp_path: Path) -> None:
    short = replace(BOUNDS, wall_s=0.5, cpu_s=1)
    run_ahead(tmp_path, short, ALONE)
    slow = shell("echo begun; exec sleep 60", tmp_path, short)
    run_ahead(tmp_path, short, ALONE)
    flood = shell("exec dd if=/dev/zero of=big bs=65536", tmp_path, short)

    assert (slow.limit, slow.status, slow.output) == ("wall clock", None, "begun\n")
    assert flood.limit == "output size"


def test_a_run_under_other_bounds_does_without_what_waits(tmp_path: Path) -> None:
    pid = waiting(tmp_path)

    done = shell("echo $$", tmp_path, replace(BOUNDS, memory_mb=300))

    assert done.output != f"{pid}\n"
    assert until(lambda: not alive(pid))


def test_what_waits_hands_on_no_descriptor_and_leaves_none(tmp_path: Path) -> None:
    script = (
        "import os\n"
        "for number in range(3, 200):\n"
        "    try: os.fstat(number); print(number)\n"
        "    except OSError: pass\n"
    )
    command = [interpreter(), "-I", "-S", "-c", script]
    run(command, cwd=tmp_path, bounds=BOUNDS, confinement=ALONE)
    before = len(list(Path("/proc/self/fd").iterdir()))

    run_ahead(tmp_path, BOUNDS, ALONE)
    done = run(command, cwd=tmp_path, bounds=BOUNDS, confinement=ALONE)
    pid = waiting(tmp_path)
    forget(tmp_path)

    assert (done.status, done.output) == (0, "")
    assert until(lambda: not alive(pid))
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_what_waited_and_was_ended_is_replaced(tmp_path: Path) -> None:
    pid = waiting(tmp_path)
    warm = launching._warm._popen
    assert warm is not None
    warm.kill()
    warm.wait()
    assert until(lambda: not alive(pid))

    assert shell("exit 4", tmp_path).status == 4


def test_what_waits_dies_when_the_caller_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    script = (
        "import pathlib, time\n"
        "from agent import process\n"
        f"folder = pathlib.Path({str(tmp_path)!r})\n"
        "bounds = process.Bounds(30, 5, 512, 1)\n"
        "process.run_ahead(folder, bounds, process.Confinement(single=True))\n"
        "pid = process._waiting._kept[folder]._launched.pid\n"
        "(folder / 'pid').write_text(str(pid))\n"
        "time.sleep(60)\n"
    )
    caller = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT)
    assert until(lambda: note.exists() and note.read_text().strip())
    assert alive(int(note.read_text()))

    caller.kill()
    caller.wait()

    assert until(lambda: not alive(int(note.read_text())))


@pytest.mark.parametrize("level", ["landlock+seccomp", "unshare+seccomp"])
def test_what_waits_is_closed_in_like_any_other(tmp_path: Path, level: str) -> None:
    need_level(level)
    inside, hidden = tmp_path / "inside", tmp_path / "hidden"
    inside.mkdir()
    hidden.write_text("secret")
    python = Path(interpreter())
    profile = Profile(write=(inside,), read=(sandbox._PROBE,), execute=(python, python.resolve()))
    confinement = Sandbox(level).confine(profile, inside)
    run_ahead(inside, BOUNDS, confinement)
    pid = process._waiting._kept[inside]._launched.pid

    probe = run(
        [python, "-I", "-S", "-B", sandbox._PROBE, hidden, inside / "file"],
        cwd=inside,
        bounds=BOUNDS,
        confinement=confinement,
    )

    assert pid
    assert (probe.status, probe.output) == (0, "")
    assert hidden.read_text() == "secret"


@pytest.fixture
def simulator() -> Iterator[DirectSimulator]:
    need("iverilog", "vvp")
    need_level("landlock+seccomp")
    made = DirectSimulator(level="landlock+seccomp", policy=False)
    yield made
    made.close()


def test_verdicts_stay_the_same_when_processes_wait_for_the_designs(
    simulator: DirectSimulator, tmp_path: Path
) -> None:
    (tmp_path / "bench.v").write_text(BENCH)
    bench = Testbench(tmp_path / "bench.v", "verilog", rule=PassRule("PASS", "FAIL"))
    wrong = COUNTER.replace("q + 1", "q + 2")
    broken = COUNTER.replace("endmodule", "")
    printing = COUNTER.replace("endmodule", '  initial $display("PASS");\nendmodule')
    reaching = (HERE / "attacks" / "verilog" / "clear_errors.v").read_text()
    waited = 0

    for number in range(4):
        for rtl, outcome in (
            (COUNTER, Outcome.PASSED),
            (wrong, Outcome.FAILED),
            (COUNTER, Outcome.PASSED),
            (broken, Outcome.NOT_COMPILED),
            (printing, Outcome.REFUSED),
            (reaching, Outcome.NOT_COMPILED),
        ):
            waited += bool(process._waiting._kept)
            job = Job(f"{rtl}// {number}\n", "counter", bench, SMALL)
            assert simulator.judge(job).outcome is outcome

    assert waited
    simulator.close()
    assert not process._waiting._kept
