"""Multiplexers as people tell them."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Draw
from mevllm.data.families.literals import listed, number
from mevllm.data.families.told._words_combinational import an, laid_out, q, spoken


def mux_two(
    t: Draw,
    *,
    width: int,
    a: str,
    b: str,
    out: str,
    selects: Sequence[str],
    control: str,
    inverted: bool,
) -> tuple[str, ...]:
    """Two words, one of them chosen by a bit or by a condition on two bits."""
    say = t.say
    a, b, out, s, r = (q(n) for n in (a, b, out, selects[0], selects[-1]))
    on, off = {
        "one": (say(f"{s} is 1", f"{s} is high", f"{s} is set"), say(f"{s} is 0", f"{s} is low")),
        "low": (say(f"{s} is 0", f"{s} is low"), say(f"{s} is 1", f"{s} is high")),
        "and": (
            say(f"{s} and {r} are both 1", f"{s} AND {r} holds"),
            f"at least one of {s} and {r} is 0",
        ),
        "or": (say(f"{s} or {r} or both are 1", f"{s} OR {r} holds"), f"{s} and {r} are both 0"),
        "xor": (say(f"{s} and {r} differ", f"{s} XOR {r} is 1"), f"{s} and {r} agree"),
    }[control]
    term = {
        "one": f"{s} = 0 for {a}, 1 for {b}",
        "low": f"{s} = 1 for {a}, 0 for {b}",
        "and": f"select {s} AND {r} (0 for {a}, 1 for {b})",
        "or": f"select {s} OR {r} (0 for {a}, 1 for {b})",
        "xor": f"select {s} XOR {r} (0 for {a}, 1 for {b})",
    }[control]
    flip = (
        say(
            f"The chosen {'bit' if width == 1 else 'word'} is inverted before it reaches {out}.",
            f"Mind that {out} carries the {'' if width == 1 else 'bitwise '}complement of what "
            "was chosen.",
            f"{out} is an inverting output.",
        )
        if inverted
        else ""
    )
    short = say(
        f"2:1 mux, {term}, onto {out}. {flip}",
        f"{'Inverting ' * inverted}2-way selector for "
        f"{'single bits' if width == 1 else f'{width}-bit words'}: {out} from {b} if {on}, else "
        f"from {a}. {flip}",
        f"Ternary operator in hardware: {b} when {on}, {a} otherwise, result {out}. {flip}",
        f"Switch {out} between {a} (when {off}) and {b} (when {on}). {flip}",
        f"{flip} Apart from this a plain two-input multiplexer to {out} with {term}.",
        f"Pass {a} to {out}; replace it by {b} as long as {on}. {flip}",
        f"Route {b} to {out} if {on}, and {a} if {off}. {flip}",
    )
    purpose = say(
        f"A board has a normal and a spare source, {a} and {b}. The spare is used while {on}; as "
        f"soon as {off}, the consumer {out} is back on the normal one. {flip}",
        f"In a datapath the operand {out} is normally {a}. Forwarding replaces it by the bypass "
        f"value {b} whenever {on}. {flip}",
        f"For the factory test, a pattern {b} can be fed in where the ordinary signal {a} goes: "
        f"{out} sees the pattern if {on}, and the ordinary signal if {off}. {flip}",
        f"Day and night settings {a} and {b} exist for a lamp controller {out}. Night rules apply "
        f"when {on}, day rules when {off}. {flip}",
        f"A recorder listens to the front microphone {a} unless {on}, when it listens to the rear "
        f"one, {b}. What it records is {out}. {flip}",
    )
    remark = laid_out(
        t,
        say(
            f"{out} is derived from one of {a} and {b}.",
            f"Choose between {a} and {b}.",
            f"Two sources, {a} and {b}, share {out}.",
        ),
        [
            say(f"If {on}, the choice is {b}.", f"Source {b} applies when {on}."),
            say(
                f"If {off}, the choice is {a}.",
                f"Source {a} applies when {off}.",
                f"In every other case {a} is taken.",
            ),
            flip,
            say(
                "A change is visible at once, there is no memory.",
                "It is a multiplexer; nothing is stored.",
                f"The {'bit' if width == 1 else 'word'} not chosen has no influence.",
            ),
        ],
    )
    return spoken(t, short, purpose, remark)


def mux_many(
    t: Draw,
    *,
    width: int,
    names: Sequence[str],
    codes: Sequence[int],
    lines: int,
    sel: str,
    out: str,
    other: str,
) -> tuple[str, ...]:
    """Several inputs, a select code for each; `other` is said for the other codes, if any."""
    say, count = t.say, len(names)
    sel, out, every = q(sel), q(out), listed(names)
    ordered = list(codes) == list(range(count))
    pairs = list(zip(codes, names, strict=True))
    if ordered:
        mapping = say(
            f"{sel} counts the inputs from 0: {every}.",
            f"The code is the position in the row {every}, starting with 0.",
            f"0 stands for {q(names[0])}, 1 for {q(names[1])} and so on, {count - 1} for "
            f"{q(names[-1])}.",
            ", ".join(f"{c}: {q(n)}" for c, n in pairs).join(("Codes are ", ".")),
        )
    else:
        mapping = say(
            f"Codes: {', '.join(f'{c} -> {q(n)}' for c, n in t.shuffled(pairs))}.",
            f"{sel} has to be {', '.join(f'{c} for {q(n)}' for c, n in sorted(pairs))}.",
            f"The assignment is irregular ({', '.join(f'{q(n)} = {c}' for c, n in pairs)}).",
            f"Decimal select values are {', '.join(f'{c} ({q(n)})' for c, n in sorted(pairs))}.",
        )
    rest = (
        say(
            f"Unused codes give {other}.",
            f"Any other code makes {out} {other}.",
            f"{out} is {other} for codes not mentioned.",
            f"Should {sel} hold something else, {out} falls back to {other}.",
        )
        if other
        else ""
    )
    kind = f"{count}:1 mux" if width == 1 else f"{width}-bit {count}:1 mux"
    short = say(
        f"{kind}, select {sel}, output {out}. {mapping} {rest}",
        f"{mapping} {out} shows the selected one. {rest}",
        f"Case statement on {sel} that copies one of {number(count)} inputs to {out}. {mapping} "
        f"{rest}",
        f"{out} = the input that {sel} names. {mapping} {rest}",
        f"Selector with {number(count)} positions, {sel} sets the position and {out} is the "
        f"wiper. {mapping} {rest}",
        f"{rest} Otherwise {out} is an ordinary multiplexer output, controlled by {sel}. {mapping}",
    )
    purpose = say(
        f"A monitor bus lets the lab look at {number(count)} internal signals, one at a time, on "
        f"{out}. The probe number is written to {sel}. {mapping} {rest}",
        f"The read path of a peripheral returns one of its {number(count)} registers on {out}, "
        f"addressed by {sel}. {mapping} {rest}",
        f"An intercom has {number(count)} stations. What the listener hears, {out}, is the "
        f"station dialled on {sel}. {mapping} {rest}",
        f"A logger scans {number(count)} sensors and sets {sel} to the one whose value shall "
        f"appear on {out}. {mapping} {rest}",
        f"The effect unit of a synthesizer has a knob {sel} with which {out} is taken from one of "
        f"{number(count)} sources. {mapping} {rest}",
    )
    pick, value = t.int(0, count - 1), t.bits(width)
    free = [code for code in range(1 << lines) if code not in codes]
    shown = f"{sel} = {lines}'b{codes[pick]:0{lines}b} passes {q(names[pick])}"
    shown += f"; if that is {value}, so is {out}"
    if free:
        shown += f", but {lines}'b{t.choice(free):0{lines}b} results in {other}"
    remark = laid_out(
        t,
        say(
            f"{out} copies one of {number(count)} inputs.",
            f"{sel} determines what {out} is.",
            f"Multiplex {number(count)} inputs to {out}.",
        ),
        [
            mapping,
            rest,
            say(
                "Changes of the selected input go straight through.",
                "There is no clock and no memory in it.",
                "Inputs that are not selected do not matter.",
            ),
        ],
        f"{shown}.",
    )
    return spoken(t, short, purpose, remark)


def mux_packed(
    t: Draw, *, count: int, width: int, data: str, sel: str, out: str, reverse: bool
) -> tuple[str, ...]:
    """One slice of a wide vector, chosen by an index."""
    say, spare = t.say, count & (count - 1) != 0
    data, sel, out = q(data), q(sel), q(out)
    unit, bits = ("bit", "bit") if width == 1 else ("word", f"{width}-bit word")
    end = "most" if reverse else "least"
    if width == 1:
        direct = f"{data}[{count - 1} - {sel}]" if reverse else f"{data}[{sel}]"
    else:
        direct = f"bits {width}*k to {width}*k+{width - 1} of {data}, where k is " + (
            f"{count - 1} - {sel}" if reverse else sel
        )
    order = say(
        f"Index 0 is the {end} significant {unit}.",
        f"Counting starts with 0 at the {'left (most' if reverse else 'right (least'} "
        "significant) end.",
        f"0 addresses the {unit} at the {'top' if reverse else 'bottom'} of the vector, "
        f"{count - 1} the one at the {'bottom' if reverse else 'top'}.",
    )
    rest = (
        say(
            f"{out} is 0 for an index of {count} or more.",
            f"Beyond index {count - 1} there is nothing, so {out} reads 0.",
            f"Out-of-range indices ({count} and up) return 0.",
        )
        if spare
        else ""
    )
    short = say(
        f"Indexed read of a long vector: {out} is {direct}. {rest} {order}",
        f"{f'{width}-bit ' * (width > 1)}{count}:1 mux with all inputs packed in {data}, select "
        f"{sel}, output {out}. {order} {rest}",
        f"Index into {data} by {sel}: {out} = {bits} number {sel}. {order} {rest}",
        f"A part select whose base varies with {sel}: {out} gets {direct}. {rest}",
        f"Treat {data} as an array of {count} {bits}s and return element {sel} on {out}. {order} "
        f"{rest}",
        f"{order} {out} is the {bits} of {data} that {sel} points at. {rest}",
    )
    purpose = say(
        f"{data} is a register file flattened into a single vector with {count} entries of "
        f"{width} bit{'s' * (width > 1)}. Its read port {out} is addressed by {sel}. {order} "
        f"{rest}",
        f"A frame of {count} time slots, {bits}s all of them, has been collected in {data}. The "
        f"listener tuned to slot {sel} receives {out}. {order} {rest}",
        f"A look-up table with programmable contents: {data} holds its {count} entries side by "
        f"side, {sel} is the question and {out} the answer, one {bits}. {order} {rest}",
        f"A row of {count} cells of a display memory is kept in {data}, {width} "
        f"bit{'s' * (width > 1)} a cell. The beam is at column {sel} and needs the cell's content "
        f"on {out}. {order} {rest}",
        f"Status information of {count} channels ({bits}s) arrives as one long vector {data}. The "
        f"user steps through the channels with {sel} and sees one on {out}. {order} {rest}",
    )
    pick = t.int(1, count - 1)
    place = count - 1 - pick if reverse else pick
    where = (
        f"bit {place}"
        if width == 1
        else f"bits {place * width + width - 1} down to {place * width}"
    )
    remark = laid_out(
        t,
        say(
            f"Fetch one {bits} from {data}.",
            f"{data} consists of {count} {bits}s; {out} is one of them.",
            f"{sel} addresses {an(f'{bits}')} in {data}, to be seen on {out}.",
        ),
        [
            order,
            rest,
            say(f"{sel} is an unsigned number.", f"The address {sel} is plain binary."),
            say(f"In short, {out} is {direct}.", f"In terms of bits, take {direct}."),
        ],
        f"{sel} = {pick} reads {where} of {data}.",
    )
    return spoken(t, short, purpose, remark)
