"""A design as the rules see it: findings, tokens and syntax tree, and edits at offsets."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from agent.toolchain.frontend import Analysis, Finding
from agent.toolchain.tokens import located, without_comments
from mevllm.spec import Interface


@dataclass(frozen=True)
class Edit:
    """A replacement in the text: characters `start` to `end` become `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Proposal:
    """A correction that a rule suggests."""

    detail: str
    edits: tuple[Edit, ...]
    completing: bool = False
    """Whether it counts only if it leaves no error of syntax at all."""


@dataclass(frozen=True)
class Declaration:
    """A name that a module declares."""

    name: str
    kind: str
    """`port`, `net`, `variable` or `parameter`."""
    type: str
    """Packed type as written, without `reg`, `wire` or `logic`: ` [7:0]`, ` signed [3:0]`."""
    statement: Any
    """The syntax node of the whole declaration."""
    declarator: Any


Rule = Callable[["Design"], Iterable[Proposal]]


@dataclass(frozen=True)
class Design:
    """A text, what pyslang says about it, and ways to look into it."""

    analysis: Analysis
    interface: Interface

    @property
    def text(self) -> str:
        """The design's text."""
        return self.analysis.text

    @cached_property
    def code(self) -> str:
        """The text with its comments blanked."""
        return without_comments(self.text)

    @cached_property
    def tokens(self) -> list[tuple[str, int]]:
        """The tokens with their offsets."""
        return [*located(self.text)]

    @cached_property
    def _offsets(self) -> list[int]:
        return [offset for _, offset in self.tokens]

    def found(self, *codes: str) -> list[Finding]:
        """The findings of some kinds that have a place, in the order of the text."""
        findings = [f for f in self.analysis.findings if f.code in codes and f.offset is not None]
        return sorted(findings, key=lambda f: f.offset or 0)

    def token_at(self, offset: int | None) -> int:
        """Index of the first token at or behind an offset."""
        return bisect_left(self._offsets, offset or 0)

    def word(self, index: int) -> str:
        """The token at an index; empty outside the text."""
        return self.tokens[index][0] if 0 <= index < len(self.tokens) else ""

    def span(self, index: int) -> tuple[int, int]:
        """Start and end of the token at an index; empty at the text's ends outside of it."""
        if not 0 <= index < len(self.tokens):
            edge = 0 if index < 0 else len(self.text)
            return edge, edge
        word, offset = self.tokens[index]
        return offset, offset + len(word)

    def line(self, offset: int) -> int:
        """1-based line of an offset."""
        return self.text.count("\n", 0, offset) + 1

    def source(self, node: Any) -> str:
        """The text of a syntax node."""
        start, end = extent(node)
        return self.text[start:end]

    @cached_property
    def modules(self) -> tuple[Any, ...]:
        """The syntax nodes of the modules."""
        from pyslang import syntax

        members = self.analysis.tree.root.members
        return tuple(m for m in members if m.kind == syntax.SyntaxKind.ModuleDeclaration)

    def module_at(self, offset: int) -> Any:
        """The module around an offset, or None."""
        for module in self.modules:
            start, end = extent(module)
            if start <= offset <= end:
                return module
        return None

    def nodes(self, *kinds: str, under: Any = None) -> list[Any]:
        """The syntax nodes of some kinds, in the order of the text."""
        from pyslang import syntax

        found: list[Any] = []
        table = {getattr(syntax.SyntaxKind, kind): found.append for kind in kinds}
        (under or self.analysis.tree.root).visit(lookup_table=table)
        return found

    def declarations(self, module: Any) -> Iterator[Declaration]:
        """What a module declares, ports first."""
        ports = module.header.ports
        inherited = ""
        for port in self.nodes("ImplicitAnsiPort", under=ports) if ports is not None else ():
            header = self.source(port.header)
            inherited = header or inherited
            yield Declaration(
                port.declarator.name.valueText, "port", _packed(inherited), port, port.declarator
            )
        for member in module.members:
            kind = str(member.kind).removeprefix("SyntaxKind.")
            known = _KINDS.get(kind)
            if known is None:
                continue
            owner = member.parameter if kind == "ParameterDeclarationStatement" else member
            declarators = getattr(owner, "declarators", None)
            for declarator in declarators or ():
                if hasattr(declarator, "name"):
                    start = extent(member)[0]
                    header = self.text[start : extent(owner.declarators[0])[0]]
                    name = declarator.name.valueText
                    yield Declaration(name, known, _packed(header), member, declarator)

    def into_body(self, module: Any, statement: str) -> Edit:
        """An edit that puts a statement at the beginning of a module's body."""
        end = extent(module.header)[1]
        return Edit(end, end, f"\n  {statement}")


_KINDS = {
    "DataDeclaration": "variable",
    "NetDeclaration": "net",
    "PortDeclaration": "port",
    "ParameterDeclarationStatement": "parameter",
}
_NOT_PACKED = re.compile(
    r"\b(?:input|output|inout|wire|tri|reg|logic|bit|var|parameter|localparam)\b"
)


def _packed(header: str) -> str:
    """The packed type of a declaration's header: `output reg [7:0]` gives ` [7:0]`."""
    rest = " ".join(_NOT_PACKED.sub(" ", without_comments(header)).split())
    return f" {rest}" if rest else ""


def extent(node: Any) -> tuple[int, int]:
    """Start and end offsets of a syntax node."""
    area = node.sourceRange
    return area.start.offset, area.end.offset


def apply(text: str, edits: Iterable[Edit]) -> str | None:
    """The text with edits applied; None where two of them overlap."""
    pieces: list[str] = []
    done = 0
    for edit in sorted(set(edits), key=lambda e: (e.start, e.end)):
        if edit.start < done:
            return None
        pieces += [text[done : edit.start], edit.text]
        done = edit.end
    return "".join([*pieces, text[done:]])
