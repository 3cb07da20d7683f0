"""`mevagent eval`: measure the tool on benchmarks, and report what was measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agent.errors import ExitCode
from agent.options import FILE, engine_of, engine_options, limits_of, router_of, simulator_options
from agent.policy import Bounds
from mevllm.engines.base import Sampling

if TYPE_CHECKING:
    from agent.evaluate.measured import Measured
    from agent.evaluate.run import Hands, Plan

SUITES = ("verilog-eval", "verilog-eval-complete", "rtllm", "cvdp", "testbenches", "held-out")
"""As in agent/evaluate/suites.py, which a test compares: nothing is imported to list them."""
MODES = ("answer", "agent")
DRAWING, BUDGET = Sampling(), Bounds()
ANSWER_TOKENS = 1024

DB = click.option(
    "--db",
    type=FILE,
    default=Path("runs/eval.db"),
    envvar="MEVAGENT_EVAL_DB",
    show_default=True,
    help="Database of evaluations.",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


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
@click.option("--root", type=FILE, help="Where the suite is: its repository, folder or file.")
@click.option("--data", type=FILE, help="Data set file, for the suite held-out.")
@click.option(
    "--split",
    default="held-out families",
    show_default=True,
    help="Split of the data set: held-out families, held-out parameters, validation.",
)
@click.option("--count", type=click.IntRange(1), help="Problems to take; all when not given.")
@click.option("--only", multiple=True, metavar="ID", help="Only problems whose id begins so.")
@click.option("--mode", type=click.Choice(MODES), default="answer", help="One answer, or the loop.")
@click.option(
    "--expert",
    default="routed",
    show_default=True,
    help="Who answers: routed, oracle, random, base, monolith, or a tier.",
)
@click.option("-n", "--samples", type=click.IntRange(1), default=1, help="Samples per problem.")
@click.option("--greedy", is_flag=True, help="One sample, the likeliest token at each step.")
@click.option(
    "--fixes/--no-fixes",
    default=False,
    help="Mode answer: apply the deterministic fixes; published figures are without.",
)
@click.option(
    "--temperature",
    type=click.FloatRange(0, 2),
    default=DRAWING.temperature,
    show_default=True,
    help="Of the sampling.",
)
@click.option(
    "--top-p",
    type=click.FloatRange(0, 1, min_open=True),
    default=DRAWING.top_p,
    show_default=True,
    help="Of the sampling.",
)
@click.option(
    "--answer-tokens",
    type=click.IntRange(16),
    default=ANSWER_TOKENS,
    show_default=True,
    help="Tokens of one answer.",
)
@click.option("--seed", type=click.IntRange(0), default=0, help="Of the answers and of the split.")
@click.option(
    "--batch", type=click.IntRange(1), default=4, help="Answers that are decoded together."
)
@click.option(
    "-k",
    "--candidates",
    type=click.IntRange(1, 64),
    default=BUDGET.candidates,
    show_default=True,
    help="Mode agent: candidates of an attempt.",
)
@click.option(
    "--max-attempts",
    type=click.IntRange(1),
    default=BUDGET.attempts,
    show_default=True,
    help="Mode agent: attempts of a build.",
)
@click.option(
    "--max-tokens",
    type=click.IntRange(1),
    default=BUDGET.tokens,
    show_default=True,
    help="Mode agent: tokens of a build.",
)
@click.option(
    "--max-seconds",
    type=click.FloatRange(min=1),
    default=BUDGET.seconds,
    show_default=True,
    help="Mode agent: wall time of a build.",
)
@click.option("--jobs", type=click.IntRange(1), default=1, help="Processes that judge.")
@click.option(
    "--ray",
    is_flag=False,
    flag_value="",
    metavar="[ADDRESS]",
    help="Judge on a Ray cluster; without an address on one started here, with --jobs workers.",
)
@click.option("--name", default="", help="What the evaluation is called.")
@engine_options
@simulator_options
@DB
@JSON
def run_command(suite: str, as_json: bool, **options: Any) -> int:
    """Evaluate the problems of SUITE, or go on where an evaluation stopped."""
    from agent.evaluate.measured import load
    from agent.evaluate.run import evaluate
    from agent.evaluate.store import EvaluationStore

    plan = _plan(suite, options)
    evaluation = evaluate(plan, _hands(options, plan))
    with EvaluationStore.open(plan.db) as store:
        found = load(store, store.find(evaluation))
    click.echo(json.dumps(found.as_dict(), indent=2) if as_json else "\n".join(found.lines()))
    return ExitCode.PASSED


def _plan(suite: str, options: dict[str, Any]) -> Plan:
    from agent.evaluate.answers import AnswerOptions
    from agent.evaluate.run import Plan, greedy
    from agent.evaluate.suites import Source

    answers = AnswerOptions(
        n=options["samples"],
        sampling=Sampling(
            temperature=options["temperature"],
            top_p=options["top_p"],
            max_tokens=options["answer_tokens"],
            seed=options["seed"],
        ),
        batch=min(options["batch"], options["samples"]),
        fixes=options["fixes"],
        limits=limits_of(options["sim_seconds"], options["sim_memory"]),
    )
    return Plan(
        suite=suite,
        source=Source(
            root=options["root"],
            data=options["data"],
            split=options["split"],
            count=options["count"],
            seed=options["seed"],
            only=options["only"],
        ),
        mode=options["mode"],
        expert=options["expert"],
        adapters=options["adapters"],
        options=greedy(answers) if options["greedy"] else answers,
        bounds=Bounds(
            attempts=options["max_attempts"],
            tokens=options["max_tokens"],
            seconds=options["max_seconds"],
            candidates=options["candidates"],
        ),
        name=options["name"],
        jobs=options["jobs"],
        ray=options["ray"],
        allow_unsandboxed=options["allow_unsandboxed"],
        db=options["db"],
    )


def _hands(options: dict[str, Any], plan: Plan) -> Hands:
    from agent.evaluate.experts import CHOICES, adapters_for
    from agent.evaluate.run import Hands

    if plan.expert not in CHOICES:
        raise click.UsageError(f"--expert {plan.expert}: choose one of {', '.join(CHOICES)}")
    parallel = plan.bounds.candidates if plan.mode == "agent" else plan.options.batch
    opener = engine_of(
        options["engine"],
        options["model"],
        options["adapters"],
        options["script"],
        options["url"],
        parallel=parallel,
        holding=lambda base: adapters_for(plan.expert, base, options["adapters"]),
    )
    return Hands(opener, router_of(options["engine"], options["adapters"]), _progress)


def _progress(stage: str, done: int, total: int, word: str) -> None:
    """A line per sample; the stages before them are lines of their own."""
    where = f" {done}/{total}" if total else ""
    click.echo(f"{stage}{where} {word}".rstrip(), err=True)


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
