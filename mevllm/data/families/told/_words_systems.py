"""Words that tellings of long designs share: names, levels, clock and reset, lists of remarks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from mevllm.data.draw import Clocking, Draw


@dataclass(frozen=True)
class Voice:
    """One text's way of speaking: its draw, its clock, and whether names are marked as code."""

    draw: Draw
    clocking: Clocking | None
    ticks: bool
    known: set[str] = field(default_factory=set)
    """The names said so far: a sentence may begin with one, but never capitalized."""

    def name(self, name: str) -> str:
        """The port name as this text writes it; an empty one stays empty."""
        self.known.add(name)
        return f"`{name}`" if self.ticks and name else name

    def up(self, text: str) -> str:
        """The text as the beginning of a sentence, capitalized unless a name begins it."""
        head = re.match(r"\w*", text)
        known = head is not None and head.group() in self.known
        return text if known else text[:1].upper() + text[1:]

    def names(self, names: Sequence[str]) -> tuple[str, ...]:
        """The port names as this text writes them."""
        return tuple(self.name(name) for name in names)

    def say(self, *wordings: str) -> str:
        """One of several wordings."""
        return self.draw.choice(wordings)

    def on(self, name: str, bit: int = 1) -> str:
        """`x is high`, in one of several wordings; the name is written as it is."""
        if bit:
            return self.say(f"{name} = 1", f"{name} is 1", f"{name} is high", f"{name} is set")
        return self.say(f"{name} = 0", f"{name} is 0", f"{name} is low", f"{name} is clear")

    def edge(self) -> str:
        """`rising edge of clk`, without an article."""
        c = self.clocking
        if c is None:
            return ""
        clock, up = self.name(c.clock), c.edge == "posedge"
        return self.say(
            f"{'rising' if up else 'falling'} edge of {clock}",
            f"{'positive' if up else 'negative'} edge of {clock}",
            f"{c.edge} of {clock}",
            f"{'rising' if up else 'falling'} {clock} edge",
        )

    def timing(self, effect: str) -> str:
        """The clock edge and what the reset does; `effect` is a verb phrase: `clears q`."""
        c = self.clocking
        if c is None:
            return ""
        clock, edge = self.name(c.clock), self.edge()
        way = "rising" if c.edge == "posedge" else "falling"
        brief = self.say(f"{way} {clock}", f"{c.edge} {clock}")
        if not c.reset:
            return self.say(f"Clocked on {brief}.", f"The registers use the {edge}.")
        r, level, bit = self.name(c.reset), "high" if c.active_high else "low", int(c.active_high)
        if c.asynchronous:
            return self.say(
                f"Clocked on {brief}; async active-{level} {r} {effect}.",
                f"Registers take the {edge}. {r} is an asynchronous reset, active {level}: it "
                f"{effect}.",
                f"{r} at {bit} {effect} at once; everything else waits for the {edge}.",
                f"Clock: {brief}. Reset: {r}, asynchronous, active {level}; it {effect}.",
                f"The {edge} does the work; driving {r} {level} {effect} immediately, whatever "
                f"the clock does.",
                f"Async reset {r} (active {level}) {effect}; all else happens at the {edge}.",
                f"Taking {r} to {bit} {effect} without any clock. Active edge: {brief}.",
                f"Working edge: {brief}. An active-{level} {r} {effect}, asynchronously.",
            )
        return self.say(
            f"Clocked on {brief}; synchronous active-{level} {r} {effect}.",
            f"Registers take the {edge}. {r} = {bit} there {effect}, before anything else.",
            f"Clock: {brief}. Reset: {r}, synchronous, active {level}; it {effect}.",
            f"{r} is a clocked reset, active {level}, that {effect}; it acts only at the {edge}.",
            f"All at the {edge}; an edge that finds {r} {level} just {effect}.",
            f"Sync reset {r} (active {level}) {effect}. Edge: {brief}.",
            f"At the {edge}, {r} {level} {effect}, whatever the other inputs say.",
            f"Working edge: {brief}. An active-{level} {r} {effect} at that edge and overrides "
            f"the rest.",
        )

    def remarks(self, points: Sequence[str], *, mixed: bool = True) -> str:
        """The points as a list in one of several layouts, in any order if mixed."""
        kept = [p for p in points if p]
        kept = self.draw.shuffled(kept) if mixed else kept
        style = self.draw.int(0, 5) if mixed else self.draw.choice((0, 1, 5))
        if style == 5 and mixed:
            return " ".join(self.up(p) if p.endswith(".") else f"{self.up(p)}." for p in kept)
        if style == 5:
            return "\n".join(kept)
        marks = [("- ", "* ", f"{i}. ", f"({i}) ", f"{i}) ")[style] for i in range(1, 10)]
        return "\n".join(mark + point for mark, point in zip(marks, kept, strict=False))


def voice(draw: Draw, clocking: Clocking | None = None) -> Voice:
    """A way of speaking for one text; four in ten mark the names."""
    return Voice(draw, clocking, draw.chance(0.4))


def first(msb: bool) -> tuple[str, str, str]:
    """The bit order in three lengths: `MSB first`, `most significant bit first`, `msb`."""
    long = "most" if msb else "least"
    return f"{'MSB' if msb else 'LSB'} first", f"{long} significant bit first", long
