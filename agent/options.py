"""Options that several commands share, and the values that they make."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from agent.policy import Bounds
from agent.toolchain.base import Limits, Testbench
from mevllm.engines.base import Engine, Sampling
from mevllm.tiers import Tier

if TYPE_CHECKING:
    from mevllm.classifier import Classification
    from mevllm.spec import Spec

Command = TypeVar("Command", bound=Callable[..., Any])

FILE = click.Path(path_type=Path)
IN_PROCESS = ("llamacpp", "transformers")
"""Engines that load the base's file and the adapters' files themselves."""
TIER = click.Choice([str(tier) for tier in Tier])
DEFAULTS = Bounds()
DRAWING = Sampling()


class ConfiguredGroup(click.Group):
    """A group whose subcommands take defaults from the group's table of the configuration."""


def testbench_options(command: Command) -> Command:
    """--tb and what belongs to it."""
    for decorate in reversed(
        (
            click.option("--tb", type=FILE, help="Testbench: cocotb (.py) or Verilog (.v, .sv)."),
            click.option(
                "--source",
                type=FILE,
                multiple=True,
                help="Further Verilog file that the testbench needs.",
            ),
            click.option(
                "--data",
                type=FILE,
                multiple=True,
                help="File that the testbench reads while it runs.",
            ),
            click.option("--tb-top", metavar="NAME", help="Top module of a Verilog testbench."),
            click.option(
                "--pass-pattern",
                metavar="REGEX",
                help="Line by which a Verilog testbench says PASS.",
            ),
            click.option(
                "--fail-pattern",
                metavar="REGEX",
                help="Line by which a Verilog testbench says FAIL.",
            ),
        )
    ):
        command = decorate(command)
    return command


def simulator_options(command: Command) -> Command:
    """The sandbox and the limits of a simulation."""
    limits = Limits()
    for decorate in reversed(
        (
            click.option(
                "--sim-seconds",
                type=click.FloatRange(min=0.1),
                default=limits.wall_s,
                show_default=True,
                help="Wall time of one simulation.",
            ),
            click.option(
                "--sim-memory",
                type=click.IntRange(min=64),
                default=limits.memory_mb,
                show_default=True,
                metavar="MB",
                help="Memory of one simulation.",
            ),
            click.option(
                "--allow-unsandboxed",
                is_flag=True,
                help="Run designs even where no sandbox is available.",
            ),
        )
    ):
        command = decorate(command)
    return command


def _default_engine() -> str:
    from mevllm.engines import default_engine

    return default_engine()


def engine_options(command: Command) -> Command:
    """What answers."""
    for decorate in reversed(
        (
            click.option(
                "--engine",
                default=_default_engine,
                show_default="llamacpp; transformers where there is CUDA",
                help="What answers: llamacpp, transformers, openai, scripted or recorded.",
            ),
            click.option(
                "--model",
                help="Base model: a name of `mevagent models list`, a GGUF file, or (openai) the "
                "server's name of it.",
            ),
            click.option(
                "--url",
                envvar="MEVAGENT_OPENAI_URL",
                help="OpenAI-compatible server, such as http://gpu:8000/v1.",
            ),
            click.option(
                "--adapters",
                type=FILE,
                help="Folder of adapters (<tier>/ of PEFT, <tier>.gguf) before the package's own.",
            ),
            click.option("--script", type=FILE, help="Answers of the scripted or recorded engine."),
        )
    ):
        command = decorate(command)
    return command


BUDGET_OPTIONS = (
    click.option(
        "-k",
        "--candidates",
        type=click.IntRange(1, 64),
        default=DEFAULTS.candidates,
        show_default=True,
        help="Candidates of an attempt.",
    ),
    click.option(
        "--max-attempts",
        type=click.IntRange(1),
        default=DEFAULTS.attempts,
        show_default=True,
        help="Attempts of a build.",
    ),
    click.option(
        "--max-tokens",
        type=click.IntRange(1),
        default=DEFAULTS.tokens,
        show_default=True,
        help="Tokens decoded in a build.",
    ),
    click.option(
        "--max-seconds",
        type=click.FloatRange(min=1),
        default=DEFAULTS.seconds,
        show_default=True,
        help="Seconds that a build may take.",
    ),
)
"""What bounds a build."""
MEND_OPTION = click.option(
    "--mend/--no-mend",
    default=True,
    show_default=True,
    help="Try small changes to designs that fail a check, without the model.",
)
DRAWING_OPTIONS = (
    click.option(
        "--temperature",
        type=click.FloatRange(0, 2),
        default=DRAWING.temperature,
        show_default=True,
        help="Of the sampling.",
    ),
    click.option(
        "--top-p",
        type=click.FloatRange(0, 1, min_open=True),
        default=DRAWING.top_p,
        show_default=True,
        help="Of the sampling.",
    ),
)
"""How answers are drawn."""


def loop_options(command: Command) -> Command:
    """The bounds of the loop, how answers are drawn, and what is shown."""
    for decorate in reversed(
        (
            click.option(
                "--tier", type=TIER, help="Route to this tier instead of asking the classifier."
            ),
            *BUDGET_OPTIONS,
            click.option(
                "--repairs",
                type=click.IntRange(0),
                default=DEFAULTS.repairs_per_tier,
                show_default=True,
                help="Repair attempts of a tier before it escalates.",
            ),
            MEND_OPTION,
            click.option(
                "--answer-tokens",
                type=click.IntRange(16),
                default=DRAWING.max_tokens,
                show_default=True,
                help="Tokens of one answer.",
            ),
            *DRAWING_OPTIONS,
            click.option(
                "--seed",
                type=click.IntRange(0),
                default=0,
                show_default=True,
                help="The same seed gives the same answers.",
            ),
            click.option("-o", "--output", type=FILE, help="Where the passing design goes."),
            click.option(
                "--force", is_flag=True, help="Replace an existing file that -o does not name."
            ),
            click.option(
                "--json", "as_json", is_flag=True, help="Print one JSON object as the only output."
            ),
        )
    ):
        command = decorate(command)
    return command


def after_options(command: Command) -> Command:
    """What is done once a design has passed."""
    for decorate in reversed(
        (
            click.option(
                "--strength/--no-strength",
                default=None,
                help="Mutate the passing design and say what the testbench does not notice; "
                "without a word, where it takes less than 10 s.",
            ),
            click.option(
                "--provenance/--no-provenance",
                default=None,
                help="Write <design>.mevagent.json beside the design: what it passed, and with "
                "what; without a word, where there is one already.",
            ),
        )
    ):
        command = decorate(command)
    return command


def db_option(command: Command) -> Command:
    """The attempt database."""
    return click.option(
        "--db",
        type=FILE,
        default=Path("runs/attempts.db"),
        envvar="MEVAGENT_DB",
        show_default=True,
        help="Attempt database.",
    )(command)


def testbench_of(
    tb: Path | None,
    source: tuple[Path, ...],
    data: tuple[Path, ...],
    tb_top: str | None,
    pass_pattern: str | None,
    fail_pattern: str | None,
) -> Testbench:
    """Load the testbench that the options name."""
    from agent.toolchain.testbench import load_testbench

    if tb is None:
        raise click.UsageError("Missing option '--tb': the testbench that a design must pass.")
    return load_testbench(
        tb,
        sources=source,
        top=tb_top,
        pass_pattern=pass_pattern,
        fail_pattern=fail_pattern,
        data=data,
    )


def limits_of(sim_seconds: float, sim_memory: int) -> Limits:
    """The limits that the options name; processor time follows wall time."""
    return Limits(wall_s=sim_seconds, cpu_s=max(1, round(sim_seconds)), memory_mb=sim_memory)


def engine_of(
    engine: str,
    model: str | None,
    adapters: Path | None,
    script: Path | None,
    url: str | None,
    parallel: int = 4,
    holding: Callable[[str], tuple[Path, ...]] | None = None,
) -> Callable[[], Engine]:
    """A function that opens the engine that the options name.

    `holding` says which adapters it must hold, by the base's name; every tier's when not given.
    """

    def open_it() -> Engine:
        from mevllm.engines import open_engine

        if engine in ("scripted", "recorded"):
            if script is None:
                raise click.UsageError(f"--engine {engine} needs --script FILE")
            return open_engine(engine, script=script)
        if engine == "openai":
            return open_engine("openai", url=url, served=model, parallel=parallel)
        if engine not in IN_PROCESS:
            return open_engine(engine)
        from mevllm.experts import all_adapters
        from mevllm.weights import base_name, resolve

        path = resolve(model)
        base = base_name(path)
        return open_engine(
            engine,
            model=path,
            adapters=holding(base) if holding else all_adapters(base, adapters),
            parallel=parallel,
        )

    return open_it


def router_of(
    engine: str, adapters: Path | None
) -> Callable[[Spec, Callable[[], Engine]], Classification]:
    """A function that asks the classifier; a scripted engine speaks for it as well."""

    def route_it(spec: Spec, opened: Callable[[], Engine]) -> Classification:
        if engine == "scripted":
            from mevllm.classifier import classify

            return classify(spec, opened(), why="a script answers for the classifier")
        from mevllm.routing import route

        return route(spec, opened, adapters)

    return route_it
