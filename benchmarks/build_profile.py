"""Where the time of one build goes, by looking at what it is doing 500 times a second.

A second thread looks at the build's own thread, and counts the time since its last look for the
stage whose file the build is in: the tool has one file a stage. What the build tells of itself
(agent.events) and the engine's first token separate the rest. So nothing of the build is changed;
what lasts less than SWITCH_S at a time is counted for what follows it.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from agent.attempt_log import AttemptLog
from agent.build import Request, Tools, build
from agent.events import Classified, Event, RunStarted, StageStarted, TestbenchExamined
from agent.options import engine_of, router_of
from agent.policy import Bounds
from agent.toolchain.simulators import open_simulator
from agent.toolchain.testbench import load_testbench
from mevllm.engines.base import Continuation, Engine, ModelInfo, Sampling
from mevllm.spec import load_spec

LOOK_S = 0.002
SWITCH_S = 0.0002
"""How long Python lets one thread go on while another waits; with its default of 5 ms the onlooker
would see nothing but pauses."""
CANDIDATES = 4
ATTEMPTS = 3
FILES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("fixes", ("agent/extract.py", "agent/fixes.py", "agent/slips/")),
    ("check", ("toolchain/check.py", "toolchain/constructs.py", "toolchain/contract.py")),
    (
        "compile",
        (
            "toolchain/elaborate.py",
            "toolchain/compile.py",
            "toolchain/ivl.py",
            "toolchain/image.py",
            "toolchain/origin.py",
        ),
    ),
    ("mend", ("agent/mend.py", "agent/variants.py")),
    ("simulate", ("agent/toolchain/",)),
    ("record", ("agent/attempt_log.py", "agent/attempt_rows.py", "agent/database.py")),
)
"""Stage and the files that are at work in it; what stands first counts. Files that several stages
use are not listed: whoever called them is looked for."""
SHARED = ("toolchain/tokens.py", "toolchain/sandbox.py", "toolchain/scratch.py")
STAGES = (
    "specification",
    "testbench",
    "model load",
    "classification",
    "prompt reading",
    "decoding",
    "fixes",
    "check",
    "compile",
    "simulate",
    "mend",
    "record",
    "rest",
)
"""In the order of a build. `rest`: deciding, feedback, handing over."""


@dataclass(frozen=True)
class Profile:
    """The time of one build."""

    seconds: Mapping[str, float]
    """By stage: what the build was held up by, so that they add up to `total`."""
    hidden: float
    """Seconds in which answers were judged while others were decoded; counted as decoding."""
    total: float
    passed: bool
    answers: int
    tokens: int


def profile(base: str, design: Path, *, pipelined: bool, sampling: Sampling) -> Profile:
    """Build a design of `testbenches/` as the command does, and look on.

    Raises what `agent.build.build` raises.
    """
    begin = time.perf_counter()
    spec = load_spec(design / "spec.md")
    testbench = load_testbench(design / f"tb_{design.name}.py")
    reading = time.perf_counter() - begin
    request = Request(
        spec=spec,
        testbench=testbench,
        bounds=Bounds(attempts=ATTEMPTS, candidates=CANDIDATES, seconds=120.0),
        sampling=sampling,
        pipelined=pipelined,
    )
    opener = engine_of("llamacpp", base, None, None, None, parallel=CANDIDATES)
    onlooker = _Onlooker()
    with (
        tempfile.TemporaryDirectory() as folder,
        AttemptLog.open(Path(folder) / "attempts.db") as log,
        closing(open_simulator()) as simulator,
        onlooker,
    ):
        tools = Tools(
            lambda: _Watched(opener(), onlooker),
            router_of("llamacpp", None),
            simulator,
            log,
            onlooker.hear,
        )
        result = build(request, tools)
    seconds = {"specification": reading, **onlooker.seconds}
    return Profile(
        {stage: seconds.get(stage, 0.0) for stage in STAGES},
        onlooker.hidden,
        sum(seconds.values()),
        result.passed,
        sum(len(attempt.candidates) for attempt in result.attempts),
        sum(attempt.tokens for attempt in result.attempts),
    )


class _Onlooker:
    """Looks at the thread that made it, from another, while it is entered."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.hidden = 0.0
        self.phase = ""
        """Of the engine; empty while it does nothing."""
        self._told = ""
        self._watched = threading.get_ident()
        self._interval = sys.getswitchinterval()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look, name="onlooker", daemon=True)

    def __enter__(self) -> _Onlooker:
        sys.setswitchinterval(SWITCH_S)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()
        sys.setswitchinterval(self._interval)

    def hear(self, event: Event) -> None:
        """Stages that the build tells of."""
        if isinstance(event, StageStarted):
            names = {"model": "model load", "classify": "classification"}
            self._told = names.get(event.stage, event.stage)
        elif isinstance(event, (TestbenchExamined, RunStarted, Classified)):
            self._told = ""

    def _look(self) -> None:
        last = time.perf_counter()
        while not self._end.wait(LOOK_S):
            frame = sys._current_frames().get(self._watched)
            now = time.perf_counter()
            stage = stage_of(frame) if frame else ""
            if not self._told and self.phase and stage:
                self.hidden += now - last
            self.seconds[self._told or self.phase or stage or "rest"] += now - last
            last = now


def stage_of(frame: FrameType | None) -> str:
    """The stage that a thread is in; empty where it is in none of FILES."""
    while frame is not None:
        name = frame.f_code.co_filename
        if not name.endswith(SHARED):
            for stage, files in FILES:
                if any(file in name for file in files):
                    return stage
        frame = frame.f_back
    return ""


class _Watched:
    """An engine that tells an onlooker when it reads a prompt and when it decodes."""

    def __init__(self, engine: Engine, onlooker: _Onlooker) -> None:
        self._engine = engine
        self._onlooker = onlooker

    @property
    def info(self) -> ModelInfo:
        return self._engine.info

    def generate(
        self, *args: Any, on_token: Callable[[int], None] | None = None, **options: Any
    ) -> tuple[Continuation, ...]:
        def told(tokens: int) -> None:
            self._onlooker.phase = "decoding"
            if on_token:
                on_token(tokens)

        self._onlooker.phase = "prompt reading"
        try:
            return self._engine.generate(*args, on_token=told, **options)
        finally:
            self._onlooker.phase = ""

    def score(self, *args: Any, **options: Any) -> tuple[float, ...]:
        return self._engine.score(*args, **options)

    def close(self) -> None:
        self._engine.close()
