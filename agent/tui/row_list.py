"""A list of any length: only the lines on the screen are made.

Textual's own DataTable and Tree lay out every row when they are filled, which takes seconds for
ten thousand; this one asks for a row's text when the row is drawn.
"""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip


class RowList(ScrollView, can_focus=True):
    """Rows with a cursor. A subclass says how many there are and what each one shows."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--cursor"}
    DEFAULT_CSS = """
    RowList { overflow-x: hidden; scrollbar-size-vertical: 1; background: $background; }
    RowList > .rows--cursor { background: $foreground 10%; }
    RowList:focus > .rows--cursor { background: $primary 40%; text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home,g", "edge(False)", "First", show=False),
        Binding("end,G", "edge(True)", "Last", show=False),
    ]

    class Moved(Message):
        """The cursor is on another row, or the row under it shows something else."""

        def __init__(self, rows: RowList, *, by_hand: bool) -> None:
            self.rows = rows
            self.by_hand = by_hand
            super().__init__()

        @property
        def control(self) -> RowList:
            """The list that sent it."""
            return self.rows

    class Opened(Message):
        """A row was opened by a click on the row under the cursor."""

        def __init__(self, rows: RowList) -> None:
            self.rows = rows
            super().__init__()

        @property
        def control(self) -> RowList:
            """The list that sent it."""
            return self.rows

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.cursor = 0

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def row_text(self, index: int, width: int) -> Text:
        """One line; what is longer than `width` cells is cut off."""
        raise NotImplementedError

    def rows_changed(self, cursor: int | None = None) -> None:
        """Call when the rows are others; the cursor goes to the row of this index, if given."""
        count = self.row_count
        self.virtual_size = Size(self.size.width, count)
        self._go(self.cursor if cursor is None else cursor, by_hand=False, always=True)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one line of the screen."""
        index, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        base = self.rich_style
        if index >= self.row_count:
            return Strip.blank(width, base)
        text = self.row_text(index, width)
        text.truncate(width, overflow="ellipsis")
        strip = Strip(text.render(self.app.console)).adjust_cell_length(width)
        if index == self.cursor:
            base = self.get_component_rich_style("rows--cursor")
        return strip.apply_style(base)

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self.virtual_size = Size(self.size.width, self.row_count)
        self._reveal()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor there; a click on the row under the cursor opens it."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        index = offset.y + self.scroll_offset.y
        if index < self.row_count:
            if index == self.cursor:
                self.clicked_again(offset.x)
            self._go(index, by_hand=True)

    def clicked_again(self, x: int) -> None:
        """The row under the cursor was clicked, `x` cells from the left."""
        self.post_message(self.Opened(self))

    def action_move(self, rows: int) -> None:
        """Move the cursor by some rows."""
        self._go(self.cursor + rows, by_hand=True)

    def action_page(self, pages: int) -> None:
        """Move the cursor by what the screen holds."""
        self._go(self.cursor + pages * max(1, self.size.height - 1), by_hand=True)

    def action_edge(self, last: bool) -> None:
        """Move the cursor to the first or the last row."""
        self._go(self.row_count - 1 if last else 0, by_hand=True)

    def _go(self, index: int, *, by_hand: bool, always: bool = False) -> None:
        index = max(0, min(index, self.row_count - 1))
        if index == self.cursor and not always:
            return
        before, self.cursor = self.cursor, index
        self.refresh_line(before)
        self.refresh_line(index)
        self._reveal()
        self.post_message(self.Moved(self, by_hand=by_hand))

    def _reveal(self) -> None:
        height, top = self.size.height, self.scroll_offset.y
        if height and not top <= self.cursor < top + height:
            above = self.cursor < top
            target = self.cursor if above else self.cursor - height + 1
            self.scroll_to(y=target, animate=False, immediate=True)
