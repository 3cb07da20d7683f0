"""Literals, lists and tables that the texts and references of many families share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from mevllm.data.design import Description, Design, Exhibit, Family
from mevllm.data.draw import Draw
from mevllm.data.stimulus import Row, combinational
from mevllm.spec import Port

Rules = Callable[[], Sequence[str]]
"""Draws the sentences that say a behaviour; each call may word them differently."""

_WORDS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen"),
)

WIDTHS = (1, 1, 2, 3, 4, 4, 5, 6, 7, 8, 8, 8, 9, 10, 12, 16, 16, 20, 24, 32, 32, 48, 64)
"""Widths of data, the frequent ones more than once."""


def number(value: int) -> str:
    """`three`; digits above sixteen."""
    return _WORDS[value] if value < len(_WORDS) else str(value)


def binary(width: int, value: int) -> str:
    """A sized Verilog literal: `4'b0101`."""
    return f"{width}'b{value:0{width}b}"


def hexadecimal(width: int, value: int) -> str:
    """A sized Verilog literal: `8'h0f`."""
    return f"{width}'h{value:0{(width + 3) // 4}x}"


def decimal(width: int, value: int) -> str:
    """A sized Verilog literal: `8'd10`."""
    return f"{width}'d{value}"


def zero(width: int) -> str:
    """Zero as a sized literal: `1'b0`, `8'd0`."""
    return "1'b0" if width == 1 else f"{width}'d0"


def ones(width: int) -> str:
    """All ones: `4'b1111`, `{16{1'b1}}`."""
    return binary(width, (1 << width) - 1) if width <= 8 else f"{{{width}{{1'b1}}}}"


def signed(width: int, value: int) -> int:
    """The two's complement value of so many bits."""
    value &= (1 << width) - 1
    return value - (1 << width) if value >> (width - 1) else value


def bits(count: int) -> str:
    """`1 bit`, `8 bits`."""
    return "1 bit" if count == 1 else f"{count} bits"


def sized(width: int, noun: str) -> str:
    """`8-bit adder`; the noun alone for one bit."""
    return noun if width == 1 else f"{width}-bit {noun}"


def article(noun: str) -> str:
    """The noun with its article: `an 8-bit adder`."""
    return f"{'an' if noun.startswith(('8', '11', '18', *'aeioAEIO')) else 'a'} {noun}"


def listed(names: Sequence[str], last: str = "and") -> str:
    """Names in backquotes: `a`, `b` and `c`."""
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"


def joined(*sentences: str) -> str:
    """The sentences that are not empty, with a space between."""
    return " ".join(sentence for sentence in sentences if sentence)


def kept(*sentences: str) -> tuple[str, ...]:
    """The sentences that are not empty."""
    return tuple(sentence for sentence in sentences if sentence)


def initial(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def grid(draw: Draw, head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table, as Markdown or as plain columns."""
    cells = [[str(cell) for cell in row] for row in (head, *rows)]
    wide = [max(len(row[i]) for row in cells) for i in range(len(head))]
    padded = [[f"{c:<{w}}" for c, w in zip(row, wide, strict=True)] for row in cells]
    style = draw.choice(("markdown", "bars", "columns"))
    if style == "markdown":
        rule = "|" + "|".join("-" * (w + 2) for w in wide) + "|"
        lines = [f"| {' | '.join(row)} |" for row in padded]
        return "\n".join((lines[0], rule, *lines[1:]))
    gap = " | " if style == "bars" else "  "
    return "\n".join(gap.join(row).rstrip() for row in padded)


def varied(draw: Draw, count: int, width: int) -> list[int]:
    """So many numbers of `width` bits, each bit of which is 1 in one of them and 0 in another."""
    values = [draw.bits(width) for _ in range(count)]
    for bit in range(width):
        if len({value >> bit & 1 for value in values}) == 1:
            values[draw.int(0, count - 1)] ^= 1 << bit
    return values


def logic(
    draw: Draw,
    family: Family,
    *,
    modules: Sequence[str],
    ports: Sequence[Port],
    body: str,
    title: str,
    rules: Rules,
    choices: Mapping[str, object],
    intro: Sequence[str] = ("",),
    terse: str = "",
    exhibits: Sequence[Exhibit] = (),
    directed: Sequence[Row] = (),
    random_rows: int = 200,
    helpers: str = "",
    stored: bool = False,
) -> Design:
    """A design without a clock; its texts end up with the rules, which must suffice alone.

    `intro` holds wordings of an opening of the prose; `terse` comes before the rules of the
    comment, the title if empty; `stored` says that the design is a latch. Backquotes are left
    out of some texts, as engineers do.
    """

    def said() -> list[str]:
        return [initial(rule) for rule in rules() if rule]

    closings = (
        "",
        "",
        "The circuit is combinational.",
        "There is no clock; the outputs follow the inputs.",
        "Use combinational logic only.",
    )
    closing = "" if stored else draw.say(*closings)
    prose = joined(draw.choice(intro), *said(), closing)
    points = said()
    note = draw.say("Purely combinational.", "The module has no storage.", "Combinational logic.")
    if not stored:
        points.insert(draw.choice((0, len(points))), note)
    if draw.chance(0.35):
        prose = prose.replace("`", "")
    if draw.chance(0.35):
        points = [point.replace("`", "") for point in points]
    comment = joined(terse or f"{initial(title)}.", *said())
    return draw.design(
        family,
        module=draw.module(*modules),
        ports=ports,
        body=body,
        description=Description(
            title, comment.replace("`", ""), prose, tuple(points), tuple(exhibits)
        ),
        stimulus=combinational(draw, ports, directed=directed, random_rows=random_rows),
        choices=tuple(choices.items()),
        helpers=helpers,
    )


def thin(draw: Draw, width: int) -> int:
    """A random number in which only a few bits, one in eight, are 1."""
    words: list[int] = [draw.bits(width) for _ in range(3)]
    return words[0] & words[1] & words[2]


def together(draw: Draw, *sets: tuple[str, ...]) -> list[str]:
    """Port names that belong together, one of the sets; to be drawn before other names."""
    return [draw.name(name) for name in draw.choice(sets)]


def brief(title: str, rules: Rules) -> str:
    """The title and the rules, for a comment."""
    return joined(f"{initial(title)}.", *(initial(rule) for rule in rules()))
