"""The right side of a run: why a step was taken, and the tabs about a candidate."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.console import Group, RenderableType
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, ScrollableContainer, Vertical
from textual.message import Message
from textual.visual import VisualType
from textual.widgets import Input, Label, Static, Tab, Tabs

from agent.history_views import prompt_view, visible
from agent.progress import describe_verdict
from agent.run_outline import AttemptLine, RunOutline
from agent.tui import panes
from agent.tui.attempt_tree import Selection
from agent.tui.marks import one_line, score_bar, step_words
from agent.tui.side_by_side import side_by_side
from agent.tui.wave_rows import MOMENTS, Waves, draw
from agent.waveforms import shown_check

TABS = {
    "code": "Code",
    "diff": "Diff",
    "prompt": "Prompt",
    "diagnostics": "Diagnostics",
    "tests": "Tests",
    "waves": "Waves",
}


class Pane(ScrollableContainer):
    """The area below the tabs; on waves, left and right move through time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "sideways(-1)", "Earlier", show=False, tooltip="Earlier moments"),
        Binding("right,l", "sideways(1)", "Later", show=False, tooltip="Later moments"),
        Binding("down,j", "scroll_down", "Scroll down", show=False),
        Binding("up,k", "scroll_up", "Scroll up", show=False),
    ]

    class Sideways(Message):
        """A step to the left or to the right."""

        def __init__(self, steps: int) -> None:
            self.steps = steps
            super().__init__()

    def action_sideways(self, steps: int) -> None:
        """Tell who knows what is shown."""
        self.post_message(self.Sideways(steps))


class Details(Vertical):
    """Everything about the candidate under the cursor."""

    DEFAULT_CSS = """
    Details #step { height: auto; min-height: 3; max-height: 5; padding: 0 1; background: $boost; }
    Details #against { height: 1; padding: 0 1; display: none; }
    Details #against Input { width: 24; margin: 0 1; }
    Details #against Label { color: $text-muted; }
    Details.-diff #against { display: block; }
    Details Pane { height: 1fr; padding: 0 1; }
    Details Pane:focus { background: $foreground 4%; }
    Details Pane > Static { width: auto; min-width: 100%; text-wrap: nowrap; }
    Details.-wraps Pane > Static { width: 100%; text-wrap: wrap; }
    """

    class AskedWaves(Message):
        """The waves of the candidate that is shown are wanted."""

    class AskedDiff(Message):
        """Another candidate to compare with was named."""

        def __init__(self, reference: str) -> None:
            self.reference = reference
            super().__init__()

    def __init__(self) -> None:
        super().__init__(id="details")
        self._selection: Selection | None = None
        self._other: tuple[str, str] | None = None
        """What to compare with: a reference, and its text."""
        self._waves: Waves | str = ""
        """Of the selection, or why there are none."""
        self._back = 0
        """Moments between the last one shown and the failure."""

    def compose(self) -> ComposeResult:
        """The step, the tabs, and what they show."""
        yield Static(id="step")
        yield Tabs(*(Tab(title, id=name) for name, title in TABS.items()))
        with Horizontal(id="against"):
            yield Label("against")
            yield Input(placeholder="1.0, or RUN.1.0", compact=True, id="other")
            yield Label("m marks the one under the cursor")
        with Pane():
            yield Static(id="shown")

    def on_mount(self) -> None:
        """Draw in the theme's colours."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self._draw(keep=True))

    @property
    def tab(self) -> str:
        """The name of the tab that is shown."""
        return self.query_one(Tabs).active or "code"

    def show(
        self, selection: Selection | None, outline: RunOutline, other: tuple[str, str] | None
    ) -> None:
        """Show a candidate; `other` is what the diff compares it with."""
        before, self._selection, self._other = (self._selection, self._other), selection, other
        self.query_one("#step", Static).update(_step(selection, outline))
        field = self.query_one("#other", Input)
        if not field.has_focus:
            field.value = other[0] if other else ""
        if before[0] is None or selection is None or before[0].candidate != selection.candidate:
            self._waves, self._back = "", 0
            self._draw()
        elif self.tab == "diff" and before[1] != other:
            self._draw()

    def show_waves(self, waves: Waves | str) -> None:
        """Show the waves of the selection, or why there are none."""
        self._waves = waves
        if self.tab == "waves":
            self._draw()

    @on(Tabs.TabActivated)
    def turned(self) -> None:
        """Another tab was chosen."""
        self._draw()

    @on(Input.Submitted, "#other")
    def named(self, event: Input.Submitted) -> None:
        """Compare with what was written."""
        self.screen.set_focus(self.query_one(Pane))
        self.post_message(self.AskedDiff(event.value.strip()))

    def on_pane_sideways(self, message: Pane.Sideways) -> None:
        """Go through time on waves; elsewhere scroll."""
        pane = self.query_one(Pane)
        if self.tab == "waves" and isinstance(self._waves, Waves):
            self._back = max(0, min(self._back - 4 * message.steps, MOMENTS - 1))
            self._draw(keep=True)
        elif message.steps > 0:
            pane.scroll_right(animate=False)
        else:
            pane.scroll_left(animate=False)

    def on_resize(self) -> None:
        """Waves fit the width."""
        if self.tab == "waves":
            self.call_after_refresh(self._draw)

    def _draw(self, *, keep: bool = False) -> None:
        tab = self.tab
        self.set_class(tab == "diff", "-diff")
        self.set_class(tab not in ("code", "waves"), "-wraps")
        self.query_one("#shown", Static).update(self._content(tab))
        if not keep:
            self.query_one(Pane).scroll_home(animate=False)

    def _content(self, tab: str) -> VisualType:
        if self._selection is None or self._selection.candidate is None:
            return Text("no candidate has been judged yet", style="dim")
        made = self._selection.candidate
        if tab == "diff":
            return self._diff(made.rtl)
        if tab == "waves":
            return self._wave_rows()
        drawn: dict[str, Callable[[], VisualType]] = {
            "code": lambda: panes.code(made.rtl),
            "prompt": lambda: prompt_view(made),
            "diagnostics": lambda: panes.diagnostics(made),
            "tests": lambda: panes.checks(made),
        }
        return drawn[tab]()

    def _diff(self, rtl: str) -> RenderableType:
        if self._other is None or self._selection is None:
            return Text("nothing to compare with yet: this is the only candidate", style="dim")
        name, text = self._other
        dark = self.app.current_theme.dark
        return side_by_side(text, rtl, name, self._selection.reference, dark=dark)

    def _wave_rows(self) -> RenderableType:
        if not self._waves:
            self._waves = "simulating again for the waves …"
            self.post_message(self.AskedWaves())
        if isinstance(self._waves, str):
            return Text(self._waves, style="dim")
        assert self._selection is not None
        assert self._selection.candidate is not None
        verdict = self._selection.candidate.verdict
        name = shown_check(verdict)
        test = next((test for test in verdict.tests if test.name == name), None)
        message = test.message if test else verdict.reason
        window = self._waves.window
        if window is None:
            return Text("no port changed before the failure", style="dim")
        self._back = min(self._back, len(window.times_fs) - 1)
        width = max(20, self.query_one(Pane).scrollable_content_region.width - 2)
        failed = not self._waves.passed
        head = Text(visible(name or ""), style="bold")
        if failed and message:
            head.append(f"  {visible(message.strip())}", "red")
        elif not failed:
            head.append("  passes" if verdict.passed else "  passes when run alone", "green")
        rows = draw(window, width, message, back=self._back, failed=failed)
        return Group(head, Text(), rows)


def _step(selection: Selection | None, outline: RunOutline) -> RenderableType:
    """Which candidate it is, why its step was taken, and what became of it."""
    if selection is None:
        words = "the first attempt is under way" if outline.is_running else "no attempt was made"
        return Text(words, style="dim")
    line, made = selection.line, selection.candidate
    text = Text(f"{selection.reference}  ", style="bold", no_wrap=True, overflow="ellipsis")
    if made is not None:
        verdict = one_line(describe_verdict(made.verdict))
        text.append_text(score_bar(made.verdict.score))
        text.append(f"  {made.kind}: ", "not bold")
        text.append(verdict, "not bold green" if made.verdict.passed else "not bold")
    parts = [text]
    did = step_words(line, selection.index == 0)
    why = f"{did} at {line.step.tier}" + (
        f": {one_line(line.step.reason)}" if line.step.reason else ""
    )
    parts.append(Text.assemble(("why   ", "dim"), why))
    parts.append(Text.assemble(("then  ", "dim"), _outcome(selection.index, line, outline)))
    return Group(*parts)


def _outcome(index: int, line: AttemptLine, outline: RunOutline) -> tuple[str, str]:
    if line.status == "running":
        return (
            f"under way: {line.candidates} of {line.step.fresh + line.step.repairs} judged",
            "cyan",
        )
    if line.status == "aborted":
        return "cut off; it does not count", "yellow"
    if line.accepted:
        return f"kept: attempt {line.ordinal} found the best so far", "green"
    best = outline.best_before(index)
    if best is None or best.score is None:
        return "not better than what was there", "yellow"
    return (
        f"rolled back: nothing better than the {best.score:.2f} of attempt {best.ordinal}",
        "yellow",
    )
