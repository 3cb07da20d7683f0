"""Multiplexers and demultiplexers."""

from __future__ import annotations

from mevllm.data.design import Description, Design, Exhibit, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.literals import (
    WIDTHS,
    binary,
    bits,
    grid,
    initial,
    kept,
    number,
    ones,
    sized,
    zero,
)
from mevllm.data.families.told import muxes as tellings
from mevllm.data.stimulus import combinational
from mevllm.spec import Port
from mevllm.tiers import Tier


def _mux_two(draw: Draw) -> Design:
    """Two words, one of them chosen by a select bit or by a condition on two select bits."""
    width = draw.choice(WIDTHS)
    a, b = draw.choice((("a", "b"), ("in0", "in1"), ("d0", "d1"), ("x", "y"), ("left", "right")))
    out = draw.name("out", "mux_out", "result", "q", "dout")
    control = draw.choice(("one", "one", "one", "low", "and", "or", "xor"))
    if control in ("one", "low"):
        selects = [draw.name("select", "choose")]
    else:
        selects = list(
            draw.choice((("use_b", "valid_b"), ("s0", "s1"), ("en_i", "pick"), ("m", "n")))
        )
    s, t = selects[0], selects[-1]
    condition, words = {
        "one": (s, f"`{s}` is 1"),
        "low": (f"!{s}", f"`{s}` is 0"),
        "and": (f"{s} && {t}", f"both `{s}` and `{t}` are 1"),
        "or": (f"{s} || {t}", f"at least one of `{s}` and `{t}` is 1"),
        "xor": (f"{s} != {t}", f"`{s}` and `{t}` differ"),
    }[control]
    inverted = draw.chance(0.15)
    first, second = (f"~{b}", f"~{a}") if inverted else (b, a)
    told = draw.choice(("", "", "ternary", "if", "case"))
    if told == "case" and control != "one":
        told = "if"
    ports = [port(n, "input", width) for n in (a, b)] + [port(n, "input") for n in selects]
    if draw.chance(0.3):
        ports = ports[2:] + ports[:2]
    ports.append(port(out, "output", width))
    gated = width == 1 and control == "one" and not inverted and not told and draw.chance(0.4)
    always = (
        f"  always @(*) begin\n    if ({condition})\n      {out} = {first};\n    else\n"
        f"      {out} = {second};\n  end"
    )
    assign = f"  assign {out} = {_operand(condition)} ? {first} : {second};"
    body = {
        "if": always,
        "case": f"  always @(*) begin\n    case ({s})\n      1'b0: {out} = {second};\n"
        f"      default: {out} = {first};\n    endcase\n  end",
    }.get(told, f"  assign {out} = ({s} & {b}) | (~{s} & {a});" if gated else assign)
    how = {
        "": "",
        "ternary": "Use a conditional operator.",
        "if": "Describe it with an if statement in a combinational always block.",
        "case": f"Describe it with a case statement on `{s}`.",
    }[told]
    target = f"`{out}`"
    gives = draw.say("is", "takes the value of", "equals")
    tail = ", inverted bit by bit" * inverted
    title = sized(width, "2-to-1 multiplexer")
    what = "two single bits" if width == 1 else f"two {width}-bit values"
    behaviour = draw.say(
        f"When {words}, {target} {gives} `{b}`{tail}; otherwise {target} {gives} `{a}`{tail}.",
        f"{target} {gives} `{b}`{tail} if {words}, and `{a}`{tail} in all other cases.",
        f"Choose `{b}` if {words} and `{a}` if not, and put the chosen value{tail} on {target}.",
    )
    formula = f"{out} = ({condition}) ? {first} : {second}"
    draw.tell(
        *tellings.mux_two(
            draw.teller(),
            width=width,
            a=a,
            b=b,
            out=out,
            selects=selects,
            control=control,
            inverted=inverted,
        )
    )
    return draw.design(
        MUX_TWO,
        module=draw.module("mux2", "mux2to1", "two_way_mux", "selector"),
        ports=ports,
        body=body,
        description=Description(
            title=title,
            terse=draw.say(
                f"{title}: {formula}.", f"{title}. {behaviour}".replace("`", ""), f"{formula}"
            )
            + (f" {how}".replace("`", "") if told else ""),
            prose=draw.say(
                f"Build a multiplexer for {what}. {behaviour} {how}",
                f"Two inputs, `{a}` and `{b}`, compete for the output. {behaviour} The circuit is "
                f"combinational. {how}",
                f"{behaviour} There is no storage: the output follows the inputs at once. {how}",
            ).rstrip(),
            points=kept(
                f"The module is a combinational 2-to-1 multiplexer for {what}.",
                f"If {words}: {target} = `{first}`.",
                f"Otherwise: {target} = `{second}`.",
                how,
            ),
        ),
        stimulus=combinational(draw, ports),
        choices=(("width", width), ("control", control), ("inverted", inverted), ("told", told)),
    )


def _operand(text: str) -> str:
    """A condition as the first operand of `?:`, in parentheses where it has operators."""
    return f"({text})" if " " in text else text


MUX_TWO = Family("mux_two", Tier.INTERMEDIATE, _mux_two)


def _mux_many(draw: Draw) -> Design:
    """3 to 16 inputs and a case statement; unused select codes have a defined value."""
    count = draw.choice((3, 3, 4, 4, 5, 5, 6, 6, 7, 8, 9, 10, 12, 16))
    width = draw.choice((1, 2, 3, 4, 4, 5, 8, 8, 10, 12, 16, 32))
    lines = max(2, (count - 1).bit_length()) + (draw.chance(0.15) and count < 9)
    style = draw.choice(("letters", "in", "d", "lane", "ch"))
    names = [chr(97 + i) if style == "letters" else f"{style}{i}" for i in range(count)]
    sel = draw.name("sel", "select", "mode", "addr", "choice")
    out = draw.name("out", "result", "q", "dout", "y_out")
    codes = list(range(count))
    permuted = draw.chance(0.2)
    if permuted:
        codes = draw.rng.sample(range(1 << lines), count)
    spare = count < 1 << lines
    kind = draw.choice(("zero", "zero", "ones", "constant", "last", "first")) if spare else "none"
    other, other_words = {
        "none": ("", ""),
        "zero": (zero(width), "0"),
        "ones": (ones(width), "all ones"),
        "last": (names[-1], f"`{names[-1]}`"),
        "first": (names[0], f"`{names[0]}`"),
        "constant": ("", ""),
    }[kind]
    if kind == "constant":
        constant = draw.bits(width)
        other = other_words = binary(width, constant) if width < 9 else f"{width}'d{constant}"
        kind = f"constant {constant}"
    ports = [port(n, "input", width) for n in names]
    ports.insert(draw.choice((0, len(ports))), port(sel, "input", lines))
    ports.append(port(out, "output", width))
    arms = [(f"{lines}'d{code}", name) for code, name in zip(codes, names, strict=True)]
    if not spare:
        arms[-1] = ("default", arms[-1][1])
    else:
        arms.append(("default", other))
    body = (
        f"  always @(*) begin\n    case ({sel})\n"
        + "\n".join(f"      {code}: {out} = {value};" for code, value in arms)
        + "\n    endcase\n  end"
    )
    title = sized(width, f"{count}-to-1 multiplexer")
    words = "single bits" if width == 1 else f"{width}-bit words"
    pairs = ", ".join(f"{c} for `{n}`" for c, n in zip(codes, names, strict=True))
    ordered = f"`{sel}` = 0 selects `{names[0]}`, 1 selects `{names[1]}`, and so on up to " + (
        f"{count - 1} for `{names[-1]}`"
    )
    mapping = f"The codes of `{sel}` are {pairs}" if permuted else initial(ordered)
    unused = (
        draw.say(
            f"For every other value of `{sel}`, `{out}` is {other_words}.",
            f"Codes that select nothing give {other_words} on `{out}`.",
            f"When `{sel}` has any other value, output {other_words}.",
        )
        if spare
        else ""
    )
    rows = [[f"{code:0{lines}b}", name] for code, name in zip(codes, names, strict=True)]
    if spare:
        rows.append(["others", other_words.replace("`", "")])
    draw.tell(
        *tellings.mux_many(
            draw.teller(),
            width=width,
            names=names,
            codes=codes,
            lines=lines,
            sel=sel,
            out=out,
            other=other_words,
        )
    )
    return draw.design(
        MUX_MANY,
        module=draw.module(f"mux{count}", f"mux{count}to1", "selector", "data_select"),
        ports=ports,
        body=body,
        description=Description(
            title=title,
            terse=f"{title}. {mapping}. {unused}".replace("`", "").rstrip(),
            prose=draw.say(
                f"Write a {count}-to-1 multiplexer for {words}. {mapping}. {unused}",
                f"The output `{out}` copies one of {number(count)} inputs, chosen by the "
                f"{lines}-bit code on `{sel}`. {mapping}. {unused}",
                f"A {lines}-bit select decides which of the {number(count)} {sized(width, 'data')} "
                f"inputs reaches `{out}`. {mapping}. {unused} The circuit is combinational.",
            )
            .rstrip()
            .replace("  ", " "),
            points=kept(
                f"`{out}` is combinational and equals the selected input.",
                f"{mapping}.",
                unused,
            ),
            exhibits=(
                Exhibit(
                    "truth table",
                    draw.say(
                        f"The table says which input the multiplexer passes to `{out}`.",
                        f"`{out}` is a combinational function of `{sel}` and the data inputs:",
                    ),
                    grid(draw, (sel, out), rows),
                ),
            ),
        ),
        stimulus=combinational(draw, ports, directed=_each_select(draw, ports, sel, lines)),
        choices=(("inputs", count), ("width", width), ("codes", codes), ("others", kind)),
    )


def _each_select(draw: Draw, ports: list[Port], sel: str, lines: int) -> list[dict[str, int]]:
    """Each select code with random data, two times."""
    return [
        {**{p.name: draw.bits(int(p.width)) for p in ports}, sel: code}
        for code in range(1 << lines)
        for _ in range(2)
    ]


MUX_MANY = Family("mux_many", Tier.INTERMEDIATE, _mux_many)


def _mux_packed(draw: Draw) -> Design:
    """One slice of a wide vector, chosen by an index."""
    width = draw.choice((1, 1, 1, 2, 3, 4, 4, 5, 6, 8, 8, 10, 12, 16, 32))
    most = 256 if width < 5 else 16
    count = draw.choice([n for n in (4, 6, 8, 10, 12, 16, 32, 64, 100, 128, 256) if n <= most])
    lines = (count - 1).bit_length()
    data = draw.name("in", "data", "vec", "words", "din")
    sel = draw.name("sel", "select", "index", "idx", "addr", "n")
    out = draw.name("out", "y", "q", "picked", "dout")
    reverse = draw.chance(0.2)
    spare = count < 1 << lines
    ports = [
        port(data, "input", count * width),
        port(sel, "input", lines),
        port(out, "output", width),
    ]
    index = f"{count - 1} - {sel}" if reverse else sel
    if width == 1:
        pick = f"{data}[{index}]"
    else:
        pick = f"{data}[{f'({index})' if reverse else index}*{width} +: {width}]"
    body = f"  assign {out} = {pick};"
    if spare:
        body = f"  assign {out} = ({sel} < {count}) ? {pick} : {zero(width)};"
    top = count * width - 1
    first = f"[{width - 1}:0]" if width > 1 else "[0]"
    second = f"[{2 * width - 1}:{width}]" if width > 1 else "[1]"
    last = f"[{top}:{top - width + 1}]" if width > 1 else f"[{top}]"
    before = f"[{top - width}:{top - 2 * width + 1}]" if width > 1 else f"[{top - 1}]"
    ends = (last, before, first) if reverse else (first, second, last)
    mapping = (
        f"`{sel}`=0 selects `{data}{ends[0]}`, `{sel}`=1 selects `{data}{ends[1]}`, and so on to "
        f"`{sel}`={count - 1}, which selects `{data}{ends[2]}`"
    )
    unused = (
        draw.say(
            f"If `{sel}` is {count} or more, `{out}` is 0.",
            f"Values of `{sel}` from {count} on give 0.",
        )
        if spare
        else ""
    )
    what = "bit" if width == 1 else f"{width}-bit word"
    title = sized(width, f"{count}-to-1 multiplexer with packed inputs")
    draw.tell(
        *tellings.mux_packed(
            draw.teller(), count=count, width=width, data=data, sel=sel, out=out, reverse=reverse
        )
    )
    return draw.design(
        MUX_PACKED,
        module=draw.module("mux_packed", f"mux{count}", "slice_select", "pick_word"),
        ports=ports,
        body=body,
        description=Description(
            title=title,
            terse=f"{title}. {mapping}. {unused}".replace("`", "").rstrip(),
            prose=draw.say(
                f"Create a {count}-to-1 multiplexer whose {number(count)} inputs of {bits(width)} "
                f"are packed into the vector `{data}`. {mapping}. {unused}",
                f"The vector `{data}` holds {number(count)} {what}s side by side. Output the one "
                f"with index `{sel}`: {mapping}. {unused}",
                f"`{out}` is the {what} of `{data}` that the unsigned number `{sel}` points to. "
                f"{mapping}. {unused} The circuit has no registers.",
            )
            .rstrip()
            .replace("  ", " "),
            points=kept(
                f"`{data}` packs {count} {what}s.",
                f"{mapping}.",
                unused,
                f"`{out}` is combinational.",
            ),
        ),
        stimulus=combinational(
            draw,
            ports,
            directed=_each_select(draw, ports, sel, lines)[: 2 << min(lines, 6)],
            random_rows=150,
        ),
        choices=(("inputs", count), ("width", width), ("reverse", reverse)),
    )


MUX_PACKED = Family("mux_packed", Tier.INTERMEDIATE, _mux_packed)

FAMILIES = (MUX_TWO, MUX_MANY, MUX_PACKED)
