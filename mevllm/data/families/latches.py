"""Level-sensitive latches."""

from __future__ import annotations

from dataclasses import replace

from mevllm.data.design import Design, Family, Stimulus
from mevllm.data.draw import Draw, indent, port
from mevllm.data.families.literals import article, decimal, logic, number, ones
from mevllm.data.families.phrases import chain
from mevllm.data.families.told import latches as told
from mevllm.tiers import Tier


def _latch(draw: Draw) -> Design:
    """A level-sensitive latch with data, enable and perhaps clear, or several of them."""
    width = draw.choice((4, 4, 5, 6, 8, 8, 8, 10, 12, 16, 32))
    low = draw.chance(0.2)
    separate = draw.chance(0.2) and width <= 8
    d, q = draw.name("d", "data", "in", "din"), draw.name("q", "out", "held", "dout")
    en = draw.name("g_n", "en_n", "hold") if low else draw.name("ena", "g", "gate", "en", "le")
    clear = draw.name("clr", "clear", "rst", "aclr") if draw.chance(0.35) and not separate else ""
    second = draw.name("cs", "en2", "sel") if draw.chance(0.2) and not separate else ""
    value = draw.choice((0, 0, (1 << width) - 1))
    ports = [port(d, "input", width), port(en, "input", width if separate else 1)]
    ports += [port(n, "input") for n in (second, clear) if n]
    ports.append(port(q, "output", width))
    condition = " && ".join([f"!{en}" if low else en, *([second] if second else [])])
    if separate:
        test = f"!{en}[i]" if low else f"{en}[i]"
        body = (
            f"  integer i;\n\n  always @(*) begin\n    for (i = 0; i < {width}; i = i + 1)\n"
            f"      if ({test})\n        {q}[i] = {d}[i];\n  end"
        )
    elif clear:
        literal = ones(width) if value else decimal(width, 0)
        steps = [(clear, f"{q} = {literal};"), (condition, f"{q} = {d};")]
        body = f"  always @(*) begin\n{indent(chain(steps), 4)}\n  end"
    else:
        body = f"  always @(*) begin\n    if ({condition})\n      {q} = {d};\n  end"
    level = 0 if low else 1
    when = f"`{en}` is {level}" + (f" and `{second}` is 1" if second else "")

    def rules() -> list[str]:
        if separate:
            return [
                draw.say(
                    f"`{q}` consists of {number(width)} separate level-sensitive D latches: while "
                    f"bit i of `{en}` is {level}, bit i of `{q}` follows bit i of `{d}`; while it "
                    f"is {1 - level} that bit holds its value.",
                )
            ]
        return [
            draw.say(
                f"while {when}, `{q}` follows `{d}`; otherwise it keeps the last value.",
                f"the latch is transparent (`{q}` equals `{d}` at all times) as long as {when}, "
                "and holds its value when not.",
                f"`{q}` passes `{d}` through when {when}, and freezes in all other cases.",
            ),
            f"`{clear}` = 1 makes `{q}` {'all ones' if value else '0'} at once and has priority."
            if clear
            else "",
            draw.say(
                "This is a level-sensitive latch: there is no clock, and a latch must be inferred.",
                "There is no clock edge; storage is intended here.",
            ),
        ]

    title = f"{width}-bit D latch" + " with clear" * bool(clear)
    if separate:
        title = f"{number(width)} D latches with enables of their own"
    opened = 0 if low else (1 << width) - 1 if separate else 1
    rows = [{d: draw.bits(width), en: opened, **({second: 1} if second else {})}]
    for _ in range(160):
        row = {d: draw.bits(width), en: draw.bits(width if separate else 1)}
        row |= {second: int(draw.chance(0.7))} if second else {}
        row |= {clear: int(draw.chance(0.15))} if clear else {}
        rows.append(row)
    draw.tell(
        *told.latch(
            draw.teller(),
            width,
            d=d,
            q=q,
            en=en,
            low=low,
            separate=separate,
            clear=clear,
            second=second,
            value=value,
        )
    )
    design = logic(
        draw,
        LATCH,
        modules=("d_latch", "latch", f"latch{width}", "transparent_latch"),
        ports=ports,
        body=body,
        title=title,
        rules=rules,
        choices={
            "width": width,
            "low": low,
            "separate": separate,
            "clear": value if clear else None,
            "second": bool(second),
        },
        intro=("", f"Build {article(title)}." if not separate else "Build latches."),
        stored=True,
    )
    return replace(
        design,
        stimulus=Stimulus(
            design.stimulus.inputs,
            tuple(tuple(row.get(n, 0) for n in design.stimulus.inputs) for row in rows),
        ),
    )


LATCH = Family("d_latch", Tier.INTERMEDIATE, _latch)

FAMILIES = (LATCH,)
