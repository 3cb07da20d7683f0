"""The design files that a build leaves: written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from agent.errors import InputError


def check_writable(path: Path) -> None:
    """Prove, before any work, that a file can be put there. Raises InputError."""
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise InputError(
            f"cannot write into {path.parent}: {error.strerror}; name another place with -o"
        ) from error
    if path.is_dir():
        raise InputError(f"{path} is a folder; name a file with -o")


def write_atomically(path: Path, text: str) -> None:
    """Replace a file by one with this text; readers see the old or the new, never a part.

    Raises InputError when the place cannot be written or the disk is full.
    """
    temporary: str | None = None
    try:
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise InputError(
            f"cannot write {path}: {error.strerror}; free space or name another place with -o"
        ) from error


def best_path(path: Path) -> Path:
    """Where the best failing design goes: `<name>.best.v` beside the output."""
    return path.with_name(f"{path.stem}.best.v")


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
