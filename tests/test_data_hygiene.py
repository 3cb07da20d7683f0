"""Overlap with protected texts, splits, and circuits that are there already."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from mevllm.data.overlap import digests, load_table, write_table
from mevllm.data.records import Record, Split
from mevllm.data.splits import circuit_hash, one_split_each, split_of
from mevllm.errors import MevllmError
from mevllm.tiers import Tier

PROTECTED = "The module should count up from zero to nine and then wrap around to zero again."
ADDER = "module add(input [3:0] a, b, output [4:0] s); assign s = a + b; endmodule"
RENAMED = """// an adder
module TopModule(input  [3:0] x, y,
                 output [4:0] sum);
  assign sum = x + y;   /* carry included */
endmodule"""
SUBTRACTER = ADDER.replace("+", "-")


def test_overlap_is_the_share_of_eight_word_runs_that_a_table_holds(tmp_path: Path) -> None:
    path = tmp_path / "runs.bin"
    assert write_table([PROTECTED], path) == len(digests(PROTECTED)) == 9
    table = load_table(path)
    assert table(PROTECTED.upper().replace(" ", ",\n")) == 1
    assert table("A counter that goes from zero to nine, then starts again at zero once more.") == 0
    half = PROTECTED + " It has a synchronous reset that is active high and clears it."
    assert 0.3 < table(half) < 0.6
    assert table("too short") == 0


def test_a_table_that_is_none_is_refused_with_advice(tmp_path: Path) -> None:
    with pytest.raises(MevllmError, match="--overlap-table"):
        load_table(tmp_path / "missing.bin")
    (tmp_path / "odd.bin").write_bytes(b"12345")
    with pytest.raises(MevllmError, match="no overlap table"):
        load_table(tmp_path / "odd.bin")


def test_a_circuit_always_falls_into_the_same_split() -> None:
    choices = [("width", "8"), ("reset", "sync high")]
    assert split_of("counter", choices) == split_of("counter", choices[::-1])
    assert split_of("counter", choices, held_out=True) == "held-out families"
    counts = Counter(split_of("counter", [("width", str(i))]) for i in range(5000))
    assert 0.88 < counts["train"] / 5000 < 0.92
    assert 0.03 < counts["validation"] / 5000 < 0.05
    assert 0.05 < counts["held-out parameters"] / 5000 < 0.07


def test_names_layout_and_the_base_of_numbers_do_not_make_another_circuit() -> None:
    assert circuit_hash(ADDER) == circuit_hash(RENAMED)
    assert circuit_hash(ADDER) != circuit_hash(SUBTRACTER)
    assert circuit_hash("assign y = 8'hF0;") == circuit_hash("assign z = 8'b1111_0000;")
    assert circuit_hash("assign y = 8'hF0;") != circuit_hash("assign y = 4'hF0;")
    assert circuit_hash("assign y = a & b;") != circuit_hash("assign y = a & a;")


def record(name: str, split: Split, verilog: str) -> Record:
    return Record(
        name, "family", Tier.BASIC, split, 0, (), "m", {}, "", "", "", 2, 2,
        circuit_hash(verilog), "",
    )  # fmt: skip


def test_a_held_out_circuit_is_not_trained_on_whatever_it_is_called() -> None:
    kept = one_split_each(
        [
            record("a", "train", ADDER),
            record("b", "train", SUBTRACTER),
            record("c", "train", SUBTRACTER.replace("add", "other")),
            record("d", "held-out parameters", RENAMED),
            record("e", "validation", SUBTRACTER + " "),
            record("f", "held-out families", RENAMED),
        ]
    )
    assert kept == {"e", "f"}


def test_a_circuit_stands_once_in_a_split() -> None:
    assert one_split_each([record(str(i), "train", ADDER) for i in range(5)]) == {"0"}
