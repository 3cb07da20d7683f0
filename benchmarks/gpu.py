"""The transformers engine on one GPU: batches that mix adapters, switching, memory."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.harness import CannotRunError, Measured, Scale, seconds
from mevllm.engines.base import Prompt

BATCHES = (1, 8, 64)
TOKENS = 256
SPECIFICATIONS = Path(__file__).parent.parent / "testbenches"


def measure(scale: Scale) -> list[Measured]:
    """Rows for the base with the adapters of the package. Raises CannotRunError."""
    try:
        import torch
    except ImportError as error:
        raise CannotRunError("torch is not installed (pip install 'mevagent[gpu]')") from error
    if not torch.cuda.is_available():
        raise CannotRunError("there is no CUDA device")
    from mevllm.catalogue import DEFAULT
    from mevllm.engines.transformers_engine import TransformersEngine
    from mevllm.experts import all_adapters
    from mevllm.weights import resolve

    adapters = [*all_adapters(DEFAULT)]
    engine = TransformersEngine(
        resolve(DEFAULT), adapters=adapters, parallel=max(BATCHES), context=2048
    )
    with closing(engine):
        return rows(engine, adapters, _prompts(), scale.repeats)


def _prompts() -> list[Prompt]:
    from mevllm.prompts import generate_prompt
    from mevllm.spec import parse_spec

    texts = [path.read_text(encoding="utf-8") for path in sorted(SPECIFICATIONS.glob("*/spec.md"))]
    return [generate_prompt(parse_spec(text)) for text in texts]


def rows(
    engine: Any, adapters: Sequence[Path], prompts: Sequence[Prompt], repeats: int = 1
) -> list[Measured]:
    """Candidates per second at each batch size, the price of another adapter, peak memory.

    `engine` is a TransformersEngine on CUDA with these adapters resident.
    """
    import torch

    from mevllm.engines.base import Sampling
    from mevllm.engines.transformers_engine import Request

    names: list[str | None] = [str(path) for path in adapters] or [None]

    def requests(size: int, mixed: bool) -> list[Request]:
        return [
            Request(
                prompts[i % len(prompts)],
                1,
                Sampling(max_tokens=TOKENS, seed=i),
                names[i % len(names) if mixed else 0],
            )
            for i in range(size)
        ]

    def tokens(size: int, mixed: bool) -> tuple[float, int]:
        asked = requests(size, mixed)
        counted: list[int] = []

        def work() -> None:
            counted.append(sum(found[0].tokens for found in engine.generate_many(asked)))

        return seconds(work), counted[0]

    tokens(1, False)  # the first run chooses kernels
    torch.cuda.reset_peak_memory_stats()
    found = []
    alone = 0.0
    for size in BATCHES:
        spent = [tokens(size, True) for _ in range(repeats)]
        rate = statistics.median(size / took for took, _ in spent)
        speed = statistics.median(count / took for took, count in spent)
        alone = alone or rate
        found.append(
            Measured(
                f"candidates at a time: {size}, {len(names)} adapters mixed",
                rate / alone,
                "x",
                baseline="one at a time",
                aside=f"{rate:.2f} candidates/s, {speed:.0f} tokens/s",
            )
        )
    one = statistics.median(_per_token(tokens(8, False)) for _ in range(repeats))
    several = statistics.median(_per_token(tokens(8, True)) for _ in range(repeats))
    found.append(
        Measured(
            f"a token of 8 candidates under {len(names)} adapters",
            several / one,
            "x",
            better="lower",
            baseline="under one",
            aside=f"{several * 1000:.2f} ms, {one * 1000:.2f} ms",
        )
    )
    first, other = names[0], names[-1]

    def once(name: str | None) -> float:
        return seconds(lambda: engine.generate(prompts[0], 1, Sampling(max_tokens=1), adapter=name))

    switch = [once(name) for _ in range(8) for name in (first, other)]
    stay = [once(first) for _ in range(16)]
    found.append(
        Measured(
            "another adapter for the next request",
            1000 * (statistics.median(switch) - statistics.median(stay)),
            "ms",
            50,
            "lower",
            "the same adapter again",
            f"{1000 * statistics.median(switch):.1f} ms, {1000 * statistics.median(stay):.1f} ms",
        )
    )
    found.append(
        Measured(
            "peak memory, weights included",
            torch.cuda.max_memory_allocated() / 2**30,
            "GiB",
            aside=torch.cuda.get_device_name(),
        )
    )
    return found


def _per_token(measured: tuple[float, int]) -> float:
    return measured[0] / max(1, measured[1])
