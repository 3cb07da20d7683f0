"""Mutants: designs with one small fault each, of the kinds that engineers and models make."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mevllm.identifiers import KEYWORDS

_TOKEN = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"[^\"\n]*\"|\d*'s?[bdhoBDHO][0-9a-fA-FxXzZ_?]+|\d+|[A-Za-z_$][\w$]*"
    r"|<<<|>>>|===|!==|\*\*|<<|>>|<=|>=|==|!=|&&|\|\||~\^|\^~|~&|~\||\S|\s+",
    re.DOTALL,
)

_SWAPS = {
    "+": ("-",),
    "-": ("+",),
    "&": ("|", "^"),
    "|": ("&", "^"),
    "^": ("&", "|", "~^"),
    "~^": ("^",),
    "~&": ("&",),
    "~|": ("|",),
    "&&": ("||",),
    "||": ("&&",),
    "==": ("!=",),
    "!=": ("==",),
    "<": (">", "<="),
    ">": ("<", ">="),
    ">=": (">", "<"),
    "<<": (">>",),
    ">>": ("<<",),
    ">>>": (">>", "<<"),
    "posedge": ("negedge",),
    "negedge": ("posedge",),
    "!": ("",),
    "~": ("",),
    "*": ("+",),
}

FEW = 6
"""With fewer other places to change, names are exchanged too."""
_READ_AFTER = frozenset(
    ("=", "(", "?", ":", "{", ",", "&", "|", "^", "~", "+", "-", "*", "!", "<<", ">>", "<", ">",
     "==", "!=", "&&", "||", "<=", ">=", "~^")
)  # fmt: skip
"""Tokens after which a name is read, not written."""


@dataclass(frozen=True)
class Mutant:
    """A design with one fault."""

    text: str
    line: int
    """The line that differs, from 1."""
    change: str
    """What was changed: `+ to -`."""
    kind: str = ""
    """`operator`, `constant`, `condition`, `edge`, `reset`, `width` or `name`; of `faults` only."""


def mutants(text: str, count: int, seed: int) -> tuple[Mutant, ...]:
    """Up to `count` different mutants of Verilog text, each one change away from it.

    Changes: an operator for a related one, a constant by one, a negated condition, another clock
    edge; where there are few of those, one name for another, or inverted. Declarations and the
    heads of loops are left alone: those mutants rarely compile or end. The same arguments give the
    same mutants.
    """
    tokens = split(text)
    sites = places(tokens)
    rng = random.Random(f"{seed}/{len(text)}")  # noqa: S311
    rng.shuffle(sites)
    found: list[Mutant] = []
    for at, new, change in sites:
        if len(found) == count:
            break
        mutated = "".join((*tokens[:at], new, *tokens[at + 1 :]))
        if mutated == text or any(m.text == mutated for m in found):
            continue
        found.append(Mutant(mutated, line_of(tokens, at), change))
    return tuple(found)


def split(text: str) -> list[str]:
    """The tokens of a text, white space and comments included: joined they are the text."""
    return _TOKEN.findall(text)


def places(tokens: list[str]) -> list[tuple[int, str, str]]:
    """Every place, replacement and name of a change."""
    sites: list[tuple[int, str, str]] = []
    depth = 0
    brackets: list[bool] = []
    declaring = False
    event = False
    loop = 0
    for i, word in enumerate(tokens):
        before = before_of(tokens, i)
        if word in ("reg", "wire", "logic", "integer", "parameter", "localparam", "genvar"):
            declaring = word not in ("parameter", "localparam")
        if word == ";":
            declaring = False
        if word == "@":
            event = True
        if word == "*" and before == "@":
            event = False
            continue
        if word == "for":
            loop = depth + 1
        if word == "(":
            depth += 1
        if word == ")":
            depth -= 1
            loop = loop if depth >= loop else 0
            event = event and depth > 0
        if word == "[":
            brackets.append(declaring)
        if word == "]" and brackets:
            brackets.pop()
        if (brackets and brackets[-1]) or word.startswith(("//", "/*", '"')):
            continue
        if loop or (event and word not in ("posedge", "negedge")):
            continue
        unary = before in (
            "",
            "(",
            "=",
            ",",
            "?",
            ":",
            "{",
            "[",
            "<=",
            "==",
            "&&",
            "||",
            "^",
            "&",
            "|",
        )
        if word in _SWAPS and not (unary and word in ("+", "-")):
            for new in _SWAPS[word]:
                sites.append((i, new, f"`{word}` to `{new}`" if new else f"`{word}` left out"))
        elif word == "<=" and depth > 0:
            sites.append((i, "<", "`<=` to `<`"))
        elif re.fullmatch(r"\d*'s?[bdhoBDHO][0-9a-fA-F_]+|\d+", word) and not declaring:
            new = _other_constant(word)
            if new:
                sites.append((i, new, f"`{word}` to `{new}`"))
        elif word == "if":
            opening = next((j for j in range(i + 1, len(tokens)) if tokens[j] == "("), None)
            if opening is not None:
                sites.append((opening, "(!", "a condition negated"))
    sites = [(i, new, change) for i, new, change in sites if new != "(!" or _closes(tokens, i)]
    return sites if len(sites) >= FEW else sites + other_names(tokens)


def other_names(tokens: list[str]) -> list[tuple[int, str, str]]:
    """Each name that is read, inverted, or replaced by another that is read."""
    read = names_read(tokens)
    names = sorted({tokens[i] for i in read})
    return [
        (i, other, f"`{tokens[i]}` to `{other}`")
        for i in read
        for other in (*names, f"~{tokens[i]}")
        if other != tokens[i]
    ]


def names_read(tokens: list[str]) -> list[int]:
    """The places where a name is read, those in the heads of loops apart."""
    heads = {
        i
        for at, word in enumerate(tokens)
        if word == "for"
        for i in range(at, closing(tokens, tokens.index("(", at)))
    }
    return [
        i
        for i, word in enumerate(tokens)
        if re.match(r"[A-Za-z_]", word)
        and i not in heads
        and word not in KEYWORDS
        and before_of(tokens, i) in _READ_AFTER
    ]


def before_of(tokens: list[str], at: int) -> str:
    """The token before a place, white space left out; empty at the beginning."""
    return next((tokens[i] for i in range(at - 1, -1, -1) if not tokens[i].isspace()), "")


def line_of(tokens: list[str], at: int) -> int:
    """The line of the token at a place, from 1."""
    return "".join(tokens[:at]).count("\n") + 1


def _closes(tokens: list[str], at: int) -> bool:
    """Whether `!` before the condition covers all of it: `(!a)` does, `(!a && b)` does not."""
    inner = tokens[at + 1 : closing(tokens, at)]
    return len([t for t in inner if not t.isspace()]) == 1


def closing(tokens: list[str], at: int, pair: str = "()") -> int:
    """The place of the bracket that closes the one at a place; the end where there is none."""
    change = {pair[0]: 1, pair[1]: -1}
    depth = 0
    for j in range(at, len(tokens)):
        depth += change.get(tokens[j], 0)
        if depth == 0:
            return j
    return len(tokens)


def _other_constant(token: str) -> str:
    """The constant plus or minus one within its width; empty where there is none."""
    return next(near_constants(token), "")


def near_constants(token: str) -> Iterator[str]:
    """The constant plus one and minus one, as far as they are within its width, in its own form."""
    if token.isdigit():
        if len(token) < 10:
            yield from (str(other) for other in (int(token) + 1, int(token) - 1) if other >= 0)
        return
    sized = re.fullmatch(r"(\d*)'(s?)([bdhoBDHO])([0-9a-fA-F_]+)", token)
    if sized is None:
        return
    size, sign, base, digits = sized.groups()
    radix = {"b": 2, "d": 10, "h": 16, "o": 8}[base.lower()]
    try:
        value = int(digits, radix)
    except ValueError:
        return
    form = {2: "b", 8: "o", 10: "d", 16: "x"}[radix]
    pad = len(digits.replace("_", "")) if radix != 10 else 0
    for other in (value + 1, value - 1):
        if 0 <= other < 1 << int(size or 32):
            yield f"{size}'{sign}{base}{other:0{pad}{form}}"
