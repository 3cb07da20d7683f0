"""Module headers in Verilog or SystemVerilog, fenced or in the running text, read with pyslang."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from mevllm import expressions
from mevllm.errors import SpecError
from mevllm.identifiers import flaw
from mevllm.interface_sources import phrases
from mevllm.interface_sources.claims import Block, ParameterClaim, PortClaim, Range
from mevllm.interface_sources.document import Document

if TYPE_CHECKING:
    from mevllm.spec import Direction

_LANGUAGES = frozenset(
    ("", "verilog", "systemverilog", "sv", "v", "text", "txt", "plaintext", "plain", "rtl", "hdl")
)
_HEAD = re.compile(
    r"\b(?:macromodule|module)\s+(?:automatic\s+|static\s+)?(?P<name>[^\s(#;]+)\s*"
    r"(?=[(#;]|import\b)"
)
_NOISE = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:[^\"\\\n]|\\.)*\"", re.DOTALL)
_DEFINE = re.compile(r"^[ \t]*`define[^\n]*$", re.MULTILINE)
_SUBROUTINE = re.compile(r"\b(function|task)\b.*?\bend\1\b", re.DOTALL)
_DECLARATION = re.compile(r"\b(?:input|output|inout|parameter)\b[^;]*;")
_DECLARES = re.compile(r"\b(?:input|output|inout)\b")
_MAX_HEADERS = 100
_MAX_UNFENCED = 10
_MAX_UNFENCED_LENGTH = 20_000
_UNFENCED = re.compile(r"^[ \t]*module[ \t]+[A-Za-z_]\w*[ \t\n]*(?:#[ \t\n]*)?\(", re.MULTILINE)

_INTEGER_TYPES = {
    "byte": (8, True),
    "shortint": (16, True),
    "int": (32, True),
    "integer": (32, True),
    "longint": (64, True),
}
_VECTOR_TYPES = frozenset(("logic", "reg", "bit"))
_PARAMETER_TYPES = re.compile(
    r"(?:(?:int|integer|byte|shortint|longint|real|bit|logic)|(?:(?:logic|bit)\s*)?(?:signed\s*)?"
    r"\[[^\[\]]+\])?\Z"
)
"""The declared types of parameters that Icarus 11 accepts; others are left out of the header."""


@dataclass(frozen=True)
class Header:
    """A module header as found, not yet read."""

    name: str
    source: str
    """The specification's file name."""
    first: int
    """Number of the line with `module`."""
    last: int
    lead: int
    """Lines of `text` in front of the header: macro definitions of the same fence."""
    text: str
    """The header and, for the style of 1995, the declarations in the body, each on its line."""
    has_ports: bool

    def read(self) -> Block:
        """The ports and parameters, with their ranges exactly as written.

        Raises SpecError with the line of a syntax error or of a port that cannot be supported.
        """
        return _read(self)


def find_headers(document: Document) -> tuple[Header, ...]:
    """Every module header of a specification, fenced ones first.

    Code that holds no module (an instantiation, an `always` block) is passed over.
    """
    found: list[Header] = []
    for fence in document.fences:
        if fence.language in _LANGUAGES:
            found += _scan(fence.text, fence.first, document.source)
    prose = "\n".join(line.text for line in document.lines)
    first = document.lines[0].number
    for match in islice(_UNFENCED.finditer(prose), _MAX_UNFENCED):
        line = first + prose.count("\n", 0, match.start())
        text = prose[match.start() : match.start() + _MAX_UNFENCED_LENGTH]
        # The words may be plain English, "module x (see below)": ports make the difference.
        found += [h for h in _scan(text, line, document.source)[:1] if h.has_ports]
    return tuple(found)


def _scan(text: str, first_line: int, source: str) -> list[Header]:
    clean = _NOISE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    defines = "".join(f"{line}\n" for line in _DEFINE.findall(clean))
    found: list[Header] = []
    position = 0
    while len(found) < _MAX_HEADERS and (match := _HEAD.search(clean, position)):
        end = _header_end(clean, match.end())
        stop = re.compile(r"\bendmodule\b|\bmodule\s|\Z").search(clean, end)
        position = stop.start() if stop else end
        ansi = _DECLARES.search(clean, match.end(), end) is not None
        declarations = "" if ansi else _declarations(clean[end:position])
        length = len(clean[match.start() : end].rstrip())
        header = text[match.start() : match.start() + length]
        header += "" if header.endswith(";") else ";"
        line = first_line + clean.count("\n", 0, match.start())
        found.append(
            Header(
                match["name"],
                source,
                line,
                line + f"{header}{declarations}".count("\n"),
                defines.count("\n"),
                f"{defines}{header}{declarations}\nendmodule\n",
                ansi or _DECLARES.search(declarations) is not None,
            )
        )
    return found


def _header_end(text: str, position: int) -> int:
    """Just after the `;` that ends a header; where that is missing, before what follows."""
    depth = 0
    for match in re.compile(r"[();]|\bendmodule\b").finditer(text, position):
        depth += (match[0] == "(") - (match[0] == ")")
        if match[0] == "endmodule":
            return match.start()
        if match[0] == ";" and depth <= 0:
            return match.end()
    return len(text)


def _declarations(body: str) -> str:
    """Port and parameter declarations of a module's body, all else blanked line by line."""
    body = _SUBROUTINE.sub(lambda match: "\n" * match[0].count("\n"), body)
    kept: list[str] = []
    position = 0
    for match in _DECLARATION.finditer(body):
        kept += ("\n" * body.count("\n", position, match.start()), " ", match[0])
        position = match.end()
    return "".join(kept)


class _Reader:
    """Turns the syntax tree of one header into claims."""

    def __init__(self, header: Header) -> None:
        self._header = header
        self.source = header.source
        self.first = header.first
        self._local: dict[str, str] = {}
        self.ports: list[PortClaim] = []
        self.parameters: list[ParameterClaim] = []

    def line(self, offset: int) -> int:
        before = self._header.text.encode()[:offset]
        return self._header.first + before.count(b"\n") - self._header.lead

    def error(self, message: str, offset: int) -> SpecError:
        return SpecError(message, source=self._header.source, line=self.line(offset))

    def parameter(self, node: Any) -> None:
        """A declaration of one or more parameters, in the header or in the body."""
        if type(node).__name__ != "ParameterDeclarationSyntax":
            raise self.error(
                "a parameter that is a type is not supported; declare the type in the ports",
                node.sourceRange.start.offset,
            )
        kind = " ".join(_text(node.type).split()).replace("reg", "logic")
        for declarator in _syntax(node.declarators):
            name = declarator.name.valueText
            offset = declarator.name.location.offset
            default = _text(declarator.initializer.expr) if declarator.initializer else ""
            if not default:
                raise self.error(f"the parameter `{name}` has no default; give one", offset)
            default = self._without_locals(default)
            if node.keyword.valueText == "localparam":
                self._local[name] = default
                continue
            comment = self._comment(offset)
            declared = kind if _PARAMETER_TYPES.match(kind) else ""
            self.parameters.append(
                ParameterClaim(name, self.line(offset), default, declared, comment)
            )

    def port(self, header: Any, declarator: Any, before: PortClaim | None) -> PortClaim:
        """One port; without a header of its own it is declared as the one before it."""
        name = declarator.name.valueText
        offset = declarator.name.location.offset
        kind = type(header).__name__
        if kind not in ("VariablePortHeaderSyntax", "NetPortHeaderSyntax"):
            raise self.error(f"`{name}` is an interface port, which is not supported", offset)
        if len(_syntax(declarator.dimensions)):
            raise self.error(
                f"`{name}` is an array of vectors, which is not supported as a port; flatten it",
                offset,
            )
        word = header.direction.valueText
        bare = not word and not _text(header.dataType) and not _kind_word(header)
        direction: Direction | None = phrases.direction_of(word) if word else None
        if direction is None and before is not None and not word:
            direction = before.direction
        if direction is None:
            raise self.error(f"`{name}` has no direction; write input, output or inout", offset)
        if bare and before is not None:
            width, signed = before.range, before.signed
        else:
            width, signed = self._type(header.dataType, name, offset)
        return PortClaim(name, self.line(offset), direction, width, signed, self._comment(offset))

    def _type(self, node: Any, name: str, offset: int) -> tuple[Range, bool]:
        kind = type(node).__name__
        word = node.keyword.valueText if kind == "IntegerTypeSyntax" else ""
        known = kind == "ImplicitTypeSyntax" or word in _VECTOR_TYPES or word in _INTEGER_TYPES
        if not known:
            raise self.error(
                f"the type `{_text(node)}` of `{name}` is not supported; use logic with a range",
                offset,
            )
        sign = node.signing.valueText
        if word in _INTEGER_TYPES:
            bits, signed = _INTEGER_TYPES[word]
            return Range(str(bits - 1), "0", True, True), signed and sign != "unsigned"
        dimensions = _syntax(node.dimensions)
        if len(dimensions) > 1:
            raise self.error(f"`{name}` has two ranges, which is not supported; flatten it", offset)
        if not dimensions:
            return Range(written=True), sign == "signed"
        bounds: Any = getattr(dimensions[0].specifier, "selector", None)
        if type(bounds).__name__ != "RangeSelectSyntax":
            raise self.error(f"the range of `{name}` must have the form [7:0]", offset)
        msb = self._without_locals(_text(bounds.left))
        lsb = self._without_locals(_text(bounds.right))
        span = Range(expressions.fold(msb), expressions.fold(lsb), True, True)
        return span, sign == "signed"

    def _without_locals(self, expression: str) -> str:
        """An expression with local parameters replaced by what they stand for."""
        for name, value in self._local.items():
            pattern = rf"(?<![\w$']){re.escape(name)}(?![\w$])"
            expression = f"({value})".join(re.split(pattern, expression))
        return expression

    def _comment(self, offset: int) -> str:
        """The comment at the end of the line on which a name stands."""
        text = self._header.text.encode()
        end = text.find(b"\n", offset)
        line = text[offset : end if end >= 0 else len(text)].decode(errors="replace")
        match = re.search(r"//\s*(.*)|/\*\s*(.*?)\s*\*/", line)
        return (match[1] or match[2] or "").strip() if match else ""


def _text(node: Any) -> str:
    """The tokens of a node after preprocessing, with single spaces where they were parted."""
    if node is None:
        return ""
    return " ".join(re.sub(r"//[^\n]*|/\*.*?\*/", " ", str(node), flags=re.DOTALL).split())


def _syntax(nodes: Any) -> list[Any]:
    """The nodes of a separated list, without the commas."""
    return [node for node in nodes if type(node).__name__ != "Token"]


def _kind_word(header: Any) -> str:
    """`wire`, `var` and the like in front of a port's type."""
    for attribute in ("netType", "varKeyword"):
        token = getattr(header, attribute, None)
        if token is not None and token.valueText:
            return str(token.valueText)
    return ""


def _read(header: Header) -> Block:
    import pyslang
    from pyslang.syntax import SyntaxTree

    reader = _Reader(header)
    if problem := flaw(header.name):
        raise SpecError(
            f"the module name `{header.name[:60]}` {problem}",
            source=header.source,
            line=header.first,
        )
    tree = SyntaxTree.fromText(header.text)
    for diagnostic in tree.diagnostics:
        if diagnostic.isError():
            engine = pyslang.DiagnosticEngine(tree.sourceManager)
            message = engine.formatMessage(diagnostic)
            raise reader.error(
                f"the Verilog header cannot be read: {message}", diagnostic.location.offset
            )
    module: Any = tree.root
    if type(module).__name__ != "ModuleDeclarationSyntax":
        raise reader.error("the Verilog header cannot be read", 0)
    if module.header.parameters is not None:
        for node in _syntax(module.header.parameters.declarations):
            reader.parameter(node)
    ports = module.header.ports
    if type(ports).__name__ == "AnsiPortListSyntax":
        _read_ansi(reader, ports)
    else:
        _read_body(reader, module, ports)
    return Block(
        "Verilog header",
        "Verilog header",
        header.first,
        header.last,
        tuple(reader.ports),
        tuple(reader.parameters),
        module=header.name,
    )


def _read_ansi(reader: _Reader, ports: Any) -> None:
    for node in _syntax(ports.ports):
        if type(node).__name__ != "ImplicitAnsiPortSyntax":
            raise reader.error(
                "a port given as an expression is not supported; name it directly",
                node.sourceRange.start.offset,
            )
        before = reader.ports[-1] if reader.ports else None
        reader.ports.append(reader.port(node.header, node.declarator, before))


def _read_body(reader: _Reader, module: Any, ports: Any) -> None:
    """The style of 1995: names in the header, directions in the body, in the header's order."""
    declared: dict[str, PortClaim] = {}
    parameters_in_header = bool(reader.parameters)
    for member in module.members:
        kind = type(member).__name__
        if kind == "ParameterDeclarationStatementSyntax" and not parameters_in_header:
            reader.parameter(member.parameter)
        elif kind == "PortDeclarationSyntax":
            for declarator in _syntax(member.declarators):
                port = reader.port(member.header, declarator, None)
                declared[port.name] = port
    for node in _syntax(ports.ports) if ports is not None else ():
        name = _text(node)
        if not name:
            continue
        if name not in declared:
            raise reader.error(
                f"the header names the port `{name[:60]}` without saying whether it is an input "
                "or an output",
                node.sourceRange.start.offset,
            )
        reader.ports.append(declared.pop(name))
    for name, port in declared.items():
        raise SpecError(
            f"`{name}` is declared as a port but not named in the header of line {reader.first}",
            source=reader.source,
            line=port.line,
        )
