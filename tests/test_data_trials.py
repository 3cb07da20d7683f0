"""Trials: what a model solves, what it says in other words, and what training makes of both."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from agent.toolchain.direct import DirectSimulator
from agent.training_trials import tried
from mevllm.data.build import build
from mevllm.data.lines import append_lines
from mevllm.data.records import Record
from mevllm.data.trials import PARAPHRASED, Trial, read_trials, with_paraphrases
from mevllm.data.wording import passages
from mevllm.engines.scripted import Answer, Rule, Script, ScriptedEngine
from mevllm.errors import MevllmError
from mevllm.tiers import Tier
from mevllm.train.config import TrainConfig
from mevllm.train.examples import classifier_examples


@pytest.fixture(scope="module")
def record() -> Record:
    """A counter, told in prose alone."""
    found = build(12, 3, names=["binary_counter"])[0]
    return replace(found, specifications={"prose": found.specifications["prose"]})


def reworded(record: Record) -> str:
    """The last passage of the prose, its sentences in another order."""
    prose = [p.plain for p in passages(record.specifications["prose"]) if p.prose][-1]
    return " ".join(reversed(re.split(r"(?<=\.) ", prose)))


def trials_of(record: Record, bodies: Sequence[str], others: Sequence[str]) -> list[Trial]:
    """What is tried when the model answers so to the original, and so to the paraphrase."""
    said = reworded(record)

    def answers(texts: Sequence[str]) -> tuple[tuple[Answer, ...], ...]:
        return (tuple(Answer(f"{text}\nendmodule") for text in texts),)

    rules = (
        Rule(("Say the following part",), ((Answer(said),),)),
        Rule((said,), answers(others)),
        Rule(("Write the module",), answers(bodies)),
    )
    engine = ScriptedEngine(Script(rules=rules))
    simulator = DirectSimulator()
    try:
        return list(tried([record], simulator, engine, adapter=None, samples=2, seed=0, model="m"))
    finally:
        simulator.close()


def test_a_paraphrase_that_is_solved_as_often_becomes_a_voice(record: Record) -> None:
    (trial,) = trials_of(record, [record.body, "  nonsense"], [record.body, "  nonsense"])
    assert (trial.passed, trial.paraphrase_passed, trial.samples) == (1, 1, 2)
    assert reworded(record) in trial.paraphrase
    (told,) = with_paraphrases([record], [trial])
    assert told.specifications["prose" + PARAPHRASED] == trial.paraphrase
    assert told.specifications["prose"] == record.specifications["prose"]


def test_a_paraphrase_that_is_solved_less_often_is_not_kept(record: Record) -> None:
    (trial,) = trials_of(record, [record.body, record.body], [record.body, "  nonsense"])
    assert (trial.passed, trial.paraphrase) == (2, "")
    assert list(with_paraphrases([record], [trial])) == [record]


def test_what_is_never_solved_is_not_said_in_other_words(record: Record) -> None:
    (trial,) = trials_of(record, ["  nonsense", ""], [record.body, record.body])
    assert (trial.passed, trial.paraphrase, trial.tier) == (0, "", Tier.EXPERT)


def test_a_classifier_with_trials_learns_the_measured_solvability(record: Record) -> None:
    record = replace(record, split="train")
    config = TrainConfig("classifier", "b", "d", designs={str(tier): 9 for tier in Tier})
    for passed, tier in ((4, "basic"), (3, "basic"), (2, "intermediate"), (1, "advanced")):
        trial = Trial(record.id, "prose", passed, 4, "m")
        ((_, answer),) = classifier_examples([record], config, "train", [trial])[0]
        assert answer == f" {tier}"
    assert classifier_examples([record], config, "validation", [trial]) == []


def test_trials_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "trials.jsonl.gz"
    trials = [
        Trial("f/1", "prose", 1, 4, "m", "Other words.", 2),
        Trial("f/2", "comment", 0, 4, ""),
    ]
    assert append_lines(trials, path) == 2
    assert list(read_trials(path)) == trials
    path.write_bytes(b"no archive")
    with pytest.raises(MevllmError, match="mevagent data describe"):
        list(read_trials(path))
