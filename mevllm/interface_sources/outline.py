"""Which part of a specification each line belongs to: inputs, outputs, parameters, or neither."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from mevllm.interface_sources.document import Document, Line
from mevllm.interface_sources.phrases import IDENTIFIER

Group = Literal["input", "output", "inout", "ports", "parameters", "module"]

_OF_PORTS = r"(?: ports?| signals?| pins?| interface| list| descriptions?| definitions?)*"
_WHOSE = r"(?:the |module |module's |design |top[- ]level |external |dut )*"
_TITLES: tuple[tuple[re.Pattern[str], Group], ...] = (
    (re.compile(rf"{_WHOSE}inputs?{_OF_PORTS}"), "input"),
    (re.compile(rf"{_WHOSE}outputs?{_OF_PORTS}"), "output"),
    (re.compile(rf"{_WHOSE}(?:inouts?|bidirectionals?|bi-directionals?){_OF_PORTS}"), "inout"),
    (
        re.compile(
            r"(?:input |module |design |configurable |configuration |generic |verilog |the )*"
            r"(?:parameters?|generics)(?: list| table| descriptions?| definitions?)*"
        ),
        "parameters",
    ),
    (
        re.compile(
            rf"{_WHOSE}(?:i/?o |port |signal |pin )*"
            r"(?:ports?|interface|i/?os?|signals?|pins?|pinout|inputs?(?: and |/| & )outputs?)"
            r"(?: list| table| descriptions?| definitions?| declarations?| signals| ports"
            r"| specifications?| summary)*"
        ),
        "ports",
    ),
    (re.compile(r"(?:top(?:[- ]level)? )?module(?: name)?|name of the module"), "module"),
)
_ANNOUNCEMENT = re.compile(
    r"\b(?P<what>inputs? and outputs?|inputs?|outputs?|inouts?|ports|interface|parameters)"
    r"(?: ports?| signals?| pins?)?(?: are| is|,? as follows| below)*\s*:$",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"\b(?:when|if|while|after|until|reset|unless)\b", re.IGNORECASE)
_SINGULAR = re.compile(r"(?:input|output|inout|parameter)\Z", re.IGNORECASE)
_LABEL = re.compile(r"([^:`|]{1,60}?)\s*:\s*(.*)\Z")
_NUMBERING = re.compile(r"\A(?:\d+(?:\.\d+)*[.)]?|[a-zA-Z][.)])\s+")
_ITEM = re.compile(
    rf"{IDENTIFIER}(?:\s*,\s*{IDENTIFIER})*\s*(?:\[[^\]]*\]\s*)?(?:\([^)]*\)\s*)?"
    r"(?P<mark>:(?!\s*$)|=|-\s|;?\s*$|$)"
)


@dataclass(frozen=True)
class Entry:
    """A list item or a line of text with the lines that continue it."""

    line: int
    last: int
    bullet: bool
    indent: int
    text: str
    in_code: bool
    group: Group | None
    """What the headings, labels and parent items above say it is."""
    title: str
    """The label above it, as written; empty when the group comes from a heading or from none."""
    section: int
    """Entries of one unbroken list share it."""
    inline: bool = False
    """The rest of a label's own line: `Inputs: a, b`."""


@dataclass(frozen=True)
class Outline:
    """All entries, and the group of every line (for tables)."""

    entries: tuple[Entry, ...]
    groups: dict[int, Group | None]


def group_of(title: str) -> Group | None:
    """What a heading or label announces; None for any other text."""
    title = _NUMBERING.sub("", title.strip()).rstrip(" :").lower()
    title = re.sub(r"\s*\([^)]*\)$", "", title)
    for pattern, group in _TITLES:
        if pattern.fullmatch(title):
            return group
    return None


def _announced(text: str) -> Group | None:
    """What a sentence before a list announces: `The module has the following inputs:`."""
    match = _ANNOUNCEMENT.search(text)
    if match is None or _CONDITION.search(text):
        return None
    group = group_of(match["what"])
    words = set(re.findall(r"inputs?|outputs?|inouts?", text.lower()))
    return "ports" if len({w.rstrip("s") for w in words}) > 1 else group


class _Walk:
    """The state of one pass over the lines."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.section = 0
        self.headings: list[tuple[int, Group | None]] = []
        self.label: Group | None = None
        self.title = ""
        self.label_indent = 0
        self.item_indent: int | None = None
        self.parents: list[tuple[int, Group]] = []
        self.blank = True

    @property
    def heading_group(self) -> Group | None:
        known = [group for _, group in self.headings if group not in (None, "module")]
        return known[-1] if known else None

    def group_at(self, indent: int) -> Group | None:
        while self.parents and indent <= self.parents[-1][0]:
            self.parents.pop()
        if self.parents:
            return self.parents[-1][1]
        return self.label or self.heading_group

    def heading(self, line: Line) -> None:
        while self.headings and self.headings[-1][0] >= line.level:
            self.headings.pop()
        self.headings.append((line.level, group_of(line.text)))
        self.start_label(None, "", 0)

    def start_label(self, group: Group | None, title: str, indent: int) -> None:
        self.label, self.title, self.label_indent = group, title, indent
        self.item_indent = None
        self.parents = []
        self.section += 1

    def add(self, line: Line, text: str, group: Group | None, *, inline: bool = False) -> None:
        self.entries.append(
            Entry(
                line.number,
                line.number,
                line.kind == "bullet",
                line.indent,
                text,
                line.in_code,
                group,
                self.title if self.label or inline else "",
                self.section,
                inline,
            )
        )

    def bullet(self, line: Line) -> None:
        if self.label == "module":
            self.start_label(None, "", 0)
        group = self.group_at(line.indent)
        match = _LABEL.fullmatch(line.text)
        announced = group_of(match[1]) if match else group_of(line.text)
        rest = match[2] if match else ""
        lone = match is not None and _SINGULAR.match(match[1]) and group != "ports"
        if announced in (None, "module") or (announced == "ports" and not match) or (rest and lone):
            self.add(line, line.text, group)
            return
        if rest:
            self.add(line, rest, announced, inline=True)
        else:
            self.parents.append((line.indent, announced))

    def text(self, line: Line) -> None:
        if self._continues(line):
            last = self.entries[-1]
            joined = f"{last.text} {line.text}"
            self.entries[-1] = replace(last, text=joined, last=line.number)
            return
        match = _LABEL.fullmatch(line.text)
        group = group_of(match[1]) if match else None
        if match and match[2] and _SINGULAR.match(match[1]) and self.heading_group != "ports":
            group = None
        if group is None and self.blank and group_of(line.text) != "module":
            group = group_of(line.text)
        if group is not None:
            rest = match[2] if match else ""
            # A module's name takes one line, here or next; what follows is no part of it.
            lasting = None if rest and group == "module" else group
            self.start_label(lasting, match[1] if match else line.text, line.indent)
            if rest:
                self.add(line, rest, group, inline=True)
            return
        if self.label == "module":
            self.start_label(None, "", 0)
            self.add(line, line.text, "module")
            return
        if group := _announced(line.text):
            self.start_label(group, "", line.indent)
        elif self.label is not None and self._is_section_item(line):
            if self.item_indent is None:
                self.item_indent = line.indent
            self.add(line, line.text, self.label)
        else:
            if self.label is not None or self.blank:
                self.start_label(None, "", 0)
            self.add(line, line.text, self.heading_group)

    def _continues(self, line: Line) -> bool:
        """Whether a line goes on with the item above it, as its deeper indentation shows."""
        if self.blank or not self.entries:
            return False
        last = self.entries[-1]
        if last.last != line.number - 1 or line.indent < last.indent + 2:
            return False
        if last.bullet:
            return True
        match = _ITEM.match(line.text)
        return last.group == self.label is not None and (match is None or match["mark"] != ":")

    def _is_section_item(self, line: Line) -> bool:
        match = _ITEM.match(line.text)
        declared = line.text.lower().startswith(("input ", "output ", "inout "))
        # A line among the items is one of them, even if it cannot be read.
        among = line.indent == self.item_indent and line.indent > self.label_indent
        if match is None and not declared and (self.blank or not among):
            return False
        if self.item_indent is None:
            return True
        if self.blank and self.item_indent <= self.label_indent:
            return False
        return line.indent > self.label_indent or self.item_indent <= self.label_indent


def read_outline(document: Document, tables: Collection[int]) -> Outline:
    """Put every line outside `tables` into its part of the specification."""
    walk = _Walk()
    groups: dict[int, Group | None] = {}
    for line in document.lines:
        if line.kind == "heading":
            walk.heading(line)
        elif line.number in tables:
            if line.number - 1 not in tables:
                walk.section += 1
        elif line.kind == "bullet":
            walk.bullet(line)
        elif line.kind == "text":
            walk.text(line)
        groups[line.number] = walk.label or walk.heading_group
        walk.blank = line.kind == "blank"
    return Outline(tuple(walk.entries), groups)
