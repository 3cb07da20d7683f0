"""One design through pyslang, bounded: syntax tree, elaboration, data flow, findings.

pyslang runs in this process and cannot be interrupted. `unreadable` bounds the text before it is
parsed; here the hierarchy is walked within a budget before anything that visits all of it, and
constant functions get a budget of steps, so that no text takes more than a few seconds.
"""

from __future__ import annotations

import re
import time
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from agent.toolchain.tokens import located, tokenize

MAX_LOOPS = 256
"""Most generate loops in a text."""
MAX_LOOP_STEPS = 32_768
"""Most steps that the generate loops of a text take together."""
MAX_SCOPES = 20_000
"""Most module instances and generate blocks of an elaborated design."""
MAX_ELABORATED_CHARS = 4_000_000
"""Most text of an elaborated design, each instance counted."""
MAX_CONSTANT_STEPS = 500_000
"""Most steps that all constant function calls take together."""
MAX_CONSTANT_BITS = 1 << 16
"""Largest value that constant evaluation builds."""
MAX_WALK_S = 2.0
"""Most processor time to lay out the hierarchy."""
MAX_DIAGNOSTICS = 20_000
"""Most messages of pyslang that are read."""
MAX_FINDINGS = 200
"""Most errors, and most warnings, that are kept."""

UNSUPPORTED = frozenset({"EmptyMember", "MisplacedTrailingSeparator"})
"""Laxities that pyslang grants and Icarus 11 does not."""
_LIKELY = """
    CaseDup CaseEnum CaseEnumExplicit CaseIncomplete CaseOutsideRange CaseOverlap
    CaseTypeMismatch ConsecutiveComparison ConstantConversion DivisionByZero
    DuplicateDefinition EmptyBody EmptyInputPortConn IgnoredSlice ImplicitNet IncompleteReturn
    IndexOOB InferredComb InferredLatch InitSelf LogicalNotParentheses LoopCondNotModified
    MisleadingIndentation MultiBitEdge MultipleAlwaysAssigns
    MultipleContAssigns NetInconsistent NetRangeInconsistent PortWidthExpand PortWidthTruncate
    RangeOOB RangeSelectReversed RangeWidthOOB ReadWriteExpr ReversedValueRange
    ShiftCountNegative ShiftCountOverflow SignedIntegerOverflow UnassignedVariable
    UnconnectedInputPort UnconnectedOutputPort UndrivenNet UndrivenPort UnsizedInConcat
    VectorLiteralOverflow WidthTruncate
"""
AS_ERRORS = frozenset({"Redefinition", "RedefinitionDifferentType", "MixedVarAssigns"})
"""Warnings of pyslang that Icarus rejects."""
WARNINGS = UNSUPPORTED | AS_ERRORS | frozenset(_LIKELY.split())
"""Warnings that point at a likely defect of a design, by pyslang's name."""
_TOO_MUCH = {
    "MaxGenerateStepsExceeded": "its generate loops take too many steps",
    "MaxInstanceDepthExceeded": "its modules instantiate one another too deeply",
    "MaxInstanceArrayExceeded": "it holds an array of too many instances",
    "ConstEvalExceededMaxSteps": "a constant function takes too many steps",
    "ConstEvalExceededMaxSize": f"a constant is larger than {MAX_CONSTANT_BITS} bits",
    "ConstEvalExceededMaxCallDepth": "a constant function calls itself too often",
}
_TYPED = re.compile(r"\b(?:logic|reg|wire|tri|bit|integer|int)\b[^,;(]*$")
"""A declaration that says what it is; Icarus takes a second one only for a bare port."""
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_DEEP = "its text is nested too deeply"


@dataclass(frozen=True)
class Finding:
    """One message of pyslang."""

    severity: Literal["error", "warning"]
    code: str
    """pyslang's name of the message, e.g. `UndeclaredIdentifier`."""
    option: str
    """pyslang's warning option, e.g. `width-trunc`; empty for most errors."""
    message: str
    offset: int | None
    """Character in the text; None for a message without a place."""
    name: str = ""
    """The identifier that the message is about, where it names one first."""


@dataclass(frozen=True)
class Analysis:
    """What pyslang makes of a text."""

    text: str
    tree: Any
    """The syntax tree; None where the text was too much to parse."""
    modules: tuple[str, ...] = ()
    """Names of the modules defined, in order."""
    findings: tuple[Finding, ...] = ()
    too_much: str = ""
    """Why the text was not looked at to the end; empty when it was."""

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that are errors."""
        return tuple(f for f in self.findings if f.severity == "error")


def parse(text: str) -> Any:
    """The syntax tree of a text that `unreadable` accepts; None when it nests too deeply."""
    from pyslang import syntax

    manager, bag = _options()
    # pyslang counts bytes; with one byte for each character its offsets are the text's own.
    plain = text if text.isascii() else _NOT_ASCII.sub("\x7f", text)
    try:
        # `fromText` would take a piece of text for an expression, which cannot be elaborated.
        buffer = manager.assignText("design.sv", plain)
        return syntax.SyntaxTree.fromBuffer(buffer, manager, bag)
    except (RuntimeError, MemoryError):
        return None


def expanded_tokens(tree: Any) -> list[str]:
    """The tokens of a parsed text after preprocessing, skipped ones included."""
    from pyslang import syntax

    printer = syntax.SyntaxPrinter(tree.sourceManager)
    printer.setIncludeComments(False).setIncludeDirectives(False).setExpandMacros(True)
    printer.setIncludeSkipped(True).setIncludeMissing(False).print(tree)
    return tokenize(printer.str())


def analyse(text: str, top: str, tree: Any = None) -> Analysis:
    """Elaborate a text that `unreadable` accepts, with `top` as its top module."""
    tree = tree if tree is not None else parse(text)
    if tree is None:
        return Analysis(text, None, too_much=_DEEP)
    modules = _module_names(tree)
    try:
        return _elaborate(text, top, tree, modules)
    except (RuntimeError, MemoryError):
        return Analysis(text, tree, modules, too_much=_DEEP)


def _elaborate(text: str, top: str, tree: Any, modules: tuple[str, ...]) -> Analysis:
    from pyslang import analysis

    loops = _generate_loops(tree)
    if loops > MAX_LOOPS:
        return Analysis(text, tree, modules, too_much=f"it holds {loops} generate loops")
    calls = _function_calls(text) if "function" in text else []
    compilation = _compile(top, tree, max(len(calls), 1), loops)
    walked = _walk(compilation, calls)
    if isinstance(walked, str):
        return Analysis(text, tree, modules, too_much=walked)
    if walked > len(calls):
        if MAX_CONSTANT_STEPS // walked < 100:
            return Analysis(text, tree, modules, too_much=_TOO_MUCH["ConstEvalExceededMaxSteps"])
        compilation = _compile(top, tree, walked, loops)
    diagnostics = _relevant(compilation.getAllDiagnostics())
    if not any(d.isError() for d in diagnostics):
        compilation.freeze()
        options = analysis.AnalysisOptions()
        options.flags |= analysis.AnalysisFlags.CheckUnused
        flow = analysis.AnalysisManager(options)
        flow.analyze(compilation)
        diagnostics += _relevant(flow.getDiagnostics())
    too_much = next((_TOO_MUCH[name] for d in diagnostics if (name := _code(d)) in _TOO_MUCH), "")
    findings = _findings(text, tree.sourceManager, diagnostics)
    return Analysis(text, tree, modules, findings, too_much)


def _options(
    top: str = "", steps: int = MAX_CONSTANT_STEPS, loop_steps: int = MAX_LOOP_STEPS
) -> tuple[Any, Any]:
    import pyslang
    from pyslang import ast, parsing

    preprocessor = parsing.PreprocessorOptions()
    preprocessor.maxIncludeDepth = 0
    preprocessor.predefines = ["__ICARUS__=1"]
    preprocessor.undefines = ["__slang__", "__slang_major__", "__slang_minor__"]
    compilation = ast.CompilationOptions()
    compilation.topModules = {top} if top else set()
    compilation.maxConstexprSteps = steps
    compilation.maxConstantSize = MAX_CONSTANT_BITS
    compilation.maxGenerateSteps = loop_steps
    compilation.maxInstanceArray = 4_096
    compilation.maxInstanceDepth = 64
    compilation.maxEnumValues = 4_096
    # Icarus takes names used above their declaration, and integers for enumerations.
    compilation.flags |= ast.CompilationFlags.AllowUseBeforeDeclare
    compilation.flags |= ast.CompilationFlags.RelaxEnumConversions
    bag = pyslang.Bag()
    bag.preprocessorOptions = preprocessor
    bag.compilationOptions = compilation
    return pyslang.SourceManager(), bag


def _compile(top: str, tree: Any, calls: int, loops: int) -> Any:
    from pyslang import ast

    _, bag = _options(top, max(MAX_CONSTANT_STEPS // calls, 100), MAX_LOOP_STEPS // max(loops, 1))
    compilation = ast.Compilation(bag)
    compilation.addSyntaxTree(tree)
    return compilation


def _generate_loops(tree: Any) -> int:
    from pyslang import syntax

    loops: list[Any] = []
    tree.root.visit(lookup_table={syntax.SyntaxKind.LoopGenerate: loops.append})
    return len(loops)


def _module_names(tree: Any) -> tuple[str, ...]:
    from pyslang import syntax

    members = tree.root.members
    headers = [m.header for m in members if m.kind == syntax.SyntaxKind.ModuleDeclaration]
    return tuple(h.name.valueText for h in headers if h.name.valueText)


def _function_calls(text: str) -> list[int]:
    """Offsets at which functions that the text defines are named."""
    tokens = [*located(text)]
    words = [token for token, _ in tokens]
    names: set[str] = set()
    for index, word in enumerate(words):
        if word == "function":
            stop = next((i for i in range(index, len(words)) if words[i] in ("(", ";")), index)
            names.add(words[stop - 1])
    return [offset for token, offset in tokens if token in names]


def _walk(compilation: Any, calls: list[int]) -> int | str:
    """Lay out the hierarchy; returns the function calls in it, or why it is too much."""
    from pyslang import ast

    deadline = time.thread_time() + MAX_WALK_S
    scopes = chars = called = 0
    stack: list[Any] = list(compilation.getRoot().topInstances)
    arrays = ast.SymbolKind.InstanceArray, ast.SymbolKind.GenerateBlockArray
    nested = (ast.SymbolKind.Instance, ast.SymbolKind.GenerateBlock, *arrays)
    while stack:
        scope = stack.pop()
        if scope.kind in arrays:
            inner: Any = getattr(scope, "elements", None) or getattr(scope, "entries", ())
            stack.extend(element for element in inner if element.kind in nested)
            continue
        if scope.kind == ast.SymbolKind.Instance:
            scope = scope.body
        if scope.syntax is not None:
            extent = scope.syntax.sourceRange
            start, end = extent.start.offset, extent.end.offset
            chars += max(end - start, 0)
            called += bisect_left(calls, end) - bisect_left(calls, start)
        scopes += 1
        if scopes > MAX_SCOPES or chars > MAX_ELABORATED_CHARS or time.thread_time() > deadline:
            return f"its hierarchy is too large{_recursion(compilation)}"
        for member in scope:  # elaborates this scope and no other
            if member.kind in nested and not getattr(member, "isUninstantiated", False):
                stack.append(member)
    return called


def _recursion(compilation: Any) -> str:
    """Names a top module that instantiates itself, the likeliest cause of a large hierarchy."""
    from pyslang import ast

    for top in compilation.getRoot().topInstances:
        for member in top.body:
            if member.kind == ast.SymbolKind.Instance and member.body.name == top.body.name:
                return f": the module `{top.body.name}` instantiates itself"
    return ""


def _relevant(diagnostics: Iterable[Any]) -> list[Any]:
    """Errors and the warnings that are shown; pyslang's list holds all that are switched off."""
    errors: list[Any] = []
    warnings: list[Any] = []
    for diagnostic in islice(diagnostics, MAX_DIAGNOSTICS):
        if diagnostic.isError():
            errors.append(diagnostic)
        elif _code(diagnostic) in WARNINGS:
            warnings.append(diagnostic)
    return errors[:MAX_FINDINGS] + warnings[:MAX_FINDINGS]


def _code(diagnostic: Any) -> str:
    return str(diagnostic.code).removeprefix("DiagCode(").removesuffix(")")


def _findings(text: str, manager: Any, diagnostics: Iterable[Any]) -> tuple[Finding, ...]:
    import pyslang

    engine = pyslang.DiagnosticEngine(manager)
    errors = (pyslang.DiagnosticSeverity.Error, pyslang.DiagnosticSeverity.Fatal)
    found: dict[tuple[str, str, int | None], Finding] = {}
    for diagnostic in diagnostics:
        code = _code(diagnostic)
        level = engine.getSeverity(diagnostic.code, diagnostic.location)
        error = level in errors or code in AS_ERRORS
        place = manager.getFullyExpandedLoc(diagnostic.location)
        offset = min(place.offset, len(text)) if manager.isFileLoc(place) else None
        if code.startswith("Redefinition") and offset is not None:
            error = _TYPED.search(text, text.rfind("\n", 0, offset) + 1, offset) is not None
        finding = Finding(
            "error" if error else "warning",
            code,
            engine.getOptionName(diagnostic.code),
            engine.formatMessage(diagnostic),
            offset,
            next((a for a in diagnostic.args if isinstance(a, str)), ""),
        )
        found.setdefault((code, finding.message, offset), finding)
    return tuple(found.values())
