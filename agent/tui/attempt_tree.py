"""The tree of a run: tiers, their attempts, and the candidates of each."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType

from agent.attempt_log import AttemptLog
from agent.attempts import Candidate
from agent.progress import describe_verdict
from agent.run_outline import AttemptLine, RunOutline, place_of
from agent.tui.marks import one_line, score_bar, step_words
from agent.tui.row_list import RowList

OPEN_UP_TO = 100
"""Attempts of a run whose candidates are unfolded at first; those of a longer run are not."""
BAR = 6
"""Cells of a score bar."""
_KEPT = 512
"""Attempts whose candidates are kept in memory."""

_Key = tuple[int, bool, int | None]


@dataclass(frozen=True)
class Row:
    """A line of the tree."""

    first: int
    """The attempt, as an index in the outline; of a tier, its first one."""
    count: int = 0
    """Attempts of a tier; 0 for other rows."""
    candidate: int | None = None
    """Place in the attempt; None for other rows."""

    @property
    def key(self) -> _Key:
        """What stays the same of a row while its tier grows."""
        return (self.first, bool(self.count), self.candidate)


@dataclass(frozen=True)
class Selection:
    """What the cursor is on: an attempt, and the candidate that stands for it."""

    index: int
    """The attempt's, in the outline."""
    line: AttemptLine
    candidate: Candidate | None
    """The one under the cursor, else the attempt's best; None while there is none."""

    @property
    def reference(self) -> str:
        """`ATTEMPT.CANDIDATE`, or the attempt's number alone."""
        number = str(self.line.ordinal)
        return f"{number}.{self.candidate.index}" if self.candidate else number


class AttemptTree(RowList):
    """A run's attempts by tier, with score bars and why each step was taken."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "turn", "Fold", show=False, tooltip="Fold or unfold a tier or attempt"),
        Binding("left,h", "fold(True)", "Fold", show=False),
        Binding("right,l", "fold(False)", "Unfold", show=False),
    ]

    def __init__(self, log: AttemptLog, outline: RunOutline, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._log = log
        self.outline = outline
        self._rows: list[Row] = []
        self.unfolded = len(outline.attempts) <= OPEN_UP_TO
        """Whether attempts are unfolded until a person folds them."""
        self._turned: set[_Key] = set()
        """Tiers and attempts that a person has folded or unfolded."""
        self._candidates: OrderedDict[int, tuple[Candidate, ...]] = OrderedDict()
        self._places: dict[str, str] = {}
        self._lay_out()

    @property
    def row_count(self) -> int:
        """Lines of the tree as it is folded now."""
        return len(self._rows)

    @property
    def selected(self) -> Selection | None:
        """What the cursor is on; of a tier, its best attempt."""
        if not self._rows:
            return None
        row = self._rows[self.cursor]
        index = row.first
        if row.count:
            indices = range(row.first, row.first + row.count)
            index = max(indices, key=lambda i: self.outline.attempts[i].score or 0.0)
        line = self.outline.attempts[index]
        made = self.candidates(line)
        if row.candidate is not None and row.candidate < len(made):
            return Selection(index, line, made[row.candidate])
        return Selection(index, line, max(made, key=lambda c: c.merit, default=None))

    def candidates(self, line: AttemptLine) -> tuple[Candidate, ...]:
        """An attempt's candidates, read when they are first asked for."""
        kept = self._candidates.get(line.number, ())
        if len(kept) < line.candidates:
            kept = self._log.load_candidates(line.number)
            self._candidates[line.number] = kept
            if len(self._candidates) > _KEPT:
                self._candidates.popitem(last=False)
        return kept

    def show(self, outline: RunOutline, *, at_end: bool) -> None:
        """Show the run as it is now; the cursor stays on its row, or goes to the last one."""
        row = self._rows[self.cursor] if self._rows else None
        self.outline = outline
        self._lay_out()
        same = next((i for i, other in enumerate(self._rows) if row and other.key == row.key), 0)
        self.rows_changed(len(self._rows) - 1 if at_end else same)

    def go_to(self, reference: str) -> bool:
        """Put the cursor on `ATTEMPT` or `ATTEMPT.CANDIDATE`; False where there is none such."""
        ordinal, _, position = reference.partition(".")
        for index in reversed(range(len(self.outline.attempts))):
            line = self.outline.attempts[index]
            if str(line.ordinal) == ordinal and line.status != "aborted":
                above = [self._tier_of(index), *([Row(index)] if position else [])]
                folded = {row.key for row in above if not self._is_open(row)}
                if folded:
                    self._turned ^= folded
                    self._lay_out()
                wanted = Row(index, candidate=int(position)) if position else Row(index)
                if wanted in self._rows:
                    self.rows_changed(self._rows.index(wanted))
                    return True
        return False

    def clicked_again(self, x: int) -> None:
        """A second click folds; on a candidate it opens."""
        if self._rows[self.cursor].candidate is None:
            self.action_turn()
        else:
            super().clicked_again(x)

    def action_turn(self) -> None:
        """Fold or unfold the row under the cursor."""
        if self._rows and self._rows[self.cursor].candidate is None:
            self._turned ^= {self._rows[self.cursor].key}
            self._lay_out()
            self.rows_changed()

    def action_fold(self, fold: bool) -> None:
        """Fold the row under the cursor or go to what it belongs to; or unfold it."""
        if not self._rows:
            return
        row = self._rows[self.cursor]
        if row.candidate is None and self._is_open(row) is fold:
            self.action_turn()
        elif fold and not row.count:
            above = self._tier_of(row.first) if row.candidate is None else Row(row.first)
            self._go(self._rows.index(above), by_hand=True)
        elif not fold:
            self.action_move(1)

    def row_text(self, index: int, width: int) -> Text:
        """One line of the tree."""
        row = self._rows[index]
        if row.count:
            return self._tier_text(row)
        line = self.outline.attempts[row.first]
        if row.candidate is None:
            return self._attempt_text(row, line)
        return self._candidate_text(line, row.candidate)

    def _tier_text(self, row: Row) -> Text:
        lines = self.outline.attempts[row.first : row.first + row.count]
        best = max((line.score for line in lines if line.score is not None), default=None)
        plural = "s" if row.count > 1 else ""
        return Text.assemble(
            f"{self._arrow(row)} ",
            (f"{lines[0].step.tier:<14}", "bold"),
            score_bar(best, BAR),
            f"  {row.count} attempt{plural}",
        )

    def _attempt_text(self, row: Row, line: AttemptLine) -> Text:
        text = Text.assemble(
            f"  {self._arrow(row)} ",
            (f"{line.ordinal:<3}", "bold"),
            score_bar(line.score, BAR),
        )
        if line.status == "running":
            text.append("  ● under way", "cyan")
        elif line.status == "aborted":
            text.append("  cut off", "yellow")
        elif line.is_rolled_back:
            text.append("  ↶ rolled back", "yellow")
        text.append(f"  {step_words(line, row.first == 0)}")
        if line.step.reason:
            text.append(f"  {one_line(line.step.reason)}", "dim")
        return text

    def _candidate_text(self, line: AttemptLine, position: int) -> Text:
        made = self.candidates(line)
        if position >= len(made):
            return Text("      …", style="dim")
        candidate = made[position]
        text = Text.assemble(
            f"      {f'{line.ordinal}.{candidate.index}':<5}",
            score_bar(candidate.verdict.score, BAR),
            f"  {candidate.kind:<6} ",
        )
        words = one_line(describe_verdict(candidate.verdict))
        if candidate.duplicate_of:
            text.append(f"same as {self.place(candidate.duplicate_of)}  ", "dim")
        text.append(words, "green" if candidate.verdict.passed else "")
        return text

    def place(self, rtl_hash: str) -> str:
        """Where a design of this run first appears, as `ATTEMPT.CANDIDATE`, or its hash."""
        if rtl_hash not in self._places:
            found = place_of(self._log, self.outline.run_id, rtl_hash)
            self._places[rtl_hash] = found or rtl_hash[:12]
        return self._places[rtl_hash]

    def _arrow(self, row: Row) -> str:
        return "▾" if self._is_open(row) else "▸"

    def _is_open(self, row: Row) -> bool:
        by_itself = bool(row.count) or self.unfolded
        return by_itself is not (row.key in self._turned)

    def _tier_of(self, index: int) -> Row:
        return next(r for r in self._tiers() if r.first <= index < r.first + r.count)

    def _tiers(self) -> list[Row]:
        """The runs of attempts at one tier, in time."""
        tiers: list[Row] = []
        numbered = enumerate(self.outline.attempts)
        for _, group in groupby(numbered, key=lambda pair: pair[1].step.tier):
            indices = [index for index, _ in group]
            tiers.append(Row(indices[0], len(indices)))
        return tiers

    def _lay_out(self) -> None:
        rows: list[Row] = []
        for tier in self._tiers():
            rows.append(tier)
            if self._is_open(tier):
                for index in range(tier.first, tier.first + tier.count):
                    attempt = Row(index)
                    rows.append(attempt)
                    if self._is_open(attempt):
                        made = self.outline.attempts[index].candidates
                        rows += [Row(index, candidate=position) for position in range(made)]
        self._rows = rows
