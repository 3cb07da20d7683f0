"""The design families, by name; each module holds those of one kind."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cache

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw

MODULES = (
    "acceptors",
    "adders",
    "alus",
    "appliances",
    "arbiters",
    "arithmetic",
    "bitstreams",
    "boolean",
    "buses",
    "car_park",
    "cells",
    "choosing",
    "codes",
    "coding",
    "comparators",
    "controllers",
    "counters",
    "counters_compound",
    "counters_controlled",
    "counting",
    "counts",
    "crossing",
    "decisions",
    "detectors",
    "digits",
    "dual_edge",
    "edges",
    "elastic",
    "equations",
    "excitation",
    "extremes",
    "fields",
    "fifos",
    "filters",
    "flipflops",
    "gates",
    "guarded",
    "handshakes",
    "hierarchy",
    "history",
    "iterative",
    "junction",
    "kmaps",
    "latches",
    "lfsr",
    "lights",
    "logic_stories",
    "lookup",
    "loops",
    "mealy",
    "memories",
    "meters",
    "moore",
    "muxes",
    "next_state",
    "onehot",
    "operators",
    "parity",
    "patterns",
    "peripherals",
    "phases",
    "pipelines",
    "processors",
    "pulses",
    "registered",
    "registers",
    "rotators",
    "scaling",
    "selection",
    "sequences",
    "serial",
    "serial_math",
    "serial_streams",
    "shift_registers",
    "spi",
    "storage",
    "streams",
    "timers",
    "uarts",
    "vectors",
    "waves",
    "wiring",
    "word_parts",
)


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
