"""The engine for a GPU, on a processor: tokens, batches that mix adapters, seeds, stops, scores."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mevllm import engines
from mevllm.engines import default_engine, open_engine
from mevllm.engines.base import Continuation, Message, Prompt, Sampling
from mevllm.errors import EngineError

if TYPE_CHECKING:
    from mevllm.engines.transformers_engine import TransformersEngine

COUNT = Prompt((Message("user", "Count."),), "one two three four five six seven")
DAYS = Prompt((Message("user", "Recite the days of the week."),), "Monday, Tuesday,")
GREEDY = Sampling(temperature=0.0, max_tokens=4, stop=())


@pytest.fixture(scope="module")
def engine() -> TransformersEngine:
    from tests.small_torch import small_torch

    return small_torch()


@pytest.fixture(scope="module")
def adapters() -> tuple[str, str]:
    from tests.small_torch import adapters

    one, two = adapters()
    return str(one), str(two)


def texts(answers: tuple[Continuation, ...]) -> list[str]:
    return [answer.text for answer in answers]


@pytest.mark.slow
def test_one_batch_mixes_prompts_adapters_and_ways_of_sampling(
    engine: TransformersEngine, adapters: tuple[str, str]
) -> None:
    from mevllm.engines.transformers_engine import Request

    sampling = Sampling(temperature=1.2, max_tokens=4, seed=7, stop=())
    requests = [
        Request(COUNT, 1, GREEDY),
        Request(DAYS, 1, GREEDY, adapters[0]),
        Request(DAYS, 2, sampling, adapters[1]),
    ]
    mixed = engine.generate_many(requests)
    alone = [engine.generate(r.prompt, r.n, r.sampling, adapter=r.adapter) for r in requests]
    assert [texts(answers) for answers in mixed] == [texts(answers) for answers in alone]
    for together, single in zip(mixed, alone, strict=True):
        for a, b in zip(together, single, strict=True):
            assert a.logprob == pytest.approx(b.logprob, abs=1e-3)
    assert [answer.seed for answer in mixed[2]] == [7, 8]
    assert [answer.cached_tokens for answer in mixed[2]] == [0, mixed[2][0].prompt_tokens]


@pytest.mark.slow
def test_a_watcher_ends_one_answer_and_leaves_the_others(engine: TransformersEngine) -> None:
    whole = engine.generate(COUNT, 2, GREEDY)
    cut = engine.generate(COUNT, 2, GREEDY, watch=lambda i, text: "refused" if i and text else None)
    assert [a.finish for a in cut] == ["length", "refused"]
    assert cut[0].text == whole[0].text
    assert cut[1].tokens < whole[1].tokens


@pytest.mark.slow
def test_each_adapter_answers_as_if_it_were_the_only_one(
    engine: TransformersEngine, adapters: tuple[str, str]
) -> None:
    scores = {
        adapter: engine.score(COUNT, [" eight", " nine"], adapter=adapter)
        for adapter in (None, *adapters)
    }
    assert len(set(scores.values())) == 3
    assert engine.score(COUNT, [" eight", " nine"]) == scores[None]


@pytest.mark.slow
def test_a_score_is_the_sum_of_what_decoding_finds_likely(engine: TransformersEngine) -> None:
    (answer,) = engine.generate(COUNT, 1, GREEDY)
    assert answer.logprob is not None
    assert engine.score(COUNT, [answer.text])[0] == pytest.approx(answer.logprob, abs=1e-3)
    odds = engine.score(COUNT, [" eight", " nine", " eight nine"])
    assert odds[0] > odds[2] > odds[1] or odds[0] > odds[1]
    assert all(value < 0 and math.isfinite(value) for value in odds)


@pytest.mark.slow
def test_an_answer_ends_with_its_stop_string(engine: TransformersEngine) -> None:
    told: list[int] = []
    done: list[int] = []
    (answer,) = engine.generate(
        COUNT,
        1,
        Sampling(temperature=0.0, max_tokens=20, stop=("ight n",)),
        on_token=told.append,
        on_done=lambda index, _: done.append(index),
    )
    assert answer.text == " eight n"
    assert answer.finish == "stop"
    assert sum(told) == answer.tokens
    assert done == [0]


@pytest.mark.slow
def test_the_same_seed_draws_the_same_answer_and_another_seed_another(
    engine: TransformersEngine,
) -> None:
    hot = Sampling(temperature=2.0, max_tokens=6, seed=3, stop=())
    first = engine.generate(DAYS, 3, hot)
    assert texts(engine.generate(DAYS, 3, hot)) == texts(first)
    assert len(set(texts(first))) > 1


@pytest.mark.slow
def test_who_gives_up_gets_what_was_decoded(engine: TransformersEngine) -> None:
    told: list[int] = []
    (answer,) = engine.generate(
        COUNT,
        1,
        Sampling(max_tokens=50, stop=()),
        on_token=told.append,
        cancelled=lambda: len(told) == 2,
    )
    assert answer.finish == "cancelled"
    assert answer.tokens == 2


@pytest.mark.slow
def test_a_prompt_that_leaves_no_room_is_an_error(engine: TransformersEngine) -> None:
    long = Prompt((Message("user", "word " * 2000),))
    with pytest.raises(EngineError, match="shorten the specification"):
        engine.generate(long, 1, GREEDY)


@pytest.mark.slow
def test_an_adapter_that_was_not_loaded_is_an_error_that_lists_the_loaded(
    engine: TransformersEngine, adapters: tuple[str, str]
) -> None:
    with pytest.raises(EngineError, match=adapters[0]):
        engine.generate(COUNT, 1, GREEDY, adapter="other")


@pytest.mark.slow
def test_the_record_says_what_computed(engine: TransformersEngine) -> None:
    assert engine.info.engine.startswith("transformers (transformers 5.")
    assert engine.info.base == "smollm2-135m"


def test_an_adapter_in_gguf_form_is_refused_before_anything_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "basic.gguf").write_bytes(b"GGUF")
    with pytest.raises(EngineError, match="choose the engine llamacpp"):
        open_engine("transformers", model=tmp_path / "m", adapters=(tmp_path / "basic.gguf",))


def test_without_a_driver_the_embedded_engine_is_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engines, "DRIVERS", ())
    assert default_engine() == "llamacpp"
