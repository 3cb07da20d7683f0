"""Whether transformers + PEFT and llama.cpp + the derived GGUF adapter are the same model.

llama.cpp answers a few prompts greedily; transformers then reads the same tokens and says what it
would have thought likely at each place. The two never agree to the last bit: llama.cpp rounds the
activations of every product with quantised weights to 8 bits, transformers computes in float32.
The tolerances are what that rounding was measured to cost, with room to spare (docs/engines.md).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mevllm.engines.base import Prompt
from mevllm.errors import EngineError
from mevllm.experts import CLASSIFIER, MONOLITH, find_adapter
from mevllm.lora import is_peft
from mevllm.prompts import generate_prompt
from mevllm.spec import parse_spec
from mevllm.tiers import Tier
from mevllm.weights import base_name

if TYPE_CHECKING:
    from mevllm.engines.llamacpp import LlamaCppEngine
    from mevllm.engines.transformers_engine import TransformersEngine

PROBABLE = 0.01
"""Tokens are compared that either engine gives at least this probability."""
LOOKED_AT = 20
"""Likeliest tokens of a place among which they are looked for."""
MEAN = 0.15
"""Largest mean of the absolute differences of natural log-probabilities."""
WORST = 1.0
"""Largest single difference, and the lead by which a token may win with one engine alone."""
TOKENS = 24
"""Places of each answer."""
SPECIFICATIONS = (
    "Module name: inverter\n\n- input a\n- output y\n\ny is the inverse of a.\n",
    "Module name: adder\n\n- input [7:0] a\n- input [7:0] b\n- output [8:0] s\n\n"
    "s is the sum of a and b.\n",
    "Module name: counter\n\n- input clk\n- input rst\n- input en\n- output reg [3:0] q\n\n"
    "A counter with synchronous reset that counts while en is 1.\n",
    "Module name: detect\n\n- input clk\n- input rst\n- input x\n- output z\n\n"
    "A Moore machine whose output is 1 after the sequence 101 on x.\n",
)


@dataclass(frozen=True)
class Parity:
    """How far two engines are apart on one base and adapter."""

    name: str
    """Of the adapter, or of the bare base."""
    places: int
    """Tokens decoded, over all prompts."""
    agreed: int
    """Places where both would decode the same token."""
    ties: int
    """Of the others, those where the lead of the one's token is within WORST."""
    compared: int
    """Log-probabilities compared."""
    mean: float
    """Of their absolute differences."""
    worst: float

    @property
    def good(self) -> bool:
        """Within the tolerances."""
        same = self.agreed + self.ties == self.places
        return same and self.mean <= MEAN and self.worst <= WORST


def prompts() -> tuple[Prompt, ...]:
    """What the engines are asked where nothing else is given: small designs to write."""
    return tuple(generate_prompt(parse_spec(text, "parity")) for text in SPECIFICATIONS)


def compare_all(base: Path, folder: Path | None, tokens: int = TOKENS) -> Iterator[Parity]:
    """Compare the engines on a base: bare, and under each PEFT adapter that is found for it.

    Both engines are open meanwhile. Raises EngineError or WeightsError.
    """
    from mevllm.engines.llamacpp import LlamaCppEngine
    from mevllm.engines.transformers_engine import TransformersEngine

    name = base_name(base)
    found = (find_adapter(own, name, folder) for own in (*map(str, Tier), MONOLITH, CLASSIFIER))
    adapters = tuple(path for path in found if path and is_peft(path))
    with (
        closing(LlamaCppEngine(base, adapters=adapters, parallel=1)) as llama,
        closing(TransformersEngine(base, adapters=adapters, parallel=1, device="cpu")) as torch,
    ):
        for adapter in (None, *adapters):
            yield compare(llama, torch, adapter, prompts(), tokens)


def compare(
    llama: LlamaCppEngine,
    torch: TransformersEngine,
    adapter: Path | None,
    asked: Sequence[Prompt],
    tokens: int = TOKENS,
) -> Parity:
    """Compare two engines that hold the same base, under one adapter or under none.

    Raises EngineError, also when the two do not read the same tokens.
    """
    key = str(adapter) if adapter else None
    gaps: list[float] = []
    places = agreed = ties = 0
    for prompt in asked:
        context = llama.tokens_of(prompt)
        if context != torch.tokens_of(prompt):
            raise EngineError(
                f"the engines read different tokens in the prompt that ends with "
                f"{prompt.prefill[-40:]!r}"
            )
        traced = llama.trace(prompt, tokens, LOOKED_AT, adapter=key)
        answer = [max(place, key=lambda token: place[token]) for place in traced]
        for place, token, row in zip(
            traced, answer, torch.next_logprobs(context, answer, adapter=key), strict=True
        ):
            own = {int(t): float(row[t]) for t in row.topk(LOOKED_AT).indices}
            likely = {
                t for odds in (place, own) for t, p in odds.items() if p >= math.log(PROBABLE)
            }
            gaps += [abs(place[t] - float(row[t])) for t in likely if t in place]
            lead = max(own.values()) - float(row[token])
            places += 1
            agreed += lead == 0
            ties += 0 < lead <= WORST
    return Parity(
        name=adapter.name if adapter else llama.info.base,
        places=places,
        agreed=agreed,
        ties=ties,
        compared=len(gaps),
        mean=sum(gaps) / max(len(gaps), 1),
        worst=max(gaps, default=0.0),
    )
