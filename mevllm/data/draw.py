"""Draws for design families: numbers, names, phrases, clocks and resets, from one seed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from mevllm.data.design import Description, Design, Edge, Family, Stimulus
from mevllm.spec import Direction, Interface, Port

T = TypeVar("T")

NAMES: Mapping[str, tuple[str, ...]] = {
    "clock": ("clk", "clk", "clk", "clk", "clock", "clk_i"),
    "reset": ("reset", "rst", "rst", "reset", "rst_i", "clear"),
    "async reset": ("areset", "reset", "rst", "arst", "async_reset"),
    "low reset": ("rst_n", "resetn", "reset_n", "rst_n", "aresetn", "nreset"),
    "input": ("in", "x", "d", "data", "data_in", "din", "a", "i", "value"),
    "output": ("out", "y", "q", "f", "data_out", "dout", "z", "result", "o"),
    "state output": ("q", "out", "count", "state", "data_out", "value_o"),
    "enable": ("en", "enable", "ena", "ce", "en_i"),
    "load": ("load", "ld", "load_en", "set"),
    "select": ("sel", "select", "s", "sel_i", "op"),
    "valid": ("valid", "vld", "in_valid", "valid_in", "strobe"),
    "ready": ("ready", "rdy", "ready_o"),
    "bit": ("in", "x", "w", "din", "bit_in", "serial_in", "d"),
}
"""Port names that engineers use, by role; frequent ones more than once."""

MODULES = ("TopModule", "TopModule", "TopModule", "top_module", "top", "dut")
"""Module names that say nothing; half the designs have one, the others a name of their own."""


@dataclass(frozen=True)
class Clocking:
    """A clock and perhaps a reset: their ports, their `always`, and the words for them."""

    clock: str = "clk"
    edge: Edge = "posedge"
    reset: str | None = None
    active_high: bool = True
    asynchronous: bool = False

    @property
    def ports(self) -> tuple[Port, ...]:
        """The clock, then the reset."""
        names = [self.clock, *([self.reset] if self.reset else [])]
        return tuple(Port(name, "input") for name in names)

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """For `Design.choices`."""
        level = "high" if self.active_high else "low"
        kind = f"{'async' if self.asynchronous else 'sync'} {level}" if self.reset else "none"
        return (("edge", self.edge), ("reset", kind))

    @property
    def in_reset(self) -> str:
        """The condition that holds during reset; empty without a reset."""
        return "" if not self.reset else self.reset if self.active_high else f"!{self.reset}"

    @property
    def event(self) -> str:
        """The event list: `posedge clk or negedge rst_n`."""
        text = f"{self.edge} {self.clock}"
        if self.reset and self.asynchronous:
            text += f" or {'posedge' if self.active_high else 'negedge'} {self.reset}"
        return text

    def always(self, on_reset: str, otherwise: str) -> str:
        """An always block, indented by two: `on_reset` during reset, else `otherwise`.

        Both are statements, one a line, relative to column zero; `on_reset` is left out where
        there is no reset.
        """
        if not self.reset:
            return f"  always @({self.event}) begin\n{indent(otherwise, 4)}\n  end"
        return (
            f"  always @({self.event}) begin\n    if ({self.in_reset}) begin\n"
            f"{indent(on_reset, 6)}\n    end else begin\n{indent(otherwise, 6)}\n    end\n  end"
        )

    def edge_words(self, draw: Draw) -> str:
        """`the rising edge of clk`, in one of several wordings."""
        rising = self.edge == "posedge"
        return draw.say(
            f"the {'rising' if rising else 'falling'} edge of `{self.clock}`",
            f"the {'positive' if rising else 'negative'} edge of `{self.clock}`",
            f"each {'rising' if rising else 'falling'} edge of `{self.clock}`",
        )

    def edge_sentence(self, draw: Draw) -> str:
        """A sentence that says which clock edge the registers use."""
        rising = self.edge == "posedge"
        return draw.say(
            f"All registers are triggered on the {'positive' if rising else 'negative'} edge of "
            f"`{self.clock}`.",
            f"Everything sequential happens on the {'rising' if rising else 'falling'} edge of "
            f"`{self.clock}`.",
            f"The design is clocked by the {'rising' if rising else 'falling'} edge of "
            f"`{self.clock}`.",
        )

    def reset_sentence(self, draw: Draw, effect: str) -> str:
        """A sentence about the reset; `effect` is a verb phrase: `clears q to 0`. May be empty."""
        if not self.reset:
            return ""
        level, bit = ("high", 1) if self.active_high else ("low", 0)
        if self.asynchronous:
            return draw.say(
                f"`{self.reset}` is an asynchronous, active-{level} reset that {effect}.",
                f"An asynchronous reset, `{self.reset}` (active {level}), {effect} at once, "
                "without waiting for the clock.",
                f"When `{self.reset}` is {bit}, the asynchronous reset {effect} immediately.",
            )
        return draw.say(
            f"`{self.reset}` is a synchronous, active-{level} reset that {effect}.",
            f"A synchronous reset, `{self.reset}` (active {level}), {effect} at the clock edge and "
            f"has priority over everything else.",
            f"If `{self.reset}` is {bit} at the clock edge, the synchronous reset {effect}.",
        )


class Draw:
    """One seeded draw of a family; the same family and seed give the same sequence."""

    def __init__(self, family: str, seed: int) -> None:
        self.family = family
        self.seed = seed
        self.rng = random.Random(f"{family}/{seed}")  # noqa: S311
        self._taken: set[str] = set()
        self._told: tuple[str, ...] = ()

    def choice(self, options: Sequence[T]) -> T:
        """One of the options, each as likely."""
        return options[self.rng.randrange(len(options))]

    def say(self, *wordings: str) -> str:
        """One of several wordings of the same thing."""
        return self.choice(wordings)

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return self.rng.random() < probability

    def bits(self, width: int) -> int:
        """A random number of so many bits."""
        return self.rng.getrandbits(width)

    def int(self, low: int, high: int) -> int:
        """A number from low to high, both included."""
        return self.rng.randint(low, high)

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in another order."""
        return self.rng.sample(list(items), len(items))

    def teller(self) -> Draw:
        """A draw of its own for wordings: what it draws moves nothing else."""
        return Draw(f"{self.family}/told", self.seed)

    def tell(self, *texts: str) -> None:
        """Give the design drawn next these further tellings; empty ones are left out."""
        self._told = tuple(text.strip() for text in texts if text.strip())

    def name(self, role: str, *more: str) -> str:
        """A port name for the role (a key of NAMES) or among `more`, used only once a design.

        With `more` given, `role` may be any name too: `name("gnt", "grant")`.
        """
        pool = [*(NAMES.get(role, (role,))), *more]
        free = [name for name in pool if name not in self._taken]
        name = self.choice(free) if free else f"{pool[0]}_{len(self._taken)}"
        self._taken.add(name)
        return name

    def module(self, *own: str) -> str:
        """A module name: one of the family's own, or one that says nothing."""
        name = self.choice(MODULES) if not own or self.chance(0.5) else self.choice(own)
        return name if name not in self._taken else f"{name}_top"

    def clocking(
        self,
        *,
        reset: bool | None = True,
        asynchronous: bool | None = None,
        falling: float = 0.08,
    ) -> Clocking:
        """A clock, and a reset: True always, False never, None sometimes (four in five).

        `asynchronous` None draws; `falling` is the chance of the negative edge.
        """
        clock = self.name("clock")
        edge: Edge = "negedge" if self.chance(falling) else "posedge"
        if reset is False or (reset is None and self.chance(0.2)):
            return Clocking(clock, edge)
        late = self.chance(0.4) if asynchronous is None else asynchronous
        high = self.chance(0.65)
        role = "low reset" if not high else "async reset" if late else "reset"
        return Clocking(clock, edge, self.name(role), high, late)

    def design(
        self,
        family: Family,
        *,
        module: str,
        ports: Sequence[Port],
        body: str,
        description: Description,
        stimulus: Stimulus,
        choices: Sequence[tuple[str, object]],
        clocking: Clocking | None = None,
        helpers: str = "",
    ) -> Design:
        """The design drawn, with the clocking's choices added to its own."""
        interface = Interface(
            module,
            tuple(ports),
            clock=clocking.clock if clocking else None,
            reset=clocking.reset if clocking else None,
        )
        own = tuple((key, str(value)) for key, value in choices)
        return Design(
            self.family,
            family.tier,
            self.seed,
            own + (clocking.choices if clocking else ()),
            interface,
            body,
            description,
            stimulus,
            helpers,
            self._told,
        )


def port(name: str, direction: Direction, width: int = 1, description: str = "") -> Port:
    """A port of so many bits: `[width-1:0]`, or a scalar for width 1."""
    if width == 1:
        return Port(name, direction, description=description)
    return Port(name, direction, str(width - 1), "0", True, description=description)


def indent(text: str, by: int) -> str:
    """The lines of a text, each that is not empty indented by so many columns."""
    pad = " " * by
    return "\n".join(pad + line if line.strip() else "" for line in text.strip("\n").split("\n"))
