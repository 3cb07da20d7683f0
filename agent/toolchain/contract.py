"""Whether a design has the interface that its specification promises."""

from __future__ import annotations

from typing import Any

from agent.toolchain.base import Job, Simulator
from agent.toolchain.check import check
from agent.toolchain.results import Diagnostic, Outcome, Verdict
from mevllm.roles import find_clock, find_reset
from mevllm.spec import Direction, Interface, Port

_DIRECTIONS: dict[str, Direction] = {"In": "input", "Out": "output", "InOut": "inout"}


def judge(simulator: Simulator, job: Job, interface: Interface) -> Verdict:
    """Judge a design that must keep to an interface; see `Simulator.judge` for what it raises."""
    return breach(job.rtl, interface) or simulator.judge(job)


def breach(rtl: str, interface: Interface) -> Verdict | None:
    """The verdict on a design whose interface is not the promised one; None when it is."""
    lines = differences(rtl, interface)
    if not lines:
        return None
    return Verdict(
        Outcome.NOT_ELABORATED,
        diagnostics=tuple(Diagnostic("pyslang", "error", line) for line in lines),
        reason="its interface is not the specification's",
    )


def differences(rtl: str, interface: Interface) -> tuple[str, ...]:
    """Where a design's ports and parameters are not the promised ones, one line for each.

    Compared after elaboration with the default parameters. Empty as well for a design that is
    refused or does not elaborate, which the judgement says better.
    """
    report = check(rtl, interface.module, printing=True)
    if report.refused or report.errors:
        return ()
    found, promised = _shape(rtl, interface.module), _shape(interface.stub(), interface.module)
    lines = []
    for name, shape in promised.items():
        if name not in found:
            lines.append(f"{shape} `{name}` is missing")
        elif found[name] != shape:
            lines.append(f"`{name}` is {found[name]}, and the specification says {shape}")
    lines += [f"{found[n]} `{n}` is not in the specification" for n in found if n not in promised]
    return tuple(lines)


def interface_of(rtl: str, top: str) -> Interface | None:
    """The interface that a design has with its default parameters; widths are numbers.

    None for a design that is refused, does not elaborate, or has ports of other kinds.
    """
    report = check(rtl, top, printing=True)
    if report.refused or report.errors:
        return None
    _compilation, body = _elaborated(rtl, top)
    if not all(_direction(port) for port in body.portList):
        return None
    ports = tuple(
        Port(
            port.name,
            _DIRECTIONS[port.direction.name],
            msb=str(port.type.bitWidth - 1),
            vector=port.type.bitWidth > 1,
            signed=port.type.isSigned,
        )
        for port in body.portList
    )
    return Interface(top, ports, clock=find_clock(ports), reset=find_reset(ports))


def _direction(port: Any) -> Direction | None:
    """None for a port that is an interface, or is passed by reference."""
    return _DIRECTIONS.get(getattr(getattr(port, "direction", None), "name", ""))


def _elaborated(rtl: str, top: str) -> tuple[Any, Any]:
    """The compilation, which must outlive what is read of it, and the elaborated top module."""
    from pyslang import Bag, syntax
    from pyslang import ast as slang

    options = slang.CompilationOptions()
    options.topModules = {top}
    compilation = slang.Compilation(Bag([options]))
    compilation.addSyntaxTree(syntax.SyntaxTree.fromText(rtl))
    return compilation, compilation.getRoot().topInstances[0].body


def _shape(rtl: str, top: str) -> dict[str, str]:
    """Direction and width of each port, and the parameters, in words."""
    _compilation, body = _elaborated(rtl, top)
    shape = {p.name: "parameter" for p in body.parameters if not p.isLocalParam}
    for port in body.portList:
        direction = _DIRECTIONS[port.direction.name]
        signed = "signed " if port.type.isSigned else ""
        bits = port.type.bitWidth
        shape[port.name] = f"{signed}{direction} of {bits} bit{'s' * (bits != 1)}"
    return shape
