"""Circuits that use both clock edges, as people tell them."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.phrases import Gate
from mevllm.data.families.told import _words_timing as words


def dual_edge(
    t: Draw,
    clocking: Clocking,
    kind: str,
    inputs: Sequence[str],
    outputs: Sequence[str],
    width: int,
    enable: Gate | None,
) -> tuple[str, str, str]:
    """One of the kinds; `kind` of a half delay ends with the edge that samples."""
    clk = f"`{clocking.clock}`"
    d, e = (f"`{n}`" for n in (*inputs, "", "")[:2])
    q, r = (f"`{n}`" for n in (*outputs, "")[:2])
    gate = words.maybe(
        t,
        enable,
        f"with {words.open_(t, enable)} only",
        f"edges with {words.shut(t, enable)} do nothing",
    )
    tail = f"; {gate}" if gate else ""
    first = kind.split()[-1]
    second = "rising" if first == "falling" else "falling"
    bits = f"{width}-bit"
    brief = {
        "register": (
            f"{bits} dual-edge-triggered register, {d} to {q}{tail}",
            f"{q} samples {d} on rising and falling {clk}{tail}",
            f"flip-flop {q} that takes {d} on both clock edges{tail}",
            f"DET register: {q} <= {d} twice a {clk} period, at either edge{tail}",
            f"register {d} into {q} at every transition of {clk}, up or down{tail}",
            f"double-edge D-type, input {d}, state {q}, {width} bit{'s' * (width > 1)}{tail}",
        ),
        "output": (
            f"DDR output {q}: rising {clk} samples {d} and {e}; {d} goes out in the high phase, "
            f"{e} in the low phase after it",
            "double-data-rate transmitter, same-edge style: both words taken at the rising edge, "
            f"{q} = {d}-sample while {clk} is high, {e}-sample while low",
            f"two words per period on {q}: {d} (clock high) then {e} (clock low), both captured "
            "at the rising edge",
            f"output DDR cell; capture {d}, {e} at posedge, show {d} during the high half, {e} "
            f"during the low half on {q}",
            f"multiplex captured {d} / {e} onto {q} by the level of {clk} (high / low); capture "
            "of both at its rising edge",
            f"{q} at twice the rate: {d} first, in the high half, {e} second, in the low half; "
            f"inputs sampled together on rising {clk}",
        ),
        "input": (
            f"DDR input: at rising {clk}, {q} <= {d} and {r} <= the {d} caught at the falling "
            "edge before",
            f"double-data-rate receiver on {d}; falling-edge sample realigned, so {q} (rising "
            f"sample) and {r} (previous falling sample) both change at rising {clk}",
            f"split {d} by clock edge. {q}: sampled at the rising edge. {r}: preceding "
            "falling-edge sample, handed over at that rising edge",
            f"input DDR cell, outputs aligned to posedge {clk}: {q} current {d}, {r} the {d} of "
            "half a period ago (negedge flop)",
            f"{d} brings a word per half period; present rising-edge word on {q}, falling-edge "
            f"word before it on {r}, both updated on rising {clk}",
            f"catch {d} with a negedge flop; at posedge {clk} move that into {r} and {d} itself "
            f"into {q}",
        ),
        "counter": (
            f"{bits} counter {q} of all {clk} edges, rising and falling, wrapping{tail}",
            f"{q} counts half periods of {clk} modulo {1 << width}{tail}",
            f"double-edge up-counter {q}, {width} bits, free-running{tail}",
            f"count up {q} at both edges of {clk}, modulo {1 << width}{tail}",
            f"{q} = number of {clk} transitions, kept to {width} bits{tail}",
            f"edge tally {q}: plus one per clock transition, either way, rollover at "
            f"{1 << width}{tail}",
        ),
        "half": (
            f"two flops in series, first on {first}, second on {second} {clk}: {d} to {q}",
            f"{q} is {d} sampled at {first} {clk} and released half a period later, at the "
            f"{second} edge",
            f"half-cycle retiming: {first}-edge capture of {d}, {second}-edge launch on {q}",
            f"{d} -> {first}-edge flop -> {second}-edge flop -> {q}, both on {clk}",
            f"lockup pair: sample {d} on {first} {clk}, then {q} takes the sample on the next "
            f"{second} edge",
            f"opposite-edge register pair between {d} and {q}; the {first} edge of {clk} samples, "
            f"the {second} edge outputs",
        ),
    }[kind.split()[0]]
    shown = words.listed([f"`{o}`" for o in outputs])
    effect = t.say(f"zeroes {shown} and all registers inside", "clears every register")
    reset = words.reset(t, clocking, effect)
    note = reset or t.say("No reset.", "There is no reset.")
    short = words.framed(t, t.choice(brief), note)
    flops = t.say(
        f"Each flip-flop may use one edge of {clk} only",
        "Use ordinary single-edge flip-flops inside",
        "",
    )
    hold = words.maybe(
        t,
        enable,
        f"An edge that meets {words.shut(t, enable)} leaves {q} alone",
        f"An edge matters only if {words.on(t, enable)}, otherwise {q} keeps its value",
    )
    if kind == "register":
        rule = t.say(
            f"{q} takes over {d} whenever {clk} changes, no matter in which direction, and holds "
            "it until the next change",
            f"At the rising edge of {clk} and again at its falling edge {d} is stored in {q}",
        )
    elif kind == "output":
        rule = t.say(
            f"The rising edge of {clk} samples {d} as well as {e}. While {clk} is then high, {q} "
            f"is the sample of {d}; in the low half that follows it is the sample of {e}",
            f"{q} alternates with the level of {clk}: high shows {d}, low shows {e}, both as they "
            "were at the last rising edge; later changes have to wait for the next one",
        )
    elif kind == "input":
        rule = t.say(
            f"Both results change at the rising edge of {clk}. {q} gets {d} of that moment, {r} "
            f"gets what {d} was at the falling edge half a period earlier",
            f"A falling-edge flip-flop keeps {d}. With each rising edge of {clk} its contents "
            f"move on to {r} while {q} samples {d} directly",
        )
    elif kind == "counter":
        rule = t.say(
            f"{q} goes up by one with each edge of {clk}, be it rising or falling, "
            f"{(1 << width) - 1} being followed by 0",
            f"Two increments per {clk} period, one at each edge; {q} is taken modulo {1 << width}",
        )
    else:
        rule = t.say(
            f"At its {first} edge {clk} samples {d} into a hidden register, at its {second} edge "
            f"it copies that into {q}",
            f"What {d} was at a {first} edge of {clk} becomes visible on {q} at the {second} edge "
            "after it",
        )
    lanes = f"All {width} bits alike" if width > 1 and kind != "counter" else ""
    settings = {
        "register": (
            f"A quadrature decoder wants to look at its signals twice per clock; {q} is what it "
            f"saw on {d}",
            "To save clock power the data path runs at half the frequency and stores at both "
            f"edges, {d} into {q}",
            f"The sampler of a cheap logic probe doubles its rate: {d} is looked at on both edges",
            f"A sigma-delta bit path moves {d} on to {q} twice per clock period",
            f"An old bus changes its data with every clock transition; {q} keeps up with {d}",
        ),
        "output": (
            f"The pad driver of a fast memory bus sends two words per clock on {q}",
            f"A display link carries even and odd pixels, {d} and {e}, on one set of wires, {q}",
            f"A camera head sends {d} and {e} interleaved over {q}",
            f"Half as many pins: {d} and {e} share {q} within every clock period",
            f"A converter takes both channels, {d} and {e}, from the one line {q}",
        ),
        "input": (
            f"An analogue-to-digital converter delivers two samples per clock on {d}",
            f"A network receiver gets data at both clock edges on {d} and must hand it on at "
            "single rate",
            f"The stereo microphone pair on {d} alternates: one talks for the rising, the other "
            "for the falling edge",
            f"{d} comes from a double-rate memory; the controller wants both words at once",
            f"A fast link {d} is unpacked into two slower streams",
        ),
        "counter": (
            f"A time-to-digital converter needs half-period resolution in {q}",
            f"A stopwatch squeezes twice the resolution out of its clock, counting in {q}",
            f"A phase meter expresses angles in half clock periods, counted by {q}",
            f"The address generator {q} of a double-rate memory tester moves at both clock edges",
            f"A jitter monitor tallies clock transitions in {q}",
        ),
        "half": (
            f"Between two scan chains on opposite edges {d} has to be passed on safely as {q}",
            f"A serial interface samples {d} at one edge and drives {q} at the other",
            f"The hold time of a board trace is secured by shifting {d} by half a period to {q}",
            f"A test chip's output stage releases {d} half a clock after taking it",
            f"The link partner samples at the opposite edge, so {q} must change half a period "
            f"after {d} was taken",
        ),
    }[kind.split()[0]]
    purpose = words.prose(t, t.choice(settings), rule, hold, lanes, t.say(flops, ""), note)
    heads = {
        "register": (
            f"Storage of {d} in {q}, both clock edges in use",
            f"{q}: register of the double-edge kind",
            f"Double-edge storage element from {d} to {q}",
        ),
        "output": (
            f"Interleave {d} and {e}",
            "Double-data-rate sender",
            f"DDR cell that drives {q}",
        ),
        "input": (
            f"De-interleave {d}",
            "Double-data-rate receiver",
            f"DDR cell that listens to {d}",
        ),
        "counter": (
            f"Counter {q} with two steps per clock period",
            f"Half-period counter, {width} bits",
            f"{q} counts clock transitions",
        ),
        "half": (
            f"Half a period of delay from {d} to {q}",
            "Two registers, opposite edges",
            f"Retime {d} to the {second} edge",
        ),
    }[kind.split()[0]]
    head = t.choice(heads).replace(": register", " is a register")
    clocked = t.say(
        f"{clk} is used with both its edges", f"Rising and falling edges of {clk} matter"
    )
    remark = words.remarks(t, head, [rule, hold, note, clocked], [flops, lanes])
    return short, purpose, remark
