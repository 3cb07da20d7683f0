"""An engine that writes several known answers in turns, as one does that decodes a batch."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mevllm.engines.base import Continuation, Finish, ModelInfo, Prompt, Sampling, Watch


@dataclass
class Lockstep:
    """Answers by seed, one line each at a time, with a pause in which others may judge."""

    answers: dict[int, str]
    pause_s: float = 0.01
    info: ModelInfo = field(default_factory=lambda: ModelInfo("lockstep", "answers", ""))
    asked: list[tuple[int, int]] = field(default_factory=list)
    """(seed, n) of every request."""

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
        """See `Engine.generate`; a token is a line."""
        self.asked.append((sampling.seed, n))
        lines = [self.answers[sampling.seed + i].splitlines(keepends=True) for i in range(n)]
        said = [""] * n
        ended: dict[int, Continuation] = {}

        def end(index: int, finish: Finish) -> None:
            tokens = said[index].count("\n")
            seed = sampling.seed + index
            ended[index] = Continuation(said[index], finish, seed, 1, 0, tokens, 0.0)
            if on_done:
                on_done(index, ended[index])

        while len(ended) < n:
            time.sleep(self.pause_s)
            for index in (i for i in range(n) if i not in ended):
                if cancelled and cancelled():
                    end(index, "cancelled")
                    continue
                said[index] += lines[index].pop(0)
                if on_token:
                    on_token(1)
                if not lines[index]:
                    end(index, "stop")
                elif watch and (finish := watch(index, said[index])):
                    end(index, finish)
        return tuple(ended[index] for index in range(n))

    def score(
        self, prompt: Prompt, choices: Sequence[str], *, adapter: str | None = None
    ) -> tuple[float, ...]:
        """All alike."""
        return (0.0,) * len(choices)

    def close(self) -> None:
        """Nothing is held."""
