"""Ports and parameters in Markdown tables, whose columns are known by what their titles mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from mevllm.errors import SpecError
from mevllm.interface_sources import items, phrases
from mevllm.interface_sources.claims import Block, ParameterClaim, PortClaim
from mevllm.interface_sources.document import Document, plain
from mevllm.interface_sources.items import UnreadableItemError
from mevllm.interface_sources.outline import Group, group_of
from mevllm.interface_sources.phrases import IDENTIFIER
from mevllm.spec import Direction

Column = Literal["name", "parameter", "direction", "type", "width", "default", "description"]

_TITLES: tuple[tuple[re.Pattern[str], Column], ...] = (
    (re.compile(r"parameters?(?: name)?|generics?"), "parameter"),
    (
        re.compile(
            r"(?:(?:port|signal|pin|input|output|i/o|io)s?(?:/\w+)*\s?)?names?|identifier"
            r"|ports?|signals?|pins?|inputs?|outputs?|symbol|(?:port|signal)s?\s?/\s?(?:port|signal)s?"
        ),
        "name",
    ),
    (
        re.compile(
            r"(?:port |signal |pin )?(?:direction|dir)(?: \(?(?:i/?o|in/out)\)?)?|i\s?/\s?o|io"
            r"|in\s?/\s?out|input\s?/\s?output|mode"
        ),
        "direction",
    ),
    (re.compile(r"(?:port |signal |data |pin )?types?|kind"), "type"),
    (
        re.compile(
            r"(?:bit[- ]?|port |signal |data )?(?:widths?|size|range|bits)"
            r"(?: \(?(?:in )?bits?\)?| \[?msb:lsb\]?)?|(?:#|no\.?|number) ?(?:of )?bits|vector"
            r"|\[msb:lsb\]"
        ),
        "width",
    ),
    (re.compile(r"(?:default|initial)(?: values?)?|values?"), "default"),
    (
        re.compile(
            r"(?:\w+ )?(?:descriptions?|functions?|purpose|meaning|notes?|comments?|remarks?|desc)"
        ),
        "description",
    ),
)
_RULE = re.compile(r"\|?\s*:?\s*-+\s*:?\s*(?:\|\s*:?\s*-+\s*:?\s*)*\|?\Z")
_CELL_BREAK = re.compile(r"(?<!\\)\|")
_DIRECTION_WORD = re.compile(r"(input|output|inout|bidirectional)\b", re.IGNORECASE)
_NAMES = re.compile(rf"({IDENTIFIER})\s*(?:[\[<(][^\])>]*[\])>])?")
_UNSTATED = re.compile(r"-*|n/?a", re.IGNORECASE)


@dataclass(frozen=True)
class Table:
    """A Markdown table; every row has as many cells as the title row."""

    first: int
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    """Line number and cells, the title row first."""

    @property
    def lines(self) -> range:
        """All its lines, the rule under the titles included."""
        return range(self.first, self.first + len(self.rows) + 1)


def find_tables(document: Document) -> tuple[Table, ...]:
    """Every table with a rule of dashes under its titles."""
    found: list[Table] = []
    lines = document.lines
    index = 1
    while index < len(lines):
        title, rule = lines[index - 1], lines[index]
        index += 1
        if "|" not in title.marked or "|" not in rule.marked or not _RULE.match(rule.marked):
            continue
        count = len(_cells(title.marked))
        rows = [(title.number, tuple(_cells(title.marked)))]
        while index < len(lines) and "|" in lines[index].marked:
            cells = (*_cells(lines[index].marked), *[""] * count)[:count]
            rows.append((lines[index].number, cells))
            index += 1
        found.append(Table(title.number, tuple(rows)))
    return tuple(found)


def _cells(row: str) -> list[str]:
    row = row.strip()
    row = row[1:] if row.startswith("|") else row
    row = row[:-1] if row.endswith("|") and not row.endswith("\\|") else row
    return [plain(cell.replace("\\|", "|")) for cell in _CELL_BREAK.split(row)]


def read_table(table: Table, groups: Mapping[int, Group | None], source: str) -> Block | None:
    """The ports or parameters of a table; None when it is about something else.

    Raises SpecError for a row that does not fit into a table of ports.
    """
    columns = _columns(table)
    group = groups.get(table.first)
    names = columns.get("name")
    if "parameter" in columns and names is None:
        return _parameters(table, columns, strict=group == "parameters")
    if names is None:
        return None
    if "direction" not in columns and "type" not in columns:
        if group == "parameters":
            return _parameters(table, {**columns, "parameter": names}, strict=True)
        if group not in ("input", "output", "inout"):
            return None
    return _ports(table, columns, group, source)


def _columns(table: Table) -> dict[Column, int]:
    found: dict[Column, int] = {}
    for index, title in enumerate(table.rows[0][1]):
        text = re.sub(r"\s+", " ", title.strip(" .:").lower())
        for pattern, column in _TITLES:
            if column not in found and pattern.fullmatch(text):
                found[column] = index
                break
    return found


def _ports(
    table: Table, columns: Mapping[Column, int], group: Group | None, source: str
) -> Block | None:
    ports: list[PortClaim] = []
    problems: list[SpecError] = []
    section: Direction | None = group if group in ("input", "output", "inout") else None
    title = table.rows[0][1][columns["name"]].strip().lower()
    directions = columns.get("direction", columns.get("type", columns["name"]))
    section = section or phrases.direction_of(title)
    for line, cells in table.rows[1:]:
        filled = [cell for cell in cells if cell]
        if len(filled) == 1 and (heading := group_of(filled[0])) in ("input", "output", "inout"):
            section = heading
            continue
        if not filled:
            continue
        try:
            ports += _row(line, cells, columns, section, source)
        except SpecError as error:
            problems.append(error)
    known = any(phrases.direction_of(cells[directions]) for _, cells in table.rows[1:])
    if problems and (ports or known):
        raise problems[0]
    if not ports:
        return None
    return Block("table", "table", table.first, table.lines[-1], tuple(ports))


def _row(
    line: int,
    cells: tuple[str, ...],
    columns: Mapping[Column, int],
    section: Direction | None,
    source: str,
) -> list[PortClaim]:
    def cell(column: Column) -> str:
        return cells[columns[column]].strip() if column in columns else ""

    words = cell("direction") or cell("type")
    direction = phrases.direction_of(words)
    if direction is None and (match := _DIRECTION_WORD.match(words)):
        direction = phrases.direction_of(match[1])
    if direction is None and (words or section is None):
        raise SpecError(
            f"the table says `{words}` where a direction is expected; write input, output or inout",
            source=source,
            line=line,
        )
    kind = phrases.read_phrase(cell("type") if "direction" in columns else words)
    try:
        item = items.read_entry(cell("name"), line, direction or "input")
    except UnreadableItemError as error:
        raise SpecError(str(error), source=source, line=line) from None
    if item is None or not _only_names(cell("name")):
        raise SpecError(
            f"`{cell('name')}` cannot be a port's name: it is not an identifier",
            source=source,
            line=line,
        )
    width = None
    stated = cell("width")
    if not _UNSTATED.fullmatch(stated):
        width = phrases.width_cell(stated)
        if width is None:
            raise SpecError(
                f"the width `{stated}` is not understood; write a number, a range such as [7:0] "
                "or an expression of parameters",
                source=source,
                line=line,
            )
    for port in item.ports:
        if port.range and width and not phrases.same_bits(port.range, width):
            raise SpecError(
                f"`{cell('name')}` and the width `{stated}` beside it differ; write one of them",
                source=source,
                line=line,
            )
    return [
        PortClaim(
            port.name,
            line,
            direction or section,
            port.range or width or kind.range,
            kind.signed or "signed" in cell("width").lower().split(),
            cell("description"),
        )
        for port in item.ports
    ]


def _only_names(text: str) -> bool:
    rest = _NAMES.sub("", text)
    return not rest.replace("and", "").strip(" ,/&")


def _parameters(table: Table, columns: Mapping[Column, int], *, strict: bool) -> Block | None:
    """Rows whose default is a constant; a table of other values, such as latencies, is none."""
    found: list[ParameterClaim] = []
    for line, cells in table.rows[1:]:
        name = cells[columns["parameter"]].strip()
        value = cells[columns["default"]].strip() if "default" in columns else ""
        if not re.fullmatch(IDENTIFIER, name):
            return None
        if _UNSTATED.fullmatch(value):
            value = ""
        if value and not re.fullmatch(items.VALUE, value):
            return None
        if not value and not strict:
            return None
        text = cells[columns["description"]].strip() if "description" in columns else ""
        default = items.clean_value(value) if value else None
        found.append(ParameterClaim(name, line, default, description=text))
    if not found:
        return None
    return Block("table", "table", table.first, table.lines[-1], parameters=tuple(found))
