"""The second screen: one run, its attempts as a tree, and the candidate under the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Footer, Static, Tabs

from agent.attempt_log import AttemptLog
from agent.attempt_queries import pick_candidate, resolve
from agent.attempts import Candidate
from agent.errors import AgentError, InputError
from agent.history_views import STATUS_STYLES, visible
from agent.run_outline import design_text, outline
from agent.tui.attempt_tree import AttemptTree
from agent.tui.details import TABS, Details
from agent.tui.replay_screen import ReplayScreen
from agent.tui.row_list import RowList
from agent.tui.simulations import Simulations
from agent.tui.viewers import open_waves
from agent.tui.wave_rows import MOMENTS, Waves
from agent.waveforms import record_waves

if TYPE_CHECKING:
    from agent.toolchain.direct import DirectSimulator

RESTS_S = 0.06
"""How long the cursor rests on a row before its candidate is shown."""


class RunScreen(Screen[None]):
    """A run."""

    DEFAULT_CSS = """
    RunScreen #title { height: 1; background: $panel; padding: 0 1; }
    RunScreen #body { layout: vertical; height: 1fr; }
    RunScreen AttemptTree { height: 36%; min-height: 5; padding: 0 1; }
    RunScreen Details { height: 1fr; }
    RunScreen.-wide #body { layout: horizontal; }
    RunScreen.-wide AttemptTree { width: 46%; height: 1fr; }
    RunScreen.-wide Details { width: 1fr; border-left: tall $panel; }
    RunScreen.-zoomed AttemptTree { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", tooltip="Back to the tree, then to the runs"),
        Binding("enter", "turn", "Text", show=False, tooltip="Between tree and text"),
        Binding("1", "tab('code')", "Tabs", key_display="1-6", tooltip="Code, diff, prompt, …"),
        *(
            Binding(str(number), f"tab('{name}')", title, show=False)
            for number, (name, title) in enumerate(TABS.items(), 1)
            if number > 1
        ),
        Binding("m", "mark", "Mark", tooltip="Compare with the design under the cursor"),
        Binding("z", "zoom", "Zoom", tooltip="Hide the tree, or show it"),
        Binding("o", "viewer", "VCD", tooltip="Open the waves in GTKWave or Surfer"),
        Binding("y", "copy", "Copy", tooltip="Copy the code to the terminal's clipboard"),
        Binding("r", "replay", "Replay", tooltip="Simulate this attempt's designs again"),
        Binding(
            "R", "replay_run", "Replay run", show=False, tooltip="Simulate the whole run again"
        ),
        Binding("f", "follow", "Follow", tooltip="Keep the cursor on the newest candidate"),
    ]

    class Recorded(Message):
        """Waves were recorded, or could not be."""

        def __init__(self, rtl_hash: str, outcome: Waves | Exception | None) -> None:
            self.rtl_hash, self.outcome = rtl_hash, outcome
            super().__init__()

    def __init__(self, log: AttemptLog, run_id: str, simulations: Simulations) -> None:
        super().__init__()
        self._log, self._run_id, self._simulations = log, run_id, simulations
        self._tree = AttemptTree(log, outline(log, run_id), id="tree")
        self._following = self._tree.outline.is_running
        self._marked: tuple[str, str] | None = None
        self._waves: dict[str, Waves | str] = {}
        self._asked: set[str] = set()
        """The designs that are to be simulated."""
        self._wanted: str | None = None
        """The design whose waves are looked at."""
        self._to_open: str | None = None
        """The design whose waves go to a viewer once they are there."""
        self._rest: Timer | None = None

    def compose(self) -> ComposeResult:
        """The tree beside the details; above them where there is little width."""
        yield Static(id="title")
        with Container(id="body"):
            yield self._tree
            yield Details()
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Begin at what is best; of a run being built, at what is newest."""
        self.set_focus(self._tree)
        self._tree.rows_changed(self._tree.row_count - 1 if self._following else 0)
        if not self._following:
            self._go_to_best()
        self._title()

    def record_changed(self, changed: frozenset[str]) -> None:
        """The run may have gone on."""
        if self._run_id in changed:
            self._tree.show(outline(self._log, self._run_id), at_end=self._following)
            self._title()
            self.refresh_bindings()

    @on(RowList.Moved, "#tree")
    def moved(self, message: RowList.Moved) -> None:
        """Show what the cursor is on once it rests."""
        if message.by_hand and self._following:
            self._following = self._tree.cursor == self._tree.row_count - 1
            self._title()
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(RESTS_S, self._show)

    @on(Details.AskedDiff)
    def compare(self, message: Details.AskedDiff) -> None:
        """Compare with the candidate that was named."""
        try:
            self._marked = self._find(message.reference) if message.reference else None
        except AgentError as error:
            self.notify(visible(str(error)), severity="error", markup=False)
        self._show()

    @on(Details.AskedWaves)
    def waves_wanted(self) -> None:
        """Simulate with waves, unless that was done before."""
        selection = self._tree.selected
        if selection is None or selection.candidate is None:
            return
        made = selection.candidate
        digest = self._wanted = made.rtl_hash
        if digest in self._waves:
            self._deliver(digest, self._waves[digest])
        if digest in self._waves or digest in self._asked:
            return
        self._asked.add(digest)
        vcd = self._simulations.folder / f"{self._run_id}-{digest[:8]}.vcd"

        def work(simulator: DirectSimulator) -> Waves | None:
            if digest not in (self._wanted, self._to_open):
                raise _PassedByError
            with AttemptLog.open_existing(self._log.path) as log:
                start = log.load_run(self._run_id).start
            recorded = record_waves(start, made, simulator)
            if recorded is None:
                return None
            vcd.write_bytes(recorded.vcd)
            return Waves(recorded.window(MOMENTS), vcd, recorded.passed)

        def done(outcome: Waves | Exception | None) -> None:
            self.post_message(self.Recorded(digest, outcome))

        self._simulations.submit(work, done)

    def on_run_screen_recorded(self, message: Recorded) -> None:
        """Keep the waves and show them."""
        outcome = message.outcome
        self._asked.discard(message.rtl_hash)
        if isinstance(outcome, _PassedByError):
            return
        if isinstance(outcome, AgentError):
            self._deliver(message.rtl_hash, visible(str(outcome)))
            return
        if isinstance(outcome, Exception):
            raise outcome
        waves = outcome or "no waves: the design did not come to run"
        self._waves[message.rtl_hash] = waves
        self._deliver(message.rtl_hash, waves)

    async def action_back(self) -> None:
        """Go back to the tree, and from there to the runs."""
        if self._tree.has_focus:
            await self.run_action("app.runs")
        else:
            self.remove_class("-zoomed")
            self.set_focus(self._tree)

    def action_turn(self) -> None:
        """Between the tree and what it shows."""
        pane = self.query_one("Pane")
        if self._tree.has_focus:
            self.set_focus(pane)
        else:
            self.remove_class("-zoomed")
            self.set_focus(self._tree)

    def action_tab(self, name: str) -> None:
        """Show a tab."""
        self.query_one(Tabs).active = name

    def action_zoom(self) -> None:
        """Hide the tree, or show it."""
        zoomed = not self.has_class("-zoomed")
        self.set_class(zoomed, "-zoomed")
        self.set_focus(self.query_one("Pane") if zoomed else self._tree)

    def action_mark(self) -> None:
        """Compare with the design under the cursor from now on."""
        selection = self._tree.selected
        if selection is not None and selection.candidate is not None:
            self._marked = (selection.reference, selection.candidate.rtl)
            self.notify(f"the diff compares with {selection.reference}", markup=False)
            self._show()

    def action_copy(self) -> None:
        """Copy the code."""
        selection = self._tree.selected
        if selection is not None and selection.candidate is not None:
            rtl = selection.candidate.rtl
            self.app.copy_to_clipboard(rtl)
            lines = len(rtl.splitlines())
            self.notify(
                f"{selection.reference}, {lines} lines, sent to the terminal's clipboard (OSC 52)",
                markup=False,
            )

    def action_viewer(self) -> None:
        """Open the waves in a viewer, after simulating where that is needed."""
        selection = self._tree.selected
        if selection is not None and selection.candidate is not None:
            self._to_open = selection.candidate.rtl_hash
            if self._to_open not in self._waves:
                self.notify("simulating again for the waves …", markup=False)
            self.waves_wanted()

    def action_replay(self) -> None:
        """Simulate the designs of this attempt again."""
        selection = self._tree.selected
        if selection is not None:
            self._replay(selection.line.ordinal)

    def action_replay_run(self) -> None:
        """Simulate all designs of the run again."""
        self._replay(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Following is for runs that are being built."""
        return action != "follow" or self._tree.outline.is_running

    def action_follow(self) -> None:
        """Keep the cursor on the newest candidate, or leave it."""
        self._following = not self._following
        if self._following:
            self._tree.rows_changed(self._tree.row_count - 1)
        self._title()

    def _replay(self, attempt: int | None) -> None:
        self.app.push_screen(ReplayScreen(self._log.path, self._run_id, attempt, self._simulations))

    def _go_to_best(self) -> None:
        attempts = self._tree.outline.attempts
        line = next((line for line in reversed(attempts) if line.accepted), None)
        if line is None:
            return
        best = max(self._tree.candidates(line), key=lambda c: c.merit, default=None)
        if best is not None and self._tree.unfolded:
            self._tree.go_to(f"{line.ordinal}.{best.index}")
        else:
            self._tree.go_to(str(line.ordinal))

    def _show(self) -> None:
        selection = self._tree.selected
        other = self._other(selection.candidate if selection else None)
        self.query_one(Details).show(selection, self._tree.outline, other)

    def _other(self, made: Candidate | None) -> tuple[str, str] | None:
        """What to compare with: the marked one, else what it repairs, else the best or first."""
        if made is None:
            return None
        if self._marked is not None:
            return self._marked
        if made.parent is not None:
            text = design_text(self._log, made.parent)
            return None if text is None else (self._tree.place(made.parent), text)
        for line in reversed(self._tree.outline.attempts):
            if line.accepted:
                best = max(self._tree.candidates(line), key=lambda c: c.merit)
                if best.rtl_hash != made.rtl_hash:
                    return f"{line.ordinal}.{best.index}", best.rtl
        return None

    def _find(self, reference: str) -> tuple[str, str]:
        """The candidate of this run, `ATTEMPT.CANDIDATE`, or of another, with its text."""
        ordinal, _, position = reference.partition(".")
        if not ordinal.isdecimal():
            run, attempt, index = resolve(self._log, reference)
            name, found = pick_candidate(run, attempt, index)
            return name, found.rtl
        for line in reversed(self._tree.outline.attempts):
            if str(line.ordinal) == ordinal:
                for made in self._tree.candidates(line):
                    if position in ("", str(made.index)):
                        return f"{ordinal}.{made.index}", made.rtl
        raise InputError(f"this run has no candidate {reference}; the tree lists them")

    def _deliver(self, rtl_hash: str, waves: Waves | str) -> None:
        """Show waves where their design is under the cursor, and open what was asked for."""
        selection = self._tree.selected
        if selection and selection.candidate and selection.candidate.rtl_hash == rtl_hash:
            self.query_one(Details).show_waves(waves)
        if self._to_open == rtl_hash:
            self._to_open = None
            if isinstance(waves, str):
                self.notify(waves, severity="warning", markup=False)
            else:
                self.notify(open_waves(waves.vcd), timeout=12, markup=False)

    def _title(self) -> None:
        run = self._tree.outline
        text = Text.assemble(
            (f" {run.run_id} ", "bold"),
            f" {run.kind} {visible(run.module)}  ",
            (run.status, STATUS_STYLES[run.status]),
            f": {visible(run.reason)}" if run.reason else "",
        )
        if self._following:
            text.append("  following", "cyan")
        self.query_one("#title", Static).update(text)


class _PassedByError(Exception):
    """The cursor was elsewhere before these waves' turn came."""
