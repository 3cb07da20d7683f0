"""The harness of benchmarks, on tiny cases; no time is asserted."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

import benchmarks.__main__ as command
from benchmarks import harness
from benchmarks.harness import CannotRunError, Measured, Scale, Skipped
from tests.toolbench import need, need_level


def test_a_row_knows_whether_it_meets_its_target() -> None:
    assert Measured("more", 20.0, "x", 20).met
    assert not Measured("more", 19.9, "x", 20).met
    assert Measured("less", 1.3, "x", 1.3, "lower").met
    assert not Measured("less", 1.31, "x", 1.3, "lower").met
    assert Measured("figure", 5.0, "ms").met is None


def test_two_things_are_measured_in_turn() -> None:
    order: list[str] = []

    def ours() -> float:
        order.append("ours")
        return float(len(order))

    def other() -> float:
        order.append("other")
        return 10.0

    assert harness.side_by_side(ours, other, 3) == (3.0, 10.0)
    assert order == ["ours", "other"] * 3


def test_a_process_tree_is_counted_with_what_it_waited_for() -> None:
    before = harness.processor_seconds()
    child = os.fork()
    if child == 0:
        while time.process_time() < 0.2:
            pass
        os._exit(0)
    os.waitpid(child, 0)

    assert harness.processor_seconds() > before
    assert harness.tree()[0] == os.getpid()
    assert harness.memory_mb() > 1


def test_simulation_is_measured_and_written_as_json(tmp_path: Path) -> None:
    need("iverilog", "vvp")
    need_level("landlock+seccomp")
    file = tmp_path / "rows.json"

    done = CliRunner().invoke(
        command.main, ["simulation", "--repeat", "1", "--candidates", "10", "--json", str(file)]
    )

    assert done.exit_code == 0, done.output
    rows = json.loads(file.read_text())["rows"]["simulation"]
    assert {row["name"] for row in rows} >= {"processor time per candidate", "static refusal"}
    assert all(row["value"] > 0 for row in rows)
    assert "cocotb's runner" in done.output.replace("\n", " ") or "cocotb" in done.output


def test_a_benchmark_that_cannot_run_says_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def measure(scale: Scale) -> list[Measured]:
        raise CannotRunError("there is no such machine")

    monkeypatch.setattr("benchmarks.simulation.measure", measure)
    file = tmp_path / "rows.json"

    done = CliRunner().invoke(command.main, ["simulation", "--json", str(file)])

    assert done.exit_code == 0
    assert "skipped: there is no such machine" in done.output
    assert json.loads(file.read_text())["rows"]["simulation"]["reason"]
    assert command.run("simulation", Scale()) == Skipped("simulation", "there is no such machine")
