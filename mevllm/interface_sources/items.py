"""One line or list item: the ports or the parameters that it declares.

Two orders are read: `input [7:0] a, b: operands` and `a, b: 8-bit inputs`. Whether a line stands
where ports are listed is for its caller to know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches

from mevllm.interface_sources import phrases
from mevllm.interface_sources.claims import ParameterClaim, PortClaim, Range
from mevllm.interface_sources.phrases import IDENTIFIER, RANGE, Phrase
from mevllm.spec import Direction

_DIRECTION = re.compile(
    r"(?P<word>inputs?|outputs?|inouts?|bidirectional)\b(?![-_])(?P<colon>\s*:)?\s*"
    r"(?:(?:ports?|signals?|pins?)\b\s*(?=[A-Za-z_]))?",
    re.IGNORECASE,
)
_TYPE = re.compile(r"(wire|reg|logic|tri|bit|var|signed|unsigned)\b\s*")
_NAME = re.compile(rf"({IDENTIFIER})")
_SEPARATOR = re.compile(r"\s*(?:,\s*(?:and\s)?|and\s|&|/)\s*")
_BOUNDARY = re.compile(r"\s*(?:$|[(,;:.=]|//|-(?:\s|$))")
_GROUP = re.compile(r"\s*\(([^()]*)\)")
_LEADING_BITS = re.compile(r"\(?((?:\d+|[A-Z]\w*)\s*-?\s*bits?)\)?\s+(?=[A-Za-z_])")
_ATTRIBUTE_WORDS = (
    "registered synchronous asynchronous signed unsigned optional active high low combinational "
    "input output inout each bits bit wide and or one"
)
_ATTRIBUTES = frozenset(_ATTRIBUTE_WORDS.split())
_OTHER_WORDS = (
    "input inputs output outputs inout inouts and or none bit bits note notes nb remark example"
)
_NOT_NAMES = frozenset(_OTHER_WORDS.split())
_SENTENCE = re.compile(
    r"\b(?:is|are|was|must|shall|should|will|has|have|had|can|may|does|do|when|if|goes|becomes|"
    r"stays|remains|means|changes|holds|always|never|there)\b",
    re.IGNORECASE,
)
MAX_SENTENCE = 160
"""How far into a description a width is looked for."""
VALUE = (
    rf'(?:"[^"\n]*"|0[xX][0-9a-fA-F_]+|0[bB][01_]+|\d+\.\d+|\d*\'[sS]?[bBoOdDhH][0-9a-fA-F_]+'
    rf"|-?{phrases.EXPRESSION})"
)
_VALUE_END = r"(?=\s*(?:$|[;,:)\]]|\.(?!\d)|-\s|\(|//|bits?\b))"
_DEFAULT = re.compile(
    rf"\bdefault(?:s|ed|ing)?(?:\s+value)?\s*(?:to|of|is|=|:)?\s*(?P<value>{VALUE}){_VALUE_END}",
    re.IGNORECASE,
)
_PARAMETER = re.compile(
    rf"(?P<keyword>parameter\s+)?(?:(?P<type>int|integer|logic|bit|real|signed)\s+)?"
    rf"(?:\[[^\]]*\]\s*)?(?P<name>{IDENTIFIER})(?P<rest>.*)\Z"
)
_ASSIGNED = re.compile(rf"\s*=\s*(?P<value>{VALUE}){_VALUE_END}[;,]?\s*(?P<rest>.*)\Z")
_BARE_VALUE = re.compile(
    r"\s*(?::\s*|\(\s*|\s-\s)(?P<value>\d[\w']*|\"[^\"]*\")\s*\)?\s*(?:$|[;,.]|-\s|\()"
)


class UnreadableItemError(Exception):
    """An item that surely declares something, in a way that is not understood."""


@dataclass(frozen=True)
class Item:
    """The ports that an item declares."""

    ports: tuple[PortClaim, ...]
    sure: bool
    """Whether the form alone shows a declaration, wherever it stands."""


def is_sentence(text: str) -> bool:
    """Whether a text reads as prose rather than as a declaration."""
    return _SENTENCE.search(text) is not None


def read_item(text: str, line: int, *, in_code: bool = False, listed: bool = False) -> Item | None:
    """Read an item that says its direction itself, in either order; None when it declares none.

    `listed` says that it stands where ports are listed. Raises UnreadableItemError.
    """
    return _direction_first(text, line, in_code) or _name_first(text, line, in_code, listed)


def read_entry(text: str, line: int, direction: Direction) -> Item | None:
    """Read an item of a list whose heading gives the direction: `a [7:0]: operand`."""
    if _DIRECTION.match(text) and (item := _direction_first(text, line, in_code=True)):
        stated = item.ports[0].direction
        if stated != direction:
            raise UnreadableItemError(f"this {stated} is listed among the {direction}s")
        return item
    names = _names(text, 0)
    if names is None or not _BOUNDARY.match(text, names[1]):
        return None
    found, description = _tail(text[names[1] :], plural=True)
    return Item(_claims(names[0], line, direction, found, description), sure=False)


def read_names(text: str, line: int, direction: Direction) -> Item | None:
    """Read names alone, as after `Inputs:`: `clk, rst, a[7:0], b (4 bits)`."""
    ports: list[PortClaim] = []
    position = 0
    text = text.rstrip(" .;")
    while position < len(text):
        match = _NAME.match(text, position)
        if match is None or match[1].lower() in _NOT_NAMES:
            return None
        position, width, signed = match.end(), None, False
        while position < len(text) and not (match_sep := _SEPARATOR.match(text, position)):
            group = _GROUP.match(text, position)
            bracket = RANGE.match(text, _skip_spaces(text, position))
            if bracket is not None and phrases.range_at(bracket):
                width, position = phrases.range_at(bracket), bracket.end()
            elif group is not None:
                phrase = phrases.read_group(group[1])
                width, signed, position = phrase.range, phrase.signed, group.end()
            else:
                return None
        ports.append(PortClaim(match[1], line, direction, width, signed))
        if position < len(text):
            position = match_sep.end() if match_sep else position
    return Item(tuple(ports), sure=False) if ports else None


def _direction_first(text: str, line: int, in_code: bool) -> Item | None:
    head = _DIRECTION.match(text)
    if head is None:
        return None
    direction = phrases.direction_of(head["word"])
    position, signed, width = head.end(), False, None
    while True:
        if kind := _TYPE.match(text, position):
            signed = signed or kind[1] == "signed"
            position, keyword = kind.end(), kind[1]
        elif (bracket := RANGE.match(text, position)) and phrases.range_at(bracket):
            if width is not None:
                raise UnreadableItemError("a port with two ranges is not supported; flatten it")
            width = phrases.range_at(bracket)
            position = _skip_spaces(text, bracket.end())
        elif width is None and (phrase := _leading_bits(text, position)):
            width, position = phrase.range, phrase.end
        else:
            break
    names = _names(text, position)
    if names is None:
        if position > head.end() and width is None and position >= len(text.rstrip()):
            return Item((PortClaim(keyword, line, direction),), sure=True)
        _refuse_bad_name(text, head, position)
        return None
    if not _BOUNDARY.match(text, names[1]):
        _refuse_bad_name(text, head, position)
        return None
    if width is not None and any(r is not None for _, r in names[0]):
        raise UnreadableItemError("an array of vectors is not supported as a port; flatten it")
    found, description = _tail(text[names[1] :], plural=True)
    found = phrases.merge(Phrase(0, width, direction, signed), found)
    sure = (head["word"].islower() and head["colon"] is None) or in_code
    if not sure and width is None and re.fullmatch(r"[A-Z][a-z]+", names[0][0][0]):
        return None  # `Output Encoding: one-hot` is a remark in title case.
    return Item(_claims(names[0], line, direction, found, description), sure)


def _leading_bits(text: str, position: int) -> Phrase | None:
    match = _LEADING_BITS.match(text, position)
    width = phrases.width_cell(match[1]) if match else None
    return Phrase(match.end(), width) if match and width else None


def _refuse_bad_name(text: str, head: re.Match[str], position: int) -> None:
    """Tell a misspelt declaration, `input 2nd`, from prose that begins with the word."""
    rest = text[position:].strip()
    word = re.match(r"[^\s,:;()]+", rest)
    plain_head = head["word"] in ("input", "output", "inout") and head["colon"] is None
    if not (plain_head and word) or is_sentence(rest):
        return
    end = word.end()
    if _BOUNDARY.match(rest, end) and not re.fullmatch(r"\[.*|[A-Za-z_][\w$]*\[\d+\]", word[0]):
        raise UnreadableItemError(f"`{word[0]}` cannot be a port's name: it is not an identifier")


def refuse_misspelling(text: str, line: int) -> None:
    """Raise UnreadableItemError for an item that would be a port but for its first word.

    `ouput q (8 bits)` is meant as a port; leaving it out would give a wrong interface.
    """
    first, _, rest = text.partition(" ")
    if re.match(r"(?:input|output|inout)\s*\[", text) and not is_sentence(text):
        raise UnreadableItemError(
            f"no port can be read from `{text[:60]}`; write `{first} [7:0] a`"
        )
    close = get_close_matches(first.lower(), ("input", "output", "inout"), 1, cutoff=0.75)
    if close and first.lower() != close[0]:
        item = _direction_first(f"{close[0]} {rest}", line, in_code=False)
        if item is not None and item.sure:
            raise UnreadableItemError(f"`{first}` is no direction; is `{close[0]}` meant?")


def _name_first(text: str, line: int, in_code: bool, listed: bool) -> Item | None:
    names = _names(text, 0)
    if names is None or not _BOUNDARY.match(text, names[1]):
        return None
    if names[0][0][0].lower() in _NOT_NAMES:
        return None
    tail = text[names[1] :]
    found, description = _tail(
        tail, plural=len(names[0]) > 1, listed=listed and not is_sentence(tail)
    )
    if found.direction is None:
        if listed and (in_code or found.range or names[0][0][1]) and not is_sentence(tail):
            raise UnreadableItemError(
                f"`{names[0][0][0]}` has no direction; write `input {names[0][0][0]}` or "
                f"`output {names[0][0][0]}`"
            )
        return None
    # Parentheses show a declaration: `a` (input); words after a colon may be about anything.
    group = _GROUP.match(tail)
    sure = group is not None and phrases.read_group(group[1]).direction is not None
    return Item(_claims(names[0], line, found.direction, found, description), sure)


def _claims(
    names: list[tuple[str, Range | None]],
    line: int,
    direction: Direction | None,
    found: Phrase,
    description: str,
) -> tuple[PortClaim, ...]:
    ports: list[PortClaim] = []
    for name, own in names:
        width = found.range
        if own is not None:
            if width is not None and not phrases.same_bits(own, width):
                raise UnreadableItemError(
                    f"`{name}` has the range [{own.msb}:{own.lsb}] and another width beside it"
                )
            width = own
        ports.append(PortClaim(name, line, direction, width, found.signed, description))
    return tuple(ports)


def _names(text: str, position: int) -> tuple[list[tuple[str, Range | None]], int] | None:
    """Names with their own ranges, and where they end; None when none begins here."""
    found: list[tuple[str, Range | None]] = []
    while True:
        match = _NAME.match(text, position)
        if match is None:
            return None
        end = match.end()
        bracket = RANGE.match(text, _skip_spaces(text, end))
        own = phrases.range_at(bracket) if bracket else None
        if bracket is not None and own is not None:
            end = bracket.end()
            if RANGE.match(text, _skip_spaces(text, end)):
                raise UnreadableItemError("a port with two ranges is not supported; flatten it")
        found.append((match[1], own))
        separator = _SEPARATOR.match(text, end)
        after = _NAME.match(text, separator.end()) if separator else None
        if separator is None or after is None or after[1].lower() in _ATTRIBUTES:
            return found, end
        beyond = RANGE.match(text, _skip_spaces(text, after.end()))
        stop = beyond.end() if beyond else after.end()
        if not (_BOUNDARY.match(text, stop) or _SEPARATOR.match(text, stop)):
            return found, end
        position = separator.end()


def _skip_spaces(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _tail(text: str, *, plural: bool, listed: bool = False) -> tuple[Phrase, str]:
    """What follows the names: groups in parentheses, then a description."""
    found = Phrase()
    text = text.strip()
    unread = ""
    while text.startswith("("):
        end = _closing(text)
        if end < 0:
            break
        group = phrases.read_group(text[1:end])
        if group == Phrase():
            unread += f"{text[: end + 1]} "
        found = phrases.merge(found, group)
        text = text[end + 1 :].strip()
    text = re.sub(r"\A(?:[:;,.=]|//|-+(?=\s|$))+\s*", "", text)
    phrase = phrases.read_phrase(text, plural=plural, listed=listed)
    rest = text[phrase.end :].strip()
    if phrase.end and rest.startswith("("):
        end = _closing(rest)
        phrase = phrases.merge(phrase, phrases.read_group(rest[1:end])) if end > 0 else phrase
    found = phrases.merge(found, phrase)
    if found.range is None and (later := phrases.LATER_WIDTH.search(text[:MAX_SENTENCE])):
        found = phrases.merge(found, Phrase(0, phrases.bits_of(later[1] or later[2], soft=True)))
    return found, f"{unread}{text}".strip(" ;")


def _closing(text: str) -> int:
    """Where the parenthesis that opens a text closes; -1 when it does not."""
    depth = 0
    for index, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return index
    return -1


def read_parameters(text: str, line: int, *, listed: bool) -> tuple[ParameterClaim, ...]:
    """Read `WIDTH = 8`, `parameter int WIDTH = 8`, `WIDTH (default 8): bits`, `WIDTH: 8`.

    `listed` says that the item stands in a list of parameters; elsewhere only the word
    `parameter` shows one. A parameter without a default is returned without one.
    """
    if listed and text.count("=") > 1:
        several = re.split(r"[,;]\s*(?=[A-Za-z_][\w$]*\s*=)", text.rstrip(" ;."))
        if len(several) > 1:
            return tuple(c for part in several for c in read_parameters(part, line, listed=True))
    match = _PARAMETER.match(text)
    if match is None or not (listed or match["keyword"]):
        return ()
    rest = match["rest"]
    if not (listed and _BOUNDARY.match(rest)) and not re.match(r"\s*(?:=|\(default)", rest):
        return ()
    value: str | None = None
    description = rest
    if assigned := _ASSIGNED.match(rest):
        value, description = assigned["value"], assigned["rest"]
    elif (given := _DEFAULT.search(rest)) or (given := _BARE_VALUE.match(rest)):
        value = given["value"]
    elif rest.startswith(","):
        return ()  # `IDLE, RUN: the states` names constants of the design, not parameters.
    elif rest.lstrip().startswith("="):
        raise UnreadableItemError(f"the default of `{match['name']}` is not a constant expression")
    kind = match["type"] or ""
    description = description.strip(" :;,-")
    return (
        ParameterClaim(
            match["name"],
            line,
            None if value is None else clean_value(value),
            kind if kind in ("int", "integer", "real") else "",
            description,
        ),
    )


def clean_value(value: str) -> str:
    """A default in Verilog's notation: `0x1F` becomes `'h1F`, `0b10` becomes `'b10`."""
    value = value.strip()
    if match := re.fullmatch(r"0([xXbB])([0-9a-fA-F_]+)", value):
        return f"'{'h' if match[1] in 'xX' else 'b'}{match[2]}"
    return value
