"""`mevagent classify`: the tier of a specification, and why."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import click

from agent.errors import ExitCode
from agent.options import FILE, engine_of, engine_options


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
    as_json: bool,
) -> int:
    """Show which tier's expert SPEC is routed to, with all four probabilities and the reason."""
    from mevllm.classifier import classify
    from mevllm.experts import CLASSIFIER, find_adapter, resolve_expert
    from mevllm.spec import load_spec

    loaded = load_spec(spec)
    with closing(engine_of(engine, model, adapters, script, parallel=1)()) as opened:
        base = opened.info.base
        adapter = find_adapter(CLASSIFIER, base, adapters)
        routed = classify(loaded, opened, adapter=str(adapter) if adapter else None)
    expert = resolve_expert(routed.tier, base, adapters)
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
