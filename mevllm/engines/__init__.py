"""Engines: the language models that answer, behind one protocol."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mevllm.engines.base import Engine
from mevllm.errors import EngineError

DRIVERS = ("/proc/driver/nvidia/version", "/dev/nvidiactl", "/dev/dxg")
"""Files that a CUDA driver leaves, one of them at least."""
LIBRARIES = ("torch", "transformers", "peft", "gguf")
"""What the transformers engine needs of the extra [gpu]."""


def open_engine(
    name: str,
    *,
    model: Path | None = None,
    adapters: Sequence[Path] = (),
    parallel: int = 8,
    context: int = 4096,
    threads: int | None = None,
    logprobs: bool = False,
    script: Path | None = None,
    url: str | None = None,
    served: str | None = None,
) -> Engine:
    """Open an engine by name.

    `llamacpp` and `transformers` need `model`, a GGUF file, and may be asked for any of `adapters`
    later; they decode `parallel` answers at once with `context` tokens each; `llamacpp` tells the
    log-probability of an answer only if `logprobs` asks for it, for it takes time. `openai` asks
    the server at `url` for its model `served`; each may be None (see `OpenAIEngine`). `scripted`
    and `recorded` need `script`. Raises EngineError for an unknown name, a missing option or a
    model that cannot be loaded, WeightsError for a damaged adapter.
    """
    if name not in ENGINES:
        raise EngineError(f"no engine is named {name!r}; choose one of {', '.join(ENGINES)}")
    options = _Options(
        model, tuple(adapters), parallel, context, threads, logprobs, script, url, served
    )
    return ENGINES[name](options)


def default_engine() -> str:
    """`transformers` where a CUDA device and the libraries for it are here, else `llamacpp`."""
    # Importing torch takes seconds, which a machine without a driver need not spend.
    if not any(Path(driver).exists() for driver in DRIVERS):
        return "llamacpp"
    if not all(importlib.util.find_spec(library) for library in LIBRARIES):
        return "llamacpp"
    import torch

    return "transformers" if torch.cuda.is_available() else "llamacpp"


@dataclass(frozen=True)
class _Options:
    model: Path | None
    adapters: tuple[Path, ...]
    parallel: int
    context: int
    threads: int | None
    logprobs: bool
    script: Path | None
    url: str | None
    served: str | None


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
        logprobs=options.logprobs,
    )


def _transformers(options: _Options) -> Engine:
    if options.model is None:
        raise EngineError("the engine transformers needs a model; name a GGUF file")
    from mevllm.engines.transformers_engine import TransformersEngine

    return TransformersEngine(
        options.model,
        adapters=options.adapters,
        parallel=options.parallel,
        context=options.context,
    )


def _openai(options: _Options) -> Engine:
    from mevllm.engines.openai_engine import OpenAIEngine

    return OpenAIEngine(options.url, model=options.served, parallel=options.parallel)


def _scripted(options: _Options) -> Engine:
    if options.script is None:
        raise EngineError("the engine scripted needs a script; name its JSON file")
    from mevllm.engines.scripted import ScriptedEngine, load_script

    return ScriptedEngine(load_script(options.script))


def _recorded(options: _Options) -> Engine:
    if options.script is None:
        raise EngineError("the engine recorded needs a file of answers; name it with --script")
    from mevllm.engines.recorded import RecordedEngine

    return RecordedEngine(options.script)


ENGINES: dict[str, Callable[[_Options], Engine]] = {
    "llamacpp": _llamacpp,
    "transformers": _transformers,
    "openai": _openai,
    "scripted": _scripted,
    "recorded": _recorded,
}
