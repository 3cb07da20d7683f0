"""Ports and parameters in bullet lists, `Input ports:` sections and lines of declarations."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import groupby

from mevllm.errors import SpecError
from mevllm.interface_sources import items
from mevllm.interface_sources.claims import Block, ParameterClaim, PortClaim
from mevllm.interface_sources.items import Item, UnreadableItemError
from mevllm.interface_sources.outline import Entry, Outline
from mevllm.spec import Direction

_DIRECTIONS: dict[str, Direction] = {"input": "input", "output": "output", "inout": "inout"}
_ATTRIBUTE = re.compile(
    r"(?P<key>bit[\s-]?width|width|bits|size|range|direction|dir|type|signed(?:ness)?)"
    r"\s*[:=]\s*(?P<value>\S.*)\Z",
    re.IGNORECASE,
)
_BEFORE_TAIL = re.compile(r"(?:\[[^\]]*\]|-(?!\s)|[^\[(:;=-])*")
_NOTHING = re.compile(r"(?:none|n/?a|nothing|no \w+|-)?\W*\Z", re.IGNORECASE)
_DECLARATION_NOISE = re.compile(r"[()\s;,]*\Z")


@dataclass
class _Found:
    """What the entries of one block have given so far."""

    ports: list[PortClaim] = field(default_factory=list)
    parameters: list[ParameterClaim] = field(default_factory=list)
    unsure: list[Item] = field(default_factory=list)
    unread: list[tuple[int, str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def take(self, item: Item, entry: Entry) -> None:
        self.ports += item.ports
        self.lines += (entry.line, entry.last)


def read_lists(outline: Outline, source: str) -> tuple[Block, ...]:
    """Every list that declares ports or parameters.

    Raises SpecError for an item that must be a declaration and cannot be read.
    """
    blocks: list[Block] = []
    entries = _with_attributes(outline.entries)
    for _, run in groupby(entries, key=lambda e: (e.section, e.bullet)):
        section = list(run)
        try:
            found = _read_bullets(section) if section[0].bullet else _read_lines(section)
        except _AtLineError as error:
            raise SpecError(str(error), source=source, line=error.line) from None
        if found.ports or found.parameters:
            title = next((e.title for e in section if e.title), "")
            label = "bullet list" if section[0].bullet else "list of declarations"
            blocks.append(
                Block(
                    "list",
                    f"section `{title}`" if title else label,
                    min(found.lines),
                    max(found.lines),
                    tuple(found.ports),
                    tuple(found.parameters),
                    tuple(found.unread),
                )
            )
    return tuple(blocks)


class _AtLineError(Exception):
    def __init__(self, message: str, line: int) -> None:
        self.line = line
        super().__init__(message)


def _with_attributes(entries: Iterable[Entry]) -> list[Entry]:
    """Fold bullets such as `- Width: 8` into the item that they are nested under."""
    folded: list[Entry] = []
    parent: int | None = None
    for entry in entries:
        match = _ATTRIBUTE.match(entry.text) if entry.bullet else None
        above = folded[parent] if parent is not None else None
        nested = above is not None and entry.indent >= above.indent + 2
        if match and nested and above is not None and parent is not None:
            head = _BEFORE_TAIL.match(above.text)
            cut = len(head[0].rstrip()) if head else 0
            value = match["value"].strip(" .")
            if match["key"].lower().startswith("signed"):
                value = "signed" if value.lower() in ("yes", "true", "signed") else "unsigned"
            text = f"{above.text[:cut]} ({value}) {above.text[cut:].lstrip()}".rstrip()
            folded[parent] = replace(above, text=text, last=entry.last)
            continue
        folded.append(entry)
        if entry.bullet and not nested:
            parent = len(folded) - 1
    return folded


def _read_bullets(section: list[Entry]) -> _Found:
    found = _Found()
    holder: Entry | None = None
    for entry in section:
        if holder and entry.indent >= holder.indent + 2 and entry.group == holder.group:
            continue
        before = len(found.ports) + len(found.parameters) + len(found.unsure)
        try:
            _read_bullet(entry, found)
        except UnreadableItemError as error:
            raise _AtLineError(str(error), entry.line) from None
        after = len(found.ports) + len(found.parameters) + len(found.unsure)
        holder = entry if after > before else holder
    # Without a heading that says so, a list of loose forms is an interface only as a whole.
    if found.unsure and not found.unread:
        for item in found.unsure:
            found.ports += item.ports
            found.lines.append(item.ports[0].line)
        found.ports.sort(key=lambda port: port.line)
    return found


def _read_bullet(entry: Entry, found: _Found) -> None:
    group = entry.group
    if parameters := _parameters(entry):
        found.parameters += parameters
        found.lines += (entry.line, entry.last)
    elif group in _DIRECTIONS:
        if item := _entry_of(entry, _DIRECTIONS[group]):
            found.take(item, entry)
    elif group != "module":
        listed = group == "ports"
        item = items.read_item(entry.text, entry.line, in_code=entry.in_code, listed=listed)
        if item is not None and (item.sure or group == "ports"):
            found.take(item, entry)
        elif item is not None:
            found.unsure.append(item)
        else:
            items.refuse_misspelling(entry.text, entry.line)
            if not items.is_sentence(entry.text):
                found.unread.append((entry.line, entry.text))


def _parameters(entry: Entry) -> tuple[ParameterClaim, ...]:
    listed = entry.group == "parameters"
    if listed and items.is_sentence(entry.text) and "=" not in entry.text:
        listed = ":" in entry.text or "default" in entry.text.lower()
    return items.read_parameters(entry.text, entry.line, listed=listed)


def _entry_of(entry: Entry, direction: Direction) -> Item | None:
    """The ports of an item below `Inputs` or the like; None for a remark.

    Raises UnreadableItemError when it is neither.
    """
    read = items.read_names if entry.inline else items.read_entry
    item = read(entry.text, entry.line, direction)
    remark = _NOTHING.match(entry.text) or items.is_sentence(entry.text)
    if item is None and not remark:
        raise UnreadableItemError(
            f"no {direction} port can be read from `{entry.text[:60]}`; write its name first, "
            "for example `data (8 bits): the operand`"
        )
    return item


def _read_lines(section: list[Entry]) -> _Found:
    """Lines without bullets: a section's entries, or a paragraph of declarations alone."""
    found = _Found()
    loose: list[tuple[Entry, Item]] = []
    for entry in section:
        try:
            if parameters := _parameters(entry):
                found.parameters += parameters
                found.lines += (entry.line, entry.last)
            elif entry.group in _DIRECTIONS and entry.title:
                if item := _entry_of(entry, _DIRECTIONS[entry.group]):
                    found.take(item, entry)
            elif entry.group != "module":
                item = _loose_line(entry)
                if item is not None:
                    loose.append((entry, item))
                elif not _DECLARATION_NOISE.match(entry.text):
                    found.unread.append((entry.line, entry.text))
        except UnreadableItemError as error:
            if entry.group is None:
                found.unread.append((entry.line, entry.text))
                continue
            raise _AtLineError(str(error), entry.line) from None
    alone = not found.unread and (len(loose) > 1 or any(e.group is not None for e, _ in loose))
    for entry, item in loose:
        if alone and (item.sure or entry.group is not None):
            found.take(item, entry)
    return found


def _loose_line(entry: Entry) -> Item | None:
    if entry.group in _DIRECTIONS:
        if items.is_sentence(entry.text):
            return None
        return items.read_entry(entry.text, entry.line, _DIRECTIONS[entry.group])
    listed = entry.group == "ports"
    return items.read_item(entry.text, entry.line, in_code=entry.in_code, listed=listed)
