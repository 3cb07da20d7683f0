"""Constant expressions of Verilog: the bounds, widths and defaults of an interface.

Expressions are kept as sums `c1*atom1 + c2*atom2 + constant`, which is enough to turn the range
`[2*N-1:0]` into the width `2*N` and back. An atom is an identifier or anything that is not a
sum: a quotient, a shift, a call of `$clog2`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

MAX_LENGTH = 200
"""Longest expression that is read, in characters; also bounds the depth of nesting."""

_MAX_MAGNITUDE = 1 << 64

_TOKEN = re.compile(
    r"\s*(?:(?P<based>(?:\d[\d_]*\s*)?'[sS]?[bBoOdDhH]\s*[0-9a-fA-F_]+)"
    r"|(?P<number>\d[\d_]*)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_$]*)"
    r"|(?P<clog2>\$clog2\b)"
    r"|(?P<op>\*\*|<<<?|>>>?|[-+*/%()]))"
)
_BASES = {"b": 2, "o": 8, "d": 10, "h": 16}
_IDENTIFIER = re.compile(r"(?<![\w$'])[A-Za-z_][\w$]*")
_STRING = re.compile(r'"[^"\\\n]*"')


class ExpressionError(ValueError):
    """The text is not a constant expression of the kinds read here."""


@dataclass(frozen=True)
class Linear:
    """A sum of atoms with integer coefficients and a constant."""

    terms: tuple[tuple[str, int], ...]
    constant: int

    @property
    def value(self) -> int | None:
        """The number, when no atom is left."""
        return None if self.terms else self.constant

    def __add__(self, other: Linear) -> Linear:
        terms = dict(self.terms)
        for atom, factor in other.terms:
            terms[atom] = terms.get(atom, 0) + factor
        return _linear(terms, self.constant + other.constant)

    def __sub__(self, other: Linear) -> Linear:
        return self + other.times(-1)

    def times(self, factor: int) -> Linear:
        """The sum multiplied by a number."""
        return _linear({a: f * factor for a, f in self.terms}, self.constant * factor)

    def __str__(self) -> str:
        text = ""
        for atom, factor in sorted(self.terms, key=lambda term: term[1] < 0):
            sign = "-" if factor < 0 else "+" if text else ""
            if abs(factor) != 1:
                atom = f"{abs(factor)}*{_factor(atom)}"
            elif factor < 0:
                atom = _factor(atom)
            text += sign + atom
        if self.constant or not text:
            text += f"{self.constant:+d}" if text else str(self.constant)
        return text


def _linear(terms: Mapping[str, int], constant: int) -> Linear:
    if max(map(abs, (constant, *terms.values()))) > _MAX_MAGNITUDE:
        raise ExpressionError("the number is too large")
    return Linear(tuple((a, f) for a, f in terms.items() if f), constant)


def _factor(atom: str) -> str:
    """An atom as an operand of another operator, parenthesised unless it is a name or a call."""
    return atom if re.fullmatch(r"[\w$]*\([^()]*\)|[\w$]+", atom) else f"({atom})"


def _operand(value: Linear) -> str:
    return _factor(str(value))


class _Parser:
    """Recursive descent over the precedence levels of IEEE 1800-2017, table 11-2."""

    def __init__(self, text: str, values: Mapping[str, int]) -> None:
        if len(text) > MAX_LENGTH:
            raise ExpressionError("the expression is too long")
        self._values = values
        self._tokens: list[tuple[str, str]] = []
        position = 0
        text = text.rstrip()
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                raise ExpressionError(f"unexpected `{text[position:].strip()[:12]}`")
            kind = str(match.lastgroup)
            self._tokens.append((kind, match.group(kind)))
            position = match.end()
        self._next = 0

    def parse(self) -> Linear:
        value = self._shift()
        if self._next < len(self._tokens):
            raise ExpressionError(f"unexpected `{self._tokens[self._next][1]}`")
        return value

    def _accept(self, *operators: str) -> str | None:
        if self._next < len(self._tokens):
            kind, text = self._tokens[self._next]
            if kind == "op" and text in operators:
                self._next += 1
                return text
        return None

    def _expect(self, operator: str) -> None:
        if self._accept(operator) is None:
            raise ExpressionError(f"`{operator}` is missing")

    def _shift(self) -> Linear:
        left = self._sum()
        while operator := self._accept("<<", ">>", "<<<", ">>>"):
            right = self._sum()
            a, b = left.value, right.value
            if a is None or b is None or not 0 <= b <= 64:
                left = _atom(f"({_operand(left)}{operator}{_operand(right)})")
            else:
                left = _linear({}, a << b if operator.startswith("<") else a >> b)
        return left

    def _sum(self) -> Linear:
        left = self._product()
        while operator := self._accept("+", "-"):
            right = self._product()
            left = left + right if operator == "+" else left - right
        return left

    def _product(self) -> Linear:
        left = self._power()
        while operator := self._accept("*", "/", "%"):
            left = _multiply(left, operator, self._power())
        return left

    def _power(self) -> Linear:
        base = self._unary()
        if self._accept("**") is None:
            return base
        exponent = self._unary()
        a, b = base.value, exponent.value
        if a is None or b is None:
            return _atom(f"{_operand(base)}**{_operand(exponent)}")
        if not 0 <= b <= 64:
            raise ExpressionError("the exponent is out of range")
        return _linear({}, a**b)

    def _unary(self) -> Linear:
        if self._accept("-"):
            return self._unary().times(-1)
        if self._accept("+"):
            return self._unary()
        return self._primary()

    def _primary(self) -> Linear:
        if self._accept("("):
            value = self._shift()
            self._expect(")")
            return value
        if self._next == len(self._tokens):
            raise ExpressionError("the expression is incomplete")
        kind, text = self._tokens[self._next]
        self._next += 1
        if kind == "number":
            return _linear({}, int(text.replace("_", "")))
        if kind == "based":
            return _linear({}, _based(text))
        if kind == "name":
            return _linear({}, self._values[text]) if text in self._values else _atom(text)
        if kind == "clog2":
            self._expect("(")
            value = self._shift()
            self._expect(")")
            number = value.value
            if number is None:
                return _atom(f"$clog2({value})")
            return _linear({}, max(number - 1, 0).bit_length())
        raise ExpressionError(f"unexpected `{text}`")


def _atom(text: str) -> Linear:
    return Linear(((text, 1),), 0)


def _multiply(left: Linear, operator: str, right: Linear) -> Linear:
    a, b = left.value, right.value
    if operator == "*":
        if b is not None:
            return left.times(b)
        if a is not None:
            return right.times(a)
    elif b == 0:
        raise ExpressionError("division by zero")
    elif a is not None and b is not None:
        quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
        return _linear({}, quotient if operator == "/" else a - quotient * b)
    return _atom(f"{_operand(left)}{operator}{_operand(right)}")


def _based(text: str) -> int:
    base, digits = re.fullmatch(  # type: ignore[union-attr]
        r".*'[sS]?([bBoOdDhH])\s*(\w+)", text, re.DOTALL
    ).groups()
    try:
        return int(digits.replace("_", ""), _BASES[base.lower()])
    except ValueError:
        raise ExpressionError(f"`{text}` has digits outside its base") from None


def parse(text: str, values: Mapping[str, int] | None = None) -> Linear:
    """Read an expression; names in `values` stand for their numbers.

    Raises ExpressionError.
    """
    return _Parser(text, values or {}).parse()


def evaluate(text: str, values: Mapping[str, int] | None = None) -> int | None:
    """The number that an expression stands for, None when it is not known or not readable."""
    try:
        return parse(text, values).value
    except ExpressionError:
        return None


def fold(text: str) -> str:
    """The number, where the expression is constant; else the text as written, trimmed."""
    value = evaluate(text)
    return text.strip() if value is None else str(value)


def identifiers(text: str) -> tuple[str, ...]:
    """Names used in an expression, in order, without system functions and string literals."""
    found = _IDENTIFIER.findall(_STRING.sub("", text))
    return tuple(dict.fromkeys(found))


def width(msb: str, lsb: str) -> int | str:
    """Bits of the range `[msb:lsb]`: a number, or an expression simplified where that is easy.

    A range that starts at a number and ends at an expression, `[0:N-1]`, is an ascending one.
    """
    try:
        high, low = parse(msb), parse(lsb)
        if high.value is not None and low.value is not None:
            return abs(high.value - low.value) + 1
        if high.value is not None:
            high, low = low, high
        return str(high - low + Linear((), 1))
    except ExpressionError:
        return f"({msb})-({lsb})+1"


def bounds(bits: str) -> tuple[str, str]:
    """The range of a vector of `bits` bits, an expression: `("WIDTH-1", "0")`.

    Raises ExpressionError.
    """
    return str(parse(bits) - Linear((), 1)), "0"
