"""Every design family: what it draws compiles, lives, is told, and its checker notices faults."""

from __future__ import annotations

from collections import Counter

import pytest

from mevllm.data.build import remake
from mevllm.data.families import draw_design, families
from mevllm.data.records import Record
from mevllm.data.verify import KILLS, Rejected, verify
from mevllm.spec import parse_spec
from mevllm.tiers import Tier

SEED = 7_000
"""Not among the first ones, which the families were written with."""


def test_every_tier_has_fifteen_families_and_some_that_are_never_trained_on() -> None:
    counts = Counter(family.tier for family in families().values())
    held_out = Counter(family.tier for family in families().values() if family.held_out)
    assert all(counts[tier] >= 15 for tier in Tier), counts
    assert all(held_out[tier] >= 3 for tier in Tier), held_out


@pytest.mark.parametrize("name", families())
def test_a_family_draws_designs_that_verify_and_read_as_their_interface(name: str) -> None:
    family = families()[name]
    made = [remake((name, seed)) for seed in range(SEED, SEED + 3)]
    good = [m[0] for m in made if not isinstance(m, str)]
    assert len(good) >= 2, made
    for record in good:
        assert record.killed >= KILLS
        assert record.tier is family.tier
        assert (record.split == "held-out families") is family.held_out
        # Sections list the inputs first; where a header mixes them they would tell another one.
        assert {"comment", "prose", "document"} <= set(record.specifications)
        for text in record.specifications.values():
            assert parse_spec(text).interface.header() == record.header


@pytest.mark.parametrize("name", families())
def test_the_same_seed_draws_the_same_design(name: str) -> None:
    family = families()[name]
    assert draw_design(family, SEED) == draw_design(family, SEED)


def test_a_design_of_several_modules_carries_them() -> None:
    design = draw_design(families()["block_adder"], SEED)
    assert "module" in design.helpers
    assert not isinstance(verify(design), Rejected)


def test_records_of_two_draws_differ() -> None:
    records = [remake(("moore_machine", seed)) for seed in (SEED, SEED + 1)]
    assert all(isinstance(r, tuple) for r in records)
    first, second = (r[0] for r in records if not isinstance(r, str))
    assert isinstance(first, Record)
    assert first.circuit != second.circuit
    assert first.sha256 != second.sha256
