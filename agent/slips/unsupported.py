"""What SystemVerilog has and Icarus 11 has not, where plain Verilog says the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from agent.slips.design import Design, Edit, Proposal, extent

_CLEAR = re.compile(
    r"\s*(?:\d+|\d*'[sS]?[bodhBODH][0-9a-fA-F_]+|'[01]|'\{\s*default\s*:\s*[^,}]+\})\s*"
)
_DEFAULT = re.compile(r"'\{\s*default\s*:\s*([^,}]+)\}")
_PLAIN = ("IdentifierName", "IntegerLiteralExpression", "IntegerVectorExpression")


def stray_semicolon(design: Design) -> Iterable[Proposal]:
    """`end;` and `;;` between the items of a module."""
    for finding in design.found("EmptyMember"):
        index = design.token_at(finding.offset)
        if design.word(index) == ";":
            yield Proposal("a stray `;` went", (Edit(*design.span(index), ""),))


def trailing_comma(design: Design) -> Iterable[Proposal]:
    """The comma behind the last port."""
    for finding in design.found("MisplacedTrailingSeparator"):
        index = design.token_at(finding.offset)
        if design.word(index) == ",":
            yield Proposal("a comma behind the last item went", (Edit(*design.span(index), ""),))


def bare_block(design: Design) -> Iterable[Proposal]:
    """`begin ... end` around items of a module means nothing: it goes."""
    for node in design.nodes("GenerateBlock"):
        if node.parent is not None and _kind(node.parent) == "ModuleDeclaration":
            start, end = extent(node)
            named = design.code[start + len("begin") :].lstrip().startswith(":")
            if not named and design.text[:end].endswith("end"):
                edits = (Edit(start, start + len("begin"), ""), Edit(end - len("end"), end, ""))
                yield Proposal("`begin` and `end` around items of the module went", edits)


def unique_if(design: Design) -> Iterable[Proposal]:
    """`unique if`, `priority if`, `priority case`: the keyword goes, it checks and does nothing."""
    tokens = design.tokens
    for (word, offset), (following, _) in pairwise(tokens):
        plain = word in ("unique", "unique0", "priority")
        if plain and (following == "if" or word != "unique"):
            yield Proposal(f"`{word}` went", (Edit(offset, offset + len(word), ""),))


def var_keyword(design: Design) -> Iterable[Proposal]:
    """`var logic x` is `logic x`."""
    tokens = design.tokens
    for (word, offset), (following, _) in pairwise(tokens):
        if word == "var" and following in ("logic", "reg", "bit", "int", "integer"):
            yield Proposal("`var` went", (Edit(offset, offset + 3, ""),))


def inside_set(design: Design) -> Iterable[Proposal]:
    """`x inside {1, [4:7]}` becomes comparisons."""
    for node in design.nodes("InsideExpression"):
        value = design.source(node.expr)
        tests = [_member(design, value, item) for item in node.ranges.valueRanges
                 if not hasattr(item, "rawText")]  # fmt: skip
        if _kind(node.expr) in (*_PLAIN, "IdentifierSelectName") and all(tests):
            text = f"({' || '.join(t for t in tests if t)})"
            yield Proposal("`inside` became comparisons", (Edit(*extent(node), text),))


def leave_loop(design: Design) -> Iterable[Proposal]:
    """`break` and `continue` become `disable` of a named block."""
    for number, loop in enumerate(design.nodes("ForLoopStatement")):
        jumps = [
            j for j in design.nodes("JumpStatement", under=loop) if _loop_of(j) == extent(loop)
        ]
        words = {j.breakOrContinue.rawText for j in jumps}
        if not words:
            continue
        start, end = extent(loop)
        inner, inner_end = extent(loop.statement)
        edits = [
            Edit(*extent(j), f"disable {_label(j.breakOrContinue.rawText, number)};") for j in jumps
        ]
        if "break" in words:
            edits.append(Edit(start, start, f"begin : {_label('break', number)}\n"))
            edits.append(Edit(end, end, "\nend"))
        if "continue" in words:
            edits.append(Edit(inner, inner, f"begin : {_label('continue', number)}\n"))
            edits.append(Edit(inner_end, inner_end, "\nend"))
        yield Proposal(f"`{'`, `'.join(sorted(words))}` became `disable`", tuple(_merged(edits)))
        return


def clear_memory(design: Design) -> Iterable[Proposal]:
    """`mem <= 0;` on an array becomes a loop over its elements."""
    arrays = _arrays(design)
    for node in design.nodes("AssignmentExpression", "NonblockingAssignmentExpression"):
        bounds = arrays.get(design.source(node.left).strip())
        value = design.source(node.right)
        if (
            bounds is None
            or not _CLEAR.fullmatch(value)
            or _kind(node.parent) != ("ExpressionStatement")
        ):
            continue
        default = _DEFAULT.search(value)
        name = design.source(node.left).strip()
        element = default[1].strip() if default else value.strip()
        low, high = sorted(bounds)
        loop = (
            f"for (int k_ = {low}; k_ <= {high}; k_ = k_ + 1) "
            f"{name}[k_] {node.operatorToken.rawText} {element}"
        )
        yield Proposal(
            f"the array `{name}` is set element by element", (Edit(*extent(node), loop),)
        )


def forward_range(design: Design) -> Iterable[Proposal]:
    """`a[0:7]` of a vector declared `[7:0]` selects the same bits as `a[7:0]`."""
    for finding in design.found("RangeSelectReversed"):
        index = design.token_at(finding.offset)
        match = re.match(r"\s*\[?\s*(\d+)\s*:\s*(\d+)", design.code[design.span(index)[0] :])
        if match:
            start = design.span(index)[0]
            edits = (
                Edit(start + match.start(1), start + match.end(1), match[2]),
                Edit(start + match.start(2), start + match.end(2), match[1]),
            )
            yield Proposal(f"`[{match[1]}:{match[2]}]` was turned round", edits)


def count(design: Design) -> int:
    """How many corrections of this file a text calls for."""
    return sum(len([*rule(design)]) for rule in RULES.values())


RULES = {
    "drop-stray-semicolon": stray_semicolon,
    "drop-trailing-comma": trailing_comma,
    "drop-bare-block": bare_block,
    "drop-unique": unique_if,
    "drop-var": var_keyword,
    "inside-to-comparisons": inside_set,
    "break-to-disable": leave_loop,
    "clear-memory-loop": clear_memory,
    "turn-range": forward_range,
}
"""Rules that also work where pyslang finds no error."""


def _kind(node: Any) -> str:
    return str(node.kind).removeprefix("SyntaxKind.")


def _member(design: Design, value: str, item: Any) -> str | None:
    if _kind(item) == "ValueRangeExpression":
        low, high = design.source(item.left).strip(), design.source(item.right).strip()
        return f"({value} >= {low} && {value} <= {high})" if "$" not in low + high else None
    text = design.source(item).strip()
    # `inside` lets x, z and ? of the set match anything; a comparison does not.
    wild = re.search(r"'[sS]?[bBhHoO]\w*[xXzZ?]", text)
    return f"{value} == {text}" if _kind(item) in _PLAIN and not wild else None


def _loop_of(jump: Any) -> tuple[int, int] | None:
    """The extent of the loop that a jump leaves."""
    node = jump.parent
    while node is not None:
        if _kind(node) in ("ForLoopStatement", "LoopStatement", "DoWhileStatement",
                           "ForeachLoopStatement", "ForeverStatement"):  # fmt: skip
            return extent(node)
        node = node.parent
    return None


def _label(word: str, number: int) -> str:
    return f"{word}_{number}"


def _merged(edits: list[Edit]) -> list[Edit]:
    """Edits with those at one place joined, so that blocks open and close in order."""
    merged: dict[tuple[int, int], Edit] = {}
    for edit in edits:
        key = (edit.start, edit.end)
        before = merged.get(key)
        merged[key] = Edit(*key, before.text + edit.text) if before else edit
    return [*merged.values()]


def _arrays(design: Design) -> dict[str, tuple[int, int]]:
    """One-dimensional arrays with constant bounds."""
    found: dict[str, tuple[int, int]] = {}
    for node in design.nodes("Declarator"):
        text = design.source(node)
        match = re.fullmatch(r"(\w+)\s*\[\s*(\d+)\s*(?::\s*(\d+)\s*)?\]", text)
        if match:
            last = (int(match[2]), int(match[3])) if match[3] else (0, int(match[2]) - 1)
            found[match[1]] = last
    return found
