"""Options by which a verdict is told to continuous integration, and the telling."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from agent.options import FILE

if TYPE_CHECKING:
    from agent.ci_reports import Judged

Command = TypeVar("Command", bound=Callable[..., Any])


def ci_options(command: Command) -> Command:
    """--format, --junit and --sarif."""
    for decorate in reversed(
        (
            click.option(
                "--format",
                "shape",
                type=click.Choice(["text", "github"]),
                default="text",
                show_default=True,
                help="github: annotations for GitHub Actions as well.",
            ),
            click.option("--junit", type=FILE, help="Write the checks as JUnit XML."),
            click.option("--sarif", type=FILE, help="Write what is wrong as SARIF 2.1.0."),
        )
    ):
        command = decorate(command)
    return command


def tell(
    judged: Judged, *, shape: str, junit: Path | None, sarif: Path | None, as_json: bool
) -> None:
    """Write the files asked for, and annotate; annotations go beside JSON to standard error."""
    from agent import ci_reports
    from agent.output import write_atomically

    # Annotations are matched with a repository's files, wherever in it a step runs.
    root = Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd()).resolve()
    if junit is not None:
        write_atomically(junit, ci_reports.junit(judged))
    if sarif is not None:
        write_atomically(sarif, ci_reports.sarif(judged, root))
    if shape == "github":
        for line in ci_reports.github(judged, root):
            click.echo(line, err=as_json)
