"""Adders and comparators out of small blocks as people tell them."""

from __future__ import annotations

from collections.abc import Mapping

from mevllm.data.draw import Draw
from mevllm.data.families.told._words_systems import voice


def adder(
    draw: Draw,
    names: tuple[str, ...],
    style: str,
    blocks: tuple[int, int],
    minus: bool,
    flags: Mapping[str, str],
) -> tuple[str, ...]:
    """A wide adder; the names: operands, carry in or subtract, sum, carry out; flags by kind."""
    v = voice(draw)
    a, b, cin, out, cout = v.names(names)
    count, size = blocks
    how = {
        "full adders": v.say("ripple-carry", f"ripple of {count} full adders"),
        "lookahead": v.say(f"{count} rippling 4-bit CLA blocks", f"4-bit carry-lookahead x{count}"),
        "select": v.say(
            f"carry-select, {count} slices of {size} bits",
            f"carry-select ({size}-bit slices, all but the lowest doubled)",
        ),
        "blocks": v.say(f"{count} chained {size}-bit adders", f"{size}-bit blocks in a row"),
    }[style]
    said = {
        "overflow": v.say("signed overflow", "two's complement overflow"),
        "zero": v.say(f"{out} all zero", f"zero flag of {out}"),
    }
    marks = "; ".join(f"{v.name(n)}: {said[f]}" for f, n in flags.items())
    if minus:
        return (
            v.say(
                f"Adder/subtractor, {how}: {cin} = 1 inverts {b} and feeds the carry in. {cout} is "
                f"the raw carry, so 1 means no borrow when subtracting. {marks}.",
                f"{out} = {a} + {b}, or {a} - {b} when {cin} is set (two's complement, XOR gates "
                f"on {b}). {cout}: carry of that sum, not a borrow. {marks}. Structure: {how}.",
                f"One adder for both: {how}, operand {b} complemented and carry-in 1 under {cin}. "
                f"{marks}; {cout} as it leaves the top bit.",
                f"Add or take away. With {cin} low the circuit adds, with {cin} high it computes "
                f"{a} plus not-{b} plus 1. {cout} is the last carry in either case. {marks}. "
                f"Built as {how}.",
                f"Textbook add/sub unit with mode line {cin} (1 subtracts {b} from {a}); {how}. "
                f"{marks}. {cout} is the carry out, complement of the borrow.",
                f"{marks}.\nMode {cin}: 0 adds, 1 subtracts by adding the two's complement of {b}."
                f"\n{cout}: carry out of the adder as it is.\nInside: {how}.",
            ),
        )
    return (
        v.say(
            f"Adder with carry in and out, {how}. {marks}.",
            f"{cout} and {out} together are {a} + {b} + {cin}. Make it {how}. {marks}.",
            f"{v.up(how)}: sum of {a}, {b} and carry {cin}, carry out {cout}. {marks}.",
            f"Combinational binary addition of {a} and {b}; {cin} enters at the bottom, {cout} "
            f"leaves at the top. Extra outputs: {marks}. Internally {how}.",
            f"The integer adder of an address unit, {how}, nothing registered. {marks}. Carry "
            f"chain from {cin} to {cout}.",
            f"- function: plain addition with carry ({cin} to {cout})\n- architecture: {how}\n"
            f"- {marks}",
        ),
    )


def decimal(draw: Draw, names: tuple[str, ...], digits: int, minus: bool) -> tuple[str, ...]:
    """A chain of BCD digit adders; the names: operands, carry in or subtract, sum, carry, error."""
    v = voice(draw)
    a, b, cin, _, cout, bad = v.names(names)
    rule = v.say(
        "digit sums t above 9 yield (t + 6) mod 16 and a carry, others t and none, also for "
        "nibbles that are no digits",
        "each stage adds two nibbles and the carry; over 9 it adds 6 more, keeps four bits and "
        "carries 1, invalid nibbles included",
    )
    check = v.say(
        f"{bad} = some nibble of {a} or {b} exceeds 9", f"{bad} flags any input nibble above 9"
    )
    if minus:
        start = v.say(
            f"{cin} = 1 subtracts by ten's complement: each nibble of {b} becomes 9 minus it (mod "
            f"16) and 1 is carried into the units; {cin} = 0 adds with no carry in",
            f"with {cin} high, {b} is replaced nibble by nibble by its nine's complement (9 - d, "
            f"modulo 16) and the lowest carry is 1; with {cin} low, {b} is used as is and that "
            f"carry is 0",
        )
        return (
            v.say(
                f"{digits}-digit BCD adder/subtractor. {start}. {v.up(rule)}. "
                f"{cout} is the top carry; {check}.",
                f"Decimal add or subtract, {digits} digits, rippling digit by digit: {start}; "
                f"{rule}. {cout} leaves the highest digit. {check}.",
                f"For a pocket calculator with {digits} decimal places. {check}. The carry of the "
                f"last digit is {cout}.\n- {start}\n- {rule}",
                f"Packed BCD arithmetic. Digit by digit, {rule}. {cout}: final carry. Before "
                f"that, {start}. {check}.",
                f"{check}. Otherwise a ripple of {digits} decimal stages with end carry {cout}, in "
                f"which {rule}. As for the sign, {start}.",
            ),
        )
    return (
        v.say(
            f"{digits}-digit BCD ripple adder, {cin} in, {cout} out; {rule}. {check}.",
            f"Packed decimal addition of {a}, {b} and carry {cin}, units in the lowest nibble. "
            f"{v.up(rule)}. {cout} comes from digit {digits}. {check}.",
            f"A scoreboard adds points in decimal, {digits} digits of four bits. {cin} goes into "
            f"the units; {rule}; what the top digit carries is {cout}. {check}.",
            f"{check}. Main job: {digits} decimal full adders in a chain from {cin} to {cout}; "
            f"{rule}.",
            f"BCD sum, {digits} digits:\n1. {rule}\n2. first carry {cin}, last carry {cout}\n3. "
            f"{check}",
        ),
    )


def comparator(
    draw: Draw, names: tuple[str, ...], blocks: tuple[int, int], signed: bool
) -> tuple[str, ...]:
    """A cascaded magnitude comparator; the names: operands, greater, equal, less."""
    v = voice(draw)
    a, b, gt, eq, lt = v.names(names)
    count, size = blocks
    kind = v.say("signed", "two's complement") if signed else v.say("unsigned", "plain binary")
    chain = v.say(f"{count} cascaded {size}-bit stages", f"a cascade of {count} {size}-bit blocks")
    return (
        v.say(
            f"Magnitude comparator, {kind}, {chain}: {gt}, {eq}, {lt}.",
            f"Compare {a} with {b} ({kind}). Exactly one of {gt}, {eq}, {lt} is high. Build {chain}"
            f", low end first.",
            f"This is {chain}, telling whether {a} is above, at or below {b}; operands are {kind}.",
            f"A thermostat's comparator: {gt} if {a} exceeds {b}, {lt} if it falls short, {eq} if "
            f"they match, {kind} values, combinational, made of {chain}.",
            f"{eq}: same value. {gt}: {a} larger. {lt}: {a} smaller. Numbers are {kind}; greater "
            f"and equal ripple upwards through {chain}.",
            f"Three-way {kind} comparison of {a} against {b} by {chain}, no clock.",
        ),
    )
