"""What stands in a Verilog text, by pyslang's syntax tree; and its text as Verilog-2001."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_MODULES = ("ModuleDeclaration",)
_ALWAYS = ("AlwaysBlock", "AlwaysCombBlock", "AlwaysFFBlock", "AlwaysLatchBlock")
_EDGE = re.compile(r"\b(?:posedge|negedge)\b")
_NAME = re.compile(r"[A-Za-z_][\w$]*", re.ASCII)
_MAX_CHARS = 1 << 20


@dataclass(frozen=True)
class Parsed:
    """A text that pyslang could parse."""

    text: str
    """With its macros expanded, without directives; comments as asked."""
    tree: Any

    def nodes(self, *kinds: str, under: Any = None) -> list[Any]:
        """The syntax nodes of some kinds, in the order of the text."""
        from pyslang import syntax

        found: list[Any] = []
        table = {getattr(syntax.SyntaxKind, kind): found.append for kind in kinds}
        (under or self.tree.root).visit(lookup_table=table)
        return found

    def source(self, node: Any) -> str:
        """The text of a node."""
        area = node.sourceRange
        return self.text[area.start.offset : area.end.offset]


@dataclass(frozen=True)
class Written:
    """Counts of what is written, of all modules in the text together."""

    modules: tuple[str, ...]
    """Names, in order."""
    top: str
    """The first module that no other instantiates."""
    tokens: int
    assigns: int
    always_blocks: int
    clocked_blocks: int
    case_items: int
    state_cases: int
    """Most items, the default left out, of a case over a name that a clocked block assigns."""
    instances: int
    hierarchy_depth: int
    """Levels of modules defined in the text: 1 without instances."""


def parse(text: str, *, comments: bool = False) -> Parsed | str:
    """The text with macros expanded, or the first error of syntax in words."""
    if len(text) > _MAX_CHARS:
        return f"it is longer than {_MAX_CHARS} characters"
    plain = re.sub(r"[^\x00-\x7f]", " ", text)  # pyslang counts bytes
    tree = _tree(plain)
    if isinstance(tree, str):
        return tree
    from pyslang import syntax

    printer = syntax.SyntaxPrinter(tree.sourceManager)
    printer.setIncludeComments(comments).setIncludeDirectives(False).setExpandMacros(True)
    printer.setIncludeSkipped(False).setIncludeMissing(False).print(tree)
    printed = printer.str()
    again = _tree(printed)
    return again if isinstance(again, str) else Parsed(printed, again)


def _tree(text: str) -> Any:
    """The syntax tree, or the first error."""
    import pyslang
    from pyslang import parsing, syntax

    options = parsing.PreprocessorOptions()
    options.maxIncludeDepth = 0
    bag = pyslang.Bag()
    bag.preprocessorOptions = options
    manager = pyslang.SourceManager()
    try:
        buffer = manager.assignText("design.sv", text)
        tree = syntax.SyntaxTree.fromBuffer(buffer, manager, bag)
    except (RuntimeError, MemoryError):
        return "it is nested too deeply"
    engine = pyslang.DiagnosticEngine(manager)
    for diagnostic in tree.diagnostics:
        if diagnostic.isError():
            line = manager.getLineNumber(diagnostic.location)
            return f"line {line}: {engine.formatMessage(diagnostic)}"
    return tree


def written(parsed: Parsed) -> Written | str:
    """Count; a text without a module is described in words."""
    modules = parsed.nodes(*_MODULES)
    names = [m.header.name.valueText for m in modules]
    if not names:
        return "it holds no module"
    below = {
        name: [
            n.type.valueText
            for n in parsed.nodes("HierarchyInstantiation", under=module)
            if n.type.valueText in names
        ]
        for name, module in zip(names, modules, strict=True)
    }
    used = {inner for inners in below.values() for inner in inners}
    top = next((name for name in names if name not in used), names[0])
    always = parsed.nodes(*_ALWAYS)
    clocked = [block for block in always if _EDGE.search(parsed.source(block))]
    held = {name for block in clocked for name in targets(parsed, block)}
    cases = parsed.nodes("CaseStatement")
    items = {id(c): len(parsed.nodes("StandardCaseItem", under=c)) for c in cases}
    return Written(
        modules=tuple(names),
        top=top,
        tokens=len(re.findall(r"\w+|[^\w\s]", parsed.text)),
        assigns=len(parsed.nodes("ContinuousAssign")),
        always_blocks=len(always),
        clocked_blocks=len(clocked),
        case_items=sum(items.values()),
        state_cases=max(
            (items[id(c)] for c in cases if parsed.source(c.expr).strip() in held), default=0
        ),
        instances=len(parsed.nodes("HierarchicalInstance")),
        hierarchy_depth=_levels(top, below, ()),
    )


def _levels(name: str, below: dict[str, list[str]], above: tuple[str, ...]) -> int:
    if name in above:
        return 0
    return 1 + max((_levels(inner, below, (*above, name)) for inner in below[name]), default=0)


def targets(parsed: Parsed, block: Any) -> set[str]:
    """Names that a procedural block assigns."""
    found = set()
    for node in parsed.nodes(
        "AssignmentExpression", "NonblockingAssignmentExpression", under=block
    ):
        left = parsed.source(node.left)
        # Indices name signals too, which are read.
        found.update(_NAME.findall(re.sub(r"\[[^\]]*\]?", " ", left)))
    return found


def verilog_2001(parsed: Parsed) -> str:
    """The text for tools that know no SystemVerilog: `logic` as reg or wire, plain `always`."""
    edits = sorted({*_types(parsed), *_blocks(parsed)})
    pieces, done = [], 0
    for start, end, new in edits:
        pieces += [parsed.text[done:start], new]
        done = end
    text = "".join([*pieces, parsed.text[done:]])
    text = re.sub(r"(?<![\w'])'([01])", r"1'b\1", text)
    return re.sub(r"\b(?:unique0?|priority)\s+(?=case|if)", "", text)


def _types(parsed: Parsed) -> Iterator[tuple[int, int, str]]:
    for module in parsed.nodes(*_MODULES):
        driven = {n for b in parsed.nodes(*_ALWAYS, under=module) for n in targets(parsed, b)}
        for port in parsed.nodes("ImplicitAnsiPort", "PortDeclaration", under=module):
            declarators = getattr(port, "declarators", None) or (port.declarator,)
            yield from _retyped(port.header, declarators, driven)
        for member in parsed.nodes("DataDeclaration", under=module):
            yield from _retyped(member, member.declarators, driven)


def _retyped(owner: Any, declarators: Any, driven: set[str]) -> Iterator[tuple[int, int, str]]:
    kind = getattr(owner, "dataType", None)
    if kind is None:
        kind = getattr(owner, "type", None)
    word = getattr(kind, "keyword", None)
    if word is None or word.valueText not in ("logic", "bit"):
        return
    names = {d.name.valueText for d in declarators if hasattr(d, "name")}
    start = word.location.offset
    yield start, start + len(word.valueText), "reg" if names & driven else "wire"


def _blocks(parsed: Parsed) -> Iterator[tuple[int, int, str]]:
    plain = {"always_comb": "always @(*)", "always_latch": "always @(*)", "always_ff": "always"}
    for block in parsed.nodes(*_ALWAYS):
        word = block.keyword
        if word.valueText in plain:
            start = word.location.offset
            yield start, start + len(word.valueText), plain[word.valueText]
