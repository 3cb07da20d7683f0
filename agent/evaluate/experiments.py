"""Experiments: several evaluations of one question, and the page that says what they found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from agent.errors import InputError
from agent.evaluate.measured import Measured, load
from agent.evaluate.measures import Comparison, compare, grouped
from agent.evaluate.report import HEAD, markdown, rows
from agent.evaluate.run import Hands, Plan, evaluate
from agent.evaluate.store import EvaluationStore
from mevllm.tiers import Tier

BUDGETS = (128, 256, 512, 1024, 2048, 4096, 8192, 16384)
"""Tokens per problem at which arms are compared."""


@dataclass(frozen=True)
class Arm:
    """One way to answer."""

    name: str
    plans: Callable[[Plan], tuple[Plan, ...]]
    """What it evaluates: several plans where problems are shared out, else one."""
    loss: Callable[[Sequence[Plan]], float | None] | None = None
    """Of an arm that trains: nats a token of its plans' adapters on designs kept back, if any."""


@dataclass(frozen=True)
class Experiment:
    """One question."""

    question: str
    arms: tuple[Arm, ...]
    paired: bool = True
    """Whether every arm answers the same problems."""


def _expert(choice: str) -> Callable[[Plan], tuple[Plan, ...]]:
    return lambda plan: (replace(plan, expert=choice),)


def _split(split: str) -> Callable[[Plan], tuple[Plan, ...]]:
    return lambda plan: (
        replace(plan, suite="held-out", source=replace(plan.source, split=split, root=None)),
    )


def _tactics(**changes: Any) -> Callable[[Plan], tuple[Plan, ...]]:
    """The loop of the plan, a part of it switched off."""
    return lambda plan: (replace(plan, mode="agent", tactics=replace(plan.tactics, **changes)),)


EXPERIMENTS: Mapping[str, Experiment] = {
    "experts": Experiment(
        "What do experts gain over one model, at equal tokens?",
        (
            Arm("base", _expert("base")),
            Arm("monolith", _expert("monolith")),
            Arm("experts by classifier", _expert("routed")),
            Arm("experts by oracle tier", _expert("oracle")),
        ),
    ),
    "router": Experiment(
        "What is the classifier worth?",
        (
            Arm("classifier", _expert("routed")),
            Arm("random tier", _expert("random")),
            Arm("always the expert tier", _expert("expert")),
            Arm("oracle tier", _expert("oracle")),
        ),
    ),
    "unseen": Experiment(
        "How much of what was learnt holds for families never seen in training?",
        (
            Arm("held-out parameters", _split("held-out parameters")),
            Arm("held-out families", _split("held-out families")),
        ),
        paired=False,
    ),
    "repair": Experiment(
        "What is each part of the loop worth, at equal tokens?",
        (
            Arm("the whole loop", _tactics()),
            Arm("without mending", _tactics(mend=False)),
            Arm("without warming up", _tactics(warm=False)),
            Arm("plain resampling", _tactics(feedback=False)),
            Arm("without best-so-far", _tactics(best_so_far=False)),
            Arm("without hints", _tactics(hints=False)),
            Arm("without the mismatch table", _tactics(table=False)),
            Arm("escalation by count", _tactics(escalate="count")),
            Arm("no escalation", _tactics(escalate="never")),
        ),
    ),
}


@dataclass(frozen=True)
class Outcome:
    """What an experiment found."""

    measured: tuple[tuple[str, Measured], ...]
    """Arms that ran, in order."""
    left_out: tuple[tuple[str, str], ...]
    """Arms that could not run, and why."""
    losses: tuple[tuple[str, float], ...] = ()
    """Of arms that trained: nats a token on designs kept back."""


def carry_out(arms: Sequence[Arm], plan: Plan, hands: Callable[[Plan], Hands]) -> Outcome:
    """Evaluate each arm, or take it from the store; one that cannot be is named with its reason.

    Raises EngineError, WeightsError, SandboxError, MissingToolError, LogError; InputError where no
    arm can run.
    """
    measured: list[tuple[str, Measured]] = []
    left_out: list[tuple[str, str]] = []
    losses: list[tuple[str, float]] = []
    for arm in arms:
        try:
            parts = [(p, evaluate(p, hands(p))) for p in arm.plans(plan)]
        except InputError as error:
            left_out.append((arm.name, str(error)))
            continue
        with EvaluationStore.open(plan.db) as store:
            measured.append((arm.name, merged([load(store, store.find(id_)) for _, id_ in parts])))
        if arm.loss and (loss := arm.loss([p for p, _ in parts])) is not None:
            losses.append((arm.name, loss))
    if not measured:
        raise InputError(f"no arm can run: {'; '.join(why for _, why in left_out)}")
    return Outcome(tuple(measured), tuple(left_out), tuple(losses))


def merged(parts: Sequence[Measured]) -> Measured:
    """Evaluations of different problems as one."""
    asked = tuple(problem for part in parts for problem in part.asked)
    samples = tuple(sample for part in parts for sample in part.samples)
    return replace(parts[0], asked=asked, samples=samples)


def solved_within(one: Measured, budget: int) -> int:
    """Problems solved by samples taken in order until a problem's tokens are spent."""
    solved = 0
    for samples in grouped(one.asked, one.samples).values():
        spent = 0
        for sample in samples:
            spent += sample.tokens
            if spent > budget:
                break
            if sample.passed:
                solved += 1
                break
    return solved


def page(name: str, experiment: Experiment, outcome: Outcome, command: str, date: str) -> str:
    """The results as a page of docs/results/."""
    first_name, first = outcome.measured[0]
    named = [replace_name(one, arm) for arm, one in outcome.measured]
    parts = [
        f"# {name}: {experiment.question}",
        f"Written on {date} by\n\n```sh\n{command}\n```",
        f"Setting of the first arm: {first.setting}.",
    ]
    if first.budget:
        parts.append(f"Budget of a build: {first.budget}.")
    parts.append(
        markdown(("arm", *HEAD[1:]), rows(named))
        + "\n\nIn brackets: 95% bootstrap intervals over problems. Tokens and seconds are per "
        "solved problem."
    )
    parts.append("## By tier\n\n" + _tiers(named))
    parts.append("## At equal tokens\n\n" + _budgets(named))
    if outcome.losses:
        table = markdown(
            ("arm", "loss, nats a token"), [(arm, f"{loss:.3f}") for arm, loss in outcome.losses]
        )
        parts.append(
            "## Loss on designs kept back\n\n"
            f"{table}\n\nOf the answers to the same designs for every arm, other draws of the "
            "families that were trained, with their own descriptions; where an arm has several "
            "adapters, each reads those that it would be asked for."
        )
    if experiment.paired and len(outcome.measured) > 1:
        parts.append(f"## Against {first_name}, paired\n\n" + _against(first, outcome.measured[1:]))
    if outcome.left_out:
        lines = [f"- {arm}: {why}" for arm, why in outcome.left_out]
        parts.append("## Not measured\n\n" + "\n".join(lines))
    return "\n\n".join(parts) + "\n"


def replace_name(one: Measured, name: str) -> Measured:
    """The same under the name of its arm."""
    return replace(one, evaluation=replace(one.evaluation, name=name))


def _tiers(named: Sequence[Measured]) -> str:
    tiers = [*map(str, Tier), "unknown"]
    tiers = [tier for tier in tiers if any(tier in one.summary.tiers for one in named)]
    table = []
    for one in named:
        cells = []
        for tier in tiers:
            figures = one.summary.tiers.get(tier)
            cells.append(f"{figures.function[1]} of {figures.problems}" if figures else "-")
        table.append((one.name, *cells))
    return markdown(("pass@1", *tiers), table)


def _budgets(named: Sequence[Measured]) -> str:
    """Solved problems at budgets that some arm has spent."""
    most = max((s.tokens * one.n for one in named for s in one.samples), default=0)
    budgets = [budget for budget in BUDGETS if budget <= 2 * most] or [BUDGETS[0]]
    table = [
        (one.name, *(f"{solved_within(one, b)} of {len(one.asked)}" for b in budgets))
        for one in named
    ]
    return markdown(("solved within tokens a problem", *map(str, budgets)), table)


def _against(first: Measured, others: Sequence[tuple[str, Measured]]) -> str:
    table = []
    for name, one in others:
        found = compared(first, one)
        value = found.difference[1]
        table.append(
            (
                name,
                f"{value.mean:+.1%} [{value.low:+.1%}, {value.high:+.1%}]",
                str(len(found.won)),
                str(len(found.lost)),
                str(found.problems),
            )
        )
    return markdown(("arm", "pass@1 difference", "won", "lost", "problems"), table)


def compared(first: Measured, second: Measured) -> Comparison:
    """The paired difference of two evaluations."""
    return compare((first.asked, first.samples, first.n), (second.asked, second.samples, second.n))


def result_path(folder: Path, name: str) -> Path:
    """Where an experiment's page goes."""
    return folder / f"{name}.md"
