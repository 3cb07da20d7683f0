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
    from agent.evaluate.measures import Sample, Summary
    from agent.evaluate.run import Hands, Plan
    from agent.evaluate.store import Asked, Evaluation, EvaluationStore

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
@click.option("--name", default="", help="What the evaluation is called.")
@engine_options
@simulator_options
@DB
@JSON
def run_command(suite: str, as_json: bool, **options: Any) -> int:
    """Evaluate the problems of SUITE, or go on where an evaluation stopped."""
    from agent.evaluate.run import evaluate
    from agent.evaluate.store import EvaluationStore

    plan = _plan(suite, options)
    evaluation = evaluate(plan, _hands(options, plan))
    with EvaluationStore.open(plan.db) as store:
        _show(store, store.find(evaluation), as_json)
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
    from agent.evaluate.store import EvaluationStore
    from agent.evaluate.suites import SUITES as KNOWN

    found: list[dict[str, Any]] = []
    if db.exists():
        with EvaluationStore.open(db) as store:
            for evaluation in store.evaluations():
                asked, samples, n = _measured(store, evaluation)
                found.append(_line(evaluation, asked, samples, n))
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


def _line(
    evaluation: Evaluation, asked: list[Asked], samples: list[Sample], n: int
) -> dict[str, Any]:
    return {
        "id": evaluation.id,
        "name": evaluation.name,
        "suite": evaluation.suite,
        "mode": evaluation.mode,
        "expert": evaluation.config["expert"],
        "status": evaluation.status,
        "problems": len(asked),
        "n": n,
        "samples": len(samples),
        "passed": sum(sample.passed for sample in samples),
        "started_at": evaluation.started_at,
    }


@eval_group.command("report")
@click.argument("evaluation", default="last")
@DB
@JSON
def report_command(evaluation: str, db: Path, as_json: bool) -> None:
    """Show the measures of an EVALUATION: its id, the beginning of it, its name, or `last`."""
    from agent.evaluate.store import EvaluationStore

    with EvaluationStore.open_existing(db) as store:
        _show(store, store.find(evaluation), as_json)


@eval_group.command("compare")
@click.argument("a")
@click.argument("b")
@DB
@JSON
def compare_command(a: str, b: str, db: Path, as_json: bool) -> None:
    """Show what B gains on A over the problems of both, with a paired interval."""
    from dataclasses import asdict

    from agent.evaluate.measures import compare
    from agent.evaluate.store import EvaluationStore

    with EvaluationStore.open_existing(db) as store:
        first, second = store.find(a), store.find(b)
        found = compare(_measured(store, first), _measured(store, second))
    if as_json:
        click.echo(json.dumps({"a": first.id, "b": second.id, **asdict(found)}, indent=2))
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


def _measured(
    store: EvaluationStore, evaluation: Evaluation
) -> tuple[list[Asked], list[Sample], int]:
    from agent.evaluate.measures import samples_of

    n = int(evaluation.config["options"]["n"])
    return store.problems(evaluation.id), samples_of(store.rows(evaluation.id)), n


def _show(store: EvaluationStore, evaluation: Evaluation, as_json: bool) -> None:
    from dataclasses import asdict

    from agent.evaluate.measures import summarise

    asked, samples, n = _measured(store, evaluation)
    summary = summarise(asked, samples, n)
    if as_json:
        found = {
            "id": evaluation.id,
            "name": evaluation.name,
            "suite": evaluation.suite,
            "mode": evaluation.mode,
            "status": evaluation.status,
            "config": dict(evaluation.config),
            "summary": summary.as_dict(),
            "samples": [asdict(sample) for sample in samples],
        }
        click.echo(json.dumps(found, indent=2))
        return
    for line in _lines(evaluation, summary):
        click.echo(line)


def _lines(evaluation: Evaluation, summary: Summary) -> list[str]:
    """The measures for a person."""
    config = evaluation.config
    options = config["options"]
    sampling = options["sampling"]
    drawn = "greedy" if not sampling["temperature"] else f"temperature {sampling['temperature']:g}"
    setting = f"{evaluation.mode}, expert {config['expert']}, n = {summary.n}, {drawn}"
    if evaluation.mode == "answer":
        setting += f", {'with' if options['fixes'] else 'without'} fixes"
    lines = [
        f"{evaluation.name}  ({evaluation.id}, {evaluation.status})",
        f"{setting}; {config['base']}, {len(config['adapters'])} adapters",
        f"{summary.problems} problems; {summary.solved} solved",
    ]
    if config["bounds"]:
        budget = ", ".join(f"{name} {value:g}" for name, value in config["bounds"].items())
        lines.append(f"budget of a build: {budget}")
    for k, found in summary.figures.function.items():
        lines.append(f"pass@{k}: function {found}, syntax {summary.figures.syntax[k]}")
    if summary.without_defective:
        for k, found in summary.without_defective.function.items():
            without = f"without the {len(summary.defective)} known to be defective"
            lines.append(f"pass@{k} {without}: function {found}")
    for tier, figures in summary.tiers.items():
        k, found = next(iter(figures.function.items()))
        lines.append(f"  {tier:<13} {figures.problems:>4} problems, pass@{k} {found}")
    for name, count in summary.failures.items():
        lines.append(f"  {name:<13} {count:>4} samples failed so")
    for name, reason in summary.unsupported:
        lines.append(f"  unsupported: {name}: {reason.splitlines()[0][:160]}")
    if summary.tokens_per_solved is not None and summary.seconds_per_solved is not None:
        lines.append(
            f"{summary.tokens_per_solved:.0f} tokens, {summary.seconds_per_solved:.1f} s per "
            "solved problem"
        )
    if summary.escalations:
        lines.append(f"{summary.escalations} escalations, {summary.escalations_won} won")
    if summary.missing:
        lines.append(f"{summary.missing} samples are missing: run the same command again")
    return lines
