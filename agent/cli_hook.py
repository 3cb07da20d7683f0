"""`mevagent hook`: the pre-commit hooks; pre-commit passes the files of the commit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agent.errors import ExitCode
from agent.options import FILE, Command, ConfiguredGroup, limits_of, simulator_options

if TYPE_CHECKING:
    from agent.hook import Finding, Gate
    from agent.hook_git import Commit
    from agent.pairs import Pair


def hook_options(command: Command) -> Command:
    """The files, and how pairs are judged."""
    for decorate in reversed(
        (
            click.argument("files", type=FILE, nargs=-1),
            click.option("--no-cache", is_flag=True, help="Simulate what has not changed too."),
            simulator_options,
        )
    ):
        command = decorate(command)
    return command


@click.group(cls=ConfiguredGroup)
def hook() -> None:
    """Hold a commit to its testbenches (docs/hooks.md); made for pre-commit.

    FILES are those of the commit. Returns 0, or 1 when the commit should not be made.
    """


@hook.command()
@hook_options
@click.option("--refuse-stubs", is_flag=True, help="Refuse designs that are still a stub.")
def check(files: tuple[Path, ...], refuse_stubs: bool, **options: Any) -> int:
    """Simulate the pairs that FILES belong to: every design passes its testbench."""
    commit, known = _commit(), _configured()
    from agent.pairs import pairs_of

    pairs = pairs_of(files, known, commit.gone)

    def look(pair: Pair, gate: Gate) -> Finding | None:
        from agent.hook_check import check_pair

        return check_pair(pair, gate, stubs=not refuse_stubs)

    return _report(pairs, look, commit, options)


@hook.command()
@hook_options
@click.option(
    "--build",
    "build_them",
    is_flag=True,
    help="Build the missing designs instead, with the options of [tool.mevagent.build].",
)
def stubs(files: tuple[Path, ...], build_them: bool, **options: Any) -> int:
    """Write a stub for each specification among FILES that has no design yet.

    Fails once, so that a person looks at it.
    """
    commit, known = _commit(), _configured()
    from agent.hook_stubs import stub_pair, wanting

    pairs = wanting(files, known)
    return _build(pairs) if build_them else _report(pairs, stub_pair, commit, options)


@hook.command()
@hook_options
@click.option("--require", is_flag=True, help="Refuse designs that have no sidecar.")
def provenance(files: tuple[Path, ...], require: bool, **options: Any) -> int:
    """Prove the sidecars of FILES' designs: same files, same verdict, simulated again."""
    commit, known = _commit(), _configured()
    from agent.pairs import pairs_of

    pairs = pairs_of(files, known, commit.gone)

    def look(pair: Pair, gate: Gate) -> Finding | None:
        from agent.hook_provenance import prove_pair

        return prove_pair(pair, gate, require=require)

    return _report(pairs, look, commit, options)


def _commit() -> Commit:
    from agent.hook_git import commit

    return commit()


def _configured() -> tuple[Pair, ...]:
    from agent.config import find_config
    from agent.pairs import configured

    return configured(find_config(Path.cwd()))


def _report(
    pairs: Sequence[Pair],
    look: Callable[[Pair, Gate], Finding | None],
    commit: Commit,
    options: dict[str, Any],
) -> int:
    """Look at the pairs and show what is found; the failures last, where a person looks."""
    if not pairs:
        return ExitCode.PASSED
    from rich.console import Console

    from agent.hook import Gate, look_at
    from agent.hook_cache import VerdictCache, default_folder
    from agent.progress import sayer

    gate = Gate(
        limits_of(options["sim_seconds"], options["sim_memory"]),
        commit,
        cache=None if options["no_cache"] else VerdictCache(default_folder()),
        allow_unsandboxed=options["allow_unsandboxed"],
    )
    try:
        findings = look_at(pairs, lambda pair: look(pair, gate))
    finally:
        gate.close()
    say = sayer(Console(highlight=False))
    for finding in sorted(findings, key=lambda f: not f.ok):
        head = ("ok    ", "green") if finding.ok else ("FAIL  ", "bold red")
        say(f"{finding.subject}: {finding.headline}", *head)
        for line in finding.details:
            say(f"      {line}")
    return ExitCode.PASSED if all(f.ok for f in findings) else ExitCode.NOT_PASSED


def _build(pairs: Sequence[Pair]) -> int:
    """Run `mevagent build` for each pair in turn, as a person would."""
    from agent.cli import mevagent

    for pair in pairs:
        words = ["build", str(pair.spec), *pair.options(), "-o", str(pair.design), "--provenance"]
        code = mevagent.main(words, prog_name="mevagent", standalone_mode=False)
        if code == ExitCode.PASSED:
            click.echo(f"{pair.design} is new: look at it, and `git add` it with its sidecar")
    return ExitCode.NOT_PASSED if pairs else ExitCode.PASSED
