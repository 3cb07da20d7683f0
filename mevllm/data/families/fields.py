"""Fields of words: extraction from an instruction, extension to more bits."""

from __future__ import annotations

from mevllm.data.design import Description, Design, Exhibit, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.basic_words import capital, listed, literal, number, part, plural, sized
from mevllm.data.families.told import fields as told
from mevllm.data.stimulus import Row, combinational
from mevllm.tiers import Tier

_FIELDS = (
    (("opcode", "op", "kind"), "operation code"),
    (("rd", "dst", "dest"), "destination register"),
    (("rs", "rs1", "src_a"), "first source register"),
    (("rt", "rs2", "src_b"), "second source register"),
    (("func", "funct", "mode"), "function modifier"),
    (("imm", "offset", "value"), "immediate value"),
)


def _instruction(draw: Draw) -> Design:
    """The fields of an instruction-like word, with an extended immediate and decoded flags."""
    word = draw.name("instr", "insn", "ir", "word", "cmd", "packet")
    count = draw.int(3, 5)
    chosen = [_FIELDS[0], *draw.shuffled(_FIELDS[1:])[: count - 1]]
    sizes = [draw.int(3, 7)] + [draw.int(2, 6) for _ in chosen[1:]]
    fields = list(zip(chosen, sizes, strict=True))
    order = draw.shuffled(fields) if draw.chance(0.5) else fields
    width = sum(size for _, size in order)
    spare = draw.choice((0, 0, 1, 2))
    total = width + spare
    high = total - 1
    rtl, said, outs, rows, where = [], [], [], [], {}
    for (names, meaning), size in order:
        low = high - size + 1
        out = draw.name(*names)
        source = part(word, high, low)
        rtl.append(f"  assign {out} = {source};")
        said.append(f"`{out}`, the {meaning}, is {_bits(high, low)} of `{word}`")
        rows.append((f"{high}:{low}" if high > low else str(high), out, meaning))
        outs.append(port(out, "output", size, meaning))
        where[meaning] = (out, high, low)
        high = low - 1
    if spare:
        rows.append((f"{high}:0" if high else "0", "-", "not used"))
    op, op_high, op_low = where["operation code"]
    size = op_high - op_low + 1
    extras = []
    ext = ("", "", 0)
    if "immediate value" in where and draw.chance(0.7):
        name, top, low = where["immediate value"]
        wide = draw.choice([w for w in (8, 10, 12, 16, 24, 32) if w > top - low + 1])
        out = draw.name("imm_ext", "imm_sx", "ext", "sext")
        fill = f"{{{wide - (top - low + 1)}{{{word}[{top}]}}}}"
        rtl.append(f"  assign {out} = {{{fill}, {part(word, top, low)}}};")
        said.append(f"`{out}` is `{name}` sign-extended to {wide} bits")
        outs.append(port(out, "output", wide, "sign-extended immediate"))
        extras.append(f"extend {wide}")
        ext = (out, name, wide)
    codes = draw.shuffled(range(1 << size))[: draw.choice((1, 1, 2, 3))]
    flags = draw.shuffled(("is_load", "is_store", "is_branch", "is_jump", "is_nop", "is_halt"))
    base = draw.choice(("b", "b", "d", "h"))
    directed: list[Row] = []
    for flag, code in zip(flags, codes, strict=False):
        out = draw.name(flag)
        rtl.append(f"  assign {out} = ({op} == {literal(code, size, base)});")
        said.append(f"`{out}` is 1 exactly when `{op}` is {literal(code, size, base)}")
        outs.append(port(out, "output", 1, f"operation {code}"))
        for _ in range(3):
            rest = draw.bits(total) & ~(((1 << size) - 1) << op_low)
            directed.append({word: rest | code << op_low})
    ports = [port(word, "input", total, f"{total}-bit word"), *outs]
    extra = said[len(order) :]
    table = "\n".join(f"| {bits} | {name} | {meaning} |" for bits, name, meaning in rows)
    unused = "" if not spare else f" The lowest bit of `{word}` is ignored."
    if spare > 1:
        unused = f" The lowest {number(spare)} bits of `{word}` are ignored."
    lengths = listed([f"`{p.name}` ({p.width} bits)" for p in outs[: len(order)]])
    joined = ". ".join(said)
    spans = [(where[m][0], m, *where[m][1:]) for (_, m), _ in order]
    pairs = list(zip([p.name for p in outs[len(order) + len(extras) :]], codes, strict=False))
    draw.tell(*told.field_extraction(draw.teller(), word, total, spans, ext, pairs))
    return draw.design(
        INSTRUCTION,
        module=draw.module("field_split", "extract", "instr_fields"),
        ports=ports,
        body="\n".join(rtl),
        description=Description(
            title=f"field extraction from {sized(total, 'instruction word')}",
            terse="; ".join(r.strip()[7:-1] for r in rtl) + ".",
            prose=draw.say(
                f"An instruction word of {total} bits is taken apart. {joined}.{unused}",
                f"The word `{word}` consists, from its most significant bit down, of the fields "
                f"{lengths}, each of which has an output of its own.{unused} "
                f"{'. '.join(capital(s) for s in extra)}.",
                f"Split the {total}-bit `{word}` into fields without any register. {joined}.",
            ),
            points=(*(f"{s}." for s in said), *([unused.strip()] if unused else [])),
            exhibits=(
                Exhibit(
                    "memory map",
                    f"The table shows the layout of `{word}`; each named field goes to the output "
                    f"of that name. Besides, {listed(extra)}.",
                    f"| Bits | Field | Meaning |\n|---|---|---|\n{table}",
                ),
            ),
        ),
        stimulus=combinational(draw, ports, directed=directed, random_rows=100),
        choices=(
            ("sizes", [(meaning, size) for (_, meaning), size in order]),
            ("spare", spare),
            ("extras", extras),
            ("codes", codes[: len(flags)]),
        ),
    )


def _bits(high: int, low: int) -> str:
    return f"bit {high}" if high == low else f"bits {high} to {low}"


def _extend(draw: Draw) -> Design:
    """A narrow value made wide: sign or zero extension, replication, shifted fields."""
    narrow = draw.choice((2, 3, 4, 4, 5, 6, 7, 8, 8, 10, 12, 16))
    kind = draw.choice(("sign", "sign", "mode", "mode", "replicate", "bit", "left"))
    if draw.chance(0.06):
        kind = draw.choice(("zero", "double"))
    x, y = draw.name("input"), draw.name("output")
    wide = draw.choice([w for w in (4, 6, 8, 9, 12, 16, 20, 24, 32, 48, 64) if w > narrow])
    extra = wide - narrow
    top = part(x, narrow - 1, narrow - 1)
    ports = [port(x, "input", narrow)]
    keys: list[object] = [kind]
    detail = 0
    if kind == "sign":
        expression = f"{{{{{extra}{{{top}}}}}, {x}}}"
        words = draw.say(
            f"`{x}` sign-extended from {narrow} to {wide} bits: the {number(extra)} upper bits are "
            f"copies of `{top}`",
            f"the {wide}-bit two's complement number with the same value as the {narrow}-bit two's "
            f"complement number `{x}`",
        )
        title = f"sign extension from {narrow} to {wide} bits"
    elif kind == "zero":
        expression = f"{{{extra}'d0, {x}}}"
        words = f"`{x}` extended with zeros on the left to {wide} bits"
        title = f"zero extension from {narrow} to {wide} bits"
    elif kind == "mode":
        mode = draw.name("is_signed", "sign_mode", "sext", "mode", "s")
        low = draw.chance(0.3)
        ports.append(port(mode, "input"))
        test = f"{'~' if low else ''}{mode} & {top}"
        expression = f"{{{{{extra}{{{test}}}}}, {x}}}"
        words = (
            f"`{x}` extended to {wide} bits, with its sign bit `{top}` when `{mode}` is "
            f"{int(not low)}, with zeros when `{mode}` is {int(low)}"
        )
        title = f"extension from {narrow} to {wide} bits, signed or unsigned"
        keys.append(low)
        detail = int(low)
    elif kind == "replicate":
        times = draw.int(2, 6)
        wide, detail = narrow * times, times
        joined = draw.name("inv", "flip", "neg")
        ports.append(port(joined, "input"))
        expression = f"{{{times}{{{x} ^ {{{narrow}{{{joined}}}}}}}}}"
        words = (
            f"made of {number(times)} copies of the {narrow}-bit word `{x}` side by side; when "
            f"`{joined}` is 1, each copy is inverted"
        )
        title = f"{number(times)}-fold replication of {sized(narrow)}"
    elif kind == "bit":
        index = draw.int(0, narrow - 1)
        expression = f"{{{wide}{{{x}[{index}]}}}}"
        words = f"{sized(wide)} all bits of which are equal to bit {index} of `{x}`"
        title = f"replication of one bit of {sized(narrow)}"
        keys.append(index)
        detail = index
    elif kind == "left":
        value = draw.name("fill", "pad", "f")
        ports.append(port(value, "input"))
        expression = f"{{{x}, {{{extra}{{{value}}}}}}}"
        words = (
            f"{wide} bits wide with `{x}` in its upper {narrow} bits; all lower bits are equal to "
            f"`{value}`"
        )
        title = f"left-aligned placement of {narrow} bits in {wide}"
    else:
        shift = draw.int(1, 3)
        wide = max(wide, narrow + shift + 1)
        extra = wide - narrow - shift
        expression = f"{{{{{extra}{{{top}}}}}, {x}, {literal(0, shift)}}}"
        words = (
            f"`{x}` as a two's complement number multiplied by {1 << shift} and sign-extended to "
            f"{wide} bits: {plural(shift, 'zero')} on the right, copies of `{top}` on the left"
        )
        title = f"sign extension to {wide} bits with a shift by {shift}"
        keys.append(shift)
        detail = shift
    ports.append(port(y, "output", wide))
    body = f"  assign {y} = {expression};"
    sentence, over = "", ("", 0)
    if kind in ("sign", "bit", "zero", "double", "left"):
        flag = draw.name("big", "above", "is_big", "flag")
        limit = draw.int(1, (1 << narrow) - 2)
        ports.append(port(flag, "output"))
        body += f"\n  assign {flag} = ({x} > {narrow}'d{limit});"
        sentence = (
            f" `{flag}` is 1 when `{x}`, read as an unsigned number, is greater than {limit}."
        )
        keys.append(limit)
        over = (flag, limit)
        rows: list[Row] = [{x: limit}, {x: limit + 1}, {x: limit - 1}]
    else:
        rows = [{x: 1 << (narrow - 1)}]
    control = next((p.name for p in ports[1:] if p.direction == "input"), "")
    own, sizes = (x, y, control), (narrow, wide)
    draw.tell(*told.extension(draw.teller(), kind, own, sizes, detail, over))
    return draw.design(
        EXTEND,
        module=draw.module("extend", "widen", "extender"),
        ports=ports,
        body=body,
        description=Description(
            title=title,
            terse=draw.say(f"{y} = {expression}.{sentence}", f"{y} is {words}.{sentence}"),
            prose=draw.say(
                f"The output `{y}` is {words}.{sentence}",
                f"Build the {title}: `{y}` is {words}.{sentence} No clock is involved.",
                f"{capital(sized(narrow, 'value'))} has to be passed to wider logic. `{y}` is "
                f"{words}.{sentence}",
            ),
            points=(f"`{y}` is {words}.", *([sentence.strip()] if sentence else [])),
        ),
        stimulus=combinational(draw, ports, directed=rows, random_rows=80),
        choices=(
            ("kind", keys),
            ("narrow", narrow),
            ("wide", wide),
            ("constant bits", kind in ("zero", "double")),
        ),
    )


INSTRUCTION = Family("field_extraction", Tier.BASIC, _instruction)
EXTEND = Family("extension", Tier.BASIC, _extend)

FAMILIES = (INSTRUCTION, EXTEND)
