"""Boolean equations in engineering notations, and adders written as gate equations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from mevllm.data.design import Description, Design, Exhibit, Family
from mevllm.data.draw import Draw, port
from mevllm.data.families.basic_words import letters, listed, number, ticked
from mevllm.data.families.told import equations as told
from mevllm.data.stimulus import combinational
from mevllm.tiers import Tier


@dataclass(frozen=True)
class Term:
    """A boolean expression: a variable, or an operator over terms."""

    kind: str
    """`var`, `not`, `and`, `or`, `xor`."""
    name: str = ""
    terms: tuple[Term, ...] = ()

    def value(self, at: Mapping[str, int]) -> int:
        """The value for the given variables."""
        if self.kind == "var":
            return at[self.name]
        bits = [t.value(at) for t in self.terms]
        return {"not": 1 - bits[0], "and": min(bits), "or": max(bits), "xor": sum(bits) % 2}[
            self.kind
        ]

    def names(self) -> set[str]:
        """The variables that occur."""
        return {self.name} if self.kind == "var" else set().union(*(t.names() for t in self.terms))


@dataclass(frozen=True)
class _Notation:
    """How an engineer writes equations."""

    conjunction: str
    disjunction: str
    exclusive: str
    before: str
    """What stands before a complemented term; `after` what stands behind it."""
    after: str
    legend: tuple[str, ...]


_PRIMES = _Notation(
    "",
    " + ",
    " ⊕ ",
    "",
    "'",
    (
        "An apostrophe means complement, + means OR, and adjacent terms are ANDed.",
        "A prime marks the complement; products (written side by side) bind tighter than sums.",
    ),
)
_NOTATIONS = (
    _PRIMES,
    _PRIMES,
    _Notation("·", " + ", " ⊕ ", "", "'", ("Here · is AND, + is OR and ' is NOT.",)),
    _Notation(
        " * ", " + ", " (+) ", "/", "", ("Here / is NOT, * is AND, + is OR and (+) is XOR.",)
    ),
    _Notation("·", " + ", " ⊕ ", "!", "", ("Read ! as NOT, · as AND, + as OR and ⊕ as XOR.",)),
    _Notation(" AND ", " OR ", " XOR ", "NOT ", "", ("NOT binds tightest, then AND, then OR.",)),
    _Notation(" & ", " | ", " ^ ", "~", "", ("The operators are those of Verilog.",)),
)
_VERILOG = _NOTATIONS[-1]


def written(term: Term, notation: _Notation, inside: str = "") -> str:
    """The expression in a notation, with parentheses where precedence wants them."""
    if term.kind == "var":
        return term.name
    if term.kind == "not":
        return f"{notation.before}{written(term.terms[0], notation, 'not')}{notation.after}"
    sign = {
        "and": notation.conjunction,
        "or": notation.disjunction,
        "xor": notation.exclusive,
    }[term.kind]
    parts = [written(t, notation, term.kind) for t in term.terms]
    if not sign and any(len(n) > 1 for n in term.names()):
        sign = " "
    text = sign.join(parts)
    plain = not inside or (term.kind == "and" and inside == "or" and notation is not _VERILOG)
    return text if plain else f"({text})"


def verilog(term: Term) -> str:
    """The expression in Verilog; products in sums have parentheses."""
    return written(term, _VERILOG)


def _variable(draw: Draw, name: str) -> Term:
    plain = Term("var", name)
    return Term("not", terms=(plain,)) if draw.chance(0.4) else plain


def _literals(draw: Draw, names: Sequence[str], count: int, kind: str) -> Term:
    chosen = [n for n in names if n in draw.shuffled(names)[:count]] or [names[0]]
    terms = tuple(_variable(draw, n) for n in chosen)
    return terms[0] if len(terms) == 1 else Term(kind, terms=terms)


def _drawn_term(draw: Draw, names: Sequence[str], shape: str) -> Term:
    """A sum of products, a product of sums, or a factored expression."""
    top = min(3, len(names))
    if shape == "product of sums":
        parts = [_literals(draw, names, draw.int(2, top), "or") for _ in range(draw.int(2, 3))]
        return Term("and", terms=tuple(parts))
    if shape == "sum of products":
        parts = [_literals(draw, names, draw.int(1, top), "and") for _ in range(draw.int(2, 4))]
        return Term("or", terms=tuple(parts))
    first = _variable(draw, draw.choice(names))
    inner = _literals(draw, names, 2, draw.choice(("or", "xor")))
    factored = Term("and", terms=(first, inner))
    other = _literals(draw, names, 2, draw.choice(("and", "xor")))
    joined = Term(draw.choice(("or", "or", "xor")), terms=(factored, other))
    return Term("not", terms=(joined,)) if draw.chance(0.2) else joined


def _matters(term: Term, names: Sequence[str]) -> bool:
    """Whether the function is not constant, and no term of a sum or product is absorbed."""
    seen = {
        term.value(dict(zip(names, values, strict=True)))
        for values in product((0, 1), repeat=len(names))
    }
    parts = [set(_signed(t)) for t in (term.terms[0] if term.kind == "not" else term).terms]
    absorbed = any(i != j and a <= b for i, a in enumerate(parts) for j, b in enumerate(parts))
    return len(seen) == 2 and not absorbed


def _signed(term: Term) -> list[str]:
    """The variables of a term, a complemented one with a prime."""
    if term.kind == "var":
        return [term.name]
    inner = [n for t in term.terms for n in _signed(t)]
    return [f"{n}'" for n in inner] if term.kind == "not" else inner


def _column(term: Term, names: Sequence[str]) -> str:
    """The function's column of the truth table."""
    rows = product((0, 1), repeat=len(names))
    return "".join(str(term.value(dict(zip(names, row, strict=True)))) for row in rows)


def _equations(draw: Draw) -> Design:
    """One to three equations over three to six variables."""
    names = letters(draw, draw.choice((3, 3, 4, 4, 4, 5, 6)))
    count = draw.choice((1, 1, 2, 2, 3))
    pool = draw.choice(
        (("f", "g", "h"), ("F", "G", "H"), ("out1", "out2", "out3"), ("m", "n", "o"))
    )
    outs = [draw.name(n) for n in pool[:count]] if count > 1 else [draw.name("out", "f", "y", "F")]
    shapes = ("sum of products", "sum of products", "product of sums", "factored")
    terms: list[Term] = []
    while len(terms) < count:
        term = _drawn_term(draw, names, draw.choice(shapes))
        used = set().union(term.names(), *(t.names() for t in terms))
        last = len(terms) == count - 1
        if _matters(term, names) and term not in terms and (not last or used == set(names)):
            terms.append(term)
    notation = draw.choice(_NOTATIONS)
    equal = draw.choice((" = ", " = ", " := "))
    lines = [f"{o}{equal}{written(t, notation)}" for o, t in zip(outs, terms, strict=True)]
    legend = draw.choice(notation.legend)
    exclusive = "⊕" in "".join(lines) and "⊕" not in legend
    legend += " The sign ⊕ means exclusive OR." if exclusive else ""
    rtl = [f"  assign {o} = {verilog(t)};" for o, t in zip(outs, terms, strict=True)]
    ports = [*(port(n, "input") for n in names), *(port(o, "output") for o in outs)]
    block = "\n".join(f"    {line}" for line in lines)
    what = "equation" if count == 1 else "equations"
    inputs, outputs = listed(ticked(names)), listed(ticked(outs))
    intro = draw.say(
        f"Implement the following boolean {what}. {legend}",
        f"The combinational logic of {outputs} is given by the {what} below. {legend}",
        f"{legend} With these conventions, build the logic below.",
    )
    draw.tell(*told.boolean_equations(draw.teller(), names, outs, terms))
    return draw.design(
        EQUATIONS,
        module=draw.module("equations", "bool_logic", "logic_eq", "comb_block"),
        ports=ports,
        body="\n".join(rtl),
        description=Description(
            title=f"combinational block of {number(count)} boolean {what}",
            terse=f"{'; '.join(lines)}. {legend}",
            prose=draw.say(
                f"{intro}\n\n{block}",
                f"From the inputs {inputs} the circuit computes {outputs} without any storage:\n\n"
                f"{block}\n\n{legend}",
                f"Write continuous assignments for {outputs}: {'; '.join(lines)}. {legend}",
            ),
            points=(*(f"The function is {line}." for line in lines), legend),
            exhibits=(Exhibit("equations", intro, "\n".join(lines)),),
        ),
        stimulus=combinational(draw, ports),
        choices=(("inputs", len(names)), ("columns", [_column(t, names) for t in terms])),
    )


_ADDERS = {
    "half adder": (2, ("{a} ^ {b}", "{a} & {b}")),
    "full adder": (3, ("{a} ^ {b} ^ {c}", "({a} & {b}) | ({a} & {c}) | ({b} & {c})")),
    "full adder from half adders": (3, ("{p} ^ {c}", "({a} & {b}) | ({p} & {c})")),
    "half subtractor": (2, ("{a} ^ {b}", "~{a} & {b}")),
    "full subtractor": (3, ("{a} ^ {b} ^ {c}", "(~{a} & {b}) | (~{a} & {c}) | ({b} & {c})")),
}


def _adder(draw: Draw) -> Design:
    """A half or full adder or subtractor as gate equations, perhaps with its inner signals out."""
    kind = draw.choice(list(_ADDERS))
    count, (total, over) = _ADDERS[kind]
    minus = "subtractor" in kind
    a, b = (draw.name(n) for n in draw.choice((("a", "b"), ("x", "y"), ("in1", "in2"), ("A", "B"))))
    c = draw.name(*(("bin", "borrow_in", "bi") if minus else ("cin", "carry_in", "ci", "c_in")))
    s = draw.name(*(("diff", "d", "difference") if minus else ("sum", "s", "total")))
    o = draw.name(*(("bout", "borrow", "bo") if minus else ("cout", "carry", "co", "c_out")))
    extras = draw.shuffled(("propagate", "generate", "zero"))[: draw.choice((0, 0, 1, 2))]
    low = draw.chance(0.2)
    names = [a, b, c][:count]
    p = draw.name("p", "half", "axb", "t")
    where = {"a": a, "b": b, "c": c, "p": p}
    equation = {s: total.format(**where), o: over.format(**where)}
    if low:
        equation[o] = f"~({equation[o]})"
    said = []
    inputs = listed(ticked(names))
    if minus:
        taken = f"`{b}`" + (f" and `{c}`" if count == 3 else "")
        said.append(
            f"`{s}` is the difference bit when {taken} {'are' if count == 3 else 'is'} subtracted "
            f"from `{a}`, that is, the XOR of {inputs}."
        )
        said.append(
            f"The borrow is 1 when `{a}` is less than {'the sum of ' * (count == 3)}{taken}; "
            f"`{o}` {'is its complement' if low else 'shows it'}."
        )
    else:
        said.append(f"`{s}` is 1 when an odd number of the inputs {inputs} is 1.")
        said.append(
            f"The carry is 1 when {'at least two of the inputs are' if count == 3 else 'both are'} "
            f"1; `{o}` {'is its complement' if low else 'shows it'}."
        )
    ports = [*(port(n, "input") for n in names), port(s, "output"), port(o, "output")]
    besides: dict[str, str] = {}
    for extra in extras:
        pool = {"propagate": ("prop", "pg"), "generate": ("gen", "gg")}
        name = draw.name(*pool.get(extra, ("zero", "none")))
        besides[extra] = name
        ports.append(port(name, "output"))
        equation[name], words = {
            "propagate": (f"{a} ^ {b}", f"the XOR of `{a}` and `{b}`"),
            "generate": (f"{a} & {b}", f"the AND of `{a}` and `{b}`"),
            "zero": (f"~({' | '.join(names)})", "1 when all inputs are 0"),
        }[extra]
        said.append(f"`{name}` is {words}.")
    inner = kind == "full adder from half adders"
    wire = f"  wire {p} = {a} ^ {b};\n" if inner else ""
    title = kind.replace(" from half adders", "")
    if low:
        title += f" with active-low {'borrow' if minus else 'carry'} output"
    build = (
        f" Use an internal wire `{p}` for the first half sum, `{a}` XOR `{b}`; the carry is `{a}` "
        f"AND `{b}`, or `{p}` AND `{c}`."
        if inner
        else ""
    )
    body = f"{' '.join(said)}{build}"
    formulas = "; ".join(f"{n} = {e}" for n, e in equation.items())
    draw.tell(*told.gate_adder(draw.teller(), kind, names, (s, o), low, besides))
    return draw.design(
        ADDER,
        module=draw.module("ha" if count == 2 else "fa", "one_bit", "adder_cell"),
        ports=ports,
        body=wire + "\n".join(f"  assign {n} = {e};" for n, e in equation.items()),
        description=Description(
            title=f"one-bit {title} as gates",
            terse=f"One-bit {title}: {formulas}" + (f", where {p} = {a} ^ {b}." if inner else "."),
            prose=draw.say(
                f"Implement a {title} for single bits with logic operators. {body}",
                f"This is a {title}, one bit wide, with the inputs {inputs}. {body}",
                f"One-bit arithmetic can be done with a few gates. {' '.join(said)} The circuit is "
                f"a {title}.{build}",
            ),
            points=(*said, *([build.strip()] if inner else [])),
        ),
        stimulus=combinational(draw, ports),
        choices=(("kind", kind), ("low", low), ("extras", extras)),
    )


EQUATIONS = Family("boolean_equations", Tier.BASIC, _equations)
ADDER = Family("gate_adder", Tier.BASIC, _adder)

FAMILIES = (EQUATIONS, ADDER)
