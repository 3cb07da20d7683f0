"""What a run that gave up lets one believe, out of its recorded attempts. Pure.

A check that no design ever passed, and that most of them fail with the same value at the same
moment, is evidence against the check as much as against the designs: the specification may
contradict the testbench there. Random stimulus has a fixed seed, so the same moment is the same
stimulus.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from agent.attempts import Attempt, Candidate, StepKind
from agent.feedback import error_class, unknown_value
from agent.policy import failures_in_a_row
from agent.progress import first_cause
from agent.runs import StoredRun
from agent.toolchain.results import Outcome, TestResult
from mevllm.spec import Interface

MIN_DESIGNS = 3
"""Fewer designs that agree are no evidence."""
MIN_SHARE = 0.75
"""Share of the designs that ran a check which must fail it in the same way."""

_EXPECTED_FIRST = re.compile(
    r"(?:expected|wanted|should be)\b[ :=]*(?P<expected>[^,;]+?)\s*[,;]?\s*"
    r"(?:but |and )?(?:got|was|is|saw)\b[ :=]*(?P<got>[^,;]+)",
    re.IGNORECASE,
)
_GOT_FIRST = re.compile(
    r"\bgot\b[ :=]*(?P<got>[^,;]+?)\s*[,;]?\s*(?:but |and )?"
    r"(?:expected|wanted|should be)\b[ :=]*(?P<expected>[^,;]+)",
    re.IGNORECASE,
)
_CYCLE = re.compile(r"\bcycle[ :=#]*(\d+)", re.IGNORECASE)
_BOUND = re.compile(r"the bound of ([\d.]+) (attempts|tokens|s) is reached")
_FLAGS = {"attempts": "--max-attempts", "tokens": "--max-tokens", "s": "--max-seconds"}

Kind = Literal[
    "contradiction", "interface", "testbench", "answers", "variety", "adapter", "tier", "budget"
]


@dataclass(frozen=True)
class Agreement:
    """A check that most designs fail in one and the same way."""

    check: str
    message: str
    """The testbench's first line about it."""
    time_ns: float | None
    cycle: int | None
    """As the message numbers it."""
    expected: str | None
    """As the message gives it; None where it does not."""
    got: str | None
    inputs: tuple[tuple[str, str], ...]
    """Input ports and their values at the failure, where a trace of one design is recorded."""
    same: int
    """Distinct designs that fail it in this way."""
    of: int
    """Distinct designs that ran it; none passed it."""
    pass_the_rest: int
    """Those of `same` that pass every check which any design passed."""
    example: str
    """One of them, as `ATTEMPT.CANDIDATE`."""


@dataclass(frozen=True)
class Advice:
    """One thing to try next."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Belief:
    """What the attempts of a run that did not pass let one believe."""

    designs: int
    """Distinct designs that were judged."""
    ran: int
    """Those of which at least one check was run."""
    never_passed: tuple[str, ...]
    """The checks that were run and that no design ever passed, in the testbench's order."""
    passed_apart: tuple[str, ...]
    """Without any such check: the checks that some designs pass and others fail."""
    agreements: tuple[Agreement, ...]
    """The checks that the specification may contradict."""
    advice: tuple[Advice, ...]
    """What to try next, the likeliest first."""


def believe(run: StoredRun) -> Belief | None:
    """What to believe of a run that gave up; None for any other, or one without a design."""
    if run.status != "not passed" or not run.candidates:
        return None
    distinct = _distinct(run)
    ran = {ref: c for ref, c in distinct.items() if c.verdict.tests}
    results = {ref: {t.name: t for t in c.verdict.tests} for ref, c in ran.items()}
    known = [t.name for c in ran.values() for t in c.verdict.tests]
    checks = tuple(dict.fromkeys((*(n for n in run.start.expected_tests if n in known), *known)))
    ever = {name for tests in results.values() for name, test in tests.items() if test.passed}
    never = tuple(name for name in checks if name not in ever)
    apart = tuple(n for n in checks if any(n in r and not r[n].passed for r in results.values()))
    found = (_agreement(run, name, results, ever) for name in never)
    agreements = tuple(agreement for agreement in found if agreement)
    return Belief(
        designs=len(distinct),
        ran=len(ran),
        never_passed=never,
        passed_apart=() if never else apart,
        agreements=agreements,
        advice=tuple(_advice(run, [*distinct.values()], agreements)),
    )


def lines(belief: Belief) -> list[str]:
    """The belief for a person; lines that begin with spaces belong to the one above."""
    told = [f"{_count(belief.designs, 'distinct design')}, {belief.ran} of them ran the checks"]
    if belief.never_passed:
        told.append(f"no design ever passed: {', '.join(belief.never_passed)}")
    elif belief.passed_apart:
        told.append(
            "every check was passed by some design, but never all by one: "
            f"{', '.join(belief.passed_apart)}"
        )
    for found in belief.agreements:
        told.append(
            f"{found.same} of {found.of} designs fail {found.check} in the same way"
            f"{_when(found)}: {found.message or 'its message does not say what it expected'}"
        )
        if found.inputs:
            told.append(f"    inputs: {' '.join(f'{n}={v}' for n, v in found.inputs)}")
        rest = f"; {found.pass_the_rest} of them pass every check that any design passes"
        told.append(
            f"    the specification may contradict the testbench here (see {found.example}"
            f"{rest if found.pass_the_rest else ''})"
        )
    return [*told, *(f"next: {advice.text}" for advice in belief.advice)]


def _distinct(run: StoredRun) -> dict[str, Candidate]:
    """The designs that were judged, each once, by `ATTEMPT.CANDIDATE`."""
    found: dict[str, Candidate] = {}
    seen: set[str] = set()
    for attempt in run.all_attempts:
        for candidate in attempt.candidates:
            if candidate.duplicate_of is None and candidate.rtl_hash not in seen:
                seen.add(candidate.rtl_hash)
                found[f"{attempt.ordinal}.{candidate.index}"] = candidate
    return found


def _agreement(
    run: StoredRun, name: str, results: Mapping[str, Mapping[str, TestResult]], ever: set[str]
) -> Agreement | None:
    """The way in which most designs fail a check, where enough of them do."""
    failures = {ref: tests[name] for ref, tests in results.items() if name in tests}
    ways = Counter((t.sim_time_ns, _first_line(t)) for t in failures.values())
    if not ways:
        return None
    (way, same), of = ways.most_common(1)[0], len(failures)
    # An output that nobody drives is a slip that many designs share, not another opinion.
    if same < MIN_DESIGNS or same < MIN_SHARE * of or unknown_value(way[1]):
        return None
    refs = [ref for ref, test in failures.items() if (test.sim_time_ns, _first_line(test)) == way]
    rest = [ref for ref in refs if all(t.passed for t in results[ref].values() if t.name in ever)]
    values = _EXPECTED_FIRST.search(way[1]) or _GOT_FIRST.search(way[1])
    cycle = _CYCLE.search(way[1])
    return Agreement(
        check=name,
        message=way[1],
        time_ns=way[0],
        cycle=int(cycle[1]) if cycle else None,
        expected=values["expected"].strip() if values else None,
        got=values["got"].strip() if values else None,
        inputs=_inputs(run, name, refs),
        same=same,
        of=of,
        pass_the_rest=len(rest) if ever else 0,
        example=(rest or refs)[0],
    )


def _inputs(run: StoredRun, check: str, refs: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Input values at a check's failure, from the trace that a repair was told of."""
    distinct = _distinct(run)
    hashes = {distinct[ref].rtl_hash for ref in refs}
    for attempt in run.attempts:
        if attempt.step.parent in hashes and f"{check} fails" in attempt.feedback:
            found = _last_row(attempt.feedback, run.start.interface)
            if found:
                return found
    return ()


def _last_row(feedback: str, interface: Interface) -> tuple[tuple[str, str], ...]:
    """The inputs in the last row of a feedback's table, which is the moment of the failure."""
    told = [line.split() for line in feedback.splitlines()]
    start = next((i for i, words in enumerate(told) if words[:1] == ["time(ns)"]), None)
    if start is None:
        return ()
    row: list[str] = []
    for words in told[start + 1 :]:
        if len(words) != len(told[start]) or not re.fullmatch(r"[\d.]+", words[0]):
            break
        row = words
    inputs = {port.name for port in interface.ports if port.direction == "input"}
    return tuple((n, v) for n, v in zip(told[start], row, strict=False) if n in inputs)


def _advice(
    run: StoredRun, distinct: Sequence[Candidate], agreements: Sequence[Agreement]
) -> Iterable[Advice]:
    if agreements:
        checks = " and ".join(dict.fromkeys(a.check for a in agreements))
        yield Advice(
            "contradiction",
            f"read what the specification says about {checks}: where it and the testbench differ, "
            "correct one of them; where they agree, say it in the specification more plainly",
        )
    yield from _broken(run, distinct)
    asked = [c for c in run.candidates if c.generation]
    repeated = sum(c.duplicate_of is not None for c in asked)
    if len(asked) >= 2 * MIN_DESIGNS and 2 * repeated >= len(asked):
        yield Advice(
            "variety",
            f"{repeated} of {len(asked)} answers repeat earlier ones: raise --temperature, or "
            "change --seed",
        )
    made = [a for a in run.attempts if a.step.kind is not StepKind.GIVEN]
    yield from _stronger(run, made)
    yield from _budget(run, made)


def _broken(run: StoredRun, distinct: Sequence[Candidate]) -> Iterable[Advice]:
    """What keeps most designs from being checked at all."""
    kinds = Counter(c.verdict.outcome for c in distinct)
    outcome, times = kinds.most_common(1)[0]
    if outcome in (Outcome.FAILED, Outcome.PASSED) or 2 * times < len(distinct):
        return
    these = [c for c in distinct if c.verdict.outcome is outcome]
    classes = Counter(error_class(c.verdict) for c in these)
    (common, often), share = classes.most_common(1)[0], f"{times} of {len(distinct)} designs"
    example = first_cause(next(c for c in these if error_class(c.verdict) == common).verdict)
    if outcome is Outcome.NOT_ELABORATED or common == "port":
        yield Advice(
            "interface",
            f"{share} do not fit the testbench ({example}): compare the ports and parameters that "
            "it touches with `mevagent spec show`",
        )
    elif outcome in (Outcome.LIMIT, Outcome.INCONCLUSIVE):
        yield Advice(
            "testbench",
            f"{share} give no result ({example}): give the testbench's waits a timeout, or raise "
            "--sim-seconds",
        )
    else:
        word = "are refused" if outcome is Outcome.REFUSED else "do not compile"
        yield Advice(
            "answers",
            f"{share} {word}, {often} of them for the same reason ({example}): if the "
            "specification asks for it, ask for something else; otherwise a stronger expert",
        )


def _stronger(run: StoredRun, made: Sequence[Attempt]) -> Iterable[Advice]:
    """Other experts: an adapter where the bare base answered, the tiers above, a larger base."""
    bare = [
        a.step.tier
        for a in made
        if any(c.generation and c.generation.adapter_sha256 is None for c in a.candidates)
    ]
    if bare:
        names = ", ".join(dict.fromkeys(str(tier) for tier in bare))
        yield Advice(
            "adapter",
            f"the base model answered without an adapter for {names}: train one "
            "(docs/training.md), or name a folder of them with --adapters",
        )
    if made:
        above = max((a.step.tier for a in made), key=lambda tier: tier.rank).next
        what = f"`--tier {above}` starts at the next expert; or" if above else "try"
        yield Advice("tier", f"{what} a larger base with --model or --url")


def _budget(run: StoredRun, made: Sequence[Attempt]) -> Iterable[Advice]:
    bound = _BOUND.search(run.reason)
    if bound is None:
        return
    more = f"mevagent build --resume {run.run_id} {_FLAGS[bound[2]]} {2 * float(bound[1]):g}"
    idle = failures_in_a_row(made)
    if len(made) < 3:
        yield Advice("budget", f"only {_count(len(made), 'attempt')} fitted: {more}")
    elif idle < 2:
        scores = [a.best.verdict.score for a in made if a.best and a.accepted]
        yield Advice(
            "budget", f"it was still getting better ({scores[0]:.2f} to {scores[-1]:.2f}): {more}"
        )
    else:
        yield Advice(
            "budget",
            f"the last {idle} attempts found nothing better, so more of the same may not help; to "
            f"go on nevertheless: {more}",
        )


def _first_line(test: TestResult) -> str:
    return next((line.strip() for line in test.message.splitlines() if line.strip()), "")


def _when(found: Agreement) -> str:
    return f", at {found.time_ns:g} ns" if found.time_ns is not None else ""


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
