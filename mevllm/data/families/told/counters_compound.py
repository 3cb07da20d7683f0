"""Counters made of several as people tell them."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.literals import number
from mevllm.data.families.phrases import Gate
from mevllm.data.families.told import _words_registers as words


def bcd_counter(
    draw: Draw,
    clock: Clocking,
    fields: Sequence[str],
    packed: str,
    down: bool,
    stops: bool,
    load: str,
    data: str,
    gate: Gate | None,
    end: str,
) -> tuple[str, str, str]:
    """Decimal digits; `packed` is the vector of all."""
    digits = len(fields)
    largest = 10**digits - 1
    final, begin = (0, largest) if down else (largest, 0)
    way, verb = ("down", "decremented") if down else ("up", "incremented")

    def time() -> str:
        return words.timing(draw, clock, "all digits", "0")

    def order() -> str:
        if packed:
            return draw.say(
                f"`{packed}` is packed BCD, units in the low nibble.",
                f"Digits sit in `{packed}`, four bits each, least significant digit lowest.",
                f"`{packed}` holds the digits as BCD nibbles, ones at bits 3:0.",
            )
        named = ", ".join(f"`{f}`" for f in fields)
        return draw.say(
            f"Digits from the lowest: {named}.",
            f"{named} are the BCD digits, units first.",
            f"One nibble per digit, {named}, `{fields[0]}` being the units.",
        )

    def ends() -> str:
        if stops:
            return draw.say(
                f"It stops at {final}.", f"No wrap, {final} is kept.", f"Saturate at {final}."
            )
        return draw.say(
            f"{final} wraps to {begin}.", f"After {final} comes {begin}.", "It rolls over."
        )

    def run() -> str:
        if gate is None:
            return ""
        return draw.say(
            f"It counts only if {words.on(draw, gate)}.",
            f"Counting needs {words.polarity(gate)}, otherwise it holds.",
            f"When {words.off(draw, gate)} there is no counting.",
        )

    def preset() -> str:
        if not load:
            return ""
        free = f", and does not depend on `{gate.name}`" if gate else ""
        return draw.say(
            f"Synchronous `{load}` loads `{data}` (valid BCD, same digit order), stronger than "
            f"counting{free}.",
            f"`{load}`=1 at the clock puts `{data}`, BCD with the units lowest, into the digits "
            f"instead of counting{free}.",
            f"Parallel load: `{load}` copies the BCD number `{data}` (units in bits 3:0), with "
            f"priority over counting{free}.",
        )

    def mark() -> str:
        if not end:
            return ""
        return draw.say(
            f"`{end}` is 1 while the number is {final}, combinational.",
            f"`{end}` decodes {final}.",
            f"Terminal count `{end}`: high at {final}, not registered.",
        )

    short = draw.say(
        f"{digits}-digit BCD {way} counter. {order()} {run()} {preset()} {ends()} {mark()} "
        f"{time()}",
        f"{number(digits)} cascaded decades counting {way}, synchronous. {time()} {order()} {run()}"
        f" {ends()} {preset()} {mark()}",
        f"{time()} Decimal {way} counter, {digits} digits. {ends()} {order()} {preset()} {run()} "
        f"{mark()}",
        f"Count {begin} to {final} in BCD. {order()} {run()} {preset()} {ends()} {mark()} {time()}",
        f"Decade counter chain ({digits} digits, {way}). {order()} {mark()} {preset()} {run()} "
        f"{ends()} {time()}",
        f"BCD, {way}, {digits} digits. {preset()} {run()} {ends()} {order()} {mark()} {time()}",
    )
    edge = words.edge(draw, clock)
    back = words.reset(draw, clock, "all digits", "0")
    purpose = draw.say(
        f"Seven-segment displays show a number with {digits} places that is {verb} by one at "
        f"{edge}, kept in decimal so that no conversion is needed. {order()} {run()} {ends()} "
        f"{preset()} {mark()} {back}",
        f"A ticket machine numbers tickets in decimal, {digits} digits, {way} by one at {edge}. "
        f"{run()} {order()} {preset()} {ends()} {mark()} {back}",
        f"A mechanical tally counter rebuilt: {digits} wheels from 0 to 9, each wheel moving when "
        f"the ones below it roll over; it is {verb} at {edge}. {order()} {ends()} {run()} "
        f"{preset()} {back} {mark()}",
        f"A score board must hold a decimal number of {digits} digits and is {verb} at {edge}. "
        f"{order()} {run()} {preset()} {mark()} {ends()} {back}",
        f"A frequency counter shows what it counted in decimal. Its {digits} digits are {verb} "
        f"as one number at {edge}. {run()} {ends()} {order()} {mark()} {preset()} {back}",
    )
    x = draw.choice([10 ** (digits - 1), 90, 29 if digits > 1 else 9])
    y = x - 1 if down else x + 1
    example = f"{x:0{digits}d} is followed by {y:0{digits}d}"
    remarks = draw.choice(
        (
            f"Decimal counter, {digits} digits, {way}.\n"
            + words.points(
                draw,
                order(),
                run(),
                preset(),
                ends(),
                mark(),
                f"example: {example}",
                words.ticks(draw, clock),
                back,
            ),
            f"The number is {verb} by one per clock in decimal: {example}. {order()} {run()} "
            f"{ends()} {preset()} {time()} {mark()}",
            f"{time()} {preset()} {run()} A digit goes on only if all lower ones are at "
            f"{0 if down else 9}, in the same clock (no ripple). {ends()} {order()} {mark()}",
            words.points(
                draw,
                f"range {min(begin, final)} to {largest}, direction {way}",
                f"{order()} Each nibble stays within 0..9.",
                f"{run()} {preset()}",
                f"{ends()} {mark()}",
                time(),
            ),
            f"At {edge} a {digits}-digit decimal number is {verb}. {example}; {ends()} {order()} "
            f"{run()} {preset()} {mark()} {back}",
        )
    )
    return words.told(draw, short, purpose, remarks)


def time_counter(
    draw: Draw,
    clock: Clocking,
    fields: Sequence[str],
    moduli: Sequence[int],
    bcd: Sequence[bool],
    load: str,
    news: Sequence[str],
    wrap: str,
    gate: Gate | None,
) -> tuple[str, str, str]:
    """Fields that carry into one another: short, by their purpose, with remarks."""
    parts = list(zip(fields, moduli, bcd, strict=False))
    coded = [f for f, _, b in parts if b]

    def time() -> str:
        return words.timing(draw, clock, "all fields", "0")

    def ranges() -> str:
        style = draw.int(0, 2)
        said = []
        for f, m, b in parts:
            code = " in BCD" if b else ""
            said.append(
                (f"`{f}` 0 to {m - 1}{code}", f"`{f}` modulo {m}{code}", f"`{f}` 0..{m - 1}{code}")[
                    style
                ]
            )
        return ", ".join(said)

    def code() -> str:
        if not coded:
            return ""
        return draw.say(
            "In BCD the ones are bits 3:0 and the tens sit above.",
            "BCD means units in the low nibble, tens in the bits above it.",
        )

    def carry() -> str:
        return draw.say(
            f"`{fields[0]}` steps first; each next field steps when all before it roll over.",
            f"The fastest is `{fields[0]}`, and a field going back to 0 carries into the next, in "
            "the same clock.",
            f"Synchronous cascade, `{fields[0]}` least significant: the carry goes on only when "
            "all lower fields are at their last value.",
        )

    def run() -> str:
        if gate is None:
            return ""
        return draw.say(
            f"It advances only if {words.on(draw, gate)}.",
            f"Counting needs {words.polarity(gate)}, otherwise it holds.",
            f"When {words.off(draw, gate)} nothing advances.",
        )

    def preset() -> str:
        if not load:
            return ""
        free = f", no matter what `{gate.name}` is" if gate else ""
        each = words.names(news)
        return draw.say(
            f"Synchronous `{load}` sets all fields from {each} and beats counting{free}.",
            f"`{load}`=1 at the clock loads {each} (same order and code) instead of "
            f"counting{free}.",
            f"Presetting: with `{load}` high the fields take {each} at the clock edge{free}; legal "
            "values only.",
        )

    def mark() -> str:
        if not wrap:
            return ""
        return draw.say(
            f"`{wrap}` is 1 while every field is at its last value, combinational.",
            f"`{wrap}` decodes the last combination of all fields, not registered.",
            f"While all fields show their maximum `{wrap}` is high.",
        )

    count = len(fields)
    short = draw.say(
        f"Cascaded counters {ranges()}. {carry()} {code()} {run()} {preset()} {mark()} {time()}",
        f"{time()} Mixed-radix counter, {ranges()}. {carry()} {run()} {preset()} {code()} {mark()}",
        f"{number(count)} chained modulo counters: {ranges()}. {run()} {carry()} {code()} {mark()} "
        f"{preset()} {time()}",
        f"{carry()} Ranges: {ranges()}. {code()} {preset()} {run()} {time()} {mark()}",
        f"Odometer-like chain, {ranges()}. {preset()} {run()} {carry()} {code()} {mark()} {time()}",
        f"Count with {number(count)} fields {ranges()}. {mark()} {carry()} {run()} {preset()} "
        f"{code()} {time()}",
    )
    edge = words.edge(draw, clock)
    back = words.reset(draw, clock, "all fields", "0")
    low, high = fields[0], fields[-1]
    purpose = draw.say(
        f"A nested schedule is walked through: `{low}` inside, `{high}` outside, one step at "
        f"{edge}. Ranges: {ranges()}. {carry()} {code()} {run()} {preset()} {mark()} {back}",
        f"A running position is told in {number(count)} parts instead of one big number: {ranges()}"
        f". It moves by one at {edge}. {carry()} {run()} {code()} {preset()} {mark()} {back}",
        f"Some machine repeats a pattern in {number(count)} levels, from `{low}`, the quickest, to "
        f"`{high}`, the slowest: {ranges()}. One tick is {edge}. {carry()} {run()} {preset()} "
        f"{code()} {back} {mark()}",
        f"For a log book every event gets a stamp made of {ranges()}. The stamp goes on by one at "
        f"{edge}. {run()} {carry()} {code()} {preset()} {mark()} {back}",
        f"Counting wheels side by side, {ranges()}, `{low}` turning most often. A turn of one place"
        f" at {edge}. {carry()} {preset()} {run()} {code()} {mark()} {back}",
    )
    last = ", ".join(f"`{f}`={m - 1}" for f, m, _ in parts)
    later = (
        f"With only `{fields[0]}` at {moduli[0] - 1}, the next step makes it 0 and adds one to "
        f"`{fields[1]}`."
    )
    remarks = draw.choice(
        (
            f"Chain of {number(count)} counters.\n"
            + words.points(
                draw,
                ranges(),
                carry(),
                code(),
                run(),
                preset(),
                mark(),
                words.ticks(draw, clock),
                back,
            ),
            f"{ranges()}: these fields form one number that goes up by one per clock. After {last} "
            f"(in decimal) all are 0 again. {carry()} {code()} {run()} {preset()} {mark()} "
            f"{time()}",
            f"{time()} {preset()} {run()} {later} The ranges are {ranges()}. {carry()} {code()} "
            f"{mark()}",
            words.points(
                draw,
                f"fields and ranges, quick ones first: {ranges()}",
                f"{carry()} {code()}",
                f"{run()} {preset()}",
                f"after {last} (decimal) everything is 0",
                mark(),
                time(),
            ),
            f"At {edge} the chain goes one step on. {carry()} The limits: {ranges()}. {code()} "
            f"{preset()} {run()} {back} {mark()}",
        )
    )
    return words.told(draw, short, purpose, remarks)
