"""The prose of a specification, and whether other words still say the same facts."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

MIN_WORDS = 10
"""A shorter passage is left as it is."""

_COMMENT = re.compile(r"//\s?")
_FIXED = re.compile(
    r"\s*(?:[-*+\u2022|#>]|\d+[.)]\s|```|~~~|module\b|input\b|output\b|inout\b|\);|$)|\s{2,}\S"
    r"|\s*[\w ]{1,40}:\s*$"
)
"""Lines that are no prose: lists, tables, headings, code, indented blocks, labels."""
_INTERFACE = re.compile(r"\b(?:ports?|interface)\b")
"""A passage that speaks of these is where the interface is read from."""
_TICKED = re.compile(r"`([^`\n]+)`")
_NUMBER = re.compile(r"(?<![\w'])(?:\d*'s?[bdhoBDHO][0-9a-fA-FxXzZ_?]+|\d+(?:\.\d+)?)(?!\w)")
_GLUED = re.compile(r"(?<![\w'])(\d+)[- ]?(?:bits?|ns|states?|cycles?|words?|inputs?|outputs?)\b")
_WORD = re.compile(r"[A-Za-z]+")

_FACTS: tuple[tuple[str, ...], ...] = (
    ("asynchronous", "asynchronously", "async"),
    ("synchronous", "synchronously", "sync"),
    ("rising", "positive", "posedge"),
    ("falling", "negative", "negedge"),
    ("high",),
    ("low",),
    ("signed",),
    ("unsigned",),
    ("saturate", "saturates", "saturating", "saturated"),
    ("wrap", "wraps", "wrapping", "around"),
    ("msb",),
    ("lsb",),
    ("left",),
    ("right",),
    ("up", "upward", "upwards", "increment", "increments", "incremented"),
    ("down", "downward", "downwards", "decrement", "decrements", "decremented"),
    ("mealy",),
    ("moore",),
    ("even",),
    ("odd",),
    ("combinational", "combinationally"),
    ("registered",),
)
"""Words that decide a design, those of one meaning together: another set of meanings is another
design."""


@dataclass(frozen=True)
class Passage:
    """A part of a text; the parts together are the text."""

    text: str
    """As it stands, line ends included."""
    prose: bool
    """Whether it may be said in other words."""

    @property
    def plain(self) -> str:
        """On one line, without comment marks."""
        lines = (_COMMENT.sub("", line, count=1) for line in self.text.splitlines())
        return " ".join(" ".join(lines).split())

    def like(self, said: str) -> str:
        """Other words laid out as this passage: as comments, or in lines as wide."""
        lines = self.text.rstrip("\n").split("\n")
        tail = self.text[len(self.text.rstrip("\n")) :]
        comment = lines[0].lstrip().startswith("//")
        width = max(86, *(len(line) for line in lines)) if comment or len(lines) > 1 else 0
        laid = textwrap.wrap(said, width - 3 * comment) if width else [said]
        return "\n".join(("// " if comment else "") + line for line in laid) + tail


def passages(text: str) -> tuple[Passage, ...]:
    """Cut a specification into prose and the rest, at blank lines and where the kind changes."""
    found: list[Passage] = []
    kind: str | None = None
    fenced = False
    for line in text.splitlines(keepends=True):
        fence = line.lstrip().startswith(("```", "~~~"))
        comment = line.lstrip().startswith("//")
        prose = not fenced and not fence and (comment or not _FIXED.match(line.rstrip("\n")))
        fenced = fenced != fence
        now = "comment" if prose and comment else "prose" if prose else "fixed"
        if found and now == kind:
            found[-1] = Passage(found[-1].text + line, prose)
        else:
            found.append(Passage(line, prose))
        kind = now
    return tuple(Passage(p.text, p.prose and _rewritable(p.plain)) for p in found)


def _rewritable(plain: str) -> bool:
    return len(plain.split()) >= MIN_WORDS and not _INTERFACE.search(plain)


def lost(original: str, said: str, names: Sequence[str] = ()) -> str:
    """The first fact that other words drop or add; empty where they keep all that can be checked.

    Checked are identifiers in backticks, numbers, those of `names` (the ports) that the original
    mentions, and words that decide a design: edges, reset kinds, polarities, directions.
    """
    for name in dict.fromkeys(_TICKED.findall(original)):
        if name not in said:
            return f"`{name}` is missing"
    for name in names:
        plain = re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])")
        # A name such as `in` or `a` is a word too; only where it is marked as a name is it one.
        if len(name) > 2 and plain.search(original) and not plain.search(said):
            return f"`{name}` is missing"
    before, after = _numbers(original), _numbers(said)
    if before - after:
        return f"the number {min(before - after)} is missing"
    if after - before:
        return f"the number {min(after - before)} is new"
    words = {w.lower() for w in _WORD.findall(original)}
    new = {w.lower() for w in _WORD.findall(said)}
    for fact in _FACTS:
        if words.intersection(fact) and not new.intersection(fact):
            return f"it no longer says {fact[0]}"
        if new.intersection(fact) and not words.intersection(fact):
            return f"it says {fact[0]}, which the original does not"
    return ""


def _numbers(text: str) -> set[str]:
    return {n.lower() for n in (*_NUMBER.findall(text), *_GLUED.findall(text))}
