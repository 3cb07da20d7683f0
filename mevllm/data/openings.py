"""The ports of a specification, laid out and introduced in the many ways that people do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mevllm.data.draw import Draw
from mevllm.spec import Interface, Port


def opened_with_ports(interface: Interface, text: str, draw: Draw) -> str:
    """The specification that says `text` and, before or after it, the interface."""
    layout = draw.choice(LAYOUTS)
    return layout(interface, text.strip(), draw)


def _list_first(interface: Interface, text: str, draw: Draw) -> str:
    module = interface.module
    opening = draw.say(
        f"Please implement a module called {module}. Its interface is listed below; a port "
        "without a size has a single bit.",
        f"The task is a Verilog module named {module} with this interface.",
        f"Interface of the module `{module}`:",
        f"Module name: {module}\n\nPorts:",
        f"A module `{module}` is needed. Inputs and outputs:",
        f"Design a module named {module} with these ports (one bit where nothing is said):",
    )
    return f"{opening}\n\n{_listed(interface.ports, draw)}\n\n{text}"


def _list_last(interface: Interface, text: str, draw: Draw) -> str:
    opening = draw.say(
        f"The module is called {interface.module} and has these ports:",
        f"Module name: {interface.module}\n\nPorts:",
        f"Name the module {interface.module}. Its ports, one bit wide where no width is given:",
    )
    return f"{text}\n\n{opening}\n\n{_listed(interface.ports, draw)}"


def _header_last(interface: Interface, text: str, draw: Draw) -> str:
    opening = draw.say("Module header:", "The interface is fixed:", "Use this header:")
    return f"{text}\n\n{opening}\n\n```verilog\n{interface.header()}\n```"


def _header_first(interface: Interface, text: str, draw: Draw) -> str:
    opening = draw.say(
        "Complete this module.", "Write the body of the module below.", "Given is the header."
    )
    return f"{opening}\n\n```verilog\n{interface.header()}\n```\n\n{text}"


def _table(interface: Interface, text: str, draw: Draw) -> str:
    title = draw.say(f"# `{interface.module}`", f"# Module `{interface.module}`")
    rows = [f"| {p.name} | {p.direction} | {p.width} |" for p in interface.ports]
    table = "\n".join(("| Port | Direction | Width |", "|---|---|---|", *rows))
    return f"{title}\n\n{table}\n\n{text}"


LAYOUTS: Sequence[Callable[[Interface, str, Draw], str]] = (
    _list_first,
    _list_first,
    _list_first,
    _list_last,
    _header_first,
    _header_last,
    _table,
)
"""Ways to put interface and text together; frequent ones more than once."""


def _listed(ports: Sequence[Port], draw: Draw) -> str:
    """One port a line: ` - input  a (4 bits)`, `input [3:0] a`, `a: input, 4 bits`."""
    style = draw.int(0, 3)
    mark = draw.say(" - ", "- ", "* ", "  - ")
    aligned = max(len(p.name) for p in ports) if draw.chance(0.5) else 0
    lines = []
    for p in ports:
        if style <= 1:
            size = f" ({p.width} bits)" if p.vector else ""
            lines.append(f"{mark}{p.direction:<6} {p.name:<{aligned}}{size}".rstrip())
        elif style == 2:
            size = f"[{p.msb}:{p.lsb}] " if p.vector else ""
            lines.append(f"{mark}{p.direction} {size}{p.name}")
        else:
            size = f", {p.width} bits" if p.vector else ""
            lines.append(f"{mark}{p.name}: {p.direction}{size}")
    return "\n".join(lines)
