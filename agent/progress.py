"""Live progress on standard error: lines that stay, and a last line that moves on a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from agent.attempts import Candidate
from agent.events import (
    AttemptFinished,
    CandidateJudged,
    Classified,
    Event,
    RunStarted,
    StageStarted,
    StepStarted,
    TestbenchExamined,
    TokensDecoded,
)
from agent.toolchain.results import Verdict

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

STAGES = {
    "testbench": "checking the testbench against a stub",
    "model": "loading the model",
    "classify": "classifying the specification",
}


class Progress:
    """Shows a build's events. Without a terminal each event that stays is one plain line."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None
        self._shown = 0.0
        self._stage = ""

    def __enter__(self) -> Progress:
        if self._console.is_terminal:
            self._status = self._console.status("")
            self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._status:
            self._status.stop()
            self._status = None

    def __call__(self, event: Event) -> None:
        """Show one event."""
        match event:
            case StageStarted(stage, detail):
                self._move(f"{STAGES.get(stage, stage)} {detail}".rstrip())
            case TestbenchExamined(tests, warning):
                count = f"{len(tests)} test{'s' if len(tests) != 1 else ''}"
                self._line("testbench", f"{count}: {', '.join(tests)}")
                if warning:
                    self._line("warning", warning, "yellow")
            case RunStarted(run_id, resumed):
                again = f", resumed after {resumed} attempts" if resumed else ""
                self._line("run", f"{run_id}{again}")
            case Classified(routed):
                odds = ", ".join(f"{t} {p:.2f}" for t, p in routed.probabilities.items())
                self._line("tier", f"{routed.tier} ({odds})", "bold")
                self._line("", f"{routed.method}: {routed.reason}", "dim")
            case StepStarted(ordinal, step, expert):
                self._stage = f"attempt {ordinal}: {step.kind}, {step.tier}"
                parts = [
                    f"{n} {word}"
                    for n, word in ((step.repairs, "repair"), (step.fresh, "fresh"))
                    if n
                ]
                what = f"{step.kind} at {step.tier}: {' + '.join(parts)}" if parts else step.kind
                self._line(f"attempt {ordinal}", str(what), "bold")
                asked = f"; {expert.label}" if expert else ""
                self._line("", f"{step.reason}{asked}", "dim")
                self._move(self._stage)
            case TokensDecoded(tokens, seconds):
                self._move(
                    f"{self._stage}: {tokens} tokens, {tokens / max(seconds, 1e-3):.1f}/s", 0.1
                )
            case CandidateJudged(ordinal, candidate):
                style = "green" if candidate.verdict.passed else ""
                self._line(f"  {ordinal}.{candidate.index}", describe_candidate(candidate), style)
                for fix in candidate.fixes:
                    self._line("", f"fixed: {fix.rule}: {fix.detail}", "dim")
            case AttemptFinished(attempt):
                best = attempt.best
                score = f"best {best.verdict.score:.2f}" if best else "none passes"
                rate = f"{attempt.tokens} tokens in {attempt.seconds:.1f} s"
                self._line(
                    "", f"{score}{'' if attempt.accepted else ', not better'}; {rate}", "dim"
                )

    def mutants(self, done: int, of: int) -> None:
        """Show how many mutants of a passing design have been judged."""
        self._move(f"trying mutants: {done} of {of}", 0.1)

    def _line(self, head: str, text: str, style: str = "") -> None:
        from rich.text import Text

        from agent.history_views import visible

        line = Text(f"{head:<10} ")
        line.append(visible(text), style=style)
        self._console.print(line, soft_wrap=True)

    def _move(self, text: str, every: float = 0.0) -> None:
        if self._status and time.monotonic() - self._shown >= every:
            from rich.markup import escape

            self._shown = time.monotonic()
            self._status.update(escape(text))


def sayer(console: Console) -> Callable[..., None]:
    """A function `say(text, head="", style="")` that prints one line, its head in a style.

    Control characters of a design's text never reach the terminal.
    """
    from rich.text import Text

    from agent.history_views import visible

    def say(text: str, head: str = "", style: str = "") -> None:
        console.print(Text.assemble((head, style), visible(text)), soft_wrap=True)

    return say


def describe_candidate(candidate: Candidate) -> str:
    """Kind, score, and what the verdict is."""
    text = (
        f"{candidate.kind:<6} {candidate.verdict.score:.2f} {describe_verdict(candidate.verdict)}"
    )
    return f"{text} (same as before)" if candidate.duplicate_of else text


def describe_verdict(verdict: Verdict) -> str:
    """One line: the outcome, how many checks passed, and the first cause."""
    if verdict.passed:
        return f"passed, {len(verdict.tests)} of {len(verdict.tests)} checks"
    text = str(verdict.outcome)
    if verdict.tests:
        text += f", {sum(t.passed for t in verdict.tests)} of {len(verdict.tests)} checks"
    cause = first_cause(verdict)
    return f"{text}: {cause}" if cause else text


def first_cause(verdict: Verdict) -> str:
    """The first line of the first failure."""
    for test in verdict.tests:
        if not test.passed and test.message:
            return f"{test.name}: {test.message.splitlines()[0]}"
    for diagnostic in verdict.diagnostics:
        if diagnostic.severity == "error":
            where = f"line {diagnostic.line}: " if diagnostic.line else ""
            return f"{where}{diagnostic.message}"
    return verdict.reason
