"""Honest ends: what a build says when it gives up, on real builds with scripted answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.attempt_log import AttemptLog
from agent.belief import Belief, believe, lines
from agent.errors import ExitCode
from tests.conftest import DESIGNS, Mevagent, Script

SPEC = DESIGNS / "mux4" / "spec.md"
TB = DESIGNS / "mux4" / "tb_mux4.py"
ENABLED = "output_is_zero_while_not_enabled"
RIGHT = [
    "\n  assign y = !en ? 0 : sel == 0 ? in0 : sel == 1 ? in1 : sel == 2 ? in2 : in3;\nendmodule\n",
    "\n  always_comb case ({en, sel})\n    3'd4: y = in0;\n    3'd5: y = in1;\n    3'd6: y = in2;\n"
    "    3'd7: y = in3;\n    default: y = 0;\n  endcase\nendmodule\n",
    "\n  wire [WIDTH-1:0] low = sel[0] ? in1 : in0, high = sel[0] ? in3 : in2;\n"
    "  assign y = {WIDTH{en}} & (sel[1] ? high : low);\nendmodule\n",
    "\n  assign y = en ? (sel[1] ? (sel[0] ? in3 : in2) : (sel[0] ? in1 : in0)) : 0;\nendmodule\n",
]
CONSTANT = "\n  assign y = 0;\nendmodule\n"
NO_ENABLE = "\n  assign y = sel == 0 ? in0 : sel == 1 ? in1 : sel == 2 ? in2 : in3;\nendmodule\n"
BROKEN = "\n  assign y = in0 +;\nendmodule\n"


@pytest.fixture
def contradicting(tmp_path: Path) -> Path:
    """A testbench that wants ones where the specification of mux4 says zero."""
    text = TB.read_text().replace("words[sel] if en else 0", "words[sel] if en else 0xff")
    path = tmp_path / "tb_ones.py"
    path.write_text(text)
    return path


def believed(folder: Path) -> Belief:
    with AttemptLog.open_existing(folder / "runs" / "attempts.db") as log:
        belief = believe(log.load_run(log.find_run("last")))
    assert belief is not None
    return belief


def test_a_testbench_that_contradicts_its_specification_is_named_with_the_evidence(
    mevagent: Mevagent, script: Script, contradicting: Path, tmp_path: Path
) -> None:
    answers = script([*RIGHT[:3], CONSTANT], [RIGHT[0], RIGHT[3], RIGHT[1], CONSTANT])
    options = ["--engine", "scripted", "--script", answers, "-k", 4, "--max-attempts", 2]
    options.append("--no-mend")
    done = mevagent("build", SPEC, "--tb", contradicting, *options)

    assert done.returncode == ExitCode.NOT_PASSED, done.stderr
    belief = believed(tmp_path)
    assert belief.never_passed == (ENABLED, "random_words_and_selections_pass_through")
    found = belief.agreements[0]
    assert (found.check, found.same, found.of) == (ENABLED, 4, 5)
    assert found.pass_the_rest == 4
    assert (found.expected, found.got) == ("y 0xff", "0x00")
    assert dict(found.inputs)["en"] == "0"
    assert dict(found.inputs)["in0"] == "5ah"
    assert belief.advice[0].kind == "contradiction"
    assert "4 of 5 designs fail output_is_zero_while_not_enabled in the same way" in done.stdout
    assert "the specification may contradict the testbench here" in done.stdout
    assert "inputs: in0=5ah" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("NO PASS")


def test_json_and_history_tell_the_same_belief(
    mevagent: Mevagent, script: Script, contradicting: Path, tmp_path: Path
) -> None:
    answers = script(RIGHT[:3])
    options = ["--engine", "scripted", "--script", answers, "-k", 3, "--max-attempts", 1, "--json"]
    options.append("--no-mend")
    told = json.loads(mevagent("build", SPEC, "--tb", contradicting, *options).stdout)["belief"]
    stored = json.loads(mevagent("history", "show", "--json").stdout)["belief"]

    assert told == stored
    assert told["agreements"][0]["same"] == 3
    shown = " ".join(mevagent("history", "show").stdout.split())
    for line in lines(believed(tmp_path)):
        assert " ".join(line.split()) in shown


def test_a_check_that_some_design_passes_is_no_contradiction(
    mevagent: Mevagent, script: Script, tmp_path: Path
) -> None:
    odd = RIGHT[0].replace("in0 :", "in0 | (in1 > 8'h40 && in1 < 8'h7f) :")
    answers = script([NO_ENABLE, odd])
    options = ["--engine", "scripted", "--script", answers, "-k", 2, "--max-attempts", 1]
    options.append("--no-mend")
    done = mevagent("build", SPEC, "--tb", TB, *options)

    belief = believed(tmp_path)
    assert ENABLED not in belief.never_passed
    assert belief.agreements == ()
    assert "contradict" not in done.stdout


def test_copies_of_one_design_are_one_opinion(
    mevagent: Mevagent, script: Script, contradicting: Path, tmp_path: Path
) -> None:
    answers = script([RIGHT[0]] * 8)
    options = ["--engine", "scripted", "--script", answers, "-k", 8, "--max-attempts", 1]
    mevagent("build", SPEC, "--tb", contradicting, *options)

    belief = believed(tmp_path)
    assert belief.designs == 1
    assert belief.agreements == ()
    assert "variety" in {advice.kind for advice in belief.advice}


def test_an_output_that_nobody_drives_is_no_opinion(
    mevagent: Mevagent, script: Script, tmp_path: Path
) -> None:
    undriven = [f"\n  wire [{n}:0] spare = in0;\nendmodule\n" for n in range(4)]
    options = ["--engine", "scripted", "--script", script(undriven), "--max-attempts", 1]
    mevagent("build", SPEC, "--tb", TB, *options)

    belief = believed(tmp_path)
    assert belief.designs == 4
    assert len(belief.never_passed) == 5
    assert belief.agreements == ()


def test_designs_that_do_not_compile_are_told_with_the_commonest_cause(
    mevagent: Mevagent, script: Script, tmp_path: Path
) -> None:
    answers = [BROKEN.replace("in0", name) for name in ("in0", "in1", "in2")]
    options = ["--engine", "scripted", "--script", script(answers), "-k", 3, "--max-attempts", 1]
    done = mevagent("build", SPEC, "--tb", TB, *options)

    belief = believed(tmp_path)
    assert (belief.designs, belief.ran) == (3, 0)
    kinds = [advice.kind for advice in belief.advice]
    assert kinds[0] == "answers"
    assert "3 of 3 designs do not compile" in done.stdout
    assert "expected expression" in belief.advice[0].text


def test_what_to_try_next_names_the_adapter_the_tier_and_the_bound(
    mevagent: Mevagent, script: Script, tmp_path: Path
) -> None:
    answers = script([CONSTANT], [NO_ENABLE], repeat=True)
    options = ["--engine", "scripted", "--script", answers, "-k", 1, "--tier", "basic"]
    done = mevagent("build", SPEC, "--tb", TB, *options, "--max-attempts", 2)

    advice = {advice.kind: advice.text for advice in believed(tmp_path).advice}
    assert "without an adapter for basic" in advice["adapter"]
    assert "--tier intermediate" in advice["tier"]
    assert "--max-attempts 4" in advice["budget"]
    assert "next: " in done.stdout


def test_a_run_that_passed_has_nothing_to_confess(
    mevagent: Mevagent, script: Script, tmp_path: Path
) -> None:
    options = ["--engine", "scripted", "--script", script(RIGHT[:1]), "-k", 1, "--json"]
    done = mevagent("build", SPEC, "--tb", TB, *options)

    assert json.loads(done.stdout)["belief"] is None
