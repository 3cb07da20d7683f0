"""How the signals of a design depend on each other, by pyverilog's dataflow analysis.

Sources: pyverilog 1.3 (`ModuleVisitor`, `SignalVisitor`, `BindVisitor`), which reads Verilog-2001.
"""

from __future__ import annotations

import contextlib
import io
import operator
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from math import prod
from typing import Any

MAX_TOKENS = 6000
"""Longest design that is analysed."""
MAX_STEPS = 10_000
"""Nodes that pyverilog may visit and make: it unrolls loops, and a variable that is assigned under
conditions in each turn doubles its tree each time. Counted, not timed: the same everywhere."""

_HIDDEN = frozenset(("Rename", "Localparam", "Parameter", "Integer", "Genvar", "Function"))


@dataclass(frozen=True)
class Dataflow:
    """Measures of the dataflow, of the whole hierarchy."""

    terms: int
    """Signals: ports, nets, registers of all instances."""
    operators: int
    """Operators and conditions in all the expressions."""
    arithmetic: int
    """Those that add, multiply, compare sizes or shift by a variable."""
    multipliers: int
    """Those that multiply or divide by what is not constant."""
    choice_bits: int
    """Bits of the widest signal that is chosen under a condition; 0 where none is."""
    coupled: int
    """Signals assigned at a clock edge that depend on another such signal."""
    fan_in: int
    """Most registers and inputs that one signal depends on within a clock period."""
    tree_depth: int
    """Deepest nesting of operators and conditions between registers and ports."""
    held_bits: int
    """Bits of the signals that are assigned at a clock edge, arrays left out."""
    held: int
    """How many such signals there are, arrays left out."""
    array_bits: int
    """Bits of the arrays that are assigned at a clock edge."""


def analyse(text: str, top: str) -> Dataflow | str:
    """Measure Verilog-2001 text, or say why pyverilog could not."""
    from pyverilog.dataflow.modulevisitor import ModuleVisitor
    from pyverilog.dataflow.signalvisitor import SignalVisitor

    parser = _parser()
    # pyverilog reports by print and by whatever exception it stumbles over.
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            parser.lexer.lexer.lineno = 1
            tree = parser.parse(text)
            modules = ModuleVisitor()
            modules.visit(tree)
            table = modules.get_moduleinfotable()
            signals = SignalVisitor(table, top)
            signals.start_visit()
            binds = _visitor()(table, top, signals.getFrameTable(), noreorder=True)
            binds.start_visit()
            flow = binds.getDataflows()
            return _measure(flow.getTerms(), flow.getBinddict())
        except Exception as error:
            words = str(error).strip().split("\n")[0]
            return f"pyverilog: {type(error).__name__} {words}".strip()[:200]


@cache
def _parser() -> Any:
    """One parser for all designs: it takes two thirds of a second to build."""
    from pyverilog.vparser.parser import VerilogParser

    # It leaves its tables in a folder, which it reads only while it is built.
    with tempfile.TemporaryDirectory() as folder:
        return VerilogParser(outputdir=folder, debug=False)


@cache
def _visitor() -> Any:
    """The class that collects what each signal is bound to, within MAX_STEPS."""
    from pyverilog.dataflow.bindvisitor import BindVisitor

    class Bounded(BindVisitor):  # type: ignore[misc]
        steps = 0

        def _spend(self, steps: int) -> None:
            self.steps += steps
            if self.steps > MAX_STEPS:
                raise OverflowError(f"more than {MAX_STEPS} steps")

        def visit(self, node: Any) -> Any:
            self._spend(1)
            return super().visit(node)

        def resolveBlockingAssign(self, tree: Any, scope: Any) -> Any:  # noqa: N802
            resolved = super().resolveBlockingAssign(tree, scope)
            self._spend(_size(resolved))
            return resolved

        def getFitTree(self, bindlist: Any, msb: Any, lsb: Any) -> Any:  # noqa: N802
            fitted = super().getFitTree(bindlist, msb, lsb)
            self._spend(_size(fitted))
            return fitted

    return Bounded


def _size(tree: Any) -> int:
    """Nodes of a tree, counted to MAX_STEPS."""
    todo, size = [tree] if tree is not None else [], 0
    while todo and size <= MAX_STEPS:
        size += 1
        todo += [child for child in todo.pop().children() if child is not None]
    return size


def _measure(terms: Mapping[Any, Any], binds: Mapping[Any, Iterable[Any]]) -> Dataflow:
    shown = {str(n): t for n, t in terms.items() if not _HIDDEN & set(t.termtype)}
    by_name = {str(name): list(found) for name, found in binds.items()}
    held = {
        name: term
        for name, term in shown.items()
        if any(bind.isClockEdge() for bind in by_name.get(name, ()))
    }
    arrays = {name: term for name, term in held.items() if term.dims}
    flow = _Flow(by_name, frozenset(held), frozenset(shown))

    def bits(term: Any) -> int:
        return _span(term.msb, term.lsb, by_name)

    nodes = [n for found in by_name.values() for b in found for n in _nodes(b.tree)]
    ends = {name: flow.end(name) for name in by_name}
    return Dataflow(
        terms=len(shown),
        operators=sum(type(n).__name__ in _OPERATORS for n in nodes),
        arithmetic=sum(_operator(n) in _ARITHMETIC for n in nodes),
        multipliers=sum(_operator(n) in _MULTIPLIERS for n in nodes),
        choice_bits=max(
            (
                bits(term)
                for name, term in shown.items()
                if name not in held and any(map(_chooses, by_name.get(name, ())))
            ),
            default=0,
        ),
        coupled=sum(bool((ends[name][0] & held.keys()) - {name}) for name in held),
        fan_in=max((len(support) for support, _ in ends.values()), default=0),
        tree_depth=max((depth for _, depth in ends.values()), default=0),
        held_bits=sum(bits(t) for n, t in held.items() if n not in arrays),
        held=len(held) - len(arrays),
        array_bits=sum(
            bits(t) * prod([_span(high, low, by_name) for high, low in t.dims])
            for t in arrays.values()
        ),
    )


class _Flow:
    """What a signal depends on, and through how many operators, back to registers and inputs."""

    def __init__(
        self,
        binds: Mapping[str, list[Any]],
        held: frozenset[str],
        shown: frozenset[str],
    ) -> None:
        self._binds = binds
        self._held = held
        self._shown = shown
        self._known: dict[str, tuple[frozenset[str], int]] = {}

    def end(self, name: str) -> tuple[frozenset[str], int]:
        """Support and depth of the value that a signal is given."""
        if name in self._known:
            return self._known[name]
        self._known[name] = (frozenset(), 0)  # a loop counts once
        support: frozenset[str] = frozenset()
        depth = 0
        for bind in self._binds.get(name, ()):
            found, deep = self._tree(bind.tree)
            support |= found
            depth = max(depth, deep)
        self._known[name] = support, depth
        return support, depth

    def _tree(self, node: Any) -> tuple[frozenset[str], int]:
        if node is None:
            return frozenset(), 0
        kind = type(node).__name__
        if kind == "DFTerminal":
            name = str(node.name)
            if name in self._held or not self._binds.get(name):
                return frozenset((name,)) & self._shown, 0
            return self.end(name)
        support: frozenset[str] = frozenset()
        depth = 0
        for child in node.children():
            found, deep = self._tree(child)
            support |= found
            depth = max(depth, deep)
        return support, depth + (kind in _OPERATORS)


_OPERATORS = ("DFOperator", "DFBranch")
_MULTIPLIERS = frozenset(("Times", "Divide", "Mod", "Power"))
_SHIFTS = frozenset(("Sll", "Srl", "Sra"))
_COMPARISONS = frozenset(("LessThan", "GreaterThan", "LessEq", "GreaterEq"))
_ARITHMETIC = _MULTIPLIERS | _SHIFTS | _COMPARISONS | {"Plus", "Minus"}


def _nodes(tree: Any) -> list[Any]:
    todo, found = [tree], []
    while todo:
        node = todo.pop()
        if node is not None:
            found.append(node)
            todo += node.children()
    return found


def _operator(node: Any) -> str:
    """The operator's name; empty for shifts and products by constants, which are wiring."""
    if type(node).__name__ != "DFOperator":
        return ""
    constant = any(type(n).__name__ in ("DFIntConst", "DFEvalValue") for n in node.nextnodes)
    wiring = node.operator in _SHIFTS | _MULTIPLIERS
    return "" if constant and wiring else str(node.operator)


def _chooses(bind: Any) -> bool:
    return type(bind.tree).__name__ == "DFBranch"


def _value(node: Any, binds: Mapping[str, list[Any]], nesting: int = 0) -> int:
    """The value of a constant expression. Raises ValueError for any other."""
    kind = type(node).__name__
    if kind == "DFEvalValue":
        return int(node.value)
    if kind == "DFIntConst":
        return int(node.eval())
    if kind == "DFTerminal" and nesting < _MAX_NESTING and binds.get(str(node.name)):
        return _value(binds[str(node.name)][0].tree, binds, nesting + 1)
    if kind == "DFOperator" and node.operator in _CONSTANT:
        values = [_value(n, binds, nesting + 1) for n in node.nextnodes]
        return _CONSTANT[node.operator](*values)
    raise ValueError(kind)


_MAX_NESTING = 50
_CONSTANT: Mapping[str, Callable[..., int]] = {
    "Plus": operator.add,
    "Minus": operator.sub,
    "Times": operator.mul,
    "Sll": operator.lshift,
    "Uminus": operator.neg,
}


def _span(high: Any, low: Any, binds: Mapping[str, list[Any]]) -> int:
    """Size of a range; 1 where its bounds are not constant."""
    try:
        return abs(_value(high, binds) - _value(low, binds)) + 1
    except (TypeError, ValueError):
        return 1
