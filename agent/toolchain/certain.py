"""Refusals that are certain before an answer is complete: nothing that could follow undoes them.

Looked at is the body that continues a module header, up to where what is written may turn out not
to belong to the design: a fence, another module, the end of the module. Only whole lines count, so
that a word that is still being written, or the inside of a string, is not taken for another.
"""

from __future__ import annotations

import re

from agent.toolchain.constructs import directive_reason, word_reason
from agent.toolchain.tokens import located

_SUSPECT = re.compile(r"[$`\\]|\b(?:bind|config|force|release|import|export)\b")
_END = re.compile(r"^[ \t]*(?:```|~~~)", re.MULTILINE)
_OTHER = frozenset({"module", "macromodule", "endmodule"})


def certain_refusal(body: str) -> tuple[str, int]:
    """Why a body is refused whatever follows it, and where the line with the reason ends.

    `body` is what a model wrote after the module's header, or its beginning. ("", -1) where
    nothing is certain. What holds for a beginning holds for all that continues it.
    """
    whole = body[: body.rfind("\n") + 1]
    fence = _END.search(whole)
    whole = whole[: fence.start()] if fence else whole
    if not _SUSPECT.search(whole):
        return "", -1
    conditional = False
    tokens = [*located(whole)]
    words = [word for word, _ in tokens]
    for index, (word, offset) in enumerate(tokens):
        if word in _OTHER:
            break
        if word.startswith("`"):
            reason = directive_reason(word)
            # From here on conditional compilation may switch off what is written.
            conditional = True
        else:
            reason = "" if conditional else word_reason(words, index)
        if reason:
            return reason, whole.index("\n", offset) + 1
    return "", -1
