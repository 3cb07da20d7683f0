"""Testbench strength in words, line by line, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from agent.strength import Strength, Survivor


def strength_lines(strength: Strength) -> Iterator[tuple[str, str]]:
    """Lines with their styles: the count, each mutant not noticed, what was left out."""
    missed = strength.tried - strength.noticed
    if not strength.tried:
        yield "strength: the design has no mutant that could be tried", "yellow"
    else:
        words = f"strength: the testbench notices {strength.noticed} of {strength.tried} mutants"
        yield f"{words}  ({strength.seconds:.1f} s)", "yellow" if missed else "green"
    yield from _survivors("not noticed, and they behave otherwise:", strength.gaps)
    same = tuple(s for s in strength.survivors if s.differs is False)
    yield from _survivors(
        "not noticed; random inputs showed no difference, they may be the same design:", same
    )
    unknown = tuple(s for s in strength.survivors if s.differs is None)
    yield from _survivors("not noticed; not compared with the design:", unknown)
    if left := _left_out(strength):
        yield f"  left out: {left}", "dim"


def _survivors(heading: str, survivors: tuple[Survivor, ...]) -> Iterator[tuple[str, str]]:
    if survivors:
        yield f"  {heading}", ""
    for found in survivors:
        yield f"    line {found.line}: {found.change}", ""
        yield f"      - {found.before}", "red"
        yield f"      + {found.after}", "green"


def _left_out(strength: Strength) -> str:
    drawn = strength.tried + strength.equal + strength.unusable
    parts = [
        f"{strength.equal} that compile to the same simulation" if strength.equal else "",
        f"{strength.unusable} that do not compile" if strength.unusable else "",
        f"{strength.possible - drawn} of {strength.possible} not drawn"
        if strength.possible > drawn
        else "",
        strength.stopped,
    ]
    return "; ".join(filter(None, parts))
