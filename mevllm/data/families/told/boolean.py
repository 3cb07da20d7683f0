"""Boolean functions as people tell them: rows, minterms, small tables."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Draw
from mevllm.data.families.basic_words import Inputs, listed, number, ticked
from mevllm.data.families.told._words_basic import binary, clockless, plain, remarks


def weights(draw: Draw, inputs: Inputs) -> str:
    """Which input counts how much, in a phrase."""
    first, last = inputs.bits[0], inputs.bits[-1]
    if inputs.vector:
        name = inputs.ports[0].name
        return draw.say(
            f"`{name}` read as an unsigned number",
            f"with `{first}` as the top bit",
            f"value of `{name}`, `{first}` being the MSB",
        )
    return draw.say(
        f"`{first}` is the MSB, `{last}` the LSB",
        f"`{first}` leftmost, `{last}` rightmost",
        f"digits in the order {', '.join(ticked(inputs.bits))}",
        f"`{first}` weighs {1 << (len(inputs.bits) - 1)} and `{last}` weighs 1",
    )


def _product(names: Sequence[str], code: int) -> str:
    """A product term with complements spelt out: `a & ~b`."""
    digits = binary(code, len(names))
    return " & ".join(n if d == "1" else f"~{n}" for n, d in zip(names, digits, strict=True))


def _cubes(ones: Sequence[int], count: int) -> list[str]:
    """Prime patterns that cover the ones and nothing else: `1-0`."""

    def covers(pattern: str) -> set[int]:
        cells = [""]
        for c in pattern:
            cells = [p + d for p in cells for d in ("01" if c == "-" else c)]
        return {int(c, 2) for c in cells}

    level = {binary(i, count) for i in ones}
    primes: set[str] = set()
    while level:
        merged: set[str] = set()
        used: set[str] = set()
        for p in level:
            for i, c in enumerate(p):
                other = p[:i] + ("1" if c == "0" else "0") + p[i + 1 :]
                if c != "-" and other in level:
                    merged.add(p[:i] + "-" + p[i + 1 :])
                    used |= {p, other}
        primes |= level - used
        level = merged
    left, chosen = set(ones), []
    for p in sorted(primes, key=lambda p: (-len(covers(p)), p)):
        if covers(p) & left:
            chosen.append(p)
            left -= covers(p)
    return chosen


def simple(names: Sequence[str], ones: Sequence[int]) -> str:
    """A sum of products for the function in Verilog operators: `a & ~b | c`."""
    terms = []
    for cube in _cubes(ones, len(names)):
        literals = [
            n if c == "1" else f"~{n}" for n, c in zip(names, cube, strict=True) if c != "-"
        ]
        terms.append(" & ".join(literals))
    return " | ".join(f"({t})" if " " in t and len(terms) > 1 else t for t in terms)


def function_rows(draw: Draw, inputs: Inputs, out: str, ones: Sequence[int]) -> tuple[str, ...]:
    """A function given by the input combinations at which it is 1."""
    count = len(inputs.bits)
    size = 1 << count
    zeros = [i for i in range(size) if i not in ones]
    value, few = (1, list(ones)) if len(ones) <= size // 2 else (0, zeros)
    codes = [binary(i, count) for i in few]
    order = weights(draw, inputs)
    column = "".join(str(int(i in ones)) for i in range(size))
    names = listed(ticked(inputs.bits))
    init = sum(1 << i for i in ones)
    formula = simple(inputs.bits, ones)
    others = 1 - value
    mint = ", ".join(map(str, few))
    low_first = ", ".join(f"{i}:{int(i in ones)}" for i in range(size))
    short = draw.say(
        f"`{out}` = {formula}.{clockless(draw)}",
        f"{number(count).capitalize()}-input LUT on `{out}`, truth column {column} from input 0 "
        f"up to {size - 1} ({order}).",
        f"Decode {', '.join(codes)} ({order}): `{out}` = {value} there, {others} elsewhere.",
        f"`{out}` {'goes high' if value else 'drops to 0'} for input "
        f"{'number' if len(few) == 1 else 'numbers'} {mint}; {order}. Else {others}.",
        f"Any function of {number(count)} variables would do as a table: {low_first} "
        f"(input number:`{out}`; {order}).",
        f"{'On-set' if value else 'Off-set'} of `{out}`: {{{', '.join(codes)}}}, {order}. "
        f"The rest is {'off' if value else 'on'}.",
        f"In sum-of-products form, `{out}` is {formula}.",
        f"Lookup table with the contents {size}'b{binary(init, size)}; bit i of it is `{out}` for "
        f"input number i, {order}.",
    )
    cases = ", ".join(f"{c}" for c in codes)
    purpose = draw.say(
        f"A worn-out encoder disc reports its position on {names}. Some positions lie in the "
        f"marked sector, and `{out}` tells so: it is {value} for the patterns {cases} and {others} "
        f"for all remaining ones ({order}).",
        f"An old programmable logic device is being replaced; its fuse map for one output was read "
        f"out. In operators it says {out} = {formula}. Make `{out}` behave like that.",
        f"A front panel has {number(count)} toggle switches, {names}, and one lamp `{out}`. The "
        f"lamp is {'lit' if value else 'dark'} only for the settings {cases} ({order}), and "
        f"{'dark' if value else 'lit'} for every other setting (1 means lit or switch up).",
        f"Part of an instruction decoder: the code is on {names}, {order}. The control line "
        f"`{out}` "
        f"has to be {value} for the codes {mint} in decimal, {others} for all others.",
        f"The inspection stage of a line classifies parts by {number(count)} yes-no measurements, "
        f"{names}. `{out}` is the verdict. Verdicts for the classes 0 to {size - 1} ({order}) are, "
        f"in order, {' '.join(column)}.",
        f"Someone put this truth column into a configuration file of a logic cell: {column}. The "
        f"leftmost digit belongs to all inputs 0, the last one to all inputs 1, and {order}. "
        f"`{out}` is what the cell would output.",
    )
    arrows = "\n".join(f"{binary(i, count)} -> {int(i in ones)}" for i in range(size))
    csv = f"{' '.join(inputs.bits)};{out}\n" + "\n".join(
        f"{binary(i, count)};{int(i in ones)}" for i in draw.shuffled(range(size))
    )
    terms = [", ".join(f"`{n}` = {d}" for n, d in zip(inputs.bits, c, strict=True)) for c in codes]
    some = draw.int(0, size - 1)
    probe = f"input {binary(some, count)} gives `{out}` = {int(some in ones)}"
    longer = draw.say(
        f"The function in rows ({order}; on the right is `{out}`):\n\n{arrows}",
        "Export of a spreadsheet (header first, input bits in the order it "
        f"gives):\n\n{csv}\n\nMake `{out}` follow it.",
        remarks(
            draw,
            f"`{out}` is {value} in exactly these cases:",
            terms,
            f"In all other cases it is {others}.",
        ),
        remarks(
            draw,
            f"A logic function of {names}, called `{out}`.",
            [
                f"its truth column, from input number 0 to {size - 1}, is {column}",
                f"for numbering, {order}",
                f"check: {probe}",
                f"one possible formula: {formula}",
            ],
        ),
        f"Patterns are written with {order}. Group one ({len(ones)} patterns), answer 1: "
        f"{', '.join(binary(i, count) for i in ones)}. Group two ({len(zeros)} patterns), answer "
        f"0: {', '.join(binary(i, count) for i in zeros)}. The answer is `{out}`; {probe}.",
    )
    return plain(draw, short, purpose, longer)


def minterms(
    draw: Draw, inputs: Inputs, out: str, ones: Sequence[int], free: Sequence[int]
) -> tuple[str, ...]:
    """A sum of minterms; don't-cares are told to be 0."""
    count = len(inputs.bits)
    order = weights(draw, inputs)
    m, d = ",".join(map(str, ones)), ",".join(map(str, free))
    names = listed(ticked(inputs.bits))
    spoken = listed([str(i) for i in ones])
    fill = (
        draw.say(
            f" Don't-cares {d} are filled with 0.",
            f" ({d}: don't care, take 0.)",
            f" Inputs {d} never occur; let them give 0.",
            f" X at {d}, resolved to 0.",
        )
        if free
        else ""
    )
    simple_form = simple(inputs.bits, ones)
    short = draw.say(
        f"`{out}` = Σm({m}), {order}.{fill}",
        f"Canonical sum of products with minterms {m}; {order}. Output `{out}`.{fill}",
        f"On-set of `{out}` is {{{m}}} ({order}), everything else off.{fill}",
        f"`{out}` detects {spoken} and no other number. For the number, {order}.{fill}",
        f"SOP: `{out}` = {simple_form}.",
        f"OR together minterms m{', m'.join(map(str, ones))} into `{out}`; {order}.{fill}",
        f"Is the input number one of {m}? If so `{out}` = 1, if not 0; {order}.{fill}",
        f"A decoder followed by an OR of its outputs {m} - that is `{out}`. Address: "
        f"{order}.{fill}",
    )
    purpose = draw.say(
        f"A machine runs through {1 << count} steps, and its step number arrives on {names} "
        f"({order}). A solenoid, `{out}`, is energised in the steps {spoken} and released in all "
        f"others.{fill}",
        f"Address decoding for a sparse device: of the {1 << count} addresses on {names} it "
        "answers "
        f"to {spoken} with `{out}` = 1 and keeps quiet (0) otherwise. Here {order}.{fill}",
        "A quality check marks code numbers that must be looked at again. Suspicious are "
        f"{spoken}; "
        f"`{out}` is set for these only. How the code is formed: {order}.{fill}",
        f"In a clock with {1 << count} positions the chime `{out}` sounds at positions {spoken}, "
        f"and at no other. The position comes in binary, {order}.{fill}",
        f"Someone minimised this function by hand years ago and left only the list: minterms {m}, "
        f"{order}. We need `{out}` again, minimised or not.{fill}",
        f"One column of a microcode table, as a function of the {count}-bit state on {names}: the "
        f"line `{out}` is active (1) in states {spoken}; {order}.{fill}",
    )
    yes = draw.choice(ones)
    rest = [i for i in range(1 << count) if i not in ones]
    no = draw.choice(rest)
    checks = (
        f"{binary(yes, count)} is {yes}, which is in the list, so `{out}` = 1; {binary(no, count)} "
        f"is {no}, so `{out}` = 0"
    )
    products = [_product(inputs.bits, i) for i in ones]
    longer = draw.say(
        remarks(
            draw,
            f"`{out}` is a function of {names}.",
            [
                f"it is 1 for {spoken}",
                f"numbering: {order}",
                "it is 0 for the rest",
                fill.strip(" ."),
            ],
            f"Example: {checks}.",
        ),
        f"The minterms of `{out}` are, one by one: {'; '.join(products)}. OR them. No other input "
        "combination sets "
        f"`{out}`." + (f" (Combinations {d} are don't-cares, left 0.)" if d else ""),
        remarks(
            draw,
            f"Exercise: realise f = Σ({m}) as output `{out}`.",
            [order, checks, fill.strip(" .") or "there are no don't-cares"],
        ),
        "Bit patterns that turn "
        + f"`{out}` on ({order}):\n\n"
        + "\n".join(binary(i, count) for i in ones)
        + f"\n\nAny other pattern turns it off.{fill}",
        f"Let n be the number on {names}, where {order}. Then `{out}` = 1 if n is in {{{m}}}, and "
        f"`{out}` = 0 if n is in {{{','.join(map(str, rest))}}}. {checks[0].upper() + checks[1:]}.",
        remarks(
            draw,
            f"Design note on `{out}`.",
            [f"a sum of {len(ones)} minterms", f"indices {m}", order, fill.strip(" ."), checks],
        ),
    )
    return plain(draw, short, purpose, longer)


def function_table(
    draw: Draw, inputs: Inputs, outs: Sequence[str], width: int, values: Sequence[int]
) -> tuple[str, ...]:
    """A table of several output bits; several outputs are its bits, the first on top."""
    count = len(inputs.bits)
    single = len(outs) == 1
    order = weights(draw, inputs)
    target = f"`{outs[0]}`" if single else f"{{{', '.join(outs)}}}"
    style = draw.choice(("b", "b", "h", "d"))
    if not single:
        style = "b"
    kind = {"b": "binary", "h": "hex", "d": "decimal"}[style]

    def shown(value: int) -> str:
        return {"b": binary(value, width), "h": f"{value:0{(width + 3) // 4}X}", "d": str(value)}[
            style
        ]

    row = ", ".join(map(shown, values))
    pairs = "; ".join(f"{i} -> {shown(v)}" for i, v in enumerate(values))
    mixed = draw.shuffled(range(1 << count))
    jumble = ", ".join(f"{binary(i, count)}={shown(values[i])}" for i in mixed)
    names = listed(ticked(inputs.bits)) if not inputs.vector else f"`{inputs.ports[0].name}`"
    bits = "" if single else f" ({outs[0]} is the left digit)"
    each = [
        f"`{o}` is 1 for {listed([str(i) for i in hits])} and 0 otherwise"
        for k, o in enumerate(outs)
        for hits in [[i for i, v in enumerate(values) if v >> (width - 1 - k) & 1]]
    ]
    short = draw.say(
        f"ROM, {1 << count} words by {width} bits, asynchronous read: {row} ({kind}, address 0 "
        f"first). Address: {order}. Data: {target}{bits}.",
        f"Code converter onto {target}{bits}: {pairs}. Keys in decimal, {order}; values in {kind}.",
        f"Constant table: {target} = [{row}] indexed by {names}; {kind} entries, {order}.{bits}",
        f"{jumble} - input on the left ({order}), {target} on the right in {kind}.{bits}",
        f"Translate {names} into {target}{bits}. For 0, 1, 2 and so on the {kind} results are "
        f"{row}; {order}.",
        f"{number(1 << count).capitalize()}-entry lookup, no clock. {target} runs through {row} "
        f"({kind}) as the input counts up from 0 ({order}).{bits}",
    )
    purpose = draw.say(
        f"A sensor delivers a crooked scale, and a correction table straightens it. The reading "
        f"{names} ({order}) is replaced by {target}{bits}. Entries in {kind}, lowest reading "
        "first: "
        f"{row}.",
        f"Two subsystems number the same things differently. This adapter turns the numbers of the "
        f"first, on {names}, into those of the second, on {target}{bits}: {pairs} ({kind} on the "
        f"right; {order}).",
        f"The control store of a tiny sequencer: at address {names} lies the control word {target}"
        f"{bits}. From address 0 upwards the words are {row} in {kind}; {order}. Reading needs no "
        f"clock.",
        f"A display for special symbols gets a symbol number on {names} and drives its segments by "
        f"{target}{bits}. Symbol by symbol, starting at 0, the patterns are {row} ({kind}). "
        f"{order}.",
        f"A toy organ looks up tone settings. Key number on {names}, {order}; setting on {target}"
        f"{bits}, as {kind}: {pairs}.",
    )
    some = draw.choice(range(1 << count))
    probe = f"input {binary(some, count)} (number {some}) must give {shown(values[some])}"
    csv = "in,out\n" + "\n".join(f"{binary(i, count)},{shown(v)}" for i, v in enumerate(values))
    longer = draw.say(
        f"The file below lists input and output, outputs in {kind}; {order}, and the output column "
        f"is {target}{bits}.\n\n{csv}",
        remarks(
            draw,
            f"Each output value of {target}{bits} is fixed by the input number alone ({order}).",
            [f"for {i} it is {shown(v)}" for i, v in enumerate(values)],
            f"Values are {kind}." if style != "b" else "",
        ),
        f"Number the inputs as usual, {order}. "
        + (
            ". ".join(each) + "."
            if not single
            else f"Then {target} takes these {kind} values: {pairs}. As a check, {probe}."
        ),
        remarks(
            draw,
            f"Table logic from {names} to {target}{bits}.",
            [
                f"contents in {kind}, ascending input: {row}",
                f"numbers are formed so: {order}",
                f"sample: {probe}",
                "the table is complete, there is no default case to think of",
            ],
        ),
        "\n".join(f"case {i}: {shown(v)}" for i, v in enumerate(values))
        + f"\n\nThese are the {kind} values of {target}{bits} for each input number; {order}. "
        + f"Thus {probe}.",
    )
    return plain(draw, short, purpose, longer)
