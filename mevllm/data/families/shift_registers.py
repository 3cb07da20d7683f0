"""Shift registers, serial and parallel, and delay lines."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.phrases import (
    amount,
    bits,
    build,
    chain,
    gate,
    gated,
    joined,
    literal,
    size,
    sized,
)
from mevllm.data.families.told import shift_registers as told
from mevllm.tiers import Tier


def _shift_register(draw: Draw) -> Design:
    """Serial in, parallel or serial out, one direction, perhaps a parallel load."""
    width = draw.choice((3, 4, 4, 5, 6, 7, 8, 8, 10, 12, 16, 20, 24, 32))
    left = draw.chance(0.5)
    fill = draw.choice(("serial", "serial", "serial", "serial", "0", "1"))
    loads = fill != "serial" or draw.chance(0.5)
    shows = draw.choice(("parallel", "parallel", "serial", "both"))
    clocking = draw.clocking(reset=None)
    enable = gate(draw, 0.75 if loads else 0.5)
    load_first = not (loads and enable and draw.chance(0.4))
    start = 0 if not clocking.reset or draw.chance(0.8) else draw.choice(((1 << width) - 1, 1))
    load = draw.name("load") if loads else ""
    data = draw.name("data", "d", "parallel_in", "p", "din") if loads else ""
    serial = draw.name("bit", "sin", "si", "shift_in") if fill == "serial" else fill
    reg = draw.name("q", "out", "data_out", "shreg", "r", "contents", "sr")
    out = draw.name("sout", "so", "serial_out", "bit_out", "z") if shows != "parallel" else ""
    ports = [
        *clocking.ports,
        *([enable.port] if enable else []),
        *([port(load, "input", 1, "parallel load")] if loads else []),
        *([port(data, "input", width, "value to load")] if loads else []),
        *([port(serial, "input", 1, "serial input")] if fill == "serial" else []),
        *([port(reg, "output", width, "register contents")] if shows != "serial" else []),
        *([port(out, "output", 1, "serial output")] if out else []),
    ]
    top = width - 1
    entry = serial if fill == "serial" else f"1'b{fill}"
    shift = f"{{{reg}[{top - 1}:0], {entry}}}" if left else f"{{{entry}, {reg}[{top}:1]}}"
    branches = [(load, f"{reg} <= {data};")] if loads else []
    if enable:
        branches.insert(
            len(branches) if load_first else 0, (enable.condition, f"{reg} <= {shift};")
        )
        step = chain(branches)
    else:
        step = chain(branches, f"{reg} <= {shift};") if loads else f"{reg} <= {shift};"
    body = "" if shows != "serial" else f"  reg {bits(width)}{reg};\n"
    body += clocking.always(f"{reg} <= {literal(width, start)};", step)
    leaving, entering = (top, 0) if left else (0, top)
    if out:
        body += f"\n  assign {out} = {reg}[{leaving}];"
    way = "left" if left else "right"
    held = "the register" if shows == "serial" else f"`{reg}`"
    source = f"`{serial}`" if fill == "serial" else f"a {fill}"

    def rules() -> list[str]:
        moves = draw.say(
            f"{held} shifts one place to the {way}: {source} enters at bit {entering} and the old "
            f"bit {leaving} is lost",
            f"every bit of {held} moves one position towards the {'most' if left else 'least'} "
            f"significant end, and {source} is placed in bit {entering}",
            f"{source} is shifted into {held} at bit {entering}, the other bits move one place "
            f"{way}",
        )
        loading = draw.say(
            f"when `{load}` is 1 at the clock edge, {held} takes the value of `{data}`.",
            f"`{load}` = 1 loads `{data}` into {held}.",
        )
        first, second = ("load", "shift") if load_first else ("shift", "load")
        return [
            f"the design holds {sized(width)} register that is not itself a port."
            if shows == "serial"
            else "",
            loading if loads else "",
            f"when {enable.on}, {moves}."
            if enable
            else f"{'in every other cycle' if loads else 'at every clock edge'} {moves}.",
            draw.say(
                f"if both are asked for, the {first} wins.",
                f"a {first} has priority over a {second}.",
                f"a {second} happens only in a cycle without a {first}.",
            )
            if enable and loads
            else "",
            draw.say(
                "in all other cases the contents stay as they are.",
                "otherwise the register keeps its value.",
            )
            if enable
            else "",
            draw.say(
                f"`{out}` always equals bit {leaving} of the register, without extra delay.",
                f"`{out}` is bit {leaving} of the register, the next one to leave it.",
            )
            if out
            else "",
        ]

    kind = "parallel-load " if loads else ""
    parts = [f"if {load}, load {data}"] if loads else []
    parts.insert(
        len(parts) if load_first else 0,
        (f"if {enable.on}, " if enable else "")
        + f"shift {way} by one, {source} into bit {entering}",
    )
    name = reg if shows != "serial" else "(internal)"
    draw.tell(
        *told.shift_register(
            draw.teller(),
            clocking,
            width,
            left=left,
            fill=serial,
            load=load,
            data=data,
            load_first=load_first,
            q=reg if shows != "serial" else "",
            out=out,
            gate=enable,
            start="0" if start == 0 else literal(width, start),
        )
    )
    return build(
        draw,
        SHIFT_REGISTER,
        clocking,
        modules=("shift_register", "shifter", "shift_reg", f"sr{width}"),
        ports=ports,
        body=body,
        title=f"{width}-bit {kind}shift register, shifting {way}",
        terse=joined(
            f"{width}-bit shift register {name}: {'; else '.join(parts)}"
            + ("; else hold." if enable else "."),
            f"{out} is register bit {leaving}." if out else "",
        ),
        intro=draw.say(
            f"Design {sized(width)} shift register.",
            f"This circuit is a shift register with {width} flip-flops.",
            f"Build a register of {width} bits whose contents move to the {way}.",
        ),
        rules=rules,
        effect=f"sets the register to {'zero' if start == 0 else literal(width, start)}",
        chances={load: 0.6 / width + 0.05, **(enable.chances() if enable else {})},
        choices={
            "width": width,
            "direction": way,
            "fill": fill,
            "load": (loads, load_first),
            "enable": enable.active_high if enable else None,
            "outputs": shows,
            "start": start,
        },
    )


def _delay_line(draw: Draw) -> Design:
    """A word delayed by k cycles, perhaps with an enable, a tap chosen by an input, or flags."""
    width = draw.choice((1, 1, 1, 2, 3, 4, 5, 8, 8, 12, 16, 24, 32))
    stages = draw.choice((2, 3, 3, 4, 5, 6, 7, 8))
    tapped = draw.chance(0.35)
    if tapped:
        stages = draw.choice((4, 4, 8))
    clocking = draw.clocking(reset=None)
    enable = gate(draw, 0.4)
    valid = not tapped and draw.chance(0.3) and bool(clocking.reset)
    data = draw.name("input")
    out = draw.name("output")
    tap = draw.name("tap", "sel", "delay", "depth") if tapped else ""
    vin = draw.name("valid") if valid else ""
    vout = draw.name("valid_out", "out_valid", "vld_out", "q_valid") if valid else ""
    ports = [
        *clocking.ports,
        *([enable.port] if enable else []),
        *([port(vin, "input", 1, "marks an input word as valid")] if valid else []),
        *([port(tap, "input", size(stages), "which stage is shown")] if tapped else []),
        port(data, "input", width, "input word"),
        *([port(vout, "output", 1, "the delayed valid bit")] if valid else []),
        port(out, "output", width, "delayed word"),
    ]
    pipe = draw.name("pipe", "line", "stage", "hist")
    total = stages * width
    lines = [f"  reg [{total - 1}:0] {pipe};"]
    step = f"{pipe} <= {{{pipe}[{total - width - 1}:0], {data}}};"
    if total - width == 1:
        step = f"{pipe} <= {{{pipe}[0], {data}}};"
    zero = f"{pipe} <= {literal(total, 0)};"
    vpipe = draw.name("valid_pipe", "vld_line", "vshift")
    if valid:
        lines.append(f"  reg [{stages - 1}:0] {vpipe};")
        inner = f"{vpipe}[{stages - 2}:0]" if stages > 2 else f"{vpipe}[0]"
        step += f"\n{vpipe} <= {{{inner}, {vin}}};"
        zero += f"\n{vpipe} <= {literal(stages, 0)};"
    lines.append(clocking.always(zero, gated(enable, step)))
    if tapped and width == 1:
        lines.append(f"  assign {out} = {pipe}[{tap}];")
    elif tapped:
        lines.append(f"  assign {out} = {pipe}[{tap}*{width} +: {width}];")
    elif width == 1:
        lines.append(f"  assign {out} = {pipe}[{stages - 1}];")
    else:
        lines.append(f"  assign {out} = {pipe}[{total - 1}:{total - width}];")
    if valid:
        lines.append(f"  assign {vout} = {vpipe}[{stages - 1}];")
    step_word = f"clock edges at which {enable.on}" if enable else "clock edges"
    amount_before = amount(stages - 1, "clock edge") + step_word.removeprefix("clock edges")
    word = "bit" if width == 1 else f"{width}-bit word"

    def rules() -> list[str]:
        said = [
            draw.say(
                f"`{data}` passes through a chain of {stages} registers of {amount(width, 'bit')} "
                f"each: the first one samples `{data}`, each other one takes the value of the one "
                "before it.",
                f"{stages} registers of {amount(width, 'bit')} are connected in series, the first "
                f"of them fed by `{data}`.",
            ),
        ]
        if enable:
            said.append(
                draw.say(
                    f"the chain moves only when {enable.on}; otherwise every register holds.",
                    f"while {enable.off} all registers keep their values.",
                )
            )
        if tapped:
            said.append(
                f"`{out}` shows combinationally the register that `{tap}` names: 0 is the first of "
                f"the chain (a delay of one step), {stages - 1} the last (a delay of {stages} "
                "steps)."
            )
        else:
            said.append(
                draw.say(
                    f"`{out}` is the last register, so it repeats `{data}` {stages} {step_word} "
                    "later.",
                    f"`{out}` shows the {word} that was sampled {amount_before} before "
                    "the most recent one.",
                )
            )
        if valid:
            said.append(f"`{vin}` travels along in the same way and appears at `{vout}`.")
        return said

    cleared = "clears every register of the chain"
    draw.tell(
        *told.delay_line(
            draw.teller(),
            clocking,
            width,
            stages=stages,
            data=data,
            out=out,
            tap=tap,
            vin=vin,
            vout=vout,
            gate=enable,
        )
    )
    return build(
        draw,
        DELAY_LINE,
        clocking,
        modules=("delay_line", "delay", "pipeline_delay", f"delay{stages}"),
        ports=ports,
        body="\n".join(lines),
        title=f"{stages}-stage delay line for {amount(width, 'bit')}"
        + (" with selectable tap" if tapped else ""),
        terse=joined(
            f"{data} goes through {stages} registers in series"
            + (f", moving when {enable.on}." if enable else "."),
            f"{out} = stage number {tap} (0 is the first), combinational."
            if tapped
            else f"{out} is the last one.",
            f"{vin} is delayed alike to {vout}." if valid else "",
        ),
        intro=draw.say(
            f"Delay a {word} by a number of clock cycles.",
            f"The module is a delay line, {stages} stages deep.",
            "",
        ),
        rules=rules,
        effect=cleared,
        chances=enable.chances() if enable else None,
        choices={
            "width": width,
            "stages": stages,
            "tapped": tapped,
            "valid": valid,
            "enable": enable.active_high if enable else None,
        },
    )


SHIFT_REGISTER = Family("shift_register", Tier.ADVANCED, _shift_register)
DELAY_LINE = Family("delay_line", Tier.ADVANCED, _delay_line)

FAMILIES = (SHIFT_REGISTER, DELAY_LINE)
