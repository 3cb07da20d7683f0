"""Acceptors of bit strings: remainders of serial numbers, counts of ones and zeros."""

from __future__ import annotations

from mevllm.data.design import Design, Exhibit, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.serial_math import number_rows
from mevllm.data.families.telling import Fact, clock_words, clocked, lit, tell
from mevllm.data.families.told import acceptors as told
from mevllm.tiers import Tier


def _divisible(draw: Draw) -> Design:
    """The remainder of the number received so far, most significant bit first."""
    clocking = draw.clocking()
    n = draw.choice((3, 3, 5, 5, 6, 7, 9, 10, 11, 12, 13))
    bits = (n - 1).bit_length()
    shown = draw.chance(0.4)
    wanted = 0 if shown or draw.chance(0.6) else draw.int(1, n - 1)
    valid = draw.name("valid", "en", "take") if draw.chance(0.3) else ""
    x = draw.name("bit", "x", "b", "data")
    z = draw.name("divisible", "z", "yes", "multiple") if not wanted else draw.name("z", "hit", "y")
    rem = draw.name("rem", "remainder", "r")
    twice = draw.name("twice", "shifted", "t")
    ports = [
        *clocking.ports,
        port(x, "input", 1, draw.say("", "most significant bit first")),
        *([port(valid, "input")] if valid else []),
        port(z, "output"),
        *([port(rem, "output", bits, f"number modulo {n}")] if shown else []),
    ]
    limit = lit(bits + 1, n)
    step = f"{rem} <= ({twice} >= {limit}) ? {twice} - {limit} : {twice};"
    if valid:
        step = f"if ({valid})\n  {step}"
    lines = [
        *([] if shown else [f"  reg [{bits - 1}:0] {rem};"]),
        f"  wire [{bits}:0] {twice} = {{{rem}, {x}}};",
        "",
        clocking.always(f"{rem} <= {lit(bits, 0)};", step),
        "",
        f"  assign {z} = ({rem} == {lit(bits, wanted)});",
    ]
    what = f"divisible by {n}" if not wanted else f"{wanted} modulo {n}"
    extra = f"`{rem}` shows the remainder of that number modulo {n}." if shown else ""
    gate: Fact = (
        (
            f"A bit is taken only when `{valid}` is 1 at the clock edge; otherwise nothing "
            "changes.",
            f"`{valid}` = 0 leaves everything as it is.",
        )
        if valid
        else "One bit is taken at every clock edge."
    )
    sample = draw.int(3, 8)
    digits = f"{draw.bits(sample) | 1 << (sample - 1):b}"
    value = 0
    rows = []
    for i, digit in enumerate(digits):
        value = 2 * value + int(digit)
        rows.append(
            f"{digits[: i + 1]:>8} = {value:<4} remainder {value % n:<3} {z} = "
            f"{int(value % n == wanted)}"
        )
    facts: tuple[Fact, ...] = (
        (
            f"A binary number arrives on `{x}`, most significant bit first. `{z}` is 1 when the "
            f"number formed by all bits taken since reset is {what}.",
            f"Each bit taken from `{x}` is appended on the right of an unsigned number that is 0 "
            f"after reset. `{z}` = 1 means that this number is {what}.",
        ),
        extra,
        (
            f"`{z}` depends on the bits already clocked in, not on the one now at the "
            f"input{' (Moore)' if draw.chance(0.5) else ''}; after reset it is {int(not wanted)}, "
            "as the empty number counts as 0.",
            f"It is a Moore output, and before any bit it is {int(not wanted)} (the number is 0).",
        ),
        gate,
        *clocked(draw, clocking, "sets the number to 0"),
    )
    draw.tell(
        *told.serial_remainder(
            draw.teller(),
            clocking,
            x=x,
            z=z,
            n=n,
            wanted=wanted,
            rem=rem if shown else "",
            valid=valid,
        )
    )
    return draw.design(
        DIVISIBLE,
        module=draw.module(f"mod{n}", f"divisible_by_{n}", "serial_mod"),
        ports=ports,
        body="\n".join(lines),
        description=tell(
            draw,
            title=f"serial test whether a number is {what}",
            terse=f"{z} = 1 when the number received on {x} since reset (MSB first"
            + (f", bits count if {valid}" if valid else "")
            + f") is {what}; Moore, empty number = 0."
            + (f" {rem} = number mod {n}." if shown else "")
            + f" {clock_words(clocking, 'restarts')}",
            opening=(
                "The number can have any length, so only its remainder is remembered.",
                f"Design a state machine with {n} states, one for each remainder.",
                "",
            ),
            facts=facts,
            exhibits=[
                Exhibit(
                    "worked example",
                    " ".join(
                        s
                        for s in (
                            *(f if isinstance(f, str) else draw.choice(f) for f in facts),
                            "Example, the number after each bit:",
                        )
                        if s
                    ),
                    "\n".join(rows),
                )
            ],
        ),
        stimulus=number_rows(
            draw,
            ports,
            clocking,
            [x] + ([valid] if valid else []),
            0.6,
            [{x: int(b), **({valid: 1} if valid else {})} for b in f"{wanted or n:b}0110"],
        ),
        choices=(("n", n), ("rest", wanted), ("shown", shown), ("valid", bool(valid))),
        clocking=clocking,
    )


def _count_modulo(draw: Draw) -> Design:
    """Ones and zeros counted modulo small numbers, the output from both counts."""
    clocking = draw.clocking()
    m, n = draw.choice(((2, 2), (2, 3), (3, 2), (3, 3), (4, 2), (3, 1), (4, 1), (5, 1), (2, 4)))
    x = draw.name("bit", "x", "data")
    z = draw.name("z", "out", "y", "accept")
    ones, zeros = draw.name("ones", "n1"), draw.name("zeros", "n0")
    rest1, rest0 = draw.int(0, m - 1), draw.int(0, n - 1)
    join = "&&" if draw.chance(0.7) else "||"

    def stepped(name: str, modulus: int, when: str) -> str:
        bits = (modulus - 1).bit_length()
        if modulus in (2, 4):
            return f"if ({when}) {name} <= {name} + 1;"
        return (
            f"if ({when}) {name} <= ({name} == {lit(bits, modulus - 1)}) ? {lit(bits, 0)} : {name} "
            "+ 1;"
        )

    kept = [(ones, m, x, rest1, "ones")] + ([(zeros, n, f"!{x}", rest0, "zeros")] if n > 1 else [])
    lines, reset, step, terms, words = [], [], [], [], []
    for name, modulus, when, rest, thing in kept:
        bits = (modulus - 1).bit_length()
        lines.append(f"  reg {f'[{bits - 1}:0] ' if bits > 1 else ''}{name};")
        reset.append(f"{name} <= {lit(bits, 0)};")
        step.append(stepped(name, modulus, when))
        terms.append(f"({name} == {lit(bits, rest)})")
        parity = {0: "even", 1: "odd"}[rest] if modulus == 2 else ""
        words.append(
            f"the number of {thing} is {parity}"
            if parity
            else f"the number of {thing} is {rest} modulo {modulus}"
            if rest
            else f"the number of {thing} is a multiple of {modulus}"
        )
    lines += ["", clocking.always("\n".join(reset), "\n".join(step)), ""]
    lines.append(f"  assign {z} = {f' {join} '.join(terms)};")
    ports = [*clocking.ports, port(x, "input"), port(z, "output")]
    both = (" and " if join == "&&" else " or ").join(words) + (
        " (or both)" if join == "||" and n > 1 else ""
    )
    start = int(
        all(r == 0 for *_, r, _ in kept) if join == "&&" else any(r == 0 for *_, r, _ in kept)
    )
    draw.tell(
        *told.bit_count_acceptor(
            draw.teller(),
            clocking,
            x=x,
            z=z,
            ones=(m, rest1),
            zeros=(n, rest0),
            both=join == "&&",
        )
    )
    return draw.design(
        COUNT_MODULO,
        module=draw.module("bit_count_check", "parity_fsm", "acceptor"),
        ports=ports,
        body="\n".join(lines),
        description=tell(
            draw,
            title=f"acceptor for bit streams in which {both}",
            terse=f"{z} = 1 when, among the bits of {x} clocked in since reset, {both}. Moore. "
            + clock_words(clocking, "restarts the counts"),
            opening=(
                "A small automaton accepts or rejects bit strings.",
                "Implement this acceptor as a state machine.",
                "",
            ),
            facts=(
                (
                    f"The input `{x}` carries one bit a clock cycle. `{z}` is 1 when in all bits "
                    f"taken since reset {both}.",
                    f"Count the ones and zeros taken from `{x}` since reset, one bit at each clock "
                    f"edge: `{z}` is 1 whenever {both}.",
                ),
                (
                    f"`{z}` is a Moore output and does not include the bit that is on `{x}` at the "
                    f"moment. No bits at all count as 0 ones and 0 zeros, so `{z}` is "
                    f"{start} after reset.",
                    f"The output depends on the stored state only; after reset, with no bits taken "
                    f"(counts of 0), it is {start}.",
                ),
                *clocked(draw, clocking, "sets the counts to 0"),
            ),
        ),
        stimulus=number_rows(draw, ports, clocking, [x]),
        choices=(("moduli", (m, n)), ("rests", (rest1, rest0)), ("join", join if n > 1 else "")),
        clocking=clocking,
    )


DIVISIBLE = Family("serial_remainder", Tier.ADVANCED, _divisible)
COUNT_MODULO = Family("bit_count_acceptor", Tier.ADVANCED, _count_modulo)

FAMILIES = (DIVISIBLE, COUNT_MODULO)
