"""Engines: the language models that answer, behind one protocol."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mevllm.engines.base import Engine
from mevllm.errors import EngineError

LATER = ("transformers", "openai")
"""Engines that have their name but are not part of this version."""


def open_engine(
    name: str,
    *,
    model: Path | None = None,
    adapters: Sequence[Path] = (),
    parallel: int = 8,
    context: int = 4096,
    threads: int | None = None,
    script: Path | None = None,
) -> Engine:
    """Open an engine by name.

    `llamacpp` needs `model`, a GGUF file, and may be asked for any of `adapters` later; it
    decodes `parallel` answers at once with `context` tokens each. `scripted` needs `script`.
    Raises EngineError for an unknown name, a missing option or a model that cannot be loaded.
    """
    if name in LATER:
        raise EngineError(
            f"the engine {name} is not part of this version; choose one of {', '.join(ENGINES)}"
        )
    if name not in ENGINES:
        raise EngineError(f"no engine is named {name!r}; choose one of {', '.join(ENGINES)}")
    return ENGINES[name](_Options(model, tuple(adapters), parallel, context, threads, script))


@dataclass(frozen=True)
class _Options:
    model: Path | None
    adapters: tuple[Path, ...]
    parallel: int
    context: int
    threads: int | None
    script: Path | None


def _llamacpp(options: _Options) -> Engine:
    if options.model is None:
        raise EngineError("the engine llamacpp needs a model; name a GGUF file")
    from mevllm.engines.llamacpp import LlamaCppEngine

    return LlamaCppEngine(
        options.model,
        adapters=options.adapters,
        parallel=options.parallel,
        context=options.context,
        threads=options.threads,
    )


def _scripted(options: _Options) -> Engine:
    if options.script is None:
        raise EngineError("the engine scripted needs a script; name its JSON file")
    from mevllm.engines.scripted import ScriptedEngine, load_script

    return ScriptedEngine(load_script(options.script))


ENGINES: dict[str, Callable[[_Options], Engine]] = {
    "llamacpp": _llamacpp,
    "scripted": _scripted,
}
