"""Tiers from measured complexity by the rubric of docs/tiers.md; agreement with intended tiers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mevllm.data.design import Design
from mevllm.data.features import Features, measure
from mevllm.data.syntax import Written
from mevllm.errors import MevllmError
from mevllm.tiers import Tier

SMALL_FUNCTION = 24
"""Most cells of a basic design: a truth table of four variables has up to 21."""
SIMPLE_NEXT_STATE = 5
"""Most cells of an intermediate design with storage: a counter with enable and reset."""
COMPOSED_CELLS = 16
"""Cells from which registers that work together are a composition."""
COMPOSED_SHIFTER = 10
"""The same for a shift register with a register that controls it."""
COMPOSED_MACHINE = 12
"""The same for a state machine with arithmetic."""
LARGE = 28
"""Cells from which any design with storage is one."""


@dataclass(frozen=True)
class Label:
    """A tier and the finding that decided it."""

    tier: Tier
    reason: str


def tier_of(features: Features) -> Tier:
    """The tier that the rubric gives. Raises MevllmError for text that could not be read."""
    return explain(features).tier


def explain(features: Features) -> Label:
    """The tier and the first rule that applies. Raises MevllmError as `tier_of` does."""
    if features.written is None:
        raise MevllmError(
            f"{features.name} cannot be labelled: {'; '.join(features.problems)}; correct the "
            "Verilog or leave it out"
        )
    if features.netlist is None and features.dataflow is None:
        return _by_text(features.written)
    stored = features.ff_bits + features.memory_bits
    return _sequential(features) if stored else _combinational(features)


def _combinational(f: Features) -> Label:
    if f.arithmetic:
        return Label(Tier.INTERMEDIATE, f"no storage, {f.arithmetic} arithmetic cells")
    if f.choice_bits > 1:
        return Label(Tier.INTERMEDIATE, f"no storage, chooses between {f.choice_bits}-bit words")
    if f.cells > SMALL_FUNCTION:
        return Label(Tier.INTERMEDIATE, f"no storage, {f.cells} cells")
    return Label(Tier.BASIC, f"no storage, no arithmetic, {f.cells} cells")


def _sequential(f: Features) -> Label:
    together = max(f.coupled, f.registers - 2)
    if f.memory_bits and (f.registers > 1 or f.arithmetic):
        return Label(Tier.EXPERT, f"{f.memory_bits} bits of memory with {f.registers} registers")
    if f.multipliers:
        return Label(Tier.EXPERT, "multiplies or divides, with storage")
    if together > 0 and f.cells >= COMPOSED_CELLS:
        return Label(Tier.EXPERT, f"{f.registers} registers that work together, {f.cells} cells")
    if f.shifting and f.coupled and f.cells >= COMPOSED_SHIFTER:
        return Label(Tier.EXPERT, f"a shift register with its control, {f.cells} cells")
    if f.states and f.arithmetic and f.cells >= COMPOSED_MACHINE:
        return Label(Tier.EXPERT, f"{f.states} states with arithmetic, {f.cells} cells")
    if f.cells >= LARGE:
        return Label(Tier.EXPERT, f"storage, {f.cells} cells")
    if f.memory_bits:
        return Label(Tier.ADVANCED, f"{f.memory_bits} bits of memory")
    if f.states:
        return Label(Tier.ADVANCED, f"a state machine of {f.states} states")
    if f.shifting:
        return Label(Tier.ADVANCED, "a register that shifts")
    if f.registers > 1:
        return Label(Tier.ADVANCED, f"{f.registers} registers")
    if f.cells > SIMPLE_NEXT_STATE:
        return Label(Tier.ADVANCED, f"one register, {f.cells} cells")
    return Label(Tier.INTERMEDIATE, f"one register, {f.cells} cells")


def _by_text(written: Written) -> Label:
    """For text that neither yosys nor pyverilog could read: the plainest guess."""
    if written.clocked_blocks > 2 or (written.clocked_blocks and written.instances):
        return Label(Tier.EXPERT, f"as written: {written.clocked_blocks} clocked blocks")
    if written.clocked_blocks:
        return Label(Tier.ADVANCED, f"as written: {written.clocked_blocks} clocked blocks")
    if written.always_blocks or written.instances:
        return Label(Tier.INTERMEDIATE, "as written: procedural blocks or instances, no clock")
    return Label(Tier.BASIC, "as written: assignments only")


@dataclass(frozen=True)
class Agreement:
    """How measured tiers agree with intended ones."""

    matrix: Mapping[tuple[Tier, Tier], int]
    """Designs by intended and measured tier."""
    families: Mapping[str, Mapping[Tier, int]]
    """Per family, how many of its designs have which measured tier."""
    unread: tuple[str, ...] = ()
    """Designs that could not be measured, and why."""

    @property
    def exact(self) -> float:
        """Share of designs whose tiers are equal, 0 to 1."""
        return self._share(0)

    @property
    def within_one(self) -> float:
        """Share of designs whose tiers are equal or neighbours, 0 to 1."""
        return self._share(1)

    def _share(self, distance: int) -> float:
        near = sum(n for (a, b), n in self.matrix.items() if abs(a.rank - b.rank) <= distance)
        return near / max(1, sum(self.matrix.values()))

    def table(self) -> str:
        """The matrix as a Markdown table, a row for each intended tier."""
        tiers = list(Tier)
        rows = [f"| intended \\ measured | {' | '.join(map(str, tiers))} |", "|---" * 5 + "|"]
        for intended in tiers:
            counts = (str(self.matrix.get((intended, measured), 0)) for measured in tiers)
            rows.append(f"| {intended} | {' | '.join(counts)} |")
        return "\n".join(rows)


def agreement(designs: Sequence[Design], *, jobs: int = 1) -> Agreement:
    """Label designs by their references and compare with the tiers of their families."""
    texts = [(f"{d.family}/{d.seed}", d.reference) for d in designs]
    matrix: Counter[tuple[Tier, Tier]] = Counter()
    families: dict[str, Counter[Tier]] = {}
    unread: list[str] = []
    for design, features in zip(designs, measure(texts, jobs=jobs), strict=True):
        if features.written is None:
            unread.append(f"{features.name}: {'; '.join(features.problems)}")
            continue
        tier = tier_of(features)
        matrix[design.tier, tier] += 1
        families.setdefault(design.family, Counter())[tier] += 1
    return Agreement(matrix, families, tuple(unread))
