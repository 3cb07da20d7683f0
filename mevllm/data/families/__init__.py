"""The design families, by name; each module holds those of one kind."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cache

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw

MODULES = ("gates",)


@cache
def families() -> Mapping[str, Family]:
    """Every family by name, in order of tier. Raises ValueError when two have one name."""
    found: dict[str, Family] = {}
    for name in MODULES:
        module = importlib.import_module(f"{__name__}.{name}")
        for family in module.FAMILIES:
            if family.name in found:
                raise ValueError(f"two design families are named {family.name}")
            found[family.name] = family
    return dict(sorted(found.items(), key=lambda item: item[1].tier.rank))


def draw_design(family: Family, seed: int) -> Design:
    """The design that the family draws with this seed."""
    return family.make(Draw(family.name, seed))
