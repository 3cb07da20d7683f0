"""The answers of one step: fresh samples and repairs, with what is needed to draw them again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import asdict, dataclass, replace

from agent.attempts import Generation, Step, StepKind
from agent.stream import Hand, stream
from agent.toolchain.certain import certain_refusal
from mevllm.engines.base import (
    Continuation,
    Engine,
    Finish,
    ModelInfo,
    Prompt,
    Sampling,
    Watch,
)
from mevllm.experts import Expert
from mevllm.prompts import generate_prompt, repair_prompt
from mevllm.spec import Spec
from mevllm.tiers import Tier


@dataclass(frozen=True)
class Parent:
    """The design to repair, and what was wrong with it."""

    rtl: str
    feedback: str


@dataclass(frozen=True)
class Draft:
    """An answer that has not been judged."""

    index: int
    """Its place among the step's answers, repairs first; it comes when it is complete."""
    kind: str
    """`fresh` or `repair`."""
    generation: Generation


@dataclass(frozen=True)
class Listener:
    """Who hears of the answers under way, and says which of them still matter."""

    on_tokens: Callable[[int, float], None]
    """Told of all tokens so far, and the seconds."""
    winner: Callable[[], int | None]
    """The lowest place whose answer has passed: none behind it matters any more."""
    expired: Callable[[], bool]
    """Whether the time is up."""


@dataclass(frozen=True)
class _Batch:
    """The answers to one prompt."""

    kind: str
    prompt: Prompt
    n: int
    sampling: Sampling
    first: int
    """Place of its first answer."""


def draw(
    engine: Engine,
    expert: Expert,
    spec: Spec,
    step: Step,
    parent: Parent | None,
    sampling: Sampling,
    listener: Listener,
    *,
    pipelined: bool = True,
) -> Generator[Draft]:
    """Yield the step's answers as they end, while others are still decoded.

    Repairs come before fresh samples: they are the likelier to pass, and where one does, no fresh
    sample is begun. Of a build's first step at the basic tier, whose samples pass often, one
    goes ahead alone where the engine says that it ends much sooner so.

    An answer ends early when one before it has passed, or when it holds what is refused whatever
    follows; but never the first for the latter, which may be the best that there is and is then to
    be repaired as a whole. `pipelined` False decodes each batch to its end before its first answer
    is handed over, and ends none early. Raises EngineError.
    """
    batches = []
    if parent is not None and step.repairs:
        prompt = repair_prompt(spec, parent.rtl, parent.feedback)
        later = replace(sampling, seed=sampling.seed + step.fresh)
        batches.append(_Batch("repair", prompt, step.repairs, later, 0))
    if step.fresh:
        first = sum(batch.n for batch in batches)
        batches.append(_Batch("fresh", generate_prompt(spec), step.fresh, sampling, first))
    if pipelined and engine.info.alone and _worth_one_ahead(step):
        batches[-1:] = _one_ahead(batches[-1])
    started, total = time.monotonic(), 0

    def work(hand: Hand[Draft | int]) -> None:
        for batch in batches:
            if listener.expired() or listener.winner() is not None:
                return

            def done(number: int, answer: Continuation, batch: _Batch = batch) -> None:
                # One that was called off before its first token is no answer.
                if answer.tokens or answer.finish != "cancelled":
                    generation = generation_of(
                        batch.prompt, batch.sampling, answer, engine.info, expert
                    )
                    hand.put(Draft(batch.first + number, batch.kind, generation))

            answers = engine.generate(
                batch.prompt,
                batch.n,
                batch.sampling,
                adapter=str(expert.adapter) if expert.adapter else None,
                on_token=hand.put,
                on_done=done if pipelined else None,
                watch=_watch(batch.first, listener) if pipelined else None,
                cancelled=lambda: hand.abandoned or listener.expired(),
            )
            if not pipelined:
                for number, answer in enumerate(answers):
                    done(number, answer)
            hand.settle()

    with closing(stream(work)) as news:
        for item in news:
            if isinstance(item, Draft):
                yield item
            else:
                total += item
                listener.on_tokens(total, time.monotonic() - started)


def _worth_one_ahead(step: Step) -> bool:
    """Whether a sample passes often enough to pay for the others' later start; see docs/loop.md."""
    return step.kind is StepKind.FIRST and step.tier is Tier.BASIC and step.fresh > 1


def _one_ahead(batch: _Batch) -> list[_Batch]:
    """The first answer of a batch, then the others, with the seeds that they have together."""
    sampling, rest = batch.sampling, batch.n - 1
    later = replace(sampling, seed=sampling.seed + 1)
    return [
        replace(batch, n=1),
        replace(batch, n=rest, sampling=later, first=batch.first + 1),
    ]


def _watch(first: int, listener: Listener) -> Watch:
    """What ends an answer of a batch early."""
    looked_at: dict[int, int] = {}

    def watch(number: int, text: str) -> Finish | None:
        place, winner = first + number, listener.winner()
        if winner is not None and winner < place:
            return "cancelled"
        # Nothing new is certain until a line is complete.
        line = text.rfind("\n")
        if place and line > looked_at.get(number, -1):
            looked_at[number] = line
            return "refused" if certain_refusal(text)[0] else None
        return None

    return watch


def generation_of(
    prompt: Prompt, sampling: Sampling, answer: Continuation, info: ModelInfo, expert: Expert
) -> Generation:
    """An answer with its question and who was asked, for the record."""
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
