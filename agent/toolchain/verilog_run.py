"""Simulations that a Verilog testbench judges, by what it prints."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from agent.errors import TestbenchError
from agent.process import Completed, environment, run, run_ahead
from agent.toolchain.base import Job, Limits, PassRule
from agent.toolchain.cocotb_run import simulation_bounds
from agent.toolchain.compile import IMAGE, icarus
from agent.toolchain.results import Outcome, TestResult, Verdict
from agent.toolchain.sandbox import Profile, Sandbox
from agent.toolchain.tokens import tokenize

_TIMESCALE = re.compile(
    r"^\s*`timescale\s+(1|10|100)\s*([munpf]?s)\s*/\s*(1|10|100)\s*([munpf]?s)", re.M
)
_NANOSECONDS = {"s": 1e9, "ms": 1e6, "us": 1e3, "ns": 1.0, "ps": 1e-3, "fs": 1e-6}
_TELLING = re.compile(r"fail|error|mismatch|expect|wrong|incorrect|timeout", re.IGNORECASE)
_MAX_LINES = 5

WAVES = "mevagent_waves"
"""Name of the root that dumps waves."""


@dataclass(frozen=True)
class Bench:
    """All that is compiled beside the design, laid out."""

    unit: str
    """The file to compile: it includes the others."""
    files: frozenset[str]
    """All the files, as the compiler names them."""
    names: Mapping[str, str]
    """Name of each file -> the name that messages show."""
    roots: tuple[str, ...]
    timescale: str
    """Of the testbench, for files that state none; `1ns/1ps` by default."""
    token: str
    """The part of the names that cannot be guessed."""
    contents: tuple[tuple[str, bytes], ...]
    """Suffix and content of the files, in order; equal for benches that differ in `token` alone."""


def lay_out(job: Job, folder: Path, waves: str = "") -> Bench:
    """Copy testbench and sources into `folder`, under names that cannot be guessed.

    All of it is one compilation unit, so that macros of one file reach the next. `waves` is the
    text of a further root. Raises TestbenchError when a file cannot be read or no top is found.
    """
    bench = job.testbench
    verilog = bench.kind == "verilog"
    token = secrets.token_hex(8)
    names: dict[str, str] = {}
    texts: list[str] = []
    contents: list[tuple[str, bytes]] = []
    for path in (bench.path, *bench.sources) if verilog else bench.sources:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise TestbenchError(f"{path}: {error.strerror}") from error
        name = f"{token}_{len(names)}{path.suffix or '.v'}"
        (folder / name).write_bytes(data)
        names[name] = path.name
        contents.append((path.suffix, data))
        texts.append(data.decode(errors="replace"))
    stated = _TIMESCALE.search(texts[0]) if verilog else None
    timescale = "{}{}/{}{}".format(*stated.groups()) if stated else "1ns/1ps"
    if bench.top or not verilog:
        roots: tuple[str, ...] = (bench.top or job.top,)
    else:
        roots = _roots(bench.path, tuple(texts))
    if waves:
        name = f"{token}_waves.sv"
        (folder / name).write_text(waves)
        names[name], roots = "waves", (*roots, WAVES)
    unit = f"{token}.sv"
    (folder / unit).write_text("".join(f'`include "{name}"\n' for name in names))
    return Bench(
        unit,
        frozenset((unit, *names)),
        {**names, unit: "testbench"},
        roots,
        timescale,
        token,
        tuple(contents),
    )


@lru_cache(maxsize=16)
def _roots(path: Path, texts: tuple[str, ...]) -> tuple[str, ...]:
    """The modules of the testbench's own file that nothing in it instantiates."""
    declared = _declared(tokenize(texts[0]))
    used: set[str] = set()
    for text in texts:
        words = tokenize(text)
        for before, word, after in zip(["", *words], words, [*words[1:], ""], strict=False):
            starts = before in ("", ";", "end", "begin", "endtask", "endfunction", ")", "else", ":")
            if (
                word in declared
                and starts
                and (after == "#" or after[:1].isalpha() or after[:1] == "_")
            ):
                used.add(word)
    roots = tuple(name for name in declared if name not in used)
    if not roots:
        raise TestbenchError(f"{path}: no top module: every module is instantiated by another")
    return roots


def _declared(words: list[str]) -> list[str]:
    found = [
        name if name not in ("automatic", "static") else last
        for keyword, name, last in zip(words, words[1:], [*words[2:], ""], strict=False)
        if keyword in ("module", "macromodule", "program")
    ]
    return list(dict.fromkeys(found))


def simulate(folder: Path, job: Job, *, sandbox: Sandbox, waves: bool = False) -> Completed:
    """Run `folder/sim.vvp`; dump files are suppressed unless `waves`. Raises SandboxError."""
    return run(
        [icarus().simulator, "-n", IMAGE, *([] if waves else ["-none"])],
        cwd=folder,
        bounds=simulation_bounds(job.limits),
        confinement=sandbox.confine(_profile(folder), folder),
        env=environment({"HOME": str(folder), "TMPDIR": str(folder)}),
        keep=job.limits.output_mb << 20,
    )


def _profile(folder: Path) -> Profile:
    tool = icarus()
    return Profile(write=(folder,), read=tool.libraries, execute=(tool.simulator,), python=False)


def simulate_ahead(folder: Path, *, sandbox: Sandbox, limits: Limits) -> None:
    """Start the process that will simulate in `folder`."""
    confinement = sandbox.confine(_profile(folder), folder)
    run_ahead(folder, simulation_bounds(limits), confinement)


def judge(done: Completed, job: Job, timescale: str) -> Verdict:
    """The verdict on a finished simulation, by the testbench's rule."""
    rule = job.testbench.rule
    if rule is None:
        raise TestbenchError(
            f"{job.testbench.path}: how it reports a pass is not known; give a pattern for the "
            "line that it prints when a design passes"
        )
    lines = [line.strip("\r") for line in done.output.splitlines()]
    outcome, reason = _outcome(done, rule, lines)
    passed = outcome is Outcome.PASSED
    result = TestResult(
        name=job.testbench.path.stem,
        passed=passed,
        message="" if passed else _message(rule, lines) or reason,
        sim_time_ns=None if passed else first_failure_ns(rule, done.output, timescale),
        share=1.0 if passed else _share(rule, done.output),
    )
    return Verdict(
        outcome=outcome,
        tests=(result,) if outcome in (Outcome.PASSED, Outcome.FAILED) else (),
        reason=reason,
        limit=done.limit if outcome is Outcome.LIMIT else None,
        log=done.output[-8192:],
    )


def _outcome(done: Completed, rule: PassRule, lines: list[str]) -> tuple[Outcome, str]:
    if done.limit is not None:
        return Outcome.LIMIT, f"ended by its {done.limit} limit"
    if done.signal is not None:
        return Outcome.INCONCLUSIVE, f"the simulator ended with signal {done.signal}"
    if not done.whole:
        return Outcome.INCONCLUSIVE, "the testbench printed more than is kept"
    good = [line for line in lines if re.fullmatch(rule.passed, line)]
    bad = [line for line in lines if rule.failed and re.fullmatch(rule.failed, line)]
    if bad:
        return Outcome.FAILED, f"the testbench says: {bad[0].strip()[:200]}"
    if not good:
        if rule.failed is None and any(line.strip() for line in lines):
            return Outcome.FAILED, "the testbench did not say that the design passed"
        return Outcome.INCONCLUSIVE, "the testbench did not say whether the design passed"
    if len(good) > 1:
        return Outcome.INCONCLUSIVE, f"the testbench said {len(good)} times that the design passed"
    if done.status != rule.exit_status:
        return Outcome.FAILED, f"the simulation ended with status {done.status}"
    return Outcome.PASSED, f"the testbench says: {good[0].strip()[:200]}"


def _message(rule: PassRule, lines: list[str]) -> str:
    """The lines that tell most about a failure."""
    telling = [line.strip() for line in lines if _TELLING.search(line)]
    telling = [line for line in telling if not re.fullmatch(rule.passed, line)]
    return "\n".join(line[:300] for line in telling[:_MAX_LINES])


def _share(rule: PassRule, output: str) -> float | None:
    found = re.search(rule.share, output, re.MULTILINE) if rule.share else None
    if found is None or int(found["all"]) <= 0:
        return None
    return max(0.0, 1.0 - int(found["bad"]) / int(found["all"]))


def first_failure_ns(rule: PassRule, output: str, timescale: str) -> float | None:
    """When the first failure occurred, as the testbench tells it."""
    if rule.first is None:
        return None
    times = [int(found["time"]) for found in re.finditer(rule.first, output, re.MULTILINE)]
    unit = re.match(r"(\d+)([a-z]+)/", timescale)
    if not times or unit is None:
        return None
    return min(times) * int(unit[1]) * _NANOSECONDS[unit[2]]
