"""Single modules out of parsed files, each made to stand alone under the project's header."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mevllm.data.syntax import Parsed, parse
from mevllm.errors import SpecError
from mevllm.spec import Interface, parse_spec

MAX_HELPERS = 40
"""Most modules below one that stands alone."""

_REDECLARED = ("NetDeclaration", "DataDeclaration")
_BLANKS = re.compile(r"\n[ \t]*(?:\n[ \t]*)+(?=\n)")


@dataclass(frozen=True)
class Module:
    """A module of a file."""

    name: str
    text: str
    """From `module` to `endmodule`: macros expanded, without comments."""
    commented: str
    """The same with its comments."""
    parsed: Parsed
    """Of `text` alone."""
    needs: tuple[str, ...]
    """Names of the modules that it instantiates."""


@dataclass(frozen=True)
class Alone:
    """A design that needs nothing else."""

    interface: Interface
    body: str
    helpers: str

    @property
    def verilog(self) -> str:
        """The whole design."""
        tail = f"\n{self.helpers}\n" if self.helpers else ""
        return f"{self.interface.header()}\n{self.body}\nendmodule\n{tail}"


def modules_of(parsed: Parsed, commented: Parsed) -> tuple[Module, ...]:
    """The modules of a file, given without and with its comments."""
    notes = {
        node.header.name.valueText: commented.source(node)
        for node in commented.nodes("ModuleDeclaration")
    }
    found = []
    for node in parsed.nodes("ModuleDeclaration"):
        text = _tidy(parsed.source(node))
        own = parse(text)
        if isinstance(own, str):
            continue
        name = node.header.name.valueText
        needs = (n.type.valueText for n in own.nodes("HierarchyInstantiation"))
        found.append(Module(name, text, notes.get(name, text), own, tuple(dict.fromkeys(needs))))
    return tuple(found)


def alone(module: Module, known: Mapping[str, Module]) -> Alone | str:
    """The module with what it needs from `known`, or why it cannot stand alone."""
    below: dict[str, Module] = {}
    todo = list(module.needs)
    while todo:
        name = todo.pop(0)
        if name in below:
            continue
        if name == module.name:
            return "it instantiates itself"
        if name not in known:
            return f"it instantiates `{name}`, which is not here"
        if len(below) >= MAX_HELPERS:
            return f"it needs more than {MAX_HELPERS} modules"
        below[name] = known[name]
        todo += known[name].needs
    try:
        interface = parse_spec(f"```verilog\n{module.text}\n```\n").interface
    except SpecError as error:
        return f"its interface: {error}"
    if not any(p.direction != "input" for p in interface.ports):
        return "it has no output"
    helpers = "\n\n".join(m.text for m in below.values())
    design = Alone(interface, _body(module, interface), helpers)
    fault = _fault(design.verilog)
    return f"under the project's header: {fault}" if fault else design


def _body(module: Module, interface: Interface) -> str:
    """What follows the header: without what the header declares now."""
    (node,) = module.parsed.nodes("ModuleDeclaration")[:1]
    declared = {p.name for p in interface.ports} | {p.name for p in interface.parameters}
    cut: list[tuple[int, int]] = []
    for member in node.members:
        kind = str(member.kind).removeprefix("SyntaxKind.")
        parameter = kind == "ParameterDeclarationStatement"
        if kind == "PortDeclaration":
            cut.append(_span(member))
        elif kind in _REDECLARED or parameter:
            owner = member.parameter if parameter else member
            names = [d.name.valueText for d in owner.declarators if hasattr(d, "name")]
            if names and declared.issuperset(names):
                cut.append(_span(member))
    start = _span(node.header)[1]
    end = node.endmodule.location.offset
    pieces = []
    for left, right in sorted(cut):
        pieces.append(module.parsed.text[start:left])
        start = right
    body = "".join([*pieces, module.parsed.text[start:end]])
    lines = [line.rstrip() for line in body.strip("\n").split("\n")]
    tidy = _BLANKS.sub("\n", "\n".join(lines)).strip("\n")
    return textwrap.indent(textwrap.dedent(tidy), "  ", lambda line: bool(line.strip()))


def _fault(verilog: str) -> str:
    """The first error of elaboration; empty where there is none."""
    import pyslang
    from pyslang import ast

    parsed = parse(verilog)
    if isinstance(parsed, str):
        return parsed
    bag = pyslang.Bag()
    options = ast.CompilationOptions()
    options.flags |= ast.CompilationFlags.AllowUseBeforeDeclare
    options.flags |= ast.CompilationFlags.RelaxEnumConversions
    bag.compilationOptions = options
    compilation = ast.Compilation(bag)
    compilation.addSyntaxTree(parsed.tree)
    engine = pyslang.DiagnosticEngine(parsed.tree.sourceManager)
    for diagnostic in compilation.getAllDiagnostics():
        if diagnostic.isError():
            return str(engine.formatMessage(diagnostic))
    return ""


def _span(node: Any) -> tuple[int, int]:
    area = node.sourceRange
    return area.start.offset, area.end.offset


def _tidy(text: str) -> str:
    """Without trailing spaces and the empty lines that removed comments leave."""
    return _BLANKS.sub("\n", "\n".join(line.rstrip() for line in text.split("\n")))
