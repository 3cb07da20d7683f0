"""Variants of a failing design: one change each, the likeliest first."""

from __future__ import annotations

import pytest

from agent.toolchain.check import check
from agent.variants import variants
from mevllm.data.mutate import Mutant
from mevllm.spec import Spec, parse_spec

COUNTER = parse_spec("""# Counter

module counter(input clk, input rst, input en, output logic [3:0] q, output logic wrap);

Counts from 0 to 9 and starts again, while `en` is 1. The reset `rst` is synchronous.
""")
BODY = """
  always @(posedge clk) begin
    if (rst) q <= 0;
    else if (en) q <= q + 1;  // 9 is the last
  end
  assign wrap = q == 8;
endmodule
"""


def of(body: str, spec: Spec = COUNTER) -> tuple[Mutant, ...]:
    return tuple(variants(spec.interface.header() + body, spec))


def changes(body: str, kind: str, spec: Spec = COUNTER) -> list[str]:
    return [variant.change for variant in of(body, spec) if variant.kind == kind]


def test_every_variant_is_another_text_with_the_same_header() -> None:
    header, found = COUNTER.interface.header(), of(BODY)
    texts = [variant.text for variant in found]
    assert len(found) > 30
    assert len({*texts, header + BODY}) == len(found) + 1
    assert all(text.startswith(header) and "// 9 is the last" in text for text in texts)


def test_nearly_every_variant_compiles() -> None:
    found = of(BODY)
    broken = [v.change for v in found if check(v.text, "counter").errors]
    assert not broken


def test_registers_without_a_first_value_are_given_one_before_anything_else() -> None:
    first = of(BODY)[0]
    assert first.change == "`q` 0 at the start"
    assert "initial begin\n    q = 0;\n  end\nendmodule" in first.text


@pytest.mark.parametrize(
    "body",
    [
        "  assign q = 0;\nendmodule\n",
        "  initial q = 1;\n  always @(posedge clk) q <= q;\nendmodule\n",
        "  reg [3:0] held [0:3];\n  always @(posedge clk) held[0] <= 1;\nendmodule\n",
    ],
)
def test_first_values_are_left_alone_where_there_is_nothing_to_give(body: str) -> None:
    assert not changes(body, "start")


CHOICE = """
  reg [1:0] i;
  always @(*) begin
    wrap = 0;
    for (i = 0; i < 3; i = i + 1) q[i] = en;
    case (rst)
      1'b1: q[3] = 1;  // else = as it was
    endcase
  end
  always_comb begin if (en == rst) i = 1; end
endmodule
"""


def test_what_is_not_assigned_on_every_path_is_0_there() -> None:
    found = [variant for variant in of(CHOICE) if variant.kind == "default"]
    assert [variant.change for variant in found] == [
        "`q`, `i` 0 unless assigned",
        "`q` 0 unless assigned",
        "`i` 0 unless assigned",
    ]
    assert "begin\n    q = 0;\n    wrap = 0;" in found[1].text
    assert "always_comb begin\n    i = 0; if" in found[0].text
    assert not changes(BODY, "default")


def test_the_kind_of_reset_becomes_the_specified_one() -> None:
    asynchronous = BODY.replace("posedge clk", "posedge clk or posedge rst")
    found = next(v for v in of(asynchronous) if v.kind == "reset")
    assert found.change == "reset `rst` made synchronous"
    assert found.text == COUNTER.interface.header() + BODY
    wanted = parse_spec(COUNTER.text.replace("is synchronous", "is asynchronous"))
    assert "@(posedge clk or posedge rst)" in of(BODY, wanted)[1].text
    assert not changes(BODY, "reset")


def test_a_counter_ends_where_the_specification_has_a_number_or_stays() -> None:
    found = changes(BODY, "wrap")
    assert "`q + 1` to `(q == 9) ? 0 : q + 1`" in found
    assert "`q + 1` to `(&q) ? q : q + 1`" in found
    down = changes(BODY.replace("q + 1", "q - 1"), "wrap")
    assert "`q - 1` to `(q == 0) ? 9 : q - 1`" in down


def test_an_output_comes_a_cycle_later_or_a_cycle_earlier() -> None:
    (later,) = (v for v in of(BODY) if v.kind == "cycle")
    assert later.change == "`wrap` one cycle later"
    assert "always @(posedge clk) wrap <= rst ? 0 : (q == 8);" in later.text
    body = "\n  always @(posedge clk)\n    if (rst) wrap <= 0;\n    else wrap <= en;\nendmodule\n"
    (earlier,) = (v for v in of(body) if v.kind == "cycle")
    assert earlier.change == "`wrap` one cycle earlier"
    assert "if (rst) ;\n    else ;\n  assign wrap = en;\nendmodule" in earlier.text


def test_a_reset_that_is_active_at_the_other_level_changes_edge_and_condition() -> None:
    spec = parse_spec(COUNTER.text.replace(" The reset `rst` is synchronous.", ""))
    body = BODY.replace("posedge clk", "posedge clk or posedge rst")
    (found,) = (v for v in of(body, spec) if v.kind == "reset")
    assert "@(posedge clk or negedge rst)" in found.text
    assert "if (!rst) q <= 0;" in found.text


def test_constants_go_up_and_down_within_their_width() -> None:
    found = changes("  assign q = 4'd15;\n  assign wrap = 1'b0;\nendmodule\n", "constant")
    assert found == ["`4'd15` to `4'd14`", "`1'b0` to `1'b1`"]


def test_a_concatenation_is_turned_round_and_a_shift_goes_the_other_way() -> None:
    found = changes("  assign q = {q[2:0], en};\nendmodule\n", "order")
    assert found == [
        "`{q[2:0], en}` backwards",
        "`{q[2:0], en}` to `{en, q[3:1]}`",
    ]


def test_a_register_is_stored_only_with_an_input() -> None:
    found = changes("  always @(posedge clk) q <= q + 1;\nendmodule\n", "guard")
    assert found == ["`q` only stored with `en`", "`q` only stored with `!en`"]


def test_nothing_takes_a_reset_away() -> None:
    text = "".join(variant.text for variant in of(BODY))
    assert "if (1'b0)" not in text
    assert "if (1'b1)" not in text
