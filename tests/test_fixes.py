"""Corrections of slips: each makes Icarus accept what it rejected, and is logged."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.fixes import RULES, apply_fixes
from mevllm.spec import Interface
from tests.front_ends import HEADER, TOP, first_module, good_designs, icarus_accepts

SLIPS = {
    "drop-fence": "assign q = a;\n```\n",
    "plain-quote": "assign q = 8\N{RIGHT SINGLE QUOTATION MARK}hFF;",
    "number-form": "assign q = 0xFF; assign w = 1b0;",
    "else-if": "always @(*) if (s == 1) q = 1; elseif (s == 2) q = 2; else q = 0;",
    "word-operator": "assign w = a[0] and a[1];",
    "assign-equals": "assign q <= a;",
    "split-assignment": "always @(*) begin w = q = a; end",
    "compare-equals": "always @(*) if (s = 1) q = 1; else q = 0;",
    "drop-generate": "always @(*) begin generate if (rst) q = a; else q = 0; endgenerate end",
    "brace-block": "always @(*) if (rst) { q = 0; } else { q = a; }",
    "insert-missing": "assign q = a\nassign w = 1;",
    "drop-stray-end": "always @(*) begin q = a; end\nend",
    "add-assign": "wire [7:0] t;\nt = a & 8'h0F;\nq <= t;",
    "add-always": "if (rst) q = 0; else q = a;",
    "add-event": "always begin q = a; end",
    "drop-redeclared-port": "output reg [7:0] q;\nreg [7:0] q;\nalways @(posedge clk) q <= a;",
    "right-name": "assign Q = a; assign w = true;",
    "declare-loop-variable": "always @(*) for (i = 0; i < 8; i = i + 1) q[i] = a[7 - i];",
    "declare-loop-integer": "always @(*) begin for (i = 0; i < 8; i = i + 1) q[i] = a[i];"
    " w = i == 8; end",
    "declare-signal": "reg [1:0] state;\nalways @(*) next_state = state + 1;\n"
    "always @(posedge clk) state <= next_state; assign w = next_state[0];",
    "constant-to-initial": "reg [7:0] n; assign n = 8'h01; always @(posedge clk) n <= n + 1;"
    " assign q = n;",
    "net-to-variable": "wire [7:0] t; always @(*) t = a; assign q = t;",
    "drop-stray-semicolon": "always @(*) begin q = a; end;",
    "drop-bare-block": "begin assign q = a; end",
    "drop-unique": "always_comb priority if (rst) q = 0; else q = a;",
    "drop-var": "var logic [7:0] t; assign t = a; assign q = t;",
    "inside-to-comparisons": "assign w = a inside {1, 8'h02, [5:7]};",
    "break-to-disable": "always @(*) begin q = 0; for (int i = 0; i < 8; i = i + 1)\n"
    "  if (a[i]) begin q = i; break; end else continue; end",
    "clear-memory-loop": "reg [7:0] m [0:3]; always @(posedge clk) if (rst) m <= 0;"
    " else m[s[1:0]] <= a; assign q = m[0];",
    "turn-range": "assign q = a[0:7];",
}
"""One slip for each rule, named by the rule that must correct it."""
WHOLE = {
    "drop-trailing-comma": "module top (input clk, output q,);\nassign q = clk;\nendmodule",
    "declare-wide-net": f"{HEADER}assign sum = a & 8'h0F; assign q = sum;\nendmodule",
}


def text_of(rule: str) -> str:
    return WHOLE.get(rule) or f"{HEADER}{SLIPS[rule]}\nendmodule\n"


def test_every_rule_has_its_slip() -> None:
    assert {*SLIPS, *WHOLE} == {*RULES}


@pytest.mark.parametrize("rule", [*SLIPS, *WHOLE])
def test_a_slip_is_corrected_and_said(rule: str) -> None:
    design = text_of(rule)
    fixed, fixes = apply_fixes(design, TOP)
    assert rule in [fix.rule for fix in fixes]
    assert all(fix.detail and fix.line for fix in fixes)
    assert icarus_accepts(fixed)
    # An undeclared net of one bit compiles, and loses bits.
    assert rule == "declare-wide-net" or not icarus_accepts(design)


def test_a_loop_outside_every_block_is_no_missing_bracket() -> None:
    body = "for (int i = 0; i < 8; i++) begin\n  q[i] = a[7 - i];\nend"
    fixed, fixes = apply_fixes(f"{HEADER}{body}\nendmodule\n", TOP)
    assert [fix.rule for fix in fixes] == ["add-always"]
    assert icarus_accepts(fixed)


@pytest.mark.parametrize(
    ("slip", "several"),
    [
        ("{q = a, w = 1};", "begin q = a; w = 1; end"),
        (
            "if (rst) q <= {a[0], a[7:1]}, w <= 0;",
            "if (rst) begin q <= {a[0], a[7:1]}; w <= 0; end",
        ),
        ("{q, w} = {w, q} = a;", "begin {w, q} = a; {q, w} = {w, q}; end"),
    ],
)
def test_assignments_written_as_one_come_apart(slip: str, several: str) -> None:
    body = "always @(*) begin"
    fixed, _ = apply_fixes(f"{HEADER}{body} {slip} end\nendmodule\n", TOP)
    assert fixed == f"{HEADER}{body} {several} end\nendmodule\n"


@pytest.mark.parametrize("rule", [*SLIPS, *WHOLE])
def test_what_was_corrected_is_not_corrected_again(rule: str) -> None:
    fixed, _ = apply_fixes(text_of(rule), TOP)
    assert apply_fixes(fixed, TOP) == (fixed, ())


def test_good_designs_come_back_byte_for_byte() -> None:
    for path in good_designs():
        text = path.read_text()
        assert apply_fixes(text, Interface(first_module(text), ())) == (text, ()), path


@pytest.mark.parametrize(
    "body",
    [
        "assign q = nothing;",
        "assign q = a; always @(posedge clk) q <= a;",
        "adder u (.x(a), .y(q));",
        "assign q = a[s:0];",
        "always @(posedge clk) begin q <= a; if (rst) begin",
        "logic d_flip flop; always @(posedge clk) q <= a;",
    ],
)
def test_what_is_no_certain_slip_is_left_to_the_model(body: str) -> None:
    design = f"{HEADER}{body}\nendmodule\n"
    assert apply_fixes(design, TOP)[0] == design


def test_an_input_that_is_assigned_stays_an_input() -> None:
    design = f"{HEADER}always @(posedge clk) rst <= 0;\nendmodule\n"
    assert "input logic rst" in apply_fixes(design, TOP)[0]


def test_a_value_given_at_a_second_declaration_is_kept() -> None:
    fixed, _ = apply_fixes(
        f"{HEADER}reg [7:0] q = 8'h05;\nwire w = &a;\nalways @(posedge clk) q <= a;\nendmodule", TOP
    )
    assert "initial q = 8'h05;" in fixed
    assert "assign w = &a;" in fixed
    assert icarus_accepts(fixed)


def test_only_the_repeated_name_leaves_a_declaration() -> None:
    fixed, _ = apply_fixes(f"{HEADER}reg [7:0] t, q, u;\nassign q = a;\nendmodule", TOP)
    assert "reg [7:0] t, u;" in fixed


def test_old_style_ports_in_the_body_go_with_all_their_kinds() -> None:
    ports = "input clk, rst;\ninput [7:0] a;\noutput [7:0] q;\nreg [7:0] q;\n"
    body = f"{ports}always @(posedge clk) q <= a;"
    fixed, fixes = apply_fixes(f"{HEADER}{body}\nendmodule\n", TOP)
    assert fixed == f"{HEADER}always @(posedge clk) q <= a;\nendmodule\n"
    assert {fix.rule for fix in fixes} == {"drop-redeclared-port"}


def test_several_slips_in_one_design_are_all_corrected() -> None:
    body = (
        "reg [7:0] q;\nwire [7:0] t;\nalways @(*) t = a;\n"
        "always @(posedge clk) begin\n  for (i = 0; i < 8; i = i + 1) q[i] <= t[7 - i]\nend;\n"
    )
    fixed, fixes = apply_fixes(f"{HEADER}{body}endmodule\n", TOP)
    assert icarus_accepts(fixed)
    assert {fix.rule for fix in fixes} == {
        "insert-missing", "drop-redeclared-port", "declare-loop-variable", "net-to-variable",
        "drop-stray-semicolon",
    }  # fmt: skip


def test_comments_beyond_ascii_do_not_shift_the_corrections() -> None:
    body = "// \N{SNOWMAN}\nwire t; /* \N{GREEK SMALL LETTER ALPHA} */ always @(*) t = a[0];"
    fixed, _ = apply_fixes(f"{HEADER}{body}\nendmodule\n", TOP)
    assert "\nlogic t;" in fixed
    assert icarus_accepts(fixed)


PIECES = [*SLIPS.values(), "begin", "end", "endcase", ";", "case (s)", "assign", "q", "=", "}"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=8))
def test_no_mixture_of_slips_makes_it_raise_or_undo_itself(pieces: list[str]) -> None:
    fixed, _ = apply_fixes(f"{HEADER}{' '.join(pieces)}\nendmodule\n", TOP)
    assert apply_fixes(fixed, TOP)[0] == fixed


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([*SLIPS.values()]), st.integers(0, 400), st.integers(1, 30))
def test_no_hole_in_a_design_makes_it_raise_or_undo_itself(
    body: str, start: int, length: int
) -> None:
    design = f"{HEADER}{body}\nendmodule\n"
    fixed, _ = apply_fixes(design[:start] + design[start + length :], TOP)
    assert apply_fixes(fixed, TOP)[0] == fixed
