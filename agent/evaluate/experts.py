"""Which expert answers a problem: by the classifier, an oracle, chance, or always the same."""

from __future__ import annotations

import random
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from agent.errors import InputError
from agent.evaluate.problems import Problem
from mevllm.classifier import Classification
from mevllm.engines.base import Continuation, Engine, ModelInfo, Prompt, Sampling, Watch
from mevllm.errors import EngineError
from mevllm.experts import MONOLITH, Expert, all_adapters, expert_of, find_adapter
from mevllm.lora import read_adapter
from mevllm.spec import Spec
from mevllm.tiers import Tier

BASE = "base"
CHOICES = ("routed", "oracle", "random", BASE, MONOLITH, *map(str, Tier))
"""`routed`: the classifier's tier; `oracle`: the problem's; `random`: any, by the seed; `base` and
`monolith`: one model for all; a tier: that tier's expert for all."""
ONE_MODEL = (BASE, MONOLITH)

Route = Callable[[Spec], Classification]


@dataclass(frozen=True)
class Choice:
    """Who answers a problem."""

    tier: Tier | None
    """None where the model is the same for all tiers."""
    expert: Expert
    name: str
    """For a person: `routed: basic`."""


def check_choice(choice: str, info: ModelInfo, adapters: Path | None) -> None:
    """Raises InputError where the one adapter that a choice names is not there."""
    if choice not in (*map(str, Tier), MONOLITH):
        return
    if info.served is not None and choice not in info.served:
        raise InputError(f"--expert {choice}: the server has no adapter `{choice}`")
    if info.served is None and find_adapter(choice, info.base, adapters) is None:
        raise InputError(
            f"--expert {choice}: there is no adapter `{choice}` for {info.base}; name the folder "
            "that holds it with --adapters"
        )


def adapters_for(
    choice: str, base: str, folder: Path | None, *, loop: bool = False
) -> tuple[Path, ...]:
    """The adapters that an engine must hold for a choice; a `loop` escalates to other tiers."""
    if choice == BASE:
        return ()
    if choice not in (*map(str, Tier), MONOLITH) or (loop and choice != MONOLITH):
        return all_adapters(base, folder)
    found = find_adapter(choice, base, folder)
    return (found,) if found else ()


@contextmanager
def only(expert: Expert) -> Iterator[Path]:
    """A folder of adapters that holds one for all tiers: that of an expert, a file here."""
    with tempfile.TemporaryDirectory(prefix="mevagent-only-") as name:
        if expert.adapter is not None:
            suffix = expert.adapter.suffix if expert.adapter.is_file() else ""
            (Path(name) / f"{MONOLITH}{suffix}").symlink_to(expert.adapter)
        yield Path(name)


def choose(
    choice: str, problem: Problem, info: ModelInfo, folder: Path | None, route: Route, seed: int
) -> Choice:
    """Who answers a problem.

    Raises InputError where an oracle is asked for a problem without a known tier, EngineError and
    WeightsError.
    """
    if choice in ONE_MODEL or choice in [str(tier) for tier in Tier]:
        return Choice(
            Tier(choice) if choice not in ONE_MODEL else None,
            _fixed(choice, info, folder),
            choice,
        )
    tier = _tier(choice, problem, route, seed)
    return Choice(tier, expert_of(info, tier, folder), f"{choice}: {tier}")


def _tier(choice: str, problem: Problem, route: Route, seed: int) -> Tier:
    if choice == "oracle":
        if problem.tier is None:
            raise InputError(
                f"{problem.id}: its tier is not known, so there is no oracle for it; "
                "choose another --expert"
            )
        return problem.tier
    if choice == "random":
        return random.Random(f"{seed}/{problem.id}").choice(tuple(Tier))  # noqa: S311
    if problem.spec is None:
        raise InputError(f"{problem.id} has no specification to route")
    return route(problem.spec).tier


def _fixed(name: str, info: ModelInfo, folder: Path | None) -> Expert:
    tier = Tier(name) if name not in ONE_MODEL else Tier.BASIC
    if name == BASE:
        return Expert(tier, info.base, None, None)
    if info.served is not None:
        return Expert(tier, info.base, Path(name) if name in info.served else None, None)
    found = find_adapter(name, info.base, folder)
    return Expert(tier, info.base, found, read_adapter(found).sha256 if found else None)


class LentEngine:
    """An engine that several builds use in turn; closing it leaves it open.

    `served` says which adapters it shows to have, as a server does; None for those of the engine.
    Once `stop` is set it answers no more: what was being decoded is given up with an EngineError.
    """

    def __init__(
        self,
        engine: Engine,
        turn: AbstractContextManager[Any],
        stop: threading.Event,
        served: tuple[str, ...] | None,
    ) -> None:
        self._engine = engine
        self._turn = turn
        self._stop = stop
        self._served = served

    @property
    def info(self) -> ModelInfo:
        """The engine's, with the adapters that it shows."""
        info = self._engine.info
        return info if self._served is None else replace(info, served=self._served)

    def generate(
        self,
        prompt: Prompt,
        n: int,
        sampling: Sampling,
        *,
        adapter: str | None = None,
        on_token: Callable[[int], None] | None = None,
        on_done: Callable[[int, Continuation], None] | None = None,
        watch: Watch | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> tuple[Continuation, ...]:
        """See `Engine.generate`."""

        def stopped() -> bool:
            return self._stop.is_set() or (cancelled is not None and cancelled())

        with self._turn:
            answers = self._engine.generate(
                prompt,
                n,
                sampling,
                adapter=adapter,
                on_token=on_token,
                on_done=on_done,
                watch=watch,
                cancelled=stopped,
            )
        if self._stop.is_set():
            raise EngineError("the evaluation was ended; run the same command to go on")
        return answers

    def score(
        self, prompt: Prompt, choices: Sequence[str], *, adapter: str | None = None
    ) -> tuple[float, ...]:
        """See `Engine.score`."""
        with self._turn:
            return self._engine.score(prompt, choices, adapter=adapter)

    def close(self) -> None:
        """The engine is its owner's."""
