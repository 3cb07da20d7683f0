"""Specifications as files, the values read from them, and the benchmarks' own interfaces."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyslang.ast import Compilation
from pyslang.syntax import SyntaxTree

from mevllm import expressions
from mevllm.errors import SpecError
from mevllm.spec import Interface, Parameter, Port, load_spec, parse_spec

ROOT = Path(__file__).resolve().parent.parent
BENCH = Path(os.environ.get("MEVAGENT_BENCH", ROOT.parent / "shared" / "bench"))
EVAL = BENCH / "verilog-eval-dev" / "dataset_spec-to-rtl"
RTLLM = BENCH / "rtllm-dev"

Ports = dict[str, tuple[str, int]]
"""Name to direction and bits, of an elaborated module."""

PROMPTS = sorted(EVAL.glob("*_prompt.txt"))
DESCRIPTIONS = sorted(RTLLM.rglob("design_description.txt"))


def test_the_benchmarks_are_there_in_continuous_integration() -> None:
    if not EVAL.is_dir() or not RTLLM.is_dir():
        assert not os.environ.get("CI"), f"no benchmarks in {BENCH}; set MEVAGENT_BENCH"
        pytest.skip(f"no benchmarks in {BENCH}; MEVAGENT_BENCH names another folder")
    assert (len(PROMPTS), len(DESCRIPTIONS)) == (52, 17)


def elaborate(text: str, top: str | None = None) -> Ports:
    """The ports of a module by pyslang's own reckoning, after proving that it elaborates."""
    compilation = Compilation()
    compilation.addSyntaxTree(SyntaxTree.fromText(text))
    tops = compilation.getRoot().topInstances
    if top is None:
        assert not [d for d in compilation.getAllDiagnostics() if d.isError()], text
        (found,) = tops
    else:
        found = next(instance for instance in tops if instance.name == top)
    names = {"In": "input", "Out": "output", "InOut": "inout"}
    return {
        str(port.name): (names[port.direction.name], int(port.type.bitWidth))
        for port in found.body.portList
    }


def icarus() -> str:
    found = shutil.which("iverilog")
    if found is None:
        assert not os.environ.get("CI"), "iverilog is missing"
        pytest.skip("iverilog is not installed")
    return found


# The benchmarks.

EVAL_DIFFERENCES: dict[str, Ports] = {
    # The prompt itself lists `input q` for the flip-flop's output.
    "Prob031_dff": {"q": ("input", 1)},
}
"""Problem to the ports that its prompt declares otherwise than its reference."""


@pytest.mark.parametrize("prompt", PROMPTS, ids=lambda path: path.stem)
def test_the_ports_of_a_verilogeval_prompt_equal_those_of_its_reference(prompt: Path) -> None:
    name = prompt.stem.removesuffix("_prompt")
    interface = load_spec(prompt).interface
    reference = elaborate(prompt.with_name(f"{name}_ref.sv").read_text(), "RefModule")
    assert interface.module == "TopModule"
    assert elaborate(interface.stub()) == reference | EVAL_DIFFERENCES.get(name, {})


RTLLM_DIFFERENCES: dict[str, tuple[Ports, set[str]]] = {
    # Its description has no width for address and data; they stand only in the prose on RAM.
    "RAM": (
        {
            "write_addr": ("input", 1),
            "write_data": ("input", 1),
            "read_addr": ("input", 1),
            "read_data": ("output", 1),
        },
        set(),
    ),
    # The reference has an input `res_ready` of which the description does not speak.
    "radix2_div": ({}, {"res_ready"}),
    # The description calls the reset `reset_n`, the reference `rst_n`.
    "sequence_detector": ({"reset_n": ("input", 1)}, {"rst_n"}),
    # The description gives the parameters Q and N no default; the reference has N = 32.
    "fixed_point_adder": ({"a": ("input", 8), "b": ("input", 8), "c": ("output", 8)}, set()),
}
"""Design to the ports that its description has otherwise, and those that it lacks."""

RTLLM_PARAMETERS = {
    "fixed_point_adder": {"Q": "8", "N": "8"},  # no default is stated; 8 is assumed
    "freq_divbyodd": {"NUM_DIV": "5"},
    "RAM": {"WIDTH": "6", "DEPTH": "8"},
    "clkgenerator": {"PERIOD": "10"},
}


@pytest.mark.parametrize("description", DESCRIPTIONS, ids=lambda path: path.parent.name)
def test_an_rtllm_description_agrees_with_its_reference_wherever_it_speaks(
    description: Path,
) -> None:
    name = description.parent.name
    interface = load_spec(description).interface
    (verified,) = description.parent.glob("verified_*.v")
    text = verified.read_text()
    top = f"verified_{name}" if f"module verified_{name}" in text else name
    reference = elaborate(text, top)
    changed, absent = RTLLM_DIFFERENCES.get(name, ({}, set()))
    expected = {n: p for n, p in reference.items() if n not in absent} | changed
    assert interface.module == name
    assert elaborate(interface.stub()) == expected
    assert {p.name: p.default for p in interface.parameters} == RTLLM_PARAMETERS.get(name, {})


def test_every_benchmark_stub_compiles_with_icarus(tmp_path: Path) -> None:
    compiler = icarus()
    for path in (*PROMPTS, *DESCRIPTIONS):
        stub = tmp_path / "stub.sv"
        stub.write_text(load_spec(path).interface.stub())
        done = subprocess.run(
            [compiler, "-g2012", "-Wall", "-t", "null", stub], capture_output=True, text=True
        )
        assert (done.returncode, done.stderr) == (0, ""), path


def test_clocks_and_resets_of_the_benchmarks_are_recognised() -> None:
    if not PROMPTS:
        pytest.skip("no benchmarks")
    for path in (*PROMPTS, *DESCRIPTIONS):
        interface = load_spec(path).interface
        inputs = {p.name.lower() for p in interface.ports if p.direction == "input"}
        assert (interface.clock is not None) == bool(inputs & {"clk", "clock", "clk_in", "clk_a"})
        resets = {"rst", "reset", "areset", "resetn", "rst_n", "reset_n", "arstn"}
        assert (interface.reset is not None) == bool(inputs & resets)


def test_the_interface_of_the_cvdp_sample_is_read() -> None:
    sample = BENCH / "cvdp-sample" / "cid003.jsonl"
    if not sample.exists():
        pytest.skip(f"no {sample}")
    interface = parse_spec(json.loads(sample.read_text())["input"]["prompt"]).interface
    assert (interface.module, interface.clock, interface.reset) == ("lfsr_8bit", "clock", "reset")
    assert elaborate(interface.stub()) == {
        "clock": ("input", 1),
        "reset": ("input", 1),
        "lfsr_seed": ("input", 8),
        "lfsr_out": ("output", 8),
    }


# The page on specifications.

EXAMPLES = re.findall(
    r"^````markdown\n(.*?)^````$",
    (ROOT / "docs" / "specification.md").read_text(),
    re.MULTILINE | re.DOTALL,
)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.split("\n", 1)[0])
def test_every_example_of_the_page_gives_the_interface_it_promises(example: str) -> None:
    interface = parse_spec(example).interface
    assert interface.module == "accumulator"
    assert [(p.name, p.direction, p.width) for p in interface.ports] == [
        ("clk", "input", 1),
        ("rst_n", "input", 1),
        ("d", "input", 8 if not interface.parameters else "WIDTH"),
        ("total", "output", 16),
    ]
    assert (interface.clock, interface.reset) == ("clk", "rst_n")
    elaborate(interface.stub())


# Headers and stubs.

RICH = Interface(
    "dut",
    (
        Port("clk", "input"),
        Port("a", "input", "WIDTH-1", "0", vector=True, signed=True),
        Port("b", "input", "0", "7", vector=True),
        Port("bit0", "input", "0", "0", vector=True),
        Port("pad", "inout", "3", "0", vector=True),
        Port("pin", "inout"),
        Port("q", "output", "2*WIDTH-1", "0", vector=True, signed=True),
        Port("full", "output"),
    ),
    (Parameter("WIDTH", "8", type="int"), Parameter("INIT", "4'd3", type="[3:0]")),
)


def test_a_header_has_one_port_a_line_with_logic_outputs() -> None:
    assert RICH.header() == (
        "module dut #(\n"
        "  parameter int WIDTH = 8,\n"
        "  parameter [3:0] INIT = 4'd3\n"
        ") (\n"
        "  input logic clk,\n"
        "  input logic signed [WIDTH-1:0] a,\n"
        "  input logic [0:7] b,\n"
        "  input logic [0:0] bit0,\n"
        "  inout wire [3:0] pad,\n"
        "  inout wire pin,\n"
        "  output logic signed [2*WIDTH-1:0] q,\n"
        "  output logic full\n"
        ");"
    )


def test_a_stub_elaborates_and_its_outputs_can_be_driven_in_any_way(tmp_path: Path) -> None:
    assert elaborate(RICH.stub())["q"] == ("output", 16)
    body = "assign full = |b; assign pad = 4'bz; always @(posedge clk) q <= a * 2;"
    driven = RICH.stub().replace("endmodule", f"{body}\nendmodule")
    elaborate(driven)
    for index, text in enumerate((RICH.stub(), driven)):
        path = tmp_path / f"{index}.sv"
        path.write_text(text)
        done = subprocess.run(
            [icarus(), "-g2012", "-t", "null", path], capture_output=True, text=True
        )
        assert (done.returncode, done.stderr) == (0, "")


def test_what_is_read_back_from_a_header_is_the_same_interface() -> None:
    again = parse_spec(f"```verilog\n{RICH.header()}\n```").interface
    assert again.ports == RICH.ports
    assert again.parameters == RICH.parameters
    assert again.clock == "clk"


@pytest.mark.parametrize(
    ("msb", "lsb", "bits"),
    [
        ("7", "0", 8),
        ("0", "7", 8),
        ("8-1", "0", 8),
        ("2**4-1", "0", 16),
        ("(1<<3)-1", "0", 8),
        ("8'hf", "4'b0", 16),
        ("$clog2(16)-1", "0", 4),
        ("8", "1", 8),
        ("WIDTH-1", "0", "WIDTH"),
        ("WIDTH", "1", "WIDTH"),
        ("WIDTH", "0", "WIDTH+1"),
        ("0", "WIDTH-1", "WIDTH"),
        ("2*N-1", "0", "2*N"),
        ("N+N-1", "0", "2*N"),
        ("A-B", "0", "A-B+1"),
        ("(DW/8)-1", "0", "DW/8"),
        ("2*(DW/8)-1", "0", "2*(DW/8)"),
        ("2**AW-1", "0", "2**AW"),
        ("(1<<AW)-1", "0", "(1<<AW)"),
        ("HI", "LO", "HI-LO+1"),
        ("$clog2(D+1)-1", "0", "$clog2(D+1)"),
        ("(N>4)?7:3", "0", "((N>4)?7:3)-(0)+1"),
    ],
)
def test_a_width_is_a_number_where_it_can_be(msb: str, lsb: str, bits: int | str) -> None:
    assert Port("a", "input", msb, lsb, vector=True).width == bits


@given(
    st.recursive(
        st.sampled_from(["1", "2", "7", "N", "M", "4'd3"]),
        lambda inner: st.builds(
            "({}{}{})".format, inner, st.sampled_from(["+", "-", "*", "/", "%", "<<"]), inner
        ),
        max_leaves=6,
    )
)
@settings(deadline=None, max_examples=150)
def test_simplifying_an_expression_never_changes_its_value(text: str) -> None:
    values = {"N": 5, "M": 12}
    try:
        simplified = str(expressions.parse(text))
    except expressions.ExpressionError:
        return
    expected = expressions.evaluate(text, values)
    if expected is not None:
        assert expressions.evaluate(simplified, values) == expected


@pytest.mark.parametrize(
    "text", ["", "1+", "(1", "1)", "a b", "1/0", "2**9999", "8'b12", "9" * 300]
)
def test_what_is_no_constant_expression_is_refused(text: str) -> None:
    with pytest.raises(expressions.ExpressionError):
        expressions.parse(text)


# Files.


def load_error(path: Path) -> str:
    with pytest.raises(SpecError) as caught:
        load_spec(path)
    assert str(caught.value).startswith(str(path))
    return str(caught.value)


def test_a_file_that_is_no_specification_is_refused_with_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "spec.md"
    assert "no such file" in load_error(path)
    assert "this is a directory" in load_error(tmp_path)
    path.write_text("")
    assert "the specification is empty" in load_error(path)
    path.write_text("\ufeff \n\n")
    assert "the specification is empty" in load_error(path)
    path.write_bytes(b"# a\n\0\1\2")
    assert "binary" in load_error(path)
    path.write_bytes("# dut\n- input a".encode("utf-16"))
    assert "UTF-8" in load_error(path)
    path.write_bytes(b"# dut\nna\xefve\n")
    assert load_error(path).startswith(f"{path}:2: the file is not UTF-8")
    path.write_bytes(b"- input a\n" * 1_000_000)
    assert "larger than 1 MB" in load_error(path)


def test_a_file_that_may_not_be_read_is_refused_with_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "spec.md"
    path.write_text("# dut")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    assert "Permission denied" in load_error(path)


def test_the_file_name_is_not_taken_for_the_modules_name(tmp_path: Path) -> None:
    path = tmp_path / "counter.md"
    path.write_text("- input clk\n- output q\n")
    assert "write a line `Module name: my_design`" in load_error(path)


def test_a_specification_keeps_its_text_and_where_the_interface_came_from(tmp_path: Path) -> None:
    path = tmp_path / "spec.md"
    path.write_text("---\ntier: basic\n---\n# `dut`\n\n- input a\n- output q\n")
    spec = load_spec(path)
    assert spec.text == "# `dut`\n\n- input a\n- output q\n"
    assert spec.source == str(path)
    assert spec.interface_sources == ("bullet list, lines 6-7", "module name, line 4")


# Anything at all.

FRAGMENTS = [
    "---", "module: dut", "ports:", "  - input [7:0] a", "  a: input 8", "tier: basic", "# dut",
    "Module name: dut", "Module name:", "## Inputs", "Inputs:", "Outputs: q, r", "- input a",
    "- input [7:0] b, c", "- output q (WIDTH bits)", "  - Width: 8", "* `x[3:0]`: 4-bit output",
    "Parameters: WIDTH = 8", "  WIDTH = 8;", "| Port | Direction | Width |", "|---|:-:|---|",
    "| a | input | 8 |", "| `q` | out | [W-1:0] |", "```verilog", "```", "endmodule", "<!--", "-->",
    "module dut (input clk, input [3:0] a, output reg q);", "module dut(a, q);", "input [1:0] a;",
    "  clk: clock", "the parameter N, which defaults to 5", "$clog2(D)", "\ufeff", "\t", "\u00a0",
    "&lt;", "**", "`", "[", "]", "(", ")", "{", ":", "&a [*a]", "\u2014", "=", "\r", "\v", "\u2028",
]  # fmt: skip


CELLS = [
    "a", "b[3:0]", "c, d", "input e", "input", "out", "io", "8", "[W-1:0]", "7:0", "signed 4 bits",
    "8 or 9", "f (2 bits)", "**Inputs**", "", "-", "output", "g (input)", "`h`", "a [7:0] [1:0]",
]  # fmt: skip


def as_table(cells: list[str]) -> str:
    """A table of ports with three columns, whatever its cells hold."""
    rows = [" | ".join(cells[i : i + 3]) for i in range(0, len(cells), 3)]
    return "# `dut`\n\nPort | Direction | Width\n--- | --- | ---\n" + "\n".join(
        f"{row} |" for row in rows
    )


@given(
    st.one_of(
        st.text(max_size=400),
        st.lists(st.sampled_from(FRAGMENTS), max_size=14).map("\n".join),
        st.lists(st.sampled_from(FRAGMENTS), max_size=14).map(" ".join),
        st.lists(st.sampled_from(CELLS), min_size=6, max_size=18).map(as_table),
    )
)
@settings(deadline=None, max_examples=400)
def test_reading_any_text_gives_a_module_that_elaborates_or_a_specification_error(
    text: str,
) -> None:
    spec, line = None, None
    try:
        spec = parse_spec(text)
    except SpecError as error:
        line = error.line
    if spec is not None:
        elaborate(spec.interface.stub())
    assert line is None or 1 <= line <= text.count("\n") + text.count("\r") + 1


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "unit",
    ["- input a\n", "<!-- ", "module a (\n", "**a ", "`a` module ", "|a", "[", "(", "1+", "```\n",
     "the parameter N ", "module named ", "- x: input, 8 bits\n", "a, ", "  - a\n", "Inputs:\n"],
)  # fmt: skip
def test_a_megabyte_of_anything_is_read_in_bounded_time(unit: str) -> None:
    text = "Module name: dut\n" + unit * (900_000 // len(unit))
    with pytest.raises(SpecError):
        parse_spec(text)
