"""Shift registers and delay lines as people tell them."""

from __future__ import annotations

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.phrases import Gate
from mevllm.data.families.told import _words_registers as words


def shift_register(
    draw: Draw,
    clock: Clocking,
    width: int,
    *,
    left: bool,
    fill: str,
    load: str,
    data: str,
    load_first: bool,
    q: str,
    out: str,
    gate: Gate | None,
    start: str,
) -> tuple[str, str, str]:
    """A shift register; `q` or `out` is empty where not shown, `fill` a bit or a name."""
    top = width - 1
    leaving, entering = (top, 0) if left else (0, top)
    way = "left" if left else "right"
    toward = "MSB" if left else "LSB"
    fixed = fill in ("0", "1")
    source = f"a constant {fill}" if fixed else f"`{fill}`"
    reg = f"`{q}`" if q else "the register"

    def time() -> str:
        return words.timing(draw, clock, reg, start)

    def moves() -> str:
        if fixed:
            return draw.say(
                f"shifts {way} by one, filling with {fill}",
                f"moves one place towards the {toward}, a {fill} entering at bit {entering}",
                f"shifts one bit {way}, vacated bit = {fill}",
            )
        return draw.say(
            f"shifts {way} by one with `{fill}` as serial input",
            f"moves one place towards the {toward}, `{fill}` entering at bit {entering}",
            f"takes in `{fill}` at bit {entering} and shifts {way}",
        )

    def when() -> str:
        shift = f"it {moves()}"
        if not load:
            if not gate:
                return draw.say(f"Every clock {shift}.", f"{shift}, each clock.")
            return draw.say(
                f"When {words.on(draw, gate)} {shift}, otherwise it holds.",
                f"{shift} while {words.on(draw, gate)}; else no change.",
            )
        into = f"`{load}` loads `{data}`"
        if not gate:
            return draw.say(
                f"{into} in parallel; in all other cycles {shift}.",
                f"With `{load}` high `{data}` is loaded, else {shift}.",
            )
        if load_first:
            return draw.say(
                f"{into}, else if {words.on(draw, gate)} {shift}, else hold.",
                f"Parallel load of `{data}` by `{load}` beats shifting. When only "
                f"{words.on(draw, gate)}, {shift}. Neither: hold.",
            )
        return draw.say(
            f"If {words.on(draw, gate)} {shift}; otherwise, if `{load}` is high, `{data}` is "
            "loaded; otherwise hold.",
            f"Shifting beats loading: when {words.on(draw, gate)} {shift}. `{load}` loads `{data}` "
            "only in a cycle without a shift. Neither: hold.",
        )

    def shown() -> str:
        if not out:
            return ""
        inner = "" if q else " The register itself is internal."
        return (
            draw.say(
                f"Serial output `{out}` is bit {leaving}.",
                f"`{out}` shows bit {leaving}, the next to drop out.",
                f"`{out}` = bit {leaving} of the register, unregistered.",
            )
            + inner
        )

    kind = ("PI" if load else "") + ("" if fixed else "SI")
    kind = {"SI": "serial-in", "PI": "parallel-load", "PISI": "loadable serial-in"}[kind]
    short = draw.say(
        f"{width}-bit {way}-shift register, {kind}. {when()} {time()} {shown()}",
        f"{kind} shift register, {width} stages. {when()} {shown()} {time()}",
        f"{time()} {reg} has {width} bits. {when()} {shown()}",
        f"{when()} That is {words.an(width)} shift register{', ' + reg if q else ''}. {time()} "
        f"{shown()}",
        f"Shift register towards the {toward}: {width} flops. {shown()} {when()} {time()}",
        f"Chain of {width} flip-flops, bit {entering} first, bit {leaving} last. {when()} {time()} "
        f"{shown()}",
    )
    edge = words.edge(draw, clock)
    back = words.reset(draw, clock, reg, start)
    port = f"`{q}`" if q else "a hidden register"
    ends = "at the end where the data leave" if out else "in parallel"
    if fixed:
        stories = (
            f"A bit-serial transmitter gets a word in parallel and sends it off bit by bit. Its "
            f"{width}-bit store is {port}. At {edge}: {when()} {shown()} {back}",
            f"A thermometer-like lamp bar of {width} lamps, held in {port}, is set and then runs "
            f"out. At {edge}: {when()} {shown()} {back}",
            f"Multiplication and division by two of a stored number are done by moving it. {port} "
            f"acts at {edge}. {when()} {shown()} {back}",
            f"A countdown by shifting: a pattern is put into {port} and pushed out. At {edge}: "
            f"{when()} {back} {shown()}",
            f"An output expander driver keeps the {width} bits still to be sent in {port}. At "
            f"{edge}: {when()} {shown()} {back}",
        )
    else:
        stories = (
            f"A receiver collects bits that arrive one by one on {source} in {port}, {width} of "
            f"them, read {ends}. At {edge}: {when()} {shown()} {back}",
            f"The last {width} samples of a one-bit sensor, {source}, are kept in {port}, the "
            f"newest in bit {entering}. At {edge}: {when()} {shown()} {back}",
            f"Moving lights: {width} lamps follow {port}, and a light put in with {source} wanders "
            f"{way}. At {edge}: {when()} {back} {shown()}",
            f"A scan chain of {width} cells, {port}, fed by {source}. At {edge}: {when()} "
            f"{shown()} "
            f"{back}",
            f"On a conveyor with {width} places the presence of parts is followed by {port}; what "
            f"comes on the belt is {source}. At {edge}: {when()} {shown()} {back}",
        )
    x = draw.bits(width)
    bit = int(fill) if fixed else draw.int(0, 1)
    full = (1 << width) - 1
    y = (x << 1 | bit) & full if left else x >> 1 | bit << top
    given = "" if fixed else f" with `{fill}`={bit}"
    example = f"{x:0{width}b} becomes {y:0{width}b} by one shift{given}"
    remarks = draw.choice(
        (
            f"{words.an(width)} {kind} register that shifts {way}.\n"
            + words.points(
                draw, when(), shown(), words.ticks(draw, clock), back, f"example: {example}"
            ),
            f"{when()} In binary, {example}. {time()} {shown()}",
            f"{time()} The direction is {way}, that is, from bit {entering} to bit {leaving}. "
            f"{when()} {shown()}",
            words.points(
                draw,
                f"length {width}",
                f"bit {entering} is the entrance, fed by {source}",
                f"bit {leaving} is the exit" + (f", seen on `{out}`" if out else ""),
                when(),
                time(),
                "" if q else "the contents are not a port of their own",
            ),
            f"At {edge} one of these happens. {when()} Example of a shift: {example}. {shown()} "
            f"{back}",
        )
    )
    return words.told(draw, short, draw.choice(stories), remarks)


def delay_line(
    draw: Draw,
    clock: Clocking,
    width: int,
    *,
    stages: int,
    data: str,
    out: str,
    tap: str,
    vin: str,
    vout: str,
    gate: Gate | None,
) -> tuple[str, str, str]:
    """A word delayed by some cycles: short, by its purpose, with remarks."""
    word = "bit" if width == 1 else f"{width}-bit word"

    def time() -> str:
        return words.timing(draw, clock, "all stages", "0")

    def run() -> str:
        return words.enabled(draw, gate)

    def look() -> str:
        if tap:
            return draw.say(
                f"`{tap}` picks the stage shown on `{out}`, 0 being the newest and {stages - 1} "
                "the oldest; the pick is combinational.",
                f"`{out}` is a multiplexer over the stages: `{tap}`=0 gives the first register, "
                f"`{tap}`={stages - 1} the last.",
                f"Tap n of the line (n = `{tap}`, so a delay of n+1 clocks) goes straight to "
                f"`{out}`.",
            )
        return draw.say(
            f"`{out}` is the last stage.",
            f"The end of the chain is `{out}`.",
            f"After {stages} registers it comes out on `{out}`.",
        )

    def mate() -> str:
        if not vin:
            return ""
        return draw.say(
            f"`{vin}` is delayed alongside to `{vout}`.",
            f"Valid bit: `{vin}` in, `{vout}` out, same latency.",
            f"`{vout}` is `{vin}` with the same delay.",
        )

    short = draw.say(
        f"Delay line of {stages} stages for `{data}`. {look()} {run()} {mate()} {time()}",
        f"`{data}` through {stages} flops in series{' per bit' * (width > 1)}. {look()} {mate()} "
        f"{time()} {run()}",
        f"{time()} {stages}-deep {word} pipeline fed by `{data}`. {look()} {run()} {mate()}",
        f"Word-wide shift chain, depth {stages}, `{data}` going in. {run()} {look()} {mate()} "
        f"{time()}"
        if width > 1
        else f"Serial shift chain, depth {stages}, `{data}` going in. {run()} {look()} {mate()} "
        f"{time()}",
        f"Pure delay, {stages} register stages after `{data}`. {mate()} {look()} {time()} {run()}",
        f"History of `{data}`, {stages} deep. {look()} {mate()} {run()} {time()}",
    )
    edge = words.edge(draw, clock)
    back = words.reset(draw, clock, "all stages", "0")
    purpose = draw.say(
        f"An echo unit keeps what came in lately. At {edge} `{data}` enters the first of {stages} "
        f"registers and every one hands its {word} on to the next. {look()} {run()} {mate()} "
        f"{back}",
        f"A side path must wait for a slower main path, so `{data}` is led through {stages} "
        f"registers that advance at {edge}. {look()} {mate()} {run()} {back}",
        f"Parts on a belt pass {stages} stations; the description of a part, `{data}`, has to "
        f"travel along. It moves one station at {edge}. {look()} {run()} {back} {mate()}",
        f"For comparing a signal with its own past, {stages} old values of `{data}` are kept, "
        f"pushed on at {edge}. {look()} {run()} {mate()} {back}",
        f"Lining up two sensors of different speed: the quick one, `{data}`, is put through a "
        f"chain of {stages} registers working at {edge}. {look()} {run()} {back} {mate()}",
    )
    values = [draw.bits(width) for _ in range(stages)]
    seen = f"after {', '.join(map(str, values))} were sampled in this order, " + (
        f"`{tap}`=0 shows {values[-1]} and `{tap}`={stages - 1} shows {values[0]}"
        if tap
        else f"`{out}` shows {values[0]}"
    )
    remarks = draw.choice(
        (
            f"{stages}-stage delay.\n"
            + words.points(
                draw,
                f"what is delayed: `{data}`",
                look(),
                run(),
                mate(),
                words.ticks(draw, clock),
                back,
            ),
            f"`{data}` is sampled at {edge} and shifted through {stages} registers. {look()} "
            f"{run()} Example: {seen}. {mate()} {back}",
            f"{time()} The line is {stages} registers long. {look()} {run()} {mate()} Check: "
            f"{seen}.",
            words.points(
                draw,
                f"depth {stages}, each stage holds one {word}",
                f"the first stage samples `{data}`, the others their predecessor",
                look(),
                f"{run()} {mate()}",
                time(),
            ),
            f"Feed `{data}` in and watch: {seen}. {look()} {run()} {mate()} {time()}",
        )
    )
    return words.told(draw, short, purpose, remarks)
