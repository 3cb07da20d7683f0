"""Several signals with a common period."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.phrases import (
    bits,
    build,
    exhibit,
    gate,
    gated,
    joined,
    literal,
    size,
    spoken,
    table,
)
from mevllm.data.families.told import phases as told
from mevllm.tiers import Tier


def _phases(draw: Draw) -> Design:
    """Several outputs that are active in chosen parts of a common period."""
    n = draw.choice((4, 5, 6, 8, 8, 9, 10, 12, 16))
    count = draw.choice((2, 3, 3, 4))
    spans: list[tuple[int, int]] = []
    while len(spans) < count:
        first, length = draw.int(0, n - 1), draw.int(1, n - 2)
        span = (first, (first + length - 1) % n)
        if span not in spans:
            spans.append(span)
    registered = draw.chance(0.3)
    clocking = draw.clocking()
    enable = gate(draw, 0.4)
    stem = draw.name("phase", "phi", "ph", "strobe", "stage")
    outs = [draw.name(f"{stem}{'_' * (stem == 'stage')}{c}") for c in "abcd"[:count]]
    slot = draw.name("slot", "cnt", "step", "position")
    k = size(n)
    ports = [
        *clocking.ports,
        *([enable.port] if enable else []),
        *(port(o, "output", 1, "phase signal") for o in outs),
    ]
    zero, last = literal(k, 0), literal(k, n - 1)
    following = f"{slot} + 1'b1" if n == 1 << k else f"({slot} == {last}) ? {zero} : {slot} + 1'b1"
    formulas = []
    for first, final in spans:
        low, high = f"{slot} >= {literal(k, first)}", f"{slot} <= {literal(k, final)}"
        if first == final:
            formulas.append(f"({slot} == {literal(k, first)})")
        elif final == 0:
            formulas.append(f"({low} || {slot} == {literal(k, 0)})")
        elif first < final:
            parts = [low] * (first > 0) + [high] * (final < n - 1)
            formulas.append(f"({' && '.join(parts)})")
        else:
            formulas.append(f"({low} || {high})")
    pairs = list(zip(outs, formulas, strict=True))
    lines = [f"  reg {bits(k)}{slot};"]
    step = f"{slot} <= {following};"
    on_reset = f"{slot} <= {zero};"
    if registered:
        step += "".join(f"\n{o} <= {f};" for o, f in pairs)
        on_reset += "".join(f"\n{o} <= 1'b0;" for o in outs)
    lines.append(clocking.always(on_reset, gated(enable, step)))
    if not registered:
        lines += [f"  assign {o} = {f};" for o, f in pairs]

    def spell(span: tuple[int, int]) -> str:
        first, final = span
        if first == final:
            return f"slot {first}"
        if first < final:
            return f"slots {first} to {final}"
        return (
            f"slots {first} to {n - 1} and 0 to {final}"
            if final
            else (
                f"slots {first} to {n - 1} and slot 0" if first < n - 1 else f"slots {first} and 0"
            )
        )

    def timing() -> list[str]:
        return [
            f"a counter runs through the slots 0 to {n - 1} and starts over, one slot for every "
            "clock edge" + (f" at which {enable.on}." if enable else "."),
            "the outputs are registers: at the clock edge at which the counter leaves a slot, each "
            "takes the value that belongs to the slot being left, so they are one step behind the "
            "counter" + ("; they too hold while the counter does." if enable else ".")
            if registered
            else draw.say(
                "the outputs depend only on the present slot, combinationally.",
                "an output is decoded from the counter without a register of its own.",
            ),
        ]

    def rules() -> list[str]:
        first, second = timing()
        return [
            first,
            *(f"`{o}` is 1 in {spell(s)}, else 0." for o, s in zip(outs, spans, strict=True)),
            second,
        ]

    effect = "puts the counter into slot 0" + (" and clears the outputs" if registered else "")

    def active(span: tuple[int, int], i: int) -> int:
        first, final = span
        return int(first <= i <= final if first <= final else i >= first or i <= final)

    chart = exhibit(
        draw,
        clocking,
        "waveform",
        spoken(
            f"The module generates {count} phase signals. The table gives their values in each "
            "slot.",
            *timing(),
        ),
        effect,
        table(draw, ("slot", *outs), [(i, *(active(s, i) for s in spans)) for i in range(n)]),
    )
    draw.tell(*told.phases(draw.teller(), clocking, outs, spans, n, registered, enable))
    return build(
        draw,
        PHASES,
        clocking,
        modules=("phase_gen", "multiphase", "timing_gen", "slot_timer"),
        ports=ports,
        body="\n".join(lines),
        title=f"generator of {count} phases in a period of {n} slots",
        terse=joined(
            f"Slot counter 0 to {n - 1}" + (f", stepping when {enable.on}." if enable else "."),
            "; ".join(f"{o} = 1 in {spell(s)}" for o, s in zip(outs, spans, strict=True)) + ".",
            "Outputs are registered from the slot being left (one step late)."
            if registered
            else "Outputs are combinational.",
        ),
        intro=draw.say(
            f"Generate {count} signals with a common period of {n} clock cycles.",
            "A sampling circuit needs several control phases.",
            "",
        ),
        rules=rules,
        effect=effect,
        exhibits=(chart,),
        chances=enable.chances(0.85) if enable else None,
        reset_chance=0.012,
        choices={
            "n": n,
            "spans": spans,
            "registered": registered,
            "enable": enable.active_high if enable else None,
        },
    )


PHASES = Family("phases", Tier.ADVANCED, _phases)

FAMILIES = (PHASES,)
