"""RTLLM 2.0 (Lu et al. 2024, arXiv 2308.05345), as laid out in its public repository.

Each design's folder holds `design_description.txt`, `testbench.v`, `verified_*.v` and the files
that the testbench reads.
"""

from __future__ import annotations

from pathlib import Path

from agent.errors import InputError
from agent.evaluate.problems import Problem, Simulation, read_spec, read_text, renamed, top_of
from agent.toolchain.testbench import load_testbench

DESCRIPTION = "design_description.txt"


def load(root: Path, suite: str) -> tuple[Problem, ...]:
    """The designs below `root`, by their folders' names. Raises InputError where there are none."""
    folders = sorted({path.parent for path in root.rglob(DESCRIPTION)}, key=lambda p: p.name)
    if not folders:
        raise InputError(
            f"{root} holds no RTLLM designs ({DESCRIPTION}); give the folder of its repository "
            "with --root"
        )
    return tuple(_problem(folder, suite) for folder in folders)


def _problem(folder: Path, suite: str) -> Problem:
    spec, fault = read_spec(read_text(folder / DESCRIPTION), folder.name)
    module = spec.interface.module if spec else folder.name
    bench = next((p for p in sorted(folder.glob("testbench*.*v"))), folder / "testbench.v")
    return Problem(
        id=folder.name,
        suite=suite,
        module=module,
        spec=spec,
        simulations=(Simulation(load_testbench(bench)),),
        reference=_reference(folder, module),
        unsupported=fault,
    )


def _reference(folder: Path, module: str) -> str | None:
    """The verified design, its top named as the testbench instantiates it."""
    files = sorted(folder.glob("verified_*.*v"))
    if not files:
        return None
    text = "\n".join(read_text(path) for path in files)
    top = top_of(text)
    return renamed(text, {top: module}) if top and top != module else text
