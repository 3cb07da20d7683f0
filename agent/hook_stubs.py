"""The hook `mevagent-stubs`: a specification without a design gets a stub with its interface."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from agent.errors import TestbenchError
from agent.hook import Finding, Gate, command
from agent.output import write_atomically
from agent.pairs import Pair, pairs_of
from agent.stub import is_stub, stub_text
from agent.toolchain.base import Job, Testbench
from agent.toolchain.testbench import examine
from mevllm.spec import Interface, load_spec

_DECLARES = re.compile(rb"\A---\r?\n(?:(?!---)[^\n]*\n)*?(?:module|ports)\s*:")
"""Front matter that makes a Markdown file a specification, whatever lies beside it."""


def wanting(changed: Iterable[Path], known: Sequence[Pair]) -> tuple[Pair, ...]:
    """The pairs of changed files that have a specification and no design, or a stub for one."""
    files = tuple(changed)
    pairs = dict.fromkeys((*pairs_of(files, known), *_lone(files, known)))
    return tuple(
        pair
        for pair in pairs
        if pair.spec.is_file() and (not pair.design.exists() or is_stub(pair.design))
    )


def stub_pair(pair: Pair, gate: Gate) -> Finding:
    """Write a pair's stub where it is missing or of an older interface, and try to connect it.

    Raises SpecError for a specification without an interface, InputError for a file that cannot
    be written, and what the simulator raises.
    """
    interface = load_spec(pair.spec).interface
    text = stub_text(interface, pair.spec.name)
    known = pair.design.is_file() and pair.design.read_text(encoding="utf-8") == text
    if not known:
        again = pair.design.exists()
        pair.design.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(pair.design, text)
    connected, said = _connection(pair, gate, interface)
    if known:
        return Finding(connected, pair.design, "still a stub", (said,))
    headline = "its stub has the interface that changed" if again else "is a new stub"
    return Finding(
        False,
        pair.design,
        headline,
        (
            said,
            f"look at it, `git add {pair.design}`, and commit again; to have the design built:",
            command("build", pair),
        ),
    )


def _connection(pair: Pair, gate: Gate, interface: Interface) -> tuple[bool, str]:
    """Whether a stub elaborates and its testbench can be connected to it, in words."""
    if not pair.testbench.is_file():
        bare = Job(interface.stub(), interface.module, Testbench(pair.testbench, "cocotb"))
        good = gate.simulator.fingerprint(bare) is not None
        return good, (
            f"it elaborates; there is no testbench yet ({pair.testbench})"
            if good
            else f"it does not elaborate: correct the interface in {pair.spec}"
        )
    try:
        report = examine(gate.simulator, interface, pair.load(), gate.limits)
    except TestbenchError as error:
        return False, f"its testbench cannot be connected to it: {error}"
    words = f"it elaborates, and {len(report.tests)} tests of {pair.testbench} connect to it"
    return True, f"{words}; {report.warning}" if report.warning else words


def _lone(files: Iterable[Path], known: Sequence[Pair]) -> Iterator[Pair]:
    """Pairs of specifications that declare themselves by front matter, without a testbench."""
    claimed = {pair.spec.resolve() for pair in known}
    for file in files:
        if file.suffix == ".md" and file.is_file() and file.resolve() not in claimed:
            with file.open("rb") as text:
                declares = _DECLARES.match(text.read(1 << 14))
            design, bench = file.with_suffix(".v"), file.with_name(f"tb_{file.stem}.py")
            if declares and not file.with_suffix(".sv").exists() and not bench.exists():
                yield Pair(file, design, bench)
