"""Registers shifted by several amounts or modes, and rotators."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.phrases import (
    amount,
    build,
    chain,
    exhibit,
    joined,
    literal,
    sized,
    table,
)
from mevllm.data.families.told import rotators as told
from mevllm.tiers import Tier


def moved(reg: str, width: int, way: str, n: int) -> str:
    """The register shifted or rotated by n < width places, as Verilog."""
    top = width - 1
    low, high = f"{reg}[{top - n}:0]", f"{reg}[{top}:{n}]"
    if n == top:
        low, high = f"{reg}[0]", f"{reg}[{top}]"
    out_high = f"{reg}[{top}:{width - n}]" if n > 1 else f"{reg}[{top}]"
    out_low = f"{reg}[{n - 1}:0]" if n > 1 else f"{reg}[0]"
    return {
        "left": f"{{{low}, {n}'b0}}",
        "right": f"{{{n}'b0, {high}}}",
        "arithmetic right": f"{{{{{n}{{{reg}[{top}]}}}}, {high}}}",
        "rotate left": f"{{{low}, {out_high}}}",
        "rotate right": f"{{{out_low}, {high}}}",
    }[way]


_MODES = {
    "hold": "keep the value",
    "load": "load `{data}`",
    "clear": "clear to zero",
    "left": "shift left by one, `{lin}` enters bit 0",
    "right": "shift right by one, `{rin}` enters bit {top}",
    "rotate left": "rotate left by one",
    "rotate right": "rotate right by one",
    "arithmetic right": "shift right by one and keep the sign bit {top}",
    "invert": "invert every bit",
    "reverse": "reverse the order of the bits",
    "preset": "set every bit to 1",
    "swap": "exchange the upper and the lower half",
}


def _universal_shift(draw: Draw) -> Design:
    """A register with a mode input; what each mode does is drawn."""
    width = draw.choice((4, 4, 6, 8, 8, 10, 12, 16))
    count = draw.choice((4, 4, 4, 8))
    basic = ["hold", "load", "left", "right"]
    others = [mode for mode in _MODES if mode not in basic]
    if count == 8:
        modes = draw.shuffled([*basic, *draw.shuffled(others)[: draw.int(2, 4)]])
    else:
        modes = draw.shuffled(["load", *draw.shuffled([m for m in _MODES if m != "load"])[:3]])
    clocking = draw.clocking(reset=None)
    select = draw.name("mode", "op", "s", "sel", "ctrl")
    data = draw.name("d", "data", "parallel_in", "din")
    lin = draw.name("sl_in", "left_in", "ser_l", "lsi") if "left" in modes else ""
    rin = draw.name("sr_in", "right_in", "ser_r", "rsi") if "right" in modes else ""
    reg = draw.name("q", "out", "data_out", "r")
    code_bits = 2 if count == 4 else 3
    ports = [
        *clocking.ports,
        port(select, "input", code_bits, "operation"),
        port(data, "input", width, "value to load"),
        *([port(lin, "input", 1, "serial input for left shifts")] if lin else []),
        *([port(rin, "input", 1, "serial input for right shifts")] if rin else []),
        port(reg, "output", width, "the register"),
    ]
    top, half = width - 1, width // 2
    sides = {
        "hold": reg,
        "load": data,
        "clear": literal(width, 0),
        "left": f"{{{reg}[{top - 1}:0], {lin}}}",
        "right": f"{{{rin}, {reg}[{top}:1]}}",
        "rotate left": f"{{{reg}[{top - 1}:0], {reg}[{top}]}}",
        "rotate right": f"{{{reg}[0], {reg}[{top}:1]}}",
        "arithmetic right": f"{{{reg}[{top}], {reg}[{top}:1]}}",
        "invert": f"~{reg}",
        "reverse": "{{{}}}".format(", ".join(f"{reg}[{i}]" for i in range(width))),
        "preset": f"{{{width}{{1'b1}}}}",
        "swap": f"{{{reg}[{half - 1}:0], {reg}[{top}:{half}]}}",
    }
    cases = [
        f"  {code_bits}'d{i}: {reg} <= {sides[mode]};"
        for i, mode in enumerate(modes)
        if mode != "hold"
    ]
    step = "\n".join((f"case ({select})", *cases, f"  default: {reg} <= {reg};", "endcase"))
    said = [_MODES[mode].format(data=data, lin=lin, rin=rin, top=top) for mode in modes]
    rest = "" if len(modes) == count else f"Codes {len(modes)} to {count - 1} keep the value."
    if len(modes) == count - 1:
        rest = f"Code {count - 1} keeps the value."

    def rules() -> list[str]:
        style = draw.int(0, 2)
        worded = [
            (f"`{select}` = {i}: {t}.", f"If `{select}` is {i}, {t}.", f"Code {i}: {t}.")[style]
            for i, t in enumerate(said)
        ]
        return [*worded, rest]

    effect = f"clears `{reg}` to 0"
    chart = exhibit(
        draw,
        clocking,
        "state table",
        joined(
            f"At every clock edge the {width}-bit register `{reg}` does what the table says for "
            f"`{select}`.",
            rest,
        ),
        effect,
        table(
            draw,
            (select, "operation on " + reg),
            [(f"{i:0{code_bits}b}", text.replace("`", "")) for i, text in enumerate(said)],
        ),
    )
    facts = (clocking, width, reg, select, data, lin, rin, modes, count)
    draw.tell(*told.universal_shift(draw.teller(), *facts))
    return build(
        draw,
        UNIVERSAL_SHIFT,
        clocking,
        modules=("universal_register", "univ_shift", "mode_register"),
        ports=ports,
        body=clocking.always(f"{reg} <= {literal(width, 0)};", step),
        title=f"{width}-bit universal register with {len(modes)} modes",
        terse=joined(
            f"Register {reg}, by {select}: "
            + "; ".join(f"{i} {text}" for i, text in enumerate(said))
            + ".",
            rest,
        ),
        intro=draw.say(
            f"{sized(width)} universal register `{reg}` performs one operation per clock edge, "
            f"chosen by `{select}`.",
            f"Build a register of {width} bits, `{reg}`, whose operation is selected by "
            f"`{select}`.",
        ),
        rules=rules,
        effect=effect,
        exhibits=(chart,),
        random_rows=260,
        choices={"width": width, "modes": modes},
    )


def _rotator(draw: Draw) -> Design:
    """A loadable register that rotates: by enables, a direction or a variable amount."""
    style = draw.choice(("two enables", "direction", "amount"))
    width = draw.choice((4, 5, 8, 8, 10, 12, 16, 20, 32, 40, 64))
    if style == "amount":
        width = draw.choice((4, 8, 16, 32))
    by = draw.choice((1, 1, 2, 3)) if width > 4 else 1
    left_first = draw.chance(0.5)
    clocking = draw.clocking(reset=None)
    load, data = draw.name("load"), draw.name("data", "d", "din")
    reg = draw.name("q", "out", "data_out", "ring")
    controls = [port(load, "input", 1, "loads the register")]
    left, right = (moved(reg, width, f"rotate {way}", by) for way in ("left", "right"))
    extent = amount(by, "position")
    chances = {load: 0.12}
    loading = (load, f"{reg} <= {data};")
    one, zero = (left, right) if left_first else (right, left)
    words = ("left", "right") if left_first else ("right", "left")
    detail: object = left_first
    if style == "two enables":
        a, b = draw.name("rl", "left", "rot_left"), draw.name("rr", "right", "rot_right")
        controls += [port(a, "input"), port(b, "input")]
        first, second = (a, b) if left_first else (b, a)
        step = chain([loading, (first, f"{reg} <= {one};"), (second, f"{reg} <= {zero};")])
        said = [
            f"`{a}` = 1 rotates `{reg}` left by {extent}.",
            f"`{b}` = 1 rotates `{reg}` right by {extent}.",
            f"If `{a}` and `{b}` are both 1, it rotates {words[0]}.",
            f"If neither is 1, `{reg}` keeps its value.",
        ]
    elif style == "direction":
        en, way = draw.name("enable"), draw.name("dir", "direction", "way", "turn")
        controls += [port(en, "input"), port(way, "input")]
        step = chain([loading, (en, f"{reg} <= {way} ? {one} : {zero};")])
        said = [
            f"When `{en}` is 1, `{reg}` rotates by {extent}: to the {words[0]} if `{way}` is 1, to "
            f"the {words[1]} if it is 0.",
            f"When `{en}` is 0, `{reg}` keeps its value.",
        ]
        chances[en] = 0.8
    else:
        k = (width - 1).bit_length()
        count = draw.name("amount", "amt", "n", "by")
        controls.append(port(count, "input", k))
        ahead, back = ("<<", ">>") if left_first else (">>", "<<")
        rotated = f"({reg} {ahead} {count}) | ({reg} {back} ({k + 1}'d{width} - {count}))"
        step = chain([loading], f"{reg} <= {rotated};")
        said = [
            f"In every other cycle `{reg}` rotates to the {words[0]} by `{count}` positions "
            f"(0 to {width - 1}; 0 leaves it unchanged).",
        ]
    ports = [*clocking.ports, *controls, port(data, "input", width), port(reg, "output", width)]

    def rules() -> list[str]:
        return [
            draw.say(
                f"when `{load}` is 1, `{reg}` takes `{data}`; this has priority over rotating.",
                f"`{load}` = 1 loads `{data}` into `{reg}` and overrides the rotation.",
            ),
            *said,
            draw.say(
                "bits that leave one end come back at the other; none is lost.",
                "in a rotation the bits pushed out at one end re-enter at the other end.",
                "",
            ),
        ]

    title = f"{width}-bit rotator with load"
    pins = [p.name for p in controls[1:]]
    facts = (clocking, width, reg, load, data, by, pins, style, left_first)
    draw.tell(*told.rotator(draw.teller(), *facts))
    return build(
        draw,
        ROTATOR,
        clocking,
        modules=("rotator", "rotate_register", f"rot{width}"),
        ports=ports,
        body=clocking.always(f"{reg} <= {literal(width, 0)};", step),
        title=title,
        terse=joined(f"{title}. {load} = 1 loads {data}, before anything else.", *said),
        intro=draw.say(
            f"Create {sized(width)} rotating register.",
            f"The register `{reg}` has {width} bits and can be rotated in place.",
        ),
        rules=rules,
        effect=f"clears `{reg}`",
        chances=chances,
        choices={"width": width, "style": style, "by": by, "detail": detail},
    )


UNIVERSAL_SHIFT = Family("universal_shift", Tier.ADVANCED, _universal_shift)
ROTATOR = Family("rotator", Tier.ADVANCED, _rotator)

FAMILIES = (UNIVERSAL_SHIFT, ROTATOR)
