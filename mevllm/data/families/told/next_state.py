"""Tellings of the combinational part of coded state machines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mevllm.data.draw import Draw
from mevllm.data.families.fsm import Machine
from mevllm.data.families.told._words_machines import around, cap, listed, remarks
from mevllm.data.families.told.moore import block, condition, inline, output_kind


def next_state_logic(
    pen: Draw,
    machine: Machine,
    *,
    present: str,
    coming: str,
    codes: Sequence[str],
    with_output: bool,
    zeros: bool,
) -> tuple[str, str, str]:
    """Next state, and perhaps the output, from present state and input.

    `zeros` says that codes of no state give zeros; else they do not matter. A machine without its
    output is told by its moves alone.
    """
    names = (*machine.given.names, *machine.shown.names, present, coming)
    outs = listed(machine.shown.names)
    coded = replace(machine, states=tuple(codes))
    full = len(codes) == 1 << len(codes[0])
    spelled = ", ".join(f"{s} is {c}" for s, c in zip(machine.states, codes, strict=True))

    def part() -> str:
        also = f" and {outs}" if with_output else ""
        return pen.say(
            f"combinational half of a {machine.kind} FSM: {coming} (the next state){also} from "
            f"{present} (the present state) and the input; the flip-flops are elsewhere.",
            f"no clock here: given the present state on {present}, deliver the next one on "
            f"{coming}{also}.",
            f"{coming} is the successor of state {present} in the {machine.kind} machine below"
            + (f", and {outs} its output; purely combinational." if with_output else "; no latch."),
            f"transition logic only, no registers: {present} and the input give {coming}{also}.",
        )

    def unused() -> str:
        if full:
            return ""
        if not zeros:
            return pen.say(
                "Codes without a state may give anything.",
                f"{present} never has another code, so treat the rest as don't care.",
                "Unassigned codes are free.",
            )
        also = f" and {outs} 0" if with_output else ""
        return pen.say(
            f"Unassigned codes make {coming} all zeros{also}.",
            f"For a code of no state, {coming} is 0{also}.",
            f"Any other value of {present}: {coming} zero{also}.",
        )

    def moves(shown: Machine) -> str:
        if with_output:
            return inline(pen, shown)
        rows = []
        for i, row in enumerate(shown.moves):
            goals = [
                f"{shown.states[t]} on {condition(shown, [s for s, u in enumerate(row) if u == t])}"
                for t in dict.fromkeys(row)
            ]
            rows.append(f"after {shown.states[i]} comes {', '.join(goals)}")
        return cap("; ".join(rows)) + "."

    def coding() -> str:
        return pen.say(
            f"Encoding: {spelled}.",
            f"In binary, {spelled}.",
            f"State assignment on {present} and {coming}: {spelled}.",
        )

    kind = output_kind(pen, machine) if with_output else ""
    bare = pen.chance(0.5)
    short = around(
        pen,
        part(),
        "States appear as their codes." if bare else coding(),
        moves(coded if bare else machine),
        unused(),
        names=names,
    )
    lead = pen.say(
        "The state flip-flops are hard macros on another sheet; this page holds only the gates "
        "between them.",
        "To retime a controller its registers were taken out. What is left over is described here.",
        "A microcode ROM of an old controller is replaced by gates; its address is the state, its "
        "contents the step to come.",
        "A model checker calls this function to step a machine; it must not remember anything.",
        "The register bank is shared by several threads, so the step function stands alone.",
    )
    body = block(pen, machine) if with_output else moves(machine)
    purpose = f"{lead} {around(pen, part(), unused(), kind, coding(), names=names)} {body}"
    told = remarks(
        pen,
        pen.say(
            f"Step logic of a machine with {len(codes)} states.",
            "Derive the gates in front of the state flip-flops.",
            f"Worksheet: complete the logic for {coming}.",
            "Stateless part of a state machine.",
            "Requirements for the transition block:",
        ),
        [part(), coding(), moves(machine), kind, unused()],
        names,
    )
    return short, purpose, told
