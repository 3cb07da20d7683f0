"""The list of runs: as many as there are, read a page at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.text import Text

from agent.attempt_log import AttemptLog
from agent.attempt_queries import Hit, RunSummary, summaries
from agent.history_views import LEFT_ALIGNED, NARROW, RUN_CELLS, run_columns
from agent.tui.marks import score_bar
from agent.tui.row_list import RowList

PAGE = 64
"""Runs read at once."""

_WIDTHS = {
    "run": 18,
    "when": 11,
    "verdict": 11,
    "score": 11,
    "attempts": 8,
    "candidates": 10,
    "time": 9,
    "tokens": 7,
}
_SCORE_CELLS = 6


class RunList(RowList):
    """The runs that match the filters, the newest first."""

    def __init__(self, log: AttemptLog, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._log = log
        self._ids: list[str] = []
        self._hits: Mapping[str, Hit | None] = {}
        self._search = ""
        self._read: dict[str, RunSummary] = {}

    @property
    def row_count(self) -> int:
        """The runs that match."""
        return len(self._ids)

    @property
    def selected(self) -> str | None:
        """The identifier of the run under the cursor."""
        return self._ids[self.cursor] if self._ids else None

    def show(self, matches: Mapping[str, Hit | None], search: str) -> None:
        """Show these runs; the cursor stays on its run, or goes to the first one."""
        selected = self.selected if self.cursor else None
        if search != self._search:
            self._read.clear()
        self._ids, self._hits, self._search = list(matches), matches, search
        self.rows_changed(self._ids.index(selected) if selected and selected in matches else 0)

    def forget(self, changed: Iterable[str]) -> None:
        """Read these runs again when they are drawn."""
        for run_id in changed:
            self._read.pop(run_id, None)
        self.refresh()

    def head(self) -> Text:
        """The names of the columns, as wide as the rows."""
        widths = self._columns(self.size.width - 1)
        return Text(" ").join(_cell(Text(n, "bold"), n, width) for n, width in widths.items())

    def row_text(self, index: int, width: int) -> Text:
        """One run."""
        run = self._summary(index)
        if run is None:
            return Text(f"{self._ids[index]}  is gone from the record", style="dim")
        cells = []
        for name, room in self._columns(width).items():
            shown = score_bar(run.best_score, _SCORE_CELLS) if name == "score" else None
            cells.append(_cell(shown or RUN_CELLS[name](run), name, room))
        return Text(" ").join(cells)

    def _summary(self, index: int) -> RunSummary | None:
        run_id = self._ids[index]
        if run_id not in self._read:
            first = index - index % PAGE
            page = {i: self._hits[i] for i in self._ids[first : first + PAGE]}
            missing = {i: hit for i, hit in page.items() if i not in self._read}
            found = summaries(self._log, missing, self._search)
            self._read |= {run.run_id: run for run in found}
        return self._read.get(run_id)

    def _columns(self, width: int) -> dict[str, int]:
        """The columns that fit, with their widths."""
        names = run_columns(width, bool(self._search))
        if width < NARROW:
            names = [name for name in names if name not in ("when", "tiers")]
        taken = sum(_WIDTHS.get(name, 0) for name in names) + len(names) - 1
        last = next((name for name in ("tiers", "found in") if name in names), None)
        free = max(8, width - taken)
        design = min(24, max(8, free // 3)) if last else free
        return {n: _WIDTHS.get(n, design if n == "design" else free - design) for n in names}


def _cell(text: Text, name: str, width: int) -> Text:
    text.truncate(width, overflow="ellipsis")
    text.align("left" if name in LEFT_ALIGNED else "right", width)
    return text
