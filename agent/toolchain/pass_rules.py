"""How Verilog testbenches say that a design passed: the benchmarks' ways, and a common one."""

from __future__ import annotations

import re

from agent.errors import InputError
from agent.toolchain.base import PassRule

VERILOG_EVAL = PassRule(
    passed=r"Mismatches: 0 in [1-9]\d* samples",
    failed=r"TIMEOUT|Mismatches: (?:[1-9]\d* in \d+|\d+ in 0) samples",
    share=r"^Mismatches: (?P<bad>\d+) in (?P<all>\d+) samples$",
    first=r"First mismatch occurred at time (?P<time>\d+)",
)
"""VerilogEval v2: a count of mismatches, and `TIMEOUT` when the clock ran out."""

RTLLM = PassRule(
    passed=r"\s*=+\s*Your Design Passed\s*=+\s*",
    failed=r"(?i:.*\b(?:error|fail(?:ed|ures?)?)\b.*)",
    share=r"Test completed with\s+(?P<bad>\d+)\s*/\s*(?P<all>\d+)\s*failures",
)
"""RTLLM 2.0: a banner, in several spacings; failures are banners or lines of their own."""

COMMON = PassRule(
    passed=r"(?i:\W*(?:(?:all\s+)?(?:\d+\s+)?(?:tests?|checks?)\s+)?(?:have\s+)?pass(?:ed)?\W*)",
    failed=(
        r"(?i:(?!.*\b(?:0|no|zero)\s+(?:errors?|fail\w*|mismatch\w*))"
        r"(?!.*\b(?:errors?|failures?|mismatches)\s*[:=]\s*0\b)"
        r".*\b(?:fail(?:ed|s|ures?)?|errors?|fatal|mismatch(?:es)?|timeout)\b.*)"
    ),
)
"""A line that is `PASS`, `PASSED` or `ALL TESTS PASSED`, and none that speaks of a failure."""

_RECOGNISED = (
    (re.compile(r"Mismatches: %\d*d in %\d*d samples"), VERILOG_EVAL),
    (re.compile(r"=+\s*Your Design Passed\s*=+"), RTLLM),
)


def rule_for(
    text: str, pass_pattern: str | None = None, fail_pattern: str | None = None
) -> PassRule:
    """The rule for a Verilog testbench, by its text; patterns that are given go first.

    A pattern is a regular expression for a whole line of output. Raises InputError for one that
    is none.
    """
    known = next((rule for pattern, rule in _RECOGNISED if pattern.search(text)), COMMON)
    for option, pattern in (("pass", pass_pattern), ("fail", fail_pattern)):
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise InputError(
                f"--{option}-pattern {pattern!r} is no regular expression: {error}"
            ) from error
    if pass_pattern is None and fail_pattern is None:
        return known
    failed = fail_pattern if fail_pattern or pass_pattern else known.failed
    return PassRule(pass_pattern or known.passed, failed, 0, known.share, known.first)
