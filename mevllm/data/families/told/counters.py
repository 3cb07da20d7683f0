"""Simple counters as people tell them."""

from __future__ import annotations

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.phrases import Gate
from mevllm.data.families.told import _words_registers as words


def binary_counter(
    draw: Draw,
    clock: Clocking,
    width: int,
    *,
    q: str,
    down: bool,
    step: int,
    gate: Gate | None,
    start: str,
    carry: str,
) -> tuple[str, str, str]:
    """A free-running binary counter: short, by its purpose, with remarks."""
    way, full = "down" if down else "up", 1 << width
    end = 0 if down else full - 1
    by = "" if step == 1 else f" by {step}"
    size = words.an(width)

    def time() -> str:
        return words.timing(draw, clock, f"`{q}`", start)

    def run() -> str:
        return words.enabled(draw, gate)

    def flag() -> str:
        if not carry:
            return ""
        at = f"all ones ({end})" if end else "zero"
        return draw.say(
            f"`{carry}` is high while the count is {at}; not registered.",
            f"Terminal count on `{carry}`: combinational, 1 exactly at {at}.",
            f"Decode {at} to `{carry}`.",
            f"`{carry}` = (`{q}` == {end}), whatever the other pins do.",
        )

    sign = "-" if down else "+"
    verb = "decrement" if down else "increment"
    short = draw.say(
        f"{size} binary {way} counter{by}, output `{q}`. {run()} {time()} {flag()}",
        f"`{q}` {verb}s{by} every clock and wraps naturally at {width} bits. {run()} {time()} "
        f"{flag()}",
        f"{time()} {way} counter, {width} bits, steps of {step}. {run()} {flag()}",
        f"Free-running `{q}` <= `{q}` {sign} {step}. {run()} {flag()} {time()}",
        f"Modulo-2^{width} counter `{q}`, counting {way}{by or ' by 1'}. {run()} {time()} {flag()}",
        f"Just {verb} `{q}`{by} on the clock, no limits, rollover as usual. {run()} {flag()} "
        f"{time()}",
        f"Synchronous {width}-stage binary counter ({way}{by}). {flag()} {run()} {time()}",
    )
    edge = words.edge(draw, clock)
    only = f" at which {words.on(draw, gate)}" if gate else ""
    hold = f" While {words.off(draw, gate)} it stands still." if gate else ""
    back = words.reset(draw, clock, f"`{q}`", start)
    amount = "one" if step == 1 else str(step)
    purpose = draw.say(
        f"An address generator walks through a memory of {full} words. The address `{q}` goes "
        f"{way} by {amount} at {edge}{only}, and passes the end of the memory without a stop."
        f"{hold} {back} {flag()}",
        f"A tiny time base. It keeps counting clock edges, and `{q}` moves {way} by {amount} at "
        f"{edge}{only}. When it runs over it simply goes on modulo {full}.{hold} {flag()} {back}",
        f"Time stamps are taken from a running number `{q}`: {way} by {amount} at {edge}{only}, "
        f"modulo {full}.{hold} {back} {flag()}",
        f"A sawtooth for a converter: `{q}` {'falls' if down else 'rises'} by {amount} at "
        f"{edge}{only} and {'jumps to the top' if down else 'drops back'} when it overflows its "
        f"{width} bits.{hold} {back} {flag()}",
        f"Buffer slots in a ring of {full} are used {'backwards' if down else 'in order'}"
        f"{', ' + str(step) + ' further each time' if step > 1 else ''}. `{q}` is the present slot;"
        f" at {edge}{only} it goes {way} by {amount}, around the ring.{hold} {flag()} {back}",
    )
    value = draw.choice((full - 1, full - 2, 0, 1, draw.bits(width)))
    seen = [(value + (-1 if down else 1) * step * i) % full for i in range(4)]
    trace = ", ".join(map(str, seen))
    remarks = draw.choice(
        (
            f"{size} {way} counter.\n"
            + words.points(
                draw,
                f"step {step}, modulo {full}",
                run() or "it counts in every cycle",
                words.ticks(draw, clock),
                back,
                flag(),
                f"a piece of the sequence: {trace}",
            ),
            f"Counter `{q}`. Sequence, for example: {trace} and so on. {run()} {time()} {flag()}",
            f"At {edge} the {width}-bit number `{q}` is replaced by `{q}` {sign} {step}"
            + (f", if {words.on(draw, gate)}; if not, it is kept. " if gate else ". ")
            + f"Overflow is not special. {back} {flag()}",
            words.points(
                draw,
                f"direction: {way}",
                f"increment: {-step if down else step} per clock",
                f"wraps at {width} bits, e.g. {trace}".replace("e.g. ", "as in "),
                run(),
                time(),
                flag(),
            ),
            f"{time()} Otherwise `{q}` counts {way}{by}"
            + (f", but only in cycles in which {words.on(draw, gate)}. " if gate else ". ")
            + f"It uses all {full} codes{'' if step == 1 else ' in the end'} and never stops at an "
            f"end. {flag()}",
        )
    )
    return words.told(draw, short, purpose, remarks)


def modulo_counter(
    draw: Draw,
    clock: Clocking,
    *,
    q: str,
    first: int,
    last: int,
    down: bool,
    start: int,
    gate: Gate | None,
    flag: str,
    gated_flag: bool,
) -> tuple[str, str, str]:
    """A counter over a range: short, by its purpose, with remarks."""
    length = last - first + 1
    begin, end = (last, first) if down else (first, last)
    way = "down" if down else "up"
    if (first, length) == (0, 10):
        noun = draw.say(f"decade {way} counter", f"{way}-counting decimal digit (BCD decade)")
    elif first == 0:
        noun = draw.say(f"modulo-{length} {way} counter", f"mod-{length} counter, counting {way}")
    else:
        noun = f"{way} counter with the range {begin} to {end}"

    def time() -> str:
        return words.timing(draw, clock, f"`{q}`", str(start))

    def run() -> str:
        return words.enabled(draw, gate)

    def mark() -> str:
        if not flag:
            return ""
        more = f" and {words.on(draw, gate)}" if gated_flag and gate else ""
        return draw.say(
            f"`{flag}` is 1 while `{q}` is {end}{more}, combinationally.",
            f"Terminal count `{flag}`: high at {end}{more}, decoded, not registered.",
            f"Decode the last value to `{flag}`: `{q}` = {end}{more}.",
        )

    short = draw.say(
        f"{noun}, output `{q}`. {run()} {time()} {mark()}",
        f"`{q}` cycles {begin}..{end}, one step a clock. {time()} {run()} {mark()}",
        f"Build a {noun} (`{q}`). {time()} {mark()} {run()}",
        f"{time()} {noun}; {end} is followed by {begin}. {run()} {mark()}",
        f"Count {way}, {begin} to {end}, then over again. Value on `{q}`. {run()} {mark()} "
        f"{time()}",
        f"Divide-by-{length} counter running {way} from {begin} to {end} on `{q}`. {run()} "
        f"{time()} {mark()}",
        f"{length} states, numbered {begin} to {end} in the order of counting ({way}). {mark()} "
        f"{run()} {time()}",
    )
    edge = words.edge(draw, clock)
    only = f" at which {words.on(draw, gate)}" if gate else ""
    hold = f" While {words.off(draw, gate)} it waits." if gate else ""
    back = words.reset(draw, clock, f"`{q}`", str(start))
    purpose = draw.say(
        f"A carousel has {length} places, numbered {first} to {last}. The place in front, `{q}`, "
        f"changes at {edge}{only} to the next {'lower' if down else 'higher'} number; after {end} "
        f"comes {begin}.{hold} {back} {mark()}",
        f"A packaging line numbers the items of each set from {begin} to {end}. The number `{q}` "
        f"goes {way} by one at {edge}{only} and a new set begins with {begin}.{hold} {mark()} "
        f"{back}",
        f"One digit wheel with {length} positions, {begin} through {end}, turning {way}wards. It "
        f"moves one position at {edge}{only}, from {end} straight to {begin}. `{q}` is the "
        f"position.{hold} {back} {mark()}",
        f"For a scan of {length} channels we need the channel number `{q}`: from {begin} {way} to "
        f"{end}, one further at {edge}{only}, and again from {begin}.{hold} {mark()} {back}",
        f"A prescaler with a visible count. `{q}` runs {way} through {begin} to {end} once every "
        f"{length} steps, a step being taken at {edge}{only}.{hold} {back} {mark()}",
    )
    at = draw.int(0, length - 1)
    shift = max(0, length - 3) if draw.chance(0.5) else at
    seen = [
        (begin + (-1 if down else 1) * i - first) % length + first for i in range(shift, shift + 5)
    ]
    trace = ", ".join(map(str, seen))
    remarks = draw.choice(
        (
            f"{noun}.\n"
            + words.points(
                draw,
                f"sequence (excerpt): {trace}",
                f"the value after {end} is {begin}",
                words.ticks(draw, clock),
                back,
                run(),
                mark(),
            ),
            f"`{q}` never leaves the range {first} to {last}. It is moved {way} by one at "
            f"{edge}{only}; instead of leaving the range it goes back to {begin}.{hold} {back} "
            f"{mark()}",
            f"{time()} The counter runs {trace} and so forth, {length} values in all, from {begin} "
            f"to {end}. {run()} {mark()}",
            words.points(
                draw,
                f"range: {first} to {last}",
                f"direction: {way}",
                f"wrap: {end} to {begin}",
                run(),
                time(),
                mark(),
            ),
            f"If `{q}` is {end}, its successor is {begin}; every other value x has the successor "
            f"x{'-' if down else '+'}1. The step is taken at {edge}{only}.{hold} {mark()} {back}",
        )
    )
    return words.told(draw, short, purpose, remarks)


def up_down(
    draw: Draw,
    clock: Clocking,
    *,
    q: str,
    top: int,
    full: bool,
    saturating: bool,
    up: str,
    down: str,
    start: int,
    gate: Gate | None,
    flags: tuple[str, str] | None,
) -> tuple[str, str, str]:
    """An up-down counter; equal `up` and `down` name a direction input, `!name` one for down."""
    single = up == down
    name = up.lstrip("!")
    rises = "low" if up.startswith("!") else "high"
    falls = "high" if rises == "low" else "low"

    def time() -> str:
        return words.timing(draw, clock, f"`{q}`", str(start))

    def run() -> str:
        return words.enabled(draw, gate)

    def steer() -> str:
        if single:
            return draw.say(
                f"`{name}` {rises} counts up, {falls} counts down.",
                f"It counts up when `{name}` is {rises}, otherwise down.",
                f"With `{name}` {falls} it goes down, with `{name}` {rises} up.",
            )
        return draw.say(
            f"`{up}` alone counts up, `{down}` alone counts down, both or none hold.",
            f"`{up}` adds one, `{down}` takes one away; together they cancel. Neither: hold.",
            f"Up if `{up}` and not `{down}`; down if `{down}` and not `{up}`; else no change.",
        )

    def ends() -> str:
        if saturating:
            return draw.say(
                f"Saturates at {top} and at 0.",
                f"It sticks at 0 and {top} instead of wrapping.",
                f"No wrap: clamp to 0..{top}.",
            )
        return draw.say(
            f"It wraps: {top} up to 0, 0 down to {top}.",
            f"Rolls over between {top} and 0 both ways.",
            f"Modulo {top + 1} in both directions.",
        )

    def marks() -> str:
        if not flags:
            return ""
        return draw.say(
            f"`{flags[0]}` is high at {top}, `{flags[1]}` at 0, combinational.",
            f"Flags decoded from the count: `{flags[0]}` for {top}, `{flags[1]}` for 0.",
            f"`{flags[0]}` = (`{q}`=={top}) and `{flags[1]}` = (`{q}`==0).",
        )

    kind = "saturating " if saturating else ""
    short = draw.say(
        f"{kind}up/down counter `{q}`, 0 to {top}. {steer()} {ends()} {run()} {time()} {marks()}",
        f"{steer()} Count on `{q}`, range 0..{top}. {ends()} {run()} {time()} {marks()}",
        f"{time()} Bidirectional counter. {steer()} {ends()} {marks()} {run()}",
        f"Reversible {kind}counter with {top + 1} states on `{q}`. {ends()} {run()} {steer()} "
        f"{marks()} {time()}",
        f"`{q}` goes up or down by one a clock. {ends()} {steer()} {run()} {time()} {marks()}",
        f"Up-down counting between 0 and {top}: {steer()} {run()} {ends()} {time()} {marks()}",
    )
    edge = words.edge(draw, clock)
    back = words.reset(draw, clock, f"`{q}`", str(start))
    limit = ends()
    stories = [
        f"A volume knob gives steps; the volume `{q}` lies between 0 and {top} and takes one step "
        f"at {edge}. {steer()} {limit} {run()} {back} {marks()}",
        f"A lift model knows the floors 0 to {top}; `{q}` is the floor and changes by one at "
        f"{edge}. {steer()} {limit} {run()} {marks()} {back}",
        f"The position of a slider, `{q}`, is kept by counting steps at {edge}. Positions are 0 "
        f"to {top}. {steer()} {run()} {limit} {back} {marks()}",
        f"A menu has entries 0 to {top}, and `{q}` is the one under the cursor. The cursor moves "
        f"one entry at {edge}. {run()} {steer()} {limit} {marks()} {back}",
        f"Brightness of a lamp in {top + 1} grades, from 0 to {top}, present grade `{q}`. It is "
        f"adjusted by one grade at {edge}. {steer()} {limit} {run()} {back} {marks()}",
    ]
    high = f"at {top} an up step leads to {top if saturating else 0}"
    low = f"at 0 a down step leads to {0 if saturating else top}"
    remarks = draw.choice(
        (
            f"Up/down counter, values 0 to {top}.\n"
            + words.points(
                draw, steer(), high, low, run(), words.ticks(draw, clock), back, marks()
            ),
            f"{steer()} {run()} The value `{q}` moves by one per clock. As to the ends: {high}, "
            f"{low}. {time()} {marks()}",
            f"{time()} In all other cycles: {steer()} {run()} {ends()} {marks()}",
            words.points(
                draw,
                f"`{q}` lies in 0..{top}" + ("" if full else " (not all codes are used)"),
                f"{steer()} {run()}",
                f"corner cases: {high}; {low}",
                time(),
                marks(),
            ),
            f"At {edge} one of these: `{q}`+1, `{q}`-1 or nothing. {steer()} {run()} {ends()} "
            f"{back} {marks()} Corner cases: {high}; {low}.",
        )
    )
    return words.told(draw, short, draw.choice(stories), remarks)
