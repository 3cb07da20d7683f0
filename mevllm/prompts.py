"""Prompts, from the templates in `prompts/`.

Every prompt to the base and its experts opens with the same system turn and the specification, so
that an engine which keeps a prompt's prefix in its cache reads a specification once. The trained
classifier, a model of its own, reads nothing but the specification.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from string import Template

from mevllm.engines.base import Message, Prompt
from mevllm.spec import Spec
from mevllm.spec_signs import FENCED, all_signs, shape

FENCE = "```verilog\n"


def generate_prompt(spec: Spec) -> Prompt:
    """Ask for a design; the answer continues from the module header."""
    return Prompt((_system(), _request(spec)), _prefill(spec))


def repair_prompt(spec: Spec, rtl: str, feedback: str) -> Prompt:
    """Ask for a corrected design, given the failing one and what was wrong with it."""
    complaint = _fill("repair", module=spec.interface.module, feedback=feedback.strip())
    return Prompt(
        (
            _system(),
            _request(spec),
            Message("assistant", f"{FENCE}{rtl.strip()}\n```"),
            Message("user", complaint),
        ),
        _prefill(spec),
    )


def classify_prompt(spec: Spec, features: str) -> Prompt:
    """Ask for the complexity tier; the answer continues with a space and the name of a tier."""
    question = Message("user", _specification(spec) + _fill("classify"))
    return Prompt((_system(), question), _fill("tier", features=features))


ROUTED = 520
"""Characters of a specification's text that the classifier reads: with what stands before them
about 180 tokens, which two cores read in 0.4 seconds."""


def route_prompt(spec: Spec, read: int = ROUTED) -> Prompt:
    """What the trained classifier reads; the answer continues with a space and a tier's name.

    No question stands in it, since the classifier knows no other. First comes what the whole
    specification shows without a model, then the beginning of the text. Spaces are squeezed and
    what is fenced off comes last, so that the limit of `read` characters cuts listings before it
    cuts prose.
    """
    text = "\n\n".join(filter(None, (_front_matter(spec), spec.text)))
    prose, fenced = FENCED.sub(" ", text), FENCED.findall(text)
    squeezed = " ".join(" ".join([spec.interface.module, prose, *fenced]).split())
    known = "; ".join([shape(spec), *all_signs(spec)])
    return Prompt((Message("user", f"[{known}] {squeezed[:read]}"),), "tier:")


def _system() -> Message:
    return Message("system", _fill("system"))


def _specification(spec: Spec) -> str:
    text = "\n\n".join(filter(None, (_front_matter(spec), spec.text.strip())))
    return _fill("specification", module=spec.interface.module, specification=text) + "\n\n"


def _front_matter(spec: Spec) -> str:
    """The described ports and parameters of a front matter, which is not part of the text."""
    if not any(source.startswith("front matter") for source in spec.interface_sources):
        return ""
    interface = spec.interface
    lines = [f"- parameter {p.name}: {p.description}" for p in interface.parameters]
    lines += [f"- {port.direction} {port.name}: {port.description}" for port in interface.ports]
    return "\n".join(line for line in lines if not line.endswith(": "))


def _request(spec: Spec) -> Message:
    return Message("user", _specification(spec) + _fill("generate", module=spec.interface.module))


def _prefill(spec: Spec) -> str:
    return f"{FENCE}{spec.interface.header()}\n"


def _fill(name: str, **values: str) -> str:
    return _template(name).substitute(values).strip()


@cache
def _template(name: str) -> Template:
    return Template((files("mevllm") / "prompts" / f"{name}.txt").read_text(encoding="utf-8"))
