"""Verilog text as tokens, for rules that look at words and not at grammar.

The reader is deliberately simple and errs towards showing text as code: whatever a simulator
could execute is a token here, even where the text is malformed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator

MAX_CHARS = 256 * 1024
"""Longest design in characters that is looked at."""
MAX_TOKENS = 100_000
"""Most tokens that a design may hold once its macros are expanded."""
MAX_RUN = 8_000
"""Most characters without a comma or semicolon: operator chains nest once per operator."""
MAX_NESTING = 200
"""Deepest nesting of blocks."""

_TOKEN = re.compile(
    r"""
      //[^\r\n]* | /\*(?s:.)*?(?:\*/|\Z)           # comment
    | "(?:\\.|[^"\\\r\n])*"                        # string
    | \\[!-~]+                                     # escaped identifier
    | `{1,2}\w+ | `+["\\]?                         # directive or macro use; pasting
    | \$\$?[A-Za-z_][\w$]* (?:::)?                 # system name
    | '[sS]?[bBoOdDhH]                             # base of a number
    | [A-Za-z_][\w$]*                              # word
    | \d[\w.]*                                     # number or its digits
    | <<<=|>>>=|<<<|>>>|<<=|>>=|===|!==|==\?|!=\?|<->|\|->|\|=>|&&&
    | \*\*|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||~&|~\||~\^|\^~|->|=>|::|\+:|-:
    | \+=|-=|\*=|/=|%=|&=|\|=|\^=|'\{|\#\#|@@
    | \S
    """,
    re.VERBOSE | re.ASCII,
)
_COMMENT = ("//", "/*")
_DEFINE = re.compile(r"`define[ \t]+(\w+)(\([^)\n]*\))?((?:[^\\\n]|\\(?!\n)|\\\n)*)", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")
_WORD = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_OPEN = """
    begin case casez casex module macromodule function task generate fork class interface
    package program specify
"""
_CLOSE = """
    end endcase endmodule endfunction endtask endgenerate join join_any join_none endclass
    endinterface endpackage endprogram endspecify
"""
OPENERS = frozenset(_OPEN.split())
"""Keywords that open a block."""
CLOSERS = frozenset(_CLOSE.split())
"""Keywords that close a block."""


def tokenize(text: str) -> list[str]:
    """The tokens of a text, in order, without comments and white space; macros unexpanded."""
    return [t for t in _TOKEN.findall(text) if not t.startswith(_COMMENT)]


def located(text: str) -> Iterator[tuple[str, int]]:
    """Each token with its offset in characters."""
    for match in _TOKEN.finditer(text):
        if not match[0].startswith(_COMMENT):
            yield match[0], match.start()


def without_comments(text: str) -> str:
    """The text with every comment blanked; offsets and line numbers stay."""
    return _TOKEN.sub(_blank_comment, text)


def token_hash(tokens: Iterable[str]) -> str:
    """SHA-256 of a token stream, hexadecimal: equal for texts that differ only in layout."""
    joined = "\n".join(tokens)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()


def unreadable(text: str, tokens: list[str]) -> str:
    """Why a text should not be given to a front end, or an empty string.

    A front end in this process cannot be stopped, and it overflows its stack on deep nesting,
    so both are bounded before it sees the text.
    """
    if "\0" in text:
        return "it is not text: it holds NUL characters"
    if _SURROGATE.search(text):
        return "it is not text: it holds halves of surrogate pairs"
    if len(text) > MAX_CHARS:
        return f"the design is longer than {MAX_CHARS // 1024} KiB"
    if "`define" in text and _expanded_size(without_comments(text)) > MAX_TOKENS:
        return f"its macros expand to more than {MAX_TOKENS} tokens"
    return too_deep(tokens)


def too_deep(tokens: list[str]) -> str:
    """Why a token stream is too long or too deeply nested, or an empty string."""
    if len(tokens) > MAX_TOKENS:
        return f"it holds more than {MAX_TOKENS} tokens"
    if len(tokens) < MAX_NESTING:
        return ""
    depth = deepest = 0
    for token in tokens:
        if token in OPENERS:
            depth += 1
            deepest = max(deepest, depth)
        elif token in CLOSERS:
            depth -= 1
    if deepest > MAX_NESTING:
        return f"its blocks nest more than {MAX_NESTING} deep"
    if max(map(len, re.split("[;,]", " ".join(tokens)))) > MAX_RUN:
        return f"one expression is longer than {MAX_RUN} characters"
    return ""


def _blank_comment(match: re.Match[str]) -> str:
    text = match[0]
    return re.sub(r"[^\n]", " ", text) if text.startswith(_COMMENT) else text


def _expanded_size(text: str) -> float:
    """An upper bound on the tokens that the text's macros expand to; infinite for recursion.

    A macro is a linear form: tokens of its own, and how often its arguments are repeated. Where
    a name is defined twice the larger counts, and all arguments count as one.
    """
    bodies: dict[str, list[tuple[list[str], frozenset[str]]]] = {}
    for name, parameters, body in _DEFINE.findall(text):
        formal = frozenset(_WORD.findall(re.sub(r"=[^,)]*", "", parameters)))
        bodies.setdefault(name, []).append((tokenize(body), formal))
    done: dict[str, tuple[float, float]] = {}

    def cost(tokens: list[str], formal: frozenset[str], open_names: frozenset[str]) -> _Form:
        """(own tokens, repetitions of the arguments) of a token list, used macros included."""
        stack: list[tuple[float, int]] = []
        factor, own, repeats, nesting = 1.0, 0.0, 0.0, 0
        for index, word in enumerate(tokens):
            name = word.lstrip("`")
            if word == f"`{name}" and name in formal:
                own = float("inf")
            elif word.startswith("`") and name in bodies:
                fixed, per_argument = form(name, open_names)
                own += factor * fixed
                if tokens[index + 1 : index + 2] == ["("]:
                    stack.append((factor, nesting))
                    factor *= max(per_argument, 1.0)
            elif word in formal:
                repeats += factor
            else:
                own += factor
            if word == "(":
                nesting += 1
            elif word == ")":
                nesting -= 1
                if stack and stack[-1][1] == nesting:
                    factor = stack.pop()[0]
        return own, repeats

    def form(name: str, open_names: frozenset[str]) -> _Form:
        if name in open_names or len(open_names) > MAX_NESTING:
            return float("inf"), 1.0
        if name not in done:
            inner = open_names | {name}
            forms = [cost(tokens, formal, inner) for tokens, formal in bodies[name]]
            done[name] = (max(f[0] for f in forms), max(f[1] for f in forms))
        return done[name]

    return cost(tokenize(_DEFINE.sub("", text)), frozenset(), frozenset())[0]


_Form = tuple[float, float]
