"""The two sides of the comparison of decoding, each in a process of its own.

How llama.cpp's threads wait is settled once per process, so the engine's choice would bind a bare
server beside it. `python -m benchmarks.decoding_sides MODEL PARALLEL CONTEXT [PROMPT]` loads a
model, in the engine or, with the tokens of a prompt, in a bare server. Its first line of JSON is
the prompt; it answers each line `N TOKENS` with the tokens per second of N answers.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from itertools import accumulate
from pathlib import Path
from types import TracebackType
from typing import Any

from mevllm.engines.base import Sampling
from mevllm.engines.cores import usable_cores
from mevllm.engines.drawing import MIN_P, TOP_K
from mevllm.engines.llamacpp import LlamaCppEngine
from mevllm.prompts import generate_prompt
from mevllm.spec import load_spec

SPEC = Path(__file__).resolve().parent.parent / "testbenches" / "pipelined_alu" / "spec.md"
"""A design whose answers do not end within the tokens that are measured."""
SETTLED = 4
"""Tokens of each answer before the clock starts: the prompt is read and all are under way."""
OnTokens = Callable[[int], None]


class Side:
    """A process that decodes when it is asked to."""

    def __init__(
        self, model: Path, parallel: int, context: int, prompt: Sequence[int] | None = None
    ) -> None:
        """Load the model, bare if there is a `prompt`, and let it read."""
        told = [str(model), str(parallel), str(context)]
        if prompt is not None:
            told.append(json.dumps(prompt))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.decoding_sides", *told],
            cwd=Path(__file__).resolve().parent.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.prompt: list[int] = self._heard()
        self.rate(parallel, 4 * SETTLED)

    def rate(self, n: int, tokens: int) -> float:
        """Tokens per second of n answers of `tokens` tokens each, once all are under way."""
        assert self._process.stdin
        self._process.stdin.write(f"{n} {tokens}\n")
        self._process.stdin.flush()
        return float(self._heard())

    def _heard(self) -> Any:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"a side of the comparison ended: {self._process.wait()}")
        return json.loads(line)

    def __enter__(self) -> Side:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait()


def _rate(decode: Callable[[OnTokens], object], n: int) -> float:
    """Tokens per second once all answers are under way."""
    moments: list[tuple[float, int]] = []
    decode(lambda tokens: moments.append((time.monotonic(), tokens)))
    seen = [*accumulate(tokens for _, tokens in moments)]
    place = bisect_left(seen, SETTLED * n)
    begin, rest = moments[place][0], moments[place + 1 :]
    return sum(tokens for _, tokens in rest) / (rest[-1][0] - begin)


def _serve(prompt: Sequence[int], decode: Callable[[int, int, OnTokens], object]) -> None:
    _say(prompt)
    for line in sys.stdin:
        n, tokens = map(int, line.split())
        _say(_rate(partial(decode, n, tokens), n))


def _say(what: object) -> None:
    sys.stdout.write(f"{json.dumps(what)}\n")
    sys.stdout.flush()


def _engine(model: Path, parallel: int, context: int) -> None:
    prompt = generate_prompt(load_spec(SPEC))
    with closing(LlamaCppEngine(model, parallel=parallel, context=context)) as engine:

        def decode(n: int, tokens: int, on_tokens: OnTokens) -> None:
            sampling = Sampling(max_tokens=tokens, seed=1, stop=())
            engine.generate(prompt, n, sampling, on_token=on_tokens)

        _serve(engine.tokens_of(prompt), decode)


def _bare(model: Path, parallel: int, context: int, prompt: Sequence[int]) -> None:
    """xllamacpp as it comes, but for threads, context and what it would print.

    The prompt, the sampling, the threads and the room for each answer are the engine's.
    """
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    params.n_parallel, params.n_ctx = parallel, context * parallel
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = usable_cores()
    params.warmup = params.fit_params = params.ui = False
    params.verbosity = -1
    server = xllamacpp.Server(params)

    def decode(n: int, tokens: int, on_tokens: OnTokens) -> None:
        def receive(chunk: dict[str, Any]) -> bool:
            if chunk.get("choices") and chunk["choices"][0]["finish_reason"] is None:
                on_tokens(1)
            return False

        body = {
            "prompt": list(prompt), "n": n, "max_tokens": tokens, "seed": 1, "stream": True,
            "temperature": Sampling.temperature, "top_p": Sampling.top_p, "top_k": TOP_K,
            "min_p": MIN_P,
        }  # fmt: skip
        server.handle_completions(body, receive)

    _serve(prompt, decode)


if __name__ == "__main__":
    loaded, slots, room, *tokens = sys.argv[1:]
    if tokens:
        _bare(Path(loaded), int(slots), int(room), json.loads(tokens[0]))
    else:
        _engine(Path(loaded), int(slots), int(room))
