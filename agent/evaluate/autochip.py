"""AutoChip's loop, as a baseline: a greedy tree of answers, led by what the tools print.

Written from its description (S. Thakur et al., arXiv 2311.04887; J. Blocklove et al., arXiv
2411.11856): a level asks for `breadth` answers to one conversation and waits for all of them; they
are compiled and simulated one after the other, and ranked; the best goes on, its raw messages
being the next turn. Of the conversation only the last turn is kept.

Prompts, the way from an answer to a design, and verdicts are those of the tool's own loop, so that
the loops alone differ. Two things favour the baseline: a design that passes although the compiler
warned ends the search, and messages are cut before they burst a small model's context.
"""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import replace

from agent.attempts import Attempt, Candidate, Fix, Step, StepKind
from agent.build import SEEDS_PER_ATTEMPT, BuildResult, Request, Tools
from agent.evaluate.classes import failure_class
from agent.events import AttemptFinished, CandidateJudged, RunStarted, StepStarted
from agent.extract import extract
from agent.fixes import apply_fixes
from agent.generate import generation_of
from agent.policy import best_candidate
from agent.runs import RunStart, StoredRun
from agent.toolchain.base import Job
from agent.toolchain.compile import DESIGN
from agent.toolchain.contract import judge
from agent.toolchain.results import Diagnostic, Outcome, Verdict
from agent.toolchain.testbench import TestbenchReport, examine
from mevllm.classifier import Classification
from mevllm.engines.base import Engine, Message, Prompt, Sampling
from mevllm.experts import expert_of
from mevllm.prompts import FENCE, generate_prompt
from mevllm.tiers import Tier

NAME = "autochip"
MAX_OUTPUT = 3000
"""Characters of a tool's messages: about 1,200 tokens."""

NO_MODULE, NOT_COMPILED, WARNED = -2.0, -1.0, -0.5
"""Ranks below any share of passed checks."""

_WORDS = {
    NO_MODULE: "The answer holds no module. Write the whole module.",
    NOT_COMPILED: "The module does not compile. Correct it. The compiler printed:",
    WARNED: "The module compiles with warnings. Correct it. The compiler printed:",
}
_FAILED = "The module compiles, but checks failed. Correct it. The simulator printed:"


def rank(verdict: Verdict) -> float:
    """What a response is worth: 1 for a pass, a negative rank, or the share of passed checks."""
    if verdict.passed:
        return 1.0
    if failure_class(verdict) == "no module":
        return NO_MODULE
    if verdict.outcome in (Outcome.NOT_COMPILED, Outcome.NOT_ELABORATED, Outcome.REFUSED):
        return NOT_COMPILED
    if _warnings(verdict):
        return WARNED
    shares = [float(t.passed) if t.share is None else t.share for t in verdict.tests]
    return sum(shares) / len(shares) if shares else 0.0


def complaint(verdict: Verdict) -> str:
    """The next turn of the conversation: a sentence, and what the tool printed."""
    found = rank(verdict)
    opening = _WORDS.get(found, _FAILED)
    if found == NO_MODULE:
        return opening
    if found == WARNED:
        printed = _printed(_warnings(verdict))
    else:
        printed = verdict.log.strip() or _printed(verdict.diagnostics) or verdict.reason
    return f"{opening}\n{_cut(printed)}"


def best_of(candidates: tuple[Candidate, ...]) -> Candidate:
    """The response that the search goes on from: the best rank, of equals the shortest design."""
    return max(candidates, key=lambda c: (rank(c.verdict), -len(c.rtl)))


def search(
    request: Request, tools: Tools, resume: StoredRun | None = None, *, fixes: bool = False
) -> BuildResult:
    """Look for a design that passes, `bounds.candidates` answers a level, `bounds.attempts` levels.

    The bounds on tokens and seconds hold as in `build`, and the levels are stored as its attempts
    are, each before the next. `fixes` applies the tool's deterministic corrections. The tier of the
    request says who answers. Raises what `build` raises.
    """
    report = examine(
        tools.simulator,
        request.spec.interface,
        request.testbench,
        request.limits,
        request.parameters,
    )
    with closing(tools.open_engine()) as engine:
        tree = _Tree(request, tools, engine, report, resume, fixes)
        try:
            return tree.grow()
        except BaseException as error:
            interrupted = isinstance(error, KeyboardInterrupt)
            tree.finish("interrupted" if interrupted else "error", str(error))
            raise


class _Tree:
    """One search under way."""

    def __init__(
        self,
        request: Request,
        tools: Tools,
        engine: Engine,
        report: TestbenchReport,
        resume: StoredRun | None,
        fixes: bool,
    ) -> None:
        self._request, self._tools, self._engine, self._fixes = request, tools, engine, fixes
        self._warning = report.warning
        self._levels = list(resume.attempts) if resume else []
        self._spent = sum(level.seconds for level in self._levels)
        self._started = time.monotonic()
        tier = request.tier or Tier.EXPERT
        certain = {t: float(t is tier) for t in Tier}
        self._routed = Classification(tier, certain, "one model answers", NAME)
        self._run_id = resume.run_id if resume else tools.log.start_run(self._start(report))
        self._job = Job(
            "",
            request.spec.interface.module,
            request.testbench,
            request.limits,
            report.tests,
            request.parameters,
        )
        tools.log.note_classification(self._run_id, self._routed)
        tools.on_event(RunStarted(self._run_id, len(self._levels)))

    def grow(self) -> BuildResult:
        """Add levels until one passes or a bound is reached."""
        while not (reason := self._ended()):
            self._add_level()
        best = best_candidate(self._levels)
        passed = best is not None and best.verdict.passed
        self.finish("passed" if passed else "not passed", reason)
        return BuildResult(
            run_id=self._run_id,
            passed=passed,
            reason=reason,
            best=best,
            attempts=tuple(self._levels),
            classification=self._routed,
            warning=self._warning,
            seconds=self._elapsed,
        )

    def finish(self, outcome: str, reason: str) -> None:
        """Close the run in the record."""
        best = best_candidate(self._levels)
        self._tools.log.finish_run(
            self._run_id,
            outcome,
            best_hash=best.rtl_hash if best else None,
            passed_hash=best.rtl_hash if best and best.verdict.passed else None,
            reason=reason,
        )

    @property
    def _elapsed(self) -> float:
        return self._spent + time.monotonic() - self._started

    @property
    def _tokens(self) -> int:
        return sum(level.tokens for level in self._levels)

    def _ended(self) -> str:
        bounds = self._request.bounds
        if any(c.verdict.passed for level in self._levels for c in level.candidates):
            return "every check passed"
        if len(self._levels) >= bounds.attempts:
            return f"the depth of {bounds.attempts} levels is reached"
        if self._tokens >= bounds.tokens:
            return f"the bound of {bounds.tokens} tokens is reached"
        if self._elapsed >= bounds.seconds:
            return f"the bound of {bounds.seconds:g} s is reached"
        return ""

    def _add_level(self) -> None:
        """Ask for all answers of a level, wait for them, then judge one after the other."""
        request, tools, ordinal = self._request, self._tools, len(self._levels)
        started = time.monotonic()
        parent = best_of(self._levels[-1].candidates) if self._levels else None
        said = complaint(parent.verdict) if parent else ""
        step = self._step(parent)
        expert = expert_of(self._engine.info, step.tier, request.adapters)
        tools.on_event(StepStarted(ordinal, step, expert))
        attempt_id = tools.log.start_attempt(self._run_id, ordinal, step, said)
        prompt, sampling = self._prompt(parent, said), self._sampling(ordinal)
        answers = self._engine.generate(
            prompt,
            request.bounds.candidates,
            sampling,
            adapter=str(expert.adapter) if expert.adapter else None,
            cancelled=lambda: self._elapsed > request.bounds.seconds,
        )
        before = best_candidate(self._levels)
        candidates: list[Candidate] = []
        for index, answer in enumerate(answers):
            generation = generation_of(prompt, sampling, answer, self._engine.info, expert)
            rtl, fixes = self._design(prompt.prefill, answer.text)
            verdict = judge(tools.simulator, replace(self._job, rtl=rtl), request.spec.interface)
            kind = "repair" if parent else "fresh"
            candidate = Candidate(index, kind, rtl, fixes, verdict, generation, step.parent)
            tools.log.add_candidate(attempt_id, candidate)
            tools.on_event(CandidateJudged(ordinal, candidate))
            candidates.append(candidate)
        level = Attempt(
            ordinal,
            step,
            tuple(candidates),
            time.monotonic() - started,
            any(before is None or c.merit > before.merit for c in candidates),
            said,
        )
        tools.log.finish_attempt(attempt_id, level)
        self._levels.append(level)
        tools.on_event(AttemptFinished(level))

    def _step(self, parent: Candidate | None) -> Step:
        tier, breadth = self._routed.tier, self._request.bounds.candidates
        if parent is None:
            return Step(StepKind.FIRST, tier, fresh=breadth, reason="the first level")
        return Step(
            StepKind.REPAIR,
            tier,
            fresh=0,
            repairs=breadth,
            parent=parent.rtl_hash,
            reason=f"the best of the level ranks {rank(parent.verdict):g}",
        )

    def _prompt(self, parent: Candidate | None, said: str) -> Prompt:
        """The request, and where there is one the last turn: a design and its messages."""
        asked = generate_prompt(self._request.spec)
        if parent is None:
            return asked
        turn = (
            Message("assistant", f"{FENCE}{parent.rtl.strip()}\n```"),
            Message("user", said),
        )
        return Prompt((*asked.messages, *turn), asked.prefill)

    def _design(self, prefill: str, answer: str) -> tuple[str, tuple[Fix, ...]]:
        interface = self._request.spec.interface
        rtl, slips = extract(prefill + answer, interface, prefill=prefill)
        if not self._fixes:
            return rtl, slips
        rtl, fixes = apply_fixes(rtl, interface)
        return rtl, slips + fixes

    def _sampling(self, ordinal: int) -> Sampling:
        """Seeds and lengths as in `build`: an answer gets what is left of the tokens."""
        asked = self._request.sampling
        left = max(self._request.bounds.tokens - self._tokens, 1)
        return replace(
            asked,
            seed=asked.seed + SEEDS_PER_ATTEMPT * ordinal,
            max_tokens=min(asked.max_tokens, left),
        )

    def _start(self, report: TestbenchReport) -> RunStart:
        request = self._request
        return RunStart.of(
            kind="build",
            spec=request.spec,
            testbench=request.testbench,
            options=request.options,
            expected_tests=report.tests,
            tool_versions=self._tools.simulator.versions(),
            sandbox=self._tools.simulator.sandbox,
            model=self._engine.info,
            limits=request.limits,
            parameters=request.parameters,
        )


def _warnings(verdict: Verdict) -> tuple[Diagnostic, ...]:
    """The compiler's own; the static check, which AutoChip lacks, warns of more."""
    return tuple(d for d in verdict.diagnostics if d.tool == "iverilog" and d.severity == "warning")


def _printed(diagnostics: tuple[Diagnostic, ...]) -> str:
    """Diagnostics as a compiler prints them."""
    return "\n".join(
        f"{DESIGN}:{d.line}: {d.severity}: {d.message}"
        if d.line is not None
        else f"{DESIGN}: {d.severity}: {d.message}"
        for d in diagnostics
    )


def _cut(text: str) -> str:
    """The beginning and the end of a long text: the first error, and the summary."""
    if len(text) <= MAX_OUTPUT:
        return text
    half = MAX_OUTPUT // 2
    return f"{text[:half]}\n...\n{text[-half:]}"
