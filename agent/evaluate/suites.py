"""The suites by name: where their problems come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

from agent.errors import InputError
from agent.evaluate import cvdp, own, rtllm, verilog_eval
from agent.evaluate.problems import Problem
from mevllm.data.records import Split


@dataclass(frozen=True)
class Source:
    """Where a suite's problems are."""

    root: Path | None = None
    """The public repository's folder or file; the designs' folder."""
    data: Path | None = None
    """A data set file, for the held-out splits."""
    split: str = "held-out families"
    count: int | None = None
    """Problems to take; None for all."""
    seed: int = 0
    """Draws the problems and voices of a split."""
    only: tuple[str, ...] = ()
    """Ids, or beginnings of ids, of the problems to take; empty for all."""
    exactly: tuple[str, ...] = ()
    """Ids of the problems to take, each in full; empty for all. None of them may be there."""


@dataclass(frozen=True)
class Suite:
    """A kind of problems."""

    what: str
    """One line for `eval list`."""
    load: Callable[[Source, str, Path], tuple[Problem, ...]]
    """Takes the source, the suite's name and a folder for files that must be written."""


def _root(source: Source, name: str, default: Path | None = None) -> Path:
    root = source.root or default
    if root is None:
        raise InputError(f"the suite {name} needs --root: the folder of its public repository")
    if not root.exists():
        raise InputError(f"{root} does not exist; check --root")
    return root


def _split(source: Source, name: str, work: Path) -> tuple[Problem, ...]:
    if source.data is None:
        raise InputError(
            f"the suite {name} needs --data: a file that `mevagent data build` has written"
        )
    if source.split not in get_args(Split):
        raise InputError(f"there is no split {source.split!r}; one of {', '.join(get_args(Split))}")
    split = cast(Split, source.split)
    return own.load_split(source.data, split, source.count, source.seed, name, work)


SUITES: Mapping[str, Suite] = {
    "verilog-eval": Suite(
        "VerilogEval v2, specification to RTL (--root: its repository)",
        lambda s, name, _: verilog_eval.load(_root(s, name), name, verilog_eval.SPEC_TO_RTL),
    ),
    "verilog-eval-complete": Suite(
        "VerilogEval v2, code completion (--root: its repository)",
        lambda s, name, _: verilog_eval.load(_root(s, name), name, verilog_eval.CODE_COMPLETE),
    ),
    "rtllm": Suite(
        "RTLLM 2.0 (--root: its repository)",
        lambda s, name, _: rtllm.load(_root(s, name), name),
    ),
    "cvdp": Suite(
        "CVDP, specification to RTL with cocotb harnesses (--root: its JSONL file)",
        lambda s, name, work: cvdp.load(_root(s, name), name, work),
    ),
    "testbenches": Suite(
        "the designs of testbenches/ (--root: another folder laid out so)",
        lambda s, name, _: own.load_testbenches(_root(s, name, Path("testbenches")), name),
    ),
    "held-out": Suite("a held-out split of a data set (--data, --split, --count)", _split),
}


def load_suite(name: str, source: Source, work: Path) -> tuple[Problem, ...]:
    """The problems of a suite; `work` is a folder that must live as long as they are used.

    Raises InputError for a source that is missing or holds none of them.
    """
    if name not in SUITES:
        raise InputError(f"there is no suite {name!r}; one of {', '.join(SUITES)}")
    problems = SUITES[name].load(source, name, work)
    if source.exactly:
        wanted = {*source.exactly}
        problems = tuple(problem for problem in problems if problem.id in wanted)
    if source.only:
        problems = tuple(_named(problems, source.only))
        if not problems:
            raise InputError(f"no problem of {name} begins with {' or '.join(source.only)}")
    if name != "held-out" and source.count is not None:
        problems = problems[: source.count]
    return problems


def _named(problems: Iterable[Problem], wanted: tuple[str, ...]) -> Iterable[Problem]:
    return (problem for problem in problems if problem.id.startswith(wanted))
