"""The data card: what is in a training set, in counts, as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from mevllm.data.records import Record
from mevllm.data.splits import SPLITS
from mevllm.tiers import Tier


def card(records: Sequence[Record], *, command: str, sha256: str, notes: Iterable[str]) -> str:
    """The card of a set; `command` made it, `sha256` is of its text."""
    tiers = list(Tier)
    sections = [
        "# Data card",
        f"`{command}` gives {len(records):,} verified designs with "
        f"{sum(len(r.specifications) for r in records):,} specifications; SHA-256 of the text "
        f"`{sha256}`.",
        "\n".join(f"- {note}" for note in notes),
        "## Designs by tier and split",
        _table(
            ("tier", *SPLITS, "all"),
            [
                (str(t), *(_count(records, t, s) for s in SPLITS), _count(records, t, None))
                for t in tiers
            ],
        ),
        "## Specifications by voice",
        _table(("voice", "specifications"), _most(v for r in records for v in r.specifications)),
        "## Designs by family",
        _table(
            ("family", "tier", "designs", "held out"),
            [
                (name, str(tier), str(count), "yes" if held else "")
                for (tier, name, held), count in sorted(
                    Counter(
                        (r.tier, r.family, r.split == "held-out families") for r in records
                    ).items(),
                    key=lambda item: (item[0][0].rank, item[0][1]),
                )
            ],
        ),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _count(records: Iterable[Record], tier: Tier, split: str | None) -> str:
    return str(sum(r.tier is tier and split in (None, r.split) for r in records))


def _most(values: Iterable[str]) -> list[tuple[str, str]]:
    return [(value, str(count)) for value, count in Counter(values).most_common()]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
