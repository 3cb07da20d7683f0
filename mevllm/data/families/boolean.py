"""Boolean functions: rows in prose, minterms, maxterms, equations, several outputs."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.design import Description, Design, Exhibit, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.basic_words import Inputs, listed, literal, number, ticked, variables
from mevllm.data.families.told import boolean as told
from mevllm.data.stimulus import combinational
from mevllm.tiers import Tier


def function_case(inputs: Inputs, out: str, listing: Sequence[str], then: int) -> str:
    """A case that gives `then` for the listed values and its opposite for all others."""
    rows = "\n".join(
        f"      {', '.join(listing[i : i + 8])}: {out} = 1'b{then};"
        for i in range(0, len(listing), 8)
    )
    return (
        f"  always @(*) begin\n    case ({inputs.selector})\n{rows}\n"
        f"      default: {out} = 1'b{1 - then};\n    endcase\n  end"
    )


def _drawn_ones(draw: Draw, count: int, low: float = 0.25, high: float = 0.65) -> list[int]:
    """Which rows of a function are 1: some, not all, in rising order."""
    size = 1 << count
    ones = draw.int(max(1, round(size * low)), min(size - 1, round(size * high)))
    return sorted(draw.shuffled(range(size))[:ones])


def _rows(draw: Draw) -> Design:
    """A function of two to four variables, told row by row."""
    count = draw.choice((2, 3, 3, 3, 4, 4))
    inputs = variables(draw, count)
    out = draw.name("f", "out", "y", "z", "g", "q")
    ones = _drawn_ones(draw, count, 0.2, 0.8)
    size = 1 << count
    codes = [f"{i:0{count}b}" for i in range(size)]
    rows = "\n".join(
        f"      {literal(i, count)}: {out} = 1'b{int(i in ones)};" for i in range(size)
    )
    body = (
        f"  always @(*) begin\n    case ({inputs.selector})\n{rows}\n"
        f"      default: {out} = 1'b0;\n    endcase\n  end"
    )
    ports = [*inputs.ports, port(out, "output", 1, "the function's value")]
    label = inputs.selector if not inputs.vector else inputs.ports[0].name
    joined = "".join(inputs.bits) if all(len(b) == 1 for b in inputs.bits) else label
    few = len(ones) <= size // 2
    chosen = ones if few else [i for i in range(size) if i not in ones]
    value, other = (1, 0) if few else (0, 1)
    at = listed([codes[i] for i in chosen], "or")
    every_one = listed([codes[i] for i in chosen])
    every = ", ".join(f"{c} -> {int(i in ones)}" for i, c in enumerate(codes))
    products = [
        " and ".join(f"`{b}` = {c}" for b, c in zip(inputs.bits, codes[i], strict=True))
        for i in chosen
    ]
    column = "".join(str(int(i in ones)) for i in range(size))
    draw.tell(*told.function_rows(draw.teller(), inputs, out, ones))
    return draw.design(
        ROWS,
        module=draw.module("logic_function", "truth", "comb", "lut"),
        ports=ports,
        body=body,
        description=Description(
            title=f"boolean function of {number(count)} variables",
            terse=draw.say(
                f"{out} as a function of {label}: {every}.",
                f"{out} = {value} when {label} is {at}, else {other}.",
            ),
            prose=draw.say(
                f"The output `{out}` is a combinational function of {listed(ticked(inputs.bits))}. "
                f"Written as `{label}`, the input combinations {every_one} give {value}; "
                f"all others give {other}.",
                f"Implement a function of {number(count)} variables. For each value of `{label}` "
                f"the output `{out}` is: {every}.",
                f"`{out}` is {value} in {number(len(chosen))} of the {size} input combinations and "
                f"{other} in the rest. It is {value} when:\n\n"
                + "\n".join(f"    {p}" for p in products),
                f"Reading the truth table of the circuit from {joined} = {codes[0]} to {codes[-1]} "
                f"(with `{inputs.bits[0]}` as the leftmost digit), the output `{out}` takes the "
                f"values {', '.join(column)}.",
            ),
            points=(
                f"`{out}` depends only on the present value of {listed(ticked(inputs.bits))}.",
                draw.say(
                    f"With `{label}` read as a binary number, the output is: {every}.",
                    f"`{out}` is {value} for `{label}` = {at}.",
                ),
                f"In every other case `{out}` is {other}."
                if draw.chance(0.5)
                else f"The combinations with a {value} are {every_one}; the others give {other}.",
            ),
        ),
        stimulus=combinational(draw, ports),
        choices=(("variables", count), ("ones", ones)),
    )


def _free(draw: Draw, cells: Sequence[int], out: str) -> str:
    """A sentence about the inputs at which the output does not matter; empty without any."""
    if not cells:
        return ""
    at = listed([str(c) for c in cells])
    return draw.say(
        f" The combinations {at} are don't-cares: they never occur, and any value of `{out}` is "
        "fine there.",
        f" For the input numbers {at} the output does not matter.",
        f" Treat the don't-cares {at} as 0.",
        f" The don't-care entries ({at}) may be given either value; this design gives 0.",
    )


def _minterms(draw: Draw) -> Design:
    """A sum of minterms, perhaps with don't-cares."""
    count = draw.choice((3, 3, 4, 4, 4, 5))
    inputs = variables(draw, count)
    out = draw.name("f", "F", "out", "y", "z", "g")
    ones = _drawn_ones(draw, count, 0.25, 0.5)
    rest = [i for i in range(1 << count) if i not in ones]
    cells = sorted(draw.shuffled(rest)[: draw.int(1, 1 << (count - 2))]) if draw.chance(0.3) else []
    ports = [*inputs.ports, port(out, "output", 1, "the function's value")]
    body = function_case(inputs, out, [literal(i, count, "d") for i in ones], 1)
    head = f"{out}({', '.join(inputs.bits)})"
    one, free = ", ".join(map(str, ones)), ", ".join(map(str, cells))
    formula = draw.say(
        f"{head} = Σm({one})" + (f" + d({free})" if cells else ""),
        f"{head} = sum of m({one})" + (f", don't-cares d({free})" if cells else ""),
        f"{head} = m({one})" + (f" + Σd({free})" if cells else ""),
        f"{head} = ∑({one})" + (f" + ∑d({free})" if cells else ""),
    )
    rule = _free(draw, cells, out)
    at = listed([str(i) for i in ones])
    order = inputs.order
    draw.tell(*told.minterms(draw.teller(), inputs, out, ones, cells))
    return draw.design(
        MINTERMS,
        module=draw.module("minterms", "sop", "sum_of_minterms", "f_logic"),
        ports=ports,
        body=body,
        description=Description(
            title=f"sum of minterms of {number(count)} variables",
            terse=f"{formula}; {order}." + (" Don't-cares are 0." if "0" in rule[-4:] else ""),
            prose=draw.say(
                f"Implement the function {formula}, where {order}.{rule}",
                f"A switching function is given by its list of minterms: {formula}. In the "
                f"minterm numbers, {order}.{rule} Write a module for it.",
                f"The output `{out}` is 1 exactly when the number formed by the inputs ({order}) "
                f"is one of {at}{', where it is specified' if cells else ''}.{rule}",
                f"The circuit has {number(count)} input bits, taken as a number: {order}. It "
                f"recognises the numbers {at} with `{out}` = 1; every other number"
                f"{' that can occur' if cells else ''} gives 0.{rule}",
            ),
            points=(
                f"The function is {formula}.",
                f"In these numbers, {order}.",
                *([rule.strip()] if rule else []),
                f"`{out}` is 0 for every input number that is not listed.",
            ),
            exhibits=(
                Exhibit(
                    "equations",
                    draw.say(
                        f"Implement the function below; {order}.{rule}",
                        f"The function is given in the short form by its minterms. Here {order}."
                        f"{rule}",
                    ),
                    formula,
                ),
            ),
        ),
        stimulus=combinational(draw, ports),
        choices=(("variables", count), ("ones", ones), ("free", cells)),
    )


def _maxterms(draw: Draw) -> Design:
    """A product of maxterms."""
    count = draw.choice((3, 3, 4, 4))
    inputs = variables(draw, count)
    out = draw.name("f", "F", "out", "y", "z", "g")
    zeros = _drawn_ones(draw, count, 0.25, 0.5)
    ports = [*inputs.ports, port(out, "output", 1, "the function's value")]
    body = function_case(inputs, out, [literal(i, count, "d") for i in zeros], 0)
    head = f"{out}({', '.join(inputs.bits)})"
    terms = ", ".join(map(str, zeros))
    formula = draw.say(
        f"{head} = ΠM({terms})", f"{head} = product of M({terms})", f"{head} = ∏({terms})"
    )
    order = inputs.order
    at = listed([str(i) for i in zeros])
    return draw.design(
        MAXTERMS,
        module=draw.module("maxterms", "pos", "product_of_maxterms", "f_logic"),
        ports=ports,
        body=body,
        description=Description(
            title=f"product of maxterms of {number(count)} variables",
            terse=f"{formula}; {order}.",
            prose=draw.say(
                f"Implement the function {formula}, where {order}. A maxterm in the list is an "
                "input number at which the function is 0.",
                f"A function is given as a product of maxterms: {formula}, and {order}. It is 0 "
                f"for the listed input numbers and 1 for all others.",
                f"`{out}` is 0 exactly when the number formed by the inputs ({order}) is one of "
                f"{at}; otherwise it is 1.",
            ),
            points=(
                f"The function is {formula}.",
                f"In the maxterm numbers, {order}.",
                f"`{out}` is 0 at the listed maxterms and 1 everywhere else.",
            ),
            exhibits=(
                Exhibit(
                    "equations",
                    f"Implement the function below, given by its maxterms; {order}. It is 0 at "
                    "exactly the listed numbers.",
                    formula,
                ),
            ),
        ),
        stimulus=combinational(draw, ports),
        choices=(("variables", count), ("zeros", zeros)),
    )


def _lookup(draw: Draw) -> Design:
    """A small table with several output bits, as separate outputs or as one vector."""
    count = draw.choice((2, 3, 3, 4))
    inputs = variables(draw, count, 0.5)
    width = draw.choice((2, 2, 3, 3, 4, 4, 5, 8))
    size = 1 << count
    values = [draw.bits(width) for _ in range(size)]
    for bit in range(width):  # no output bit may be constant
        column = {v >> bit & 1 for v in values}
        if len(column) == 1:
            values[draw.int(0, size - 1)] ^= 1 << bit
    single = width > 3 or inputs.vector or draw.chance(0.3)
    if single:
        name = draw.name("out", "y", "q", "code_out", "seg", "result")
        outs, target = [port(name, "output", width, f"{width}-bit table value")], name
    else:
        names = [draw.name(n) for n in draw.choice((("f", "g", "h"), ("y2", "y1", "y0")))[:width]]
        outs = [port(n, "output", 1, "one bit of the result") for n in names]
        target = f"{{{', '.join(names)}}}"
    base = draw.choice(("b", "b", "h", "d")) if single else "b"
    key_base = "b" if not inputs.vector or base == "b" else base
    rows = "\n".join(
        f"      {literal(i, count, key_base)}: {target} = {literal(v, width, base)};"
        for i, v in enumerate(values)
    )
    body = (
        f"  always @(*) begin\n    case ({inputs.selector})\n{rows}\n"
        f"      default: {target} = {literal(0, width, base)};\n    endcase\n  end"
    )
    shown = {"b": "", "h": "hexadecimal ", "d": "decimal "}[base]
    pairs = [(_digits(i, count, key_base), _digits(v, width, base)) for i, v in enumerate(values)]
    every = ", ".join(f"{k} -> {v}" for k, v in pairs)
    table = "\n".join(f"| {k} | {v} |" for k, v in pairs)
    markdown = f"| {inputs.selector} | {target} |\n|---|---|\n{table}"
    plain = f"{inputs.selector} : {target}\n" + "\n".join(f"{k} : {v}" for k, v in pairs)
    digits = f" The values are {shown}numbers." if shown else ""
    if single and not shown:
        digits = f" The values are binary, bit {width - 1} first."
    ports = [*inputs.ports, *outs]
    heads = [p.name for p in outs]
    draw.tell(*told.function_table(draw.teller(), inputs, heads, width, values))
    return draw.design(
        LOOKUP,
        module=draw.module("lookup", "table_logic", "code_map", "translate"),
        ports=ports,
        body=body,
        description=Description(
            title=f"lookup table of {size} entries with {width} output bits",
            terse=f"{inputs.selector} -> {target}: {every}.{digits}",
            prose=draw.say(
                f"The circuit translates `{inputs.selector}` to `{target}` by a fixed table "
                f"without a clock: {every}.{digits}",
                f"Each value of `{inputs.selector}` selects one value of `{target}`. Starting with "
                f"{pairs[0][0]} and counting up to {pairs[-1][0]}, these are "
                f"{listed([v for _, v in pairs])}.{digits}",
                f"Implement this combinational table.{digits}\n\n{markdown}",
            ),
            points=(
                f"`{target}` depends on `{inputs.selector}` alone: {every}.",
                *([digits.strip()] if digits else []),
            ),
            exhibits=(
                Exhibit(
                    "truth table",
                    draw.say(
                        f"A combinational circuit maps its input to its output as the table says."
                        f"{digits}",
                        f"Implement the mapping of this table; it covers every input.{digits}",
                    ),
                    draw.say(markdown, plain),
                ),
            ),
        ),
        stimulus=combinational(draw, ports),
        choices=(("inputs", count), ("values", values), ("vector", single)),
    )


def _digits(value: int, width: int, base: str) -> str:
    return literal(value, width, base).split("'")[1][1:]


ROWS = Family("function_rows", Tier.BASIC, _rows)
MINTERMS = Family("minterms", Tier.BASIC, _minterms)
MAXTERMS = Family("maxterms", Tier.BASIC, _maxterms, held_out=True)
LOOKUP = Family("function_table", Tier.BASIC, _lookup)

FAMILIES = (ROWS, MINTERMS, MAXTERMS, LOOKUP)
