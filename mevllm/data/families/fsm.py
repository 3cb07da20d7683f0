"""Finite-state machines as tables: random ones, their Verilog, and their canonical form.

A machine's inputs and outputs are each one bit, one vector, or several one-bit ports; a *symbol* is
the value of all input bits together, first port leftmost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mevllm.data.draw import Draw, port
from mevllm.spec import Direction, Port

LABELS = (
    tuple("ABCDEF"),
    tuple("ABCDEF"),
    tuple("PQRSTU"),
    tuple("KLMNPR"),
    tuple(f"S{i}" for i in range(6)),
    tuple(f"S{i}" for i in range(6)),
    tuple(f"S{i}" for i in range(1, 7)),
    tuple(f"ST{i}" for i in range(6)),
    tuple(f"Q{i}" for i in range(6)),
    ("ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE"),
    ("IDLE", "ARMED", "RUN", "HOLD", "DRAIN", "DONE"),
    ("RED", "GREEN", "BLUE", "WHITE", "BLACK", "AMBER"),
    ("NORTH", "EAST", "SOUTH", "WEST", "UP", "DOWN"),
    ("ALPHA", "BETA", "GAMMA", "DELTA", "EPSILON", "ZETA"),
)
"""Names of states."""


@dataclass(frozen=True)
class Signals:
    """The inputs or the outputs of a machine: one vector, or ports of one bit."""

    names: tuple[str, ...]
    width: int
    """Bits of all of them together."""

    @property
    def vector(self) -> bool:
        """Whether they are one port of several bits."""
        return len(self.names) < self.width

    @property
    def bits(self) -> tuple[str, ...]:
        """The Verilog names of the bits, most significant first."""
        if self.vector:
            return tuple(f"{self.names[0]}[{i}]" for i in reversed(range(self.width)))
        return self.names

    @property
    def joined(self) -> str:
        """One Verilog expression for all bits."""
        return self.names[0] if len(self.names) == 1 else "{" + ", ".join(self.names) + "}"

    def code(self, value: int) -> str:
        """The value in binary digits."""
        return f"{value:0{self.width}b}"

    def said(self, value: int) -> str:
        """`x=1`, `in=10`, `a=1, b=0`."""
        if len(self.names) == 1:
            return f"{self.names[0]}={self.code(value)}"
        return ", ".join(f"{n}={b}" for n, b in zip(self.names, self.code(value), strict=True))

    def literal(self, value: int) -> str:
        """The value as a Verilog literal: `2'b10`."""
        return f"{self.width}'b{self.code(value)}"

    def ports(self, direction: Direction, description: str = "") -> list[Port]:
        """The ports, in order."""
        if self.vector:
            return [port(self.names[0], direction, self.width, description)]
        return [port(name, direction, description=description) for name in self.names]


@dataclass(frozen=True)
class Machine:
    """A Moore or Mealy machine."""

    states: tuple[str, ...]
    moves: tuple[tuple[int, ...], ...]
    """Next state by state and symbol."""
    outputs: tuple[tuple[int, ...], ...]
    """Output by state and symbol; the same for all symbols in a Moore machine."""
    mealy: bool
    start: int
    """The state after reset."""
    given: Signals
    shown: Signals
    registered: bool = False
    """Whether a Mealy machine's output passes a flip-flop."""

    @property
    def first(self) -> str:
        """The name of the reset state."""
        return self.states[self.start]

    @property
    def kind(self) -> str:
        """`Mealy` or `Moore`."""
        return "Mealy" if self.mealy else "Moore"

    @property
    def canonical(self) -> str:
        """The same text for machines that differ only in names and order of their states."""
        order = [self.start]
        for state in order:
            order += [t for t in dict.fromkeys(self.moves[state]) if t not in order]
        rows = [
            "".join(str(order.index(t)) for t in self.moves[s])
            + "/"
            + ",".join(str(o) for o in (self.outputs[s] if self.mealy else self.outputs[s][:1]))
            for s in order
        ]
        return " ".join(rows)


def inputs(draw: Draw, width: int) -> Signals:
    """One or two input bits: one port, a vector, or two ports."""
    if width == 1:
        return Signals((draw.name("bit", "a", "s", "w", "x", "j"),), 1)
    if draw.chance(0.5):
        return Signals((draw.name("in", "x", "cmd", "code", "u", "w", "sym"),), width)
    pairs = (("a", "b"), ("x", "y"), ("r", "s"), ("u", "v"), ("go", "hold"), ("up", "dn"))
    first, second = draw.choice((*pairs, ("left", "right"), ("x1", "x0"), ("p", "n")))
    return Signals((draw.name(first), draw.name(second)), 2)


def results(draw: Draw, width: int) -> Signals:
    """One to three output bits: one port, a vector, or ports of one bit."""
    if width == 1:
        return Signals((draw.name("z", "out", "y", "q", "f", "o", "flag"),), 1)
    if draw.chance(0.5):
        return Signals((draw.name("z", "out", "q", "ctl", "outputs", "led"),), width)
    sets = (("f", "g", "h"), ("out1", "out2", "out3"), ("z2", "z1", "z0"), ("p", "q", "t"))
    return Signals(tuple(draw.name(n) for n in draw.choice(sets)[:width]), width)


def random_machine(
    draw: Draw, states: int, given: Signals, shown: Signals, *, mealy: bool
) -> Machine:
    """A machine that is strongly connected and minimal, in which every input and output counts."""
    labels = draw.choice(LABELS)[:states]
    symbols = 1 << given.width
    start = 0 if draw.chance(0.7) else draw.int(0, states - 1)
    while True:
        moves = tuple(_row(draw, states, given.width) for _ in range(states))
        if mealy:
            quiet = draw.chance(0.5)
            outputs = tuple(_row(draw, 1 << shown.width, given.width) for _ in range(states))
            if quiet and shown.width == 1:
                outputs = tuple(row if draw.chance(0.6) else (0,) * symbols for row in outputs)
        else:
            values = [draw.bits(shown.width) for _ in range(states)]
            outputs = tuple((value,) * symbols for value in values)
        machine = Machine(labels, moves, outputs, mealy, start, given, shown)
        if _worthy(machine):
            return machine


def _row(draw: Draw, values: int, width: int) -> tuple[int, ...]:
    """A value for each symbol; with two bits often a simple rule, as engineers make them."""
    one, two, three = (draw.int(0, values - 1) for _ in range(3))
    if width == 1:
        return one, two
    shapes = (
        (one, one, two, two),
        (one, two, one, two),
        (one, one, one, two),
        (one, two, three, three),
        (one, two, three, two),
        (one, two, two, two),
    )
    if draw.chance(0.7):
        return draw.choice(shapes)
    return one, two, three, draw.int(0, values - 1)


def _worthy(machine: Machine) -> bool:
    moves, outputs, n = machine.moves, machine.outputs, len(machine.states)
    for start in range(n):
        seen = [start]
        for state in seen:
            seen += [t for t in dict.fromkeys(moves[state]) if t not in seen]
        if len(seen) < n:
            return False
    flat = [value for row in outputs for value in row]
    mask = (1 << machine.shown.width) - 1
    every, some = mask, 0
    for value in flat:
        every, some = every & value, some | value
    if every or some != mask:
        return False
    columns = [tuple(v >> i & 1 for v in flat) for i in range(machine.shown.width)]
    if n > 2 and len(set(columns)) < len(columns):
        return False
    if machine.mealy and all(len(set(row)) == 1 for row in outputs):
        return False
    for bit in range(machine.given.width):
        flips = [(m[s], m[s ^ (1 << bit)]) for m in moves for s in range(1 << machine.given.width)]
        if all(a == b for a, b in flips):
            return False
    blocks = [hash(row) for row in outputs]
    for _ in range(n):
        keys = [(blocks[s], tuple(blocks[t] for t in moves[s])) for s in range(n)]
        blocks = [keys.index(key) for key in keys]
    return len(set(blocks)) == n


def state_bits(count: int) -> int:
    """Bits of a binary code for so many states."""
    return max(1, (count - 1).bit_length())


def condition(symbols: Iterable[int], given: Signals) -> str:
    """A Verilog condition that holds for these symbols, and no others; of one or two bits."""
    members = frozenset(symbols)
    if given.width == 1:
        return given.bits[0] if members == {1} else f"!{given.bits[0]}"
    a, b = given.bits
    if given.vector and len(members) == 1:
        return f"{given.names[0]} == {given.literal(min(members))}"
    if given.vector and len(members) == 3:
        return f"{given.names[0]} != {given.literal(6 - sum(members))}"
    rules = {
        (3,): f"{a} && {b}",
        (2,): f"{a} && !{b}",
        (1,): f"!{a} && {b}",
        (0,): f"!{a} && !{b}",
        (2, 3): a,
        (0, 1): f"!{a}",
        (1, 3): b,
        (0, 2): f"!{b}",
        (1, 2): f"{a} != {b}",
        (0, 3): f"{a} == {b}",
        (1, 2, 3): f"{a} || {b}",
        (0, 1, 2): f"!({a} && {b})",
        (0, 1, 3): f"!{a} || {b}",
        (0, 2, 3): f"{a} || !{b}",
    }
    return rules[tuple(sorted(members))]


def selected(values: Sequence[str], given: Signals) -> str | None:
    """A conditional expression for one value a symbol; None where a case says it better."""
    kinds = list(dict.fromkeys(values))
    if len(kinds) == 1:
        return kinds[0]
    if given.width == 1:
        return f"{given.bits[0]} ? {values[1]} : {values[0]}"
    if len(kinds) == 2:
        sets = [[s for s, v in enumerate(values) if v == kind] for kind in kinds]
        options = [(condition(sets[i], given), kinds[i], kinds[1 - i]) for i in (0, 1)]
        test, yes, no = min(options, key=lambda option: len(option[0]))
        return f"{f'({test})' if ' ' in test else test} ? {yes} : {no}"
    if given.vector:
        return None
    a, b = given.bits
    v00, v01, v10, v11 = values
    if v10 == v11:
        return f"{a} ? {v10} : {b} ? {v01} : {v00}"
    if v01 == v11:
        return f"{b} ? {v01} : {a} ? {v10} : {v00}"
    if v00 == v01:
        return f"!{a} ? {v00} : {b} ? {v11} : {v10}"
    if v00 == v10:
        return f"!{b} ? {v00} : {a} ? {v11} : {v01}"
    return None


def next_case(
    machine: Machine, names: Sequence[str], state: str, target: str, otherwise: str
) -> str:
    """A combinational block that gives `target` the state after `state`; `names` are the codes."""
    lines = ["  always @(*) begin", f"    case ({state})"]
    for name, row in zip(names, machine.moves, strict=True):
        values = [names[t] for t in row]
        chosen = selected(values, machine.given)
        if chosen is not None:
            lines.append(f"      {name}: {target} = {chosen};")
            continue
        lines.append(f"      {name}: case ({machine.given.joined})")
        last = max(dict.fromkeys(values), key=values.count)
        for value in dict.fromkeys(values):
            if value != last:
                codes = [machine.given.literal(s) for s, v in enumerate(values) if v == value]
                lines.append(f"        {', '.join(codes)}: {target} = {value};")
        lines += [f"        default: {target} = {last};", "      endcase"]
    lines += [f"      default: {target} = {otherwise};", "    endcase", "  end"]
    return "\n".join(lines)


def output_logic(machine: Machine, names: Sequence[str], state: str) -> str:
    """The outputs of a machine from its state: `assign` for bits, a `case` for a Moore vector."""
    shown = machine.shown
    if shown.vector and not machine.mealy:
        lines = ["  always @(*) begin", f"    case ({state})"]
        for name, row in zip(names, machine.outputs, strict=True):
            lines.append(f"      {name}: {shown.names[0]} = {shown.literal(row[0])};")
        lines += [f"      default: {shown.names[0]} = {shown.literal(0)};", "    endcase", "  end"]
        return "\n".join(lines)
    sums = zip(shown.bits, output_sums(machine, names, state), strict=True)
    return "\n".join(f"  assign {bit} = {value};" for bit, value in sums)


def output_sums(machine: Machine, names: Sequence[str], state: str) -> list[str]:
    """An expression for each output bit, the most significant first."""
    sums = []
    for shift in reversed(range(machine.shown.width)):
        rows = [tuple(value >> shift & 1 for value in row) for row in machine.outputs]
        sums.append(_sum(machine, names, state, rows))
    return sums


def _sum(
    machine: Machine, names: Sequence[str], state: str, rows: Sequence[tuple[int, ...]]
) -> str:
    """When one output bit is 1: a sum over states, each with its condition on the input."""
    silent = [name for name, row in zip(names, rows, strict=True) if not any(row)]
    if (
        len(names) > 2
        and len(silent) == 1
        and sum(map(sum, rows)) == len(rows[0]) * (len(rows) - 1)
    ):
        return f"({state} != {silent[0]})"
    terms = []
    for name, row in zip(names, rows, strict=True):
        symbols = [s for s, value in enumerate(row) if value]
        if not symbols:
            continue
        here = f"{state} == {name}"
        if len(symbols) < len(row):
            when = condition(symbols, machine.given)
            here += f" && {f'({when})' if '||' in when or '=' in when else when}"
        terms.append(here)
    text = " || ".join(f"({term})" for term in terms)
    return text if len(text) < 80 else text.replace(" || (", " ||\n    (")
