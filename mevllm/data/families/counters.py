"""Simple counters: binary, modulo, up-down, loadable, saturating, by steps, cyclic lists."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.literals import brief, decimal, number, ones
from mevllm.data.families.phrases import build, chain, exhibit, gate, gated, when
from mevllm.data.families.registers import start_value
from mevllm.data.families.told import counters as told
from mevllm.tiers import Tier

_WIDTHS = (2, 3, 3, 4, 4, 4, 5, 6, 7, 8, 8)


def _binary(draw: Draw) -> Design:
    """An n-bit counter, up or down, by one or another step, with enable and carry."""
    width = draw.choice((*_WIDTHS, 10, 12, 16, 32))
    down = draw.chance(0.35)
    step = draw.choice((1, 1, 1, 1, 1, 3, 5, 7)) if 3 < width <= 8 else 1
    clocking = draw.clocking(reset=True)
    enable = gate(draw, 0.5)
    q = draw.name("q", "count", "cnt", "value", "out")
    value, literal = start_value(draw, width, 0.4 if width <= 8 else 0.15)
    if width > 8:
        # Only from near its end does a wide counter wrap within the stimulus.
        value = draw.int(2, 20) if down else (1 << width) - draw.int(2, 20)
        literal = decimal(width, value)
    carry = draw.name("tc", "carry", "ovf", "last") if step == 1 and draw.chance(0.3) else ""
    end = 0 if down else (1 << width) - 1
    sign = "-" if down else "+"
    amount = "1'b1" if step == 1 else decimal(width, step)
    ports = [*clocking.ports, *([enable.port] if enable else []), port(q, "output", width)]
    ports += [port(carry, "output")] if carry else []
    body = clocking.always(f"{q} <= {literal};", gated(enable, f"{q} <= {q} {sign} {amount};"))
    if carry:
        body += f"\n\n  assign {carry} = ({q} == {ones(width) if end else decimal(width, 0)});"
    way = "down" if down else "up"

    def rules() -> list[str]:
        by = "one" if step == 1 else number(step)
        on = f" in which {enable.on}" if enable else ""
        return [
            draw.say(
                f"`{q}` is a {width}-bit counter that counts {way} by {by} at each clock edge{on}.",
                f"at each clock edge{on}, `{q}` {'decreases' if down else 'increases'} by {by}.",
                f"`{q}` counts the clock cycles{on} {way}wards in steps of {by}.",
            ),
            draw.say(
                f"It wraps around modulo 2^{width}.",
                f"After {end} comes {(1 << width) - 1 if down else 0}."
                if step == 1
                else f"Arithmetic is modulo {1 << width}.",
            ),
            "Otherwise it holds its value." if enable else "",
            f"`{carry}` is 1 exactly while `{q}` is {end}; it is combinational." if carry else "",
        ]

    title = f"{width}-bit {way} counter" + f" by {number(step)}" * (step > 1)
    title += " with enable" * bool(enable)
    draw.tell(
        *told.binary_counter(
            draw.teller(),
            clocking,
            width,
            q=q,
            down=down,
            step=step,
            gate=enable,
            start=literal if value else "0",
            carry=carry,
        )
    )
    return build(
        draw,
        BINARY,
        clocking,
        modules=("counter", f"{way}_counter", f"cnt{width}", "ticker"),
        ports=ports,
        body=body,
        title=title,
        terse=brief(title, rules),
        rules=rules,
        effect=draw.say(f"sets `{q}` to {literal if value else 0}", f"makes `{q}` {value}"),
        choices={
            "width": width,
            "down": down,
            "step": step,
            "enable": enable.active_high if enable else None,
            "start": value,
            "carry": bool(carry),
        },
        directed=[enable.row() if enable else {}] * ((1 << width) + 3 if width <= 8 else 40),
        random_rows=140,
        chances=enable.chances(0.9) if enable else None,
        reset_chance=0.008,
    )


BINARY = Family("binary_counter", Tier.INTERMEDIATE, _binary)


def _modulo(draw: Draw) -> Design:
    """A counter from a first to a last value and round again, up or down."""
    first = draw.choice((0, 0, 0, 0, 1, 1, 2, 3, 5))
    length = draw.choice((3, 5, 6, 7, 9, 10, 10, 10, 11, 12, 12, 13, 20, 24, 25, 30, 60))
    last = first + length - 1
    width = last.bit_length()
    down = draw.chance(0.3)
    clocking = draw.clocking(reset=True)
    enable = gate(draw, 0.5)
    q = draw.name("q", "count", "cnt", "value", "out")
    flag = draw.name("tc", "wrap", "last", "carry", "done") if draw.chance(0.4) else ""
    gated_flag = bool(flag) and enable is not None and draw.chance(0.4)
    begin, end = (last, first) if down else (first, last)
    begin_reset = draw.int(first, last) if draw.chance(0.1) else begin
    at_end = f"{q} == {decimal(width, end)}"
    move = f"{q} <= {q} {'-' if down else '+'} 1'b1;"
    ports = [*clocking.ports, *([enable.port] if enable else []), port(q, "output", width)]
    ports += [port(flag, "output")] if flag else []
    step = when(at_end, f"{q} <= {decimal(width, begin)};", move)
    body = clocking.always(f"{q} <= {decimal(width, begin_reset)};", gated(enable, step))
    if flag:
        extra = f" && {enable.condition}" if gated_flag and enable else ""
        body += f"\n\n  assign {flag} = ({at_end}){extra};"
    way = "down" if down else "up"

    def rules() -> list[str]:
        on = f" in which {enable.on}" if enable else ""
        told = [
            draw.say(
                f"`{q}` counts {way} from {begin} to {end}, one step per clock edge{on}, and then "
                f"starts again at {begin}.",
                f"`{q}` runs through the {length} values {begin} to {end} in {way}ward direction; "
                f"at each clock edge{on} it moves on by one, and {end} is followed by {begin}.",
                f"at each clock edge{on}, `{q}` changes to {begin} if it is {end}, and otherwise "
                f"{'decreases' if down else 'increases'} by 1.",
            ),
            f"While {enable.off} the count does not change." if enable else "",
        ]
        if flag:
            told.append(
                f"`{flag}` is combinational: it is 1 while `{q}` is {end}"
                + (f" and {enable.on}." if gated_flag and enable else ".")
            )
        return told

    if first == 0:
        title = f"modulo-{length} {way} counter"
    else:
        title = f"{way} counter with the range {first} to {last}"
    if (first, last) == (0, 9) and draw.chance(0.6):
        title = f"decade {'down ' * down}counter"
    rows = []
    if draw.chance(0.4) and length <= 13:
        order = list(range(first, last + 1))
        order = order[::-1] if down else order
        rows = [
            exhibit(
                draw,
                clocking,
                "state table",
                f"The counter goes to the next value of `{q}` at every clock edge"
                + (f" in which {enable.on} and holds otherwise." if enable else ".")
                + (f" {rules()[-1]}" if flag else ""),
                f"sets `{q}` to {begin_reset}",
                "\n".join(
                    (
                        "now -> next",
                        *(f"{a} -> {b}" for a, b in zip(order, order[1:] + order[:1], strict=True)),
                    )
                ),
            )
        ]
    draw.tell(
        *told.modulo_counter(
            draw.teller(),
            clocking,
            q=q,
            first=first,
            last=last,
            down=down,
            start=begin_reset,
            gate=enable,
            flag=flag,
            gated_flag=gated_flag,
        )
    )
    return build(
        draw,
        MODULO,
        clocking,
        modules=("counter", f"mod{length}", "mod_counter", f"count{length}"),
        ports=ports,
        body=body,
        title=title,
        terse=brief(title, rules),
        rules=rules,
        effect=draw.say(f"sets `{q}` to {begin_reset}", f"returns the count to {begin_reset}"),
        choices={
            "first": first,
            "last": last,
            "width": width,
            "down": down,
            "start": begin_reset,
            "enable": enable.active_high if enable else None,
            "flag": (bool(flag), gated_flag),
        },
        exhibits=rows,
        random_rows=min(400, 100 + 5 * length),
        chances=enable.chances(0.85) if enable else None,
        reset_chance=0.008,
    )


MODULO = Family("modulo_counter", Tier.INTERMEDIATE, _modulo)


def _up_down(draw: Draw) -> Design:
    """A counter with a direction, or separate up and down inputs; wrapping or saturating."""
    width = draw.choice((2, 3, 3, 4, 4, 5, 6))
    clocking = draw.clocking(reset=True)
    style = draw.choice(("direction", "direction", "separate"))
    saturating = draw.chance(0.5)
    top = draw.choice(((1 << width) - 1,) * 2 + (draw.int((1 << width) // 2, (1 << width) - 1),))
    q = draw.name("q", "count", "level", "value", "out")
    enable = gate(draw, 0.4) if style == "direction" else None
    flags = draw.chance(0.3)
    if style == "direction":
        down_high = draw.chance(0.3)
        way = (
            draw.name("down", "dir_down")
            if down_high
            else draw.name("up", "up_down", "dir", "updn")
        )
        controls = [way]
        up, down = (f"!{way}", way) if down_high else (way, f"!{way}")
    else:
        controls = [draw.name("inc", "up", "plus"), draw.name("dec", "down", "minus")]
        up, down = f"{controls[0]} && !{controls[1]}", f"{controls[1]} && !{controls[0]}"
    high, low = draw.name("at_max", "full"), draw.name("at_min", "empty")
    start = draw.choice((0, 0, top // 2, top))
    ports = [*clocking.ports, *([enable.port] if enable else [])]
    ports += [port(c, "input") for c in controls] + [port(q, "output", width)]
    ports += [port(high, "output"), port(low, "output")] if flags else []
    last, zero = decimal(width, top), decimal(width, 0)
    plain = top == (1 << width) - 1
    if saturating:
        rise = f"if ({q} != {last}) {q} <= {q} + 1'b1;"
        fall = f"if ({q} != {zero}) {q} <= {q} - 1'b1;"
    elif plain:
        rise, fall = f"{q} <= {q} + 1'b1;", f"{q} <= {q} - 1'b1;"
    else:
        rise = f"{q} <= ({q} == {last}) ? {zero} : {q} + 1'b1;"
        fall = f"{q} <= ({q} == {zero}) ? {last} : {q} - 1'b1;"
    if style == "direction":
        step = f"if ({up}) begin\n  {rise}\nend else begin\n  {fall}\nend"
    else:
        step = f"if ({up}) begin\n  {rise}\nend else if ({down}) begin\n  {fall}\nend"
    if not saturating:
        pairs = [(up, rise)] if style == "direction" else [(up, rise), (down, fall)]
        step = chain(pairs, fall if style == "direction" else "")
    body = clocking.always(f"{q} <= {decimal(width, start)};", gated(enable, step))
    if flags:
        body += f"\n\n  assign {high} = ({q} == {last});\n  assign {low} = ({q} == {zero});"

    def rules() -> list[str]:
        on = f" in which {enable.on}" if enable else ""
        if style == "direction":
            one = draw.say(
                f"at each clock edge{on}, `{q}` counts up by one if `{controls[0]}` is "
                f"{int(up == controls[0])} and down by one if it is {int(down == controls[0])}.",
                f"`{controls[0]}` gives the direction of the counter `{q}` ("
                f"{int(up == controls[0])}: up, {int(down == controls[0])}: down); it moves by one "
                f"at each clock edge{on}.",
            )
        else:
            one = draw.say(
                f"at the clock edge `{q}` goes up by one if only `{controls[0]}` is 1, and down by "
                f"one if only `{controls[1]}` is 1; if both or none are 1 it does not change.",
                f"`{controls[0]}` increments and `{controls[1]}` decrements `{q}` at the clock "
                "edge; both together, like neither, leave it as it is.",
            )
        ends = (
            draw.say(
                f"It does not wrap: at {top} it cannot go up, at 0 it cannot go down.",
                f"The count saturates at {top} and at 0.",
            )
            if saturating
            else draw.say(
                f"Going up from {top} gives 0, going down from 0 gives {top}.",
                f"It wraps between 0 and {top} in both directions.",
            )
        )
        return [
            one,
            ends,
            "In other cycles it holds." if enable else "",
            f"`{high}` is 1 while the count is {top}, `{low}` while it is 0." if flags else "",
        ]

    title = f"{'saturating ' * saturating}up-down counter from 0 to {top}"
    runs = []
    for turn in range(6):
        for value in (1, 0):
            pins = (
                {controls[0]: value}
                if style == "direction"
                else {controls[0]: value, controls[1]: 1 - value}
            )
            row = {**pins, **(enable.row() if enable else {})}
            runs += [row] * (top + 3 if not turn else draw.int(1, 9))
    one = style == "direction"
    draw.tell(
        *told.up_down(
            draw.teller(),
            clocking,
            q=q,
            top=top,
            full=plain,
            saturating=saturating,
            up=up if one else controls[0],
            down=up if one else controls[1],
            start=start,
            gate=enable,
            flags=(high, low) if flags else None,
        )
    )
    return build(
        draw,
        UP_DOWN,
        clocking,
        modules=("updown_counter", "up_down", "level_counter", "bidir_counter"),
        ports=ports,
        body=body,
        title=title,
        terse=brief(title, rules),
        rules=rules,
        effect=f"sets `{q}` to {start}",
        choices={
            "width": width,
            "style": style,
            "saturating": saturating,
            "top": top,
            "start": start,
            "enable": enable.active_high if enable else None,
            "flags": flags,
            "up": up == controls[0],
        },
        directed=runs,
        random_rows=120,
        hold=dict.fromkeys(controls, 0.75),
        chances=enable.chances(0.8) if enable else None,
        reset_chance=0.01,
    )


UP_DOWN = Family("up_down_counter", Tier.INTERMEDIATE, _up_down)
FAMILIES = (BINARY, MODULO, UP_DOWN)
