"""Tellings of one-hot state machines: their next-state logic, and the whole machine."""

from __future__ import annotations

from collections.abc import Mapping

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.chart import Chart
from mevllm.data.families.told._words_machines import Ink, around, clocks, ink, listed, remarks
from mevllm.data.families.told.guarded import moves_block, moves_text, outputs_text


def _wiring(pen: Draw, n: Ink, bits: Mapping[str, int], state: str) -> str:
    each = ", ".join(f"{s} is bit {at}" for s, at in bits.items())
    order = ", ".join(s for s, _ in sorted(bits.items(), key=lambda item: item[1]))
    return pen.say(
        f"One-hot in {n(state)}: {each}.",
        f"{n(state)} has a bit per state, from bit 0 up: {order}.",
        f"Bits 0 to {len(bits) - 1} of {n(state)} stand for {order}, one hot.",
    )


def one_hot_next_state(
    pen: Draw, drawn: Chart, bits: Mapping[str, int], *, state: str, target: str
) -> tuple[str, str, str]:
    """Next-state bits and outputs as sums over the arcs."""
    outs = [name for name, _ in drawn.outputs]
    names = (state, target, *outs)

    def goal(n: Ink) -> str:
        return pen.say(
            f"next-state logic without registers: {n(target)} (same bit order) from {n(state)}.",
            f"purely combinational: give in {n(target)}, coded alike, the state after {n(state)}.",
            f"the gates between {n(state)} and {n(target)} of a one-hot FSM, no flip-flops.",
        )

    def sums(n: Ink) -> str:
        return pen.say(
            f"each bit of {n(target)} is the OR, over its incoming arcs, of the source bit ANDed "
            "with the arc's condition, and nothing else; this also fixes inputs that are not "
            "one-hot.",
            f"use one AND term per arc (source bit and condition, earlier conditions of the "
            f"state being false) and OR those that enter a state; with several bits set in "
            f"{n(state)} all their terms add up.",
            "test single state bits only, never the whole code: superposed states move "
            "independently, and no state gives no successor.",
        ) + pen.say(
            f" {listed([n(o) for o in outs])} likewise OR single bits.",
            " Outputs are ORs of the bits of their states.",
        )

    n = ink(pen, *names)
    short = around(
        pen,
        goal(n),
        _wiring(pen, n, bits, state),
        moves_text(pen, n, drawn),
        outputs_text(pen, n, drawn),
        sums(n),
        names=names,
    )
    n = ink(pen, *names)
    lead = pen.say(
        "In an FPGA with plenty of flip-flops a controller gets one for each state; only the "
        "look-up tables in front of them are asked for here.",
        "Tokens run through a graph: each state bit is a token place, and in a step every token "
        "moves on its own.",
        "The registers of the sequencer are triplicated elsewhere; this voter-free core holds the "
        "equations.",
        "To check a synthesis tool we need the same equations that it should find.",
        "A relay ladder, one relay a step, is turned into gates.",
    )
    middle = around(
        pen,
        goal(n),
        _wiring(pen, n, bits, state),
        outputs_text(pen, n, drawn),
        sums(n),
        names=names,
    )
    purpose = f"{lead} {middle} {moves_block(pen, drawn)}"
    n = ink(pen, *names)
    told = remarks(
        pen,
        pen.say(
            f"Equations for a machine with {len(bits)} one-hot states.",
            "Sum-of-products transition logic, one term an arc.",
            f"How {n(target)} follows from {n(state)}:",
            "One-hot transition network.",
        ),
        [
            goal(n),
            _wiring(pen, n, bits, state),
            moves_text(pen, n, drawn),
            sums(n),
            outputs_text(pen, n, drawn),
        ],
        names,
    )
    return short, purpose, told


def one_hot_machine(
    pen: Draw, clocking: Clocking, drawn: Chart, bits: Mapping[str, int], *, state: str
) -> tuple[str, str, str]:
    """A clocked machine whose one-hot register is an output."""
    first = drawn.states[0]
    code = f"{1 << bits[first]:0{len(bits)}b}"
    names = (state, *(name for name, _ in drawn.outputs), clocking.clock, str(clocking.reset))

    def reset(n: Ink) -> str:
        effect = pen.say(
            f"enters {first} ({n(state)} = {code})",
            f"loads {n(state)} with {code}",
            f"sets the bit of {first} alone",
        )
        return clocks(pen, n, clocking, effect)

    def seen(n: Ink) -> str:
        return pen.say(
            f"{n(state)} is the state register itself.",
            f"The register is visible as {n(state)}.",
            f"{n(state)}: the state flip-flops, brought out.",
        )

    n = ink(pen, *names)
    short = around(
        pen,
        pen.say("One-hot Moore FSM.", f"Moore machine, {len(bits)} one-hot states.", ""),
        _wiring(pen, n, bits, state),
        seen(n),
        moves_text(pen, n, drawn),
        outputs_text(pen, n, drawn),
        reset(n),
        names=names,
    )
    n = ink(pen, *names)
    lead = pen.say(
        "A row of lamps shows which step a process is in, one lamp lit at a time.",
        "The debugger wants to see the state of a controller without a decoder.",
        "Every step of a batch process switches its own relay, so there is a flip-flop a step.",
        "The state is watched on an oscilloscope, a channel for each state.",
        "For speed there is no state decoding: one flip-flop a state.",
    )
    middle = around(
        pen,
        _wiring(pen, n, bits, state),
        seen(n),
        outputs_text(pen, n, drawn),
        reset(n),
        names=names,
    )
    body = moves_block(pen, drawn)
    purpose = f"{lead} {middle} {body}" if pen.chance(0.5) else f"{lead} {body}\n\n{middle}"
    n = ink(pen, *names)
    told = remarks(
        pen,
        pen.say(
            "Moore machine in one-hot code.",
            f"{len(bits)} states, {len(bits)} flip-flops.",
            "Sequencer with a flip-flop per state.",
            f"Register {n(state)} and what moves it:",
        ),
        [
            _wiring(pen, n, bits, state),
            moves_text(pen, n, drawn),
            outputs_text(pen, n, drawn),
            seen(n),
            reset(n),
        ],
        names,
    )
    return short, purpose, told
