"""The engine for one GPU: transformers and PEFT on the dequantised base, all adapters resident.

A batch may mix prompts, adapters and ways of sampling: each row is told which adapter it goes
through (https://huggingface.co/docs/peft, `adapter_names`), and draws with a seed of its own. A
prompt is read once, whatever the number of answers to it. It runs on a processor as well, for
tests and for comparison with llama.cpp.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mevllm.engines.base import Continuation, Finish, ModelInfo, Prompt, Sampling, Watch
from mevllm.engines.drawing import SEEDS, room
from mevllm.engines.transformers_rows import Row, draw
from mevllm.errors import EngineError
from mevllm.lora import is_peft

if TYPE_CHECKING:
    import torch

BARE = "__base__"
"""PEFT's name for no adapter."""


@dataclass(frozen=True)
class Request:
    """A prompt and how it is to be answered, among others of a batch."""

    prompt: Prompt
    n: int
    sampling: Sampling
    adapter: str | None = None


class TransformersEngine:
    """An `Engine` over one GGUF base model, dequantised, with PEFT adapters chosen per row."""

    def __init__(
        self,
        model: Path,
        *,
        adapters: Sequence[Path] = (),
        parallel: int = 8,
        context: int = 4096,
        device: str | None = None,
        net: Any = None,
    ) -> None:
        """Load the model and every adapter.

        `net` is the model where it is loaded already. `parallel` answers are decoded at once, each
        with `context` tokens of prompt and answer. `device` None takes the first CUDA device, in
        bfloat16, else the processor, in float32. Raises EngineError.
        """
        for path in adapters:
            if not is_peft(path):
                raise EngineError(
                    f"{path} is no PEFT adapter; the engine transformers reads no other: name "
                    "PEFT folders, or choose the engine llamacpp"
                )
        from mevllm.hf_base import GgufTokenizer, load_base, settle

        settle()
        try:
            import torch
            from peft import PeftModel
        except ImportError as error:
            raise EngineError(
                f"the engine transformers cannot start: {error}; run: pip install 'mevagent[gpu]'"
            ) from error
        self._device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        on_gpu = self._device.startswith("cuda")
        self._tokenizer = GgufTokenizer(model)
        if net is None:
            dtype = torch.bfloat16 if on_gpu else torch.float32
            net = load_base(model, dtype=dtype, device=self._device)
        self._adapters = {str(path): f"adapter{index}" for index, path in enumerate(adapters)}
        try:
            for folder, name in self._adapters.items():
                if name == "adapter0":
                    net = PeftModel.from_pretrained(net, folder, adapter_name=name)
                else:
                    net.load_adapter(folder, adapter_name=name)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            names = ", ".join(self._adapters)
            raise EngineError(f"PEFT cannot load {names} on {model}: {error}") from error
        self._net: Any = net.to(self._device).eval()
        self._model = model
        self._parallel = parallel
        self._context = context
        self._turn = threading.Lock()
        self._info: ModelInfo | None = None

    @property
    def info(self) -> ModelInfo:
        """Engine, base model and its hash (read once, remembered between runs)."""
        if self._info is None:
            from mevllm.weights import base_name, file_sha256

            versions = f"transformers {version('transformers')}, torch {version('torch')}"
            self._info = ModelInfo(
                engine=f"transformers ({versions}, {self._device})",
                base=base_name(self._model),
                sha256=file_sha256(self._model),
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
        """See `Engine.generate`. The callbacks come from the calling thread."""
        (answers,) = self.generate_many(
            [Request(prompt, n, sampling, adapter)],
            on_token=on_token,
            on_done=(lambda _, index, answer: on_done(index, answer)) if on_done else None,
            watch=(lambda _, index, text: watch(index, text)) if watch else None,
            cancelled=cancelled,
        )
        return answers

    def generate_many(
        self,
        requests: Sequence[Request],
        *,
        on_token: Callable[[int], None] | None = None,
        on_done: Callable[[int, int, Continuation], None] | None = None,
        watch: Callable[[int, int, str], Finish | None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> tuple[tuple[Continuation, ...], ...]:
        """Answer several prompts together, each under its own adapter; the answers by request.

        `on_done(r, i, c)` and `watch(r, i, text)` are told of continuation i of request r. For the
        rest see `Engine.generate`. Raises EngineError.
        """
        with self._turn:
            rows = list(self._rows(requests))
            for start in range(0, len(rows), self._parallel):
                batch = rows[start : start + self._parallel]
                self._decode(batch, on_token, on_done, watch, cancelled)
        ended = [(row.request, row.ended) for row in rows if row.ended]
        return tuple(
            tuple(answer for request, answer in ended if request == index)
            for index in range(len(requests))
        )

    def score(
        self, prompt: Prompt, choices: Sequence[str], *, adapter: str | None = None
    ) -> tuple[float, ...]:
        """See `Engine.score`. Exact, and from the same tokens as the embedded engine's."""
        import torch

        base = self._tokenizer.tokens_of(prompt)
        whole = [
            self._tokenizer.tokens_of(Prompt(prompt.messages, prompt.prefill + choice))
            for choice in choices
        ]
        room(self._context, max(map(len, whole), default=len(base)))
        shared = min((_common_length(base, tokens) for tokens in whole), default=0)
        with self._turn, torch.inference_mode():
            found = []
            for tokens in whole:
                logits = self._forward(
                    [tokens], [self._named(adapter)], keep=len(tokens) - shared + 1
                )
                odds = torch.log_softmax(logits[0].float(), dim=-1)
                found.append(
                    sum(float(odds[at, token]) for at, token in enumerate(tokens[shared:]))
                )
        return tuple(found)

    def tokens_of(self, prompt: Prompt) -> list[int]:
        """The tokens that the model reads."""
        return self._tokenizer.tokens_of(prompt)

    def next_logprobs(
        self, context: Sequence[int], answer: Sequence[int], *, adapter: str | None = None
    ) -> torch.Tensor:
        """Natural log-probabilities of every token at each place of an answer, on the processor.

        Shape (len(answer), vocabulary), float32; row i follows the context and i tokens of the
        answer. For comparing engines. Raises EngineError.
        """
        import torch

        tokens = [*context, *answer]
        with self._turn, torch.inference_mode():
            logits = self._forward([tokens], [self._named(adapter)], keep=len(answer) + 1)
            return torch.log_softmax(logits[0, :-1].float(), dim=-1).cpu()

    def close(self) -> None:
        """See `Engine.close`."""
        self._net = None
        if self._device.startswith("cuda"):
            import torch

            torch.cuda.empty_cache()

    def _rows(self, requests: Sequence[Request]) -> Iterator[Row]:
        import torch

        for index, request in enumerate(requests):
            tokens = self._tokenizer.tokens_of(request.prompt)
            limit = min(request.sampling.max_tokens, room(self._context, len(tokens)))
            adapter = self._named(request.adapter)
            for number in range(request.n):
                seed = request.sampling.seed + number
                chance = torch.Generator().manual_seed(seed % SEEDS)
                yield Row(index, number, tokens, adapter, request.sampling, limit, seed, chance)

    def _decode(
        self,
        rows: Sequence[Row],
        on_token: Callable[[int], None] | None,
        on_done: Callable[[int, int, Continuation], None] | None,
        watch: Callable[[int, int, str], Finish | None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        """Decode one batch until every row has ended. Rows that end leave the batch."""
        import torch

        started = time.monotonic()

        def end(row: Row, finish: Finish) -> None:
            row.end(finish, time.monotonic() - started, self._tokenizer)
            if on_done and row.ended:
                on_done(row.request, row.number, row.ended)

        with torch.inference_mode():
            alive = list(rows)
            batch: _Batch | None = None
            while alive:
                if cancelled and cancelled():
                    break
                batch = batch.step(alive) if batch else _Batch(self, alive)
                drawn = draw(batch.logits, alive)
                staying = []
                for place, (row, (token, logprob)) in enumerate(zip(alive, drawn, strict=True)):
                    finish = row.take(token, logprob, self._tokenizer)
                    if finish is None and watch:
                        finish = watch(row.request, row.number, row.text)
                    if finish:
                        end(row, finish)
                    else:
                        staying.append(place)
                if on_token:
                    on_token(len(alive))
                batch.keep(staying)
                alive = [alive[place] for place in staying]
            for row in alive:
                end(row, "cancelled")

    def _forward(self, tokens: list[list[int]], adapters: list[str], keep: int) -> Any:
        """Logits of the last `keep` places of sequences of one length."""
        import torch

        ids = torch.tensor(tokens, device=self._device)
        return self.run(adapters, input_ids=ids, use_cache=False, logits_to_keep=keep).logits

    def run(self, adapters: list[str], **inputs: Any) -> Any:
        """The network, each row through its adapter. Raises EngineError when it is closed."""
        if self._net is None:
            raise EngineError("the engine was closed; open it again")
        if self._adapters:
            inputs["adapter_names"] = adapters
        return self._net(**inputs)

    def _named(self, adapter: str | None) -> str:
        if adapter is None:
            return BARE
        if adapter not in self._adapters:
            known = ", ".join(self._adapters) or "none"
            raise EngineError(
                f"the adapter {adapter} was not given when the engine was opened; open it with "
                f"that adapter (given: {known})"
            )
        return self._adapters[adapter]


class _Batch:
    """The state of the rows that are decoded together: one place in the cache for each."""

    def __init__(self, engine: TransformersEngine, rows: Sequence[Row]) -> None:
        """Read each prompt once, shorter ones padded on the left, and copy its state."""
        import torch
        from transformers import DynamicCache

        self._engine = engine
        device = engine._device
        readers = {row.request: row for row in reversed(rows)}
        firsts = list(readers.values())
        for row in firsts:
            row.reads = True
        longest = max(len(row.prompt) for row in firsts)
        pads = [longest - len(row.prompt) for row in firsts]
        ids = [[0] * pad + row.prompt for pad, row in zip(pads, firsts, strict=True)]
        mask = [[0] * pad + [1] * (longest - pad) for pad in pads]
        self._mask = torch.tensor(mask, device=device)
        self._cache: Any = DynamicCache()
        read = engine.run(
            [row.adapter for row in firsts],
            input_ids=torch.tensor(ids, device=device),
            attention_mask=self._mask,
            position_ids=(self._mask.cumsum(-1) - 1).clamp(min=0),
            past_key_values=self._cache,
            logits_to_keep=1,
        )
        self.logits = read.logits[:, -1]
        places = {row.request: place for place, row in enumerate(firsts)}
        self.keep([places[row.request] for row in rows])

    def step(self, rows: Sequence[Row]) -> _Batch:
        """Read the last token of each row."""
        import torch

        last = torch.tensor([[row.last] for row in rows], device=self._mask.device)
        self._mask = torch.cat([self._mask, self._mask.new_ones(len(rows), 1)], dim=-1)
        read = self._engine.run(
            [row.adapter for row in rows],
            input_ids=last,
            attention_mask=self._mask,
            position_ids=self._mask.sum(-1, keepdim=True) - 1,
            past_key_values=self._cache,
        )
        self.logits = read.logits[:, -1]
        return self

    def keep(self, places: Sequence[int]) -> None:
        """Go on with the rows at these places; a place that is named twice is copied."""
        import torch

        if list(places) == list(range(len(self.logits))) or not places:
            return
        index = torch.tensor(places, device=self._mask.device)
        self._cache.batch_select_indices(index)
        self._mask, self.logits = self._mask[index], self.logits[index]


def _common_length(one: Sequence[int], other: Sequence[int]) -> int:
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count
