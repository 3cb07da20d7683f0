"""One-hot state machines by inspection: next-state equations, single bits, whole machines."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.design import Description, Design, Exhibit, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families import chart, fsm_text
from mevllm.data.families.chart import Chart
from mevllm.data.families.fsm_text import joined
from mevllm.data.families.fsm_told import timing
from mevllm.data.families.telling import clock_words
from mevllm.data.families.told import onehot as told
from mevllm.data.stimulus import combinational, sequential
from mevllm.tiers import Tier


def _places(draw: Draw, drawn: Chart) -> dict[str, int]:
    """The bit of each state: counted from the first state, sometimes from the last."""
    count = len(drawn.states)
    down = draw.chance(0.2)
    return {s: count - 1 - i if down else i for i, s in enumerate(drawn.states)}


def _equation(drawn: Chart, bits: dict[str, int], state: str, target: str) -> str:
    """The sum over the arcs into a state: present bit and condition."""
    terms = []
    for source, arcs in zip(drawn.states, drawn.arcs, strict=True):
        before: list[str] = []
        for arc in arcs:
            here = [f"{name}" if value else f"~{name}" for name, value in arc.test]
            if arc.target == target:
                terms.append(" & ".join([f"{state}[{bits[source]}]", *before, *here]))
            before += [f"~{name}" if value else name for name, value in arc.test]
    if len(terms) == 1:
        return terms[0]
    return " | ".join(f"({t})" if "&" in t else t for t in terms)


def _output(bits: dict[str, int], state: str, places: Sequence[tuple[str, chart.Test]]) -> str:
    return " | ".join(f"{state}[{bits[name]}]" for name, _ in places)


def _drawn(draw: Draw, *, most: int = 10) -> Chart:
    inputs = draw.choice((1, 1, 1, 2, 2, 3))
    return chart.random_chart(draw, draw.int(4, most), inputs, draw.choice((1, 1, 2, 2, 3)))


def _coding(draw: Draw, bits: dict[str, int], state: str) -> str:
    width = len(bits)
    pairs = ", ".join(f"{s}={1 << at:0{width}b}" for s, at in bits.items())
    positions = ", ".join(f"`{state}[{at}]` for {s}" for s, at in bits.items())
    return draw.say(
        f"The states are one-hot coded in `{state}`: {pairs}.",
        f"One-hot encoding, one bit a state: {positions}.",
        f"`{state}[{width - 1}:0]` is one-hot; the codes are {pairs}.",
    )


def _inspection(draw: Draw, wanted: str) -> str:
    return draw.say(
        f"Write the equations by inspection: each of {wanted} is the OR, over the arcs that enter "
        "that state, of the source state's bit and the arc's condition. They use no other state "
        "bits, so they hold for any value of the state input, one-hot or not.",
        f"Assume the one-hot code: a state is recognised by its own bit alone. So each of {wanted} "
        "is a sum of products (source bit AND condition of the arc), one product for every "
        "incoming arc; inputs that are not one-hot follow from the same sums.",
        "Derive the equations by inspection, assuming a one-hot encoding. The module is also "
        "tested with state inputs that are not one-hot: the same equations hold for them.",
    )


def _views(draw: Draw, drawn: Chart) -> tuple[tuple[str, str], tuple[str, str], list[str], str]:
    """Table, diagram, sentences and formula; with a single input mostly as plain machines are."""
    machine = chart.as_machine(drawn)
    if machine is None or draw.chance(0.2):
        table, drawing = chart.table(drawn, draw), chart.diagram(drawn, draw)
        return table, drawing, chart.sentences(drawn, draw), chart.terse(drawn)
    head = f"State({machine.shown.joined}): {machine.given.joined}->next. "
    return (
        fsm_text.table(machine, draw),
        fsm_text.diagram(machine, draw),
        fsm_text.sentences(machine, draw),
        f"{head}{fsm_text.terse(machine)}.",
    )


def _logic(
    draw: Draw,
    drawn: Chart,
    bits: dict[str, int],
    *,
    state: str,
    title: str,
    what: str,
    wanted: str,
    shown: Sequence[str],
) -> Description:
    """The description of next-state equations."""
    coding, rule = _coding(draw, bits, state), _inspection(draw, wanted)
    outs = ""
    if shown:
        outs = draw.say(
            f"{quoted_names(shown)} {'is' if len(shown) == 1 else 'are each'} the OR of the bits "
            "of the states in which the output is 1.",
            f"Output {quoted_names(shown)}: OR of the bits of those states that set it.",
        )
    task = draw.say(f"Derive {what}.", f"Give {what}.", f"Implement {what}.")
    comb = draw.say("The module is combinational.", "There are no flip-flops in this module.")
    table, drawing, said, formula = _views(draw, drawn)
    where = ", ".join(f"{s}={at}" for s, at in bits.items())
    return Description(
        title=title,
        terse=f"{title[0].upper()}{title[1:]}, by inspection (one bit a state, no decoding of the "
        f"others). {formula} Bits of {state}: {where}. Combinational.",
        prose=joined(task, coding, rule, *said, outs, comb),
        points=tuple(p for p in (task, coding, *said, rule, outs, comb) if p),
        exhibits=(
            Exhibit("state table", joined(task, coding, table[1], rule, outs, comb), table[0]),
            Exhibit(
                "state diagram", joined(task, coding, drawing[1], rule, outs, comb), drawing[0]
            ),
        ),
    )


def quoted_names(names: Sequence[str]) -> str:
    """`a`, `b` and `c`."""
    marked = [f"`{name}`" for name in names]
    return marked[0] if len(marked) == 1 else ", ".join(marked[:-1]) + f" and {marked[-1]}"


def _one_hot_next_state(draw: Draw) -> Design:
    """All bits of the next state and the outputs from a one-hot present state."""
    drawn = _drawn(draw)
    bits = _places(draw, drawn)
    width = len(bits)
    state = draw.name("state", "y", "present", "cur")
    target = draw.name("next_state", "next", "state_next", "Y")
    inputs = sorted({name for row in drawn.arcs for arc in row for name, _ in arc.test})
    ports = [
        *(port(name, "input") for name in inputs),
        port(state, "input", width, draw.say("", "present state, one-hot")),
        port(target, "output", width, draw.say("", "next state, one-hot")),
        *(port(name, "output") for name, _ in drawn.outputs),
    ]
    lines = [
        f"  assign {target}[{bits[s]}] = {_equation(drawn, bits, state, s)};"
        for s in sorted(drawn.states, key=bits.__getitem__)
    ]
    lines += [f"  assign {o} = {_output(bits, state, places)};" for o, places in drawn.outputs]
    draw.tell(*told.one_hot_next_state(draw.teller(), drawn, bits, state=state, target=target))
    return draw.design(
        ONE_HOT_NEXT_STATE,
        module=draw.module("one_hot_logic", "onehot_fsm", "next_state_logic"),
        ports=ports,
        body="\n".join(lines),
        description=_logic(
            draw,
            drawn,
            bits,
            state=state,
            title=draw.say(
                f"next-state decoder for a one-hot machine with {width} states",
                f"combinational part of a one-hot state machine with {width} states",
            ),
            what=f"the next-state logic `{target}` (coded like `{state}`) and the outputs of a "
            "one-hot state machine",
            wanted=f"the bits of `{target}`",
            shown=[name for name, _ in drawn.outputs],
        ),
        stimulus=combinational(
            draw, ports, directed=_one_hot_rows(draw, inputs, state, width), random_rows=120
        ),
        choices=(("chart", drawn.canonical), ("bits", " ".join(map(str, bits.values())))),
    )


def _one_hot_rows(
    draw: Draw, inputs: Sequence[str], state: str, width: int
) -> list[dict[str, int]]:
    rows = []
    for at in range(width):
        for value in range(1 << len(inputs)):
            row = {name: value >> i & 1 for i, name in enumerate(inputs)}
            rows.append({**row, state: 1 << at})
    return draw.shuffled(rows)


def _one_hot_machine(draw: Draw) -> Design:
    """A clocked machine whose one-hot state register is an output."""
    clocking = draw.clocking()
    drawn = _drawn(draw, most=6)
    bits = _places(draw, drawn)
    width, first = len(bits), drawn.states[0]
    state = draw.name("state", "q", "y", "onehot")
    target = draw.name("next", "next_state", "d")
    inputs = sorted({name for row in drawn.arcs for arc in row for name, _ in arc.test})
    ports = [
        *clocking.ports,
        *(port(name, "input") for name in inputs),
        port(state, "output", width, draw.say("", "state register, one-hot")),
        *(port(name, "output") for name, _ in drawn.outputs),
    ]
    lines = [f"  wire [{width - 1}:0] {target};", ""]
    lines += [
        f"  assign {target}[{bits[s]}] = {_equation(drawn, bits, state, s)};"
        for s in sorted(drawn.states, key=bits.__getitem__)
    ]
    code = f"{width}'b{1 << bits[first]:0{width}b}"
    lines += ["", clocking.always(f"{state} <= {code};", f"{state} <= {target};"), ""]
    lines += [f"  assign {o} = {_output(bits, state, places)};" for o, places in drawn.outputs]
    coding = _coding(draw, bits, state)
    table, drawing, said, formula = _views(draw, drawn)
    title = f"{width}-state Moore machine with one-hot state output"
    task = draw.say(
        "Implement this Moore machine with a one-hot state register, which is the output "
        f"`{state}`.",
        f"The output `{state}` is the state register of a Moore machine, one flip-flop a state.",
    )
    where = ", ".join(f"{s}={at}" for s, at in bits.items())
    draw.tell(*told.one_hot_machine(draw.teller(), clocking, drawn, bits, state=state))
    return draw.design(
        ONE_HOT_MACHINE,
        module=draw.module("one_hot_fsm", "onehot_machine", "fsm"),
        ports=ports,
        body="\n".join(lines),
        description=Description(
            title=title,
            terse=f"{title}. {formula} Bits of {state}: {where}. "
            + clock_words(clocking, f"to {first}"),
            prose=joined(task, coding, *said, timing(draw, clocking, first)),
            points=(
                task,
                coding,
                *said,
                clocking.edge_sentence(draw),
                clocking.reset_sentence(draw, f"puts the machine into state {first}"),
            ),
            exhibits=(
                Exhibit(
                    "state table",
                    joined(task, coding, table[1], timing(draw, clocking, first)),
                    table[0],
                ),
                Exhibit(
                    "state diagram",
                    joined(task, coding, drawing[1], timing(draw, clocking, first)),
                    drawing[0],
                ),
            ),
        ),
        stimulus=sequential(draw, ports, clocking, random_rows=280, reset_chance=0.04),
        choices=(("chart", drawn.canonical), ("bits", " ".join(map(str, bits.values())))),
        clocking=clocking,
    )


ONE_HOT_NEXT_STATE = Family("one_hot_next_state", Tier.ADVANCED, _one_hot_next_state)
ONE_HOT_MACHINE = Family("one_hot_machine", Tier.ADVANCED, _one_hot_machine)

FAMILIES = (ONE_HOT_NEXT_STATE, ONE_HOT_MACHINE)
