"""Flip-flops and registers as people tell them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.phrases import Gate
from mevllm.data.families.told import _words_registers as words


def _value(literal: str) -> str:
    """The reset value as told: 0 for every zero."""
    return "0" if literal.split("'")[-1] in ("b0", "d0") else literal


def flip_flop(
    draw: Draw,
    clock: Clocking,
    width: int,
    d: str,
    q: str,
    gate: Gate | None,
    literal: str,
    other: str,
) -> tuple[str, str, str]:
    """A D flip-flop or register: short, by its purpose, with remarks."""
    value = _value(literal)
    noun = "D flip-flop" if width == 1 else f"{width}-bit register"
    a_noun = "a D flip-flop" if width == 1 else words.an(width) + " register"

    def time() -> str:
        return words.timing(draw, clock, f"`{q}`", value)

    def run() -> str:
        return words.enabled(draw, gate)

    def inverse() -> str:
        if not other:
            return ""
        return draw.say(
            f"`{other}` is the inverted output.",
            f"Complement of `{q}` on `{other}`.",
            f"Also provide `{other}` = ~`{q}`.",
            f"`{other}` always shows `{q}` inverted.",
        )

    kind = ("enable " if gate else "") + ("DFF" if width == 1 else "register")
    short = draw.say(
        f"{noun}, data `{d}`, output `{q}`. {run()} {time()} {inverse()}",
        f"Register `{d}` into `{q}`. {time()} {run()} {inverse()}",
        f"{time()} Plain {kind}: `{d}` to `{q}`. {run()} {inverse()}",
        f"`{q}` is `{d}` delayed by one clock. {run()} {time()} {inverse()}"
        if not gate
        else f"`{q}` loads `{d}` when {words.on(draw, gate)}, else holds. {time()} {inverse()}",
        f"Edge-triggered storage for {width} bit{'s' * (width > 1)}; `{q}` samples `{d}`. {run()} "
        f"{inverse()} {time()}",
        f"{kind} with D=`{d}`, Q=`{q}`. {inverse()} {time()} {run()}",
        f"Infer {a_noun} from `{d}` to `{q}`. {time()} {run()} {inverse()}",
    )
    sample = f"at {words.edge(draw, clock)}" + (
        f", provided {words.on(draw, gate)}," if gate else ""
    )
    idle = f" If {words.off(draw, gate)} the old contents stay." if gate else ""
    back = words.reset(draw, clock, f"`{q}`", value)
    thing = "bit" if width == 1 else "word"
    purpose = draw.say(
        f"Between two blocks of logic a pipeline register is needed. The {thing} `{d}` is taken "
        f"over {sample} and stands at `{q}` for the following stage.{idle} {back} {inverse()}",
        f"A {thing} from a keypad is to be kept while the program looks at it. `{q}` takes `{d}` "
        f"{sample} and does not react to it in between.{idle} {back} {inverse()}",
        f"The setting of a valve is held in this block. A new setting `{d}` becomes effective on "
        f"`{q}` {sample} and not earlier.{idle} {inverse()} {back}",
        f"To get rid of glitches, the output of some logic, `{d}`, is sampled {sample} and only "
        f"the clean copy `{q}` leaves the chip.{idle} {back} {inverse()}",
        f"One line of state for a controller: next state on `{d}`, present state on `{q}`. They "
        f"change hands {sample} as usual.{idle} {back} {inverse()}",
    )
    x, y = draw.bits(width), draw.bits(width)
    condition = f" with {words.polarity(gate)}" if gate else ""
    stay = f" An edge with {words.off(draw, gate)} leaves {x} in place." if gate else ""
    example = f"`{d}` is {x} at one active edge{condition}, so `{q}` shows {x} after it."
    remarks = draw.choice(
        (
            f"{noun}.\n"
            + words.points(
                draw,
                words.ticks(draw, clock),
                back or "there is no reset, so the contents are unknown until the first load",
                run() or f"`{d}` is stored at every active edge",
                inverse(),
                f"between active edges nothing that `{d}` does can be seen at `{q}`",
            ),
            f"`{q}` remembers `{d}`. {time()} {run()} {example} When `{d}` goes to {y} a moment "
            f"later, `{q}` is still {x}.{stay} {inverse()}",
            f"Behaviour at {words.edge(draw, clock)}: `{q}` := `{d}`"
            + (f" if {words.on(draw, gate)}, otherwise no change. " if gate else ". ")
            + f"{back or 'No reset is provided.'} {inverse()}",
            words.points(
                draw,
                f"stored value: `{q}`",
                f"data: `{d}`",
                run() or "no enable, it samples each time",
                time(),
                inverse(),
            ),
            f"Everything in one sentence: {a_noun} that samples `{d}`"
            + (f", with {words.polarity(gate)} required for it," if gate else "")
            + f" and drives `{q}`. {time()} {inverse()}",
        )
    )
    return words.told(draw, short, purpose, remarks)


_TIES: Mapping[str, tuple[str, ...]] = {
    "sr set": ("set wins over reset", "both at 1 means set", "set-dominant"),
    "sr reset": ("reset input wins over set", "both at 1 means 0", "reset-dominant"),
    "sr hold": (
        "both at 1: hold, just as with both at 0",
        "if both are 1 nothing changes",
        "the pair 11 is treated like 00, that is, hold",
    ),
}


def toggle(
    draw: Draw, clock: Clocking, kind: str, width: int, one: str, two: str, q: str, literal: str
) -> tuple[str, str, str]:
    """T, JK and SR flip-flops: short, by their purpose, with remarks."""
    value = _value(literal)
    letters = {"t": "T", "jk": "JK"}.get(kind, "clocked SR")
    tie = draw.choice(_TIES[kind]) if kind in _TIES else ""
    many = width > 1
    pins = f"`{one}`" if kind == "t" else f"`{one}` and `{two}`"
    lanes = (
        draw.say(
            f"There are {width} of them side by side, bit by bit.",
            f"{width} independent bits.",
            "Each bit position works for itself.",
        )
        if many
        else ""
    )

    def time() -> str:
        return words.timing(draw, clock, f"`{q}`", value)

    roles = {
        "t": f"toggle input `{one}`",
        "jk": f"J=`{one}`, K=`{two}`",
    }.get(kind, f"S=`{one}`, R=`{two}`, {tie}")
    acts = {
        "t": f"flips when `{one}` is 1 and holds when it is 0",
        "jk": f"is set by `{one}`, cleared by `{two}`, toggled by both and left alone by neither",
    }.get(kind, f"is set by `{one}` and cleared by `{two}`, holding with neither ({tie})")
    s = "s" if many else ""
    short = draw.say(
        f"{letters} flip-flop{s}, {roles}, output `{q}`. {lanes} {time()}",
        f"{time()} {letters}-type flip-flop{s} on {pins}: {roles}. {lanes}",
        f"`{q}` {acts}, clocked. {lanes} {time()}",
        f"Write {'a bank of ' if many else 'a '}{letters} flip-flop{s} ({roles}), Q is `{q}`. "
        f"{lanes} {time()}",
        f"Bistable, edge-triggered, {letters} kind. {roles}. {lanes} {time()}",
        f"{letters} behaviour on `{q}`: it {acts}. {lanes} {time()}",
    )
    edge = words.edge(draw, clock)
    back = words.reset(draw, clock, f"`{q}`", value)
    lamp = "Each lamp" if many else "The lamp"
    stories = {
        "t": (
            f"A lamp button: a press seen at {edge} (`{one}` = 1) changes the lamp `{q}` from off "
            f"to on or back; without a press it stays. {lanes} {back}",
            f"Frequency halving on demand: as long as `{one}` is 1, `{q}` inverts at {edge}, so it "
            f"runs at half the clock rate; at 0 it rests. {lanes} {back}",
            f"A ping-pong memory alternates between two halves. `{q}` tells which half is in use, "
            f"and `{one}`=1 at {edge} swaps them; 0 keeps the choice. {lanes} {back}",
            f"Line encoding by transitions: a 1 on `{one}` becomes a change of level on `{q}` at "
            f"{edge}, a 0 becomes no change. {lanes} {back}",
            f"Stage of a synchronous counter: carry comes in as `{one}`, and the stage `{q}` "
            f"flips at {edge} if there is a carry and keeps its value if not. {lanes} {back}",
        ),
        "jk": (
            f"Old TTL boards used these everywhere: `{q}` goes to 1 for `{one}` alone, to 0 for "
            f"`{two}` alone, inverts for both, and rests for neither, always at {edge}. {lanes} "
            f"{back}",
            f"{lamp} `{q}` has an on button `{one}` and an off button `{two}`, sampled at {edge}. "
            f"Pressing both together changes on to off and off to on. No press, no change. {lanes} "
            f"{back}",
            f"Replacement for a JK part in a relic controller; J is wired to `{one}`, K to `{two}`,"
            f" Q to `{q}`. It acts at {edge}. {lanes} {back}",
            f"A token `{q}` is taken with `{one}`, given away with `{two}`, and exchanged (its "
            f"presence inverts) when both happen at {edge}. Else it stays. {lanes} {back}",
            f"One bit of a general counter cell: {roles}; the usual four JK functions hold, reset, "
            f"set, toggle at {edge}. {lanes} {back}",
        ),
    }.get(
        kind,
        (
            f"An alarm memory: `{one}` raises the alarm `{q}`, `{two}` acknowledges it, both "
            f"sampled at {edge}; {tie}. Without either it remembers. {lanes} {back}",
            f"A motor contactor with start button `{one}` and stop button `{two}`, running state "
            f"`{q}`. Sampled at {edge}. {tie}. No button: no change. {lanes} {back}",
            f"A busy flag `{q}` is set by a request `{one}` and dropped by a completion `{two}` at "
            f"{edge}. {tie}; with neither the flag is kept. {lanes} {back}",
            f"Occupied/free bookkeeping: `{one}` marks the place `{q}` as taken, `{two}` as free. "
            f"It happens at {edge}, and {tie}; nothing asked, nothing changed. {lanes} {back}",
            f"Window of a measurement: `{one}` opens it, `{two}` closes it, `{q}`=1 while open. "
            f"Decision at {edge}; {tie}. Otherwise the window stays as it is. {lanes} {back}",
        ),
    )
    both = {"jk": "toggle", "sr set": "set", "sr reset": "clear", "sr hold": "hold"}.get(kind, "")
    table = (
        f"`{one}`=0 hold, `{one}`=1 invert"
        if kind == "t"
        else f"`{one}``{two}`: 00 hold, 01 clear, 10 set, 11 {both}".replace("``", "`,`")
    )
    state = start = draw.int(0, 1)
    trace = []
    for _ in range(4):
        x, y = draw.int(0, 1), draw.int(0, 1)
        if kind == "t":
            state ^= x
            trace.append(f"{x} -> {state}")
            continue
        tied = {"jk": 1 - state, "sr set": 1, "sr reset": 0}.get(kind, state)
        state = tied if x and y else 1 if x else 0 if y else state
        trace.append(f"{x}{y} -> {state}")
    label = "a bit" if many else f"`{q}`"
    example = f"starting at {start}, successive edges give {label} as follows: {', '.join(trace)}"
    remarks = draw.choice(
        (
            f"{letters} flip-flop{s} with output `{q}`.\n"
            + words.points(draw, table, lanes, words.ticks(draw, clock), back),
            f"Function table, {table}. {lanes} {time()}",
            f"{time()} The register `{q}` {acts}. {lanes} Example, {pins} and the outcome: "
            f"{example}.",
            words.points(
                draw, f"kind: {letters} flip-flop", f"pins: {roles}", lanes, time(), example
            ),
            f"Q is `{q}`. At {edge}: {table}. {lanes} {back or 'It has no reset.'}",
        )
    )
    return words.told(draw, short, draw.choice(stories), remarks)


_NEXT: Mapping[str, tuple[str, ...]] = {
    "xor": ("`{a}` XOR `{q}`", "`{q}` toggled where `{a}` is 1"),
    "xnor": ("`{a}` XNOR `{q}`", "`{q}` inverted where `{a}` is 0"),
    "and": ("`{a}` AND `{b}`", "`{a}` & `{b}`"),
    "nor": ("`{a}` NOR `{b}`", "~(`{a}` | `{b}`)"),
    "or inverted": ("`{a}` OR NOT `{b}`", "`{a}` | ~`{b}`"),
    "mask": (
        "(`{q}` AND NOT `{a}`) OR `{b}`",
        "`{q}` with `{a}` marking bits to clear and `{b}` bits to set (set wins)",
    ),
    "mux": ("`{a}` if `{s}` else `{b}`", "a 2:1 mux, `{s}`=1 picks `{a}`, 0 picks `{b}`"),
    "mux hold": (
        "`{a}` when `{s}` is high, unchanged when low",
        "`{a}` if `{s}`=1; with `{s}`=0 it holds",
    ),
    "mux xor": (
        "`{a}` XOR `{q}` when `{s}` is 1, plain `{a}` when it is 0",
        "`{a}`, exclusive-ored with `{q}` only if `{s}` is high",
    ),
    "mux or": (
        "`{q}` OR `{a}` when `{s}`=1 (bits accumulate), `{b}` when `{s}`=0",
        "if `{s}` is high the old `{q}` with the ones of `{a}` added, else `{b}`",
    ),
    "invert": (
        "~`{q}` while `{s}` is high, otherwise `{a}`",
        "`{a}` if `{s}` is low, the inverse of `{q}` if high",
    ),
}


def logic_flop(
    draw: Draw,
    clock: Clocking,
    kind: str,
    width: int,
    pins: Sequence[str],
    q: str,
    literal: str,
    after: str,
) -> tuple[str, str, str]:
    """A register with logic at its input; `pins` are a, b, s. Silent for two multiplexers."""
    if kind not in _NEXT:
        return "", "", ""
    a, b, s = pins[:3]
    value = _value(literal)

    def source() -> str:
        return draw.choice(_NEXT[kind]).format(a=a, b=b, s=s, q=q)

    def time() -> str:
        return words.timing(draw, clock, f"`{q}`", value)

    also = ""
    if after:
        also = f"`{after}` = NOT `{q}`." if width == 1 else f"`{after}` = OR of all bits of `{q}`."
        also += draw.say(" It is combinational.", " That one is not registered.", "")
    wide = "" if width == 1 else draw.say("Bitwise.", "Bit by bit.", f"All {width} bits alike.")
    thing = "flip-flop" if width == 1 else f"{width}-bit register"
    short = draw.say(
        f"{thing} `{q}`, D = {source()}. {wide} {time()} {also}",
        f"{time()} Register {source()} in `{q}`. {wide} {also}",
        f"`{q}` next = {source()}. {wide} {also} {time()}",
        f"Logic, then a {thing}: {source()} ends up in `{q}`. {wide} {time()} {also}",
        f"In front of the {thing} `{q}` sits a little logic; what is stored is {source()}. {wide} "
        f"{also} {time()}",
        f"Each clock: `{q}` takes {source()}. {wide} {time()} {also}",
    )
    edge = words.edge(draw, clock)
    back = words.reset(draw, clock, f"`{q}`", value)
    purpose = draw.say(
        f"A status cell in a peripheral. At {edge} its new contents `{q}` are worked out as "
        f"{source()}. {wide} {back} {also}",
        f"This is one slice of a bigger data path. The slice stores `{q}`, and at {edge} what it "
        f"stores is {source()}. {wide} {also} {back}",
        f"Some lamps are driven by `{q}`. They change at {edge} only, and the new picture is "
        f"{source()}. {wide} {back} {also}",
        f"A compact cell for a configurable array, made of a gate or two and storage: at {edge}, "
        f"`{q}` becomes {source()}. {wide} {back} {also}",
        f"Two units share a status `{q}`. It is brought up to date at {edge}: {source()}. {wide} "
        f"{also} {back}",
    )
    remarks = draw.choice(
        (
            f"{thing} `{q}`.\n"
            + words.points(
                draw, f"data to be stored: {source()}", wide, words.ticks(draw, clock), back, also
            ),
            f"What does `{q}` hold after the clock edge? {source()}, with the values just before "
            f"it. {wide} {time()} {also}",
            f"{time()} In every other cycle the data presented to the {thing} is {source()}. "
            f"{wide} {also}",
            words.points(
                draw,
                f"D of `{q}`: {source()}",
                time(),
                f"{wide} the right side means the values before the edge",
                also,
            ),
            f"Combinational part: {source()}. {wide} Storage part: {thing} `{q}`. {also} {time()}",
        )
    )
    return words.told(draw, short, purpose, remarks)
