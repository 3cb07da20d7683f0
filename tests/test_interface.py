"""What can be written as an interface, and what is told to a person who wrote something else."""

from __future__ import annotations

import textwrap

import pytest

from mevllm.errors import SpecError
from mevllm.spec import Interface, Spec, parse_spec

PORTS = "input clk\ninput [7:0] a\noutput [7:0] q"
"""What most specifications here say, each in its own form."""


def read(text: str, *, named: bool = True) -> Spec:
    body = textwrap.dedent(text).lstrip("\n")
    return parse_spec(f"Module name: dut\n\n{body}" if named else body, "spec.md")


def ports(text: str, *, named: bool = True) -> str:
    return as_text(read(text, named=named).interface)


def as_text(interface: Interface) -> str:
    rows = []
    for port in interface.ports:
        words: list[str] = [port.direction]
        words += ["signed"] if port.signed else []
        words += [f"[{port.msb}:{port.lsb}]"] if port.vector else []
        rows.append(" ".join((*words, port.name)))
    return "\n".join(rows)


def refusal(text: str, *, named: bool = False) -> SpecError:
    with pytest.raises(SpecError) as caught:
        read(text, named=named)
    return caught.value


# Bullet lists.

BULLETS = {
    "direction, name, bits": "- input clk\n- input a (8 bits)\n- output q (8 bits)",
    "aligned": "  - input  clk\n  - input  a   ( 8 bits)\n  - output q   ( 8 bits)",
    "stars and ranges": "* input clk: clock\n* input [7:0] a: operand\n* output [7:0] q: sum",
    "plus signs": "+ input clk\n+ input a, 8 bits\n+ output q, 8 bits wide",
    "numbered": "1. input clk\n2. input a [7:0]\n3. output q [7:0]",
    "no space after the dash": "-input clk\n-input [7:0] a\n-output [7:0] q",
    "Verilog words": "- input wire clk;\n- input logic [7:0] a;\n- output reg [7:0] q;",
    "code spans": "- `input clk`\n- `input [7:0] a`: operand\n- `output [7:0] q`",
    "code span with a width": "- `input  clk`: clock\n- `input  a (8 bits)`\n- `output q (8 bits)`",
    "names first": "- clk: input\n- a: 8-bit input\n- q: 8-bit output",
    "names first, commas": "- clk: input, 1 bit\n- a: input, 8 bits\n- q: output, 8 bits. The sum",
    "names first, dashes": "- clk - input\n- a \u2014 input, 8 bits\n- q \u2013 output, 8 bits",
    "backticked names": "- `clk` (input): clock\n- `a` (input, 8 bits): x\n- `q` (output, 8-bit)",
    "range in the code span": "- `clk` (input)\n- `a[7:0]` (input): x\n- `q[7:0]` (output): y",
    "bold names": "- **clk** (input)\n- **a** (in, 8 bits)\n- **q** (out, 8 bits): __the__ *sum*",
    "bold direction": "- **input** `clk`\n- **input** `a` (8 bits)\n- **output** `q` (8 bits)",
    "bold with colon": "- **Input** `clk`: x\n- **Input** `a[7:0]`: y\n- **Output** `q[7:0]`: z",
    "units": "- input clk (1-bit)\n- input a (8 bit)\n- output q (8b)",
    "ranges in parentheses": "- input clk\n- input a ([7:0])\n- output q (7:0)",
    "other range marks": "- input clk\n- input a<7:0>\n- output q(7 downto 0)",
    "width words": "- input clk (one bit)\n- input a (width 8)\n- output q (width: 8)",
    "number words": "- input clk (single bit)\n- input a (eight bits)\n- output q (eight-bit)",
    "active low": "- input clk (1 bit, active-low)\n- input a (8 bits; data)\n- output q (8 bits)",
    "task list": "- [ ] input clk\n- [x] input [7:0] a\n- [ ] output [7:0] q",
    "blank lines between": "- input clk\n\n- input a (8 bits)\n\n- output q (8 bits)",
    "tabs": "-\tinput\tclk\n-\tinput\ta\t(8 bits)\n-\toutput\tq\t(8 bits)",
    "hard spaces": "-\u00a0input clk\n- input\u00a0a\u00a0(8\u00a0bits)\n- output q (8\u00a0bits)",
    "hard hyphens": "- clk: input\n- a: 8\u2011bit input\n- q: 8\u2010bit output",
    "full-width marks": "- clk\uff1ainput\n- a \uff088 bits\uff09: input\n- q: output\uff0c8 bits",
    "zero-width characters": "- input \u200bclk\n- input [7:0] a\u200b\n- output [7:0] q",
    "escaped names": "- input clk\n- input \\[7:0\\] a\n- output \\[7:0] q",
    "HTML entities": "- input&nbsp;clk\n- input a &#40;8 bits&#41;\n- output q (8 bits)",
    "nested groups": "- Inputs:\n  - clk\n  - a (8 bits)\n- Outputs:\n  - q (8 bits): sum",
    "bold nested groups": "- **Inputs**\n   - `clk`\n   - `a[7:0]`\n- **Outputs**\n   - `q[7:0]`",
    "inline groups": "- Inputs: clk, a[7:0]\n- Outputs: q (8 bits)",
    "nested attributes": (
        "- `clk`\n  - Direction: input\n- `a`: operand\n  - Direction: input\n  - Width: 8 bits\n"
        "- `q`\n  - Direction: output\n  - Width: [7:0]"
    ),
    "nested remarks": (
        "- input clk\n  - rising edge\n- input a (8 bits)\n  - low: unused\n- output q (8 bits)"
    ),
    "wrapped": "- input clk: the clock,\n  rising edge\n- input a: operand\n  (in)\n- output q",
}


@pytest.mark.parametrize("form", [form for form in BULLETS if form != "wrapped"])
def test_a_bullet_list_is_read_in_the_form(form: str) -> None:
    assert ports(BULLETS[form]) == PORTS


def test_lines_that_continue_a_bullet_belong_to_its_description() -> None:
    interface = read(BULLETS["wrapped"]).interface
    assert as_text(interface) == "input clk\ninput a\noutput q"
    assert interface.ports[0].description == "the clock, rising edge"


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("- input a, b (4 bits each)", "input [3:0] a\ninput [3:0] b"),
        ("- inputs a and b: 4 bits", "input [3:0] a\ninput [3:0] b"),
        ("- input [3:0] a, b, c", "input [3:0] a\ninput [3:0] b\ninput [3:0] c"),
        ("- a, b: 4-bit inputs", "input [3:0] a\ninput [3:0] b"),
        ("- `a[3:0]`, `b[1:0]` (input): x", "input [3:0] a\ninput [1:0] b"),
        ("- input rst, active low", "input rst"),
        ("- input rst, synchronous", "input rst"),
        ("- input signed [7:0] a", "input signed [7:0] a"),
        ("- input a (8 bits, signed)", "input signed [7:0] a"),
        ("- a: signed 8-bit input", "input signed [7:0] a"),
        ("- input [0:7] a", "input [0:7] a"),
        ("- input [0:0] a", "input [0:0] a"),
        ("- input [8:1] a", "input [8:1] a"),
        ("- inout [3:0] a", "inout [3:0] a"),
        ("- a: bidirectional, 4 bits", "inout [3:0] a"),
        ("- a: registered output of 4 bits", "output a"),
        ("- en: write enable input", "input en"),
        ("- rst_n: asynchronous active-low reset input", "input rst_n"),
        ("- input in", "input in"),
        ("- output out (2 bits)", "output [1:0] out"),
        ("- input a (thirty-two bits)", "input [31:0] a"),
        ("- input valid: high while the 8-bit word is on the bus", "input valid"),
        ("- input we: write 8 bits at once", "input we"),
        ("- input p (parity bit)", "input p"),
        ("- a: control signal (4-bit), an input", "input [3:0] a"),
        ("- a: input: 4 bits", "input [3:0] a"),
        ("- input a: the multiplicand with a data width of 4 bits", "input [3:0] a"),
    ],
)
def test_one_bullet_declares(item: str, expected: str) -> None:
    assert ports(f"{item}\n- output zz") == f"{expected}\noutput zz"


@pytest.mark.parametrize(
    "remark",
    [
        "- input data is sampled on the rising edge",
        "- Output Encoding: the outputs are mutually exclusive",
        "- outputs are registered",
        "- output goes high after reset",
        "- In reset, q is 0",
        "- When the input is 1, the output follows",
        "- Input E is for enabling shift",
        "- Overflow: output goes high",
        "- Reset: outputs go to zero",
        "- `q` holds the sum",
        "- q: the registered output",
        "- 00: no operation",
    ],
)
def test_a_bullet_about_behaviour_declares_nothing(remark: str) -> None:
    listing = "- input a\n- output q\n\nBehaviour:\n\n- The sum is registered.\n" + remark
    assert ports(listing) == "input a\noutput q"


def test_a_remark_in_a_list_of_ports_is_passed_over() -> None:
    assert ports("- input a\n- output q\n- All inputs are synchronous.") == "input a\noutput q"


def test_a_list_of_ports_takes_a_direction_in_any_first_word() -> None:
    text = (
        "The module has these ports:\n\n- `en` - input clock enable\n- `cs_n`: output chip select"
    )
    assert ports(text) == "input en\noutput cs_n"


def test_what_is_passed_over_among_the_ports_gets_a_warning() -> None:
    spec = read("- input a\n- Latency: 2\n- output q (8 abits)")
    assert spec.warnings == (
        "line 4: nothing is read from `Latency: 2`, which stands among the ports",
        "line 5: no width is given for `q`; one bit is assumed",
    )


# Sections.

SECTIONS = {
    "RTLLM": """
        Input ports:
            clk: Clock input for synchronization.
            a[7:0]: 8-bit input data for addition.
        Output ports:
            q [7:0]: 8-bit output representing the sum.

        Implementation:
        The outputs follow: q is a.
        """,
    "no ranges": """
        Input ports:
            clk: Clock signal.
            a: Input data signal of size 8 bits.

        Output ports:
            q: 8-bit the output containing the sum.
        """,
    "not indented": """
        Inputs:
        clk: the clock
        a: 8-bit parallel data input.
        Outputs:
        q: 8-bit result
        Implementation:
        Note: nothing else.
        """,
    "inline": "Inputs: clk, a[7:0]\nOutputs: q (8 bits)",
    "inline with words": "**Inputs:** `clk` and `a` (8 bits)\n\n**Outputs:** `q[7:0]`",
    "headings over bullets": """
        ## Inputs
        - `clk`: the clock
        - `a` (8 bits): operand
        - None of them may float.

        ## Outputs
        - `q` (8 bits): sum
        """,
    "numbered headings": """
        ### 2.1 Input Ports
        - clk
        - a [7:0]
        ### 2.2 Output Ports
        - q [7:0]
        ### 2.3 Timing
        - q: one cycle after a
        """,
    "bold labels": "**Inputs**\n\n- clk\n- a (8 bits)\n\n**Outputs**\n\n- q (8 bits)",
    "underlined headings": "Inputs\n------\n- clk\n- a (8 bits)\n\nOutputs\n-------\n- q (8 bits)",
    "announced": """
        The module has the following inputs:

        - `clk`
        - `a`, 8 bits

        and these outputs:

        - `q`, 8 bits
        """,
    "code spans with widths": """
        #### Inputs:
        - `clk (1-bit)`: A single-bit clock.
        - `a (8-bit, array index [7:0])`: An 8-bit operand.
        #### Output:
        - `q (8-bit, array index [7:0])`: The sum.
        """,
    "declarations": "Ports:\n  input clk\n  input [7:0] a\n  output [7:0] q",
    "declarations alone": "input clk,\ninput [7:0] a,\noutput [7:0] q\n);",
    "names first": "## Interface\n\nclk: input\na: 8-bit input\nq: output, 8 bits",
    "wrapped descriptions": """
        Input ports:
            clk: the clock,
              rising edge
            a[7:0]: the operand
        Output ports:
            q[7:0]: the sum
        """,
}


@pytest.mark.parametrize("form", SECTIONS)
def test_a_section_is_read_in_the_form(form: str) -> None:
    assert ports(SECTIONS[form]) == PORTS


# Tables.

TABLES = {
    "plain": """
        | Port | Direction | Width | Description |
        |------|-----------|-------|-------------|
        | clk  | input     | 1     | clock       |
        | a    | input     | 8     | operand     |
        | q    | output    | 8     | sum         |
        """,
    "alignment": """
        | Signal name | Dir | Bits | Function |
        |:---|:---:|---:|---|
        | `clk` | in | 1 | clock |
        | `a` | in | 8 | operand \\| mask |
        | `q` | out | 8 | sum |
        """,
    "no outer bars": "Name | I/O | Size\n---|---|---\nclk | I | 1\na | I | 8\nq | O | 8",
    "ranges": """
        | Pin | Type | Range |
        |---|---|---|
        | clk | Input | - |
        | a | Input | [7:0] |
        | q | Output | 7:0 |
        """,
    "range in the name": """
        | Signal | Direction |
        |---|---|
        | clk | Input |
        | a[7:0] | Input |
        | `q[7:0]` | **Output** |
        """,
    "range in the type": """
        | Port | Type | Description |
        |---|---|---|
        | clk | input wire | clock |
        | a | input logic [7:0] | operand |
        | q | output reg [7:0] | sum |
        """,
    "direction and type": """
        | Name | Direction | Type | Description |
        |---|---|---|---|
        | clk | input | logic | clock |
        | a | input | logic [7:0] | operand |
        | q | output | logic [7:0] | sum |
        """,
    "units": """
        | Signal | Direction | Width (bits) |
        |---|---|---|
        | clk | input | 1-bit |
        | a | input | 8 bits |
        | q | output | 8-bit |
        """,
    "group rows": """
        | Port | Direction | Width |
        |---|---|---|
        | **Inputs** | | |
        | clk | | 1 |
        | a | | 8 |
        | **Outputs** | | |
        | q | | 8 |
        """,
    "one table a direction": """
        ## Inputs

        | Name | Width | Description |
        |---|---|---|
        | clk | 1 | clock |
        | a | 8 | operand |

        ## Outputs

        | Name | Width | Description |
        |---|---|---|
        | q | 8 | sum |
        """,
}


@pytest.mark.parametrize("form", TABLES)
def test_a_table_is_read_in_the_form(form: str) -> None:
    assert ports(TABLES[form]) == PORTS


def test_several_ports_in_a_row_share_what_it_says() -> None:
    text = "| Port | Direction | Width |\n|---|---|---|\n| a, b | input | 4 |\n| q | output | 5 |"
    assert ports(text) == "input [3:0] a\ninput [3:0] b\noutput [4:0] q"


def test_a_table_of_values_or_states_is_no_interface() -> None:
    table = "| a | q |\n|---|---|\n| 0 | 1 |\n\n| State | Output |\n|---|---|\n| A | 0 |"
    register_map = "| Name | Type | Width |\n|---|---|---|\n| CTRL | RW | 8 |"
    text = f"- input a\n- output q\n\n{table}\n\n{register_map}"
    assert ports(text) == "input a\noutput q"


# Verilog headers.

HEADERS = {
    "ANSI": "module dut (\n  input clk,\n  input [7:0] a,\n  output reg [7:0] q\n);",
    "whole module": """
        `timescale 1ns/1ps
        // module old (input x);
        module dut (input wire clk, input wire [7:0] a, output logic [7:0] q);
          always @(posedge clk) q <= a;  // later
          ...
        endmodule
        """,
    "no semicolon": "module dut (input clk, input [7:0] a, output [7:0] q)  // sum",
    "1995": """
        module dut (clk, a, q);
          input clk;
          input [7:0] a;
          output [7:0] q;
          reg [7:0] q;
          function [7:0] twice; input [7:0] x; twice = x << 1; endfunction
        endmodule
        """,
    "1995 without endmodule": "module dut(clk, a, q);\ninput clk; input [7:0] a;\noutput [7:0] q;",
    "macro": "`define W 8\nmodule dut (input clk, input [`W-1:0] a, output [`W-1:0] q);",
    "inherited directions": "module dut (input clk, [7:0] a, output [7:0] q);",
}


@pytest.mark.parametrize("form", HEADERS)
def test_a_fenced_verilog_header_is_read_in_the_form(form: str) -> None:
    body = textwrap.dedent(HEADERS[form]).strip()
    assert ports(f"```verilog\n{body}\n```", named=False) == PORTS


def test_a_header_in_the_running_text_is_read() -> None:
    text = "Complete this module:\n\nmodule dut (\n  input clk,\n  input [7:0] a,\n" + (
        "  output [7:0] q\n);\n\nIt is (mostly) a register."
    )
    assert ports(text, named=False) == PORTS


def test_ranges_parameters_and_comments_of_a_header_are_kept_as_written() -> None:
    interface = read(
        """
        ```systemverilog
        module dut #(
          parameter int WIDTH = 8,      // bits of a word
          parameter [3:0] STEP = 4'd3, parameter DEPTH = 2**4,
          localparam ADDR = $clog2(DEPTH)
        ) (
          input  logic signed [WIDTH-1:0] a, b,  // operands
          input  logic [ADDR-1:0] addr,
          input  integer count,
          inout  tri [3:0] pad,
          output logic [0:2*WIDTH] q
        );
        ```
        """,
        named=False,
    ).interface
    assert as_text(interface) == (
        "input signed [WIDTH-1:0] a\ninput signed [WIDTH-1:0] b\n"
        "input [($clog2(DEPTH))-1:0] addr\ninput signed [31:0] count\ninout [3:0] pad\n"
        "output [0:2*WIDTH] q"
    )
    assert [(p.name, p.type, p.default) for p in interface.parameters] == [
        ("WIDTH", "int", "8"),
        ("STEP", "[3:0]", "4'd3"),
        ("DEPTH", "", "2**4"),
    ]
    assert [p.width for p in interface.ports] == [
        "WIDTH", "WIDTH", "$clog2(DEPTH)", 32, 4, "2*WIDTH+1",
    ]  # fmt: skip
    assert interface.ports[1].description == "operands"
    assert interface.parameters[0].description == "bits of a word"


@pytest.mark.parametrize(
    "snippet",
    [
        "counter u0 (.clk(clk), .a(a), .q(x));",
        "always @(posedge clk) q <= a;",
        "input clk;\nassign q = a;",
        "module tb;\n  reg clk;\nendmodule",
        "module fifo (input wr, input rd, output full);\nendmodule",
        "module other (...);",
        "The module takes the input a; the output is q.",
    ],
)
def test_code_that_is_not_the_modules_header_is_no_interface(snippet: str) -> None:
    text = f"{BULLETS['aligned']}\n\n```verilog\n{snippet}\n```"
    assert ports(text) == PORTS


def test_code_in_another_language_is_no_interface() -> None:
    text = f"{BULLETS['aligned']}\n\n```python\nmodule = 'module dut (input x);'\n- input z\n```"
    assert ports(text) == PORTS


def test_the_header_of_the_named_module_is_chosen_among_several() -> None:
    text = """
        ```verilog
        module leaf (input x, output y);
        endmodule
        module dut (input clk, input [7:0] a, output [7:0] q);
        endmodule
        ```
        """
    assert ports(text) == PORTS
    error = refusal(text)
    assert error.line == 4
    assert "headers of several modules (leaf, dut)" in str(error)


# Front matter.

FRONT_MATTER = {
    "mappings": """
        - {name: clk, direction: input}
        - name: a
          direction: input
          width: 8
          description: the operand
        - {name: q, dir: output, range: "[7:0]", desc: sum, of both}
        """,
    "strings": "- input clk\n- input [7:0] a\n- output [7:0] q",
    "strings with bits": "- input clk\n- input a (8 bits)\n- q (output, 8 bits)",
    "described strings": "- input clk: the clock\n- input [7:0] a: operand\n- output [7:0] q: sum",
    "names to text": "clk: input\na: input 8\nq: output [7:0]",
    "names to words": "clk: input\na: 8-bit input\nq: output, 8 bits",
    "names to mappings": "clk: {direction: input}\na: {direction: input, width: 8}\n"
    "q: {direction: output, width: [7:0]}",
    "list of names to text": "- clk: input\n- a: input 8\n- q: output 8",
    "directions to lists": "inputs:\n  - clk\n  - a[7:0]\noutputs: [q (8 bits)]",
    "directions to widths": "input: {clk: 1, a: 8}\noutput: {q: 8}",
}


@pytest.mark.parametrize("form", FRONT_MATTER)
def test_ports_in_front_matter_are_read_in_the_form(form: str) -> None:
    block = textwrap.indent(textwrap.dedent(FRONT_MATTER[form]).strip(), "  ")
    text = f"---\nmodule: dut\nports:\n{block}\n---\nThe sum."
    assert ports(text, named=False) == PORTS


def test_front_matter_gives_clock_reset_tier_and_parameters() -> None:
    spec = read(
        """
        ---
        module: dut
        tier: advanced
        clock: ck
        reset: none
        parameters: {WIDTH: 8, MODE: '"FAST"'}
        ports: [input ck, input rst, output q (WIDTH bits)]
        ---
        # A design
        """,
        named=False,
    )
    assert spec.tier is not None
    assert str(spec.tier) == "advanced"
    assert (spec.interface.clock, spec.interface.reset) == ("ck", None)
    assert [(p.name, p.default) for p in spec.interface.parameters] == [
        ("WIDTH", "8"),
        ("MODE", '"FAST"'),
    ]
    assert spec.text.startswith("# A design")
    assert spec.interface_sources == ("front matter, lines 1-8",)


@pytest.mark.parametrize(
    "block",
    ["- WIDTH: 8", "- WIDTH = 8", "- {name: WIDTH, default: 8}", "- parameter int WIDTH = 8"],
)
def test_parameters_in_front_matter_are_read_in_several_forms(block: str) -> None:
    text = f"---\nmodule: dut\nparameters:\n  {block}\nports: ['input [WIDTH-1:0] a']\n---\n"
    interface = read(text, named=False).interface
    assert [(p.name, p.default) for p in interface.parameters] == [("WIDTH", "8")]


def test_names_that_yaml_takes_for_truth_values_stay_names() -> None:
    text = "---\nmodule: dut\nports:\n  on: input\n  y: output 2\n  no: output\n---\n"
    assert ports(text, named=False) == "input on\noutput [1:0] y\noutput no"


@pytest.mark.parametrize(
    ("lines", "line", "words"),
    [
        (
            "module: dut\nport: []",
            3,
            "`port` is not a key of the front matter; the keys are module",
        ),
        ("module: 8bit", 2, "`8bit` is not an identifier"),
        ("module: begin", 2, "`begin` is a reserved word"),
        ("module: dut\ntier: hard", 3, "the tiers are basic, intermediate, advanced, expert"),
        ("module: dut\nmodule: dut", 3, "given twice, first on line 2"),
        ("module: [dut", 2, "not YAML"),
        ("ports:\n  a: {width: {b: 1}}", 3, "`width` must be a single value"),
        ("ports:\n  - input 2nd", 3, "`2nd` cannot be a port's name"),
        ("ports:\n  - data bus", 3, "no port can be read from `data bus`"),
        ("ports:\n  a: {direction: sideways}", 3, "`sideways` is no direction"),
        ("ports:\n  - {name: a}", 3, "`a` has no direction"),
        ("ports:\n  - {name: a, direction: in, depth: 2}", 3, "`depth` is not known of a port"),
        (
            "ports:\n  - {name: a, direction: in, width: wide one}",
            3,
            "`wide one` is not understood",
        ),
        ("ports:\n  - {name: a, direction: in, signed: maybe}", 3, "true or false"),
        ("ports: []", 2, "names no port"),
        ("ports: &p [input a]\nreset: *p", 1, "YAML alias"),
        ("parameters: {N: }\nports: [input a]", 2, "the default `` is not understood"),
        ("parameters: [N]\nports: [input a]", 2, "write `WIDTH = 8`"),
        ("module: dut\nclock: ck\nports: [input clk]", 3, "the inputs are clk"),
        ("module: dut\nreset: q\nports: [input a, output q]", 3, "names no input port"),
    ],
)
def test_a_slip_in_front_matter_is_named_with_its_line(lines: str, line: int, words: str) -> None:
    error = refusal(f"---\n{lines}\n---\n")
    assert words in str(error)
    assert error.line == line


def test_front_matter_that_is_not_closed_is_an_error() -> None:
    assert "end it with a line `---`" in str(refusal("---\nmodule: dut\n\n- input a\n"))


def test_a_rule_at_the_top_is_not_front_matter() -> None:
    assert ports("---\n\nModule name: dut\n\n- input a\n---\n", named=False) == "input a"


# Parameters.

PARAMETERS = {
    "section": "Parameters:\n    WIDTH = 8;\n    DEPTH = 4;",
    "section with descriptions": "Input parameters:\n  WIDTH = 8: bits\n  DEPTH: words, default 4",
    "inline": "Parameters: WIDTH = 8, DEPTH = 4",
    "bullets": "## Parameters\n- WIDTH = 8\n- `DEPTH` (default 4): words",
    "more bullets": "## Parameters\n- `WIDTH`: bits of a word (default: 8)\n- DEPTH: 4",
    "declared bullets": "- parameter WIDTH = 8\n- parameter int DEPTH = 4",
    "nested bullets": "- Parameters:\n  - WIDTH (default = 8)\n  - DEPTH, defaults to 4",
    "table": "| Parameter | Default |\n|---|---|\n| `WIDTH` | 8 |\n| `DEPTH` | 4 |",
    "table of names": "## Parameters\n| Name | Value |\n|---|---|\n| WIDTH | 8 |\n| DEPTH | 4 |",
    "prose": "The parameter WIDTH, which defaults to 8, and the parameter `DEPTH` (default 4).",
    "more prose": "Parameter `WIDTH` defaults to 8. The parameter DEPTH has a default value of 4.",
}


@pytest.mark.parametrize("form", PARAMETERS)
def test_parameters_are_read_in_the_form(form: str) -> None:
    text = f"{PARAMETERS[form]}\n\n## Ports\n- input a (WIDTH bits)\n- output [WIDTH*DEPTH-1:0] q"
    interface = read(text).interface
    assert [(p.name, p.default) for p in interface.parameters] == [("WIDTH", "8"), ("DEPTH", "4")]
    assert [p.width for p in interface.ports] == ["WIDTH", "WIDTH*DEPTH"]


@pytest.mark.parametrize(
    ("width", "msb", "bits"),
    [
        ("[WIDTH-1:0]", "WIDTH-1", "WIDTH"),
        ("(WIDTH bits)", "WIDTH-1", "WIDTH"),
        ("(WIDTH-bit)", "WIDTH-1", "WIDTH"),
        ("(2*WIDTH bits)", "2*WIDTH-1", "2*WIDTH"),
        ("(WIDTH+1 bits)", "WIDTH", "WIDTH+1"),
        ("($clog2(WIDTH) bits)", "$clog2(WIDTH)-1", "$clog2(WIDTH)"),
        ("[$clog2(WIDTH):0]", "$clog2(WIDTH)", "$clog2(WIDTH)+1"),
        ("[(WIDTH/2)-1:0]", "(WIDTH/2)-1", "WIDTH/2"),
        ("[2*4-1:0]", "7", 8),
        (": WIDTH-bit operand", "WIDTH-1", "WIDTH"),
    ],
)
def test_a_width_may_be_an_expression_of_parameters(width: str, msb: str, bits: str | int) -> None:
    port = read(f"Parameters: WIDTH = 8\n\n- input a {width}\n- output q").interface.ports[0]
    assert (port.msb, port.width) == (msb, bits)


def test_a_list_of_states_among_the_parameters_declares_none() -> None:
    text = "Parameters:\n  IDLE, RUN: the states of the machine\n\n- input a\n- output q"
    assert read(text).interface.parameters == ()


def test_a_parameter_without_a_default_is_given_one_and_a_warning() -> None:
    spec = read("Parameters:\n  N: number of bits.\n\nInputs:\n  a: N-bit word\nOutputs:\n  q: bit")
    assert [(p.name, p.default) for p in spec.interface.parameters] == [("N", "8")]
    assert spec.warnings == ("line 4: the parameter `N` has no default; 8 is assumed",)


# The module's name.


@pytest.mark.parametrize(
    "text",
    [
        "Module name: dut",
        "Module name:\n    dut   ",
        "**Module name:** `dut`",
        "- Module name: `dut`",
        "## Module name\n\n`dut`",
        "# Module: `dut`",
        "Module: dut",
        "I would like you to implement a module named TopModule.".replace("TopModule", "dut"),
        "Write a Verilog module\ncalled `dut` that adds.",
        "Following should be the interface of the RTL module named `dut`",
        "The module must be named dut.",
        "The module name is `dut`.",
        "Name the module `dut`.",
        "# Adder\n\nThe module `dut` adds.",
        "# Adder\n\nThe `dut` module adds.",
        "# dut: an adder",
        "# dut \u2014 an adder",
        "# `dut`",
        "# Adder (`dut`)\n\nIt is used inside the module `top`.",
        "# dut",
        "Implement a module named dut. It instantiates a module named fifo.",
        "# dut\n\nThe module `dut` connects to the module `fifo`.",
    ],
)
def test_the_modules_name_is_read_from(text: str) -> None:
    assert read(f"{text}\n\n- input a\n- output q", named=False).interface.module == "dut"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("An adder.", "write a line `Module name: my_design`"),
        ("# Overview", "does not name the module"),
        ("# An adder of two words", "does not name the module"),
        ("Module name: 8bit_adder", "`8bit_adder` is not an identifier"),
        ("Module name: my adder", "`my adder` is not an identifier"),
        ("Module name: module", "`module` is a reserved word"),
        ("A module named `always`.", "`always` is a reserved word"),
        ("A module named half-adder.", "`half-adder` is not an identifier"),
        (
            "The module `a1` and the module `b1` add.",
            "which module is meant, `a1` (line 1) or `b1`",
        ),
        ("Module name: a1\n\nImplement a module named b1.", "`b1` here but `a1` on line 1"),
    ],
)
def test_a_module_without_a_usable_name_is_an_error(text: str, words: str) -> None:
    assert words in str(refusal(f"{text}\n\n- input a\n- output q"))


def test_a_header_whose_module_is_a_keyword_is_an_error() -> None:
    error = refusal("# Adder\n```verilog\nmodule begin (input a, output q);\n```")
    assert "`begin` is a reserved word" in str(error)
    assert error.line == 3


def test_a_header_of_another_name_than_the_text_says_is_an_error() -> None:
    error = refusal("Module name: alu\n\n```verilog\nmodule adder (input a, output q);\n```")
    assert "the only Verilog header is of `adder`, but line 1 names the module `alu`" in str(error)
    assert error.line == 4


# Disagreement.

HEADER = "```verilog\nmodule dut (input [3:0] a, input en, output q);\n```"


@pytest.mark.parametrize(
    ("listing", "words", "line"),
    [
        (
            "- input a (8 bits)\n- input en\n- output q",
            "`a` is 8 bits wide here (bullet list, lines 7-9) but [3:0] on line 4 "
            "(Verilog header, line 4); make them the same",
            7,
        ),
        (
            "- input a (4 bits)\n- output en\n- output q",
            "`en` is an output here (bullet list, lines 7-9) but an input on line 4",
            8,
        ),
        (
            "- input a (4 bits)\n- output q",
            "`en` stands here (Verilog header, line 4) but not in the bullet list, lines 7-8",
            4,
        ),
        (
            "- input a (4 bits)\n- input en\n- input rst\n- output q",
            "`rst` stands here (bullet list, lines 7-10) but not in the Verilog header, line 4",
            9,
        ),
        (
            "| Port | Direction | Width |\n|---|---|---|\n| a | input | 8 |\n| en | input | 1 |\n"
            "| q | output | 1 |",
            "`a` is 8 bits wide here (table, lines 7-11) but [3:0] on line 4",
            9,
        ),
    ],
)
def test_two_places_that_disagree_are_both_shown(listing: str, words: str, line: int) -> None:
    error = refusal(f"{HEADER}\n\n{listing}", named=True)
    # `named` puts two lines in front, so that the header stands on line 4.
    assert words in str(error)
    assert error.line == line


def test_two_places_that_agree_support_each_other() -> None:
    spec = read(f"{HEADER}\n\n- input a (4 bits): the operand\n- input en\n- output q")
    assert as_text(spec.interface) == "input [3:0] a\ninput en\noutput q"
    assert spec.interface.ports[0].description == "the operand"
    assert spec.interface_sources == (
        "Verilog header, line 4",
        "bullet list, lines 7-9",
        "module name, line 1",
    )


def test_a_number_agrees_with_a_parameter_of_that_default() -> None:
    text = "```verilog\nmodule dut #(parameter W = 8) (input [W-1:0] a, output q);\n```\n\n"
    assert ports(f"{text}- input a (8 bits)\n- output q") == "input [W-1:0] a\noutput q"
    assert "but [W-1:0]" in str(refusal(f"{text}- input a (9 bits)\n- output q"))


def test_a_header_repeated_consistently_is_one_interface() -> None:
    assert ports(f"{HEADER}\n\nAgain:\n\n{HEADER}") == "input [3:0] a\ninput en\noutput q"
    other = HEADER.replace("3:0", "7:0")
    assert "`a` is [7:0] here" in str(refusal(f"{HEADER}\n\n{other}"))


def test_a_port_named_twice_is_an_error_that_shows_both_lines() -> None:
    error = refusal("Module name: dut\n\n- input a\n- output q\n- input a")
    assert "the port `a` is named twice, here and on line 3" in str(error)
    assert error.line == 5


def test_a_port_listed_as_input_and_as_output_is_an_error() -> None:
    text = "Input ports:\n  a: word\n  q: word\nOutput ports:\n  q: word"
    assert "`q` is an output here" in str(refusal(text, named=True))


def test_defaults_that_differ_are_an_error() -> None:
    text = (
        "```verilog\nmodule dut #(parameter N = 4) (input a, output q);\n```\n\n"
        "The parameter N defaults to 5."
    )
    assert "the parameter `N` is 5 here (text, line 5) but 4 on line 2" in str(refusal(text))


# What cannot be used.


@pytest.mark.parametrize(
    ("listing", "words", "line"),
    [
        ("- input clk\n- output reg", "`reg` is a reserved word of SystemVerilog", 4),
        ("- input clk\n- output do (8 bits)", "`do` is a reserved word", 4),
        ("- input clk\n- input 2nd\n- output q", "`2nd` cannot be a port's name", 4),
        ("- input data-in\n- output q", "`data-in` cannot be a port's name", 3),
        ("- input [7:0] a [0:3]\n- output q", "array of vectors", 3),
        ("- input [1:0][7:0] a\n- output q", "two ranges", 3),
        ("- input a[7:0] (4 bits)\n- output q", "[7:0] and another width", 3),
        ("- input a (0 bits)\n- output q", "`a` is 0 bits wide", 3),
        ("- input a (100000 bits)\n- output q", "at most 65536 are supported", 3),
        ("- input a (N bits)\n- output q", "uses `N`, which is not a parameter; write", 3),
        ("- input [N-1:0] a\n- output q", "uses `N`, which is not a parameter", 3),
        ("Inputs:\n  a: x\n  reset-n: y\nOutputs:\n  q: z", "`reset-n: y`", 5),
        ("- input a\n- ouput q (8 bits)", "`ouput` is no direction; is `output` meant?", 4),
        ("- input [7:0- a\n- output q", "no port can be read from `input [7:0- a`", 3),
        ("## Ports\n- `a` (8 bits)\n- output q", "`a` has no direction; write `input a`", 4),
        ("## Inputs\n- operands a and b\n## Outputs\n- q", "no input port can be read", 4),
        ("| Port | Direction |\n|---|---|\n| a | input |\n| q | up |", "says `up`", 6),
        (
            "| Port | Dir | Width |\n|---|---|---|\n| a | in | 8 or 9 |",
            "`8 or 9` is not understood",
            5,
        ),
        ("| Port | Direction |\n|---|---|\n| a b | input |\n| q | output |", "`a b` cannot be", 5),
        ("| Port | Dir |\n|---|---|\n| input a | output |", "listed among the outputs", 5),
        ("Parameters: N = M + 1\n\n- input a\n- output q", "`M`, which is not a parameter", 3),
        ("Parameters: a = 1\n\n- input a\n- output q", "names a port and a parameter", None),
        ("```verilog\nmodule dut (input a,, output q);\n```", "cannot be read", 4),
        ("```verilog\nmodule dut (\n input a,\n input foo_t b\n);\n```", "`foo_t`", 6),
        ("```verilog\nmodule dut (input [3:0][1:0] a);\n```", "two ranges", 4),
        ("```verilog\nmodule dut (a, q);\ninput a;\n```", "names the port `q` without", 4),
        ("```verilog\nmodule dut (a);\ninput a;\noutput q;\n```", "`q` is declared", 6),
        ("```verilog\nmodule dut #(parameter N) (input a);\n```", "`N` has no default", 4),
    ],
)
def test_what_cannot_be_a_port_is_refused_with_its_line(
    listing: str, words: str, line: int | None
) -> None:
    error = refusal(listing, named=True)
    assert words in str(error)
    assert error.line == line


def test_a_text_without_ports_is_told_how_to_write_them() -> None:
    error = refusal("# dut: an adder\n\nIt adds its inputs.\n")
    assert error.line == 3
    assert "- input  d (8 bits)" in str(error)
    assert "fenced Verilog header" in str(error)


def test_a_module_without_outputs_gets_a_warning() -> None:
    assert read("- input a").warnings == ("no port is an output: such a module can do nothing",)


def test_a_port_described_as_wide_without_a_width_gets_a_warning() -> None:
    spec = read("Inputs:\n  a: address of the word\nOutputs:\n  q: bit")
    assert spec.warnings == ("line 4: no width is given for `a`; one bit is assumed",)


# Clock and reset.


@pytest.mark.parametrize(
    "name",
    ["clk", "clock", "clk_in", "CLK", "CLK_in", "clk_i", "i_clk", "sys_clk", "pclk", "aclk",
     "clk_a", "wr_clk", "s_axi_aclk", "clk50", "clk_100mhz"],
)  # fmt: skip
def test_a_clock_is_known_by_its_name(name: str) -> None:
    assert read(f"- input {name}\n- output q").interface.clock == name


@pytest.mark.parametrize(
    "name",
    ["rst", "rst_n", "rstn", "reset", "reset_n", "areset", "aresetn", "resetn", "arst", "arst_n",
     "RST", "nrst", "n_reset", "rst_ni", "i_rst", "sys_rst_n", "PRESETn", "wr_rst_n", "arstn"],
)  # fmt: skip
def test_a_reset_is_known_by_its_name(name: str) -> None:
    assert read(f"- input {name}\n- output q").interface.reset == name


@pytest.mark.parametrize(
    "name",
    ["clk_en", "clken", "clk_div", "burst", "first", "preset", "reset_done", "rst_count", "worst"],
)
def test_a_name_that_only_resembles_one_is_neither(name: str) -> None:
    interface = read(f"- input {name}\n- output q").interface
    assert (interface.clock, interface.reset) == (None, None)


def test_a_plain_clock_goes_before_a_special_one_and_outputs_are_none() -> None:
    text = "- output clk_out\n- input wr_clk\n- input clk\n- input rst (2 bits)\n- input soft_reset"
    interface = read(text).interface
    assert (interface.clock, interface.reset) == ("clk", "soft_reset")


# The text around.


def test_comments_carriage_returns_and_a_byte_order_mark_change_nothing() -> None:
    text = "\ufeffModule name: dut\r\n<!-- - input old\r\n- output gone -->\r\n" + (
        "- input clk\r\n- input [7:0] a\r\n- output [7:0] q\r\n"
    )
    spec = parse_spec(text)
    assert as_text(spec.interface) == PORTS
    assert spec.interface_sources[0] == "bullet list, lines 4-6"


def test_lines_are_counted_in_the_file_front_matter_included() -> None:
    text = "---\nmodule: dut\n---\n\n- input a\n- output q\n- input a\n"
    assert refusal(text).line == 7
