"""Decoding: the engine beside bare xllamacpp, prompts read once, prefixes kept, experts, start-up.

`python -m benchmarks decoding [--quick]` prints the rows. Nothing else should run meanwhile.
"""

from __future__ import annotations

import itertools
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from benchmarks.decoding_sides import Side
from benchmarks.harness import Measured, Scale, side_by_side
from mevllm.engines.base import Message, Prompt, Sampling
from mevllm.engines.cores import usable_cores
from mevllm.engines.llamacpp import LlamaCppEngine
from mevllm.gguf_file import GgufTensor, write_gguf
from mevllm.prompts import generate_prompt, repair_prompt
from mevllm.spec import load_spec
from mevllm.weights import resolve

BATCHES = (1, 2, 4, 8, 16)
CONTEXT = 1024
DESIGNS = Path(__file__).resolve().parent.parent / "testbenches"
SHAPES = {"qwen2.5-coder-1.5b": ("qwen2", 1536, 28), "smollm2-135m": ("llama", 576, 30)}
"""Architecture, width and layers, for adapters with random weights."""
START = """
import sys, time
started = time.monotonic()
from pathlib import Path
from mevllm.engines.base import Message, Prompt, Sampling
from mevllm.engines.llamacpp import LlamaCppEngine
engine = LlamaCppEngine(Path(sys.argv[1]), parallel=4)
engine.generate(Prompt((Message("user", "Count."),)), 1, Sampling(max_tokens=1))
print(time.monotonic() - started)
"""


def measure(scale: Scale) -> list[Measured]:
    """All rows. A quick scale takes the small base, short answers and few rounds."""
    base = "smollm2-135m" if scale.quick else "qwen2.5-coder-1.5b"
    model = resolve(base)
    tokens, rounds = (16, 1) if scale.quick else (64, 3)
    batches = BATCHES[:3] if scale.quick else BATCHES
    return [
        *_beside_bare(model, batches, tokens, rounds),
        *_kernels(model, tokens, rounds),
        *_threads(model, tokens, rounds),
        *_prefixes(model),
        _switch(model, *SHAPES[base], rounds=3 * rounds),
        _start(model, rounds),
    ]


def _beside_bare(
    model: Path, batches: Sequence[int], tokens: int, rounds: int
) -> Iterator[Measured]:
    """Tokens/s, in turns, with the same prompt and settings of the draw."""
    most = max(batches)
    with Side(model, most, CONTEXT) as engine, Side(model, most, CONTEXT, engine.prompt) as other:
        found = {
            n: side_by_side(
                partial(engine.rate, n, tokens), partial(other.rate, n, tokens), repeats=rounds
            )
            for n in batches
        }
    for n, (ours, bare) in found.items():
        note = f"{ours:.1f} against {bare:.1f} tokens/s"
        yield Measured(
            f"tokens/s beside bare xllamacpp, {n} at once", ours / bare, "x", 0.97, aside=note
        )


def _kernels(model: Path, tokens: int, rounds: int) -> Iterator[Measured]:
    """What bringing the weights into the order of the wider kernels is worth."""
    batches = (1, 4, 8)
    most = max(batches)
    with (
        closing(LlamaCppEngine(model, parallel=most, context=CONTEXT)) as packed,
        closing(LlamaCppEngine(model, parallel=most, context=CONTEXT, repack=False)) as mapped,
    ):
        found = {
            n: side_by_side(
                partial(_rate_of, packed, n, tokens), partial(_rate_of, mapped, n, tokens), rounds
            )
            for n in batches
        }
    for n, (with_it, without) in found.items():
        note = f"{with_it:.1f} against {without:.1f} tokens/s"
        yield Measured(
            f"repacked weights beside mapped ones, {n} at once", with_it / without, "x", aside=note
        )


def _threads(model: Path, tokens: int, rounds: int) -> Iterator[Measured]:
    """Whether another number of threads is faster than one per usable core, the default."""
    rates: dict[int, float] = {}
    chosen = usable_cores()
    for threads in sorted({1, max(1, chosen - 1), chosen, chosen + 1, 2 * chosen}):
        engine = LlamaCppEngine(model, parallel=4, context=1024, threads=threads)
        with closing(engine):
            found = [_rate_of(engine, 4, tokens) for _ in range(rounds)]
        rates[threads] = statistics.median(found)
    note = ", ".join(f"{threads}: {rate:.1f}" for threads, rate in rates.items())
    share = rates[chosen] / max(rates.values())
    yield Measured(
        "default threads beside the best, 4 at once", share, "x", 0.97, aside=f"tokens/s {note}"
    )


def _prefixes(model: Path) -> Iterator[Measured]:
    """Prompt tokens that are computed, as the server counts them."""
    spec = load_spec(DESIGNS / "mux4" / "spec.md")
    design = (DESIGNS / "mux4" / "broken_select_order.v").read_text()
    first, second = generate_prompt(spec), repair_prompt(spec, design, "expected 1, got 0")
    with closing(LlamaCppEngine(model, parallel=4)) as engine:
        answers = engine.generate(first, 4, Sampling(max_tokens=2, stop=()))
        length = answers[0].prompt_tokens
        read = sum(a.prompt_tokens - a.cached_tokens for a in answers)
        (repair,) = engine.generate(second, 1, Sampling(max_tokens=2, stop=()))
        pairs = zip(engine.tokens_of(first), engine.tokens_of(second), strict=False)
        shared = len([*itertools.takewhile(lambda pair: pair[0] == pair[1], pairs)])
    yield Measured(
        "prompt tokens read for 4 candidates, of one prompt", read / length, "x", 1.05,
        better="lower", aside=f"{read} of {length}",
    )  # fmt: skip
    yield Measured(
        "shared prefix that a repair reuses", repair.cached_tokens / shared, "x", 0.8,
        aside=f"{repair.cached_tokens} of {shared}, in whole blocks",
    )  # fmt: skip


def _switch(model: Path, architecture: str, width: int, layers: int, *, rounds: int) -> Measured:
    """What a request costs more under another adapter than under that of the one before.

    Every prompt is a new one of the same length, so that both sides have all of it to read.
    """
    numbers = itertools.count(100)
    with tempfile.TemporaryDirectory() as folder:
        adapters = [Path(folder) / f"{name}.gguf" for name in ("one", "two")]
        for number, path in enumerate(adapters):
            _write_adapter(path, architecture, width, layers, seed=number)
        with closing(LlamaCppEngine(model, adapters=adapters, parallel=1, context=512)) as engine:

            def ask(index: int) -> float:
                prompt = Prompt((Message("user", f"{next(numbers)} " * 16),))
                sampling = Sampling(max_tokens=1, stop=())
                started = time.monotonic()
                (answer,) = engine.generate(prompt, 1, sampling, adapter=str(adapters[index]))
                assert answer.cached_tokens == 0
                return time.monotonic() - started

            ask(0), ask(1)
            # Two requests under each adapter in turn: the first of them switches.
            pairs = [(ask(index), ask(index)) for _ in range(rounds) for index in (0, 1)]
    switched, same = (statistics.median(times) for times in zip(*pairs, strict=True))
    return Measured(
        "switching experts", 1000 * (switched - same), "ms", 50, better="lower",
        aside=f"{1000 * switched:.0f} ms against {1000 * same:.0f} ms for a request",
    )  # fmt: skip


def _start(model: Path, rounds: int) -> Measured:
    """From nothing but a warm file cache to the first token, in a fresh process."""
    found = []
    for _ in range(rounds + 1):
        done = subprocess.run(
            [sys.executable, "-c", START, str(model)], capture_output=True, text=True, check=True
        )
        found.append(float(done.stdout))
    return Measured("start to first token", statistics.median(found[1:]), "s", 3, better="lower")


def _prompt() -> Prompt:
    return generate_prompt(load_spec(DESIGNS / "mux4" / "spec.md"))


def _rate(begin: Callable[[Callable[[int], None]], None]) -> float:
    """Tokens per second after the first."""
    moments: list[tuple[float, int]] = []
    begin(lambda tokens: moments.append((time.monotonic(), tokens)))
    counted = sum(tokens for _, tokens in moments[1:])
    return counted / (moments[-1][0] - moments[0][0])


def _rate_of(engine: LlamaCppEngine, n: int, tokens: int) -> float:
    sampling = Sampling(max_tokens=tokens, seed=1, stop=())
    return _rate(
        lambda on_token: (engine.generate(_prompt(), n, sampling, on_token=on_token), None)[1]
    )


def _write_adapter(path: Path, architecture: str, width: int, layers: int, seed: int) -> None:
    """A rank-4 adapter of every layer's attention output, its weights all one small number."""
    import struct

    tensors = []
    for layer in range(layers):
        for suffix, shape in (("lora_a", (width, 4)), ("lora_b", (4, width))):
            data = struct.pack(f"<{4 * width}f", *[1e-3 * (seed + 1)] * (4 * width))
            tensors.append(
                GgufTensor(f"blk.{layer}.attn_output.weight.{suffix}", "F32", shape, data)
            )
    write_gguf(
        path,
        {
            "general.architecture": architecture,
            "general.type": "adapter",
            "adapter.type": "lora",
            "adapter.lora.alpha": 4.0,
        },
        tensors,
    )
