"""Specifications in several voices, from one description.

The voices are those that engineers and benchmarks use: a comment above a module, an exercise with a
list of ports, sections of `Input ports:` and `Implementation:`, an engineering document with
tables, and an exercise that is told by an exhibit: a truth table, a state table, a diagram, a
waveform.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Mapping

from mevllm.data.checker import Audit
from mevllm.data.design import Design, Exhibit, bits_of
from mevllm.data.draw import Draw
from mevllm.data.openings import opened_with_ports
from mevllm.spec import Port


def specifications(design: Design, audit: Audit) -> Mapping[str, str]:
    """Every voice that can tell this design, by name; the same design gives the same texts.

    The audit's trace gives the waveform and truth tables.
    """
    draw = Draw(f"{design.family}/voice", design.seed)
    texts = {name: write(design, draw) for name, write in _VOICES.items()}
    for exhibit in (*design.description.exhibits, *_measured(design, audit, draw)):
        texts.setdefault(exhibit.kind, _exercise(design, draw, exhibit))
    teller = Draw(f"{design.family}/teller", design.seed)
    for number, text in enumerate(design.told, 1):
        texts[f"told {number}"] = opened_with_ports(design.interface, text, teller)
    return texts


def _comment(design: Design, draw: Draw) -> str:
    """A comment above the module's header, as an editor shows it before the body is written."""
    lines = "\n".join(f"// {line}" for line in _wrapped(design.description.terse, 86))
    return f"{lines}\n{design.interface.header()}"


def _prose(design: Design, draw: Draw) -> str:
    return f"{_ports_listed(design, draw)}\n\n{_opened(design.description.prose, draw)}"


def _exercise(design: Design, draw: Draw, exhibit: Exhibit) -> str:
    table = "\n".join(f"  {line}".rstrip() for line in exhibit.text.strip("\n").split("\n"))
    return f"{_ports_listed(design, draw)}\n\n{_opened(exhibit.intro, draw)}\n\n{table}"


def _sections(design: Design, draw: Draw) -> str:
    d = design.description
    inputs = [p for p in design.interface.ports if p.direction == "input"]
    outputs = [p for p in design.interface.ports if p.direction != "input"]
    role = draw.say(
        "Act as a digital designer and write this module in Verilog.",
        "The task is a synthesizable Verilog module.",
        "Design the following circuit.",
    )
    space = "    "
    blocks = [
        f"{role} It is {_article(d.title)} {d.title}."
        if draw.chance(0.7)
        else f"{d.title[0].upper()}{d.title[1:]}.",
        f"Module name:\n{space}{design.interface.module}",
        "Input ports:\n" + "\n".join(f"{space}{_ranged(p)}: {_meaning(p)}" for p in inputs),
        "Output ports:\n" + "\n".join(f"{space}{_ranged(p)}: {_meaning(p)}" for p in outputs),
        "Implementation:\n" + "\n".join(d.points),
    ]
    return "\n\n".join(blocks)


def _document(design: Design, draw: Draw) -> str:
    d = design.description
    heading = d.title[0].upper() + d.title[1:]
    rows = [
        f"| `{p.name}` | {p.direction} | {p.width} | {_meaning(p)} |"
        for p in design.interface.ports
    ]
    listed = "\n".join(f"- {point}" for point in d.points)
    interface = draw.say("Interface", "Ports", "Signals")
    behaviour = draw.say("Behaviour", "Function", "Requirements")
    table = "\n".join(("| Port | Direction | Width | Description |", "|---|---|---|---|", *rows))
    return (
        f"# {heading}\n\nModule name: `{design.interface.module}`\n\n## {interface}\n\n{table}\n\n"
        f"## {behaviour}\n\n{listed}"
    )


_VOICES: Mapping[str, Callable[[Design, Draw], str]] = {
    "comment": _comment,
    "prose": _prose,
    "sections": _sections,
    "document": _document,
}


def _ports_listed(design: Design, draw: Draw) -> str:
    """The opening of an exercise: the module's name and its ports as a list."""
    module = design.interface.module
    opening = draw.say(
        f"Write a module named {module}. These are its ports; each has one bit unless a size is "
        "given.",
        f"Build the module `{module}` with the ports below. Where no width is given a port is one "
        "bit wide.",
        f"Implement a module called {module}, which has the following ports (one bit each, unless "
        "noted).",
        f"I need a Verilog module named `{module}` that has this interface, every port being a "
        "single bit unless stated:",
    )
    long = max(len(p.name) for p in design.interface.ports)
    rows = [
        f" - {p.direction:<6} {p.name}"
        + (f"{'':<{long - len(p.name)}} ({p.width} bits)" * p.vector)
        for p in design.interface.ports
    ]
    return opening + "\n\n" + "\n".join(rows)


def _opened(text: str, draw: Draw) -> str:
    """An exercise's text; some begin as the benchmarks' do."""
    return draw.say("", "", "The module should behave as follows. ") + text


def _measured(design: Design, audit: Audit, draw: Draw) -> list[Exhibit]:
    """What a simulation shows: the truth table of a small function, its waveform."""
    stimulus = design.stimulus
    ports = {p.name: p for p in design.interface.ports}
    bits = sum(bits_of(ports[name]) for name in stimulus.inputs)
    outputs = [p for p in design.interface.ports if p.direction == "output"]
    if stimulus.clock or bits > 4 or len(outputs) > 3 or len(audit.trace) < 1 << bits:
        return []
    # What is read off a table is written as one; a formula could only be guessed from it.
    if bits > 2 and "case (" not in design.body:
        return []
    seen: dict[tuple[int, ...], list[str]] = {}
    for row, (_, after) in zip(stimulus.rows, audit.trace, strict=False):
        # A row that gave something else before: the design stores, as a latch does.
        if seen.setdefault(row, list(after.values())) != list(after.values()):
            return []
    if len(seen) < 1 << bits or any("x" in v for values in seen.values() for v in values):
        return []
    names = [*stimulus.inputs, *(p.name for p in outputs)]
    cells = [
        [f"{v:0{bits_of(ports[n])}b}" for n, v in zip(stimulus.inputs, row, strict=True)]
        + seen[row]
        for row in sorted(seen)
    ]
    wide = [max(len(n), *(len(r[i]) for r in cells)) for i, n in enumerate(names)]
    table = "\n".join(
        " | ".join(f"{c:<{w}}" for c, w in zip(row, wide, strict=True)).rstrip()
        for row in (names, *cells)
    )
    waves = ["time " + " ".join(f"{n:<{w}}" for n, w in zip(names, wide, strict=True))]
    order = sorted(seen)
    step = draw.choice((5, 10))
    time = 0
    for row in order:
        values = [f"{v:0{bits_of(ports[n])}b}" for n, v in zip(stimulus.inputs, row, strict=True)]
        shown = " ".join(f"{v:<{w}}" for v, w in zip(values + seen[row], wide, strict=True))
        waves.append(f"{f'{time}ns':<4} {shown}")
        time += step
    return [
        Exhibit(
            "truth table",
            draw.say(
                "The circuit is combinational and does what this truth table says.",
                "Implement the function given by the truth table below.",
                "Find a circuit for the following truth table.",
            ),
            table,
        ),
        Exhibit(
            "waveform",
            draw.say(
                "The circuit is combinational. Work out from this simulation what it does, and "
                "implement it.",
                "A simulation of the wanted combinational circuit gave the values below. Implement "
                "the same function.",
            ),
            "\n".join(line.rstrip() for line in waves),
        ),
    ]


def _wrapped(text: str, width: int) -> list[str]:
    return [line for part in text.split("\n") for line in textwrap.wrap(part, width) or [""]]


def _article(words: str) -> str:
    """`an` before a vowel, and before 8, 11 and 18 as they are spoken."""
    return "an" if re.match(r"[aeio]|8|1[18]\b", words.lower()) else "a"


def _ranged(port: Port) -> str:
    return f"{port.name}[{port.msb}:{port.lsb}]" if port.vector else port.name


def _meaning(port: Port) -> str:
    if port.description:
        return port.description
    size = f"{port.width}-bit " if port.vector else ""
    return f"{size}{'input' if port.direction == 'input' else 'output'}"
