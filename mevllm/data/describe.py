"""Specifications by a language model: of harvested modules, and in other words.

A model's text is used only where it can be checked: a description must read as the module's own
interface; a paraphrase must keep every name and number, and then be as solvable as the original.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cache, partial
from importlib.resources import files
from string import Template
from typing import Protocol

from mevllm.data import wording
from mevllm.data.overlap import digests
from mevllm.engines.base import Engine, Message, Prompt, Sampling
from mevllm.errors import SpecError
from mevllm.prompts import generate_prompt
from mevllm.spec import Interface, parse_spec

MAX_COPIED = 0.25
"""Largest share of a description's eight-word runs that may be the code's own."""
MIN_WORDS = 25
"""A shorter description says too little for any design."""
MAX_LIKENESS = 0.92
"""Likeness (difflib ratio, 0 to 1) above which a paraphrase is the original again."""

_SYSTEM = "You are an expert hardware engineer who writes clear, exact specifications."
_DESCRIBING = Sampling(temperature=0.5, top_p=0.95, max_tokens=600, stop=("```",))
_REWRITING = Sampling(temperature=0.8, top_p=0.95, max_tokens=400, stop=("```",))
_SOLVING = Sampling()


class Described(Protocol):
    """What a description is made from; a harvested module is one."""

    @property
    def interface(self) -> Interface: ...
    @property
    def commented(self) -> str: ...
    @property
    def readme(self) -> str: ...


@dataclass(frozen=True)
class Text:
    """What a model wrote, or the reasons why none of its attempts is used."""

    text: str
    """Empty where none passed the checks."""
    seed: int
    """Of the attempt that is used; of the last one where none is."""
    problems: tuple[str, ...] = ()
    """One per failed attempt."""


@dataclass(frozen=True)
class Candidate:
    """An answer to a specification, for a judge."""

    prefill: str
    """What the answer continues: a fence and the module header."""
    continuation: str
    """What the model wrote."""
    seed: int

    @property
    def answer(self) -> str:
        """The whole answer, prefill included."""
        return self.prefill + self.continuation


Judge = Callable[[Sequence[Candidate]], Sequence[bool]]
"""Tells which candidates pass the design's checker."""


@dataclass(frozen=True)
class RoundTrip:
    """How often answers to a specification and to its paraphrase pass."""

    original: int
    paraphrase: int
    samples: int
    """Answers to each."""

    @property
    def kept(self) -> bool:
        """Whether the paraphrase says as much as can be told: some answer passed, and no fewer
        than to the original."""
        return self.paraphrase > 0 and self.paraphrase >= self.original


def describe(
    module: Described,
    engine: Engine,
    seed: int,
    *,
    attempts: int = 3,
    sampling: Sampling = _DESCRIBING,
    adapter: str | None = None,
) -> Text:
    """A specification of a module. Attempt i is drawn with `seed + i`; the first good one counts.

    It begins with the module's name and ports, which are known; the model continues with the
    behaviour. Raises EngineError where the engine cannot answer.
    """
    interface = module.interface
    head = ports_listed(interface)
    readme = f"\nFrom the README of its project:\n{module.readme.strip()}\n" * bool(module.readme)
    question = _fill(
        "describe", module=interface.module, verilog=module.commented.strip(), readme=readme
    )
    prompt = Prompt((Message("system", _SYSTEM), Message("user", question)), f"{head}\n\n")
    problems: list[str] = []
    for attempt in range(attempts):
        (answer,) = engine.generate(
            prompt, 1, _with_seed(sampling, seed + attempt), adapter=adapter
        )
        told = answer.text.removesuffix("```").strip()
        text = f"{head}\n\n{told}"
        problem = "it was cut off" if answer.finish != "stop" else _unfit(told, text, module)
        if not problem:
            return Text(text, seed + attempt, tuple(problems))
        problems.append(problem)
    return Text("", seed + attempts - 1, tuple(problems))


def ports_listed(interface: Interface) -> str:
    """The module's name, parameters and ports, as a specification lists them."""
    lines = [f"Module name: `{interface.module}`", ""]
    if interface.parameters:
        lines += ["Parameters:", *(f"- {p.name} = {p.default}" for p in interface.parameters), ""]
    lines.append("Ports:")
    for port in interface.ports:
        span = f" [{port.msb}:{port.lsb}]" if port.vector else ""
        sign = " signed" if port.signed else ""
        lines.append(f"- {port.direction}{sign}{span} {port.name}")
    return "\n".join([*lines, "", "Behaviour:"])


def _unfit(told: str, text: str, module: Described) -> str:
    """Why a description cannot be used; empty where it can."""
    if len(told.split()) < MIN_WORDS:
        return "it is too short"
    if re.search(r"^\s*(?:module|endmodule|always)\b|^\s*assign\b.*;", told, re.MULTILINE):
        return "it holds code"
    own = digests(told)
    if own and len(own & digests(module.commented)) / len(own) > MAX_COPIED:
        return "it copies the code"
    silent = [
        p.name
        for p in module.interface.ports
        if p.direction == "output" and not re.search(rf"\b{re.escape(p.name)}\b", told)
    ]
    if silent:
        return f"it says nothing of the output {silent[0]}"
    return _other_interface(text, module.interface)


def _other_interface(text: str, wanted: Interface) -> str:
    """What is wrong with the interface that a text reads as; empty where it is the wanted one."""
    try:
        read = parse_spec(text).interface
    except SpecError as error:
        return f"its interface cannot be read: {error}"
    if read.header() != wanted.header():
        return "it reads as another interface"
    return ""


def paraphrase(
    text: str,
    engine: Engine,
    seed: int,
    *,
    attempts: int = 3,
    sampling: Sampling = _REWRITING,
    adapter: str | None = None,
) -> Text:
    """A specification in other words: its prose is rewritten; lists, tables, code stay.

    Attempt i at the n-th passage of prose, from 0, is drawn with `seed + 100 n + i`. A passage
    whose attempts all lose a fact stays as it was; a text in which nothing could be rewritten is
    not used. Raises EngineError where the engine cannot answer, SpecError for a text that is no
    specification.
    """
    interface = parse_spec(text).interface
    problems: list[str] = []
    pieces: list[str] = []
    changed = False
    number = -1
    for passage in wording.passages(text):
        best = passage.text
        number += passage.prose
        for attempt in range(attempts if passage.prose else 0):
            said, problem = _rewritten(
                passage, interface, engine, seed + 100 * number + attempt, sampling, adapter
            )
            if problem:
                problems.append(problem)
                continue
            best, changed = passage.like(said), True
            break
        pieces.append(best)
    result = "".join(pieces)
    if not changed:
        return Text("", seed, tuple(problems) or ("there is no prose to rewrite",))
    if problem := _other_interface(result, interface):
        return Text("", seed, (*problems, problem))
    return Text(result, seed, tuple(problems))


def _rewritten(
    passage: wording.Passage,
    interface: Interface,
    engine: Engine,
    seed: int,
    sampling: Sampling,
    adapter: str | None,
) -> tuple[str, str]:
    """A passage in other words, and why it cannot be used."""
    question = _fill("paraphrase", text=passage.plain)
    prompt = Prompt((Message("system", _SYSTEM), Message("user", question)))
    (answer,) = engine.generate(prompt, 1, _with_seed(sampling, seed), adapter=adapter)
    said = " ".join(answer.text.removesuffix("```").split())
    if answer.finish != "stop":
        return said, "it was cut off"
    names = [p.name for p in interface.ports]
    if lost := wording.lost(passage.plain, said, names):
        return said, lost
    likeness = SequenceMatcher(None, passage.plain, said, autojunk=False).ratio()
    return said, "it is the original again" if likeness > MAX_LIKENESS else ""


def round_trip(
    original: str,
    rewritten: str,
    engine: Engine,
    judge: Judge,
    *,
    samples: int = 4,
    seed: int = 0,
    sampling: Sampling = _SOLVING,
    adapter: str | None = None,
    passed: int | None = None,
) -> RoundTrip:
    """Sample answers to a specification and to its paraphrase, and have them judged.

    Both are asked with the same seeds. `passed` spares the samples of the original where it is
    known how many of so many pass. Raises EngineError, SpecError, and whatever the judge raises.
    """
    ask = partial(
        solved,
        engine=engine,
        judge=judge,
        samples=samples,
        seed=seed,
        sampling=sampling,
        adapter=adapter,
    )
    return RoundTrip(ask(original) if passed is None else passed, ask(rewritten), samples)


def solved(
    text: str,
    engine: Engine,
    judge: Judge,
    *,
    samples: int,
    seed: int,
    sampling: Sampling = _SOLVING,
    adapter: str | None = None,
) -> int:
    """How many of `samples` answers to a specification pass its judge.

    Raises EngineError, SpecError, and whatever the judge raises.
    """
    prompt = generate_prompt(parse_spec(text))
    answers = engine.generate(prompt, samples, _with_seed(sampling, seed), adapter=adapter)
    return sum(judge([Candidate(prompt.prefill, a.text, a.seed) for a in answers]))


def _with_seed(sampling: Sampling, seed: int) -> Sampling:
    return replace(sampling, seed=seed)


def _fill(name: str, **values: str) -> str:
    return _template(name).substitute(values).strip()


@cache
def _template(name: str) -> Template:
    return Template((files("mevllm") / "prompts" / f"{name}.txt").read_text(encoding="utf-8"))
