"""Slips of declaring: ports twice, nets that an always block assigns, names never declared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from agent.slips.design import Declaration, Design, Edit, Proposal, extent

_SIZED = re.compile(r"\s*(\d+)\s*'[sS]?[bodhBODH]")
_CONSTANT = re.compile(r"assign\s+(\w+)\s*=\s*(?:\d+|\d*\s*'[sS]?[bodhBODH]\s*\w+|'[01])\s*;")
_TRUNCATED = re.compile(r"from (\d+) to 1 bits")
_DRIVERS = ("AssignmentExpression", "NonblockingAssignmentExpression")


def drop_redeclared_port(design: Design) -> Iterable[Proposal]:
    """`output logic q` in the header and `reg q;` in the body: the second one goes."""
    for module in design.modules:
        seen: dict[str, Declaration] = {}
        repeats: dict[tuple[int, int], list[Declaration]] = {}
        for declared in design.declarations(module):
            first = seen.setdefault(declared.name, declared)
            alike = (first.kind, first.type) == (declared.kind, declared.type)
            if first is declared or _in_header(declared):
                continue
            if _in_header(first) or alike:
                repeats.setdefault(extent(declared.statement), []).append(declared)
        for dropped in repeats.values():
            names = ", ".join(f"`{declared.name}`" for declared in dropped)
            yield Proposal(f"{names} was declared a second time", _without(design, dropped))


def variable_for_net(design: Design) -> Iterable[Proposal]:
    """A net that an always block assigns becomes a variable."""
    for finding in design.found("AssignToNet"):
        index = design.token_at(finding.offset)
        name, module = design.word(index), design.module_at(finding.offset or 0)
        if module is None:
            continue
        for declared in design.declarations(module):
            if declared.name == name:
                edits = _as_variable(design, module, declared)
                if edits:
                    yield Proposal(f"`{name}` became a variable: a block assigns it", edits)
                break


def initial_for_assign(design: Design) -> Iterable[Proposal]:
    """A register's first value given by `assign` becomes an `initial` value."""
    names = {finding.name for finding in design.found("MixedVarAssigns")}
    for node in design.nodes("ContinuousAssign") if names else ():
        start, end = extent(node)
        parts = _CONSTANT.fullmatch(design.code[start:end].strip())
        if parts and parts[1] in names:
            edit = Edit(start, start + len("assign"), "initial")
            yield Proposal(f"the constant `assign` of `{parts[1]}` became `initial`", (edit,))


def declare_loop_variable(design: Design) -> Iterable[Proposal]:
    """The variable of a loop is declared in the loop."""
    offsets = {f.offset: f for f in design.found("UndeclaredIdentifier", "NotAGenvar", "NotAValue")}
    for node in design.nodes("ForLoopStatement", "LoopGenerate"):
        start, end = extent(node)
        index = design.token_at(start) + 2
        name, offset = design.word(index), design.span(index)[0]
        wrong = any(
            start <= (o or 0) < end and design.word(design.token_at(o)) == name for o in offsets
        )
        if wrong and design.word(index + 1) == "=":
            kind = "genvar" if str(node.kind).endswith("LoopGenerate") else "int"
            yield Proposal(
                f"the loop variable `{name}` is declared", (Edit(offset, offset, f"{kind} "),)
            )


def declare_loop_integer(design: Design) -> Iterable[Proposal]:
    """A loop variable that is used beyond its loops is declared in the module."""
    loops: dict[str, list[tuple[int, int]]] = {}
    for node in design.nodes("ForLoopStatement"):
        start, end = extent(node)
        loops.setdefault(design.word(design.token_at(start) + 2), []).append((start, end))
    for name, module in _undeclared(design).items():
        beyond = any(
            finding.name == name
            and not any(start <= (finding.offset or 0) < end for start, end in loops[name])
            for finding in design.found("UndeclaredIdentifier")
            if name in loops
        )
        if beyond:
            edit = design.into_body(module, f"integer {name};")
            yield Proposal(f"`{name}` is declared as integer", (edit,))


def declare_signal(design: Design) -> Iterable[Proposal]:
    """A name that is only missing its declaration, where its width follows from assignments."""
    for name, module in _undeclared(design).items():
        kind = _inferred(design, name, module)
        if kind is not None:
            edit = design.into_body(module, f"logic{kind} {name};")
            yield Proposal(f"`logic{kind} {name}` is declared: its width follows", (edit,))


def declare_wide_net(design: Design) -> Iterable[Proposal]:
    """An undeclared net gets one bit; where a wider value is assigned, it is declared wide."""
    cuts = {f.offset: _TRUNCATED.search(f.message) for f in design.found("WidthTruncate")}
    for finding in design.found("ImplicitNet"):
        offset = finding.offset or 0
        name, module = finding.name, design.module_at(offset)
        end = design.code.find(";", offset)
        width = next((int(m[1]) for o, m in cuts.items() if m and offset <= (o or 0) < end), None)
        # 32 bits come from an unsized number more often than from the signals.
        if width and width < 32 and module is not None and design.code[offset:end].count("=") == 1:
            edit = design.into_body(module, f"logic [{width - 1}:0] {name};")
            yield Proposal(f"`{name}` is declared with {width} bits", (edit,))


def right_name(design: Design) -> Iterable[Proposal]:
    """A name in the wrong case, a macro without its backquote, `true` and `false`."""
    macros = {design.word(i + 1) for i, (word, _) in enumerate(design.tokens) if word == "`define"}
    for finding in design.found("UndeclaredIdentifier", "TypoIdentifier"):
        start, end = design.span(design.token_at(finding.offset))
        name, module = design.text[start:end], design.module_at(start)
        if module is None:
            continue
        declared = {d.name for d in design.declarations(module)}
        alike = [d for d in declared if d.lower() == name.lower()]
        right = {"true": "1'b1", "false": "1'b0"}.get(name.lower())
        if name in macros:
            right = f"`{name}"
        elif len(alike) == 1 and len(name) > 1:
            right = alike[0]
        if right:
            yield Proposal(f"`{name}` became `{right}`", (Edit(start, end, right),))


def _undeclared(design: Design) -> dict[str, Any]:
    """Names that are not declared, each with the module it is used in."""
    names: dict[str, Any] = {}
    for finding in design.found("UndeclaredIdentifier", "TypoIdentifier"):
        index = design.token_at(finding.offset)
        module = design.module_at(finding.offset or 0)
        # What is called, or has members, is no signal.
        if module is not None and design.word(index + 1) not in ("(", ".", "::"):
            names.setdefault(design.word(index), module)
    return names


def _in_header(declared: Declaration) -> bool:
    return str(declared.statement.kind).endswith("ImplicitAnsiPort")


def _without(design: Design, dropped: Sequence[Declaration]) -> tuple[Edit, ...]:
    """Remove names from a declaration; an initial value stays as an assignment."""
    statement = dropped[0].statement
    start, end = extent(statement)
    owner = getattr(statement, "parameter", statement)
    every = [d for d in owner.declarators if hasattr(d, "name")]
    gone = {extent(declared.declarator) for declared in dropped}
    left = [design.source(d) for d in every if extent(d) not in gone]
    kept = " ".join(filter(None, (_initial(design, declared) for declared in dropped)))
    if left:
        edit = Edit(extent(every[0])[0], extent(every[-1])[1], ", ".join(left))
        return (edit, Edit(end, end, f" {kept}")) if kept else (edit,)
    if not kept:
        start, end = _whole_line(design.text, start, end)
    return (Edit(start, end, kept),)


def _initial(design: Design, declared: Declaration) -> str:
    """A declaration's initial value as a statement."""
    value = getattr(declared.declarator, "initializer", None)
    if value is None or declared.kind == "parameter":
        return ""
    keyword = "assign" if declared.kind == "net" else "initial"
    return f"{keyword} {declared.name} = {design.source(value).lstrip('= ')};"


def _whole_line(text: str, start: int, end: int) -> tuple[int, int]:
    """The span with its line, where it fills the line."""
    before = text.rfind("\n", 0, start) + 1
    after = text.find("\n", end)
    after = len(text) if after < 0 else after + 1
    if text[before:start].strip() or text[end:after].strip():
        return start, end
    return before, after


def _as_variable(design: Design, module: Any, declared: Declaration) -> tuple[Edit, ...]:
    start, end = extent(declared.statement)
    head = design.text[start : extent(declared.declarator)[0]]
    net = re.match(r"(?:output\s+)?(wire|tri)\b", head)
    if declared.kind == "port":
        return _port_as_variable(design, module, declared)
    if declared.kind != "net" or net is None:
        return ()
    declarators = [d for d in declared.statement.declarators if hasattr(d, "name")]
    if any(getattr(d, "initializer", None) is not None for d in declarators):
        if len(declarators) == 1 or getattr(declared.declarator, "initializer", None) is not None:
            return ()
        line = f" logic{declared.type} {design.source(declared.declarator)};"
        return (*_without(design, [declared]), Edit(end, end, line))
    return (Edit(start + net.start(1), start + net.end(1), "logic"),)


def _port_as_variable(design: Design, module: Any, declared: Declaration) -> tuple[Edit, ...]:
    """`output q` and `output wire q` become `output logic q`; inputs stay."""
    name = extent(declared.declarator)[0]
    limit = extent(declared.statement)[0]
    if _in_header(declared):
        limit = extent(module.header.ports)[0]
    index = design.token_at(name) - 1
    while index >= 0 and design.span(index)[0] >= limit:
        word, (start, end) = design.word(index), design.span(index)
        if word in ("wire", "tri"):
            return (Edit(start, end, "logic"),)
        if word == "output":
            return (Edit(end, end, " logic"),)
        if word in ("input", "inout", ";"):
            return ()
        index -= 1
    return ()


def _inferred(design: Design, name: str, module: Any) -> str | None:
    """The packed type of a name, from what it is assigned to and from."""
    known = {d.name: d for d in design.declarations(module)}
    kinds: set[str] = set()
    driven = False
    for node in design.nodes(*_DRIVERS, under=module):
        left, right = design.source(node.left).strip(), design.source(node.right).strip()
        driven = driven or re.match(rf"{re.escape(name)}\b", left) is not None
        if left == name:
            kinds |= _types_of(design, node.right, known)
        elif right == name and left in known and known[left].kind != "parameter":
            kinds.add(known[left].type)
    # A name that nothing drives is more likely the wrong name than an undeclared one.
    return kinds.pop() if driven and len(kinds) == 1 else None


def _types_of(design: Design, value: Any, known: dict[str, Declaration]) -> set[str]:
    """The packed types that a value may have, where they are certain."""
    kind = str(value.kind).removeprefix("SyntaxKind.")
    text = design.source(value).strip()
    if kind == "ConditionalExpression":
        return _types_of(design, value.left, known) | _types_of(design, value.right, known)
    if kind == "ParenthesizedExpression":
        return _types_of(design, value.expression, known)
    sized = _SIZED.match(text)
    if kind == "IntegerVectorExpression" and sized:
        return {_bits(int(sized[1]))}
    declared = known.get(text)
    if declared is None or getattr(declared.declarator, "dimensions", None):
        return set()
    if declared.kind != "parameter" or declared.type:
        return {declared.type}
    initial = getattr(declared.declarator, "initializer", None)
    constant = _SIZED.match(design.source(initial).lstrip("= ")) if initial is not None else None
    return {_bits(int(constant[1]))} if constant else set()


def _bits(width: int) -> str:
    return f" [{width - 1}:0]" if width > 1 else ""
