"""transformers + PEFT and llama.cpp + the derived GGUF adapter are the same model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mevllm import lora_gguf, parity
from mevllm.engines.base import Message, Prompt
from mevllm.engines.llamacpp import LlamaCppEngine
from mevllm.parity import Parity, compare
from tests.conftest import DESIGNS
from tests.small_base import small_base

if TYPE_CHECKING:
    from mevllm.engines.transformers_engine import TransformersEngine

PROMPTS = parity.prompts()[1:3]
TOKENS = 12


@pytest.fixture(scope="module")
def torch() -> TransformersEngine:
    from tests.small_torch import small_torch

    return small_torch()


@pytest.fixture(scope="module")
def adapters() -> tuple[Path, Path]:
    from tests.small_torch import adapters

    return adapters()


@pytest.fixture(scope="module")
def llama(adapters: tuple[Path, Path]) -> Iterator[LlamaCppEngine]:
    with closing(LlamaCppEngine(small_base(), adapters=adapters, parallel=1, context=1024)) as it:
        yield it


@pytest.fixture(scope="module")
def bare(llama: LlamaCppEngine, torch: TransformersEngine) -> Parity:
    return compare(llama, torch, None, PROMPTS, TOKENS)


@pytest.mark.slow
def test_both_engines_read_the_same_tokens(
    llama: LlamaCppEngine, torch: TransformersEngine
) -> None:
    for path in sorted(DESIGNS.glob("*/spec.md")):
        hard = path.read_text() + "\t 12 <|im_end|> é 日本 \r\n  7"
        prompt = Prompt((Message("user", hard),), hard)
        assert llama.tokens_of(prompt) == torch.tokens_of(prompt), path


@pytest.mark.slow
def test_the_bare_base_is_the_same_model_in_both(bare: Parity) -> None:
    assert bare.good, bare


@pytest.mark.slow
def test_an_adapter_is_as_close_as_the_bare_base(
    llama: LlamaCppEngine, torch: TransformersEngine, adapters: tuple[Path, Path], bare: Parity
) -> None:
    for adapter in adapters:
        found = compare(llama, torch, adapter, PROMPTS, TOKENS)
        assert found.good, found
        assert found.mean < 2 * bare.mean, (found, bare)


@pytest.mark.slow
def test_an_adapter_that_one_engine_does_not_apply_is_noticed(
    llama: LlamaCppEngine, torch: TransformersEngine, adapters: tuple[Path, Path]
) -> None:
    class Deaf:
        """The engine without its adapters."""

        tokens_of = llama.tokens_of
        info = llama.info

        def trace(self, *arguments: object, adapter: str | None = None) -> object:
            return llama.trace(*arguments)  # type: ignore[arg-type]

    assert not compare(Deaf(), torch, adapters[1], PROMPTS, TOKENS).good  # type: ignore[arg-type]


@pytest.mark.slow
def test_rows_in_the_wrong_order_are_noticed(
    torch: TransformersEngine,
    adapters: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(lora_gguf.PERMUTED, "llama", False)
    monkeypatch.setattr(lora_gguf, "CONVERTER", -1)
    llama = LlamaCppEngine(small_base(), adapters=adapters, parallel=1, context=1024)
    with closing(llama):
        assert not compare(llama, torch, adapters[1], PROMPTS, TOKENS).good
