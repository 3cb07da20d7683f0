"""ALUs and register files with an ALU as people tell them."""

from __future__ import annotations

from collections.abc import Sequence

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.told._words_systems import Voice, voice

_PHRASES = {
    "ADD": ("{a} + {b}", "add"),
    "SUB": ("{a} - {b}", "subtract ({a} - {b})"),
    "AND": ("{a} & {b}", "and"),
    "OR": ("{a} | {b}", "or"),
    "XOR": ("{a} ^ {b}", "xor"),
    "NOR": ("nor of both", "nor"),
    "ANDN": ("{a} & ~{b}", "{a} and not {b}"),
    "NOT": ("~{a}", "invert {a}"),
    "PASS": ("just {b}", "pass {b}"),
    "INC": ("{a} + 1", "increment {a}"),
    "DEC": ("{a} - 1", "decrement {a}"),
    "RSB": ("{b} - {a}", "reverse subtract ({b} - {a})"),
    "SLT": ("signed {a} < {b} (1 or 0)", "set if {a} < {b}, signed"),
    "SLTU": ("unsigned {a} < {b} (1 or 0)", "set if {a} < {b}, unsigned"),
    "SHL": ("{a} << 1", "shift {a} left by 1"),
    "SHR": ("{a} >> 1 (logical)", "logical shift of {a} right by 1"),
    "MAX": ("unsigned max", "the larger one (unsigned)"),
}


def _rows(
    v: Voice, codes: Sequence[int], chosen: Sequence[str], size: int, a: str, b: str
) -> list[str]:
    style, sign = v.draw.int(0, 1), v.say(" = ", ": ", " ", " -> ")
    pairs = sorted(zip(codes, chosen, strict=True))
    return [f"{k:0{size}b}{sign}{_PHRASES[m][style].format(a=a, b=b)}" for k, m in pairs]


def alu(
    draw: Draw,
    c: Clocking | None,
    names: tuple[str, ...],
    codes: Sequence[int],
    chosen: Sequence[str],
    size: int,
    flags: dict[str, str],
) -> tuple[str, ...]:
    """An ALU with flags; the names: a, b, code, result, enable or ""; flags by kind."""
    v = voice(draw, c)
    a, b, op, out, en = v.names(names)
    rows = _rows(v, codes, chosen, size, a, b)
    listed = v.say("; ", ", ").join(rows) if draw.chance(0.7) else " / ".join(rows)
    both = [m for m in ("ADD", "SUB") if m in chosen]
    cases = " and ".join("addition" if m == "ADD" else "subtraction" for m in both)
    parts = {"ADD": "carry of the addition", "SUB": "borrow of the subtraction"}
    said = {
        "zero": ("result is 0", "result all zeros"),
        "negative": ("top bit of the result", "sign bit of the result"),
        "carry": (
            " or ".join(parts[m] for m in both) + ", 0 for the other codes",
            " / ".join(parts[m] for m in both) + " and else 0",
        ),
        "overflow": (
            f"signed overflow of {cases}, else 0",
            f"two's complement overflow ({cases} only, otherwise 0)",
        ),
    }
    marks = ", ".join(f"{v.name(n)} = {v.say(*said[f])}" for f, n in flags.items())
    rest = " Unlisted codes give 0." if len(codes) < 1 << size else ""
    kind = "combinational" if c is None else "registered"
    update = f" Outputs load only when {en} is 1." if en else ""
    t = v.timing("zeroes the outputs") if c else ""
    text = v.say(
        f"{kind.capitalize()} ALU. {op}: {listed}.{rest} Flags: {marks}.{update} {t}",
        f"ALU with {'output registers' if c else 'no state'}; {marks}; by {op}: {listed}.{rest}"
        f"{update} {t}",
        f"{t} Execution unit, {kind} result in {out}, cut to its width. Opcodes ({op}): {listed}."
        f"{rest} Status: {marks}.{update}",
        f"Opcode list for {op}:\n{v.remarks(rows, mixed=False)}\n{kind.capitalize()} {out}."
        f"{rest} {marks}.{update} {t}",
        f"Let {out} be, for {op}, {listed}.{rest} Along with it {marks}; all {kind}.{update} {t}",
        f"The number cruncher of a small core: {listed} (codes of {op}).{rest}{update} "
        f"{'Result and flags come from flip-flops' if c else 'Pure logic, no clock'}; {marks}. {t}",
    )
    return (text.replace("  ", " "),)


def register_file(
    draw: Draw,
    c: Clocking,
    names: tuple[str, ...],
    chosen: Sequence[str],
    count: int,
    zero: bool,
) -> tuple[str, ...]:
    """A register file with an ALU.

    The names: write, code, destination, sources, use of the immediate or "", immediate, result.
    """
    v = voice(draw, c)
    we, op, rd, rs, rt, use, imm, out = v.names(names)
    size = (len(chosen) - 1).bit_length()
    rows = _rows(v, range(len(chosen)), chosen, size, "x", "y")
    listed = v.say("; ", ", ").join(rows)
    second = f"{imm} if {use} is 1, otherwise register {rt}" if use else f"register {rt}"
    hard = (
        v.say(" Register 0 is hardwired to zero.", " Writes to register 0 are dropped; it reads 0.")
        if zero
        else ""
    )
    t = v.timing("zeroes all registers")
    return (
        v.say(
            f"{count}-entry register file feeding an ALU: x = register {rs}, y = {second}, both "
            f"read asynchronously. {op}: {listed}. {out} is the unregistered result, written back "
            f"to {rd} when {we}.{hard} {t}",
            f"Three-address datapath, {count} registers. {out} = f(x, y) without a clock, with x "
            f"from {rs} and y = {second}; f by {op}: {listed}. {we} = 1 at the edge stores {out} "
            f"in {rd}.{hard} {t}",
            f"{t} Heart of a RISC: {count} registers, two read ports, one write port. Operand x is "
            f"read at {rs}; y is {second}. {op} selects {listed}; the outcome {out} is "
            f"combinational and goes to {rd} under {we}.{hard}",
            f"{op} chooses from\n{v.remarks(rows, mixed=False)}\nwhere x is what register {rs} "
            f"holds and y is {second}. No pipeline: {out} follows at once, and {we} saves it in "
            f"{rd} at the edge. {count} registers.{hard} {t}",
            f"Register-to-register machine without a program: {we} high writes {out} into {rd}, "
            f"one of {count}.{hard} {out} (logic only) depends on {op}, {listed}. x: register "
            f"{rs}. y: {second}. {t}",
        ),
    )
