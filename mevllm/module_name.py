"""The module's name, and the Verilog header that belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mevllm.errors import SpecError
from mevllm.interface_sources.claims import ModuleClaim
from mevllm.interface_sources.document import Document
from mevllm.interface_sources.front_matter import FrontMatter
from mevllm.interface_sources.headers import Header, find_headers
from mevllm.interface_sources.prose import module_claims


@dataclass(frozen=True)
class Name:
    """What the module is called."""

    module: str
    source: tuple[str, ...] = ()
    """Where the name was read, unless a header or front matter gives it."""
    header: Header | None = None
    """The header of this module; headers of others are examples."""
    repeated: tuple[Header, ...] = ()
    """Further headers of this module."""


def find_name(document: Document, front: FrontMatter, *, listed: bool) -> Name:
    """Decide on the module's name: declared, else a header's, else mentioned, else the title.

    `listed` says that lists or tables give ports, so that a header of another module is an
    example. Raises SpecError where two names are given, or none.
    """
    claims = module_claims(document)
    if front.block is not None and front.block.module is not None:
        claims = (ModuleClaim(front.block.module, front.block.first, 4), *claims)
        listed = listed or bool(front.block.ports)
    headers = [header for header in find_headers(document) if header.has_ports]
    declared = [claim for claim in claims if claim.rank >= 2] or _told(claims, headers, listed)
    for claim in declared[1:]:
        if claim.name != declared[0].name:
            raise SpecError(
                f"the module is called `{claim.name}` here but `{declared[0].name}` on line "
                f"{declared[0].line}; use one name",
                source=document.source,
                line=claim.line,
            )
    if declared:
        return _declared(declared[0], headers, listed, document.source)
    if headers:
        return _from_header(headers, claims, document.source)
    return _mentioned(claims, document)


def _told(
    claims: Sequence[ModuleClaim], headers: Sequence[Header], listed: bool
) -> list[ModuleClaim]:
    """The one module that the text mentions, where its ports are listed beside other headers."""
    mentions = [claim for claim in claims if claim.rank == 1]
    names = {claim.name for claim in mentions}
    apart = not any(header.name in names for header in headers)
    return mentions[:1] if listed and headers and len(names) == 1 and apart else []


def _source(claim: ModuleClaim) -> tuple[str, ...]:
    return () if claim.rank == 4 else (f"module name, line {claim.line}",)


def _declared(claim: ModuleClaim, headers: Sequence[Header], listed: bool, source: str) -> Name:
    own = [header for header in headers if header.name == claim.name]
    if own:
        return Name(claim.name, _source(claim), own[0], tuple(own[1:]))
    if headers and not listed:
        raise SpecError(
            f"the only Verilog header is of `{headers[0].name}`, but line {claim.line} names the "
            f"module `{claim.name}`; use one name",
            source=source,
            line=headers[0].first,
        )
    return Name(claim.name, _source(claim))


def _from_header(headers: Sequence[Header], claims: Sequence[ModuleClaim], source: str) -> Name:
    names = list(dict.fromkeys(header.name for header in headers))
    if len(names) > 1:
        meant = {claim.name for claim in claims if claim.name in names}
        if len(meant) != 1:
            other = next(header for header in headers if header.name == names[1])
            raise SpecError(
                f"there are headers of several modules ({', '.join(names[:5])}); write which one "
                f"is meant, for example `Module name: {names[0]}`",
                source=source,
                line=other.first,
            )
        names = list(meant)
    own = [header for header in headers if header.name == names[0]]
    return Name(names[0], (), own[0], tuple(own[1:]))


def _mentioned(claims: Sequence[ModuleClaim], document: Document) -> Name:
    mentions: dict[str, ModuleClaim] = {}
    for claim in claims:
        if claim.rank == 1:
            mentions.setdefault(claim.name, claim)
    title = next((claim for claim in claims if claim.rank == 0), None)
    if len(mentions) == 1:
        (claim,) = mentions.values()
        return Name(claim.name, _source(claim))
    if mentions and (title is None or title.name not in mentions):
        first, second = sorted(mentions.values(), key=lambda claim: claim.line)[:2]
        raise SpecError(
            f"which module is meant, `{first.name}` (line {first.line}) or `{second.name}`? "
            f"Write `Module name: {first.name}`",
            source=document.source,
            line=second.line,
        )
    if title is None:
        raise SpecError(
            "the specification does not name the module; write a line `Module name: my_design`",
            source=document.source,
            line=1,
        )
    return Name(title.name, _source(title))
