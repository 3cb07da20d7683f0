"""A command's options as the record keeps them, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

CI = ("shape", "junit", "sarif")
PATHS = ("tb", "adapters", "script", "db", "output")
PATH_LISTS = ("source", "data")


def for_record(options: dict[str, Any]) -> dict[str, Any]:
    """Options as JSON values; paths are made absolute, so that a run resumes from anywhere."""
    kept = {k: v for k, v in options.items() if k not in ("as_json", "force", *CI)}
    for name in PATHS:
        kept[name] = str(Path(kept[name]).absolute()) if kept[name] is not None else None
    for name in PATH_LISTS:
        kept[name] = [str(Path(path).absolute()) for path in kept[name]]
    return kept


def from_record(kept: dict[str, Any]) -> dict[str, Any]:
    """What `for_record` kept, as the command takes it."""
    merged = dict(kept)
    for name in PATHS:
        merged[name] = Path(merged[name]) if merged[name] is not None else None
    for name in PATH_LISTS:
        merged[name] = tuple(Path(path) for path in merged[name])
    return merged
