"""Advice that follows from specification and design together: a test sees the symptom alone.

Small models write an asynchronous reset out of habit; the failing test then shows a wrong value
and not the cause.
"""

from __future__ import annotations

import re

from mevllm.spec import Spec

_NEAR = r"[^.\n]{0,60}"


def _kind(word: str) -> re.Pattern[str]:
    return re.compile(rf"\b{word}(ly)?\b{_NEAR}\breset|\breset{_NEAR}\b{word}\b")


_ASYNCHRONOUS, _SYNCHRONOUS = _kind("asynchronous"), _kind("synchronous")


def reset_advice(rtl: str, spec: Spec) -> str:
    """What to change where the kind of reset is not the specified one; empty where it is."""
    wanted = wanted_reset(rtl, spec)
    if wanted is None:
        return ""
    clock, reset, kind = wanted
    if kind == "synchronous":
        return (
            f"The reset is synchronous: write `always @(posedge {clock})` without any edge of "
            f"`{reset}`, and test `{reset}` inside the block."
        )
    edge = "negedge" if reset.endswith(("n", "_b")) else "posedge"
    return (
        f"The reset is asynchronous: write `always @(posedge {clock} or {edge} {reset})`, and "
        f"test `{reset}` first."
    )


def wanted_reset(rtl: str, spec: Spec) -> tuple[str, str, str] | None:
    """Clock, reset and the kind that the specification names, where the design has the other.

    The kind is `synchronous` or `asynchronous`; None where the specification names both or none.
    """
    clock, reset = spec.interface.clock, spec.interface.reset
    if clock is None or reset is None:
        return None
    text = spec.text.lower()
    asynchronous, synchronous = _ASYNCHRONOUS.search(text), _SYNCHRONOUS.search(text)
    edges = re.findall(r"@\s*\(([^)]*edge[^)]*)\)", rtl)
    listed = any(re.search(rf"edge\s+{re.escape(reset)}\b", edge) for edge in edges)
    if synchronous and not asynchronous and listed:
        return clock, reset, "synchronous"
    if asynchronous and not synchronous and edges and not listed:
        return clock, reset, "asynchronous"
    return None
