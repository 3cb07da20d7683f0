"""Bit-serial arithmetic over streams of bits."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.phrases import (
    build,
    gate,
    gated,
    spoken,
)
from mevllm.data.families.told import serial_streams as tellings
from mevllm.tiers import Tier

_OPERATIONS = ("add", "subtract", "negate", "increment", "compare", "parity", "double")


def _serial_arithmetic(draw: Draw) -> Design:
    """Arithmetic on numbers that arrive one bit at a time, least significant bit first."""
    kind = draw.choice(_OPERATIONS)
    registered = draw.chance(0.55) and kind not in ("parity", "compare")
    clocking = draw.clocking(reset=True)
    enable = gate(draw, 0.35)
    restarts = draw.chance(0.6)
    first = draw.name("first", "start", "lsb", "sync", "new_word") if restarts else ""
    two = kind in ("add", "subtract", "compare")
    a = draw.name("a", "x", "in_a", "bit_a") if two else draw.name("bit")
    b = draw.name("b", "y", "in_b", "bit_b") if two else ""
    carry = draw.name("carry", "c", "state", "cy")
    out = draw.name("s", "out", "sum_bit", "result", "z", "q")
    greater = draw.name("a_gt_b", "gt", "greater") if kind == "compare" else ""
    equal = draw.name("a_eq_b", "eq", "equal") if kind == "compare" else ""
    ports = [
        *clocking.ports,
        *([enable.port] if enable else []),
        *([port(first, "input", 1, "marks the first bit of a number")] if first else []),
        port(a, "input", 1, "serial input"),
        *([port(b, "input", 1, "serial input")] if b else []),
        *(
            [port(greater, "output"), port(equal, "output")]
            if kind == "compare"
            else [port(out, "output", 1, "serial result")]
        ),
    ]
    begin = {"subtract": 0, "add": 0, "negate": 1, "increment": 1, "double": 0}.get(kind, 0)
    held = f"({first} ? 1'b{begin} : {carry})" if first else carry
    lines: list[str] = []
    told: list[str]
    odd = draw.chance(0.5)
    if kind == "parity":
        seed = 0 if odd else 1
        held = f"({first} ? 1'b{seed} : {out})" if first else out
        lines.append(
            clocking.always(f"{out} <= 1'b{seed};", gated(enable, f"{out} <= {held} ^ {a};"))
        )
        level = "odd" if odd else "even"
        told = [
            f"`{out}` is a register that tells whether the number of ones received "
            + ("in the present number" if first else "since the reset")
            + f" is {level}: it is 1 after a bit if that number, this bit included, is {level}."
        ]
        effect = f"sets `{out}` to {seed}"
        kind = f"{kind} {level}"
    elif kind == "compare":
        kept = f"({first} ? 1'b0 : {greater})" if first else greater
        same = f"({first} ? 1'b1 : {equal})" if first else equal
        step = f"{greater} <= ({a} ^ {b}) ? {a} : {kept};\n{equal} <= {same} & ~({a} ^ {b});"
        msb = draw.chance(0.5)
        if msb:
            step = (
                f"{greater} <= {kept} | ({same} & {a} & ~{b});\n{equal} <= {same} & ~({a} ^ {b});"
            )
        lines.append(clocking.always(f"{greater} <= 1'b0;\n{equal} <= 1'b1;", gated(enable, step)))
        told = [
            f"two unsigned numbers arrive on `{a}` and `{b}`, one bit of each at a time, "
            f"{'most' if msb else 'least'} significant bit first.",
            f"`{greater}` and `{equal}` are registers: after each bit they tell whether the part "
            f"of the number on `{a}` received so far is greater than, or equal to, that on `{b}`.",
        ]
        effect = f"sets `{greater}` to 0 and `{equal}` to 1"
        kind = f"{kind} {'msb' if msb else 'lsb'}"
    else:
        result, following, told = {
            "add": (
                f"{a} ^ {b} ^ {{c}}",
                f"({a} & {b}) | ({a} & {{c}}) | ({b} & {{c}})",
                [f"the sum of the two unsigned numbers on `{a}` and `{b}`"],
            ),
            "subtract": (
                f"{a} ^ {b} ^ {{c}}",
                f"(~{a} & {b}) | (~{a} & {{c}}) | ({b} & {{c}})",
                [f"the difference `{a}` - `{b}` of the two numbers, in two's complement"],
            ),
            "negate": (
                f"~{a} ^ {{c}}",
                f"~{a} & {{c}}",
                [f"the two's complement (the negative) of the number on `{a}`"],
            ),
            "increment": (
                f"{a} ^ {{c}}",
                f"{a} & {{c}}",
                [f"the number on `{a}` plus one"],
            ),
            "double": (
                f"{a} ^ {{c}}",
                f"{a}",
                [f"the number on `{a}` shifted left by one (its double): first a 0, then its bits"],
            ),
        }[kind]
        use = held
        if first and kind != "double":
            now = draw.name("cin", "carry_now", "used")
            lines.append(f"  wire {now} = {first} ? 1'b{begin} : {carry};")
            use = now
        lines.insert(0, f"  reg {carry};")
        bit = result.format(c=use)
        step = f"{carry} <= {following.format(c=use)};"
        if kind == "double":
            bit = use
        zero = f"{carry} <= 1'b{begin};"
        if registered:
            lines.append(
                clocking.always(
                    f"{zero}\n{out} <= 1'b0;", gated(enable, f"{out} <= {bit};\n{step}")
                )
            )
        else:
            lines.append(clocking.always(zero, gated(enable, step)))
            lines.append(f"  assign {out} = {bit};")
        told = [
            "numbers arrive one bit at a time, least significant bit first; they may have any "
            "length.",
            f"the bits on `{out}` are those of {told[0]}, in the same order"
            + (
                ": at the clock edge that takes an input bit, "
                f"`{out}` (a register) receives the result bit of the same place."
                if registered
                else f": `{out}` is combinational and shows, together with an input bit, the "
                "result bit of the same place."
            ),
            "what goes over from place to place is kept in a flip-flop; without a new number it "
            "carries on forever."
            if not first
            else "",
        ]
        effect = "makes the next bit the first one of a number" + (
            f" and clears `{out}`" if registered else ""
        )
    at = f"every clock edge at which {enable.on}" if enable else "every clock edge"
    stored = registered or kind.startswith(("parity", "compare"))
    useless = f" (it has no effect at an edge at which {enable.off})" if enable and stored else ""

    def rules() -> list[str]:
        return [
            *told,
            f"a bit is taken at {at}"
            + (f"; while {enable.off} all registers hold." if enable else "."),
            f"`{first}` is 1 together with the first bit of a number; what came before is then "
            f"forgotten{useless}."
            if first
            else "",
            "after the reset comes the first bit of a number"
            + (f", also without `{first}`." if first else "."),
        ]

    names = {
        "add": "adder",
        "subtract": "subtractor",
        "negate": "two's complementer",
        "increment": "incrementer",
        "double": "doubler",
    }
    name = names.get(kind, "comparator" if "compare" in kind else "parity generator")
    draw.tell(
        *tellings.serial_arithmetic(
            draw.teller(),
            clocking,
            kind=kind,
            a=a,
            b=b,
            out=out,
            greater=greater,
            equal=equal,
            first=first,
            enable=enable,
            registered=registered,
        )
    )
    return build(
        draw,
        SERIAL_ARITHMETIC,
        clocking,
        modules=(f"serial_{name.split()[-1]}", "serial_unit", "bit_serial"),
        ports=ports,
        body="\n".join(lines),
        title=f"bit-serial {name}",
        terse=spoken(*rules()),
        intro=draw.say(f"Design a bit-serial {name}.", "The data come bit by bit.", ""),
        rules=rules,
        effect=effect,
        chances={first: 0.15, **(enable.chances() if enable else {})},
        reset_chance=0.06,
        choices={
            "kind": kind,
            "registered": registered,
            "first": bool(first),
            "enable": enable.active_high if enable else None,
        },
    )


SERIAL_ARITHMETIC = Family("serial_arithmetic", Tier.ADVANCED, _serial_arithmetic)

FAMILIES = (SERIAL_ARITHMETIC,)
