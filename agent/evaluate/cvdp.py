"""CVDP (Pinckney et al. 2025, arXiv 2506.14074): its JSONL of cocotb harnesses, without Docker.

Taken are the records of category cid003, a specification to be written as RTL. A harness's
`src/test_runner.py` would compile and simulate with cocotb's runner; what it asks for is recorded
instead (`harness_recorder.py`) and then done by this tool's own sandboxed simulator.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agent.errors import InputError
from agent.evaluate.problems import (
    Problem,
    Simulation,
    modules_in,
    read_spec,
    read_text,
    top_of,
)
from agent.process import Bounds, environment, run
from agent.toolchain import sandbox
from agent.toolchain.base import Testbench
from agent.toolchain.cocotb_run import python_folders

CATEGORY = "cid003"
_RECORDER = Path(__file__).with_name("harness_recorder.py")
_BOUNDS = Bounds(wall_s=300, cpu_s=30, memory_mb=2048, file_mb=16)
_PYTHON = re.compile(r"^src/[\w/.-]+$")
_ALLOWED = {"parameters", "test_module", "extra_env", "hdl_toplevel"}


class _HarnessError(Exception):
    """A harness that does more than compile a design and run cocotb tests."""


def load(path: Path, suite: str, work: Path) -> tuple[Problem, ...]:
    """The cid003 records of a file; harnesses are written into `work`. Raises InputError."""
    if path.is_dir():
        raise InputError(f"{path} is a folder; name CVDP's JSONL file with --root")
    problems = []
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            if CATEGORY in record["categories"]:
                problems.append(_problem(record, suite, work))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(
                f"{path}:{number} is no record of CVDP's non-agentic set: {error!r}"
            ) from error
    if not problems:
        raise InputError(f"{path} holds no record of the category {CATEGORY}")
    return tuple(problems)


def _problem(record: Mapping[str, Any], suite: str, work: Path) -> Problem:
    name = str(record["id"])
    spec, fault = read_spec(str(record["input"]["prompt"]), name)
    folder = work / re.sub(r"\W", "_", name)
    files = {str(k): str(v) for k, v in record["harness"]["files"].items() if v is not None}
    settings = _settings(files.get("src/.env", ""))
    module = settings.get("TOPLEVEL", "")
    simulations: tuple[Simulation, ...] = ()
    try:
        simulations = _simulations(folder, files, settings)
    except _HarnessError as error:
        fault = fault or f"its harness cannot be run natively: {error}"
    if spec and not fault and spec.interface.module != module:
        fault = f"its harness tests `{module}`, its text describes `{spec.interface.module}`"
    return Problem(
        id=name,
        suite=suite,
        module=module,
        spec=spec,
        simulations=simulations,
        reference=_reference(record["output"].get("context") or {}, module),
        unsupported=fault,
    )


def _settings(text: str) -> dict[str, str]:
    """The variables of `src/.env`."""
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, _, value in pairs}


def _reference(context: Mapping[str, Any], module: str) -> str | None:
    texts = [str(text) for name, text in context.items() if str(name).endswith((".v", ".sv"))]
    whole = "\n".join(text for text in texts if text.strip())
    return whole if module in modules_in(whole) and top_of(whole) else None


def _simulations(
    folder: Path, files: Mapping[str, str], settings: Mapping[str, str]
) -> tuple[Simulation, ...]:
    """What the harness would simulate. Raises _HarnessError where that cannot be done here."""
    src = folder / "src"
    for name, text in files.items():
        if _PYTHON.fullmatch(name) and ".." not in name:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    runner = src / "test_runner.py"
    if not runner.is_file():
        raise _HarnessError("there is no src/test_runner.py")
    found = []
    for number, wanted in enumerate(_recorded(runner, settings)):
        odd = [name for name, value in wanted.items() if value and name not in _ALLOWED]
        if odd:
            raise _HarnessError(f"it sets {', '.join(odd)}")
        bench = _bench(src, number, str(wanted["test_module"]), wanted.get("extra_env") or {})
        parameters = tuple((str(k), str(v)) for k, v in (wanted.get("parameters") or {}).items())
        simulation = Simulation(Testbench(bench, "cocotb"), parameters)
        if simulation not in found:
            found.append(simulation)
    if not found:
        raise _HarnessError("it runs no simulation")
    return tuple(found)


def _bench(src: Path, number: int, module: str, env: Mapping[str, str]) -> Path:
    """The test module, or one that sets its environment first."""
    path = src / f"{module}.py"
    if not path.is_file():
        raise _HarnessError(f"there is no test module {module}")
    if not env:
        return path
    wrapper = src / f"{module}_{number}.py"
    settings = {str(name): str(value) for name, value in env.items()}
    wrapper.write_text(f"import os\nos.environ.update({settings!r})\nfrom {module} import *\n")
    return wrapper


def _recorded(runner: Path, settings: Mapping[str, str]) -> list[dict[str, Any]]:
    """What a runner asks cocotb's runner for: one entry per simulation."""
    out = runner.with_name("recorded.json")
    box = sandbox.choose(allow_unsandboxed=True)
    profile = sandbox.Profile(
        write=(runner.parent,),
        read=(*python_folders(), _RECORDER),
        execute=(Path(sys.executable).resolve(), Path(sys.executable)),
    )
    done = run(
        [sys.executable, _RECORDER, runner, out],
        cwd=runner.parent,
        bounds=_BOUNDS,
        confinement=box.confine(profile, runner.parent),
        env=environment(
            {
                **settings,
                "PYTHONPATH": str(runner.parent),
                "PYTHONDONTWRITEBYTECODE": "1",
                "HOME": str(runner.parent),
                "TMPDIR": str(runner.parent),
            }
        ),
    )
    if done.status != 0 or not out.is_file():
        said = [line for line in done.output.splitlines() if line.strip()]
        raise _HarnessError(said[-1][:200] if said else f"its runner ended with {done.status}")
    recorded: list[dict[str, Any]] = json.loads(out.read_text())
    return recorded
