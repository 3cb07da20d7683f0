"""VerilogEval v2 (Pinckney et al. 2024, arXiv 2408.11053), as laid out in its public repository.

`dataset_spec-to-rtl/` and `dataset_code-complete-iccad2023/` hold, per problem, `<id>_prompt.txt`,
`<id>_ref.sv` (module `RefModule`) and `<id>_test.sv` (instantiates `RefModule` and `TopModule`).
"""

from __future__ import annotations

from pathlib import Path

from agent.errors import InputError
from agent.evaluate.problems import Problem, Simulation, modules_in, read_spec, read_text, renamed
from agent.toolchain.testbench import load_testbench

SPEC_TO_RTL = "dataset_spec-to-rtl"
CODE_COMPLETE = "dataset_code-complete-iccad2023"
TOP, REFERENCE = "TopModule", "RefModule"

_KNOWN = "known to be defective or ambiguous"
DEFECTS = dict.fromkeys(("062", "093", "099", "118", "134", "135", "149", "153"), _KNOWN)
"""By the problem's number."""


def load(root: Path, suite: str, folder: str) -> tuple[Problem, ...]:
    """The problems below `root`, which is the repository or the dataset's own folder.

    Raises InputError where there are none.
    """
    place = root / folder if (root / folder).is_dir() else root
    prompts = sorted(place.glob("*_prompt.txt"))
    if not prompts:
        raise InputError(
            f"{place} holds no VerilogEval problems (*_prompt.txt); give the folder of its "
            f"repository, which holds {folder}/, with --root"
        )
    return tuple(_problem(path, suite) for path in prompts)


def _problem(prompt: Path, suite: str) -> Problem:
    name = prompt.name.removesuffix("_prompt.txt")
    spec, fault = read_spec(read_text(prompt), name)
    bench = prompt.with_name(f"{name}_test.sv")
    reference = prompt.with_name(f"{name}_ref.sv")
    number = name.removeprefix("Prob")[:3]
    return Problem(
        id=name,
        suite=suite,
        module=TOP,
        spec=spec,
        simulations=(Simulation(load_testbench(bench)),),
        reference=_as_top(read_text(reference)) if reference.is_file() else None,
        defect=DEFECTS.get(number, ""),
        unsupported=fault,
    )


def _as_top(reference: str) -> str:
    """The reference under the design's name; its helpers are renamed, since it stands twice."""
    names = {name: f"{name}_again" for name in modules_in(reference)}
    return renamed(reference, {**names, REFERENCE: TOP})
