"""Linear-feedback shift registers of the Galois and the Fibonacci kind."""

from __future__ import annotations

from collections.abc import Callable

from mevllm.data.design import Design, Exhibit, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.phrases import (
    build,
    chain,
    exhibit,
    gate,
    gated,
    joined,
    literal,
    sized,
    spoken,
    table,
)
from mevllm.data.families.told import lfsr as told
from mevllm.tiers import Tier

_POLYNOMIALS = {
    3: ((3, 2), (3, 1)),
    4: ((4, 3), (4, 1)),
    5: ((5, 3), (5, 4, 3, 2), (5, 2)),
    6: ((6, 5), (6, 1), (6, 5, 3, 2)),
    7: ((7, 6), (7, 3), (7, 5, 4, 3)),
    8: ((8, 6, 5, 4), (8, 7, 6, 1), (8, 5, 3, 2)),
    9: ((9, 5), (9, 4), (9, 8, 6, 5)),
    10: ((10, 7), (10, 3)),
    12: ((12, 6, 4, 1), (12, 11, 10, 4)),
    15: ((15, 14), (15, 1)),
    16: ((16, 15, 13, 4), (16, 14, 13, 11)),
    20: ((20, 17), (20, 3)),
    24: ((24, 23, 22, 17),),
    32: ((32, 22, 2, 1), (32, 30, 26, 25)),
}
"""Exponents of primitive polynomials, without the constant 1, by degree."""


def _exponents(draw: Draw) -> tuple[int, tuple[int, ...]]:
    """A degree and the exponents of a primitive polynomial, or of an arbitrary one."""
    width = draw.choice(list(_POLYNOMIALS))
    if draw.chance(0.5):
        return width, draw.choice(_POLYNOMIALS[width])
    extra = draw.shuffled(range(1, width))[: draw.int(1, min(4, width - 1))]
    return width, (width, *sorted(extra, reverse=True))


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _galois(draw: Draw) -> Design:
    """The bit that leaves is exclusive-ored into several places of the shifted register."""
    width, exponents = _exponents(draw)
    right = draw.chance(0.7)
    top = width - 1
    q = "{q}"
    if right:
        mask = sum(1 << (e - 1) for e in exponents)
        inner = [e - 1 for e in exponents[1:]]
    else:
        mask = 1 + sum(1 << e for e in exponents[1:])
        inner = list(exponents[1:])
    leaving, entering = (0, top) if right else (top, 0)
    behind = 1 if right else -1
    if width <= 8:
        parts = [
            f"{q}[{leaving}]"
            if i == entering
            else f"{q}[{i + behind}]" + (f" ^ {q}[{leaving}]" if i in inner else "")
            for i in range(top, -1, -1)
        ]
        following = f"{{{', '.join(parts)}}}"
    else:
        shifted = f"{{1'b0, {q}[{top}:1]}}" if right else f"{{{q}[{top - 1}:0], 1'b0}}"
        following = f"{shifted} ^ ({q}[{leaving}] ? {width}'h{mask:x} : {width}'h0)"

    def step(value: int) -> int:
        out = value >> leaving & 1
        moved = value >> 1 if right else value << 1 & (1 << width) - 1
        return moved ^ mask if out else moved

    way = "right" if right else "left"
    polynomial = " + ".join([*(f"x^{e}" if e > 1 else "x" for e in exponents), "1"])
    taps = _listed([f"{i}" for i in inner])

    def rules() -> list[str]:
        where = f"{q}[{inner[0]}]" if len(inner) == 1 else f"bits {taps}"
        return [
            draw.say(
                f"in each step the register shifts one place to the {way}; the bit that leaves, "
                f"`{q}[{leaving}]`, becomes the new `{q}[{entering}]` and is also exclusive-ored "
                f"into the values that arrive at {where}.",
                f"a step shifts `{q}` {way} by one, with the old `{q}[{leaving}]` entering at bit "
                f"{entering}; the next {'value' if len(inner) == 1 else 'values'} of {where} "
                f"{'is' if len(inner) == 1 else 'are'} moreover XORed with the old "
                f"`{q}[{leaving}]`.",
                f"in a step, when the old `{q}[{leaving}]` is 0, `{q}` is shifted {way} by one "
                f"with a 0 entering; when it is 1, the shifted value (a 0 entering) is in addition "
                f"XORed with {width}'b{mask:0{width}b}.",
            ),
            draw.say(
                f"this is the Galois form of {polynomial}, where x^k "
                + (f"stands for bit k-1 of `{q}`." if right else f"feeds bit k of `{q}`."),
                "",
            ),
        ]

    brief = (
        f"Galois LFSR, shifting {way}: next q = ({way} shift of {q}, 0 in) ^ ({q}[{leaving}] ? "
        f"{width}'b{mask:0{width}b} : 0)"
    )
    return _lfsr(
        draw, GALOIS_LFSR, "Galois", width, following, step, rules, brief, (exponents, right), False
    )


def _fibonacci(draw: Draw) -> Design:
    """The exclusive or of several bits of the register is shifted in."""
    width, exponents = _exponents(draw)
    left = draw.chance(0.6)
    inverted = draw.chance(0.25)
    top = width - 1
    q = "{q}"
    taps = [e - 1 for e in exponents] if left else [width - e for e in exponents]
    if width <= 8 or len(taps) <= 2 or draw.chance(0.7):
        feedback = " ^ ".join(f"{q}[{i}]" for i in taps)
        feedback = f"~({feedback})" if inverted else feedback
    else:
        chosen = sum(1 << i for i in taps)
        feedback = f"{'~' if inverted else ''}^({q} & {width}'h{chosen:x})"
    following = f"{{{q}[{top - 1}:0], {feedback}}}" if left else f"{{{feedback}, {q}[{top}:1]}}"

    def step(value: int) -> int:
        bit = sum(value >> i for i in taps) & 1 ^ int(inverted)
        return (value << 1 | bit) & (1 << width) - 1 if left else value >> 1 | bit << top

    way, entering = ("left", 0) if left else ("right", top)
    polynomial = " + ".join([*(f"x^{e}" if e > 1 else "x" for e in exponents), "1"])
    operation = "XNOR (the inverted exclusive or of all)" if inverted else "XOR"
    places = _listed([f"`{q}[{i}]`" for i in taps])

    def rules() -> list[str]:
        return [
            draw.say(
                f"in each step `{q}` shifts one place to the {way} and the {operation} of "
                f"{places} is shifted into bit {entering}.",
                f"the feedback bit is the {operation} of {places}; a step shifts `{q}` {way} by "
                f"one with the feedback bit entering at bit {entering}.",
                f"a step moves every bit one place to the {way}; the free position, bit "
                f"{entering}, receives the {operation} of {places}.",
            ),
            draw.say(
                f"this is the Fibonacci form of {polynomial}, where x^k stands for "
                + (f"`{q}[k-1]`." if left else f"`{q}[{width}-k]`."),
                "",
            ),
        ]

    brief = f"Fibonacci LFSR: shift {way}, bit {entering} receives the {operation} of {places}"
    choice = (exponents, left, inverted)
    return _lfsr(
        draw,
        FIBONACCI_LFSR,
        "Fibonacci",
        width,
        following,
        step,
        rules,
        brief,
        choice,
        inverted,
    )


def _moves(start: int, width: int, step: Callable[[int], int]) -> bool:
    """Whether every bit takes both values in the first 150 steps."""
    zeros, ones, value = 0, 0, start
    for _ in range(150):
        zeros, ones, value = zeros | ~value, ones | value, step(value)
    full = (1 << width) - 1
    return zeros & full == full and ones & full == full


def _lfsr(
    draw: Draw,
    family: Family,
    kind: str,
    width: int,
    following: str,
    step: Callable[[int], int],
    rules: Callable[[], list[str]],
    brief: str,
    choice: tuple[object, ...],
    inverted: bool,
) -> Design:
    """An LFSR around its feedback: reset value, enable, seed; `{q}` stands for the register."""
    clocking = draw.clocking()
    enable = gate(draw, 0.4)
    ones = (1 << width) - 1
    start = draw.choice((1, 1, 1 << (width - 1), ones, draw.int(1, ones)))
    if inverted:
        start = draw.choice((0, 0, 1, draw.int(0, ones - 1)))
    while not _moves(start, width, step):
        start = draw.int(0, ones)
    seeded = draw.chance(0.3)
    load = draw.name("load") if seeded else ""
    seed = draw.name("seed", "init", "d", "start_value") if seeded else ""
    q = draw.name("q", "lfsr", "out", "state", "data_out", "rnd")
    serial = draw.name("bit_out", "so", "prbs", "rand_bit") if draw.chance(0.25) else ""
    last = width - 1
    ports = [
        *clocking.ports,
        *([enable.port] if enable else []),
        *([port(load, "input", 1, "loads the seed")] if seeded else []),
        *([port(seed, "input", width, "value to load")] if seeded else []),
        port(q, "output", width, "the register"),
        *([port(serial, "output", 1, f"bit {last} of the register")] if serial else []),
    ]
    following = following.replace("{q}", q)
    advance = f"{q} <= {following};"
    if seeded:
        loading = (load, f"{q} <= {seed};")
        body = (
            chain([loading, (enable.condition, advance)]) if enable else chain([loading], advance)
        )
    else:
        body = gated(enable, advance)
    text = clocking.always(f"{q} <= {literal(width, start)};", body)
    if serial:
        text += f"\n  assign {serial} = {q}[{last}];"
    value = f"{width}'b{start:0{width}b}" if width <= 8 else f"{width}'h{start:x}"
    effect = draw.say(f"sets `{q}` to {value}", f"puts the value {value} into `{q}`")

    def said() -> list[str]:
        steps = "at every clock edge" if not enable else f"at every clock edge at which {enable.on}"
        return [
            draw.say(
                f"the register makes one step {steps}"
                + (f", unless `{load}` is 1." if load else "."),
            ),
            *(rule.replace("{q}", q) for rule in rules()),
            f"while {enable.off} the register holds." if enable and not seeded else "",
            f"when `{load}` is 1, `{q}` is loaded with `{seed}` instead"
            + (f", whatever `{enable.name}` is." if enable else ".")
            if seeded
            else "",
            f"while {enable.off} and `{load}` is 0, the register holds."
            if enable and seeded
            else "",
            f"`{serial}` equals `{q}[{last}]`." if serial else "",
        ]

    values = [start]
    for _ in range(draw.int(4, 7)):
        values.append(step(values[-1]))
    shown = [f"{v:0{width}b}" if width <= 12 else f"0x{v:0{(width + 3) // 4}x}" for v in values]
    example: tuple[Exhibit, ...] = ()
    if len(set(values)) > 3:
        example = (
            exhibit(
                draw,
                clocking,
                "worked example",
                spoken(
                    f"`{q}` is {sized(width)} {kind} LFSR.",
                    *said(),
                    draw.say(
                        "The first values after reset are listed for checking.",
                        "The list shows how the register runs from its reset value.",
                    ),
                ),
                effect,
                table(draw, ("step", q), list(enumerate(shown))),
            ),
        )
    options = [f"{load} loads {seed} first"] if seeded else []
    options += [f"a step only when {enable.on}"] if enable else []
    named = (load, seed, q, serial)
    draw.tell(*told.lfsr(draw.teller(), clocking, width, choice, step, start, enable, named))
    return build(
        draw,
        family,
        clocking,
        modules=("lfsr", f"lfsr{width}", f"{kind.lower()}_lfsr", "prng"),
        ports=ports,
        body=text,
        title=f"{width}-bit {kind} LFSR",
        terse=joined(
            brief.replace("{q}", q).replace("next q", f"next {q}")
            + (f"; {'; '.join(options)}." if options else "."),
            f"{serial} = {q}[{last}]." if serial else "",
        ),
        intro=draw.say(
            f"Implement {sized(width)} linear-feedback shift register in {kind} form.",
            f"A pseudo-random sequence comes from a {kind} LFSR of {width} bits.",
            f"Build a {kind} LFSR with {width} flip-flops, `{q}[{last}:0]`.",
        ),
        rules=said,
        effect=effect,
        exhibits=example,
        chances={load: 0.06, **(enable.chances() if enable else {})},
        choices={
            "width": width,
            "feedback": choice,
            "start": start,
            "seeded": seeded,
            "enable": enable.active_high if enable else None,
            "serial": bool(serial),
        },
    )


GALOIS_LFSR = Family("galois_lfsr", Tier.ADVANCED, _galois)
FIBONACCI_LFSR = Family("fibonacci_lfsr", Tier.ADVANCED, _fibonacci)

FAMILIES = (GALOIS_LFSR, FIBONACCI_LFSR)
