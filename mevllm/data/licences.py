"""Which licence a file is under: SPDX tags, else characteristic phrases of the common texts."""

from __future__ import annotations

import re
from pathlib import Path

UNKNOWN = "unknown"
PERMISSIVE = frozenset(
    ("MIT", "MIT-0", "ISC", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "Apache-2.0", "Zlib", "BSL-1.0")
) | {"Unlicense", "CC0-1.0", "SHL-0.51", "SHL-2.1", "CERN-OHL-P-2.0"}
"""Licences that let a model learn from a text and be passed on; a user decides about others."""

_NAMES = re.compile(r"(?:licen[cs]e|copying|unlicense|notice)(?:[.-].*)?", re.IGNORECASE)
_TAG = re.compile(r"SPDX-License-Identifier:\s*([A-Za-z0-9.+() -]+?)\s*(?:\*/|$)", re.MULTILINE)
_HEAD = 8000
"""Characters of a source file in which a licence is looked for."""
_TEXT = 60_000

_PHRASES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("SHL-0.51", ("solderpad hardware licen", "version 0.51")),
    ("SHL-2.1", ("solderpad hardware licen", "version 2.1")),
    ("CERN-OHL-P-2.0", ("cern open hardware licence version 2", "permissive")),
    ("CERN-OHL-S-2.0", ("cern open hardware licence version 2", "strongly reciprocal")),
    ("CERN-OHL-W-2.0", ("cern open hardware licence version 2", "weakly reciprocal")),
    ("AGPL-3.0", ("gnu affero general public license", "version 3")),
    ("LGPL-3.0", ("gnu lesser general public license", "version 3")),
    ("LGPL-2.1", ("gnu lesser general public license",)),
    ("GPL-3.0", ("gnu general public license", "version 3")),
    ("GPL-2.0", ("gnu general public license", "version 2")),
    ("MPL-2.0", ("mozilla public license", "2.0")),
    ("Apache-2.0", ("apache license", "version 2.0")),
    ("BSL-1.0", ("boost software license", "version 1.0")),
    (
        "BSD-3-Clause",
        ("redistribution and use in source and binary forms", "endorse or promote products"),
    ),
    ("BSD-2-Clause", ("redistribution and use in source and binary forms",)),
    ("Zlib", ("altered source versions must be plainly marked",)),
    (
        "MIT",
        ("permission is hereby granted, free of charge", "the above copyright notice and this"),
    ),
    ("MIT-0", ("permission is hereby granted, free of charge",)),
    (
        "ISC",
        (
            "permission to use, copy, modify, and",
            "distribute this software for any purpose with or without fee is hereby granted",
            "provided that the above copyright notice",
        ),
    ),
    ("0BSD", ("distribute this software for any purpose with or without fee is hereby granted",)),
    ("Unlicense", ("this is free and unencumbered software released into the public domain",)),
    ("CC0-1.0", ("cc0 1.0 universal",)),
)
"""Tried in order: each licence with the phrases that must all stand in its text."""


def guess(text: str) -> str:
    """SPDX identifier of a licence text or notice, or UNKNOWN."""
    tag = _TAG.search(text)
    if tag:
        return tag[1].strip("() ")
    plain = " ".join(re.sub(r"[/*#;]+|^\s*--", " ", text, flags=re.MULTILINE).lower().split())
    for name, phrases in _PHRASES:
        if all(phrase in plain for phrase in phrases):
            return name
    return UNKNOWN


def licence_of(source: str, path: Path, root: Path) -> str:
    """The licence that a file names in its head, else that of the nearest licence file.

    Licence files are looked for from the file's folder up to `root`. One that is there and is not
    recognised makes the licence unknown: what stands further up does not apply.
    """
    own = guess(source[:_HEAD])
    if own != UNKNOWN:
        return own
    folder = path.parent
    while True:
        texts = [p for p in sorted(folder.iterdir()) if p.is_file() and _NAMES.fullmatch(p.name)]
        if texts:
            found = [guess(p.read_text(errors="replace")[:_TEXT]) for p in texts]
            return next((name for name in found if name != UNKNOWN), UNKNOWN)
        if folder == root or root not in folder.parents:
            return UNKNOWN
        folder = folder.parent
