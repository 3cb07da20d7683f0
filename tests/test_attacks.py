"""Every attack that an untrusted design has been seen to make: no damage, never a pass.

Each file in attacks/ is judged twice: as any design is, and with the static policy switched off,
so that the layers behind it are shown to hold on their own.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from agent.toolchain.base import Job, Testbench
from agent.toolchain.direct import DirectSimulator
from agent.toolchain.pass_rules import VERILOG_EVAL
from agent.toolchain.results import Outcome, Verdict
from tests.toolbench import HERE, SIMULATORS, SMALL, assert_all_forked, need, need_level

ATTACKS = HERE / "attacks"
COCOTB = sorted(path.stem for path in (ATTACKS / "cocotb").glob("*.v"))
VERILOG = sorted(path.stem for path in (ATTACKS / "verilog").glob("*.v"))
SECRET = "outside-secret-6f1c"
HIDDEN = "HIDDEN-TESTBENCH-TEXT"

HONEST = """module adder(input [3:0] a, input [3:0] b, output [4:0] y);
  assign y = a + b;
endmodule
"""
HONEST_EIGHT = """module adder #(parameter WIDTH = 4)
  (input [WIDTH-1:0] a, input [WIDTH-1:0] b, output [WIDTH-1:0] y);
  assign y = a + b;
endmodule
"""
COMPILES_ALONE = {
    "further_root": Outcome.FAILED,
    "replace_reference": Outcome.NOT_ELABORATED,
    "clear_errors_by_macro": Outcome.FAILED,
}
"""What becomes of attacks that are defused rather than refused: their bait is never there."""


_READERS = ("read_environment", "read_passwords", "read_testbench", "overwrite_outside")
"""Attacks on files that say whether they could open one."""

BITES = (
    "clear_errors",
    "clear_errors_by_macro",
    "clear_errors_by_parameter",
    "copy_reference",
    "copy_reference_by_sibling",
    "force_reference",
    "forge_line",
    "instantiate_reference",
    "monitor_pass",
    "print_in_package",
    "print_pass",
    "print_pass_by_parameter",
    "print_through_error",
    "write_to_standard_output",
)
"""Attacks that win against plain `iverilog` and `vvp` and a look at what was printed."""


@dataclass
class Ground:
    """A place with something to steal and something to destroy."""

    outside: Path
    testbenches: Path

    def job(self, rtl: str) -> Job:
        """The text against the cocotb victim."""
        rtl = rtl.replace("@OUTSIDE@", str(self.outside))
        rtl = rtl.replace("@TESTBENCHES@", str(self.testbenches))
        rtl = rtl.replace("@TESTBENCH@", str(self.testbenches / "victim.py"))
        return Job(rtl, "adder", Testbench(self.testbenches / "victim.py", "cocotb"), SMALL)

    def assert_unharmed(self) -> None:
        """Everything is as it was."""
        assert self.outside.read_text() == SECRET
        assert sorted(p.name for p in self.outside.parent.iterdir()) == ["secret.txt"]
        assert sorted(p.name for p in self.testbenches.iterdir()) == ["victim.py"]


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    outside = tmp_path / "outside" / "secret.txt"
    testbenches = tmp_path / "testbenches"
    outside.parent.mkdir()
    testbenches.mkdir()
    outside.write_text(SECRET)
    (testbenches / "victim.py").write_text((ATTACKS / "victim.py").read_text())
    return Ground(outside, testbenches)


@pytest.fixture(scope="module", autouse=True)
def key_in_environment() -> Iterator[None]:
    os.environ["MEVAGENT_TEST_API_KEY"] = SECRET
    yield
    del os.environ["MEVAGENT_TEST_API_KEY"]


def simulator(kind: str = "direct", **options: object) -> DirectSimulator:
    need("iverilog", "vvp")
    need_level("landlock+seccomp")
    made = SIMULATORS[kind]
    return made(**{"level": "landlock+seccomp", **options})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def guarded() -> Iterator[DirectSimulator]:
    made = simulator()
    yield made
    made.close()


@pytest.fixture(scope="module", params=SIMULATORS)
def lenient(request: pytest.FixtureRequest) -> Iterator[DirectSimulator]:
    made = simulator(request.param, policy=False)
    yield made
    assert_all_forked(made)
    made.close()


@pytest.fixture(scope="module")
def lenient_direct() -> Iterator[DirectSimulator]:
    made = simulator(policy=False)
    yield made
    made.close()


def read(kind: str, name: str) -> str:
    return (ATTACKS / kind / f"{name}.v").read_text()


def assert_nothing_leaked(verdict: Verdict) -> None:
    said = repr(verdict)
    for secret in (SECRET, HIDDEN, "root:x:", "PYTHONDONTWRITEBYTECODE"):
        assert secret not in said


@pytest.mark.parametrize("name", COCOTB)
def test_policy_refuses_each_attack_under_a_cocotb_testbench(
    guarded: DirectSimulator, ground: Ground, name: str
) -> None:
    verdict = guarded.judge(ground.job(read("cocotb", name)))

    assert not verdict.passed
    assert verdict.score < 1
    if name != "print_summary":  # printing is harmless there, and ends as a failure
        assert verdict.outcome in (Outcome.REFUSED, Outcome.NOT_COMPILED)
    assert_nothing_leaked(verdict)
    ground.assert_unharmed()


@pytest.mark.parametrize("name", COCOTB)
def test_sandbox_alone_contains_each_attack_under_a_cocotb_testbench(
    lenient: DirectSimulator, ground: Ground, name: str
) -> None:
    job = ground.job(read("cocotb", name))
    if name == "fake_results_and_hang":
        job = replace(job, limits=replace(SMALL, cpu_s=1))

    verdict = lenient.judge(job)

    assert not verdict.passed
    assert not any(test.passed for test in verdict.tests if test.name == "test_sums")
    assert_nothing_leaked(verdict)
    ground.assert_unharmed()


def test_attacks_that_read_did_run_and_were_turned_away(
    lenient: DirectSimulator, ground: Ground
) -> None:
    for name in _READERS:
        verdict = lenient.judge(ground.job(read("cocotb", name)))

        assert "attack: opened 0" in verdict.log, name
        assert "attack: opened -" not in verdict.log, name


def test_an_honest_design_passes_after_all_attacks(
    lenient: DirectSimulator, ground: Ground
) -> None:
    lenient.judge(ground.job(read("cocotb", "drop_module")))

    verdict = lenient.judge(ground.job(HONEST))

    assert verdict.outcome is Outcome.PASSED
    assert [test.name for test in verdict.tests] == ["test_sums", "test_late_imports"]


@pytest.mark.parametrize("kind", SIMULATORS)
@pytest.mark.parametrize(
    "level", ["landlock+seccomp+bubblewrap", "bubblewrap+seccomp", "unshare+seccomp"]
)
def test_the_other_levels_contain_the_attacks_on_files(
    level: str, kind: str, ground: Ground
) -> None:
    need("iverilog", "vvp")
    need_level(level)
    simulator = SIMULATORS[kind](level=level, policy=False)
    try:
        for name in (*_READERS, "drop_module", "forge_report"):
            verdict = simulator.judge(ground.job(read("cocotb", name)))
            assert not verdict.passed, name
            assert_nothing_leaked(verdict)
            ground.assert_unharmed()
        assert simulator.judge(ground.job(HONEST)).passed
    finally:
        simulator.close()


def verilog_job(rtl: str) -> Job:
    bench = Testbench(
        ATTACKS / "victim_tb.v", "verilog", sources=(ATTACKS / "victim_ref.v",), rule=VERILOG_EVAL
    )
    return Job(rtl, "adder", bench, SMALL)


@pytest.mark.parametrize("name", VERILOG)
def test_no_attack_passes_a_verilog_testbench(guarded: DirectSimulator, name: str) -> None:
    verdict = guarded.judge(verilog_job(read("verilog", name)))

    assert not verdict.passed
    assert verdict.outcome in (
        Outcome.REFUSED,
        Outcome.NOT_COMPILED,
        COMPILES_ALONE.get(name, Outcome.REFUSED),
    )


@pytest.mark.parametrize("name", VERILOG)
def test_no_attack_passes_a_verilog_testbench_without_the_policy(
    lenient_direct: DirectSimulator, name: str
) -> None:
    verdict = lenient_direct.judge(verilog_job(read("verilog", name)))

    assert not verdict.passed
    assert verdict.outcome in (
        Outcome.REFUSED,
        Outcome.NOT_COMPILED,
        COMPILES_ALONE.get(name, Outcome.REFUSED),
    )


@pytest.mark.parametrize("name", BITES)
def test_the_attack_would_pass_without_this_toolchain(name: str, tmp_path: Path) -> None:
    need("iverilog", "vvp")
    image = tmp_path / "naive.vvp"
    files = [ATTACKS / "victim_tb.v", ATTACKS / "victim_ref.v", ATTACKS / "verilog" / f"{name}.v"]
    subprocess.run(
        ["iverilog", "-g2012", "-s", "victim_tb", "-o", image, *files],
        check=True,
        capture_output=True,
    )
    said = subprocess.run(
        ["vvp", "-n", image], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=20
    )
    assert "Mismatches: 0 in 50 samples" in said.stdout.splitlines()


def test_the_attack_on_files_would_succeed_without_a_sandbox(ground: Ground) -> None:
    open_air = simulator(policy=False, level="none")
    try:
        open_air.judge(ground.job(read("cocotb", "overwrite_outside")))
        assert ground.outside.read_text() != SECRET
    finally:
        open_air.close()


def test_an_honest_design_passes_the_verilog_testbench(guarded: DirectSimulator) -> None:
    verdict = guarded.judge(verilog_job(HONEST_EIGHT))

    assert verdict.outcome is Outcome.PASSED
    assert verdict.score == 1.0


def test_a_wrong_design_fails_the_verilog_testbench_with_its_share(
    guarded: DirectSimulator,
) -> None:
    verdict = guarded.judge(verilog_job(HONEST_EIGHT.replace("a + b", "a | b")))

    assert verdict.outcome is Outcome.FAILED
    assert 0.2 < verdict.score < 0.99
    assert "Mismatches:" in verdict.tests[0].message
