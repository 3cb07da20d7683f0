"""What an evaluation asks: problems of a suite, as frozen values."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from agent.bench_files import collect
from agent.errors import InputError
from agent.toolchain.base import Limits, Testbench
from mevllm.errors import SpecError
from mevllm.spec import Spec, parse_spec
from mevllm.tiers import Tier

Parameters = tuple[tuple[str, str], ...]

_MODULE = re.compile(r"^\s*(?:module|macromodule)\s+(?:automatic\s+)?(\w+)", re.MULTILINE)
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True)
class Simulation:
    """One simulation that a design must pass."""

    testbench: Testbench
    parameters: Parameters = ()
    """Values for the design's parameters."""


@dataclass(frozen=True)
class Problem:
    """One problem of a suite."""

    id: str
    """Unique in its suite."""
    suite: str
    module: str
    """The module that the testbench instantiates."""
    spec: Spec | None
    """None where the specification's interface cannot be read; `unsupported` says why."""
    simulations: tuple[Simulation, ...]
    """All of them decide; the first gives an agent its feedback."""
    reference: str | None = None
    """A design that must pass, its top module named `module`; None where the suite has none."""
    tier: Tier | None = None
    """Where the suite or a measurement of the reference says it."""
    defect: str = ""
    """Why the problem is known to be defective; empty where it is not."""
    unsupported: str = ""
    """Why no design can pass here; such a problem stays in the denominator."""

    @property
    def attempted(self) -> bool:
        """Whether a model is asked at all."""
        return self.spec is not None and not self.unsupported

    def digest(self, limits: Limits) -> str:
        """SHA-256 of all of the problem that decides a verdict on a design."""
        decisive = {
            "simulations": [_decisive(simulation) for simulation in self.simulations],
            "module": self.module,
            "limits": asdict(limits),
        }
        return digest_of(decisive)

    def without(self, reason: str) -> Problem:
        """The same problem, unsupported for a reason; an earlier reason stays."""
        return replace(self, unsupported=self.unsupported or reason)


def _decisive(simulation: Simulation) -> dict[str, object]:
    bench = simulation.testbench
    return {
        "files": [(f.role, f.path.name, f.sha256) for f in collect(bench)],
        "kind": bench.kind,
        "top": bench.top,
        "rule": asdict(bench.rule) if bench.rule else None,
        "parameters": simulation.parameters,
    }


def digest_of(value: object) -> str:
    """SHA-256 of a JSON value, hexadecimal."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def read_spec(text: str, source: str) -> tuple[Spec | None, str]:
    """A specification, or None and why its interface cannot be read."""
    try:
        return parse_spec(text, source), ""
    except SpecError as error:
        return None, f"the specification's interface is not understood: {error}"


def read_text(path: Path) -> str:
    """A suite's file. Raises InputError."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}; check --root") from error


def modules_in(rtl: str) -> list[str]:
    """Names of the modules that a text defines, in order, each once."""
    return list(dict.fromkeys(_MODULE.findall(_COMMENT.sub(" ", rtl))))


def renamed(rtl: str, names: Mapping[str, str]) -> str:
    """A text with whole identifiers replaced."""
    if not names:
        return rtl
    pattern = re.compile(r"\b(" + "|".join(map(re.escape, names)) + r")\b")
    return pattern.sub(lambda match: names[match[1]], rtl)


def top_of(rtl: str) -> str | None:
    """The first module of a text that no other of its modules names."""
    names = modules_in(rtl)
    bare = _COMMENT.sub(" ", rtl)
    for name in names:
        if len(re.findall(rf"\b{re.escape(name)}\b", bare)) == 1:
            return name
    return names[-1] if names else None
