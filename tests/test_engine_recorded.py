"""Answers drawn on another machine are judged here as if they were drawn here."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from mevllm.engines import open_engine
from mevllm.engines.base import Continuation, Message, ModelInfo, Prompt, Sampling
from mevllm.engines.recorded import RecordedEngine, record
from mevllm.errors import EngineError

INFO = ModelInfo("transformers (cuda)", "base", "ab" * 32)
PROMPT = Prompt((Message("user", "an inverter"),), "```verilog\n")
GREEDY = Sampling(temperature=0.0)


def said(text: str, seed: int = 0) -> Continuation:
    return Continuation(text, "stop", seed, 10, 0, 3, 0.1, -1.5)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "answers.jsonl.gz"
    record(path, INFO, [(PROMPT, GREEDY, None, said("one"))])
    record(path, INFO, [(PROMPT, GREEDY, None, said("two", seed=1))])
    return path


def test_the_answers_come_back_by_their_seeds_under_the_model_that_drew_them(file: Path) -> None:
    engine = open_engine("recorded", script=file)
    assert engine.info == INFO
    ended: list[tuple[int, Continuation]] = []
    answers = engine.generate(PROMPT, 2, GREEDY, on_done=lambda i, c: ended.append((i, c)))
    assert answers == (said("one"), said("two", seed=1))
    assert [index for index, _ in ended] == [0, 1]


@pytest.mark.parametrize(
    ("prompt", "sampling"),
    [
        (replace(PROMPT, prefill=""), GREEDY),
        (PROMPT, replace(GREEDY, temperature=0.8)),
        (PROMPT, replace(GREEDY, max_tokens=7)),
        (PROMPT, replace(GREEDY, seed=2)),
    ],
)
def test_another_prompt_or_sampling_has_no_answer(
    file: Path, prompt: Prompt, sampling: Sampling
) -> None:
    with pytest.raises(EngineError, match="no answer to this prompt"):
        RecordedEngine(file).generate(prompt, 1, sampling)


def test_an_adapter_is_known_by_its_weights(file: Path, tmp_path: Path) -> None:
    adapter = tmp_path / "expert.gguf"
    adapter.write_bytes(b"weights")
    from mevllm.weights import file_sha256

    record(file, INFO, [(PROMPT, GREEDY, file_sha256(adapter), said("expert"))])
    engine = RecordedEngine(file)
    assert engine.generate(PROMPT, 1, GREEDY, adapter=str(adapter)) == (said("expert"),)
    assert engine.generate(PROMPT, 1, GREEDY) == (said("one"),)


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.gz"
    with gzip.open(path, "wt") as text:
        text.write("[]\n")
    with pytest.raises(EngineError, match="no recorded answers"):
        RecordedEngine(path)
    with pytest.raises(EngineError, match="--script"):
        open_engine("recorded")


def test_it_gives_no_probabilities(file: Path) -> None:
    with pytest.raises(EngineError, match="no probabilities"):
        RecordedEngine(file).score(PROMPT, ["a"])
