"""Latches as people tell them."""

from __future__ import annotations

from mevllm.data.draw import Draw
from mevllm.data.families.told import _words_registers as words


def latch(
    draw: Draw,
    width: int,
    *,
    d: str,
    q: str,
    en: str,
    low: bool,
    separate: bool,
    clear: str,
    second: str,
    value: int,
) -> tuple[str, str, str]:
    """A level-sensitive D latch: short, by its purpose, with remarks."""
    level, other = ("low", "high") if low else ("high", "low")
    bit = 0 if low else 1
    if separate:
        return _bank(draw, width, d=d, q=q, en=en, bit=bit)
    size = words.an(width)
    state = "all ones" if value else "zero"
    both = f"`{en}` is {level} and `{second}` is high" if second else f"`{en}` is {level}"
    pins = f"`{en}`={bit} and `{second}`=1" if second else f"`{en}`={bit}"
    gate = f"the gate is `{en}`, active {level}"
    if second:
        gate = f"open only if `{en}` is {level} and `{second}` high at the same time"

    def wipe() -> str:
        return clear and draw.say(
            f"`{clear}`=1 overrides and makes `{q}` {state}.",
            f"Active-high clear `{clear}` dominates: `{q}` = {state}.",
            f"{'Preset' if value else 'Clear'} pin `{clear}` (active high, immediate, wins over "
            "the "
            f"gate): {state}.",
            f"Whatever the gate does, `{clear}` high gives {state}.",
        )

    short = draw.say(
        f"D latch, {width} bits wide; {gate}. {wipe()}",
        f"Transparent latch: `{d}` in, `{q}` out, transparent while {both}. {wipe()}",
        f"{size} level-sensitive latch from `{d}` to `{q}`. It is open while {both}, else it "
        f"holds. {wipe()}",
        f"{wipe()} Otherwise an ordinary D latch on `{d}`/`{q}`; {gate}.",
        f"Infer {size} latch, not a flop: `{q}` tracks `{d}` while {pins}. {wipe()}",
        f"I need a gated D latch with output `{q}`, following `{d}` whenever {both}. {wipe()}",
        f"`{q}` latches `{d}`. Transparent with {pins}, opaque otherwise. {wipe()}",
    )
    shut = draw.say("the last value stays", "it remembers what it saw last", "the output is frozen")
    purpose = draw.say(
        f"A multiplexed address/data bus needs its address kept. While {both}, the value on "
        f"`{d}` must appear at `{q}` straight away; in any other case {shut}. There is no clock "
        f"anywhere. {wipe()}",
        f"Think of a window in front of a row of memory cells. With {pins} the window is open and "
        f"`{q}` shows `{d}`, every change included. When it is shut, {shut}. {wipe()}",
        f"An output port of a small controller holds a pattern for some lamps. The pattern on "
        f"`{d}` passes to `{q}` as long as {both}; afterwards {shut}. Level-sensitive storage "
        f"is wanted, no edge. {wipe()}",
        f"For time borrowing between two pipeline stages we use latches. This one lets `{d}` "
        f"through to `{q}` for as long as {both} and holds its value for the rest of the time. "
        f"{wipe()}",
        f"A slow display should keep showing a reading. `{q}` copies the reading `{d}` "
        f"continuously while {both}; as soon as this is no longer so, {shut}. {wipe()}",
    )
    one, two, three = (draw.bits(width) for _ in range(3))
    open_pins = f"`{en}`={bit}" + f", `{second}`=1" * bool(second)
    open_pins += f", `{clear}`=0" * bool(clear)
    remarks = draw.choice(
        (
            f"{size} D latch.\n"
            + words.points(
                draw,
                f"no clock: `{q}` follows `{d}` as long as {both}",
                f"in all other cases the value is held{' (unless cleared)' if clear else ''}",
                wipe() or "",
                "the missing else branch is intended, a latch shall be inferred",
            ),
            f"Level-sensitive storage. With {open_pins} the output `{q}` is simply `{d}`. Example: "
            f"`{d}`={one} gives `{q}`={one}; `{d}` moves to {two}, `{q}` follows to {two}; now "
            f"`{en}` goes {other} and `{d}` becomes {three}: `{q}` remains {two}. "
            + (f"A 0 on `{second}` closes the latch just as well. " if second else "")
            + (wipe() or ""),
            f"Latch `{q}` with data `{d}`.\n"
            + words.points(
                draw,
                f"Transparent: {pins}.",
                "Opaque: every other combination; the stored word does not change.",
                f"`{second}` qualifies `{en}`; both are needed to let data through."
                if second
                else f"`{en}` is active {level} and level-sensitive.",
                wipe() or "There is no clear and no preset.",
            ),
            f"What is wanted is not a flip-flop. While {both}, any change of `{d}` is seen on "
            f"`{q}` at once. When `{en}` goes {other}"
            + (f" or `{second}` goes low" if second else "")
            + f", the value present at this moment is kept. {wipe()}",
            f"Storage element without clock, {width} bit.\n\nCondition to pass `{d}` on to `{q}`: "
            f"{pins}.\nOtherwise: keep.\n{wipe() or 'Nothing else influences it.'}",
        )
    )
    return words.told(draw, short, purpose, remarks)


def _bank(draw: Draw, width: int, *, d: str, q: str, en: str, bit: int) -> tuple[str, str, str]:
    level = "high" if bit else "low"
    short = draw.say(
        f"{width} independent D latches, one gate each: `{q}`[i] is transparent to `{d}`[i] while "
        f"`{en}`[i] is {level}.",
        f"Bank of single-bit transparent latches `{d}` to `{q}`; every bit has its own "
        f"active-{level} enable in `{en}`.",
        f"Per-bit latching. `{en}` is a vector of active-{level} gates, bit for bit with `{d}` "
        f"and `{q}`.",
        f"Latch each bit of `{d}` separately into `{q}`, open where `{en}` has a {bit}, no clock.",
        f"D latch array: where `{en}` is {bit}, `{q}` follows `{d}`; elsewhere the bits hold.",
        f"Bitwise gated latches, {width} of them, gates `{en}` {level}-active, no common enable.",
    )
    purpose = draw.say(
        f"A row of {width} indicator lamps, `{q}`, each with a hold of its own. A lamp shows the "
        f"sensor bit of `{d}` with the same index as long as its bit in `{en}` is {bit}; otherwise "
        "it keeps the last state. Nothing is clocked.",
        f"Every wire of `{d}` has its own sample-and-keep cell. The cell at position i lets its "
        f"bit through to `{q}` while `{en}`[i] is {level} and remembers it in the meantime; cells "
        "do not influence one another.",
        f"Output pins of a controller can be frozen one by one. Pin i of `{q}` copies `{d}`[i] "
        f"continuously whenever `{en}`[i]={bit}, and stays as it was when `{en}`[i]={1 - bit}. "
        "Plain level-sensitive latches.",
        f"To keep unused logic quiet, bits of `{d}` are isolated by latches. A bit of `{en}` at "
        f"{bit} opens the latch at its position, so that the data bit reaches `{q}`; at {1 - bit} "
        "the old bit is kept.",
        f"A debugger freezes chosen status bits. `{q}` is the frozen view of `{d}`: bits whose "
        f"`{en}` bit is {bit} are live, bits whose `{en}` bit is {1 - bit} keep their old value. "
        "There is no clock in this block.",
    )
    full = (1 << width) - 1
    old, data, mask = draw.bits(width), draw.bits(width), draw.bits(width)
    opened = mask if bit else mask ^ full
    new = (old & ~opened | data & opened) & full
    lit = f"{{:0{width}b}}"
    example = (
        f"`{q}` holds {lit.format(old)}, `{d}` is {lit.format(data)} and `{en}` becomes "
        f"{lit.format(mask)}: `{q}` turns into {lit.format(new)}"
    )
    remarks = draw.choice(
        (
            "Latches with individual enables.\n"
            + words.points(
                draw,
                f"`{en}`[i]={bit}: `{q}`[i] equals `{d}`[i] at all times",
                f"`{en}`[i]={1 - bit}: `{q}`[i] keeps its value",
                "no clock, no reset",
            ),
            f"Each of the {width} bits is a latch by itself. Example (binary): {example}. The "
            f"enables are {level}-active.",
            f"Do not use a common gate. Bit i of `{en}` belongs to bit i of `{d}` and `{q}`. A "
            f"{bit} makes this one bit transparent, a {1 - bit} makes it hold. In binary: "
            f"{example}.",
            words.points(
                draw,
                f"Data `{d}`, gates `{en}` (active {level}), stored bits `{q}`.",
                "All three vectors are used bit by bit, index by index.",
                "A closed latch ignores its data bit.",
                "Level-sensitive; latches are intended.",
            ),
            f"Storage is asynchronous here: while a gate bit in `{en}` is {level} the data bit "
            f"from `{d}` runs through to `{q}`; when the gate bit leaves this level the last data "
            f"bit stays. Check: {example} (binary).",
        )
    )
    return words.told(draw, short, purpose, remarks)
