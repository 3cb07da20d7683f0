"""`mevagent history` and `mevagent replay`: look at the record, and prove it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agent.errors import ExitCode, InputError, MissingToolError
from agent.options import FILE, db_option

if TYPE_CHECKING:
    from rich.console import RenderableType

    from agent.attempt_log import AttemptLog
    from agent.attempts import Candidate
    from agent.replay import Replayed, ReplayReport
    from agent.runs import StoredRun


class ListByDefault(click.Group):
    """A group whose `list` is meant where no subcommand is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `list` in front of options that stand alone."""
        asks_help = any(arg in ctx.help_option_names for arg in args)
        if not asks_help and not any(arg in self.commands for arg in args):
            args = ["list", *args]
        return super().parse_args(ctx, args)


DB = click.option("--db", type=FILE, help="Attempt database, as `mevagent history --db` names it.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON as the only output.")


@click.group(cls=ListByDefault)
@db_option
def history(db: Path) -> None:
    """Review the runs and attempts in the record; without a subcommand, list the runs.

    RUN is the beginning of a run's name, or of its last part, or `last`. RUN.2 is its
    attempt 2, RUN.2.0 that attempt's candidate 0.
    """


@history.command("list")
@DB
@click.option("--passed/--failed", default=None, help="Only runs that passed, or that did not.")
@click.option("--design", default="", metavar="TEXT", help="Part of the module's or file's name.")
@click.option(
    "--search",
    default="",
    metavar="TEXT",
    help="Words in the specification, RTL, prompts, answers, diagnostics or messages; "
    "quotes keep them together: --search '\"expected 0\" reset'.",
)
@click.option(
    "--limit",
    type=click.IntRange(0),
    default=20,
    show_default=True,
    help="Show this many of the newest; 0 shows all.",
)
@JSON
@click.pass_context
def list_command(
    ctx: click.Context,
    db: Path | None,
    passed: bool | None,
    design: str,
    search: str,
    limit: int,
    as_json: bool,
) -> None:
    """List the newest runs."""
    from agent.attempt_queries import list_runs
    from agent.record_json import plain

    path = _path(ctx, db)
    runs: tuple[Any, ...] = ()
    if path.exists() or _was_named(ctx, db):
        with _open(path) as log:
            runs = list_runs(log, passed=passed, design=design, search=search, limit=limit or None)
    if as_json:
        _print_json(plain(runs))
    elif runs:
        from agent.history_views import console, runs_table

        _print(runs_table(runs, console().width))
        if len(runs) == limit:
            click.echo(f"the newest {limit}; --limit 0 shows all", err=True)
    elif passed is None and not design and not search:
        click.echo(f"no runs in {path} yet; `mevagent build` records them", err=True)
    else:
        click.echo(f"no run in {path} matches; `mevagent history` lists them all", err=True)


@history.command()
@click.argument("reference", metavar="RUN[.ATTEMPT[.CANDIDATE]]", default="last")
@DB
@click.option("--code", is_flag=True, help="Only the design, exact where it is no terminal.")
@click.option("--prompt", is_flag=True, help="Only the prompt and the answer.")
@click.option("--tests", is_flag=True, help="Only the checks and their results.")
@JSON
@click.pass_context
def show(
    ctx: click.Context,
    reference: str,
    db: Path | None,
    code: bool,
    prompt: bool,
    tests: bool,
    as_json: bool,
) -> None:
    """Show a run as a tree, or one attempt, or one candidate.

    --code, --prompt and --tests are of the candidate named, else of the best one.
    """
    from agent import history_views as views
    from agent.attempt_queries import pick_attempt, pick_candidate, resolve
    from agent.belief import believe
    from agent.record_json import attempt_json, candidate_json, plain, run_json

    with _open(_path(ctx, db)) as log:
        run, attempt, index = resolve(log, reference)
    if code or prompt or tests:
        _show_parts(*pick_candidate(run, attempt, index), code, prompt, tests, as_json)
    elif index is not None:
        name, candidate = pick_candidate(run, attempt, index)
        if as_json:
            _print_json(candidate_json(candidate))
        else:
            _print(views.candidate_view(run, name, candidate))
    elif attempt is not None:
        made = pick_attempt(run, attempt)
        if as_json:
            _print_json(attempt_json(made))
        else:
            _print(views.attempt_view(run, made))
    elif as_json:
        _print_json({**run_json(run, files=False), "belief": plain(believe(run))})
    else:
        _print(views.run_tree(run))


@history.command()
@click.argument("run", metavar="[RUN]", required=False)
@DB
@click.option(
    "--theme",
    type=click.Choice(["auto", "dark", "light"]),
    default="auto",
    show_default=True,
    help="Colours; auto goes by COLORFGBG, which some terminals set.",
)
@click.option(
    "--allow-unsandboxed", is_flag=True, help="Run designs even where no sandbox is available."
)
@click.pass_context
def tui(
    ctx: click.Context, run: str | None, db: Path | None, theme: str, allow_unsandboxed: bool
) -> None:
    """Browse the record: runs, attempts, code, diffs, waves; follows builds as they go on.

    Begins at RUN where one is named. Needs the extra `tui`.
    """
    try:
        from agent.tui.app import browse, theme_for
    except ModuleNotFoundError as error:
        raise MissingToolError(
            f"the browser needs {error.name}, which is not installed: `pip install 'mevagent[tui]'`"
        ) from error
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InputError("history tui needs a terminal; `mevagent history list` does not")
    with _open(_path(ctx, db)) as log:
        run_id = log.find_run(run) if run else None
        chosen = theme_for() if theme == "auto" else theme
        browse(log, run_id=run_id, theme=chosen, allow_unsandboxed=allow_unsandboxed)


@history.command()
@click.argument("old", metavar="A")
@click.argument("new", metavar="[B]", required=False)
@DB
@click.pass_context
def diff(ctx: click.Context, old: str, new: str | None, db: Path | None) -> None:
    """Compare two designs, or a repaired one with its parent.

    A and B are RUN.ATTEMPT.CANDIDATE; the best candidate is meant where numbers are left out.
    With A alone, what it repairs is compared with it.
    """
    from agent.attempt_queries import pick_candidate, resolve
    from agent.history_views import diff_lines, diff_view

    with _open(_path(ctx, db)) as log:
        run, *place = resolve(log, old)
        first = pick_candidate(run, *place)
        if new is None:
            second, first = first, _parent(run, *first)
        else:
            other, *place = resolve(log, new)
            second = pick_candidate(other, *place)
    lines = list(diff_lines(first[1].rtl, second[1].rtl, first[0], second[0]))
    if not lines:
        click.echo(f"{first[0]} and {second[0]} are the same, line by line", err=True)
    elif _is_terminal():
        _print(diff_view(lines))
    else:
        click.echo("\n".join(lines))


@history.command()
@click.argument("run", metavar="RUN", default="last")
@DB
@click.option("-o", "--output", type=FILE, help="File to write; standard output without it.")
@click.option(
    "--format",
    "shape",
    type=click.Choice(["json", "jsonl"]),
    help="One document, or one object to a line; by the file's name without it.",
)
@click.option("--rtl", is_flag=True, help="Only the passing design, or else the best one.")
@click.pass_context
def export(
    ctx: click.Context, run: str, db: Path | None, output: Path | None, shape: str | None, rtl: bool
) -> None:
    """Write everything of a run, the testbench's files included."""
    from agent.attempt_queries import pick_candidate
    from agent.output import write_atomically
    from agent.record_json import run_json, run_lines

    if rtl and shape:
        raise click.UsageError("--rtl writes Verilog; leave --format out")
    with _open(_path(ctx, db)) as log:
        stored = log.load_run(log.find_run(run))
    if rtl:
        name, best = pick_candidate(stored, None, None)
        text = best.rtl
        if not best.verdict.passed:
            click.echo(f"{name} does not pass: score {best.verdict.score:.2f}", err=True)
    elif shape == "jsonl" or (shape is None and output and output.suffix == ".jsonl"):
        text = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in run_lines(stored))
    else:
        text = json.dumps(run_json(stored), indent=2, ensure_ascii=False) + "\n"
    if output is None:
        click.echo(text, nl=False)
    else:
        write_atomically(output, text)


@click.command("replay")
@click.argument("run", metavar="RUN", default="last")
@db_option
@click.option("--attempt", type=click.IntRange(0), metavar="N", help="Only this attempt's designs.")
@click.option("--current", is_flag=True, help="Use the testbench's files as they are today.")
@click.option(
    "--allow-unsandboxed", is_flag=True, help="Run designs even where no sandbox is available."
)
@JSON
def replay_command(
    run: str,
    db: Path,
    attempt: int | None,
    current: bool,
    allow_unsandboxed: bool,
    as_json: bool,
) -> int:
    """Prove a run's verdicts: simulate every distinct design of RUN again and compare.

    The testbench is the copy in the record. 0: every verdict came out as recorded; 1: one did
    not. A verdict that a limit on time decided proves nothing, and is counted apart.
    """
    from rich.console import Console

    from agent.record_json import report_json
    from agent.replay import distinct_designs, replay

    with _open(db) as log:
        stored = log.load_run(log.find_run(run))
    from agent.toolchain.simulators import open_simulator

    total, done = len(distinct_designs(stored, attempt)), 0
    simulator = open_simulator(allow_unsandboxed=allow_unsandboxed)
    try:
        with Console(stderr=True).status(f"simulating {total} designs again") as status:

            def count(_: Replayed) -> None:
                nonlocal done
                done += 1
                status.update(f"simulated {done} of {total} designs again")

            report = replay(stored, simulator, attempt=attempt, current=current, on_result=count)
    finally:
        simulator.close()
    if as_json:
        _print_json(report_json(report))
    else:
        _show_report(report)
    return ExitCode.PASSED if report.ok else ExitCode.NOT_PASSED


def _show_report(report: ReplayReport) -> None:
    from agent.history_views import replay_lines, replay_view

    _print(replay_view(report))
    click.echo("\n".join(replay_lines(report)))


def _show_parts(
    reference: str, candidate: Candidate, code: bool, prompt: bool, tests: bool, as_json: bool
) -> None:
    from agent import history_views as views
    from agent.record_json import candidate_json, messages_of, plain

    if as_json:
        data = candidate_json(candidate)
        parts: dict[str, Any] = {"candidate": reference}
        parts |= {"rtl": candidate.rtl} if code else {}
        if prompt:
            drawn = data["generation"] or {}
            parts |= {"messages": messages_of(candidate)}
            parts |= {key: drawn.get(key) for key in ("prefill", "answer")}
        parts |= {"tests": plain(candidate.verdict.tests)} if tests else {}
        _print_json(parts)
        return
    if tests:
        _print(views.tests_table(candidate))
    if prompt:
        _print(views.prompt_view(candidate))
    if code and _is_terminal():
        _print(views.code_view(candidate.rtl))
    elif code:
        click.echo(candidate.rtl, nl=False)


def _parent(run: StoredRun, reference: str, candidate: Candidate) -> tuple[str, Candidate]:
    from agent.attempt_queries import reference_of

    parent = run.candidate(candidate.parent) if candidate.parent else None
    if parent is None:
        raise InputError(
            f"{reference} is no repair, so there is nothing to compare it with; name two "
            f"candidates: mevagent history diff A {reference}"
        )
    return f"{run.run_id}.{reference_of(run, parent.rtl_hash)}", parent


@contextmanager
def _open(path: Path) -> Iterator[AttemptLog]:
    from agent.attempt_log import AttemptLog

    with AttemptLog.open_existing(path) as log:
        yield log


def _path(ctx: click.Context, db: Path | None) -> Path:
    """The database that a subcommand names, or else the group."""
    if db is not None:
        return db
    path: Path = ctx.parent.params["db"] if ctx.parent else Path()
    return path


def _was_named(ctx: click.Context, db: Path | None) -> bool:
    default = click.core.ParameterSource.DEFAULT
    return db is not None or not ctx.parent or ctx.parent.get_parameter_source("db") is not default


def _is_terminal() -> bool:
    from agent.history_views import console

    return console().is_terminal


def _print(renderable: RenderableType) -> None:
    from agent.history_views import console

    console().print(renderable)


def _print_json(value: Any) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))
