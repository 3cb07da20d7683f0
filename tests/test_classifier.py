"""Routing: tier names scored by log-probabilities, the reason, and who answered."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path

import pytest

from mevllm.classifier import Classification, classify, explain
from mevllm.engines import open_engine
from mevllm.engines.base import Engine
from mevllm.prompts import (
    ROUTED,
    classify_prompt,
    generate_prompt,
    repair_prompt,
    route_prompt,
)
from mevllm.spec import Spec, parse_spec
from mevllm.spec_signs import shape, signs
from mevllm.tiers import Tier

FSM = "Module name: det\n\n- input clk\n- input x\n- output z\n\nA Moore state machine.\n"


def spec(text: str = FSM) -> Spec:
    return parse_spec(text, "spec.md")


def engine(folder: Path, scores: Mapping[str, float]) -> Engine:
    path = folder / "script.json"
    path.write_text(json.dumps({"scores": dict(scores)}))
    return open_engine("scripted", script=path)


def test_the_probabilities_are_the_softmax_of_the_engine_s_scores(tmp_path: Path) -> None:
    scores = {"basic": -3.0, "intermediate": -2.0, "advanced": -1.0, "expert": -4.0}
    routed = classify(spec(), engine(tmp_path, scores))
    total = sum(math.exp(p) for p in scores.values())
    for tier in Tier:
        assert routed.probabilities[tier] == pytest.approx(math.exp(scores[str(tier)]) / total)
    assert routed.tier is Tier.ADVANCED
    assert "zero-shot" in routed.method
    assert "a state machine" in routed.reason


def test_the_reason_names_the_signs_of_other_tiers_as_well() -> None:
    reason = explain(spec(), Tier.BASIC)
    assert reason.startswith("no telling words; 3 ports, clocked by clk")
    assert "a state machine (advanced)" in reason


def test_the_shape_counts_ports_and_bits_but_not_words() -> None:
    assert shape(spec()) == "3 ports, 2 bits in, 1 out, clocked"
    assert shape(spec(FSM + "\nMore words.\n")) == shape(spec())


def test_signs_are_found_by_words() -> None:
    text = "Module name: m\n\n- input a\n- output b\n\nA round-robin arbiter for a FIFO.\n"
    assert signs(spec(text), Tier.EXPERT) == ["queueing", "arbitration"]
    assert signs(spec(text), Tier.BASIC) == []


def test_the_classifier_reads_signs_of_the_whole_text_and_then_its_beginning() -> None:
    text = FSM + "It waits. " * 200 + "At the end stands a FIFO.\n"
    (message,) = route_prompt(spec(text)).messages
    known = "[3 ports, 2 bits in, 1 out, clocked; queueing; a state machine] "
    assert message.content.startswith(known + "det ")
    assert len(message.content) == len(known) + ROUTED


def test_a_tier_in_the_front_matter_needs_no_model(tmp_path: Path) -> None:
    routed = classify(spec("---\ntier: basic\n---\n" + FSM), engine(tmp_path, {}))
    assert routed.tier is Tier.BASIC
    assert routed.probabilities[Tier.BASIC] == 1


def test_a_classification_survives_json(tmp_path: Path) -> None:
    routed = classify(spec(), engine(tmp_path, {"basic": -1.0, "expert": -2.0}))
    again = Classification.from_dict(json.loads(json.dumps(routed.as_dict())))
    assert again.as_dict() == routed.as_dict()


def test_every_prompt_begins_with_the_same_turns_up_to_the_specification() -> None:
    fsm = spec()
    prompts = [generate_prompt(fsm), repair_prompt(fsm, "module det; endmodule", "wrong")]
    prompts.append(classify_prompt(fsm, "plain logic"))
    start = fsm.text.strip()
    ends = {p.messages[1].content.split(start)[0] for p in prompts}
    assert len(ends) == 1
    assert len({p.messages[0] for p in prompts}) == 1
    assert prompts[0].prefill == prompts[1].prefill
    assert fsm.interface.header() in prompts[0].prefill


def test_what_front_matter_says_of_a_port_is_told_to_the_model() -> None:
    text = "---\nmodule: m\nports:\n  - {name: a, direction: input, description: the word}\n"
    text += "  - {name: y, direction: output}\n---\n\ny is a.\n"
    content = generate_prompt(spec(text)).messages[1].content
    assert "- input a: the word\n\ny is a." in content
    assert "- output y" not in content


def test_a_dollar_in_a_specification_is_text() -> None:
    text = FSM + "\nThe width is $clog2(N) and $specification stays.\n"
    assert "$specification stays" in generate_prompt(spec(text)).messages[1].content
