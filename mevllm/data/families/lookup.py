"""Tables: synchronous ROM, and tables loaded serially and then looked up."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.phrases import (
    build,
    exhibit,
    gate,
    gated,
    joined,
    literal,
    spoken,
    table,
)
from mevllm.data.families.told import lookup as told
from mevllm.tiers import Tier


def _words(draw: Draw, width: int, count: int) -> list[int]:
    """Random words, or a progression, in which every bit takes both values."""
    top = (1 << width) - 1
    while True:
        start, step = draw.int(0, top), draw.int(1, top)
        words = draw.choice(
            (
                [draw.bits(width) for _ in range(count)],
                [draw.bits(width) for _ in range(count)],
                [(start + i * step) & top for i in range(count)],
                [step * (i + 1) * (i + 2) // 2 & top for i in range(count)],
            )
        )
        if all(len({w >> i & 1 for w in words}) == 2 for i in range(width)):
            return words


def _rom(draw: Draw) -> Design:
    """A small table read through a register, perhaps with a valid bit or a default."""
    a = draw.choice((2, 3, 3, 4))
    width = draw.choice((3, 4, 4, 7, 8, 8, 10, 12))
    full = draw.chance(0.65)
    depth = 1 << a
    filled = depth if full else draw.int(depth // 2 + 1, depth - 1)
    words = _words(draw, width, filled)
    default = 0 if full else draw.choice((0, (1 << width) - 1, draw.bits(width)))
    clocking = draw.clocking(reset=None)
    enable = gate(draw, 0.5)
    address = draw.name("addr", "address", "index", "sel")
    out = draw.name("data", "dout", "q", "value", "word")
    ports = [
        *clocking.ports,
        *([enable.port] if enable else []),
        port(address, "input", a, "which word"),
        port(out, "output", width, "the word, registered"),
    ]
    radix = draw.choice(("h", "d", "b"))

    def shown(value: int) -> str:
        if radix == "b":
            return f"{value:0{width}b}"
        return f"{value:0{(width + 3) // 4}x}" if radix == "h" else str(value)

    def verilog(value: int) -> str:
        return f"{width}'{radix}{shown(value)}"

    cases = [f"  {a}'d{i}: {out} <= {verilog(w)};" for i, w in enumerate(words)]
    if full:
        cases[-1] = f"  default: {out} <= {verilog(words[-1])};"
    else:
        cases.append(f"  default: {out} <= {verilog(default)};")
    step = "\n".join((f"case ({address})", *cases, "endcase"))
    listed = ", ".join(f"{i}: {verilog(w)}" for i, w in enumerate(words))
    rest = "" if full else f"For all other addresses the word is {verilog(default)}."

    def rules() -> list[str]:
        return [
            draw.say(
                f"the words at the addresses from 0 up are {', '.join(map(verilog, words))}.",
                f"the contents are {listed}.",
            ),
            rest,
            *timing(),
        ]

    def timing() -> list[str]:
        return [
            draw.say(
                f"`{out}` is a register that takes the word at address `{address}` at every clock "
                "edge",
                f"reading is synchronous: at every clock edge the word addressed by `{address}` is "
                f"put into the register `{out}`",
            )
            + (f" at which {enable.on}; otherwise it holds." if enable else "."),
        ]

    base_name = {"h": "hexadecimal", "d": "decimal", "b": "binary"}[radix]
    chart = exhibit(
        draw,
        clocking,
        "memory map",
        spoken(
            f"A read-only memory has the contents of the table, in {base_name} (addresses in "
            "decimal).",
            rest,
            *timing(),
        ),
        f"clears `{out}` to 0",
        table(draw, (address, "word"), [(i, shown(w)) for i, w in enumerate(words)]),
    )
    rest_of_it = None if full else default
    draw.tell(
        *told.rom(draw.teller(), clocking, address, out, width, words, rest_of_it, enable),
    )
    return build(
        draw,
        ROM,
        clocking,
        modules=("rom", "lookup_table", "table_rom", f"rom{depth}x{width}"),
        ports=ports,
        body=clocking.always(f"{out} <= {literal(width, 0)};", gated(enable, step)),
        title=f"synchronous ROM of {filled} words of {width} bits",
        terse=joined(
            f"{out} <= word at {address}" + (f" when {enable.on};" if enable else ";"),
            f"words: {listed}.",
            rest,
        ),
        intro=draw.say(f"Build a ROM with {filled} words of {width} bits.", "", "Write a table."),
        rules=rules,
        effect=f"clears `{out}` to 0",
        exhibits=(chart,),
        random_rows=160,
        chances=enable.chances() if enable else None,
        choices={
            "words": words,
            "width": width,
            "address": a,
            "default": default,
            "enable": enable.active_high if enable else None,
        },
    )


ROM = Family("rom", Tier.ADVANCED, _rom)

FAMILIES = (ROM,)
