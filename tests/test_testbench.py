"""Testbenches: loading them, and trying them on an empty design with the real simulators."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.errors import InputError, TestbenchError
from agent.toolchain.base import Job, Limits, PassRule
from agent.toolchain.direct import DirectSimulator
from agent.toolchain.pass_rules import COMMON, RTLLM, VERILOG_EVAL
from agent.toolchain.testbench import TestbenchReport, examine, load_testbench
from mevllm.spec import Interface, Port
from tests.front_ends import bench_files

COUNTER = Interface(
    "counter", (Port("clk", "input"), Port("en", "input"), Port("q", "output", "3", "0", True))
)
SMALL = Limits(wall_s=10, cpu_s=5)
IMPORTS = "import cocotb\nfrom cocotb.triggers import Timer\n\n"
CHECKS = """
@cocotb.test()
async def test_value(dut):
    await Timer(10, "ns")
    assert dut.q.value == 0, f"expected 0 got {dut.q.value}"

@cocotb.test()
async def test_enable(dut):
    dut.en.value = 1
    await Timer(10, "ns")
    assert int(dut.q.value) == 1
"""
VERILOG = """module tb;
  reg clk = 0, en = 0; wire [3:0] q;
  counter dut (.clk(clk), .en(en), .q(q));
  initial begin
    #10 if (q === 0) $display("PASSED"); else $display("FAILED: q=%b", q);
    $finish;
  end
endmodule
"""


@pytest.fixture(scope="module")
def simulator() -> Iterator[DirectSimulator]:
    tool = DirectSimulator()
    yield tool
    tool.close()


def written(folder: Path, text: str, name: str = "tb_counter.py") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def tried(simulator: DirectSimulator, path: Path, limits: Limits = SMALL) -> TestbenchReport:
    return examine(simulator, COUNTER, load_testbench(path), limits)


def refusal(simulator: DirectSimulator, path: Path) -> str:
    with pytest.raises(TestbenchError) as caught:
        tried(simulator, path)
    return str(caught.value)


def test_the_suffix_tells_the_kind(tmp_path: Path) -> None:
    assert load_testbench(written(tmp_path, IMPORTS)).kind == "cocotb"
    assert load_testbench(written(tmp_path, VERILOG, "tb.v")).kind == "verilog"
    with pytest.raises(InputError, match=r"cocotb module \(.py\) or a Verilog file"):
        load_testbench(written(tmp_path, "", "tb.vhd"))


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"\x7fELF\xff\xfe", "not UTF-8"), (b"module\0", "binary"), (b" \n", "empty")],
)
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "tb.v"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        load_testbench(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        load_testbench(tmp_path / "tb_missing.py")
    (tmp_path / "tb_folder.py").mkdir()
    with pytest.raises(InputError, match="Is a directory"):
        load_testbench(tmp_path / "tb_folder.py")
    with pytest.raises(InputError, match="no such file"):
        load_testbench(written(tmp_path, IMPORTS), data=[tmp_path / "vectors.txt"])


def test_a_syntax_error_is_shown_with_line_and_text(tmp_path: Path) -> None:
    path = written(tmp_path, IMPORTS + "async def test(dut)\n    pass\n")
    with pytest.raises(TestbenchError, match=r"tb_counter.py:4: `async def test\(dut\)`: expected"):
        load_testbench(path)


@pytest.mark.parametrize("name", ["random.py", "cocotb.py", "tb-counter.py"])
def test_a_name_that_python_cannot_import_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="rename"):
        load_testbench(written(tmp_path, IMPORTS, name))


def test_patterns_belong_to_verilog_testbenches(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="its tests judge"):
        load_testbench(written(tmp_path, IMPORTS), pass_pattern="OK")
    with pytest.raises(InputError, match="no regular expression"):
        load_testbench(written(tmp_path, VERILOG, "tb.v"), pass_pattern="(")
    bench = load_testbench(written(tmp_path, VERILOG, "tb.v"), pass_pattern="ok", top="tb")
    assert bench.rule == PassRule("ok")
    assert bench.top == "tb"


def test_a_verilog_testbench_brings_the_files_that_it_names(tmp_path: Path) -> None:
    written(tmp_path, "00", "memory.hex")
    written(tmp_path, "", "other.hex")
    path = written(tmp_path, VERILOG.replace("#10", '$readmemh("memory.hex", m); #10'), "tb.v")
    assert [file.name for file in load_testbench(path).data] == ["memory.hex"]


@pytest.mark.parametrize(
    "line", ["PASS", "PASSED", "ALL TESTS PASSED", "*** All tests passed ***", "Test passed!"]
)
def test_common_words_for_a_pass_are_known(line: str) -> None:
    assert re.fullmatch(COMMON.passed, line)
    assert not re.fullmatch(COMMON.failed or "", line)


@pytest.mark.parametrize(
    "line", ["FAIL", "ERROR: q is 3", "2 tests failed", "Errors: 2", "TIMEOUT", "1 mismatch"]
)
def test_common_words_for_a_failure_are_known(line: str) -> None:
    assert re.fullmatch(COMMON.failed or "", line)
    assert not re.fullmatch(COMMON.passed, line)


@pytest.mark.parametrize("line", ["0 errors", "Errors: 0", "no failures", "errors = 0", "passing"])
def test_a_count_of_no_failures_is_none(line: str) -> None:
    assert not re.fullmatch(COMMON.failed or "", line)
    assert not re.fullmatch(COMMON.passed, line)


def test_a_sound_testbench_reports_its_tests(tmp_path: Path, simulator: DirectSimulator) -> None:
    report = tried(simulator, written(tmp_path, IMPORTS + CHECKS))
    assert report.tests == ("test_value", "test_enable")
    assert not report.passes_on_stub
    assert report.warning == ""


def test_a_testbench_that_checks_nothing_is_warned_of(
    tmp_path: Path, simulator: DirectSimulator
) -> None:
    path = written(tmp_path, IMPORTS + "@cocotb.test()\nasync def test_x(dut):\n    pass\n")
    report = tried(simulator, path)
    assert report.passes_on_stub
    assert "checks nothing about q" in report.warning


def test_ports_that_the_specification_lacks_are_named_with_the_nearest(
    tmp_path: Path, simulator: DirectSimulator
) -> None:
    message = refusal(
        simulator, written(tmp_path, IMPORTS + CHECKS.replace("dut.en", "dut.enable"))
    )
    assert "it uses `enable` (the nearest is `en`)" in message
    assert "its ports are clk, en, q" in message
    verilog = written(tmp_path, VERILOG.replace(".en(en)", ".ena(en)"), "tb.v")
    assert "it uses `ena` (the nearest is `en`)" in refusal(simulator, verilog)


def test_a_testbench_that_cannot_import_names_the_cause(
    tmp_path: Path, simulator: DirectSimulator
) -> None:
    message = refusal(simulator, written(tmp_path, "import nowhere_to_be_found\n" + IMPORTS))
    assert "tb_counter.py:1" in message
    assert "nowhere_to_be_found" in message


def test_a_testbench_without_tests_is_refused(tmp_path: Path, simulator: DirectSimulator) -> None:
    assert "no cocotb tests" in refusal(simulator, written(tmp_path, IMPORTS))


def test_a_test_that_no_design_can_pass_is_refused(
    tmp_path: Path, simulator: DirectSimulator
) -> None:
    path = written(tmp_path, IMPORTS + CHECKS.replace('Timer(10, "ns")', "Tiemr(10)", 1))
    message = refusal(simulator, path)
    assert "no design can pass it: NameError: name 'Tiemr' is not defined" in message


def test_a_data_file_that_was_not_given_is_asked_for(
    tmp_path: Path, simulator: DirectSimulator
) -> None:
    reads = "@cocotb.test()\nasync def test_x(dut):\n    open('vectors.txt').read()\n"
    assert "--data vectors.txt" in refusal(simulator, written(tmp_path, IMPORTS + reads))
    verilog = VERILOG.replace("#10", '$readmemh("m.hex", m); #10').replace(
        "reg clk", "reg [7:0] m [0:3]; reg clk"
    )
    assert "--data m.hex" in refusal(simulator, written(tmp_path, verilog, "tb.v"))


def test_a_testbench_that_waits_for_ever_is_warned_of(
    tmp_path: Path, simulator: DirectSimulator
) -> None:
    waits = (
        "@cocotb.test()\nasync def test_w(dut):\n    while True:\n        await Timer(1, 'ns')\n"
    )
    path = written(tmp_path, IMPORTS + CHECKS + waits)
    report = tried(simulator, path, Limits(wall_s=2, cpu_s=2))
    assert "limit in `test_w`" in report.warning
    assert report.tests == ("test_value", "test_enable", "test_w")


def test_tests_that_are_skipped_are_not_expected(
    tmp_path: Path, simulator: DirectSimulator
) -> None:
    skipped = "@cocotb.test(skip=True)\nasync def test_later(dut):\n    pass\n"
    report = tried(simulator, written(tmp_path, IMPORTS + CHECKS + skipped))
    assert report.tests == ()


def test_a_verilog_testbench_of_another_module_is_refused(
    tmp_path: Path, simulator: DirectSimulator
) -> None:
    path = written(tmp_path, VERILOG.replace("counter dut", "cnt dut"), "tb.v")
    message = refusal(simulator, path)
    assert "it instantiates `cnt`" in message
    assert "`counter`" in message


def test_a_verilog_testbench_that_does_not_compile_is_refused(
    tmp_path: Path, simulator: DirectSimulator
) -> None:
    path = written(tmp_path, VERILOG.replace("initial begin", "initial begin nonsense;;"), "tb.v")
    assert "does not compile with this simulator" in refusal(simulator, path)


def test_a_verilog_testbench_in_other_words_is_warned_of(
    tmp_path: Path, simulator: DirectSimulator
) -> None:
    text = VERILOG.replace('"FAILED: q=%b", q', '"bad"').replace("PASSED", "good")
    path = written(tmp_path, text, "tb.v")
    assert "--pass-pattern" in tried(simulator, path).warning
    bench = load_testbench(path, pass_pattern="good", fail_pattern="bad")
    assert examine(simulator, COUNTER, bench, SMALL).warning == ""


def test_the_rules_of_the_benchmarks_are_recognised() -> None:
    for path in bench_files("*_test.sv"):
        bench = load_testbench(path)
        assert bench.rule == VERILOG_EVAL, path
        assert [source.name for source in bench.sources] == [
            path.name.replace("_test.sv", "_ref.sv")
        ]
    for path in bench_files("testbench.v"):
        assert load_testbench(path).rule == RTLLM, path


DEFECTIVE = {
    "Prob082_lfsr32_test": "its stimulus outlasts its own time limit, and it prints TIMEOUT",
    "Prob151_review2015_fsm_test": "its reference casts in a way that Icarus 11 lacks",
    "radix2_div": "its reference does not give the expected results",
    "clkgenerator": "it samples the clock at the instant at which its reference toggles it",
    "ring_counter": "it assigns a whole array, which Icarus does not allow",
}
"""Benchmarks whose own reference does not pass with Icarus."""


def test_references_of_the_benchmarks_pass_by_their_rules(simulator: DirectSimulator) -> None:
    jobs: list[tuple[str, Path, str, str]] = []
    for path in bench_files("*_test.sv")[::5]:
        reference = path.with_name(path.name.replace("_test.sv", "_ref.sv")).read_text()
        rtl = re.sub(r"\bRefModule\b", "TopModule", reference)
        jobs.append((path.stem, path, rtl, "TopModule"))
    for path in bench_files("testbench.v"):
        (reference_file,) = path.parent.glob("verified_*.v")
        name = path.parent.name
        jobs.append((name, path, reference_file.read_text().replace("verified_", ""), name))
    failing = {
        name
        for name, path, rtl, top in jobs
        if not simulator.judge(Job(rtl, top, load_testbench(path), SMALL)).passed
    }
    assert failing <= {*DEFECTIVE}


def test_an_empty_design_fails_the_benchmarks(simulator: DirectSimulator) -> None:
    path = bench_files("Prob031_dff_test.sv")[0]
    ports = (Port("clk", "input"), Port("d", "input"), Port("q", "output"))
    report = examine(simulator, Interface("TopModule", ports), load_testbench(path), SMALL)
    assert (report.tests, report.passes_on_stub) == (("Prob031_dff_test",), False)
    assert report.warning == ""
