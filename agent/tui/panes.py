"""What the tabs show of a candidate: code, diagnostics beside their lines, checks."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text
from textual.content import Content
from textual.highlight import highlight

from agent.attempts import Candidate
from agent.hints import hint
from agent.history_views import visible
from agent.progress import describe_verdict
from agent.toolchain.results import Diagnostic, TestResult

AROUND = 1
"""Lines of source before and after the one that a message is about."""
_LOG_LINES = 30


def code(rtl: str) -> Content:
    """A design in the theme's colours, with line numbers."""
    text = visible(rtl).expandtabs(4).rstrip("\n")
    lines = highlight(text, language="systemverilog").split("\n", allow_blank=True)
    width = len(str(len(lines)))
    numbered = [
        Content.assemble((f"{number:>{width}}  ", "$text-disabled"), line)
        for number, line in enumerate(lines, 1)
    ]
    return Content("\n").join(numbered)


def diagnostics(candidate: Candidate) -> RenderableType:
    """Every message with the lines around its place, and what was corrected beforehand."""
    verdict = candidate.verdict
    lines = visible(candidate.rtl).expandtabs(4).splitlines()
    parts: list[RenderableType] = []
    for number, diagnostic in enumerate(sorted(verdict.diagnostics, key=_order)):
        if number:
            parts.append(Text())
        parts += _message(diagnostic, lines)
    if not verdict.diagnostics:
        parts.append(Text("no front end complained"))
    for fix in candidate.fixes:
        where = f"line {fix.line}: " if fix.line else ""
        parts.append(
            Text.assemble(("\nfixed  ", "cyan"), visible(f"{where}{fix.rule}: {fix.detail}"))
        )
    return Group(*parts)


def _order(diagnostic: Diagnostic) -> tuple[bool, int]:
    return diagnostic.severity != "error", diagnostic.line or 0


def _message(diagnostic: Diagnostic, lines: list[str]) -> list[RenderableType]:
    style = "bold red" if diagnostic.severity == "error" else "bold yellow"
    code = f"  {diagnostic.code}" if diagnostic.code else ""
    head = Text.assemble((diagnostic.severity, style), (f"  {diagnostic.tool}{code}", "dim"))
    told = visible(" ".join(diagnostic.message.split()))
    found: list[RenderableType] = [head]
    if diagnostic.line is None or diagnostic.line > len(lines):
        found.append(Text(f"      {told}"))
    else:
        first = max(1, diagnostic.line - AROUND)
        for number in range(first, min(len(lines), diagnostic.line + AROUND) + 1):
            here = number == diagnostic.line
            source = Text(f"{number:>4} │ ", style="" if here else "dim", no_wrap=True)
            found.append(source.append(lines[number - 1], "bold" if here else ""))
            if here:
                found.append(Text.assemble("     │ ", (f"{_caret(diagnostic)}{told}", style)))
    advice = hint(diagnostic)
    if advice:
        found.append(Text.assemble(("     → ", "cyan"), visible(advice)))
    return found


def _caret(diagnostic: Diagnostic) -> str:
    """A mark below the place, where the front end names one."""
    return f"{' ' * (diagnostic.column - 1)}^ " if diagnostic.column else "^ "


def checks(candidate: Candidate) -> RenderableType:
    """The checks, the reason of the verdict, and the end of what was printed."""
    verdict = candidate.verdict
    parts: list[RenderableType] = [
        Text(visible(describe_verdict(verdict)), style="green" if verdict.passed else "")
    ]
    parts += [_check(test) for test in verdict.tests]
    if verdict.reason:
        parts += [Text(), Text(visible(verdict.reason), style="dim")]
    if candidate.duplicate_of:
        parts.append(Text("the verdict of an earlier candidate with the same tokens", style="dim"))
    elif verdict.sandbox:
        parts.append(Text(f"judged in {verdict.seconds:.2f} s, {verdict.sandbox}", style="dim"))
    printed = visible(verdict.log).splitlines()[-_LOG_LINES:]
    if printed:
        parts += [Text("\nthe end of what was printed", style="bold"), Text("\n".join(printed))]
    return Group(*parts)


def _check(test: TestResult) -> Text:
    """A check in one line, its message in the next ones."""
    mark = ("✓ ", "green") if test.passed else ("✗ ", "bold red")
    text = Text.assemble(mark, visible(test.name))
    if test.share is not None:
        text.append(f"  {test.share:.1%} of the samples match")
    if test.sim_time_ns is not None:
        text.append(f"  {test.sim_time_ns:g} ns", "dim")
    for line in visible(test.message).splitlines():
        text.append(f"\n    {line}", "red")
    return text
