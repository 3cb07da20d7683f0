"""The hook `mevagent-check`: every changed pair's design passes its testbench."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from agent.bench_files import collect
from agent.feedback import feedback
from agent.hook import Finding, Gate, command, counted
from agent.pairs import Pair
from agent.stub import is_stub, stub_text
from agent.toolchain.results import Outcome
from agent.toolchain.testbench import examine
from agent.verify import Verified
from mevllm.spec import load_spec

FEEDBACK_CHARS = 4000


def check_pair(pair: Pair, gate: Gate, *, stubs: bool = True) -> Finding | None:
    """Judge a pair; None where there is nothing to judge, and nothing was lost.

    `stubs` lets a design be that is still the stub which `mevagent-stubs` wrote, as long as its
    testbench can be connected to it. Raises what `Gate.judge` does.
    """
    if not pair.design.is_file() or not pair.testbench.is_file():
        return _missing(pair, gate)
    needed = (Path(os.path.relpath(file.path)) for file in collect(pair.load()))
    files = dict.fromkeys((*filter(Path.is_file, pair.named), *needed))
    unseen = [path for path in files if gate.commit.untracked(path)]
    if unseen:
        names = ", ".join(dict.fromkeys(map(str, unseen)))
        return Finding(
            False,
            pair.design,
            "the commit would not hold what was judged",
            (f"git does not track {names}; `git add` it, or take it out of the pair",),
        )
    if stubs and is_stub(pair.design) and pair.spec.is_file():
        interface = load_spec(pair.spec).interface
        # The mark of a stub can be forged, its text cannot.
        if pair.design.read_text(encoding="utf-8") == stub_text(interface, pair.spec.name):
            report = examine(gate.simulator, interface, pair.load(), gate.limits)
            words = f"still a stub; {len(report.tests)} tests connect to it"
            return Finding(True, pair.design, words)
    found, known = gate.judge(pair)
    if not found.verdict.passed:
        return _failed(pair, gate, found)
    if found.vacuous:
        return Finding(False, pair.testbench, "proves nothing", found.warnings)
    how = "unchanged since it passed" if known else f"{found.verdict.seconds:.2f} s"
    return Finding(True, pair.design, f"{counted(found.verdict)} ({how})", found.warnings)


def _missing(pair: Pair, gate: Gate) -> Finding | None:
    """What a commit loses that deletes or renames a part of a pair and leaves the others."""
    gone = {path.resolve() for path in gate.commit.gone}
    if not pair.testbench.is_file():
        if pair.design.is_file() and pair.testbench.resolve() in gone:
            return Finding(
                False,
                pair.design,
                "nothing judges it any more",
                (
                    f"the commit deletes or renames {pair.testbench}; rename the others alike, or "
                    f"name the pair under [tool.mevagent.pairs], or delete {pair.design} too",
                ),
            )
        return None
    if pair.design.resolve() in gone:
        rest = " and ".join(str(p) for p in (pair.spec, pair.testbench) if p.is_file())
        return Finding(
            False,
            pair.design,
            f"is gone, and {rest} stayed",
            (
                "rename them alike, or delete them too, or name the pair under "
                "[tool.mevagent.pairs]; to have it built anew:",
                command("build", pair),
            ),
        )
    return None


def _failed(pair: Pair, gate: Gate, found: Verified) -> Finding:
    verdict, job = found.verdict, found.job
    trace = ""
    failing = [test.name for test in verdict.tests if not test.passed]
    if verdict.outcome is Outcome.FAILED and failing:
        only = (failing[0],) if job.testbench.kind == "cocotb" else ()
        trace = gate.simulator.trace(replace(job, only_tests=only))
    said = feedback(job.rtl, verdict, trace=trace, limit_chars=FEEDBACK_CHARS)
    passed = sum(test.passed for test in verdict.tests)
    counts = f", {passed} of {len(verdict.tests)} checks" if verdict.tests else ""
    return Finding(
        False,
        pair.design,
        f"{verdict.outcome}{counts}",
        (
            *(said or verdict.reason).splitlines(),
            f"see it again: {command('verify', pair)}",
            *([f"have it mended: {command('repair', pair)}"] if found.spec else []),
        ),
    )
