"""Repairs that decode only what changes: drafts from the text so far, edit blocks, mending.

Broken variants of the sixteen designs are judged, in an order that is drawn once, and the expert of
the design's tier is asked, at temperature 0, to repair each: decoding the whole design, and the
same with drafts; and the base, which has not learnt to answer with designs alone, for an answer
that names only the lines to exchange; until SECONDS are over. Mending, which the loop tries before
it asks, decodes nothing; what it leaves is decoded whole. `python -m benchmarks
repair_decoding [--quick]` prints the rows. Nothing else should run meanwhile.
"""

from __future__ import annotations

import random
import re
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path

from agent.attempts import Candidate
from agent.evaluate.own import load_testbenches
from agent.extract import extract
from agent.fixes import apply_fixes
from agent.judge import Judge
from agent.toolchain.base import Job, Simulator
from agent.toolchain.simulators import open_simulator
from agent.toolchain.testbench import load_testbench
from benchmarks.harness import Measured, Scale
from mevllm.engines.base import Message, Prompt
from mevllm.engines.llamacpp_server import LlamaServer
from mevllm.experts import all_adapters, resolve_expert
from mevllm.lora_gguf import gguf_of
from mevllm.prompts import repair_prompt
from mevllm.spec import Spec, load_spec
from mevllm.tiers import Tier
from mevllm.weights import resolve

DESIGNS = Path(__file__).resolve().parent.parent / "testbenches"
DRAFTS = (16,)
MAX_TOKENS = 400
EDIT_TOKENS = 200
SECONDS = 420.0
"""After which no further design is begun; each takes up to a minute."""
EDIT = """This design is not correct yet.

{feedback}

Do not write the design again. For each place that must change, write the wrong lines and the \
lines that replace them, in this form and nothing else:

<<<<<<< SEARCH
lines of the design, exactly as they stand
=======
the corrected lines
>>>>>>> REPLACE
"""
_BLOCK = re.compile(r"<{5,} SEARCH\n(.*?)\n?={5,}\n(.*?)\n?>{5,} REPLACE", re.DOTALL)


@dataclass(frozen=True)
class Case:
    """One broken design and what is told about it."""

    name: str
    spec: Spec
    broken: Candidate
    feedback: str
    judge: Judge
    adapter: Path | None
    """Of the expert of its tier; None where the package has none for the base."""


@dataclass(frozen=True)
class Answered:
    """One repair."""

    text: str
    tokens: int
    seconds: float
    """Of decoding; the prompt is read before."""
    drafted: int
    accepted: int


def measure(scale: Scale) -> list[Measured]:
    """All rows. A quick scale takes the small base and two designs."""
    base = "smollm2-135m" if scale.quick else "qwen2.5-coder-1.5b"
    model, adapters = resolve(base), all_adapters(base)
    converted = [gguf_of(adapter, model) for adapter in adapters]
    limit = 64 if scale.quick else MAX_TOKENS
    whole: list[Answered] = []
    edits: list[Answered] = []
    mended: list[tuple[bool, float]] = []
    drafted: dict[int, list[Answered]] = {draft: [] for draft in DRAFTS}
    cases: list[Case] = []
    with ExitStack() as stack:
        simulator = stack.enter_context(closing(open_simulator(allow_unsandboxed=True)))
        plain, *drafting = [
            stack.enter_context(closing(LlamaServer(model, converted, 1, 4096, None, draft)))
            for draft in (0, *DRAFTS)
        ]
        deadline = time.monotonic() + SECONDS
        for case in _cases(simulator, base, 2 if scale.quick else None):
            cases.append(case)
            mended.append(_mend(case))
            prompt = repair_prompt(case.spec, case.broken.rtl, case.feedback)
            expert = None if case.adapter is None else adapters.index(case.adapter)
            whole.append(_ask(plain, prompt, limit, expert))
            edits.append(_ask(plain, _edit_prompt(prompt, case), min(limit, EDIT_TOKENS), None, ()))
            for draft, server in zip(DRAFTS, drafting, strict=True):
                drafted[draft].append(_ask(server, prompt, limit, expert))
            if time.monotonic() > deadline:
                break
        rows = [row for draft in DRAFTS for row in _drafts(draft, cases, whole, drafted[draft])]
        return [*rows, *_edits(cases, whole, edits), *_mending(whole, mended)]


def _drafts(
    draft: int, cases: Sequence[Case], whole: Sequence[Answered], drafted: Sequence[Answered]
) -> Iterator[Measured]:
    ratios = [a.seconds / b.seconds for a, b in zip(whole, drafted, strict=True)]
    offered, taken = (sum(getattr(a, name) for a in drafted) for name in ("drafted", "accepted"))
    rate = sum(a.tokens for a in drafted) / sum(a.seconds for a in drafted)
    share = taken / sum(a.tokens for a in drafted)
    note = (
        f"{taken} of {offered} drafted tokens accepted, {share:.0%} of all; {rate:.1f} tokens/s, "
        f"slowest {min(ratios):.2f} x, fastest {max(ratios):.2f} x"
    )
    yield Measured(
        f"repair with drafts of {draft}", statistics.median(ratios), "x", 2.5, aside=note
    )
    same = sum(a.text == b.text for a, b in zip(whole, drafted, strict=True))
    agree = sum(
        a.text == b.text or _verdict(c, a.text) == _verdict(c, b.text)
        for c, a, b in zip(cases, whole, drafted, strict=True)
    )
    yield Measured(
        f"same verdicts with drafts of {draft}", agree / len(cases), "share", 1.0,
        aside=f"{same} of {len(cases)} texts are the same",
    )  # fmt: skip


def _edits(
    cases: Sequence[Case], whole: Sequence[Answered], edits: Sequence[Answered]
) -> Iterator[Measured]:
    """An answer that cannot be applied costs its own time and that of the whole design after it."""
    applied = [_applied(c.broken.rtl, e.text) for c, e in zip(cases, edits, strict=True)]
    ratios = [
        w.seconds / (e.seconds + (0 if rtl else w.seconds))
        for w, e, rtl in zip(whole, edits, applied, strict=True)
    ]
    usable = sum(rtl is not None for rtl in applied)
    note = f"{usable} of {len(cases)} answers could be applied; the others fall back to the whole"
    yield Measured("repair with edit blocks", statistics.median(ratios), "x", 2.5, aside=note)
    passed = [
        c.judge.given(rtl).verdict.passed for c, rtl in zip(cases, applied, strict=True) if rtl
    ]
    plain = [_verdict(c, w.text) for c, w in zip(cases, whole, strict=True)]
    solved = sum(outcome == "passed" for outcome, _ in plain)
    yield Measured(
        "broken designs repaired by edit blocks", sum(passed), "designs",
        aside=f"{solved} by whole designs, of {len(cases)}",
    )  # fmt: skip


def _mending(whole: Sequence[Answered], mended: Sequence[tuple[bool, float]]) -> Iterator[Measured]:
    """A design that mending leaves costs its own time and that of the whole design after it."""
    ratios = [
        w.seconds / (seconds + (0 if passed else w.seconds))
        for w, (passed, seconds) in zip(whole, mended, strict=True)
    ]
    spent = statistics.median(seconds for _, seconds in mended)
    solved = sum(passed for passed, _ in mended)
    note = f"{solved} of {len(mended)} mended; {spent:.1f} s, the others fall back to the whole"
    yield Measured("repair by mending", statistics.median(ratios), "x", 2.5, aside=note)


def _mend(case: Case) -> tuple[bool, float]:
    """Whether mending makes the design pass, and the seconds it took."""
    started = time.monotonic()
    found = case.judge.mended(case.broken, lambda: False)
    return found is not None, time.monotonic() - started


def _cases(simulator: Simulator, base: str, limit: int | None) -> Iterator[Case]:
    """A broken variant of each design, in an order that is always the same."""
    rng = random.Random(0)  # noqa: S311
    problems = {problem.id: problem for problem in load_testbenches(DESIGNS, "testbenches")}
    for name in rng.sample(sorted(problems), len(problems))[:limit]:
        folder = DESIGNS / name
        spec = load_spec(folder / "spec.md")
        job = Job("", spec.interface.module, load_testbench(folder / f"tb_{name}.py"))
        judge = Judge(simulator, spec, job)
        candidate = judge.given(rng.choice(sorted(folder.glob("broken_*.v"))).read_text())
        if not candidate.verdict.passed:
            expert = resolve_expert(problems[name].tier or Tier.BASIC, base)
            complaint = judge.complaint(candidate)
            yield Case(name, spec, candidate, complaint, judge, expert.adapter)


def _ask(
    server: LlamaServer,
    prompt: Prompt,
    limit: int,
    adapter: int | None,
    stop: Sequence[str] = ("endmodule",),
) -> Answered:
    """One answer, timed with the prompt in the cache."""
    tokens = server.tokens_of(prompt)
    lora = [] if adapter is None else [{"id": adapter, "scale": 1.0}]
    body = {"prompt": tokens, "id_slot": 0, "cache_prompt": True, "temperature": 0.0, "lora": lora}
    server.ask({**body, "max_tokens": 0})
    started = time.monotonic()
    said = server.ask({**body, "max_tokens": limit, "stop": list(stop)})
    seconds = time.monotonic() - started
    timings, choice = said["timings"], said["choices"][0]
    text = choice["text"] + ("endmodule" if choice["finish_reason"] == "stop" and stop else "")
    return Answered(
        prompt.prefill + text,
        int(timings["predicted_n"]),
        seconds,
        int(timings.get("draft_n", 0)),
        int(timings.get("draft_n_accepted", 0)),
    )


def _verdict(case: Case, text: str) -> tuple[str, float]:
    rtl, _ = extract(text, case.spec.interface)
    rtl, _ = apply_fixes(rtl, case.spec.interface)
    verdict = case.judge.given(rtl).verdict
    return str(verdict.outcome), round(verdict.score, 6)


def _edit_prompt(prompt: Prompt, case: Case) -> Prompt:
    request = Message("user", EDIT.format(feedback=case.feedback))
    return replace(prompt, messages=(*prompt.messages[:-1], request), prefill="<<<<<<< SEARCH\n")


def _applied(rtl: str, answer: str) -> str | None:
    """The design with its edits; None where a block is missing, or names no line exactly once."""
    blocks = _BLOCK.findall(answer)
    for wrong, right in blocks:
        if not wrong.strip() or rtl.count(wrong) != 1:
            return None
        rtl = rtl.replace(wrong, right)
    return rtl if blocks else None
