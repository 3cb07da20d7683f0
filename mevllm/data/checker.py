"""Checkers: Verilog testbenches that hold a design to the reference, row by row.

Outputs are sampled twice a period, before the active clock edge (combinational paths, asynchronous
resets) and after it; an X of the reference accepts anything, as VerilogEval's testbenches do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from string import Template

from mevllm.data.design import Design, Stimulus, bits_of
from mevllm.spec import Interface, Port

TRACE_ROWS = 64
"""Rows of the stimulus whose outputs an audit reports."""

_MODULE = re.compile(r"^\s*module\s+(\w+)", re.MULTILINE)


def checker(design: Design) -> str:
    """A testbench for any design with this interface, the reference included.

    Its summary is worded as VerilogEval's: `Mismatches: 3 in 400 samples`.
    """
    reference = _named(design, "reference_design", "_reference")
    return comparison(design.interface, design.stimulus, reference)


def comparison(interface: Interface, stimulus: Stimulus, reference: str) -> str:
    """A testbench that holds a design with this interface to the module `reference_design`.

    `reference` is the Verilog text of that module and of what it instantiates, under names that
    the design does not use. The summary is worded as that of `checker`.
    """
    outputs = _outputs(interface)
    body = _BENCH.substitute(
        **_common(interface, stimulus),
        instances=_instance(interface, interface.module, "dut", "tb_got"),
        check="if (tb_want !== (tb_want ^ tb_got ^ tb_want)) begin\n"
        '        if (tb_bad == 0) $display("First mismatch occurred at time %0d", $time);\n'
        "        tb_bad = tb_bad + 1;\n      end\n      tb_samples = tb_samples + 1;",
        wires=f"wire [{_width(outputs) - 1}:0] tb_got;\n  integer tb_bad = 0, tb_samples = 0;",
        traced="",
        finish='$display("Mismatches: %1d in %1d samples", tb_bad, tb_samples);',
    )
    return f"`timescale 1ns/1ps\n{body}\n{reference}"


def audit(design: Design, mutants: Sequence[str]) -> str:
    """A testbench for the reference and mutants of its body, all in one simulation.

    It reports rows `T <hex before the edge> <hex after>`, then `ONES`, `ZEROS` (output bits seen
    at 1 and at 0), `KNOWN n of m` samples without X, and `KILLED` (one bit a mutant, the first
    mutant rightmost).
    """
    outputs = _outputs(design.interface)
    width = _width(outputs)
    count = max(1, len(mutants))
    wires = [
        f"reg [{width - 1}:0] tb_ones = 0, tb_zeros = 0;",
        f"reg [{count - 1}:0] tb_killed = 0;",
        "integer tb_known = 0, tb_samples = 0;",
    ]
    checks = [
        "tb_samples = tb_samples + 1;",
        "if (^tb_want !== 1'bx) begin",
        "  tb_known = tb_known + 1;",
        "  tb_ones = tb_ones | tb_want;",
        "  tb_zeros = tb_zeros | ~tb_want;",
        "end",
    ]
    instances, modules = [], []
    for i, body in enumerate(mutants):
        wires.append(f"wire [{width - 1}:0] tb_got_{i};")
        checks.append(f"if (tb_want !== (tb_want ^ tb_got_{i} ^ tb_want)) tb_killed[{i}] = 1;")
        instances.append(_instance(design.interface, f"mutant_{i}", f"m{i}", f"tb_got_{i}"))
        modules.append(_named(replace(design, body=body), f"mutant_{i}", f"_mutant_{i}"))
    bench = _BENCH.substitute(
        **_common(design.interface, design.stimulus),
        instances="\n  ".join(instances),
        check="\n      ".join(checks),
        wires="\n  ".join(wires),
        traced=f'if (tb_row < {TRACE_ROWS}) $display("T %h %h", tb_before, tb_want);',
        finish='$display("ONES %h", tb_ones);\n    $display("ZEROS %h", tb_zeros);\n'
        '    $display("KNOWN %0d of %0d", tb_known, tb_samples);\n'
        '    $display("KILLED %b", tb_killed);',
    )
    return "\n".join(
        ("`timescale 1ns/1ps", bench, _named(design, "reference_design", "_reference"), *modules)
    )


@dataclass(frozen=True)
class Audit:
    """What an audit's simulation reported."""

    trace: tuple[tuple[dict[str, str], dict[str, str]], ...]
    """Per row: the outputs before and after the active edge, name to binary digits (x, z)."""
    stuck: tuple[str, ...]
    """Output bits that never were 1 or never were 0: `q[3] never 1`."""
    known: float
    """Share of samples in which no output was X, 0 to 1."""
    killed: tuple[bool, ...]
    """Per mutant: whether the stimulus told it from the reference."""


def read_audit(design: Design, mutants: int, output: str) -> Audit | None:
    """What the audit printed, or None where it did not end."""
    outputs = _outputs(design.interface)
    width = _width(outputs)
    found = dict(re.findall(r"^(ONES|ZEROS|KILLED) (\S+)$", output, re.MULTILINE))
    known = re.search(r"^KNOWN (\d+) of (\d+)$", output, re.MULTILINE)
    if len(found) < 3 or not known:
        return None
    ones, zeros = int(found["ONES"], 16), int(found["ZEROS"], 16)
    stuck = []
    at = width
    for p in outputs:
        size = bits_of(p)
        at -= size
        for bit in range(size):
            label = f"{p.name}[{bit}]" if size > 1 else p.name
            if not ones >> (at + bit) & 1:
                stuck.append(f"{label} never 1")
            if not zeros >> (at + bit) & 1:
                stuck.append(f"{label} never 0")
    rows = re.findall(r"^T ([0-9a-fxzXZ]+) ([0-9a-fxzXZ]+)$", output, re.MULTILINE)
    trace = tuple((_split(outputs, a), _split(outputs, b)) for a, b in rows)
    killed = found["KILLED"][::-1]
    return Audit(
        trace,
        tuple(stuck),
        int(known[1]) / max(1, int(known[2])),
        tuple(bit == "1" for bit in killed[:mutants]),
    )


def _split(outputs: Sequence[Port], digits: str) -> dict[str, str]:
    """Hexadecimal of all outputs to binary digits of each; a digit x or z is four of it."""
    text = "".join(f"{int(d, 16):04b}" if d in "0123456789abcdef" else d * 4 for d in digits)
    text = text[-_width(outputs) :]
    values, at = {}, 0
    for p in outputs:
        values[p.name] = text[at : at + bits_of(p)]
        at += bits_of(p)
    return values


def _common(interface: Interface, stimulus: Stimulus) -> dict[str, str]:
    ports = {p.name: p for p in interface.ports}
    inputs = [ports[name] for name in stimulus.inputs]
    width = sum(bits_of(p) for p in inputs)
    rows = []
    for i, row in enumerate(stimulus.rows):
        value = 0
        for p, bits in zip(inputs, row, strict=True):
            value = value << bits_of(p) | bits
        rows.append(f"    tb_rows[{i}] = {width}'h{value:x};")
    declared = [f"reg {_range(p)}{p.name};" for p in inputs]
    clock = stimulus.clock
    if clock:
        declared.append(f"reg {clock};")
    idle, active = (0, 1) if stimulus.edge == "posedge" else (1, 0)
    return {
        "width": str(width - 1),
        "last": str(len(rows) - 1),
        "rows": "\n".join(rows),
        "inputs": "\n  ".join(declared),
        "all": ", ".join(p.name for p in inputs),
        "want": f"wire [{_width(_outputs(interface)) - 1}:0] tb_want;",
        "want_top": str(_width(_outputs(interface)) - 1),
        "reference": _instance(interface, "reference_design", "reference", "tb_want"),
        "start": f"{clock} = {idle};" if clock else "",
        "idle": f"{clock} = {idle};" if clock else "",
        "active": f"{clock} = {active};\n      #1;\n      tb_sample;" if clock else "",
    }


def _instance(interface: Interface, module: str, name: str, bus: str) -> str:
    """An instance whose outputs are slices of the bus, the first output leftmost."""
    outputs = _outputs(interface)
    at = _width(outputs)
    joined = []
    for p in interface.ports:
        target = p.name
        if p.direction == "output":
            at -= bits_of(p)
            target = f"{bus}[{at + bits_of(p) - 1}:{at}]"
        joined.append(f".{p.name}({target})")
    return f"{module} {name} ({', '.join(joined)});"


def _named(design: Design, module: str, suffix: str) -> str:
    """The reference under another name, its helper modules too, so that nothing is named twice."""
    text = replace(design, interface=replace(design.interface, module=module)).reference
    for helper in _MODULE.findall(design.helpers):
        text = re.sub(rf"\b{helper}\b", helper + suffix, text)
    return text


def _outputs(interface: Interface) -> list[Port]:
    return [p for p in interface.ports if p.direction == "output"]


def _width(ports: Sequence[Port]) -> int:
    return sum(bits_of(p) for p in ports)


def _range(port: Port) -> str:
    """Always written out: a slice of a scalar is an error."""
    return f"[{bits_of(port) - 1}:0] " if port.vector else ""


_BENCH = Template("""\
module tb;
  $inputs
  $want
  reg [$width:0] tb_rows [0:$last];
  reg [$want_top:0] tb_before;
  integer tb_row;
  $wires
  $reference
  $instances
  task tb_sample;
    begin
      $check
    end
  endtask
  initial begin
$rows
    $start
    for (tb_row = 0; tb_row <= $last; tb_row = tb_row + 1) begin
      $idle
      #1;
      {$all} = tb_rows[tb_row];
      #3;
      tb_sample;
      tb_before = tb_want;
      #1;
      $active
      $traced
      #4;
    end
    $finish
    $$finish;
  end
endmodule
""")
