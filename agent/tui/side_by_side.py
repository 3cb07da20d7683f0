"""Two designs beside each other, with what differs within a line marked."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from itertools import zip_longest

from rich.table import Table
from rich.text import Text

from agent.history_views import visible

CONTEXT = 3
"""Lines that are the same, shown around each difference."""
_TOO_UNLIKE = 0.4
"""Ratio of likeness below which two lines are not compared within."""


def side_by_side(old: str, new: str, old_name: str, new_name: str, *, dark: bool) -> Table | Text:
    """A table of both texts; where they are the same, only what is near a difference."""
    left, right = _lines(old), _lines(new)
    groups = list(
        difflib.SequenceMatcher(None, left, right, autojunk=False).get_grouped_opcodes(CONTEXT)
    )
    if not groups:
        return Text(f"{old_name} and {new_name} are the same, line by line")
    table = Table(box=None, expand=True, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for name in (old_name, new_name):
        table.add_column("", justify="right", style="dim", no_wrap=True, width=3)
        table.add_column(Text(name), ratio=1, overflow="fold")
    for number, group in enumerate(groups):
        if number:
            table.add_row("⋯", "", "⋯", "")
        for kind, a1, a2, b1, b2 in group:
            pairs = zip_longest(range(a1, a2), range(b1, b2))
            for a, b in pairs:
                before = left[a] if a is not None else None
                after = right[b] if b is not None else None
                cells = _pair(before, after, same=kind == "equal", dark=dark)
                numbers = ["" if n is None else str(n + 1) for n in (a, b)]
                table.add_row(numbers[0], cells[0], numbers[1], cells[1])
    return table


def _lines(text: str) -> list[str]:
    return visible(text).expandtabs(4).splitlines()


def _pair(before: str | None, after: str | None, *, same: bool, dark: bool) -> tuple[Text, Text]:
    if same:
        return Text(before or ""), Text(after or "")
    gone, come = ("on #5a1d1d", "on #1d4a26") if dark else ("on #ffd7d5", "on #ccf2d4")
    old, new = Text(before or "", style=gone), Text(after or "", style=come)
    if before is None or after is None:
        return (Text() if before is None else old), (Text() if after is None else new)
    strong = ("on #a03030", "on #2f8a45") if dark else ("on #ff9c96", "on #7fdc94")
    for a1, a2, b1, b2 in _changes(before, after):
        old.stylize(strong[0], a1, a2)
        new.stylize(strong[1], b1, b2)
    return old, new


def _changes(before: str, after: str) -> Iterator[tuple[int, int, int, int]]:
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < _TOO_UNLIKE:
        return
    for kind, a1, a2, b1, b2 in matcher.get_opcodes():
        if kind != "equal":
            yield a1, a2, b1, b2
