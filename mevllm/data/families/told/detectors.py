"""Sequence detectors as people tell them."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.fsm import Machine
from mevllm.data.families.fsm_patterns import run, stream
from mevllm.data.families.told import _words_timing as words


def sequence_detector(
    t: Draw,
    clocking: Clocking,
    machine: Machine,
    pattern: str,
    *,
    overlap: bool,
    x: str,
    z: str,
    valid: str,
) -> tuple[str, str, str]:
    """One pattern in a serial stream."""
    mealy, p, size = machine.mealy, pattern, len(pattern)
    kind = "Mealy" if mealy else "Moore"
    lap = "overlapping" if overlap else "non-overlapping"
    clock = words.brief(
        t,
        clocking,
        t.say("restarts the search", "forgets the bits so far", "returns it to the start state"),
    )
    if not valid:
        gate = ""
    elif mealy:
        gate = t.say(
            f"`{valid}` qualifies the bits: without it the state holds and `{z}` is 0.",
            f"Cycles with `{valid}` low carry no bit; state kept, `{z}` 0.",
        )
    else:
        gate = t.say(
            f"`{valid}` qualifies the bits; while it is low state and `{z}` hold.",
            f"Cycles with `{valid}` low carry no bit and change nothing, not even `{z}`.",
        )
    share = t.say("matches may share bits", "overlaps count")
    if not overlap:
        share = t.say("a match uses up its bits", "overlapping hits do not count")
    short = words.framed(
        t,
        t.say(
            f"{lap} {kind} detector for {p} on `{x}`, flagged by `{z}`. {gate}",
            f"`{z}` fires on {p} in the serial stream `{x}`, left bit first; {kind} FSM, {share}. "
            f"{gate}",
            f"I need a {kind} machine that spots {p}, oldest bit leftmost, on `{x}`; {share}. "
            f"Output `{z}`. {gate}",
            f"{p} sequence recogniser, {kind} style, {'with' if overlap else 'without'} overlap: "
            f"bits from `{x}`, verdict on `{z}`. {gate}",
            f"Serial match of {p}, in order of arrival on `{x}`. {gate} `{z}` is a {kind} flag; "
            f"{share}.",
            f"Sequence detector FSM. Target {p}, {kind} output `{z}`, serial input `{x}`, {lap}. "
            f"{gate}",
            f"Watch `{x}` for {p} (first bit written first). {words.cap(share)}. Make `{z}` a "
            f"{kind} output. {gate}",
            f"{kind} FSM: `{z}` says that the latest {size} bits of `{x}` read {p}; {share}. "
            f"{gate}",
            f"Bit pattern {p} arriving on `{x}`, leftmost first, must raise `{z}`. {gate} "
            f"{words.cap(lap)}, {kind}.",
        ),
        clock,
    )
    if mealy:
        moment = t.say(
            f"`{z}` has to answer while the closing bit is still on `{x}`, before the clock edge "
            "takes it",
            f"The answer is combinational: `{z}` is high together with the final bit of the group "
            "(Mealy)",
            f"Do not wait for the edge: with the last bit present on `{x}`, `{z}` goes up at "
            "once, and only as long as it is there",
        )
    elif valid:
        moment = t.say(
            f"`{z}` goes up with the clock edge that takes the final bit and stays till the next "
            "bit is taken",
            f"`{z}` is decoded from the state only, so it follows the edge that swallows the last "
            "bit and lasts until another bit is accepted",
        )
    else:
        moment = t.say(
            f"`{z}` goes up right after the clock edge that takes the final bit, and stays for "
            "one bit time unless the next bit completes another find",
            f"`{z}` is decoded from the state only (Moore), so it is high in the cycle after the "
            "edge that swallows the last bit",
        )
    if overlap:
        again = t.say(
            "The tail of one find may be the head of the next",
            "Bits already used in a find are allowed to count for another one",
            "Every occurrence must be reported, even those that begin inside an earlier one",
        )
    else:
        again = t.say(
            "After a find the count starts from nothing: its bits never serve a second time",
            "Each bit belongs to at most one find",
            "Once reported, the bits are spent and the hunt begins with the bit after them",
        )
    if not valid:
        ticks = t.say(f"Every clock brings one bit on `{x}`", f"`{x}` holds a new bit each cycle")
    else:
        ticks = t.say(
            f"A bit on `{x}` is there only when `{valid}` is 1",
            f"Bits come now and then; `{valid}` high says that `{x}` holds one",
        )
        ticks += t.say(
            "; other cycles leave the memory of earlier bits untouched",
            "; nothing is forgotten in the cycles between",
        )
        ticks += f", with `{z}` 0" if mealy else f", `{z}` included"
    full = words.clocks(
        t,
        clocking,
        t.say("starts the hunt over", "wipes out what was seen", "makes it begin from nothing"),
    )
    order = t.say("in this order", "the leftmost first", "read from left to right")
    purpose = words.prose(
        t,
        t.say(
            f"A radio receiver hunts for the preamble {p} ({order}) in its demodulated bits and "
            f"tells the decoder on `{z}`",
            "On a conveyor each item is judged, 1 for good and 0 for bad; the run of verdicts "
            f"{p}, {order}, means a slipping belt and must be shown on `{z}`",
            f"A logic analyser should trigger, on `{z}`, when the probed line has gone through "
            f"the bits {p}, {order}",
            f"The remote control's receiver delivers single bits. `{z}` lights up for the key "
            f"code {p}, {order}",
            f"A tape reader marks block boundaries with the bits {p}, {order}. `{z}` reports each "
            "boundary",
            f"A bus monitor has to count how often {p} ({order}) goes over a serial line; build "
            f"the part that recognises it and pulses the counter by `{z}`",
        ),
        *t.shuffled([ticks, moment, again]),
        t.say(full, clock),
    )
    while True:
        bits = stream(t, [p], t.int(8, 13))
        outs = run(machine, bits)
        if 1 <= sum(map(bool, outs)) < len(bits):
            break
    marks = words.listed([str(i) for i, o in enumerate(outs, 1) if o])
    sent = "".join(map(str, bits))
    example = t.say(
        f"Check: the stream {sent} from the start state gives `{z}` = 1 "
        f"{'with' if mealy else 'after'} bit {marks} (first bit is 1), otherwise 0",
        f"Example after a reset: bits {sent}; hits {'at' if mealy else 'directly after'} number "
        f"{marks}, counting from one",
        f"Feed {sent} into the fresh machine: `{z}` answers {' '.join(str(o) for o in outs)} "
        f"({'during' if mealy else 'after'} each bit)",
    )
    note = t.say(
        "A wrong bit does not always throw everything away: whatever suffix of the stream still "
        f"begins {p} is kept",
        "A broken attempt may contain the start of a good one; do not miss it",
        "",
    )
    remark = words.remarks(
        t,
        t.say(
            f"State machine that reports the bit string {p}, {order}, on `{x}`",
            f"`{z}` <- pattern {p} seen on `{x}` ({order}); {kind} type",
            f"Recogniser for {p}. `{x}` is read serially, {order}, and `{z}` is a {kind} output",
            f"Please design the {kind} detector of the word {p}; its bits come over `{x}`, {order}",
            f"What the block answers: did the most recent {size} bits of `{x}` spell {p}, {order}?",
        ),
        [ticks, moment, again, full],
        [example, note],
    )
    return short, purpose, remark


def two_patterns(
    t: Draw,
    clocking: Clocking,
    machine: Machine,
    one: str,
    two: str,
    *,
    overlap: bool,
    x: str,
    names: Sequence[str],
) -> tuple[str, str, str]:
    """Two patterns of one length, with a flag each or one for both."""
    mealy, apart = machine.mealy, len(names) == 2
    kind = "Mealy" if mealy else "Moore"
    lap = "overlapping" if overlap else "non-overlapping"
    p, q = names[0], names[-1]
    outs = f"`{p}` and `{q}`" if apart else f"`{p}`"
    pair = f"`{p}` for {one}, `{q}` for {two}" if apart else f"`{p}` for {one} and for {two}"
    share = t.say("overlaps allowed, also across the two", "either word may reuse bits of a find")
    if not overlap:
        share = t.say(
            "no overlap: any find restarts both searches", "a find of either clears the memory"
        )
    clock = words.brief(t, clocking, t.say("forgets everything", "empties the history"))
    short = words.framed(
        t,
        t.say(
            f"{kind} FSM on serial `{x}`, left bit first: {pair}; {share}.",
            f"Dual {lap} sequence detector, {kind}: {pair}. Input `{x}`, one bit a clock, "
            f"leftmost first; {share}.",
            f"Two code words in one bit stream `{x}`: {pair}. {kind} outputs, MSB arrives first, "
            f"{share}.",
            f"Recognise {one} and {two} (first bit leftmost) on `{x}` with a single {kind} "
            f"machine. Flags: {pair}; {share}.",
            f"`{x}` carries bits; {kind} flags {pair}, each word in order of arrival from left to "
            f"right. {words.cap(share)}.",
            f"Pattern spotter with two targets, {one} and {two}, oldest bit on the left. {pair}, "
            f"{kind} style; {share}. Stream: `{x}`.",
            f"Need {outs} to flag serial words on `{x}`: {pair}, left bit first. {kind}. "
            f"{words.cap(share)}.",
        ),
        clock,
    )
    if mealy:
        moment = t.say(
            f"{outs} must react within the cycle of the word's last bit, combinationally",
            f"A hit is shown while its closing bit is still on `{x}`, not later (Mealy)",
        )
    else:
        moment = t.say(
            "A hit is shown in the one cycle that follows the clock edge of the closing bit, "
            "from the state "
            f"(Moore){'; a new hit may follow in the next cycle' if overlap else ''}",
            f"{outs} come from the state and are high for the bit time after the edge that took a "
            "word's last bit",
        )
    if overlap:
        again = t.say(
            "Words may be interleaved: bits of one find count for later finds of both words",
            "Report all occurrences, those that overlap an earlier one of either word as well",
        )
    else:
        again = t.say(
            "After a find, of whichever word, both searches begin anew with the following bit",
            "No bit takes part in two finds, not even in finds of different words",
        )
    order = t.say("the leftmost bit comes first", "bits in order of arrival, from the left")
    what = t.say(
        f"`{p}` tells that {one} has come" + (f", `{q}` that {two} has" if apart else f" or {two}"),
        f"{one} raises `{p}`" + (f" and {two} raises `{q}`" if apart else f" and so does {two}"),
    )
    full = words.clocks(t, clocking, t.say("clears all memory of the stream", "starts it afresh"))
    purpose = words.prose(
        t,
        t.say(
            f"Two kinds of packets travel over one line and are told by their marks {one} and "
            f"{two}; {order}",
            f"A sensor sends single bits, a fresh one on `{x}` with each clock. {one} is its code "
            f"for warm-up, {two} the code for fault ({order})",
            f"A garage receiver accepts two senders, whose codes are {one} and {two}; {order}",
            f"The trackside reader picks up magnets: north is 1, south is 0. {one} announces a "
            f"station and {two} a speed limit; {order}",
            f"In a test bench a bit generator is watched for the two forbidden words {one} and "
            f"{two}; {order}",
        ),
        f"One bit a clock arrives on `{x}`; {what}",
        *t.shuffled([moment, again]),
        t.say(full, clock),
    )
    while True:
        bits = stream(t, [one, two], t.int(8, 12))
        seen = run(machine, bits)
        if any(seen):
            break
    hits = [
        f"{i} ({two if (apart and o == 1) or (not apart and _ends(bits[:i], two)) else one})"
        for i, o in enumerate(seen, 1)
        if o
    ]
    example = (
        f"Example: {''.join(map(str, bits))} from reset on; hits {'with' if mealy else 'after'} "
        f"bit {words.listed(hits)}, counted from 1"
    )
    remark = words.remarks(
        t,
        t.say(
            f"One machine, two words: it searches `{x}` for {one} and {two} at the same time "
            f"({order})",
            f"`{x}` is a bit stream in which {one} and {two} have a meaning; {order}",
            f"Find both {one} and {two} on the serial line `{x}` ({order}); type of output: {kind}",
            f"Comparator for the serial words {one} / {two} on `{x}`, where {order}",
        ),
        [what, "A bit is read each clock", moment, again, full],
        [example],
    )
    return short, purpose, remark


def _ends(bits: Sequence[int], word: str) -> bool:
    return "".join(map(str, bits)).endswith(word)
