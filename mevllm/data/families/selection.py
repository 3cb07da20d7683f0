"""Decoders, case statements and other selections by code."""

from __future__ import annotations

from mevllm.data.design import Description, Design, Exhibit, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.literals import (
    binary,
    decimal,
    grid,
    hexadecimal,
    initial,
    joined,
    kept,
    number,
    ones,
    thin,
    varied,
)
from mevllm.data.families.told import selection as told
from mevllm.data.stimulus import combinational
from mevllm.tiers import Tier


def _decoder(draw: Draw) -> Design:
    """A binary code to one active line, with or without an enable."""
    lines = draw.choice((2, 2, 3, 3, 3, 4, 4, 5, 6))
    full = 1 << lines
    count = full if draw.chance(0.7) else draw.int(full // 2 + 1, full - 1)
    code = draw.name("in", "sel", "addr", "code", "a")
    out = draw.name("out", "y", "lines", "dec", "row")
    enable = draw.choice(("none", "high", "high", "low"))
    low = draw.chance(0.3)
    ports = [port(code, "input", lines)]
    name = ""
    if enable != "none":
        name = draw.name("enable") if enable == "high" else draw.name("en_n", "enable_n", "g_n")
        ports.insert(draw.int(0, 1), port(name, "input"))
    ports.append(port(out, "output", count))
    on = {"none": "", "high": name, "low": f"!{name}"}[enable]
    shifted = f"{count}'d1 << {code}"
    value = f"~({shifted})" if low else shifted
    idle = ones(count) if low else f"{count}'d0"
    body = f"  assign {out} = {on} ? {value} : {idle};" if on else f"  assign {out} = {value};"
    if lines == 2 and count == 4 and draw.chance(0.4):
        arms = [binary(4, (1 << i) ^ (15 if low else 0)) for i in range(4)]
        case = "\n".join(
            f"      {f'2{chr(39)}d{i}' if i < 3 else 'default'}: {out} = {arms[i]};"
            for i in range(4)
        )
        case = f"    case ({code})\n{case}\n    endcase"
        if on:
            nested = "\n".join("  " + line for line in case.split("\n"))
            body = (
                f"  always @(*) begin\n    if ({on}) begin\n{nested}\n    end else begin\n"
                f"      {out} = {idle};\n    end\n  end"
            )
        else:
            body = f"  always @(*) begin\n{case}\n  end"
    active, rest = ("0", "1") if low else ("1", "0")
    title = f"{lines}-to-{count} {'active-low ' * low}decoder{' with enable' * bool(on)}"
    main = draw.say(
        f"Bit number `{code}` of `{out}` is {active} and all its other bits are {rest}",
        f"`{out}[i]` is {active} exactly when the unsigned value of `{code}` equals i; the other "
        f"bits are {rest}",
        f"Each value of `{code}` makes one bit of `{out}` {active}, the bit with that index, "
        f"and leaves the others {rest}",
    )
    spare = (
        draw.say(
            f"If `{code}` is {count} or more, every bit of `{out}` is {rest}.",
            f"Codes above {count - 1} select no line: all bits are {rest}.",
        )
        if count < full
        else ""
    )
    gate = ""
    if on:
        level = 0 if enable == "high" else 1
        gate = draw.say(
            f"While `{name}` is {level}, all bits of `{out}` are {rest}, whatever `{code}` is.",
            f"`{name}` (active {enable}) enables the decoder; when it is {level}, every bit of "
            f"`{out}` is {rest}.",
            f"With `{name}` = {level} the decoder is disabled and all its outputs are {rest}.",
        )
    example = draw.int(0, count - 1)
    shown = binary(count, (1 << example) ^ ((1 << count) - 1 if low else 0))
    sample = f"For example, `{code}` = {example} gives `{out}` = {shown}."
    if on:
        sample = f"For example, with the decoder enabled `{code}` = {example} gives {shown}."
    draw.tell(
        *told.decoder(
            draw.teller(),
            lines=lines,
            count=count,
            code=code,
            out=out,
            enable=name,
            enable_low=enable == "low",
            low=low,
        )
    )
    return draw.design(
        DECODER,
        module=draw.module("decoder", f"decoder{lines}to{count}", "line_select", "addr_decode"),
        ports=ports,
        body=body,
        description=Description(
            title=title,
            terse=joined(f"{initial(title)}.", f"{main}.", gate, spare).replace("`", ""),
            prose=draw.say(
                joined(f"Design a {title}. {main}.", gate, spare),
                joined(f"{main}.", gate, spare, sample),
                joined(
                    f"The {number(count)} bits of `{out}` are the lines of a decoder for the "
                    f"{lines}-bit code `{code}`. {main}.",
                    spare,
                    gate,
                    "The circuit is combinational.",
                ),
            ),
            points=kept("Combinational decoder.", f"{main}.", gate, spare, sample),
        ),
        stimulus=combinational(draw, ports),
        choices=(("lines", lines), ("outputs", count), ("enable", enable), ("low", low)),
    )


DECODER = Family("decoder", Tier.INTERMEDIATE, _decoder)

_STORIES = (
    ("opcode", "An instruction decoder translates opcodes to internal numbers.", "opcode", "op_id"),
    ("command", "A peripheral understands a handful of commands.", "cmd", "action"),
    ("address", "A small bus maps some addresses to device numbers.", "addr", "device"),
    ("character", "A terminal reacts to some characters.", "ch", "token"),
    ("mode", "A set-up word is looked up in a fixed table.", "mode", "setting"),
    ("code", "A small read-only table maps codes to values.", "code", "value"),
)


def _case_lookup(draw: Draw) -> Design:
    """Arbitrary codes to values, with a value for all other codes and perhaps a match flag."""
    width = draw.choice((3, 4, 4, 5, 6, 6, 7, 8, 8, 8, 10, 12, 16, 16))
    size = draw.choice((2, 3, 4, 4, 4, 5, 6, 7, 8, 8, 12))
    count = draw.int(2, min(12, (1 << width) - 2))
    noun, story, in_name, out_name = draw.choice(_STORIES)
    code = draw.name(in_name, "in", "code", "key")
    out = draw.name(out_name, "out", "result", "y")
    valid = draw.name("valid", "hit", "match_o", "known") if draw.chance(0.4) else ""
    codes = draw.rng.sample(range(1 << width), count)
    if draw.chance(0.4):
        codes.sort()
    ordered = draw.chance(0.25) and 1 << (size - 1) <= count < 1 << size
    *values, other = varied(draw, count + 1, size)
    if ordered:
        values, other = list(range(1, count + 1)), 0
    shape = draw.choice((binary, hexadecimal, decimal)) if width < 9 else hexadecimal
    shown = draw.choice((binary, decimal)) if size < 6 else draw.choice((hexadecimal, decimal))
    ports = [port(code, "input", width), port(out, "output", size)]
    if valid:
        ports.append(port(valid, "output"))
    arms = [(shape(width, c), shown(size, v)) for c, v in zip(codes, values, strict=True)]
    if valid:
        lines = [f"      {c}: {out} = {v};" for c, v in arms]
        lines.append(f"      default: begin\n        {out} = {shown(size, other)};")
        lines.append(f"        {valid} = 1'b0;\n      end")
        head = f"    {valid} = 1'b1;\n"
    else:
        lines = [f"      {c}: {out} = {v};" for c, v in (*arms, ("default", shown(size, other)))]
        head = ""
    body = f"  always @(*) begin\n{head}    case ({code})\n" + "\n".join(lines)
    body += "\n    endcase\n  end"
    flag = ""
    if valid:
        flag = draw.say(
            f"`{valid}` is 1 when `{code}` is one of the listed {noun}s and 0 otherwise.",
            f"`{valid}` tells whether the {noun} is in the list (1) or not (0).",
        )
    pairs = ", ".join(f"{c} gives {v}" for c, v in arms)
    rest = draw.say(
        f"Any other {noun} gives {shown(size, other)}.",
        f"For all other values of `{code}`, `{out}` is {shown(size, other)}.",
        f"Everything else yields {shown(size, other)} on `{out}`.",
    )
    head_row = [code, out, *([valid] if valid else [])]
    rows = [[c, v, *(["1"] if valid else [])] for c, v in arms]
    rows.append(["any other", shown(size, other), *(["0"] if valid else [])])
    title = f"{noun} lookup with {number(count)} entries{' and match flag' * bool(valid)}"
    near = [c ^ (1 << draw.int(0, width - 1)) for c in codes]
    draw.tell(
        *told.case_lookup(
            draw.teller(),
            noun=noun,
            code=code,
            out=out,
            valid=valid,
            pairs=arms,
            other=shown(size, other),
        )
    )
    return draw.design(
        CASE_LOOKUP,
        module=draw.module("lookup", "code_map", f"{noun.replace(' ', '_')}_decoder", "translate"),
        ports=ports,
        body=body,
        description=Description(
            title=title,
            terse=joined(f"{initial(noun)} lookup, {code} to {out}: {pairs}.", rest, flag).replace(
                "`", ""
            ),
            prose=draw.say(
                joined(f"{story} For `{code}`: {pairs}.", rest, flag),
                joined(
                    f"Translate the {width}-bit {noun} on `{code}` to the {size}-bit number "
                    f"`{out}`: {pairs}.",
                    rest,
                    flag,
                    "Use a case statement and make sure that no latch results.",
                ),
                joined(f"{story}", rest, f"The listed ones are: {pairs}.", flag),
            ),
            points=kept(
                f"`{out}` is a combinational function of `{code}`.",
                *(f"`{code}` = {c}: `{out}` = {v}." for c, v in arms),
                rest,
                flag,
            ),
            exhibits=(
                Exhibit(
                    "truth table",
                    draw.say(
                        f"{story} The combinational circuit follows this table.",
                        f"`{code}` is translated as the table says; the circuit is combinational.",
                    ),
                    grid(draw, head_row, rows),
                ),
            ),
        ),
        stimulus=combinational(
            draw, ports, directed=[{code: c} for c in draw.shuffled(codes * 2 + near)]
        ),
        choices=(
            ("table", list(zip(codes, values, strict=True))),
            ("other", other),
            ("width", width),
            ("size", size),
            ("flag", bool(valid)),
        ),
    )


CASE_LOOKUP = Family("case_lookup", Tier.INTERMEDIATE, _case_lookup)


def _priority_encoder(draw: Draw) -> Design:
    """The index of the lowest or highest bit that is set."""
    width = draw.choice((3, 4, 4, 4, 5, 6, 7, 8, 8, 8, 10, 12, 16, 20, 32))
    size = (width - 1).bit_length()
    lowest = draw.chance(0.5)
    request = draw.name("in", "req", "irq", "request", "x")
    out = draw.name("pos", "index", "out", "code", "idx")
    valid = draw.name("valid", "any_set", "found", "active") if draw.chance(0.55) else ""
    none = 0 if draw.chance(0.7) or valid else (1 << size) - 1
    inverted = draw.chance(0.12)
    ports = [port(request, "input", width), port(out, "output", size)]
    if valid:
        ports.append(port(valid, "output"))
    wanted = "0" if inverted else "1"
    bit = f"!{request}[i]" if inverted else f"{request}[i]"
    if width <= 8 and draw.chance(0.6):
        arms = []
        for i in range(width) if lowest else range(width - 1, -1, -1):
            places = ["?"] * width
            places[width - 1 - i] = wanted
            beyond = range(i) if lowest else range(i + 1, width)
            for j in beyond:
                places[width - 1 - j] = "0" if wanted == "1" else "1"
            arms.append(f"      {width}'b{''.join(places)}: {out} = {decimal(size, i)};")
        arms.append(f"      default: {out} = {decimal(size, none)};")
        body = f"  always @(*) begin\n    casez ({request})\n" + "\n".join(arms)
        body += "\n    endcase\n  end"
    else:
        loop = f"i = {width - 1}; i >= 0; i = i - 1" if lowest else f"i = 0; i < {width}; i = i + 1"
        body = (
            f"  integer i;\n\n  always @(*) begin\n    {out} = {decimal(size, none)};\n"
            f"    for ({loop})\n      if ({bit})\n        {out} = i;\n  end"
        )
    if valid:
        body += f"\n\n  assign {valid} = {f'~&{request}' if inverted else f'|{request}'};"
    which = "lowest" if lowest else "highest"
    end = "least" if lowest else "most"
    main = draw.say(
        f"`{out}` is the index of the {which} bit of `{request}` that is {wanted}",
        f"Report on `{out}` the position of the {end} significant {wanted} in `{request}` "
        f"(bit 0 is the rightmost)",
        f"Among the bits of `{request}` that are {wanted}, the one with the {which} index wins; "
        f"its index appears on `{out}`",
    )
    empty = draw.say(
        f"If no bit is {wanted}, `{out}` is {none}.",
        f"When every bit of `{request}` is {'1' if inverted else '0'}, output {none}.",
    )
    flag = ""
    if valid:
        flag = draw.say(
            f"`{valid}` is 1 if at least one bit of `{request}` is {wanted}, else 0.",
            f"`{valid}` says whether there is any {wanted} in `{request}`.",
        )
    sample = draw.int(1, (1 << width) - 2)
    seen = sample ^ ((1 << width) - 1) if inverted else sample
    at = (seen & -seen).bit_length() - 1 if lowest else seen.bit_length() - 1
    example = f"For instance, {binary(width, sample)} gives {at}."
    title = f"{width}-bit priority encoder, {which} index first"
    draw.tell(
        *told.priority_encoder(
            draw.teller(),
            width=width,
            lowest=lowest,
            request=request,
            out=out,
            valid=valid,
            none=none,
            inverted=inverted,
        )
    )
    return draw.design(
        PRIORITY_ENCODER,
        module=draw.module("priority_encoder", "prio_enc", "first_one", "encoder"),
        ports=ports,
        body=body,
        description=Description(
            title=title,
            terse=joined(f"{initial(title)}. {main}.", empty, flag).replace("`", ""),
            prose=draw.say(
                joined(f"Build a priority encoder for {width} bits. {main}.", empty, flag, example),
                joined(f"{main}.", example, empty, flag),
                joined(
                    f"The {width} bits of `{request}` are requests, "
                    f"active {'low' if inverted else 'high'}, that may come at the same time. "
                    f"{main}.",
                    flag,
                    empty,
                ),
            ),
            points=kept("The encoder is combinational.", f"{main}.", empty, flag, example),
        ),
        stimulus=combinational(
            draw,
            ports,
            directed=[{request: value} for value in sparse(draw, width)],
        ),
        choices=(
            ("width", width),
            ("lowest", lowest),
            ("none", none),
            ("inverted", inverted),
            ("valid", bool(valid)),
        ),
    )


def sparse(draw: Draw, width: int) -> list[int]:
    """Words with few ones, with few zeros, and with ones only at one end."""
    full = (1 << width) - 1
    words = [1 << i for i in range(width)]
    words += [full ^ word for word in words]
    words += [thin(draw, width) for _ in range(40)]
    words += [draw.bits(draw.int(1, width)) for _ in range(40)]
    words += [draw.bits(width) << draw.int(0, width - 1) & full for _ in range(40)]
    return words


PRIORITY_ENCODER = Family("priority_encoder", Tier.INTERMEDIATE, _priority_encoder)


FAMILIES = (DECODER, CASE_LOOKUP, PRIORITY_ENCODER)
