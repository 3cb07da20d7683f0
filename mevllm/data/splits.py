"""Which split a design belongs to, and what is dropped because it stands there already."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

from mevllm.data.records import Record, Split
from mevllm.identifiers import KEYWORDS

SPLITS: tuple[Split, ...] = ("train", "validation", "held-out parameters", "held-out families")
"""In the order in which they give way: a circuit stands only in the last of its splits."""

VALIDATION = 0.04
HELD_OUT = 0.06
"""Shares of the circuits of a known family; the rest is for training."""

_TOKEN = re.compile(
    r"//[^\n]*|/\*.*?\*/|`\w+[^\n]*|\"(?:[^\"\\\n]|\\.)*\"|\d*\s*'[sS]?[bBoOdDhH]\s*[\w?]+|\d[\w.]*"
    r"|\$?[A-Za-z_][\w$]*|<<<|>>>|===|!==|\*\*|<<|>>|<=|>=|==|!=|&&|\|\||~\^|\^~|~&|~\||\S",
    re.DOTALL,
)
_NUMBER = re.compile(r"(?P<size>\d*)\s*'(?P<signed>[sS]?)(?P<base>[bBoOdDhH])\s*(?P<digits>[\w?]+)")
_BASES = {"b": 2, "o": 8, "d": 10, "h": 16}


def split_of(family: str, choices: Sequence[tuple[str, str]], *, held_out: bool = False) -> Split:
    """The split of a circuit, by a hash of its family and of what decides its behaviour.

    The same circuit drawn twice, with other names, falls into the same split. `held_out` is the
    family's own mark: none of its designs is ever trained on.
    """
    if held_out:
        return "held-out families"
    key = "\0".join((family, *(f"{name}={value}" for name, value in sorted(choices))))
    digest = hashlib.sha256(key.encode()).digest()
    place = int.from_bytes(digest[:8], "big") / 2**64
    if place < HELD_OUT:
        return "held-out parameters"
    return "validation" if place < HELD_OUT + VALIDATION else "train"


def circuit_hash(verilog: str) -> str:
    """SHA-256 of the tokens with every name replaced by the order in which it first appears.

    Equal for texts that differ in layout, comments, names and the way numbers are written.
    """
    names: dict[str, str] = {}
    hasher = hashlib.sha256()
    for token in _TOKEN.findall(verilog):
        if token.startswith(("//", "/*", "`timescale")):
            continue
        if re.match(r"[A-Za-z_]", token) and token not in KEYWORDS:
            token = names.setdefault(token, f"n{len(names)}")
        elif number := _NUMBER.fullmatch(token):
            token = _canonical(number)
        hasher.update(token.encode() + b"\n")
    return hasher.hexdigest()


def _canonical(number: re.Match[str]) -> str:
    """A sized number in one notation; one with x or z digits as it is, in lower case."""
    digits = number["digits"].replace("_", "").lower()
    try:
        value = int(digits, _BASES[number["base"].lower()])
    except ValueError:
        return f"{number['size']}'{number['base'].lower()}{digits}"
    return f"{number['size']}'{number['signed'].lower()}d{value}"


def one_split_each(records: Iterable[Record]) -> set[str]:
    """Ids of the records to keep so that a circuit stands once, in the strongest of its splits.

    A circuit that a held-out split or validation holds is dropped from train, whatever its family.
    Of equal ones the first is kept.
    """
    best: dict[str, Record] = {}
    for record in records:
        other = best.get(record.circuit)
        if other is None or SPLITS.index(record.split) > SPLITS.index(other.split):
            best[record.circuit] = record
    return {record.id for record in best.values()}
