"""The same verdicts on Ray actors, whatever happens to them; needs the extra `[ray]`."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.evaluate import ray_pool
from agent.evaluate.answers import AnswerOptions
from agent.evaluate.judging import Judged, SerialPool, Task
from agent.evaluate.measures import canonical
from agent.evaluate.ray_pool import RayPool
from agent.evaluate.suites import Source, load_suite
from agent.toolchain.direct import DirectSimulator
from tests import eval_suites
from tests.test_evaluate import design, measured, run, task
from tests.toolbench import SMALL, need

pytest.importorskip("ray", reason="the extra [ray] is not installed")


@pytest.fixture
def pool() -> Iterator[RayPool]:
    need("iverilog", "vvp")
    made = RayPool(workers=2)
    yield made
    made.close()


def tasks(tmp_path: Path) -> list[Task]:
    root = eval_suites.verilog_eval(tmp_path / "suite")
    problems = load_suite("verilog-eval", Source(root), tmp_path)
    cocotb = load_suite(
        "cvdp", Source(eval_suites.cvdp(tmp_path / "set.jsonl")), tmp_path / "work"
    )[0]
    assert cocotb.reference is not None
    found = [task(cocotb, cocotb.reference), task(cocotb, cocotb.reference.replace("~d", "d"))]
    for number in range(4):
        for problem in problems:
            found.append(task(problem, design(f"assign y = a & b;\nwire w{number};\nendmodule")))
    return found


def by_key(found: list[tuple[Task, Judged]]) -> dict[str, Judged]:
    assert len({done.key for done, _ in found}) == len(found)
    return {done.key: judged for done, judged in found}


def test_actors_judge_as_this_process_does_and_a_killed_one_is_replaced(
    pool: RayPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray_pool, "BATCH", 5)
    asked = tasks(tmp_path)
    simulator = DirectSimulator()
    alone = by_key(list(SerialPool(simulator).judge(asked)))
    simulator.close()

    victim = pool.workers()[0]
    found = []
    for number, pair in enumerate(pool.judge(asked)):
        found.append(pair)
        if number == 0:
            os.kill(victim, signal.SIGKILL)

    assert by_key(found) == alone
    assert victim not in pool.workers()


def test_an_evaluation_on_ray_has_the_same_samples_to_the_byte(tmp_path: Path) -> None:
    need("iverilog", "vvp")
    bench = eval_suites.verilog_eval(tmp_path / "bench", broken=True)
    options = AnswerOptions(n=2, batch=2, limits=SMALL)
    found = []
    for ray in (None, ""):
        folder = tmp_path / repr(ray)
        folder.mkdir()
        store, evaluation = run(folder, bench, options=options, ray=ray, jobs=2)
        with store:
            found.append(canonical(measured(store, evaluation)))

    assert found[0] == found[1]
