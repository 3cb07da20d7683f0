"""State machines given by the equations of their flip-flops: D, T and JK."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.design import Description, Design, Exhibit, Family
from mevllm.data.draw import Clocking, Draw, port
from mevllm.data.families.fsm_text import joined
from mevllm.data.families.telling import clock_words
from mevllm.data.families.told import excitation as told
from mevllm.data.stimulus import sequential
from mevllm.tiers import Tier

Product = tuple[tuple[str, int], ...]
"""Signals and the value each must have."""


def _products(draw: Draw, names: Sequence[str]) -> tuple[Product, ...]:
    """A short sum of products of these signals; no product contains another."""
    while True:
        terms = []
        for _ in range(draw.choice((1, 2, 2, 3))):
            picked = sorted(draw.shuffled(names)[: draw.choice((1, 2, 2))])
            terms.append(tuple((name, draw.bits(1)) for name in picked))
        sets = [frozenset(t) for t in terms]
        if all(not (a <= b) for i, a in enumerate(sets) for j, b in enumerate(sets) if i != j):
            return tuple(terms)


def _verilog(terms: Sequence[Product]) -> str:
    parts = [" & ".join(n if v else f"~{n}" for n, v in term) for term in terms]
    return " | ".join(f"({p})" if "&" in p and len(parts) > 1 else p for p in parts)


_STYLES = ("verilog", "prime", "words", "verilog")


def _written(terms: Sequence[Product], style: str) -> str:
    if style == "verilog":
        return _verilog(terms)
    if style == "words":
        parts = [" AND ".join(n if v else f"NOT {n}" for n, v in term) for term in terms]
        return " OR ".join(f"({p})" if len(parts) > 1 and " " in p else p for p in parts)
    return " + ".join("*".join(n if v else f"{n}'" for n, v in term) for term in terms)


_MEANING = {
    "verilog": "",
    "words": "",
    "prime": "(* is AND, + is OR, a prime is NOT.)",
}


def _holds(terms: Sequence[Product], values: dict[str, int]) -> int:
    return int(any(all(values[n] == v for n, v in term) for term in terms))


def _lively(
    bits: Sequence[str],
    given: Sequence[str],
    start: int,
    kind: str,
    rules: dict[str, tuple[Product, ...]],
    z: str,
) -> bool:
    """Whether every bit moves, and the output tells at least three reachable states apart."""
    seen = [start]
    moves: dict[int, list[int]] = {}
    outs: dict[int, list[int]] = {}
    for state in seen:
        moves[state], outs[state] = [], []
        for symbol in range(1 << len(given)):
            values = {b: state >> i & 1 for i, b in enumerate(bits)}
            values |= {g: symbol >> i & 1 for i, g in enumerate(given)}
            follow = 0
            for i, b in enumerate(bits):
                old = values[b]
                if kind == "JK":
                    j, k = _holds(rules[f"J{i}"], values), _holds(rules[f"K{i}"], values)
                    new = (j & ~old | ~k & old) & 1
                else:
                    new = _holds(rules[f"{kind}{i}"], values) ^ (old if kind == "T" else 0)
                follow |= new << i
            moves[state].append(follow)
            outs[state].append(_holds(rules[z], values))
            if follow not in seen:
                seen.append(follow)
    if any(len({s >> i & 1 for s in seen}) < 2 for i in range(len(bits))):
        return False
    labels: dict[int, object] = {s: tuple(outs[s]) for s in seen}
    for _ in seen:
        labels = {s: (labels[s], *(labels[t] for t in moves[s])) for s in seen}
        order = list(dict.fromkeys(labels.values()))
        labels = {s: order.index(label) for s, label in labels.items()}
    return len(set(labels.values())) >= 3


def _machine(draw: Draw, family: Family, kind: str) -> Design:
    """A register of two or three flip-flops of one kind, one or two inputs, an output."""
    clocking = draw.clocking()
    n = draw.choice((2, 2, 3))
    pair = draw.choice((("x",), ("w",), ("in",), ("a", "b"), ("en", "dir"), ("x", "y")))
    given = [draw.name(name) for name in pair]
    z = draw.name("z", "out", "f")
    q = draw.name("q", "state", "s", "r")
    visible = draw.chance(0.6)
    bits = [f"{q}[{i}]" for i in range(n)]
    mealy = draw.chance(0.4)
    start = draw.bits(n) if draw.chance(0.3) else 0
    labels = [
        f"{letter}{i}" for i in range(n) for letter in (("J", "K") if kind == "JK" else (kind,))
    ]
    while True:
        rules = {label: _products(draw, [*bits, *given]) for label in labels}
        rules[z] = _products(draw, [*bits, *given] if mealy else bits)
        used = {name for terms in rules.values() for term in terms for name, _ in term}
        if set(given) <= used and _lively(bits, given, start, kind, rules, z):
            break
    lines = [] if visible else [f"  reg [{n - 1}:0] {q};"]
    spans = {letter: draw.name(letter.lower(), letter) for letter in kind}
    lines.append(f"  wire [{n - 1}:0] {', '.join(spans.values())};")
    lines.append("")
    for label in labels:
        lines.append(f"  assign {spans[label[0]]}[{label[1:]}] = {_verilog(rules[label])};")
    follow = {
        "D": spans.get("D", ""),
        "T": f"{q} ^ {spans.get('T')}",
        "JK": f"({spans.get('J')} & ~{q}) | (~{spans.get('K')} & {q})",
    }[kind]
    code = f"{n}'b{start:0{n}b}"
    lines += ["", clocking.always(f"{q} <= {code};", f"{q} <= {follow};"), ""]
    lines.append(f"  assign {z} = {_verilog(rules[z])};")
    ports = [
        *clocking.ports,
        *(port(name, "input") for name in given),
        *([port(q, "output", n, draw.say("", "state register"))] if visible else []),
        port(z, "output"),
    ]
    if not family.held_out:
        draw.tell(
            *told.flip_flop_equations(
                draw.teller(),
                clocking,
                kind=kind,
                n=n,
                q=q,
                z=z,
                visible=visible,
                code=code,
                rules=rules,
            )
        )
    return draw.design(
        family,
        module=draw.module("fsm", f"{kind.lower()}_machine", "state_machine", "sequential"),
        ports=ports,
        body="\n".join(lines),
        description=_described(draw, clocking, kind, n, q, visible, z, mealy, code, rules, labels),
        stimulus=sequential(draw, ports, clocking, random_rows=220, reset_chance=0.06),
        choices=(
            ("kind", kind),
            ("rules", "; ".join(_verilog(t) for t in rules.values())),
            ("start", start),
            ("visible", visible),
        ),
        clocking=clocking,
    )


_RULE = {
    "D": "A D flip-flop takes over its input D at the clock edge.",
    "T": "A T flip-flop inverts its bit at the clock edge if T is 1, and keeps it otherwise.",
    "JK": "A JK flip-flop keeps its bit for J=K=0, clears it for J=0 K=1, sets it for J=1 K=0, and "
    "inverts it for J=K=1.",
}


def _described(
    draw: Draw,
    clocking: Clocking,
    kind: str,
    n: int,
    q: str,
    visible: bool,
    z: str,
    mealy: bool,
    code: str,
    rules: dict[str, tuple[Product, ...]],
    labels: Sequence[str],
) -> Description:
    style = draw.choice(_STYLES)
    named = [f"{label} = {_written(rules[label], style)}" for label in labels]
    out = f"{z} = {_written(rules[z], style)}"
    register = draw.say(
        f"The state is held in {n} {kind} flip-flops, `{q}[{n - 1}:0]`.",
        f"The circuit has {n} {kind} flip-flops with the outputs `{q}[{n - 1}]` to `{q}[0]`.",
        f"`{q}[{n - 1}:0]` is a register of {n} {kind} flip-flops.",
    )
    index = "The number in the name of a flip-flop input is the index of its bit."
    shows = f"`{q}` is an output." if visible else f"`{q}` is internal."
    effect = f"sets `{q}` to {code}"
    comb = (
        f"`{z}` is combinational in state and input (Mealy)."
        if mealy
        else f"`{z}` depends on the state only."
    )
    edge, reset = clocking.edge_sentence(draw), clocking.reset_sentence(draw, effect)
    rule = _RULE[kind] if kind != "D" or draw.chance(0.5) else ""
    listed = "; ".join((*named, out))
    title = draw.say(
        f"state machine with {n} {kind} flip-flops",
        f"sequential circuit of {n} {kind} flip-flops",
        f"{n}-bit state machine given by its {kind} inputs",
    )
    return Description(
        title=title,
        terse=f"{n} {kind} flip-flops {q}: {listed}. "
        + joined(_MEANING[style], clock_words(clocking, f"to {code}")),
        prose=joined(
            register,
            rule,
            f"Its inputs are {listed}.",
            _MEANING[style],
            index,
            comb,
            shows,
            edge,
            reset,
        ),
        points=tuple(
            p
            for p in (
                register,
                rule,
                index,
                *(f"{line}." for line in named),
                f"Output {out}.",
                _MEANING[style],
                comb,
                shows,
                edge,
                reset,
            )
            if p
        ),
        exhibits=(
            Exhibit(
                "equations",
                joined(
                    draw.say(
                        "Implement the circuit that these equations describe.",
                        "A state machine is given by its flip-flop equations.",
                    ),
                    register,
                    rule,
                    index,
                    _MEANING[style],
                    comb,
                    shows,
                    clocking.edge_sentence(draw),
                    clocking.reset_sentence(draw, effect),
                ),
                "\n".join((*named, out)),
            ),
        ),
    )


def _flip_flop_equations(draw: Draw) -> Design:
    """D or T flip-flops."""
    return _machine(draw, FLIP_FLOP_EQUATIONS, draw.choice(("D", "D", "T")))


def _jk_excitation(draw: Draw) -> Design:
    """JK flip-flops."""
    return _machine(draw, JK_EXCITATION, "JK")


FLIP_FLOP_EQUATIONS = Family("flip_flop_equations", Tier.ADVANCED, _flip_flop_equations)
JK_EXCITATION = Family("jk_excitation", Tier.ADVANCED, _jk_excitation, held_out=True)

FAMILIES = (FLIP_FLOP_EQUATIONS, JK_EXCITATION)
