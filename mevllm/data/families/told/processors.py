"""Accumulator machines as people tell them."""

from __future__ import annotations

from collections.abc import Mapping

from mevllm.data.draw import Clocking, Draw
from mevllm.data.families.told._words_systems import voice

_EFFECTS = {
    "LDI": ("{acc} = n", "load n"),
    "ADI": ("{acc} += n", "add n"),
    "SBI": ("{acc} -= n", "subtract n"),
    "XRI": ("{acc} ^= n", "xor with n"),
    "ANI": ("{acc} &= n", "and with n"),
    "SHL": ("{acc} <<= 1", "shift left by 1"),
    "SHR": ("{acc} >>= 1 (logical)", "logical shift right by 1"),
    "INV": ("{acc} = ~{acc}", "invert"),
    "STA": ("M[n] = {acc}", "store to M[n]"),
    "LDA": ("{acc} = M[n]", "load M[n]"),
    "ADA": ("{acc} += M[n]", "add M[n]"),
    "SBA": ("{acc} -= M[n]", "subtract M[n]"),
    "JMP": ("goto n", "jump to n"),
    "JZ": ("if {acc} == 0 goto n", "jump to n if zero"),
    "JNZ": ("if {acc} != 0 goto n", "jump to n if not zero"),
    "OUT": ("{out} = {acc}", "copy to {out}"),
}


def accumulator(
    draw: Draw,
    c: Clocking,
    names: tuple[str, ...],
    codes: Mapping[str, int],
    size: tuple[int, int],
    words: int,
) -> tuple[str, ...]:
    """An accumulator machine.

    The names: run, instruction, program counter, accumulator, output or ""; the size: code bits,
    operand bits; the words of data memory, perhaps 0.
    """
    v = voice(draw, c)
    run, instr, pc, acc, out = v.names(names)
    op, arg = size
    style, sign = draw.int(0, 1), v.say(" = ", ": ", " ") if draw.chance(0.5) else " "
    order = sorted(codes, key=lambda m: codes[m])
    sign = ": " if style == 0 else sign
    rows = [f"{codes[m]:0{op}b}{sign}{_EFFECTS[m][style].format(acc=acc, out=out)}" for m in order]
    listed = v.say("; ", ", ").join(rows)
    bits = (words - 1).bit_length()
    cut = f"the low {bits} bits of n" if bits > 1 else "bit 0 of n"
    memory = f" Data memory M: {words} words, addressed by {cut}." if words else ""
    t = v.timing(f"zeroes {pc}, {acc}{f', {out}' if out else ''}{' and M' if words else ''}")
    other = v.say("Unused codes are no-ops.", "Any other code: no operation.")
    form = v.say(
        f"{instr} = {op}-bit opcode, then {arg}-bit operand n",
        f"the upper {op} bits of {instr} are the opcode, the rest is n",
    )
    step = v.say(
        f"{pc} goes up by 1 per instruction unless a jump is taken", f"non-jumps increment {pc}"
    )
    step = step.replace("non-jumps", "all but taken jumps")
    return (
        v.say(
            f"Accumulator CPU, one instruction per clock when {run} is 1, {form}. {listed}. "
            f"{other}{memory} {v.up(step)}. {t}",
            f"Single-cycle machine with accumulator {acc}; {form}: {listed}.{memory} {other} "
            f"{run} low freezes it; {step}. {t}",
            f"{t} Tiny sequencer core, program outside. {v.up(form)}. Opcodes: {listed}. "
            f"{other} {run} = 1 executes, 0 waits; {step}.{memory}",
            f"Instruction set (acting on {acc}):\n{v.remarks(rows, mixed=False)}\nHere {form}."
            f"{memory} {other} Executed at edges with {run} high; {step}. {t}",
            f"A toy microcontroller steps when {run} is set. {memory.strip()} {v.up(form)}"
            f" ({listed}); {step}. {other} {t}",
        ).replace("  ", " "),
    )
