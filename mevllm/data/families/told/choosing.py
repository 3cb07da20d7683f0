"""Demultiplexers, one-hot selects and controlled swaps as people tell them."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Draw
from mevllm.data.families.literals import binary, listed, number
from mevllm.data.families.told._words_combinational import an, laid_out, q, spoken


def demux(
    t: Draw,
    *,
    count: int,
    width: int,
    word: str,
    sel: str,
    outs: Sequence[str],
    enable: str,
    idle: int,
) -> tuple[str, ...]:
    """One input to one of several outputs, or to one slice of a packed one."""
    say, gated, packed = t.say, bool(enable), len(outs) == 1
    spare = count & (count - 1) != 0
    first, last, word, sel, enable = (q(n) for n in (outs[0], outs[-1], word, sel, enable))
    rest = say("at 0", "low", "zero")
    if idle:
        rest = say("all ones", "filled with ones") if width > 1 else say("at 1", "high")
    unit = "bit" if width == 1 else f"{width}-bit field"
    if packed:
        place = say(
            f"{unit} number {sel} of {first}, counted from the right",
            f"the {unit} of {first} with index {sel} (index 0 is the least significant one)",
        )
        others = say("All other bits are", f"What remains of {first} is", f"The other {unit}s are")
        order = ""
    else:
        place = say(f"the output with number {sel}", f"output number {sel}")
        others = say("All other outputs are", "Outputs not addressed are", "The remaining ones are")
        order = say(
            f"Numbers run from 0 ({first}) to {count - 1} ({last}).",
            f"Numbered 0 to {count - 1}, in this order: {listed(outs)}.",
        )
    nothing = "none" if not packed else "no field" if width > 1 else "no bit"
    extra = " ".join(
        t.shuffled(
            [
                say(
                    f"Codes from {count} up address {nothing}, so everything is {rest}.",
                    f"For a {sel} of {count} or more, everything is {rest}.",
                )
                if spare
                else "",
                say(
                    f"{enable} low means everything {rest}.",
                    f"{enable} is an active-high enable; without it everything is {rest}.",
                    f"Unless {enable} is 1 everything is {rest}.",
                )
                if gated
                else "",
            ]
        )
    )
    kind = f"1:{count} demux" if width == 1 else f"{width}-bit 1:{count} demux"
    short = say(
        f"{kind}: {word} to {place}. {order} {others} {rest}. {extra}",
        f"Demultiplexer, data {word}, address {sel}. {order} The addressed "
        f"{unit if packed else 'output'} carries {word}. {others} {rest}. "
        f"{extra}{' Field 0 is the rightmost.' * packed}",
        f"Steer {word} to {place}; "
        f"{others.lower() if not packed else others[0].lower() + others[1:]} {rest}. {order} "
        f"{extra}",
        f"{sel} picks where {word} goes: {place}. {others} {rest}. {order} {extra}",
        f"{order} {word} shows up on {place} and nowhere else. {others} {rest}. {extra}",
        f"The reverse of {an(f'{count}:1')} multiplexer, with {word} sent to {place}. {others} "
        f"{rest}. {order} {extra}",
    )
    purpose = say(
        f"A test rack has one pattern source, {word}, and {number(count)} sockets. The operator "
        f"dials {sel}, and the source is connected to {place}. {order} {others} {rest}. {extra}",
        f"Incoming traffic {word} is distributed to {number(count)} queues. The route lookup has "
        f"already produced {sel}; {place} receives the data. {order} {others} {rest}. {extra}",
        f"In a telephone exchange model, a voice channel {word} is put through to one of "
        f"{number(count)} subscribers, {place}. {order} {others} {rest}. {extra}",
        f"The write side of a small register bank needs its value {word} on the lane of the "
        f"addressed register only, that is, on {place}. {order} {others} {rest}. {extra}",
        f"A model railway yard has {number(count)} tracks. The drive setting {word} must reach "
        f"{place}. {order} {others} {rest}. {extra}",
    )
    pick, value = t.int(0, count - 1), t.bits(width) or 1
    target = f"{unit} {pick} of {first}" if packed else q(outs[pick])
    remark = laid_out(
        t,
        say(
            f"Distribute {word} to {number(count)} places, one at a time.",
            f"{word} has to appear on {place}.",
            f"A 1-to-{count} demultiplexer is wanted for {word}.",
        ),
        [
            say(
                f"{sel} is an unsigned number and says which place: {place}.",
                f"Destination: {place}.",
            ),
            order,
            f"{others} {rest}.",
            extra,
        ],
        f"{sel} = {pick}{f' with {enable} = 1' if gated else ''}: {target} shows {word}, for "
        f"example {value}.",
    )
    return spoken(t, short, purpose, remark)


def one_hot_mux(
    t: Draw, *, kind: str, width: int, names: Sequence[str], sel: str, out: str
) -> tuple[str, ...]:
    """A multiplexer whose select has one bit for each input."""
    say, count = t.say, len(names)
    every, first, last = listed(names), q(names[0]), q(names[-1])
    sel, out = q(sel), q(out)
    order = say(
        f"Bit i of {sel} belongs to the i-th of {every}, counting from 0.",
        f"{sel} has its bit 0 for {first} and its bit {count - 1} for {last}, the others in order.",
        f"From bit 0 up, the bits of {sel} stand for {every}.",
    )
    rule = {
        "or": say(
            "With several select bits set, the selected words are ORed bit by bit; with none, "
            f"{out} is 0.",
            "It is an AND-OR structure: every word is gated by its select bit and all are ORed "
            f"into {out}.",
            f"No priority and no check: whatever words are selected get ORed together on {out}, "
            "nothing selected makes 0.",
        ),
        "exact": say(
            f"Unless exactly one select bit is set, {out} is 0.",
            f"A select word that is not one-hot (none or several bits set) makes {out} zero.",
            f"Zero or several ones in {sel} are illegal and force {out} to 0.",
        ),
        "first": say(
            f"With several select bits set the lowest-numbered one wins; with none, {out} is 0.",
            f"The rightmost 1 in {sel} counts and any others are ignored; all zeros give 0.",
            f"Lower bits of {sel} have priority, and {out} is 0 if no bit is set.",
        ),
    }[kind]
    title = f"{number(count)}-way one-hot mux"
    short = say(
        f"{title}, {every} onto {out}. {order} {rule}",
        f"{out} takes the word whose bit of {sel} is set. {order} {rule}",
        f"Mux with decoded select {sel}. {order} {rule} Output {out}.",
        f"{order} The word selected that way drives {out}. {rule}",
        f"Choose among {every} with one select line each ({sel}), result {out}. {order} {rule}",
        f"{rule} Otherwise {out} copies the one word that {sel} points out. {order}",
    )
    purpose = say(
        f"An arbiter hands out its grants one-hot on {sel}. The data {out} of whoever holds the "
        f"grant must reach the bus, the masters driving {every}. {order} {rule}",
        f"Read port of a small register file after its address decoder: {sel} holds the decoder's "
        f"lines, {every} the registers, {out} is the port. {order} {rule}",
        f"Radio buttons on a front panel deliver {sel}, normally with one button down. {every} "
        f"are the sources behind the buttons and {out} is what is heard. {order} {rule}",
        f"The state bits {sel} of a one-hot state machine choose which setting goes to the "
        f"actuator {out}. The settings are {every}. {order} {rule}",
        f"A token ring picks the station that may speak: {sel} marks the token's holder, {every} "
        f"are the stations' words, {out} is the common line. {order} {rule}",
    )
    values = [t.bits(width) for _ in names]
    pick = t.int(0, count - 1)
    other = (pick + 1) % count
    both = {
        "or": f"{q(names[pick])} OR {q(names[other])}",
        "exact": "0",
        "first": q(names[min(pick, other)]),
    }[kind]
    remark = laid_out(
        t,
        say(
            f"{out} is one of {every}, or what the select bits make of them.",
            f"Select words with the lines of {sel}.",
            f"A multiplexer for {number(count)} words, controlled by {sel} without decoding.",
        ),
        t.shuffled(
            [
                order,
                rule,
                say(
                    "The select word may have any number of ones.",
                    f"{sel} is not guaranteed to be one-hot.",
                ),
            ]
        ),
        f"{sel} = {binary(count, 1 << pick)} passes {q(names[pick])} ({values[pick]}, say), and "
        f"{binary(count, 1 << pick | 1 << other)} gives {both}.",
    )
    return spoken(t, short, purpose, remark)


def swap(
    t: Draw,
    *,
    kind: str,
    width: int,
    ins: Sequence[str],
    outs: Sequence[str],
    control: str,
    high: bool,
) -> tuple[str, ...]:
    """Words or parts of a word that change places under control."""
    on = int(high)
    names = [q(n) for n in (ins[0], ins[-1], outs[0], outs[-1], control)]
    if kind == "words":
        return spoken(t, *_crossbar(t, on, *names))
    return spoken(t, *_reorder(t, kind, width, on, names[0], names[2], names[4]))


def _crossbar(t: Draw, on: int, a: str, b: str, p: str, r: str, c: str) -> tuple[str, str, str]:
    say, off = t.say, 1 - on
    return (
        say(
            f"2x2 crossbar: {c} = {off} straight ({a} to {p}, {b} to {r}), {c} = {on} crossed.",
            f"Exchange {a} and {b} on their way to {p} and {r} if {c} is {on}; keep their order "
            "otherwise.",
            f"{p}/{r} repeat {a}/{b}, or {b}/{a} while {c} is {on}.",
            f"Two complementary 2:1 muxes. {p} takes {b} and {r} takes {a} for {c} = {on}, the "
            f"other way round for {off}.",
            f"Crossed when {c} is {on}, straight when it is {off}: the pair {a}, {b} onto the "
            f"pair {p}, {r}.",
            f"Switch element of a permutation network, lanes {a} and {b} in, lanes {p} and {r} "
            f"out, swapped by {c} = {on}.",
        ),
        say(
            f"A stereo amplifier has a side switch. In position {off} of {c} the sound {a} is "
            f"heard on {p} and {b} on {r}; in position {on} the sides are exchanged.",
            f"In a sorting network the element receives the verdict {c} of its comparator. If it "
            f"is {on}, the keys {a} and {b} leave as {r} and {p}, crossed over; if it is {off} "
            f"they keep their lanes, {a} on {p} and {b} on {r}.",
            f"Two conveyors {a} and {b} reach a turntable. With {c} = {on} it is turned: {a} "
            f"continues on {r} and {b} on {p}. With {c} = {off} they go straight on, {a} to {p} "
            f"and {b} to {r}.",
            f"Before a subtraction the operands may have to change sides: {p} is the left and {r} "
            f"the right side. {c} = {off} puts {a} left and {b} right, {c} = {on} puts {b} left "
            f"and {a} right.",
            f"A link with two lanes was wired the wrong way round on some boards. Setting {c} to "
            f"{on} repairs this by sending {a} to {r} and {b} to {p}; boards that are right have "
            f"{off} and go {a} to {p}, {b} to {r}.",
        ),
        laid_out(
            t,
            say(
                f"{a} and {b} leave on {p} and {r}, in an order that {c} decides.",
                f"A switch with the positions straight and crossed, moved by {c}.",
            ),
            [
                say(
                    f"Straight, for {c} at {off}: {p} shows {a}, {r} shows {b}.",
                    f"While {c} is {off}, {a} comes out of {p} and {b} out of {r}.",
                ),
                say(
                    f"Crossed, for {c} at {on}: {p} shows {b}, {r} shows {a}.",
                    f"While {c} is {on}, {a} comes out of {r} and {b} out of {p}.",
                ),
                say(
                    "Each word is passed on whole.",
                    "Neither word is ever lost or doubled.",
                    "Both outputs always change together.",
                ),
                say(
                    "The outputs follow at once; there is no memory.",
                    "No clock is involved in switching.",
                ),
            ],
        ),
    )


def _reorder(
    t: Draw, kind: str, width: int, on: int, a: str, out: str, c: str
) -> tuple[str, str, str]:
    say, off = t.say, 1 - on
    size = {"bytes": 8, "nibbles": 4, "reverse": 1, "halves": max(1, width // 2), "pairs": 1}[kind]
    value = t.bits(width) | 1
    parts = [value >> i * size & (1 << size) - 1 for i in range(width // size)]
    parts = [parts[i ^ 1] for i in range(width)] if kind == "pairs" else parts[::-1]
    done = sum(part << i * size for i, part in enumerate(parts))
    shown = [
        binary(width, n) if width <= 16 else f"{width}'h{n:0{width // 4}x}" for n in (value, done)
    ]
    what = {
        "halves": say(
            "the two halves exchanged",
            f"its upper and lower half swapped (rotated by {width // 2})",
            "its lower half on top and its upper half at the bottom",
        ),
        "reverse": say(
            "its bits reversed, first to last",
            "its bits read backwards, bit 0 becoming the top bit and so on",
            "the bit order mirrored",
        ),
        "pairs": say(
            "neighbouring bits swapped, 0 with 1, 2 with 3 and so on",
            "each even-numbered bit exchanged with the odd one above it",
        ),
        "bytes": say(
            "its byte order reversed (endianness swap)",
            "its bytes from last to first, bits inside each byte as they were",
            "the endianness converted over the whole word",
        ),
        "nibbles": say(
            "its nibbles from last to first, each nibble as it was",
            "the order of its hex digits reversed",
        ),
    }[kind]
    settings = {
        "halves": say(
            "A processor has an instruction that swaps the halves of a word",
            "A correlator wants early and late half of its window exchanged at times",
        ),
        "reverse": say(
            "An FFT addresses its memory in bit-reversed order in one of its passes",
            "Serial devices disagree on whether the first bit is the most or the least "
            "significant one",
        ),
        "pairs": say(
            "A recorder interleaves two channels bit by bit and can exchange them",
            "On one board the wires of each pair were crossed",
        ),
        "bytes": say(
            "A network card talks to hosts of both endiannesses",
            "A file reader meets little-endian and big-endian words",
        ),
        "nibbles": say(
            "A hex display was mounted upside down and shows its digits in the wrong order",
            "A tape format stores the hex digits of a word from the low end",
        ),
    }[kind]
    return (
        say(
            f"{out} is {a} with {what}, provided {c} is {on}; with {off} it is just {a}.",
            f"For {c} = {on} take {a} with {what}, for {c} = {off} take {a} itself; drive {out} "
            "with it.",
            f"Plain copy of {a} to {out} while {c} is {off}. At {on} the copy has {what}.",
            f"Reorder stage, bypassed by {c} = {off}. Active ({on}), it delivers {a} with {what} "
            f"on {out}.",
            f"Give {out} the word {a}, but if {c} is {on} with {what}.",
            f"When {c} is {on}, {a} reaches {out} with {what}, and otherwise unchanged.",
        ),
        f"{settings}. "
        + say(
            f"With {c} = {on}, {out} must be {a} with {what}. With {c} = {off} the word is passed "
            "on as it is.",
            f"So {c} is provided: at {off} the word {a} goes to {out} untouched, at {on} it gets "
            f"there with {what}.",
            f"Software tells by {c} what is needed. For {on}, {out} is {a} with {what}; for "
            f"{off}, {out} and {a} are equal.",
        )
        + say("", " Nothing is stored on the way.", " The unit is just wires and multiplexers."),
        laid_out(
            t,
            say(
                f"The word {a} is rearranged or not on its way to {out}.",
                f"{out} is a rearranged {a}, if {c} wants so.",
                f"Rearrange {a} under control of {c}.",
            ),
            [
                say(
                    f"{c} at {on} means that {out} has {a} with {what}.",
                    f"Rearranged ({c} is {on}) means {a} with {what}.",
                ),
                say(
                    f"{c} at {off} means no change.",
                    f"In the other case, {c} at {off}, {out} equals {a}.",
                ),
                say("Doing it twice restores the word.", "No bit is lost or inverted."),
            ],
            f"{a} = {shown[0]} turns into {shown[1]}"
            f"{say(', or stays the same', ' when rearranged')}."
            if done != value
            else "",
        ),
    )
