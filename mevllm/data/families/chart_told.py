"""State charts as designs: their description in every voice, with a story or without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mevllm.data.design import Description, Design, Exhibit, Family
from mevllm.data.draw import Clocking, Draw, port
from mevllm.data.families import chart
from mevllm.data.families.chart import Chart
from mevllm.data.families.fsm_text import joined
from mevllm.data.families.fsm_told import timing
from mevllm.data.families.telling import Fact, clock_words
from mevllm.data.stimulus import Row, sequential


def described(
    drawn: Chart,
    clocking: Clocking,
    draw: Draw,
    *,
    title: str,
    opening: Fact = "",
    story: Sequence[Fact] = (),
    tale: Sequence[Fact] = (),
    at_reset: str = "",
) -> Description:
    """A chart in every voice.

    `story` tells the behaviour in the words of the application and must suffice together with
    edge and reset; without it prose and points go state by state. A `tale` is used in most prose
    and points instead: it names no states, and suffices together with `at_reset`, a verb phrase
    for what the reset does. `opening` says what the machine is for.
    """
    first = drawn.states[0]
    table, drawing = chart.table(drawn, draw), chart.diagram(drawn, draw)
    start = _worded(draw, opening)
    states = ", ".join(drawn.states)
    kind = "Mealy" if drawn.mealy else "Moore"
    plain = chart.sentences(drawn, draw)
    told = [_worded(draw, fact) for fact in story] or plain
    listed = [_worded(draw, fact) for fact in story] or plain
    clocked = timing(draw, clocking, first)
    has = draw.say(
        f"It is a {kind} machine with the states {states}.",
        f"The states are {states}.",
        f"Its {len(drawn.states)} states are {states}.",
    )
    edge = draw.say(clocking.edge_sentence(draw), f"States change at {clocking.edge_words(draw)}.")
    reset = clocking.reset_sentence(draw, f"puts the machine into state {first}")
    points = (has, *listed, edge, reset)
    lead = [start, has, *told, clocked] if draw.chance(0.5) else [start, has, clocked, *told]
    if tale and draw.chance(0.7):
        facts = [_worded(draw, fact) for fact in tale]
        again = clocking.reset_sentence(draw, at_reset)
        lead = [start, *facts, edge, again] if draw.chance(0.5) else [start, edge, again, *facts]
    if tale and draw.chance(0.6):
        points = (
            *(_worded(draw, fact) for fact in tale),
            edge,
            clocking.reset_sentence(draw, at_reset),
        )
    return Description(
        title=title,
        terse=f"{title[0].upper()}{title[1:]}. {chart.terse(drawn)} "
        + clock_words(clocking, f"to {first}"),
        prose=joined(*lead),
        points=tuple(p for p in points if p),
        exhibits=(
            Exhibit(
                "state table",
                joined(
                    start,
                    draw.say(
                        "Implement the machine given by the table of transitions below.",
                        "The table lists all transitions.",
                    ),
                    table[1],
                    timing(draw, clocking, first),
                ),
                table[0],
            ),
            Exhibit(
                "state diagram",
                joined(
                    start,
                    draw.say(
                        f"Implement the {len(drawn.states)}-state machine of this diagram.",
                        "Its state diagram is given below.",
                        "Build the controller that this state diagram describes.",
                    ),
                    drawing[1],
                    timing(draw, clocking, first),
                ),
                drawing[0],
            ),
        ),
    )


_MOORE: Fact = (
    "All outputs come from the state alone, so they change only after a clock edge.",
    "The outputs are of the Moore kind.",
    "Inputs are looked at only at clock edges; the outputs follow the state.",
)


def controller(
    draw: Draw,
    family: Family,
    clocking: Clocking,
    drawn: Chart,
    inputs: Mapping[str, str],
    *,
    title: str,
    modules: Sequence[str],
    opening: Fact,
    meanings: Mapping[str, str],
    notes: Sequence[str] = (),
    tale: Sequence[Fact] = (),
    at_reset: str = "",
    chances: Mapping[str, float] | None = None,
    directed: Sequence[Row] = (),
    reset_chance: float = 0.03,
) -> Design:
    """A design from a chart; `inputs` are the ports with their meaning, `meanings` the outputs'.

    The description explains the ports in every voice, as the story's words need them; `notes`
    are further sentences for prose and points. For `tale` and `at_reset` see
    `described`.
    """
    ports = [
        *clocking.ports,
        *(port(name, "input", 1, text) for name, text in inputs.items()),
        *(port(name, "output", 1, meanings.get(name, "")) for name, _ in drawn.outputs),
    ]
    signals = ", ".join(f"`{name}` that {text}" for name, text in inputs.items())
    signals = signals.replace("` that", "` = 1 means that", 1)
    start = opening if isinstance(opening, str) else draw.choice(opening)
    plain = chart.sentences(drawn, draw)
    story: list[Fact] = [f"{signals}.", *plain, *notes]
    return draw.design(
        family,
        module=draw.module(*modules),
        ports=ports,
        body=chart.body(drawn, clocking, draw.name("state"), draw.name("next", "next_state")),
        description=described(
            drawn,
            clocking,
            draw,
            title=title,
            opening=start,
            story=story,
            tale=[f"{signals}.", *tale, _MOORE] if tale else (),
            at_reset=at_reset,
        ),
        stimulus=sequential(
            draw,
            ports,
            clocking,
            directed=directed,
            random_rows=320,
            reset_chance=reset_chance,
            chances=chances,
        ),
        choices=(("chart", drawn.canonical),),
        clocking=clocking,
    )


def _worded(draw: Draw, fact: Fact) -> str:
    return fact if isinstance(fact, str) else draw.choice(fact)
