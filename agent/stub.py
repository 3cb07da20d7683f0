"""RTL stubs: a specification's interface as a module that drives nothing yet, and says so."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from mevllm.spec import Interface

_MARK = re.compile(r"// A stub of (?P<spec>.*), made by mevagent \((?P<sha>[0-9a-f]{16})\)\.\n")


def stub_text(interface: Interface, spec: str) -> str:
    """A file with exactly this interface; its first line names the specification."""
    body = interface.stub().replace(
        "\nendmodule", "\n  // Nothing drives the outputs yet: write the design here.\nendmodule"
    )
    return f"// A stub of {spec}, made by mevagent ({_digest(body)}).\n{body}"


def is_stub(path: Path) -> bool:
    """Whether a file is a stub that nobody has touched since it was made."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    mark = _MARK.match(text)
    return mark is not None and mark["sha"] == _digest(text[mark.end() :])


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:16]
