"""Every small fault of a whole design: the mutants of `mutate`, with resets, conditions, widths."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator

from mevllm.data.mutate import Mutant, before_of, closing, line_of, places, split
from mevllm.roles import names_a_reset

KINDS = ("reset", "condition", "operator", "constant", "width", "edge", "name")
"""Kinds of faults, those that testbenches miss most often first."""

_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_PORTS = ("input", "output", "inout")
_DECLARES = ("reg", "logic", "wire", "bit", "integer")

Change = tuple[int, int, str, str, str]
"""First token, the one behind the last, what stands there instead, its name, its kind."""


def faults(text: str, seed: int = 0) -> tuple[Mutant, ...]:
    """Every mutant of a design, module header and all, in an order to draw from its beginning.

    The kinds take turns, each in an order that the seed shuffles, so that the first few are a fair
    sample. Headers, ports, directives and comments are left alone: such mutants would not be the
    same design to its testbench. Texts are unique; none equals the design.
    """
    tokens = split(text)
    fixed = outside(tokens)
    found: dict[str, list[Mutant]] = defaultdict(list)
    seen = {text}
    for change in sorted(set(_changes(tokens))):
        first, end, *_ = change
        if fixed.isdisjoint(range(first, end)):
            mutant = written(tokens, change)
            if mutant.text not in seen:
                seen.add(mutant.text)
                found[mutant.kind].append(mutant)
    rng = random.Random(f"{seed}/{len(text)}")  # noqa: S311
    for kind in KINDS:
        rng.shuffle(found[kind])
    turns = max(map(len, found.values()), default=0)
    return tuple(found[k][turn] for turn in range(turns) for k in KINDS if turn < len(found[k]))


def written(tokens: list[str], change: Change) -> Mutant:
    """What a change makes of a design's tokens."""
    begin, end, new, name, kind = change
    text = "".join((*tokens[:begin], new, *tokens[end:]))
    return Mutant(text, line_of(tokens, begin), name, kind)


def _changes(tokens: list[str]) -> Iterator[Change]:
    for at, new, change in places(tokens):
        if new != "(!":  # whole conditions are dealt with below
            yield at, at + 1, new, change, _kind(tokens[at])
    for at, word in enumerate(tokens):
        if word == "if":
            yield from _condition(tokens, at)
        elif word in ("posedge", "negedge"):
            yield from _asynchronous(tokens, at)
        elif word in _DECLARES:
            yield from _width(tokens, at)


def _kind(word: str) -> str:
    if word in ("posedge", "negedge"):
        return "edge"
    if word[0].isdigit() or "'" in word:
        return "constant"
    return "name" if _NAME.fullmatch(word) else "operator"


def _condition(tokens: list[str], at: int) -> Iterator[Change]:
    """A condition the other way round, never and always true; a reset ignored or incomplete."""
    found = condition_of(tokens, at)
    if found is None:
        return
    opening, end, inner, shown = found
    names = _NAME.findall(re.sub(r"\d*'s?[bdhoBDHO]\w+", "", inner))
    reset = len(names) == 1 and names_a_reset(names[0])
    kind = "reset" if reset else "condition"
    if not re.fullmatch(r"[!~]\s*\w+", shown):  # leaving its operator out is the same
        yield opening + 1, end, f"!({inner})", f"condition `{shown}` negated", kind
    never = f"reset `{names[0]}` ignored" if reset else f"condition `{shown}` never true"
    yield opening + 1, end, "1'b0", never, kind
    if not reset:
        yield opening + 1, end, "1'b1", f"condition `{shown}` always true", kind
        return
    for first, stop, name in _assignments(tokens, end + 1):
        yield first, stop, "", f"`{name}` left out of the reset", "reset"


def condition_of(tokens: list[str], at: int) -> tuple[int, int, str, str] | None:
    """Of the `if` at a place: where its brackets are, what is in them, and that on one line."""
    opening = _next(tokens, at + 1)
    if tokens[opening : opening + 1] != ["("]:
        return None
    end = closing(tokens, opening)
    inner = "".join(tokens[opening + 1 : end])
    return opening, end, inner, " ".join(inner.split())


def _asynchronous(tokens: list[str], at: int) -> Iterator[Change]:
    """An asynchronous reset made synchronous: `or posedge rst` left out of the event list."""
    name = _next(tokens, at + 1)
    joint = next((i for i in range(at - 1, -1, -1) if not tokens[i].isspace()), -1)
    if name < len(tokens) and names_a_reset(tokens[name]) and tokens[joint] in ("or", ","):
        yield joint, name + 1, "", f"reset `{tokens[name]}` made synchronous", "reset"


def _width(tokens: list[str], at: int) -> Iterator[Change]:
    """A register or wire one bit narrower: the last number before the `:` of its range."""
    opening = _next(tokens, at + 1)
    if tokens[opening : opening + 1] == ["signed"]:
        opening = _next(tokens, opening + 1)
    if tokens[opening : opening + 1] != ["["] or before_of(tokens, at) in _PORTS:
        return
    colon = next((i for i in range(opening, len(tokens)) if tokens[i] in ":];"), opening)
    last = next((i for i in range(colon - 1, opening, -1) if not tokens[i].isspace()), opening)
    if tokens[colon] != ":" or not tokens[last].isdigit():
        return
    number, sign = int(tokens[last]), before_of(tokens, last)
    new = number + 1 if sign == "-" else number - 1
    if new >= 0 and sign in ("-", "+", "["):
        end = next((i for i in range(colon, len(tokens)) if tokens[i] == "]"), colon)
        declared = tokens[_next(tokens, end + 1) : _next(tokens, end + 1) + 1]
        yield last, last + 1, str(new), f"`{''.join(declared)}` one bit narrower", "width"


def _assignments(tokens: list[str], start: int) -> Iterator[tuple[int, int, str]]:
    """The plain assignments of the statement that begins at a place: first token, end, name."""
    first = _next(tokens, start)
    depth = 0
    while first < len(tokens):
        word = tokens[first]
        if word in ("begin", "end"):
            depth += 1 if word == "begin" else -1
            first = _next(tokens, first + 1)
        else:
            end = next((i for i in range(first, len(tokens)) if tokens[i] == ";"), len(tokens))
            plain = any(t in ("<=", "=") for t in tokens[first:end])
            if plain and _NAME.fullmatch(word) and word not in ("if", "for", "case", "while"):
                yield first, end, word
            first = _next(tokens, end + 1)
        if depth <= 0:
            return


def outside(tokens: list[str]) -> set[int]:
    """Places that are not the behaviour of the design: headers, ports, directives."""
    found: set[int] = set()
    at = 0
    while at < len(tokens):
        end = at + 1
        if tokens[at] == "`":
            if _begins_line(tokens, at):
                end = next((i for i in range(at, len(tokens)) if "\n" in tokens[i]), len(tokens))
        elif tokens[at] in ("module", *_PORTS):
            end = next((i for i in range(at, len(tokens)) if tokens[i] == ";"), len(tokens))
        if end > at + 1:
            found.update(range(at, end))
        at = end
    return found


def _begins_line(tokens: list[str], at: int) -> bool:
    """Whether a place is the first of its line, white space left out."""
    return at == 0 or (tokens[at - 1].isspace() and "\n" in tokens[at - 1])


def _next(tokens: list[str], at: int) -> int:
    """The next place from `at` on that is not white space or a comment; the end without one."""
    while at < len(tokens) and (tokens[at].isspace() or tokens[at].startswith(("//", "/*"))):
        at += 1
    return at
