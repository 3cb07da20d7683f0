"""Which split a design belongs to, and what is dropped because it stands there already."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mevllm.data.records import Split
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


@dataclass(frozen=True)
class Entry:
    """What deduplication looks at."""

    id: str
    split: Split
    family: str
    verilog: str


@dataclass(frozen=True)
class Kept:
    """The outcome of a deduplication."""

    ids: tuple[str, ...]
    """In the order given."""
    dropped: Mapping[str, str]
    """Why, by id."""

    def counts(self) -> Mapping[str, int]:
        """How many were dropped for which reason."""
        return Counter(reason.partition(":")[0] for reason in self.dropped.values())


def deduplicate(entries: Sequence[Entry], *, copies: int = 1) -> Kept:
    """Keep `copies` of each circuit within a split, and none in train that is held out.

    A circuit that a held-out split or validation holds is dropped from train, whatever its family;
    one of a held-out family is dropped from validation and held-out parameters too. The first
    ones given are kept.
    """
    hashes = [circuit_hash(entry.verilog) for entry in entries]
    where: dict[str, set[Split]] = {}
    for entry, digest in zip(entries, hashes, strict=True):
        where.setdefault(digest, set()).add(entry.split)
    seen: Counter[tuple[Split, str]] = Counter()
    ids, dropped = [], {}
    for entry, digest in zip(entries, hashes, strict=True):
        stronger = [s for s in where[digest] if SPLITS.index(s) > SPLITS.index(entry.split)]
        if stronger:
            dropped[entry.id] = f"in {max(stronger, key=SPLITS.index)}: the same circuit is there"
        elif seen[entry.split, digest] >= copies:
            dropped[entry.id] = f"repeated: {copies} of this circuit in {entry.split}"
        else:
            seen[entry.split, digest] += 1
            ids.append(entry.id)
    return Kept(tuple(ids), dropped)
