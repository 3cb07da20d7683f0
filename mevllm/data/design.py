"""What a design family yields: a reference design, the facts its specifications say, and stimulus.

A family writes only the body of the module; the header always comes from the interface, which is
how the experts meet it: they continue from `Interface.header()`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mevllm.spec import Interface, Port
from mevllm.tiers import Tier

if TYPE_CHECKING:
    from mevllm.data.draw import Draw

Edge = Literal["posedge", "negedge"]
ExhibitKind = Literal[
    "truth table",
    "karnaugh map",
    "state table",
    "state diagram",
    "equations",
    "waveform",
    "memory map",
    "worked example",
]


@dataclass(frozen=True)
class Exhibit:
    """A table, diagram or list that says what the design does."""

    kind: ExhibitKind
    intro: str
    """Sentences that, with `text`, suffice to build the design: encoding, reset, edge included."""
    text: str
    """The exhibit itself, plain text or a Markdown table, without a fence."""


@dataclass(frozen=True)
class Description:
    """The behaviour in words, in several lengths; each of them suffices to build the design."""

    title: str
    """A noun phrase without article or full stop: `8-bit up-down counter with synchronous load`."""
    terse: str
    """One to three short sentences, as a comment above a module says it."""
    prose: str
    """One or two paragraphs, as a textbook exercise says it."""
    points: tuple[str, ...]
    """The behaviour as separate sentences, as a data sheet lists it."""
    exhibits: tuple[Exhibit, ...] = ()


@dataclass(frozen=True)
class Stimulus:
    """What the checker applies: one row of input values per step, in the order of `inputs`.

    With a clock, a step is one period: the row is applied after the inactive edge, the outputs
    are sampled before and after the active edge. Without one, a step is a change of the inputs
    and one sample; designs with several clocks toggle them in the rows.
    """

    inputs: tuple[str, ...]
    """Every input port but the clock."""
    rows: tuple[tuple[int, ...], ...]
    clock: str | None = None
    edge: Edge = "posedge"


@dataclass(frozen=True)
class Design:
    """One draw from a family."""

    family: str
    tier: Tier
    """The tier that the family is meant for."""
    seed: int
    choices: tuple[tuple[str, str], ...]
    """What was drawn and decides the behaviour (widths, tables, reset style), not the names: two
    designs of a family with equal choices are the same circuit, and stay in the same split."""
    interface: Interface
    body: str
    """The Verilog between the module header and `endmodule`."""
    description: Description
    stimulus: Stimulus
    helpers: str = ""
    """Further modules that the body instantiates, as Verilog after `endmodule`."""
    told: tuple[str, ...] = ()
    """The behaviour as people tell it: in a sentence that leans on the terms of the field, by what
    it is for, by remarks and examples; each suffices to build the design."""

    @property
    def reference(self) -> str:
        """The whole reference design."""
        tail = f"\n{self.helpers.strip()}\n" if self.helpers.strip() else ""
        return f"{self.interface.header()}\n{self.body.strip(chr(10))}\nendmodule\n{tail}"


@dataclass(frozen=True)
class Family:
    """A parametric family of designs."""

    name: str
    tier: Tier
    make: Callable[[Draw], Design]
    """Draws one design; the same draw gives the same design."""
    held_out: bool = False
    """Never trained on: measures what the experts do with designs of an unseen kind."""


def bits_of(port: Port) -> int:
    """The bits of a drawn port. Raises ValueError for a width that a parameter decides."""
    width = port.width
    if not isinstance(width, int):
        raise ValueError(f"{port.name}: a drawn port has a constant width")
    return width
