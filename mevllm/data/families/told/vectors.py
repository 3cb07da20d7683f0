"""Reductions and masked buses as people tell them."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Draw
from mevllm.data.families.basic_words import capital, listed, literal
from mevllm.data.families.told._words_basic import binary, clockless, plain, remarks


def _sense(draw: Draw, kind: str) -> str:
    """When a reduction is 1, as a clause about the bits."""
    return {
        "and": draw.say("all bits are set", "there is no 0 among the bits"),
        "or": draw.say("any bit is set", "the field is nonzero"),
        "xor": draw.say("the number of ones is odd", "the bits have odd parity"),
        "nand": draw.say("at least one bit is 0", "not all bits are set"),
        "nor": draw.say("every bit is 0", "no bit is set"),
        "xnor": draw.say("the number of ones is even (or zero)", "the bits have even parity"),
    }[kind]


def reductions(
    draw: Draw,
    x: str,
    width: int,
    cut: tuple[int, int],
    kinds: Sequence[str],
    outs: Sequence[str],
    joint: tuple[str, str, str],
) -> tuple[str, ...]:
    """Reductions of a vector or a part; `joint` is a further test, its output and its input."""
    high, low = cut
    size = high - low + 1
    field = f"`{x}`" if size == width else f"bits {high}..{low} of `{x}`"
    what, out, other = joint
    more = {
        "": "",
        "mixed": draw.say(
            f"`{out}` is 1 if `{x}` contains ones as well as zeros",
            f"`{out}` tells that the bits of `{x}` are not all alike",
        ),
        "mismatch": draw.say(
            f"`{out}` is the XOR of all bits of `{x}` and of `{other}`",
            f"`{out}` reports that the XOR reduction of `{x}` is not what `{other}` says",
        ),
        "odd_mixed": draw.say(
            f"`{out}` is 1 for an odd number of ones in `{x}`, except when all bits are ones",
            f"`{out}` = XOR reduction of `{x}`, forced to 0 when `{x}` is all ones",
        ),
        "even_any": draw.say(
            f"`{out}` is 1 for a nonzero even number of ones in `{x}`",
            f"`{out}`: `{x}` has two, four, six... ones (zero does not count)",
        ),
    }[what]
    tail = f" {more}." if more else ""
    named = [f"{k.upper()} on `{o}`" for k, o in zip(kinds, outs, strict=True)]
    senses = [f"`{o}` is 1 if {_sense(draw, k)}" for k, o in zip(kinds, outs, strict=True)]
    gates = [f"`{o}` = {k.upper()} of them all" for k, o in zip(kinds, outs, strict=True)]
    short = draw.say(
        f"Reduce {field}: {', '.join(named)}.{tail}{clockless(draw)}",
        f"Reduction operators over {field} - {listed(named)}.{tail}",
        f"{size}-input gates on {field}. {'; '.join(gates)}.{tail}",
        f"Flags of {field}: {'; '.join(senses)}.{tail}",
        f"Squeeze {field} into single bits, {', '.join(named)}.{tail}",
        f"Wide gates, one bit out each. Operand is {field}; {listed(named)}.{tail}",
    )
    purpose = draw.say(
        f"A status register has one bit a channel, and the processor wants summaries instead of "
        f"{size} bits. Taking {field}, {'; '.join(senses)}.{tail}",
        f"An interrupt collector looks at {field}. It reports: {'; '.join(senses)}.{tail} The "
        "report "
        f"is not latched.",
        f"In a sensor array of {width} contacts, the zone of interest is {field} (1 = "
        f"touched). {'. '.join(capital(s) for s in senses)}.{tail}",
        f"Built-in self-test compacts {field} before anything leaves the chip: {listed(named)}."
        f"{tail}",
        f"The flag generator behind a {width}-bit data path sees only {field}. "
        f"{'. '.join(capital(s) for s in senses)}.{tail}",
    )
    value = draw.choice((draw.bits(width), (1 << width) - 1, 0, 1 << draw.int(0, width - 1)))
    part = value >> low & (1 << size) - 1
    ones = part.bit_count()
    results = {
        "and": ones == size,
        "or": ones > 0,
        "xor": ones % 2 == 1,
        "nand": ones < size,
        "nor": ones == 0,
        "xnor": ones % 2 == 0,
    }
    got = ", ".join(f"`{o}` = {int(results[k])}" for k, o in zip(kinds, outs, strict=True))
    shown = literal(value, width, "b" if width < 13 else "h")
    probe = f"`{x}` = {shown} gives {got}"
    outside = f"bits outside {high}..{low} have no influence" if size < width else ""
    longer = draw.say(
        remarks(draw, f"Summary bits of {field}.", [*senses, more, outside], f"E.g. {probe}."),
        remarks(
            draw, f"One gate a result, each fed by {field}.", [*named, more, f"check: {probe}"]
        ),
        f"{capital(listed(named))}: that is, {'; '.join(senses)}. The bits meant are "
        f"{field}.{tail} "
        f"For instance {probe}.",
        remarks(draw, f"Fold {field} with several operators.", [*gates, outside, more, "no clock"]),
        f"Count the ones in {field}, n of {size}. "
        + " ".join(
            {
                "and": f"`{o}`: n = {size}.",
                "or": f"`{o}`: n > 0.",
                "xor": f"`{o}`: n odd.",
                "nand": f"`{o}`: n < {size}.",
                "nor": f"`{o}`: n = 0.",
                "xnor": f"`{o}`: n even.",
            }[k]
            for k, o in zip(kinds, outs, strict=True)
        )
        + f" (An output is 1 if its condition holds.){tail} {capital(probe)}.",
    )
    return plain(draw, short, purpose, longer)


def masked_bus(
    draw: Draw,
    kind: str,
    width: int,
    ports: tuple[str, str, str, str],
    constant: int,
) -> tuple[str, ...]:
    """A bus gated, masked or inverted; `ports` are data, control, result and zero flag."""
    x, c, y, flag = ports
    m = f"the constant {binary(constant, width)}" if not c else f"`{c}`"
    core = {
        "gate": draw.say(
            f"AND every bit of `{x}` with `{c}` and drive `{y}`",
            f"`{y}` passes `{x}` while `{c}` is high and is all zeros while it is low",
            f"`{c}` gates `{x}` onto `{y}` (low: zeros)",
        ),
        "gate low": draw.say(
            f"`{y}` passes `{x}` while `{c}` is low and is all zeros while it is high",
            f"active-low `{c}` gates `{x}` onto `{y}`; disabled means zeros",
            f"blank `{y}` to 0 when `{c}` is 1, else show `{x}`",
        ),
        "ones": draw.say(
            f"`{y}` passes `{x}` while `{c}` is high and idles at all ones while it is low",
            f"OR every bit of `{x}` with the inverse of `{c}` to get `{y}`",
            f"`{c}` enables `{x}` onto `{y}`; a disabled `{y}` has every bit set",
        ),
        "invert": draw.say(
            f"XOR every bit of `{x}` with `{c}` to get `{y}`",
            f"`{y}` is the one's complement of `{x}` if `{c}` is set, otherwise `{x}` unchanged",
            f"programmable inverter from `{x}` to `{y}`: `{c}` = 1 inverts, 0 passes",
        ),
        "invert mask": draw.say(
            f"toggle those bits of `{x}` for which {m} has a 1, result on `{y}`",
            f"`{y}` is the bitwise XOR of `{x}` and {m}",
            f"flip `{x}` under the mask {m} and put it on `{y}`",
        ),
        "mask": draw.say(
            f"`{y}` is the bitwise AND of `{x}` and {m}",
            f"keep the bits of `{x}` where {m} is 1, zero the rest; that is `{y}`",
        ),
        "clear": draw.say(
            f"`{y}` is `{x}` AND NOT {m}, bitwise",
            f"clear in `{x}` all bits set in {m}, giving `{y}`",
            f"bit-clear: ones of {m} knock out the same bits of `{x}`, the others reach `{y}`",
        ),
        "force": draw.say(
            f"`{y}` is the bitwise OR of `{x}` and {m}",
            f"set in `{x}` all bits that are 1 in {m}, giving `{y}`",
        ),
    }[kind]
    zero = (
        draw.say(
            f"`{flag}` is high if `{y}` is 0",
            f"`{flag}` detects an all-zero `{y}`",
            f"`{flag}` is the NOR of all bits of `{y}`",
        )
        if flag
        else ""
    )
    tail = f" {capital(zero)}." if zero else ""
    short = draw.say(
        f"{capital(core)}.{tail}{clockless(draw)}",
        f"{width}-bit bus logic: {core}.{tail}",
        f"Want this done on {width} lanes in parallel: {core}.{tail}",
        f"Simple gating stage. {capital(core)}.{tail}",
        f"{capital(core)}. Nothing is registered.{tail}",
        f"Unclocked data path element; {core}.{tail}",
    )
    shared = "When this source is idle it must not disturb a shared bus"
    role = {
        "gate": (f"{shared} that ORs all sources", "An idle unit is to be isolated"),
        "gate low": (f"{shared} that ORs all sources", "An idle unit is to be isolated"),
        "ones": (f"{shared} that ANDs all sources", "The bus rests at all ones"),
        "invert": ("An adder is to subtract as well", "A display may have either polarity"),
        "invert mask": ("Some sensors were mounted upside down", "Lines differ in polarity"),
        "mask": ("Some lines are nobody's business", "Only chosen bits are of interest"),
        "clear": ("Writing ones acknowledges flags", "Chosen channels are muted"),
        "force": ("Flags are set one by one", "Chosen lines are held high"),
    }[kind]
    purpose = draw.say(
        f"{draw.choice(role)}, and this is the stage for it. It has to do the following: {core}."
        f"{tail}",
        f"Between a {width}-bit register and the pins sits a bit of logic. {capital(core)}.{tail} "
        "Pins "
        f"follow at once, the register lies outside.",
        f"A lighting desk sends {width} on-off channels through this block. {capital(core)}.{tail}",
        f"When firmware talks to a peripheral, hardware helps with single bits: {core}.{tail} Each "
        f"of the {width} bits is treated independently.",
        "An emulator of an old computer needs its bus glue. The rule for this piece: "
        f"{core}.{tail}",
        f"For debugging, the {width}-bit word can be altered on the fly. {capital(core)}.{tail} "
        f"Latency is zero cycles.",
    )
    value = draw.bits(width)
    full = (1 << width) - 1
    ctl = draw.bits(1) if kind in ("gate", "gate low", "ones", "invert") else draw.bits(width)
    if not c:
        ctl = constant
    result = {
        "gate": value if ctl else 0,
        "gate low": 0 if ctl else value,
        "ones": value if ctl else full,
        "invert": value ^ full if ctl else value,
        "invert mask": value ^ ctl,
        "mask": value & ctl,
        "clear": value & ~ctl,
        "force": value | ctl,
    }[kind]
    sized = 1 if kind in ("gate", "gate low", "ones", "invert") else width
    with_c = f" and `{c}` = {binary(ctl, sized)}" if c else ""
    example = f"`{x}` = {binary(value, width)}{with_c} yields `{y}` = {binary(result, width)}" + (
        f" and `{flag}` = {int(result == 0)}" if flag else ""
    )
    longer = draw.say(
        remarks(draw, f"{capital(core)}.", [zero, f"example: {example}", "combinational"]),
        remarks(draw, f"Bit logic between `{x}` and `{y}`, {width} lanes.", [core, zero, example]),
        f"Question: what happens to `{x}`? Answer: {core}.{tail} As a check, {example}.",
        remarks(
            draw,
            f"Notes on `{y}`:",
            [f"{core}", "all lanes behave alike and do not interact", zero],
            f"Numbers: {example}.",
        ),
        f"{capital(example)}. The rule behind it: {core}.{tail}",
    )
    return plain(draw, short, purpose, longer)
