"""Mutants of whole designs: which kinds there are, and what is left alone."""

from __future__ import annotations

import pytest

from mevllm.data.faults import KINDS, faults
from tests.conftest import DESIGNS

COUNTER = """\
`timescale 1ns/1ps
// A counter: q + 1 while en.
module counter #(parameter W = 4) (
  input wire clk, input wire rst_n, input wire en,
  output reg [W-1:0] q
);
  wire [W-1:0] next = q + 1;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin
      q <= 0;
    end else if (en && q != 4'd9)
      q <= next;
endmodule
"""


def changes(text: str) -> dict[str, str]:
    return {m.change: m.text.split("\n")[m.line - 1].strip() for m in faults(text)}


def test_operators_constants_conditions_resets_widths_and_edges_are_changed() -> None:
    found = changes(COUNTER)
    assert found["`+` to `-`"] == "wire [W-1:0] next = q - 1;"
    assert found["`4'd9` to `4'd10`"] == "end else if (en && q != 4'd10)"
    assert found["condition `en && q != 4'd9` negated"] == "end else if (!(en && q != 4'd9))"
    assert found["condition `en && q != 4'd9` never true"] == "end else if (1'b0)"
    assert found["reset `rst_n` ignored"] == "if (1'b0) begin"
    assert found["reset `rst_n` made synchronous"] == "always @(posedge clk )"
    assert found["`q` left out of the reset"] == ";"
    assert found["`next` one bit narrower"] == "wire [W-2:0] next = q + 1;"
    assert found["`posedge` to `negedge`"] == "always @(negedge clk or negedge rst_n)"
    assert {m.kind for m in faults(COUNTER)} == set(KINDS) - {"name"}


def test_headers_ports_directives_and_comments_are_left_alone() -> None:
    head = COUNTER[: COUNTER.index(");")]
    assert all(m.text.startswith(head) for m in faults(COUNTER))
    old = (
        "module m(a, y);\n  input [3:0] a;\n  output [3:0] y;\n  assign y = a & 4'd3;\nendmodule\n"
    )
    assert {m.line for m in faults(old)} == {4}


def test_a_sensitivity_list_without_parentheses_hides_nothing() -> None:
    text = "module m(input a, output reg y);\n  always @*\n    if (a) y = 1;\nendmodule\n"
    assert "condition `a` negated" in changes(text)


def test_the_kinds_take_turns_and_the_seed_chooses() -> None:
    first, again, other = faults(COUNTER), faults(COUNTER), faults(COUNTER, seed=1)
    assert first == again
    assert first != other
    assert {m.text for m in first} == {m.text for m in other}
    assert len({m.kind for m in first[:5]}) == 5
    assert [m.kind for m in first[:3]] == list(KINDS[:3])


@pytest.mark.parametrize("path", sorted(DESIGNS.glob("*/reference.v")), ids=lambda p: p.parent.name)
def test_every_mutant_of_a_design_is_a_text_of_its_own(path: object) -> None:
    text = path.read_text()  # type: ignore[attr-defined]
    found = faults(text)
    assert len(found) >= 5
    assert len({m.text for m in found} | {text}) == len(found) + 1
    for mutant in found:
        before, after = text.split("\n"), mutant.text.split("\n")
        assert before[mutant.line - 1] != after[mutant.line - 1]
