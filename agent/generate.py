"""The answers of one step: fresh samples and repairs, with what is needed to draw them again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace

from agent.attempts import Generation, Step
from mevllm.engines.base import Continuation, Engine, Prompt, Sampling
from mevllm.experts import Expert
from mevllm.prompts import generate_prompt, repair_prompt
from mevllm.spec import Spec


@dataclass(frozen=True)
class Parent:
    """The design to repair, and what was wrong with it."""

    rtl: str
    feedback: str


@dataclass(frozen=True)
class Draft:
    """An answer that has not been judged."""

    kind: str
    """`fresh` or `repair`."""
    generation: Generation


def draw(
    engine: Engine,
    expert: Expert,
    spec: Spec,
    step: Step,
    parent: Parent | None,
    sampling: Sampling,
    *,
    on_tokens: Callable[[int, float], None],
    cancelled: Callable[[], bool],
) -> Iterator[Draft]:
    """Yield the step's answers, repairs first: they are the likelier to pass.

    `on_tokens(total, seconds)` counts over the whole step. Raises EngineError.
    """
    started = time.monotonic()
    total = 0

    def count(tokens: int) -> None:
        nonlocal total
        total += tokens
        on_tokens(total, time.monotonic() - started)

    requests: list[tuple[str, Prompt, int, int]] = []
    if parent is not None and step.repairs:
        prompt = repair_prompt(spec, parent.rtl, parent.feedback)
        requests.append(("repair", prompt, step.repairs, sampling.seed + step.fresh))
    if step.fresh:
        requests.append(("fresh", generate_prompt(spec), step.fresh, sampling.seed))
    for kind, prompt, n, seed in requests:
        if cancelled():
            return
        drawn = replace(sampling, seed=seed)
        answers = engine.generate(
            prompt,
            n,
            drawn,
            adapter=str(expert.adapter) if expert.adapter else None,
            on_token=count,
            cancelled=cancelled,
        )
        for answer in answers:
            yield Draft(kind, _generation(prompt, answer, drawn, engine, expert))


def _generation(
    prompt: Prompt, answer: Continuation, sampling: Sampling, engine: Engine, expert: Expert
) -> Generation:
    info = engine.info
    return Generation(
        messages=json.dumps([asdict(m) for m in prompt.messages], ensure_ascii=False),
        prefill=prompt.prefill,
        answer=answer.text,
        finish=answer.finish,
        seed=answer.seed,
        temperature=sampling.temperature,
        top_p=sampling.top_p,
        max_tokens=sampling.max_tokens,
        prompt_tokens=answer.prompt_tokens,
        cached_tokens=answer.cached_tokens,
        tokens=answer.tokens,
        seconds=answer.seconds,
        logprob=answer.logprob,
        engine=info.engine,
        base=info.base,
        base_sha256=info.sha256,
        adapter_sha256=expert.adapter_sha256,
    )
