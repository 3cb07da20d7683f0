"""Harvesting real files: licences, includes, modules made to stand alone, descriptions."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from mevllm.data.describe import describe, ports_listed
from mevllm.data.harvest import Harvest, harvest, with_descriptions, write_harvest
from mevllm.data.licences import UNKNOWN, guess, licence_of
from mevllm.engines.scripted import Answer, Script, ScriptedEngine
from mevllm.errors import MevllmError
from mevllm.spec import parse_spec

MIT = """MIT License

Copyright (c) 2024 Somebody

Permission is hereby granted, free of charge, to any person obtaining a copy of this software,
to deal in the Software without restriction, subject to the following conditions:
The above copyright notice and this permission notice shall be included in all copies.
"""
GPL = "GNU GENERAL PUBLIC LICENSE\n Version 3, 29 June 2007\n"
COUNTER = """`include "defs.vh"
// Counts up.
module counter (clk, rst, q);
  parameter WIDTH = `DEFAULT_WIDTH;
  input clk, rst;
  output [WIDTH-1:0] q;
  reg [WIDTH-1:0] q; // the count
  wire unused;
  always @(posedge clk)
    if (rst) q <= 0;
    else q <= q + 1;
endmodule

module pair (input clk, input rst, output [3:0] a, b);
  counter #(.WIDTH(4)) one (clk, rst, a);
  counter #(.WIDTH(4)) two (clk, rst, b);
endmodule
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Files as they lie in a repository."""
    root = tmp_path / "project"
    for name, text in {
        "LICENSE": MIT,
        "README.md": "# Counters\n\nTwo counters in a row.\n",
        "rtl/counter.v": COUNTER,
        "rtl/inc/defs.vh": "`define DEFAULT_WIDTH 8\n",
        "rtl/copy.v": "module tally(input clk, rst, output reg [7:0] n);\n"
        "  always @(posedge clk) if (rst) n <= 0; else n <= n + 1;\nendmodule\n"
        "module tally2(input ck, r, output reg [7:0] m);\n"
        "  always @(posedge ck) if (r) m <= 0; else m <= m + 1;\nendmodule\n",
        "rtl/vendor.v": "module clocks(input i, output o); PLL_X p(.i(i), .o(o)); endmodule\n",
        "rtl/broken.v": "module broken(input a; endmodule\n",
        "rtl/none.v": "module sink(input a); endmodule\n",
        "rtl/tb.v": "module tb; initial begin #5; $finish; end endmodule\n",
        "other/LICENSE": GPL,
        "other/gate.v": "module g(input a, b, output y); assign y = a & b; endmodule\n",
        "free/gate.v": "// SPDX-License-Identifier: ISC\n"
        "module free_gate(input a, b, output y); assign y = a | b; endmodule\n",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.fixture
def harvested(project: Path, tmp_path: Path) -> Harvest:
    return harvest(str(project), tmp_path)


def test_modules_are_found_labelled_and_their_licence_recorded(harvested: Harvest) -> None:
    found = {m.interface.module: m for m in harvested.modules}
    assert {name: (m.licence, m.tier) for name, m in found.items()} == {
        "free_gate": ("ISC", "basic"),
        "tally": ("MIT", "intermediate"),
        "counter": ("MIT", "intermediate"),
        "pair": ("MIT", "advanced"),
    }
    assert found["pair"].readme.startswith("# Counters")
    assert "// the count" in found["counter"].commented
    assert "//" not in found["counter"].verilog


def test_a_module_stands_alone_under_the_header_that_the_project_writes(harvested: Harvest) -> None:
    counter = next(m for m in harvested.modules if m.interface.module == "counter")
    assert counter.verilog.startswith(
        "module counter #(\n  parameter WIDTH = 8\n) (\n  input logic clk,\n  input logic rst,\n"
        "  output logic [WIDTH-1:0] q\n);\n"
    )
    assert "reg [WIDTH-1:0] q" not in counter.body
    assert "wire unused;" in counter.body
    pair = next(m for m in harvested.modules if m.interface.module == "pair")
    assert pair.helpers.startswith("module counter")


def test_what_is_left_out_is_said_with_its_reason(harvested: Harvest) -> None:
    why = dict(harvested.skipped)
    assert why["other/gate.v"] == "licence GPL-3.0"
    assert why["rtl/tb.v"] == "it is a testbench or a simulation model"
    assert "expected" in why["rtl/broken.v"]
    assert why["rtl/vendor.v:clocks"] == "it instantiates `PLL_X`, which is not here"
    assert why["rtl/none.v:sink"] == "it has no output"
    assert why["rtl/copy.v:tally2"] == "the same circuit as rtl/copy.v:tally"


def test_files_of_any_licence_are_used_when_asked_for(project: Path, tmp_path: Path) -> None:
    found = {
        m.interface.module: m.licence
        for m in harvest(str(project), tmp_path, licences=None).modules
    }
    assert found["g"] == "GPL-3.0"


def test_a_repository_is_cloned_and_its_commit_recorded(project: Path, tmp_path: Path) -> None:
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    for command in (["init", "-q"], ["add", "."], [*identity, "commit", "-q", "-m", "x"]):
        subprocess.run(["git", "-C", project, *command], check=True)
    work = tmp_path / "work"
    work.mkdir()
    found = harvest(f"file://{project}", work)
    assert len(found.modules) == 4
    url, _, commit = found.source.rpartition("@")
    assert url == f"file://{project}"
    assert len(commit) == 40


def test_a_place_that_is_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MevllmError, match="neither a folder nor a git URL"):
        harvest(str(tmp_path / "nowhere"), tmp_path)
    with pytest.raises(MevllmError, match="cannot be cloned"):
        harvest(f"file://{tmp_path}/nowhere", tmp_path)


def test_a_harvest_is_written_as_one_line_of_json_each(harvested: Harvest, tmp_path: Path) -> None:
    path = tmp_path / "harvest.jsonl"
    assert write_harvest(harvested.modules, path) == 4
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert rows[0]["id"] == "free/gate.v:free_gate"
    assert rows[0]["licence"] == "ISC"
    assert rows[0]["features"]["written"]["assigns"] == 1


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (MIT, "MIT"),
        (GPL, "GPL-3.0"),
        ("// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1", "Apache-2.0 WITH SHL-2.1"),
        ("/* SPDX-License-Identifier: BSD-2-Clause */", "BSD-2-Clause"),
        ("Apache License\n   Version 2.0, January 2004", "Apache-2.0"),
        ("All rights reserved.", UNKNOWN),
    ],
)
def test_a_licence_is_known_by_its_tag_or_its_phrases(text: str, name: str) -> None:
    assert guess(text) == name


def test_an_unrecognised_licence_file_is_not_passed_over(tmp_path: Path) -> None:
    inner = tmp_path / "third_party"
    inner.mkdir()
    (tmp_path / "LICENSE").write_text(MIT)
    assert licence_of("", inner / "x.v", tmp_path) == "MIT"
    (inner / "COPYING").write_text("Ask us first.")
    assert licence_of("", inner / "x.v", tmp_path) == UNKNOWN


GOOD = (
    "The register `q` holds a count of WIDTH bits. At each rising edge of `clk`, when `rst` is 1 "
    "the count becomes 0; otherwise it becomes one more than it was, and after its largest value "
    "it is 0 again. The reset is synchronous and has priority. `q` shows the count."
)


def test_a_description_begins_with_the_ports_and_reads_as_the_interface(harvested: Harvest) -> None:
    counter = next(m for m in harvested.modules if m.interface.module == "counter")
    answers = ("It counts.", f"{GOOD}\n  assign q = 1;", GOOD.replace("q", "x"), GOOD)
    script = Script((tuple(Answer(text) for text in answers),))
    written = describe(counter, ScriptedEngine(script), 0, attempts=4)
    assert written.problems == (
        "it is too short",
        "it holds code",
        "it says nothing of the output q",
    )
    assert written.seed == 3
    assert written.text.startswith(ports_listed(counter.interface))
    assert parse_spec(written.text).interface == counter.interface


def test_a_description_that_copies_the_code_is_not_used(harvested: Harvest) -> None:
    counter = next(m for m in harvested.modules if m.interface.module == "counter")
    copied = "At q this happens: " + " ".join(counter.commented.split("module counter")[1].split())
    script = Script(((Answer(copied.replace("always", "- always")),),))
    assert describe(counter, ScriptedEngine(script), 0, attempts=1).problems == (
        "it copies the code",
    )


def test_descriptions_are_added_with_the_name_of_the_model(harvested: Harvest) -> None:
    counter = next(m for m in harvested.modules if m.interface.module == "counter")
    engine = ScriptedEngine(Script(((Answer(GOOD),),), source="model.json"))
    [(described, problems)] = with_descriptions([counter], engine, 0)
    assert problems == ()
    assert GOOD in described.specification
    assert described.described_by == "scripted, model"
    [(silent, problems)] = with_descriptions(
        [counter], ScriptedEngine(Script(((Answer("It."),),))), 0, attempts=1
    )
    assert silent.specification == ""
    assert problems == ("it is too short",)
