"""The training set: every family drawn, verified, described, split and cleaned."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from mevllm.data.checker import checker
from mevllm.data.design import Design, Family
from mevllm.data.families import draw_design, families
from mevllm.data.records import Record, Split
from mevllm.data.verify import Rejected, verify
from mevllm.data.voices import specifications
from mevllm.errors import SpecError
from mevllm.spec import parse_spec

CLOSENESS = 0.10
"""Largest share of a text's eight-word runs that may stand in a benchmark."""
SHARES: tuple[tuple[Split, int], ...] = (("held-out parameters", 8), ("validation", 12))
"""Of a hundred circuits of a known family: below 8 held out, below 12 for validation."""
SPACING = 1_000_003
"""Seeds of the set with seed N begin at N times this."""
GIVE_UP = 6
"""A family is drawn at most this many times as often as designs are wanted."""


@dataclass
class Tally:
    """What was drawn, kept and left out, while a set is built."""

    drawn: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    """Reason to number of designs."""
    unread: Counter[str] = field(default_factory=Counter)
    """Voice to number of texts that the specification reader takes otherwise."""
    close: int = 0
    """Texts too close to a benchmark."""
    repeated: int = 0
    """Designs that are the same circuit as an earlier one, in the same words."""


def build(
    count: int,
    seed: int,
    *,
    names: Sequence[str] = (),
    jobs: int = 2,
    overlap: Callable[[str], float] | None = None,
    tally: Tally | None = None,
) -> Iterator[Record]:
    """Yield verified designs, family after family, until there are about `count`.

    The families (all, or those named) get equal shares; one that has fewer different circuits
    gives fewer. `overlap` tells how much of a text stands in a benchmark. The same arguments give
    the same records, whatever `jobs` is. Raises MevllmError without Icarus, ValueError for a
    family that does not exist.
    """
    tally = tally or Tally()
    known = families()
    for name in names:
        if name not in known:
            raise ValueError(f"there is no design family {name}; there are: {', '.join(known)}")
    chosen = [known[name] for name in names] if names else list(known.values())
    share = -(-count // len(chosen))
    held: set[str] = set()
    with ProcessPoolExecutor(jobs) as pool:
        for family in sorted(chosen, key=lambda f: (not f.held_out, f.tier.rank)):
            yield from _of_family(family, share, seed, pool, overlap, tally, held)


def _of_family(
    family: Family,
    share: int,
    seed: int,
    pool: ProcessPoolExecutor,
    overlap: Callable[[str], float] | None,
    tally: Tally,
    held: set[str],
) -> Iterator[Record]:
    kept = 0
    seen: set[str] = set()
    first = seed * SPACING
    while kept < share and tally.drawn >= 0 and first < seed * SPACING + GIVE_UP * share:
        batch = [(family.name, s) for s in range(first, first + max(8, share - kept))]
        first += len(batch)
        for made in pool.map(_make, batch, chunksize=8):
            tally.drawn += 1
            if isinstance(made, str):
                tally.rejected[made] += 1
                continue
            record, unread = made
            tally.unread.update(unread)
            if overlap is not None:
                texts = {v: t for v, t in record.specifications.items() if overlap(t) <= CLOSENESS}
                tally.close += len(record.specifications) - len(texts)
                if not texts or overlap(record.body) > CLOSENESS:
                    continue
                record = _with(record, texts)
            if record.circuit in seen or (not family.held_out and record.circuit in held):
                tally.repeated += 1
                continue
            seen.add(record.circuit)
            if family.held_out:
                held.add(record.circuit)
            if kept < share:
                kept += 1
                yield record


def _make(task: tuple[str, int]) -> tuple[Record, list[str]] | str:
    """The record of one draw with the voices that read wrongly, or why there is none."""
    name, seed = task
    family = families()[name]
    design = draw_design(family, seed)
    found = verify(design)
    if isinstance(found, Rejected):
        return f"{name}: {found.reason.split(':')[0]}"
    texts, unread = {}, []
    for voice, text in specifications(design, found.audit).items():
        if _reads_as(text, design):
            texts[voice] = text
        else:
            unread.append(voice)
    if not texts:
        return f"{name}: no specification reads as the interface"
    digest = hashlib.sha256()
    for part in (design.reference, checker(design), *texts.values()):
        digest.update(part.encode() + b"\0")
    return (
        Record(
            id=f"{name}/{seed}",
            family=name,
            tier=family.tier,
            split=split_of(family, design),
            seed=seed,
            choices=design.choices,
            module=design.interface.module,
            specifications=texts,
            header=design.interface.header(),
            body=design.body.strip("\n"),
            helpers=design.helpers,
            killed=len(found.killed),
            mutants=len(found.mutants),
            circuit=circuit_hash(design.reference),
            sha256=digest.hexdigest(),
        ),
        unread,
    )


def split_of(family: Family, design: Design) -> Split:
    """Where a design belongs: equal choices always share a split."""
    if family.held_out:
        return "held-out families"
    key = f"{family.name}{design.choices}".encode()
    place = int.from_bytes(hashlib.sha256(key).digest()[:8], "big") % 100
    return next((split for split, below in SHARES if place < below), "train")


_WORD = re.compile(r"[A-Za-z_$][\w$]*|\d*'s?[bdhoBDHO][0-9a-fA-FxXzZ_?]+|\d+|[^\s\w]")
_KEPT = re.compile(
    r"module|endmodule|input|output|logic|reg|wire|assign|always|begin|end|if|else|case|casez"
    r"|default|endcase|posedge|negedge|or|for|integer|signed|localparam|parameter|\$\w+"
)


def circuit_hash(text: str) -> str:
    """Equal for designs that differ only in names and layout."""
    names: dict[str, str] = {}
    words = [
        names.setdefault(word, f"n{len(names)}")
        if (word[0].isalpha() or word[0] == "_") and not _KEPT.fullmatch(word)
        else word
        for word in _WORD.findall(re.sub(r"//[^\n]*", "", text))
    ]
    return hashlib.sha256(" ".join(words).encode()).hexdigest()


def _reads_as(text: str, design: Design) -> bool:
    try:
        read = parse_spec(text).interface
    except SpecError:
        return False
    return read.header() == design.interface.header()


def _with(record: Record, texts: dict[str, str]) -> Record:
    from dataclasses import replace

    return replace(record, specifications=texts)


def overlap_reader(table: Path) -> Callable[[str], float]:
    """How much of a text stands in the benchmarks whose digests the table holds."""
    from mevllm.data.overlap import load_table

    return load_table(table)
