"""`mevagent doctor`: what is there, what is missing, and the fix."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from agent.errors import ExitCode


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array as the only output.")
def doctor(as_json: bool) -> int:
    """Check every tool, version, weight and the sandbox; 3 when something needed is missing."""
    from agent.doctor import examine_machine

    findings = examine_machine()
    missing = [f for f in findings if f.required and not f.ok]
    if as_json:
        click.echo(json.dumps([asdict(f) for f in findings], indent=2))
    else:
        for finding in findings:
            mark = "ok" if finding.ok else "MISSING" if finding.required else "-"
            click.echo(f"{mark:<8}{finding.name:<14}{finding.detail}")
            if finding.fix and not finding.ok:
                click.echo(f"{'':<22}fix: {finding.fix}")
    return ExitCode.MISSING if missing else ExitCode.PASSED
