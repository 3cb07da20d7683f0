"""Constant factors, averages, division."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.adders import edges
from mevllm.data.families.literals import decimal, logic, number, ones, together
from mevllm.data.families.told import scaling as told
from mevllm.tiers import Tier

_OPERANDS = (("a", "b"), ("x", "y"), ("left_in", "right_in"), ("u", "v"), ("in1", "in2"))


def _scale(draw: Draw) -> Design:
    """Constant factors, averages and weighted sums, without loss or with rounding."""
    width = draw.choice((3, 4, 5, 6, 8, 8, 10, 12, 16))
    kind = draw.choice(("factor", "factor", "linear", "average", "rounded", "four", "weighted"))
    a, b = together(draw, *_OPERANDS)
    c, d = together(draw, ("c_in", "d_in"), ("v2", "v3"))
    out = draw.name("out", "result", "avg" if kind in ("average", "rounded", "four") else "scaled")
    k, m, j = draw.choice((3, 5, 7, 9, 11, 13, 15, 21, 25)), draw.int(1, 15), draw.int(2, 7)
    names = {"factor": [a], "linear": [a], "four": [a, b, c, d]}.get(kind, [a, b])
    top = (1 << width) - 1
    largest = {"factor": k * top, "linear": k * top + m, "weighted": (k + j) * top}.get(kind, top)
    size = largest.bit_length()
    total = draw.name("total", "acc", "wide_sum")
    if kind == "factor":
        body = f"  assign {out} = {a} * {decimal(k.bit_length(), k)};"
    elif kind == "linear":
        body = (
            f"  assign {out} = {a} * {decimal(k.bit_length(), k)} + {decimal(m.bit_length(), m)};"
        )
    elif kind == "weighted":
        body = f"  assign {out} = {a} * {decimal(k.bit_length(), k)} + {b} * "
        body += f"{decimal(j.bit_length(), j)};"
    else:
        extra = 2 if kind == "four" else 1
        one = " + 1'b1" if kind == "rounded" else ""
        body = f"  wire [{width + extra - 1}:0] {total} = {' + '.join(names)}{one};\n\n"
        body += f"  assign {out} = {total}[{width + extra - 1}:{extra}];"
    ports = [port(n, "input", width) for n in names] + [port(out, "output", size)]
    joined_names = " + ".join(f"`{n}`" for n in names)

    def rules() -> list[str]:
        full = draw.say(
            f"`{out}` is unsigned and has {size} bits, enough for the largest result.",
            f"All numbers are unsigned; with {size} bits `{out}` cannot overflow.",
        )
        if kind == "factor":
            return [
                draw.say(f"`{out}` = {k} * `{a}`.", f"Multiply `{a}` by the constant {k}."),
                full,
            ]
        if kind == "linear":
            return [
                draw.say(f"`{out}` = {k} * `{a}` + {m}.", f"Output {k} times `{a}`, plus {m}."),
                full,
            ]
        if kind == "weighted":
            return [
                draw.say(
                    f"`{out}` = {k} * `{a}` + {j} * `{b}`.",
                    f"Add {k} times `{a}` and {j} times `{b}`.",
                ),
                full,
            ]
        if kind == "rounded":
            return [
                f"`{out}` is the average of the unsigned numbers `{a}` and `{b}`; halves are "
                f"rounded up, so it is (`{a}` + `{b}` + 1) / 2 without remainder.",
                "The carry of the sum must not be lost.",
            ]
        return [
            draw.say(
                f"`{out}` is the average of {number(len(names))} unsigned numbers, ({joined_names})"
                f" / {len(names)}, rounded down.",
                f"Average the unsigned numbers: ({joined_names}) divided by {len(names)}, the "
                f"fraction being dropped, goes to `{out}`.",
            ),
            "Intermediate sums must not overflow.",
        ]

    title = {
        "factor": f"multiplier by {k}",
        "linear": "linear function",
        "weighted": "weighted sum",
    }.get(kind, "average")
    facts = {"factor": (k,), "linear": (k, m), "weighted": (k, j)}.get(kind, ())
    draw.tell(*told.scale(draw.teller(), kind, width, inputs=names, out=out, k=k, m=m, j=j))
    return logic(
        draw,
        SCALE,
        modules=("scale", "mean" if not facts else "const_mult", "weigh"),
        ports=ports,
        body=body,
        title=f"{title} of {number(len(names))} {width}-bit number{'s' * (len(names) > 1)}",
        rules=rules,
        choices={"kind": kind, "width": width, "constants": facts},
        directed=edges(draw, tuple(names), width, 30),
        random_rows=120,
    )


SCALE = Family("scale", Tier.INTERMEDIATE, _scale)


def _divider(draw: Draw) -> Design:
    """Quotient and remainder, with a defined answer to a division by zero."""
    width = draw.choice((3, 4, 4, 5, 6, 8, 8, 10, 12, 16))
    fixed = draw.chance(0.35)
    a, b = together(draw, ("num", "den"), ("dividend", "divisor"), ("a", "b"), ("x", "y"))
    q, r = together(draw, ("quot", "rem"), ("q", "r"), ("quotient", "remainder"))
    k = draw.choice([n for n in (3, 5, 6, 7, 9, 10, 12, 60, 100) if n < 1 << (width - 1)] or [3])
    both = draw.choice(("both", "both", "quotient", "remainder"))
    flag = "" if fixed else draw.name("div_zero", "error", "invalid") if draw.chance(0.5) else ""
    saturated = draw.chance(0.5)
    ports = [port(a, "input", width)] + ([] if fixed else [port(b, "input", width)])
    ports += [port(q, "output", width)] if both != "remainder" else []
    ports += [port(r, "output", width if not fixed else (k - 1).bit_length())] * (
        both != "quotient"
    )
    ports += [port(flag, "output")] if flag else []
    lines = []
    if fixed:
        divisor = decimal(width, k)
        qx, rx = f"{a} / {divisor}", f"{a} % {divisor}"
        largest = ((1 << width) - 1) // k
        size = largest.bit_length()
        ports = [port(q, "output", size) if p.name == q else p for p in ports]
    else:
        none = f"({b} == {decimal(width, 0)})"
        qx = f"{none} ? {ones(width) if saturated else decimal(width, 0)} : {a} / {b}"
        rx = f"{none} ? {a} : {a} % {b}"
    if both != "remainder":
        lines.append(f"  assign {q} = {qx};")
    if both != "quotient":
        lines.append(f"  assign {r} = {rx};")
    if flag:
        lines.append(f"  assign {flag} = ({b} == {decimal(width, 0)});")

    def rules() -> list[str]:
        by = str(k) if fixed else f"`{b}`"
        told = ["All numbers are unsigned."]
        if both != "remainder":
            told.append(
                draw.say(
                    f"`{q}` is the whole part of `{a}` divided by {by}.",
                    f"`{q}` = `{a}` / {by}, rounded down.",
                )
            )
        if both != "quotient":
            told.append(
                draw.say(
                    f"`{r}` is the remainder of `{a}` divided by {by}.",
                    f"`{r}` is `{a}` modulo {by}.",
                )
            )
        if not fixed:
            answers = []
            if both != "remainder":
                answers.append(f"`{q}` is {'all ones' if saturated else '0'}")
            if both != "quotient":
                answers.append(f"`{r}` equals `{a}`")
            if flag:
                answers.append(f"`{flag}` is 1 (it is 0 otherwise)")
            told.append(f"If `{b}` is 0, {' and '.join(answers)}.")
        return told

    rows = edges(draw, (a, b), width, 30)
    if not fixed:
        rows += [{a: draw.bits(width), b: draw.bits(draw.int(1, width))} for _ in range(60)]
    draw.tell(
        *told.division(
            draw.teller(),
            width,
            a=a,
            by="" if fixed else b,
            k=k,
            q="" if both == "remainder" else q,
            r="" if both == "quotient" else r,
            flag=flag,
            saturated=saturated,
        )
    )
    return logic(
        draw,
        DIVIDER,
        modules=("divider", "div_unit", "divmod"),
        ports=ports,
        body="\n".join(lines),
        title=f"{width}-bit combinational divider" + (f" by {k}" if fixed else ""),
        rules=rules,
        choices={
            "width": width,
            "by": k if fixed else "input",
            "outputs": both,
            "flag": bool(flag),
            "saturated": saturated,
        },
        directed=rows,
        random_rows=120,
    )


DIVIDER = Family("division", Tier.INTERMEDIATE, _divider)

FAMILIES = (SCALE, DIVIDER)
