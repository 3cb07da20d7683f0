"""Before a model is asked: which problems can be judged here, and which tier each is of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from agent.evaluate.judging import Judged, Pool, Task, task_of
from agent.evaluate.problems import Problem, digest_of
from agent.evaluate.store import EvaluationStore
from agent.toolchain.base import Limits
from agent.toolchain.results import Outcome
from mevllm.errors import MevllmError
from mevllm.tiers import Tier

Tools = tuple[tuple[str, str], ...]


def digests(problems: Sequence[Problem], limits: Limits) -> dict[str, str]:
    """`Problem.digest` by id."""
    return {problem.id: problem.digest(limits) for problem in problems}


def supported(
    problems: Sequence[Problem],
    store: EvaluationStore,
    pool: Pool,
    limits: Limits,
    digest: Mapping[str, str],
    tools: Tools,
) -> tuple[Problem, ...]:
    """The problems, those whose own reference does not pass here marked `unsupported`.

    A problem without a reference is tried with a design that only has the ports: a testbench that
    does not compile around it can judge none. Verdicts are kept, so that this costs once.
    """
    tasks: dict[str, Task] = {}
    for problem in problems:
        rtl = problem.reference or (problem.spec.interface.stub() if problem.spec else None)
        if rtl is not None and not problem.unsupported:
            tasks[problem.id] = task_of(
                problem, rtl, limits, digest[problem.id], tools, contract=False
            )
    found = {id_: judged for id_, task in tasks.items() if (judged := store.verdict(task.key))}
    missing = {task.key: task for id_, task in tasks.items() if id_ not in found}
    for task, judged in pool.judge(missing.values()):
        store.keep_verdict(task.key, judged)
    for id_, task in tasks.items():
        if id_ not in found and (judged := store.verdict(task.key)):
            found[id_] = judged
    return tuple(_marked(problem, found.get(problem.id)) for problem in problems)


def _marked(problem: Problem, judged: Judged | None) -> Problem:
    if judged is None or judged.passed:
        return problem
    if judged.outcome == str(Outcome.UNSUPPORTED):
        return problem.without(f"unsupported by this simulator: {judged.reason}")
    if problem.reference is None:
        broken = judged.outcome == str(Outcome.NOT_ELABORATED)
        return problem.without(judged.reason) if broken else problem
    return problem.without(f"its own reference does not pass here: {judged.reason}")


def tiered(problems: Sequence[Problem], store: EvaluationStore) -> tuple[Problem, ...]:
    """The problems, those without a tier labelled by what can be measured in their reference.

    See docs/tiers.md for the rubric. One that cannot be measured stays without.
    """
    from mevllm.data.features import measure
    from mevllm.data.labels import explain

    unknown = [p for p in problems if p.tier is None and p.reference]
    known = {p.id: store.fact(_label_key(p)) for p in unknown}
    missing = [p for p in unknown if known[p.id] is None]
    if missing:
        for problem, features in zip(
            missing, measure([(p.id, p.reference or "") for p in missing]), strict=True
        ):
            try:
                known[problem.id] = str(explain(features).tier)
            except MevllmError:
                known[problem.id] = ""
            store.keep_fact(_label_key(problem), known[problem.id])
    return tuple(
        replace(p, tier=Tier(known[p.id])) if known.get(p.id) else p for p in problems
    )


def _label_key(problem: Problem) -> str:
    return digest_of(["tier", problem.reference])
