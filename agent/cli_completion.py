"""`mevagent completion`: the script that teaches a shell to complete the command."""

from __future__ import annotations

import click

HOW = {
    "bash": 'eval "$(mevagent completion bash)"            in ~/.bashrc',
    "zsh": 'eval "$(mevagent completion zsh)"             in ~/.zshrc',
    "fish": "mevagent completion fish | source             in ~/.config/fish/config.fish",
}


@click.command("completion", epilog="\b\n" + "\n".join(HOW.values()))
@click.argument("shell", type=click.Choice(list(HOW)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that completes commands, options and files in SHELL."""
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    if made is None:
        raise click.UsageError(f"this version of click completes nothing in {shell}; update click")
    root = ctx.find_root().command
    click.echo(made(root, {}, "mevagent", "_MEVAGENT_COMPLETE").source())
