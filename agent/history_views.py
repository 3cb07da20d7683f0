"""How the record looks on a terminal: rich renderables, made of stored values."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from agent.attempt_queries import RunSummary, reference_of
from agent.attempts import Attempt, Candidate
from agent.belief import believe, lines
from agent.progress import describe_verdict
from agent.record_json import messages_of
from agent.runs import StoredRun, UnfinishedAttempt
from agent.strength import Strength
from agent.strength_words import strength_lines

if TYPE_CHECKING:
    from agent.replay import ReplayReport

STATUS_STYLES = {
    "passed": "bold green",
    "not passed": "red",
    "error": "red",
    "running": "cyan",
    "interrupted": "yellow",
    "aborted": "yellow",
}
AGREEMENT_STYLES = {"reproduced": "green", "differs": "bold red", "depends on load": "yellow"}

PLAIN_WIDTH = 200
"""Columns where there is no terminal: whoever reads a pipe wants the whole line."""

NARROW = 110
"""Columns below which the listing leaves some out."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def console() -> Console:
    """A console on standard output, wide where it is no terminal."""
    made = Console(highlight=False)
    return made if made.is_terminal else Console(highlight=False, width=PLAIN_WIDTH)


def visible(text: str) -> str:
    """The text without control characters: a design must not move a person's cursor."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))


RUN_CELLS: dict[str, Callable[[RunSummary], Text]] = {
    "run": lambda run: Text(run.run_id),
    "when": lambda run: Text(moment(run.started)),
    "design": lambda run: Text(visible(run.module)),
    "verdict": lambda run: Text(run.status, style=STATUS_STYLES[run.status]),
    "score": lambda run: Text("" if run.best_score is None else f"{run.best_score:.2f}"),
    "attempts": lambda run: Text(str(run.attempts)),
    "candidates": lambda run: Text(str(run.candidates)),
    "time": lambda run: Text(duration(run.seconds)),
    "tokens": lambda run: Text(str(run.tokens)),
    "tiers": lambda run: Text(" → ".join(run.tiers)),
    "found in": lambda run: Text(visible(run.found)),
}
"""The columns of the listing, in order."""

LEFT_ALIGNED = frozenset({"run", "when", "design", "verdict", "tiers", "found in"})


def run_columns(width: int, searched: bool) -> list[str]:
    """The columns to show: where there is little width, without what matters least."""
    hidden = {"attempts", "candidates", "time", "tokens", "tiers"} if searched else {"found in"}
    if width < NARROW:
        hidden |= {"candidates", "tokens"}
    return [name for name in RUN_CELLS if name not in hidden]


def runs_table(runs: Sequence[RunSummary], width: int = PLAIN_WIDTH) -> Table:
    """One line to a run."""
    names = run_columns(width, any(run.found for run in runs))
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in names:
        table.add_column(
            name,
            justify="left" if name in LEFT_ALIGNED else "right",
            no_wrap=name not in ("design", "tiers", "found in"),
            overflow="fold",
        )
    for run in runs:
        table.add_row(*(RUN_CELLS[name](run) for name in names))
    return table


def run_tree(run: StoredRun) -> RenderableType:
    """What defined a run and how it ended, then its attempts as a tree."""
    start = run.start
    head = Text.assemble(
        (run.run_id, "bold"),
        f"  {start.kind} {visible(start.interface.module)}  ",
        (run.status, STATUS_STYLES[run.status]),
        f": {visible(run.reason)}" if run.reason else "",
    )
    tree = Tree(head, guide_style="dim")
    for attempt in sorted(run.all_attempts, key=lambda a: a.ordinal):
        tree.add(_attempt_branch(run, attempt))
    belief = believe(run)
    told = [Text(visible(line)) for line in lines(belief)] if belief else []
    parts: list[RenderableType] = [tree, Text(), *told, *([Text()] if told else []), _facts(run)]
    if run.strength is not None:
        parts += [Text(), strength_view(run.strength)]
    return Group(*parts)


def strength_view(strength: Strength) -> RenderableType:
    """What a testbench notices of mutants, and the lines of those that it does not."""
    return Group(*(Text(visible(line), style=style) for line, style in strength_lines(strength)))


def attempt_view(run: StoredRun, attempt: Attempt | UnfinishedAttempt) -> RenderableType:
    """An attempt with its candidates, and what its repairs were told."""
    parts: list[RenderableType] = [_attempt_branch(run, attempt)]
    if attempt.feedback:
        parts += [Text("\nfeedback", style="bold"), Text(visible(attempt.feedback))]
    return Group(*parts)


def candidate_view(run: StoredRun, reference: str, candidate: Candidate) -> RenderableType:
    """A candidate: its verdict, checks, diagnostics, fixes, and how it was drawn."""
    verdict = candidate.verdict
    parts: list[RenderableType] = [
        Text.assemble((reference, "bold"), "  ", _candidate_line(run, candidate))
    ]
    if verdict.tests:
        parts.append(tests_table(candidate))
    for diagnostic in verdict.diagnostics:
        where = f"line {diagnostic.line}: " if diagnostic.line else ""
        style = "red" if diagnostic.severity == "error" else "yellow"
        line = f"{diagnostic.tool}: {where}{diagnostic.message}"
        parts.append(Text.assemble((f"{diagnostic.severity} ", style), visible(line)))
        if diagnostic.source.strip():
            parts.append(Text(f"    {visible(diagnostic.source.strip())}", style="dim"))
    parts += [Text(visible(f"fixed: {fix.rule}: {fix.detail}")) for fix in candidate.fixes]
    if candidate.generation is not None:
        drawn = candidate.generation
        adapter = f"adapter {drawn.adapter_sha256[:12]}" if drawn.adapter_sha256 else "no adapter"
        parts.append(
            Text(
                f"{drawn.base} ({adapter}), seed {drawn.seed}, temperature {drawn.temperature:g}, "
                f"top-p {drawn.top_p:g}: {drawn.tokens} tokens in {drawn.seconds:.1f} s, "
                f"ended by {drawn.finish}",
                style="dim",
            )
        )
    parts.append(Text(f"design {candidate.rtl_hash}", style="dim"))
    return Group(*parts)


def tests_table(candidate: Candidate) -> Table:
    """The checks of a candidate."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("check", "result", "ended at", "share", "message"):
        table.add_column(name)
    for test in candidate.verdict.tests:
        table.add_row(
            Text(visible(test.name)),
            Text("passed", style="green") if test.passed else Text("failed", style="red"),
            Text("" if test.sim_time_ns is None else f"{test.sim_time_ns:g} ns"),
            Text("" if test.share is None else f"{test.share:.3f}"),
            Text(visible(test.message)),
        )
    return table


def prompt_view(candidate: Candidate) -> RenderableType:
    """The prompt, message by message, and the answer."""
    if candidate.generation is None:
        return Text("a person gave this design; no model was asked")
    parts: list[RenderableType] = []
    for turn in messages_of(candidate):
        parts += [Text(turn["role"], style="bold cyan"), Text(visible(turn["content"])), Text()]
    answer = visible(candidate.generation.prefill), (visible(candidate.generation.answer), "green")
    return Group(*parts, Text("assistant", style="bold cyan"), Text.assemble(*answer))


def code_view(rtl: str) -> RenderableType:
    """RTL in colours, with line numbers."""
    return Syntax(
        visible(rtl).rstrip("\n"),
        "systemverilog",
        # Colours of the terminal's own palette are readable on its own background.
        theme="ansi_dark",
        line_numbers=True,
        background_color="default",
    )


def diff_lines(old: str, new: str, old_name: str, new_name: str) -> Iterator[str]:
    """A unified diff, line by line without line ends."""
    return difflib.unified_diff(old.splitlines(), new.splitlines(), old_name, new_name, lineterm="")


def diff_view(lines: Sequence[str]) -> RenderableType:
    """A unified diff in colours."""
    styles = {"+": "green", "-": "red", "@": "cyan"}
    styled = [
        Text(
            visible(line), style="bold" if line[:3] in ("+++", "---") else styles.get(line[:1], "")
        )
        for line in lines
    ]
    return Group(*styled)


def replay_view(report: ReplayReport) -> RenderableType:
    """What became of each verdict."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("candidate", "recorded", "now", "proof"):
        table.add_column(name)
    for result in report.results:
        proof = Text(result.agreement, style=AGREEMENT_STYLES[result.agreement])
        for difference in result.differences:
            proof.append(f"\n{visible(difference)}", style="default")
        table.add_row(
            Text(result.reference),
            Text(f"{result.recorded.score:.2f} {result.recorded.outcome}"),
            Text(f"{result.now.score:.2f} {result.now.outcome}"),
            proof,
        )
    return table


def replay_lines(report: ReplayReport) -> list[str]:
    """What is to be said below the verdicts: tools and files that changed, and the sum."""
    lines = [
        f"{change.tool}: recorded {change.recorded or 'missing'}, now {change.now or 'missing'}"
        for change in report.tools
    ]
    lines += [f"{path} has changed since" for path in report.changed_files]
    if report.load_dependent:
        lines.append(
            f"{report.load_dependent} ended by a limit on time in one of the two: not reproducible "
            "by nature, for it depends on the machine and its load"
        )
    counted = len(report.results) - report.load_dependent
    return [*lines, f"{report.reproduced} of {counted} verdicts reproduced"]


def duration(seconds: float) -> str:
    """Seconds for a person: `0.4 s`, `2 m 05 s`, `1 h 02 m`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} m {rest:02} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} m"


def moment(time: datetime) -> str:
    """Local time as `ls -l` has it: the hour for this year's, the year for others."""
    local = time.astimezone()
    this_year = local.year == datetime.now(UTC).astimezone().year
    return f"{local:%m-%d %H:%M}" if this_year else f"{local:%Y-%m-%d}"


def _attempt_branch(run: StoredRun, attempt: Attempt | UnfinishedAttempt) -> Tree:
    step = attempt.step
    line = Text.assemble(
        (f"{attempt.ordinal}  {step.kind} at {step.tier}", "bold"),
        f"  {visible(step.reason)}" if step.reason else "",
    )
    if isinstance(attempt, Attempt):
        note = "" if attempt.accepted else ", not better"
        line.append(f"  ({attempt.tokens} tokens, {duration(attempt.seconds)}{note})", style="dim")
    else:
        word = "cut off" if attempt.status == "aborted" else "under way"
        line.append(f"  ({word}; does not count)", style="yellow")
    branch = Tree(line, guide_style="dim")
    for candidate in attempt.candidates:
        name = f"{attempt.ordinal}.{candidate.index}  "
        branch.add(Text.assemble(name, _candidate_line(run, candidate)))
    return branch


def _candidate_line(run: StoredRun, candidate: Candidate) -> Text:
    style = "green" if candidate.verdict.passed else ""
    line = Text(f"{candidate.kind:<6} {candidate.verdict.score:.2f} ")
    line.append(visible(describe_verdict(candidate.verdict)), style=style)
    for word, digest in (("repairs", candidate.parent), ("same as", candidate.duplicate_of)):
        if digest:
            line.append(f"  {word} {reference_of(run, digest) or digest[:12]}", style="dim")
    if candidate.fixes:
        line.append(f"  fixed: {', '.join(fix.rule for fix in candidate.fixes)}", style="dim")
    if run.best is not None and candidate == run.best:
        line.append("  best", style="bold")
    return line


def _facts(run: StoredRun) -> RenderableType:
    start = run.start
    facts = [
        ("started", f"{run.started.astimezone():%Y-%m-%d %H:%M:%S}, took {duration(run.seconds)}"),
        ("answers", f"{len(run.candidates)} candidates, {run.tokens} tokens"),
        ("specification", f"{start.spec_source}  {start.spec_sha256[:12]}"),
        ("testbench", f"{start.testbench.path}: {', '.join(start.expected_tests)}"),
        ("model", f"{start.base} {start.base_sha256[:12]}, {start.engine}"),
        ("tools", ", ".join(f"{k} {v}" for k, v in start.tool_versions.items())),
        ("sandbox", start.sandbox),
    ]
    if run.classification:
        routed = run.classification
        odds = ", ".join(f"{t} {p:.2f}" for t, p in routed.get("probabilities", {}).items())
        facts.insert(2, ("routed to", f"{routed['tier']} ({odds}): {routed.get('reason', '')}"))
    if len(run.sittings) > 1:
        facts.append(("resumed", f"{len(run.sittings) - 1} times"))
    return Group(*(Text.assemble((f"{name:<14}", "dim"), visible(text)) for name, text in facts))
