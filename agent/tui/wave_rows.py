"""Waves of ports, drawn in characters: a row to a signal, a cell to a moment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from rich.text import Text

from agent.history_views import visible
from agent.toolchain.waves import Column, Window, nanoseconds, value_text

MOMENTS = 400
"""Moments before the failure that can be seen."""
_MAX_CELL = 14
_RISE = "\N{BOX DRAWINGS LIGHT DIAGONAL UPPER RIGHT TO LOWER LEFT}"
_FALL = "\N{BOX DRAWINGS LIGHT DIAGONAL UPPER LEFT TO LOWER RIGHT}"
_EXPECTED = re.compile(
    r"(?:`?\b(?P<before>[A-Za-z_]\w*)`?:?\s+)?\bexpected\s+"
    r"(?:`?(?P<after>[A-Za-z_]\w*)`?\s+)?(?:=+\s*)?"
    r"(?P<wanted>0[xX][\da-fA-F_]+|0[bB][01_]+|\d+)(?!['\w]|\.\d)"
    r"(?=\s*[,;]?\s*(?:but\s+)?(?:got|was|is|found|saw)\b|\s*$)"
)
"""How testbenches commonly say what they wanted: `expected count 3, got 5`."""


@dataclass(frozen=True)
class Waves:
    """Waves of a candidate, as recorded for the browser."""

    window: Window | None
    """None where no port changed."""
    vcd: Path
    """The dump, until the browser ends."""
    passed: bool


@dataclass(frozen=True)
class Wanted:
    """A value that the failing check's message says was expected of an output."""

    title: str
    value: int


def wanted(message: str, window: Window) -> Wanted | None:
    """What a message expects, where it can be told of which output; the rest is for people."""
    found = _EXPECTED.search(message)
    outputs = [column for column in window.columns if column.direction == "output"]
    if found is None:
        return None
    named = [column for column in outputs if column.title in (found["after"], found["before"])]
    if not named and len(outputs) == 1 and found["after"] is None:
        named = outputs
    if len(named) != 1:
        return None
    number = _number(found["wanted"], named[0].width)
    if number is None or number >= 1 << named[0].width:
        return None
    return Wanted(named[0].title, number)


def _number(text: str, width: int) -> int | None:
    """A number as people write it; as many binary digits as the port is wide are its bits."""
    digits = text.replace("_", "").lower()
    if digits.startswith(("0x", "0b")):
        return int(digits, 0)
    if len(digits) == width and set(digits) <= {"0", "1"}:
        return int(digits, 2)
    return int(digits) if digits == "0" or digits[0] != "0" else None


def draw(window: Window, width: int, message: str, *, back: int, failed: bool) -> Text:
    """As many moments as fit, the last one `back` moments before the failure.

    Below each output stands what was expected of it, where a reference or the message says so.
    """
    said = wanted(message, window) if failed else None
    titles = [_title(column) for column in window.columns]
    gutter = max(map(len, [*titles, "time(ns)", _name("want", said.title) if said else ""])) + 1
    cell = _cell_width(window)
    shown = max(1, (width - gutter) // cell)
    last = len(window.times_fs)
    end = max(1, last - back)
    start = max(0, end - shown)
    moments = range(start, end)
    lines = [_times(window, moments, gutter, cell)]
    outputs_first = sorted(
        range(len(window.columns)), key=lambda i: window.columns[i].direction == "input"
    )
    for index in outputs_first:
        column = window.columns[index]
        told = said if said and said.title == column.title and end == last else None
        lines.append(_signal(window, index, moments, gutter, cell, told))
        if told is not None:
            lines.append(_wanted_row(told, column, moments, gutter, cell))
    note = window.note or "every point of change; the last is at the failure"
    note = note.replace("last row:", "the last:")
    if not failed:
        note = note.replace("the failure", "the end")
    lines.append(Text(f"{start + 1} to {end} of {last} moments ({note})", style="dim"))
    return Text("\n").join(lines)


def _title(column: Column) -> str:
    if column.is_expected:
        return _name("want", column.title.removesuffix("(expected)"))
    return _name("in" if column.direction == "input" else "got", column.title)


def _name(role: str, title: str) -> str:
    return f"{role:<4} {title}"


def _cell_width(window: Window) -> int:
    """Cells of a moment: as wide as the widest value or time needs, within reason."""
    values = [
        len(value_text(state[i], column.width))
        for state in window.states
        for i, column in enumerate(window.columns)
        if column.width > 1
    ]
    times = [len(nanoseconds(time)) for time in window.times_fs]
    return min(_MAX_CELL, max([3, *values, *times]) + 1)


def _times(window: Window, moments: range, gutter: int, cell: int) -> Text:
    text = Text("time(ns)".ljust(gutter), style="dim")
    for moment in moments:
        text.append(nanoseconds(window.times_fs[moment])[: cell - 1].ljust(cell))
    return text


def _signal(
    window: Window, index: int, moments: range, gutter: int, cell: int, told: Wanted | None
) -> Text:
    """One signal; `told`: what the message wants its last value to be."""
    column = window.columns[index]
    bits = [window.states[m][index].lower() for m in moments]
    before = window.states[moments.start - 1][index].lower() if moments.start else None
    text = Text(_title(column).ljust(gutter), style="bold" if column.direction != "input" else "")
    wrong = _mismatches(window, index, moments)
    if told is not None and value_text(bits[-1], column.width) != _told_text(told, column):
        wrong[-1] = True
    for place, now in enumerate(bits):
        earlier = bits[place - 1] if place else before
        drawn = _bit(now, earlier, cell) if column.width == 1 else _bus(now, earlier, column, cell)
        text.append(drawn, _style(now, column, wrong[place]))
    return text


def _style(bits: str, column: Column, wrong: bool) -> str:
    if wrong:
        return "bold red"
    if set(bits) & {"x", "z"}:
        return "yellow"
    return {"input": "", "expected": "green"}.get(column.direction, "cyan")


def _mismatches(window: Window, index: int, moments: range) -> list[bool]:
    """Where an output is not what the reference beside it gives."""
    column = window.columns[index]
    wanted_title = f"{column.title}(expected)"
    other = next((i for i, c in enumerate(window.columns) if c.title == wanted_title), None)
    if other is None or column.direction != "output":
        return [False] * len(moments)
    return [
        value_text(window.states[m][index], column.width)
        != value_text(window.states[m][other], column.width)
        for m in moments
    ]


def _bit(now: str, earlier: str | None, cell: int) -> str:
    level = {"0": "▁", "1": "▔"}.get(now, now[:1] or "x")
    edge = level
    if earlier is not None and earlier != now and level in "▁▔":
        edge = _RISE if now == "1" else _FALL
    return edge + level * (cell - 1)


def _bus(now: str, earlier: str | None, column: Column, cell: int) -> str:
    shown = visible(value_text(now, column.width))
    if len(shown) > cell - 1:
        shown = shown[: cell - 2] + "…"
    mark = "│" if earlier != now else " "
    if mark == " " and earlier is not None:
        shown = "─" * (cell - 1)
    return mark + shown.ljust(cell - 1, "─" if set(shown) == {"─"} else " ")


def _told_text(said: Wanted, column: Column) -> str:
    return value_text(f"{said.value:b}", column.width)


def _wanted_row(said: Wanted, column: Column, moments: range, gutter: int, cell: int) -> Text:
    """The expected value below the failure, as the message has it."""
    shown = _told_text(said, column)
    text = Text(_name("want", said.title).ljust(gutter), style="bold")
    text.append(" " * (cell * (len(moments) - 1)))
    drawn = _bit(shown, None, cell) if column.width == 1 else f"│{shown}"[:cell].ljust(cell)
    return text.append(drawn, "bold green")
