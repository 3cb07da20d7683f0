"""One line of advice for each kind of compiler message, keyed on the exact diagnostic.

Hints looked up by error class raise the one-shot repair rate (RTLFixer, arXiv 2311.16543).
`{name}` is the identifier that the message is about.
"""

from __future__ import annotations

import re

from agent.toolchain.results import Diagnostic

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_QUOTED = re.compile(r"['`\"]+([^'`\"\s]+)['`\"]+")

PYSLANG = {
    "AssignToNet": "`{name}` is assigned in an always block: declare it as `logic`, not `wire`, "
    "and if it is an input, do not assign it at all",
    "UndeclaredIdentifier": "declare `{name}` before use with its width, e.g. "
    "`logic [7:0] {name};`, or use the name that you declared",
    "TypoIdentifier": "use the name that is declared, or declare `{name}`",
    "redefinition": "`{name}` is declared twice: ports are declared in the header alone, "
    "remove the second declaration",
    "redefinition-different-type": "`{name}` is declared twice: ports are declared in the header "
    "alone, remove the second declaration",
    "PortDeclInANSIModule": "the header already declares the ports: remove this line",
    "mixed-var-assigns": "`{name}` is driven by `assign` and by an always block: keep one of them",
    "multiple-always-assigns": "`{name}` is assigned in two always blocks: assign it in one",
    "multiple-cont-assigns": "`{name}` has two `assign` statements: keep one",
    "ExpectedToken": "something is missing here: a `;`, an `end` or a bracket",
    "ExpectedExpression": "an operand is missing, or an operator is not Verilog",
    "ExpectedStatement": "only statements can stand inside an always block; declarations, "
    "`assign`, `generate` and instances go outside",
    "ExpectedMember": "this cannot stand outside an always block: put it inside "
    "`always @(*) begin ... end` or behind `assign`",
    "ExpectedDeclarator": "an assignment outside an always block needs `assign`: "
    "`assign {name} = ...;`",
    "ExpectedContinuousAssignment": "`assign` takes `=`, not `<=`",
    "UnexpectedEndDelim": "there is an `end` or bracket too many, or a `begin` is missing above",
    "UnknownModule": "there is no module `{name}`: write its logic here instead of "
    "instantiating it, or define it after `endmodule`",
    "PortDoesNotExist": "connect only ports that the instantiated module has",
    "TooManyPortConnections": "connect only the ports that the instantiated module has",
    "NotAGenvar": "declare the variable of a generate loop with `genvar {name};`",
    "NotAValue": "`{name}` is no variable: a loop inside an always block needs `integer {name};`",
    "AlwaysWithoutTimingControl": "write `always @(*)` for combinational logic or "
    "`always @(posedge clk)` for registers",
    "TimingInFuncNotAllowed": "leave out delays: `#` does not belong into synthesizable logic",
    "ConstEvalNonConstVariable": "this must be a constant: `{name}` changes. Outside an always "
    "block `if` and `for` need constants; a part select with a variable start is "
    "`x[start +: WIDTH]`",
    "UnknownDirective": "the macro is not defined: use a `localparam` instead",
    "NoImplicitConversion": "an array is assigned element by element, in a `for` loop",
    "InvalidSelectExpression": "only a name can be indexed: assign the expression to a signal "
    "first, then select from that",
    "AssignmentRequiresParens": "compare with `==`; `=` assigns",
    "BadBinaryDigit": "a digit does not fit the base of the number: `'b` takes 0 and 1, "
    "`'d` takes 0 to 9",
    "LiteralSizeTooLarge": "the size of a number stands in bits before the `'`: `8'hFF`",
    "InvalidTopModule": "the module must have the name that the specification gives",
    "NoTopModule": "the module must have the name that the specification gives",
    "BodyParamNoInitializer": "give the parameter a value: `parameter {name} = ...;`",
    "width-trunc": "the value is wider than its target: make the target wider, or select bits",
    "implicit-net": "`{name}` is not declared and so has one bit: declare it with its width",
    "inferred-latch": "assign `{name}` on every path: give it a value at the top of the block",
    "case-incomplete": "add a `default` to the case",
    "undriven-port": "the output `{name}` is never assigned",
    "undriven-net": "`{name}` is never assigned",
    "unassigned-variable": "`{name}` is never assigned",
    "index-oob": "the index lies outside the declared range",
    "range-oob": "the range lies outside the declared range",
    "case-overlap": "an earlier item of the case hides this one",
    "case-dup": "this item of the case stands there twice",
    "vector-overflow": "the number needs more bits than its size gives",
    "reversed-range": "write ranges as they are declared, `[high:low]`",
    "multibit-edge": "an edge of a vector is the edge of its lowest bit: use a one-bit clock",
}
"""By pyslang's option or name of the message."""

ICARUS = (
    (r"already been declared", "it is declared twice: ports are declared in the header alone"),
    (r"is not a valid l-value", "declare it as `logic`, not `wire`, to assign it in an always "
     "block"),
    (r"[Uu]nable to bind|[Cc]ould not find variable|unknown in",
     "declare the signal with its width before it is used"),
    (r"Unknown module type", "write the logic here instead of instantiating a module that is "
     "not defined"),
    (r"Unable to assign to unresolved wires", "the signal is driven from two places: keep one"),
    (r"is not a port of|Wrong number of ports", "connect only ports that the module has"),
    (r"part select .* out of order|[Ii]ndex .* out of range", "write ranges as they are "
     "declared, `[high:low]`, inside the declared range"),
    (r"must be constant|not allowed in a constant", "a part select with a variable start is "
     "`x[start +: WIDTH]`"),
    (r"does not have any delay", "write `always @(*)` or `always @(posedge clk)`"),
    (r"break|continue", "Icarus does not support `break` and `continue`: use a flag in the "
     "condition of the loop"),
    (r"inside", "Icarus does not support `inside`: compare with `==` and `||`"),
    (r"[Ss]treaming", "Icarus does not support streaming: write the bits out, or use a loop"),
    (r"assertion", "leave assertions out"),
    (r"Superfluous comma", "remove the comma before the closing bracket"),
    (r"Cannot assign to array", "an array is assigned element by element, in a `for` loop"),
    (r"constant selects", "use `always @(*)` instead of `always_comb`"),
    (r"genvar is missing", "declare the variable of a generate loop with `genvar`"),
    (r"syntax error in (left side of )?continuous", "only a name can be indexed; assign the "
     "expression to a signal first"),
    (r"Malformed|[Ss]yntax|invalid module item|malformed", "this is not supported by Icarus: "
     "write it in plain Verilog-2005"),
)  # fmt: skip
"""By a pattern of Icarus's message."""


def hint(diagnostic: Diagnostic) -> str:
    """Advice on one message, or an empty string."""
    if diagnostic.tool == "pyslang":
        return PYSLANG.get(diagnostic.code, "").replace("{name}", subject(diagnostic))
    matching = (advice for pattern, advice in ICARUS if re.search(pattern, diagnostic.message))
    return next(matching, "")


def subject(diagnostic: Diagnostic) -> str:
    """The identifier that a message is about: quoted in it, or at its column."""
    quoted = _QUOTED.search(diagnostic.message)
    if quoted and _IDENTIFIER.fullmatch(quoted[1]):
        return quoted[1]
    if diagnostic.column is not None:
        there = _IDENTIFIER.match(diagnostic.source, diagnostic.column - 1)
        if there:
            return there[0]
        before = [*_IDENTIFIER.finditer(diagnostic.source[: diagnostic.column - 1])]
        if before:
            return before[-1][0]
    return "it"
