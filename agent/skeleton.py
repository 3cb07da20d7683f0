"""What `mevagent init` writes: a specification to fill in, a testbench that runs. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from mevllm.roles import find_clock, find_reset
from mevllm.spec import Interface, Port

_LOW = re.compile(
    r"(?:_n|rstn|resetn|rstb|resetb|_b|_l|_ni|_n_i|_n_in|_x|_z)$|^n_?(?:rst|reset)", re.I
)

EXAMPLE = Interface(
    "counter",
    (
        Port("clk", "input", description="clock, rising edge"),
        Port("rst", "input", description="synchronous reset, active high"),
        Port("en", "input", description="count when 1"),
        Port("count", "output", "7", "0", vector=True, description="the count"),
    ),
    clock="clk",
    reset="rst",
)
"""The interface of a specification that nobody has written yet."""

CONFIG = """# Options of `mevagent`, by their long names; `mevagent build --help` explains them.
# candidates = 6
# max-seconds = 600

[verify]
# sim-seconds = 5
"""

_BEHAVIOUR = """## Behaviour

- Say what each output is, for every combination of inputs, one rule to a line.
- Say what a reset does, whether it is synchronous, and which edge of the clock counts.
- Say what happens in corner cases: overflow, two requests at once, nothing enabled.

## Examples

- Give at least one: these inputs in this order, and the outputs that follow.
"""

_HEAD = '''"""Testbench of `{module}`.

A skeleton: `Model` is yours to fill in. Until it is, the testbench only proves that every output
is driven, and a design that passes it may still do anything.
"""

from __future__ import annotations

import random
from typing import Any

import cocotb
from cocotb.{clocking}
INPUTS = ({inputs})
"""What the tests drive; clocks and resets apart."""
OUTPUTS = ({outputs})


class Model:
    """What the outputs must be."""

    def reset(self) -> None:
        """The state after a reset."""

    def {step}(self, inputs: dict[str, int]) -> dict[str, int]:
        """{what}

        Leave out an output whose value does not matter.
        """
        return {{}}


def draw(dut: Any, choose: random.Random) -> dict[str, int]:
    """A random value for every input, whatever its width."""
    return {{name: choose.getrandbits(len(getattr(dut, name))) for name in INPUTS}}


def drive(dut: Any, inputs: dict[str, int]) -> None:
    for name, value in inputs.items():
        getattr(dut, name).value = value


def read(dut: Any, name: str) -> str:
    """An output's bits, most significant first."""
    return str(getattr(dut, name).value)


def compare(dut: Any, expected: dict[str, int], told: str) -> None:
    """Fail with the inputs, the value expected and the value that came."""
    for name, value in expected.items():
        bits = read(dut, name)
        wanted = f"{{value & ((1 << len(bits)) - 1):0{{len(bits)}}b}}"
        assert bits == wanted, f"{{told}}: expected {{name}} {{wanted}}, got {{bits}}"

'''

_CLOCKED = '''
async def start(dut: Any) -> None:
    """Start the clock, hold the reset for two cycles, and come back at a falling edge."""
    drive(dut, dict.fromkeys(INPUTS, 0))
{clocks}{resets_on}    for _ in range(2):
        await FallingEdge(dut.{clock})
{resets_off}

@cocotb.test()
async def every_output_is_driven(dut: Any) -> None:
    """Each output is known at some time; a design that drives nothing fails."""
    await start(dut)
    choose, unknown = random.Random(1), set(OUTPUTS)
    for _ in range(200):
        drive(dut, draw(dut, choose))
        await FallingEdge(dut.{clock})
        unknown -= {{name for name in unknown if set(read(dut, name)) <= set("01")}}
    assert not unknown, f"never 0 or 1 in 200 cycles: {{', '.join(sorted(unknown))}}"


@cocotb.test()
async def outputs_follow_the_model(dut: Any) -> None:
    """Random inputs, cycle by cycle, against the model. Add tests of single rules beside it."""
    await start(dut)
    choose, model = random.Random(2), Model()
    model.reset()
    for cycle in range(1, 501):
        inputs = draw(dut, choose)
        drive(dut, inputs)
        await FallingEdge(dut.{clock})
        told = " ".join(f"{{name}}={{value:#x}}" for name, value in inputs.items())
        compare(dut, model.step(inputs), f"cycle {{cycle}} ({{told}})")
'''

_COMBINATIONAL = '''
@cocotb.test()
async def every_output_is_driven(dut: Any) -> None:
    """Each output is known at some time; a design that drives nothing fails."""
    choose, unknown = random.Random(1), set(OUTPUTS)
    for _ in range(200):
        drive(dut, draw(dut, choose))
        await Timer(1, "ns")
        unknown -= {{name for name in unknown if set(read(dut, name)) <= set("01")}}
    assert not unknown, f"never 0 or 1 for 200 inputs: {{', '.join(sorted(unknown))}}"


@cocotb.test()
async def outputs_follow_the_model(dut: Any) -> None:
    """Random inputs against the model. Add tests of single rules beside it."""
    choose, model = random.Random(2), Model()
    for _ in range(500):
        inputs = draw(dut, choose)
        drive(dut, inputs)
        await Timer(1, "ns")
        told = " ".join(f"{{name}}={{value:#x}}" for name, value in inputs.items())
        compare(dut, model.outputs(inputs), told)
'''


def specification(interface: Interface) -> str:
    """A specification with this interface, its behaviour still to be written."""
    parts = [f"# {interface.module}\n\nModule name: `{interface.module}`\n"]
    parts.append("Say in a sentence or two what the module is for.\n")
    if any(p.type for p in interface.parameters) or any(p.signed for p in interface.ports):
        # A table has no place for a parameter's type, nor for a sign.
        header = interface.header()
        return "\n".join([*parts, f"## Interface\n\n```verilog\n{header}\n```\n", _BEHAVIOUR])
    if interface.parameters:
        rows = [f"| `{p.name}` | {p.default} | {p.description} |" for p in interface.parameters]
        head = ["## Parameters\n", "| Parameter | Default | Description |", "|---|---|---|"]
        parts.append("\n".join([*head, *rows]) + "\n")
    head = ["## Ports\n", "| Port | Direction | Width | Description |", "|---|---|---|---|"]
    parts.append("\n".join([*head, *map(_row, interface.ports)]) + "\n")
    return "\n".join([*parts, _BEHAVIOUR])


def testbench(interface: Interface) -> str:
    """A cocotb testbench for this interface that compiles and runs as it stands."""
    clocks, resets = _all(interface, find_clock), _all(interface, find_reset)
    if interface.clock and interface.clock not in clocks:
        clocks = [interface.clock, *clocks]
    if interface.reset and interface.reset not in resets:
        resets = [interface.reset, *resets]
    driven = [p.name for p in interface.ports if p.direction == "input"]
    if clocks:
        driven = [name for name in driven if name not in (*clocks, *resets)]
    clocking = "triggers import Timer\n"
    if clocks:
        clocking = "clock import Clock\nfrom cocotb.triggers import FallingEdge\n"
    head = _HEAD.format(
        module=interface.module,
        clocking=clocking,
        inputs=_tuple(driven),
        outputs=_tuple([p.name for p in interface.ports if p.direction == "output"]),
        step="step" if clocks else "outputs",
        what="One clock cycle with these inputs; return the outputs after its edge."
        if clocks
        else "Return the outputs for these inputs.",
    )
    if not clocks:
        return head + _COMBINATIONAL.format()
    periods = [10 + 4 * index for index in range(len(clocks))]
    return head + _CLOCKED.format(
        clock=clocks[0],
        clocks="".join(
            f'    Clock(dut.{name}, {period}, unit="ns").start(start_high=False)\n'
            for name, period in zip(clocks, periods, strict=True)
        ),
        resets_on="".join(f"    dut.{r}.value = {int(not _LOW.search(r))}\n" for r in resets),
        resets_off="".join(f"    dut.{r}.value = {int(bool(_LOW.search(r)))}\n" for r in resets),
    )


def _all(interface: Interface, find: Callable[[Sequence[Port]], str | None]) -> list[str]:
    """Every clock or reset, the likeliest first."""
    left, found = list(interface.ports), list[str]()
    while name := find(left):
        found.append(name)
        left = [port for port in left if port.name != name]
    return found


def _row(port: Port) -> str:
    width = f"[{port.msb}:{port.lsb}]" if port.vector else "1"
    text = port.description.replace("|", "\\|")
    return f"| `{port.name}` | {port.direction} | {width} | {text} |"


def _tuple(names: Sequence[str]) -> str:
    return "".join(f'"{name}", ' for name in names).rstrip() if names else ""
