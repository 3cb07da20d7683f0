"""Replay: designs are simulated again, and their verdicts compared with the record's."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.console import Group
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from agent.attempt_log import AttemptLog
from agent.errors import AgentError
from agent.history_views import replay_lines, replay_view

if TYPE_CHECKING:
    from pathlib import Path

    from agent.replay import Replayed, ReplayReport
    from agent.toolchain.direct import DirectSimulator
    from agent.tui.simulations import Simulations


class ReplayScreen(ModalScreen[None]):
    """Shows a replay as it goes on; leaving it ends the replay after the design under way."""

    DEFAULT_CSS = """
    ReplayScreen { align: center middle; }
    ReplayScreen > Vertical {
        width: 90%; height: 80%; border: round $primary; background: $surface; padding: 0 1;
    }
    ReplayScreen VerticalScroll { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "dismiss", "Close")]

    class Progress(Message):
        """A design was judged again."""

        def __init__(self, result: Replayed, total: int) -> None:
            self.result, self.total = result, total
            super().__init__()

    class Ended(Message):
        """The replay is over."""

        def __init__(self, outcome: ReplayReport | Exception) -> None:
            self.outcome = outcome
            super().__init__()

    def __init__(
        self, record: Path, run_id: str, attempt: int | None, simulations: Simulations
    ) -> None:
        super().__init__()
        self._record, self._run_id, self._attempt = record, run_id, attempt
        self._simulations = simulations
        self._left = False
        self._done = 0

    def compose(self) -> ComposeResult:
        """A title, the verdicts, and the keys."""
        what = self._run_id if self._attempt is None else f"{self._run_id}.{self._attempt}"
        with Vertical():
            yield Static(Text(f"Replay of {what}", style="bold"), id="title")
            yield Static(Text("simulating again …", style="dim"), id="progress")
            with VerticalScroll():
                yield Static(id="verdicts")
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Begin."""
        self.set_focus(self.query_one(VerticalScroll))
        self._simulations.submit(self._replay, lambda o: self._tell(self.Ended(o)))

    def on_unmount(self) -> None:
        """Let the replay end."""
        self._left = True

    def _replay(self, simulator: DirectSimulator) -> ReplayReport:
        from agent.replay import distinct_designs, replay

        with AttemptLog.open_existing(self._record) as log:
            stored = log.load_run(self._run_id)
        total = len(distinct_designs(stored, self._attempt))

        def told(result: Replayed) -> None:
            if self._left:
                raise _LeftError
            self._tell(self.Progress(result, total))

        return replay(stored, simulator, attempt=self._attempt, on_result=told)

    def _tell(self, message: Message) -> None:
        if not self._left:
            self.post_message(message)

    def on_replay_screen_progress(self, message: Progress) -> None:
        """Count."""
        self._done += 1
        words = f"{self._done} of {message.total} designs simulated again"
        self.query_one("#progress", Static).update(Text(words, style="dim"))

    def on_replay_screen_ended(self, message: Ended) -> None:
        """Show what became of it."""
        outcome = message.outcome
        progress = self.query_one("#progress", Static)
        if isinstance(outcome, AgentError):
            progress.update(Text(str(outcome), style="red"))
        elif isinstance(outcome, Exception):
            raise outcome
        else:
            *notes, last = replay_lines(outcome)
            progress.update(Text(last, style="green" if outcome.ok else "bold red"))
            below = [Text(line, style="yellow") for line in notes]
            self.query_one("#verdicts", Static).update(Group(replay_view(outcome), *below))


class _LeftError(Exception):
    """Nobody looks any more."""
