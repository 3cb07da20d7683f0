"""From a model's answer to a judged candidate: extract, fix, check, compile, simulate."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from agent.advice import reset_advice
from agent.attempts import Candidate, Fix, Generation
from agent.extract import extract
from agent.feedback import feedback, without_hints
from agent.fixes import apply_fixes
from agent.toolchain.base import Job, Simulator
from agent.toolchain.certain import certain_refusal
from agent.toolchain.check import check
from agent.toolchain.contract import judge
from agent.toolchain.results import Outcome
from mevllm.spec import Spec


class Judge:
    """Judges candidates of one run; one that was judged before is not simulated again."""

    def __init__(
        self, simulator: Simulator, spec: Spec, job: Job, known: Iterable[Candidate] = ()
    ) -> None:
        """`job` holds the testbench, its tests and the limits; its design is replaced."""
        self._simulator = simulator
        self._spec = spec
        self._interface = spec.interface
        self._job = job
        self._known: dict[str, Candidate] = {}
        for candidate in known:
            self._known.setdefault(self._tokens(candidate.rtl), candidate)

    def answer(
        self, index: int, kind: str, generation: Generation, parent: str | None = None
    ) -> Candidate:
        """Judge what the model wrote.

        An answer that begins its module anew after it used what no design may hold ends there, so
        that one whose decoding was ended there is judged alike.
        """
        rtl, fixes = self._design(generation.prefill, generation.answer)
        reason, end = certain_refusal(generation.answer)
        if reason and not check(rtl, self._interface.module, printing=True).refused:
            rtl, fixes = self._design(generation.prefill, generation.answer[:end])
        return self._judge(index, kind, rtl, fixes, generation, parent)

    def given(self, rtl: str) -> Candidate:
        """Judge a person's design, as it stands."""
        return self._judge(0, "given", rtl, (), None, None)

    def mended(self, parent: Candidate, expired: Callable[[], bool]) -> Candidate | None:
        """A small change to a failing candidate that passes, judged; None where none is found."""
        from agent.mend import mend  # with all that mutants need

        job = replace(self._job, rtl=parent.rtl)
        found = mend(self._simulator, job, parent.verdict, self._spec, expired)
        if found is None:
            return None
        fixes = tuple(
            Fix("mend", f"{change.change} (variant {found.tried} that was tried)", change.line)
            for change in found.changes
        )
        fixes = (*parent.fixes, *fixes)
        candidate = self._judge(0, "mend", found.rtl, fixes, None, parent.rtl_hash)
        return candidate if candidate.verdict.passed else None

    def complaint(self, candidate: Candidate, *, hints: bool = True, table: bool = True) -> str:
        """What to tell the model about a failing candidate.

        `hints` and `table` False leave out the advice and the cycles before the mismatch.
        """
        verdict = candidate.verdict
        trace = ""
        failing = [test.name for test in verdict.tests if not test.passed]
        if table and verdict.outcome is Outcome.FAILED and failing:
            only = tuple(failing[:1]) if self._job.testbench.kind == "cocotb" else ()
            trace = self._simulator.trace(replace(self._job, rtl=candidate.rtl, only_tests=only))
        said = feedback(candidate.rtl, verdict, trace=trace)
        if not hints:
            return without_hints(said)
        advice = reset_advice(candidate.rtl, self._spec) if verdict.tests else ""
        return f"{said}\n{advice}".rstrip()

    def _design(self, prefill: str, answer: str) -> tuple[str, tuple[Fix, ...]]:
        rtl, slips = extract(prefill + answer, self._interface, prefill=prefill)
        rtl, fixes = apply_fixes(rtl, self._interface)
        return rtl, slips + fixes

    def _judge(
        self,
        index: int,
        kind: str,
        rtl: str,
        fixes: tuple[Fix, ...],
        generation: Generation | None,
        parent: str | None,
    ) -> Candidate:
        tokens = self._tokens(rtl)
        earlier = self._known.get(tokens)
        if earlier is not None:
            verdict = replace(earlier.verdict, seconds=0.0)
        else:
            verdict = judge(self._simulator, replace(self._job, rtl=rtl), self._interface)
        candidate = Candidate(
            index=index,
            kind=kind,
            rtl=rtl,
            fixes=fixes,
            verdict=verdict,
            generation=generation,
            parent=parent,
            duplicate_of=earlier.rtl_hash if earlier else None,
        )
        self._known.setdefault(tokens, candidate)
        return candidate

    def _tokens(self, rtl: str) -> str:
        return check(rtl, self._interface.module, printing=True).token_hash
