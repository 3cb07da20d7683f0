"""Registers by lane, accumulators and registered results as people tell them."""

from __future__ import annotations

from collections.abc import Mapping

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.phrases import Gate
from mevllm.data.families.told import _words_registers as words


def lanes(
    draw: Draw,
    clock: Clocking,
    *,
    lane: int,
    count: int,
    be: str,
    low: bool,
    d: str,
    q: str,
    gate: Gate | None,
    literal: str,
) -> tuple[str, str, str]:
    """A register with lane enables: short, by its purpose, with remarks."""
    noun = {8: "byte", 4: "nibble"}.get(lane, f"{lane}-bit lane")
    level, bit = ("low", 0) if low else ("high", 1)
    width = lane * count

    def time() -> str:
        return words.timing(draw, clock, f"`{q}`", literal)

    def run() -> str:
        if gate is None:
            return ""
        return draw.say(
            f"Writing also needs {words.polarity(gate)}.",
            f"In addition {words.on(draw, gate)} is required for any write.",
            f"When {words.off(draw, gate)} nothing is written at all.",
        )

    where = f"`{be}`[0] belongs to bits {lane - 1}:0, `{be}`[{count - 1}] to the top {noun}"
    short = draw.say(
        f"{width}-bit register `{q}` with active-{level} {noun} enables `{be}`, data `{d}`. "
        f"{run()} {time()}",
        f"Write `{d}` into `{q}` {noun} by {noun}: `{be}`[i]={bit} writes {noun} i. {run()} "
        f"{time()}",
        f"{time()} {noun}-masked register. Mask is `{be}`, {level} means write, lowest bit for the "
        f"lowest {noun}. {run()}",
        f"Register of {count} {noun}s, each with its write enable in `{be}` (active {level}). "
        f"{run()} {time()}",
        f"`{q}` holds; where `{be}` is {bit}, the {noun} is replaced from `{d}`. {time()} {run()}",
        f"Partial-write register: {count} x {lane} bits, strobes `{be}` {level}-active, in order "
        f"from the LSB end. {run()} {time()}",
    )
    edge = words.edge(draw, clock)
    back = words.reset(draw, clock, f"`{q}`", literal)
    purpose = draw.say(
        f"A bus master may store only part of a word. The register `{q}` therefore takes, at "
        f"{edge}, those {noun}s of `{d}` whose strobe in `{be}` is {level}, and keeps the others; "
        f"{where}. {run()} {back}",
        f"A display has {count} characters of {lane} bits in `{q}`. At {edge} some of them are "
        f"rewritten from the same places of `{d}`, as the {level}-active mask `{be}` says "
        f"({where})."
        f" {run()} {back}",
        f"Settings of {count} channels, {lane} bits each, sit side by side in `{q}`. A {bit} in "
        f"`{be}` lets a channel be updated from `{d}` at {edge}; {where}. The rest keep theirs. "
        f"{back} {run()}",
        f"One row of a small memory with {noun} writes. At {edge} the selected {noun}s (those with "
        f"`{be}` {level}) are copied from `{d}` to `{q}`, unselected ones remain; {where}. {run()} "
        f"{back}",
        f"A colour word `{q}` consists of {count} components of {lane} bits. An editor changes "
        f"components separately: at {edge}, `{be}`[i]={bit} takes component i from `{d}`, component"
        f" 0 being the least significant. {back} {run()}",
    )
    mask = draw.int(1, (1 << count) - 1)
    named = [str(i) for i in range(count) if (mask >> i & 1) == bit]
    shown = f"`{be}`={mask:0{count}b} (binary) updates " + (
        f"{noun}{'s' * (len(named) > 1)} {', '.join(named)} only" if named else "nothing"
    )
    remarks = draw.choice(
        (
            f"Register with {noun} write enables.\n"
            + words.points(
                draw, where, f"active {level}", shown, run(), words.ticks(draw, clock), back
            ),
            f"{noun} i of `{q}` is loaded from {noun} i of `{d}` at {edge} if `{be}`[i] is "
            f"{level}; "
            f"otherwise it holds. {run()} So {shown}. {back}",
            f"{time()} The lanes are {lane} bits wide and independent. {where}; {level} means "
            f"write. {run()} Example: {shown}.",
            words.points(
                draw,
                f"{count} lanes of {lane} bits",
                f"enables in `{be}`, write on {bit}; {where}",
                f"data come from the same position of `{d}`",
                f"{run()} Lanes not written keep their contents.",
                time(),
            ),
            f"Not all of `{q}` need be written at once: {shown}. {where}. {run()} {time()}",
        )
    )
    return words.told(draw, short, purpose, remarks)


_RUNNING: Mapping[str, tuple[str, ...]] = {
    "sum": ("`{q}` += `{d}`", "add `{d}` to `{q}`", "accumulate `{d}`, wrapping"),
    "difference": ("`{q}` -= `{d}`", "subtract `{d}` from `{q}`", "`{q}` - `{d}`, wrapping"),
    "xor": ("`{q}` ^= `{d}`", "XOR `{d}` into `{q}`", "bitwise running XOR with `{d}`"),
    "or": ("`{q}` |= `{d}`", "OR `{d}` into `{q}`", "bits of `{d}` stick in `{q}`"),
    "and": ("`{q}` &= `{d}`", "AND `{d}` into `{q}`", "only bits 1 in every `{d}` survive"),
    "maximum": ("keep the unsigned maximum of `{q}` and `{d}`", "`{q}` = max(`{q}`, `{d}`)"),
    "minimum": ("keep the unsigned minimum of `{q}` and `{d}`", "`{q}` = min(`{q}`, `{d}`)"),
}


def accumulator(
    draw: Draw,
    clock: Clocking,
    kind: str,
    *,
    d: str,
    q: str,
    size: int,
    width: int,
    gate: Gate | None,
    clear: str,
    takes: bool,
) -> tuple[str, str, str]:
    """A running sum or the like: short, by its purpose, with remarks."""
    shown = "all ones" if kind in ("and", "minimum") else "0"
    noun = {"sum": "accumulator", "maximum": "peak register", "minimum": "low-water register"}.get(
        kind, f"running {kind.upper() if len(kind) < 4 else kind}"
    )
    comparing = kind in ("maximum", "minimum")

    def does() -> str:
        text = draw.choice(_RUNNING[kind]).format(q=q, d=d)
        if comparing and "unsigned" not in text:
            text += ", unsigned"
        return text

    def time() -> str:
        return words.timing(draw, clock, f"`{q}`", shown)

    def run() -> str:
        return words.enabled(draw, gate)

    def restart() -> str:
        if not clear:
            return ""
        over = f", whatever `{gate.name}` is" if gate else ""
        if takes:
            return draw.say(
                f"`{clear}` starts afresh with the present `{d}`{over}.",
                f"With `{clear}` high, `{q}` is loaded with `{d}` instead{over}.",
            )
        return draw.say(
            f"`{clear}` puts it back to {shown} synchronously{over}.",
            f"With `{clear}` high at the edge, `{q}` becomes {shown} instead{over}.",
        )

    extra = f"`{d}` is unsigned, zero-extended to {width} bits." if width > size else ""
    short = draw.say(
        f"{noun}: {does()} each clock. {extra} {run()} {restart()} {time()}",
        f"{width}-bit {noun} `{q}` fed by `{d}` ({does()}). {run()} {extra} {restart()} {time()}",
        f"{time()} Per clock, {does()}. {run()} {restart()} {extra}",
        f"{does()} on the clock. {restart()} {run()} {extra} {time()}",
        f"Register with feedback, {does()}. {extra} {time()} {run()} {restart()}",
        f"Clocked {noun}; operation: {does()}. {restart()} {time()} {run()} {extra}",
    )
    edge = words.edge(draw, clock)
    back = words.reset(draw, clock, f"`{q}`", shown)
    story = {
        "sum": (
            "A meter adds up what has flowed through a pipe",
            "The bill of a customer grows item by item",
            "Energy is measured by summing power samples",
            "The distance covered is found from the steps",
            "A checksum by plain addition is kept over a stream",
        ),
        "difference": (
            "A tank is emptied bit by bit, and its level is followed",
            "A prepaid account is debited",
            "A stock figure goes down with every delivery",
            "Fuel consumption is taken off a register",
            "The rest of a quota is worked out after each use",
        ),
        "xor": (
            "A longitudinal parity word is kept over a stream of words",
            "Lamps are switched over by toggle requests",
            "A stripe's parity is collected from the disks one after another",
            "A cheap signature of a sequence is formed",
            "A mask scrambles itself with what comes in",
        ),
        "or": (
            "Sticky error flags are collected",
            "Keys that were pressed at any time are remembered",
            "A survey notes which doors have ever been opened",
            "Interrupt causes are gathered until somebody looks",
            "A coverage tool marks the branches taken",
        ),
        "and": (
            "A self test notes which channels were good all the time",
            "Sensors that have ever dropped out are struck off",
            "A filter keeps only the features seen in every picture",
            "Wires that stayed high in all tests are to be found",
            "Votes must be unanimous over time",
        ),
        "maximum": (
            "The highest temperature of the day is remembered",
            "A peak-hold meter for sound levels",
            "The deepest filling of a queue is to be known",
            "The top speed of a ride is recorded",
            "A radar keeps the strongest echo",
        ),
        "minimum": (
            "The lowest temperature of the night is remembered",
            "The weakest signal is to be found",
            "The best lap time, that is the least, is kept",
            "The cheapest offer so far is kept",
            "A battery logger notes the lowest voltage",
        ),
    }[kind]
    purpose = (
        f"{draw.choice(story)}. At {edge} a new value `{d}` is dealt with: {does()}. {run()} "
        f"{extra} {restart()} {back}"
    )
    values = [draw.bits(size) for _ in range(3)]
    full = (1 << width) - 1
    state = full if shown != "0" else 0
    trace = []
    for v in values:
        results = {
            "sum": state + v,
            "difference": state - v,
            "xor": state ^ v,
            "or": state | v,
            "and": state & v,
            "maximum": max(state, v),
            "minimum": min(state, v),
        }
        state = results[kind] & full
        trace.append(str(state))
    example = f"from {shown}, `{d}` = {', '.join(map(str, values))} gives {', '.join(trace)}"
    remarks = draw.choice(
        (
            f"{noun}, {width} bits.\n"
            + words.points(
                draw,
                f"{does()} in each cycle",
                run(),
                restart(),
                words.ticks(draw, clock),
                back,
                extra,
                f"example: {example}",
            ),
            f"The result so far is `{q}`. What comes in next, `{d}`, is worked in by: {does()}. "
            f"{extra} {run()} {restart()} Example: {example}. {time()}",
            f"{time()} {restart()} Otherwise {does()}"
            + (f", provided {words.on(draw, gate)}; if not, hold. " if gate else " every time. ")
            + f"{extra} Check: {example}.",
            words.points(
                draw,
                f"operation per step: {does()}",
                f"{run()} {restart()}",
                time(),
                extra,
                f"trace: {example}",
            ),
            f"At {edge}: {does()}. {run()} {restart()} {extra} {back} Numerically, {example}.",
        )
    )
    return words.told(draw, short, purpose, remarks)


_RESULTS: Mapping[str, tuple[str, ...]] = {
    "sum": ("`{a}` + `{b}` with the carry kept", "the full sum of `{a}` and `{b}`"),
    "product": ("the full unsigned product `{a}` * `{b}`", "`{a}` times `{b}`, unsigned, exact"),
    "and": ("`{a}` & `{b}`", "the bitwise AND of `{a}` and `{b}`"),
    "xor": ("`{a}` ^ `{b}`", "the bitwise XOR of `{a}` and `{b}`"),
    "larger": ("max(`{a}`, `{b}`), unsigned", "the unsigned maximum of `{a}` and `{b}`"),
    "equal": ("`{a}` == `{b}` (1 or 0)", "the equality bit of `{a}` and `{b}`"),
    "less": ("`{a}` < `{b}` unsigned (1 or 0)", "the unsigned less-than bit, `{a}` < `{b}`"),
    "distance": ("|`{a}` - `{b}`|, unsigned operands", "the unsigned distance of `{a}` and `{b}`"),
    "parity": (
        "the XOR of all bits of `{a}` and `{b}`",
        "the parity (1 for an odd number of ones) over `{a}` and `{b}` together",
    ),
}


def registered(
    draw: Draw,
    clock: Clocking,
    kind: str,
    *,
    a: str,
    b: str,
    out: str,
    early: bool,
    gate: Gate | None,
) -> tuple[str, str, str]:
    """A registered function of two operands: short, by its purpose, with remarks."""
    what = f"`{out}` and the operand registers" if early else f"`{out}`"

    def does() -> str:
        return draw.choice(_RESULTS[kind]).format(a=a, b=b)

    def time() -> str:
        return words.timing(draw, clock, what, "0")

    def run() -> str:
        return words.enabled(draw, gate)

    def stages() -> str:
        if not early:
            return draw.say(
                "One register, at the result.",
                "Latency is one clock.",
                "Only the result is stored.",
            )
        return draw.say(
            "Operands are registered too, so the latency is two clocks.",
            "Two stages: operand registers, then the result register.",
            f"Register `{a}` and `{b}` first, compute from these copies, register the result.",
        )

    short = draw.say(
        f"Registered result: `{out}` <= {does()}. {stages()} {run()} {time()}",
        f"{does()}, output through a register to `{out}`. {stages()} {time()} {run()}",
        f"{time()} Compute {does()}. {stages()} {run()}",
        f"Pipelined unit for {does()}, result `{out}`. {stages()} {run()} {time()}",
        f"`{out}` is {does()}, clocked. {run()} {stages()} {time()}",
        f"Synchronous block, result `{out}`: {does()}. {stages()} {time()} {run()}",
    )
    edge = words.edge(draw, clock)
    back = words.reset(draw, clock, what, "0")
    purpose = draw.say(
        f"The next unit on the board wants a clean signal, so {does()} is registered and handed on "
        f"as `{out}`, new at {edge}. {stages()} {run()} {back}",
        f"Two sampled signals `{a}` and `{b}` are combined for a measuring instrument. It reads "
        f"`{out}`, which is {does()}, brought up to date at {edge}. {stages()} {run()} {back}",
        f"In a fast data path long logic is cut by registers. This piece works out {does()} and "
        f"offers it on `{out}` after {edge}. {stages()} {back} {run()}",
        f"A video pipeline combines the pixels `{a}` and `{b}` of two pictures. At {edge} the "
        f"result, {does()}, goes on to `{out}`. {stages()} {run()} {back}",
        f"A co-processor instruction on `{a}` and `{b}`: the answer is {does()} and appears in the "
        f"register `{out}`, written at {edge}. {stages()} {back} {run()}",
    )
    remarks = draw.choice(
        (
            f"Result register `{out}`.\n"
            + words.points(
                draw, f"contents: {does()}", stages(), run(), words.ticks(draw, clock), back
            ),
            f"`{out}` shows {does()}, "
            + (
                "for the operands that were present at the active edge before the latest one. "
                if early
                else "for the operands present at the latest active edge. "
            )
            + f"{stages()} {run()} {time()}",
            f"{time()} Apart from that, `{out}` receives {does()}. {stages()} {run()}",
            words.points(
                draw, f"function: {does()}", f"where it goes: `{out}`", stages(), run(), time()
            ),
            f"Nothing of `{a}` or `{b}` may reach `{out}` without the clock ({edge}). The stored "
            f"value is {does()}. {stages()} {run()} {back}",
        )
    )
    return words.told(draw, short, purpose, remarks)
