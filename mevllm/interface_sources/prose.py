"""The module's name and its parameters in running text, labels and headings."""

from __future__ import annotations

import re

from mevllm.errors import SpecError
from mevllm.identifiers import flaw
from mevllm.interface_sources import items
from mevllm.interface_sources.claims import Block, ModuleClaim, ParameterClaim
from mevllm.interface_sources.document import Document, plain
from mevllm.interface_sources.phrases import IDENTIFIER

_QUOTE = r"[`\"'*_]*"
_NAME = rf"{_QUOTE}(?P<name>(?<![\w$])[A-Za-z_$\\\d](?:[\w$]|-(?=\w))*){_QUOTE}"
_LABEL = re.compile(
    r"^[ \t]*[*_#>\d. \t-]*(?:(?:top(?:[- ]level)?|verilog|rtl)[ \t]+)?"
    r"(?:module(?:'s)?[ \t]+name|name[ \t]+of[ \t]+the[ \t]+module"
    r"|(?P<short>module|design[ \t]+name))"
    r"[ \t]*[*_]*[ \t]*(?:[:=][*_]*[ \t]*(?P<value>.*))?$",
    re.IGNORECASE | re.MULTILINE,
)
_ASKED = re.compile(
    rf"\bmodule\s+(?:(?:that\s+)?(?:is\s+|must\s+be\s+|shall\s+be\s+|should\s+be\s+|to\s+be\s+)?"
    rf"(?:named|called)|with\s+the\s+name|whose\s+name\s+is|name\s+(?:is|must\s+be|shall\s+be"
    rf"|should\s+be))\s*:?\s+(?P<mark>[`\"'*]*){_NAME}",
    re.IGNORECASE,
)
_NAMED = re.compile(rf"\bname\s+the\s+module\s+(?P<mark>[`\"'*]*){_NAME}", re.IGNORECASE)
_VERBS = re.compile(
    r"\b(?:implement|design|write|create|build|develop|make|generate|code|produce|provide|define"
    r"|construct|need|named|call)\b",
    re.IGNORECASE,
)
_SUBMODULES = re.compile(
    r"\b(?:instantiat\w+|sub-?modules?|use[sd]?|using|provided|given|existing|connect\w*|inside"
    r"|within|feeds?|drives?)\b",
    re.IGNORECASE,
)
_MENTIONED = re.compile(
    rf"(?:\b[Mm]odule\s+`(?P<after>{IDENTIFIER})`|`(?P<before>{IDENTIFIER})`\s+module\b)"
)
_TITLE = re.compile(rf"(?P<name>{IDENTIFIER})\s*(?:$|:\s|-\s|\()")
_CODE = re.compile(rf"`({IDENTIFIER})`")
_TITLE_WORDS = (
    "specification spec overview design interface introduction description requirements module "
    "title problem task goal name summary document contents readme ports inputs outputs input "
    "output parameters behaviour behavior function functionality example examples notes note "
    "todo draft version rtl verilog systemverilog hardware project exercise question "
    "assignment"
)
_NOT_TITLES = frozenset(_TITLE_WORDS.split())
_SMALL_WORDS = "after as in for the a an by to with and or that which from on is at this like so it"
_NOT_NAMES = frozenset(_SMALL_WORDS.split())
_PARAMETER = re.compile(
    rf"\b[Pp]arameter\s+(?P<mark>`?)(?P<name>{IDENTIFIER})`?(?=(?P<rest>[^\n]{{0,80}}(?:\n[^\n]{{0,60}})?))"
)
_DEFAULT = re.compile(
    rf"\s*(?:=\s*|\(\s*=\s*|[^.;=]{{0,40}}?\bdefault(?:s|ed|ing)?(?:\s+value)?"
    rf"\s*(?:to|of|is|=|:)?\s*)`?(?P<value>{items.VALUE})`?(?=[\s.,;:)]|$)",
    re.IGNORECASE,
)


def module_claims(document: Document) -> tuple[ModuleClaim, ...]:
    """Every mention of a module's name outside code, the clearest ones first.

    Raises SpecError where a name is declared that cannot be one.
    """
    text = document.prose
    claims: list[ModuleClaim] = []
    for match in _LABEL.finditer(text):
        claims += _labelled(document, match)
    for pattern in (_ASKED, _NAMED):
        for match in pattern.finditer(text):
            name = match["name"]
            if name.lower() in _NOT_NAMES and "`" not in match["mark"]:
                continue
            line = document.line_at(match.start("name"))
            before = _sentence_before(text, match.start())
            asked = _VERBS.search(before) or pattern is _NAMED
            used = _SUBMODULES.search(before)
            claims.append(_claim(document, name, line, 2 if asked and not used else 1))
    for match in _MENTIONED.finditer(text):
        group = "after" if match["after"] else "before"
        if not _SUBMODULES.search(_sentence_before(text, match.start())):
            claims.append(ModuleClaim(match[group], document.line_at(match.start(group)), 1))
    claims += _titled(document)
    return tuple(sorted(claims, key=lambda claim: (-claim.rank, claim.line)))


def _sentence_before(text: str, end: int) -> str:
    """What stands between the beginning of a sentence and a place in it."""
    return re.split(r"[.;:!?]\s|\n\s*\n", text[max(0, end - 160) : end])[-1]


def _titled(document: Document) -> list[ModuleClaim]:
    """The name in the first heading; one set as code counts as a mention too."""
    heading = next((x for x in document.lines if x.kind == "heading"), None)
    if heading is None:
        return []
    coded = _CODE.findall(heading.marked)
    if len(coded) == 1:
        return [ModuleClaim(coded[0], heading.number, rank) for rank in (1, 0)]
    title = _TITLE.match(heading.text)
    if title is None or not (title["name"][0].islower() or "_" in title["name"]):
        return []
    if title["name"].lower() in _NOT_TITLES:
        return []
    return [ModuleClaim(title["name"], heading.number, 0)]


def _labelled(document: Document, match: re.Match[str]) -> list[ModuleClaim]:
    """The name after `Module name:`, on its line or on the next that is not blank."""
    line = document.line_at(match.end())
    marked = match["value"] or ""
    value = plain(marked).strip(" .,;:'\"")
    if not value:
        start = line - document.lines[0].number + 1
        below = next((x for x in document.lines[start:] if x.text), None)
        if below is None or match["short"]:
            return []
        line, value = below.number, below.text.strip(" .,;:'\"")
    words = value.split()
    if match["short"] and len(words) != 1 and "`" not in marked:
        return []
    if len(words) > 1 and re.match(r"[(\-,;]", words[1]):
        words = words[:1]
    if "`" in marked:
        quoted = re.search(r"`([^`]+)`", marked)
        words = [quoted[1].strip()] if quoted else words
    return [_claim(document, " ".join(words), line, 3)]


def _claim(document: Document, name: str, line: int, rank: int) -> ModuleClaim:
    if problem := flaw(name):
        raise SpecError(
            f"the module name `{name[:60]}` {problem}; write for example `Module name: my_design`",
            source=document.source,
            line=line,
        )
    return ModuleClaim(name, line, rank)


def parameter_block(document: Document) -> Block | None:
    """Parameters that running text declares: `the parameter N, which defaults to 5`."""
    found: dict[str, ParameterClaim] = {}
    for match in _PARAMETER.finditer(document.prose):
        default = _DEFAULT.match(match["rest"])
        known = match["mark"] or match["name"].isupper()
        if default is None or not known or match["name"] in found:
            continue
        line = document.line_at(match.start("name"))
        value = items.clean_value(default["value"])
        found[match["name"]] = ParameterClaim(match["name"], line, value)
    if not found:
        return None
    lines = [claim.line for claim in found.values()]
    return Block("prose", "text", min(lines), max(lines), parameters=tuple(found.values()))
