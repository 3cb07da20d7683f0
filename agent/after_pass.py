"""What a build does once a design has passed: its testbench's strength, and its provenance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agent.attempt_log import AttemptLog
from agent.attempt_queries import reference_of
from agent.attempts import Candidate
from agent.errors import InputError
from agent.mutation import AFFORDABLE_S, LEAST, affordable, measure
from agent.provenance import Origin, provenance, sidecar, write
from agent.replay import job_of
from agent.runs import StoredRun
from agent.strength import Strength
from agent.toolchain.base import Simulator
from mevllm.errors import SpecError
from mevllm.spec import load_spec


@dataclass(frozen=True)
class Wanted:
    """What was asked for."""

    strength: bool | None
    """None: where it is affordable."""
    provenance: bool | None
    """None: where the design has a sidecar already, which would be stale."""


def strength_of(
    log: AttemptLog,
    run_id: str,
    simulator: Simulator,
    wanted: Wanted,
    on_progress: Callable[[int, int], None],
) -> tuple[Strength | None, str]:
    """Measure and record how strong the testbench of a passed run is; else say why not."""
    stored = log.load_run(run_id)
    best = stored.best
    if wanted.strength is False or best is None:
        return None, ""
    job = job_of(stored.start, best.rtl)
    verdict = _judged_by_simulation(stored, best).verdict
    count = affordable(verdict)
    if wanted.strength is None and count < LEAST:
        return None, (
            f"not measured: {LEAST} mutants would take more than {AFFORDABLE_S:g} s; "
            "--strength measures it all the same"
        )
    if wanted.strength is None:
        found = measure(
            simulator, job, verdict, count=count, budget_s=AFFORDABLE_S, on_progress=on_progress
        )
    else:
        found = measure(simulator, job, verdict, on_progress=on_progress)
    log.note_strength(run_id, best.rtl_hash, found)
    return found, ""


def write_provenance(
    log: AttemptLog, run_id: str, simulator: Simulator, design: Path, wanted: Wanted
) -> Path | None:
    """Write the sidecar of a passed run's design, where one is wanted.

    Raises InputError when the specification or a file of the testbench is not as it was judged.
    """
    path = sidecar(design)
    if not (path.exists() if wanted.provenance is None else wanted.provenance):
        return None
    stored = log.load_run(run_id)
    best = stored.best
    if best is None:
        return None
    spec = stored.sittings[0].cwd / stored.start.spec_source
    changed = list(stored.changed_files())
    try:
        if load_spec(spec).text != stored.start.spec_text:
            changed.append(spec)
    except SpecError:
        changed.append(spec)
    if changed:
        raise InputError(
            f"not written: {', '.join(map(str, changed))} changed since the run began; judge "
            f"{design} again with `mevagent verify --provenance`"
        )
    drawn = _origin(stored, best).generation
    origin = None
    if drawn is not None:
        reference = reference_of(stored, best.rtl_hash) or ""
        model = (drawn.engine, drawn.base, drawn.base_sha256, drawn.adapter_sha256)
        origin = Origin(run_id, reference, *model)
    job = job_of(stored.start, best.rtl)
    write(path, provenance(design, spec, job, best.verdict, simulator.versions(), origin))
    return path


def _origin(stored: StoredRun, best: Candidate) -> Candidate:
    """The candidate that a model wrote, of which the best one is a mended form."""
    while best.kind == "mend":
        best = next(c for c in stored.candidates if c.rtl_hash == best.parent)
    return best


def _judged_by_simulation(stored: StoredRun, best: Candidate) -> Candidate:
    """The candidate whose verdict was simulated, where the best one repeats it."""
    same = (c for c in stored.candidates if c.rtl_hash == best.duplicate_of)
    return next(same, best)
