"""`mevagent build` and `mevagent repair`: the loop, its options, and how its end is shown."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agent.cli_ci import ci_options, tell
from agent.errors import AgentError, ExitCode, InputError
from agent.kept_options import CI, for_record, from_record
from agent.options import (
    FILE,
    after_options,
    db_option,
    engine_of,
    engine_options,
    limits_of,
    loop_options,
    router_of,
    simulator_options,
    testbench_of,
    testbench_options,
)
from agent.policy import Bounds, Tactics
from mevllm.engines.base import Sampling

if TYPE_CHECKING:
    from rich.console import Console

    from agent.attempt_log import AttemptLog
    from agent.belief import Belief
    from agent.build import BuildResult, Request
    from agent.progress import Progress
    from agent.strength import Strength
    from agent.toolchain.base import Simulator, Testbench
    from mevllm.spec import Spec


@click.command("build")
@click.argument("spec", type=FILE, required=False)
@testbench_options
@loop_options
@after_options
@engine_options
@simulator_options
@db_option
@ci_options
@click.option("--resume", metavar="RUN", help="Go on with a run that was interrupted or gave up.")
@click.pass_context
def build_command(
    ctx: click.Context, /, spec: Path | None, resume: str | None, **options: Any
) -> int:
    """Build a design from the specification SPEC that passes the testbench.

    The design is written to -o (default: <module>.v here) only when it passes; the best
    failing one goes beside it as <name>.best.v. After a pass, mutants of the design show what
    the testbench does not notice (docs/strength.md).
    """
    if resume is not None:
        return _resume(ctx, resume, spec, options)
    if spec is None:
        raise click.UsageError("Missing argument 'SPEC'.")
    from mevllm.spec import load_spec

    loaded = load_spec(spec)
    output = _output(options, Path(f"{loaded.interface.module}.v"))
    return _run(_request(loaded, options, output), options)


@click.command("repair")
@click.argument("design", type=FILE)
@click.option("--spec", "spec", type=FILE, required=True, help="The design's specification.")
@testbench_options
@loop_options
@after_options
@engine_options
@simulator_options
@db_option
@ci_options
def repair_command(design: Path, spec: Path, **options: Any) -> int:
    """Repair DESIGN until it passes the testbench.

    The repaired design is written to -o (default: <name>.repaired.v beside DESIGN) only when
    it passes.
    """
    from agent.verify import read_design
    from mevllm.spec import load_spec

    loaded, rtl = load_spec(spec), read_design(design)
    output = _output(options, design.with_name(f"{design.stem}.repaired.v"))
    return _run(_request(loaded, options, output, given=rtl), options)


def _resume(ctx: click.Context, run: str, spec: Path | None, options: dict[str, Any]) -> int:
    """Go on with a stored run: its inputs, and its options where none is given anew."""
    if spec is not None or options["tb"] is not None:
        raise click.UsageError("--resume takes the specification and testbench from the record")
    from agent.attempt_log import AttemptLog

    with AttemptLog.open_existing(options["db"]) as log:
        stored = log.load_run(log.find_run(run))
    kept = dict(stored.start.options)
    given = click.core.ParameterSource.COMMANDLINE
    for name, value in options.items():
        if ctx.get_parameter_source(name) is not given and name in kept:
            continue
        kept[name] = value
    merged = from_record({**kept, "db": options["db"]})  # the record that holds the run
    changed = stored.changed_files()
    if changed:
        raise InputError(
            f"run {stored.run_id} cannot go on: {', '.join(map(str, changed))} changed since; "
            "restore it, or start a new build"
        )
    output = _output({**merged, "force": True}, Path(f"{stored.start.interface.module}.v"))
    request = _request(
        stored.start.spec(),
        merged,
        output,
        given=stored.start.given,
        testbench=stored.start.testbench,
    )
    return _run(request, merged, stored.run_id)


def _request(
    spec: Spec,
    options: dict[str, Any],
    output: Path,
    *,
    given: str | None = None,
    testbench: Testbench | None = None,
) -> Request:
    from agent.build import Request
    from mevllm.tiers import Tier

    names = ("tb", "source", "data", "tb_top", "pass_pattern", "fail_pattern")
    return Request(
        spec=spec,
        testbench=testbench or testbench_of(**{name: options[name] for name in names}),
        bounds=Bounds(
            attempts=options["max_attempts"],
            tokens=options["max_tokens"],
            seconds=options["max_seconds"],
            candidates=options["candidates"],
            repairs_per_tier=options["repairs"],
        ),
        limits=limits_of(options["sim_seconds"], options["sim_memory"]),
        sampling=Sampling(
            temperature=options["temperature"],
            top_p=options["top_p"],
            max_tokens=options["answer_tokens"],
            seed=options["seed"],
        ),
        tier=Tier(options["tier"]) if options["tier"] else None,
        adapters=options["adapters"],
        given=given,
        options=for_record(options),
        output=output,
        tactics=Tactics(mend=options["mend"]),
    )


def _run(request: Request, options: dict[str, Any], resume: str | None = None) -> int:
    """Run the loop with the real tools and show its end."""
    from rich.console import Console

    from agent.attempt_log import AttemptLog
    from agent.belief import believe
    from agent.build import Tools, build
    from agent.ci_reports import Judged
    from agent.events import Event, RunStarted
    from agent.output import check_writable
    from agent.progress import Progress
    from agent.record_json import plain
    from agent.toolchain.simulators import open_simulator

    output = request.output or Path(f"{request.spec.interface.module}.v")
    check_writable(output)
    for warning in request.spec.warnings:
        click.echo(f"{request.spec.source}: warning: {warning}", err=True)
    run_id = resume
    with contextlib.ExitStack() as stack:
        simulator = open_simulator(allow_unsandboxed=options["allow_unsandboxed"])
        stack.callback(simulator.close)
        log = stack.enter_context(AttemptLog.open(options["db"]))
        stored = log.resume_run(resume, simulator.versions()) if resume else None
        progress = stack.enter_context(Progress(Console(stderr=True, highlight=False)))

        def on_event(event: Event) -> None:
            nonlocal run_id
            if isinstance(event, RunStarted):
                run_id = event.run_id
            progress(event)

        opener = engine_of(
            options["engine"],
            options["model"],
            options["adapters"],
            options["script"],
            options["url"],
            parallel=options["candidates"],
        )
        router = router_of(options["engine"], options["adapters"])
        try:
            result = build(request, Tools(opener, router, simulator, log, on_event), stored)
        except KeyboardInterrupt:
            if run_id:
                click.echo(f"interrupted; go on with: mevagent build --resume {run_id}", err=True)
            return ExitCode.INTERRUPTED
        written = _write(result, output)
        if result.passed and written is not None:
            after = _after_pass(log, result.run_id, simulator, written, options, progress)
        else:
            after = After()
        belief = believe(log.load_run(result.run_id))
    if options["as_json"]:
        told = _as_json(result, written, request.spec.warnings, after)
        click.echo(json.dumps({**told, "belief": plain(belief)}, indent=2))
    else:
        _show(Console(highlight=False), result, written, after, belief)
    rtl, verdict = (result.best.rtl, result.best.verdict) if result.best else ("", None)
    module, bench = request.spec.interface.module, request.testbench.path
    judged = Judged(written or output, rtl, module, bench, verdict, result.reason)
    tell(judged, as_json=options["as_json"], **{name: options[name] for name in CI})
    return ExitCode.PASSED if result.passed else ExitCode.NOT_PASSED


@dataclass(frozen=True)
class After:
    """What came of a pass."""

    strength: Strength | None = None
    note: str = ""
    """Why the strength was not measured."""
    sidecar: Path | None = None
    no_sidecar: str = ""
    """Why none was written where one was wanted."""


def _after_pass(
    log: AttemptLog,
    run_id: str,
    simulator: Simulator,
    design: Path,
    options: dict[str, Any],
    progress: Progress,
) -> After:
    """Provenance first: it is quick, and stays when the measurement is interrupted.

    Nothing that goes wrong here takes the pass away.
    """
    from agent.after_pass import Wanted, strength_of, write_provenance

    wanted = Wanted(options["strength"], options["provenance"])
    path, refusal = None, ""
    try:
        path = write_provenance(log, run_id, simulator, design, wanted)
    except AgentError as error:
        refusal = str(error)
    try:
        found, note = strength_of(log, run_id, simulator, wanted, progress.mutants)
    except KeyboardInterrupt:
        found, note = None, "not measured: interrupted"
    except AgentError as error:
        found, note = None, f"not measured: {error}"
    return After(found, note, path, refusal)


def _output(options: dict[str, Any], default: Path) -> Path:
    """Where the design goes; a file that no -o names is not replaced without --force."""
    if options["output"] is not None:
        named: Path = options["output"]
        return named
    if default.exists() and not options["force"]:
        raise InputError(f"{default} exists; name an output with -o, or replace it with --force")
    return default


def _write(result: BuildResult, output: Path) -> Path | None:
    """Put the passing design in its place, or the best failing one beside it."""
    from agent.output import best_path, write_atomically

    if result.best is None:
        return None
    place = output if result.passed else best_path(output)
    write_atomically(place, result.best.rtl)
    return place


def _show(
    console: Console,
    result: BuildResult,
    written: Path | None,
    after: After,
    belief: Belief | None,
) -> None:
    """The design, how it was come by, and the verdict as the last words of a pass."""
    from rich.syntax import Syntax

    from agent.belief import lines
    from agent.history_views import visible
    from agent.progress import describe_verdict, sayer
    from agent.strength_words import strength_lines

    say = sayer(console)
    best, made = result.best, len(result.attempts)
    tokens = sum(attempt.tokens for attempt in result.attempts)
    cost = f"({made} attempt{'s' * (made != 1)}, {tokens} tokens, {result.seconds:.1f} s)"
    if best is not None:
        rtl = visible(best.rtl)
        if console.is_terminal:
            console.print(Syntax(rtl, "verilog", background_color="default"))
        elif result.passed:
            say(rtl)
        for fix in best.fixes:
            say(f"fixed: {fix.rule}: {fix.detail}")
        if best.kind == "mend":
            say(
                "",
                "the last change was found by trying, not written by the model: check it against "
                "the specification; --no-mend leaves it out",
                "yellow",
            )
    if after.strength is not None:
        for line, style in strength_lines(after.strength):
            say("", visible(line), style)
    elif after.note:
        say(f"strength: {after.note}")
    if after.sidecar is not None:
        say(f"provenance: {after.sidecar}")
    elif after.no_sidecar:
        say("", f"provenance: {after.no_sidecar}", "yellow")
    say(f"record: mevagent history show {result.run_id}")
    if result.passed:
        say(f" {written}  {cost}", "PASS", "bold green")
        return
    if best is not None:
        say(f"best: {written}: {describe_verdict(best.verdict)}")
    for line in lines(belief) if belief else ():
        say(line)
    if belief is None or not any(advice.kind == "budget" for advice in belief.advice):
        say(f"go on: mevagent build --resume {result.run_id} --max-attempts N")
    say(f" {result.reason}  {cost}", "NO PASS", "bold red")


def _as_json(
    result: BuildResult, written: Path | None, warnings: tuple[str, ...], after: After
) -> dict[str, Any]:
    from agent.record_json import plain

    best = result.best
    return {
        "run": result.run_id,
        "passed": result.passed,
        "reason": result.reason,
        "design": str(written) if written else None,
        "score": best.verdict.score if best else None,
        "outcome": str(best.verdict.outcome) if best else None,
        "tests": [
            {"name": t.name, "passed": t.passed, "message": t.message}
            for t in (best.verdict.tests if best else ())
        ],
        "tier": str(result.attempts[-1].step.tier) if result.attempts else None,
        "classification": result.classification.as_dict(),
        "attempts": len(result.attempts),
        "candidates": sum(len(a.candidates) for a in result.attempts),
        "tokens": sum(a.tokens for a in result.attempts),
        "seconds": round(result.seconds, 3),
        "fixes": [{"rule": f.rule, "detail": f.detail} for f in (best.fixes if best else ())],
        "sandbox": best.verdict.sandbox if best else None,
        "strength": plain(after.strength),
        "provenance": str(after.sidecar) if after.sidecar else None,
        "warnings": [*warnings, *filter(None, [result.warning, after.note, after.no_sidecar])],
    }
