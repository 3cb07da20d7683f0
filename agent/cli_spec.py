"""`mevagent spec`: what was understood of a specification."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from mevllm.spec import Spec


@click.group("spec")
def spec() -> None:
    """Look at specifications before anything is built from them."""


@spec.command("show")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(file: Path, as_json: bool) -> None:
    """Show the interface read from FILE, a specification in Markdown or plain text.

    Prints the module's name, its ports, parameters, clock and reset, where each was read from,
    and the Verilog header that a design is held to.
    """
    from mevllm.spec import load_spec

    loaded = load_spec(file)
    if as_json:
        click.echo(json.dumps(as_object(loaded), indent=2, ensure_ascii=False))
    else:
        _print(loaded)


def as_object(loaded: Spec) -> dict[str, Any]:
    """A specification as plain values; widths are numbers, or texts where a parameter rules."""
    interface = loaded.interface
    return {
        "module": interface.module,
        "ports": [
            {
                "name": port.name,
                "direction": port.direction,
                "width": port.width,
                "msb": port.msb,
                "lsb": port.lsb,
                "signed": port.signed,
                "description": port.description,
            }
            for port in interface.ports
        ],
        "parameters": [
            {"name": p.name, "default": p.default, "type": p.type, "description": p.description}
            for p in interface.parameters
        ],
        "clock": interface.clock,
        "reset": interface.reset,
        "tier": None if loaded.tier is None else loaded.tier.value,
        "sources": list(loaded.interface_sources),
        "warnings": list(loaded.warnings),
    }


def _print(loaded: Spec) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.syntax import Syntax
    from rich.table import Table

    console = Console()
    interface = loaded.interface
    facts = Table.grid(padding=(0, 2))
    facts.add_row("module", f"[bold]{escape(interface.module)}[/]")
    facts.add_row("clock", escape(interface.clock or "none"))
    facts.add_row("reset", escape(interface.reset or "none"))
    facts.add_row("tier", str(loaded.tier or "left to the classifier"))
    for parameter in interface.parameters:
        text = f"{parameter.name} = {parameter.default}"
        facts.add_row("parameter", escape(f"{text}  {parameter.description}".rstrip()))
    for place in loaded.interface_sources:
        facts.add_row("read from", escape(place))
    console.print(facts)

    ports = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("port", "direction", "width", "description"):
        ports.add_column(title, overflow="fold")
    for port in interface.ports:
        bits = f"{port.width} [{port.msb}:{port.lsb}]" if port.vector else "1"
        ports.add_row(
            escape(port.name),
            port.direction,
            escape(f"{bits} signed" if port.signed else bits),
            escape(port.description),
        )
    console.print()
    console.print(ports)
    console.print()
    console.print(
        Syntax(interface.header(), "systemverilog", background_color="default", word_wrap=True)
    )
    for warning in loaded.warnings:
        console.print(f"[yellow]warning:[/] {escape(warning)}", highlight=False)
