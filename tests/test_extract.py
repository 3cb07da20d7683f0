"""From an answer to a design: whatever the model wraps around it, the interface stays."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.extract import extract
from mevllm.spec import Interface, Parameter, Port
from tests.front_ends import icarus_accepts

COUNTER = Interface(
    "counter", (Port("clk", "input"), Port("en", "input"), Port("q", "output", "3", "0", True))
)
HEADER = COUNTER.header()
PREFILL = f"```verilog\n{HEADER}\n"
BODY = "  always @(posedge clk) if (en) q <= q + 1;\n"


def extracted(answer: str, prefill: str = "") -> tuple[str, list[str]]:
    rtl, fixes = extract(answer, COUNTER, prefill=prefill)
    return rtl, [fix.rule for fix in fixes]


@pytest.mark.parametrize("prefill", [PREFILL, f"{HEADER}\n"])
@pytest.mark.parametrize(
    "after", ["", "\n```", "\n```\n\nThis module counts. It has no endmodule."]
)
def test_a_continued_header_comes_back_as_it_was_written(prefill: str, after: str) -> None:
    rtl, rules = extracted(f"{prefill}{BODY}endmodule{after}", prefill)
    assert rtl == f"{HEADER}\n{BODY}endmodule\n"
    assert rules == []


def test_code_is_taken_out_of_fences_and_prose() -> None:
    fenced = f"```systemverilog\n{HEADER}\n{BODY}endmodule\n```"
    answer = f"Here is the module counter (as asked):\n\n{fenced}\nDone."
    assert extracted(answer) == (f"{HEADER}\n{BODY}endmodule\n", [])


def test_code_without_fences_is_found_in_prose() -> None:
    answer = f"The module counter follows.\n\n{HEADER}\n{BODY}endmodule\nI hope it helps."
    assert extracted(answer) == (f"{HEADER}\n{BODY}endmodule\n", [])


def test_a_header_that_the_model_changed_is_put_back() -> None:
    answer = "module counter(input clk, input en, input rst, output reg [7:0] q);\n" + BODY
    rtl, rules = extracted(f"{answer}endmodule")
    assert rtl.startswith(HEADER)
    assert rules == ["restore-header"]
    assert icarus_accepts(rtl, "counter")


def test_a_module_of_another_name_becomes_the_specified_one() -> None:
    rtl, rules = extracted(f"module my_counter(input clk, output [3:0] q);\n{BODY}endmodule")
    assert rtl.startswith(HEADER)
    assert rules == ["restore-header"]


def test_parameters_of_its_own_become_constants() -> None:
    answer = (
        "module counter #(parameter WIDTH = 4, parameter int MAX = (1 << WIDTH) - 1)"
        f"(input clk, input en, output reg [WIDTH-1:0] q);\n{BODY}endmodule"
    )
    rtl, _ = extracted(answer)
    assert "localparam WIDTH = 4;" in rtl
    assert "localparam int MAX = ( 1 << WIDTH ) - 1;" in rtl
    assert icarus_accepts(rtl, "counter")


def test_specified_parameters_stay_parameters() -> None:
    interface = Interface("counter", COUNTER.ports, (Parameter("WIDTH", "4"),))
    rtl, fixes = extract(f"{interface.header()}\n{BODY}endmodule", interface)
    assert fixes == ()
    assert "localparam" not in rtl


def test_a_header_begun_again_inside_the_module_is_kept_once() -> None:
    again = f"module counter(input clk, input en, output reg [3:0] q);\n{BODY}endmodule"
    rtl, rules = extracted(f"{PREFILL}{again}", PREFILL)
    assert rtl == f"{HEADER}\n{BODY}endmodule\n"
    assert rules == ["restore-header", "drop-repeated-header"]


def test_a_fence_opened_again_inside_the_module_is_no_code() -> None:
    rtl, _ = extracted(f"{PREFILL}```verilog\n{HEADER}\n{BODY}endmodule\n```", PREFILL)
    assert rtl == f"{HEADER}\n{BODY}endmodule\n"


def test_modules_that_the_design_needs_come_along_and_others_go() -> None:
    helper = "module inc(input [3:0] a, output [3:0] y); assign y = a + 1; endmodule"
    bench = "module counter_tb; counter dut(); initial $finish; endmodule"
    body = "  wire [3:0] n; inc i(.a(q), .y(n));\n  always @(posedge clk) if (en) q <= n;\n"
    rtl, rules = extracted(f"```\n{HEADER}\n{body}endmodule\n{helper}\n```\n```\n{bench}\n```")
    assert "module inc(" in rtl
    assert "counter_tb" not in rtl
    assert rules == ["drop-module"]
    assert icarus_accepts(rtl, "counter")


def test_a_module_nested_in_the_body_is_moved_out() -> None:
    helper = "module inc(input [3:0] a, output [3:0] y); assign y = a + 1; endmodule\n"
    body = "  wire [3:0] n; inc i(.a(q), .y(n));\n  always @(posedge clk) if (en) q <= n;\n"
    rtl, _ = extracted(f"{PREFILL}{helper}{body}endmodule", PREFILL)
    assert rtl.count("endmodule") == 2
    assert icarus_accepts(rtl, "counter")


def test_directives_before_the_module_are_kept() -> None:
    answer = f"```\n`timescale 1ns/1ps\n`define STEP 1\n{HEADER}\n{BODY}endmodule\n```"
    rtl, _ = extracted(answer)
    assert rtl.startswith("`timescale 1ns/1ps\n`define STEP 1\n")


def test_an_end_that_is_only_missing_is_added_and_said() -> None:
    rtl, rules = extracted(PREFILL + BODY, PREFILL)
    assert rtl.endswith("endmodule\n")
    assert rules == ["append-endmodule"]


@pytest.mark.parametrize(
    "cut",
    [
        "  always @(posedge clk) begin\n    if (en) q <= q + 1;\n",
        "  assign q = en ?",
        "  always @(*) case (en)\n    0: q = 1;",
    ],
)
def test_an_answer_cut_within_a_block_gets_no_end(cut: str) -> None:
    rtl, rules = extracted(PREFILL + cut, PREFILL)
    assert "endmodule" not in rtl
    assert rules == []


def test_a_body_alone_gets_the_header() -> None:
    rtl, rules = extracted(f"```\n{BODY}```")
    assert rtl == f"{HEADER}\n{BODY.strip()}\nendmodule\n"
    assert rules == ["add-header"]


def test_an_answer_without_code_is_not_made_into_a_design() -> None:
    assert extracted("I cannot do that.") == ("I cannot do that.\n", [])
    assert extracted("") == ("", [])


def test_a_good_design_is_extracted_from_itself() -> None:
    rtl, _ = extracted(PREFILL + BODY + "endmodule", PREFILL)
    assert extract(rtl, COUNTER) == (rtl, ())


WORDS = "module endmodule counter ( ) ; ``` begin end # ="
PIECES = [*WORDS.split(), "\n", HEADER, BODY, PREFILL, '"', "/*", "//"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_no_answer_makes_it_raise(pieces: list[str]) -> None:
    rtl, _ = extract(" ".join(pieces), COUNTER)
    assert isinstance(rtl, str)
    extract(PREFILL + " ".join(pieces), COUNTER, prefill=PREFILL)
