"""The training set: every family drawn, verified, described, split and cleaned."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace

from mevllm.data.checker import checker
from mevllm.data.design import Design, Family
from mevllm.data.families import draw_design, families
from mevllm.data.overlap import LIMIT
from mevllm.data.records import Record
from mevllm.data.splits import circuit_hash, one_split_each, split_of
from mevllm.data.verify import Rejected, verify
from mevllm.data.voices import specifications
from mevllm.errors import MevllmError, SpecError
from mevllm.spec import parse_spec

SPACING = 1_000_003
"""Seeds of the set with seed N begin at N times this."""
GIVE_UP = 6
"""A family is drawn at most this many times as often as designs are wanted."""


@dataclass
class Tally:
    """What was drawn, kept and left out, while a set is built."""

    drawn: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    """Family and reason to number of designs."""
    unread: Counter[str] = field(default_factory=Counter)
    """Voice to number of texts that the specification reader takes otherwise."""
    close: int = 0
    """Texts too close to a benchmark."""
    repeated: int = 0
    """Designs that are the same circuit as one that is kept."""


def build(
    count: int,
    seed: int,
    *,
    names: Sequence[str] = (),
    jobs: int = 2,
    overlap: Callable[[str], float] | None = None,
    tally: Tally | None = None,
    on_family: Callable[[str, int], None] = lambda name, kept: None,
) -> list[Record]:
    """Return about `count` verified designs, in order of tier and family.

    The families (all, or those named) get equal shares; one that has fewer different circuits
    gives fewer. A circuit stands once in the set, and in train only if no other split holds it.
    `overlap` tells how much of a text stands in a benchmark. The same arguments give the same
    records, whatever `jobs` is. Raises MevllmError without Icarus or for an unknown family.
    """
    tally = tally or Tally()
    known = families()
    for name in names:
        if name not in known:
            raise MevllmError(
                f"there is no design family {name}; there are: {', '.join(sorted(known))}"
            )
    chosen = [known[name] for name in names] if names else list(known.values())
    share = -(-count // len(chosen))
    found: list[Record] = []
    with ProcessPoolExecutor(jobs) as pool:
        for family in chosen:
            kept = list(_of_family(family, share, seed, pool, overlap, tally))
            found += kept
            on_family(family.name, len(kept))
    kept_ids = one_split_each(found)
    tally.repeated += len(found) - len(kept_ids)
    return [record for record in found if record.id in kept_ids]


def _of_family(
    family: Family,
    share: int,
    seed: int,
    pool: ProcessPoolExecutor,
    overlap: Callable[[str], float] | None,
    tally: Tally,
) -> Iterator[Record]:
    """Up to `share` designs of a family whose circuits all differ."""
    seen: set[str] = set()
    start = seed * SPACING
    first = start
    while len(seen) < share and first < start + GIVE_UP * share:
        batch = [(family.name, s) for s in range(first, first + max(8, share - len(seen)))]
        first += len(batch)
        for made in pool.map(remake, batch, chunksize=8):
            tally.drawn += 1
            if isinstance(made, str):
                tally.rejected[made] += 1
                continue
            record, unread = made
            tally.unread.update(unread)
            distant = _distant(record, overlap)
            tally.close += len(record.specifications) - len(distant)
            if record.circuit in seen:
                tally.repeated += 1
            elif distant and len(seen) < share:
                seen.add(record.circuit)
                yield replace(record, specifications=distant)


def _distant(record: Record, overlap: Callable[[str], float] | None) -> Mapping[str, str]:
    """The specifications that are not too close to a benchmark; none where the design is."""
    if overlap is None:
        return record.specifications
    if overlap(record.body) > LIMIT:
        return {}
    return {v: text for v, text in record.specifications.items() if overlap(text) <= LIMIT}


def remake(task: tuple[str, int]) -> tuple[Record, list[str]] | str:
    """The record of one draw (family, seed) with the voices that read wrongly, or why not."""
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
            split=split_of(name, design.choices, held_out=family.held_out),
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


def _reads_as(text: str, design: Design) -> bool:
    try:
        read = parse_spec(text).interface
    except SpecError:
        return False
    return read.header() == design.interface.header()
