"""`mevagent classify`: the tier of a specification, and why."""

from __future__ import annotations

import json
from contextlib import ExitStack, closing
from functools import cache
from pathlib import Path

import click

from agent.errors import ExitCode
from agent.options import FILE, IN_PROCESS, engine_of, engine_options, router_of
from mevllm.engines.base import Engine


@click.command("classify")
@click.argument("spec", type=FILE)
@engine_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the only output.")
def classify_command(
    spec: Path,
    engine: str,
    model: str | None,
    adapters: Path | None,
    script: Path | None,
    url: str | None,
    as_json: bool,
) -> int:
    """Show which tier's expert SPEC is routed to, with all four probabilities and the reason."""
    from mevllm.experts import expert_of, resolve_expert
    from mevllm.spec import load_spec
    from mevllm.weights import base_wanted

    loaded = load_spec(spec)
    with ExitStack() as stack:

        @cache
        def opened() -> Engine:
            return stack.enter_context(
                closing(engine_of(engine, model, adapters, script, url, parallel=1)())
            )

        routed = router_of(engine, adapters)(loaded, opened)
        # The classifier is a model of its own: the experts' base is not loaded to name one.
        if engine in IN_PROCESS:
            expert = resolve_expert(routed.tier, base_wanted(model), adapters)
        else:
            expert = expert_of(opened().info, routed.tier, adapters)
    if as_json:
        click.echo(json.dumps({**routed.as_dict(), "expert": expert.label}, indent=2))
        return ExitCode.PASSED
    for tier, probability in routed.probabilities.items():
        bar = "#" * round(30 * probability)
        click.echo(f"{tier!s:<13}{probability:6.3f} {bar}")
    click.echo(f"tier:   {routed.tier}")
    click.echo(f"reason: {routed.reason}")
    click.echo(f"by:     {routed.method}, {routed.seconds:.2f} s")
    click.echo(f"expert: {expert.label}")
    return ExitCode.PASSED
