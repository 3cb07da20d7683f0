"""Waveforms as inline SVG, drawn as WaveDrom draws them. Pure; colours come from the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape

from agent.toolchain.waveform import Signal, Waveform

LANE, HIGH, TOP = 30, 18, 26
"""Pixels: height of a lane, of a wave in it, and of the axis above."""
STEP = 72
"""Pixels between two points of change where there is no clock, else of a clock cycle."""
SLANT = 3.0
LETTER = 6.7
"""Pixels of a monospaced letter in the page's size."""
MAX_SIGNALS = 32
MAX_WIDTH = 6000.0
Spans = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Scale:
    """Nanoseconds to pixels, straight between anchors."""

    anchors: tuple[tuple[float, float], ...]

    def __call__(self, time_ns: float) -> float:
        """Pixels from the left of the waves."""
        first, last = self.anchors[0], self.anchors[-1]
        if time_ns <= first[0]:
            return first[1]
        for (t0, x0), (t1, x1) in pairwise(self.anchors):
            if time_ns <= t1:
                return x0 + (x1 - x0) * (time_ns - t0) / (t1 - t0)
        return last[1]


def scale_of(waveforms: Sequence[Waveform]) -> Scale:
    """One scale for waveforms of the same window.

    With a clock it is linear; without one each point of change has the same room, for a
    testbench of combinational logic waits as it likes.
    """
    first = waveforms[0]
    start, end = first.start_ns, first.end_ns
    if first.clock and len(first.times) > 1:
        cycle = min(later - earlier for earlier, later in pairwise(first.times))
        width = min(max(STEP, STEP * (end - start) / cycle), MAX_WIDTH)
        return Scale(((start, 0.0), (end, width)))
    changes = {t for w in waveforms for s in w.signals for t, _ in s.changes if start <= t < end}
    points = sorted({start, *changes, end})
    return Scale(tuple((time, STEP * index) for index, time in enumerate(points)))


def draw(
    wave: Waveform,
    scale: Scale,
    *,
    label: str,
    failure_ns: float | None = None,
    ends: bool = False,
    differing: Mapping[str, Spans] | None = None,
) -> Markup:
    """One picture. `label` is its description for those who do not see it.

    `ends`: whether the simulation ended with the failure. `differing`: signals and the spans of
    time to mark.
    """
    signals = wave.signals[:MAX_SIGNALS]
    left = max((len(s.column.title) for s in signals), default=0) * LETTER + 22
    width, height = left + scale(wave.end_ns) + 8, TOP + LANE * len(signals) + 6
    parts = [_axis(wave, scale, left, height)]
    for row, signal in enumerate(signals):
        parts.append(_lane(signal, wave, scale, left, TOP + LANE * row, differing or {}))
    if failure_ns is not None:
        x = left + scale(failure_ns)
        if ends:
            parts.append(
                Markup('<rect class="over" x="{:.1f}" y="0" width="{:.1f}" height="{}"/>').format(
                    x, width - x, height
                )
            )
        parts.append(
            Markup('<path class="failure" d="M{:.1f},{}V{}"/>').format(x, TOP - 6, height - 2)
        )
    return Markup(
        '<svg class="wave" role="img" aria-label="{label}" width="{w:.0f}" height="{h}" '
        'viewBox="0 0 {w:.0f} {h}">{parts}</svg>'
    ).format(label=label, w=width, h=height, parts=Markup("").join(parts))


def _axis(wave: Waveform, scale: Scale, left: float, height: float) -> Markup:
    parts, free = [], -1.0
    marks = wave.times if wave.clock else [time for time, _ in scale.anchors[:-1]]
    for time in (t for t in marks if wave.start_ns <= t <= wave.end_ns):
        x = left + scale(time)
        parts.append(Markup('<path class="grid" d="M{:.1f},{}V{}"/>').format(x, TOP - 4, height))
        text = f"{time:.6f}".rstrip("0").rstrip(".")
        if x >= free:
            parts.append(
                Markup('<text class="time" x="{:.1f}" y="14">{}</text>').format(x, f"{text} ns")
            )
            free = x + (len(text) + 4) * LETTER
    return Markup("").join(parts)


def _lane(
    signal: Signal,
    wave: Waveform,
    scale: Scale,
    left: float,
    top: float,
    differing: Mapping[str, Spans],
) -> Markup:
    column = signal.column
    parts = [
        Markup('<text class="name {}" x="{:.1f}" y="{}">{}</text>').format(
            column.direction, left - 12, top + 17, column.title
        )
    ]
    for start, end in differing.get(column.title, ()):
        x0, x1 = left + scale(start), left + scale(end)
        parts.append(
            Markup('<rect class="differs" x="{:.1f}" y="{}" width="{:.1f}" height="{}"/>').format(
                x0, top - 1, max(2.0, x1 - x0), LANE - 4
            )
        )
    steps = [*signal.changes, (wave.end_ns, "")]
    previous = ""
    for (start, value), (end, _) in pairwise(steps):
        x0, x1 = left + scale(start), left + scale(end)
        if x1 > x0:
            bit = column.width == 1
            parts.append((_bit if bit else _bus)(value, previous, x0, x1, top + 3))
        previous = value
    return Markup('<g class="lane">{}</g>').format(Markup("").join(parts))


def _bit(value: str, previous: str, x0: float, x1: float, top: float) -> Markup:
    levels = {"1": top, "0": top + HIGH, "z": top + HIGH / 2}
    if value not in levels:
        return _box(value, x0, x1, top, "bus unknown")
    y = levels[value]
    begin = levels.get(previous, y)
    rest = "high" if value == "1" else "low" if value == "0" else "floating"
    return Markup('<path class="bit {}" d="M{:.1f},{}L{:.1f},{}H{:.1f}"/>').format(
        rest, x0, begin, x0 + (SLANT if begin != y else 0), y, x1
    )


def _bus(value: str, previous: str, x0: float, x1: float, top: float) -> Markup:
    if set(value) == {"z"}:
        return _bit("z", "z", x0, x1, top)
    unknown = "x" in value or "z" in value
    return _box(value, x0, x1, top, "bus unknown" if unknown else "bus")


def _box(value: str, x0: float, x1: float, top: float, kind: str) -> Markup:
    """A hexagon with its value; the value alone on hover where there is no room for it."""
    s, middle, bottom = min(SLANT, (x1 - x0) / 2), top + HIGH / 2, top + HIGH
    shape = Markup(
        '<path class="{}" d="M{:.1f},{}L{:.1f},{}H{:.1f}L{:.1f},{}L{:.1f},{}H{:.1f}Z"/>'
    ).format(kind, x0, middle, x0 + s, top, x1 - s, x1, middle, x1 - s, bottom, x0 + s)
    text = Markup("")
    if len(value) * LETTER <= x1 - x0 - 6:
        text = Markup('<text class="value" x="{:.1f}" y="{}">{}</text>').format(
            (x0 + x1) / 2, middle + 4, value
        )
    return Markup("<g><title>{}</title>{}{}</g>").format(escape(value), shape, text)
