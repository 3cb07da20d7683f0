"""Answers that were drawn elsewhere, on a machine without a simulator, to be judged here.

A file is gzipped JSON lines: first `info`, a ModelInfo; then one answer a line, under the digest of
all that decided it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from mevllm.engines.base import Continuation, ModelInfo, Prompt, Sampling, Watch
from mevllm.errors import EngineError
from mevllm.lora import read_adapter


def record(
    path: Path,
    info: ModelInfo,
    answers: Iterable[tuple[Prompt, Sampling, str | None, Continuation]],
) -> None:
    """Add answers to a file: prompt, how it was sampled, the adapter's SHA-256, what was said."""
    lines: list[dict[str, Any]] = [] if path.exists() else [{"info": asdict(info)}]
    for prompt, sampling, adapter, said in answers:
        key = _key(prompt, replace(sampling, seed=said.seed), adapter)
        lines.append({"key": key, "answer": asdict(said)})
    with gzip.open(path, "at", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)


class RecordedEngine:
    """An `Engine` that gives the answers of a file, under the name of the model that drew them."""

    def __init__(self, path: Path) -> None:
        """Read the file. Raises EngineError."""
        self._path = path
        self._adapters: dict[str, str] = {}
        try:
            with gzip.open(path, "rt", encoding="utf-8") as file:
                first, *lines = map(json.loads, file)
            self._info = ModelInfo(**first["info"])
            self._answers = {line["key"]: Continuation(**line["answer"]) for line in lines}
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
            raise EngineError(f"{path} holds no recorded answers ({error})") from error

    @property
    def info(self) -> ModelInfo:
        """The model that drew the answers."""
        return self._info

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
        """See `Engine.generate`. Raises EngineError for a prompt that was not asked there."""
        del watch, cancelled
        found = []
        for index in range(n):
            drawn = replace(sampling, seed=sampling.seed + index)
            said = self._answers.get(_key(prompt, drawn, self._sha256(adapter)))
            if said is None:
                raise EngineError(
                    f"{self._path} has no answer to this prompt under this adapter and sampling; "
                    "judge it with the options that it was drawn with"
                )
            if on_token:
                on_token(said.tokens)
            if on_done:
                on_done(index, said)
            found.append(said)
        return tuple(found)

    def score(
        self, prompt: Prompt, choices: Sequence[str], *, adapter: str | None = None
    ) -> tuple[float, ...]:
        """Raises EngineError: probabilities are not recorded."""
        raise EngineError(f"{self._path} holds answers, no probabilities; choose another engine")

    def close(self) -> None:
        """Nothing is held."""

    def _sha256(self, adapter: str | None) -> str | None:
        if adapter is None:
            return None
        if adapter not in self._adapters:
            self._adapters[adapter] = read_adapter(Path(adapter)).sha256
        return self._adapters[adapter]


def _key(prompt: Prompt, sampling: Sampling, adapter: str | None) -> str:
    whole = [asdict(prompt), asdict(sampling), adapter]
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()
