"""The browser: themes, keys that hold everywhere, and following what builds write."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.worker import WorkerFailed

from agent.attempt_log import AttemptLog
from agent.tui.follow import Follower
from agent.tui.run_screen import RunScreen
from agent.tui.runs_screen import RunsScreen
from agent.tui.simulations import Simulations

FOLLOW_S = 0.5
"""Time between two looks for what was written."""
WIDE = 116
"""Columns from which on a run's tree stands beside its text."""
THEMES = {"dark": "textual-dark", "light": "textual-light"}


class HistoryApp(App[None]):
    """Looks at the runs of one record."""

    TITLE = "mevagent history"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012  as Textual has it
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "turn_theme", "Theme", show=False, tooltip="Light or dark"),
        Binding("question_mark", "keys", "Keys", tooltip="All keys, or hide them"),
        Binding("q", "quit", "Quit"),
    ]

    def __init__(
        self,
        log: AttemptLog,
        *,
        run_id: str | None = None,
        theme: str = "dark",
        allow_unsandboxed: bool = False,
    ) -> None:
        super().__init__()
        self._record = log
        self._run_id = run_id
        self._follower = Follower(log)
        self._simulations = Simulations(allow_unsandboxed=allow_unsandboxed)
        self.theme = THEMES[theme]

    def on_mount(self) -> None:
        """Show the run that was asked for, or all runs."""
        if self._run_id is None:
            self.push_screen(RunsScreen(self._record, self._simulations))
        else:
            self.push_screen(RunScreen(self._record, self._run_id, self._simulations))
        self.set_interval(FOLLOW_S, self._follow)

    def on_unmount(self) -> None:
        """Stop simulating."""
        self._simulations.close()

    @property
    def failure(self) -> Exception | None:
        """What ended the browser, if it did not end in order."""
        error = self._exception
        return error.error if isinstance(error, WorkerFailed) else error  # type: ignore[return-value]

    def action_runs(self) -> None:
        """Go back to the list of runs."""
        if any(isinstance(screen, RunsScreen) for screen in self.screen_stack):
            self.pop_screen()
        else:
            self.switch_screen(RunsScreen(self._record, self._simulations))

    def action_turn_theme(self) -> None:
        """Between light and dark."""
        self.theme = THEMES["light" if self.current_theme.dark else "dark"]

    def action_keys(self) -> None:
        """Show all keys, or hide them."""
        if self.screen.query("HelpPanel"):
            self.action_hide_help_panel()
        else:
            self.action_show_help_panel()

    def _fatal_error(self) -> None:
        # The command says what failed, in its own way, instead of a traceback on the screen.
        self._close_messages_no_wait()

    def _follow(self) -> None:
        changed = self._follower.changed()
        for screen in self.screen_stack:
            if changed and isinstance(screen, RunsScreen | RunScreen):
                screen.record_changed(changed)


def theme_for(environment: Mapping[str, str] = os.environ) -> str:
    """`light` where the terminal says that its background is; most do not say, and are dark.

    COLORFGBG holds colour numbers, `15;0` for example; the last is the background.
    """
    background = environment.get("COLORFGBG", "").rpartition(";")[2]
    return "light" if background in ("7", "15") else "dark"


def browse(log: AttemptLog, *, run_id: str | None, theme: str, allow_unsandboxed: bool) -> None:
    """Run the browser until the person leaves. Raises what made it fail."""
    app = HistoryApp(log, run_id=run_id, theme=theme, allow_unsandboxed=allow_unsandboxed)
    app.run()
    if app.failure is not None:
        raise app.failure
