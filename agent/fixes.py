"""Deterministic corrections of the commonest slips, each one logged, none without proof.

A correction is kept only when the front end finds less wrong with the design than before; a
design with nothing wrong comes back as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from agent.attempts import Fix
from agent.slips import declarations, statements, unsupported
from agent.slips.design import Design, Proposal, Rule, apply
from agent.toolchain.frontend import analyse
from agent.toolchain.tokens import tokenize, unreadable
from mevllm.spec import Interface

MAX_ROUNDS = 24
MAX_PROPOSALS = 16
Defects = tuple[int, int, int]
RULES: Mapping[str, Rule] = {
    "drop-fence": statements.drop_fence,
    "plain-quote": statements.plain_quote,
    "number-form": statements.number_form,
    "else-if": statements.else_if,
    "word-operator": statements.word_operator,
    "assign-equals": statements.continuous_equals,
    "split-assignment": statements.split_assignment,
    "compare-equals": statements.compare_equals,
    "drop-generate": statements.generate_inside,
    "brace-block": statements.brace_block,
    "add-always": statements.block_outside,
    "insert-missing": statements.insert_missing,
    "drop-stray-end": statements.drop_stray_end,
    "add-assign": statements.assign_outside,
    "add-event": statements.always_event,
    "drop-redeclared-port": declarations.drop_redeclared_port,
    "right-name": declarations.right_name,
    "declare-loop-integer": declarations.declare_loop_integer,
    "declare-loop-variable": declarations.declare_loop_variable,
    "declare-signal": declarations.declare_signal,
    "constant-to-initial": declarations.initial_for_assign,
    "net-to-variable": declarations.variable_for_net,
    "declare-wide-net": declarations.declare_wide_net,
    **unsupported.RULES,
}
"""All rules by name, in the order in which they are tried."""

ONE_BY_ONE = frozenset({"add-always"})
"""Rules whose later corrections may be needless after the first: pyslang misread what follows."""


def apply_fixes(rtl: str, interface: Interface) -> tuple[str, tuple[Fix, ...]]:
    """Correct what is provably a slip; returns the text and what was done, in order.

    A design that compiles and holds nothing unsupported comes back byte for byte, and so does
    what this function returned.
    """
    if unreadable(rtl, tokenize(rtl)):
        return rtl, ()
    fixes: list[Fix] = []
    design = Design(analyse(rtl, interface.module), interface)
    for _ in range(MAX_ROUNDS):
        better = _improved(design)
        if better is None:
            break
        design, made = better
        fixes += made
    if _defects(design)[0]:
        # Where the grammar still fails, what was corrected may have been misread.
        return rtl, ()
    return design.text, tuple(fixes)


def _improved(design: Design) -> tuple[Design, list[Fix]] | None:
    """The design after the first rule that helps, or None."""
    before = _defects(design)
    if before == (0, 0, 0):
        return None
    for name, rule in RULES.items():
        if before[0] and name in unsupported.RULES:
            continue
        proposals = [*islice(dict.fromkeys(rule(design)), MAX_PROPOSALS)]
        tries = [[proposal] for proposal in proposals]
        if len(proposals) > 1 and name not in ONE_BY_ONE:
            tries.insert(0, proposals)
        for tried in tries:
            after = _edited(design, tried)
            if after is not None and _helps(tried, before, _defects(after)):
                return after, [_fix(design, name, proposal) for proposal in tried]
    return None


def _edited(design: Design, proposals: Sequence[Proposal]) -> Design | None:
    text = apply(design.text, [edit for proposal in proposals for edit in proposal.edits])
    if text is None or unreadable(text, tokenize(text)):
        return None
    return Design(analyse(text, design.interface.module), design.interface)


def _helps(proposals: Sequence[Proposal], before: Defects, after: Defects) -> bool:
    return after < before and not (after[0] and any(p.completing for p in proposals))


def _defects(design: Design) -> Defects:
    """Errors of syntax, of meaning, and what shows only once there are none; 0 for clean ones."""
    analysis = design.analysis
    if analysis.tree is None or analysis.too_much:
        return (0, 0, 0)
    syntax = sum(1 for diagnostic in analysis.tree.diagnostics if diagnostic.isError())
    mixed = sum(1 for finding in analysis.errors if finding.code == "MixedVarAssigns")
    late = mixed
    if not syntax:
        late += unsupported.count(design) + len([*declarations.declare_wide_net(design)])
    return (syntax, len(analysis.errors) - mixed, late)


def _fix(design: Design, rule: str, proposal: Proposal) -> Fix:
    line = design.line(min(edit.start for edit in proposal.edits))
    return Fix(rule, proposal.detail, line)
