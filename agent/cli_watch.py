"""`mevagent watch`: verify or build again whenever a file that matters is saved."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from agent.errors import AgentError, ExitCode

INTERVAL_S = 0.3
"""Between two looks at the files: a save is noticed at once, and looking costs nothing."""
INPUTS = ("design", "spec", "tb", "source", "data", "script")
"""Parameters of the watched commands that name files which they read."""

Signature = dict[Path, tuple[int, int, int] | None]
"""File to time of change, size and inode; None while it is gone, as during some editors' saves."""


@click.command(
    "watch",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("command", type=click.Choice(["verify", "build", "repair"]))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[ARGUMENTS]...")
@click.pass_context
def watch_command(ctx: click.Context, command: str, arguments: tuple[str, ...]) -> int:
    """Run COMMAND with its ARGUMENTS now, and again on every save, until Ctrl-C.

    Watched are the files that the arguments name, and what the testbench imports or includes
    from beside it.
    """
    from agent.cli import run

    told = [command, *arguments]
    while True:
        paths = _files(ctx, command, list(arguments))
        before = _signature(paths)
        code = run(told)
        if code == ExitCode.INTERRUPTED:
            return code
        if not paths:
            raise click.UsageError(f"the arguments of {command} name no file to watch")
        click.echo(f"watching {len(paths)} files; Ctrl-C ends", err=True)
        changed = _wait(before)
        click.echo(f"{time.strftime('%H:%M:%S')}  {', '.join(changed)} changed", err=True)


def _files(ctx: click.Context, command: str, arguments: list[str]) -> tuple[Path, ...]:
    """The files that a command's arguments name, and what their testbench needs."""
    root = ctx.find_root().command
    assert isinstance(root, click.Group)
    inner = root.get_command(ctx, command)
    assert inner is not None
    params = inner.make_context(command, arguments, parent=ctx, resilient_parsing=True).params
    named = [path for name in INPUTS for path in _paths(params.get(name))]
    return tuple(dict.fromkeys([*named, *_needed(params)]))


def _paths(value: Any) -> Iterable[Path]:
    return [value] if isinstance(value, Path) else value if isinstance(value, tuple) else []


def _needed(params: dict[str, Any]) -> Iterable[Path]:
    """What the testbench imports or includes; nothing while it cannot be read."""
    from agent import bench_files
    from agent.toolchain.base import Testbench

    bench = params.get("tb")
    if bench is None:
        return ()
    sources, data = tuple(params.get("source") or ()), tuple(params.get("data") or ())
    try:
        return [f.path for f in bench_files.collect(Testbench(bench, "cocotb", sources, data=data))]
    except AgentError:
        return ()


def _wait(before: Signature) -> list[str]:
    """The names of the files that changed, once they have stood still for a moment."""
    while True:
        now = _signature(before)
        changed = [path.name for path in before if now[path] != before[path]]
        if changed and all(now.values()):
            time.sleep(INTERVAL_S)
            if _signature(before) == now:
                return list(dict.fromkeys(changed))
        time.sleep(INTERVAL_S)


def _signature(paths: Iterable[Path]) -> Signature:
    found: Signature = {}
    for path in paths:
        try:
            state = path.stat()
            found[path] = (state.st_mtime_ns, state.st_size, state.st_ino)
        except OSError:
            found[path] = None
    return found
