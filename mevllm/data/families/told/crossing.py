"""Asynchronous FIFOs and synchronizers as people tell them."""

from __future__ import annotations

from mevllm.data.draw import Draw
from mevllm.data.families.told._words_systems import voice


def async_fifo(
    draw: Draw, names: tuple[str, ...], depth: int, stages: int, shown: bool, low: bool
) -> tuple[str, ...]:
    """A FIFO between two clocks.

    The names: clocks of write and read, their resets, write, word in, read, full, word out, empty.
    """
    v = voice(draw)
    wclk, rclk, wrst, rrst, push, _, pop, full, dout, empty = v.names(names)
    level = "low" if low else "high"
    resets = (
        f"{wrst} (async, active {level}) zeroes both sides{'' if shown else f', {dout} too'}"
        if wrst == rrst
        else f"{wrst} and {rrst} are asynchronous, active-{level} resets, each zeroing its own side"
        + ("" if shown else f" ({dout} belongs to the read side)")
    )
    read = (
        f"{dout} shows the head without a register, 0 while {empty}"
        if shown
        else f"{dout} is a register loaded by an accepted read"
    )
    chain = f"{stages} flip-flops"
    tests = (
        f"{empty} compares the read Gray pointer with the synchronized write pointer; {full} is "
        f"the write Gray pointer matching the synchronized read pointer with its two top bits "
        f"inverted; both unregistered"
    )
    return (
        v.say(
            f"Async FIFO, {depth} words, Gray pointers one bit wider than the address, registered "
            f"together with the binary ones, {chain} as synchronizers each way. {tests}. {read}. "
            f"{full} blocks {push}, {empty} blocks {pop}. Rising clocks. {resets}.",
            f"Dual-clock queue of {depth} places from {wclk} to {rclk} (rising edges). Usual "
            f"Gray-code scheme with an extra wrap bit, code registers, and {chain} per crossing. "
            f"{tests}. Requests against {full} or {empty} are ignored; {read}. {resets}.",
            f"{resets}. Between the unrelated clocks {wclk} (write) and {rclk} (read), both "
            f"rising, sits a {depth}-deep FIFO; its pointers cross as registered Gray codes "
            f"through {chain} each. {tests}. {read}; no overrun, no underrun.",
            f"A camera writes at {wclk}, a processor reads at {rclk}, rising edges both; {depth} "
            f"words lie between.\n"
            + v.remarks(
                (
                    f"{push} unless {full}, {pop} unless {empty}; otherwise ignored.",
                    f"Pointers have a wrap bit; registered Gray copies pass {chain} on the other "
                    f"side.",
                    f"{tests}.",
                    f"{read}.",
                    f"{resets}.",
                )
            ),
            f"Clock-domain-crossing FIFO: {depth} entries; {push} on rising {wclk}, {pop} on "
            f"rising {rclk}; {read}. Flags are pessimistic by the {stages}-stage synchronizers of "
            f"the registered Gray pointers (with wrap bit): {tests}. {resets}. Refused requests "
            f"change nothing.",
        ),
    )


def pulse(
    draw: Draw, names: tuple[str, ...], stages: int, low: bool, registered: bool
) -> tuple[str, ...]:
    """A pulse synchronizer; the names: clocks, reset, pulse in, pulse out."""
    v = voice(draw)
    sclk, dclk, rst, pin, pout = v.names(names)
    level = "low" if low else "high"
    out = (
        f"the XOR of the chain's end and a delayed copy of it is registered as {pout}"
        if registered
        else f"{pout} is the XOR of the chain's end and its copy delayed by one more flip-flop"
    )
    t = v.say(
        f"{rst}, asynchronous and active {level}, zeroes everything.",
        f"Async active-{level} {rst} clears both sides.",
    )
    return (
        v.say(
            f"Toggle-type pulse synchronizer {sclk} to {dclk}, {stages} stages, rising edges: {pin}"
            f" flips a bit, {out}. {t}",
            f"Pass single-cycle events between clocks. In {sclk}: toggle per edge with {pin}. In "
            f"{dclk}: {stages} flops in a row; {out}. Both clocks rising. {t}",
            f"{t} Each rising {sclk} edge with {pin} = 1 inverts a flip-flop; {stages} flip-flops "
            f"on rising {dclk} bring it across, where {out}.",
            f"An event counter in another clock domain must see each request once. Use a toggle on "
            f"the {sclk} side, a {stages}-deep synchronizer on the {dclk} side, and edge "
            f"detection: {out}. All flops rise-triggered. {t}",
            f"From level changes to pulses:\n1. {pin} at a rising {sclk} edge inverts the toggle\n"
            f"2. the toggle crosses {stages} flops of rising {dclk}\n3. {out}\n4. {t}",
        ),
    )


def level(
    draw: Draw, names: tuple[str, ...], stages: int, low: bool, which: str
) -> tuple[str, ...]:
    """A level synchronizer with edge detection; the names: clocks, reset, in, out, mark."""
    v = voice(draw)
    sclk, dclk, rst, din, dout, mark = v.names(names)
    active = "low" if low else "high"
    kind = {"both": "either", "rising": "a rising", "falling": "a falling"}[which]
    tells = v.say(
        f"{mark} is high during the first {dclk} cycle after {kind} change of {dout}",
        f"{mark} compares {dout} with its previous value and is 1, unregistered, after {kind} edge",
    ).replace("a rising change", "a 0-to-1 change")
    tells = tells.replace("a falling change", "a 1-to-0 change")
    t = v.say(
        f"Reset: {rst}, async, active {active}, all flops to 0.",
        f"An active-{active} {rst} clears all flip-flops asynchronously.",
    )
    return (
        v.say(
            f"Level synchronizer {sclk} to {dclk}: {din} registered by {sclk}, then {stages} flops "
            f"on {dclk}, the last one {dout}. {tells}, found with one more flop. Rising edges. {t}",
            f"{t} Source flop on rising {sclk} for {din}; {stages}-stage chain on rising {dclk} "
            f"ending in {dout}; {tells}, thanks to an extra flop.",
            f"Bring a status line into another clock domain. The sender launches {din} from a "
            f"{sclk} register (rising); the receiver has {stages} rising-{dclk} flops in series, "
            f"{dout} being the end. {v.up(tells)}. {t}",
            f"{stages}-flop synchronizer with edge detector.\n- launch register: rising {sclk}\n"
            f"- chain and one history bit: rising {dclk}\n- {dout} is the chain's end\n- {tells}\n"
            f"- {t}",
            f"{din} should arrive on {dclk} as {dout}, free of metastability: one {sclk} flop, "
            f"{stages} {dclk} flops, all rising. Besides, {tells}. {t}",
        ),
    )
