"""Advice on the kind of reset, from the specification and the design together."""

from __future__ import annotations

import pytest

from agent.advice import reset_advice
from mevllm.spec import Spec, parse_spec

ASYNC = "always @(posedge clk or posedge rst) if (rst) q <= 0; else q <= d;"
SYNC = "always @(posedge clk) if (rst) q <= 0; else q <= d;"
PORTS = "Module name: m\n\n- input clk\n- input rst\n- input d\n- output q\n\n"


def spec(sentence: str) -> Spec:
    return parse_spec(PORTS + sentence + "\n", "spec.md")


@pytest.mark.parametrize(
    "sentence", ["`rst` is a synchronous, active-high reset.", "The reset is synchronous."]
)
def test_an_edge_of_a_synchronous_reset_is_advised_against(sentence: str) -> None:
    assert "`always @(posedge clk)`" in reset_advice(ASYNC, spec(sentence))
    assert reset_advice(SYNC, spec(sentence)) == ""


def test_the_edge_of_an_asynchronous_reset_is_advised() -> None:
    asynchronous = spec("`rst` resets asynchronously: it is an asynchronous reset.")
    assert "posedge clk or posedge rst" in reset_advice(SYNC, asynchronous)
    assert reset_advice(ASYNC, asynchronous) == ""


@pytest.mark.parametrize(
    "sentence",
    [
        "`rst` clears q.",
        "Synchronous reset of the write side, asynchronous reset of the read side.",
    ],
)
def test_nothing_is_said_where_the_specification_leaves_it_open(sentence: str) -> None:
    assert reset_advice(ASYNC, spec(sentence)) == ""


def test_nothing_is_said_of_a_combinational_design() -> None:
    text = "Module name: m\n\n- input a\n- output y\n\nSynchronous reset elsewhere.\n"
    assert reset_advice(ASYNC, parse_spec(text, "spec.md")) == ""
