"""The engine for a team: any OpenAI-compatible server, the experts served as models of their own.

Each continuation is a request of its own, since servers know one seed per request. Stop strings
and loops are looked for here, and the connection is cut where an answer ends: servers differ in
whether they tell which string stopped them, and stop decoding when nobody listens.
"""

from __future__ import annotations

import os
import queue
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from mevllm.engines.base import Continuation, Finish, ModelInfo, Prompt, Sampling, Watch
from mevllm.engines.chat import TURN_END, TURN_START, render
from mevllm.engines.drawing import MIN_P, TOP_K
from mevllm.engines.openai_client import Client, PassingError, Stop, patiently
from mevllm.engines.runaway import Runaway
from mevllm.errors import EngineError
from mevllm.tiers import Tier

URL = "MEVAGENT_OPENAI_URL"
KEYS = ("MEVAGENT_OPENAI_KEY", "OPENAI_API_KEY")
"""Environment variables that hold the server's key; the first that is set counts."""
EXPERTS = (*map(str, Tier), "monolith")
"""Adapters that a server may have, by the names that `resolve_expert` looks for."""
TIMEOUT_S = 120.0
"""Of silence: a busy server may queue a request this long."""
SEEN = 20
"""Likeliest next tokens that a server is asked for when it scores."""
POLL_S = 0.05
DIALECTS: Mapping[str, Mapping[str, Any]] = {
    "vllm": {
        "top_k": TOP_K,
        "min_p": MIN_P,
        "stream_options": {"include_usage": True, "continuous_usage_stats": True},
    },
    "llamacpp": {"top_k": TOP_K, "min_p": MIN_P, "timings_per_token": True},
}
"""What some servers understand beyond the common fields, by the `owned_by` of their models."""


@dataclass
class _Answer:
    """One continuation while it streams."""

    seed: int
    stop: tuple[str, ...]
    text: str = ""
    tokens: int = 0
    logprob: float | None = None
    prompt_tokens: int = 0
    cached_tokens: int = 0
    runaway: Runaway = field(default_factory=Runaway)

    def absorb(self, event: Mapping[str, Any]) -> Finish | None:
        """Take in an event; return how the answer ended, if it did."""
        self._count(event)
        if not event.get("choices"):
            return None
        choice = event["choices"][0]
        new = str(choice.get("text") or (choice.get("delta") or {}).get("content") or "")
        odds = _logprobs(choice)
        self.tokens += len(odds) or bool(new)
        if odds:
            self.logprob = (self.logprob or 0.0) + sum(odds)
        before = len(self.text)
        self.text += new
        ends = [
            at + len(stop)
            for stop in self.stop
            if (at := self.text.find(stop, max(0, before - len(stop) + 1))) >= 0
        ]
        if ends:
            self.text = self.text[: min(ends)]
            return "stop"
        if self.runaway.feed(new):
            return "runaway"
        ended = choice.get("finish_reason")
        return None if ended is None else ("length" if ended == "length" else "stop")

    def _count(self, event: Mapping[str, Any]) -> None:
        """Tokens of the prompt, as vLLM and llama.cpp tell them."""
        usage, timings = event.get("usage") or {}, event.get("timings") or {}
        if usage:
            self.prompt_tokens = int(usage.get("prompt_tokens") or 0)
            details = usage.get("prompt_tokens_details") or {}
            self.cached_tokens = int(details.get("cached_tokens") or 0)
        elif timings:
            self.cached_tokens = int(timings.get("cache_n") or 0)
            self.prompt_tokens = self.cached_tokens + int(timings.get("prompt_n") or 0)


class OpenAIEngine:
    """An `Engine` that asks a server."""

    def __init__(
        self,
        url: str | None = None,
        *,
        model: str | None = None,
        names: Mapping[str, str] | None = None,
        parallel: int = 8,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """Ask the server which models it has.

        `url` None takes the environment variable MEVAGENT_OPENAI_URL. `model` is the base's name
        on the server, None the first that is no expert. `names` gives the server's name of an
        adapter where that is not the adapter's own. The key comes from the environment only.
        Raises EngineError.
        """
        url = url or os.environ.get(URL)
        if not url:
            raise EngineError(f"the engine openai needs a server: give --url, or set {URL}")
        key = next((os.environ[name] for name in KEYS if os.environ.get(name)), None)
        self._client = Client(url, key, timeout_s)
        self._parallel = parallel
        listed = patiently(lambda: self._client.ask("GET", "/models"))
        try:
            owners = {str(m["id"]): str(m.get("owned_by", "")) for m in listed["data"]}
        except (KeyError, TypeError, AttributeError) as error:
            raise EngineError(f"{self._client.root}/models lists no models: {error}") from error
        given = dict(names or {})
        self._names = {name: given.get(name, name) for name in EXPERTS}
        served = tuple(name for name in EXPERTS if self._names[name] in owners)
        taken = {self._names[name] for name in served}
        bases = [name for name in owners if name not in taken]
        if model is None and not bases:
            raise EngineError(f"{self._client.root} serves no model; name one with --model")
        if model is not None and model not in owners:
            known = ", ".join(owners) or "none"
            raise EngineError(f"{self._client.root} serves no model {model!r}; it serves {known}")
        self._base = model or bases[0]
        self._owner = owners[self._base]
        self._chats = self._owner == "vllm"
        self.info = ModelInfo(f"openai ({self._client.root})", self._base, "", served)

    info: ModelInfo

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
        """See `Engine.generate`. The callbacks come from the calling thread, but for `watch`.

        Where the server does not count a prompt's tokens, `prompt_tokens` is 0.
        """
        stop = Stop()
        news: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

        def told(tokens: int) -> None:
            if on_token and tokens:
                news.put(lambda: on_token(tokens))

        def work(index: int) -> Continuation:
            answer = self._answer(prompt, index, sampling, adapter, told, watch, stop)
            if on_done:
                news.put(lambda: on_done(index, answer))
            return answer

        with ThreadPoolExecutor(self._parallel, "openai request") as pool:
            try:
                running = [pool.submit(work, index) for index in range(n)]
                while not all(future.done() for future in running):
                    if cancelled and cancelled():
                        stop.set()
                    if any(future.done() and future.exception() for future in running):
                        break
                    _hear(news, POLL_S)
            finally:
                stop.set()  # so that a failure or Ctrl-C does not wait for the other answers
        _hear(news, 0)
        return tuple(future.result() for future in running)

    def score(
        self, prompt: Prompt, choices: Sequence[str], *, adapter: str | None = None
    ) -> tuple[float, ...]:
        """See `Engine.score`. As far as the server shows: a choice is followed token by token
        through the 20 likeliest; one that leaves them is taken for as likely as the last of them.
        """
        asked: dict[str, dict[str, float]] = {}
        return tuple(self._score_of(choice, "", prompt, adapter, asked) for choice in choices)

    def close(self) -> None:
        """Nothing is held."""

    def _score_of(
        self,
        left: str,
        said: str,
        prompt: Prompt,
        adapter: str | None,
        asked: dict[str, dict[str, float]],
    ) -> float:
        if said not in asked:
            asked[said] = self._next(Prompt(prompt.messages, prompt.prefill + said), adapter)
        odds = asked[said]
        begins = [token for token in odds if token and left.startswith(token)]
        if not begins:
            return min(odds.values())
        token = max(begins, key=len)
        rest = left[len(token) :]
        further = self._score_of(rest, said + token, prompt, adapter, asked) if rest else 0.0
        return odds[token] + further

    def _next(self, prompt: Prompt, adapter: str | None) -> dict[str, float]:
        """Natural log-probabilities of the likeliest next tokens, by their text."""
        path, body = self._request(prompt, adapter)
        body |= {"max_tokens": 1, "temperature": 1.0, "seed": 0}
        body |= {"logprobs": True, "top_logprobs": SEEN} if self._chats else {"logprobs": SEEN}
        answer = patiently(lambda: self._client.ask("POST", path, body))
        try:
            given = answer["choices"][0]["logprobs"]
            if given.get("content"):
                odds = {
                    e["token"]: float(e["logprob"]) for e in given["content"][0]["top_logprobs"]
                }
            else:
                odds = {token: float(p) for token, p in given["top_logprobs"][0].items()}
        except (KeyError, IndexError, TypeError, AttributeError) as error:
            raise EngineError(
                f"{self._client.root} gives no log-probabilities, which the classifier needs; "
                "name the tier with --tier"
            ) from error
        if not odds:
            raise EngineError(f"{self._client.root} gives no log-probabilities; name --tier")
        return odds

    def _answer(
        self,
        prompt: Prompt,
        index: int,
        sampling: Sampling,
        adapter: str | None,
        told: Callable[[int], None],
        watch: Watch | None,
        stop: Stop,
    ) -> Continuation:
        """One continuation, tried again from its beginning when the connection fails."""
        path, body = self._request(prompt, adapter)
        seed = sampling.seed + index
        body |= {
            "max_tokens": sampling.max_tokens,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "seed": seed,
            "logprobs": True if self._chats else 1,
            **DIALECTS.get(self._owner, {}),
        }
        started = time.monotonic()

        def attempt() -> tuple[_Answer, Finish]:
            answer = _Answer(seed, sampling.stop)
            for event in self._client.stream(path, body, stop):
                before = answer.tokens
                finish = answer.absorb(event)
                told(answer.tokens - before)
                if finish is None and watch:
                    finish = watch(index, answer.text)
                if finish:
                    return answer, finish
            if not stop.is_set():
                raise PassingError(f"{self._client.root} ended an answer without saying why")
            return answer, "cancelled"

        try:
            answer, finish = patiently(attempt, stop)
        except EngineError:
            if not stop.is_set():
                raise
            answer, finish = _Answer(seed, sampling.stop), "cancelled"
        return Continuation(
            text=answer.text,
            finish=finish,
            seed=seed,
            prompt_tokens=answer.prompt_tokens,
            cached_tokens=answer.cached_tokens,
            tokens=answer.tokens,
            seconds=time.monotonic() - started,
            logprob=answer.logprob,
        )

    def _request(self, prompt: Prompt, adapter: str | None) -> tuple[str, dict[str, Any]]:
        """Path and body that continue the prompt's prefill.

        vLLM continues an unfinished turn of a conversation; other servers get the conversation as
        text. What looks like a control token in a specification must not become one.
        """
        model = self._base if adapter is None else self._names.get(adapter, adapter)
        if not self._chats:
            text = "".join(s.text if s.control else _harmless(s.text) for s in render(prompt))
            return "/completions", {"model": model, "prompt": text}
        turns = [{"role": m.role, "content": _harmless(m.content)} for m in prompt.messages]
        body: dict[str, Any] = {"model": model, "messages": turns}
        if prompt.prefill:
            turns.append({"role": "assistant", "content": _harmless(prompt.prefill)})
            body |= {"add_generation_prompt": False, "continue_final_message": True}
        return "/chat/completions", body


def _harmless(text: str) -> str:
    """The text with control tokens spelt so that a tokenizer takes them for text."""
    for control in (TURN_START, TURN_END, "<|endoftext|>"):
        text = text.replace(control, control.replace("<|", "<\u200b|"))
    return text


def _logprobs(choice: Mapping[str, Any]) -> list[float]:
    """Of the tokens of an event, in the shape of either endpoint."""
    given = choice.get("logprobs") or {}
    if given.get("content"):
        return [float(entry["logprob"]) for entry in given["content"]]
    return [float(p) for p in given.get("token_logprobs") or [] if p is not None]


def _hear(news: queue.SimpleQueue[Callable[[], None]], wait_s: float) -> None:
    """Pass on what has been told so far; wait a moment for the first."""
    try:
        news.get(timeout=wait_s)() if wait_s else news.get_nowait()()
        while True:
            news.get_nowait()()
    except queue.Empty:
        return
