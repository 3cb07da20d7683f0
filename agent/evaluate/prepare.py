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


def examined(
    problems: Sequence[Problem],
    store: EvaluationStore,
    pool: Pool,
    limits: Limits,
    digest: Mapping[str, str],
    tools: Tools,
) -> tuple[Problem, ...]:
    """The problems, with what two designs say of each testbench; kept, so that it costs once.

    One whose own reference does not pass here is marked `unsupported`, one that passes a design
    which drives nothing is marked defective: a pass of it proves nothing. A problem without a
    reference is unsupported where the testbench does not compile around the empty design.
    """

    def task(problem: Problem, rtl: str) -> Task:
        return task_of(problem, rtl, limits, digest[problem.id], tools, contract=False)

    fit = [problem for problem in problems if not problem.unsupported]
    references = {p.id: task(p, p.reference) for p in fit if p.reference}
    stubs = {p.id: task(p, p.spec.interface.stub()) for p in fit if p.spec}
    wanted = {task.key: task for task in (*references.values(), *stubs.values())}
    missing = [task for key, task in wanted.items() if store.verdict(key) is None]
    for done, judged in pool.judge(missing):
        store.keep_verdict(done.key, judged)
    found = {key: store.verdict(key) for key in wanted}
    return tuple(
        _marked(
            problem,
            found[references[problem.id].key] if problem.id in references else None,
            found[stubs[problem.id].key] if problem.id in stubs else None,
        )
        for problem in problems
    )


def _marked(problem: Problem, reference: Judged | None, stub: Judged | None) -> Problem:
    if stub is not None and stub.passed:
        said = "its testbench passes a design that drives nothing"
        problem = replace(problem, defect=problem.defect or said)
    if reference is not None and not reference.passed:
        broken = reference.outcome == str(Outcome.UNSUPPORTED)
        said = "not supported by this simulator" if broken else "its own reference does not pass"
        return problem.without(f"{said}: {reference.reason}")
    if reference is None and stub is not None and stub.outcome in _UNFIT:
        return problem.without(stub.reason)
    return problem


_UNFIT = (str(Outcome.UNSUPPORTED), str(Outcome.NOT_ELABORATED))


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
    return tuple(replace(p, tier=Tier(known[p.id])) if known.get(p.id) else p for p in problems)


def _label_key(problem: Problem) -> str:
    return digest_of(["tier", problem.reference])
