"""Slips of writing statements: outside blocks, with the wrong operator, with an end missing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from agent.slips.design import Design, Edit, Proposal, extent
from mevllm.identifiers import KEYWORDS

_MISSING = re.compile(r"expected '(;|end|endcase|endmodule|endgenerate|endfunction|\))'")
_WORDS = {"and": "&", "or": "|", "xor": "^", "not": "~"}
_C_NUMBER = re.compile(r"0[xX]([0-9a-fA-F_]+)\b")
_NO_TICK = re.compile(r"(\d+)([bB][01_xXzZ]+|[hH][0-9a-fA-F_xXzZ]+|[dD][0-9_]+)\b")
_CURLY = str.maketrans(
    {"\N{LEFT SINGLE QUOTATION MARK}": "'", "\N{RIGHT SINGLE QUOTATION MARK}": "'"}
)
_TARGET = re.compile(r"([A-Za-z_]\w*(?:\[[^;\[\]]*\])*|\{[^;{}]*\})\s*(<=|=)(?!=)")
_ITEM_ENDS = (";", "end", "endcase", "endgenerate", "endfunction", "endtask")
_BEFORE = (";", "begin", "end", "endcase", "else", ":", "assign")
"""Tokens that a statement may follow, beside a bracket."""
_OPENING, _ENDING = ("(", "[", "{", "'{"), (")", "]", "}")
_CLOSING = ("else", "end", "endcase", "endmodule")
_SYNTAX = ("ExpectedToken", "ExpectedExpression", "ExpectedDeclarator", "ExpectedMember",
           "ExpectedStatement", "UnknownModule", "UndeclaredIdentifier")  # fmt: skip


def drop_fence(design: Design) -> Iterable[Proposal]:
    """Lines of Markdown fences that were left in the code."""
    for match in re.finditer(r"^[ \t]*(?:```|~~~)\w*[ \t]*$\n?", design.text, re.MULTILINE):
        yield Proposal("a Markdown fence went", (Edit(match.start(), match.end(), ""),))


def plain_quote(design: Design) -> Iterable[Proposal]:
    """Typographic apostrophes in numbers."""
    for finding in design.found("NonPrintableChar"):
        at = finding.offset or 0
        plain = design.text[at : at + 1].translate(_CURLY)
        if plain == "'":
            yield Proposal("a typographic apostrophe became plain", (Edit(at, at + 1, plain),))


def number_form(design: Design) -> Iterable[Proposal]:
    """`0xFF` and `8b1010` become Verilog numbers."""
    for finding in design.found(*_SYNTAX):
        for back in (1, 0):
            index = design.token_at(finding.offset) - back
            start = design.span(index)[0]
            hexadecimal = _C_NUMBER.match(design.code, start)
            based = _NO_TICK.match(design.code, start)
            number = hexadecimal or based
            if number:
                right = f"'h{number[1]}" if hexadecimal else f"{number[1]}'{number[2]}"
                edit = Edit(number.start(), number.end(), right)
                yield Proposal(f"`{number[0]}` became `{right}`", (edit,))
                break


def continuous_equals(design: Design) -> Iterable[Proposal]:
    """`assign q <= a;` becomes `assign q = a;`."""
    for finding in design.found("ExpectedContinuousAssignment"):
        index = design.token_at(finding.offset)
        while design.word(index) not in ("<=", ";", ""):
            index += 1
        if design.word(index) == "<=":
            yield Proposal("`assign` takes `=`", (Edit(*design.span(index), "="),))


def compare_equals(design: Design) -> Iterable[Proposal]:
    """`if (s = 1)` becomes `if (s == 1)`."""
    for finding in design.found("AssignmentRequiresParens"):
        index = design.token_at(finding.offset)
        while design.word(index) not in ("=", ";", ")", ""):
            index += 1
        if design.word(index) == "=":
            yield Proposal("a condition compares with `==`", (Edit(*design.span(index), "=="),))


def split_assignment(design: Design) -> Iterable[Proposal]:
    """`a = b = 0;`, `a = 0, b = 0;` and `{a = 0, b = 0};` become assignments of their own."""
    for finding in design.found(
        "AssignmentRequiresParens", "AssignmentNotAllowed", "ExpectedToken"
    ):
        index = design.token_at(finding.offset)
        if finding.code == "ExpectedToken" and design.word(index) != ",":
            continue
        first = _statement_start(design, index)
        last = first
        while design.word(last) not in (";", ""):
            last += 1
        made = _assignments(design, first, last)
        if design.word(last) and len(made) > 1:
            together = "; assign ".join(made) + ";"
            if design.word(first - 1) != "assign":
                together = f"begin {'; '.join(made)}; end"
            edit = Edit(design.span(first)[0], design.span(last)[1], together)
            yield Proposal(f"{len(made)} assignments that were written as one came apart", (edit,))


def _statement_start(design: Design, index: int) -> int:
    """Index of the first token of the assignment around a token."""
    depth = 0
    while index > 0:
        word = design.word(index - 1)
        if depth == 0 and word in _BEFORE:
            break
        if word in _OPENING:
            if depth == 0 and word != "{":
                break
            depth = max(0, depth - 1)
        elif word in _ENDING:
            # What follows a condition in brackets is a statement.
            if depth == 0 and word == ")" and _TARGET.match(design.code, design.span(index)[0]):
                break
            depth += 1
        index -= 1
    return index


def _assignments(design: Design, first: int, last: int) -> list[str]:
    """The assignments between two tokens, the innermost first; none where there is other code."""
    inner = _parts(design, first, last, "=")
    if len(inner) == 1 and design.word(first) == "{" and design.word(last - 1) == "}":
        first, last = first + 1, last - 1
    made: list[str] = []
    for begin, end in _parts(design, first, last, ","):
        pieces = [_between(design, *part) for part in _parts(design, begin, end, "=")]
        if len(pieces) == 1:
            if len(_parts(design, begin, end, "<=")) != 2:
                return []
            made += pieces
        made += [f"{target} = {value}" for target, value in pairwise(pieces)][::-1]
    return made


def _parts(design: Design, first: int, last: int, divider: str) -> list[tuple[int, int]]:
    """First and last but one index of what stands between the dividers outside brackets."""
    found, depth, begin = [], 0, first
    for index in range(first, last):
        word = design.word(index)
        depth += (word in _OPENING) - (word in _ENDING)
        if word == divider and depth == 0:
            found.append((begin, index))
            begin = index + 1
    return [*found, (begin, last)]


def _between(design: Design, first: int, last: int) -> str:
    return design.text[design.span(first)[0] : design.span(last - 1)[1]]


def else_if(design: Design) -> Iterable[Proposal]:
    """`elseif`, `elsif` and `elif` become `else if`."""
    for finding in design.found(*_SYNTAX):
        index = design.token_at(finding.offset)
        if design.word(index) in ("elseif", "elsif", "elif"):
            yield Proposal(
                f"`{design.word(index)}` became `else if`",
                (Edit(*design.span(index), "else if"),),
            )


def word_operator(design: Design) -> Iterable[Proposal]:
    """`a and b` becomes `a & b`."""
    for finding in design.found(*_SYNTAX):
        index = design.token_at(finding.offset)
        operator = _WORDS.get(design.word(index))
        if operator:
            yield Proposal(
                f"`{design.word(index)}` became `{operator}`",
                (Edit(*design.span(index), operator),),
            )


def assign_outside(design: Design) -> Iterable[Proposal]:
    """`q = a;` outside every block becomes `assign q = a;`."""
    for finding in design.found("ExpectedDeclarator", "ExpectedMember"):
        index = design.token_at(finding.offset)
        while index > 0 and design.word(index - 1) not in _ITEM_ENDS:
            index -= 1
        start = design.span(index)[0]
        target = _TARGET.match(design.code, start)
        if target and target[1].split("[")[0] not in KEYWORDS:
            edits = (Edit(start, start, "assign "), Edit(*target.span(2), "="))
            yield Proposal(f"`{target[1].strip()}` is assigned with `assign`", edits)


def block_outside(design: Design) -> Iterable[Proposal]:
    """`if`, `case` or a block of assignments outside every block gets `always @(*)`."""
    errors = {f.offset or 0 for f in design.analysis.errors}
    kinds = ("IfGenerate", "CaseGenerate", "GenerateBlock", "LoopGenerate")
    for node in sorted(design.nodes(*kinds), key=extent):
        start, end = extent(node)
        parent = str(node.parent.kind).removeprefix("SyntaxKind.") if node.parent else ""
        bare = not str(node.kind).endswith("GenerateBlock") or parent == "ModuleDeclaration"
        following = max(end, design.span(design.token_at(end))[1])
        if bare and any(start <= offset <= following for offset in errors):
            yield Proposal("a statement outside every block got `always @(*)`",
                           (Edit(start, start, "always @(*) "),))  # fmt: skip


def always_event(design: Design) -> Iterable[Proposal]:
    """`always begin` without an event never lets time pass: it becomes `always @(*)`."""
    for finding in design.found("AlwaysWithoutTimingControl"):
        end = design.span(design.token_at(finding.offset))[1]
        yield Proposal("`always` became `always @(*)`", (Edit(end, end, " @(*)"),))


def generate_inside(design: Design) -> Iterable[Proposal]:
    """`generate` and `endgenerate` inside a block go."""
    for finding in design.found("ExpectedStatement"):
        index = design.token_at(finding.offset)
        if design.word(index) != "generate":
            continue
        last = index
        while design.word(last) not in ("endgenerate", "endmodule", ""):
            last += 1
        if design.word(last) == "endgenerate":
            edits = (Edit(*design.span(index), ""), Edit(*design.span(last), ""))
            yield Proposal("`generate` inside a block went", edits)


def brace_block(design: Design) -> Iterable[Proposal]:
    """Braces of C around statements become `begin` and `end`."""
    if not design.found("ExpectedStatement", "ExpectedToken", "ExpectedExpression"):
        return
    edits: list[Edit] = []
    opened: list[int] = []
    for index, (word, offset) in enumerate(design.tokens):
        if word in ("{", "'{"):
            opened.append(index)
        elif word == "}" and not opened:
            edits.append(Edit(offset, offset + 1, " end "))
        elif word == "}":
            start = opened.pop()
            inner = {word for word, _ in design.tokens[start:index]}
            if design.word(start - 1) in (")", "else") and ";" in inner:
                edits.append(Edit(*design.span(start), " begin "))
                edits.append(Edit(offset, offset + 1, " end "))
    if edits:
        yield Proposal("braces around statements became `begin` and `end`", tuple(edits))


def insert_missing(design: Design) -> Iterable[Proposal]:
    """A `;`, an `end` or the like that the grammar needs at one place."""
    for finding in design.found("ExpectedToken"):
        missing = _MISSING.search(finding.message)
        if not missing:
            continue
        after = design.token_at(finding.offset) - 1
        at = design.span(after)[1]
        gap = design.code[at : design.span(after + 1)[0]] if design.word(after + 1) else "\n"
        if missing[1] == ";" and "\n" not in gap and design.word(after + 1) not in _CLOSING:
            continue
        text = missing[1] if missing[1] in (";", ")") else f"\n{missing[1]}"
        ends = missing[1] != ";"
        yield Proposal(f"a missing `{missing[1]}` was added", (Edit(at, at, text),), ends)


def drop_stray_end(design: Design) -> Iterable[Proposal]:
    """An `end` or `endmodule` too many."""
    for finding in design.found("UnexpectedEndDelim"):
        index = design.token_at(finding.offset)
        if design.word(index).startswith("end"):
            edit = Edit(*design.span(index), "")
            yield Proposal(f"a stray `{design.word(index)}` went", (edit,), True)
