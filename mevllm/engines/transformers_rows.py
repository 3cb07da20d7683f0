"""A batch's rows while the transformers engine decodes them, and how a token is drawn for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mevllm.engines.base import Continuation, Finish, Sampling
from mevllm.engines.drawing import MIN_P, TOP_K
from mevllm.engines.runaway import Runaway

if TYPE_CHECKING:
    import torch

    from mevllm.hf_base import GgufTokenizer


class Row:
    """One continuation while it is decoded."""

    def __init__(
        self,
        request: int,
        number: int,
        prompt: list[int],
        adapter: str,
        sampling: Sampling,
        limit: int,
        seed: int,
        chance: torch.Generator,
    ) -> None:
        self.request, self.number = request, number
        self.prompt, self.adapter, self.sampling = prompt, adapter, sampling
        self.chance = chance
        self.reads = False
        """Whether the prompt is read for this row; the others of its prompt get a copy."""
        self.last = 0
        """The newest token."""
        self.ended: Continuation | None = None
        self._limit, self._seed = limit, seed
        self.text = ""
        """What it says so far."""
        self._open = list[int]()
        self._tokens, self._logprob = 0, 0.0
        self._runaway = Runaway()

    def take(self, token: int, logprob: float, tokenizer: GgufTokenizer) -> Finish | None:
        """Take in a token; return how the answer ended, if it did."""
        self.last = token
        self._tokens += 1
        self._logprob += logprob
        if token in tokenizer.ends:
            return "stop"
        self._open.append(token)
        piece = tokenizer.text_of(self._open)
        # A character may be spread over several tokens.
        if not piece.endswith("\N{REPLACEMENT CHARACTER}"):
            self._open.clear()
            before = len(self.text)
            self.text += piece
            if self._stopped(before):
                return "stop"
            if self._runaway.feed(piece):
                return "runaway"
        return "length" if self._tokens >= self._limit else None

    def _stopped(self, before: int) -> bool:
        """Cut the text after the first stop string that the newest piece completed."""
        ends = []
        for stop in self.sampling.stop:
            at = self.text.find(stop, max(0, before - len(stop) + 1))
            if at >= 0:
                ends.append(at + len(stop))
        if ends:
            self.text = self.text[: min(ends)]
        return bool(ends)

    def end(self, finish: Finish, seconds: float, tokenizer: GgufTokenizer) -> None:
        """Freeze it."""
        cut = finish in ("stop", "refused")
        tail = tokenizer.text_of(self._open) if self._open and not cut else ""
        self.ended = Continuation(
            text=self.text + tail,
            finish=finish,
            seed=self._seed,
            prompt_tokens=len(self.prompt),
            cached_tokens=0 if self.reads else len(self.prompt),
            tokens=self._tokens,
            seconds=seconds,
            logprob=self._logprob if self._tokens else None,
        )


def draw(logits: Any, rows: Sequence[Row]) -> list[tuple[int, float]]:
    """A token for each row and its log-probability before any cut."""
    import torch

    logits = logits.float()
    total = logits.logsumexp(-1, keepdim=True)
    likely = (logits - total).topk(min(TOP_K, logits.shape[-1]))
    odds, ids = likely.values.cpu(), likely.indices.tolist()
    best = odds[:, 0].tolist()
    drawn = []
    for at, row in enumerate(rows):
        if row.sampling.temperature == 0:
            drawn.append((ids[at][0], best[at]))
            continue
        logprobs = odds[at]
        shares = logprobs.softmax(-1)
        # Those before which less than top-p has gathered; the likeliest always stays.
        kept = (shares.cumsum(-1) - shares < row.sampling.top_p) & (shares >= MIN_P * shares[0])
        kept[0] = True
        weights = (logprobs[kept] / row.sampling.temperature).softmax(-1)
        place = int(torch.multinomial(weights, 1, generator=row.chance))
        drawn.append((ids[at][place], float(logprobs[place])))
    return drawn
