"""Arithmetic datapaths with state: accumulators, filters, an ALU with flags, dot products, GCD."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.telling import (
    clock_words,
    clocked,
    exhibit,
    lit,
    span,
    tell,
)
from mevllm.data.families.told import registered as told
from mevllm.data.stimulus import sequential
from mevllm.tiers import Tier


def _mac(draw: Draw) -> Design:
    """Sign, widths, clear or load, wrapping or saturation, an overflow flag."""
    c = draw.clocking()
    signed = draw.chance(0.5)
    width = draw.choice((3, 4, 4, 6, 8, 8, 8, 12))
    size = 2 * width + draw.choice((0, 1, 2, 3))
    minus = draw.chance(0.25)
    saturate = (signed or not minus) and draw.chance(0.6)
    style = draw.choice(("clear", "load"))
    a, b = draw.name("a", "x", "in_a"), draw.name("b", "w", "coef", "in_b")
    en = draw.name("enable")
    clr = draw.name("clear_acc", "clr", "first", "start")
    acc = draw.name("acc", "sum", "out", "result")
    ovf = draw.name("overflow", "sat", "ovf") if saturate else ""
    ports = [
        *c.ports,
        port(en, "input", 1, "accumulate"),
        port(clr, "input", 1, "start a new sum"),
        port(a, "input", width, "factor"),
        port(b, "input", width, "factor"),
        port(acc, "output", size, "accumulator"),
    ]
    if saturate:
        ports.append(port(ovf, "output", 1, "some sum was limited"))
    prod, total, base = (
        draw.name("prod", "mul"),
        draw.name("total", "wide"),
        draw.name("base", "old"),
    )
    sg = " signed" if signed else ""
    wrap = (lambda s: f"$signed({s})") if signed else (lambda s: s)
    op = "-" if minus else "+"
    low, high = (-(1 << (size - 1)), (1 << (size - 1)) - 1) if signed else (0, (1 << size) - 1)
    zero = f"{size}'sd0" if signed else lit(size, 0)
    lines = [f"  wire{sg} {span(2 * width)}{prod} = {wrap(a)} * {wrap(b)};"]
    lines.append(f"  wire{sg} {span(size)}{base} = {clr} ? {zero} : {wrap(acc)};")
    clear = f"{acc} <= 0;"
    if not saturate:
        update = f"{acc} <= {base} {op} {prod};"
    else:
        clear += f"\n{ovf} <= 1'b0;"
        lines.append(f"  wire{sg} {span(size + 2)}{total} = {base} {op} {prod};")
        if signed:
            over = f"({total}[{size + 1}:{size - 1}] != {{3{{{total}[{size + 1}]}}}})"
            limit = f"{{{total}[{size + 1}], {{{size - 1}{{~{total}[{size + 1}]}}}}}}"
        else:
            over, limit = f"{total}[{size}]", f"{{{size}{{1'b1}}}}"
        hit = draw.name("hit", "limited")
        lines.append(f"  wire {hit} = {over};")
        update = f"{acc} <= {hit} ? {limit} : {total}[{size - 1}:0];"
        update += f"\n{ovf} <= {hit}{f' | ({ovf} & ~{clr})'};"
    if style == "clear":
        idle = f"\nelse if ({clr}) begin\n  {acc} <= 0;" + (f"\n  {ovf} <= 1'b0;" * saturate)
        work = f"if ({en}) begin\n  " + update.replace("\n", "\n  ") + f"\nend{idle}\nend"
        work = work.replace("end\nelse", "end else")
    else:
        work = f"if ({en}) begin\n  " + update.replace("\n", "\n  ") + "\nend"
    half = 1 << (width - 1)
    most = half if signed else 2 * half - 1
    kind = "signed two's complement" if signed else "unsigned"
    sum_word = "subtracted from" if minus else "added to"
    limits = f"{low} to {high}"
    negative = "minus the product" if minus else "the product"
    own = (en, clr, a, b, acc, ovf)
    draw.tell(*told.mac(draw.teller(), c, own, size, signed, minus, saturate, style))
    return draw.design(
        MAC,
        module=draw.module("mac", "mac_unit", "accumulator", "mul_add"),
        ports=ports,
        body="\n".join(lines) + "\n" + c.always(clear, work),
        description=tell(
            draw,
            title=f"{width}x{width}-bit multiply-{'subtract' if minus else 'accumulate'} unit",
            terse=f"If {en}: {acc} <= ({clr} ? 0 : {acc}) {op} {a}*{b}, {kind}, {size} bits, "
            + (
                f"limited to {limits}; {ovf} is sticky: set when a sum is limited, restarted by an "
                f"operation with {clr}. "
                if saturate
                else "wrapping. "
            )
            + (
                f"If only {clr}: {acc} <= 0{f' and {ovf} <= 0' * saturate}. "
                if style == "clear"
                else f"Without {en} nothing changes. "
            )
            + clock_words(c, f"{acc} = 0" + f", {ovf} = 0" * saturate),
            opening=(
                "Write the multiply-accumulate unit of a small neural network engine.",
                f"A processing element multiplies {width}-bit numbers and keeps a running sum.",
                "Design a MAC unit.",
            ),
            facts=(
                (
                    f"At a clock edge with `{en}` = 1 the product of `{a}` and `{b}` ({kind}) is "
                    f"{sum_word} the {size}-bit register `{acc}`.",
                    f"`{acc}` is a register of {size} bits; when `{en}` is 1 at the edge, `{a}` * "
                    f"`{b}` is {sum_word} it. All numbers are {kind}.",
                ),
                f"If `{clr}` is 1 together with `{en}`, the old sum counts as 0, so that `{acc}` "
                f"takes just {negative}.",
                (
                    f"`{clr}` = 1 without `{en}` sets `{acc}` to 0"
                    + (f" and `{ovf}` to 0" * saturate)
                    + "; with both at 0 nothing changes."
                    if style == "clear"
                    else f"Without `{en}`, nothing changes, whatever `{clr}` is."
                ),
                (
                    f"A result outside {limits} is limited to the nearer end of that range. "
                    f"`{ovf}` is set at the same edge and then stays 1; an operation with "
                    f"`{clr}` = 1 sets it to whether its own result was limited."
                    if saturate
                    else f"The sum wraps around modulo 2^{size}."
                ),
                *clocked(draw, c, f"sets `{acc}`{f' and `{ovf}`' * saturate} to 0"),
            ),
        ),
        stimulus=sequential(
            draw,
            ports,
            c,
            directed=[{en: 1, clr: int(k == 0), a: most, b: most} for k in range(36)]
            + [{en: 1, clr: int(k == 0), a: half, b: half - 1} for k in range(36)],
            random_rows=100,
            chances={en: 0.8, clr: 0.1},
        ),
        choices=(
            ("width", (width, size)),
            ("signed", signed),
            ("saturate", saturate),
            ("style", (style, minus)),
        ),
        clocking=c,
    )


def _fir(draw: Draw) -> Design:
    """Taps, coefficients, sign, sample enable, registered or combinational sum."""
    c = draw.clocking()
    taps = draw.int(2, 5)
    width = draw.choice((4, 5, 6, 8, 8, 8, 10, 12))
    signed = draw.chance(0.5)
    even = draw.chance(0.25)
    coefs = [1] * taps if even else [draw.int(1, 9) for _ in range(taps)]
    if signed and not even:
        coefs = [-k if draw.chance(0.35) else k for k in coefs]
    if not even:
        coefs[draw.int(0, taps - 1)] = draw.choice((1, 1, 3, 5, 7))
    gated, registered = draw.chance(0.5), draw.chance(0.6)
    x, y = draw.name("x", "sample", "din", "x_in"), draw.name("y", "filtered", "dout", "y_out")
    en = draw.name("valid", "sample_en") if gated else ""
    gain = sum(abs(k) for k in coefs)
    size = width + (gain - 1).bit_length() if gain > 1 else width
    ports = [*c.ports]
    if gated:
        ports.append(port(en, "input", 1, "a new sample is present"))
    ports += [port(x, "input", width, "sample"), port(y, "output", size, "filter output")]
    sg = " signed" if signed else ""
    prefix = draw.choice(("d", "z", "tap"))
    regs = [draw.name(f"{prefix}{i}") for i in range(1, taps + (0 if registered else 1))]
    line = [f"$signed({x})" if signed else x, *regs] if registered else regs
    terms = []
    for k, r in zip(coefs, line, strict=True):
        one = r if abs(k) == 1 else f"{r} * {abs(k)}"
        terms.append((" - " if k < 0 else " + ") + one)
    value = "".join(terms)
    value = value[3:] if value.startswith(" + ") else f"-{value[3:]}"
    lines = [f"  reg{sg} {span(width)}{', '.join(regs)};"]
    acc = draw.name("acc", "total")
    lines.append(f"  wire{sg} {span(size)}{acc} = {value};")
    sets = [f"{r} <= {p};" for r, p in zip(regs, [x, *regs], strict=False)]
    clear = "\n".join(f"{r} <= 0;" for r in regs)
    if registered:
        sets.append(f"{y} <= {acc};")
        clear += f"\n{y} <= 0;"
    else:
        lines.append(f"  assign {y} = {acc};")
    work = "\n".join(sets)
    if gated:
        work = f"if ({en}) begin\n" + "\n".join(f"  {s}" for s in sets) + "\nend"
    formula = " ".join(
        f"{'-' if k < 0 else '+' if i else ''} "
        f"{abs(k) if abs(k) != 1 else ''}x[n{f'-{i}' * bool(i)}]"
        for i, k in enumerate(coefs)
    ).replace("  ", " ")
    formula = "y[n] = " + formula.strip()
    kind = "signed two's complement" if signed else "unsigned"
    facts = (
        (
            f"A new sample x[n] is taken from `{x}` at every clock edge"
            + (f" with `{en}` = 1; otherwise nothing changes." if gated else "."),
            f"Each clock edge{f' where `{en}` is 1' * gated} brings the next sample x[n] at `{x}`"
            + (", and no other edge changes anything." if gated else "."),
        ),
        (
            f"`{y}` is a register: the edge that takes x[n] also loads y[n], which uses x[n] "
            f"itself."
            if registered
            else f"The samples are stored in a chain of {taps} registers, and `{y}` is their "
            f"weighted sum, combinationally: after the edge that takes x[n], `{y}` is y[n]."
        ),
        (
            f"Samples and results are {kind}; `{y}` has {size} bits, enough for every result.",
            f"All values are {kind}, and the {size} bits of `{y}` suffice for any sum.",
        ),
        *clocked(draw, c, "sets all stored samples and the output to 0"),
    )
    law = f"The filter computes {formula}, with samples before the first one being 0."
    xs = [draw.int(0, 7) for _ in range(5)]
    ys = [sum(k * xs[n - i] for i, k in enumerate(coefs) if n >= i) for n in range(5)]
    shown = f"coefficients: {', '.join(map(str, coefs))} (for x[n], x[n-1], ...)\n"
    shown += f"x: {' '.join(map(str, xs))}\ny: {' '.join(map(str, ys))}"
    top = (1 << width) - 1
    draw.tell(*told.fir(draw.teller(), c, (x, y, en), coefs, signed, registered))
    return draw.design(
        FIR,
        module=draw.module("fir", "fir_filter", "moving_sum" if even else "tap_filter"),
        ports=ports,
        body="\n".join(lines) + "\n" + c.always(clear, work),
        description=tell(
            draw,
            title=f"{taps}-tap FIR filter for {width}-bit {kind.split()[0]} samples",
            terse=f"FIR filter {formula}, {kind}; x[n] = {x} at each edge{f' with {en}' * gated}; "
            f"{y} ({size} bits, exact) is "
            + ("registered, loaded with y[n] by the edge that takes x[n]. " if registered else "")
            + ("" if registered else "the combinational sum of the stored samples. ")
            + clock_words(c, "zeroes all"),
            opening=(
                "Write a small digital filter with fixed coefficients.",
                f"A sensor signal has to be smoothed by a filter with {taps} taps.",
                f"Design a {taps}-tap FIR filter.",
            ),
            facts=(law, *facts),
            exhibits=(
                exhibit(
                    draw,
                    "worked example",
                    "Design the FIR filter whose coefficients and first results are listed below.",
                    facts,
                    shown,
                    "Samples before the first one count as 0.",
                ),
            ),
        ),
        stimulus=sequential(
            draw,
            ports,
            c,
            directed=[{x: v, en: 1} for v in [top] * 6 + [top >> 1] * 6 + [(top >> 1) + 1] * 6]
            + [{x: draw.choice((top >> 1, (top >> 1) + 1)), en: 1} for _ in range(40)],
            random_rows=120,
            chances={en: 0.75},
        ),
        choices=(
            ("coefs", coefs),
            ("width", width),
            ("signed", signed),
            ("style", (gated, registered)),
        ),
        clocking=c,
    )


MAC = Family("mac_unit", Tier.EXPERT, _mac)
FIR = Family("fir_filter", Tier.EXPERT, _fir)

FAMILIES = (MAC, FIR)
