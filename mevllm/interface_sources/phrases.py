"""Widths, directions and signs out of the words beside a port's name: `8-bit signed input`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from mevllm import expressions
from mevllm.interface_sources.claims import Range
from mevllm.spec import Direction

IDENTIFIER = r"[A-Za-z_][A-Za-z0-9_$]*"
_UNIT = rf"(?:\$clog2\([^()]{{1,60}}\)|\([^()]{{1,60}}\)|\d[\d_]*|{IDENTIFIER})"
EXPRESSION = rf"{_UNIT}(?:\s*(?:\*\*|[-+*/])\s*{_UNIT}){{0,8}}"

RANGE = re.compile(
    r"[\[<]\s*([^\[\]<>:]{1,80}?)\s*(?::|\.\.)\s*([^\[\]<>:]{1,80}?)\s*[\]>]"
    r"|\(\s*([^():]{1,80}?)\s*(?::|\bdownto\b)\s*([^():]{1,80}?)\s*\)"
)
"""`[7:0]`, and the habits of other tools: `<7:0>`, `[7..0]`, `(7 downto 0)`."""

LATER_WIDTH = re.compile(
    r"\b(?:width|size)\s+of\s+(\d+|[A-Z]\w*)[\s-]bits?\b|\b(\d+|[A-Z]\w*)\s+bits\s+wide\b"
)
"""A width that is said later in a description: `the operand, with a data width of 16 bits`."""

_NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen"
)
NUMBER_WORDS = {word: str(value) for value, word in enumerate(_NUMBERS.split())} | {
    "single": "1",
    "twenty-four": "24",
    "thirty-two": "32",
    "sixty-four": "64",
}
_NUMBER_WORD = "|".join(sorted(NUMBER_WORDS, key=len, reverse=True))
_BITS = re.compile(
    rf"(?:(?P<bits>{_NUMBER_WORD}|{EXPRESSION})\s*(?P<unit>-?\s*bits?)|(?P<short>\d{{1,5}})b)"
    r"(?![\w$])(?P<wide>\s*(?:wide|long|in\s+width)\b)?(?:\s+each\b)?",
    re.IGNORECASE,
)
_SIZED = re.compile(
    rf"(?:of\s+)?(?:(?:bit[\s-]?)?width|size)\s*(?:of|is|:|=)?\s*(?P<bits>\d+|{EXPRESSION})"
    r"(?:\s*-?\s*bits?\b)?",
    re.IGNORECASE,
)
_DIRECTION = re.compile(
    r"(?P<word>input|output|inout|bidirectional)(?P<plural>s?)\b(?![-_])"
    r"(?=\s*(?:$|[,.;:()\[\]/]|-\s|\d|(?:and|signals?|ports?|pins?|bus|vector|data|operands?|word"
    r"|byte|bits?|values?|numbers?|clock|wire|reg|logic|signed|unsigned|for|that|which|of|from|to"
    r"|representing|indicating|containing|carrying|with|when|used|asserted|width|active|high|low"
    r"|one|single)\b))",
    re.IGNORECASE,
)
_SIGN = re.compile(r"(signed|unsigned)\b", re.IGNORECASE)
_TYPE = re.compile(r"(?:wire|reg|logic|tri|var)\b", re.IGNORECASE)
_GAP = re.compile(r"[ ,]*")
_GAP_AFTER = re.compile(r"[ ,:]*")
_LEADING_DIRECTION = re.compile(
    r"\s*(?P<word>input|output|inout)\s+(?!enable|select|mode|register|buffer|stage|or\b|and\b)"
    r"(?=[a-z])",
    re.IGNORECASE,
)
_PARENTHESES = re.compile(r"\(([^()]{1,40})\)")
_WORD = re.compile(r"[A-Za-z][\w'/-]*")
_DETERMINERS = frozenset(("a", "an", "the", "each", "one"))
_SENTENCE_WORDS = (
    "the of from to on in into when while by if for that which with at as or not nor is are was "
    "were be being becomes must should will shall can may has have goes go does do it its this "
    "these until after before during then than selects holds gives sets loads drives reads "
    "writes contains shows means counts increments decrements starts stops enables only"
)
_STOP_WORDS = frozenset(_SENTENCE_WORDS.split())
_BIT_KINDS = frozenset(("LSB", "MSB", "ECC", "CRC"))
_MAX_WORDS = 8

_WHOLE_DIRECTIONS: dict[str, Direction] = {
    **dict.fromkeys(("input", "inputs", "in", "i"), "input"),
    **dict.fromkeys(("output", "outputs", "out", "o"), "output"),
    **dict.fromkeys(("inout", "inouts", "io", "i/o", "in/out", "input/output"), "inout"),
    **dict.fromkeys(("bidirectional", "bidir"), "inout"),
}


@dataclass(frozen=True)
class Phrase:
    """What was found, and how far the text was used."""

    end: int = 0
    range: Range | None = None
    direction: Direction | None = None
    signed: bool = False


def direction_of(word: str) -> Direction | None:
    """The direction that a whole word or table cell names, abbreviations included."""
    return _WHOLE_DIRECTIONS.get(word.strip(" .:").lower())


def range_of(msb: str, lsb: str) -> Range | None:
    """A range as written; None when its bounds are no constant expressions."""
    try:
        expressions.parse(msb)
        expressions.parse(lsb)
    except expressions.ExpressionError:
        return None
    return Range(expressions.fold(msb), expressions.fold(lsb), vector=True, written=True)


def range_at(match: re.Match[str]) -> Range | None:
    """The range that a match of RANGE holds."""
    if match[1] is not None:
        return range_of(match[1], match[2])
    # Words stand in round brackets too, `(width: 8)`, `(default: MODE)`; ranges are in capitals.
    if ":" in match[0] and any(not name.isupper() for name in expressions.identifiers(match[3])):
        return None
    return range_of(match[3], match[4])


def bits_of(text: str, *, soft: bool = False) -> Range | None:
    """A width given as a number, a number word or an expression; None when it is none of them.

    With `soft`, a name in lower case is taken for a width only if it turns out a parameter.
    """
    text = NUMBER_WORDS.get(text.strip().lower(), text.strip())
    try:
        bits = expressions.parse(text)
        msb, lsb = expressions.bounds(text)
    except expressions.ExpressionError:
        return None
    names = expressions.identifiers(text)
    unsure = soft and any(n in _BIT_KINDS or not n.isupper() for n in names)
    return Range(msb, lsb, vector=bits.value != 1, soft=unsure)


def same_bits(a: Range, b: Range) -> bool:
    """Whether two mentions of a width can both be true."""
    if a.soft or b.soft:
        return True
    return expressions.width(a.msb, a.lsb) == expressions.width(b.msb, b.lsb)


def width_cell(text: str) -> Range | None:
    """The width in a table cell or front matter: `8`, `7:0`, `[7:0]`, `8 bits`, `WIDTH-1:0`."""
    text = text.strip(" .")
    if match := RANGE.fullmatch(text):
        return range_at(match)
    if text.count(":") == 1 and (match := RANGE.fullmatch(f"[{text}]")):
        return range_at(match)
    if match := _BITS.fullmatch(text):
        return bits_of(match["bits"] or match["short"])
    if match := _SIZED.fullmatch(text):
        return bits_of(match["bits"])
    return bits_of(text)


def read_group(text: str) -> Phrase:
    """Read what stands in parentheses after a name: `8-bit, input`, `in`, `[7:0]`, `signed`."""
    found = Phrase()
    if (match := RANGE.fullmatch(f"({text})")) and (width := range_at(match)):
        return Phrase(range=width)
    for part in re.split(r"[,;]\s*|\s+-\s+", text):
        part = part.strip()
        phrase = read_phrase(part)
        direction = phrase.direction or direction_of(part)
        width = phrase.range
        if width is None and (match := RANGE.search(part)):
            width = range_at(match)
        if width is None and re.fullmatch(r"\d{1,5}|[A-Z][A-Z0-9_]*", part):
            width = bits_of(part)
            width = replace(width, soft=True) if width and not part.isdigit() else width
        found = merge(found, Phrase(0, width, direction, phrase.signed))
    return found


def merge(first: Phrase, second: Phrase) -> Phrase:
    """Both findings; a range as written goes before a number of bits, else the first wins."""
    found = [width for width in (first.range, second.range) if width is not None]
    width = max(found, key=lambda r: (r.written, not r.soft), default=None)
    return Phrase(
        second.end,
        width,
        first.direction or second.direction,
        first.signed or second.signed,
    )


def read_phrase(text: str, *, plural: bool = False, listed: bool = False) -> Phrase:
    """Read the beginning of a description: `8-bit input operand`, `input, 8 bits. Held...`.

    Stops at the first word that shows a sentence under way, so that `high while the 8-bit input
    is valid` says nothing. `plural` lets `inputs` name a direction; `listed` lets any words
    follow one that comes first, `output chip select`, as in a list of ports.
    """
    found = Phrase()
    position = 0
    at_start = True
    if listed and (match := _LEADING_DIRECTION.match(text)):
        position = match.end("word")
        found = Phrase(position, direction=direction_of(match["word"]))
    for _ in range(_MAX_WORDS):
        gap = _GAP_AFTER if at_start and found.end else _GAP
        position = gap.match(text, position).end()  # type: ignore[union-attr]
        step, position, word = _step(text, position, at_start, plural)
        if step is not None:
            found = merge(found, step)
            at_start = True
        elif not word or (word.lower() in _STOP_WORDS and not (at_start and word == "the")):
            break
        else:
            at_start = at_start and word.lower() in _DETERMINERS
    return found


def _step(text: str, position: int, at_start: bool, plural: bool) -> tuple[Phrase | None, int, str]:
    """One finding or one word at a position, and where to go on."""
    if match := RANGE.match(text, position):
        width = range_at(match)
        return (Phrase(match.end(), width) if width else None), match.end(), ""
    if match := _PARENTHESES.match(text, position):
        bits = _BITS.fullmatch(match[1].strip())
        if bits and (width := bits_of(bits["bits"] or bits["short"], soft=True)):
            return Phrase(match.end(), width), match.end(), ""
    match = _BITS.match(text, position)
    # `write 8 bits at a time` tells no width; `first 8-bit operand` does.
    if match and (at_start or match["wide"] or match["unit"].startswith("-")):
        width = bits_of(match["bits"] or match["short"], soft=True)
        return Phrase(match.end(), width), match.end(), ""
    if (match := _SIZED.match(text, position)) and (width := bits_of(match["bits"], soft=True)):
        return Phrase(match.end(), width), match.end(), ""
    match = _DIRECTION.match(text, position)
    if match and (plural or not match["plural"]):
        return Phrase(match.end(), None, direction_of(match["word"])), match.end(), ""
    if match := _SIGN.match(text, position):
        return Phrase(match.end(), signed=match[1].lower() == "signed"), match.end(), ""
    if match := _TYPE.match(text, position):
        return Phrase(match.end()), match.end(), ""
    match = _WORD.match(text, position)
    return None, match.end() if match else position, match[0] if match else ""
