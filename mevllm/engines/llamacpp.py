"""The embedded engine: llama.cpp in this process, through xllamacpp.

The n continuations of a prompt are decoded together, each in a slot of its own; the prompt is
read once and its state copied to the other slots. A prompt is always read in the same blocks of
READ_BLOCK tokens, and a state that is held from an earlier prompt is reused in whole blocks only:
the arithmetic, and with it the answer, then does not depend on what was asked before. The same
prompt, n and sampling give the same answers on the same machine; up to TOGETHER of them, and in
fewer than 512 tokens of prompt and answer, an answer of the bare base is the same whatever n is,
and whenever the others end. With an adapter, or beyond, it may differ (docs/engines.md).
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mevllm.engines.base import Continuation, ModelInfo, Prompt, Sampling, Watch
from mevllm.engines.drawing import MIN_P, SEEDS, TOP_K, room
from mevllm.engines.llamacpp_answers import Answer, Listeners, gather
from mevllm.engines.llamacpp_server import READ_BLOCK, LlamaServer
from mevllm.errors import EngineError
from mevllm.lora_gguf import gguf_of

PROBABLE = 50
"""Likeliest tokens that are looked at before the exact, slower way of scoring."""
BIAS = 100.0
"""Added to the logits of the tokens compared: nothing else then takes part in their softmax."""
FLOOR = -85.0
"""Natural log-probability relative to the likeliest token; below it float32 reads zero."""


TOGETHER = 4
"""Answers that are decoded as requests of their own. llama.cpp multiplies up to four rows one by
one and more of them in fours, which rounds otherwise: up to four, a short answer of the bare base
does not depend on how many others are being decoded, and each may be broken off on its own. (With
an adapter, or beyond 512 tokens of prompt and answer, it may.) More are decoded in step, as one
request, so that what each is decoded beside does not depend on the moment."""


class LlamaCppEngine:
    """An `Engine` over one GGUF base model, loaded once, with adapters chosen per request."""

    def __init__(
        self,
        model: Path,
        *,
        adapters: Sequence[Path] = (),
        parallel: int = 8,
        context: int = 4096,
        threads: int | None = None,
        draft: int = 0,
        repack: bool = True,
        logprobs: bool = False,
    ) -> None:
        """Load the model.

        `parallel` answers are decoded at once, each with `context` tokens of prompt and answer;
        `threads` None takes the physical cores that this process may use. PEFT adapters are
        converted on first use.

        `draft` is how many tokens are drafted at a time from what was read or written before, 0
        for none: what is copied, as in a repair, is then checked in blocks instead of decoded token
        by token. `repack` brings the weights into the order of llama.cpp's wider kernels while they
        are loaded; without, they stay in the mapped file, and rows are multiplied one by one.
        `logprobs` gives each answer the sum of its log-probabilities; for it the server weighs the
        whole vocabulary once more for each token, 2 to 3% of the time with the default base.
        Raises EngineError, or WeightsError for a damaged adapter.
        """
        converted = [gguf_of(path, model) for path in adapters]
        self._server = LlamaServer(model, converted, parallel, context, threads, draft, repack)
        # A draft's tokens count as rows.
        self._together = TOGETHER if repack and not draft else 0 if repack else parallel
        self._logprobs = {"logprobs": 1} if logprobs else {}
        self._model = model
        self._parallel = parallel
        self._context = context
        self._adapters = {str(path): index for index, path in enumerate(adapters)}
        self._turn = threading.Lock()
        self._held: tuple[str | None, Sequence[int]] = (None, ())
        self._adapter_of: dict[int, str | None] = dict.fromkeys(range(parallel))
        self._info: ModelInfo | None = None

    @property
    def info(self) -> ModelInfo:
        """Engine, base model and its hash (read once, remembered between runs)."""
        if self._info is None:
            from mevllm.weights import base_name, file_sha256

            self._info = ModelInfo(
                engine=f"llamacpp (xllamacpp {self._server.version})",
                base=base_name(self._model),
                sha256=file_sha256(self._model),
                alone=True,
            )
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
        """See `Engine.generate`. The callbacks come from the calling thread.

        An answer that ends early, by itself or by `watch`, gives its slot back at once where up to
        TOGETHER answers are decoded, and with the last of them where there are more.
        """
        told = Listeners(on_token, on_done, watch, cancelled)
        with self._turn:
            tokens = self._server.tokens_of(prompt)
            limit = min(sampling.max_tokens, room(self._context, len(tokens)))
            done: list[Continuation] = []
            for first in range(0, n, self._parallel):
                count = min(self._parallel, n - first)
                seeds = [sampling.seed + first + i for i in range(count)]
                done += self._batch(tokens, adapter, seeds, limit, sampling, first, told)
            return tuple(done)

    def _batch(
        self,
        tokens: Sequence[int],
        adapter: str | None,
        seeds: Sequence[int],
        limit: int,
        sampling: Sampling,
        first: int,
        told: Listeners,
    ) -> list[Continuation]:
        """Decode as many answers as there are slots."""
        count, read = len(seeds), len(tokens)
        apart = count <= self._together
        reused = self._prepare(tokens, adapter)
        # The first answer's slot reads the prompt; the others get a copy of its state.
        answers = [
            Answer(seed, read, read if i else reused, copied=apart and i > 0)
            for i, seed in enumerate(seeds)
        ]
        common = {**self._common(tokens, adapter), "return_progress": True}
        body = {
            **common,
            "max_tokens": limit,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "top_k": TOP_K,
            "min_p": MIN_P,
            "stop": list(sampling.stop),
            **self._logprobs,
            "timings_per_token": True,
            "verbose": True,
        }
        if apart:
            bodies = [{**body, "id_slot": i, "seed": s % SEEDS} for i, s in enumerate(seeds)]
            if not self._read(common, count, adapter, told):
                bodies = []
        else:
            bodies = [{**body, "n": count, "seed": seeds[0] % SEEDS}]
            # Which slots the server chose is not told.
            self._adapter_of.clear()
        gather(self._server, bodies, answers, first, told)
        if any(answer.tokens for answer in answers):
            self._held = (adapter, tokens)
        return [answer.ended for answer in answers if answer.ended]

    def score(
        self, prompt: Prompt, choices: Sequence[str], *, adapter: str | None = None
    ) -> tuple[float, ...]:
        """See `Engine.score`. Exact: sums over the tokens that the choice has after the prefill.

        A choice that merges with the end of the prefill into one token (`tier: ` + `basic`) is
        scored from where the choices begin to differ from the prompt.
        """
        with self._turn:
            base = self._server.tokens_of(prompt)
            whole = [
                self._server.tokens_of(Prompt(prompt.messages, prompt.prefill + choice))
                for choice in choices
            ]
            room(self._context, max(map(len, whole), default=len(base)))
            shared = min((_common_length(base, tokens) for tokens in whole), default=0)
            context = base[:shared]
            paths = [tuple(tokens[shared:]) for tokens in whole]
            self._prepare(context, adapter)
            # The end of the context is read again below, one token at a time.
            next_of: dict[tuple[int, ...], set[int]] = {}
            for path in paths:
                for depth, token in enumerate(path):
                    next_of.setdefault(path[:depth], set()).add(token)
            found = {
                (*stem, token): value
                for stem in sorted(next_of, key=len)
                for token, value in self._next([*context, *stem], next_of[stem], adapter).items()
            }
            self._held = (adapter, context[:-1])
            return tuple(
                sum(found[path[: depth + 1]] for depth in range(len(path))) for path in paths
            )

    def tokens_of(self, prompt: Prompt) -> list[int]:
        """The tokens that the model reads. Raises EngineError."""
        return self._server.tokens_of(prompt)

    def trace(
        self, prompt: Prompt, tokens: int, top: int, *, adapter: str | None = None
    ) -> tuple[dict[int, float], ...]:
        """Decode greedily; the natural log-probabilities of the likeliest tokens at each place.

        The answer may end before `tokens` places. For comparing engines. Raises EngineError.
        """
        with self._turn:
            read = self._server.tokens_of(prompt)
            self._prepare(read, adapter)
            body = {**self._common(read, adapter), "temperature": 0.0, "logprobs": top}
            answer = self._server.ask({**body, "max_tokens": tokens})
            return tuple(
                {int(entry["id"]): float(entry["logprob"]) for entry in place["top_logprobs"]}
                for place in answer["choices"][0]["logprobs"]["content"]
            )

    def close(self) -> None:
        """See `Engine.close`."""
        self._server.close()

    def _read(self, body: dict[str, Any], count: int, adapter: str | None, told: Listeners) -> bool:
        """Read a prompt into `count` slots, once; false when the caller gave up."""
        with self._server.streams([{**body, "max_tokens": 0}]) as streams:
            for _ in streams:
                if told.gave_up:
                    return False
        for slot in range(1, count):
            # A slot whose adapter changes forgets its state.
            if slot not in self._adapter_of or self._adapter_of[slot] != adapter:
                other = {"prompt": body["prompt"][:1], "id_slot": slot, "lora": body["lora"]}
                self._server.ask({**other, "max_tokens": 0})
                self._adapter_of[slot] = adapter
        if count > 1:
            self._server.copy_state(range(1, count))
        return True

    def _prepare(self, tokens: Sequence[int], adapter: str | None) -> int:
        """Cut the state that slot 0 holds to the blocks it shares with `tokens`; return its length.

        There is no request to cut it, but one that continues the shared blocks with a token that
        belongs to neither text does.
        """
        held_adapter, held = self._held
        common = _common_length(held, tokens) if held_adapter == adapter else 0
        kept = max(0, min(common, len(tokens) - 1)) // READ_BLOCK * READ_BLOCK
        self._held = (adapter, ())
        taken = {*tokens[kept : kept + 1], *held[kept : kept + 1]}
        other = next(token for token in range(100, 103) if token not in taken)
        body = self._common([*tokens[:kept], other], adapter)
        self._server.ask({**body, "max_tokens": 0})
        return kept

    def _next(self, tokens: list[int], wanted: set[int], adapter: str | None) -> dict[int, float]:
        """Natural log-probabilities of the wanted tokens as the next one."""
        body = {**self._common(tokens, adapter), "max_tokens": 1, "temperature": 1.0, "seed": 0}
        first = _top(self._server.ask({**body, "logprobs": PROBABLE}), "logprob")
        if wanted <= first.keys():
            return {token: min(first[token], 0.0) for token in wanted}
        # Their ratios to the likeliest token come from a softmax over these few alone.
        likeliest = max(first, key=lambda token: first[token])
        compared = wanted | {likeliest}
        few = {
            **body,
            "samplers": ["temperature"],
            "logit_bias": [[token, BIAS] for token in sorted(compared)],
            "post_sampling_probs": True,
            "logprobs": len(compared),
        }
        shares = _top(self._server.ask(few), "prob")
        top = shares[likeliest]
        return {
            token: min(first[likeliest] + max(_log(shares.get(token, 0.0) / top), FLOOR), 0.0)
            for token in wanted
        }

    def _common(self, tokens: Sequence[int], adapter: str | None) -> dict[str, Any]:
        if adapter is not None and adapter not in self._adapters:
            known = ", ".join(self._adapters) or "none"
            raise EngineError(
                f"the adapter {adapter} was not given when the engine was opened; open it with "
                f"that adapter (given: {known})"
            )
        lora = [] if adapter is None else [{"id": self._adapters[adapter], "scale": 1.0}]
        return {"prompt": list(tokens), "id_slot": 0, "cache_prompt": True, "lora": lora}


def _top(answer: dict[str, Any], kind: str) -> dict[int, float]:
    """Token to `logprob` or `prob`, of the first decoded position."""
    position = answer["choices"][0]["logprobs"]["content"][0]
    return {int(entry["id"]): float(entry[kind]) for entry in position[f"top_{kind}s"]}


def _common_length(one: Sequence[int], other: Sequence[int]) -> int:
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def _log(value: float) -> float:
    return math.log(value) if value > 0 else -math.inf
