"""Counters with more control as people tell them."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.phrases import Gate
from mevllm.data.families.told import _words_registers as words


def loadable_counter(
    draw: Draw,
    clock: Clocking,
    width: int,
    *,
    q: str,
    d: str,
    load: str,
    en: str,
    clear: str,
    down: bool,
    enable_first: bool,
    done: str,
    ripple: bool,
) -> tuple[str, str, str]:
    """A counter with load, enable and clear: short, by its purpose, with remarks."""
    way = "down" if down else "up"
    end = 0 if down else (1 << width) - 1
    size = words.an(width)

    def time() -> str:
        return words.timing(draw, clock, f"`{q}`", "0")

    def order() -> str:
        if enable_first:
            return draw.say(
                f"`{en}` gates loading and counting alike: 0 holds. With `{en}`=1, `{load}` "
                f"loads `{d}`, else it counts.",
                f"Without `{en}` it holds, even if a load is asked for. Given `{en}`, `{load}` "
                "chooses "
                f"between loading `{d}` (1) and counting (0).",
                f"`{load}` (loads `{d}`) beats counting, but both need `{en}` high; low holds.",
            )
        chain = [f"`{clear}` clears to 0 (synchronously)"] * bool(clear) + [f"`{load}` loads `{d}`"]
        if not en:
            return draw.say(
                f"{', else '.join(chain)}, else it counts.",
                f"It counts in every cycle unless told otherwise: {', failing that '.join(chain)}.",
                f"Synchronous, strongest first: {'; '.join(chain)}. Otherwise it counts freely.",
            )
        return draw.say(
            f"{', else '.join(chain)}, else count if `{en}`, else hold.",
            f"Priority, all synchronous and active high: {', then '.join(chain)}, then `{en}` "
            "counts. None active: hold.",
            f"`{en}` counts, but {' and '.join(reversed(chain))}, which is stronger"
            + (" (and the clear strongest)" if clear else "")
            + ". Idle: hold.",
        )

    def mark() -> str:
        if not done:
            return ""
        more = f" and `{en}` is 1" if ripple else ""
        return draw.say(
            f"`{done}` is 1 while `{q}` is {end}{more}, combinational.",
            f"Terminal count `{done}`, unregistered: `{q}` at {end}{more}.",
            f"`{done}` decodes the end of the range ({end}){more}.",
        )

    short = draw.say(
        f"{size} loadable {way} counter `{q}`. {order()} {time()} {mark()}",
        f"Presettable binary counter, counts {way}, {width} bits. {time()} {order()} {mark()}",
        f"{order()} Counting is {way} by one and wraps. {time()} {mark()}",
        f"{way} counter with parallel load from `{d}`. {order()} {mark()} {time()}",
        f"{time()} Counter `{q}` ({way}, modulo {1 << width}). {order()} {mark()}",
        f"`{q}` counts {way} and can be preset. {mark()} {order()} {time()}",
    )
    edge = words.edge(draw, clock)
    back = words.reset(draw, clock, f"`{q}`", "0")
    purpose = draw.say(
        f"A program counter of a toy processor: normally `{q}` goes {way} by one at {edge}, and a "
        f"jump brings in the target `{d}`. {order()} It wraps. {back} {mark()}",
        f"A burst controller takes a start address `{d}` and then steps {way} through memory with "
        f"`{q}`, at {edge}, wrapping at {width} bits. {order()} {mark()} {back}",
        f"A kitchen timer is set to a value `{d}` and then runs {way}, one step at {edge}; the "
        f"display shows `{q}`. It does not stop at the end but rolls over. {order()} {back} "
        f"{mark()}",
        f"A generator of test numbers begins wherever the user likes: `{d}` is put into `{q}` and "
        f"counted {way} from there, modulo {1 << width}, at {edge}. {order()} {mark()} {back}",
        f"Baud-rate style divider: reload `{d}`, count {way}, and so on, under outside control. "
        f"`{q}` is the count and changes at {edge}, with wrap. {order()} {back} {mark()}",
    )
    full = 1 << width
    x = draw.choice((end, draw.bits(width)))
    after = (x + (-1 if down else 1)) % full
    pins = f", `{en}`=1" if en else ""
    example = (
        f"loaded with {x}, it shows {after} after one counting step{pins and ' (' + pins[2:] + ')'}"
    )
    remarks = draw.choice(
        (
            f"Loadable {way} counter.\n"
            + words.points(
                draw, order(), f"modulo 2^{width}", words.ticks(draw, clock), back, mark()
            ),
            f"{order()} Example: {example}. Rollover is natural. {time()} {mark()}",
            f"{time()} In normal operation: {order()} The direction is {way}. {mark()}",
            words.points(
                draw,
                f"data for presetting come from `{d}`",
                f"direction {way}, step 1, wrap at {width} bits",
                order(),
                time(),
                mark(),
                f"check: {example}",
            ),
            f"What happens at {edge}? {order()} Which way does it count? {way}, around the end. "
            f"{back} {mark()}",
        )
    )
    return words.told(draw, short, purpose, remarks)


def stepping_counter(
    draw: Draw,
    clock: Clocking,
    width: int,
    *,
    q: str,
    mode: str,
    steps: Sequence[int],
    gate: Gate | None,
    start: int,
) -> tuple[str, str, str]:
    """A counter with a selectable step: short, by its purpose, with remarks."""
    full = 1 << width

    def time() -> str:
        return words.timing(draw, clock, f"`{q}`", str(start))

    def run() -> str:
        return words.enabled(draw, gate)

    def listed() -> str:
        style = draw.int(0, 2)
        wide = (len(steps) - 1).bit_length()
        said = []
        for i, n in enumerate(steps):
            if style == 0:
                said.append(f"{i}: {n:+d}" if n else f"{i}: stay")
            elif style == 1:
                verb = "hold" if n == 0 else f"add {n}" if n > 0 else f"subtract {-n}"
                said.append(f"{i:0{wide}b} {verb}")
            else:
                move = "no move" if n == 0 else f"{abs(n)} {'up' if n > 0 else 'down'}"
                said.append(f"{move} for {i}")
        return ", ".join(said)

    short = draw.say(
        f"{words.an(width)} counter `{q}` with step chosen by `{mode}`: {listed()}. Wraps. {run()} "
        f"{time()}",
        f"Each clock add to `{q}` what `{mode}` says ({listed()}), modulo {full}. {time()} {run()}",
        f"{time()} `{mode}` sets speed and direction of `{q}`: {listed()}. {run()} Free wrap.",
        f"Variable-step counter. Step by `{mode}`: {listed()}. {run()} {time()} Modulo 2^{width}.",
        f"`{q}` accumulates a constant selected with `{mode}`, {listed()}; overflow is ignored. "
        f"{run()} {time()}",
        f"Step table of the counter, indexed by `{mode}`: {listed()}. {run()} It rolls over at "
        f"{width} bits. {time()}",
    )
    edge = words.edge(draw, clock)
    back = words.reset(draw, clock, f"`{q}`", str(start))
    purpose = draw.say(
        f"A turntable has {full} positions. At {edge} it moves from position `{q}` by as many as "
        f"the speed selector `{mode}` orders: {listed()}. {run()} {back}",
        f"Phase accumulator of a tone generator with selectable pitch. At {edge} the phase `{q}`, "
        f"modulo {full}, changes by the increment that belongs to `{mode}`: {listed()}. {run()} "
        f"{back}",
        f"Scrolling through a picture with {full} lines: `{q}` is the top line, and at {edge} it "
        f"moves according to `{mode}` ({listed()}). The picture is endless, so it wraps. {back} "
        f"{run()}",
        f"An address unit with post-modification: at {edge} the address `{q}` is modified as "
        f"`{mode}` tells, namely {listed()}, without regard to overflow. {run()} {back}",
        f"A dimmer pattern walks round a circle of {full} points. `{mode}` says how far per "
        f"{'clock' if not gate else 'enabled clock'}, {listed()}; the point reached is `{q}`. "
        f"{words.ticks(draw, clock)} {run()} {back}",
    )
    at = draw.int(0, len(steps) - 1)
    value = draw.choice((full - 1, 0, draw.bits(width)))
    example = f"`{q}`={value}, `{mode}`={at}: next {(value + steps[at]) % full}"
    remarks = draw.choice(
        (
            "Counter with several steps.\n"
            + words.points(
                draw,
                f"{listed()} (codes of `{mode}`)",
                f"arithmetic modulo {full}",
                run(),
                words.ticks(draw, clock),
                back,
            ),
            f"`{q}` is updated at {edge}. The change depends on `{mode}`: {listed()}. {run()} "
            f"Example: {example}. {back}",
            f"{time()} Table of steps by `{mode}`: {listed()}. {run()} There is no saturation, the "
            f"count just wraps; {example}.",
            words.points(
                draw,
                *(
                    f"code {i} of `{mode}` "
                    + ("leaves it unchanged" if n == 0 else f"changes it by {n:+d}")
                    for i, n in enumerate(steps)
                ),
                f"{run()} {time()}",
                keep=True,
            )
            + f"\nThe count is `{q}`, {width} bits, wrapping.",
            f"`{mode}` may change at any time and is looked at together with the clock. Steps: "
            f"{listed()}. {run()} {time()} Both ends wrap ({example}).",
        )
    )
    return words.told(draw, short, purpose, remarks)


def event_limit(
    draw: Draw,
    clock: Clocking,
    *,
    q: str,
    event: str,
    code: int | None,
    clear: str,
    flag: str,
    limit: int,
    registered: bool,
    takes: bool,
) -> tuple[str, str, str]:
    """An event counter that stops at a limit: short, by its purpose, with remarks."""
    hit = f"`{event}` = {1 if code is None else code}"
    what = f"`{q}` and `{flag}`" if registered else f"`{q}`"

    def time() -> str:
        return words.timing(draw, clock, what, "0")

    def restart() -> str:
        if takes:
            return draw.say(
                f"`{clear}` restarts: the count becomes 1 if there is an event in that cycle, "
                "else 0.",
                f"Synchronous `{clear}` has priority and starts over, already counting an event of "
                "the same cycle (so 1 or 0).",
                f"With `{clear}` high the count begins anew at 0, or at 1 if {hit} just then.",
            )
        return draw.say(
            f"`{clear}` zeroes the count synchronously and beats an event.",
            f"Synchronous `{clear}` (active high) wins and makes it 0.",
            f"With `{clear}` high at the edge the count is 0, an event at that time being lost.",
        )

    def mark() -> str:
        if registered:
            return draw.say(
                f"`{flag}` is registered: it shows one clock later that the count was {limit}.",
                f"`{flag}` is a flop loaded each clock with (`{q}` == {limit}), old value of "
                f"`{q}`.",
                f"The flag `{flag}` = (`{q}` == {limit}) delayed by one clock edge.",
            )
        return draw.say(
            f"`{flag}` = (`{q}` == {limit}), combinational.",
            f"`{flag}` is high as long as the count is {limit}.",
            f"While it stands at {limit}, `{flag}` is 1.",
        )

    short = draw.say(
        f"Saturating event counter `{q}`, limit {limit}; an event is {hit} at the clock edge. "
        f"{restart()} {mark()} {time()}",
        f"Count cycles with {hit} up to {limit} and stick there. {mark()} {restart()} {time()}",
        f"`{q}` += 1 when {hit}, clamped at {limit}. {restart()} {time()} {mark()}",
        f"{time()} Event counter, stops at {limit} (event: {hit}). {mark()} {restart()}",
        f"{limit} events and then full: {hit} increments `{q}` unless it is {limit}. {restart()} "
        f"{mark()} {time()}",
        f"Counter with ceiling {limit}, incremented by {hit}. {mark()} {restart()} {time()}",
    )
    edge = words.edge(draw, clock)
    back = words.reset(draw, clock, what, "0")
    purpose = draw.say(
        f"An error monitor tolerates some faults. A fault is {hit} at {edge}; `{q}` counts them, "
        f"but never above {limit}. {mark()} {restart()} {back}",
        f"A login guard counts failed tries, {hit} at {edge} being one, and stops counting at "
        f"{limit}, where it locks. The number is `{q}`. {mark()} {restart()} {back}",
        f"A tray takes {limit} parts. {hit} at {edge} means one more part, shown as `{q}`; a full "
        f"tray takes no more. {restart()} {mark()} {back}",
        f"A watchdog for retransmissions: one retry is {hit} at {edge}. `{q}` tells how many there "
        f"were, with {limit} standing for that many or more. {restart()} {mark()} {back}",
        f"Before a motor may start, {limit} good readings are needed, a good reading being {hit} "
        f"at {edge}. Progress is `{q}`; when {limit} is reached it remains there. {mark()} "
        f"{restart()} {back}",
    )
    more = limit + draw.int(1, 3)
    remarks = draw.choice(
        (
            f"Event counter with limit {limit}.\n"
            + words.points(
                draw,
                f"event: {hit}, sampled by the clock",
                f"after {more} events without a clear the count is {limit}",
                restart(),
                mark(),
                words.ticks(draw, clock),
                back,
            ),
            f"`{q}` starts from 0 and goes up by one for each cycle in which {hit}. At {limit} it "
            f"stays. {restart()} {mark()} {time()}",
            f"{time()} Then, at each edge: {restart()} Without it, {hit} adds one as long as the "
            f"count is below {limit}. Nothing else changes it. {mark()}",
            words.points(
                draw,
                f"counted are the clock edges with {hit}",
                f"the highest value is {limit}, further events have no effect",
                restart(),
                mark(),
                time(),
            ),
            f"Two things move `{q}`. One: {hit} at {edge} increments it, if below {limit}. Two: "
            f"{restart()} {mark()} {back} In other cycles it holds.",
        )
    )
    return words.told(draw, short, purpose, remarks)
