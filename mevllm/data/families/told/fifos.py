"""FIFOs and stacks as people tell them."""

from __future__ import annotations

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.told._words_systems import voice


def sync_fifo(
    draw: Draw,
    c: Clocking,
    names: tuple[str, ...],
    depth: int,
    near: int,
    through: bool,
    swap: bool,
) -> tuple[str, ...]:
    """A synchronous FIFO.

    The names: write, read, word in, word out, full, empty, level or "", almost full or "",
    overflow or "".
    """
    v = voice(draw, c)
    push, pop, din, dout, full, empty, level, almost, over = v.names(names)
    read = (
        v.say(
            f"first-word fall-through ({dout} = head, 0 when empty)",
            f"show-ahead: {dout} is the oldest word without a read, or 0 if there is none",
        )
        if through
        else v.say(
            f"registered read ({dout} loads on an accepted {pop}, else holds)",
            f"standard read mode: an accepted {pop} puts the oldest word into register {dout}, "
            f"which keeps it",
        )
    )
    brim = (
        v.say(
            f"when full, {push} works only together with {pop}",
            "a full FIFO takes a word if one is read at the same edge, otherwise not",
        )
        if swap
        else v.say(
            f"writes when full are ignored, even with {pop}",
            f"{full} blocks writing, also at an edge that reads",
        )
    )
    dry = v.say(
        f"{pop} when empty does nothing, even beside a write",
        "reading an empty one is ignored (a write at that edge goes through)",
    )
    outs = [
        f"{level} = words stored" if level else "",
        f"{almost} = at least {near} stored" if almost else "",
        f"{over} = 1 for the cycle after a refused write (register)" if over else "",
    ]
    more = "".join(f" {v.up(o)}." for o in outs if o)
    loses = [dout] * (not through) + [over] * bool(over)
    clear = f" and zeroes {' and '.join(loses)}" if loses else ""
    t = v.timing(f"empties it{clear}")
    return (
        v.say(
            f"Synchronous FIFO, {depth} deep, {read}; {brim}; {dry}.{more} {t}",
            f"{depth}-entry queue on one clock: {push} appends {din}, {pop} removes. "
            f"{v.up(read)}. {v.up(brim)}; {dry}.{more} {t}"
            if not brim.startswith(full)
            else f"Queue of {depth} words on one clock: {push} appends {din}, {pop} removes; "
            f"{read}; {brim}; {dry}.{more} {t}",
            f"{t} A single-clock FIFO that holds exactly {depth} words, with {read}. Limits: "
            f"{brim}; {dry}.{more}",
            f"Rate buffer between two blocks of the same clock domain, room for {depth}. "
            f"Style: {read}. {full} and {empty} are exact and unregistered. Note that {brim}; "
            f"{dry}.{more} {t}",
            f"FIFO, {depth} words:\n"
            + v.remarks(
                (
                    f"Output: {read}.",
                    f"At the brim: {brim}.",
                    f"At the bottom: {dry}.",
                    f"{full} / {empty}: {depth} / 0 words stored.",
                    *(f"{o}." if o else "" for o in outs),
                    t,
                )
            ),
            f"A sampler bursts, a printer is slow: put {depth} places of FIFO between them, same "
            f"clock. {push} and {pop} are requests; {brim}, and {dry}. {v.up(read)}"
            f".{more} {t}",
        ),
    )


def lifo(
    draw: Draw, c: Clocking, names: tuple[str, ...], depth: int, both: str, shown: bool
) -> tuple[str, ...]:
    """A stack; the names: push, pop, word in, word out, full, empty."""
    v = voice(draw, c)
    push, pop, din, dout, full, empty = v.names(names)
    out = (
        v.say(f"{dout} always shows the top word, 0 if empty", f"{dout} = top of stack (0 if none)")
        if shown
        else v.say(
            f"{dout} is a register with the word popped last",
            f"each executed pop moves the top word to register {dout}, which then holds it",
        )
    )
    together = {
        "push": v.say(
            f"{push} beats {pop}: with both, the pop is dropped, even when full",
            "both at once count as a push only (nothing at all if full)",
        ),
        "pop": v.say(
            f"{pop} beats {push}: with both, the push is dropped, even when empty",
            "both at once count as a pop only (nothing at all if empty)",
        ),
        "none": v.say(
            "both at once cancel out: nothing happens", f"{push} together with {pop} is ignored"
        ),
        "replace": v.say(
            f"both at once exchange the top: {din} overwrites it"
            + ("" if shown else f" and {dout} gets the old one")
            + ", depth unchanged, nothing if empty",
            f"{push} with {pop} on a stack that is not empty replaces the top word by {din}"
            + ("" if shown else f", the old one going to {dout}")
            + "; on an empty stack the pair does nothing",
        ),
    }[both]
    t = v.timing(f"empties the stack{'' if shown else f' and zeroes {dout}'}")
    return (
        v.say(
            f"LIFO, {depth} entries. {v.up(out)}; {together}. Overflow and underflow are "
            f"ignored. {t}",
            f"Hardware stack {depth} deep: {push} puts {din} on top unless {full}, {pop} takes one "
            f"off unless {empty}. {v.up(out)}. Conflict: {together}. {t}",
            f"{t} Last in, first out; capacity {depth}. {v.up(out)}. Pushing when full or "
            f"popping when empty has no effect; {together}.",
            f"Return addresses of nested calls, at most {depth}, are kept here. {push} and {pop} "
            f"at the clock edge, refused when full resp. empty; {together}. {v.up(out)}. {t}",
            f"Stack memory, {depth} words.\n"
            + v.remarks(
                (
                    f"{out}.",
                    f"Simultaneous requests: {together}.",
                    f"{full}: {depth} words stored, pushes are refused. {empty}: none stored, pops "
                    f"are refused.",
                    t,
                )
            ),
            f"An undo buffer with {depth} steps: {push} stores, {pop} gives back the newest; "
            f"requests that cannot be met do nothing. {v.up(together)}. {out}. "
            f"{t}"
            if not together.startswith((push, pop))
            else f"An undo buffer with {depth} steps, newest first out; requests that cannot be "
            f"met do nothing, and {together}. {v.up(out)}. {t}",
        ),
    )
