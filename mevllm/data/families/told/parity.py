"""Parity bits and equality tests as people tell them."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Draw
from mevllm.data.families.basic_words import capital, listed, literal, number
from mevllm.data.families.told._words_basic import binary, clockless, plain, remarks


def parity(
    draw: Draw,
    kind: str,
    x: str,
    width: int,
    odd: bool,
    names: Sequence[str],
    extra: tuple[str, str],
    size: int,
) -> tuple[str, ...]:
    """Parity made or checked; `extra` are the error injection and the zero flag, if any."""
    inject, flag = extra
    word = "odd" if odd else "even"
    value = draw.bits(width)
    bit = value.bit_count() % 2 ^ odd
    p = names[0]
    total = draw.say(
        f"the number of ones, parity bit included, is {word}",
        f"data and parity bit together carry an {word} number of ones",
        f"the overall count of ones comes out {word}",
    )
    shown = binary(value, width)
    if kind == "generate":
        core = draw.say(
            f"`{p}` is the {word} parity bit of `{x}`",
            f"generate {word} parity over `{x}` on `{p}`",
            f"`{p}` makes the ones of `{x}` plus itself {word} in number",
            f"`{p}` is {'the complement of the XOR' if odd else 'the XOR'} of all bits of `{x}`",
        )
        example = f"`{x}` = {shown} wants `{p}` = {bit}"
    elif kind in ("append", "prepend"):
        place = (
            draw.say("below the data, as the new LSB", "on the right, in bit 0")
            if kind == "append"
            else draw.say("above the data, as the new MSB", f"on the left, in bit {width}")
        )
        core = draw.say(
            f"`{p}` is `{x}` with its {word} parity bit attached {place}",
            f"attach an {word} parity bit to `{x}` {place}, giving `{p}`",
            f"`{p}` carries the {width} data bits of `{x}` and {word} parity {place}",
        )
        coded = f"{shown}{bit}" if kind == "append" else f"{bit}{shown}"
        example = f"`{x}` = {shown} turns into `{p}` = {coded}"
    elif kind == "check":
        error = names[1]
        core = draw.say(
            f"check {word} parity: `{error}` goes high if `{x}` and its parity bit `{p}` disagree",
            f"`{error}` = 1 on a parity error, where `{x}` with `{p}` should hold an {word} number "
            "of ones",
            f"{word} parity is expected over `{x}` and `{p}` together; `{error}` reports (1) any "
            "violation",
        )
        example = f"`{x}` = {shown} with `{p}` = {1 - bit} raises `{error}`"
    elif kind == "both":
        other = names[1]
        core = draw.say(
            f"`{p}` is the even and `{other}` the odd parity bit of `{x}`",
            f"both senses of parity for `{x}`: even on `{p}`, odd on `{other}`",
            f"`{p}` is the XOR of all bits of `{x}` (even parity bit), `{other}` its complement "
            "(odd "
            "parity bit)",
        )
        bit = value.bit_count() % 2
        example = f"`{x}` = {shown} gives `{p}` = {bit} and `{other}` = {1 - bit}"
    elif kind == "select":
        choose = names[1]
        level = 1 - odd
        core = draw.say(
            f"`{p}` is the parity bit of `{x}`, of odd sense while `{choose}` is {level} and of "
            "even "
            f"sense while it is {1 - level}",
            f"parity generator for `{x}` with switchable sense, result on `{p}`: `{choose}` = "
            f"{level} selects odd, {1 - level} even",
        )
        bit = value.bit_count() % 2
        example = f"`{x}` = {shown} gives {bit} under even and {1 - bit} under odd parity"
        total = "odd and even refer to the ones in data and parity bit together"
    else:
        core = draw.say(
            f"one {word} parity bit for each {size}-bit group of `{x}`, group i (from the bottom) "
            f"covered by bit i of `{p}`",
            f"`{p}[i]` is the {word} parity bit of the i-th {size}-bit slice of `{x}`, counted "
            "from "
            "the LSB",
        )
        bits = [
            (value >> i * size & (1 << size) - 1).bit_count() % 2 ^ odd
            for i in reversed(range(width // size))
        ]
        example = f"`{x}` = {shown} yields `{p}` = {''.join(map(str, bits))}"
        total = f"in each group {total}"
    if kind == "both":
        total = "even and odd include the parity bit itself"
    fault = (
        draw.say(
            f"`{inject}` = 1 flips the parity bit on purpose",
            f"for fault tests, `{inject}` high inverts the parity bit",
            f"the parity bit is XORed with `{inject}`",
        )
        if inject
        else ""
    )
    zero = (
        draw.say(
            f"`{flag}` is high for `{x}` = 0",
            f"`{flag}` says that no bit of `{x}` is set",
            f"`{flag}` = 1 if `{x}` is all zeros, else 0",
        )
        if flag
        else ""
    )
    tail = "".join(f" {capital(s)}." for s in (fault, zero) if s)
    short = draw.say(
        f"{capital(core)}.{tail}{clockless(draw)}",
        f"{width}-bit parity unit. {capital(core)}.{tail}",
        f"XOR tree: {core}.{tail}",
        f"{capital(core)}, so that {total}.{tail}"
        if kind in ("generate", "append", "prepend")
        else f"{capital(core)}.{tail} No state.",
        f"For {width} data bits: {core}.{tail}",
    )
    purpose = draw.say(
        f"A noisy cable between two cabinets carries {width}-bit values, and single flipped bits "
        "must "
        f"not go unnoticed. {capital(core)}.{tail}",
        f"The memory of a space probe is hit by particles now and then. Its word has {width} bits. "
        f"At this point of the data path, {core}; {total}.{tail}",
        f"A tape archive protects each {width}-bit row in the plainest of ways. {capital(core)}."
        f"{tail} The tape electronics add the timing.",
        "The register file of a safety controller is guarded by parity. Requirement for this "
        "block: "
        f"{core}.{tail} It must settle within the cycle.",
        f"A keypad sends {width}-bit codes over a long line. For the sake of detection, {core}. "
        f"By convention {total}.{tail}",
    )
    neutral = f" (with `{inject}` = 0)" if inject else ""
    items = [core, total, fault, zero]
    longer = draw.say(
        remarks(draw, f"Parity for `{x}`.", items, f"Example{neutral}: {example}."),
        remarks(draw, f"{capital(core)}.", [fault, zero, f"{example}{neutral}", total]),
        f"{capital(total)}; this is what "
        f"{'is meant' if kind in ('both', 'select') else word + ' parity means'} here. "
        f"{capital(core)}.{tail} "
        f"So {example}{neutral}.",
        remarks(draw, f"Block in the {width}-bit data path. To do:", [*items, "add no register"]),
        f"{capital(core)}. Worked case: {example}{neutral}. The word of the case has "
        f"{value.bit_count()} ones.{tail}",
    )
    return plain(draw, short, purpose, longer)


def vector_equality(
    draw: Draw,
    names: Sequence[str],
    width: int,
    outs: Sequence[str],
    kinds: Sequence[str],
    constant: int,
    low: int,
) -> tuple[str, ...]:
    """Equality of small vectors, of parts of them, or with a constant."""
    a, b, c = names
    value = draw.choice(
        (str(constant), literal(constant, width), f"{binary(constant, width)} (binary)")
    )
    top = width - 1

    def test(kind: str) -> str:
        return {
            "same": draw.say(f"`{a}` equals `{b}`", f"`{a}` and `{b}` match", f"`{a}` = `{b}`"),
            "differ": draw.say(
                f"`{a}` is not equal to `{b}`", f"`{a}` and `{b}` differ in any bit"
            ),
            "constant": draw.say(f"`{a}` is {value}", f"`{a}` holds the constant {value}"),
            "both constant": draw.say(
                f"`{a}` and `{b}` are each {value}", f"{value} stands on `{a}` and on `{b}` too"
            ),
            "either constant": draw.say(
                f"`{a}` or `{b}` (or both) is {value}", f"{value} occurs on `{a}` or `{b}`"
            ),
            "complement": draw.say(
                f"`{a}` is `{b}` with every bit inverted",
                f"`{a}` and `{b}` differ in all bit positions",
            ),
            "upper": draw.say(
                f"`{a}` and `{b}` agree in bits {top}..{low}",
                f"`{a}[{top}:{low}]` equals `{b}[{top}:{low}]`"
                + (" (lower bits ignored)" if low else ""),
            ),
            "all": draw.say(
                f"`{a}`, `{b}` and `{c}` are the same", f"all three, `{a}`, `{b}`, `{c}`, coincide"
            ),
            "any": draw.say(
                f"two or more of `{a}`, `{b}`, `{c}` coincide",
                f"any pair among `{a}`, `{b}`, `{c}` matches",
            ),
        }[kind]

    said = [test(k) for k in kinds]
    flags = [f"`{o}` when {s}" for o, s in zip(outs, said, strict=True)]
    full = [
        draw.say(f"`{o}` is 1 if {s}", f"`{o}` goes high when {s}", f"`{o}` signals that {s}")
        for o, s in zip(outs, said, strict=True)
    ]
    sentences = ". ".join(full)
    short = draw.say(
        f"Equality comparators. {sentences}. Otherwise 0.",
        f"Raise {', '.join(flags)}; low otherwise.{clockless(draw)}",
        f"{number(width).capitalize()}-bit match logic: {'; '.join(full)}.",
        f"Comparator flags, active high - {'; '.join(flags)}.",
        f"XNOR-and-AND stuff: {', '.join(full)}, else 0.",
        f"{sentences}. That is all.",
    )
    inputs = listed([f"`{n}`" for n in names if any(f"`{n}`" in s or f"`{n}[" in s for s in said)])
    purpose = draw.say(
        f"An access panel compares codes of {width} bits on {inputs}. {sentences}. A flag that "
        "does "
        f"not apply stays 0.",
        f"Hazard logic in a small pipeline: register numbers arrive on {inputs}, and the interlock "
        f"needs to know about coincidences. {sentences}. All flags are low otherwise.",
        f"Redundant channels deliver {width}-bit readings, {inputs}. A supervisor lamp lights for "
        f"each finding: {'; '.join(flags)}.",
        f"A sorting gate reads tags of {width} bits. Findings, each 1 or 0, are: "
        f"{'; '.join(full)}.",
        f"In a dice-like game {inputs} are the numbers drawn. Scoring lines: {'; '.join(full)}. "
        "Those "
        f"not reached stay at 0.",
    )
    example = {n: draw.choice((constant, draw.bits(width))) for n in names}
    example[b] = draw.choice((example[a], example[b], example[a] ^ ((1 << width) - 1)))
    va, vb, vc = (example[n] for n in names)
    met = {
        "same": va == vb,
        "differ": va != vb,
        "constant": va == constant,
        "both constant": va == constant == vb,
        "either constant": constant in (va, vb),
        "complement": va ^ vb == (1 << width) - 1,
        "upper": va >> low == vb >> low,
        "all": va == vb == vc,
        "any": len({va, vb, vc}) < 3,
    }
    used = [n for n in names if n != c or {"all", "any"} & set(kinds)]
    probe = (
        ", ".join(f"`{n}` = {binary(example[n], width)}" for n in used)
        + " gives "
        + ", ".join(f"`{o}` = {int(met[k])}" for o, k in zip(outs, kinds, strict=True))
    )
    longer = draw.say(
        remarks(draw, f"Comparing {width}-bit words.", full, f"Example: {probe}."),
        remarks(draw, "One flag per condition, 1 = condition true.", [*flags, f"sample: {probe}"]),
        f"{sentences}. In each case the flag is 0 if the condition fails. Try this: {probe}.",
        remarks(draw, "Flags to derive:", full, "None of them remembers anything.")
        + f" With {probe}.",
        "\n".join(f"{o} <- {s}" for o, s in zip(outs, said, strict=True))
        + f"\n\nRead the arrow as 'is 1 exactly if'. Test: {probe}.",
    )
    return plain(draw, short, purpose, longer)
