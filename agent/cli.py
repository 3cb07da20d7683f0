"""The command `mevagent`: finds the subcommand, reads the configuration, maps errors to exits."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from agent import __version__
from agent.errors import AgentError, ExitCode

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS: dict[str, tuple[str, str]] = {
    "build": ("agent.cli_build:build_command", "Build a design that passes a testbench."),
    "repair": ("agent.cli_build:repair_command", "Repair a design until it passes a testbench."),
    "verify": ("agent.cli_verify:verify", "Judge a design by a testbench, without a model."),
    "strength": (
        "agent.cli_strength:strength",
        "Show which small faults a testbench does not notice.",
    ),
    "classify": ("agent.cli_classify:classify_command", "Show which tier a specification is for."),
    "spec": ("agent.cli_spec:spec", "Show what is understood of a specification."),
    "init": ("agent.cli_init:init_command", "Start a design: configuration, testbench."),
    "watch": ("agent.cli_watch:watch_command", "Verify or build again on every save."),
    "history": ("agent.cli_history:history", "Review the runs and attempts in the record."),
    "replay": ("agent.cli_history:replay_command", "Prove a run's verdicts by simulating again."),
    "report": ("agent.cli_report:report_command", "Write a run as one HTML page."),
    "completion": ("agent.cli_completion:completion", "Print the completion of a shell."),
    "models": ("agent.cli_models:models", "List, pull and verify base models."),
    "data": ("agent.cli_data:data", "Build and check the training set; harvest your own RTL."),
    "train": ("agent.cli_train:train", "Train the experts, the monolith and the classifier."),
    "eval": ("agent.cli_eval:eval_group", "Measure the tool on benchmarks."),
    "hook": ("agent.cli_hook:hook", "Hold a commit to its testbenches; for pre-commit."),
    "doctor": ("agent.cli_doctor:doctor", "Check every tool, version, weight and the sandbox."),
}
"""Name to where the command is and its one line of help: nothing is imported to list them."""

EXIT_CODES = "\n".join(
    f"  {int(code):>3}  {text}"
    for code, text in (
        (ExitCode.PASSED, "passed, or done as asked"),
        (
            ExitCode.NOT_PASSED,
            "no passing design within the bounds; a design fails or is refused",
        ),
        (ExitCode.BAD_INPUT, "a file or an option is wrong"),
        (ExitCode.MISSING, "a tool, the weights or the sandbox are missing"),
        (ExitCode.TESTBENCH_BROKEN, "the testbench cannot judge any design"),
        (ExitCode.INTERNAL, "a defect in mevagent itself"),
        (ExitCode.INTERRUPTED, "interrupted; the record is kept"),
    )
)


class LazyGroup(click.Group):
    """A group that imports a subcommand when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The subcommands in the order a user meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the subcommand's module."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The subcommands that begin so, from the table: a shell waits for this."""
        from click.shell_completion import CompletionItem

        found = {n: text for n, (_, text) in COMMANDS.items() if n.startswith(incomplete)}
        options = click.Command.shell_complete(self, ctx, incomplete)
        return [*(CompletionItem(n, help=text) for n, text in found.items()), *options]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the subcommands from the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the exit codes."""
        formatter.write_paragraph()
        formatter.write(f"Exit codes:\n{EXIT_CODES}\n")


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mevagent")
@click.pass_context
def mevagent(ctx: click.Context) -> None:
    """Turn a specification into Verilog that passes your own cocotb testbench, offline."""
    ctx.default_map = _configuration(ctx)


def _configuration(ctx: click.Context) -> dict[str, Any]:
    from agent.config import defaults_for, find_config
    from agent.options import ConfiguredGroup

    config = find_config(Path.cwd())
    name = ctx.invoked_subcommand
    if config is None or name is None:
        return {}
    options = {command: _options(ctx, command) for command in COMMANDS}
    known = set().union(*options.values())
    found = defaults_for(name, options.get(name, set()), COMMANDS, known, config)
    called = mevagent.get_command(ctx, name)
    subs = list(called.commands) if isinstance(called, ConfiguredGroup) else []
    return {name: {**found, **dict.fromkeys(subs, found)}}


def _options(ctx: click.Context, name: str) -> set[str]:
    command = mevagent.get_command(ctx, name)
    from agent.options import ConfiguredGroup

    params = [*command.params] if command else []
    if isinstance(command, ConfiguredGroup):
        params += [param for sub in command.commands.values() for param in sub.params]
    return {p.name for p in params if isinstance(p, click.Option) and p.name}


def main() -> NoReturn:
    """Run the command; no traceback reaches a user (set MEVAGENT_DEBUG=1 to see one)."""
    interrupt = _Interrupt()
    signal.signal(signal.SIGTERM, interrupt)
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:  # a shell's background job
        signal.signal(signal.SIGINT, interrupt)
    code = int(run())
    if threading.active_count() > 1:
        # A model's thread that is still inside its library must not be unwound by the interpreter.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


class _Interrupt:
    """Ctrl-C once ends the command in order; again, after a moment, at once."""

    PATIENCE_S = 2.0

    def __init__(self) -> None:
        self._first: float | None = None

    def __call__(self, number: int, frame: object) -> None:
        if self._first is None:
            self._first = time.monotonic()
            raise KeyboardInterrupt
        if time.monotonic() - self._first > self.PATIENCE_S:
            os._exit(ExitCode.INTERRUPTED)


def run(arguments: list[str] | None = None) -> ExitCode | int:
    """Run the command once and say what went wrong; without `arguments`, those of the process."""
    from mevllm.errors import EngineError, MevllmError, SpecError, WeightsError

    try:
        result = mevagent.main(arguments, prog_name="mevagent", standalone_mode=False)
        return result if isinstance(result, int) else ExitCode.PASSED
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return ExitCode.BAD_INPUT
    except (KeyboardInterrupt, click.Abort):
        _complain("interrupted")
        return ExitCode.INTERRUPTED
    except AgentError as error:
        _complain(str(error))
        return error.exit_code
    except (WeightsError, EngineError) as error:
        _complain(str(error))
        return ExitCode.MISSING
    except (SpecError, MevllmError) as error:
        _complain(str(error))
        return ExitCode.BAD_INPUT
    except BrokenPipeError:
        # The reader of a pipe went away (`| head`); keep the interpreter's exit quiet as well.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.PASSED
    except OSError as error:
        _complain(f"{error}; check the disk's free space and the file's permissions")
        return ExitCode.BAD_INPUT
    except Exception as error:
        if os.environ.get("MEVAGENT_DEBUG"):
            raise
        _complain(
            f"internal error: {type(error).__name__}: {error}; "
            "set MEVAGENT_DEBUG=1 to see where, and please report it"
        )
        return ExitCode.INTERNAL


def _complain(message: str) -> None:
    click.echo(f"mevagent: {message}", err=True)


if __name__ == "__main__":
    main()
