"""Edge detectors, captures and counters as people tell them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.phrases import Gate
from mevllm.data.families.told import _words_timing as words


def edge_detector(
    t: Draw,
    clocking: Clocking,
    source: str,
    outs: Sequence[str],
    kinds: Sequence[str],
    drawn: tuple[int, bool, bool],
) -> tuple[str, str, str]:
    """Pulses for edges; `drawn` are the width and whether registered, synchronised."""
    width, registered, synchronised = drawn
    x = f"`{source}`"
    pairs = list(zip(outs, kinds, strict=True))
    which = words.listed([f"`{o}` for {words.change(t, k)}" for o, k in pairs])
    signs = {"rising": "posedge", "falling": "negedge", "any": "any-edge"}
    names = " and ".join(signs[k] for k in kinds)
    bitwise = t.say("bit by bit", "each bit on its own", "per bit") if width > 1 else ""
    tail = f", {bitwise}" if bitwise else ""
    style = (
        t.say("registered pulses", "pulses out of flip-flops", "output flops")
        if registered
        else t.say("combinational outputs", "outputs straight from the gate, not registered")
    )
    first = words.maybe(
        t,
        synchronised,
        f"{x} goes through a two-flop synchroniser first.",
        f"Synchronise {x} with two flip-flops, then compare.",
    )
    clock = words.brief(
        t, clocking, t.say("zeroes all flip-flops", "clears every register", "puts all flops to 0")
    )
    now = t.say("the synchronised level" if synchronised else f"present {x}", "the level now")
    if synchronised:
        now = "the synchronised level"
    short = words.framed(
        t,
        t.say(
            f"{first} {names} detector on {x}{tail}: {which}; {style}.",
            f"Edge detection of {x}{tail}, against its last clocked sample: {which}. {first} "
            f"{style}.",
            f"{which} of {x}{tail}. One delay flop and a gate; {style}. {first}",
            f"Compare {now} with the sample of the clock edge before{tail}: {which}; {style}. "
            f"{first}",
            f"{first} Transition detector for {x}: {which}{tail}. {style}.",
            f"Standard {names} detector, previous-value register plus compare{tail}. {which}. "
            f"{first} {style}.",
        ),
        clock,
    )
    level = "the output of the second of two synchronising flip-flops" if synchronised else x
    verdicts = [
        {
            "rising": t.say(
                f"`{o}` is 1 where the level is 1 and its previous sample 0",
                f"`{o}` marks a step from 0 to 1",
            ),
            "falling": t.say(
                f"`{o}` is 1 where the level is 0 and its previous sample 1",
                f"`{o}` marks a step from 1 to 0",
            ),
            "any": t.say(
                f"`{o}` is 1 where the level differs from its previous sample",
                f"`{o}` marks a step of either direction",
            ),
        }[k]
        for o, k in pairs
    ]
    sync = words.maybe(
        t,
        synchronised,
        f"As {x} is foreign to the clock, it passes two flip-flops before it is looked at",
        f"{x} is taken through a chain of two flip-flops; only the second one's output is judged",
    )
    both = len(outs) > 1
    timing = (
        t.say(
            f"The {'results are' if both else 'result is'} registered: computed from the level at "
            "a clock edge and the one at the edge before, and shown for the clock period that "
            "follows",
            f"{'Each output' if both else 'The output'} is a flip-flop, loaded at every clock "
            f"edge with the comparison of {level} at this edge and at the edge before",
        )
        if registered
        else t.say(
            f"The {'outputs follow' if both else 'output follows'} without a register: {level} as "
            "it is now against its value at the latest clock edge",
            f"No output register: a gate compares {level}, live, with the copy stored at the last "
            "clock edge",
        )
    )
    lanes = f"All {width} bits are treated alike and independently" if width > 1 else ""
    full = words.clocks(
        t, clocking, t.say("clears all samples and registers to 0", "zeroes every flip-flop in it")
    )
    lines = f"the {width} lines of {x}" if width > 1 else f"the line {x}"
    kinds_told = words.listed([words.change(t, k, True) for k in kinds])
    purpose = words.prose(
        t,
        t.say(
            f"An interrupt controller must turn {kinds_told} on {lines} into pulses",
            f"A door contact is wired to {lines}; the alarm logic wants a pulse for {kinds_told} "
            "rather than a level",
            f"The activity LEDs of a network card are fed from {lines}: {kinds_told} have to give "
            "a short pulse",
            f"A flow meter drives {lines}. Downstream counters need pulses for {kinds_told}",
            f"To time-stamp {kinds_told} on {lines}, a logger wants strobes",
        ),
        sync,
        *verdicts,
        lanes,
        timing,
        t.say(full, clock),
    )
    last, here = (t.bits(min(width, 8)) for _ in range(2))
    size = min(width, 8)
    values = {"rising": here & ~last, "falling": ~here & last & (1 << size) - 1, "any": here ^ last}
    shown = ", ".join(f"`{o}` {values[k]:0{size}b}" for o, k in pairs)
    example = (
        f"Example{f' (low {size} bits)' if size < width else ''}: sample before {last:0{size}b}, "
        f"level now {here:0{size}b}, result {shown}"
        + (" after the clock edge" if registered else "")
    )
    remark = words.remarks(
        t,
        t.say(
            f"Convert {kinds_told} of {x} to one-bit marks" + (" per line" if width > 1 else ""),
            f"{lines} under observation; wanted: {kinds_told}",
            f"Delayed-copy circuit for {kinds_told} of {x}",
        ),
        [sync, "; ".join(verdicts), lanes, timing, full],
        [example],
    )
    return short, purpose, remark


def edge_capture(
    t: Draw,
    clocking: Clocking,
    named: tuple[str, str, str, str],
    drawn: tuple[int, str, bool, bool],
) -> tuple[str, str, str]:
    """Sticky flags for edges: input, flags, clear, summary; width, kind, per bit, set wins."""
    source, flags, clear, summary = named
    width, kind, per_bit, set_wins = drawn
    x, f, c, many = f"`{source}`", f"`{flags}`", f"`{clear}`", width > 1
    edge_, edges = words.change(t, kind), words.change(t, kind, True)
    flag = "flags" if many else "flag"
    if not clear:
        wipe = t.say("only the reset clears", "sticky until reset")
    elif per_bit:
        wipe = t.say(f"{c} clears its own bits", f"write-one-to-clear through {c}, bit for bit")
    else:
        wipe = t.say(f"{c} high clears {'all of them' if many else 'it'}", f"{c} wipes the {flag}")
    win = ""
    if clear:
        win = t.say("set wins over clear", "a new edge beats the clear")
        if not set_wins:
            win = t.say("clear wins over set", "clear beats a simultaneous edge")
    tie = f"; {win}" if win else ""
    some = words.maybe(t, summary, f"`{summary}` = OR of {f}.", f"`{summary}`: any flag set.")
    clock = words.brief(t, clocking, t.say(f"zeroes {f} and the old sample", "clears all of it"))
    short = words.framed(
        t,
        t.say(
            f"Sticky edge capture: {edge_} on {x} sets {'the matching bit of ' * many}{f}; "
            f"{wipe}{tie}. {some}",
            f"{f} remembers {edges} of {x}{', per bit' * many}. {wipe}{tie}. {some}",
            f"Interrupt-pending style {flag} {f} for {edges} on {x}; {wipe}{tie}. {some}",
            f"Event latch: {edge_} seen between two clock samples of {x} sets "
            f"{f}{' bitwise' * many}, and there it stays; {wipe}{tie}. {some}",
            f"Set-and-hold {flag} {f}, set by {edge_} of {x}{' at the same index' * many} "
            f"(previous clocked sample versus this one). {wipe}{tie}. {some}",
            f"Edge status register {f} behind {x}: {edges} get recorded; {wipe}{tie}. {some}",
        ),
        clock,
    )
    event = {
        "rising": t.say("1 at this clock edge, 0 at the one before", "0 last time and 1 now"),
        "falling": t.say("0 at this clock edge, 1 at the one before", "1 last time and 0 now"),
        "any": t.say(
            "one value at this clock edge and the other at the one before", "0 then 1, or 1 then 0"
        ),
    }[kind]
    sets = t.say(
        f"{'A bit of ' * many}{f} goes to 1 at the clock edge that finds "
        f"{'the corresponding line of ' * many}{x} changed: {event}",
        f"Samples of consecutive clock edges are compared; {event} is what sets "
        f"{'the flag of that line' if many else 'the flag'}",
    )
    stays = "What is set stays set"
    if not clear:
        stays += t.say(" until the reset comes", "; there is no way out but the reset")
        clears = ""
    elif per_bit:
        clears = t.say(
            f"Each 1 in {c} takes down the flag at the same position at the clock edge, each 0 "
            "leaves its flag alone",
            f"{c} is a mask sampled by the clock: positions with 1 are cleared, others kept",
        )
    else:
        clears = t.say(
            f"With {c} = 1 at a clock edge {'every flag is' if many else 'the flag is'} taken down",
            f"{c}, sampled by the clock, {'empties the whole of' if many else 'clears'} {f}",
        )
    meets = ""
    if clear:
        meets = (
            t.say(
                "If an edge and its clear meet at one clock edge, the flag ends up 1",
                "An edge that comes together with the clear is not lost",
            )
            if set_wins
            else t.say(
                "If an edge and its clear meet at one clock edge, the flag ends up 0",
                "An edge that comes together with the clear goes unrecorded",
            )
        )
    any_ = t.say(
        f"`{summary}` is 1 as long as {f} is not all zeros",
        f"OR all of {f} onto `{summary}`, directly",
    )
    any_ = any_ if summary else ""
    full = words.clocks(
        t,
        clocking,
        t.say(f"clears {f} and the stored sample to 0", f"zeroes the sample of {x} and {f}"),
    )
    lines = f"the {width} lines {x}" if many else f"the line {x}"
    purpose = words.prose(
        t,
        t.say(
            f"A pin controller lets slow software learn later that {edges} happened on {lines}; "
            f"{f} keeps the evidence",
            f"Elevator call buttons are wired to {lines}, and a press, noticed as {edge_}, must "
            f"be remembered in {f}",
            f"A fault recorder: {lines} come{'' if many else 's'} from protection relays, {edges} "
            f"trip {f}",
            f"Wake-up logic: {edges} on {lines} are kept in {f} while the processor sleeps",
            f"A game console looks at its pads only now and then, so {f} collects {edges} of "
            f"{lines} meanwhile",
        ),
        sets,
        stays,
        clears,
        meets,
        any_,
        t.say(full, clock),
    )
    nibble = min(width, 8)
    old, new = t.bits(nibble), t.bits(nibble)
    hit = {"rising": new & ~old, "falling": old & ~new, "any": new ^ old}[kind]
    part = f" (bits {nibble - 1} to 0)" if nibble < width else ""
    example = (
        f"Example{part}: all flags 0, {x} sampled as {old:0{nibble}b} and then as "
        f"{new:0{nibble}b}; {f} becomes {hit:0{nibble}b}"
    )
    remark = words.remarks(
        t,
        t.say(
            f"{f} is a status register that records {edges} of {x}",
            f"Recorder for {edges}; watched: {lines}, stored in: {f}",
            f'Every event of the type "{edge_}" on {lines} leaves a trace in {f}',
            f"{f}, {width} bit{'s' * many}: did {x} make {edge_} since it was last cleared?",
        ),
        [sets, stays, clears, meets, any_, full],
        [example],
    )
    return short, purpose, remark


def edge_counter(
    t: Draw,
    clocking: Clocking,
    source: str,
    out: str,
    drawn: tuple[str, str, int, int, bool],
    enable: Gate | None,
) -> tuple[str, str, str]:
    """Toggles or counts at edges: kind, action, width, limit, whether it saturates."""
    kind, action, width, limit, saturates = drawn
    x, q = f"`{source}`", f"`{out}`"
    edge_, edges = words.change(t, kind), words.change(t, kind, True)
    if action == "toggle":
        does = t.say(f"toggle {q}", f"flip {q}", f"invert {q}")
        verb = t.say("inverts it", "flips it over")
    elif saturates:
        does = t.say(f"count up {q}, saturating at {limit}", f"bump {q} until it sticks at {limit}")
        verb = t.say(f"adds one, but at {limit} it stays", f"adds one up to {limit}, never beyond")
    elif limit == (1 << width) - 1:
        does = t.say(f"count up {q} modulo {1 << width}", f"bump {q}, free to roll over")
        verb = t.say(f"adds one, {limit} rolling over to 0", f"adds one modulo {1 << width}")
    else:
        does = t.say(
            f"count up {q} modulo {limit + 1}", f"bump {q} in the range 0..{limit}, cyclic"
        )
        verb = t.say(f"adds one, and {limit} is followed by 0", f"adds one modulo {limit + 1}")
    only = ""
    if enable:
        only = t.say(
            f"Edges count only with {words.open_(t, enable)}; sampling of {x} never stops.",
            f"{words.cap(words.off(t, enable))}: edge ignored for good ({x} still sampled).",
        )
    clock = words.brief(t, clocking, t.say(f"zeroes {q} and the sample", "clears both registers"))
    short = words.framed(
        t,
        t.say(
            f"{edges} of {x} {does}; {x} is sampled every clock. {only}",
            f"Sampled {x}: on {edge_}, {does}. {only}",
            f"Keep last clock's {x}; whenever it shows {edge_}, {does}. {only}",
            f"Edge detector driving {'a toggle flop' if action == 'toggle' else 'a counter'}: "
            f"{edges} on {x} {does}. {only}",
            f"{x} is data, not a clock. Sample it, and at {edge_} {does}. {only}",
            f"Let {edges} seen on {x} {does}, one register for the old sample. {only}",
        ),
        clock,
    )
    event = {
        "rising": f"{x} is 1 at a clock edge after having been 0 at the previous one",
        "falling": f"{x} is 0 at a clock edge after having been 1 at the previous one",
        "any": f"two samples of {x} at successive clock edges differ",
    }[kind]
    rule = t.say(
        f"If {event}, {q} reacts: the edge {verb}", f"The event is that {event}; for {q} it {verb}"
    )
    keeps = t.say(f"{q} rests at all other times", f"Without such an event {q} is kept")
    gated = ""
    if enable:
        gated = t.say(
            f"Only events that fall on a clock edge with {words.open_(t, enable)} matter; the "
            "others are lost, for the old sample is renewed all the time",
            f"While {words.off(t, enable)}, {q} is frozen, but {x} goes on being sampled",
        )
    full = words.clocks(
        t,
        clocking,
        t.say(f"sets {q} and the stored sample to 0", f"clears {q} and the memory of {x}"),
    )
    thing = "state" if action == "toggle" else "number"
    purpose = words.prose(
        t,
        t.say(
            f"A push button on {x} should work on {q}, once per action and however long it is "
            f"held: what matters are {edges}",
            f"A reed switch on a wheel gives {x}; {edges} act on {q}",
            f"The {thing} {q} on a front panel is driven by {edges} of the sensor line {x}, which "
            "may be slow",
            f"A turnstile arm closes the contact {x}. The {thing} in {q} follows from {edges}",
            f"An encoder track is read on {x}. {words.cap(edges)} are the events, {q} is their "
            f"{thing}",
        ),
        rule,
        gated,
        keeps,
        t.say(full, clock),
    )
    bits = [0, *(t.bits(1) for _ in range(8))]
    value = 0
    for before, now in pairwise(bits):
        hit = {"rising": now > before, "falling": now < before, "any": now != before}[kind]
        if hit and action == "toggle":
            value ^= 1
        elif hit:
            value = min(value + 1, limit) if saturates else (value + 1) % (limit + 1)
    example = (
        f"Example from reset: samples of {x} are {' '.join(map(str, bits[1:]))}"
        + (f" with {words.open_(t, enable)} all along" if enable else "")
        + f"; afterwards {q} is {value}"
    )
    remark = words.remarks(
        t,
        t.say(
            f"{q} is worked by {edges} of {x}",
            f"Reaction of {q} to the input {x}: {edges} only, levels mean nothing",
            f"{'Toggle stage' if action == 'toggle' else 'Event counter'} with {x} as its event "
            f"line; events are {edges}",
            f"Use {x} as a trigger ({edges}) for the {thing} {q}, all in one clock domain",
        ),
        [rule, keeps, gated, full],
        [example],
    )
    return short, purpose, remark
