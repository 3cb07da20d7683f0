"""What a specification shows without a model: telling words, and its shape in numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mevllm.spec import Port, Spec
from mevllm.tiers import Tier

SIGNS: Mapping[Tier, tuple[tuple[str, str], ...]] = {
    Tier.BASIC: (
        (
            "gates or wiring",
            r"\b(n?and|n?or|xn?or|not|logic)\b.{0,12}\bgates?\b|\bwir(es?|ing)\b",
        ),
        ("a boolean function", r"\btruth table|karnaugh|boolean|majority|parity\b"),
        ("constants", r"\balways (outputs?|drives?) (a )?(logic )?(0|1|low|high)\b"),
    ),
    Tier.INTERMEDIATE: (
        ("selection", r"\bmultiplexe[rd]|\bmux|\bdecoder|\b(priority )?encoder"),
        ("arithmetic", r"\badd(er|ition|s)?\b|\bsubtract|\bcompar(e|ator)|\bsaturat|\bsigned\b"),
        ("a counter or register", r"\bcount(er|s)?\b|\bregister\b|\bflip-?flops?\b"),
    ),
    Tier.ADVANCED: (
        ("a state machine", r"\bstate (machine|table)|\bfsm\b|\bmoore\b|\bmealy\b|\bnext[- ]state"),
        ("shifting state", r"\bshift register|\blfsr\b|\bshifts?\b"),
        ("time kept in cycles", r"\btimer|\bdebounc|\btimeout|\bpulse\b|\bbounc"),
        ("storage", r"\bmemory|\bram\b|\bregister file|\brom\b"),
        ("a sequence", r"\bsequence (detector|recogni)|\bdetects? the (sequence|pattern)"),
    ),
    Tier.EXPERT: (
        ("queueing", r"\bfifo|\bqueue\b|\bgray\b"),
        ("arbitration", r"\barbit|\bround[- ]robin\b|\bgrant"),
        (
            "a serial protocol",
            r"\buart\b|\bspi\b|\bi2c\b|\bbaud|\bstart bit|\bserial (protocol|port)",
        ),
        ("a pipeline", r"\bpipelin|\bstall|\bforward(ing)?\b"),
        ("a datapath with control", r"\bprocessor|\bcpu\b|\balu\b|\binstruction|\bopcode"),
        ("several clock domains", r"\basynchronous fifo|\bclock domain|\btwo clocks\b"),
    ),
}
"""Per tier: what in a specification's words speaks for it, as (name, pattern)."""

UNSTATED = 8
"""Bits of a port whose width depends on parameters."""
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
"""A listing in a specification's text: no prose."""


def signs(spec: Spec, tier: Tier) -> list[str]:
    """The names of what speaks for the tier in the specification's prose."""
    prose = FENCED.sub("", spec.text).lower()
    return [name for name, pattern in SIGNS[tier] if re.search(pattern, prose)]


def all_signs(spec: Spec) -> list[str]:
    """What speaks for any tier, the highest tier's first."""
    return [found for tier in reversed(Tier) for found in signs(spec, tier)]


def shape(spec: Spec) -> str:
    """Ports, bits, clock: `5 ports, 9 bits in, 8 out, clocked, 1 parameters`.

    A width that depends on parameters counts as eight bits. How long the text is, is not said: the
    same design is told in a sentence or on a page.
    """
    interface = spec.interface
    inward = sum(_bits(port) for port in interface.ports if port.direction == "input")
    outward = sum(_bits(port) for port in interface.ports if port.direction != "input")
    return ", ".join(
        [
            f"{len(interface.ports)} ports",
            f"{inward} bits in",
            f"{outward} out",
            "clocked" if interface.clock else "no clock",
            *([f"{len(interface.parameters)} parameters"] if interface.parameters else []),
        ]
    )


def _bits(port: Port) -> int:
    width = port.width
    return width if isinstance(width, int) else UNSTATED
