"""Synchronous ROM as people tell it."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.phrases import Gate
from mevllm.data.families.told import _words_timing as words


def rom(
    t: Draw,
    clocking: Clocking,
    address: str,
    out: str,
    width: int,
    contents: Sequence[int],
    default: int | None,
    enable: Gate | None,
) -> tuple[str, str, str]:
    """A table read through a register; `default` is read at the addresses beyond it."""
    a, y, n = f"`{address}`", f"`{out}`", len(contents)
    digits = (width + 3) // 4
    radix = (
        t.choice(("hex", "decimal", "binary")) if n * width < 80 else t.choice(("hex", "decimal"))
    )

    def show(value: int) -> str:
        if radix == "hex":
            return f"{value:0{digits}x}"
        return f"{value:0{width}b}" if radix == "binary" else str(value)

    row = ", ".join(show(w) for w in contents)
    pairs = t.say("; ", ", ").join(f"{i}: {show(w)}" for i, w in enumerate(contents))
    arrows = ", ".join(f"{i}->{show(w)}" for i, w in enumerate(contents))
    table = t.say(
        f"from address 0 up ({radix}) {row}",
        f"{pairs} (addresses decimal, words {radix})",
        f"{arrows} (words {radix}, addresses decimal)",
    )
    rest = ""
    if default is not None:
        rest = t.say(
            f"Anything from address {n} on reads {show(default)} ({radix}).",
            f"Unlisted addresses give {show(default)} {radix}.",
        )
    gate = words.maybe(
        t,
        enable,
        f"Read only with {words.open_(t, enable)}, else {y} holds.",
        f"{words.shut(t, enable)} keeps {y}.",
    )
    clock = words.brief(t, clocking, t.say(f"clears {y}", f"zeroes {y}"))
    short = words.framed(
        t,
        t.say(
            f"Synchronous ROM, {a} to registered {y}: {table}. {rest} {gate}",
            f"Lookup table with output flop. {y} <= word at {a}; {table}. {rest} {gate}",
            f"Clocked ROM, one cycle latency, contents {table}. {rest} Address {a}, data {y}. "
            f"{gate}",
            f"{n} constants, picked by {a} and clocked into {y}: {table}. {rest} {gate}",
            f"Case statement on {a} into the register {y}: {table}. {rest} {gate}",
            f"Registered table read, {y} from {a}. Words: {table}. {rest} {gate}",
        ),
        clock,
    )
    reads = t.say(
        f"{words.cap(words.steps(t, enable))} {y}, a register, takes the word that {a} points to",
        f"The word selected by {a} shows up in the register {y}; it is fetched "
        f"{words.steps(t, enable)}",
    )
    holds = words.maybe(
        t,
        enable,
        f"With {words.shut(t, enable)} {y} keeps the word it has",
        f"No fetch, no change of {y}, while {words.off(t, enable)}",
    )
    full = words.clocks(t, clocking, t.say(f"makes {y} zero", f"sets {y} to 0"))
    data = t.say(f"Contents: {table}", f"The words are {table}", f"Stored is {table}")
    purpose = words.prose(
        t,
        t.say(
            f"A sensor's bent characteristic is straightened by a correction table: reading {a} "
            f"in, corrected {y} out",
            f"A synthesiser fetches the shape of its wave from a table, {y} at phase {a}",
            f"A character display looks up segment or dot patterns, {a} being the symbol",
            f"Motor speeds for the gear numbers on {a} are kept in a table, read on {y}",
            f"Coefficients of a filter live in a read-only memory with address {a}",
            f"Boot settings are fetched one after the other from a table, {a} choosing, {y} "
            "delivering",
        ),
        data,
        rest,
        reads,
        holds,
        t.say(full, clock),
    )
    k = t.int(0, n - 1)
    example = (
        f"Example: {a} = {k} at an edge that reads leads to {y} = {show(contents[k])} ({radix})"
    )
    remark = words.remarks(
        t,
        t.say(
            f"Read-only memory with registered data {y}",
            f"Table of constants, {width} bits each, behind a flip-flop stage",
            f"{a} selects, {y} holds what was selected",
            f"Constant store of {n} listed words",
        ),
        [data, rest, reads, holds, full],
        [example],
    )
    return short, purpose, remark
