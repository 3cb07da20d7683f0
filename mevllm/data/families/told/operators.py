"""Small arithmetic and logic units, shifters and bit operations as people tell them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mevllm.data.draw import Draw
from mevllm.data.families.literals import number
from mevllm.data.families.told import _words_registers as words

_OPERATIONS: Mapping[str, tuple[str, ...]] = {
    "add": ("`{a}` + `{b}`", "add", "sum", "`{a}` plus `{b}`"),
    "subtract": ("`{a}` - `{b}`", "`{a}` minus `{b}`", "subtract `{b}` from `{a}`"),
    "reverse subtract": ("`{b}` - `{a}`", "`{b}` minus `{a}`", "subtract `{a}` from `{b}`"),
    "and": ("AND", "bitwise AND", "`{a}` & `{b}`"),
    "or": ("OR", "bitwise OR", "`{a}` | `{b}`"),
    "xor": ("XOR", "bitwise exclusive or", "`{a}` ^ `{b}`"),
    "nor": ("NOR", "bitwise NOR", "~(`{a}` | `{b}`)"),
    "nand": ("NAND", "bitwise NAND", "~(`{a}` & `{b}`)"),
    "xnor": ("XNOR", "bitwise XNOR", "~(`{a}` ^ `{b}`)"),
    "clear": ("`{a}` & ~`{b}`", "`{a}` AND NOT `{b}`", "clear in `{a}` the bits set in `{b}`"),
    "not": ("NOT `{a}`", "~`{a}`", "complement of `{a}`"),
    "pass a": ("`{a}`", "pass `{a}`", "`{a}` unchanged"),
    "pass b": ("`{b}`", "pass `{b}`", "`{b}` unchanged"),
    "increment": ("`{a}` + 1", "increment `{a}`", "`{a}` plus one"),
    "decrement": ("`{a}` - 1", "decrement `{a}`", "`{a}` minus one"),
    "left": ("`{a}` << 1", "`{a}` shifted left one place", "double `{a}` (shift left by 1)"),
    "right": ("`{a}` >> 1", "logical right shift of `{a}` by one", "`{a}` halved, unsigned"),
    "less": (
        "unsigned set-less-than (`{a}` < `{b}`)",
        "1 if `{a}` < `{b}` unsigned, else 0",
        "SLTU of `{a}`, `{b}`",
    ),
    "signed less": (
        "signed set-less-than (`{a}` < `{b}`)",
        "1 if `{a}` < `{b}` in two's complement, else 0",
        "signed compare, 1 for `{a}` < `{b}` and 0 otherwise",
    ),
    "equal": ("1 if `{a}` == `{b}`, else 0", "equality (1 or 0)", "set if equal, otherwise 0"),
    "zero": ("0", "constant 0", "all zeros"),
}


def alu(
    draw: Draw,
    width: int,
    *,
    a: str,
    b: str,
    op: str,
    out: str,
    lines: int,
    kinds: Sequence[str],
    codes: Sequence[int],
    pins: Mapping[str, str],
) -> tuple[str, str, str]:
    """An arithmetic and logic unit: short, by its purpose, with remarks."""
    spare = len(codes) < 1 << lines

    def does(kind: str) -> str:
        return draw.choice(_OPERATIONS[kind]).format(a=a, b=b)

    def listed(mark: str, end: str) -> str:
        binary = draw.chance(0.5)
        return end.join(
            f"{f'{c:0{lines}b}' if binary else c}{mark}{does(k)}"
            for c, k in zip(codes, kinds, strict=True)
        )

    def rest() -> str:
        if not spare:
            return ""
        return draw.say(
            "Unused codes give 0.",
            "Any other code: 0.",
            f"`{out}` is 0 for the remaining codes.",
            f"Codes not mentioned force `{out}` to zero.",
        )

    def flags() -> str:
        said = []
        for kind, pin in pins.items():
            options = {
                "zero": (f"zero flag `{pin}`", f"`{pin}` = 1 for a zero result"),
                "negative": (
                    f"sign flag `{pin}` (MSB of the result)",
                    f"`{pin}` = top bit of `{out}`",
                ),
                "parity": (
                    f"`{pin}` high for an odd number of ones in `{out}`",
                    f"`{pin}` = XOR of all result bits",
                ),
            }[kind]
            said.append(draw.choice(options))
        return f"Flags: {', '.join(said)}." if said else ""

    wrap = draw.say("", "Carries out of the top are dropped.", "Results wrap at the word width.")
    short = draw.say(
        f"ALU on `{a}` and `{b}`, `{op}` selects: {listed(' ', '; ')}. {rest()} {flags()}",
        f"`{out}` by `{op}`: {listed(' = ', '; ')}. {rest()} {flags()}",
        f"Little ALU, opcodes {listed(': ', '; ')}. {rest()} {wrap} {flags()}",
        f"{number(len(kinds))} operations on `{a}`, `{b}`, decoded from `{op}` "
        f"({listed(' -> ', '; ')}). {rest()} {flags()}",
        f"case (`{op}`) style ALU, result `{out}`: {listed(' gives ', '; ')}. {rest()} {flags()}",
        f"Combinational ALU. {flags()} Opcode map for `{op}`: {listed(' ', ' / ')}. {rest()}",
    )
    purpose = draw.say(
        f"The execution unit of a small processor. Operands come in on `{a}` and `{b}`, the "
        f"instruction decoder drives `{op}`, and `{out}` is written back: {listed(' ', '; ')}. "
        f"{rest()} {flags()}",
        f"A pocket calculator for {width}-bit words: the key pressed arrives as `{op}`, the two "
        f"numbers as `{a}` and `{b}`, and the display `{out}` shows {listed(' -> ', '; ')}. "
        f"{rest()} {flags()}",
        f"A stack machine pops `{a}` and `{b}` and pushes `{out}`. The field `{op}` of its "
        f"instruction means {listed(': ', '; ')}. {rest()} {wrap} {flags()}",
        f"For a signal generator two words `{a}`, `{b}` are combined in a way that can be changed "
        f"while it runs. Setting of `{op}`: {listed(' is ', '; ')}. {rest()} {flags()}",
        f"A student lab board has switches for `{a}` and `{b}` and an operation knob `{op}`. The "
        f"lamps `{out}` show, by knob position, {listed(' ', '; ')}. {rest()} {flags()}",
    )
    x, y = draw.bits(width), draw.bits(width)
    code = codes[kinds.index("add")]
    total = (x + y) % (1 << width)
    example = f"`{a}`={x}, `{b}`={y}, `{op}`={code}: `{out}`={total}"
    rows = "\n".join(
        f"{c:0{lines}b}{draw.say(' => ', ' => ')}{does(k)}"
        for c, k in zip(codes, kinds, strict=True)
    )
    remarks = draw.choice(
        (
            f"ALU, {width} bits.\n"
            + words.points(
                draw,
                *(f"`{op}` = {c}: {does(k)}" for c, k in zip(codes, kinds, strict=True)),
                rest(),
                flags(),
                keep=True,
            ),
            f"Function table of `{op}`:\n{rows}\n{rest()} {flags()} Example: {example}.",
            f"Result `{out}` depends on `{op}` like this: {listed(' ', '; ')}. {rest()} {flags()} "
            f"Example: {example}. {wrap}",
            f"Operands `{a}` and `{b}`; a multiplexer steered by `{op}` picks one of "
            f"{number(len(kinds))} results.\n"
            + words.points(
                draw,
                *(f"{does(k)} for code {c}" for c, k in zip(codes, kinds, strict=True)),
                rest(),
                flags(),
                wrap,
            ),
            f"{flags()} Opcodes: {listed(' / ', '; ')}. {rest()} No carry output exists, so sums "
            f"and differences are taken modulo 2^{width}. Purely combinational.",
        )
    )
    return words.told(draw, short, purpose, remarks)


_SHIFTS: Mapping[str, tuple[str, ...]] = {
    "left": ("shift left", "logical left shift", "SLL", "shift towards the MSB, zero fill"),
    "right": ("logical right shift", "SRL", "shift right with zeros coming in"),
    "arithmetic": (
        "arithmetic right shift",
        "SRA",
        "shift right with sign extension",
        "right shift that keeps the sign",
    ),
    "rotate left": ("rotate left", "ROL", "circular shift left"),
    "rotate right": ("rotate right", "ROR", "circular shift right"),
}


def _moved(kind: str, width: int, value: int, by: int) -> int:
    full = (1 << width) - 1
    sign = value >> (width - 1)
    if kind.startswith("rotate"):
        by = by % width if kind == "rotate left" else -by % width
        return (value << by | value >> (width - by)) & full
    if kind == "left":
        return value << by & full
    moved = value >> by
    return moved | (full & ~(full >> min(by, width))) if kind == "arithmetic" and sign else moved


def shifter(
    draw: Draw,
    kind: str,
    width: int,
    *,
    word: str,
    by: str,
    out: str,
    way: str,
    mode: str,
) -> tuple[str, str, str]:
    """A variable shift or rotation: short, by its purpose, with remarks."""

    def does(name: str) -> str:
        return draw.choice(_SHIFTS[name])

    pair = ("rotate left", "rotate right") if kind == "two rotations" else ("left", "right")
    size = words.an(width)
    if way:
        noun = "rotator" if pair[0].startswith("rotate") else "logical shifter"

        def choose() -> str:
            return draw.say(
                f"`{way}`=0: {does(pair[0])}, `{way}`=1: {does(pair[1])}.",
                f"{does(pair[1])} if `{way}` is high, otherwise {does(pair[0])}.",
                f"`{way}` low means {does(pair[0])}, high means {does(pair[1])}.",
            )

        cases = [(pair[0], f"`{way}`=0"), (pair[1], f"`{way}`=1")]
        head = f"Bidirectional {noun}"
    elif mode:
        noun = "shifter"

        def choose() -> str:
            return draw.say(
                f"`{mode}` 0: pass through, 1: {does('left')}, 2: {does('right')}, 3: "
                f"{does('arithmetic')}.",
                f"Modes (`{mode}`): 00 unchanged, 01 {does('left')}, 10 {does('right')}, 11 "
                f"{does('arithmetic')}.",
                f"By `{mode}`: {does('left')} (1), {does('right')} (2), {does('arithmetic')} (3), "
                "or nothing at all (0).",
            )

        cases = [("left", f"`{mode}`=1"), ("right", f"`{mode}`=2"), ("arithmetic", f"`{mode}`=3")]
        head = "Barrel shifter with modes"
    else:
        noun = "rotator" if kind.startswith("rotate") else "shifter"

        def choose() -> str:
            return draw.say(
                f"It does {words.an(width)} {does(kind)}.",
                f"Operation: {does(kind)}.",
                f"{does(kind)} only.",
            )

        cases = [(kind, "")]
        head = f"Barrel {noun}"
    short = draw.say(
        f"{head}: `{word}` in, `{out}` out, distance `{by}`. {choose()}",
        f"{choose()} Data `{word}`, amount `{by}`, result `{out}`; combinational.",
        f"{size} barrel {noun}, 0 to any number of places as given by `{by}`. {choose()}",
        f"`{out}` is `{word}` moved by `{by}` positions. {choose()}",
        f"Variable {noun} without a clock; `{by}` says how far `{word}` moves. {choose()}",
        f"Move `{word}` by `{by}` bits in one go. {choose()} Result: `{out}`.",
    )
    purpose = draw.say(
        f"The shift unit of a processor core has to finish within one cycle, whatever the distance."
        f" `{word}` is the operand, `{by}` the number of places and `{out}` the result. {choose()}",
        f"A graphics engine aligns {width} pixels of one bit each to an arbitrary position: "
        f"`{word}` goes in, `{out}` comes out, `{by}` places further. {choose()} No registers.",
        f"For a floating-point unit a mantissa `{word}` has to be moved by `{by}` places, which "
        f"gives `{out}`. {choose()}",
        f"A lamp bar with {width} lamps shows the pattern `{word}` displaced by `{by}` lamps on "
        f"`{out}`; the leftmost lamp is the top bit. {choose()}",
        f"Cipher and hash units move words about by variable distances. Here `{word}` is moved by "
        f"`{by}`, and `{out}` shows the outcome at once. {choose()}",
    )
    value = draw.bits(width) | 1 << (width - 1)
    count = draw.int(1, min(width - 1, 5))
    examples = "; ".join(
        f"{'with ' + where + ' ' if where else ''}expect "
        f"{_moved(name, width, value, count):0{width}b}"
        for name, where in cases
    )
    example = f"`{word}`={value:0{width}b} (binary), `{by}`={count}: {examples}"
    details = {
        "left": "a logical shift fills with zeros",
        "right": "a logical shift fills with zeros",
        "arithmetic": "an arithmetic right shift repeats the sign bit",
        "rotate left": "in a rotation no bit gets lost, what leaves re-enters at the other end",
        "rotate right": "in a rotation no bit gets lost, what leaves re-enters at the other end",
    }
    notes = list(dict.fromkeys(details[name] for name, _ in cases))
    far = (
        ""
        if "rotat" in noun
        else f"distances from {width} on, where `{by}` can say them, push "
        "out every bit, so that only the fill is left"
    )
    remarks = draw.choice(
        (
            f"{head}, {width} bits.\n"
            + words.points(draw, choose(), *notes, far, f"`{by}`=0 leaves the word as it is"),
            f"`{word}` is moved by `{by}` places into `{out}`. {choose()} Example: {example}.",
            f"{choose()} The distance is the unsigned number `{by}`.\nExample: {example}.\nNotes: "
            f"{'; '.join(notes)}.",
            words.points(
                draw,
                f"data `{word}`, distance `{by}`, result `{out}`, no clock",
                choose(),
                f"example: {example}",
                *notes,
            ),
            f"One layer of multiplexers a bit of `{by}` is the usual structure: each layer moves by"
            f" its power of two or not at all. {choose()} {'. '.join(notes)}.",
        )
    )
    return words.told(draw, short, purpose, remarks)


_BITS: Mapping[str, tuple[str, ...]] = {
    "set": ("set it", "force it to 1", "make it 1"),
    "clear": ("clear it", "reset it to 0", "make it 0"),
    "toggle": ("toggle it", "flip it", "complement it"),
    "write": ("write `{v}` to it", "replace it by `{v}`", "copy `{v}` into it"),
    "isolate": (
        "keep it and zero all others",
        "mask out everything else (zeros)",
        "clear every bit but this one",
    ),
}


def bit_operation(
    draw: Draw,
    width: int,
    *,
    word: str,
    index: str,
    out: str,
    op: str,
    value: str,
    kinds: Sequence[str],
) -> tuple[str, str, str]:
    """Operations on the bit with a given index: short, by its purpose, with remarks."""

    def does(kind: str) -> str:
        return draw.choice(_BITS[kind]).format(v=value)

    def all_of() -> str:
        if not op:
            return does(kinds[0])
        if len(kinds) == 2 and draw.chance(0.5):
            return f"{does(kinds[1])} if `{op}` is 1, {does(kinds[0])} if `{op}` is 0"
        return f"by `{op}`: " + ", ".join(f"{i} {does(k)}" for i, k in enumerate(kinds))

    bit = f"`{word}`[`{index}`]"
    keep = "" if "isolate" in kinds else "The other bits pass unchanged."
    short = draw.say(
        f"Take bit {bit}: {all_of()}. {keep} Result on `{out}`.",
        f"Single-bit manipulation of `{word}` at position `{index}`: {all_of()}. {keep}",
        f"`{out}` = `{word}` after touching the bit numbered `{index}`: {all_of()}. {keep}",
        f"Use the one-hot mask 1 << `{index}` on `{word}`. For the bit it marks: {all_of()}. "
        f"{keep}",
        f"Combinational bit unit. Addressed bit is number `{index}` of `{word}`; {all_of()}. "
        f"{keep} Output `{out}`.",
        f"Of the {width} bits in `{word}` only number `{index}` is meant: {all_of()}. {keep}",
    )
    purpose = draw.say(
        f"The bit instructions of a microcontroller: register value `{word}` and bit number "
        f"`{index}` come in, and the new value `{out}` goes back. For the addressed bit: "
        f"{all_of()}. {keep}",
        f"A free-list keeps one bit for each of {width} buffers in `{word}`. Buffer `{index}` is "
        f"being handled; for its bit: {all_of()}. {keep} The new list is `{out}`.",
        f"A permission word `{word}` has {width} flags. An editor selects flag `{index}` and the "
        f"flag word `{out}` is shown at once: {all_of()}. {keep}",
        f"In an image row of {width} black-and-white pixels, `{word}`, the pen is at pixel "
        f"`{index}`. What it does to this pixel: {all_of()}. {keep} The row appears on `{out}`.",
        f"Fault injection for a test bench: a word `{word}` runs through this block to `{out}` and "
        f"its bit number `{index}` gets a treatment: {all_of()}. {keep} No state.",
    )
    x, at = draw.bits(width), draw.int(0, width - 1)
    mask = 1 << at
    results = {"set": x | mask, "clear": x & ~mask, "toggle": x ^ mask, "isolate": x & mask}
    results["write"] = x | mask
    shown = []
    for i, kind in enumerate(kinds):
        where = f"`{op}`={i} " if op else ""
        where += f"(`{value}`=1) " if kind == "write" else ""
        shown.append(f"{where}{results[kind]:0{width}b}")
    example = f"`{word}`={x:0{width}b}, `{index}`={at}: {', '.join(shown)}"
    remarks = draw.choice(
        (
            f"A bit is picked by `{index}` (0 is the least significant).\n"
            + words.points(draw, all_of(), keep, f"example, in binary: {example}"),
            f"Treatment of bit {bit}: {all_of()}. {keep} Binary example: {example}.",
            f"The word `{word}` reaches `{out}` with one treatment, at bit `{index}`.\n"
            + words.points(
                draw,
                *(f"{f'`{op}`={i}: ' if op else ''}{does(k)}" for i, k in enumerate(kinds)),
                keep or "bits count from the right, starting at 0",
                "combinational",
            ),
            f"Position `{index}` is decoded to a mask with a single 1. With it the bit of `{word}` "
            f"is treated as follows: {all_of()}. {keep} Example: {example} (binary).",
            f"No clock. Result `{out}`. What happens to bit number `{index}` of `{word}`? "
            f"{all_of()}. And the others? "
            + (keep or "See above: an isolating operation zeroes them, any other leaves them."),
        )
    )
    return words.told(draw, short, purpose, remarks)
