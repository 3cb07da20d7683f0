"""`mevagent init`: the files that a new design begins with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent.errors import InputError
from agent.options import FILE

if TYPE_CHECKING:
    from mevllm.spec import Interface

VERILOG = (".v", ".sv")


@click.command("init")
@click.argument("module", required=False)
@click.option(
    "--from",
    "source",
    type=FILE,
    help="Take the interface from this specification or Verilog file.",
)
@click.option("--folder", type=FILE, default=Path(), help="Where the files go; here without it.")
@click.option("--force", is_flag=True, help="Replace files that exist.")
def init_command(module: str | None, source: Path | None, folder: Path, force: bool) -> None:
    """Start a design: a specification to fill in, a testbench that runs, a configuration.

    MODULE names the module; --from gives its interface, and its name where MODULE does not.
    Written are MODULE.md (unless --from is a specification already), tb_MODULE.py, and
    mevagent.toml where no configuration is found.
    """
    from agent import skeleton
    from agent.config import find_config
    from agent.output import write_atomically
    from mevllm.identifiers import flaw

    if module is None and source is None:
        raise click.UsageError("name a MODULE, or take its interface --from a file")
    if module and (why := flaw(module)):
        raise InputError(f"{module} {why}; name the module differently")
    interface = _interface(source, module) if source else skeleton.EXAMPLE
    interface = replace(interface, module=module or interface.module)
    name = interface.module
    files = {folder / f"tb_{name}.py": skeleton.testbench(interface)}
    spec = source
    if source is None or source.suffix in VERILOG:
        spec = folder / f"{name}.md"
        files[spec] = skeleton.specification(interface)
    if existing := [str(path) for path in files if path.exists() and not force]:
        raise InputError(f"{', '.join(existing)}: exists; replace with --force, or name another")
    if find_config(folder.absolute()) is None:
        files[folder / "mevagent.toml"] = skeleton.CONFIG
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        write_atomically(path, text)
        click.echo(f"wrote {path}")
    bench = folder / f"tb_{name}.py"
    click.echo(f"now say the behaviour in {spec}, and fill in `Model` in {bench}; then")
    click.echo(f"  mevagent build {spec} --tb {bench} -o {folder / f'{name}.v'}")


def _interface(source: Path, module: str | None) -> Interface:
    """The interface in a specification, or of a module in a Verilog file."""
    from agent.verify import only_module, read_design
    from mevllm.spec import load_spec, parse_spec

    if source.suffix not in VERILOG:
        found = load_spec(source).interface
        if module not in (None, found.module):
            raise InputError(f"{source} names the module {found.module}, not {module}; use that")
        return found
    rtl = read_design(source)
    modules = rtl.count(f"module {module}") if module else 0
    name = module if module and modules else only_module(rtl, source)
    return parse_spec(f"Module name: `{name}`\n\n```verilog\n{rtl}\n```\n", str(source)).interface
