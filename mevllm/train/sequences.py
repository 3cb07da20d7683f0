"""Token sequences to learn from: a prompt as the engines render it, and the answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from mevllm.engines.base import Prompt
from mevllm.engines.chat import TURN_END, Segment, render


@dataclass(frozen=True)
class TokenSequence:
    """One example: the loss is on the answer only."""

    context: tuple[int, ...]
    """Tokens of the prompt, its prefill included."""
    answer: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.context) + len(self.answer)


class Tokenizer(Protocol):
    """Text to token ids; control tokens by name."""

    def plain(self, text: str) -> list[int]:
        """Tokens of text in which nothing is a control token."""
        ...

    def control(self, name: str) -> int:
        """The id of a control token. Raises ValueError when there is none of that name."""
        ...


class GgufTokenizer:
    """The tokenizer inside a GGUF file, through transformers."""

    def __init__(self, gguf: Path) -> None:
        from transformers import AutoTokenizer

        self._tokenizer: Any = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)

    def plain(self, text: str) -> list[int]:
        """Tokens of text in which nothing is a control token."""
        ids: list[int] = self._tokenizer.encode(
            text, add_special_tokens=False, split_special_tokens=True
        )
        return ids

    def control(self, name: str) -> int:
        """The id of a control token. Raises ValueError when there is none of that name."""
        found = self._tokenizer.convert_tokens_to_ids(name)
        if not isinstance(found, int) or found == self._tokenizer.unk_token_id:
            raise ValueError(f"the base model has no token {name}; it does not speak ChatML")
        return found


def encode(prompt: Prompt, answer: str, tokenizer: Tokenizer) -> TokenSequence:
    """The sequence of a prompt and the answer that follows its prefill.

    Segments are tokenized one by one, as the engines do it, and the answer apart from the prefill:
    what is learnt begins exactly where decoding will. The end of the turn is part of the answer.
    """
    context = [t for segment in render(prompt) for t in _tokens(segment, tokenizer)]
    learnt = [*tokenizer.plain(answer), tokenizer.control(TURN_END)]
    return TokenSequence(tuple(context), tuple(learnt))


def _tokens(segment: Segment, tokenizer: Tokenizer) -> list[int]:
    return [tokenizer.control(segment.text)] if segment.control else tokenizer.plain(segment.text)
