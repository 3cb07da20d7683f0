"""Gates and wires: one operator, small networks, constants."""

from __future__ import annotations

from mevllm.data.design import Description, Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.stimulus import combinational
from mevllm.tiers import Tier

_GATES = {
    "and": ("a & b", "AND", "1 only when both inputs are 1"),
    "or": ("a | b", "OR", "1 when at least one input is 1"),
    "xor": ("a ^ b", "XOR", "1 when the inputs differ"),
    "nand": ("~(a & b)", "NAND", "0 only when both inputs are 1"),
    "nor": ("~(a | b)", "NOR", "1 only when both inputs are 0"),
    "xnor": ("~(a ^ b)", "XNOR", "1 when the inputs are equal"),
    "a and not b": ("a & ~b", "AND with the second input inverted", "1 when {a} is 1 and {b} is 0"),
}


def _gate(draw: Draw) -> Design:
    kind = draw.choice(list(_GATES))
    expression, name, when = _GATES[kind]
    width = draw.choice((1, 1, 1, 2, 4, 8))
    a, b = draw.name("a", "in1", "x", "in_a"), draw.name("b", "in2", "y", "in_b")
    out = draw.name("out", "f", "q", "result")
    ports = [port(a, "input", width), port(b, "input", width), port(out, "output", width)]
    rtl = expression.replace("a", "\0").replace("b", "\1").replace("\0", a).replace("\1", b)
    when = when.format(a=f"`{a}`", b=f"`{b}`")
    each = "" if width == 1 else "Each bit of "
    title = f"{'' if width == 1 else f'{width}-bit bitwise '}{name} gate"
    return draw.design(
        GATE,
        module=draw.module("gate", "logic_gate", f"{kind.split()[0]}_gate"),
        ports=ports,
        body=f"  assign {out} = {rtl};",
        description=Description(
            title=title,
            terse=draw.say(f"{title}: {out} = {rtl}.", f"{name} of {a} and {b}."),
            prose=draw.say(
                f"Implement a two-input {name} gate that works on {width} bit"
                f"{'s, bit by bit' if width > 1 else ''}: the first input is `{a}`, the second "
                f"`{b}`, and `{out}` is the result.",
                f"The circuit has no storage. {each}`{out}` is {when}"
                f"{', bit by bit' if width > 1 else ''}.",
            ),
            points=(
                f"The gate computes {name} of `{a}` and `{b}`.",
                f"{each}`{out}` is {when}.",
                "The circuit is purely combinational.",
            ),
        ),
        stimulus=combinational(draw, ports),
        choices=(("gate", kind), ("width", width)),
    )


GATE = Family("gate", Tier.BASIC, _gate)

FAMILIES = (GATE,)
