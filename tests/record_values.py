"""Values for the tests of the record: plain examples, and strategies that cover the whole."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from agent.attempt_log import RunStart
from agent.attempts import Attempt, Candidate, Fix, Generation, Step, StepKind
from agent.strength import Strength, Survivor
from agent.toolchain.base import Limits, PassRule, Testbench
from agent.toolchain.results import Diagnostic, Outcome, TestResult, Verdict
from mevllm.engines.base import ModelInfo
from mevllm.spec import Interface, Parameter, Port, Spec
from mevllm.tiers import Tier

GOOD = "module inv (\n  input logic a,\n  output logic y\n);\n  assign y = ~a;\nendmodule\n"
BAD = GOOD.replace("~a", "a")

INTERFACE = Interface(
    module="inv",
    ports=(
        Port("a", "input", description="the input"),
        Port("y", "output", msb="WIDTH-1", vector=True, signed=True),
    ),
    parameters=(Parameter("WIDTH", "1", "bits"),),
    clock=None,
    reset="rst_n",
)

FAILED = Verdict(
    outcome=Outcome.FAILED,
    tests=(
        TestResult("test_low", True, sim_time_ns=10.0),
        TestResult("test_high", False, "a=1: expected 0 got 1", sim_time_ns=20.0, share=0.5),
    ),
    diagnostics=(
        Diagnostic("pyslang", "warning", 'unused "net"', 3, 9, "unused-net", "  wire spare;"),
    ),
    reason="1 of 2 tests failed",
    log="20.00ns INFO test_high failed\n",
    sandbox="landlock+seccomp",
    seconds=0.25,
)
PASSED = replace(
    FAILED,
    outcome=Outcome.PASSED,
    tests=(TestResult("test_low", True), TestResult("test_high", True)),
    reason="2 tests passed",
)

STRENGTH = Strength(
    possible=9,
    tried=5,
    noticed=2,
    survivors=(
        Survivor(2, "a", "b", "`a` to `b`", "name", True),
        Survivor(3, "c", "d", "`c` to `d`", "name", False),
        Survivor(4, "e", "f", "`e` to `f`", "name", None),
    ),
    equal=1,
    unusable=1,
    seconds=1.5,
    seed=3,
    stopped="",
)


def start_of(folder: Path, **changes: Any) -> RunStart:
    """A run's start, with a cocotb testbench and a data file that lie in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    bench, helper, data = folder / "tb_inv.py", folder / "model.py", folder / "golden.bin"
    bench.write_text("import cocotb\nfrom model import invert\n")
    helper.write_text("def invert(a):\n    return 1 - a\n")
    data.write_bytes(bytes(range(256)))
    values: dict[str, Any] = {
        "kind": "build",
        "spec": Spec(
            "# Inverter\nWrite an inverter.\n", INTERFACE, "inv.md", Tier.BASIC, ("4-9",), ("odd",)
        ),
        "testbench": Testbench(bench, "cocotb", data=(data,), rule=PassRule("PASS", "FAIL")),
        "options": {"seed": 7, "engine": "scripted", "source": [], "tb": None, "top_p": 0.95},
        "expected_tests": ("test_low", "test_high"),
        "tool_versions": {"icarus": "11.0", "cocotb": "2.1.0"},
        "sandbox": "landlock+seccomp",
        "model": ModelInfo("scripted", "qwen", "ab" * 32),
        "limits": Limits(wall_s=3.5, cpu_s=2),
        "out_path": Path("inv.v"),
    }
    return RunStart.of(**{**values, **changes})


def generation(answer: str, **changes: Any) -> Generation:
    """An answer to a prompt of two messages."""
    messages = [
        {"role": "system", "content": "You write Verilog."},
        {"role": "user", "content": "Write an inverter: ¬a."},
    ]
    made = Generation(
        messages=json.dumps(messages, ensure_ascii=False),
        prefill="module inv (",
        answer=answer,
        finish="stop",
        seed=7,
        temperature=0.8,
        top_p=0.95,
        max_tokens=512,
        prompt_tokens=40,
        cached_tokens=32,
        tokens=25,
        seconds=0.5,
        logprob=-3.25,
        engine="scripted",
        base="qwen",
        base_sha256="ab" * 32,
    )
    return replace(made, **changes)


def candidate(index: int, rtl: str = BAD, verdict: Verdict = FAILED, **changes: Any) -> Candidate:
    """A candidate with a fix and a generation."""
    made = Candidate(
        index=index,
        kind="fresh",
        rtl=rtl,
        fixes=(Fix("drop-redeclared-port", "`reg y` declared again", 4),),
        verdict=verdict,
        generation=generation(rtl),
    )
    return replace(made, **changes)


def attempt(ordinal: int, *candidates: Candidate, **changes: Any) -> Attempt:
    """A finished attempt."""
    step = Step(StepKind.REPAIR, Tier.BASIC, fresh=1, repairs=1, parent="ff" * 32, reason="best")
    made = Attempt(ordinal, step, candidates, 1.5, ordinal == 0, "expected 0 got 1")
    return replace(made, **changes)


TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
REAL = st.floats(allow_nan=False)
NUMBER = st.integers(-(2**63), 2**63 - 1)
LINE = st.none() | st.integers(1, 10**6)
HASH = st.none() | st.text("0123456789abcdef", min_size=64, max_size=64)

DIAGNOSTICS = st.builds(
    Diagnostic, TEXT, st.sampled_from(["error", "warning"]), TEXT, LINE, LINE, TEXT, TEXT
)
RESULTS = st.builds(
    TestResult, TEXT, st.booleans(), TEXT, st.none() | REAL, st.none() | st.floats(0, 1)
)
VERDICTS = st.builds(
    Verdict,
    outcome=st.sampled_from(Outcome),
    tests=st.lists(RESULTS, max_size=4).map(tuple),
    diagnostics=st.lists(DIAGNOSTICS, max_size=4).map(tuple),
    reason=TEXT,
    limit=st.none() | st.sampled_from(["wall clock", "cpu time", "memory", "output size"]),
    hung_test=st.none() | TEXT,
    log=TEXT,
    sandbox=TEXT,
    seconds=REAL,
)
TURNS = st.lists(st.fixed_dictionaries({"role": TEXT, "content": TEXT}), max_size=3)
MESSAGES = (
    TURNS.map(json.dumps)
    | TURNS.map(lambda turns: json.dumps(turns, ensure_ascii=False))
    | TURNS.map(lambda turns: json.dumps(turns, indent=1))
    | TEXT
)
GENERATIONS = st.builds(
    Generation,
    messages=MESSAGES,
    prefill=TEXT,
    answer=TEXT,
    finish=TEXT,
    seed=NUMBER,
    temperature=REAL,
    top_p=REAL,
    max_tokens=NUMBER,
    prompt_tokens=NUMBER,
    cached_tokens=NUMBER,
    tokens=NUMBER,
    seconds=REAL,
    logprob=st.none() | REAL,
    engine=TEXT,
    base=TEXT,
    base_sha256=TEXT,
    adapter_sha256=HASH,
)
STEPS = st.builds(
    Step,
    st.sampled_from(StepKind),
    st.sampled_from(Tier),
    st.integers(0, 64),
    st.integers(0, 64),
    HASH,
    TEXT,
)
CANDIDATES = st.builds(
    Candidate,
    index=st.just(0),
    kind=TEXT,
    rtl=TEXT,
    fixes=st.lists(st.builds(Fix, TEXT, TEXT, LINE), max_size=3).map(tuple),
    verdict=VERDICTS,
    generation=st.none() | GENERATIONS,
    parent=HASH,
    duplicate_of=HASH,
)
ATTEMPTS = st.builds(
    lambda step, made, seconds, accepted, feedback: Attempt(
        0,
        step,
        tuple(replace(c, index=i) for i, c in enumerate(made)),
        seconds,
        accepted,
        feedback,
    ),
    STEPS,
    st.lists(CANDIDATES, max_size=3),
    REAL,
    st.booleans(),
    TEXT,
)
