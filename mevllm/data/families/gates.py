"""Gates: single ones, panels of several, small networks, chips with a pinout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from mevllm.data.design import Description, Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.basic_words import letters, listed, number, plural, ticked
from mevllm.data.families.told import gates as told
from mevllm.data.stimulus import combinational
from mevllm.tiers import Tier

_OPERATORS = {
    "and": ("&", False),
    "or": ("|", False),
    "xor": ("^", False),
    "nand": ("&", True),
    "nor": ("|", True),
    "xnor": ("^", True),
}
"""The operator of each kind of gate, and whether its output is inverted."""


def gate(kind: str, terms: Sequence[str]) -> str:
    """The expression of a gate: `~(a & b)`."""
    operator, inverted = _OPERATORS[kind]
    joined = f" {operator} ".join(terms)
    return f"~({joined})" if inverted else joined


def rule(kind: str, count: int) -> str:
    """When the output of a gate with so many inputs is 1 or 0, as a predicate of the output."""
    both, one = ("both", "either input") if count == 2 else ("all", "any input")
    return {
        "and": f"1 only when {both} inputs are 1",
        "or": "1 when at least one input is 1",
        "xor": "1 when the two inputs differ"
        if count == 2
        else "1 when an odd number of inputs is 1",
        "nand": f"0 only when {both} inputs are 1, and 1 otherwise",
        "nor": f"0 as soon as {one} is 1, and 1 when {both} are 0",
        "xnor": "1 when the two inputs are equal"
        if count == 2
        else "1 when an even number of inputs is 1 (none of them counts as even)",
    }[kind]


def _gate(draw: Draw) -> Design:
    """One gate of two to four inputs, some of them inverted."""
    kind = draw.choice(list(_OPERATORS))
    count = draw.choice((2, 2, 2, 3, 3, 4))
    width = draw.choice((1, 1, 1, 1, 2, 3, 4, 5, 7, 8, 10, 12, 16, 24, 32))
    names = letters(draw, count)
    out = draw.name("out", "f", "q", "result", "y_out", "o")
    invertible = count < 4 and not kind.startswith("x")
    inverted = [invertible and draw.chance(0.2) for _ in names[:-1]] + [False]
    terms = [f"~{n}" if low else n for n, low in zip(names, inverted, strict=True)]
    ports = [*(port(n, "input", width) for n in names), port(out, "output", width)]
    label = kind.upper()
    shape = f"{number(count)}-input {label} gate"
    sized = f"{width}-bit bitwise " if width > 1 else ""
    rtl = gate(kind, terms)
    what = rule(kind, count)
    low = listed(ticked([n for n, i in zip(names, inverted, strict=True) if i]))
    bubble = f" {_inverted(low)}" if low else ""
    each = f"Each bit of `{out}`" if width > 1 else f"`{out}`"
    wide = (
        draw.say(
            f" The operation is bitwise on {width}-bit vectors.",
            f" All ports are {width} bits wide and the gate is applied to each bit position alone.",
        )
        if width > 1
        else ""
    )
    inputs = listed(ticked(names))
    title = f"{sized}{shape}" + (f" with {low} inverted" if low else "")
    described = (
        f" Seen from the gate itself (after the inversion of {low}), its output is {what}."
        if low
        else f" Its output is {what}."
    )
    draw.tell(*told.gate(draw.teller(), kind, names, inverted, out, width))
    return draw.design(
        GATE,
        module=draw.module("gate", "logic_gate", f"{kind}_gate", f"{kind}{count}"),
        ports=ports,
        body=f"  assign {out} = {rtl};",
        description=Description(
            title=title,
            terse=draw.say(
                f"{title[0].upper()}{title[1:]}: {out} = {rtl}.",
                f"{out} is the {sized}{label} of {listed(names)}."
                + (f" {low} is inverted first." if low else ""),
            ),
            prose=draw.say(
                f"Implement {_article(shape)} {shape}. The inputs are "
                f"{inputs}, and `{out}` is the result.{bubble}{wide}{described}",
                f"Create a module that implements {_article(label)} {label} gate with "
                f"{plural(count, 'input')}, {inputs}, driving `{out}`.{bubble}{wide}",
                f"The circuit has no storage. It drives `{out}` with the {label} of "
                f"{inputs}.{bubble}{wide}",
                f"A single {shape} connects {inputs} to `{out}`.{bubble}{described}{wide}",
            ),
            points=(
                f"The gate computes {label} of {inputs} and drives `{out}`.",
                *([_inverted(low)] if low else [f"{each} is {what}."]),
                *([wide.strip()] if wide else []),
                draw.say("The circuit is purely combinational.", "There is no clock and no state."),
            ),
        ),
        stimulus=combinational(draw, ports),
        choices=(("gate", kind), ("inverted", inverted), ("width", width)),
    )


def _inverted(names: str) -> str:
    """The sentence about inputs with an inversion bubble."""
    return f"{names} {'are' if ' and ' in names else 'is'} inverted before entering the gate."


def _article(word: str) -> str:
    return "an" if word[0] in "AEIOXaeio" else "a"


_PANEL = {
    "and": "the AND",
    "or": "the OR",
    "xor": "the XOR",
    "nand": "the NAND",
    "nor": "the NOR",
    "xnor": "the XNOR",
    "left": "{a} AND NOT {b}",
    "right": "{b} AND NOT {a}",
    "implies": "NOT {a} OR {b}",
    "not": "NOT {a}",
}


def _panel(draw: Draw) -> Design:
    """Several gates side by side that share two inputs, each with an output of its own."""
    a, b = letters(draw, 2)
    width = draw.choice((1, 1, 1, 2, 3, 4, 6, 8, 16))
    kinds = draw.shuffled(list(_PANEL))[: draw.int(3, 7)]
    style = draw.choice(("out_{k}", "{k}_out", "y_{k}", "numbered", "f_{k}"))
    stem = draw.choice(("y", "out", "f", "q", "o"))
    shown = {"left": "first_only", "right": "second_only", "implies": "imp", "not": "inv"}
    outs, rtl, said = [], [], []
    for i, kind in enumerate(kinds):
        own = f"{stem}{i + 1}" if style == "numbered" else style.format(k=shown.get(kind, kind))
        out = draw.name(own)
        outs.append(out)
        expression = {
            "left": f"{a} & ~{b}",
            "right": f"~{a} & {b}",
            "implies": f"~{a} | {b}",
            "not": f"~{a}",
        }.get(kind) or gate(kind, (a, b))
        rtl.append(f"  assign {out} = {expression};")
        words = _PANEL[kind].format(a=f"`{a}`", b=f"`{b}`")
        said.append(f"{words} of `{a}` and `{b}`" if words.startswith("the") else words)
    ports = [port(a, "input", width), port(b, "input", width)]
    ports += [port(out, "output", width, words) for out, words in zip(outs, said, strict=True)]
    pairs = [f"`{out}` is {words}" for out, words in zip(outs, said, strict=True)]
    each = f" All of these are bitwise operations on {width}-bit values." if width > 1 else ""
    lines = "\n".join(f"    {line.strip()[7:-1]}" for line in rtl)
    names = f"`{a}` and `{b}`"
    sized = f"{width}-bit bitwise " if width > 1 else ""
    draw.tell(*told.gate_panel(draw.teller(), a, b, kinds, outs, width))
    return draw.design(
        PANEL,
        module=draw.module("gates", "logic_unit", "gate_panel", "all_gates"),
        ports=ports,
        body="\n".join(rtl),
        description=Description(
            title=f"set of {number(len(outs))} {sized}gates with shared inputs",
            terse="; ".join(f"{r.strip()[7:-1]}" for r in rtl) + ".",
            prose=draw.say(
                f"Build a combinational circuit with {plural(len(outs), 'output')}, each driven by "
                f"a gate of its own from the same inputs {names}: {listed(pairs)}.{each}",
                f"All the gates of this module share the inputs {names}.{each} In Verilog's "
                f"operators:\n\n{lines}",
                f"The inputs {names} feed {number(len(outs))} gates. {'. '.join(p for p in pairs)}."
                f"{each}",
            ),
            points=(*(f"{p}." for p in pairs), *([each.strip()] if each else [])),
        ),
        stimulus=combinational(draw, ports, random_rows=60),
        choices=(("gates", kinds), ("width", width)),
    )


_WIRES = (
    ("n1", "n2", "n3", "n4"),
    ("w1", "w2", "w3", "w4"),
    ("t0", "t1", "t2", "t3"),
    ("net_1", "net_2", "net_3", "net_4"),
    ("first", "second", "third", "fourth"),
    ("m1", "m2", "m3", "m4"),
    ("upper", "middle", "lower", "extra"),
)


@dataclass(frozen=True)
class _Plan:
    """The gates of a network: those at the inputs, and the one that joins them."""

    kinds: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...]
    low: tuple[str, ...]
    """Per gate, the input that it takes inverted; empty where there is none."""
    last: str

    def constant(self, inputs: Sequence[str]) -> bool:
        """Whether the inputs do not matter."""
        seen = set()
        for values in product((0, 1), repeat=len(inputs)):
            at = dict(zip(inputs, values, strict=True))
            inner = [
                _value(kind, [at[n] ^ (n == low) for n in group])
                for kind, group, low in zip(self.kinds, self.groups, self.low, strict=True)
            ]
            seen.add(_value(self.last, inner))
        return len(seen) == 1


def _value(kind: str, bits: Sequence[int]) -> int:
    operator, inverted = _OPERATORS[kind]
    joined = {"&": min(bits), "|": max(bits), "^": sum(bits) % 2}[operator]
    return joined ^ inverted


def _planned(draw: Draw, inputs: Sequence[str], inner: int) -> _Plan:
    pool = draw.shuffled(inputs)
    groups = [pool[i::inner] for i in range(inner)]
    for group in groups:
        if len(group) < 2:
            group.append(draw.choice([n for n in inputs if n not in group]))
    kinds = tuple(draw.choice(list(_OPERATORS)) for _ in groups)
    low = tuple(
        draw.choice(group) if draw.chance(0.3) and kind[0] != "x" else ""
        for group, kind in zip(groups, kinds, strict=True)
    )
    last = draw.choice([k for k in _OPERATORS if k != "xnor"])
    return _Plan(kinds, tuple(tuple(g) for g in groups), low, last)


def _network(draw: Draw) -> Design:
    """Two levels of gates with named wires in between."""
    count = draw.choice((3, 4, 5, 5, 6, 6))
    inputs = letters(draw, count)
    inner = draw.choice((2, 2, 3)) if count < 6 else draw.choice((2, 3, 3))
    wires = [draw.name(n) for n in draw.choice(_WIRES)[:inner]]
    plan = _planned(draw, inputs, inner)
    while plan.constant(inputs):
        plan = _planned(draw, inputs, inner)
    groups, last = plan.groups, plan.last
    out = draw.name("out", "f", "y", "z", "result")
    second = draw.choice(("none", "none", "inverse", "wire", "gate"))
    declare = f"  wire {', '.join(wires)};\n"
    rtl, said, formulas = [], [], []
    for wire, kind, group, low in zip(wires, plan.kinds, groups, plan.low, strict=True):
        terms = [f"~{n}" if n == low else n for n in group]
        rtl.append(f"  assign {wire} = {gate(kind, terms)};")
        said.append(_driven(draw, wire, kind, group, low, "wire"))
        formulas.append(f"{wire} = {gate(kind, terms)}")
    rtl.append(f"  assign {out} = {gate(last, wires)};")
    said.append(_driven(draw, out, last, wires, "", "output"))
    formulas.append(f"{out} = {gate(last, wires)}")
    ports = [*(port(n, "input") for n in inputs), port(out, "output")]
    other_kind = draw.choice(("and", "or", "xor", "nand", "nor"))
    extra: tuple[str, ...] = ()
    if second != "none":
        other = draw.name("out_n" if second == "inverse" else "aux", "g", "out2", "h")
        ports.append(port(other, "output"))
        pair = (wires[0], draw.choice(groups[-1]))
        extra = (other, other_kind, *pair)
        expression = {
            "inverse": f"~{out}",
            "wire": wires[-1],
            "gate": gate(other_kind, pair),
        }[second]
        rtl.append(f"  assign {other} = {expression};")
        formulas.append(f"{other} = {expression}")
        said.append(
            {
                "inverse": f"`{other}` is the complement of `{out}`.",
                "wire": f"The wire `{wires[-1]}` is also brought out as `{other}`.",
                "gate": _driven(draw, other, other_kind, pair, "", "output"),
            }[second]
        )
    where = listed(ticked(wires))
    facts = (plan.kinds, groups, plan.low, wires, last, out, second, extra)
    draw.tell(*told.gate_network(draw.teller(), *facts))
    return draw.design(
        NETWORK,
        module=draw.module("network", "gate_net", "logic_net", "two_level"),
        ports=ports,
        body=declare + "\n".join(rtl),
        description=Description(
            title=f"gate network of {number(count)} inputs with {number(inner)} inner wires",
            terse=f"{'; '.join(formulas)}.",
            prose=draw.say(
                f"Implement the following network of gates, with {where} as intermediate wires. "
                f"{' '.join(said)}",
                f"The circuit consists of {len(said)} connections. {' '.join(said)} Declare "
                f"{where} as internal wires.",
                f"Describe this two-level circuit with `assign` statements. {' '.join(said)}",
                f"{' '.join(said)} Everything is combinational; {where} exist only inside.",
            ),
            points=(*said, "The circuit has no clock."),
        ),
        stimulus=combinational(draw, ports),
        choices=(
            ("gates", [*plan.kinds, last]),
            ("inputs", [[inputs.index(n) for n in group] for group in groups]),
            ("inverted", [inputs.index(n) if n else -1 for n in plan.low]),
            ("second output", f"{second} {other_kind}" if second == "gate" else second),
        ),
    )


def _driven(draw: Draw, to: str, kind: str, terms: Sequence[str], low: str, what: str) -> str:
    """A sentence that says which gate drives a wire or an output."""
    names = [f"the inverse of `{n}`" if n == low else f"`{n}`" for n in terms]
    label = kind.upper()
    return draw.say(
        f"{_article(label).capitalize()} {label} gate takes {listed(names)} and drives "
        f"{'' if what == 'wire' else 'the output '}`{to}`.",
        f"`{to}` is the {label} of {listed(names)}.",
        f"The {what} `{to}` is driven by {_article(label)} {label} gate whose inputs are "
        f"{listed(names)}.",
    )


def _chip(draw: Draw) -> Design:
    """A package with several independent gates, each with pins of its own."""
    gates: list[tuple[str, int]] = []
    if draw.chance(0.5):
        gates = [(draw.choice(list(_OPERATORS)), draw.choice((2, 2, 3, 4)))] * draw.int(2, 4)
    else:
        gates = [
            (draw.choice(list(_OPERATORS)), draw.choice((2, 2, 3))) for _ in range(draw.int(2, 3))
        ]
    style = draw.choice(("g{g}{p}", "{p}{g}", "u{g}_{p}", "{p}_{g}", "pin{g}{p}"))
    base = draw.choice((0, 1, 1))
    leaves, out = draw.choice((("abcd", "y"), ("abcd", "z"), ("pqrs", "y"), ("abcd", "f")))
    ports, rtl, said, legs = [], [], [], []
    for g, (kind, count) in enumerate(gates, base):
        pins = [style.format(g=g, p=p) for p in leaves[:count]]
        end = style.format(g=g, p=out)
        pins, end = [draw.name(p) for p in pins], draw.name(end)
        legs.append((pins, end))
        ports += [port(p, "input", 1, f"input of gate {g}") for p in pins]
        ports.append(port(end, "output", 1, f"output of gate {g} ({kind.upper()})"))
        rtl.append(f"  assign {end} = {gate(kind, pins)};")
        said.append(f"`{end}` is the {kind.upper()} of {listed(ticked(pins))}")
    same = len(set(gates)) == 1
    kind, count = gates[0]
    names = (
        f"{number(len(gates))} {number(count)}-input {kind.upper()} gates"
        if same
        else listed([f"a {number(n)}-input {k.upper()} gate" for k, n in gates])
    )
    draw.tell(*told.gate_chip(draw.teller(), gates, legs))
    return draw.design(
        CHIP,
        module=draw.module("chip", "gate_chip", "logic_pack", "ic"),
        ports=sorted(ports, key=lambda p: p.direction),
        body="\n".join(rtl),
        description=Description(
            title=f"logic chip with {names}",
            terse=f"Chip with {names}: {'; '.join(r.strip()[7:-1] for r in rtl)}.",
            prose=draw.say(
                f"A chip contains {names}, which share nothing. Model it as a module: "
                f"{listed(said)}.",
                f"Model a small logic package with {names}. {'. '.join(said)}.",
                f"The part has {plural(len(gates), 'independent gate')}. {'. '.join(said)}. There "
                "are no supply pins in the model.",
            ),
            points=(f"The chip holds {names}.", *(f"{s}." for s in said)),
        ),
        stimulus=combinational(draw, ports, random_rows=160),
        choices=(("gates", gates),),
    )


GATE = Family("gate", Tier.BASIC, _gate)
PANEL = Family("gate_panel", Tier.BASIC, _panel)
NETWORK = Family("gate_network", Tier.BASIC, _network)
CHIP = Family("gate_chip", Tier.BASIC, _chip)

FAMILIES = (GATE, PANEL, NETWORK, CHIP)
