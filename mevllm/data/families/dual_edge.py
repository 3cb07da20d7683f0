"""Circuits that use both edges of the clock."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mevllm.data.design import Design, Family, Stimulus
from mevllm.data.draw import Clocking, Draw, port
from mevllm.data.families.phrases import bits, described, gate, gated, literal
from mevllm.data.families.told import dual_edge as told
from mevllm.spec import Port
from mevllm.tiers import Tier


@dataclass(frozen=True)
class _BothEdges(Clocking):
    """A clock whose two edges both matter; its `always` blocks are those of `rise` and `fall`."""

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        return (("edge", "both"), super().choices[1])

    @property
    def rise(self) -> Clocking:
        return Clocking(self.clock, "posedge", self.reset, self.active_high, self.asynchronous)

    @property
    def fall(self) -> Clocking:
        return replace(self.rise, edge="negedge")

    def edge_sentence(self, draw: Draw) -> str:
        return draw.say(
            f"Both edges of `{self.clock}` are used.",
            f"The circuit works at the rising and at the falling edge of `{self.clock}`.",
            f"Mind that rising and falling edges of `{self.clock}` matter.",
        )


def _dual_edge(draw: Draw) -> Design:
    """Registers at both edges, double data rate in and out, a counter of half periods."""
    kind = draw.choice(("register", "register", "output", "input", "counter", "half delay"))
    width = draw.choice((1, 1, 1, 2, 4, 8, 16)) if kind != "counter" else draw.choice((3, 4, 5, 6))
    plain = draw.clocking(reset=True if kind == "counter" else None, asynchronous=True, falling=0.0)
    clocking = _BothEdges(plain.clock, "posedge", plain.reset, plain.active_high, True)
    enable = gate(draw, 0.35) if kind in ("register", "counter") else None
    zero = literal(width, 0)
    clock = clocking.clock
    rise, fall = draw.name("q_rise", "rise_q", "at_rise"), draw.name("q_fall", "fall_q", "at_fall")
    inputs: list[Port] = []
    rules: tuple[str, ...]
    outputs: list[Port] = []
    if kind == "output":
        d1, d2 = draw.name("d_high", "d0", "a", "first"), draw.name("d_low", "d1", "b", "second")
        q = draw.name("q", "out", "ddr", "y")
        late = draw.name("held", "d_low_q", "second_q")
        inputs = [port(d1, "input", width), port(d2, "input", width)]
        outputs = [port(q, "output", width, "two words a period")]
        lines = [
            f"  reg {bits(width)}{rise}, {late}, {fall};",
            clocking.rise.always(
                f"{rise} <= {zero};\n{late} <= {zero};", f"{rise} <= {d1};\n{late} <= {d2};"
            ),
            clocking.fall.always(f"{fall} <= {zero};", f"{fall} <= {late};"),
            f"  assign {q} = {clock} ? {rise} : {fall};",
        ]
        title = f"double-data-rate output, {width} bit{'s' * (width > 1)}"
        rules = (
            f"At the rising edge both `{d1}` and `{d2}` are sampled.",
            f"During the following high phase of `{clock}`, `{q}` shows the sampled `{d1}`; during "
            f"the low phase after it, `{q}` shows the sampled `{d2}`.",
            "Changes of the inputs after the rising edge have no effect on either half.",
        )
        terse = (
            f"At the rising edge sample {d1} and {d2}; {q} is the sample of {d1} while {clock} is "
            f"high, then that of {d2} while it is low."
        )
        effect = "clears all registers to 0"
    elif kind == "input":
        d = draw.name("input")
        q1, q2 = draw.name("q1", "q_hi", "even", "out_r"), draw.name("q2", "q_lo", "odd", "out_f")
        inputs = [port(d, "input", width, "two words a period")]
        outputs = [port(q1, "output", width), port(q2, "output", width)]
        lines = [
            f"  reg {bits(width)}{fall};",
            clocking.fall.always(f"{fall} <= {zero};", f"{fall} <= {d};"),
            clocking.rise.always(
                f"{q1} <= {zero};\n{q2} <= {zero};", f"{q1} <= {d};\n{q2} <= {fall};"
            ),
        ]
        title = f"double-data-rate input, {width} bit{'s' * (width > 1)}"
        rules = (
            f"A first register samples `{d}` at every falling edge.",
            f"At every rising edge `{q1}` takes the value of `{d}` at that edge, and `{q2}` the "
            "value that was sampled at the falling edge before.",
        )
        terse = (
            f"At the rising edge {q1} samples {d}, and {q2} takes the value of {d} sampled at the "
            "falling edge before."
        )
        effect = "clears all three registers to 0"
    elif kind == "half delay":
        d, q = draw.name("input"), draw.name("output")
        late_edge = draw.chance(0.5)
        first, second = ("falling", "rising") if late_edge else ("rising", "falling")
        before, after = (
            (clocking.fall, clocking.rise) if late_edge else (clocking.rise, clocking.fall)
        )
        stage = draw.name("stage", "mid", "sampled")
        inputs, outputs = [port(d, "input", width)], [port(q, "output", width)]
        lines = [
            f"  reg {bits(width)}{stage};",
            before.always(f"{stage} <= {zero};", f"{stage} <= {d};"),
            after.always(f"{q} <= {zero};", f"{q} <= {stage};"),
        ]
        kind = f"{kind} {first}"
        title = f"register pair on opposite clock edges, {width} bit{'s' * (width > 1)}"
        rules = (
            f"An internal register samples `{d}` at every {first} edge.",
            f"`{q}` takes the content of that register at every {second} edge, half a period "
            "later.",
        )
        terse = f"{d} is sampled at the {first} edge and reaches {q} at the next {second} edge."
        effect = "clears both registers to 0"
    elif kind == "counter":
        q = draw.name("count", "q", "halves", "out")
        outputs = [port(q, "output", width, "half periods counted")]
        lines = [
            f"  reg {bits(width)}{rise}, {fall};",
            clocking.rise.always(f"{rise} <= {zero};", gated(enable, f"{rise} <= {rise} + 1'b1;")),
            clocking.fall.always(f"{fall} <= {zero};", gated(enable, f"{fall} <= {fall} + 1'b1;")),
            f"  assign {q} = {rise} + {fall};",
        ]
        title = f"{width}-bit counter of both clock edges"
        condition = f" at which {enable.on}" if enable else ""
        rules = (
            f"`{q}` increases by one at every rising and every falling edge{condition}.",
            f"It counts modulo {1 << width}.",
            "No flip-flop is triggered by both edges: the circuit must be built from flip-flops "
            "with a single edge each.",
        )
        terse = f"{q} counts both edges of {clock}{condition}, modulo {1 << width}."
        effect = f"makes `{q}` zero"
    else:
        d, q = draw.name("input"), draw.name("output")
        inputs, outputs = [port(d, "input", width)], [port(q, "output", width)]
        lines = [
            f"  reg {bits(width)}{rise}, {fall};",
            clocking.rise.always(f"{rise} <= {zero};", f"{rise} <= {d};"),
            clocking.fall.always(f"{fall} <= {zero};", f"{fall} <= {d};"),
            f"  assign {q} = {clock} ? {rise} : {fall};",
        ]
        if enable:
            following = (
                f"{enable.name} ? {d} : {q}"
                if enable.active_high
                else (f"{enable.name} ? {q} : {d}")
            )
            lines[1] = clocking.rise.always(f"{rise} <= {zero};", f"{rise} <= {following};")
            lines[2] = clocking.fall.always(f"{fall} <= {zero};", f"{fall} <= {following};")
        title = f"dual-edge triggered register, {width} bit{'s' * (width > 1)}"
        condition = f" at which {enable.on}" if enable else ""
        rules = (
            f"`{q}` takes the value of `{d}` at every rising and at every falling edge{condition}.",
            f"At an edge at which {enable.off}, `{q}` keeps its value." if enable else "",
            "Flip-flops that react to both edges do not exist in the target technology, so it has "
            "to be built from ordinary ones.",
        )
        terse = f"{q} <= {d} at both edges of {clock}{condition}."
        effect = f"makes `{q}` zero"
    named = [p.name for p in inputs], [p.name for p in outputs]
    draw.tell(*told.dual_edge(draw.teller(), clocking, kind, *named, width, enable))
    if enable:
        inputs.append(enable.port)
    ports = [*clocking.ports, *inputs, *outputs]
    return draw.design(
        DUAL_EDGE,
        module=draw.module("dual_edge", "ddr", "both_edges"),
        ports=ports,
        body="\n".join(lines),
        description=described(
            draw,
            clocking,
            title=title,
            terse=terse,
            rules=lambda: rules,
            effect=effect,
        ),
        stimulus=_toggled(draw, ports, clocking, enable.chances() if enable else {}),
        choices=(("kind", kind), ("width", width), ("enable", enable and enable.active_high)),
        clocking=clocking,
    )


def _toggled(
    draw: Draw, ports: list[Port], clocking: Clocking, chances: dict[str, float]
) -> Stimulus:
    """Rows that toggle the clock themselves, the inputs changing between two edges."""
    names = tuple(p.name for p in ports if p.direction == "input")
    widths = {p.name: p.width for p in ports}
    on = int(clocking.active_high)
    level = 0
    rows: list[tuple[int, ...]] = []
    for period in range(160):
        row: dict[str, int] = {}
        for name in names:
            width = widths[name]
            if name == clocking.reset:
                row[name] = on if period == 0 or draw.chance(0.02) else 1 - on
            elif name in chances:
                row[name] = int(draw.chance(chances[name]))
            else:
                row[name] = draw.bits(width if isinstance(width, int) else 1)
        for clock in (level, 1 - level):
            rows.append(tuple({**row, clocking.clock: clock}[name] for name in names))
        level = 1 - level
    return Stimulus(names, tuple(rows))


DUAL_EDGE = Family("dual_edge", Tier.ADVANCED, _dual_edge)

FAMILIES = (DUAL_EDGE,)
