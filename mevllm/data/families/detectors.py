"""Sequence detectors: one pattern or two, overlapping or not, Moore or Mealy, locking, counting."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.design import Design, Exhibit, Family, Stimulus
from mevllm.data.draw import Clocking, Draw, port
from mevllm.data.families.fsm import Machine, Signals
from mevllm.data.families.fsm_patterns import recognizer, run, stream
from mevllm.data.families.fsm_told import machine_body
from mevllm.data.families.telling import Fact, clock_words, clocked, tell
from mevllm.data.families.told import detectors as told
from mevllm.data.stimulus import sequential
from mevllm.spec import Port
from mevllm.tiers import Tier


def _stimulus(
    draw: Draw,
    ports: Sequence[Port],
    clocking: Clocking,
    x: str,
    patterns: Sequence[str],
    valid: str = "",
) -> Stimulus:
    rows = []
    on = int(clocking.active_high)
    for bit in stream(draw, patterns, 220):
        row = {x: bit}
        while valid and draw.chance(0.3):
            rows.append({x: draw.bits(1), valid: 0})
        if valid:
            row[valid] = 1
        rows.append(row)
        if clocking.reset and draw.chance(0.015):
            rows.append({x: draw.bits(1), clocking.reset: on})
    return sequential(draw, ports, clocking, directed=rows, random_rows=60, reset_chance=0.05)


def _pattern(draw: Draw, low: int = 3, high: int = 6) -> str:
    while True:
        width = draw.int(low, high)
        text = f"{draw.bits(width):0{width}b}"
        if len(set(text)) > 1 or draw.chance(0.15):
            return text


def _overlapping(draw: Draw, overlap: bool) -> str:
    if overlap:
        return draw.say(
            "Occurrences may overlap: the last bits of one can be the first bits of the next.",
            "The detector is overlapping, so every occurrence in the stream is reported, also one "
            "that shares bits with the one before.",
        )
    return draw.say(
        "Occurrences do not overlap: after one is found the search starts afresh with the next "
        "bit.",
        "The detector is non-overlapping; the bits of a found occurrence are not used again for "
        "another one.",
    )


def _moment(draw: Draw, z: str, x: str, mealy: bool, valid: str = "") -> str:
    if mealy:
        return draw.say(
            f"`{z}` is a Mealy output: it is 1 in the same cycle in which the last bit is on "
            f"`{x}`, before the clock edge that takes this bit.",
            f"The output is combinational (Mealy): `{z}` goes to 1 as soon as the final bit is "
            f"present on `{x}`, and only while it is.",
        )
    if valid:
        return draw.say(
            f"`{z}` is a Moore output: it becomes 1 with the clock edge at which the last bit is "
            "taken, and keeps its value until the next bit is taken.",
            f"The output depends on the state only (Moore): `{z}` changes only when a bit is "
            "accepted, right after that clock edge.",
        )
    return draw.say(
        f"`{z}` is a Moore output: it is 1 for the cycle that follows the clock edge at which the "
        "last bit is taken.",
        f"The output depends on the state only (Moore), so `{z}` becomes 1 right after the clock "
        "edge that samples the final bit, for one bit period.",
    )


def _example(draw: Draw, machine: Machine, patterns: Sequence[str], x: str) -> tuple[str, str]:
    """A stream and its outputs, as words and as lines of a worked example."""
    while True:
        bits = stream(draw, patterns, draw.int(10, 16))
        outs = run(machine, bits)
        if 1 <= sum(map(bool, outs)) < len(bits):
            break
    z = machine.shown.names
    lanes = ["".join(f"{o >> (len(z) - 1 - i) & 1} " for o in outs).strip() for i in range(len(z))]
    wide = max(len(n) for n in (x, *z))
    text = "\n".join(
        (
            f"{x:<{wide}}: {' '.join(map(str, bits))}",
            *(f"{n:<{wide}}: {lane}" for n, lane in zip(z, lanes, strict=True)),
        )
    )
    marks = ", ".join(str(i + 1) for i, o in enumerate(outs) if o)
    words = (
        f"For the bits {''.join(map(str, bits))} after reset, `{z[0]}` is 1 "
        f"{'with' if machine.mealy else 'after'} bit{'s' * (',' in marks)} {marks}, counted from 1."
    )
    return words, text


def _sequence_detector(draw: Draw) -> Design:
    """One pattern."""
    clocking = draw.clocking()
    pattern = _pattern(draw)
    overlap, mealy = draw.chance(0.6), draw.chance(0.45)
    x = draw.name("bit", "x", "data_in", "serial")
    valid = draw.name("valid", "en", "ce") if draw.chance(0.25) else ""
    z = draw.name("z", "found", "detected", "match", "out", "y", "seen")
    given, shown = Signals((x,), 1), Signals((z,), 1)
    machine = recognizer(
        [pattern], given, shown, overlap=overlap, mealy=mealy, numbered=draw.chance(0.6)
    )
    ports = [
        *clocking.ports,
        port(x, "input", 1, draw.say("", "serial data")),
        *([port(valid, "input", 1, draw.say("", "a new bit is present"))] if valid else []),
        port(z, "output", 1, draw.say("", f"{pattern} found")),
    ]
    body = machine_body(machine, clocking, draw, enable=valid)
    gate: Fact = ""
    if valid and mealy:
        body = body.replace(f"assign {z} = ", f"assign {z} = {valid} && (")[:-1] + ");"
        gate = (
            f"Only bits with `{valid}` = 1 belong to the stream; while `{valid}` is 0 the state is "
            f"kept and `{z}` is 0.",
            f"`{valid}` marks the cycles that carry a bit. In all others `{x}` is ignored, nothing "
            f"is remembered or forgotten, and `{z}` is 0.",
        )
    elif valid:
        gate = (
            f"Only bits with `{valid}` = 1 belong to the stream; while `{valid}` is 0 the state, "
            f"and with it `{z}`, is kept.",
            f"`{valid}` marks the cycles that carry a bit. In all others `{x}` is ignored and the "
            f"machine, `{z}` included, stays as it is.",
        )
    words, text = _example(draw, machine, [pattern], x)
    kind = "Mealy" if mealy else "Moore"
    lap = "overlapping" if overlap else "non-overlapping"
    title = draw.say(
        f"{pattern} sequence detector",
        f"{lap} detector for the bit sequence {pattern}",
        f"{kind} sequence detector for {pattern}",
    )
    seen = draw.say("left bit first", "the leftmost bit comes first", "first bit on the left")
    facts: list[Fact] = [
        (
            f"The input `{x}` is a serial stream, one bit a clock cycle. `{z}` signals that the "
            f"last {len(pattern)} bits were {pattern} ({seen}).",
            f"`{z}` is 1 when the sequence {pattern} ({seen}) has been received on `{x}`, which "
            "carries one bit in every clock cycle.",
        ),
        _moment(draw, z, x, mealy, valid),
        _overlapping(draw, overlap),
        gate,
        *clocked(draw, clocking, draw.say("forgets all bits seen so far", "restarts the search")),
    ]
    if valid:
        facts[0] = (
            f"`{z}` signals that the last {len(pattern)} bits of the serial stream on `{x}` were "
            f"{pattern} ({seen})."
        )
    spoken = tell(
        draw,
        title=title,
        terse=f"{lap.capitalize()} {kind} detector: {z} = 1 when {pattern} is seen on {x}"
        + (f" (bits count only if {valid})" if valid else "")
        + f". {clock_words(clocking, 'restarts')}",
        opening=(
            f"Build a {kind} state machine that detects a sequence of bits.",
            "A receiver has to recognise a bit pattern in a serial stream.",
            f"Design a finite-state machine that finds {pattern}. {words}" if not valid else "",
            "",
        ),
        facts=facts,
        exhibits=[
            Exhibit(
                "worked example",
                " ".join(
                    s
                    for s in (
                        f"Detect {pattern} on the serial input `{x}`.",
                        _moment(draw, z, x, mealy, valid),
                        _overlapping(draw, overlap),
                        draw.choice(gate) if isinstance(gate, tuple) else "",
                        clocking.edge_sentence(draw),
                        clocking.reset_sentence(draw, "restarts the search"),
                        "An example from reset on, one column a cycle"
                        + (f" (`{valid}` = 1 throughout)" if valid else "")
                        + (
                            f", `{z}` as it is while the bit is present:"
                            if mealy
                            else f", `{z}` as it is after the bit has been clocked in:"
                        ),
                    )
                    if s
                ),
                text,
            )
        ],
    )
    draw.tell(
        *told.sequence_detector(
            draw.teller(), clocking, machine, pattern, overlap=overlap, x=x, z=z, valid=valid
        )
    )
    return draw.design(
        SEQUENCE_DETECTOR,
        module=draw.module("detector", "seq_detect", f"detect_{pattern}", "sequence_detector"),
        ports=ports,
        body=body,
        description=spoken,
        stimulus=_stimulus(draw, ports, clocking, x, [pattern], valid),
        choices=(
            ("machine", machine.canonical),
            ("kind", kind),
            ("valid", bool(valid)),
        ),
        clocking=clocking,
    )


def _two_patterns(draw: Draw) -> Design:
    """Two patterns of one length, with an output each or one for both."""
    clocking = draw.clocking()
    width = draw.int(3, 4)
    one, two = (f"{v:0{width}b}" for v in draw.shuffled(range(1 << width))[:2])
    overlap, mealy, apart = draw.chance(0.7), draw.chance(0.4), draw.chance(0.6)
    x = draw.name("bit", "x", "data")
    names: tuple[str, ...]
    if apart:
        pair = draw.choice((("z1", "z2"), ("found_a", "found_b"), ("p", "q"), ("hit0", "hit1")))
        names = (draw.name(pair[0]), draw.name(pair[1]))
    else:
        names = (draw.name("z", "found", "match", "hit"),)
    shown = Signals(names, len(names))
    machine = recognizer([one, two], Signals((x,), 1), shown, overlap=overlap, mealy=mealy)
    ports = [*clocking.ports, port(x, "input"), *shown.ports("output")]
    outs = " and ".join(f"`{n}`" for n in names)
    what = (
        f"`{names[0]}` signals the sequence {one}, `{names[-1]}` the sequence {two}"
        if apart
        else f"`{names[0]}` signals the sequence {one} or the sequence {two}, whichever comes"
    )
    when = (
        (
            f"{outs} {'are' if apart else 'is'} combinational (Mealy): 1 in the same cycle in "
            f"which the last bit is on `{x}`."
        )
        if mealy
        else (
            f"{outs} {'are' if apart else 'is'} 1 for one cycle, right after the clock edge that "
            "takes the last bit (Moore)."
        )
    )
    after = (
        "Occurrences may overlap, also those of different sequences."
        if overlap
        else "After either sequence is found the search for both starts afresh with the next bit."
    )
    draw.tell(
        *told.two_patterns(
            draw.teller(), clocking, machine, one, two, overlap=overlap, x=x, names=names
        )
    )
    return draw.design(
        TWO_PATTERNS,
        module=draw.module("two_patterns", "detector", "dual_detect"),
        ports=ports,
        body=machine_body(machine, clocking, draw),
        description=tell(
            draw,
            title=f"detector for the sequences {one} and {two}",
            terse=f"{'Mealy' if mealy else 'Moore'}, {'' if overlap else 'non-'}overlapping: "
            f"{what.replace('`', '')}, on {x}. {clock_words(clocking, 'restarts')}",
            opening=("Two code words are to be recognised in a serial stream.", "", ""),
            facts=(
                f"{what} on the serial input `{x}` (one bit a clock cycle, leftmost bit first).",
                when,
                after,
                *clocked(draw, clocking, "forgets all earlier bits"),
            ),
        ),
        stimulus=_stimulus(draw, ports, clocking, x, [one, two]),
        choices=(
            ("machine", machine.canonical),
            ("kind", "Mealy" if mealy else "Moore"),
        ),
        clocking=clocking,
    )


SEQUENCE_DETECTOR = Family("sequence_detector", Tier.ADVANCED, _sequence_detector)
TWO_PATTERNS = Family("two_pattern_detector", Tier.ADVANCED, _two_patterns)

FAMILIES = (SEQUENCE_DETECTOR, TWO_PATTERNS)
