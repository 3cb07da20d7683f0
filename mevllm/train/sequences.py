"""Token sequences to learn from: a prompt as the engines render it, and the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from mevllm.engines.base import Prompt
from mevllm.engines.chat import TURN_END


@dataclass(frozen=True)
class TokenSequence:
    """One example: the loss is on the answer only."""

    context: tuple[int, ...]
    """Tokens of the prompt, its prefill included."""
    answer: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.context) + len(self.answer)


class Tokenizer(Protocol):
    """Prompts and text to token ids, as the engines read them (`hf_base.GgufTokenizer`)."""

    def tokens_of(self, prompt: Prompt) -> list[int]:
        """The tokens of a prompt through its prefill."""
        ...

    def plain(self, text: str) -> list[int]:
        """Tokens of text in which nothing is a control token."""
        ...

    def control(self, name: str) -> int:
        """The id of a control token."""
        ...


def encode(prompt: Prompt, answer: str, tokenizer: Tokenizer) -> TokenSequence:
    """The sequence of a prompt and the answer that follows its prefill.

    The answer is tokenized apart from the prefill: what is learnt begins exactly where decoding
    will. The end of the turn is part of the answer.
    """
    learnt = [*tokenizer.plain(answer), tokenizer.control(TURN_END)]
    return TokenSequence(tuple(tokenizer.tokens_of(prompt)), tuple(learnt))
