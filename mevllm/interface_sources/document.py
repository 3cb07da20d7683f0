"""A specification as lines: characters made uniform, code fences and comments set apart."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from typing import Literal

LineKind = Literal["blank", "heading", "bullet", "text"]

MAX_LINE = 2000
"""Columns of a line that are looked at; no port is declared further right."""

_CHARACTERS = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\uff0d", "-"),
        **dict.fromkeys("\u2014\u2015", " - "),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", None),
        **dict.fromkeys("\u2018\u2019", "'"),
        **dict.fromkeys("\u201c\u201d", '"'),
        **dict(zip("\uff1a\uff08\uff09\uff0c\uff1b\uff3b\uff3d", ":(),;[]", strict=True)),
        "\t": "    ",
        "\f": " ",
        "\v": " ",
    }
)
"""Dashes, quotes, full-width and invisible characters as word processors leave them."""
_SPACES = re.compile(r"[^\S\n ]")
_FENCE = re.compile(r" *(?P<mark>`{3,}|~{3,})[ ]*(?P<info>[^`]*)$")
_HEADING = re.compile(r" {0,3}(#{1,6})\s+(.*?)\s*#*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})\s*$")
_BULLET = re.compile(r"(\s*)(?:[-*+\u2022\u2023\u25aa\u25cf\u25e6]|\d{1,3}[.)])(\s+)(\S.*)$")
_TIGHT_BULLET = re.compile(r"(\s*)[-*+\u2022](?=(?:input|output|inout)s?\b)(.*)$")
_CHECKBOX = re.compile(r"\[[ xX]\]\s+")
_MARKUP = (
    (re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*"), r"\1"),
    (re.compile(r"(?<![\w_])__(?=\S)([^_].*?)(?<=\S)__(?![\w_])"), r"\1"),
    (re.compile(r"(?<![\w*)\]])\*(?=[^\s*])([^*]+?)(?<=\S)\*(?![\w*(])"), r"\1"),
    (re.compile(r"`+"), ""),
    (re.compile(r"\\([_*\[\]<>#|\-])"), r"\1"),
    (re.compile(r"</?(?:b|i|em|strong|code|tt|u|br)\s*/?>", re.IGNORECASE), " "),
)


@dataclass(frozen=True)
class Fence:
    """A fenced code block."""

    language: str
    first: int
    """Number of the line after the opening fence."""
    text: str


@dataclass(frozen=True)
class Line:
    """One line outside code."""

    number: int
    kind: LineKind
    indent: int
    """Columns before the text, or before the bullet."""
    text: str
    """Without bullet, heading mark and Markdown emphasis."""
    marked: str
    """The same with its emphasis and backticks."""
    level: int = 0
    """Of a heading, 1 to 6."""

    @property
    def in_code(self) -> bool:
        """Whether the text begins with a code span: a name, rather than a word."""
        return self.marked.lstrip("*_").startswith("`")


@dataclass(frozen=True)
class Document:
    """A specification without its front matter; line numbers are those of the file."""

    source: str
    lines: tuple[Line, ...]
    fences: tuple[Fence, ...]

    @cached_property
    def prose(self) -> str:
        """The text outside code, marked up, one line of the file a line."""
        return "\n".join(line.marked for line in self.lines)

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer(r"\n", self.prose))]

    def line_at(self, offset: int) -> int:
        """The number of the line that holds a position of `prose`."""
        return self.lines[bisect_right(self._starts, offset) - 1].number


def plain(text: str) -> str:
    """Text without Markdown emphasis, code marks and escapes."""
    for pattern, replacement in _MARKUP:
        text = pattern.sub(replacement, text)
    return text.strip()


def read_document(text: str, source: str, first_line: int = 1) -> Document:
    """Split a specification into lines and fences; `first_line` is the number of its first."""
    prose, fences = _split_fences(text.split("\n"), first_line)
    lines: list[Line] = []
    for number, row in enumerate(_blank_comments("\n".join(prose)).split("\n"), first_line):
        row = _SPACES.sub(" ", unescape(row).translate(_CHARACTERS)).replace("\n", " ")
        line = _line(number, row)
        if lines and lines[-1].kind == "text" and (rule := _UNDERLINE.match(row)):
            title = lines[-1]
            level = 1 if rule[1].startswith("=") else 2
            lines[-1] = Line(title.number, "heading", 0, title.text, title.marked, level)
            line = Line(number, "blank", 0, "", "")
        lines.append(line)
    return Document(source, tuple(lines), tuple(fences))


def _split_fences(rows: list[str], first_line: int) -> tuple[list[str], list[Fence]]:
    prose: list[str] = []
    fences: list[Fence] = []
    opening: re.Match[str] | None = None
    body: list[str] = []
    for row in rows:
        fence = _FENCE.match(row.expandtabs(4)) if "``" in row or "~~" in row else None
        if opening is None and fence is not None:
            opening, body = fence, []
        elif opening is not None:
            closes = fence is not None and not fence["info"].strip()
            if fence is not None and closes and fence["mark"].startswith(opening["mark"]):
                fences.append(_fence(opening, body, first_line + len(prose)))
                opening = None
            else:
                body.append(row)
        else:
            prose.append(row)
            continue
        prose.append("")
    if opening is not None:
        fences.append(_fence(opening, body, first_line + len(prose)))
    return prose, fences


def _fence(opening: re.Match[str], body: list[str], end: int) -> Fence:
    words = opening["info"].strip(" {}.").split()
    return Fence(words[0].lower() if words else "", end - len(body), "\n".join(body))


def _blank_comments(text: str) -> str:
    """Take HTML comments out, keeping line breaks; one that never ends is left as it is."""
    kept: list[str] = []
    position = 0
    while (start := text.find("<!--", position)) >= 0 and (end := text.find("-->", start)) >= 0:
        kept += (text[position:start], "\n" * text.count("\n", start, end))
        position = end + len("-->")
    return "".join((*kept, text[position:]))


def _line(number: int, row: str) -> Line:
    row = row[:MAX_LINE].rstrip()
    if not row.strip():
        return Line(number, "blank", 0, "", "")
    if match := _HEADING.match(row):
        title = match[2].strip()
        return Line(number, "heading", 0, plain(title), title, len(match[1]))
    indent = len(row) - len(row.lstrip())
    if match := _BULLET.match(row):
        item = _CHECKBOX.sub("", match[3], count=1)
        return Line(number, "bullet", indent, plain(item), item)
    if match := _TIGHT_BULLET.match(row):
        return Line(number, "bullet", indent, plain(match[2]), match[2].strip())
    stripped = row.strip()
    return Line(number, "text", indent, plain(stripped), stripped)
