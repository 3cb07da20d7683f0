"""Where files that live for one job lie: in memory where there is room, else on the disk.

A job makes and removes some twenty small files and folders, which takes longer on a disk's file
system than what is written takes to compute.
"""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path

_MEMORY = "/dev/shm"  # noqa: S108  every name in it is made by `tempfile`
_USUAL = "/tmp"  # noqa: S108
_ROOM = 1 << 30
"""Bytes that must be free there: some jobs' largest outputs. A container's default is 64 MB."""


def scratch() -> str:
    """The folder for short-lived files; a temporary directory that was named goes first."""
    usual = tempfile.gettempdir()
    return _MEMORY if usual == _USUAL and _roomy(_MEMORY) else usual


def folders() -> tuple[Path, ...]:
    """Where short-lived files of earlier runs may lie."""
    return tuple(Path(name) for name in dict.fromkeys((scratch(), tempfile.gettempdir())))


@cache
def _roomy(folder: str) -> bool:
    try:
        found = os.statvfs(folder)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK) and found.f_bavail * found.f_frsize >= _ROOM
