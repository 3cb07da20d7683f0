"""Verdicts for continuous integration: JUnit, SARIF and annotations, from real simulations."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from agent.ci_reports import RULES, Judged, findings, github, junit, sarif
from agent.errors import ExitCode
from agent.toolchain.results import Diagnostic, Outcome, TestResult, Verdict
from tests.conftest import DESIGNS, Mevagent, Script

MUX = DESIGNS / "mux4"
TB = MUX / "tb_mux4.py"


def suite_of(path: Path) -> ElementTree.Element:
    """The one suite of a JUnit file, whose counts must be those of its cases."""
    root = ElementTree.parse(path).getroot()
    (suite,) = root
    assert (root.tag, suite.tag) == ("testsuites", "testsuite")
    cases = suite.findall("testcase")
    assert all(case.get("name") and case.get("classname") for case in cases)
    assert int(suite.get("tests", "")) == len(cases)
    for tag in ("failure", "error"):
        assert int(suite.get(f"{tag}s", "")) == len(suite.findall(f"testcase/{tag}"))
    assert float(suite.get("time", "")) >= 0
    return suite


def results_of(text: str) -> list[dict[str, Any]]:
    """The results of a SARIF log, after what the standard asks of it (SARIF 2.1.0)."""
    log = json.loads(text)
    assert log["version"] == "2.1.0"  # 3.13.2
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "mevagent"  # 3.19.8
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(ids) == len(set(ids))
    assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")  # 3.14.17
    for base in run["originalUriBaseIds"].values():
        assert base["uri"].endswith("/")  # 3.14.14
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]  # 3.27.6
        assert result["level"] in ("none", "note", "warning", "error")  # 3.27.10
        assert result["message"]["text"]  # 3.11
        for location in (*result["locations"], *result.get("relatedLocations", ())):
            place = location["physicalLocation"]
            uri = place["artifactLocation"]["uri"]
            assert ("uriBaseId" in place["artifactLocation"]) != uri.startswith("file://")
            assert " " not in uri
            assert place["region"]["startLine"] >= 1  # 3.30.5
            assert place["region"].get("startColumn", 1) >= 1
    results: list[dict[str, Any]] = run["results"]
    return results


def test_failing_checks_are_annotated_at_the_module_with_the_check_beside(
    mevagent: Mevagent, tmp_path: Path
) -> None:
    design = tmp_path / "my mux.v"
    design.write_text((MUX / "broken_select_order.v").read_text())
    files = ["--junit", "junit.xml", "--sarif", "out.sarif"]
    done = mevagent("verify", design, "--tb", TB, "--format", "github", *files)

    assert done.returncode == ExitCode.NOT_PASSED
    suite = suite_of(tmp_path / "junit.xml")
    assert (suite.get("tests"), suite.get("errors")) == ("5", "0")
    failed = [case.get("name") for case in suite if case.find("failure") is not None]
    results = results_of((tmp_path / "out.sarif").read_text())
    assert [r["ruleId"] for r in results] == ["check-failed"] * len(failed)
    place = results[0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "my%20mux.v", "uriBaseId": "SRCROOT"}
    assert design.read_text().splitlines()[place["region"]["startLine"] - 1].startswith("module")
    related = results[0]["relatedLocations"][0]["physicalLocation"]["region"]["startLine"]
    assert f"def {failed[0]}" in TB.read_text().splitlines()[related - 1]
    annotations = [line for line in done.stdout.splitlines() if line.startswith("::")]
    assert len(annotations) == len(failed)
    assert annotations[0].startswith("::error file=my mux.v,line=2,title=sel_chooses")
    assert "expected y" in annotations[0]


def test_a_pass_is_a_suite_without_failures_and_a_log_without_errors(
    mevagent: Mevagent, tmp_path: Path
) -> None:
    files = ["--junit", "junit.xml", "--sarif", "out.sarif", "--format", "github", "--json"]
    done = mevagent("verify", MUX / "reference.v", "--tb", TB, *files)

    assert done.returncode == ExitCode.PASSED
    assert json.loads(done.stdout)["passed"] is True
    suite = suite_of(tmp_path / "junit.xml")
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("5", "0", "0")
    assert results_of((tmp_path / "out.sarif").read_text()) == []


def test_what_does_not_compile_is_an_error_with_line_and_column(
    mevagent: Mevagent, tmp_path: Path
) -> None:
    design = tmp_path / "mux4.v"
    design.write_text((MUX / "reference.v").read_text().replace("assign y =", "assign y ="))
    design.write_text(design.read_text().replace("endmodule", "assign y = ;\nendmodule"))
    files = ["--junit", "junit.xml", "--sarif", "out.sarif", "--format", "github"]
    done = mevagent("verify", design, "--tb", TB, "--top", "mux4", *files)

    assert done.returncode == ExitCode.NOT_PASSED
    suite = suite_of(tmp_path / "junit.xml")
    (error,) = suite.findall("testcase/error")
    assert error.get("type") == "not compiled"
    assert "mux4.v:" in (error.text or "")
    errors = [r for r in results_of((tmp_path / "out.sarif").read_text()) if r["level"] == "error"]
    region = errors[0]["locations"][0]["physicalLocation"]["region"]
    assert "assign y = ;" in design.read_text().splitlines()[region["startLine"] - 1]
    assert re.search(r"^::error file=mux4\.v,line=\d+,col=\d+,title=pyslang", done.stdout, re.M)


def test_a_build_tells_of_its_best_design_as_well(
    mevagent: Mevagent, script: Script, tmp_path: Path
) -> None:
    answers = script(["\n  assign y = 0;\nendmodule\n"])
    options = ["--engine", "scripted", "--script", answers, "-k", 1, "--max-attempts", 1]
    files = ["--junit", "junit.xml", "--sarif", "out.sarif", "--format", "github"]
    done = mevagent("build", MUX / "spec.md", "--tb", TB, *options, *files)

    assert done.returncode == ExitCode.NOT_PASSED
    assert suite_of(tmp_path / "junit.xml").get("failures") == "5"
    results = results_of((tmp_path / "out.sarif").read_text())
    uri = results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "mux4.best.v"
    assert "::error file=mux4.best.v" in done.stdout


def test_hostile_text_breaks_no_format(tmp_path: Path) -> None:
    text = "50% <&>\"'\x1b[2J\x00\ud800\uffff\n::error::forged, a:b"
    verdict = Verdict(
        Outcome.FAILED,
        tests=(TestResult("te,st", False, text, 5.0), TestResult("fine", True)),
        diagnostics=(Diagnostic("pyslang", "warning", text, 2, 3, "unused"),),
    )
    judged = Judged(tmp_path / "a,b:c.v", "wire w;\nmodule m;", "m", tmp_path / "t.v", verdict)

    (tmp_path / "junit.xml").write_text(junit(judged))
    assert suite_of(tmp_path / "junit.xml").get("failures") == "1"
    warning, failure = results_of(sarif(judged, tmp_path))
    assert (warning["ruleId"], failure["ruleId"]) == ("warning", "check-failed")
    for line in github(judged, tmp_path):
        assert "\n" not in line
        assert re.match(r"::(error|warning) file=[^:]*,title=[^:]*::", line)
        assert "file=a%2Cb%3Ac.v" in line
        assert "50%25" in line
    assert failure["locations"][0]["physicalLocation"]["region"]["startLine"] == 2


@pytest.mark.parametrize("outcome", [o for o in Outcome if o is not Outcome.PASSED])
def test_every_outcome_but_a_pass_is_an_error_somewhere(outcome: Outcome, tmp_path: Path) -> None:
    judged = Judged(tmp_path / "m.v", "", "m", tmp_path / "t.py", Verdict(outcome, reason="why"))
    found = findings(judged)
    assert any(f.level == "error" for f in found)
    assert {f.rule for f in found} <= set(RULES)
    (tmp_path / "junit.xml").write_text(junit(judged))
    assert suite_of(tmp_path / "junit.xml").get("errors") == "1"


def test_no_design_at_all_is_told(tmp_path: Path) -> None:
    judged = Judged(tmp_path / "m.v", "", "m", tmp_path / "t.py", None, "the bound is reached")
    assert "the bound is reached" in github(judged, tmp_path)[0]
    assert "the bound is reached" in junit(judged)
    assert len(results_of(sarif(judged, tmp_path))) == 1
