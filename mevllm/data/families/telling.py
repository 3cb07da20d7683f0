"""Descriptions told from facts: each fact in several wordings, drawn anew for prose and points."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.design import Description, Exhibit, ExhibitKind
from mevllm.data.draw import Clocking, Draw

Fact = str | tuple[str, ...]
"""A sentence, or several wordings of one; an empty one is left out."""


def tell(
    draw: Draw,
    *,
    title: str,
    terse: str,
    opening: Fact,
    facts: Sequence[Fact],
    exhibits: Sequence[Exhibit] = (),
) -> Description:
    """A description whose prose is the opening and the facts, and whose points are the facts.

    The facts alone must suffice: the opening may repeat them, or say what the design is for.
    """
    listed = tuple(sentence for sentence in (_worded(draw, fact) for fact in facts) if sentence)
    return Description(title, terse, _prose(draw, opening, facts), listed, tuple(exhibits))


def exhibit(
    draw: Draw, kind: ExhibitKind, opening: Fact, facts: Sequence[Fact], text: str, last: str = ""
) -> Exhibit:
    """An exhibit whose intro is the opening, the facts, and a last sentence that presents it."""
    intro = _prose(draw, opening, facts)
    return Exhibit(kind, f"{intro} {last}".strip(), text)


def _prose(draw: Draw, opening: Fact, facts: Sequence[Fact]) -> str:
    spoken = [s for s in (_worded(draw, fact) for fact in facts) if s]
    cut = len(spoken) // 2 if len(spoken) > 3 and draw.chance(0.5) else 0
    text = _worded(draw, opening)
    for i, sentence in enumerate(spoken):
        text += ("\n\n" if cut and i == cut else " ") + sentence
    return text.strip()


def clocked(draw: Draw, clocking: Clocking, effect: str) -> tuple[Fact, ...]:
    """The facts about the clock edge and the reset, in several wordings each."""
    edges = tuple(clocking.edge_sentence(draw) for _ in range(3))
    resets = tuple(clocking.reset_sentence(draw, effect) for _ in range(3))
    return (edges, resets)


def clock_words(clocking: Clocking, effect: str) -> str:
    """Edge and reset in one short sentence, for comments: `posedge clk; async low rst_n: ...`."""
    text = f"{clocking.edge} {clocking.clock}"
    if clocking.reset:
        kind = "async" if clocking.asynchronous else "sync"
        level = "high" if clocking.active_high else "low"
        text += f"; {kind} active-{level} {clocking.reset} {effect}"
    return text[0].upper() + text[1:] + "."


def lit(width: int, value: int) -> str:
    """A sized decimal literal: `8'd10`; the value is taken modulo 2**width."""
    return f"{width}'d{value % (1 << width)}"


def bin_lit(width: int, value: int) -> str:
    """A sized binary literal: `4'b0101`."""
    return f"{width}'b{value % (1 << width):0{width}b}"


def hex_lit(width: int, value: int) -> str:
    """A sized hexadecimal literal: `16'h8005`."""
    return f"{width}'h{value % (1 << width):0{(width + 3) // 4}x}"


def span(width: int) -> str:
    """The range of a declaration with a trailing space, `[7:0] `; empty for one bit."""
    return f"[{width - 1}:0] " if width > 1 else ""


def bits_for(count: int) -> int:
    """How many bits count from 0 to count - 1; at least one."""
    return max(1, (count - 1).bit_length())


def _worded(draw: Draw, fact: Fact) -> str:
    return fact if isinstance(fact, str) else draw.choice(fact) if fact else ""


def an(count: int, unit: str = "bit") -> str:
    """`an 8-bit`, `a 4-bit`: the article, the number and the unit."""
    return f"{'an' if str(count)[0] == '8' or count in (11, 18) else 'a'} {count}-{unit}"
