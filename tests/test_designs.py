"""The designs of `testbenches/`: references pass; broken designs and undriven stubs fail."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.toolchain.base import Job
from agent.toolchain.direct import DirectSimulator
from agent.toolchain.results import Outcome, Verdict
from agent.toolchain.testbench import load_testbench
from mevllm.spec import Spec, load_spec
from mevllm.tiers import Tier
from tests.toolbench import SIMULATORS, assert_all_forked, need

ROOT = Path(__file__).parent.parent / "testbenches"
DESIGNS = sorted(path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] not in "._")
VERILOG = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("*/*.v"))
BROKEN = [name for name in VERILOG if "/broken_" in name]

each_design = pytest.mark.parametrize("design", DESIGNS)
each_broken_design = pytest.mark.parametrize("name", BROKEN)


@pytest.fixture(scope="module", params=SIMULATORS)
def simulator(request: pytest.FixtureRequest) -> Iterator[DirectSimulator]:
    need("iverilog", "vvp")
    simulator = SIMULATORS[request.param]()
    yield simulator
    assert_all_forked(simulator)
    simulator.close()


def spec_of(design: str) -> Spec:
    return load_spec(ROOT / design / "spec.md")


def judge(simulator: DirectSimulator, design: str, rtl: str) -> Verdict:
    testbench = load_testbench(ROOT / design / f"tb_{design}.py")
    return simulator.judge(Job(rtl, design, testbench, generated=False))


def told(what: str, verdict: Verdict) -> str:
    """The verdict as a person needs it when it is not the expected one."""
    lines = [f"testbenches/{what}: {verdict.outcome}. {verdict.reason}"]
    lines += [
        f"  {found.tool}, line {found.line}: {found.message}" for found in verdict.diagnostics
    ]
    lines += [f"  {test.name}: {test.message or 'passed'}" for test in verdict.tests]
    return "\n".join(lines)


def elaborated(verilog: str, module: str, scale: int = 1) -> dict[str, Any]:
    """Parameters and ports after elaboration, every parameter at its default times `scale`."""
    from pyslang import Bag, syntax
    from pyslang import ast as slang

    def instance(overrides: list[str]) -> Any:
        options = slang.CompilationOptions()
        options.topModules = {module}
        options.paramOverrides = overrides
        compilation = slang.Compilation(Bag([options]))
        compilation.addSyntaxTree(syntax.SyntaxTree.fromText(verilog))
        return compilation.getRoot().topInstances[0].body

    defaults = {p.name: int(p.value.value) for p in instance([]).parameters if not p.isLocalParam}
    body = instance([f"{name}={value * scale}" for name, value in defaults.items()])
    ports = [(p.name, str(p.direction), p.type.bitWidth, p.type.isSigned) for p in body.portList]
    return {"parameters": defaults, "ports": ports}


def test_every_tier_has_four_designs_and_every_design_a_tier() -> None:
    tiers = tomllib.loads((ROOT / "tiers.toml").read_text(encoding="utf-8"))["tiers"]
    assert sorted(tiers) == DESIGNS, "testbenches/tiers.toml must name every folder, and no other"
    assert Counter(tiers.values()) == {tier.value: 4 for tier in Tier}


def test_the_readme_lists_every_design_under_its_tier() -> None:
    tiers = tomllib.loads((ROOT / "tiers.toml").read_text(encoding="utf-8"))["tiers"]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [name for name in DESIGNS if f"| `{name}` | {tiers[name]} |" not in readme]
    assert not missing, f"testbenches/README.md has no row for {', '.join(missing)}"


@each_design
def test_a_design_folder_is_complete(design: str) -> None:
    present = {path.name for path in (ROOT / design).iterdir() if path.is_file()}
    needed = {"spec.md", f"tb_{design}.py", "reference.v"}
    assert needed <= present, f"testbenches/{design} lacks {', '.join(sorted(needed - present))}"
    broken = {name for name in present if name.startswith("broken_") and name.endswith(".v")}
    assert len(broken) >= 2, f"testbenches/{design} needs at least two broken designs"
    strangers = present - needed - broken
    assert not strangers, f"testbenches/{design} holds {', '.join(sorted(strangers))} as well"


@each_design
def test_a_specification_names_its_module_and_leaves_the_tier_to_the_classifier(
    design: str,
) -> None:
    spec = spec_of(design)
    assert spec.interface.module == design
    assert spec.tier is None, f"testbenches/{design}/spec.md gives its tier away"


@pytest.mark.parametrize("name", VERILOG)
def test_a_design_has_the_interface_of_its_specification(name: str) -> None:
    design = Path(name).parent.name
    stub = spec_of(design).interface.stub()
    rtl = (ROOT / name).read_text(encoding="utf-8")
    for scale in (1, 2):
        found, promised = elaborated(rtl, design, scale), elaborated(stub, design, scale)
        assert found == promised, (
            f"testbenches/{name} and spec.md differ with the parameters at {scale} x their default"
        )


@each_design
def test_a_testbench_stands_alone_on_cocotb_and_the_standard_library(design: str) -> None:
    path = ROOT / design / f"tb_{design}.py"
    imported: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
    strangers = imported - sys.stdlib_module_names - {"cocotb"}
    assert not strangers, f"testbenches/{design}/{path.name} imports {', '.join(sorted(strangers))}"


@each_design
def test_the_reference_passes_every_test(design: str, simulator: DirectSimulator) -> None:
    verdict = judge(simulator, design, (ROOT / design / "reference.v").read_text(encoding="utf-8"))
    assert verdict.passed, told(f"{design}/reference.v", verdict)
    assert 3 <= len(verdict.tests) <= 10, f"tb_{design}.py has {len(verdict.tests)} tests"


@each_broken_design
def test_a_broken_design_fails_with_a_message_of_its_testbench(
    name: str, simulator: DirectSimulator
) -> None:
    rtl = (ROOT / name).read_text(encoding="utf-8")
    assert rtl.startswith("// Broken: "), f"testbenches/{name} must open by saying what is wrong"
    verdict = judge(simulator, Path(name).parent.name, rtl)
    assert verdict.outcome is Outcome.FAILED, told(name, verdict)
    failures = [test for test in verdict.tests if not test.passed]
    assert all("expected" in test.message for test in failures), told(name, verdict)


@each_design
def test_the_undriven_stub_fails_with_a_message_about_the_unknown_value(
    design: str, simulator: DirectSimulator
) -> None:
    verdict = judge(simulator, design, spec_of(design).interface.stub())
    assert verdict.outcome is Outcome.FAILED, told(f"{design} (stub)", verdict)
    failures = [test for test in verdict.tests if not test.passed]
    assert all("expected" in test.message for test in failures), told(f"{design} (stub)", verdict)
