"""Register blocks on a bus as people tell them."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.told._words_systems import voice


def slave(
    draw: Draw,
    c: Clocking,
    protocol: str,
    names: tuple[str, ...],
    registers: Sequence[tuple[str, int, str, str]],
    events: tuple[str, str, bool],
) -> tuple[str, ...]:
    """A bus slave with a few registers.

    The names: address, data written, data read, write, select or "", enable, error or
    acknowledge or ""; the registers: kind, address, name, detail; the events: their input, the
    interrupt, and whether setting wins (names empty without event flags).
    """
    if any(name == "inputs" for _, _, name, _ in registers):
        return ()  # In a list of ports this name reads as a heading.
    v = voice(draw, c)
    addr, _, rdata, we, sel, en, err = v.names(names)
    raised, irq = v.names(events[:2])
    said = {
        "rw": "R/W register driving {name}{detail}",
        "ro": "read-only, mirrors {name}",
        "id": "constant {name}",
    }
    rows = []
    for kind, at, name, detail in registers:
        text = said.get(kind, "{detail} event flags, write 1 to clear")
        shown = name if kind == "id" else v.name(name)
        rows.append(f"{at}: {text.format(name=shown, detail=detail)}")
    listed = v.say("; ", ", ").join(rows)
    flags = (
        f" Ones in {raised} set their flags at the edge, and if both happen, "
        f"{'setting' if events[2] else 'clearing'} wins; {irq} = any flag."
        if raised
        else ""
    )
    bus = {
        "apb": f"write at edges with {sel}, {en}, {we} high; {rdata} is combinational, valid while "
        f"{sel} high and {we} low ({en} ignored), else 0; {err} = {sel} and {en} on an unmapped "
        f"address",
        "wishbone": f"an edge with {sel} and {en} high and {err} low is the access and makes "
        f"register {err} 1 for one cycle; {we} = 1 writes, {we} = 0 loads register {rdata}, which "
        f"else holds",
        "simple": f"{we} writes at the edge; {en} loads register {rdata} with the old value at "
        f"{addr}, else it holds",
    }[protocol]
    kind = {"apb": "APB", "wishbone": "Wishbone", "simple": "Register"}[protocol]
    own = {
        "apb": "",
        "wishbone": f" and zeroes {err} and {rdata}",
        "simple": f" and zeroes {rdata}",
    }
    rest = v.say(
        "Unmapped addresses and unused upper bits read 0; other writes do nothing.",
        "Missing bits and addresses read as 0, stray writes are ignored.",
    )
    t = v.timing(f"restores the reset values (0 unless given){own[protocol]}")
    return (
        v.say(
            f"{kind} slave. Map: {listed}.{flags} {v.up(bus)}. {rest} {t}",
            f"{kind} bus interface: {bus}. At {listed}.{flags} {rest} {t}",
            f"{t} Registers of a peripheral, by address: {listed}. {rest} Bus ({kind}): "
            f"{bus}.{flags}",
            f"{kind} register block\n{v.remarks(rows, mixed=False)}\n{v.up(bus)}.{flags} {rest} "
            f"{t}",
            f"Control and status for firmware: {listed}.{flags} {rest} Access: {bus}. {t}",
        ).replace("\n\n", "\n"),
    )
