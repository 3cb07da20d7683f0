"""ChatML, the chat format of Qwen2.5 and SmolLM2, as control tokens and plain text kept apart.

https://github.com/QwenLM/Qwen/blob/main/tokenization_note.md: each turn is
`<|im_start|>role\\ncontent<|im_end|>\\n`. A specification that contains the text `<|im_end|>` must
not end its own turn, so only the segments marked as control may become control tokens.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mevllm.engines.base import Prompt

TURN_START = "<|im_start|>"
TURN_END = "<|im_end|>"


@dataclass(frozen=True)
class Segment:
    """A piece of a rendered prompt."""

    text: str
    control: bool = False
    """Whether the text names a control token; else it is plain text, whatever it looks like."""


def render(prompt: Prompt) -> tuple[Segment, ...]:
    """The segments of a conversation through the beginning of its last, unfinished turn.

    No system turn is added where the caller gives none: what the model reads is what the record
    holds.
    """
    return tuple(_segments(prompt))


def _segments(prompt: Prompt) -> Iterator[Segment]:
    for message in prompt.messages:
        yield Segment(TURN_START, control=True)
        yield Segment(f"{message.role}\n{message.content}")
        yield Segment(TURN_END, control=True)
        yield Segment("\n")
    yield Segment(TURN_START, control=True)
    yield Segment("assistant\n" + prompt.prefill)
