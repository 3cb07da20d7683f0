"""The seam between the loop and a language model: prompts in, continuations out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Role = Literal["system", "user", "assistant"]
Finish = Literal["stop", "length", "runaway", "refused", "cancelled"]
Watch = Callable[[int, str], Finish | None]
"""`watch(i, text)` is asked after each piece of continuation i, with its text so far, and says how
the continuation ends there, None to go on. Its text is then what was asked about."""


@dataclass(frozen=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True)
class Prompt:
    """A conversation that ends with the beginning of the answer.

    The engine renders the messages with its model's chat template and continues from `prefill`.
    """

    messages: tuple[Message, ...]
    prefill: str = ""


@dataclass(frozen=True)
class Sampling:
    """How a continuation is drawn."""

    temperature: float = 0.8
    top_p: float = 0.95
    max_tokens: int = 1024
    seed: int = 0
    """Continuation i of a batch is drawn with `seed + i`."""
    stop: tuple[str, ...] = ("endmodule",)
    """The answer ends with the first of these strings, which is part of the text returned."""


@dataclass(frozen=True)
class Continuation:
    """One answer. `text` follows the prefill and does not repeat it."""

    text: str
    finish: Finish
    """stop: a stop string or end of turn; length: max_tokens; runaway: a repetition was cut;
    refused: the caller saw that nothing could save it; cancelled: the caller asked to stop."""
    seed: int
    prompt_tokens: int
    cached_tokens: int
    """Prompt tokens whose state was reused, not computed."""
    tokens: int
    """Tokens decoded."""
    seconds: float
    """Wall time from submission to the last token."""
    logprob: float | None = None
    """Sum of the log-probabilities of the decoded tokens, where the engine gives it."""


@dataclass(frozen=True)
class ModelInfo:
    """What answers: for the record."""

    engine: str
    """Name and version, e.g. `llamacpp (xllamacpp 2026.10.11549)`."""
    base: str
    """Name of the base model."""
    sha256: str
    """Hash of the base model's file; empty where there is none (a remote server)."""
    served: tuple[str, ...] | None = None
    """Adapters that a server answers with, by name; None where adapters are files."""
    alone: bool = False
    """Whether one answer alone ends long before several that are decoded together: so it is on a
    few cores, which they share; on a GPU or a server several take hardly longer than one."""


class Engine(Protocol):
    """A language model that answers in batches, with adapters by name."""

    @property
    def info(self) -> ModelInfo: ...

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
        """Return n continuations of one prompt, in the order of their seeds.

        `adapter` is the path of a PEFT folder or a GGUF file (for a server: the name of what it
        serves), None for the bare base. `on_token(k)` is told
        of every k newly decoded tokens, over all continuations; `on_done(i, c)` of each
        continuation as it ends; `watch(i, text)` may end one while the others go on. All may be
        called from other threads, `on_token` and `on_done` one call at a time.
        When `cancelled()` turns true, what has been decoded is returned as `cancelled`.

        Raises EngineError when the engine cannot answer.
        """
        ...

    def score(
        self, prompt: Prompt, choices: Sequence[str], *, adapter: str | None = None
    ) -> tuple[float, ...]:
        """Natural log-probability of each choice as the next text after the prompt's prefill."""
        ...

    def close(self) -> None:
        """Free the model; generate and score must not be called afterwards."""
        ...
