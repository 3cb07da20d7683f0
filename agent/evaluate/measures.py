"""What samples say: pass@k with intervals, per tier and failure class, and what it cost. Pure."""

from __future__ import annotations

import json
import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from agent.evaluate.store import Asked
from mevllm.tiers import Tier

KS = (1, 5, 10)
RESAMPLES = 2000
"""Of the bootstrap."""
LEVEL = 0.95


@dataclass(frozen=True)
class Sample:
    """One sample, as measured."""

    problem: str
    position: int
    expert: str
    """Who was asked first: `routed: basic`."""
    tier: str | None
    """The tier that was asked first."""
    passed: bool
    compiles: bool
    failure: str
    """Class of the failure, of the best candidate in mode `agent`; empty for a pass."""
    first_failure: str
    """Class of the first answer's failure, before any repair."""
    tokens: int
    seconds: float
    """Decoding and judging."""
    attempts: int = 1
    escalations: tuple[tuple[str, str, bool], ...] = ()
    """Mode `agent`: from tier, to tier, whether the build passed after it."""
    mended: bool = False
    """Mode `agent`: whether it passed by a small change that no model made."""


@dataclass(frozen=True)
class Interval:
    """A mean over problems with its bootstrap interval; all 0 to 1, or tokens, or seconds."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.1%} [{self.low:.1%}, {self.high:.1%}]"


def pass_at_k(n: int, correct: int, k: int) -> float:
    """The unbiased estimate of the chance that one of k samples is right.

    1 - C(n - c, k) / C(n, k) (Chen et al. 2021, arXiv 2107.03374). Needs n >= k.
    """
    if n < k:
        raise ValueError(f"pass@{k} needs {k} samples, and there are {n}")
    return 1.0 - math.comb(n - correct, k) / math.comb(n, k)


def interval(values: Sequence[float], seed: int = 0) -> Interval:
    """Mean and 95% percentile bootstrap over problems; the same values give the same interval."""
    if not values:
        return Interval(0.0, 0.0, 0.0)
    rng = random.Random(seed)  # noqa: S311
    size = len(values)
    means = sorted(sum(rng.choices(values, k=size)) / size for _ in range(RESAMPLES))
    tail = (1 - LEVEL) / 2
    low = means[math.floor(tail * (RESAMPLES - 1))]
    high = means[math.ceil((1 - tail) * (RESAMPLES - 1))]
    return Interval(sum(values) / size, low, high)


@dataclass(frozen=True)
class Figures:
    """The measures of one evaluation, or of a part of it."""

    problems: int
    n: int
    """Samples per problem."""
    function: Mapping[int, Interval]
    """pass@k by k: the design passes."""
    syntax: Mapping[int, Interval]
    """The same for designs that compile on their own."""


@dataclass(frozen=True)
class Summary:
    """All that a report shows of one evaluation."""

    problems: int
    """The denominator: unsupported and unattempted problems count as failed."""
    n: int
    figures: Figures
    without_defective: Figures | None
    """The second figure, where problems are known to be defective."""
    tiers: Mapping[str, Figures]
    """By the problems' own tiers; `unknown` where it is not known."""
    failures: Mapping[str, int]
    """Samples per failure class."""
    first_failures: Mapping[str, int]
    """The same for first answers, before any repair."""
    unsupported: tuple[tuple[str, str], ...]
    """Problems that cannot be judged here, and why."""
    defective: tuple[str, ...]
    missing: int
    """Samples that have no verdict yet."""
    solved: int
    """Problems with a passing sample."""
    tokens: int
    seconds: float
    escalations: int
    escalations_won: int
    first_failed: int
    """Mode `agent`: builds whose first answer failed."""
    repaired: int
    """Those of them that passed in the end."""
    mended: int
    """Those of them that passed by a small change that no model made."""
    confusion: Mapping[str, Mapping[str, int]]
    """The problem's tier -> the tier asked, over samples that a router sent."""

    @property
    def tokens_per_solved(self) -> float | None:
        """Tokens decoded in all, per solved problem."""
        return self.tokens / self.solved if self.solved else None

    @property
    def seconds_per_solved(self) -> float | None:
        """Seconds of decoding and judging in all, per solved problem."""
        return self.seconds / self.solved if self.solved else None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            **asdict(self),
            "tokens_per_solved": self.tokens_per_solved,
            "seconds_per_solved": self.seconds_per_solved,
        }


def summarise(asked: Sequence[Asked], samples: Sequence[Sample], n: int) -> Summary:
    """Measure an evaluation of `n` samples per problem."""
    by_problem = grouped(asked, samples)
    tier_of = {problem.id: problem.tier or "unknown" for problem in asked}
    tiers = [str(t) for t in Tier if str(t) in tier_of.values()]
    tiers += ["unknown"] * ("unknown" in tier_of.values())
    attempted = [problem for problem in asked if not problem.unsupported]
    idle = n * (len(asked) - len(attempted))
    return Summary(
        problems=len(asked),
        n=n,
        figures=figures(asked, by_problem, n),
        without_defective=figures([p for p in asked if not p.defect], by_problem, n)
        if any(p.defect for p in asked)
        else None,
        tiers={t: figures([p for p in asked if tier_of[p.id] == t], by_problem, n) for t in tiers},
        failures=_classes((s.failure for s in samples if not s.passed), idle),
        first_failures=_classes((s.first_failure for s in samples if s.first_failure), idle),
        unsupported=tuple((p.id, p.unsupported) for p in asked if p.unsupported),
        defective=tuple(p.id for p in asked if p.defect),
        missing=n * len(attempted) - len(samples),
        solved=sum(any(s.passed for s in found) for found in by_problem.values()),
        tokens=sum(s.tokens for s in samples),
        seconds=sum(s.seconds for s in samples),
        escalations=sum(len(s.escalations) for s in samples),
        escalations_won=sum(won for s in samples for *_, won in s.escalations),
        first_failed=sum(bool(s.first_failure) for s in samples),
        repaired=sum(bool(s.first_failure) and s.passed for s in samples),
        mended=sum(s.mended for s in samples),
        confusion=_confusion(tier_of, samples),
    )


def grouped(asked: Sequence[Asked], samples: Iterable[Sample]) -> dict[str, list[Sample]]:
    """The samples of each problem, of those without any too."""
    found: dict[str, list[Sample]] = {problem.id: [] for problem in asked}
    for sample in samples:
        found[sample.problem].append(sample)
    return found


def figures(asked: Sequence[Asked], by_problem: Mapping[str, Sequence[Sample]], n: int) -> Figures:
    """pass@k over some problems; a sample that is not there is a failed one."""
    ks = [k for k in KS if k <= n]
    return Figures(
        len(asked),
        n,
        {k: interval(rates(asked, by_problem, n, k, lambda s: s.passed)) for k in ks},
        {k: interval(rates(asked, by_problem, n, k, lambda s: s.compiles)) for k in ks},
    )


def rates(
    asked: Sequence[Asked],
    by_problem: Mapping[str, Sequence[Sample]],
    n: int,
    k: int,
    good: Callable[[Sample], bool],
) -> list[float]:
    """pass@k of each problem, in order."""
    return [pass_at_k(n, sum(map(good, by_problem[p.id])), k) for p in asked]


def curve(asked: Sequence[Asked], samples: Sequence[Sample], n: int) -> list[tuple[int, Interval]]:
    """pass@k for every k up to n."""
    by_problem = grouped(asked, samples)
    return [
        (k, interval(rates(asked, by_problem, n, k, lambda s: s.passed))) for k in range(1, n + 1)
    ]


def cost_curve(samples: Sequence[Sample]) -> list[tuple[int, float]]:
    """Tokens that a sample may cost at most -> share of samples that passed within them."""
    costs = sorted(s.tokens for s in samples if s.passed)
    return [(cost, (i + 1) / len(samples)) for i, cost in enumerate(costs)]


@dataclass(frozen=True)
class Comparison:
    """B against A over the problems that both asked."""

    problems: int
    only_a: tuple[str, ...]
    """Problems that B did not ask."""
    only_b: tuple[str, ...]
    difference: Mapping[int, Interval]
    """Of pass@k, B minus A, with the interval of the paired bootstrap over problems."""
    syntax: Mapping[int, Interval]
    won: tuple[str, ...]
    """Problems whose pass@1 is higher in B."""
    lost: tuple[str, ...]


def compare(
    a: tuple[Sequence[Asked], Sequence[Sample], int],
    b: tuple[Sequence[Asked], Sequence[Sample], int],
) -> Comparison:
    """The paired difference of two evaluations: problems, samples and n of each."""
    in_a, in_b = {p.id for p in a[0]}, {p.id for p in b[0]}
    shared = [p for p in a[0] if p.id in in_b]
    groups = grouped(a[0], a[1]), grouped(b[0], b[1])

    def pairs(k: int, good: Callable[[Sample], bool]) -> list[float]:
        first, second = (
            rates(shared, group, n, k, good) for group, n in zip(groups, (a[2], b[2]), strict=True)
        )
        return [y - x for x, y in zip(first, second, strict=True)]

    ks = [k for k in KS if k <= min(a[2], b[2])]
    ones = dict(zip([p.id for p in shared], pairs(1, lambda s: s.passed), strict=True))
    return Comparison(
        problems=len(shared),
        only_a=tuple(p.id for p in a[0] if p.id not in in_b),
        only_b=tuple(p.id for p in b[0] if p.id not in in_a),
        difference={k: interval(pairs(k, lambda s: s.passed)) for k in ks},
        syntax={k: interval(pairs(k, lambda s: s.compiles)) for k in ks},
        won=tuple(id_ for id_, d in ones.items() if d > 0),
        lost=tuple(id_ for id_, d in ones.items() if d < 0),
    )


def sample_of(row: Mapping[str, Any]) -> Sample | None:
    """A stored row as a sample; None where it has no verdict yet."""
    common = {
        "problem": row["problem_id"],
        "position": row["position"],
        "expert": row["expert"],
        "tier": row["tier"],
    }
    if row["result"] is not None:
        built = json.loads(row["result"])
        steps = tuple((str(a), str(b), bool(won)) for a, b, won in built.pop("escalations"))
        known = {name: built[name] for name in Sample.__dataclass_fields__ if name in built}
        return Sample(**common, **known, escalations=steps)
    if row["outcome"] is None or row["tokens"] is None:
        return None
    return Sample(
        **common,
        passed=row["outcome"] == "passed",
        compiles=bool(row["compiles"]),
        failure=row["class"],
        first_failure=row["class"],
        tokens=row["tokens"],
        seconds=row["drawing_seconds"] + row["judging_seconds"],
    )


def samples_of(rows: Iterable[Mapping[str, Any]]) -> list[Sample]:
    """The samples that have a verdict."""
    return [sample for row in rows if (sample := sample_of(row)) is not None]


def canonical(samples: Sequence[Sample]) -> bytes:
    """The samples without what a clock said: equal for equal evaluations, byte for byte."""
    lines = []
    for sample in samples:
        kept = asdict(sample)
        del kept["seconds"]
        lines.append(json.dumps(kept, sort_keys=True))
    return "\n".join(lines).encode()


def _classes(found: Iterable[str], idle: int) -> dict[str, int]:
    from agent.evaluate.classes import CLASSES

    counts = Counter(found)
    counts["unsupported"] += idle
    return {name: counts[name] for name in CLASSES if counts[name]}


def _confusion(tier_of: Mapping[str, str], samples: Sequence[Sample]) -> dict[str, dict[str, int]]:
    matrix: dict[str, dict[str, int]] = {}
    for sample in samples:
        if sample.tier and sample.position == 0 and sample.expert.startswith("routed"):
            row = matrix.setdefault(tier_of[sample.problem], {})
            row[sample.tier] = row.get(sample.tier, 0) + 1
    return matrix
