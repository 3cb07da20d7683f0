"""The static check: what it finds, what it refuses, and that no text harms it."""

from __future__ import annotations

import resource
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.toolchain.check import CheckReport, check
from agent.toolchain.constructs import ALLOWED, PRINTING
from tests.front_ends import HEADER, ROOT, first_module, good_designs, icarus_accepts

SLIPS = {
    "a net assigned in a block": ("wire x; always @(*) x = a[0];", "AssignToNet"),
    "an undeclared name": ("assign q = foo;", "UndeclaredIdentifier"),
    "a name in disguise": ("wire state; assign w = statee;", "TypoIdentifier"),
    "a port declared again": ("reg [7:0] q; always @(*) q = a;", "redefinition"),
    "a port direction in the body": ("output [7:0] q; assign q = a;", "PortDeclInANSIModule"),
    "two kinds of drivers": (
        "assign q = a; always @(posedge clk) q <= a;",
        "mixed-var-assigns",
    ),
    "a missing semicolon": ("assign q = a\nassign w = 1;", "ExpectedToken"),
    "a missing end": ("always @(*) begin q = a;", "ExpectedToken"),
    "an assignment without assign": ("q = a;", "ExpectedDeclarator"),
    "assign with an arrow": ("assign q <= a;", "ExpectedContinuousAssignment"),
    "an integer in a generate loop": (
        "integer i; for (i = 0; i < 8; i = i + 1) assign q[i] = a[i];",
        "NotAGenvar",
    ),
    "an unknown module": ("adder u (.x(a));", "UnknownModule"),
    "an unknown port": ("sub u (.nosuch(a[0]));", "PortDoesNotExist"),
    "a block without an event": ("always begin q = a; end", "AlwaysWithoutTimingControl"),
    "a variable part select": ("assign q = a[s:0];", "ConstEvalNonConstVariable"),
    "an undefined macro": ("assign q = `WIDTH;", "UnknownDirective"),
    "a whole array assigned": ("reg [7:0] m [0:3]; always @(*) m = 0;", "NoImplicitConversion"),
    "an assignment as condition": ("always @(*) if (s = 1) q = 1;", "AssignmentRequiresParens"),
    "a digit beyond its base": ("assign q = 3'b12;", "BadBinaryDigit"),
    "a curly apostrophe": ("assign q = 8\N{RIGHT SINGLE QUOTATION MARK}hFF;", "NonPrintableChar"),
}
WARNINGS = {
    "a cut value": ("assign q = {a, a};", "width-trunc"),
    "an implicit net": ("assign foo = a[0]; assign w = foo;", "implicit-net"),
    "a latch": ("always_comb if (rst) q = a;", "inferred-latch"),
    "an index beyond the range": ("assign w = a[9];", "index-oob"),
    "a hidden case item": (
        "always @(*) case (s) 1: q = 1; 1: q = 2; default: q = 0; endcase",
        "case-dup",
    ),
    "an output that nothing drives": ("assign w = 1;", "undriven-port"),
}
SUB = "module sub (input x); endmodule\n"


def codes(report: CheckReport, severity: str) -> list[str]:
    return [d.code for d in report.diagnostics if d.severity == severity]


def checked(body: str, *, printing: bool = True) -> CheckReport:
    return check(f"{SUB}{HEADER}{body}\nendmodule\n", "top", printing=printing)


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_an_error_with_its_code_and_icarus_agrees(name: str) -> None:
    body, code = SLIPS[name]
    assert code in codes(checked(body), "error")
    assert not icarus_accepts(f"{SUB}{HEADER}{body}\nendmodule\n")


@pytest.mark.parametrize("name", WARNINGS)
def test_a_likely_defect_is_a_warning(name: str) -> None:
    body, code = WARNINGS[name]
    report = checked(body)
    assert code in codes(report, "warning")
    assert not report.errors


@pytest.mark.parametrize(
    "body",
    [
        "reg [7:0] x; assign x = a; assign q = x;",
        "always @(posedge clk) st <= a; reg [7:0] st; assign q = st;",
        "typedef enum logic [1:0] {A, B} t; t st; always @(posedge clk) st <= a; assign q = st;",
        "always @(posedge clk) q <= a; always @(posedge rst) q <= 0;",
        "wire [3:0] n = a; assign q = n;",
        "genvar i; generate for (i = 0; i < 8; i = i + 1) assign q[i] = a[i]; endgenerate",
        "always @(*) begin reg [7:0] t; t = a; q = t; end",
    ],
)
def test_what_icarus_takes_is_no_error(body: str) -> None:
    assert icarus_accepts(f"{SUB}{HEADER}{body}\nendmodule\n")
    assert checked(body).errors == ()


def test_a_bare_port_may_be_declared_again_as_icarus_allows() -> None:
    design = (
        "module top (input clk, output q);\n  reg q;\n  always @(posedge clk) q <= ~q;\nendmodule"
    )
    assert icarus_accepts(design)
    assert check(design, "top").errors == ()


def test_a_diagnostic_names_line_column_and_source() -> None:
    report = check("module top;\n  wire x;\n\n  assign x = nothing;\nendmodule\n", "top")
    (diagnostic,) = report.errors
    assert (diagnostic.line, diagnostic.column) == (4, 14)
    assert diagnostic.source == "  assign x = nothing;"
    assert diagnostic.tool == "pyslang"


def test_letters_beyond_ascii_do_not_shift_the_columns() -> None:
    report = check(
        "module top; /* \N{GREEK SMALL LETTER ALPHA}\N{SNOWMAN} */ assign x = y;\nendmodule", "top"
    )
    (diagnostic,) = report.errors
    assert diagnostic.source[(diagnostic.column or 0) - 1 :].startswith("y;")


def test_one_undeclared_name_is_reported_once() -> None:
    report = checked("integer k; always @(*) for (i = 0; i < 8; i = i + 1) q[i] = a[i];")
    assert [d.message for d in report.errors] == ["use of undeclared identifier 'i'"]


def test_an_error_is_not_lost_among_messages_that_are_switched_off() -> None:
    body = "".join(f"wire signed [3:0] n{i} = a + {i};\n" for i in range(2000))
    assert "UndeclaredIdentifier" in codes(checked(f"{body}assign q = foo;"), "error")


def test_the_top_module_must_be_there() -> None:
    report = check("module other; endmodule", "top")
    assert report.modules == ("other",)
    assert report.errors[0].message == "the design has no module `top`; it defines `other`"
    assert check("", "top").errors


REFUSED = {
    "module top; initial $finish; endmodule": "`$finish` ends the simulation",
    "module top; initial $stop; endmodule": "`$stop` ends",
    "module top; initial $fatal(1); endmodule": "`$fatal` ends",
    "module top; integer f; initial f = $fopen(\"x\"); endmodule": "`$fopen` works on files",
    "module top; reg m[0:1]; initial $readmemh(\"x\", m); endmodule": "`$readmemh` works on files",
    "module top; initial $dumpvars; endmodule": "`$dumpvars` works on files",
    "module top; initial $system(\"ls\"); endmodule": "`$system` runs a command",
    "module top; initial $nosuch; endmodule": "`$nosuch` is not among the allowed",
    "module top; wire x = $test$plusargs(\"a\"); endmodule": "command line",
    "module top; wire [31:0] x = $random; endmodule": "random sequence that the testbench uses",
    "module top; wire x = $root.tb.errors; endmodule": "`$root` reaches outside",
    "module top; wire x = tb.stats[1].errors; endmodule": "`tb.stats[1].errors` reaches outside",
    "module top; initial tb.errors = 0; endmodule": "`tb.errors` reaches outside",
    "module top; reg x; initial force x = 1; endmodule": "`force` overrides",
    "module top; defparam u.v.N = 1; endmodule": "`defparam` reaches",
    "module top; import \"DPI-C\" function int f(); endmodule": "calls foreign code",
    "bind tb top u ();\nmodule top; endmodule": "`bind` changes other modules",
    "`include \"/etc/passwd\"\nmodule top; endmodule": "`include` reads another file",
    "`line 1 \"x\" 0\nmodule top; endmodule": "`line` forges",
    "`define A(x) $fin``x\nmodule top; initial `A(ish); endmodule": "builds names",
    "`define A $finish\nmodule top; initial `A; endmodule": "`$finish` ends",
    "module top; wire \\clk ; endmodule": "passes for another name",
    "module top; /* */ initial $finish; // */\nendmodule": "`$finish` ends",
    "module top; // \\\n initial $finish;\nendmodule": "line 2: `$finish`",
    "module top; wire a = \"\\\"\"; initial $finish; wire b = \"\"; endmodule": "`$finish`",
    "module top; // \r initial $finish;\nendmodule": "`$finish`",
    "module top; endmodule\0": "NUL",
    "module top; endmodule \ud800": "surrogate",
}  # fmt: skip


@pytest.mark.parametrize("design", REFUSED)
@pytest.mark.parametrize("printing", [True, False])
def test_a_forbidden_construct_is_refused_by_name(design: str, printing: bool) -> None:
    assert REFUSED[design] in check(design, "top", printing=printing).refused


@pytest.mark.parametrize(
    "design",
    [
        "module top; // $finish\nendmodule",
        "module top; /* $finish */ endmodule",
        "module top; localparam S = \"$finish\"; endmodule",
        "`timescale 1ns/1ps\n`default_nettype none\nmodule top; endmodule\n`default_nettype wire",
        "`define W 8\nmodule top; wire [`W-1:0] x; endmodule",
        "module top; wire \\a+b ; endmodule",
        "module top #(parameter N = 4); localparam W = $clog2(N);"
        " wire signed [W:0] x = $signed(2'b1); wire [$bits(x)-1:0] y; endmodule",
    ],
)  # fmt: skip
def test_what_only_looks_forbidden_is_not_refused(design: str) -> None:
    assert check(design, "top").refused == ""


def test_printing_is_refused_only_where_output_judges() -> None:
    design = 'module top; initial $display("x"); endmodule'
    assert check(design, "top", printing=True).refused == ""
    assert "`$display` prints" in check(design, "top").refused
    assert not PRINTING & ALLOWED


def test_switched_off_text_counts_only_where_output_judges() -> None:
    design = "module top;\n`ifdef WAVES\n  initial $dumpvars;\n`endif\nendmodule"
    assert check(design, "top", printing=True).refused == ""
    assert check(design, "top").refused.startswith("line 3: `$dumpvars`")


def test_the_token_hash_ignores_layout_and_nothing_else() -> None:
    plain = "module top; wire [7:0] x = 8'hFF + 1; endmodule"
    spread = "// c\nmodule top;\n\twire[7 : 0] x=8 'h FF/* + 2 */+1 ;\nendmodule\n"
    macro = "`define V 8'hFF\nmodule top; wire [7:0] x = `V + 1; endmodule"
    other = plain.replace("+ 1", "+ 2")
    hashes = [check(text, "top").token_hash for text in (plain, spread, macro, other)]
    assert hashes[0] == hashes[1] == hashes[2] != hashes[3]
    assert len(hashes[0]) == 64


BOMBS = {
    "macro": "`define A0 x\n"
    + "".join(f"`define A{i + 1} `A{i} `A{i}\n" for i in range(40))
    + "module top; `A40 endmodule",
    "macro with arguments": "`define D(x) x x\nmodule top; " + "`D(" * 60 + "wire a;" + ")" * 60,
    "recursive macro": "`define A `B\n`define B `A `A\nmodule top; `A endmodule",
    "generate loop": "module top; genvar i; for (i = 0; i < 9000000; i = i + 1) wire x; endmodule",
    "nested loops": "module top; genvar i, j; for (i = 0; i < 9000; i = i + 1)"
    " for (j = 0; j < 9000; j = j + 1) wire x; endmodule",
    "many loops": "module top; genvar i; "
    + "for (i = 0; i < 16000; i = i + 1) begin wire x; end " * 500
    + "endmodule",
    "instance tree": "module m0 #(parameter P = 0); endmodule "
    + "".join(
        f"module m{i + 1} #(parameter P = 0); m{i} #(2*P) a(); m{i} #(2*P+1) b(); endmodule "
        for i in range(30)
    )
    + "module top; m30 x(); endmodule",
    "instances of itself": "module top; top a(); top b(); endmodule",
    "instance arrays": "module m; endmodule module n; m a[0:4000](); endmodule"
    " module top; n b[0:4000](); endmodule",
    "endless constant function": "module top; function integer f(input integer n);"
    " f = 0; while (1) f = f + n; endfunction localparam X = f(1); endmodule",
    "recursive constant function": "module top; function automatic integer f(input integer n);"
    " f = n < 2 ? 1 : f(n - 1) + f(n - 2); endfunction localparam X = f(60); endmodule",
    "wide division": "module top; localparam [4000000:0] X = ~0; localparam Y = X / (X >> 2000000);"
    " endmodule",
    "operators": "module top; wire a = " + "1+" * 60000 + "1; endmodule",
    "brackets": "module top; wire a = " + "(" * 20000 + "1" + ")" * 20000 + "; endmodule",
    "blocks": "module top; initial " + "begin " * 20000 + "end " * 20000 + "endmodule",
    "nested modules": "module top; " + "module x; " * 9000 + "endmodule " * 9000 + "endmodule",
    "length": "module top; endmodule\n" * 20000,
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_in_time(name: str) -> None:
    started = time.monotonic()
    refused = check(BOMBS[name], "top", printing=True).refused
    assert refused
    assert time.monotonic() - started < 8


def test_no_bomb_takes_much_memory() -> None:
    script = (
        "import re, sys; sys.path.insert(0, sys.argv[1])\n"
        "from agent.toolchain.check import check\n"
        "from tests.test_check import BOMBS\n"
        "for text in BOMBS.values(): check(text, 'top')\n"
        "status = open('/proc/self/status').read()\n"
        "print(re.search(r'VmHWM:\\s*(\\d+)', status)[1])\n"
    )

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))

    done = subprocess.run(
        [sys.executable, "-c", script, str(ROOT)],
        preexec_fn=limited,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) < 500_000, "kilobytes"


def test_a_module_that_instantiates_itself_is_named() -> None:
    assert "`top` instantiates itself" in check(BOMBS["instances of itself"], "top").refused


PIECES = r"""
    module endmodule begin end case endcase if else always @ ( ) [ ] { } ; : , . # = <= + ' " \
    `define `ifdef `endif `include `X `` 8'hFF 1 0 'b x top wire reg logic assign generate for
    genvar i function endfunction $clog2 $finish typedef enum initial forever // /* */ posedge
"""
WORDS = [*PIECES.split(), "\n", "\t", "\r", "\0", "\N{SNOWMAN}", "\ud800"]


@pytest.mark.parametrize("text", ["i +", "$clog2 + logic", "q <= 1;", "begin end", "(", "`ifdef X"])
def test_a_piece_of_code_without_a_module_is_only_wrong(text: str) -> None:
    assert check(text, "top").errors


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(), st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join)))
def test_no_text_makes_it_raise(text: str) -> None:
    report = check(text, "top")
    assert report.refused or all(d.line is None or d.line > 0 for d in report.diagnostics)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 400), st.integers(0, 400))
def test_no_piece_of_a_design_makes_it_raise(start: int, length: int) -> None:
    design = (
        HEADER + "always @(posedge clk) begin if (rst) q <= 8'h00; else q <= q + a; end endmodule"
    )
    check(design[start : start + length], "top")


def test_good_designs_are_clean() -> None:
    for path in good_designs():
        text = path.read_text()
        report = check(text, first_module(text), printing=True)
        assert (report.refused, report.errors) == ("", ()), path


def test_a_check_takes_less_than_two_milliseconds() -> None:
    design = HEADER + "always @(posedge clk) begin if (rst) q <= 8'h00; else q <= q + a; end\n" * 3
    design += "assign w = ^q; endmodule"
    times = []
    for _ in range(40):
        started = time.perf_counter()
        check(design, "top")
        times.append(time.perf_counter() - started)
    assert min(times) < 0.002
