"""What yosys makes of designs: word-level netlists, many in one process, and their measures."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mevllm.data.tools import Yosys, run_tool

BATCH = 200
"""Designs that one process reads."""
_BATCH_S = 60.0
_STEPS = """\
read_verilog -sv {name}.v
hierarchy -auto-top
proc -norom
flatten
opt_expr
opt_clean
opt -nosdff -nodffe
memory_collect
opt_clean
write_json {name}.json
design -reset
"""
"""Flip-flops keep their enables and resets as multiplexers, which is where states are read from;
so do widths (`wreduce` would narrow the constants that a state register is loaded with)."""

_FLIP_FLOP = re.compile(r"\$(?:a|s|al)?(?:dff|ff)(?:e|sr|ce|sre)?$")
_LATCH = re.compile(r"\$(?:a?dlatch|dlatchsr|sr)$")
_IGNORED = frozenset(
    ("$scopeinfo", "$print", "$check", "$assert", "$assume", "$cover", "$initstate")
)
_MAX_STATES = 512

Bit = int | str
"""Number of a net, or the digit of a constant."""
Vector = tuple[Bit, ...]


@dataclass(frozen=True)
class Netlist:
    """Measures of a flattened word-level netlist."""

    cells: int
    """Operators, multiplexers, flip-flops, memories."""
    cell_bits: int
    """Output bits of all cells but memories, those that nothing reads left out."""
    arithmetic: int
    """Cells that add, subtract, multiply, divide, shift by a variable or compare sizes."""
    multipliers: int
    """Cells that multiply or divide."""
    choice_bits: int
    """Bits of the widest multiplexer: 1 where single bits are chosen, 0 where nothing is."""
    registers: int
    """Flip-flop cells: signals that hold their value."""
    ff_bits: int
    latch_bits: int
    memories: int
    memory_bits: int
    states: int
    """Most constants that one register of two or more bits is loaded with, when it is loaded with
    nothing else; 0 where there is none."""
    shifting: int
    """Registers that are loaded with their own bits at other places, perhaps mixed with others."""
    coupled: int
    """Registers whose next value depends on another register."""
    depth: int
    """Most cells in a row between registers, memories and ports."""


def synthesise(yosys: Yosys, texts: Sequence[str]) -> list[Netlist | str]:
    """Measure each Verilog text, or say why yosys could not read it.

    The texts may use the same module names. One that ends yosys, or keeps it for more than a
    minute, costs a new process and leaves the others alone.
    """
    results: list[Netlist | str] = []
    while len(results) < len(texts):
        results += _batch(yosys, texts[len(results) : len(results) + BATCH])
    return results


def _batch(yosys: Yosys, texts: Sequence[str]) -> list[Netlist | str]:
    """Results of the first texts, up to the first that failed."""
    with tempfile.TemporaryDirectory(prefix="mevagent-yosys-") as name:
        folder = Path(name)
        for i, text in enumerate(texts):
            (folder / f"d{i}.v").write_text(text, encoding="utf-8", errors="replace")
        steps = "".join(_STEPS.format(name=f"d{i}") for i in range(len(texts)))
        (folder / "steps.ys").write_text(steps)
        command: list[str | Path] = [yosys.path, "-q", "-s", "steps.ys"]
        ended = run_tool(command, cwd=folder, wall_s=_BATCH_S, memory_mb=yosys.memory_mb)
        results: list[Netlist | str] = []
        for i in range(len(texts)):
            try:
                content = json.loads((folder / f"d{i}.json").read_bytes())
            except (OSError, ValueError):
                results.append(_reason(ended.status, ended.output))
                break
            (module,) = content["modules"].values() or ({"cells": {}, "ports": {}},)
            results.append(_measure(module))
        return results


def _reason(status: int | None, output: str) -> str:
    if status is None:
        return f"yosys took more than {_BATCH_S:.0f} s"
    errors = [line for line in output.splitlines() if "ERROR:" in line]
    if errors:
        return f"yosys: {errors[-1].partition('ERROR:')[2].strip()[:200]}"
    return f"yosys ended with status {status}"


@dataclass(frozen=True)
class _Cell:
    type: str
    parameters: Mapping[str, Any]
    pins: Mapping[str, Vector]
    outputs: frozenset[str]

    @property
    def sequential(self) -> bool:
        return bool(self.holds or self.memory)

    @property
    def holds(self) -> bool:
        return bool(_FLIP_FLOP.match(self.type) or _LATCH.match(self.type))

    @property
    def memory(self) -> bool:
        return self.type.startswith("$mem")


_MULTIPLIERS = frozenset(("$mul", "$div", "$mod", "$divfloor", "$modfloor", "$pow", "$macc"))
_SHIFTS = frozenset(("$shl", "$shr", "$sshl", "$sshr", "$shift"))
_COMPARISONS = frozenset(("$lt", "$le", "$gt", "$ge"))
_ARITHMETIC = _MULTIPLIERS | _SHIFTS | _COMPARISONS | {"$add", "$sub", "$alu", "$neg", "$shiftx"}
_MUXES = frozenset(("$mux", "$pmux"))
_CHOICES = _MUXES | {"$shiftx", "$bmux"}
_BITWISE = _MUXES | {"$xor", "$and", "$or"}


def _measure(module: Mapping[str, Any]) -> Netlist:
    cells = [
        _Cell(
            raw["type"],
            raw["parameters"],
            {pin: tuple(bits) for pin, bits in raw["connections"].items()},
            frozenset(p for p, d in raw["port_directions"].items() if d != "input"),
        )
        for raw in module["cells"].values()
        if raw["type"] not in _IGNORED
    ]
    flip_flops = [c for c in cells if _FLIP_FLOP.match(c.type)]
    memories = [c for c in cells if c.memory]
    graph = _Graph(cells)
    ports = [bit for port in module["ports"].values() for bit in port["bits"]]
    read = {bit for c in cells for p, v in c.pins.items() if p not in c.outputs for bit in v}
    read.update(ports)
    return Netlist(
        cells=len(cells),
        cell_bits=sum(
            bit in read for c in cells if not c.memory for p in c.outputs for bit in c.pins[p]
        ),
        arithmetic=sum(c.type in _ARITHMETIC for c in cells),
        multipliers=sum(c.type in _MULTIPLIERS for c in cells),
        choice_bits=max((len(c.pins["Y"]) for c in cells if c.type in _CHOICES), default=0),
        registers=len(flip_flops),
        ff_bits=sum(len(c.pins["Q"]) for c in flip_flops),
        latch_bits=sum(len(c.pins["Q"]) for c in cells if _LATCH.match(c.type)),
        memories=len(memories),
        memory_bits=sum(_number(c, "SIZE") * _number(c, "WIDTH") for c in memories),
        states=max((graph.states(c) for c in flip_flops), default=0),
        shifting=sum(map(graph.shifts, flip_flops)),
        coupled=sum(map(graph.coupled, flip_flops)),
        depth=graph.depth(),
    )


def _number(cell: _Cell, parameter: str) -> int:
    return int(str(cell.parameters[parameter]), 2)


class _Graph:
    """The cells by the nets that they drive."""

    def __init__(self, cells: Sequence[_Cell]) -> None:
        self._cells = cells
        self._driver: dict[Bit, int] = {}
        for i, cell in enumerate(cells):
            for pin in cell.outputs:
                self._driver.update((bit, i) for bit in cell.pins[pin] if isinstance(bit, int))

    def _sources(self, cell: _Cell) -> set[int]:
        """Indices of the cells that drive a cell's inputs."""
        bits = (bit for pin, v in cell.pins.items() if pin not in cell.outputs for bit in v)
        return {self._driver[bit] for bit in bits if bit in self._driver}

    def depth(self) -> int:
        """The longest way through combinational cells; a loop counts once."""
        depths: dict[int, int] = {}
        for start in range(len(self._cells)):
            stack = [start]
            while stack:
                i = stack[-1]
                if depths.get(i, -1) >= 0:
                    stack.pop()
                    continue
                cell = self._cells[i]
                before = [j for j in self._sources(cell) if not self._cells[j].sequential]
                waiting = [j for j in before if j not in depths]
                if waiting and i not in depths:
                    depths[i] = -1
                    stack += waiting
                    continue
                own = 0 if cell.sequential else 1
                depths[i] = own + max((max(0, depths.get(j, 0)) for j in before), default=0)
                stack.pop()
        return max(depths.values(), default=0)

    def _leaves(self, vector: Vector, through: frozenset[str] = _MUXES) -> list[Vector]:
        """What a value is made of, through multiplexers or other cells of its width."""
        leaves: list[Vector] = []
        seen: set[Vector] = set()
        todo = [vector]
        while todo and len(seen) < 4 * _MAX_STATES:
            value = todo.pop()
            if value in seen:
                continue
            seen.add(value)
            driver = self._driver.get(value[0]) if value else None
            cell = self._cells[driver] if driver is not None else None
            if cell and cell.type in through and cell.pins["Y"] == value:
                width = len(value)
                arms = cell.pins["B"]
                todo.append(cell.pins["A"])
                todo += [arms[i : i + width] for i in range(0, len(arms), width)]
            else:
                leaves.append(value)
        return leaves

    def states(self, register: _Cell) -> int:
        """How many constants the register is loaded with; 0 when with anything else."""
        q = register.pins["Q"]
        if len(q) < 2:
            return 0
        constants = set()
        for leaf in self._leaves(register.pins["D"]):
            if all(isinstance(bit, str) for bit in leaf):
                constants.add(leaf)
            elif leaf != q:
                return 0
        reset = register.parameters.get("ARST_VALUE")
        if reset is not None:
            constants.add(tuple(reversed(str(reset))))
        return len({c for c in constants if "x" not in c})

    def shifts(self, register: _Cell) -> bool:
        """Whether a value that the register is loaded with is mostly its own bits, moved."""
        q = register.pins["Q"]
        if len(q) < 2:
            return False
        place = {bit: i for i, bit in enumerate(q)}
        for leaf in self._leaves(register.pins["D"], _BITWISE):
            moved = sum(place.get(bit, i) != i for i, bit in enumerate(leaf))
            driver = self._driver.get(leaf[0]) if leaf else None
            cell = self._cells[driver] if driver is not None else None
            by_amount = cell is not None and cell.type in _SHIFTS and cell.pins["A"][:1] == q[:1]
            if 2 * moved >= len(q) or by_amount:
                return True
        return False

    def coupled(self, register: _Cell) -> bool:
        """Whether another register decides what this one becomes."""
        seen: set[int] = set()
        todo = list(self._sources(register))
        while todo:
            i = todo.pop()
            if i in seen:
                continue
            seen.add(i)
            cell = self._cells[i]
            if cell.sequential:
                if cell is not register:
                    return True
                continue
            todo += self._sources(cell)
        return False
