"""What the lists of the browser have in common: bars, words for steps, colours of scores."""

from __future__ import annotations

from rich.text import Text

from agent.attempts import Step, StepKind
from agent.history_views import visible
from agent.run_outline import AttemptLine

_EIGHTHS = " ▏▎▍▌▋▊▉"


def one_line(text: str) -> str:
    """A text that may go into a row."""
    return " ".join(visible(text).split())


def score_style(score: float) -> str:
    """Green for a pass, yellow from half the way on, else red."""
    if score >= 1.0:
        return "green"
    return "yellow" if score >= 0.5 else "red"


def score_bar(score: float | None, cells: int = 8) -> Text:
    """A bar as long as the score, and the score."""
    if score is None:
        return Text("·" * cells + "     ", style="dim")
    eighths = round(max(0.0, min(score, 1.0)) * cells * 8)
    full, rest = divmod(eighths, 8)
    bar = "█" * full + (_EIGHTHS[rest] if rest else "")
    return Text.assemble(
        (bar, score_style(score)), ("·" * (cells - len(bar)), "dim"), f" {score:.2f}"
    )


def step_words(line: AttemptLine, is_first: bool) -> str:
    """What a step does: first, mend, repair, resample or escalate."""
    step = line.step
    if step.kind is StepKind.GIVEN:
        return "given design"
    if step.kind is StepKind.MEND:
        return f"mend {line.parent or 'the best'}"
    if step.kind is StepKind.ESCALATE:
        return f"escalate: {_parts(step, line.parent)}"
    if step.repairs:
        return _parts(step, line.parent)
    return f"first {step.fresh}" if is_first else f"resample {step.fresh}"


def _parts(step: Step, parent: str | None) -> str:
    words = []
    if step.repairs:
        times = f" {step.repairs} times" if step.repairs > 1 else ""
        words.append(f"repair {parent or 'the best'}{times}")
    if step.fresh:
        words.append(f"resample {step.fresh}")
    return ", ".join(words)
