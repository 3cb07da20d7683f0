"""The options of an evaluation, and the plan that they make; `mevagent eval` has several commands
that share them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agent.options import (
    BUDGET_OPTIONS,
    DRAWING_OPTIONS,
    FILE,
    MEND_OPTION,
    engine_of,
    engine_options,
    limits_of,
    router_of,
    simulator_options,
)
from agent.policy import Bounds
from mevllm.engines.base import Sampling

if TYPE_CHECKING:
    from agent.evaluate.run import Hands, Plan

SUITES = ("verilog-eval", "verilog-eval-complete", "rtllm", "cvdp", "testbenches", "held-out")
"""As in agent/evaluate/suites.py, which a test compares: nothing is imported to list them."""
MODES = ("answer", "agent")
LOOPS = ("own", "autochip")
"""As in agent/evaluate/builds.py, which a test compares."""
ANSWER_TOKENS = 1024
WALL = 4.0
"""Seconds on the clock for one of the processor's, where several processes judge."""

DB = click.option(
    "--db",
    type=FILE,
    default=Path("runs/eval.db"),
    envvar="MEVAGENT_EVAL_DB",
    show_default=True,
    help="Database of evaluations.",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


_OPTIONS = (
    click.option("--root", type=FILE, help="Where the suite is: its repository, folder or file."),
    click.option("--data", type=FILE, help="Data set file, for the suite held-out."),
    click.option(
        "--split",
        default="held-out families",
        show_default=True,
        help="Split of the data set: held-out families, held-out parameters, validation.",
    ),
    click.option("--count", type=click.IntRange(1), help="Problems to take; all when not given."),
    click.option("--only", multiple=True, metavar="ID", help="Only problems whose id begins so."),
    click.option(
        "--mode", type=click.Choice(MODES), default="answer", help="An answer, or the loop."
    ),
    click.option(
        "--expert",
        default="routed",
        show_default=True,
        help="Who answers: routed, oracle, random, base, monolith, or a tier.",
    ),
    click.option(
        "--tiers/--no-tiers",
        default=True,
        help="Label problems without a tier by measuring their references.",
    ),
    click.option("-n", "--samples", type=click.IntRange(1), default=1, help="Samples per problem."),
    click.option("--greedy", is_flag=True, help="One sample, the likeliest token at each step."),
    click.option(
        "--fixes/--no-fixes",
        default=False,
        help="Mode answer, loop autochip: apply the deterministic fixes; published figures are "
        "without.",
    ),
    *DRAWING_OPTIONS,
    click.option(
        "--answer-tokens",
        type=click.IntRange(16),
        default=ANSWER_TOKENS,
        show_default=True,
        help="Tokens of one answer.",
    ),
    click.option("--seed", type=click.IntRange(0), default=0, help="Of answers and split."),
    click.option(
        "--batch", type=click.IntRange(1), default=4, help="Answers that are decoded together."
    ),
    *BUDGET_OPTIONS,
    MEND_OPTION,
    click.option(
        "--loop",
        type=click.Choice(LOOPS),
        default="own",
        show_default=True,
        help="Mode agent: the tool's own loop, or AutoChip's as a baseline.",
    ),
    click.option(
        "--breadth", type=click.IntRange(1, 64), help="Loop autochip: answers of a level; as -k."
    ),
    click.option(
        "--depth", type=click.IntRange(1), help="Loop autochip: levels; as --max-attempts."
    ),
    click.option("--jobs", type=click.IntRange(1), default=1, help="Processes that judge."),
    click.option(
        "--requests",
        type=click.IntRange(1),
        default=1,
        help="Problems that a server is asked for at once (--engine openai).",
    ),
    click.option(
        "--ray",
        is_flag=False,
        flag_value="",
        metavar="[ADDRESS]",
        help="Judge on a Ray cluster; without an address on one started here, with --jobs workers.",
    ),
    click.option("--name", default="", help="What the evaluation is called."),
    engine_options,
    simulator_options,
    DB,
)


def plan_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Every option that decides an evaluation."""
    for decorate in reversed(_OPTIONS):
        command = decorate(command)
    return command


def plan_of(suite: str, options: dict[str, Any]) -> Plan:
    """The plan that the options name."""
    from agent.evaluate.answers import AnswerOptions
    from agent.evaluate.run import Plan, greedy
    from agent.evaluate.suites import Source
    from agent.policy import Tactics

    if options["greedy"] and options["samples"] > 1:
        raise click.UsageError("--greedy takes one sample: all of them would be the same")
    breadth, depth, loop = options["breadth"], options["depth"], options["loop"]
    if (breadth or depth) and loop == "own":
        raise click.UsageError("--breadth and --depth are of a tree: give --loop autochip too")
    if loop != "own" and options["mode"] != "agent":
        raise click.UsageError(f"--loop {loop} is for --mode agent")
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
        # Processor time decides, which depends little on what else the machine does.
        limits=replace(
            limits_of(options["sim_seconds"], options["sim_memory"]),
            wall_s=options["sim_seconds"] * WALL,
        ),
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
            attempts=depth or options["max_attempts"],
            tokens=options["max_tokens"],
            seconds=options["max_seconds"],
            candidates=breadth or options["candidates"],
        ),
        loop=loop,
        tactics=Tactics(mend=options["mend"]),
        name=options["name"],
        tiers=options["tiers"],
        jobs=options["jobs"],
        requests=options["requests"],
        ray=options["ray"],
        allow_unsandboxed=options["allow_unsandboxed"],
        db=options["db"],
    )


def hands_of(options: dict[str, Any], plan: Plan) -> Hands:
    """How the plan gets at its model. Raises UsageError for an expert that cannot be."""
    from agent.evaluate.experts import CHOICES, adapters_for
    from agent.evaluate.run import Hands

    if plan.expert not in CHOICES:
        raise click.UsageError(f"--expert {plan.expert}: choose one of {', '.join(CHOICES)}")
    parallel = plan.bounds.candidates if plan.mode == "agent" else plan.options.batch
    opener = engine_of(
        options["engine"],
        options["model"],
        plan.adapters,
        options["script"],
        options["url"],
        parallel=parallel,
        holding=lambda base: adapters_for(
            plan.expert, base, plan.adapters, loop=plan.mode == "agent"
        ),
    )
    return Hands(opener, router_of(options["engine"], plan.adapters), _progress)


def _progress(stage: str, done: int, total: int, word: str) -> None:
    """A line per sample; the stages before them are lines of their own."""
    where = f" {done}/{total}" if total else ""
    click.echo(f"{stage}{where} {word}".rstrip(), err=True)
