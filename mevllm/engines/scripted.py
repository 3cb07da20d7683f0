"""Answers from a file: an engine for tests and dry runs. docs/models.md describes the file."""

from __future__ import annotations

import hashlib
import json
import math
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from mevllm.engines.base import Continuation, Finish, ModelInfo, Prompt, Sampling, Watch
from mevllm.engines.runaway import Runaway
from mevllm.errors import EngineError

STRIDE = 1000
"""Seeds per attempt of a build: candidate c of attempt a has the seed `first_seed + 1000 a + c`."""
POLL_S = 0.01

_TOKEN = re.compile(r"\w+|[^\w\s]|\s+")


@dataclass(frozen=True)
class Answer:
    """What the engine says once."""

    text: str = ""
    wait_s: float = 0.0
    """Seconds before it is given."""
    error: str = ""
    """Raise EngineError with this message instead."""


Answers = tuple[tuple[Answer, ...], ...]


@dataclass(frozen=True)
class Rule:
    """Answers for the prompts that contain all of some strings."""

    contains: tuple[str, ...]
    answers: Answers = ()
    """As in `Script`, repeated without end."""
    scores: Mapping[str, float] = field(default_factory=dict)

    def applies(self, prompt: str) -> bool:
        """Whether the prompt, all its messages and the prefill, contains every string."""
        return all(text in prompt for text in self.contains)


@dataclass(frozen=True)
class Script:
    """All that a scripted engine will say. The answer is a function of prompt and seed alone."""

    answers: Answers = ()
    """One list per attempt, in the order of the seeds."""
    rules: tuple[Rule, ...] = ()
    """Tried in order before `answers`; a rule without answers or scores leaves them to the next."""
    scores: Mapping[str, float] = field(default_factory=dict)
    """Log-probability of each choice; without any, all are equally likely."""
    first_seed: int = 0
    repeat: bool = False
    """Begin again after the last answer instead of failing."""
    source: str = "<script>"
    sha256: str = ""


class ScriptedEngine:
    """An `Engine` that recites. It keeps no position, so that a resumed run hears the same."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._info = ModelInfo("scripted", Path(script.source).stem, script.sha256)

    @property
    def info(self) -> ModelInfo:
        """The script's file name and hash stand for the base model's."""
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
        """See `Engine.generate`. Raises EngineError where the script has no answer or an error."""
        text = _text(prompt)
        done = []
        for index in range(n):
            seed = sampling.seed + index
            answer = self._answer(text, seed)
            started = time.monotonic()
            ask = partial(watch, index) if watch else _nothing
            stopped = _wait(answer.wait_s, cancelled, ask)
            if answer.error and not stopped:
                raise EngineError(answer.error)
            said = _Said("", 0, stopped) if stopped else _say(answer, sampling, ask)
            continuation = Continuation(
                text=said.text,
                finish=said.finish,
                seed=seed,
                prompt_tokens=len(_TOKEN.findall(text)),
                cached_tokens=0,
                tokens=said.tokens,
                seconds=time.monotonic() - started,
            )
            if on_token and said.tokens:
                on_token(said.tokens)
            if on_done:
                on_done(index, continuation)
            done.append(continuation)
        return tuple(done)

    def score(
        self, prompt: Prompt, choices: Sequence[str], *, adapter: str | None = None
    ) -> tuple[float, ...]:
        """The script's scores; a choice that they leave out is impossible."""
        text = _text(prompt)
        given = [r.scores for r in self._script.rules if r.scores and r.applies(text)]
        scores = given[0] if given else self._script.scores
        if not scores:
            return (-math.log(len(choices)),) * len(choices)
        return tuple(float(scores.get(choice.strip(), -1e9)) for choice in choices)

    def close(self) -> None:
        """Nothing is held."""

    def _answer(self, prompt: str, seed: int) -> Answer:
        script = self._script
        rules = [rule for rule in script.rules if rule.answers and rule.applies(prompt)]
        answers = rules[0].answers if rules else script.answers
        offset = seed - script.first_seed
        answer = _pick(answers, offset, script.repeat or bool(rules))
        if answer is None:
            attempt, candidate = divmod(offset, STRIDE)
            raise EngineError(
                f"the script {script.source} is exhausted: it has no answer for seed {seed} "
                f"(attempt {attempt}, candidate {candidate}); add one list of answers per "
                'attempt, or "repeat": true'
            )
        return answer


def load_script(path: Path) -> Script:
    """Read a script file. Raises EngineError when it cannot be read or has a wrong shape."""
    try:
        data = path.read_bytes()
        content = json.loads(data)
    except OSError as error:
        raise EngineError(f"cannot read the script {path}: {error.strerror}") from error
    except ValueError as error:
        raise EngineError(f"the script {path} is not JSON: {error}") from error
    if isinstance(content, list):
        content = {"answers": content}
    try:
        return _script(content, str(path), hashlib.sha256(data).hexdigest())
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise EngineError(f"the script {path} is malformed: {error}") from error


def _script(content: Mapping[str, Any], source: str, sha256: str) -> Script:
    _check_keys(content, ("answers", "rules", "scores", "first_seed", "repeat"))
    return Script(
        answers=_answers(content.get("answers", ())),
        rules=tuple(_rule(rule) for rule in content.get("rules", ())),
        scores=dict(content.get("scores", {})),
        first_seed=int(content.get("first_seed", 0)),
        repeat=bool(content.get("repeat", False)),
        source=source,
        sha256=sha256,
    )


def _rule(content: Mapping[str, Any]) -> Rule:
    _check_keys(content, ("contains", "answers", "scores"))
    contains = content["contains"]
    return Rule(
        contains=(contains,) if isinstance(contains, str) else tuple(contains),
        answers=_answers(content.get("answers", ())),
        scores=dict(content.get("scores", {})),
    )


def _answers(content: Sequence[Any]) -> Answers:
    """A flat list is the one list of the first attempt."""
    if any(isinstance(item, list) for item in content):
        return tuple(tuple(_one(answer) for answer in attempt) for attempt in content)
    return (tuple(_one(answer) for answer in content),) if content else ()


def _one(content: Any) -> Answer:
    if isinstance(content, str):
        return Answer(content)
    _check_keys(content, ("text", "wait_s", "error"))
    return Answer(**content)


def _check_keys(content: Mapping[str, Any], known: Sequence[str]) -> None:
    unknown = [key for key in content if key not in known]
    if unknown:
        raise ValueError(f"unknown key {unknown[0]!r}; the keys are {', '.join(known)}")


def _pick(answers: Answers, offset: int, repeat: bool) -> Answer | None:
    attempt, candidate = divmod(offset, STRIDE)
    if offset < 0 or not answers or (attempt >= len(answers) and not repeat):
        return None
    row = answers[attempt % len(answers)]
    if not row or (candidate >= len(row) and not repeat):
        return None
    return row[candidate % len(row)]


@dataclass(frozen=True)
class _Said:
    text: str
    tokens: int
    finish: Finish


def _say(answer: Answer, sampling: Sampling, ask: Callable[[str], Finish | None]) -> _Said:
    """Ends as a model's answer would meet them; a token is a word or a sign.

    `ask` is told the text so far and may end it.
    """
    text = answer.text
    ends = [at + len(stop) for stop in sampling.stop if (at := text.find(stop)) >= 0]
    text = text[: min(ends)] if ends else text
    runaway = Runaway()
    said = ""
    pieces = _TOKEN.findall(text)
    for count, piece in enumerate(pieces, start=1):
        said += piece
        if runaway.feed(piece):
            return _Said(said, count, "runaway")
        if count == sampling.max_tokens and count < len(pieces):
            return _Said(said, count, "length")
        if count < len(pieces) and (finish := ask(said)):
            return _Said(said, count, finish)
    return _Said(said, len(pieces), "stop")


def _nothing(text: str) -> Finish | None:
    """What is asked where nobody watches."""
    return None


def _wait(
    seconds: float, cancelled: Callable[[], bool] | None, ask: Callable[[str], Finish | None]
) -> Finish | None:
    """Wait; return how the answer ends where the caller asked to stop it meanwhile."""
    end = time.monotonic() + seconds
    while True:
        if cancelled and cancelled():
            return "cancelled"
        if finish := ask(""):
            return finish
        left = end - time.monotonic()
        if left <= 0:
            return None
        time.sleep(min(left, POLL_S))


def _text(prompt: Prompt) -> str:
    return "\n".join([*(m.content for m in prompt.messages), prompt.prefill])
