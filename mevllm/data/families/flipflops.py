"""Small networks of named flip-flops and gates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.phrases import bits, build, exhibit, literal
from mevllm.data.families.told import flipflops as told
from mevllm.tiers import Tier

_FUNCTIONS: tuple[tuple[str, Callable[[int, int, int], int]], ...] = (
    ("{a}", lambda a, b, c: a),
    ("{a} ^ {b}", lambda a, b, c: a ^ b),
    ("{a} & ~{b}", lambda a, b, c: a & ~b),
    ("{a} | ({b} & {c})", lambda a, b, c: a | (b & c)),
    ("~({a} ^ {b})", lambda a, b, c: ~(a ^ b)),
    ("{c} ? {a} : {b}", lambda a, b, c: a if c else b),
    ("{a} ^ ({b} & {c})", lambda a, b, c: a ^ (b & c)),
    ("({a} | {b}) & ~{c}", lambda a, b, c: (a | b) & ~c),
    ("~({a} & {b})", lambda a, b, c: ~(a & b)),
)
"""Functions of up to three signals: as Verilog, and as bits."""


@dataclass(frozen=True)
class _Network:
    """Functions of the signals 0 and 1 (inputs) and 2... (flip-flops); the last is the output."""

    functions: tuple[tuple[int, tuple[int, int, int]], ...]
    start: int

    def told(self, names: Sequence[str]) -> list[str]:
        """The functions as Verilog, with these signal names."""
        return [
            _FUNCTIONS[f][0].format(a=names[a], b=names[b], c=names[c])
            for f, (a, b, c) in self.functions
        ]

    def lively(self, draw: Draw, inputs: int) -> bool:
        """Whether each flip-flop and the output take both values within 60 random cycles."""
        count = len(self.functions) - 1
        state = [self.start >> i & 1 for i in range(count)]
        seen: list[set[int]] = [set() for _ in self.functions]
        for _ in range(60):
            values = [draw.bits(1), draw.bits(1) if inputs > 1 else 0, *state]
            found = [_FUNCTIONS[f][1](*(values[i] for i in at)) & 1 for f, at in self.functions]
            for i, value in enumerate(found):
                seen[i].add(value)
            state = found[:count]
        return all(len(values) == 2 for values in seen)


def _network(draw: Draw, inputs: int, count: int) -> _Network:
    """A network in which every input is used and nothing is constant."""
    signals = [*range(inputs), *range(2, 2 + count)]
    while True:
        functions = []
        for i in range(count + 1):
            first = 0 if i == 0 else i + 1
            others = draw.shuffled([s for s in signals if s != first])
            functions.append((draw.int(0, len(_FUNCTIONS) - 1), (first, others[0], others[1])))
        network = _Network(tuple(functions), draw.choice((0, 0, 0, (1 << count) - 1, 1)))
        told = " ".join(network.told(["IN0", "IN1", *"x" * count]))
        used = all(f"IN{i}" in told for i in range(inputs))
        if used and network.lively(draw, inputs):
            return network


def _flipflop_chain(draw: Draw) -> Design:
    """A few flip-flops whose inputs are small functions of one another, told one by one."""
    count = draw.choice((2, 3, 3, 4, 4, 5))
    clocking = draw.clocking()
    a = draw.name("bit")
    b = draw.name("b", "y", "r", "t", "u") if draw.chance(0.4) else ""
    out = draw.name("out", "z", "f", "result")
    shown = draw.chance(0.4)
    state = draw.name("q", "state", "ff", "s")
    ports = [
        *clocking.ports,
        port(a, "input"),
        *([port(b, "input")] if b else []),
        *([port(state, "output", count, "the flip-flops")] if shown else []),
        port(out, "output"),
    ]
    network = _network(draw, 2 if b else 1, count)
    q = [f"{state}[{i}]" for i in range(count)]
    *nexts, result = network.told([a, b, *q])
    lines = [] if shown else [f"  reg {bits(count)}{state};"]
    step = "\n".join(f"{q[i]} <= {nexts[i]};" for i in range(count))
    lines.append(clocking.always(f"{state} <= {literal(count, network.start)};", step))
    lines.append(f"  assign {out} = {result};")
    effect = f"sets `{state}` to {literal(count, network.start)}"

    def rules() -> list[str]:
        verb = draw.say("takes the value of", "is loaded with", "samples")
        return [
            *(f"at the clock edge `{q[i]}` {verb} `{nexts[i]}`." for i in range(count)),
            draw.say(
                "all flip-flops change together, from the values before the edge.",
                "the expressions use the values just before the edge.",
            ),
            f"the output is combinational: `{out}` = `{result}`.",
        ]

    where = "" if shown else ", which are internal"
    chart = exhibit(
        draw,
        clocking,
        "equations",
        f"The circuit has {count} D flip-flops, `{state}[{count - 1}:0]`{where}. The equations "
        "give what each of them stores at the clock edge, and the combinational output (operators "
        "as in Verilog).",
        effect,
        "\n".join(
            [*(f"D{i} (input of {q[i]}) = {nexts[i]}" for i in range(count)), f"{out} = {result}"]
        ),
    )
    formulas = [f"{q[i]} <= {nexts[i]}" for i in range(count)]
    draw.tell(
        *told.flipflop_chain(
            draw.teller(),
            clocking,
            state=state,
            nexts=nexts,
            out=out,
            result=result,
            start=literal(count, network.start),
            shown=shown,
        )
    )
    return build(
        draw,
        FLIPFLOP_CHAIN,
        clocking,
        modules=("ff_network", "dff_chain", "seq_network"),
        ports=ports,
        body="\n".join(lines),
        title=f"network of {count} D flip-flops",
        terse=f"{'; '.join(formulas)} at the clock edge. {out} = {result} (combinational).",
        intro=draw.say(
            f"A sequential circuit consists of {count} D flip-flops `{state}[{count - 1}:0]` and a "
            "few gates.",
            f"Describe this circuit of {count} flip-flops, called `{state}[{count - 1}:0]`, "
            "and the gates at their inputs.",
        ),
        rules=rules,
        effect=effect,
        exhibits=(chart,),
        reset_chance=0.06,
        choices={"network": network.functions, "start": network.start, "shown": shown},
    )


FLIPFLOP_CHAIN = Family("flipflop_chain", Tier.ADVANCED, _flipflop_chain)

FAMILIES = (FLIPFLOP_CHAIN,)
