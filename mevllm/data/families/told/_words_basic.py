"""What tellings of combinational circuits share: marks around names, lists of remarks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mevllm.data.draw import Draw
from mevllm.data.families.basic_words import capital

_OPENINGS = (
    "Wanted: ",
    "Function: ",
    "Make ",
    "We want ",
    "Compute ",
    "Logic: ",
    "Realise ",
    "Let ",
)
"""What a text starts with whose first word would be the name of an output and its formula."""


def plain(draw: Draw, *texts: str) -> tuple[str, ...]:
    """The texts; in more than half of them the backquotes around names are dropped."""
    told = []
    for text in texts:
        if re.match(r"`[^`]*` (=|<-) ", text):
            text = draw.choice(_OPENINGS) + text
        told.append(text if draw.chance(0.4) else text.replace("`", ""))
    return tuple(told)


def clockless(draw: Draw) -> str:
    """A remark that there is no clock, with a space before it; often none."""
    return draw.say(
        "",
        "",
        "",
        "",
        " Purely combinational.",
        " No clock, no state.",
        " Nothing is stored.",
        " No flip-flops in it.",
        " All of it is combinational.",
        " There is no memory in this.",
    )


def remarks(draw: Draw, head: str, items: Sequence[str], tail: str = "") -> str:
    """A sentence, then remarks as a numbered, lettered, bulleted or running list."""
    items = [item.strip() for item in items if item.strip()]
    style = draw.choice(("1.", "1)", "(1)", "(a)", "-", "*", "run", "lines"))
    tail = f"\n\n{tail}" if tail else ""
    if style == "run":
        said = " ".join(f"({i}) {capital(item)}." for i, item in enumerate(items, 1))
        return f"{head} {said}{tail}"
    if style == "lines":
        return f"{head}\n" + "\n".join(f"{capital(item)}." for item in items) + tail
    marks = {
        "1.": [f"{i}." for i in range(1, len(items) + 1)],
        "1)": [f"{i})" for i in range(1, len(items) + 1)],
        "(1)": [f"({i})" for i in range(1, len(items) + 1)],
        "(a)": [f"({chr(97 + i)})" for i in range(len(items))],
    }.get(style, [style] * len(items))
    stop = draw.say(".", ".", "")
    lines = [f"{m} {item}{stop}" for m, item in zip(marks, items, strict=True)]
    return f"{head}\n\n" + "\n".join(lines) + tail


def lanes(draw: Draw, width: int) -> str:
    """`, bit by bit` for words, nothing for single bits."""
    if width == 1:
        return ""
    return draw.say(
        ", bit by bit",
        ", bitwise",
        ", each bit position for itself",
        f", on all {width} bits in parallel",
        ", position by position",
    )


def binary(value: int, width: int) -> str:
    """The value in binary: `0101`."""
    return f"{value:0{width}b}"
