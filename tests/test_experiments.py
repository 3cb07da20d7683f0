"""Experiments: every arm that can run is measured, the others are named, and the page says it."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from agent.cli_eval import EXPERIMENTS as NAMES
from agent.errors import InputError
from agent.evaluate.experiments import EXPERIMENTS, solved_within
from agent.evaluate.measured import Measured
from agent.evaluate.measures import Sample
from agent.evaluate.plots import plots
from agent.evaluate.report import page
from agent.evaluate.store import Asked, Evaluation
from agent.evaluate.trainings import TRAINED, Training, adapter
from mevllm.data.build import build
from mevllm.data.records import Record, write_records
from mevllm.data.variants import bin_of, bounds_of, complexity, mismatched
from tests import eval_suites
from tests.conftest import Mevagent
from tests.toolbench import need


@pytest.fixture(scope="module")
def records() -> list[Record]:
    need("iverilog", "vvp")
    return build(24, 0, names=("alu", "maxterms", "parking_gate"), jobs=1)


def test_the_command_knows_every_experiment() -> None:
    assert set(NAMES) == {*EXPERIMENTS, *TRAINED}


def test_arms_that_can_run_are_measured_and_the_others_named(
    mevagent: Mevagent, tmp_path: Path
) -> None:
    need("iverilog", "vvp")
    root = eval_suites.verilog_eval(tmp_path / "bench")
    script = eval_suites.script(tmp_path / "script.json")
    asked = ["--suite", "verilog-eval", "--root", root, "--engine", "scripted", "--script", script]
    done = mevagent("eval", "experiment", "experts", *asked, "-n", "2", "--results", "results")

    assert done.returncode == 0, done.stderr
    text = (tmp_path / "results" / "experts.md").read_text()
    assert "| base | 37.5% [" in text
    assert "| experts by oracle tier | 37.5% [" in text
    assert "- monolith: --expert monolith: there is no adapter `monolith`" in text
    assert "mevagent eval experiment experts --suite verilog-eval --results results" in text
    assert "--root bench --samples 2" in text or "--root bench -n 2" in text
    assert str(tmp_path) not in text


def test_the_parts_of_the_loop_are_switched_off_one_at_a_time(
    mevagent: Mevagent, tmp_path: Path
) -> None:
    need("iverilog", "vvp")
    root = eval_suites.verilog_eval(tmp_path / "bench")
    right = eval_suites.body("a & b")
    wrong = [eval_suites.body("a | b"), eval_suites.body("a ^ b"), eval_suites.body("a")]
    # Only who is told what was wrong puts it right.
    rules = [{"contains": ["an and gate", "gives wrong results"], "answers": [right]}]
    script = tmp_path / "script.json"
    script.write_text(json.dumps({"rules": rules, "answers": [wrong], "repeat": True}))
    asked = ["--suite", "verilog-eval", "--root", root, "--engine", "scripted", "--script", script]
    bounds = ["--only", "Prob001", "-k", "2", "--max-attempts", "3", "--no-tiers"]
    shown = ["--expert", "base", "--results", "results", "--no-mend"]
    done = mevagent("eval", "experiment", "repair", *asked, *bounds, *shown)

    assert done.returncode == 0, done.stderr
    text = (tmp_path / "results" / "repair.md").read_text()
    table = {line.split(" | ")[0][2:]: line for line in text.splitlines() if "1 of 1" in line}
    assert "the whole loop" in table
    assert "plain resampling" not in table
    assert "Budget of a build: attempts 3" in text


def test_problems_are_solved_within_tokens_in_the_order_of_their_samples() -> None:
    asked = (Asked("a", None, "", ""), Asked("b", None, "", ""))
    samples = (
        *(Sample("a", i, "base", None, i == 1, True, "", "", 100, 1.0) for i in range(3)),
        *(Sample("b", i, "base", None, False, True, "X", "X", 10, 1.0) for i in range(3)),
    )
    one = Measured(evaluation(3), asked, samples)

    assert [solved_within(one, budget) for budget in (99, 199, 200)] == [0, 0, 1]


def evaluation(n: int, mode: str = "answer") -> Evaluation:
    options = {"n": n, "sampling": {"temperature": 0.8}, "fixes": False}
    config = {"expert": "routed", "base": "m", "adapters": [], "options": options, "bounds": None}
    return Evaluation("id", "rtllm", mode, "one <b>", config, "finished", "2026", None)


def test_a_report_is_one_page_with_its_plots_and_escapes_what_it_shows() -> None:
    pytest.importorskip("matplotlib", reason="the plots need matplotlib")
    asked = (Asked("a", "basic", "", ""), Asked("b", "expert", "", ""))
    samples = tuple(
        Sample(p, i, "routed: basic", "basic", p == "a" and i < 2, True, "X", "syntax", 9 + i, 1.0)
        for p in "ab"
        for i in range(3)
    )
    one = Measured(evaluation(3, "agent"), asked, samples)
    images = plots([one, replace(one, evaluation=evaluation(3))])
    text = page([one], images)

    assert set(images) == {
        "pass_at_k.png",
        "tiers.png",
        "failures.png",
        "cost.png",
        "confusion.png",
    }
    assert all(data.startswith(b"\x89PNG") for data in images.values())
    assert text.count("data:image/png;base64,") == 5
    assert "one &lt;b&gt;" in text
    assert "<b>" not in text
    assert plots([one]) == plots([one])


def test_mismatched_descriptions_are_those_of_other_designs(records: list[Record]) -> None:
    train = [i for i, record in enumerate(records) if record.split == "train"]
    half, whole = mismatched(records, 0.5, 0), mismatched(records, 1.0, 0)
    changed = [i for i, r in enumerate(half) if r.specifications != records[i].specifications]

    assert set(changed) <= set(train)
    assert len(changed) == pytest.approx(len(train) / 2, abs=1)
    assert all(whole[i].specifications != records[i].specifications for i in train)
    assert [r.body for r in whole] == [r.body for r in records]
    assert mismatched(records, 0.0, 0) == records
    assert mismatched(records, 0.5, 0) == half


def test_bins_share_designs_out_by_their_complexity(records: list[Record]) -> None:
    scores = [complexity(record.body) for record in records]
    for bins in (1, 2, 4):
        bounds = bounds_of(scores, bins)
        sizes = [sum(bin_of(s, bounds) == number for s in scores) for number in range(bins)]
        assert sum(sizes) == len(scores)
        assert max(sizes) - min(sizes) <= len(scores) // 4
    assert complexity("assign y = a; // a comment") == 5


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_an_arm_with_nothing_to_train_on_says_so_and_the_others_go_on(
    tmp_path: Path, records: list[Record]
) -> None:
    if not os.environ.get("CI"):
        pytest.importorskip("torch", reason="training needs the extra [train]")
        pytest.importorskip("peft", reason="training needs the extra [train]")
    from tests.small_base import small_base

    small_base()
    training = Training(tmp_path / "set.jsonl.gz", tmp_path, designs=16)
    # What carry_out() takes for an arm that cannot run is an InputError.
    with pytest.raises(InputError, match="nothing to train on"):
        adapter(training, "none-fits", records, 16, 0.1, longest=8)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_training_experiment_trains_each_arm_once_and_measures_it(
    mevagent: Mevagent, tmp_path: Path, records: list[Record]
) -> None:
    if not os.environ.get("CI"):
        pytest.importorskip("torch", reason="training needs the extra [train]")
        pytest.importorskip("peft", reason="training needs the extra [train]")
    from tests.small_base import small_base

    small_base()
    write_records(records, tmp_path / "set.jsonl.gz")
    asked = ["--data", "set.jsonl.gz", "--count", "1", "--greedy", "--answer-tokens", "16"]
    small = ["--train-designs", "16", "--train-epochs", "0.1", "--results", "results"]
    done = mevagent("eval", "experiment", "size", *asked, *small, "--engine", "llamacpp")

    assert done.returncode == 0, done.stderr
    text = (tmp_path / "results" / "size.md").read_text()
    assert "| all of it |" in text
    assert "| 1/16 |" in text
    losses = text.partition("## Loss on designs kept back")[2]
    assert len(re.findall(r"^\| (?:all of it|1/4|1/16) \| \d+\.\d{3} \|$", losses, re.M)) == 3
    assert "Not measured" not in text
    again = mevagent("eval", "experiment", "size", *asked, *small, "--engine", "llamacpp")
    assert again.returncode == 0
    assert "training" not in again.stderr
