"""Slips of syntax: what makes a small model's answer fail to compile, put into a right design."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence


def slips(body: str, outputs: Sequence[str], count: int, seed: int) -> tuple[str, ...]:
    """Up to `count` different bodies, each with one slip; the same arguments give the same.

    The kinds are those that a base model made most on development problems: a missing `end` or
    semicolon, a signal that is not declared, an `assign` to a register, `=` for `<=` in a
    continuous place, an output declared again, a misspelt name, a wrong bit range.
    """
    rng = random.Random(f"slips/{seed}/{len(body)}")  # noqa: S311
    makers = list(_SLIPS)
    rng.shuffle(makers)
    found: list[str] = []
    for make in makers:
        slipped = make(body, outputs, rng)
        if slipped and slipped != body and slipped not in found:
            found.append(slipped)
        if len(found) == count:
            break
    return tuple(found)


def _without(pattern: str) -> Callable[[str, Sequence[str], random.Random], str]:
    """Leaves out one place that the pattern matches."""

    def slip(body: str, _: Sequence[str], rng: random.Random) -> str:
        places = list(re.finditer(pattern, body, re.MULTILINE))
        if not places:
            return ""
        place = rng.choice(places)
        return body[: place.start()] + body[place.end() :]

    return slip


def _redeclared(body: str, outputs: Sequence[str], rng: random.Random) -> str:
    return f"  reg {rng.choice(outputs)};\n{body}"


def _misspelt(body: str, outputs: Sequence[str], rng: random.Random) -> str:
    declared = re.findall(
        r"^\s*(?:reg|wire|logic)\s*(?:\[[^]]*\]\s*)?(\w+)\s*;", body, re.MULTILINE
    )
    names = declared or list(outputs)
    name: str = rng.choice(names)
    uses = list(re.finditer(rf"\b{name}\b", body))[1:]
    if not uses:
        return ""
    use = rng.choice(uses)
    other = f"{name}_r" if rng.random() < 0.5 else f"{name.rstrip('_0123456789s')}_reg"
    return body[: use.start()] + other + body[use.end() :]


def _assigned_in_always(body: str, _: Sequence[str], rng: random.Random) -> str:
    places = list(re.finditer(r"^(\s+)(\w+(?:\[[^]]*\])?\s*<=)", body, re.MULTILINE))
    if not places:
        return ""
    place = rng.choice(places)
    return f"{body[: place.start(2)]}assign {body[place.start(2) :]}"


def _unassigned(body: str, _: Sequence[str], rng: random.Random) -> str:
    places = list(re.finditer(r"\bassign ", body))
    if not places:
        return ""
    place = rng.choice(places)
    return body[: place.start()] + body[place.end() :]


_SLIPS: tuple[Callable[[str, Sequence[str], random.Random], str], ...] = (
    _without(r"^\s*(?:reg|wire|logic|integer)\b[^;=]*;\n"),
    _without(r"^\s*end\n"),
    _without(r";(?=\n)"),
    _without(r"\bendcase\b"),
    _without(r"\bbegin\b"),
    _redeclared,
    _misspelt,
    _assigned_in_always,
    _unassigned,
)
