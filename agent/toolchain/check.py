"""The static check: construct policy, then pyslang's findings, in a few tenths of a millisecond."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.toolchain.constructs import directive_refusal, refusal
from agent.toolchain.frontend import Analysis, Finding, analyse, expanded_tokens, parse
from agent.toolchain.results import Diagnostic
from agent.toolchain.tokens import token_hash, tokenize, too_deep, unreadable

MAX_DIAGNOSTICS = 40
"""More messages about one design help nobody."""
_OUTSIDE = frozenset({"UndeclaredIdentifier", "TypoIdentifier"})
_INDEX = r"(?:\[[^\]]*\])*"
_REFERENCE = re.compile(rf"[A-Za-z_]\w*{_INDEX}(?:\s*\.\s*[A-Za-z_]\w*{_INDEX})+", re.ASCII)


@dataclass(frozen=True)
class CheckReport:
    """What the static check says about a design."""

    refused: str
    """The construct that a design may not hold, with its line; empty when there is none."""
    diagnostics: tuple[Diagnostic, ...]
    """Errors and the warnings worth showing, in the order of the text."""
    modules: tuple[str, ...]
    """Names of the modules that the text defines, in order."""
    token_hash: str
    """SHA-256 of the preprocessed tokens: texts that differ only in layout share it."""

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that make the design unusable."""
        return tuple(d for d in self.diagnostics if d.severity == "error")


def check(rtl: str, top: str, *, printing: bool = False) -> CheckReport:
    """Check a design whose top module is `top`; never raises, whatever the text.

    `printing` allows tasks that only print, for testbenches that do not judge by output. A
    design that could stall the checker (macro or generate bombs, constant functions that do not
    end, nesting beyond any use) is refused like one that holds a forbidden construct.
    """
    tokens = tokenize(rtl)
    refused = unreadable(rtl, tokens) or directive_refusal(rtl)
    tree = None if refused else parse(rtl)
    if tree is None:
        refused = refused or "it is nested too deeply"
        return CheckReport(refused, (), (), token_hash(tokens))
    expanded = expanded_tokens(tree) if "`" in rtl else None
    if expanded is not None:
        refused, tokens = too_deep(expanded), expanded
    refused = refused or refusal(rtl, expanded, printing=printing)
    if refused:
        return CheckReport(refused, (), (), token_hash(tokens))
    analysis = analyse(rtl, top, tree)
    refused = analysis.too_much or _reaches_outside(analysis)
    diagnostics = () if analysis.too_much else _diagnostics(analysis, top)
    return CheckReport(refused, diagnostics, analysis.modules, token_hash(tokens))


def _reaches_outside(analysis: Analysis) -> str:
    """A hierarchical name that the design itself does not resolve, e.g. of its testbench."""
    for finding in analysis.findings:
        if finding.code in _OUTSIDE and finding.offset is not None:
            match = _REFERENCE.match(analysis.text, finding.offset)
            if match:
                line = analysis.text.count("\n", 0, finding.offset) + 1
                name = re.sub(r"\s", "", match[0])
                return f"line {line}: `{name}` reaches outside the design"
    return ""


def _diagnostics(analysis: Analysis, top: str) -> tuple[Diagnostic, ...]:
    found: dict[tuple[object, ...], Diagnostic] = {}
    if top not in analysis.modules:
        names = ", ".join(f"`{name}`" for name in analysis.modules)
        defined = f"it defines {names}" if names else "it defines no module"
        message = f"the design has no module `{top}`; {defined}"
        found["top",] = Diagnostic("pyslang", "error", message, code="NoTopModule")
    # Errors take the room before warnings do.
    for finding in sorted(analysis.findings, key=lambda f: (f.severity, f.offset or 0)):
        if finding.code != "InvalidTopModule":
            diagnostic = _diagnostic(analysis.text, finding)
            same_name = finding.code in ("UndeclaredIdentifier", "TypoIdentifier", "ImplicitNet")
            line = None if same_name else diagnostic.line
            found.setdefault((finding.code, finding.message, line), diagnostic)
    shown = [*found.values()][:MAX_DIAGNOSTICS]
    return tuple(sorted(shown, key=lambda d: (d.line or 0, d.column or 0)))


def _diagnostic(text: str, finding: Finding) -> Diagnostic:
    code, message = finding.option or finding.code, finding.message
    if finding.offset is None:
        return Diagnostic("pyslang", finding.severity, message, code=code)
    if code == "NonPrintableChar":
        character = text[finding.offset : finding.offset + 1]
        message = f"the character {character!r} may stand only in comments and strings"
    start = text.rfind("\n", 0, finding.offset) + 1
    end = text.find("\n", finding.offset)
    return Diagnostic(
        tool="pyslang",
        severity=finding.severity,
        message=message,
        line=text.count("\n", 0, finding.offset) + 1,
        column=finding.offset - start + 1,
        code=code,
        source=text[start : end if end >= 0 else len(text)].rstrip("\r"),
    )
