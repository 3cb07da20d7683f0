"""`mevagent report`: a run as one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent.errors import InputError, MissingToolError, SandboxError, TestbenchError
from agent.options import FILE, db_option

if TYPE_CHECKING:
    from agent.report.watched import Watched
    from agent.runs import StoredRun


@click.command("report")
@click.argument("run", metavar="RUN", default="last")
@db_option
@click.option("-o", "--output", type=FILE, help="The page; <run>.html here without it.")
@click.option("--force", is_flag=True, help="Replace an existing file that -o does not name.")
@click.option("--no-waves", is_flag=True, help="Leave the waveforms out: nothing is simulated.")
@click.option(
    "--allow-unsandboxed", is_flag=True, help="Run designs even where no sandbox is available."
)
def report_command(
    run: str, db: Path, output: Path | None, force: bool, no_waves: bool, allow_unsandboxed: bool
) -> None:
    """Write RUN as one self-contained HTML page.

    The page holds the specification, the path of the attempts, the changes that led to the
    design, waveforms of the first mismatch and of the pass, the checks and the costs. For the
    waveforms two designs are simulated again with the testbench in the record.
    """
    from agent.attempt_log import AttemptLog
    from agent.output import check_writable, write_atomically
    from agent.report.page import render

    with AttemptLog.open_existing(db) as log:
        stored = log.load_run(log.find_run(run))
    place = output or Path(f"{stored.run_id}.html")
    if output is None and place.exists() and not force:
        raise InputError(f"{place} exists; name another with -o, or replace it with --force")
    check_writable(place)
    watched, note = (None, "") if no_waves else _watch(stored, allow_unsandboxed)
    if note:
        click.echo(f"mevagent: warning: {note}", err=True)
    write_atomically(place, render(stored, watched, note=note))
    click.echo(place)


def _watch(stored: StoredRun, allow_unsandboxed: bool) -> tuple[Watched | None, str]:
    """The waveforms, or why there are none: a report is worth having without them."""
    from agent.report.watched import watch
    from agent.toolchain.simulators import open_simulator

    try:
        simulator = open_simulator(allow_unsandboxed=allow_unsandboxed)
    except (MissingToolError, SandboxError) as error:
        return None, f"no waveforms: {error}"
    try:
        return watch(stored, simulator), ""
    except (MissingToolError, SandboxError, TestbenchError) as error:
        return None, f"no waveforms: {error}"
    finally:
        simulator.close()
