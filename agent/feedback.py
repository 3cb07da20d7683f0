"""From a verdict to the short text that a small model can act on. Pure.

First causes only, each with its source line and one line of advice; for a failing simulation
the failing check, its first message, and the table of the last cycles (MAGE, RTLFixer,
VerilogCoder: see the hints).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from agent.hints import hint, subject
from agent.toolchain.results import Diagnostic, Outcome, TestResult, Verdict

MAX_CAUSES = 3
MAX_WARNINGS = 2
MAX_LINE = 300
SYNTAX = frozenset(
    {
        "ExpectedToken",
        "ExpectedExpression",
        "ExpectedStatement",
        "ExpectedMember",
        "ExpectedDeclarator",
        "ExpectedIdentifier",
        "UnexpectedEndDelim",
    }
)
"""Messages after which the rest of a text is often misread."""

_UNKNOWN = re.compile(
    r"""(?<![A-Za-z0-9_])
    (?: 0[bBoOxX](?=[0-9a-fA-F_]*[xXzZ])[0-9a-fA-FxXzZ_]+      # as Python writes: 0b1X, 0x5X
      | (?!0[xX][0-9a-fA-F])(?:\d*'[bBhHdDoO])?['"]?(?=[01xXzZ]*[xXzZ])[01xXzZ_]+
    )(?![A-Za-z0-9_])""",
    re.VERBOSE,
)
_NOT_A_NUMBER = re.compile(r"non-0/1 values|unresolvable|Unresolvable")
_NO_CHILD = re.compile(r"(?:contains no (?:child )?object|has no attribute) (?:named )?'?(\w+)")
_PORT = re.compile(r"port [`'\"]*(\w+)[`'\"]* is not a port|contains no (?:child )?object named")
_MISMATCH_HINT = re.compile(r"Hint: Output '.*' has (?!no )\d+ mismatches.*")
_NUMBER = re.compile(r"\d+")

_ADVICE = "  -> "

_STOPPED = {
    "wall clock": "did not end in time",
    "cpu time": "did not end: it used up its processor time",
    "memory": "used up its memory",
    "output size": "printed without end",
}


def feedback(
    candidate_rtl: str, verdict: Verdict, *, trace: str = "", limit_chars: int = 1600
) -> str:
    """Say what is wrong with a design, in at most `limit_chars` characters.

    `trace` is a table of the last cycles before the failure; its oldest rows are dropped when
    there is no room. Empty for a design that passed.
    """
    writers: dict[Outcome, Callable[[str, Verdict], list[str]]] = {
        Outcome.PASSED: lambda rtl, v: [],
        Outcome.NOT_COMPILED: _not_compiled,
        Outcome.NOT_ELABORATED: _not_elaborated,
        Outcome.REFUSED: _refused,
        Outcome.FAILED: _failed,
        Outcome.LIMIT: _limit,
        Outcome.INCONCLUSIVE: _inconclusive,
        Outcome.UNSUPPORTED: _unsupported,
    }
    text = "\n".join(writers[verdict.outcome](candidate_rtl, verdict))
    room = limit_chars - len(text) - 1
    if trace.strip() and verdict.outcome in (Outcome.FAILED, Outcome.LIMIT):
        table = _fit_table(trace.strip("\n").split("\n"), room)
        text += "\n" + table if table else ""
    return text[:limit_chars].rstrip()


def without_hints(text: str) -> str:
    """A feedback without its advice: what the tools said alone."""
    return "\n".join(line for line in text.split("\n") if not line.startswith(_ADVICE))


def error_class(verdict: Verdict) -> str:
    """A stable key of the kind of failure: equal for two failures of the same kind."""
    if verdict.outcome in (Outcome.NOT_COMPILED, Outcome.NOT_ELABORATED):
        causes = _first_causes(verdict.diagnostics)
        if any(_PORT.search(d.message) for d in causes) or _PORT.search(verdict.reason):
            return "port"
        key = _kind(causes[0]) if causes else _slug(verdict.reason)
        return f"{'syntax' if verdict.outcome is Outcome.NOT_COMPILED else 'elaborate'}:{key}"
    if verdict.outcome is Outcome.REFUSED:
        construct = re.search(r"`([^`]+)`", verdict.reason)
        return f"refused:{construct[1] if construct else _slug(verdict.reason)}"
    if verdict.outcome is Outcome.LIMIT:
        return f"limit:{verdict.limit}"
    if verdict.outcome is Outcome.FAILED:
        failing = next((test for test in verdict.tests if not test.passed), None)
        if failing is None:
            return "mismatch"
        if _NO_CHILD.search(failing.message):
            return "port"
        return f"{'x' if unknown_value(failing.message) else 'mismatch'}:{failing.name}"
    return str(verdict.outcome)


def _not_compiled(rtl: str, verdict: Verdict) -> list[str]:
    causes = _first_causes(verdict.diagnostics)
    if not causes:
        return [f"The design does not compile: {_clip(verdict.reason or 'no module was found')}"]
    unsupported = all(d.tool == "iverilog" for d in causes)
    opening = (
        "Icarus Verilog does not accept the design:"
        if unsupported
        else ("The design does not compile:")
    )
    return [opening, *_explained(causes, rtl)]


def _not_elaborated(rtl: str, verdict: Verdict) -> list[str]:
    causes = _first_causes(verdict.diagnostics)
    ports = [match[1] for d in causes if (match := _PORT.search(d.message)) and match[1]]
    if ports:
        names = ", ".join(f"`{name}`" for name in dict.fromkeys(ports))
        told = [f"The testbench connects the port {names}, which the design does not have."]
    else:
        told = ["The design does not fit its testbench:"]
        told += _explained(causes, rtl) or [_clip(verdict.reason)]
    return [*told, "Keep the module name and the ports exactly as specified."]


def _refused(rtl: str, verdict: Verdict) -> list[str]:
    reason = verdict.reason.removeprefix("refused: ")
    return [f"The design was refused: {_clip(reason)}", "Write it without that."]


def _failed(rtl: str, verdict: Verdict) -> list[str]:
    failing = [test for test in verdict.tests if not test.passed]
    lines = ["The design compiles but gives wrong results."]
    passing = _passing(verdict.tests)
    if passing:
        lines.append(passing)
    if failing:
        lines += _failing_check(failing[0])
    elif verdict.reason:
        lines.append(_clip(verdict.reason))
    outputs = [match[0] for match in _MISMATCH_HINT.finditer(verdict.log)]
    lines += [output for output in outputs if not any(output in line for line in lines)][:2]
    return lines + _suspicious(verdict, rtl)


def _failing_check(test: TestResult) -> list[str]:
    message = next((line.strip() for line in test.message.splitlines() if line.strip()), "")
    when = f" at {test.sim_time_ns:g} ns" if test.sim_time_ns is not None else ""
    lines = [f"{test.name} fails{when}: {_clip(message)}".rstrip(": ")]
    missing = _NO_CHILD.search(message)
    if missing:
        lines.append(f"The testbench needs `{missing[1]}`: keep the ports exactly as specified.")
    elif "ended prematurely" in test.message.lower():
        lines.append("The simulation ended before the test did: remove what ends it.")
    unknown = unknown_value(test.message)
    if unknown and "z" in unknown.lower() and "x" not in unknown.lower():
        lines.append(f"{unknown} holds Z: the output is not driven at all; assign it.")
    elif unknown:
        lines.append(
            f"{unknown} holds X, unknown: a register is never reset or initialised, or an output "
            "is never assigned."
        )
    return lines


def _limit(rtl: str, verdict: Verdict) -> list[str]:
    who = f"{verdict.hung_test}: the simulation" if verdict.hung_test else "The simulation"
    lines = [f"{who} {_STOPPED.get(verdict.limit or '', 'was stopped')}."]
    if "compiler" in verdict.reason:
        return [f"{_clip(verdict.reason)}: the design is too large or repeats itself too often."]
    if verdict.limit in ("wall clock", "cpu time"):
        lines.append(
            "Look for a loop that never ends, a signal that depends on itself without a "
            "register, and a state that is never left."
        )
    elif verdict.limit == "output size":
        lines.append("Remove `$display` and `$monitor`.")
    passing = _passing(verdict.tests)
    return [*lines, *([passing] if passing else []), *_suspicious(verdict, rtl)]


def _inconclusive(rtl: str, verdict: Verdict) -> list[str]:
    return [
        f"The simulation gave no result: {_clip(verdict.reason)}".rstrip(": "),
        "It ended prematurely: nothing in the design may end it or stop its clock.",
        *_suspicious(verdict, rtl),
    ]


def _unsupported(rtl: str, verdict: Verdict) -> list[str]:
    return [
        f"The simulator cannot run this design: {_clip(verdict.reason)}".rstrip(": "),
        *_explained(_first_causes(verdict.diagnostics), rtl),
        "Write it in plain Verilog-2005.",
    ]


def _first_causes(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The errors that explain the others, at most three: pyslang's where it has any."""
    errors = [d for d in diagnostics if d.severity == "error"]
    chosen = [d for d in errors if d.tool == "pyslang"] or errors
    causes: list[Diagnostic] = []
    for diagnostic in sorted(chosen, key=lambda d: (d.line is not None, d.line or 0)):
        key = (_kind(diagnostic), subject(diagnostic))
        if any(d.line == diagnostic.line and d.line is not None for d in causes):
            continue
        if any((_kind(d), subject(d)) == key and key[1] != "it" for d in causes):
            continue
        causes.append(diagnostic)
        if diagnostic.code in SYNTAX or "syntax error" in diagnostic.message:
            break
    return causes[:MAX_CAUSES]


def _explained(causes: Sequence[Diagnostic], rtl: str) -> list[str]:
    """Each cause in up to three lines: where, what, and what to do."""
    lines: list[str] = []
    for diagnostic in causes:
        source = (diagnostic.source or _line_of(rtl, diagnostic.line)).strip()
        if diagnostic.line is not None and source:
            lines.append(f"Line {diagnostic.line}: {_clip(source)}")
        lines.append(f"  {diagnostic.severity}: {_clip(diagnostic.message)}")
        advice = hint(diagnostic)
        if advice:
            lines.append(f"{_ADVICE}{advice}")
    return lines


def _suspicious(verdict: Verdict, rtl: str) -> list[str]:
    """The warnings that may explain a wrong result."""
    warnings = [d for d in verdict.diagnostics if d.severity == "warning" and hint(d)]
    found = _explained(warnings[:MAX_WARNINGS], rtl)
    return ["The compiler warns:", *found] if found else []


def _passing(tests: Sequence[TestResult]) -> str:
    """Which checks pass, one short line; empty for a single check without a count."""
    passing = [test.name for test in tests if test.passed]
    if len(tests) == 1:
        share = tests[0].share
        return f"{share:.0%} of the samples match." if share is not None else ""
    if not tests or not passing:
        return f"None of {len(tests)} checks passes." if tests else ""
    names = ", ".join(passing)
    if len(names) > 120:
        names = ", ".join(passing[:4]) + ", ..."
    return f"{len(passing)} of {len(tests)} checks pass: {names}."


def _fit_table(rows: Sequence[str], room: int) -> str:
    """The header of a table and as many of its last rows as fit."""
    if sum(len(row) + 1 for row in rows) <= room:
        return "\n".join(rows)
    kept: list[str] = []
    room -= len(rows[0]) + 1
    for row in reversed(rows[1:]):
        room -= len(row) + 1
        if room < 0:
            break
        kept.insert(0, row)
    return "\n".join([rows[0], *kept]) if kept else ""


def unknown_value(message: str) -> str:
    """A value with X or Z bits in a message, in backquotes, or an empty string."""
    for match in _UNKNOWN.finditer(message):
        value = match[0].strip("'\"")
        # A lone lower-case letter is more likely the name of a signal than a value.
        if len(value) > 1 or value.isupper():
            return f"`{value}`"
    return "A value" if _NOT_A_NUMBER.search(message) else ""


def _kind(diagnostic: Diagnostic) -> str:
    if diagnostic.tool == "iverilog":
        return f"iverilog {_slug(diagnostic.message)}"
    return diagnostic.code or _slug(diagnostic.message)


def _slug(text: str) -> str:
    """A message without what differs between two of its kind: names, numbers, places."""
    plain = _NUMBER.sub("N", re.sub(r"[`'\"]+[^`'\"]*[`'\"]+", "NAME", text))
    return " ".join(plain.split()[:8])


def _line_of(rtl: str, line: int | None) -> str:
    lines = rtl.split("\n")
    return lines[line - 1] if line is not None and 0 < line <= len(lines) else ""


def _clip(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_LINE else f"{line[: MAX_LINE - 3]}..."
