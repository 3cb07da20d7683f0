"""Words that several tellings share: names, clock and reset phrases, remarks, examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mevllm.data.draw import Clocking, Draw

Ink = Callable[[str], str]
"""Writes a name as the whole text writes it."""

_SMALL = {"a", "i", "in", "at", "first", "is"}


def ink(pen: Draw, *names: str) -> Ink:
    """Backticks around names or plain names, decided once a text."""
    plain = pen.chance(0.7) and not _SMALL & set(names)
    return (lambda name: name) if plain else (lambda name: f"`{name}`")


def cap(text: str, names: Sequence[str] = ()) -> str:
    """The text with a capital at the beginning, unless it begins with one of the names.

    A first word `a` is the article: a signal of this name has backticks in running text.
    """
    head = text.split(" ")[0].rstrip(",;:.").split("=")[0].split("[")[0].split("'")[0]
    bare = {name.split("[")[0] for name in names} - {"a"}
    return text if not text or head in bare else text[0].upper() + text[1:]


def listed(items: Sequence[str], word: str = "and") -> str:
    """`a, b and c`."""
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + f" {word} {items[-1]}"


def edge(pen: Draw, n: Ink, clocking: Clocking) -> str:
    """The clock edge as a noun without article: `rising edge of clk`."""
    up = clocking.edge == "posedge"
    clk = n(clocking.clock)
    return pen.say(
        f"{'rising' if up else 'falling'} edge of {clk}",
        f"{'positive' if up else 'negative'} edge of {clk}",
        f"{'rising' if up else 'falling'} {clk} edge",
        f"{clocking.edge} of {clk}",
    )


def clocks(pen: Draw, n: Ink, clocking: Clocking, effect: str) -> str:
    """Clock edge and reset in a sentence or two; `effect` is what the reset does: `clears q`."""
    up, clk = clocking.edge == "posedge", n(clocking.clock)
    rise = "rising" if up else "falling"
    sign = "positive" if up else "negative"
    if not clocking.reset:
        return pen.say(
            f"Clocked on {rise} {clk}, no reset.",
            f"{clocking.edge.capitalize()} {clk}; there is no reset.",
            f"The registers load on the {rise} edge of {clk} and have no reset.",
            f"Use the {sign} edge of {clk}. No reset is provided.",
            f"{rise.capitalize()}-edge flip-flops on {clk}, without a reset.",
        )
    rst = n(clocking.reset)
    level, bit = ("high", 1) if clocking.active_high else ("low", 0)
    if clocking.asynchronous:
        return pen.say(
            f"{clocking.edge.capitalize()} {clk}, async active-{level} {rst} {effect}.",
            f"Clocked on {rise} {clk}; {rst} (active {level}, asynchronous) {effect}.",
            f"Registers move on the {sign} edge of {clk}; {rst} at {bit} {effect} immediately, "
            "without a clock.",
            f"Reset: {rst}, active {level}, asynchronous; it {effect}. Clock: {clk}, {rise} edge.",
            f"Everything runs on {clk}'s {rise} edge, except that {rst}={bit} is an asynchronous "
            f"reset which {effect}.",
            f"An asynchronous reset ({rst}, active-{level}) {effect}; the clock is {clk}, {rise} "
            "edge.",
            f"{rise.capitalize()}-edge {clk}. Whenever {rst} is {level}, clock or no clock, the "
            f"reset {effect}.",
            f"{rst} does not wait for the clock: being {level} it {effect} at once. Otherwise the "
            f"{sign} edge of {clk} counts.",
        )
    return pen.say(
        f"{clocking.edge.capitalize()} {clk}, sync active-{level} {rst} {effect}.",
        f"Clocked on {rise} {clk}; {rst} (active {level}, synchronous) {effect}.",
        f"Registers move on the {sign} edge of {clk}; such an edge with {rst} at {bit} {effect}, "
        "whatever else is going on.",
        f"Reset: {rst}, active {level}, synchronous; it {effect}. Clock: {clk}, {rise} edge.",
        f"Everything, the reset included, runs on {clk}'s {rise} edge; {rst}={bit} there {effect} "
        "before anything else.",
        f"A synchronous reset ({rst}, active-{level}) {effect}; the clock is {clk}, {rise} edge.",
        f"{rise.capitalize()}-edge {clk}. {rst} is sampled at that edge too, and if it is {level} "
        f"the reset {effect}.",
        f"{rst} waits for the clock: the {sign} edge of {clk} that finds it {level} "
        f"{effect}, first priority.",
    )


def around(pen: Draw, *parts: str, names: Sequence[str] = ()) -> str:
    """The parts as a paragraph; the last one, about the clock, sometimes goes to the front."""
    kept = [p for p in parts if p]
    if pen.chance(0.25):
        kept = [kept[-1], *kept[:-1]]
    text = ""
    for part in kept:
        text += f" {part}" if text.endswith(":") else f" {cap(part, names)}"
    return text.strip()


def remarks(pen: Draw, lead: str, items: Sequence[str], names: Sequence[str] = ()) -> str:
    """A lead sentence and remarks, in one of many layouts; empty items are left out."""
    kept = [cap(item, names) for item in items if item]
    style = pen.int(0, 8)
    if style == 0:
        return f"{lead}\n" + "\n".join(f"{i}. {item}" for i, item in enumerate(kept, 1))
    if style == 1:
        return f"{lead}\n" + "\n".join(f"- {item}" for item in kept)
    if style == 2:
        return f"{lead}\n" + "\n".join(f"({chr(97 + i)}) {item}" for i, item in enumerate(kept))
    if style == 3:
        return f"{lead}\n\nRemarks:\n" + "\n".join(f"* {item}" for item in kept)
    if style == 4:
        return f"{lead} " + " ".join(f"[{i}] {item}" for i, item in enumerate(kept, 1))
    if style == 5:
        return f"{lead}\n\n" + "\n".join(f"R{i}: {item}" for i, item in enumerate(kept, 1))
    if style == 6:
        return f"{lead} {kept[0]}\n\nPlease note:\n" + "\n".join(f"- {item}" for item in kept[1:])
    if style == 7:
        return f"{lead}\n\n" + "\n\n".join(kept)
    return f"{lead} Details: " + " ".join(f"{i}) {item}" for i, item in enumerate(kept, 1))


def stream(bits: Sequence[int]) -> str:
    """Bits in order of time: `0, 1, 1`."""
    return ", ".join(str(bit) for bit in bits)


def moment(pen: Draw, n: Ink, z: str, *, mealy: bool, at_reset: str = "") -> str:
    """Whether an output answers at once or after the clock edge; `at_reset`: its reset value."""
    if mealy:
        return pen.say(
            f"{n(z)} is combinational (Mealy), in step with the input bit.",
            f"Mealy output: {n(z)} belongs to the bit that is on the input right now.",
            f"{n(z)} answers within the cycle, before the clock edge that takes the bit.",
            f"No output register: {n(z)} follows input and state directly.",
            "Mealy style, so the result is out while its input bit is still there.",
        )
    tail = f" ({at_reset} in reset)" if at_reset else ""
    return pen.say(
        f"{n(z)} is a register output and shows the answer right after the edge that takes the "
        f"bit{tail}.",
        f"{n(z)} itself is a flip-flop, loaded at the edge that consumes the bit{tail}.",
        f"Registered output{tail}: the answer appears one clock edge after its bit is applied.",
        f"The result is stored in {n(z)} by the same edge that samples the input{tail}.",
    )
