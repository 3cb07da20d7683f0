"""Mode `answer`: one request per sample, no feedback, as the papers measure models."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace

from agent.evaluate.experts import Choice
from agent.evaluate.judging import Judged, Pool, Task, task_of
from agent.evaluate.prepare import Tools
from agent.evaluate.problems import Problem, digest_of
from agent.evaluate.store import Answer, EvaluationStore, Link
from agent.extract import extract
from agent.fixes import apply_fixes
from agent.toolchain.base import Limits
from mevllm.engines.base import Continuation, Engine, Prompt, Sampling
from mevllm.errors import LongPromptError
from mevllm.prompts import generate_prompt

PLACEHOLDER = "no design"
"""What stands for an answer without any text: it has no module."""


@dataclass(frozen=True)
class AnswerOptions:
    """What decides the samples of an evaluation, beside the model."""

    n: int = 1
    """Samples per problem."""
    sampling: Sampling = Sampling()
    batch: int = 4
    """Answers that are drawn together; an engine's last bits depend on it."""
    fixes: bool = False
    """Whether the tool's deterministic fixes are applied; the field's figures are without."""
    limits: Limits = Limits()

    def as_dict(self) -> dict[str, object]:
        """For the evaluation's identity."""
        return {
            "n": self.n,
            "sampling": asdict(self.sampling),
            "batch": self.batch,
            "fixes": self.fixes,
            "limits": asdict(self.limits),
        }


@dataclass(frozen=True)
class Desk:
    """What an evaluation works with."""

    store: EvaluationStore
    engine: Engine
    pool: Pool
    tools: Tools
    choose: Callable[[Problem], Choice]
    on_sample: Callable[[str, int, Judged], None]
    """Told of each sample with its verdict: problem, position."""
    requests: int = 1
    """Problems whose answers are asked for at once; more than one only of an engine that can."""


def run_answers(
    evaluation: str,
    problems: Sequence[Problem],
    digests: dict[str, str],
    options: AnswerOptions,
    desk: Desk,
) -> None:
    """Draw and judge what is missing; each answer and verdict is kept before the next.

    Raises EngineError, SandboxError or MissingToolError; what was kept stays.
    """
    waiting: dict[str, list[Link]] = {}
    for task, judged in desk.pool.judge(
        _tasks(evaluation, problems, digests, options, desk, waiting)
    ):
        desk.store.keep_verdict(task.key, judged)
        for link in waiting.pop(task.key, ()):
            desk.on_sample(link.problem, link.position, judged)


def _tasks(
    evaluation: str,
    problems: Sequence[Problem],
    digests: dict[str, str],
    options: AnswerOptions,
    desk: Desk,
    waiting: dict[str, list[Link]],
) -> Iterator[Task]:
    """The designs that have no verdict yet, drawn as they are asked for."""
    for problem, choice, key, position, answer in _drawn(problems, options, desk):
        rtl = design_of(answer, problem, fixes=options.fixes)
        task = task_of(problem, rtl, options.limits, digests[problem.id], desk.tools)
        link = Link(
            problem.id,
            position,
            str(choice.tier) if choice.tier else None,
            choice.name,
            choice.expert.adapter_sha256,
            answer_key=key,
            verdict_key=task.key,
        )
        desk.store.link(evaluation, link)
        judged = desk.store.verdict(task.key)
        if judged is not None:
            desk.on_sample(problem.id, position, judged)
            continue
        begun = task.key in waiting
        waiting.setdefault(task.key, []).append(link)
        if not begun:
            yield task


def _drawn(
    problems: Sequence[Problem], options: AnswerOptions, desk: Desk
) -> Iterator[tuple[Problem, Choice, str, int, Answer]]:
    """The samples in the order of their problems: problem, who answered, key, position, answer."""

    def asked(problem: Problem) -> tuple[Choice, Iterable[tuple[str, Answer]]]:
        choice = desk.choose(problem)
        return choice, _answers(problem, choice, options, desk)

    def waited(problem: Problem) -> tuple[Choice, Iterable[tuple[str, Answer]]]:
        choice, answers = asked(problem)
        return choice, [*answers]

    attempted = [problem for problem in problems if problem.attempted]
    threads = ThreadPoolExecutor(desk.requests, "answers")
    try:
        replies = threads.map(waited, attempted) if desk.requests > 1 else map(asked, attempted)
        for problem, (choice, answers) in zip(attempted, replies, strict=True):
            for position, (key, answer) in enumerate(answers):
                yield problem, choice, key, position, answer
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


def design_of(answer: Answer, problem: Problem, *, fixes: bool) -> str:
    """The design that an answer holds, under the specification's header."""
    if problem.spec is None:
        return PLACEHOLDER
    interface = problem.spec.interface
    if not (answer.prefill + answer.text).strip():
        return PLACEHOLDER
    rtl, _ = extract(answer.prefill + answer.text, interface, prefill=answer.prefill)
    if fixes:
        rtl, _ = apply_fixes(rtl, interface)
    return rtl or PLACEHOLDER


def _answers(
    problem: Problem, choice: Choice, options: AnswerOptions, desk: Desk
) -> Iterator[tuple[str, Answer]]:
    """The answers to a problem, batch by batch: from the store, or drawn now.

    A batch is drawn as a whole or not at all, so that a run that was cut off draws the same.
    """
    if problem.spec is None:
        return
    prompt = generate_prompt(problem.spec)
    for first in range(0, options.n, options.batch):
        size = min(options.batch, options.n - first)
        drawn = replace(options.sampling, seed=options.sampling.seed + first)
        keys = [_key(prompt, choice, drawn, size, i, desk.engine) for i in range(size)]
        stored = [desk.store.answer(key) for key in keys]
        if None in stored:
            adapter = str(choice.expert.adapter) if choice.expert.adapter else None
            try:
                said = desk.engine.generate(prompt, size, drawn, adapter=adapter)
                answers = [_answer(prompt, continuation) for continuation in said]
            except LongPromptError:
                answers = [_unanswered(drawn.seed + i) for i in range(size)]
            desk.store.keep_answers(zip(keys, answers, strict=True))
            stored = [desk.store.answer(key) for key in keys]
        yield from ((key, answer) for key, answer in zip(keys, stored, strict=True) if answer)


def _key(
    prompt: Prompt, choice: Choice, sampling: Sampling, size: int, index: int, engine: Engine
) -> str:
    """Everything that decides an answer, its place in its batch included."""
    info, expert = engine.info, choice.expert
    served = str(expert.adapter) if expert.adapter and expert.adapter_sha256 is None else None
    return digest_of(
        {
            "engine": [info.engine, info.base, info.sha256],
            "adapter": [expert.adapter_sha256, served],
            "messages": [asdict(message) for message in prompt.messages],
            "prefill": prompt.prefill,
            "sampling": asdict(sampling),
            "batch": [size, index],
        }
    )


def _answer(prompt: Prompt, said: Continuation) -> Answer:
    return Answer(
        prompt.prefill,
        said.text,
        said.finish,
        said.seed,
        said.prompt_tokens,
        said.tokens,
        said.seconds,
        said.logprob,
    )


def _unanswered(seed: int) -> Answer:
    """What stands for an answer to a prompt that does not fit the model's context."""
    return Answer("", "", "too long", seed, 0, 0, 0.0, None)
