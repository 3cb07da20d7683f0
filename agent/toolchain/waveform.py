"""From a value change dump to the part of it that a person should see, as plain values. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from agent.toolchain import waves
from agent.toolchain.waves import Column, Recording

CYCLES = 10
"""Clock cycles, or points of change where there is no clock, before the moment that matters."""
_FS = 1_000_000
"""Femtoseconds in a nanosecond."""


@dataclass(frozen=True)
class Signal:
    """What one port did within a window."""

    column: Column
    changes: tuple[tuple[float, str], ...]
    """Nanoseconds and the value from then on, as `waves.table` writes it; the first is at the
    window's start, and `x` where nothing is known yet."""

    def value_at(self, time_ns: float) -> str:
        """The value at a time of the window."""
        earlier = [value for time, value in self.changes if time <= time_ns]
        return earlier[-1] if earlier else "x"


@dataclass(frozen=True)
class Waveform:
    """The ports of a design within a window of a simulation."""

    signals: tuple[Signal, ...]
    start_ns: float
    end_ns: float
    clock: str | None
    """The one clock's name; None without, or with several."""
    times: tuple[float, ...]
    """Without a clock: where anything changes. With one: its active edges."""


def last_cycles(recording: Recording, cycles: int = CYCLES) -> Waveform | None:
    """The last cycles up to the first failure, or to the end of a simulation that passed.

    None where nothing was dumped, or the design has no port.
    """
    limit = recording.until_ns * _FS
    found = waves.history(recording.vcd, recording.shown, until_fs=limit)
    if not found.times or not recording.shown.columns:
        return None
    end = found.times[-1] if math.isinf(limit) else round(limit)
    shown = (found.edges or found.times)[-cycles:]
    step = min((later - earlier for earlier, later in pairwise(shown)), default=_FS)
    # A little before the first edge, and after the failure: there its values have room.
    return window(recording, max(0, shown[0] - (step // 2 if found.edges else 0)), end + step)


def window(recording: Recording, start_fs: int, end_fs: int) -> Waveform:
    """What a simulation did between two times, in femtoseconds."""
    columns = recording.shown.columns
    found = waves.history(recording.vcd, recording.shown, until_fs=end_fs)
    signals = []
    for index, column in enumerate(columns):
        value, kept = "x", []
        for time in found.times:
            bits = found.changes[time].get(index)
            if bits is None:
                continue
            if time <= start_fs:
                value = bits
            else:
                kept.append((time / _FS, waves.value_text(bits, column.width)))
        first = (start_fs / _FS, waves.value_text(value, column.width))
        signals.append(Signal(column, (first, *kept)))
    points = found.times if found.clock is None else found.edges
    return Waveform(
        signals=tuple(signals),
        start_ns=start_fs / _FS,
        end_ns=end_fs / _FS,
        clock=None if found.clock is None else columns[found.clock].title,
        times=tuple(time / _FS for time in points if time >= start_fs),
    )


def differences(one: Waveform, other: Waveform) -> dict[str, tuple[tuple[float, float], ...]]:
    """Where the outputs of two designs under the same stimulus differ: name to spans in ns."""
    others = {signal.column.title: signal for signal in other.signals}
    found: dict[str, tuple[tuple[float, float], ...]] = {}
    for signal in one.signals:
        twin = others.get(signal.column.title)
        if twin is None or signal.column.direction == "input":
            continue
        times = sorted({t for t, _ in (*signal.changes, *twin.changes) if t < one.end_ns})
        spans: list[tuple[float, float]] = []
        for start, end in pairwise((*times, one.end_ns)):
            if signal.value_at(start) == twin.value_at(start):
                continue
            if spans and spans[-1][1] == start:
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((start, end))
        if spans:
            found[signal.column.title] = tuple(spans)
    return found
