"""What streams from llama.cpp, put together into continuations."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mevllm.engines.base import Continuation, Finish, Watch
from mevllm.engines.llamacpp_server import LlamaServer
from mevllm.engines.runaway import Runaway


@dataclass
class Answer:
    """One continuation while it streams."""

    seed: int
    prompt_tokens: int
    cached_tokens: int
    copied: bool = False
    """Whether it began with a copy of the prompt's state; the server tells what that spared it."""
    text: str = ""
    tokens: int = 0
    withheld: list[int] = field(default_factory=list)
    """Tokens whose text may be the beginning of a stop string and has not been sent yet."""
    logprob: float | None = None
    ended: Continuation | None = None
    runaway: Runaway = field(default_factory=Runaway)

    def absorb(self, chunk: dict[str, Any]) -> Finish | None:
        """Take in a chunk; return how the answer ended, if it did."""
        choice, verbose = chunk["choices"][0], chunk["__verbose"]
        decoded = int(chunk["timings"]["predicted_n"])
        if self.copied:
            self.cached_tokens = int(chunk["timings"]["cache_n"])
        if choice["text"]:
            self.withheld.clear()
        elif decoded > self.tokens:
            self.withheld += verbose["tokens"]
        self.tokens = max(self.tokens, decoded)
        for token in (choice["logprobs"] or {}).get("content", ()):
            self.logprob = (self.logprob or 0.0) + token["logprob"]
        new = choice["text"]
        if choice["finish_reason"] is None:
            self.text += new
            return "runaway" if self.runaway.feed(new) else None
        self.text += new + verbose["stopping_word"]
        return "length" if verbose["stop_type"] == "limit" else "stop"

    def end(self, finish: Finish, seconds: float) -> Continuation:
        """Freeze it."""
        self.ended = Continuation(
            text=self.text,
            finish=finish,
            seed=self.seed,
            prompt_tokens=self.prompt_tokens,
            cached_tokens=self.cached_tokens,
            tokens=self.tokens,
            seconds=seconds,
            logprob=self.logprob,
        )
        return self.ended


@dataclass(frozen=True)
class Listeners:
    """Who is told while a batch streams; see `Engine.generate`."""

    on_token: Callable[[int], None] | None
    on_done: Callable[[int, Continuation], None] | None
    watch: Watch | None
    cancelled: Callable[[], bool] | None

    @property
    def gave_up(self) -> bool:
        """Whether the caller asked to stop."""
        return self.cancelled is not None and self.cancelled()


def gather(
    server: LlamaServer,
    bodies: Sequence[dict[str, Any]],
    answers: Sequence[Answer],
    first: int,
    told: Listeners,
) -> None:
    """Stream one batch until every answer has ended.

    There is one body for each answer, or a single one for all; `first` is the number of the first
    answer. Answers of one body cannot be broken off one by one: one that has ended goes on being
    decoded, and is not listened to, until the last of them ends.
    """
    started = time.monotonic()
    apart = len(bodies) == len(answers)

    def end(index: int, finish: Finish, whole: bool = False) -> None:
        if whole:
            answers[index].text += server.text_of(answers[index].withheld)
        continuation = answers[index].end(finish, time.monotonic() - started)
        if told.on_done:
            told.on_done(first + index, continuation)

    with server.streams(bodies) as streams:
        for news in streams:
            if told.gave_up:
                break
            if news is None:
                continue
            request, chunk = news
            index = request if apart else int(chunk["choices"][0]["index"])
            answer = answers[index]
            if answer.ended:
                continue
            before = answer.tokens
            finish = answer.absorb(chunk)
            if told.on_token and answer.tokens > before:
                told.on_token(answer.tokens - before)
            asked = None
            if finish is None and told.watch:
                asked = told.watch(first + index, answer.text)
            if finish or asked:
                if apart and chunk["choices"][0]["finish_reason"] is None:
                    streams.stop(index)
                end(index, finish or asked or "cancelled", whole=finish == "length")
            if all(a.ended for a in answers):
                break
    for index, answer in enumerate(answers):
        if not answer.ended:
            end(index, "cancelled", whole=True)
