"""A verdict in the formats that continuous integration reads: JUnit, SARIF, GitHub. Pure.

JUnit as Jenkins' schema has it (junit-10.xsd), SARIF 2.1.0 (OASIS), and the workflow commands of
GitHub Actions.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from agent import __version__
from agent.attempt_rows import storable
from agent.history_views import visible
from agent.toolchain.results import Outcome, Verdict

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
"""A name for readers of the file; nothing is fetched."""
RULES: Mapping[str, str] = {
    "check-failed": "A check of the testbench fails",
    "compile": "The design does not compile",
    "warning": "A front end warns about the design",
    "no-result": "The design was not judged: refused, ended by a limit, or without a result",
}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, with its place."""

    rule: str
    """A key of `RULES`."""
    level: str
    """`error` or `warning`, as SARIF and GitHub both say."""
    title: str
    message: str
    file: Path
    line: int = 1
    column: int | None = None
    also: tuple[Path, int] | None = None
    """The check in the testbench, and its line."""


@dataclass(frozen=True)
class Judged:
    """A design, what judged it, and how."""

    design: Path
    """The file that the verdict is about."""
    rtl: str
    top: str
    testbench: Path
    verdict: Verdict | None
    """None where no design came about."""
    reason: str = ""
    """Why not, then."""


def findings(judged: Judged) -> tuple[Finding, ...]:
    """What is wrong with a design; empty for a pass without warnings."""
    verdict, design = judged.verdict, judged.design
    module = _line_of_module(judged.rtl, judged.top)
    if verdict is None:
        return (Finding("no-result", "error", "no design", judged.reason, design),)
    found = []
    for said in verdict.diagnostics:
        error = said.severity == "error"
        title = f"{said.tool}: {said.code}" if said.code else said.tool
        rule = "compile" if error else "warning"
        place = (said.line or module, said.column if said.line else None)
        found.append(Finding(rule, said.severity, title, said.message, design, *place))
    checks = _lines_of_checks(judged.testbench)
    for test in verdict.tests:
        if not test.passed:
            when = f" (at {test.sim_time_ns:g} ns)" if test.sim_time_ns is not None else ""
            line = checks.get(test.name)
            found.append(
                Finding(
                    "check-failed",
                    "error",
                    f"{test.name} fails",
                    f"{test.message or 'the check fails without a message'}{when}",
                    design,
                    module,
                    also=(judged.testbench, line) if line else None,
                )
            )
    if not verdict.passed and not any(f.level == "error" for f in found):
        title = str(verdict.outcome)
        found.append(Finding("no-result", "error", title, verdict.reason, design, module))
    return tuple(found)


def junit(judged: Judged) -> str:
    """A test suite of the testbench's checks; what kept them from running is an error."""
    verdict, bench = judged.verdict, judged.testbench.stem
    suite = ElementTree.Element("testsuite", name=f"{judged.design.name} by {bench}")
    tests = verdict.tests if verdict else ()
    failures = errors = 0
    for test in tests:
        case = ElementTree.SubElement(suite, "testcase", classname=bench, name=_clean(test.name))
        if not test.passed:
            failures += 1
            first = (test.message or "failed").splitlines()[0]
            said = ElementTree.SubElement(
                case, "failure", message=_clean(first), type=str(Outcome.FAILED)
            )
            said.text = _clean(test.message)
    if verdict is None or (not verdict.passed and not failures):
        errors = 1
        kind = str(verdict.outcome) if verdict else "no design"
        reason = verdict.reason if verdict else judged.reason
        case = ElementTree.SubElement(suite, "testcase", classname=bench, name="(the design)")
        said = ElementTree.SubElement(case, "error", message=_clean(reason), type=kind)
        lines = [f"{f.file}:{f.line}: {f.message}" for f in findings(judged)]
        said.text = _clean("\n".join(lines))
    suite.set("tests", str(len(tests) + errors))
    suite.set("failures", str(failures))
    suite.set("errors", str(errors))
    suite.set("skipped", "0")
    suite.set("time", f"{verdict.seconds if verdict else 0.0:.3f}")
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def sarif(judged: Judged, root: Path) -> str:
    """A SARIF log of one run; files below `root` are named relative to it."""
    names = list(RULES)
    results = []
    for found in findings(judged):
        result: dict[str, Any] = {
            "ruleId": found.rule,
            "ruleIndex": names.index(found.rule),
            "level": found.level,
            "message": {"text": _clean(f"{found.title}: {found.message}")},
            "locations": [_location(found.file, found.line, found.column, root)],
        }
        if found.also:
            related = _location(found.also[0], found.also[1], None, root)
            related |= {"id": 1, "message": {"text": "the check in the testbench"}}
            result["relatedLocations"] = [related]
        results.append(result)
    rules = [{"id": name, "shortDescription": {"text": text}} for name, text in RULES.items()]
    log = {
        "$schema": SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "mevagent", "version": __version__, "rules": rules}},
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {"SRCROOT": {"uri": f"{root.as_uri()}/"}},
                "invocations": [{"executionSuccessful": True}],
                "results": results,
            }
        ],
    }
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def github(judged: Judged, root: Path) -> list[str]:
    """Workflow commands that annotate the files of a pull request."""
    lines = []
    for found in findings(judged):
        place = {"file": _relative(found.file, root), "line": str(found.line)}
        if found.column:
            place["col"] = str(found.column)
        title = found.title
        if found.also:
            title += f" ({_relative(found.also[0], root)}:{found.also[1]})"
        place["title"] = title
        told = ",".join(f"{key}={_property(value)}" for key, value in place.items())
        lines.append(f"::{found.level} {told}::{_data(found.message)}")
    return lines


def _clean(text: str) -> str:
    """The text without what XML 1.0 cannot hold: control characters, surrogates, noncharacters."""
    return re.sub("[\ufffe\uffff]", "?", storable(visible(text)))


def _location(file: Path, line: int, column: int | None, root: Path) -> dict[str, Any]:
    region = {"startLine": line} | ({"startColumn": column} if column else {})
    name = _relative(file, root)
    below = not Path(name).is_absolute()
    artifact: dict[str, Any] = {"uri": quote(name) if below else Path(name).as_uri()}
    artifact |= {"uriBaseId": "SRCROOT"} if below else {}
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}


def _relative(file: Path, root: Path) -> str:
    whole = file.absolute().resolve()
    return whole.relative_to(root).as_posix() if whole.is_relative_to(root) else str(whole)


def _data(text: str) -> str:
    """Escaped as the toolkit of GitHub Actions does (`escapeData`)."""
    return _clean(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _line_of_module(rtl: str, top: str) -> int:
    match = re.search(rf"^[^\S\n]*module\s+{re.escape(top)}\b", rtl, re.MULTILINE)
    return rtl.count("\n", 0, match.start()) + 1 if match else 1


def _lines_of_checks(testbench: Path) -> dict[str, int]:
    """Where the tests of a cocotb module are; empty for other testbenches."""
    if testbench.suffix != ".py":
        return {}
    try:
        tree = ast.parse(testbench.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, SyntaxError):
        return {}
    return {n.name: n.lineno for n in tree.body if isinstance(n, ast.AsyncFunctionDef)}
