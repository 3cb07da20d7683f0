"""Measured complexity of designs: what pyslang, pyverilog and yosys find in them."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from importlib.metadata import version
from itertools import chain
from typing import Any

from mevllm.data import dataflow, syntax
from mevllm.data.dataflow import Dataflow
from mevllm.data.netlist import Netlist, synthesise
from mevllm.data.syntax import Written
from mevllm.data.tools import Yosys, find_yosys

_SHARE = 200
"""Designs that a worker measures before it reports."""


@dataclass(frozen=True)
class Features:
    """Measures of one design. What a tool could not measure is None, and `problems` says why."""

    name: str
    written: Written | None
    """By pyslang; None for text that does not parse."""
    dataflow: Dataflow | None
    """By pyverilog."""
    netlist: Netlist | None
    """By yosys."""
    tools: tuple[str, ...]
    """What measured, with versions: for the record."""
    problems: tuple[str, ...] = ()

    @property
    def ff_bits(self) -> int:
        """Bits of state outside memories: flip-flops and latches."""
        if self.netlist:
            return self.netlist.ff_bits + self.netlist.latch_bits
        return self.dataflow.held_bits if self.dataflow else 0

    @property
    def registers(self) -> int:
        """Signals that hold their value."""
        if self.netlist:
            return self.netlist.registers
        return self.dataflow.held if self.dataflow else 0

    @property
    def memory_bits(self) -> int:
        """Bits of arrays."""
        if self.netlist:
            return self.netlist.memory_bits
        return self.dataflow.array_bits if self.dataflow else 0

    @property
    def cells(self) -> int:
        """Operators, multiplexers, registers and memories."""
        if self.netlist:
            return self.netlist.cells
        if self.dataflow:
            return self.dataflow.operators + self.dataflow.held
        return self.written.assigns + self.written.always_blocks if self.written else 0

    @property
    def states(self) -> int:
        """States of the largest state machine; 0 where none is recognised."""
        return max(
            self.netlist.states if self.netlist else 0,
            self.written.state_cases if self.written else 0,
        )

    @property
    def depth(self) -> int:
        """Longest way between registers and ports, in operators."""
        if self.netlist:
            return self.netlist.depth
        return self.dataflow.tree_depth if self.dataflow else 0

    @property
    def arithmetic(self) -> int:
        """Cells that add, multiply, compare sizes or shift by a variable."""
        if self.netlist:
            return self.netlist.arithmetic
        return self.dataflow.arithmetic if self.dataflow else 0

    @property
    def multipliers(self) -> int:
        """Cells that multiply or divide."""
        if self.netlist:
            return self.netlist.multipliers
        return self.dataflow.multipliers if self.dataflow else 0

    @property
    def choice_bits(self) -> int:
        """Bits of the widest value that is chosen: 1 for single bits, 0 where nothing is."""
        if self.netlist:
            return self.netlist.choice_bits
        return self.dataflow.choice_bits if self.dataflow else 0

    @property
    def coupled(self) -> int:
        """Registers whose next value depends on another register."""
        if self.netlist:
            return self.netlist.coupled
        return self.dataflow.coupled if self.dataflow else 0

    @property
    def shifting(self) -> int:
        """Registers that take their own bits at other places."""
        return self.netlist.shifting if self.netlist else 0

    def as_dict(self) -> dict[str, Any]:
        """For a record: plain values, nested as the fields are."""
        return asdict(self)


def measure(designs: Sequence[tuple[str, str]], *, jobs: int = 1) -> list[Features]:
    """Measure designs, each a name and its Verilog text (its own helper modules included).

    With several jobs the designs are shared out to processes; the result is the same. Without
    yosys its measures are missing, and the record says so. Raises MevllmError for a yosys that is
    there and does not start.
    """
    yosys = find_yosys()
    shares = [list(designs[i : i + _SHARE]) for i in range(0, len(designs), _SHARE)]
    if jobs <= 1 or len(shares) < 2:
        return list(chain.from_iterable(_share(yosys, share) for share in shares))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(jobs, len(shares)), context) as pool:
        return list(chain.from_iterable(pool.map(_share, [yosys] * len(shares), shares)))


def _share(yosys: Yosys | None, designs: Sequence[tuple[str, str]]) -> list[Features]:
    read = [syntax.parse(text) for _, text in designs]
    netlists: list[Netlist | str] = ["no yosys here"] * len(designs)
    if yosys:
        # What does not parse would end yosys, and cost a new process.
        good = [i for i, parsed in enumerate(read) if not isinstance(parsed, str)]
        found = synthesise(yosys, [designs[i][1] for i in good])
        netlists = ["not read"] * len(designs)
        for i, netlist in zip(good, found, strict=True):
            netlists[i] = netlist
    return [
        _features(name, parsed, netlist, yosys)
        for (name, _), parsed, netlist in zip(designs, read, netlists, strict=True)
    ]


def _features(
    name: str, parsed: syntax.Parsed | str, netlist: Netlist | str, yosys: Yosys | None
) -> Features:
    if isinstance(parsed, str):
        return Features(name, None, None, None, (), (f"pyslang: {parsed}",))
    written = syntax.written(parsed)
    tools = [f"pyslang {version('pyslang')}"]
    problems: list[str] = []
    flow: Dataflow | str = "pyverilog: no module"
    if isinstance(written, str):
        problems.append(f"pyslang: {written}")
    elif written.tokens > dataflow.MAX_TOKENS:
        flow = f"pyverilog: {written.tokens} tokens are too many"
    else:
        flow = dataflow.analyse(syntax.verilog_2001(parsed), written.top)
    if isinstance(flow, str):
        problems.append(flow)
    else:
        tools.append(f"pyverilog {version('pyverilog')}")
    if isinstance(netlist, str):
        problems.append(netlist)
    elif yosys:
        tools.append(yosys.version)
    return Features(
        name,
        None if isinstance(written, str) else written,
        None if isinstance(flow, str) else flow,
        None if isinstance(netlist, str) else netlist,
        tuple(tools),
        tuple(problems),
    )
