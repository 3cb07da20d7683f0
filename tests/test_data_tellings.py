"""Tellings: designs in people's words, the ports laid out in people's ways."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mevllm.data.draw import Draw
from mevllm.data.families import draw_design, families
from mevllm.data.openings import LAYOUTS, opened_with_ports
from mevllm.spec import parse_spec

TOLD = [name for name, family in families().items() if not family.held_out]


def tellings(name: str, seeds: range) -> Iterator[tuple[str, ...]]:
    return (draw_design(families()[name], seed).told for seed in seeds)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
@pytest.mark.parametrize("name", ["mux_packed", "controlled_register", "uart_tx", "d_latch"])
def test_every_layout_of_the_ports_reads_as_the_interface(name: str, layout: object) -> None:
    assert callable(layout)
    for seed in range(8):
        design = draw_design(families()[name], seed)
        text = layout(design.interface, design.description.prose, Draw("layout", seed))
        assert parse_spec(text).interface.header() == design.interface.header()


@pytest.mark.parametrize("name", TOLD)
def test_what_is_told_is_told_otherwise_from_design_to_design(name: str) -> None:
    found = [text for told in tellings(name, range(12)) for text in told]
    assert len(set(found)) >= 0.8 * len(found)


def test_families_never_trained_on_are_told_in_the_plain_voices_only() -> None:
    held_out = [name for name, family in families().items() if family.held_out]
    assert not any(told for name in held_out for told in tellings(name, range(2)))


def test_nine_families_in_ten_are_told_in_people_s_words() -> None:
    told = [name for name in TOLD if any(tellings(name, range(6)))]
    assert len(told) >= 0.9 * len(TOLD), sorted(set(TOLD) - set(told))


def test_telling_a_design_draws_nothing_that_decides_it() -> None:
    draw = Draw("a family", 3)
    before = Draw("a family", 3)
    teller = draw.teller()
    assert [teller.int(0, 99) for _ in range(5)]
    assert [draw.int(0, 99) for _ in range(5)] == [before.int(0, 99) for _ in range(5)]


def test_a_telling_stands_in_the_specification_word_by_word() -> None:
    design = draw_design(families()["modulo_counter"], 4)
    for number, text in enumerate(design.told):
        assert text in opened_with_ports(design.interface, text, Draw("any", number))
