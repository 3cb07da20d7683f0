"""A run as one HTML page: no script, nothing from elsewhere, everything escaped.

What a design, a specification or a testbench says reaches the page through Jinja's autoescape,
Pygments or a Markdown renderer without HTML and images; a content security policy forbids the rest.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from agent import __version__
from agent.attempt_queries import reference_of
from agent.attempts import Attempt, Candidate
from agent.belief import Belief, believe
from agent.history_views import duration, visible
from agent.progress import describe_verdict, first_cause
from agent.replay import distinct_designs
from agent.report import svg
from agent.report.watched import Watched
from agent.runs import StoredRun
from agent.toolchain import waveform

CONTEXT = 3
"""Unchanged lines shown around a change."""


@dataclass(frozen=True)
class Line:
    """A line of a design in a listing or a comparison."""

    kind: str
    """`same`, `added`, `removed`, or `skip` for lines left out."""
    old: int | None
    new: int | None
    html: Markup


@dataclass(frozen=True)
class Change:
    """From one best design to the next."""

    reference: str
    candidate: Candidate
    before: str | None
    """Reference of the design it is compared with; None for the first."""
    repairs: bool
    """Whether it was asked for as a repair of that one."""
    lines: tuple[Line, ...]
    summary: str


def render(
    run: StoredRun,
    watched: Watched | None = None,
    *,
    note: str = "",
) -> str:
    """The page. `note` says why waveforms or other parts are missing."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests["unfinished"] = lambda attempt: not isinstance(attempt, Attempt)
    environment.filters.update(
        visible=visible, duration=duration, verdict=describe_verdict, cause=first_cause
    )
    designs = distinct_designs(run)
    best = run.best
    return environment.get_template("page.html.j2").render(
        run=run,
        start=run.start,
        version=__version__,
        attempts=sorted(run.all_attempts, key=lambda a: a.ordinal),
        designs={ref: (c, code_lines(c.rtl)) for ref, c in designs.items()},
        checks=_checks(designs),
        changes=_changes(run),
        best=best,
        belief=_belief(believe(run)),
        watched=watched,
        waves=_waves(watched) if watched else None,
        undrawn=_undrawn(watched),
        strength=run.strength,
        specification=markdown(run.start.spec_text),
        costs=_costs(run),
        facts=_facts(run),
        tiers=list(dict.fromkeys(str(a.step.tier) for a in run.all_attempts)),
        note=note,
        reference_of=lambda digest: reference_of(run, digest) or digest[:12],
    )


def markdown(text: str) -> Markup:
    """A specification as HTML: no raw HTML passes, and no image is asked for."""
    from markdown_it import MarkdownIt

    renderer = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    return Markup(renderer.render(visible(text)))  # noqa: S704  # html is off


def code_lines(rtl: str) -> tuple[Line, ...]:
    """A design in colours, line by line."""
    html = _highlight(rtl)
    return tuple(Line("same", None, number, line) for number, line in enumerate(html, 1))


def diff_lines(old: str, new: str) -> tuple[Line, ...]:
    """A comparison in one column, in colours, with a little of what stayed the same."""
    before, after = _highlight(old), _highlight(new)
    matcher = difflib.SequenceMatcher(a=old.splitlines(), b=new.splitlines(), autojunk=False)
    found: list[Line] = []
    for number, group in enumerate(matcher.get_grouped_opcodes(CONTEXT)):
        if number:
            found.append(Line("skip", None, None, Markup("")))
        for tag, a0, a1, b0, b1 in group:
            if tag == "equal":
                pairs = zip(range(a0, a1), range(b0, b1), strict=True)
                found += [Line("same", i + 1, j + 1, after[j]) for i, j in pairs]
                continue
            found += [Line("removed", i + 1, None, before[i]) for i in range(a0, a1)]
            found += [Line("added", None, j + 1, after[j]) for j in range(b0, b1)]
    return tuple(found)


def _highlight(rtl: str) -> list[Markup]:
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import SystemVerilogLexer

    # One line in is one line out: what str.splitlines also takes for an end becomes a space.
    lines = [visible(line) for line in rtl.splitlines()]
    html = highlight(
        "\n".join(lines),
        SystemVerilogLexer(stripnl=False),
        HtmlFormatter(nowrap=True, classprefix="c-"),
    )
    return [Markup(line) for line in html.split("\n")[: len(lines)]]  # noqa: S704  # Pygments escapes


def _changes(run: StoredRun) -> tuple[Change, ...]:
    """The way from the first best design to the last, each compared with the one before."""
    found: list[Change] = []
    before: Candidate | None = None
    for attempt in run.attempts:
        best = attempt.best
        if best is None or not attempt.accepted:
            continue
        reference = f"{attempt.ordinal}.{best.index}"
        lines: tuple[Line, ...] = ()
        if before is not None:
            lines = diff_lines(before.rtl, best.rtl)
        added, removed = (sum(x.kind == kind for x in lines) for kind in ("added", "removed"))
        found.append(
            Change(
                reference=reference,
                candidate=best,
                before=reference_of(run, before.rtl_hash) if before else None,
                repairs=before is not None and best.parent == before.rtl_hash,
                lines=lines,
                summary=f"+{added} −{removed}" if before else "",  # noqa: RUF001
            )
        )
        before = best
    return tuple(found)


def _checks(designs: dict[str, Candidate]) -> dict[str, dict[str, bool | None]]:
    """Check to design to whether it passed; None where it did not run."""
    ran = {ref: c for ref, c in designs.items() if c.verdict.tests}
    names = dict.fromkeys(t.name for c in ran.values() for t in c.verdict.tests)
    results = {ref: {t.name: t.passed for t in c.verdict.tests} for ref, c in ran.items()}
    return {name: {ref: tests.get(name) for ref, tests in results.items()} for name in names}


def _belief(belief: Belief | None) -> dict[str, Any] | None:
    from agent.belief import lines

    if belief is None:
        return None
    told = [line for line in lines(belief) if not line.startswith("next: ")]
    return {"lines": told, "advice": [advice.text for advice in belief.advice]}


def _waves(watched: Watched) -> dict[str, Markup | None]:
    """The failing picture and the passing one, on the same scale."""
    failed, passed = watched.failed, watched.passed
    scale = svg.scale_of([wave for wave in (failed, passed) if wave])
    found: dict[str, Markup | None] = {"failed": None, "passed": None}
    if failed:
        found["failed"] = svg.draw(
            failed,
            scale,
            label=f"Waveform of design {watched.failing} up to its first mismatch",
            failure_ns=watched.failure_ns,
            ends=bool(watched.check),
            differing=waveform.differences(failed, passed) if passed else {},
        )
    if passed:
        label = f"Waveform of design {watched.passing}, which passes"
        found["passed"] = svg.draw(passed, scale, label=label)
    return found


def _undrawn(watched: Watched | None) -> int:
    """How many ports the pictures leave out."""
    shown = [wave for wave in (watched.failed, watched.passed) if wave] if watched else []
    return max((len(wave.signals) - svg.MAX_SIGNALS for wave in shown), default=0)


def _costs(run: StoredRun) -> list[dict[str, Any]]:
    """What each attempt cost, and the sum."""
    rows: list[dict[str, Any]] = []
    for attempt in run.attempts:
        rows.append(
            {
                "name": f"{attempt.ordinal}  {attempt.step.kind} at {attempt.step.tier}",
                "candidates": len(attempt.candidates),
                "tokens": attempt.tokens,
                "simulating": sum(c.verdict.seconds for c in attempt.candidates),
                "seconds": attempt.seconds,
            }
        )
    keys = ("candidates", "tokens", "simulating", "seconds")
    total = {"name": "all", **{key: sum(row[key] for row in rows) for key in keys}}
    return [*rows, total]


def _facts(run: StoredRun) -> list[tuple[str, str]]:
    """What is needed to judge the page, and to make the run again."""
    start = run.start
    drawn = next((c.generation for c in run.candidates if c.generation), None)
    adapters = sorted({*_adapters(run.candidates)})
    facts = [
        ("run", run.run_id),
        ("started", f"{run.started:%Y-%m-%d %H:%M:%S} UTC, took {duration(run.seconds)}"),
        ("specification", f"{start.spec_source}, SHA-256 {start.spec_sha256[:16]}"),
        *((f"{f.role}", f"{f.path.name}, SHA-256 {f.sha256[:16]}") for f in start.files),
        ("model", f"{start.base}, SHA-256 {start.base_sha256[:16]}, engine {start.engine}"),
        ("adapters", ", ".join(adapters) or "none: the base model answered"),
    ]
    if drawn:
        seed = start.options.get("seed", drawn.seed)
        sampling = f"temperature {drawn.temperature:g}, top-p {drawn.top_p:g}, first seed {seed}"
        facts.append(("sampling", sampling))
    if run.classification:
        odds = run.classification.get("probabilities", {})
        told = ", ".join(f"{tier} {p:.2f}" for tier, p in odds.items())
        facts.append(("routed to", f"{run.classification['tier']} ({told})"))
    facts.append(("tools", ", ".join(f"{k} {v}" for k, v in start.tool_versions.items())))
    facts.append(("sandbox", start.sandbox))
    facts.append(("prove it", f"mevagent replay {run.run_id}"))
    return facts


def _adapters(candidates: Sequence[Candidate]) -> Iterator[str]:
    for candidate in candidates:
        if candidate.generation and candidate.generation.adapter_sha256:
            yield candidate.generation.adapter_sha256[:16]
