"""The first screen: the runs, with filters and full text search."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Footer, Input, Label, Static

from agent.attempt_log import AttemptLog
from agent.attempt_queries import matching_runs
from agent.tui.row_list import RowList
from agent.tui.run_list import RunList
from agent.tui.run_screen import RunScreen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent.attempt_queries import Hit
    from agent.tui.simulations import Simulations

TYPING_S = 0.2
"""Rest after the last key before a search begins."""
_VERDICTS = {None: "all runs", True: "passed", False: "not passed"}


class RunsScreen(Screen[None]):
    """The runs of the record."""

    DEFAULT_CSS = """
    RunsScreen #title { height: 1; background: $panel; padding: 0 1; }
    RunsScreen #filters { height: 1; padding: 0 1; }
    RunsScreen #filters Label { color: $text-muted; }
    RunsScreen #filters Input { width: 1fr; margin: 0 1; }
    RunsScreen #verdict { width: 10; color: $text-accent; text-align: right; }
    RunsScreen #head { height: 1; margin-top: 1; padding: 0 1; }
    RunsScreen RunList { height: 1fr; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", tooltip="Open the run under the cursor"),
        Binding("slash", "write('search')", "Search", tooltip="Words in any text of a run"),
        Binding("d", "write('design')", "Design", tooltip="Part of a module's or file's name"),
        Binding("f", "verdict", "Verdict", tooltip="All runs, those that passed, those that not"),
        Binding("escape", "back", "Clear", tooltip="Back to the list, then clear the filters"),
    ]

    def __init__(self, log: AttemptLog, simulations: Simulations) -> None:
        super().__init__()
        self._log = log
        self._simulations = simulations
        self._passed: bool | None = None
        self._typing: Timer | None = None

    def compose(self) -> ComposeResult:
        """Filters above the list."""
        yield Static(id="title")
        with Horizontal(id="filters"):
            yield Label("search")
            yield Input(placeholder="words in any text", compact=True, id="search")
            yield Label("design")
            yield Input(placeholder="part of its name", compact=True, id="design")
            yield Static(id="verdict")
        yield Static(id="head")
        yield RunList(self._log, id="runs")
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Show all runs."""
        runs = self.query_one(RunList)
        self.set_focus(runs)
        self._show(matching_runs(self._log), "")

    def on_resize(self) -> None:
        """Fit the head of the columns."""
        self.call_after_refresh(self._head)

    def record_changed(self, changed: frozenset[str]) -> None:
        """Runs were written to, or given up."""
        self.query_one(RunList).forget(changed)
        self._find()

    @on(Input.Changed)
    def typed(self) -> None:
        """Search when the typing rests."""
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(TYPING_S, self._find)

    @on(Input.Submitted)
    def submitted(self) -> None:
        """Go to what was found."""
        self.set_focus(self.query_one(RunList))

    @on(RowList.Opened, "#runs")
    def action_open(self) -> None:
        """Open the run under the cursor."""
        run_id = self.query_one(RunList).selected
        if run_id is not None:
            self.app.push_screen(RunScreen(self._log, run_id, self._simulations))

    def action_write(self, name: str) -> None:
        """Write into a filter."""
        self.set_focus(self.query_one(f"#{name}", Input))

    def action_verdict(self) -> None:
        """All runs, those that passed, those that did not."""
        order = [None, True, False]
        self._passed = order[(order.index(self._passed) + 1) % len(order)]
        self._find()

    def action_back(self) -> None:
        """Leave a filter; when in the list, clear them all."""
        runs = self.query_one(RunList)
        if not runs.has_focus:
            self.set_focus(runs)
            return
        self._passed = None
        for field in self.query(Input):
            field.value = ""
        self._find()

    def _find(self) -> None:
        search = self.query_one("#search", Input).value
        design = self.query_one("#design", Input).value
        if search.strip():
            self._search(search, design, self._passed)
        else:
            self.workers.cancel_group(self, "search")
            self._show(matching_runs(self._log, passed=self._passed, design=design), "")

    @work(thread=True, exclusive=True, group="search")
    def _search(self, search: str, design: str, passed: bool | None) -> None:
        """Look the words up on a thread and a connection of its own."""
        with AttemptLog.open_existing(self._log.path) as log:
            found = matching_runs(log, passed=passed, design=design, search=search)
        self.app.call_from_thread(self._found, found, search, design, passed)

    def _found(
        self, found: Mapping[str, Hit | None], search: str, design: str, passed: bool | None
    ) -> None:
        asked = (self.query_one("#search", Input).value, self.query_one("#design", Input).value)
        if asked == (search, design) and passed is self._passed:
            self._show(found, search)

    def _show(self, matches: Mapping[str, Hit | None], search: str) -> None:
        runs = self.query_one(RunList)
        runs.show(matches, search)
        (total,) = self._log.query("SELECT count(*) AS runs FROM runs")
        shown = f"{len(matches):,} of {total['runs']:,} runs"
        title = Text.assemble(
            (" mevagent history ", "bold"), f" {shown}  ", (str(self._log.path), "dim")
        )
        self.query_one("#title", Static).update(title)
        self.query_one("#verdict", Static).update(Text(_VERDICTS[self._passed]))
        self._head()

    def _head(self) -> None:
        self.query_one("#head", Static).update(self.query_one(RunList).head())
