"""Words, literals and input groups that the basic families share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mevllm.data.draw import Draw, port
from mevllm.spec import Port

NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

_LETTERS = (
    ("a", "b", "c", "d", "e", "f"),
    ("a", "b", "c", "d", "e", "g"),
    ("a", "b", "c", "d", "e", "f"),
    ("x", "y", "z", "w", "v", "u"),
    ("p", "q", "r", "s", "t", "u"),
    ("A", "B", "C", "D", "E", "F"),
    ("in1", "in2", "in3", "in4", "in5", "in6"),
    ("in_a", "in_b", "in_c", "in_d", "in_e", "in_f"),
    ("x1", "x2", "x3", "x4", "x5", "x6"),
    ("i0", "i1", "i2", "i3", "i4", "i5"),
)
_FALLING = (("x3", "x2", "x1", "x0"), ("d3", "d2", "d1", "d0"), ("w3", "w2", "w1", "w0"))


@dataclass(frozen=True)
class Inputs:
    """The variables of a small function, the most significant first."""

    ports: tuple[Port, ...]
    bits: tuple[str, ...]
    """Each variable in Verilog: `a`, `x[2]`."""
    selector: str
    """All variables as one value in Verilog: `{a, b, c}`, `x`."""
    order: str
    """Words that say which variable has which weight, for lists of numbers."""

    @property
    def vector(self) -> bool:
        """Whether the variables are the bits of one port."""
        return len(self.ports) == 1 and len(self.bits) > 1


def letters(draw: Draw, count: int, avoid: Sequence[str] = ()) -> list[str]:
    """Names of one-bit inputs that belong together, in their order; none of those to avoid."""
    pool = [*_LETTERS, *(_FALLING if count <= 4 else ())]
    pool = [names for names in pool if not set(names) & set(avoid)]
    chosen = draw.choice(pool)
    start = len(chosen) - count if chosen in _FALLING else 0
    return [draw.name(name) for name in chosen[start : start + count]]


def variables(draw: Draw, count: int, vector: float = 0.2, avoid: Sequence[str] = ()) -> Inputs:
    """The inputs of a function; with the chance `vector` one port instead of one a variable.

    Variables of their own get none of the names to avoid.
    """
    if draw.chance(vector):
        name = draw.name("x", "in", "s", "code", "v", "a")
        bits = tuple(f"{name}[{i}]" for i in reversed(range(count)))
        return Inputs(
            (port(name, "input", count, f"the {count} variables"),),
            bits,
            name,
            draw.say(
                f"`{bits[0]}` is the most significant bit",
                f"the number is the unsigned value of `{name}`",
            ),
        )
    names = letters(draw, count, avoid)
    joined = ", ".join(names)
    return Inputs(
        tuple(port(name, "input", 1, f"variable {name}") for name in names),
        tuple(names),
        f"{{{joined}}}",
        draw.say(
            f"`{names[0]}` is the most significant bit and `{names[-1]}` the least significant",
            f"the variables are read as the binary number `{{{joined}}}`",
            f"the weights fall from {1 << (count - 1)} for `{names[0]}` to 1 for `{names[-1]}`",
        ),
    )


def ticked(names: Sequence[str]) -> list[str]:
    """The names in backquotes."""
    return [f"`{name}`" for name in names]


def listed(items: Sequence[str], last: str = "and") -> str:
    """`a, b and c`."""
    items = list(items)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def number(value: int) -> str:
    """A small number as a word, others in digits."""
    return NUMBERS[value] if value < len(NUMBERS) else str(value)


def sized(bits: int, noun: str = "word") -> str:
    """`an 8-bit word`, `a 16-bit word`."""
    digits = str(bits)
    vowel = digits.startswith("8") or digits in ("11", "18")
    return f"{'an' if vowel else 'a'} {bits}-bit {noun}"


def plural(count: int, noun: str) -> str:
    """`1 bit`, `3 bits`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def literal(value: int, width: int, base: str = "b") -> str:
    """A sized Verilog literal: `4'b0101`, `8'h3f`, `4'd9`."""
    digits = {"b": f"{value:0{width}b}", "h": f"{value:0{(width + 3) // 4}x}", "d": str(value)}
    return f"{width}'{base}{digits[base]}"


def part(name: str, high: int, low: int) -> str:
    """A part of a vector in Verilog: `x[3:0]`, or `x[3]` where it is one bit."""
    return f"{name}[{high}]" if high == low else f"{name}[{high}:{low}]"


def capital(text: str) -> str:
    """The text with its first letter in upper case, the rest as it is."""
    return text[:1].upper() + text[1:]
