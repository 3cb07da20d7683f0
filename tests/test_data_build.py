"""The training set: verified, told apart, the same bytes for the same seed."""

from __future__ import annotations

import gzip
import random
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.cli import mevagent
from agent.toolchain.base import Job
from agent.toolchain.direct import DirectSimulator
from agent.toolchain.testbench import load_testbench
from mevllm.data.build import Tally, build
from mevllm.data.check import check
from mevllm.data.checker import audit, checker, read_audit
from mevllm.data.design import Design
from mevllm.data.families import draw_design, families
from mevllm.data.lines import append_lines
from mevllm.data.mutate import mutants
from mevllm.data.overlap import load_table, write_table
from mevllm.data.pairs import Pair, read_pairs
from mevllm.data.records import Record, read_records, write_records
from mevllm.data.slips import slips
from mevllm.data.verify import Rejected, Verified, verify
from mevllm.data.voices import specifications
from mevllm.errors import MevllmError
from mevllm.spec import parse_spec
from mevllm.tiers import Tier

NAMES = ("gate", "binary_counter", "mealy_machine", "fixed_arbiter")


@pytest.fixture(scope="module")
def some() -> list[Record]:
    return build(24, 3, names=NAMES, jobs=2)


def counter(seed: int = 5) -> Design:
    return draw_design(families()["binary_counter"], seed)


def test_the_same_seed_gives_the_same_bytes_however_many_processes_work(
    tmp_path: Path, some: list[Record]
) -> None:
    again = build(24, 3, names=NAMES, jobs=1)
    paths = [tmp_path / "a.gz", tmp_path / "b.gz"]
    hashes = {write_records(records, p) for records, p in zip((some, again), paths, strict=True)}
    assert len(hashes) == 1
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert list(read_records(paths[0])) == some


def test_another_seed_gives_other_designs(some: list[Record]) -> None:
    other = build(24, 4, names=NAMES)
    assert not {r.id for r in some} & {r.id for r in other}


def test_a_circuit_stands_once(some: list[Record]) -> None:
    assert len({r.circuit for r in some}) == len(some) >= 20


def test_what_stands_in_a_benchmark_is_left_out(tmp_path: Path, some: list[Record]) -> None:
    secret = some[0].specifications["prose"]
    write_table([secret], tmp_path / "table.bin")
    tally = Tally()
    records = build(24, 3, names=NAMES, overlap=load_table(tmp_path / "table.bin"), tally=tally)
    assert tally.close >= 1
    assert all(secret not in r.specifications.values() for r in records)


def test_an_unknown_family_is_named_with_those_there_are() -> None:
    with pytest.raises(MevllmError, match=r"no design family nonsense; there are: .*gate"):
        build(4, 0, names=["nonsense"])


def test_a_set_holds_to_its_own_claims_and_a_changed_one_does_not(some: list[Record]) -> None:
    assert check(some) == []
    body = replace(some[0], body=some[0].body.replace(";", " ;"))
    split = replace(some[1], split="validation" if some[1].split == "train" else "train")
    text = replace(some[2], specifications={"prose": "Something else."})
    found = check([body, split, text])
    assert [line.partition(":")[0] for line in found] == [r.id for r in some[:3]]
    assert "body" in found[0]
    assert "split" in found[1]
    assert "voice" in found[2]


def test_a_damaged_set_is_refused_with_advice(tmp_path: Path) -> None:
    with pytest.raises(MevllmError, match="mevagent data build"):
        list(read_records(tmp_path / "missing.gz"))
    with gzip.open(tmp_path / "bad.gz", "wt") as file:
        file.write('{"id": 1}\n')
    with pytest.raises(MevllmError, match="no training set"):
        list(read_records(tmp_path / "bad.gz"))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda body: body.replace("<=", "<= nothing +"), "does not compile"),
        (lambda body: "", "never change|X in|mutants|does not compile"),
    ],
)
def test_a_design_that_does_not_work_is_rejected(change: object, reason: str) -> None:
    design = counter()
    assert isinstance(verify(design), Verified)
    broken = verify(replace(design, body=change(design.body)))  # type: ignore[operator]
    assert isinstance(broken, Rejected)
    assert re.search(reason, broken.reason)


def test_an_audit_that_did_not_end_is_none() -> None:
    assert read_audit(counter(), 1, "T 0 0\nONES f\n") is None
    assert "mutant_1" in audit(counter(), [counter().body, counter().body])


@pytest.mark.parametrize("name", ["gate", "mealy_machine", "async_fifo", "block_adder"])
def test_the_checker_passes_the_reference_and_fails_its_mutants(name: str, tmp_path: Path) -> None:
    design = draw_design(families()[name], 11)
    found = verify(design)
    assert isinstance(found, Verified)
    path = tmp_path / "checker.v"
    path.write_text(checker(design))
    bench = load_testbench(path, top="tb")
    simulator = DirectSimulator()
    try:
        good = simulator.judge(Job(design.reference, design.interface.module, bench))
        assert good.passed, good
        wrong = replace(design, body=found.killed[0].text).reference
        assert not simulator.judge(Job(wrong, design.interface.module, bench)).passed
    finally:
        simulator.close()


def test_mutants_differ_by_one_change_and_leave_loops_alone() -> None:
    text = "  for (i = 0; i < 8; i = i + 1)\n    q[i] <= a[i] & b[7 - i];\n"
    found = mutants(text, 20, 0)
    assert len(found) >= 4
    assert len({m.text for m in found}) == len(found)
    assert all(m.line == 2 and m.text.startswith(text.split("\n")[0]) for m in found)
    assert mutants(text, 20, 0) == found


def test_a_mux_without_operators_still_has_mutants() -> None:
    assert len(mutants("  assign q = sel ? b : a;", 6, 0)) >= 2


def test_slips_do_not_compile() -> None:
    design = counter()
    outputs = [p.name for p in design.interface.ports if p.direction == "output"]
    found = slips(design.body, outputs, 6, 0)
    assert len(found) >= 4
    rejected = [s for s in found if isinstance(verify(replace(design, body=s)), Rejected)]
    assert len(rejected) >= len(found) - 1


def test_a_latch_is_not_told_by_a_truth_table() -> None:
    for seed in range(6):
        design = draw_design(families()["d_latch"], seed)
        found = verify(design)
        if isinstance(found, Verified):
            assert "truth table" not in specifications(design, found.audit)


def test_a_truth_table_is_what_the_simulation_showed() -> None:
    design = draw_design(families()["function_rows"], 2)
    found = verify(design)
    assert isinstance(found, Verified)
    texts = specifications(design, found.audit)
    assert "truth table" in texts
    assert parse_spec(texts["truth table"]).interface.header() == design.interface.header()


def test_pairs_are_kept_as_they_come_and_read_up_to_where_a_kill_cut_them(tmp_path: Path) -> None:
    pair = Pair(
        "a/1/mutant0", "a", Tier.BASIC, "train", "prose", "text", "body", "mutant", "w", "f"
    )
    path = tmp_path / "pairs.gz"
    assert append_lines([pair, replace(pair, id="b")], path) == 2
    whole = path.read_bytes()
    assert [p.id for p in read_pairs(path)] == ["a/1/mutant0", "b"]
    path.write_bytes(whole[: len(whole) - random.Random(0).randrange(5, 30)])
    assert [p.id for p in read_pairs(path)] == ["a/1/mutant0"]


def test_the_command_builds_checks_and_pairs(tmp_path: Path) -> None:
    run = CliRunner()
    out = tmp_path / "set" / "designs.jsonl.gz"
    options = ["--seed", "3", "--count", "12", "--jobs", "1", "--family", "gate", "-o", str(out)]
    built = run.invoke(mevagent, ["data", "build", *options])
    assert built.exit_code == 0, built.output
    page = out.with_name("designs.md").read_text()
    assert "mevagent data build --seed 3 --count 12 --family gate" in page
    assert "| gate | basic |" in page
    checked = run.invoke(mevagent, ["data", "check", str(out), "--jobs", "1"])
    assert checked.exit_code == 0, checked.output
    pairs = tmp_path / "pairs.jsonl.gz"
    made = run.invoke(mevagent, ["data", "pairs", str(out), "--count", "4", "-o", str(pairs)])
    assert made.exit_code == 0, made.output
    found = list(read_pairs(pairs))
    assert len(found) >= 4
    assert {p.source for p in found} == {"mutant", "slip"}
    assert all(p.feedback and p.wrong and p.split == "train" for p in found)
    assert any("got" in p.feedback or "mismatch" in p.feedback for p in found)
