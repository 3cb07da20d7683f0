"""Moving patterns of lights: bouncing dots, growing bars, dots that meet."""

from __future__ import annotations

from mevllm.data.design import Design, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.phrases import (
    bits,
    build,
    exhibit,
    gate,
    gated,
    literal,
    size,
    spoken,
    table,
)
from mevllm.tiers import Tier

_KINDS = {
    "bounce": "a single light that runs to and fro",
    "bar": "a bar that grows from one end and shrinks again",
    "fill": "a bar that grows from one end, then starts over",
    "meet": "two lights that run from the ends to the middle and start over",
    "pair": "two neighbouring lights that run to and fro",
}


def _frames(kind: str, width: int, low_first: bool) -> list[int]:
    """One period of the pattern, the frame after a reset first."""
    if kind == "bounce":
        found = [1 << i for i in [*range(width), *range(width - 2, 0, -1)]]
    elif kind == "pair":
        found = [3 << i for i in [*range(width - 1), *range(width - 3, 0, -1)]]
    elif kind == "bar":
        found = [(1 << i) - 1 for i in [*range(width + 1), *range(width - 1, 0, -1)]]
    elif kind == "fill":
        found = [(1 << i) - 1 for i in range(width + 1)]
    else:
        found = [1 << i | 1 << (width - 1 - i) for i in range((width + 1) // 2)]
    if low_first or kind == "meet":
        return found
    return [int(f"{value:0{width}b}"[::-1], 2) for value in found]


def _walking_light(draw: Draw) -> Design:
    """A row of lights with a moving pattern."""
    kind = draw.choice(list(_KINDS))
    width = draw.choice((4, 5, 6, 7, 8, 8, 10, 12, 16))
    low_first = draw.chance(0.6)
    ends = draw.chance(0.3)
    clocking = draw.clocking()
    enable = gate(draw, 0.6)
    leds = draw.name("leds", "lights", "led", "lamp", "row", "out")
    turn = draw.name("turn", "at_start", "again", "cycle_start") if ends else ""
    frames = _frames(kind, width, low_first)
    ports = [
        *clocking.ports,
        *([enable.port] if enable else []),
        port(leds, "output", width, "the lights, 1 is on"),
        *([port(turn, "output", 1, "the first picture is shown")] if turn else []),
    ]
    first, top = literal(width, frames[0]), width - 1
    grow, shrink = f"{{{leds}[{top - 1}:0], 1'b1}}", f"{{1'b0, {leds}[{top}:1]}}"
    left, right = f"{{{leds}[{top - 1}:0], 1'b0}}", f"{{1'b0, {leds}[{top}:1]}}"
    if not low_first:
        grow, shrink = f"{{1'b1, {leds}[{top}:1]}}", f"{{{leds}[{top - 1}:0], 1'b0}}"
    back = draw.name("back", "returning", "shrinking", "reverse_run")
    lines: list[str] = []
    if kind in ("bounce", "pair"):
        ahead, behind = (left, right) if low_first else (right, left)
        edge_frame = frames[len(frames) // 2 - 1]
        near_start = frames[1]
        lines.append(f"  reg {back};")
        step = (
            f"{leds} <= {back} ? {behind} : {ahead};\n"
            f"{back} <= {back} ? ({leds} != {literal(width, near_start)}) : "
            f"({leds} == {literal(width, edge_frame)});"
        )
        on_reset = f"{leds} <= {first};\n{back} <= 1'b0;"
    elif kind == "bar":
        lines.append(f"  reg {back};")
        step = (
            f"{leds} <= {back} ? {shrink} : {grow};\n"
            f"{back} <= {back} ? ({leds} != {literal(width, frames[1])}) : "
            f"({leds} == {literal(width, frames[width - 1])});"
        )
        on_reset = f"{leds} <= {first};\n{back} <= 1'b0;"
    elif kind == "fill":
        step = f"{leds} <= (&{leds}) ? {first} : {grow};"
        on_reset = f"{leds} <= {first};"
    else:
        count = draw.name("place", "pos", "distance")
        k = size(len(frames))
        lines.append(f"  reg {bits(k)}{count};")
        end = literal(k, len(frames) - 1)
        following = f"({count} == {end}) ? {literal(k, 0)} : {count} + 1'b1"
        if len(frames) == 1 << k:
            following = f"{count} + 1'b1"
        step = f"{count} <= {following};"
        on_reset = f"{count} <= {literal(k, 0)};"
    lines.append(clocking.always(on_reset, gated(enable, step)))
    if kind == "meet":
        one = literal(width, 1)
        high = f"{width}'h{1 << top:x}"
        lines.append(f"  assign {leds} = ({one} << {count}) | ({high} >> {count});")
    if turn:
        lines.append(f"  assign {turn} = ({leds} == {first});")
    near, far = (f"`{leds}[0]`", f"`{leds}[{top}]`")
    if not low_first:
        near, far = far, near
    story = {
        "bounce": f"exactly one light is on; it starts at {near}, moves one place per step to "
        f"{far} and then back to {near}, and so on; at each end it is seen for one step only.",
        "pair": f"two neighbouring lights are on; they start at the end of {near}, move one place "
        f"per step until they are at the end of {far}, then back again, and so on; at each end "
        "they are seen for one step only.",
        "bar": f"at first all lights are off; in each step one more is switched on, beginning with "
        f"{near}, until all are on; then in each step one is switched off again, beginning with "
        f"{far}, until all are off, and everything repeats.",
        "fill": f"at first all lights are off; in each step one more is switched on, beginning "
        f"with {near}; one step after all are on, all are off and it begins again.",
        "meet": f"one light starts at `{leds}[0]` and one at `{leds}[{top}]`; in each step both "
        "move one place towards the middle"
        + (
            ", where they coincide in one light; after that"
            if width % 2
            else "; when they are neighbours in the middle, the step after that"
        )
        + " they are at the ends again.",
    }[kind]

    def steps() -> list[str]:
        return [
            f"a step is made at every clock edge at which {enable.on}; otherwise the lights stay."
            if enable
            else "a step is made at every clock edge.",
            f"`{turn}` is 1, combinationally, while the lights show the first picture, "
            f"{frames[0]:0{width}b}."
            if turn
            else "",
        ]

    def rules() -> list[str]:
        return [story, *steps()]

    effect = draw.say(f"sets `{leds}` to {width}'b{frames[0]:0{width}b}", "shows the first picture")
    chart = exhibit(
        draw,
        clocking,
        "waveform",
        spoken(
            f"`{leds}` shows the pictures of the table (in binary), one per step, and after the "
            "last one the first one again.",
            *steps(),
        ),
        effect,
        table(draw, ("step", leds), [(i, f"{f:0{width}b}") for i, f in enumerate(frames)]),
    )
    return build(
        draw,
        WALKING_LIGHT,
        clocking,
        modules=("walking_light", "light_show", "led_runner", "bouncer"),
        ports=ports,
        body="\n".join(lines),
        title=f"row of {width} lights with {_KINDS[kind]}",
        terse=spoken(story, *steps()),
        intro=draw.say(
            f"A row of {width} lights shows {_KINDS[kind]}.",
            f"Drive {width} lights so that they show a moving pattern.",
            "",
        ),
        rules=rules,
        effect=effect,
        exhibits=(chart,) if len(frames) <= 16 else (),
        chances=enable.chances(0.85) if enable else None,
        reset_chance=0.008,
        choices={
            "kind": kind,
            "width": width,
            "low first": low_first,
            "turn": ends,
            "enable": enable.active_high if enable else None,
        },
    )


WALKING_LIGHT = Family("walking_light", Tier.ADVANCED, _walking_light, held_out=True)

FAMILIES = (WALKING_LIGHT,)
