"""Controllers with counters: traffic lights, a vending machine."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Clocking, Draw, port
from mevllm.data.families.telling import Fact, clock_words, clocked, lit, tell
from mevllm.data.families.told import junction as told
from mevllm.data.stimulus import sequential
from mevllm.tiers import Tier


def _span(width: int) -> str:
    return f"[{width - 1}:0] " if width > 1 else ""


def _lights(draw: Draw) -> Design:
    """A crossing of two roads: green, yellow, perhaps all-red times, perhaps a sensor."""
    clocking = draw.clocking()
    green, side, yellow = draw.int(3, 9), draw.int(2, 7), draw.int(1, 3)
    clear = draw.choice((0, 0, 1, 2))
    sensor = draw.name("car", "side_car", "request", "sensor") if draw.chance(0.6) else ""
    coded = draw.chance(0.35)
    names = [
        "MAIN_GO",
        "MAIN_STOP",
        *(["CLEAR1"] if clear else []),
        "SIDE_GO",
        "SIDE_STOP",
        *(["CLEAR2"] if clear else []),
    ]
    times = [green, yellow, *([clear] if clear else []), side, yellow, *([clear] if clear else [])]
    state, timer, over = (
        draw.name("state"),
        draw.name("timer", "t", "count"),
        draw.name("over", "fin"),
    )
    bits = (len(names) - 1).bit_length()
    width = max(1, (max(times) - 1).bit_length())
    codes = ", ".join(f"{s} = {bits}'d{i}" for i, s in enumerate(names))
    limit = draw.name("limit", "length")
    cases = [
        f"      {s}: {limit} = {lit(width, t - 1)};" for s, t in zip(names, times, strict=True)
    ]
    done = f"({timer} >= {limit})" + (f" && ({state} != MAIN_GO || {sensor})" if sensor else "")
    hold = (
        f"end else if ({timer} != {limit}) begin\n  {timer} <= {timer} + 1;\nend"
        if sensor
        else (f"end else begin\n  {timer} <= {timer} + 1;\nend")
    )
    last = names[-1]
    step = (
        f"if ({over}) begin\n"
        f"  {state} <= ({state} == {last}) ? MAIN_GO : {state} + 1;\n  {timer} <= "
        f"{lit(width, 0)};\n{hold}"
    )
    lamps: list[tuple[str, str]] = []
    if coded:
        a, b = draw.name("main", "road_a", "ns"), draw.name("side", "road_b", "ew")
        lamps = [
            (a, f"({state} == MAIN_GO) ? 2'b01 : ({state} == MAIN_STOP) ? 2'b10 : 2'b00"),
            (b, f"({state} == SIDE_GO) ? 2'b01 : ({state} == SIDE_STOP) ? 2'b10 : 2'b00"),
        ]
        shown = (
            f"`{a}` and `{b}` are the lights of the main and the side road: 00 is red, 01 green, "
            "10 yellow."
        )
    else:
        ma, sa = draw.choice((("main", "side"), ("a", "b"), ("ns", "ew")))
        g, y, r = (draw.name(f"{ma}_{c}") for c in ("green", "yellow", "red"))
        g2, y2, r2 = (draw.name(f"{sa}_{c}") for c in ("green", "yellow", "red"))
        lamps = [
            (g, f"({state} == MAIN_GO)"),
            (y, f"({state} == MAIN_STOP)"),
            (r, f"!{g} && !{y}"),
            (g2, f"({state} == SIDE_GO)"),
            (y2, f"({state} == SIDE_STOP)"),
            (r2, f"!{g2} && !{y2}"),
        ]
        shown = (
            f"`{g}`, `{y}`, `{r}` are the lamps of the main road, `{g2}`, `{y2}`, `{r2}` those of "
            "the side road; of each road exactly one lamp is on."
        )
    ports = [
        *clocking.ports,
        *([port(sensor, "input", 1, "a car waits in the side road")] if sensor else []),
        *(port(name, "output", 2 if coded else 1) for name, _ in lamps),
    ]
    body = "\n".join(
        (
            f"  localparam {codes};",
            f"  reg [{bits - 1}:0] {state};",
            f"  reg {_span(width)}{timer}, {limit};",
            f"  wire {over} = {done};",
            "",
            "  always @(*) begin",
            f"    case ({state})",
            *cases,
            f"      default: {limit} = {lit(width, 0)};",
            "    endcase",
            "  end",
            "",
            clocking.always(f"{state} <= MAIN_GO;\n{timer} <= {lit(width, 0)};", step),
            "",
            *(f"  assign {name} = {value};" for name, value in lamps),
        )
    )
    red = f"Between the yellow of one road and the green of the other both are red for {_n(clear)}."
    order = f"main green, main yellow{', both red' * bool(clear)}, side green, side yellow" + (
        ", both red" * bool(clear)
    )
    need = (
        f"The main road keeps green until it has had it for {_n(green)} and `{sensor}` is 1 at "
        f"a clock edge; a car that comes earlier and leaves again has no effect."
        if sensor
        else f"The main road has green for {_n(green)}."
    )
    brief = f"{green}{'+ (until ' + sensor + ')' if sensor else ''}"
    shows, each = tuple(name for name, _ in lamps), (green, side, yellow, clear)
    draw.tell(*told.lights(draw.teller(), clocking, shows, each, sensor))
    return draw.design(
        LIGHTS,
        module=draw.module("traffic_light", "crossing", "lights"),
        ports=ports,
        body=body,
        description=tell(
            draw,
            title="traffic light controller for a crossing of two roads",
            terse=f"Traffic lights in a loop: {order}; cycles: main green {brief}, side green "
            f"{side}, yellow {yellow}"
            + (f", both red {clear}" if clear else "")
            + ". "
            + ("Lights coded 00 red, 01 green, 10 yellow. " if coded else "")
            + clock_words(clocking, "to the start of main green"),
            opening=(
                "A crossing of a main road and a side road has traffic lights.",
                "The lights of a crossing run in a loop, timed in clock cycles.",
                "",
            ),
            facts=(
                shown,
                f"The phases follow each other in a loop: {order}. The other road is red while one "
                "has green or yellow.",
                need
                + (
                    f" With the edge number {green} of the phase, or with a later one, the change "
                    "can happen."
                    if sensor
                    else ""
                ),
                f"The side road has green for {_n(side)}, each yellow lasts {_n(yellow)}.",
                red if clear else "",
                *clocked(draw, clocking, "begins the green of the main road, with its full time"),
            ),
        ),
        stimulus=sequential(
            draw, ports, clocking, random_rows=330, chances={sensor: 0.35}, reset_chance=0.008
        ),
        choices=(
            ("times", (green, side, yellow, clear)),
            ("sensor", bool(sensor)),
            ("coded", coded),
        ),
        clocking=clocking,
    )


def _n(cycles: int) -> str:
    return f"{cycles} clock cycle{'s' * (cycles != 1)}"


def _vending(draw: Draw) -> Design:
    """Coins of two or three values, a price, change; perhaps a refund."""
    clocking = draw.clocking()
    values = draw.choice(((1, 2), (1, 5), (2, 5), (1, 2, 5), (1, 3), (2, 3), (1, 4), (5, 10)))
    unit = values[0] if values == (5, 10) else 1
    values = tuple(v // unit for v in values)
    price = draw.int(max(values) + 1, 3 * max(values) + 3)
    most = price - 1 + sum(values)
    width, held = most.bit_length(), (price - 1).bit_length()
    style = draw.choice((("coin{}",), ("c{}",), ("in_{}",)))[0]
    coins = [draw.name(style.format(v * unit)) for v in values]
    refund = draw.name("cancel", "refund", "give_back") if draw.chance(0.45) else ""
    vend, change = draw.name("vend", "dispense", "drop"), draw.name("change", "ret", "coins_back")
    credit, total = draw.name("credit", "paid", "sum"), draw.name("total", "now")
    with_change = draw.chance(0.75) or bool(refund)
    show = draw.chance(0.3)
    reached = [0]
    for had in reached:
        more = {had + sum(v for i, v in enumerate(values) if s >> i & 1) for s in range(8)}
        reached += [c for c in sorted(more) if c < price and c not in reached]
    over = max(reached) + sum(values) - price
    room = max(over, max(reached) if refund else 0)
    size = room.bit_length() if with_change else 0
    with_change = with_change and size > 0
    terms = " + ".join(
        [
            credit,
            *(
                f"({c} ? {lit(width, v)} : {lit(width, 0)})"
                for c, v in zip(coins, values, strict=True)
            ),
        ]
    )
    enough = f"({total} >= {lit(width, price)})"
    ports = [
        *clocking.ports,
        *(
            port(c, "input", 1, f"coin of value {v * unit}")
            for c, v in zip(coins, values, strict=True)
        ),
        *([port(refund, "input", 1, "give the money back")] if refund else []),
        port(vend, "output", 1, "one item"),
        *(
            [
                port(
                    change,
                    "output",
                    size,
                    "amount given back" + (f", in units of {unit}" if unit > 1 else ""),
                )
            ]
            if with_change
            else []
        ),
        *(
            [
                port(
                    credit,
                    "output",
                    held,
                    "amount paid so far" + (f", in units of {unit}" if unit > 1 else ""),
                )
            ]
            if show
            else []
        ),
    ]
    zero = lit(held, 0)
    steps = [f"{vend} <= {enough};", f"{credit} <= {enough} ? {zero} : {total};"]
    if with_change:
        steps.append(f"{change} <= {enough} ? {total} - {lit(width, price)} : {lit(size, 0)};")
    step = "\n".join(steps)
    if refund:
        back = f"  {vend} <= 1'b0;\n  {credit} <= {zero};\n  {change} <= {credit};"
        inner = "\n".join("  " + line for line in steps)
        step = f"if ({refund}) begin\n{back}\nend else begin\n{inner}\nend"
    start = [f"{vend} <= 1'b0;", f"{credit} <= {zero};"]
    if with_change:
        start.append(f"{change} <= {lit(size, 0)};")
    body = "\n".join(
        (
            *([] if show else [f"  reg [{held - 1}:0] {credit};"]),
            f"  wire [{width - 1}:0] {total} = {terms};",
            "",
            clocking.always("\n".join(start), step),
        )
    )
    rows = _coin_rows(draw, clocking, dict(zip(coins, values, strict=True)), price, refund)
    listed = ", ".join(f"`{c}` ({v * unit})" for c, v in zip(coins, values, strict=True))
    cost = price * unit
    scale = f" All amounts at the outputs are in units of {unit}." if unit > 1 else ""
    returned: Fact = ""
    if with_change:
        returned = (
            f"In the same cycle `{change}` is what was paid beyond the price; it is 0 in all other "
            f"cycles{' but those after a refund' if refund else ''}.{scale}"
        )
    elif over:
        returned = "What was paid beyond the price is lost."
    given: Fact = (
        (
            f"`{refund}` = 1 at a clock edge has priority: coins at that edge are not accepted, "
            f"nothing is sold, the credit is cleared, and in the following cycle `{change}` is the "
            "credit that there was before the edge."
        )
        if refund
        else ""
    )
    prices = {c: v * unit for c, v in zip(coins, values, strict=True)}
    own = (vend, change * with_change, refund, credit * show)
    draw.tell(*told.vending(draw.teller(), clocking, prices, cost, unit, own))
    return draw.design(
        VENDING,
        module=draw.module("vending", "vending_machine", "coin_acceptor"),
        ports=ports,
        body=body,
        description=tell(
            draw,
            title=f"vending machine for a price of {cost}",
            terse=f"Adds coins {listed.replace('`', '')}; at {cost} or more {vend} pulses for "
            "one cycle"
            + (f" with {change} = surplus" if with_change else "")
            + ", credit restarts at 0. "
            + (f"{refund} (priority): credit to {change}, coins refused. " if refund else "")
            + (f"{credit} = amount so far. " if show else "")
            + (f"Outputs in units of {unit}. " if unit > 1 else "")
            + "Outputs registered. "
            + clock_words(clocking, "clears all"),
            opening=(
                f"A machine sells one article at a price of {cost}.",
                "The control of a vending machine counts coins.",
                "",
            ),
            facts=(
                f"The coins are {listed}, the price is {cost}. At each clock edge every coin input "
                "that is 1 adds its value to the credit; several coins may come at one edge, and "
                "all of them count.",
                f"When the credit, the coins of that edge included, reaches or exceeds {cost}, "
                f"`{vend}` becomes 1 with this edge for one cycle, and the credit is set to 0.",
                returned,
                given,
                f"`{credit}` shows the credit after the last clock edge."
                + (f" It counts units of {unit}." if unit > 1 and not with_change else "")
                if show
                else "",
                "All outputs are registers.",
                *clocked(draw, clocking, "clears the credit and all outputs"),
            ),
        ),
        stimulus=sequential(
            draw,
            ports,
            clocking,
            directed=rows,
            random_rows=200,
            chances={refund: 0.06, **dict.fromkeys(coins, 0.4)},
        ),
        choices=(
            ("values", values),
            ("unit", unit),
            ("price", price),
            ("refund", bool(refund)),
            ("change", with_change),
            ("credit", show),
        ),
        clocking=clocking,
    )


def _coin_rows(
    draw: Draw, clocking: Clocking, coins: dict[str, int], price: int, refund: str
) -> list[dict[str, int]]:
    """From 0 to every credit that single coins reach, and then all coins, or a refund."""
    paths: dict[int, list[dict[str, int]]] = {0: []}
    for credit in range(price):
        for coin, value in coins.items():
            if credit in paths and credit + value < price:
                paths.setdefault(credit + value, [*paths[credit], {coin: 1}])
    clear = {str(clocking.reset): int(clocking.active_high)}
    rows: list[dict[str, int]] = []
    for path in draw.shuffled(list(paths.values())):
        rows += [*path, dict.fromkeys(coins, 1), {}, clear]
        if refund and draw.chance(0.4):
            rows += [*path, {refund: 1, draw.choice(list(coins)): draw.bits(1)}, {}]
    if refund:
        rows += [clear, *paths[max(paths)], {refund: 1}, {}]
    return rows[-300:]


LIGHTS = Family("traffic_lights", Tier.EXPERT, _lights)
VENDING = Family("vending_machine", Tier.EXPERT, _vending)

FAMILIES = (LIGHTS, VENDING)
