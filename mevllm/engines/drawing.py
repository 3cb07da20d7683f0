"""How engines that draw tokens themselves cut a distribution, and the room they need."""

from __future__ import annotations

from mevllm.errors import LongPromptError

TOP_K = 40
MIN_P = 0.05
"""llama.cpp's own defaults: a small model's tail is noise."""
SEEDS = 2**31
"""Seeds are taken modulo this; llama.cpp reads 2**32 - 1 as `random`."""
LEAST_ROOM = 128
"""Tokens that a prompt must leave for the answer."""


def room(context: int, prompt_tokens: int) -> int:
    """Tokens left for the answer. Raises LongPromptError when the prompt leaves too few."""
    left = context - prompt_tokens
    if left < LEAST_ROOM:
        raise LongPromptError(
            f"the prompt has {prompt_tokens:,} tokens; with {LEAST_ROOM} for the answer at "
            f"most {context - LEAST_ROOM:,} fit the context of {context:,}; "
            f"shorten the specification by about {LEAST_ROOM - left:,} tokens "
            f"({3 * (LEAST_ROOM - left):,} characters)"
        )
    return left
