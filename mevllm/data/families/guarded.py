"""Moore machines whose states each test named inputs, from diagrams, tables and prose."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families import chart, chart_told
from mevllm.data.families.told import guarded as told
from mevllm.data.stimulus import sequential
from mevllm.tiers import Tier


def _guarded(draw: Draw) -> Design:
    """A random chart with two or three inputs."""
    clocking = draw.clocking()
    count = draw.int(3, 6)
    drawn = chart.random_chart(draw, count, draw.choice((2, 2, 3)), draw.choice((1, 2, 2, 3)))
    inputs = sorted({name for row in drawn.arcs for arc in row for name, _ in arc.test})
    ports = [
        *clocking.ports,
        *(port(name, "input") for name in inputs),
        *(port(name, "output") for name, _ in drawn.outputs),
    ]
    title = draw.say(
        f"{count}-state controller with {len(inputs)} inputs",
        f"Moore machine with {count} states and {len(inputs)} inputs",
        f"{count}-state sequencer",
    )
    names = ", ".join(f"`{name}`" for name in inputs)
    draw.tell(*told.guarded_machine(draw.teller(), clocking, drawn))
    return draw.design(
        GUARDED,
        module=draw.module("fsm", "controller", "sequencer", "ctrl_fsm"),
        ports=ports,
        body=chart.body(drawn, clocking, draw.name("state"), draw.name("next", "next_state")),
        description=chart_told.described(
            drawn,
            clocking,
            draw,
            title=title,
            opening=(
                f"A controller watches the inputs {names}.",
                f"Implement a Moore state machine with the inputs {names}.",
                "",
            ),
        ),
        stimulus=sequential(draw, ports, clocking, random_rows=60 * count, reset_chance=0.03),
        choices=(("chart", drawn.canonical),),
        clocking=clocking,
    )


GUARDED = Family("guarded_machine", Tier.ADVANCED, _guarded)

FAMILIES = (GUARDED,)
