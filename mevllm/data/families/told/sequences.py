"""Rings, Johnson and Gray counters as people tell them."""

from __future__ import annotations

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.phrases import Gate, sized
from mevllm.data.families.told import _words_timing as words


def ring_counter(
    t: Draw,
    clocking: Clocking,
    q: str,
    width: int,
    kind: str,
    dir_name: str,
    start: int,
    enable: Gate | None,
) -> tuple[str, str, str]:
    """Ring and Johnson counters, one way or both."""
    r, d, top = f"`{q}`", f"`{dir_name}`", width - 1
    johnson = kind.startswith("Johnson")
    way = kind.split()[1]
    back = "left" if way == "right" else "right"
    value = f"{width}'b{start:0{width}b}"
    if johnson:
        name = t.say("Johnson counter", "twisted-ring counter", "Johnson ring")
    else:
        name = t.say("ring counter", "rotating shift register", "ring counter")
    ones = ""
    if not johnson and start in (1, 1 << top):
        ones = t.say("one-hot", "a single circulating 1")
    elif not johnson:
        ones = t.say("one-cold", "a single circulating 0")
    if dir_name:
        turn = t.say(
            f"{d} = 1 shifts {way}, 0 shifts {back}",
            f"{way} with {words.at(t, dir_name)}, {back} otherwise",
        )
    else:
        turn = t.say(f"shifts {way}", f"moving {way}")
    gate = ""
    if enable:
        gate = t.say(f"{words.shut(t, enable)} stops it.", f"Steps only if {words.on(t, enable)}.")
    wire = "complemented end-around bit" if johnson else "plain end-around bit"
    clock = words.brief(t, clocking, t.say(f"loads {value}", f"sets {r} to {value}"))
    short = words.framed(
        t,
        t.say(
            f"{width}-bit {name} on {r}, {turn}. {gate}",
            f"{r} is a {name}, {width} stages, {turn}. {gate}",
            f"{name} with {width} flip-flops {r}; {turn}. {gate}",
            f"{width} flops in a loop with a {wire} ({name}); {turn}. Output {r}. {gate}",
            f"Need {sized(width)} {name}. Direction: {turn}. State straight out on {r}. {gate}",
            f"{r} circulates as {sized(width)} {name}; {turn}. {gate}",
            f"Shift register {r} closed to a {name}: {wire}, {turn}. {gate}",
        ),
        clock,
    )

    def told(side: str) -> str:
        out, into = (top, 0) if side == "left" else (0, top)
        bit = t.say(f"the complement of old bit {out}", f"the inverted bit {out}")
        bit = bit if johnson else t.say(f"the old bit {out}", f"bit {out}, which falls out,")
        return t.say(
            f"all bits go one place {side} and {bit} fills bit {into}",
            f"{r} shifts {side} and {bit} is fed into bit {into}",
        )

    moves = f"With each step {told(way)}"
    if dir_name:
        moves = f"If {words.high(t, dir_name)}, {told(way)}; if {words.high(t, dir_name, False)}, "
        moves += told(back)
    when = t.say(f"It steps {words.steps(t, enable)}", f"A step is taken {words.steps(t, enable)}")
    stays = ""
    if enable:
        stays = t.say(f"{r} rests with {words.shut(t, enable)}", "Between steps it does not move")
    what = ""
    if johnson:
        what = t.say(
            f"The pattern of ones grows from one end and then shrinks, {2 * width} states a round",
            f"One round has {2 * width} states, neighbours differing in a single bit",
        )
    elif ones:
        what = t.say(
            f"The state is {ones} and comes round after {width} steps"
            if "one-" in ones
            else f"It is {ones}, back home after {width} steps",
            f"The round trip takes {width} steps",
        )
    if dir_name and what:
        what = f"{what} if the direction is kept"
    full = words.clocks(t, clocking, t.say(f"sets {r} to {value}", f"makes {r} start at {value}"))
    purpose = words.prose(
        t,
        t.say(
            f"A row of {width} lamps shows {r}, which is driven as {sized(width)} {name}",
            f"The phases of a drum sequencer are the bits of {r}: {width} flip-flops forming a "
            f"{name}",
            f"Glitch-free timing strobes are derived from a {name} of {width} stages, {r}",
            f"A stirring motor has {width} coil drivers. Their pattern is held in {r}, a {name}",
            f"For a scanner, {r} enables {width} sensor rows following a {name}",
            f"A decorative bar graph of {width} segments, {r}, is animated by a {name}",
        ),
        moves,
        when,
        stays,
        what,
        t.say(full, clock),
    )
    values = [start]
    for _ in range(min(width, 5)):
        v = values[-1]
        if way == "left":
            v = (v << 1 & (1 << width) - 1) | (v >> top ^ int(johnson))
        else:
            v = v >> 1 | ((v & 1) ^ int(johnson)) << top
        values.append(v)
    shown = [f"{v:0{width}b}" for v in values]
    under = f" while {d} is 1" if dir_name else ""
    example = t.say(
        f"Example{under}: {' -> '.join(shown)}",
        f"The first states{under}: {', '.join(shown)}",
    )
    remark = words.remarks(
        t,
        t.say(
            f"{r} is to be {sized(width)} {name}",
            f"Build a {name} with {width} stages called {r}",
            f"{name}; register {r}; {width} bits",
            f"A loop of {width} flip-flops, of the kind known as {name}, gives {r}",
        ),
        [moves, when, stays, full],
        [example, what],
    )
    return short, purpose, remark


def gray_counter(
    t: Draw,
    clocking: Clocking,
    named: tuple[str, str, str, str, str, str],
    width: int,
    down: bool,
    last: int,
    enable: Gate | None,
) -> tuple[str, str, str]:
    """A Gray counter; `named`: Gray and binary outputs, tick, load, value, direction."""
    gray, count, tick, load, value, direction = named
    g = f"`{gray}`"
    code = f"{last ^ last >> 1:0{width}b}"
    if direction:
        turn = t.say(
            f"up/down, {words.at(t, direction)} meaning up",
            f"`{direction}` picks the direction (1 up, 0 down)",
        )
    else:
        turn = t.say("counting down", "runs backwards") if down else t.say("counting up", "upward")
    bits = [
        t.say(f"`{count}` gives the plain binary count", f"binary count on `{count}`")
        if count
        else "",
        t.say(
            f"`{load}` first of all loads the binary `{value}`",
            f"`{load}` = 1 loads binary `{value}`, top priority",
        )
        if load
        else "",
        t.say(f"{words.shut(t, enable)} stops it", f"counts only with {words.open_(t, enable)}")
        if enable
        else "",
        t.say(f"`{tick}` flags {g} = {code}", f"`{tick}` decodes the count {last}") if tick else "",
    ]
    more = " ".join(words.ended(b) for b in bits if b)
    clock = words.brief(t, clocking, t.say("clears the count", f"returns {g} to zero"))
    short = words.framed(
        t,
        t.say(
            f"{width}-bit Gray code counter {g}, {turn}, wrapping around. {more}",
            f"{g} is a reflected binary (Gray) counter, {width} bits, {turn}, modulo {1 << width}. "
            f"{more}",
            f"Binary counter of {width} bits, {turn}, with its Gray code on {g} (b ^ b>>1, "
            f"combinational). {more}",
            f"Counter in Gray code, {width} wide, {turn}; output {g}. {more}",
            f"Need a {1 << width}-state Gray counter, {turn}. {more} Code out: {g}.",
            f"{g} steps through the standard {width}-bit Gray sequence cyclically, {turn}. {more}",
            f"Gray pointer {g}, {width} bits, {turn}, free to wrap. {more}",
        ),
        clock,
    )
    conv = t.say(
        f"{g} is the count recoded: XOR of the number with itself shifted right by one, without a "
        "register in between",
        f"{g} comes from the count by gates: the top bit is copied, each lower bit is the XOR of "
        "the count's bit there and its left neighbour",
        f"{g} shows the reflected Gray code of a hidden binary number, converted combinationally"
        if not count
        else f"{g} shows the reflected Gray code of `{count}`, converted combinationally",
    )
    if direction:
        moves = t.say(
            f"the number goes up for `{direction}` = 1 and down for `{direction}` = 0",
            f"with {words.at(t, direction)} the number grows by one, else it shrinks by one",
        )
    else:
        moves = f"the number {'falls' if down else 'grows'} by one"
    round_ = t.say(f"it has {width} bits and wraps", f"modulo {1 << width}")
    rule = f"{words.cap(words.steps(t, enable))} {moves}; {round_}"
    loads = ""
    if load:
        loads = t.say(
            f"`{load}` at 1 puts `{value}`, a binary number, into the counter instead",
            f"Loading (`{load}` = 1, binary data from `{value}`) goes before counting",
        ) + (f", even if `{enable.name}` forbids counting" if enable else "")
    seen = words.maybe(t, count, f"The number itself is on `{count}`", f"`{count}` is that number")
    ends = words.maybe(
        t,
        tick,
        f"`{tick}` is 1 just while {g} shows {code} (count {last})",
        f"The count {last}, code {code}, is announced by `{tick}`, combinationally",
    )
    full = words.clocks(t, clocking, t.say("sets the number to 0", "clears the number"))
    purpose = words.prose(
        t,
        t.say(
            f"A position is handed to another clock domain, so it travels in Gray code on {g}",
            f"A shaft simulator produces the {width} tracks of an absolute encoder on {g}",
            f"To save power on a long address bus, {g} should change one wire per step",
            f"A converter's ramp is read while it moves; {g} therefore counts in Gray code with "
            f"{width} bits",
            f"A tester steps a row of relays on {g} so that only one switches at a time",
        ),
        rule,
        conv,
        loads,
        seen,
        ends,
        t.say(full, clock),
    )
    codes = [f"{i ^ i >> 1:0{width}b}" for i in range(min(6, 1 << width))]
    n = t.int(0, (1 << width) - 1)
    example = t.say(
        f"Codes of 0, 1, 2...: {', '.join(codes)}",
        f"Count {n} ({n:0{width}b}) appears as {n ^ n >> 1:0{width}b}",
    )
    kind = "up/down" if direction else "down" if down else "up"
    remark = words.remarks(
        t,
        t.say(
            f"{g} is a Gray code {kind} counter of {width} bits",
            f"{kind}-counter whose visible code {g} is Gray",
            f"{width}-bit Gray sequence on {g}, direction {kind}",
            f"Code generator: reflected Gray, {width} bits, {kind}; output {g}",
        ),
        [rule, conv, loads, seen, ends, full],
        [example],
    )
    return short, purpose, remark
