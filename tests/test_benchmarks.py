"""The harness of benchmarks, on tiny cases; no time is asserted."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

import benchmarks.__main__ as command
from agent.evaluate.measures import Sample
from agent.evaluate.own import load_testbenches
from agent.extract import extract
from benchmarks import autochip, build_profile, harness, limits, machine, verdict_cost
from benchmarks.harness import CannotRunError, Measured, Scale, Skipped
from mevllm.engines import open_engine
from mevllm.engines.base import Sampling
from mevllm.errors import WeightsError
from mevllm.gguf_file import GgufTensor, read_tensors, write_gguf
from mevllm.spec import load_spec
from mevllm.tiers import Tier
from scripts import performance_page
from tests.conftest import DESIGNS, ROOT
from tests.small_base import small_base
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
        command.main, ["simulation", "--repeat", "1", "--candidates", "100", "--json", str(file)]
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
    file = tmp_path / "not there yet" / "rows.json"

    done = CliRunner().invoke(command.main, ["simulation", "--json", str(file)])

    assert done.exit_code == 0
    assert "skipped: there is no such machine" in done.output
    assert json.loads(file.read_text())["rows"]["simulation"]["reason"]
    assert command.run("simulation", Scale()) == Skipped("simulation", "there is no such machine")


# AutoChip's loop


def test_the_same_problems_are_drawn_each_time_from_each_tier_in_turn() -> None:
    problems = load_testbenches(DESIGNS, "testbenches")
    eight = autochip.drawn(problems, 8)
    tier_of = {problem.id: problem.tier for problem in problems}

    assert eight == autochip.drawn(problems, 8)
    assert [tier_of[name] for name in eight] == [*Tier, *Tier]
    assert set(autochip.drawn(problems, 16)) == set(tier_of)


def sample(passed: bool, seconds: float) -> Sample:
    return Sample("p", 0, "base", None, passed, True, "", "", 100, seconds)


def test_seconds_on_all_problems_count_for_those_solved() -> None:
    ours = [sample(True, 2.0), sample(True, 4.0)]
    theirs = [sample(True, 8.0), sample(False, 10.0)]
    rows = {row.name: row for row in autochip.rows({"ours": ours, "autochip": theirs})}

    ratio = rows["seconds per solved problem"]
    assert (ratio.value, ratio.met) == (18.0 / 3.0, True)
    assert rows["more problems solved"].value == 1
    assert rows["more problems solved"].met
    assert rows["problems solved: autochip"].value == 1


def test_there_is_no_ratio_where_nothing_is_solved() -> None:
    rows = autochip.rows({"ours": [sample(False, 1.0)], "autochip": [sample(False, 1.0)]})
    assert "seconds per solved problem" not in {row.name for row in rows}


@pytest.mark.slow
def test_both_loops_take_turns_at_a_problem_with_a_real_model(tmp_path: Path) -> None:
    need("iverilog", "vvp")
    size = autochip.Size(tokens=90, answer_tokens=30, seconds=60.0)
    model = small_base()
    own = open_engine("llamacpp", model=model, parallel=autochip.BREADTH)
    with closing(own), autochip.served(model, None, autochip.BREADTH) as url:
        remote = open_engine("openai", url=url, parallel=autochip.BREADTH)
        arms = [autochip.Arm("ours", "own", own), autochip.Arm("theirs", "autochip", remote)]
        found = autochip.take_turns(["gate_network"], arms, size, tmp_path)

    assert {name: len(samples) for name, samples in found.items()} == {"ours": 1, "theirs": 1}
    assert all(samples[0].tokens > 0 for samples in found.values())
    assert {path.name for path in tmp_path.glob("*.db")} >= {"ours.db", "theirs.db"}


# Limits


def test_the_weights_that_a_token_reads_are_those_of_the_file() -> None:
    model = small_base()
    weights = limits.weights_of(model)

    assert 0.9 < weights.read / model.stat().st_size < 1.0
    assert 130e6 < weights.parameters < 140e6
    assert weights.state > 0


def test_tensors_of_a_file_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "small.gguf"
    tensors = [GgufTensor("a", "F32", (8, 2), bytes(64)), GgufTensor("b", "F16", (3,), bytes(6))]
    write_gguf(path, {"general.architecture": "llama"}, tensors)

    found = read_tensors(path)

    assert [(t.name, t.shape) for t in found] == [("a", (8, 2)), ("b", (3,))]
    assert found[0].size == 64
    with pytest.raises(WeightsError, match="not a GGUF file"):
        read_tensors(Path(__file__))


def test_memory_is_read_and_empty_processes_are_started(tmp_path: Path) -> None:
    need("iverilog", "vvp")
    assert machine.bandwidth(1, quick=True) > 0
    floors = machine.floors(tmp_path, 2)
    assert set(floors) == {machine.PROGRAM, machine.COMPILE, machine.SIMULATE}
    assert all(value > 0 for value in floors.values())


@pytest.mark.parametrize("kind", ["cocotb", "verilog"])
def test_sample_designs_of_every_size_pass_their_testbenches(tmp_path: Path, kind: str) -> None:
    need("iverilog", "vvp")
    with closing(verdict_cost.Court(tmp_path)) as court:
        assert court.cost(1, registers=20, cycles=300, kind=kind) > 0
        assert court.rate(2, 2) > 0


def test_the_stage_of_a_thread_is_that_of_the_innermost_file_at_work() -> None:
    seen: list[str] = []

    class Told(str):
        """A text that looks where it is being read."""

        def replace(self, *args: Any) -> str:
            seen.append(build_profile.stage_of(sys._getframe()))
            return str.replace(self, *args)

    interface = load_spec(DESIGNS / "mux4" / "spec.md").interface
    extract(Told("no code"), interface)
    seen.append(build_profile.stage_of(sys._getframe()))

    assert seen == ["fixes", ""]


@pytest.mark.slow
@pytest.mark.parametrize("pipelined", [False, True])
def test_the_stages_of_a_real_build_add_up(pipelined: bool) -> None:
    need("iverilog", "vvp")
    small_base()
    begin = time.perf_counter()
    found = build_profile.profile(
        "smollm2-135m",
        DESIGNS / "gate_network",
        pipelined=pipelined,
        sampling=Sampling(max_tokens=16),
    )
    whole = time.perf_counter() - begin

    assert tuple(found.seconds) == build_profile.STAGES
    assert sum(found.seconds.values()) == pytest.approx(found.total)
    assert found.total <= whole
    for stage in ("testbench", "model load", "classification", "prompt reading", "decoding"):
        assert found.seconds[stage] > 0, stage
    assert found.tokens > 0
    assert found.hidden == 0 or pipelined


# The page


def row(name: str, value: float, unit: str = "s", **more: Any) -> dict[str, Any]:
    return asdict(Measured(name, value, unit, **more))


def build_rows(way: str) -> list[dict[str, Any]]:
    return [row(f"build, {way}: decoding", 3.0), row(f"build, {way}: fixes & co", 1.0)]


def test_the_page_gets_its_tables_and_the_bar(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text((ROOT / "docs" / "performance.md").read_text())
    file = tmp_path / "rows.json"
    rows = {
        "limits": [
            row("memory: read by one core", 20.0, "GB/s"),
            *build_rows("one after the other"),
            *build_rows("pipelined"),
            row("whole build, pipelined: wall time", 4.0, aside="passed"),
        ],
        "pipeline": [row("sooner", 1.5, "x", target=1.4, baseline="the sequential loop")],
        "autochip": [row("more", 0.0, "problems", target=0.0, baseline="AutoChip")],
        "gpu": {"name": "gpu", "reason": "there is no CUDA device"},
    }
    file.write_text(json.dumps({"machine": {"cores": 2}, "rows": rows}))

    done = CliRunner().invoke(performance_page.main, ["--page", str(page), str(file)])

    assert done.exit_code == 0, done.output
    text = page.read_text()
    assert "| read by one core | 20 GB/s |" in text
    assert "| autochip | more | AutoChip | at least 0 problems | 0 problems | met |" in text
    assert "| pipeline | sooner | the sequential loop | at least 1.4 x | 1.5 x | met |" in text
    assert "| decoding | 3.000 s | 3.000 s |" in text
    assert "- gpu: there is no CUDA device" in text
    assert "- autochip, limits, pipeline: cores 2" in text
    # What was measured elsewhere, and not again, stays with its machine.
    assert re.search(r"^- .*\bdecoding\b.*: system ", text, re.M)
    assert "| decoding | switching experts |" in text
    assert "![Stages of a build](performance-build.svg)" in text
    drawn = ElementTree.parse(tmp_path / "performance-build.svg").getroot()
    widths = [float(bar.get("width", 0)) for bar in drawn.findall("{*}rect") if len(bar)]
    assert widths[0] == pytest.approx(3 * widths[1])
    again = CliRunner().invoke(performance_page.main, ["--page", str(page), str(file)])
    assert again.exit_code == 0
    assert page.read_text() == text


def test_every_group_of_limits_has_its_place_on_the_page() -> None:
    page = (ROOT / "docs" / "performance.md").read_text()
    source = Path(limits.__file__).read_text()
    groups = set(re.findall(r'f?"(memory|decoding|process|growth with [a-z ]+): ', source))

    assert len(groups) == 7
    for name in (*groups, "machine", "targets", "skipped", "build"):
        assert f"<!-- begin {name} -->" in page
        assert f"<!-- end {name} -->" in page
