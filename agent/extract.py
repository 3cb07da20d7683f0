"""From a model's answer to one design: code out of prose, one header, the modules it needs. Pure.

The interface is a contract: the module header is the specification's, whatever the answer says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.attempts import Fix
from agent.toolchain.tokens import CLOSERS, OPENERS, located, tokenize
from mevllm.spec import Interface

_FENCE = re.compile(r"^[ \t]*(?:```|~~~)[ \t]*(?P<language>\w*)[^\n]*(?:\n|\Z)", re.MULTILINE)
_DIRECTIVE_LINE = re.compile(r"^[ \t]*`\w+.*$", re.MULTILINE)
_LABEL = re.compile(r"\s*:\s*[A-Za-z_]\w*")
_MODULE = ("module", "macromodule")
_BODY_WORDS = frozenset({"assign", "always", "always_comb", "always_ff", "endmodule"})
_OUTER_WORDS = frozenset({"package", "import", "typedef", "localparam", "parameter", "function"})
_COMPLETE = frozenset({";", "end", "endcase", "endgenerate", "endfunction", "endtask"})

_Token = tuple[str, int]


@dataclass
class _Unit:
    """One module of an answer."""

    name: str
    start: int
    header_end: int
    """After the semicolon that ends the header."""
    mark: int
    """Where the piece of the body that is being read begins."""
    end: int = -1
    """After `endmodule` and its label; -1 where there is none."""
    pieces: list[tuple[int, int]] = field(default_factory=list)
    """Spans of the body, without the modules nested in it."""
    repeated: bool = False
    """Whether the module began twice; what stood before the second beginning is dropped."""


def extract(answer: str, interface: Interface, *, prefill: str = "") -> tuple[str, tuple[Fix, ...]]:
    """Return the design that an answer holds, and what was corrected on the way.

    `answer` is the prefill with what the model continued it with, or a whole answer with fences
    and prose. The result defines the interface's module with the interface's own header, and
    the modules that it instantiates; an answer without any code comes back as it is, stripped.
    """
    fixes: list[Fix] = []
    code = _code(answer.replace("\r\n", "\n"), prefill)
    units = _units(code)
    if not units:
        return _bare_body(code, interface, fixes), tuple(fixes)
    top = _top_unit(units, interface)
    kept = _needed(code, units, top)
    parts = [_preamble(code, units)]
    for unit in kept:
        header = code[unit.start : unit.header_end]
        if unit is top:
            header = _contract(header, unit.name, interface, fixes)
        if unit.repeated:
            fixes.append(Fix("drop-repeated-header", f"the module `{unit.name}` began twice"))
        body = "\n".join(code[start:end] for start, end in unit.pieces)
        parts.append(header + _ended(unit, body, fixes))
    for unit in units:
        if unit not in kept:
            fixes.append(Fix("drop-module", f"`{unit.name}` is not part of the design"))
    return "\n\n".join(part.strip() for part in parts if part.strip()) + "\n", tuple(fixes)


def _code(answer: str, prefill: str) -> str:
    """The fenced blocks of an answer that hold modules, or all of it where nothing is fenced."""
    blocks: list[str] = []
    begun = 0 if prefill and not _FENCE.match(prefill) and answer.startswith(prefill) else None
    for fence in _FENCE.finditer(answer):
        if begun is not None:
            blocks.append(answer[begun : fence.start()])
        begun = fence.end() if begun is None or fence["language"] else None
    if begun is not None:
        blocks.append(answer[begun:])
    if not blocks:
        return answer
    useful: list[str] = []
    for block in blocks:
        # The body of a module may go on in the next block.
        if _units(block) or any(unit.end < 0 for unit in _units("\n".join(useful))):
            useful.append(block)
    return "\n".join(useful or blocks)


def _units(code: str) -> list[_Unit]:
    """The modules of a text in the order in which they begin, nested ones as units of their own."""
    tokens = [*located(code)]
    done: list[_Unit] = []
    stack: list[_Unit] = []
    for index, (word, offset) in enumerate(tokens):
        header = _header(tokens, index) if word in _MODULE else None
        if header is not None:
            name, header_end = header
            if stack and stack[-1].name == name:
                again = stack[-1]
                again.start, again.header_end, again.mark = offset, header_end, header_end
                again.repeated = True
                again.pieces.clear()
                continue
            if stack:
                stack[-1].pieces.append((stack[-1].mark, offset))
            stack.append(_Unit(name, offset, header_end, header_end))
            done.append(stack[-1])
        elif word == "endmodule" and stack:
            unit = stack.pop()
            unit.pieces.append((unit.mark, offset))
            label = _LABEL.match(code, offset + len(word))
            unit.end = label.end() if label else offset + len(word)
            if stack:
                stack[-1].mark = unit.end
    if stack:
        stack[-1].pieces.append((stack[-1].mark, len(code)))
    return done


def _header(tokens: Sequence[_Token], index: int) -> tuple[str, int] | None:
    """Name and end of the module header that begins at a token, if one does."""
    words = [word for word, _ in tokens[index + 1 : index + 4]]
    if words and words[0] in ("automatic", "static"):
        index, words = index + 1, words[1:]
    if len(words) < 2 or not words[0].isidentifier() or words[1] not in ("(", "#", ";", "import"):
        return None
    depth = 0
    for word, offset in tokens[index + 2 :]:
        depth += (word == "(") - (word == ")")
        if word == ";" and depth <= 0:
            return words[0], offset + 1
        if word in ("endmodule", *_MODULE):
            return None
    return None


def _top_unit(units: Sequence[_Unit], interface: Interface) -> _Unit:
    """The module that is the design: by name, else the first that is no testbench."""
    named = [unit for unit in units if unit.name == interface.module]
    others = [unit for unit in units if not re.search(r"tb|test", unit.name, re.IGNORECASE)]
    choice = named or others or [*units]
    return next((unit for unit in choice if unit.end >= 0), choice[0])


def _needed(code: str, units: Sequence[_Unit], top: _Unit) -> list[_Unit]:
    """The top module and all that it instantiates, in the order of the text."""
    needed, names, unread = [top], {top.name}, [top]
    while unread:
        unit = unread.pop()
        words = {word for piece in unit.pieces for word in tokenize(code[slice(*piece)])}
        for other in units:
            if other.name in words and other.name not in names:
                needed.append(other)
                names.add(other.name)
                unread.append(other)
    return [unit for unit in units if any(unit is other for other in needed)]


def _preamble(code: str, units: Sequence[_Unit]) -> str:
    """What stands outside the modules and belongs to them: directives, packages, types."""
    kept: list[str] = []
    begun = 0
    for unit in [*units, None]:
        gap = code[begun : unit.start if unit else len(code)]
        words = tokenize(gap)
        if words and words[0] in _OUTER_WORDS:
            kept.append(gap.strip())
        else:
            kept += [match[0].strip() for match in _DIRECTIVE_LINE.finditer(gap)]
        if unit is None or unit.end < 0:
            break
        begun = max(begun, unit.end)
    return "\n".join(kept)


def _contract(header: str, name: str, interface: Interface, fixes: list[Fix]) -> str:
    """The interface's header, and the answer's own parameters as constants behind it."""
    ours = interface.header()
    if tokenize(header) == tokenize(ours):
        return header
    constants = _own_parameters(header, interface)
    detail = "the module header is the specified one again"
    if name != interface.module:
        detail += f", `{name}` is `{interface.module}`"
    if constants:
        detail += f", parameters of its own became constants: {', '.join(constants)}"
    fixes.append(Fix("restore-header", detail))
    return ours + "".join(f"\n  localparam {text};" for text in constants.values())


def _own_parameters(header: str, interface: Interface) -> dict[str, str]:
    """Parameters of a header that the interface lacks, each with its declaration."""
    words = tokenize(header)
    if "#" not in words:
        return {}
    known = {parameter.name for parameter in interface.parameters}
    found: dict[str, str] = {}
    depth, declaration = 0, list[str]()
    for word in words[words.index("#") + 1 :]:
        depth += (word in "([{") - (word in ")]}")
        if depth == 0 or (depth == 1 and word == ","):
            if "=" in declaration[1:]:
                name = declaration[declaration.index("=") - 1]
                if name not in known:
                    found[name] = " ".join(declaration)
            declaration = []
            if depth == 0:
                break
        elif word not in ("parameter", "localparam") and (depth > 1 or word != "("):
            declaration.append(word)
    return found


def _ended(unit: _Unit, body: str, fixes: list[Fix]) -> str:
    """The body with its `endmodule`, added where the answer was cut right before it."""
    if unit.end >= 0:
        return body + ("endmodule" if not body or body[-1].isspace() else "\nendmodule")
    words = tokenize(body)
    depth = sum((word in OPENERS) - (word in CLOSERS) for word in words)
    labelled = words[-3:-1] == ["end", ":"]
    if depth == 0 and (not words or words[-1] in _COMPLETE or labelled):
        fixes.append(Fix("append-endmodule", f"the module `{unit.name}` had no end"))
        return f"{body.rstrip()}\nendmodule"
    return body


def _bare_body(code: str, interface: Interface, fixes: list[Fix]) -> str:
    """A text without a module: its body if it looks like one, else the text itself."""
    body = code.strip()
    if not _BODY_WORDS & {*tokenize(body)}:
        return body + "\n" if body else ""
    fixes.append(Fix("add-header", "the answer was a body without its module header"))
    ending = "" if body.endswith("endmodule") else "\nendmodule"
    return f"{interface.header()}\n{body}{ending}\n"
