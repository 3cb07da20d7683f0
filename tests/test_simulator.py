"""Judging designs with real Icarus and real cocotb: verdicts, messages, limits of trust, traces."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.errors import InputError, MissingToolError, TestbenchError
from agent.process import Completed
from agent.toolchain import cocotb_run, compile, direct, elaborate
from agent.toolchain.base import Job, PassRule, Simulator, Testbench
from agent.toolchain.compile import parse
from agent.toolchain.direct import DirectSimulator
from agent.toolchain.results import Outcome
from tests.toolbench import (
    COUNTER,
    COUNTER_TB,
    SIMULATORS,
    SMALL,
    cocotb_job,
    need,
    need_level,
)

IMPORTS = "import cocotb\nfrom cocotb.triggers import Timer\n"


@pytest.fixture(scope="module", params=SIMULATORS)
def simulator(request: pytest.FixtureRequest) -> Iterator[DirectSimulator]:
    need("iverilog", "vvp")
    need_level("landlock+seccomp")
    made = SIMULATORS[request.param](level="landlock+seccomp")
    yield made
    made.close()


@pytest.fixture(scope="module")
def direct_simulator() -> Iterator[DirectSimulator]:
    """For what has no cocotb testbench, where both are the same."""
    need("iverilog", "vvp")
    need_level("landlock+seccomp")
    made = DirectSimulator(level="landlock+seccomp")
    yield made
    made.close()


def one_test(body: str) -> str:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"{IMPORTS}\n@cocotb.test()\nasync def test_it(dut):\n{lines}"


def test_a_right_design_passes_with_every_test_named(simulator: Simulator, tmp_path: Path) -> None:
    verdict = simulator.judge(cocotb_job(tmp_path, COUNTER, COUNTER_TB))

    assert verdict.outcome is Outcome.PASSED
    assert [test.name for test in verdict.tests] == ["test_reset", "test_count"]
    assert verdict.score == 1.0
    assert verdict.sandbox == "landlock+seccomp"
    assert verdict.seconds > 0
    assert verdict.tests[1].sim_time_ns == pytest.approx(200, abs=10)


def test_a_wrong_design_fails_with_the_explicit_message_and_the_time(
    simulator: Simulator, tmp_path: Path
) -> None:
    verdict = simulator.judge(cocotb_job(tmp_path, COUNTER.replace("q + 1", "q + 2"), COUNTER_TB))

    assert verdict.outcome is Outcome.FAILED
    assert [test.passed for test in verdict.tests] == [True, False]
    assert verdict.tests[1].message == "cycle 1: expected 1 got 2"
    assert verdict.reason == "1 of 2 tests failed: test_count"
    assert verdict.first_failure_ns == verdict.tests[1].sim_time_ns
    assert verdict.score == pytest.approx(0.6)


def test_a_bare_assert_says_what_it_compared(simulator: Simulator, tmp_path: Path) -> None:
    verdict = simulator.judge(cocotb_job(tmp_path, COUNTER.replace("q <= 0", "q <= 9"), COUNTER_TB))

    assert verdict.tests[0].message.splitlines()[0] == "assert 00001001 == 0"
    assert "counter.q.value" in verdict.tests[0].message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("dut.en.value = 1", "AttributeError: counter contains no child object named en (tb_"),
        ("raise ValueError('first\\nsecond')", "ValueError: first\nsecond (tb_"),
        ("assert False, '\\n'.join(map(str, range(9)))", "0\n1\n2\n3\n4\n..."),
        ("from cocotb.triggers import Event\nawait Event().wait()", "ended prematurely"),
        ("dut.rst.value = 0\nawait Timer(1)\nint(dut.q.value)", "ValueError"),
    ],
    ids=["missing port", "exception", "long", "no more events", "unknown value"],
)
def test_a_failure_is_told_in_its_first_lines(
    simulator: Simulator, tmp_path: Path, body: str, message: str
) -> None:
    verdict = simulator.judge(cocotb_job(tmp_path, COUNTER, one_test(body)))

    assert verdict.outcome is Outcome.FAILED
    assert message in verdict.tests[0].message
    assert len(verdict.tests[0].message.splitlines()) <= 6


def test_a_test_that_times_out_in_simulation_fails(simulator: Simulator, tmp_path: Path) -> None:
    bench = (
        f"{IMPORTS}from cocotb.clock import Clock\nfrom cocotb.triggers import RisingEdge\n"
        "@cocotb.test(timeout_time=100, timeout_unit='ns')\n"
        "async def test_it(dut):\n"
        "    cocotb.start_soon(Clock(dut.clk, 10, 'ns').start())\n"
        "    while True: await RisingEdge(dut.clk)\n"
    )
    verdict = simulator.judge(cocotb_job(tmp_path, COUNTER, bench))

    assert verdict.outcome is Outcome.FAILED
    assert verdict.tests[0].message.startswith("SimTimeoutError")
    assert verdict.tests[0].sim_time_ns == pytest.approx(100, abs=1)


def test_a_design_that_does_not_compile_brings_both_front_ends_and_the_source_line(
    simulator: Simulator, tmp_path: Path
) -> None:
    verdict = simulator.judge(
        cocotb_job(tmp_path, COUNTER.replace("q <= 0;", "q <= 0"), COUNTER_TB)
    )

    assert verdict.outcome is Outcome.NOT_COMPILED
    assert {d.tool for d in verdict.diagnostics} == {"pyslang", "iverilog"}
    assert verdict.diagnostics[0].tool == "pyslang"
    icarus = next(d for d in verdict.diagnostics if d.tool == "iverilog")
    assert icarus.line == 4
    assert icarus.source == "else q <= q + 1;"
    assert verdict.score == 0.0


def test_no_message_names_a_path_of_the_machine(simulator: Simulator, tmp_path: Path) -> None:
    for rtl in (COUNTER.replace("endmodule", ""), COUNTER.replace("rst)", "wrong)"), "", "module"):
        verdict = simulator.judge(cocotb_job(tmp_path, rtl, COUNTER_TB))
        assert verdict.outcome is Outcome.NOT_COMPILED
        assert "mevagent-jobs" not in repr(verdict)


def test_what_only_pyslang_dislikes_is_decided_by_icarus(
    simulator: Simulator, tmp_path: Path
) -> None:
    rtl = COUNTER.replace("else q <= q + 1;", "else q <= q + 1;\n  wire unused = missing;")

    verdict = simulator.judge(cocotb_job(tmp_path, rtl, COUNTER_TB))

    assert verdict.outcome in (Outcome.PASSED, Outcome.NOT_COMPILED)
    assert any(d.tool == "pyslang" for d in verdict.diagnostics)


def test_a_refused_construct_is_shown_with_its_line(simulator: Simulator, tmp_path: Path) -> None:
    rtl = COUNTER.replace("endmodule", '  initial $system("ls");\nendmodule')

    verdict = simulator.judge(cocotb_job(tmp_path, rtl, COUNTER_TB))

    assert verdict.outcome is Outcome.REFUSED
    assert verdict.diagnostics[0].tool == "policy"
    assert "$system" in verdict.diagnostics[0].message
    assert verdict.diagnostics[0].line == 5


def test_parameters_reach_the_top_module(simulator: Simulator, tmp_path: Path) -> None:
    rtl = (
        "module counter #(parameter STEP = 1)(input clk, input rst, output reg [7:0] q);\n"
        "always @(posedge clk) if (rst) q <= 0; else q <= q + STEP; endmodule"
    )
    job = cocotb_job(tmp_path, rtl, COUNTER_TB)

    assert simulator.judge(job).passed
    assert not simulator.judge(replace(job, parameters=(("STEP", "3"),))).passed


@pytest.mark.parametrize(
    ("bench", "cause"),
    [
        ("import cocotb\nimport no_such_module\n", "tb_under_test.py:2: ModuleNotFoundError"),
        ("import cocotb\nx = = 1\n", "tb_under_test.py:2: SyntaxError"),
        ("import cocotb\n1 / 0\n", "tb_under_test.py:2: ZeroDivisionError"),
        ("import cocotb\nraise SystemExit(0)\n", "SystemExit"),
        ("import cocotb\n", "no cocotb tests"),
        ("import cocotb\nwidth = int(cocotb.top.WIDTH.value)\n", "read it inside a test"),
        (one_test("open(__file__).read()"), "read the file when the testbench is imported"),
    ],
    ids=[
        "missing module",
        "syntax",
        "exception",
        "exit",
        "no tests",
        "design at import",
        "late read",
    ],
)
def test_a_broken_testbench_is_an_error_that_names_the_cause(
    simulator: Simulator, tmp_path: Path, bench: str, cause: str
) -> None:
    with pytest.raises(TestbenchError, match=r"tb_under_test\.py") as error:
        simulator.judge(cocotb_job(tmp_path, COUNTER, bench))

    assert cause in str(error.value)
    assert "Traceback" not in str(error.value)


def test_a_testbench_named_like_a_module_of_python_is_an_error(
    simulator: Simulator, tmp_path: Path
) -> None:
    path = tmp_path / "random.py"
    path.write_text(one_test("pass"))

    with pytest.raises(TestbenchError, match="rename the file"):
        simulator.judge(Job(COUNTER, "counter", Testbench(path, "cocotb"), SMALL))


def test_neighbours_and_data_are_found_and_the_folder_stays_as_it_was(
    simulator: Simulator, tmp_path: Path
) -> None:
    folder = tmp_path / "bench"
    folder.mkdir()
    (folder / "model.py").write_text("def answer(): return 42\n")
    (folder / "agent").mkdir()
    (folder / "agent" / "__init__.py").write_text("from agent.deep import VALUE\n")
    (folder / "agent" / "deep.py").write_text("VALUE = 7\n")
    (folder / "late.py").write_text("VALUE = 5\n")
    (folder / "vectors.txt").write_text("1 2 3")
    bench = "import model\nimport agent\n" + one_test(
        "import late\nimport decimal\nassert model.answer() == 42\nassert late.VALUE == 5\n"
        "assert agent.VALUE == 7\nassert open('vectors.txt').read() == '1 2 3'"
    )
    job = cocotb_job(folder, COUNTER, bench)
    bench_with_data = replace(job.testbench, data=(folder / "vectors.txt",))
    before = sorted(folder.rglob("*"))

    verdict = simulator.judge(replace(job, testbench=bench_with_data))

    assert verdict.outcome is Outcome.PASSED, verdict
    assert sorted(folder.rglob("*")) == before


def test_a_helper_above_the_testbench_can_be_imported(simulator: Simulator, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "golden.py").write_text("def answer(): return 1\n")
    folder = tmp_path / "tests"
    folder.mkdir()
    bench = (
        "import sys, pathlib\n"
        "sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / 'models'))\n"
        "import golden\n" + one_test("assert golden.answer() == 1")
    )

    assert simulator.judge(cocotb_job(folder, COUNTER, bench)).passed


def test_random_stimulus_is_the_same_in_every_run(simulator: Simulator, tmp_path: Path) -> None:
    bench = "import random\nEARLY = random.random()\n" + one_test(
        "assert False, f'{EARLY} {random.random()} {hash(\"x\")}'"
    )
    job = cocotb_job(tmp_path, COUNTER, bench)

    first, second = simulator.judge(job), simulator.judge(job)
    other = simulator.judge(replace(job, seed=2))

    assert first.tests[0].message == second.tests[0].message
    assert first.tests[0].message != other.tests[0].message


def test_parametrized_tests_are_told_apart(simulator: Simulator, tmp_path: Path) -> None:
    bench = (
        f"{IMPORTS}\n@cocotb.test()\n@cocotb.parametrize(value=[1, 2])\n"
        "async def test_it(dut, value):\n    assert value == 1\n"
    )
    verdict = simulator.judge(cocotb_job(tmp_path, COUNTER, bench))

    assert len({test.name for test in verdict.tests}) == 2
    assert [test.passed for test in verdict.tests] == [True, False]


def test_skipped_tests_are_no_failure_and_alone_no_pass(
    simulator: Simulator, tmp_path: Path
) -> None:
    skipped = f"{IMPORTS}\n@cocotb.test(skip=True)\nasync def test_later(dut):\n    assert False\n"
    both = skipped + "\n@cocotb.test()\nasync def test_now(dut):\n    pass\n"

    alone = simulator.judge(cocotb_job(tmp_path, COUNTER, skipped))
    mixed = simulator.judge(cocotb_job(tmp_path, COUNTER, both))

    assert alone.outcome is Outcome.INCONCLUSIVE
    assert mixed.outcome is Outcome.PASSED
    assert [test.name for test in mixed.tests] == ["test_now"]


def test_an_expected_failure_is_a_pass_and_its_absence_is_not(
    simulator: Simulator, tmp_path: Path
) -> None:
    bench = f"{IMPORTS}\n@cocotb.test(expect_fail=True)\nasync def test_it(dut):\n    assert %s\n"

    assert simulator.judge(cocotb_job(tmp_path, COUNTER, bench % "False")).passed
    assert not simulator.judge(cocotb_job(tmp_path, COUNTER, bench % "True")).passed


def test_a_design_that_was_compiled_is_not_compiled_again(
    simulator: DirectSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders: list[str] = []

    def counted(folder: Path, *arguments: Any, **more: Any) -> compile.Build:
        folders.append(folder.name)
        return compile.compile_units(folder, *arguments, **more)

    monkeypatch.setattr(elaborate, "compile_units", counted)
    job = cocotb_job(tmp_path, COUNTER.replace("q + 1", "q + 3"), COUNTER_TB)

    first, second = simulator.judge(job), simulator.judge(replace(job, seed=2))
    table = simulator.trace(replace(job, only_tests=("test_count",)))

    assert [test.message for test in first.tests] == [test.message for test in second.tests]
    assert "03h" in table
    assert folders == ["alone", "bench"]  # the waves are a root of their own


def test_every_expected_test_must_have_run(simulator: Simulator, tmp_path: Path) -> None:
    job = cocotb_job(tmp_path, COUNTER, COUNTER_TB)

    exact = simulator.judge(replace(job, expected_tests=("test_count", "test_reset")))
    more = simulator.judge(replace(job, expected_tests=("test_count", "test_reset", "test_x")))
    fewer = simulator.judge(replace(job, expected_tests=("test_count",)))

    assert exact.outcome is Outcome.PASSED
    assert more.outcome is Outcome.INCONCLUSIVE
    assert "test_x" in more.reason
    assert fewer.outcome is Outcome.INCONCLUSIVE


def test_one_test_can_be_run_alone(simulator: Simulator, tmp_path: Path) -> None:
    job = cocotb_job(tmp_path, COUNTER.replace("q + 1", "q + 2"), COUNTER_TB)

    verdict = simulator.judge(replace(job, only_tests=("test_reset",)))

    assert verdict.passed
    assert [test.name for test in verdict.tests] == ["test_reset"]


RECORDS = [
    {"kind": "tests", "names": ["test_a"]},
    {"kind": "running", "name": "test_a"},
    {"kind": "result", "name": "test_a", "status": "passed", "message": "", "ns": 1.0},
    {"kind": "end", "count": 1},
]


def lines(records: list[dict[str, object]]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


@pytest.mark.parametrize(
    ("report", "status"),
    [
        (b"", 0),
        (lines(RECORDS)[:-1], 0),
        (lines(RECORDS[:3]), 0),
        (lines(RECORDS[:2] + RECORDS[3:]), 0),
        (lines([*RECORDS[:3], {"kind": "end", "count": 2}]), 0),
        (lines([*RECORDS, RECORDS[2]]), 0),
        (lines(RECORDS) + b"garbage\n", 0),
        (lines([{"kind": "tests", "names": []}, {"kind": "end", "count": 0}]), 0),
        (lines([{"kind": "tests", "names": ["test_a", "test_b"]}, *RECORDS[1:]]), 0),
        (lines(RECORDS), 1),
        (lines(RECORDS), None),
    ],
    ids=[
        "empty",
        "cut in the last record",
        "no end",
        "no result",
        "wrong count",
        "after the end",
        "damaged",
        "no tests",
        "test missing",
        "bad status",
        "signal",
    ],
)
def test_anything_but_a_complete_report_is_inconclusive(
    report: bytes, status: int | None, tmp_path: Path
) -> None:
    job = cocotb_job(tmp_path, COUNTER, COUNTER_TB)
    done = Completed(status, None if status is not None else 11, None, "", report=report)

    assert cocotb_run.judge(done, job).outcome is Outcome.INCONCLUSIVE


def test_a_complete_report_is_a_pass_unless_a_limit_ended_the_simulation(tmp_path: Path) -> None:
    job = cocotb_job(tmp_path, COUNTER, COUNTER_TB)
    done = Completed(0, None, None, "", report=lines(RECORDS))

    assert cocotb_run.judge(done, job).passed
    assert cocotb_run.judge(replace(done, limit="wall clock"), job).outcome is Outcome.LIMIT


def test_several_threads_judge_at_once(simulator: Simulator, tmp_path: Path) -> None:
    job = cocotb_job(tmp_path, COUNTER, COUNTER_TB)
    designs = [COUNTER, COUNTER.replace("q + 1", "q + 2")] * 2
    found: dict[int, bool] = {}

    def work(index: int) -> None:
        found[index] = simulator.judge(replace(job, rtl=designs[index])).passed

    threads = [threading.Thread(target=work, args=(index,)) for index in range(len(designs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == {0: True, 1: False, 2: True, 3: False}


@pytest.mark.parametrize("kind", SIMULATORS)
def test_nothing_is_left_behind(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need("iverilog", "vvp")
    need_level("landlock+seccomp")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    simulator = SIMULATORS[kind](level="landlock+seccomp")

    assert simulator.judge(cocotb_job(tmp_path, COUNTER, COUNTER_TB)).passed
    simulator.close()

    assert list((tmp_path / "tmp").iterdir()) == []
    with pytest.raises(InputError, match="closed"):
        simulator.judge(cocotb_job(tmp_path, COUNTER, COUNTER_TB))


def test_what_a_killed_simulator_left_is_swept_and_what_is_in_use_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need("iverilog", "vvp")
    need_level("landlock+seccomp")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    orphan = tmp_path / "mevagent-jobs-orphan"
    orphan.mkdir()
    (orphan / "lock").touch()
    first = DirectSimulator(level="landlock+seccomp")
    second = DirectSimulator(level="landlock+seccomp")

    assert not orphan.exists()
    assert len(list(tmp_path.glob("mevagent-jobs-*"))) == 2
    first.close()
    second.close()


def test_the_tools_say_their_versions(simulator: Simulator) -> None:
    versions = simulator.versions()

    assert set(versions) == {"icarus", "cocotb", "pyslang", "python"}
    assert versions["cocotb"].startswith("2.1")
    assert versions["icarus"][:2].isdigit()


def test_a_machine_without_icarus_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    compile.icarus.cache_clear()
    try:
        with pytest.raises(MissingToolError, match="apt-get install iverilog"):
            DirectSimulator()
    finally:
        compile.icarus.cache_clear()


def test_the_simulator_keeps_its_protocol() -> None:
    made: type[Simulator] = direct.DirectSimulator

    assert {"judge", "trace", "versions", "close", "sandbox"} <= set(dir(made))


def test_a_trace_shows_the_ports_at_the_edges_before_the_failure(
    simulator: Simulator, tmp_path: Path
) -> None:
    rtl = COUNTER.replace("else q <= q + 1;", "else if (q < 5) q <= q + 1;")
    job = replace(cocotb_job(tmp_path, rtl, COUNTER_TB), only_tests=("test_count",))

    table = simulator.trace(job, last=4).splitlines()

    assert "rising edge of clk" in table[0]
    assert table[1].split() == ["time(ns)", "rst", "q"]
    assert [line.split()[2] for line in table[2:]] == ["03h", "04h", "05h", "05h"]
    assert len(table) == 6


def test_a_trace_of_a_passing_design_is_empty(simulator: Simulator, tmp_path: Path) -> None:
    assert simulator.trace(cocotb_job(tmp_path, COUNTER, COUNTER_TB)) == ""


ADDER = "module adder(input [7:0] a, input [7:0] b, output [7:0] y); assign y = a + b; endmodule\n"
ADDER_TB = """`timescale 1ns/1ps
module bench;
  reg [7:0] a = 0, b = 0; wire [7:0] y, y_good; integer bad = 0, all = 0;
  adder dut(.a(a), .b(b), .y(y));
  good reference(.a(a), .b(b), .y(y_good));
  initial begin
    repeat (20) begin
      a = a + 3; b = b + 7; #10;
      all = all + 1;
      if (y !== y_good) begin
        if (bad == 0) $display("first at %0d", $time);
        bad = bad + 1;
      end
    end
    $display("bad %0d of %0d", bad, all);
    $finish;
  end
endmodule
"""
RULE = PassRule(
    r"bad 0 of \d+",
    r"bad [1-9]\d* of \d+",
    share=r"bad (?P<bad>\d+) of (?P<all>\d+)",
    first=r"first at (?P<time>\d+)",
)


def verilog_job(folder: Path, rtl: str, bench: str = ADDER_TB) -> Job:
    (folder / "bench.v").write_text(bench)
    (folder / "good.v").write_text(ADDER.replace("adder", "good"))
    bench_files = Testbench(folder / "bench.v", "verilog", sources=(folder / "good.v",), rule=RULE)
    return Job(rtl, "adder", bench_files, SMALL)


def test_a_verilog_testbench_passes_a_right_design(
    direct_simulator: Simulator, tmp_path: Path
) -> None:
    verdict = direct_simulator.judge(verilog_job(tmp_path, ADDER))

    assert verdict.outcome is Outcome.PASSED
    assert [test.name for test in verdict.tests] == ["bench"]


def test_a_verilog_testbench_gives_share_and_time_of_the_first_failure(
    direct_simulator: Simulator, tmp_path: Path
) -> None:
    rtl = ADDER.replace("a + b", "a > 30 ? 8'd0 : a + b")

    verdict = direct_simulator.judge(verilog_job(tmp_path, rtl))

    assert verdict.outcome is Outcome.FAILED
    assert verdict.tests[0].share == pytest.approx(0.5)
    assert verdict.first_failure_ns == 110
    assert verdict.score == pytest.approx(0.6)


def test_a_trace_under_a_verilog_testbench_shows_what_the_reference_gives(
    direct_simulator: Simulator, tmp_path: Path
) -> None:
    rtl = ADDER.replace("a + b", "a > 30 ? 8'd0 : a + b")

    table = direct_simulator.trace(verilog_job(tmp_path, rtl), last=2).splitlines()

    assert table[0].split() == ["time(ns)", "a", "b", "y", "y(expected)"]
    assert table[-1].split() == ["100", "21h", "4dh", "00h", "6eh"]


def test_functions_that_only_compute_may_be_called_under_a_verilog_testbench(
    direct_simulator: Simulator, tmp_path: Path
) -> None:
    rtl = (
        "module adder(input [7:0] a, input [7:0] b, output [7:0] y);\n"
        "  typedef enum logic [1:0] {ONE, TWO} kind; kind now, then;\n"
        "  localparam WIDTH = $clog2(256);\n"
        "  always_comb begin now = ONE; then = now.next(); end\n"
        "  wire [WIDTH-1:0] sum = $unsigned($signed(a) + $signed(b));\n"
        "  assign y = then == TWO ? sum : 0;\n"
        "endmodule\n"
    )

    verdict = direct_simulator.judge(verilog_job(tmp_path, rtl))

    assert verdict.outcome is Outcome.PASSED, verdict


def test_sources_can_hold_a_harness_around_the_design(
    direct_simulator: Simulator, tmp_path: Path
) -> None:
    harness = tmp_path / "harness.v"
    harness.write_text(
        "`define STEPS 1\nmodule counter_harness(input clk, input rst, output [7:0] q);\n"
        "  counter dut(.clk(clk), .rst(rst), .q(q)); endmodule\n"
    )
    job = cocotb_job(tmp_path, COUNTER, COUNTER_TB)
    bench = replace(job.testbench, sources=(harness,), top="counter_harness")

    right = direct_simulator.judge(replace(job, testbench=bench))
    wrong = direct_simulator.judge(
        replace(job, testbench=bench, rtl=COUNTER.replace("output reg", "output wire"))
    )

    assert right.outcome is Outcome.PASSED, right
    assert wrong.outcome is Outcome.NOT_COMPILED


def test_a_design_that_does_not_fit_its_testbench_is_not_elaborated(
    direct_simulator: Simulator, tmp_path: Path
) -> None:
    rtl = ADDER.replace("[7:0] b,", "[7:0] c,").replace("a + b", "a + c")

    verdict = direct_simulator.judge(verilog_job(tmp_path, rtl))

    assert verdict.outcome is Outcome.NOT_ELABORATED
    assert "bench.v:" in verdict.reason
    assert verdict.score == pytest.approx(0.1)


def test_a_testbench_that_icarus_cannot_compile_is_unsupported(
    direct_simulator: Simulator, tmp_path: Path
) -> None:
    bench = ADDER_TB.replace("integer bad = 0", "integer bad = = 0")

    verdict = direct_simulator.judge(verilog_job(tmp_path, ADDER, bench))

    assert verdict.outcome is Outcome.UNSUPPORTED
    assert "Icarus" in verdict.reason


@pytest.mark.parametrize(
    ("ending", "outcome"),
    [
        ("", Outcome.INCONCLUSIVE),
        ('$display("bad 0 of 1"); $display("bad 0 of 2");', Outcome.INCONCLUSIVE),
        ('$display("bad 0 of 1"); $display("bad 3 of 9");', Outcome.FAILED),
        ('$display("almost bad 0 of 1");', Outcome.INCONCLUSIVE),
        ('$display("bad 0 of 1"); $fatal(1, "no");', Outcome.FAILED),
    ],
    ids=["silent", "said twice", "both", "part of a line", "bad status"],
)
def test_a_verilog_pass_is_one_clear_line_and_a_clean_end(
    direct_simulator: Simulator, tmp_path: Path, ending: str, outcome: Outcome
) -> None:
    bench = ADDER_TB.replace('$display("bad %0d of %0d", bad, all);', ending)

    assert direct_simulator.judge(verilog_job(tmp_path, ADDER, bench)).outcome is outcome


def test_a_verilog_testbench_reads_its_data(direct_simulator: Simulator, tmp_path: Path) -> None:
    bench = ADDER_TB.replace(
        "    repeat (20)",
        '    $readmemh("vectors.txt", memory);\n    a = memory[0];\n    repeat (20)',
    ).replace("integer bad", "reg [7:0] memory [0:1]; integer bad")
    bench = bench.replace("bad = bad + 1", "bad = bad").replace("`bad`", "bad")
    bench = bench.replace("$finish;", 'if (memory[1] !== 8\'h22) $display("bad 1 of 1"); $finish;')
    (tmp_path / "vectors.txt").write_text("11 22\n")
    job = verilog_job(tmp_path, ADDER, bench)
    with_data = replace(job.testbench, data=(tmp_path / "vectors.txt",))

    assert direct_simulator.judge(replace(job, testbench=with_data)).passed
    assert not direct_simulator.judge(job).passed


def test_messages_of_icarus_are_read_whatever_their_form() -> None:
    output = (
        "design.sv:2: error: Unable to bind wire/reg/memory `x' in `m'\n"
        "design.sv:3: warning: Port 1 (a) of s expects 4 bits, got 1.\n"
        "design.sv:3:        : Padding 3 high bits of the port.\n"
        "design.sv:4: sorry: Assignment patterns are not supported.\n"
        "design.sv:1: syntax error\n"
        "bench.v:7: error: Unknown module type: s\n"
        'error: Unable to find the root module "m" in the Verilog source.\n'
        "     : Perhaps ``-s m'' is incorrect?\n"
        "*** These modules were missing:\n"
        "        s referenced 1 times.\n"
        "***\n"
        "I give up.\n2 error(s) during elaboration.\n"
    )
    found = parse(output, "module m;\n  x\nthird\nfourth")

    assert [(d.severity, d.line) for d in found] == [
        ("error", 2),
        ("warning", 3),
        ("error", 4),
        ("error", 1),
        ("error", None),
        ("error", None),
    ]
    assert found[1].message.endswith("got 1. Padding 3 high bits of the port.")
    assert found[2].message.startswith("not supported by this Icarus")
    assert found[3].source == "module m;"
    assert "Perhaps" in found[5].message


def test_keys_in_the_environment_do_not_reach_a_testbench(
    direct_simulator: Simulator, tmp_path: Path
) -> None:
    os.environ["MEVAGENT_TEST_API_KEY"] = "secret"
    try:
        bench = one_test(
            "import os\nassert not [n for n in os.environ if 'KEY' in n or 'MEVAGENT' in n]"
        )
        assert direct_simulator.judge(cocotb_job(tmp_path, COUNTER, bench)).passed
    finally:
        del os.environ["MEVAGENT_TEST_API_KEY"]
