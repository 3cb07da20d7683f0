"""Arbiters as people tell them."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.told._words_systems import voice


def fixed(
    draw: Draw, c: Clocking, names: tuple[str, ...], n: int, low: bool, style: str
) -> tuple[str, ...]:
    """A fixed-priority arbiter.

    The names: requests, grants, mask or "", lock or "", any grant, index or "".
    """
    v = voice(draw, c)
    req, gnt, mask, lock, busy, owner = v.names(names)
    top = f"bit {0 if low else n - 1}"
    order = "lowest" if low else "highest"
    ask = v.say(f"request (and {mask} bit)", f"request, gated by {mask},") if mask else "request"
    keep = {
        "hold": v.say(
            f"not preemptive: the owner stays until its {ask} is low at an edge",
            f"a grant lasts as long as its own {ask} does; only then the next is chosen",
        ),
        "free": v.say(
            "preemptive, decided anew at each edge",
            "nothing is held, every edge looks at the requests alone",
        ),
        "lock": v.say(
            f"re-arbitrates at each edge, unless {lock} is 1 while a grant is out, which keeps "
            f"that grant even if its request is gone",
            f"{lock} freezes an existing grant, whatever the requests do; without a grant or "
            f"without {lock}, each edge decides afresh",
        ),
    }[style]
    only = f" Requests count only where {mask} has a 1." if mask else ""
    index = f", {owner} its index (0 if none)" if owner else ""
    t = v.timing(v.say("drops the grant", f"clears {gnt}"))
    return (
        v.say(
            f"Fixed-priority arbiter, {n} requesters, {top} wins, registered one-hot {gnt}; "
            f"{keep}.{only} {busy} = some grant{index}. {t}",
            f"Static priorities, {order} index first. {gnt} is one-hot or zero and comes from "
            f"flip-flops; {keep}.{only} {busy} tells that a grant exists{index}. {t}",
            f"{t} Bus arbitration for {n} masters without fairness: among the bits of {req} the "
            f"{order} gets {gnt}, registered. Policy: {keep}.{only} {busy} is the OR of "
            f"{gnt}{index}.",
            f"One-hot {gnt}, registered; {req} bits compete, {top} being the most urgent. Rule for "
            f"holding: {keep}.{only} {busy} is high while anyone is served{index}. {t}",
            "Who may use the shared port?\n"
            + v.remarks(
                (
                    f"{v.up(top)} of {req} has the highest priority, the rest "
                    f"follow in {'rising' if low else 'falling'} order.",
                    f"Holding: {keep}.",
                    only.strip(),
                    f"{gnt} is a register with one bit set at most; {busy} = any of them{index}.",
                    t,
                )
            ),
        ),
    )


def round_robin(
    draw: Draw,
    c: Clocking,
    names: tuple[str, ...],
    n: int,
    registered: bool,
    down: bool,
    start: int,
) -> tuple[str, ...]:
    """A round-robin arbiter; the names: requests, grants, acknowledge or ""."""
    v = voice(draw, c)
    req, gnt, ack = v.names(names)
    way, after = ("downwards", "below") if down else ("upwards", "above")
    move = (
        f"only an edge with {ack} = 1 and a grant out moves"
        if ack
        else "every edge with a request moves"
    )
    kind = (
        f"{gnt} is a register (one-hot, 0 without requests)"
        if registered
        else f"{gnt} is combinational (one-hot, 0 without requests)"
    )
    place = draw.int(0, n - 1)
    line = " ".join(str((place + (-i if down else i)) % n) for i in range(n))
    t = v.timing(
        f"gives client {start} the first turn" + (f" and clears {gnt}" if registered else "")
    )
    return (
        v.say(
            f"Round-robin over {n} clients, searching {way} with wraparound. {kind}; {move} the "
            f"pointer to the client just {after} the winner. {t}",
            f"Fair arbiter, rotating priority: the scan of {req} starts at a pointer, runs {way} "
            f"and round; {move} that pointer one {after} the winner. {kind}. {t}",
            f"{t} {n} requesters take turns. {kind}. With the turn at {place} the order is {line}; "
            f"{move} the turn on to the neighbour {after} the client served.",
            f"No starvation among {n} agents: whoever was served becomes last in line, the one "
            f"{after} it first, modulo {n}. More precisely, {move} the turn; scanning goes {way}. "
            f"{kind}. {t}",
            f"Shared printer, {n} users.\n"
            + v.remarks(
                (
                    f"A hidden turn register says who is asked first; then {way}, modulo {n}.",
                    f"Turn {place} means: {line}.",
                    f"{v.up(move)} the turn to the user right {after} the winner; "
                    f"otherwise it stays.",
                    f"{kind}; bit k belongs to user k, as in {req}.",
                    t,
                )
            ),
        ),
    )


def slots(
    draw: Draw, c: Clocking, names: tuple[str, ...], table: Sequence[int], reuse: bool
) -> tuple[str, ...]:
    """A time-slot arbiter; the names: requests, grants, slot number, enable or ""."""
    v = voice(draw, c)
    req, gnt, slot, en = v.names(names)
    length = len(table)
    listed = v.say(", ", " ", " - ").join(map(str, table))
    clients = sorted(set(table))
    shares = "; ".join(
        f"client {k} owns {'/'.join(str(i) for i, o in enumerate(table) if o == k)}"
        for k in clients
    )
    idle = (
        v.say(
            "a slot its owner leaves unused goes to the lowest-numbered requester",
            "if the owner is silent, fixed priority (index 0 first) hands the slot out",
        )
        if reuse
        else v.say("unused slots are wasted", "a silent owner's slot grants nobody")
    )
    run = f"while {v.on(en)}" if en else "every clock"
    t = v.timing(f"rewinds {slot} to 0")
    return (
        v.say(
            f"TDM arbiter, {length} slots, owners in order {listed}. {slot} advances {run}; {gnt} "
            f"follows {req} combinationally for the owner only; {idle}. {t}",
            f"Calendar scheduling: {slot} runs 0 to {length - 1} cyclically, a step {run}. "
            f"{v.up(shares)}. The owner's {req} bit passes to {gnt} in the same "
            f"cycle; {idle}. {t}",
            f"{t} Time-sliced link, slot counter {slot} modulo {length} ({run}). Slot table: "
            f"{listed}. Grant = owner's request, no register; {idle}.",
            f"Weighted shares by timetable. {v.up(idle)}. Otherwise {gnt} is "
            f"one-hot for the owner of {slot} if it asks, at once. {v.up(shares)}"
            f" (slots {slot} = 0..{length - 1}, counting {run}). {t}",
            f"Each of the {length} slots has an owner:\n"
            + "\n".join(f"{i} -> {o}" for i, o in enumerate(table))
            + f"\n{slot} counts through them {run} and starts over. An asking owner gets its {gnt} "
            f"bit without a register in between; {idle}. {t}",
        ),
    )
