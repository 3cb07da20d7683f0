"""Traffic lights and vending machines as people tell them."""

from __future__ import annotations

from collections.abc import Mapping

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.told._words_systems import voice


def lights(
    draw: Draw, c: Clocking, lamps: tuple[str, ...], times: tuple[int, int, int, int], sensor: str
) -> tuple[str, ...]:
    """Lights of a crossing.

    The lamps: codes of main and side road, or green, yellow, red of each; the times: main green,
    side green, yellow, all red.
    """
    v = voice(draw, c)
    lamps, car = v.names(lamps), v.name(sensor)
    green, side, yellow, clear = times
    code = (
        v.say(
            f" {lamps[0]}/{lamps[1]}: 00 red, 01 green, 10 yellow.",
            f" Lamp codes of {lamps[0]} and {lamps[1]}: red 00, green 01, yellow 10.",
        )
        if len(lamps) == 2
        else ""
    )
    head = lamps[0].strip("`").split("_")[0]
    main = (
        f"the road of {lamps[0]}"
        if len(lamps) == 2
        else f"the {head} road"
        if len(head) > 1
        else f"road {head}"
    )
    least = (
        v.say(
            f"at least {green} clocks, ending at the first edge from the {green}th on that finds "
            f"{car} high (earlier cars that left do not count)",
            f"{green} clocks or longer: from edge {green} of it on, {car} = 1 at an edge ends it "
            f"(no memory of earlier cars)",
        )
        if car
        else f"{green} clocks"
    )
    both = f", all red {clear}" if clear else ""
    gap = f"{yellow} clock{'s' * (yellow > 1)} of yellow" + (
        f" and {clear} of all-red" if clear else ", no all-red"
    )
    t = v.timing(f"restarts the green of {main}")
    return (
        v.say(
            f"Two-way traffic light, endless cycle: {main} green {least}; yellow {yellow}{both}; "
            f"the other road green {side}; yellow {yellow}{both} (times in clocks). The road not "
            f"served shows red.{code} {t}",
            f"Crossing controller, Moore. Green for {main}: {least}. Green for the other: {side} "
            f"clocks. Each green is followed by {gap}. One lamp per road is on, red by default."
            f"{code} {t}",
            f"{t} Lights of a crossroads, timed in clock cycles. {v.up(main)} "
            f"({lamps[0]}) keeps green {least}, the other one {side} clocks; after each come {gap}."
            f"{code} Whoever has neither green nor yellow has red.",
            "Junction signals.\n"
            + v.remarks(
                (
                    f"{main} green: {least}",
                    f"other road green: {side} clocks",
                    f"after every green: {gap}, then the other road's turn",
                    "red whenever neither green nor yellow is on",
                    code.strip(),
                    t,
                )
            ),
            f"A town wants its crossing automated: {gap} after each green; {side} clocks of green "
            f"for the minor road; for {main}, {least}.{code} Red is shown otherwise. {t}",
        ),
    )


def vending(
    draw: Draw,
    c: Clocking,
    coins: Mapping[str, int],
    price: int,
    unit: int,
    names: tuple[str, ...],
) -> tuple[str, ...]:
    """A vending machine; coins by name; the names: vend, change, refund, credit, each or ""."""
    v = voice(draw, c)
    vend, change, refund, credit = v.names(names)
    listed = ", ".join(f"{v.name(n)} = {k}" for n, k in coins.items())
    most = price - unit + sum(coins.values())
    back = (
        v.say(f"{change} shows the excess in that cycle", f"the surplus is on {change} meanwhile")
        if change
        else "excess money is kept"
        if most > price
        else ""
    )
    cancel = (
        f" {refund} comes first: coins of that edge are refused, no sale, credit to {change} for a "
        f"cycle and then 0."
        if refund
        else ""
    )
    zero = f" {change} is 0 at other times." if change else ""
    shown = f" {credit} displays what is paid." if credit else ""
    units = (
        f" Amounts at outputs are in units of {unit}." if unit > 1 and (change or credit) else ""
    )
    more = f"; {back}" if back else ""
    tail = f"{zero}{cancel}{shown}{units}"
    t = v.timing("clears credit and outputs")
    return (
        v.say(
            f"Vending machine, price {price}, coins {listed}, several per edge allowed. Reaching "
            f"the price gives a one-cycle {vend} and credit 0{more}.{tail} Registered outputs. {t}",
            f"Coin adder: at each edge all coin inputs that are high add up ({listed}). Once the "
            f"total, this edge included, is {price} or more, {vend} is 1 for one cycle and the "
            f"total restarts at 0{more}.{tail} All outputs are registers. {t}",
            f"{t} A locker opens for {price}. Accepted: {listed}, also at the same edge. The edge "
            f"that completes the amount sets {vend} for a cycle and empties the account{more}."
            f"{tail} Every output is a register.",
            "Ticket dispenser.\n"
            + v.remarks(
                (
                    f"Coins: {listed}; each input counts at every edge at which it is 1.",
                    f"Fare {price}: credit plus new coins at or above it gives {vend} (one cycle) "
                    f"and clears the credit{more}.",
                    zero.strip(),
                    cancel.strip(),
                    shown.strip(),
                    units.strip(),
                    f"Outputs come from registers. {t}",
                )
            ),
            f"Sum money until {price}: {listed}, more than one coin may fall at an edge. Then "
            f"{vend} for a single cycle, from a register like all outputs{more}, and a new sum "
            f"from 0.{tail} {t}",
        ),
    )
