"""Specifications in other words: what must stay, and when a paraphrase is kept."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from mevllm.data.describe import Candidate, RoundTrip, paraphrase, round_trip
from mevllm.data.wording import lost, passages
from mevllm.engines import open_engine
from mevllm.engines.base import Engine, Sampling
from mevllm.engines.scripted import Answer, Rule, Script, ScriptedEngine
from mevllm.errors import WeightsError
from mevllm.spec import parse_spec
from mevllm.weights import pull, resolve

PROSE = (
    "The counter `count` has 4 bits and goes up by 1 at every rising edge of `clk` while `enable` "
    "is 1. A synchronous active-high reset sets it to 3."
)
OTHER = (
    "While `enable` is 1, each rising edge of `clk` adds 1 to the 4 bits of `count`, which goes up "
    "so. The reset is synchronous and active-high; it loads 3."
)
SPEC = f"""Write a module named counter with these ports:

 - input  clk
 - input  reset
 - input  enable
 - output count (4 bits)

{PROSE}
"""
COMMENT = """// The counter count has 4 bits and goes up by 1 at every rising edge of clk while
// enable is 1. A synchronous active-high reset sets it to 3.
module counter (
  input logic clk,
  input logic reset,
  input logic enable,
  output logic [3:0] count
);"""


def engine(*answers: str) -> Engine:
    return ScriptedEngine(Script((tuple(Answer(a) for a in answers),), repeat=True))


def test_prose_is_rewritten_and_the_ports_stay() -> None:
    said = paraphrase(SPEC, engine(OTHER), 0)
    assert said.problems == ()
    assert OTHER in said.text
    assert PROSE not in said.text
    assert parse_spec(said.text).interface == parse_spec(SPEC).interface


def test_a_comment_stays_a_comment() -> None:
    said = paraphrase(COMMENT, engine(OTHER), 0)
    head, _, code = said.text.partition("module counter")
    assert all(line.startswith("// ") for line in head.splitlines())
    assert f"module counter{code}" == COMMENT[COMMENT.index("module") :]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("`enable`", "it"), "`enable` is missing"),
        (("loads 3", "loads 5"), "the number 3 is missing"),
        (("loads 3", "loads 3 or 7"), "the number 7 is new"),
        (("rising", "falling"), "it no longer says rising"),
        (("synchronous", "asynchronous"), "it says asynchronous, which the original does not"),
        (("active-high", "active"), "it no longer says high"),
    ],
)
def test_other_words_that_lose_a_fact_are_noticed(change: tuple[str, str], problem: str) -> None:
    assert lost(PROSE, OTHER) == ""
    assert lost(PROSE, OTHER.replace(*change)) == problem


def test_the_attempts_go_on_until_one_keeps_every_fact() -> None:
    said = paraphrase(SPEC, engine("It counts.", PROSE, OTHER), 0)
    assert said.problems == ("`clk` is missing", "it is the original again")
    assert OTHER in said.text


def test_a_text_without_a_good_paraphrase_is_not_used() -> None:
    said = paraphrase(SPEC, engine("It counts."), 0, attempts=2)
    assert said.text == ""
    assert len(said.problems) == 2


def test_the_passages_of_a_text_are_the_text() -> None:
    table = "| a | y |\n|---|---|\n| 0 | 1 |\n"
    code = "```\nmodule x;\nendmodule\n```\n"
    text = f"# Title\n\n{PROSE}\n\n{table}\n{code}- a point\n"
    found = passages(text)
    assert "".join(p.text for p in found) == text
    assert [p.plain for p in found if p.prose] == [PROSE]


def judge_of(marker: str) -> tuple[list[int], object]:
    asked: list[int] = []

    def judge(candidates: Sequence[Candidate]) -> Sequence[bool]:
        asked.append(len(candidates))
        assert all(c.answer.startswith("```verilog\nmodule counter") for c in candidates)
        return [marker in c.continuation for c in candidates]

    return asked, judge


@pytest.mark.parametrize(
    ("answers", "kept"),
    [(("good", "good", "bad"), True), (("good", "bad", "bad"), False), (("bad",), False)],
)
def test_a_paraphrase_is_kept_when_it_is_solved_as_often(
    answers: tuple[str, ...], kept: bool
) -> None:
    """The original is solved by one of two answers or by two of three."""
    rewritten = SPEC.replace(PROSE, OTHER)
    rules = (
        Rule((OTHER,), (tuple(Answer(a) for a in answers),)),
        Rule((PROSE,), ((Answer("good"), Answer("bad"), Answer("good")),)),
    )
    asked, judge = judge_of("good")
    result = round_trip(
        SPEC,
        rewritten,
        ScriptedEngine(Script(rules=rules)),
        judge,  # type: ignore[arg-type]
        samples=3,
    )
    assert asked == [3, 3]
    assert result.original == 2
    assert result.kept is kept


def test_a_known_solve_rate_spares_the_samples_of_the_original() -> None:
    asked, judge = judge_of("good")
    rewritten = SPEC.replace(PROSE, OTHER)
    result = round_trip(SPEC, rewritten, engine("good"), judge, samples=2, passed=2)  # type: ignore[arg-type]
    assert asked == [2]
    assert result == RoundTrip(2, 2, 2)


def test_what_nobody_solves_proves_nothing() -> None:
    assert not RoundTrip(0, 0, 4).kept


@pytest.fixture(scope="module")
def small_model() -> Iterator[Engine]:
    try:
        path: Path = resolve("smollm2-135m")
    except WeightsError:
        try:
            path = pull("smollm2-135m")
        except WeightsError as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"smollm2-135m is not here and cannot be pulled: {error}")
    opened = open_engine("llamacpp", model=path, parallel=2, context=1024)
    yield opened
    opened.close()


def test_what_a_real_model_writes_is_used_only_when_every_fact_is_kept(small_model: Engine) -> None:
    short = Sampling(temperature=0.7, max_tokens=64, stop=("```",))
    said = paraphrase(SPEC, small_model, 7, attempts=1, sampling=short)
    if said.text:
        assert lost(PROSE, said.text) == ""
        assert parse_spec(said.text).interface == parse_spec(SPEC).interface
    else:
        assert len(said.problems) == 1
