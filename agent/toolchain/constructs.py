"""What a design may hold: an allow-list over tokens.

A testbench judges by its own result file or by the simulator's output, so a design may neither
end the simulation, nor reach files, nor touch what lies outside its own hierarchy; where output
is what judges, it may not print either. This is a lint that gives a clear reason early; the
sandbox is the boundary.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.toolchain.tokens import located

_COMPUTE = """
    bits clog2 countbits countones onehot onehot0 isunknown signed unsigned cast typename size
    dimensions unpacked_dimensions left right high low increment isunbounded
    itor rtoi bitstoreal realtobits bitstoshortreal shortrealtobits
    ln log10 exp sqrt pow floor ceil hypot
    sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh
    sampled rose fell stable changed past
    time stime realtime sformat sformatf psprintf
"""
_PRINT = """
    display displayb displayh displayo write writeb writeh writeo
    strobe strobeb strobeh strobeo monitor monitorb monitorh monitoro monitoron monitoroff
    info warning error
"""
ALLOWED = frozenset(f"${name}" for name in _COMPUTE.split())
"""System functions that compute and do nothing else."""
PRINTING = frozenset(f"${name}" for name in _PRINT.split())
"""System tasks that only write to standard output."""

_SYSTEM_REASONS = (
    (r"\$(finish|stop|fatal|exit|reset|restart)", "ends the simulation, as only a testbench may"),
    (r"\$(dump|f(open|close|display|write|strobe|monitor|flush|get|read|scanf|seek|eof|error))",
     "works on files"),
    (r"\$(s?readmem|writemem|ftell|rewind|ungetc|sdf_|save|incsave|input|log$|key)",
     "works on files"),
    (r"\$(u?random|dist_)", "draws from the random sequence that the testbench uses"),
    (r"\$(root|unit)", "reaches outside the design"),
    (r"\$(test|value)\$plusargs", "reads the simulator's command line"),
    (r"\$system", "runs a command"),
)  # fmt: skip
_WORD_REASONS = {
    "bind": "changes other modules",
    "config": "changes what other modules mean",
    "force": "overrides signals; assign them in the design instead",
    "release": "overrides signals; assign them in the design instead",
}
_DIRECTIVE_REASONS = {
    "`include": "reads another file; a design is one text",
    "`line": "forges line numbers",
    "`__FILE__": "names files of this machine",
    "`pragma": "changes how tools read the text",
    "`protect": "hides text",
    "`protected": "hides text",
}


def directive_refusal(text: str) -> str:
    """Why a directive is refused, with its line, or an empty string; ask before preprocessing."""
    for token, offset in located(text) if "`" in text else ():
        reason = _directive_reason(token) if token.startswith("`") else ""
        if reason:
            return f"line {_line(text, offset)}: {reason}"
    return ""


def refusal(text: str, expanded: Sequence[str] | None, *, printing: bool) -> str:
    """Why a design is refused, naming the construct and its line, or an empty string.

    `expanded` holds the tokens after preprocessing, None where the text has no directives. Where
    the testbench judges by output (`printing` false), text that conditional compilation switches
    off is looked at as well: a simulator may define other macros than the checker.
    """
    raw = [*located(text)]
    tokens = [token for token, _ in raw]
    if expanded is None or not printing:
        for index, (_, offset) in enumerate(raw):
            reason = _reason(tokens, index, printing)
            if reason:
                return f"line {_line(text, offset)}: {reason}"
    for index, token in enumerate(expanded or ()):
        reason = _reason(expanded or (), index, printing)
        if reason:
            offset = dict(reversed(raw)).get(token, 0)
            return f"line {_line(text, offset)}: {reason}"
    return ""


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def directive_reason(token: str) -> str:
    """Why a directive is refused wherever it stands, or an empty string."""
    reason = _DIRECTIVE_REASONS.get(token)
    return f"`{token[1:]}` {reason}" if reason else ""


def word_reason(words: Sequence[str], index: int) -> str:
    """Why the word at an index is refused under every testbench, or an empty string.

    `defparam` is left out: what it says is known only at its semicolon.
    """
    return "" if words[index] == "defparam" else _reason(words, index, printing=True)


def _directive_reason(token: str) -> str:
    if token.startswith("``") or not token[1:].isidentifier():
        return "a macro that builds names or text with backquotes; write the text out"
    return directive_reason(token)


def _reason(words: Sequence[str], index: int, printing: bool) -> str:
    """Why the token at an index may not be there, or an empty string."""
    word = words[index]
    if word[0] == "$" and len(word) > 1:
        return _system_reason(word, printing)
    if word in _WORD_REASONS:
        return f"`{word}` {_WORD_REASONS[word]}"
    following = words[index + 1] if index + 1 < len(words) else ""
    if word in ("import", "export") and following.startswith('"'):
        return f"`{word} {following}` calls foreign code"
    if word == "defparam":
        end = next((i for i in range(index, len(words)) if words[i] == ";"), len(words))
        if re.search(r"\.[^=,]*\.[^=,]*=", "".join(words[index:end])):
            return "`defparam` reaches through the hierarchy; use `#(.NAME(value))`"
    if word[0] == "\\" and re.fullmatch(r"\\(\$.*|[A-Za-z_]\w*)", word):
        return f"the escaped identifier `{word}` passes for another name"
    return ""


def _system_reason(token: str, printing: bool) -> str:
    if token in ALLOWED or (printing and token in PRINTING):
        return ""
    if token in PRINTING:
        return f"`{token}` prints, and this testbench judges by what is printed; leave it out"
    for pattern, reason in _SYSTEM_REASONS:
        if re.match(pattern, token):
            return f"`{token}` {reason}"
    return f"`{token}` is not among the allowed system tasks and functions"
