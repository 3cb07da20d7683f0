"""Small suites in the layouts of the public benchmarks, and scripts that answer them."""

from __future__ import annotations

import json
from pathlib import Path

PROMPT = """
I would like you to implement a module named TopModule with the following
interface. All input and output ports are one bit unless otherwise
specified.

 - input  a
 - input  b
 - output y

{text}
"""

REFERENCE = """
module RefModule (input a, input b, output y);
  assign y = {expression};
endmodule
"""

BENCH = """
`timescale 1 ps/1 ps
module tb();
  reg a, b;
  wire y_ref, y_dut;
  integer errors = 0, clocks = 0, errortime = 0;
  RefModule good1 (.a(a), .b(b), .y(y_ref));
  TopModule top_module1 (.a(a), .b(b), .y(y_dut));
  integer i;
  initial begin
    for (i = 0; i < 8; i = i + 1) begin
      {{a, b}} = i;
      #5;
      clocks = clocks + 1;
      if (y_ref !== (y_ref ^ y_dut ^ y_ref)) begin
        if (errors == 0) errortime = $time;
        errors = errors + 1;
      end
    end
    {extra}
    if (errors) $display("First mismatch occurred at time %0d.", errortime);
    $display("Mismatches: %1d in %1d samples", errors, clocks);
    $finish;
  end
endmodule
"""

EXPRESSIONS = {
    "Prob001_and": ("The module is an and gate.", "a & b"),
    "Prob002_or": ("The module is an or gate.", "a | b"),
    "Prob003_xor": ("The module is an exclusive-or gate.", "a ^ b"),
    "Prob062_nor": ("The module is a nor gate.", "~(a | b)"),
}


def verilog_eval(root: Path, *, broken: bool = False, complete: bool = False) -> Path:
    """Four problems; with `broken` a fifth whose own reference times out."""
    name = "dataset_code-complete-iccad2023" if complete else "dataset_spec-to-rtl"
    folder = root / name
    folder.mkdir(parents=True)
    problems = {**EXPRESSIONS, **({"Prob070_late": ("A buffer of a.", "a")} if broken else {})}
    for problem, (text, expression) in problems.items():
        prompt = PROMPT.format(text=text)
        if complete:
            prompt = f"\n{text}\n\nmodule TopModule (\n  input a,\n  input b,\n  output y\n);\n\n"
        extra = '$display("TIMEOUT");' if problem == "Prob070_late" else ""
        (folder / f"{problem}_prompt.txt").write_text(prompt)
        (folder / f"{problem}_ref.sv").write_text(REFERENCE.format(expression=expression))
        (folder / f"{problem}_test.sv").write_text(BENCH.format(extra=extra))
    return root


def body(expression: str) -> str:
    """What a model writes after the header."""
    return f"  assign y = {expression};\nendmodule"


def script(path: Path, *, wait_s: float = 0.0) -> Path:
    """Solves `and` always, `or` in one answer of two, `xor` never; writes no Verilog for `nor`."""
    said = {
        "an and gate": [body("a & b")],
        "an or gate": [body("a | b"), body("a & b")],
        "exclusive-or": [body("a | b")],
        "nor gate": ["  assign y = ;;\nendmodule"],
    }
    rules = [
        {"contains": text, "answers": [{"text": t, "wait_s": wait_s} for t in answers]}
        for text, answers in said.items()
    ]
    path.write_text(json.dumps({"rules": rules, "answers": [body("a")], "repeat": True}))
    return path


def rtllm(root: Path) -> Path:
    """One design in RTLLM's layout, whose verified module has another name and reads a file."""
    folder = root / "Arithmetic" / "Adder" / "half_adder"
    folder.mkdir(parents=True)
    (folder / "design_description.txt").write_text(
        "Please act as a professional verilog designer.\n\nImplement a half adder.\n\n"
        "Module name:\n    half_adder\n\nInput ports:\n    a: 1-bit input.\n    b: 1-bit input.\n\n"
        "Output ports:\n    s: 1-bit output, the sum.\n    c: 1-bit output, the carry.\n\n"
        "Give me the complete code.\n"
    )
    (folder / "verified_half_adder.v").write_text(
        "module verified_half_adder(input a, input b, output s, output c);\n"
        "  assign {c, s} = a + b;\nendmodule\n"
    )
    (folder / "rows.dat").write_text("00\n01\n10\n11\n")
    (folder / "testbench.v").write_text(
        "module testbench;\n  reg a, b;\n  wire s, c;\n  reg [1:0] rows [0:3];\n"
        "  integer i, error = 0;\n  half_adder uut(.a(a), .b(b), .s(s), .c(c));\n"
        '  initial begin\n    $readmemb("rows.dat", rows);\n'
        "    for (i = 0; i < 4; i = i + 1) begin\n      {a, b} = rows[i];\n      #5;\n"
        "      if ({c, s} !== a + b) error = error + 1;\n    end\n"
        '    if (error == 0) $display("===========Your Design Passed===========");\n'
        '    else $display("===========Error===========");\n    $finish;\n  end\nendmodule\n'
    )
    return root


CVDP_TEST = """
import os
import cocotb
from cocotb.triggers import Timer

@cocotb.test()
async def test_inverts(dut):
    for value in (0, 5, 9):
        dut.d.value = value
        await Timer(1, "ns")
        assert dut.q.value == (1 << int(os.getenv("BITS"))) - 1 - value
"""

CVDP_RUNNER = """
import os
import pytest
from cocotb_tools.runner import get_runner

@pytest.mark.parametrize("width", [4, 8])
def test_width(width):
    runner = get_runner(os.getenv("SIM", "icarus"))
    runner.build(
        sources=os.getenv("VERILOG_SOURCES").split(),
        hdl_toplevel=os.getenv("TOPLEVEL"),
        parameters={"W": width},
        always=True,
    )
    runner.test(
        hdl_toplevel=os.getenv("TOPLEVEL"),
        test_module=os.getenv("MODULE"),
        extra_env={"BITS": str(width)},
    )
"""


def cvdp(path: Path, reference: str = "~d", runner: str = CVDP_RUNNER) -> Path:
    """A record in CVDP's layout, whose runner crosses two widths, and one of another category."""
    record = {
        "id": "cvdp_inverter_0001",
        "categories": ["cid003", "easy"],
        "input": {
            "prompt": "Design a module named `inverter` that inverts its input.\n\n"
            "| Parameter | Default | Description |\n|---|---|---|\n| `W` | 4 | bits |\n\n"
            "| Port | Direction | Width | Description |\n|---|---|---|---|\n"
            "| `d` | input | W | in |\n| `q` | output | W | inverted |\n",
            "context": {},
        },
        "output": {
            "response": "",
            "context": {
                "rtl/inverter.sv": "module inverter #(parameter W = 4) (input [W-1:0] d, "
                f"output [W-1:0] q);\n  assign q = {reference};\nendmodule\n"
            },
        },
        "harness": {
            "files": {
                "Dockerfile": "FROM x\n",
                "src/.env": "SIM = icarus\nTOPLEVEL = inverter\nMODULE = test_inverter\n"
                "VERILOG_SOURCES = /code/rtl/inverter.sv\nPYTHONPATH = /src\n",
                "src/test_inverter.py": CVDP_TEST,
                "src/test_runner.py": runner,
            }
        },
    }
    other = {**record, "id": "cvdp_other_0002", "categories": ["cid007", "easy"]}
    path.write_text(f"{json.dumps(record)}\n{json.dumps(other)}\n")
    return path
