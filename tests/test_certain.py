"""What is refused before an answer is complete: only what nothing that follows could save."""

from __future__ import annotations

import pytest

from agent.extract import extract
from agent.fixes import apply_fixes
from agent.toolchain.certain import certain_refusal
from agent.toolchain.check import check
from mevllm.spec import Interface, Port

INTERFACE = Interface("top", (Port("a", "input"), Port("y", "output")))

REFUSED = [
    "  initial $finish;\n",
    '  initial $readmemh("x.hex", m);\n',
    '`include "x.vh"\n',
    "  always @* force y = a;\n",
    '  import "DPI-C" function int f();\n',
    "  assign \\y = a;\n",
    '`ifdef A\n`include "x.vh"\n`endif\n',
]
ALLOWED = [
    "  initial $finish;",
    "  // $finish\n",
    "  /* $finish\n",
    '  initial $display("$finish");\n',
    "  assign y = $signed(a);\n",
    "`ifdef A\n  initial $finish;\n`endif\n",
    "`define STOP $finish\n",
    "```\nThe task $finish is not used.\n",
    "endmodule\nmodule tb; initial $finish; endmodule\n",
    "module helper(input x);\n  initial $finish;\n",
    "  assign y = a``b;\n",
]


@pytest.mark.parametrize("body", REFUSED)
def test_a_construct_that_no_design_may_hold_is_certain_at_the_end_of_its_line(body: str) -> None:
    text = f"  wire w;\n{body}  assign w = a;\n"
    reason, end = certain_refusal(text)
    assert reason
    assert certain_refusal(text[:end]) == (reason, end)
    assert certain_refusal(text[: end - 1]) == ("", -1)


@pytest.mark.parametrize("body", ALLOWED)
def test_what_may_still_be_harmless_is_not_certain(body: str) -> None:
    assert certain_refusal(body) == ("", -1)


@pytest.mark.parametrize("body", REFUSED)
@pytest.mark.parametrize("rest", ["  assign y = a;\nendmodule", "", '"\nendmodule', "*/ endmodule"])
def test_what_is_certain_stays_so_and_the_check_agrees(body: str, rest: str) -> None:
    assert certain_refusal(body + rest)[0] == certain_refusal(body)[0]
    header = INTERFACE.header()
    rtl, _ = extract(f"{header}\n{body}{rest}", INTERFACE, prefill=f"{header}\n")
    rtl, _ = apply_fixes(rtl, INTERFACE)
    assert check(rtl, "top", printing=True).refused
