"""Half and full adders and subtractors as people tell them."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Draw
from mevllm.data.families.literals import listed, number
from mevllm.data.families.told._words_combinational import an, laid_out, q, spoken


def one_bit(
    t: Draw, *, kind: str, count: int, ins: Sequence[str], s: str, o: str
) -> tuple[str, ...]:
    """Half and full adders and subtractors, one or several side by side."""
    full, say = len(ins) == 3, t.say
    a, b, c = (q(n) for n in (*ins, "", "")[:3])
    s, o, all_in = q(s), q(o), listed(ins)
    bank = f"bank of {number(count)} independent {kind}s" if count > 1 else kind
    lanes = ""
    if count > 1:
        lanes = say(
            f"Do this for each of the {count} bit positions on its own; nothing is passed along.",
            f"There are {number(count)} such cells, cell i using bit i of every vector, "
            "unconnected.",
            f"All vectors are taken bitwise: {number(count)} separate cells, no chain between "
            "them.",
        )
    if kind.endswith("subtractor"):
        off = f"{b} and {c} count one each and are taken off" if full else f"{b} is taken off"
        short = say(
            f"{an(bank)}: minuend {a}, subtrahend {b}{f', borrow in {c}' * full}; difference "
            f"on {s}, borrow out on {o}.",
            f"One column of binary subtraction. From {a} take "
            f"{b}{f' and the incoming borrow {c}' * full}; the digit is {s}, the borrow it needs "
            f"is {o}.",
            f"{s} is the XOR of {all_in}. {o} says that a borrow was needed to take "
            f"{listed(ins[1:])} away from {a}.",
            f"Satisfy {a} - {b}{f' - {c}' * full} = {s} - 2*{o}, all of them single bits.",
            f"{s} and {o} are difference and borrow out of a textbook {kind} working on {a} minus "
            f"{b}{f' with borrow in {c}' * full}.",
            f"Need the {kind} cell. {o} goes high when {a} is too small for "
            f"{'the sum of ' * full}{listed(ins[1:])}, {s} is the result modulo 2.",
        )
        purpose = say(
            f"A divider subtracts column by column. Its cell gets a remainder bit {a} and a "
            "divisor bit "
            f"{b}{f' as well as the borrow {c} that the column to the right asks for' * full}. It "
            f"leaves {s} as the new remainder bit and raises {o} to borrow from its left "
            "neighbour.",
            f"On a training board for binary arithmetic, learners set {a} on top and {b} below "
            f"it{f', plus a borrow {c} from the column before' * full}. Lamp {s} shows the digit "
            f"they have to write down for top minus bottom, lamp {o} that they must borrow for "
            "it.",
            f"Part of a magnitude comparator that works by subtraction: {a} minus "
            f"{b}{f' minus the pending borrow {c}' * full}. The borrow {o} (1 if the true result "
            f"is below zero) is what the comparison is about, but the difference bit {s} is "
            "brought out too.",
            f"This is the arithmetic cell of a countdown unit. {a} is the old bit, {off}. "
            f"The new bit is {s}; if there was too little to take from, {o} reports a borrow.",
            f"For a bit-slice processor we need the slice that forms {a} less "
            f"{b}{f' less {c}, the borrow arriving from the slice below' * full}: difference {s}, "
            f"and {o} for the slice above when it has to lend.",
        )
        rows = [tuple(t.int(0, 1) for _ in ins) for _ in range(2)]
        rows[1] = (0, 1, *rows[1][2:])
        cases = []
        for values in rows:
            left = values[0] - sum(values[1:])
            given = ", ".join(f"{q(n)}={v}" for n, v in zip(ins, values, strict=True))
            cases.append(f"{given} gives {s}={left & 1}, {o}={int(left < 0)}")
        lead = say(
            f"A {kind} is to be built, with {a} as the number that is subtracted from.",
            f"Subtract {listed(ins[1:])} from {a}, in one bit.",
            f"Difference and borrow of one-bit numbers: {a} is reduced by {listed(ins[1:])}.",
        )
        facts = [
            say(
                f"{s} is the difference modulo two.",
                f"{s} is 1 for an odd number of ones among {all_in}.",
            ),
            say(
                f"{o} is set exactly if the exact difference is negative.",
                f"{o} is high when {'more is taken away than' if full else f'{b} is 1 but'} {a} "
                f"{'holds' if full else 'is 0'}.",
            ),
        ]
    else:
        short = say(
            f"{an(bank)} for {all_in}{' (the last one is the carry in)' * full}. Sum to {s}, "
            f"carry to {o}.",
            f"{s} is the {'odd parity' if full else 'XOR'} of {all_in}, {o} their "
            f"{'majority' if full else 'AND'}: a {kind}.",
            f"Count the ones among {all_in}: the units bit of that count is {s}, the twos bit {o}.",
            "One column of binary addition, "
            f"{f'with {c} carried in' if full else 'nothing carried in'}: {a} plus {b}, digit "
            f"{s}, carry out {o}.",
            f"Satisfy {' + '.join(q(n) for n in ins)} = 2*{o} + {s}, all of them single bits.",
            f"Give me the usual {kind}. Its operands are "
            f"{listed((ins[0], ins[1]))}{f', its carry input {c}' * full}, and it drives {s} "
            "(sum) "
            f"and {o} (carry out).",
            f"{o} high if {'two or more' if full else 'both'} of {all_in} are high; {s} high if "
            f"{'one or three' if full else 'just one'} of them {'are' if full else 'is'}.",
        )
        purpose = say(
            f"A multiplier squeezes its partial products together. Here {number(len(ins))} bits "
            f"of equal weight, {all_in}, meet in one cell, which leaves a bit {s} of that same "
            f"weight and a bit {o} of twice the weight, so that the value is kept.",
            f"{initial_number(len(ins))} light barriers, {all_in}, watch the lanes of a conveyor, "
            "1 meaning blocked. The operator wants the number of blocked lanes in binary on two "
            f"lamps: {o} for the twos and {s} for the ones.",
            "On a training board for binary arithmetic, learners set "
            f"{listed((ins[0], ins[1]))}{f' and the carry {c} from the column before' * full}, "
            "and "
            f"read the digit to write down on {s} and the carry to take along on {o}.",
            f"The {'inner columns' if full else 'lowest column'} of a processor's adder, where "
            f"{f'a carry {c} arrives from below' if full else 'no carry arrives'}: {a} and {b} "
            f"are summed, {s} stays in the column and {o} moves on to the next one.",
            f"A corridor has {number(len(ins))} switches, {all_in}. Lamp {s} changes whenever any "
            f"single switch is moved, and is dark with all of them off. A second lamp, {o}, is "
            "lit while at least two switches are on.",
        )
        rows = [tuple(t.int(0, 1) for _ in ins), (1, *(1 for _ in ins[1:]))]
        cases = []
        for values in rows:
            given = ", ".join(f"{q(n)}={v}" for n, v in zip(ins, values, strict=True))
            cases.append(f"{given} gives {o}={sum(values) >> 1}, {s}={sum(values) & 1}")
        lead = say(
            f"Add the bits {all_in}.",
            f"We need the sum and the carry of {number(len(ins))} bits: {all_in}.",
            f"A {kind} takes {all_in}.",
        )
        facts = [
            say(f"{s} carries the low bit of the total.", f"{s} is what XOR makes of {all_in}."),
            say(
                f"{o} carries the high bit of the total.",
                f"{o} is 1 from a total of two upwards.",
                f"The carry {o} is "
                f"{'the majority of the three' if full else 'set only by two ones'}.",
            ),
        ]
    lead += f" {lanes}" * bool(lanes)
    example = (
        f"In {'each position' if count > 1 else 'numbers'}: {'; '.join(dict.fromkeys(cases))}."
    )
    remark = laid_out(t, lead, t.shuffled(facts), example)
    return spoken(t, f"{short} {lanes}" if lanes else short, f"{purpose} {lanes}", remark)


def initial_number(count: int) -> str:
    """`Three`."""
    return number(count).capitalize()
