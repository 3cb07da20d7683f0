"""Feedback: short, exact, first causes only, and a stable name for each kind of failure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.feedback import error_class, feedback
from agent.hints import ICARUS, PYSLANG
from agent.toolchain.check import check
from agent.toolchain.results import Diagnostic, Outcome, TestResult, Verdict
from tests.front_ends import HEADER

PASS = TestResult("test_reset", True)
FAIL = TestResult("test_count", False, "cycle 3: expected 4 got 2\nmore\nand more", 35.0)


def not_compiled(body: str) -> tuple[str, Verdict]:
    rtl = f"{HEADER}{body}\nendmodule\n"
    diagnostics = check(rtl, "top").diagnostics
    return rtl, Verdict(Outcome.NOT_COMPILED, diagnostics=diagnostics, reason="does not compile")


def failed(*tests: TestResult, **more: object) -> Verdict:
    return replace(Verdict(Outcome.FAILED, tests), **more)  # type: ignore[arg-type]


def test_a_compile_error_comes_with_its_line_and_advice() -> None:
    text = feedback(*not_compiled("wire t;\nalways @(*) t = a[0];"))
    assert "Line 10: always @(*) t = a[0];" in text
    assert "cannot assign to a net" in text
    assert "`t` is assigned in an always block: declare it as `logic`" in text


def test_one_cause_is_told_once() -> None:
    body = "".join(f"always @(posedge clk) q[{i}] <= foo;\n" for i in range(8))
    text = feedback(*not_compiled(body))
    assert text.count("foo") <= 4
    assert text.count("error:") == 1


def test_at_most_three_causes_are_told() -> None:
    body = "".join(f"assign q[{i}] = unknown_{'abcdefgh'[i] * 3};\n" for i in range(8))
    assert feedback(*not_compiled(body)).count("error:") == 3


def test_what_follows_a_syntax_error_is_left_out() -> None:
    text = feedback(*not_compiled("q = a;\nw = b;\nalways @(*) begin\n"))
    assert text.count("error:") == 1
    assert "needs `assign`" in text


def test_only_icarus_objecting_is_said_so() -> None:
    diagnostic = Diagnostic("iverilog", "error", "break statements not supported.", 7)
    rtl = "\n".join(f"line {n}" for n in range(1, 9))
    text = feedback(rtl, Verdict(Outcome.NOT_COMPILED, diagnostics=(diagnostic,)))
    assert text.startswith("Icarus Verilog does not accept the design:\nLine 7: line 7")
    assert "use a flag" in text


def test_every_common_slip_has_advice() -> None:
    from tests.test_check import SLIPS

    for body, code in SLIPS.values():
        rtl, verdict = not_compiled(body)
        if code not in ("TypoIdentifier", "NonPrintableChar"):
            assert "->" in feedback(rtl, verdict), code
    assert len(PYSLANG) + len(ICARUS) > 40


def test_a_failing_check_comes_with_its_first_line_and_time() -> None:
    text = feedback("", failed(PASS, FAIL))
    assert "test_count fails at 35 ns: cycle 3: expected 4 got 2" in text
    assert "1 of 2 checks pass: test_reset." in text
    assert "and more" not in text


@pytest.mark.parametrize(
    "message",
    [
        "cycle 1: expected 1 got xxxxxxxx",
        "expected 0 got LogicArray('00XX')",
        "ValueError: Can't convert LogicArray to int: it contains non-0/1 values",
        "q is 8'bxxxx_0000",
        "got X",
    ],
)
def test_unknown_values_are_explained(message: str) -> None:
    text = feedback("", failed(replace(FAIL, message=message)))
    assert "holds X" in text
    assert "reset" in text
    assert error_class(failed(replace(FAIL, message=message))) == "x:test_count"


def test_an_undriven_output_is_explained() -> None:
    assert "holds Z" in feedback("", failed(replace(FAIL, message="expected 1 got zzzz")))


@pytest.mark.parametrize("message", ["expected 10 got 11", "x is 3", "max 1 exceeded", "index 0"])
def test_known_values_are_not_called_unknown(message: str) -> None:
    verdict = failed(replace(FAIL, message=message))
    assert "holds" not in feedback("", verdict)
    assert error_class(verdict) == "mismatch:test_count"


def test_the_trace_is_shown_and_loses_its_oldest_rows_first() -> None:
    rows = ["time  a  q", *(f"{n:4}  {n:1}  {n:1}" for n in range(100))]
    text = feedback("", failed(PASS, FAIL), trace="\n".join(rows), limit_chars=400)
    assert len(text) <= 400
    assert rows[0] in text
    assert rows[-1] in text
    assert rows[1] not in text


def test_counted_samples_are_told() -> None:
    result = TestResult("tb", False, "Mismatches: 3 in 10 samples", share=0.7)
    log = "Hint: Output 'q' has 3 mismatches. First mismatch occurred at time 25.\n"
    log += "Hint: Output 'w' has no mismatches.\n"
    text = feedback("", failed(result, log=log))
    assert "70% of the samples match." in text
    assert "Output 'q' has 3 mismatches" in text
    assert "Output 'w'" not in text


def test_a_warning_that_may_explain_a_wrong_result_is_told() -> None:
    rtl = f"{HEADER}assign q = {{a, a}};\nendmodule"
    text = feedback(rtl, failed(FAIL, diagnostics=check(rtl, "top").diagnostics))
    assert "The compiler warns:" in text
    assert "truncates from 16 to 8 bits" in text


def test_a_limit_names_the_test_that_hung() -> None:
    verdict = Verdict(Outcome.LIMIT, (PASS,), limit="cpu time", hung_test="test_run")
    text = feedback("", verdict)
    assert "test_run: the simulation did not end" in text
    assert "1 of 1" not in text
    assert error_class(verdict) == "limit:cpu time"
    assert "`$display`" in feedback("", replace(verdict, limit="output size"))
    compiler = Verdict(Outcome.LIMIT, limit="memory", reason="the compiler used up its memory")
    assert "too large" in feedback("", compiler)


def test_a_refusal_names_the_construct() -> None:
    design = "module top; initial $finish; endmodule"
    verdict = Verdict(Outcome.REFUSED, reason=check(design, "top").refused)
    assert "`$finish`" in feedback(design, verdict)
    assert error_class(verdict) == "refused:$finish"


def test_a_missing_port_is_a_class_of_its_own() -> None:
    diagnostic = Diagnostic("iverilog", "error", "tb.v:1: port ``en'' is not a port of dut.")
    verdict = Verdict(Outcome.NOT_ELABORATED, diagnostics=(diagnostic,), reason="does not fit")
    assert error_class(verdict) == "port"
    assert "connects the port `en`, which the design does not have" in feedback("", verdict)
    child = replace(FAIL, message="AttributeError: top contains no child object named en")
    assert error_class(failed(child)) == "port"
    assert "needs `en`" in feedback("", failed(child))


def test_an_early_end_is_explained() -> None:
    verdict = Verdict(Outcome.INCONCLUSIVE, reason="the simulator ended with status 0")
    assert "ended prematurely" in feedback("", verdict)
    assert error_class(verdict) == "inconclusive"


def test_the_same_slip_has_the_same_class_wherever_it_stands() -> None:
    one = not_compiled("wire t; always @(*) t = a[0];")[1]
    two = not_compiled("assign w = 1;\n\nwire other; always @(*) other = a[1];")[1]
    assert error_class(one) == error_class(two) == "syntax:AssignToNet"
    assert error_class(not_compiled("assign q = foo;")[1]) == "syntax:UndeclaredIdentifier"


def test_icarus_messages_are_classed_without_names_and_numbers() -> None:
    def verdict(message: str) -> Verdict:
        return Verdict(
            Outcome.NOT_COMPILED, diagnostics=(Diagnostic("iverilog", "error", message),)
        )

    first = error_class(verdict("Index q[8] is out of range of `q'"))
    assert first == error_class(verdict("Index q[9] is out of range of `other'"))


@pytest.mark.parametrize("outcome", [*Outcome])
def test_every_outcome_has_feedback_and_a_class(outcome: Outcome) -> None:
    verdict = Verdict(outcome, reason="a reason")
    assert bool(feedback("", verdict)) is (outcome is not Outcome.PASSED)
    assert error_class(verdict)
    assert len(feedback("", replace(verdict, reason="long " * 2000))) <= 1600


@pytest.mark.parametrize(
    ("got", "unknown"),
    [("0x00", False), ("0x5a", False), ("0bX00X", True), ("4'bxx01", True), ("X", True)],
)
def test_only_a_value_with_unknown_bits_is_called_unknown(got: str, unknown: bool) -> None:
    test = TestResult("t", False, f"expected y 0x5a, got {got}")
    text = feedback("module m; endmodule", Verdict(Outcome.FAILED, (test,)))
    assert ("unknown" in text) is unknown
