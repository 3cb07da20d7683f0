"""A base model's GGUF file in transformers: its tokenizer, and its weights dequantised.

The weights that an adapter learns on, and that the transformers engine answers with, are those
that llama.cpp computes with.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

from mevllm.engines.base import Prompt
from mevllm.engines.chat import TURN_END, Segment, render
from mevllm.errors import EngineError
from mevllm.gguf_file import read_metadata

PRE_TOKENIZER = "tokenizer.ggml.pre"
BEGINS, BEGINNING = "tokenizer.ggml.add_bos_token", "tokenizer.ggml.bos_token_id"


def settle() -> None:
    """Prepare the process for torch and transformers; to be called before either is imported.

    Nothing may be written between the lines of a progress display, and threads that wait must
    sleep: with other work on the same cores, spinning makes torch several times slower.
    """
    os.environ.setdefault("TQDM_DISABLE", "1")
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    # Rectangles of every size would leave a GPU's memory in pieces (torch's CUDA semantics).
    os.environ.setdefault("PYTORCH_CUDA_ALLOC_CONF", "expandable_segments:True")
    warnings.filterwarnings("ignore", category=FutureWarning, module=r"(peft|transformers)\b")


class GgufTokenizer:
    """The tokenizer inside a GGUF file, with the tokens that llama.cpp reads."""

    def __init__(self, gguf: Path) -> None:
        """Read it. Raises EngineError when the model does not speak ChatML."""
        settle()
        from transformers import AutoTokenizer

        self._tokenizer: Any = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
        about = read_metadata(gguf, [PRE_TOKENIZER, BEGINS, BEGINNING])
        if about.get(PRE_TOKENIZER) == "smollm":
            # transformers takes every byte-level vocabulary for GPT-2's; this one was made with
            # digits apart, which also decides where a run of spaces before a digit ends.
            from tokenizers.pre_tokenizers import ByteLevel, Digits, Sequence

            apart = [Digits(individual_digits=True), ByteLevel(add_prefix_space=False)]
            self._tokenizer.backend_tokenizer.pre_tokenizer = Sequence(apart)
        # Asked for once: it is made anew, with all of its 150,000 entries, at every call.
        self._vocabulary: dict[str, int] = self._tokenizer.get_vocab()
        self._beginning = [int(about[BEGINNING])] if about.get(BEGINS) else []
        self.ends = frozenset({self.control(TURN_END), self._tokenizer.eos_token_id})
        """Tokens that end an answer."""

    def plain(self, text: str) -> list[int]:
        """Tokens of text in which nothing is a control token."""
        ids: list[int] = self._tokenizer.encode(
            text, add_special_tokens=False, split_special_tokens=True
        )
        return ids

    def control(self, name: str) -> int:
        """The id of a control token. Raises EngineError when there is none of that name."""
        found = self._vocabulary.get(name)
        if found is None:
            raise EngineError(f"the base model has no token {name}; it does not speak ChatML")
        return found

    def tokens_of(self, prompt: Prompt) -> list[int]:
        """The tokens that the model reads; text never becomes a control token."""
        return [*self._beginning, *(t for s in render(prompt) for t in self._segment(s))]

    def text_of(self, tokens: list[int]) -> str:
        """The text of tokens; bytes that are no whole character become U+FFFD."""
        return str(
            self._tokenizer.decode(
                tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False
            )
        )

    def _segment(self, segment: Segment) -> list[int]:
        return [self.control(segment.text)] if segment.control else self.plain(segment.text)


def load_base(gguf: Path, *, dtype: Any, device: str) -> Any:
    """The model as a torch module in evaluation mode, dequantised to `dtype`.

    Raises EngineError when transformers cannot read the file.
    """
    settle()
    from transformers import AutoModelForCausalLM, GgufConfig
    from transformers.utils import logging

    says: Any = logging
    says.disable_progress_bar()
    try:
        model: Any = AutoModelForCausalLM.from_pretrained(
            gguf.parent,
            gguf_file=gguf.name,
            quantization_config=GgufConfig(dequantize=True),
            dtype=dtype,
        )
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise EngineError(f"transformers cannot load {gguf}: {error}") from error
    return model.to(device).eval()
