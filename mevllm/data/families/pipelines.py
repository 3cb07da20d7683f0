"""Pipelines: arithmetic in stages, elastic registers, width converters."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.telling import clock_words, clocked, span, tell
from mevllm.data.families.told import pipelines as told
from mevllm.data.stimulus import sequential
from mevllm.tiers import Tier

_SHAPES = {
    "sum of products": ("{a} * {b} + {c} * {d}", ("{a} * {b}", "{c} * {d}"), "{0} + {1}"),
    "product of sums": ("({a} + {b}) * ({c} + {d})", ("{a} + {b}", "{c} + {d}"), "{0} * {1}"),
    "sum of four": ("{a} + {b} + {c} + {d}", ("{a} + {b}", "{c} + {d}"), "{0} + {1}"),
    "multiply and add": ("{a} * {b} + {c}", ("{a} * {b}", "{c}"), "{0} + {1}"),
    "product": ("{a} * {b}", ("{a}", "{b}"), "{0} * {1}"),
}
"""Formula, first-stage terms, second-stage combination."""


def _arithmetic(draw: Draw) -> Design:
    """A formula computed in two or three stages, with a valid bit, perhaps a stall."""
    c = draw.clocking()
    kind = draw.choice(list(_SHAPES))
    formula, terms, joined = _SHAPES[kind]
    width = draw.choice((3, 4, 4, 5, 6, 8, 8, 8, 12, 16))
    extra, stall = draw.chance(0.5), draw.chance(0.4)
    count = 4 if "{d}" in formula else 3 if "{c}" in formula else 2
    pools = (("a", "x0", "in_a"), ("b", "x1", "in_b"), ("c", "x2", "in_c"), ("d", "x3", "in_d"))
    names = dict(zip("abcd", [draw.name(*p) for p in pools[:count]], strict=False))
    vin, vout = draw.name("in_valid", "valid_in", "valid"), draw.name("out_valid", "valid_out")
    out = draw.name("y", "result", "out", "p")
    en = draw.name("enable") if stall else ""
    if kind in ("sum of products", "product", "multiply and add"):
        mid, size = 2 * width, 2 * width + (kind == "sum of products")
    elif kind == "sum of four":
        mid, size = width + 1, width + 2
    else:
        mid, size = width + 1, 2 * width + 2
    ports = [*c.ports, port(vin, "input", 1, "the operands count")]
    if stall:
        ports.append(port(en, "input", 1, "1 lets the pipeline advance"))
    ports += [port(names[k], "input", width, "operand") for k in names]
    ports += [port(vout, "output", 1, "the result counts"), port(out, "output", size, "result")]
    first = [draw.name(f"s1_{i}", f"stage1_{i}") for i in range(2)]
    v1, v2 = draw.name("v1", "valid1"), draw.name("v2", "valid2")
    second = draw.name("s2", "stage2")
    lines = [f"  reg {span(mid)}{', '.join(first)};", f"  reg {v1};"]
    sets = [f"{first[i]} <= {t.format(**names)};" for i, t in enumerate(terms)]
    sets = [f"{v1} <= {vin};", *sets]
    value = joined.format(*first, *first)
    regs = [*first, v1, out, vout]
    if extra:
        lines += [f"  reg {span(size)}{second};", f"  reg {v2};"]
        sets += [f"{v2} <= {v1};", f"{second} <= {value};"]
        sets += [f"{vout} <= {v2};", f"{out} <= {second};"]
        regs = [*first, v1, second, v2, out, vout]
    else:
        sets += [f"{vout} <= {v1};", f"{out} <= {value};"]
    work = "\n".join(sets)
    if stall:
        work = f"if ({en}) begin\n" + "\n".join(f"  {s}" for s in sets) + "\nend"
    latency = 3 if extra else 2
    said = formula.format(**{k: f"`{v}`" for k, v in names.items()})
    plain = formula.format(**names)
    edges = f"{latency} clock edges" + (f" with `{en}` = 1" if stall else "")
    example = {k: draw.bits(width) for k in names}
    shown = eval(formula.format(**example), {"__builtins__": {}})  # noqa: S307
    values = ", ".join(f"`{names[k]}` = {v}" for k, v in example.items())
    top = (1 << width) - 1
    draw.tell(*told.arithmetic(draw.teller(), c, (vin, vout, out, en), kind, plain, latency))
    return draw.design(
        PIPELINED,
        module=draw.module("pipe", "pipelined_unit", "pipelined_mac", "arith_pipe"),
        ports=ports,
        body="\n".join(lines) + "\n" + c.always("\n".join(f"{r} <= 0;" for r in regs), work),
        description=tell(
            draw,
            title=f"{latency}-stage pipeline for a {kind} of {width}-bit operands",
            terse=f"{out} = {plain}, unsigned, full {size}-bit precision, pipelined with a latency "
            f"of {latency} clocks; {vout} is {vin} delayed alike. "
            + f"{en} = 0 freezes all registers. " * stall
            + clock_words(c, "zeroes all registers"),
            opening=(
                "Write a pipelined arithmetic unit that accepts new operands in every cycle.",
                f"A filter needs one result a clock cycle. Design the pipeline that computes "
                f"{said}.",
                f"Design a {latency}-stage arithmetic pipeline.",
            ),
            facts=(
                (
                    f"The result is {said}, unsigned and exact: `{out}` has {size} bits, enough "
                    f"for the largest value.",
                    f"`{out}` = {said}; all numbers are unsigned, and nothing is lost in the "
                    f"{size}-bit result.",
                ),
                (
                    f"Operands present at a clock edge give their result at `{out}` {latency - 1} "
                    f"edges later: the unit has {latency} register stages, the last of them being "
                    f"the outputs.",
                    f"The latency is {edges}: operands sampled by edge 1 appear as a result right "
                    f"after edge {latency}.",
                ),
                (
                    f"`{vout}` is `{vin}` delayed by the same {latency} stages. Data moves whether "
                    f"or not it is valid.",
                    f"`{vin}` travels along and comes out as `{vout}`; the data registers are "
                    f"loaded in every {'enabled ' * stall}cycle, even when it is 0.",
                ),
                (
                    f"While `{en}` is 0 every register of the pipeline keeps its value, the valid "
                    f"bits too.",
                    f"`{en}` = 0 at an edge stalls the whole pipeline.",
                )
                if stall
                else "",
                (f"For example, {values} gives {shown}.", ""),
                *clocked(draw, c, "sets every register of the pipeline to 0"),
            ),
        ),
        stimulus=sequential(
            draw,
            ports,
            c,
            directed=[{vin: 1, en: 1, **dict.fromkeys(names.values(), top)} for _ in range(4)],
            random_rows=160,
            chances={en: 0.75},
        ),
        choices=(("kind", kind), ("width", width), ("extra", extra), ("stall", stall)),
        clocking=c,
    )


PIPELINED = Family("pipelined_formula", Tier.EXPERT, _arithmetic)

FAMILIES = (PIPELINED,)
