"""The scripted engine: what a script says, and that it says the same after a restart."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import Any

import pytest

from mevllm.engines import ENGINES, open_engine
from mevllm.engines.base import Continuation, Engine, Message, Prompt, Sampling
from mevllm.errors import EngineError

ADDER = "  assign s = a + b;\nendmodule"


def ask(text: str, prefill: str = "module m(\n") -> Prompt:
    return Prompt((Message("user", text),), prefill)


def engine(tmp_path: Path, content: Any) -> Engine:
    path = tmp_path / "script.json"
    path.write_text(json.dumps(content))
    return open_engine("scripted", script=path)


def texts(continuations: tuple[Continuation, ...]) -> list[str]:
    return [c.text for c in continuations]


def test_candidates_get_the_answers_in_the_order_of_their_seeds(tmp_path: Path) -> None:
    e = engine(tmp_path, {"answers": ["one", "two", "three"]})
    assert texts(e.generate(ask("x"), 3, Sampling())) == ["one", "two", "three"]
    assert texts(e.generate(ask("x"), 1, Sampling(seed=1))) == ["two"]


def test_each_attempt_of_a_build_has_a_list_of_its_own(tmp_path: Path) -> None:
    e = engine(tmp_path, {"answers": [["a0", "a1"], ["b0"]]})
    assert texts(e.generate(ask("x"), 2, Sampling(seed=0))) == ["a0", "a1"]
    assert texts(e.generate(ask("x"), 1, Sampling(seed=1000))) == ["b0"]


def test_a_run_with_another_seed_names_it_in_the_script(tmp_path: Path) -> None:
    e = engine(tmp_path, {"first_seed": 7, "answers": ["one", "two"]})
    assert texts(e.generate(ask("x"), 2, Sampling(seed=7))) == ["one", "two"]


def test_a_restarted_engine_gives_the_answer_that_the_seed_had(tmp_path: Path) -> None:
    script = {"answers": [["a0", "a1"], ["b0", "b1"]]}
    first = engine(tmp_path, script)
    first.generate(ask("x"), 2, Sampling())
    first.close()
    again = engine(tmp_path, script)
    assert texts(again.generate(ask("x"), 2, Sampling(seed=1000))) == ["b0", "b1"]


def test_a_rule_answers_the_prompts_that_contain_its_strings(tmp_path: Path) -> None:
    e = engine(
        tmp_path,
        {
            "rules": [{"contains": ["expected 1", "got 2"], "answers": ["repaired"]}],
            "answers": ["fresh"],
        },
    )
    repair = ask("cycle 3: expected 1 got 2")
    assert texts(e.generate(repair, 2, Sampling(seed=3000))) == ["repaired", "repaired"]
    assert texts(e.generate(ask("expected 1"), 1, Sampling())) == ["fresh"]


def test_an_exhausted_script_is_an_error_that_names_seed_and_remedy(tmp_path: Path) -> None:
    e = engine(tmp_path, ["only"])
    with pytest.raises(EngineError, match=r"exhausted.*seed 1000 \(attempt 1, candidate 0\)"):
        e.generate(ask("x"), 1, Sampling(seed=1000))


def test_a_repeating_script_never_ends(tmp_path: Path) -> None:
    e = engine(tmp_path, {"answers": [["a"], ["b", "c"]], "repeat": True})
    assert texts(e.generate(ask("x"), 3, Sampling(seed=3000))) == ["b", "c", "b"]


def test_an_answer_ends_with_the_first_stop_string(tmp_path: Path) -> None:
    e = engine(tmp_path, [ADDER + "\n// chatter endmodule"])
    (answer,) = e.generate(ask("x"), 1, Sampling())
    assert (answer.text, answer.finish) == (ADDER, "stop")


def test_an_answer_longer_than_max_tokens_is_cut(tmp_path: Path) -> None:
    e = engine(tmp_path, ["a b c d e f"])
    (answer,) = e.generate(ask("x"), 1, Sampling(max_tokens=3))
    assert (answer.text, answer.finish, answer.tokens) == ("a b", "length", 3)


def test_an_answer_that_repeats_itself_is_cut_as_a_runaway(tmp_path: Path) -> None:
    e = engine(tmp_path, ["  assign y = 1;\n  assign z = 0;\n" * 100])
    (answer,) = e.generate(ask("x"), 1, Sampling(max_tokens=10_000))
    assert answer.finish == "runaway"
    assert answer.text.count("assign y") == 8


def test_callbacks_count_tokens_and_name_each_answer(tmp_path: Path) -> None:
    e = engine(tmp_path, ["a b", "c"])
    tokens: list[int] = []
    done: list[tuple[int, str]] = []
    e.generate(
        ask("x"),
        2,
        Sampling(),
        on_token=tokens.append,
        on_done=lambda i, c: done.append((i, c.text)),
    )
    assert sum(tokens) == 4
    assert done == [(0, "a b"), (1, "c")]


def test_a_waiting_answer_leaves_at_once_when_it_is_cancelled(tmp_path: Path) -> None:
    e = engine(tmp_path, [{"text": "late", "wait_s": 60}])
    started = time.monotonic()
    (answer,) = e.generate(
        ask("x"), 1, Sampling(), cancelled=lambda: time.monotonic() > started + 0.05
    )
    assert (answer.text, answer.finish) == ("", "cancelled")
    assert time.monotonic() - started < 5


def test_a_script_can_fail_where_an_engine_would(tmp_path: Path) -> None:
    e = engine(tmp_path, ["fine", {"error": "out of memory"}])
    with pytest.raises(EngineError, match="out of memory"):
        e.generate(ask("x"), 2, Sampling())


def test_scores_come_from_the_script_and_are_uniform_without_one(tmp_path: Path) -> None:
    names = ("basic", "expert")
    scored = engine(tmp_path, {"scores": {"basic": -0.1, "expert": -2.5}})
    assert scored.score(ask("x"), names) == (-0.1, -2.5)
    plain = engine(tmp_path, [])
    assert plain.score(ask("x"), names) == pytest.approx([math.log(0.5)] * 2)


def test_the_record_gets_the_name_and_the_hash_of_the_script(tmp_path: Path) -> None:
    e = engine(tmp_path, ["x"])
    assert e.info.engine == "scripted"
    assert e.info.base == "script"
    assert len(e.info.sha256) == 64


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "is not JSON"),
        ('{"answer": []}', "unknown key 'answer'; the keys are answers"),
        ('{"answers": [3]}', "malformed"),
        ('{"rules": [{"answers": ["x"]}]}', "malformed"),
    ],
)
def test_a_malformed_script_is_an_error_that_says_what_is_wrong(
    tmp_path: Path, content: str, words: str
) -> None:
    path = tmp_path / "script.json"
    path.write_text(content)
    with pytest.raises(EngineError, match=words):
        open_engine("scripted", script=path)


def test_a_missing_script_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="cannot read the script"):
        open_engine("scripted", script=tmp_path / "none.json")


def test_an_engine_that_does_not_exist_lists_those_that_do() -> None:
    with pytest.raises(EngineError, match=", ".join(ENGINES)):
        open_engine("gpt")


def test_an_engine_without_its_file_says_what_it_needs() -> None:
    for name in ("llamacpp", "transformers"):
        with pytest.raises(EngineError, match="needs a model"):
            open_engine(name)
    with pytest.raises(EngineError, match="needs a script"):
        open_engine("scripted")


def test_a_watcher_ends_one_answer_and_leaves_the_others(tmp_path: Path) -> None:
    e = engine(tmp_path, ["a b c d", "a b c d"])
    cut = e.generate(
        ask("x"), 2, Sampling(), watch=lambda i, text: "refused" if i and "b" in text else None
    )
    assert [(a.text, a.finish) for a in cut] == [("a b c d", "stop"), ("a b", "refused")]
