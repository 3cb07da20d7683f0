"""Verification of a drawn design: compiled, simulated, alive, and its checker kills mutants.

The designs come from our own families, so limits suffice; what a model wrote is never run here.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mevllm.data.checker import Audit, audit, read_audit
from mevllm.data.design import Design
from mevllm.data.mutate import Mutant, mutants
from mevllm.data.tools import run_tool
from mevllm.errors import MevllmError

MUTANTS = 6
"""Drawn per design."""
KILLS = 2
"""The least number of mutants that a checker must tell from the reference."""
KNOWN = 0.6
"""The least share of samples without X in an output."""

_WALL_S = 10.0
_SIMULATION_S = 2.0
_OUTPUT_KEPT = 1 << 20


@dataclass(frozen=True)
class Verified:
    """A design whose reference works and whose checker notices faults."""

    design: Design
    audit: Audit
    mutants: tuple[Mutant, ...]
    """Those that compile and end, in the order of `audit.killed`."""

    @property
    def killed(self) -> tuple[Mutant, ...]:
        """The mutants that the checker tells from the reference."""
        return tuple(m for m, dead in zip(self.mutants, self.audit.killed, strict=True) if dead)


@dataclass(frozen=True)
class Rejected:
    """A design that is not good enough to learn from."""

    design: Design
    reason: str


def verify(design: Design) -> Verified | Rejected:
    """Compile and simulate a design with its mutants. Raises MevllmError without Icarus."""
    drawn = mutants(design.body, MUTANTS, design.seed)
    with tempfile.TemporaryDirectory(prefix="mevagent-data-") as name:
        folder = Path(name)
        found = _simulate(design, drawn, folder)
        if found is None and drawn:
            if _simulate(design, (), folder) is None:
                return Rejected(design, "the reference does not compile, or does not end")
            drawn = tuple(m for m in drawn if _simulate(design, (m,), folder) is not None)
            found = _simulate(design, drawn, folder)
        if found is None:
            return Rejected(design, "the reference does not compile, or does not end")
    if found.stuck:
        return Rejected(design, f"output bits that never change: {', '.join(found.stuck[:4])}")
    if found.known < KNOWN:
        return Rejected(design, f"outputs are X in {1 - found.known:.0%} of the samples")
    if sum(found.killed) < KILLS:
        return Rejected(design, f"the checker kills {sum(found.killed)} of {len(drawn)} mutants")
    return Verified(design, found, drawn)


def _simulate(design: Design, drawn: Sequence[Mutant], folder: Path) -> Audit | None:
    iverilog, vvp = _icarus()
    source, image = folder / "audit.v", folder / "audit.vvp"
    source.write_text(audit(design, [m.text for m in drawn]), encoding="utf-8")
    built = run_tool([iverilog, "-g2012", "-o", image, source], cwd=folder, wall_s=_WALL_S)
    if built.status != 0:
        return None
    ended = run_tool([vvp, "-n", image], cwd=folder, wall_s=_SIMULATION_S, kept=_OUTPUT_KEPT)
    return read_audit(design, len(drawn), ended.output) if ended.status == 0 else None


@cache
def _icarus() -> tuple[str, str]:
    iverilog, vvp = shutil.which("iverilog"), shutil.which("vvp")
    if not iverilog or not vvp:
        raise MevllmError(
            "Icarus Verilog is not installed; run: sudo apt-get install iverilog (or your "
            "system's equivalent)"
        )
    return iverilog, vvp
