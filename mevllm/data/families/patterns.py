"""A table of values played on an output."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, indent, port
from mevllm.data.families.phrases import (
    build,
    exhibit,
    gate,
    gated,
    joined,
    literal,
    size,
    spoken,
    table,
)
from mevllm.data.families.told import patterns as told
from mevllm.tiers import Tier


def _pattern_player(draw: Draw) -> Design:
    """A table of values played in a circle, or once; with enable, restart and an end flag."""
    width = draw.choice((1, 1, 1, 2, 3, 4, 4, 5, 7, 8, 8, 12, 16))
    length = draw.choice((3, 4, 5, 6, 7, 8, 9, 10, 12))
    values = [draw.bits(width) for _ in range(length)]
    values[0], values[-1] = 0, (1 << width) - 1
    values = draw.shuffled(values)
    once = draw.chance(0.25)
    clocking = draw.clocking()
    enable = gate(draw, 0.5)
    restarts = once or draw.chance(0.3)
    restart = draw.name("restart", "start", "again", "go", "init") if restarts else ""
    out = draw.name("output", "wave", "pattern", "step_value")
    flag = draw.name("last", "wrap", "end_of_cycle", "done") if draw.chance(0.4) else ""
    index = draw.name("index", "step", "pos", "idx")
    w = size(length)
    ports = [
        *clocking.ports,
        *([enable.port] if enable else []),
        *([port(restart, "input", 1, "goes back to the first value")] if restarts else []),
        port(out, "output", width, "the value played"),
        *([port(flag, "output", 1, "marks the last value")] if flag else []),
    ]
    final = literal(w, length - 1)
    zero = f"{index} <= {literal(w, 0)};"
    if once:
        advance = f"if ({index} != {final}) {index} <= {index} + 1'b1;"
        if enable:
            advance = f"if ({enable.condition} && {index} != {final}) {index} <= {index} + 1'b1;"
    else:
        following = f"({index} == {final}) ? {literal(w, 0)} : {index} + 1'b1"
        if length == 1 << w:
            following = f"{index} + 1'b1"
        advance = gated(enable, f"{index} <= {following};")
    if restarts:
        advance = f"if ({restart}) {zero}\nelse {advance}"
    lines = [f"  reg [{w - 1}:0] {index};" if w > 1 else f"  reg {index};"]
    lines.append(clocking.always(zero, advance))
    if width == 1:
        word = "".join(map(str, values[::-1]))
        lines.append(f"  wire [{length - 1}:0] pattern_bits = {length}'b{word};")
        lines.append(f"  assign {out} = pattern_bits[{index}];")
    else:
        cases = [f"  {literal(w, i)}: {out} = {literal(width, v)};" for i, v in enumerate(values)]
        cases[-1] = f"  default: {out} = {literal(width, values[-1])};"
        text = "\n".join((f"case ({index})", *cases, "endcase"))
        lines.append(f"  always @(*) begin\n{indent(text, 4)}\n  end")
    if flag:
        lines.append(f"  assign {flag} = ({index} == {final});")
    radix = draw.choice(("b", "d", "h")) if width > 1 else "b"
    shown = [
        f"{v:0{width}b}" if radix == "b" else f"0x{v:x}" if radix == "h" else str(v) for v in values
    ]
    listed = ", ".join(shown)
    noun = "bit" if width == 1 else "value"

    def rules() -> list[str]:
        return [
            draw.say(
                f"`{out}` shows the {length} {noun}s {listed}, one after the other, in this order.",
                f"the sequence of `{out}` is: {listed} ({length} {noun}s).",
            ),
            f"the sequence advances to its next {noun} at every clock edge at which {enable.on}; "
            f"otherwise `{out}` stays as it is."
            if enable
            else f"it advances to the next {noun} at every clock edge.",
            f"after the last {noun} it stays there."
            if once
            else draw.say(
                f"after the last {noun} it begins again with the first.",
                "it repeats forever.",
                f"the {noun} after the last one is the first one again.",
            ),
            f"`{restart}` = 1 at a clock edge returns to the first {noun}, "
            + (f"whatever `{enable.name}` is." if enable else "instead of advancing.")
            if restarts
            else "",
            f"`{flag}` is 1 exactly while the last {noun} of the sequence is shown."
            if flag
            else "",
        ]

    effect = draw.say(
        f"goes to the first {noun} of the sequence", f"starts the sequence over at its first {noun}"
    )
    chart = exhibit(
        draw,
        clocking,
        "memory map",
        spoken(
            f"`{out}` plays a sequence of {length} {noun}s, given by the table"
            + (
                " in binary."
                if radix == "b"
                else " in hexadecimal."
                if radix == "h"
                else " in decimal."
            ),
            *rules()[1:],
        ),
        effect,
        table(draw, ("step", out), list(enumerate(s.removeprefix("0x") for s in shown))),
    )
    drawn = (width, radix, once)
    draw.tell(
        *told.pattern_player(draw.teller(), clocking, out, restart, flag, shown, drawn, enable),
    )
    return build(
        draw,
        PATTERN_PLAYER,
        clocking,
        modules=("pattern_player", "sequencer", "wave_table", "pattern_gen"),
        ports=ports,
        body="\n".join(lines),
        title=f"generator of a {'one-shot' if once else 'repeating'} sequence of {length} {noun}s",
        terse=joined(
            f"{out} plays {listed}"
            + (", then stays at the last one;" if once else " in a circle;")
            + (f" advances when {enable.on}." if enable else " one step per clock."),
            f"{restart} = 1 goes to the first {noun}, first of all." if restarts else "",
            f"{flag} = 1 during the last {noun}." if flag else "",
        ),
        intro=draw.say(
            "Design a generator of a fixed sequence.",
            f"A small sequencer puts a fixed list of {noun}s on its output.",
            "",
        ),
        rules=rules,
        effect=effect,
        exhibits=(chart,),
        chances={restart: 0.12 if once else 0.05, **(enable.chances() if enable else {})},
        choices={
            "width": width,
            "values": values,
            "once": once,
            "restart": restarts,
            "flag": bool(flag),
            "enable": enable.active_high if enable else None,
        },
    )


PATTERN_PLAYER = Family("pattern_player", Tier.ADVANCED, _pattern_player)

FAMILIES = (PATTERN_PLAYER,)
