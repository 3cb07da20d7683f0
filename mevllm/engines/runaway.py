"""Notices, while an answer streams, that it has fallen into a loop and will not end by itself."""

from __future__ import annotations

LONGEST_CYCLE = 6
"""Lines in the longest cycle that is looked for."""
REPEATS = 8
"""Times that a cycle must follow itself. Real RTL repeats shapes, but not whole lines so often."""
LONGEST_LINE = 2000
"""Characters; a longer line is a runaway expression or concatenation."""


class Runaway:
    """Watches one answer."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._open = ""

    def feed(self, text: str) -> bool:
        """Add text of the answer; return whether it is running away."""
        *closed, tail = text.split("\n")
        for part in closed:
            self._lines.append((self._open + part).rstrip())
            self._open = ""
            if self._cycles():
                return True
        self._open += tail
        return len(self._open) > LONGEST_LINE

    def _cycles(self) -> bool:
        for period in range(1, LONGEST_CYCLE + 1):
            window = self._lines[-period * REPEATS :]
            if len(window) < period * REPEATS:
                return False
            if window == window[:period] * REPEATS:
                return True
        return False
