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
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.harness import Measured, Scale
from mevllm.engines.base import Message, Prompt, Sampling
from mevllm.engines.cores import usable_cores
from mevllm.engines.llamacpp import LlamaCppEngine
from mevllm.gguf_file import GgufTensor, write_gguf
from mevllm.prompts import generate_prompt, repair_prompt
from mevllm.spec import load_spec
from mevllm.weights import resolve

BATCHES = (1, 2, 4, 8, 16)
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
    """Tokens/s after the first token, in turns, with the same seeds and settings of the draw."""
    rates: dict[tuple[str, int], list[float]] = {}
    most = max(batches)
    for _ in range(rounds):
        with closing(LlamaCppEngine(model, parallel=most, context=1024)) as engine:
            asked = engine.tokens_of(_prompt())
            for n in batches:
                rates.setdefault(("engine", n), []).append(_rate_of(engine, n, tokens))
        with _bare(model, most) as server:
            for n in batches:
                rates.setdefault(("bare", n), []).append(_bare_rate(server, asked, n, tokens))
    for n in batches:
        ours, bare = (statistics.median(rates[kind, n]) for kind in ("engine", "bare"))
        note = f"{ours:.1f} against {bare:.1f} tokens/s"
        yield Measured(
            f"tokens/s beside bare xllamacpp, {n} at once", ours / bare, "x", 0.97, aside=note
        )


def _kernels(model: Path, tokens: int, rounds: int) -> Iterator[Measured]:
    """What bringing the weights into the order of the wider kernels is worth."""
    for n in (1, 4, 8):
        rates: dict[bool, list[float]] = {True: [], False: []}
        for _, repack in itertools.product(range(rounds), rates):
            engine = LlamaCppEngine(model, parallel=n, context=1024, repack=repack)
            with closing(engine):
                rates[repack].append(_rate_of(engine, n, tokens))
        with_it, without = (statistics.median(rates[kind]) for kind in (True, False))
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
    """What a request costs more under another adapter than under that of the one before."""
    with tempfile.TemporaryDirectory() as folder:
        adapters = [Path(folder) / f"{name}.gguf" for name in ("one", "two")]
        for number, path in enumerate(adapters):
            _write_adapter(path, architecture, width, layers, seed=number)
        with closing(LlamaCppEngine(model, adapters=adapters, parallel=1, context=512)) as engine:

            def ask(index: int) -> float:
                started = time.monotonic()
                sampling = Sampling(max_tokens=1, stop=())
                engine.generate(
                    Prompt((Message("user", "x"),)), 1, sampling, adapter=str(adapters[index])
                )
                return time.monotonic() - started

            ask(0), ask(1)
            switched = [ask(number % 2) for number in range(rounds)]
            same = [ask(0) for _ in range(rounds + 1)][1:]
    cost = statistics.median(switched) - statistics.median(same)
    return Measured("switching experts", 1000 * cost, "ms", 50, better="lower")


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


def _bare_rate(server: Any, prompt: Sequence[int], n: int, tokens: int) -> float:
    body = {
        "prompt": list(prompt), "n": n, "max_tokens": tokens, "seed": 1, "stream": True,
        "temperature": Sampling.temperature, "top_p": Sampling.top_p,
    }  # fmt: skip

    def begin(on_token: Callable[[int], None]) -> None:
        def receive(chunk: dict[str, Any]) -> bool:
            if chunk.get("choices") and chunk["choices"][0]["finish_reason"] is None:
                on_token(1)
            return False

        server.handle_completions(body, receive)

    return _rate(begin)


@contextmanager
def _bare(model: Path, parallel: int) -> Iterator[Any]:
    """xllamacpp as it comes, but for the context and what it would print."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    params.n_parallel, params.n_ctx = parallel, 1024 * parallel
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = usable_cores()
    params.warmup = params.fit_params = params.ui = False
    params.verbosity = -1
    server = [xllamacpp.Server(params)]
    try:
        yield server[0]
    finally:
        server.clear()


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
