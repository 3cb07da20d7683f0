"""The pipelined loop beside the sequential one, at equal seeds, over the designs of testbenches/.

`python -m benchmarks pipeline [--quick]` prints the rows.
Each build's result is a line of FILE as soon as it is known, and a build that stands there is not
made again: a run that was ended goes on where it was. Nothing else should run meanwhile.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from agent.attempt_log import AttemptLog
from agent.build import Request, Tools, build
from agent.policy import Bounds
from agent.toolchain.direct import DirectSimulator
from agent.toolchain.testbench import load_testbench
from benchmarks.harness import Measured, Scale
from mevllm.classifier import Classification
from mevllm.engines.base import Continuation, Engine, ModelInfo, Sampling
from mevllm.engines.llamacpp import LlamaCppEngine
from mevllm.spec import Spec, load_spec
from mevllm.tiers import Tier
from mevllm.weights import resolve

DESIGNS = Path(__file__).resolve().parent.parent / "testbenches"
OUT = Path("runs/bench-pipeline.jsonl")
CANDIDATES = 4
ATTEMPTS = 3


@dataclass(frozen=True)
class Built:
    """How one build ended."""

    base: str
    design: str
    pipelined: bool
    passed: bool
    winner: str
    """Attempt, place and hash of the passing design; empty where none passed."""
    seconds: float
    tokens: int
    attempts: int
    bounded: bool
    """Whether it was ended by the bound on seconds: then it says nothing about the winner."""


def measure(
    scale: Scale,
    *,
    designs: int | None = None,
    seconds: float = 300.0,
    out: Path = OUT,
) -> list[Measured]:
    """Build each design in both loops; a quick scale takes two, with the small base, 60 s each."""
    base = "smollm2-135m" if scale.quick else "qwen2.5-coder-1.5b"
    names = sorted(path.parent.name for path in DESIGNS.glob("*/spec.md"))[
        : 2 if scale.quick else designs
    ]
    seconds = min(seconds, 60.0) if scale.quick else seconds
    known = {(b.base, b.design, b.pipelined): b for b in _stored(out)}
    with _tools(base, all((base, n, p) in known for n in names for p in (True, False))) as tools:
        for name in names:
            # Each loop goes first every other time, so that neither has the warmer machine.
            first = len(known) % 4 < 2
            for pipelined in (first, not first):
                if (base, name, pipelined) not in known and tools is not None:
                    built = _build(base, name, pipelined, seconds, tools)
                    known[base, name, pipelined] = built
                    _store(out, built)
    pairs = [(known[base, name, False], known[base, name, True]) for name in names]
    return [*_rows(pairs)]


def _rows(pairs: list[tuple[Built, Built]]) -> Iterator[Measured]:
    fair = [(plain, piped) for plain, piped in pairs if not (plain.bounded or piped.bounded)]
    same = sum(plain.winner == piped.winner for plain, piped in fair)
    note = f"{len(pairs) - len(fair)} of {len(pairs)} designs reached the bound on seconds"
    if fair:
        yield Measured("same winner in both loops", same / len(fair), "share", 1.0, aside=note)
    plain_s, piped_s = (sum(pair[side].seconds for pair in pairs) for side in (0, 1))
    solved = sum(piped.passed for _, piped in pairs)
    note = f"{piped_s:.0f} s against {plain_s:.0f} s; {solved} of {len(pairs)} designs solved"
    yield Measured(
        "pipelined beside sequential, all designs", plain_s / piped_s, "x", 1.4, aside=note
    )
    won = [
        (plain.seconds, piped.seconds) for plain, piped in pairs if plain.passed and piped.passed
    ]
    if won:
        ratio = sum(plain for plain, _ in won) / sum(piped for _, piped in won)
        yield Measured("pipelined beside sequential, solved designs", ratio, "x", 1.4)
    tokens = [sum(pair[side].tokens for pair in pairs) for side in (0, 1)]
    if tokens[0]:
        spared, note = 1 - tokens[1] / tokens[0], f"{tokens[1]} of {tokens[0]}"
        yield Measured("tokens that were not decoded", spared, "share", aside=note)


def _build(base: str, name: str, pipelined: bool, seconds: float, tools: Tools) -> Built:
    folder = DESIGNS / name
    request = Request(
        spec=load_spec(folder / "spec.md"),
        testbench=load_testbench(folder / f"tb_{name}.py"),
        bounds=Bounds(attempts=ATTEMPTS, candidates=CANDIDATES, seconds=seconds),
        sampling=Sampling(seed=0),
        pipelined=pipelined,
    )
    started = time.monotonic()
    result = build(request, tools)
    spent = time.monotonic() - started
    winner = ""
    if result.passed and result.best:
        winner = f"{len(result.attempts) - 1}.{result.best.index} {result.best.rtl_hash}"
    return Built(
        base,
        name,
        pipelined,
        result.passed,
        winner,
        spent,
        sum(attempt.tokens for attempt in result.attempts),
        len(result.attempts),
        spent >= seconds and not result.passed,
    )


class _Kept:
    """An engine that outlives the builds; each begins without what the one before has read."""

    def __init__(self, engine: LlamaCppEngine) -> None:
        self._engine = engine

    @property
    def info(self) -> ModelInfo:
        return self._engine.info

    def generate(self, *args: Any, **options: Any) -> tuple[Continuation, ...]:
        return self._engine.generate(*args, **options)

    def score(self, *args: Any, **options: Any) -> tuple[float, ...]:
        return self._engine.score(*args, **options)

    def close(self) -> None:
        from mevllm.engines.base import Message, Prompt

        self._engine.generate(Prompt((Message("user", "Count."),)), 1, Sampling(max_tokens=1))


@contextmanager
def _tools(base: str, needless: bool) -> Iterator[Tools | None]:
    """What builds work with, loaded once; None where every result is known."""
    if needless:
        yield None
        return
    routed = Classification(Tier.BASIC, dict.fromkeys(Tier, 0.25), "the same for all", "given")
    with (
        tempfile.TemporaryDirectory() as folder,
        AttemptLog.open(Path(folder) / "attempts.db") as log,
        closing(DirectSimulator(allow_unsandboxed=True)) as simulator,
        closing(LlamaCppEngine(resolve(base), parallel=CANDIDATES)) as engine,
    ):
        kept: Engine = _Kept(engine)

        def route(spec: Spec, opened: Any) -> Classification:
            return routed

        yield Tools(lambda: kept, route, simulator, log, lambda event: None)


def _stored(out: Path) -> list[Built]:
    if not out.is_file():
        return []
    return [Built(**json.loads(line)) for line in out.read_text().splitlines() if line.strip()]


def _store(out: Path, built: Built) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("a") as file:
        file.write(json.dumps(asdict(built)) + "\n")
