"""From a value change dump to a small table of what the ports did before a failure."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from agent.toolchain.image import Image

FILE = "waves.vcd"
"""The dump's name in the simulation's directory."""
MAX_BITS = 512
"""Wider ports are left out of tables."""
_CLOCK = re.compile(r"(?:^|_)(?:\w{0,3}clk|clock|ck)(?:_|\d|$)|^clk", re.IGNORECASE)
_FEMTOSECONDS = {"s": 10**15, "ms": 10**12, "us": 10**9, "ns": 10**6, "ps": 10**3, "fs": 1}


@dataclass(frozen=True)
class Column:
    """One signal of the table."""

    title: str
    path: str
    """Hierarchical name in the simulation."""
    width: int
    direction: str
    """`input`, `output`, `inout`, or `expected` for a reference's output."""

    @property
    def is_expected(self) -> bool:
        """Whether this is what a reference gives."""
        return self.direction == "expected"


@dataclass(frozen=True)
class View:
    """The signals to show, in order."""

    columns: tuple[Column, ...]
    design: str = ""
    """Hierarchical name of the design in the simulation."""


def view(image: Image, top: str, trusted: frozenset[str]) -> View:
    """The ports of the design, and beside each output what a reference beside it gives.

    A reference is another instance in the same scope, of a module in the testbench's files
    (`trusted`), that has the same outputs.
    """
    found = [k for k, s in image.scopes.items() if s.kind == "module" and s.type == top]
    if not found:
        return View(())
    design = image.scopes[found[0]]
    path = image.path(found[0])
    outputs = {name for name, direction, _ in design.ports if direction == "output"}
    expected = ""
    for key, scope in image.scopes.items():
        theirs = {name for name, direction, _ in scope.ports if direction == "output"}
        beside = scope.parent == design.parent and key != found[0] and scope.parent is not None
        if beside and theirs == outputs and image.files[scope.file] in trusted:
            expected = image.path(key)
    columns = []
    for name, direction, width in design.ports:
        if width > MAX_BITS or not re.fullmatch(r"[A-Za-z_]\w*", name):
            continue
        columns.append(Column(name, f"{path}.{name}", width, direction))
        if direction == "output" and expected:
            columns.append(Column(f"{name}(expected)", f"{expected}.{name}", width, "expected"))
    return View(tuple(columns), path)


@dataclass(frozen=True)
class Recording:
    """A simulation that was run again with waves."""

    vcd: bytes = field(repr=False)
    shown: View
    until_ns: float
    """When the first check failed; infinity where none did, or none said when."""
    inclusive: bool
    """Whether what changes at that very time belongs to the failure; see `window`."""
    passed: bool

    def window(self, last: int) -> Window | None:
        """The last moments before the failure."""
        return window(
            self.vcd, self.shown, until_ns=self.until_ns, inclusive=self.inclusive, last=last
        )


@dataclass(frozen=True)
class Window:
    """What the ports did up to a failure."""

    columns: tuple[Column, ...]
    """The signals, without the clock whose edges are the moments."""
    times_fs: tuple[int, ...]
    """Each moment's simulation time in femtoseconds."""
    states: tuple[tuple[str, ...], ...]
    """At each moment the bits of each column, as the dump has them."""
    note: str
    """Which moments these are; empty when they are all points of change."""


def dumper(shown: View, name: str, *, whole: bool = False) -> str:
    """A root module that dumps the signals of a view; `whole` adds all within the design."""
    paths = [column.path for column in shown.columns]
    if whole and paths:
        paths = [path for path, c in zip(paths, shown.columns, strict=True) if c.is_expected]
        paths.insert(0, shown.design)
    signals = ", ".join(paths)
    if not signals:
        return f"module {name}; endmodule\n"
    body = f'$dumpfile("{FILE}"); $dumpvars(0, {signals});'
    return f"module {name}; initial begin {body} end endmodule\n"


_Dump = dict[int, dict[int, str]]
"""Changes of the shown signals: time in femtoseconds -> column -> bits."""


def table(
    vcd: bytes,
    shown: View,
    *,
    until_ns: float = float("inf"),
    inclusive: bool = True,
    last: int = 8,
) -> str:
    """A text table of the last `last` moments up to `until_ns`; empty without any."""
    found = window(vcd, shown, until_ns=until_ns, inclusive=inclusive, last=last)
    return _aligned(found) if found else ""


def window(
    vcd: bytes,
    shown: View,
    *,
    until_ns: float = float("inf"),
    inclusive: bool = True,
    last: int = 8,
) -> Window | None:
    """The last `last` moments up to `until_ns`; None without any.

    With one clock the moments are its active edges, with the values just before the edge, which
    are those that the design saw, and a last one shows the failure. Otherwise they are all points
    of change. `inclusive` False stops short of what changes at `until_ns` itself: a Verilog
    testbench checks and goes on to the next stimulus in the same instant.
    """
    dump = _read(vcd, shown)
    limit = until_ns * 1_000_000
    times = [t for t in sorted(dump) if t < limit or (inclusive and t == limit)]
    if not times or not shown.columns:
        return None
    states = _states(dump, times, len(shown.columns))
    clock = _clock(shown, dump, times)
    if clock is None:
        note, rows = "", [(time, states[time]) for time in times][-last:]
    else:
        edges, word = _edges(shown, states, times, clock)
        before = {time: states[earlier] for earlier, time in pairwise(times)}
        rows = [(time, before[time]) for time in edges if time in before]
        end = times[-1] if until_ns == float("inf") else int(limit)
        rows = [*rows[max(0, len(rows) - last + 1) :], (end, states[times[-1]])]
        name = shown.columns[clock].title
        note = f"values just before each {word} edge of {name}; last row: at the failure"
    kept = [index for index in range(len(shown.columns)) if index != clock]
    return Window(
        columns=tuple(shown.columns[index] for index in kept),
        times_fs=tuple(time for time, _ in rows),
        states=tuple(tuple(state[index] for index in kept) for _, state in rows),
        note=note,
    )


def _aligned(found: Window) -> str:
    lines = [["time(ns)", *(column.title for column in found.columns)]]
    for time, state in zip(found.times_fs, found.states, strict=True):
        cells = zip(state, found.columns, strict=True)
        lines.append(
            [nanoseconds(time), *(value_text(bits, column.width) for bits, column in cells)]
        )
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    head = f"{found.note}\n" if found.note else ""
    return head + "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        for line in lines
    )


def nanoseconds(femtoseconds: int) -> str:
    """A time without zeros that say nothing."""
    return f"{femtoseconds / 1_000_000:.6f}".rstrip("0").rstrip(".")


def value_text(bits: str, width: int) -> str:
    """Binary up to four bits or where some are unknown, else hexadecimal."""
    shown = bits.lower()
    shown = shown.rjust(width, shown[0] if shown[:1] in ("x", "z") else "0")
    if width <= 4 or len(shown) > width:
        return shown
    if set(shown) <= {"0", "1"}:
        return f"{int(shown, 2):0{(width + 3) // 4}x}h"
    return shown[0] if set(shown) in ({"x"}, {"z"}) else shown


def _read(vcd: bytes, shown: View) -> _Dump:
    from vcd.reader import TokenKind, VCDParseError, tokenize

    wanted = {column.path: index for index, column in enumerate(shown.columns)}
    codes: dict[str, list[int]] = {}
    changes: _Dump = {}
    scopes: list[str] = []
    unit, now = 1, 0
    try:
        for token in tokenize(io.BytesIO(vcd)):
            kind = token.kind
            if kind is TokenKind.TIMESCALE:
                unit = int(token.timescale.magnitude) * _FEMTOSECONDS[token.timescale.unit.value]
            elif kind is TokenKind.SCOPE:
                scopes.append(token.scope.ident)
            elif kind is TokenKind.UPSCOPE:
                scopes.pop()
            elif kind is TokenKind.VAR:
                path = ".".join((*scopes, token.var.reference))
                if path in wanted:
                    codes.setdefault(token.var.id_code, []).append(wanted[path])
            elif kind is TokenKind.CHANGE_TIME:
                now = token.time_change * unit
            elif kind is TokenKind.CHANGE_SCALAR:
                change = token.scalar_change
                _change(changes, now, codes, change.id_code, str(change.value))
            elif kind is TokenKind.CHANGE_VECTOR:
                bits = token.vector_change.value
                text = f"{bits:b}" if isinstance(bits, int) else str(bits)
                _change(changes, now, codes, token.vector_change.id_code, text)
    except (VCDParseError, ValueError, IndexError):
        pass  # a dump that was cut off is good up to there
    return changes


def _change(
    changes: _Dump,
    now: int,
    codes: dict[str, list[int]],
    code: str,
    bits: str,
) -> None:
    for index in codes.get(code, ()):
        changes.setdefault(now, {})[index] = bits


def _states(dump: _Dump, times: Sequence[int], columns: int) -> dict[int, list[str]]:
    """Every signal's value after all changes of a time."""
    state = ["x"] * columns
    found = {}
    for time in times:
        for index, bits in dump[time].items():
            state[index] = bits
        found[time] = list(state)
    return found


def _clock(shown: View, dump: _Dump, times: Sequence[int]) -> int | None:
    """The one input that is named like a clock and toggles; None without, or with several."""
    found = []
    for index, column in enumerate(shown.columns):
        if column.direction == "input" and column.width == 1 and _CLOCK.search(column.title):
            toggles = sum(1 for time in times if index in dump[time])
            if toggles > 2:
                found.append(index)
    return found[0] if len(found) == 1 else None


def _edges(
    shown: View, states: dict[int, list[str]], times: Sequence[int], clock: int
) -> tuple[list[int], str]:
    """The clock's active edges: those at which outputs change more often; rising in doubt."""
    rising, falling, at_rising, at_falling = [], [], 0, 0
    outputs = [i for i, column in enumerate(shown.columns) if column.direction == "output"]
    for earlier, time in pairwise(times):
        before, after = states[earlier], states[time]
        changed = any(before[i] != after[i] for i in outputs)
        if before[clock] != "1" and after[clock] == "1":
            rising.append(time)
            at_rising += changed
        elif before[clock] != "0" and after[clock] == "0":
            falling.append(time)
            at_falling += changed
    return (falling, "falling") if at_falling > at_rising else (rising, "rising")


@dataclass(frozen=True)
class History:
    """All that the shown signals did."""

    changes: _Dump
    """Time in femtoseconds -> index of the column -> its bits from then on."""
    times: tuple[int, ...]
    """The times of change, in order."""
    clock: int | None
    """Index of the one clock's column; None without, or with several."""
    edges: tuple[int, ...]
    """The clock's active edges; empty without one."""


def history(vcd: bytes, shown: View, *, until_fs: float = float("inf")) -> History:
    """What a dump holds up to a time, that time included; a cut-off dump is good up to there."""
    changes = {time: made for time, made in _read(vcd, shown).items() if time <= until_fs}
    times = tuple(sorted(changes))
    clock = _clock(shown, changes, times)
    edges: list[int] = []
    if clock is not None:
        edges, _ = _edges(shown, _states(changes, times, len(shown.columns)), times, clock)
    return History(changes, times, clock, tuple(edges))
