"""Fields of words and their extension as people tell them."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Draw
from mevllm.data.families.basic_words import capital, literal, number, plural
from mevllm.data.families.told._words_basic import binary, clockless, plain, remarks


def field_extraction(
    draw: Draw,
    word: str,
    total: int,
    fields: Sequence[tuple[str, str, int, int]],
    extended: tuple[str, str, int],
    flags: Sequence[tuple[str, int]],
) -> tuple[str, ...]:
    """Fields (name, meaning, high, low) of a word, an extended one, and decoded flags."""
    op, _, op_high, op_low = next(f for f in fields if f[1] == "operation code")
    size = op_high - op_low + 1
    spare = fields[-1][3]
    places = [f"`{n}` = [{h}:{lo}]" if h > lo else f"`{n}` = [{h}]" for n, _, h, lo in fields]
    lengths = [f"`{n}` {h - lo + 1}" for n, _, h, lo in fields]
    spans = [f"{plural(h - lo + 1, 'bit')} {meaning} to `{n}`" for n, meaning, h, lo in fields]
    name, source, wide = extended
    imm = (
        draw.say(
            f"`{name}` is `{source}` sign-extended to {wide} bits",
            f"sign extension of `{source}` to {wide} bits on `{name}`",
        )
        if name
        else ""
    )
    base = draw.choice(("b", "d", "h"))

    def code(value: int) -> str:
        return draw.choice(
            (literal(value, size, base), f"{value}", f"{binary(value, size)} in binary")
        )

    decode = [
        draw.say(
            f"`{flag}` is high for `{op}` = {code(v)} only",
            f"`{op}` = {code(v)} sets `{flag}`",
            f"`{flag}` decodes `{op}` {code(v)}",
        )
        for flag, v in flags
    ]
    unused = (
        draw.say(
            f"the bottom {plural(spare, 'bit')} go unused"
            if spare > 1
            else "the bottom bit goes unused",
            f"ignore {'bits ' + str(spare - 1) + ':0' if spare > 1 else 'bit 0'}",
        )
        if spare
        else ""
    )
    rest = [s for s in (imm, *decode, unused) if s]
    tail = "".join(f" {capital(s)}." for s in rest)
    short = draw.say(
        f"Slice `{word}`: {', '.join(places)}.{tail}",
        f"Field splitter for `{word}`. From the MSB down the widths are "
        f"{', '.join(lengths)}.{tail}",
        f"Front end of a decoder, `{word}` in. {'; '.join(draw.shuffled(places))}.{tail}",
        f"`{word}` = {{{', '.join(n for n, _, _, _ in fields)}"
        f"{', ' + str(spare) + ' spare' if spare else ''}}}, MSB on the left; break it up.{tail}",
        f"Unpack {', '.join(places)} out of `{word}`, plus: {'; '.join(rest)}.",
    )
    purpose = draw.say(
        f"The program memory of a little controller delivers {total}-bit commands on `{word}`. "
        "Before "
        "execution they are unpacked, without a clock. Counting bits as usual, "
        f"{', '.join(places)}."
        f"{tail}",
        f"A disassembler in hardware shows the parts of each command on lamps. From left to right "
        f"`{word}` has {', '.join(spans)}.{tail}",
        f"We designed an instruction format for a classroom processor: {', '.join(spans)}, packed "
        f"from the top of `{word}` downwards. Your block separates it.{tail}",
        f"A trace probe watches `{word}` go by and breaks it into pieces for the filter behind it. "
        f"Pieces: {'; '.join(places)}.{tail}",
        f"The sequencer of a motion stage reads orders of {total} bits from `{word}`. An order is "
        f"laid out as {', '.join(places)}, and each part leaves on its own port.{tail}",
    )
    value = draw.bits(total)
    if draw.chance(0.6):
        value = value & ~((1 << size) - 1 << op_low) | draw.choice(flags)[1] << op_low
    parts = {n: value >> lo & (1 << h - lo + 1) - 1 for n, _, h, lo in fields}
    got = ", ".join(f"`{n}` = {binary(parts[n], h - lo + 1)}" for n, _, h, lo in fields)
    marks = ", ".join(f"`{f}` = {int(parts[op] == v)}" for f, v in flags)
    example = f"`{word}` = {binary(value, total)} splits into {got}, and {marks}"
    ranges = [
        f"{meaning} (`{n}`): " + (f"bits {h} down to {lo}" if h > lo else f"bit {h}")
        for n, meaning, h, lo in fields
    ]
    longer = draw.say(
        remarks(draw, f"Layout of `{word}` ({total} bits).", [*places, *rest], f"E.g. {example}."),
        remarks(
            draw,
            f"Starting at bit {total - 1} of `{word}` and going down:",
            [f"take {s}" for s in spans] + rest,
        ),
        f"{'. '.join(capital(s) for s in ranges)}.{tail} All of this is wiring and a comparison or "
        "two.",
        remarks(draw, "The format, most significant field first, with widths in bits:", lengths)
        + f"\n\n{tail.strip()} In numbers: {example}.",
        remarks(
            draw, f"Decode `{word}` combinationally.", [*draw.shuffled([*places, *rest]), example]
        ),
    )
    return plain(draw, short, purpose, longer)


def extension(
    draw: Draw,
    kind: str,
    names: tuple[str, str, str],
    sizes: tuple[int, int],
    detail: int,
    over: tuple[str, int],
) -> tuple[str, ...]:
    """A narrow value made wide; `names` are input, output and control, `over` a limit test.

    `detail` is the bit copied, the level that means unsigned, the number of copies, or the shift.
    """
    x, y, c = names
    narrow, wide = sizes
    flag, limit = over
    top = f"{x}[{narrow - 1}]"
    value = draw.bits(narrow)
    negative = value >> (narrow - 1)
    upper = (1 << wide) - (1 << narrow) if wide > narrow else 0
    if kind == "sign":
        core = draw.say(
            f"sign-extend `{x}` to {wide} bits on `{y}`",
            f"`{y}` is `{x}` with its sign bit `{top}` repeated into all upper bits",
            f"widen the two's complement number `{x}` ({narrow} bits) to {wide} bits, `{y}`, value "
            "unchanged",
        )
        result, given = value | upper * negative, ""
    elif kind == "zero":
        core = draw.say(
            f"zero-extend `{x}` to {wide} bits on `{y}`",
            f"`{y}` is the unsigned number `{x}` in {wide} bits",
        )
        result, given = value, ""
    elif kind == "mode":
        signed = 1 - detail
        core = draw.say(
            f"`{c}` = {signed} sign-extends `{x}` to the {wide} bits of `{y}`, `{c}` = {detail} "
            "zero-extends it",
            f"widen `{x}` to {wide} bits on `{y}`, as two's complement while `{c}` is {signed} and "
            f"as unsigned while it is {detail}",
            f"extend `{x}` into `{y}`: the new upper bits are copies of `{top}` if `{c}` is "
            f"{signed}, "
            f"zeros if it is {detail}",
        )
        level = draw.bits(1)
        result = value | upper * negative * (level == signed)
        given = f" with `{c}` = {level}"
    elif kind == "replicate":
        core = draw.say(
            f"`{y}` is `{x}` repeated {number(detail)} times, every copy inverted if `{c}` is 1",
            f"tile {number(detail)} copies of `{x}` into `{y}`, or of its complement while `{c}` "
            "is "
            "high",
            f"concatenate {number(detail)} times `{x}` XOR `{c}` (`{c}` applied to each bit), "
            "giving "
            f"`{y}`",
        )
        level = draw.bits(1)
        result = sum((value ^ ((1 << narrow) - 1) * level) << i * narrow for i in range(detail))
        given = f" with `{c}` = {level}"
    elif kind == "bit":
        core = draw.say(
            f"fan out bit {detail} of `{x}` to all {wide} bits of `{y}`",
            f"every bit of `{y}` equals `{x}[{detail}]`",
            f"`{y}` is all ones if `{x}[{detail}]` is set, all zeros if not",
        )
        result, given = ((1 << wide) - 1) * (value >> detail & 1), ""
    elif kind == "left":
        core = draw.say(
            f"left-justify `{x}` in `{y}` and fill the low {plural(wide - narrow, 'bit')} with "
            f"`{c}`",
            f"`{x}` occupies the top {narrow} bits of `{y}`; all bits below repeat `{c}`",
            f"shift `{x}` up by {wide - narrow} into `{y}`, shifting in copies of `{c}`",
        )
        level = draw.bits(1)
        result = value << (wide - narrow) | ((1 << (wide - narrow)) - 1) * level
        given = f" with `{c}` = {level}"
    else:
        core = draw.say(
            f"`{y}` is the signed number `{x}` times {1 << detail}, in {wide} bits",
            f"sign-extend `{x}` and shift it left by {detail} (zeros in), result `{y}`",
        )
        result = (value | upper * negative) << detail & (1 << wide) - 1
        given = ""
    test = (
        draw.say(
            f"`{flag}` = 1 for unsigned `{x}` > {limit}",
            f"`{flag}` says that `{x}`, taken as unsigned, exceeds {limit}",
            f"`{flag}` compares: high if the unsigned value of `{x}` is at least {limit + 1}",
        )
        if flag
        else ""
    )
    tail = f" {capital(test)}." if test else ""
    short = draw.say(
        f"{capital(core)}.{tail}{clockless(draw)}",
        f"Width converter, {narrow} to {wide} bits: {core}.{tail}",
        f"{wide} bits from {narrow}. {capital(core)}.{tail}",
        f"Need to {core}.{tail}" if core.split()[0] in _VERBS else f"Need this: {core}.{tail}",
        f"Combinational, no rounding or saturation: {core}.{tail}",
        f"{capital(core)}.{' Besides, ' + test + '.' if test else ' That is the whole job.'}",
    )
    purpose = draw.say(
        f"A narrow sensor feeds a wide bus: {narrow} bits have to become {wide}. {capital(core)}."
        f"{tail}",
        f"Constants in the commands of a processor have {narrow} bits, its registers {wide}. On "
        "the "
        f"way from one to the other, {core}.{tail}",
        f"An audio path changes its word length at this point. The rule agreed on is this: {core}."
        f"{tail} No samples are stored.",
        f"Between a {narrow}-bit port and a {wide}-bit datapath, somebody must decide about the "
        f"bits in between. We decided to do it this way: {core}.{tail}",
        f"For the pattern memory of a tester, patterns of {wide} bits are made from {narrow} bits. "
        f"{capital(core)}.{tail}",
    )
    shown = literal(result, wide, "b" if wide < 17 else "h")
    case = f"`{x}` = {binary(value, narrow)}{given} gives `{y}` = {shown}" + (
        f" and `{flag}` = {int(value > limit)}" if flag else ""
    )
    longer = draw.say(
        remarks(draw, f"{capital(core)}.", [test, f"example: {case}", "no clock"]),
        remarks(draw, f"From `{x}` ({narrow} bits) to `{y}` ({wide} bits).", [core, test, case]),
        f"For example, {case}. The rule in general: {core}.{tail}",
        f"{capital(core)}.{tail} To make sure we mean the same: {case}.",
        remarks(
            draw,
            "Extension unit.",
            [f"what it does: {core}", f"side output: {test}" if test else "", "stateless"],
            f"Regression value: {case}.",
        ),
    )
    return plain(draw, short, purpose, longer)


_VERBS = ("sign-extend", "zero-extend", "widen", "extend", "tile", "fan", "left-justify", "shift")
"""First words that make a sentence of the function an order."""
