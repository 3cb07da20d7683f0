"""Universal registers and rotators as people tell them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.told import _words_registers as words

_MODES: Mapping[str, tuple[str, ...]] = {
    "hold": ("hold", "no change", "keep"),
    "load": ("parallel load of `{data}`", "load `{data}`", "take `{data}`"),
    "clear": ("clear", "all zeros", "set to 0"),
    "left": (
        "shift left by one, serial bit `{lin}`",
        "left shift, `{lin}` into the LSB",
        "one place towards the MSB with `{lin}` filling bit 0",
    ),
    "right": (
        "shift right by one, serial bit `{rin}`",
        "right shift, `{rin}` into the MSB",
        "one place towards the LSB with `{rin}` filling bit {top}",
    ),
    "rotate left": ("rotate left by one", "circular shift left one place", "ROL 1"),
    "rotate right": ("rotate right by one", "circular shift right one place", "ROR 1"),
    "arithmetic right": ("arithmetic shift right by one", "ASR 1", "halve, signed (shift right)"),
    "invert": ("invert", "one's complement", "flip every bit"),
    "reverse": ("mirror the bit order", "bit reversal", "reverse all bits, MSB to LSB"),
    "preset": ("preset to all ones", "all ones", "set every bit"),
    "swap": ("swap the halves", "exchange upper and lower half", "rotate by half the width"),
}


def universal_shift(
    draw: Draw,
    clock: Clocking,
    width: int,
    q: str,
    select: str,
    data: str,
    lin: str,
    rin: str,
    modes: Sequence[str],
    count: int,
) -> tuple[str, str, str]:
    """A register with modes: short, by its purpose, with remarks."""
    wide = (count - 1).bit_length()

    def does(mode: str) -> str:
        return draw.choice(_MODES[mode]).format(data=data, lin=lin, rin=rin, top=width - 1)

    def listed() -> str:
        binary = draw.chance(0.5)
        mark = draw.say(" ", ": ", " = ", " -> ")
        return "; ".join(
            f"{f'{i:0{wide}b}' if binary else i}{mark}{does(m)}" for i, m in enumerate(modes)
        )

    def rest() -> str:
        if len(modes) == count:
            return ""
        return draw.say("Spare codes hold.", "All other codes: hold.", "Unlisted codes do nothing.")

    def time() -> str:
        return words.timing(draw, clock, f"`{q}`", "0")

    short = draw.say(
        f"{width}-bit universal register, mode on `{select}`: {listed()}. {rest()} {time()}",
        f"{time()} Register `{q}` with operation code `{select}`: {listed()}. {rest()}",
        f"`{q}`, per clock and by `{select}`: {listed()}. {rest()} {time()}",
        f"Multi-mode shift register. {listed()} (code is `{select}`). {rest()} {time()}",
        f"One register, {len(modes)} modes. `{select}` {listed()}. {time()} {rest()}",
        f"Clocked register doing what `{select}` says, {listed()}. {rest()} {time()}",
    )
    edge = words.edge(draw, clock)
    back = words.reset(draw, clock, f"`{q}`", "0")
    purpose = draw.say(
        f"A general-purpose register chip replaces several older ones. At {edge} it looks at "
        f"`{select}` and acts on `{q}`: {listed()}. {rest()} {back}",
        f"An arithmetic unit works serially and needs a register `{q}` that can be told at {edge} "
        f"what to do, `{select}` being the order: {listed()}. {rest()} {back}",
        f"A show of lamps: {width} lamps are wired to `{q}`, and a sequencer sends orders on "
        f"`{select}`, obeyed at {edge}. The orders: {listed()}. {rest()} {back}",
        f"Data must be brought into shape before it is sent. The workbench is `{q}`; steps are "
        f"done at {edge}, chosen by `{select}`: {listed()}. {rest()} {back}",
        f"In a teaching computer the register `{q}` executes micro-operations at {edge}. Codes on "
        f"`{select}`: {listed()}. {back} {rest()}",
    )
    rows = "\n".join(f"{i:0{wide}b} | {does(m)}" for i, m in enumerate(modes))
    remarks = draw.choice(
        (
            f"Register `{q}`, {width} bits. Codes of `{select}`:\n{rows}\n{rest()} {time()}",
            f"At {edge}, depending on `{select}`:\n"
            + words.points(
                draw, *(f"code {i}, {does(m)}" for i, m in enumerate(modes)), rest(), keep=True
            )
            + f"\n{back}",
            f"{time()} The register has these modes, selected with `{select}`: {listed()}. "
            f"{rest()}",
            words.points(
                draw,
                *(f"{does(m)} for `{select}` = {i}" for i, m in enumerate(modes)),
                rest(),
                time(),
            ),
            f"Exactly one operation is done per clock on `{q}`. {listed()}. These are the values "
            f"of `{select}`. {rest()} {time()}",
        )
    )
    return words.told(draw, short, purpose, remarks)


def rotator(
    draw: Draw,
    clock: Clocking,
    width: int,
    q: str,
    load: str,
    data: str,
    by: int,
    pins: Sequence[str],
    style: str,
    left_first: bool,
) -> tuple[str, str, str]:
    """A rotating register with enables, a direction or an amount."""
    first, second = ("left", "right") if left_first else ("right", "left")
    places = "one place" if by == 1 else f"{by} places"

    def acts() -> str:
        if style == "two enables":
            a, b = pins
            return draw.say(
                f"`{a}` rotates left by {places}, `{b}` right; with both it goes {first}, with "
                "neither it holds.",
                f"Left by {places} on `{a}`, right by {places} on `{b}`, {first} if both are set, "
                "hold if none.",
                f"Rotation is by {places}: `{a}` means left and `{b}` right, {first} having "
                "precedence. Otherwise hold.",
            )
        if style == "direction":
            en, way = pins
            return draw.say(
                f"When `{en}` is high it rotates by {places}, {first} for `{way}`=1 and {second} "
                "for 0; when low it holds.",
                f"`{en}` enables rotation by {places}; `{way}` high means {first}, low {second}. "
                "No enable, no change.",
                f"Turn by {places} while `{en}`=1, direction by `{way}` (1 {first}, 0 {second}), "
                "else hold.",
            )
        return draw.say(
            f"In every other cycle it rotates {first} by `{pins[0]}` places.",
            f"Without a load it is turned {first} by the amount `{pins[0]}` each clock, 0 meaning "
            "no change.",
            f"Otherwise rotate {first}, distance `{pins[0]}`, on every clock.",
        )

    def time() -> str:
        return words.timing(draw, clock, f"`{q}`", "0")

    into = draw.say(
        f"`{load}` loads `{data}` and has priority.",
        f"`{load}` high loads `{data}` instead of rotating.",
        f"Parallel load from `{data}` with `{load}`, stronger than rotation.",
    )
    short = draw.say(
        f"{width}-bit rotate register with synchronous load. {into} {acts()} {time()}",
        f"Circular shifter with storage, `{q}`. {into} {acts()} {time()}",
        f"{time()} Ring of {width} bits. {into} {acts()}",
        f"Loadable rotator `{q}`, clocked. {into} {acts()} {time()}",
        f"{words.an(width)} register that circulates its own bits. {into} {acts()} {time()}",
        f"Recirculating shift register on `{q}`, load synchronous. {time()} {into} {acts()}",
    )
    edge = words.edge(draw, clock)
    back = words.reset(draw, clock, f"`{q}`", "0")
    purpose = draw.say(
        f"A ring of {width} lamps shows `{q}`; a pattern is put in and then turned round the ring. "
        f"Everything happens at {edge}. {into} {acts()} {back}",
        f"A pattern generator repeats a word for ever by turning it. `{q}` is the word, and it "
        f"changes at {edge}. {into} {acts()} {back}",
        f"Round keys of a cipher are made by rotating a word `{q}` at {edge}. {into} {acts()} "
        f"{back}",
        f"A drum sequencer has {width} steps stored in `{q}` and turns the drum at {edge}. {into} "
        f"{acts()} {back}",
        f"Priorities among {width} users are made fair by turning a mask `{q}`. At {edge}: {into} "
        f"{acts()} {back}",
    )
    x, full = draw.bits(width), (1 << width) - 1
    n = by if style != "amount" else draw.int(1, width - 1)
    turn = n if left_first else width - n
    y = (x << turn | x >> (width - turn)) & full
    example = (
        f"{x:0{(width + 3) // 4}x} becomes {y:0{(width + 3) // 4}x} (hexadecimal) when turned "
        f"{first} by {n}"
    )
    remarks = draw.choice(
        (
            f"Rotating register, {width} bits.\n"
            + words.points(
                draw, into, acts(), words.ticks(draw, clock), back, f"example: {example}"
            ),
            f"{into} {acts()} No bit is ever lost by turning: {example}. {time()}",
            f"{time()} {into} {acts()} What is pushed out at one end comes in at the other.",
            words.points(
                draw,
                f"the contents are `{q}`",
                f"{into} {acts()}",
                time(),
                "left means towards the MSB",
                example,
            ),
            f"At {edge} `{q}` is loaded, turned or kept. {into} {acts()} {back} To check: "
            f"{example}.",
        )
    )
    return words.told(draw, short, purpose, remarks)
