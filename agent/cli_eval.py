"""`mevagent eval`: measure the tool on benchmarks, and report what was measured."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from agent.cli_eval_plan import DB, JSON, SUITES, hands_of, plan_of, plan_options
from agent.errors import ExitCode
from agent.options import FILE

if TYPE_CHECKING:
    from agent.evaluate.experiments import Experiment
    from agent.evaluate.measured import Measured

EXPERIMENTS = ("experts", "router", "unseen", "repair", "descriptions", "tiers", "size")
"""As in agent/evaluate/experiments.py and trainings.py, which a test compares."""


class EvalGroup(click.Group):
    """`mevagent eval SUITE` is `mevagent eval run SUITE`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Take the name of a suite for the command that runs it."""
        if args and args[0] in SUITES:
            args = ["run", *args]
        return super().resolve_command(ctx, args)


@click.group("eval", cls=EvalGroup)
def eval_group() -> None:
    """Measure the tool on benchmarks: pass@k, failures, costs.

    `mevagent eval SUITE` runs a suite; every sample is kept as it comes, so that the same command
    goes on where it stopped.
    """


@eval_group.command("run")
@click.argument("suite", type=click.Choice(SUITES))
@plan_options
@JSON
def run_command(suite: str, as_json: bool, **options: Any) -> int:
    """Evaluate the problems of SUITE, or go on where an evaluation stopped."""
    from agent.evaluate.measured import load
    from agent.evaluate.run import evaluate
    from agent.evaluate.store import EvaluationStore

    plan = plan_of(suite, options)
    evaluation = evaluate(plan, hands_of(options, plan))
    with EvaluationStore.open(plan.db) as store:
        found = load(store, store.find(evaluation))
    click.echo(json.dumps(found.as_dict(), indent=2) if as_json else "\n".join(found.lines()))
    return ExitCode.PASSED


@eval_group.command("list")
@DB
@JSON
def list_command(db: Path, as_json: bool) -> None:
    """List the suites and the evaluations that were begun."""
    from agent.evaluate.measured import load
    from agent.evaluate.store import EvaluationStore
    from agent.evaluate.suites import SUITES as KNOWN

    found: list[dict[str, Any]] = []
    if db.exists():
        with EvaluationStore.open(db) as store:
            for evaluation in store.evaluations():
                found.append(_line(load(store, evaluation)))
    if as_json:
        suites = {name: suite.what for name, suite in KNOWN.items()}
        click.echo(json.dumps({"suites": suites, "evaluations": found}, indent=2))
        return
    for name, suite in KNOWN.items():
        click.echo(f"{name:<22} {suite.what}")
    for line in found:
        click.echo(
            f"{line['name']:<40} {line['status']:<9} {line['samples']} samples, "
            f"{line['passed']} passed; {line['started_at'][:16]}"
        )


def _line(one: Measured) -> dict[str, Any]:
    return {
        "id": one.evaluation.id,
        "name": one.name,
        "suite": one.evaluation.suite,
        "mode": one.evaluation.mode,
        "expert": one.evaluation.config["expert"],
        "status": one.evaluation.status,
        "problems": len(one.asked),
        "n": one.n,
        "samples": len(one.samples),
        "passed": sum(sample.passed for sample in one.samples),
        "started_at": one.evaluation.started_at,
    }


@eval_group.command("report")
@click.argument("evaluations", nargs=-1)
@click.option(
    "-o", "--out", type=FILE, help="Folder for the page report.html and its plots as PNG."
)
@DB
@JSON
def report_command(evaluations: tuple[str, ...], out: Path | None, db: Path, as_json: bool) -> None:
    """Show the measures of EVALUATIONS: ids, beginnings of ids, names; the last when not given."""
    from agent.evaluate.measured import load
    from agent.evaluate.store import EvaluationStore

    with EvaluationStore.open_existing(db) as store:
        found = [load(store, store.find(name)) for name in evaluations or ("last",)]
    if out is not None:
        from agent.evaluate.plots import plots
        from agent.evaluate.report import page

        images = plots(found)
        out.mkdir(parents=True, exist_ok=True)
        for name, data in images.items():
            (out / name).write_bytes(data)
        (out / "report.html").write_text(page(found, images), encoding="utf-8")
        click.echo(f"{out / 'report.html'} and {len(images)} plots", err=True)
    if as_json:
        shown = [one.as_dict() for one in found]
        click.echo(json.dumps(shown[0] if len(shown) == 1 else shown, indent=2))
        return
    for one in found:
        click.echo("\n".join(one.lines()))


@eval_group.command("compare")
@click.argument("a")
@click.argument("b")
@DB
@JSON
def compare_command(a: str, b: str, db: Path, as_json: bool) -> None:
    """Show what B gains on A over the problems of both, with a paired interval."""
    from dataclasses import asdict

    from agent.evaluate.measured import load
    from agent.evaluate.measures import compare
    from agent.evaluate.store import EvaluationStore

    with EvaluationStore.open_existing(db) as store:
        first, second = load(store, store.find(a)), load(store, store.find(b))
    found = compare((first.asked, first.samples, first.n), (second.asked, second.samples, second.n))
    if as_json:
        ids = {"a": first.evaluation.id, "b": second.evaluation.id}
        click.echo(json.dumps({**ids, **asdict(found)}, indent=2))
        return
    click.echo(f"{second.name} against {first.name}, {found.problems} problems of both")
    for what, values in (("function", found.difference), ("syntax", found.syntax)):
        for k, value in values.items():
            click.echo(f"{what} pass@{k}: {value.mean:+.1%} [{value.low:+.1%}, {value.high:+.1%}]")
    for word, names in (("won", found.won), ("lost", found.lost)):
        click.echo(f"{word} {len(names)}: {', '.join(names)}".rstrip(": "))
    for name, only in ((first.name, found.only_a), (second.name, found.only_b)):
        if only:
            click.echo(f"only in {name}: {len(only)}")


@eval_group.command("experiment")
@click.argument("experiment", metavar="NAME", type=click.Choice(EXPERIMENTS))
@click.option(
    "--suite",
    type=click.Choice(SUITES),
    default="held-out",
    show_default=True,
    help="What is asked, where the experiment does not say it.",
)
@click.option(
    "--results",
    type=FILE,
    default=Path("docs/results"),
    show_default=True,
    help="Folder of the page of results, NAME.md.",
)
@click.option(
    "--train-base", default="smollm2-135m", show_default=True, help="Base that is trained."
)
@click.option(
    "--train-designs",
    type=click.IntRange(1),
    default=400,
    show_default=True,
    help="Designs of the whole training set.",
)
@click.option(
    "--train-epochs",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    help="Times that the whole training set is read.",
)
@click.option(
    "--work",
    type=FILE,
    default=Path("runs/experiments"),
    show_default=True,
    help="Folder of the trainings.",
)
@plan_options
@click.pass_context
def experiment_command(
    ctx: click.Context, /, experiment: str, suite: str, results: Path, **options: Any
) -> None:
    """Carry out the experiment NAME and write what it found to docs/results/.

    experts, router, unseen and repair compare what answers; descriptions, tiers and size train
    adapters first (the [train] extra).
    """
    import datetime

    from agent.evaluate.experiments import EXPERIMENTS as PLAIN
    from agent.evaluate.experiments import carry_out, page
    from agent.output import write_atomically

    trains = experiment not in PLAIN
    asked = _trained(experiment, options) if trains else PLAIN[experiment]
    if trains:
        options["model"] = options["model"] or options["train_base"]
    plan = plan_of("held-out" if trains else suite, options)
    outcome = carry_out(asked.arms, plan, lambda arm: hands_of(options, arm))
    given = " ".join(shlex.quote(word) for word in _given(ctx))
    command = f"mevagent eval experiment {experiment} {given}".rstrip()
    date = datetime.datetime.now(datetime.UTC).date().isoformat()
    text = page(experiment, asked, outcome, command, date)
    path = results / f"{experiment}.md"
    results.mkdir(parents=True, exist_ok=True)
    write_atomically(path, text)
    click.echo(text)
    click.echo(str(path), err=True)


def _trained(name: str, options: dict[str, Any]) -> Experiment:
    from agent.evaluate.trainings import TRAINED, Training

    if options["data"] is None:
        raise click.UsageError("Missing option '--data': the data set to train and measure on.")
    training = Training(
        data=options["data"],
        work=options["work"],
        base=options["train_base"],
        designs=options["train_designs"],
        epochs=options["train_epochs"],
        seed=options["seed"],
        on_note=lambda text: click.echo(text, err=True),
    )
    return TRAINED[name](training)


def _given(ctx: click.Context) -> list[str]:
    """The options that were given, as words; where files lie is left to their names."""
    words = []
    for param in ctx.command.params:
        source = ctx.get_parameter_source(param.name or "")
        if not isinstance(param, click.Option) or source is not ParameterSource.COMMANDLINE:
            continue
        value = ctx.params[param.name or ""]
        for one in value if isinstance(value, tuple) else (value,):
            if param.is_flag:
                words.append(param.opts[0] if one else param.secondary_opts[0])
            else:
                words += [param.opts[0], one.name if isinstance(one, Path) else str(one)]
    return words
