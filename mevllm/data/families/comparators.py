"""Comparisons: relations, ranges, distances."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.adders import edges
from mevllm.data.families.literals import (
    article,
    decimal,
    initial,
    listed,
    logic,
    sized,
    together,
)
from mevllm.data.families.told import comparators as told
from mevllm.data.families.told import distances
from mevllm.data.stimulus import Row
from mevllm.tiers import Tier

_OPERANDS = (("a", "b"), ("x", "y"), ("in1", "in2"), ("left", "right"), ("p", "r"))
_WIDTHS = (1, 2, 3, 4, 4, 5, 6, 7, 8, 8, 10, 12, 16, 16, 24, 32, 32, 64)
_RELATIONS = {
    "eq": ("==", "equal to", ("eq", "equal", "same")),
    "ne": ("!=", "different from", ("ne", "differ", "neq")),
    "lt": ("<", "less than", ("lt", "less", "below")),
    "gt": (">", "greater than", ("gt", "greater", "above")),
    "le": ("<=", "less than or equal to", ("le", "not_above", "lte")),
    "ge": (">=", "greater than or equal to", ("ge", "not_below", "gte")),
}


def _comparator(draw: Draw) -> Design:
    """One to four relations of two numbers, or of a number and a constant."""
    width = draw.choice(_WIDTHS)
    a, b = together(draw, *_OPERANDS)
    negative = width > 1 and draw.chance(0.4)
    constant = draw.bits(width - 1 if negative else width) if draw.chance(0.2) else None
    if width < 3 or constant in (0, (1 << width) - 1):
        constant = None
    if draw.chance(0.4):
        relations = ["lt", "eq", "gt"]
    else:
        relations = draw.rng.sample(list(_RELATIONS), draw.int(1, 4))
    outs = [draw.name(*_RELATIONS[r][2]) for r in relations]
    ports = [port(a, "input", width)]
    ports += [port(b, "input", width)] if constant is None else []
    ports += [port(o, "output") for o in outs]
    second = b if constant is None else f"{width}'d{constant}"
    x = f"$signed({a})" if negative else a
    y = second if not negative else f"$signed({b})" if constant is None else f"{width}'sd{constant}"
    body = "\n".join(
        f"  assign {o} = ({a} {_RELATIONS[r][0]} {second});"
        if r in ("eq", "ne")
        else f"  assign {o} = ({x} {_RELATIONS[r][0]} {y});"
        for r, o in zip(relations, outs, strict=True)
    )
    told_b = f"`{b}`" if constant is None else f"the constant {constant}"
    kind = "signed (two's complement)" if negative else "unsigned"

    def rules() -> list[str]:
        opening = (
            draw.say(
                f"Compare `{a}` with {told_b}; the numbers are {kind}.",
                f"Treat {listed([a, b]) if constant is None else f'`{a}`'} as {kind} and compare.",
            )
            if width > 1
            else ""
        )
        style = draw.choice(("words", "words", "formula"))
        return [
            opening,
            *(
                f"`{o}` is 1 when `{a}` is {_RELATIONS[r][1]} {told_b}, otherwise 0."
                if style == "words"
                else f"`{o}` = (`{a}` {_RELATIONS[r][0]} {told_b})."
                for r, o in zip(relations, outs, strict=True)
            ),
        ]

    rows = edges(draw, (a, b), width, 60)
    if constant is not None:
        rows = [{a: (constant + d) % (1 << width)} for d in (-1, 0, 1) * 8]
    title = f"{sized(width, '').strip()} {'signed ' if negative else ''}comparator".strip()
    tests = dict(zip(relations, outs, strict=True))
    against = b if constant is None else str(constant)
    draw.tell(
        *told.comparator(draw.teller(), width=width, a=a, b=against, negative=negative, tests=tests)
    )
    return logic(
        draw,
        COMPARATOR,
        modules=("comparator", "compare", f"cmp{width}", "relation"),
        ports=ports,
        body=body,
        title=title + (" with a constant" if constant is not None else ""),
        rules=rules,
        choices={
            "width": width,
            "signed": negative,
            "relations": relations,
            "constant": constant,
        },
        intro=("", f"This is {article(title)}."),
        directed=rows,
        random_rows=120,
    )


COMPARATOR = Family("comparator", Tier.INTERMEDIATE, _comparator)


def _distance(draw: Draw) -> Design:
    """Absolute value, absolute difference, negation under control."""
    width = draw.choice(_WIDTHS[3:])
    kind = draw.choice(("abs", "abs", "difference", "difference", "signed difference", "negate"))
    a, b = together(draw, *_OPERANDS)
    out = draw.name("out", "result", "gap" if "diff" in kind else "magnitude", "q")
    control = draw.name("neg", "negate", "minus")
    sign = draw.name("sign", "negative", "was_neg") if draw.chance(0.3) else ""
    top = width - 1
    ports = [port(a, "input", width)]
    ports += [port(b, "input", width)] if "diff" in kind else []
    ports += [port(control, "input")] if kind == "negate" else []
    ports.append(port(out, "output", width))
    if kind == "negate":
        sign = ""
    ports += [port(sign, "output")] if sign else []
    if kind == "abs":
        body, below = f"  assign {out} = {a}[{top}] ? -{a} : {a};", f"{a}[{top}]"
    elif kind == "negate":
        body, below = f"  assign {out} = {control} ? -{a} : {a};", ""
    elif kind == "difference":
        body = f"  assign {out} = ({a} > {b}) ? {a} - {b} : {b} - {a};"
        below = f"({a} < {b})"
    else:
        body = f"  assign {out} = ($signed({a}) > $signed({b})) ? {a} - {b} : {b} - {a};"
        below = f"($signed({a}) < $signed({b}))"
    body += f"\n  assign {sign} = {below};" if sign else ""

    def rules() -> list[str]:
        if kind == "abs":
            told = [
                draw.say(
                    f"`{a}` is a signed two's complement number and `{out}` its absolute value.",
                    f"Output the magnitude of the two's complement number `{a}` on `{out}`.",
                ),
                f"The most negative number gives {1 << top} read as unsigned (the same bits).",
            ]
            return told + ([f"`{sign}` is 1 when `{a}` is negative."] if sign else [])
        if kind == "negate":
            return [
                draw.say(
                    f"If `{control}` is 1, `{out}` is the two's complement negative of `{a}`; "
                    f"otherwise it is `{a}`.",
                    f"`{control}` decides whether `{out}` is `{a}` (0) or 0 - `{a}` (1), in "
                    f"{width} bits.",
                )
            ]
        what = "unsigned" if kind == "difference" else "signed two's complement"
        return [
            draw.say(
                f"`{out}` is the distance between the {what} numbers `{a}` and `{b}`: the larger "
                "one minus the smaller one.",
                f"Compute the absolute difference |`{a}` - `{b}`| of two {what} numbers on "
                f"`{out}`.",
            ),
            f"`{out}` is an unsigned number of {width} bits, which always suffices."
            if kind != "difference"
            else "",
            f"`{sign}` is 1 exactly when `{a}` is less than `{b}`." if sign else "",
        ]

    title = {
        "abs": "absolute value unit",
        "negate": "conditional negation unit",
        "difference": "absolute difference unit for unsigned numbers",
        "signed difference": "absolute difference unit for signed numbers",
    }[kind]
    draw.tell(
        *distances.distance(
            draw.teller(), kind=kind, width=width, a=a, b=b, out=out, control=control, sign=sign
        )
    )
    return logic(
        draw,
        DISTANCE,
        modules=("abs_unit", "distance", "absdiff" if "diff" in kind else "sign_unit"),
        ports=ports,
        body=body,
        title=f"{width}-bit {title}",
        rules=rules,
        choices={"kind": kind, "width": width, "sign": bool(sign)},
        directed=edges(draw, (a, b) if "diff" in kind else (a,), width, 40),
        random_rows=120,
    )


DISTANCE = Family("absolute_value", Tier.INTERMEDIATE, _distance)


def _window(draw: Draw) -> Design:
    """Whether a number lies between two limits, constant or not; or the number clamped to them."""
    width = draw.choice(_WIDTHS[4:])
    negative = draw.chance(0.2)
    fixed = not negative and draw.chance(0.5)
    clamp = draw.chance(0.3)
    v = draw.name("x", "value", "sample", "in", "temp")
    low, high = together(draw, ("lo", "hi"), ("min_val", "max_val"), ("lower", "upper"))
    middle = 1 << (width - 1)
    limits = [draw.int(1, middle - 1), draw.int(middle, 2 * middle - 2)]
    if not clamp and draw.chance(0.5):
        limits = sorted((limits[0], draw.int(1, middle - 1)))
        limits[1] = max(limits[1], limits[0] + 2)
    strict = not clamp and draw.chance(0.25)
    kinds = draw.choice((["in"], ["below", "in", "above"], ["below", "above"], ["out"]))
    outs = {
        "in": draw.name("in_range", "ok", "within_limits"),
        "below": draw.name("too_low", "under", "low_alarm"),
        "above": draw.name("too_high", "over", "high_alarm"),
        "out": draw.name("alarm", "outside", "out_of_range"),
    }
    clamped = draw.name("out", "clamped", "y", "limited")
    ports = [port(v, "input", width)]
    ports += [] if fixed else [port(low, "input", width), port(high, "input", width)]
    if clamp:
        ports.append(port(clamped, "output", width))
    else:
        ports += [port(outs[k], "output") for k in kinds]
    lo, hi = (decimal(width, n) for n in limits) if fixed else (low, high)
    word = (lambda n: f"$signed({n})") if negative else (lambda n: n)
    under, over = ("<=", ">=") if strict else ("<", ">")
    inside = (">", "<") if strict else (">=", "<=")
    x, y, z = word(v), word(lo), word(hi)
    lines = {
        "in": f"({x} {inside[0]} {y}) && ({x} {inside[1]} {z})",
        "below": f"({x} {under} {y})",
        "above": f"({x} {over} {z})",
        "out": f"({x} {under} {y}) || ({x} {over} {z})",
    }
    if clamp:
        body = f"  assign {clamped} = ({x} < {y}) ? {lo} : ({x} > {z}) ? {hi} : {v};"
    else:
        body = "\n".join(f"  assign {outs[k]} = {lines[k]};" for k in kinds)
    names = (str(limits[0]), str(limits[1])) if fixed else (f"`{low}`", f"`{high}`")
    bound = "exclusive" if strict else "inclusive"

    def rules() -> list[str]:
        kind = "signed (two's complement)" if negative else "unsigned"
        opening = draw.say(
            f"`{v}` is compared with the limits {names[0]} and {names[1]} as {kind} numbers.",
            f"All numbers are {kind}; the limits for `{v}` are {names[0]} and {names[1]}.",
        )
        if clamp:
            clipped = [
                draw.say(
                    f"`{clamped}` is {names[0]} if `{v}` is less than {names[0]}, else {names[1]} "
                    f"if `{v}` is greater than {names[1]}, else `{v}` itself.",
                    f"Clamp `{v}`: values under {names[0]} become {names[0]}, otherwise values "
                    f"over {names[1]} become {names[1]}, otherwise `{v}` passes unchanged to "
                    f"`{clamped}`.",
                )
            ]
            if not fixed:
                clipped.append("The comparison with the lower limit comes first.")
            return [opening, *clipped]
        told = {
            "in": f"`{outs['in']}` is 1 when `{v}` is between them, {bound} of both, and 0 "
            "otherwise.",
            "below": f"`{outs['below']}` is 1 when `{v}` is less than "
            f"{'or equal to ' * strict}{names[0]}, else 0.",
            "above": f"`{outs['above']}` is 1 when `{v}` is greater than "
            f"{'or equal to ' * strict}{names[1]}, else 0.",
            "out": f"`{outs['out']}` is 1 when `{v}` is less than {'or equal to ' * strict}"
            f"{names[0]} or greater than {'or equal to ' * strict}{names[1]}, else 0.",
        }
        return [opening, *(told[k] for k in kinds)]

    rows: list[Row] = [
        {v: (n + d) % (1 << width)} for n in limits for d in (-1, 0, 1) for _ in "ab"
    ]
    if not fixed:
        rows = edges(draw, (v, low, high), width, 80)
    else:
        rows += [{v: draw.int(limits[0], limits[1])} for _ in range(20)]
        rows += [{v: draw.int(0, limits[0])} for _ in range(20)]
    title = "clamp" if clamp else "window comparator"
    limits_told = (str(limits[0]), str(limits[1])) if fixed else (low, high)
    draw.tell(
        *told.window(
            draw.teller(),
            names=(v, *limits_told),
            width=width,
            negative=negative,
            strict=strict,
            outs={"clamp": clamped} if clamp else {k: outs[k] for k in kinds},
        )
    )
    return logic(
        draw,
        WINDOW,
        modules=("clamp", "limiter")
        if clamp
        else ("window_comparator", "range_check", "in_window"),
        ports=ports,
        body=body,
        title=f"{width}-bit {title}",
        rules=rules,
        choices={
            "width": width,
            "signed": negative,
            "limits": limits if fixed else "ports",
            "clamp": clamp,
            "strict": strict,
            "kinds": "" if clamp else kinds,
        },
        intro=("", f"{initial(article(title))} supervises a measured value."),
        directed=rows,
        random_rows=120,
    )


WINDOW = Family("window", Tier.INTERMEDIATE, _window)


FAMILIES = (COMPARATOR, DISTANCE, WINDOW)
